"""What expressions promise.

1. Reading: every fault has a code and a place; nothing but `ExpressionError` comes out of the compiler.
2. The tree is JSON and gives the same value after a round trip.
3. Blanks: an ordered comparison with one is false, arithmetic with one is blank, `= ''` tests for one.
4. Evaluation is total: no tree raises, whatever the answers are.
5. Inside a roster’s row a name is that row’s cell, elsewhere it is the whole column.
"""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.expressions import DEEPEST, LONGEST, ExpressionError, Scope, compile_expression, evaluate, names, needed
from questionnaires.functions import FUNCTIONS

DAY = date(2026, 11, 24)


def value_of(
    source: str, *, current: Any = None, row: dict[str, Any] | None = None, facts: dict[str, Any] | None = None, **answers: Any
) -> Any:
    return evaluate(compile_expression(source), Scope(answers, DAY, current, facts or {}, row))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("7 div 2", 3.5),
        ("7 mod 4", 3.0),
        ("-7 mod 4", -3.0),
        ("-2 * -3", 6),
        ("2 < 3 and 3 <= 3", True),
        ("1 = 1 or 1 div 0 = 3", True),
        ("0 or 0", False),
        ("'a' = \"a\"", True),
        ("1 + 1 = 2 and not(1 = 2)", True),
        (".5 + 0.25", 0.75),
        ("  1  ", 1),
    ],
)
def test_operators_bind_as_in_xpath(source: str, expected: Any) -> None:
    assert value_of(source) == expected


@pytest.mark.parametrize(
    ("source", "code", "position"),
    [
        ("", "expression_empty", 0),
        ("   ", "expression_empty", 0),
        ("1 +", "unexpected_end", 3),
        ("(1 + 2", "unclosed_parenthesis", 0),
        ("1 2", "unexpected_token", 2),
        ("${a", "unterminated_name", 0),
        ("1 + ${a b}", "unterminated_name", 4),
        ("'abc", "unterminated_text", 0),
        ("1 # 2", "unexpected_character", 2),
        ("launch(1)", "unknown_function", 0),
        ("round()", "wrong_arity", 0),
        ("not(1, 2)", "wrong_arity", 0),
        ("and(1)", "unexpected_token", 0),
        ("eff_total > 3", "unexpected_token", 0),
        ("1 < ${a} < 5", "chained_comparison", 9),
        ("selected(${a}, )", "unexpected_token", 15),
        ("9" * 30, "number_too_large", 0),
        ("regex(., ${a})", "pattern_not_literal", 0),
        ("regex(., '(')", "bad_pattern", 0),
        ("(" * 200 + "1" + ")" * 200, "expression_too_deep", 61),
        ("1" + "+1" * (DEEPEST + 1), "expression_too_deep", 0),
        ("1 " * LONGEST, "expression_too_long", LONGEST),
    ],
)
def test_faults_say_what_and_where(source: str, code: str, position: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert (caught.value.code, caught.value.position) == (code, position)
    assert caught.value.message.fr
    assert caught.value.message.en


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("blank", [None, "", []])
def test_ordered_comparison_with_a_missing_answer_is_false(operator: str, blank: Any) -> None:
    assert value_of(f"${{a}} {operator} 3", a=blank) is False
    assert value_of(f"3 {operator} ${{a}}", a=blank) is False
    assert value_of(f"${{a}} {operator} ${{a}}", a=blank) is False


@pytest.mark.parametrize("operator", ["+", "-", "*", "div", "mod"])
def test_arithmetic_with_a_missing_answer_is_blank(operator: str) -> None:
    assert value_of(f"${{a}} {operator} 3") is None
    assert value_of(f"3 {operator} ${{a}}") is None
    assert value_of(f"-${{a}} {operator} 3") is None


def test_blanks_are_tested_with_the_empty_text() -> None:
    assert value_of("${a} = ''")
    assert value_of("${a} != ''", a="x")
    assert value_of("${a} != 0")
    assert not value_of("${a} = 0")


@pytest.mark.parametrize(
    ("source", "answers", "expected"),
    [
        ("${a} = 1", {"a": "1"}, True),
        ("${a} = '04'", {"a": "04"}, True),
        ("${a} = 'x'", {"a": ["x"]}, True),
        ("${a} = true()", {"a": 1}, True),
        ("${a} = '2026-11-24'", {"a": DAY}, True),
        ("${a} < '2026-11-25'", {"a": DAY}, True),
        ("${a} > 'abc'", {"a": "abd"}, False),
        ("${a} > 9", {"a": "10"}, True),
        ("${a} = ${b}", {"a": {"x": 1}, "b": {"x": 1}}, False),
    ],
)
def test_values_of_different_kinds_compare_by_number_date_or_text(source: str, answers: dict[str, Any], expected: bool) -> None:
    assert value_of(source, **answers) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("today() - 23", date(2026, 11, 1)),
        ("1 + today()", date(2026, 11, 25)),
        ("today() - date('2026-11-01')", 23),
        ("today() + 99999999", None),
        ("year(today()) - 1968", 58),
        ("date('2026-02-30')", None),
        ("1 div 0", None),
        ("9007199254740992 * 2", None),
        ("1 mod 0", None),
        ("'a' + 1", None),
    ],
)
def test_dates_and_what_cannot_be_computed(source: str, expected: Any) -> None:
    assert value_of(source) == expected


