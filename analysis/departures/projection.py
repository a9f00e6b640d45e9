"""The forecast of one firm, and what of it may be shown.

Comes in: the persons of a firm. Goes out: a `FirmProjection` (exact, for computing) and the `Departures` of a portrait
(protected, for showing).

What protects the persons
-------------------------
A person stands behind a figure when his or her probability exceeds 1 % at that horizon. Under five such people:

- the horizon is not precise: only its 90 % range is to be shown. Its expectation is rounded to whole departures (one or two
  people behind it) or to halves (three or four), its narrower intervals repeat the range, and a range that would announce one
  certain number of departures is opened downwards by one;
- the points of the yearly path obey the same rule.

A firm of fewer than five people gets the horizons of five and ten years only, and no path. No value of one person, nor any
that could be brought back to one, goes into a portrait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.departures.mixture import decimal_year, person_probabilities, poisson_binomial, projectable, quantile
from analysis.departures.people import number, rows
from analysis.parameters import Parameters
from analysis.portrait import Departures, Horizon, YearPoint

HORIZONS = (1, 3, 5, 10)
YEARS = tuple(range(1, 11))
WINDOW = 3
VERY_FEW = 3
# A relative gap says nothing of less than half a person.
LEAST_GAP = 0.5


@dataclass(frozen=True, slots=True)
class FirmProjection:
    """The forecast of a firm, exact. Never shown as it is.

    `yearly` holds each person's probability of having left within 1 … 10 years, shape (n, 10); `path` within each year's end,
    shape (n, p), for the calendar years `path_years`. People of unknown age who announced nothing are in neither; `headcount`
    counts everyone.
    """

    reference_date: date
    law_version: str
    headcount: int
    known: int
    yearly: Floats
    path_years: tuple[int, ...]
    path: Floats

    def chances(self, horizon: int) -> Floats:
        """The probabilities at a whole number of years, shape (n,)."""
        return np.asarray(self.yearly[:, horizon - 1], dtype=float)

    def expected(self, horizon: int) -> float:
        """The expected number of departures within some years."""
        return float(self.chances(horizon).sum())

    def carriers(self, horizon: int, counts_from: float) -> int:
        """How many people stand behind the figure of a horizon."""
        return int((self.chances(horizon) > counts_from).sum())

    def concentration(self) -> float | None:
        """The largest share of the ten years' departures that falls within three years; None when nobody is expected to leave."""
        totals = np.concatenate(([0.0], self.yearly.sum(axis=0)))
        if totals[-1] <= 0:
            return None
        return float((totals[WINDOW:] - totals[:-WINDOW]).max() / totals[-1])


def project_firm(
    persons: pd.DataFrame, *, reference_date: date, parameters: Parameters, headcount: int | None = None
) -> FirmProjection:
    """The forecast of the persons of a firm.

    Parameters
    ----------
    persons
        As `persons_of` makes them.
    reference_date
        The day on which they are known to be employed.
    parameters
        The law and the behaviour.
    headcount
        The number of employees when the table does not hold them all.
    """
    aged = projected(persons, reference_date=reference_date, parameters=parameters)
    today = decimal_year(reference_date)
    ends = tuple(range(reference_date.year, reference_date.year + 11))
    horizons = np.array([*YEARS, *(year + 1 - today for year in ends)], dtype=float)
    chances = person_probabilities(
        aged, horizons, reference_date=reference_date, law=parameters.law, behaviour=parameters.behaviour
    )
    return FirmProjection(
        reference_date=reference_date,
        law_version=parameters.law.version,
        headcount=max(headcount or 0, len(persons)),
        known=len(aged),
        yearly=chances[:, : len(YEARS)],
        path_years=ends,
        path=chances[:, len(YEARS) :],
    )


def projected(persons: pd.DataFrame, *, reference_date: date, parameters: Parameters) -> pd.DataFrame:
    """The persons whose departure can be told, in their order: the rows of `FirmProjection.yearly`."""
    spread = parameters.behaviour.declared_sd
    return persons.loc[projectable(persons, reference_date=reference_date, law=parameters.law, spread=spread)]


def shown(expected: float, carriers: int, parameters: Parameters) -> float:
    """An expectation as it may be shown: exact to a tenth from five people on, rounded more coarsely below."""
    if carriers >= parameters.number("people_behind"):
        return round(expected, 1)
    return float(np.floor(expected + 0.5)) if carriers < VERY_FEW else float(np.floor(expected * 2 + 0.5) / 2)


