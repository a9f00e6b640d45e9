"""Verbs on threads: open one on a question, answer, resolve, open again, share with the firm, take back, mark as read.

The journal says who did what on which question and never what was written. Whoever the message is for is told by e-mail with
a link and without the text, once until they have read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, object_session

from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.actions.dossiers import claimed, stale
from diagnostics.catalogues import load
from diagnostics.db import Database
from diagnostics.lifecycle import TALKING
from diagnostics.models import (
    Diagnosis,
    Message,
    OutboxMessage,
    Role,
    SectionAnswers,
    State,
    Thread,
    ThreadRead,
    ThreadState,
    Token,
    TokenKind,
    User,
    now,
)
from diagnostics.threads import TALKERS, is_mine, names_in, read_marks, readable_names, spoken_sections
from questionnaires.model import Kind, Questionnaire

LONGEST_MESSAGE = 2000
REVIEWERS = frozenset({Role.COORDINATOR, Role.REFERENT})
_GONE = _l("Ce fil n’existe pas, ou il ne vous est pas ouvert.")
_UNKNOWN = _l("Cette question n’existe pas dans ce questionnaire, ou elle ne vous est pas ouverte.")


@dataclass(frozen=True, slots=True)
class ThreadLink:
    """The addresses to send in a message, with `{reference}` and `{thread}` in the network's; the firm's leads to its room."""

    network: str
    firm: str


def open_thread(
    database: Database,
    actor: Actor,
    diagnosis_id: int,
    question: str,
    text: str,
    *,
    row: str = "",
    shared: bool = False,
    link: ThreadLink | None = None,
) -> int:
    """Opens a thread on a question, or on one line of a roster, with its first message; gives its number.

    What a firm opens is always shared. Raises `NotFoundError` for a question, or a line, that this person may not read now.
    """
    words = checked(text)
    with database.write() as session:
        diagnosis = _talked(session, actor, diagnosis_id)
        questionnaire = load(diagnosis.questionnaire_version, session)
        if question not in names_in(questionnaire, spoken_sections(actor, diagnosis, questionnaire.stages())):
            raise NotFoundError(_UNKNOWN)
        if row and row not in _rows(session, diagnosis, questionnaire, question):
            raise NotFoundError(_l("Cette ligne n’existe plus : ouvrez le fil sur la question entière."))
        if _already(session, actor, diagnosis, question, words):
            raise ConflictError(_l("Cette remarque est déjà notée."))
        thread = Thread(
            diagnosis_id=diagnosis.id,
            question=question,
            row=row,
            shared=shared or actor.is_firm,
            opened_by_id=actor.user_id,
            opened_role=actor.role,
        )
        session.add(thread)
        session.flush()
        log(
            session,
            actor,
            "thread_opened",
            "diagnosis",
            diagnosis.id,
            thread=thread.id,
            question=question,
            shared=thread.shared,
            **({"row": row} if row else {}),
        )
        _say(session, actor, diagnosis, thread, words, link)
        return thread.id


def answer(
    database: Database, actor: Actor, thread_id: int, text: str, *, resolve: bool = False, link: ThreadLink | None = None
) -> None:
    """Adds a message, and closes the thread if the person says that it is settled; an open question comes back with a new one."""
    words = checked(text, needed=not resolve)
    with database.write() as session:
        thread, diagnosis = _thread(session, actor, thread_id)
        if words and thread.messages and is_mine(actor, thread.messages[-1]) and thread.messages[-1].text == words:
            raise ConflictError(_l("Ce message est déjà dans le fil."))
        if words:
            log(session, actor, "thread_answered", "diagnosis", diagnosis.id, thread=thread.id, question=thread.question)
            if thread.state is ThreadState.RESOLVED and not resolve:
                _settle(session, actor, diagnosis, thread, resolved=False)
            _say(session, actor, diagnosis, thread, words, link)
        if resolve:
            _settle(session, actor, diagnosis, thread, resolved=True)


def set_resolved(database: Database, actor: Actor, thread_id: int, *, resolved: bool) -> None:
    """Closes a thread or opens it again; one that already stands so is left as it is."""
    with database.write() as session:
        thread, diagnosis = _thread(session, actor, thread_id)
        _settle(session, actor, diagnosis, thread, resolved=resolved)


def share(database: Database, actor: Actor, thread_id: int, *, link: ThreadLink | None = None) -> None:
    """Opens a thread of the network, with all that it holds, to the firm; there is no way back, since it may have been read."""
    if actor.is_firm:
        raise AccessError
    with database.write() as session:
        thread, diagnosis = _thread(session, actor, thread_id)
        if thread.shared:
            return
        thread.shared = True
        log(session, actor, "thread_shared", "diagnosis", diagnosis.id, thread=thread.id, question=thread.question)
        if link is not None and _firm_reads(diagnosis, thread):
            _tell_firm(session, diagnosis, link)


def withdraw(database: Database, actor: Actor, thread_id: int) -> None:
    """Takes back a thread in which nobody else has written yet."""
    with database.write() as session:
        thread, diagnosis = _thread(session, actor, thread_id)
        if not all(is_mine(actor, message) for message in thread.messages):
            raise ActionError(_l("Quelqu’un a déjà répondu dans ce fil : fermez-le plutôt."))
        log(session, actor, "thread_withdrawn", "diagnosis", diagnosis.id, thread=thread.id, question=thread.question)
        session.delete(thread)


def mark_read(database: Database, actor: Actor, thread_id: int) -> None:
    """Notes that this person has read a thread to its end. Reading changes nothing for anybody else: the journal has no line for it."""
    with database.write() as session:
        _mark_read(session, actor, _reached(session, actor, thread_id)[0])


def checked(text: str, *, needed: bool = True) -> str:
    """A message without the blanks around it; raises `ActionError` for an empty or a too long one."""
    words = text.replace("\0", "").replace("\r\n", "\n").strip()
    if needed and not words:
        raise ActionError(_l("Écrivez votre texte avant de l’envoyer."))
    if len(words) > LONGEST_MESSAGE:
        raise ActionError(_l("Ce texte tient en 2 000 caractères : raccourcissez-le."))
    return words


def _talked(session: Session, actor: Actor, diagnosis_id: int) -> Diagnosis:
    """The dossier, locked, if this person may talk about it now."""
    if actor.role not in TALKERS or actor.marks_only:
        raise AccessError
    diagnosis = claimed(session, actor, diagnosis_id)
    if diagnosis.state not in TALKING:
        raise ConflictError(stale(diagnosis))
    return diagnosis


def _reached(session: Session, actor: Actor, thread_id: int) -> tuple[Thread, Diagnosis]:
    """A thread and its dossier, if this person may read it."""
    if actor.role not in TALKERS or actor.marks_only:
        raise AccessError
    thread: Thread | None = session.scalar(visible(Thread, actor).where(Thread.id == thread_id))
    if thread is None:
        raise NotFoundError(_GONE)
    diagnosis = session.get_one(Diagnosis, thread.diagnosis_id)
    questionnaire = load(diagnosis.questionnaire_version, session)
    if thread.question not in readable_names(actor, diagnosis, questionnaire, [thread]):
        raise NotFoundError(_GONE)
    return thread, diagnosis


def _thread(session: Session, actor: Actor, thread_id: int) -> tuple[Thread, Diagnosis]:
    """A thread and its dossier, locked, if this person may write in it now."""
    thread, diagnosis = _reached(session, actor, thread_id)
    _talked(session, actor, diagnosis.id)
    # Somebody may have written while this transaction waited for the dossier.
    session.refresh(thread)
    return thread, diagnosis


def _rows(session: Session, diagnosis: Diagnosis, questionnaire: Questionnaire, question: str) -> frozenset[str]:
    """The ids of a roster's lines as they are stored; none for another kind of question."""
    if questionnaire.question(question).kind is not Kind.ROSTER:
        return frozenset()
    held = session.get(SectionAnswers, (diagnosis.id, questionnaire.section_of(question).code))
    rows = (held.answers.get(question) or {}).get("value") if held is not None else None
    return frozenset(str(row.get("id")) for row in rows or ())


