"""A section as a form: every kind's control reads what people type, and shows again what it cannot read."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from diagnostics import roster_edits
from diagnostics.fields import AnswerField, SectionFormBase, SentForm
from diagnostics.section_forms import FIELDS, base_from, base_of, form_of, read
from diagnostics.table_fields import MatrixField, RosterField
from questionnaires.answers import Answer, AnswerState, Missing
from questionnaires.model import Check, Choice, Kind, Question, Questionnaire, Section, Severity, Stage, Text

WORDS = Text("Mot", "Word")
YES_NO = (Choice("1", Text("Oui", "Yes")), Choice("0", Text("Non", "No")))
TOOLS = (
    Choice("a", Text("Fiche", "Sheet")),
    Choice("b", Text("Livret", "Booklet")),
    Choice("none", Text("Aucun", "None"), exclusive=True),
)
MANY = tuple(Choice(str(number), Text(f"Choix {number}", f"Choice {number}")) for number in range(9))
PEOPLE = Question(
    "people",
    Kind.ROSTER,
    WORDS,
    max_rows=3,
    columns=(
        Question("code", Kind.TEXT, Text("Code", "Code"), max_length=10),
        Question("born", Kind.INTEGER, Text("Année de naissance", "Year of birth")),
        Question("sex", Kind.SELECT_ONE, Text("Réponse", "Answer"), choices="yes_no"),
    ),
)
QUESTIONS = (
    Question(
        "count",
        Kind.INTEGER,
        WORDS,
        checks=(Check("large", ". < 50", True, WORDS, Severity.SOFT), Check("huge", ". < 999", True, WORDS)),
    ),
    Question("fte", Kind.DECIMAL, WORDS),
    Question("money", Kind.MONEY, WORDS),
    Question("share", Kind.PERCENTAGE, WORDS),
    Question("day", Kind.DATE, WORDS),
    Question("words", Kind.TEXT, WORDS, max_length=20),
    Question("story", Kind.TEXT, WORDS, max_length=2000, multiline=True),
    Question("choice", Kind.SELECT_ONE, WORDS, choices="yes_no"),
    Question("long_choice", Kind.SELECT_ONE, WORDS, choices="many"),
    Question("tools", Kind.SELECT_MULTIPLE, WORDS, choices="tools"),
    PEOPLE,
    Question("grid", Kind.MATRIX, WORDS, rows="yes_no", across="tools"),
    Question("sources", Kind.MATRIX, WORDS, rows="tools", cell_kind=Kind.MONEY),
    Question("total", Kind.CALCULATE, WORDS, calculation=["+", 1, 1]),
    Question("must", Kind.INTEGER, WORDS, may_be_missing=False),
)
SECTION = Section("T", "T", WORDS, WORDS, Stage.VISIT, QUESTIONS)
FORM = Questionnaire("t", "1", WORDS, (SECTION,), {"yes_no": YES_NO, "tools": TOOLS, "many": MANY})


@pytest.fixture(autouse=True)
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context("/", headers={"Accept-Language": "fr"}):
        yield


def sent(shown: str, *pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict([("q", shown), *pairs])


def filled(form: MultiDict[str, str] | None, **answers: Answer) -> SectionFormBase:
    return form_of(FORM, SECTION)(formdata=None if form is None else SentForm(form), data=answers)


def field(form: SectionFormBase, name: str) -> Any:
    found = form[name]
    assert isinstance(found, AnswerField)
    return found


def test_every_kind_has_a_field() -> None:
    assert set(FIELDS) == set(Kind)
    assert [each.name for each in filled(None).questions] == [question.name for question in QUESTIONS]


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("count", "1 234", 1234),
        ("count", " 12 ", 12),
        ("fte", "10,5", 10.5),
        ("fte", "10.5", 10.5),
        ("money", "1 234,50 €", 1234.5),
        ("money", "-12\u202f000", -12000.0),
        ("share", "12,5 %", 12.5),
        ("day", "31/12/2025", "2025-12-31"),
        ("day", "2025-12-31", "2025-12-31"),
        ("words", "  Aide   à domicile ", "Aide à domicile"),
        ("story", "Un\r\ndeux", "Un\ndeux"),
        ("choice", "1", "1"),
        ("long_choice", "8", "8"),
        ("count", "", None),
        ("day", " ", None),
    ],
)
def test_what_people_type_is_read(name: str, typed: str, value: Any) -> None:
    form = filled(sent(name, (name, typed)))
    assert read(form).answers == {name: Answer(value)}
    assert read(form).unreadable == ()


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("count", "douze"),
        ("count", "12,5"),
        ("count", "99999999999999999999"),
        ("fte", "1,2,3"),
        ("fte", "∞"),
        ("money", "beaucoup"),
        ("share", "12 pour cent"),
        ("day", "31/02/2025"),
        ("day", "hier"),
        ("words", "x" * 21),
        ("words", "a\x00b"),
        ("story", "y" * 2001),
        ("choice", "peut-être"),
        ("long_choice", "99"),
    ],
)
def test_what_cannot_be_read_is_shown_again_and_the_stored_answer_stays(name: str, typed: str) -> None:
    before = Answer("1" if name == "choice" else 7)
    form = filled(sent(name, (name, typed)), **{name: before})
    assert read(form).unreadable == (name,)
    assert read(form).answers[name].value == before.value
    assert field(form, name).typed == typed
    assert field(form, name).errors[0]


def test_numbers_are_shown_as_they_are_written_in_french() -> None:
    form = filled(None, fte=Answer(10.5), money=Answer(1234567.5), count=Answer(1234), day=Answer("2025-12-31"), share=Answer(12.0))
    assert {name: field(form, name).typed for name in ("fte", "money", "count", "day", "share")} == {
        "fte": "10,5",
        "money": "1\u202f234\u202f567,5",
        "count": "1234",
        "day": "2025-12-31",
        "share": "12",
    }


def test_what_is_shown_reads_back_the_same() -> None:
    answers = {"fte": Answer(0.1 + 0.2), "money": Answer(-1234567.25), "share": Answer(33.33)}
    form = filled(None, **answers)
    again = filled(MultiDict([("q", name) for name in answers] + [(name, field(form, name).typed) for name in answers]))
    assert read(again).answers["fte"].value == pytest.approx(0.3)
    assert read(again).answers["money"].value == -1234567.25
    assert read(again).answers["share"].value == 33.33


def test_a_question_that_the_page_did_not_show_is_left_alone() -> None:
    form = filled(MultiDict([("q", "fte"), ("fte", "1"), ("count", "99")]), count=Answer(5))
    assert set(read(form).answers) == {"fte"}
    assert field(form, "count").answer == Answer(5)


def test_a_calculated_figure_cannot_be_typed() -> None:
    assert read(filled(sent("total", ("total", "1000")))).answers == {}


def test_boxes_are_read_and_an_exclusive_one_stands_alone() -> None:
    form = filled(MultiDict([("q", "tools"), ("tools", "b"), ("tools", "a")]))
    assert read(form).answers["tools"].value == ["a", "b"]
    both = filled(MultiDict([("q", "tools"), ("tools", "a"), ("tools", "none")]))
    assert read(both).unreadable == ("tools",)
    assert field(both, "tools").typed == ["a", "none"]
    assert read(filled(sent("tools"))).answers["tools"].value is None


# --- why there is no answer ------------------------------------------------------------------------------------------------


def test_a_reason_for_no_answer_is_an_answer() -> None:
    form = filled(sent("count", ("count", ""), ("count--absence", "unknown")))
    assert read(form).answers["count"] == Answer(missing=Missing.UNKNOWN)


def test_a_value_typed_later_wins_over_the_reason_left_standing() -> None:
    form = filled(sent("count", ("count", "12"), ("count--absence", "refused")), count=Answer(missing=Missing.REFUSED))
    assert read(form).answers["count"] == Answer(12)


def test_a_reason_chosen_now_wins_over_the_value_left_standing() -> None:
    form = filled(sent("choice", ("choice", "1"), ("choice--absence", "not_applicable")), choice=Answer("1"))
    assert read(form).answers["choice"] == Answer(missing=Missing.NOT_APPLICABLE)


def test_an_answer_can_be_taken_back_without_a_reason() -> None:
    form = filled(sent("choice", ("choice", "1"), ("choice--absence", "clear")), choice=Answer("1"))
    assert read(form).answers["choice"] == Answer()


def test_some_questions_must_be_answered_and_unknown_reasons_are_none() -> None:
    assert read(filled(sent("must", ("must", ""), ("must--absence", "unknown")))).answers["must"] == Answer()
    assert read(filled(sent("count", ("count", ""), ("count--absence", "lazy")))).answers["count"] == Answer()


# --- reasons of doubtful values ----------------------------------------------------------------------------------------------


def test_a_reason_confirms_the_value_that_stands() -> None:
    form = filled(sent("count", ("count", "60"), ("count--raison--large", "  Deux   sites ")), count=Answer(60))
    assert read(form).answers["count"].reasons == {"large": "Deux sites"}


def test_a_new_value_drops_the_old_reason_and_takes_a_new_one() -> None:
    before = Answer(60, reasons={"large": "Deux sites"})
    same = filled(sent("count", ("count", "70"), ("count--raison--large", "Deux sites")), count=before)
    assert read(same).answers["count"] == Answer(70)
    new = filled(sent("count", ("count", "70"), ("count--raison--large", "Trois sites")), count=before)
    assert read(new).answers["count"].reasons == {"large": "Trois sites"}


def test_an_emptied_reason_is_withdrawn() -> None:
    form = filled(sent("count", ("count", "60"), ("count--raison--large", "")), count=Answer(60, reasons={"large": "Deux sites"}))
    assert read(form).answers["count"].reasons == {}


def test_an_unchanged_answer_keeps_its_state() -> None:
    form = filled(sent("words", ("words", "88.10A")), words=Answer("88.10A", state=AnswerState.PREFILLED))
    assert read(form).answers["words"].state is AnswerState.PREFILLED
    changed = filled(sent("words", ("words", "88.10B")), words=Answer("88.10A", state=AnswerState.PREFILLED))
    assert read(changed).answers["words"].state is AnswerState.COLLECTED


# --- rosters -------------------------------------------------------------------------------------------------------------------


def lines(*rows: tuple[str, str, str, str], number: int = 0) -> MultiDict[str, str]:
    form = sent("people")
    for index, (row_id, code, born, sex) in enumerate(rows, start=number):
        form.add("people--lignes", str(index))
        for name, value in (("id", row_id), ("code", code), ("born", born), ("sex", sex)):
            form.add(f"people--{index}--{name}", value)
    return form


def test_lines_are_read_and_blank_ones_are_none() -> None:
    form = filled(lines(("r7", "S1", "1975", "1"), ("", "", "", ""), ("", "S2", "", "")))
    assert read(form).answers["people"].value == [
        {"id": "r7", "code": "S1", "born": 1975, "sex": "1"},
        {"id": "r1", "code": "S2", "born": None, "sex": None},
    ]


def test_a_faulty_cell_loses_neither_its_line_nor_its_former_value() -> None:
    before = Answer([{"id": "r7", "code": "S1", "born": 1975, "sex": "1"}])
    form = filled(lines(("r7", "S1bis", "19x5", "1"), ("", "S2", "", "peut-être")), people=before)
    assert read(form).unreadable == ("people",)
    assert read(form).answers["people"].value == [
        {"id": "r7", "code": "S1bis", "born": 1975, "sex": "1"},
        {"id": "r1", "code": "S2", "born": None, "sex": None},
    ]
    roster = field(form, "people")
    assert isinstance(roster, RosterField)
    assert roster.lines[0].cells["born"] == "19x5"
    assert "19x5" in roster.lines[0].faults["born"]
    assert roster.lines[1].cells["sex"] == "peut-être"
    assert "sex" in roster.lines[1].faults


def test_too_many_lines_are_all_kept_and_told() -> None:
    form = filled(lines(*[("", f"S{number}", "", "") for number in range(5)]))
    assert len(field(form, "people").lines) == 5
    assert len(read(form).answers["people"].value) == 5
    assert read(form).unreadable == ("people",)


def test_nothing_to_declare_is_an_answer_and_a_line_is_stronger() -> None:
    nobody = lines()
    nobody.add("people--aucune", "1")
    assert read(filled(nobody)).answers["people"] == Answer([])
    somebody = lines(("", "S1", "", ""))
    somebody.add("people--aucune", "1")
    assert len(read(filled(somebody)).answers["people"].value) == 1


def test_spare_lines_are_numbered_after_the_last_and_never_beyond_the_limit() -> None:
    roster = field(filled(lines(("a", "S1", "", ""), ("b", "S2", "", ""), number=4)), "people")
    assert [line.index for line in roster.with_spare(5)] == [4, 5, 6]
    assert len(field(filled(None), "people").with_spare()) == 3


def test_hostile_line_numbers_do_no_harm() -> None:
    form = MultiDict(
        [
            ("q", "people"),
            ("people--lignes", "9" * 5000),
            ("people--lignes", "-1"),
            (f"people--{'9' * 5000}--code", "S1"),
            ("people---1--code", "S2"),
        ]
    )
    assert [row["code"] for row in read(filled(form)).answers["people"].value] == ["S1", "S2"]


def test_a_line_taken_out_comes_back_at_its_place() -> None:
    form = lines(("a", "S1", "1975", "1"), ("b", "S2", "1980", "0"), ("c", "S3", "", ""))
    left, removed = roster_edits.without(form, PEOPLE, "1")
    assert [row["code"] for row in read(filled(left)).answers["people"].value] == ["S1", "S3"]
    again = roster_edits.restored(left, PEOPLE, removed)
    assert read(filled(again)).answers["people"].value == read(filled(form)).answers["people"].value
    assert roster_edits.without(form, PEOPLE, "77") == (form, "")


@pytest.mark.parametrize(
    "removed", ["", "pas du json", "[]", '{"at": "x", "cells": {}}', '{"at": 1}', '{"at": 0, "cells": {"evil": ["x"]}}']
)
def test_a_removed_line_that_is_not_ours_changes_nothing(removed: str) -> None:
    form = lines(("a", "S1", "1975", "1"))
    assert read(filled(roster_edits.restored(form, PEOPLE, removed))).answers["people"].value == [
        {"id": "a", "code": "S1", "born": 1975, "sex": "1"}
    ]


@pytest.mark.parametrize(
    "block",
    [
        "S1\t1975\tOui\nS2\t1980\tnon",
        "S1;1975;OUI\r\nS2;1980;0\r\n",
        "Année de naissance\tCode\tRéponse\n1975\tS1\tOui\n1980\tS2\tNon",
        "year of birth,code,answer\n1975,S1,Yes\n1980,S2,No\n\n",
    ],
)
def test_a_block_from_a_spreadsheet_is_read_with_or_without_titles(block: str) -> None:
    form, count = roster_edits.pasted(lines(), PEOPLE, FORM, block)
    assert count == 2
    values = [{name: value for name, value in row.items() if name != "id"} for row in read(filled(form)).answers["people"].value]
    assert values == [{"code": "S1", "born": 1975, "sex": "1"}, {"code": "S2", "born": 1980, "sex": "0"}]


def test_a_pasted_cell_that_means_nothing_is_kept_and_pointed_out() -> None:
    form, _count = roster_edits.pasted(lines(("a", "S1", "1975", "1")), PEOPLE, FORM, "S2\tmille neuf cent\tbof\tde trop")
    roster = field(filled(form), "people")
    assert [line.cells["code"] for line in roster.lines] == ["S1", "S2"]
    assert set(roster.lines[1].faults) == {"born", "sex"}


def test_an_empty_block_adds_nothing() -> None:
    assert roster_edits.pasted(lines(), PEOPLE, FORM, " \n\t\n")[1] == 0


# --- matrices -----------------------------------------------------------------------------------------------------------------------


def test_a_matrix_is_read_with_its_totals() -> None:
    form = filled(sent("grid", ("grid--1--a", "2"), ("grid--1--b", "3"), ("grid--0--a", "1")))
    grid = field(form, "grid")
    assert isinstance(grid, MatrixField)
    assert grid.answer.value["1"] == {"a": 2, "b": 3, "none": None}
    assert (dict(grid.totals.rows), dict(grid.totals.columns), grid.totals.grand) == ({"1": 5, "0": 1}, {"a": 3, "b": 3}, 6)


def test_a_column_of_amounts_has_shares() -> None:
    sums = field(filled(sent("sources", ("sources--a", "75 000"), ("sources--b", "25 000,00"))), "sources").totals
    assert (sums.grand, sums.share("a"), sums.share("none")) == (100000, 0.75, None)


@pytest.mark.parametrize("typed", ["-1", "1,5", "trois", "9" * 30])
def test_a_faulty_cell_of_a_matrix_keeps_its_former_figure(typed: str) -> None:
    before = Answer({"1": {"a": 4, "b": None, "none": None}, "0": {"a": None, "b": None, "none": None}})
    form = filled(sent("grid", ("grid--1--a", typed), ("grid--1--b", "3")), grid=before)
    assert read(form).unreadable == ("grid",)
    assert read(form).answers["grid"].value["1"] == {"a": 4, "b": 3, "none": None}
    assert field(form, "grid").typed["grid--1--a"] == typed
    assert field(form, "grid").faults["grid--1--a"]


def test_an_empty_matrix_is_no_answer() -> None:
    assert read(filled(sent("grid", ("grid--1--a", " ")))).answers["grid"] == Answer()


# --- what the page showed --------------------------------------------------------------------------------------------------------------


def test_the_base_comes_back_as_it_was_sent() -> None:
    base = base_of(SECTION, {"count": Answer(3), "total": Answer(2)}, 7)
    assert set(base.fingerprints or {}) == {"count"}
    assert base_from(base.written()) == base


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"r": "1", "f": {}}', '{"r": 1, "f": []}', "x" * 200_000, "[" * 50_000])
def test_a_base_that_is_not_ours_counts_as_never_shown(text: str) -> None:
    assert (base_from(text).revision, base_from(text).fingerprints) == (0, None)
