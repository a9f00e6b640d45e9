"""What changed between two versions, and where an open draft's answers go.

1. The difference names every change, question by question and word by word, in both languages; nothing changed gives nothing.
2. Nothing that was answered is lost: kept, kept aside and obstacles together hold every given answer.
3. Carrying to the same version is the identity; there and back is lossless.
4. Widened kinds are converted exactly; what cannot be held exactly is an obstacle that says what to do.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.catalogue import load
from questionnaires.model import Choice, Kind, Question, Questionnaire, Section, Stage, Text
from questionnaires.records import Answer, AnswerState, Missing
from questionnaires.sheets import SheetError, read_sheets
from questionnaires.versions import (
    ChangeKind,
    Kept,
    Op,
    carry,
    compare,
    known_names,
    rendered,
    set_obstacles_aside,
    with_former_names,
    word_diff,
)
from tests.questionnaires.tiny import sheets_of

YES_NO = (Choice("1", Text("Oui", "Yes")), Choice("0", Text("Non", "No")))
TOOLS = (Choice("a", Text("Un", "One")), Choice("b", Text("Deux", "Two")), Choice("none", Text("Aucun", "None"), exclusive=True))
BANDS = (Choice("young", Text("Jeunes", "Young")), Choice("old", Text("Âgés", "Old")))


def asked(name: str, kind: Kind, **given: Any) -> Question:
    return Question(name=name, kind=kind, label=Text(f"Question {name}", f"Question {name}"), **given)


ROSTER = asked(
    "people",
    Kind.ROSTER,
    columns=(asked("p_name", Kind.TEXT), asked("p_year", Kind.INTEGER), asked("p_leaves", Kind.SELECT_ONE, choices="yes_no")),
)
BASE = (
    asked("count", Kind.INTEGER),
    asked("share", Kind.PERCENTAGE),
    asked("when", Kind.DATE),
    asked("words", Kind.TEXT, max_length=40),
    asked("one", Kind.SELECT_ONE, choices="yes_no"),
    asked("many", Kind.SELECT_MULTIPLE, choices="tools"),
    asked("ages", Kind.MATRIX, rows="bands", across="yes_no"),
    ROSTER,
)


def made(
    *questions: Question, version: str = "1", lists: Mapping[str, tuple[Choice, ...]] | None = None, **given: Any
) -> Questionnaire:
    section = Section("S1", "S1", Text("Partie", "Part"), Text("", ""), given.get("stage", Stage.VISIT), questions)
    known = {"yes_no": YES_NO, "tools": TOOLS, "bands": BANDS} | dict(lists or {})
    return Questionnaire("tiny", version, Text("Petit", "Tiny"), (section,), known)


FIRST = made(*BASE)

values: dict[str, st.SearchStrategy[Any]] = {
    "count": st.integers(-5, 10**10),
    "share": st.integers(0, 10_000).map(lambda number: number / 100),
    "when": st.dates().map(lambda day: day.isoformat()),
    "words": st.text("abc é", min_size=1, max_size=40).map(lambda text: " ".join(text.split())).filter(bool),
    "one": st.sampled_from(["0", "1"]),
    "many": st.sampled_from([["a"], ["b"], ["a", "b"], ["none"]]),
    "ages": st.fixed_dictionaries({}, optional={"young": st.just({"1": 2, "0": 0}), "old": st.just({"0": 4})}).filter(bool),
    "people": st.lists(
        st.fixed_dictionaries(
            {"p_name": st.sampled_from(["x", "y"]), "p_year": st.integers(1950, 2000), "p_leaves": st.sampled_from(["0", "1"])}
        ),
        max_size=3,
    ).map(lambda rows: [{"id": f"r{number}", **row} for number, row in enumerate(rows)]),
}


@st.composite
def drafts(draw: st.DrawFn) -> dict[str, Answer]:
    found = {}
    for name in draw(st.sets(st.sampled_from(sorted(values)))):
        if draw(st.booleans()):
            state = draw(st.sampled_from(list(AnswerState)))
            found[name] = Answer(draw(values[name]), state=state, reasons=draw(st.sampled_from([{}, {"odd": "c’est vrai"}])))
        else:
            found[name] = Answer(missing=draw(st.sampled_from(list(Missing))))
    return found


@st.composite
def later_versions(draw: st.DrawFn, *, lossless: bool = False) -> Questionnaire:
    """A second version: questions taken out, renamed, widened, asked anew or in another order, a column or a choice gone."""
    questions: list[Question] = []
    for question in BASE:
        fates = ["stay", "stay", "rename", "gone", "column", "widen"] + ([] if lossless else ["narrow"])
        fate = draw(st.sampled_from(fates))
        if fate == "rename":
            questions.append(replace(question, name=f"{question.name}_2", was=(question.name,)))
        elif fate == "column" and question.columns:
            questions.append(replace(question, columns=question.columns[1:]))
        elif fate == "widen":
            wider = {
                Kind.INTEGER: Kind.DECIMAL,
                Kind.SELECT_ONE: Kind.SELECT_MULTIPLE,
                Kind.DATE: Kind.TEXT,
                Kind.PERCENTAGE: Kind.DECIMAL,
            }
            questions.append(replace(question, kind=wider.get(question.kind, question.kind), max_length=300))
        elif fate == "narrow":
            narrower = {
                Kind.PERCENTAGE: Kind.INTEGER,
                Kind.SELECT_MULTIPLE: Kind.SELECT_ONE,
                Kind.TEXT: Kind.INTEGER,
                Kind.ROSTER: Kind.TEXT,
            }
            questions.append(replace(question, kind=narrower.get(question.kind, question.kind), max_length=3))
        elif fate != "gone":
            questions.append(question)
    if draw(st.booleans()):
        questions.append(asked("fresh", Kind.TEXT))
    lists: dict[str, tuple[Choice, ...]] = (
        {} if lossless else draw(st.sampled_from([{}, {"tools": TOOLS[1:]}, {"yes_no": YES_NO[:1]}, {"bands": BANDS[:1]}]))
    )
    return made(*draw(st.permutations(questions)), version="2", lists=lists)


def filled(answer: Answer) -> Answer:
    """An answer with its lines' empty cells left out: an empty cell says nothing."""
    if isinstance(answer.value, list) and answer.value and isinstance(answer.value[0], dict):
        rows = [{name: cell for name, cell in sorted(row.items()) if cell is not None} for row in answer.value]
        return replace(answer, value=rows)
    return answer


