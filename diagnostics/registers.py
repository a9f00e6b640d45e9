"""What an administrator looks up: accounts, journal, messages and background jobs. Selects only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from diagnostics.access import Actor, visible
from diagnostics.delays import midnight
from diagnostics.models import Job, JobState, JournalLine, OutboxMessage, Role, User, now

ACCOUNT_STATES = ("ouverts", "fermes", "invites", "bloques")


def accounts(actor: Actor, *, text: str = "", role: str = "", state: str = "") -> Select[Any]:
    """The accounts that this person may reach, by name."""
    query = visible(User, actor).options(joinedload(User.structure), joinedload(User.accreditation))
    words = text.strip()
    if words:
        query = query.where(or_(User.name.icontains(words, autoescape=True), User.email.icontains(words, autoescape=True)))
    if role in {member.value for member in Role}:
        query = query.where(User.role == Role(role))
    conditions = {
        "ouverts": User.active,
        "fermes": User.active.is_(False),
        "invites": User.active & User.password_hash.is_(None),
        "bloques": User.locked_until > now(),
    }
    if state in conditions:
        query = query.where(conditions[state])
    return query.order_by(func.lower(User.name), User.id)


@dataclass(frozen=True, slots=True)
class JournalSearch:
    """What the journal is narrowed to; everything empty means all of it."""

    verb: str = ""
    subject: str = ""
    subject_id: int | None = None
    person: str = ""
    first: date | None = None
    last: date | None = None


def journal(wanted: JournalSearch) -> Select[Any]:
    """The journal's lines, the latest first."""
    query = select(JournalLine)
    if wanted.verb:
        query = query.where(JournalLine.verb == wanted.verb)
    if wanted.subject:
        query = query.where(JournalLine.subject == wanted.subject)
    if wanted.subject_id is not None:
        query = query.where(JournalLine.subject_id == wanted.subject_id)
    if wanted.person.strip():
        words = wanted.person.strip()
        found = select(User.id).where(
            or_(User.name.icontains(words, autoescape=True), User.email.icontains(words, autoescape=True))
        )
        query = query.where(JournalLine.actor_id.in_(found))
    if wanted.first is not None:
        query = query.where(JournalLine.at >= midnight(wanted.first))
    if wanted.last is not None:
        query = query.where(JournalLine.at < midnight(wanted.last + timedelta(days=1)))
    return query.order_by(JournalLine.id.desc())


def journal_words(session: Session) -> tuple[list[str], list[str]]:
    """The verbs and the subjects that the journal holds."""
    verbs = session.scalars(select(JournalLine.verb).distinct().order_by(JournalLine.verb)).all()
    subjects = session.scalars(select(JournalLine.subject).distinct().order_by(JournalLine.subject)).all()
    return list(verbs), list(subjects)


def names(session: Session, numbers: Sequence[int | None]) -> dict[int, str]:
    """The names behind these users' numbers."""
    wanted = {number for number in numbers if number is not None}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())


def messages(*, waiting: bool) -> Select[Any]:
    """The messages that wait, or those that have left; the latest first."""
    condition = OutboxMessage.sent_at.is_(None) if waiting else OutboxMessage.sent_at.is_not(None)
    return select(OutboxMessage).where(condition).order_by(OutboxMessage.id.desc())


def jobs() -> Select[Any]:
    """The background jobs, the latest first."""
    return select(Job).order_by(Job.id.desc())


def jobs_underway(session: Session) -> int:
    """How many jobs wait or run."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.state.in_([JobState.QUEUED, JobState.RUNNING]))) or 0
