"""Ward's tree of weighted points, and the named rules that read a number of clusters off it.

What comes in are coordinates (rows, axes) and weights; what goes out are a tree, its cuts (labels from 0) and its figures. The tree
is built on centroids and masses by merging all pairs of mutual nearest neighbours at once (Murtagh 1983; Bruynooghe 1978): Ward's
loss is reducible, so that this gives the same tree as merging one pair at a time, without a matrix of distances.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Floats, Labels

BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Tree:
    """Ward's tree of n points: `merges` (n-1, 2), numbered as scipy does (points first, then merges), lowest first, and `gains`,
    the between-class inertia lost by each merge, as a share of the total weight."""

    points: int
    merges: Labels
    gains: Floats

    def cut(self, k: int) -> Labels:
        """The partition in k clusters, numbered from the first point on."""
        if not 1 <= k <= self.points:
            message = f"A tree of {self.points} points cannot be cut into {k} clusters."
            raise ValueError(message)
        parent = np.arange(2 * self.points - 1)
        kept = self.points - k
        parent[self.merges[:kept]] = (self.points + np.arange(kept))[:, None]
        while True:
            up = parent[parent]
            if np.array_equal(up, parent):
                break
            parent = up
        return in_order(parent[: self.points])

    def within(self, k: int) -> float:
        """The within-class inertia of the partition in k clusters."""
        return float(self.gains[: self.points - k].sum())


def in_order(labels: ArrayLike) -> Labels:
    """The same partition, numbered from 0 in the order in which its clusters first appear."""
    _, first, inverse = np.unique(np.asarray(labels), return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)


def checked(points: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    """Coordinates (rows, axes) and weights (rows,) that a distance can be computed from.

    Raises
    ------
    ValueError
        When there is no row, a coordinate is missing or infinite, or a weight is not above zero.
    """
    cloud, mass = np.asarray(points, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if cloud.ndim != 2 or not len(cloud) or mass.shape != (len(cloud),):  # noqa: PLR2004 (rows and axes).
        message = "Clustering takes coordinates (rows, axes) of at least one row, and one weight a row."
        raise ValueError(message)
    if not np.isfinite(cloud).all():
        message = "A coordinate is missing or infinite: impute or drop it before clustering."
        raise ValueError(message)
    if not (np.isfinite(mass).all() and (mass > 0).all()):
        message = "Every row needs a weight above zero: drop the rows that should not count."
        raise ValueError(message)
    return cloud, mass


def ward(points: ArrayLike, weights: ArrayLike) -> Tree:
    """Ward's tree. Merging clusters of masses a and b at distance d loses a·b/(a+b)·d² of inertia (Ward 1963).

    Parameters
    ----------
    points
        Coordinates, shape (n, axes).
    weights
        Weights above zero, shape (n,), whatever their sum.

    Raises
    ------
    ValueError
        As `checked` does.
    """
    cloud, mass = checked(points, weights)
    return _Merging(cloud, mass).tree()


class _Merging:
    """The clusters alive, each with its nearest neighbour; merged clusters get the numbers after the points'."""

    def __init__(self, cloud: Floats, weights: Floats) -> None:
        count, axes = cloud.shape
        share = weights / weights.sum()
        self.count = count
        self.centres = np.zeros((2 * count - 1, axes))
        self.centres[:count] = cloud - share @ cloud
        self.mass = np.zeros(2 * count - 1)
        self.mass[:count] = share
        self.nearest = np.zeros(2 * count - 1, dtype=np.int64)
        self.loss = np.full(2 * count - 1, np.inf)
        self.alive = np.arange(count)
        self.merges = np.zeros((max(count - 1, 0), 2), dtype=np.int64)
        self.gains = np.zeros(max(count - 1, 0))

    def tree(self) -> Tree:
        stale, done = self.alive, 0
        while len(self.alive) > 1:
            for start in range(0, len(stale), BLOCK):
                self._look(stale[start : start + BLOCK])
            pairs = self._mutual()
            fresh = self.count + done + np.arange(len(pairs))
            self._merge(pairs, fresh)
            done += len(pairs)
            gone = np.zeros(2 * self.count - 1, dtype=bool)
            gone[pairs] = True
            kept = self.alive[~gone[self.alive]]
            # A neighbour that was not merged stays the nearest: that is what reducible means.
            stale = np.concatenate([kept[gone[self.nearest[kept]]], fresh])
            self.alive = np.concatenate([kept, fresh])
        return self._ordered()

    def _look(self, rows: Labels) -> None:
        """Finds the nearest neighbour of some clusters among those alive, by one matrix product."""
        here, there = self.centres[rows], self.centres[self.alive]
        norms, ones = np.einsum("ij,ij->i", there, there), np.ones(len(here))
        left = np.column_stack([-2.0 * here, np.einsum("ij,ij->i", here, here), ones])
        losses = left @ np.column_stack([there, np.ones(len(there)), norms]).T
        losses /= 1.0 / self.mass[rows][:, None] + 1.0 / self.mass[self.alive]
        losses[np.arange(len(rows)), np.searchsorted(self.alive, rows)] = np.inf
        best = losses.argmin(axis=1)
        self.nearest[rows] = self.alive[best]
        self.loss[rows] = losses[np.arange(len(rows)), best]

    def _mutual(self) -> Labels:
        """The pairs of mutual nearest neighbours; equal distances may leave none, and then the least pair of all is one."""
        mutual = self.alive[self.nearest[self.nearest[self.alive]] == self.alive]
        first = mutual[mutual < self.nearest[mutual]]
        if not len(first):
            least = self.alive[[int(np.argmin(self.loss[self.alive]))]]
            first = np.minimum(least, self.nearest[least])
            return np.column_stack([first, np.maximum(least, self.nearest[least])])
        return np.column_stack([first, self.nearest[first]])

    def _merge(self, pairs: Labels, fresh: Labels) -> None:
        one, other = pairs[:, 0], pairs[:, 1]
        a, b = self.mass[one], self.mass[other]
        apart = self.centres[one] - self.centres[other]
        rows = fresh - self.count
        # A merge never loses less than the merges that it unites, but for rounding.
        below = np.where(pairs < self.count, 0.0, self.gains[np.maximum(pairs - self.count, 0)]).max(axis=1)
        self.gains[rows] = np.maximum(a * b / (a + b) * np.einsum("ij,ij->i", apart, apart), below)
        self.merges[rows] = pairs
        self.mass[fresh] = a + b
        self.centres[fresh] = (a[:, None] * self.centres[one] + b[:, None] * self.centres[other]) / (a + b)[:, None]

    def _ordered(self) -> Tree:
        """The merges in the order of their loss; they are found in another."""
        order = np.argsort(self.gains, kind="stable")
        number = np.arange(2 * self.count - 1)
        number[self.count + order] = self.count + np.arange(len(order))
        return Tree(self.count, number[self.merges[order]].reshape(-1, 2).astype(np.int64), self.gains[order])


