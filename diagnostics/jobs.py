"""Work in the background. The row in `job` is the truth; the queue only carries its number.

A job is added inside the transaction that makes it necessary (`Job(kind=…)`), and its number is queued once that
transaction has committed. A worker takes the row under a lease that it renews while it works; whatever a killed worker
leaves behind is found by `sweep` when the lease has run out, and goes on at the items not yet done. The number may so be
delivered twice or never: the row decides.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask
from huey import PostgresHuey, SqliteHuey
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from sqlalchemy import Connection, CursorResult, event, or_, select, update
from sqlalchemy.orm import Mapper, object_session

from diagnostics.actions import carrying, mail, operations, paradata, publication
from diagnostics.actions.base import ActionError
from diagnostics.db import ADDED_JOBS, Database
from diagnostics.models import Job, JobItem, JobState, now
from diagnostics.settings import Settings

LEASE = timedelta(minutes=2)
HEARTBEAT_SECONDS = 30.0
SWEEP_SECONDS = 20.0
TIDY_EVERY = timedelta(days=1)
MOST_ATTEMPTS = 3

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """What a handler is given: the job's parameters, the house, and a way to say how far it is."""

    database: Database
    settings: Settings
    job_id: int
    parameters: dict[str, Any]

    def progress(self, done: int, total: int) -> None:
        """Notes how far the job is, and renews its lease."""
        with self.database.write() as session:
            session.execute(update(Job).where(Job.id == self.job_id).values(done=done, total=total, lease_until=now() + LEASE))


Handler = Callable[[Task], dict[str, Any]]


def make_report(task: Task) -> dict[str, Any]:
    """One firm's PDF."""
    report_id = publication.make_report(
        task.database,
        task.settings,
        int(task.parameters["diagnosis_id"]),
        kind=task.parameters.get("kind"),
        created_by_id=task.parameters.get("user_id"),
    )
    return {"report_id": report_id}


def make_reports(task: Task) -> dict[str, Any]:
    """Many firms' PDFs, an item each: one that fails is named and does not stop the others."""

    def make(subject_id: int) -> None:
        publication.make_report(task.database, task.settings, subject_id, created_by_id=task.parameters.get("user_id"))

    return _each_item(task, make)


def _each_item(task: Task, do: Callable[[int], object]) -> dict[str, Any]:
    """Does a job's items that still wait, one after the other; one that is refused is named and does not stop the others."""
    with task.database.read() as session:
        items = list(session.scalars(select(JobItem).where(JobItem.job_id == task.job_id).order_by(JobItem.id)))
    waiting = [item for item in items if item.state not in {JobState.DONE, JobState.FAILED}]
    for number, item in enumerate(waiting, start=len(items) - len(waiting) + 1):
        try:
            do(item.subject_id)
        except ActionError as error:
            _end_item(task.database, item.id, JobState.FAILED, str(error.message))
        else:
            _end_item(task.database, item.id, JobState.DONE, "")
        task.progress(number, len(items))
    with task.database.read() as session:
        failed = list(session.scalars(select(JobItem.label).where(JobItem.job_id == task.job_id, JobItem.state == JobState.FAILED)))
    return {"made": len(items) - len(failed), "failed": failed}


def consolidate(task: Task) -> dict[str, Any]:
    """A new edition of all the syntheses."""
    edition_id = publication.consolidate(
        task.database,
        task.settings,
        seed=task.parameters.get("seed"),
        created_by_id=task.parameters.get("user_id"),
        progress=task.progress,
    )
    return {"edition_id": edition_id}


def carry_dossiers(task: Task) -> dict[str, Any]:
    """Open dossiers to another version of the questionnaire, an item each: one that something stands in the way of is named."""

    def pass_over(subject_id: int) -> None:
        carrying.carry_dossier(
            task.database,
            subject_id,
            str(task.parameters["version"]),
            set_aside=bool(task.parameters.get("set_aside")),
            user_id=task.parameters.get("user_id"),
            job_id=task.job_id,
        )

    return _each_item(task, pass_over)


HANDLERS: dict[str, Handler] = {
    "report": make_report,
    "reports": make_reports,
    "consolidate": consolidate,
    carrying.CARRY: carry_dossiers,
}


def _end_item(database: Database, item_id: int, state: JobState, error: str) -> None:
    with database.write() as session:
        session.execute(update(JobItem).where(JobItem.id == item_id).values(state=state, error=error[:2000], ended_at=now()))


def run_job(database: Database, settings: Settings, job_id: int) -> bool:
    """Does a job if it is free to take; gives whether it was taken. Never raises: what goes wrong is kept on the row."""
    parameters = _take(database, job_id)
    if parameters is None:
        return False
    kind, given = parameters
    task = Task(database, settings, job_id, given)
    with _heartbeat(database, job_id):
        try:
            result = HANDLERS[kind](task)
        except ActionError as error:
            _finish(database, job_id, JobState.FAILED, error=str(error.message))
        except Exception as error:
            log.exception("job_failed", job=job_id, kind=kind)
            _finish(database, job_id, JobState.FAILED, error=f"{type(error).__name__}")
        else:
            _finish(database, job_id, JobState.DONE, result=result)
    return True


