"""What an expression says that it cannot mean: choices that do not exist, patterns without bounds, sums of what may be blank."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questionnaires import values
from questionnaires.model import Choice, Kind, Question, Text, Tree
from questionnaires.rows import did_you_mean

Finding = tuple[str, dict[str, Any]]
# A list's codes, as they are written and as numbers.
Codes = Mapping[str, tuple[Sequence[str], frozenset[Any]]]
_NOTHING: frozenset[str] = frozenset()
_ARITHMETIC = frozenset({"+", "-", "*", "div", "mod", "neg"})
_ORDERED = frozenset({"<", "<=", ">", ">="})
# Functions of one value that is blank where theirs is.
_THROUGH = frozenset({"round", "int", "abs", "number", "year", "month", "day", "date"})
_MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression with its place: the sheet, row and column, the question it belongs to, its source and its tree."""

    sheet: str
    row: int
    column: str
    question: Question
    source: str
    tree: Tree

    @property
    def is_path(self) -> bool:
        """Whether it decides about its question before there is an answer: a relevance or a calculation."""
        return self.column in {"relevant", "calculation"}


def codes_of(lists: Mapping[str, Sequence[Choice]]) -> Codes:
    """The codes of every list, ready to be looked up."""
    found = {}
    for name, choices in lists.items():
        codes = [choice.code for choice in choices]
        numbers = (values.number(code) for code in codes)
        found[name] = (codes, frozenset([*codes, *(number for number in numbers if number is not None)]))
    return found


def findings(expression: Expression, known: Mapping[str, Question], lists: Codes) -> list[Finding]:
    """The code and the particulars of everything questionable in an expression, each thing once."""
    found = [*_choices(expression, known, lists), *loose_patterns(expression.source)]
    if expression.is_path:
        if _has_self(expression.tree):
            found.append(("self_out_of_place", {"position": expression.source.find(".") + 1}))
        guards = _present(expression.question.relevant, when=True) if expression.column == "calculation" else _NOTHING
        blanks = dict.fromkeys(_blanks(expression.tree, guards, known))
        found += [("blank_arithmetic", _at(expression.source, name)) for name in blanks]
    return [finding for place, finding in enumerate(found) if finding not in found[:place]]


def _at(source: str, value: str) -> dict[str, Any]:
    return {"value": value, "position": max(source.find(value), 0) + 1}


def _nodes(tree: Tree) -> Iterator[Tree]:
    """A tree and all that it holds."""
    yield tree
    if tree[0] in {"op", "call"}:
        for child in tree[2:]:
            yield from _nodes(child)


def _has_self(tree: Tree) -> bool:
    """Whether the dot stands in a tree."""
    return any(node[0] == "self" for node in _nodes(tree))


# --- choices --------------------------------------------------------------------------------------------------------------


def _choices(expression: Expression, known: Mapping[str, Question], lists: Codes) -> Iterator[Finding]:
    for node in _nodes(expression.tree):
        if node[:2] in (["op", "="], ["op", "!="]):
            pairs = [(node[2], node[3], False), (node[3], node[2], False)]
        elif node[:2] == ["call", "selected"]:
            pairs = [(node[2], node[3], False), (node[3], node[2], True)]
        else:
            continue
        for subject, literal, several in pairs:
            question = _subject(subject, expression.question, known)
            if question is None or literal[0] != "value" or values.is_blank(literal[1]) or question.choices not in lists:
                continue
            codes, offered = lists[question.choices]
            for value in values.as_text(literal[1]).split() if several else [literal[1]]:
                if value not in offered:
                    yield "comparison_unknown_choice", _unknown(expression.source, values.as_text(value), question, codes)


def _unknown(source: str, value: str, question: Question, codes: Sequence[str]) -> dict[str, Any]:
    listed = ", ".join(codes[:_MOST_SHOWN]) + ("…" if len(codes) > _MOST_SHOWN else "")
    otherwise = Text(f"Ses choix sont\u00a0: {listed}.", f"Its choices are: {listed}.")
    remedy = did_you_mean(value, codes, otherwise)
    return _at(source, value) | {"list_name": question.choices, "question": question.name, "instead": remedy}


def _subject(tree: Tree, current: Question, known: Mapping[str, Question]) -> Question | None:
    """The question with choices that one side of a comparison stands for."""
    if tree[:2] in (["call", "coalesce"], ["call", "selected-at"]):
        return _subject(tree[2], current, known)
    question = current if tree[0] == "self" else known.get(tree[1]) if tree[0] == "name" else None
    return question if question is not None and question.kind in {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE} else None


