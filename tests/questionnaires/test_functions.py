"""Every function of the table does what its line of meaning says, and the coordinator’s page names it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.fr import siret

from questionnaires.expressions import Scope, compile_expression, evaluate
from questionnaires.functions import ANY, FUNCTIONS, Function
from questionnaires.values import as_text, number

DAY = date(2026, 11, 24)
ANSWERS: dict[str, Any] = {
    "picked": ["a", "b"],
    "one": "b",
    "col": [1, None, 3],
    "grid": {"b7": {"F": 2, "H": 1}, "b8": {"F": None, "H": 4}},
    "line": {"caf": 100.5, "ue": None, "autre": 50.0},
    "born": "1964-02-29",
}
CASES: list[tuple[str, Any]] = [
    ("if(${one} = 'b', 1, 2)", 1),
    ("if(${none}, 1, 2)", 2),
    ("coalesce(${none}, '', 'x')", "x"),
    ("coalesce(${none})", None),
    ("not(${none})", True),
    ("true()", True),
    ("false()", False),
    ("boolean('')", False),
    ("boolean('a')", True),
    ("selected(${picked}, 'a')", True),
    ("selected(${picked}, 'c')", False),
    ("selected('a b c', ${one})", True),
    ("selected('ab', ${one})", False),
    ("selected(${none}, 'a')", False),
    ("selected('a b', ${none})", False),
    ("count-selected(${picked})", 2),
    ("count-selected(${none})", 0),
    ("selected-at(${picked}, 1)", "b"),
    ("selected-at(${picked}, 5)", None),
    ("sum(${col})", 4),
    ("sum(1, 2.5)", 3.5),
    ("sum(${none})", None),
    ("mean(${col})", 2.0),
    ("min(${col}, 0)", 0),
    ("max(${col})", 3),
    ("min(${none})", None),
    ("count(${col})", 3),
    ("count-non-empty(${col}, ${none}, 'x')", 3),
    ("round(2.5)", 3),
    ("round(-2.5)", -2),
    ("round(2.345, 1)", 2.3),
    ("round(${none})", None),
    ("int(-2.7)", -2),
    ("abs(-3)", 3),
    ("number('12.5')", 12.5),
    ("number('12,5')", None),
    ("string(12.0)", "12"),
    ("string(${none})", ""),
    ("string-length('été')", 3),
    ("regex('88.10A', '[0-9]{2}\\.?[0-9]{2}[A-Z]')", True),
    ("regex('88.10A ', '[0-9]{2}\\.?[0-9]{2}[A-Z]')", False),
    ("contains('abc', 'b')", True),
    ("starts-with('13055', '13')", True),
    ("ends-with('abc', 'c')", True),
    ("substr('abcdef', 1, 3)", "bc"),
    ("substr('abc', 1)", "bc"),
    ("concat('a', 1, ${none}, 'b')", "a1b"),
    ("join(', ', ${picked}, 'c')", "a, b, c"),
    ("normalize-space('  a   b ')", "a b"),
    ("lower-case('ÉTÉ')", "été"),
    ("upper-case('été')", "ÉTÉ"),
    ("siret('73282932000074')", True),
    ("siret('73282932000075')", False),
    ("siret('35600000049837')", True),
    ("siret('00000000000000')", False),
    ("siret('7328293200007')", False),
    ("date('2026-11-24')", DAY),
    ("year(${born})", 1964),
    ("month(${born})", 2),
    ("day(${born})", 29),
    ("years-between(${born}, '2026-02-28')", 61),
    ("years-between(${born}, '2026-03-01')", 62),
    ("add-days('2026-12-31', 1)", date(2027, 1, 1)),
    ("add-months('2026-01-31', 1)", date(2026, 2, 28)),
    ("add-months('2026-01-31', -13)", date(2024, 12, 31)),
    ("add-months('2026-01-31', 999999)", None),
    ("today()", DAY),
    ("fact('nothing')", None),
    ("count-where(${none}, true())", None),
    ("sum-where(${none}, true(), 1)", None),
    ("matrix-sum(${grid})", 7),
    ("matrix-sum(${line})", 150.5),
    ("matrix-sum(${none})", None),
    ("matrix-max(${grid})", 4),
    ("matrix-row(${grid}, 'b8')", 4),
    ("matrix-row(${grid}, 'b7', 'b8')", 7),
    ("matrix-row(${grid}, 'b1')", 0),
    ("matrix-row(${line}, 'caf')", 100.5),
    ("matrix-row(${none}, 'b1')", None),
    ("matrix-column(${grid}, 'F')", 2),
    ("matrix-column(${none}, 'F')", None),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_function_gives(source: str, expected: Any) -> None:
    found = evaluate(compile_expression(source), Scope(ANSWERS, DAY))
    assert found == expected
    assert type(found) is type(expected)


def test_every_function_is_tried_above() -> None:
    tried = {source.split("(")[0] for source, _expected in CASES}
    assert tried == set(FUNCTIONS)


def test_every_function_is_explained_to_the_coordinator() -> None:
    page = (Path(__file__).parents[2] / "docs" / "questionnaire.md").read_text(encoding="utf-8")
    absent = [name for name, function in FUNCTIONS.items() if f"| `{name}" not in page or function.meaning.fr not in page]
    assert absent == []


@given(st.one_of(st.integers(1, 10**14 - 1), st.integers(356000000 * 10**5, 356000001 * 10**5 - 1)))
@settings(max_examples=300, deadline=None)
def test_siret_agrees_with_the_reference_implementation(digits: int) -> None:
    text = f"{digits:014d}"
    last = next(
        f"{text[:13]}{key}"
        for key in range(10)
        if evaluate(compile_expression("siret(.)"), Scope({}, DAY, f"{text[:13]}{key}")) or key == 9
    )
    for candidate in (text, last):
        assert evaluate(compile_expression("siret(.)"), Scope({}, DAY, candidate)) is bool(siret.is_valid(candidate))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**80, "1e5", "١٢", "1 2", " ", True, None])
def test_numbers_are_plain_and_finite(value: Any) -> None:
    found = number(value)
    assert found is None or found == 1


def test_texts_of_values() -> None:
    assert as_text([1, "a", {"x": 1}]) == "1 a"
    assert as_text({"x": 1}) == ""
    assert as_text(DAY) == "2026-11-24"
    assert as_text(value=True) == "true"
    assert as_text(1.5) == "1.5"


def test_the_table_of_functions_of_the_method_page_is_this_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "methods" / "expressions.md").read_text(encoding="utf-8")
    rows = [tuple(line.strip("| ").split(" | ")) for line in page.splitlines() if line.startswith("| `") and line.count("|") == 4]
    assert rows == [(f"`{name}`", _values(function), function.meaning.fr) for name, function in FUNCTIONS.items()]


def _values(function: Function) -> str:
    if function.least == function.most:
        return str(function.least)
    return f"{function.least} ou plus" if function.most == ANY else f"{function.least} à {function.most}"
