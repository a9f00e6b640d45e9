"""Verbs on a dossier: its moves along the table of `diagnostics.lifecycle`, contacts, dates, exits and their replacement."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.after_moves import after_move, queue_report
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.actions.room_links import ROOM_STATES, RoomLink, revoke_links, send_link
from diagnostics.db import Database
from diagnostics.delays import midnight, paris_day
from diagnostics.guards import GUARDS
from diagnostics.lifecycle import BEFORE_REVIEW, EXITS, FIELD, LABELS, MOVES, Guard, Move
from diagnostics.models import (
    Campaign,
    ContactAttempt,
    ContactOutcome,
    Diagnosis,
    Firm,
    ReportKind,
    Role,
    Selection,
    State,
    now,
)
from diagnostics.security import digest

LONGEST_REASON = 1000
LONGEST_NOTES = 20_000
GONE = _l("Ce dossier n’existe pas, ou il ne vous est pas ouvert.")
REACHED = frozenset({ContactOutcome.CALL_BACK, ContactOutcome.APPOINTMENT, ContactOutcome.REFUSAL})
MEDIA: dict[str, LazyString] = {
    "phone": _l("Téléphone"),
    "email": _l("Courriel"),
    "letter": _l("Courrier"),
    "on_site": _l("Passage sur place"),
    "meeting": _l("Rencontre du réseau"),
}
OUTCOMES: dict[ContactOutcome, LazyString] = {
    ContactOutcome.NO_ANSWER: _l("Pas de réponse"),
    ContactOutcome.CALL_BACK: _l("À rappeler"),
    ContactOutcome.APPOINTMENT: _l("Rendez-vous convenu"),
    ContactOutcome.REFUSAL: _l("Refus"),
    ContactOutcome.WRONG_NUMBER: _l("Coordonnées fausses"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that was made; for an exit, the reference of the reserve that replaces it, or None when the stratum has none left."""

    diagnosis_id: int
    move: Move
    replacement: str | None = None
    link_sent: bool = False


def claimed(session: Session, actor: Actor, diagnosis_id: int) -> Diagnosis:
    """The dossier, locked until the transaction ends; raises `NotFoundError` when this person may not know of it."""
    found: Diagnosis | None = session.scalar(
        visible(Diagnosis, actor).where(Diagnosis.id == diagnosis_id).with_for_update(of=Diagnosis)
    )
    if found is None:
        raise NotFoundError(GONE)
    return found


def move(
    database: Database,
    actor: Actor,
    diagnosis_id: int,
    name: str,
    *,
    reason: str = "",
    expected: State | None = None,
    room: RoomLink | None = None,
) -> Moved:
    """Makes one move of the table.

    `expected` is the state that the person saw, so that a page left open cannot move a dossier that has moved meanwhile.
    `room` lets « accept » write to the firm. A firm's own moves need its code and go through `actions.room.validate`.
    Raises `NotFoundError`, `AccessError` (another role's move), `ConflictError` (the state has changed) or `ActionError`
    (a reason, a date or the guard's condition is missing).
    """
    found = MOVES.get(name)
    if found is None:
        raise NotFoundError(_l("Cette étape n’existe pas."))
    with database.write() as session:
        diagnosis = claimed(session, actor, diagnosis_id)
        if found.roles == {Role.FIRM}:
            raise AccessError
        if expected is not None and diagnosis.state is not expected:
            raise ConflictError(stale(diagnosis))
        return make_move(session, actor, diagnosis, found, reason=reason, room=room)


def make_move(
    session: Session, actor: Actor, diagnosis: Diagnosis, wanted: Move, *, reason: str = "", room: RoomLink | None = None
) -> Moved:
    """Makes a move within the caller's transaction, after every check of the table; the dossier must be `claimed`."""
    if actor.role not in wanted.roles or actor.marks_only:
        raise AccessError
    if diagnosis.state not in wanted.sources:
        raise ConflictError(stale(diagnosis))
    words = reason.strip()
    if wanted.needs_reason and not words:
        raise ActionError(_l("Indiquez le motif : il reste au dossier."))
    if len(words) > LONGEST_REASON:
        raise ActionError(_l("Le motif tient en 1 000 caractères : raccourcissez-le."))
    blocked = obstacle(session, diagnosis, wanted)
    if blocked is not None:
        raise ActionError(blocked)
    before = diagnosis.state
    _keep_former_reason(diagnosis, words)
    diagnosis.state = wanted.target
    diagnosis.state_since = now()
    diagnosis.state_reason = words
    log(session, actor, "moved", "diagnosis", diagnosis.id, move=wanted.name, before=before.value, after=wanted.target.value)
    replacement = _leave(session, actor, diagnosis) if wanted.target in EXITS else None
    sent = wanted.name == "accept" and room is not None and send_link(session, actor, diagnosis, room)
    after_move(session, diagnosis, wanted)
    return Moved(diagnosis.id, wanted, replacement, sent)


