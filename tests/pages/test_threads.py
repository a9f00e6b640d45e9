"""Threads as pages.

1. In a section's page a message, or a new thread, saves the section first: nothing typed is lost, even when it is refused.
2. Each place where a thread shows leads to the others; what is unread is said, and marked by hand or by the page.
3. The list over all dossiers holds what a person may reach, unread first.
4. The firm reads and writes in its room, on what it may read, and nowhere else.
5. A refused message comes back with what was typed.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from diagnostics.actions import threads
from diagnostics.actions.dossiers import send_room_link
from diagnostics.actions.room_links import RoomLink
from diagnostics.db import Database
from diagnostics.models import Diagnosis, Message, OutboxMessage, State, Thread, ThreadState
from tests.casework import actor_of, add_thread, messages, seal, update, write_section
from tests.conftest import Client, World
from tests.dossier import BASE, form_of, new_dossier, put, value_of
from tests.html import Page

SignedIn = Callable[[str], Client]
HERE = "/dossiers/PACA-0001"


def page_of(response: TestResponse) -> Page:
    return Page(response.get_data(as_text=True))


def press(client: Client, code: str, action: str, **changes: Any) -> TestResponse:
    return client.post(f"{BASE}/{code}", data=form_of(client.page(f"{BASE}/{code}"), **{**changes, "action": action}))


def said(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Message.text).order_by(Message.id)))


def test_a_new_thread_saves_the_section_first(database: Database, world: World, signed_in: SignedIn) -> None:
    """Requirement 1, without JavaScript: the button of the question saves, then asks for the message on its own page."""
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    sent = press(client, "S3", "ask:sorties_12m", sorties_12m="5")
    assert sent.status_code == 303
    assert value_of(database, number, "S3", "sorties_12m") == 5
    page = client.page(sent.headers["Location"])
    assert "CDI" in page.words("//h1")
    address = f"{HERE}/fils/nouveau"
    empty = client.post_form(
        address, {"question": "sorties_12m", "text": " ", "retour": "partie"}, page=f"{address}?question=sorties_12m"
    )
    assert empty.status_code == 422
    done = client.post_form(
        address, {"question": "sorties_12m", "text": "Avec les CDD ?", "retour": "partie"}, page=f"{address}?question=sorties_12m"
    )
    assert done.headers["Location"] == f"{BASE}/S3#q-sorties_12m"
    assert said(database) == ["Avec les CDD ?"]
    assert "Avec les CDD ?" in client.page(f"{BASE}/S3").words("//*[@id='q-sorties_12m']")
    with database.read() as session:
        told = session.scalars(select(OutboxMessage)).all()
    assert [message.recipient for message in told] == ["coordinator@exemple.fr"]
    assert "/dossiers/PACA-0001/fils#fil-1" in told[0].body
    assert "CDD" not in told[0].body


def test_a_refused_message_loses_neither_the_answers_nor_itself(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    asked = add_thread(database, number, "sorties_12m", "Combien ?", author=world.people["coordinator"])
    client = signed_in("diagnostician")
    refused = press(client, "S3", f"reply:{asked}", **{"sorties_12m": "5", f"fil--{asked}": "z" * 2001})
    assert refused.status_code == 422
    assert value_of(database, number, "S3", "sorties_12m") == 5
    page = page_of(refused)
    assert "z" * 2001 in page.words(f"//textarea[@id='fil--{asked}']")
    assert page.all("//input[@name='sorties_12m']/@value") == ["5"]
    unreadable = press(client, "S3", f"reply:{asked}", **{"sorties_12m": "beaucoup", f"fil--{asked}": "Cinq, je crois"})
    assert unreadable.status_code == 422
    page = page_of(unreadable)
    assert "Cinq, je crois" in page.words(f"//textarea[@id='fil--{asked}']"), "the message waits for the answer to be put right"
    assert said(database) == ["Combien ?"]


def test_a_thread_is_closed_and_opened_again_from_the_section(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    asked = add_thread(database, number, "sorties_12m", "Combien ?", author=world.people["coordinator"])
    client = signed_in("diagnostician")
    assert "1 nouveau" in client.page(f"{BASE}/S3").words("//*[@id='q-sorties_12m']")
    assert press(client, "S3", f"settle:{asked}", **{f"fil--{asked}": "Cinq."}).headers["Location"] == f"{BASE}/S3#fil-{asked}"
    with database.read() as session:
        assert session.get_one(Thread, asked).state is ThreadState.RESOLVED
    assert press(client, "S3", f"reopen:{asked}").status_code == 303
    with database.read() as session:
        assert session.get_one(Thread, asked).state is ThreadState.OPEN
    assert press(client, "S3", "reopen:999").status_code == 404
    assert press(client, "S3", "reply:x").status_code == 404
    assert "nouveau" not in client.page(f"{BASE}/S3").words(f"//*[@id='fil-{asked}']")


def test_a_reader_talks_from_the_page_to_be_read(database: Database, world: World, signed_in: SignedIn) -> None:
    """Requirement 2: the referent reads the section and writes there too."""
    number = new_dossier(database, world)
    put(database, number, "S3", {"sorties_12m": 5})
    asked = add_thread(database, number, "sorties_12m", "Combien ?", author=world.people["diagnostician"])
    client = signed_in("referent")
    page = client.page(f"{BASE}/S3")
    assert page.all(f"//form[@action='{HERE}/fils/{asked}/repondre']")
    assert page.all(f"//a[@href='{HERE}/fils/nouveau?question=entrees_12m&retour=partie']")
    sent = client.post_form(f"{HERE}/fils/{asked}/repondre", {"text": "Tous contrats.", "retour": "partie"}, page=f"{BASE}/S3")
    assert sent.headers["Location"] == f"{BASE}/S3#q-sorties_12m"
    assert said(database) == ["Combien ?", "Tous contrats."]


def test_reading_is_said_by_hand_or_by_the_page(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    asked = add_thread(database, number, "eff_total", "Combien ?", author=world.people["coordinator"])
    client = signed_in("diagnostician")
    assert "1 nouveau" in client.page(f"{HERE}/fils").words()
    assert "Nouveaux messages" in client.page(HERE).words()
    assert client.post_form(f"{HERE}/fils/{asked}/lu", {"beacon": "1"}, page=f"{HERE}/fils").status_code == 204
    assert "nouveau" not in client.page(f"{HERE}/fils").words("//article")
    assert client.post_form(f"{HERE}/fils/{asked}/lu", page=f"{HERE}/fils").status_code == 302


@pytest.mark.parametrize(("text", "status"), [("", 422), ("y" * 2001, 422), ("Combien ?", 409)])
def test_a_refused_answer_comes_back(database: Database, world: World, signed_in: SignedIn, text: str, status: int) -> None:
    """Requirement 5."""
    number = new_dossier(database, world)
    asked = add_thread(database, number, "eff_total", "Combien ?", author=world.people["diagnostician"])
    refused = signed_in("diagnostician").post_form(f"{HERE}/fils/{asked}/repondre", {"text": text}, page=f"{HERE}/fils")
    assert refused.status_code == status
    assert page_of(refused).words(f"//textarea[@id='reponse-{asked}']") == text
    assert page_of(refused).all("//*[@class='error-summary']")


def test_a_thread_is_reached_by_its_dossier_only(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    new_dossier(database, world, reference="PACA-0002", siret="73282932000082")
    asked = add_thread(database, number, "eff_total", "Combien ?", author=world.people["coordinator"])
    client = signed_in("diagnostician")
    assert client.post_form(f"/dossiers/PACA-0002/fils/{asked}/clore", {"text": "x"}, page=HERE).status_code == 404
    assert client.post_form(f"{HERE}/fils/{asked}/manger", {"text": "x"}, page=HERE).status_code == 404
    other = signed_in("other_diagnostician")
    assert other.post_form(f"{HERE}/fils/{asked}/clore", {"text": "x"}, page="/mon-compte").status_code == 404
    other.page(f"{HERE}/fils", 404)
    other.page(f"{HERE}/fils/nouveau?question=eff_total", 404)
    assert "Combien" not in other.page("/fils").text


@pytest.mark.parametrize("question", ["ent_D1", "diag_D1", "cons_D1", "inconnue", ""])
def test_no_page_for_a_thread_on_a_sealed_mark(database: Database, world: World, signed_in: SignedIn, question: str) -> None:
    number = new_dossier(database, world)
    write_section(database, number, "S11D", {"diag_D1": "3"})
    for name in ("diagnostician", "coordinator"):
        client = signed_in(name)
        client.page(f"{HERE}/fils/nouveau?question={question}", 404)
        address = f"{HERE}/fils/nouveau"
        assert client.post_form(address, {"question": question, "text": "Ah ?"}, page=HERE).status_code == 404
    assert not signed_in("diagnostician").page(f"{BASE}/S11D").all("//button[starts-with(@value, 'ask:')]")
    seal(database, number)
    signed_in("coordinator").page(f"{HERE}/fils/nouveau?question=diag_D1")


def test_the_list_over_all_dossiers(database: Database, world: World, signed_in: SignedIn) -> None:
    """Requirement 3."""
    mine = new_dossier(database, world)
    other = new_dossier(database, world, reference="PACA-0002", siret="73282932000082")
    update(database, other, diagnostician_id=world.people["other_diagnostician"].id, structure_id=world.structures[1])
    add_thread(database, mine, "eff_total", "Lu déjà", author=world.people["coordinator"])
    add_thread(database, other, "tresorerie", "Du nouveau", author=world.people["other_diagnostician"], shared=True)
    closed = add_thread(database, mine, "produits", "Réglé", author=world.people["diagnostician"])
    threads.set_resolved(database, actor_of(world.people["coordinator"]), closed, resolved=True)
    client = signed_in("coordinator")
    page = client.page("/fils")
    lines = [" ".join(line.text_content().split()) for line in page.all("//ul[@class='talk-list']/li")]
    assert ["Du nouveau" in lines[0], "Lu déjà" in lines[1], len(lines)] == [True, True, 2]
    assert "1 nouveau" in lines[0]
    assert "Du nouveau" in client.page("/fils?filtre=nouveaux").text
    assert "Lu déjà" not in client.page("/fils?filtre=nouveaux").text
    assert "Lu déjà" not in client.page("/fils?filtre=partages").text
    owner = world.people["diagnostician"].id
    assert "Du nouveau" not in client.page(f"/fils?diagnostiqueur={owner}&page=9999999999").text
    assert "Du nouveau" not in signed_in("diagnostician").page("/fils").text
    assert "Du nouveau" not in signed_in("referent").page("/fils").text
    for name in ("analyst", "committee", "partner", "admin"):
        signed_in(name).page("/fils", 403)


def test_a_line_of_a_roster_is_named(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(
        database,
        number,
        "S2",
        {"mode_saisie": "registre", "registre": [{"id": "ra", "reg_code": "S1"}, {"id": "rb", "reg_code": "S2"}]},
    )
    client = signed_in("diagnostician")
    page = client.page(f"{HERE}/fils/nouveau?question=registre")
    assert page.all("//select[@name='ligne']/option/@value") == ["", "ra", "rb"]
    data = {"question": "registre", "text": "Né en 1900 ?", "ligne": "rb"}
    assert client.post_form(f"{HERE}/fils/nouveau", data, page=f"{HERE}/fils/nouveau?question=registre").status_code == 302
    assert "Ligne 2" in client.page(f"{HERE}/fils").words("//article")
    put(database, number, "S2", {"registre": [{"id": "ra", "reg_code": "S1"}]})
    assert "Ligne retirée depuis" in client.page(f"{HERE}/fils").words("//article")


def test_a_thread_on_a_question_that_is_gone_shows_and_closes(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    asked = add_thread(database, number, "question_d_avant", "Combien ?", author=world.people["coordinator"])
    client = signed_in("diagnostician")
    for address in ("/fils", f"{HERE}/fils"):
        assert "Question retirée depuis" in client.page(address).words()
    client.page(f"{BASE}/verifier")
    sent = client.post_form(f"{HERE}/fils/{asked}/clore", {"text": "Vu.", "retour": "partie"}, page=f"{HERE}/fils")
    assert sent.headers["Location"] == f"{HERE}/fils#fil-{asked}"


# ------------------------------------------------------------------------------ the firm's room


@pytest.fixture
def room(app: Flask, database: Database, world: World) -> Callable[[int], Client]:
    """Gives a browser that has come in by the link of the dossier's firm."""

    def come_in(number: int) -> Client:
        with database.write() as session:
            session.get_one(Diagnosis, number).firm.contact_email = "direction@exemple.fr"
        send_room_link(database, actor_of(world.people["coordinator"]), number, RoomLink("/espace/{secret}", 30))
        found = re.search(r"(/espace/\S+)", messages(database, "direction@exemple.fr")[-1].body)
        assert found is not None
        client = app.test_client()
        assert isinstance(client, Client)
        assert client.post_form(found.group(1)).status_code == 302
        return client

    return come_in


