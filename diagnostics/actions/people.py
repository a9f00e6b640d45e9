"""Verbs on people: sign-in sessions, passwords, second factor, invitations, accreditation."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.db import Database
from diagnostics.delays import paris_day
from diagnostics.models import (
    Accreditation,
    AccreditationState,
    OutboxMessage,
    Role,
    SignInSession,
    Structure,
    Token,
    TokenKind,
    User,
    now,
)
from diagnostics.security import (
    digest,
    hash_password,
    new_recovery_codes,
    new_secret,
    new_totp_secret,
    password_matches,
    totp_step,
)

FREE_ATTEMPTS = 5
LOCK_MINUTES = 15
WRONG = _l("L’adresse ou le mot de passe ne correspond pas. Vérifiez les deux ; le mot de passe oublié se remplace ci-dessous.")
LOCKED = _l("Trop d’essais : ce compte se rouvrira dans un quart d’heure. Vous pouvez aussi remplacer le mot de passe.")

# What may follow what in a diagnostician's training: sessions, a test diagnosis, then the decision.
ACCREDITATION_MOVES: dict[AccreditationState, tuple[AccreditationState, ...]] = {
    AccreditationState.ENROLLED: (AccreditationState.TRAINED, AccreditationState.LEFT),
    AccreditationState.TRAINED: (AccreditationState.ACCREDITED, AccreditationState.LEFT),
    AccreditationState.ACCREDITED: (AccreditationState.SUSPENDED, AccreditationState.LEFT),
    AccreditationState.SUSPENDED: (AccreditationState.ACCREDITED, AccreditationState.LEFT),
    AccreditationState.LEFT: (AccreditationState.ENROLLED,),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: the key for the cookie, and whether a second factor is still asked."""

    key: str
    second_factor_asked: bool


def _actor(user: User) -> Actor:
    return Actor(user.role, user.name, user_id=user.id, structure_id=user.structure_id)


def sign_in(database: Database, email: str, password: str, *, browser: str, hours: int) -> Opened:
    """Opens a session for an address and its password.

    Raises `ActionError` for a wrong pair or a locked account. The password is checked before the write transaction, since
    it takes tens of milliseconds on purpose.
    """
    with database.read() as session:
        user = session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
    locked = user is not None and user.locked_until is not None and user.locked_until > now()
    right = password_matches(user.password_hash if user else None, password)
    if user is None:
        raise ActionError(WRONG)
    if locked:
        raise ActionError(LOCKED)
    if not right:
        _count_failure(database, user.id)
        raise ActionError(WRONG)
    with database.write() as session:
        kept = session.get_one(User, user.id)
        kept.failed_attempts = 0
        kept.locked_until = None
        kept.last_seen_at = now()
        asked = kept.totp_secret is not None
        key = _open(session, user_id=kept.id, browser=browser, hours=hours, second_factor_done=not asked)
        log(session, _actor(kept), "signed_in", "user", kept.id)
    return Opened(key, asked)


def _count_failure(database: Database, user_id: int) -> None:
    with database.write() as session:
        user = session.get_one(User, user_id)
        user.failed_attempts += 1
        if user.failed_attempts % FREE_ATTEMPTS == 0:
            user.locked_until = now() + timedelta(minutes=LOCK_MINUTES)
        log(session, _actor(user), "sign_in_failed", "user", user.id, attempts=user.failed_attempts)


def _open(session: Session, *, user_id: int, browser: str, hours: int, second_factor_done: bool) -> str:
    key = new_secret()
    session.add(
        SignInSession(
            key_hash=digest(key),
            user_id=user_id,
            browser=browser[:120],
            expires_at=now() + timedelta(hours=hours),
            second_factor_done=second_factor_done,
        )
    )
    return key


