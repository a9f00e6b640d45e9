"""The blueprint of the questionnaire's versions, and what its pages share: a version by its key, its words, its workbook."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Select
from sqlalchemy.orm import undefer

from diagnostics.access import visible
from diagnostics.actions.base import NotFoundError
from diagnostics.catalogues import UnknownVersionError, from_sheets, load
from diagnostics.models import QuestionnaireVersion, VersionState
from diagnostics.web import actor, current_campaign, reading, settings
from questionnaires.model import Questionnaire

bp = Blueprint("versions", __name__, url_prefix="/programme/questionnaire")
# A draft is named by its number wherever a published version is named by its name.
DRAFT = "brouillon-"
LARGEST_NUMBER = 2**31 - 1

STATES: dict[VersionState, tuple[LazyString, str]] = {
    VersionState.DRAFT: (_l("Brouillon"), "warn"),
    VersionState.PUBLISHED: (_l("Publiée"), "good"),
    VersionState.WITHDRAWN: (_l("Retirée"), "neutral"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A version as the pages name it: its key in an address, its words, and what it asks."""

    key: str
    words: str
    questionnaire: Questionnaire


def draft_row(number: int, *columns: str) -> QuestionnaireVersion:
    """A draft by its number, with these heavy columns; raises `NotFoundError` for what is no draft."""
    found: QuestionnaireVersion | None = reading().scalar(_with(columns).where(QuestionnaireVersion.id == number))
    if found is None or found.state is not VersionState.DRAFT:
        raise NotFoundError(_("Ce brouillon n’existe pas, ou il est déjà publié."))
    return found


def version_row(version: str, *columns: str) -> QuestionnaireVersion | None:
    """The row of a version that was published here, or None for a shipped one."""
    found: QuestionnaireVersion | None = reading().scalar(
        _with(columns).where(QuestionnaireVersion.version == version, QuestionnaireVersion.state != VersionState.DRAFT)
    )
    return found


def _with(columns: tuple[str, ...]) -> Select[Any]:
    query = visible(QuestionnaireVersion, actor())
    return query.options(*(undefer(getattr(QuestionnaireVersion, name)) for name in columns))


def present_version() -> str:
    """The version that new dossiers are opened with."""
    campaign = current_campaign()
    return campaign.questionnaire_version if campaign is not None else settings().questionnaire_version


def named(key: str) -> Named:
    """A version by its key: its name, or `brouillon-` and a draft's number; raises `NotFoundError` for neither."""
    if key.startswith(DRAFT):
        digits = key.removeprefix(DRAFT)
        if not (digits.isascii() and digits.isdigit() and int(digits) <= LARGEST_NUMBER):
            raise NotFoundError(_("Cette version du questionnaire n’existe pas."))
        row = draft_row(int(digits), "sheets")
        if not row.questions:
            raise NotFoundError(_("Ce classeur n’a pas pu être lu comme un questionnaire : corrigez ses fautes d’abord."))
        return Named(key, _("brouillon n° %(number)s", number=row.id), from_sheets(row.sheets))
    try:
        return Named(key, key, load(key))
    except UnknownVersionError as error:
        raise NotFoundError(_("Cette version du questionnaire n’existe pas.")) from error


def drafts() -> list[QuestionnaireVersion]:
    """The drafts, the latest first."""
    query = visible(QuestionnaireVersion, actor()).where(QuestionnaireVersion.state == VersionState.DRAFT)
    return list(reading().scalars(query.order_by(QuestionnaireVersion.id.desc())))


def published() -> dict[str, QuestionnaireVersion]:
    """The versions published here, by name, the latest first."""
    query = (
        visible(QuestionnaireVersion, actor())
        .where(QuestionnaireVersion.state != VersionState.DRAFT)
        .order_by(QuestionnaireVersion.published_at.desc(), QuestionnaireVersion.id.desc())
    )
    return {row.version: row for row in reading().scalars(query)}
