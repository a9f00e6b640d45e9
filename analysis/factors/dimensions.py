"""How many axes: by parallel analysis for those that are read, by cross-validation for those that complete missing answers.

What comes in is a table with an analysis or an imputation; what goes out is a number of axes with the evidence for it. Both draw at
random from a seed: the same seed gives the same number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from analysis.arrays import Floats
from analysis.factors.axes import find_axes
from analysis.factors.coding import Coded, learn
from analysis.factors.imputation import FactorImputer
from analysis.factors.inertia import row_weights
from analysis.factors.model import FactorModel
from analysis.factors.tables import Completed


@dataclass(frozen=True, slots=True)
class ParallelAnalysis:
    """`axes` kept; `eigenvalues` found and `thresholds` exceeded by chance (axes,), the quantile of the shuffled tables' own."""

    axes: int
    eigenvalues: Floats
    thresholds: Floats


@dataclass(frozen=True, slots=True)
class ImputationAxes:
    """`axes` that complete hidden answers best; `errors` (draws, axes tried) are mean squared errors in standardised units, column k
    for k axes, and `mean_errors` their means over the draws."""

    axes: int
    errors: Floats
    mean_errors: Floats


def parallel_analysis(
    model: FactorModel,
    X: Any,  # noqa: N803
    sample_weight: Any = None,
    *,
    draws: int = 20,
    quantile: float = 0.95,
    seed: int = 0,
) -> ParallelAnalysis:
    """The number of axes that stand out from those of the same columns shuffled, each on its own (Horn 1965).

    An axis is kept while its eigenvalue, and each before it, exceeds the `quantile` of the shuffled tables' eigenvalue of its rank.
    Weights stay with the rows; gaps are handled once, before shuffling, as `model` does.

    Parameters
    ----------
    model : FAMD, MCA or PCA
        The analysis, which is not changed.
    X, sample_weight
        As for its `fit`.
    draws : int
        Shuffled tables, one at least.
    quantile : float
        0 to 1.
    seed : int
        Of the shuffles.

    Returns
    -------
    ParallelAnalysis
        With no axis at all where nothing stands out.

    """
    if draws < 1 or not 0 < quantile < 1:
        message = "Parallel analysis needs one draw at least, and a quantile between 0 and 1."
        raise ValueError(message)
    fitted = clone(model)
    coded = fitted.fit_coded(X, sample_weight)
    weights = row_weights(sample_weight, len(coded))
    coded, share = coded.rows(weights > 0), weights[weights > 0] / weights.sum()
    random = np.random.default_rng(seed)
    ours = fitted.eigenvalues_
    null = np.zeros((draws, len(ours)))
    for draw in range(draws):
        mixed = _shuffled(coded, random)
        coding = fitted.rescaled(learn(mixed, share, fitted.coding_.names, fitted.coding_.variables, fitted.coding_.levels))
        found = find_axes(mixed, coding, share).eigenvalues[: len(ours)]
        null[draw, : len(found)] = found
    thresholds = np.quantile(null, quantile, axis=0)
    beyond = ours > thresholds * (1 + 1e-9)
    return ParallelAnalysis(len(ours) if beyond.all() else int(np.argmin(beyond)), ours, thresholds)


def imputation_axes(
    imputer: FactorImputer,
    X: Any,  # noqa: N803
    sample_weight: Any = None,
    *,
    largest: int = 5,
    draws: int = 5,
    hidden: float = 0.05,
    seed: int = 0,
) -> ImputationAxes:
    """The number of axes that best completes known answers hidden at random (Josse & Husson 2012; Audigier, Husson & Josse 2016).

    Each draw hides a share of the known cells and completes them with 0 to `largest` axes; the error is the weighted mean, over
    hidden cells, of the squared difference of z-scores (numbers) or of indicators over √share (categories). The number of axes with
    the least mean error is kept, the smaller of equals.

    Parameters
    ----------
    imputer : FactorImputer
        The imputation, which is not changed; its own number of axes does not matter.
    X, sample_weight
        As for its `fit`; a table, not an array, when categories are among the columns.
    largest : int
        The greatest number tried; lowered to what the table allows.
    draws : int
        One at least.
    hidden : float
        The share of known cells hidden, 0 to 1.
    seed : int
        Of the draws.

    """
    if draws < 1 or not 0 < hidden < 1 or largest < 0:
        message = (
            "Cross-validation needs one draw at least, a share hidden between 0 and 1, and a largest number of axes from 0 up."
        )
        raise ValueError(message)
    base = clone(imputer).set_params(n_components=0)
    whole = base.fit_complete(X, sample_weight=sample_weight)
    table = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X), columns=list(whole.kinds))
    weights = row_weights(sample_weight, len(table))
    most = min(largest, base.most_)
    random = np.random.default_rng(seed)
    errors = np.zeros((draws, most + 1))
    for draw in range(draws):
        gone = _hide(table, weights, hidden, random)
        for axes in range(most + 1):
            trial = clone(imputer).set_params(n_components=axes, kinds=whole.kinds)
            completed = trial.fit_complete(table.mask(gone), sample_weight=weights)
            errors[draw, axes] = _error(completed, whole, gone, weights)
    means = errors.mean(axis=0)
    return ImputationAxes(int(np.argmin(means)), errors, means)


def _shuffled(coded: Coded, random: np.random.Generator) -> Coded:
    """Each column in an order of its own."""
    numbers = np.column_stack([random.permutation(column) for column in coded.numbers.T] or [np.empty((len(coded), 0))])
    return Coded(numbers, tuple(random.permutation(block) for block in coded.blocks))


def _hide(table: pd.DataFrame, weights: Floats, share: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """Known cells to hide (rows, columns): a share of them, but never the last rows that know a column or one of its levels."""
    gone: NDArray[np.bool_] = (random.random(table.shape) < share) & table.notna().to_numpy() & (weights > 0)[:, None]
    for place, name in enumerate(table.columns):
        column = table[name]
        left = column[~gone[:, place] & (weights > 0)].dropna()
        for value in _lost(column[gone[:, place]], left):
            first = int(np.flatnonzero(gone[:, place] & (column == value).to_numpy(dtype=bool))[0])
            gone[first, place] = False
    return gone


def _lost(hidden: pd.Series, left: pd.Series) -> Sequence[Any]:
    """The values of which hiding would leave nothing: a level that only hidden rows have; any value, of a number without others."""
    if pd.api.types.is_numeric_dtype(hidden) and not left.empty:
        return []
    return [value for value in pd.unique(hidden) if not (left == value).any()]


def _error(completed: Completed, whole: Completed, gone: NDArray[np.bool_], weights: Floats) -> float:
    """The weighted mean squared error over the hidden cells, in standardised units; zero where none was hidden."""
    order = list(whole.kinds)
    names = [name for name, kind in whole.kinds.items() if kind == "number"]
    total, mass = 0.0, 0.0
    coding = learn(whole.coded, weights / weights.sum(), names, [name for name in order if name not in names], whole.levels)
    apart = ((completed.coded.numbers - whole.coded.numbers) / coding.spreads) ** 2
    for place, name in enumerate(names):
        rows = gone[:, order.index(name)]
        total += float(weights[rows] @ apart[rows, place])
        mass += float(weights[rows].sum())
    for name, block, truth, share in zip(coding.variables, completed.coded.blocks, whole.coded.blocks, coding.shares, strict=True):
        rows = gone[:, order.index(name)]
        total += float(weights[rows] @ ((block[rows] - truth[rows]) ** 2 / share).sum(axis=1))
        mass += float(weights[rows].sum())
    return total / mass if mass > 0 else 0.0
