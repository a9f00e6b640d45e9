"""Small workbooks for tests: sheets of cells as XLSX bytes, good by default, with one thing changed."""

import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook as Book

from questionnaires.workbook import Workbook, read_workbook

Cells = Sequence[Sequence[Any]]

SURVEY: Cells = (
    ("type", "name", "label::Français (fr)", "label::English (en)", "relevant", "constraint", "constraint_message::Français (fr)", "calculation", "required"),
    ("begin group", "S1", "Partie", "Part"),
    ("integer", "staff", "Combien de salariés ?", "How many staff?", "", ". >= 0", "Un nombre positif.", "", "yes"),
    ("select_one yes_no", "plan", "Un plan ?", "A plan?", "${staff} > 0"),
    ("end group",),
)  # fmt: skip
CHOICES: Cells = (
    ("list_name", "name", "label::Français (fr)", "label::English (en)"),
    ("yes_no", "1", "Oui", "Yes"),
    ("yes_no", "0", "Non", "No"),
)
SETTINGS: Cells = (("form_title", "form_id", "version"), ("Petit", "small", "2026-1"))


def xlsx(**sheets: Cells | None) -> bytes:
    """A workbook: the good sheets with those given in their place; None leaves a sheet out."""
    book = Book()
    book.remove(book.worksheets[0])
    for title, rows in ({"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS} | sheets).items():
        if rows is not None:
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
    return saved(book)


def saved(book: Book) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def asked(*rows: dict[str, Any], choices: Cells = CHOICES, settings: Cells = SETTINGS) -> bytes:
    """A workbook whose one section asks these rows, each a dict from column to cell; row 3 is the first."""
    columns = list(dict.fromkeys([*SURVEY[0], *(column for row in rows for column in row)]))
    lines = [
        [
            {"label::Français (fr)": row.get("name"), "label::English (en)": row.get("name")}.get(c) if c not in row else row[c]
            for c in columns
        ]
        for row in rows
    ]
    first = ["begin group", "S1", "Partie", "Part", *[None] * (len(columns) - 4)]
    return xlsx(survey=[columns, first, *lines, ["end group"]], choices=choices, settings=settings)


def with_parts(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A workbook with the parts of its archive changed."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def read(data: bytes, filename: str = "petit.xlsx") -> Workbook:
    return read_workbook(data, filename)


def places(found: Workbook) -> list[tuple[str, str, int, str]]:
    """Every fault as code, sheet, row and column letters."""
    return [(fault.code, fault.sheet, fault.row, fault.letter) for fault in found.faults]


def codes(found: Workbook) -> set[str]:
    return {fault.code for fault in found.faults}
