"""A second opinion: what pyxform, the reference reader of XLSForm, finds wrong, as coded faults in both languages.

pyxform stops at its first error and says it in English; its words are mapped to our codes here, and what is not mapped is
handed on as it is. Tests hold the mapping to the version that is installed.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from questionnaires.faults import Fault, make_fault
from questionnaires.interchange import MOVED, for_other_tools
from questionnaires.model import Text

MOST_ROWS_JUDGED = 1_500
MOST_SIGNS_JUDGED = 200_000  # In expressions.
_VAGUE = Text("Corrigez la cellule.", "Correct the cell.")

# pyxform's words -> our code, and the column meant; a group `value` is what the message is about.
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (r"Question with no type", "unknown_type", "type"),
    (r"Unknown question type '(?P<value>[^']*)'", "unknown_type", "type"),
    (r"List name not in choices sheet: (?P<value>\S+)", "unknown_list", "type"),
    (r"Missing calculation", "missing_calculation", "calculation"),
    (r"Question or group with no name", "bad_name", "name"),
    (r"'(?P<column>name|list_name)' value is invalid\. Names must begin", "bad_name", "name"),
    (r"The '(?P<value>[^']*)' value is invalid\. Names must begin", "bad_name", "name"),
    (r"the 'name' value '(?P<value>[^']*)' is invalid\. Questions, groups, and repeats must be unique", "duplicate_name", "name"),
    (r"the 'name' value '(?P<value>[^']*)' is invalid\. Repeat names must uni", "duplicate_name", "name"),
    (r"Choice names must be unique", "duplicate_name", "name"),
    (r"Choices must have a name", "bad_code", "name"),
    (r"Choice names with spaces cannot be added.*\[(?P<value>[^\]]*)\] in", "bad_code", "name"),
    (r"Choices should have a label", "missing_text", "label"),
    (r"Unmatched 'end_", "unbalanced_group", "type"),
    (r"Unmatched 'begin_\w+'.*name '(?P<value>[^']*)'", "unclosed_group", "type"),
    (r"Could not find the name '(?P<value>[^']*)'", "unknown_reference", "column"),
    (r"The name '(?P<value>[^']*)' appears more than once", "duplicate_name", "name"),
    (r"Reference variables must start with", "unterminated_name", "column"),
)
_PLACE = re.compile(r"\[row : (?P<row>\d+)\](?: On the '(?P<sheet>\w+)' sheet)?(?:, the '(?P<column>[^']*)' value)?")
_COLUMNS = {"calculate": "calculation", "constraint": "constraint", "relevant": "relevant", "required": "required"}


def definition(sheets: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, Any]:
    """Our sheets as `pyxform.xls2xform.convert` takes them: no empty cells, what only we can run set aside."""
    parts: dict[str, list[dict[str, str]]] = {}
    for name in ("survey", "choices", "settings"):
        rows = for_other_tools(name, sheets.get(name, ()))
        parts[name] = [{column: text for column, text in row.items() if text} for row in rows]
    parts["settings"] = [next(filter(None, parts["settings"]), {})]
    titles = {f"{name}_header": [dict.fromkeys(column for row in rows for column in row)] for name, rows in parts.items()}
    code = parts["settings"][0].get("form_id") or "form"
    return {**parts, **titles, "sheet_names": list(parts), "fallback_form_name": code}


def second_opinion(sheets: Mapping[str, Sequence[Mapping[str, str]]]) -> Fault | None:
    """The first error that pyxform finds; None where it finds none, or where the form is too long for it to be quick."""
    rows = sheets.get("survey", ())
    if len(rows) > MOST_ROWS_JUDGED or sum(len(row.get(column, "")) for row in rows for column in MOVED) > MOST_SIGNS_JUDGED:
        return None
    try:
        convert(definition(sheets))
    except PyXFormError as error:
        return translate(str(error))
    except Exception as error:  # noqa: BLE001 (what pyxform raises on a form that it did not foresee is a refusal all the same)
        return make_fault("refused_elsewhere", value=f"{type(error).__name__}: {error}")
    return None


def translate(words: str) -> Fault:
    """What pyxform says, as a fault of ours: the row that it names, our code and both languages."""
    text = " ".join(words.split())
    place = _PLACE.search(text)
    row = int(place.group("row")) if place else 0
    sheet = (place.group("sheet") if place else "") or ("survey" if row else "")
    for pattern, code, column in _MEANINGS:
        found = re.search(pattern, text)
        if found:
            value = found.groupdict().get("value") or ""
            said = (place.group("column") if place else "") or ""
            where = _COLUMNS.get(said.partition("::")[0], said or "relevant") if column == "column" else column
            return make_fault(
                code, sheet or ("choices" if code == "bad_code" else "survey"), row, where, value=value, instead=_VAGUE
            )
    return make_fault("refused_elsewhere", sheet, row, value=re.sub(r"^\[row : \d+\] *", "", text))