def _already(session: Session, actor: Actor, diagnosis: Diagnosis, question: str, words: str) -> bool:
    """Whether this person has an open thread on the question that says just this."""
    same = select(Thread).where(Thread.diagnosis_id == diagnosis.id, Thread.question == question, Thread.state == ThreadState.OPEN)
    return any(
        is_mine(actor, message) and message.text == words for thread in session.scalars(same) for message in thread.messages[-1:]
    )


def _say(session: Session, actor: Actor, diagnosis: Diagnosis, thread: Thread, words: str, link: ThreadLink | None) -> None:
    told = list(_to_tell(session, actor, diagnosis, thread)) if link is not None else []
    tell_firm = link is not None and thread.shared and not actor.is_firm and _firm_reads(diagnosis, thread)
    tell_firm = tell_firm and not _firm_waits(thread)
    session.add(Message(thread_id=thread.id, author_id=actor.user_id, author_role=actor.role, text=words))
    session.flush()
    session.refresh(thread, ["messages"])
    _mark_read(session, actor, thread)
    if link is None:
        return
    for person in told:
        session.add(_notice(diagnosis, thread, person, link))
    if tell_firm:
        _tell_firm(session, diagnosis, link)


def _settle(session: Session, actor: Actor, diagnosis: Diagnosis, thread: Thread, *, resolved: bool) -> None:
    wanted = ThreadState.RESOLVED if resolved else ThreadState.OPEN
    if thread.state is wanted:
        return
    thread.state = wanted
    thread.resolved_at = now() if resolved else None
    thread.resolved_by_id = actor.user_id if resolved else None
    verb = "thread_resolved" if resolved else "thread_reopened"
    log(session, actor, verb, "diagnosis", diagnosis.id, thread=thread.id, question=thread.question)


