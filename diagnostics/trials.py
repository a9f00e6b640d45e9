"""Where drafts of the questionnaire are tried: a small database of its own, apart from the programme's.

A coordinator fills the real section pages on an invented firm. Nothing of it is in the programme's database, so that no list,
count, export, report or synthesis can hold it. The file may be deleted at any time: only trials are lost.
"""

import threading

from flask import Flask

from diagnostics import migrations
from diagnostics.db import Database
from diagnostics.models import Base
from diagnostics.settings import Settings


class Trials:
    """The database of trials, opened and made when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        # Its schema is that of the code; another code finds another file.
        self._path = settings.instance_path / f"essais-{migrations.head()}.sqlite3"
        self._lock = threading.Lock()
        self._database: Database | None = None

    def database(self) -> Database:
        """The database of trials."""
        with self._lock:
            if self._database is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                opened = Database(f"sqlite+pysqlite:///{self._path}")
                with opened.writer.begin() as connection:
                    Base.metadata.create_all(connection)
                self._database = opened
            return self._database

    def dispose(self) -> None:
        """Closes it, if it was opened."""
        with self._lock:
            if self._database is not None:
                self._database.dispose()
                self._database = None


def init_app(app: Flask) -> None:
    """Connects it to the application."""
    app.extensions["trials"] = Trials(app.extensions["settings"])
