"""Versions of the questionnaire for tests: the shipped one's sheets, changed here and there, stored or written to a workbook."""

import csv
from collections.abc import Callable
from typing import Any

from diagnostics.catalogues import CODE, digest_of
from diagnostics.db import Database
from diagnostics.models import QuestionnaireVersion, VersionState, now
from questionnaires import catalogue
from questionnaires.sheets import FRENCH

Sheets = dict[str, list[dict[str, str]]]
_FOLDER = catalogue._FOLDER / CODE / "2026-1"


def shipped_sheets(version: str = "2026-1") -> Sheets:
    """The sheets of the shipped version, under another name if one is given."""
    found: Sheets = {}
    for name in ("survey", "choices", "checks", "settings"):
        with (_FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            found[name] = list(csv.DictReader(file))
    found["settings"][0]["version"] = version
    return found


def changed(version: str, change: Callable[[Sheets], None]) -> Sheets:
    """The shipped sheets after a change."""
    sheets = shipped_sheets(version)
    change(sheets)
    return sheets


def row_of(sheets: Sheets, name: str) -> dict[str, str]:
    """A question's row."""
    return next(row for row in sheets["survey"] if row["name"] == name)


def with_label(name: str, label: str, version: str = "2026-1") -> Sheets:
    """The shipped sheets with another French label on a question."""
    return changed(version, lambda sheets: row_of(sheets, name).update({f"label::{FRENCH}": label}))


def without(sheets: Sheets, *names: str) -> None:
    """Takes questions out, with their checks."""
    sheets["survey"][:] = [row for row in sheets["survey"] if row["name"] not in names]
    sheets["checks"][:] = [row for row in sheets["checks"] if row["question"] not in names]


def renamed(sheets: Sheets, old: str, new: str) -> None:
    """Renames a question wherever it stands, and says so."""
    for rows in sheets.values():
        for row in rows:
            for column, cell in row.items():
                row[column] = (cell or "").replace(f"${{{old}}}", f"${{{new}}}")
    row = row_of(sheets, old)
    row |= {"name": new, "bind::diag:was": old}
    for check in sheets["checks"]:
        if check["question"] == old:
            check["question"] = new


def added(sheets: Sheets, after: str, row: dict[str, str]) -> None:
    """Puts a question in after another one."""
    place = next(number for number, each in enumerate(sheets["survey"]) if each["name"] == after)
    sheets["survey"].insert(place + 1, dict.fromkeys(sheets["survey"][0], "") | row)


def add_version(
    database: Database, version: str, sheets: Sheets, *, state: VersionState = VersionState.PUBLISHED, **given: Any
) -> int:
    """Stores a version as it is; gives its number."""
    sheets = {**sheets, "settings": [{**sheets["settings"][0], "version": version}]}
    values: dict[str, Any] = {
        "code": CODE,
        "version": version,
        "state": state,
        "sheets": sheets,
        "digest": digest_of(sheets),
        "published_at": None if state is VersionState.DRAFT else now(),
    }
    with database.write() as session:
        row = QuestionnaireVersion(**values | given)
        session.add(row)
        session.flush()
        return row.id