def test_a_name_is_the_cell_inside_a_row_and_the_column_outside() -> None:
    rows: list[dict[str, Any]] = [{"id": "r1", "born": 1960}, {"id": "r2", "born": 1990}, {"id": "r3", "born": None}]
    answers: dict[str, Any] = {"people": rows, "born": [1960, 1990, None], "limit": 1971}
    assert value_of("count-where(${people}, ${born} <= ${limit})", **answers) == 1
    assert value_of("sum(${born})", **answers) == 3950
    assert value_of("count(${people})", **answers) == 3
    assert value_of("count-non-empty(${born})", **answers) == 2
    assert value_of("sum-where(${people}, ${born} > 1900, 2026 - ${born})", **answers) == 66 + 36
    assert value_of("${born} + 14", row=rows[0], **answers) == 1974
    assert value_of("count-where(${people}, ${born} = .)", current=1960, row=rows[0], **answers) == 1


def test_figures_of_an_unanswered_roster_are_blank_and_of_an_empty_one_zero() -> None:
    assert value_of("count-where(${people}, true())") is None
    assert value_of("count(${people})") is None
    assert value_of("sum(${people})") is None
    assert value_of("count-where(${people}, true())", people=[]) == 0
    assert value_of("count(${people})", people=[]) == 0


def test_facts_come_by_name_and_by_key() -> None:
    facts = {"headcount": 12, "communes": {"13055": "13"}}
    assert value_of("fact('headcount') + 1", facts=facts) == 13
    assert value_of("fact('communes', .)", current="13055", facts=facts) == "13"
    assert value_of("fact('communes', .)", current="75056", facts=facts) is None
    assert value_of("fact('siret')", facts=facts) is None
    assert value_of("fact('headcount', 'x')", facts=facts) is None


def test_names_and_needs_of_a_tree() -> None:
    tree = compile_expression(
        "${a} = 'x' or coalesce(${b}, 0) > 3 or . <= ${c} + fact('f') or selected(${d}, 'e') or not(${g} > 1) or . = ${h}"
    )
    assert names(tree) == {"a", "b", "c", "d", "g", "h"}
    assert needed(tree) == [["name", "c"], ["call", "fact", ["value", "f"]], ["name", "g"], ["name", "h"]]


# --- properties -----------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "1",
        "2.5",
        "'a'",
        "''",
        "${a}",
        "${b}",
        "${rows}",
        "${grid}",
        ".",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "div",
        "mod",
        "<",
        "<=",
        "=",
        "!=",
        " and ",
        " or ",
    ]
    + [f"{name}(" for name in FUNCTIONS]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map(" ".join)))
@settings(max_examples=250, deadline=None)
def test_the_compiler_raises_nothing_but_its_own_error(source: str) -> None:
    try:
        tree = compile_expression(source)
    except ExpressionError as error:
        tree = ["value", error.message.fr]
    assert json.loads(json.dumps(tree)) == tree


LEAVES = st.sampled_from(
    ["1", "0", "-3", "2.5", "'a'", "''", "'12'", "'2026-11-24'", "${a}", "${b}", "${rows}", "${col}", "${grid}", ".", "today()"]
)


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(["+", "-", "*", "div", "mod", "and", "or", "=", "!=", "<", "<=", ">", ">="])
    pairs = st.tuples(inner, operator, inner).map(lambda part: f"({part[0]} {part[1]} {part[2]})")
    functions = st.sampled_from([function for function in FUNCTIONS.values() if function.name != "regex"])
    made = functions.flatmap(
        lambda f: st.lists(inner, min_size=f.least, max_size=min(f.most, 3, max(f.least, 3))).map(
            lambda given: f"{f.name}({', '.join(given)})"
        )
    )
    return st.one_of(pairs, made)


EXPRESSIONS = st.recursive(LEAVES, calls, max_leaves=6)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates())
ANSWERS = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.dictionaries(st.text(max_size=3), st.one_of(SCALARS, st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)), max_size=3),
)


@given(EXPRESSIONS, ANSWERS, ANSWERS, ANSWERS, st.lists(st.fixed_dictionaries({"id": st.just("r1"), "col": SCALARS}), max_size=3))
@settings(max_examples=250, deadline=None)
def test_evaluation_is_total_and_survives_json(source: str, a: Any, b: Any, current: Any, rows: list[dict[str, Any]]) -> None:
    tree = compile_expression(source)
    scope = Scope(
        {"a": a, "b": b, "rows": rows, "col": [row["col"] for row in rows], "grid": {"x": {"y": a}}}, DAY, current, {"1": {"a": 2}}
    )
    first = evaluate(tree, scope)
    again = evaluate(json.loads(json.dumps(tree)), scope)
    assert repr(first) == repr(again)


@given(st.sampled_from(["<", "<=", ">", ">="]), EXPRESSIONS)
@settings(max_examples=100, deadline=None)
def test_no_ordered_comparison_with_a_blank_is_ever_true(operator: str, source: str) -> None:
    tree = compile_expression(f"${{a}} {operator} ({source})")
    assert evaluate(tree, Scope({}, DAY)) is False
