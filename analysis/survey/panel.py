"""What the respondents say of all firms: the estimates of one weighted panel, on plain arrays.

What comes in is a `Weighting` and values in the respondents' order (NaN where a firm did not answer); what goes out are
`Estimate`s. It is `analysis.survey.design.Design` behind the few methods that syntheses need.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Booleans, Floats
from analysis.survey import linearised
from analysis.survey.design import Design
from analysis.survey.domains import Domain
from analysis.survey.estimate import Estimate
from analysis.survey.intervals import Interval
from analysis.survey.weighting import Weighting


class Survey:
    """Estimates from one weighted set of respondents, all at the confidence `level` (0.95).

    A domain is a boolean for each respondent (None for all). Firms whose values are not finite are left out, and not counted in n.
    Estimates of a domain without answers are `NOBODY`.
    """

    def __init__(self, weighting: Weighting, *, level: float = 0.95) -> None:
        self.design = Design.from_weighting(weighting, level=level)
        self.weights = weighting.weights
        self.level = level
        # Syntheses ask for many figures of few domains: each gathers its rows once.
        self._domains: dict[bytes, Domain] = {}

    def total(self, values: ArrayLike, domain: Booleans | None = None) -> Estimate:
        """The weighted sum over a domain."""
        return self._among(domain).total(_known(values))

    def mean(self, values: ArrayLike, domain: Booleans | None = None) -> Estimate:
        """The weighted mean over a domain."""
        return self._among(domain).mean(_known(values))

    def ratio(self, numerator: ArrayLike, denominator: ArrayLike, domain: Booleans | None = None) -> Estimate:
        """The ratio of two weighted sums over a domain; `NOBODY` if the denominator is zero."""
        return self._among(domain).ratio(_known(numerator), _known(denominator))

    def proportion(
        self, flags: ArrayLike, domain: Booleans | None = None, *, interval: Interval | str = Interval.LOGIT
    ) -> Estimate:
        """The weighted share of firms (0 to 1); where nobody or everybody has the property the interval is beta's."""
        return self._among(domain).proportion(_known(flags), interval=interval)

    def quantiles(self, values: ArrayLike, probabilities: tuple[float, ...], domain: Booleans | None = None) -> tuple[float, ...]:
        """Weighted quantiles: the smallest value whose weighted cumulative share reaches the probability; NaN without answers."""
        numbers = _known(values)
        here = slice(None) if domain is None else np.asarray(domain, dtype=bool)
        found = linearised.quantiles(self.weights[here], numbers[here], np.asarray(probabilities, dtype=float))
        return tuple(found.tolist())

    def variance(self, influence: Floats) -> Floats:
        """The variances of estimators with these linearised variables: (respondents,) or (respondents, estimators)."""
        columns = influence[:, None] if influence.ndim == 1 else influence
        found = self.design.variance(columns)
        return np.asarray(found[0] if influence.ndim == 1 else found)

    def _among(self, domain: Booleans | None) -> Domain:
        if domain is None:
            return self.design
        chosen = np.asarray(domain, dtype=bool)
        key = chosen.tobytes()
        if key not in self._domains:
            self._domains[key] = self.design.where(chosen)
        return self._domains[key]


def _known(values: ArrayLike) -> Floats:
    numbers = np.asarray(values, dtype=float)
    return np.where(np.isfinite(numbers), numbers, np.nan)
