"""One table across versions: names and codes followed, what exists where, what cannot share a column and why."""

from typing import Any

import pytest

from questionnaires.catalogue import load
from questionnaires.harmonise import Harmonised, harmonise
from questionnaires.headers import ENGLISH, FRENCH
from questionnaires.model import Kind, Questionnaire
from questionnaires.sheets import read_sheets
from tests.questionnaires.tiny import sheets_of

Choices = list[tuple[str, str, str]]


def version(number: str, *rows: dict[str, str], choices: Choices = ()) -> Questionnaire:  # type: ignore[assignment]
    sheets: dict[str, Any] = sheets_of(rows)
    sheets["settings"] = [sheets["settings"][0] | {"version": number}]
    sheets["choices"] = [
        *sheets["choices"],
        *(
            {"list_name": name, "name": code, "diag:was": was, f"label::{FRENCH}": code, f"label::{ENGLISH}": code}
            for name, code, was in choices
        ),
    ]
    return read_sheets(sheets)


def named(found: Harmonised, name: str) -> Any:
    return next(column for column in found.columns if column.name == name)


def test_a_question_asked_by_every_version_is_one_column() -> None:
    found = harmonise(
        [
            version("1", {"type": "integer", "name": "a"}),
            version("2", {"type": "decimal", "name": "a"}, {"type": "text", "name": "b"}),
        ]
    )
    assert [(column.name, column.kind, column.versions) for column in found.columns] == [
        ("a", Kind.DECIMAL, ("1", "2")),
        ("b", Kind.TEXT, ("2",)),
    ]
    assert found.table({"1": [{"a": 1}, {"a": None}], "2": [{"a": 2.5, "b": "x"}]}) == [
        {"version": "1", "a": 1, "b": None},
        {"version": "1", "a": None, "b": None},
        {"version": "2", "a": 2.5, "b": "x"},
    ]
    assert named(found, "b").note.fr == "Versions\u00a0: 2."


def test_a_renamed_question_is_followed_through_three_versions() -> None:
    found = harmonise([
        version("1", {"type": "integer", "name": "staff"}),
        version("2", {"type": "integer", "name": "people", "bind::diag:was": "staff"}),
        version("3", {"type": "integer", "name": "headcount", "bind::diag:was": "people"}),
    ])  # fmt: skip
    assert [column.name for column in found.columns] == ["headcount"]
    assert [
        found.row(number, {name: 7})["headcount"] for number, name in (("1", "staff"), ("2", "people"), ("3", "headcount"))
    ] == [7, 7, 7]
    assert "“staff” in version 1." in named(found, "headcount").note.en


def test_a_name_given_to_another_question_keeps_the_two_apart() -> None:
    found = harmonise([
        version("1", {"type": "integer", "name": "a"}),
        version("2", {"type": "integer", "name": "b", "bind::diag:was": "a"}, {"type": "integer", "name": "a"}),
    ])  # fmt: skip
    assert found.row("1", {"a": 1}) == {"b": 1, "a": None}
    assert found.row("2", {"a": 2, "b": 3}) == {"b": 3, "a": 2}


def test_a_question_dropped_keeps_its_column() -> None:
    found = harmonise(
        [
            version("1", {"type": "integer", "name": "a"}, {"type": "text", "name": "old"}),
            version("2", {"type": "integer", "name": "a"}),
        ]
    )
    assert [(column.name, column.versions) for column in found.columns] == [("a", ("1", "2")), ("old", ("1",))]
    assert found.row("2", {"a": 1}) == {"a": 1, "old": None}


