"""Writes the demonstration campaign into an empty database: people, frame, draw, and every dossier with its history.

The invention is `diagnostics.demo`'s; here it meets the tables, the questionnaire and the drawing of the panel.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from analysis.actions.catalogue import catalogue
from analysis.survey.sampling import draw
from diagnostics.access import AccessError
from diagnostics.actions.base import ActionError
from diagnostics.db import Database
from diagnostics.demo.course import ANSWERED, EXITS, MOVE_TO, spread_states
from diagnostics.demo.dossier import Missing as InventedMissing
from diagnostics.demo.frame import FrameFirm, invent_frame
from diagnostics.demo.names import STRUCTURES, people_names
from diagnostics.demo.paradata import invent_paradata
from diagnostics.demo.people import invent_people
from diagnostics.demo.places import communes
from diagnostics.demo.world import FRAME_FACTOR, InventedDossier, campaign_start, invent_dossier
from diagnostics.lifecycle import MOVES
from diagnostics.models import (
    Accreditation,
    AccreditationState,
    Campaign,
    ContactAttempt,
    Diagnosis,
    Edition,
    EditionState,
    Firm,
    JournalLine,
    Message,
    ParadataEvent,
    Role,
    SectionAnswers,
    Selection,
    State,
    Structure,
    Thread,
    ThreadState,
    Token,
    TokenKind,
    User,
    now,
)
from diagnostics.security import digest, hash_password, new_secret
from questionnaires.answers import Answer, Answers, AnswerState, Context, Missing, check
from questionnaires.catalogue import load
from questionnaires.model import Questionnaire, Severity

PASSWORD = "une demonstration sans secret"  # noqa: S105 - Printed by `make run`; the data behind it are invented.
VERSION = "2026-1"
PREFILLED = frozenset(
    {"siret", "raison_sociale", "famille", "secteur_ess", "naf", "idcc_code", "dept", "commune_insee", "effectif_sirene"}
)
CONFIRMED = "Chiffre vérifié avec la direction pendant la visite."
REMARKS = (
    ("tresorerie", "Ce montant est-il bien celui du jour de la visite, et non celui de la clôture ?"),
    ("dep_attendus_5a", "Le registre montre plus de personnes proches de la retraite : quelqu’un a-t-il dit vouloir rester ?"),
    ("etp_total", "Les quotités du registre donnent un autre total : pouvez-vous vérifier ?"),
)
# How many dossiers more a person takes before one from another département is given one.
FAR = 9
REPLIES = ("Vérifié avec la comptable : corrigé.", "C’est bien le chiffre du jour, relevé bancaire vu.")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was written."""

    firms: int
    panel: int
    dossiers: int
    answered: int
    people: int


def load_demo(database: Database, *, firms: int, seed: int, truth: Path | None = None, today: date | None = None) -> Loaded:
    """Invents and writes a campaign with a panel of `firms`; the same seed on the same day gives the same campaign.

    `truth` is a CSV file to keep the planted profiles in, apart from the database. Raises `ActionError` if the database
    already holds a campaign: a demonstration never mixes with real work.
    """
    day = today or now().date()
    with database.read() as session:
        if session.scalar(select(func.count()).select_from(Campaign)):
            raise ActionError(
                _l(
                    "Cette base contient déjà une campagne : la démonstration ne s’y mêle pas. Choisissez un autre dossier d’instance."
                )
            )
    writer = _Writer(random.Random(seed), seed, firms, day)  # noqa: S311 - An invention needs no cryptography.
    with database.write() as session:
        loaded = writer.write(session)
    if truth is not None:
        truth.parent.mkdir(parents=True, exist_ok=True)
        with truth.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("reference", "profile"))
            rows.writerows(sorted(writer.truth.items()))
    return loaded


