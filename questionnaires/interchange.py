"""Our sheets as other XLSForm tools take them, and back: what only we can run stands in our own columns.

Other tools know no translated titles, want a label for every question and a calculation for every `calculate`, and stop at
functions that they do not have: an expression with one of ours moves to `bind::diag:relevant`, `bind::diag:constraint` or
`bind::diag:calculation`. `gathered` brings it back.
"""

from collections.abc import Mapping, Sequence

from questionnaires.expressions import ExpressionError, compile_expression
from questionnaires.headers import DIAG, ENGLISH, FRENCH
from questionnaires.model import Party, Tree
from questionnaires.rows import Row, cell

NAMESPACE = 'diag="urn:diagnostics-partages:xlsform:1"'
MOVED = ("relevant", "constraint", "calculation")
# Our functions that every XLSForm tool has as well, with the same meaning where nothing is blank.
COMMON = frozenset({
    "if", "coalesce", "today", "not", "true", "false", "boolean", "selected", "count-selected", "selected-at", "sum", "min", "max", "count",
    "count-non-empty", "round", "int", "abs", "number", "string", "string-length", "regex", "contains", "starts-with", "ends-with", "substr",
    "concat", "join", "normalize-space", "date",
})  # fmt: skip
_NOTHING = "''"  # A calculation that other tools leave empty.


def for_other_tools(name: str, rows: Sequence[Row]) -> list[dict[str, str]]:
    """The rows of one of our sheets as a workbook holds them; rows keep their number."""
    found = [{column: text or "" for column, text in row.items() if column} for row in rows]
    if name == "settings":
        return [_settings(row) if any(row.values()) else row for row in found]
    if name == "survey":
        matrix: Row | None = None
        for row in found:
            kind = cell(row, "type")
            _move(row)
            if (
                kind == "calculate"
                and not cell(row, "calculation")
                and (cell(row, f"{DIAG}party") == Party.COMPUTED or cell(row, f"{DIAG}calculation"))
            ):
                row["calculation"] = _NOTHING
            if matrix is not None and kind and not kind.startswith("end"):
                for column in (f"label::{FRENCH}", f"label::{ENGLISH}"):
                    row[column] = cell(row, column) or cell(matrix, column)
            matrix = row if cell(row, f"{DIAG}rows") else None
    return found


def gathered(row: Row) -> dict[str, str]:
    """A survey's row with the expressions of our columns back in their place."""
    found = dict(row)
    for column in MOVED:
        own = found.pop(f"{DIAG}{column}", "")
        if own:
            found[column] = own
    return found


def _settings(given: Mapping[str, str]) -> dict[str, str]:
    """One title, our namespace, no-break spaces kept."""
    french, english = f"form_title::{FRENCH}", f"form_title::{ENGLISH}"
    found = {column: text for column, text in given.items() if column not in {french, english}}
    found["form_title"] = given.get(french) or given.get("form_title") or given.get(english) or ""
    found["diag:form_title_en"] = given.get(english) or given.get("diag:form_title_en") or ""
    found["default_language"] = given.get("default_language") or FRENCH
    namespaces = given.get("namespaces") or ""
    found["namespaces"] = namespaces if "diag=" in namespaces else f"{namespaces} {NAMESPACE}".strip()
    found["clean_text_values"] = "no"
    return found


def _move(row: dict[str, str]) -> None:
    for column in MOVED:
        if _is_ours(cell(row, column)):
            row[f"{DIAG}{column}"] = row[column]
            row[column] = ""


def _is_ours(source: str) -> bool:
    try:
        return bool(source) and not calls(compile_expression(source)) <= COMMON
    except ExpressionError:
        return False


def calls(tree: Tree) -> frozenset[str]:
    """Every function that a tree calls."""
    if tree is None or tree[0] not in {"op", "call"}:
        return frozenset()
    inner = frozenset().union(*(calls(child) for child in tree[2:]))
    return inner | {tree[1]} if tree[0] == "call" else inner
