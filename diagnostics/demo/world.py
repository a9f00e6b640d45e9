"""The invented campaign as a whole: when it runs, and one dossier at a time as plain sections of answers.

`invent_dossier` gives what the database stores: `{section: {question: value}}`, the moments at which the two voices were
sealed, the firm's validation and the contact attempts. The planted profile goes out beside it, for the judges of the analysis.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from diagnostics.demo.course import ANSWERED, RESTITUTED, VALIDATED, Course, invent_course
from diagnostics.demo.dossier import FirmSketch, invent_answers
from diagnostics.demo.frame import FrameFirm
from diagnostics.demo.profiles import draw_situation
from diagnostics.demo.voices import invent_marks, invent_restitution, invent_validation
from diagnostics.models import ContactOutcome, State

CAMPAIGN_DAYS = 430
FRAME_FACTOR = 8.7
LATER = frozenset({State.CLOSED, State.FOLLOWUP6, State.FOLLOWUP12})
# How far a dossier still in the field is filled: the last chapter written, by state.
FILLED = {State.VISITED: 2, State.ENTRY: 6}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach a firm."""

    at: datetime
    medium: str
    outcome: ContactOutcome
    note: str


@dataclass(frozen=True, slots=True)
class InventedDossier:
    """A dossier as it will be stored, and the profile planted in it."""

    course: Course
    profile: str
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    visited_on: date | None = None
    appointment_at: datetime | None = None
    marks_firm_at: datetime | None = None
    marks_diagnostician_at: datetime | None = None
    validation: Mapping[str, Any] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()


def campaign_start(today: date) -> date:
    """The first day of a campaign that is nearly over today."""
    return today - timedelta(days=CAMPAIGN_DAYS)


def invent_dossier(
    rng: random.Random,
    firm: FrameFirm,
    state: State,
    *,
    sections: Mapping[str, str],
    titles: Mapping[str, str],
    starts_on: date,
    today: date,
) -> InventedDossier:
    """One dossier in a state. `sections` names each question's section, `titles` the catalogue's actions by code."""
    course = invent_course(rng, state, starts_on, today)
    situation = draw_situation(rng)
    visit = course.at(State.VISITED)
    attempts = _attempts(rng, course)
    appointed = course.at(State.APPOINTMENT)
    appointment = (
        (visit or datetime.combine(today, datetime.min.time(), appointed.tzinfo) + timedelta(days=rng.randint(1, 15), hours=9))
        if appointed
        else None
    )
    if visit is None:
        return InventedDossier(course, situation.profile, attempts=attempts, appointment_at=appointment)
    answers = invent_answers(rng, sketch(firm), situation, visit.date())
    filled: dict[str, dict[str, Any]] = {}
    last = FILLED.get(state, 99)
    for name, value in answers.items():
        code = sections[name]
        if int(code[1:]) <= last:
            filled.setdefault(code, {})[name] = value
    marks = invent_marks(rng, situation)
    firm_sealed = visit + timedelta(minutes=95)
    own_sealed = course.at(State.REVIEW) if state in ANSWERED else None
    filled["S11F"] = marks["S11F"]
    if own_sealed is not None:
        filled["S11D"] = marks["S11D"]
    validation: dict[str, Any] = {}
    restituted = course.at(State.RESTITUTION)
    agreed = next((step for step in course.steps if step.target in VALIDATED), None)
    if restituted is not None and state in RESTITUTED:
        filled |= invent_restitution(rng, situation, marks, titles, restituted.date())
    if agreed is not None:
        validation = invent_validation(rng, agreed.target.value, agreed.at.date())
    return InventedDossier(
        course,
        situation.profile,
        filled,
        visit.date(),
        appointment,
        firm_sealed,
        own_sealed - timedelta(minutes=10) if own_sealed else None,
        validation,
        attempts,
    )


def sketch(firm: FrameFirm) -> FirmSketch:
    """What of a frame firm its answers need."""
    return FirmSketch(
        firm.siret,
        firm.name,
        firm.family,
        firm.sector,
        firm.naf,
        firm.commune.departement,
        firm.commune.code,
        firm.headcount,
        firm.founded,
    )


def _attempts(rng: random.Random, course: Course) -> tuple[Attempt, ...]:
    assigned = course.at(State.ASSIGNED)
    if assigned is None or course.state is State.ASSIGNED:
        return ()
    if course.state is State.UNREACHABLE:
        ended = course.steps[-1].at
        return tuple(
            Attempt(ended - timedelta(days=gap, hours=1), rng.choice(("phone", "email")), ContactOutcome.NO_ANSWER, "")
            for gap in (23, 17, 12, 6, 1)
        )
    if course.state is State.REFUSAL:
        return (Attempt(course.steps[-1].at - timedelta(minutes=15), "phone", ContactOutcome.REFUSAL, ""),)
    made = course.at(State.CONTACTED)
    if made is None:
        return ()
    outcome = ContactOutcome.APPOINTMENT if course.at(State.APPOINTMENT) else ContactOutcome.CALL_BACK
    return (Attempt(made, "phone", outcome, ""),)
