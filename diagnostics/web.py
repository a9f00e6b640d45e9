"""What surrounds every request: the person behind it, the read session, security headers and the templates' context."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from diagnostics.access import Actor, guard_request
from diagnostics.actions import people
from diagnostics.db import Database
from diagnostics.device_access import INTERFACE, enter
from diagnostics.i18n import chosen_locale
from diagnostics.models import Campaign, Role, SignInSession, User, now
from diagnostics.navigation import navigation
from diagnostics.requests import CleanRequest, read_to_end, refuse_nul
from diagnostics.security import digest
from diagnostics.settings import Settings

SESSION_KEY = "key"
FORM_TYPE = "application/x-www-form-urlencoded"
TOUCH_AFTER = timedelta(minutes=1)
# Put together once: every request asks it. Rows are enough, and cost half of what objects do.
_SIGNED_IN = (
    select(
        SignInSession.id,
        SignInSession.diagnosis_id,
        SignInSession.marks_only,
        SignInSession.second_factor_done,
        SignInSession.last_seen_at,
        SignInSession.expires_at,
        SignInSession.revoked_at,
        User.id.label("user_id"),
        User.role,
        User.name,
        User.structure_id,
        User.locale,
        User.active,
    )
    .outerjoin(User, SignInSession.user_id == User.id)
    .where(SignInSession.key_hash == bindparam("key_hash"))
)
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
)


def database() -> Database:
    """The application's database, or the one that this request works on instead (a trial of a draft questionnaire)."""
    return cast("Database", g.get("database") or current_app.extensions["database"])


def settings() -> Settings:
    """The application's settings."""
    return cast("Settings", current_app.extensions["settings"])


def reading() -> Session:
    """The request's session for selects; the database refuses it any change."""
    if "read_session" not in g:
        g.read_session = database().read(reading_rows())
    return cast("Session", g.read_session)


def reading_rows() -> Connection:
    """The connection under `reading`, in the same transaction, for what needs rows and no objects."""
    if "read_connection" not in g:
        g.read_connection = database().reader.connect()
    return cast("Connection", g.read_connection)


def fresh_reading() -> Session:
    """A new read session, to show what an action has just changed."""
    close_reading(None)
    return reading()


def close_reading(_error: BaseException | None) -> None:
    """Ends this request's read session."""
    for name in ("read_session", "read_connection"):
        opened: Session | Connection | None = g.pop(name, None)
        if opened is not None:
            opened.close()


def actor() -> Actor:
    """The person behind this request; only for views that ask for one."""
    return cast("Actor", g.actor)


def load_actor() -> None:
    """Finds who is signed in from the cookie's key; an expired, idle or revoked session is nobody.

    A phone has no cookie: under its own interface the person comes through the device's password, and through nothing else.
    """
    g.actor = None
    g.pending = None
    if request.blueprint == INTERFACE:
        g.entrance = enter(request, database(), reading(), settings())
        g.actor, g.user_locale = g.entrance.actor, g.entrance.locale
        return
    key = session.get(SESSION_KEY)
    if not key or request.endpoint == "static":
        return
    found = reading_rows().execute(_SIGNED_IN, {"key_hash": digest(key)}).one_or_none()
    moment = now()
    if found is None or not _alive(found, moment):
        session.pop(SESSION_KEY, None)
        return
    if found.user_id is not None:
        g.user_locale = found.locale
    person = _actor_of(found)
    if found.second_factor_done:
        g.actor = person
    else:
        g.pending = person
    if moment - found.last_seen_at > TOUCH_AFTER:
        people.touch_session(database(), found.id)


def _alive(found: Any, moment: datetime) -> bool:
    if found.revoked_at is not None or found.expires_at <= moment:
        return False
    if found.user_id is None:
        return True
    idle = timedelta(minutes=settings().admin_idle_minutes)
    if found.role is Role.ADMIN and moment - found.last_seen_at > idle:
        return False
    return bool(found.active)


def _actor_of(found: Any) -> Actor:
    if found.user_id is None:
        return Actor(Role.FIRM, "", diagnosis_id=found.diagnosis_id, session_id=found.id, marks_only=found.marks_only)
    return Actor(found.role, found.name, user_id=found.user_id, structure_id=found.structure_id, session_id=found.id)


def look_at_request(_endpoint: str | None, _values: object) -> None:
    """Turns away a path with a NUL in it, and holds every form to the length that a form may have.

    `MAX_FORM_MEMORY_SIZE` knows the parts of file uploads only. This runs before the token of the form is looked for, which
    would read the whole of it.
    """
    refuse_nul(request.path)
    if request.mimetype == FORM_TYPE:
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]


def current_campaign() -> Campaign | None:
    """The campaign in progress: the latest one."""
    if "campaign" not in g:
        g.campaign = reading().scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
    return cast("Campaign | None", g.campaign)


def template_context() -> dict[str, object]:
    """What every page may use."""
    # In a trial somebody acts as another role; the page's frame stays that of the person.
    who: Actor | None = g.get("person") or g.get("actor")
    return {
        "actor": who,
        "campaign": current_campaign() if getattr(g, "database_usable", True) else None,
        "locale": chosen_locale(),
        "nav": navigation(who, request.endpoint or ""),
    }


_HEADERS = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)


def finish(response: Response) -> Response:
    """Lets a refused request say all it has to say, and adds the headers that keep a page from loading, leaking or framing anything foreign."""
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        read_to_end(request.environ)
    headers = response.headers
    present = {name.lower() for name, _value in headers}
    wanted = [*_HEADERS, ("Referrer-Policy", "no-referrer" if request.path.startswith("/espace") else "same-origin")]
    if request.is_secure:
        wanted.append(("Strict-Transport-Security", "max-age=31536000"))
    if request.endpoint != "static":
        wanted.append(("Cache-Control", "no-store"))
    for name, value in wanted:
        if name.lower() not in present:
            headers.add(name, value)
    return response


def init_app(app: Flask) -> None:
    """Connects all of it to the application."""
    app.request_class = CleanRequest
    app.url_value_preprocessor(look_at_request)
    app.before_request(load_actor)
    app.before_request(lambda: guard_request(app))
    app.after_request(finish)
    app.teardown_request(close_reading)
    app.context_processor(template_context)