def obstacle(session: Session, diagnosis: Diagnosis, wanted: Move) -> LazyString | None:
    """Why a move cannot be made yet, or None: what the dossier lacks, then the guard's condition."""
    lacking = _NEEDS.get(wanted.name)
    if lacking is not None and (reason := lacking(diagnosis)) is not None:
        return reason
    return None if wanted.guard is Guard.NONE else GUARDS[wanted.guard](session, diagnosis)


def _needs_owner(diagnosis: Diagnosis) -> LazyString | None:
    return _l("Choisissez d’abord le diagnostiqueur, depuis le panel.") if diagnosis.diagnostician_id is None else None


def _needs_appointment(diagnosis: Diagnosis) -> LazyString | None:
    return _l("Indiquez la date et l’heure du rendez-vous.") if diagnosis.appointment_at is None else None


def _needs_visit(diagnosis: Diagnosis) -> LazyString | None:
    return _l("Indiquez la date de la visite.") if diagnosis.visited_on is None else None


_NEEDS: dict[str, Callable[[Diagnosis], LazyString | None]] = {
    "assign": _needs_owner,
    "appoint": _needs_appointment,
    "visit": _needs_visit,
}


def stale(diagnosis: Diagnosis) -> LazyString:
    """The message for a page that was left open while the dossier moved on."""
    return _l(
        "Ce dossier a changé d’état entre-temps : il est maintenant « %(state)s ». Rien n’a été enregistré ; relisez-le avant de continuer.",
        state=LABELS[diagnosis.state],
    )


def _keep_former_reason(diagnosis: Diagnosis, words: str) -> None:
    """A follow-up's note is not lost when the next one is written: it goes to the dossier's notes."""
    if diagnosis.state_reason and words:
        kept = f"{LABELS[diagnosis.state]} ({paris_day(diagnosis.state_since):%d/%m/%Y})\u00a0: {diagnosis.state_reason}"
        diagnosis.visit_notes = f"{diagnosis.visit_notes}\n\n{kept}".strip()


def _leave(session: Session, actor: Actor, diagnosis: Diagnosis) -> str | None:
    """What an exit brings with it: the room closes, and the next reserve of the same stratum takes the place."""
    revoke_links(session, diagnosis)
    campaign = session.scalars(select(Campaign).where(Campaign.id == diagnosis.campaign_id).with_for_update()).one()
    reserve = next_reserve(session, diagnosis.firm)
    if reserve is None:
        log(session, actor, "reserve_exhausted", "diagnosis", diagnosis.id, stratum="/".join(diagnosis.firm.stratum))
        return None
    made = Diagnosis(
        reference=_next_reference(session, diagnosis.reference),
        campaign_id=campaign.id,
        firm_id=reserve.id,
        questionnaire_version=campaign.questionnaire_version,
        state=State.DRAWN,
        replaces_id=diagnosis.id,
    )
    session.add(made)
    session.flush()
    log(session, actor, "replaced", "diagnosis", diagnosis.id, by=made.id, rank=reserve.draw_rank)
    log(session, actor, "drawn_as_replacement", "diagnosis", made.id, replaces=diagnosis.id, rank=reserve.draw_rank)
    return made.reference


def next_reserve(session: Session, firm: Firm) -> Firm | None:
    """The reserve of the firm's stratum that the draw ranked next and that has no dossier yet; nobody chooses."""
    sector, departement, size_class = firm.stratum
    return session.scalar(
        select(Firm)
        .outerjoin(Diagnosis, Diagnosis.firm_id == Firm.id)
        .where(
            Firm.campaign_id == firm.campaign_id,
            Firm.selection == Selection.RESERVE,
            Firm.sector == sector,
            Firm.departement == departement,
            Firm.size_class == size_class,
            Diagnosis.id.is_(None),
        )
        .order_by(Firm.draw_rank.is_(None), Firm.draw_rank, Firm.id)
        .limit(1)
    )


