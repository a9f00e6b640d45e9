"""The questionnaire's pages, without JavaScript: what is typed is kept, what is wrong is said, what is not one's own stays hidden."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from diagnostics.actions.answers import seal_marks
from diagnostics.db import Database
from diagnostics.models import Diagnosis, Message, State, now
from questionnaires.catalogue import load
from questionnaires.model import Stage
from tests.casework import add_thread
from tests.conftest import Client, World
from tests.dossier import BASE, actor_of, firm_actor, form_of, held, marks, new_dossier, put, set_dossier, value_of
from tests.html import Page

SignedIn = Callable[[str], Client]
QUESTIONNAIRE = load("2026-1")
VISIT = [section.code for section in QUESTIONNAIRE.sections if section.stage is Stage.VISIT]


def page_of(response: TestResponse) -> Page:
    return Page(response.get_data(as_text=True))


def send(client: Client, code: str, action: str = "save", follow: Any = None, **changes: Any) -> TestResponse:
    """Opens a section, changes some controls and presses a button."""
    form = form_of(client.page(f"{BASE}/{code}"), **{**changes, "action": action})
    return client.post(f"{BASE}/{code}", data=form, follow_redirects=bool(follow))


# --- the list ---------------------------------------------------------------------------------------------------------------


def test_the_list_shows_every_part_and_where_to_begin(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    page = signed_in("diagnostician").page(BASE)
    words = page.words()
    assert "Commencer" in words
    for section in QUESTIONNAIRE.sections:
        assert (section.title.fr in words) is (section.stage is not Stage.VALIDATION)
    assert page.all(f"//a[@href='{BASE}/S1']")
    assert not page.all(f"//a[@href='{BASE}/S11F']"), "the firm's marks are not the diagnostician's to open"
    assert not page.all(f"//a[@href='{BASE}/S11C']")


def test_the_work_goes_on_where_it_stopped(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S4", {"nb_postes_cles": 0})
    put(database, number, "S7", {"temps_rh": 2.0})
    page = signed_in("diagnostician").page(BASE)
    link = page.all("//a[contains(., 'Reprendre')]")[0]
    assert link.get("href") == f"{BASE}/S7"


def test_a_part_with_an_open_remark_or_a_problem_is_to_be_looked_at(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world, state=State.RETURNED)
    put(database, number, "S2", {"eff_total": 12, "eff_temps_partiel": 40})
    add_thread(database, number, "fonction_rh", "Qui, au juste ?", author=world.people["coordinator"])
    page = signed_in("diagnostician").page(BASE)
    for code in ("S2", "S7"):
        line = page.all(f"//li[.//a[@href='{BASE}/{code}']]")[0]
        assert "À revoir" in line.text_content()


def test_the_visit_form_leaves_in_depth_questions_out_but_never_hides_an_answer(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    assert client.page(f"{BASE}/S7").all("//*[@id='q-temps_rh']")
    client.post_form(f"{BASE}/etendue", {"etendue": "core"}, page=BASE)
    page = client.page(f"{BASE}/S7")
    assert not page.all("//*[@id='q-temps_rh']")
    assert page.all("//*[@id='q-fonction_rh']")
    put(database, number, "S7", {"temps_rh": 2.0})
    assert client.page(f"{BASE}/S7").all("//*[@id='q-temps_rh']")
    response = send(client, "S7", "depth:full", fonction_rh="direction")
    assert response.status_code == 303
    assert value_of(database, number, "S7", "fonction_rh") == "direction", "changing the extent saves first"
    assert client.page(f"{BASE}/S7").all("//*[@id='q-forma_budget']")


# --- one section ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", VISIT)
def test_every_section_is_drawn_saved_and_saved_again_without_a_change(
    database: Database, world: World, signed_in: SignedIn, code: str
) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    first = send(client, code)
    assert first.status_code == 303
    with database.read() as session:
        revision = session.get_one(Diagnosis, number).revision
    again = send(client, code, follow=True)
    assert "Rien n’avait changé" in page_of(again).words()
    with database.read() as session:
        assert session.get_one(Diagnosis, number).revision == revision


def test_what_the_frame_knows_is_prefilled_marked_and_stored_as_such(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    page = client.page(f"{BASE}/S1")
    assert page.all("//input[@name='raison_sociale']")[0].get("value") == "Association Les Tilleuls"
    assert "prérempli d’après SIRENE" in page.words("//*[@id='q-naf']")
    send(client, "S1", naf="88.10B")
    stored = held(database, number, "S1")
    assert stored["raison_sociale"]["state"] == "prefilled"
    assert stored["naf"] == {"state": "collected", "value": "88.10B"}


def test_good_answers_are_saved_beside_faulty_ones_and_nothing_typed_is_lost(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12})
    client = signed_in("diagnostician")
    response = send(client, "S2", "continue", eff_total="douze", etp_total="10,5")
    assert response.status_code == 422
    page = page_of(response)
    assert page.all("//input[@name='eff_total']")[0].get("value") == "douze"
    assert page.all("//input[@name='eff_total']")[0].get("aria-invalid") == "true"
    link = page.all("//div[contains(@class, 'error-summary')]//a")[0]
    assert link.get("href") == "#f-eff_total"
    assert (value_of(database, number, "S2", "eff_total"), value_of(database, number, "S2", "etp_total")) == (12, 10.5)
    fixed = client.post(f"{BASE}/S2", data=form_of(page, eff_total="13", action="save"))
    assert fixed.status_code == 303
    assert value_of(database, number, "S2", "eff_total") == 13


def test_what_cannot_be_read_off_the_path_holds_nobody_up(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "tableaux"})
    response = send(signed_in("diagnostician"), "S2", **{"mode_saisie": "registre", "mat_age_sexe--b1--F": "deux"})
    assert response.status_code == 303


def test_a_hard_problem_is_saved_and_said(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    response = send(client, "S2", "continue", eff_total="12", eff_temps_partiel="40", follow=True)
    assert value_of(database, number, "S2", "eff_temps_partiel") == 40
    page = page_of(response)
    assert response.request.path == f"{BASE}/S2", "the page stays once, for a second look"
    assert page.all("//*[@id='verifier']")
    assert "is-wrong" in page.all("//*[@id='q-eff_temps_partiel']")[0].get("class")
    again = send(client, "S2", "continue")
    assert again.headers["Location"].endswith("/S3"), "nothing changed: it goes on"


def test_a_doubtful_answer_asks_for_a_reason_and_keeps_it(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    page = page_of(send(client, "S2", follow=True, eff_total="180"))
    controls = page.all("//*[@id='q-eff_total']//input[contains(@name, '--raison--')]")
    assert controls
    assert "À vérifier" in page.words("//*[@id='q-eff_total']")
    confirmed = page_of(
        send(client, "S2", follow=True, **{control.get("name"): "Deux établissements réunis" for control in controls})
    )
    assert "Confirmé" in confirmed.words("//*[@id='q-eff_total']")
    assert "Deux établissements réunis" in held(database, number, "S2")["eff_total"]["reasons"].values()
    assert "is-doubtful" not in confirmed.all("//*[@id='q-eff_total']")[0].get("class")


def test_questions_off_the_path_are_hidden_and_their_answers_kept(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S6", {"recrut_diff": "2", "recrut_metiers": "Aides à domicile"})
    client = signed_in("diagnostician")
    assert client.page(f"{BASE}/S6").all("//*[@id='q-recrut_metiers']")[0].get("hidden") is None
    page = page_of(send(client, "S6", follow=True, recrut_diff="0"))
    assert page.all("//*[@id='q-recrut_metiers']")[0].get("hidden") is not None
    assert value_of(database, number, "S6", "recrut_metiers") == "Aides à domicile"


def test_no_answer_has_its_reason(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    page = page_of(send(client, "S10", follow=True, **{"fonds_propres--absence": "unknown"}))
    assert held(database, number, "S10")["fonds_propres"]["missing"] == "unknown"
    assert page.all("//*[@id='q-fonds_propres']//option[@selected]")[0].get("value") == "unknown"


def test_matrix_totals_are_computed_by_the_server(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    page = page_of(
        send(signed_in("diagnostician"), "S10", follow=True, **{"ressources--activite": "75 000", "ressources--caf": "25000"})
    )
    row = page.all("//*[@id='q-ressources']//tr[.//input[@name='ressources--activite']]")[0]
    assert "75" in row.xpath("string(td[last()])")
    assert re.sub(r"\D", "", page.words("//*[@id='q-ressources']//td[@data-grand]")) == "100000"


# --- rosters without JavaScript -----------------------------------------------------------------------------------------------


def first_line(**cells: str) -> dict[str, str]:
    return {f"registre--0--{name}": value for name, value in cells.items()}


def test_lines_are_added_removed_and_put_back_with_buttons_only(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre"})
    client = signed_in("diagnostician")
    added = send(client, "S2", "add:registre", **first_line(reg_code="S1", reg_naissance="1971"), **{"registre--combien": "4"})
    assert [row["reg_code"] for row in value_of(database, number, "S2", "registre")] == ["S1"]
    page = client.page(added.headers["Location"].partition("#")[0])
    assert len(page.all("//*[@data-roster='registre']//tbody[@data-rows]/tr")) == 5
    removed = client.post(f"{BASE}/S2", data=form_of(page, action="remove:registre:0"))
    assert removed.status_code == 200
    assert not value_of(database, number, "S2", "registre")
    after = page_of(removed)
    assert after.all("//*[@data-undo]")[0].get("hidden") is None
    restored = client.post(f"{BASE}/S2", data=form_of(after, action="undo:registre"))
    assert restored.status_code == 303
    [row] = value_of(database, number, "S2", "registre")
    assert (row["reg_code"], row["reg_naissance"]) == ("S1", 1971)


def test_a_spreadsheet_block_fills_the_roster(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre"})
    block = "S1\t1971\tFemmes\tEmployés\tAide à domicile\tCDI\t80\t2009\t1 850\nS2\t1985\tH\tCAD\tDirecteur\tcdi\t100\t2019\t"
    response = send(signed_in("diagnostician"), "S2", "paste:registre", **{"registre--coller": block})
    assert response.status_code == 303
    rows = value_of(database, number, "S2", "registre")
    assert [(row["reg_sexe"], row["reg_categorie"], row["reg_salaire"]) for row in rows] == [
        ("F", "EMP", 1850.0),
        ("H", "CAD", None),
    ]


def test_a_block_with_faults_is_shown_again_cell_by_cell(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre"})
    response = send(signed_in("diagnostician"), "S2", "paste:registre", **{"registre--coller": "S1\tmille\tautre chose"})
    assert response.status_code == 422
    page = page_of(response)
    assert page.all("//input[@name='registre--3--reg_naissance' or @value='mille']")[0].get("aria-invalid") == "true"
    assert page.all("//option[@value='autre chose'][@selected]")
    assert value_of(database, number, "S2", "registre")[0]["reg_code"] == "S1"


def test_sixty_lines_are_drawn_and_saved(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    rows = [{"id": f"r{line}", "reg_code": f"S{line}", "reg_naissance": 1960 + line % 40, "reg_sexe": "F"} for line in range(60)]
    put(database, number, "S2", {"mode_saisie": "registre", "registre": rows})
    response = send(signed_in("diagnostician"), "S2", **{"registre--59--reg_metier": "Comptable"})
    assert response.status_code == 303
    kept = value_of(database, number, "S2", "registre")
    assert len(kept) == 60
    assert kept[59]["reg_metier"] == "Comptable"


# --- two people, a stale page -------------------------------------------------------------------------------------------------------


def test_two_pages_open_at_once_merge_what_each_changed(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12, "etp_total": 10.0})
    client = signed_in("diagnostician")
    one, two = client.page(f"{BASE}/S2"), client.page(f"{BASE}/S2")
    assert client.post(f"{BASE}/S2", data=form_of(one, eff_total="13", action="save")).status_code == 303
    assert client.post(f"{BASE}/S2", data=form_of(two, etp_total="11", action="save")).status_code == 303
    assert (value_of(database, number, "S2", "eff_total"), value_of(database, number, "S2", "etp_total")) == (13, 11.0)


@pytest.mark.parametrize(("choice", "kept"), [("mine", 14), ("theirs", 13)])
def test_the_same_answer_twice_is_shown_side_by_side_and_a_person_chooses(
    database: Database, world: World, signed_in: SignedIn, choice: str, kept: int
) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12})
    client = signed_in("diagnostician")
    one, two = client.page(f"{BASE}/S2"), client.page(f"{BASE}/S2")
    client.post(f"{BASE}/S2", data=form_of(one, eff_total="13", action="save"))
    response = client.post(f"{BASE}/S2", data=form_of(two, eff_total="14", etp_total="11", action="save"))
    assert response.status_code == 409
    page = page_of(response)
    assert "13" in page.words("//fieldset")
    assert "14" in page.words("//fieldset")
    assert value_of(database, number, "S2", "eff_total") == 13
    sent: MultiDict[str, str] = MultiDict()
    for control in page.all("//main//form//input"):
        if control.get("type") != "radio":
            sent.add(control.get("name"), control.get("value"))
    sent["eff_total--garder"] = choice
    assert client.post(f"{BASE}/S2", data=sent).status_code == 303
    assert (value_of(database, number, "S2", "eff_total"), value_of(database, number, "S2", "etp_total")) == (kept, 11.0)


def test_a_roster_changed_twice_is_shown_line_by_line(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"mode_saisie": "registre", "registre": [{"id": "r1", "reg_code": "S1", "reg_naissance": 1970}]})
    client = signed_in("diagnostician")
    one, two = client.page(f"{BASE}/S2"), client.page(f"{BASE}/S2")
    client.post(f"{BASE}/S2", data=form_of(one, **{"registre--0--reg_naissance": "1971", "action": "save"}))
    response = client.post(f"{BASE}/S2", data=form_of(two, **{"registre--0--reg_naissance": "1972", "action": "save"}))
    assert response.status_code == 409
    cells = [cell.text_content() for cell in page_of(response).all("//fieldset//td")]
    assert {"1971", "1972"} <= set(cells)


def test_the_same_form_twice_changes_nothing_the_second_time(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    form = form_of(client.page(f"{BASE}/S2"), eff_total="13", action="save")
    assert client.post(f"{BASE}/S2", data=form).status_code == 303
    with database.read() as session:
        revision = session.get_one(Diagnosis, number).revision
    assert client.post(f"{BASE}/S2", data=form).status_code == 303
    with database.read() as session:
        assert session.get_one(Diagnosis, number).revision == revision


# --- who may do what -----------------------------------------------------------------------------------------------------------------


def test_a_dossier_locked_while_a_page_was_open_says_so_and_gives_back_what_was_typed(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    form = form_of(client.page(f"{BASE}/S2"), eff_total="13", action="save")
    set_dossier(database, number, state=State.REVIEW)
    response = client.post(f"{BASE}/S2", data=form)
    assert response.status_code == 409
    words = page_of(response).words()
    assert "fermée à la saisie" in words
    assert "13" in words
    assert held(database, number, "S2") == {}
    reading = client.page(f"{BASE}/S2")
    assert not reading.all("//form[@id='section-form']")
    assert "En relecture" in reading.words()


@pytest.mark.parametrize("who", ["coordinator", "referent"])
def test_those_who_may_read_read_and_have_no_control(database: Database, world: World, signed_in: SignedIn, who: str) -> None:
    number = new_dossier(database, world)
    put(
        database,
        number,
        "S2",
        {
            "eff_total": 12,
            "mode_saisie": "registre",
            "registre": [{"id": "r1", "reg_code": "S1", "reg_naissance": 1970, "reg_sexe": "F"}],
        },
    )
    page = signed_in(who).page(f"{BASE}/S2")
    assert not page.all("//main//input | //main//select | //main//textarea")
    assert QUESTIONNAIRE.label("sexe", "F", "fr") in page.words()
    assert "12" in page.words("//*[@id='q-eff_total']")


@pytest.mark.parametrize("path", ["", "/S2", "/S11D", "/verifier", "/S11D/sceller"])
def test_a_foreign_dossier_is_unknown(database: Database, world: World, signed_in: SignedIn, path: str) -> None:
    new_dossier(database, world)
    signed_in("other_diagnostician").page(BASE + path, status=404)


@pytest.mark.parametrize("path", ["/S99", "/S11F", "/S11C", "/S12", "/S12V", "/S2/sceller", "/s2"])
def test_a_part_that_does_not_exist_or_is_not_open_yet_is_unknown(
    database: Database, world: World, signed_in: SignedIn, path: str
) -> None:
    new_dossier(database, world)
    client = signed_in("diagnostician")
    client.page(BASE + path, status=404)
    if not path.endswith("sceller"):
        assert client.post_form(BASE + path, {"action": "save"}, page=BASE).status_code == 404


def test_an_unknown_dossier_is_unknown(world: World, signed_in: SignedIn) -> None:
    signed_in("diagnostician").page("/dossiers/PACA-9999/questionnaire", status=404)


@pytest.mark.parametrize("who", ["analyst", "committee", "partner", "admin"])
def test_other_roles_do_not_enter(database: Database, world: World, signed_in: SignedIn, who: str) -> None:
    new_dossier(database, world)
    signed_in(who).page(BASE, status=403)


def test_ten_megabytes_of_text_are_refused_kindly(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    form = form_of(client.page(f"{BASE}/S6"), recrut_metiers="é" * 5_000_000, action="save")
    response = client.post(f"{BASE}/S6", data=form)
    assert response.status_code == 413
    assert "trop volumineux" in page_of(response).words()
    assert held(database, number, "S6") == {}


def test_a_text_that_is_too_long_is_shown_again_whole(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S6", {"recrut_diff": "2"})
    text = "x" * 20_000
    response = send(signed_in("diagnostician"), "S6", recrut_metiers=text)
    assert response.status_code == 422
    assert text in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "action",
    [
        "",
        "remove",
        "remove:registre",
        "remove:registre:zz",
        "undo:registre",
        "paste:eff_total",
        "add:inconnu",
        "depth:",
        "fly",
        "reply:abc",
    ],
)
def test_buttons_that_make_no_sense_still_save(database: Database, world: World, signed_in: SignedIn, action: str) -> None:
    number = new_dossier(database, world)
    response = send(signed_in("diagnostician"), "S2", action, eff_total="13")
    assert response.status_code in {303, 404}
    assert value_of(database, number, "S2", "eff_total") == 13


def test_answers_are_text_and_never_markup(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    client = signed_in("diagnostician")
    hostile = '"><script>alert(1)</script>'
    response = send(client, "S1", follow=True, raison_sociale=hostile)
    assert "<script>alert" not in response.get_data(as_text=True)
    assert page_of(response).all("//input[@name='raison_sociale']")[0].get("value") == hostile


# --- what the page asks while it is typed in ---------------------------------------------------------------------------------------------


def test_the_preview_says_what_is_asked_computed_and_wrong_and_saves_nothing(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    form = form_of(client.page(f"{BASE}/S2"), mode_saisie="tableaux", eff_total="douze", etp_total="0")
    answer = client.post(f"{BASE}/S2/apercu", data=form).get_json()
    assert "mat_age_sexe" in answer["asked"]
    assert "registre" not in answer["asked"]
    assert answer["problems"]["eff_total"][0]["severity"] == "hard"
    assert held(database, number, "S2") == {}


def test_the_preview_of_what_one_may_not_read_is_unknown(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    assert signed_in("diagnostician").post_form(f"{BASE}/S11F/apercu", {"q": "ent_D1"}, page=BASE).status_code == 404


# --- remarks ------------------------------------------------------------------------------------------------------------------------------


def test_a_remark_stands_at_its_question_and_is_answered_there(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world, state=State.RETURNED)
    put(database, number, "S2", {"eff_total": 12})
    asked = add_thread(database, number, "eff_total", "Le registre compte treize lignes.", author=world.people["coordinator"])
    client = signed_in("diagnostician")
    assert "treize lignes" in client.page(f"{BASE}/S2").words("//*[@id='q-eff_total']")
    response = send(client, "S2", f"reply:{asked}", **{"eff_total": "13", f"fil--{asked}": "Oui, corrigé."})
    assert response.status_code == 303
    with database.read() as session:
        said = session.scalars(select(Message.text).where(Message.thread_id == asked).order_by(Message.id)).all()
    assert said == ["Le registre compte treize lignes.", "Oui, corrigé."]
    assert held(database, number, "S2")["eff_total"] == {"state": "edited", "value": 13}


def test_an_empty_reply_saves_the_answers_and_says_what_is_missing(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world, state=State.RETURNED)
    asked = add_thread(database, number, "eff_total", "Vraiment ?", author=world.people["coordinator"])
    response = send(signed_in("diagnostician"), "S2", f"reply:{asked}", eff_total="13")
    assert response.status_code == 422
    assert "Écrivez votre texte" in response.get_data(as_text=True)
    assert value_of(database, number, "S2", "eff_total") == 13


# --- checking before sending ---------------------------------------------------------------------------------------------------------------


def test_the_check_page_lists_what_remains_each_a_link_to_its_place(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world, state=State.RETURNED)
    put(database, number, "S2", {"eff_total": 180, "eff_temps_partiel": 400})
    add_thread(database, number, "fonction_rh", "Qui, au juste ?", author=world.people["coordinator"])
    page = signed_in("diagnostician").page(f"{BASE}/verifier")
    for name, place in (
        ("corriger", "S2#q-eff_temps_partiel"),
        ("douteux", "S2#q-eff_total"),
        ("remarques", "S7#q-fonction_rh"),
        ("sans-reponse", "S3#q-sorties_12m"),
    ):
        links = page.all(f"//section[@aria-labelledby='{name}']//a/@href")
        assert f"{BASE}/{place}" in links, name
    assert "ne peut pas encore partir" in page.words()


# --- blind voices --------------------------------------------------------------------------------------------------------------------------

FIRM_WORDS = "Nous tenons bien notre équipe"
DIAGNOSTICIAN_WORDS = "La relève est fragile"


def voices(database: Database, number: int) -> None:
    put(database, number, "S11F", {**marks("ent", "1"), "forces_firm": FIRM_WORDS})
    put(database, number, "S11D", {**marks("diag", "3"), "forces_diag": DIAGNOSTICIAN_WORDS, "fiabilite": "2"})


@pytest.mark.parametrize("who", ["diagnostician", "coordinator", "referent"])
@pytest.mark.parametrize("sealed", [(), ("firm",), ("diagnostician",)])
def test_until_both_are_sealed_no_page_shows_the_other_voice_nor_a_score(
    database: Database, world: World, signed_in: SignedIn, who: str, sealed: tuple[str, ...]
) -> None:
    number = new_dossier(database, world)
    voices(database, number)
    set_dossier(database, number, **{f"marks_{voice}_at": now() for voice in sealed})
    client = signed_in(who)
    codes = [section.code for section in QUESTIONNAIRE.sections]
    for path in ["", "/verifier", *(f"/{code}" for code in codes), "/S11F/sceller", "/S11D/sceller"]:
        text = client.get(BASE + path).get_data(as_text=True)
        assert FIRM_WORDS not in text, path
        assert "Score calculé" not in text, path
        assert not re.search(r"\b(ent|cons)_D\d", text), path
        if who != "diagnostician":
            assert DIAGNOSTICIAN_WORDS not in text, path


def test_the_diagnostician_seals_after_reading_once_more(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    response = send(client, "S11D", "seal", **{name: mark for name, mark in marks("diag").items() if name != "diag_D7"})
    assert response.headers["Location"].endswith("/S11D/sceller")
    assert "Il manque 1 note" in client.page(f"{BASE}/S11D/sceller").words()
    refused = client.post_form(f"{BASE}/S11D/sceller", {}, page=BASE)
    assert refused.status_code == 303
    send(client, "S11D", "seal", diag_D7="9")
    assert client.post_form(f"{BASE}/S11D/sceller", {}).status_code == 303
    with database.read() as session:
        assert session.get_one(Diagnosis, number).marks_diagnostician_at is not None
    page = client.page(f"{BASE}/S11D")
    assert not page.all("//main//input[@type='radio']")
    assert "Notes scellées" in client.page(BASE).words()


def test_once_both_are_sealed_the_consensus_shows_both_side_by_side(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    voices(database, number)
    seal_marks(database, actor_of(world.people["diagnostician"]), number, "diagnostician")
    seal_marks(database, firm_actor(number), number, "firm")
    set_dossier(database, number, state=State.RESTITUTION)
    client = signed_in("diagnostician")
    assert FIRM_WORDS in client.page(f"{BASE}/S11F").words()
    page = client.page(f"{BASE}/S11C")
    row = page.words("//*[@id='q-cons_D1']")
    assert "1 · Plutôt solide" in row
    assert "3 · Fragilité" in row
    assert "à expliquer" in row
    assert "Score calculé" in row
    response = send(client, "S11C", **marks("cons", "2"))
    assert response.status_code == 303
    assert value_of(database, number, "S11C", "cons_D10") == "2"
    after = client.page(f"{BASE}/S11C")
    assert after.all("//textarea[@name='cons_D1_mot']")
    assert after.all("//div[contains(@class, 'error-summary')]"), "each wide gap wants its word"


def test_the_plan_prefills_what_is_proposed_to_be_kept_changed_or_refused(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world, state=State.RESTITUTION)
    set_dossier(database, number, marks_firm_at=now(), marks_diagnostician_at=now())
    put(
        database,
        number,
        "S2",
        {
            "eff_total": 3,
            "mode_saisie": "registre",
            "registre": [
                {
                    "id": f"r{line}",
                    "reg_code": f"S{line}",
                    "reg_naissance": 1961,
                    "reg_sexe": "F",
                    "reg_categorie": "CAD",
                    "reg_contrat": "cdi",
                }
                for line in range(3)
            ],
        },
    )
    put(database, number, "S3", {"dir_depart": "h3", "dep_inconnu": "0"})
    client = signed_in("diagnostician")
    page = client.page(f"{BASE}/S12")
    codes = [code for code in page.all("//form//input[contains(@name, '--act_code')]/@value") if code]
    assert codes, "a firm where everybody leaves within five years calls for something"
    assert "Dispositifs" in page.words("//fieldset[contains(@class, 'is-proposed')]")
    changes = {
        "actions--0--act_decision": "retenue",
        "actions--0--act_pilote": "Direction",
        "actions--0--act_echeance": "2027-03-01",
    }
    assert send(client, "S12", **changes).status_code in {303, 422}
    rows = value_of(database, number, "S12", "actions")
    assert rows[0]["act_code"] == codes[0]
    assert rows[0]["act_pilote"] == "Direction"
    again = client.page(f"{BASE}/S12")
    assert again.all("//form//input[contains(@name, '--act_code')]/@value").count(codes[0]) == 1, (
        "a decided proposal is not proposed twice"
    )


def test_english_pages_are_english(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    client = signed_in("diagnostician")
    client.post_form("/langue", {"locale": "en"}, page=BASE)
    assert QUESTIONNAIRE.section("S2").title.en in client.page(f"{BASE}/S2").words("//h1")


def test_every_control_has_an_anchor_and_every_link_of_a_page_a_target(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world)
    put(
        database,
        number,
        "S2",
        {
            "eff_total": 12,
            "mode_saisie": "registre",
            "eff_temps_partiel": 40,
            "registre": [
                {"id": "r1", "reg_code": "S1", "reg_naissance": 2020, "reg_entree": 1990},
                {"id": "r2", "reg_code": "S1"},
            ],
        },
    )
    page = signed_in("diagnostician").page(f"{BASE}/S2")
    for name in [question.name for question in QUESTIONNAIRE.section("S2").questions if question.label]:
        assert page.all(f"//*[@id='q-{name}']"), name
    targets = {link.get("href").removeprefix("#") for link in page.all("//main//a[starts-with(@href, '#')]")}
    assert targets
    known = set(page.all("//*/@id"))
    assert targets <= known, targets - known
