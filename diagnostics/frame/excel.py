"""Excel workbooks (XLSX) to rows, behind a guard: a workbook that unfolds beyond reason is refused before it is read."""

import warnings
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from diagnostics.frame.columns import score
from diagnostics.frame.faults import fault
from diagnostics.frame.sheets import HEADER_WITHIN, MEGABYTE, MOST_ROWS, Row, Sheet, from_rows

LARGEST_UNFOLDED = 300 * MEGABYTE
MOST_COLUMNS = 300
LONGEST_BLANK = 1_000
_UNREADABLE = (
    InvalidFileException,
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    OSError,
    EOFError,
    AttributeError,
    IndexError,
    NotImplementedError,
)


def read_zip(content: bytes) -> Sheet:
    """The rows of a workbook's best sheet: the one with the most known column names; other archives are refused by name."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            unfolded = sum(entry.file_size for entry in entries)
    except _UNREADABLE:
        return Sheet(faults=(fault("workbook_unreadable"),))
    if "content.xml" in names and "mimetype" in names:
        return Sheet(faults=(fault("format_convertible", what="ODS (LibreOffice)"),))
    if not any(name.startswith("xl/") for name in names):
        return Sheet(faults=(fault("format_compressed", what="ZIP"),))
    if unfolded > LARGEST_UNFOLDED:
        return Sheet(faults=(fault("workbook_too_large", limit=LARGEST_UNFOLDED // MEGABYTE),))
    try:
        return _best_sheet(content)
    except _UNREADABLE:
        return Sheet(faults=(fault("workbook_unreadable"),))


def _best_sheet(content: bytes) -> Sheet:
    # Workbooks from other programs lack parts that openpyxl would rather have; their cells are all that is read here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            found: list[tuple[int, str, list[Row]]] = []
            for sheet in book.worksheets:
                rows = _rows(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS))
                best = max((score(row.cells) for row in rows[:HEADER_WITHIN]), default=0)
                found.append((best, sheet.title, rows))
        finally:
            book.close()
    if not found:
        return Sheet(faults=(fault("file_empty"),))
    _, title, rows = max(found, key=lambda item: (item[0], bool(item[2])))
    return from_rows(rows, encoding="XLSX", sheet=title)


def _rows(cells: Iterable[tuple[object, ...]]) -> list[Row]:
    """The filled rows of a sheet; a long blank stretch ends it, since a stray cell at the very bottom makes a million rows."""
    rows: list[Row] = []
    blank = 0
    for line, values in enumerate(cells, start=1):
        texts = tuple(_text(value) for value in values)
        if any(text.strip() for text in texts):
            rows.append(Row(line, texts))
            blank = 0
        else:
            blank += 1
        if blank > LONGEST_BLANK or len(rows) > MOST_ROWS + HEADER_WITHIN:
            break
    return rows


def _text(cell: object) -> str:
    """A cell as text; a whole number has no decimals, so that a SIRET kept as a number keeps its digits."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "O" if cell else "N"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell)
