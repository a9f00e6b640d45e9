"""Every fault of a workbook with its code and its cell, one small hostile workbook for each; and a clean one without any.

1. Cells: names, types, references, expressions, groups, choices, settings.
2. Columns and sheets.
3. All at once, in order, in both languages.
"""

import re
from typing import Any

import pytest

from questionnaires.faults import Fault, Gravity
from tests.questionnaires.workbooks import CHOICES, SETTINGS, SURVEY, Cells, asked, codes, places, read, xlsx

GOOD = {"type": "select_one yes_no", "name": "plan"}
STAFF = {"type": "integer", "name": "staff", "required": "yes"}
TITLES = SURVEY[0]


def test_a_good_workbook_has_no_fault() -> None:
    found = read(xlsx())
    assert found.faults == ()
    assert found.questionnaire is not None
    assert [question.name for _section, question in found.questionnaire.questions()] == ["staff", "plan"]


# --- 1. cells -------------------------------------------------------------------------------------------------------------

CELLS: list[tuple[str, dict[str, Any], str, str]] = [
    # What is wrong, the row (row 5, after two good ones), the code, the column's letter.
    ("no type", {"type": None, "name": "a"}, "unknown_type", "A"),
    ("a type nearly right", {"type": "integr", "name": "a"}, "unknown_type", "A"),
    ("a select without its list", {"type": "select_one", "name": "a"}, "unknown_type", "A"),
    ("a type of nobody", {"type": "telepathy", "name": "a"}, "unknown_type", "A"),
    ("a list too many", {"type": "integer yes_no", "name": "a"}, "unknown_type", "A"),
    ("an unknown list", {"type": "select_one yes_nno", "name": "a"}, "unknown_list", "A"),
    ("geopoint", {"type": "geopoint", "name": "a"}, "unsupported_type", "A"),
    ("geotrace", {"type": "geotrace", "name": "a"}, "unsupported_type", "A"),
    ("image", {"type": "image", "name": "a"}, "unsupported_type", "A"),
    ("audio", {"type": "audio", "name": "a"}, "unsupported_type", "A"),
    ("video", {"type": "video", "name": "a"}, "unsupported_type", "A"),
    ("file", {"type": "file", "name": "a"}, "unsupported_type", "A"),
    ("barcode", {"type": "barcode", "name": "a"}, "unsupported_type", "A"),
    ("range", {"type": "range", "name": "a"}, "unsupported_type", "A"),
    ("acknowledge", {"type": "acknowledge", "name": "a"}, "unsupported_type", "A"),
    ("rank", {"type": "rank yes_no", "name": "a"}, "unsupported_type", "A"),
    ("time", {"type": "time", "name": "a"}, "unsupported_type", "A"),
    ("dateTime", {"type": "dateTime", "name": "a"}, "unsupported_type", "A"),
    ("a list from a file", {"type": "select_one_from_file towns.csv", "name": "a"}, "unsupported_type", "A"),
    ("external list", {"type": "select_one_external towns", "name": "a"}, "unsupported_type", "A"),
    ("or_other", {"type": "select_one yes_no or_other", "name": "a"}, "unsupported_type", "A"),
    ("or specify other", {"type": "select one from yes_no or specify other", "name": "a"}, "unsupported_type", "A"),
    ("csv-external", {"type": "csv-external", "name": "a"}, "unsupported_type", "A"),
    ("metadata", {"type": "deviceid", "name": "a"}, "type_unused", "A"),
    ("no name", {"type": "integer", "name": None, "label::Français (fr)": "Quoi ?"}, "bad_name", "B"),
    ("a name with an accent", {"type": "integer", "name": "é"}, "bad_name", "B"),
    ("a name with a space", {"type": "integer", "name": "a b"}, "bad_name", "B"),
    ("a name that is a number", {"type": "integer", "name": 12}, "bad_name", "B"),
    ("a name taken", {"type": "integer", "name": "staff"}, "duplicate_name", "B"),
    ("a name taken by the section", {"type": "integer", "name": "S1"}, "duplicate_name", "B"),
    ("a name but for capitals", {"type": "integer", "name": "Staff"}, "name_case", "B"),
    ("no label", {"type": "integer", "name": "a", "label::Français (fr)": None, "label::English (en)": None}, "missing_text", "C"),
    ("no English", {"type": "integer", "name": "a", "label::English (en)": None}, "translation_missing", "D"),
    ("an answer quoted", {"type": "integer", "name": "a", "label::Français (fr)": "Pour ${staff} ?"}, "reference_in_text", "C"),
    ("typographic quotes", {"type": "integer", "name": "a", "relevant": "${plan} = ‘1’"}, "typographic_quote", "E"),
    ("a half typographic quote", {"type": "integer", "name": "a", "relevant": "${plan} = '1’"}, "typographic_quote", "E"),
    ("French quotes", {"type": "integer", "name": "a", "relevant": "${plan} = «1»"}, "typographic_quote", "E"),
    ("double typographic quotes", {"type": "integer", "name": "a", "relevant": "${plan} = “1”"}, "typographic_quote", "E"),
    ("a text left open", {"type": "integer", "name": "a", "relevant": "${plan} = '1"}, "unterminated_text", "E"),
    ("a name left open", {"type": "integer", "name": "a", "relevant": "${plan = 1"}, "unterminated_name", "E"),
    ("a parenthesis left open", {"type": "integer", "name": "a", "relevant": "(${staff} > 1"}, "unclosed_parenthesis", "E"),
    ("a function left open", {"type": "integer", "name": "a", "relevant": "selected(${plan}, '1'"}, "unclosed_parenthesis", "E"),
    ("a parenthesis too many", {"type": "integer", "name": "a", "relevant": "${staff} > 1)"}, "surplus_parenthesis", "E"),
    ("an unknown function", {"type": "integer", "name": "a", "relevant": "selectd(${plan}, '1')"}, "unknown_function", "E"),
    ("pulldata", {"type": "integer", "name": "a", "relevant": "pulldata('a', 'b', 'c', 'd') = 1"}, "unknown_function", "E"),
    ("jr:choice-name", {"type": "integer", "name": "a", "relevant": "jr:choice-name(${plan}, 'x') = 'y'"}, "unknown_function", "E"),
    ("too few values", {"type": "integer", "name": "a", "relevant": "selected(${plan})"}, "wrong_arity", "E"),
    ("a path", {"type": "integer", "name": "a", "relevant": "../plan = 1"}, "path_expression", "E"),
    ("a filter", {"type": "integer", "name": "a", "relevant": "${plan}[1] = 1"}, "path_expression", "E"),
    ("a programmer's equals", {"type": "integer", "name": "a", "relevant": "${plan} == 1"}, "foreign_operator", "E"),
    ("a programmer's and", {"type": "integer", "name": "a", "relevant": "${staff} > 1 && ${plan} = 1"}, "foreign_operator", "E"),
    ("a capital AND", {"type": "integer", "name": "a", "relevant": "${staff} > 1 AND ${plan} = 1"}, "foreign_operator", "E"),
    ("a French et", {"type": "integer", "name": "a", "relevant": "${staff} > 1 et ${plan} = 1"}, "foreign_operator", "E"),
    ("a sign of unequal", {"type": "integer", "name": "a", "relevant": "${staff} ≥ 1"}, "foreign_operator", "E"),
    ("a division by a slash", {"type": "calculate", "name": "a", "calculation": "${staff} / 2"}, "foreign_operator", "H"),
    ("a bare word", {"type": "integer", "name": "a", "relevant": "staff > 1"}, "unexpected_token", "E"),
    ("an end too early", {"type": "integer", "name": "a", "relevant": "${staff} >"}, "unexpected_end", "E"),
    ("a chain", {"type": "integer", "name": "a", "relevant": "1 < ${staff} < 5"}, "chained_comparison", "E"),
    ("far too long", {"type": "integer", "name": "a", "relevant": "1 + " * 2000 + "1"}, "expression_too_long", "E"),
    ("far too deep", {"type": "integer", "name": "a", "relevant": "(" * 100 + "1" + ")" * 100}, "expression_too_deep", "E"),
    ("an unknown question", {"type": "integer", "name": "a", "relevant": "${stuff} > 1"}, "unknown_reference", "E"),
    ("an unknown question in a constraint", {"type": "integer", "name": "a", "constraint": ". > ${stuff}"}, "unknown_reference", "F"),
    ("a section named", {"type": "integer", "name": "a", "relevant": "${S1} > 1"}, "dropped_reference", "E"),
    ("itself", {"type": "integer", "name": "a", "relevant": "${a} > 1"}, "circular_reference", "E"),
    ("a dot before the answer", {"type": "integer", "name": "a", "relevant": ". > 1"}, "self_out_of_place", "E"),
    ("a choice that is not", {"type": "integer", "name": "a", "relevant": "${plan} = 'yes'"}, "comparison_unknown_choice", "E"),
    ("a choice that is not, turned", {"type": "integer", "name": "a", "relevant": "2 != ${plan}"}, "comparison_unknown_choice", "E"),
    ("a choice that is not, selected", {"type": "integer", "name": "a", "relevant": "selected(${plan}, 'yes')"}, "comparison_unknown_choice", "E"),
    ("a choice that is not, listed", {"type": "integer", "name": "a", "relevant": "selected('1 2', ${plan})"}, "comparison_unknown_choice", "E"),
    ("its own choice that is not", {"type": "select_one yes_no", "name": "a", "constraint": ". != 3"}, "comparison_unknown_choice", "F"),
    ("an unanchored pattern", {"type": "text", "name": "a", "constraint": "regex(., '[0-9]{5}')"}, "unanchored_regex", "F"),
    ("half a pattern", {"type": "text", "name": "a", "constraint": "regex(., '^[0-9]{5}')"}, "unanchored_regex", "F"),
    ("a broken pattern", {"type": "text", "name": "a", "constraint": "regex(., '([0-9')"}, "bad_pattern", "F"),
    ("a pattern worked out", {"type": "text", "name": "a", "constraint": "regex(., ${plan})"}, "pattern_not_literal", "F"),
    ("a sum of what may be blank", {"type": "calculate", "name": "a", "calculation": "${plan} + 1"}, "blank_arithmetic", "H"),
    ("a rounded blank", {"type": "calculate", "name": "a", "calculation": "round(${plan}) * 2"}, "blank_arithmetic", "H"),
    ("a blank in a condition", {"type": "integer", "name": "a", "relevant": "${plan} - 1 > 0"}, "blank_arithmetic", "E"),
    ("no calculation", {"type": "calculate", "name": "a"}, "missing_calculation", "H"),
    ("a question with a calculation", {"type": "integer", "name": "a", "calculation": "${staff} * 2"}, "calculation_given", "H"),
    ("a constraint without message", {"type": "integer", "name": "a", "constraint": ". > 1"}, "message_by_default", "G"),
    ("required by a condition", {"type": "integer", "name": "a", "required": "${staff} > 1"}, "conditional_required", "I"),
    ("required perhaps", {"type": "integer", "name": "a", "required": "maybe"}, "bad_value", "I"),
    ("an unknown party", {"type": "integer", "name": "a", "bind::diag:party": "X"}, "bad_value", "J"),
    ("money that is whole", {"type": "integer", "name": "a", "bind::diag:kind": "money"}, "bad_value", "J"),
    ("a length in words", {"type": "text", "name": "a", "bind::diag:max_length": "long"}, "bad_value", "J"),
    ("a soft check without words", {"type": "integer", "name": "a", "bind::diag:soft": ". < 5"}, "missing_message", ""),
    ("a filter of choices", {"type": "select_one yes_no", "name": "a", "choice_filter": "x = ${plan}"}, "column_unsupported", "J"),
    ("a trigger", {"type": "integer", "name": "a", "trigger": "${staff}"}, "column_unsupported", "J"),
    ("an error of the spreadsheet", {"type": "integer", "name": "a", "hint::Français (fr)": "#REF!"}, "cell_error", "J"),
    ("a formula without result", {"type": "integer", "name": "a", "relevant": "=A1"}, "formula_without_value", "E"),
    ("a closing too many", {"type": "end repeat", "name": None}, "unbalanced_group", "A"),
    ("an opening too many", {"type": "begin repeat", "name": "a"}, "unclosed_group", "A"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "code", "letter"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS])