def _take(database: Database, job_id: int) -> tuple[str, dict[str, Any]] | None:
    moment = now()
    free = or_(Job.state == JobState.QUEUED, (Job.state == JobState.RUNNING) & (Job.lease_until < moment))
    with database.write() as session:
        taken: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            update(Job)
            .where(Job.id == job_id, free)
            .values(state=JobState.RUNNING, lease_until=moment + LEASE, started_at=moment, attempts=Job.attempts + 1, error="")
        )
        if taken.rowcount != 1:
            return None
        job = session.get_one(Job, job_id)
        if job.attempts > MOST_ATTEMPTS:
            job.state, job.ended_at = JobState.FAILED, moment
            job.error = "Interrompu trois fois / interrupted three times"
            return None
        if job.kind not in HANDLERS:
            job.state, job.ended_at, job.error = JobState.FAILED, moment, f"Travail inconnu / unknown job: {job.kind}"
            return None
        return job.kind, dict(job.parameters)


def _finish(database: Database, job_id: int, state: JobState, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    with database.write() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == JobState.RUNNING)
            .values(state=state, result=result or {}, error=error[:2000], ended_at=now(), lease_until=None)
        )


@contextmanager
def _heartbeat(database: Database, job_id: int) -> Iterator[None]:
    """Renews the job's lease while the block runs, so that a long computation is not taken for a dead one."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            with database.write() as session:
                session.execute(
                    update(Job).where(Job.id == job_id, Job.state == JobState.RUNNING).values(lease_until=now() + LEASE)
                )

    thread = threading.Thread(target=beat, name=f"heartbeat-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def waiting_jobs(database: Database) -> list[int]:
    """The jobs that a worker may take now: queued ones, and running ones whose worker is gone."""
    with database.read() as session:
        left = (Job.state == JobState.RUNNING) & (Job.lease_until < now())
        return list(session.scalars(select(Job.id).where(or_(Job.state == JobState.QUEUED, left)).order_by(Job.id)))


def run_waiting(database: Database, settings: Settings) -> int:
    """Does every waiting job here and now (command line, tests); gives how many."""
    return sum(run_job(database, settings, job_id) for job_id in waiting_jobs(database))


class Queue:
    """The queue that carries the jobs' numbers, and the worker that listens to it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        serializer = SignedSerializer(secret=settings.secret_key.get_secret_value(), salt="diagnostics-jobs")
        if database.is_sqlite:
            self.huey = SqliteHuey(
                "diagnostics",
                results=False,
                serializer=serializer,
                filename=str(settings.instance_path / "queue.sqlite3"),
                fsync=True,
            )
        else:
            address = database.writer.url.set(drivername="postgresql").render_as_string(hide_password=False)
            self.huey = PostgresHuey("diagnostics", results=False, serializer=serializer, dsn=address)
        self.run = self.huey.task(name="run_job")(self._run)

    def _run(self, job_id: int) -> None:
        run_job(self.database, self.settings, job_id)

    def announce(self, jobs: list[int]) -> None:
        """Queues the numbers of jobs just committed; if the queue is out of reach, the sweep finds them."""
        for job_id in jobs:
            try:
                self.run(job_id)
            except Exception:
                log.exception("queue_unreachable", job=job_id)

    def work(self) -> None:
        """Listens until the process is told to stop."""
        stop = threading.Event()
        sweeper = threading.Thread(target=self._sweep, args=(stop,), name="sweeper", daemon=True)
        sweeper.start()
        try:
            Consumer(self.huey, workers=1, periodic=False, max_delay=1.0).run()
        finally:
            stop.set()

    def _sweep(self, stop: threading.Event) -> None:
        tidied = None
        while True:
            try:
                self.announce(waiting_jobs(self.database))
                mail.send_waiting(self.database, self.settings)
                if tidied is None or now() - tidied > TIDY_EVERY:
                    operations.prune(self.database, self.settings.operation_days)
                    paradata.purge(self.database, self.settings)
                    tidied = now()
            except Exception:
                log.exception("sweep_failed")
            if stop.wait(SWEEP_SECONDS):
                return


@event.listens_for(Job, "after_insert")
def _note_added(_mapper: Mapper[Job], _connection: Connection, job: Job) -> None:
    """Keeps a new job's number on its session until the commit (see `Database.write`)."""
    session = object_session(job)
    if session is not None:
        session.info.setdefault(ADDED_JOBS, []).append(job.id)


def init_app(app: Flask) -> None:
    """Connects the queue; it is opened at the first job announced or by the worker."""
    database: Database = app.extensions["database"]
    settings: Settings = app.extensions["settings"]
    opened: list[Queue] = []

    def queue() -> Queue:
        if not opened:
            opened.append(Queue(database, settings))
        return opened[0]

    def announce(jobs: list[int]) -> None:
        if not app.config.get("TESTING"):
            queue().announce(jobs)

    app.extensions["queue"] = queue
    database.announce = announce