@given(drafts(), later_versions())
@settings(max_examples=150, deadline=None)
def test_nothing_that_was_answered_is_lost(answers: dict[str, Answer], later: Questionnaire) -> None:
    carried = carry(answers, FIRST, later)
    back = {new: old for old, new in carried.renamed.items()}
    kept = {back.get(name, name) for name in carried.answers}
    aside = {each.name for each in carried.kept_aside}
    stuck = {obstacle.name for obstacle in carried.obstacles}
    for name, answer in answers.items():
        assert name in kept | aside | stuck
        if name in kept and name not in carried.converted:
            assert carried.answers[carried.renamed.get(name, name)] == answer
    for name, cells in {(each.name, len(each.answer.value or ())) for each in carried.kept_aside if "/" in each.name}:
        assert cells == len(answers["people"].value), name
    for obstacle in carried.obstacles:
        assert obstacle.message.fr
        assert obstacle.message.en
        assert obstacle.message.fr != obstacle.message.en
        assert "{" not in obstacle.message.fr + obstacle.message.en


@given(drafts())
@settings(max_examples=60, deadline=None)
def test_carrying_to_the_same_version_is_the_identity(answers: dict[str, Answer]) -> None:
    carried = carry(answers, FIRST, FIRST)
    assert carried.answers == answers
    assert (carried.kept_aside, carried.obstacles, carried.converted, carried.restored) == ((), (), (), ())


@given(drafts(), later_versions(lossless=True))
@settings(max_examples=150, deadline=None)
def test_there_and_back_is_lossless(answers: dict[str, Answer], later: Questionnaire) -> None:
    there = carry(answers, FIRST, later)
    assert there.obstacles == ()
    back = carry(there.answers, later, FIRST, there.kept_aside)
    assert (back.obstacles, back.kept_aside) == ((), ())
    assert {name: filled(answer) for name, answer in back.answers.items()} == {n: filled(a) for n, a in answers.items()}