def test_a_faulty_cell_has_its_code_and_its_place(row: dict[str, Any], code: str, letter: str) -> None:
    found = read(asked(STAFF, GOOD, row))
    assert (code, "survey", 5, letter) in places(found)
    assert (found.questionnaire is None) == any(fault.severity is Gravity.ERROR for fault in found.faults)
    for fault in found.faults:
        _says_everything(fault)


def _says_everything(fault: Fault) -> None:
    assert fault.message.fr
    assert fault.message.en
    assert fault.remedy.fr
    assert fault.remedy.en
    assert not re.search(r"\{(?:value|instead|column|meant)\}", f"{fault.message} {fault.remedy}")


def test_there_are_enough_of_them() -> None:
    assert len(CELLS) >= 80


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([{"type": "begin group", "name": "G"}, {"type": "end group"}], None),
        ([{"type": "begin repeat", "name": "R"}, {"type": "end repeat"}], ("empty_repeat", "survey", 3, "A")),
        ([{"type": "begin repeat", "name": "R"}, {"type": "begin repeat", "name": "Q"}, GOOD, {"type": "end repeat"}, {"type": "end repeat"}], ("nested_repeat", "survey", 4, "A")),
        ([{"type": "begin group", "name": "M", "bind::diag:rows": "yes_no"}, {"type": "text", "name": "c"}, {"type": "end group"}], ("matrix_shape", "survey", 3, "A")),
        ([{"type": "begin group", "name": "M", "bind::diag:rows": "none"}, {"type": "integer", "name": "c"}, {"type": "end group"}], ("unknown_list", "survey", 3, "J")),
        ([{"type": "begin repeat", "name": "R"}, {"type": "begin group", "name": "M", "bind::diag:rows": "yes_no"}, {"type": "integer", "name": "c"}, {"type": "end group"}, {"type": "end repeat"}], ("nested_matrix", "survey", 4, "A")),
        ([{"type": "begin repeat", "name": "R", "repeat_count": "${staff}"}, GOOD, {"type": "end repeat"}], ("column_unsupported", "survey", 3, "J")),
        ([{"type": "calculate", "name": "a", "calculation": "${b} + 1"}, {"type": "calculate", "name": "b", "calculation": "${c} + 1"}, {"type": "calculate", "name": "c", "calculation": "${a}"}], ("circular_reference", "survey", 3, "H")),
        ([{"type": "integer", "name": "a", "relevant": "${b} > 0"}, {"type": "integer", "name": "b", "relevant": "${a} > 0"}], ("circular_reference", "survey", 4, "E")),
        ([{"type": "begin group", "name": "G", "label::Français (fr)": "Titre"}, GOOD, {"type": "end group"}], ("group_flattened", "survey", 3, "A")),
        ([GOOD, {"type": "note", "name": "n", "relevant": "${plan} = 1"}], ("note_moved", "survey", 4, "A")),
        ([{"type": "start", "name": "started"}, {"type": "date", "name": "d", "constraint": ". > ${started}"}], ("dropped_reference", "survey", 4, "F")),
    ],
)  # fmt: skip
def test_a_faulty_block_has_its_code_and_its_place(rows: list[dict[str, Any]], fault: tuple[str, str, int, str] | None) -> None:
    found = read(asked(*rows))
    assert fault in places(found) if fault else "group_flattened" in codes(found)


