"""The application served on a free port, a diagnostician with a dossier, and a phone of theirs."""

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from diagnostics.actions.devices import NewDevice, add_device
from diagnostics.db import Database
from tests.conftest import World
from tests.dossier import actor_of, new_dossier
from tests.openrosa.phone import Phone


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()


@pytest.fixture
def dossier(database: Database, world: World) -> int:
    return new_dossier(database, world)


@pytest.fixture
def new_device(app: Flask, database: Database, world: World) -> Callable[..., NewDevice]:
    secret = app.extensions["settings"].secret_key.get_secret_value()

    def add(who: str = "diagnostician", name: str = "Téléphone") -> NewDevice:
        return add_device(database, actor_of(world.people[who]), name, secret=secret)

    return add


@pytest.fixture
def phone(port: int, new_device: Callable[..., NewDevice], dossier: int) -> Phone:
    device = new_device()
    return Phone(port, device.login, device.password)
