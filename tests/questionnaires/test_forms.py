"""Forms that nobody here wrote (tests/data/forms, with their provenance): read in full, refused where they must be, at their cells."""

from pathlib import Path

import pytest

from questionnaires.workbook import Workbook, read_workbook

FORMS = Path(__file__).parents[1] / "data" / "forms"


def form(name: str) -> Workbook:
    return read_workbook((FORMS / name).read_bytes(), name)


def errors(name: str) -> list[tuple[str, str, int, str]]:
    return [(fault.code, fault.sheet, fault.row, fault.letter) for fault in form(name).errors]


def test_every_form_has_its_provenance() -> None:
    rows = [line.split("\t") for line in (FORMS / "PROVENANCE.tsv").read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["file", "repo", "path", "commit", "licence", "exercises"]
    assert {row[0] for row in rows[1:]} == {path.name for path in FORMS.glob("*.xls*")}


@pytest.mark.parametrize("name", sorted(path.name for path in FORMS.glob("*.xls*")))
def test_every_form_is_read_to_its_end_in_both_languages(name: str) -> None:
    found = form(name)
    assert found.sheets["survey"]
    for fault in found.faults:
        assert all((fault.message.fr, fault.message.en, fault.remedy.fr, fault.remedy.en))
    assert "refused_elsewhere" not in {fault.code for fault in found.faults if name.startswith("wf_")}


def test_typographic_quotes_of_a_real_form_are_all_found() -> None:
    rows = [row for code, _sheet, row, letter in errors("px_biomass_plot.xlsx") if code == "typographic_quote" and letter == "H"]
    assert rows == [9, 32, 36, 48, 56, 58, 72, 74, 80, 82]


def test_a_household_survey_has_only_what_we_cannot_hold_against_it() -> None:
    assert errors("wf_socio_economic.xlsx") == [("column_unsupported", "survey", 6, "G"), ("path_expression", "survey", 12, "O")]


def test_what_the_specification_has_and_we_do_not_is_named() -> None:
    found = errors("px_spec_test.xlsx")
    types = {row["type"] for row in form("px_spec_test.xlsx").sheets["survey"]}
    assert {"geopoint", "barcode", "image", "audio", "video", "time", "datetime", "acknowledge"} <= types
    assert len([code for code, *_place in found if code == "unsupported_type"]) >= 8


def test_old_forms_are_read() -> None:
    assert ("missing_calculation", "survey", 34, "") in errors("px_calc_without_calc.xls")
    repeated = form("px_repeat_date.xls")
    assert [fault.code for fault in repeated.errors] == ["column_unsupported"]
    assert repeated.sheets["choices"][4]["name"] == "1"
    assert [(code, row) for code, _sheet, row, _letter in errors("px_specify_other.xlsx")] == [("unsupported_type", 2)]
