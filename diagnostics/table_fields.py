"""The fields of answers that are tables: rosters, whose lines are added and taken out, and matrices with their totals.

They read every cell of what was sent; a cell that cannot be read keeps the value it had and is shown again as it was typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from diagnostics.answer_words import Totals, totals, written
from diagnostics.fields import UNITS, AnswerField, SentForm
from diagnostics.i18n import chosen_locale
from questionnaires.answers import CellProblem, read_matrix, read_roster
from questionnaires.model import Choice, Kind, Question, Questionnaire, Text

MOST_LINES = 60
CARDS_UP_TO = 20
MOST_DIGITS = 6
_SEE_CELLS = Text("Corrigez les cases signalées dans le tableau.", "Correct the cells marked in the table.")


@dataclass(slots=True)
class Line:
    """One line of a roster as it stands on the page: what each cell shows, and what is wrong with it."""

    index: int
    id: str = ""
    cells: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def blank(self) -> bool:
        """Whether nothing at all was typed in it."""
        return not any(self.cells.values())


class RosterField(AnswerField):
    """Lines of people, posts, departures or actions; short rosters are drawn as cards, long ones as a table."""

    partial = "table"
    spare = 3

    def __init__(self, question: Question, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(question, questionnaire, **kwargs)
        self.lines: list[Line] = []
        self.removed: list[Line] = []
        self.nobody = False
        self.most = question.max_rows or MOST_LINES
        self.partial = "cards" if self.most <= CARDS_UP_TO else "table"

    def take(self, formdata: SentForm) -> Any:
        """Reads every line sent; a line without anything in it is none. « Aucune ligne » ticked is an answer: an empty list."""
        self.lines = self._sent_lines(formdata)
        self.nobody = not self.lines and formdata.get(f"{self.name}--aucune") == "1" and not self.question.min_rows
        self.typed = self.lines
        return self.read_lines() or ([] if self.nobody else None)

    def _sent_lines(self, formdata: SentForm) -> list[Line]:
        numbered = enumerate(formdata.getlist(f"{self.name}--lignes"))
        return [line for line in (self._line(position, number, formdata) for position, number in numbered) if not line.blank]

    def comes_back(self, formdata: SentForm) -> bool:
        """Whether the same lines were sent, with nothing changed in them."""
        nobody = formdata.get(f"{self.name}--aucune") == "1"
        sent = self._sent_lines(formdata)
        return (nobody == self.nobody or bool(sent)) and [(line.id, line.cells) for line in sent] == [
            (line.id, line.cells) for line in self.lines
        ]

    def _line(self, position: int, number: str, formdata: SentForm) -> Line:
        prefix = f"{self.name}--{number}--"
        cells = {column.name: _sent(formdata, prefix, column) for column in self.question.columns}
        return Line(
            int(number) if number.isdecimal() and len(number) <= MOST_DIGITS else position, formdata.get(f"{prefix}id"), cells
        )

    def read_lines(self) -> Any:
        """Reads the lines as they stand, noting what is wrong in their cells; a faulty cell keeps the value it had."""
        found = read_roster(self.question, [{"id": line.id, **line.cells} for line in self.lines], self.questionnaire)
        before = {row["id"]: row for row in self.stored.value or ()}
        rows: dict[str, dict[str, Any]] = {row["id"]: row for row in found.value or ()}
        for line, row_id in zip(self.lines, rows, strict=False):
            line.id = row_id
        lines = {line.id: line for line in self.lines}
        for problem in found.problems:
            self._fault(problem, lines)
            if problem.row in rows and problem.column:
                rows[problem.row][problem.column] = before.get(problem.row, {}).get(problem.column)
        return list(rows.values()) or None

    def _fault(self, problem: CellProblem, lines: Mapping[str, Line]) -> None:
        self.unreadable = True
        message = problem.message.in_(chosen_locale())
        if problem.row and problem.row in lines and problem.column:
            lines[problem.row].faults[problem.column] = message
            message = _SEE_CELLS.in_(chosen_locale())
        self.errors = list(dict.fromkeys([*self.errors, message]))

    def show(self, value: Any) -> None:
        """Puts stored lines into the table."""
        self.nobody = value == []
        self.lines = [
            Line(
                position,
                str(row.get("id", "")),
                {column.name: _cell(column, row.get(column.name)) for column in self.question.columns},
            )
            for position, row in enumerate(value or ())
        ]
        self.typed = self.lines

    @property
    def columns_shown(self) -> list[Question]:
        """The columns that are typed in; what is worked out for each line is not."""
        return [column for column in self.question.columns if column.kind is not Kind.CALCULATE]

    def with_spare(self, more: int = 0) -> list[Line]:
        """The lines, with empty ones to type in: `more`, or a few where there is none yet."""
        wanted = more or (0 if self.lines or self.nobody else self.spare)
        first = max((line.index for line in self.lines), default=-1) + 1
        room = max(self.most - len(self.lines), 0)
        return [*self.lines, *(self._empty(first + offset) for offset in range(min(wanted, room)))]

    def pattern(self) -> Line:
        """An empty line for the browser to copy; its number is a place-holder."""
        return self._empty(-1)

    def _empty(self, index: int) -> Line:
        return Line(index, cells={column.name: _cell(column, None) for column in self.question.columns})


def _sent(formdata: SentForm, prefix: str, column: Question) -> Any:
    name = prefix + column.name
    if column.kind is Kind.SELECT_MULTIPLE:
        return formdata.getlist(name)
    return formdata.get(name).strip()


def _cell(column: Question, value: Any) -> Any:
    if column.kind is Kind.SELECT_MULTIPLE:
        return [str(code) for code in value or ()]
    return written(column, value)


class MatrixField(AnswerField):
    """A table of figures with its totals; without `across` it has one column and shows each row's share."""

    partial = "matrix"

    def __init__(self, question: Question, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(question, questionnaire, **kwargs)
        self.rows = questionnaire.choices(question.rows)
        self.columns: tuple[Choice, ...] = questionnaire.choices(question.across) if question.across else ()
        self.faults: dict[str, str] = {}
        self._cell = Question(question.name, question.cell_kind, question.label)

    def places(self) -> Iterable[tuple[str, str, str]]:
        """Every cell: its row, its column (empty where there is one only) and the name of its control."""
        for row in self.rows:
            for column in [choice.code for choice in self.columns] or [""]:
                yield row.code, column, self.place(row.code, column)

    def place(self, row: str, column: str = "") -> str:
        """The name of a cell's control."""
        return f"{self.name}--{row}--{column}" if column else f"{self.name}--{row}"

    def comes_back(self, formdata: SentForm) -> bool:
        """Whether every cell was sent as it was shown."""
        return all(formdata.get(place).strip() == typed for place, typed in self.typed.items())

    def take(self, formdata: SentForm) -> Any:
        """Reads every cell; none filled is no answer, and a faulty one keeps the figure it had."""
        self.typed = {place: formdata.get(place).strip() for _row, _column, place in self.places()}
        self.faults = {}
        raw: dict[str, Any] = {}
        for row, column, place in self.places():
            if column:
                raw.setdefault(row, {})[column] = self.typed[place]
            else:
                raw[row] = self.typed[place]
        found = read_matrix(self.question, raw, self.questionnaire)
        value = found.value or {}
        for problem in found.problems:
            self._fault(problem, value)
        return value or None

    def _fault(self, problem: CellProblem, value: dict[str, Any]) -> None:
        row, column = problem.row or "", problem.column or ""
        self.unreadable = True
        self.faults[self.place(row, column)] = problem.message.in_(chosen_locale())
        self.errors = [_SEE_CELLS.in_(chosen_locale())]
        before = _held(self.stored.value, row, column)
        if before is not None:
            value.update({row: before} if not column else {row: value.get(row, {}) | {column: before}})

    def show(self, value: Any) -> None:
        """Puts stored figures into the cells."""
        self.faults = {}
        self.typed = {place: written(self._cell, _held(value, row, column)) for row, column, place in self.places()}

    @property
    def cell_unit(self) -> str:
        """The unit of the figures, for the head of a single column."""
        return self.question.unit.in_(chosen_locale()) or UNITS.get(self.question.cell_kind, "")

    @property
    def totals(self) -> Totals:
        """The sums of what could be read."""
        return totals(self.answer.value)


def _held(value: Any, row: str, column: str) -> Any:
    cells = (value or {}).get(row)
    return cells.get(column) if column and isinstance(cells, dict) else (None if column else cells)
