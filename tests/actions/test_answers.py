"""Saving answers: what is kept, what is refused, and what happens when two people save the same section."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from diagnostics.actions.answers import (
    AnswersConflictError,
    LockedError,
    fingerprint,
    save_section,
    seal_marks,
)
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.db import Database
from diagnostics.models import Diagnosis, JournalLine, Role, State
from questionnaires.answers import Answer, AnswerState, Missing
from tests.conftest import World
from tests.dossier import actor_of, firm_actor, held, marks, new_dossier, put, set_dossier, value_of

BLANK = fingerprint(None)


def journal(database: Database, verb: str) -> list[JournalLine]:
    with database.read() as session:
        return list(session.scalars(select(JournalLine).where(JournalLine.verb == verb).order_by(JournalLine.id)))


def dossier(database: Database, diagnosis_id: int) -> Diagnosis:
    with database.read() as session:
        return session.get_one(Diagnosis, diagnosis_id)


def test_a_save_keeps_the_answers_counts_and_says_who(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    who = actor_of(world.people["diagnostician"])
    done = save_section(database, who, number, "S2", {"eff_total": Answer(12), "etp_total": Answer(10.5)}, base_revision=0)
    assert (done.revision, set(done.changed)) == (1, {"eff_total", "etp_total"})
    assert held(database, number, "S2")["eff_total"] == {"state": "collected", "value": 12}
    assert dossier(database, number).revision == 1
    line = journal(database, "section_saved")[0]
    assert line.actor_id == who.user_id
    assert line.detail == {"section": "S2", "questions": ["eff_total", "etp_total"], "revision": 1}, (
        "the journal names questions, never values"
    )


def test_sending_the_same_twice_changes_nothing(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    who = actor_of(world.people["diagnostician"])
    sent = {"eff_total": Answer(12), "eff_rqth": Answer()}
    save_section(database, who, number, "S2", sent, base_revision=0, base={})
    again = save_section(database, who, number, "S2", sent, base_revision=0, base={})
    assert (again.revision, again.changed) == (1, ())
    assert len(journal(database, "section_saved")) == 1
    assert "eff_rqth" not in held(database, number, "S2"), "a question never answered is not stored as blank"


def test_an_emptied_answer_is_stored_as_empty(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12})
    who = actor_of(world.people["diagnostician"])
    save_section(database, who, number, "S2", {"eff_total": Answer()}, base_revision=1, base={"eff_total": fingerprint(Answer(12))})
    assert held(database, number, "S2")["eff_total"] == {"state": "collected"}


def test_the_first_save_after_the_visit_begins_the_entry(database: Database, world: World) -> None:
    number = new_dossier(database, world, state=State.VISITED)
    done = save_section(database, actor_of(world.people["diagnostician"]), number, "S0", {"v_rang": Answer(1)}, base_revision=0)
    assert done.entry_begun
    assert dossier(database, number).state is State.ENTRY
    assert journal(database, "moved")[0].detail == {"move": "enter", "before": "visited", "after": "entry"}


@pytest.mark.parametrize("state", [State.ASSIGNED, State.CONTACTED, State.APPOINTMENT])
def test_preparing_before_the_visit_is_allowed_and_moves_nothing(database: Database, world: World, state: State) -> None:
    number = new_dossier(database, world, state=state)
    done = save_section(
        database, actor_of(world.people["diagnostician"]), number, "S1", {"opco": Answer("Uniformation")}, base_revision=0
    )
    assert not done.entry_begun
    assert dossier(database, number).state is state


def test_a_change_after_the_return_is_marked_as_edited(database: Database, world: World) -> None:
    number = new_dossier(database, world, state=State.RETURNED)
    put(database, number, "S2", {"eff_total": 12, "etp_total": 10.0})
    who = actor_of(world.people["diagnostician"])
    save_section(database, who, number, "S2", {"eff_total": Answer(13), "etp_total": Answer(10.0)}, base_revision=1)
    stored = held(database, number, "S2")
    assert stored["eff_total"]["state"] == "edited"
    assert stored["etp_total"]["state"] == "collected"


def test_a_prefilled_answer_is_stored_as_such_until_it_changes(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    who = actor_of(world.people["diagnostician"])
    shown = Answer("88.10A", state=AnswerState.PREFILLED)
    save_section(database, who, number, "S1", {"naf": shown}, base_revision=0, base={"naf": fingerprint(shown)})
    assert held(database, number, "S1")["naf"] == {"state": "prefilled", "value": "88.10A"}
    save_section(database, who, number, "S1", {"naf": Answer("88.10B")}, base_revision=1, base={"naf": fingerprint(shown)})
    assert held(database, number, "S1")["naf"]["state"] == "collected"


def test_two_people_on_different_answers_are_merged(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12, "etp_total": 10.0})
    who = actor_of(world.people["diagnostician"])
    shown = {"eff_total": fingerprint(Answer(12)), "etp_total": fingerprint(Answer(10.0))}
    save_section(database, who, number, "S2", {"eff_total": Answer(13), "etp_total": Answer(10.0)}, base_revision=1, base=shown)
    late = save_section(
        database, who, number, "S2", {"eff_total": Answer(12), "etp_total": Answer(11.0)}, base_revision=1, base=shown
    )
    assert late.changed == ("etp_total",)
    assert value_of(database, number, "S2", "eff_total") == 13
    assert value_of(database, number, "S2", "etp_total") == 11.0


def test_the_same_answer_changed_twice_gives_both_and_saves_nothing(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12})
    who = actor_of(world.people["diagnostician"])
    shown = {"eff_total": fingerprint(Answer(12)), "etp_total": BLANK}
    save_section(database, who, number, "S2", {"eff_total": Answer(13)}, base_revision=1, base=shown)
    with pytest.raises(AnswersConflictError) as raised:
        save_section(database, who, number, "S2", {"eff_total": Answer(14), "etp_total": Answer(9.0)}, base_revision=1, base=shown)
    [conflict] = raised.value.conflicts
    assert (conflict.question, conflict.mine.value, conflict.theirs.value) == ("eff_total", 14, 13)
    assert raised.value.by == world.people["diagnostician"].name
    assert value_of(database, number, "S2", "eff_total") == 13
    assert value_of(database, number, "S2", "etp_total") is None


def test_without_fingerprints_a_stale_page_never_overwrites(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12}, revision=4)
    with pytest.raises(AnswersConflictError):
        save_section(database, actor_of(world.people["diagnostician"]), number, "S2", {"eff_total": Answer(14)}, base_revision=3)
    assert value_of(database, number, "S2", "eff_total") == 12


def test_many_at_once_on_different_answers_lose_nothing(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    who = actor_of(world.people["diagnostician"])
    names = ["eff_total", "eff_temps_partiel", "eff_rqth", "etp_total"]

    def save(name: str) -> tuple[str, ...]:
        value: float = 5.0 if name == "etp_total" else 5
        return save_section(database, who, number, "S2", {name: Answer(value)}, base_revision=0, base={}).changed

    with ThreadPoolExecutor(4) as pool:
        assert sorted(sum(pool.map(save, names), ())) == sorted(names)
    assert {name: given["value"] for name, given in held(database, number, "S2").items()} == dict.fromkeys(names, 5)
    assert dossier(database, number).revision == 4
    assert sorted(line.detail["revision"] for line in journal(database, "section_saved")) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "state", [State.DRAWN, State.REVIEW, State.SENT, State.RESTITUTION, State.VALIDATED, State.CLOSED, State.REFUSAL]
)
def test_a_dossier_that_is_not_in_the_field_is_locked(database: Database, world: World, state: State) -> None:
    number = new_dossier(database, world, state=state)
    with pytest.raises(LockedError, match="ne peut pas être modifiée"):
        save_section(database, actor_of(world.people["diagnostician"]), number, "S2", {"eff_total": Answer(12)}, base_revision=0)
    assert held(database, number, "S2") == {}


@pytest.mark.parametrize("who", ["other_diagnostician", "analyst", "partner", "committee", "admin"])
def test_a_foreign_dossier_is_unknown(database: Database, world: World, who: str) -> None:
    number = new_dossier(database, world)
    with pytest.raises(NotFoundError):
        save_section(database, actor_of(world.people[who]), number, "S2", {"eff_total": Answer(12)}, base_revision=0)


@pytest.mark.parametrize("who", ["coordinator", "referent"])
def test_those_who_may_read_may_not_write(database: Database, world: World, who: str) -> None:
    number = new_dossier(database, world)
    with pytest.raises(LockedError):
        save_section(database, actor_of(world.people[who]), number, "S2", {"eff_total": Answer(12)}, base_revision=0)


def test_an_unknown_section_or_question_is_refused(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    who = actor_of(world.people["diagnostician"])
    with pytest.raises(NotFoundError):
        save_section(database, who, number, "S99", {}, base_revision=0)
    with pytest.raises(ActionError, match="produits"):
        save_section(database, who, number, "S2", {"produits": Answer(1.0)}, base_revision=0)


def test_too_much_text_is_refused_with_what_to_do(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    with pytest.raises(ActionError, match="raccourcissez"):
        save_section(
            database,
            actor_of(world.people["diagnostician"]),
            number,
            "S6",
            {"recrut_metiers": Answer("é" * 1_200_000)},
            base_revision=0,
        )


def test_a_reason_alone_is_a_change(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 60})
    done = save_section(
        database,
        actor_of(world.people["diagnostician"]),
        number,
        "S2",
        {"eff_total": Answer(60, reasons={"panel": "Deux sites réunis"})},
        base_revision=1,
        base={"eff_total": fingerprint(Answer(60))},
    )
    assert done.changed == ("eff_total",)
    assert held(database, number, "S2")["eff_total"]["reasons"] == {"panel": "Deux sites réunis"}


def test_a_reason_for_no_answer_is_kept(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    save_section(
        database,
        actor_of(world.people["diagnostician"]),
        number,
        "S10",
        {"fonds_propres": Answer(missing=Missing.REFUSED)},
        base_revision=0,
    )
    assert held(database, number, "S10")["fonds_propres"] == {"state": "collected", "missing": "refused"}


# --- marks -------------------------------------------------------------------------------------------------------------


def test_a_voice_seals_ten_marks_and_then_cannot_change_them(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    who = actor_of(world.people["diagnostician"])
    put(database, number, "S11D", marks("diag", "2", D4="9"))
    seal_marks(database, who, number, "diagnostician")
    assert dossier(database, number).marks_diagnostician_at is not None
    with pytest.raises(LockedError):
        save_section(database, who, number, "S11D", {"diag_D1": Answer("4")}, base_revision=1)
    with pytest.raises(LockedError):
        seal_marks(database, who, number, "diagnostician")
    assert journal(database, "marks_sealed")[0].detail == {"voice": "diagnostician"}


def test_sealing_names_the_marks_that_lack(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S11F", {name: mark for name, mark in marks("ent").items() if name not in {"ent_D3", "ent_D10"}})
    with pytest.raises(ActionError, match="Il manque") as raised:
        seal_marks(database, firm_actor(number), number, "firm")
    assert str(raised.value).count("comment voyez-vous") <= 2
    assert dossier(database, number).marks_firm_at is None


def test_nobody_seals_or_writes_the_other_voice(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S11F", marks("ent"))
    put(database, number, "S11D", marks("diag"))
    diagnostician = actor_of(world.people["diagnostician"])
    with pytest.raises(LockedError):
        seal_marks(database, diagnostician, number, "firm")
    with pytest.raises(LockedError):
        seal_marks(database, firm_actor(number), number, "diagnostician")
    with pytest.raises(LockedError):
        save_section(database, diagnostician, number, "S11F", {"ent_D1": Answer("0")}, base_revision=1)
    with pytest.raises(LockedError):
        save_section(database, firm_actor(number), number, "S2", {"eff_total": Answer(3)}, base_revision=0)


def test_a_firm_saves_its_own_marks_without_beginning_the_entry(database: Database, world: World) -> None:
    number = new_dossier(database, world, state=State.VISITED)
    save_section(database, firm_actor(number), number, "S11F", {"ent_D1": Answer("3")}, base_revision=0)
    assert dossier(database, number).state is State.VISITED
    line = journal(database, "section_saved")[0]
    assert (line.actor_id, line.actor_role) == (None, Role.FIRM.value)


def test_the_consensus_is_written_at_the_restitution_only(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    who = actor_of(world.people["diagnostician"])
    with pytest.raises(LockedError):
        save_section(database, who, number, "S11C", {"cons_D1": Answer("2")}, base_revision=0)
    set_dossier(database, number, state=State.RESTITUTION)
    save_section(database, who, number, "S11C", {"cons_D1": Answer("2")}, base_revision=0)
    assert value_of(database, number, "S11C", "cons_D1") == "2"
