"""What noting the filling costs a save: nothing noted, in a transaction of its own, or in batches.

One writer, SQLite with synchronous FULL, the three ways in turn within each round so that the machine's noise falls on all.
Promise: with batches, a save takes at most 10 % longer than without paradata. Then the author of each value: read from the
journal, against a dossier with 3,000 saves.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from sqlalchemy import Table, insert, select

from bench.scene import instance, median
from diagnostics import create_app
from diagnostics.access import Actor
from diagnostics.actions.answers import save_section
from diagnostics.actions.paradata import Recorder
from diagnostics.db import Database
from diagnostics.models import Diagnosis, JournalLine, ParadataEvent, ParadataKind, Role, SectionAnswers, State, User, now
from diagnostics.settings import load_settings
from diagnostics.value_history import last_changes
from questionnaires.answers import Answer

ROUNDS = 60
SECTION = "S10"
PROMISE = 1.10
SAVES = 3_000
ADD = insert(cast("Table", ParadataEvent.__table__))


def main() -> bool:
    """Prints the medians and gives whether the promise holds."""
    with instance(60) as folder:
        app = create_app({"instance_path": folder, "log_level": "ERROR"})
        database: Database = app.extensions["database"]
        with database.read() as session:
            number, owner = session.execute(
                select(Diagnosis.id, User)
                .join(User, User.id == Diagnosis.diagnostician_id)
                .where(Diagnosis.state.in_([State.ENTRY, State.RETURNED]))
            ).all()[0]
        actor = Actor(Role.DIAGNOSTICIAN, owner.name, user_id=owner.id, structure_id=owner.structure_id, session_id=1)
        times = _times(database, actor, number)
        for name, found in times.items():
            print(f"{name:>28}: {median(found) * 1000:7.2f} ms")
        ratio = median(times["in batches"]) / median(times["nothing noted"])
        print(f"{'in batches / nothing':>28}: {ratio:7.2f} (promise {PROMISE})")
        print(f"{'authors, 3,000 saves':>28}: {_authors(database, number) * 1000:7.2f} ms")
        database.dispose()
    return ratio <= PROMISE


def _times(database: Database, actor: Actor, number: int) -> dict[str, list[float]]:
    recorder = Recorder(database, load_settings({"secret_key": "x" * 40, "paradata_seconds": 60}))
    rows = [
        {
            "at": now(),
            "session": "s",
            "diagnosis_id": number,
            "section": SECTION,
            "kind": kind,
            "detail": {"questions": ["tresorerie"]},
        }
        for kind in (ParadataKind.CHANGED, ParadataKind.SHOWN)
    ]

    def apart() -> None:
        with database.write() as session:
            session.connection().execute(ADD, rows)

    def batched() -> None:
        recorder.add(actor, number, SECTION, [(row["kind"], row["detail"]) for row in cast("list[Mapping[str, Any]]", rows)])

    ways: dict[str, Callable[[], None]] = {
        "nothing noted": lambda: None,
        "in a transaction of its own": apart,
        "in batches": batched,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(ROUNDS):
        for name, note in ways.items():
            with database.read() as session:
                revision = session.scalar(
                    select(SectionAnswers.revision).where(SectionAnswers.diagnosis_id == number, SectionAnswers.section == SECTION)
                )
            given = {"tresorerie": Answer(float(100_000 + sum(map(len, times.values()))))}
            started = time.perf_counter()
            save_section(database, actor, number, SECTION, given, base_revision=revision or 0)
            note()
            times[name].append(time.perf_counter() - started)
    recorder.flush()
    return times


def _authors(database: Database, number: int) -> float:
    with database.write() as session:
        session.execute(
            insert(JournalLine),
            [
                {
                    "at": now(),
                    "actor_role": "diagnostician",
                    "verb": "section_saved",
                    "subject": "diagnosis",
                    "subject_id": number,
                    "detail": {"section": f"S{each % 11}", "questions": [f"q{each % 20}"], "revision": each},
                }
                for each in range(SAVES)
            ],
        )
    times = []
    for _each in range(9):
        with database.read() as session:
            started = time.perf_counter()
            last_changes(session, number, SECTION)
            times.append(time.perf_counter() - started)
    return median(times)
