"""Values' states, authors and origins.

1. The journal says who changed each answer last; it holds names of questions and no value.
2. A prefilled answer that is changed is journalled as such, whether it was ever saved before or not.
3. An answer kept against a soft check is « forced » as long as a reason says why; a hard check is kept against by nobody.
4. What hardly changes comes over from the firm's last diagnosis, and the frame wins over it.
"""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from diagnostics.access import Actor
from diagnostics.actions.answers import fingerprint, save_section
from diagnostics.collected import Collected, collect
from diagnostics.db import Database
from diagnostics.merging import merge
from diagnostics.models import Campaign, Diagnosis, Firm, JournalLine, State
from diagnostics.previous import previous_of
from diagnostics.value_history import history, last_changes
from questionnaires.answers import Answer, AnswerState
from questionnaires.catalogue import load
from tests.casework import actor_of, add_dossier, write_section
from tests.conftest import World

FRAME = Answer("88.10A", state=AnswerState.PREFILLED)


def details(database: Database, diagnosis_id: int) -> list[dict[str, Any]]:
    with database.read() as session:
        return list(
            session.scalars(
                select(JournalLine.detail)
                .where(JournalLine.verb == "section_saved", JournalLine.subject_id == diagnosis_id)
                .order_by(JournalLine.id)
            )
        )


def collected(database: Database, diagnosis_id: int) -> Collected:
    with database.read() as session:
        return collect(session, session.get_one(Diagnosis, diagnosis_id))


def test_the_journal_says_who_changed_what_and_no_value(database: Database, world: World) -> None:
    """Requirement 1."""
    number = add_dossier(database, world, State.ENTRY)
    owner = actor_of(world.people["diagnostician"])
    save_section(database, owner, number, "S3", {"sorties_12m": Answer(3), "entrees_12m": Answer(4)}, base_revision=0)
    save_section(database, owner, number, "S3", {"sorties_12m": Answer(7777)}, base_revision=1)
    with database.read() as session:
        last = last_changes(session, number, "S3")
        assert set(last) == {"sorties_12m", "entrees_12m"}
        assert last["sorties_12m"].by == "Diagnostician"
        assert last_changes(session, number, "S2") == {}
        assert set(last_changes(session, number)) == set(last)
        assert len(history(session, number, "S3", "sorties_12m")) == 2
        assert len(history(session, number, "S3", "entrees_12m")) == 1
    assert "7777" not in str(details(database, number))


@pytest.mark.parametrize(
    ("held", "base", "given", "replaced"),
    [
        ({"naf": FRAME.to_json()}, None, Answer("88.10B"), True),
        ({}, {"naf": fingerprint(FRAME)}, Answer("88.10B"), True),
        ({}, {"naf": fingerprint(FRAME)}, FRAME, False),
        ({}, {"naf": fingerprint(FRAME)}, Answer("88.10A"), False),
        ({}, {"naf": fingerprint(None)}, Answer("88.10B"), False),
        ({"naf": Answer("88.10A").to_json()}, None, Answer("88.10B"), False),
    ],
    ids=["stored", "shown only", "confirmed", "typed again", "was blank", "was collected"],
)
def test_a_prefilled_answer_changed_is_told(
    held: dict[str, Any], base: dict[str, str] | None, given: Answer, *, replaced: bool
) -> None:
    """Requirement 2."""
    made = merge(held, {"naf": given}, base=base, stale=False, edited=False)
    assert made.replaced == (("naf",) if replaced else ())
    if replaced:
        assert made.answers["naf"]["state"] == "collected"


def test_the_journal_names_what_was_prefilled(database: Database, world: World) -> None:
    number = add_dossier(database, world, State.RETURNED, firm={"naf": "88.10A"})
    owner = actor_of(world.people["diagnostician"])
    base = {"naf": fingerprint(FRAME)}
    save_section(
        database, owner, number, "S1", {"naf": Answer("88.10B"), "opco": Answer("Uniformation")}, base_revision=0, base=base
    )
    assert details(database, number) == [{"section": "S1", "questions": ["naf", "opco"], "revision": 1, "prefilled": ["naf"]}]
    assert collected(database, number).answers["naf"].state is AnswerState.EDITED
    with database.read() as session:
        assert last_changes(session, number, "S1")["naf"].was_prefilled


