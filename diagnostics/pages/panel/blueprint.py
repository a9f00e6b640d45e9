"""The panel's blueprint, its local menu, and what its pages share."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _

from diagnostics.frame import labels
from diagnostics.i18n import chosen_locale
from diagnostics.models import Campaign
from diagnostics.web import current_campaign

bp = Blueprint("panel", __name__, url_prefix="/panel")
LARGEST_NUMBER = 2**31 - 1
_SECTIONS = {
    "panel.index": frozenset({"panel.index", "panel.firm", "panel.edit_firm", "panel.exclude"}),
    "panel.imports": frozenset({"panel.imports", "panel.upload", "panel.report"}),
    "panel.table": frozenset({"panel.table", "panel.amend", "panel.code"}),
    "panel.draw": frozenset({"panel.draw"}),
    "panel.assignment": frozenset({"panel.assignment", "panel.suggestion"}),
}


def campaign_here() -> Campaign:
    """The campaign in progress; a page that needs one answers 404 without it."""
    found = current_campaign()
    if found is None:
        abort(404)
    return found


def in_words(table: dict[str, tuple[str, str]], code: str) -> str:
    """The words of a code in the page's language; the code itself when the table does not know it."""
    return labels.words(table[code], chosen_locale()) if code in table else code


def options(table: dict[str, tuple[str, str]], *, first: str | None = None) -> list[tuple[str, str]]:
    """The choices of a table in the page's language."""
    return [*([("", first)] if first is not None else []), *((code, in_words(table, code)) for code in table)]


def sector_words(code: str) -> str:
    """A sector in words."""
    return in_words(labels.SECTORS, code)


def family_words(code: str) -> str:
    """A family in words."""
    return in_words(labels.FAMILIES, code)


def size_words(code: str) -> str:
    """A size class in words."""
    return in_words(labels.SIZES, code)


def column_words(code: str) -> str:
    """A column of a firm in words."""
    return in_words(labels.COLUMNS, code)


def number_argument(name: str) -> int | None:
    """A number of the address, or None: what is no number, or beyond what a database numbers, narrows nothing."""
    text = request.args.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and int(text) <= LARGEST_NUMBER else None


def page_argument() -> int:
    """The page of a list that is asked for, from 1."""
    return max(number_argument("page") or 1, 1)


@bp.context_processor
def _shared() -> dict[str, object]:
    """The local menu and the words of codes, for the panel's templates."""
    here = request.endpoint or ""
    entries: tuple[tuple[str, str, dict[str, Any]], ...] = (
        (_("Base de sondage"), "panel.index", {}),
        (_("Imports"), "panel.imports", {}),
        (_("Tables"), "panel.table", {"kind": "naf"}),
        (_("Tirage"), "panel.draw", {}),
        (_("Affectation"), "panel.assignment", {}),
    )
    return {
        "sections": [(label, url_for(endpoint, **values), here in _SECTIONS[endpoint]) for label, endpoint, values in entries],
        "sector_words": sector_words,
        "family_words": family_words,
        "size_words": size_words,
        "column_words": column_words,
        "departement_names": labels.DEPARTEMENTS,
    }
