"""Writes a workbook that a coordinator likes to open: a valid XLSForm with our columns, help at every cell, the same bytes each time."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook as Book
from openpyxl.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from questionnaires.column_help import ALLOWED, HELP, PROPOSED, STEPS
from questionnaires.grids import LONGEST_CELL
from questionnaires.headers import DIAG, template
from questionnaires.interchange import MOVED, for_other_tools
from questionnaires.model import Text
from questionnaires.rows import Sheets

HELP_SHEET = "Mode d’emploi"
_SHEETS = ("survey", "choices", "checks", "settings")
_EPOCH = datetime(2026, 1, 1)  # noqa: DTZ001 (a fixed moment that XLSX writes without a zone)
_ZIP_EPOCH = (2026, 1, 1, 0, 0, 0)
_SPARE_ROWS = 300  # Rows below the last one where the lists of words still open.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS = {
    "type": 27, "name": 22, "list_name": 20, "question": 20, "code": 22, "relevant": 38, "constraint": 38, "calculation": 38, "condition": 44,
    "form_title": 40, "form_id": 28, "namespaces": 40, f"{DIAG}soft": 30, **{f"{DIAG}{column}": 38 for column in MOVED}, f"{DIAG}soft_message_fr": 36, f"{DIAG}soft_message_en": 36,
}  # fmt: skip
_TEXT_WIDTH, _OTHER_WIDTH = 44, 14
_WRAPPED, _TEXT = Alignment(wrap_text=True, vertical="top"), "@"
_HEADERS = {"ours": "9A5200", "words": "0B4F6C", "standard": "14213D"}
_BLOCKS = (
    ('LEFT($A2,11)="begin group"', "C5DAE4"),
    ('LEFT($A2,12)="begin repeat"', "F3D08F"),
    ('LEFT($A2,3)="end"', "EDEDED"),
)


def write_workbook(sheets: Sheets) -> bytes:
    """The workbook of sheets of texts, as XLSX: `read_workbook` gives the same questionnaire back, and pyxform accepts it.

    Columns that we do not know are kept after ours. Raises `ValueError` for a text that no cell can hold.
    """
    book = Book()
    _write_help(book.worksheets[0])
    for name in _SHEETS:
        rows = [row for row in for_other_tools(name, sheets.get(name, ())) if any(row.values())]
        _write_sheet(book.create_sheet(name), name, rows)
    book.properties.created = book.properties.modified = _EPOCH
    book.properties.creator = "diagnostics-partages"
    content = BytesIO()
    book.save(content)
    return _settled(content.getvalue())


def _write_sheet(sheet: Worksheet, name: str, rows: Sequence[Mapping[str, str]]) -> None:
    columns = list(dict.fromkeys([*template(name), *(column for row in rows for column in row)]))
    last = len(rows) + 1
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        _write_title(_put(sheet, 1, number, column), column)
        dimension = sheet.column_dimensions[letter]
        dimension.width = _WIDTHS.get(column, _TEXT_WIDTH if "::" in column and DIAG not in column else _OTHER_WIDTH)
        dimension.number_format = _TEXT
        for place, row in enumerate(rows, start=2):
            if row.get(column):
                written = _put(sheet, place, number, row[column])
                written.alignment, written.number_format = _WRAPPED, _TEXT
        _add_help(sheet, name, column, f"{letter}2:{letter}{last + _SPARE_ROWS}")
    sheet.freeze_panes = "C2" if name in {"survey", "choices"} else "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    if name == "survey":
        for formula, colour in _BLOCKS:
            fill = PatternFill(bgColor=colour)
            area = f"A2:{get_column_letter(len(columns))}{last + _SPARE_ROWS}"
            sheet.conditional_formatting.add(area, Rule("expression", formula=[formula], dxf=DifferentialStyle(fill=fill)))


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """Writes a text as a text, whatever it looks like: never a formula, a date or an error."""
    plain = _UNWRITABLE.sub("", text)
    if len(plain) > LONGEST_CELL:
        message = f"A cell holds {LONGEST_CELL} characters at most; row {row} has a text of {len(plain)}."
        raise ValueError(message)
    written = sheet.cell(row, column)
    assert isinstance(written, Cell)
    written.value = plain
    written.data_type = "s"
    return written


def _write_title(written: Cell, column: str) -> None:
    kind = "ours" if "diag:" in column else "words" if "::" in column else "standard"
    written.font = Font(bold=True, color="FFFFFF")
    written.fill = PatternFill("solid", start_color=_HEADERS[kind], end_color=_HEADERS[kind])
    written.alignment, written.number_format = _WRAPPED, _TEXT


def _add_help(sheet: Worksheet, name: str, column: str, area: str) -> None:
    """The words that a column proposes, and what it is for, when a cell is chosen."""
    meaning = HELP[name].get(column)
    allowed = ALLOWED[name].get(column)
    if meaning is None and allowed is None:
        return
    rule = DataValidation(
        type="list" if allowed else None,
        formula1=f'"{",".join(allowed)}"' if allowed else None,
        allow_blank=True,
        showErrorMessage=bool(allowed) and column not in PROPOSED,
        errorTitle=column[:32],
        error=f"{', '.join(allowed)}"[:255] if allowed else None,
        showInputMessage=meaning is not None,
        promptTitle=column.removeprefix(DIAG)[:32],
        prompt=meaning.fr[:255] if meaning else None,
    )
    rule.add(area)
    sheet.add_data_validation(rule)


# --- the help sheet -------------------------------------------------------------------------------------------------------


def _write_help(sheet: Worksheet) -> None:
    sheet.title = HELP_SHEET
    lines: list[tuple[str, str, Text]] = [("", "", step) for step in STEPS]
    lines += [(name, column, meaning) for name, meanings in HELP.items() for column, meaning in meanings.items()]
    for number, title in enumerate(("Feuille", "Colonne", "Français", "English"), start=1):
        _write_title(_put(sheet, 1, number, title), "")
        sheet.column_dimensions[get_column_letter(number)].width = (12, 34, 80, 80)[number - 1]
    for place, (name, column, words) in enumerate(lines, start=2):
        for number, text in enumerate((name, column, words.fr, words.en), start=1):
            _put(sheet, place, number, text).alignment = _WRAPPED
    sheet.freeze_panes = "A2"


def _settled(content: bytes) -> bytes:
    """The same archive with fixed dates, so that the same sheets give the same bytes."""
    settled = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as written, zipfile.ZipFile(settled, "w") as archive:
        for entry in written.infolist():
            part = written.read(entry)
            if entry.filename == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", part)
            fixed = zipfile.ZipInfo(entry.filename, _ZIP_EPOCH)
            archive.writestr(fixed, part, zipfile.ZIP_DEFLATED, 6)
    return settled.getvalue()
