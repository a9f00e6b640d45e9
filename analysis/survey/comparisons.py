"""Whether two domains differ, and whether two answers depend on each other, under the design.

What comes in are a `Design` and columns; what goes out are test statistics with their degrees of freedom and p-values.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.arrays import Floats
from analysis.survey.columns import Values, read
from analysis.survey.design import Design, DesignError


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two domain means with Student's interval and two-sided test."""

    value: float
    se: float
    low: float
    high: float
    t: float
    degrees: float
    p: float


@dataclass(frozen=True, slots=True)
class Independence:
    """Rao & Scott's second-order corrected test: the statistic follows F with these two numbers of degrees of freedom."""

    f: float
    numerator: float
    denominator: float
    p: float


def difference(design: Design, values: Values, first: Values, second: Values) -> Difference:
    """The mean of the first domain less that of the second, tested on the degrees of freedom of those who answered, less one.

    Both domains keep their covariance: firms of one stratum, cluster or calibration cell are not independent.

    Parameters
    ----------
    design, values
        The design, and a numeric column or array.
    first, second
        Two domains, as booleans or boolean columns.

    Raises
    ------
    DesignError
        When a domain has no answer.
    """
    domains = design.where(first), design.where(second)
    if any(domain.mean(values).n == 0 for domain in domains):
        message = "A difference needs answers in both domains."
        raise DesignError(message)
    (one, influence), (other, against) = (domain.influence(values) for domain in domains)
    se = float(np.sqrt(design.variance((influence - against)[:, None])[0]))
    answered = design.where(domains[0].answered(values) | domains[1].answered(values))
    degrees = max(answered.mean(values).degrees - 1, 1.0)
    gap, half = one - other, float(stats.t.ppf((1 + design.level) / 2, degrees)) * se
    t = gap / se if se else float("nan")
    return Difference(gap, se, gap - half, gap + half, t, degrees, float(2 * stats.t.sf(abs(t), degrees)))


def independence(design: Design, rows: str, columns: str) -> Independence:
    """Tests whether two categorical columns are independent (Rao & Scott 1984, section 4; Thomas & Rao 1987).

    Pearson's statistic is divided by the trace of the matrix of generalised design effects; its degrees of freedom are Satterthwaite's.

    Raises
    ------
    DesignError
        When a column has under two levels among the firms that answered both.
    """
    answers = pd.concat([read(design.table, rows), read(design.table, columns)], axis=1)
    here = np.flatnonzero(answers.notna().all(axis=1))
    first, second = (pd.Categorical(answers.iloc[here, place].astype(str)) for place in (0, 1))
    across, down = len(first.categories), len(second.categories)
    if min(across, down) < 2:  # noqa: PLR2004 (a table needs two rows and two columns).
        message = f"{rows} and {columns} need two levels each among the firms that answered both."
        raise DesignError(message)
    cells = first.codes.astype(int) * down + second.codes
    indicators = np.zeros((len(design.weights), across * down))
    indicators[here, cells] = 1.0
    weights = design.weights[here]
    share = weights @ indicators[here] / weights.sum()
    influence = np.zeros_like(indicators)
    influence[here] = (indicators[here] - share) / weights.sum()
    effects = _design_effects(share, design.covariance(influence), len(here), across, down)
    table = share.reshape(across, down)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = len(here) * float(((table - expected) ** 2 / expected).sum())
    trace = float(np.trace(effects))
    freedom = trace**2 / float(np.trace(effects @ effects))
    degrees = design.degrees
    return Independence(pearson / trace, freedom, freedom * degrees, float(stats.f.sf(pearson / trace, freedom, freedom * degrees)))


def _design_effects(share: Floats, covariance: Floats, count: int, across: int, down: int) -> Floats:
    """The generalised design effects of the interactions: (C'D⁻¹C / n)⁻¹ C'D⁻¹ V D⁻¹C, D the cell shares, empty cells left out."""
    row, column = np.divmod(np.arange(across * down), down)
    main = np.column_stack(
        [
            np.ones(across * down),
            *((row == level) * 1.0 for level in range(1, across)),
            *((column == level) * 1.0 for level in range(1, down)),
        ]
    )
    crossed = np.column_stack([(row == level) * 1.0 * (column == other) for level in range(1, across) for other in range(1, down)])
    contrast = crossed - main @ np.linalg.lstsq(main, crossed, rcond=None)[0]
    scaled = contrast * np.where(share > 0, 1 / np.where(share > 0, share, 1.0), 0.0)[:, None]
    return np.asarray(np.linalg.solve(contrast.T @ scaled / count, scaled.T @ covariance @ scaled))
