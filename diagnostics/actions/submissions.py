"""Verbs on what phones send: keep it, put its answers into the dossier, settle what differs.

A submission's XML is stored before anything is done with it, in a transaction of its own, under the identity that the phone
gave it: sending it again finds it there. Its answers then go the way of a page's: section by section through `save_section`,
which refuses what may not be written and says what somebody else changed meanwhile. What cannot be taken stays in the
submission, where its sender or a coordinator decides. Nothing is ever dropped, nor written over unseen.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, undefer

from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.answers import AnswersConflictError, LockedError, look, save_section
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.collected import prefilled
from diagnostics.db import Database
from diagnostics.merging import content as said
from diagnostics.mobile_forms import questionnaire_of, questionnaire_of_form
from diagnostics.models import Diagnosis, Role, Submission, SubmissionState, User, now
from diagnostics.phone_answers import Placed, aligned, base_of, flat, placed, stored
from questionnaires.answers import Answer
from questionnaires.instances import Envelope, Instance, InstanceError, open_instance, read_instance
from questionnaires.model import Kind, Questionnaire, Stage

UNKNOWN_FORM = "unknown_form"
UNKNOWN_DOSSIER = "unknown_dossier"
LOCKED = "locked"
CHANGED_INSTANCE = "changed_instance"
REFUSED = "refused"
_USED = (SubmissionState.TAKEN, SubmissionState.WAITING, SubmissionState.CLOSED)
_NEVER_SEEN = -1  # A phone saw no revision: what it began from is in the fingerprints.
_MOST_TRIES = 10
ABANDONED_AFTER = timedelta(minutes=2)
_GONE = _l("Cet envoi n’existe pas, ou il ne vous est pas ouvert.")


@dataclass(slots=True)
class _Fate:
    """What became of the answers, while they are being saved."""

    saved: dict[str, list[str]] = field(default_factory=dict)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    sealed: list[dict[str, Any]] = field(default_factory=list)
    locked: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)


def receive(database: Database, sender: Actor, device_id: int | None, content: bytes) -> Submission:
    """Keeps what a phone sent and puts its answers into the dossier; gives the submission with what became of it.

    The same content under the same identity gives the same submission, however often and however many at once it is sent.
    Raises `ConflictError` when a section is too busy: the submission is kept, and sending it again goes on with it.
    """
    digest = hashlib.sha256(content).hexdigest()
    try:
        envelope = open_instance(content)
    except InstanceError as error:
        return _claim(database, sender, device_id, content, digest, None, reason=error.code)
    row = _claim(database, sender, device_id, content, digest, envelope)
    if row.state is not SubmissionState.RECEIVED:
        return row
    return _Taking(database, row, envelope, sender).run()


def _claim(
    database: Database,
    sender: Actor,
    device_id: int | None,
    content: bytes,
    digest: str,
    envelope: Envelope | None,
    *,
    reason: str = "",
) -> Submission:
    """The row of this content: the one that it has already, or a new one. Two that arrive at once agree on one."""
    identity = (envelope.instance_id if envelope else "") or f"sha256:{digest}"
    for _attempt in range(_MOST_TRIES):
        try:
            with database.write() as session:
                held = session.scalars(
                    select(Submission)
                    .where(Submission.user_id == sender.user_id, Submission.instance_id == identity)
                    .order_by(Submission.copy)
                ).all()
                same = next((row for row in held if row.digest == digest), None)
                if same is not None:
                    return same
                why = reason or (CHANGED_INSTANCE if held else "")
                row = Submission(
                    user_id=sender.user_id,
                    device_id=device_id,
                    instance_id=identity,
                    copy=len(held),
                    deprecated_id=envelope.deprecated_id if envelope else "",
                    form_id=envelope.form_id if envelope else "",
                    version=envelope.version if envelope else "",
                    reference=envelope.dossier if envelope else "",
                    digest=digest,
                    size=len(content),
                    content=content,
                    state=SubmissionState.KEPT if why else SubmissionState.RECEIVED,
                    reason=why,
                )
                session.add(row)
                session.flush()
                log(session, sender, "submission_received", "submission", row.id, device=device_id, reason=why)
                return row
        except IntegrityError:
            # The same identity arrived through another door between the look and the write.
            continue
    raise ConflictError(_l("Cet envoi arrive plusieurs fois en même temps : renvoyez-le dans un instant."))


class _Taking:
    """One submission on its way into a dossier."""

    def __init__(
        self, database: Database, row: Submission, envelope: Envelope, saver: Actor, *, by: Actor | None = None, reference: str = ""
    ) -> None:
        self.database = database
        self.row = row
        self.envelope = envelope
        self.saver = saver
        self.by = by
        self.reference = reference or row.reference
        self.fate = _Fate()

    def run(self) -> Submission:
        """Saves what may be saved, and writes down what became of all of it."""
        source = questionnaire_of_form(self.envelope.form_id, self.envelope.version)
        if source is None:
            return self._keep(UNKNOWN_FORM)
        with self.database.read() as session:
            diagnosis = session.scalar(
                visible(Diagnosis, self.saver).where(Diagnosis.reference == self.reference).options(joinedload(Diagnosis.firm))
            )
            if diagnosis is None:
                return self._keep(UNKNOWN_DOSSIER)
            target = questionnaire_of(diagnosis.questionnaire_version)
            known = prefilled(target, diagnosis.firm)
            earlier = self._earlier(session, diagnosis.id)
        instance = read_instance(self.envelope, source)
        answers = placed(instance.answers, source, target)
        self._erase(answers, instance, target, earlier)
        base = base_of(known, [flat(each.answers) for each in earlier])
        for code in list(answers.sections):
            answers.sections[code] = self._save(target, diagnosis.id, code, answers.sections[code], known, base)
        return self._finish(diagnosis.id, instance, answers)

    def _earlier(self, session: Session, diagnosis_id: int) -> list[Submission]:
        """What this phone sent for this dossier before, and the submission that this one replaces, oldest first."""
        same_device = Submission.device_id == self.row.device_id if self.row.device_id else Submission.device_id.is_(None)
        return list(
            session.scalars(
                select(Submission)
                .where(
                    Submission.user_id == self.row.user_id,
                    Submission.diagnosis_id == diagnosis_id,
                    Submission.state.in_(_USED),
                    Submission.id < self.row.id,
                    or_(same_device, Submission.instance_id == self.envelope.deprecated_id),
                )
                .order_by(Submission.id)
            )
        )

    def _erase(self, answers: Placed, instance: Instance, target: Questionnaire, earlier: list[Submission]) -> None:
        """An edited form that leaves a question blank takes its own earlier answer back; a new form's blanks say nothing."""
        edited = [each for each in earlier if self.envelope.deprecated_id and each.instance_id == self.envelope.deprecated_id]
        unreadable = {problem.question for problem in instance.problems}
        for name in {name for each in edited for name in flat(each.answers)} - unreadable:
            code = next((section.code for section in target.sections if any(q.name == name for q in section.questions)), "")
            if code in answers.sections:
                answers.sections[code].setdefault(name, Answer())

    def _save(
        self,
        target: Questionnaire,
        diagnosis_id: int,
        code: str,
        given: Mapping[str, Answer],
        known: Mapping[str, Answer],
        base: Mapping[str, str],
    ) -> dict[str, Answer]:
        """Saves one section's answers, setting apart those that somebody else changed; gives the answers as they were sent to it."""
        if not given:
            return {}
        seen = look_again(self.database, self.saver, diagnosis_id, code)
        section = target.section(code)
        rosters = frozenset(question.name for question in section.questions if question.kind is Kind.ROSTER)
        ready = aligned(given, seen, known, rosters)
        left = dict(ready)
        if section.stage is Stage.MARKS_DIAGNOSTICIAN and self.saver.user_id != self.row.user_id:
            self._seal(code, left, seen)
            return ready
        while left:
            try:
                done = save_section(self.database, self.saver, diagnosis_id, code, left, base_revision=_NEVER_SEEN, base=base)
            except AnswersConflictError as conflict:
                for each in conflict.conflicts:
                    del left[each.question]
                    self.fate.conflicts.append(
                        {"section": code, "question": each.question, "mine": each.mine.to_json(), "theirs": each.theirs.to_json()}
                    )
            except LockedError:
                if section.stage is Stage.MARKS_DIAGNOSTICIAN:
                    self._seal(code, left, seen)
                else:
                    self._lock(code, left, seen)
                break
            except ConflictError:
                raise
            except ActionError:
                self.fate.refused[code] = sorted(left)
                break
            else:
                self.fate.saved[code] = list(done.changed)
                break
        return ready

    def _seal(self, code: str, left: Mapping[str, Answer], seen: Mapping[str, Any]) -> None:
        self.fate.sealed += [
            {"section": code, "question": name, "mine": mine.to_json()} for name, mine in left.items() if _differs(mine, seen, name)
        ]

    def _lock(self, code: str, left: Mapping[str, Answer], seen: Mapping[str, Any]) -> None:
        waiting = [name for name, mine in left.items() if _differs(mine, seen, name)]
        if waiting:
            self.fate.locked[code] = waiting

    def _keep(self, reason: str) -> Submission:
        return self._write(SubmissionState.KEPT, reason, None, {}, {})

    def _finish(self, diagnosis_id: int, instance: Instance, answers: Placed) -> Submission:
        fate = self.fate
        outcome = {
            "saved": fate.saved,
            "conflicts": fate.conflicts,
            "sealed": fate.sealed,
            "locked": fate.locked,
            "refused": fate.refused,
            "displaced": {name: answer.to_json() for name, answer in answers.displaced.items()},
            "strangers": list(instance.strangers),
            "unreadable": [
                {
                    "section": problem.section,
                    "question": problem.question,
                    "row": problem.row,
                    "column": problem.column,
                    "raw": problem.raw,
                    "fr": problem.message.fr,
                    "en": problem.message.en,
                }
                for problem in instance.problems
            ],
        }
        if fate.locked or fate.refused:
            state, reason = SubmissionState.KEPT, LOCKED if fate.locked else REFUSED
        else:
            reason = ""
            waiting = fate.conflicts or fate.sealed or instance.problems or answers.displaced
            state = SubmissionState.WAITING if waiting else SubmissionState.TAKEN
        return self._write(state, reason, diagnosis_id, stored(answers.sections), outcome)

    def _write(
        self, state: SubmissionState, reason: str, diagnosis_id: int | None, answers: dict[str, Any], outcome: dict[str, Any]
    ) -> Submission:
        """Writes what became of the submission, unless another delivery of it has done so already."""
        with self.database.write() as session:
            row = session.scalars(select(Submission).where(Submission.id == self.row.id).with_for_update()).one()
            if row.state is not self.row.state:
                return row
            row.state, row.reason, row.answers, row.outcome = state, reason, answers, outcome
            row.diagnosis_id = diagnosis_id
            detail = {
                "state": state.value,
                "reason": reason,
                "sections": sorted(code for code, names in self.fate.saved.items() if names),
            }
            if self.by is not None:
                row.decided_at, row.decided_by_id = now(), self.by.user_id
                log(session, self.by, "submission_reapplied", "submission", row.id, **detail)
            else:
                log(session, self.saver, "submission_read", "submission", row.id, **detail)
            return row


