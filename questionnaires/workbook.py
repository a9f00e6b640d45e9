"""A questionnaire's sheets as an Excel workbook, and back: interim reader and writer of the four sheets."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from questionnaires.model import Questionnaire, Text
from questionnaires.sheets import SheetError, read_sheets


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a workbook."""

    sheet: str
    row: int
    column: str
    code: str
    message: Text
    severity: str = "error"

    def to_json(self) -> dict[str, Any]:
        """The fault as a JSON object with its words in both languages."""
        return {
            "sheet": self.sheet, "row": self.row, "column": self.column, "letter": "", "code": self.code, "severity": self.severity, "position": None,
            "cause": {"fr": self.message.fr, "en": self.message.en}, "remedy": {"fr": "", "en": ""},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a file says: its sheets, the questionnaire that they make if they make one, and every fault."""

    sheets: Mapping[str, Sequence[Mapping[str, str]]]
    questionnaire: Questionnaire | None
    faults: tuple[Fault, ...]


def read_workbook(data: bytes, filename: str) -> Workbook:
    """Reads a workbook; never raises for a bad one."""
    try:
        book = load_workbook(io.BytesIO(data), read_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError):
        message = Text(f"{filename} n’est pas un classeur Excel.", f"{filename} is no Excel workbook.")
        return Workbook({}, None, (Fault("", 0, "", "not_a_workbook", message),))
    sheets: dict[str, list[dict[str, str]]] = {}
    for sheet in book.worksheets:
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        if rows:
            sheets[sheet.title] = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
    try:
        questionnaire = read_sheets(sheets)
    except SheetError as error:
        faults = tuple(Fault(each.sheet, each.row, each.column, each.code, each.message) for each in error.faults)
        return Workbook(sheets, None, faults)
    return Workbook(sheets, questionnaire, ())


def write_workbook(sheets: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """The sheets as an .xlsx file."""
    book = Book()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column) or "" for column in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
