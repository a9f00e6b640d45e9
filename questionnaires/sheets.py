"""Reads a questionnaire from its sheets: rows of `survey`, `choices`, `checks` and `settings` -> one `Questionnaire`.

The sheets follow XLSForm's columns, with ours beside them under `bind::diag:`. A `begin group` is a section, or a matrix
when it names `bind::diag:rows` (its one inner question says what a cell holds); a `begin repeat` is a roster. A question's
`constraint` is its first hard check; the sheet `checks` holds the others, hard and soft, each with its own message.

All the faults are collected before anything is refused: `SheetError.faults` says where each one is and what to do.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from questionnaires.expressions import ExpressionError, compile_expression, names
from questionnaires.model import NO_TEXT, Check, Choice, Kind, Party, Question, Questionnaire, Section, Severity, Stage, Text, Tree
from questionnaires.problems import message

Row = Mapping[str, str]
Sheets = Mapping[str, Sequence[Row]]

FRENCH, ENGLISH = "Français (fr)", "English (en)"
NEEDED_COLUMNS = {
    "survey": ("type", "name", f"label::{FRENCH}"),
    "choices": ("list_name", "name", f"label::{FRENCH}"),
    "checks": ("question", "code", "severity", "condition", f"message::{FRENCH}"),
    "settings": ("form_id", "version", f"form_title::{FRENCH}"),
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z", re.ASCII)
_TYPES = {
    "integer": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "text": Kind.TEXT,
    "calculate": Kind.CALCULATE,
    "select_one": Kind.SELECT_ONE,
    "select_multiple": Kind.SELECT_MULTIPLE,
}
_FINER = {"": None, "money": Kind.MONEY, "percentage": Kind.PERCENTAGE}
_LENGTH, _LONG_LENGTH = 200, 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a sheet: where (rows count from 1, the header being row 1), its code, and what to do."""

    sheet: str
    row: int
    column: str
    code: str
    message: Text


