"""Verbs of an administrator on what runs in the background: jobs and messages."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.db import Database
from diagnostics.models import Job, JobItem, JobState, OutboxMessage, Role

ENDED = frozenset({JobState.FAILED, JobState.CANCELLED})


def retry_job(database: Database, actor: Actor, job_id: int) -> None:
    """Queues a failed or cancelled job again; what it had already done of a batch stays done."""
    if actor.role is not Role.ADMIN:
        raise AccessError
    with database.write() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise NotFoundError(_l("Cette tâche n’existe pas."))
        if job.state not in ENDED:
            raise ActionError(_l("Cette tâche attend, tourne ou a réussi : il n’y a rien à relancer."))
        job.state, job.error, job.attempts, job.ended_at, job.lease_until = JobState.QUEUED, "", 0, None, None
        session.execute(
            update(JobItem)
            .where(JobItem.job_id == job_id, JobItem.state.in_(ENDED))
            .values(state=JobState.QUEUED, error="", ended_at=None)
        )
        log(session, actor, "job_retried", "job", job_id, kind=job.kind)
    database.announce([job_id])


def cancel_job(database: Database, actor: Actor, job_id: int) -> None:
    """Takes a job that still waits out of the queue; one that runs goes on to its end."""
    if actor.role is not Role.ADMIN:
        raise AccessError
    with database.write() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise NotFoundError(_l("Cette tâche n’existe pas."))
        if job.state is not JobState.QUEUED:
            raise ActionError(_l("Cette tâche n’attend plus : elle ne peut plus être annulée."))
        job.state = JobState.CANCELLED
        log(session, actor, "job_cancelled", "job", job_id, kind=job.kind)


def retry_message(database: Database, actor: Actor, message_id: int) -> None:
    """Lets the sender try a message again that it had given up."""
    if actor.role is not Role.ADMIN:
        raise AccessError
    with database.write() as session:
        message = session.get(OutboxMessage, message_id)
        if message is None:
            raise NotFoundError(_l("Ce message n’existe pas."))
        if message.sent_at is not None:
            raise ActionError(_l("Ce message est déjà parti."))
        message.attempts = 0
        message.error = ""
        log(session, actor, "message_retried", "message", message_id)
