"""How long a dossier may stay where it is, and which ones are late.

The delays are the programme's (contact within 10 working days, a draft within 15 days of the visit, the restitution
within 21 days of the draft), and one of ours: an appointment that has passed must be followed by a visit or another
date within two days. `due_on` says it for one dossier, `late` for a query; a test holds the two together.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_

from diagnostics.models import Diagnosis, State

PARIS = ZoneInfo("Europe/Paris")
CONTACT_WORKING_DAYS = 10
APPOINTMENT_DAYS = 2
DRAFT_DAYS = 15
RESTITUTION_DAYS = 21
SATURDAY = 5
DRAFTING = frozenset({State.VISITED, State.ENTRY, State.RETURNED, State.REVIEW})


def paris_day(moment: datetime) -> date:
    """The day of a moment where the programme works."""
    return moment.astimezone(PARIS).date()


def midnight(day: date) -> datetime:
    """The moment a day begins where the programme works."""
    return datetime.combine(day, time(), PARIS)


def working_days_after(day: date, count: int) -> date:
    """The day that comes `count` working days after `day`. Week-ends are left out; public holidays are not known here."""
    found = day
    while count:
        found += timedelta(days=1)
        count -= found.weekday() < SATURDAY
    return found


def _latest_start(today: date, count: int) -> date:
    """The latest day whose `count`-th working day after it lies before `today`."""
    found = today
    while working_days_after(found, count) >= today:
        found -= timedelta(days=1)
    return found


def due_on(diagnosis: Diagnosis) -> date | None:
    """The last day for the next step, or None where the programme sets no delay."""
    since = paris_day(diagnosis.state_since)
    if diagnosis.state is State.ASSIGNED:
        return working_days_after(since, CONTACT_WORKING_DAYS)
    if diagnosis.state is State.APPOINTMENT and diagnosis.appointment_at is not None:
        return paris_day(diagnosis.appointment_at) + timedelta(days=APPOINTMENT_DAYS)
    if diagnosis.state in DRAFTING:
        return (diagnosis.visited_on or since) + timedelta(days=DRAFT_DAYS)
    if diagnosis.state is State.SENT:
        return since + timedelta(days=RESTITUTION_DAYS)
    return None


def days_late(diagnosis: Diagnosis, today: date) -> int:
    """By how many days the next step is late; 0 when it is not."""
    due = due_on(diagnosis)
    return max((today - due).days, 0) if due is not None else 0


def late(today: date) -> ColumnElement[bool]:
    """The condition, in a query on `Diagnosis`, that the next step is late on `today`."""
    draft = today - timedelta(days=DRAFT_DAYS)
    return or_(
        and_(
            Diagnosis.state == State.ASSIGNED,
            Diagnosis.state_since < midnight(_latest_start(today, CONTACT_WORKING_DAYS) + timedelta(days=1)),
        ),
        and_(Diagnosis.state == State.APPOINTMENT, Diagnosis.appointment_at < midnight(today - timedelta(days=APPOINTMENT_DAYS))),
        and_(
            Diagnosis.state.in_(DRAFTING),
            or_(Diagnosis.visited_on < draft, and_(Diagnosis.visited_on.is_(None), Diagnosis.state_since < midnight(draft))),
        ),
        and_(Diagnosis.state == State.SENT, Diagnosis.state_since < midnight(today - timedelta(days=RESTITUTION_DAYS))),
    )


def due_order() -> ColumnElement[datetime]:
    """What to sort by so that what has waited longest comes first: the appointment if one is fixed, else the last move."""
    return func.coalesce(Diagnosis.appointment_at, Diagnosis.state_since)
