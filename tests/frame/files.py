"""Files of the sampling frame for tests: SIRETs with right check digits, rows, and the bytes of CSV and XLSX files."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from stdnum import luhn

from diagnostics.frame.reading import Reading, read

REFDATA = Path(__file__).resolve().parents[2].parent / "shared" / "refdata"
HEADER = ("siret", "nom", "code_commune", "naf", "categorie_juridique", "effectif")
GOOD = ("Association Les Oliviers", "13055", "88.10A", "9220", "12")


def siret(number: int, nic: int = 1) -> str:
    """A SIRET of an invented firm, with right check digits."""
    siren = f"8{number:07d}"
    siren += luhn.calc_check_digit(siren)
    start = f"{siren}{nic:04d}"
    return start + luhn.calc_check_digit(start)


def table(rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER, separator: str = ";", end: str = "\n") -> str:
    """The text of a CSV file."""
    text = StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def row(number: int = 1, /, **changes: str) -> list[str]:
    """A good row of our own columns, with some cells changed by the column's name."""
    cells = dict(zip(HEADER, (siret(number), *GOOD), strict=True)) | changes
    return [cells[name] for name in HEADER]


def reading(rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER, **options: Any) -> Reading:
    """A CSV file of these rows, read."""
    return read("base.csv", table(rows, header=header).encode(), **options)


def one(header: str = "", value: str = "", **changes: str) -> Reading:
    """A file of one good row with some cells changed, and one column added."""
    cells = row(**changes)
    return reading([[*cells, value]], header=(*HEADER, header)) if header else reading([cells])


def codes(found: Reading) -> list[str]:
    """The codes of a reading's faults."""
    return [fault.code for fault in found.faults]


def workbook(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    """The bytes of an XLSX file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for cells in rows:
            sheet.append(list(cells))
    content = BytesIO()
    book.save(content)
    return content.getvalue()
