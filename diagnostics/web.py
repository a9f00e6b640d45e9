"""What surrounds every request: the person behind it, the read session, security headers and the templates' context."""

from datetime import datetime, timedelta
from typing import cast

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnostics.access import Actor, guard_request
from diagnostics.actions import people
from diagnostics.db import Database
from diagnostics.device_access import INTERFACE, enter
from diagnostics.i18n import chosen_locale
from diagnostics.models import Campaign, Role, SignInSession, now
from diagnostics.navigation import navigation
from diagnostics.security import digest
from diagnostics.settings import Settings

SESSION_KEY = "key"
TOUCH_AFTER = timedelta(minutes=1)
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
)


def database() -> Database:
    """The application's database."""
    return cast("Database", current_app.extensions["database"])


def settings() -> Settings:
    """The application's settings."""
    return cast("Settings", current_app.extensions["settings"])


def reading() -> Session:
    """The request's session for selects; the database refuses it any change."""
    if "read_session" not in g:
        g.read_session = database().read()
    return cast("Session", g.read_session)


def fresh_reading() -> Session:
    """A new read session, to show what an action has just changed."""
    close_reading(None)
    return reading()


def close_reading(_error: BaseException | None) -> None:
    """Ends this request's read session."""
    opened: Session | None = g.pop("read_session", None)
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
    found = reading().scalar(
        select(SignInSession).where(SignInSession.key_hash == digest(key)).options(joinedload(SignInSession.user))
    )
    moment = now()
    if found is None or not _alive(found, moment):
        session.pop(SESSION_KEY, None)
        return
    if found.user is not None:
        g.user_locale = found.user.locale
    person = _actor_of(found)
    if found.second_factor_done:
        g.actor = person
    else:
        g.pending = person
    if moment - found.last_seen_at > TOUCH_AFTER:
        people.touch_session(database(), found.id)


def _alive(found: SignInSession, moment: datetime) -> bool:
    if found.revoked_at is not None or found.expires_at <= moment:
        return False
    if found.user is None:
        return True
    idle = timedelta(minutes=settings().admin_idle_minutes)
    if found.user.role is Role.ADMIN and moment - found.last_seen_at > idle:
        return False
    return found.user.active


def _actor_of(found: SignInSession) -> Actor:
    user = found.user
    if user is None:
        return Actor(Role.FIRM, "", diagnosis_id=found.diagnosis_id, session_id=found.id, marks_only=found.marks_only)
    return Actor(user.role, user.name, user_id=user.id, structure_id=user.structure_id, session_id=found.id)


def current_campaign() -> Campaign | None:
    """The campaign in progress: the latest one."""
    if "campaign" not in g:
        g.campaign = reading().scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
    return cast("Campaign | None", g.campaign)


def template_context() -> dict[str, object]:
    """What every page may use."""
    who: Actor | None = getattr(g, "actor", None)
    return {
        "actor": who,
        "campaign": current_campaign() if getattr(g, "database_usable", True) else None,
        "locale": chosen_locale(),
        "nav": navigation(who, request.endpoint or ""),
    }


def set_headers(response: Response) -> Response:
    """Adds the headers that keep a page from loading, leaking or framing anything foreign."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer" if request.path.startswith("/espace") else "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response


def init_app(app: Flask) -> None:
    """Connects all of it to the application."""
    app.before_request(load_actor)
    app.before_request(lambda: guard_request(app))
    app.after_request(set_headers)
    app.teardown_request(close_reading)
    app.context_processor(template_context)
