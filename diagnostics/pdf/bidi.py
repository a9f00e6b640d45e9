"""Arabic and Hebrew words in a line: letters joined as their script wants, words and letters turned into drawing order.

A simple form of the Unicode algorithm, by words: enough for a remark or a name in a French or English document. The joined forms
come from Unicode's own decompositions.
"""

import unicodedata
from functools import cache

_ISOLATED, _FINAL, _INITIAL, _MEDIAL = range(4)
_FORMS = {"<isolated>": _ISOLATED, "<final>": _FINAL, "<initial>": _INITIAL, "<medial>": _MEDIAL}
_TATWEEL = "\u0640"


@cache
def _table() -> dict[str, dict[int, str]]:
    table: dict[str, dict[int, str]] = {}
    for point in (*range(0xFB50, 0xFDFF), *range(0xFE70, 0xFEFF)):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and parts[0] in _FORMS:  # noqa: PLR2004 - A form of one letter, no ligature.
            table.setdefault(chr(int(parts[1], 16)), {}).setdefault(_FORMS[parts[0]], chr(point))
    return table


def right_to_left(text: str) -> bool:
    """Whether any letter of the text is written from right to left."""
    return any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)


def starts_right(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in {"R", "AL"}:
            return True
        if direction == "L":
            return False
    return False


def joined(word: str) -> str:
    """The word with each Arabic letter in the form that its neighbours ask for; other letters are kept."""
    table = _table()
    letters = [letter for letter in word if unicodedata.category(letter) != "Mn"]
    shaped = []
    for index, letter in enumerate(letters):
        forms = table.get(letter)
        if forms is None:
            shaped.append(letter)
            continue
        before = index > 0 and _joins_next(letters[index - 1], table)
        after = index + 1 < len(letters) and _INITIAL in forms and _joins_previous(letters[index + 1], table)
        wanted = _MEDIAL if before and after else _FINAL if before else _INITIAL if after else _ISOLATED
        shaped.append(forms.get(wanted, forms.get(_ISOLATED, letter)))
    return "".join(shaped)


def _joins_next(letter: str, table: dict[str, dict[int, str]]) -> bool:
    return letter == _TATWEEL or _INITIAL in table.get(letter, {})


def _joins_previous(letter: str, table: dict[str, dict[int, str]]) -> bool:
    return letter == _TATWEEL or _FINAL in table.get(letter, {})


_MIRRORED = str.maketrans("()[]{}«»<>", ")(][}{»«><")


def turned(word: str) -> str:
    """A word in drawing order: right-to-left words are reversed, numbers inside them kept."""
    if not right_to_left(word):
        return word
    pieces: list[str] = []
    for letter in word:
        if letter.isdigit() and pieces and pieces[-1][-1].isdigit():
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return "".join(reversed(pieces)).translate(_MIRRORED)


def drawing_order(flags: list[bool], *, base_right: bool) -> list[int]:
    """The order in which the words of a line are drawn from left to right; `flags` says which are right-to-left."""
    order: list[int] = []
    run: list[int] = []
    for index, flag in enumerate(flags):
        if flag != base_right:
            run.append(index)
            continue
        order += reversed(run)
        run = []
        order.append(index)
    order += reversed(run)
    return order[::-1] if base_right else order
