"""Sheets to workbook to sheets: the same questionnaire, after a spreadsheet has rewritten it too; other tools accept the workbook.

1. Round trips. 2. What the workbook is like to open. 3. Other tools.
"""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet
from pyxform.validators import odk_validate
from pyxform.xls2xform import convert

from questionnaires import catalogue
from questionnaires.headers import FRENCH, template
from questionnaires.sheets import read_sheets
from questionnaires.workbook import read_workbook, write_workbook
from questionnaires.writing import HELP_SHEET
from tests.questionnaires.tiny import sheets_of
from tests.questionnaires.workbooks import asked, read, saved

Sheets = dict[str, list[dict[str, str]]]
FOLDER = Path(catalogue.__file__).parent / "catalogue" / catalogue.CODE


def shipped(version: str) -> Sheets:
    found: Sheets = {}
    for path in (FOLDER / version).glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


@pytest.fixture(params=catalogue.versions())
def sheets(request: pytest.FixtureRequest) -> Sheets:
    return shipped(request.param)


def opened(data: bytes) -> Book:
    book = load_workbook(BytesIO(data))
    assert isinstance(book, Book)
    return book


def worksheets(book: Book) -> Iterator[Worksheet]:
    for sheet in book.worksheets:
        if sheet.title != HELP_SHEET:
            yield sheet


# --- 1. round trips -------------------------------------------------------------------------------------------------------


def test_a_shipped_version_comes_back_the_same_without_a_remark(sheets: Sheets) -> None:
    found = read_workbook(write_workbook(sheets), "catalogue.xlsx")
    assert found.faults == ()
    assert found.questionnaire == read_sheets(sheets)
    assert read_workbook(write_workbook(found.sheets), "again.xlsx").questionnaire == found.questionnaire


def test_the_same_sheets_give_the_same_bytes(sheets: Sheets) -> None:
    assert write_workbook(sheets) == write_workbook(sheets)


def rewritten(data: bytes) -> bytes:
    """A workbook as another spreadsheet may save it: numbers as floats, truths, spaces, gaps, other columns' order and cases."""
    book = opened(data)
    for sheet in worksheets(book):
        for row in sheet.iter_rows():
            for cell in row:
                value: Any = cell.value
                if isinstance(value, str) and (cell.row or 0) > 1:
                    if value.isascii() and value.isdigit() and str(int(value)) == value:
                        cell.value = float(value)
                    elif value in {"yes", "no"}:
                        cell.value = value == "yes"
                    else:
                        cell.value = f"{value}  "
                elif isinstance(value, str):
                    cell.value = f" {value.upper()} " if "::" not in value else value
        for _gap in range(3):
            sheet.insert_rows(3)
        sheet.insert_cols(1, 2)
        sheet.append([" ", None])
    return saved(book)


def test_a_version_survives_another_spreadsheet(sheets: Sheets) -> None:
    data = write_workbook(sheets)
    assert read_workbook(saved(opened(data)), "a.xlsx").questionnaire == read_sheets(sheets)
    found = read_workbook(rewritten(data), "b.xlsx")
    assert found.errors == ()
    assert found.questionnaire == read_sheets(sheets)


def test_faults_stand_where_the_rewritten_workbook_shows_them() -> None:
    data = asked({"type": "integer", "name": "a", "relevant": "${b} > 1"})
    assert [(fault.row, fault.letter) for fault in read(data).errors] == [(3, "E")]
    assert [(fault.row, fault.letter) for fault in read(rewritten(data)).errors] == [(6, "G")]


