"""A firm's room, as pages.

1. Opening the link changes nothing; the button opens a session; the address after it holds no secret; nothing is referred on.
2. The firm reaches its own dossier and nothing else; a session for the marks reaches the marks.
3. What is not given back yet is not on the page: the other voice, the computed score, the report.
4. The verdict goes through the code; what was typed comes back when something is refused.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from diagnostics.actions import dossiers, room
from diagnostics.actions.answers import DIMENSIONS
from diagnostics.actions.room_links import RoomLink
from diagnostics.db import Database
from diagnostics.lifecycle import EXITS
from diagnostics.models import Report, ReportKind, SignInSession, State, Token, now
from tests.casework import actor_of, add_dossier, conclude, messages, read, seal, update, write_section
from tests.conftest import Client, World
from tests.html import Page

SignedIn = Callable[[str], Client]
OPEN_STATES = sorted(set(State) - EXITS - {State.DRAWN, State.ASSIGNED})


def page_of(response: object) -> Page:
    return Page(response.get_data(as_text=True))  # type: ignore[attr-defined]


def link_of(database: Database, world: World, diagnosis_id: int, number: int = 1) -> str:
    """A fresh link's path, as the firm finds it in its message."""
    dossiers.send_room_link(database, actor_of(world.people["coordinator"]), diagnosis_id, RoomLink("/espace/{secret}", 30))
    found = re.search(r"(/espace/\S+)", messages(database, f"direction{number}@exemple.fr")[-1].body)
    assert found is not None
    return found.group(1)


@pytest.fixture
def enter(app: Flask, database: Database, world: World) -> Callable[[int], Client]:
    """Gives a browser that has come in by a dossier's link."""

    def come_in(diagnosis_id: int, number: int = 1) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        response = client.post_form(link_of(database, world, diagnosis_id, number))
        assert response.status_code == 302
        assert response.headers["Location"] == "/espace"
        return client

    return come_in


def sessions(database: Database, diagnosis_id: int) -> int:
    with database.read() as session:
        return len(session.scalars(select(SignInSession.id).where(SignInSession.diagnosis_id == diagnosis_id)).all())


# ------------------------------------------------------------------------- the door


def test_only_the_button_opens_the_door(database: Database, world: World, client: Client) -> None:
    """Requirement 1: a mail scanner that opens the link, even twice, uses nothing up."""
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    link = link_of(database, world, diagnosis_id)
    for _time in range(2):
        response = client.get(link)
        assert response.status_code == 200
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Association d’essai" not in response.get_data(as_text=True)
    assert sessions(database, diagnosis_id) == 0
    assert client.get("/espace").status_code == 401
    assert client.post_form(link).headers["Location"] == "/espace"
    assert sessions(database, diagnosis_id) == 1
    response = client.get("/espace")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert link.rpartition("/")[2] not in response.get_data(as_text=True)


@pytest.mark.parametrize("over", [{"expires_at": now() - timedelta(days=1)}, {"revoked_at": now()}])
def test_a_link_that_is_over_says_what_to_do(database: Database, world: World, client: Client, over: dict[str, object]) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    link = link_of(database, world, diagnosis_id)
    with database.write() as session:
        for name, value in over.items():
            setattr(session.scalars(select(Token)).one(), name, value)
    page = client.page(link, 410)
    assert "demandez un autre lien" in page.words()
    assert client.post_form(link).status_code == 410
    client.page("/espace/nimporte-quoi", 410)


def test_a_post_without_token_is_refused(database: Database, world: World, client: Client) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    assert client.post(link_of(database, world, diagnosis_id)).status_code == 400
    assert sessions(database, diagnosis_id) == 0


def test_a_signed_in_person_is_warned_then_signed_out(database: Database, world: World, signed_in: SignedIn) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    client = signed_in("diagnostician")
    link = link_of(database, world, diagnosis_id)
    assert "sa session se fermera" in client.page(link).words()
    client.post_form(link)
    client.page("/espace")
    client.page("/dossiers", 403)


