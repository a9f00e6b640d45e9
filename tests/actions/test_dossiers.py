"""A dossier's moves.

1. Every move of the table is possible from its sources, for its roles, and from nowhere and for nobody else.
2. A condition on the content that is not met stops the move with its reason; nothing is written.
3. A page left open cannot move a dossier that has moved meanwhile, and the same form sent twice moves once.
4. An exit is replaced by the next reserve of the same stratum, by rank; when none is left, it says so.
5. Accepting writes to the firm and queues the draft report; the firm's verdict queues the final one.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor
from diagnostics.actions import dossiers
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.actions.room_links import RoomLink
from diagnostics.db import Database
from diagnostics.lifecycle import EXITS, MOVES, Guard, Move
from diagnostics.models import (
    ContactAttempt,
    ContactOutcome,
    Diagnosis,
    Firm,
    Job,
    JobState,
    Role,
    Selection,
    SignInSession,
    State,
    Token,
    now,
)
from tests.casework import (
    actor_of,
    add_attempts,
    add_dossier,
    add_firm,
    add_thread,
    dossier_in,
    firm_actor,
    messages,
    read,
    ready,
    verbs,
)
from tests.conftest import World

ROOM = RoomLink("https://exemple.fr/espace/{secret}", 30)
PEOPLE = {role: role.value for role in Role if role is not Role.FIRM}


@pytest.fixture
def open_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every condition on the content met, to look at the table alone."""

    def met(_session: Session, _diagnosis: Diagnosis) -> None:
        return None

    monkeypatch.setattr(dossiers, "GUARDS", dict.fromkeys(Guard, met))


def actor_for(database: Database, world: World, role: Role, diagnosis_id: int) -> Actor:
    return firm_actor(database, diagnosis_id) if role is Role.FIRM else actor_of(world.people[PEOPLE[role]])


def may_reach(role: Role, state: State) -> bool:
    """Who finds the dossier at all: a dossier just drawn has neither structure nor diagnostician yet."""
    if role in {Role.COORDINATOR, Role.FIRM}:
        return True
    return role in {Role.DIAGNOSTICIAN, Role.REFERENT} and state is not State.DRAWN


@pytest.mark.usefixtures("open_guards")
@pytest.mark.parametrize("name", sorted(MOVES))
def test_a_move_is_made_from_its_sources_by_its_roles_and_by_nobody_else(database: Database, world: World, name: str) -> None:
    """Requirement 1: the table, this move by every role from every state."""
    move = MOVES[name]
    for (role, state), (who, diagnosis_id) in _everybody_everywhere(database, world, move).items():
        reached = may_reach(role, state) or (state is State.DRAWN and name == "assign" and role is Role.DIAGNOSTICIAN)
        expected = _expected(move, role, state, reached=reached)
        found = _outcome(partial(_make, database, who, diagnosis_id, move))
        assert found == expected, f"{name} by {role} from {state}: {found}, not {expected}"
        assert read(database, diagnosis_id).state is (move.target if expected == "made" else state)


def _everybody_everywhere(database: Database, world: World, move: Move) -> dict[tuple[Role, State], tuple[Actor, int]]:
    """A dossier in each state for each role, dated; a drawn one has an owner where the move assigns."""
    given: dict[str, Any] = {"appointment_at": now(), "visited_on": date(2026, 3, 2)}
    if move.name == "assign":
        given["diagnostician_id"] = world.people["diagnostician"].id
    found = {}
    with database.write() as session:
        for number, (role, state) in enumerate(product(Role, State), 1):
            diagnosis_id = dossier_in(session, world, state, number=number, **given)
            who = Actor(Role.FIRM, "", diagnosis_id=diagnosis_id) if role is Role.FIRM else actor_of(world.people[PEOPLE[role]])
            found[role, state] = (who, diagnosis_id)
    return found


def _make(database: Database, who: Actor, diagnosis_id: int, move: Move) -> None:
    """A firm's own moves are made inside `actions.room`, after its code; here their place in the table is looked at."""
    if who.role is Role.FIRM or move.roles == {Role.FIRM}:
        with database.write() as session:
            dossiers.make_move(session, who, dossiers.claimed(session, who, diagnosis_id), move, reason="Motif")
    else:
        dossiers.move(database, who, diagnosis_id, move.name, reason="Motif")


def _outcome(make: Callable[[], None]) -> str:
    try:
        make()
    except NotFoundError:
        return "unknown"
    except ConflictError:
        return "stale"
    except AccessError:
        return "forbidden"
    return "made"


