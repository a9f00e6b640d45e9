"""The forecast of a panel: weighted expectations, with the uncertainty of the model itself.

Comes in: the persons of all respondents and the firms' weights. Goes out: departures within some years, by calendar year and
by domain, each with an 80 % interval. Each draw takes one mixture from a Dirichlet around the central one, and moves everyone's
departure by one common number of months: that common shift is what a panel's size cannot average away (DOMAIN §3). Sampling
error is not in these intervals: `analysis.survey.panel` gives it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Floats
from analysis.departures.mixture import (
    announced_probabilities,
    cells_of,
    checked_horizons,
    conditional,
    decimal_year,
    points_of,
    possible_births,
    projectable,
    shifts_of,
    still_announced,
)
from analysis.parameters import Behaviour, Cohort, Law, Mixture, Parameters, load
from analysis.words import Words

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
SCENARIO_NAMES: Mapping[Scenario, Words] = {
    Scenario.CENTRAL: Words("Scénario central : la loi de la date de référence", "Central: the law of the reference date"),
    Scenario.LATER: Words("Départs six mois plus tard", "Departures six months later"),
    Scenario.EARLIER: Words("Départs six mois plus tôt", "Departures six months earlier"),
    Scenario.NO_EARLY: Words("Sans départs anticipés", "No early departures"),
    Scenario.FREEZE: Words("Gel des âges d’ouverture déjà atteints", "Opening ages frozen where they stand"),
}


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
        One of `Scenario`.
    parameters
        The Dirichlet concentration, the spread of the common shift and the shift of the scenarios; usual ones by default.

    Returns
    -------
    RegionProjection
        The same bytes whatever the order of the persons.

    Raises
    ------
    ValueError
        For a scenario or a horizon that is none, a negative number of draws, a table of persons without `reference`, weights
        that name a firm twice, are negative or are not finite.
    """
    chosen = Scenario(scenario)
    parameters = parameters or load(reference_date)
    law, behaviour = law or parameters.law, behaviour or parameters.behaviour
    years, today = checked_horizons(list(horizons)), decimal_year(reference_date)
    ends = reference_date.year + np.arange(LAST_YEARS, dtype=np.float64)
    crowd = _Crowd.of(persons, weights, reference_date=reference_date, law=law, behaviour=behaviour)
    model = _CellModel(
        crowd.cells,
        np.concatenate((years, ends + 1 - today)),
        today,
        frozen_law(law, reference_date) if chosen is Scenario.FREEZE else law,
        behaviour,
    )
    central, drawn = _all_draws(model, behaviour.mixture, chosen, parameters, draws=draws, seed=seed)
    split = _Split(years=len(years), central=central, drawn=drawn)
    totals = crowd.totals(np.ones(len(crowd.each), dtype=bool))
    return RegionProjection(
        reference_date=reference_date,
        law_version=law.version,
        scenario=chosen.value,
        draws=draws,
        seed=seed,
        people=float(crowd.each.sum()),
        unknown_ages=crowd.unknown,
        by_horizon=split.horizons(totals, years),
        by_year=split.calendar(totals, ends),
        by_domain=_domains(crowd, groups, split, years),
    )


@dataclass(frozen=True, slots=True)
class _Crowd:
    """The people of a panel whose departure can be told, in an order that depends on their values alone.

    `cells` are their distinct situations, `place` the situation of each, `each` the weight and `firms` the firm of each, shape
    (n,); `unknown` is the weight of the others.
    """

    cells: pd.DataFrame
    place: NDArray[np.intp]
    each: Floats
    firms: NDArray[np.object_]
    unknown: float

    @classmethod
    def of(cls, persons: pd.DataFrame, weights: pd.Series, *, reference_date: date, law: Law, behaviour: Behaviour) -> "_Crowd":
        _check(persons, weights)
        mine = persons.loc[persons["reference"].isin(weights.index)]
        told = projectable(mine, reference_date=reference_date, law=law, spread=behaviour.declared_sd)
        known = mine.loc[told]
        cells, place = cells_of(known)
        references = known["reference"].to_numpy(object)
        # Sums of floats depend on the order of their terms: people are put in the order of their firm, then of their situation.
        order = np.lexsort((place, pd.factorize(references, sort=True)[0]))
        each = weights.reindex(references[order]).to_numpy(float)
        lost = np.sort(weights.reindex(mine.loc[~told, "reference"]).to_numpy(float))
        return cls(cells, place[order], each, references[order], float(lost.sum()))

    def totals(self, inside: NDArray[np.bool_]) -> Floats:
        """The weighted people of each situation, among some of them, shape (cells,)."""
        return np.bincount(self.place[inside], weights=self.each[inside], minlength=len(self.cells)).astype(np.float64)


def _check(persons: pd.DataFrame, weights: pd.Series) -> None:
    """Raises `ValueError` when firms and persons cannot be brought together, and says what to do."""
    values = weights.to_numpy(float)
    if "reference" not in persons.columns:
        message = "The table of persons has no column `reference`: give each person the reference of the firm."
    elif not weights.index.is_unique:
        message = f"The weights name {weights.index[weights.index.duplicated()][0]} twice: give each firm one weight."
    elif not (np.isfinite(values) & (values >= 0)).all():
        worst = weights.index[~(np.isfinite(values) & (values >= 0))][0]
        message = f"The weight of {worst} is negative or not finite: calibrate within bounds, or leave the firm out."
    else:
        return
    raise ValueError(message)


class _CellModel:
    """The distinct situations of the panel, ready to be evaluated under many mixtures and shifts."""

    def __init__(self, cells: pd.DataFrame, grid: Floats, today: float, law: Law, behaviour: Behaviour) -> None:
        births, owners = points_of(cells)
        late_enough = possible_births(births, today - YOUNGEST, law)
        self._births, self._owners = births[late_enough], owners[late_enough]
        self._count = len(cells)
        self._size = np.bincount(owners, minlength=self._count)
        moved = shifts_of(cells["sex"].to_numpy(object), cells["category"].to_numpy(object), behaviour)
        self._age = today - self._births - moved[self._owners]
        self._opening, self._full = law.ages(self._births)
        self._grid = grid
        waits = cells["declared"].to_numpy(float)
        self._announced = still_announced(waits, behaviour.declared_sd)
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
    if draws < 0:
        message = "The number of draws is 0 or more."
        raise ValueError(message)
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


def _domains(crowd: _Crowd, groups: pd.DataFrame | None, split: _Split, years: Floats) -> pd.DataFrame:
    columns = ["column", "value", "horizon", "expected", "low80", "high80", "people", "firms"]
    tables = []
    for column in () if groups is None else groups.columns:
        labels = groups[column].reindex(crowd.firms).to_numpy(object) if groups is not None else np.empty(0, object)
        for value in sorted({label for label in labels if isinstance(label, str)}):
            inside = np.asarray(labels == value, dtype=bool)
            table = split.horizons(crowd.totals(inside), years)
            firms = len(set(crowd.firms[inside]))
            tables.append(table.assign(column=column, value=value, people=float(crowd.each[inside].sum()), firms=firms))
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
