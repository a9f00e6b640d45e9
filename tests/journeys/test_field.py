"""Threads, what remains to be seen, paradata and the quality of the filling, in a real browser."""

import re
import time
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from diagnostics.access import Actor
from diagnostics.actions import dossiers
from diagnostics.actions.room_links import RoomLink
from diagnostics.db import Database
from diagnostics.models import Diagnosis, OutboxMessage, ParadataEvent, Role, State, Thread, ThreadRead, User
from tests.casework import add_thread
from tests.journeys.conftest import check_accessible, check_fits

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]


def own(demo: Flask, state: State) -> Diagnosis:
    """The demonstration's own diagnostician's dossier in a state."""
    with demo.extensions["database"].read() as session:
        owner = session.scalar(select(User.id).where(User.email == "diagnostic@demo.invalid"))
        found: Diagnosis | None = session.scalars(
            select(Diagnosis).where(Diagnosis.state == state, Diagnosis.diagnostician_id == owner).order_by(Diagnosis.id)
        ).first()
    assert found is not None
    return found


def somebody(demo: Flask, email: str) -> User:
    with demo.extensions["database"].read() as session:
        found: User = session.scalars(select(User).where(User.email == f"{email}@demo.invalid")).one()
        return found


@pytest.mark.parametrize("width", [1280, 320])
def test_the_new_pages_are_accessible_and_fit(demo: Flask, visit: Visit, width: int) -> None:
    returned, review = own(demo, State.RETURNED).reference, own(demo, State.REVIEW).reference
    places = {
        "diagnostic": (
            "/fils",
            "/saisie/releve",
            f"/dossiers/{returned}/fils",
            f"/dossiers/{returned}/fils/nouveau?question=registre",
            f"/dossiers/{returned}/questionnaire/verifier",
            f"/dossiers/{returned}/questionnaire/S10",
            f"/dossiers/{returned}/reponses/tresorerie",
        ),
        "coordination": ("/fils", "/qualite", f"/relecture/{review}", f"/dossiers/{returned}/questionnaire/S10"),
    }
    for account, addresses in places.items():
        page = visit(account, width=width)
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            check_fits(page)
            check_accessible(page)


def test_a_conversation_from_the_question_to_its_end(demo: Flask, visit: Visit) -> None:
    database: Database = demo.extensions["database"]
    reference = own(demo, State.ENTRY).reference
    page = visit("diagnostic")
    page.goto(f"/dossiers/{reference}/questionnaire/S3")
    question = page.locator("#q-sorties_12m")
    question.locator("input[name=sorties_12m]").fill("6")
    question.get_by_role("button", name="Commenter").click()
    page.get_by_label("Votre message").fill("Faut-il compter les CDD ?")
    page.get_by_role("button", name="Ouvrir le fil").click()
    expect(page.locator("#q-sorties_12m .talk")).to_contain_text("Faut-il compter les CDD ?")
    expect(page.locator("input[name=sorties_12m]")).to_have_value("6")
    coordinator = visit("coordination")
    coordinator.goto("/fils?filtre=nouveaux")
    coordinator.locator(".talk-list a").first.click()
    with database.read() as session:
        number = session.scalars(select(Thread.id).order_by(Thread.id.desc())).first()
    thread = coordinator.locator(f"#fil-{number}")
    # A thread in sight becomes read by itself.
    expect(thread.get_by_role("button", name="Marquer comme lu")).to_have_count(0, timeout=10_000)
    thread.locator("textarea").fill("Non, les CDI seulement.")
    thread.get_by_role("button", name="Envoyer").click()
    expect(coordinator.locator(f"#fil-{number}")).to_contain_text("Non, les CDI seulement.")
    with database.read() as session:
        assert session.get(ThreadRead, (number, somebody(demo, "coordination").id)) is not None
    page.goto(f"/dossiers/{reference}/questionnaire/S3")
    page.locator("input[name=entrees_12m]").fill("7")
    page.locator(f"#fil--{number}").fill("Corrigé, merci.")
    page.get_by_role("button", name="Enregistrer et clore le fil").click()
    expect(page.locator(f"#fil-{number} summary")).to_contain_text("clos")
    expect(page.locator("input[name=entrees_12m]")).to_have_value("7")


def test_the_page_says_how_long_it_was_worked_on(demo: Flask, visit: Visit) -> None:
    database: Database = demo.extensions["database"]
    dossier = own(demo, State.ENTRY)
    page = visit("diagnostic")
    page.goto(f"/dossiers/{dossier.reference}/questionnaire/S3")
    page.locator("input[name=sorties_12m]").fill("6")
    page.wait_for_timeout(2_500)
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile("fait="))
    page.locator("input[name=entrees_12m]").click()
    page.wait_for_timeout(2_500)
    page.goto("/dossiers")
    deadline = time.monotonic() + 10
    said: dict[str, list[int]] = {}
    while time.monotonic() < deadline and "left" not in said:
        page.wait_for_timeout(200)
        with database.read() as session:
            events = session.scalars(
                select(ParadataEvent)
                .where(ParadataEvent.diagnosis_id == dossier.id, ParadataEvent.section == "S3")
                .order_by(ParadataEvent.id)
            ).all()
        said = {}
        for event in events[-6:]:
            if event.detail.get("seconds"):
                said.setdefault(event.kind.value, []).append(event.detail["seconds"])
    assert 2 <= said["changed"][-1] <= 20
    assert 2 <= said["left"][-1] <= 20


def test_the_firm_answers_in_its_room(demo: Flask, visit: Visit) -> None:
    database: Database = demo.extensions["database"]
    dossier = own(demo, State.SENT)
    number = add_thread(database, dossier.id, "eff_total", "Douze ou treize ?", author=somebody(demo, "diagnostic"), shared=True)
    person = somebody(demo, "coordination")
    dossiers.send_room_link(
        database, Actor(Role.COORDINATOR, person.name, user_id=person.id), dossier.id, RoomLink("/espace/{secret}", 30)
    )
    with database.read() as session:
        body = session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id.desc())).first()
    link = re.search(r"(/espace/\S+)", body or "")
    assert link is not None
    for width in (1280, 320):
        page = visit(None, width=width)
        page.goto(link.group(1))
        page.locator("main button[type=submit]").click()
        page.get_by_role("link", name="Lire vos échanges").click()
        expect(page.locator(f"#fil-{number}")).to_contain_text("Douze ou treize ?")
        check_accessible(page)
        check_fits(page)
        page.goto("/espace/reponses")
        check_fits(page)
        page.locator("#q-tresorerie").get_by_role("link", name="Écrire à mon diagnostiqueur").click()
        check_accessible(page)
        check_fits(page)
    page.get_by_label("Votre message").fill("Au 30 juin, pas au 31 décembre.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".talk").last).to_contain_text("Au 30 juin")
