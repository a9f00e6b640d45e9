"""The selects that pages share, and the delays that they sort by.

1. What a query calls late is what `due_on` says of each dossier.
2. A list reads as many times for forty dossiers as for four.
3. A page's number out of range gives the nearest page.
4. A search finds what registers write without accents.
"""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from diagnostics import delays, queries
from diagnostics.access import Actor
from diagnostics.db import Database
from diagnostics.delays import PARIS, days_late, due_on, late, working_days_after
from diagnostics.models import Diagnosis, Role, State
from tests.casework import actor_of, dossier_in
from tests.conftest import World

COORDINATOR = Actor(Role.COORDINATOR, "")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)


@pytest.mark.parametrize("today", [date(2026, 3, 9), date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 15), date(2026, 3, 30)])
def test_late_says_the_same_in_a_query_and_for_one_dossier(database: Database, world: World, today: date) -> None:
    """Requirement 1: every state, entered on every one of forty days, with and without a visit or an appointment."""
    with database.write() as session:
        number = 0
        for state in (
            State.ASSIGNED,
            State.APPOINTMENT,
            State.VISITED,
            State.RETURNED,
            State.REVIEW,
            State.SENT,
            State.CLOSED,
            State.CONTACTED,
        ):
            for age in range(0, 40, 1 if state is State.ASSIGNED else 3):
                number += 1
                day = today - timedelta(days=age)
                given = {"state_since": noon(day), "appointment_at": noon(day) if state is State.APPOINTMENT else None}
                dossier_in(session, world, state, number=number, visited_on=day - timedelta(days=2) if age % 2 else None, **given)  # type: ignore[arg-type]
    with database.read() as session:
        everything = session.scalars(select(Diagnosis)).all()
        found = set(session.scalars(select(Diagnosis.id).where(late(today))))
    assert found == {diagnosis.id for diagnosis in everything if days_late(diagnosis, today) > 0}
    assert 0 < len(found) < len(everything)


def test_ten_working_days_skip_two_week_ends() -> None:
    assert working_days_after(date(2026, 3, 2), 10) == date(2026, 3, 16)
    assert working_days_after(date(2026, 3, 7), 1) == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("state", "due"),
    [(State.SENT, date(2026, 3, 23)), (State.VISITED, date(2026, 3, 16)), (State.CLOSED, None), (State.REFUSAL, None)],
)
def test_the_programme_sets_the_delays(database: Database, world: World, state: State, due: date | None) -> None:
    with database.write() as session:
        dossier_in(session, world, state, number=1, state_since=noon(date(2026, 3, 2)), visited_on=date(2026, 3, 1))
    with database.read() as session:
        assert due_on(session.scalars(select(Diagnosis)).one()) == due


def statements(database: Database) -> int:
    """How many statements a list of everything takes, with all that its page shows of each dossier."""
    seen: list[str] = []

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    event.listen(database.reader, "before_cursor_execute", note)
    try:
        with database.read() as session:
            page = queries.paginate(session, queries.dossiers(COORDINATOR, queries.DossierFilter()), 1, per_page=100)
            assert [(row.firm.name, row.diagnostician.name, row.structure.name) for row in page.items]
            assert queries.open_thread_counts(session, COORDINATOR, page.items) == {}
            assert queries.returned_before(session, page.items) == frozenset()
    finally:
        event.remove(database.reader, "before_cursor_execute", note)
    return len(seen)


def test_a_long_list_reads_no_more_often_than_a_short_one(database: Database, world: World) -> None:
    """Requirement 2."""
    counts = []
    for size in (4, 40):
        with database.write() as session:
            for number in range(size):
                dossier_in(session, world, State.ENTRY, number=size * 100 + number)
        counts.append(statements(database))
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize(("asked", "given", "rows"), [(1, 1, 10), (3, 3, 5), (0, 1, 10), (-5, 1, 10), (99, 3, 5)])
def test_a_page_out_of_range_is_the_nearest(database: Database, world: World, asked: int, given: int, rows: int) -> None:
    """Requirement 3."""
    with database.write() as session:
        for number in range(1, 26):
            dossier_in(session, world, State.ENTRY, number=number)
    with database.read() as session:
        page = queries.paginate(session, queries.dossiers(COORDINATOR, queries.DossierFilter()), asked, per_page=10)
    assert (page.number, page.pages, page.total, len(page.items)) == (given, 3, 25, rows)


@pytest.mark.parametrize(
    "text", ["éclat", "eclat", "ECLAT", "PACA-0007", "paca-0007", "10000000000007", "1000 0000 0000 07", "aubagne", "100%_"]
)
def test_a_search_finds_names_references_numbers_and_places(database: Database, world: World, text: str) -> None:
    """Requirement 4."""
    with database.write() as session:
        dossier_in(
            session, world, State.ENTRY, number=7, firm={"name": "ASSOCIATION ECLAT 100%_SOLIDAIRE", "commune_name": "Aubagne"}
        )
        dossier_in(session, world, State.ENTRY, number=8)
    with database.read() as session:
        found = session.scalars(queries.dossiers(COORDINATOR, queries.DossierFilter(text=text))).unique().all()
    assert [row.reference for row in found] == ["PACA-0007"]


def test_what_is_late_comes_first_then_what_was_sent_back(database: Database, world: World) -> None:
    today = date(2026, 3, 9)
    with database.write() as session:
        dossier_in(session, world, State.ASSIGNED, number=1, state_since=noon(today))
        dossier_in(session, world, State.RETURNED, number=2, state_since=noon(today), visited_on=today)
        dossier_in(session, world, State.CLOSED, number=3, state_since=noon(today))
        dossier_in(session, world, State.ASSIGNED, number=4, state_since=noon(today - timedelta(days=60)))
        dossier_in(session, world, State.APPOINTMENT, number=5, appointment_at=noon(today + timedelta(days=9)))
        dossier_in(session, world, State.APPOINTMENT, number=6, appointment_at=noon(today + timedelta(days=2)))
    with database.read() as session:
        found = session.scalars(queries.dossiers(COORDINATOR, queries.DossierFilter(today=today))).unique().all()
    assert [row.reference[-1] for row in found] == ["4", "2", "6", "5", "1", "3"]


def test_counts_follow_the_filters_and_the_person(database: Database, world: World) -> None:
    with database.write() as session:
        dossier_in(session, world, State.ENTRY, number=1)
        dossier_in(session, world, State.ENTRY, number=2, firm={"sector": "sport"})
        dossier_in(session, world, State.REVIEW, number=3, owner="other_diagnostician")
        dossier_in(session, world, State.DRAWN, number=4)
    with database.read() as session:
        wanted = queries.DossierFilter()
        assert queries.counts_by_state(session, COORDINATOR) == {State.ENTRY: 2, State.REVIEW: 1, State.DRAWN: 1}
        assert queries.counts_by_state(session, actor_of(world.people["referent"]), wanted) == {State.ENTRY: 2}
        assert queries.counts_by_state(session, actor_of(world.people["other_diagnostician"])) == {State.REVIEW: 1}
        assert queries.counts_by_state(session, COORDINATOR, queries.DossierFilter(sector="sport")) == {State.ENTRY: 1}
        assert queries.counts_by_state(session, actor_of(world.people["analyst"])) == {}
        assert queries.count_late(session, actor_of(world.people["analyst"])) == 0


def test_midnight_is_the_programmes() -> None:
    assert delays.midnight(date(2026, 7, 1)).utcoffset() == timedelta(hours=2)
