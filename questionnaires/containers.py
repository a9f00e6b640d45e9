"""What a file really is, whatever its name, and whether it is safe to unpack: looked at before anything in it is parsed."""

import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from questionnaires.faults import Fault, make_fault
from questionnaires.model import Text

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_OLD_FILE = 4 * MEGABYTE
LARGEST_UNFOLDED = 40 * MEGABYTE
MOST_ENTRIES = 2_000
# A sheet of blank styled cells folds about a hundred times; bombs fold a thousand times.
MOST_FOLDED, SMALL_ENOUGH = 300, 2 * MEGABYTE
MOST_ELEMENTS = 600_000
_DEEPEST = 100
_CHUNK = 64 * 1024
_BEGINNING = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)

# The beginnings of the files that people give instead of a workbook.
_OTHERS: tuple[tuple[bytes, Text], ...] = (
    (b"%PDF", Text("un PDF", "a PDF")),
    (b"{\\rtf", Text("un texte RTF", "an RTF text")),
    (b"\x89PNG", Text("une image", "a picture")),
    (b"\xff\xd8\xff", Text("une image", "a picture")),
    (b"GIF8", Text("une image", "a picture")),
    (b"\x1f\x8b", Text("une archive gzip", "a gzip archive")),
    (b"7z\xbc\xaf", Text("une archive 7z", "a 7z archive")),
    (b"Rar!", Text("une archive RAR", "a RAR archive")),
    (b"SQLite format 3", Text("une base SQLite", "an SQLite database")),
)
_UNKNOWN = Text("format inconnu", "unknown format")


@dataclass(frozen=True, slots=True)
class Container:
    """What a file is: `xlsx`, `xls`, or nothing that can be read (""), with the faults that say so."""

    kind: str
    faults: tuple[Fault, ...] = ()


