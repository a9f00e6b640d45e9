"""What the respondents say of all firms: weighted estimates by domain with linearised, calibrated standard errors.

What comes in is a `Weighting` and values in the respondents' order (NaN where a firm did not answer); what goes out are
`Estimate`s. The variance is that of a stratified sample with finite populations: the linearised variable's residuals on the
calibration columns (regressed with the design weights), times the calibrated weights (Deville & Särndal 1992). A stratum with
one respondent counts its deviation from zero, the population mean of any linearised variable.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.weighting import Weighting, effective_size

Floats = NDArray[np.float64]
TINY = 1e-12
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its standard error and interval, the respondents behind it and how many equally weighted ones they are worth."""

    value: float
    se: float
    low: float
    high: float
    n: int
    n_effective: float


NOBODY = Estimate(float("nan"), float("nan"), float("nan"), float("nan"), 0, 0.0)


class Survey:
    """Estimates from one weighted set of respondents, all at the confidence `level` (0.95).

    A domain is a boolean for each respondent (None for all). Firms whose values are not finite are left out, and not counted in n.
    Estimates of a domain without answers are `NOBODY`.
    """

    def __init__(self, weighting: Weighting, *, level: float = 0.95) -> None:
        self.weights = weighting.weights
        self.level = level
        self._quantiles: dict[int, float] = {}
        self._strata = weighting.strata
        self._base = weighting.base
        self._matrix = weighting.margins.matrix
        self._counts = np.bincount(weighting.strata).astype(float)
        sizes = np.zeros(len(self._counts))
        sizes[weighting.strata] = weighting.stratum_sizes
        left = np.maximum(1 - self._counts / np.maximum(sizes, self._counts), 0.0)
        self._scale = left * np.where(self._counts > 1, self._counts / np.maximum(self._counts - 1, 1), 1.0)
        crossed = self._matrix.T @ (self._base[:, None] * self._matrix)
        self._inverse = np.linalg.pinv(crossed, rcond=TINY, hermitian=True)

    def total(self, values: ArrayLike, domain: Booleans | None = None) -> Estimate:
        """The weighted sum over a domain."""
        known, numbers = self._answers(values, domain)
        if not known.any():
            return NOBODY
        influence = np.where(known, numbers, 0.0)
        return self._normal(float(self.weights @ influence), influence, known)

    def mean(self, values: ArrayLike, domain: Booleans | None = None) -> Estimate:
        """The weighted mean over a domain."""
        known, numbers = self._answers(values, domain)
        if not known.any():
            return NOBODY
        size = float(self.weights[known].sum())
        value = float(self.weights[known] @ numbers[known]) / size
        return self._normal(value, np.where(known, numbers - value, 0.0) / size, known)

    def ratio(self, numerator: ArrayLike, denominator: ArrayLike, domain: Booleans | None = None) -> Estimate:
        """The ratio of two weighted sums over a domain; `NOBODY` if the denominator is zero."""
        above = np.asarray(numerator, dtype=float)
        known, below = self._answers(np.where(np.isfinite(above), np.asarray(denominator, dtype=float), np.nan), domain)
        size = float(self.weights[known] @ below[known])
        if not known.any() or size == 0:
            return NOBODY
        value = float(self.weights[known] @ above[known]) / size
        return self._normal(value, np.where(known, np.where(known, above, 0.0) - value * below, 0.0) / size, known)

    def proportion(self, flags: ArrayLike, domain: Booleans | None = None, *, interval: str = "logit") -> Estimate:
        """The weighted share of firms (0 to 1). `interval` is logit, or beta (Korn & Graubard 1998), which serves for 0 and 1 too."""
        estimate = self.mean(flags, domain)
        if estimate.n == 0:
            return estimate
        share, se = estimate.value, estimate.se
        if se <= TINY < share < 1 - TINY:
            return estimate
        if interval == "logit" and TINY < share < 1 - TINY:
            spread = self._quantile(self.degrees(self._answers(flags, domain)[0])) * se / (share * (1 - share))
            centre = np.log(share / (1 - share))
            low, high = (float(1 / (1 + np.exp(-(centre + sign * spread)))) for sign in (-1, 1))
        else:
            low, high = self._beta(estimate, self.degrees(self._answers(flags, domain)[0]))
        return Estimate(share, se, low, high, estimate.n, estimate.n_effective)

    def quantiles(self, values: ArrayLike, probabilities: tuple[float, ...], domain: Booleans | None = None) -> tuple[float, ...]:
        """Weighted quantiles: the smallest value whose weighted cumulative share reaches the probability; NaN without answers."""
        known, numbers = self._answers(values, domain)
        if not known.any():
            return tuple(float("nan") for _ in probabilities)
        order = np.argsort(numbers[known], kind="stable")
        ranked, reached = numbers[known][order], np.cumsum(self.weights[known][order])
        places = np.searchsorted(reached / reached[-1], np.asarray(probabilities) - 1e-12)
        return tuple(float(ranked[min(int(place), len(ranked) - 1)]) for place in places)

    def variance(self, influence: Floats) -> Floats:
        """The variances of estimators with these linearised variables: (respondents,) or (respondents, estimators)."""
        columns = influence[:, None] if influence.ndim == 1 else influence
        residual = columns - self._matrix @ (self._inverse @ (self._matrix.T @ (self._base[:, None] * columns)))
        weighted = self.weights[:, None] * residual
        strata = len(self._counts)
        sums = np.stack(
            [np.bincount(self._strata, weighted[:, place], minlength=strata) for place in range(columns.shape[1])], axis=1
        )
        squares = np.stack(
            [np.bincount(self._strata, weighted[:, place] ** 2, minlength=strata) for place in range(columns.shape[1])], axis=1
        )
        alone = (self._counts == 1)[:, None]
        within = np.where(alone, squares, squares - sums**2 / np.maximum(self._counts, 1)[:, None])
        found = np.maximum((self._scale[:, None] * within).sum(axis=0), 0.0)
        return np.asarray(found[0] if influence.ndim == 1 else found)

    def degrees(self, known: Booleans) -> int:
        """Degrees of freedom: respondents less strata, among those who answered, 1 at least."""
        return max(int(known.sum()) - len(np.unique(self._strata[known])), 1)

    def _answers(self, values: ArrayLike, domain: Booleans | None) -> tuple[Booleans, Floats]:
        numbers = np.asarray(values, dtype=float)
        finite = np.isfinite(numbers)
        known = finite if domain is None else finite & np.asarray(domain, dtype=bool)
        return known, np.where(finite, numbers, 0.0)

    def _quantile(self, degrees: int) -> float:
        if degrees not in self._quantiles:
            self._quantiles[degrees] = float(stats.t.ppf((1 + self.level) / 2, degrees))
        return self._quantiles[degrees]

    def _normal(self, value: float, influence: Floats, known: Booleans) -> Estimate:
        se = float(np.sqrt(self.variance(influence)))
        half = self._quantile(self.degrees(known)) * se
        return Estimate(value, se, value - half, value + half, int(known.sum()), effective_size(self.weights[known]))

    def _beta(self, estimate: Estimate, degrees: int) -> tuple[float, float]:
        share, certain = estimate.value, not TINY < estimate.value < 1 - TINY
        if certain:
            worth = estimate.n_effective
        else:
            smaller = float(stats.t.ppf((1 - self.level) / 2, max(estimate.n - 1, 1))) / self._quantile(degrees)
            worth = share * (1 - share) / estimate.se**2 * smaller**2
        tail = (1 - self.level) / 2
        low = 0.0 if share <= TINY else float(stats.beta.ppf(tail, worth * share, worth * (1 - share) + 1))
        high = 1.0 if share >= 1 - TINY else float(stats.beta.ppf(1 - tail, worth * share + 1, worth * (1 - share)))
        return low, high
