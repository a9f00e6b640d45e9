"""A device's password: shown once, throttled, taken away at once; Digest accepted once per count."""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from diagnostics import http_auth
from diagnostics.actions.devices import NewDevice
from diagnostics.actions.people import decide_accreditation, set_active
from diagnostics.db import Database
from diagnostics.delays import paris_day
from diagnostics.models import AccreditationState, Device, JournalLine, now
from diagnostics.pages.devices import collect_settings
from tests.conftest import Client, World
from tests.dossier import actor_of
from tests.openrosa.phone import Phone

LIST = "/openrosa/formList"
BOTH = pytest.mark.parametrize("scheme", ["basic", "digest"])


@BOTH
def test_a_wrong_password_and_an_unknown_login_look_alike(phone: Phone, scheme: str) -> None:
    phone.scheme = scheme
    phone.password = "faux"
    wrong = phone.get(LIST)
    phone.login, phone.challenge = "tel-inconnu", {}
    unknown = phone.get(LIST)
    assert (wrong.status, unknown.status) == (401, 401)
    assert wrong.message == unknown.message


@BOTH
def test_five_wrong_passwords_close_the_device_for_a_while(phone: Phone, database: Database, scheme: str) -> None:
    good = phone.password
    phone.scheme, phone.password = scheme, "faux"
    for _attempt in range(5):
        phone.challenge = {}
        if scheme == "digest":
            phone.challenge = phone.offered(phone.raw("GET", LIST))
            proof = {"Authorization": phone.proof("GET", LIST)}
            assert phone.raw("GET", LIST, proof).status == 401
        else:
            assert phone.get(LIST).status == 401
    phone.password, phone.challenge = good, {}
    closed = phone.get(LIST)
    assert closed.status == 429
    assert closed.headers["Retry-After"] == "900"
    with database.write() as session:
        session.scalars(select(Device)).one().locked_until = now() - timedelta(seconds=1)
    assert phone.get(LIST).status == 200
    with database.read() as session:
        assert session.scalars(select(Device)).one().failed_attempts == 0
        refused = session.scalars(select(JournalLine).where(JournalLine.verb == "device_refused")).all()
    assert len(refused) == 5


@BOTH
def test_a_device_taken_away_is_refused_at_once(
    phone: Phone, signed_in: Callable[[str], Client], database: Database, scheme: str
) -> None:
    phone.scheme = scheme
    assert phone.get(LIST).status == 200
    with database.read() as session:
        number = session.scalars(select(Device.id)).one()
    browser = signed_in("diagnostician")
    assert browser.post_form(f"/mon-compte/appareils/{number}/retirer", page="/mon-compte/appareils").status_code == 303
    assert phone.get(LIST).status == 401
    assert signed_in("other_diagnostician").post_form(f"/mon-compte/appareils/{number}/retirer").status_code == 404


@BOTH
def test_a_closed_account_is_refused_at_once(phone: Phone, database: Database, world: World, scheme: str) -> None:
    phone.scheme = scheme
    assert phone.get(LIST).status == 200
    set_active(database, actor_of(world.people["admin"]), world.people["diagnostician"].id, active=False)
    assert phone.get(LIST).status == 401


def test_a_suspended_diagnostician_is_told_so(phone: Phone, database: Database, world: World) -> None:
    decide_accreditation(
        database,
        actor_of(world.people["coordinator"]),
        world.people["diagnostician"].id,
        AccreditationState.SUSPENDED,
        note="",
        on=paris_day(now()),
    )
    refused = phone.get(LIST)
    assert (refused.status, refused.nature) == (403, "error")


def test_a_digest_answer_is_accepted_once(phone: Phone) -> None:
    phone.scheme = "digest"
    phone.challenge = phone.offered(phone.raw("GET", LIST))
    proof = {"Authorization": phone.proof("GET", LIST, count=1)}
    assert phone.raw("GET", LIST, proof).status == 200
    again = phone.raw("GET", LIST, proof)
    assert again.status == 401
    assert "stale=true" in again.headers["WWW-Authenticate"], "a client takes the new nonce without asking anybody"
    assert phone.raw("GET", LIST, {"Authorization": phone.proof("GET", LIST, count=2)}).status == 200


