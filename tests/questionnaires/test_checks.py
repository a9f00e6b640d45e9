"""Checks on tiny questionnaires: what is said, where, and when nothing is said."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from questionnaires.answers import Answer, AnswerState, Context, Missing, check, plain, progress
from questionnaires.model import Questionnaire, Severity
from questionnaires.path import relevant
from tests.questionnaires.tiny import Tiny


def answered(**values: Any) -> dict[str, Answer]:
    return {name: value if isinstance(value, Answer) else Answer(value) for name, value in values.items()}


def codes(questionnaire: Questionnaire, context: Context, **values: Any) -> list[tuple[str, str | None, str | None]]:
    return [(p.code, p.row, p.column) for p in check(questionnaire, answered(**values), context)]


PARTS = ({"type": "integer", "name": "total"}, {"type": "integer", "name": "part", "constraint": ". <= ${total}"})


def test_a_hard_check_names_section_question_and_words(tiny: Tiny, context: Context) -> None:
    (problem,) = check(tiny(*PARTS), answered(total=3, part=4), context)
    assert (problem.section, problem.question, problem.row, problem.column) == ("S0", "part", None, None)
    assert (problem.severity, problem.code, problem.message.fr, problem.message.en) == (
        Severity.HARD,
        "part_limit",
        "Corrigez.",
        "Correct it.",
    )


def test_a_check_waits_for_everything_that_it_needs(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(*PARTS)
    assert codes(questionnaire, context, part=4) == []
    assert codes(questionnaire, context, total=3) == []
    assert codes(questionnaire, context, total=Answer(missing=Missing.UNKNOWN), part=4) == []
    assert codes(questionnaire, context, total=3, part=Answer(missing=Missing.REFUSED)) == []
    assert codes(questionnaire, context, total=0, part=1) == [("part_limit", None, None)]


def test_a_soft_check_is_silenced_by_a_reason(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(*PARTS[:1], checks=[{"question": "total", "code": "small", "condition": ". >= 3"}])
    assert codes(questionnaire, context, total=2) == [("small", None, None)]
    assert codes(questionnaire, context, total=Answer(2, reasons={"small": "Ils sont deux."}, state=AnswerState.FORCED)) == []
    assert codes(questionnaire, context, total=Answer(2, reasons={"small": "  "})) == [("small", None, None)]
    assert codes(questionnaire, context, total=Answer(2, reasons={"other": "Autre."})) == [("small", None, None)]


def test_a_reason_never_silences_a_hard_check(tiny: Tiny, context: Context) -> None:
    assert codes(tiny(*PARTS), context, total=1, part=Answer(2, reasons={"part_limit": "Si."})) == [("part_limit", None, None)]


ROUTE = (
    {"type": "select_one yes_no", "name": "has"},
    {"type": "integer", "name": "many", "relevant": "${has} = 1", "constraint": ". < 10", "required": "yes"},
    {"type": "integer", "name": "deep", "relevant": "${many} > 2"},
)


def test_relevance_comes_first(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(*ROUTE)
    assert relevant(questionnaire, answered(), context) == {"has"}
    assert relevant(questionnaire, answered(has="1", many=3), context) == {"has", "many", "deep"}
    assert codes(questionnaire, context, has="0", many=99) == []
    assert codes(questionnaire, context, has="1") == [("required", None, None)]
    assert codes(questionnaire, context, has="1", many=Answer(missing=Missing.UNKNOWN)) == [("may_not_be_missing", None, None)]


def test_answers_off_the_path_do_not_count_and_are_kept(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(*ROUTE)
    answers = answered(has="0", many=5, deep=1)
    assert plain(questionnaire, answers, context) == {"has": "0", "many": None, "deep": None}
    assert answers["many"].value == 5
    assert plain(questionnaire, answers | answered(has="1"), context) == {"has": "1", "many": 5, "deep": 1}


def test_relevance_may_lean_on_a_later_question(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(
        {"type": "integer", "name": "first", "relevant": "${second} = 1"}, {"type": "select_one yes_no", "name": "second"}
    )
    assert relevant(questionnaire, answered(second="1"), context) == {"first", "second"}


CREW = (
    {"type": "date", "name": "visit"},
    {
        "type": "begin repeat",
        "name": "crew",
        "bind::diag:max_rows": "4",
        "bind::diag:min_rows": "1",
        "constraint": "count(.) = ${size}",
    },
    {"type": "text", "name": "code", "constraint": "count-where(${crew}, ${code} = .) <= 1"},
    {"type": "integer", "name": "born", "constraint": ". <= year(${visit})", "required": "yes"},
    {"type": "integer", "name": "joined", "constraint": ". >= ${born} + 14"},
    {"type": "text", "name": "why", "relevant": "${joined} < 2000", "required": "yes"},
    {"type": "end repeat"},
    {"type": "integer", "name": "size"},
    {"type": "calculate", "name": "older", "calculation": "count-where(${crew}, ${born} < 1970)"},
    {"type": "calculate", "name": "mean_born", "calculation": "round(mean(${born}), 1)"},
)


def person(row: str, code: str, born: int | None, joined: int | None = 2010, why: str | None = None) -> dict[str, Any]:
    return {"id": row, "code": code, "born": born, "joined": joined, "why": why}


def test_roster_cells_are_judged_in_their_row(tiny: Tiny, context: Context) -> None:
    crew = [person("r1", "A", 1960), person("r2", "A", 2030), person("r3", "B", None), person("r4", "C", 1990, 1999)]
    found = codes(tiny(*CREW), context, visit="2026-11-20", size=4, crew=crew)
    assert found == [
        ("code_limit", "r1", "code"),
        ("code_limit", "r2", "code"),
        ("born_limit", "r2", "born"),
        ("joined_limit", "r2", "joined"),
        ("required_cell", "r3", "born"),
        ("joined_limit", "r4", "joined"),
        ("required_cell", "r4", "why"),
    ]


def test_a_roster_must_have_as_many_lines_as_there_are_people(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(*CREW)
    assert codes(questionnaire, context, size=2, crew=[person("r1", "A", 1960)]) == [("crew_limit", None, None)]
    assert codes(questionnaire, context, crew=[person("r1", "A", 1960)]) == []
    assert codes(questionnaire, context, crew=[]) == [("too_few_rows", None, None)]
    assert codes(questionnaire, context, crew=[person(f"r{n}", f"P{n}", 1960) for n in range(5)]) == [("too_many_rows", None, None)]


def test_plain_gives_rows_dates_and_calculations(tiny: Tiny, context: Context) -> None:
    crew = [{"id": "r1", "code": "A", "born": 1960, "extra": "x", "why": "gone"}, person("r2", "B", 1985)]
    found = plain(tiny(*CREW), answered(visit="2026-11-20", crew=crew), context)
    assert found["visit"] == date(2026, 11, 20)
    assert found["crew"][0] == {"id": "r1", "code": "A", "born": 1960, "joined": None, "why": None}
    assert (found["older"], found["mean_born"]) == (1, 1972.5)
    assert plain(tiny(*CREW), answered(), context) == dict.fromkeys(("visit", "crew", "size", "older", "mean_born"))


def test_a_calculated_column_is_filled_in_its_row(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(
        {"type": "begin repeat", "name": "crew"},
        {"type": "integer", "name": "born"},
        {"type": "calculate", "name": "age", "calculation": "2026 - ${born}"},
        {"type": "end repeat"},
        {"type": "calculate", "name": "eldest", "calculation": "max(${age})"},
    )
    found = plain(questionnaire, answered(crew=[{"id": "r1", "born": 1960}, {"id": "r2"}]), context)
    assert [row["age"] for row in found["crew"]] == [66, None]
    assert found["eldest"] == 66


GRID = (
    {"type": "integer", "name": "total"},
    {
        "type": "begin group",
        "name": "grid",
        "bind::diag:rows": "bands",
        "bind::diag:across": "sex",
        "constraint": "matrix-sum(.) = ${total}",
    },
    {"type": "integer", "name": "cell"},
    {"type": "end group"},
    {"type": "calculate", "name": "old", "calculation": "matrix-row(${grid}, 'old')"},
)


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        ({"young": {"F": 2, "H": None}, "old": {"F": 1}}, []),
        ({"young": {"F": 2}}, [("grid_limit", None, None)]),
        ({"young": {"F": -1}}, [("negative_cell", "young", "F")]),
        ({"young": {"F": 1.5}}, [("type", "young", "F")]),
        ({"young": {"F": True}}, [("type", "young", "F")]),
        ({"ancient": {"F": 1}}, [("unknown_cell", "ancient", "F")]),
        ({"young": {"X": 1}}, [("unknown_cell", "young", "X")]),
        ({"young": 3}, [("type", None, None)]),
        ([1], [("type", None, None)]),
    ],
)
def test_totals_and_cells_of_a_matrix(tiny: Tiny, context: Context, grid: Any, expected: list[Any]) -> None:
    assert codes(tiny(*GRID), context, total=3, grid=grid) == expected


KINDS = (
    {"type": "integer", "name": "n"},
    {"type": "decimal", "name": "x"},
    {"type": "date", "name": "d"},
    {"type": "text", "name": "t"},
    {"type": "select_one yes_no", "name": "s"},
    {"type": "select_multiple tools", "name": "m"},
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", "12"), ("n", 1.5), ("n", True), ("n", 10**10), ("x", float("nan")), ("x", float("inf")), ("x", "1"), ("d", "31/12/2026"), ("d", "2026-02-30"), ("d", 5),
        ("t", 5), ("t", "a" * 201), ("t", "a\x00"), ("s", "z"), ("s", 1), ("s", ["1"]), ("m", "a"), ("m", ["z"]), ("m", ["a", "a"]), ("m", []), ("m", [["a"]]),
    ],
)  # fmt: skip
def test_stored_values_of_the_wrong_kind_are_found(tiny: Tiny, context: Context, name: str, value: Any) -> None:
    assert codes(tiny(*KINDS), context, **{name: value}) == [("type", None, None)]


def test_stored_values_of_the_right_kind_pass(tiny: Tiny, context: Context) -> None:
    assert codes(tiny(*KINDS), context, n=-3, x=2, d="2026-11-24", t="é", s="1", m=["a", "b"]) == []
    assert codes(tiny(*KINDS), context, m=["a", "none"]) == [("exclusive_choice", None, None)]


@pytest.mark.parametrize("crew", ["x", [3], [{"born": 1960}], {"id": "r1"}])
def test_damaged_rosters_are_found_and_never_raise(tiny: Tiny, context: Context, crew: Any) -> None:
    assert codes(tiny(*CREW), context, crew=crew) == [("type", None, None)]
    assert "crew" in plain(tiny(*CREW), answered(crew=crew), context)


def test_facts_and_dates_come_from_the_context(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(
        {"type": "date", "name": "visit", "constraint": ". <= today() and . >= fact('programme_start')"},
        {"type": "integer", "name": "size"},
        checks=[{"question": "size", "code": "frame", "condition": "abs(. - fact('headcount')) <= 3"}],
    )
    assert codes(questionnaire, context, visit="2026-11-25") == [("visit_limit", None, None)]
    assert codes(questionnaire, context, visit="2026-08-31") == [("visit_limit", None, None)]
    assert codes(questionnaire, context, visit="2026-11-24", size=30) == []
    assert codes(questionnaire, replace(context, facts={"headcount": 12}), size=30) == [("frame", None, None)]


def test_progress_counts_by_section(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(
        {"type": "begin group", "name": "A"},
        {"type": "integer", "name": "one", "constraint": ". > 0"},
        {"type": "integer", "name": "two", "bind::diag:core": "no"},
        {"type": "calculate", "name": "three", "calculation": "${one} + 1"},
        {"type": "end group"},
        {"type": "begin group", "name": "B"},
        {"type": "integer", "name": "four", "relevant": "${one} > 5"},
        {"type": "end group"},
        wrap=False,
    )
    found = progress(questionnaire, answered(one=3), context)
    assert (found["A"].asked, found["A"].answered, found["A"].core_asked, found["A"].core_answered) == (2, 1, 1, 1)
    assert found["A"].done
    assert found["B"].asked == 0
    assert found["B"].done
    assert not progress(questionnaire, answered(one=-1), context)["A"].done
    assert progress(questionnaire, answered(one=Answer(missing=Missing.REFUSED)), context)["A"].done
    assert not progress(questionnaire, answered(), context)["A"].done


def test_one_section_is_judged_with_the_others_answers(tiny: Tiny, context: Context) -> None:
    questionnaire = tiny(*PARTS)
    assert check(questionnaire, answered(total=1, part=2), context, "S0")
    with pytest.raises(KeyError):
        check(questionnaire, {}, context, "S99")


def test_answers_go_to_json_and_back() -> None:
    for answer in (
        Answer(3),
        Answer(missing=Missing.NOT_APPLICABLE),
        Answer("x", state=AnswerState.FORCED, reasons={"a": "b"}),
        Answer([], state=AnswerState.PREFILLED),
        Answer(),
    ):
        assert Answer.from_json(answer.to_json()) == answer
    assert Answer(3).to_json() == {"state": "collected", "value": 3}
    with pytest.raises(ValueError, match="stolen"):
        Answer.from_json({"state": "stolen"})


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        (Answer(0), True),
        (Answer([]), True),
        (Answer(""), False),
        (Answer({}), False),
        (Answer(), False),
        (Answer(3, missing=Missing.UNKNOWN), False),
    ],
)
def test_what_counts_as_given(answer: Answer, given: bool) -> None:
    assert answer.given is given
