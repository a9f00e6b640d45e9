"""The journal held against the dossiers: what agrees is silent, each sort of difference is named."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from diagnostics import consistency
from diagnostics.actions.answers import save_section, seal_marks
from diagnostics.db import Database
from diagnostics.models import Diagnosis, JournalLine, SectionAnswers, State
from questionnaires.answers import Answer
from tests.conftest import World
from tests.dossier import actor_of, marks, new_dossier


def codes(database: Database) -> list[str]:
    with database.read() as session:
        return [fault.code for fault in consistency.faults(session)]


@pytest.fixture
def number(database: Database, world: World) -> int:
    """A dossier saved three times in two sections, its marks saved and sealed."""
    made = new_dossier(database, world, state=State.VISITED)
    who = actor_of(world.people["diagnostician"])
    save_section(database, who, made, "S2", {"eff_total": Answer(12)}, base_revision=0)
    save_section(database, who, made, "S2", {"etp_total": Answer(9.0)}, base_revision=1)
    save_section(database, who, made, "S1", {"opco": Answer("Uniformation")}, base_revision=0)
    save_section(database, who, made, "S11D", {name: Answer(mark) for name, mark in marks("diag").items()}, base_revision=0)
    seal_marks(database, who, made, "diagnostician")
    return made


def test_what_the_actions_wrote_agrees(database: Database, number: int) -> None:
    assert codes(database) == []
    with database.read() as session:
        folded = consistency.fold(consistency._lines(session))[number]
        assert (dict(folded.revisions), folded.state, folded.changes) == ({"S2": [1, 2], "S1": [1], "S11D": [1]}, "entry", 5)


@pytest.mark.parametrize(
    ("model", "values", "expected"),
    [
        (SectionAnswers, {"revision": 3}, {"revisions"}),
        (SectionAnswers, {"answers": {"inconnue": {"state": "collected", "value": 1}}}, {"unnamed"}),
        (Diagnosis, {"revision": 6}, {"count"}),
        (Diagnosis, {"state": State.REVIEW}, {"state"}),
        (Diagnosis, {"marks_diagnostician_at": None}, {"seals"}),
    ],
)
def test_each_difference_is_named(
    database: Database, number: int, model: type[Any], values: dict[str, Any], expected: set[str]
) -> None:
    with database.write() as session:
        statement = update(model).values(**values)
        session.execute(statement.where(model.section == "S2") if model is SectionAnswers else statement)
    assert expected <= set(codes(database))


def test_a_lost_line_and_a_lost_section_are_seen(database: Database, number: int) -> None:
    with database.write() as session:
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "section_saved").order_by(JournalLine.id)).first()
        session.delete(line)
    assert codes(database) == ["revisions"]
    with database.write() as session:
        session.execute(delete(SectionAnswers).where(SectionAnswers.section == "S1"))
    assert "lost_section" in codes(database)


def test_a_demonstration_agrees_and_the_command_says_so(demo: Flask) -> None:
    done = demo.test_cli_runner().invoke(args=["db", "verify"])
    assert done.exit_code == 0, done.output
    assert "Écarts : 0" in done.output


def test_the_command_fails_and_names_the_dossier(app: Flask, database: Database, number: int) -> None:
    with database.write() as session:
        session.execute(update(Diagnosis).values(revision=99))
    done = app.test_cli_runner().invoke(args=["db", "verify"])
    assert done.exit_code == 1
    assert "PACA-0001 count" in done.output
