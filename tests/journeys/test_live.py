"""A section's page answers by itself, as the server would: relevance, calculations, hard and soft checks, also without a network."""

import json
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from diagnostics.db import Database
from tests.conftest import World
from tests.dossier import BASE, held, new_dossier, put, value_of
from tests.journeys.conftest import check_accessible, paste
from tests.questionnaires.invented import chance

pytestmark = pytest.mark.browser
ROWS = [{"id": f"r{line}", "reg_code": f"S{line}", "reg_naissance": 1960 + line, "reg_sexe": "F"} for line in range(3)]


def opened(page: Page, code: str, *, live: str = "local") -> None:
    """Opens a section and waits until its page judges by itself (or knows that the server must)."""
    page.goto(f"{BASE}/{code}")
    expect(page.locator(f"#section-form[data-live={live}]")).to_be_visible()


def question(page: Page, name: str) -> Locator:
    return page.locator(f"#q-{name}")


def settle(page: Page, name: str, text: str) -> None:
    """Types an answer and leaves its control."""
    page.fill(f"[name={name}]", text)
    page.locator(f"[name={name}]").blur()


def test_everything_answers_without_the_server_and_without_a_network(filler: Page, database: Database, world: World) -> None:
    new_dossier(database, world)
    opened(filler, "S2")
    asked: list[Request] = []
    filler.on("request", lambda request: asked.append(request))  # noqa: PLW0108 (playwright cannot wrap a list's own method)
    filler.context.set_offline(True)
    expect(question(filler, "registre")).to_be_hidden()
    filler.check("[name=mode_saisie][value=registre]")
    expect(question(filler, "registre")).to_be_visible()
    filler.fill("[name=registre--0--reg_entree]", "2016")
    filler.fill("[name=registre--1--reg_entree]", "2011")
    years = str(date.today().year - 2013.5).replace(".", ",")  # noqa: DTZ011 (the page's day is that of Paris, whose year is ours)
    expect(question(filler, "anc_moy").locator("[data-calculated]")).to_contain_text(years)
    settle(filler, "eff_total", "1 000")
    expect(question(filler, "eff_total").locator(".field-error")).to_be_visible()
    settle(filler, "eff_total", "12")
    expect(question(filler, "eff_total").locator(".field-error")).to_have_count(0)
    settle(filler, "etp_total", "2")
    expect(question(filler, "etp_total").locator(".doubt-text")).to_contain_text("À vérifier")
    assert [request.url for request in asked if request.resource_type in {"fetch", "xhr", "document"}] == []
    filler.context.set_offline(False)


def test_the_server_answers_where_the_definition_cannot_be_had(filler: Page, database: Database, world: World) -> None:
    new_dossier(database, world)
    filler.route("**/questionnaire/*/*.json", lambda route: route.abort())
    opened(filler, "S2", live="server")
    with filler.expect_response("**/apercu"):
        filler.check("[name=mode_saisie][value=tableaux]")
    expect(question(filler, "mat_age_sexe")).to_be_visible()
    settle(filler, "eff_total", "douze")
    expect(question(filler, "eff_total").locator(".field-error")).to_contain_text("n’est pas un nombre")


def test_the_server_answers_for_a_questionnaire_that_this_page_is_too_old_for(
    filler: Page, database: Database, world: World
) -> None:
    def newer(route: Route) -> None:
        told = route.fetch().json()
        first = next(each for section in told["sections"] if section["code"] == "S2" for each in section["questions"])
        first["relevant"] = ["call", "made-later", ["self"]]
        route.fulfill(body=json.dumps(told), content_type="application/json")

    new_dossier(database, world)
    filler.route("**/questionnaire/*/*.json", newer)
    opened(filler, "S2", live="server")
    filler.check("[name=mode_saisie][value=tableaux]")
    expect(question(filler, "mat_age_sexe")).to_be_visible()


