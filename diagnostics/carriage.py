"""Which dossiers would go to another version of the questionnaire, and what would become of their answers. Reads only.

A dossier that is still being filled goes over; one that is in review, given back to its firm, validated or closed keeps the
version that it was read with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from diagnostics.access import Actor, readable_sections
from diagnostics.catalogues import load
from diagnostics.lifecycle import BEFORE_REVIEW
from diagnostics.models import Diagnosis, SectionAnswers, SetAsideAnswer, State
from questionnaires.answers import Answer
from questionnaires.model import Questionnaire, Stage, Text
from questionnaires.versions import Carried, Kept, Obstacle, carry

MOVABLE: frozenset[State] = frozenset(BEFORE_REVIEW)
_BLIND = frozenset({Stage.MARKS_FIRM, Stage.MARKS_DIAGNOSTICIAN})


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of one dossier's answers."""

    diagnosis: Diagnosis
    carried: Carried
    obstacles: tuple[Text, ...] = ()


def movable(version: str) -> Select[Any]:
    """The dossiers that would go to a version: those still being filled in another one."""
    return (
        select(Diagnosis)
        .where(Diagnosis.state.in_(MOVABLE), Diagnosis.questionnaire_version != version)
        .order_by(Diagnosis.reference)
    )


def counts_by_version(session: Session) -> dict[str, tuple[int, int]]:
    """How many dossiers each version has, and how many of them are still being filled."""
    found: dict[str, tuple[int, int]] = {}
    query = select(Diagnosis.questionnaire_version, Diagnosis.state, func.count()).group_by(
        Diagnosis.questionnaire_version, Diagnosis.state
    )
    for version, state, count in session.execute(query):
        total, open_ = found.get(version, (0, 0))
        found[version] = (total + count, open_ + (count if state in MOVABLE else 0))
    return found


def stored_answers(session: Session, diagnosis_id: int) -> tuple[dict[str, Answer], Sequence[SectionAnswers]]:
    """A dossier's answers by question, and the rows that hold them."""
    rows = session.scalars(
        select(SectionAnswers).where(SectionAnswers.diagnosis_id == diagnosis_id).order_by(SectionAnswers.section)
    ).all()
    return {name: Answer.from_json(given) for row in rows for name, given in row.answers.items()}, rows


def kept_of(session: Session, rows: Sequence[SetAsideAnswer]) -> list[Kept]:
    """Answers kept aside, with the questionnaires that asked for them."""
    return [Kept(row.name, Answer.from_json(row.answer), load(row.version, session)) for row in rows]


def aside_rows(session: Session, diagnosis_id: int) -> Sequence[SetAsideAnswer]:
    """What is kept aside of a dossier, as it is stored."""
    return session.scalars(
        select(SetAsideAnswer).where(SetAsideAnswer.diagnosis_id == diagnosis_id).order_by(SetAsideAnswer.id)
    ).all()


def foresee(session: Session, new: Questionnaire, version: str) -> Iterator[Foreseen]:
    """What would become of every movable dossier's answers in a version, dossier by dossier."""
    dossiers = session.scalars(movable(version).options(joinedload(Diagnosis.firm))).all()
    numbers = [diagnosis.id for diagnosis in dossiers]
    answers: dict[int, dict[str, Answer]] = {number: {} for number in numbers}
    aside: dict[int, list[SetAsideAnswer]] = {number: [] for number in numbers}
    query = select(SectionAnswers.diagnosis_id, SectionAnswers.answers).where(
        SectionAnswers.diagnosis_id.in_(movable(version).order_by(None).with_only_columns(Diagnosis.id))
    )
    for number, given in session.execute(query):
        if number in answers:
            answers[number] |= {name: Answer.from_json(stored) for name, stored in given.items()}
    kept = select(SetAsideAnswer).where(
        SetAsideAnswer.diagnosis_id.in_(movable(version).order_by(None).with_only_columns(Diagnosis.id))
    )
    for row in session.scalars(kept.order_by(SetAsideAnswer.id)):
        if row.diagnosis_id in aside:
            aside[row.diagnosis_id].append(row)
    for diagnosis in dossiers:
        old = load(diagnosis.questionnaire_version, session)
        carried = carry(answers[diagnosis.id], old, new, kept_of(session, aside[diagnosis.id]))
        yield Foreseen(diagnosis, carried, obstacle_texts(diagnosis, old, carried.obstacles))


def obstacle_texts(diagnosis: Diagnosis, old: Questionnaire, obstacles: Sequence[Obstacle]) -> tuple[Text, ...]:
    """The obstacles in words; while the voices are blind, nothing is said of a mark that one of them gave."""
    stages: Mapping[str, Stage] = {question.name: section.stage for section, question in old.questions()}
    blind = not diagnosis.both_marked
    return tuple(
        obstacle.discreet if blind and stages.get(obstacle.question) in _BLIND else obstacle.message for obstacle in obstacles
    )


def readable_aside(session: Session, actor: Actor, diagnosis: Diagnosis) -> list[SetAsideAnswer]:
    """What is kept aside of a dossier and may be seen by this person now, as the section that asked for it would be."""
    rows = aside_rows(session, diagnosis.id)
    stages = {row.section: row.stage for row in rows}
    readable = readable_sections(actor, diagnosis, stages)
    return [row for row in rows if row.section in readable]
