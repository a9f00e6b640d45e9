"""Judges a dossier: what must be corrected, what must be confirmed, and how far each section is.

Relevance comes first: nothing is said about a question off the path. A check is judged only when the current answer is
given and every question that its comparisons and calculations need has an answer (`expressions.needed`), so that an
unanswered total never makes a wrong part.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from questionnaires import values
from questionnaires.expressions import Scope, evaluate, is_judged
from questionnaires.model import Check, Kind, Party, Question, Questionnaire, Section, Severity
from questionnaires.path import Sheet
from questionnaires.problems import message
from questionnaires.reading import MOST_DIGITS, is_storable
from questionnaires.records import Answer, Answers, Context, Problem, Progress

_NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENTAGE})
_UNANSWERED = Answer()


def check(questionnaire: Questionnaire, answers: Answers, context: Context, section: str | None = None) -> list[Problem]:
    """The problems of a whole dossier, or of one section by its code; raises `KeyError` for an unknown section.

    A soft problem is left out once the answer holds a reason for that check. Problems come in the questionnaire's order.
    """
    sheet = Sheet(questionnaire, answers, context)
    sections = questionnaire.sections if section is None else (questionnaire.section(section),)
    return [problem for part in sections for problem in _section_problems(questionnaire, part, answers, sheet)]


def progress(questionnaire: Questionnaire, answers: Answers, context: Context) -> dict[str, Progress]:
    """How far every section is, by section code."""
    sheet = Sheet(questionnaire, answers, context)
    return {section.code: _section_progress(questionnaire, section, answers, sheet) for section in questionnaire.sections}


def _section_progress(questionnaire: Questionnaire, section: Section, answers: Answers, sheet: Sheet) -> Progress:
    asked = [question for question in section.questions if is_asked_of_people(question) and sheet.asked(question.name)]
    answered = {question.name for question in asked if _is_settled(answers.get(question.name, _UNANSWERED))}
    problems = list(_section_problems(questionnaire, section, answers, sheet))
    return Progress(
        asked=len(asked),
        answered=len(answered),
        core_asked=sum(question.core for question in asked),
        core_answered=sum(question.core for question in asked if question.name in answered),
        hard=sum(problem.severity is Severity.HARD for problem in problems),
        soft=sum(problem.severity is Severity.SOFT for problem in problems),
    )


def is_asked_of_people(question: Question) -> bool:
    """Whether somebody answers this question: not what is computed."""
    return question.kind is not Kind.CALCULATE and question.party is not Party.COMPUTED


def _is_settled(answer: Answer) -> bool:
    return answer.given or answer.missing is not None


def _section_problems(questionnaire: Questionnaire, section: Section, answers: Answers, sheet: Sheet) -> Iterator[Problem]:
    judge = _Judge(questionnaire, section, sheet)
    for question in section.questions:
        if is_asked_of_people(question) and sheet.asked(question.name):
            yield from judge.question(question, answers.get(question.name, _UNANSWERED))


class _Judge:
    """Applies the built-in rules and a question's own checks to its answer."""

    def __init__(self, questionnaire: Questionnaire, section: Section, sheet: Sheet) -> None:
        self.questionnaire = questionnaire
        self.section = section
        self.sheet = sheet
        self.known: dict[str, set[str]] = {}

    def question(self, question: Question, answer: Answer) -> Iterator[Problem]:
        if answer.missing is not None:
            if question.required or not question.may_be_missing:
                yield self._built_in(question, "may_not_be_missing")
            return
        if not answer.given:
            if question.required:
                yield self._built_in(question, "required")
            return
        faults = list(self._form(question, answer.value))
        yield from faults
        if faults:
            return
        current = self.sheet[question.name]
        yield from self._failed(question, question.checks, answer, self.sheet.scope.at(current))
        if question.kind is Kind.ROSTER:
            yield from self._rows(question, answer, current)

    def _rows(self, question: Question, answer: Answer, rows: list[dict[str, Any]]) -> Iterator[Problem]:
        judged = [column for column in question.columns if column.kind is not Kind.CALCULATE and (column.required or column.checks)]
        for number, row in enumerate(rows, start=1):
            scope = self.sheet.row_scope(row)
            for column in judged:
                if column.relevant is not None and not values.truth(evaluate(column.relevant, scope)):
                    continue
                cell = row[column.name]
                if values.is_blank(cell):
                    if column.required:
                        found = self._built_in(question, "required_cell", row=number, label=column.label)
                        yield replace(found, row=row["id"], column=column.name)
                    continue
                for problem in self._failed(question, column.checks, answer, scope.at(cell)):
                    yield replace(problem, row=row["id"], column=column.name)

    def _failed(self, question: Question, checks: tuple[Check, ...], answer: Answer, scope: Scope) -> Iterator[Problem]:
        for rule in checks:
            if answer.reasons and rule.severity is Severity.SOFT and answer.reasons.get(rule.code, "").strip():
                continue
            if is_judged(rule.tree, scope) and not values.truth(evaluate(rule.tree, scope)):
                yield Problem(self.section.code, question.name, None, None, rule.severity, rule.code, rule.message)

    def _built_in(self, question: Question, code: str, **given: Any) -> Problem:
        return Problem(self.section.code, question.name, None, None, Severity.HARD, code, message(code, **given))

    # What the reading of forms already holds to is looked at again here, since answers also come from files and phones.

    def _form(self, question: Question, value: Any) -> Iterator[Problem]:
        if question.kind is Kind.ROSTER:
            yield from self._roster_form(question, value)
        elif question.kind is Kind.MATRIX:
            yield from self._matrix_form(question, value)
        elif not self._conforms(question, value):
            yield self._built_in(question, "type")
        elif question.kind is Kind.SELECT_MULTIPLE and len(value) > 1:
            for choice in self.questionnaire.choices(question.choices):
                if choice.exclusive and choice.code in value:
                    yield self._built_in(question, "exclusive_choice", label=choice.label)

    def _roster_form(self, question: Question, value: Any) -> Iterator[Problem]:
        if not isinstance(value, list) or not all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in value):
            yield self._built_in(question, "type")
            return
        if question.max_rows and len(value) > question.max_rows:
            yield self._built_in(question, "too_many_rows", count=len(value), limit=question.max_rows)
        if len(value) < question.min_rows:
            yield self._built_in(question, "too_few_rows", limit=question.min_rows)
        for row in value:
            for column in question.columns:
                cell = row.get(column.name)
                if cell is not None and not self._conforms(column, cell):
                    yield replace(self._built_in(question, "type"), row=row["id"], column=column.name)

    def _matrix_form(self, question: Question, value: Any) -> Iterator[Problem]:
        if not isinstance(value, dict) or (question.across and not all(isinstance(row, dict) for row in value.values())):
            yield self._built_in(question, "type")
            return
        rows = {choice.code for choice in self.questionnaire.choices(question.rows)}
        columns = {choice.code for choice in self.questionnaire.choices(question.across)} if question.across else {None}
        cell_of = Question(name=question.name, kind=question.cell_kind, label=question.label)
        for row, given in sorted(value.items()):
            for column, cell in sorted(given.items()) if question.across else [(None, given)]:
                if row not in rows or column not in columns:
                    problem = self._built_in(question, "unknown_cell", value=str(row if row not in rows else column)[:40])
                elif cell is not None and not self._conforms(cell_of, cell):
                    problem = self._built_in(question, "type")
                elif cell is not None and cell < 0:
                    problem = self._built_in(question, "negative_cell")
                else:
                    continue
                yield replace(problem, row=str(row), column=column)

    def _conforms(self, question: Question, value: Any) -> bool:
        if question.kind in _NUMERIC:
            return _is_number(question.kind, value)
        if question.kind is Kind.SELECT_MULTIPLE:
            return isinstance(value, list) and bool(value) and self._all_known(question, value)
        if not isinstance(value, str):
            return False
        if question.kind is Kind.SELECT_ONE:
            return self._all_known(question, [value])
        if question.kind is Kind.DATE:
            return values.as_date(value) is not None
        return len(value) <= question.max_length and all(is_storable(character) for character in value)

    def _all_known(self, question: Question, codes: list[Any]) -> bool:
        known = self.known.get(question.choices)
        if known is None:
            known = self.known[question.choices] = {choice.code for choice in self.questionnaire.choices(question.choices)}
        return all(isinstance(code, str) and code in known for code in codes) and len(set(codes)) == len(codes)


def _is_number(kind: Kind, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or values.finite(value) is None:
        return False
    # A whole number is one however it is written: a browser knows no other difference.
    return abs(value) < 10**MOST_DIGITS and (kind is not Kind.INTEGER or value == int(value))
