"""Intervals around estimates: Student's for means and totals; logit, beta, Wilson, arcsine and likelihood for proportions.

What comes in are arrays of estimates, standard errors, sizes and degrees of freedom; what goes out are arrays of bounds.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtri, stdtrit, xlogy

from analysis.arrays import Floats

TINY = 1e-12
BISECTIONS = 80


class Interval(StrEnum):
    """The interval of a proportion.

    `logit` (Korn & Graubard 1999, section 2.2, on the logit scale), `beta` (Korn & Graubard 1998: Clopper & Pearson with the effective
    size), `wilson` (Wilson 1927 with the effective size), `asin` (variance-stabilised), `likelihood` (likelihood ratio scaled by the
    design effect; Rao & Scott 1984), `mean` (Student, which may leave 0 to 1).
    """

    LOGIT = "logit"
    BETA = "beta"
    WILSON = "wilson"
    ASIN = "asin"
    LIKELIHOOD = "likelihood"
    MEAN = "mean"


def student(value: Floats, se: Floats, degrees: Floats, level: float) -> tuple[Floats, Floats]:
    """The symmetric interval; normal where the degrees are infinite."""
    half = quantile(degrees, level) * se
    return value - half, value + half


def quantile(degrees: Floats, level: float) -> Floats:
    """The two-sided Student quantile for each number of degrees of freedom."""
    tail = (1 + level) / 2
    finite = np.isfinite(degrees)
    return np.asarray(np.where(finite, stdtrit(np.where(finite, degrees, 1.0), tail), ndtri(tail)))


def proportion(
    share: Floats, se: Floats, n: Floats, worth: Floats, degrees: Floats, *, level: float, kind: Interval
) -> tuple[Floats, Floats]:
    """The bounds of proportions.

    Parameters
    ----------
    share, se, n, worth, degrees
        Arrays of one shape: the estimates, their standard errors, respondents, effective sizes of the weights and degrees of freedom.
    level
        The confidence, .95 for 95 %.
    kind
        The interval; where nobody or everybody has the property it is beta's, with the effective size of the weights, since the
        standard error is then zero and says nothing.

    Returns
    -------
    The lower and the upper bounds; both equal the share where the design leaves it no variance at all (a whole stratum).
    """
    inside = (share > TINY) & (share < 1 - TINY)
    low, high = share.copy(), share.copy()
    loose = inside & (se > TINY)
    if loose.any():
        low[loose], high[loose] = _KINDS[kind](share[loose], se[loose], n[loose], degrees[loose], level)
    certain = ~inside & (worth > 0)
    if certain.any():
        low[certain], high[certain] = _beta_bounds(share[certain], worth[certain], level)
    return low, high


def _on_logit(share: Floats, se: Floats, _n: Floats, degrees: Floats, level: float) -> tuple[Floats, Floats]:
    half = quantile(degrees, level) * se / (share * (1 - share))
    return expit(logit(share) - half), expit(logit(share) + half)


def _beta(share: Floats, se: Floats, n: Floats, degrees: Floats, level: float) -> tuple[Floats, Floats]:
    """With Korn & Graubard's correction of the effective size for the degrees of freedom of the design."""
    worth = share * (1 - share) / se**2 * (quantile(np.maximum(n - 1, 1), level) / quantile(degrees, level)) ** 2
    return _beta_bounds(share, worth, level)


def _beta_bounds(share: Floats, worth: Floats, level: float) -> tuple[Floats, Floats]:
    tail = (1 - level) / 2
    none, every = share <= TINY, share >= 1 - TINY
    hits, misses = worth * np.clip(share, 0, 1), worth * np.clip(1 - share, 0, 1)
    low = np.where(none, 0.0, betaincinv(np.where(none, 1.0, hits), misses + 1, tail))
    high = np.where(every, 1.0, betaincinv(hits + 1, np.where(every, 1.0, misses), 1 - tail))
    return low, high


def _wilson(share: Floats, se: Floats, _n: Floats, degrees: Floats, level: float) -> tuple[Floats, Floats]:
    worth, z = share * (1 - share) / se**2, quantile(degrees, level)
    centre = (share + z**2 / (2 * worth)) / (1 + z**2 / worth)
    half = z * np.sqrt(share * (1 - share) / worth + z**2 / (4 * worth**2)) / (1 + z**2 / worth)
    return centre - half, centre + half


def _asin(share: Floats, se: Floats, _n: Floats, degrees: Floats, level: float) -> tuple[Floats, Floats]:
    half = quantile(degrees, level) * se / (2 * np.sqrt(share * (1 - share)))
    angle = np.arcsin(np.sqrt(share))
    return np.sin(np.maximum(angle - half, 0)) ** 2, np.sin(np.minimum(angle + half, np.pi / 2)) ** 2


def _likelihood(share: Floats, se: Floats, n: Floats, degrees: Floats, level: float) -> tuple[Floats, Floats]:
    """The shares that the scaled likelihood ratio does not reject, by bisection on either side of the estimate."""
    # The effective size is n over the design effect, whose simple random variance divides by n - 1.
    worth = share * (1 - share) / se**2 * (n - 1) / n
    limit = quantile(degrees, level) ** 2

    def side(outer: float) -> Floats:
        inner, far = share.copy(), np.full_like(share, outer)
        for _ in range(BISECTIONS):
            middle = (inner + far) / 2
            against = xlogy(share, share / middle) + xlogy(1 - share, (1 - share) / (1 - middle))
            within = 2 * worth * against < limit
            inner, far = np.where(within, middle, inner), np.where(within, far, middle)
        return np.asarray((inner + far) / 2)

    return side(0.0), side(1.0)


def _mean(share: Floats, se: Floats, _n: Floats, degrees: Floats, level: float) -> tuple[Floats, Floats]:
    return student(share, se, degrees, level)


_KINDS: dict[Interval, Callable[[Floats, Floats, Floats, Floats, float], tuple[Floats, Floats]]] = {
    Interval.LOGIT: _on_logit,
    Interval.BETA: _beta,
    Interval.WILSON: _wilson,
    Interval.ASIN: _asin,
    Interval.LIKELIHOOD: _likelihood,
    Interval.MEAN: _mean,
}
