"""Verbs on a diagnostician's devices: give one a password, take it away, and note each use of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.actions.people import FREE_ATTEMPTS, LOCK_MINUTES
from diagnostics.db import Database
from diagnostics.http_auth import NONCE_SECONDS, new_login, new_salt, password_of
from diagnostics.models import Accreditation, AccreditationState, Device, DigestUse, Role, User, now

MOST_DEVICES = 10
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device just added: what to type into it. The password is shown now and never again."""

    id: int
    name: str
    login: str
    password: str


def may_have_devices(session: Session, user_id: int | None) -> bool:
    """Whether a person fills dossiers now: an open account, a diagnostician's role, an accreditation in force."""
    found = session.scalar(
        select(User.id)
        .join(Accreditation, Accreditation.user_id == User.id)
        .where(
            User.id == user_id, User.active, User.role == Role.DIAGNOSTICIAN, Accreditation.state == AccreditationState.ACCREDITED
        )
    )
    return found is not None


def add_device(database: Database, actor: Actor, name: str, *, secret: str) -> NewDevice:
    """Gives a device of one's own a login and a password; `secret` is the application's."""
    words = " ".join(name.split())[:LONGEST_NAME]
    if not words:
        raise ActionError(_l("Donnez un nom à cet appareil, par exemple « Téléphone »."))
    salt, login = new_salt(), new_login()
    with database.write() as session:
        if not may_have_devices(session, actor.user_id):
            raise AccessError
        live = select(func.count()).select_from(Device).where(Device.user_id == actor.user_id, Device.revoked_at.is_(None))
        if (session.scalar(live) or 0) >= MOST_DEVICES:
            raise ActionError(_l("Vous avez déjà %(count)d appareils : retirez-en un d’abord.", count=MOST_DEVICES))
        device = Device(user_id=actor.user_id, name=words, login=login, salt=salt)
        session.add(device)
        session.flush()
        log(session, actor, "device_added", "device", device.id)
        return NewDevice(device.id, words, login, password_of(secret, salt))


def revoke_device(database: Database, actor: Actor, device_id: int) -> None:
    """Takes a device's access away, at once and for good; what it sent stays."""
    with database.write() as session:
        device = session.scalar(visible(Device, actor).where(Device.id == device_id))
        if device is None:
            raise NotFoundError(_l("Cet appareil n’existe pas, ou n’est pas à vous."))
        if device.revoked_at is None:
            device.revoked_at = now()
            log(session, actor, "device_revoked", "device", device.id)


def note_nonce(database: Database, device_id: int, nonce: str, count: str) -> bool:
    """Notes one use of a nonce, and that the device was seen; False when this very use was seen before."""
    moment = now()
    try:
        with database.write() as session:
            session.execute(delete(DigestUse).where(DigestUse.expires_at < moment))
            session.add(DigestUse(nonce=nonce[-64:], count=count, expires_at=moment + timedelta(seconds=2 * NONCE_SECONDS)))
            _seen(session, device_id, moment)
    except IntegrityError:
        return False
    return True


def note_seen(database: Database, device_id: int) -> None:
    """Notes that a device was used, and forgets its failures; no journal line, since nothing was changed."""
    with database.write() as session:
        _seen(session, device_id, now())


def _seen(session: Session, device_id: int, moment: datetime) -> None:
    session.execute(update(Device).where(Device.id == device_id).values(last_used_at=moment, failed_attempts=0, locked_until=None))


def count_failure(database: Database, device_id: int) -> None:
    """Counts a wrong password; every fifth closes the device's door for a quarter of an hour."""
    with database.write() as session:
        device = session.get_one(Device, device_id)
        device.failed_attempts += 1
        if device.failed_attempts % FREE_ATTEMPTS == 0:
            device.locked_until = now() + timedelta(minutes=LOCK_MINUTES)
        owner = session.get_one(User, device.user_id)
        log(
            session,
            Actor(owner.role, owner.name, user_id=owner.id),
            "device_refused",
            "device",
            device.id,
            attempts=device.failed_attempts,
        )