def test_the_firm_writes_about_its_answers(
    database: Database, world: World, signed_in: SignedIn, room: Callable[[int], Client]
) -> None:
    """Requirement 4."""
    number = new_dossier(database, world, state=State.SENT)
    put(database, number, "S2", {"eff_total": 12})
    kept = add_thread(database, number, "eff_total", "Entre nous", author=world.people["diagnostician"])
    shared = add_thread(database, number, "eff_total", "Avec vous", author=world.people["diagnostician"], shared=True)
    client = room(number)
    assert "un nouveau message" in client.page("/espace").words()
    answers = client.page("/espace/reponses")
    assert answers.all("//a[@href='/espace/echanges/nouveau?question=eff_total']")
    page = client.page("/espace/echanges")
    assert "Avec vous" in page.text
    assert "Entre nous" not in page.text
    assert client.post_form(f"/espace/echanges/{kept}/repondre", {"text": "x"}, page="/espace/echanges").status_code == 404
    assert client.post_form(f"/espace/echanges/{shared}/partager", page="/espace/echanges").status_code == 404
    refused = client.post_form(f"/espace/echanges/{shared}/repondre", {"text": "w" * 2001}, page="/espace/echanges")
    assert refused.status_code == 422
    assert "w" * 2001 in page_of(refused).words("//textarea")
    assert client.post_form(f"/espace/echanges/{shared}/repondre", {"text": "Treize."}, page="/espace/echanges").status_code == 302
    form = "/espace/echanges/nouveau?question=tresorerie"
    assert client.post_form("/espace/echanges/nouveau", {"question": "tresorerie", "text": ""}, page=form).status_code == 422
    assert (
        client.post_form("/espace/echanges/nouveau", {"question": "tresorerie", "text": "Au 30 juin."}, page=form).status_code
        == 302
    )
    assert said(database) == ["Entre nous", "Avec vous", "Treize.", "Au 30 juin."]
    assert "Treize." in signed_in("diagnostician").page(f"{HERE}/fils").words()
    assert messages(database, "diagnostician@exemple.fr"), "the diagnostician is told"
    assert client.post_form(f"/espace/echanges/{shared}/lu", {"beacon": "1"}, page="/espace/echanges").status_code == 204
    assert client.post_form(f"/espace/echanges/{shared}/clore", page="/espace/echanges").status_code == 302
    assert client.post_form(f"/espace/echanges/{shared}/rouvrir", page="/espace/echanges").status_code == 302


@pytest.mark.parametrize("state", [State.CONTACTED, State.ENTRY, State.REVIEW, State.RETURNED])
def test_before_the_review_the_firm_talks_of_nothing(
    database: Database, world: World, room: Callable[[int], Client], state: State
) -> None:
    number = new_dossier(database, world, state=state)
    add_thread(database, number, "eff_total", "Avec vous", author=world.people["diagnostician"], shared=True)
    client = room(number)
    assert "Avec vous" not in client.page("/espace/echanges").text
    client.page("/espace/echanges/nouveau?question=eff_total", 404)
    client.page("/espace/echanges/nouveau?question=diag_D1", 404)