def test_a_reason_makes_an_answer_forced_and_its_withdrawal_unmakes_it() -> None:
    """Requirement 3."""
    for before in (AnswerState.COLLECTED, AnswerState.PREFILLED, AnswerState.EDITED):
        made = merge({}, {"x": Answer(180, state=before, reasons={"many": "Oui."})}, base=None, stale=False, edited=False)
        assert made.answers["x"] == {"state": "forced", "value": 180, "reasons": {"many": "Oui."}}
    held = {"x": {"state": "forced", "value": 180, "reasons": {"many": "Oui."}}}
    for edited, state in ((False, "collected"), (True, "edited")):
        given = Answer(180, state=AnswerState.FORCED)
        assert merge(held, {"x": given}, base=None, stale=False, edited=edited).answers["x"] == {"state": state, "value": 180}


# ------------------------------------------------------------------------------ the last diagnosis

REGISTER = [{"id": "r1", "reg_code": "S1", "reg_naissance": 1964, "reg_sexe": "F", "gone": 1}]


@pytest.fixture
def followed(database: Database, world: World) -> tuple[int, int]:
    """The numbers of a firm's earlier dossier, validated, and of today's in another campaign."""
    earlier = add_dossier(database, world, State.CLOSED, firm={"siret": "73282932000074"}, visited_on=date(2025, 3, 4))
    write_section(database, earlier, "S1", {"opco": "Uniformation", "annee_creation": 1987, "naf": "99.99Z", "multi_etab": "faux"})
    write_section(database, earlier, "S2", {"registre": REGISTER, "eff_total": 12})
    write_section(database, earlier, "S11D", {"diag_D1": "3"})
    with database.write() as session:
        campaign = Campaign(name="Suivante", starts_on=date(2026, 1, 1), questionnaire_version="2026-1")
        session.add(campaign)
        session.flush()
        firm = Firm(
            campaign_id=campaign.id,
            siret="73282932000074",
            name="Association d’essai",
            naf="88.10A",
            sector="aide_dom",
            family="asso",
        )
        session.add(firm)
        session.flush()
        person = world.people["diagnostician"]
        dossier = Diagnosis(
            reference="PACA-9001", campaign_id=campaign.id, firm_id=firm.id, questionnaire_version="2026-1", state=State.ENTRY,
            diagnostician_id=person.id, structure_id=person.structure_id,
        )  # fmt: skip
        session.add(dossier)
        session.flush()
        return earlier, dossier.id


def test_what_hardly_changes_comes_over_from_the_last_diagnosis(database: Database, followed: tuple[int, int]) -> None:
    """Requirement 4."""
    found = collected(database, followed[1])
    assert found.previous_on == date(2025, 3, 4)
    assert found.answers["opco"] == Answer("Uniformation", state=AnswerState.PREFILLED)
    assert found.answers["registre"].value == [{"id": "r1", "reg_code": "S1", "reg_naissance": 1964, "reg_sexe": "F"}]
    assert found.answers["naf"].value == "88.10A", "the frame wins"
    assert found.comes_from_frame("naf")
    assert not found.comes_from_frame("opco")
    assert not {"eff_total", "diag_D1", "multi_etab"} & set(found.answers), "figures, marks and choices that are gone stay behind"


@pytest.mark.parametrize("state", [State.ENTRY, State.REVIEW, State.ABANDONED])
def test_only_a_validated_diagnosis_comes_over(database: Database, followed: tuple[int, int], state: State) -> None:
    with database.write() as session:
        session.get_one(Diagnosis, followed[0]).state = state
    with database.read() as session:
        assert previous_of(session, followed[1], load("2026-1")).answers == {}


def test_nothing_comes_back_from_a_later_dossier_or_another_firm(
    database: Database, world: World, followed: tuple[int, int]
) -> None:
    other = add_dossier(database, world, State.ENTRY, number=3)
    with database.read() as session:
        for number in (followed[0], other):
            assert previous_of(session, number, load("2026-1")).on is None


def test_what_came_over_is_stored_as_prefilled_and_its_change_is_journalled(
    database: Database, world: World, followed: tuple[int, int]
) -> None:
    owner: Actor = actor_of(world.people["diagnostician"])
    shown = collected(database, followed[1]).answers
    base = {name: fingerprint(shown[name]) for name in ("opco", "annee_creation")}
    save_section(
        database, owner, followed[1], "S1", {"opco": shown["opco"], "annee_creation": Answer(1988)}, base_revision=0, base=base
    )
    assert details(database, followed[1])[0]["prefilled"] == ["annee_creation"]
    again = collected(database, followed[1]).answers
    assert again["opco"].state is AnswerState.PREFILLED
    assert again["annee_creation"] == Answer(1988)
