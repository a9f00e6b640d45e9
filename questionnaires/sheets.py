"""Reads a questionnaire from its sheets: rows of `survey`, `choices`, `checks` and `settings` -> one `Questionnaire`.

The sheets follow XLSForm's columns, with ours beside them under `bind::diag:`. A `begin group` is a section, or a matrix
when it names `bind::diag:rows` (its one inner question says what a cell holds); a `begin repeat` is a roster. A question's
`constraint` is its first hard check; the sheet `checks` holds the others, hard and soft, each with its own message.

All the faults are collected before anything is refused: `SheetError.faults` says where each one is and what to do.
"""

import re
from dataclasses import dataclass

from questionnaires.faults import Fault, SheetError, errors
from questionnaires.headers import ENGLISH, FRENCH
from questionnaires.model import Check, Choice, Questionnaire, Severity
from questionnaires.references import check_references
from questionnaires.rows import CHECK_THE_NAME, NAME, Cells, Row, Sheets, cell, did_you_mean, listed, one_of
from questionnaires.survey_rows import SurveyRows

__all__ = ["ENGLISH", "FRENCH", "NEEDED_COLUMNS", "Fault", "Reading", "Row", "SheetError", "Sheets", "read", "read_sheets"]

NEEDED_COLUMNS = {
    "survey": ("type", "name", f"label::{FRENCH}"),
    "choices": ("list_name", "name", f"label::{FRENCH}"),
    "checks": ("question", "code", "severity", "condition", f"message::{FRENCH}"),
    "settings": ("form_id", "version", f"form_title::{FRENCH}"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What sheets say: the questionnaire, or None where an error stands in the way, and every fault found, warnings included."""

    questionnaire: Questionnaire | None
    faults: tuple[Fault, ...]


class _Lists(Cells):
    """The sheets beside the survey: choices by list, checks by question, and the title and version of the whole."""

    def __init__(self, sheets: Sheets) -> None:
        super().__init__(sheets)
        self.lists: dict[str, tuple[Choice, ...]] = {}
        self.checks: dict[str, list[Check]] = {}
        self.places: dict[str, int] = {}
        self.unlabelled: list[tuple[str, int]] = []

    def read_choices(self) -> None:
        lists: dict[str, dict[str, Choice]] = {}
        for number, row in enumerate(self.sheets["choices"], start=2):
            name, code = cell(row, "list_name"), cell(row, "name")
            if not (name or code or cell(row, f"label::{FRENCH}")):
                continue
            label = self.text("choices", number, row, "label")
            if not NAME.match(name):
                self.fault("bad_name", "choices", number, "list_name", value=name)
            if not code or re.search(r"\s", code):
                self.fault("bad_code", "choices", number, "name", value=code)
            if not label:
                self.unlabelled.append((name, number))
            offered = lists.setdefault(name, {})
            if code in offered:
                self.fault("duplicate_name", "choices", number, "name", value=code)
            exclusive = self.flag(row, number, "diag:exclusive", default=False, sheet="choices")
            offered[code] = Choice(code, label, exclusive=exclusive, was=listed(row, "diag:was"))
        self.lists = {name: tuple(offered.values()) for name, offered in lists.items()}

    def read_checks(self) -> None:
        codes: set[str] = set()
        for number, row in enumerate(self.sheets["checks"], start=2):
            code, source = cell(row, "code"), cell(row, "condition")
            if not (code or source or cell(row, "question")):
                continue
            if not NAME.match(code):
                self.fault("bad_name", "checks", number, "code", value=code)
            if code in codes:
                self.fault("duplicate_name", "checks", number, "code", value=code)
            codes.add(code)
            severity = cell(row, "severity")
            if severity not in {"hard", "soft"}:
                self.fault("bad_value", "checks", number, "severity", value=severity, instead=one_of(("hard", "soft")))
                severity = "hard"
            words = self.text("checks", number, row, "message")
            if not words.fr:
                self.fault("missing_message", "checks", number, f"message::{FRENCH}")
            tree = self.tree("checks", number, "condition", source)
            if not source:
                self.fault("expression_empty", "checks", number, "condition")
            if tree is not None:
                rule = Check(code, source, tree, words, Severity(severity))
                self.checks.setdefault(cell(row, "question"), []).append(rule)
            self.places.setdefault(code, number)

    def settings(self) -> Row:
        row = next(row for row in self.sheets["settings"] if any(text.strip() for text in row.values() if text))
        for column in ("form_id", "version"):
            if not cell(row, column):
                self.fault("column_missing", "settings", 2, column, value=column)
        return row


def read(sheets: Sheets) -> Reading:
    """What sheets say, with every fault and warning; never raises for sheets of texts.

    `sheets` gives rows (column title -> cell text) by sheet name: survey, choices, settings, and optionally checks.
    """
    lists = _Lists({"checks": ()} | dict(sheets))
    _check_columns(lists)
    if lists.faults:
        return Reading(None, tuple(lists.faults))
    lists.read_choices()
    lists.read_checks()
    settings = lists.settings()
    title = lists.text("settings", 2, settings, "form_title")
    survey = SurveyRows(lists.sheets, lists.lists, lists.checks)
    survey.read_survey()
    check_references(survey, lists.places)
    _check_uses(lists, survey)
    faults = (*survey.faults, *lists.faults)
    if errors(faults):
        return Reading(None, faults)
    questionnaire = Questionnaire(
        code=cell(settings, "form_id"),
        version=cell(settings, "version"),
        title=title,
        sections=tuple(survey.sections),
        lists=lists.lists,
    )
    return Reading(questionnaire, faults)


def read_sheets(sheets: Sheets) -> Questionnaire:
    """The questionnaire that sheets describe; raises `SheetError` with every fault found."""
    reading = read(sheets)
    if reading.questionnaire is None:
        raise SheetError(errors(reading.faults))
    return reading.questionnaire


def _check_columns(lists: _Lists) -> None:
    for sheet, columns in NEEDED_COLUMNS.items():
        if sheet not in lists.sheets:
            lists.fault("sheet_missing", sheet, 0, "", value=sheet)
            continue
        rows = [row for row in lists.sheets[sheet] if row]
        for column in columns:
            if rows and column not in rows[0]:
                lists.fault("column_missing", sheet, 1, column, value=column)
        filled = any(text and text.strip() for row in rows for text in row.values())
        if sheet in {"survey", "settings"} and not filled:
            lists.fault("sheet_empty", sheet, 0, "", value=sheet)


def _check_uses(lists: _Lists, survey: SurveyRows) -> None:
    """Every list serves a question, and every check has its question."""
    questions = [question for section in survey.sections for question in section.questions]
    questions += [column for question in questions for column in question.columns]
    used = {name for question in questions for name in (question.choices, question.rows, question.across)}
    for name, number in lists.unlabelled:
        if name in used:
            lists.fault("missing_text", "choices", number, f"label::{FRENCH}")
    for number, row in enumerate(lists.sheets["choices"], start=2):
        name = cell(row, "list_name")
        if name and name not in used:
            used.add(name)
            lists.fault("orphan_list", "choices", number, "list_name", value=name)
    known = {question.name for question in questions}
    for number, row in enumerate(lists.sheets["checks"], start=2):
        name = cell(row, "question")
        if name not in known and (name or cell(row, "code")):
            lists.fault(
                "unknown_reference", "checks", number, "question", value=name, instead=did_you_mean(name, known, CHECK_THE_NAME)
            )
