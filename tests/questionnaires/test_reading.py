"""Raw answers become stored values, or a coded problem that says what to do; whatever is typed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.model import NO_TEXT, Choice, Kind, Question, Questionnaire, Text
from questionnaires.reading import MOST_ROWS, ValueProblem, read_matrix, read_roster, read_value
from tests.questionnaires.tiny import CHOICES

LISTS = {
    name: tuple(Choice(code, Text(fr, en), exclusive=bool(flag)) for code, fr, en, flag in offered)
    for name, offered in CHOICES.items()
}
SHEET = Questionnaire("tiny", "1", NO_TEXT, (), LISTS)


def question(kind: Kind, **details: Any) -> Question:
    return Question("q", kind, Text("Question", "Question"), **details)


def read(kind: Kind, raw: Any, **details: Any) -> Any:
    return read_value(question(kind, **details), raw, SHEET)


def refusal(kind: Kind, raw: Any, **details: Any) -> str:
    with pytest.raises(ValueProblem) as caught:
        read(kind, raw, **details)
    assert caught.value.message.fr
    assert caught.value.message.en
    return caught.value.code


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (Kind.INTEGER, "12", 12),
        (Kind.INTEGER, " 1 234 ", 1234),
        (Kind.INTEGER, "1\u202f234", 1234),
        (Kind.INTEGER, "1\u00a0234\u00a0567", 1234567),
        (Kind.INTEGER, "-3", -3),
        (Kind.INTEGER, "−3", -3),
        (Kind.INTEGER, "+4", 4),
        (Kind.INTEGER, "007", 7),
        (Kind.INTEGER, "12,0", 12),
        (Kind.INTEGER, "1.234.567", 1234567),
        (Kind.INTEGER, "9999999999", 9999999999),
        (Kind.DECIMAL, "0,5", 0.5),
        (Kind.DECIMAL, ",5", 0.5),
        (Kind.DECIMAL, "12.", 12.0),
        (Kind.DECIMAL, "1,125", 1.125),
        (Kind.MONEY, "1 234,50 €", 1234.5),
        (Kind.MONEY, "1.234,50", 1234.5),
        (Kind.MONEY, "1,234.50", 1234.5),
        (Kind.MONEY, "12 345 euros", 12345.0),
        (Kind.MONEY, "-60000", -60000.0),
        (Kind.PERCENTAGE, "12,5 %", 12.5),
        (Kind.PERCENTAGE, "100%", 100.0),
    ],
)
def test_numbers_as_people_write_them(kind: Kind, raw: str, expected: float) -> None:
    found = read(kind, raw)
    assert found == expected
    assert isinstance(found, int if kind is Kind.INTEGER else float)


def test_the_unit_may_be_typed_after_the_number() -> None:
    assert read(Kind.INTEGER, "6 mois", unit=Text("mois", "months")) == 6
    assert read(Kind.INTEGER, "6 months", unit=Text("mois", "months")) == 6
    assert refusal(Kind.INTEGER, "6 jours", unit=Text("mois", "months")) == "not_a_number"


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (Kind.INTEGER, "douze", "not_a_number"),
        (Kind.INTEGER, "1e5", "not_a_number"),
        (Kind.DECIMAL, "1e400", "not_a_number"),
        (Kind.DECIMAL, "NaN", "not_a_number"),
        (Kind.DECIMAL, "inf", "not_a_number"),
        (Kind.DECIMAL, "-Infinity", "not_a_number"),
        (Kind.INTEGER, "0x1F", "not_a_number"),
        (Kind.INTEGER, "١٢", "not_a_number"),
        (Kind.INTEGER, "--3", "not_a_number"),
        (Kind.INTEGER, "€", "not_a_number"),
        (Kind.INTEGER, "3-5", "not_a_number"),
        (Kind.INTEGER, "9" * 5_000_000, "too_many_digits"),
        (Kind.INTEGER, "10000000000", "too_many_digits"),
        (Kind.MONEY, "99999999999", "too_many_digits"),
        (Kind.INTEGER, "12,5", "not_whole"),
        (Kind.INTEGER, "12.500", "ambiguous_number"),
        (Kind.MONEY, "12,500", "ambiguous_number"),
        (Kind.MONEY, "12,3456", "too_many_decimals"),
        (Kind.PERCENTAGE, "33,3333", "too_many_decimals"),
        (Kind.INTEGER, ["1", "2"], "several_values"),
        (Kind.INTEGER, 12, "type"),
        (Kind.INTEGER, [12], "type"),
        (Kind.INTEGER, b"12", "type"),
        (Kind.INTEGER, {"a": "1"}, "type"),
    ],
)
def test_numbers_that_cannot_be_taken(kind: Kind, raw: Any, code: str) -> None:
    assert refusal(kind, raw) == code


def test_a_wrong_answer_is_quoted_back_shortened_and_printable() -> None:
    with pytest.raises(ValueProblem) as caught:
        read(Kind.INTEGER, "abc\x00" + "d" * 500)
    assert "abc·d" in caught.value.message.fr
    assert len(caught.value.message.fr) < 200


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2026-11-24", "2026-11-24"),
        ("24/11/2026", "2026-11-24"),
        ("1/3/2026", "2026-03-01"),
        ("24-11-2026", "2026-11-24"),
        ("24.11.2026", "2026-11-24"),
        ("24 11 2026", "2026-11-24"),
        ("1er mars 2026", "2026-03-01"),
        ("24 novembre 2026", "2026-11-24"),
        ("24 Nov. 2026", "2026-11-24"),
        ("15 août 2026", "2026-08-15"),
        ("29/02/2024", "2024-02-29"),
        ("5 February 2026", "2026-02-05"),
    ],
)
def test_dates_as_people_write_them(raw: str, expected: str) -> None:
    assert read(Kind.DATE, raw) == expected


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("demain", "not_a_date"),
        ("24/11", "not_a_date"),
        ("24 brumaire 2026", "not_a_date"),
        ("24/11/26", "short_year"),
        ("31/02/2026", "impossible_date"),
        ("29/02/2025", "impossible_date"),
        ("12/31/2026", "impossible_date"),
        ("2026-13-01", "impossible_date"),
        ("0000-01-01", "impossible_date"),
        ("01/01/0001", "date_out_of_range"),
        ("01/01/9999", "date_out_of_range"),
        ("2026-11-24T10:00", "not_a_date"),
    ],
)
def test_dates_that_cannot_be_taken(raw: str, code: str) -> None:
    assert refusal(Kind.DATE, raw) == code


def test_texts_are_trimmed_and_composed() -> None:
    assert read(Kind.TEXT, "  e\u0301te\u0301\u00a0 2026 ") == "été 2026"
    assert read(Kind.TEXT, "a\r\nb") == "a b"
    assert read(Kind.TEXT, "a\r\nb", multiline=True) == "a\nb"
    assert read(Kind.TEXT, " 732 829 320 00074", compact=True) == "73282932000074"
    assert read(Kind.TEXT, "88.10a", compact=True) == "88.10A"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("a\x00b", "control_characters"),
        ("a\x1bb", "control_characters"),
        ("a\u202eb", "control_characters"),
        ("a\ud800b", "control_characters"),
        ("a" * 201, "too_long"),
        ("a" * 10_000_000, "too_long"),
    ],
)
def test_texts_that_cannot_be_taken(raw: str, code: str) -> None:
    assert refusal(Kind.TEXT, raw) == code


@pytest.mark.parametrize("kind", [Kind.INTEGER, Kind.MONEY, Kind.DATE, Kind.TEXT, Kind.SELECT_ONE, Kind.SELECT_MULTIPLE])
@pytest.mark.parametrize("raw", [None, "", "   ", [], [""], "\u00a0"])
def test_nothing_typed_is_no_answer(kind: Kind, raw: Any) -> None:
    assert read(kind, raw, choices="tools") is None


def test_choices() -> None:
    assert read(Kind.SELECT_ONE, "a", choices="tools") == "a"
    assert read(Kind.SELECT_ONE, ["a", "a"], choices="tools") == "a"
    assert read(Kind.SELECT_MULTIPLE, ["b", "a", "b", ""], choices="tools") == ["a", "b"]
    assert read(Kind.SELECT_MULTIPLE, "none", choices="tools") == ["none"]
    assert refusal(Kind.SELECT_ONE, "z", choices="tools") == "unknown_choice"
    assert refusal(Kind.SELECT_ONE, ["a", "b"], choices="tools") == "several_values"
    assert refusal(Kind.SELECT_MULTIPLE, ["a", "z"], choices="tools") == "unknown_choice"
    assert refusal(Kind.SELECT_MULTIPLE, ["a", "none"], choices="tools") == "exclusive_choice"
    assert refusal(Kind.SELECT_MULTIPLE, 3, choices="tools") == "type"


@pytest.mark.parametrize("kind", [Kind.ROSTER, Kind.MATRIX, Kind.CALCULATE])
def test_tables_and_calculations_are_not_one_value(kind: Kind) -> None:
    assert refusal(kind, "1") == "not_readable"


PEOPLE = question(
    Kind.ROSTER,
    max_rows=3,
    columns=(
        Question("born", Kind.INTEGER, Text("Né", "Born")),
        Question("sex", Kind.SELECT_ONE, Text("Sexe", "Sex"), choices="sex"),
    ),
)


def test_empty_rows_of_a_roster_are_dropped_and_ids_are_kept() -> None:
    found = read_roster(
        PEOPLE, [{"id": "r2", "born": "1960", "sex": ""}, {"born": " ", "sex": ""}, {"sex": "F"}, {"id": "../x", "sex": "H"}], SHEET
    )
    assert found.problems == ()
    assert found.value == [
        {"id": "r2", "born": 1960, "sex": None},
        {"id": "r3", "born": None, "sex": "F"},
        {"id": "r4", "born": None, "sex": "H"},
    ]


def test_a_roster_without_any_value_is_no_answer() -> None:
    assert read_roster(PEOPLE, [{"id": "r1", "born": ""}], SHEET).value is None
    assert read_roster(PEOPLE, [], SHEET).value is None


def test_doubled_ids_are_told_apart() -> None:
    found = read_roster(PEOPLE, [{"id": "r1", "born": "1960"}, {"id": "r1", "born": "1970"}], SHEET)
    assert [row["id"] for row in found.value] == ["r1", "r2"]


def test_wrong_cells_of_a_roster_are_named_and_the_rest_is_kept() -> None:
    found = read_roster(PEOPLE, [{"id": "r1", "born": "soixante", "sex": "F"}, {"id": "r2", "born": "x"}], SHEET)
    assert [(p.row, p.column, p.code, p.raw) for p in found.problems] == [
        ("r1", "born", "not_a_number", "soixante"),
        ("r2", "born", "not_a_number", "x"),
    ]
    assert found.value == [{"id": "r1", "born": None, "sex": "F"}, {"id": "r2", "born": None, "sex": None}]


@pytest.mark.parametrize("count", [4, MOST_ROWS + 5])
def test_too_many_rows(count: int) -> None:
    found = read_roster(PEOPLE, [{"born": "1960"}] * count, SHEET)
    assert [(p.row, p.code) for p in found.problems] == [(None, "too_many_rows")]
    assert str(count) in found.problems[0].message.fr


GRID = question(Kind.MATRIX, rows="bands", across="sex")


def test_a_matrix_is_read_cell_by_cell() -> None:
    found = read_matrix(GRID, {"young": {"F": "2", "H": ""}, "old": {"F": "0"}}, SHEET)
    assert found.value == {"young": {"F": 2, "H": None}, "old": {"F": 0, "H": None}}
    assert found.problems == ()
    assert read_matrix(GRID, {"young": {"F": " "}}, SHEET).value is None


def test_a_matrix_of_one_column() -> None:
    money = question(Kind.MATRIX, rows="bands", cell_kind=Kind.MONEY)
    assert read_matrix(money, {"young": "1 000,50 €"}, SHEET).value == {"young": 1000.5, "old": None}


def test_wrong_cells_of_a_matrix_are_named() -> None:
    found = read_matrix(GRID, {"young": {"F": "-1", "H": "x"}, "ancient": {"F": "1"}, "old": "3"}, SHEET)
    assert {(p.row, p.column, p.code) for p in found.problems} == {
        ("young", "F", "negative_cell"),
        ("young", "H", "not_a_number"),
        ("ancient", None, "unknown_cell"),
    }
    assert found.value is None


@given(
    st.sampled_from(
        [Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENTAGE, Kind.DATE, Kind.TEXT, Kind.SELECT_ONE, Kind.SELECT_MULTIPLE]
    ),
    st.one_of(
        st.text(max_size=40), st.from_regex(r"[-+]?[0-9 .,/]{1,14}[€%]?", fullmatch=True), st.lists(st.text(max_size=5), max_size=3)
    ),
)
@settings(max_examples=300, deadline=None)
def test_reading_gives_a_value_or_a_coded_problem(kind: Kind, raw: Any) -> None:
    try:
        found = read(kind, raw, choices="tools")
    except ValueProblem as problem:
        found = problem.message.fr
    assert found is None or isinstance(found, int | float | str | list)


@given(st.integers(-(10**10) + 1, 10**10 - 1), st.sampled_from(["", " ", "\u202f", "\u00a0"]))
@settings(max_examples=100, deadline=None)
def test_whole_numbers_come_back_with_any_french_spacing(value: int, space: str) -> None:
    written = f"{abs(value):,}".replace(",", space)
    assert read(Kind.INTEGER, f"-{written}" if value < 0 else written) == value
