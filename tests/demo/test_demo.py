"""The demonstration: everything in it hangs together, every state is there, and everything shows that it is invented.

1. The answers of accepted dossiers pass every hard check; soft doubts are confirmed.
2. A firm's departures follow from its roster, its cash from its accounts.
3. Every state of the lifecycle occurs, with refusals and replacements, by moves that the table allows.
4. 32 accredited diagnosticians of 25 structures; 690 firms after the published figures.
5. The same seed gives the same campaign; a database with a campaign refuses it.
"""

from collections import Counter
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from stdnum.fr import siret

from diagnostics.actions.base import ActionError
from diagnostics.actions.demo import load_demo
from diagnostics.collected import collect
from diagnostics.db import Database
from diagnostics.demo.course import ANSWERED
from diagnostics.demo.names import STRUCTURES
from diagnostics.lifecycle import MOVES
from diagnostics.models import (
    Accreditation,
    AccreditationState,
    Campaign,
    Diagnosis,
    Firm,
    JournalLine,
    Selection,
    State,
    Structure,
    User,
)
from diagnostics.tables import plain_answers
from questionnaires.model import Severity


@pytest.fixture
def base(demo: Flask) -> Database:
    found: Database = demo.extensions["database"]
    return found


def test_1_accepted_dossiers_are_right_and_their_doubts_confirmed(base: Database) -> None:
    with base.read() as session:
        accepted = session.scalars(select(Diagnosis).where(Diagnosis.state.in_(ANSWERED)).order_by(Diagnosis.id)).all()
        assert len(accepted) > 30
        for diagnosis in accepted:
            found = collect(session, diagnosis)
            stages = found.questionnaire.stages()
            wrong = [
                problem for problem in found.problems if stages[problem.section] == "visit" and problem.severity is Severity.HARD
            ]
            doubtful = [
                problem for problem in found.problems if stages[problem.section] == "visit" and problem.severity is Severity.SOFT
            ]
            assert not wrong, f"{diagnosis.reference}: {wrong[0]}"
            assert not doubtful, f"{diagnosis.reference}: {doubtful[0]}"


def test_2_figures_follow_from_one_another(base: Database) -> None:
    with base.read() as session:
        for diagnosis in session.scalars(select(Diagnosis).where(Diagnosis.state.in_(ANSWERED)).order_by(Diagnosis.id)):
            answers = plain_answers(collect(session, diagnosis))
            roster = answers["registre"]
            if not roster:
                continue
            year = answers["v_date"].year
            assert len(roster) == answers["eff_total"]
            assert answers["eff_temps_partiel"] == sum(person["reg_quotite"] < 100 for person in roster)
            assert answers["dep_attendus_10a"] <= sum(year - person["reg_naissance"] >= 50 for person in roster)
            assert answers["produits"] == pytest.approx(sum(answers["ressources"].values()), rel=0.02)
            assert answers["charges_annuelles"] == pytest.approx(answers["produits"] - answers["resultat_n"], abs=1)


def test_3_every_state_occurs_by_moves_that_the_table_allows(base: Database) -> None:
    with base.read() as session:
        states = Counter(session.scalars(select(Diagnosis.state)))
        lines = session.scalars(select(JournalLine).where(JournalLine.verb == "moved")).all()
        exits = session.scalars(select(Diagnosis).where(Diagnosis.state == State.REFUSAL)).all()
        replaced = session.scalar(select(func.count()).select_from(Diagnosis).where(Diagnosis.replaces_id.is_not(None)))
        for diagnosis in session.scalars(select(Diagnosis).where(Diagnosis.replaces_id.is_not(None)).order_by(Diagnosis.id)):
            assert diagnosis.replaces is not None
            assert diagnosis.firm.stratum == diagnosis.replaces.firm.stratum
    assert set(states) == set(State)
    assert exits
    assert replaced
    for line in lines:
        move = MOVES[line.detail["move"]]
        assert State(line.detail["before"]) in move.sources
        assert State(line.detail["after"]) is move.target


def test_4_the_network_is_the_programme_s(base: Database) -> None:
    with base.read() as session:
        accredited = select(func.count()).select_from(Accreditation).where(Accreditation.state == AccreditationState.ACCREDITED)
        assert session.scalar(accredited) == 32
        assert set(session.scalars(select(Structure.name))) == {name for name, _home in STRUCTURES}
        assert len(STRUCTURES) == 25
        assert session.scalar(select(func.count()).select_from(Firm).where(Firm.selection == Selection.PANEL)) == 50
        campaign = session.scalars(select(Campaign)).one()
        assert campaign.is_demo
        assert "démonstration" in campaign.name
        for number, email in session.execute(select(Firm.siret, Firm.contact_email).limit(200)):
            assert siret.is_valid(number)
            assert email.endswith(".invalid")
        assert all(email.endswith("@demo.invalid") for email in session.scalars(select(User.email)))


def test_5_the_same_seed_gives_the_same_campaign(app: Flask, demo: Flask) -> None:
    fresh: Database = app.extensions["database"]
    load_demo(fresh, firms=50, seed=2013)
    first, second = (_digest(found) for found in (fresh, demo.extensions["database"]))
    assert first == second


def _digest(base: Database) -> list[tuple[str, str, str, str]]:
    with base.read() as session:
        rows = session.execute(
            select(Diagnosis.reference, Diagnosis.state, Firm.siret, Firm.name)
            .join(Firm, Firm.id == Diagnosis.firm_id)
            .order_by(Diagnosis.reference)
        )
        return [(reference, state.value, number, name) for reference, state, number, name in rows]


def test_5_a_campaign_in_place_is_never_mixed_with(demo: Flask) -> None:
    with pytest.raises(ActionError, match="contient déjà une campagne"):
        load_demo(demo.extensions["database"], firms=10, seed=1)


def test_a_demonstration_can_be_as_small_as_one_firm(app: Flask) -> None:
    loaded = load_demo(app.extensions["database"], firms=1, seed=3, today=date(2026, 11, 24))
    assert loaded.panel == 1