@given(drafts(), later_versions())
@settings(max_examples=100, deadline=None)
def test_obstacles_set_aside_come_back_in_the_version_that_asked(answers: dict[str, Answer], later: Questionnaire) -> None:
    there = set_obstacles_aside(carry(answers, FIRST, later), FIRST)
    back = carry(there.answers, later, FIRST, there.kept_aside)
    assert (back.obstacles, back.kept_aside) == ((), ())
    assert {name: filled(answer) for name, answer in back.answers.items()} == {n: filled(a) for n, a in answers.items()}


def one_carried(before: Question, after: Question, value: Any, **lists: Any) -> Any:
    carried = carry({before.name: Answer(value)}, made(before), made(after, version="2", lists=lists))
    if carried.obstacles:
        return [obstacle.code for obstacle in carried.obstacles]
    return carried.answers[after.name].value


@pytest.mark.parametrize(
    ("before", "after", "value", "expected"),
    [
        (asked("q", Kind.INTEGER), asked("q", Kind.DECIMAL), 12, 12.0),
        (asked("q", Kind.DECIMAL), asked("q", Kind.INTEGER), 12.0, 12),
        (asked("q", Kind.DECIMAL), asked("q", Kind.INTEGER), 12.5, ["decimals"]),
        (asked("q", Kind.DECIMAL), asked("q", Kind.MONEY), 12.125, ["decimals"]),
        (asked("q", Kind.INTEGER), asked("q", Kind.TEXT), 12, "12"),
        (asked("q", Kind.TEXT), asked("q", Kind.INTEGER), "12", 12),
        (asked("q", Kind.TEXT), asked("q", Kind.INTEGER), "douze", ["not_a_number"]),
        (asked("q", Kind.TEXT), asked("q", Kind.INTEGER), "012", ["not_a_number"]),
        (asked("q", Kind.TEXT), asked("q", Kind.DATE), "2026-11-24", "2026-11-24"),
        (asked("q", Kind.TEXT), asked("q", Kind.DATE), "hier", ["not_a_date"]),
        (asked("q", Kind.TEXT), asked("q", Kind.TEXT, max_length=3), "quatre", ["too_long"]),
        (asked("q", Kind.TEXT, multiline=True), asked("q", Kind.TEXT), "a\nb", ["text_form"]),
        (asked("q", Kind.SELECT_ONE, choices="yes_no"), asked("q", Kind.SELECT_MULTIPLE, choices="yes_no"), "1", ["1"]),
        (asked("q", Kind.SELECT_MULTIPLE, choices="tools"), asked("q", Kind.SELECT_ONE, choices="tools"), ["a"], "a"),
        (
            asked("q", Kind.SELECT_MULTIPLE, choices="tools"),
            asked("q", Kind.SELECT_ONE, choices="tools"),
            ["a", "b"],
            ["several_choices"],
        ),
        (asked("q", Kind.SELECT_ONE, choices="yes_no"), asked("q", Kind.INTEGER), "1", ["kind"]),
        (
            asked("q", Kind.MATRIX, rows="bands"),
            asked("q", Kind.MATRIX, rows="bands", across="yes_no"),
            {"old": 1},
            ["matrix_shape"],
        ),
    ],
)
def test_kinds_are_converted_exactly_or_refused(before: Question, after: Question, value: Any, expected: Any) -> None:
    found = one_carried(before, after, value)
    assert found == expected
    assert type(found) is type(expected)


def test_a_choice_that_is_gone_stops_and_a_renamed_one_goes_over() -> None:
    question = asked("q", Kind.SELECT_ONE, choices="yes_no")
    assert one_carried(question, question, "0", yes_no=YES_NO[:1]) == ["choice_gone"]
    renamed = (YES_NO[0], Choice("no", Text("Non", "No"), was=("0",)))
    assert one_carried(question, question, "0", yes_no=renamed) == "no"
    [obstacle] = carry({"q": Answer("0")}, made(question), made(question, lists={"yes_no": YES_NO[:1]})).obstacles
    assert "«\u00a0Question q\u00a0»" in obstacle.message.fr
    assert "«\u00a0Non\u00a0»" in obstacle.message.fr
    assert "“No”" in obstacle.message.en


