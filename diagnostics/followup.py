"""How far the programme is: by state, by stratum, by month, by structure and by person, and what is late.

In come the read session and the person (or the campaign, for the coordinator's page); out come frozen figures that
templates draw. « Realised » counts the dossiers whose visit is done and that have not been left; « validated » counts those on which
the firm has had the last word.
"""

import calendar
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, joinedload

from diagnostics.access import Actor, visible
from diagnostics.delays import due_on, late
from diagnostics.lifecycle import EXITS, FINISHED
from diagnostics.models import Campaign, Diagnosis, Firm, Selection, State
from diagnostics.queries import GROUPS, Group

REALISED = FINISHED | {State.VISITED, State.ENTRY, State.RETURNED, State.REVIEW, State.SENT, State.RESTITUTION}
PACE_MONTHS = 3
LONGEST_FORECAST = 120
SHOWN_LATE = 8


@dataclass(frozen=True, slots=True)
class Tally:
    """The dossiers of a structure or a person."""

    groups: Mapping[Group, int]
    late: int

    @property
    def total(self) -> int:
        """Every dossier, those left included."""
        return sum(self.groups.values())

    @property
    def kept(self) -> int:
        """Dossiers that are not left."""
        return self.total - self.groups[Group.EXITS]

    @property
    def finished(self) -> int:
        """Dossiers on which the firm has had the last word."""
        return self.groups[Group.FINISHED]

    @property
    def underway(self) -> int:
        """Dossiers still to finish."""
        return self.kept - self.finished


NONE = Tally(dict.fromkeys(Group, 0), 0)
_GROUP_OF: dict[State, Group] = {state: group for group, states in GROUPS.items() for state in states}


def tallies(session: Session, actor: Actor, column: InstrumentedAttribute[int | None], today: date) -> dict[int, Tally]:
    """The dossiers that this person may reach, by `Diagnosis.structure_id` or `Diagnosis.diagnostician_id`."""
    reached = visible(Diagnosis, actor).where(column.is_not(None))
    groups: dict[int | None, Counter[Group]] = defaultdict(Counter)
    for owner, state, count in session.execute(
        reached.with_only_columns(column, Diagnosis.state, func.count()).group_by(column, Diagnosis.state)
    ):
        groups[owner][_GROUP_OF[state]] += count
    delayed = dict(session.execute(reached.where(late(today)).with_only_columns(column, func.count()).group_by(column)).all())
    return {
        owner: Tally({group: found[group] for group in Group}, delayed.get(owner, 0))
        for owner, found in groups.items()
        if owner is not None
    }


@dataclass(frozen=True, slots=True)
class Stratum:
    """One sector, département or size: how many firms were drawn, and what became of their dossiers."""

    code: str
    panel: int
    realised: int
    validated: int
    left: int

    @property
    def share(self) -> float | None:
        """The realised share of what was drawn."""
        return self.realised / self.panel if self.panel else None


def strata(session: Session, campaign: Campaign, column: InstrumentedAttribute[str]) -> list[Stratum]:
    """The campaign by `Firm.sector`, `Firm.departement` or `Firm.size_class`, the largest first."""
    drawn = dict(
        session.execute(
            select(column, func.count()).where(Firm.campaign_id == campaign.id, Firm.selection == Selection.PANEL).group_by(column)
        ).all()
    )
    states: dict[str, Counter[State]] = defaultdict(Counter)
    for code, state, count in session.execute(
        select(column, Diagnosis.state, func.count())
        .select_from(Diagnosis)
        .join(Firm, Firm.id == Diagnosis.firm_id)
        .where(Diagnosis.campaign_id == campaign.id)
        .group_by(column, Diagnosis.state)
    ):
        states[code][state] += count
    found = [
        Stratum(code, drawn.get(code, 0), _sum(states[code], REALISED), _sum(states[code], FINISHED), _sum(states[code], EXITS))
        for code in drawn.keys() | states.keys()
    ]
    return sorted(found, key=lambda stratum: (-stratum.panel, stratum.code))


def _sum(counts: Mapping[State, int], states: frozenset[State]) -> int:
    return sum(count for state, count in counts.items() if state in states)


