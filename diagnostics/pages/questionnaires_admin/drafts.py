"""Workbooks received: the upload, every fault at once, and the draft that comes of it."""

import csv
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as BaseResponse
from wtforms import TextAreaField
from wtforms.validators import Length

from diagnostics.access import allow
from diagnostics.actions import questionnaires as verbs
from diagnostics.actions import trials
from diagnostics.actions.base import ActionError
from diagnostics.catalogues import load
from diagnostics.i18n import chosen_locale
from diagnostics.limits import limiter
from diagnostics.models import Role
from diagnostics.pages.questionnaires_admin.blueprint import bp, draft_row, named, present_version
from diagnostics.queries import Page
from diagnostics.web import actor, database, settings
from questionnaires.versions import KIND_WORDS, compare

PER_PAGE = 50
LARGEST_WORKBOOK = 10 * 2**20
SEVERITIES = {"error": (_l("À corriger"), "bad"), "warning": (_l("À vérifier"), "warn")}
_SIGNS_OF_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class WorkbookForm(FlaskForm):
    """The workbook, and what changes in a word."""

    file = FileField(_l("Classeur (.xlsx)"), [FileRequired(_l("Choisissez le classeur à envoyer."))])
    note = TextAreaField(
        _l("Ce qui change, en deux mots"),
        [Length(max=verbs.LONGEST_NOTE)],
        description=_l("Pour vous et l’équipe ; vous pourrez le compléter à la publication."),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A fault as the page shows it."""

    sheet: str
    row: int
    column: str
    code: str
    severity: str
    cause: str
    remedy: str


def shown(fault: Mapping[str, Any], locale: str) -> Shown:
    """A stored fault in a language."""

    def words(name: str) -> str:
        found = fault.get(name) or {}
        return str(found.get(locale) or found.get("fr") or "")

    letter = f" ({fault['letter']})" if fault.get("letter") else ""
    column = f"{fault.get('column') or ''}{letter}"
    return Shown(
        str(fault["sheet"]), int(fault["row"]), column, str(fault["code"]), str(fault["severity"]), words("cause"), words("remedy")
    )


@bp.route("/nouveau", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
@limiter.limit("30 per minute", methods=["POST"])
def upload() -> str | BaseResponse | tuple[str, int]:
    """Receives a workbook and reads it; nothing is published."""
    form = WorkbookForm()
    if form.validate_on_submit():
        with closing(form.file.data) as sent:
            data = sent.read(LARGEST_WORKBOOK + 1)
        if len(data) <= LARGEST_WORKBOOK:
            number = verbs.upload_draft(
                database(),
                actor(),
                form.file.data.filename or "",
                data,
                note=form.note.data or "",
                default=settings().questionnaire_version,
            )
            return redirect(url_for("versions.draft", number=number), 303)
        form.file.errors = [_("Ce fichier est trop gros pour un questionnaire : 10 Mo au plus.")]
    page = render_template("questionnaires_admin/upload.html", form=form, present=present_version())
    return (page, 422) if form.is_submitted() else page


def _narrowed(faults: list[Shown]) -> list[Shown]:
    wanted = {name: request.args.get(name, "") for name in ("gravite", "feuille", "code")}
    return [
        fault
        for fault in faults
        if wanted["gravite"] in {"", fault.severity}
        and wanted["feuille"] in {"", fault.sheet}
        and wanted["code"] in {"", fault.code}
    ]


def _page(faults: list[Shown]) -> Page[Shown]:
    pages = max(-(-len(faults) // PER_PAGE), 1)
    asked = request.args.get("page", "1")
    number = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdigit() and len(asked) < PER_PAGE else 1
    return Page(faults[(number - 1) * PER_PAGE : number * PER_PAGE], number, pages, len(faults), PER_PAGE)


@bp.get("/brouillons/<int:number>")
@allow(Role.COORDINATOR)
def draft(number: int) -> str:
    """A draft: what is wrong with it, what it changes, and what to do next."""
    row = draft_row(number, "faults", "sheets")
    faults = [shown(fault, chosen_locale()) for fault in row.faults]
    present = present_version()
    difference = compare(load(present), named(f"brouillon-{number}").questionnaire) if row.questions else None
    return render_template(
        "questionnaires_admin/draft.html",
        row=row,
        faults=faults,
        page=_page(_narrowed(faults)),
        sheets=sorted({fault.sheet for fault in faults}),
        codes=sorted({fault.code for fault in faults}),
        severities=SEVERITIES,
        present=present,
        difference=difference,
        kind_words=KIND_WORDS,
    )


@bp.get("/brouillons/<int:number>/fautes.csv")
@allow(Role.COORDINATOR)
def faults_csv(number: int) -> Response:
    """Every fault as CSV, for whoever corrects the workbook."""
    row = draft_row(number, "faults")
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Feuille"), _("Ligne"), _("Colonne"), _("Gravité"), _("Code"), _("Cause"), _("Remède")])
    for fault in _narrowed([shown(each, chosen_locale()) for each in row.faults]):
        severity = str(SEVERITIES[fault.severity][0]) if fault.severity in SEVERITIES else fault.severity
        cells = (fault.sheet, fault.row or "", fault.column, severity, fault.code, fault.cause, fault.remedy)
        writer.writerow([_inert(cell) for cell in cells])
    headers = {"Content-Disposition": f"attachment; filename=fautes-brouillon-{number}.csv"}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


def _inert(cell: object) -> str:
    """A cell that a spreadsheet will not run as a formula, whatever the workbook said."""
    text = str(cell)
    return f"'{text}" if text.startswith(_SIGNS_OF_FORMULA) else text


@bp.post("/brouillons/<int:number>/supprimer")
@allow(Role.COORDINATOR)
def discard(number: int) -> BaseResponse:
    """Leaves a draft for good, with its trials."""
    draft_row(number)
    try:
        verbs.discard_draft(database(), actor(), number)
    except ActionError as error:
        flash(str(error.message), "error")
    else:
        trials.drop_trial(current_app.extensions["trials"].database(), number)
        flash(_("Brouillon supprimé."), "success")
    return redirect(url_for("versions.index"), 303)
