"""The door: where each person's work begins, the language switch, and what a machine asks (health)."""

from flask import Blueprint, Response, g, jsonify, redirect, request, session, url_for
from sqlalchemy import text
from werkzeug.wrappers import Response as BaseResponse

from diagnostics.access import allow
from diagnostics.actions import people
from diagnostics.i18n import LOCALES
from diagnostics.navigation import home_of
from diagnostics.web import database, reading

bp = Blueprint("home", __name__)


@bp.get("/")
@allow(anonymous=True)
def index() -> BaseResponse:
    """Sends each person to their work, and everybody else to the sign-in page."""
    return redirect(home_of(g.actor) if g.actor else url_for("signin.sign_in"))


@bp.post("/langue")
@allow(anonymous=True)
def language() -> BaseResponse:
    """Changes the language of the pages, and keeps the choice with the account if there is one."""
    chosen = request.form.get("locale", "")
    if chosen in LOCALES:
        session["locale"] = chosen
        if g.actor and g.actor.user_id:
            people.set_locale(database(), g.actor, chosen)
    back = request.referrer
    return redirect(back if back and back.startswith(request.host_url) else url_for("home.index"))


@bp.get("/sante")
@allow(anonymous=True)
def health() -> Response:
    """Answers a supervisor: the process runs and reads its database."""
    reading().execute(text("SELECT 1"))
    return jsonify(status="ok")
