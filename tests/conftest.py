"""What every test may ask for: an application on an empty real database, people of each role, and a client that reads what it gets.

The database is SQLite in the test's own folder; with `--database=postgresql` it is a schema of its own in the private
cluster that `tests/postgresql.py` starts, so that the same suite runs on both.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from diagnostics import create_app
from diagnostics.actions.demo import PASSWORD as DEMO_PASSWORD
from diagnostics.actions.demo import load_demo, publish_demo
from diagnostics.actions.publication import consolidate
from diagnostics.db import Database
from diagnostics.models import (
    Accreditation,
    AccreditationState,
    Base,
    Campaign,
    Role,
    Structure,
    User,
)
from diagnostics.security import hash_password
from tests.html import Page
from tests.postgresql import Cluster

PASSWORD = "une phrase assez longue pour tous"
_HASH = hash_password(PASSWORD)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="the database that the suite runs on")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches the database runs again; the rest has been tested once already."""
    if config.getoption("--database") != "postgresql":
        return
    kept = [item for item in items if {"database_url", "demo"} & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


class Client(FlaskClient):
    """A browser without JavaScript: follows forms, adds their token, and checks every page that it is given."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data.strip():
            Page(response.get_data(as_text=True)).check()
        return response

    def page(self, url: str, status: int = 200) -> Page:
        """GETs a page, asserts its status and gives it parsed."""
        response = self.get(url)
        assert response.status_code == status, f"{url}: {response.status_code}"
        return Page(response.get_data(as_text=True))

    def post_form(self, url: str, data: Mapping[str, Any] | None = None, *, page: str | None = None, **kwargs: Any) -> TestResponse:
        """POSTs with the CSRF token found on `page` (default: the same address, else the sign-in page)."""
        token = ""
        for address in (page or url, "/mon-compte", "/connexion"):
            response = super().open(address, method="GET")
            if response.status_code == 200 and response.mimetype == "text/html":
                token = Page(response.get_data(as_text=True)).csrf_token()
            if token:
                break
        return self.post(url, data={"csrf_token": token, **dict(data or {})}, **kwargs)

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.post_form("/connexion", {"email": email, "password": password})


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster | None]:
    """The private PostgreSQL cluster, when the suite runs on it."""
    if request.config.getoption("--database") != "postgresql":
        yield None
        return
    with Cluster.running(tmp_path_factory.mktemp("postgresql")) as started:
        yield started


@pytest.fixture
def database_url(tmp_path: Path, cluster: Cluster | None) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    if cluster is None:
        yield f"sqlite+pysqlite:///{tmp_path / 'test.sqlite3'}"
        return
    with cluster.database() as url:
        yield url


@pytest.fixture
def bare_app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """An application whose database has no table yet."""
    made = _made(tmp_path / "instance", database_url)
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def app(bare_app: Flask) -> Flask:
    """An application on an empty schema."""
    with bare_app.extensions["database"].writer.begin() as connection:
        Base.metadata.create_all(connection)
    return bare_app


def _made(folder: Path, url: str) -> Flask:
    made = create_app(
        {
            "instance_path": folder,
            "database_url": url,
            "secret_key": "x" * 40,
            "rate_limits": False,
            "log_level": "ERROR",
            "paradata_seconds": 0,
        }
    )
    made.config["TESTING"] = True
    made.config["PROPAGATE_EXCEPTIONS"] = True
    made.test_client_class = Client
    return made


DEMO_FIRMS = 50


@pytest.fixture(scope="session")
def demo_template(cluster: Cluster | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The demonstration of 50 firms with its first edition, made once; tests work on copies. Gives its address and its folder."""
    folder = tmp_path_factory.mktemp("demonstration")
    with contextlib.ExitStack() as stack:
        url = f"sqlite+pysqlite:///{folder / 'demo.sqlite3'}" if cluster is None else stack.enter_context(cluster.database())
        made = _made(folder / "instance", url)
        base: Database = made.extensions["database"]
        with base.writer.begin() as connection:
            Base.metadata.create_all(connection)
        load_demo(base, firms=DEMO_FIRMS, seed=2013)
        with made.app_context():
            publish_demo(base, consolidate(base, made.extensions["settings"]))
        # The last connection that closes writes the log back into the file, so that the file alone can be copied.
        base.dispose()
        yield url, folder


@pytest.fixture
def demo(demo_template: tuple[str, Path], cluster: Cluster | None, tmp_path: Path) -> Iterator[Flask]:
    """An application on a copy of the demonstration."""
    url, _folder = demo_template
    with contextlib.ExitStack() as stack:
        if cluster is None:
            copy = tmp_path / "demo.sqlite3"
            shutil.copy(url.partition("///")[2], copy)
            own = f"sqlite+pysqlite:///{copy}"
        else:
            own = stack.enter_context(cluster.database(template=url))
        made = _made(tmp_path / "instance", own)
        yield made
        made.extensions["database"].dispose()


@pytest.fixture
def demo_client(demo: Flask) -> Callable[[str], Client]:
    """Gives a client signed in as one of the demonstration's accounts: `demo_client("coordination")`."""

    def open_as(name: str) -> Client:
        made = demo.test_client()
        assert isinstance(made, Client)
        response = made.sign_in(f"{name}@demo.invalid", DEMO_PASSWORD)
        assert response.status_code == 302, response.get_data(as_text=True)[:2000]
        return made

    return open_as


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def client(app: Flask) -> Client:
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@dataclass(frozen=True, slots=True)
class World:
    """A campaign, two structures and a person of each role (two diagnosticians in two structures)."""

    campaign_id: int
    structures: tuple[int, int]
    people: dict[str, User]


@pytest.fixture
def world(database: Database) -> World:
    """The smallest programme in which every role has somebody."""
    with database.write() as session:
        campaign = Campaign(name="Campagne d’essai", starts_on=date(2026, 1, 1), questionnaire_version="2026-1", target_size=12)
        first, second = Structure(name="Structure Un"), Structure(name="Structure Deux")
        session.add_all([campaign, first, second])
        session.flush()
        roles = {
            "coordinator": (Role.COORDINATOR, None),
            "referent": (Role.REFERENT, first.id),
            "diagnostician": (Role.DIAGNOSTICIAN, first.id),
            "other_diagnostician": (Role.DIAGNOSTICIAN, second.id),
            "analyst": (Role.ANALYST, None),
            "committee": (Role.COMMITTEE, None),
            "partner": (Role.PARTNER, None),
            "admin": (Role.ADMIN, None),
        }
        people = {
            name: User(
                email=f"{name}@exemple.fr",
                name=name.replace("_", " ").title(),
                role=role,
                structure_id=structure,
                password_hash=_HASH,
            )
            for name, (role, structure) in roles.items()
        }
        session.add_all(people.values())
        session.flush()
        session.add_all(
            Accreditation(user_id=people[name].id, state=AccreditationState.ACCREDITED, decided_on=date(2026, 1, 5))
            for name in ("diagnostician", "other_diagnostician")
        )
        return World(campaign.id, (first.id, second.id), people)


@pytest.fixture
def people(world: World) -> dict[str, User]:
    """A person of each role, by role name."""
    return world.people


@pytest.fixture
def signed_in(app: Flask, people: dict[str, User]) -> Callable[[str], Client]:
    """Gives a client signed in as somebody: `signed_in("coordinator")`."""

    def open_as(name: str) -> Client:
        made = app.test_client()
        assert isinstance(made, Client)
        response = made.sign_in(people[name].email)
        assert response.status_code == 302, response.get_data(as_text=True)[:2000]
        return made

    return open_as


def utc(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """A moment in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)
