r"""The patterns of `regex()`: one dialect that Python and a browser read alike, and that neither can be made to hang on.

`canonical(source)` gives a pattern without anything that the two would read differently: `\d`, `\w` and `\s` become their ASCII
characters (as in Java, and so in ODK Collect), `.` everything but a new line, `$` the very end, `(…)` a group that keeps nothing.
What has no common meaning is refused, with its place: look-behind, named groups, references to groups, flags, `\b`, `\Z`,
Unicode classes, possessive quantifiers, unescaped brackets. Repetitions within repetitions that could match one text in very
many ways are refused too (`questionnaires.ambiguity`).
"""

from dataclasses import dataclass
from typing import Any

from questionnaires.ambiguity import Alternatives, Characters, Node, Nothing, Repeat, Sequence, is_explosive

LONGEST = 300
MOST_REPEATS = 1_000
_DEEPEST = 20
_LAST = 0x10FFFF
_DIGITS = ((0x30, 0x39),)
_WORD = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE = ((0x09, 0x0D), (0x20, 0x20))
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}
_QUOTED = frozenset("^$\\.*+?()[]{}|/-")  # What a browser lets a backslash stand before.
_MARKS = frozenset("()[]{}*+?|^$.")
_HEXADECIMAL = {"x": 2, "u": 4}

Ranges = tuple[tuple[int, int], ...]