class _Writer:
    """One writing of the demonstration, step by step."""

    def __init__(self, rng: random.Random, seed: int, size: int, today: date) -> None:
        self.rng = rng
        self.seed = seed
        self.size = size
        self.today = today
        self.starts_on = campaign_start(today)
        self.questionnaire = load(VERSION)
        self.sections = {question.name: section.code for section, question in self.questionnaire.questions()}
        self.titles = {action.code: action.title.fr for action in catalogue()}
        self.truth: dict[str, str] = {}
        self.answered = 0
        self.shown: set[State] = set()
        self.loads: Counter[int] = Counter()
        self.homes: dict[int, str] = {}

    def write(self, session: Session) -> Loaded:
        """Everything, in one transaction."""
        campaign = Campaign(
            name="Renouvellement générationnel (démonstration)",
            starts_on=self.starts_on,
            ends_on=self.today + timedelta(days=120),
            target_size=self.size,
            questionnaire_version=VERSION,
            draw_seed=self.seed,
            is_demo=True,
        )
        session.add(campaign)
        session.flush()
        people = self._people(session)
        rows = self._frame(session, campaign)
        dossiers = self._dossiers(session, campaign, rows, people)
        session.add(
            JournalLine(
                actor_role="programme",
                verb="demonstration_loaded",
                subject="campaign",
                subject_id=campaign.id,
                detail={"firms": self.size, "seed": self.seed},
            )
        )
        return Loaded(len(rows), self.size, dossiers, self.answered, len(people))

    def _people(self, session: Session) -> list[User]:
        hashed = hash_password(PASSWORD)
        structures = {name: Structure(name=name, created_at=_moment(self.starts_on)) for name, _home in STRUCTURES}
        session.add_all(structures.values())
        session.flush()
        users = []
        for person in invent_people(self.rng, self.starts_on):
            structure = structures[person.structure] if person.structure else None
            user = User(
                email=person.email, name=person.name, role=person.role, structure=structure, is_demo=True, password_hash=hashed
            )
            if person.accreditation is not None:
                user.accreditation = Accreditation(
                    state=person.accreditation,
                    trained_on=person.trained_on,
                    test_diagnosis_on=person.decided_on,
                    decided_on=person.decided_on,
                )
            users.append(user)
        session.add_all(users)
        session.flush()
        homes = dict(STRUCTURES)
        self.homes = {user.id: homes[user.structure.name] for user in users if user.structure is not None}
        return users

    def _frame(self, session: Session, campaign: Campaign) -> list[tuple[FrameFirm, Firm]]:
        invented = invent_frame(
            self.rng,
            communes(),
            round(self.size * FRAME_FACTOR),
            self.today.year,
            [name for name, _index in zip(people_names(self.rng), range(900), strict=False)],
        )
        frame = pd.DataFrame(
            {
                "reference": [firm.siret for firm in invented],
                "sector": [firm.sector for firm in invented],
                "departement": [firm.commune.departement for firm in invented],
                "size_class": [firm.size_class for firm in invented],
            }
        )
        strata = len(frame[["sector", "departement", "size_class"]].drop_duplicates())
        drawn = draw(frame, size=self.size, seed=self.seed, minimum=1 if self.size >= strata else 0).set_index("reference")
        rows = []
        for firm in invented:
            found = drawn.loc[firm.siret]
            rows.append((firm, _firm_row(campaign, firm, found)))
        session.add_all(row for _firm, row in rows)
        session.flush()
        return rows

    def _dossiers(self, session: Session, campaign: Campaign, rows: list[tuple[FrameFirm, Firm]], people: list[User]) -> int:
        panel = [(firm, row) for firm, row in rows if row.selection is Selection.PANEL]
        reserves: dict[tuple[str, str, str], list[tuple[FrameFirm, Firm]]] = {}
        for firm, row in sorted(rows, key=lambda pair: pair[1].draw_rank or 0):
            if row.selection is Selection.RESERVE:
                reserves.setdefault(row.stratum, []).append((firm, row))
        staff = [
            user
            for user in people
            if user.role is Role.DIAGNOSTICIAN and user.accreditation and user.accreditation.state is AccreditationState.ACCREDITED
        ]
        coordinator = next(user for user in people if user.role is Role.COORDINATOR)
        self.number = 0
        for (firm, row), state in zip(panel, spread_states(self.rng, len(panel)), strict=True):
            diagnosis = self._dossier(session, campaign, firm, row, state, staff, coordinator)
            waiting = reserves.get(row.stratum, [])
            if state in EXITS and waiting:
                substitute, substitute_row = waiting.pop(0)
                following = self.rng.choice((State.VALIDATED, State.CLOSED, State.ENTRY, State.ASSIGNED))
                replacement = self._dossier(session, campaign, substitute, substitute_row, following, staff, coordinator)
                replacement.replaces_id = diagnosis.id
                session.add(
                    JournalLine(
                        at=diagnosis.state_since, actor_role=Role.COORDINATOR.value, actor_id=coordinator.id, verb="replaced", subject="diagnosis",
                        subject_id=diagnosis.id, detail={"by": replacement.id, "rank": substitute_row.draw_rank},
                    )
                )  # fmt: skip
        session.flush()
        return self.number

    def _dossier(
        self, session: Session, campaign: Campaign, firm: FrameFirm, row: Firm, state: State, staff: list[User], coordinator: User
    ) -> Diagnosis:
        invented = invent_dossier(
            self.rng, firm, state, sections=self.sections, titles=self.titles, starts_on=self.starts_on, today=self.today
        )
        owner = self._owner(staff, state, firm) if invented.course.steps else None
        self.number += 1
        diagnosis = Diagnosis(
            reference=f"PACA-{self.number:04d}",
            campaign_id=campaign.id,
            firm_id=row.id,
            diagnostician_id=owner.id if owner else None,
            structure_id=owner.structure_id if owner else None,
            questionnaire_version=VERSION,
            state=state,
            state_since=invented.course.steps[-1].at if invented.course.steps else _moment(self.starts_on),
            state_reason=invented.course.steps[-1].reason if invented.course.steps else "",
            appointment_at=invented.appointment_at,
            visited_on=invented.visited_on,
            marks_firm_at=invented.marks_firm_at,
            marks_diagnostician_at=invented.marks_diagnostician_at,
            validation=dict(invented.validation),
            revision=len(invented.sections),
            created_at=_moment(self.starts_on),
        )
        session.add(diagnosis)
        session.flush()
        self.truth[diagnosis.reference] = invented.profile
        self._sections(session, diagnosis, firm, invented, owner)
        _history(session, diagnosis, invented, owner, coordinator)
        if invented.course.at(State.RETURNED) is not None:
            self._remarks(session, diagnosis, invented, coordinator)
        return diagnosis

    def _owner(self, staff: list[User], state: State, firm: FrameFirm) -> User:
        """Who is given the dossier: the demonstration's own diagnostician has one in each state, the others share out the rest near home."""
        if state not in self.shown:
            self.shown.add(state)
            owner = staff[0]
        else:
            owner = min(
                staff, key=lambda user: self.loads[user.id] + (0 if self.homes[user.id] == firm.commune.departement else FAR)
            )
        self.loads[owner.id] += 1
        return owner

    def _sections(
        self, session: Session, diagnosis: Diagnosis, firm: FrameFirm, invented: InventedDossier, owner: User | None
    ) -> None:
        if not invented.sections or owner is None:
            return
        answers = {
            code: {name: _answer(name, value) for name, value in values.items()} for code, values in invented.sections.items()
        }
        if diagnosis.state in ANSWERED:
            self.answered += 1
            context = Context(
                self.today,
                self.starts_on,
                {"siret": firm.siret, "headcount": firm.headcount, "communes": {firm.commune.code: firm.commune.departement}},
            )
            _confirm_doubts(self.questionnaire, answers, context)
        written = invented.marks_diagnostician_at or diagnosis.state_since
        session.add_all(
            SectionAnswers(
                diagnosis_id=diagnosis.id,
                section=code,
                revision=1,
                answers={name: answer.to_json() for name, answer in values.items()},
                updated_at=written,
                updated_by_id=None if code == "S11F" else owner.id,
            )
            for code, values in answers.items()
        )
        self._paradata(session, diagnosis, answers, written)

    def _paradata(self, session: Session, diagnosis: Diagnosis, answers: dict[str, dict[str, Answer]], last: datetime) -> None:
        own = {
            code: [name for name, answer in values.items() if answer.state is not AnswerState.PREFILLED]
            for code, values in answers.items()
            if code != "S11F"
        }
        confirmed = [(code, name, code_check) for code in own for name in own[code] for code_check in answers[code][name].reasons]
        session.execute(insert(ParadataEvent), invent_paradata(self.seed, diagnosis.id, own, confirmed, last))

    def _remarks(self, session: Session, diagnosis: Diagnosis, invented: InventedDossier, coordinator: User) -> None:
        returned = invented.course.at(State.RETURNED)
        for question, text in self.rng.sample(REMARKS, 2):
            settled = diagnosis.state is not State.RETURNED
            reply = self.rng.choice(REPLIES) if settled else ""
            closed = returned + timedelta(days=1) if settled and returned else None
            thread = Thread(
                diagnosis_id=diagnosis.id,
                question=question,
                state=ThreadState.RESOLVED if closed else ThreadState.OPEN,
                opened_by_id=coordinator.id,
                opened_role=coordinator.role,
                opened_at=returned or now(),
                resolved_at=closed,
                resolved_by_id=coordinator.id if closed else None,
            )
            thread.messages.append(Message(author_id=coordinator.id, author_role=coordinator.role, text=text, at=returned or now()))
            if reply:
                thread.messages.append(
                    Message(author_id=diagnosis.diagnostician_id, author_role=Role.DIAGNOSTICIAN, text=reply, at=closed or now())
                )
            session.add(thread)


