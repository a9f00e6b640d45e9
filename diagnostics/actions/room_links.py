"""The link to a firm's room: made, sent, revoked. What the firm does with it is `diagnostics.actions.room`'s."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from diagnostics.access import Actor
from diagnostics.actions.base import log
from diagnostics.lifecycle import EXITS
from diagnostics.models import Diagnosis, OutboxMessage, SignInSession, State, Token, TokenKind, now
from diagnostics.security import digest, new_secret

# A firm has a room once it has been spoken to, and as long as it takes part.
ROOM_STATES = frozenset(State) - EXITS - {State.DRAWN, State.ASSIGNED}


@dataclass(frozen=True, slots=True)
class RoomLink:
    """The address of the room's door with `{secret}` in it, and for how many days a link is valid."""

    address: str
    days: int


def send_link(session: Session, actor: Actor, diagnosis: Diagnosis, link: RoomLink) -> bool:
    """Makes a new link, which ends the one before, and writes to the firm; gives False when no address is known.

    The secret stands in the message and nowhere else: neither the diagnostician nor the coordinator can read it.
    """
    recipient = diagnosis.firm.contact_email.strip()
    if not recipient:
        return False
    revoke_links(session, diagnosis)
    secret = new_secret()
    session.add(
        Token(
            kind=TokenKind.ROOM,
            secret_hash=digest(secret),
            diagnosis_id=diagnosis.id,
            created_by_id=actor.user_id,
            expires_at=now() + timedelta(days=link.days),
        )
    )
    session.add(
        OutboxMessage(recipient=recipient, subject=_SUBJECT, body=_body(diagnosis, link.address.format(secret=secret), link.days))
    )
    log(session, actor, "room_link_sent", "diagnosis", diagnosis.id, days=link.days)
    return True


def revoke_links(session: Session, diagnosis: Diagnosis) -> int:
    """Ends every link of a dossier still open (the room's and those handed over) with the sessions they opened; gives how many links."""
    alive = list(
        session.scalars(
            select(Token.id).where(
                Token.diagnosis_id == diagnosis.id, Token.revoked_at.is_(None), Token.used_at.is_(None), Token.expires_at > now()
            )
        )
    )
    session.execute(update(Token).where(Token.id.in_(alive)).values(revoked_at=now()))
    session.execute(
        update(SignInSession)
        .where(SignInSession.diagnosis_id == diagnosis.id, SignInSession.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    return len(alive)


_SUBJECT = "Votre diagnostic partagé : votre espace / your shared diagnosis"


def _body(diagnosis: Diagnosis, address: str, days: int) -> str:
    return (
        f"Bonjour,\n\nL’espace de votre diagnostic partagé ({diagnosis.reference}) vous est ouvert. Vous y suivez l’avancement, "
        f"et au moment voulu vous y lisez le rapport et vous le validez.\n\n{address}\n\n"
        f"Ce lien est personnel et valable {days} jours ; il ouvre votre dossier sans mot de passe. Ne le transmettez qu’à une personne "
        "qui peut engager l’entreprise. S’il s’égare, demandez-en un autre à votre diagnostiqueur : l’ancien s’éteint aussitôt.\n\n"
        "----\n\n"
        f"Hello,\n\nThe room of your shared diagnosis ({diagnosis.reference}) is open. Follow its progress there and, when the time "
        f"comes, read the report and validate it.\n\n{address}\n\n"
        f"This link is personal and valid for {days} days; it opens your file without a password. Pass it on only to a person who may "
        "speak for the firm. If it gets lost, ask your diagnostician for another: the former one ends at once.\n"
    )
