"""A section without a network, in a real Chromium: kept, sent, merged, chosen between, never lost."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, make_server

from diagnostics.db import Database
from diagnostics.models import Operation, Quarantined, State
from tests.conftest import PASSWORD, World
from tests.dossier import BASE, REFERENCE, new_dossier, put, set_dossier, value_of
from tests.journeys.conftest import check_accessible, check_fits

pytestmark = pytest.mark.browser
STATE = "[data-save-state]"
SAVED = re.compile(r"Enregistré à \d\d:\d\d")


@dataclass
class House:
    """The application served on one port, which can go away and come back."""

    app: Flask
    port: int = 0
    server: BaseWSGIServer | None = None
    thread: threading.Thread | None = None
    opened: list[BrowserContext] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        if self.server is not None and self.thread is not None:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = None


@pytest.fixture
def house(app: Flask) -> Iterator[House]:
    made = House(app)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def device(chromium: Browser, house: House, world: World) -> Iterator[Callable[..., Page]]:
    """Opens a browser of its own (a device), signed in as somebody; whatever the policy refuses fails the test."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_as(name: str, *, width: int = 1280) -> Page:
        context = chromium.new_context(
            base_url=house.address, locale="fr-FR", viewport={"width": width, "height": 900}, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if "Content Security Policy" in told.text else None)
        sign_in(page, world.people[name].email)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, email: str) -> None:
    page.goto("/connexion")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "connexion" not in url)


def open_section(page: Page, code: str = "S2") -> None:
    page.goto(f"{BASE}/{code}")
    expect(page.locator("#section-form[data-kept=ready]")).to_be_attached()


def take_along(page: Page) -> None:
    page.goto(BASE)
    page.click("[data-take-button]")
    expect(page.locator("[data-take-state]")).to_contain_text("Emporté le", timeout=30_000)


def answer(page: Page, name: str, text: str) -> None:
    page.fill(f"#f-{name}", text)


def stored_drafts(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        """() => new Promise((resolve) => {
            const request = indexedDB.open('diagnostics', 1);
            request.onsuccess = () => {
                const rows = request.result.transaction('drafts').objectStore('drafts').getAll();
                rows.onsuccess = () => { request.result.close(); resolve(rows.result); };
            };
        })"""
    )
    return found


def quarantined(database: Database) -> list[Quarantined]:
    with database.read() as session:
        return list(session.scalars(select(Quarantined).order_by(Quarantined.id)))


def test_what_changes_is_saved_by_itself(device: Callable[..., Page], database: Database, world: World) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    open_section(page)
    answer(page, "eff_total", "12")
    expect(page.locator(STATE)).to_contain_text("gardée sur cet appareil")
    expect(page.locator(STATE)).to_have_text(SAVED, timeout=15_000)
    assert value_of(database, number, "S2", "eff_total") == 12
    answer(page, "eff_total", "13")
    expect(page.locator(STATE)).to_contain_text("gardée")
    page.keyboard.press("Control+s")
    expect(page.locator(".notice-good")).to_contain_text("Réponses enregistrées")
    assert value_of(database, number, "S2", "eff_total") == 13
    expect(page.locator("#section-form[data-kept=ready]")).to_be_attached()
    assert stored_drafts(page) == [], "nothing stays on the device once it is sent"
    with database.read() as session:
        assert len(session.scalars(select(Operation)).all()) == 2


def test_a_page_left_or_killed_at_once_loses_nothing(device: Callable[..., Page], database: Database, world: World) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    open_section(page)
    answer(page, "eff_total", "21")
    # It is in the store long before it is sent, and at the latest when it would be.
    for _attempt in range(12):
        page.wait_for_timeout(200)
        if stored_drafts(page):
            break
    assert stored_drafts(page)[0]["pending"].keys() == {"eff_total"}
    page.context.set_offline(True)
    page.close()
    again = page.context.new_page()
    again.context.set_offline(False)
    open_section(again)
    expect(again.locator("#f-eff_total")).to_have_value("21")
    expect(again.locator(STATE)).to_have_text(SAVED, timeout=15_000)
    assert value_of(database, number, "S2", "eff_total") == 21