def test_an_expression_that_cannot_be_read_tells_its_other_faults_as_well() -> None:
    row = {"type": "text", "name": "a", "constraint": "(regex(., '[0-9]+') and ${stuff} > 1 and foo(.)"}
    found = places(read(asked(STAFF, row)))
    assert {code for code, _sheet, number, column in found if (number, column) == (4, "F")} == {
        "unclosed_parenthesis" if ("unclosed_parenthesis", "survey", 4, "F") in found else "unknown_function",
        "unknown_reference",
        "unanchored_regex",
    }


def test_a_circle_names_its_path_and_only_those_on_it() -> None:
    rows = [{"type": "calculate", "name": name, "calculation": f"${{{other}}} + 1"} for name, other in ("ab", "bc", "ca", "da")]
    found = [fault for fault in read(asked(*rows)).errors if fault.code == "circular_reference"]
    assert [fault.row for fault in found] == [3, 4, 5]
    assert "a → b → c → a" in found[0].message.fr


def test_the_condition_of_a_group_is_judged_once_where_it_is_written() -> None:
    rows = [
        GOOD,
        {"type": "begin group", "name": "G", "relevant": "${plan} = 'yes' and ${stuff} > 1"},
        STAFF,
        {"type": "integer", "name": "b"},
        {"type": "end group"},
    ]
    found = [place for place in places(read(asked(*rows))) if place[0] in {"comparison_unknown_choice", "unknown_reference"}]
    assert found == [("unknown_reference", "survey", 4, "E"), ("comparison_unknown_choice", "survey", 4, "E")]


