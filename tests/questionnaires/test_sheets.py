"""Sheets: what they give, and every fault with its place; all faults are collected before anything is refused."""

from pathlib import Path

import pytest

from questionnaires.catalogue import UnknownVersionError, load, read_folder, versions
from questionnaires.faults import Gravity
from questionnaires.model import Kind, Party, Severity, Stage
from questionnaires.sheets import FRENCH, SheetError, read, read_sheets
from tests.questionnaires.tiny import Rows, Tiny, sheets_of


def faults(rows: Rows, checks: Rows = (), *, wrap: bool = True) -> list[tuple[str, int, str, str]]:
    with pytest.raises(SheetError) as caught:
        read_sheets(sheets_of(rows, checks, wrap=wrap))
    for fault in caught.value.faults:
        assert fault.message.fr
        assert fault.message.en
        assert fault.remedy.fr
        assert fault.remedy.en
    return [(fault.sheet, fault.row, fault.column, fault.code) for fault in caught.value.faults]


def test_what_a_row_says_reaches_the_question(tiny: Tiny) -> None:
    questionnaire = tiny(
        {"type": "begin group", "name": "S1", f"hint::{FRENCH}": "Avant-propos", "bind::diag:stage": "marks_firm", "bind::diag:chapter": "S11"},
        {
            "type": "decimal", "name": "cash", "bind::diag:kind": "money", "bind::diag:party": "D", "bind::diag:core": "no", "bind::diag:dimension": "D9", "required": "yes",
            "bind::diag:unit_fr": "€", "bind::diag:missing": "no", "bind::diag:prefill": "siret", f"hint::{FRENCH}": "Ce qui compte.", "constraint": ". > 0",
        },
        {"type": "text", "name": "words", "appearance": "multiline", "bind::diag:max_length": "50"},
        {"type": "text", "name": "code", "appearance": "code"},
        {"type": "calculate", "name": "hidden", "calculation": "1 + 1", f"label::{FRENCH}": ""},
        {"type": "end group"},
        checks=[{"question": "cash", "code": "much", "condition": ". < 10"}, {"question": "cash", "code": "too_much", "condition": ". < 100", "severity": "hard"}],
        wrap=False,
    )  # fmt: skip
    section = questionnaire.section("S1")
    cash, words, code, hidden = section.questions
    assert (section.stage, section.chapter, section.intro.fr) == (Stage.MARKS_FIRM, "S11", "Avant-propos")
    assert (cash.kind, cash.party, cash.core, cash.dimension, cash.required) == (Kind.MONEY, Party.DIAGNOSTICIAN, False, "D9", True)
    assert (cash.unit.fr, cash.may_be_missing, cash.prefill, cash.help.fr) == ("€", False, "siret", "Ce qui compte.")
    assert [(c.code, c.severity) for c in cash.checks] == [
        ("cash_limit", Severity.HARD),
        ("much", Severity.SOFT),
        ("too_much", Severity.HARD),
    ]
    assert (words.multiline, words.max_length, code.compact, code.max_length) == (True, 50, True, 200)
    assert (hidden.calculation, bool(hidden.label)) == (["op", "+", ["value", 1], ["value", 1]], False)


