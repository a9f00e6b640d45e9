"""Dossiers for tests: a firm of the frame, its dossier in any state, full answers, both voices sealed, attempts at contact."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from diagnostics.access import Actor
from diagnostics.actions.answers import DIMENSIONS
from diagnostics.db import Database
from diagnostics.models import (
    ContactAttempt,
    ContactOutcome,
    Diagnosis,
    Firm,
    JournalLine,
    Message,
    OutboxMessage,
    Role,
    SectionAnswers,
    Selection,
    SignInSession,
    State,
    Thread,
    User,
    now,
)
from diagnostics.security import digest, new_secret
from tests.conftest import World

VERSION = "2026-1"


def actor_of(user: User) -> Actor:
    """The actor that a signed-in person is."""
    return Actor(user.role, user.name, user_id=user.id, structure_id=user.structure_id)


def firm_actor(database: Database, diagnosis_id: int, *, marks_only: bool = False) -> Actor:
    """A firm in its room, with a session of its own."""
    with database.write() as session:
        opened = SignInSession(
            key_hash=digest(new_secret()), diagnosis_id=diagnosis_id, marks_only=marks_only, expires_at=now() + timedelta(hours=4)
        )
        session.add(opened)
        session.flush()
        return Actor(Role.FIRM, "", diagnosis_id=diagnosis_id, session_id=opened.id, marks_only=marks_only)


def add_firm(session: Session, world: World, number: int, **given: Any) -> Firm:
    """A firm of the frame; by default one of the panel, in one stratum, with a contact address."""
    values: dict[str, Any] = {
        "campaign_id": world.campaign_id,
        "siret": f"{10000000000000 + number}",
        "name": f"Association d’essai n° {number}",
        "sector": "aide_dom",
        "departement": "13",
        "size_class": "10-19",
        "commune_code": "13055",
        "commune_name": "Marseille",
        "family": "asso",
        "headcount": 12,
        "contact_email": f"direction{number}@exemple.fr",
        "selection": Selection.PANEL,
        "draw_rank": number,
    }
    firm = Firm(**values | given)
    session.add(firm)
    session.flush()
    return firm


def add_dossier(
    database: Database,
    world: World,
    state: State = State.ASSIGNED,
    *,
    number: int = 1,
    owner: str = "diagnostician",
    firm: Mapping[str, Any] | None = None,
    **given: Any,
) -> int:
    """A dossier in a state, its diagnostician by role name; gives its number."""
    with database.write() as session:
        return dossier_in(session, world, state, number=number, owner=owner, firm=firm, **given)


def dossier_in(
    session: Session,
    world: World,
    state: State,
    *,
    number: int,
    owner: str = "diagnostician",
    firm: Mapping[str, Any] | None = None,
    **given: Any,
) -> int:
    """The same, within a transaction: for tests that need many."""
    made = add_firm(session, world, number, **dict(firm or {}))
    person = world.people[owner]
    values: dict[str, Any] = {
        "reference": f"PACA-{number:04d}",
        "campaign_id": world.campaign_id,
        "firm_id": made.id,
        "questionnaire_version": VERSION,
        "state": state,
    }
    if state is not State.DRAWN:
        values |= {"diagnostician_id": person.id, "structure_id": person.structure_id}
    diagnosis = Diagnosis(**values | given)
    session.add(diagnosis)
    session.flush()
    return diagnosis.id


def read(database: Database, diagnosis_id: int) -> Diagnosis:
    """The dossier as it stands now, with its firm."""
    with database.read() as session:
        return session.scalars(
            select(Diagnosis)
            .where(Diagnosis.id == diagnosis_id)
            .options(joinedload(Diagnosis.firm), joinedload(Diagnosis.replaced_by))
        ).one()


def update(database: Database, diagnosis_id: int, **values: Any) -> None:
    """Changes a dossier's columns directly."""
    with database.write() as session:
        diagnosis = session.get_one(Diagnosis, diagnosis_id)
        for name, value in values.items():
            setattr(diagnosis, name, value)


