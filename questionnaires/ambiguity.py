"""Which patterns can match one text in exponentially many ways, so that a matcher that tries them all would never end.

The pattern is seen as an automaton whose states are its characters (Glushkov). It explodes when from one state two different
paths over the same text lead back to it (Weber and Seidl 1991): that is looked for in the automaton's square. A character that
can follow another in two ways at once, as in `(a*)*`, counts as two paths. Bounded repetitions up to `_UNROLLED` are written
out; longer ones count as endless, which refuses a few harmless patterns and lets no harmful one through.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

_UNROLLED = 8
_MOST_STATES = 250

Ranges = tuple[tuple[int, int], ...]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Nothing:
    """What matches without taking a character: an anchor or a look-ahead."""


@dataclass(frozen=True, slots=True)
class Characters:
    """One character out of these ranges of code points."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after the other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of several parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part repeated from `least` to `most` times (None: without end)."""

    part: "Node"
    least: int
    most: int | None


Node = Nothing | Characters | Sequence | Alternatives | Repeat


@dataclass(slots=True)
class _Piece:
    """A part of the automaton: whether it may be empty, and the states it may begin and end with."""

    empty: bool
    first: list[int]
    last: list[int]


class _TooLargeError(Exception):
    """More states than are looked at."""


@dataclass(slots=True)
class _Automaton:
    ranges: list[Ranges] = field(default_factory=list)
    follow: list[list[int]] = field(default_factory=list)

    def build(self, node: Node) -> _Piece:
        """The piece of a part; its states and what follows each are noted on the way."""
        if isinstance(node, Nothing):
            return _Piece(empty=True, first=[], last=[])
        if isinstance(node, Characters):
            return self._state(node)
        if isinstance(node, Sequence):
            return self._in_a_row([self.build(part) for part in node.parts])
        if isinstance(node, Alternatives):
            found = [self.build(part) for part in node.parts]
            return _Piece(any(p.empty for p in found), [s for p in found for s in p.first], [s for p in found for s in p.last])
        return self._repeat(node)

    def _state(self, node: Characters) -> _Piece:
        if len(self.ranges) >= _MOST_STATES:
            raise _TooLargeError
        self.ranges.append(node.ranges)
        self.follow.append([])
        number = len(self.ranges) - 1
        return _Piece(empty=False, first=[number], last=[number])

    def _in_a_row(self, pieces: list[_Piece]) -> _Piece:
        whole = _Piece(empty=True, first=[], last=[])
        for piece in pieces:
            for state in whole.last:
                self.follow[state].extend(piece.first)
            whole = _Piece(
                whole.empty and piece.empty,
                whole.first + (piece.first if whole.empty else []),
                piece.last + (whole.last if piece.empty else []),
            )
        return whole

    def _repeat(self, node: Repeat) -> _Piece:
        if node.most is not None and node.most <= _UNROLLED:
            pieces = [self.build(node.part) for _copy in range(node.most)]
            for number in range(node.least, node.most):
                pieces[number].empty = True
            return self._in_a_row(pieces)
        piece = self.build(node.part)
        for state in piece.last:
            self.follow[state].extend(piece.first)
        return _Piece(piece.empty or node.least == 0, piece.first, piece.last)


def is_explosive(node: Node) -> bool:
    """Whether a pattern of this shape can make a backtracking matcher try exponentially many ways, or is too large to tell."""
    automaton = _Automaton()
    try:
        automaton.build(node)
    except _TooLargeError:
        return True
    return any(_returns_twice(automaton, component) for component in _loops(automaton))


def _loops(automaton: _Automaton) -> Iterator[frozenset[int]]:
    """The sets of states that reach each other: an explosion needs to come back."""
    count = len(automaton.follow)
    reached = [_reachable(automaton, state) for state in range(count)]
    seen: set[int] = set()
    for state in range(count):
        if state in seen or state not in reached[state]:
            continue
        component = frozenset(other for other in reached[state] if state in reached[other])
        seen |= component
        yield component


def _reachable(automaton: _Automaton, start: int) -> set[int]:
    found: set[int] = set()
    waiting = list(automaton.follow[start])
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting.extend(automaton.follow[state])
    return found


def _returns_twice(automaton: _Automaton, component: frozenset[int]) -> bool:
    follow = {state: [each for each in automaton.follow[state] if each in component] for state in component}
    if any(len(after) != len(set(after)) for after in follow.values()):
        return True
    steps: dict[Pair, list[Pair]] = {}
    waiting: list[Pair] = [(state, state) for state in component]
    while waiting:
        pair = waiting.pop()
        if pair in steps:
            continue
        steps[pair] = [
            (one, other)
            for one in follow[pair[0]]
            for other in follow[pair[1]]
            if one == other or _overlap(automaton.ranges[one], automaton.ranges[other])
        ]
        waiting.extend(steps[pair])
    # Two paths have parted where the pair differs; they meet again if an equal pair is within reach.
    parted = {pair for pair in steps if pair[0] != pair[1]}
    meeting = {pair for pair, after in steps.items() if any(one == other for one, other in after)}
    back: dict[Pair, list[Pair]] = {}
    for pair, after in steps.items():
        for each in after:
            back.setdefault(each, []).append(pair)
    reaching, waiting = set(), list(meeting & parted)
    while waiting:
        pair = waiting.pop()
        if pair in reaching:
            continue
        if pair[0] == pair[1]:
            return True
        reaching.add(pair)
        waiting.extend(back.get(pair, []))
    return False


def _overlap(one: Ranges, other: Ranges) -> bool:
    """Whether two sets of characters share one."""
    return any(low <= top and bottom <= high for low, high in one for bottom, top in other)