# --- patterns -------------------------------------------------------------------------------------------------------------


def loose_patterns(source: str) -> Iterator[Finding]:
    """Patterns without bounds, as they are written: a compiled one may no longer show its bounds."""
    for called in re.finditer(r"\bregex\s*\(", source):
        pattern, position = _last_text(source, called.end())
        bounded = re.match(r"\^|\\A|\.\*", pattern) and re.search(r"(?<!\\)(?:\$|\\Z|\.\*)\Z", pattern)
        if not bounded:
            yield "unanchored_regex", {"value": pattern, "position": position + 1}


def _last_text(source: str, start: int) -> tuple[str, int]:
    """The last quoted text of a call whose values start there, and where it stands."""
    found, depth = ("", start), 1
    for part in re.finditer(r"'[^']*'|\"[^\"]*\"|[()]", source[start:]):
        if part.group() in "()":
            depth += 1 if part.group() == "(" else -1
        else:
            found = part.group()[1:-1], start + part.start() + 1
        if not depth:
            break
    return found


# --- blanks ---------------------------------------------------------------------------------------------------------------


def _blanks(tree: Tree, guards: frozenset[str], known: Mapping[str, Question]) -> Iterator[str]:
    """The names of the questions that are reckoned with though they may be blank; `guards` are known not to be."""
    if tree[0] not in {"op", "call"}:
        return
    if tree[:2] == ["call", "if"]:
        yield from _blanks(tree[2], guards, known)
        yield from _blanks(tree[3], guards | _present(tree[2], when=True), known)
        yield from _blanks(tree[4], guards | _present(tree[2], when=False), known)
        return
    if tree[:2] in (["op", "and"], ["op", "or"]):
        truth = tree[1] == "and"
        yield from _blanks(tree[2], guards | _present(tree[3], when=truth), known)
        yield from _blanks(tree[3], guards | _present(tree[2], when=truth), known)
        return
    if tree[0] == "op" and tree[1] in _ARITHMETIC:
        for operand in tree[2:]:
            name = _bare(operand)
            question = known.get(name)
            if question is not None and name not in guards and _may_be_blank(question):
                yield name
    inner = guards | _present(tree[3], when=True) if tree[:2] == ["call", "sum-where"] else guards
    for child in tree[2:]:
        yield from _blanks(child, inner, known)


def _bare(tree: Tree) -> str:
    """The name that an operand is blank with; empty where it copes with a blank."""
    while tree[0] == "call" and tree[1] in _THROUGH:
        tree = tree[2]
    return str(tree[1]) if tree[0] == "name" else ""


def _may_be_blank(question: Question) -> bool:
    if question.kind in {Kind.CALCULATE, Kind.ROSTER, Kind.MATRIX} or question.calculation is not None:
        return False
    return not question.required or question.relevant is not None


def _present(tree: Tree, *, when: bool) -> frozenset[str]:
    """The names that cannot be blank where a condition is true (or false)."""
    if tree is None or tree[0] not in {"op", "call"}:
        return frozenset({tree[1]}) if tree is not None and tree[0] == "name" and when else _NOTHING
    operator = tree[1]
    if operator == "not":
        return _present(tree[2], when=not when)
    if operator in {"and", "or"}:
        left, right = _present(tree[2], when=when), _present(tree[3], when=when)
        return left | right if (operator == "and") == when else left & right
    if operator in {"=", "!="}:
        return _compared(tree, equal=(operator == "=") == when)
    if when and (operator in _ORDERED or operator in {"selected", "boolean", "string-length", "regex"}):
        return frozenset(filter(None, (_operand(child) for child in tree[2:])))
    return _NOTHING


def _operand(tree: Tree) -> str:
    if tree[:2] == ["call", "string-length"]:
        tree = tree[2]
    return _bare(tree)


def _compared(tree: Tree, *, equal: bool) -> frozenset[str]:
    """A name equal to a text that is not empty, or different from the empty one, is not blank."""
    for subject, other in ((tree[2], tree[3]), (tree[3], tree[2])):
        name = _operand(subject)
        if name and other[0] == "value" and values.is_blank(other[1]) != equal:
            return frozenset({name})
    return _NOTHING