def test_a_dossier_taken_along_opens_fills_and_is_sent_later(device: Callable[..., Page], database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(
        database,
        number,
        "S2",
        {"mode_saisie": "registre", "registre": [{"id": "r0", "reg_code": "S0", "reg_naissance": 1961, "reg_sexe": "F"}]},
    )
    page = device("diagnostician")
    take_along(page)
    check_accessible(page)
    page.context.set_offline(True)
    open_section(page)
    answer(page, "eff_total", "14")
    page.locator("[data-roster=registre] [data-add]").click()
    page.fill("[name=registre--1--reg_code]", "S9")
    page.select_option("[name=registre--1--reg_sexe]", "H")
    expect(page.locator(STATE)).to_have_text("Non envoyé : hors réseau, 2 modifications gardées sur cet appareil", timeout=15_000)
    page.locator(".save-bar button[value=continue]").click()
    page.wait_for_url("**/S3")
    expect(page.locator("#device-banner")).to_contain_text("2 modifications ne sont pas encore envoyées")
    # The browser is closed and opened again in the valley: another page of the same profile.
    page.close()
    page = page.context.pages[0] if page.context.pages else page.context.new_page()
    open_section(page)
    expect(page.locator("#f-eff_total")).to_have_value("14")
    expect(page.locator("[name=registre--1--reg_code]")).to_have_value("S9")
    page.goto("/dossiers")
    expect(page.locator("h1")).to_have_text("Sur cet appareil")
    expect(page.locator("[data-elsewhere]")).to_be_visible()
    expect(page.locator("[data-unsent]")).to_contain_text("2 modifications à envoyer")
    expect(page.locator("[data-taken]")).to_contain_text("Association Les Tilleuls")
    assert value_of(database, number, "S2", "eff_total") is None
    page.context.set_offline(False)
    page.goto("/dossiers")
    expect(page.locator("#device-banner")).to_be_hidden(timeout=15_000)
    assert value_of(database, number, "S2", "eff_total") == 14
    assert [row["reg_code"] for row in value_of(database, number, "S2", "registre")] == ["S0", "S9"]


def test_the_server_goes_away_in_the_middle_and_comes_back(
    device: Callable[..., Page], house: House, database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    take_along(page)
    open_section(page)
    house.stop()
    answer(page, "eff_total", "15")
    expect(page.locator(STATE)).to_contain_text("1 modification gardée sur cet appareil", timeout=15_000)
    page.locator(".save-bar button[value=save]").click()
    page.wait_for_timeout(500)
    open_section(page)
    expect(page.locator("#f-eff_total")).to_have_value("15")
    answer(page, "etp_total", "11,5")
    page.wait_for_timeout(500)
    house.start()
    page.reload()
    expect(page.locator(STATE)).to_have_text(SAVED, timeout=20_000)
    assert value_of(database, number, "S2", "eff_total") == 15
    assert value_of(database, number, "S2", "etp_total") == 11.5


def test_two_devices_on_different_answers_are_merged_in_both_pages(
    device: Callable[..., Page], database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    one, two = device("diagnostician"), device("diagnostician")
    open_section(one)
    open_section(two)
    answer(one, "eff_total", "16")
    expect(one.locator(STATE)).to_have_text(SAVED, timeout=15_000)
    answer(two, "etp_total", "12")
    expect(two.locator(STATE)).to_contain_text("Une réponse modifiée ailleurs a été mise à jour", timeout=15_000)
    expect(two.locator("#f-eff_total")).to_have_value("16")
    # What was merged in can be changed without a conflict, and saved by the button.
    answer(two, "eff_total", "17")
    two.keyboard.press("Control+s")
    expect(two.locator(".notice-good")).to_contain_text("Réponses enregistrées")
    assert value_of(database, number, "S2", "eff_total") == 17
    assert value_of(database, number, "S2", "etp_total") == 12


@pytest.mark.parametrize(("side", "kept"), [("Garder ma réponse", 19), ("Prendre l’autre réponse", 18)])
def test_two_devices_on_one_answer_show_both_and_a_person_chooses(
    device: Callable[..., Page], database: Database, world: World, side: str, kept: int
) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12})
    one, two = device("diagnostician"), device("diagnostician")
    take_along(two)
    open_section(one)
    open_section(two)
    two.context.set_offline(True)
    answer(two, "eff_total", "19")
    answer(two, "etp_total", "10")
    expect(two.locator(STATE)).to_contain_text("hors réseau, 2 modifications", timeout=15_000)
    answer(one, "eff_total", "18")
    expect(one.locator(STATE)).to_have_text(SAVED, timeout=15_000)
    two.context.set_offline(False)
    two.evaluate("() => window.dispatchEvent(new Event('online'))")
    box = two.locator("#q-eff_total .conflict-here")
    expect(box).to_contain_text("Votre réponse")
    expect(box).to_contain_text("19")
    expect(box).to_contain_text("18")
    expect(two.locator(STATE)).to_contain_text("1 réponse à choisir")
    check_accessible(two)
    assert value_of(database, number, "S2", "etp_total") == 10, "what is in no conflict is saved at once"
    assert value_of(database, number, "S2", "eff_total") == 18
    two.get_by_role("button", name=side).click()
    expect(box).to_have_count(0)
    expect(two.locator("#f-eff_total")).to_have_value(str(kept))
    two.wait_for_timeout(800)
    assert value_of(database, number, "S2", "eff_total") == kept
    two.keyboard.press("Control+s")
    expect(two.locator(".notice-good")).to_be_visible()
    assert value_of(database, number, "S2", "eff_total") == kept


def test_what_cannot_be_read_stays_on_the_device_until_it_is_corrected(
    device: Callable[..., Page], database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    open_section(page)
    answer(page, "eff_total", "douze")
    answer(page, "etp_total", "9")
    expect(page.locator(STATE)).to_contain_text("1 réponse n’a pas pu être lue", timeout=15_000)
    assert value_of(database, number, "S2", "etp_total") == 9
    page.reload()
    expect(page.locator("#f-eff_total")).to_have_value("douze")
    answer(page, "eff_total", "12")
    expect(page.locator(STATE)).to_have_text(SAVED, timeout=15_000)
    assert value_of(database, number, "S2", "eff_total") == 12


def test_a_locked_dossier_takes_nothing_and_nothing_is_lost(device: Callable[..., Page], database: Database, world: World) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    take_along(page)
    page.context.set_offline(True)
    open_section(page)
    answer(page, "eff_total", "33")
    expect(page.locator(STATE)).to_contain_text("hors réseau", timeout=15_000)
    set_dossier(database, number, state=State.REVIEW)
    page.context.set_offline(False)
    page.goto("/hors-ligne")
    expect(page.locator("[data-device-state]")).to_have_text("Tout est envoyé.", timeout=15_000)
    [held] = quarantined(database)
    assert (held.cause, held.section, held.diagnosis_id) == ("locked", "S2", number)
    page.reload()
    expect(page.locator("main")).to_contain_text("Mes envois en quarantaine")
    # The coordinator sends the dossier back, looks, and puts the answer in.
    set_dossier(database, number, state=State.RETURNED)
    desk = device("coordinator")
    desk.goto("/")
    expect(desk.locator(".menu-wide .tag")).to_contain_text("1")
    desk.goto("/quarantaine")
    desk.get_by_role("link", name="Association Les Tilleuls").click()
    check_accessible(desk)
    desk.get_by_role("button", name="Reprendre dans le dossier").click()
    expect(desk.locator(".notice-good")).to_contain_text("Réponses reprises dans le dossier")
    assert value_of(database, number, "S2", "eff_total") == 33


def test_a_dossier_locked_under_an_open_page_closes_it_and_keeps_what_was_typed(
    device: Callable[..., Page], database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    open_section(page)
    set_dossier(database, number, state=State.REVIEW)
    answer(page, "eff_total", "35")
    expect(page.locator(".held-here")).to_contain_text("Cette partie est fermée à la saisie", timeout=15_000)
    assert page.evaluate("() => document.querySelector('#section-form').inert")
    page.wait_for_timeout(4_000)
    assert [held.cause for held in quarantined(database)] == ["locked"]
    page.reload()
    expect(page.locator("main")).to_contain_text("ne peut pas être modifiée maintenant")
    assert stored_drafts(page) == [] or not stored_drafts(page)[0]["pending"]


def test_the_back_button_shows_what_the_server_has_and_not_an_old_answer(
    device: Callable[..., Page], database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "tableaux"})
    page = device("diagnostician")
    open_section(page)
    page.check("[name=mode_saisie][value=registre]")
    expect(page.locator(STATE)).to_have_text(SAVED, timeout=15_000)
    page.goto(f"{BASE}/S3")
    put(database, number, "S2", {"mode_saisie": "tableaux"})
    page.go_back()
    expect(page.locator("[name=mode_saisie][value=tableaux]")).to_be_checked()
    page.wait_for_timeout(4_000)
    assert value_of(database, number, "S2", "mode_saisie") == "tableaux"


def test_another_version_published_meanwhile_keeps_the_payload(
    device: Callable[..., Page], database: Database, world: World
) -> None:
    """The questions that the new version has are carried; a payload with one that it lost goes whole to quarantine."""
    number = new_dossier(database, world)
    page = device("diagnostician")
    take_along(page)
    page.context.set_offline(True)
    open_section(page)
    answer(page, "eff_total", "34")
    expect(page.locator(STATE)).to_contain_text("hors réseau", timeout=15_000)
    # The page was of a version that asked two questions more; one of them is no more.
    page.evaluate(
        """() => new Promise((resolve) => {
            const request = indexedDB.open('diagnostics', 1);
            request.onsuccess = () => {
                const rows = request.result.transaction('drafts', 'readwrite').objectStore('drafts');
                rows.getAll().onsuccess = (event) => {
                    for (const draft of event.target.result) {
                        draft.version = '2025-9';
                        if (draft.sending) { draft.sending.version = '2025-9'; }
                        rows.put(draft);
                        const other = {...draft, sending: null, id: draft.id.replace('|S2', '|S3'), code: 'S3',
                            pending: {question_retiree: {pairs: [['question_retiree', 'gardée']]}}};
                        rows.put(other);
                    }
                };
                rows.transaction.oncomplete = () => { request.result.close(); resolve(); };
            };
        })"""
    )
    page.goto("/hors-ligne")
    page.context.set_offline(False)
    page.goto("/hors-ligne")
    expect(page.locator("[data-device-state]")).to_have_text("Tout est envoyé.", timeout=15_000)
    assert value_of(database, number, "S2", "eff_total") == 34, "carried"
    [held] = quarantined(database)
    assert (held.cause, held.section) == ("version", "S3")
    assert "gardée" in json.loads(held.payload)["fields"][1][1]


def test_storage_that_the_browser_erased_is_told_and_the_server_has_what_it_acknowledged(
    device: Callable[..., Page], database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    take_along(page)
    open_section(page)
    answer(page, "eff_total", "41")
    expect(page.locator(STATE)).to_have_text(SAVED, timeout=15_000)
    page.context.set_offline(True)
    answer(page, "etp_total", "40")
    expect(page.locator(STATE)).to_contain_text("hors réseau", timeout=15_000)
    page.wait_for_timeout(800)
    page.goto("/hors-ligne")
    page.evaluate(
        """async () => {
            for (const name of await caches.keys()) { if (name.startsWith('dossier')) { await caches.delete(name); } }
            await new Promise((resolve) => { indexedDB.deleteDatabase('diagnostics').onsuccess = resolve; });
        }"""
    )
    page.context.set_offline(False)
    page.goto("/dossiers")
    banner = page.locator("[data-evicted]")
    expect(banner).to_contain_text("a effacé ce qui était gardé")
    expect(banner).to_contain_text("ont pu être perdues : 1")
    expect(banner).to_contain_text("Association Les Tilleuls")
    assert value_of(database, number, "S2", "eff_total") == 41
    banner.get_by_role("button").click()
    page.reload()
    expect(page.locator("#device-banner")).to_be_hidden()


def test_signing_out_with_unsent_work_warns_and_another_account_sees_nothing(
    device: Callable[..., Page], house: House, database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    take_along(page)
    open_section(page)
    page.context.route("**/operations", lambda route: route.abort())
    answer(page, "eff_total", "51")
    expect(page.locator(STATE)).to_contain_text("1 modification gardée", timeout=15_000)
    page.get_by_role("button", name="Se déconnecter").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("1 modification est gardée sur cet appareil")
    check_accessible(page)
    page.get_by_role("button", name="Se déconnecter quand même").click()
    page.wait_for_url("**/connexion")
    assert page.evaluate("async () => (await caches.keys()).filter((name) => name.startsWith('dossier'))") == []
    sign_in(page, world.people["other_diagnostician"].email)
    page.goto("/hors-ligne")
    expect(page.locator("[data-device-state]")).to_have_text("Tout est envoyé.")
    page.context.set_offline(True)
    page.goto(f"{BASE}/S2")
    expect(page.locator("h1")).to_have_text("Sur cet appareil")
    page.context.set_offline(False)
    page.goto("/hors-ligne")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion")
    page.context.unroute("**/operations")
    sign_in(page, world.people["diagnostician"].email)
    expect(page.locator("#device-banner")).to_be_hidden(timeout=15_000)
    page.wait_for_timeout(1500)
    assert value_of(database, number, "S2", "eff_total") == 51


def test_drafts_go_out_to_a_file_and_into_another_device(
    device: Callable[..., Page], database: Database, world: World, tmp_path: Path
) -> None:
    number = new_dossier(database, world)
    page = device("diagnostician")
    take_along(page)
    page.context.set_offline(True)
    open_section(page)
    answer(page, "eff_total", "61")
    expect(page.locator(STATE)).to_contain_text("hors réseau", timeout=15_000)
    page.goto("/hors-ligne")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Enregistrer mes modifications dans un fichier").click()
    path = tmp_path / "modifications.json"
    waiting.value.save_as(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["sections"][0]["questions"]["eff_total"]["pairs"][0] == ["eff_total", "61"]
    assert "token" not in path.read_text(encoding="utf-8")
    other = device("other_diagnostician")
    other.goto("/hors-ligne")
    other.set_input_files("[data-read-file]", path)
    expect(other.locator("[data-file-state]")).to_contain_text("vient d’un autre compte")
    again = device("diagnostician", width=360)
    again.goto("/hors-ligne")
    check_fits(again)
    for text, told in (
        ("{", "ne peut pas être lu"),
        ('{"format": "autre"}', "n’est pas un fichier de modifications"),
        (path.read_text(encoding="utf-8").replace('"61"', "61"), "abîmé"),
    ):
        wrong = tmp_path / "wrong.json"
        wrong.write_text(text, encoding="utf-8")
        again.set_input_files("[data-read-file]", wrong)
        expect(again.locator("[data-file-state]")).to_contain_text(told)
    again.set_input_files("[data-read-file]", path)
    expect(again.locator("[data-file-state]")).to_contain_text("Modifications reprises du fichier : 1")
    expect(again.locator("[data-device-state]")).to_have_text("Tout est envoyé.", timeout=15_000)
    assert value_of(database, number, "S2", "eff_total") == 61
    page.context.set_offline(False)
    page.goto("/hors-ligne")
    expect(page.locator("[data-device-state]")).to_have_text("Tout est envoyé.", timeout=15_000)
    assert value_of(database, number, "S2", "eff_total") == 61
    assert quarantined(database) == []


def test_a_dossier_given_back_leaves_the_device(device: Callable[..., Page], database: Database, world: World) -> None:
    new_dossier(database, world)
    page = device("diagnostician", width=360)
    take_along(page)
    check_fits(page)
    page.get_by_role("button", name="Rendre ce dossier").click()
    expect(page.locator("[data-take-state]")).to_contain_text("ne sont plus sur cet appareil")
    page.context.set_offline(True)
    page.goto(f"/dossiers/{REFERENCE}")
    expect(page.locator("h1")).to_have_text("Sur cet appareil")
    expect(page.locator("[data-taken-state]")).to_contain_text("Aucun dossier")


def test_the_screen_handed_to_the_firm_shows_nothing_of_what_was_taken_along(
    device: Callable[..., Page], database: Database, world: World
) -> None:
    """The diagnostician's marks are on the device; the firm that holds it now must not come to them without a network either."""
    number = new_dossier(database, world)
    put(database, number, "S11D", {"diag_D1": "4"})
    page = device("diagnostician")
    take_along(page)
    page.goto(f"/dossiers/{REFERENCE}")
    page.get_by_role("link", name="Passer la main").click()
    page.locator("main form button").first.click()
    page.wait_for_url("**/espace/notes")
    expect(page.locator("meta[name=device]")).to_have_attribute("content", "")
    page.wait_for_timeout(800)
    page.context.set_offline(True)
    page.goto(f"{BASE}/S11D")
    expect(page.locator("h1")).to_have_text("Sur cet appareil")
    expect(page.locator("[data-device-state]")).to_contain_text("Connectez-vous")
