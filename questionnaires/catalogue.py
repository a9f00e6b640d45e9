"""The questionnaires that ship with the platform, by version, read from their sheets.

A version is a folder of CSV sheets under `catalogue/<questionnaire>/<version>/`. It is frozen once a campaign uses it: a
change makes a new version.
"""

import csv
from functools import cache
from pathlib import Path

from questionnaires.model import Questionnaire
from questionnaires.sheets import read_sheets

CODE = "renouvellement_generationnel"
_FOLDER = Path(__file__).with_name("catalogue")
_SHEETS = ("survey", "choices", "checks", "settings")


class UnknownVersionError(LookupError):
    """The catalogue holds no such version of the questionnaire."""


def versions() -> list[str]:
    """The versions in the catalogue, oldest first."""
    return sorted(folder.name for folder in (_FOLDER / CODE).iterdir() if (folder / "survey.csv").is_file())


@cache
def load(version: str) -> Questionnaire:
    """A version of the questionnaire, read once and kept.

    Raises `UnknownVersionError` for a version that the catalogue does not hold, `SheetError` for faulty sheets.
    """
    if version not in versions():
        message = f"The catalogue holds no version {version!r} of {CODE}."
        raise UnknownVersionError(message)
    return read_folder(_FOLDER / CODE / version)


def sheets_of(version: str) -> dict[str, list[dict[str, str]]]:
    """The sheets of a version, as a workbook shows them; raises `UnknownVersionError` for an unknown one."""
    if version not in versions():
        message = f"The catalogue holds no version {version!r} of {CODE}."
        raise UnknownVersionError(message)
    folder = _FOLDER / CODE / version
    return {name: _rows(folder / f"{name}.csv") for name in _SHEETS if (folder / f"{name}.csv").is_file()}


def read_folder(folder: Path) -> Questionnaire:
    """The questionnaire whose CSV sheets stand in a folder; raises `SheetError` for faulty ones."""
    return read_sheets({name: _rows(folder / f"{name}.csv") for name in _SHEETS if (folder / f"{name}.csv").is_file()})


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
