"""The projection of retirements: the front door of the modules that compute it.

`mixture` holds the model of one person, `people` the persons of a firm, `projection` a firm's forecast and what of it may be
shown, `counts` the exact number of departures of one firm or of many at once, `regional` the forecast of a panel with the
uncertainty of the model itself, `backtest` the past that the model would have announced. See `docs/methods/departures.md`.
"""

from analysis.departures.backtest import BackTest, back_test
from analysis.departures.counts import DepartureCount, departure_count, project_firms
from analysis.departures.mixture import (
    decimal_year,
    departure_probabilities,
    mixture_cdf,
    person_probabilities,
    poisson_binomial,
    quantile,
)
from analysis.departures.people import BAND_AGES, basis_of, persons_of
from analysis.departures.projection import FirmProjection, project_firm, shown_departures
from analysis.departures.regional import SCENARIO_NAMES, SCENARIOS, RegionProjection, Scenario, project_region

__all__ = [
    "BAND_AGES",
    "SCENARIOS",
    "SCENARIO_NAMES",
    "BackTest",
    "DepartureCount",
    "FirmProjection",
    "RegionProjection",
    "Scenario",
    "back_test",
    "basis_of",
    "decimal_year",
    "departure_count",
    "departure_probabilities",
    "mixture_cdf",
    "person_probabilities",
    "persons_of",
    "poisson_binomial",
    "project_firm",
    "project_firms",
    "project_region",
    "quantile",
    "shown_departures",
]
