"""Verbs on dossiers that change version: ask for it, and carry one dossier, whole or not at all.

One dossier is one transaction: its lock, its answers in their new sections, what is kept aside, its version, one journal line.
A dossier that something stands in the way of stays as it was, in its own version, where it can still be filled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.carriage import MOVABLE, aside_rows, kept_of, movable, stored_answers
from diagnostics.catalogues import UnknownVersionError, load
from diagnostics.db import Database
from diagnostics.i18n import chosen_locale
from diagnostics.models import (
    Diagnosis,
    Job,
    JobItem,
    JobState,
    JournalLine,
    Role,
    SectionAnswers,
    SetAsideAnswer,
    Thread,
)
from questionnaires.model import Questionnaire
from questionnaires.versions import Carried, Kept, carry, renamings, set_obstacles_aside

CARRY = "carry"
PROGRAMME = "programme"


class ObstaclesError(ActionError):
    """Something stands in the way of a dossier's answers; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a dossier: `carried` is None where there was nothing to do."""

    carried: Carried | None = None


def add_carry(session: Session, actor: Actor, version: str, *, set_aside: bool) -> int | None:
    """Queues the carrying of every dossier still being filled, within the transaction that makes it necessary; None for none."""
    dossiers = session.execute(movable(version).with_only_columns(Diagnosis.id, Diagnosis.reference)).all()
    if not dossiers:
        return None
    job = Job(
        kind=CARRY,
        parameters={"version": version, "set_aside": set_aside, "user_id": actor.user_id},
        total=len(dossiers),
        created_by_id=actor.user_id,
    )
    job.items = [JobItem(subject_id=number, label=reference) for number, reference in dossiers]
    session.add(job)
    session.flush()
    log(session, actor, "carry_requested", "job", job.id, version=version, dossiers=len(dossiers), set_aside=set_aside)
    return job.id


def request_carry(database: Database, actor: Actor, version: str, *, set_aside: bool) -> int | None:
    """Queues the carrying of the dossiers still being filled to a version; gives the job's number, None if there are none."""
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    try:
        load(version, database)
    except UnknownVersionError as error:
        raise NotFoundError(_l("Cette version du questionnaire n’existe pas.")) from error
    with database.write() as session:
        underway = session.scalar(
            select(Job.id).where(Job.kind == CARRY, Job.state.in_([JobState.QUEUED, JobState.RUNNING])).limit(1)
        )
        if underway is not None:
            raise ActionError(_l("Un report de dossiers est déjà en cours : attendez qu’il finisse."))
        return add_carry(session, actor, version, set_aside=set_aside)


def carry_dossier(
    database: Database, diagnosis_id: int, version: str, *, set_aside: bool = False, user_id: int | None = None, job_id: int = 0
) -> Outcome:
    """Carries one dossier to a version. Doing it again changes nothing.

    A dossier that is no longer being filled keeps its version. Raises `NotFoundError` for an unknown dossier and
    `ObstaclesError` when something stands in the way, unless `set_aside` says to keep those answers aside.
    """
    new = load(version, database)
    with database.write() as session:
        diagnosis = session.scalar(select(Diagnosis).where(Diagnosis.id == diagnosis_id).with_for_update())
        if diagnosis is None:
            raise NotFoundError(_l("Ce dossier n’existe pas."))
        if diagnosis.questionnaire_version == version:
            return Outcome()
        if diagnosis.state not in MOVABLE:
            raise ActionError(_l("Ce dossier n’est plus en cours de saisie : il garde sa version."))
        old = load(diagnosis.questionnaire_version, database)
        answers, rows = stored_answers(session, diagnosis_id)
        aside = aside_rows(session, diagnosis_id)
        carried = carry(answers, old, new, kept_of(session, aside))
        if carried.obstacles and not set_aside:
            locale = chosen_locale()
            raise ObstaclesError(" ".join(obstacle.discreet.in_(locale) for obstacle in carried.obstacles))
        stopped = [f"{obstacle.name}:{obstacle.code}" for obstacle in carried.obstacles]
        carried = set_obstacles_aside(carried, old)
        revisions = _write_sections(session, diagnosis_id, new, carried, {row.section: row for row in rows})
        write_aside(session, diagnosis_id, carried.kept_aside, aside)
        _rename_threads(session, diagnosis_id, renamings(old, new))
        before = diagnosis.questionnaire_version
        diagnosis.questionnaire_version = version
        diagnosis.revision += 1
        session.add(
            JournalLine(
                actor_id=user_id,
                actor_role=PROGRAMME,
                verb="version_carried",
                subject="diagnosis",
                subject_id=diagnosis_id,
                detail={
                    "before": before,
                    "after": version,
                    "job": job_id,
                    "sections": revisions,
                    "renamed": dict(carried.renamed),
                    "converted": list(carried.converted),
                    "restored": list(carried.restored),
                    "aside": sorted({kept.name for kept in carried.kept_aside}),
                    "obstacles": stopped,
                },
            )
        )
    return Outcome(carried)


def _write_sections(
    session: Session, diagnosis_id: int, new: Questionnaire, carried: Carried, rows: Mapping[str, SectionAnswers]
) -> dict[str, int]:
    """Puts every answer into the section that asks it now; gives the new revision of each section that changed."""
    wanted: dict[str, dict[str, Any]] = {section: {} for section in rows}
    for name, answer in carried.answers.items():
        wanted.setdefault(new.section_of(name).code, {})[name] = answer.to_json()
    revisions = {}
    for section, answers in sorted(wanted.items()):
        row = rows.get(section)
        if row is None:
            session.add(SectionAnswers(diagnosis_id=diagnosis_id, section=section, revision=1, answers=answers))
            revisions[section] = 1
        elif row.answers != answers:
            row.answers = answers
            row.revision += 1
            revisions[section] = row.revision
    return revisions


def write_aside(session: Session, diagnosis_id: int, kept: tuple[Kept, ...], held: Any) -> None:
    """Stores what is kept aside now, and takes away what has found its place again."""
    present = {(row.name, row.version): row for row in held}
    for each in kept:
        key = (each.name, each.asked_by.version)
        row = present.pop(key, None)
        answer = each.answer.to_json()
        if row is not None:
            if row.answer != answer:
                row.answer = answer
            continue
        section = each.section
        session.add(
            SetAsideAnswer(
                diagnosis_id=diagnosis_id,
                name=each.name,
                version=each.asked_by.version,
                section=section.code if section else "",
                stage=section.stage.value if section else "visit",
                answer=answer,
            )
        )
    for row in present.values():
        session.delete(row)


def _rename_threads(session: Session, diagnosis_id: int, renamed: Mapping[str, str]) -> None:
    """Threads follow the questions that they are about."""
    for old, new in renamed.items():
        session.execute(update(Thread).where(Thread.diagnosis_id == diagnosis_id, Thread.question == old).values(question=new))
