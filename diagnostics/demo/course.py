"""The course of each dossier: the state it has reached, and the dated moves that led there."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from diagnostics.models import State

# Shares of the panel by the state reached, late in a campaign: every state of the table is there, exits and their replacements too.
SHARES: tuple[tuple[State, float], ...] = (
    (State.DRAWN, 0.010),
    (State.ASSIGNED, 0.012),
    (State.CONTACTED, 0.012),
    (State.APPOINTMENT, 0.014),
    (State.VISITED, 0.010),
    (State.ENTRY, 0.022),
    (State.REVIEW, 0.022),
    (State.RETURNED, 0.012),
    (State.SENT, 0.016),
    (State.RESTITUTION, 0.026),
    (State.VALIDATED, 0.170),
    (State.VALIDATED_REMARKS, 0.070),
    (State.DISAGREEMENT, 0.020),
    (State.CLOSED, 0.300),
    (State.FOLLOWUP6, 0.180),
    (State.FOLLOWUP12, 0.034),
    (State.REFUSAL, 0.034),
    (State.UNREACHABLE, 0.018),
    (State.OUT_OF_SCOPE, 0.010),
    (State.DUPLICATE, 0.004),
    (State.ABANDONED, 0.004),
)
PATH = (
    State.DRAWN,
    State.ASSIGNED,
    State.CONTACTED,
    State.APPOINTMENT,
    State.VISITED,
    State.ENTRY,
    State.REVIEW,
    State.SENT,
    State.RESTITUTION,
)
VALIDATED = frozenset({State.VALIDATED, State.VALIDATED_REMARKS, State.DISAGREEMENT})
AFTER = (State.CLOSED, State.FOLLOWUP6, State.FOLLOWUP12)
EXITS = frozenset({State.REFUSAL, State.UNREACHABLE, State.OUT_OF_SCOPE, State.DUPLICATE, State.ABANDONED})
ANSWERED = frozenset({State.REVIEW, State.RETURNED, State.SENT, State.RESTITUTION, *VALIDATED, *AFTER})
RESTITUTED = frozenset({State.RESTITUTION, *VALIDATED, *AFTER})
MOVE_TO = {
    State.ASSIGNED: "assign", State.CONTACTED: "contact", State.APPOINTMENT: "appoint", State.VISITED: "visit", State.ENTRY: "enter", State.REVIEW: "submit",
    State.RETURNED: "return", State.SENT: "accept", State.RESTITUTION: "restitute", State.VALIDATED: "validate", State.VALIDATED_REMARKS: "validate_remarks",
    State.DISAGREEMENT: "disagree", State.CLOSED: "close", State.FOLLOWUP6: "followup6", State.FOLLOWUP12: "followup12", State.REFUSAL: "refuse",
    State.UNREACHABLE: "unreachable", State.OUT_OF_SCOPE: "out_of_scope", State.DUPLICATE: "duplicate", State.ABANDONED: "abandon",
}  # fmt: skip
# Days that each step takes, at the least and at the most.
DAYS = {
    State.ASSIGNED: (0, 4), State.CONTACTED: (1, 12), State.APPOINTMENT: (1, 8), State.VISITED: (6, 24), State.ENTRY: (0, 3), State.REVIEW: (2, 14),
    State.RETURNED: (1, 4), State.SENT: (1, 8), State.RESTITUTION: (4, 20), State.VALIDATED: (1, 12), State.VALIDATED_REMARKS: (1, 12), State.DISAGREEMENT: (2, 14),
    State.CLOSED: (2, 10), State.FOLLOWUP6: (170, 195), State.FOLLOWUP12: (175, 195), State.REFUSAL: (3, 20), State.UNREACHABLE: (24, 40), State.OUT_OF_SCOPE: (2, 12),
    State.DUPLICATE: (1, 6), State.ABANDONED: (30, 60),
}  # fmt: skip
REASONS = {
    State.REFUSAL: (
        "La direction n’a pas le temps cette année.",
        "Le conseil d’administration a décliné.",
        "Un audit est déjà en cours.",
    ),
    State.UNREACHABLE: ("Cinq appels et deux messages sans réponse.",),
    State.OUT_OF_SCOPE: ("Un seul salarié à ce jour.", "Activité reprise par une commune."),
    State.DUPLICATE: ("Même entreprise que le siège, déjà au panel.",),
    State.ABANDONED: ("Procédure de liquidation ouverte pendant le diagnostic.",),
    State.FOLLOWUP6: (
        "Deux actions engagées sur quatre.",
        "Le plan avance ; la relève de la direction est recrutée.",
        "Rien n’a encore bougé, faute de temps.",
    ),
    State.FOLLOWUP12: ("Plan presque achevé.", "Une action abandonnée, les autres en cours."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a dossier: from a state to another, when, and why where a reason is asked."""

    move: str
    source: State
    target: State
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """How far a dossier has come."""

    state: State
    steps: tuple[Step, ...]

    def at(self, state: State) -> datetime | None:
        """When the dossier came to a state, or None."""
        return next((step.at for step in self.steps if step.target is state), None)


