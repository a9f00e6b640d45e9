"""The typefaces: where their files are, what they hold, how wide a text is, and which face draws which letter.

Source Sans 3 and Source Serif 4 under the names « Diagnostic Sans » and « Diagnostic Serif » (their licence reserves the name
« Source » for unchanged files); DejaVu Sans draws the letters that they lack. A letter that no face holds becomes an open box;
marks that only shape others (variation selectors, joiners, controls) are dropped.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

FOLDER = Path(__file__).resolve().parent.parent / "pdf" / "fonts"

FILES = {
    "regular": "DiagnosticSans-Regular",
    "italic": "DiagnosticSans-Italic",
    "semibold": "DiagnosticSans-Semibold",
    "bold": "DiagnosticSans-Bold",
    "serif": "DiagnosticSerif-Regular",
    "serif-semibold": "DiagnosticSerif-Semibold",
    "other": "DejaVuSans",
    "other-bold": "DejaVuSans-Bold",
}
FALLBACK = {"semibold": "other-bold", "bold": "other-bold", "serif-semibold": "other-bold"}
BOX = "\u25a1"
# Blanks that the faces lack, as those that they hold: an en space is two no-break spaces and never parts.
_BLANKS = {"\t": " ", "\u2002": "\u00a0\u00a0"}
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class FaceError(RuntimeError):
    """A font file is missing or damaged; the message names it."""


@cache
def face(name: str) -> Any:
    """The face of that name, read and registered once; raises `FaceError` when its file cannot be read."""
    path = FOLDER / f"{FILES[name]}.ttf"
    try:
        font = TTFont(FILES[name], str(path))
    except (TTFError, OSError) as error:
        message = f"The font file {path.name} cannot be read in diagnostics/pdf/fonts: {error}"
        raise FaceError(message) from error
    pdfmetrics.registerFont(font)
    return font


def holds(name: str, letter: str) -> bool:
    """Whether the face draws this letter."""
    return ord(letter) in face(name).face.charToGlyph


@lru_cache(maxsize=4096)
def cast(text: str, name: str) -> tuple[tuple[str, str], ...]:
    """The text as runs of `(face, text)`: the face asked for, and the fallback where it lacks a letter."""
    runs: list[tuple[str, str]] = []
    for letter in unicodedata.normalize("NFC", text):
        chosen, drawn = _caster(letter, name)
        if not drawn:
            continue
        if runs and runs[-1][0] == chosen:
            runs[-1] = (chosen, runs[-1][1] + drawn)
        else:
            runs.append((chosen, drawn))
    return tuple(runs)


@lru_cache(maxsize=4096)
def _caster(letter: str, name: str) -> tuple[str, str]:
    if letter in _BLANKS:
        return name, _BLANKS[letter]
    if holds(name, letter):
        return name, letter
    other = FALLBACK.get(name, "other")
    category = unicodedata.category(letter)
    if category in _DROPPED or letter in "\ufe0e\ufe0f":
        return name, ""
    if holds(other, letter):
        return other, letter
    return (name, "") if category in {"Mn", "Me"} else (other, BOX)


def width(text: str, name: str, size: float) -> float:
    """The width of a text in points."""
    return _unit_width(text, name) * size / 1000


@lru_cache(maxsize=16384)
def _unit_width(text: str, name: str) -> float:
    total = 0.0
    for chosen, part in cast(text, name):
        found = face(chosen).face
        widths, default = found.charWidths, found.defaultWidth
        total += sum(widths.get(ord(letter), default) for letter in part)
    return total


def shortened(text: str, name: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than the room."""
    text = " ".join(text.split(" "))
    if width(text, name, size) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", name, size) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def folded(text: str, name: str, size: float, room: float, lines: int = 2) -> list[str]:
    """The text over a few lines no wider than the room; the last is cut with an ellipsis when the text is longer."""
    words = text.split(" ")
    found: list[str] = []
    current = ""
    for index, word in enumerate(words):
        longer = f"{current} {word}" if current else word
        if width(longer, name, size) <= room or not current:
            current = longer
            continue
        if len(found) == lines - 1:
            current = " ".join([current, *words[index:]])
            break
        found.append(shortened(current, name, size, room))
        current = word
    return [*found, shortened(current, name, size, room)]
