"""Our expressions in the XPath of XForms, as far as phones understand it.

`condition` and `value` take a compiled tree (`questionnaires.expressions`) and give XPath with the meaning that it has here;
`constraint` adds what the tree leaves to the checks: a check is judged only when everything that it compares is answered.
What a phone cannot work out raises `UntranslatableError`: such a rule is left out of the form, and held to by the platform.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from questionnaires.expressions import needed
from questionnaires.model import Tree
from questionnaires.xform_layout import Paths

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_TRUTHS = frozenset({"not", "true", "false", "selected", "regex", "contains", "starts-with", "ends-with"})
_SAME_NAME = frozenset(
    {"not", "true", "false", "selected", "count-selected", "selected-at", "round", "int", "abs", "number", "string",
     "string-length", "regex", "contains", "starts-with", "ends-with", "substr", "concat", "normalize-space", "date", "today"}
)  # fmt: skip
_DATE_PARTS = {"year": "%Y", "month": "%n", "day": "%e"}


class UntranslatableError(ValueError):
    """An expression that a phone cannot work out; the message says which part."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands.

    `current` is how the answer itself is written there (None where there is none to write). In a roster's row, `roster` is
    its name and `row` what leads from the place to the row's cells.
    """

    paths: Paths
    current: str | None = None
    roster: str = ""
    row: str = ""


def condition(tree: Tree, place: Place) -> str:
    """A tree as a condition; raises `UntranslatableError`."""
    shape = tree[0]
    if shape == "op" and tree[1] in {"and", "or"}:
        return f"({condition(tree[2], place)} {tree[1]} {condition(tree[3], place)})"
    if (shape == "op" and tree[1] in _COMPARISONS) or (shape == "call" and tree[1] in _TRUTHS):
        return value(tree, place)
    if shape in {"name", "self"}:
        written = value(tree, place)
        return f"({written} != '' and {written} != 0)"
    raise UntranslatableError(str(tree[1]))


def constraint(tree: Tree, place: Place) -> str:
    """A check as a constraint: met as well while something that it needs has no answer; raises `UntranslatableError`."""
    blanks = dict.fromkeys(_blank(lacking, place) for lacking in needed(tree))
    return f"({' or '.join([*blanks, condition(tree, place)])})"


def _blank(tree: Tree, place: Place) -> str:
    if tree[0] == "name" and tree[1] in place.paths.rosters:
        return f"count({place.paths.rosters[tree[1]]}) = 0"
    return f"{value(tree, place)} = ''"


def value(tree: Tree, place: Place) -> str:
    """A tree as a value; raises `UntranslatableError`."""
    shape = tree[0]
    if shape == "value":
        return literal(tree[1])
    if shape == "self":
        if place.current is None:
            raise UntranslatableError(".")
        return place.current
    if shape == "name":
        return _named(tree[1], place)
    if shape == "op":
        return _operation(tree, place)
    return _call(tree[1], tree[2:], place)


def literal(given: object) -> str:
    """A text or a number as XPath writes it."""
    if isinstance(given, str):
        if "'" in given and '"' in given:
            quoted = [f"'{part}'" for part in given.split("'")]
            return "concat(" + ', "\'", '.join(quoted) + ")"
        return f"'{given}'" if "'" not in given else f'"{given}"'
    return f"{Decimal(repr(given)):f}"


def _named(name: str, place: Place) -> str:
    if place.roster and place.paths.columns.get(name) == place.roster:
        return f"{place.row}{name}"
    if name not in place.paths.scalars:
        raise UntranslatableError(name)
    return place.paths.scalars[name]


def _operation(tree: Tree, place: Place) -> str:
    operator = tree[1]
    if operator == "neg":
        return f"(- {value(tree[2], place)})"
    if operator in {"and", "or"}:
        return condition(tree, place)
    for one, other in ((tree[2], tree[3]), (tree[3], tree[2])):
        if operator in {"=", "!="} and one[0] == "name" and one[1] in place.paths.rosters and other == ["value", ""]:
            return f"(count({place.paths.rosters[one[1]]}) {operator} 0)"
    return f"({value(tree[2], place)} {operator} {value(tree[3], place)})"


def _call(name: str, given: Sequence[Tree], place: Place) -> str:
    if name in _SAME_NAME:
        first = [condition(given[0], place)] if name == "not" else [value(tree, place) for tree in given[:1]]
        return f"{name}({', '.join([*first, *(value(tree, place) for tree in given[1:])])})"
    if name in _DATE_PARTS:
        return f"number(format-date({value(given[0], place)}, '{_DATE_PARTS[name]}'))"
    special = _SPECIAL.get(name)
    if special is None:
        raise UntranslatableError(name)
    return special(given, place)


def _if(given: Sequence[Tree], place: Place) -> str:
    return f"if({condition(given[0], place)}, {value(given[1], place)}, {value(given[2], place)})"


def _coalesce(given: Sequence[Tree], place: Place) -> str:
    written = value(given[-1], place)
    for tree in reversed(given[:-1]):
        written = f"coalesce({value(tree, place)}, {written})"
    return written


def _rows(roster: Tree, condition_: Tree, place: Place) -> str:
    """The rows of a roster that meet a condition, as a set of nodes."""
    if roster[0] != "name" or roster[1] not in place.paths.rosters:
        raise UntranslatableError("count-where")
    inner = replace(place, current=None, roster=roster[1], row="./")
    return f"{place.paths.rosters[roster[1]]}[{condition(condition_, inner)}]"


def _count_where(given: Sequence[Tree], place: Place) -> str:
    return f"count({_rows(given[0], given[1], place)})"


def _sum_where(given: Sequence[Tree], place: Place) -> str:
    column = given[2]
    if column[0] != "name" or place.paths.columns.get(column[1]) != given[0][1]:
        raise UntranslatableError("sum-where")
    return f"sum({_rows(given[0], given[1], place)}/{column[1]})"


def _nodes(tree: Tree, place: Place) -> str:
    """A whole column of a roster, seen from outside of its rows."""
    roster = place.paths.columns.get(tree[1], "") if tree[0] == "name" else ""
    if not roster or roster == place.roster:
        raise UntranslatableError(str(tree[1]) if tree[0] == "name" else "a list of values")
    return f"{place.paths.rosters[roster]}/{tree[1]}"


def _count(given: Sequence[Tree], place: Place) -> str:
    if given[0][0] == "name" and given[0][1] in place.paths.rosters:
        return f"count({place.paths.rosters[given[0][1]]})"
    return f"count({_nodes(given[0], place)})"


def _over_column(function: str) -> Callable[[Sequence[Tree], Place], str]:
    def written(given: Sequence[Tree], place: Place) -> str:
        if len(given) != 1:
            several = [value(tree, place) for tree in given]
            return added(several) if function == "sum" else f"{function}({', '.join(several)})"
        return f"{function}({_nodes(given[0], place)})"

    return written


def _count_non_empty(given: Sequence[Tree], place: Place) -> str:
    return " + ".join(f"count-non-empty({_nodes(tree, place)})" for tree in given)


def _mean(given: Sequence[Tree], place: Place) -> str:
    nodes = _nodes(given[0], place) if len(given) == 1 else _nodes(["value", None], place)
    return f"(sum({nodes}) div count-non-empty({nodes}))"


def _cells(tree: Tree, place: Place) -> dict[str, dict[str, str]]:
    if tree[0] != "name" or tree[1] not in place.paths.matrices:
        raise UntranslatableError("matrix")
    return place.paths.matrices[tree[1]]


def added(cells: Sequence[str]) -> str:
    """The sum of values, blanks counted as nothing."""
    return f"({' + '.join(f'coalesce({cell}, 0)' for cell in cells)})" if cells else "0"


def total_of(cells: dict[str, dict[str, str]]) -> str:
    """The sum of all of a matrix's cells."""
    return added([cell for row in cells.values() for cell in row.values()])


