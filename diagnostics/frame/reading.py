"""A file of the sampling frame, read whole: `read` gives every row's outcome and every fault at once; nothing is imported.

In come a file's name and bytes, the reference tables as amended, and what the frame already holds; out comes a frozen
`Reading` that a page, the command line and `diagnostics.actions.panel` use alike.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.frame import api, excel, labels, sheets
from diagnostics.frame.columns import Columns, Field, Layout, recognise
from diagnostics.frame.fault_words import FILE_CODES
from diagnostics.frame.faults import Fault, Severity, fault
from diagnostics.frame.identity import SIREN_LENGTH
from diagnostics.frame.known import CONTACT, TAKEN, Entry, KnownFirm, Outcome
from diagnostics.frame.rows import Reader
from diagnostics.frame.sheets import Sheet
from diagnostics.frame.tables import Tables

MOST_CHANGES_KEPT = 500
# What a firm needs: the fields that give it, the fault of a row without it, its name in both languages, an example.
_NEEDS: tuple[tuple[tuple[Field, ...], str, str, str, str], ...] = (
    ((Field.NAME, Field.USUAL_NAME), "name_missing", "le nom de l’entreprise", "the firm’s name", "nom"),
    ((Field.COMMUNE_CODE, Field.COMMUNE, Field.POSTCODE), "commune_missing", "la commune", "the commune", "code_commune"),
    (
        (Field.NAF, Field.NAF_UNIT, Field.NAF_2025, Field.SECTOR),
        "naf_missing",
        "le code NAF ni le secteur",
        "the NAF code or the sector",
        "naf",
    ),
    (
        (Field.LEGAL_CATEGORY, Field.FAMILY),
        "family_missing",
        "la catégorie juridique ni la famille",
        "the legal category or the family",
        "categorie_juridique",
    ),
    (
        (Field.BAND, Field.BAND_UNIT, Field.HEADCOUNT),
        "size_missing",
        "l’effectif ni sa tranche",
        "the headcount or its band",
        "tranche_effectif",
    ),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its layout, each row's entry, each fault."""

    filename: str
    layout: Layout
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    entries: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each outcome; every outcome is named."""
        found = Counter(entry.outcome for entry in self.entries)
        return {outcome.value: found[outcome] for outcome in Outcome}

    @property
    def importable(self) -> int:
        """How many rows would change the frame."""
        return sum(entry.outcome in TAKEN for entry in self.entries)

    @property
    def unreadable(self) -> bool:
        """Whether the file as a whole could not be read: no row was."""
        return not self.entries

    def graded(self, severity: Severity) -> list[Fault]:
        """The faults of one severity."""
        return [found for found in self.faults if found.severity is severity]

    @property
    def needs_decision(self) -> bool:
        """Whether a person must look before anything enters: an error, a row left out, or a conflict."""
        return any(found.severity is not Severity.WARNING or found.code in {"conflict", "same_file"} for found in self.faults)

    def to_json(self) -> dict[str, Any]:
        """The report that is stored with the import: no name and no contact, so that it may be kept."""
        return {
            "layout": self.layout.value,
            "encoding": self.encoding,
            "separator": self.separator,
            "sheet": self.sheet,
            "rows": len(self.entries),
            "importable": self.importable,
            "needs_decision": self.needs_decision,
            "counts": self.counts,
            "faults": [found.to_json() for found in self.faults],
            "changes": [_change(entry) for entry in self.entries if entry.changes][:MOST_CHANGES_KEPT],
        }


def _change(entry: Entry) -> dict[str, Any]:
    shown = {name: ["", ""] if name in CONTACT else list(pair) for name, pair in entry.changes.items()}
    return {
        "line": entry.line,
        "siret": entry.siret,
        "outcome": entry.outcome.value,
        "contested": sorted(entry.contested),
        "changes": shown,
    }


def read(filename: str, content: bytes, *, tables: Tables | None = None, known: Mapping[str, KnownFirm] | None = None) -> Reading:
    """Reads and checks a file.

    `tables` are the reference tables with the coordinator's amendments (the shipped ones by default); `known` is what the
    frame holds, by SIRET: it completes rows, tells updates from conflicts, and lets a file without all columns update.
    """
    sheet, layout = _sheet(content)
    if not sheet.header:
        return Reading(filename, layout, sheet.encoding, sheet.separator, sheet.sheet, faults=sheet.faults)
    columns = recognise(sheet.header)
    layout = (
        layout
        if layout in {Layout.API, Layout.API_PAGE} and columns.layout is Layout.PLAIN and Field.BAND_UNIT.value in sheet.header
        else columns.layout
    )
    table_faults, missing, identified = _column_faults(columns, layout)
    faults = [*sheet.faults, *table_faults]
    if not identified:
        return Reading(filename, layout, sheet.encoding, sheet.separator, sheet.sheet, faults=tuple(faults))
    entries, told = _entries(sheet, Reader(tables or Tables.load(), columns, known or {}, frozenset(missing)), known or {})
    return Reading(filename, layout, sheet.encoding, sheet.separator, sheet.sheet, entries, _sorted([*faults, *told]))


def _sheet(content: bytes) -> tuple[Sheet, Layout]:
    refused = sheets.refusal(content)
    if refused is not None:
        return Sheet(faults=(refused,)), Layout.UNKNOWN
    if content.startswith(b"PK\x03\x04"):
        return excel.read_zip(content), Layout.UNKNOWN
    decoded = sheets.decode(content)
    if decoded is None:
        return Sheet(faults=(fault("format_unknown", what="octets illisibles"),)), Layout.UNKNOWN
    text, encoding = decoded
    if text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}:
        return api.read_json(text.lstrip("\ufeff"), encoding), api.layout_of(text)
    return sheets.read_text(text.lstrip("\ufeff"), encoding), Layout.UNKNOWN


def _column_faults(columns: Columns, layout: Layout) -> tuple[list[Fault], list[str], bool]:
    """The faults of the columns themselves, the row faults that they already say, and whether rows can be identified."""
    found = [fault("column_twice", None, name, what=f"{first}, {name}") for name, first in columns.doubled]
    if not (columns.has(Field.SIRET) or (columns.has(Field.SIREN) and columns.has(Field.NIC))):
        found.append(fault("column_missing", what="le SIRET", what_en="the SIRET", example="siret"))
        return found, [], False
    missing = []
    for fields, code, what, what_en, example in _NEEDS:
        if columns.has(*fields):
            continue
        missing.append(code)
        if code == "commune_missing" and layout is Layout.UNITS:
            found.append(fault("units_only"))
        elif code == "family_missing" and layout is Layout.ESTABLISHMENTS:
            found.append(fault("establishments_only"))
        else:
            found.append(fault("column_missing", what=what, what_en=what_en, example=example))
    return found, missing, True


def _entries(sheet: Sheet, reader: Reader, known: Mapping[str, KnownFirm]) -> tuple[tuple[Entry, ...], list[Fault]]:
    entries: list[Entry] = []
    faults: list[Fault] = []
    first: dict[str, Entry] = {}
    sirens: dict[str, int] = {}
    known_sirens = _known_sirens(known)
    column = reader.columns.name_of(Field.SIRET, Field.SIREN)
    for row in sheet.rows:
        judged = reader.judge(row, spoilt=row.line in sheet.spoilt)
        entry = judged.entry
        told: Sequence[Fault] = judged.faults
        earlier = first.get(entry.siret) if entry.siret else None
        if earlier is not None:
            entry, told = _duplicate(entry, earlier, column)
        elif entry.siret:
            first[entry.siret] = entry
            if entry.outcome in TAKEN:
                told = [*told, *_same_siren(entry, sirens, known_sirens, column)]
        entries.append(entry)
        faults.extend(told)
    return tuple(entries), faults


def _duplicate(entry: Entry, earlier: Entry, column: str) -> tuple[Entry, list[Fault]]:
    """A SIRET met again: the same values need nothing, other values need a person to say which row is right."""
    differ = [name for name, value in entry.values.items() if value != earlier.values.get(name)]
    kept = Entry(entry.line, Outcome.DUPLICATE, entry.siret)
    if not differ and entry.outcome is earlier.outcome:
        return kept, [fault("duplicate_same", entry.line, column, first=earlier.line)]
    names = differ or ["name"]
    return kept, [
        fault(
            "duplicate_differs",
            entry.line,
            column,
            first=earlier.line,
            columns=labels.columns(names, "fr"),
            columns_en=labels.columns(names, "en"),
        )
    ]


def _same_siren(entry: Entry, sirens: dict[str, int], known: Mapping[str, str], column: str) -> Iterable[Fault]:
    siren = entry.siret[:SIREN_LENGTH]
    if siren in sirens:
        yield fault("same_siren", entry.line, column, first=sirens[siren])
    elif entry.outcome is Outcome.NEW and siren in known:
        yield fault("same_siren_in_panel", entry.line, column, siret=known[siren])
    sirens.setdefault(siren, entry.line)


def _known_sirens(known: Mapping[str, KnownFirm]) -> dict[str, str]:
    return {siret[:SIREN_LENGTH]: siret for siret, firm in known.items() if not firm.excluded}


def _sorted(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The faults of the file first, then by line, the graver first."""
    order = list(Severity)
    return tuple(sorted(faults, key=lambda found: (found.code not in FILE_CODES, found.line or 0, order.index(found.severity))))
