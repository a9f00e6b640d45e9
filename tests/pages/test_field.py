"""What remains to be seen, the history of an answer, paradata and the quality of the filling, as pages.

1. What remains to be seen: every kind with its count, narrowed by kind and by part, each a link to its place, for each reader
   what they may read.
2. The history of an answer: who and when, for whoever may read it; nothing about the other voice.
3. Paradata: noted for diagnosticians in names and codes only, never a value; nothing for readers and firms.
4. Quality: for the coordinator; neutral words; nothing of unsealed marks; an export with its codebook and its line in the journal.
"""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from diagnostics.actions.answers import save_section
from diagnostics.actions.paradata import EXTENSION, Recorder, purge
from diagnostics.db import Database
from diagnostics.models import JournalLine, ParadataEvent, ParadataKind, State, now
from diagnostics.settings import Settings, load_settings
from questionnaires.answers import Answer, AnswerState, Missing
from tests.casework import actor_of, add_thread, dossier_in, seal, write_section
from tests.conftest import Client, World
from tests.dossier import BASE, form_of, marks, new_dossier, put
from tests.html import Page

SignedIn = Callable[[str], Client]
HERE = "/dossiers/PACA-0001"
KINDS = ("corriger", "remarques", "douteux", "sans-reponse", "approfondies", "preremplies", "motifs", "confirmees", "modifiees")


def links(page: Page, kind: str) -> list[str]:
    return [str(link).removeprefix(f"{BASE}/") for link in page.all(f"//section[@aria-labelledby='{kind}']//a/@href")]


@pytest.fixture
def mixed(database: Database, world: World) -> int:
    """A dossier with something of every kind."""
    number = new_dossier(database, world, state=State.RETURNED)
    put(database, number, "S2", {"eff_total": 180, "eff_temps_partiel": 400})
    put(
        database,
        number,
        "S3",
        {
            "sorties_12m": Answer(4, state=AnswerState.EDITED),
            "entrees_12m": Answer(missing=Missing.REFUSED),
            "dep_passes_3a": Answer(9, state=AnswerState.FORCED, reasons={"many": "Fermeture d’un site."}),
        },
    )
    add_thread(database, number, "fonction_rh", "Qui, au juste ?", author=world.people["coordinator"])
    return number


def test_what_remains_to_be_seen_by_kind(mixed: int, signed_in: SignedIn) -> None:
    """Requirement 1."""
    page = signed_in("diagnostician").page(f"{BASE}/verifier")
    for kind, place in (
        ("corriger", "S2#q-eff_temps_partiel"), ("remarques", "S7#q-fonction_rh"), ("douteux", "S2#q-eff_total"), ("sans-reponse", "S2#q-etp_total"),
        ("approfondies", "S2#q-eff_rqth"), ("preremplies", "S1#q-naf"), ("motifs", "S3#q-entrees_12m"), ("confirmees", "S3#q-dep_passes_3a"),
        ("modifiees", "S3#q-sorties_12m"),
    ):  # fmt: skip
        assert place in links(page, kind), kind
    assert "Fermeture d’un site." in page.words("//section[@aria-labelledby='confirmees']")
    assert "Ne souhaite pas répondre" in page.words("//section[@aria-labelledby='motifs']")
    assert "1 nouveau" in page.words("//section[@aria-labelledby='remarques']")


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_alone_is_shown(mixed: int, signed_in: SignedIn, kind: str) -> None:
    page = signed_in("diagnostician").page(f"{BASE}/verifier?genre={kind}")
    assert [each for each in KINDS if links(page, each)] == [kind]
    option = page.words(f"//select[@name='genre']/option[@value='{kind}']")
    assert option.endswith(f"({len(links(page, kind))})")


def test_one_part_alone_is_shown(mixed: int, signed_in: SignedIn) -> None:
    client = signed_in("diagnostician")
    page = client.page(f"{BASE}/verifier?partie=S3")
    found = [link for kind in KINDS for link in links(page, kind)]
    assert found
    assert all(link.startswith("S3#") for link in found)
    assert links(client.page(f"{BASE}/verifier?partie=inconnue&genre=rien"), "corriger")


def test_the_reviewer_sees_it_too_and_nothing_of_sealed_marks(database: Database, mixed: int, signed_in: SignedIn) -> None:
    put(database, mixed, "S11D", {"diag_D1": "4", "forces_diag": Answer(missing=Missing.UNKNOWN)})
    for name in ("coordinator", "referent"):
        page = signed_in(name).page(f"{BASE}/verifier")
        assert "S3#q-dep_passes_3a" in links(page, "confirmees")
        assert "S11D" not in page.text
    assert "S11D#q-forces_diag" in links(signed_in("diagnostician").page(f"{BASE}/verifier"), "motifs")
    signed_in("other_diagnostician").page(f"{BASE}/verifier", 404)


