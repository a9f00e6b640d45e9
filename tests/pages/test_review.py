"""The coordinator's review, as pages.

1. The queue holds what waits, the oldest first, with its age.
2. Every answer is in words, with what the checks say, what was confirmed, what is missing and what is computed.
3. Blind voices: no mark is on the page before both are sealed.
4. A remark is asked beside its question; the decision follows the table.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from diagnostics.db import Database
from diagnostics.models import SectionAnswers, State, Thread, now
from tests.casework import add_dossier, dossier_in, messages, read, seal, update, write_section
from tests.conftest import Client, World
from tests.html import Page

SignedIn = Callable[[str], Client]
HERE = "/relecture/PACA-0001"


@pytest.fixture
def reviewed(database: Database, world: World) -> int:
    """A dossier in review with some answers of every sort."""
    diagnosis_id = add_dossier(database, world, State.REVIEW, visited_on=now().date() - timedelta(days=3))
    write_section(database, diagnosis_id, "S0", {"v_accord": "1", "v_repondants": ["direction", "president"]})
    roster = [
        {
            "id": "r1",
            "reg_code": "S1",
            "reg_naissance": 1964,
            "reg_sexe": "F",
            "reg_categorie": "CAD",
            "reg_contrat": "cdi",
            "reg_quotite": 80,
            "reg_entree": 1999,
        }
    ]
    write_section(database, diagnosis_id, "S2", {"mode_saisie": "registre", "eff_total": 12, "registre": roster})
    write_section(
        database,
        diagnosis_id,
        "S10",
        {"produits": 400000.0, "ressources": {"activite": 150000, "caf": 250000}, "fin_principal": 62.5},
    )
    with database.write() as session:
        session.add(
            SectionAnswers(
                diagnosis_id=diagnosis_id,
                section="S8",
                revision=1,
                answers={
                    "absence_taux": {"state": "collected", "missing": "unknown"},
                    "duerp_date": {"state": "edited", "value": "2025-11-03"},
                },
            )
        )
    return diagnosis_id


def page_of(response: object) -> Page:
    return Page(response.get_data(as_text=True))  # type: ignore[attr-defined]


def answer(page: Page, name: str) -> str:
    return page.words(f"//*[@id='q-{name}']")


def test_the_queue_takes_the_oldest_first(database: Database, world: World, signed_in: SignedIn) -> None:
    """Requirement 1."""
    client = signed_in("coordinator")
    assert "Rien à relire" in client.page("/relecture").words()
    with database.write() as session:
        for number, age in ((1, 2), (2, 9), (3, 5)):
            dossier_in(
                session,
                world,
                State.REVIEW,
                number=number,
                state_since=now() - timedelta(days=age),
                visited_on=now().date() - timedelta(days=20),
            )
        dossier_in(session, world, State.ENTRY, number=4)
    page = client.page("/relecture")
    rows = [" ".join(row.text_content().split()) for row in page.all("//tbody/tr")]
    assert [row.split("PACA-")[1][:4] for row in rows] == ["0002", "0003", "0001"]
    assert "9 jours" in rows[0]
    assert "En retard" in rows[0]
    assert "3 dossiers attendent" in page.words()


@pytest.mark.parametrize("name", ["referent", "diagnostician", "analyst", "committee", "partner", "admin"])
def test_only_the_coordinator_reviews(database: Database, reviewed: int, signed_in: SignedIn, name: str) -> None:
    client = signed_in(name)
    client.page("/relecture", 403)
    client.page(HERE, 403)
    assert client.post_form(f"{HERE}/decision", {"decision": "accept"}, page="/mon-compte").status_code == 403
    assert client.post_form(f"{HERE}/remarques", {"question": "eff_total", "text": "x"}, page="/mon-compte").status_code == 403
    assert read(database, reviewed).state is State.REVIEW


def test_answers_are_read_in_words(reviewed: int, signed_in: SignedIn) -> None:
    """Requirement 2."""
    page = signed_in("coordinator").page(HERE)
    assert "Oui" in answer(page, "v_accord")
    assert "direction" in answer(page, "v_repondants")
    assert "1964" in answer(page, "registre")
    assert "400 000 €" in answer(page, "produits")
    assert "Total" in answer(page, "ressources")
    assert "Ne sait pas" in answer(page, "absence_taux")
    assert "3 novembre 2025" in answer(page, "duerp_date")
    assert "Modifié depuis" in answer(page, "duerp_date")
    assert "Pas de réponse" in answer(page, "etp_total")
    assert "Calculé au rapport" in answer(page, "dep_modele")
    assert "À corriger" in answer(page, "registre")
    assert page.all("//a[@href='#q-registre']")


def test_no_mark_is_read_before_both_are_sealed(database: Database, reviewed: int, signed_in: SignedIn) -> None:
    """Requirement 3: one voice sealed is not enough."""
    write_section(database, reviewed, "S11F", {"ent_D1": "4", "forces_firm": "Notre équipe soudée"})
    write_section(database, reviewed, "S11D", {"diag_D1": "0", "forces_diag": "Une direction lucide", "fiabilite": "3"})
    client = signed_in("coordinator")
    for sealed in ({}, {"marks_firm_at": now()}, {"marks_firm_at": None, "marks_diagnostician_at": now()}):
        update(database, reviewed, **sealed)
        page = client.page(HERE)
        assert not page.all("//*[starts-with(@id, 'q-ent_') or starts-with(@id, 'q-diag_') or @id='q-fiabilite']")
        assert "équipe soudée" not in page.text
        assert "direction lucide" not in page.text
        assert client.post_form(f"{HERE}/remarques", {"question": "ent_D1", "text": "Pourquoi ?"}, page=HERE).status_code in {
            404,
            422,
        }
    seal(database, reviewed)
    page = client.page(HERE)
    assert "équipe soudée" in page.text
    assert page.all("//*[@id='q-diag_D1']")


def test_a_remark_stands_beside_its_question(database: Database, reviewed: int, signed_in: SignedIn) -> None:
    """Requirement 4."""
    client = signed_in("coordinator")
    assert not client.page(HERE).all("//button[@value='return']")
    response = client.post_form(f"{HERE}/remarques", {"question": "eff_total", "text": "Avec les apprentis ?"}, page=HERE)
    assert response.headers["Location"] == f"{HERE}#q-eff_total"
    page = client.page(HERE)
    assert "Avec les apprentis ?" in answer(page, "eff_total")
    assert page.all("//button[@value='return']")
    settle = "/dossiers/PACA-0001/fils/1"
    client.post_form(f"{settle}/clore", {"retour": "relecture"}, page=HERE)
    assert not client.page(HERE).all("//button[@value='return']")
    client.post_form(f"{settle}/rouvrir", {"retour": "relecture"}, page=HERE)
    assert client.page(HERE).all("//button[@value='return']")
    client.post_form(f"{settle}/retirer", {"retour": "relecture"}, page=HERE)
    with database.read() as session:
        assert session.scalars(select(Thread)).all() == []
    assert client.post_form(f"{settle}/retirer", page=HERE).status_code == 404
    assert client.post_form(f"{settle}/manger", page=HERE).status_code == 404


@pytest.mark.parametrize(("text", "why"), [("", "Indiquez votre remarque"), ("z" * 2001, "2000 caractères|2 000 caractères")])
def test_a_refused_remark_keeps_what_was_typed(reviewed: int, signed_in: SignedIn, text: str, why: str) -> None:
    refused = signed_in("coordinator").post_form(f"{HERE}/remarques", {"question": "eff_total", "text": text}, page=HERE)
    assert refused.status_code == 422
    page = page_of(refused)
    assert any(part in page.words("//*[@class='error-summary']") for part in why.split("|"))
    assert page.words("//textarea[@id='remarque-eff_total']") == text
    assert page.all("//details[@open]//textarea[@id='remarque-eff_total']")


def test_sending_back_then_again_in_the_queue(database: Database, reviewed: int, signed_in: SignedIn) -> None:
    client = signed_in("coordinator")
    refused = client.post_form(f"{HERE}/decision", {"decision": "return"}, page=HERE, follow_redirects=True)
    assert "au moins une remarque" in page_of(refused).words()
    client.post_form(f"{HERE}/remarques", {"question": "eff_total", "text": "Avec les apprentis ?"}, page=HERE)
    client.post_form(f"{HERE}/decision", {"decision": "return"}, page=HERE)
    assert read(database, reviewed).state is State.RETURNED
    assert "n’est pas en relecture" in client.page(HERE).words()
    assert not client.page(HERE).all("//button[@name='decision']")
    again = client.post_form(f"{HERE}/decision", {"decision": "accept"}, page=HERE, follow_redirects=True)
    assert "Ce dossier a changé d’état entre-temps" in page_of(again).words()
    update(database, reviewed, state=State.REVIEW)
    assert "Revenu corrigé" in client.page("/relecture").words()


def test_accepting_sends_the_dossier_to_the_firm(database: Database, reviewed: int, signed_in: SignedIn) -> None:
    client = signed_in("coordinator")
    response = client.post_form(f"{HERE}/decision", {"decision": "accept"}, page=HERE, follow_redirects=True)
    assert "Dossier accepté" in page_of(response).words()
    assert read(database, reviewed).state is State.SENT
    assert "/espace/" in messages(database, "direction1@exemple.fr")[0].body
    assert client.post_form(f"{HERE}/decision", {"decision": "abandon"}, page=HERE).status_code == 404


def test_an_unknown_dossier_is_not_found(world: World, signed_in: SignedIn) -> None:
    client = signed_in("coordinator")
    client.page("/relecture/PACA-9999", 404)
    assert client.get("/relecture?page=abc").status_code == 200
