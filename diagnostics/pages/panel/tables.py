"""The tables of correspondence: NAF to sector, legal category to family. Proposals, that the coordination amends here."""

from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from diagnostics import registers
from diagnostics.access import allow
from diagnostics.actions import firms
from diagnostics.actions.base import ActionError
from diagnostics.frame import labels
from diagnostics.frame.tables import Line, Tables
from diagnostics.frame.text import key
from diagnostics.glossary import verb_words
from diagnostics.models import Correspondence, JournalLine, Role
from diagnostics.pages.panel.blueprint import bp, options, page_argument
from diagnostics.pages.panel.firms import applied_message, campaign_number
from diagnostics.queries import Page
from diagnostics.web import actor, current_campaign, database, reading

PER_PAGE = 40
_SLUGS = {"naf": "naf", "categories-juridiques": "legal_category"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of a table as the page shows it."""

    line: Line
    amended: str
    firms: int

    @property
    def value(self) -> str:
        """What the code means now."""
        return self.amended or self.line.value


def _kind(slug: str) -> str:
    if slug not in _SLUGS:
        abort(404)
    return _SLUGS[slug]


def _words(kind: str) -> dict[str, tuple[str, str]]:
    return labels.SECTORS if kind == "naf" else labels.FAMILIES


def _amendments(kind: str) -> dict[str, Correspondence]:
    return {row.code: row for row in reading().scalars(select(Correspondence).where(Correspondence.kind == kind))}


def _lines(kind: str) -> list[Shown]:
    """The table's lines that the address's filters ask for, by code."""
    campaign = current_campaign()
    counts = firms.firms_by_code(reading(), campaign.id, kind) if campaign else {}
    amended = _amendments(kind)
    shown = [
        Shown(line, amended[code].value if code in amended else "", counts.get(code, 0))
        for code, line in sorted(Tables.load().lines(kind).items())
    ]
    value, only, text = (request.args.get(name, "").strip() for name in ("valeur", "seulement", "recherche"))
    wanted = key(text)
    return [
        one
        for one in shown
        if (not value or one.value == value)
        and (only != "amendes" or one.amended)
        and (only != "base" or one.firms)
        and (only != "douteux" or one.line.confidence == "basse")
        and (not wanted or wanted in key(one.line.code) or wanted in key(one.line.label))
    ]


@bp.get("/tables/<kind>")
@allow(Role.COORDINATOR)
def table(kind: str) -> str:
    """A table: search, and what each code means."""
    name = _kind(kind)
    lines = _lines(name)
    pages = max(-(-len(lines) // PER_PAGE), 1)
    number = min(page_argument(), pages)
    page = Page(lines[(number - 1) * PER_PAGE : number * PER_PAGE], number, pages, len(lines), PER_PAGE)
    journal = (
        reading()
        .scalars(select(JournalLine).where(JournalLine.subject == "correspondence").order_by(JournalLine.id.desc()).limit(200))
        .all()
    )
    own = [line for line in journal if line.detail.get("kind") == name][:10]
    return render_template(
        "panel/table.html",
        kind=kind,
        page=page,
        values=options(_words(name)),
        words=_word(name),
        amended=len(_amendments(name)),
        narrowed=any(request.args.get(argument) for argument in ("recherche", "valeur", "seulement")),
        journal=[(line, verb_words(line.verb)) for line in own],
        people=registers.names(reading(), [line.actor_id for line in own]),
        kinds=[
            (_("Code NAF → secteur"), url_for("panel.table", kind="naf"), name == "naf"),
            (_("Catégorie juridique → famille"), url_for("panel.table", kind="categories-juridiques"), name != "naf"),
        ],
    )


def _word(name: str) -> dict[str, str]:
    return dict(options(_words(name)))


@bp.get("/tables/<kind>/<code>")
@allow(Role.COORDINATOR)
def code(kind: str, code: str) -> str:
    """One line of a table, to amend it."""
    return _code_page(kind, code)


def _code_page(kind: str, wanted: str, refusal: object = None, typed: str = "") -> str:
    name = _kind(kind)
    line = Tables.load().lines(name).get(wanted)
    if line is None:
        abort(404)
    campaign = current_campaign()
    amended = _amendments(name).get(wanted)
    return render_template(
        "panel/code.html",
        kind=kind,
        one=Shown(
            line,
            amended.value if amended else "",
            firms.firms_by_code(reading(), campaign.id, name).get(wanted, 0) if campaign else 0,
        ),
        amended=amended,
        person=registers.names(reading(), [amended.amended_by_id]).get(amended.amended_by_id or 0, "") if amended else "",
        values=options(_words(name)),
        words=_word(name),
        refusal=refusal,
        typed=typed,
        refinements=sorted(
            (criterion, value, sector) for (naf, criterion, value), sector in Tables.load().refinements.items() if naf == wanted
        ),
        agreements=Tables.load().agreements,
    )


@bp.post("/tables/<kind>/<code>")
@allow(Role.COORDINATOR)
def amend(kind: str, code: str) -> Response | tuple[str, int]:
    """Amends a line, or restores its proposal; the firms of the frame follow if asked."""
    name = _kind(kind)
    campaign = current_campaign()
    apply_to = campaign.id if campaign and request.form.get("appliquer") else None
    try:
        if request.form.get("retablir"):
            done = firms.restore(database(), actor(), name, code, apply_to=apply_to)
        else:
            done = firms.amend(database(), actor(), name, code, request.form.get("valeur", ""), apply_to=apply_to)
    except ActionError as error:
        if code not in Tables.load().lines(name):
            abort(404)
        return _code_page(kind, code, refusal=error.message, typed=request.form.get("valeur", "")), 422
    flash(
        _("Table enregistrée. ") + (applied_message(done) if apply_to is not None else _("Elle vaut pour les prochains imports.")),
        "success",
    )
    return redirect(url_for("panel.table", kind=kind))


@bp.post("/tables/appliquer")
@allow(Role.COORDINATOR)
def apply_tables() -> Response:
    """Applies every amendment to the firms of the frame."""
    done = firms.apply_amendments(database(), actor(), campaign_number())
    flash(applied_message(done), "success")
    slug = request.form.get("kind", "naf")
    return redirect(url_for("panel.table", kind=slug if slug in _SLUGS else "naf"))