def confirm_second_factor(database: Database, pending: Actor, code: str) -> None:
    """Completes a sign-in with an authenticator's code or a recovery code; raises `ActionError` for a wrong one."""
    with database.write() as session:
        user = session.get_one(User, pending.user_id)
        opened = session.get_one(SignInSession, pending.session_id)
        if user.locked_until is not None and user.locked_until > now():
            raise ActionError(LOCKED)
        step = totp_step(user.totp_secret or "", code, user.totp_last_step)
        hashed = digest(code.strip().lower())
        if step is not None:
            user.totp_last_step = step
        elif hashed in user.recovery_hashes:
            user.recovery_hashes = [kept for kept in user.recovery_hashes if kept != hashed]
        else:
            step = None
            hashed = ""
        accepted = step is not None or hashed
        if accepted:
            user.failed_attempts = 0
            opened.second_factor_done = True
        log(session, pending, "second_factor_passed" if accepted else "second_factor_failed", "user", user.id)
    if not accepted:
        _count_failure(database, int(pending.user_id or 0))
        raise ActionError(_l("Ce code ne convient pas. Attendez le suivant dans l’application, ou utilisez un code de secours."))


def touch_session(database: Database, session_id: int) -> None:
    """Notes that a session is still in use; no journal line, since nothing was changed."""
    with database.write() as session:
        session.execute(update(SignInSession).where(SignInSession.id == session_id).values(last_seen_at=now()))


def sign_out(database: Database, actor: Actor) -> None:
    """Ends this session at the back end: its cookie is worth nothing any more."""
    with database.write() as session:
        session.execute(update(SignInSession).where(SignInSession.id == actor.session_id).values(revoked_at=now()))
        log(session, actor, "signed_out", "user", actor.user_id)


def revoke_sessions(database: Database, actor: Actor, user_id: int, *, but: int | None = None) -> int:
    """Ends a person's sessions everywhere, but one if given; their own, or anybody's for an administrator. Gives how many."""
    if actor.user_id != user_id and actor.role is not Role.ADMIN:
        raise AccessError
    with database.write() as session:
        ended: CursorResult[Any] = session.execute(  # type: ignore[assignment]
            update(SignInSession)
            .where(
                SignInSession.user_id == user_id,
                SignInSession.revoked_at.is_(None),
                SignInSession.expires_at > now(),
                SignInSession.id != (but or 0),
            )
            .values(revoked_at=now())
        )
        log(session, actor, "sessions_revoked", "user", user_id)
    return int(ended.rowcount)


def invite(
    database: Database, actor: Actor, *, email: str, name: str, role: Role, structure_id: int | None, hours: int, link: str
) -> int:
    """Creates an account without a password and sends its owner a link to choose one; gives the user's number.

    `link` is the address of the page with `{secret}` in it. A coordinator invites the network; only an administrator
    invites coordinators and administrators.
    """
    if actor.role is Role.COORDINATOR and role in {Role.COORDINATOR, Role.ADMIN}:
        raise AccessError
    if actor.role not in {Role.COORDINATOR, Role.ADMIN} or role is Role.FIRM:
        raise AccessError
    address = email.strip().lower()
    if role in {Role.REFERENT, Role.DIAGNOSTICIAN} and structure_id is None:
        raise ActionError(_l("Choisissez la structure de cette personne : un référent ou un diagnostiqueur en a toujours une."))
    with database.write() as session:
        if session.scalar(select(User.id).where(User.email == address)) is not None:
            raise ActionError(_l("Cette adresse a déjà un compte. Cherchez-la dans la liste, ou renvoyez-lui une invitation."))
        user = User(email=address, name=name.strip(), role=role, structure_id=structure_id)
        session.add(user)
        session.flush()
        if role is Role.DIAGNOSTICIAN:
            session.add(Accreditation(user_id=user.id, state=AccreditationState.ENROLLED))
        send_link(session, user, TokenKind.INVITATION, hours=hours, link=link, by_id=actor.user_id)
        log(session, actor, "invited", "user", user.id, role=role.value)
        return user.id


def send_reset(database: Database, email: str, *, hours: int, link: str) -> None:
    """Sends a link to choose a new password, if the address has an account; says nothing either way."""
    with database.write() as session:
        user = session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
        if user is None:
            return
        kind = TokenKind.RESET if user.password_hash else TokenKind.INVITATION
        send_link(session, user, kind, hours=hours, link=link, by_id=None)
        log(session, _actor(user), "reset_sent", "user", user.id)