def test_a_name_claimed_by_a_renamed_question_is_not_the_question_now_asked_under_it() -> None:
    old = made(asked("a", Kind.TEXT))
    new = made(asked("b", Kind.TEXT, was=("a",)), asked("a", Kind.TEXT), version="2")
    assert dict(carry({"a": Answer("x")}, old, new).answers) == {"b": Answer("x")}
    assert dict(carry({"b": Answer("x"), "a": Answer("y")}, new, old).answers) == {"a": Answer("x")}


def test_an_answer_never_changes_voices() -> None:
    question = asked("q", Kind.TEXT)
    carried = carry({"q": Answer("x")}, made(question), made(question, stage=Stage.MARKS_FIRM, version="2"))
    assert [obstacle.code for obstacle in carried.obstacles] == ["stage"]
    assert carried.answers == {}


def test_what_was_kept_aside_does_not_write_over_a_newer_answer() -> None:
    without = made(version="2")
    there = carry({"count": Answer(3)}, FIRST, without)
    back = carry({"count": Answer(4)}, FIRST, FIRST, there.kept_aside)
    assert back.answers["count"].value == 4
    assert [(kept.name, kept.answer.value) for kept in back.kept_aside] == [("count", 3)]


def test_cells_of_a_column_come_back_to_their_own_lines() -> None:
    two = made(replace(ROSTER, columns=ROSTER.columns[1:]), version="2")
    rows = [
        {"id": "r1", "p_name": "x", "p_year": 1960, "p_leaves": None},
        {"id": "r2", "p_name": "y", "p_year": 1970, "p_leaves": "1"},
    ]
    there = carry({"people": Answer(rows)}, FIRST, two)
    assert there.kept_aside == (Kept("people/p_name", Answer({"r1": "x", "r2": "y"}), FIRST),)
    fewer = replace(there.answers["people"], value=there.answers["people"].value[1:])
    back = carry({"people": fewer}, two, FIRST, there.kept_aside)
    assert [row.get("p_name") for row in back.answers["people"].value] == ["y"]
    assert [kept.answer.value for kept in back.kept_aside] == [{"r1": "x"}]


# --- differences -------------------------------------------------------------------------------------------------------------


def kinds(old: Questionnaire, new: Questionnaire) -> dict[str, list[str]]:
    return {item.name: [change.kind.value for change in item.changes] for item in compare(old, new).items}


def test_nothing_changed_is_no_difference() -> None:
    difference = compare(FIRST, FIRST)
    assert not difference
    assert rendered(difference, "fr") == "Rien ne change de 1 à 1."


def test_the_difference_names_each_change_of_each_question() -> None:
    count, share, _when, words, one, many, ages, people = BASE
    new = made(
        words,
        replace(count, name="headcount", was=("count",), label=Text("Combien de salariés ?", "Question count")),
        share,
        replace(one, kind=Kind.SELECT_MULTIPLE, required=True, core=False, dimension="D2", unit=Text("€", "€")),
        many,
        replace(ages, across=""),
        replace(
            people, columns=(people.columns[0], replace(people.columns[2], help=Text("Aide", "Help")), asked("p_new", Kind.DATE))
        ),
        asked("fresh", Kind.TEXT),
        version="2",
        lists={"tools": (TOOLS[1], TOOLS[0], Choice("c", Text("Trois", "Three")))},
    )
    assert kinds(FIRST, new) == {
        "words": ["moved"],
        "headcount": ["renamed", "label"],
        "when": ["removed"],
        "one": ["unit", "kind", "required", "core", "dimension"],
        "many": ["choice_added", "choice_removed", "choice_order"],
        "ages": ["choices"] + ["choice_removed"] * 2,
        "people/p_leaves": ["help"],
        "people/p_new": ["added"],
        "people/p_year": ["removed"],
        "fresh": ["added"],
    }
    text = rendered(compare(FIRST, new), "en")
    assert "renamed : count → headcount" in text
    assert "[-Question count-]{+Combien de salariés ?+}" in text


