"""What pyxform says is held to the version installed: every error that we translate is really raised, with its row, and found.

If pyxform changes its words, these tests fail and the table in `questionnaires.pyxform_faults` is to be mended.
"""

from typing import Any

import pytest

from questionnaires.pyxform_faults import MOST_ROWS_JUDGED, second_opinion, translate
from tests.questionnaires.workbooks import CHOICES, SETTINGS, Cells, asked, codes, read

Rows = list[dict[str, str]]
LABEL = "label::Français (fr)"


def rows_of(cells: Cells) -> Rows:
    return [
        {str(column): str(value) for column, value in zip(cells[0], row, strict=False) if value is not None} for row in cells[1:]
    ]


def opinion(survey: list[dict[str, Any]], choices: Rows | None = None) -> tuple[str, str, int] | None:
    labelled = [{LABEL: row.get("name", "x")} | row for row in survey]
    found = second_opinion(
        {"survey": labelled, "choices": choices if choices is not None else rows_of(CHOICES), "settings": rows_of(SETTINGS)}
    )
    return None if found is None else (found.code, found.sheet, found.row)


Q = {"type": "integer", "name": "q"}


@pytest.mark.parametrize(
    ("survey", "fault"),
    [
        ([Q], None),
        ([Q, {"name": "a"}], ("unknown_type", "survey", 3)),
        ([Q, {"type": "telepathy", "name": "a"}], ("unknown_type", "survey", 0)),
        ([Q, {"type": "select_one nowhere", "name": "a"}], ("unknown_list", "survey", 3)),
        ([Q, {"type": "calculate", "name": "a"}], ("missing_calculation", "survey", 3)),
        ([Q, {"type": "integer"}], ("bad_name", "survey", 3)),
        ([Q, {"type": "integer", "name": "a b"}], ("bad_name", "survey", 3)),
        ([Q, Q], ("duplicate_name", "survey", 3)),
        ([Q, {"type": "end group"}], ("unbalanced_group", "survey", 3)),
        ([Q, {"type": "begin group", "name": "g"}], ("unclosed_group", "survey", 3)),
        ([Q, {"type": "integer", "name": "a", "relevant": "${z} > 1"}], ("unknown_reference", "survey", 3)),
        ([Q, {"type": "integer", "name": "meta"}], ("refused_elsewhere", "survey", 3)),
    ],
)  # fmt: skip
def test_pyxform_errors_become_ours(survey: list[dict[str, Any]], fault: tuple[str, str, int] | None) -> None:
    assert opinion(survey) == fault


@pytest.mark.parametrize(
    ("choices", "fault"),
    [
        ([{"list_name": "l", "name": "1", LABEL: "A"}, {"list_name": "l", "name": "1", LABEL: "B"}], ("duplicate_name", "choices", 3)),
        ([{"list_name": "l", "name": "1", LABEL: "A"}, {"list_name": "l", LABEL: "B"}], ("bad_code", "choices", 3)),
    ],
)  # fmt: skip
def test_pyxform_errors_of_choices_become_ours(choices: Rows, fault: tuple[str, str, int]) -> None:
    assert opinion([{"type": "select_one l", "name": "a"}], choices) == fault


def test_spaces_in_several_choices_become_ours() -> None:
    choices = [{"list_name": "l", "name": "a b", LABEL: "A"}]
    found = opinion([{"type": "select_multiple l", "name": "a"}], choices)
    assert found is not None
    assert found[0] == "bad_code"


def test_words_that_we_do_not_know_are_handed_on() -> None:
    found = translate("[row : 7] On the 'survey' sheet, the 'parameters' value is invalid. Something new.")
    assert (found.code, found.sheet, found.row) == ("refused_elsewhere", "survey", 7)
    assert "Something new." in found.message.fr
    assert "Something new." in found.message.en


def test_what_pyxform_alone_finds_is_in_the_reading() -> None:
    found = read(asked({"type": "integer", "name": "meta"}))
    assert [(fault.code, fault.sheet, fault.row) for fault in found.errors] == [("refused_elsewhere", "survey", 3)]
    assert found.questionnaire is None


def test_what_we_found_already_is_not_said_twice() -> None:
    found = read(asked({"type": "select_one nowhere", "name": "a"}, {"type": "integer", "name": "b", "relevant": "${z} = 1"}))
    assert [fault.code for fault in found.errors] == ["unknown_list", "unknown_reference"]
    assert "refused_elsewhere" not in codes(found)


def test_a_form_too_long_for_pyxform_is_read_without_it() -> None:
    rows = [{"type": "integer", "name": f"q{number}", LABEL: "Q"} for number in range(MOST_ROWS_JUDGED + 1)]
    assert (
        second_opinion({"survey": [*rows, {"type": "telepathy", "name": "a"}], "choices": [], "settings": rows_of(SETTINGS)})
        is None
    )
