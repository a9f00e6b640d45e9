"""The value of an expression's tree. `static/js/expressions.js` gives the same trees the same values in a browser.

A tree is made into closures the first time that it is evaluated, and these are kept: a form's expressions are evaluated
again and again. `tests/questionnaires/cases.json` holds both interpreters to one meaning, and `docs/methods/expressions.md`
tells it.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import fmod
from typing import Any

from questionnaires import values
from questionnaires.functions import FUNCTIONS, add_days, total
from questionnaires.model import Tree
from questionnaires.values import LARGEST, NUMBERS

MOST_KEPT = 20_000


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

    def at(self, current: Any) -> "Scope":
        """The same scope around another current answer."""
        return Scope(self.values, self.today, current, self.facts, self.row)


Run = Callable[[Scope], Any]

# A kept tree stands beside its closure, so that its number cannot pass to another.
_kept: dict[int, tuple[Tree, Run]] = {}


def evaluate(tree: Tree, scope: Scope) -> Any:
    """The value of a tree: None, bool, int, float, str, date, or the list or dict of an answer. Never raises for a compiled tree."""
    return running(tree)(scope)


def running(tree: Tree) -> Run:
    """The closure that gives a tree its value in a scope, made once and kept."""
    found = _kept.get(id(tree))
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[id(tree)] = (tree, _made(tree))
    return found[1]


def _made(tree: Tree) -> Run:
    """The closure that gives a tree its value in a scope."""
    shape = tree[0]
    if shape == "value":
        constant = tree[1]
        return lambda _scope: constant
    if shape == "name":
        return _named(tree[1])
    if shape == "self":
        return lambda scope: scope.current
    return _operation(tree) if shape == "op" else _call(tree)


def _named(name: str) -> Run:
    def run(scope: Scope) -> Any:
        row = scope.row
        return row[name] if row is not None and name in row else scope.values.get(name)

    return run


def _operation(tree: Tree) -> Run:
    mark = tree[1]
    left = _made(tree[2])
    if mark == "neg":
        return lambda scope: _minus(0, left(scope))
    right = _made(tree[3])
    if mark == "and":
        return lambda scope: bool(left(scope)) and bool(right(scope))
    if mark == "or":
        return lambda scope: bool(left(scope)) or bool(right(scope))
    apply = _OPERATORS[mark]
    return lambda scope: apply(left(scope), right(scope))


def _call(tree: Tree) -> Run:
    name, given = tree[1], [_made(child) for child in tree[2:]]
    apply = FUNCTIONS[name].apply
    if apply is None:
        return _FORMS[name](given)
    if len(given) == 1:
        only = given[0]
        return lambda scope: apply(only(scope))
    if len(given) == 2:  # noqa: PLR2004 (most functions take one value or two: these two ways save a list)
        one, other = given
        return lambda scope: apply(one(scope), other(scope))
    return lambda scope: apply(*[each(scope) for each in given])


# --- operators -----------------------------------------------------------------------------------------------------------


def _comparison(accepted: frozenset[int], of_numbers: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def apply(left: Any, right: Any) -> bool:
        # Nearly every comparison is of two numbers: the way round by their kinds is spared.
        if type(left) in NUMBERS and type(right) in NUMBERS and -LARGEST <= left <= LARGEST and -LARGEST <= right <= LARGEST:
            return of_numbers(left, right)
        return values.ordered(left, right) in accepted

    return apply


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


_plus = _arithmetic(operator.add)
_minus = _arithmetic(operator.sub)


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
    "<": _comparison(frozenset({-1}), operator.lt),
    "<=": _comparison(frozenset({-1, 0}), operator.le),
    ">": _comparison(frozenset({1}), operator.gt),
    ">=": _comparison(frozenset({0, 1}), operator.ge),
    "+": _add,
    "-": _subtract,
    "*": _arithmetic(operator.mul),
    "div": _arithmetic(operator.truediv),
    "mod": _arithmetic(fmod),
}


# --- functions that choose what is computed ---------------------------------------------------------------------------------


def _if(given: list[Run]) -> Run:
    condition, then, otherwise = given
    return lambda scope: then(scope) if values.truth(condition(scope)) else otherwise(scope)


def _coalesce(given: list[Run]) -> Run:
    def run(scope: Scope) -> Any:
        for each in given:
            value = each(scope)
            if not values.is_blank(value):
                return value
        return None

    return run


def _rows_where(rows: list[Any], condition: Run, scope: Scope) -> Iterator[Scope]:
    """The scope in each of a roster's rows that meets the condition: one scope moved from row to row, to be used at once."""
    inner = scope.at(scope.current)
    for row in rows:
        inner.row = row
        if isinstance(row, dict) and values.truth(condition(inner)):
            yield inner


def _count_where(given: list[Run]) -> Run:
    roster, condition = given

    def run(scope: Scope) -> int | None:
        rows = roster(scope)
        return sum(1 for _inner in _rows_where(rows, condition, scope)) if isinstance(rows, list) else None

    return run


def _sum_where(given: list[Run]) -> Run:
    roster, condition, summed = given

    def run(scope: Scope) -> Any:
        rows = roster(scope)
        return total([summed(inner) for inner in _rows_where(rows, condition, scope)]) if isinstance(rows, list) else None

    return run


def _fact(given: list[Run]) -> Run:
    name, *keys = given

    def run(scope: Scope) -> Any:
        fact = scope.facts.get(values.as_text(name(scope)))
        if not keys:
            return fact
        return fact.get(values.as_text(keys[0](scope))) if isinstance(fact, Mapping) else None

    return run


_FORMS: dict[str, Callable[[list[Run]], Run]] = {
    "if": _if,
    "coalesce": _coalesce,
    "count-where": _count_where,
    "sum-where": _sum_where,
    "fact": _fact,
    "today": lambda _given: lambda scope: scope.today,
}
