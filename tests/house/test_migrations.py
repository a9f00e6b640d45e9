"""The schema's versions: one head, from empty to the models and back, on whichever database the suite runs on."""

from flask import Flask
from sqlalchemy import inspect

from diagnostics import migrations
from diagnostics.db import Database


def test_migrations_make_what_the_models_say(bare_app: Flask) -> None:
    database: Database = bare_app.extensions["database"]
    assert migrations.current(database) is None
    migrations.upgrade(database)
    assert migrations.current(database) == migrations.head()
    assert migrations.differences(database) == []


def test_migrations_go_down_to_nothing_and_up_again(bare_app: Flask) -> None:
    database: Database = bare_app.extensions["database"]
    migrations.upgrade(database)
    migrations.downgrade(database, "base")
    assert set(inspect(database.reader).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(database)
    assert migrations.differences(database) == []
