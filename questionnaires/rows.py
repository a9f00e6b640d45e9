"""The small parts of reading sheets: one cell as text, number, flag or expression, with a fault where it cannot be."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from questionnaires.expressions import FOREIGN, ExpressionError, compile_expression
from questionnaires.faults import Fault, make_fault
from questionnaires.functions import FUNCTIONS
from questionnaires.headers import ENGLISH, FRENCH
from questionnaires.model import Text, Tree

Row = Mapping[str, str]
Sheets = Mapping[str, Sequence[Row]]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z", re.ASCII)
_YES = frozenset({"yes", "true", "1", "true()", "oui", "vrai"})
_NO = frozenset({"no", "false", "0", "false()", "non", "faux"})
REFERENCE = re.compile(r"\$\{\s*([^{}]{1,80}?)\s*\}")
_FARTHEST, _MOST_ALIKE = 3, 60
CHECK_THE_NAME = Text("Vérifiez le nom, ou ajoutez la question.", "Check the name, or add the question.")
YES_OR_NO = Text("Écrivez yes ou no.", "Write yes or no.")


def cell(row: Row, column: str) -> str:
    """A cell's text without the spaces around it; empty where there is none."""
    return (row.get(column) or "").strip()


def listed(row: Row, column: str) -> tuple[str, ...]:
    """The names that a cell lists, parted by spaces, commas or semicolons."""
    return tuple(dict.fromkeys(name for name in re.split(r"[\s,;]+", cell(row, column)) if name))


def one_of(words: Iterable[str]) -> Text:
    """The remedy that names what may be written."""
    listed = ", ".join(words)
    return Text(f"Écrivez l’un de\u00a0: {listed}.", f"Write one of: {listed}.")


def did_you_mean(value: str, known: Iterable[str], otherwise: Text) -> Text:
    """The remedy that names the nearest known word, or another remedy where none is near.

    Only words of about the same length with the same beginning or end are looked at, so that a long form stays quick.
    """
    alike = (
        word for word in known if abs(len(word) - len(value)) <= _FARTHEST and (word[:1] == value[:1] or word[-2:] == value[-2:])
    )
    close = difflib.get_close_matches(value[:64], list(islice(alike, _MOST_ALIKE)), n=1, cutoff=0.7)
    return Text(f"Voulait-on écrire «\u00a0{close[0]}\u00a0»\u202f?", f"Was “{close[0]}” meant?") if close else otherwise


class Cells:
    """Reads cells and keeps the faults; `sheets` are the rows by sheet, row 2 first."""

    def __init__(self, sheets: Sheets) -> None:
        self.sheets = sheets
        self.faults: list[Fault] = []
        self._trees: dict[str, Tree] = {}
        # Where an expression is that cannot be read (sheet, row, column, source): what else is wrong in it is looked for later.
        self.unread: list[tuple[str, int, str, str]] = []

    def fault(self, code: str, sheet: str, row: int, column: str, **given: Any) -> None:
        """Keeps a fault of a cell."""
        self.faults.append(make_fault(code, sheet, row, column, **given))

    def text(self, sheet: str, number: int, row: Row, column: str) -> Text:
        """The words of a translated column; answers that they quote are shown by their name in brackets."""
        french, english = f"{column}::{FRENCH}", f"{column}::{ENGLISH}"
        words = Text(cell(row, french), cell(row, english))
        if words.fr and not words.en and english in row:
            self.fault("translation_missing", sheet, number, english)
        for title, found in ((french, words.fr), (english, words.en)):
            quoted = REFERENCE.search(found)
            if quoted:
                self.fault("reference_in_text", sheet, number, title, value=quoted.group(1))
        return Text(REFERENCE.sub(r"[\1]", words.fr), REFERENCE.sub(r"[\1]", words.en))

    def tree(self, sheet: str, number: int, column: str, source: str) -> Tree:
        """The tree of an expression; None where there is none or where it is faulty."""
        if not source:
            return None
        if source not in self._trees:
            try:
                self._trees[source] = compile_expression(source)
            except ExpressionError as error:
                self.faults.append(_expression_fault(error, sheet, number, column))
                self.unread.append((sheet, number, column, source))
                return None
        return self._trees[source]

    def flag(self, row: Row, number: int, column: str, *, default: bool, sheet: str = "survey") -> bool:
        """A yes or a no."""
        given = cell(row, column)
        word = given.casefold()
        if word in _YES | _NO or not word:
            return default if not word else word in _YES
        if column == "required" and re.search(r"[$(=<>.]", given):
            self.fault("conditional_required", sheet, number, column, value=given)
        else:
            self.fault("bad_value", sheet, number, column, value=given, instead=YES_OR_NO)
        return default

    def count(self, row: Row, number: int, column: str, default: int) -> int:
        """A whole number of six figures at most."""
        given = cell(row, column)
        if given and not re.fullmatch(r"[0-9]{1,6}", given, re.ASCII):
            remedy = Text("Écrivez un nombre entier.", "Write a whole number.")
            self.fault("bad_value", "survey", number, column, value=given, instead=remedy)
            return default
        return int(given) if given else default

    def member(self, row: Row, number: int, column: str, kinds: type[Any], default: Any) -> Any:
        """A member of an enumeration by its value."""
        given = cell(row, column)
        try:
            return kinds(given) if given else default
        except ValueError:
            self.fault("bad_value", "survey", number, column, value=given, instead=one_of(member.value for member in kinds))
            return default


def _expression_fault(error: ExpressionError, sheet: str, number: int, column: str) -> Fault:
    place = Text(
        f"{error.message.fr} (caractère {error.position + 1})",
        f"{error.message.en} (character {error.position + 1})",
    )
    instead: Text | str = FOREIGN.get(error.value, "…")
    if error.code == "unknown_function":
        table = Text(
            "Prenez une fonction du tableau, ou faites le calcul autrement.",
            "Take a function of the table, or calculate otherwise.",
        )
        instead = did_you_mean(error.value, FUNCTIONS, table)
    return make_fault(
        error.code, sheet, number, column, position=error.position + 1, words=place, value=error.value, instead=instead
    )