class PatternError(ValueError):
    """A pattern outside the dialect: a reason (a code of `questionnaires.problems`), where from 0, and the part at fault."""

    def __init__(self, reason: str, position: int, part: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.part = part


@dataclass(frozen=True, slots=True)
class _Read:
    """A part of a pattern that was read: its canonical text, and its shape for the search of explosive repetitions."""

    text: str
    node: Node


def canonical(source: str) -> str:
    """The pattern in the form that both interpreters read alike; raises `PatternError` for what is outside the dialect."""
    if len(source) > LONGEST:
        raise PatternError("pattern_too_long", LONGEST)
    reader = _Reader(source)
    found = reader.alternatives(0)
    if reader.at < len(source):
        raise PatternError("pattern_unbalanced", reader.at, source[reader.at])
    if is_explosive(found.node):
        raise PatternError("pattern_explosive", 0)
    return found.text


class _Reader:
    """Goes through a pattern once, from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def peek(self, length: int = 1) -> str:
        return self.source[self.at : self.at + length]

    def refuse(self, reason: str, length: int = 1, *, back: int = 0) -> PatternError:
        start = self.at - back
        return PatternError(reason, start, self.source[start : start + length])

    def alternatives(self, depth: int) -> _Read:
        if depth > _DEEPEST:
            raise self.refuse("pattern_too_deep")
        found = [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            found.append(self.sequence(depth))
        if len(found) == 1:
            return found[0]
        return _Read("|".join(each.text for each in found), Alternatives(tuple(each.node for each in found)))

    def sequence(self, depth: int) -> _Read:
        found: list[_Read] = []
        while self.at < len(self.source) and self.peek() not in "|)":
            found.append(self.repeated(depth))
        return _Read("".join(each.text for each in found), Sequence(tuple(each.node for each in found)))

    def repeated(self, depth: int) -> _Read:
        start = self.at
        atom = self.atom(depth)
        mark = self.peek()
        if not mark or mark not in "*+?{":
            return atom
        if isinstance(atom.node, Nothing):
            raise PatternError("pattern_nothing_repeated", start, self.source[start : self.at + 1])
        text, least, most = self.quantifier()
        if self.peek() == "?":
            self.at += 1
            text += "?"
        if self.peek() and self.peek() in "*+?{":
            raise self.refuse("pattern_possessive", 2, back=1)
        return _Read(atom.text + text, Repeat(atom.node, least, most))

    def quantifier(self) -> tuple[str, int, int | None]:
        """The text of a quantifier with its least and its most repetitions (None without end)."""
        mark = self.peek()
        if mark != "{":
            self.at += 1
            return mark, int(mark == "+"), 1 if mark == "?" else None
        end = self.source.find("}", self.at)
        least, comma, most = self.source[self.at + 1 : end if end > 0 else self.at + 1].partition(",")
        numbers = [part for part in (least, most) if part]
        if not numbers or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in numbers):  # noqa: PLR2004
            raise self.refuse("pattern_bracket")
        low = int(least or 0)
        high = (int(most) if most else None) if comma else low
        if max(low, high or 0) > MOST_REPEATS or (high is not None and high < low):
            raise self.refuse("pattern_repeats", end + 1 - self.at)
        self.at = end + 1
        written = f"{{{low}}}" if high == low else f"{{{low},{'' if high is None else high}}}"
        return written, low, high

    def atom(self, depth: int) -> _Read:
        mark = self.peek()
        if mark == "(":
            return self.group(depth)
        if mark == "[":
            return _characters(self.bracketed())
        if mark == "\\":
            return _characters(self.escaped(inside=False))
        if mark in "{}]":
            raise self.refuse("pattern_bracket")
        if mark in "*+?":
            raise self.refuse("pattern_nothing_repeated")
        self.at += 1
        if mark == "^":
            return _Read("^", Nothing())
        if mark == "$":
            return _Read(r"(?![\s\S])", Nothing())
        return _characters(_without(((0x0A, 0x0A),)) if mark == "." else _one(ord(mark)))

    def group(self, depth: int) -> _Read:
        opening = self.at
        ahead = self.peek(3) in {"(?=", "(?!"}
        if self.peek(2) == "(?" and not ahead and self.peek(3) != "(?:":
            raise self.refuse("pattern_group", 4)
        begun = self.peek(3) if ahead else "(?:"
        self.at += 3 if self.peek(2) == "(?" else 1
        inner = self.alternatives(depth + 1)
        if self.peek() != ")":
            raise PatternError("pattern_unbalanced", opening, "(")
        self.at += 1
        if ahead and is_explosive(inner.node):
            raise PatternError("pattern_explosive", opening)
        return _Read(f"{begun}{inner.text})", Nothing() if ahead else inner.node)

    def escaped(self, *, inside: bool) -> Ranges:
        """What a backslash and what follows it stand for."""
        letter = self.peek(2)[1:]
        if letter.lower() in _CLASSES:
            self.at += 2
            found = _CLASSES[letter.lower()]
            return found if letter.islower() else _without(found)
        if letter in _CONTROLS:
            self.at += 2
            return _one(_CONTROLS[letter])
        if letter in _HEXADECIMAL:
            digits = self.source[self.at + 2 : self.at + 2 + _HEXADECIMAL[letter]]
            if len(digits) == _HEXADECIMAL[letter] and all(each in "0123456789abcdefABCDEF" for each in digits):
                self.at += 2 + len(digits)
                return _one(int(digits, 16))
        if not letter or (letter.isascii() and letter.isalnum()) or ord(letter) > 0x7E or letter < "!":  # noqa: PLR2004
            raise self.refuse("pattern_boundary" if letter in "bB" and letter and not inside else "pattern_escape", 2)
        self.at += 2
        return _one(ord(letter))

    def bracketed(self) -> Ranges:
        """A class of characters, `[…]`."""
        opening = self.at
        self.at += 1
        negated = self.peek() == "^"
        self.at += negated
        found: list[tuple[int, int]] = []
        while self.peek() != "]" or self.at == opening + 1 + negated:
            if self.at >= len(self.source):
                raise PatternError("pattern_unbalanced", opening, "[")
            found.extend(self.member())
        self.at += 1
        ranges = _merged(found)
        return _without(ranges) if negated else ranges

    def member(self) -> Ranges:
        """One character, one class or one range inside brackets."""
        start = self.at
        low = self.character()
        if self.peek() != "-" or self.peek(2) in {"-]", "-"}:
            return low
        if len(low) != 1 or low[0][0] != low[0][1]:
            raise PatternError("pattern_range", start, self.source[start : self.at + 2])
        self.at += 1
        high = self.character()
        if len(high) != 1 or high[0][0] != high[0][1] or high[0][0] < low[0][0]:
            raise PatternError("pattern_range", start, self.source[start : self.at])
        return ((low[0][0], high[0][0]),)

    def character(self) -> Ranges:
        mark = self.peek()
        if mark == "\\":
            return self.escaped(inside=True)
        # Doubled marks mean set operations in one reading or another.
        if mark in "[]" or (mark in "&|~-" and self.peek(2) == mark * 2):
            raise self.refuse("pattern_bracket", 2 if mark not in "[]" else 1)
        self.at += 1
        return _one(ord(mark))


def _one(code: int) -> Ranges:
    return ((code, code),)


def _merged(ranges: Any) -> Ranges:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def _without(ranges: Ranges) -> Ranges:
    """Every character but these."""
    found = []
    start = 0
    for low, high in ranges:
        if low > start:
            found.append((start, low - 1))
        start = high + 1
    return (*found, (start, _LAST)) if start <= _LAST else tuple(found)


def _characters(ranges: Ranges) -> _Read:
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        text = _written(ranges[0][0])
    else:
        text = "[" + "".join(_written(low) if low == high else f"{_written(low)}-{_written(high)}" for low, high in ranges) + "]"
        text = text if ranges else "[^\\s\\S]"
    return _Read(text, Characters(ranges))


def _written(code: int) -> str:
    """One character so that it stands for itself in and out of brackets, for both interpreters."""
    character = chr(code)
    if character in _QUOTED:
        return "\\" + character if character != "-" else "\\x2d"
    if code < 0x20 or 0x7F <= code < 0xA0:  # noqa: PLR2004 (control characters)
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if 0xD800 <= code <= 0xFFFF or code in {0x2028, 0x2029} else character  # noqa: PLR2004 (halves of pairs and what is beside them)
