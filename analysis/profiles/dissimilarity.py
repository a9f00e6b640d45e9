"""Gower's dissimilarity between mixed answers, some missing, and the partition around medoids that it feeds.

Both are second opinions beside the factor analysis: on simulated surveys they find planted profiles far less well
(`docs/methods/profiles.md`). What comes in is a table; what goes out is a matrix of dissimilarities, or medoids and labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.arrays import Floats, Labels

KINDS = ("number", "ordered", "category", "asymmetric")
BETTER = 1e-12


def gower(
    table: pd.DataFrame, kinds: Mapping[str, str] | None = None, *, orders: Mapping[str, Sequence[Any]] | None = None
) -> Floats:
    """Gower's dissimilarity (1971) between all rows, shape (n, n), from 0 to 1.

    Parameters
    ----------
    table
        One row a firm; a missing answer leaves its variable out of the pairs that it touches.
    kinds
        Variable -> number, ordered (its rank among the levels counts), category, or asymmetric (a yes shared is a likeness, a no
        shared is nothing). Numeric columns are numbers and others categories by default.
    orders
        Ordered variable -> its levels, lowest first; sorted by default.

    Returns
    -------
    ndarray
        nan for a pair without a single answer in common.

    Raises
    ------
    ValueError
        When a kind is unknown, or an answer is not among the levels of its variable.
    """
    total, counted = np.zeros((len(table), len(table))), np.zeros((len(table), len(table)))
    for name in map(str, table.columns):
        column = table[name]
        kind = (kinds or {}).get(name) or ("number" if pd.api.types.is_numeric_dtype(column) else "category")
        if kind not in KINDS:
            message = f"{name}: no kind is called {kind!r}; known are {', '.join(KINDS)}."
            raise ValueError(message)
        values = _values(column, kind, (orders or {}).get(name))
        apart = values[:, None] - values[None, :]
        both = np.isfinite(apart)
        if kind in {"number", "ordered"}:
            width = float(np.nanmax(values) - np.nanmin(values)) if np.isfinite(values).any() else 0.0
            apart = np.abs(apart) / width if width > 0 else np.where(both, 0.0, np.nan)
        else:
            apart = np.where(both, (apart != 0).astype(np.float64), np.nan)
        if kind == "asymmetric":
            both &= (values[:, None] > 0) | (values[None, :] > 0)
        total += np.where(both, apart, 0.0)
        counted += both
    return np.asarray(np.where(counted > 0, total / np.maximum(counted, 1), np.nan), dtype=np.float64)


def _values(column: pd.Series, kind: str, order: Sequence[Any] | None) -> Floats:
    """A variable as numbers that can be compared, nan where missing."""
    if kind == "number":
        values = column.to_numpy(dtype=np.float64)
        if np.isinf(values).any():
            message = f"{column.name}: a number is infinite."
            raise ValueError(message)
        return values
    levels = list(order) if order is not None else sorted(column.dropna().unique())
    place = {level: float(rank) for rank, level in enumerate(levels)}
    strange = set(column.dropna().unique()) - set(place)
    if strange:
        message = f"{column.name}: {sorted(map(str, strange))} are not among its levels."
        raise ValueError(message)
    return np.asarray([place[value] if pd.notna(value) else np.nan for value in column], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Medoids:
    """A partition around medoids: their rows, labels from 0 in the order of the medoids' finding, and the mean distance to them."""

    medoids: Labels
    labels: Labels
    objective: float


def partition_around_medoids(apart: ArrayLike, k: int) -> Medoids:
    """PAM (Kaufman & Rousseeuw 1990): medoids built one by one, then swapped as long as a swap lowers the mean distance.

    Raises
    ------
    ValueError
        When k is not from 1 to n, or a distance is missing.
    """
    matrix = np.asarray(apart, dtype=np.float64)
    if not 1 <= k <= len(matrix):
        message = f"{len(matrix)} rows cannot be parted around {k} medoids."
        raise ValueError(message)
    if np.isnan(matrix).any():
        message = "A distance is missing: two rows share no answer; leave one of them out."
        raise ValueError(message)
    medoids = _swapped(matrix, _built(matrix, k))
    to_medoids = matrix[:, medoids]
    return Medoids(np.asarray(medoids), to_medoids.argmin(axis=1).astype(np.int64), float(to_medoids.min(axis=1).mean()))


def _built(matrix: Floats, k: int) -> list[int]:
    medoids = [int(matrix.sum(axis=0).argmin())]
    while len(medoids) < k:
        closest = matrix[:, medoids].min(axis=1)
        gain = np.maximum(closest[:, None] - matrix, 0.0).sum(axis=0)
        gain[medoids] = -np.inf
        medoids.append(int(gain.argmax()))
    return medoids


def _swapped(matrix: Floats, medoids: list[int]) -> list[int]:
    """The best swap of a medoid for another row, until none helps."""
    rows = np.arange(len(matrix))
    while True:
        to_medoids = matrix[:, medoids]
        owner = to_medoids.argmin(axis=1)
        closest = to_medoids[rows, owner]
        second = np.partition(to_medoids, 1, axis=1)[:, 1] if len(medoids) > 1 else np.full(len(matrix), np.inf)
        # Where a row comes nearer by the new medoid, whichever leaves; and what the rows of the one that leaves lose besides.
        nearer = np.minimum(matrix - closest[:, None], 0.0)
        change = np.tile(nearer.sum(axis=0), (len(medoids), 1))
        for place in range(len(medoids)):
            own = owner == place
            change[place] += (np.minimum(matrix[own], second[own, None]) - closest[own, None] - nearer[own]).sum(axis=0)
        change[:, medoids] = np.inf
        best = int(change.argmin())
        out, row = best // len(matrix), best % len(matrix)
        if change[out, row] >= -BETTER * max(float(closest.sum()), 1.0):
            return medoids
        medoids = [*medoids[:out], row, *medoids[out + 1 :]]
