"""The variance of estimators under a stratified, possibly clustered and calibrated design with finite populations.

What comes in are the linearised variable of each estimator on the rows where it is not zero; what goes out are variances. A stage of
sampling adds Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (t_hi − t̄_h)² over its strata h and units i, times the sampling fractions of the stages
above (Särndal, Swensson & Wretman 1992, result 4.3.1; Cochran 1977, chapter 11). After calibration, each row carries its residual on
the calibration columns, regressed with the design weights, times its calibrated weight (Deville & Särndal 1992, section 5).

The sums of squares are expanded so that a domain costs its own rows only: the part of the calibration columns is computed once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from scipy import sparse

from analysis.arrays import Booleans, Floats, Integers

TINY = 1e-12
CANCELLED = 1e-5  # A share of its terms under which an expanded variance has lost digits and is computed directly.
CHUNK = 2_000_000  # Numbers held at once by the direct computation.


class DesignError(ValueError):
    """The design cannot be estimated from; the message says which row, stratum or cluster is at fault and what to do."""


class Lonely(StrEnum):
    """What a stratum with one sampled unit of several adds to the variance.

    `adjust`: its square, the deviation from the mean of all, which is zero for a linearised variable (conservative); `average`: the mean
    of the other strata's; `certainty` and `remove`: nothing; `fail`: an error.
    """

    ADJUST = "adjust"
    AVERAGE = "average"
    CERTAINTY = "certainty"
    REMOVE = "remove"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of sampling: the unit of each row, the stratum of each unit, and each stratum's factor.

    `single` says that each row is its own unit; `scale` (strata,) is (1 − f) n / (n − 1) times the fractions of the stages above;
    `centred` (strata,) whether deviations are taken from the stratum's mean; `counts` (strata,) are the sampled units.
    """

    units: Integers
    strata: Integers
    scale: Floats
    centred: Booleans
    counts: Floats
    single: bool

    @property
    def degrees(self) -> int:
        """Units less strata."""
        return len(self.strata) - len(self.counts)


@dataclass(frozen=True, slots=True)
class Regression:
    """The calibration columns (rows x totals), and the design weight (times the calibration's scale) of each row."""

    matrix: Floats
    base: Floats


def stages_of(
    strata: Integers, units: Sequence[Integers | None], sizes: Sequence[Floats | None], lonely: Lonely = Lonely.ADJUST
) -> tuple[Stage, ...]:
    """The stages of a design.

    Parameters
    ----------
    strata
        Code of the first-stage stratum of each row, from 0.
    units
        For each stage the code of the sampling unit of each row; None where the rows themselves are drawn.
    sizes
        For each stage the units of the frame in the row's stratum (at later stages: in its unit of the stage above); None where the
        population counts as infinite.
    lonely
        What a stratum with one sampled unit of several adds.

    Raises
    ------
    DesignError
        When a unit lies in two strata, a size varies within a stratum or is smaller than its sample, or a lone unit must fail.
    """
    found: list[Stage] = []
    groups, above = strata, np.ones(int(strata.max()) + 1)
    for unit, size in zip(units, sizes, strict=True):
        stage, fractions = _stage(groups, unit, size, above, lonely)
        found.append(stage)
        groups, above = stage.units, (above * fractions)[stage.strata]
    return tuple(found)


def _stage(groups: Integers, unit: Integers | None, size: Floats | None, above: Floats, lonely: Lonely) -> tuple[Stage, Floats]:
    rows = len(groups)
    if unit is None:
        codes, strata = np.arange(rows), groups
    else:
        _, first, codes = np.unique(unit, return_index=True, return_inverse=True)
        strata = groups[first]
        if bool((strata[codes] != groups).any()):
            row = int(np.flatnonzero(strata[codes] != groups)[0])
            message = (
                f"The cluster of row {row + 1} lies in two strata (or in two larger clusters): name clusters differently in each."
            )
            raise DesignError(message)
    counts = np.bincount(strata, minlength=len(above)).astype(np.float64)
    fraction = np.zeros(len(above)) if size is None else _fractions(groups, size, counts)
    left = np.maximum(1 - fraction, 0.0)
    alone = (counts == 1) & (left > 0)
    scale = left * np.where(counts > 1, counts / np.maximum(counts - 1, 1), 1.0)
    if alone.any():
        scale = _alone(scale, alone, lonely)
    stage = Stage(codes.astype(np.int64), strata.astype(np.int64), scale * above, counts > 1, counts, unit is None)
    return stage, fraction