def test_a_session_ends_and_says_so(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    client = enter(diagnosis_id)
    with database.write() as session:
        session.scalars(select(SignInSession)).one().expires_at = now()
    page = client.page("/espace", 401)
    assert "Rouvrez le lien reçu par courriel" in page.words()


def test_leaving_closes_the_session(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    client = enter(add_dossier(database, world, State.CONTACTED))
    response = client.post_form("/espace/quitter", page="/espace")
    assert response.headers["Location"] == "/espace/merci"
    assert "Votre session est fermée" in client.page("/espace/merci").words()
    client.page("/espace", 401)


# -------------------------------------------------------------------------- the room


@pytest.mark.parametrize("state", OPEN_STATES)
def test_the_room_says_where_the_diagnosis_stands(
    database: Database, world: World, enter: Callable[[int], Client], state: State
) -> None:
    diagnosis_id = add_dossier(database, world, state)
    if state not in {State.CONTACTED, State.APPOINTMENT, State.VISITED, State.ENTRY, State.RETURNED}:
        conclude(database, diagnosis_id)
    client = enter(diagnosis_id)
    page = client.page("/espace")
    assert "Association d’essai n° 1" in page.words()
    writable = state in {State.CONTACTED, State.APPOINTMENT, State.VISITED, State.ENTRY, State.RETURNED}
    assert bool(page.all("//a[@href='/espace/notes']")) is writable
    assert bool(page.all("//a[@href='/espace/validation']")) is (state is State.RESTITUTION)
    given_back = bool(page.all("//a[@href='/espace/restitution']"))
    assert given_back is (
        state not in {State.CONTACTED, State.APPOINTMENT, State.VISITED, State.ENTRY, State.RETURNED, State.REVIEW, State.SENT}
    )
    client.page("/espace/restitution", 200 if given_back else 404)
    client.page("/espace/reponses")
    client.page("/espace/notes")


def test_a_firm_reaches_its_own_dossier_and_nothing_else(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    """Requirement 2."""
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    add_dossier(database, world, State.RESTITUTION, number=2)
    client = enter(diagnosis_id)
    for path in (
        "/dossiers",
        "/dossiers/PACA-0001",
        "/dossiers/PACA-0002",
        "/relecture",
        "/relecture/PACA-0002",
        "/panel/",
        "/rapports",
        "/mon-compte",
        "/syntheses",
    ):
        assert client.get(path).status_code in {403, 404}, path
    for reference in ("PACA-0001", "PACA-0002"):
        assert client.get(f"/dossiers/{reference}/questionnaire/S2").status_code == 403
    assert "essai n° 2" not in client.page("/espace").text


def add_report(database: Database, diagnosis_id: int, kind: ReportKind) -> int:
    with database.write() as session:
        report = Report(
            diagnosis_id=diagnosis_id, kind=kind, locale="fr", portrait={}, portrait_digest="a" * 64, pdf_digest="c" * 64, pages=8
        )
        session.add(report)
        session.flush()
        return report.id


def test_the_report_is_linked_once_the_review_accepted_it(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    """Requirement 3."""
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    add_report(database, diagnosis_id, ReportKind.DRAFT)
    client = enter(diagnosis_id)
    assert not client.page("/espace").all("//a[contains(@href, '.pdf')]")
    update(database, diagnosis_id, state=State.SENT)
    assert "Projet de rapport" in client.page("/espace").words("//a[contains(@href, '.pdf')]")
    final = add_report(database, diagnosis_id, ReportKind.FINAL)
    update(database, diagnosis_id, state=State.VALIDATED)
    links = client.page("/espace").all("//a[contains(@href, '.pdf')]/@href")
    assert links == [f"/rapports/{final}.pdf"]


def test_answers_of_the_visit_wait_for_the_review(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    write_section(database, diagnosis_id, "S2", {"eff_total": 4321})
    client = enter(diagnosis_id)
    assert "4 321" not in client.page("/espace/reponses").words()
    update(database, diagnosis_id, state=State.SENT)
    assert "4 321" in client.page("/espace/reponses").words()


def test_the_other_voice_is_nowhere_before_both_are_sealed(
    database: Database, world: World, enter: Callable[[int], Client]
) -> None:
    """Requirement 3."""
    diagnosis_id = add_dossier(database, world, State.SENT)
    write_section(database, diagnosis_id, "S11D", {"diag_D1": "4", "forces_diag": "Mots du diagnostiqueur"})
    client = enter(diagnosis_id)
    update(database, diagnosis_id, marks_diagnostician_at=now())
    for path in ("/espace", "/espace/notes", "/espace/reponses"):
        assert "Mots du diagnostiqueur" not in client.page(path).text
    client.page("/espace/restitution", 404)


def test_the_restitution_shows_the_readings_side_by_side(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    conclude(database, diagnosis_id)
    page = enter(diagnosis_id).page("/espace/restitution")
    first = " ".join(page.all("//tbody/tr")[0].text_content().split())
    assert "1 – " in first
    assert "3 – " in first
    assert "2 – " in first
    assert "Deux départs que nous n’avions pas vus venir." in first
    assert "Écrire le tuilage des postes clés" in page.words()
    assert "30 juin 2027" in page.words()
    assert "Déjà fait l’an dernier" in page.words("//details")
    assert "Directrice" in page.words()


# ------------------------------------------------------------------------- the marks


def marks_form(page: Page) -> dict[str, str]:
    hidden = {
        str(field.get("name")): str(field.get("value") or "") for field in page.all("//main//input[@type='hidden' and @name!='q']")
    }
    return hidden | {f"ent_{code}": "2" for code in DIMENSIONS}


def test_a_handed_over_device_gives_its_marks_back_closed(database: Database, world: World, signed_in: SignedIn) -> None:
    """Requirement 2, from the hand-over to the device's return."""
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    client = signed_in("diagnostician")
    client.post_form("/dossiers/PACA-0001/passer-la-main")
    page = client.page("/espace/notes")
    asked = [str(value) for value in page.all("//main//input[@name='q']/@value")]
    response = client.post("/espace/notes", data={**marks_form(page), "q": asked, "action": "save"})
    assert response.status_code == 303
    for path in ("/espace", "/espace/restitution", "/espace/reponses", "/espace/validation"):
        assert client.get(path).headers["Location"] == "/espace/notes"
    sealed = client.post_form("/espace/notes/sceller")
    assert sealed.headers["Location"] == "/espace/merci"
    assert read(database, diagnosis_id).marks_firm_at is not None
    client.page("/espace/notes", 401)
    assert "rendre l’appareil" in client.page("/espace/merci").words()
    with database.read() as session:
        assert all(opened.revoked_at is not None for opened in session.scalars(select(SignInSession)))


def test_a_handed_over_link_opens_the_marks_once(database: Database, world: World, app: Flask, client: Client) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    secret = room.hand_over_link(database, actor_of(world.people["diagnostician"]), diagnosis_id)
    assert "Il sert une fois" in client.page(f"/espace/{secret}").words()
    client.post_form(f"/espace/{secret}")
    client.page("/espace/notes")
    other = app.test_client()
    assert isinstance(other, Client)
    other.page(f"/espace/{secret}", 410)


def test_the_firm_gives_its_marks_from_its_own_room(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    client = enter(diagnosis_id)
    page = client.page("/espace/notes")
    asked = [str(value) for value in page.all("//main//input[@name='q']/@value")]
    client.post("/espace/notes", data={**marks_form(page), "q": asked, "action": "save"})
    client.post_form("/espace/notes/sceller")
    assert read(database, diagnosis_id).marks_firm_at is not None
    assert "scellées" in client.page("/espace").words()


# --------------------------------------------------------------------- the validation


@pytest.fixture
def concluded(database: Database, world: World) -> int:
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    conclude(database, diagnosis_id)
    return diagnosis_id


SAID = {"verdict": "validate_remarks", "signatory": "Présidente", "remarks": "Le plan est ambitieux."}
HERE = "/espace/validation"


def test_a_verdict_is_confirmed_by_the_code(database: Database, concluded: int, enter: Callable[[int], Client]) -> None:
    """Requirement 4."""
    client = enter(concluded)
    assert "d…@exemple.fr" in client.page(HERE).words()
    page = page_of(client.post_form(HERE, {**SAID, "geste": "code"}))
    assert "Le plan est ambitieux." in page.words()
    code = messages(database, "direction1@exemple.fr")[-1].subject[:6]
    assert code not in page.text
    wrong = client.post_form(HERE, {**SAID, "geste": "confirmer", "code": "abc"})
    assert wrong.status_code == 422
    assert page_of(wrong).all("//input[@name='remarks' and @value='Le plan est ambitieux.']")
    back = page_of(client.post_form(HERE, {**SAID, "geste": "modifier"}))
    assert back.words("//textarea[@name='remarks']") == "Le plan est ambitieux."
    assert back.all("//input[@value='validate_remarks' and @checked]")
    response = client.post_form(HERE, {**SAID, "geste": "confirmer", "code": code}, follow_redirects=True)
    assert "Vos observations sont reproduites" in page_of(response).words()
    kept = read(database, concluded)
    assert kept.state is State.VALIDATED_REMARKS
    assert kept.validation["valid_observations"] == "Le plan est ambitieux."
    again = client.post_form(HERE, {**SAID, "geste": "confirmer", "code": code}, page="/espace", follow_redirects=True)
    assert "Ce dossier a changé d’état entre-temps" in page_of(again).words()


@pytest.mark.parametrize(
    ("change", "why"),
    [({"verdict": ""}, "Choisissez"), ({"verdict": "close"}, "Choisissez"), ({"signatory": ""}, "Indiquez votre qualité"), ({"remarks": " "}, "Écrivez vos observations"),
     ({"remarks": "x" * 1001}, "1000 caractères"), ({"signatory": "x" * 121}, "120 caractères")],
)  # fmt: skip
def test_an_incomplete_verdict_comes_back(concluded: int, enter: Callable[[int], Client], change: dict[str, str], why: str) -> None:
    refused = enter(concluded).post_form(HERE, {**SAID, **change, "geste": "code"})
    assert refused.status_code == 422
    page = page_of(refused)
    assert why in page.words("//*[@class='error-summary']")
    if "signatory" not in change:
        assert page.all("//input[@name='signatory' and @value='Présidente']")


def test_an_unfinished_restitution_is_explained(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    seal(database, diagnosis_id)
    client = enter(diagnosis_id)
    page = client.page(HERE)
    assert "La restitution n’est pas terminée" in page.words()
    assert client.post_form(HERE, {**SAID, "geste": "code"}).status_code == 422


def test_without_an_address_the_firm_is_told_whom_to_ask(
    database: Database, concluded: int, enter: Callable[[int], Client], world: World
) -> None:
    client = enter(concluded)
    with database.write() as session:
        session.get_one(type(read(database, concluded).firm), read(database, concluded).firm_id).contact_email = ""
    assert "Demandez à votre diagnostiqueur" in client.page(HERE).words()
    assert client.post_form(HERE, {**SAID, "geste": "code"}).status_code == 422


@pytest.mark.parametrize("state", [State.SENT, State.VALIDATED, State.CLOSED])
def test_nothing_is_validated_at_other_times(
    database: Database, world: World, enter: Callable[[int], Client], state: State
) -> None:
    client = enter(add_dossier(database, world, state))
    assert client.get(HERE).headers["Location"] == "/espace"


def test_a_room_closes_with_its_dossier(database: Database, world: World, enter: Callable[[int], Client]) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    client = enter(diagnosis_id)
    dossiers.move(database, actor_of(world.people["coordinator"]), diagnosis_id, "refuse", reason="Pas le temps")
    client.page("/espace", 401)


def test_the_room_speaks_english(concluded: int, enter: Callable[[int], Client]) -> None:
    client = enter(concluded)
    client.post_form("/langue", {"locale": "en"}, page="/espace")
    page = client.page("/espace/restitution")
    assert page.tree.get("lang") == "en"