def send_link(session: Session, user: User, kind: TokenKind, *, hours: int, link: str, by_id: int | None) -> None:
    """Puts a message with a new link in the outbox; the person's earlier links are worth nothing any more."""
    secret = new_secret()
    session.execute(
        update(Token).where(Token.user_id == user.id, Token.used_at.is_(None), Token.revoked_at.is_(None)).values(revoked_at=now())
    )
    session.add(
        Token(
            kind=kind, secret_hash=digest(secret), user_id=user.id, created_by_id=by_id, expires_at=now() + timedelta(hours=hours)
        )
    )
    french = user.locale == "fr"
    subject = {
        (TokenKind.INVITATION, True): "Votre accès aux diagnostics partagés",
        (TokenKind.INVITATION, False): "Your access to the shared diagnoses",
        (TokenKind.RESET, True): "Choisir un nouveau mot de passe",
        (TokenKind.RESET, False): "Choose a new password",
    }[kind, french]
    body = (
        f"Bonjour {user.name},\n\nOuvrez ce lien pour choisir votre mot de passe (valable {hours} heures, une seule fois) :\n"
        f"{link.format(secret=secret)}\n\nSi vous n’attendiez pas ce message, ignorez-le : rien ne change."
        if french
        else f"Hello {user.name},\n\nOpen this link to choose your password (valid {hours} hours, once):\n"
        f"{link.format(secret=secret)}\n\nIf you did not expect this message, ignore it: nothing changes."
    )
    session.add(OutboxMessage(recipient=user.email, subject=subject, body=body))


def user_of_link(session: Session, secret: str) -> User | None:
    """The person whom a link still valid belongs to."""
    return session.scalar(
        select(User)
        .join(Token, Token.user_id == User.id)
        .where(
            Token.secret_hash == digest(secret),
            Token.kind.in_([TokenKind.INVITATION, TokenKind.RESET]),
            Token.used_at.is_(None),
            Token.revoked_at.is_(None),
            Token.expires_at > now(),
            User.active,
        )
    )


def choose_password(database: Database, secret: str, password: str) -> None:
    """Sets the password of the person a link was sent to, uses the link up, and ends the person's other sessions."""
    hashed = hash_password(password)
    with database.write() as session:
        user = user_of_link(session, secret)
        if user is None:
            raise NotFoundError(_l("Ce lien n’est plus valable. Demandez-en un autre."))
        user.password_hash = hashed
        user.failed_attempts = 0
        user.locked_until = None
        session.execute(update(Token).where(Token.secret_hash == digest(secret)).values(used_at=now()))
        session.execute(update(SignInSession).where(SignInSession.user_id == user.id).values(revoked_at=now()))
        log(session, _actor(user), "password_chosen", "user", user.id)


def change_password(database: Database, actor: Actor, current: str, new: str) -> None:
    """Replaces one's own password; the other sessions end."""
    with database.read() as session:
        stored = session.get_one(User, actor.user_id).password_hash
    if not password_matches(stored, current):
        raise ActionError(_l("Le mot de passe actuel ne correspond pas."))
    hashed = hash_password(new)
    with database.write() as session:
        session.get_one(User, actor.user_id).password_hash = hashed
        session.execute(
            update(SignInSession)
            .where(SignInSession.user_id == actor.user_id, SignInSession.id != actor.session_id)
            .values(revoked_at=now())
        )
        log(session, actor, "password_changed", "user", actor.user_id)


def start_second_factor(database: Database, actor: Actor) -> str:
    """A new secret for an authenticator; it counts once `finish_second_factor` has seen a code of it."""
    secret = new_totp_secret()
    with database.read() as session:
        if session.get_one(User, actor.user_id).totp_secret is not None:
            raise ActionError(_l("La double vérification est déjà active. Retirez-la d’abord pour changer d’appareil."))
    return secret


