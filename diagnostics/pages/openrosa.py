"""The OpenRosa interface: the forms that a phone may fill, and the door where it sends them filled.

Speaks the Form List, Form Manifest, Form Submission and Authentication APIs. It answers in XML, sets no cookie and reads
none: whoever comes in comes through a device's own password (`diagnostics.device_access`), request by request.
"""

from xml.sax.saxutils import escape

import structlog
from flask import Blueprint, Response, abort, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import HTTPException, InternalServerError

from diagnostics.access import AccessError, allow
from diagnostics.actions import submissions
from diagnostics.actions.base import ActionError
from diagnostics.device_access import INTERFACE, Refusal, basic_allowed
from diagnostics.http_auth import challenges, new_nonce
from diagnostics.i18n import chosen_locale
from diagnostics.limits import limiter
from diagnostics.mobile_forms import File, MobileForm, forms_of
from diagnostics.models import Role, SubmissionState
from diagnostics.submission_words import UNREADABLE, in_both, receipt
from diagnostics.web import actor, database, reading, settings
from questionnaires.instances import LARGEST
from questionnaires.xform_layout import DOSSIERS_FILE

bp = Blueprint(INTERFACE, __name__, url_prefix="/openrosa")
PART = "xml_submission_file"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"

log = structlog.get_logger()

_ASK = _l("Identifiez-vous avec le nom et le mot de passe de cet appareil, donnés par « Mes appareils » sur le site.")
_REFUSED = _l("Le nom ou le mot de passe de l’appareil ne correspond pas, ou l’appareil a été retiré.")
_CLOSED = _l("Trop d’essais avec cet appareil : réessayez dans un quart d’heure.")
_MANY = _l("Trop de demandes à la fois : recommencez dans une minute.")
_NOT_ACCREDITED = _l("Votre habilitation ne permet pas de remplir un dossier en ce moment : voyez la coordination.")
_NO_FILE = _l("L’envoi ne contient pas le formulaire rempli (« xml_submission_file »). Rien n’a été gardé.")
_TOO_LARGE = _l("L’envoi est trop volumineux : rien n’a été gardé.")
_BUSY = _l("Le dossier est très demandé : l’envoi est gardé, renvoyez-le dans un instant.")
_NOT_HERE = _l("Ce formulaire n’existe pas, ou aucun de vos dossiers en cours ne s’en sert.")
_BAD = _l("La demande n’a pas pu être traitée.")
_OURS = _l("Une erreur de notre côté : rien n’est perdu, renvoyez plus tard.")


def _failed_proof(response: Response) -> bool:
    """Whether a request was refused for a proof that does not hold; asking for the challenge is no failure."""
    return response.status_code == 401 and g.entrance.refusal is Refusal.WRONG  # noqa: PLR2004 (Unauthorized)


limiter.limit("30 per minute", deduct_when=_failed_proof)(bp)


@bp.after_request
def mark(response: Response) -> Response:
    """Adds what every OpenRosa answer carries. The date is the server's own to write, once."""
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(current_app.config["MAX_CONTENT_LENGTH"])
    return response


def _xml(body: str, status: int = 200) -> Response:
    return Response(_DECLARATION + body, status, content_type="text/xml; charset=utf-8")


def _said(words: str, status: int, *, error: bool) -> Response:
    nature = "error" if error else "submit_success"
    return _xml(
        f'<OpenRosaResponse xmlns="{_RESPONSE}"><message nature="{nature}">{escape(words)}</message></OpenRosaResponse>', status
    )


def _file(found: File, content_type: str) -> Response:
    return Response(found.content, content_type=content_type)


def _address(endpoint: str, **values: str) -> str:
    """A whole address, under the name by which the phone called; over HTTPS wherever the platform's own address is."""
    secure = request.is_secure or settings().public_url.startswith("https:")
    return url_for(endpoint, _external=True, _scheme="https" if secure else "http", **values)


def _form(version: str) -> MobileForm:
    return next((form for form in forms_of(reading(), actor()) if form.version == version), None) or abort(404)


@bp.get("/formList")
@allow(Role.DIAGNOSTICIAN)
def form_list() -> Response:
    """The forms that this person's open dossiers use; `formID` asks for one, `verbose` for a description."""
    wanted = request.args.get("formID")
    forms = [form for form in forms_of(reading(), actor()) if wanted in {None, "", form.id}]
    entries = "".join(_entry(form, verbose=request.args.get("verbose", "").lower() == "true") for form in forms)
    return _xml(f'<xforms xmlns="{_LIST}">{entries}</xforms>')


