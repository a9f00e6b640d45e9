"""Who changed each answer, and when, out of the journal: the save writes nothing more for it, and the journal never holds a value.

Every save leaves one line that names the section and the questions changed; what was prefilled before is named too. The
latest line that names a question says who changed it last. Demonstrations and answers older than the journal have none: the
section's own last save stands in (`collected.Saved`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.models import JournalLine, Role, User

SAVED = "section_saved"
_ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one answer: when, by whom (nobody's name for a firm), and whether the answer was prefilled before."""

    at: datetime
    by: str
    role: Role | None
    was_prefilled: bool = False


def _lines(
    session: Session, diagnosis_id: int, section: str | None
) -> Iterator[tuple[datetime, str, Mapping[str, Any], str | None]]:
    """When, in which role, what and by whom, the latest save first; columns alone, since a dossier may have thousands of saves."""
    query = (
        select(JournalLine.at, JournalLine.actor_role, JournalLine.detail, User.name)
        .outerjoin(User, User.id == JournalLine.actor_id)
        .where(JournalLine.subject == "diagnosis", JournalLine.subject_id == diagnosis_id, JournalLine.verb == SAVED)
        .order_by(JournalLine.id.desc())
    )
    if section is not None:
        query = query.where(JournalLine.detail["section"].as_string() == section)
    yield from (tuple(row) for row in session.execute(query))


def _change(at: datetime, role: str, detail: Mapping[str, Any], name: str | None, question: str) -> Change:
    return Change(at, name or "", _ROLES.get(role), question in detail.get("prefilled", ()))


def last_changes(session: Session, diagnosis_id: int, section: str | None = None) -> dict[str, Change]:
    """The last change of each question, of one section or of all, that the journal knows of."""
    found: dict[str, Change] = {}
    for at, role, detail, name in _lines(session, diagnosis_id, section):
        for question in detail.get("questions", ()):
            if question not in found:
                found[question] = _change(at, role, detail, name, question)
    return found


def history(session: Session, diagnosis_id: int, section: str, question: str) -> list[Change]:
    """Every change of one question, the latest first."""
    return [
        _change(at, role, detail, name, question)
        for at, role, detail, name in _lines(session, diagnosis_id, section)
        if question in detail.get("questions", ())
    ]
