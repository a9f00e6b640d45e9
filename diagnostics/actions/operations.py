"""Operations: saves that a device names before it sends them, so that sending twice changes nothing.

The name is written in the same transaction as the answers (`noting` gives what `save_section` calls inside it). When the name
is there already, nothing is saved and `KnownOperationError` is raised, whichever of two workers came first.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy import Connection, Table, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnostics.access import Actor
from diagnostics.db import Database
from diagnostics.models import Operation, now

_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)
# What travels with a form and says nothing of its answers.
AROUND = frozenset({"csrf_token", "operation", "base", "action", "account", "version"})
_ADD = insert(cast("Table", Operation.__table__))


class KnownOperationError(Exception):
    """An operation of that name was taken before; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Named:
    """An operation as it comes in: its name, and a mark of what was sent under it."""

    uuid: str
    digest: str

    def is_again(self, known: Operation, actor: Actor, diagnosis_id: int, section: str) -> bool:
        """Whether this is the very same sending once more, and not something else under the same name."""
        return (known.digest, known.actor_id, known.diagnosis_id, known.section) == (
            self.digest,
            actor.user_id,
            diagnosis_id,
            section,
        )


def named(uuid: str, fields: Iterable[tuple[str, str]]) -> Named | None:
    """The operation of a sent form (its controls as pairs), or None when it carries no fit name."""
    if not _NAME.match(uuid):
        return None
    said = [(name, value) for name, value in fields if name not in AROUND]
    return Named(uuid, hashlib.blake2s(repr(said).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())


def noting(
    operation: Named, actor: Actor, diagnosis_id: int, section: str, base_revision: int
) -> Callable[[Connection, int], None]:
    """What to call inside the transaction of the save; it raises `KnownOperationError` when the name is taken."""

    def note(connection: Connection, revision: int) -> None:
        values = {
            "uuid": operation.uuid,
            "diagnosis_id": diagnosis_id,
            "section": section,
            "actor_id": actor.user_id,
            "base_revision": base_revision,
            "revision": revision,
            "outcome": "saved",
            "digest": operation.digest,
            "received_at": now(),
        }
        try:
            connection.execute(_ADD, values)
        except IntegrityError as error:
            raise KnownOperationError from error

    return note


def recorded(session: Session, uuid: str) -> Operation | None:
    """The operation of that name, if it was taken."""
    return session.get(Operation, uuid) if _NAME.match(uuid) else None


def prune(database: Database, days: int) -> int:
    """Forgets the names of operations older than so many days; gives how many. What they saved stays."""
    with database.write() as session:
        done = session.connection().execute(delete(Operation).where(Operation.received_at < now() - timedelta(days=days)))
        return int(done.rowcount)