def _next_reference(session: Session, like: str) -> str:
    """The next free reference of the same series: PACA-0042 gives PACA-0691 after PACA-0690."""
    series = like.rpartition("-")[0]
    taken = session.scalars(select(Diagnosis.reference).where(Diagnosis.reference.startswith(f"{series}-", autoescape=True)))
    numbers = [int(tail) for tail in (reference.rpartition("-")[2] for reference in taken) if tail.isdecimal()]
    return f"{series}-{max(numbers, default=0) + 1:04d}"


def _writer(actor: Actor, diagnosis: Diagnosis) -> bool:
    """Whether this person works on the dossier: its diagnostician, or the coordinator."""
    return actor.role is Role.COORDINATOR or (actor.role is Role.DIAGNOSTICIAN and actor.user_id == diagnosis.diagnostician_id)


def _worked_on(session: Session, actor: Actor, diagnosis_id: int, states: frozenset[State]) -> Diagnosis:
    """The dossier, locked, if this person works on it and it stands in one of these states."""
    diagnosis = claimed(session, actor, diagnosis_id)
    if not _writer(actor, diagnosis):
        raise AccessError
    if diagnosis.state not in states:
        raise ConflictError(stale(diagnosis))
    return diagnosis


def record_attempt(
    database: Database, actor: Actor, diagnosis_id: int, *, at: datetime, medium: str, outcome: ContactOutcome, note: str
) -> bool:
    """Notes an attempt to reach the firm; gives True when it was reached for the first time, which moves the dossier on.

    Raises `ActionError` for a moment to come or before the campaign, an unknown medium, or the same attempt noted twice.
    """
    if medium not in MEDIA:
        raise ActionError(_l("Choisissez le moyen de contact dans la liste."))
    with database.write() as session:
        diagnosis = _worked_on(session, actor, diagnosis_id, BEFORE_REVIEW)
        _check_past(session, diagnosis, at)
        same = select(ContactAttempt.id).where(
            ContactAttempt.diagnosis_id == diagnosis.id, ContactAttempt.at == at, ContactAttempt.medium == medium
        )
        if session.scalar(same) is not None:
            raise ConflictError(_l("Cette tentative est déjà notée : même date, même heure, même moyen."))
        attempt = ContactAttempt(
            diagnosis_id=diagnosis.id, at=at, medium=medium, outcome=outcome, note=note.strip(), by_id=actor.user_id
        )
        session.add(attempt)
        log(session, actor, "attempt_recorded", "diagnosis", diagnosis.id, outcome=outcome.value)
        first = MOVES["contact"]
        reached = outcome in REACHED and diagnosis.state in first.sources and actor.role in first.roles
        if reached:
            make_move(session, actor, diagnosis, first)
        return reached


def _check_past(session: Session, diagnosis: Diagnosis, at: datetime) -> None:
    if at > now() + timedelta(minutes=5):
        raise ActionError(_l("Cette date est dans l’avenir : une tentative se note une fois faite."))
    if at < midnight(session.get_one(Campaign, diagnosis.campaign_id).starts_on):
        raise ActionError(_l("Cette date précède le début de la campagne."))


APPOINTMENT_STATES = frozenset({State.ASSIGNED, State.CONTACTED, State.APPOINTMENT, State.SENT, State.RESTITUTION})


def set_appointment(database: Database, actor: Actor, diagnosis_id: int, at: datetime) -> None:
    """Fixes the appointment (the visit's, later the restitution's) or its new date; the first one moves the dossier on."""
    with database.write() as session:
        diagnosis = _worked_on(session, actor, diagnosis_id, APPOINTMENT_STATES)
        campaign = session.get_one(Campaign, diagnosis.campaign_id)
        if at < midnight(campaign.starts_on):
            raise ActionError(_l("Cette date précède le début de la campagne."))
        if at > now() + timedelta(days=366):
            raise ActionError(_l("Cette date est à plus d’un an : vérifiez l’année."))
        diagnosis.appointment_at = at
        wanted = MOVES["appoint"]
        if diagnosis.state in wanted.sources and actor.role in wanted.roles:
            make_move(session, actor, diagnosis, wanted)
        else:
            log(session, actor, "appointment_changed", "diagnosis", diagnosis.id)