def _entry(form: MobileForm, *, verbose: bool) -> str:
    title = form.title.in_(chosen_locale())
    parts = {
        "formID": form.id,
        "name": title,
        "version": form.version,
        "hash": form.xml.hash,
        "downloadUrl": _address("openrosa.form", version=form.version),
        "manifestUrl": _address("openrosa.manifest", version=form.version),
    }
    if verbose:
        parts["descriptionText"] = f"{title} – {form.version}"
    return f"<xform>{''.join(f'<{name}>{escape(text)}</{name}>' for name, text in parts.items())}</xform>"


@bp.get("/formulaires/<version>")
@allow(Role.DIAGNOSTICIAN)
def form(version: str) -> Response:
    """A form's XML."""
    return _file(_form(version).xml, "text/xml; charset=utf-8")


@bp.get("/formulaires/<version>/manifeste")
@allow(Role.DIAGNOSTICIAN)
def manifest(version: str) -> Response:
    """What goes beside a form: the list of this person's dossiers."""
    found = _form(version)
    address = escape(_address("openrosa.dossiers", version=version))
    return _xml(
        f'<manifest xmlns="{_MANIFEST}"><mediaFile><filename>{DOSSIERS_FILE}</filename><hash>{found.dossiers.hash}</hash>'
        f"<downloadUrl>{address}</downloadUrl></mediaFile></manifest>"
    )


@bp.get("/formulaires/<version>/dossiers.csv")
@allow(Role.DIAGNOSTICIAN)
def dossiers(version: str) -> Response:
    """The list of this person's open dossiers of a version."""
    return _file(_form(version).dossiers, "text/csv; charset=utf-8")


@bp.route("/submission", methods=["HEAD", "POST"])
@allow(Role.DIAGNOSTICIAN)
@limiter.limit("1200 per minute")
def submission() -> Response:
    """HEAD says that this is the place (204); POST takes a filled form (201), or keeps it apart and says why (202)."""
    here = _address("openrosa.submission")
    if request.method == "HEAD":
        return Response(status=204, headers={"Location": here}, content_type="text/xml; charset=utf-8")
    content = _sent()
    if content is None:
        return _said(in_both(_NO_FILE), 400, error=True)
    if len(content) > LARGEST:
        return _said(in_both(_TOO_LARGE), 413, error=True)
    row = submissions.receive(database(), actor(), g.entrance.device_id, content)
    kept = row.state is SubmissionState.KEPT
    status = 400 if row.reason in UNREADABLE else 202 if kept else 201
    response = _said(receipt(row), status, error=kept)
    response.headers["Location"] = here
    return response


def _sent() -> bytes | None:
    """The filled form, sent as a file or as a field. Other parts are read over: no question of ours takes a file."""
    file = request.files.get(PART)
    if file is not None:
        content: bytes = file.read(LARGEST + 1)
        return content
    text = request.form.get(PART)
    return None if text is None else text.encode()


# --- refusals ------------------------------------------------------------------------------------------------------------------


@bp.errorhandler(401)
def challenge(_error: HTTPException) -> Response:
    """Asks for the device's password, or says why it does not open."""
    refusal = g.entrance.refusal
    if refusal is Refusal.LOCKED:
        response = _said(in_both(_CLOSED), 429, error=True)
        response.headers["Retry-After"] = "900"
        return response
    if refusal is Refusal.NOT_ACCREDITED:
        return _said(in_both(_NOT_ACCREDITED), 403, error=True)
    response = _said(in_both(_REFUSED if refusal is Refusal.WRONG else _ASK), 401, error=True)
    nonce = new_nonce(settings().secret_key.get_secret_value())
    for header in challenges(nonce, stale=refusal is Refusal.STALE, basic=basic_allowed(request, settings())):
        response.headers.add("WWW-Authenticate", header)
    return response


@bp.errorhandler(AccessError)
def forbidden(_error: AccessError) -> Response:
    """Somebody who may not do this."""
    return _said(in_both(_NOT_ACCREDITED), 403, error=True)


@bp.errorhandler(ActionError)
def refused(_error: ActionError) -> Response:
    """Too many at once: what was sent is stored, and sending it again goes on with it."""
    response = _said(in_both(_BUSY), 503, error=True)
    response.headers["Retry-After"] = "5"
    return response


@bp.errorhandler(403)
@bp.errorhandler(404)
@bp.errorhandler(413)
@bp.errorhandler(HTTPException)
def other(error: HTTPException) -> Response:
    """Any other refusal of the protocol."""
    words: dict[int, LazyString] = {403: _NOT_ACCREDITED, 404: _NOT_HERE, 413: _TOO_LARGE, 429: _MANY}
    code = error.code or 400
    return _said(in_both(words.get(code, _BAD)), code, error=True)


@bp.errorhandler(500)
def broken(error: InternalServerError) -> Response:
    """Our fault: the phone keeps what it has and sends it again."""
    log.error("openrosa_failed", endpoint=request.endpoint, exc_info=getattr(error, "original_exception", None) or error)
    return _said(in_both(_OURS), 500, error=True)
