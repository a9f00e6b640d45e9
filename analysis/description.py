"""What marks a group of firms: v-tests of its means and shares against all firms, with the multiplicity and the size of effects.

Weights are scaled to Kish's effective number of firms, since raw survey weights would flag two thirds of random differences
(`docs/methods/profiles.md`). Formulas: Lebart, Morineau & Piron; a category's probability is the doubled mid-p hypergeometric.
A variable that made the groups is marked for description only: its v-test is no proof.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.weighting import effective_size

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mark:
    """One variable (or « variable=level ») in one group: its mean there and overall, the effect in standard deviations (or in
    points of share), the v-test, its probability, and whether it holds after Benjamini & Hochberg at 5 %."""

    group: int
    variable: str
    mean: float
    overall: float
    effect: float
    v: float
    probability: float
    significant: bool


def describe_numbers(
    table: pd.DataFrame,
    groups: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    scale_to: float | None = None,
    count_missing: bool = False,
) -> list[Mark]:
    """The v-tests of each numeric column in each group: (mean_k - mean) / sd · √n_k / √((n - n_k) / (n - 1)).

    Missing values are left out of their column, and out of n unless `count_missing`, which overstates v a little and is what
    FactoMineR's catdes does. `scale_to` is the sum that the weights are given (Kish's number by default).
    """
    labels, scaled = np.asarray(groups), _scaled(weights, len(table), scale_to)
    marks = []
    for name in table.columns:
        values = table[name].to_numpy(dtype=np.float64)
        known = np.isfinite(values)
        size = float(scaled[known].sum())
        if size <= 1:
            continue
        mean = float(scaled[known] @ values[known]) / size
        spread = float(np.sqrt(scaled[known] @ (values[known] - mean) ** 2 / size))
        for group in np.unique(labels):
            here = known & (labels == group)
            answered = float(scaled[here].sum())
            if answered <= 0 or spread <= 0:
                continue
            local = float(scaled[here] @ values[here]) / answered
            inside, total = (float(scaled[labels == group].sum()), float(scaled.sum())) if count_missing else (answered, size)
            outside = max(total - inside, 0.0) / (total - 1)
            v = (local - mean) / spread * np.sqrt(inside) / np.sqrt(outside) if outside > 0 else 0.0
            marks.append(
                Mark(int(group), str(name), local, mean, (local - mean) / spread, float(v), float(2 * stats.norm.sf(abs(v))), False)
            )
    return _corrected(marks)


def describe_categories(
    table: pd.DataFrame, groups: ArrayLike, weights: ArrayLike | None = None, *, scale_to: float | None = None
) -> list[Mark]:
    """The v-tests of each category in each group; missing values are a category « NA ». Scaled counts are rounded."""
    labels, scaled = np.asarray(groups), _scaled(weights, len(table), scale_to)
    whole = float(scaled.sum())
    marks = []
    for name in table.columns:
        values = table[name].astype(object).where(table[name].notna(), "NA").astype(str).to_numpy()
        for level in sorted(set(values)):
            having = values == level
            share = float(scaled[having].sum()) / whole
            for group in np.unique(labels):
                here = labels == group
                inside = float(scaled[here].sum())
                both = float(scaled[having & here].sum())
                v, probability = _category_test(both, inside, share * whole, whole)
                marks.append(
                    Mark(
                        int(group),
                        f"{name}={level}",
                        both / max(inside, 1e-12),
                        share,
                        both / max(inside, 1e-12) - share,
                        v,
                        probability,
                        False,
                    )
                )
    return _corrected(marks)


def _category_test(both: float, inside: float, having: float, whole: float) -> tuple[float, float]:
    """The doubled mid-p hypergeometric probability of a crossing, and its v-test."""
    count, drawn, marked, total = (round(number) for number in (both, inside, having, whole))
    exactly = stats.hypergeom.pmf(count, total, marked, drawn)
    below = float(stats.hypergeom.cdf(count - 1, total, marked, drawn) + exactly / 2)
    above = float(stats.hypergeom.sf(count, total, marked, drawn) + exactly / 2)
    probability = min(2 * min(below, above), 1.0)
    v = float(stats.norm.isf(probability / 2)) if probability > 0 else 40.0
    return (v if above < below else -v), probability


def _scaled(weights: ArrayLike | None, rows: int, scale_to: float | None) -> Floats:
    raw = np.ones(rows) if weights is None else np.asarray(weights, dtype=np.float64)
    return np.asarray(raw * (effective_size(raw) if scale_to is None else scale_to) / raw.sum(), dtype=np.float64)


def _corrected(marks: list[Mark]) -> list[Mark]:
    """Benjamini & Hochberg (1995) over all the marks at 5 %."""
    if not marks:
        return []
    adjusted = stats.false_discovery_control([min(max(mark.probability, 0.0), 1.0) for mark in marks])
    return [
        Mark(mark.group, mark.variable, mark.mean, mark.overall, mark.effect, mark.v, mark.probability, bool(q <= 0.05))  # noqa: PLR2004 (the level is the docstring's).
        for mark, q in zip(marks, adjusted, strict=True)
    ]
