"""The coordinator changes the questionnaire in a real browser: workbook, faults, changes, trial, publication, passage."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from diagnostics.jobs import run_waiting
from questionnaires.sheets import FRENCH
from questionnaires.workbook import write_workbook
from tests.journeys.conftest import check_accessible, check_fits
from tests.versions import Sheets, added, changed, renamed, row_of, without

pytestmark = pytest.mark.browser
HOME = "/programme/questionnaire"


def second(sheets: Sheets) -> None:
    row_of(sheets, "federation")[f"label::{FRENCH}"] = "De quel réseau est-elle adhérente\u202f?"
    renamed(sheets, "annee_creation", "annee_ouverture")
    without(sheets, "opco")
    words = {f"label::{FRENCH}": "Quel est son sigle\u202f?", "label::English (en)": "What is its acronym?"}
    added(sheets, "raison_sociale", {"type": "text", "name": "sigle", **words})


def faulty(sheets: Sheets) -> None:
    second(sheets)
    row_of(sheets, "federation")["relevant"] = "${rien_de_tel} = 1"
    row_of(sheets, "v_docs")["type"] = "select_plusieurs docs"


@pytest.fixture
def workbooks(tmp_path: Path) -> tuple[Path, Path]:
    good, bad = tmp_path / "bon.xlsx", tmp_path / "faux.xlsx"
    good.write_bytes(write_workbook(changed("2026-2", second)))
    bad.write_bytes(write_workbook(changed("2026-2", faulty)))
    return good, bad


def checked(page: Page) -> None:
    check_accessible(page)
    check_fits(page)


def send(page: Page, path: Path) -> None:
    page.goto(f"{HOME}/nouveau")
    checked(page)
    page.get_by_label("Classeur (.xlsx)").set_input_files(path)
    page.get_by_role("button", name="Lire le classeur").click()


@pytest.mark.parametrize("width", [1280, 320])
def test_a_coordinator_changes_the_questionnaire_from_the_workbook_to_the_dossiers(
    demo: Flask, visit: Callable[..., Page], workbooks: tuple[Path, Path], width: int
) -> None:
    good, bad = workbooks
    page = visit("coordination", width=width)
    send(page, bad)
    expect(page.locator(".fault-list tbody tr")).not_to_have_count(0)
    expect(page.get_by_role("link", name="Publier…")).to_have_count(0)
    checked(page)
    send(page, good)
    expect(page.locator("main")).to_contain_text("Aucune faute")
    checked(page)
    page.get_by_role("link", name="Ce qui change").click()
    expect(page.locator(".changes ins", has_text="adhérente")).to_have_count(1)
    expect(page.locator(".changes .is-removed")).to_have_count(1)
    checked(page)
    page.get_by_label("Nature du changement").select_option("mots")
    page.get_by_role("button", name="Comparer").click()
    expect(page.locator(".changes > li")).to_have_count(1)
    page.go_back()
    page.go_back()
    page.get_by_role("link", name="Essayer").click()
    checked(page)
    page.get_by_role("link", name="L’entreprise", exact=True).click()
    expect(page.locator("#section-form[data-live=local]")).to_be_visible()
    page.get_by_role("textbox", name="Quel est son sigle").fill("LT")
    page.keyboard.press("Control+s")
    expect(page.locator("[role=status]").first).to_contain_text("Réponses enregistrées")
    expect(page.get_by_role("textbox", name="Quel est son sigle")).to_have_value("LT")
    page.goto(HOME)
    checked(page)
    page.get_by_role("link", name="bon.xlsx").or_(page.get_by_role("link", name="Brouillon n° 2")).first.click()
    page.get_by_role("link", name="Publier…").click()
    expect(page.get_by_label("Nom de la version")).to_have_value("2026-2")
    checked(page)
    page.get_by_label("J’ai lu ce qui change").check()
    page.get_by_role("button", name="Publier").click()
    expect(page.locator("h1")).to_contain_text("Passage à la version 2026-2")
    run_waiting(demo.extensions["database"], demo.extensions["settings"])
    # The page renews itself.
    expect(page.locator("#travail")).to_contain_text("tous les dossiers sont passés", timeout=10_000)
    checked(page)
    page.goto(HOME)
    expect(page.locator("main")).to_contain_text("Nouveaux dossiers")
    checked(page)
    demo.extensions["trials"].dispose()