def test_guards_against_blanks_are_understood() -> None:
    for guarded in (
        "if(${plan} = '', 0, ${plan} + 1)",
        "coalesce(${plan}, 0) + 1",
        "if(${plan} != '' and ${staff} > 0, ${plan} * ${staff}, '')",
        "if(not(${plan} = ''), ${plan} - 1, 0)",
        "if(selected(${plan}, '1'), ${plan} * 2, 0)",
        "sum(${plan}, 1)",
    ):
        assert "blank_arithmetic" not in codes(
            read(asked(STAFF, GOOD, {"type": "calculate", "name": "a", "calculation": guarded}))
        ), guarded


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([("yes_no", "1", "Oui", "Yes"), ("yes_no", "1", "Non", "No")], ("duplicate_name", "choices", 3, "B")),
        ([("yes_no", "1", "Oui", "Yes"), ("yes_no", None, "Non", "No")], ("bad_code", "choices", 3, "B")),
        ([("yes_no", "1", "Oui", "Yes"), ("yes_no", "a b", "Non", "No")], ("bad_code", "choices", 3, "B")),
        ([("yes_no", "1", "Oui", "Yes"), ("yes_no", "0", None, None)], ("missing_text", "choices", 3, "C")),
        ([("yes_no", "1", "Oui", "Yes"), ("yes no", "0", "Non", "No")], ("bad_name", "choices", 3, "A")),
        ([("yes_no", "1", "Oui", "Yes"), ("other", "0", "Non", "No")], ("orphan_list", "choices", 3, "A")),
        ([("yes_no", "1", "Oui", "Yes"), (None, "0", "Non", "No")], ("bad_name", "choices", 3, "A")),
    ],
)  # fmt: skip
def test_a_faulty_choice_has_its_code_and_its_place(rows: Cells, fault: tuple[str, str, int, str]) -> None:
    assert fault in places(read(xlsx(choices=[CHOICES[0], *rows])))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("plan", "c", "soft", ". = 2", "Vérifiez."), ("comparison_unknown_choice", "checks", 2, "D")),
        (("plna", "c", "soft", ". = 1", "Vérifiez."), ("unknown_reference", "checks", 2, "A")),
        (("plan", "c", "grave", ". = 1", "Vérifiez."), ("bad_value", "checks", 2, "C")),
        (("plan", "c", "soft", "", "Vérifiez."), ("expression_empty", "checks", 2, "D")),
        (("plan", "c", "soft", ". = ‘1’", "Vérifiez."), ("typographic_quote", "checks", 2, "D")),
        (("plan", "c", "soft", ". = 1", ""), ("missing_message", "checks", 2, "E")),
        (("plan", "c 1", "soft", ". = 1", "Vérifiez."), ("bad_name", "checks", 2, "B")),
    ],
)  # fmt: skip
def test_a_faulty_check_has_its_code_and_its_place(row: tuple[str, ...], fault: tuple[str, str, int, str]) -> None:
    header = ("question", "code", "severity", "condition", "message::Français (fr)")
    assert fault in places(read(xlsx(checks=[header, row])))


