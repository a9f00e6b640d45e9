"""Verbs of a firm in its room: coming in by a link, being handed the marks, validating with a code sent by e-mail."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.actions.dossiers import Moved, claimed, make_move, obstacle, stale
from diagnostics.db import Database
from diagnostics.delays import paris_day
from diagnostics.lifecycle import MOVES, WRITABLE
from diagnostics.models import (
    Diagnosis,
    JournalLine,
    OutboxMessage,
    Report,
    ReportKind,
    Role,
    SectionAnswers,
    SignInSession,
    Token,
    TokenKind,
    now,
)
from diagnostics.security import digest, new_code, new_secret, same

ROOM_HOURS = 4
HANDOVER_HOURS = 2
HANDOVER_MINUTES = 15
CODE_MINUTES = 15
CODE_TRIES = 5
CODES_AN_HOUR = 5
LONGEST_SIGNATORY = 120
LONGEST_REMARKS = 1000
LINK_OVER = _l("Ce lien n’est plus valable. Demandez-en un autre à votre diagnostiqueur.")
SEALED = _l("Les notes de l’entreprise sont déjà remises : il n’y a plus rien à saisir de ce côté.")
STATUSES: dict[str, str] = {"validate": "valide", "validate_remarks": "reserves", "disagree": "desaccord"}


def token_of(session: Session, secret: str) -> Token | None:
    """The link that this secret belongs to, if it is a firm's and still opens."""
    return session.scalar(
        select(Token).where(
            Token.secret_hash == digest(secret),
            Token.kind.in_([TokenKind.ROOM, TokenKind.HANDOVER]),
            Token.used_at.is_(None),
            Token.revoked_at.is_(None),
            Token.expires_at > now(),
        )
    )


def enter(database: Database, secret: str, *, browser: str, ending: Actor | None = None) -> str:
    """Trades a link for a session on its single dossier, and gives the key for the cookie.

    A handed-over link works once and opens the marks only. `ending` is whoever was signed in with this browser: their
    session ends, so that one browser never holds two people. Raises `NotFoundError` for a link that is over.
    """
    with database.write() as session:
        token = token_of(session, secret)
        if token is None or token.diagnosis_id is None:
            raise NotFoundError(LINK_OVER)
        # The dossier's lock makes a one-time link work once even when it is opened twice at the same moment.
        firm = Actor(Role.FIRM, "", diagnosis_id=token.diagnosis_id)
        diagnosis = claimed(session, firm, token.diagnosis_id)
        session.refresh(token)
        if token.used_at is not None or token.revoked_at is not None:
            raise NotFoundError(LINK_OVER)
        marks_only = token.kind is TokenKind.HANDOVER
        if marks_only:
            token.used_at = now()
        _end(session, ending)
        key = _open(session, diagnosis, browser=browser, marks_only=marks_only, token_id=token.id)
        log(session, firm, "room_opened", "diagnosis", diagnosis.id, marks_only=marks_only)
        return key


def _open(session: Session, diagnosis: Diagnosis, *, browser: str, marks_only: bool, token_id: int | None) -> str:
    key = new_secret()
    session.add(
        SignInSession(
            key_hash=digest(key),
            diagnosis_id=diagnosis.id,
            token_id=token_id,
            marks_only=marks_only,
            browser=browser[:120],
            expires_at=now() + timedelta(hours=HANDOVER_HOURS if marks_only else ROOM_HOURS),
        )
    )
    return key


def _end(session: Session, actor: Actor | None) -> None:
    if actor is not None and actor.session_id is not None:
        session.execute(update(SignInSession).where(SignInSession.id == actor.session_id).values(revoked_at=now()))


def _handed(session: Session, actor: Actor, diagnosis_id: int) -> Diagnosis:
    """The dossier, if its own diagnostician may hand it over now."""
    diagnosis = claimed(session, actor, diagnosis_id)
    if actor.role is not Role.DIAGNOSTICIAN or actor.user_id != diagnosis.diagnostician_id:
        raise AccessError
    if diagnosis.state not in WRITABLE["marks_firm"]:
        raise ConflictError(stale(diagnosis))
    if diagnosis.marks_firm_at is not None:
        raise ActionError(SEALED)
    return diagnosis


