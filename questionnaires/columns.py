"""One sheet of a workbook, its columns recognised and its cells tidied: a grid -> the rows that `questionnaires.sheets` reads."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from openpyxl.utils import get_column_letter

from questionnaires import headers, question_types
from questionnaires.faults import Fault, make_fault
from questionnaires.grids import Cell, Grid
from questionnaires.headers import DIAG, ENGLISH, FRENCH, UNSUPPORTED, Title
from questionnaires.interchange import MOVED, gathered

_EXPRESSIONS = frozenset({*MOVED, *(DIAG + column for column in MOVED), "condition", f"{DIAG}soft"})
_WORDS = frozenset({f"{DIAG}unit_fr", f"{DIAG}unit_en", f"{DIAG}soft_message_fr", f"{DIAG}soft_message_en"})
# A date here is a text that the spreadsheet has changed.
_NO_DATES = _EXPRESSIONS | {"type", "name", "list_name", "form_id", "version", "code", "question"}
_SET_ASIDE = {"unused": "column_unused", "unknown": "column_unknown"}
_TRUTHS = {
    "true": "true()",
    "yes": "true()",
    "oui": "true()",
    "vrai": "true()",
    "false": "false()",
    "no": "false()",
    "non": "false()",
    "faux": "false()",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its number from 1, its title in the file, the column that it gives, and what the title means."""

    number: int
    header: str
    key: str
    title: Title

    @property
    def letter(self) -> str:
        """The column's letters, as a spreadsheet shows them."""
        return get_column_letter(self.number)


@dataclass(slots=True)
class Table:
    """A sheet's rows under their columns, row 2 of the sheets first; `shift` says how far below the file's rows stand.

    `moved` are the places (row of the file, column) whose expression stands in a column of ours;
    `stood_in` gives the column whose texts are shown for French ones.
    """

    name: str
    columns: list[Column] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    shift: int = 0
    faults: list[Fault] = field(default_factory=list)
    moved: set[tuple[int, str]] = field(default_factory=set)
    stood_in: dict[str, Column] = field(default_factory=dict)

    def fault(self, code: str, row: int, column: Column | None = None, **given: Any) -> None:
        """Keeps a fault at a row of the file."""
        header, letter = (column.header, column.letter) if column else ("", "")
        self.faults.append(replace(make_fault(code, self.name, row, header, **given), letter=letter))

    def has(self, key: str) -> bool:
        """Whether a column is there."""
        return any(column.key == key for column in self.columns)

    def filled(self) -> list[dict[str, str]]:
        """The rows that hold something."""
        return [row for row in self.rows if any(row.values())]

    def placed(self, found: Fault) -> Fault:
        """A fault of `questionnaires.sheets` at its place in the file."""
        row = found.row + self.shift if found.row else 0
        key = f"{DIAG}{found.column}" if (row, found.column) in self.moved else found.column
        known = next((column for column in self.columns if column.key == key), self.stood_in.get(key))
        return replace(found, row=row, column=known.header if known else found.column, letter=known.letter if known else "")


def read_table(name: str, grid: Grid, language: str = "fr") -> Table:
    """A sheet's table; `language` is that of the texts whose column names none (`fr`, `en`, or another language's name)."""
    table = Table(name)
    table.faults += [replace(found, sheet=name) for found in grid.faults]
    numbers = sorted(grid.rows)
    if not numbers:
        return table
    first = numbers[0]
    table.shift = first - 1
    if table.shift:
        table.fault("header_not_first", first)
    _read_titles(table, grid, first, language)
    keys = {column.key: "" for column in table.columns}
    for number in range(first + 1, numbers[-1] + 1):
        cells = grid.rows.get(number)
        row = keys | dict(_row(table, number, cells)) if cells else {}
        if name == "survey":
            table.moved |= {(number, column) for column in MOVED if row.get(f"{DIAG}{column}")}
            row = gathered(row)
        table.rows.append(row)
    _check_columns(table)
    return table


# --- titles ---------------------------------------------------------------------------------------------------------------