def look_again(database: Database, actor: Actor, diagnosis_id: int, code: str) -> Mapping[str, Any]:
    """What a section holds now."""
    with database.reader.connect() as connection:
        return look(connection, actor, diagnosis_id, code).answers


def _differs(mine: Answer, seen: Mapping[str, Any], name: str) -> bool:
    return said(mine) != said(Answer.from_json(seen[name]) if name in seen else None)


def may_be_reapplied(row: Submission) -> bool:
    """Whether a submission waits for a coordinator: kept apart, or left half-way by a server that stopped."""
    return row.state is SubmissionState.KEPT or (
        row.state is SubmissionState.RECEIVED and row.received_at < now() - ABANDONED_AFTER
    )


def reapply(database: Database, actor: Actor, submission_id: int, *, reference: str = "") -> Submission:
    """Tries a kept submission again, for a coordinator, in its own dossier or in the one named.

    It is written in the name of whoever sent it if the dossier is theirs, else of the dossier's diagnostician, whose own marks
    are then left alone.
    """
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    with database.read() as session:
        row = _found(session, actor, submission_id, content=True)
        wanted = reference.strip() or row.reference
        diagnosis = session.scalar(visible(Diagnosis, actor).where(Diagnosis.reference == wanted))
        if not may_be_reapplied(row):
            raise ConflictError(_l("Cet envoi n’est plus à traiter : rechargez la page."))
        if diagnosis is None or diagnosis.diagnostician_id is None:
            raise ActionError(_l("Aucun dossier confié à un diagnostiqueur ne porte cette référence : indiquez-en une autre."))
        owner = session.get_one(User, diagnosis.diagnostician_id)
    saver = Actor(owner.role, owner.name, user_id=owner.id, structure_id=owner.structure_id)
    try:
        envelope = open_instance(row.content)
    except InstanceError as error:
        raise ActionError(_l("Ce document ne peut pas être lu : demandez à son auteur de renvoyer le formulaire.")) from error
    return _Taking(database, row, envelope, saver, by=actor, reference=wanted).run()


