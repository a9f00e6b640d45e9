"""The analysis for those who run it: editions, their evidence, their publication, and pseudonymised data for the analyst."""

import io
import secrets

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response as BaseResponse

from analysis.synthesis.edition import Synthesis
from diagnostics import tables
from diagnostics.access import allow, visible
from diagnostics.actions import publication
from diagnostics.actions.base import ActionError
from diagnostics.models import Edition, Job, JobState, Role, StoredSynthesis
from diagnostics.web import actor, current_campaign, database, reading, settings

bp = Blueprint("analysis", __name__)
LARGEST_SEED = 2**31 - 1


@bp.get("/analyse")
@allow(Role.COORDINATOR, Role.ANALYST)
def index() -> str:
    """The editions so far, and a new one."""
    editions = reading().scalars(visible(Edition, actor()).order_by(Edition.number.desc())).all()
    running = reading().scalar(
        select(Job)
        .where(Job.kind == "consolidate", Job.state.in_([JobState.QUEUED, JobState.RUNNING]))
        .order_by(Job.id.desc())
        .limit(1)
    )
    campaign = current_campaign()
    accepted = tables.count_accepted(reading(), campaign) if campaign else 0
    return render_template(
        "analysis/index.html",
        editions=editions,
        running=running,
        accepted=accepted,
        threshold=settings().publication_threshold,
        seed=publication.DEFAULT_SEED,
    )


@bp.post("/analyse/consolider")
@allow(Role.COORDINATOR)
def consolidate() -> BaseResponse:
    """Queues a new edition."""
    given = request.form.get("seed", "").strip() or str(publication.DEFAULT_SEED)
    if not given.isdecimal() or int(given[:12]) > LARGEST_SEED:
        raise ActionError(
            _(
                "La graine est un nombre entier entre 0 et %(most)d : elle permet de refaire exactement les mêmes tirages.",
                most=LARGEST_SEED,
            )
        )
    job_id = publication.request_consolidation(database(), actor(), int(given))
    return redirect(url_for("jobs.show", job_id=job_id), 303)


def _edition(number: int) -> Edition:
    found: Edition | None = reading().scalar(visible(Edition, actor()).where(Edition.number == number))
    if found is None:
        abort(404)
    return found


@bp.get("/analyse/editions/<int:number>")
@allow(Role.COORDINATOR, Role.ANALYST)
def edition(number: int) -> str:
    """What stands behind an edition: weights, profiles and the evidence for their number, what was hidden and why."""
    found = _edition(number)
    stored = (
        reading()
        .scalars(
            select(StoredSynthesis)
            .where(StoredSynthesis.edition_id == found.id)
            .options(undefer(StoredSynthesis.content))
            .order_by(StoredSynthesis.id)
        )
        .all()
    )
    region = next((Synthesis.from_json(synthesis.content) for synthesis in stored if synthesis.scope == "region"), None)
    return render_template("analysis/edition.html", edition=found, region=region, stored=stored)


@bp.post("/analyse/editions/<int:number>/publier")
@allow(Role.COORDINATOR)
def publish(number: int) -> BaseResponse:
    """Opens an edition to its readers."""
    publication.publish_edition(database(), actor(), _edition(number).id)
    return redirect(url_for("analysis.edition", number=number), 303)


@bp.post("/analyse/editions/<int:number>/retirer")
@allow(Role.COORDINATOR)
def withdraw(number: int) -> BaseResponse:
    """Takes an edition back."""
    publication.withdraw_edition(database(), actor(), _edition(number).id)
    return redirect(url_for("analysis.edition", number=number), 303)


@bp.get("/analyse/donnees.csv")
@allow(Role.COORDINATOR, Role.ANALYST)
def data() -> Response:
    """One line a firm under a pseudonym of this download: scores, rates and counts, no name, no address, no free text."""
    campaign = current_campaign()
    if campaign is None:
        abort(404)
    frame = tables.pseudonymised(tables.panel_of(reading(), campaign), secrets.token_bytes(32))
    text = io.StringIO()
    frame.to_csv(text, index=False)
    response = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="panel-pseudonymise.csv"'
    return response