def _read_titles(table: Table, grid: Grid, first: int, language: str) -> None:
    given = {number: cell.text for number, cell in sorted(grid.rows[first].items())}
    read = [headers.understand(table.name, header[:200], frozenset()) for header in given.values()]
    present = frozenset(name for title in read if title.standing == "read" for name in (title.column, title.base))
    for number, header in given.items():
        title = headers.understand(table.name, header[:200], present)
        table.columns.append(Column(number, header[:200], title.column, title))
    table.columns = list(_settled(table.columns, language))
    taken: dict[str, Column] = {}
    for column in table.columns:
        other = taken.setdefault(column.key, column)
        if other is not column:
            place = {"first": other.letter, "second": column.letter}
            table.fault("column_twice", first, column, value=column.key, **place)
    table.columns = list(taken.values())
    untitled = {number for row in grid.rows.values() for number in row} - given.keys()
    for number in sorted(untitled):
        row = min(row for row, cells in grid.rows.items() if number in cells)
        table.fault("header_blank", row, Column(number, "", "", Title("")))


def _settled(columns: list[Column], language: str) -> Iterator[Column]:
    """The columns with those of a text without a language put into the default one, unless that one has its own column."""
    explicit = {column.key for column in columns}
    for column in columns:
        if not column.key.endswith("::"):
            yield column
            continue
        base = column.title.base
        key = {"fr": f"{base}::{FRENCH}", "en": f"{base}::{ENGLISH}"}.get(language, "")
        if key and key not in explicit:
            yield replace(column, key=key)
        else:
            yield replace(column, key=base, title=Title(base, "read" if key else "language", base, language))


def _check_columns(table: Table) -> None:
    """Says what becomes of the columns that are not read, and stands French in where the sheet has none."""
    first = table.shift + 1
    for column in table.columns:
        standing, values = column.title.standing, [row.get(column.key, "") for row in table.rows]
        if standing == "misspelt":
            table.fault("column_misspelt", first, column, value=column.header, meant=column.title.meant)
        elif not any(values):
            continue
        elif standing == "unsupported":
            at = next(place for place, value in enumerate(values) if value) + first + 1
            table.fault("column_unsupported", at, column, value=column.header, instead=UNSUPPORTED[column.title.meant])
        elif standing in _SET_ASIDE:
            table.fault(_SET_ASIDE[standing], first, column, value=column.header)
        elif standing == "language":
            table.fault("language_ignored", first, column, value=column.title.language)
    _stand_in(table)


def _stand_in(table: Table) -> None:
    for base in dict.fromkeys(column.title.base for column in table.columns if column.title.base):
        french, english = f"{base}::{FRENCH}", f"{base}::{ENGLISH}"
        same = [column for column in table.columns if column.title.base == base]
        if not table.has(french):
            source = next((column for column in same if column.key == english), same[0])
            table.fault("french_missing", table.shift + 1, source, value=source.header, meant=french)
            table.stood_in[french] = source
            for row in filter(None, table.rows):
                row[french] = row.get(source.key, "")
        elif base == "label" and not table.has(english):
            table.fault("translation_missing", table.shift + 1, same[0])


# --- cells ----------------------------------------------------------------------------------------------------------------


def _row(table: Table, number: int, cells: dict[int, Cell]) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        cell = cells.get(column.number)
        if cell is None:
            continue
        if cell.oddity and (cell.oddity != "date_cell" or column.key in _NO_DATES):
            table.fault(cell.oddity, number, column, value=cell.text)
        yield column.key, "" if cell.oddity == "cell_error" else _tidy(table.name, column, cell.text)


def _tidy(sheet: str, column: Column, text: str) -> str:
    """A cell as its column wants it: words keep their spaces, names and expressions keep plain ones."""
    key = column.key
    if column.title.base or column.title.standing != "read" or key in _WORDS:
        return text
    if sheet == "choices" and key == "name":
        return text.strip()
    plain = " ".join(text.split())
    if key == "type":
        return question_types.canonical(plain)
    if key in _EXPRESSIONS:
        # Spaces inside a quoted text are its author's; the others may be any kind of space.
        return _TRUTHS.get(plain.casefold(), re.sub(r"[\s\u00a0\u202f]", " ", text).strip())
    return plain


def stand_ins(table: Table, needed: Iterable[str]) -> bool:
    """Notes the needed columns that a table lacks; texts are stood in for, so that the rest can be read. False where it cannot."""
    readable = True
    for key in needed:
        if table.has(key) or (table.filled() and key in table.filled()[0]):
            continue
        table.fault("column_missing", table.shift + 1, value=key)
        readable = readable and "::" in key
        for row in filter(None, table.rows):
            row[key] = row.get("name") or row.get("code") or row.get("type") or "…" if "::" in key else ""
    return readable
