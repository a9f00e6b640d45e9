"""Consolidation of a partition: weighted k-means from several starts, refined by exchanges of single points.

What comes in are coordinates, weights and a first partition (Ward's); what goes out is a partition whose within-class inertia is
at most that of the first. Lloyd's iterations (1982) move the centroids; the exchanges (Hartigan 1975) then move one point at a time
where that still lowers the inertia, which Lloyd's rule cannot see: a point is worth w·m/(m - w)·d² to its cluster, and would cost
w·m/(m + w)·d² to another. Above 5,000 rows the random starts run on micro-clusters and only the best is continued on the rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Floats, Labels
from analysis.profiles.clusters import centroids, checked, in_order, within_inertia

LARGE = 5000
MICRO_CLUSTERS = 512
REFINEMENTS = 2
LONGEST = 300
BETTER = 1e-12
SETTLED = 2_000


@dataclass(frozen=True, slots=True)
class Condensed:
    """Micro-clusters that stand for many rows: `centres` (m, axes), `masses` (m,), and the micro-cluster of each row."""

    centres: Floats
    masses: Floats
    owner: Labels


def condense(points: Floats, weights: Floats, *, above: int = LARGE, most: int = MICRO_CLUSTERS) -> Condensed:
    """Micro-clusters of more than `above` rows; each row is its own below.

    The widest group is halved at its median along its widest axis until there are `most` groups (Friedman, Bentley & Finkel
    1977), then two k-means iterations tighten them. Nothing is drawn at random.
    """
    if len(points) <= above:
        return Condensed(points, weights, np.arange(len(points)))
    owner = _halved(points, most)
    centres = centroids(points, weights, owner)
    for _ in range(REFINEMENTS):
        owner = nearest(points, centres)
        held = np.unique(owner, return_inverse=True)[1].astype(np.int64)
        centres = _means(points, weights, held)
        owner = held
    return Condensed(centres, np.asarray(np.bincount(owner, weights), dtype=np.float64), owner)


def _halved(points: Floats, most: int) -> Labels:
    """Groups of nearly equal sizes, by halving along the widest axis."""
    groups = [np.arange(len(points))]
    while len(groups) < most:
        halves: list[Labels] = []
        for rows in groups:
            if len(rows) < 2 or len(halves) + 2 > most:  # noqa: PLR2004 (one row cannot be halved).
                halves.append(rows)
                continue
            here = points[rows]
            axis = int(np.argmax(here.var(axis=0)))
            order = np.argsort(here[:, axis], kind="stable")
            halves += [rows[order[: len(rows) // 2]], rows[order[len(rows) // 2 :]]]
        if len(halves) == len(groups):
            break
        groups = halves
    owner = np.zeros(len(points), dtype=np.int64)
    for place, rows in enumerate(groups):
        owner[rows] = place
    return owner


def _means(points: Floats, weights: Floats, labels: Labels) -> Floats:
    """The weighted means of many clusters, without a matrix of rows by clusters."""
    mass = np.bincount(labels, weights)
    return np.stack([np.bincount(labels, weights * column) for column in points.T], axis=1) / mass[:, None]


def nearest(points: Floats, centres: Floats) -> Labels:
    """The nearest centre of each row."""
    found = np.empty(len(points), dtype=np.int64)
    half = np.einsum("ij,ij->i", centres, centres) / 2
    for start in range(0, len(points), 8192):
        rows = slice(start, start + 8192)
        found[rows] = (half - points[rows] @ centres.T).argmin(axis=1)
    return found


def lloyd(points: Floats, weights: Floats, centres: Floats, *, longest: int = LONGEST) -> Labels:
    """Weighted k-means from given centres; a cluster that loses its last row takes the row that is worst placed."""
    k, previous = len(centres), np.full(len(points), -1, dtype=np.int64)
    for _ in range(longest):
        labels = nearest(points, centres)
        lone = np.flatnonzero(np.bincount(labels, minlength=k) == 0)
        if len(lone):
            away = weights * np.square(points - centres[labels]).sum(axis=1)
            labels[np.argsort(-away, kind="stable")[: len(lone)]] = lone
        moved = int((labels != previous).sum())
        previous = labels
        # Of many rows, the last few that still change places change no figure that anyone reads.
        if moved <= (len(points) // SETTLED if len(points) > LARGE else 0):
            break
        centres = centroids(points, weights, labels, k)
    return previous


def spread_out(points: Floats, weights: Floats, k: int, random: np.random.Generator) -> Floats:
    """First centres drawn far from each other: k-means++ (Arthur & Vassilvitskii 2007), with weights."""
    chosen = [int(random.choice(len(points), p=weights / weights.sum()))]
    apart = np.square(points - points[chosen[0]]).sum(axis=1)
    for _ in range(1, k):
        mass = weights * apart
        whole = mass.sum()
        if whole <= 0:
            chosen.append(int(random.integers(len(points))))
            continue
        chosen.append(min(int(np.searchsorted(np.cumsum(mass), random.random() * whole)), len(points) - 1))
        apart = np.minimum(apart, np.square(points - points[chosen[-1]]).sum(axis=1))
    return points[chosen]


def exchange(points: Floats, weights: Floats, labels: Labels, *, longest: int = 2000) -> Labels:
    """Moves single points as long as a move lowers the inertia, the best move first; no cluster is emptied."""
    found, k = labels.copy(), int(labels.max()) + 1
    rows = np.arange(len(points))
    mass = np.bincount(found, weights, k)
    firms = np.bincount(found, minlength=k)
    centres = centroids(points, weights, found, k)
    apart = np.stack([np.square(points - centre).sum(axis=1) for centre in centres], axis=1)
    least = BETTER * float(weights @ apart[rows, found])
    for _ in range(longest):
        worth = apart[rows, found] * weights * mass[found] / np.maximum(mass[found] - weights, BETTER * weights)
        worth[firms[found] <= 1] = 0.0
        cost = apart * (weights[:, None] * mass / (mass + weights[:, None]))
        cost[rows, found] = np.inf
        best = cost.argmin(axis=1)
        gain = worth - cost[rows, best]
        row = int(np.argmax(gain))
        if gain[row] <= least:
            break
        for cluster, sign in ((int(found[row]), -1.0), (int(best[row]), 1.0)):
            total = mass[cluster] + sign * weights[row]
            centres[cluster] += sign * weights[row] / total * (points[row] - centres[cluster])
            mass[cluster] = total
            firms[cluster] += int(sign)
            apart[:, cluster] = np.square(points - centres[cluster]).sum(axis=1)
        found[row] = best[row]
    return found


def consolidate(
    points: ArrayLike,
    weights: ArrayLike,
    labels: ArrayLike,
    *,
    starts: int,
    seed: int,
    condensed: Condensed | None = None,
    exchanges: bool = True,
) -> tuple[Labels, float]:
    """Weighted k-means from the centroids of a partition and from `starts` random beginnings; the best one wins.

    Parameters
    ----------
    points, weights
        Coordinates (rows, axes) and weights above zero (rows,).
    labels
        The partition to start from, from 0, shape (rows,).
    starts
        Random beginnings (k-means++) besides the partition.
    seed
        Of the random beginnings.
    condensed
        The micro-clusters of these rows, if they are known already.
    exchanges
        Refine the best partition by exchanges, up to 5,000 rows (a single row weighs nothing beyond).

    Returns
    -------
    tuple
        Labels from 0 in the order of first appearance, and the within-class inertia (a share of the total weight).
    """
    cloud, mass = checked(points, weights)
    share, groups = mass / mass.sum(), in_order(labels)
    k = int(groups.max()) + 1
    small = condensed or condense(cloud, share)
    first, random = centroids(cloud, share, groups, k), np.random.default_rng(seed)
    more = starts if 1 < k < len(small.centres) else 0
    begun = [first, *(spread_out(small.centres, small.masses, k, random) for _ in range(more))]
    if k < len(small.centres) < len(cloud):
        tried = [lloyd(small.centres, small.masses, centres) for centres in begun]
        best = tried[_best([within_inertia(small.centres, small.masses, each) for each in tried])]
        begun = [centroids(small.centres, small.masses, best, k)]
    found = [lloyd(cloud, share, centres) for centres in begun]
    if exchanges and len(cloud) <= LARGE:
        found = [exchange(cloud, share, each) for each in found]
    inertias = [within_inertia(cloud, share, each) for each in found]
    place = _best(inertias)
    return in_order(found[place]), inertias[place]


def _best(inertias: list[float]) -> int:
    """The least inertia; a random start replaces the partition's own, the first, only where it is better beyond rounding."""
    best = int(np.argmin(inertias))
    return best if inertias[best] < inertias[0] * (1 - 1e-9) else 0