def record_visit(database: Database, actor: Actor, diagnosis_id: int, on: date) -> None:
    """Notes the day of the visit, which opens the entry, or corrects it as long as the dossier is in the field."""
    with database.write() as session:
        diagnosis = _worked_on(session, actor, diagnosis_id, FIELD)
        campaign = session.get_one(Campaign, diagnosis.campaign_id)
        if on > paris_day(now()):
            raise ActionError(_l("Cette date est dans l’avenir : la visite se note une fois faite."))
        if on < campaign.starts_on:
            raise ActionError(_l("Cette date précède le début de la campagne."))
        diagnosis.visited_on = on
        wanted = MOVES["visit"]
        if diagnosis.state in wanted.sources and actor.role in wanted.roles:
            make_move(session, actor, diagnosis, wanted)
        else:
            log(session, actor, "visit_date_changed", "diagnosis", diagnosis.id)


def save_notes(database: Database, actor: Actor, diagnosis_id: int, text: str, *, seen: str) -> None:
    """Keeps the working notes of a dossier; `seen` is `notes_mark` of the notes that the person had before their eyes."""
    words = text.strip()
    if len(words) > LONGEST_NOTES:
        raise ActionError(_l("Les notes tiennent en 20 000 caractères : raccourcissez-les."))
    with database.write() as session:
        diagnosis = _worked_on(session, actor, diagnosis_id, frozenset(State))
        if notes_mark(diagnosis) != seen and diagnosis.visit_notes != words:
            raise ConflictError(
                _l(
                    "Les notes ont été modifiées ailleurs entre-temps. Votre texte est encore ci-dessous : comparez, puis enregistrez."
                )
            )
        diagnosis.visit_notes = words
        log(session, actor, "notes_saved", "diagnosis", diagnosis.id, characters=len(words))


def notes_mark(diagnosis: Diagnosis) -> str:
    """A short mark of the notes as they are, to notice that somebody else changed them."""
    return digest(diagnosis.visit_notes)[:16]


def edit_contact(database: Database, actor: Actor, diagnosis_id: int, *, name: str, email: str, phone: str) -> bool:
    """Changes whom to reach in the firm; a new e-mail address ends the links sent to the old one. Gives whether one was ended."""
    with database.write() as session:
        diagnosis = _worked_on(session, actor, diagnosis_id, frozenset(State))
        firm = diagnosis.firm
        address = email.strip()
        moved = address.lower() != firm.contact_email.lower()
        firm.contact_name, firm.contact_email, firm.contact_phone = name.strip(), address, phone.strip()
        ended = revoke_links(session, diagnosis) if moved else 0
        log(session, actor, "contact_edited", "diagnosis", diagnosis.id, email_changed=moved)
        return ended > 0


def send_room_link(database: Database, actor: Actor, diagnosis_id: int, link: RoomLink) -> None:
    """Sends the firm the link to its room, or another one; the link before ends."""
    with database.write() as session:
        diagnosis = _worked_on(session, actor, diagnosis_id, ROOM_STATES)
        if not send_link(session, actor, diagnosis, link):
            raise ActionError(_l("Ajoutez d’abord l’adresse électronique du contact dans l’entreprise : le lien y est envoyé."))


def revoke_room_link(database: Database, actor: Actor, diagnosis_id: int) -> None:
    """Ends the firm's link and the sessions that it opened."""
    with database.write() as session:
        diagnosis = _worked_on(session, actor, diagnosis_id, frozenset(State))
        ended = revoke_links(session, diagnosis)
        log(session, actor, "room_link_revoked", "diagnosis", diagnosis.id, links=ended)


def request_draft(database: Database, actor: Actor, diagnosis_id: int) -> None:
    """Asks for a new draft report, once the consensus or the plan has changed."""
    with database.write() as session:
        diagnosis = _worked_on(session, actor, diagnosis_id, frozenset({State.SENT, State.RESTITUTION}))
        if not queue_report(session, diagnosis, ReportKind.DRAFT, by_id=actor.user_id):
            raise ActionError(_l("Un projet de rapport attend déjà son tour : il sera prêt dans quelques minutes."))
        log(session, actor, "draft_requested", "diagnosis", diagnosis.id)
