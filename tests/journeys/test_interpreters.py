"""The browser's interpreter is held to Python's: the shared table, then expressions and answers that nobody thought of.

Everything of one batch goes to Chromium and back in one exchange.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from questionnaires import values
from questionnaires.evaluation import Scope, evaluate
from questionnaires.expressions import ExpressionError, compile_expression
from questionnaires.functions import FUNCTIONS
from questionnaires.model import Tree
from questionnaires.patterns import PatternError, canonical
from tests.questionnaires.interpreters import asked, from_json, in_browser, plain, to_json, workshop
from tests.questionnaires.shared_cases import cases, differences

pytestmark = pytest.mark.browser
MODEST = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    opened = workshop(chromium)
    yield opened
    opened.context.close()


def test_chromium_gives_what_the_table_says(page: Page) -> None:
    assert differences(in_browser(page, "evaluated", [case.question for case in cases()])) == []


def test_both_offer_the_same_functions(page: Page) -> None:
    assert sorted(in_browser(page, "offered", None)) == sorted(FUNCTIONS)


# --- expressions and answers from the grammar ---------------------------------------------------------------------------------

NAMES = ("number", "text", "day", "codes", "blank", "team", "cell", "born", "grid", "constructor")
NUMBERS = st.one_of(
    st.integers(-20, 2100),
    st.integers(-values.LARGEST - 2, values.LARGEST + 2),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-1000, 1000, places=2).map(float),
)
DAYS = st.one_of(
    st.dates(), st.dates(date(2023, 12, 1), date(2026, 3, 31)), st.sampled_from([date.min, date.max, date(2024, 2, 29)])
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "a",
            "A",
            "12",
            "12.5",
            "1,5",
            " 7",
            "-0",
            "a b",
            "2026-11-24",
            "2026-02-30",
            "été",
            "ß",
            "Σ",
            "👍🏽",
            "\u00a0",
            "73282932000074",
            "true",
        ]
    ),
    st.text(max_size=8),
    DAYS.map(date.isoformat),
    NUMBERS.map(str),
)
CODES = st.lists(st.sampled_from(["a", "b", "1", "12"]), max_size=3, unique=True)
SIMPLE = st.one_of(st.none(), NUMBERS, TEXTS, DAYS, st.booleans(), CODES)
ROWS = st.lists(st.fixed_dictionaries({"cell": SIMPLE, "born": st.one_of(st.none(), st.integers(1940, 2010), DAYS)}), max_size=4)
CELLS = st.one_of(st.none(), NUMBERS)
GRID = st.one_of(
    st.dictionaries(st.sampled_from(["b", "a", "10", "2"]), st.dictionaries(st.sampled_from(["F", "H", "1"]), CELLS, max_size=3), max_size=4),
    st.dictionaries(st.sampled_from(["b", "a", "10", "2"]), CELLS, max_size=4),
)  # fmt: skip


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Answers of every kind, a roster with its columns, a current answer and sometimes a row."""
    team = draw(st.one_of(st.none(), ROWS))
    answers: dict[str, Any] = {
        "number": draw(st.one_of(st.none(), NUMBERS)),
        "text": draw(TEXTS),
        "day": draw(st.one_of(st.none(), DAYS)),
        "codes": draw(st.one_of(st.none(), CODES)),
        "team": team,
        "grid": draw(st.one_of(st.none(), GRID)),
        "any": draw(SIMPLE),
    }
    for column in ("cell", "born"):
        answers[column] = None if team is None else [row[column] for row in team]
    row = draw(st.sampled_from([None, *(team or [])]))
    facts = {"siret": "73282932000074", "start": draw(DAYS), "table": {"a": 1, "12": "x"}}
    return Scope(answers, draw(DAYS), draw(SIMPLE), facts, row)


def literal(value: Any) -> Tree:
    return ["value", value]


LEAVES = st.one_of(
    NUMBERS.filter(lambda n: values.finite(n) is not None).map(literal),
    st.sampled_from(["", "a", "12", "2026-11-24", "x y", "siret", "table"]).map(literal),
    st.sampled_from(NAMES).map(lambda name: ["name", name]),
    st.just(["self"]),
)
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or")
PATTERNS = ("[a-z]+", "^\\d{1,3}$", ".*", "(a|b)*", "[^ ]+", "\\w*\\s?\\w*", "")


def calls(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    """A call of any function with as many values as it takes, or a little fewer than its most."""

    def call(name: str) -> st.SearchStrategy[Tree]:
        function = FUNCTIONS[name]
        if name == "regex":
            return st.tuples(inner, st.sampled_from(PATTERNS)).map(
                lambda both: ["call", "regex", both[0], ["value", canonical(both[1])]]
            )
        most = min(function.most, function.least + 2)
        return st.lists(inner, min_size=function.least, max_size=most).map(lambda given: ["call", name, *given])

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(call)


TREES: st.SearchStrategy[Tree] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(OPERATORS), inner, inner).map(lambda three: ["op", *three]),
        inner.map(lambda tree: ["op", "neg", tree]),
        calls(inner),
    ),
    max_leaves=8,
)


