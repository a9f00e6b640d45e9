"""A questionnaire as a workbook: bytes that a coordinator uploads -> sheets, questionnaire and every fault; sheets -> bytes.

`read_workbook` takes any bytes: what is no workbook, what is hostile and what is merely wrong all come back as faults with
their place, cause and remedy. A plain XLSForm that knows nothing of our columns is read with defaults.
"""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from questionnaires import containers
from questionnaires.columns import Table, read_table, stand_ins
from questionnaires.faults import Fault, Gravity, errors, make_fault
from questionnaires.grids import Grid, read_grids
from questionnaires.headers import FRENCH, default_language
from questionnaires.model import Questionnaire
from questionnaires.pyxform_faults import second_opinion
from questionnaires.question_types import SELECTS
from questionnaires.sheets import NEEDED_COLUMNS, read
from questionnaires.writing import write_workbook

__all__ = ["MOST_FAULTS", "Workbook", "read_workbook", "write_workbook"]

MOST_FAULTS = 500
LARGEST_TEXT = 4 * containers.MEGABYTE
SHEETS = ("survey", "choices", "checks", "settings")
# XLSForm's sheets that we do not read.
_IGNORED = frozenset({"external_choices", "entities", "osm", "cascades", "columns"})
_CLOSE = 0.75


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a workbook says: its sheets as rows of texts, the questionnaire they make (None where there is none), every fault."""

    sheets: dict[str, list[dict[str, str]]]
    questionnaire: Questionnaire | None
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that stop a publication."""
        return tuple(errors(self.faults))

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that let it through and ask for a look."""
        return tuple(found for found in self.faults if found.severity is Gravity.WARNING)


def read_workbook(data: bytes, filename: str) -> Workbook:
    """What a workbook says; never raises, whatever the bytes, and takes bounded time and memory.

    Faults come sheet by sheet and row by row; beyond `MOST_FAULTS` only their number is said.
    """
    container = containers.look(data, filename)
    if not container.kind:
        return Workbook({}, None, container.faults)
    grids, unreadable = read_grids(container.kind, data, _wanted)
    if unreadable:
        return Workbook({}, None, (*container.faults, *unreadable))
    found = list(container.faults)
    chosen = _choose(grids, found)
    if "survey" not in chosen:
        return Workbook({}, None, tuple(found))
    tables = _tables(chosen, filename)
    readable = all([stand_ins(tables[name], NEEDED_COLUMNS[name]) for name in SHEETS if tables[name].filled()])  # noqa: C419 (every table is to be looked at)
    found += [fault for table in tables.values() for fault in table.faults]
    _check_presence(tables, chosen, found)
    if sum(len(text) for table in tables.values() for row in table.rows for text in row.values()) > LARGEST_TEXT:
        return Workbook({}, None, _in_order([*found, make_fault("too_much_text", limit=LARGEST_TEXT // containers.MEGABYTE)]))
    questionnaire = None
    if readable and tables["survey"].filled():
        padded = {name: table.rows for name, table in tables.items()}
        reading = read(padded)
        questionnaire = reading.questionnaire
        found += [tables[fault.sheet].placed(fault) if fault.sheet in tables else fault for fault in reading.faults]
        _ask_pyxform(padded, tables, found)
    kept = {name: table.filled() for name, table in tables.items()}
    return Workbook(kept, None if errors(found) else questionnaire, _in_order(found))


# --- sheets ---------------------------------------------------------------------------------------------------------------


def _plain(name: str) -> str:
    return name.strip().casefold()


def _wanted(name: str, count: int) -> bool:
    return _plain(name) in SHEETS or count == 1


def _choose(grids: Sequence[Grid], found: list[Fault]) -> dict[str, Grid]:
    """The grid of each of our sheets; says what is missing, doubled or set aside."""
    chosen: dict[str, Grid] = {}
    for grid in grids:
        name = _plain(grid.name)
        if name in chosen:
            found.append(make_fault("sheet_twice", name, value=name))
        elif name in SHEETS:
            chosen[name] = grid
        elif name in _IGNORED:
            found.append(make_fault("sheet_ignored", grid.name, value=grid.name))
    others = {_plain(grid.name): grid.name for grid in grids if _plain(grid.name) not in SHEETS and not grid.name.startswith("_")}
    for name in SHEETS:
        near = difflib.get_close_matches(name, list(others), n=1, cutoff=_CLOSE)
        if name in chosen:
            continue
        if name == "survey" and len(grids) == 1:
            chosen[name] = grids[0]
            found.append(make_fault("lone_sheet", name, value=grids[0].name))
        elif near:
            found.append(make_fault("sheet_misnamed", name, value=name, meant=others[near[0]]))
        elif name == "survey":
            found.append(make_fault("sheet_missing", name, value=name))
    return chosen


def _tables(chosen: dict[str, Grid], filename: str) -> dict[str, Table]:
    settings = read_table("settings", chosen.get("settings", Grid("settings")))
    given = next(iter(settings.filled()), {})
    language = default_language(given.get("default_language", ""))
    if language != "fr":
        settings = read_table("settings", chosen["settings"], language)
    _settle(settings, filename)
    return {name: settings if name == "settings" else read_table(name, chosen.get(name, Grid(name)), language) for name in SHEETS}


def _settle(settings: Table, filename: str) -> None:
    """Fills in what the settings do not say: the code after the file's name, the version 1, the code as title."""
    rows = settings.filled()
    if len(rows) > 1:
        settings.fault("settings_rows", settings.shift + 2 + settings.rows.index(rows[1]))
    row = dict(rows[0]) if rows else {}
    code = row.get("form_id") or _slug(filename)
    for key, value in (("form_id", code), ("version", "1"), (f"form_title::{FRENCH}", code)):
        if not row.get(key):
            row[key] = value
            settings.faults.append(settings.placed(make_fault("setting_default", "settings", 2, key, value=value)))
    settings.rows = [*({} for _blank in range(settings.rows.index(rows[0]) if rows else 0)), row]


