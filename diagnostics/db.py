"""The database: sessions that only read, and transactions that write.

A page that reads gets `Database.read()`: the database itself refuses it any change. Whoever changes something opens
`Database.write()`, which takes SQLite's write lock at once (BEGIN IMMEDIATE) instead of failing half-way with
"database is locked", and commits at the end of the block. Only `diagnostics.actions` and `diagnostics.jobs` do that.

On SQLite, readers and writers have connections of their own: a reader's refuses every change from the moment it is opened,
so that nothing has to be said again at the beginning of each transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.orm import Session

from diagnostics.turns import Turns

# Versions 3.7.0 to 3.51.2 of SQLite can corrupt a database in WAL mode when a checkpoint restarts the log.
OLDEST_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000
# Where a session keeps the numbers of the jobs that it added; `diagnostics.jobs` fills it.
ADDED_JOBS = "added_jobs"
# Where a session says which database it belongs to; `diagnostics.catalogues` reads it.
OWNER = "database"


class _ReadingDialect(SQLiteDialect_pysqlite):
    """SQLite for readers: a transaction is one snapshot, taken at its first select."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Opens the transaction."""
        dbapi_connection.execute("BEGIN DEFERRED")


class _WritingDialect(SQLiteDialect_pysqlite):
    """SQLite for writers: a transaction takes the write lock when it begins, and never half-way."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Opens the transaction."""
        dbapi_connection.execute("BEGIN IMMEDIATE")


registry.register("sqlite.reading", __name__, "_ReadingDialect")
registry.register("sqlite.writing", __name__, "_WritingDialect")


class DatabaseError(Exception):
    """The database cannot be used as it is; the message says what to do."""


class Database:
    """SQLite or PostgreSQL, and the ways to use it."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.reader, self.writer = _sqlite_engine(url, reads_only=True), _sqlite_engine(url, reads_only=False)
        elif parsed.get_backend_name() == "postgresql":
            engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8)
            event.listen(engine, "begin", _begin_postgresql)
            self.reader, self.writer = engine.execution_options(diagnostics_reads_only=True), engine
        else:
            message = f"Base de données inconnue / unknown database « {parsed.drivername} » : sqlite, postgresql."
            raise DatabaseError(message)
        # What other modules keep for as long as this database is open, by their own name.
        self.kept: dict[str, Any] = {}
        self.announce: Callable[[list[int]], None] = lambda _jobs: None
        self._turns = Turns(self.writer, Path(f"{parsed.database}-tour")) if self.is_sqlite else None

    def read(self, connection: Connection | None = None) -> Session:
        """A session that can select and nothing else; on a connection of `reader` that is open already, if one is given."""
        return Session(connection or self.reader, expire_on_commit=False, autoflush=False, info={OWNER: self})

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, rolled back if the block raises.

        The numbers of the jobs that the block added are announced once the commit has succeeded, so that the queue never
        carries the number of a job that was rolled back.
        """
        turn = self._turns.alone() if self._turns else nullcontext()
        with turn, Session(self.writer, expire_on_commit=False, info={OWNER: self}) as session:
            with session.begin():
                yield session
            added = session.info.pop(ADDED_JOBS, [])
        if added:
            self.announce(added)

    @contextmanager
    def write_rows(self) -> Iterator[Connection]:
        """The same kind of transaction for a few prepared statements that need no objects and add no job: the save of a section.

        On SQLite several of these may share one commit (`diagnostics.turns`); each still leaves only when it is committed.
        """
        with self._turns.together() if self._turns else self.writer.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Closes every pooled connection."""
        self.reader.dispose()
        self.writer.dispose()


def _sqlite_engine(url: str, *, reads_only: bool) -> Engine:
    found = pysqlite3.dbapi2.sqlite_version_info
    if found < OLDEST_SQLITE:
        message = f"SQLite {'.'.join(map(str, found))} est trop ancien (3.51.3 au moins) : réinstallez les dépendances."
        raise DatabaseError(message)
    driver = "sqlite+reading" if reads_only else "sqlite+writing"
    engine = create_engine(make_url(url).set(drivername=driver), module=pysqlite3.dbapi2)
    event.listen(engine, "connect", _configure_reader if reads_only else _configure_sqlite)
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
        # A save changes some ten pages, often the same: eight times fewer checkpoints write them back eight times less.
        "wal_autocheckpoint = 8000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _configure_reader(connection: Any, record: object) -> None:
    _configure_sqlite(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("diagnostics_reads_only"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
