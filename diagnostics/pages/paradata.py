"""What is noted of the filling, told to those who fill; and where a page says how long it was worked on."""

from flask import Blueprint, render_template, request
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from diagnostics.access import NETWORK, allow, visible
from diagnostics.actions.answers import look
from diagnostics.models import Diagnosis, ParadataEvent, Role
from diagnostics.pages.questionnaire import place_of
from diagnostics.pages.section_page import readable_section
from diagnostics.recording import note_left, recorder
from diagnostics.web import actor, reading, reading_rows, settings

bp = Blueprint("paradata", __name__)


@bp.post("/dossiers/<reference>/questionnaire/<code>/presence")
@allow(*NETWORK)
def presence(reference: str, code: str) -> Response:
    """A section's page is left: how long it was worked on since the last save."""
    seen = look(reading_rows(), actor(), reference, code)
    section = readable_section(seen, code, place_of(reference))
    if seen.diagnostician_id == actor().user_id:
        note_left(actor(), seen.id, section, request.form)
    return Response(status=204)


@bp.get("/saisie/releve")
@allow(*NETWORK)
def about() -> str:
    """What is noted, what is not, why, for how long, and who sees it."""
    own = None
    if actor().role is Role.DIAGNOSTICIAN:
        mine = visible(Diagnosis, actor()).with_only_columns(Diagnosis.id)
        own = reading().scalar(select(func.count()).select_from(ParadataEvent).where(ParadataEvent.diagnosis_id.in_(mine)))
    return render_template("paradata/about.html", days=settings().paradata_days, records=recorder().records, own=own)
