"""XLSForm expressions: source text -> a small JSON tree -> a value.

`compile_expression` reads `${eff_total} > 0 and selected(${outils}, 'duerp')` into nested lists, which is what is stored and
what a browser runs as well; `evaluate` gives a tree its value. Trees have five shapes: `["value", v]`, `["name", question]`,
`["self"]` (the current answer, written `.`), `["op", operator, …]` and `["call", function, …]`.

Blanks (a missing answer): an ordered comparison with one is false, arithmetic with one is blank, `= ''` tests for one.
Nothing raises at evaluation; what cannot be computed is blank. Inside a roster's row `${column}` is that row's cell,
elsewhere it is the whole column.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from questionnaires import values
from questionnaires.evaluation import MOST_KEPT, Run, Scope, evaluate, running
from questionnaires.function_hints import hint
from questionnaires.functions import FUNCTIONS
from questionnaires.model import Text, Tree
from questionnaires.patterns import PatternError, canonical
from questionnaires.problems import message

__all__ = ["DEEPEST", "LONGEST", "ExpressionError", "Scope", "compile_expression", "evaluate", "is_judged", "names", "needed"]

LONGEST = 4_000
DEEPEST = 60

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<text>'[^']*'|\"[^\"]*\")|\$\{\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*\}"
    r"|(?P<word>(?:[A-Za-z]+:)?[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z_][A-Za-z0-9_]*)*)|(?P<mark><=|>=|!=|[=<>+\-*(),.]))",
    re.ASCII,
)
_BINDING = {"or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6}
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_NEGATION = 7
_TYPOGRAPHIC = frozenset("‘’‚“”„«»‹›′″´`")
# What other languages and keyboards write, and what XLSForm writes instead.
FOREIGN = {
    "==": "=", "<>": "!=", "=<": "<=", "=>": ">=", "≤": "<=", "≥": ">=", "≠": "!=", "&": "and", "&&": "and", "|": "or", "||": "or", "!": "not(…)",
    "×": "*", "÷": "div", "/": "div", "−": "-", "–": "-", "AND": "and", "And": "and", "et": "and", "ET": "and", "OR": "or", "Or": "or", "ou": "or", "OU": "or",
}  # fmt: skip


class ExpressionError(ValueError):
    """An expression that cannot be read: a code, where (counted from 0), what is wrong in both languages, and the part meant."""

    def __init__(self, code: str, position: int, message: Text, value: str = "") -> None:
        super().__init__(message.en)
        self.code = code
        self.position = position
        self.message = message
        self.value = value


def _fail(code: str, position: int, **given: Any) -> ExpressionError:
    return ExpressionError(code, position, message(code, **given), str(given.get("value", "")))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(source: str) -> Iterator[_Token]:
    position, end = 0, len(source.rstrip())
    while position < end:
        found = _TOKEN.match(source, position)
        if found is None:
            raise _unreadable(source, position)
        kind = str(found.lastgroup)
        yield _Token(kind, found.group(kind), found.start(kind))
        position = found.end()
    yield _Token("end", "", end)


def _unreadable(source: str, position: int) -> ExpressionError:
    """The error of a place where no token begins."""
    start = position + len(source[position:]) - len(source[position:].lstrip())
    rest = source[start:]
    if rest[0] in "'\"":
        return _unterminated(rest, start)
    if rest[0] in _TYPOGRAPHIC:
        return _fail("typographic_quote", start, value=rest[0])
    prefixed = re.search(r"[\w-]+\Z", source[:start]) if rest[0] == ":" else None
    if prefixed:
        return _fail("unknown_function", prefixed.start(), value=source[prefixed.start() :].partition("(")[0].strip())
    if rest[0] in "[]@:" or (
        rest[0] == "/" and (start == 0 or source[start - 1] in "./" or rest[1:2].isalpha() or rest[1:2] == "/")
    ):
        return _fail("path_expression", start, value=rest[:20])
    operator = next((text for text in (rest[:2], rest[0]) if text in FOREIGN), None)
    if operator:
        return _fail("foreign_operator", start, value=operator)
    return _fail("unterminated_name", start) if rest[0] == "$" else _fail("unexpected_character", start, value=rest[0])


def _unterminated(rest: str, start: int) -> ExpressionError:
    """A text that is not closed: a spreadsheet may have made its closing quote a typographic one."""
    curly = next((place for place, other in enumerate(rest) if other in _TYPOGRAPHIC), None)
    return _fail("unterminated_text", start) if curly is None else _fail("typographic_quote", start + curly, value=rest[curly])


def _misplaced(token: _Token, before: _Token | None = None) -> ExpressionError:
    """The error of a token that stands where it cannot; `before` is the one it follows."""
    pair = before.text + token.text if before is not None and before.position + len(before.text) == token.position else ""
    if token.kind == "mark" and pair in FOREIGN:
        return _fail("foreign_operator", token.position - 1, value=pair)
    if pair == "..":
        return _fail("path_expression", token.position - 1, value="..")
    if token.kind == "word" and token.text in FOREIGN:
        return _fail("foreign_operator", token.position, value=token.text)
    if token.text == ")" and token.kind == "mark":
        return _fail("surplus_parenthesis", token.position)
    return _fail("unexpected_token", token.position, value=token.text)


class _Parser:
    """A Pratt parser: each operator binds as strongly as `_BINDING` says, from left to right."""

    def __init__(self, source: str) -> None:
        self.tokens = list(_tokens(source))
        self.index = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def take(self) -> _Token:
        token = self.token
        self.index += 1
        return token

    def expect(self, mark: str, opened: int) -> None:
        """Takes a mark inside the parenthesis that was opened at a position."""
        token = self.take()
        if token.kind == "end":
            raise _fail("unclosed_parenthesis", opened)
        if token.kind != "mark" or token.text != mark:
            raise _misplaced(token, self.before())

    def before(self) -> _Token | None:
        """The token before the one taken last."""
        return self.tokens[self.index - 2] if self.index > 1 else None

    def expression(self, binding: int, depth: int) -> Tree:
        if depth > DEEPEST:
            raise _fail("expression_too_deep", self.token.position)
        left, compared = self.operand(depth), False
        while self.token.kind in {"mark", "word"} and _BINDING.get(self.token.text, 0) > binding:
            operator = self.take()
            if operator.text in _COMPARISONS and compared:
                raise _fail("chained_comparison", operator.position)
            compared = operator.text in _COMPARISONS
            left = ["op", operator.text, left, self.expression(_BINDING[operator.text], depth + 1)]
        return left

    def operand(self, depth: int) -> Tree:
        token = self.take()
        if token.kind == "number":
            return ["value", _literal(token)]
        if token.kind == "text":
            return ["value", token.text[1:-1]]
        if token.kind == "name":
            return ["name", token.text]
        if token.kind == "word":
            return self.call(token, depth)
        return self.marked(token, depth)

    def marked(self, token: _Token, depth: int) -> Tree:
        if token.text == ".":
            return ["self"]
        if token.text == "-":
            return ["op", "neg", self.expression(_NEGATION, depth + 1)]
        if token.text == "(":
            inner = self.expression(0, depth + 1)
            self.expect(")", token.position)
            return inner
        if token.kind == "end":
            raise _fail("unexpected_end", token.position)
        if token.text == ")":
            raise _fail("unexpected_token", token.position, value=token.text)
        raise _misplaced(token, self.before())

    def call(self, token: _Token, depth: int) -> Tree:
        if self.token.text != "(" or self.token.kind != "mark" or token.text in _BINDING:
            raise _misplaced(token)
        function = FUNCTIONS.get(token.text)
        if function is None:
            raise _unknown_function(token)
        opened = self.take().position
        given: list[Tree] = []
        places: list[int] = []
        while self.token.text != ")" or self.token.kind != "mark":
            if given:
                self.expect(",", opened)
            places.append(self.token.position)
            given.append(self.expression(0, depth + 1))
        self.take()
        if not function.least <= len(given) <= function.most:
            expected = str(function.least) if function.least == function.most else f"{function.least}–{function.most}"
            raise _fail("wrong_arity", token.position, value=token.text, count=len(given), expected=expected)
        if token.text == "regex":
            given[1] = _pattern(given[1], places[1])
        return ["call", token.text, *given]


def _literal(token: _Token) -> int | float:
    found = values.number(token.text)
    if found is None:
        raise _fail("number_too_large", token.position)
    return found


def _unknown_function(token: _Token) -> ExpressionError:
    advice = hint(token.text)
    if advice is None:
        return _fail("unknown_function", token.position, value=token.text)
    found = _fail("unknown_function_hint", token.position, value=token.text, hint=advice)
    return ExpressionError("unknown_function", token.position, found.message)


def _pattern(tree: Tree, position: int) -> Tree:
    """The pattern of a `regex` in the form that every interpreter reads alike."""
    if tree[0] != "value" or not isinstance(tree[1], str):
        raise _fail("pattern_not_literal", position)
    try:
        return ["value", canonical(tree[1])]
    except PatternError as error:
        reason = message(error.reason, part=error.part)
        raise _fail("bad_pattern", position + 1 + error.position, value=reason) from error


def compile_expression(source: str) -> Tree:
    """The tree of an expression; raises `ExpressionError` (and nothing else) where it cannot be read."""
    if len(source) > LONGEST:
        raise _fail("expression_too_long", LONGEST, limit=LONGEST)
    if not source.strip():
        raise _fail("expression_empty", 0)
    parser = _Parser(source)
    tree = parser.expression(0, 0)
    if parser.token.kind != "end":
        token = parser.take()
        raise _misplaced(token, parser.before())
    if _is_deep(tree):
        raise _fail("expression_too_deep", 0)
    return tree


def _is_deep(tree: Tree) -> bool:
    """Whether a tree is nested beyond what may be evaluated; long chains of one operator nest to the left."""
    level: list[Tree] = [tree]
    for _depth in range(DEEPEST):
        level = [child for node in level if node[0] in {"op", "call"} for child in node[2:]]
        if not level:
            return False
    return True


def names(tree: Tree) -> frozenset[str]:
    """Every question that a tree names."""
    if tree is None or tree[0] in {"value", "self"}:
        return frozenset()
    if tree[0] == "name":
        return frozenset({tree[1]})
    return frozenset().union(*(names(child) for child in tree[2:]))


def needed(tree: Tree, *, wanted: bool = False) -> list[Tree]:
    """The questions and facts without which a check cannot be judged: those that are compared, reckoned with or measured.

    What stands in a function that copes with blanks (`coalesce`, `if`, `selected`…) or beside a text (`= 'asso'`, `= ''`)
    does not count: a blank answers those.
    """
    shape = tree[0]
    if shape == "name" or tree[:2] == ["call", "fact"]:
        return [tree] if wanted else []
    if shape == "call":
        if FUNCTIONS[tree[1]].tolerant:
            return []
        inner = wanted or tree[1] != "not"
    elif shape == "op":
        inner = wanted if tree[1] in {"and", "or"} else tree[1] not in {"=", "!="} or not any(map(_is_text, tree[2:]))
    else:
        return []
    return [found for child in tree[2:] for found in needed(child, wanted=inner)]


# A tree stands beside what it needs, so that its number cannot pass to another.
_needs: dict[int, tuple[Tree, list[Run]]] = {}


def is_judged(tree: Tree, scope: Scope) -> bool:
    """Whether everything that a check compares or reckons with (`needed`) has an answer in a scope."""
    found = _needs.get(id(tree))
    if found is None:
        if len(_needs) >= MOST_KEPT:
            _needs.clear()
        found = _needs[id(tree)] = (tree, [running(need) for need in needed(tree)])
    for run in found[1]:  # noqa: SIM110 (a generator costs a third of it, for each check of each line)
        if values.is_blank(run(scope)):
            return False
    return True


def _is_text(tree: Tree) -> bool:
    return bool(tree[0] == "value" and isinstance(tree[1], str))
