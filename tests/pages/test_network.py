"""The network's pages: structures, people, accreditation; a referent sees their own structure only."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from diagnostics.access import AccessError, Actor
from diagnostics.actions import people as verbs
from diagnostics.actions.base import ActionError
from diagnostics.db import Database
from diagnostics.delays import paris_day
from diagnostics.models import Accreditation, AccreditationState, JournalLine, OutboxMessage, Role, State, Structure, User, now
from tests.conftest import Client, World
from tests.html import Page
from tests.pages.dossiers import Made, write

SignedIn = Callable[[str], Client]


def _page(response: object) -> Page:
    return Page(response.get_data(as_text=True))  # type: ignore[attr-defined]


@pytest.fixture
def coordinator(signed_in: SignedIn) -> Client:
    return signed_in("coordinator")


@pytest.fixture
def dossiers(world: World, database: Database) -> None:
    """Four dossiers of the first structure (one late, one finished, one left) and one of the second."""
    first, second = world.people["diagnostician"], world.people["other_diagnostician"]
    own: dict[str, Any] = {"diagnostician": first.id, "structure": first.structure_id}
    write(
        database,
        world.campaign_id,
        {
            "PACA-0001": Made(State.ASSIGNED, now() - timedelta(days=40), **own),
            "PACA-0002": Made(State.ENTRY, visited_on=paris_day(now()), **own),
            "PACA-0003": Made(State.CLOSED, visited_on=date(2026, 2, 1), **own),
            "PACA-0004": Made(State.REFUSAL, **own),
            "PACA-0005": Made(State.CONTACTED, diagnostician=second.id, structure=second.structure_id),
        },
    )


def test_the_list_counts_people_and_dossiers(coordinator: Client, dossiers: None) -> None:
    rows = coordinator.page("/reseau").all("//tbody/tr")
    assert [" ".join(row.text_content().split()) for row in rows] == [
        "Structure Deux sans référent 1 / 1 1 0 0 / 1 0",
        "Structure Un Referent 1 / 1 2 1 1 / 3 1",
    ]


def test_a_structure_shows_its_people_and_stages(coordinator: Client, world: World, dossiers: None) -> None:
    page = coordinator.page(f"/reseau/structures/{world.structures[0]}")
    assert [value.text_content() for value in page.all("//*[@class='stat-value']")] == ["3", "2", "1", "1"]
    assert "Other Diagnostician" not in page.text
    assert [cell.text_content() for cell in page.all("//aside//td")] == ["1", "1", "1", "1", "4"]
    assert coordinator.get("/reseau/structures/999").status_code == 404


def test_a_referent_sees_their_own_structure_and_decides_nothing(signed_in: SignedIn, world: World, dossiers: None) -> None:
    referent = signed_in("referent")
    first, second = world.structures
    assert referent.get("/reseau").headers["Location"] == f"/reseau/structures/{first}"
    assert referent.get(f"/reseau/structures/{first}").status_code == 200
    assert referent.get(f"/reseau/structures/{second}").status_code == 404
    assert "Other Diagnostician" not in referent.page("/reseau/diagnostiqueurs").text
    own = f"/reseau/personnes/{world.people['diagnostician'].id}"
    assert referent.page(own).all("//form[.//input[@name='state']]") == []
    assert referent.post_form(own, {"state": "left", "decided_on": "2026-01-01"}).status_code == 403
    assert referent.get(f"/reseau/personnes/{world.people['other_diagnostician'].id}").status_code == 404
    assert referent.get("/reseau/inviter").status_code == 403


def test_administrators_and_coordinators_are_no_people_of_the_network(coordinator: Client, world: World) -> None:
    assert coordinator.get(f"/reseau/personnes/{world.people['admin'].id}").status_code == 404
    assert coordinator.get(f"/reseau/personnes/{world.people['analyst'].id}").status_code == 200


def test_a_decision_follows_the_steps_and_stays_in_the_history(coordinator: Client, world: World, database: Database) -> None:
    number = world.people["diagnostician"].id
    url = f"/reseau/personnes/{number}"
    assert coordinator.page(url).all("//input[@name='state']/@value") == ["suspended", "left"]
    data = {"state": "suspended", "decided_on": "02/03/2026", "test_diagnosis_on": "", "note": "En congé."}
    assert coordinator.post_form(url, data).status_code == 302
    page = coordinator.page(url)
    assert "Habilité → Suspendu" in page.words("//ol")
    assert "En congé." in page.words("//dl")
    with database.read() as session:
        kept = session.get_one(Accreditation, number)
        assert (kept.state, kept.decided_on) == (AccreditationState.SUSPENDED, date(2026, 3, 2))
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "accreditation_decided")).one()
        assert line.detail == {"before": "accredited", "after": "suspended", "on": "2026-03-02"}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"decided_on": "2026-03-02"}, "#state-0"),
        ({"state": "suspended", "decided_on": ""}, "#decided_on"),
        ({"state": "suspended", "decided_on": "31/02/2026"}, "#decided_on"),
        ({"state": "suspended", "decided_on": "2999-01-01"}, "#decided_on"),
        ({"state": "enrolled", "decided_on": "2026-03-02"}, "#state-0"),
        ({"state": "suspended", "decided_on": "2026-03-02", "note": "x" * 1001}, "#note"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_kept_on_the_page(
    coordinator: Client, world: World, data: dict[str, str], field: str
) -> None:
    url = f"/reseau/personnes/{world.people['diagnostician'].id}"
    response = coordinator.post_form(url, {"note": "Une note à garder", **data})
    page = _page(response)
    assert response.status_code == 422
    assert field in page.all("//*[@class='error-summary']//a/@href")
    assert page.words("//textarea") == data.get("note", "Une note à garder")


def test_the_action_itself_refuses_a_step_out_of_order(world: World, database: Database) -> None:
    coordinator = Actor(Role.COORDINATOR, "C", user_id=world.people["coordinator"].id)
    number = world.people["diagnostician"].id
    with pytest.raises(ActionError, match="ne suit pas"):
        verbs.decide_accreditation(database, coordinator, number, AccreditationState.TRAINED, note="", on=date(2026, 1, 1))
    with pytest.raises(AccessError):
        verbs.decide_accreditation(
            database, Actor(Role.REFERENT, "R"), number, AccreditationState.LEFT, note="", on=date(2026, 1, 1)
        )


def test_open_dossiers_of_somebody_suspended_are_pointed_at(coordinator: Client, world: World, dossiers: None) -> None:
    url = f"/reseau/personnes/{world.people['diagnostician'].id}"
    assert "PACA-0001" in coordinator.page(url).words("//aside")
    coordinator.post_form(url, {"state": "suspended", "decided_on": "2026-03-02"})
    assert "2 dossiers en cours restent à cette personne" in coordinator.page(url).words()


def test_diagnosticians_are_filtered_by_accreditation(coordinator: Client, world: World, database: Database) -> None:
    with database.write() as session:
        session.get_one(Accreditation, world.people["other_diagnostician"].id).state = AccreditationState.TRAINED
    assert coordinator.page("/reseau/diagnostiqueurs?etat=trained").words("//tbody/tr/th/a") == "Other Diagnostician"
    assert "Aucun diagnostiqueur" in coordinator.page("/reseau/diagnostiqueurs?etat=xyz").words()


def test_a_structure_is_added_once(coordinator: Client, database: Database) -> None:
    assert coordinator.post_form("/reseau/structures/ajouter", {"name": " FOL 04 "}).status_code == 302
    twice = coordinator.post_form("/reseau/structures/ajouter", {"name": "FOL 04"})
    assert twice.status_code == 422
    assert _page(twice).all("//input[@id='name']/@value") == ["FOL 04"]
    assert coordinator.post_form("/reseau/structures/ajouter", {"name": ""}).status_code == 422
    with database.read() as session:
        assert "FOL 04" in session.scalars(select(Structure.name)).all()


def test_the_coordinator_invites_the_network_and_nobody_above_it(coordinator: Client, world: World, database: Database) -> None:
    page = coordinator.page(f"/reseau/inviter?structure={world.structures[1]}")
    assert page.all("//select[@id='structure_id']/option[@selected]/@value") == [str(world.structures[1])]
    assert "admin" not in page.all("//select[@id='role']/option/@value")
    data = {"name": "Ali Roy", "email": "ali@exemple.fr", "role": "diagnostician", "structure_id": str(world.structures[1])}
    made = coordinator.post_form("/reseau/inviter", data, follow_redirects=True)
    assert "Ali Roy" in _page(made).words("//h1")
    assert "Inscrit" in _page(made).words()
    assert coordinator.post_form("/reseau/inviter", data | {"email": "b@exemple.fr", "role": "admin"}).status_code == 422
    with database.read() as session:
        number = session.scalars(select(User.id).where(User.email == "ali@exemple.fr")).one()
    again = coordinator.post_form(f"/reseau/personnes/{number}/lien", page=f"/reseau/personnes/{number}", follow_redirects=True)
    assert "Nouvelle invitation prête." in _page(again).text
    with database.read() as session:
        assert len(session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == "ali@exemple.fr")).all()) == 2


@pytest.mark.parametrize("name", ["diagnostician", "analyst", "committee", "partner", "admin"])
def test_nobody_else_enters(signed_in: SignedIn, name: str) -> None:
    client = signed_in(name)
    for url in ("/reseau", "/reseau/diagnostiqueurs", "/reseau/inviter", "/reseau/structures/1", "/reseau/personnes/1"):
        assert client.get(url).status_code == 403
