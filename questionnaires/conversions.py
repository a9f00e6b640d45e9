"""A stored value of one version as another version stores it: exactly, or not at all.

`convert` gives the value, or raises `Refusal` with the reason. It widens (a whole number is a decimal one, one choice is a
list of one, a text may be longer) and narrows only what loses nothing by it (12.0 is 12; a list of one choice is one choice).
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from questionnaires.lineage import choice_names, paired, question_names
from questionnaires.model import Kind, Question, Questionnaire

_DECIMALS = {Kind.INTEGER: 0, Kind.DECIMAL: 4, Kind.MONEY: 2, Kind.PERCENTAGE: 2}
NUMBERS = frozenset(_DECIMALS)
_SELECTS = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE})
_SHOWN = 60


class Refusal(Exception):  # noqa: N818 - it is no error: it says why a value stays where it is.
    """Why a value cannot be carried: a code, what its message quotes, and the line and column of a roster's cell."""

    def __init__(
        self,
        code: str,
        *,
        row: str | None = None,
        column: str | None = None,
        line: int = 0,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.row = row
        self.column = column
        self.line = line
        self.given = dict(given or {})


def shown(value: Any) -> str:
    """A value short enough to be quoted."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def convert(old: Questionnaire, new: Questionnaire, before: Question, after: Question, value: Any) -> Any:
    """A value given to `before`, as `after` holds it; raises `Refusal` where it cannot be held exactly."""
    if before.kind in _SELECTS and after.kind in _SELECTS:
        return _choices(old, new, before, after, value)
    if before.kind is Kind.MATRIX and after.kind is Kind.MATRIX:
        return _matrix(old, new, before, after, value)
    maker = _MAKERS.get(after.kind)
    if maker is None or before.kind not in _FROM[after.kind]:
        raise Refusal("kind", given={"before": before.kind.value, "after": after.kind.value})
    return maker(after, value)


def _number(question: Question, value: Any) -> int | float:
    return _rounded(question.kind, value)


def _rounded(kind: Kind, value: Any) -> int | float:
    """A number with no more decimals than its kind has."""
    found = value
    if isinstance(value, str):
        try:
            found = float(value)
        except ValueError:
            raise Refusal("not_a_number", given={"value": shown(value)}) from None
        if str(int(found) if found.is_integer() else found) != value:
            raise Refusal("not_a_number", given={"value": shown(value)})
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise Refusal("not_a_number", given={"value": shown(value)})
    limit = _DECIMALS[kind]
    if round(found, limit) != found:
        raise Refusal("decimals", given={"value": shown(value), "limit": limit})
    return int(found) if limit == 0 else float(found)


def _text(question: Question, value: Any) -> str:
    """A text, or a number or a date written as one, if the new question would take it unchanged."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if len(text) > question.max_length:
        raise Refusal("too_long", given={"length": len(text), "limit": question.max_length, "value": shown(text)})
    folded = text
    if not question.multiline:
        folded = "".join(text.split()).upper() if question.compact else " ".join(text.split())
    if folded != text:
        raise Refusal("text_form", given={"value": shown(text)})
    return text


def _date(_question: Question, value: Any) -> str:
    try:
        found = date.fromisoformat(str(value))
    except ValueError:
        raise Refusal("not_a_date", given={"value": shown(value)}) from None
    return found.isoformat()


_MAKERS: dict[Kind, Callable[[Question, Any], Any]] = {
    **dict.fromkeys(NUMBERS, _number),
    Kind.TEXT: _text,
    Kind.DATE: _date,
}
# Which kinds a kind can be made from; choices and tables have their own ways.
_FROM: dict[Kind, frozenset[Kind]] = {
    **dict.fromkeys(NUMBERS, NUMBERS | {Kind.TEXT}),
    Kind.TEXT: NUMBERS | {Kind.TEXT, Kind.DATE},
    Kind.DATE: frozenset({Kind.DATE, Kind.TEXT}),
}


def _codes(old: Questionnaire, new: Questionnaire, before: str, after: str) -> dict[str, str]:
    """The new code of every old choice that is still offered."""
    return paired(choice_names(old.lists.get(before, ())), choice_names(new.lists.get(after, ())))


def _choices(old: Questionnaire, new: Questionnaire, before: Question, after: Question, value: Any) -> Any:
    codes = _codes(old, new, before.choices, after.choices)
    given = value if isinstance(value, list) else [value]
    gone = [code for code in given if code not in codes]
    if gone:
        labels = [old.label(before.choices, str(code), "fr") for code in gone]
        english = [old.label(before.choices, str(code), "en") for code in gone]
        raise Refusal("choice_gone", given={"value": shown(labels), "english": shown(english)})
    kept = [codes[code] for code in given]
    if after.kind is Kind.SELECT_ONE:
        if len(kept) != 1:
            raise Refusal("several_choices", given={"count": len(kept)})
        return kept[0]
    alone = {choice.code for choice in new.lists.get(after.choices, ()) if choice.exclusive}
    if len(kept) > 1 and alone.intersection(kept):
        raise Refusal("exclusive_choice", given={"value": shown([new.label(after.choices, code, "fr") for code in kept])})
    return kept


def _matrix(old: Questionnaire, new: Questionnaire, before: Question, after: Question, value: Any) -> Any:
    """A matrix cell by cell; a filled cell whose row or column is gone would change every total, and so refuses the whole."""
    if bool(before.across) != bool(after.across) or not isinstance(value, dict):
        raise Refusal("matrix_shape")
    rows = _codes(old, new, before.rows, after.rows)
    across = _codes(old, new, before.across, after.across)
    found: dict[str, Any] = {}
    for row, cells in value.items():
        filled = {column: cell for column, cell in cells.items() if cell is not None} if isinstance(cells, dict) else cells
        if filled is None or filled == {}:
            continue
        place = _place(rows, row, old, before.rows)
        if isinstance(filled, dict):
            found[place] = {
                _place(across, column, old, before.across): _rounded(after.cell_kind, cell) for column, cell in filled.items()
            }
        else:
            found[place] = _rounded(after.cell_kind, filled)
    return found


def _place(codes: Mapping[str, str], code: str, old: Questionnaire, list_name: str) -> str:
    if code not in codes:
        raise Refusal("cell_gone", given={"value": old.label(list_name, code, "fr"), "english": old.label(list_name, code, "en")})
    return codes[code]


class Table:
    """A roster of one version and the roster that it became: which column is which, and how its lines go over."""

    def __init__(self, old: Questionnaire, new: Questionnaire, before: Question, after: Question) -> None:
        self.old, self.new = old, new
        self.before = {column.name: column for column in before.columns}
        self.after = {column.name: column for column in after.columns}
        self.names = paired(question_names(before.columns), question_names(after.columns))

    def row(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Refusal]]:
        """A line in its new columns, the cells that have none, and the refusals, both by old column."""
        row: dict[str, Any] = {}
        gone: dict[str, Any] = {}
        refusals: dict[str, Refusal] = {}
        for name, cell in given.items():
            if name == "id":
                continue
            target = self.names.get(name)
            if target is None or self.after[target].kind is Kind.CALCULATE:
                if cell is not None:
                    gone[name] = cell
                continue
            try:
                row[target] = None if cell is None else convert(self.old, self.new, self.before[name], self.after[target], cell)
            except Refusal as refusal:
                refusals[name] = refusal
        return row, gone, refusals
