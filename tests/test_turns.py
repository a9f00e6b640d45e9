"""Writers that wait for their turn on SQLite share one commit, and nobody is told of a save that is not in the database."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pysqlite3.dbapi2
import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from diagnostics import turns
from diagnostics.db import Database
from diagnostics.turns import CommitError

WRITERS = 6
OTHER_PROCESS = """
import sys
from sqlalchemy import text
from diagnostics.db import Database
database = Database(sys.argv[1])
for number in range(int(sys.argv[2])):
    with database.write_rows() as connection:
        connection.execute(text("INSERT INTO line (writer, number) VALUES (:writer, :number)"), {"writer": sys.argv[3], "number": number})
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+pysqlite:///{tmp_path / 'turns.sqlite3'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url)
    with made.write() as session:
        session.execute(text("CREATE TABLE line (writer TEXT NOT NULL, number INTEGER NOT NULL, UNIQUE (writer, number))"))
    yield made
    made.dispose()


@pytest.fixture
def commits(database: Database) -> list[float]:
    """When each commit of the writers' connections was made."""
    made: list[float] = []
    event.listen(database.writer, "commit", lambda _connection: made.append(time.monotonic()))
    return made


def insert(connection: Connection, writer: str, number: int) -> None:
    connection.execute(text("INSERT INTO line (writer, number) VALUES (:writer, :number)"), {"writer": writer, "number": number})


def lines(database: Database) -> set[tuple[str, int]]:
    with database.reader.connect() as connection:
        return {(row.writer, row.number) for row in connection.execute(text("SELECT writer, number FROM line"))}


