"""A section's save under 32 concurrent clients, against a bare Flask + SQLAlchemy view that writes the same bytes with the same durability.

Both are served alike (gunicorn, two workers of four threads, SQLite in WAL with synchronous FULL), driven by the same client
one after the other in alternation, so that the machine's noise falls on both. Promise: at least 60 % of the bare view's saves
per second, and no error.
"""

import http.client
import http.cookies
import json
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from lxml import html
from sqlalchemy import select, text

from bench.scene import instance, median, quantile, served
from diagnostics import create_app
from diagnostics.actions.demo import PASSWORD
from diagnostics.merging import fingerprint
from diagnostics.models import Diagnosis, SectionAnswers, State, User
from questionnaires.answers import Answer

CLIENTS = 32
SECONDS = 6.0
ROUNDS = 3
SECTION = "S10"
PROMISE = 0.60
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Client:
    """One signed-in diagnostician on a dossier of their own."""

    port: int
    path: str
    fields: list[tuple[str, str]]
    cookie: str
    times: list[float] = field(default_factory=list)
    errors: int = 0

    def filled(self, cash: int) -> list[tuple[str, str]]:
        """The form with another figure, and the base that the page would carry after the save before."""
        values = dict(self.fields)
        if "base" in values and self.times:
            base = json.loads(values["base"])
            base["r"] += 1
            base["f"]["tresorerie"] = fingerprint(Answer(float(cash - 1)))
            values["base"] = json.dumps(base, separators=(",", ":"))
            self.fields = [(name, values["base"] if name == "base" else value) for name, value in self.fields]
        given = {"tresorerie": str(cash), "operation": str(uuid.uuid4())}
        return [(name, given.get(name, value)) for name, value in self.fields]

    def run(self, until: float) -> None:
        """Saves again and again, each time with another figure, until the time is up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        count = 0
        while time.monotonic() < until:
            count += 1
            body = urlencode(self.filled(100_000 + len(self.times)))
            started = time.monotonic()
            try:
                connection.request("POST", self.path, body, FORM | {"Cookie": self.cookie})
                response = connection.getresponse()
                response.read()
                if response.status not in {302, 303}:
                    self.errors += 1
            except (OSError, http.client.HTTPException):
                self.errors += 1
                connection.close()
            self.times.append(time.monotonic() - started)
        connection.close()


def prepare(folder: Path) -> list[tuple[str, str]]:
    """Gives every client a dossier in entry; the addresses of the diagnosticians and the dossiers' references."""
    app = create_app({"instance_path": folder, "log_level": "ERROR"})
    database = app.extensions["database"]
    with database.write() as session:
        session.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, content TEXT NOT NULL)"))
        owners = session.scalars(select(User).where(User.role == "diagnostician").order_by(User.id).limit(CLIENTS)).all()
        chosen = session.scalars(
            select(Diagnosis)
            .join(SectionAnswers, SectionAnswers.diagnosis_id == Diagnosis.id)
            .where(SectionAnswers.section == SECTION)
            .order_by(Diagnosis.id)
            .limit(CLIENTS)
        ).all()
        assert len(chosen) == CLIENTS == len(owners), "the demonstration gives each client a diagnostician and a filled dossier"
        pairs = []
        for owner, diagnosis in zip(owners, chosen, strict=True):
            diagnosis.state, diagnosis.diagnostician_id = State.ENTRY, owner.id
            pairs.append((owner.email, diagnosis.reference))
    database.dispose()
    return pairs


def sign_in(port: int, email: str) -> str:
    """A signed-in session's cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/connexion")
    response = connection.getresponse()
    page = response.read().decode()
    cookie = _cookie(response)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, "the sign-in page has no token"
    connection.request(
        "POST", "/connexion", urlencode({"csrf_token": token[1], "email": email, "password": PASSWORD}), FORM | {"Cookie": cookie}
    )
    response = connection.getresponse()
    response.read()
    assert response.status == 302, f"sign-in answered {response.status}"
    return _cookie(response)


def _cookie(response: http.client.HTTPResponse) -> str:
    jar: http.cookies.SimpleCookie = http.cookies.SimpleCookie()
    for header in response.headers.get_all("Set-Cookie") or []:
        jar.load(header)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


def form_of(port: int, path: str, cookie: str) -> tuple[list[tuple[str, str]], str]:
    """The section's form as the page gives it, ready to be sent back, and the cookie that goes with its token."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    page = response.read().decode()
    tree = html.fromstring(page)
    form = max(tree.forms, key=lambda found: len(list(found.inputs)))
    fields = [(name, value) for name, value in form.form_values() if name]
    return fields, _cookie(response) or cookie


def drive(clients: list[Client]) -> float:
    """Lets the clients save together; gives the saves per second."""
    before = sum(len(client.times) for client in clients)
    until = time.monotonic() + SECONDS
    started = time.monotonic()
    threads = [threading.Thread(target=client.run, args=(until,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (sum(len(client.times) for client in clients) - before) / (time.monotonic() - started)


def main() -> bool:
    """Measures and prints; gives whether the promise is held."""
    with instance(120) as folder:
        pairs = prepare(folder)
        with served(folder, "wsgi:app", "/sante") as port, served(folder, "bench.bare:app", "/sante") as bare_port:
            ours, bare = [], []
            for number, (email, reference) in enumerate(pairs, start=1):
                cookie = sign_in(port, email)
                path = f"/dossiers/{reference}/questionnaire/{SECTION}"
                fields, cookie = form_of(port, path, cookie)
                ours.append(Client(port, path, fields, cookie))
                bare.append(Client(bare_port, f"/{number}", fields, ""))
            ratios, rates = [], []
            for _round in range(ROUNDS):
                other = drive(bare)
                rate = drive(ours)
                ratios.append(rate / other)
                rates.append((rate, other))
    return report(ours, ratios, rates)


def report(ours: list[Client], ratios: list[float], rates: list[tuple[float, float]]) -> bool:
    """Prints the figures; gives whether the promise is held."""
    errors = sum(client.errors for client in ours)
    times = [each for client in ours for each in client.times]
    best = max(rates)
    print(f"saves: {len(ours)} clients, section {SECTION} ({len(ours[0].fields)} fields)")
    print(
        f"  ours {best[0]:.0f}/s, bare view {best[1]:.0f}/s in the best of {len(rates)} rounds; ratio {median(ratios):.2f} (median), {min(ratios):.2f} (worst)"
    )
    print(f"  p50 {quantile(times, 0.5) * 1000:.0f} ms, p99 {quantile(times, 0.99) * 1000:.0f} ms, errors {errors}")
    return median(ratios) >= PROMISE and errors == 0