def _expected(move: Move, role: Role, state: State, *, reached: bool) -> str:
    if not reached:
        return "unknown"
    if role not in move.roles:
        return "forbidden"
    return "made" if state in move.sources else "stale"


def test_a_firm_cannot_validate_without_its_code(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    with pytest.raises(AccessError):
        dossiers.move(database, firm_actor(database, diagnosis_id), diagnosis_id, "validate")
    assert read(database, diagnosis_id).state is State.RESTITUTION


def test_a_session_for_the_marks_makes_no_move(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    who = firm_actor(database, diagnosis_id, marks_only=True)
    with database.write() as session, pytest.raises(AccessError):
        dossiers.make_move(session, who, dossiers.claimed(session, who, diagnosis_id), MOVES["validate"])


def test_a_diagnostician_moves_only_her_own_dossiers(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.VISITED)
    with pytest.raises(NotFoundError):
        dossiers.move(database, actor_of(world.people["other_diagnostician"]), diagnosis_id, "enter")
    other = add_dossier(database, world, State.RESTITUTION, number=2)
    with database.write() as session, pytest.raises(NotFoundError):
        dossiers.claimed(session, firm_actor_elsewhere(diagnosis_id), other)


def firm_actor_elsewhere(diagnosis_id: int) -> Actor:
    return Actor(Role.FIRM, "", diagnosis_id=diagnosis_id)


def test_an_unknown_move_is_none(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world)
    with pytest.raises(NotFoundError):
        dossiers.move(database, actor_of(world.people["coordinator"]), diagnosis_id, "teleport")


@pytest.mark.usefixtures("open_guards")
@pytest.mark.parametrize("name", sorted(name for name, move in MOVES.items() if move.needs_reason and Role.FIRM not in move.roles))
@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_a_move_that_asks_why_takes_no_silence_and_no_novel(database: Database, world: World, name: str, reason: str) -> None:
    move = MOVES[name]
    state = min(move.sources - {State.DRAWN})
    diagnosis_id = add_dossier(database, world, state)
    role = "coordinator" if Role.COORDINATOR in move.roles else "diagnostician"
    with pytest.raises(ActionError):
        dossiers.move(database, actor_of(world.people[role]), diagnosis_id, name, reason=reason)
    assert read(database, diagnosis_id).state is state
    assert verbs(database, diagnosis_id) == []


@pytest.mark.parametrize(
    "guard", [guard for guard in Guard if any(move.guard is guard for move in MOVES.values()) and guard is not Guard.NONE]
)
def test_a_condition_not_met_stops_the_move_with_its_reason(
    database: Database, world: World, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirement 2, for each condition of the table."""
    move = next(move for move in MOVES.values() if move.guard is guard)
    diagnosis_id = add_dossier(database, world, max(move.sources))
    why = LazyString(lambda: "Il manque la moitié.")

    def unmet(_session: Session, _diagnosis: Diagnosis) -> LazyString:
        return why

    monkeypatch.setattr(dossiers, "GUARDS", {guard: unmet})
    role = next(iter(move.roles))
    who = actor_for(database, world, role, diagnosis_id)
    with pytest.raises(ActionError, match="la moitié"):
        _make(database, who, diagnosis_id, move)
    assert verbs(database, diagnosis_id) == []


def test_submitting_an_empty_dossier_says_what_is_missing(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    with pytest.raises(ActionError, match="accord de l’entreprise"):
        dossiers.move(database, actor_of(world.people["diagnostician"]), diagnosis_id, "submit")


def test_returning_needs_an_open_remark(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    coordinator = actor_of(world.people["coordinator"])
    with pytest.raises(ActionError, match="remarque"):
        dossiers.move(database, coordinator, diagnosis_id, "return")
    add_thread(database, diagnosis_id, "eff_total", "Et les apprentis ?", author=world.people["coordinator"])
    dossiers.move(database, coordinator, diagnosis_id, "return")
    assert read(database, diagnosis_id).state is State.RETURNED
    assert "remarques" in messages(database, "diagnostician@exemple.fr")[-1].body


@pytest.mark.parametrize(("count", "days", "possible"), [(4, 30, False), (5, 20, False), (5, 21, True), (9, 40, True)])
def test_unreachable_needs_five_attempts_over_three_weeks(
    database: Database, world: World, count: int, days: int, possible: bool
) -> None:
    diagnosis_id = add_dossier(database, world, State.ASSIGNED)
    add_attempts(database, diagnosis_id, count=count, days=days)
    owner = actor_of(world.people["diagnostician"])
    if possible:
        dossiers.move(database, owner, diagnosis_id, "unreachable", reason="Jamais de réponse.")
    else:
        with pytest.raises(ActionError):
            dossiers.move(database, owner, diagnosis_id, "unreachable", reason="Jamais de réponse.")
    assert read(database, diagnosis_id).state is (State.UNREACHABLE if possible else State.ASSIGNED)


def test_a_form_sent_twice_moves_once(database: Database, world: World) -> None:
    """Requirement 3."""
    diagnosis_id = add_dossier(database, world, State.VISITED)
    owner = actor_of(world.people["diagnostician"])
    dossiers.move(database, owner, diagnosis_id, "enter")
    with pytest.raises(ConflictError, match="changé d’état entre-temps"):
        dossiers.move(database, owner, diagnosis_id, "enter")
    assert verbs(database, diagnosis_id) == ["moved"]


def test_a_page_left_open_moves_nothing(database: Database, world: World) -> None:
    """Requirement 3: the move exists from both states, but the person saw the other one."""
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    coordinator = actor_of(world.people["coordinator"])
    with pytest.raises(ConflictError, match="Saisie en cours"):
        dossiers.move(database, coordinator, diagnosis_id, "abandon", reason="Fermeture", expected=State.VISITED)
    assert read(database, diagnosis_id).state is State.ENTRY


def test_a_move_is_dated_and_written_down(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CLOSED, state_since=now() - timedelta(days=200))
    dossiers.move(
        database, actor_of(world.people["coordinator"]), diagnosis_id, "followup6", reason=" Deux actions sur trois sont faites. "
    )
    kept = read(database, diagnosis_id)
    assert kept.state_reason == "Deux actions sur trois sont faites."
    assert now() - kept.state_since < timedelta(minutes=1)
    assert verbs(database, diagnosis_id) == ["moved"]


def test_the_former_follow_up_is_not_lost(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CLOSED)
    coordinator = actor_of(world.people["coordinator"])
    dossiers.move(database, coordinator, diagnosis_id, "followup6", reason="À six mois : tuilage commencé.")
    dossiers.move(database, coordinator, diagnosis_id, "followup12", reason="À douze mois : tuilage fini.")
    kept = read(database, diagnosis_id)
    assert kept.state_reason == "À douze mois : tuilage fini."
    assert "À six mois : tuilage commencé." in kept.visit_notes


@pytest.mark.usefixtures("open_guards")
@pytest.mark.parametrize("name", sorted(name for name, move in MOVES.items() if move.target in EXITS))
def test_an_exit_is_replaced_by_the_next_reserve_of_its_stratum(database: Database, world: World, name: str) -> None:
    """Requirement 4."""
    diagnosis_id = add_dossier(database, world, State.ASSIGNED, number=42)
    with database.write() as session:
        add_firm(session, world, 50, selection=Selection.RESERVE, draw_rank=3)
        second = add_firm(session, world, 51, selection=Selection.RESERVE, draw_rank=2).id
        add_firm(session, world, 52, selection=Selection.RESERVE, draw_rank=1, departement="84")
        add_firm(session, world, 53, selection=Selection.FRAME, draw_rank=1)
        add_firm(session, world, 54, selection=Selection.RESERVE, draw_rank=1, size_class="3-5")
    made = dossiers.move(database, actor_of(world.people["coordinator"]), diagnosis_id, name, reason="Motif")
    assert made.replacement == "PACA-0043"
    replacing = read(database, diagnosis_id).replaced_by
    assert replacing is not None
    assert (replacing.firm_id, replacing.state, replacing.diagnostician_id) == (second, State.DRAWN, None)
    assert verbs(database, diagnosis_id) == ["moved", "replaced"]
    assert verbs(database, replacing.id) == ["drawn_as_replacement"]


def test_reserves_are_taken_in_turn_until_none_is_left(database: Database, world: World) -> None:
    """Requirement 4: a replacement that leaves in its turn is replaced as well; then it says that none is left."""
    coordinator = actor_of(world.people["coordinator"])
    diagnosis_id = add_dossier(database, world, State.ASSIGNED)
    with database.write() as session:
        for rank in (1, 2):
            add_firm(session, world, 60 + rank, selection=Selection.RESERVE, draw_rank=rank)
    for rank in (1, 2):
        dossiers.move(database, coordinator, diagnosis_id, "out_of_scope", reason="Moins de trois salariés")
        replacing = read(database, diagnosis_id).replaced_by
        assert replacing is not None
        assert read(database, replacing.id).firm.draw_rank == rank
        diagnosis_id = replacing.id
    last = dossiers.move(database, coordinator, diagnosis_id, "duplicate", reason="Déjà au panel")
    assert last.replacement is None
    assert verbs(database, diagnosis_id)[-1] == "reserve_exhausted"
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Diagnosis)) == 3


def test_an_exit_closes_the_room(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    owner = actor_of(world.people["diagnostician"])
    dossiers.send_room_link(database, owner, diagnosis_id, ROOM)
    firm = firm_actor(database, diagnosis_id)
    dossiers.move(database, owner, diagnosis_id, "refuse", reason="Pas le temps")
    with database.read() as session:
        assert session.scalars(select(Token)).one().revoked_at is not None
        assert session.get_one(SignInSession, firm.session_id).revoked_at is not None


def test_accepting_writes_to_the_firm_and_queues_the_draft(database: Database, world: World) -> None:
    """Requirement 5."""
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    made = dossiers.move(database, actor_of(world.people["coordinator"]), diagnosis_id, "accept", room=ROOM)
    assert made.link_sent
    assert "https://exemple.fr/espace/" in messages(database, "direction1@exemple.fr")[0].body
    assert _queued(database) == [{"diagnosis_id": diagnosis_id, "kind": "draft"}]


def test_accepting_without_an_address_sends_nothing_and_says_so(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW, firm={"contact_email": ""})
    made = dossiers.move(database, actor_of(world.people["coordinator"]), diagnosis_id, "accept", room=ROOM)
    assert not made.link_sent
    assert _queued(database) == [{"diagnosis_id": diagnosis_id, "kind": "draft"}]


@pytest.mark.usefixtures("open_guards")
@pytest.mark.parametrize("name", ["validate", "validate_remarks", "disagree"])
def test_the_verdict_queues_the_final_report(database: Database, world: World, name: str) -> None:
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    _make(database, firm_actor(database, diagnosis_id), diagnosis_id, MOVES[name])
    assert _queued(database) == [{"diagnosis_id": diagnosis_id, "kind": "final"}]


def _queued(database: Database) -> list[dict[str, object]]:
    with database.read() as session:
        return [job.parameters for job in session.scalars(select(Job).where(Job.kind == "report", Job.state == JobState.QUEUED))]


def test_a_new_draft_can_be_asked_for_once_at_a_time(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    owner = actor_of(world.people["diagnostician"])
    dossiers.request_draft(database, owner, diagnosis_id)
    with pytest.raises(ActionError, match="attend déjà"):
        dossiers.request_draft(database, owner, diagnosis_id)
    assert len(_queued(database)) == 1
    with pytest.raises(AccessError):
        dossiers.request_draft(database, actor_of(world.people["referent"]), diagnosis_id)


# ------------------------------------------------------------------- contacts and dates


@pytest.mark.parametrize(
    ("outcome", "reached"),
    [(ContactOutcome.NO_ANSWER, False), (ContactOutcome.WRONG_NUMBER, False), (ContactOutcome.CALL_BACK, True)],
)
def test_the_first_attempt_that_reaches_somebody_moves_the_dossier_on(
    database: Database,
    world: World,
    outcome: ContactOutcome,
    reached: bool,
) -> None:
    diagnosis_id = add_dossier(database, world, State.ASSIGNED)
    owner = actor_of(world.people["diagnostician"])
    assert (
        dossiers.record_attempt(
            database, owner, diagnosis_id, at=now() - timedelta(hours=1), medium="phone", outcome=outcome, note=""
        )
        is reached
    )
    assert read(database, diagnosis_id).state is (State.CONTACTED if reached else State.ASSIGNED)


def test_an_attempt_is_past_within_the_campaign_and_noted_once(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world)
    owner = actor_of(world.people["diagnostician"])

    def record(moment: object, medium: str = "phone") -> None:
        dossiers.record_attempt(database, owner, diagnosis_id, at=moment, medium=medium, outcome=ContactOutcome.NO_ANSWER, note="")  # type: ignore[arg-type]

    with pytest.raises(ActionError, match="avenir"):
        record(now() + timedelta(days=1))
    with pytest.raises(ActionError, match="campagne"):
        record(now() - timedelta(days=3000))
    with pytest.raises(ActionError, match="moyen"):
        record(now(), "pigeon")
    moment = now() - timedelta(days=2)
    record(moment)
    with pytest.raises(ConflictError, match="déjà notée"):
        record(moment)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ContactAttempt)) == 1


def test_a_referent_and_strangers_note_nothing(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world)
    for name, error in (
        ("referent", AccessError),
        ("other_diagnostician", NotFoundError),
        ("analyst", NotFoundError),
        ("partner", NotFoundError),
    ):
        with pytest.raises(error):
            dossiers.record_visit(database, actor_of(world.people[name]), diagnosis_id, date(2026, 3, 2))
        with pytest.raises(error):
            dossiers.edit_contact(database, actor_of(world.people[name]), diagnosis_id, name="", email="", phone="")
    assert verbs(database, diagnosis_id) == []


def test_an_appointment_moves_the_dossier_then_may_change(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    owner = actor_of(world.people["diagnostician"])
    with pytest.raises(ActionError, match="vérifiez l’année"):
        dossiers.set_appointment(database, owner, diagnosis_id, now() + timedelta(days=800))
    dossiers.set_appointment(database, owner, diagnosis_id, now() + timedelta(days=8))
    dossiers.set_appointment(database, owner, diagnosis_id, now() + timedelta(days=9))
    kept = read(database, diagnosis_id)
    assert kept.state is State.APPOINTMENT
    assert kept.appointment_at is not None
    assert kept.appointment_at > now() + timedelta(days=8, hours=12)
    assert verbs(database, diagnosis_id) == ["moved", "appointment_changed"]


def test_a_visit_is_dated_today_or_before(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.APPOINTMENT)
    owner = actor_of(world.people["diagnostician"])
    with pytest.raises(ActionError, match="avenir"):
        dossiers.record_visit(database, owner, diagnosis_id, now().date() + timedelta(days=2))
    with pytest.raises(ActionError, match="campagne"):
        dossiers.record_visit(database, owner, diagnosis_id, date(2020, 1, 1))
    dossiers.record_visit(database, owner, diagnosis_id, date(2026, 3, 2))
    dossiers.record_visit(database, owner, diagnosis_id, date(2026, 3, 3))
    kept = read(database, diagnosis_id)
    assert (kept.state, kept.visited_on) == (State.VISITED, date(2026, 3, 3))


@pytest.mark.parametrize(("name", "words"), [("appoint", "rendez-vous"), ("visit", "visite")])
def test_a_dated_move_needs_its_date(database: Database, world: World, name: str, words: str) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    owner = actor_of(world.people["diagnostician"])
    with pytest.raises(ActionError, match=words):
        dossiers.move(database, owner, diagnosis_id, name)
    ready(database, diagnosis_id)
    dossiers.move(database, owner, diagnosis_id, name)
    assert read(database, diagnosis_id).state is MOVES[name].target


def test_notes_changed_elsewhere_are_not_overwritten(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    owner = actor_of(world.people["diagnostician"])
    seen = dossiers.notes_mark(read(database, diagnosis_id))
    dossiers.save_notes(database, owner, diagnosis_id, "Première version", seen=seen)
    with pytest.raises(ConflictError, match="ailleurs"):
        dossiers.save_notes(database, owner, diagnosis_id, "Seconde version", seen=seen)
    dossiers.save_notes(database, owner, diagnosis_id, "Première version", seen=seen)
    assert read(database, diagnosis_id).visit_notes == "Première version"
    with pytest.raises(ActionError, match="20 000"):
        dossiers.save_notes(database, owner, diagnosis_id, "x" * 20_001, seen=seen)


def test_a_new_address_ends_the_link_sent_to_the_old_one(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    owner = actor_of(world.people["diagnostician"])
    dossiers.send_room_link(database, owner, diagnosis_id, ROOM)
    assert not dossiers.edit_contact(
        database, owner, diagnosis_id, name="Mme A.", email="Direction1@exemple.fr", phone="04 00 00 00 00"
    )
    assert dossiers.edit_contact(database, owner, diagnosis_id, name="M. B.", email="autre@exemple.fr", phone="")
    with database.read() as session:
        assert session.scalars(select(Token)).one().revoked_at is not None
        assert session.scalars(select(Firm.contact_name)).one() == "M. B."
