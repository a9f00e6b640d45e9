"""The schema's versions: brought up to date, taken back, compared, by Alembic over our own engine."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from diagnostics.db import Database
from diagnostics.models import Base
from diagnostics.settings import ROOT

LOCK_NUMBER = 20130690


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _prepare(connection: Connection, database: Database) -> None:
    """Keeps two processes that start together from migrating at once, and SQLite from minding tables rebuilt in turn."""
    if database.is_sqlite:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK_NUMBER})


def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the schema up to `revision`, in one transaction."""
    with database.writer.begin() as connection:
        _prepare(connection, database)
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Takes the schema back to `revision` (`base` for none), in one transaction."""
    with database.writer.begin() as connection:
        _prepare(connection, database)
        command.downgrade(_config(connection), revision)


def current(database: Database) -> str | None:
    """The schema's revision, or None for an empty database."""
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision; raises if there are several."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences(database: Database) -> list[object]:
    """What the models say and the migrated schema does not, or the other way round."""
    with database.reader.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata))


def write_revision(database: Database, message: str, number: str) -> None:
    """Writes the next migration file from the models' differences; a developer reads and completes it."""
    with database.writer.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=number)
