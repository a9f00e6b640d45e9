"""Normal scores: numbers replaced by what a normal distribution would show at their rank, which tames skewed columns.

What comes in are columns of numbers with gaps and row weights; what goes out are scores learnt on these rows and given to any other.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.arrays import Floats

# Blom's (1958) constants: the score of rank r among n is Φ⁻¹((r - 3/8) / (n + 1/4)).
SHIFT, EXTRA = 0.375, 0.25


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one column: `values` (values,) in increasing order, and their `scores` (values,)."""

    values: Floats
    scores: Floats

    def give(self, column: Floats) -> Floats:
        """The scores of a column (rows,), linear between the values learnt, held at both ends, NaN where unknown."""
        if not self.values.size:
            return np.full(len(column), np.nan)
        return np.where(np.isnan(column), np.nan, np.interp(column, self.values, self.scores))


def normal_scores(column: Floats, weights: Floats) -> Scores:
    """Learns the scores of a column (rows,) by weighted ranks.

    Weights are scaled to sum to the number of known rows; a value's rank is the weight below it, half its own, and one half: without
    weights, the mean rank of ties. Rows of weight zero teach nothing.
    """
    known = ~np.isnan(column) & (weights > 0)
    values, place = np.unique(column[known], return_inverse=True)
    if not values.size:
        return Scores(values, values)
    count = int(known.sum())
    mass = np.bincount(place, weights[known], minlength=len(values)) * (count / weights[known].sum())
    ranks = np.cumsum(mass) - mass / 2 + 0.5
    return Scores(values, np.asarray(stats.norm.ppf((ranks - SHIFT) / (count + EXTRA)), dtype=np.float64))


def skewness(column: Floats, weights: Floats) -> float:
    """The weighted skewness of what is known of a column (rows,): its third standardised moment, zero for a constant."""
    known = ~np.isnan(column) & (weights > 0)
    if not known.any() or np.ptp(column[known]) == 0:
        return 0.0
    share = weights[known] / weights[known].sum()
    apart = column[known] - share @ column[known]
    apart = apart / np.abs(apart).max()
    return float(share @ apart**3 / (share @ apart**2) ** 1.5)
