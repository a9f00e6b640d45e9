"""The forecast of a panel: weighted expectations, with the uncertainty of the model itself.

Comes in: the persons of all respondents and the firms' weights. Goes out: departures within some years, by calendar year and
by domain, each with an 80 % interval. Each draw takes one mixture from a Dirichlet around the central one, and moves everyone's
departure by one common number of months: that common shift is what a panel's size cannot average away (DOMAIN §3). Sampling
error is not in these intervals: `analysis.estimates` gives it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.mixture import announced_probabilities, cells_of, conditional, decimal_year, points_of, shifts_of
from analysis.parameters import Behaviour, Cohort, Floats, Law, Mixture, Parameters, load

LOW, HIGH = 0.1, 0.9
LAST_YEARS = 11
# Nobody who is younger leaves within eleven years under any version of the law.
YOUNGEST = 40.0


class Scenario(StrEnum):
    """What the future may hold: as the law stands, half a year later or earlier, no early departures, or frozen ages."""

    CENTRAL = "central"
    LATER = "later"
    EARLIER = "earlier"
    NO_EARLY = "no_early"
    FREEZE = "freeze"


SCENARIOS = tuple(Scenario)


@dataclass(frozen=True, slots=True)
class RegionProjection:
    """The forecast of a panel.

    `by_horizon`: horizon, expected, low80, high80. `by_year`: year (calendar), expected (departures of that year), low80,
    high80, cumulative, cumulative_low80, cumulative_high80. `by_domain`: column, value, horizon, expected, low80, high80,
    people (weighted employees), firms (respondents). Everything is weighted. `unknown_ages` is the weighted number of
    employees whose age is unknown, who are in no expectation.
    """

    reference_date: date
    law_version: str
    scenario: str
    draws: int
    seed: int
    people: float
    unknown_ages: float
    by_horizon: pd.DataFrame
    by_year: pd.DataFrame
    by_domain: pd.DataFrame


def frozen_law(law: Law, day: date) -> Law:
    """The law as if its ages stopped rising: no opening age above that of the last cohort that has reached its own on a day."""
    today = decimal_year(day)
    reached = [row.opening for row in law.cohorts if decimal_year(row.born_from) + row.opening[0] + row.opening[1] / 12 <= today]
    ceiling = max(reached, default=law.cohorts[0].opening)
    cohorts = tuple(Cohort(row.born_from, min(row.opening, ceiling), row.quarters, row.full) for row in law.cohorts)
    return replace(law, cohorts=cohorts)


def project_region(
    persons: pd.DataFrame,
    weights: pd.Series,
    *,
    horizons: Sequence[float] = (1, 3, 5, 10),
    groups: pd.DataFrame | None = None,
    reference_date: date,
    law: Law | None = None,
    draws: int = 200,
    seed: int = 0,
    scenario: str = Scenario.CENTRAL,
    behaviour: Behaviour | None = None,
    parameters: Parameters | None = None,
) -> RegionProjection:
    """The weighted forecast of a panel under a scenario.

    Parameters
    ----------
    persons
        The persons of all respondents (`persons_of`), with a column `reference`.
    weights
        The weight of each firm, indexed by reference. A person whose firm has none counts for nothing.
    horizons
        Years from the reference date.
    groups
        Columns of text that split the firms into domains, indexed by reference (sector, departement…).
    reference_date, law, behaviour
        As for `departure_probabilities`; the law in force on that day by default.
    draws
        Number of draws for the intervals.
    seed
        Of the draws: the same seed gives the same figures.
    scenario
        One of `Scenario`; raises `ValueError` for another.
    parameters
        The Dirichlet concentration, the spread of the common shift and the shift of the scenarios; usual ones by default.
    """
    chosen = Scenario(scenario)
    parameters = parameters or load(reference_date)
    law = law or parameters.law
    behaviour = behaviour or parameters.behaviour
    years = np.array(list(horizons), dtype=np.float64)
    today = decimal_year(reference_date)
    ends = reference_date.year + np.arange(LAST_YEARS, dtype=np.float64)
    grid = np.concatenate((years, ends + 1 - today))
    known = persons.loc[persons["birth"].notna() & persons["reference"].isin(weights.index)]
    each = weights.reindex(known["reference"]).fillna(0.0).to_numpy(float)
    cells, place = cells_of(known)
    model = _CellModel(cells, grid, today, frozen_law(law, reference_date) if chosen is Scenario.FREEZE else law, behaviour)
    central, drawn = _all_draws(model, behaviour.mixture, chosen, parameters, draws=draws, seed=seed)
    totals = np.asarray(np.bincount(place, weights=each, minlength=len(cells)), dtype=np.float64)
    split = _Split(years=len(years), central=central, drawn=drawn)
    lost = persons.loc[persons["birth"].isna() & persons["reference"].isin(weights.index), "reference"]
    return RegionProjection(
        reference_date=reference_date,
        law_version=law.version,
        scenario=chosen.value,
        draws=draws,
        seed=seed,
        people=float(each.sum()),
        unknown_ages=float(weights.reindex(lost).sum()),
        by_horizon=split.horizons(totals, years),
        by_year=split.calendar(totals, ends),
        by_domain=_domains(known, groups, split, years, each=each, place=place),
    )


class _CellModel:
    """The distinct situations of the panel, ready to be evaluated under many mixtures and shifts."""

    def __init__(self, cells: pd.DataFrame, grid: Floats, today: float, law: Law, behaviour: Behaviour) -> None:
        births, owners = points_of(cells)
        late_enough = today - births >= YOUNGEST
        self._births, self._owners = births[late_enough], owners[late_enough]
        self._count = len(cells)
        self._size = np.bincount(owners, minlength=self._count)
        moved = shifts_of(cells["sex"].to_numpy(object), cells["category"].to_numpy(object), behaviour)
        self._age = today - self._births - moved[self._owners]
        self._opening, self._full = law.ages(self._births)
        self._grid = grid
        waits = cells["declared"].to_numpy(float)
        self._announced = np.isfinite(waits)
        self._fixed = announced_probabilities(waits[self._announced], grid, behaviour.declared_sd)

    def probabilities(self, mixture: Mixture, shift: float) -> Floats:
        """The probability of each situation by each time of the grid, shape (cells, times)."""
        each = conditional(self._age - shift, self._opening, self._full, self._grid, mixture)
        sums = np.zeros((self._count, len(self._grid)))
        if len(each):
            starts = np.flatnonzero(np.diff(self._owners, prepend=-1))
            sums[self._owners[starts]] = np.add.reduceat(each, starts, axis=0)
        result = sums / self._size[:, None] if self._count else sums
        result[self._announced] = self._fixed
        return result


def _all_draws(
    model: _CellModel, mixture: Mixture, scenario: Scenario, parameters: Parameters, *, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """The central probabilities, shape (cells, times), and those of each draw, shape (draws, cells, times)."""
    step = parameters.number("scenario_shift")
    base = {Scenario.LATER: step, Scenario.EARLIER: -step}.get(scenario, 0.0)
    centre = mixture.without_early() if scenario is Scenario.NO_EARLY else mixture
    random = np.random.default_rng(seed)
    used = mixture.weights() > 0
    mixes = np.zeros((draws, len(used)))
    mixes[:, used] = random.dirichlet(parameters.number("dirichlet_concentration") * mixture.weights()[used], size=draws)
    shifts = random.normal(0.0, parameters.number("common_shift_sd"), size=draws)
    drawn = []
    for weights, shift in zip(mixes, shifts, strict=True):
        one = Mixture(*(float(weight) for weight in weights))
        drawn.append(model.probabilities(one.without_early() if scenario is Scenario.NO_EARLY else one, base + float(shift)))
    central = model.probabilities(centre, base)
    return central, np.array(drawn).reshape(draws, *central.shape)


@dataclass(frozen=True, slots=True)
class _Split:
    """Turns the weighted people of each situation into tables of departures."""

    years: int
    central: Floats
    drawn: Floats

    def _sums(self, totals: Floats) -> tuple[Floats, Floats]:
        """The expectation at each time, shape (times,), and by draw, shape (draws, times)."""
        return totals @ self.central, np.tensordot(self.drawn, totals, axes=(1, 0))

    def horizons(self, totals: Floats, years: Floats) -> pd.DataFrame:
        centre, each = self._sums(totals)
        low, high = _interval(each[:, : self.years])
        return pd.DataFrame({"horizon": years, "expected": centre[: self.years], "low80": low, "high80": high})

    def calendar(self, totals: Floats, ends: Floats) -> pd.DataFrame:
        centre, each = self._sums(totals)
        cumulative, each = centre[self.years :], each[:, self.years :]
        low, high = _interval(np.diff(each, axis=1, prepend=0.0))
        cumulative_low, cumulative_high = _interval(each)
        return pd.DataFrame(
            {
                "year": ends.astype(int),
                "expected": np.diff(cumulative, prepend=0.0),
                "low80": low,
                "high80": high,
                "cumulative": cumulative,
                "cumulative_low80": cumulative_low,
                "cumulative_high80": cumulative_high,
            }
        )


def _interval(each: Floats) -> tuple[Floats, Floats]:
    """The 80 % interval over the draws, for each column; the widest of nothing when there is no draw."""
    if not len(each):
        empty = np.full(each.shape[1], np.nan)
        return empty, empty
    low, high = np.quantile(each, (LOW, HIGH), axis=0)
    return low, high


def _domains(
    known: pd.DataFrame, groups: pd.DataFrame | None, split: _Split, years: Floats, *, each: Floats, place: NDArray[np.intp]
) -> pd.DataFrame:
    columns = ["column", "value", "horizon", "expected", "low80", "high80", "people", "firms"]
    tables = []
    for column in [] if groups is None else groups.columns:
        labels = groups[column].reindex(known["reference"]).to_numpy(object) if groups is not None else np.empty(0, object)
        for value in sorted({label for label in labels if isinstance(label, str)}):
            inside = labels == value
            totals = np.asarray(np.bincount(place[inside], weights=each[inside], minlength=len(split.central)), dtype=np.float64)
            table = split.horizons(totals, years)
            firms = int(known.loc[inside, "reference"].nunique())
            tables.append(table.assign(column=column, value=value, people=float(each[inside].sum()), firms=firms))
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