def quotients_2_7(tree: Tree, smallest: int, largest: int) -> dict[int, float]:
    """For each k, the within-class inertia of k clusters over that of k - 1: the least quotient is FactoMineR 2.7's choice."""
    top = min(largest, tree.points)
    return {k: tree.within(k) / tree.within(k - 1) if tree.within(k - 1) > 0 else 1.0 for k in range(max(smallest, 2), top + 1)}


def quotients_2_14(tree: Tree, smallest: int, largest: int) -> dict[int, float]:
    """For each k above `smallest`, the inertia gained by the k-th cluster over that of the next: the greatest is 2.14's choice."""
    gained = tree.gains[::-1]  # The first is gained by the second cluster.
    top = min(largest + 1, tree.points - 1)
    return {k: float(gained[k - 2] / gained[k - 1]) if gained[k - 1] > 0 else np.inf for k in range(max(smallest, 2) + 1, top + 1)}


def automatic_number(tree: Tree, rule: str, *, smallest: int = 3, largest: int = 10) -> int:
    """What a named rule of HCPC reads off the tree. The two rules often disagree: neither is the truth about a number of profiles.

    Parameters
    ----------
    tree
        Ward's tree.
    rule
        « hcpc_2_7 » (least quotient of within-class inertias) or « hcpc_2_14 » (greatest quotient of successive gains, searched
        from `smallest` + 1 to `largest` + 1).
    smallest, largest
        The numbers of clusters between which the rule looks.

    Raises
    ------
    ValueError
        When the rule is unknown, or the tree is too small for it.
    """
    if rule not in RULES:
        message = f"No rule is called {rule!r}; known are {', '.join(RULES)}."
        raise ValueError(message)
    quotients, pick = RULES[rule]
    found: Mapping[int, float] = quotients(tree, smallest, largest)
    if not found:
        message = f"A tree of {tree.points} points is too small for a number of clusters from {smallest} to {largest}."
        raise ValueError(message)
    return int(pick(found, key=lambda k: found[k]))


RULES: Mapping[str, tuple[Any, Any]] = {"hcpc_2_7": (quotients_2_7, min), "hcpc_2_14": (quotients_2_14, max)}


def within_inertia(points: ArrayLike, weights: ArrayLike, labels: ArrayLike) -> float:
    """The weighted mean squared distance to the centroids of the clusters; labels run from 0."""
    cloud, mass, groups = np.asarray(points, dtype=np.float64), np.asarray(weights, dtype=np.float64), np.asarray(labels)
    share = mass / mass.sum()
    centres = centroids(cloud, share, groups)
    return float(share @ np.square(cloud - centres[groups]).sum(axis=1))


def centroids(points: Floats, weights: Floats, labels: Labels, clusters: int | None = None) -> Floats:
    """The weighted means of the clusters, shape (clusters, axes); 0 for a cluster without a row."""
    held = np.zeros((clusters or int(labels.max()) + 1, len(points)))
    held[labels, np.arange(len(points))] = weights
    mass = held.sum(axis=1, keepdims=True)
    return np.asarray(held @ points / np.where(mass > 0, mass, 1.0), dtype=np.float64)
