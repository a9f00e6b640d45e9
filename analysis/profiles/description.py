"""What marks a group of firms: v-tests of its means and shares against all firms, with the multiplicity and the size of effects.

Weights are scaled to Kish's effective number of firms, since raw survey weights would flag two thirds of random differences
(`docs/methods/profiles.md`). Formulas: Lebart, Morineau & Piron; a category's probability is the doubled mid-p hypergeometric.
A variable that made the groups is marked for description only: its v-test is no proof.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from analysis.arrays import Floats, Integers
from analysis.survey.weighting import effective_size

LEVEL = 0.05
FARTHEST = 40.0
MISSING = "NA"


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


@dataclass(frozen=True, slots=True)
class Link:
    """How much a variable differs between groups as a whole: eta² of a number with Fisher's F, or Cramér's V of a category with
    the chi-square; the probability, and whether it holds after Benjamini & Hochberg at 5 %."""

    variable: str
    kind: str
    strength: float
    probability: float
    freedom: int
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

    Parameters
    ----------
    table
        Numbers, one row a firm. Missing values are left out of their column.
    groups
        The group of each firm, integers.
    weights
        Survey weights; all alike if None.
    scale_to
        The sum that the weights are given: Kish's effective number by default.
    count_missing
        Count missing values in n, which overstates v a little and is what FactoMineR's catdes does.

    Raises
    ------
    ValueError
        When a number is infinite, a weight is not above zero, or groups and firms do not match.
    """
    labels, names, scaled = _prepared(table, groups, weights, scale_to)
    sizes, whole = np.bincount(labels, scaled), float(scaled.sum())
    marks: list[tuple[int, str, float, float, float, float, float]] = []
    for name in table.columns:
        values = table[name].to_numpy(dtype=np.float64)
        if np.isinf(values).any():
            message = f"{name}: a number is infinite."
            raise ValueError(message)
        known = np.isfinite(values)
        held, filled = np.where(known, scaled, 0.0), np.where(known, values, 0.0)
        size = float(held.sum())
        if size <= 1:
            continue
        mean = float(held @ filled) / size
        spread = float(np.sqrt(held @ (filled - mean) ** 2 / size))
        answered = np.bincount(labels, held, len(names))
        if spread <= 0:
            continue
        local = np.bincount(labels, held * filled, len(names)) / np.where(answered > 0, answered, 1.0)
        inside, total = (sizes, whole) if count_missing else (answered, size)
        outside = np.maximum(total - inside, 0.0) / (total - 1)
        effect = (local - mean) / spread
        v = np.where(outside > 0, effect * np.sqrt(inside) / np.sqrt(np.where(outside > 0, outside, 1.0)), 0.0)
        probability = 2 * stats.norm.sf(np.abs(v))
        marks += [
            (names[k], str(name), float(local[k]), mean, float(effect[k]), float(v[k]), float(probability[k]))
            for k in range(len(names))
            if answered[k] > 0
        ]
    return _corrected(marks)


def describe_categories(
    table: pd.DataFrame, groups: ArrayLike, weights: ArrayLike | None = None, *, scale_to: float | None = None
) -> list[Mark]:
    """The v-tests of each category in each group; missing values are a category « NA ». Scaled counts are rounded.

    Parameters and errors as for `describe_numbers`.
    """
    labels, names, scaled = _prepared(table, groups, weights, scale_to)
    sizes, whole = np.asarray(np.bincount(labels, scaled), dtype=np.float64), float(scaled.sum())
    counts, variables = [], []
    for name in table.columns:
        codes, levels = _coded(table[name])
        counts.append(_crossed(codes, labels, scaled, len(levels), len(names)))
        variables += [f"{name}={level}" for level in levels]
    if not counts:
        return []
    both = np.vstack(counts)
    having = both.sum(axis=1)
    v, probability = _category_tests(both, sizes, having, whole)
    local, overall = both / sizes, having / whole
    return _corrected(
        [
            (
                names[k], variable, float(local[row, k]), float(overall[row]), float(local[row, k] - overall[row]),
                float(v[row, k]), float(probability[row, k]),
            )
            for row, variable in enumerate(variables)
            for k in range(len(names))
        ]
    )  # fmt: skip


def link_variables(
    table: pd.DataFrame, groups: ArrayLike, weights: ArrayLike | None = None, *, scale_to: float | None = None
) -> list[Link]:
    """How strongly each variable, number or category, differs between groups; the strongest first.

    Parameters and errors as for `describe_numbers`. Missing numbers are left out; a missing category is a level of its own.
    """
    labels, names, scaled = _prepared(table, groups, weights, scale_to)
    links = []
    for name in table.columns:
        number = pd.api.types.is_numeric_dtype(table[name]) and table[name].dtype != bool
        found = (_eta if number else _cramer)(table[name], labels, scaled, len(names))
        links.append(Link(str(name), *found, False))
    if not links:
        return []
    adjusted = stats.false_discovery_control([min(max(link.probability, 0.0), 1.0) for link in links])
    held = [replace(link, significant=bool(q <= LEVEL)) for link, q in zip(links, adjusted, strict=True)]
    return sorted(held, key=lambda link: (link.probability, -link.strength, link.variable))