# --- 2. columns and sheets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheets", "fault"),
    [
        ({"survey": None}, ("sheet_missing", "survey", 0, "")),
        ({"survey": None, "Surveys": SURVEY}, ("sheet_misnamed", "survey", 0, "")),
        ({"survey": []}, ("sheet_empty", "survey", 0, "")),
        ({"survey": [TITLES]}, ("sheet_empty", "survey", 0, "")),
        ({"choices": None}, ("sheet_missing", "choices", 0, "")),
        ({"choices": None, "Choice": CHOICES}, ("sheet_misnamed", "choices", 0, "")),
        ({"survey ": SURVEY}, ("sheet_twice", "survey", 0, "")),
        ({"entities": [("a",)]}, ("sheet_ignored", "entities", 0, "")),
        ({"settings": None}, ("setting_default", "settings", 2, "")),
        ({"settings": [SETTINGS[0], ("Petit", "small", None)]}, ("setting_default", "settings", 2, "C")),
        ({"settings": [*SETTINGS, ("Petit", "small", "2")]}, ("settings_rows", "settings", 3, "")),
        ({"survey": [(), (), *SURVEY]}, ("header_not_first", "survey", 3, "")),
        ({"survey": [(*TITLES, "label::Français (fr)"), *SURVEY[1:]]}, ("column_twice", "survey", 1, "J")),
        ({"survey": [(*TITLES, "Label :: french (FR)"), *SURVEY[1:]]}, ("column_twice", "survey", 1, "J")),
        ({"survey": [(*TITLES, "NAME"), *SURVEY[1:]]}, ("column_twice", "survey", 1, "J")),
        ({"survey": [("type", "name", "label", "label::English (en)", "relevent"), *SURVEY[1:]]}, ("column_misspelt", "survey", 1, "E")),
        ({"survey": [("typ", *TITLES[1:]), *SURVEY[1:]]}, ("column_misspelt", "survey", 1, "A")),
        ({"survey": [(*TITLES, "bind::diag:dimensoin"), *SURVEY[1:]]}, ("column_misspelt", "survey", 1, "J")),
        ({"survey": [("type", "name", "x"), *[row[:3] for row in SURVEY[1:]]]}, ("column_missing", "survey", 1, "")),
        ({"survey": [TITLES, *SURVEY[1:], ("integer", "a", "A", "A", *[None] * 5, "stray")]}, ("header_blank", "survey", 6, "J")),
        ({"survey": [(*TITLES, "auteur"), *SURVEY[1:3], (*SURVEY[3], *[None] * 4, "Ada"), SURVEY[4]]}, ("column_unknown", "survey", 1, "J")),
        ({"survey": [(*TITLES, "media::image"), *SURVEY[1:3], (*SURVEY[3], *[None] * 4, "a.jpg"), SURVEY[4]]}, ("column_unused", "survey", 1, "J")),
        ({"survey": [("type", "name", "label::Swahili (sw)"), *[row[:3] for row in SURVEY[1:]]]}, ("language_ignored", "survey", 1, "C")),
        ({"survey": [("type", "name", "label::English"), *[row[:3] for row in SURVEY[1:]]]}, ("french_missing", "survey", 1, "C")),
        ({"survey": [("type", "name", "label"), *[row[:3] for row in SURVEY[1:]]]}, ("translation_missing", "survey", 1, "C")),
        ({"choices": [("list_name", "nom", "label"), *[row[:3] for row in CHOICES[1:]]]}, ("column_missing", "choices", 1, "")),
    ],
)  # fmt: skip
def test_a_faulty_sheet_or_column_has_its_code_and_its_place(sheets: dict[str, Any], fault: tuple[str, str, int, str]) -> None:
    found = read(xlsx(**sheets))
    assert fault in places(found)
    for one in found.faults:
        _says_everything(one)


