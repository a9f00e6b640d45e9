"""What a person may read of the threads: those of a dossier, each with what is unread, and the open ones of all dossiers.

A thread hangs on a question: whoever may not read the question's section may not know of its threads. The two voices'
sections take no thread at all before both are sealed, so that nothing said there can leak a mark.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from diagnostics.access import Actor, readable_sections, visible
from diagnostics.lifecycle import FIRM_READS_RESTITUTION, FIRM_READS_VISIT, TALKING
from diagnostics.models import Diagnosis, Firm, Message, Role, Thread, ThreadRead, ThreadState
from questionnaires.model import Questionnaire, Stage

VOICES = frozenset({Stage.MARKS_FIRM.value, Stage.MARKS_DIAGNOSTICIAN.value})
TALKERS = frozenset({Role.COORDINATOR, Role.REFERENT, Role.DIAGNOSTICIAN, Role.FIRM})


def spoken_sections(actor: Actor, diagnosis: Diagnosis, stages: Mapping[str, str]) -> frozenset[str]:
    """The sections whose questions this person may talk about now; `stages` gives each section's stage."""
    if actor.role not in TALKERS or actor.marks_only:
        return frozenset()
    closed = {Stage.VALIDATION.value} | (set() if diagnosis.both_marked else VOICES)
    if actor.is_firm:
        closed |= set() if diagnosis.state in FIRM_READS_VISIT else {Stage.VISIT.value}
        closed |= set() if diagnosis.state in FIRM_READS_RESTITUTION else {Stage.RESTITUTION.value}
    readable = readable_sections(actor, diagnosis, dict(stages))
    return frozenset(code for code in readable if stages[code] not in closed)


def may_talk(actor: Actor, diagnosis: Diagnosis) -> bool:
    """Whether this person may write in the dossier's threads now."""
    return actor.role in TALKERS and not actor.marks_only and diagnosis.state in TALKING


def readable_names(actor: Actor, diagnosis: Diagnosis, questionnaire: Questionnaire, threads: Iterable[Thread]) -> frozenset[str]:
    """The questions whose threads this person may read among those of these threads.

    A question that a newer version of the questionnaire no longer asks keeps its threads for the network.
    """
    names = names_in(questionnaire, spoken_sections(actor, diagnosis, questionnaire.stages()))
    asked = {question.name for _section, question in questionnaire.questions()}
    gone = {thread.question for thread in threads if thread.question not in asked}
    return names if actor.is_firm or actor.role not in TALKERS else names | gone


@dataclass(frozen=True, slots=True)
class Talk:
    """One thread as a person sees it: its messages, how many of them are new, and what may be done with it."""

    thread: Thread
    messages: tuple[Message, ...]
    unread: int = 0
    may_write: bool = False
    may_share: bool = False
    may_withdraw: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it still waits for something."""
        return self.thread.state is ThreadState.OPEN


def talks_of(session: Session, actor: Actor, diagnosis: Diagnosis, questionnaire: Questionnaire) -> list[Talk]:
    """The threads of a dossier that this person may read, the oldest first."""
    found = list(
        session.scalars(
            visible(Thread, actor)
            .where(Thread.diagnosis_id == diagnosis.id)
            .options(selectinload(Thread.messages).joinedload(Message.author))
            .order_by(Thread.id)
        )
    )
    names = readable_names(actor, diagnosis, questionnaire, found)
    read = read_marks(session, actor, found)
    writes = may_talk(actor, diagnosis)
    return [_talk(actor, thread, read.get(thread.id, 0), writes=writes) for thread in found if thread.question in names]


def _talk(actor: Actor, thread: Thread, read: int, *, writes: bool) -> Talk:
    messages = tuple(thread.messages)
    alone = all(is_mine(actor, message) for message in messages)
    return Talk(
        thread,
        messages,
        unread=sum(message.id > read and not is_mine(actor, message) for message in messages),
        may_write=writes,
        may_share=writes and not actor.is_firm and not thread.shared,
        may_withdraw=writes and alone and thread.state is ThreadState.OPEN,
    )


def names_in(questionnaire: Questionnaire, codes: Iterable[str]) -> frozenset[str]:
    """The names of the questions of these sections."""
    wanted = frozenset(codes)
    return frozenset(question.name for section, question in questionnaire.questions() if section.code in wanted)


def is_mine(actor: Actor, message: Message) -> bool:
    """Whether this person wrote the message."""
    if actor.is_firm:
        return message.author_role is Role.FIRM
    return message.author_id is not None and message.author_id == actor.user_id


def read_marks(session: Session, actor: Actor, threads: Sequence[Thread]) -> dict[int, int]:
    """The last message read by this person in each of these threads, by the thread's number."""
    if actor.is_firm:
        return {thread.id: thread.firm_read_id for thread in threads}
    rows = session.execute(
        select(ThreadRead.thread_id, ThreadRead.message_id).where(
            ThreadRead.user_id == actor.user_id, ThreadRead.thread_id.in_([thread.id for thread in threads])
        )
    )
    return dict(rows.all())


def by_question(talks: Iterable[Talk]) -> dict[str, list[Talk]]:
    """The threads under the name of their question."""
    found: dict[str, list[Talk]] = {}
    for talk in talks:
        found.setdefault(talk.thread.question, []).append(talk)
    return found


def _unread(actor: Actor) -> ColumnElement[bool]:
    """The condition, on `Thread`, that somebody else has written what this person of the network has not read."""
    last = (
        select(ThreadRead.message_id)
        .where(ThreadRead.thread_id == Thread.id, ThreadRead.user_id == actor.user_id)
        .correlate(Thread)
        .scalar_subquery()
    )
    new = and_(
        Message.thread_id == Thread.id,
        Message.id > func.coalesce(last, 0),
        or_(Message.author_id.is_(None), Message.author_id != actor.user_id),
    )
    return select(Message.id).where(new).correlate(Thread).exists()


@dataclass(frozen=True, slots=True)
class ThreadFilter:
    """What the list of open threads is narrowed to."""

    unread_only: bool = False
    shared_only: bool = False
    diagnostician_id: int | None = None


def open_threads(actor: Actor, wanted: ThreadFilter) -> Select[tuple[Thread]]:
    """The open threads of every dossier that this person may reach: unread first, then the latest."""
    query = (
        visible(Thread, actor)
        .join(Diagnosis, Diagnosis.id == Thread.diagnosis_id)
        .join(Firm, Firm.id == Diagnosis.firm_id)
        .where(Thread.state == ThreadState.OPEN, Diagnosis.state.in_(TALKING))
    )
    unread = _unread(actor)
    if wanted.unread_only:
        query = query.where(unread)
    if wanted.shared_only:
        query = query.where(Thread.shared)
    if wanted.diagnostician_id is not None:
        query = query.where(Diagnosis.diagnostician_id == wanted.diagnostician_id)
    latest = select(func.max(Message.id)).where(Message.thread_id == Thread.id).correlate(Thread).scalar_subquery()
    return query.order_by(unread.desc(), latest.desc()).options(
        selectinload(Thread.messages).joinedload(Message.author),
        joinedload(Thread.diagnosis).joinedload(Diagnosis.firm),
        joinedload(Thread.diagnosis).joinedload(Diagnosis.diagnostician),
    )


def unread_count(session: Session, actor: Actor) -> int:
    """How many open threads hold something that this person of the network has not read."""
    query = visible(Thread, actor).where(Thread.state == ThreadState.OPEN, _unread(actor))
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
