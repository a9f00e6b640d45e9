"""What the last diagnosis of the same firm answers already: a follow-up visit corrects it instead of asking it all again.

The firm is recognised by its SIRET, in another campaign, once its diagnosis was validated. Only what hardly changes comes
over: the questions named in `LASTING`, and those that a later catalogue marks `bind::diag:prefill` = `last`. Figures of a
year, opinions and marks are asked anew: last year's would be confirmed without a look. The frame, when it knows, wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from diagnostics.catalogues import load
from diagnostics.delays import paris_day
from diagnostics.lifecycle import FINISHED
from diagnostics.models import Diagnosis, Firm, SectionAnswers
from questionnaires.answers import Answer, AnswerState
from questionnaires.model import Kind, Question, Questionnaire, Stage

LAST = "last"
LASTING = frozenset(
    {"opco", "annee_creation", "multi_etab", "federation", "mode_saisie", "registre", "postes_cles", "pres_naissance", "cse"}
)
_CHOSEN = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE})


@dataclass(frozen=True, slots=True)
class Previous:
    """The answers that come over from the firm's last diagnosis, and the day of its visit; empty when there is none."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    on: date | None = None


NOTHING = Previous()


def is_lasting(question: Question) -> bool:
    """Whether a question's answer comes over from the last diagnosis."""
    return question.prefill == LAST or question.name in LASTING


def lasting_sections(questionnaire: Questionnaire) -> frozenset[str]:
    """The codes of the visit's sections in which something may come over."""
    return frozenset(
        section.code
        for section in questionnaire.sections
        if section.stage is Stage.VISIT and any(is_lasting(question) for question in section.questions)
    )


def previous_of(session: Session, diagnosis_id: int, questionnaire: Questionnaire, *, section: str | None = None) -> Previous:
    """What comes over into a dossier, or into one section of it."""
    before, same, own = aliased(Diagnosis), aliased(Firm), aliased(Firm)
    last = session.execute(
        select(before.id, before.questionnaire_version, before.visited_on, before.state_since)
        .join(same, same.id == before.firm_id)
        .join(own, own.siret == same.siret)
        .join(Diagnosis, Diagnosis.firm_id == own.id)
        .where(Diagnosis.id == diagnosis_id, before.id < Diagnosis.id, before.state.in_(FINISHED))
        .order_by(before.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return NOTHING
    earlier = load(last.questionnaire_version, session)
    stored: dict[str, Any] = {}
    for row in session.scalars(
        select(SectionAnswers.answers).where(
            SectionAnswers.diagnosis_id == last.id, SectionAnswers.section.in_(lasting_sections(earlier))
        )
    ):
        stored |= row
    sections = questionnaire.sections if section is None else (questionnaire.section(section),)
    asked = {question.name: question for each in sections if each.stage is Stage.VISIT for question in each.questions}
    found: dict[str, Answer] = {}
    for _section, was in earlier.questions():
        question = asked.get(was.name)
        if question is None or was.name not in stored or not is_lasting(question):
            continue
        value = carried(question, was, Answer.from_json(stored[was.name]), questionnaire)
        if value is not None:
            found[was.name] = Answer(value, state=AnswerState.PREFILLED)
    return Previous(found, last.visited_on or paris_day(last.state_since))


def carried(question: Question, was: Question, answer: Answer, questionnaire: Questionnaire) -> Any:
    """A value as the question takes it today, or None when it no longer does: another kind, a choice that is gone."""
    if not answer.given or question.kind is not was.kind:
        return None
    if question.kind is Kind.ROSTER:
        return [_carried_row(row, question, questionnaire) for row in answer.value if isinstance(row, dict)] or None
    return _fitting(question, answer.value, questionnaire)


def _carried_row(row: Mapping[str, Any], question: Question, questionnaire: Questionnaire) -> dict[str, Any]:
    kept = {column.name: _fitting(column, row.get(column.name), questionnaire) for column in question.columns}
    return {"id": row.get("id")} | {name: value for name, value in kept.items() if value is not None}


def _fitting(question: Question, value: Any, questionnaire: Questionnaire) -> Any:
    if question.kind not in _CHOSEN:
        return value
    known = {choice.code for choice in questionnaire.choices(question.choices)}
    if question.kind is Kind.SELECT_ONE:
        return value if value in known else None
    return [code for code in value or () if code in known] or None
