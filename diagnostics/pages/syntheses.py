"""The syntheses as social partners read them: published editions, pages with figures and tables, PDF, open tables.

Everything here is drawn from a stored Synthesis, already protected; no other row is within reach of these pages.
"""

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import undefer

from analysis.synthesis.edition import Cell, Synthesis
from diagnostics import documents, exports, formats
from diagnostics.access import READERS, allow, visible
from diagnostics.charts import svg
from diagnostics.charts.figures import figure_of, map_of, status_word, written
from diagnostics.i18n import LOCALES, chosen_locale
from diagnostics.models import Edition, EditionState, StoredSynthesis
from diagnostics.pdf.synthesis import render_synthesis
from diagnostics.web import actor, reading, settings

bp = Blueprint("syntheses", __name__)
SCOPES = ("region", "sector", "departement")
STATES: dict[EditionState, tuple[LazyString, str]] = {
    EditionState.PREPARED: (_l("À relire"), "info"),
    EditionState.PUBLISHED: (_l("Publiée"), "good"),
    EditionState.WITHDRAWN: (_l("Retirée"), "warn"),
}


def _edition(number: int | None) -> Edition | None:
    """An edition by its number, or the newest that this person may read (a published one first)."""
    query = visible(Edition, actor())
    if number is not None:
        asked: Edition | None = reading().scalar(query.where(Edition.number == number))
        return asked
    published = query.where(Edition.state == EditionState.PUBLISHED).order_by(Edition.number.desc()).limit(1)
    newest: Edition | None = reading().scalar(published) or reading().scalar(query.order_by(Edition.number.desc()).limit(1))
    return newest


def _stored(number: int, scope: str, code: str) -> StoredSynthesis:
    edition = _edition(number)
    if edition is None or scope not in SCOPES:
        abort(404)
    query = visible(StoredSynthesis, actor()).where(
        StoredSynthesis.edition_id == edition.id, StoredSynthesis.scope == scope, StoredSynthesis.code == code
    )
    stored = reading().scalar(query.options(undefer(StoredSynthesis.content)))
    if stored is None:
        abort(404)
    found: StoredSynthesis = stored
    return found


@bp.get("/syntheses")
@allow(*READERS)
def index() -> str:
    """The syntheses of an edition: the region first, then sectors, then départements."""
    asked = request.args.get("edition", "")
    edition = _edition(int(asked) if asked.isdecimal() and len(asked) < 7 else None)  # noqa: PLR2004 - An edition's number is short.
    if asked and edition is None:
        abort(404)
    editions = reading().scalars(visible(Edition, actor()).order_by(Edition.number.desc())).all()
    groups: dict[str, list[tuple[StoredSynthesis, Synthesis]]] = {scope: [] for scope in SCOPES}
    if edition is not None:
        query = (
            select(StoredSynthesis)
            .where(StoredSynthesis.edition_id == edition.id)
            .options(undefer(StoredSynthesis.content))
            .order_by(StoredSynthesis.id)
        )
        for stored in reading().scalars(query):
            groups[stored.scope].append((stored, Synthesis.from_json(stored.content)))
    return render_template("syntheses/index.html", edition=edition, editions=editions, groups=groups)


@bp.get("/syntheses/<int:number>/<scope>/<code>")
@allow(*READERS)
def show(number: int, scope: str, code: str) -> str:
    """One synthesis as a page."""
    stored = _stored(number, scope, code)
    synthesis = Synthesis.from_json(stored.content)
    locale = chosen_locale()
    figures: dict[str, Markup] = {}
    for chapter in synthesis.chapters:
        for table in chapter.tables:
            scene = figure_of(table, locale)
            if scene is not None:
                figures[table.code] = _drawn(svg(scene, f"{chapter.code}-{table.code}"))
    area_map = _drawn(svg(map_of(synthesis.area_map, locale, 420), "carte")) if synthesis.area_map else None
    return render_template(
        "syntheses/show.html", edition=stored.edition, stored=stored, synthesis=synthesis, figures=figures, area_map=area_map
    )


def _drawn(text: str) -> Markup:
    """A figure as it goes into a page: `svg` has escaped every text in it."""
    return Markup(text)  # noqa: S704 - Drawn by us, texts escaped by `charts.svg`.


@bp.get("/syntheses/<int:number>/<scope>/<code>.pdf")
@allow(*READERS)
def pdf(number: int, scope: str, code: str) -> Response:
    """The same synthesis as a document; drawn once, then kept."""
    stored = _stored(number, scope, code)
    locale = request.args.get("langue", chosen_locale())
    if locale not in LOCALES:
        abort(404)
    folder = settings().documents_path / "syntheses"
    path = folder / f"{stored.digest}-{locale}.ref"
    name = path.read_text(encoding="ascii") if path.is_file() else ""
    data = documents.load(folder, name) if name else None
    if data is None:
        data = render_synthesis(Synthesis.from_json(stored.content), locale).data
        name = documents.store(folder, data)
        path.write_text(name, encoding="ascii")
    response = current_app.response_class(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="synthese-{number}-{scope}-{code}-{locale}.pdf"'
    return response


@bp.get("/syntheses/<int:number>/<scope>/<code>.csv")
@allow(*READERS)
def table(number: int, scope: str, code: str) -> Response:
    """The published cells of the synthesis as an open table."""
    stored = _stored(number, scope, code)
    response = current_app.response_class(exports.table_csv(stored.content), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="synthese-{number}-{scope}-{code}.csv"'
    return response


@bp.app_template_filter("figure")
def figure(cell: Cell, unit: str) -> str:
    """A cell's figure as written, or why there is none."""
    locale = chosen_locale()
    return status_word(cell, locale) if cell.value is None else written(unit, locale)(cell.value)


@bp.app_template_filter("interval")
def interval(cell: Cell, unit: str) -> str:
    """A cell's interval in words, or nothing."""
    if cell.low is None or cell.high is None:
        return ""
    locale = chosen_locale()
    write = written(unit, locale)
    return formats.span(write(cell.low), write(cell.high), locale)


@bp.app_template_filter("edition_state")
def edition_state(state: EditionState | str) -> tuple[LazyString, str]:
    """An edition's state in words, with its tone."""
    return STATES[EditionState(state)]
