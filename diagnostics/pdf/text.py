"""Paragraphs: runs of words folded into lines.

No markup is ever read from a text: what a person wrote is drawn letter by letter, so that nothing in it can open a file, reach the
network or dress the page. No-break spaces (U+00A0, U+202F) hold; a word longer than the line is cut, with a hyphen between letters;
the space at a soft line end is drawn, so that a reader who listens or copies gets whole words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from diagnostics.charts import palette
from diagnostics.charts.faces import width
from diagnostics.pdf import bidi
from diagnostics.pdf.blocks import Block
from diagnostics.pdf.painter import Painter

_SPACES = re.compile(r"[ \t\u2000\u2001\u2003-\u2006\u2008-\u200a\u3000]+")
_INNER = re.compile(r"(?<=[^\W\d_]{4}-)(?=[^\W\d_]{4})|(?<=\w/)(?=\w)|\u200b")


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph looks; `before` and `after` are the spaces around it, of which neighbours keep the larger."""

    face: str = "regular"
    size: float = 9.2
    leading: float = 13.0
    fill: str = palette.BODY
    anchor: str = "start"
    before: float = 0.0
    after: float = 6.0
    tag: str = "P"
    balanced: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Some words in one face and colour; None takes the paragraph's."""

    text: str
    face: str | None = None
    fill: str | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    face: str
    fill: str
    room: float


@dataclass(frozen=True, slots=True)
class _Word:
    """What is never cut unless it must be; `spaced` says that a space stands before it, `breaks` that a line ends before it."""

    pieces: tuple[_Piece, ...]
    room: float
    spaced: bool
    breaks: bool

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class Paragraph(Block):
    """A paragraph of one style. `runs` is a text or runs of different faces."""

    def __init__(self, runs: str | Sequence[Run], style: Style) -> None:
        self.runs: tuple[Run, ...] = (Run(runs),) if isinstance(runs, str) else tuple(runs)
        self.style = style
        self.before, self.after, self.keep = style.before, style.after, style.keep
        self._text = "".join(run.text for run in self.runs)
        self._right = bidi.right_to_left(self._text)
        self._words: list[_Word] | None = None
        self._folded: tuple[float, list[list[_Word]]] | None = None

    def lines(self, across: float) -> list[list[_Word]]:
        """The words folded into lines of this width."""
        if self._folded is None or self._folded[0] != across:
            if self._words is None:
                self._words = _words(self.runs, self.style, right=self._right)
            folded = _fold(self._words, across, self.style)
            if self.style.balanced and len(folded) > 1:
                folded = _balance(self._words, across, self.style, len(folded))
            self._folded = (across, folded)
        return self._folded[1]

    def height(self, across: float) -> float:
        """The height at this width."""
        return len(self.lines(across)) * self.style.leading

    def least(self, across: float) -> float:
        """Two lines at least stand together; three stay whole."""
        count = len(self.lines(across))
        return (count if count <= 3 else 2) * self.style.leading  # noqa: PLR2004 - The typographer's rule.

    def split(self, across: float, room: float) -> tuple[Block, Block] | None:
        """Two paragraphs, with two lines at least on either side."""
        lines = self.lines(across)
        count = min(int(room / self.style.leading + 1e-6), len(lines) - 2)
        if count < 2:  # noqa: PLR2004 - No orphan.
            return None
        return self._part(lines[:count], across, after=0), self._part(lines[count:], across, after=self.after)

    def _part(self, lines: list[list[_Word]], across: float, *, after: float) -> "Paragraph":
        part = Paragraph(self.runs, replace(self.style, before=0, after=after))
        part._folded = (across, lines)
        part._words = [word for line in lines for word in line]
        part._text = "\n".join(" ".join(word.text for word in line) for line in lines)
        return part

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the paragraph as one element."""
        if not self._text.strip():
            return
        with painter.element(self.style.tag, actual=self._text if self._right else ""), painter.marked():
            self.draw_lines(painter, x, y, across)

    def draw_lines(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the lines only; the caller has opened an element."""
        style = self.style
        lines = self.lines(across)
        base_right = self._right and bidi.starts_right(self._text)
        anchor = "end" if base_right and style.anchor == "start" else style.anchor
        baseline = y + (style.leading - style.size) / 2 + style.size * 0.79
        for index, line in enumerate(lines):
            words = _turned(line, base_right=base_right) if self._right else line
            room = _room(words, style)
            start = x + {"start": 0.0, "middle": (across - room) / 2, "end": across - room}[anchor]
            ended = index + 1 < len(lines) and bool(lines[index + 1]) and lines[index + 1][0].spaced
            _draw(painter, words, start, baseline + index * style.leading, style, ended=ended)


