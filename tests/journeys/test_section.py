"""A section filled in a real browser: what the page does by itself while the server still decides."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from diagnostics.db import Database
from tests.conftest import PASSWORD, World
from tests.dossier import BASE, held, new_dossier, put, value_of

pytestmark = pytest.mark.browser
ROWS = [{"id": f"r{line}", "reg_code": f"S{line}", "reg_naissance": 1960 + line, "reg_sexe": "F"} for line in range(3)]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str, world: World) -> Iterator[Page]:
    """A signed-in diagnostician's page; anything that the console complains about fails the test."""
    context = chromium.new_context(base_url=address, locale="fr-FR", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    opened.goto("/connexion")
    opened.fill("[name=email]", world.people["diagnostician"].email)
    opened.fill("[name=password]", PASSWORD)
    opened.click("main button[type=submit]")
    yield opened
    context.close()
    assert complaints == []


def paste(page: Page, block: str) -> None:
    """Pastes a block into the control that has the focus."""
    page.evaluate(
        """(block) => {
            const data = new DataTransfer();
            data.setData('text/plain', block);
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        block,
    )


def test_lines_are_pasted_added_removed_put_back_and_saved(page: Page, database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre", "registre": ROWS})
    page.goto(f"{BASE}/S2")
    lines = page.locator("[data-roster=registre] [data-rows] > [data-row]:visible")
    expect(lines).to_have_count(3)
    page.locator("[data-roster=registre] [data-add]").click()
    expect(lines).to_have_count(4)
    lines.last.locator("input:not([type=hidden])").first.focus()
    paste(
        page,
        "S8\t1975\tFemmes\tEmployés\tAide à domicile\tcdi\t80\t2009\t1 850,50\nS9\t1985\th\tCAD\tDirecteur\tCDI\t100\t2019\t\n",
    )
    expect(lines).to_have_count(5)
    lines.nth(1).locator("[data-remove]").click()
    expect(lines).to_have_count(4)
    expect(page.locator("[data-put-back]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(lines).to_have_count(5)
    lines.nth(0).locator("[data-remove]").click()
    expect(page.locator("[data-save-state]")).to_contain_text("gardée sur cet appareil")
    page.keyboard.press("Control+s")
    expect(page.locator("[role=status]").first).to_contain_text("Réponses enregistrées")
    rows = value_of(database, number, "S2", "registre")
    assert [row["reg_code"] for row in rows] == ["S1", "S2", "S8", "S9"]
    assert (rows[2]["reg_sexe"], rows[2]["reg_categorie"], rows[2]["reg_salaire"]) == ("F", "EMP", 1850.5)


def test_the_enter_key_goes_down_a_column_and_opens_a_line_at_the_end(page: Page, database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre", "registre": ROWS[:1]})
    page.goto(f"{BASE}/S2")
    page.locator("[name=registre--0--reg_naissance]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=registre--1--reg_naissance]")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[name=registre--0--reg_naissance]")).to_be_focused()


def test_relevance_totals_and_faults_answer_at_once_and_save_nothing(page: Page, database: Database, world: World) -> None:
    number = new_dossier(database, world)
    page.goto(f"{BASE}/S2")
    expect(page.locator("#q-mat_age_sexe")).to_be_hidden()
    page.check("[name=mode_saisie][value=tableaux]")
    expect(page.locator("#q-mat_age_sexe")).to_be_visible()
    page.fill("[name=mat_age_sexe--b1--F]", "2")
    page.fill("[name=mat_age_sexe--b2--H]", "3")
    expect(page.locator("#q-mat_age_sexe [data-grand]")).to_have_text("5")
    page.fill("[name=eff_total]", "douze")
    page.locator("[name=etp_total]").focus()
    expect(page.locator("#q-eff_total .field-error")).to_be_visible()
    assert held(database, number, "S2") == {}


def test_an_exclusive_choice_clears_the_others_and_a_reason_gives_way_to_an_answer(
    page: Page, database: Database, world: World
) -> None:
    new_dossier(database, world)
    page.goto(f"{BASE}/S7")
    page.check("[name=outils_rh][value=fiche_poste]")
    page.check("[name=outils_rh][value=aucun]")
    expect(page.locator("[name=outils_rh][value=fiche_poste]")).not_to_be_checked()
    page.locator("#q-temps_rh .absence summary").click()
    page.select_option("[name=temps_rh--absence]", "unknown")
    page.fill("[name=temps_rh]", "3")
    page.locator("[name=forma_nb]").focus()
    expect(page.locator("[name=temps_rh--absence]")).to_have_value("")


def test_the_enter_key_saves_and_keeps_the_place(page: Page, database: Database, world: World) -> None:
    new_dossier(database, world)
    page.goto(f"{BASE}/S10")
    page.fill("[name=tresorerie]", "12 500,50")
    page.keyboard.press("Enter")
    expect(page.locator("[name=tresorerie]")).to_have_value("12\u202f500,5")


@pytest.mark.parametrize("code", ["S2", "S4", "S10", "S11D"])
def test_nothing_runs_off_a_narrow_page(page: Page, database: Database, world: World, code: str) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre", "registre": ROWS})
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{BASE}/{code}")
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
