"""What every action shares: the journal line written in the same transaction, and the errors that a person can act on."""

from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from diagnostics.access import Actor
from diagnostics.models import JournalLine


class ActionError(Exception):
    """The action was not done, for a reason that the person can act on; `message` says what to do next."""

    def __init__(self, message: LazyString | str) -> None:
        super().__init__(str(message))
        self.message = message


class NotFoundError(ActionError):
    """The row does not exist, or this person may not know that it does; the page answers 404."""


class ConflictError(ActionError):
    """Somebody else changed the same thing meanwhile; the page shows both."""


def log(session: Session, actor: Actor, verb: str, subject: str, subject_id: int | None, **detail: object) -> None:
    """Adds the journal's line for a change; `detail` must be JSON-able and hold no secret."""
    session.add(
        JournalLine(
            actor_id=actor.user_id, actor_role=actor.role.value, verb=verb, subject=subject, subject_id=subject_id, detail=detail
        )
    )
