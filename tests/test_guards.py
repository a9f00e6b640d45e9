"""Conditions of moves: each says exactly what is missing, and nothing more once it is there."""

from datetime import timedelta
from typing import Any

import pytest

from diagnostics.collected import collect
from diagnostics.db import Database
from diagnostics.guards import GUARDS
from diagnostics.lifecycle import MOVES, Guard
from diagnostics.models import ContactAttempt, ContactOutcome, Diagnosis, State, ThreadState, now
from questionnaires.answers import Answer, Missing
from questionnaires.model import Kind, Question, Stage
from tests.casework import add_thread
from tests.conftest import World
from tests.dossier import marks, new_dossier, put, set_dossier


def lacking(database: Database, number: int, guard: Guard) -> str:
    """What a guard says, or nothing."""
    with database.read() as session:
        found = GUARDS[guard](session, session.get_one(Diagnosis, number))
        return str(found) if found is not None else ""


def test_every_guard_of_the_table_has_its_condition() -> None:
    assert {move.guard for move in MOVES.values()} - {Guard.NONE} <= set(GUARDS)
    assert set(GUARDS) == set(Guard) - {Guard.NONE}


def settle(database: Database, number: int) -> None:
    """Every question of the visit asked, core or not, gets an answer or a reason for none; until nothing more is asked."""
    for _round in range(4):
        with database.read() as session:
            found = collect(session, session.get_one(Diagnosis, number))
            todo = {
                section.code: {question.name: _settled(question) for question in found.unanswered(section, core_only=False)}
                for section in found.questionnaire.sections
                if section.stage is Stage.VISIT
            }
        for code, answers in todo.items():
            put(database, number, code, answers)


def _settled(question: Question) -> Any:
    fixed = {
        "v_accord": "1",
        "v_date": "2026-11-20",
        "v_rang": 1,
        "v_repondants": ["direction"],
        "eff_total": 12,
        "mode_saisie": "tableaux",
    }
    if question.name in fixed:
        return fixed[question.name]
    if question.may_be_missing and not question.required:
        return Answer(missing=Missing.UNKNOWN)
    return {Kind.INTEGER: 3, Kind.DECIMAL: 3.0, Kind.DATE: "2026-11-20", Kind.ROSTER: []}.get(question.kind, "1")