def _moment(day: date) -> datetime:
    return now().replace(year=day.year, month=day.month, day=day.day, hour=8, minute=0, second=0)


def _firm_row(campaign: Campaign, firm: FrameFirm, drawn: Any) -> Firm:
    place = firm.commune
    return Firm(
        campaign_id=campaign.id,
        siret=firm.siret,
        name=firm.name,
        legal_category=firm.legal_category,
        family=firm.family,
        naf=firm.naf,
        sector=firm.sector,
        postcode=place.postcode,
        commune_code=place.code,
        commune_name=place.name,
        departement=place.departement,
        arrondissement=place.arrondissement,
        epci=place.epci,
        epci_name=place.epci_name,
        zone_emploi=place.zone_emploi,
        zone_emploi_name=place.zone_emploi_name,
        headcount_band=firm.headcount_band,
        headcount=firm.headcount,
        size_class=firm.size_class,
        contact_name=firm.contact_name,
        contact_email=firm.contact_email,
        contact_phone=firm.contact_phone,
        selection=Selection(str(drawn["selection"])),
        draw_rank=None if pd.isna(drawn["rank"]) else int(drawn["rank"]),
        # A small demonstration draws nothing from most strata: no firm of theirs had a chance.
        inclusion_probability=float(drawn["inclusion_probability"]) or None,
    )


