"""Answers kept aside when a dossier changed version, in words: shown with the dossier until a version asks for them again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from diagnostics.access import Actor
from diagnostics.answer_words import in_words
from diagnostics.carriage import readable_aside
from diagnostics.catalogues import load
from diagnostics.i18n import chosen_locale
from diagnostics.models import Diagnosis, SetAsideAnswer
from diagnostics.readable import MISSING
from questionnaires.answers import Answer
from questionnaires.model import Kind, Question, Questionnaire

MOST_CELLS = 20


@dataclass(frozen=True, slots=True)
class AsideItem:
    """One answer kept aside: the question as it was asked, the version that asked it, and what was answered."""

    label: str
    version: str
    words: tuple[str, ...]


def aside_items(session: Session, who: Actor, diagnosis: Diagnosis) -> list[AsideItem]:
    """What is kept aside of a dossier and may be seen by this person now."""
    return [_item(session, row) for row in readable_aside(session, who, diagnosis)]


def _item(session: Session, row: SetAsideAnswer) -> AsideItem:
    questionnaire, locale = load(row.version, session), chosen_locale()
    answer = Answer.from_json(row.answer)
    name, _slash, column = row.name.partition("/")
    known = {question.name: question for _section, question in questionnaire.questions()}
    question = known.get(name)
    if question is None:
        return AsideItem(row.name, row.version, (str(answer.value),))
    label = question.label.in_(locale) or name
    if column:
        asked = next((each for each in question.columns if each.name == column), None)
        label = f"{label} – {asked.label.in_(locale) if asked else column}"
        cells = list((answer.value or {}).values())
        words = tuple(in_words(asked, cell, questionnaire, locale) if asked else str(cell) for cell in cells)
        return AsideItem(label, row.version, words[:MOST_CELLS])
    if answer.missing is not None:
        return AsideItem(label, row.version, (str(MISSING[answer.missing]),))
    return AsideItem(label, row.version, tuple(_words(question, answer.value, questionnaire, locale)))


def _words(question: Question, value: Any, questionnaire: Questionnaire, locale: str) -> list[str]:
    if question.kind is not Kind.ROSTER:
        return [in_words(question, value, questionnaire, locale)]
    lines = []
    for row in (value or [])[:MOST_CELLS]:
        cells = (
            in_words(column, row.get(column.name), questionnaire, locale) for column in question.columns if row.get(column.name)
        )
        lines.append(" · ".join(cells))
    return lines
