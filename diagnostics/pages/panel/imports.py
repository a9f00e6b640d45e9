"""Files of the sampling frame: upload, report with every fault, decision."""

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from diagnostics import registers
from diagnostics.access import allow
from diagnostics.actions import panel
from diagnostics.actions.base import ActionError
from diagnostics.frame import labels
from diagnostics.frame.columns import Layout
from diagnostics.frame.faults import Fault, Severity
from diagnostics.frame.known import Outcome
from diagnostics.i18n import chosen_locale
from diagnostics.limits import limiter
from diagnostics.models import FrameImport, ImportState, Role
from diagnostics.pages.panel.blueprint import bp, campaign_here, page_argument
from diagnostics.pages.panel.forms import AcceptForm, UploadForm
from diagnostics.queries import Page, paginate
from diagnostics.web import actor, database, reading

FAULTS_PER_PAGE = 50
CHANGES_SHOWN = 50
TONES = {Severity.ERROR: "bad", Severity.LEFT_OUT: "neutral", Severity.WARNING: "warn"}
SEVERITIES = {Severity.ERROR: _l("À corriger"), Severity.LEFT_OUT: _l("Laissée de côté"), Severity.WARNING: _l("À vérifier")}
_SIGNS_OF_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Shown:
    """A fault as the page shows it."""

    line: int | None
    column: str
    code: str
    severity: Severity
    cause: str
    remedy: str


def severity_words(severity: Severity) -> str:
    """What a severity means for the row."""
    return str(SEVERITIES[severity])


def _shown(fault: Fault) -> Shown:
    locale = chosen_locale()
    return Shown(fault.line, fault.column, fault.code, fault.severity, fault.cause(locale), fault.remedy(locale))


def _imported(number: int) -> FrameImport:
    found = reading().scalar(select(FrameImport).where(FrameImport.id == number, FrameImport.campaign_id == campaign_here().id))
    if found is None:
        abort(404)
    return found


@bp.get("/imports")
@allow(Role.COORDINATOR)
def imports() -> str:
    """The files received so far, the latest first."""
    page = paginate(
        reading(),
        select(FrameImport).where(FrameImport.campaign_id == campaign_here().id).order_by(FrameImport.id.desc()),
        page_argument(),
    )
    people = registers.names(reading(), [row.uploaded_by_id for row in page.items])
    return render_template("panel/imports.html", page=page, people=people, layouts=_layouts())


def _layouts() -> dict[str, str]:
    return {layout.value: labels.words(pair, chosen_locale()) for layout, pair in labels.LAYOUTS.items()}