def _fractions(groups: Integers, size: Floats, counts: Floats) -> Floats:
    totals = np.zeros(len(counts))
    totals[groups] = size
    wrong = ~np.isfinite(size) | (size != totals[groups])
    if wrong.any():
        message = f"The population of the stratum of row {int(np.flatnonzero(wrong)[0]) + 1} is not one finite number throughout the stratum."
        raise DesignError(message)
    small = size < counts[groups] * (1 - TINY)
    if small.any():
        row = int(np.flatnonzero(small)[0])
        message = f"The stratum of row {row + 1} has {counts[groups[row]]:g} sampled units and a population of {size[row]:g}: correct its size."
        raise DesignError(message)
    return np.asarray(counts / totals, dtype=np.float64)


def _alone(scale: Floats, alone: Booleans, lonely: Lonely) -> Floats:
    if lonely is Lonely.FAIL:
        message = f"{int(alone.sum())} strata have one sampled unit of several: collapse them, or choose adjust, average, certainty or remove."
        raise DesignError(message)
    if lonely is Lonely.ADJUST:
        return scale
    kept = np.where(alone, 0.0, scale)
    if lonely is Lonely.AVERAGE:
        if alone.all():
            message = "Every stratum has one sampled unit only: there is no other to take an average from; collapse strata."
            raise DesignError(message)
        return np.asarray(kept * len(alone) / (len(alone) - alone.sum()))
    return kept


class Support:
    """The rows on which some linearised variables are not zero, with what the variance needs of them, computed once."""

    def __init__(self, variance: "Variance", rows: Integers) -> None:
        self.rows = rows
        self.weights = variance.weights[rows]
        regression = variance.regression
        self.based = None if regression is None else regression.matrix[rows] * regression.base[rows, None]
        self.parts = [_Part(stage, rows) for stage in variance.stages]
        self.crossing = (
            []
            if regression is None
            else [part.crossing(*columns) for part, columns in zip(self.parts, variance.columns, strict=True)]
        )


class _Part:
    """A stage seen from some rows: how to sum them by unit and by stratum."""

    def __init__(self, stage: Stage, rows: Integers) -> None:
        self.rows = rows
        self.single = stage.single
        found = rows if stage.single else np.unique(stage.units[rows])
        self.units = found
        self.by_unit = None if stage.single else _summing(np.searchsorted(found, stage.units[rows]), len(found))
        strata, codes = np.unique(stage.strata[found], return_inverse=True)
        self.strata = strata
        self.by_stratum = _summing(codes.ravel(), len(strata))
        self.scale = stage.scale[stage.strata[found]]
        self.centre = (stage.scale * stage.centred / np.maximum(stage.counts, 1))[strata]

    def sums(self, weighted: Floats) -> tuple[Floats, Floats]:
        """The totals of units, and of strata."""
        units = weighted if self.by_unit is None else np.asarray(self.by_unit @ weighted)
        return units, np.asarray(self.by_stratum @ units)

    def crossing(self, of_units: Floats, of_strata: Floats) -> tuple[Floats, Floats]:
        """The calibration columns of these units and strata, times their factors."""
        return (of_units[self.units] * self.scale[:, None]).T, (of_strata[self.strata] * self.centre[:, None]).T