def _matrix_sum(given: Sequence[Tree], place: Place) -> str:
    return total_of(_cells(given[0], place))


def _matrix_max(given: Sequence[Tree], place: Place) -> str:
    cells = [f"coalesce({cell}, 0)" for row in _cells(given[0], place).values() for cell in row.values()]
    return f"max({', '.join(cells)})"


def _wanted(given: Sequence[Tree]) -> set[str]:
    if any(tree[0] != "value" for tree in given):
        raise UntranslatableError("line")
    return {str(tree[1]) for tree in given}


def _matrix_row(given: Sequence[Tree], place: Place) -> str:
    wanted = _wanted(given[1:])
    return added([cell for row, cells in _cells(given[0], place).items() if row in wanted for cell in cells.values()])


def _matrix_column(given: Sequence[Tree], place: Place) -> str:
    wanted = _wanted(given[1:])
    return added([cell for cells in _cells(given[0], place).values() for column, cell in cells.items() if column in wanted])


_SPECIAL: dict[str, Callable[[Sequence[Tree], Place], str]] = {
    "if": _if,
    "coalesce": _coalesce,
    "count-where": _count_where,
    "sum-where": _sum_where,
    "count": _count,
    "count-non-empty": _count_non_empty,
    "sum": _over_column("sum"),
    "min": _over_column("min"),
    "max": _over_column("max"),
    "mean": _mean,
    "matrix-sum": _matrix_sum,
    "matrix-max": _matrix_max,
    "matrix-row": _matrix_row,
    "matrix-column": _matrix_column,
}
