"""Survey estimates for a notebook: a `Design`, its `.mean`, `.total`, `.ratio`, `.proportion`, `.quantile`, and `.by(…)` for domains.

What comes in is one row a respondent; what goes out are `Estimate`s, or data frames with one row a domain:

    design = Design(table, weights="weight", strata="stratum", sizes="N_h")
    design = design.calibrate(frame_totals(frame, ["sector", "departement"]), method=Method.RAKING)
    design.mean("headcount").interval(0.9)
    design.by("sector").shares("q01", "q02")

Values are column names or arrays in the rows' order; NaN is « no answer », and who did not answer is left out and not counted in n.
The variance (`analysis.survey.variance`) respects strata, clusters, finite populations, lone units and calibration, in domains too.
"""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.arrays import Floats, Integers
from analysis.survey.adjustments import trim
from analysis.survey.calibration import Method, calibrate
from analysis.survey.columns import Values, categories, codes, merged, nested, positive, read
from analysis.survey.domains import By, Domain, Frame, Freedom
from analysis.survey.intervals import Interval
from analysis.survey.margins import Margins, margins_of
from analysis.survey.variance import DesignError, Lonely, Regression, Stage, Variance, stages_of
from analysis.survey.weighting import Weighting

__all__ = ["By", "Design", "DesignError", "Domain", "Freedom", "Interval", "Lonely", "Method"]


