"""The list of versions, their workbooks, and which one new dossiers are opened with."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from diagnostics.access import allow
from diagnostics.actions import questionnaires as verbs
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.carriage import counts_by_version
from diagnostics.catalogues import UnknownVersionError, load
from diagnostics.models import QuestionnaireVersion, Role, VersionState
from diagnostics.pages.questionnaires_admin.blueprint import STATES, bp, draft_row, drafts, present_version, published, version_row
from diagnostics.web import actor, database, reading
from questionnaires.catalogue import sheets_of
from questionnaires.catalogue import versions as shipped_versions
from questionnaires.workbook import write_workbook

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Line:
    """One version of the list: a shipped one has no row."""

    version: str
    row: QuestionnaireVersion | None
    questions: int
    dossiers: int
    open: int
    present: bool

    @property
    def state(self) -> VersionState:
        """A shipped version is published."""
        return self.row.state if self.row else VersionState.PUBLISHED


@bp.get("")
@allow(Role.COORDINATOR)
def index() -> str:
    """Every version: its state, its dossiers, its workbook; the drafts first."""
    counts, present, own = counts_by_version(reading()), present_version(), published()
    names = [*own, *(name for name in reversed(shipped_versions()) if name not in own)]
    lines = []
    for name in names:
        total, still_open = counts.get(name, (0, 0))
        questions = sum(1 for _each in load(name).questions())
        lines.append(Line(name, own.get(name), questions, total, still_open, name == present))
    return render_template(
        "questionnaires_admin/index.html",
        lines=lines,
        drafts=drafts(),
        states=STATES,
        present=present,
        left_behind=sum(line.open for line in lines if not line.present),
    )


@bp.get("/versions/<version>/classeur.xlsx")
@allow(Role.COORDINATOR)
def workbook(version: str) -> Response:
    """A version's workbook, to be edited and sent back as the next one."""
    row = version_row(version, "sheets")
    try:
        sheets = row.sheets if row is not None else sheets_of(version)
    except UnknownVersionError as error:
        raise NotFoundError(_("Cette version du questionnaire n’existe pas.")) from error
    return _file(write_workbook(sheets), f"questionnaire-{version}.xlsx")


@bp.get("/brouillons/<int:number>/classeur.xlsx")
@allow(Role.COORDINATOR)
def draft_workbook(number: int) -> Response:
    """The file of a draft, as it was sent."""
    row = draft_row(number, "workbook")
    extension = ".xls" if row.filename.casefold().endswith(".xls") else ".xlsx"
    return _file(row.workbook or b"", f"questionnaire-brouillon-{number}{extension}")


@bp.get("/versions/<version>/original.xlsx")
@allow(Role.COORDINATOR)
def original(version: str) -> Response:
    """The very file that a version was published from."""
    row = version_row(version, "workbook")
    if row is None or not row.workbook:
        raise NotFoundError(_("Cette version n’a pas de fichier d’origine."))
    return _file(row.workbook, f"questionnaire-{version}-original.xlsx")


def _file(data: bytes, name: str) -> Response:
    return Response(data, mimetype=WORKBOOK, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.post("/versions/<version>/choisir")
@allow(Role.COORDINATOR)
def choose(version: str) -> BaseResponse:
    """Makes new dossiers open with a version."""
    return _done(
        lambda: verbs.choose_version(database(), actor(), version),
        _("Les nouveaux dossiers s’ouvriront avec la version %(version)s.", version=version),
    )


@bp.post("/versions/<version>/retirer")
@allow(Role.COORDINATOR)
def withdraw(version: str) -> BaseResponse:
    """Takes a version out of the choice for new dossiers."""
    number = _number(version)
    return _done(lambda: verbs.withdraw(database(), actor(), number), _("Version retirée : ses dossiers la gardent."))


@bp.post("/versions/<version>/remettre")
@allow(Role.COORDINATOR)
def restore(version: str) -> BaseResponse:
    """Puts a withdrawn version back."""
    number = _number(version)
    return _done(lambda: verbs.restore(database(), actor(), number), _("Version remise dans le choix."))


def _number(version: str) -> int:
    row = version_row(version)
    if row is None:
        raise NotFoundError(_("Cette version du questionnaire n’existe pas."))
    return row.id


def _done(action: Callable[[], object], words: str) -> BaseResponse:
    try:
        action()
    except NotFoundError:
        raise
    except ActionError as error:
        flash(str(error.message), "error")
    else:
        flash(words, "success")
    return redirect(url_for("versions.index"), 303)