def test_a_digest_answer_is_for_one_address_and_one_method(phone: Phone) -> None:
    phone.scheme = "digest"
    phone.challenge = phone.offered(phone.raw("GET", LIST))
    proof = {"Authorization": phone.proof("GET", LIST)}
    assert phone.raw("GET", "/openrosa/formulaires/2026-1", proof).status == 401
    assert phone.raw("POST", "/openrosa/submission", proof).status == 401


def test_an_old_or_foreign_nonce_is_refused(app: Flask, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.scheme = "digest"
    phone.challenge = phone.offered(phone.raw("GET", LIST))
    ours = phone.challenge["nonce"]
    phone.challenge["nonce"] = ours[:-1] + ("0" if ours[-1] != "0" else "1")
    foreign = phone.raw("GET", LIST, {"Authorization": phone.proof("GET", LIST)})
    assert foreign.status == 401
    assert "stale" not in foreign.headers["WWW-Authenticate"]
    phone.challenge["nonce"] = http_auth.new_nonce("x" * 40, at=now().timestamp() - http_auth.NONCE_SECONDS - 5)
    old = phone.raw("GET", LIST, {"Authorization": phone.proof("GET", LIST)})
    assert old.status == 401
    assert "stale=true" in old.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Digest", 'Digest username="a"', "Bearer x",
     'Digest username="tel-a", realm="diagnostics-partages", nonce="zz..", uri="/openrosa/formList", response="\xe9", qop=auth, nc=1, cnonce="x"'],
)  # fmt: skip
def test_malformed_proofs_are_refused(phone: Phone, header: str) -> None:
    assert phone.raw("GET", LIST, {"Authorization": header}).status == 401


def test_basic_is_not_offered_in_the_clear_where_https_is_asked_for(app: Flask, new_device: Callable[..., NewDevice]) -> None:
    device = new_device()
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"secure_cookies": True})
    client = app.test_client()
    clear = client.get(LIST, auth=(device.login, device.password))
    assert clear.status_code == 401
    assert all(header.startswith("Digest") for header in clear.headers.get_all("WWW-Authenticate"))
    assert client.get(LIST, auth=(device.login, device.password), base_url="https://localhost").status_code == 200


def test_the_database_holds_nothing_that_opens(database: Database, new_device: Callable[..., NewDevice]) -> None:
    device = new_device()
    with database.read() as session:
        stored = session.scalars(select(Device)).one()
        written = json.dumps({column.name: str(getattr(stored, column.name)) for column in Device.__table__.columns})
    for algorithm in (hashlib.md5, hashlib.sha256):
        ours = f"{device.login}:{http_auth.REALM}:{device.password}".encode()
        assert algorithm(ours).hexdigest() not in written
    assert device.password not in written
    assert len(device.password.replace("-", "")) * 5 >= 128


def test_the_password_is_shown_once_with_collects_settings(
    signed_in: Callable[[str], Client], world: World, database: Database, app: Flask
) -> None:
    browser = signed_in("diagnostician")
    shown = browser.post_form("/mon-compte/appareils", {"name": "Téléphone"})
    assert shown.status_code == 200
    with database.read() as session:
        device = session.scalars(select(Device)).one()
        verbs = session.scalars(select(JournalLine.verb)).all()
    password = http_auth.password_of("x" * 40, device.salt)
    assert password in shown.get_data(as_text=True)
    assert password not in browser.page("/mon-compte/appareils").text
    assert "device_added" in verbs
    assert browser.post_form("/mon-compte/appareils", {"name": " "}).status_code == 422
    with app.test_request_context():
        code = collect_settings(NewDevice(1, "x", device.login, password))
    project = json.loads(zlib.decompress(base64.b64decode(code)))
    assert project["general"]["server_url"].endswith("/openrosa")
    assert (project["general"]["username"], project["general"]["password"]) == (device.login, password)


@pytest.mark.parametrize("role", ["coordinator", "referent", "admin", "analyst"])
def test_only_diagnosticians_have_devices(signed_in: Callable[[str], Client], role: str) -> None:
    assert signed_in(role).get("/mon-compte/appareils").status_code == 403