@bp.route("/imports/nouveau", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
@limiter.limit("30 per minute", methods=["POST"])
def upload() -> str | BaseResponse | tuple[str, int]:
    """Receives a file and examines it; nothing is imported yet."""
    campaign = campaign_here()
    form = UploadForm()
    if form.validate_on_submit():
        number = panel.upload(database(), actor(), campaign.id, form.file.data.filename, form.file.data.read())
        return redirect(url_for("panel.report", number=number))
    page = render_template("panel/upload.html", form=form)
    return (page, 422) if form.is_submitted() else page


def _faults(stored: dict[str, Any]) -> list[Fault]:
    return [Fault.from_json(one) for one in stored.get("faults", [])]


def _narrowed(faults: list[Fault]) -> list[Fault]:
    """The faults that the address's filters ask for."""
    severity, code, text = (request.args.get(name, "").strip() for name in ("gravite", "code", "ligne"))
    return [
        fault
        for fault in faults
        if (not severity or fault.severity.value == severity)
        and (not code or fault.code == code)
        and (not text or str(fault.line) == text)
    ]


def _codes(faults: list[Fault]) -> list[tuple[str, str, int]]:
    """Each code met, with its words once and how often: what to filter by."""
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        found.setdefault(fault.code, []).append(fault)
    return [
        (code, group[0].column or _("fichier"), len(group)) for code, group in sorted(found.items(), key=lambda pair: -len(pair[1]))
    ]


def _page_of(faults: list[Fault]) -> Page[Shown]:
    pages = max(-(-len(faults) // FAULTS_PER_PAGE), 1)
    number = min(page_argument(), pages)
    kept = faults[(number - 1) * FAULTS_PER_PAGE : number * FAULTS_PER_PAGE]
    return Page([_shown(fault) for fault in kept], number, pages, len(faults), FAULTS_PER_PAGE)


def _report(found: FrameImport, form: AcceptForm, refusal: object = None) -> str:
    stored = found.report
    faults = _faults(stored)
    counts = {outcome: stored.get("counts", {}).get(outcome.value, 0) for outcome in Outcome}
    return render_template(
        "panel/report.html",
        found=found,
        report=stored,
        form=form,
        refusal=refusal,
        counts=[
            (outcome.value, labels.words(labels.OUTCOMES[outcome], chosen_locale()), count)
            for outcome, count in counts.items()
            if count
        ],
        conflicts=counts[Outcome.CONFLICTING],
        layout=_layouts().get(stored.get("layout", ""), labels.words(labels.LAYOUTS[Layout.UNKNOWN], chosen_locale())),
        tallies=[
            (severity, severity_words(severity), TONES[severity], sum(fault.severity is severity for fault in faults))
            for severity in Severity
        ],
        codes=_codes(faults),
        page=_page_of(_narrowed(faults)),
        all_faults=len(faults),
        tones=TONES,
        severity_words=severity_words,
        changes=stored.get("changes", [])[:CHANGES_SHOWN],
        more_changes=max(len(stored.get("changes", [])) - CHANGES_SHOWN, 0),
        pending=found.state is ImportState.PENDING,
        uploader=registers.names(reading(), [found.uploaded_by_id]).get(found.uploaded_by_id or 0, ""),
    )


@bp.get("/imports/<int:number>")
@allow(Role.COORDINATOR)
def report(number: int) -> str:
    """What a file says: counts, every fault, what would change; the decision is taken here."""
    return _report(_imported(number), AcceptForm())


@bp.get("/imports/<int:number>/anomalies.csv")
@allow(Role.COORDINATOR)
def faults(number: int) -> Response:
    """Every fault as CSV, for the person who corrects the file."""
    found = _imported(number)
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Ligne"), _("Colonne"), _("Gravité"), _("Code"), _("Cause"), _("Remède")])
    for fault in (_shown(one) for one in _narrowed(_faults(found.report))):
        cells = [fault.line or "", fault.column, severity_words(fault.severity), fault.code, fault.cause, fault.remedy]
        writer.writerow([_inert(cell) for cell in cells])
    headers = {"Content-Disposition": f"attachment; filename=anomalies-{number}.csv"}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


def _inert(cell: object) -> str:
    """A cell that a spreadsheet will not run as a formula, whatever the file said."""
    text = str(cell)
    return f"'{text}" if text.startswith(_SIGNS_OF_FORMULA) else text


@bp.post("/imports/<int:number>/accepter")
@allow(Role.COORDINATOR)
def accept(number: int) -> BaseResponse | tuple[str, int]:
    """Takes the good rows into the frame."""
    found = _imported(number)
    form = AcceptForm()
    if not form.validate_on_submit():
        return _report(found, form), 422
    try:
        taken = panel.accept(database(), actor(), number, take_conflicts=bool(form.take_conflicts.data))
    except ActionError as error:
        flash(str(error.message), "error")
        return redirect(url_for("panel.report", number=number))
    flash(
        _("Import fait. Entreprises ajoutées : %(new)d ; mises à jour : %(updated)d.", new=taken.new, updated=taken.updated),
        "success",
    )
    return redirect(url_for("panel.report", number=number))


@bp.post("/imports/<int:number>/abandonner")
@allow(Role.COORDINATOR)
def discard(number: int) -> BaseResponse:
    """Leaves a file: nothing of it enters."""
    _imported(number)
    panel.discard(database(), actor(), number)
    flash(_("Fichier abandonné : rien n’a été importé."), "success")
    return redirect(url_for("panel.imports"))