def hand_over(database: Database, actor: Actor, diagnosis_id: int, *, browser: str) -> str:
    """Hands this very browser to the firm: the diagnostician's session ends, one limited to the marks begins. Gives its key."""
    with database.write() as session:
        diagnosis = _handed(session, actor, diagnosis_id)
        _end(session, actor)
        key = _open(session, diagnosis, browser=browser, marks_only=True, token_id=None)
        log(session, actor, "handed_over", "diagnosis", diagnosis.id, way="device")
        return key


def hand_over_link(database: Database, actor: Actor, diagnosis_id: int) -> str:
    """A secret that opens the marks once, within a quarter of an hour, on the firm's own device; the one before ends."""
    with database.write() as session:
        diagnosis = _handed(session, actor, diagnosis_id)
        session.execute(
            update(Token)
            .where(
                Token.diagnosis_id == diagnosis.id,
                Token.kind == TokenKind.HANDOVER,
                Token.used_at.is_(None),
                Token.revoked_at.is_(None),
            )
            .values(revoked_at=now())
        )
        secret = new_secret()
        session.add(
            Token(
                kind=TokenKind.HANDOVER,
                secret_hash=digest(secret),
                diagnosis_id=diagnosis.id,
                created_by_id=actor.user_id,
                expires_at=now() + timedelta(minutes=HANDOVER_MINUTES),
            )
        )
        log(session, actor, "handed_over", "diagnosis", diagnosis.id, way="link")
        return secret


