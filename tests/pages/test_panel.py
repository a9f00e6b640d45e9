"""The panel's pages and commands: import, card, tables, draw, assignment; for the coordination alone."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from diagnostics.actions import draw, firms, panel
from diagnostics.db import Database
from diagnostics.models import Campaign, Correspondence, Diagnosis, Firm, FrameImport, ImportState, Selection, State
from tests.actions.frame import coordinator as acting
from tests.actions.frame import frame_file, load_frame
from tests.conftest import Client, World
from tests.frame.files import HEADER, row, siret, table, workbook
from tests.html import Page

SignedIn = Callable[[str], Client]
BAD = table(
    [
        row(900),
        row(901, siret="1,23457E+13"),
        row(902, code_commune="69123"),
        row(900),
        row(903, nom="=cmd|' /C calc'!A0", naf="=1+1"),
    ]
)


@pytest.fixture
def coordinator(signed_in: SignedIn) -> Client:
    return signed_in("coordinator")


@pytest.fixture
def frame(database: Database, world: World) -> int:
    return load_frame(database, world)


@pytest.fixture
def drawn(database: Database, world: World, frame: int) -> None:
    draw.draw_panel(database, acting(world), world.campaign_id, 12, 7)


def page(response: TestResponse) -> Page:
    return Page(response.get_data(as_text=True))


def send(client: Client, content: bytes, name: str = "base.csv") -> TestResponse:
    return client.post_form("/panel/imports/nouveau", {"file": (BytesIO(content), name)}, content_type="multipart/form-data")


def firm_id(database: Database, number: int = 1) -> int:
    with database.read() as session:
        return session.scalars(select(Firm.id).where(Firm.siret == siret(number))).one()


def total(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Firm)) or 0


def stats(shown: Page) -> dict[str, str]:
    labels = [" ".join(one.text_content().split()) for one in shown.all("//*[@class='stat-label']")]
    return dict(zip(labels, [one.text_content() for one in shown.all("//*[@class='stat-value']")], strict=True))


@pytest.mark.parametrize("name", ["referent", "diagnostician", "analyst", "committee", "partner", "admin"])
@pytest.mark.parametrize(
    "address",
    [
        "/panel/",
        "/panel/imports",
        "/panel/imports/nouveau",
        "/panel/tables/naf",
        "/panel/tirage",
        "/panel/affectation",
        "/panel/modele.csv",
    ],
)
def test_the_panel_is_the_coordinations(signed_in: SignedIn, name: str, address: str) -> None:
    assert signed_in(name).get(address).status_code == 403


def test_without_a_campaign_the_page_says_what_to_do(database: Database, coordinator: Client, world: World) -> None:
    with database.write() as session:
        session.delete(session.get_one(Campaign, world.campaign_id))
    assert "Pas encore de campagne" in coordinator.page("/panel/").words()
    assert coordinator.get("/panel/tirage").status_code == 404


def test_an_empty_frame_says_what_to_do(coordinator: Client) -> None:
    shown = coordinator.page("/panel/")
    assert "La base est vide" in shown.words()
    assert shown.all("//main//a[@href='/panel/imports/nouveau']")


def test_a_file_is_examined_then_imported(coordinator: Client, database: Database, world: World) -> None:
    response = send(coordinator, frame_file(10))
    assert response.status_code == 302
    report = coordinator.page(response.location)
    assert stats(report) == {"Nouvelles": "10"}
    assert "Rien : toutes les lignes sont lisibles" in report.words()
    assert total(database) == 0
    done = coordinator.post_form(f"{response.location}/accepter", page=response.location)
    assert done.location == response.location
    assert total(database) == 10
    after = coordinator.page(response.location)
    assert "Import fait. Entreprises ajoutées : 10 ; mises à jour : 0." in after.words()
    assert not after.all("//form[contains(@action, 'accepter')]")
    assert coordinator.page("/panel/").words().count("Association 0") == 10


def test_a_report_shows_every_fault_with_cause_and_remedy(coordinator: Client, database: Database, world: World) -> None:
    address = send(coordinator, BAD.encode("cp1252"), "extraction.csv").location
    report = coordinator.page(address)
    assert stats(report) == {"Nouvelles": "1", "Doublons du fichier": "1", "Hors champ": "1", "À corriger": "2"}
    lines = [" ".join(one.text_content().split()) for one in report.all("//table[contains(@class, 'fault-table')]/tbody/tr")]
    assert len(lines) == 4
    assert lines[0].startswith("Ligne 3 siret À corriger «")
    assert "notation scientifique" in lines[0]
    assert "format «" in lines[0]
    assert lines[1].startswith("Ligne 4 code_commune Laissée de côté 69123 (Rhône)")
    assert total(database) == 0
    assert len(coordinator.page(f"{address}?gravite=left_out").all("//table[contains(@class, 'fault-table')]/tbody/tr")) == 2
    assert len(coordinator.page(f"{address}?code=siret_scientific").all("//table[contains(@class, 'fault-table')]/tbody/tr")) == 1
    assert "Aucune anomalie ne correspond" in coordinator.page(f"{address}?ligne=99").words()
    coordinator.post_form(f"{address}/accepter", page=address)
    assert total(database) == 1


def test_faults_go_out_as_csv_without_formulas(coordinator: Client) -> None:
    address = send(coordinator, BAD.encode()).location
    response = coordinator.get(f"{address}/anomalies.csv")
    text = response.get_data(as_text=True)
    assert response.mimetype == "text/csv"
    assert text.startswith("\ufeffLigne;Colonne;Gravité;Code;Cause;Remède\r\n")
    assert len(text.strip().splitlines()) == 5
    assert "siret_scientific" in text
    assert not re.search(r'(?:^|;)"?[=+@-]', text, re.MULTILINE)


def test_the_report_speaks_english_too(coordinator: Client) -> None:
    address = send(coordinator, BAD.encode()).location
    coordinator.post_form("/langue", {"locale": "en"}, page="/panel/")
    assert "scientific notation; its last digits are lost" in coordinator.page(address).words()


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", bytes(range(256)) * 8, b"bonjour\n", b"PK\x03\x04", b"{", workbook({"A": [["rien"]]})]
)
def test_what_cannot_be_read_is_reported_not_imported(coordinator: Client, database: Database, content: bytes) -> None:
    response = send(coordinator, content, "x.bin")
    report = coordinator.page(response.location)
    assert "Le fichier n’a pas pu être lu" in report.words()
    assert not report.all("//form[contains(@action, 'accepter')]")
    refused = coordinator.post_form(f"{response.location}/accepter", page=response.location, follow_redirects=True)
    assert "ne contient aucune ligne à importer" in page(refused).words()
    assert total(database) == 0


def test_no_file_is_an_error_of_the_form(coordinator: Client) -> None:
    response = coordinator.post_form("/panel/imports/nouveau", {})
    assert response.status_code == 422
    assert page(response).all("//*[@role='alert']//a[@href='#file']")


def test_a_file_is_left(coordinator: Client, database: Database) -> None:
    address = send(coordinator, frame_file(3)).location
    coordinator.post_form(f"{address}/abandonner", page=address)
    assert "Abandonné" in coordinator.page("/panel/imports").words("//tbody")
    assert total(database) == 0
    with database.read() as session:
        assert session.scalars(select(FrameImport.state)).one() is ImportState.DISCARDED


def test_conflicts_are_the_coordinators_choice(coordinator: Client, database: Database, world: World, frame: int) -> None:
    with database.read() as session:
        held = session.get_one(Firm, firm_id(database))
    firms.correct_firm(database, acting(world), held.id, {"name": "Nom corrigé"}, seen=firms.seal(held))
    content = table(
        [row(1, nom="Nom du fichier", code_commune=held.commune_code, naf=held.naf, effectif=str(held.headcount))]
    ).encode()
    address = send(coordinator, content).location
    report = coordinator.page(address)
    assert "Nom corrigé → Nom du fichier en conflit" in report.words()
    coordinator.post_form(f"{address}/accepter", {"take_conflicts": "y"}, page=address)
    with database.read() as session:
        assert session.get_one(Firm, held.id).name == "Nom du fichier"


def test_a_report_of_another_campaign_or_none_is_not_found(coordinator: Client) -> None:
    for address in (
        "/panel/imports/999",
        "/panel/imports/999/anomalies.csv",
        "/panel/entreprises/999",
        "/panel/entreprises/999/modifier",
    ):
        assert coordinator.get(address).status_code == 404
    assert coordinator.post_form("/panel/imports/999/accepter", page="/panel/").status_code == 404


def test_the_frame_is_filtered_and_paged(coordinator: Client, frame: int) -> None:
    def found(query: str) -> int:
        shown = coordinator.page(f"/panel/?{query}")
        line = shown.words("//main/p[@class='muted']")
        return int(line.split()[0]) if line else 0

    assert found("") == 48
    assert found("secteur=culture") == 24
    assert found("departement=13") == 16
    assert found("taille=6-9") == 24
    assert found("etat=base") == 48
    assert found("recherche=association+001") == 1
    assert found("recherche=MARSEILLE") == 16
    assert found(f"recherche={siret(7)}") == 1
    assert found("recherche=%25") == 0
    assert found("page=2") == 48
    assert found("page=99999999999999999999") == 48
    assert "Page 2 sur 2" in coordinator.page("/panel/?page=2").words()
    assert "Aucune entreprise ne correspond" in coordinator.page("/panel/?etat=panel").words()


def test_a_card_shows_what_the_register_says(coordinator: Client, database: Database, frame: int) -> None:
    shown = coordinator.page(f"/panel/entreprises/{firm_id(database)}").words()
    for words in (
        "Association 001",
        siret(1),
        "88.10A Aide à domicile",
        "9220 Association déclarée",
        "Avignon (84007)",
        "Vaucluse",
        "CA du Grand Avignon",
        "base.csv",
    ):
        assert words in shown


def edit(client: Client, number: int, **changes: Any) -> TestResponse:
    address = f"/panel/entreprises/{number}/modifier"
    form = client.page(address)
    typed = {one.get("name"): one.get("value", "") for one in form.all("//main//input") if one.get("name")}
    typed |= {one.get("name"): one.xpath("string(option[@selected]/@value)") for one in form.all("//main//select")}
    return client.post(address, data=typed | changes)


def test_a_card_is_corrected(coordinator: Client, database: Database, frame: int) -> None:
    number = firm_id(database)
    response = edit(
        coordinator,
        number,
        contact_name="Jeanne Martin",
        contact_phone="0491000000",
        contact_email="J.Martin@Exemple.fr",
        headcount="7",
        commune_code="13204",
    )
    assert response.status_code == 302
    shown = coordinator.page(response.location).words()
    for words in (
        "Fiche enregistrée",
        "Jeanne Martin",
        "04 91 00 00 00",
        "j.martin@exemple.fr",
        "Marseille (13055)",
        "Corrigé à la main : code de la commune, effectif",
    ):
        assert words in shown


def test_nonsense_on_a_card_is_refused_and_kept(coordinator: Client, database: Database, frame: int) -> None:
    number = firm_id(database)
    wrong = {
        "name": "", "headcount": "-3", "commune_code": "99999", "postcode": "abc", "naf": "zz", "legal_category": "0042", "contact_email": "non",
        "contact_phone": "12", "idcc": "CCN", "address": "x" * 251,
    }  # fmt: skip
    response = edit(coordinator, number, **wrong)
    assert response.status_code == 422
    shown = page(response)
    assert len(shown.all("//*[@role='alert']//li")) == len(wrong)
    assert shown.all("//input[@name='contact_email']/@value") == ["non"]
    assert edit(coordinator, number, headcount="douze").status_code == 422
    assert edit(coordinator, number, sector="inconnu").status_code == 422


def test_two_people_on_one_card(coordinator: Client, database: Database, world: World, frame: int) -> None:
    number = firm_id(database)
    with database.read() as session:
        held = session.get_one(Firm, number)
    stale = firms.seal(held)
    firms.correct_firm(database, acting(world), number, {"contact_name": "Une Autre"}, seen=stale)
    response = edit(coordinator, number, seen=stale, contact_name="Jeanne Martin")
    assert response.status_code == 422
    assert "Quelqu’un a modifié cette fiche" in page(response).words()
    assert page(response).all("//input[@name='contact_name']/@value") == ["Jeanne Martin"]


def test_a_firm_is_excluded_and_readmitted(coordinator: Client, database: Database, frame: int) -> None:
    address = f"/panel/entreprises/{firm_id(database)}"
    refused = coordinator.post_form(f"{address}/exclure", {"reason": " "}, page=address)
    assert refused.status_code == 422
    coordinator.post_form(f"{address}/exclure", {"reason": "Fermée en mars"}, page=address)
    assert "Fermée en mars" in coordinator.page(address).words()
    assert "1 entreprise" in coordinator.page("/panel/?etat=exclue").words()
    coordinator.post_form(f"{address}/reintegrer", page=address)
    assert "Fermée en mars" not in coordinator.page(address).words()


def test_a_table_is_searched_amended_and_restored(coordinator: Client, database: Database, frame: int) -> None:
    listed = coordinator.page("/panel/tables/naf?recherche=8810")
    assert [one.text_content() for one in listed.all("//tbody//th")] == ["88.10A", "88.10B", "88.10C", "88.10G", "88.10H", "88.10J"]
    assert "Ces tables sont des propositions" in listed.words()
    assert len(coordinator.page("/panel/tables/naf?seulement=base").all("//tbody/tr")) == 2
    assert "Aucune ligne" in coordinator.page("/panel/tables/naf?recherche=zzzz").words()
    address = "/panel/tables/naf/88.10A"
    assert "24" in coordinator.page(address).words("//dl[@class='facts']/div[4]/dd")
    coordinator.post_form(address, {"valeur": "sante", "appliquer": "1"})
    assert "24 entreprises suivent la table" in coordinator.page("/panel/tables/naf?seulement=amendes").words()
    assert "amendé" in coordinator.page("/panel/tables/naf?seulement=amendes").words()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Firm).where(Firm.sector == "sante")) == 24
    coordinator.post_form("/panel/tables/appliquer", {"kind": "naf"}, page="/panel/tables/naf")
    coordinator.post_form(address, {"retablir": "1"})
    with database.read() as session:
        assert session.get(Correspondence, ("naf", "88.10A")) is None
    assert coordinator.post_form(address, {"valeur": "n’importe"}).status_code == 422
    assert coordinator.post_form("/panel/tables/naf/00.00Z", {"valeur": "sport"}, page="/panel/").status_code == 404
    assert coordinator.get("/panel/tables/naf/00.00Z").status_code == 404
    assert coordinator.get("/panel/tables/idcc").status_code == 404
    assert coordinator.page("/panel/tables/categories-juridiques?valeur=scop").words("//tbody").count("Scop") >= 3


def test_the_draw_is_shown_then_confirmed(coordinator: Client, database: Database, frame: int) -> None:
    first = coordinator.page("/panel/tirage")
    assert first.all("//input[@name='taille']/@value") == ["12"]
    assert not first.all("//form[@method='post'][contains(@action, 'tirage')]")
    preview = coordinator.page("/panel/tirage?taille=12&graine=7")
    assert stats(preview) == {"entreprises au panel": "12", "réserves classées": "12", "strates": "12"}
    form = {one.get("name"): one.get("value") for one in preview.all("//main//form[@method='post']//input")}
    response = coordinator.post("/panel/tirage", data=form)
    assert response.location == "/panel/affectation"
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Diagnosis)) == 12
        assert session.scalar(select(func.count()).select_from(Firm).where(Firm.selection == Selection.RESERVE)) == 12
    assert coordinator.post("/panel/tirage", data=form).status_code == 409
    assert "un nouveau tirage le remplacera" in coordinator.page("/panel/tirage").words()


@pytest.mark.parametrize(
    "query",
    [
        "taille=0&graine=1",
        "taille=beaucoup&graine=1",
        "taille=12&graine=",
        "taille=12&graine=-1",
        "taille=99999999999&graine=1",
        "taille=&graine=1",
    ],
)
def test_a_draw_asked_with_nonsense(coordinator: Client, frame: int, query: str) -> None:
    shown = coordinator.page(f"/panel/tirage?{query}", 422)
    assert shown.all("//*[@role='alert']//a")
    assert not shown.all("//input[@name='etat']")


def test_a_draw_larger_than_the_frame(coordinator: Client, frame: int) -> None:
    assert "demandez un panel entre 1 et 48" in coordinator.page("/panel/tirage?taille=49&graine=1").words()
    assert coordinator.post_form("/panel/tirage", {"taille": "x", "graine": "1"}).status_code == 422


def test_a_draw_on_an_empty_frame(coordinator: Client) -> None:
    assert "La base de sondage est vide" in coordinator.page("/panel/tirage?taille=12&graine=1").words()


def test_dossiers_are_assigned_and_reassigned(coordinator: Client, database: Database, world: World, drawn: None) -> None:
    shown = coordinator.page("/panel/affectation")
    boxes = shown.all("//input[@name='dossier']/@value")
    assert len(boxes) == 12
    assert "Structure Un" in shown.words("//option")
    person = world.people["diagnostician"]
    coordinator.post_form("/panel/affectation", {"dossier": boxes[:2], "diagnostiqueur": str(person.id)})
    assert len(coordinator.page("/panel/affectation").all("//input[@name='dossier']")) == 10
    mine = coordinator.page(f"/panel/affectation?vue=en-cours&diagnostiqueur={person.id}")
    assert len(mine.all("//input[@name='dossier']")) == 2
    other = world.people["other_diagnostician"]
    coordinator.post_form("/panel/affectation?vue=en-cours", {"dossier": boxes[:1], "diagnostiqueur": str(other.id)})
    with database.read() as session:
        assert session.get_one(Diagnosis, int(boxes[0])).diagnostician_id == other.id
    assert "déjà affectés ou en cours (2)" in coordinator.page("/panel/tirage").words()


def test_an_assignment_without_person_dossier_or_accreditation(
    coordinator: Client, database: Database, world: World, drawn: None
) -> None:
    boxes = coordinator.page("/panel/affectation").all("//input[@name='dossier']/@value")
    missing = coordinator.post_form("/panel/affectation", {"dossier": boxes[:2]})
    assert missing.status_code == 422
    assert len(page(missing).all("//input[@name='dossier'][@checked]")) == 2
    person = str(world.people["diagnostician"].id)
    for data in (
        {"diagnostiqueur": person},
        {"dossier": boxes[:1], "diagnostiqueur": str(world.people["referent"].id)},
        {"dossier": ["999999"], "diagnostiqueur": person},
        {"dossier": boxes[:1], "diagnostiqueur": "9" * 30},
        {"dossier": ["abc"], "diagnostiqueur": person},
    ):
        assert coordinator.post_form("/panel/affectation", data).status_code == 422
    with database.read() as session:
        assert set(session.scalars(select(Diagnosis.state))) == {State.DRAWN}


def test_an_even_sharing_is_confirmed_whole(coordinator: Client, database: Database, world: World, drawn: None) -> None:
    shown = coordinator.page("/panel/affectation/proposition")
    form = {one.get("name"): one.get("value") for one in shown.all("//form[.//input[@name='tout']]//input")}
    assert coordinator.post("/panel/affectation/proposition", data=form).location == "/panel/affectation"
    with database.read() as session:
        counted = {
            row[0]: row[1]
            for row in session.execute(select(Diagnosis.diagnostician_id, func.count()).group_by(Diagnosis.diagnostician_id))
        }
    assert counted == {world.people["diagnostician"].id: 6, world.people["other_diagnostician"].id: 6}
    assert coordinator.post("/panel/affectation/proposition", data=form).status_code == 422
    assert "Tout est affecté" in coordinator.page("/panel/affectation/proposition").words()


def test_an_even_sharing_is_edited_first(coordinator: Client, database: Database, world: World, drawn: None) -> None:
    address = "/panel/affectation/proposition?departement=13"
    shown = coordinator.page(address)
    names = shown.all("//select/@name")
    assert len(names) == 4
    person = str(world.people["other_diagnostician"].id)
    coordinator.post_form(address, {names[0]: person, names[1]: "", names[2]: person})
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Diagnosis).where(Diagnosis.state == State.ASSIGNED)) == 2
    wrong = coordinator.post_form(address, {names[1]: str(world.people["coordinator"].id)})
    assert wrong.status_code == 422
    assert coordinator.post_form(address, {"dx": "1", "d1": "x"}).status_code == 422


def test_the_template_file_is_read_by_the_import(coordinator: Client, database: Database) -> None:
    response = coordinator.get("/panel/modele.csv")
    report = coordinator.page(send(coordinator, response.data, "modele.csv").location)
    assert stats(report) == {"Nouvelles": "1"}
    assert "Rien : toutes les lignes" in report.words()


def command(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["panel", *arguments])


def test_the_command_imports_a_good_file(app: Flask, database: Database, world: World, tmp_path: Path) -> None:
    path = tmp_path / "base.csv"
    path.write_bytes(frame_file(5))
    done = command(app, "import", str(path))
    assert done.exit_code == 0, done.output
    assert "5 ajoutées" in done.output
    assert total(database) == 5
    again = command(app, "import", str(path))
    assert again.exit_code == 1
    assert "[same_file]" in again.output


def test_the_command_prints_the_faults_and_imports_nothing(app: Flask, database: Database, world: World, tmp_path: Path) -> None:
    path = tmp_path / "extraction.csv"
    path.write_text(BAD, encoding="utf-8")
    done = command(app, "import", str(path))
    assert done.exit_code == 1
    assert "ligne 3, siret [siret_scientific]" in done.stderr
    assert "--accept" in done.stderr
    assert total(database) == 0
    accepted = command(app, "import", str(path), "--accept", "--locale", "en")
    assert accepted.exit_code == 0, accepted.output
    assert "scientific notation" in accepted.stderr
    assert total(database) == 1


@pytest.mark.parametrize("content", [b"", b"%PDF", ";".join(HEADER).encode()])
def test_the_command_refuses_what_is_no_frame(app: Flask, database: Database, world: World, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    done = command(app, "import", str(path), "--accept")
    assert done.exit_code == 1
    assert "Rien n’a été importé" in done.stderr
    assert "Traceback" not in done.output


def test_the_command_draws(app: Flask, database: Database, world: World, frame: int) -> None:
    done = command(app, "draw", "--size", "12", "--seed", "7")
    assert done.exit_code == 0, done.output
    assert "12 dossiers ouverts" in done.output
    assert command(app, "draw", "--seed", "7").exit_code == 0
    too_many = command(app, "draw", "--size", "500", "--seed", "7")
    assert too_many.exit_code == 1
    assert "entre 1 et 48" in too_many.stderr
    assert command(app, "draw", "--size", "-1", "--seed", "7").exit_code == 2
    assert command(app, "draw", "--size", "12").exit_code == 2


def test_the_commands_without_a_campaign(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "base.csv"
    path.write_bytes(frame_file(1))
    for arguments in (("import", str(path)), ("draw", "--seed", "1"), ("import", str(tmp_path / "absent.csv"))):
        done = command(app, *arguments)
        assert done.exit_code in {1, 2}
        assert "Traceback" not in done.output


def test_an_import_that_lost_its_race_is_shown_again(coordinator: Client, database: Database, world: World) -> None:
    first = send(coordinator, frame_file(3)).location
    second = panel.upload(database, acting(world), world.campaign_id, "b.csv", frame_file(4))
    coordinator.post_form(f"{first}/accepter", page=first)
    address = f"/panel/imports/{second}"
    shown = page(coordinator.post_form(f"{address}/accepter", page=address, follow_redirects=True))
    assert "a changé pendant l’examen" in shown.words()
    assert stats(shown)["Nouvelles"] == "1"
