"""The coordinator's pages on the questionnaire's versions, and the command line.

1. A workbook goes out and comes back as a draft; every fault shows at once with its place, and as CSV; nothing is published.
2. What changes is shown word by word, marked for the eye and for the ear, and narrowed by kind.
3. A trial fills the real pages and leaves no trace in the programme's database.
4. Publication names what changes, how many dossiers follow and what stands in the way; a used name is refused.
5. A page opened under the old version loses nothing of what was typed when the dossier has passed to the new one.
6. The command line checks, publishes, exports, compares and lists.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from diagnostics.actions.carrying import carry_dossier
from diagnostics.catalogues import load
from diagnostics.db import Database
from diagnostics.jobs import run_waiting
from diagnostics.models import Base, Campaign, Diagnosis, JournalLine, QuestionnaireVersion, SetAsideAnswer, State, VersionState
from diagnostics.pages.questionnaires_admin import drafts
from questionnaires.sheets import FRENCH
from questionnaires.workbook import read_workbook, write_workbook
from tests.conftest import Client, World
from tests.dossier import BASE, form_of, new_dossier, put
from tests.html import Page
from tests.versions import Sheets, add_version, added, changed, renamed, row_of, without

HOME = "/programme/questionnaire"
SignedIn = Callable[[str], Client]


def second(sheets: Sheets) -> None:
    row_of(sheets, "federation")[f"label::{FRENCH}"] = "De quelle fédération ou de quel réseau est-elle adhérente\u202f?"
    without(sheets, "opco")
    added(
        sheets,
        "raison_sociale",
        {
            "type": "text",
            "name": "sigle",
            f"label::{FRENCH}": "Quel est son sigle ?",
            "label::English (en)": "What is its acronym?",
        },
    )


def book(change: Callable[[Sheets], None] = second, version: str = "2026-2") -> bytes:
    return write_workbook(changed(version, change))


def send(client: Client, data: bytes, filename: str = "classeur.xlsx", note: str = "") -> Any:
    form = {"file": (BytesIO(data), filename), "note": note}
    return client.post_form(f"{HOME}/nouveau", form, content_type="multipart/form-data")


def draft(client: Client, change: Callable[[Sheets], None] = second, version: str = "2026-2") -> int:
    response = send(client, book(change, version))
    assert response.status_code == 303, response.get_data(as_text=True)[:3000]
    return int(response.headers["Location"].rpartition("/")[2])


@pytest.fixture
def coordinator(signed_in: SignedIn) -> Client:
    return signed_in("coordinator")


def test_the_list_shows_versions_states_and_dossiers(coordinator: Client, database: Database, world: World) -> None:
    new_dossier(database, world)
    page = coordinator.page(HOME)
    assert "2026-1" in page.words()
    assert "Nouveaux dossiers" in page.words()
    assert [cell.text_content().strip() for cell in page.all("//td[@data-label='Dossiers' or @data-label='En saisie']")] == [
        "1",
        "1",
    ]


def test_the_workbook_of_a_version_comes_back_as_the_same_questionnaire(coordinator: Client) -> None:
    response = coordinator.get(f"{HOME}/versions/2026-1/classeur.xlsx")
    assert "questionnaire-2026-1.xlsx" in response.headers["Content-Disposition"]
    assert read_workbook(response.data, "x.xlsx").questionnaire == load("2026-1")
    assert coordinator.get(f"{HOME}/versions/2030-1/classeur.xlsx").status_code == 404


def test_every_fault_shows_at_once_with_its_place_and_nothing_is_published(coordinator: Client, database: Database) -> None:
    def faulty(sheets: Sheets) -> None:
        row_of(sheets, "opco")["relevant"] = "${rien_de_tel} = 1"
        row_of(sheets, "federation")["type"] = "texte"
        without(sheets, "dep_inconnu")

    number = draft(coordinator, faulty)
    page = coordinator.page(f"{HOME}/brouillons/{number}")
    words = page.words("//table")
    assert "rien_de_tel" in words
    assert "texte" in words
    assert "empêche" in page.words()
    assert not page.all("//a[normalize-space()='Publier…']")
    lines = coordinator.get(f"{HOME}/brouillons/{number}/fautes.csv").get_data(as_text=True).splitlines()
    assert lines[0].lstrip("\ufeff") == "Feuille;Ligne;Colonne;Gravité;Code;Cause;Remède"
    assert any(line.startswith("survey;") and "relevant" in line and "unknown_reference" in line for line in lines)
    assert coordinator.get(f"{HOME}/brouillons/{number}/publier").status_code == 303
    with database.read() as session:
        row = session.scalars(select(QuestionnaireVersion)).one()
        assert (row.state, row.errors >= 2) == (VersionState.DRAFT, True)
        assert session.scalars(select(Campaign.questionnaire_version)).all() == ["2026-1"]


def test_what_the_analysis_needs_is_said_with_the_faults(coordinator: Client) -> None:
    number = draft(coordinator, lambda sheets: without(sheets, "dep_inconnu"))
    page = coordinator.page(f"{HOME}/brouillons/{number}")
    assert "needed_by_indicator" in page.words("//table")
    assert "dep_inconnu" in page.words("//table")


@pytest.mark.parametrize("data", [b"", b"bonjour", b"PK\x03\x04" + b"\0" * 50, b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_workbook_is_told_and_kept_as_a_draft_that_cannot_be_published(coordinator: Client, data: bytes) -> None:
    response = send(coordinator, data or b" ", "classeur.xlsx")
    page = coordinator.page(response.headers["Location"])
    assert page.all("//table//tbody/tr")
    assert not page.all("//a[normalize-space()='Essayer']")
    number = response.headers["Location"].rpartition("/")[2]
    assert coordinator.get(f"{HOME}/brouillons/{number}/essai").status_code == 303
    assert coordinator.get(f"{HOME}/changements?vers=brouillon-{number}").status_code == 404


def test_no_file_and_a_file_too_big_keep_what_was_typed(coordinator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "LARGEST_WORKBOOK", 1000)
    response = coordinator.post_form(f"{HOME}/nouveau", {"note": "Deux mots"}, content_type="multipart/form-data")
    assert response.status_code == 422
    assert "Deux mots" in response.get_data(as_text=True)
    response = send(coordinator, b"x" * 1001, note="Deux mots")
    assert response.status_code == 422
    assert "trop gros" in response.get_data(as_text=True)


def test_a_real_form_of_elsewhere_is_read_and_refused_politely(coordinator: Client) -> None:
    sheets = {
        "survey": [{"type": "text", "name": "nom", "label::Français (fr)": "Votre nom", "label::English (en)": "Your name"}],
        "settings": [{"form_id": "autre", "version": "1", "form_title::Français (fr)": "Autre"}],
    }
    response = send(coordinator, write_workbook(sheets))
    assert coordinator.page(response.headers["Location"]).all("//table//tbody/tr")


def test_what_changes_is_marked_word_by_word_and_narrowed_by_kind(coordinator: Client) -> None:
    number = draft(coordinator)
    page = coordinator.page(f"{HOME}/changements?vers=brouillon-{number}")
    deleted, inserted = page.words("//ol//del"), page.words("//ol//ins")
    assert "membre" in deleted
    assert "[retiré :]" in deleted
    assert "adhérente" in inserted
    assert [code.text_content() for code in page.all("//ol/li/h2//code")] == ["sigle", "opco", "federation"]
    narrowed = coordinator.page(f"{HOME}/changements?vers=brouillon-{number}&nature=mots")
    assert [code.text_content() for code in narrowed.all("//ol/li/h2//code")] == ["federation"]
    same = coordinator.page(f"{HOME}/changements?de=2026-1&vers=2026-1")
    assert "Rien ne change" in same.words()
    for wrong in ("de=2030-1", "vers=brouillon-9999", "vers=brouillon-x", "vers=brouillon-99999999999999999999"):
        assert coordinator.get(f"{HOME}/changements?{wrong}").status_code == 404


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, but for what signing in and looking at pages leaves."""
    with database.read() as session:
        return {
            table.name: [str(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name != "sign_in_session"
        }


def fill(client: Client, url: str, **changes: Any) -> Any:
    page = client.page(url)
    return client.post(url, data=form_of(page, action="save", **changes))


def test_a_trial_fills_the_real_pages_and_leaves_no_trace_in_the_programme(
    app: Flask, coordinator: Client, database: Database, world: World
) -> None:
    new_dossier(database, world)
    number = draft(coordinator)
    before = everything(database)
    base = f"{HOME}/brouillons/{number}/essai"
    page = coordinator.page(base)
    assert "entreprise inventée" in page.words()
    assert "Coordinator" in page.words("//header")
    section = coordinator.page(f"{base}/S1")
    assert "Quel est son sigle" in section.words()
    assert fill(coordinator, f"{base}/S1", sigle="LT").status_code == 303
    assert coordinator.page(f"{base}/S1").all("//input[@name='sigle']/@value") == ["LT"]
    assert coordinator.post_form(f"{base}/S1/apercu", {}, page=f"{base}/S1").get_json()["asked"]
    assert fill(coordinator, f"{base}/S11F", ent_D1="2").status_code == 303
    assert coordinator.get(f"{base}/S11C").status_code == 404
    assert everything(database) == before
    assert coordinator.post_form(f"{HOME}/brouillons/{number}/essai-restitution", {}, page=base).status_code == 303
    assert "consensus" in coordinator.page(f"{base}/S11C").words().casefold()
    assert fill(coordinator, f"{base}/S11C", cons_D1="2").status_code == 303
    assert everything(database) == before
    for address in ("/dossiers", "/panel/", "/rapports", "/programme", "/analyse", "/relecture"):
        words = coordinator.page(address).text
        assert "ESSAI" not in words
        assert "Association d’essai" not in words
    assert coordinator.get(f"/dossiers/ESSAI-{number}-{world.people['coordinator'].id}").status_code == 404
    assert coordinator.post_form(f"{HOME}/brouillons/{number}/essai-vide", {}, page=base).status_code == 303
    assert coordinator.page(f"{base}/S1").all("//input[@name='sigle']/@value") == [""]
    app.extensions["trials"].dispose()


def test_each_coordinator_has_a_trial_of_their_own_and_nobody_else_has_any(
    app: Flask, coordinator: Client, signed_in: SignedIn
) -> None:
    number = draft(coordinator)
    assert coordinator.get(f"{HOME}/brouillons/{number}/essai").status_code == 200
    for name in ("diagnostician", "referent", "analyst", "admin", "partner"):
        assert signed_in(name).get(f"{HOME}/brouillons/{number}/essai").status_code == 403
    assert coordinator.get(f"{HOME}/brouillons/9999/essai").status_code == 404
    app.extensions["trials"].dispose()


def publication(number: int, **given: Any) -> dict[str, Any]:
    return {"version": "2026-2", "note": "Sigle ajouté", "carry": "y", "agreed": "y"} | given


def test_publishing_names_what_changes_and_carries_the_open_dossiers(
    app: Flask, coordinator: Client, database: Database, world: World
) -> None:
    open_ = new_dossier(database, world)
    new_dossier(database, world, state=State.VALIDATED, reference="PACA-0002", siret="73282932000082")
    put(database, open_, "S1", {"opco": "Uniformation", "raison_sociale": "Un"})
    number = draft(coordinator)
    url = f"{HOME}/brouillons/{number}/publier"
    page = coordinator.page(url)
    assert "1 dossier passerait" in page.words()
    assert "mise de côté" in page.words()
    assert page.all("//input[@name='version']/@value") == ["2026-2"]
    assert coordinator.post_form(url, publication(number, agreed=None)).status_code == 422
    refused = coordinator.post_form(url, publication(number, version="2026-1"))
    assert refused.status_code == 422
    assert "n’a jamais servi" in refused.get_data(as_text=True)
    assert coordinator.post_form(url, publication(number, version="une version é")).status_code == 422
    done = coordinator.post_form(url, publication(number))
    assert done.status_code == 303
    run_waiting(database, app.extensions["settings"])
    outcome = coordinator.page(done.headers["Location"])
    assert "tous les dossiers sont passés" in outcome.words()
    with database.read() as session:
        versions = session.scalars(select(Diagnosis.questionnaire_version).order_by(Diagnosis.id)).all()
        assert versions == ["2026-2", "2026-1"]
        assert session.get_one(Campaign, world.campaign_id).questionnaire_version == "2026-2"
        assert "version_published" in session.scalars(select(JournalLine.verb)).all()
    dossier = coordinator.page("/dossiers/PACA-0001")
    assert "Réponses mises de côté" in dossier.words()
    assert "Uniformation" in dossier.words()
    assert "2026-1 → 2026-2" in dossier.words()
    assert "Sigle ajouté" in coordinator.page(HOME).words()
    assert coordinator.get(f"{HOME}/versions/2026-2/original.xlsx").data == book()
    assert coordinator.get(url).status_code == 404
    app.extensions["trials"].dispose()


def test_obstacles_are_listed_with_their_dossier_and_can_be_set_aside(
    app: Flask, coordinator: Client, database: Database, world: World
) -> None:
    number = new_dossier(database, world)
    put(database, number, "S1", {"famille": "soc_ess"})

    def fewer(sheets: Sheets) -> None:
        list_name = load("2026-1").question("famille").choices
        sheets["choices"][:] = [row for row in sheets["choices"] if (row["list_name"], row["name"]) != (list_name, "soc_ess")]

    made = draft(coordinator, fewer)
    url = f"{HOME}/brouillons/{made}/publier"
    page = coordinator.page(url)
    assert "PACA-0001" in page.words("//ul[@class='obstacles']")
    assert "plus proposé" in page.words("//ul[@class='obstacles']")
    done = coordinator.post_form(url, publication(made))
    run_waiting(database, app.extensions["settings"])
    outcome = coordinator.page(done.headers["Location"])
    assert "est resté dans sa version" in outcome.words()
    assert "plus proposé" in outcome.words("//ul[@class='obstacles']")
    again = f"{HOME}/versions/2026-2/passage"
    assert "est resté dans une autre version" in coordinator.page(HOME).words()
    done = coordinator.post_form(again, {"set_aside": "y"})
    run_waiting(database, app.extensions["settings"])
    assert "tous les dossiers sont passés" in coordinator.page(done.headers["Location"]).words()
    assert "Aucun dossier" in coordinator.page(again).words()
    app.extensions["trials"].dispose()


def test_the_version_of_new_dossiers_is_chosen_and_others_withdrawn(coordinator: Client, database: Database, world: World) -> None:
    add_version(database, "2026-2", changed("2026-2", second))
    for address, status, said in (
        (f"{HOME}/versions/2026-2/choisir", 303, "2026-2"),
        (f"{HOME}/versions/2026-2/retirer", 303, "choisissez-en"),
        (f"{HOME}/versions/2026-1/choisir", 303, "2026-1"),
        (f"{HOME}/versions/2026-2/retirer", 303, "Version retirée"),
        (f"{HOME}/versions/2026-2/choisir", 404, ""),
        (f"{HOME}/versions/2026-2/remettre", 303, "remise"),
        (f"{HOME}/versions/2026-1/retirer", 404, ""),
        (f"{HOME}/versions/2030-1/choisir", 404, ""),
    ):
        response = coordinator.post_form(address, {}, page=HOME)
        assert response.status_code == status, address
        if status == 303:
            assert said in coordinator.page(HOME).words()


def test_a_draft_is_left_and_gone(app: Flask, coordinator: Client) -> None:
    number = draft(coordinator)
    assert coordinator.post_form(f"{HOME}/brouillons/{number}/supprimer", {}, page=HOME).status_code == 303
    assert coordinator.get(f"{HOME}/brouillons/{number}").status_code == 404
    app.extensions["trials"].dispose()


# --- the command line ----------------------------------------------------------------------------------------------------------


def command(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["questionnaire", *arguments])


def test_the_command_line_checks_compares_publishes_exports_and_lists(
    app: Flask, database: Database, world: World, tmp_path: Path
) -> None:
    number = new_dossier(database, world)
    good, bad = tmp_path / "bon.xlsx", tmp_path / "faux.xlsx"
    good.write_bytes(book())
    bad.write_bytes(book(lambda sheets: row_of(sheets, "opco").update(relevant="${rien} = 1")))
    assert command(app, "check", str(good)).exit_code == 0
    refused = command(app, "check", str(bad))
    assert refused.exit_code == 1
    assert "unknown_reference" in refused.output
    told = command(app, "diff", "2026-1", str(good))
    assert "[-membre-]{+adhérente+}" in told.output
    assert "question opco (S1)" in told.output
    assert "added" in command(app, "diff", "2026-1", str(good), "--locale", "en").output
    assert command(app, "diff", "2030-1", str(good)).exit_code == 1
    stopped = command(app, "publish", str(bad))
    assert stopped.exit_code == 1
    with database.read() as session:
        assert session.scalars(select(QuestionnaireVersion)).all() == []
    published = command(app, "publish", str(good), "--note", "Sigle")
    assert published.exit_code == 0, published.output
    assert "Dossiers passés : 1 sur 1." in published.output
    with database.read() as session:
        assert session.get_one(Diagnosis, number).questionnaire_version == "2026-2"
    assert "s’appelle déjà" in command(app, "publish", str(good)).output
    out = tmp_path / "sortie.xlsx"
    assert command(app, "export", "2026-2", str(out)).exit_code == 0
    assert read_workbook(out.read_bytes(), "x.xlsx").questionnaire == load("2026-2", database)
    assert command(app, "export", "2030-1", str(out)).exit_code == 1
    listed = command(app, "list").output
    assert "2026-2\tpubliée\t1 dossiers, 1 en saisie (nouveaux dossiers)" in listed
    assert "Rien ne change" in command(app, "diff", "2026-2", str(out)).output


# --- a page of the old version --------------------------------------------------------------------------------------------------


def passed(database: Database, world: World, change: Callable[[Sheets], None]) -> Callable[[], None]:
    """A dossier in 2026-1; gives what makes it pass to a second version."""
    number = new_dossier(database, world)
    put(database, number, "S1", {"federation": "Uniopss", "opco": "Uniformation", "annee_creation": 1990})

    def pass_over() -> None:
        add_version(database, "2026-2", changed("2026-2", change))
        carry_dossier(database, number, "2026-2")

    return pass_over


def test_a_page_of_the_old_version_saves_what_it_can_and_tells_the_rest(
    signed_in: SignedIn, database: Database, world: World
) -> None:
    def change(sheets: Sheets) -> None:
        renamed(sheets, "federation", "reseau")
        without(sheets, "opco")

    pass_over = passed(database, world, change)
    client = signed_in("diagnostician")
    page = client.page(f"{BASE}/S1")
    sent = form_of(page, action="save", federation="Fnars", opco="Afdas", annee_creation="mille neuf cents")
    pass_over()
    response = client.post(f"{BASE}/S1", data=sent)
    told = Page(response.get_data(as_text=True))
    assert response.status_code == 409
    assert "1 réponse est enregistrée" in told.words()
    assert "Afdas" in told.words()
    assert "mille neuf cents" in told.words()
    with database.read() as session:
        diagnosis = session.scalars(select(Diagnosis)).one()
        held = {name: given.get("value") for row in diagnosis.sections for name, given in row.answers.items()}
        aside = {row.name: row.answer["value"] for row in session.scalars(select(SetAsideAnswer))}
    assert (held["reseau"], held["annee_creation"]) == ("Fnars", 1990)
    assert aside == {"opco": "Afdas"}
    assert "reseau" in client.page(f"{BASE}/S1").text


def test_a_page_of_the_old_version_whose_answers_all_have_a_place_goes_on_quietly(
    signed_in: SignedIn, database: Database, world: World
) -> None:
    pass_over = passed(database, world, lambda sheets: renamed(sheets, "federation", "reseau"))
    client = signed_in("diagnostician")
    sent = form_of(client.page(f"{BASE}/S1"), action="save", federation="Fnars", opco="Afdas")
    pass_over()
    response = client.post(f"{BASE}/S1", data=sent, follow_redirects=True)
    assert response.status_code == 200
    assert "passé à la version 2026-2" in Page(response.get_data(as_text=True)).words()
    assert Page(response.get_data(as_text=True)).all("//input[@name='reseau']/@value") == ["Fnars"]


def test_a_page_of_the_old_version_does_not_write_over_what_somebody_changed_meanwhile(
    signed_in: SignedIn, database: Database, world: World
) -> None:
    pass_over = passed(database, world, lambda sheets: renamed(sheets, "federation", "reseau"))
    client = signed_in("diagnostician")
    sent = form_of(client.page(f"{BASE}/S1"), action="save", federation="Fnars", opco="Afdas")
    pass_over()
    with database.write() as session:
        row = session.scalars(select(Diagnosis)).one().sections[0]
        row.answers = {**row.answers, "reseau": {"state": "collected", "value": "Udess"}}
        row.revision += 1
    response = client.post(f"{BASE}/S1", data=sent)
    assert response.status_code == 409
    assert "Fnars" in response.get_data(as_text=True)
    with database.read() as session:
        answers = session.scalars(select(Diagnosis)).one().sections[0].answers
    assert (answers["reseau"]["value"], answers["opco"]["value"]) == ("Udess", "Afdas")


def test_a_form_that_names_an_unknown_version_is_refused(signed_in: SignedIn, database: Database, world: World) -> None:
    passed(database, world, second)
    client = signed_in("diagnostician")
    sent = form_of(client.page(f"{BASE}/S1"), action="save", base='{"r":0,"f":{},"v":"2099-1"}')
    assert client.post(f"{BASE}/S1", data=sent).status_code == 404
