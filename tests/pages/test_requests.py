"""What every request is held to: no NUL, which PostgreSQL refuses, and a refusal that the browser has time to read."""

import io
from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import Client


@pytest.mark.parametrize(
    ("account", "address"),
    [
        ("administration", "/administration?texte=%00a"),
        ("administration", "/administration/journal?personne=%00a"),
        ("administration", "/administration/journal?verbe=%00a&objet=%00a"),
        ("coordination", "/panel/?recherche=%00a"),
        ("coordination", "/dossiers?recherche=%00a"),
        ("coordination", "/rapports?recherche=%00a"),
        ("coordination", "/dossiers?etat=%00&tri=%00"),
    ],
)
def test_a_search_leaves_a_nul_out(demo: Flask, demo_client: Callable[[str], Client], account: str, address: str) -> None:
    assert demo_client(account).get(address).status_code == 200


@pytest.mark.parametrize("address", ["/dossiers/PACA%00-0001", "/rapports/%00", "/syntheses/%00/region"])
def test_a_path_with_a_nul_leads_nowhere(demo_client: Callable[[str], Client], address: str) -> None:
    assert demo_client("coordination").get(address).status_code == 404


def test_a_form_leaves_a_nul_out(demo: Flask, demo_client: Callable[[str], Client]) -> None:
    client = demo_client("coordination")
    answer = client.post_form("/reseau/structures/ajouter", {"code": "SUD-9", "name": "Fédération\0 du Sud", "kind": "federation"})
    assert answer.status_code == 302
    assert "Fédération du Sud" in client.get("/reseau").get_data(as_text=True)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_a_refused_request_is_read_to_its_end(demo: Flask, demo_client: Callable[[str], Client], kind: str) -> None:
    body = io.BytesIO(b"texte=" + b"x" * 10_000_000)
    answer = demo_client("coordination").post(
        "/reseau/structures/ajouter",
        input_stream=body,
        content_length=10_000_006,
        content_type=kind,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code in {400, 413}
    assert body.tell() == 10_000_006