def test_choices_are_recoded_through_their_former_codes() -> None:
    one = {"type": "select_one size", "name": "s"}
    several = {"type": "select_multiple size", "name": "s"}
    old = [("size", "small", ""), ("size", "medium", ""), ("size", "gone", "")]
    new = [("size", "s", "small medium"), ("size", "l", "")]
    found = harmonise([version("1", one, choices=old), version("2", one, choices=new), version("3", several, choices=new)])
    column = named(found, "s")
    assert column.kind is Kind.SELECT_MULTIPLE
    assert [found.row("1", {"s": code})["s"] for code in ("small", "medium", "gone")] == [["s"], ["s"], ["gone"]]
    assert found.row("3", {"s": ["s", "l"]})["s"] == ["s", "l"]
    assert column.choices["gone"] == ("1",)
    assert column.choices["l"] == ("2", "3")
    assert "Choice “l”: 2, 3 only." in column.note.en


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({"type": "text"}, {"type": "date"}, "The answer was a text, it became a date."),
        ({"type": "integer"}, {"type": "select_one sex"}, "The answer was a whole number, it became one choice."),
        ({"type": "decimal", "bind::diag:kind": "money"}, {"type": "decimal", "bind::diag:kind": "percentage"}, "The answer was an amount, it became a percentage."),
        ({"type": "integer", "bind::diag:unit_fr": "jours", "bind::diag:unit_en": "days"}, {"type": "integer", "bind::diag:unit_fr": "mois", "bind::diag:unit_en": "months"}, "The unit has changed: days, then months."),
    ],
)  # fmt: skip
def test_what_cannot_share_a_column_is_refused_and_not_lost(before: dict[str, str], after: dict[str, str], reason: str) -> None:
    found = harmonise([version("1", {"name": "a"} | before), version("2", {"name": "a"} | after)])
    assert [(refusal.name, refusal.older, refusal.newer, refusal.reason.en) for refusal in found.refusals] == [
        ("a", "1", "2", reason)
    ]
    assert found.refusals[0].reason.fr
    assert found.row("1", {"a": "then"}) == {"a@1": "then", "a": None}
    assert found.row("2", {"a": "now"}) == {"a@1": None, "a": "now"}


def test_rosters_and_matrices_are_harmonised_inside() -> None:
    def rows(column: dict[str, str], cell: str) -> list[dict[str, str]]:
        return [
            {"type": "begin repeat", "name": "crew"}, {"type": "select_one sex", "name": "sex"}, {"name": "x"} | column, {"type": "end repeat"},
            {"type": "begin group", "name": "grid", "bind::diag:rows": "ages"}, {"type": cell, "name": "cell"}, {"type": "end group"},
        ]  # fmt: skip

    found = harmonise([
        version("1", *rows({"type": "text", "name": "job"}, "integer"), choices=[("ages", "old", "")]),
        version("2", *rows({"type": "text", "name": "work", "bind::diag:was": "job"}, "decimal"), choices=[("ages", "senior", "old")]),
    ])  # fmt: skip
    row = found.row("1", {"crew": [{"id": "r1", "sex": "F", "job": "cook"}], "grid": {"old": 3}})
    assert row == {"crew": [{"id": "r1", "sex": "F", "work": "cook"}], "grid": {"senior": 3}}


def test_a_column_of_a_roster_is_refused_alone() -> None:
    def crew(kind: str) -> list[dict[str, str]]:
        return [{"type": "begin repeat", "name": "crew"}, {"type": kind, "name": "born"}, {"type": "end repeat"}]

    found = harmonise([version("1", *crew("text")), version("2", *crew("date"))])
    assert [refusal.name for refusal in found.refusals] == ["crew.born"]
    assert found.row("1", {"crew": [{"id": "r", "born": "1970"}]})["crew"] == [{"id": "r", "born@1": "1970", "born": None}]


def test_a_matrix_that_gains_a_dimension_keeps_two_columns() -> None:
    def grid(**more: str) -> list[dict[str, str]]:
        return [
            {"type": "begin group", "name": "grid", "bind::diag:rows": "bands"} | more,
            {"type": "integer", "name": "cell"},
            {"type": "end group"},
        ]

    found = harmonise([version("1", *grid()), version("2", *grid(**{"bind::diag:across": "sex"}))])
    assert [column.name for column in found.columns] == ["grid@1", "grid"]


def test_versions_of_one_questionnaire_only_and_once_each() -> None:
    a = version("1", {"type": "integer", "name": "a"})
    with pytest.raises(ValueError, match="twice"):
        harmonise([a, a])
    with pytest.raises(ValueError, match="different"):
        harmonise([a, load("2026-1")])
    with pytest.raises(KeyError):
        harmonise([a]).row("9", {})


def test_the_shipped_version_is_its_own_table() -> None:
    catalogue = load("2026-1")
    found = harmonise([catalogue])
    assert [column.name for column in found.columns] == [question.name for _section, question in catalogue.questions()]
    assert found.refusals == ()