def test_a_question_that_nobody_touched_is_not_told_off_and_a_word_half_typed_neither(
    filler: Page, database: Database, world: World
) -> None:
    new_dossier(database, world)
    opened(filler, "S2")
    settle(filler, "etp_total", "5")
    expect(filler.locator(".field-error:visible")).to_have_count(0)
    filler.locator("[name=eff_total]").press_sequentially("1", delay=10)
    filler.wait_for_timeout(400)
    expect(filler.locator("#q-eff_total .field-error")).to_have_count(0)
    filler.locator("[name=eff_total]").press_sequentially("200", delay=10)
    filler.locator("[name=eff_total]").blur()
    expect(filler.locator("#q-eff_total .field-error")).to_have_count(1)
    # What is mended is cleared while it is typed.
    filler.fill("[name=eff_total]", "12")
    expect(filler.locator("#q-eff_total .field-error")).to_have_count(0)


def test_messages_are_announced_linked_and_move_nothing_under_the_hand(filler: Page, database: Database, world: World) -> None:
    new_dossier(database, world)
    opened(filler, "S2")
    filler.fill("[name=eff_total]", "1200")
    filler.locator("[name=etp_total]").focus()
    before = filler.locator("[name=etp_total]").bounding_box()
    expect(filler.locator("#q-eff_total .field-error")).to_be_visible()
    after = filler.locator("[name=etp_total]").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    control = filler.locator("[name=eff_total]")
    expect(control).to_have_attribute("aria-invalid", "true")
    assert "f-eff_total-error" in (control.get_attribute("aria-describedby") or "")
    expect(filler.locator("#f-eff_total-error")).to_have_attribute("aria-live", "polite")
    settle(filler, "eff_total", "12")
    expect(control).not_to_have_attribute("aria-invalid", "true")
    filler.check("[name=mode_saisie][value=registre]")
    filler.fill("[name=registre--0--reg_naissance]", "abc")
    filler.locator("[name=registre--0--reg_sexe]").focus()
    expect(filler.locator("#q-registre .field-error")).to_have_count(1)
    expect(filler.locator("#q-registre .field-error")).to_contain_text("Ligne 1, Année de naissance")
    expect(filler.locator("[name=registre--0--reg_naissance]")).to_have_attribute("aria-invalid", "true")
    # What is still to be filled in waits until the table is left.
    filler.locator("[name=eff_total]").focus()
    expect(filler.locator("#q-registre .field-error")).to_have_count(4)
    check_accessible(filler)


def test_a_doubt_asks_for_its_reason_at_once_and_the_reason_is_kept(filler: Page, database: Database, world: World) -> None:
    number = new_dossier(database, world)
    opened(filler, "S2")
    settle(filler, "eff_total", "12")
    settle(filler, "etp_total", "3")
    box = filler.locator("#q-etp_total [data-doubt=etp_faible]")
    expect(box).to_be_visible()
    box.locator("input").fill("Presque tout le monde est à temps partiel.")
    box.locator("input").blur()
    expect(box).to_contain_text("Confirmé")
    expect(question(filler, "etp_total")).not_to_have_class("is-doubtful")
    settle(filler, "etp_total", "11")
    expect(box).to_be_hidden()
    settle(filler, "etp_total", "3")
    expect(box).to_be_visible()
    filler.keyboard.press("Control+s")
    expect(filler.locator(".notice-good")).to_contain_text("Réponses enregistrées")
    stored = held(database, number, "S2")["etp_total"]
    assert stored["value"] == 3
    assert stored["reasons"] == {"etp_faible": "Presque tout le monde est à temps partiel."}
    expect(box).to_contain_text("Confirmé")


def test_an_answer_off_the_path_is_kept_aside_not_counted_and_comes_back(filler: Page, database: Database, world: World) -> None:
    number = new_dossier(database, world)
    opened(filler, "S3")
    settle(filler, "sorties_12m", "3")
    expect(question(filler, "motifs_sortie")).to_be_visible()
    filler.locator("#q-motifs_sortie input[type=checkbox]").first.check()
    expect(filler.locator("[data-count]")).to_contain_text("Réponses\u00a0: 2 sur")
    settle(filler, "sorties_12m", "0")
    expect(question(filler, "motifs_sortie")).to_be_hidden()
    expect(filler.locator("[data-count]")).to_contain_text("Réponses\u00a0: 1 sur")
    filler.keyboard.press("Control+s")
    expect(filler.locator(".notice-good")).to_contain_text("Réponses enregistrées")
    kept = value_of(database, number, "S3", "motifs_sortie")
    assert len(kept) == 1
    expect(filler.locator("[data-count]")).to_contain_text("Réponses\u00a0: 1 sur")
    expect(filler.locator("#section-form[data-live=local]")).to_be_visible()
    settle(filler, "sorties_12m", "3")
    expect(filler.locator("#q-motifs_sortie input:checked")).to_have_count(1)
    expect(filler.locator("#q-motifs_sortie input:checked")).to_have_value(kept[0])