def test_checks_relevance_and_calculations_are_compared_by_their_source() -> None:
    def version(check: str, relevant: str, message: str) -> Questionnaire:
        rows = [
            {"type": "integer", "name": "x", "relevant": relevant, "constraint": check},
            {"type": "integer", "name": "y"},
            {"type": "calculate", "name": "z", "calculation": f"${{y}} + {len(check)}"},
        ]
        checks = [{"question": "y", "code": "odd", "condition": ". > 2", "message::Français (fr)": message}]
        return read_sheets(sheets_of(rows, checks))

    found = compare(version(". > 1", "", "Vérifiez ce nombre."), version(". >= 10", "${y} = 1", "Vérifiez ce nombre, vraiment."))
    assert {item.name: [change.kind.value for change in item.changes] for item in found.items} == {
        "x": ["relevance", "check_condition"],
        "y": ["check_message"],
        "z": ["calculation"],
    }
    [message] = found.items[1].changes
    assert [(span.op, span.text) for span in message.fr] == [
        (Op.EQUAL, "Vérifiez ce nombre"),
        (Op.INSERTED, ", vraiment"),
        (Op.EQUAL, "."),
    ]
    assert message.en == ()
    assert found.counts()[ChangeKind.RELEVANCE] == 1
    assert [item.name for item in found.only([ChangeKind.CALCULATION]).items] == ["z"]


@given(st.text("ab c,’é", max_size=30), st.text("ab c,’é", max_size=30))
@settings(max_examples=200, deadline=None)
def test_the_words_kept_and_taken_out_are_the_old_text_and_those_kept_and_put_in_the_new(old: str, new: str) -> None:
    spans = word_diff(old, new)
    assert "".join(span.text for span in spans if span.op is not Op.INSERTED) == old
    assert "".join(span.text for span in spans if span.op is not Op.DELETED) == new
    assert all(span.text for span in spans)


def test_the_catalogue_does_not_differ_from_itself() -> None:
    catalogue = load("2026-1")
    assert not compare(catalogue, catalogue)


# --- one table across versions ---------------------------------------------------------------------------------------------


def test_a_renamed_question_column_and_choice_are_read_under_their_former_names() -> None:
    renamed = made(
        asked("headcount", Kind.INTEGER, was=("count",)),
        replace(ROSTER, name="staff", was=("people",), columns=(asked("s_name", Kind.TEXT, was=("p_name",)), ROSTER.columns[2])),
        asked("one", Kind.SELECT_ONE, choices="yes_no"),
        asked("ages", Kind.MATRIX, rows="bands", across="yes_no"),
        version="2",
        lists={"yes_no": (YES_NO[0], Choice("no", Text("Non", "No"), was=("0",)))},
    )
    plain = {"headcount": 4, "staff": [{"id": "r", "s_name": "x", "p_leaves": "no"}], "one": "no", "ages": {"old": {"no": 3}}}
    found = with_former_names(renamed, plain)
    assert found["count"] == 4
    assert found["people"][0]["p_name"] == "x"
    assert found["people"][0]["p_leaves"] == "0"
    assert found["one"] == "0"
    assert found["ages"] == {"old": {"0": 3}}
    assert known_names(renamed) >= {"count", "headcount", "people", "staff"}


def test_sheets_read_former_names() -> None:
    sheets = sheets_of([{"type": "select_one yes_no", "name": "x", "bind::diag:was": "y, z"}])
    choices = [dict(row) for row in sheets["choices"]]
    choices[0]["diag:was"] = "oui"
    read = read_sheets({**sheets, "choices": choices})
    assert read.question("x").was == ("y", "z")
    assert read.choices("yes_no")[0].was == ("oui",)


def test_two_questions_cannot_claim_the_same_former_name() -> None:
    rows = [{"type": "integer", "name": name, "bind::diag:was": "old"} for name in ("x", "y")]
    with pytest.raises(SheetError) as caught:
        read_sheets(sheets_of(rows))
    assert [(fault.code, fault.column) for fault in caught.value.faults] == [("duplicate_name", "bind::diag:was")]