def finish_second_factor(database: Database, actor: Actor, secret: str, code: str) -> list[str]:
    """Turns the second factor on once a code proves that the authenticator has the secret; gives the recovery codes, once."""
    step = totp_step(secret, code, 0)
    if step is None:
        raise ActionError(_l("Ce code ne correspond pas. Vérifiez l’heure de votre appareil et saisissez le code affiché."))
    codes = new_recovery_codes()
    with database.write() as session:
        user = session.get_one(User, actor.user_id)
        user.totp_secret = secret
        user.totp_last_step = step
        user.recovery_hashes = [digest(made) for made in codes]
        log(session, actor, "second_factor_on", "user", user.id)
    return codes


def remove_second_factor(database: Database, actor: Actor, password: str) -> None:
    """Turns one's own second factor off, for the right password."""
    with database.read() as session:
        stored = session.get_one(User, actor.user_id).password_hash
    if not password_matches(stored, password):
        raise ActionError(_l("Le mot de passe ne correspond pas."))
    with database.write() as session:
        user = session.get_one(User, actor.user_id)
        user.totp_secret = None
        user.recovery_hashes = []
        log(session, actor, "second_factor_off", "user", user.id)


def set_active(database: Database, actor: Actor, user_id: int, *, active: bool) -> None:
    """Opens or closes an account; closing ends its sessions. A person cannot close their own."""
    if actor.role is not Role.ADMIN or user_id == actor.user_id:
        raise AccessError
    with database.write() as session:
        user = session.get(User, user_id)
        if user is None:
            raise NotFoundError(_l("Ce compte n’existe pas."))
        user.active = active
        if not active:
            session.execute(update(SignInSession).where(SignInSession.user_id == user_id).values(revoked_at=now()))
        log(session, actor, "account_opened" if active else "account_closed", "user", user_id)


def set_locale(database: Database, actor: Actor, locale: str) -> None:
    """Keeps the language that a person chose."""
    with database.write() as session:
        session.get_one(User, actor.user_id).locale = locale
        log(session, actor, "locale_chosen", "user", actor.user_id, locale=locale)


def add_structure(database: Database, actor: Actor, name: str) -> int:
    """Adds a partner structure; gives its number."""
    if actor.role not in {Role.COORDINATOR, Role.ADMIN}:
        raise AccessError
    with database.write() as session:
        if session.scalar(select(Structure.id).where(Structure.name == name.strip())) is not None:
            raise ActionError(_l("Une structure porte déjà ce nom."))
        structure = Structure(name=name.strip())
        session.add(structure)
        session.flush()
        log(session, actor, "structure_added", "structure", structure.id)
        return structure.id


def decide_accreditation(
    database: Database,
    actor: Actor,
    user_id: int,
    state: AccreditationState,
    *,
    note: str,
    on: date,
    test_diagnosis_on: date | None = None,
) -> None:
    """Records the coordinator's decision on a diagnostician; only an accredited one can be given firms.

    Raises `ActionError` for a step that `ACCREDITATION_MOVES` does not know, or a date to come.
    """
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    if on > paris_day(now()):
        raise ActionError(_l("La date de la décision est à venir : indiquez le jour où elle a été prise."))
    with database.write() as session:
        found = session.get(Accreditation, user_id)
        if found is None:
            raise NotFoundError(_l("Cette personne n’est pas diagnostiqueuse."))
        before = found.state
        if state not in ACCREDITATION_MOVES[before]:
            raise ActionError(
                _l("Cette décision ne suit pas l’état présent de l’habilitation. Rechargez la page : elle a peut-être changé.")
            )
        found.state = state
        found.note = note.strip()
        found.decided_on = on
        found.decided_by_id = actor.user_id
        if state is AccreditationState.TRAINED and found.trained_on is None:
            found.trained_on = on
        if test_diagnosis_on is not None:
            found.test_diagnosis_on = test_diagnosis_on
        log(session, actor, "accreditation_decided", "user", user_id, before=before.value, after=state.value, on=on.isoformat())
