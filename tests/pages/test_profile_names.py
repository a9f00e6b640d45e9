"""A profile's page: 1. a person renames it, everywhere; 2. what cannot be a name is refused and nothing is lost; 3. who may, and when."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import select

from analysis.frozen import restored
from analysis.profiles.name_book import NameBook
from analysis.synthesis import build_edition
from analysis.synthesis.edition import Edition as Built
from analysis.words import Words
from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.actions.profile_names import rename_profile
from diagnostics.db import Database
from diagnostics.models import Edition, EditionState, JournalLine, Role, StoredSynthesis, now
from tests.analysis.panel import labels, make_panel
from tests.conftest import Client, World

SignedIn = Callable[[str], Client]
PAGE = "/analyse/editions/1/profils/P1"
NAME = {"fr": "Équipes qui vieillissent ensemble", "en": "Teams ageing together"}


@pytest.fixture(scope="module")
def made() -> Built:
    panel = make_panel(240, 4000, seed=1)
    return build_edition(
        panel.features,
        panel.persons,
        panel.frame,
        parameters=panel.parameters,
        seed=3,
        campaign="Campagne d’essai",
        is_demo=True,
        prepared_on="2026-11-24",
        versions={"code": "1"},
        labels=labels(),
    )


@pytest.fixture
def edition(made: Built, world: World, database: Database) -> int:
    with database.write() as session:
        stored = Edition(campaign_id=world.campaign_id, number=1, seed=3, summary=asdict(made.summary))
        stored.syntheses = [
            StoredSynthesis(
                scope=each.scope,
                code=each.code or each.scope,
                label_fr=each.label.fr,
                label_en=each.label.en,
                content=each.to_json(),
                digest=each.digest(),
            )
            for each in made.syntheses
        ]
        session.add(stored)
        session.flush()
        return stored.id


def book(database: Database) -> NameBook:
    with database.read() as session:
        found: NameBook = restored(NameBook, session.scalars(select(Edition.summary)).one()["names"])
        return found


def contents(database: Database) -> list[tuple[str, Any]]:
    with database.read() as session:
        rows = session.execute(select(StoredSynthesis.digest, StoredSynthesis.content).order_by(StoredSynthesis.id))
        return [(digest, content) for digest, content in rows]


@pytest.mark.usefixtures("edition")
def test_1_a_person_renames_a_profile_in_every_synthesis(signed_in: SignedIn, database: Database) -> None:
    analyst = signed_in("analyst")
    old, before = book(database).current("P1"), contents(database)
    page = analyst.page(PAGE)
    assert page.all("//input[@name='fr']")[0].get("value") == old.fr
    assert "le programme" in page.words()
    answer = analyst.post_form(PAGE, {**NAME, "reason": "Relu avec le comité", "seen": "1"})
    assert answer.status_code == 303
    last = book(database).history("P1")[-1]
    assert (last.words.fr, last.words.en, last.origin, last.reason) == (*NAME.values(), "edited", "Relu avec le comité")
    for (digest, content), (other, changed) in zip(before, contents(database), strict=True):
        told = content["profiles"] is not None
        assert (digest != other) == told
        assert old.fr not in str(changed)
        assert (NAME["fr"] in str(changed)) == told
    assert NAME["fr"] in analyst.page("/analyse/editions/1").words()
    assert NAME["fr"] in analyst.page("/syntheses/1/region/region").words()
    with database.read() as session:
        assert session.scalars(select(JournalLine.verb).order_by(JournalLine.id.desc())).first() == "profile_renamed"


@pytest.mark.usefixtures("edition")
def test_2_what_cannot_be_a_name_is_refused_and_nothing_entered_is_lost(signed_in: SignedIn, database: Database) -> None:
    coordinator, before = signed_in("coordinator"), contents(database)
    other = book(database).current("P2")
    for given, status, told in (
        ({"fr": "", "en": "Teams"}, 422, "Indiquez le nom en français"),
        ({"fr": "x" * 121, "en": "Teams"}, 422, "120 caractères"),
        ({"fr": other.fr.upper(), "en": "Teams"}, 409, "Le profil P2 porte déjà ce nom"),
        ({"fr": "Équipes", "en": "Teams", "seen": "7"}, 409, "renommé entre-temps"),
    ):
        answer = coordinator.post_form(PAGE, {"seen": "1", **given})
        text = answer.get_data(as_text=True)
        assert answer.status_code == status, given
        assert told in text
        assert f'value="{given["fr"]}"' in text
    assert contents(database) == before
    # The same name again is no change; after a conflict, what is shown may be sent again.
    assert (
        coordinator.post_form(PAGE, {"fr": book(database).current("P1").fr, "en": book(database).current("P1").en}).status_code
        == 303
    )
    assert len(book(database).history("P1")) == 1
    assert coordinator.get("/analyse/editions/1/profils/P9").status_code == 404
    assert coordinator.post_form("/analyse/editions/1/profils/P9", {**NAME, "seen": "1"}, page=PAGE).status_code == 404


def test_3_readers_names_do_not_change_and_only_the_team_gives_them(
    signed_in: SignedIn, database: Database, edition: int, made: Built
) -> None:
    reference = made.summary.paragons["P1"][0]
    assert reference in signed_in("coordinator").page(PAGE).words()
    analyst = signed_in("analyst")
    assert reference not in analyst.page(PAGE).words()
    assert "L’entreprise typique" in analyst.page(PAGE).words()
    with pytest.raises(AccessError):
        rename_profile(database, Actor(Role.PARTNER, "P"), edition, "P1", Words(**NAME))
    with pytest.raises(NotFoundError):
        rename_profile(database, Actor(Role.ANALYST, "A"), edition + 1, "P1", Words(**NAME))
    with pytest.raises(ActionError, match="deux langues"):
        rename_profile(database, Actor(Role.ANALYST, "A"), edition, "P1", Words("Équipes", " "))
    with pytest.raises(ActionError, match="120"):
        rename_profile(database, Actor(Role.ANALYST, "A"), edition, "P1", Words("é" * 121, "Teams"))
    with database.write() as session:
        stored = session.get_one(Edition, edition)
        stored.state, stored.published_at = EditionState.PUBLISHED, now()
    assert "ses noms ne changent plus" in analyst.page(PAGE).words()
    answer = analyst.post_form(PAGE, {**NAME, "seen": "1"})
    assert answer.status_code == 409
    assert "Préparez une nouvelle édition" in answer.get_data(as_text=True)
    assert len(book(database).history("P1")) == 1
