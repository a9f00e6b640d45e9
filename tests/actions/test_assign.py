"""Assignment: only an accredited diagnostician is given a firm; shares are level and lie together."""

from collections import Counter

import pytest
from sqlalchemy import select

from diagnostics.access import AccessError, Actor
from diagnostics.actions import assign, draw
from diagnostics.actions.assign import Candidate, Waiting
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.db import Database
from diagnostics.models import Accreditation, AccreditationState, Diagnosis, JournalLine, Role, State, User
from tests.actions.frame import coordinator, load_frame
from tests.conftest import World


@pytest.fixture
def drawn(database: Database, world: World) -> list[int]:
    """Twelve drawn dossiers, by reference."""
    load_frame(database, world)
    draw.draw_panel(database, coordinator(world), world.campaign_id, 12, 7)
    with database.read() as session:
        return list(session.scalars(select(Diagnosis.id).order_by(Diagnosis.reference)))


def test_dossiers_are_given_and_change_hands(database: Database, world: World, drawn: list[int]) -> None:
    actor, first, second = coordinator(world), world.people["diagnostician"], world.people["other_diagnostician"]
    assert assign.assign(database, actor, dict.fromkeys(drawn[:3], first.id)) == 3
    with database.read() as session:
        given = session.scalars(select(Diagnosis).where(Diagnosis.diagnostician_id == first.id)).all()
        assert {(row.state, row.structure_id) for row in given} == {(State.ASSIGNED, first.structure_id)}
    with database.write() as session:
        session.get_one(Diagnosis, drawn[0]).state = State.CONTACTED
    assert assign.assign(database, actor, dict.fromkeys(drawn[:2], second.id)) == 2
    assert assign.assign(database, actor, dict.fromkeys(drawn[:2], second.id)) == 0
    with database.read() as session:
        moved = session.get_one(Diagnosis, drawn[0])
        assert (moved.state, moved.diagnostician_id, moved.structure_id) == (State.CONTACTED, second.id, second.structure_id)
        verbs = Counter(session.scalars(select(JournalLine.verb).where(JournalLine.subject == "diagnosis")))
    assert verbs == {"moved": 3, "reassigned": 2}


@pytest.mark.parametrize("state", [one for one in AccreditationState if one is not AccreditationState.ACCREDITED])
def test_nobody_else_than_an_accredited_person_can_be_given_a_firm(
    database: Database, world: World, drawn: list[int], state: AccreditationState
) -> None:
    person = world.people["diagnostician"]
    with database.write() as session:
        session.get_one(Accreditation, person.id).state = state
    with pytest.raises(ActionError, match="habilitée"):
        assign.assign(database, coordinator(world), {drawn[0]: person.id})
    with database.read() as session:
        assert session.get_one(Diagnosis, drawn[0]).state is State.DRAWN
        assert [one.user_id for one in assign.accredited(session)] == [world.people["other_diagnostician"].id]


@pytest.mark.parametrize("name", ["coordinator", "referent", "analyst", "partner", "admin"])
def test_another_role_cannot_be_given_a_firm(database: Database, world: World, drawn: list[int], name: str) -> None:
    with pytest.raises(ActionError, match="habilitée"):
        assign.assign(database, coordinator(world), {drawn[0]: world.people[name].id})


def test_a_closed_account_cannot_be_given_a_firm(database: Database, world: World, drawn: list[int]) -> None:
    person = world.people["diagnostician"]
    with database.write() as session:
        session.get_one(User, person.id).active = False
    with pytest.raises(ActionError, match="habilitée"):
        assign.assign(database, coordinator(world), {drawn[0]: person.id})


