"""Who stands behind a request of the OpenRosa interface: a diagnostician, through a device's own password.

The cookie counts for nothing there, and a device's password counts for nothing anywhere else. `enter` gives an `Entrance`:
an actor, or why there is none.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask import Request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import Authorization

from diagnostics.access import Actor
from diagnostics.actions import devices
from diagnostics.db import Database
from diagnostics.http_auth import DigestAnswer, Nonce, judge_nonce, new_salt, password_of, same
from diagnostics.models import Device, now
from diagnostics.settings import Settings

INTERFACE = "openrosa"
TOUCH_AFTER = timedelta(minutes=1)
_DECOY = new_salt()


class Refusal(StrEnum):
    """Why a device is not let in."""

    NO_CREDENTIALS = "no_credentials"
    WRONG = "wrong"
    STALE = "stale"
    LOCKED = "locked"
    NOT_ACCREDITED = "not_accredited"


@dataclass(frozen=True, slots=True)
class Entrance:
    """Who came in, through which device; or why nobody did."""

    actor: Actor | None = None
    device_id: int | None = None
    locale: str = "fr"
    refusal: Refusal | None = None


def basic_allowed(request: Request, settings: Settings) -> bool:
    """Whether a password may come in the clear: over HTTPS, or where no HTTPS is asked for at all (a trial on one machine)."""
    return request.is_secure or not settings.secure_cookies


def enter(request: Request, database: Database, session: Session, settings: Settings) -> Entrance:
    """Who sends this request."""
    given = request.authorization
    if given is None or given.type not in {"basic", "digest"} or (given.type == "basic" and not basic_allowed(request, settings)):
        return Entrance(refusal=Refusal.NO_CREDENTIALS)
    login = str(given.parameters.get("username") or "") if given.parameters else ""
    device = session.scalar(
        select(Device)
        .where(Device.login == login.lower().replace("\0", ""), Device.revoked_at.is_(None))
        .options(joinedload(Device.user))
    )
    if device is not None and not device.user.active:
        device = None
    if device is not None and device.locked_until is not None and device.locked_until > now():
        return Entrance(refusal=Refusal.LOCKED)
    secret = settings.secret_key.get_secret_value()
    refusal = _refused(request, given, password_of(secret, device.salt if device else _DECOY), secret)
    if device is None:
        return Entrance(refusal=Refusal.WRONG)
    if refusal is Refusal.WRONG:
        devices.count_failure(database, device.id)
    if refusal is not None:
        return Entrance(refusal=refusal)
    return _let_in(database, session, device, given)


def _refused(request: Request, given: Authorization, password: str, secret: str) -> Refusal | None:
    """What is wrong with the proof given, if anything."""
    if given.type == "basic":
        return None if same(str(given.parameters.get("password") or ""), password) else Refusal.WRONG
    answer = DigestAnswer.of(given.parameters)
    judged = judge_nonce(secret, answer.nonce)
    if judged is Nonce.FOREIGN or not answer.fits(_targets(request)):
        return Refusal.NO_CREDENTIALS
    if not answer.matches(password, request.method):
        return Refusal.WRONG
    return Refusal.STALE if judged is Nonce.STALE else None


def _targets(request: Request) -> set[str]:
    """How the client may have written what it asks for: the path with its query, or the whole address."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?"))
    path = raw if raw.startswith("/") else "/" + raw.partition("://")[2].partition("/")[2]
    return {raw, path, request.host_url.rstrip("/") + path}


def _let_in(database: Database, session: Session, device: Device, given: Authorization) -> Entrance:
    if not devices.may_have_devices(session, device.user_id):
        return Entrance(refusal=Refusal.NOT_ACCREDITED)
    if given.type == "digest":
        answer = DigestAnswer.of(given.parameters)
        if not devices.note_nonce(database, device.id, answer.nonce, answer.count):
            return Entrance(refusal=Refusal.STALE)
    elif device.failed_attempts or device.last_used_at is None or now() - device.last_used_at > TOUCH_AFTER:
        devices.note_seen(database, device.id)
    user = device.user
    actor = Actor(user.role, user.name, user_id=user.id, structure_id=user.structure_id)
    return Entrance(actor, device.id, user.locale)
