"""The campaign's page: its figures against dossiers counted by hand, its first steps, its form."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from diagnostics import followup
from diagnostics.access import AccessError, Actor
from diagnostics.actions import programme as verbs
from diagnostics.actions.base import ActionError
from diagnostics.db import Database
from diagnostics.models import Campaign, Firm, JournalLine, Role, State
from tests.conftest import Client, World, utc
from tests.html import Page
from tests.pages.dossiers import Made, write

SignedIn = Callable[[str], Client]
TODAY = date(2026, 6, 15)


def _page(response: object) -> Page:
    return Page(response.get_data(as_text=True))  # type: ignore[attr-defined]


@pytest.fixture
def coordinator(signed_in: SignedIn) -> Client:
    return signed_in("coordinator")


@pytest.fixture
def dossiers(world: World, database: Database) -> None:
    """A small campaign: 2 visits in March, 1 in April, 3 in May, 1 in June, two exits of which one is replaced."""
    own: dict[str, Any] = {"diagnostician": world.people["diagnostician"].id, "structure": world.structures[0]}
    write(
        database,
        world.campaign_id,
        {
            "PACA-0001": Made(State.CLOSED, visited_on=date(2026, 3, 3), **own),
            "PACA-0002": Made(State.VALIDATED, visited_on=date(2026, 3, 20), sector="sport", **own),
            "PACA-0003": Made(State.RESTITUTION, visited_on=date(2026, 4, 2), sector="sport", **own),
            "PACA-0004": Made(State.SENT, utc(2026, 5, 20), visited_on=date(2026, 5, 4), **own),
            "PACA-0005": Made(State.REVIEW, utc(2026, 6, 1), visited_on=date(2026, 5, 28), **own),
            "PACA-0006": Made(State.ENTRY, utc(2026, 5, 30), visited_on=date(2026, 5, 29), **own),
            "PACA-0007": Made(State.VISITED, utc(2026, 6, 10), visited_on=date(2026, 6, 10), **own),
            "PACA-0008": Made(State.ASSIGNED, utc(2026, 5, 29), **own),
            "PACA-0009": Made(State.REFUSAL, utc(2026, 5, 1), **own),
            "PACA-0010": Made(State.OUT_OF_SCOPE, utc(2026, 5, 2), **own),
            "PACA-0011": Made(State.DRAWN),
            "PACA-0012": Made(State.CONTACTED, utc(2026, 6, 12), replaces="PACA-0009", **own),
        },
    )


def _overview(database: Database, world: World, today: date = TODAY) -> followup.Overview:
    with database.read() as session:
        campaign = session.get_one(Campaign, world.campaign_id)
        return followup.overview(session, Actor(Role.COORDINATOR, "C"), campaign, today)


def test_realised_and_validated_leave_out_exits(database: Database, world: World, dossiers: None) -> None:
    found = _overview(database, world)
    assert (found.realised, found.validated, found.panel) == (7, 2, 11)


def test_refusals_count_among_the_firms_approached(database: Database, world: World, dossiers: None) -> None:
    exits = _overview(database, world).exits
    assert exits.approached == 10
    assert exits.refusal_share == pytest.approx(1 / 10)
    assert exits.replaced_share == pytest.approx(1 / 2)
    assert exits.states == {State.REFUSAL: 1, State.OUT_OF_SCOPE: 1}


def test_the_pace_is_the_mean_of_the_last_whole_months(database: Database, world: World, dossiers: None) -> None:
    pace = _overview(database, world).pace
    assert [(month.first.month, month.visits, month.cumulative) for month in pace.months] == [
        (3, 2, 2),
        (4, 1, 3),
        (5, 3, 6),
        (6, 1, 7),
    ]
    assert pace.by_month == pytest.approx(2.0)
    # Five of the twelve visits are left: three months at two a month.
    assert pace.forecast == date(2026, 9, 1)
    assert pace.needed is None


def test_what_the_end_asks_is_said_when_there_is_one(database: Database, world: World, dossiers: None) -> None:
    with database.write() as session:
        session.get_one(Campaign, world.campaign_id).ends_on = TODAY + timedelta(days=61)
    needed = _overview(database, world).pace.needed
    assert needed == pytest.approx(5 / (61 / 30.4375))


def test_no_visit_gives_no_pace_and_no_forecast(database: Database, world: World) -> None:
    pace = _overview(database, world).pace
    assert (pace.by_month, pace.forecast) == (None, None)
    assert [month.visits for month in pace.months] == [0]


def test_strata_compare_with_what_was_drawn(database: Database, world: World, dossiers: None) -> None:
    found = {row.code: row for row in _overview(database, world).sectors}
    assert (found["iae"].panel, found["iae"].realised, found["iae"].validated, found["iae"].left) == (9, 5, 1, 2)
    assert (found["sport"].panel, found["sport"].realised, found["sport"].validated) == (2, 2, 1)
    assert found["sport"].share == pytest.approx(1.0)


def test_alerts_name_the_step_and_the_dossiers(database: Database, world: World, dossiers: None) -> None:
    alerts = {alert.name: [diagnosis.reference for diagnosis in alert.dossiers] for alert in _overview(database, world).alerts}
    assert alerts == {
        "contact": ["PACA-0008"],
        "review": ["PACA-0005"],
        "entry": ["PACA-0006"],
        "restitution": ["PACA-0004"],
    }
    assert _overview(database, world, date(2026, 5, 29)).alerts == []


def test_the_page_shows_the_figures_and_links_to_the_lists(coordinator: Client, dossiers: None) -> None:
    page = coordinator.page("/programme")
    assert [value.text_content() for value in page.all("//*[@class='stat-value']")][:2] == ["7", "2"]
    assert "Insertion par l’activité économique" in page.words("//section[@aria-labelledby='strates']")
    assert "6 à 9 personnes" in page.words("//section[@aria-labelledby='strates']")
    assert "/dossiers?secteur=sport" in page.all("//a/@href")
    for target in page.all("//main//a[starts-with(@href, '/dossiers')]/@href"):
        assert coordinator.get(target).status_code == 200, target


def test_an_empty_panel_says_what_to_prepare(coordinator: Client) -> None:
    page = coordinator.page("/programme")
    assert "Importer la base de sondage" in page.words("//ul[@class='task-list']")
    assert "2 habilités" in page.words("//ul[@class='task-list']")


def test_the_first_campaign_is_opened_from_the_page(coordinator: Client, database: Database) -> None:
    with database.write() as session:
        session.execute(delete(Campaign))
    assert coordinator.page("/programme").all("//main//a[@href='/programme/campagne']")
    assert coordinator.page("/programme/campagne").all("//input[@id='target_size']/@value") == ["690"]
    data = {
        "name": "Campagne 2027",
        "region": "Provence",
        "starts_on": "04/01/2027",
        "ends_on": "2028-06-30",
        "target_size": "1 200",
    }
    assert coordinator.post_form("/programme/campagne", data).status_code == 302
    with database.read() as session:
        made = session.scalars(select(Campaign)).one()
        assert (made.name, made.starts_on, made.ends_on, made.target_size) == (
            "Campagne 2027",
            date(2027, 1, 4),
            date(2028, 6, 30),
            1200,
        )
        assert session.scalars(select(JournalLine).where(JournalLine.verb == "campaign_created")).one().subject_id == made.id


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "#name"),
        ({"name": "x" * 201}, "#name"),
        ({"starts_on": "bientôt"}, "#starts_on"),
        ({"ends_on": "2020-01-01"}, "#ends_on"),
        ({"target_size": "-3"}, "#target_size"),
        ({"target_size": "beaucoup"}, "#target_size"),
        ({"target_size": "99999999999999999999"}, "#target_size"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(coordinator: Client, change: dict[str, str], field: str) -> None:
    data = {"name": "Campagne 2027", "region": "Provence", "starts_on": "2026-01-01", "ends_on": "", "target_size": "700"} | change
    response = coordinator.post_form("/programme/campagne", data)
    page = _page(response)
    assert response.status_code == 422
    assert page.all("//*[@class='error-summary']//a/@href") == [field]
    for name, value in data.items():
        assert page.all(f"//input[@id='{name}']/@value") == [value]


def test_a_campaign_is_edited_and_its_start_stands_once_dossiers_are_assigned(
    coordinator: Client, world: World, database: Database
) -> None:
    data = {"name": "Nouveau nom", "region": "Provence", "starts_on": "2026-02-01", "ends_on": "", "target_size": "20"}
    assert coordinator.post_form("/programme/campagne", data).status_code == 302
    write(database, world.campaign_id, {"PACA-0001": Made(State.ASSIGNED, diagnostician=world.people["diagnostician"].id)})
    refused = coordinator.post_form("/programme/campagne", data | {"starts_on": "2026-03-01"})
    assert refused.status_code == 422
    assert "ne peut plus changer" in _page(refused).words("//*[@class='error-summary']")
    assert coordinator.post_form("/programme/campagne", data | {"name": "Encore un nom"}).status_code == 302
    with database.read() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.verb == "campaign_edited").order_by(JournalLine.id)).all()
        assert [line.detail["changed"] for line in lines] == [["name", "region", "starts_on", "target_size"], ["name"]]


def test_there_is_no_second_campaign_and_only_a_coordinator_opens_one(world: World, database: Database) -> None:
    details = verbs.CampaignDetails("Deux", "Région", date(2027, 1, 1), None, 10)
    with pytest.raises(ActionError, match="existe déjà"):
        verbs.create_campaign(database, Actor(Role.COORDINATOR, "C"), details, questionnaire_version="2026-1")
    with pytest.raises(AccessError):
        verbs.create_campaign(database, Actor(Role.ADMIN, "A"), details, questionnaire_version="2026-1")


def test_figures_of_another_campaign_do_not_count(database: Database, world: World, dossiers: None) -> None:
    with database.write() as session:
        other = Campaign(name="Autre", starts_on=date(2020, 1, 1), questionnaire_version="2026-1")
        session.add(other)
        session.flush()
        session.add(Firm(campaign_id=other.id, siret="99999999999999", name="Ailleurs"))
    assert _overview(database, world).frame == 12
