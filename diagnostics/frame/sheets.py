"""Bytes to rows: what kind of file it is, its encoding and separator, and the rows with their line numbers.

In come a file's name and bytes; out comes a `Sheet` of text cells, or faults that say why there is none. Excel workbooks and
JSON answers have their own modules; this one chooses between them by the content, never by the name.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from diagnostics.frame.columns import is_header, score
from diagnostics.frame.faults import Fault, fault

LARGEST_FILE = 50 * 2**20
MOST_ROWS = 60_000
LONGEST_CELL = 2_000
HEADER_WITHIN = 15
SEPARATORS = (",", ";", "\t", "|")
MOST_BREAKS_IN_A_CELL = 6
MEGABYTE = 2**20
csv.field_size_limit(LARGEST_FILE)

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "format_convertible", "XLS (Excel 97-2003)"),
    (b"PAR1", "format_convertible", "Parquet"),
    (b"\x1f\x8b", "format_compressed", "gzip"),
    (b"BZh", "format_compressed", "bzip2"),
    (b"\xfd7zXZ", "format_compressed", "xz"),
    (b"7z\xbc\xaf", "format_compressed", "7z"),
    (b"\x28\xb5\x2f\xfd", "format_compressed", "zstd"),
    (b"Rar!", "format_compressed", "RAR"),
    (b"%PDF", "format_unknown", "PDF"),
    (b"\x89PNG", "format_unknown", "PNG"),
    (b"\xff\xd8\xff", "format_unknown", "JPEG"),
    (b"SQLite format 3", "format_unknown", "SQLite"),
    (b"\x7fELF", "format_unknown", "programme"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line where it begins (from 1) and its cells as text."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as rows: its header, what it was written with, and the faults met on the way."""

    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    faults: tuple[Fault, ...] = ()
    spoilt: frozenset[int] = field(default_factory=frozenset)


