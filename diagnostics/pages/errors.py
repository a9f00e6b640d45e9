"""Exceptions become pages here, and only here: below 500 is the visitor's matter, from 500 on it is ours."""

import uuid

import structlog
from flask import Flask, Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from diagnostics.access import AccessError
from diagnostics.actions.base import ActionError, NotFoundError

log = structlog.get_logger()


def _page(code: int, title: str, text: str, hint: str = "") -> Response:
    return make_response(render_template("errors/error.html", code=code, title=title, text=text, hint=hint), code)


def unauthorized(_error: HTTPException) -> BaseResponse:
    """Sends to the sign-in page, and back here afterwards when the page can be asked for again; a script is told so."""
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(outcome="signed_out"), 401)
    target = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("signin.sign_in", suite=target or None))


def forbidden(_error: Exception) -> Response:
    """Somebody who may not be here."""
    return _page(
        403,
        _("Cette page ne vous est pas ouverte"),
        _("Votre rôle ne donne pas accès à cette page."),
        _("Si vous en avez besoin pour votre travail, demandez-le à la coordination."),
    )


def not_found(_error: Exception) -> Response:
    """No such page, or none that this person may know of."""
    return _page(
        404,
        _("Page introuvable"),
        _("Cette adresse ne mène à aucune page, ou à une page qui ne vous est pas ouverte."),
        _("Vérifiez l’adresse, ou repartez de l’accueil."),
    )


def too_large(_error: HTTPException) -> Response:
    """More text or a larger file than is accepted."""
    return _page(
        413,
        _("Envoi trop volumineux"),
        _("Le texte ou le fichier envoyé dépasse la taille acceptée ; rien n’a été enregistré."),
        _(
            "Revenez en arrière avec votre navigateur : votre saisie y est encore. Raccourcissez le texte ou allégez le fichier, puis renvoyez."
        ),
    )


def stale_form(_error: CSRFError) -> Response:
    """The form's token is not valid any more; the browser's back button still has what was typed. A script asks for another."""
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(outcome="stale_token"), 400)
    return _page(
        400,
        _("Formulaire expiré"),
        _("Cette page était ouverte depuis trop longtemps, ou vous avez changé de session ; rien n’a été enregistré."),
        _(
            "Revenez en arrière avec votre navigateur : votre saisie y est encore. Copiez-la si besoin, rechargez la page et renvoyez."
        ),
    )


def refused(error: ActionError) -> BaseResponse:
    """An action refused for a reason that the person can act on: back to the page they came from, with the reason."""
    flash(str(error.message), "error")
    back = request.referrer if request.referrer and request.referrer.startswith(request.host_url) else url_for("home.index")
    # A page that refuses to be shown must not send back to itself for ever.
    return redirect(url_for("home.index") if back == request.url else back)


def other(error: HTTPException) -> Response:
    """Any other refusal of the protocol (method, length, type)."""
    return _page(
        error.code or 400,
        _("Demande refusée"),
        _("La demande n’a pas pu être traitée ; rien n’a été enregistré."),
        _("Revenez en arrière et recommencez ; si cela persiste, prévenez la coordination."),
    )


def broken(error: InternalServerError) -> Response:
    """Our fault: logged with a number that the person can quote."""
    number = uuid.uuid4().hex[:8]
    log.error(
        "page_failed",
        number=number,
        endpoint=request.endpoint,
        method=request.method,
        exc_info=getattr(error, "original_exception", None) or error,
    )
    return _page(
        500,
        _("Une erreur de notre côté"),
        _("La page n’a pas pu être préparée. Ce qui était déjà enregistré l’est toujours."),
        _("Réessayez dans un instant ; si cela persiste, signalez le numéro %(number)s à la coordination.", number=number),
    )


def init_app(app: Flask) -> None:
    """Registers the handlers."""
    app.register_error_handler(401, unauthorized)
    app.register_error_handler(403, forbidden)
    app.register_error_handler(AccessError, forbidden)
    app.register_error_handler(404, not_found)
    app.register_error_handler(NotFoundError, not_found)
    app.register_error_handler(413, too_large)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(ActionError, refused)
    app.register_error_handler(500, broken)
    app.register_error_handler(HTTPException, other)