def shown_expectation(projection: FirmProjection, horizon: int, parameters: Parameters) -> float:
    """The expected departures within some years as they may be shown."""
    carriers = projection.carriers(horizon, parameters.number("counts_from"))
    return shown(projection.expected(horizon), carriers, parameters)


def usable(projection: FirmProjection, parameters: Parameters) -> bool:
    """Whether enough ages are known for a projection."""
    return projection.known > 0 and projection.known >= parameters.number("known_ages_share") * projection.headcount


def shown_departures(projection: FirmProjection, answers: Mapping[str, Any], *, basis: str, parameters: Parameters) -> Departures:
    """The departures of a portrait: protected, beside what the firm declared.

    The model asks about a gap when it differs from the firm's own count at five years (else at ten, three or one) by more than
    one person, or by half a person at least and more than 30 %.
    """
    announced = len(rows(answers.get("dep_annonces")))
    past = number(answers.get("dep_passes_3a"))
    withheld = None if usable(projection, parameters) else "ages"
    tiny = projection.headcount < parameters.number("people_behind")
    horizons = (
        ()
        if withheld
        else tuple(_horizon(projection, years, answers, parameters) for years in HORIZONS if not tiny or years >= HORIZONS[2])
    )
    gap, ask = (None, False) if withheld else _gap(projection, answers, parameters)
    return Departures(
        basis=basis,
        reference_date=projection.reference_date.isoformat(),
        law_version=projection.law_version,
        horizons=horizons,
        path=() if withheld or tiny else _path(projection, parameters),
        announced=announced,
        past_3_years=None if past is None else int(past),
        gap_to_declared=gap,
        ask_about_gap=ask,
        withheld=withheld,
    )


def declared_within(answers: Mapping[str, Any], years: int) -> int | None:
    """The departures that the firm itself expects within some years, or None."""
    found = number(answers.get(f"dep_attendus_{years}a"))
    return None if found is None else int(found)


def _range(chances: Floats, *, precise: bool) -> tuple[int, int]:
    """The 90 % range; opened downwards when it would announce a certain number for too few people."""
    distribution = poisson_binomial(chances)
    low, high = quantile(distribution, 0.05), quantile(distribution, 0.95)
    return (low - 1, high) if not precise and low == high and low > 0 else (low, high)


def _horizon(projection: FirmProjection, years: int, answers: Mapping[str, Any], parameters: Parameters) -> Horizon:
    chances = projection.chances(years)
    carriers = projection.carriers(years, parameters.number("counts_from"))
    precise = carriers >= parameters.number("people_behind")
    distribution = poisson_binomial(chances)
    low, high = _range(chances, precise=precise)
    if precise:
        half, eighty = ((quantile(distribution, tail), quantile(distribution, 1 - tail)) for tail in (0.25, 0.1))
        some = round(float(1 - distribution[0]), 2)
    else:
        half = eighty = (low, high)
        some = 0.0 if high == 0 else 1.0 if low > 0 else 0.5
    return Horizon(
        years=years,
        expected=shown(projection.expected(years), carriers, parameters),
        low50=half[0],
        high50=half[1],
        low80=eighty[0],
        high80=eighty[1],
        low90=low,
        high90=high,
        at_least_one=some,
        declared=declared_within(answers, years),
        precise=precise,
    )


def _path(projection: FirmProjection, parameters: Parameters) -> tuple[YearPoint, ...]:
    points = []
    for place, year in enumerate(projection.path_years):
        chances = projection.path[:, place]
        carriers = int((chances > parameters.number("counts_from")).sum())
        precise = carriers >= parameters.number("people_behind")
        low, high = _range(chances, precise=precise)
        distribution = poisson_binomial(chances)
        half = (quantile(distribution, 0.25), quantile(distribution, 0.75)) if precise else (low, high)
        expected = shown(float(chances.sum()), carriers, parameters)
        points.append(YearPoint(year, expected, float(half[0]), float(half[1]), float(low), float(high)))
    return tuple(points)


def _gap(projection: FirmProjection, answers: Mapping[str, Any], parameters: Parameters) -> tuple[float | None, bool]:
    tiny = projection.headcount < parameters.number("people_behind")
    for years in (5, 10) if tiny else (5, 10, 3, 1):
        declared = declared_within(answers, years)
        if declared is not None:
            gap = round(shown_expectation(projection, years, parameters) - declared, 1)
            larger = max(declared, shown_expectation(projection, years, parameters))
            relative = abs(gap) >= LEAST_GAP and abs(gap) > parameters.number("gap_share") * larger
            return gap, abs(gap) > parameters.number("gap_people") or relative
    return None, False