@pytest.mark.parametrize(
    "title", ["label", "label::Français", "label::French (fr)", "label:fr", "Label :: FRENCH", "label::fr", "caption"]
)
def test_french_is_recognised_however_it_is_written(title: str) -> None:
    found = read(xlsx(survey=[(*TITLES[:2], title, *TITLES[3:]), *SURVEY[1:]]))
    assert found.faults == ()
    assert found.questionnaire is not None
    assert found.questionnaire.question("staff").label.fr == "Combien de salariés ?"


def test_the_default_language_says_what_a_bare_column_is() -> None:
    settings = [("form_title", "form_id", "version", "default_language"), ("Small", "small", "1", "English (en)")]
    survey = [("type", "name", "label", "label::French (fr)"), ("integer", "staff", "How many?", "Combien ?")]
    found = read(xlsx(survey=survey, settings=settings))
    assert found.questionnaire is not None
    assert (found.questionnaire.question("staff").label.en, found.questionnaire.question("staff").label.fr) == (
        "How many?",
        "Combien ?",
    )


# --- 3. all at once -------------------------------------------------------------------------------------------------------


def test_all_faults_come_at_once_in_order_with_the_rows_that_excel_shows() -> None:
    survey: list[Any] = [
        TITLES, (), ("begin group", "S1", "Partie", "Part"), (), ("integr", "a", "A", "A"), ("integer", "b", "B", "B", "${c} = ‘1’"),
        (), (), ("select_one nowhere", "c", "C", "C"), ("calculate", "d", None, None), ("end group",),
    ]  # fmt: skip
    found = read(xlsx(survey=survey, choices=[CHOICES[0], ("yes_no", "1", None, "Yes")]))
    assert places(found) == [
        ("unknown_type", "survey", 5, "A"),
        ("typographic_quote", "survey", 6, "E"),
        ("unknown_list", "survey", 9, "A"),
        ("missing_calculation", "survey", 10, "H"),
        ("orphan_list", "choices", 2, "A"),
    ]
    assert found.faults[1].position == 8
    assert found.questionnaire is None


