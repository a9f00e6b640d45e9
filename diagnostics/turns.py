"""Whose turn it is to write on SQLite, which has one writer at a time, and how those that wait share one commit.

Two things make many small saves slow on SQLite. Whoever finds its lock taken sleeps and tries again, longer each time, so that
a process with many writers starves the others: here a writer waits in the kernel, on a lock file beside the database, and is
woken at once. And each commit waits for the disk: here the writers of one process that wait for their turn join the
transaction that is open, each behind a savepoint of its own, and the last of them commits for all ("group commit"; DeWitt et
al. 1984, section 5). Nobody is told that a save is done before that commit has succeeded.

A lock is let go by the kernel when its process dies, however it dies. Programs that know nothing of the lock file are met at
SQLite's own lock, as always.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pysqlite3.dbapi2 import Error as DriverError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

# A transaction takes in others for a few milliseconds, so that other processes have their turn.
MOST_TOGETHER = 16
LONGEST_TOGETHER = 0.01
PATIENCE = 30.0


class CommitError(Exception):
    """The transaction that this save had joined could not be committed: nothing of it was kept."""


class _Batch:
    """A transaction that several writers share."""

    def __init__(self, connection: Connection, lock: int) -> None:
        self.connection = connection
        self.lock = lock
        self.since = time.monotonic()
        self.members = 0
        self.done = threading.Event()
        self.error: BaseException | None = None

    @property
    def is_full(self) -> bool:
        return self.members >= MOST_TOGETHER or time.monotonic() - self.since > LONGEST_TOGETHER


class Turns:
    """The writers of one database in this process; `path` is the lock file that it shares with the other processes."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._open: _Batch | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A turn for a transaction of one's own, which the block opens and ends."""
        with self._turn:
            self._close()
            lock = self._take()
            try:
                yield
            finally:
                os.close(lock)

    @contextmanager
    def together(self) -> Iterator[Connection]:
        """A turn within a transaction that may be shared; leaves once it is committed.

        What the block raises takes back what the block did and nothing else. Raises `CommitError` when the shared transaction
        failed after the block.
        """
        with self._joining():
            batch = self._open or self._begin()
            try:
                yield from _behind_savepoint(batch)
            finally:
                if not self._waiting or batch.is_full or batch.error:
                    self._close()
        if not batch.done.wait(PATIENCE) or batch.error:
            message = "the shared transaction was not committed"
            raise CommitError(message) from batch.error

    @contextmanager
    def _joining(self) -> Iterator[None]:
        """A turn that the writer before knows to be waited for, and so leaves its transaction open."""
        with self._counting:
            self._waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._counting:
                self._waiting -= 1
        try:
            yield
        finally:
            self._turn.release()

    def _begin(self) -> _Batch:
        lock = self._take()
        try:
            connection = self._engine.connect()
            try:
                connection.begin()
            except BaseException:
                connection.close()
                raise
        except BaseException:
            os.close(lock)
            raise
        self._open = _Batch(connection, lock)
        return self._open

    def _close(self) -> None:
        """Commits the open transaction, if there is one, and lets everybody in it go on."""
        batch, self._open = self._open, None
        if batch is None:
            return
        try:
            if batch.error is None:
                batch.connection.commit()
        except SQLAlchemyError as error:
            batch.error = error
        finally:
            _let_go(batch)
            batch.done.set()

    def _take(self) -> int:
        """Waits for the lock between processes; closing what this gives lets it go."""
        lock = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock


def _behind_savepoint(batch: _Batch) -> Iterator[Connection]:
    """Gives the shared connection; a block that raises leaves no trace of itself in the transaction."""
    # Straight to the driver: these few words are said at every save, inside everybody's turn.
    driver: Any = batch.connection.connection.dbapi_connection
    driver.execute("SAVEPOINT turn")
    try:
        yield batch.connection
        driver.execute("RELEASE turn")
    except BaseException:
        try:
            driver.execute("ROLLBACK TO turn")
            driver.execute("RELEASE turn")
        except DriverError as error:
            # SQLite gave the whole transaction up (a full disk, for one): nobody in it may believe to be saved.
            batch.error = error
        raise
    batch.members += 1


def _let_go(batch: _Batch) -> None:
    """Gives the connection back without a transaction, and the lock; a connection that cannot is thrown away."""
    try:
        if batch.error is not None:
            batch.connection.rollback()
    except SQLAlchemyError:
        batch.connection.invalidate()
    finally:
        with suppress(SQLAlchemyError):
            batch.connection.close()
        os.close(batch.lock)