def test_the_history_of_an_answer(database: Database, world: World, signed_in: SignedIn) -> None:
    """Requirement 2."""
    number = new_dossier(database, world)
    owner = actor_of(world.people["diagnostician"])
    save_section(database, owner, number, "S3", {"sorties_12m": Answer(3)}, base_revision=0)
    save_section(database, owner, number, "S3", {"sorties_12m": Answer(8_675)}, base_revision=1)
    page = signed_in("referent").page(f"{HERE}/reponses/sorties_12m")
    assert [" ".join(cell.text_content().split()) for cell in page.all("//tbody/tr/td[2]")] == [
        "Réponse changée",
        "Première réponse enregistrée",
    ]
    assert "Diagnostician" in page.words("//tbody")
    assert "8675" not in page.text
    client = signed_in("diagnostician")
    assert "Modifiée par Diagnostician" in client.page(f"{BASE}/S3").words("//*[@id='q-sorties_12m']")
    assert "Jamais enregistrée" in client.page(f"{HERE}/reponses/naf").words()
    for name in ("inconnue", "ent_D1"):
        client.page(f"{HERE}/reponses/{name}", 404)
    signed_in("coordinator").page(f"{HERE}/reponses/diag_D1", 404)
    signed_in("other_diagnostician").page(f"{HERE}/reponses/sorties_12m", 404)
    signed_in("analyst").page(f"{HERE}/reponses/sorties_12m", 403)


# ------------------------------------------------------------------------------ paradata