def test_everything_a_sheet_may_hold_comes_back() -> None:
    rows = [
        {"type": "begin repeat", "name": "crew", "bind::diag:max_rows": "5", "relevant": "${n} > 0"},
        {"type": "select_one sex", "name": "sex", "required": "yes"},
        {"type": "end repeat"},
        {"type": "begin group", "name": "grid", "bind::diag:rows": "bands", "bind::diag:across": "sex", "constraint": "matrix-sum(.) = ${n}"},
        {"type": "decimal", "name": "cell", "bind::diag:kind": "money", f"label::{FRENCH}": ""},
        {"type": "end group"},
        {"type": "integer", "name": "n", "bind::diag:soft": ". < 9", "bind::diag:soft_message_fr": "Vérifiez.", "auteur": "=1+1", "bind::diag:was": "m"},
        {"type": "calculate", "name": "late", "bind::diag:party": "C"},
        {"type": "calculate", "name": "women", "calculation": "count-where(${crew}, ${sex} = 'F')"},
        {"type": "note", "name": "thanks", f"label::{FRENCH}": "'=SOMME(A1)"},
    ]  # fmt: skip
    sheets = sheets_of(rows, [{"question": "n", "code": "much", "condition": ". < 5"}])
    found = read_workbook(write_workbook(sheets), "tiny.xlsx")
    assert found.questionnaire == read_sheets(sheets)
    assert next(row for row in found.sheets["survey"] if row["name"] == "n")["auteur"] == "=1+1"


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=30).filter(
    lambda text: text.strip() == text
)


@settings(max_examples=12, deadline=None)
@given(WORDS, WORDS, WORDS)
def test_any_words_come_back(label: str, hint: str, title: str) -> None:
    rows = [{"type": "text", "name": "a", f"label::{FRENCH}": label, f"hint::{FRENCH}": hint}]
    sheets = sheets_of(rows) | {"settings": [{"form_id": "t", "version": "2026-1", f"form_title::{FRENCH}": title}]}
    read_back = read_workbook(write_workbook(sheets), "t.xlsx").sheets
    written = write_workbook(read_back)
    assert read_workbook(written, "t.xlsx").sheets == read_back
    assert read_back["settings"][0]["version"] == "2026-1"


def test_a_text_that_no_cell_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="32767"):
        write_workbook(sheets_of([{"type": "text", "name": "a", f"label::{FRENCH}": "x" * 40_000}]))


# --- 2. to open -----------------------------------------------------------------------------------------------------------


def test_the_workbook_is_pleasant_to_open(sheets: Sheets) -> None:
    book = opened(write_workbook(sheets))
    assert book.sheetnames == [HELP_SHEET, "survey", "choices", "checks", "settings"]
    survey = book["survey"]
    assert survey.freeze_panes == "C2"
    assert survey.auto_filter.ref.startswith("A1:")
    assert survey["C3"].alignment.wrap_text
    assert survey["B3"].number_format == "@"
    assert survey["A1"].font.bold
    assert {survey["A1"].fill.start_color.rgb, survey["C1"].fill.start_color.rgb, survey["N1"].fill.start_color.rgb} == {
        "0014213D",
        "000B4F6C",
        "009A5200",
    }
    assert survey.column_dimensions["C"].width > 40
    lists = {rule.promptTitle: rule.formula1 for rule in survey.data_validations.dataValidation}
    assert lists["required"] == '"yes,no"'
    assert lists["party"] == '"F,D,B,C"'
    assert len(survey.conditional_formatting) == 1
    assert [cell.value for cell in survey[1]][: len(template("survey"))] == list(template("survey"))


def test_every_column_says_what_it_is_for(sheets: Sheets) -> None:
    book = opened(write_workbook(sheets))
    for sheet in worksheets(book):
        titles = [str(cell.value) for cell in sheet[1]]
        assert {rule.promptTitle for rule in sheet.data_validations.dataValidation} == {
            title.removeprefix("bind::diag:")[:32] for title in titles
        }
    assert book[HELP_SHEET].max_row > 50


# --- 3. other tools -------------------------------------------------------------------------------------------------------


def test_pyxform_takes_the_workbook_without_a_warning(sheets: Sheets) -> None:
    heard: list[str] = []
    result = convert(write_workbook(sheets), warnings=heard)
    assert heard == []
    assert 'xmlns:diag="urn:diagnostics-partages:xlsform:1"' in result.xform
    assert 'diag:party="D"' in result.xform
    assert "Renouvellement générationnel" in result.xform


@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java.")
def test_odk_validate_accepts_the_workbook(sheets: Sheets, tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_text(convert(write_workbook(sheets)).xform, encoding="utf-8")
    done = subprocess.run(
        ["java", "-jar", odk_validate.ODK_VALIDATE_PATH, str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
