"""What a section's page shows, put together before it is drawn: each question with its field, its problems and its threads."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from diagnostics.collected import Collected, settled
from diagnostics.fields import AnswerField, SectionFormBase
from diagnostics.i18n import chosen_locale
from diagnostics.readable import origin_of
from diagnostics.table_fields import MatrixField, RosterField
from diagnostics.threads import Talk
from questionnaires.answers import Answer, AnswerState, Problem
from questionnaires.model import Kind, Question, Questionnaire, Section, Severity


@dataclass(frozen=True, slots=True)
class Note:
    """One problem in words, and the control that it is about."""

    href: str
    text: str
    unread: bool = False


@dataclass(slots=True)
class Doubt:
    """A soft check that an answer does not meet, or that somebody has confirmed with a reason."""

    code: str
    reason: str
    texts: list[str] = dataclasses.field(default_factory=list)


@dataclass(slots=True)
class Item:
    """One question of the page."""

    field: AnswerField
    asked: bool
    wrong: list[Note] = dataclasses.field(default_factory=list)
    doubts: list[Doubt] = dataclasses.field(default_factory=list)
    talks: list[Talk] = dataclasses.field(default_factory=list)
    origin: LazyString | None = None

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.field.question

    @property
    def answer(self) -> Answer:
        """Its answer as it stands."""
        return self.field.answer

    @property
    def confirmed(self) -> bool:
        """Whether every doubt has its reason."""
        return all(doubt.reason for doubt in self.doubts)


def items_of(
    found: Collected, section: Section, form: SectionFormBase, *, talks: Mapping[str, Sequence[Talk]], core_only: bool
) -> list[Item]:
    """The questions of a section's page, in order.

    With `core_only`, in-depth questions are left out unless they are answered, in question, or carry a thread: what is there
    is never hidden. Calculated helpers without words are never shown. Problems show once the section has been saved.
    """
    judged = found.saved_of(section.code).revision > 0
    problems = [problem for problem in found.problems if problem.section == section.code] if judged else []
    shown = []
    for each in form.questions:
        if not each.question.label:
            continue
        item = Item(each, each.name in found.relevant, talks=list(talks.get(each.name, ())))
        if item.answer.state is AnswerState.PREFILLED and item.answer.given:
            item.origin = origin_of(found, each.name, item.answer)
        _judge(item, [problem for problem in problems if problem.question == each.name])
        if not core_only or _stays(item):
            shown.append(item)
    return shown


def _stays(item: Item) -> bool:
    question = item.question
    return (
        question.core
        or question.required
        or settled(item.answer)
        or bool(item.wrong or item.doubts or item.talks or item.field.errors)
    )


def _judge(item: Item, problems: Iterable[Problem]) -> None:
    item.wrong = [Note(f"#{item.field.id}", str(text), unread=True) for text in item.field.errors]
    doubts = {code: Doubt(code, reason) for code, reason in item.field.reasons.items()}
    for problem in problems:
        if is_told_already(item.field, problem):
            continue
        note = Note(href_of(item.field, problem), told(item.field, problem))
        if problem.severity is Severity.HARD:
            item.wrong.append(note)
        else:
            doubts.setdefault(problem.code, Doubt(problem.code, "")).texts.append(note.text)
    for code, doubt in doubts.items():
        if not doubt.texts:
            doubt.texts = [check.message.in_(chosen_locale()) for check in _checks(item.question) if check.code == code][:1]
    item.doubts = list(doubts.values())


def _checks(question: Question) -> Iterable[Any]:
    yield from question.checks
    for column in question.columns:
        yield from column.checks


def is_told_already(field: AnswerField, problem: Problem) -> bool:
    """Whether a problem goes without saying: a required answer or cell is not missing when it was typed and could not be read."""
    if field.unreadable and problem.code == "required_cell" and isinstance(field, RosterField):
        return any(line.id == problem.row and problem.column in line.faults for line in field.lines)
    return field.unreadable and problem.code == "required"


def told(field: AnswerField, problem: Problem) -> str:
    """A problem's message, with the line and the column of the page that it is about."""
    ids = [line.id for line in field.lines] if isinstance(field, RosterField) else []
    return placed(field.question, field.questionnaire, ids, problem)


def placed(question: Question, questionnaire: Questionnaire, ids: Sequence[str], problem: Problem) -> str:
    """A problem's message, with where it is in a roster (whose lines' ids are given, in order) or in a matrix."""
    locale = chosen_locale()
    message = problem.message.in_(locale)
    # The message for an empty cell names its line and its column itself.
    if not problem.row or problem.code == "required_cell":
        return message
    if question.kind is Kind.MATRIX:
        where = questionnaire.label(question.rows, problem.row, locale)
    else:
        where = _("Ligne %(number)s", number=ids.index(problem.row) + 1 if problem.row in ids else "?")
        if problem.column:
            where = f"{where}, {question.column(problem.column).label.in_(locale)}"
    return str(_("%(where)s : %(message)s", where=where, message=message))


def href_of(field: AnswerField, problem: Problem) -> str:
    """Where a problem's control is on the page."""
    if isinstance(field, RosterField) and problem.row and problem.column:
        for line in field.lines:
            if line.id == problem.row:
                return f"#f-{field.name}--{line.index}--{problem.column}"
    if isinstance(field, MatrixField) and problem.row and bool(problem.column) == bool(field.columns):
        return f"#f-{field.place(problem.row, problem.column or '')}"
    return f"#q-{field.name}"


def error_list(items: Iterable[Item], *, unread: bool) -> list[tuple[str, str]]:
    """The problems of a page as `(href, text)`, each with its question: what could not be read, or what is to be corrected."""
    return [
        (note.href, f"{item.question.label.in_(chosen_locale())} – {note.text}")
        for item in items
        if item.asked
        for note in item.wrong
        if note.unread is unread
    ]
