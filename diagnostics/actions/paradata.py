"""Paradata: events kept in memory for a few seconds, written together, and taken away when their retention ends.

A save never waits for them: they are added to a list, and a timer writes the list in a transaction of its own. What a killed
process had not written yet is lost, which an answer never is; `docs/paradata.md` says what was measured.
"""

import atexit
import hashlib
import hmac
import threading
import weakref
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

import structlog
from flask import Flask
from sqlalchemy import CursorResult, Table, delete, insert
from sqlalchemy.exc import SQLAlchemyError

from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import log as note
from diagnostics.db import Database
from diagnostics.models import ParadataEvent, ParadataKind, Role, now
from diagnostics.settings import Settings

MOST_WAITING = 20_000
PSEUDONYM_SIGNS = 12
EXTENSION = "paradata"
PROGRAMME = Actor(Role.ADMIN, "programme")

log = structlog.get_logger()
_insert = insert(cast("Table", ParadataEvent.__table__))


class Recorder:
    """Takes events from requests and writes them in batches; one for each process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._key = settings.secret_key.get_secret_value().encode()
        self._seconds = settings.paradata_seconds
        self.records = settings.paradata_days > 0
        self._waiting: list[dict[str, Any]] = []
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()

    def pseudonym(self, session_id: int | None) -> str:
        """What stands for a signed-in session: the same for its whole life, and nothing that leads back to it without the secret."""
        return hmac.new(self._key, f"paradata:{session_id}".encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_SIGNS]

    def add(self, actor: Actor, diagnosis_id: int, section: str, events: Iterable[tuple[ParadataKind, dict[str, Any]]]) -> None:
        """Takes events of one section by one person; nothing is written yet."""
        if not self.records:
            return
        moment, session = now(), self.pseudonym(actor.session_id)
        rows = [
            {"at": moment, "session": session, "diagnosis_id": diagnosis_id, "section": section, "kind": kind, "detail": detail}
            for kind, detail in events
        ]
        with self._lock:
            self._waiting.extend(rows)
            # A database out of reach must not fill the memory: the oldest events go first.
            del self._waiting[:-MOST_WAITING]
            if self._seconds and self._timer is None:
                self._timer = threading.Timer(self._seconds, self.flush)
                self._timer.daemon = True
                self._timer.start()
        if not self._seconds:
            self.flush()

    def flush(self) -> int:
        """Writes what waits, in one transaction; gives how many events. What cannot be written is said in the log and left."""
        with self._lock:
            rows, self._waiting, self._timer = self._waiting, [], None
        if not rows:
            return 0
        try:
            with self._database.write() as session:
                session.connection().execute(_insert, rows)
        except SQLAlchemyError as error:
            log.warning("paradata_lost", events=len(rows), error=type(error).__name__)
            return 0
        return len(rows)


def purge(database: Database, settings: Settings) -> int:
    """Takes away the events older than their retention, with a line in the journal when there were any; gives how many."""
    limit = now() - timedelta(days=settings.paradata_days)
    with database.write() as session:
        gone = cast("CursorResult[Any]", session.execute(delete(ParadataEvent).where(ParadataEvent.at < limit))).rowcount
        if gone:
            note(session, PROGRAMME, "paradata_purged", "campaign", None, events=gone, days=settings.paradata_days)
        return gone


def note_export(database: Database, actor: Actor, *, events: int, dossiers: int) -> None:
    """Writes in the journal that somebody took the paradata away."""
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    with database.write() as session:
        note(session, actor, "paradata_exported", "campaign", None, events=events, dossiers=dossiers)


def _flush(reference: "weakref.ref[Recorder]") -> None:
    recorder = reference()
    if recorder is not None:
        recorder.flush()


def init_app(app: Flask) -> None:
    """Makes the process's recorder; a process that ends in order writes what waits."""
    recorder = Recorder(app.extensions["database"], app.extensions["settings"])
    app.extensions[EXTENSION] = recorder
    atexit.register(_flush, weakref.ref(recorder))
