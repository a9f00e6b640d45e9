"""Verbs on quarantine: hold a payload that cannot be taken, then put its answers into the dossier, or set it aside for good.

A payload is held as it was sent, under a name made from its sender and its content: holding it twice changes nothing. Rows are
settled, never deleted. The journal says which payload, which section and why, and holds none of the answers.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.answers import SaveResult, save_section
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.db import Database
from diagnostics.models import Cause, Diagnosis, Quarantined, Role, Settlement, User, now
from questionnaires.answers import Answer

MOST_WAITING = 500
LONGEST_REASON = 1_000
_NAMES = uuid.UUID("6f1d7f0e-3c0b-4a53-9d52-0f4f0b1f6f0a")


class FullError(ActionError):
    """So many payloads of this person wait already that no more is taken; the device keeps it."""


def written(payload: Mapping[str, Any]) -> str:
    """A payload as the text that is stored: JSON in ASCII, whatever characters it holds."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":"))


def hold(database: Database, actor: Actor, payload: str, cause: Cause, *, reference: str, section: str, version: str = "") -> int:
    """Keeps a payload that cannot be taken; gives its number, the same for the same payload of the same person.

    Raises `FullError` when too many of this person's payloads wait already.
    """
    digest = hashlib.sha256(payload.encode()).hexdigest()
    name = str(uuid.uuid5(_NAMES, f"{actor.user_id}/{actor.diagnosis_id}/{reference}/{section}/{digest}"))
    try:
        with database.write() as session:
            known = _number_of(session, name)
            if known is not None:
                return known
            _check_room(session, actor)
            diagnosis_id = session.scalar(select(Diagnosis.id).where(Diagnosis.reference == reference[:20]))
            held = Quarantined(
                uuid=name,
                diagnosis_id=diagnosis_id,
                reference=reference[:40],
                section=section[:40],
                version=version[:40],
                actor_id=actor.user_id,
                actor_role=actor.role.value,
                cause=cause,
                payload=payload,
            )
            session.add(held)
            session.flush()
            log(session, actor, "quarantined", "quarantined", held.id, cause=cause.value, diagnosis=diagnosis_id)
            return held.id
    except IntegrityError:
        with database.read() as session:
            return _number_of(session, name) or 0


def _number_of(session: Session, name: str) -> int | None:
    return session.scalar(select(Quarantined.id).where(Quarantined.uuid == name))


def _check_room(session: Session, actor: Actor) -> None:
    waiting = session.scalar(
        select(func.count())
        .select_from(Quarantined)
        .where(Quarantined.actor_id == actor.user_id, Quarantined.resolved_at.is_(None))
    )
    if (waiting or 0) >= MOST_WAITING:
        raise FullError(
            _l("Trop de vos envois attendent déjà en quarantaine : celui-ci reste sur votre appareil. Prévenez la coordination.")
        )


def waiting_count(session: Session, actor: Actor) -> int:
    """How many payloads wait for this person to settle them; none for anybody but the coordination."""
    if actor.role is not Role.COORDINATOR:
        return 0
    return session.scalar(select(func.count()).select_from(Quarantined).where(Quarantined.resolved_at.is_(None))) or 0


def right_of(session: Session, diagnosis: Diagnosis, stage: str) -> Actor:
    """The person by whose right a payload's answers may be written: the dossier's diagnostician, or the firm for its marks."""
    if stage == "marks_firm":
        return Actor(Role.FIRM, "", diagnosis_id=diagnosis.id)
    owner = session.get(User, diagnosis.diagnostician_id) if diagnosis.diagnostician_id else None
    if owner is None:
        raise ActionError(_l("Ce dossier n’a pas de diagnostiqueur : affectez-le, puis reprenez l’envoi."))
    return Actor(owner.role, owner.name, user_id=owner.id, structure_id=owner.structure_id)


def reapply(
    database: Database,
    actor: Actor,
    number: int,
    section: str,
    answers: Mapping[str, Answer],
    *,
    right: Actor,
    base: Mapping[str, str],
) -> SaveResult:
    """Puts answers of a payload into its dossier, over what `base` says the coordinator saw, and settles the payload with them.

    Raises what `save_section` raises: `LockedError` while the section is closed, `AnswersConflictError` when somebody changed
    the same answers since the page was shown; nothing is settled then.
    """
    diagnosis_id = _waiting(database, actor, number)

    def settle(connection: Connection, _revision: int) -> None:
        # The session joins the transaction that the connection is in, and leaves its end to whoever began it.
        with Session(connection) as session, session.begin():
            _settle(session, actor, number, Settlement.REAPPLIED, questions=sorted(answers))

    result = save_section(database, actor, diagnosis_id, section, answers, base_revision=-1, base=base, right=right, within=settle)
    if not result.changed:
        with database.write_rows() as connection:
            settle(connection, result.revision)
    return result


def set_aside(database: Database, actor: Actor, number: int, reason: str) -> None:
    """Settles a payload without its answers, for a reason; the payload stays to be read. Raises `ActionError` without a reason."""
    words = " ".join(reason.split())
    if not words:
        raise ActionError(_l("Dites en quelques mots pourquoi cet envoi est écarté."))
    if len(words) > LONGEST_REASON:
        raise ActionError(_l("Ce motif est trop long : %(limit)d caractères au plus.", limit=LONGEST_REASON))
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    with database.write() as session:
        _settle(session, actor, number, Settlement.SET_ASIDE, reason=words)


def _waiting(database: Database, actor: Actor, number: int) -> int:
    """The dossier of a payload that still waits."""
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    with database.read() as session:
        held = session.scalar(visible(Quarantined, actor).where(Quarantined.id == number))
    if held is None:
        raise NotFoundError(_l("Cet envoi n’existe pas."))
    if held.resolved_at is not None:
        raise ConflictError(_l("Cet envoi a déjà été traité."))
    if held.diagnosis_id is None:
        raise ActionError(_l("Cet envoi ne désigne aucun dossier connu : il ne peut qu’être lu et écarté."))
    return int(held.diagnosis_id)


def _settle(
    session: Session,
    actor: Actor,
    number: int,
    outcome: Settlement,
    *,
    reason: str = "",
    questions: list[str] | None = None,
) -> None:
    held: Quarantined | None = session.scalar(visible(Quarantined, actor).where(Quarantined.id == number).with_for_update())
    if held is None:
        raise NotFoundError(_l("Cet envoi n’existe pas."))
    if held.resolved_at is not None:
        raise ConflictError(_l("Cet envoi a déjà été traité."))
    held.resolved_at, held.resolved_by_id, held.outcome, held.reason = now(), actor.user_id, outcome, reason
    detail: dict[str, object] = {"cause": held.cause.value, "diagnosis": held.diagnosis_id}
    if questions is not None:
        detail["questions"] = questions
    verb = "quarantine_reapplied" if outcome is Settlement.REAPPLIED else "quarantine_set_aside"
    log(session, actor, verb, "quarantined", held.id, **detail)