def test_all_or_none(database: Database, world: World, drawn: list[int]) -> None:
    actor, person = coordinator(world), world.people["diagnostician"]
    with database.write() as session:
        row = session.get_one(Diagnosis, drawn[1])
        row.state, row.diagnostician_id = State.REVIEW, world.people["other_diagnostician"].id
    with pytest.raises(ActionError, match="change pas de main"):
        assign.assign(database, actor, dict.fromkeys(drawn[:2], person.id))
    with pytest.raises(NotFoundError):
        assign.assign(database, actor, {drawn[0]: person.id, 9999: person.id})
    with pytest.raises(ActionError, match="habilitée"):
        assign.assign(database, actor, {drawn[0]: person.id, drawn[2]: 9999})
    with pytest.raises(ActionError, match="au moins un"):
        assign.assign(database, actor, {})
    with pytest.raises(ActionError, match="au plus"):
        assign.assign(database, actor, dict.fromkeys(range(2_001), person.id))
    with database.read() as session:
        assert session.get_one(Diagnosis, drawn[0]).state is State.DRAWN


def test_only_the_coordination_assigns(database: Database, world: World, drawn: list[int]) -> None:
    for role in set(Role) - {Role.COORDINATOR}:
        who = Actor(role, "x", user_id=world.people["diagnostician"].id, structure_id=world.structures[0])
        with pytest.raises(AccessError):
            assign.assign(database, who, {drawn[0]: world.people["diagnostician"].id})
        with pytest.raises(AccessError):
            assign.assign_as_suggested(database, who, "x")


def test_the_whole_proposal_is_confirmed_as_shown(database: Database, world: World, drawn: list[int]) -> None:
    actor = coordinator(world)
    with database.read() as session:
        shown = assign.mark(assign.suggest(assign.waiting(session, actor), assign.accredited(session)))
    assign.assign(database, actor, {drawn[0]: world.people["diagnostician"].id})
    with pytest.raises(ConflictError):
        assign.assign_as_suggested(database, actor, shown)
    with database.read() as session:
        shown = assign.mark(assign.suggest(assign.waiting(session, actor), assign.accredited(session)))
    assert assign.assign_as_suggested(database, actor, shown) == 11
    with database.read() as session:
        assert sorted(one.load for one in assign.accredited(session)) == [6, 6]


def test_even_shares_level_the_loads() -> None:
    assert assign.even_shares([0, 0, 0], 7) == [3, 2, 2]
    assert assign.even_shares([5, 0, 2], 4) == [0, 3, 1]
    assert assign.even_shares([], 4) == []


def waiting(*departements: str) -> list[Waiting]:
    return [
        Waiting(number, f"PACA-{number:04d}", departement, f"zone {number % 2}", f"{departement}{number:03d}")
        for number, departement in enumerate(departements, 1)
    ]


def test_those_who_work_in_a_departement_are_given_its_dossiers() -> None:
    people = [
        Candidate(1, "A", "FOL 83", 0),
        Candidate(2, "B", "UDESS 05", 0),
        Candidate(3, "C", "CPCV", 2, {"13": 2}),
        Candidate(4, "D", "Têtes de l’Art", 0),
    ]
    dossiers = waiting(*["83"] * 4, *["05"] * 4, *["13"] * 3, *["84"] * 3)
    plan = assign.suggest(dossiers, people)
    assert set(plan) == {one.diagnosis_id for one in dossiers}
    given = {person: Counter(one.departement for one in dossiers if plan[one.diagnosis_id] == person) for person in (1, 2, 3, 4)}
    assert given[1] == {"83": 4}
    assert given[2] == {"05": 4}
    assert given[3] == {"13": 2}
    assert given[4] == {"84": 3, "13": 1}
    loads = [one.load + sum(given[one.user_id].values()) for one in people]
    assert max(loads) - min(loads) <= 1 or sorted(loads) == [4, 4, 4, 4]


def test_nobody_to_give_to_gives_nothing() -> None:
    assert assign.suggest(waiting("13"), []) == {}


def test_six_hundred_and_ninety_dossiers_are_shared_at_once() -> None:
    dossiers = waiting(*[assign.ROUTE[number % 6] for number in range(690)])
    people = [Candidate(number, f"P{number:02d}", f"Structure {number}", 0) for number in range(32)]
    plan = assign.suggest(dossiers, people)
    shares = Counter(plan.values())
    assert len(plan) == 690
    assert set(shares.values()) == {21, 22}
    spread = [len({one.departement for one in dossiers if plan[one.diagnosis_id] == person}) for person in shares]
    assert max(spread) <= 2
