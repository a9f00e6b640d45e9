"""A fault of a workbook or of its sheets: where it is, what is wrong, what to do, and whether it stops a publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from questionnaires.model import NO_TEXT, Text
from questionnaires.problems import REMEDIES, WARNINGS, message, remedy

_LONGEST_SHOWN = 120


class Gravity(StrEnum):
    """An error stops the publication; a warning lets it through and asks for a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its place, its code, its cause (`message`) and its remedy in both languages.

    Rows count from 1 as a spreadsheet shows them, the header being row 1; row 0 is the file or the sheet as a whole.
    `column` is the header and `letter` the column's letters (empty where there is none); `position` counts the characters
    of an expression from 1.
    """

    sheet: str
    row: int
    column: str
    code: str
    message: Text
    remedy: Text = NO_TEXT
    severity: Gravity = Gravity.ERROR
    letter: str = ""
    position: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The fault as a JSON object with its words in both languages."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "letter": self.letter,
            "code": self.code,
            "severity": self.severity.value,
            "position": self.position,
            "cause": {"fr": self.message.fr, "en": self.message.en},
            "remedy": {"fr": self.remedy.fr, "en": self.remedy.en},
        }


class SheetError(ValueError):
    """Sheets that make no questionnaire; `faults` holds everything that is wrong with them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.sheet}:{fault.row} {fault.column} {fault.message.en}" for fault in faults[:20]))


def make_fault(
    code: str,
    sheet: str = "",
    row: int = 0,
    column: str = "",
    *,
    position: int | None = None,
    words: Text | None = None,
    **given: Any,
) -> Fault:
    """A fault of the catalogue with its figures put in; values from a file are cut to what a line can show.

    `words` are the cause where it is known already (an expression's error). Raises `KeyError` for an unknown code.
    """
    parts = {name: shown(value) if isinstance(value, str) else value for name, value in given.items()}
    parts["column"] = column
    return Fault(
        sheet,
        row,
        column,
        code,
        words or message(code, **parts),
        remedy(code, **parts) if code in REMEDIES else NO_TEXT,
        Gravity.WARNING if code in WARNINGS else Gravity.ERROR,
        position=position,
    )


def shown(value: str, longest: int = _LONGEST_SHOWN) -> str:
    """A value as a message shows it: one line, without invisible characters, cut when it is long."""
    text = "".join(
        character if character.isprintable() or character in "\u00a0\u202f" else " " for character in value[: 4 * longest]
    )
    text = " ".join(text.split(" ")).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def errors(faults: Sequence[Fault]) -> list[Fault]:
    """The faults that stop a publication."""
    return [found for found in faults if found.severity is Gravity.ERROR]
