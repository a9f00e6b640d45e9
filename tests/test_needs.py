"""What keeps a version from being published: whatever the analysis or the course of a diagnosis leans on."""

from collections.abc import Callable

import pytest

from analysis.fragility.indicators import INDICATORS
from diagnostics.needs import NAMED, READ_COLUMNS, lacks
from questionnaires.catalogue import load, versions
from questionnaires.sheets import read_sheets
from tests.versions import Sheets, changed, renamed, row_of, without


@pytest.mark.parametrize("version", versions())
def test_a_shipped_version_lacks_nothing(version: str) -> None:
    assert lacks(load(version), load(version)) == []
    assert len(INDICATORS) > 30
    assert len(NAMED) == 42


def found(change: Callable[[Sheets], None]) -> set[tuple[str, str]]:
    new = read_sheets(changed("2026-2", change))
    return {(lack.code, lack.name) for lack in lacks(new, load("2026-1"))}


def typed(name: str, kind: str) -> Callable[[Sheets], None]:
    return lambda sheets: row_of(sheets, name).update(type=kind)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda sheets: without(sheets, "dep_inconnu"), {("needed_by_indicator", "dep_inconnu")}),
        (lambda sheets: renamed(sheets, "sorties_12m", "departs"), set()),
        (lambda sheets: renamed(sheets, "ent_D1", "ent_un"), {("needed_by_platform", "ent_D1")}),
        (lambda sheets: without(sheets, "reg_metier"), {("read_column", "reg_metier")}),
        (lambda sheets: renamed(sheets, "reg_metier", "metier"), set()),
        (typed("sorties_12m", "text"), {("needed_kind", "sorties_12m")}),
        (typed("sorties_12m", "decimal"), set()),
        (lambda sheets: sheets["settings"][0].update(form_id="autre"), {("other_questionnaire", "autre")}),
        (lambda sheets: row_of(sheets, "S9").update(name="une_partie_longue"), {("section_too_long", "une_partie_longue")}),
        (
            lambda sheets: row_of(sheets, "S11C").update({"bind::diag:stage": "visit"}),
            {("needed_section", "S11C"), ("needed_stage", "cons_D1")},
        ),
    ],
)
def test_each_lack_is_named(change: Callable[[Sheets], None], expected: set[tuple[str, str]]) -> None:
    lacking = found(change)
    assert expected <= lacking
    assert {code for code, _name in lacking} == {code for code, _name in expected}


def test_every_lack_says_what_to_do_in_both_languages() -> None:
    new = read_sheets(changed("2026-2", lambda sheets: without(sheets, "dep_inconnu")))
    for lack in lacks(new, load("2026-1")):
        told = lack.to_json()
        assert told["cause"]["fr"]
        assert told["remedy"]["en"]
        assert "{" not in told["cause"]["fr"] + told["cause"]["en"] + told["remedy"]["fr"]


def test_the_columns_that_the_analysis_reads_exist() -> None:
    catalogue = load("2026-1")
    for roster, columns in READ_COLUMNS.items():
        assert set(columns) <= {column.name for column in catalogue.question(roster).columns}
