"""The versions that an application knows: shipped ones and its own, read once, frozen once published.

1. A published version is found by its name; a draft is not; an unknown one is refused.
2. Two applications in one process do not see each other's versions.
3. Once a version is known, neither loading it nor saving a section costs a query for it.
4. Nothing can change or delete a published version's content: not the ORM, not a bulk statement, not SQL.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from diagnostics import create_app
from diagnostics.actions.answers import save_section
from diagnostics.catalogues import CODE, UnknownVersionError, digest_of, from_sheets, load, versions
from diagnostics.db import Database
from diagnostics.models import Base, QuestionnaireVersion, VersionState, now
from diagnostics.section_forms import section_form
from questionnaires.answers import Answer
from tests.conftest import World
from tests.dossier import actor_of, new_dossier, set_dossier
from tests.versions import add_version, shipped_sheets, with_label


@pytest.fixture
def other_app(tmp_path: Any) -> Iterator[Flask]:
    (tmp_path / "other").mkdir()
    made = create_app({"instance_path": tmp_path / "other", "secret_key": "y" * 40, "log_level": "ERROR"})
    database: Database = made.extensions["database"]
    with database.writer.begin() as connection:
        Base.metadata.create_all(connection)
    yield made
    database.dispose()


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that the database is sent while the block runs."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engines = {database.reader, database.writer} if database.is_sqlite else {database.writer}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def test_a_published_version_is_found_by_its_name_and_a_draft_is_not(database: Database) -> None:
    add_version(database, "2027-1", with_label("siret", "Le SIRET, s’il vous plaît ?"))
    add_version(database, "2027-2", shipped_sheets(), state=VersionState.DRAFT)
    assert load("2027-1", database).question("siret").label.fr == "Le SIRET, s’il vous plaît ?"
    assert load("2026-1", database).question("siret").label.fr != "Le SIRET, s’il vous plaît ?"
    assert versions(database) == ["2026-1", "2027-1"]
    with pytest.raises(UnknownVersionError):
        load("2027-2", database)


def test_a_session_knows_its_application_and_a_request_too(app: Flask, database: Database) -> None:
    add_version(database, "2027-1", shipped_sheets())
    with database.read() as session:
        assert load("2027-1", session).version == "2027-1"
    with app.app_context():
        assert load("2027-1").version == "2027-1"
        assert section_form("2027-1", "S1") is section_form("2027-1", "S1")
    with pytest.raises(UnknownVersionError):
        load("2027-1")


def test_two_applications_keep_their_versions_apart(app: Flask, other_app: Flask) -> None:
    databases: list[Database] = [each.extensions["database"] for each in (app, other_app)]
    for number, (made, database) in enumerate(zip((app, other_app), databases, strict=True)):
        add_version(database, "2027-1", with_label("siret", f"Application {number}"))
        with made.app_context():
            assert section_form("2027-1", "S1")(data={}).questions[0].question.label.fr == f"Application {number}"
    add_version(databases[0], "2027-2", shipped_sheets())
    assert load("2027-2", databases[0]).version == "2027-2"
    with pytest.raises(UnknownVersionError):
        load("2027-2", databases[1])


def test_a_version_withdrawn_still_serves_the_dossiers_that_have_it(database: Database) -> None:
    add_version(database, "2027-1", shipped_sheets(), state=VersionState.WITHDRAWN)
    assert load("2027-1", database).version == "2027-1"


def test_saving_a_section_costs_no_query_for_a_known_version(database: Database, world: World) -> None:
    add_version(database, "2027-1", shipped_sheets())
    number = new_dossier(database, world)
    set_dossier(database, number, questionnaire_version="2027-1")
    actor = actor_of(world.people["diagnostician"])
    save_section(database, actor, number, "S1", {"raison_sociale": Answer("Un")}, base_revision=0)
    with statements(database) as seen:
        save_section(database, actor, number, "S1", {"raison_sociale": Answer("Deux")}, base_revision=1)
    assert not [statement for statement in seen if "questionnaire_version." in statement]
    assert len([statement for statement in seen if statement.startswith(("SELECT", "INSERT", "UPDATE"))]) == 4


def test_drafts_are_kept_by_what_their_sheets_say() -> None:
    first, second = with_label("siret", "Un"), with_label("siret", "Deux")
    assert from_sheets(first) is from_sheets(with_label("siret", "Un"))
    assert digest_of(first) == digest_of(with_label("siret", "Un")) != digest_of(second)
    assert from_sheets(second).question("siret").label.fr == "Deux"


CHANGES: tuple[dict[str, Any], ...] = (
    {"sheets": {}}, {"version": "2030-1"}, {"digest": "0" * 64}, {"workbook": b"x"}, {"note": "autre"}, {"state": VersionState.DRAFT}, {"filename": "x"},
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
@pytest.mark.parametrize("state", [VersionState.PUBLISHED, VersionState.WITHDRAWN])
def test_a_published_version_cannot_change(database: Database, change: dict[str, Any], state: VersionState) -> None:
    number = add_version(database, "2027-1", shipped_sheets(), state=state)

    def through_the_orm() -> None:
        with database.write() as session:
            row = session.get_one(QuestionnaireVersion, number)
            for name, value in change.items():
                setattr(row, name, value)

    def in_bulk() -> None:
        with database.write() as session:
            session.execute(update(QuestionnaireVersion).values(**change))

    for attempt in (through_the_orm, in_bulk):
        with pytest.raises(IntegrityError, match="frozen"):
            attempt()
    assert _held(database, number) == digest_of(shipped_sheets("2027-1"))


def _held(database: Database, number: int) -> str:
    with database.read() as session:
        row = session.scalars(
            select(QuestionnaireVersion).where(QuestionnaireVersion.id == number).options(undefer(QuestionnaireVersion.sheets))
        ).one()
        assert row.version == "2027-1"
        return digest_of(row.sheets)


def _orm_delete(database: Database, number: int) -> None:
    with database.write() as session:
        session.delete(session.get_one(QuestionnaireVersion, number))


def _bulk_delete(database: Database, _number: int) -> None:
    with database.write() as session:
        session.execute(delete(QuestionnaireVersion))


def _sql_delete(database: Database, _number: int) -> None:
    with database.write() as session:
        session.execute(text("DELETE FROM questionnaire_version"))


@pytest.mark.parametrize("attempt", [_orm_delete, _bulk_delete, _sql_delete])
def test_a_published_version_cannot_be_deleted(database: Database, attempt: Callable[[Database, int], None]) -> None:
    number = add_version(database, "2027-1", shipped_sheets())
    with pytest.raises(IntegrityError, match="frozen"):
        attempt(database, number)
    assert _held(database, number)


def test_a_draft_may_change_be_published_and_a_published_version_be_withdrawn_and_back(database: Database) -> None:
    number = add_version(database, "2027-1", shipped_sheets(), state=VersionState.DRAFT)
    for state, at in ((VersionState.PUBLISHED, now()), (VersionState.WITHDRAWN, None), (VersionState.PUBLISHED, None)):
        with database.write() as session:
            row = session.get_one(QuestionnaireVersion, number)
            row.state = state
            if at:
                row.published_at = at
    assert load("2027-1", database).code == CODE


def test_two_published_versions_cannot_share_a_name_and_drafts_may(database: Database) -> None:
    add_version(database, "2027-1", shipped_sheets())
    add_version(database, "2027-1", shipped_sheets(), state=VersionState.DRAFT)
    add_version(database, "2027-1", shipped_sheets(), state=VersionState.DRAFT)
    with pytest.raises(IntegrityError):
        add_version(database, "2027-1", shipped_sheets())