# --- the page and the server say the same ---------------------------------------------------------------------------------------

COMPARED = """async ([url, code]) => {
    const page = JSON.parse(document.querySelector('#section-data').textContent);
    const [{ judge }, { Definition }, { traceOf }] = await Promise.all(
        ['judging', 'definition', 'pagedata'].map((name) => import(`/static/js/${name}.js`)));
    const form = document.querySelector('#section-form');
    const told = await (await fetch(page.definition)).json();
    const mine = judge(new Definition(told), page, new FormData(form), window.firstTraces);
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    return [mine, await response.json()];
}"""
FIRST = """async () => {
    const { traceOf } = await import('/static/js/pagedata.js');
    const data = new FormData(document.querySelector('#section-form'));
    window.firstTraces = new Map(data.getAll('q').map((name) => [name, traceOf(data, name)]));
}"""
FILLED = """(given) => {
    const controls = [...document.querySelectorAll('#section-form [data-question] :is(input, select, textarea)')];
    controls.filter((each) => !['hidden'].includes(each.type) && !each.name.includes('--raison--')).forEach((control, index) => {
        const [chance, text] = given[index % given.length];
        if (control.type === 'checkbox' || control.type === 'radio') {
            control.checked = chance < 0.4;
        } else if (control.tagName === 'SELECT') {
            const isReason = 'absence' in control.dataset;
            control.selectedIndex = !isReason || chance < 0.08 ? Math.floor(chance * control.options.length) : 0;
        } else if (control.type === 'date') {
            control.value = chance < 0.5 ? '2026-11-03' : '';
        } else if (chance < 0.75) {
            control.value = text;
        }
    });
}"""
UNREADABLE = {
    "not_a_number",
    "not_whole",
    "ambiguous_number",
    "too_many_digits",
    "too_many_decimals",
    "negative_cell",
    "unknown_choice",
}
TYPED = ["", "3", "12", "1 964", "0,5", "12,5 %", "-2", "40", "2 300,50", "abc", "88.10A", "73282932000074", "13055", "P1", "12.500", "150", "1980", "1"]  # fmt: skip


