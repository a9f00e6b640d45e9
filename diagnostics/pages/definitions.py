"""The questionnaire itself as JSON, for the browser that checks a section while it is being filled: definitions, never answers.

A definition's address carries the digest of its content, so that a browser keeps it for good; a new version has a new address.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext as _

from diagnostics.access import NETWORK, allow
from diagnostics.actions.base import NotFoundError
from diagnostics.actions.trials import TRIAL
from diagnostics.catalogues import UnknownVersionError, load
from diagnostics.models import Role
from diagnostics.trials import Trials
from diagnostics.web import actor
from questionnaires.export_json import digest_of, written
from questionnaires.model import Questionnaire

bp = Blueprint("definitions", __name__, url_prefix="/questionnaire")
_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class _Written:
    """A questionnaire beside its text, to see whether the text is still that of what is loaded under the version's name."""

    questionnaire: Questionnaire
    text: str
    digest: str


_kept: dict[str, _Written] = {}


def _of(version: str) -> _Written:
    # A draft on trial is known to the trials' database alone.
    trials: Trials = current_app.extensions["trials"]
    questionnaire = load(version, trials.database() if version.startswith(TRIAL) else None)
    found = _kept.get(version)
    if found is None or found.questionnaire is not questionnaire:
        text = written(questionnaire)
        found = _kept[version] = _Written(questionnaire, text, digest_of(text))
    return found


def address_of(version: str) -> str:
    """Where the definition of a version is; raises `UnknownVersionError` for one that does not exist."""
    return url_for("definitions.show", version=version, digest=_of(version).digest)


@bp.get("/<version>/<digest>.json")
@allow(*NETWORK, Role.FIRM)
def show(version: str, digest: str) -> Response:
    """One version's definition, to be kept by the browser; a draft on trial is for the coordination."""
    try:
        found = _of(version) if not version.startswith(TRIAL) or actor().role is Role.COORDINATOR else None
    except UnknownVersionError:
        found = None
    if found is None or found.digest != digest:
        raise NotFoundError(_("Cette version du questionnaire n’existe pas, ou plus."))
    response = Response(found.text, mimetype="application/json")
    response.set_etag(digest)
    response.cache_control.private = True
    response.cache_control.max_age = _A_YEAR
    response.cache_control.immutable = True
    response.make_conditional(request)
    return response