class Crowd:
    """Writers that all wait for the turn while a first one holds it."""

    def __init__(self, database: Database, *, faulty: frozenset[int] = frozenset()) -> None:
        self.database = database
        self.faulty = faulty
        self.go = threading.Event()
        self.holding = threading.Event()

    def first(self) -> None:
        with self.database.write_rows() as connection:
            insert(connection, "first", 0)
            self.holding.set()
            assert self.go.wait(20)

    def other(self, number: int) -> None:
        with self.database.write_rows() as connection:
            insert(connection, "other", number)
            if number in self.faulty:
                raise LookupError(number)

    def run(self) -> tuple["Future[None]", list["Future[None]"]]:
        assert self.database._turns is not None
        with ThreadPoolExecutor(WRITERS + 1) as pool:
            first = pool.submit(self.first)
            assert self.holding.wait(20)
            others = [pool.submit(self.other, number) for number in range(WRITERS)]
            until = time.monotonic() + 20
            while self.database._turns._waiting < WRITERS and time.monotonic() < until:
                time.sleep(0.001)
            self.go.set()
        return first, others


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests hold a transaction open for longer than a server would."""
    monkeypatch.setattr(turns, "LONGEST_TOGETHER", 60.0)


def test_those_that_wait_share_one_commit(database: Database, commits: list[float]) -> None:
    first, others = Crowd(database).run()
    for each in (first, *others):
        each.result()
    assert len(commits) == 1
    assert lines(database) == {("first", 0), *(("other", number) for number in range(WRITERS))}


def test_a_writer_alone_commits_at_once(database: Database, commits: list[float]) -> None:
    for number in range(3):
        with database.write_rows() as connection:
            insert(connection, "alone", number)
        assert len(commits) == number + 1
        assert ("alone", number) in lines(database)


def test_a_transaction_takes_in_only_so_many(database: Database, commits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_TOGETHER", 3)
    first, others = Crowd(database).run()
    for each in (first, *others):
        each.result()
    assert len(commits) == 3
    assert len(lines(database)) == WRITERS + 1


def test_a_transaction_ends_when_it_has_lasted(database: Database, commits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_TOGETHER", 0.0)
    first, others = Crowd(database).run()
    for each in (first, *others):
        each.result()
    assert len(commits) == WRITERS + 1


def test_a_writer_that_fails_takes_nobody_with_it(database: Database, commits: list[float]) -> None:
    faulty = frozenset({1, 4})
    first, others = Crowd(database, faulty=faulty).run()
    first.result()
    for number, each in enumerate(others):
        if number in faulty:
            with pytest.raises(LookupError):
                each.result()
        else:
            each.result()
    assert lines(database) == {("first", 0), *(("other", number) for number in range(WRITERS) if number not in faulty)}
    assert len(commits) == 1


def test_the_only_writer_that_fails_leaves_nothing_open(database: Database) -> None:
    with pytest.raises(LookupError):
        Crowd(database, faulty=frozenset({1})).other(1)
    assert lines(database) == set()
    with database.write_rows() as connection:
        insert(connection, "other", 1)
    assert lines(database) == {("other", 1)}


def test_nobody_believes_to_be_saved_when_the_commit_fails(database: Database) -> None:
    def refuse(_connection: Connection) -> None:
        message = "COMMIT"
        raise OperationalError(message, {}, pysqlite3.dbapi2.OperationalError("database or disk is full"))

    event.listen(database.writer, "commit", refuse)
    first, others = Crowd(database).run()
    for each in (first, *others):
        with pytest.raises(CommitError):
            each.result()
    event.remove(database.writer, "commit", refuse)
    assert lines(database) == set()
    with database.write_rows() as connection:
        insert(connection, "after", 1)
    assert lines(database) == {("after", 1)}


def test_a_transaction_that_sqlite_gave_up_is_nobody_s(database: Database) -> None:
    """A full disk makes SQLite roll everything back: the savepoint is gone, and so is what the others had written."""
    crowd = Crowd(database)

    def lose(number: int) -> None:
        with database.write_rows() as connection:
            if number == 0:
                connection.exec_driver_sql("ROLLBACK")
                raise LookupError
            insert(connection, "other", number)

    crowd.other = lose  # type: ignore[method-assign]
    first, others = crowd.run()
    with pytest.raises(LookupError):
        others[0].result()
    told = 0
    for each in (first, *others[1:]):
        with suppress(CommitError):
            each.result()
            told += 1
    assert len(lines(database)) == told
    with pytest.raises(CommitError):
        first.result()


def test_a_transaction_of_one_s_own_does_not_wait_for_those_that_share(database: Database) -> None:
    crowd = Crowd(database)
    plain = crowd.other

    def other(number: int) -> None:
        if number % 2:
            with database.write() as session:
                session.execute(text("INSERT INTO line (writer, number) VALUES ('own', :number)"), {"number": number})
        else:
            plain(number)

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        first = pool.submit(crowd.first)
        assert crowd.holding.wait(20)
        others = [pool.submit(other, number) for number in range(WRITERS)]
        time.sleep(0.05)
        crowd.go.set()
    for each in (first, *others):
        each.result()
    assert len(lines(database)) == WRITERS + 1


def test_processes_take_turns_and_lose_nothing(database: Database, url: str) -> None:
    number = 40
    command = [sys.executable, "-c", OTHER_PROCESS, url, str(number)]
    processes = [subprocess.Popen([*command, f"process {each}"]) for each in range(2)]
    for count in range(number):
        with database.write_rows() as connection:
            insert(connection, "here", count)
    assert [process.wait(60) for process in processes] == [0, 0]
    assert len(lines(database)) == 3 * number


def test_a_process_that_dies_lets_its_turn_go(database: Database, url: str) -> None:
    script = OTHER_PROCESS.replace("    with database", "    database._turns._take(); import os; os._exit(9)\n    with database", 1)
    died = subprocess.run([sys.executable, "-c", script, url, "1", "gone"], check=False, timeout=60)
    assert died.returncode == 9
    with database.write_rows() as connection:
        insert(connection, "here", 1)
    assert lines(database) == {("here", 1)}