def refusal(content: bytes) -> Fault | None:
    """Why a content cannot be read at all, or None."""
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return fault("file_empty")
    if len(content) > LARGEST_FILE:
        return fault("file_too_large", megabytes=round(len(content) / MEGABYTE), limit=LARGEST_FILE // MEGABYTE)
    for start, code, what in _MAGIC:
        if content.startswith(start):
            return fault(code, what=what)
    return None


def decode(content: bytes) -> tuple[str, str] | None:
    """The text and the name of its encoding; None when it is no text.

    A mark at the start decides; else the pattern of null bytes (UTF-16 without mark), else UTF-8 if it is valid, else UTF-8
    with a few bad bytes when most of its accents are, else Windows-1252.
    """
    for mark, name, codec in (
        (b"\xef\xbb\xbf", "UTF-8 (BOM)", "utf-8-sig"),
        (b"\xff\xfe", "UTF-16", "utf-16"),
        (b"\xfe\xff", "UTF-16", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(codec, errors="replace"), name
    sample = content[:4096]
    for offset, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) > 1 and sample[offset::2].count(0) > 0.6 * (len(sample) // 2):
            return content.decode(codec, errors="replace"), "UTF-16"
    return None if _binary(sample) else _decode_plain(content)


def _decode_plain(content: bytes) -> tuple[str, str]:
    mostly = content.decode("utf-8", errors="replace")
    bad = mostly.count("\ufffd")
    good = len(re.findall(rb"[\xc3\xc5\xe2][\x80-\xbf]", content))
    if not bad or good > 4 * bad:
        return mostly, "UTF-8"
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "Latin-1"


def _binary(sample: bytes) -> bool:
    controls = sum(byte < 32 and byte not in b"\t\n\r\x0c" for byte in sample)  # noqa: PLR2004 - The first printable byte.
    return controls > max(8, 0.05 * len(sample))


def read_text(text: str, encoding: str) -> Sheet:
    """The rows of a text with separators."""
    lines = re.split(r"\r\n|\n|\r", text)
    shift = 0
    if lines and re.fullmatch(r"sep=.", lines[0].strip()):
        lines, shift = lines[1:], 1
    separator = best_separator(lines)
    faults: list[Fault] = []
    rows = list(_records(lines, separator, shift, faults))
    return from_rows(rows, encoding=encoding, separator=separator, faults=faults)


def best_separator(lines: Sequence[str]) -> str:
    """The separator under which the first rows hold the most known column names, then the most columns."""
    start = lines[: 3 * HEADER_WITHIN]

    def rank(separator: str) -> tuple[int, int]:
        rows = list(csv.reader(start, delimiter=separator))[:HEADER_WITHIN]
        return max((score(cells) for cells in rows), default=0), max((len(cells) for cells in rows), default=0)

    return max(SEPARATORS, key=rank)


def _records(lines: Sequence[str], separator: str, shift: int, faults: list[Fault]) -> Iterator[Row]:
    """The records, each with its first line; a quotation mark left open costs its own row only."""
    start = 0
    while start < len(lines):
        reader = csv.reader((f"{line}\n" for line in lines[start:]), delimiter=separator)
        before = 0
        reopened = False
        for cells in reader:
            first = start + before
            if any(cell.count("\n") > MOST_BREAKS_IN_A_CELL for cell in cells):
                faults.append(fault("quote_unclosed", first + 1 + shift))
                start = first + 1
                reopened = True
                break
            before = reader.line_num
            if any(cell.strip() for cell in cells):
                yield Row(first + 1 + shift, tuple(cells))
        if not reopened:
            return


def from_rows(
    rows: Sequence[Row], *, encoding: str = "", separator: str = "", sheet: str = "", faults: Sequence[Fault] = ()
) -> Sheet:
    """A sheet from rows: finds the header, checks each row's length and cells."""
    found = list(faults)
    if not rows and not found:
        return Sheet(encoding=encoding, separator=separator, sheet=sheet, faults=(fault("file_empty"),))
    place = next((index for index, row in enumerate(rows[:HEADER_WITHIN]) if is_header(row.cells)), None)
    if place is None:
        return Sheet(
            encoding=encoding,
            separator=separator,
            sheet=sheet,
            faults=(*found, fault("no_header", count=min(len(rows), HEADER_WITHIN) or 1)),
        )
    header = tuple(cell.replace("\x00", "").strip() for cell in rows[place].cells)
    while header and not header[-1]:
        header = header[:-1]
    body = [row for row in rows[place + 1 :] if tuple(cell.strip() for cell in row.cells[: len(header)]) != header]
    if not body:
        found.append(fault("no_rows", rows[place].line))
    if len(body) > MOST_ROWS:
        found.append(fault("too_many_rows", limit=MOST_ROWS))
        body = []
    kept, spoilt = _checked(header, body, found)
    return Sheet(header, tuple(kept), encoding, separator, sheet, tuple(found), frozenset(spoilt))


def _checked(header: tuple[str, ...], body: Sequence[Row], faults: list[Fault]) -> tuple[list[Row], set[int]]:
    """The rows cut or filled to the header's width; the second value names the lines that must not enter."""
    width = len(header)
    kept: list[Row] = []
    spoilt: set[int] = set()
    for row in body:
        cells = row.cells
        bad = len(faults)
        if any("\x00" in cell for cell in cells):
            faults.append(fault("nul_byte", row.line))
            cells = tuple(cell.replace("\x00", "") for cell in cells)
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            faults.append(fault("row_long", row.line, found=len(cells), expected=width))
        for place, cell in enumerate(cells[:width]):
            if len(cell) > LONGEST_CELL:
                faults.append(fault("cell_long", row.line, header[place], count=len(cell), limit=LONGEST_CELL))
        if len(faults) > bad:
            spoilt.add(row.line)
        if len(cells) < width:
            faults.append(fault("row_short", row.line, found=len(cells), expected=width))
        if any("\ufffd" in cell for cell in cells):
            faults.append(fault("encoding_mixed", row.line))
        kept.append(Row(row.line, (*cells[:width], *([""] * (width - len(cells))))))
    return kept, spoilt