def _answer(name: str, value: Any) -> Answer:
    if isinstance(value, InventedMissing):
        return Answer(missing=Missing(value.why))
    return Answer(value, state=AnswerState.PREFILLED if name in PREFILLED else AnswerState.COLLECTED)


def _confirm_doubts(questionnaire: Questionnaire, sections: dict[str, dict[str, Answer]], context: Context) -> None:
    """Gives the soft checks that an invented answer trips a reason, as a diagnostician would."""
    together: Answers = {name: answer for values in sections.values() for name, answer in values.items()}
    for problem in check(questionnaire, together, context):
        values = sections.get(problem.section, {})
        answer = values.get(problem.question)
        if problem.severity is Severity.SOFT and answer is not None:
            values[problem.question] = Answer(
                answer.value, answer.missing, AnswerState.FORCED, {**answer.reasons, problem.code: CONFIRMED}
            )


def _history(session: Session, diagnosis: Diagnosis, invented: InventedDossier, owner: User | None, coordinator: User) -> None:
    """The journal's lines of every move, as `actions.dossiers.move` would have written them, and the attempts at contact."""
    for step in invented.course.steps:
        roles = MOVES[step.move].roles
        who = owner if Role.DIAGNOSTICIAN in roles and owner is not None else coordinator if Role.COORDINATOR in roles else None
        session.add(
            JournalLine(
                at=step.at,
                actor_id=who.id if who else None,
                actor_role=who.role.value if who else Role.FIRM.value,
                verb="moved",
                subject="diagnosis",
                subject_id=diagnosis.id,
                detail={"move": step.move, "before": step.source.value, "after": step.target.value},
            )
        )
    session.add_all(
        ContactAttempt(
            diagnosis_id=diagnosis.id,
            at=attempt.at,
            medium=attempt.medium,
            outcome=attempt.outcome,
            note=attempt.note,
            by_id=owner.id if owner else None,
        )
        for attempt in invented.attempts
    )


def demo_accounts(database: Database, *, link: str, days: int) -> Iterable[tuple[str, str]]:
    """One way in for each role: `(role, address)`; the firm's is a fresh link to the room of a dossier in restitution.

    `link` is the address of the room with `{secret}` in it. Gives nothing where the campaign is not a demonstration.
    """
    with database.write() as session:
        campaign = session.scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
        if campaign is None or not campaign.is_demo:
            return []
        found: dict[str, str] = {}
        for user in session.scalars(select(User).where(User.is_demo).order_by(User.id)):
            found.setdefault(user.role.value, user.email)
        open_dossier = session.scalar(select(Diagnosis).where(Diagnosis.state == State.RESTITUTION).order_by(Diagnosis.id).limit(1))
        if open_dossier is not None:
            secret = new_secret()
            session.add(
                Token(
                    kind=TokenKind.ROOM,
                    secret_hash=digest(secret),
                    diagnosis_id=open_dossier.id,
                    expires_at=now() + timedelta(days=days),
                )
            )
            found[Role.FIRM.value] = link.format(secret=secret)
            session.add(
                JournalLine(
                    actor_role="programme",
                    verb="room_link_made",
                    subject="diagnosis",
                    subject_id=open_dossier.id,
                    detail={"demonstration": True},
                )
            )
    return list(found.items())


def publish_demo(database: Database, edition_id: int) -> None:
    """Publishes the first edition of a demonstration, since nobody is there yet to do it."""
    with database.write() as session:
        edition = session.get_one(Edition, edition_id)
        if not session.get_one(Campaign, edition.campaign_id).is_demo:
            raise AccessError
        edition.state, edition.published_at = EditionState.PUBLISHED, now()
        session.add(
            JournalLine(
                actor_role="programme",
                verb="edition_published",
                subject="edition",
                subject_id=edition_id,
                detail={"demonstration": True},
            )
        )


def written_moves() -> Mapping[State, str]:
    """The move that the demonstration writes for each state; held against the table of moves by a test."""
    return MOVE_TO