def _slug(filename: str) -> str:
    stem = unicodedata.normalize("NFKD", PurePosixPath(filename.replace("\\", "/")).stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", stem.casefold()).strip("_")[:64] or "questionnaire"


def _check_presence(tables: dict[str, Table], chosen: dict[str, Grid], found: list[Fault]) -> None:
    survey = tables["survey"]
    if not survey.filled():
        found.append(make_fault("sheet_empty", "survey", value="survey"))
    asks = any(row.get("type", "").partition(" ")[0] in SELECTS for row in survey.rows)
    if asks and "choices" not in chosen and not any(fault.sheet == "choices" for fault in found):
        found.append(make_fault("sheet_missing", "choices", value="choices"))


# --- faults ---------------------------------------------------------------------------------------------------------------


def _ask_pyxform(padded: dict[str, list[dict[str, str]]], tables: dict[str, Table], found: list[Fault]) -> None:
    """Adds what pyxform finds, unless we have found it already: the same code, or an error in the same row."""
    opinion = second_opinion(padded)
    if opinion is None:
        return
    placed = tables[opinion.sheet].placed(opinion) if opinion.sheet in tables else opinion
    ours = errors(found)
    if any(fault.code == placed.code or (placed.row and (fault.sheet, fault.row) == (placed.sheet, placed.row)) for fault in ours):
        return
    if not placed.row and ours:
        return
    found.append(placed)


def _in_order(found: Sequence[Fault]) -> tuple[Fault, ...]:
    order = {name: place for place, name in enumerate(("", *SHEETS))}
    unique = dict.fromkeys(found)
    ordered = sorted(unique, key=lambda fault: (order.get(fault.sheet, 0), fault.row, len(fault.letter), fault.letter))
    if len(ordered) <= MOST_FAULTS:
        return tuple(ordered)
    # Errors come before warnings among those that are shown: they are what must be corrected.
    kept = set([*errors(ordered), *(fault for fault in ordered if fault.severity is Gravity.WARNING)][:MOST_FAULTS])
    rest = make_fault("too_many_faults", count=len(ordered) - MOST_FAULTS)
    return (*(fault for fault in ordered if fault in kept), rest)