def test_rosters_and_matrices_are_questions_of_their_section(tiny: Tiny) -> None:
    questionnaire = tiny(
        {"type": "begin repeat", "name": "crew", "bind::diag:max_rows": "5"},
        {"type": "select_one sex", "name": "sex"},
        {"type": "end repeat"},
        {"type": "begin group", "name": "grid", "bind::diag:rows": "bands", "bind::diag:across": "sex"},
        {"type": "decimal", "name": "cell", "bind::diag:kind": "money", f"label::{FRENCH}": ""},
        {"type": "end group"},
    )
    crew, grid = questionnaire.section("S0").questions
    assert (crew.kind, crew.max_rows, crew.column("sex").choices) == (Kind.ROSTER, 5, "sex")
    assert (grid.kind, grid.rows, grid.across, grid.cell_kind, grid.columns) == (Kind.MATRIX, "bands", "sex", Kind.MONEY, ())


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"type": "number", "name": "a"}, ("survey", 3, "type", "unknown_type")),
        ({"type": "select_one", "name": "a"}, ("survey", 3, "type", "unknown_type")),
        ({"type": "integer tools", "name": "a"}, ("survey", 3, "type", "unknown_type")),
        ({"type": "select_one nowhere", "name": "a"}, ("survey", 3, "type", "unknown_list")),
        ({"type": "integer", "name": "1a"}, ("survey", 3, "name", "bad_name")),
        ({"type": "integer", "name": "S0"}, ("survey", 3, "name", "duplicate_name")),
        ({"type": "integer", "name": "a", f"label::{FRENCH}": ""}, ("survey", 3, f"label::{FRENCH}", "missing_text")),
        ({"type": "integer", "name": "a", "relevant": "${b} > 0"}, ("survey", 3, "relevant", "unknown_reference")),
        ({"type": "integer", "name": "a", "relevant": "${b"}, ("survey", 3, "relevant", "unterminated_name")),
        ({"type": "integer", "name": "a", "constraint": ". >"}, ("survey", 3, "constraint", "unexpected_end")),
        ({"type": "integer", "name": "a", "constraint": ". > ${b}"}, ("survey", 3, "constraint", "unknown_reference")),
        ({"type": "integer", "name": "a", "relevant": "${a} > 0"}, ("survey", 3, "relevant", "circular_reference")),
        ({"type": "integer", "name": "a", "required": "maybe"}, ("survey", 3, "required", "bad_value")),
        ({"type": "integer", "name": "a", "bind::diag:party": "X"}, ("survey", 3, "bind::diag:party", "bad_value")),
        ({"type": "integer", "name": "a", "bind::diag:kind": "money"}, ("survey", 3, "bind::diag:kind", "bad_value")),
        ({"type": "text", "name": "a", "bind::diag:max_length": "-1"}, ("survey", 3, "bind::diag:max_length", "bad_value")),
        ({"type": "end repeat"}, ("survey", 3, "type", "unbalanced_group")),
        ({"type": "begin repeat", "name": "a"}, ("survey", 3, "type", "unclosed_group")),
    ],
)
def test_a_fault_of_the_survey_has_its_place(row: dict[str, str], fault: tuple[str, int, str, str]) -> None:
    assert fault in faults([row])


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ({"question": "b", "code": "c", "condition": "1 = 1"}, ("checks", 2, "question", "unknown_reference")),
        ({"question": "a", "code": "c d", "condition": "1 = 1"}, ("checks", 2, "code", "bad_name")),
        ({"question": "a", "code": "c", "condition": ""}, ("checks", 2, "condition", "expression_empty")),
        ({"question": "a", "code": "c", "condition": ". > ${z}"}, ("checks", 2, "condition", "unknown_reference")),
        ({"question": "a", "code": "c", "condition": ". > 1", "severity": "grave"}, ("checks", 2, "severity", "bad_value")),
        (
            {"question": "a", "code": "c", "condition": ". > 1", f"message::{FRENCH}": ""},
            ("checks", 2, f"message::{FRENCH}", "missing_message"),
        ),
    ],
)
def test_a_fault_of_a_check_has_its_place(check: dict[str, str], fault: tuple[str, int, str, str]) -> None:
    assert fault in faults([{"type": "integer", "name": "a"}], [check])


def test_circles_are_found_through_columns_and_calculations() -> None:
    found = faults(
        [
            {"type": "begin repeat", "name": "crew", "relevant": "${old} > 0"},
            {"type": "integer", "name": "born"},
            {"type": "end repeat"},
            {"type": "calculate", "name": "old", "calculation": "count-non-empty(${born})"},
        ]
    )
    assert {row[3] for row in found} == {"circular_reference"}


def test_all_faults_come_together() -> None:
    found = faults([{"type": "nothing", "name": "1"}, {"type": "integer", "name": "a", "relevant": "${"}])
    assert [row[3] for row in found] == ["unknown_type", "bad_name", "unterminated_name"]


def test_groups_that_are_left_open_or_closed_out_of_turn() -> None:
    assert faults([{"type": "begin group", "name": "A"}], wrap=False) == [("survey", 2, "type", "unclosed_group")]
    assert faults([{"type": "end group"}, {"type": "integer", "name": "a"}], wrap=False) == [
        ("survey", 2, "type", "unbalanced_group")
    ]


def test_missing_sheets_columns_and_orphan_lists() -> None:
    sheets = sheets_of([{"type": "integer", "name": "a"}])
    with pytest.raises(SheetError) as caught:
        read_sheets({name: rows for name, rows in sheets.items() if name != "choices"})
    assert [(f.sheet, f.code) for f in caught.value.faults] == [("choices", "sheet_missing")]
    with pytest.raises(SheetError) as caught:
        read_sheets(sheets | {"survey": [{"type": "integer"}], "settings": []})
    assert [(f.column, f.code) for f in caught.value.faults] == [
        ("name", "column_missing"),
        (f"label::{FRENCH}", "column_missing"),
        ("", "sheet_empty"),
    ]
    with pytest.raises(SheetError) as caught:
        read_sheets(sheets | {"settings": []})
    assert [(f.sheet, f.code) for f in caught.value.faults] == [("settings", "sheet_empty")]
    orphan = {"list_name": "left", "name": "1", f"label::{FRENCH}": "Un"}
    with pytest.raises(SheetError) as caught:
        read_sheets(sheets | {"choices": [orphan, orphan, orphan | {"name": "a b"}]})
    assert [(f.row, f.code) for f in caught.value.faults] == [(3, "duplicate_name"), (4, "bad_code")]
    found = read(sheets | {"choices": [orphan]})
    assert found.questionnaire is not None
    assert [(f.row, f.code, f.severity) for f in found.faults] == [(2, "orphan_list", Gravity.WARNING)]


def test_versions_are_read_from_their_folders(tmp_path: Path) -> None:
    assert "2026-1" in versions()
    assert load("2026-1") is load("2026-1")
    with pytest.raises(UnknownVersionError, match="1789-1"):
        load("1789-1")
    with pytest.raises(UnknownVersionError):
        load("../2026-1")
    with pytest.raises(SheetError):
        read_folder(tmp_path)
