"""The questionnaire as JSON for a browser, and what a section's page is given to judge by itself: never more than one may read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from diagnostics.db import Database
from diagnostics.models import State
from questionnaires.catalogue import load
from tests.conftest import Client, World
from tests.dossier import BASE, DIMENSIONS, new_dossier, put

SignedIn = Callable[[str], Client]


def live(client: Client, code: str) -> dict[str, Any]:
    """The data that a section's page carries."""
    found: dict[str, Any] = json.loads(client.page(f"{BASE}/{code}").all("//script[@id='section-data']")[0].text)
    return found


def test_a_definition_is_kept_for_good_under_its_digest(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    client = signed_in("diagnostician")
    address = live(client, "S2")["definition"]
    response = client.get(address)
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert {"private", "immutable"} <= set(response.headers["Cache-Control"].replace(" ", "").split(","))
    told = response.get_json()
    assert [section["code"] for section in told["sections"]] == [section.code for section in load("2026-1").sections]
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize("address", ["/questionnaire/2026-1/0123456789abcdef.json", "/questionnaire/1999-9/x.json"])
def test_another_digest_or_version_is_unknown(signed_in: SignedIn, address: str) -> None:
    assert signed_in("diagnostician").get(address).status_code == 404


def test_a_definition_is_for_the_network_and_for_firms(app: Flask, database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    address = live(signed_in("diagnostician"), "S2")["definition"]
    assert signed_in("partner").get(address).status_code == 403
    assert app.test_client().get(address).status_code == 302


def test_a_page_carries_the_answers_that_its_expressions_read_and_no_others(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12, "etp_total": 3, "eff_rqth": 1})
    put(database, number, "S3", {"dep_passes_3a": 2})
    client = signed_in("diagnostician")
    told = live(client, "S3")
    assert told["answers"]["eff_total"] == {"value": 12}
    assert told["answers"]["dep_passes_3a"] == {"state": "collected", "value": 2}
    assert not {"eff_rqth", "siret", "etp_total"} & told["answers"].keys()
    assert told["context"]["facts"] == {}
    assert live(client, "S1")["context"]["facts"]["siret"] == "73282932000074"
    assert told["resent"] is False


def test_no_page_carries_the_other_voice_before_both_are_sealed(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S11F", {f"ent_{code}": "4" for code in DIMENSIONS})
    put(database, number, "S11D", {f"diag_{code}": "1" for code in DIMENSIONS})
    client = signed_in("diagnostician")
    opened = 0
    for section in load("2026-1").sections:
        response = client.get(f"{BASE}/{section.code}")
        if response.status_code == 200 and b"section-data" in response.data:
            opened += 1
            assert not [name for name in live(client, section.code)["answers"] if name.startswith("ent_")]
            assert b'"ent_D1"' not in response.data
    assert opened > 10


def test_what_was_typed_and_refused_is_told_as_such(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    client = signed_in("diagnostician")
    response = client.post_form(f"{BASE}/S2", {"q": "eff_total", "eff_total": "douze", "action": "save"})
    assert response.status_code == 422
    assert '"resent": true' in response.get_data(as_text=True)


def test_a_page_for_reading_carries_nothing(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world, state=State.REVIEW)
    assert not signed_in("diagnostician").page(f"{BASE}/S2").all("//script[@id='section-data']")


def test_a_firm_that_was_handed_the_device_reads_the_definition_and_nothing_of_the_other_voice(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world)
    put(database, number, "S11D", {f"diag_{code}": "1" for code in DIMENSIONS})
    client = signed_in("diagnostician")
    client.post_form("/dossiers/PACA-0001/passer-la-main")
    told = json.loads(client.page("/espace/notes").all("//script[@id='section-data']")[0].text)
    assert client.get(told["definition"]).status_code == 200
    assert told["answers"] == {}