class Design(Domain):
    """A weighted sample with its design: what every estimate and its standard error are computed from.

    Parameters
    ----------
    table
        One row a respondent; None if all values are given as arrays.
    weights
        A column name or an array (rows,), finite and above zero; without it, the inverse of the sampling fractions of `sizes`.
    strata
        The column or array of first-stage strata; None for one stratum.
    clusters
        The columns or arrays of sampling units, one for each stage from the first; empty where firms are drawn directly.
    sizes
        The frame's units in each row's stratum (then in its cluster), one for each stage; empty for infinite populations. With
        one size more than clusters, the last stage draws the rows.
    lonely
        What a stratum with one sampled unit adds to the variance.
    level
        The confidence of intervals, .95 for 95 %.
    freedom
        Whose units count in the degrees of freedom of an estimate: those of its domain who answered, or all rows of its domain.

    Raises
    ------
    DesignError
        When there is no row, a weight or size is no usable number, a stratum is not known, clusters cross strata, or a population
        is smaller than its sample.
    """

    def __init__(
        self,
        table: pd.DataFrame | None,
        *,
        weights: Values | None = None,
        strata: Values | None = None,
        clusters: Sequence[Values] | str = (),
        sizes: Sequence[Values] | str = (),
        lonely: Lonely | str = Lonely.ADJUST,
        level: float = 0.95,
        freedom: Freedom | str = Freedom.ANSWERS,
    ) -> None:
        if not 0 < level < 1:
            message = f"The confidence of an interval is between 0 and 1, not {level}."
            raise DesignError(message)
        drawn = [clusters] if isinstance(clusters, str) else list(clusters)
        totals = [sizes] if isinstance(sizes, str) else list(sizes)
        rows = _rows(table, [weights, strata, *drawn, *totals])
        groups = np.zeros(rows, dtype=np.int64) if strata is None else codes(table, strata, rows, "stratum")
        units: list[Integers | None] = [*nested([codes(table, one, rows, "cluster") for one in drawn])]
        if not units or len(totals) > len(units):
            units.append(None)
        if len(totals) > len(units):
            message = f"There are {len(totals)} sizes for {len(units)} stages of sampling: give one for each."
            raise DesignError(message)
        known = [positive(table, one, rows, "population") for one in totals]
        padded: list[Floats | None] = [*known, *[None] * (len(units) - len(known))]
        stages = stages_of(groups, units, padded, Lonely(lonely))
        found = _inverse_fractions(stages, padded, rows) if weights is None else positive(table, weights, rows, "weight")
        frame = Frame(table, found, stages, None, Variance(found, stages, None), level, Freedom(freedom))
        super().__init__(frame, np.arange(rows))

    @classmethod
    def from_weighting(cls, weighting: Weighting, table: pd.DataFrame | None = None, *, level: float = 0.95) -> Self:
        """The calibrated design that `analysis.survey.weighting.weigh` made; `table` holds the respondents in the same order."""
        plain = cls(table, weights=weighting.base, strata=weighting.strata, sizes=[weighting.stratum_sizes], level=level)
        return plain._weighted(weighting.weights, Regression(weighting.margins.matrix, weighting.base))

    @property
    def table(self) -> pd.DataFrame | None:
        """The respondents."""
        return self._frame.table

    @property
    def weights(self) -> Floats:
        """The weight of each row."""
        return self._frame.weights

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of sampling."""
        return self._frame.stages

    @property
    def degrees(self) -> int:
        """First-stage units less strata."""
        return self._frame.stages[0].degrees

    @property
    def level(self) -> float:
        """The confidence of intervals."""
        return self._frame.level

    def where(self, chosen: Values) -> Domain:
        """The domain of the rows that are chosen (booleans, or the name of a boolean column)."""
        flags = np.asarray(read(self.table, chosen) if isinstance(chosen, str) else chosen)
        if flags.dtype != np.bool_ or flags.shape != self.weights.shape:
            message = f"A domain is one boolean for each of the {len(self.weights)} rows."
            raise DesignError(message)
        return Domain(self._frame, np.flatnonzero(flags))

    def by(self, *names: str, merge_below: int = 0, ordered: bool = False) -> By:
        """The domains of one column, or of the crossing of several; rows without a value are in none.

        With `merge_below`, categories of one column with fewer rows are merged, the weakest with its neighbour if `ordered`, else with
        the next weakest; the merged one is named « a+b ».
        """
        if not names or (merge_below and len(names) > 1):
            message = "Name the columns to estimate by: one at least, and one only where categories are merged."
            raise DesignError(message)
        keys = [categories(read(self.table, name)) for name in names]
        if merge_below:
            keys = [merged(*keys[0], merge_below, ordered=ordered)]
        return By(self._frame, names, keys)

    def calibrate(
        self,
        margins: Margins | Mapping[str, Mapping[str, float]],
        numbers: Mapping[str, float] | None = None,
        *,
        method: Method = Method.RAKING,
        bounds: tuple[float, float] | None = None,
        scale: ArrayLike | None = None,
    ) -> Self:
        """The same design with weights calibrated on totals, whose errors take that into account.

        Parameters
        ----------
        margins, numbers
            `Margins`, or the totals of categories and of numeric columns (`analysis.survey.margins.margins_of`).
        method, bounds, scale
            As in `analysis.survey.calibration.calibrate`; post-stratification is the linear method on one variable.

        Raises
        ------
        CalibrationError
            When the totals contradict each other, a category has no respondent, or no weights meet them.
        """
        if not isinstance(margins, Margins):
            if self.table is None:
                message = "This design has no table: calibrate on `Margins`."
                raise DesignError(message)
            margins = margins_of(self.table, margins, numbers)
        weights = calibrate(self.weights, margins, method=method, bounds=bounds, scale=scale)
        base = self.weights if scale is None else self.weights * np.asarray(scale, dtype=float)
        return self._weighted(weights, Regression(margins.matrix, base))

    def trim(self, lower: float = 0.0, upper: float = float("inf"), *, strict: bool = True) -> Self:
        """The same design with weights held between two limits (`analysis.survey.adjustments.trim`); the trimmed weights count as given."""
        return self._weighted(trim(self.weights, lower, upper, strict=strict), self._frame.regression)

    def variance(self, influence: Floats) -> Floats:
        """The variances (estimators,) of estimators with these linearised variables (rows, estimators)."""
        return self._frame.variance.of(influence)

    def covariance(self, influence: Floats) -> Floats:
        """The covariance matrix of estimators with these linearised variables (rows, estimators)."""
        return self._frame.variance.covariance(influence)

    def _weighted(self, weights: Floats, regression: Regression | None) -> Self:
        made = object.__new__(type(self))
        variance = Variance(weights, self.stages, regression)
        frame = Frame(self.table, weights, self.stages, regression, variance, self.level, self._frame.freedom)
        Domain.__init__(made, frame, self._rows)
        return made


def _rows(table: pd.DataFrame | None, values: Sequence[Values | None]) -> int:
    given = [np.asarray(one) for one in values if one is not None and not isinstance(one, str)]
    count = len(table) if table is not None else len(given[0]) if given else 0
    if count == 0:
        message = "A design needs one respondent at least."
        raise DesignError(message)
    return count


def _inverse_fractions(stages: tuple[Stage, ...], sizes: Sequence[Floats | None], rows: int) -> Floats:
    """The weights of equal probabilities at each stage: the product of N / n."""
    found = np.ones(rows)
    for stage, size in zip(stages, sizes, strict=True):
        if size is None:
            message = "Without weights, every stage of sampling needs the size of its population."
            raise DesignError(message)
        found *= size / stage.counts[stage.strata[stage.units]]
    return found