@dataclass(frozen=True, slots=True)
class Month:
    """The visits of one month, and of all months up to it."""

    first: date
    visits: int
    cumulative: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The visits by month, what they promise, and what the end of the campaign would ask."""

    months: Sequence[Month]
    by_month: float | None
    needed: float | None
    forecast: date | None


def pace(session: Session, campaign: Campaign, today: date) -> Pace:
    """The monthly pace of visits: the mean of the last three whole months, and the month in which it would reach the target."""
    days = session.scalars(
        select(Diagnosis.visited_on).where(
            Diagnosis.campaign_id == campaign.id, Diagnosis.visited_on.is_not(None), Diagnosis.state.in_(REALISED)
        )
    ).all()
    counts = Counter(day.replace(day=1) for day in days if day is not None)
    months: list[Month] = []
    total = 0
    current = min(counts, default=today.replace(day=1))
    last = max([today.replace(day=1), *counts])
    while current <= last:
        total += counts[current]
        months.append(Month(current, counts[current], total))
        current = _next(current)
    whole = [month.visits for month in months if month.first < today.replace(day=1)][-PACE_MONTHS:]
    mean = sum(whole) / len(whole) if whole else None
    left = max(campaign.target_size - total, 0)
    return Pace(months, mean, _needed(left, campaign.ends_on, today), _forecast(left, mean, today))


def _next(month: date) -> date:
    return month + timedelta(days=calendar.monthrange(month.year, month.month)[1])


def _needed(left: int, end: date | None, today: date) -> float | None:
    """How many visits a month are left to make until the end."""
    if end is None or end <= today:
        return None
    return left / max((end - today).days / 30.4375, 1)


def _forecast(left: int, mean: float | None, today: date) -> date | None:
    """The month in which this pace reaches the target; None when it never does within ten years."""
    if not mean or left / mean > LONGEST_FORECAST:
        return None
    month = today.replace(day=1)
    for _ in range(math.ceil(left / mean)):
        month = _next(month)
    return month


@dataclass(frozen=True, slots=True)
class Exits:
    """The firms that left the panel, and whether a reserve took their place."""

    states: Mapping[State, int]
    approached: int
    replaced: int

    @property
    def total(self) -> int:
        """Every dossier left."""
        return sum(self.states.values())

    @property
    def refusal_share(self) -> float | None:
        """Refusals among the firms approached."""
        return self.states.get(State.REFUSAL, 0) / self.approached if self.approached else None

    @property
    def replaced_share(self) -> float | None:
        """Replaced dossiers among those left."""
        return self.replaced / self.total if self.total else None


def exits(session: Session, campaign: Campaign, counts: Mapping[State, int]) -> Exits:
    """What became of the firms that left; « approached » are those whose contact has begun, left or not."""
    substitute = aliased(Diagnosis)
    replaced = session.scalar(
        select(func.count())
        .select_from(Diagnosis)
        .join(substitute, substitute.replaces_id == Diagnosis.id)
        .where(Diagnosis.campaign_id == campaign.id, Diagnosis.state.in_(EXITS))
    )
    approached = sum(count for state, count in counts.items() if state not in {State.DRAWN, State.ASSIGNED})
    return Exits({state: counts[state] for state in State if state in EXITS and counts.get(state)}, approached, replaced or 0)


@dataclass(frozen=True, slots=True)
class Alert:
    """Dossiers that wait too long for the same step: how many, and the first of them."""

    name: str
    count: int
    arguments: Mapping[str, Any]
    dossiers: Sequence[Diagnosis]


ALERTS: dict[str, frozenset[State]] = {
    "contact": frozenset({State.ASSIGNED}),
    "appointment": frozenset({State.APPOINTMENT}),
    "entry": frozenset({State.VISITED, State.ENTRY, State.RETURNED}),
    "review": frozenset({State.REVIEW}),
    "restitution": frozenset({State.SENT}),
}
_GROUP_OF_ALERT = {
    "contact": Group.MEETING,
    "appointment": Group.MEETING,
    "entry": Group.ENTRY,
    "review": Group.REVIEW,
    "restitution": Group.GIVING_BACK,
}


def alerts(session: Session, actor: Actor, today: date) -> list[Alert]:
    """The steps at which dossiers are late, with the dossiers that have waited longest."""
    found = session.scalars(
        visible(Diagnosis, actor)
        .where(late(today))
        .options(joinedload(Diagnosis.firm), joinedload(Diagnosis.diagnostician), joinedload(Diagnosis.structure))
    ).all()
    ordered = sorted(found, key=lambda diagnosis: (due_on(diagnosis) or today, diagnosis.reference))
    result = []
    for name, states in ALERTS.items():
        waiting = [diagnosis for diagnosis in ordered if diagnosis.state in states]
        if waiting:
            arguments = {"groupe": _GROUP_OF_ALERT[name].value, "retard": "1"}
            if len(states) == 1:
                arguments["etat"] = next(iter(states)).value
            result.append(Alert(name, len(waiting), arguments, waiting[:SHOWN_LATE]))
    return result


@dataclass(frozen=True, slots=True)
class Overview:
    """The coordinator's page."""

    counts: Mapping[State, int]
    groups: Mapping[Group, int]
    panel: int
    frame: int
    realised: int
    validated: int
    exits: Exits
    pace: Pace
    sectors: Sequence[Stratum]
    departements: Sequence[Stratum]
    sizes: Sequence[Stratum]
    alerts: Sequence[Alert]


def overview(session: Session, actor: Actor, campaign: Campaign, today: date) -> Overview:
    """All the figures of the campaign's page, as of `today`."""
    counts = dict(
        session.execute(
            select(Diagnosis.state, func.count()).where(Diagnosis.campaign_id == campaign.id).group_by(Diagnosis.state)
        ).all()
    )
    selections = dict(
        session.execute(select(Firm.selection, func.count()).where(Firm.campaign_id == campaign.id).group_by(Firm.selection)).all()
    )
    return Overview(
        counts=counts,
        groups={group: _sum(counts, states) for group, states in GROUPS.items()},
        panel=selections.get(Selection.PANEL, 0),
        frame=sum(selections.values()),
        realised=_sum(counts, REALISED),
        validated=_sum(counts, FINISHED),
        exits=exits(session, campaign, counts),
        pace=pace(session, campaign, today),
        sectors=strata(session, campaign, Firm.sector),
        departements=strata(session, campaign, Firm.departement),
        sizes=strata(session, campaign, Firm.size_class),
        alerts=alerts(session, actor, today),
    )
