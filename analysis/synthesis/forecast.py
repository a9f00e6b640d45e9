"""Expected departures of every domain, with both uncertainties in one interval: the model's and the sample's.

What comes in are the firms' own expectations (`dep1` … `dep10`), the persons and the weights; what goes out are protected cells.
The model's 80 % interval comes from `analysis.departures.regional` (common to a domain's firms); the sample's standard error is added to it
in quadrature. Employees whose age is unknown are taken to leave at the rate of the others of their domain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Floats
from analysis.departures.mixture import decimal_year
from analysis.departures.regional import RegionProjection, Scenario, project_region
from analysis.disclosure.editions import REGION, Domain
from analysis.parameters import Parameters
from analysis.survey.estimate import Estimate
from analysis.synthesis.edition import HIDDEN, UNRELIABLE, VOID, Cell
from analysis.synthesis.figures import shown
from analysis.synthesis.measures import HORIZONS, column
from analysis.synthesis.published import Published

EIGHTY = 1.2815515655446004  # The 90th percentile of the normal law.
SCENARIOS = (Scenario.LATER, Scenario.EARLIER, Scenario.NO_EARLY)
YEARS = 10
DRAWS = 100
VAGUE = 2.0  # An interval this many times as wide as its figure, from few firms, says nothing.
FEW = 15


@dataclass(frozen=True, slots=True)
class YearCells:
    """The departures of a calendar year: the central scenario with its band, and the others."""

    year: int
    central: Cell
    scenarios: tuple[Cell, ...]


class Forecast:
    """Departures by domain. `answered` marks the respondents whose staff's ages are known."""

    def __init__(
        self, store: Published, features: pd.DataFrame, persons: pd.DataFrame, parameters: Parameters, *, seed: int
    ) -> None:
        self._store = store
        self._staff = column(features, "headcount")
        self._expected = {horizon: column(features, f"dep{horizon}") for horizon in HORIZONS}
        self.answered = answered(features)
        self._today = decimal_year(parameters.reference_date)
        self._first_year = parameters.reference_date.year + 1
        self._spread, self._yearly, self._bands = self._project(features, persons, parameters, seed)

    def total(self, domain: Domain, horizon: int) -> Cell:
        """The weighted number of employees expected to leave within some years (80 % interval)."""
        return self._cell(domain, horizon, per_hundred=False)

    def rate(self, domain: Domain, horizon: int) -> Cell:
        """The same for 100 employees."""
        return self._cell(domain, horizon, per_hundred=True)

    def staff(self, domain: Domain) -> float:
        """The weighted number of employees of a domain: for what decides, not for what is shown."""
        here = self._store.members(domain) & np.isfinite(self._staff)
        return float(self._store.survey.weights[here] @ self._staff[here])

    def path(self, domain: Domain) -> tuple[YearCells, ...]:
        """Departures by calendar year, from the year after the reference date, for the region, a sector or a département."""
        if not self._store.protection.shows(domain) or domain not in self._yearly:
            return ()
        count = int((self._store.members(domain) & self.answered).sum())
        found = []
        sampling = self._relative_se(domain)
        for place in range(YEARS):
            central, *others = (float(scenario[place]) for scenario in self._yearly[domain])
            below, above = self._bands[place]
            low = central - float(np.hypot(central * below, EIGHTY * sampling * central))
            high = central + float(np.hypot(central * above, EIGHTY * sampling * central))
            cells = [shown(Estimate(value, 0.0, np.nan, np.nan, count, 0.0), "people") for value in others]
            found.append(
                YearCells(
                    self._first_year + place, shown(Estimate(central, 0.0, max(low, 0.0), high, count, 0.0), "people"), tuple(cells)
                )
            )
        return tuple(found)

    def _cell(self, domain: Domain, horizon: int, *, per_hundred: bool) -> Cell:
        if not self._store.protection.shows(domain):
            return HIDDEN
        found = self._estimate(domain, horizon)
        if found.n == 0:
            return VOID
        if found.n < FEW and found.high - found.low > VAGUE * found.value:
            return Cell(None, None, None, found.n, UNRELIABLE)
        scale = 100 / self.staff(domain) if per_hundred else 1.0
        scaled = Estimate(found.value * scale, found.se * scale, found.low * scale, found.high * scale, found.n, found.n_effective)
        return shown(scaled, "rate" if per_hundred else "people")

    def _estimate(self, domain: Domain, horizon: int) -> Estimate:
        share = self._store.survey.ratio(self._expected[horizon], self._staff, self._store.members(domain))
        if share.n == 0 or not np.isfinite(share.value):
            return Estimate(0.0, 0.0, 0.0, 0.0, 0, 0.0)
        staff = self.staff(domain)
        value, sampling = share.value * staff, EIGHTY * share.se * staff
        below, above = self._spread.get((domain, horizon), self._spread.get((REGION, horizon), (0.0, 0.0)))
        low = value - float(np.hypot(below * value, sampling))
        return Estimate(
            value, share.se * staff, max(low, 0.0), value + float(np.hypot(above * value, sampling)), share.n, share.n_effective
        )

    def _relative_se(self, domain: Domain) -> float:
        found = self._estimate(domain, 5)
        return found.se / found.value if found.value > 0 else 0.0

    def _project(
        self, features: pd.DataFrame, persons: pd.DataFrame, parameters: Parameters, seed: int
    ) -> tuple[dict[tuple[Domain, int], tuple[float, float]], dict[Domain, list[Floats]], list[tuple[float, float]]]:
        """Relative half-widths by domain and horizon, departures by year and scenario, and the relative half-widths by year."""
        if persons.empty or "birth" not in persons.columns or not persons["birth"].notna().any():
            return {}, {}, [(0.0, 0.0)] * YEARS
        index = features["reference"].astype(str)
        weights = pd.Series(self._store.survey.weights, index=index.to_numpy())
        groups = features[["sector", "departement"]].astype(str).set_index(index.to_numpy())
        ends = [self._first_year + place - self._today for place in range(YEARS + 1)]
        people = persons.assign(reference=persons["reference"].astype(str))
        spread: dict[tuple[Domain, int], tuple[float, float]] = {}
        yearly: dict[Domain, list[Floats]] = {}

        def projected(
            horizons: list[float], scenario: Scenario, draws: int
        ) -> tuple[RegionProjection, dict[Domain, tuple[pd.DataFrame, float]]]:
            found = project_region(
                people,
                weights,
                horizons=horizons,
                groups=groups,
                reference_date=parameters.reference_date,
                draws=draws,
                seed=seed,
                scenario=scenario,
                parameters=parameters,
            )
            tables: dict[Domain, tuple[pd.DataFrame, float]] = {REGION: (found.by_horizon, found.people)}
            for (name, value), rows in found.by_domain.groupby(["column", "value"], sort=True):
                tables[str(name), str(value)] = (rows.reset_index(drop=True), float(rows["people"].iloc[0]))
            return found, tables

        region, tables = projected([float(horizon) for horizon in HORIZONS], Scenario.CENTRAL, DRAWS)
        for domain, (table, _) in tables.items():
            spread.update({(domain, horizon): _half_widths(table, place) for place, horizon in enumerate(HORIZONS)})
        calendar = region.by_year.set_index("year").reindex(range(self._first_year, self._first_year + YEARS)).reset_index()
        bands = [_half_widths(calendar, place) for place in range(YEARS)]
        for scenario in (Scenario.CENTRAL, *SCENARIOS):
            for domain, (table, known) in projected(ends, scenario, 0)[1].items():
                scale = self.staff(domain) / known if known > 0 else 0.0
                yearly.setdefault(domain, []).append(np.diff(table["expected"].to_numpy(dtype=np.float64)) * scale)
        return spread, yearly, bands


def answered(features: pd.DataFrame) -> NDArray[np.bool_]:
    """The respondents whose staff's departures are known."""
    return np.asarray(np.isfinite(column(features, "dep5")) & (column(features, "headcount") > 0), dtype=bool)


def weighted_departures(features: pd.DataFrame, weights: Floats) -> Mapping[str, Floats]:
    """The weighted amounts whose sums an attacker could work out: departures by horizon, and staff."""
    amounts = {f"departures {horizon}": column(features, f"dep{horizon}") * weights for horizon in HORIZONS}
    return amounts | {"staff": column(features, "headcount") * weights}


def _half_widths(table: pd.DataFrame, place: int) -> tuple[float, float]:
    """How far the interval goes below and above a figure, as shares of it."""
    value, low, high = (float(table[name].iloc[place]) for name in ("expected", "low80", "high80"))
    if not np.isfinite([value, low, high]).all() or value <= 0:
        return 0.0, 0.0
    return max((value - low) / value, 0.0), max((high - value) / value, 0.0)
