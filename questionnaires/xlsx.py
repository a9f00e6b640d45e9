"""The cells of an XLSX workbook, streamed: only what is filled is kept, at the row and the column where it stands.

The parts come from an archive that `questionnaires.containers` has looked at. What no spreadsheet writes raises `ValueError`,
`KeyError` or `IndexError`. A general reader builds every empty cell that a sheet claims; a questionnaire's sheets claim a million.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from defusedxml.ElementTree import DefusedXMLParser
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

_CHUNK = 64 * 1024
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z", re.ASCII)
_LETTERS_IN_ALPHABET = 26


@dataclass(frozen=True, slots=True)
class Found:
    """A filled cell: its place counted from 1, its value, the kind of it (`s`, `n`, `b`, `e`, `d`), and whether it is a formula."""

    row: int
    column: int
    value: Any
    kind: str
    formula: bool = False


@dataclass(slots=True)
class Book:
    """A workbook's sheets by name, in order: the names of their parts, with what their cells need to be read."""

    archive: zipfile.ZipFile
    sheets: dict[str, str] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    is_1904: bool = False

    def cells(self, name: str, keep: Callable[[Found], bool]) -> None:
        """Gives every filled cell of a sheet to `keep`, row by row, until it says False."""
        target = _SheetTarget(self, keep)
        _feed(self.archive, self.sheets[name], target, stop=lambda: target.stopped)

    def date(self, value: float, style: int) -> Any:
        """A number as the date or time that its style shows; None where the style shows a number."""
        shown = self.formats[style] if 0 <= style < len(self.formats) else ""
        if not shown or not is_date_format(shown):
            return None
        try:
            epoch = CALENDAR_MAC_1904 if self.is_1904 else CALENDAR_WINDOWS_1900
            return from_excel(value, epoch, timedelta=is_timedelta_format(shown))
        except (OverflowError, ValueError):
            return None


def open_book(archive: zipfile.ZipFile) -> Book:
    """The workbook in an archive, without its cells."""
    book = Book(archive)
    start = next(iter(_relations(archive, "").values()), ("", "xl/workbook.xml"))[1]
    for kind, path in _relations(archive, "").values():
        start = path if kind == "officeDocument" else start
    relations = _relations(archive, start)
    named = _Named({"sheet", "workbookPr"})
    _feed(archive, start, named)
    for tag, attributes in named.found:
        if tag == "workbookPr":
            book.is_1904 = attributes.get("date1904") in {"1", "true"}
        else:
            kind, path = relations.get(attributes.get("id", ""), ("", ""))
            if kind == "worksheet":
                book.sheets.setdefault(attributes.get("name", ""), path)
    for kind, path in relations.values():
        if kind == "sharedStrings" and not book.strings:
            strings = _StringsTarget()
            _feed(archive, path, strings)
            book.strings = strings.found
        elif kind == "styles":
            styles = _Named({"numFmt", "xf"}, within="cellXfs", free={"numFmt"})
            _feed(archive, path, styles)
            book.formats = _formats(styles.found)
    return book


def _formats(found: list[tuple[str, dict[str, str]]]) -> list[str]:
    """The number format of every style of cell, in order."""
    own = {given.get("numFmtId", ""): given.get("formatCode", "") for tag, given in found if tag == "numFmt"}
    builtin = {str(number): shown for number, shown in BUILTIN_FORMATS.items()}
    return [own.get(given.get("numFmtId", ""), builtin.get(given.get("numFmtId", ""), "")) for tag, given in found if tag == "xf"]


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part points to: identifier -> (the last word of the kind, the part's name)."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in archive.namelist():
        return {}
    named = _Named({"Relationship"})
    _feed(archive, path, named)
    return {
        given.get("Id", ""): (
            given.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/"),
        )
        for _tag, given in named.found
        if given.get("TargetMode") != "External"
    }


def _feed(archive: zipfile.ZipFile, name: str, target: Any, stop: Callable[[], bool] = lambda: False) -> None:
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    with archive.open(name) as file:
        while (chunk := file.read(_CHUNK)) and not stop():
            parser.feed(chunk)
    if not stop():
        parser.close()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


class _Named:
    """Collects the attributes of some elements, those `within` another one only (but for the `free` ones)."""

    def __init__(self, tags: set[str], *, within: str = "", free: set[str] | frozenset[str] = frozenset()) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self._tags, self._within, self._free = tags, within, free
        self._inside = not within

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        self._inside = self._inside or name == self._within
        if name in self._tags and (self._inside or name in self._free):
            self.found.append((name, {_local(key): value for key, value in attributes.items()}))

    def end(self, tag: str) -> None:
        if self._within and _local(tag) == self._within:
            self._inside = False

    def close(self) -> None:
        """Nothing is left to do."""


class _StringsTarget:
    """Collects the shared strings: rich text as plain text, without the phonetic help of Asian scripts."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._text = False
        self._phonetic = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._phonetic += 1
        self._text = name == "t" and not self._phonetic

    def data(self, text: str) -> None:
        if self._text:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._text = False
        if name == "si":
            self.found.append("".join(self._parts))
        elif name == "rPh":
            self._phonetic -= 1

    def close(self) -> None:
        """Nothing is left to do."""


class _SheetTarget:
    """Gives the filled cells of one sheet; places that are not written follow the one before."""

    def __init__(self, book: Book, keep: Callable[[Found], bool]) -> None:
        self.stopped = False
        self._book, self._keep = book, keep
        self._row = self._column = 0
        self._kind, self._style = "n", 0
        self._value: list[str] = []
        self._reading = self._filled = self._formula = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "c":
            place = _REFERENCE.match(attributes.get("r", ""))
            self._column = _column(place.group(1)) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", "0"))
            self._value, self._filled, self._formula = [], False, False
        elif name == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isascii() and given.isdigit() else self._row + 1
            self._column = 0
        elif name == "f":
            self._formula = True
        elif name in {"v", "t"}:
            self._reading = self._filled = True

    def data(self, text: str) -> None:
        if self._reading:
            self._value.append(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        if name in {"v", "t"}:
            self._reading = False
        elif name == "c" and (self._filled or self._formula) and not self.stopped:
            for found in self._found("".join(self._value)):
                self.stopped = not self._keep(found)

    def close(self) -> None:
        """Nothing is left to do."""

    def _found(self, text: str) -> Iterator[Found]:
        value, kind = self._valued(text)
        if value is not None or self._formula:
            yield Found(self._row, self._column, value, kind, self._formula)

    def _valued(self, text: str) -> tuple[Any, str]:
        kind = self._kind
        if kind == "s":
            return self._book.strings[int(text)] if text.strip() else None, "s"
        if kind in {"str", "inlineStr", "e", "d"}:
            return text, kind if kind in {"e", "d"} else "s"
        if kind == "b":
            return text.strip() in {"1", "true"}, "b"
        if not text.strip():
            return None, "n"
        number = float(text)
        shown = self._book.date(number, self._style)
        return (number, "n") if shown is None else (shown, "d")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS_IN_ALPHABET + ord(letter) - ord("A") + 1
    return number