def noted(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    with database.read() as session:
        events = session.scalars(select(ParadataEvent).order_by(ParadataEvent.id))
        return [(event.section, event.kind.value, dict(event.detail)) for event in events]


def press(client: Client, code: str, **changes: Any) -> TestResponse:
    return client.post(f"{BASE}/{code}", data=form_of(client.page(f"{BASE}/{code}"), **{**changes, "action": "save"}))


def test_the_filling_is_noted_in_names_and_codes(database: Database, world: World, signed_in: SignedIn) -> None:
    """Requirement 3."""
    new_dossier(database, world)
    client = signed_in("diagnostician")
    press(client, "S2", eff_total="180", presence="42", alertes="eff_total inconnue")
    page = client.page(f"{BASE}/S2")
    doubt = str(page.all("//*[@id='q-eff_total']//input[contains(@name, '--raison--')]/@name")[0])
    press(client, "S2", **{doubt: "Trois établissements.", "presence": "pas un nombre"})
    found = noted(database)
    assert ("S2", "opened", {}) in found
    assert ("S2", "changed", {"questions": ["eff_total"], "seconds": 42}) in found
    assert ("S2", "shown", {"questions": ["eff_total"]}) in found
    code = doubt.rpartition("--")[2]
    assert ("S2", "overridden", {"question": "eff_total", "check": code}) in found
    assert any(kind == "shown" and ["eff_total", code] in detail.get("checks", []) for _section, kind, detail in found)
    assert "180" not in str(found)
    assert "établissements" not in str(found)
    with database.read() as session:
        names = set(session.scalars(select(ParadataEvent.session)))
    assert len(names) == 1


def test_leaving_a_page_is_noted_for_its_diagnostician_only(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    address = f"{BASE}/S3/presence"
    client = signed_in("diagnostician")
    assert client.post_form(address, {"presence": "12", "alertes": "sorties_12m x"}, page=f"{BASE}/S3").status_code == 204
    assert ("S3", "left", {"seconds": 12}) in noted(database)
    assert client.post(address, data={"presence": "12"}).status_code == 400, "no token"
    before = len(noted(database))
    for name in ("coordinator", "referent"):
        reader = signed_in(name)
        reader.page(f"{BASE}/S3")
        assert reader.post_form(address, {"presence": "12"}, page="/dossiers").status_code == 204
    assert signed_in("other_diagnostician").post_form(address, {"presence": "1"}, page="/dossiers").status_code == 404
    assert client.post_form(f"{BASE}/S11F/presence", {"presence": "1"}, page="/dossiers").status_code == 404
    assert len(noted(database)) == before


@pytest.mark.parametrize("presence", ["-4", "1e9", "99999999999999999999", "", "x" * 5000, "١٢"])
def test_a_strange_time_is_no_time(database: Database, world: World, signed_in: SignedIn, presence: str) -> None:
    new_dossier(database, world)
    response = signed_in("diagnostician").post_form(f"{BASE}/S3/presence", {"presence": presence}, page=f"{BASE}/S3")
    assert response.status_code == 204
    assert [detail["seconds"] for _section, kind, detail in noted(database) if kind == "left"] in ([0], [12])


def test_events_wait_and_are_written_together(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    recorder = Recorder(database, _settings(paradata_seconds=30))
    person = actor_of(world.people["diagnostician"])
    for _each in range(5):
        recorder.add(person, number, "S1", [(ParadataKind.OPENED, {})])
    assert noted(database) == []
    assert recorder.flush() == 5
    assert recorder.flush() == 0
    assert len(noted(database)) == 5


def test_events_that_cannot_be_written_harm_nobody(database: Database, world: World) -> None:
    recorder = Recorder(database, _settings(paradata_seconds=0))
    recorder.add(actor_of(world.people["diagnostician"]), 999, "S1", [(ParadataKind.OPENED, {})])
    assert noted(database) == []


def test_nothing_is_noted_where_it_is_switched_off(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    recorder = Recorder(database, _settings(paradata_days=0, paradata_seconds=0))
    recorder.add(actor_of(world.people["diagnostician"]), number, "S1", [(ParadataKind.OPENED, {})])
    assert noted(database) == []


def test_events_go_when_their_time_is_over(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    recorder = Recorder(database, _settings(paradata_seconds=0))
    person = actor_of(world.people["diagnostician"])
    recorder.add(person, number, "S1", [(ParadataKind.OPENED, {})])
    recorder.add(person, number, "S2", [(ParadataKind.OPENED, {})])
    with database.write() as session:
        session.execute(update(ParadataEvent).where(ParadataEvent.section == "S1").values(at=now() - timedelta(days=31)))
    assert purge(database, _settings(paradata_days=30)) == 1
    assert purge(database, _settings(paradata_days=30)) == 0
    assert [section for section, _kind, _detail in noted(database)] == ["S2"]
    with database.read() as session:
        lines = session.scalars(select(JournalLine.detail).where(JournalLine.verb == "paradata_purged")).all()
    assert lines == [{"events": 1, "days": 30}]


def _settings(**given: Any) -> Settings:
    return load_settings({"secret_key": "x" * 40, **given})


def test_those_who_fill_are_told(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    client = signed_in("diagnostician")
    assert client.page(f"{BASE}/S3").all("//a[@href='/saisie/releve']")
    words = client.page("/saisie/releve").words()
    assert "jamais la réponse" in words
    assert "730 jours" in words
    assert "1 événement est gardé" in words
    signed_in("analyst").page("/saisie/releve", 403)


# ------------------------------------------------------------------------------ quality


def test_the_coordinator_sees_what_stands_out(demo_client: Callable[[str], Client]) -> None:
    """Requirement 4, on the demonstration, which holds a dossier filled in a rush."""
    page = demo_client("coordination").page("/qualite")
    words = page.words()
    assert "Saisie plus rapide que d’habitude" in page.words("//section[@aria-labelledby='dossiers']")
    assert page.all("//section[@aria-labelledby='dossiers']//a[contains(@href, '/verifier')]")
    for accusing in ("fraude", "suspect", "anormal", "triche", "coupable"):
        assert accusing not in words.lower()
    for name in ("referent", "diagnostic", "analyse", "comite", "partenaires", "administration"):
        demo_client(name).page("/qualite", 403)


def test_with_few_dossiers_nothing_is_compared(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S3", {"sorties_12m": 3})
    assert "Trop peu de dossiers" in signed_in("coordinator").page("/qualite").words()


def test_unsealed_marks_are_in_neither_page_nor_export(database: Database, world: World, signed_in: SignedIn) -> None:
    with database.write() as session:
        numbers = [dossier_in(session, world, State.ENTRY, number=each) for each in range(1, 13)]
    for number in numbers:
        write_section(database, number, "S11D", marks("diag", str(number % 5)))
        write_section(database, number, "S11F", marks("ent", str(number % 4)))
        write_section(database, number, "S3", {"sorties_12m": number})
    client = signed_in("coordinator")
    assert "S11" not in client.page("/qualite").text
    assert not any(row["section"].startswith("S11") for row in exported(client)["states.csv"])
    seal(database, numbers[0])
    sections = {(row["dossier"], row["section"]) for row in exported(client)["states.csv"]}
    assert {dossier for dossier, section in sections if section.startswith("S11")} == {"PACA-0001"}


def exported(client: Client) -> dict[str, list[dict[str, str]]]:
    response = client.post_form("/qualite/export", page="/qualite")
    assert response.status_code == 200
    with zipfile.ZipFile(io.BytesIO(response.data)) as files:
        return {name: list(csv.DictReader(io.StringIO(files.read(name).decode("utf-8-sig")))) for name in files.namelist()}


def test_the_export_has_its_codebook_its_journal_line_and_no_name(demo: Flask, demo_client: Callable[[str], Client]) -> None:
    client = demo_client("coordination")
    files = exported(client)
    described = {(row["file"], row["column"]) for row in files["codebook.csv"]}
    for name, rows in files.items():
        if name != "codebook.csv":
            columns = set(rows[0]) if rows else {column for file, column in described if file == name}
            assert {(name, column) for column in columns} == {pair for pair in described if pair[0] == name}
    assert len(files["events.csv"]) > 500
    assert {row["state"] for row in files["states.csv"]} >= {"collected", "prefilled", "forced"}
    assert all(row["reason"] for row in files["reasons.csv"])
    with demo.extensions["database"].read() as session:
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "paradata_exported")).one()
        events = session.scalar(select(func.count()).select_from(ParadataEvent))
    assert line.detail["events"] == events == len(files["events.csv"])
    text = str({name: rows for name, rows in files.items() if name != "reasons.csv"})
    assert "@" not in text
    assert demo.extensions[EXTENSION].records
    for name in ("diagnostic", "analyse", "administration"):
        assert demo_client(name).post_form("/qualite/export", page="/mon-compte").status_code == 403
