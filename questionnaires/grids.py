"""The sheets of a workbook as grids of text, with the rows and columns that a spreadsheet shows; XLSX and old XLS alike."""

import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import partial
from io import BytesIO, StringIO
from typing import Any

import xlrd

from questionnaires.faults import Fault, make_fault
from questionnaires.xlsx import Found, open_book

MOST_ROWS = 5_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
_LOOKED_AT = 250  # Columns read, so that what stands beyond the last one allowed is seen.
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD))

# A sheet's filled cells: row -> column -> cell, both counted from 1.
Rows = dict[int, dict[int, "Cell"]]
Wanted = Callable[[str, int], bool]


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: its text, and the code of what is odd about it (`date_cell`, `cell_error`, `formula_without_value`) or ""."""

    text: str
    oddity: str = ""


@dataclass(slots=True)
class Grid:
    """One sheet with its filled rows; a sheet that was not wanted has none."""

    name: str
    rows: Rows = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, number: int, column: int, cell: Cell | None) -> bool:
        """Keeps a cell; False where the sheet has become too long."""
        if cell is None:
            return True
        if number > MOST_ROWS:
            self.faults.append(make_fault("too_many_lines", self.name, number, limit=MOST_ROWS))
            return False
        if column > MOST_COLUMNS:
            if not any(fault.code == "too_many_columns" for fault in self.faults):
                self.faults.append(make_fault("too_many_columns", self.name, number, limit=MOST_COLUMNS))
            return True
        self.rows.setdefault(number, {})[column] = cell
        return True


def read_grids(kind: str, data: bytes, wanted: Wanted) -> tuple[list[Grid], tuple[Fault, ...]]:
    """Every sheet of a workbook (`xlsx` or `xls`) that `questionnaires.containers` has looked at; never raises.

    `wanted` is asked with a sheet's name and how many sheets there are; the others come without their cells. Of a formula
    the saved result is read; one without a result is an oddity.
    """
    try:
        return (_old_grids(data, wanted) if kind == "xls" else _grids(data, wanted)), ()
    except Exception:  # noqa: BLE001 (libraries on hostile bytes: what they may raise is documented nowhere, and all of it means this)
        return [], (make_fault("workbook_unreadable"),)


def _grids(data: bytes, wanted: Wanted) -> list[Grid]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        book = open_book(archive)
        grids = [Grid(name) for name in book.sheets]
        for grid in grids:
            if wanted(grid.name, len(grids)):
                book.cells(grid.name, partial(_keep, grid))
        return grids


def _keep(grid: Grid, found: Found) -> bool:
    cell = None if found.value is None else _cell(found.value, found.kind)
    if cell is None and found.formula and found.value is None:
        cell = Cell("", "formula_without_value")
    return grid.add(found.row, found.column, cell)


def _cell(value: Any, kind: str) -> Cell | None:
    """A value as a cell; None where there is nothing but blanks."""
    if kind == "e":
        return Cell(str(value), "cell_error")
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return Cell(number_text(value))
    if kind == "d":
        return Cell(_moment(value), "date_cell")
    text = clean(str(value))
    return Cell(text[:LONGEST_CELL], "cell_too_long" if len(text) > LONGEST_CELL else "") if text else None


def _moment(value: Any) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def number_text(value: float) -> str:
    """A number as its author wrote it: no `.0`, and the fifteen figures that a spreadsheet keeps."""
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")  # noqa: PLR2004 (beyond, figures are lost)


def clean(text: str) -> str:
    """A text without what cannot be seen, its accents composed, its lines ended one way, no spaces around it."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")).translate(
        _INVISIBLE
    )
    if not composed.isprintable():
        composed = "".join(
            character for character in composed if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs", "Co"}
        )
    return composed.strip()


# --- old workbooks --------------------------------------------------------------------------------------------------------


def _old_grids(data: bytes, wanted: Wanted) -> list[Grid]:
    book = xlrd.open_workbook(file_contents=data, on_demand=True, ragged_rows=True, logfile=StringIO())
    try:
        names = book.sheet_names()
        grids = [Grid(name) for name in names]
        for place, grid in enumerate(grids):
            if wanted(grid.name, len(names)):
                _fill_old(grid, book.sheet_by_index(place), book.datemode)
        return grids
    finally:
        book.release_resources()


def _fill_old(grid: Grid, sheet: Any, datemode: Any) -> None:
    for place in range(sheet.nrows):
        for column, found in _old_row(sheet, place, datemode):
            if not grid.add(place + 1, column, found):
                return


def _old_row(sheet: Any, place: int, datemode: Any) -> Iterator[tuple[int, Cell | None]]:
    pairs = zip(sheet.row_types(place, 0, _LOOKED_AT), sheet.row_values(place, 0, _LOOKED_AT), strict=True)
    for column, (kind, value) in enumerate(pairs, start=1):
        if kind == xlrd.XL_CELL_ERROR:
            yield column, Cell(xlrd.error_text_from_code.get(value, "#?"), "cell_error")
        elif kind == xlrd.XL_CELL_BOOLEAN:
            yield column, _cell(bool(value), "b")
        elif kind == xlrd.XL_CELL_DATE:
            yield column, _old_moment(value, datemode)
        elif kind not in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
            yield column, _cell(value, "n" if kind == xlrd.XL_CELL_NUMBER else "s")


def _old_moment(value: float, datemode: Any) -> Cell | None:
    try:
        return _cell(xlrd.xldate_as_datetime(value, datemode), "d")
    except (xlrd.XLDateError, OverflowError, ValueError):
        return _cell(value, "n")