def _words(runs: Sequence[Run], style: Style, *, right: bool) -> list[_Word]:
    found: list[_Word] = []
    pieces: list[_Piece] = []
    spaced = breaks = False

    def close() -> None:
        nonlocal spaced, breaks
        if pieces:
            found.append(_Word(tuple(pieces), sum(piece.room for piece in pieces), spaced, breaks))
            pieces.clear()
            spaced = breaks = False

    for run in runs:
        name, fill = run.face or style.face, run.fill or style.fill
        for number, part in enumerate(run.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
            if number:
                close()
                if breaks:
                    found.append(_Word((), 0.0, spaced=False, breaks=True))
                breaks = True
            for index, word in enumerate(_SPACES.split(part)):
                if index:
                    close()
                    spaced = True
                for place, inner in enumerate(_INNER.split(word)):
                    if place:
                        close()
                    if inner:
                        drawn = bidi.joined(inner) if right else inner
                        pieces.append(_Piece(drawn, name, fill, width(drawn, name, style.size)))
    close()
    return found


def _fold(words: Sequence[_Word], across: float, style: Style) -> list[list[_Word]]:
    lines: list[list[_Word]] = [[]]
    left = across
    for word in words:
        space = _space(style) if word.spaced and lines[-1] else 0.0
        if word.breaks and (lines[-1] or len(lines) > 1 or not word.pieces):
            lines.append([])
            left, space = across, 0.0
        if word.room + space > left + 0.01 and lines[-1]:
            lines.append([])
            left, space = across, 0.0
        if word.room > across + 0.01:
            *full, word = _cut(word, across, style)  # noqa: PLW2901 - The rest of a long word goes on as the word.
            for part in full:
                lines[-1].append(part)
                lines.append([])
            left = across
        if word.pieces:
            lines[-1].append(word)
        left -= word.room + space
    return lines


def _cut(word: _Word, across: float, style: Style) -> list[_Word]:
    """A word that is longer than the line, in parts that fit; a hyphen stands between two letters."""
    parts: list[_Word] = []
    pieces: list[_Piece] = []
    left = across
    hyphen = width("-", style.face, style.size)
    for piece in word.pieces:
        current = ""
        for index, letter in enumerate(piece.text):
            room = width(letter, piece.face, style.size)
            if room > left - hyphen and (current or pieces):
                mark = "-" if letter.isalpha() and (current or " ")[-1].isalpha() and index else ""
                pieces.append(_measured(piece, current + mark, style))
                parts.append(_Word(tuple(pieces), across, word.spaced and not parts, word.breaks and not parts))
                pieces, current, left = [], "", across
            current += letter
            left -= room
        pieces.append(_measured(piece, current, style))
    parts.append(_Word(tuple(pieces), sum(piece.room for piece in pieces), word.spaced and not parts, word.breaks and not parts))
    return parts


def _measured(piece: _Piece, text: str, style: Style) -> _Piece:
    return replace(piece, text=text, room=width(text, piece.face, style.size))


def _balance(words: Sequence[_Word], across: float, style: Style, count: int) -> list[list[_Word]]:
    """The same number of lines, as even as can be."""
    low, high = across / 2, across
    for _ in range(9):
        middle = (low + high) / 2
        if len(_fold(words, middle, style)) <= count:
            high = middle
        else:
            low = middle
    return _fold(words, high, style)


@lru_cache(maxsize=64)
def _space_of(name: str, size: float) -> float:
    return width(" ", name, size)


def _space(style: Style) -> float:
    return _space_of(style.face, style.size)


def _room(line: Sequence[_Word], style: Style) -> float:
    spaces = sum(1 for word in line[1:] if word.spaced)
    return sum(sum(piece.room for piece in word.pieces) for word in line) + spaces * _space(style)


def _turned(line: Sequence[_Word], *, base_right: bool) -> list[_Word]:
    units = _units(line)
    flags: list[bool] = []
    for unit in units:
        neutral = not any(letter.isalnum() for letter in unit.text)
        flags.append(bidi.right_to_left(unit.text) or (neutral and (flags[-1] if flags else base_right)))
    turned = []
    for index in bidi.drawing_order(flags, base_right=base_right):
        pieces = units[index].pieces[::-1] if flags[index] else units[index].pieces
        turned.append(
            replace(units[index], spaced=True, pieces=tuple(replace(piece, text=bidi.turned(piece.text)) for piece in pieces))
        )
    return turned


def _units(line: Sequence[_Word]) -> list[_Word]:
    """The line's words, those without a space between them made one again."""
    units: list[_Word] = []
    for word in line:
        if units and not word.spaced:
            last = units[-1]
            units[-1] = replace(last, pieces=last.pieces + word.pieces, room=last.room + word.room)
        else:
            units.append(word)
    return units


def _draw(painter: Painter, line: Sequence[_Word], x: float, y: float, style: Style, *, ended: bool) -> None:
    """Draws a line as few strings as its faces and colours allow."""
    strings: list[list[str]] = []
    for index, word in enumerate(line):
        gap = " " if index and word.spaced else ""
        for place, piece in enumerate(word.pieces):
            text = (gap if not place else "") + piece.text
            if strings and strings[-1][1:] == [piece.face, piece.fill]:
                strings[-1][0] += text
            else:
                strings.append([text, piece.face, piece.fill])
    if ended and strings:
        strings[-1][0] += " "
    for text, name, fill in strings:
        painter.fill(fill)
        x = painter.text(x, y, text, name, style.size)