def spread_states(rng: random.Random, count: int) -> list[State]:
    """One state a dossier, after `SHARES`; from 40 dossiers on, every state is there at least once."""
    states = [state for state, _share in SHARES] if count >= 2 * len(SHARES) - 2 else []
    weights = [share for _state, share in SHARES]
    quotas = [share * count for share in weights]
    states += [
        state
        for (state, _share), quota in zip(SHARES, quotas, strict=True)
        for _ in range(max(0, int(quota) - (1 if states else 0)))
    ]
    states = states[:count]
    while len(states) < count:
        states.append(rng.choices([state for state, _share in SHARES], weights)[0])
    rng.shuffle(states)
    return states


def _way_to(rng: random.Random, state: State) -> Iterator[State]:
    if state in EXITS:
        if state is not State.DUPLICATE:
            yield State.ASSIGNED
        if state is State.ABANDONED:
            yield from (State.CONTACTED, State.APPOINTMENT, State.VISITED)
        yield state
        return
    for step in PATH[1:]:
        yield step
        if step is State.REVIEW and (state is State.RETURNED or rng.random() < 0.22):
            yield State.RETURNED
            if state is State.RETURNED:
                return
            yield State.REVIEW
        if step is state:
            return
    if state in VALIDATED:
        yield state
        return
    yield rng.choices((State.VALIDATED, State.VALIDATED_REMARKS, State.DISAGREEMENT), (0.72, 0.23, 0.05))[0]
    for step in AFTER:
        yield step
        if step is state:
            return


def invent_course(rng: random.Random, state: State, starts_on: date, today: date) -> Course:
    """The dated moves to a state, none of them after `today`: later ones are drawn nearer together when time is short."""
    if state is State.DRAWN:
        return Course(state, ())
    way = list(_way_to(rng, state))
    waits = [rng.uniform(*DAYS[step]) for step in way]
    room = max(1.0, (today - starts_on).days - 1.0)
    scale = min(1.0, 0.97 * room / max(1.0, sum(waits)))
    recent = state not in EXITS and state not in AFTER and state not in VALIDATED
    slack = room - sum(waits) * scale
    begin = slack * (rng.uniform(0.90, 1.0) if recent else rng.uniform(0.02, 0.98))
    elapsed = begin
    steps: list[Step] = []
    source = State.DRAWN
    for target, wait in zip(way, waits, strict=True):
        elapsed += wait * scale
        moment = datetime.combine(starts_on, time(8), UTC) + timedelta(days=int(elapsed), minutes=rng.randrange(0, 600))
        if steps and moment <= steps[-1].at:
            moment = steps[-1].at + timedelta(minutes=20)
        steps.append(
            Step(
                MOVE_TO[target],
                source,
                target,
                moment,
                rng.choice(REASONS[target]) if target in REASONS else _return_reason(target),
            )
        )
        source = target
    return Course(state, tuple(steps))


def _return_reason(state: State) -> str:
    return "Deux chiffres à revoir." if state is State.RETURNED else ""
