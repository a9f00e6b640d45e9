"""Which actions of the catalogue a dossier calls for, ranked, each with the figure that calls for it.

Comes in: answers, features, red flags and the consensus marks. Goes out: at most eight proposals; people accept, change or refuse
them. Rank = severity × urgency × feasibility (DOMAIN §4): severity from the consensus mark of the dimension (else its computed
score), urgency from the priority and from departures within the year, feasibility from the diagnostician (2 by default).
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from analysis.actions.triggers import TRIGGERS, Situation
from analysis.departures.people import number, visit_date
from analysis.fragility.dimensions import DIMENSIONS
from analysis.fragility.facts import Facts
from analysis.fragility.flags import announced_within_year
from analysis.fragility.indicators import results
from analysis.parameters import DATA, Parameters, load
from analysis.portrait import Flag
from analysis.wording import lower_first
from analysis.words import Words

MOST = 8
URGENCY: Mapping[str, float] = {"p1": 3.0, "p2": 2.0, "p3": 1.0}
USUAL_FEASIBILITY = 2
FRAGILE_MARK = 3
HIGHEST = 4.0
# An action that only the mark of its dimension calls for comes after those that a figure calls for.
WITHOUT_A_FIGURE = 0.5
SOON_FACTOR = 1.25
# Priority actions that answer each red flag; the first stands in the plan as soon as the flag is up.
ANSWERS_TO: Mapping[str, str] = {
    "R1": "A07",
    "R2": "A34",
    "R3": "A09",
    "R4": "A08",
    "R5": "A38",
    "R6": "A39",
    "R7": "A01",
    "R8": "A27",
}
# The first campaign after the schemes of 2013 had gone.
NEW_SCHEMES = date(2016, 1, 1)


@dataclass(frozen=True, slots=True)
class CatalogueAction:
    """One action of the catalogue. `confidence` is S when its scheme was read in a source, P when it is a proposal."""

    code: str
    dimensions: tuple[str, ...]
    title: Words
    priority: str
    schemes: Words
    schemes_2013: Words
    confidence: str
    trigger: Callable[[Situation], Words | None]

    def schemes_on(self, day: date) -> Words:
        """The schemes that may pay for it on a day."""
        return self.schemes if day >= NEW_SCHEMES else self.schemes_2013


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action that a dossier calls for: its place, its reason, and the red flags that it answers."""

    action: CatalogueAction
    schemes: Words
    reason: Words
    rank: float
    flags: tuple[str, ...]

    @property
    def code(self) -> str:
        """The action's code."""
        return self.action.code

    @property
    def title(self) -> Words:
        """The action's title."""
        return self.action.title

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that it works on."""
        return self.action.dimensions

    @property
    def priority(self) -> str:
        """p1 (within six months), p2 or p3."""
        return self.action.priority


@cache
def catalogue() -> tuple[CatalogueAction, ...]:
    """The 44 actions, in the order of their codes."""
    table = tomllib.loads((DATA / "actions.toml").read_text(encoding="utf-8"))
    return tuple(
        CatalogueAction(
            code=code,
            dimensions=tuple(row["dimensions"]),
            title=Words(row["fr"], row["en"]),
            priority=row["priority"],
            schemes=Words(**row["schemes_2026"]),
            schemes_2013=Words(**row["schemes_2013"]),
            confidence=row["confidence"],
            trigger=TRIGGERS[code],
        )
        for code, row in table.items()
    )


def by_code(code: str) -> CatalogueAction | None:
    """The action of a code, or None."""
    return next((action for action in catalogue() if action.code == code), None)


def propose(
    answers: Mapping[str, Any],
    features: Mapping[str, Any],
    flags: Sequence[Flag],
    consensus: Mapping[str, int | None],
    *,
    parameters: Parameters | None = None,
    facts: Facts | None = None,
    feasibility: Mapping[str, int] | None = None,
) -> list[Proposal]:
    """The actions that a dossier calls for, most pressing first.

    Parameters
    ----------
    answers
        Plain answers.
    features
        The firm's row (`firm_features`): the computed score of a dimension stands in for a missing consensus mark.
    flags
        The red flags that are up; each gets one priority action at least.
    consensus
        The consensus mark (0 to 4) by dimension, None where there is none.
    parameters, facts
        To spare their computing; by default, those of the day of the visit.
    feasibility
        The diagnostician's view by action code: 1 hard, 2 possible, 3 easy.

    Returns
    -------
    list of Proposal
        Eight at most.
    """
    if facts is None:
        day = visit_date(answers)
        if parameters is None and day is None:
            return []
        facts = Facts.of(answers, parameters or load(day or date.max))
    situation = Situation.of(facts, results(facts))
    severities = _severities(features, flags, consensus)
    soon = announced_within_year(facts)
    found = []
    for action in catalogue():
        raised = tuple(flag.code for flag in flags if ANSWERS_TO.get(flag.code) == action.code)
        proposal = _proposal(action, situation, raised, flags, consensus)
        if proposal is None:
            continue
        reason, certain = proposal
        ease = min(max((feasibility or {}).get(action.code, USUAL_FEASIBILITY), 1), 3)
        urgency = URGENCY[action.priority] * (SOON_FACTOR if soon and action.priority == "p1" else 1.0)
        severity = max(severities[code] for code in action.dimensions)
        rank = severity * urgency * ease * (1.0 if certain else WITHOUT_A_FIGURE)
        found.append(Proposal(action, action.schemes_on(facts.day), reason, round(rank, 2), raised))
    return _cut(found)


def _severities(features: Mapping[str, Any], flags: Sequence[Flag], consensus: Mapping[str, int | None]) -> dict[str, float]:
    """How grave each dimension is, from 1 to 4: the consensus mark, else the computed score; a red flag is the gravest."""
    flagged = {flag.dimension for flag in flags}
    found = {}
    for code in DIMENSIONS:
        agreed, score = consensus.get(code), number(features.get(f"score_{code}"))
        value = float(agreed) if agreed is not None else score / 25 if score is not None else 1.0
        found[code] = HIGHEST if code in flagged else min(max(value, 1.0), HIGHEST)
    return found


def _proposal(
    action: CatalogueAction,
    situation: Situation,
    raised: tuple[str, ...],
    flags: Sequence[Flag],
    consensus: Mapping[str, int | None],
) -> tuple[Words, bool] | None:
    """Why an action is called for, and whether a figure says so; None when nothing calls for it."""
    reason = action.trigger(situation)
    if reason is not None:
        return reason, True
    if raised:
        return next(flag.explanation for flag in flags if flag.code == raised[0]), True
    for code in action.dimensions:
        agreed = consensus.get(code)
        if agreed is not None and agreed >= FRAGILE_MARK:
            title = lower_first(DIMENSIONS[code][0])
            return Words(
                f"Note commune de {agreed} sur 4 pour «\u00a0{title.fr}\u00a0».",
                f"Agreed mark of {agreed} out of 4 for “{title.en}”.",
            ), False
    return None


def _cut(found: list[Proposal]) -> list[Proposal]:
    """The eight of highest rank, those that answer a red flag first kept."""
    ordered = sorted(found, key=lambda one: (-one.rank, one.code))
    needed = [one for one in ordered if one.flags]
    others = [one for one in ordered if not one.flags]
    kept = needed + others[: max(MOST - len(needed), 0)]
    return sorted(kept, key=lambda one: (-one.rank, one.code))
