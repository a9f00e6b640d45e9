"""Clusters of weighted points: Ward's tree, its consolidation by k-means from several starts, and how alike two partitions are.

What comes in are coordinates (rows, axes) and weights; what goes out are labels from 0 and the figures of the tree. Ward's tree is
built on centroids and masses by the nearest-neighbour chain (Murtagh 1983): no matrix of distances, any weights above zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

LONGEST_SILHOUETTE = 3000


@dataclass(frozen=True, slots=True)
class Tree:
    """Ward's tree of n points: `merges` (n-1, 2), numbered as scipy does (points first, then merges), lowest first, and `gains`,
    the between-class inertia lost by each merge, as a share of the total weight."""

    points: int
    merges: Labels
    gains: Floats

    def cut(self, k: int) -> Labels:
        """The partition in k clusters, numbered from the first point on."""
        parent = np.arange(2 * self.points - 1)
        for place in range(self.points - k):
            parent[self.merges[place]] = self.points + place
        roots = np.arange(self.points)
        while True:
            up = parent[roots]
            if np.array_equal(up, roots):
                break
            roots = up
        _, first, labels = np.unique(roots, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[labels].astype(np.int64)


def ward(points: Floats, weights: Floats) -> Tree:
    """Ward's tree. Merging clusters of masses a and b at distance d loses a·b/(a+b)·d² of inertia."""
    count = len(points)
    centre = np.vstack([points, np.zeros((count - 1, points.shape[1]))])
    mass = np.concatenate([weights / weights.sum(), np.zeros(count - 1)])
    active = np.concatenate([np.ones(count, dtype=bool), np.zeros(count - 1, dtype=bool)])
    found: list[tuple[float, int, int]] = []
    chain: list[int] = []
    following = count
    while following < 2 * count - 1:
        if not chain:
            chain.append(int(np.argmax(active)))
        tip = chain[-1]
        others = np.flatnonzero(active)
        apart = centre[others] - centre[tip]
        loss = mass[tip] * mass[others] / (mass[tip] + mass[others]) * np.einsum("ij,ij->i", apart, apart)
        loss[np.searchsorted(others, tip)] = np.inf
        nearest = int(np.argmin(loss))
        if len(chain) > 1 and loss[np.searchsorted(others, chain[-2])] <= loss[nearest]:
            nearest = int(np.searchsorted(others, chain[-2]))
            other = int(others[nearest])
            found.append((float(loss[nearest]), tip, other))
            mass[following] = mass[tip] + mass[other]
            centre[following] = (mass[tip] * centre[tip] + mass[other] * centre[other]) / mass[following]
            active[[tip, other]] = False
            active[following] = True
            following += 1
            chain = chain[:-2]
        else:
            chain.append(int(others[nearest]))
    return _ordered(found, count)


def _ordered(found: list[tuple[float, int, int]], count: int) -> Tree:
    """Merges in order of their loss; the chain finds them in another order."""
    order = np.argsort([loss for loss, _, _ in found], kind="stable")
    number = {count + int(place): count + rank for rank, place in enumerate(order)}
    merges = [[number.get(found[place][1], found[place][1]), number.get(found[place][2], found[place][2])] for place in order]
    gains = np.asarray([found[place][0] for place in order], dtype=np.float64)
    return Tree(count, np.asarray(merges, dtype=np.int64).reshape(-1, 2), gains)


def consolidate(points: Floats, weights: Floats, labels: Labels, *, starts: int, seed: int) -> tuple[Labels, float]:
    """Weighted k-means from the centroids of a partition and from `starts` random beginnings; the best one's labels and its
    within-class inertia (a share of the total weight)."""
    k = int(labels.max()) + 1
    share = weights / weights.sum()
    centres = np.stack([np.average(points[labels == each], axis=0, weights=share[labels == each]) for each in range(k)])
    best = KMeans(k, init=centres, n_init=1, max_iter=300, tol=0.0).fit(points, sample_weight=share)
    if starts:
        other = KMeans(k, n_init=starts, max_iter=300, random_state=seed).fit(points, sample_weight=share)
        if other.inertia_ < best.inertia_ * (1 - 1e-9):
            best = other
    _, first, ordered = np.unique(best.labels_, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[ordered].astype(np.int64), float(best.inertia_)


def within_inertia(points: Floats, weights: Floats, labels: Labels) -> float:
    """The weighted mean squared distance to the centroids of the clusters."""
    share = weights / weights.sum()
    total = 0.0
    for each in np.unique(labels):
        here = labels == each
        centre = np.average(points[here], axis=0, weights=share[here])
        total += float(share[here] @ np.sum((points[here] - centre) ** 2, axis=1))
    return total


def silhouette(points: Floats, labels: Labels, seed: int) -> float:
    """The mean silhouette (Rousseeuw 1987), on 3,000 points at most; 0 for a single cluster or one point a cluster."""
    if not 1 < len(np.unique(labels)) < len(points):
        return 0.0
    size = min(len(points), LONGEST_SILHOUETTE)
    return float(silhouette_score(points, labels, sample_size=size if size < len(points) else None, random_state=seed))


def best_jaccard(reference: Labels, other: Labels) -> Floats:
    """For each cluster of `reference`, its greatest Jaccard index with a cluster of `other` (labels of the same points)."""
    crossed = np.zeros((int(reference.max()) + 1, int(other.max()) + 1))
    np.add.at(crossed, (reference, other), 1)
    union = crossed.sum(axis=1, keepdims=True) + crossed.sum(axis=0, keepdims=True) - crossed
    return np.asarray((crossed / np.maximum(union, 1)).max(axis=1), dtype=np.float64)
