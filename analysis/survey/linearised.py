"""Point estimates and their linearised variables, many variables at once (Särndal, Swensson & Wretman 1992, section 5.5).

What comes in are the weights of a domain's rows (n,) and values (n, variables), NaN where a firm did not answer; what goes out are
`Linearised` estimates: values, linearised variables, and what a simple random sample of the same size would have had as variance.
"""

from dataclasses import dataclass

import numpy as np

from analysis.arrays import Booleans, Floats


@dataclass(frozen=True, slots=True)
class Linearised:
    """Estimates of several variables; all but `influence` and `known`, which are (n, variables), have the shape (variables,).

    `population` is the sum of the weights of those who answered, `simple` the variance under simple random sampling without replacement.
    """

    value: Floats
    influence: Floats
    known: Booleans
    n: Floats
    population: Floats
    n_effective: Floats
    simple: Floats


def means(weights: Floats, values: Floats) -> Linearised:
    """Weighted means; the linearised variable is (y − mean) / Σw among those who answered."""
    known = np.isfinite(values)
    held = np.where(known, values, 0.0)
    size = weights @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (weights @ held) / size
        influence = np.where(known, (held - value) / size, 0.0)
    return _linearised(weights, value, influence, known)


def totals(weights: Floats, values: Floats) -> Linearised:
    """Weighted sums; the linearised variable is y itself."""
    known = np.isfinite(values)
    held = np.where(known, values, 0.0)
    value = np.where(known.any(axis=0), weights @ held, np.nan)
    return _linearised(weights, value, held, known)


def ratios(weights: Floats, above: Floats, below: Floats) -> Linearised:
    """Ratios of weighted sums; the linearised variable is (y − ratio · x) / Σwx; NaN where Σwx is zero."""
    known = np.isfinite(above) & np.isfinite(below)
    top, bottom = np.where(known, above, 0.0), np.where(known, below, 0.0)
    size = weights @ bottom
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(size == 0, np.nan, (weights @ top) / size)
        influence = np.where(known & (size != 0), (top - value * bottom) / size, 0.0)
    return _linearised(weights, value, influence, known)


def quantiles(weights: Floats, values: Floats, probabilities: Floats) -> Floats:
    """Weighted quantiles of one variable (n,): the smallest value whose weighted cumulative share reaches the probability.

    A probability at or under 0 gives the smallest value, above 1 the greatest; NaN without answers.
    """
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(probabilities), np.nan)
    order = np.argsort(values[known], kind="stable")
    ranked, reached = values[known][order], np.cumsum(weights[known][order])
    # Equal shares may differ in their last digits through the order of summation.
    places = np.searchsorted(reached / reached[-1], probabilities - 1e-12)
    return np.asarray(ranked[np.minimum(places, len(ranked) - 1)], dtype=np.float64)


def _linearised(weights: Floats, value: Floats, influence: Floats, known: Booleans) -> Linearised:
    count = known.sum(axis=0).astype(np.float64)
    population = weights @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (weights @ influence) / population
        # Influence is zero for those who did not answer; they are counted out of its spread.
        spread = weights @ np.where(known, influence - centre, 0.0) ** 2 / population
        simple = population**2 * spread / (count - 1) * np.maximum(1 - count / population, 0.0)
        worth = np.where(count > 0, population**2 / (weights**2 @ known), 0.0)
    return Linearised(value, influence, known, count, population, worth, simple)