def write_section(database: Database, diagnosis_id: int, section: str, answers: Mapping[str, Any]) -> None:
    """Stores a section's values as collected answers."""
    stored = {name: {"state": "collected", "value": value} for name, value in answers.items()}
    with database.write() as session:
        held = session.get(SectionAnswers, (diagnosis_id, section))
        if held is None:
            session.add(SectionAnswers(diagnosis_id=diagnosis_id, section=section, revision=1, answers=stored))
        else:
            held.answers = {**held.answers, **stored}
            held.revision += 1


def add_thread(
    database: Database, diagnosis_id: int, question: str, text: str, *, author: User, shared: bool = False, **given: Any
) -> int:
    """A thread with one message, written straight into the tables; gives its number."""
    with database.write() as session:
        thread = Thread(
            diagnosis_id=diagnosis_id, question=question, shared=shared, opened_by_id=author.id, opened_role=author.role, **given
        )
        thread.messages.append(Message(author_id=author.id, author_role=author.role, text=text))
        session.add(thread)
        session.flush()
        return thread.id


def seal(database: Database, diagnosis_id: int) -> None:
    """Both voices' ten marks, sealed, two points apart on D1 and equal elsewhere."""
    write_section(database, diagnosis_id, "S11F", {f"ent_{code}": "1" for code in DIMENSIONS})
    write_section(database, diagnosis_id, "S11D", {f"diag_{code}": "3" if code == "D1" else "1" for code in DIMENSIONS})
    update(database, diagnosis_id, marks_firm_at=now(), marks_diagnostician_at=now())


def conclude(database: Database, diagnosis_id: int) -> None:
    """The restitution's consensus and plan, complete."""
    seal(database, diagnosis_id)
    marks = {f"cons_{code}": "2" for code in DIMENSIONS}
    write_section(database, diagnosis_id, "S11C", marks | {"cons_D1_mot": "Deux départs que nous n’avions pas vus venir."})
    plan = [
        {"id": "a1", "act_code": "A01", "act_titre": "Écrire le tuilage des postes clés", "act_dimension": "D2", "act_priorite": "p1",
         "act_decision": "retenue", "act_pilote": "Directrice", "act_echeance": "2027-06-30", "act_financement": "OPCO"},
        {"id": "a2", "act_code": "A02", "act_titre": "Mutualiser la paie", "act_dimension": "D8", "act_priorite": "p2",
         "act_decision": "refusee", "act_motif": "Déjà fait l’an dernier"},
    ]  # fmt: skip
    write_section(database, diagnosis_id, "S12", {"actions": plan, "besoins_appui": ["gpec"], "suivi_6m": "1"})


def add_attempts(database: Database, diagnosis_id: int, *, count: int = 5, days: int = 22) -> None:
    """Attempts without answer, spread over so many days."""
    with database.write() as session:
        for number in range(count):
            at = now() - timedelta(days=days - number * days / max(count - 1, 1))
            session.add(
                ContactAttempt(
                    diagnosis_id=diagnosis_id, at=at.replace(microsecond=0), medium="phone", outcome=ContactOutcome.NO_ANSWER
                )
            )


def verbs(database: Database, diagnosis_id: int) -> list[str]:
    """The journal's verbs on a dossier, in order."""
    with database.read() as session:
        return list(
            session.scalars(
                select(JournalLine.verb)
                .where(JournalLine.subject == "diagnosis", JournalLine.subject_id == diagnosis_id)
                .order_by(JournalLine.id)
            )
        )


def messages(database: Database, recipient: str) -> list[OutboxMessage]:
    """The messages to an address, in order."""
    with database.read() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == recipient).order_by(OutboxMessage.id)))


def ready(database: Database, diagnosis_id: int) -> None:
    """Gives a dossier all that a move may ask of it short of the questionnaire: dates, attempts, remark-free."""
    update(database, diagnosis_id, appointment_at=now(), visited_on=date(2026, 3, 2))
    add_attempts(database, diagnosis_id)


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """A moment in the programme's time zone."""
    return datetime(year, month, day, hour, tzinfo=now().tzinfo)
