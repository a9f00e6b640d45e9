"""Jackknife replicates: a second way to standard errors, which reruns everything, calibration included, without one unit at a time.

What comes in is a `Design`; what goes out are replicate weights and the variances of any statistic of the weights. It checks the
linearised errors, and serves statistics that have none.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats
from analysis.survey.calibration import Method, calibrate
from analysis.survey.design import Design, DesignError
from analysis.survey.margins import Margins


@dataclass(frozen=True, slots=True)
class Replicates:
    """Replicate weights (rows, replicates) and the factor of each replicate's squared deviation from their mean."""

    weights: Floats
    factors: Floats

    def calibrated(
        self, margins: Margins, *, method: Method = Method.LINEAR, bounds: tuple[float, float] | None = None
    ) -> "Replicates":
        """Each replicate calibrated anew; rows that it leaves out keep a weight of zero."""
        found = np.zeros_like(self.weights)
        for place, weights in enumerate(self.weights.T):
            kept = weights > 0
            part = Margins(margins.matrix[kept], margins.totals, margins.names)
            found[kept, place] = calibrate(weights[kept], part, method=method, bounds=bounds)
        return Replicates(found, self.factors)

    def variance(self, statistic: Callable[[Floats], float]) -> float:
        """The variance of a statistic of the weights: Σ factor (θ_r − θ̄)²."""
        found = np.asarray([statistic(weights) for weights in self.weights.T])
        return float(self.factors @ (found - found.mean()) ** 2)


def jackknife(design: Design) -> Replicates:
    """The delete-one-unit jackknife of the first stage (Rust & Rao 1996, section 2): JK1 in one stratum, JKn in several.

    Without unit i of stratum h, the other units of h weigh n_h / (n_h − 1) times as much; the factor is (1 − f_h)(n_h − 1) / n_h.
    Raises `DesignError` when a stratum that is not drawn whole has one unit: it cannot be left out.
    """
    first = design.stages[0]
    left = first.scale * np.maximum(first.counts - 1, 0) / first.counts
    lone = (first.counts == 1) & (first.scale > 0)
    if lone.any():
        message = f"{int(lone.sum())} strata have one unit, which the jackknife cannot leave out: collapse them."
        raise DesignError(message)
    units = np.flatnonzero(first.counts[first.strata] > 1)
    grown = (first.counts / np.maximum(first.counts - 1, 1))[first.strata[units]]
    stratum_of_row = first.strata[first.units]
    factor = np.where(stratum_of_row[:, None] == first.strata[units], grown, 1.0)
    factor[first.units[:, None] == units] = 0.0
    # (1 − f)(n − 1)/n is the stage's scale, (1 − f) n/(n − 1), times ((n − 1)/n)².
    shrunk = left[first.strata[units]] * ((first.counts - 1) / first.counts)[first.strata[units]]
    return Replicates(design.weights[:, None] * factor, shrunk)
