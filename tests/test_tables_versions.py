"""One harmonised table: dossiers of different versions feed the same indicators.

The demonstration's accepted dossiers are read as they are, then with half of them in a second version that renames a question,
a roster, its columns and a choice's code; the panel's table is the same.
"""

from typing import Any

import pandas as pd
import pytest
from flask import Flask
from sqlalchemy import select

from diagnostics import tables
from diagnostics.catalogues import load
from diagnostics.db import Database
from diagnostics.models import Campaign, Diagnosis, ReportKind, SectionAnswers
from questionnaires.answers import Answer
from questionnaires.versions import carry
from tests.versions import Sheets, add_version, changed, renamed


def second(sheets: Sheets) -> None:
    """Renames the staff's roster, a column of it, the headcount, the start of the visit, and a choice's code."""
    for old, new in (("registre", "equipe"), ("reg_naissance", "annee"), ("eff_total", "effectif"), ("v_date", "visite_le")):
        renamed(sheets, old, new)
    list_name = load("2026-1").question("registre").column("reg_sexe").choices
    for row in sheets["choices"]:
        if (row["list_name"], row["name"]) == (list_name, "F"):
            row |= {"name": "femme", "diag:was": "F"}
    for rows in sheets.values():
        for row in rows:
            for column, cell in row.items():
                if "'F'" in (cell or ""):
                    row[column] = cell.replace("'F'", "'femme'")


def pass_over(database: Database, diagnosis_id: int) -> None:
    """Puts an accepted dossier's answers into the second version, as if it had been filled in it."""
    with database.write() as session:
        diagnosis = session.get_one(Diagnosis, diagnosis_id)
        old, new = load("2026-1", session), load("2026-2", session)
        rows = session.scalars(select(SectionAnswers).where(SectionAnswers.diagnosis_id == diagnosis_id)).all()
        answers = {name: Answer.from_json(given) for row in rows for name, given in row.answers.items()}
        carried = carry(answers, old, new)
        assert carried.obstacles == ()
        assert carried.kept_aside == ()
        for row in rows:
            names = {name for name in carried.answers if new.section_of(name).code == row.section}
            row.answers = {name: carried.answers[name].to_json() for name in names}
        diagnosis.questionnaire_version = "2026-2"


@pytest.fixture
def panels(demo: Flask) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, Any]:
    """The panel's features and persons before and after half of the dossiers passed to a second version."""
    database: Database = demo.extensions["database"]
    add_version(database, "2026-2", changed("2026-2", second))
    with database.read() as session:
        campaign = session.scalars(select(Campaign)).one()
        before = tables.panel_of(session, campaign)
        accepted = session.scalars(select(Diagnosis.id).where(Diagnosis.state.in_(tables.ACCEPTED)).order_by(Diagnosis.id)).all()
    for number in accepted[::2]:
        pass_over(database, number)
    with database.read() as session:
        after = tables.panel_of(session, campaign)
    return before.features, after.features, before.persons, after.persons, after


def test_dossiers_of_two_versions_make_one_table(panels: tuple[Any, ...]) -> None:
    before, after, people_before, people_after, panel = panels
    assert len(before) > 10
    assert panel.versions["questionnaire"] == "2026-1, 2026-2"
    pd.testing.assert_frame_equal(before, after)
    pd.testing.assert_frame_equal(people_before, people_after)


def test_a_report_and_the_scores_read_a_renamed_question(demo: Flask) -> None:
    database: Database = demo.extensions["database"]
    add_version(database, "2026-2", changed("2026-2", second))
    with database.read() as session:
        diagnosis = session.scalars(select(Diagnosis).where(Diagnosis.state.in_(tables.ACCEPTED)).order_by(Diagnosis.id)).first()
        assert diagnosis is not None
        scores, proposals = tables.scores_of(session, diagnosis), tables.proposals_of(session, diagnosis)
        portrait = tables.portrait_of(session, diagnosis, ReportKind.DRAFT).to_json()
    pass_over(database, diagnosis.id)
    with database.read() as session:
        diagnosis = session.get_one(Diagnosis, diagnosis.id)
        assert tables.scores_of(session, diagnosis) == scores
        assert tables.proposals_of(session, diagnosis) == proposals
        again = tables.portrait_of(session, diagnosis, ReportKind.DRAFT).to_json()
    assert again["versions"]["questionnaire"] == "2026-2"
    assert again | {"versions": None} == portrait | {"versions": None}