def _eta(column: pd.Series, labels: Integers, scaled: Floats, groups: int) -> tuple[str, float, float, int]:
    values = column.to_numpy(dtype=np.float64)
    known = np.isfinite(values)
    held, here = scaled[known], labels[known]
    size, present = float(held.sum()), np.bincount(here, held, groups)
    filled = values[known]
    mean = float(held @ filled) / size if size > 0 else 0.0
    whole = float(held @ (filled - mean) ** 2)
    local = np.bincount(here, held * filled, groups) / np.where(present > 0, present, 1.0)
    between = float(present @ (local - mean) ** 2)
    kinds = int((present > 0).sum())
    if whole <= 0 or kinds < 2 or size <= kinds:  # noqa: PLR2004 (nothing to tell apart).
        return "number", 0.0, 1.0, max(kinds - 1, 0)
    eta = min(between / whole, 1.0)
    fisher = eta / (kinds - 1) / (max(1 - eta, 1e-300) / (size - kinds))
    return "number", eta, float(stats.f.sf(fisher, kinds - 1, size - kinds)), kinds - 1


def _cramer(column: pd.Series, labels: Integers, scaled: Floats, groups: int) -> tuple[str, float, float, int]:
    codes, levels = _coded(column)
    table = _crossed(codes, labels, scaled, len(levels), groups)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    chi = float(((table - expected) ** 2 / expected).sum())
    least, freedom = min(table.shape) - 1, (table.shape[0] - 1) * (table.shape[1] - 1)
    if freedom == 0:
        return "category", 0.0, 1.0, 0
    return "category", float(np.sqrt(chi / table.sum() / least)), float(stats.chi2.sf(chi, freedom)), freedom


def _prepared(
    table: pd.DataFrame, groups: ArrayLike, weights: ArrayLike | None, scale_to: float | None
) -> tuple[Integers, list[int], Floats]:
    """The groups numbered from 0, their own names, and scaled weights."""
    raw = np.ones(len(table)) if weights is None else np.asarray(weights, dtype=np.float64)
    named = np.asarray(groups)
    if not len(table) or named.shape != (len(table),) or raw.shape != (len(table),):
        message = "A description takes one group and one weight for each firm, one firm at least."
        raise ValueError(message)
    if not (np.isfinite(raw).all() and (raw > 0).all()):
        message = "Every firm needs a weight above zero: leave out the firms that should not count."
        raise ValueError(message)
    names, labels = np.unique(named, return_inverse=True)
    scaled = raw * (effective_size(raw) if scale_to is None else scale_to) / raw.sum()
    return labels.astype(np.int64), [int(name) for name in names], np.asarray(scaled, dtype=np.float64)


def _coded(column: pd.Series) -> tuple[Integers, list[str]]:
    """The levels of a category in the order of their names, and each firm's; missing is a level."""
    codes, levels = pd.factorize(column)
    names = [str(level) for level in levels] + [MISSING]
    merged = sorted({names[code] for code in np.unique(codes)})
    place = np.array([merged.index(name) if name in merged else 0 for name in names], dtype=np.int64)
    return place[codes], merged


def _crossed(codes: Integers, labels: Integers, scaled: Floats, levels: int, groups: int) -> Floats:
    flat = np.bincount(codes * groups + labels, scaled, levels * groups)
    return np.asarray(flat.reshape(levels, groups), dtype=np.float64)


def _category_tests(both: Floats, inside: Floats, having: Floats, whole: float) -> tuple[Floats, Floats]:
    """The doubled mid-p hypergeometric probabilities of crossings (levels, groups), and their v-tests."""
    total = round(whole)
    drawn, marked = (np.broadcast_to(sizes, both.shape) for sizes in (np.rint(inside), np.rint(having)[:, None]))
    # Rounded margins may leave less room than the rounded crossing takes.
    count = np.clip(np.rint(both), np.maximum(0, drawn + marked - total), np.minimum(drawn, marked))
    exactly = stats.hypergeom.pmf(count, total, marked, drawn)
    more = count * total > drawn * marked
    tail = np.empty(both.shape)
    tail[more] = stats.hypergeom.sf(count[more], total, marked[more], drawn[more])
    tail[~more] = stats.hypergeom.cdf(count[~more] - 1, total, marked[~more], drawn[~more])
    near = tail + exactly / 2
    far = 1.0 - near
    above = np.where(more, near, far) < np.where(more, far, near)
    probability = np.minimum(2 * np.minimum(near, far), 1.0)
    with np.errstate(divide="ignore"):
        v = np.where(probability > 0, stats.norm.isf(np.maximum(probability, 1e-320) / 2), FARTHEST)
    return np.where(above, v, -v), np.asarray(np.maximum(probability, 0.0), dtype=np.float64)


def _corrected(found: list[tuple[int, str, float, float, float, float, float]]) -> list[Mark]:
    """The marks, with Benjamini & Hochberg (1995) over all of them at 5 %."""
    if not found:
        return []
    adjusted = stats.false_discovery_control([min(max(row[-1], 0.0), 1.0) for row in found])
    return [Mark(*row, bool(q <= LEVEL)) for row, q in zip(found, adjusted, strict=True)]
