"""What a value of an answer is worth in an expression: blanks, truth, numbers, dates, sameness.

The rules are those of XLSForm's XPath where it has any, and they hold in the same words in a browser: nothing here depends
on Python's own conversions. Missing is written `None` (blank); an empty text and an empty list are blank too.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

# Beyond this, a browser's numbers are no longer exact and could differ from ours: such a result is blank.
LARGEST = 2**53 - 1

# What separates words and codes; named one by one because a browser's list is not Python's. For a character class.
SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"

_NUMBER = re.compile(r"\s*-?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})\s*\Z", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


# The kinds of most values that are compared: truth values are apart.
NUMBERS = frozenset({int, float})


def is_blank(value: Any) -> bool:
    """Whether there is no answer: nothing, an empty text, or an empty collection."""
    return value is None or (not value and isinstance(value, str | list | tuple | dict))


def truth(value: Any) -> bool:
    """Whether a value counts as true: blank and zero do not, everything else does."""
    return bool(value)


def number(value: Any) -> int | float | None:
    """A value as a number, or None: numbers, booleans (1 and 0) and texts that write a plain number."""
    kind = type(value)
    if kind is int or kind is float:
        return finite(value)
    if kind is bool:
        return int(value)
    if isinstance(value, str) and _NUMBER.match(value):
        text = value.strip()
        return finite(float(text) if "." in text else int(text))
    return None


def finite(value: float) -> int | float | None:
    """The number itself, or None for what is not a number, infinite, or too large to be exact."""
    return value if -LARGEST <= value <= LARGEST else None


def as_date(value: Any) -> date | None:
    """A value as a date, or None: dates and texts of the form 2026-11-24 that exist in the calendar."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _ISO_DATE.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def as_text(value: Any) -> str:
    """A value as text: whole numbers without decimals, dates as 2026-11-24, several choices joined by spaces, blank as nothing."""
    if is_blank(value) or isinstance(value, dict):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, list | tuple):
        return " ".join(as_text(item) for item in value if not isinstance(item, dict | list | tuple))
    return value.isoformat() if isinstance(value, date) else ""


def _number_text(value: float) -> str:
    """A number without exponent, in the fewest digits that give it back; nothing for one that is out of reach."""
    if finite(value) is None:
        return ""
    if value == int(value):
        return str(int(value))
    text = float.__repr__(value)
    return format(Decimal(text), "f") if "e" in text else text


def lower(text: str) -> str:
    """A text in lower case, letter by letter: Latin, Greek and Cyrillic, whatever the age of the machine's own tables."""
    return text.lower() if text.isascii() else "".join(map(_lower_letter, text))


def upper(text: str) -> str:
    """A text in upper case, letter by letter, as `lower`; one letter may make two (« ß », « SS »)."""
    return text.upper() if text.isascii() else "".join(map(_upper_letter, text))


def _lower_letter(letter: str) -> str:
    return letter.lower() if _has_case(letter) else letter


def _upper_letter(letter: str) -> str:
    return letter.upper() if _has_case(letter) else letter


def _has_case(letter: str) -> bool:
    """Whether a letter is in the alphabets whose case is settled; U+019B has been given a capital by Unicode 16 only."""
    return (letter < "\u0250" and letter != "\u019b") or "\u0370" <= letter < "\u0530" or "\u1e00" <= letter < "\u2000"


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal: two blanks are; otherwise as truths, numbers, dates or texts, in this order."""
    if type(left) is str and type(right) is str:  # The common case of two choice codes.
        return left == right
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return finite(left) is not None and left == right
    if is_blank(left) or is_blank(right):
        return is_blank(left) and is_blank(right)
    for kinds, convert in _SAMENESS:
        if isinstance(left, kinds) or isinstance(right, kinds):
            first = convert(left)
            return first is not None and first == convert(right)
    return as_text(left) == as_text(right)


def _incomparable(_value: Any) -> None:
    """A matrix is never the same as anything."""


_SAMENESS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (bool, truth),
    (int | float, number),
    (date, as_date),
    (dict, _incomparable),
)


def ordered(left: Any, right: Any) -> int | None:
    """-1, 0 or 1 as left comes before, with or after right; None where one is missing or they cannot be compared."""
    if type(left) in NUMBERS and type(right) in NUMBERS:
        within = finite(left) is not None and finite(right) is not None
        return (left > right) - (left < right) if within else None
    if isinstance(left, date) or isinstance(right, date):
        first, second = as_date(left), as_date(right)
        return None if first is None or second is None else (first > second) - (first < second)
    one, other = number(left), number(right)
    if one is None or other is None:
        one_day, other_day = as_date(left), as_date(right)
        return None if one_day is None or other_day is None else (one_day > other_day) - (one_day < other_day)
    return (one > other) - (one < other)


def items(value: Any) -> list[Any]:
    """A value as a list without its blanks: a roster's column, several choices, a matrix's cells, or one value alone.

    Cells come in the order of their codes, since an object's own order is not the same everywhere.
    """
    if isinstance(value, dict):
        return list(cells({row: _sorted(value[row]) for row in sorted(value)}))
    found = value if isinstance(value, list | tuple) else [value]
    return [item for item in found if not is_blank(item)]


def _sorted(row: Any) -> Any:
    return {column: row[column] for column in sorted(row)} if isinstance(row, dict) else row


def words(text: str) -> list[str]:
    """The parts of a text between its spaces, of whichever kind (`SPACES`)."""
    return text.split()


def numbers(value: Any) -> list[int | float]:
    """The numbers in a value, blanks and texts left out."""
    found = cells(value) if isinstance(value, dict) else items(value)
    return [item for item in map(number, found) if item is not None]


def cells(matrix: Any) -> Iterator[Any]:
    """The filled cells of a matrix with one column (row: value) or several (row: column: value)."""
    if isinstance(matrix, dict):
        for row in matrix.values():
            inner = row.values() if isinstance(row, dict) else [row]
            yield from (cell for cell in inner if not is_blank(cell) and not isinstance(cell, dict | list | tuple))
