"""The list of dossiers and a dossier's page, as each person gets them. Every page that the client reads is linted.

1. Each person finds their own dossiers and no other; who has no dossiers has no page.
2. Filters stay in the address; nonsense in the address is left out.
3. The page of every state shows what comes next, and offers a person the moves of the table and no other.
4. What was typed comes back with the reason when it is refused.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from diagnostics.actions import dossiers, threads
from diagnostics.db import Database
from diagnostics.lifecycle import LABELS, MOVES, moves_from
from diagnostics.models import Role, Selection, State, now
from diagnostics.pages.dossiers import BY_FORM
from tests.casework import actor_of, add_attempts, add_dossier, add_firm, dossier_in, messages, read, seal, update, write_section
from tests.conftest import Client, World
from tests.html import Page

SignedIn = Callable[[str], Client]
HERE = "/dossiers/PACA-0001"


def page_of(response: object) -> Page:
    return Page(response.get_data(as_text=True))  # type: ignore[attr-defined]


# --------------------------------------------------------------------------- the list


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("coordinator", {"PACA-0001", "PACA-0002", "PACA-0003"}),
        ("referent", {"PACA-0001"}),
        ("diagnostician", {"PACA-0001"}),
        ("other_diagnostician", {"PACA-0002"}),
    ],
)
def test_each_person_finds_their_own_dossiers(
    database: Database, world: World, signed_in: SignedIn, name: str, seen: set[str]
) -> None:
    """Requirement 1."""
    with database.write() as session:
        dossier_in(session, world, State.ENTRY, number=1)
        dossier_in(session, world, State.REVIEW, number=2, owner="other_diagnostician")
        dossier_in(session, world, State.DRAWN, number=3)
    client = signed_in(name)
    assert set(re.findall(r"PACA-\d{4}", client.page("/dossiers").words())) == seen
    for reference in ("PACA-0001", "PACA-0002", "PACA-0003", "PACA-9999"):
        client.page(f"/dossiers/{reference}", 200 if reference in seen else 404)


@pytest.mark.parametrize("name", ["analyst", "committee", "partner", "admin"])
def test_others_have_no_dossiers_at_all(database: Database, world: World, signed_in: SignedIn, name: str) -> None:
    add_dossier(database, world, State.ENTRY)
    client = signed_in(name)
    client.page("/dossiers", 403)
    client.page(HERE, 403)
    client.page(f"{HERE}/fils", 403)


@pytest.mark.parametrize("name", ["coordinator", "referent", "diagnostician"])
def test_an_empty_list_says_what_comes_next(world: World, signed_in: SignedIn, name: str) -> None:
    assert "Aucun dossier pour l’instant" in signed_in(name).page("/dossiers").words()


def test_filters_narrow_the_list_and_stay_in_the_address(database: Database, world: World, signed_in: SignedIn) -> None:
    """Requirement 2."""
    with database.write() as session:
        for number in range(1, 31):
            dossier_in(session, world, State.ENTRY, number=number, firm={"sector": "sport" if number % 2 else "culture"})
        dossier_in(session, world, State.ASSIGNED, number=40, state_since=now() - timedelta(days=90))
    client = signed_in("coordinator")
    page = client.page("/dossiers?groupe=a-saisir&secteur=sport&ordre=reference")
    assert page.words("//tbody").count("PACA-") == 15
    assert page.all("//select[@id='secteur']/option[@value='sport' and @selected]")
    assert page.all("//a[contains(@href, 'secteur=sport') and contains(@href, 'groupe=a-rencontrer')]") == []
    following = client.page("/dossiers?ordre=reference").all("//a[@rel='next']/@href")
    assert following == ["/dossiers?ordre=reference&page=2"]
    assert "PACA-0040" in client.page(str(following[0])).words("//tbody")
    late = client.page("/dossiers?retard=1")
    assert late.words("//tbody").count("PACA-") == 1
    assert "de retard" in late.words("//tbody")
    assert "Aucun dossier ne correspond" in client.page("/dossiers?recherche=introuvable").words()


@pytest.mark.parametrize(
    "nonsense",
    ["page=abc", "page=-1", "page=999999999999", "etat=zzz&groupe=zzz&ordre=zzz", "structure=1%20OR%201", "diagnostiqueur=99999999999999999999",
     "_scheme=javascript&_external=1&recherche=x", "secteur=" + "x" * 500, "recherche=%00%27%22%3Cscript%3E", "retard=peut-etre"],
)  # fmt: skip
def test_nonsense_in_the_address_is_left_out(database: Database, world: World, signed_in: SignedIn, nonsense: str) -> None:
    add_dossier(database, world, State.ENTRY)
    assert "javascript:" not in signed_in("coordinator").page(f"/dossiers?{nonsense}").text


# ---------------------------------------------------------------------- the page


@pytest.mark.parametrize("state", list(State))
def test_the_page_of_every_state_offers_the_moves_of_the_table(
    database: Database, world: World, signed_in: SignedIn, state: State
) -> None:
    """Requirement 3."""
    add_dossier(database, world, state, appointment_at=now(), visited_on=now().date())
    for name, role in (("coordinator", Role.COORDINATOR), ("diagnostician", Role.DIAGNOSTICIAN), ("referent", Role.REFERENT)):
        if state is State.DRAWN and name != "coordinator":
            continue
        page = signed_in(name).page(HERE)
        assert str(LABELS[state]) in page.words()
        assert "Prochaine étape" in page.words()
        offered = set(re.findall(rf"{HERE}/etape/(\w+)", page.text)) | {
            move for move in MOVES if str(MOVES[move].label) in page.words("//*[@class='blocked']")
        }
        table = {move.name for move in moves_from(state, role)} - BY_FORM - {"accept", "return"}
        assert offered == table, f"{name}, {state}"


def test_the_first_page_of_a_dossier_says_what_blocks(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.ENTRY)
    page = signed_in("diagnostician").page(HERE)
    assert "Envoyer en relecture – pas encore possible." in page.words()
    assert not page.all("//form[contains(@action, '/etape/submit')]")


def test_a_referent_reads_and_changes_nothing(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.ENTRY, visit_notes="Confidence de travail")
    client = signed_in("referent")
    page = client.page(HERE)
    assert page.all(f"//main//form[contains(@action, '{HERE}')]") == []
    assert "Confidence de travail" not in page.text
    for path in ("contacts", "rendez-vous", "visite", "notes", "espace", "espace/retirer", "projet-de-rapport", "etape/refuse"):
        assert client.post_form(f"{HERE}/{path}", page="/mon-compte").status_code == 403


def test_a_stranger_cannot_act_on_a_dossier(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.ENTRY)
    client = signed_in("other_diagnostician")
    for path in (
        "contacts",
        "rendez-vous",
        "visite",
        "notes",
        "espace",
        "espace/retirer",
        "projet-de-rapport",
        "etape/refuse",
        "passer-la-main",
        "passer-la-main/lien",
    ):
        assert client.post_form(f"{HERE}/{path}", {"reason": "x", "state": "entry"}, page="/mon-compte").status_code == 404
    assert read(database, 1).state is State.ENTRY


def test_marks_are_linked_only_once_they_may_be_read(database: Database, world: World, signed_in: SignedIn) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    client = signed_in("coordinator")
    assert client.page(HERE).all("//a[contains(@href, '/questionnaire/S11')]") == []
    seal(database, diagnosis_id)
    assert len(client.page(HERE).all("//a[contains(@href, '/questionnaire/S11')]")) >= 2


# -------------------------------------------------------------- contacts, dates, notes


def test_an_attempt_is_noted_and_shown(database: Database, world: World, signed_in: SignedIn) -> None:
    diagnosis_id = add_dossier(database, world)
    client = signed_in("diagnostician")
    sent = {
        "attempt_day": "02/03/2026",
        "attempt_hour": "14h30",
        "medium": "phone",
        "outcome": "call_back",
        "note": "Rappeler lundi",
    }
    assert client.post_form(f"{HERE}/contacts", sent, page=HERE).status_code == 302
    assert read(database, diagnosis_id).state is State.CONTACTED
    page = client.page(HERE)
    assert "Rappeler lundi" in page.words()
    assert "2 mars 2026, 14:30" in page.words()
    assert client.post_form(f"{HERE}/contacts", sent, page=HERE).status_code == 409


@pytest.mark.parametrize(
    ("sent", "why"),
    [({"attempt_day": "31/02/2026", "attempt_hour": "14:30"}, "Cette date n’est pas lisible"), ({"attempt_day": "", "attempt_hour": ""}, "Indiquez le jour"),
     ({"attempt_day": "2026-03-02", "attempt_hour": "midi"}, "Cette heure n’est pas lisible"), ({"attempt_day": "2099-03-02", "attempt_hour": "10:00"}, "avenir"),
     ({"attempt_day": "2026-03-02", "attempt_hour": "10:00", "medium": "pigeon"}, "réponse de la liste"), ({"attempt_day": "1998-03-02", "attempt_hour": "10:00"}, "campagne")],
)  # fmt: skip
def test_a_refused_attempt_keeps_what_was_typed(
    database: Database, world: World, signed_in: SignedIn, sent: dict[str, str], why: str
) -> None:
    """Requirement 4."""
    add_dossier(database, world)
    client = signed_in("diagnostician")
    typed = {"medium": "letter", "outcome": "no_answer", "note": "Boîte pleine", **sent}
    response = client.post_form(f"{HERE}/contacts", typed, page=HERE)
    assert response.status_code == 422
    page = page_of(response)
    assert re.search(why, page.words())
    assert page.all("//input[@name='note' and @value='Boîte pleine']")
    assert page.all(f"//input[@name='attempt_day' and @value='{sent['attempt_day']}']")


def test_an_appointment_then_a_visit_move_the_dossier(database: Database, world: World, signed_in: SignedIn) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    client = signed_in("diagnostician")
    day = (now() + timedelta(days=3)).date()
    assert (
        client.post_form(
            f"{HERE}/rendez-vous", {"appointment_day": day.isoformat(), "appointment_hour": "09:00"}, page=HERE
        ).status_code
        == 302
    )
    assert read(database, diagnosis_id).state is State.APPOINTMENT
    refused = client.post_form(f"{HERE}/visite", {"visited_on": day.isoformat()}, page=HERE)
    assert refused.status_code == 422
    assert page_of(refused).all(f"//input[@name='visited_on' and @value='{day.isoformat()}']")
    assert client.post_form(f"{HERE}/visite", {"visited_on": "2026-03-02"}, page=HERE).status_code == 302
    assert read(database, diagnosis_id).state is State.VISITED
    assert (
        client.post_form(
            f"{HERE}/rendez-vous", {"appointment_day": day.isoformat(), "appointment_hour": "09:00"}, page=HERE
        ).status_code
        == 409
    )


def test_notes_from_two_windows_are_both_shown(database: Database, world: World, signed_in: SignedIn) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    client = signed_in("diagnostician")
    seen = str(client.page(HERE).all("//input[@name='seen']/@value")[0])
    client.post_form(f"{HERE}/notes", {"notes": "Première fenêtre", "seen": seen}, page=HERE)
    refused = client.post_form(f"{HERE}/notes", {"notes": "Seconde fenêtre", "seen": seen}, page=HERE)
    assert refused.status_code == 409
    page = page_of(refused)
    assert "Première fenêtre" in page.words("//*[contains(@class, 'notice')]")
    assert "Seconde fenêtre" in page.words("//textarea")
    again = {"notes": "Première et seconde", "seen": str(page.all("//input[@name='seen']/@value")[0])}
    assert client.post_form(f"{HERE}/notes", again, page=HERE).status_code == 302
    assert read(database, diagnosis_id).visit_notes == "Première et seconde"


def test_a_wrong_address_is_refused_and_kept(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.CONTACTED)
    client = signed_in("diagnostician")
    refused = client.post_form(
        f"{HERE}/contact", {"contact_name": "Mme Aubert", "contact_email": "aubert(at)exemple", "contact_phone": ""}
    )
    assert refused.status_code == 422
    assert page_of(refused).all("//input[@value='aubert(at)exemple']")
    assert page_of(refused).all("//input[@value='Mme Aubert']")
    assert (
        client.post_form(f"{HERE}/contact", {"contact_name": "Mme Aubert", "contact_email": "", "contact_phone": ""}).status_code
        == 302
    )
    assert "Mme Aubert" in client.page(HERE).words()


# ------------------------------------------------------------------------------- moves


def test_an_exit_says_what_it_means_and_who_replaces(database: Database, world: World, signed_in: SignedIn) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    with database.write() as session:
        add_firm(session, world, 9, selection=Selection.RESERVE)
    client = signed_in("coordinator")
    address = f"{HERE}/etape/out_of_scope"
    assert "La réserve suivante de la même strate" in client.page(address).words()
    refused = client.post_form(address, {"reason": "", "state": "contacted"})
    assert refused.status_code == 422
    assert "Indiquez le motif" in page_of(refused).words()
    response = client.post_form(address, {"reason": "Deux salariés seulement", "state": "contacted"}, follow_redirects=True)
    assert "La réserve suivante de sa strate le remplace : PACA-0002." in page_of(response).words()
    assert "Deux salariés seulement" in page_of(response).words()
    assert read(database, diagnosis_id).state is State.OUT_OF_SCOPE
    assert "Remplace le dossier PACA-0001" in client.page("/dossiers/PACA-0002").words()
    assert signed_in("diagnostician").page(HERE).all("//a[contains(@href, 'PACA-0002')]") == []


def test_an_exit_without_reserve_says_so(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.CONTACTED)
    client = signed_in("coordinator")
    response = client.post_form(f"{HERE}/etape/refuse", {"reason": "Pas le temps", "state": "contacted"}, follow_redirects=True)
    assert "Aucune réserve ne reste dans sa strate" in page_of(response).words()


def test_a_step_from_a_page_left_open_keeps_the_words(database: Database, world: World, signed_in: SignedIn) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    client = signed_in("coordinator")
    update(database, diagnosis_id, state=State.REVIEW)
    refused = client.post_form(f"{HERE}/etape/abandon", {"reason": "Liquidation prononcée", "state": "entry"})
    assert refused.status_code == 409
    assert "Ce dossier a changé d’état entre-temps" in page_of(refused).words()
    assert "Liquidation prononcée" in page_of(refused).words("//textarea")
    update(database, diagnosis_id, state=State.REFUSAL)
    gone = client.post_form(f"{HERE}/etape/abandon", {"reason": "Liquidation prononcée", "state": "review"}, page=HERE)
    assert gone.status_code == 409
    assert "Liquidation prononcée" in page_of(gone).words()


@pytest.mark.parametrize("name", ["assign", "contact", "validate", "accept", "return", "duplicate", "nothing"])
def test_a_step_that_is_not_this_persons_is_not_found(database: Database, world: World, signed_in: SignedIn, name: str) -> None:
    add_dossier(database, world, State.CONTACTED)
    signed_in("diagnostician").page(f"{HERE}/etape/{name}", 404)


def test_unreachable_says_how_many_attempts_are_missing(database: Database, world: World, signed_in: SignedIn) -> None:
    diagnosis_id = add_dossier(database, world)
    add_attempts(database, diagnosis_id, count=3)
    page = signed_in("diagnostician").page(f"{HERE}/etape/unreachable")
    assert "Pas encore possible" in page.words()
    assert not page.all("//textarea")


# -------------------------------------------------------------------------- room, marks


def test_the_link_is_sent_again_and_revoked(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.CONTACTED)
    client = signed_in("diagnostician")
    assert "Aucun lien n’est ouvert" in client.page(HERE).words()
    client.post_form(f"{HERE}/espace", page=HERE)
    body = messages(database, "direction1@exemple.fr")[0].body
    secret = re.search(r"/espace/(\S+)", body)
    assert secret is not None
    page = client.page(HERE)
    assert "Un lien est ouvert jusqu’au" in page.words()
    assert secret.group(1) not in page.text
    client.post_form(f"{HERE}/espace/retirer", page=HERE)
    assert "Aucun lien n’est ouvert" in client.page(HERE).words()


def test_handing_over_the_device_leaves_nothing_of_the_diagnostician(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.ENTRY)
    client = signed_in("diagnostician")
    assert "Votre session se ferme dans ce navigateur" in client.page(f"{HERE}/passer-la-main").words()
    response = client.post_form(f"{HERE}/passer-la-main")
    assert response.headers["Location"] == "/espace/notes"
    client.page("/espace/notes")
    client.page(HERE, 403)
    client.page("/dossiers", 403)
    assert client.get("/espace").headers["Location"] == "/espace/notes"


def test_the_qr_code_shows_its_link_once(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.ENTRY)
    client = signed_in("diagnostician")
    page = page_of(client.post_form(f"{HERE}/passer-la-main/lien", page=f"{HERE}/passer-la-main"))
    assert page.all("//*[local-name()='svg']")
    address = page.words("//code")
    assert address.startswith("http://127.0.0.1:8000/espace/")
    assert address not in client.page(f"{HERE}/passer-la-main").text
    client.page(HERE)


@pytest.mark.parametrize("state", [State.ASSIGNED, State.REVIEW, State.RESTITUTION])
def test_nothing_is_handed_over_at_other_times(database: Database, world: World, signed_in: SignedIn, state: State) -> None:
    add_dossier(database, world, state)
    client = signed_in("diagnostician")
    assert not client.page(HERE).all("//a[contains(@href, 'passer-la-main')]")
    assert client.get(f"{HERE}/passer-la-main").status_code == 302


def test_a_new_draft_is_asked_for(database: Database, world: World, signed_in: SignedIn) -> None:
    add_dossier(database, world, State.RESTITUTION)
    client = signed_in("diagnostician")
    first = client.post_form(f"{HERE}/projet-de-rapport", page=HERE, follow_redirects=True)
    assert "se prépare" in page_of(first).words()
    second = client.post_form(f"{HERE}/projet-de-rapport", page=HERE, follow_redirects=True)
    assert "attend déjà son tour" in page_of(second).words()


# ------------------------------------------------------------------------------ remarks


@pytest.fixture
def returned(database: Database, world: World) -> int:
    """A dossier sent back with two remarks."""
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    coordinator = actor_of(world.people["coordinator"])
    for question, text in (("tresorerie", "À quelle date ?"), ("eff_total", "Avec les apprentis ?")):
        threads.open_thread(database, coordinator, diagnosis_id, question, text)
    dossiers.move(database, coordinator, diagnosis_id, "return")
    return diagnosis_id


def test_the_history_is_told_in_words(database: Database, world: World, returned: int, signed_in: SignedIn) -> None:
    write_section(database, returned, "S2", {"eff_total": 12})
    words = signed_in("referent").page(HERE).words("//*[@id='historique']")
    assert "Dossier renvoyé au diagnostiqueur." in words
    assert "Fil ouvert sur une réponse" in words
    assert "Coordinator" in words
