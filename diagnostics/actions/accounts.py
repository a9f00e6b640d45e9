"""Verbs of an administrator on other people's accounts: correct them, send a new link, lift a lost second factor."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.actions.people import send_link
from diagnostics.db import Database
from diagnostics.lifecycle import EXITS, FINISHED
from diagnostics.models import Accreditation, AccreditationState, Diagnosis, Role, SignInSession, Token, TokenKind, User, now

NETWORK_ROLES = frozenset({Role.REFERENT, Role.DIAGNOSTICIAN})
# Whom a coordinator may invite, and send a new link to; an administrator may everybody.
INVITED_BY_COORDINATOR = (Role.DIAGNOSTICIAN, Role.REFERENT, Role.ANALYST, Role.COMMITTEE, Role.PARTNER)
INVITED_BY_ADMIN = (*INVITED_BY_COORDINATOR, Role.COORDINATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What an account becomes: every value, changed or not."""

    name: str
    email: str
    role: Role
    structure_id: int | None


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError(_l("Ce compte n’existe pas."))
    return user


def open_dossiers(session: Session, user_id: int) -> int:
    """How many dossiers a diagnostician still has to finish."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Diagnosis)
            .where(Diagnosis.diagnostician_id == user_id, Diagnosis.state.not_in(FINISHED | EXITS))
        )
        or 0
    )


def edit_account(database: Database, actor: Actor, user_id: int, change: AccountChange) -> list[str]:
    """Corrects a name, an address, a role or a structure; gives the names of what changed.

    A role of the network needs a structure; a diagnostician with dossiers to finish keeps the role; nobody changes their
    own role. A new address makes the links already sent worthless.
    """
    if actor.role is not Role.ADMIN or change.role is Role.FIRM:
        raise AccessError
    if change.role in NETWORK_ROLES and change.structure_id is None:
        raise ActionError(_l("Choisissez la structure de cette personne : un référent ou un diagnostiqueur en a toujours une."))
    address = change.email.strip().lower()
    with database.write() as session:
        user = _user(session, user_id)
        if change.role is not user.role:
            _check_role(session, actor, user)
        if address != user.email and session.scalar(select(User.id).where(User.email == address)) is not None:
            raise ActionError(_l("Cette adresse a déjà un compte."))
        wanted = {"name": change.name.strip(), "email": address, "role": change.role, "structure_id": change.structure_id}
        changed = [name for name, value in wanted.items() if getattr(user, name) != value]
        for name in changed:
            setattr(user, name, wanted[name])
        if "email" in changed:
            _void_links(session, user_id)
        if change.role is Role.DIAGNOSTICIAN and session.get(Accreditation, user_id) is None:
            session.add(Accreditation(user_id=user_id, state=AccreditationState.ENROLLED))
        if changed:
            log(session, actor, "account_edited", "user", user_id, changed=changed, role=change.role.value)
    return changed


def _check_role(session: Session, actor: Actor, user: User) -> None:
    if user.id == actor.user_id:
        raise ActionError(_l("Vous ne pouvez pas changer votre propre rôle : demandez-le à un autre administrateur."))
    if user.role is Role.DIAGNOSTICIAN and open_dossiers(session, user.id):
        raise ActionError(_l("Cette personne a des dossiers en cours : réaffectez-les avant de changer son rôle."))


def _void_links(session: Session, user_id: int) -> None:
    session.execute(
        update(Token).where(Token.user_id == user_id, Token.used_at.is_(None), Token.revoked_at.is_(None)).values(revoked_at=now())
    )


def resend_link(database: Database, actor: Actor, user_id: int, *, hours: int, link: str) -> bool:
    """Sends a new invitation, or a link to choose another password; gives whether it was an invitation.

    A coordinator may do so for the people whom a coordinator invites.
    """
    if actor.role not in {Role.ADMIN, Role.COORDINATOR}:
        raise AccessError
    with database.write() as session:
        user = _user(session, user_id)
        if actor.role is Role.COORDINATOR and user.role not in INVITED_BY_COORDINATOR:
            raise AccessError
        if not user.active:
            raise ActionError(_l("Ce compte est fermé : rouvrez-le avant d’envoyer un lien."))
        invitation = user.password_hash is None
        send_link(
            session, user, TokenKind.INVITATION if invitation else TokenKind.RESET, hours=hours, link=link, by_id=actor.user_id
        )
        log(session, actor, "invited_again" if invitation else "reset_sent", "user", user_id)
    return invitation


def lift_second_factor(database: Database, actor: Actor, user_id: int) -> None:
    """Removes the second factor of somebody who lost both phone and codes, and ends their sessions."""
    if actor.role is not Role.ADMIN or user_id == actor.user_id:
        raise AccessError
    with database.write() as session:
        user = _user(session, user_id)
        if user.totp_secret is None:
            raise ActionError(_l("Cette personne n’a pas de double vérification."))
        user.totp_secret = None
        user.recovery_hashes = []
        session.execute(
            update(SignInSession)
            .where(SignInSession.user_id == user_id, SignInSession.revoked_at.is_(None))
            .values(revoked_at=now())
        )
        log(session, actor, "second_factor_lifted", "user", user_id)