def test_a_thousand_faults_are_cut_and_counted() -> None:
    rows = [{"type": "nothing", "name": f"q{number}"} for number in range(700)]
    found = read(asked(*rows))
    assert len(found.faults) == 501
    assert found.faults[-1].code == "too_many_faults"


def test_a_plain_form_is_read_with_defaults() -> None:
    survey = [
        ("type", "name", "label", "relevant", "repeat_count"),
        ("text", "who", "Who?"),
        ("begin_group", "job", "Job", "${who} != ''"),
        ("select one from yes_no", "works", "Works?"),
        ("begin group", "more", "More", "${works} = 1"),
        ("integer", "hours", "Hours", "${who} = 'x'"),
        ("end_group",),
        ("begin_repeat", "kids", "Children", None, 2),
        ("integer", "age", "Age"),
        ("end_repeat",),
        ("end_group",),
        ("note", "thanks", "Thank you"),
    ]  # fmt: skip
    found = read(xlsx(survey=survey, settings=None), "Mon formulaire (v2).xlsx")
    assert found.questionnaire is not None
    assert (found.questionnaire.code, found.questionnaire.version) == ("mon_formulaire_v2", "1")
    assert [section.code for section in found.questionnaire.sections] == ["section_1", "job"]
    hours, kids = found.questionnaire.question("hours"), found.questionnaire.question("kids")
    assert hours.relevant_source == "(${who} != '') and (${works} = 1) and (${who} = 'x')"
    assert found.questionnaire.question("works").relevant_source == "${who} != ''"
    assert (kids.min_rows, kids.max_rows, kids.column("age").relevant) == (2, 2, None)
    assert found.errors == ()