def look(data: bytes, filename: str) -> Container:
    """What a file is, after its content; never raises, unpacks nothing beyond the limits."""
    suffix = PurePosixPath(filename.replace("\\", "/").casefold()).suffix
    if not data.strip(b"\x00 \t\r\n"):
        return _refused("file_empty")
    if len(data) > LARGEST_FILE:
        return _refused("file_too_large", limit=LARGEST_FILE // MEGABYTE)
    if data.startswith(_OLE):
        return _old_workbook(data, suffix)
    if data.startswith((b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")):
        return Container("xls", (make_fault("old_excel"),) if suffix != ".xls" else ())
    if data.startswith(b"PK") or zipfile.is_zipfile(BytesIO(data)):
        return _archive(data, suffix)
    return _other(data)


def _refused(code: str, **given: Any) -> Container:
    return Container("", (make_fault(code, **given),))


def _old_workbook(data: bytes, suffix: str) -> Container:
    if _ENCRYPTED in data:
        return _refused("workbook_encrypted")
    if len(data) > LARGEST_OLD_FILE:
        return _refused("file_too_large", limit=LARGEST_OLD_FILE // MEGABYTE)
    if "WordDocument".encode("utf-16-le") in data:
        return _refused("not_a_workbook", what=Text("un document Word", "a Word document"))
    return Container("xls", (make_fault("old_excel"),) if suffix != ".xls" else ())


def _other(data: bytes) -> Container:
    for beginning, what in _OTHERS:
        if data.startswith(beginning):
            return _refused("not_a_workbook", what=what)
    start = data[:_BEGINNING].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")):
        return _refused("format_convertible", what="HTML")
    if start.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return _refused("format_convertible", what="XML 2003")
    if start.startswith(b"<?xml") and b"xforms" in start:
        return _refused("not_a_workbook", what=Text("un XForm", "an XForm"))
    text = _text(data)
    if text and all(character.isprintable() or character in "\r\n\t" for character in text):
        is_table = any(mark in text.partition("\n")[0] for mark in ",;\t|")
        return _refused("csv_as_workbook") if is_table else _refused("not_a_workbook", what=Text("un texte", "a text"))
    return _refused("not_a_workbook", what=_UNKNOWN)


def _text(data: bytes) -> str:
    """The beginning of a text file; empty for what is no text."""
    start = data[:_BEGINNING]
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return start.decode("utf-16", errors="ignore").lstrip("\ufeff")
    if b"\x00" in start:
        return ""
    try:
        # A character may be cut at the end of the beginning: only then is what cannot be read left out.
        return start.decode("utf-8-sig", errors="strict" if len(data) <= _BEGINNING else "ignore")
    except UnicodeDecodeError:
        return start.decode("latin-1")


# --- archives -------------------------------------------------------------------------------------------------------------


def _archive(data: bytes, suffix: str) -> Container:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _foreign(archive) or _unfold(archive, suffix)
    except DefusedXmlException:
        return _refused("workbook_unsafe")
    except _TooMuchError:
        return _refused("workbook_heavy", limit=f"{MOST_ELEMENTS:_}".replace("_", "\u202f"))
    except (*_UNREADABLE, ParseError):
        return _refused("workbook_unreadable")


def _unfold(archive: zipfile.ZipFile, suffix: str) -> Container:
    entries = archive.infolist()
    stopped = _weigh(entries)
    if stopped:
        return _refused(stopped)
    counter = _Counter()
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels", ".vml")):
            _scan(archive, entry, counter)
    if any(entry.filename.endswith("vbaProject.bin") for entry in entries):
        return Container("xlsx", (make_fault("macros_ignored"),))
    misnamed = () if suffix in {".xlsx", ".xlsm", ""} else (make_fault("name_and_content", value=suffix),)
    return Container("xlsx", misnamed)


def _weigh(entries: list[zipfile.ZipInfo]) -> str:
    """The code of what forbids unpacking an archive, judged by its table of contents; "" where nothing does."""
    unfolded, folded = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unfolded > LARGEST_UNFOLDED:
        return "workbook_bomb"
    if unfolded > SMALL_ENOUGH and unfolded > MOST_FOLDED * max(folded, 1):
        return "workbook_bomb"
    if len({entry.filename for entry in entries}) != len(entries) or _overlap(entries):
        return "workbook_unsafe"
    return "workbook_encrypted" if any(entry.flag_bits & 0x1 for entry in entries) else ""


def _foreign(archive: zipfile.ZipFile) -> Container | None:
    """The refusal of an archive that is no Excel workbook; None for one that is."""
    names = archive.namelist()
    if "xl/workbook.bin" in names:
        return _refused("format_convertible", what="XLSB")
    if any(name.startswith("xl/") for name in names):
        return None
    if "EncryptedPackage" in names:
        return _refused("workbook_encrypted")
    what = Text("une archive ZIP", "a ZIP archive")
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as file:
            if b"spreadsheet" in file.read(200):
                return _refused("format_convertible", what="ODS (LibreOffice)")
        what = Text("un document OpenDocument", "an OpenDocument text")
    elif any(name.startswith("word/") for name in names):
        what = Text("un document Word", "a Word document")
    elif any(name.endswith(".iwa") for name in names):
        return _refused("format_convertible", what="Numbers")
    return _refused("not_a_workbook", what=what)


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether two entries share their bytes, as those of a bomb do."""
    spans = sorted((entry.header_offset, entry.header_offset + entry.compress_size) for entry in entries)
    return any(end > start for (_start, end), (start, _end) in pairwise(spans))


class _TooMuchError(Exception):
    """More elements than a questionnaire can need."""


class _Counter:
    """Counts the elements of all parts together and their depth; the target of an XML parser."""

    def __init__(self) -> None:
        self.elements = 0
        self.depth = 0

    def start(self, _tag: str, _attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MOST_ELEMENTS or self.depth > _DEEPEST:
            raise _TooMuchError

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def close(self) -> None:
        """Nothing is kept."""


def _scan(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, counter: _Counter) -> None:
    """Reads one part to its end: no definitions, no more elements than allowed, and every byte there."""
    counter.depth = 0
    parser = DefusedXMLParser(target=counter, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK):
            parser.feed(chunk)
    parser.close()
