"""A NUL in a search is nonsense that PostgreSQL refuses: every search leaves it out, on both databases."""

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
    ],
)
def test_a_search_leaves_a_nul_out(demo: Flask, demo_client: Callable[[str], Client], account: str, address: str) -> None:
    assert demo_client(account).get(address).status_code == 200
