"""The answers of a dossier as somebody reads them over: every question in words, beside what is missing, doubtful or computed.

In come a `Collected` dossier and the sections that the person may see (`diagnostics.access.readable_sections`); out come frozen
sections that the review, the firm's room and the restitution draw. What is not in that set of sections does not come out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.answer_words import figure, in_words, totals
from diagnostics.collected import Collected
from diagnostics.words import day
from questionnaires.answers import Answer, AnswerState, Missing
from questionnaires.model import Kind, Question, Questionnaire, Section, Severity

MISSING: dict[Missing, LazyString] = {
    Missing.UNKNOWN: _l("Ne sait pas"),
    Missing.REFUSED: _l("Ne souhaite pas répondre"),
    Missing.NOT_APPLICABLE: _l("Sans objet"),
}
STATES: dict[AnswerState, LazyString] = {
    AnswerState.EDITED: _l("modifié depuis"),
    AnswerState.FORCED: _l("confirmé malgré une alerte"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A roster or a matrix in words: the head, then rows whose first cell names them, then sums if there are any."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a check says of a question; `hard` must be corrected, else it may be confirmed."""

    hard: bool
    message: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question read over. Exactly one of `words`, `table`, `missing` says the answer; all empty means none was given."""

    name: str
    label: str
    words: str
    table: Table | None
    missing: LazyString | None
    origin: LazyString | None
    computed: bool
    core: bool
    confirmed: tuple[tuple[str, str], ...]
    faults: tuple[Fault, ...]

    @property
    def blank(self) -> bool:
        """Whether nothing was answered, and no reason for it was given."""
        return not self.words and self.table is None and self.missing is None


@dataclass(frozen=True, slots=True)
class ReadableSection:
    """One section read over, with how much of it is answered."""

    code: str
    title: str
    items: tuple[Item, ...]

    @property
    def answered(self) -> int:
        """How many of its questions have an answer or a reason for none."""
        return sum(not item.blank for item in self.items)

    @property
    def faulty(self) -> int:
        """How many of its questions a check complains about."""
        return sum(bool(item.faults) for item in self.items)


def read_over(collected: Collected, allowed: frozenset[str], locale: str) -> list[ReadableSection]:
    """The sections in `allowed` in the questionnaire's order, with the questions that are asked given the answers."""
    sections = [_section(collected, section, locale) for section in collected.questionnaire.sections if section.code in allowed]
    return [section for section in sections if section.items]


def _section(collected: Collected, section: Section, locale: str) -> ReadableSection:
    items = tuple(
        _item(collected, question, locale)
        for question in section.questions
        if question.name in collected.relevant and question.label.fr
    )
    return ReadableSection(section.code, section.title.in_(locale), items)


def _item(collected: Collected, question: Question, locale: str) -> Item:
    answer = collected.answers.get(question.name, Answer())
    computed = question.kind is Kind.CALCULATE
    value = collected.plain.get(question.name) if computed else answer.value
    missing = None if computed or answer.missing is None else MISSING[answer.missing]
    if missing is not None:
        value = None
    tabular = question.kind in {Kind.ROSTER, Kind.MATRIX} and bool(value)
    return Item(
        name=question.name,
        label=question.label.in_(locale),
        words="" if tabular else in_words(question, value, collected.questionnaire, locale),
        table=table_of(question, value, collected.questionnaire, locale) if tabular else None,
        missing=missing,
        origin=None if computed or value is None else origin_of(collected, question.name, answer),
        computed=computed,
        core=question.core,
        confirmed=tuple(confirmed(question, answer.reasons, locale)),
        faults=tuple(
            Fault(problem.severity is Severity.HARD, problem.message.in_(locale))
            for problem in collected.problems
            if problem.question == question.name
        ),
    )


def origin_of(collected: Collected, name: str, answer: Answer) -> LazyString | None:
    """Where a value comes from, in words; None for one simply collected at the visit."""
    if answer.state is not AnswerState.PREFILLED:
        return STATES.get(answer.state)
    if collected.comes_from_frame(name):
        return _l("prérempli d’après SIRENE")
    if collected.previous_on is not None:
        return _l("prérempli d’après le diagnostic du %(day)s", day=day(collected.previous_on))
    return _l("prérempli d’après un diagnostic précédent")


def confirmed(question: Question, reasons: Mapping[str, str], locale: str) -> list[tuple[str, str]]:
    """Each doubtful value that was confirmed: what the check said, and the person's reason."""
    messages = {check.code: check.message.in_(locale) for part in (question, *question.columns) for check in part.checks}
    return [(messages.get(code, ""), reason) for code, reason in reasons.items()]


def table_of(question: Question, value: Any, questionnaire: Questionnaire, locale: str) -> Table:
    """A roster's or a matrix's value in words."""
    if question.kind is Kind.ROSTER:
        head = ("", *(column.label.in_(locale) for column in question.columns))
        rows = tuple(
            (str(number), *(in_words(column, row.get(column.name), questionnaire, locale) for column in question.columns))
            for number, row in enumerate(value, 1)
        )
        return Table(head, rows)
    return _matrix(question, value, questionnaire, locale)


def _matrix(question: Question, value: Any, questionnaire: Questionnaire, locale: str) -> Table:
    sums = totals(value)
    across = questionnaire.choices(question.across) if question.across else ()
    word = {"fr": "Total", "en": "Total"}[locale]
    rows = []
    for row in questionnaire.choices(question.rows):
        cells = value.get(row.code)
        shown = [figure((cells or {}).get(column.code), locale) for column in across]
        total = figure(sums.rows.get(row.code), locale)
        rows.append((row.label.in_(locale), *shown, total))
    head = ("", *(column.label.in_(locale) for column in across), word)
    foot = (word, *(figure(sums.columns.get(column.code), locale) for column in across), figure(sums.grand, locale))
    return Table(head, tuple(rows), foot)
