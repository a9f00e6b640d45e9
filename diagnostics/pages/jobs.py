"""How far a piece of background work is: a page that renews itself with htmx, and says the same without."""

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from diagnostics.access import Actor, allow
from diagnostics.models import Job, JobState, Role
from diagnostics.web import actor, reading

bp = Blueprint("jobs", __name__)
ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


def _of(job_id: int, who: Actor) -> Job:
    """The job, for whoever asked for it and for those who run the programme; 404 for everybody else."""
    job = reading().scalar(select(Job).where(Job.id == job_id).options(selectinload(Job.items)))
    if job is None or (job.created_by_id != who.user_id and who.role not in {Role.COORDINATOR, Role.ADMIN}):
        abort(404)
    return job


def _after(job: Job, who: Actor) -> str | None:
    """Where the result of a finished job is read, if this person may go there."""
    if job.kind == "consolidate" and who.role is Role.COORDINATOR:
        return url_for("analysis.index")
    if job.kind == "carry" and who.role is Role.COORDINATOR:
        return url_for("versions.passage", job_id=job.id)
    if job.kind in {"report", "reports"} and who.role in {Role.COORDINATOR, Role.DIAGNOSTICIAN}:
        return url_for("reports.index")
    return None


@bp.get("/travaux/<int:job_id>")
@allow(Role.COORDINATOR, Role.DIAGNOSTICIAN, Role.ADMIN)
def show(job_id: int) -> str:
    """One job; asked for by htmx, only the part that changes."""
    job = _of(job_id, actor())
    template = "jobs/_state.html" if request.headers.get("HX-Request") else "jobs/show.html"
    return render_template(template, job=job, ended=job.state in ENDED, after=_after(job, actor()))
