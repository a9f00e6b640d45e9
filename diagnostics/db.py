"""The database: one engine, sessions that only read, and transactions that write.

A page that reads gets `Database.read()`: the database itself refuses it any change. Whoever changes something opens
`Database.write()`, which takes SQLite's write lock at once (BEGIN IMMEDIATE) instead of failing half-way with
"database is locked", and commits at the end of the block. Only `diagnostics.actions` and `diagnostics.jobs` do that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

# Versions 3.7.0 to 3.51.2 of SQLite can corrupt a database in WAL mode when a checkpoint restarts the log.
OLDEST_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000
# Where a session keeps the numbers of the jobs that it added; `diagnostics.jobs` fills it.
ADDED_JOBS = "added_jobs"
# Where a session says which database it belongs to; `diagnostics.catalogues` reads it.
OWNER = "database"


class DatabaseError(Exception):
    """The database cannot be used as it is; the message says what to do."""


class Database:
    """One engine for SQLite or PostgreSQL, and the two ways to use it."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = _sqlite_engine(url)
        elif parsed.get_backend_name() == "postgresql":
            self.engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8)
            event.listen(self.engine, "begin", _begin_postgresql)
        else:
            message = f"Base de données inconnue / unknown database « {parsed.drivername} » : sqlite, postgresql."
            raise DatabaseError(message)
        # What other modules keep for as long as this database is open, by their own name.
        self.kept: dict[str, Any] = {}
        self.announce: Callable[[list[int]], None] = lambda _jobs: None
        self._reader = self.engine.execution_options(diagnostics_mode="read")
        self._writer = self.engine.execution_options(diagnostics_mode="write")

    def read(self) -> Session:
        """A session that can select and nothing else."""
        return Session(self._reader, expire_on_commit=False, autoflush=False, info={OWNER: self})

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, rolled back if the block raises.

        The numbers of the jobs that the block added are announced once the commit has succeeded, so that the queue never
        carries the number of a job that was rolled back.
        """
        with Session(self._writer, expire_on_commit=False, info={OWNER: self}) as session:
            with session.begin():
                yield session
            added = session.info.pop(ADDED_JOBS, [])
        if added:
            self.announce(added)

    def dispose(self) -> None:
        """Closes every pooled connection."""
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    found = pysqlite3.dbapi2.sqlite_version_info
    if found < OLDEST_SQLITE:
        message = f"SQLite {'.'.join(map(str, found))} est trop ancien (3.51.3 au moins) : réinstallez les dépendances."
        raise DatabaseError(message)
    engine = create_engine(url, module=pysqlite3.dbapi2)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    """Sets what a connection keeps: durable commits, patience, foreign keys, and our own BEGIN."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        "cache_size = -32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("diagnostics_mode", "write")
    if mode == "read":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN DEFERRED")
    else:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("diagnostics_mode") == "read":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