def test_a_dossier_is_complete_only_with_consent_everything_opened_and_both_voices(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    assert "accord" in lacking(database, number, Guard.COMPLETE)
    put(database, number, "S0", {"v_accord": "1"})
    assert "jamais enregistrées" in lacking(database, number, Guard.COMPLETE)
    settle(database, number)
    assert "scellé" in lacking(database, number, Guard.COMPLETE)
    set_dossier(database, number, marks_firm_at=now(), marks_diagnostician_at=now())
    assert lacking(database, number, Guard.COMPLETE) == ""


def test_a_refusal_of_consent_stops_the_dossier(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    settle(database, number)
    put(database, number, "S0", {"v_accord": "0"})
    assert "accord" in lacking(database, number, Guard.COMPLETE)


def test_an_unanswered_core_question_is_named(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    settle(database, number)
    put(database, number, "S7", {"fonction_rh": Answer()})
    with database.read() as session:
        label = collect(session, session.get_one(Diagnosis, number)).questionnaire.question("fonction_rh").label.fr
    assert label in lacking(database, number, Guard.COMPLETE)


def test_a_hard_problem_is_named(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    settle(database, number)
    put(database, number, "S2", {"eff_total": 12, "eff_temps_partiel": 40})
    message = lacking(database, number, Guard.COMPLETE)
    assert "corriger" in message
    assert "temps partiel" in message


def test_a_return_needs_an_open_remark(database: Database, world: World) -> None:
    number = new_dossier(database, world, state=State.REVIEW)
    assert "remarque" in lacking(database, number, Guard.REMARKED)
    closed: dict[str, Any] = {"state": ThreadState.RESOLVED, "resolved_at": now()}
    add_thread(database, number, "eff_total", "Le registre compte treize lignes.", author=world.people["coordinator"], **closed)
    assert lacking(database, number, Guard.REMARKED), "a closed thread asks for nothing"
    add_thread(database, number, "eff_total", "Faut-il compter l’apprentie ?", author=world.people["diagnostician"])
    assert lacking(database, number, Guard.REMARKED), "the diagnostician’s own question is no remark"
    add_thread(database, number, "eff_total", "Et l’apprentie ?", author=world.people["referent"])
    assert lacking(database, number, Guard.REMARKED) == ""


@pytest.mark.parametrize(
    ("firm", "diagnostician", "word"),
    [(False, False, "Ni l’entreprise"), (True, False, "Le diagnostiqueur"), (False, True, "L’entreprise"), (True, True, "")],
)
def test_marking_says_which_voice_is_missing(database: Database, world: World, firm: bool, diagnostician: bool, word: str) -> None:
    number = new_dossier(database, world)
    set_dossier(database, number, marks_firm_at=now() if firm else None, marks_diagnostician_at=now() if diagnostician else None)
    message = lacking(database, number, Guard.MARKED)
    assert message.startswith(word)
    assert bool(message) is bool(word)


def restitution(database: Database, world: World) -> int:
    number = new_dossier(database, world, state=State.RESTITUTION)
    set_dossier(database, number, marks_firm_at=now(), marks_diagnostician_at=now())
    put(database, number, "S11F", marks("ent", "2", D3="0", D5="9"))
    put(database, number, "S11D", marks("diag", "2", D3="3", D5="4"))
    return number


KEPT = {
    "id": "r1",
    "act_code": "",
    "act_titre": "Tenir un échéancier",
    "act_dimension": "D1",
    "act_priorite": "p1",
    "act_decision": "retenue",
    "act_pilote": "Direction",
    "act_echeance": "2027-03-01",
}


def test_the_consensus_wants_marks_words_on_gaps_and_a_plan(database: Database, world: World) -> None:
    number = restitution(database, world)
    assert "manquantes" in lacking(database, number, Guard.CONSENSUS)
    put(database, number, "S11C", marks("cons", "2"))
    message = lacking(database, number, Guard.CONSENSUS)
    assert "Un mot d’explication" in message
    assert message.count("«") == 1, "a mark « non abordé » has no gap"
    put(database, number, "S11C", {"cons_D3_mot": "Les procédures existent mais personne ne les lit."})
    assert "aucune action" in lacking(database, number, Guard.CONSENSUS)
    put(database, number, "S12", {"actions": [{**KEPT, "act_decision": "refusee", "act_motif": "Déjà fait"}]})
    assert "aucune action" in lacking(database, number, Guard.CONSENSUS)
    put(database, number, "S12", {"actions": [{**KEPT, "act_pilote": None}]})
    assert "sans pilote" in lacking(database, number, Guard.CONSENSUS)
    put(database, number, "S12", {"actions": [KEPT]})
    assert lacking(database, number, Guard.CONSENSUS) == ""


def test_unreachable_takes_five_attempts_over_three_weeks(database: Database, world: World) -> None:
    number = new_dossier(database, world, state=State.ASSIGNED)
    start = now() - timedelta(days=40)

    def attempt(day: int) -> None:
        with database.write() as session:
            session.add(
                ContactAttempt(
                    diagnosis_id=number, at=start + timedelta(days=day), medium="phone", outcome=ContactOutcome.NO_ANSWER
                )
            )

    for day in (0, 3, 6, 9):
        attempt(day)
    assert lacking(database, number, Guard.ATTEMPTED).startswith("4 tentative")
    attempt(20)
    assert "20 jours" in lacking(database, number, Guard.ATTEMPTED)
    attempt(21)
    assert lacking(database, number, Guard.ATTEMPTED) == ""
