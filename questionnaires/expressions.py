"""XLSForm expressions: source text -> a small JSON tree -> a value.

`compile_expression` reads `${eff_total} > 0 and selected(${outils}, 'duerp')` into nested lists, which is what is stored and
what a browser runs as well; `evaluate` gives a tree its value. Trees have five shapes: `["value", v]`, `["name", question]`,
`["self"]` (the current answer, written `.`), `["op", operator, …]` and `["call", function, …]`.

Blanks (a missing answer): an ordered comparison with one is false, arithmetic with one is blank, `= ''` tests for one.
Nothing raises at evaluation; what cannot be computed is blank. Inside a roster's row `${column}` is that row's cell,
elsewhere it is the whole column.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import fmod
from typing import Any

from questionnaires import values
from questionnaires.functions import FUNCTIONS, add_days, total
from questionnaires.model import Text, Tree
from questionnaires.problems import message

LONGEST = 4_000
DEEPEST = 60
_PATTERN_LIMIT = 300

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<text>'[^']*'|\"[^\"]*\")|\$\{\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*\}"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z_][A-Za-z0-9_]*)*)|(?P<mark><=|>=|!=|[=<>+\-*(),.]))",
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
            raise _fail("unknown_function", token.position, value=token.text)
        opened = self.take().position
        given: list[Tree] = []
        while self.token.text != ")" or self.token.kind != "mark":
            if given:
                self.expect(",", opened)
            given.append(self.expression(0, depth + 1))
        self.take()
        if not function.least <= len(given) <= function.most:
            expected = str(function.least) if function.least == function.most else f"{function.least}–{function.most}"
            raise _fail("wrong_arity", token.position, value=token.text, count=len(given), expected=expected)
        if token.text == "regex":
            _check_pattern(given[1], token.position)
        return ["call", token.text, *given]


def _literal(token: _Token) -> int | float:
    found = values.number(token.text)
    if found is None:
        raise _fail("number_too_large", token.position)
    return found


def _check_pattern(tree: Tree, position: int) -> None:
    if tree[0] != "value" or not isinstance(tree[1], str):
        raise _fail("pattern_not_literal", position)
    try:
        if len(tree[1]) > _PATTERN_LIMIT:
            raise _fail("bad_pattern", position, value=f"> {_PATTERN_LIMIT}")
        re.compile(tree[1])
    except (re.error, OverflowError, RecursionError) as error:
        raise _fail("bad_pattern", position, value=str(error)) from error


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


def _is_text(tree: Tree) -> bool:
    return bool(tree[0] == "value" and isinstance(tree[1], str))


@dataclass(slots=True)
class Scope:
    """What an expression can see: the answers by name, the current answer, the row it stands in, the day and the frame's facts.

    `values` gives questions (and roster columns outside their row); `row` is a row with all its columns, blanks included.
    """

    values: Mapping[str, Any]
    today: date
    current: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    row: Mapping[str, Any] | None = None

    def value(self, name: str) -> Any:
        """The value of a question or of a column, None where there is none."""
        if self.row is not None and name in self.row:
            return self.row[name]
        return self.values.get(name)


def evaluate(tree: Tree, scope: Scope) -> Any:
    """The value of a tree: None, bool, int, float, str, date, or the list or dict of an answer. Never raises for a compiled tree."""
    shape = tree[0]
    if shape == "value":
        return tree[1]
    if shape == "name":
        return scope.value(tree[1])
    if shape == "self":
        return scope.current
    if shape == "op":
        return _operate(tree, scope)
    function = FUNCTIONS[tree[1]]
    if function.apply is None:
        return _FORMS[tree[1]](tree[2:], scope)
    return function.apply(*(evaluate(child, scope) for child in tree[2:]))


def _operate(tree: Tree, scope: Scope) -> Any:
    operator = tree[1]
    left = evaluate(tree[2], scope)
    if operator == "and":
        return values.truth(left) and values.truth(evaluate(tree[3], scope))
    if operator == "or":
        return values.truth(left) or values.truth(evaluate(tree[3], scope))
    right = evaluate(tree[3], scope) if len(tree) > 3 else left  # noqa: PLR2004 (shape, operator, left, right)
    return _OPERATORS[operator](left, right)


def _comparison(accepted: frozenset[int]) -> Callable[[Any, Any], bool]:
    return lambda left, right: values.ordered(left, right) in accepted


def _arithmetic(compute: Callable[[Any, Any], int | float]) -> Callable[[Any, Any], int | float | None]:
    def apply(left: Any, right: Any) -> int | float | None:
        first, second = values.number(left), values.number(right)
        if first is None or second is None:
            return None
        try:
            return values.finite(compute(first, second))
        except (ZeroDivisionError, OverflowError, ValueError):
            return None

    return apply


_plus = _arithmetic(lambda left, right: left + right)
_minus = _arithmetic(lambda left, right: left - right)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, date) and not isinstance(right, date):
        return add_days(left, right)
    return add_days(right, left) if isinstance(right, date) and not isinstance(left, date) else _plus(left, right)


def _subtract(left: Any, right: Any) -> Any:
    first, second = values.as_date(left), values.as_date(right)
    if first is not None and second is not None:
        return (first - second).days
    days = values.number(right)
    return add_days(left, -days) if isinstance(left, date) and days is not None else _minus(left, right)


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": values.same,
    "!=": lambda left, right: not values.same(left, right),
    "<": _comparison(frozenset({-1})),
    "<=": _comparison(frozenset({-1, 0})),
    ">": _comparison(frozenset({1})),
    ">=": _comparison(frozenset({0, 1})),
    "+": _add,
    "-": _subtract,
    "*": _arithmetic(lambda left, right: left * right),
    "div": _arithmetic(lambda left, right: left / right),
    "mod": _arithmetic(fmod),
    "neg": lambda left, _right: _minus(0, left),
}


def _if(given: list[Tree], scope: Scope) -> Any:
    return evaluate(given[1] if values.truth(evaluate(given[0], scope)) else given[2], scope)


def _coalesce(given: list[Tree], scope: Scope) -> Any:
    for tree in given:
        value = evaluate(tree, scope)
        if not values.is_blank(value):
            return value
    return None


def _rows_where(roster: Tree, condition: Tree, scope: Scope) -> Iterator[Scope]:
    """The scope in each of a roster's rows that meets the condition: one scope moved from row to row, to be used at once."""
    rows = evaluate(roster, scope)
    inner = replace(scope)
    for row in rows:
        inner.row = row
        if isinstance(row, dict) and values.truth(evaluate(condition, inner)):
            yield inner


def _count_where(given: list[Tree], scope: Scope) -> int | None:
    if not isinstance(evaluate(given[0], scope), list):
        return None
    return sum(1 for _inner in _rows_where(given[0], given[1], scope))


def _sum_where(given: list[Tree], scope: Scope) -> Any:
    if not isinstance(evaluate(given[0], scope), list):
        return None
    return total([evaluate(given[2], inner) for inner in _rows_where(given[0], given[1], scope)])


def _fact(given: list[Tree], scope: Scope) -> Any:
    fact = scope.facts.get(values.as_text(evaluate(given[0], scope)))
    if len(given) == 1:
        return fact
    return fact.get(values.as_text(evaluate(given[1], scope))) if isinstance(fact, Mapping) else None


_FORMS: dict[str, Callable[[list[Tree], Scope], Any]] = {
    "if": _if,
    "coalesce": _coalesce,
    "count-where": _count_where,
    "sum-where": _sum_where,
    "fact": _fact,
    "today": lambda _given, scope: scope.today,
}
