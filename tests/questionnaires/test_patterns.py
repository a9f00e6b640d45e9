"""The common dialect of patterns: what is read alike is kept, the rest is refused with its place, and nothing can hang."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.expressions import ExpressionError, compile_expression
from questionnaires.patterns import PatternError, canonical


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        (r"[0-9]{2}\.?[0-9]{2}[A-Z]", "88.10A", True),
        (r"^\d{5}$", "13055", True),
        (r"^\d{5}$", "13055\n", False),
        (r"\d+", "١٢", False),
        (r"\w+", "é", False),
        (r"\s", "\u00a0", False),
        (r"a.c", "a\nc", False),
        (r"a.c", "a\u2028c", True),
        (r"[^\d]+", "é\n", True),
        (r"[\w-]+", "a-b", True),
        (r"a{,2}", "aa", True),
        (r"(ab|cd)+", "abcd", True),
        (r"(?=.*\d)[a-z\d]+", "abc1", True),
        (r"(?=.*\d)[a-z\d]+", "abc", False),
        (r"$a", "a", False),
        (r"", "", True),
        (r"\x41\u00e9\/\-\#", "Aé/-#", True),
        (r"^[a-zA-Z0-9._%+-]+@([a-z0-9-]+\.)+[a-z]{2,}$", "x.y@sub.example.fr", True),
    ],
)
def test_patterns_mean(source: str, text: str, *, expected: bool) -> None:
    assert (re.fullmatch(canonical(source), text) is not None) is expected


@pytest.mark.parametrize(
    ("source", "reason", "position"),
    [
        ("(?<=a)b", "pattern_group", 0),
        ("x(?<!a)b", "pattern_group", 1),
        ("(?P<x>a)", "pattern_group", 0),
        ("(?i)a", "pattern_group", 0),
        ("(?>a)", "pattern_group", 0),
        (r"(a)\1", "pattern_escape", 3),
        (r"\p{L}", "pattern_escape", 0),
        (r"a\Z", "pattern_escape", 1),
        (r"\bmot", "pattern_boundary", 0),
        ("a++", "pattern_possessive", 1),
        ("a{2}{3}", "pattern_possessive", 3),
        ("[[:alpha:]]", "pattern_bracket", 1),
        ("[]a]", "pattern_bracket", 1),
        ("[a&&b]", "pattern_bracket", 2),
        ("a{", "pattern_bracket", 1),
        ("a}", "pattern_bracket", 1),
        ("(a", "pattern_unbalanced", 0),
        ("a)", "pattern_unbalanced", 1),
        ("[a", "pattern_unbalanced", 0),
        ("[z-a]", "pattern_range", 1),
        (r"[a-\d]", "pattern_range", 1),
        ("x{3,1}", "pattern_repeats", 1),
        ("x{1,9999}", "pattern_repeats", 1),
        ("*a", "pattern_nothing_repeated", 0),
        ("(?=a)*", "pattern_nothing_repeated", 0),
        ("a" * 301, "pattern_too_long", 300),
        ("(" * 30 + ")" * 30, "pattern_too_deep", 21),
        ("(a+)+b", "pattern_explosive", 0),
        ("(a*)*", "pattern_explosive", 0),
        ("(a|a)*", "pattern_explosive", 0),
        ("(a|aa)+", "pattern_explosive", 0),
        ("(.*,)*", "pattern_explosive", 0),
        ("([A-Z]+ ?)*", "pattern_explosive", 0),
        ("b(?=(a+)+c)", "pattern_explosive", 1),
    ],
)
def test_what_is_not_common_is_refused_with_its_place(source: str, reason: str, position: int) -> None:
    with pytest.raises(PatternError) as caught:
        canonical(source)
    assert (caught.value.reason, caught.value.position) == (reason, position)


def test_a_refused_pattern_is_told_in_both_languages_with_its_place_in_the_expression() -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(r"1 = 1 and regex(., '\bmot')")
    assert (caught.value.code, caught.value.position) == ("bad_pattern", 20)
    assert "n’a pas le même sens partout" in caught.value.message.fr
    assert "does not mean the same everywhere" in caught.value.message.en


PIECES = st.sampled_from(["a", "b", ".", r"\w", "[ab]", "(a|b)", "(a)", "(ab?)", " "])
REPEATED = st.tuples(PIECES, st.sampled_from(["", "*", "+", "?", "{2,}", "{0,5}"])).map("".join)
SOURCES = (
    st.lists(REPEATED, min_size=1, max_size=4)
    .map("".join)
    .flatmap(lambda p: st.sampled_from([f"({p})*c", f"({p})+", f"({p}){{1,30}}c"]))
)


@given(st.lists(SOURCES, min_size=20, max_size=20))
@settings(max_examples=20, deadline=None)
def test_no_accepted_pattern_hangs(sources: list[str]) -> None:
    for source in sources:
        try:
            pattern = re.compile(canonical(source))
        except PatternError:
            continue
        for text in ("a" * 28 + "!", "ab" * 14 + "!", "a " * 14 + "!"):
            started = time.perf_counter()
            pattern.fullmatch(text)
            assert time.perf_counter() - started < 1, (source, text)