class SheetError(ValueError):
    """Sheets that make no questionnaire; `faults` holds everything that is wrong with them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.sheet}:{fault.row} {fault.column} {fault.message.en}" for fault in faults[:20]))


@dataclass(slots=True)
class _Open:
    """A group or repeat that is being filled."""

    row: Row
    number: int
    name: str
    questions: list[Question] = field(default_factory=list)


class _Reader:
    """Goes through the sheets once, keeping what it understands and noting what it does not."""

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self.faults: list[Fault] = []
        self.seen: set[str] = set()
        self.places: dict[str, int] = {}
        self.lists: dict[str, tuple[Choice, ...]] = {}
        self.checks: dict[str, list[Check]] = {}
        self.sections: list[Section] = []
        self.open: list[_Open] = []

    def fault(self, sheet: str, row: int, column: str, code: str, **given: Any) -> None:
        self.faults.append(Fault(sheet, row, column, code, message(code, column=column, **given)))

    # --- small parts ----------------------------------------------------------------------------------------------------

    def text(self, row: Row, column: str) -> Text:
        return Text(_cell(row, f"{column}::{FRENCH}"), _cell(row, f"{column}::{ENGLISH}"))

    def tree(self, sheet: str, number: int, column: str, source: str) -> Tree:
        if not source:
            return None
        try:
            return compile_expression(source)
        except ExpressionError as error:
            self.fault(sheet, number, column, "bad_expression", message=error.message, position=error.position)
            return None

    def flag(self, row: Row, number: int, column: str, *, default: bool) -> bool:
        given = _cell(row, column).casefold()
        if given not in {"", "yes", "no", "true", "false", "1", "0"}:
            self.fault("survey", number, column, "bad_value", value=given)
        return default if not given else given in {"yes", "true", "1"}

    def count(self, row: Row, number: int, column: str, default: int) -> int:
        given = _cell(row, column)
        if given and not re.fullmatch(r"[0-9]{1,6}", given):
            self.fault("survey", number, column, "bad_value", value=given)
            return default
        return int(given) if given else default

    def member(self, row: Row, number: int, column: str, kinds: type[Any], default: Any) -> Any:
        given = _cell(row, column)
        try:
            return kinds(given) if given else default
        except ValueError:
            self.fault("survey", number, column, "bad_value", value=given)
            return default

    # --- choices and checks ---------------------------------------------------------------------------------------------

    def read_choices(self) -> None:
        lists: dict[str, list[Choice]] = {}
        for number, row in enumerate(self.sheets["choices"], start=2):
            name, code, label = _cell(row, "list_name"), _cell(row, "name"), self.text(row, "label")
            if not _NAME.match(name):
                self.fault("choices", number, "list_name", "bad_name", value=name)
            if not code or re.search(r"\s", code):
                self.fault("choices", number, "name", "bad_value", value=code)
            if not label.fr:
                self.fault("choices", number, f"label::{FRENCH}", "missing_text")
            offered = lists.setdefault(name, [])
            if any(choice.code == code for choice in offered):
                self.fault("choices", number, "name", "duplicate_name", value=code)
            exclusive = _cell(row, "diag:exclusive").casefold() in {"yes", "1"}
            offered.append(Choice(code, label, exclusive=exclusive, was=_names(row, "diag:was")))
        self.lists = {name: tuple(offered) for name, offered in lists.items()}

    def read_checks(self) -> None:
        codes: set[str] = set()
        for number, row in enumerate(self.sheets["checks"], start=2):
            code, source = _cell(row, "code"), _cell(row, "condition")
            if not _NAME.match(code):
                self.fault("checks", number, "code", "bad_name", value=code)
            if code in codes:
                self.fault("checks", number, "code", "duplicate_name", value=code)
            codes.add(code)
            severity = _cell(row, "severity")
            if severity not in {"hard", "soft"}:
                self.fault("checks", number, "severity", "bad_value", value=severity)
                continue
            words = self.text(row, "message")
            if not words.fr:
                self.fault("checks", number, f"message::{FRENCH}", "missing_message")
            tree = self.tree("checks", number, "condition", source)
            if not source:
                self.fault("checks", number, "condition", "bad_value", value="")
            if tree is not None:
                rule = Check(code, source, tree, words, Severity(severity))
                self.checks.setdefault(_cell(row, "question"), []).append(rule)
                self.places.setdefault(f"check {code}", number)

    # --- survey ---------------------------------------------------------------------------------------------------------

    def read_survey(self) -> None:
        for number, row in enumerate(self.sheets["survey"], start=2):
            given = " ".join(_cell(row, "type").split())
            if not given and not _cell(row, "name"):
                continue
            if given in {"begin group", "begin repeat"}:
                self.open_block(row, number)
            elif given in {"end group", "end repeat"}:
                self.close_block(given.removeprefix("end "), number)
            elif not self.open:
                self.fault("survey", number, "type", "outside_group")
            else:
                self.open[-1].questions.append(self.question(row, number, given))
        for left in self.open:
            self.fault("survey", left.number, "type", "unbalanced_group")

    def open_block(self, row: Row, number: int) -> None:
        is_table = _cell(row, "type").split()[-1] == "repeat" or bool(_cell(row, "bind::diag:rows"))
        if len(self.open) != (1 if is_table else 0):
            self.fault("survey", number, "type", "unbalanced_group")
        self.open.append(_Open(row, number, self.name(row, number)))

    def close_block(self, block: str, number: int) -> None:
        if not self.open or _cell(self.open[-1].row, "type").split()[-1] != block:
            self.fault("survey", number, "type", "unbalanced_group")
            return
        closed = self.open.pop()
        if self.open:
            self.open[-1].questions.append(self.table(closed, Kind.ROSTER if block == "repeat" else Kind.MATRIX))
        else:
            self.sections.append(self.section(closed))

    def section(self, block: _Open) -> Section:
        row, number = block.row, block.number
        stage = self.member(row, number, "bind::diag:stage", Stage, Stage.VISIT)
        chapter = _cell(row, "bind::diag:chapter") or block.name
        return Section(block.name, chapter, self.label(row, number), self.text(row, "hint"), stage, tuple(block.questions))

    def table(self, block: _Open, kind: Kind) -> Question:
        basis = self.common(block.row, block.number, block.name, kind)
        if kind is Kind.ROSTER:
            return replace(
                basis,
                columns=tuple(block.questions),
                min_rows=self.count(block.row, block.number, "bind::diag:min_rows", 0),
                max_rows=self.count(block.row, block.number, "bind::diag:max_rows", 0),
            )
        rows, across = _cell(block.row, "bind::diag:rows"), _cell(block.row, "bind::diag:across")
        for column, name in (("bind::diag:rows", rows), ("bind::diag:across", across)):
            if name and name not in self.lists:
                self.fault("survey", block.number, column, "unknown_list", value=name)
        cell = block.questions[0].kind if block.questions else Kind.INTEGER
        unit = block.questions[0].unit if block.questions else NO_TEXT
        return replace(basis, rows=rows, across=across, cell_kind=cell, unit=unit)

    def question(self, row: Row, number: int, given: str) -> Question:
        word, _space, choices = given.partition(" ")
        kind = _TYPES.get(word)
        finer = _cell(row, "bind::diag:kind")
        if kind is None or (bool(choices) != (kind in {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE})):
            self.fault("survey", number, "type", "unknown_type", value=given)
            kind = Kind.TEXT
        if finer not in _FINER or (finer and kind is not Kind.DECIMAL):
            self.fault("survey", number, "bind::diag:kind", "bad_value", value=finer)
        if choices and choices not in self.lists:
            self.fault("survey", number, "type", "unknown_list", value=choices)
        multiline = _cell(row, "appearance") == "multiline"
        calculation = _cell(row, "calculation")
        return replace(
            self.common(row, number, self.name(row, number), _FINER.get(finer) or kind),
            choices=choices,
            calculation=self.tree("survey", number, "calculation", calculation),
            calculation_source=calculation,
            multiline=multiline,
            compact=_cell(row, "appearance") == "code",
            max_length=self.count(row, number, "bind::diag:max_length", _LONG_LENGTH if multiline else _LENGTH),
        )

    def common(self, row: Row, number: int, name: str, kind: Kind) -> Question:
        """What every question has, whatever its kind."""
        relevant = _cell(row, "relevant")
        # A calculation without a label is a helper that no page shows; the cell of a matrix has the matrix's label.
        silent = kind is Kind.CALCULATE or (bool(self.open) and bool(_cell(self.open[-1].row, "bind::diag:rows")))
        return Question(
            name=name,
            kind=kind,
            label=self.text(row, "label") if silent else self.label(row, number),
            help=self.text(row, "hint"),
            unit=Text(_cell(row, "bind::diag:unit_fr"), _cell(row, "bind::diag:unit_en")),
            party=self.member(row, number, "bind::diag:party", Party, Party.FIRM),
            core=self.flag(row, number, "bind::diag:core", default=True),
            required=self.flag(row, number, "required", default=False),
            dimension=_cell(row, "bind::diag:dimension"),
            relevant=self.tree("survey", number, "relevant", relevant),
            relevant_source=relevant,
            checks=self.constraint(row, number, name) + tuple(self.checks.get(name, ())),
            prefill=_cell(row, "bind::diag:prefill"),
            may_be_missing=self.flag(row, number, "bind::diag:missing", default=True),
            was=_names(row, "bind::diag:was"),
        )

    def constraint(self, row: Row, number: int, name: str) -> tuple[Check, ...]:
        source = _cell(row, "constraint")
        tree = self.tree("survey", number, "constraint", source)
        if tree is None:
            return ()
        words = self.text(row, "constraint_message")
        if not words.fr:
            self.fault("survey", number, f"constraint_message::{FRENCH}", "missing_message")
        return (Check(f"{name}_limit", source, tree, words),)

    def label(self, row: Row, number: int) -> Text:
        label = self.text(row, "label")
        if not label.fr:
            self.fault("survey", number, f"label::{FRENCH}", "missing_text")
        return label

    def name(self, row: Row, number: int) -> str:
        name = _cell(row, "name")
        inside_matrix = bool(self.open) and bool(_cell(self.open[-1].row, "bind::diag:rows"))
        if not _NAME.match(name):
            self.fault("survey", number, "name", "bad_name", value=name)
        elif not inside_matrix:
            if name in self.seen:
                self.fault("survey", number, "name", "duplicate_name", value=name)
            self.seen.add(name)
            self.places[name] = number
        return name


def _cell(row: Row, column: str) -> str:
    return (row.get(column) or "").strip()


def _names(row: Row, column: str) -> tuple[str, ...]:
    """The names that a cell lists, parted by spaces, commas or semicolons."""
    return tuple(dict.fromkeys(re.split(r"[\s,;]+", _cell(row, column)))) if _cell(row, column) else ()


def _every(sections: Sequence[Section]) -> list[Question]:
    top = [question for section in sections for question in section.questions]
    return top + [column for question in top for column in question.columns]


def _check_references(reader: _Reader) -> None:
    """Every expression names questions that exist, no question leans on itself, every list and every check serves."""
    questions = _every(reader.sections)
    known = {question.name for question in questions}
    for question in questions:
        number = reader.places.get(question.name, 1)
        for column, tree in (("relevant", question.relevant), ("calculation", question.calculation)):
            for name in sorted(names(tree) - known):
                reader.fault("survey", number, column, "unknown_reference", value=name)
        for rule in question.checks:
            place = reader.places.get(f"check {rule.code}")
            for name in sorted(names(rule.tree) - known):
                reader.fault(
                    "checks" if place else "survey",
                    place or number,
                    "condition" if place else "constraint",
                    "unknown_reference",
                    value=name,
                )
    for name in reader.checks:
        if name not in known:
            reader.fault(
                "checks", reader.places[f"check {reader.checks[name][0].code}"], "question", "unknown_reference", value=name
            )
    used = {name for question in questions for name in (question.choices, question.rows, question.across)}
    for number, row in enumerate(reader.sheets["choices"], start=2):
        name = _cell(row, "list_name")
        if name not in used:
            used.add(name)
            reader.fault("choices", number, "list_name", "orphan_list", value=name)
    _check_former_names(reader, questions)
    _check_circles(reader, questions)


def _check_former_names(reader: _Reader, questions: Sequence[Question]) -> None:
    """No former name is claimed by two questions: an answer can only go to one."""
    claimed: set[str] = set()
    for question in questions:
        for name in question.was:
            if name in claimed:
                reader.fault("survey", reader.places.get(question.name, 1), "bind::diag:was", "duplicate_name", value=name)
            claimed.add(name)


def _check_circles(reader: _Reader, questions: Sequence[Question]) -> None:
    owner = {column.name: question.name for question in questions for column in question.columns}
    leans = {q.name: {owner.get(name, name) for name in names(q.relevant) | names(q.calculation)} for q in questions}
    settled: set[str] = set()
    waiting = set(leans)
    while True:
        ready = {name for name in waiting if leans[name] & waiting <= settled or not leans[name] & waiting}
        if not ready:
            break
        settled |= ready
        waiting -= ready
    for name in sorted(waiting):
        reader.fault("survey", reader.places.get(name, 1), "relevant", "circular_reference", value=name)


def read_sheets(sheets: Sheets) -> Questionnaire:
    """The questionnaire that sheets describe; raises `SheetError` with every fault found.

    `sheets` gives rows (column title -> cell text) by sheet name: survey, choices, settings, and optionally checks.
    """
    reader = _Reader({"checks": ()} | dict(sheets))
    for sheet, columns in NEEDED_COLUMNS.items():
        if sheet not in reader.sheets:
            reader.fault(sheet, 1, "", "sheet_missing", value=sheet)
            continue
        rows = reader.sheets[sheet]
        for column in columns:
            if rows and column not in rows[0]:
                reader.fault(sheet, 1, column, "column_missing", value=column)
    if not reader.faults and not reader.sheets["settings"]:
        reader.fault("settings", 2, "form_id", "bad_value", value="")
    if reader.faults:
        raise SheetError(reader.faults)
    reader.read_choices()
    reader.read_checks()
    reader.read_survey()
    _check_references(reader)
    if reader.faults:
        raise SheetError(reader.faults)
    settings = reader.sheets["settings"][0]
    return Questionnaire(
        code=_cell(settings, "form_id"),
        version=_cell(settings, "version"),
        title=reader.text(settings, "form_title"),
        sections=tuple(reader.sections),
        lists=reader.lists,
    )