def notes(found: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """The problems that both tell: by severity and text. The tables' unreadable cells are told one by one in the page."""
    told = {
        name: sorted((note["severity"], note["text"]) for note in given if not note.get("confirmed"))
        for name, given in found.items()
    }
    return {name: given for name, given in told.items() if given}


def without_cells(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Takes unreadable cells out of both: the page tells each of them, the server draws them in their table and tells one thing."""
    for name, given in mine.items():
        unread = [note for note in given if note["code"] in UNREADABLE and note["row"]]
        if unread:
            mine[name] = [note for note in given if note not in unread]
            theirs[name] = [note for note in theirs[name] if note["code"] != "unread"]


@pytest.mark.parametrize("code", ["S1", "S2", "S4", "S5", "S7", "S9", "S10", "S11D"])
def test_the_page_and_the_server_judge_alike_whatever_is_typed(filler: Page, database: Database, world: World, code: str) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre", "registre": ROWS, "eff_total": 12, "etp_total": 10.5})
    put(database, number, "S1", {"famille": "asso", "annee_creation": 1990})
    random = chance(len(code) * 7 + int(code[1:].rstrip("D")))
    opened(filler, code)
    filler.evaluate(FIRST)
    for _round in range(6):
        filler.evaluate(FILLED, [[random.random(), random.choice(TYPED)] for _control in range(97)])
        mine, theirs = filler.evaluate(COMPARED, [f"{BASE}/{code}/apercu", code])
        assert mine["asked"] == theirs["asked"]
        assert mine["calculated"] == theirs["calculated"]
        assert mine["count"] == theirs["count"]
        theirs["problems"] = {name: given for name, given in theirs["problems"].items() if name in mine["asked"]}
        without_cells(mine["problems"], theirs["problems"])
        assert notes(mine["problems"]) == notes(theirs["problems"])


# --- undoing and pasting ----------------------------------------------------------------------------------------------------------


def lines(page: Page) -> Locator:
    return page.locator("[data-roster=registre] [data-rows] > [data-row]:visible")


def test_several_removed_lines_come_back_one_by_one_and_a_paste_is_undone_with_the_keyboard(
    filler: Page, database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre", "registre": ROWS})
    opened(filler, "S2")
    for _line in range(3):
        lines(filler).first.locator("[data-remove]").click()
    expect(lines(filler)).to_have_count(0)
    undo = filler.locator("#q-registre [data-undo]")
    expect(undo).to_contain_text("Lignes retirées : 3.")
    for count in (1, 2, 3):
        undo.locator("[data-put-back]").press("Enter")
        expect(lines(filler)).to_have_count(count)
    expect(undo).to_be_hidden()
    first = lines(filler).nth(2).locator("input:not([type=hidden])").first
    first.focus()
    paste(filler, "S7\t1970\nS8\t1975\nS9\t1980\n")
    expect(lines(filler)).to_have_count(5)
    expect(undo).to_contain_text("Tableau collé.")
    filler.keyboard.press("Control+z")
    expect(lines(filler)).to_have_count(3)
    expect(first).to_have_value("S2")
    expect(first).to_be_focused()
    lines(filler).first.locator("[data-remove]").click()
    filler.keyboard.press("Control+z")
    expect(lines(filler)).to_have_count(3)


def test_a_block_with_titles_is_pasted_into_a_roster_and_into_a_matrix(filler: Page, database: Database, world: World) -> None:
    new_dossier(database, world)
    opened(filler, "S2")
    filler.check("[name=mode_saisie][value=tableaux]")
    expect(filler.locator("[name=mat_age_sexe--b2--F]")).to_be_visible()
    filler.locator("[name=mat_age_sexe--b2--F]").focus()
    paste(filler, "\tFemmes\tHommes\n25-29\t1\t2\n30-34\t1 000\t4\n")
    expect(filler.locator("[name=mat_age_sexe--b2--F]")).to_have_value("1")
    expect(filler.locator("[name=mat_age_sexe--b3--F]")).to_have_value("1 000")
    expect(filler.locator("[name=mat_age_sexe--b3--H]")).to_have_value("4")
    expect(filler.locator("#q-mat_age_sexe [data-grand]")).to_have_text("1\u202f007")
    filler.keyboard.press("Control+z")
    expect(filler.locator("[name=mat_age_sexe--b3--F]")).to_have_value("")
    expect(filler.locator("#q-mat_age_sexe [data-grand]")).to_have_text("")
    filler.locator("[name=mat_age_sexe--b2--F]").focus()
    filler.keyboard.press("ArrowRight")
    expect(filler.locator("[name=mat_age_sexe--b2--H]")).to_be_focused()
    filler.keyboard.press("ArrowDown")
    expect(filler.locator("[name=mat_age_sexe--b3--H]")).to_be_focused()


def test_typing_after_a_paste_leaves_undo_to_the_browser(filler: Page, database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre", "registre": ROWS})
    opened(filler, "S2")
    cell = lines(filler).first.locator("input:not([type=hidden])").first
    cell.focus()
    paste(filler, "S7\t1970\nS8\t1975\n")
    other = lines(filler).nth(2).locator("input:not([type=hidden])").first
    other.press_sequentially("x")
    filler.keyboard.press("Control+z")
    expect(cell).to_have_value("S7")
    expect(other).to_have_value("S2")
    filler.locator("#q-registre [data-put-back]").click()
    expect(cell).to_have_value("S0")