def _found(session: Session, actor: Actor, submission_id: int, *, content: bool = False) -> Submission:
    query = visible(Submission, actor).where(Submission.id == submission_id)
    row: Submission | None = session.scalar(query.options(undefer(Submission.content)) if content else query)
    if row is None:
        raise NotFoundError(_GONE)
    return row


def settle(database: Database, actor: Actor, submission_id: int, mine: frozenset[str], shown: Mapping[str, str]) -> None:
    """Closes a submission that waited: its sender keeps the phone's answers for the questions in `mine`, the others as they are.

    `shown` gives the fingerprints of the answers that stood beside them on the page. Raises `AnswersConflictError` when one of
    them has changed since: nothing is closed, and the page is to be looked at again.
    """
    with database.read() as session:
        row = _found(session, actor, submission_id)
        if row.state is not SubmissionState.WAITING or row.user_id != actor.user_id or row.diagnosis_id is None:
            raise ConflictError(_l("Cet envoi n’attend plus de choix : rechargez la page."))
        diagnosis_id = row.diagnosis_id
    chosen: dict[str, dict[str, Answer]] = {}
    for each in row.outcome.get("conflicts", []):
        if each["question"] in mine:
            chosen.setdefault(each["section"], {})[each["question"]] = Answer.from_json(each["mine"])
    for code, answers in chosen.items():
        save_section(database, actor, diagnosis_id, code, answers, base_revision=_NEVER_SEEN, base=shown)
    _close(database, actor, submission_id, SubmissionState.WAITING, SubmissionState.TAKEN, "submission_settled", mine=sorted(mine))


def close(database: Database, actor: Actor, submission_id: int) -> None:
    """Puts a kept submission away, for a coordinator: it stays stored, and is not to be dealt with any more."""
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    _close(database, actor, submission_id, SubmissionState.KEPT, SubmissionState.CLOSED, "submission_closed")


def _close(
    database: Database, actor: Actor, submission_id: int, before: SubmissionState, after: SubmissionState, verb: str, **detail: Any
) -> None:
    with database.write() as session:
        row = session.scalar(visible(Submission, actor).where(Submission.id == submission_id).with_for_update(of=Submission))
        if row is None:
            raise NotFoundError(_GONE)
        if row.state is not before:
            raise ConflictError(_l("Cet envoi a changé d’état entre-temps : rechargez la page."))
        row.state, row.decided_at, row.decided_by_id = after, now(), actor.user_id
        log(session, actor, verb, "submission", row.id, **detail)


def waiting_for(session: Session, actor: Actor, diagnosis_id: int) -> int:
    """How many of this person's submissions wait for a choice in a dossier."""
    query = visible(Submission, actor).where(Submission.diagnosis_id == diagnosis_id, Submission.state == SubmissionState.WAITING)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
