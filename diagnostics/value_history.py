"""Who changed each answer, and when, out of the journal: the save writes nothing more for it, and the journal never holds a value.

Every save leaves one line that names the section and the questions changed; what was prefilled before is named too. The
latest line that names a question says who changed it last. Demonstrations and answers older than the journal have none: the
section's own last save stands in (`collected.Saved`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.models import JournalLine, Role, User

SAVED = "section_saved"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one answer: when, by whom (nobody's name for a firm), and whether the answer was prefilled before."""

    at: datetime
    by: str
    role: Role | None
    was_prefilled: bool = False


def _lines(session: Session, diagnosis_id: int, section: str | None) -> Iterator[tuple[JournalLine, str | None]]:
    query = (
        select(JournalLine, User.name)
        .outerjoin(User, User.id == JournalLine.actor_id)
        .where(
            JournalLine.subject == "diagnosis",
            JournalLine.subject_id == diagnosis_id,
            JournalLine.verb == SAVED,
        )
        .order_by(JournalLine.id.desc())
    )
    if section is not None:
        query = query.where(JournalLine.detail["section"].as_string() == section)
    yield from ((line, name) for line, name in session.execute(query))


def _change(line: JournalLine, name: str | None, question: str) -> Change:
    role = Role(line.actor_role) if line.actor_role in set(Role) else None
    return Change(line.at, name or "", role, question in line.detail.get("prefilled", ()))


def last_changes(session: Session, diagnosis_id: int, section: str | None = None) -> dict[str, Change]:
    """The last change of each question, of one section or of all, that the journal knows of."""
    found: dict[str, Change] = {}
    for line, name in _lines(session, diagnosis_id, section):
        for question in line.detail.get("questions", ()):
            if question not in found:
                found[question] = _change(line, name, question)
    return found


def history(session: Session, diagnosis_id: int, section: str, question: str) -> list[Change]:
    """Every change of one question, the latest first."""
    return [
        _change(line, name, question)
        for line, name in _lines(session, diagnosis_id, section)
        if question in line.detail.get("questions", ())
    ]
