"""How alike two partitions of the same firms are: adjusted Rand index, variation of information, Jaccard indices of clusters.

What comes in are two sequences of labels of the same rows (any labels, none missing); what goes out are figures that do not depend
on how the clusters are numbered.
"""

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Floats, Labels


def crossed(one: ArrayLike, other: ArrayLike) -> Labels:
    """The table of the rows that each cluster of one partition shares with each of the other.

    Raises
    ------
    ValueError
        When the partitions are not of the same rows, or of none.
    """
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape or first.ndim != 1 or not len(first):
        message = "Two partitions can only be compared on the same rows, one at least."
        raise ValueError(message)
    rows, columns = (np.unique(labels, return_inverse=True)[1] for labels in (first, second))
    table = np.zeros((int(rows.max()) + 1, int(columns.max()) + 1), dtype=np.int64)
    np.add.at(table, (rows, columns), 1)
    return table


def adjusted_rand(one: ArrayLike, other: ArrayLike) -> float:
    """The Rand index corrected for chance (Hubert & Arabie 1985): 1 for the same partition, about 0 for unrelated ones."""
    table = crossed(one, other).astype(np.float64)
    together, first, second = (_pairs(counts) for counts in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = first * second / max(_pairs(table.sum()), 1.0)
    most = (first + second) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def variation_of_information(one: ArrayLike, other: ArrayLike) -> float:
    """H(one) + H(other) - 2 I(one, other), natural logarithms (Meila 2007): 0 for the same partition."""
    share = crossed(one, other) / len(np.asarray(one))
    return float(2 * _entropy(share) - _entropy(share.sum(axis=1)) - _entropy(share.sum(axis=0)))


def jaccard_table(one: ArrayLike, other: ArrayLike) -> Floats:
    """The Jaccard index of each cluster of one partition with each of the other: rows shared over rows in either."""
    table = crossed(one, other).astype(np.float64)
    either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    return np.asarray(table / either, dtype=np.float64)


def best_jaccard(reference: ArrayLike, other: ArrayLike) -> Floats:
    """For each cluster of `reference`, in the order of its labels, its greatest Jaccard index with one of `other` (Hennig 2007)."""
    return np.asarray(jaccard_table(reference, other).max(axis=1), dtype=np.float64)


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _entropy(share: Floats) -> float:
    held = share[share > 0]
    return float(-(held * np.log(held)).sum())
