"""How far the readings of a dossier agree: the computed score, the firm's mark, the diagnostician's and the consensus.

Comes in: marks from 0 (solid) to 4 (critical), as in the table of `firm_features`. Goes out: Cohen's weighted kappa with its
interval, by dimension and by diagnostician, and the gaps between any two of the four readings.

The kappa is 1 - A / B, A being the mean cost of the pairs and B that of pairs drawn from the margins (Cohen 1968). Its standard
error is that of Fleiss, Cohen and Everitt (1969), written as the mean square of the influence of each pair: the same number, which
extends to several marks from one firm (summed by firm before they are squared) and to survey weights. What has no interval says
so: a series of one and the same mark, or fewer than ten firms; a percentile bootstrap over the firms is there for the curious.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.arrays import Floats
from analysis.reference import DIMENSION_CODES

Weighting = Literal["linear", "quadratic"]
HIGHEST_MARK = 4
MARKS = HIGHEST_MARK + 1
# With fewer firms, a normal interval promises more than it holds.
LEAST_FIRMS = 10
# The computed score is read as a mark in steps of a quarter of its range.
POINTS_A_MARK = 25.0
GAP = 2.0
READINGS: Mapping[str, str] = {"computed": "score", "firm": "ent", "diagnostician": "diag", "consensus": "cons"}
Marks = Mapping[str, ArrayLike] | pd.DataFrame


@dataclass(frozen=True, slots=True)
class Kappa:
    """A weighted kappa with its interval.

    `value` is 1 for full agreement, 0 for that of chance, negative below; None without a pair, or when both always gave one and
    the same mark. `se`, `low` and `high` are None where nothing can be said of the error (`reason` says why: pairs, constant,
    few). `n` is the number of pairs, `firms` that of the independent units behind them. `exact` is the share of equal marks.
    """

    value: float | None
    se: float | None
    low: float | None
    high: float | None
    n: int
    firms: int
    exact: float | None
    reason: str | None


def kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Weighting = "quadratic",
    categories: int = MARKS,
    sample_weight: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Kappa:
    """Cohen's weighted kappa between two series of marks, with the interval of Fleiss, Cohen and Everitt.

    Parameters
    ----------
    first, second
        Marks from 0 to `categories` - 1, nan where there is none, of one shape (n,).
    weights
        How a disagreement of d points counts: d (linear) or d² (quadratic).
    categories
        How many marks there are.
    sample_weight
        The weight of each pair, shape (n,), 0 or more; all alike by default.
    clusters
        The firm of each pair, shape (n,), where one gave several; each its own by default.
    level
        Of the interval, which is normal, or of Student with `firms` - 1 degrees when `clusters` are given.

    Notes
    -----
    Without one disagreement the influence of every pair is zero, and so would be the error. The low bound then supposes as many
    disagreements as `firms` trials without one still allow (Clopper & Pearson 1934), as costly as those of chance.

    Raises
    ------
    ValueError
        For a mark that is not a whole number of the scale, a weight that is negative, or shapes that differ.
    """
    pairs = _Pairs.of(first, second, categories=categories, sample_weight=sample_weight, clusters=clusters)
    if pairs.n == 0:
        return Kappa(None, None, None, None, 0, 0, None, "pairs")
    cost = costs(categories, weights)
    table = pairs.table(categories)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    chance = float((np.outer(rows, columns) * cost).sum())
    exact = float(np.trace(table))
    if chance == 0:
        return Kappa(None, None, None, None, pairs.n, pairs.firms, exact, "constant")
    observed = float((table * cost).sum())
    value = 1.0 - observed / chance
    if pairs.firms < LEAST_FIRMS or min(np.count_nonzero(rows), np.count_nonzero(columns)) == 1:
        few = "few" if pairs.firms < LEAST_FIRMS else "constant"
        return Kappa(value, None, None, None, pairs.n, pairs.firms, exact, few)
    of_row, of_column = cost @ columns, rows @ cost
    gradient = (-(cost - observed) * chance + observed * (of_row[:, None] + of_column[None, :] - 2 * chance)) / chance**2
    se = pairs.error(gradient)
    quantile = stats.t.ppf((1 + level) / 2, pairs.firms - 1) if pairs.clustered else stats.norm.ppf((1 + level) / 2)
    low, high = value - float(quantile) * se, min(value + float(quantile) * se, 1.0)
    if observed == 0:
        unseen = 1.0 - ((1 - level) / 2) ** (1 / pairs.firms)
        low = 1.0 - unseen / float(1.0 - rows @ columns)
    return Kappa(value, se, max(low, -1.0), high, pairs.n, pairs.firms, exact, None)


def bootstrap_interval(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Weighting = "quadratic",
    categories: int = MARKS,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float] | None:
    """The percentile interval of the kappa when firms are drawn again with replacement (Efron & Tibshirani 1993).

    Parameters
    ----------
    first, second, weights, categories, clusters, level
        As for `kappa`.
    draws, seed
        Of the resampling. Draws in which both series are one and the same mark have no kappa and are left out.

    Returns
    -------
    tuple or None
        The two bounds; None with fewer than two firms, or when under half of the draws have a kappa.
    """
    pairs = _Pairs.of(first, second, categories=categories, sample_weight=None, clusters=clusters)
    if pairs.firms < 2:  # noqa: PLR2004 (one firm drawn again is always itself).
        return None
    by_firm = np.zeros((pairs.firms, categories * categories))
    np.add.at(by_firm, (pairs.owners, pairs.one * categories + pairs.other), 1.0)
    times = np.random.default_rng(seed).multinomial(pairs.firms, np.full(pairs.firms, 1 / pairs.firms), size=draws)
    tables = (times @ by_firm).reshape(draws, categories, categories)
    tables /= tables.sum(axis=(1, 2), keepdims=True)
    cost = costs(categories, weights)
    chance = np.einsum("di,dj,ij->d", tables.sum(axis=2), tables.sum(axis=1), cost)
    known = chance > 0
    if 2 * int(known.sum()) < draws:
        return None
    values = 1.0 - np.einsum("dij,ij->d", tables[known], cost) / chance[known]
    low, high = np.quantile(values, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def weighted_kappa(
    first: ArrayLike, second: ArrayLike, *, weights: Weighting = "quadratic", categories: int = MARKS
) -> float | None:
    """The weighted kappa alone, without its interval: `kappa(…).value`."""
    return kappa(first, second, weights=weights, categories=categories).value


def agreement(marks: Marks, *, weights: Weighting = "quadratic") -> dict[str, float | None]:
    """The weighted kappa between firms and diagnosticians, dimension by dimension.

    Parameters
    ----------
    marks
        Columns ent_D1 … ent_D10 and diag_D1 … diag_D10 of one shape (n,), as in the table of `firm_features`. Given the rows of
        one diagnostician only, it is that rater's agreement, where a drift shows.
    weights
        linear or quadratic.
    """
    pairs = {code: (marks.get(f"ent_{code}"), marks.get(f"diag_{code}")) for code in DIMENSION_CODES}
    return {
        code: None if firm is None or other is None else weighted_kappa(firm, other, weights=weights)
        for code, (firm, other) in pairs.items()
    }


def agreement_by_rater(marks: Marks, raters: Sequence[str], *, weights: Weighting = "quadratic") -> dict[str, float | None]:
    """The weighted kappa of each diagnostician over all dimensions together; `raters` names the one of each row."""
    return {rater: found.value for rater, found in kappas_by_rater(marks, raters, weights=weights).items()}


def kappas_by_dimension(marks: Marks, *, weights: Weighting = "quadratic", level: float = 0.95) -> dict[str, Kappa]:
    """The kappa between firms and diagnosticians with its interval, dimension by dimension.

    Parameters
    ----------
    marks
        As for `agreement`; a dimension without one of its columns has no pair.
    weights, level
        As for `kappa`.
    """
    nothing = np.empty(0)
    found = {}
    for code in DIMENSION_CODES:
        firm, other = marks.get(f"ent_{code}"), marks.get(f"diag_{code}")
        both = (nothing, nothing) if firm is None or other is None else (firm, other)
        found[code] = kappa(*both, weights=weights, level=level)
    return found


def kappas_by_rater(
    marks: Marks, raters: Sequence[str], *, weights: Weighting = "quadratic", level: float = 0.95
) -> dict[str, Kappa]:
    """The kappa of each diagnostician with the firms met, all dimensions together; a firm's ten marks are one unit.

    Parameters
    ----------
    marks
        As for `agreement`.
    raters
        The diagnostician of each row, n of them.
    weights, level
        As for `kappa`.

    Notes
    -----
    Dimensions that everybody marks high and others that everybody marks low raise this kappa: compare diagnosticians with one
    another, not with the kappa of one dimension.
    """
    who = np.asarray(raters, dtype=object)
    found = {}
    for rater in sorted(set(raters)):
        rows = np.flatnonzero(who == rater)
        ours, theirs = (
            np.concatenate([np.asarray(marks[f"{voice}_{code}"], dtype=float)[rows] for code in DIMENSION_CODES])
            for voice in ("ent", "diag")
        )
        found[rater] = kappa(ours, theirs, weights=weights, level=level, clusters=np.tile(rows, len(DIMENSION_CODES)))
    return found


def computed_marks(scores: ArrayLike) -> Floats:
    """Computed scores (0 to 100) as marks (0 to 4): the nearest quarter, the upper one halfway; nan stays nan."""
    return np.asarray(np.clip(np.floor(np.asarray(scores, dtype=float) / POINTS_A_MARK + 0.5), 0, HIGHEST_MARK), dtype=float)


def readings_table(features: pd.DataFrame, *, weights: Weighting = "quadratic", gap: float = GAP) -> pd.DataFrame:
    """The four readings of each dimension, two by two.

    Parameters
    ----------
    features
        The table of `firm_features`: score_D1 … cons_D10. A reading that is absent has no pair.
    weights
        As for `kappa`.
    gap
        From how many points on a gap counts as large.

    Returns
    -------
    DataFrame
        One row a dimension and a pair (`first`, `second` among computed, firm, diagnostician, consensus): `n` pairs, `mean_gap` of
        the second less the first, `first_lower` and `second_lower`, the shares of firms in which one sees less fragility by
        `gap` points or more, `kappa`, `low`, `high`, and `spearman`, the rank correlation of the readings as they are (the computed
        score not rounded to marks). nan where nothing can be said.
    """
    lines = []
    for code in DIMENSION_CODES:
        raw = {name: _reading(features, f"{prefix}_{code}") for name, prefix in READINGS.items()}
        marks = raw | {"computed": computed_marks(raw["computed"])}
        for first, second in combinations(READINGS, 2):
            both = np.isfinite(marks[first]) & np.isfinite(marks[second])
            found = kappa(marks[first], marks[second], weights=weights)
            gaps = (marks[second] - marks[first])[both]
            lines.append(
                {
                    "dimension": code,
                    "first": first,
                    "second": second,
                    "n": found.n,
                    "mean_gap": float(gaps.mean()) if len(gaps) else np.nan,
                    "first_lower": float((gaps >= gap).mean()) if len(gaps) else np.nan,
                    "second_lower": float((gaps <= -gap).mean()) if len(gaps) else np.nan,
                    "kappa": _or_nan(found.value),
                    "low": _or_nan(found.low),
                    "high": _or_nan(found.high),
                    "spearman": _spearman(raw[first][both], raw[second][both]),
                }
            )
    return pd.DataFrame(lines)


def costs(categories: int, weights: Weighting) -> Floats:
    """The cost of each pair of marks, shape (categories, categories): the distance (linear) or its square (quadratic)."""
    steps = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories))).astype(float)
    return steps if weights == "linear" else steps**2


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The pairs of marks that both gave: `one`, `other`, the weight `each` and the firm `owners` of each, shape (n,)."""

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    each: Floats
    owners: NDArray[np.intp]
    clustered: bool

    @classmethod
    def of(
        cls, first: ArrayLike, second: ArrayLike, *, categories: int, sample_weight: ArrayLike | None, clusters: ArrayLike | None
    ) -> "_Pairs":
        one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
        each = np.ones(one.shape) if sample_weight is None else np.asarray(sample_weight, dtype=float)
        whose = np.arange(len(one)) if clusters is None else np.asarray(clusters)
        if not one.shape == other.shape == each.shape == whose.shape or one.ndim != 1:
            message = f"Both series of marks, the weights and the firms have one shape (n,), not {one.shape} and {other.shape}."
            raise ValueError(message)
        if not (np.isfinite(each) & (each >= 0)).all():
            message = "The weight of a pair is a finite number, 0 or more."
            raise ValueError(message)
        both = np.isfinite(one) & np.isfinite(other) & (each > 0)
        for marks in (one[both], other[both]):
            if not ((marks == np.rint(marks)) & (marks >= 0) & (marks < categories)).all():
                message = f"A mark is a whole number from 0 to {categories - 1}, or nan."
                raise ValueError(message)
        owners = np.unique(whose[both], return_inverse=True)[1]
        return cls(one[both].astype(np.intp), other[both].astype(np.intp), each[both], owners, clusters is not None)

    @property
    def n(self) -> int:
        return len(self.one)

    @property
    def firms(self) -> int:
        return int(self.owners.max()) + 1 if self.n else 0

    def table(self, categories: int) -> Floats:
        """The shares of each pair of marks, summing to 1."""
        table: Floats = np.zeros((categories, categories))
        np.add.at(table, (self.one, self.other), self.each)
        table /= table.sum()
        return table

    def error(self, gradient: Floats) -> float:
        """The standard error, from the influence of each pair of marks."""
        shares = self.each / self.each.sum() * gradient[self.one, self.other]
        squares = float((np.bincount(self.owners, shares) ** 2).sum())
        return float(np.sqrt(squares * (self.firms / (self.firms - 1) if self.clustered else 1.0)))


def _reading(features: pd.DataFrame, name: str) -> Floats:
    if name not in features.columns:
        return np.full(len(features), np.nan)
    return pd.to_numeric(features[name], errors="coerce").to_numpy(dtype=np.float64)


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _spearman(first: Floats, second: Floats) -> float:
    """The rank correlation; nan for fewer than three pairs or a constant reading."""
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:  # noqa: PLR2004 (two points always lie on a line).
        return np.nan
    return float(stats.spearmanr(first, second).statistic)