@given(st.lists(TREES, min_size=8, max_size=24), st.lists(scopes(), min_size=1, max_size=3))
@settings(MODEST, max_examples=40)
def test_chromium_agrees_with_python_on_any_expression(page: Page, trees: list[Tree], places: list[Scope]) -> None:
    batch = [(tree, scope) for tree in trees for scope in places]
    found = in_browser(page, "evaluated", [asked(tree, scope) for tree, scope in batch])
    for (tree, scope), value in zip(batch, found, strict=True):
        assert plain(from_json(value)) == plain(evaluate(tree, scope)), (tree, scope)


def readable(compile_one: Callable[[str], Any], source: str) -> list[Any]:
    """What a source compiles to, or nothing where it is refused; anything but a refusal with its place fails."""
    try:
        return [compile_one(source)]
    except (ExpressionError, PatternError) as refusal:
        if not 0 <= refusal.position <= len(source):
            raise
        return []


PARTS = st.sampled_from([*"${}abc'\"()+-*/=<>!., 019", "and ", " or", " div ", "${text}", "round(", "'a b'"])
SOURCES = st.lists(PARTS, max_size=16).map("".join)


@given(st.lists(SOURCES, min_size=20, max_size=60), scopes())
@MODEST
def test_what_can_be_written_is_refused_or_has_one_value(page: Page, sources: list[str], scope: Scope) -> None:
    trees = [tree for source in sources for tree in readable(compile_expression, source)]
    found = in_browser(page, "evaluated", [asked(tree, scope) for tree in trees])
    for tree, value in zip(trees, found, strict=True):
        assert plain(from_json(value)) == plain(evaluate(tree, scope)), (tree, scope)


MATTER = st.sampled_from(["a", "b", "é", "0", "_", " ", "\n", "\r", "\u2028", "👍", "\\d", "\\W", "\\s", ".", "[a-c]", "[^a]", "[^\\s0]", "(?=a)", "(?!b)", "^", "$", "(a|b)", "(?:b|)", "[à-ü]", "\\.", "-"])  # fmt: skip
PIECES = st.tuples(MATTER, st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,}", "{,2}", "*?"])).map("".join)
WRITTEN = (
    st.lists(PIECES, max_size=4).map("".join).flatmap(lambda p: st.sampled_from([p, f"({p})", f"({p})*", f"{p}|a", f"({p})+b?"]))
)
SUBJECTS = st.text(st.sampled_from(list("ab0_ é\n\r\u2028👍-.c")), max_size=6)


@given(st.lists(st.tuples(WRITTEN, st.lists(SUBJECTS, min_size=6, max_size=6)), min_size=40, max_size=60))
@MODEST
def test_patterns_mean_the_same_to_both(page: Page, batch: list[tuple[str, list[str]]]) -> None:
    written = [(pattern, subject) for source, subjects in batch for pattern in readable(canonical, source) for subject in subjects]
    trees = [["call", "regex", ["value", subject], ["value", pattern]] for pattern, subject in written]
    scope = Scope({}, date(2026, 11, 24))
    found = in_browser(page, "evaluated", [asked(tree, scope) for tree in trees])
    assert [tree for tree, value in zip(trees, found, strict=True) if value is not evaluate(tree, scope)] == []


# --- letters, numbers and days, one by one ------------------------------------------------------------------------------------------


def test_every_character_has_the_same_case_and_is_a_space_for_both(page: Page) -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    found = in_browser(page, "letters", "".join(letters))
    mine = [[values.lower(letter), values.upper(letter), bool(values.words(letter))] for letter in letters]
    # Most characters have no case: only what differs from the character itself travels.
    ours = {letter: told for letter, told in zip(letters, mine, strict=True) if told != [letter, letter, True]}
    assert found == ours


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=200, max_size=400))
@MODEST
def test_numbers_are_written_and_added_alike(page: Page, numbers: list[float]) -> None:
    texts, total = in_browser(page, "numbersWritten", numbers)
    assert texts == [values.as_text(number) for number in numbers]
    near = [number for number in numbers if values.finite(number) is not None]
    scope = Scope({"near": near}, date(2026, 1, 1))
    assert plain(total) == plain(to_json(evaluate(["call", "sum", ["name", "near"]], scope)))


def test_every_day_of_four_centuries_has_the_same_name_and_number(page: Page) -> None:
    first = date(1850, 1, 1).toordinal()
    ordinals = [*range(first, first + 366 * 400, 1), 1, 2, date.max.toordinal()]
    assert in_browser(page, "daysWritten", ordinals) == [date.fromordinal(day).isoformat() for day in ordinals]
