"""Verbs of the review: a remark on one question, the diagnostician's reply, its closing and reopening."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor, readable_sections
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.actions.dossiers import claimed, stale
from diagnostics.catalogues import load
from diagnostics.db import Database
from diagnostics.models import Diagnosis, Remark, Role, State, now

LONGEST_REMARK = 2000
ANSWERABLE = frozenset({State.RETURNED})
DISCUSSED = frozenset({State.REVIEW, State.RETURNED})
_GONE = _l("Cette remarque n’existe pas, ou elle ne vous est pas ouverte.")


def add_remark(database: Database, actor: Actor, diagnosis_id: int, question: str, text: str) -> int:
    """Adds a remark on one question of a dossier in review, and gives its number.

    The question must be one that the reviewer may read: a remark cannot ask about marks that are still sealed.
    """
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    words = _checked(text, missing=True)
    with database.write() as session:
        diagnosis = claimed(session, actor, diagnosis_id)
        if diagnosis.state is not State.REVIEW:
            raise ConflictError(stale(diagnosis))
        questionnaire = load(diagnosis.questionnaire_version, session)
        sections = {asked.name: section.code for section, asked in questionnaire.questions()}
        if sections.get(question) not in readable_sections(actor, diagnosis, questionnaire.stages()):
            raise NotFoundError(_l("Cette question n’existe pas dans ce questionnaire."))
        same = select(Remark.id).where(
            Remark.diagnosis_id == diagnosis.id, Remark.question == question, Remark.text == words, Remark.resolved_at.is_(None)
        )
        if session.scalar(same) is not None:
            raise ConflictError(_l("Cette remarque est déjà notée."))
        remark = Remark(diagnosis_id=diagnosis.id, question=question, text=words, author_id=actor.user_id)
        session.add(remark)
        session.flush()
        log(session, actor, "remark_added", "diagnosis", diagnosis.id, remark=remark.id, question=question)
        return remark.id


def withdraw_remark(database: Database, actor: Actor, remark_id: int) -> None:
    """Takes back a remark that nobody has answered yet, while the dossier is still in review."""
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    with database.write() as session:
        remark, diagnosis = _remark(session, actor, remark_id, frozenset({State.REVIEW}))
        if remark.reply:
            raise ActionError(_l("Le diagnostiqueur a déjà répondu à cette remarque : fermez-la plutôt."))
        session.delete(remark)
        log(session, actor, "remark_withdrawn", "diagnosis", diagnosis.id, remark=remark_id, question=remark.question)


def reply(database: Database, actor: Actor, remark_id: int, text: str, *, resolve: bool = False) -> None:
    """Keeps the diagnostician's answer to a remark, and closes it if they say that it is dealt with."""
    if actor.role is not Role.DIAGNOSTICIAN:
        raise AccessError
    words = _checked(text, missing=not resolve)
    with database.write() as session:
        remark, diagnosis = _remark(session, actor, remark_id, ANSWERABLE)
        remark.reply = words or remark.reply
        if resolve:
            remark.resolved_at = now()
        log(session, actor, "remark_answered", "diagnosis", diagnosis.id, remark=remark.id, resolved=resolve)


def set_resolved(database: Database, actor: Actor, remark_id: int, *, resolved: bool) -> None:
    """Closes a remark or opens it again: the reviewer while the dossier is discussed, its diagnostician while correcting it."""
    if actor.role not in {Role.COORDINATOR, Role.DIAGNOSTICIAN}:
        raise AccessError
    states = DISCUSSED if actor.role is Role.COORDINATOR else ANSWERABLE
    with database.write() as session:
        remark, diagnosis = _remark(session, actor, remark_id, states)
        remark.resolved_at = now() if resolved else None
        log(session, actor, "remark_closed" if resolved else "remark_reopened", "diagnosis", diagnosis.id, remark=remark.id)


def _remark(session: Session, actor: Actor, remark_id: int, states: frozenset[State]) -> tuple[Remark, Diagnosis]:
    """A remark and its dossier, locked, if this person may reach it and it stands in one of these states."""
    found = session.get(Remark, remark_id)
    if found is None:
        raise NotFoundError(_GONE)
    diagnosis = claimed(session, actor, found.diagnosis_id)
    if diagnosis.state not in states:
        raise ConflictError(stale(diagnosis))
    return found, diagnosis


def _checked(text: str, *, missing: bool) -> str:
    words = text.strip()
    if missing and not words:
        raise ActionError(_l("Écrivez votre texte avant de l’envoyer."))
    if len(words) > LONGEST_REMARK:
        raise ActionError(_l("Ce texte tient en 2 000 caractères : raccourcissez-le."))
    return words
