"""kill -9 of the whole server at random moments under load: nothing acknowledged is lost, nothing is saved twice.

1. Every save that was acknowledged is in the database, with the revision that the acknowledgement named.
2. A save sent again after its answer was lost is not made twice: the revisions are exactly the operations.
3. The journal folds to the state: no revision is missing, no line without its save.
"""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from diagnostics import consistency
from diagnostics.db import Database
from diagnostics.models import JournalLine, Operation, SectionAnswers, State
from tests.conftest import Client, World
from tests.dossier import new_dossier, value_of
from tests.html import Page

KILLS = 20
SEED = int(os.environ.get("KILL_SEED", "20261124"))
QUESTIONS = ("eff_total", "eff_rqth", "eff_temps_partiel")
DOSSIERS = 2
PATIENCE = 60.0


@dataclass
class Servers:
    """The nursery of gunicorns, and the port where the present one answers."""

    nursery: subprocess.Popen[str]
    port: int = 0
    group: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> tuple[int, int]:
        """Starts one; gives its port and its group."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(f"{port}\n")
        self.nursery.stdin.flush()
        return port, int(self.nursery.stdout.readline())

    def wait(self, port: int) -> None:
        """Waits until it answers."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with suppress(OSError, http.client.HTTPException), closing(connection):
                connection.request("GET", "/hors-ligne/etat")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.05)
        pytest.fail("the server does not start")


@contextmanager
def nursery(folder: Path, url: str) -> Iterator[Servers]:
    environment = os.environ | {
        "DIAGNOSTICS_INSTANCE_PATH": str(folder),
        "DIAGNOSTICS_DATABASE_URL": url,
        "DIAGNOSTICS_SECRET_KEY": "x" * 40,
        "DIAGNOSTICS_RATE_LIMITS": "false",
        "DIAGNOSTICS_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, str(Path(__file__).with_name("server.py"))]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    servers = Servers(process)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        servers.port, servers.group = servers.start()
        servers.wait(servers.port)
        yield servers
    finally:
        servers.stop.set()
        with suppress(ProcessLookupError):
            os.killpg(servers.group, signal.SIGKILL)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=20)


@dataclass
class Writer(threading.Thread):
    """Saves one question of one dossier again and again; what is not acknowledged is sent again under the same name."""

    servers: Servers
    address: str
    question: str
    headers: dict[str, str]
    acknowledged: dict[str, int] = field(default_factory=dict)
    value: int = 0
    again: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        mark = None
        while not self.servers.stop.is_set():
            name = str(uuid.uuid4())
            base = {"r": -1, "f": {self.question: mark} if mark else {}}
            fields = [["q", self.question], [self.question, str(self.value + 1)]]
            answer = self._sent(json.dumps({"operation": name, "base": base, "fields": fields}))
            if answer is None:
                return
            self.value += 1
            self.acknowledged[name] = int(answer["revision"])
            mark = answer["base"][self.question]

    def _sent(self, body: str) -> dict[str, Any] | None:
        """The acknowledgement, however many servers it takes."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self.servers.port, timeout=10)) as connection:
                    connection.request("POST", self.address, body, self.headers)
                    with connection.getresponse() as response:
                        found = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError):
                self.again += 1
                time.sleep(0.02)
                continue
            if response.status == 200:
                return dict(found)
            if response.status != 503:
                self.wrong.append(f"{response.status} {found}")
                return None
        self.wrong.append("never acknowledged")
        return None


def headers_of(app: Flask, world: World) -> dict[str, str]:
    """A signed-in diagnostician's cookie and token."""
    client = app.test_client()
    assert isinstance(client, Client)
    assert client.sign_in(world.people["diagnostician"].email).status_code == 302
    token = Page(client.get("/mon-compte").get_data(as_text=True)).csrf_token()
    cookie = client.get_cookie("diagnostics")
    assert cookie is not None
    return {
        "Cookie": f"diagnostics={cookie.value}",
        "X-CSRFToken": token,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


@pytest.mark.timeout(240)
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    app: Flask, database: Database, database_url: str, world: World, tmp_path: Path
) -> None:
    sys.stdout.write(f"seed {SEED}\n")
    chance = random.Random(SEED)  # noqa: S311 - When to kill is no secret.
    numbers = [
        new_dossier(database, world, state=State.VISITED, reference=f"PACA-000{place}", siret=f"7328293200007{place}")
        for place in range(DOSSIERS)
    ]
    headers = headers_of(app, world)
    with nursery(tmp_path / "instance", database_url) as servers:
        writers = [
            Writer(servers, f"/dossiers/PACA-000{place}/questionnaire/S2/operations", question, headers)
            for place in range(DOSSIERS)
            for question in QUESTIONS
        ]
        for writer in writers:
            writer.start()
        for _kill in range(KILLS):
            port, group = servers.start()
            servers.wait(port)
            time.sleep(chance.uniform(0.0, 0.7))
            killed, servers.port, servers.group = servers.group, port, group
            os.killpg(killed, signal.SIGKILL)
        time.sleep(0.5)
        servers.stop.set()
        for writer in writers:
            writer.join(timeout=PATIENCE)
    judge(database, numbers, writers)


def judge(database: Database, numbers: list[int], writers: list[Writer]) -> None:
    assert [writer.wrong for writer in writers if writer.wrong] == []
    total = sum(len(writer.acknowledged) for writer in writers)
    sys.stdout.write(f"{total} saves acknowledged, {sum(writer.again for writer in writers)} sendings without an answer\n")
    with database.read() as session:
        operations = {row.uuid: row.revision for row in session.scalars(select(Operation).order_by(Operation.uuid))}
        revisions = sum(session.scalars(select(SectionAnswers.revision).order_by(SectionAnswers.diagnosis_id)))
        lines = len(session.scalars(select(JournalLine.id).where(JournalLine.verb == "section_saved")).all())
        assert list(consistency.faults(session)) == []
    for place, writer in enumerate(writers):
        assert {name: operations.get(name) for name in writer.acknowledged} == writer.acknowledged, (
            "an acknowledged save is missing"
        )
        assert value_of(database, numbers[place // len(QUESTIONS)], "S2", writer.question) == writer.value
    assert len(operations) == total == revisions == lines, "a save is there twice, or one is missing"
    assert total > KILLS
    assert sum(writer.again for writer in writers) > 0, "no kill met a save under way"
