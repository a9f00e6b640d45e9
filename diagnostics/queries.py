"""The selects that pages share. Each starts from `visible()`, so that nobody finds here what they may not reach."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from diagnostics.access import Actor, visible
from diagnostics.delays import due_order, late
from diagnostics.lifecycle import EXITS, FINISHED
from diagnostics.models import (
    ContactAttempt,
    Diagnosis,
    Firm,
    JournalLine,
    Report,
    State,
    Structure,
    Thread,
    ThreadState,
    Token,
    TokenKind,
    User,
    now,
)

PER_PAGE = 25
LARGEST_PAGE = 10_000
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list: its rows, its number (from 1), how many pages and rows there are in all."""

    items: Sequence[Row]
    number: int
    pages: int
    total: int
    per_page: int


def paginate(session: Session, query: Select[Any], page: int, *, per_page: int = PER_PAGE) -> Page[Any]:
    """One page of a select of one entity; a number out of range gives the nearest page."""
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(-(-total // per_page), 1)
    number = min(max(page, 1), pages)
    items = session.scalars(query.limit(per_page).offset((number - 1) * per_page)).unique().all()
    return Page(items, number, pages, total, per_page)


class Group(StrEnum):
    """Dossiers that wait for the same sort of work."""

    DRAWN = "a-affecter"
    MEETING = "a-rencontrer"
    ENTRY = "a-saisir"
    REVIEW = "en-relecture"
    GIVING_BACK = "a-restituer"
    FINISHED = "termines"
    EXITS = "sorties"


GROUPS: dict[Group, frozenset[State]] = {
    Group.DRAWN: frozenset({State.DRAWN}),
    Group.MEETING: frozenset({State.ASSIGNED, State.CONTACTED, State.APPOINTMENT}),
    Group.ENTRY: frozenset({State.VISITED, State.ENTRY, State.RETURNED}),
    Group.REVIEW: frozenset({State.REVIEW}),
    Group.GIVING_BACK: frozenset({State.SENT, State.RESTITUTION}),
    Group.FINISHED: FINISHED,
    Group.EXITS: EXITS,
}
GROUP_LABELS: dict[Group, LazyString] = {
    Group.DRAWN: _l("À affecter"),
    Group.MEETING: _l("À rencontrer"),
    Group.ENTRY: _l("À saisir"),
    Group.REVIEW: _l("En relecture"),
    Group.GIVING_BACK: _l("À restituer"),
    Group.FINISHED: _l("Terminés"),
    Group.EXITS: _l("Sorties"),
}

# What a person should take up first: what was sent back, what the firm waits for, what was seen and not written, what is fixed.
_URGENCY = (
    State.RETURNED, State.RESTITUTION, State.SENT, State.VISITED, State.ENTRY, State.APPOINTMENT, State.CONTACTED, State.ASSIGNED,
    State.DRAWN, State.REVIEW,
)  # fmt: skip


class Order(StrEnum):
    """The orders that a list of dossiers may be read in."""

    NEXT = "suite"
    RECENT = "recents"
    NAME = "nom"
    REFERENCE = "reference"


ORDER_LABELS: dict[Order, LazyString] = {
    Order.NEXT: _l("Ce qui vient ensuite"),
    Order.RECENT: _l("Derniers changements"),
    Order.NAME: _l("Nom de l’entreprise"),
    Order.REFERENCE: _l("Référence"),
}


@dataclass(frozen=True, slots=True)
class DossierFilter:
    """What a list of dossiers is narrowed to; everything empty means all that the person may reach."""

    group: Group | None = None
    state: State | None = None
    sector: str = ""
    departement: str = ""
    structure_id: int | None = None
    diagnostician_id: int | None = None
    text: str = ""
    late_only: bool = False
    order: Order = Order.NEXT
    today: date = field(default_factory=lambda: now().date())

    @property
    def narrowed(self) -> bool:
        """Whether anything but the group narrows the list."""
        return bool(self.state or self.sector or self.departement or self.structure_id or self.diagnostician_id or self.text)


def _folded(text: str) -> str:
    """Lower case without accents: registers write names in capitals without them."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(sign))


def matches(text: str) -> ColumnElement[bool]:
    """The condition, in a query joined to `Firm`, that name, commune, reference or SIRET holds `text`."""
    # PostgreSQL refuses NUL in a text; no name holds one, so that a search means the same without it.
    words = text.strip()
    digits = "".join(sign for sign in words if sign.isdigit())
    conditions = [
        column.icontains(form, autoescape=True)
        for column in (Firm.name, Firm.commune_name, Diagnosis.reference)
        for form in {words, _folded(words), words.upper(), words.title()}
    ]
    if len(digits) >= 5 and not any(sign.isalpha() for sign in words):  # noqa: PLR2004 - Fewer digits are a number in a name.
        conditions.append(Firm.siret.contains(digits, autoescape=True))
    return or_(*conditions)


def _narrowed(query: Select[Any], wanted: DossierFilter) -> Select[Any]:
    query = query.join(Firm, Firm.id == Diagnosis.firm_id)
    if wanted.state is not None:
        query = query.where(Diagnosis.state == wanted.state)
    elif wanted.group is not None:
        query = query.where(Diagnosis.state.in_(GROUPS[wanted.group]))
    if wanted.sector:
        query = query.where(Firm.sector == wanted.sector)
    if wanted.departement:
        query = query.where(Firm.departement == wanted.departement)
    if wanted.structure_id is not None:
        query = query.where(Diagnosis.structure_id == wanted.structure_id)
    if wanted.diagnostician_id is not None:
        query = query.where(Diagnosis.diagnostician_id == wanted.diagnostician_id)
    if wanted.text.strip():
        query = query.where(matches(wanted.text))
    if wanted.late_only:
        query = query.where(late(wanted.today))
    return query


def _ordered(query: Select[Any], wanted: DossierFilter) -> Select[Any]:
    if wanted.order is Order.RECENT:
        return query.order_by(Diagnosis.state_since.desc(), Diagnosis.id.desc())
    if wanted.order is Order.NAME:
        return query.order_by(func.lower(Firm.name), Diagnosis.id)
    if wanted.order is Order.REFERENCE:
        return query.order_by(Diagnosis.reference)
    places = {state: place for place, state in enumerate(_URGENCY)} | dict.fromkeys(EXITS, len(_URGENCY) + 1)
    rank = case(places, value=Diagnosis.state, else_=len(_URGENCY))
    return query.order_by(case((late(wanted.today), 0), else_=1), rank, due_order(), Diagnosis.id)


def dossiers(actor: Actor, wanted: DossierFilter) -> Select[Any]:
    """The dossiers that this person may reach, narrowed and ordered, with what a list shows of each."""
    return _ordered(_narrowed(visible(Diagnosis, actor), wanted), wanted).options(
        joinedload(Diagnosis.firm), joinedload(Diagnosis.diagnostician), joinedload(Diagnosis.structure)
    )


def counts_by_state(session: Session, actor: Actor, wanted: DossierFilter | None = None) -> dict[State, int]:
    """How many dossiers stand in each state, with the same filters but those on the state itself."""
    kept = replace(wanted or DossierFilter(), group=None, state=None, late_only=False)
    query = (
        _narrowed(visible(Diagnosis, actor), kept)
        .with_only_columns(Diagnosis.state, func.count(), maintain_column_froms=True)
        .group_by(Diagnosis.state)
    )
    return dict(session.execute(query).all())


def count_late(session: Session, actor: Actor, wanted: DossierFilter | None = None) -> int:
    """How many dossiers are late, with the same filters but those on the state itself."""
    kept = replace(wanted or DossierFilter(), group=None, state=None, late_only=True)
    return (
        session.scalar(_narrowed(visible(Diagnosis, actor), kept).with_only_columns(func.count(), maintain_column_froms=True)) or 0
    )


def dossier(session: Session, actor: Actor, reference: str) -> Diagnosis | None:
    """One dossier by its reference, with all that its pages show, or None if this person may not know of it."""
    found: Diagnosis | None = session.scalar(
        visible(Diagnosis, actor)
        .where(Diagnosis.reference == reference)
        .options(
            joinedload(Diagnosis.firm).joinedload(Firm.campaign),
            joinedload(Diagnosis.diagnostician),
            joinedload(Diagnosis.structure),
            joinedload(Diagnosis.replaces),
            joinedload(Diagnosis.replaced_by),
            selectinload(Diagnosis.sections),
        )
    )
    return found


def attempts(session: Session, diagnosis: Diagnosis) -> Sequence[ContactAttempt]:
    """The attempts to reach the firm, the latest first."""
    return session.scalars(
        select(ContactAttempt)
        .where(ContactAttempt.diagnosis_id == diagnosis.id)
        .options(joinedload(ContactAttempt.by))
        .order_by(ContactAttempt.at.desc(), ContactAttempt.id.desc())
    ).all()


def open_thread_counts(session: Session, actor: Actor, diagnoses: Sequence[Diagnosis]) -> dict[int, int]:
    """How many threads are open on each of these dossiers."""
    query = (
        visible(Thread, actor)
        .with_only_columns(Thread.diagnosis_id, func.count())
        .where(Thread.diagnosis_id.in_([diagnosis.id for diagnosis in diagnoses]), Thread.state == ThreadState.OPEN)
        .group_by(Thread.diagnosis_id)
    )
    return dict(session.execute(query).all())


def reports(session: Session, actor: Actor, diagnosis: Diagnosis) -> Sequence[Report]:
    """The reports of a dossier that this person may reach, the latest first."""
    return session.scalars(visible(Report, actor).where(Report.diagnosis_id == diagnosis.id).order_by(Report.id.desc())).all()


def journal(session: Session, diagnosis: Diagnosis) -> list[tuple[JournalLine, str | None]]:
    """What happened to a dossier, the latest first, each line with the person's name if it was one of ours."""
    query = (
        select(JournalLine, User.name)
        .outerjoin(User, User.id == JournalLine.actor_id)
        .where(JournalLine.subject == "diagnosis", JournalLine.subject_id == diagnosis.id)
        .order_by(JournalLine.id.desc())
    )
    return [(line, name) for line, name in session.execute(query)]


def room_link(session: Session, diagnosis: Diagnosis) -> Token | None:
    """The link to the firm's room that is still valid, or None."""
    return session.scalar(
        select(Token)
        .where(
            Token.diagnosis_id == diagnosis.id, Token.kind == TokenKind.ROOM, Token.revoked_at.is_(None), Token.expires_at > now()
        )
        .order_by(Token.id.desc())
        .limit(1)
    )


def review_queue(actor: Actor) -> Select[Any]:
    """The dossiers in review, the one that waits longest first."""
    return (
        visible(Diagnosis, actor)
        .where(Diagnosis.state == State.REVIEW)
        .options(joinedload(Diagnosis.firm), joinedload(Diagnosis.diagnostician), joinedload(Diagnosis.structure))
        .order_by(Diagnosis.state_since, Diagnosis.id)
    )


def structures_of(session: Session, actor: Actor) -> Sequence[Structure]:
    """The structures that this person may filter by."""
    return session.scalars(visible(Structure, actor).order_by(Structure.name)).all()


def diagnosticians_of(session: Session, actor: Actor) -> Sequence[User]:
    """The diagnosticians whose dossiers this person may reach."""
    owners = visible(Diagnosis, actor).with_only_columns(Diagnosis.diagnostician_id)
    return session.scalars(select(User).where(User.id.in_(owners)).order_by(User.name)).all()


def places_of(session: Session, actor: Actor) -> tuple[list[str], list[str]]:
    """The sectors and the départements of the dossiers that this person may reach, as codes."""
    reached = visible(Diagnosis, actor).join(Firm, Firm.id == Diagnosis.firm_id)
    sectors = session.scalars(
        reached.with_only_columns(Firm.sector, maintain_column_froms=True).distinct().order_by(Firm.sector)
    ).all()
    departements = session.scalars(
        reached.with_only_columns(Firm.departement, maintain_column_froms=True).distinct().order_by(Firm.departement)
    ).all()
    return list(sectors), list(departements)


def returned_before(session: Session, diagnoses: Sequence[Diagnosis]) -> frozenset[int]:
    """Which of these dossiers were already sent back once, and so come to the review again."""
    moved = session.execute(
        select(JournalLine.subject_id, JournalLine.detail).where(
            JournalLine.subject == "diagnosis",
            JournalLine.verb == "moved",
            JournalLine.subject_id.in_([diagnosis.id for diagnosis in diagnoses]),
        )
    )
    return frozenset(number for number, detail in moved if number is not None and detail.get("move") == "return")
