"""docs/authoring.md keeps in step with the code: its tables of columns, types and faults are those that this module makes.

`DIAGNOSTICS_WRITE_DOCS=1 pytest tests/questionnaires/test_docs.py` writes them anew.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from questionnaires.column_help import HELP
from questionnaires.faults import Gravity, make_fault
from questionnaires.headers import DIAG, UNSUPPORTED, template
from questionnaires.model import Text
from questionnaires.problems import MESSAGES, REMEDIES, WARNINGS
from questionnaires.question_types import INSTEAD, METADATA
from questionnaires.workbook import read_workbook, write_workbook
from tests.questionnaires.workbooks import Cells, asked

PAGE = Path(__file__).parents[2] / "docs" / "authoring.md"
GIVEN = re.compile(r"\{[a-z_]+\}")


def _cell(text: str) -> str:
    return GIVEN.sub("…", text).replace("{{", "{").replace("}}", "}").replace("|", "\\|")


def columns() -> str:
    lines = ["| feuille | colonne | à quoi elle sert |", "|---|---|---|"]
    lines += [
        f"| `{sheet}` | `{column}` | {_cell(meaning.fr)} |"
        for sheet, meanings in HELP.items()
        for column, meaning in meanings.items()
    ]
    return "\n".join(lines)


def refused_types() -> str:
    grouped: dict[str, list[str]] = {}
    for word, instead in INSTEAD.items():
        grouped.setdefault(instead.fr, []).append(f"`{word}`")
    grouped["Rien : la plateforme note elle-même qui remplit, quand et sur quel appareil (remarque)."] = [
        f"`{word}`" for word in sorted(METADATA) if " " not in word
    ]
    lines = ["| type d’XLSForm | ce qu’il faut faire |", "|---|---|"]
    return "\n".join([*lines, *(f"| {', '.join(words)} | {_cell(instead)} |" for instead, words in grouped.items())])


def refused_columns() -> str:
    lines = ["| colonne d’XLSForm | ce qu’il faut faire |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{column}` | {_cell(instead.fr)} |" for column, instead in UNSUPPORTED.items())])


def faults() -> str:
    lines = ["| code | gravité | cause | remède |", "|---|---|---|---|"]
    for code in REMEDIES:
        gravity = "remarque" if code in WARNINGS else "faute"
        remedy = _cell(REMEDIES[code].fr)
        lines.append(f"| `{code}` | {gravity} | {_cell(MESSAGES[code].fr)} | {'dit sur place' if remedy == '…' else remedy} |")
    return "\n".join(lines)


TABLES = {"colonnes": columns, "types refusés": refused_types, "colonnes refusées": refused_columns, "fautes": faults}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_page_is_the_one_that_the_code_makes(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    place = re.compile(rf"(<!-- table : {name} -->\n).*?(\n<!-- fin -->)", re.DOTALL)
    assert len(place.findall(page)) == 1
    made = TABLES[name]()
    if os.environ.get("DIAGNOSTICS_WRITE_DOCS"):
        PAGE.write_text(place.sub(lambda found: found.group(1) + made + found.group(2), page), encoding="utf-8")
    assert f"<!-- table : {name} -->\n{made}\n<!-- fin -->" in PAGE.read_text(encoding="utf-8")


def test_every_fault_has_a_cause_and_a_remedy() -> None:
    assert set(REMEDIES) <= set(MESSAGES)
    assert set(REMEDIES) >= WARNINGS
    given: dict[str, Any] = {
        name: "x" for text in (*MESSAGES.values(), *REMEDIES.values()) for name in re.findall(r"\{(\w+)\}", text.fr)
    } | {"instead": Text("a", "b")}
    for name in ("column", "row"):
        given.pop(name, None)
    for code in REMEDIES:
        fault = make_fault(code, "survey", 2, "name", **given)
        assert (fault.severity is Gravity.WARNING) == (code in WARNINGS)
        assert fault.remedy.fr


def test_every_column_of_the_template_is_explained() -> None:
    for sheet, meanings in HELP.items():
        assert set(template(sheet)) == set(meanings), sheet


def example() -> Cells:
    """The worked example of the page: its table of rows."""
    text = PAGE.read_text(encoding="utf-8").partition("<!-- exemple -->\n")[2].partition("\n<!-- fin -->")[0]
    lines = [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in text.splitlines()]
    return [lines[0], *lines[2:]]


def test_the_worked_example_is_accepted() -> None:
    titles, *rows = example()
    named = [{title: cell or None for title, cell in zip(titles, row, strict=True)} for row in rows]
    assert len(named) >= 5
    choices: Cells = [("list_name", "name", "label"), ("oui_non", "1", "Oui"), ("oui_non", "0", "Non")]
    found = read_workbook(asked(*named[1:-1], choices=choices), "exemple.xlsx")
    assert found.errors == ()
    assert read_workbook(write_workbook(found.sheets), "exemple.xlsx").questionnaire == found.questionnaire
    assert any(f"{DIAG}soft" in row for row in found.sheets["survey"])
