"""What can be wrong with a file of the sampling frame: a code, a place, a cause and a remedy, in French and English.

A fault is stored as its code, its place and its parameters; the words are made from `CATALOGUE` when somebody reads it.
An error keeps a row out until the file is corrected; `LEFT_OUT` says that the rules of the study keep it out; a warning
lets it in and asks for a look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from diagnostics.frame.fault_words import CATALOGUE, FAULT_WORDS
from diagnostics.frame.text import clean


class Severity(StrEnum):
    """What a fault does to its row."""

    ERROR = "error"
    LEFT_OUT = "left_out"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where (line of the file from 1, column as the file names it), what, and how grave."""

    line: int | None
    column: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return Severity(CATALOGUE[self.code])

    def cause(self, locale: str = "fr") -> str:
        """What is wrong, in a language."""
        return self._words(0, locale)

    def remedy(self, locale: str = "fr") -> str:
        """What to do about it, in a language."""
        return self._words(1, locale)

    def _words(self, place: int, locale: str) -> str:
        words = FAULT_WORDS[self.code][place]
        chosen = words[1] if locale == "en" else words[0]
        return chosen.format_map(_Given(self.params))

    def to_json(self) -> dict[str, Any]:
        """The fault as JSON; without words, so that it can be read in either language later."""
        return {"line": self.line, "column": self.column, "code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Fault":
        """The fault that `to_json` stored."""
        return cls(stored["line"], stored["column"], stored["code"], stored["params"])


class _Given(dict[str, str]):
    """Parameters of a message; one that a stored report lacks shows as an ellipsis instead of failing the page."""

    def __missing__(self, key: str) -> str:
        return "…"


def fault(code: str, line: int | None = None, column: str = "", **params: object) -> Fault:
    """A fault of the catalogue; values are cut to what a table can show."""
    return Fault(line, column, code, {name: shown(value) for name, value in params.items()})


def shown(value: object, longest: int = 80) -> str:
    """A value as a message shows it: one line, without control characters, cut when it is long."""
    text = clean(str(value))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
