"""Firms' reports: the list of those made, their making in the background, and the PDF itself."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as BaseResponse

from diagnostics import documents
from diagnostics.access import NETWORK, allow, visible
from diagnostics.actions import publication
from diagnostics.actions.base import ActionError
from diagnostics.models import Diagnosis, Firm, Report, ReportKind, Role
from diagnostics.queries import matches, paginate
from diagnostics.web import actor, database, reading, settings

bp = Blueprint("reports", __name__)
MOST_AT_ONCE = 1000


@bp.get("/rapports")
@allow(*NETWORK)
def index() -> str:
    """The dossiers that have or may have a report, with the latest one of each."""
    text = request.args.get("recherche", "").strip()[:100]
    query = (
        visible(Diagnosis, actor())
        .where(Diagnosis.state.in_(publication.REPORTABLE))
        .join(Firm, Firm.id == Diagnosis.firm_id)
        .options(joinedload(Diagnosis.firm), joinedload(Diagnosis.structure))
        .order_by(Diagnosis.reference)
    )
    if text:
        query = query.where(matches(text))
    number = request.args.get("page", "1")
    page = paginate(reading(), query, int(number) if number.isdecimal() and len(number) < 6 else 1)  # noqa: PLR2004 - A page number is short.
    latest = _latest([diagnosis.id for diagnosis in page.items])
    return render_template(
        "reports/index.html", page=page, latest=latest, text=text, makes=actor().role in {Role.COORDINATOR, Role.DIAGNOSTICIAN}
    )


def _latest(numbers: list[int]) -> dict[int, dict[str, Report]]:
    """The newest report of each dossier by language, a final one before a draft."""
    found: dict[int, dict[str, Report]] = {}
    query = visible(Report, actor()).where(Report.diagnosis_id.in_(numbers)).order_by(Report.kind.desc(), Report.id)
    for report in reading().scalars(query):
        found.setdefault(report.diagnosis_id, {})[report.locale] = report
    return found


@bp.post("/rapports/preparer")
@allow(Role.COORDINATOR, Role.DIAGNOSTICIAN)
def prepare() -> BaseResponse:
    """Queues the reports of one dossier or of all those in sight."""
    chosen = [int(value) for value in request.form.getlist("diagnosis") if value.isdecimal() and len(value) < 10][:MOST_AT_ONCE]  # noqa: PLR2004 - More digits are no row's number.
    query = (
        visible(Diagnosis, actor())
        .with_only_columns(Diagnosis.id, Diagnosis.validation)
        .where(Diagnosis.state.in_(publication.REPORTABLE))
    )
    if chosen:
        query = query.where(Diagnosis.id.in_(chosen))
    rows = reading().execute(query.order_by(Diagnosis.id).limit(MOST_AT_ONCE)).all()
    if not rows:
        raise ActionError(_("Aucun dossier accepté par la relecture : il n’y a pas encore de rapport à préparer."))
    job_id = publication.request_reports(database(), actor(), [number for number, _validation in rows])
    return redirect(url_for("jobs.show", job_id=job_id), 303)


@bp.get("/rapports/<int:report_id>.pdf")
@allow(*NETWORK, Role.FIRM)
def download(report_id: int) -> Response:
    """The PDF of a report, for those who may see its dossier."""
    report = reading().scalar(visible(Report, actor()).where(Report.id == report_id).options(joinedload(Report.diagnosis)))
    if report is None:
        abort(404)
    data = documents.load(settings().documents_path, report.pdf_digest) or publication.redraw(report)
    kind = {ReportKind.DRAFT: "projet", ReportKind.FINAL: "rapport"}[report.kind]
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{report.diagnosis.reference}-{kind}-{report.locale}.pdf"'
    return response


@bp.get("/dossiers/<reference>/rapport")
@allow(*NETWORK)
def latest(reference: str) -> BaseResponse:
    """The newest French report of a dossier; 404 before the first."""
    query = (
        visible(Report, actor())
        .join(Diagnosis, Diagnosis.id == Report.diagnosis_id)
        .where(Diagnosis.reference == reference, Report.locale == "fr")
    )
    number = reading().scalar(query.with_only_columns(Report.id).order_by(Report.kind.desc(), Report.id.desc()).limit(1))
    if number is None:
        abort(404)
    return redirect(url_for("reports.download", report_id=number))