def leave(database: Database, actor: Actor) -> None:
    """Ends this visit to the room; the link stays valid."""
    with database.write() as session:
        _end(session, actor)
        log(session, actor, "room_left", "diagnosis", actor.diagnosis_id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the firm says of its diagnosis: the move's name, in which quality it signs, and its remarks."""

    move: str
    signatory: str
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a validation is tied to: the portrait of the latest draft report (empty if none yet) and the answers as they are."""

    portrait_digest: str
    answers_digest: str


def basis_of(session: Session, diagnosis_id: int) -> Basis:
    """The basis of a dossier as it stands now."""
    portrait = session.scalar(
        select(Report.portrait_digest)
        .where(Report.diagnosis_id == diagnosis_id, Report.kind == ReportKind.DRAFT)
        .order_by(Report.id.desc())
        .limit(1)
    )
    rows = session.execute(
        select(SectionAnswers.section, SectionAnswers.answers)
        .where(SectionAnswers.diagnosis_id == diagnosis_id)
        .order_by(SectionAnswers.section)
    )
    text = json.dumps(dict(rows.all()), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Basis(portrait or "", hashlib.sha256(text.encode()).hexdigest())


def _checked(verdict: Verdict) -> Verdict:
    kept = Verdict(verdict.move, verdict.signatory.strip(), verdict.remarks.strip())
    if kept.move not in STATUSES:
        raise ActionError(_l("Choisissez l’une des trois réponses."))
    if not kept.signatory or len(kept.signatory) > LONGEST_SIGNATORY:
        raise ActionError(_l("Indiquez votre qualité (« directrice », « président »…), en 120 caractères au plus."))
    if MOVES[kept.move].needs_reason and not kept.remarks:
        raise ActionError(_l("Écrivez vos observations : elles seront reproduites dans le rapport."))
    if len(kept.remarks) > LONGEST_REMARKS:
        raise ActionError(_l("Vos observations tiennent en 1 000 caractères : raccourcissez-les."))
    return kept


def _seal(code: str, actor: Actor, verdict: Verdict, basis: Basis) -> str:
    """What is kept of a code: it is worth something in this session only, for these words on this diagnosis only."""
    parts = [
        code,
        str(actor.session_id),
        verdict.move,
        verdict.signatory,
        verdict.remarks,
        basis.portrait_digest,
        basis.answers_digest,
    ]
    return digest(json.dumps(parts, ensure_ascii=False))


def send_code(database: Database, actor: Actor, verdict: Verdict) -> None:
    """Sends the firm a six-digit code that confirms this verdict, for a quarter of an hour.

    Raises `ActionError` when the dossier cannot be validated yet, has no e-mail address, or too many codes were asked for.
    """
    kept = _checked(verdict)
    with database.write() as session:
        diagnosis = _validating(session, actor, kept)
        recent = session.scalar(
            select(func.count())
            .select_from(JournalLine)
            .where(
                JournalLine.subject == "diagnosis",
                JournalLine.subject_id == diagnosis.id,
                JournalLine.verb == "code_sent",
                JournalLine.at > now() - timedelta(hours=1),
            )
        )
        if (recent or 0) >= CODES_AN_HOUR:
            raise ActionError(_l("Cinq codes ont déjà été envoyés en une heure. Attendez un peu avant d’en demander un autre."))
        recipient = diagnosis.firm.contact_email.strip()
        if not recipient:
            raise ActionError(
                _l("Votre dossier n’a pas d’adresse électronique où envoyer le code. Demandez à votre diagnostiqueur de l’ajouter.")
            )
        code = new_code()
        opened = session.get_one(SignInSession, actor.session_id)
        opened.confirmation_hash = _seal(code, actor, kept, basis_of(session, diagnosis.id))
        opened.confirmation_expires_at = now() + timedelta(minutes=CODE_MINUTES)
        opened.confirmation_failures = 0
        session.add(OutboxMessage(recipient=recipient, subject=f"{code} : votre code / your code", body=_letter(diagnosis, code)))
        log(session, actor, "code_sent", "diagnosis", diagnosis.id)


def _validating(session: Session, actor: Actor, verdict: Verdict) -> Diagnosis:
    """The firm's own dossier, if this verdict may be given on it now."""
    if actor.role is not Role.FIRM or actor.marks_only or actor.diagnosis_id is None:
        raise AccessError
    diagnosis = claimed(session, actor, actor.diagnosis_id)
    wanted = MOVES[verdict.move]
    if diagnosis.state not in wanted.sources:
        raise ConflictError(stale(diagnosis))
    blocked = obstacle(session, diagnosis, wanted)
    if blocked is not None:
        raise ActionError(blocked)
    return diagnosis


def validate(database: Database, actor: Actor, verdict: Verdict, code: str) -> Moved:
    """Records the firm's verdict, for the right code: keeps what was said and on what, and makes the move.

    Raises `ActionError` for a wrong, used or expired code; after five wrong ones another must be asked for.
    """
    kept = _checked(verdict)
    refusal: LazyString | None = None
    with database.write() as session:
        diagnosis = _validating(session, actor, kept)
        opened = session.get_one(SignInSession, actor.session_id)
        basis = basis_of(session, diagnosis.id)
        refusal = _refusal(opened, _seal(code.strip().replace(" ", ""), actor, kept, basis))
        if refusal is None:
            opened.confirmation_hash = None
            diagnosis.validation = {
                "valid_statut": STATUSES[kept.move],
                "valid_date": paris_day(now()).isoformat(),
                "valid_signataire": kept.signatory,
                "valid_observations": kept.remarks,
                "portrait_digest": basis.portrait_digest,
                "answers_digest": basis.answers_digest,
            }
            return make_move(session, actor, diagnosis, MOVES[kept.move], reason=kept.remarks)
        log(session, actor, "code_refused", "diagnosis", diagnosis.id, failures=opened.confirmation_failures)
    # Raised after the transaction, which keeps the count of failures.
    raise ActionError(refusal)


def _refusal(opened: SignInSession, sealed: str) -> LazyString | None:
    """Why a code is refused, with the failure counted, or None."""
    if opened.confirmation_hash is None or opened.confirmation_expires_at is None:
        return _l("Aucun code n’est en attente : demandez-en un.")
    if opened.confirmation_failures >= CODE_TRIES:
        return _l("Ce code a été refusé cinq fois : il ne vaut plus rien. Demandez-en un autre.")
    if opened.confirmation_expires_at <= now():
        return _l("Ce code a expiré : il vaut un quart d’heure. Demandez-en un autre.")
    if not same(opened.confirmation_hash, sealed):
        opened.confirmation_failures += 1
        return _l(
            "Ce code ne correspond pas. Vérifiez les six chiffres ; si votre réponse ou le diagnostic ont changé depuis l’envoi, demandez un autre code."
        )
    return None


def _letter(diagnosis: Diagnosis, code: str) -> str:
    return (
        f"Bonjour,\n\nVotre code pour confirmer votre réponse sur le diagnostic {diagnosis.reference} : {code}\n\n"
        f"Il vaut {CODE_MINUTES} minutes, dans la page où vous l’avez demandé. Si vous n’avez rien demandé, ne le communiquez à personne "
        "et prévenez votre diagnostiqueur.\n\n----\n\n"
        f"Hello,\n\nYour code to confirm your answer on the diagnosis {diagnosis.reference}: {code}\n\n"
        f"It is valid for {CODE_MINUTES} minutes, on the page where you asked for it. If you asked for nothing, give it to nobody and tell "
        "your diagnostician.\n"
    )
