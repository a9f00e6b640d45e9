"""Default deny: every route, for every role and for nobody, on the demonstration.

`permissions.txt` is the whole list of pages and who may enter: a route that appears, vanishes or opens to somebody else
changes that file, and so cannot pass unseen.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from diagnostics.access import EVERYBODY, permission_of
from diagnostics.models import Diagnosis, Edition, Role, State, User
from tests.conftest import Client
from tests.house.imports import ROOT

LIST = ROOT / "tests" / "house" / "permissions.txt"
ACCOUNTS = {
    Role.COORDINATOR: "coordination",
    Role.REFERENT: "referent",
    Role.DIAGNOSTICIAN: "diagnostic",
    Role.ANALYST: "analyse",
    Role.COMMITTEE: "comite",
    Role.PARTNER: "partenaires",
    Role.ADMIN: "administration",
}
# The interface of phones: a browser's cookie opens nothing there, whoever it belongs to.
DEVICES = "openrosa."


def _device_method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or set()) else "POST"


def _line(app: Flask, rule: Rule) -> str:
    permission = permission_of(app, rule.endpoint)
    assert permission is not None
    methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    who = "anybody" if permission.anonymous else ",".join(sorted(role.value for role in permission.roles))
    return f"{rule.rule} {methods} {who}"


def test_the_list_of_pages_and_who_may_enter_is_as_agreed(app: Flask) -> None:
    found = sorted(_line(app, rule) for rule in app.url_map.iter_rules())
    assert found == LIST.read_text(encoding="utf-8").splitlines()


def _address(app: Flask, rule: Rule, reference: str, edition: int, user: int) -> str:
    values: dict[str, Any] = {
        "reference": reference,
        "code": "S1",
        "scope": "region",
        "number": edition,
        "secret": "x" * 43,
        "name": "refuse",
        "filename": "css/app.css",
        "voice": "diagnostician",
        "user_id": user,
    }
    chosen = {argument: values.get(argument, 1) for argument in rule.arguments}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **chosen) if chosen else rule.rule


@pytest.fixture
def addresses(demo: Flask) -> list[tuple[Rule, str]]:
    with demo.extensions["database"].read() as session:
        owner = session.scalar(select(User.id).where(User.email == "diagnostic@demo.invalid"))
        reference = session.scalar(
            select(Diagnosis.reference)
            .where(Diagnosis.diagnostician_id == owner, Diagnosis.state != State.DRAWN)
            .order_by(Diagnosis.id)
            .limit(1)
        )
        edition = session.scalar(select(Edition.number))
    assert reference
    assert edition
    return [
        (rule, _address(demo, rule, reference, edition, owner or 1))
        for rule in demo.url_map.iter_rules()
        if rule.endpoint != "static"
    ]


@pytest.mark.parametrize("role", sorted(ACCOUNTS))
def test_a_role_enters_where_it_may_and_nowhere_else(
    demo: Flask, demo_client: Callable[[str], Client], addresses: list[tuple[Rule, str]], role: Role
) -> None:
    client = demo_client(ACCOUNTS[role])
    for rule, address in addresses:
        permission = permission_of(demo, rule.endpoint)
        assert permission is not None
        if permission.anonymous:
            continue
        if rule.endpoint.startswith(DEVICES):
            assert client.open(address, method=_device_method(rule)).status_code == 401, f"{role} enters {address} with a cookie"
            continue
        method = "GET" if "GET" in (rule.methods or set()) else "POST"
        response = client.open(address, method="GET") if method == "GET" else client.post_form(address, {})
        if role in permission.roles:
            assert response.status_code != 403 or rule.endpoint.startswith(
                ("panel.", "network.", "dossiers.", "questionnaire.", "admin.")
            ), f"{role} is sent away from {address}"
            assert response.status_code < 500, f"{address}: {response.status_code}"
        else:
            assert response.status_code == 403, f"{role} at {method} {address}: {response.status_code}"


def test_nobody_enters_without_signing_in(demo: Flask, addresses: list[tuple[Rule, str]]) -> None:
    client = demo.test_client()
    assert isinstance(client, Client)
    for rule, address in addresses:
        permission = permission_of(demo, rule.endpoint)
        assert permission is not None
        if permission.anonymous:
            continue
        assert permission.roles < EVERYBODY | {Role.FIRM}
        if rule.endpoint.startswith(DEVICES):
            refused = client.open(address, method=_device_method(rule))
            assert (refused.status_code, "WWW-Authenticate" in refused.headers) == (401, True), address
            continue
        response = client.get(address) if "GET" in (rule.methods or set()) else client.post_form(address, {}, page="/connexion")
        if permission.roles == {Role.FIRM}:
            # A firm has no account to sign in with: its page says to open the link that it was sent.
            assert response.status_code == 401, f"{address}: {response.status_code}"
            continue
        assert response.status_code == 302, f"{address}: {response.status_code}"
        assert response.headers["Location"].startswith("/connexion")


def test_social_partners_reach_syntheses_and_nothing_of_a_firm(demo: Flask, demo_client: Callable[[str], Client]) -> None:
    client = demo_client("partenaires")
    with demo.extensions["database"].read() as session:
        names = [diagnosis.firm.name for diagnosis in session.scalars(select(Diagnosis).order_by(Diagnosis.id))]
        references = list(session.scalars(select(Diagnosis.reference).order_by(Diagnosis.id)))
    index = client.page("/syntheses")
    seen = index.text
    for link in index.all("//a[starts-with(@href, '/syntheses/')]/@href"):
        response = client.get(str(link))
        assert response.status_code == 200
        if response.mimetype != "application/pdf":
            seen += response.get_data(as_text=True)
    assert not [name for name in names if name in seen]
    assert not [reference for reference in references if reference in seen]
