"""Background work: the row is the truth, whatever becomes of the message and of the worker."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from diagnostics import jobs
from diagnostics.actions import publication
from diagnostics.actions.base import ActionError
from diagnostics.db import Database
from diagnostics.jobs import Task, run_job, run_waiting, waiting_jobs
from diagnostics.models import Job, JobItem, JobState, now
from diagnostics.settings import Settings


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["settings"]
    return found


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A kind of job that notes its number."""
    numbers: list[int] = []

    def handler(task: Task) -> dict[str, Any]:
        numbers.append(task.job_id)
        task.progress(1, 1)
        return {"seen": task.parameters.get("word")}

    monkeypatch.setitem(jobs.HANDLERS, "note", handler)
    return numbers


def _add(database: Database, kind: str = "note", **parameters: Any) -> int:
    with database.write() as session:
        job = Job(kind=kind, parameters=parameters)
        session.add(job)
        session.flush()
        return job.id


def _job(database: Database, job_id: int) -> Job:
    with database.read() as session:
        return session.get_one(Job, job_id)


def test_a_job_is_done_once_however_often_its_number_comes(database: Database, settings: Settings, done: list[int]) -> None:
    number = _add(database, word="bonjour")
    assert run_job(database, settings, number)
    assert not run_job(database, settings, number)
    job = _job(database, number)
    assert (done, job.state, job.result, job.done) == ([number], JobState.DONE, {"seen": "bonjour"}, 1)


def test_a_job_whose_worker_died_is_taken_again_when_its_lease_is_over(
    database: Database, settings: Settings, done: list[int]
) -> None:
    number = _add(database)
    with database.write() as session:
        job = session.get_one(Job, number)
        job.state, job.attempts, job.lease_until = JobState.RUNNING, 1, now() + timedelta(minutes=1)
    assert waiting_jobs(database) == []
    with database.write() as session:
        session.get_one(Job, number).lease_until = now() - timedelta(seconds=1)
    assert waiting_jobs(database) == [number]
    assert run_waiting(database, settings) == 1
    assert done == [number]


def test_a_job_interrupted_three_times_is_given_up(database: Database, settings: Settings, done: list[int]) -> None:
    number = _add(database)
    with database.write() as session:
        session.get_one(Job, number).attempts = jobs.MOST_ATTEMPTS
    assert not run_job(database, settings, number)
    assert _job(database, number).state is JobState.FAILED
    assert done == []


def test_what_goes_wrong_ends_on_the_row(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_task: Task) -> dict[str, Any]:
        raise ActionError("Pas maintenant.")

    def broken(_task: Task) -> dict[str, Any]:
        raise ZeroDivisionError

    monkeypatch.setitem(jobs.HANDLERS, "refused", refused)
    monkeypatch.setitem(jobs.HANDLERS, "broken", broken)
    first, second, unknown = _add(database, "refused"), _add(database, "broken"), _add(database, "no-such-kind")
    run_waiting(database, settings)
    assert [(_job(database, number).state, _job(database, number).error) for number in (first, second)] == [
        (JobState.FAILED, "Pas maintenant."),
        (JobState.FAILED, "ZeroDivisionError"),
    ]
    assert "no-such-kind" in _job(database, unknown).error


def test_a_batch_goes_on_where_it_stopped_and_names_what_failed(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def make_report(_database: Database, _settings: Settings, diagnosis_id: int, **_other: Any) -> int:
        if diagnosis_id == 3:
            raise ActionError("Dossier illisible.")
        made.append(diagnosis_id)
        return diagnosis_id

    monkeypatch.setattr(publication, "make_report", make_report)
    with database.write() as session:
        job = Job(kind="reports", parameters={}, total=4)
        job.items = [JobItem(subject_id=number, label=f"PACA-{number}") for number in (1, 2, 3, 4)]
        job.items[0].state = JobState.DONE
        session.add(job)
        session.flush()
        number = job.id
    assert run_job(database, settings, number)
    found = _job(database, number)
    assert made == [2, 4]
    assert (found.state, found.result, found.done) == (JobState.DONE, {"made": 3, "failed": ["PACA-3"]}, 4)


def test_numbers_are_announced_after_the_commit_and_never_for_what_was_rolled_back(database: Database) -> None:
    announced: list[int] = []
    database.announce = announced.extend
    number = _add(database)

    def undone() -> None:
        with database.write() as session:
            session.add(Job(kind="note"))
            session.flush()
            raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        undone()
    with database.read() as session:
        assert list(session.scalars(select(Job.id))) == [number]
    assert announced == [number]