class Variance:
    """The variances of estimators, from the weights (rows,), the stages, and the regression of a calibrated design."""

    def __init__(self, weights: Floats, stages: tuple[Stage, ...], regression: Regression | None) -> None:
        self.weights = weights
        self.stages = stages
        self.regression = regression

    def of(self, influence: Floats, support: Support | None = None) -> Floats:
        """The variances (estimators,) of linearised variables (rows of the support, estimators), zero outside it (None: all rows)."""
        here = Support(self, np.arange(len(self.weights))) if support is None else support
        weighted = here.weights[:, None] * influence
        found, terms = np.zeros(influence.shape[1]), np.zeros(influence.shape[1])
        slopes = None if here.based is None else self._inverse @ (here.based.T @ influence)
        for number, part in enumerate(here.parts):
            units, strata = part.sums(weighted)
            squares = np.einsum("i,ij,ij->j", part.scale, units, units)
            found += squares - part.centre @ strata**2
            terms += squares
            if slopes is not None:
                of_units, of_strata = here.crossing[number]
                found -= 2 * (slopes * (of_units @ units - of_strata @ strata)).sum(axis=0)
        if slopes is not None:
            found += (slopes * (self._own @ slopes)).sum(axis=0)
        lost = np.flatnonzero(found <= CANCELLED * terms)
        if lost.size:
            found[lost] = self._directly(influence[:, lost], here.rows)
        return np.asarray(np.maximum(found, 0.0))

    def residual(self, influence: Floats) -> Floats:
        """The linearised variables (rows, estimators) less what the calibration columns explain, regressed by the design weights."""
        if self.regression is None:
            return influence
        matrix, base = self.regression.matrix, self.regression.base
        return np.asarray(influence - matrix @ (self._inverse @ (matrix.T @ (base[:, None] * influence))))

    def covariance(self, influence: Floats) -> Floats:
        """The covariance matrix of a few estimators, from their linearised variables (rows, estimators)."""
        weighted = self.weights[:, None] * self.residual(influence)
        found = np.zeros((influence.shape[1], influence.shape[1]))
        for stage in self.stages:
            deviation = _deviations(stage, weighted)
            found += (deviation * stage.scale[stage.strata][:, None]).T @ deviation
        return found

    def _directly(self, influence: Floats, rows: Integers) -> Floats:
        count = len(self.weights)
        step = max(1, CHUNK // count)
        found = np.zeros(influence.shape[1])
        for start in range(0, influence.shape[1], step):
            part = slice(start, start + step)
            whole = np.zeros((count, influence[:, part].shape[1]))
            whole[rows] = influence[:, part]
            weighted = self.weights[:, None] * self.residual(whole)
            for stage in self.stages:
                found[part] += stage.scale[stage.strata] @ _deviations(stage, weighted) ** 2
        return found

    @cached_property
    def _inverse(self) -> Floats:
        assert self.regression is not None
        matrix = self.regression.matrix
        crossed = matrix.T @ (self.regression.base[:, None] * matrix)
        # Columns of unlike size are brought to one scale, so that redundancy is told from smallness.
        size = np.sqrt(np.where(np.diag(crossed) > 0, np.diag(crossed), 1.0))
        return np.asarray(np.linalg.pinv(crossed / np.outer(size, size), rcond=TINY, hermitian=True) / np.outer(size, size))

    @cached_property
    def columns(self) -> list[tuple[Floats, Floats]]:
        """For each stage the weighted calibration columns, summed by unit and by stratum."""
        assert self.regression is not None
        weighted = self.weights[:, None] * self.regression.matrix
        found = []
        for stage in self.stages:
            units = weighted if stage.single else _sums(stage.units, weighted, len(stage.strata))
            found.append((units, _sums(stage.strata, units, len(stage.counts))))
        return found

    @cached_property
    def _own(self) -> Floats:
        """The variance form of the calibration columns with themselves: (totals, totals)."""
        assert self.regression is not None
        weighted = self.weights[:, None] * self.regression.matrix
        found = np.zeros((weighted.shape[1], weighted.shape[1]))
        for stage in self.stages:
            deviation = _deviations(stage, weighted)
            found += (deviation * stage.scale[stage.strata][:, None]).T @ deviation
        return found


def _deviations(stage: Stage, weighted: Floats) -> Floats:
    """The unit totals of a stage, less their stratum's mean where it is centred."""
    units = weighted if stage.single else _sums(stage.units, weighted, len(stage.strata))
    means = _sums(stage.strata, units, len(stage.counts)) * (stage.centred / np.maximum(stage.counts, 1))[:, None]
    return np.asarray(units - means[stage.strata])


def _sums(codes: Integers, values: Floats, count: int) -> Floats:
    """The sums of rows with the same code: (count, columns)."""
    return np.asarray(_summing(codes, count) @ values)


def _summing(codes: Integers, count: int) -> sparse.csr_matrix:
    """The matrix (count, rows) that sums rows with the same code."""
    rows = len(codes)
    return sparse.csr_matrix((np.ones(rows), codes, np.arange(rows + 1)), shape=(rows, count)).T.tocsr()