def _mark_read(session: Session, actor: Actor, thread: Thread) -> None:
    last = session.scalar(select(func.max(Message.id)).where(Message.thread_id == thread.id)) or 0
    if actor.is_firm:
        thread.firm_read_id = max(thread.firm_read_id, last)
        return
    if actor.user_id is None:
        return
    mark = session.get(ThreadRead, (thread.id, actor.user_id))
    if mark is None:
        session.add(ThreadRead(thread_id=thread.id, user_id=actor.user_id, message_id=last))
    else:
        mark.message_id = max(mark.message_id, last)


def _to_tell(session: Session, actor: Actor, diagnosis: Diagnosis, thread: Thread) -> Iterator[User]:
    """Whom a new message is for, without those whom an earlier one has already told and who have not come yet.

    A reviewer writes to the diagnostician (the dossier's return tells of what is noted during the review); the diagnostician
    and the firm write to the reviewers of the thread, or to the coordination if it has none yet.
    """
    people: list[User | None] = []
    if actor.role is not Role.DIAGNOSTICIAN and not (actor.role in REVIEWERS and diagnosis.state is State.REVIEW):
        people.append(diagnosis.diagnostician)
    wrote = {message.author_id for message in thread.messages if message.author_role in REVIEWERS}
    if wrote:
        people.extend(session.scalars(select(User).where(User.id.in_(wrote)).order_by(User.id)))
    elif actor.role is Role.DIAGNOSTICIAN:
        people.extend(session.scalars(select(User).where(User.role == Role.COORDINATOR).order_by(User.id)))
    for person in people:
        if person is not None and person.active and person.id != actor.user_id and not _waits(session, person, thread):
            yield person


def _waits(session: Session, person: User, thread: Thread) -> bool:
    """Whether this person has already something to read in the thread."""
    reader = Actor(person.role, person.name, user_id=person.id)
    read = read_marks(session, reader, [thread]).get(thread.id, 0)
    return any(message.id > read and not is_mine(reader, message) for message in thread.messages)


def _firm_waits(thread: Thread) -> bool:
    return any(message.id > thread.firm_read_id and message.author_role is not Role.FIRM for message in thread.messages)


def _firm_reads(diagnosis: Diagnosis, thread: Thread) -> bool:
    """Whether the firm could read the thread's question in its room now."""
    firm = Actor(Role.FIRM, "", diagnosis_id=diagnosis.id)
    questionnaire = load(diagnosis.questionnaire_version, object_session(diagnosis))
    return thread.question in names_in(questionnaire, spoken_sections(firm, diagnosis, questionnaire.stages()))


def _tell_firm(session: Session, diagnosis: Diagnosis, link: ThreadLink) -> None:
    """Writes to the firm, if it has an address and a link that still opens its room."""
    recipient = diagnosis.firm.contact_email.strip()
    alive = select(Token.id).where(
        Token.diagnosis_id == diagnosis.id, Token.kind == TokenKind.ROOM, Token.revoked_at.is_(None), Token.expires_at > now()
    )
    if not recipient or session.scalar(alive.limit(1)) is None:
        return
    session.add(
        OutboxMessage(
            recipient=recipient,
            subject=f"Diagnostic {diagnosis.reference} : un message vous attend / a message for you",
            body=(
                f"Bonjour,\n\nUn message vous attend dans l’espace de votre diagnostic ({diagnosis.reference}). Ouvrez votre espace par le "
                f"lien reçu, puis « Vos échanges ».\n\n{link.firm}\n\n----\n\n"
                f"Hello,\n\nA message waits for you in the room of your diagnosis ({diagnosis.reference}). Open your room by the link that you "
                f"were sent, then “Your exchanges”.\n\n{link.firm}\n"
            ),
        )
    )


def _notice(diagnosis: Diagnosis, thread: Thread, person: User, link: ThreadLink) -> OutboxMessage:
    """What a person of the network is told, in their language: where to read, and nothing of what was written."""
    address = link.network.format(reference=diagnosis.reference, thread=thread.id)
    if person.locale == "en":
        return OutboxMessage(
            recipient=person.email,
            subject=f"Dossier {diagnosis.reference}: a message in a thread",
            body=f"Hello,\n\nA message waits for you in a thread of dossier {diagnosis.reference}.\n\n{address}\n",
        )
    return OutboxMessage(
        recipient=person.email,
        subject=f"Dossier {diagnosis.reference} : un message dans un fil",
        body=f"Bonjour,\n\nUn message vous attend dans un fil du dossier {diagnosis.reference}.\n\n{address}\n",
    )
