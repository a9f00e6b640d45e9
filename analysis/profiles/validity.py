"""Indices of a partition: silhouette, Calinski & Harabasz, Dunn and the like, and the gap statistic.

What comes in are coordinates (or distances) and labels from 0; what goes out are figures equal to those of R's cluster and fpc. They
describe how compact and separate clusters are; none of them proves that clusters exist, since a cloud without structure has its own
silhouette too (`analysis.profiles.null` measures it).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist

from analysis.arrays import Floats, Labels
from analysis.profiles.clusters import in_order, ward, within_inertia
from analysis.profiles.kmeans import consolidate

LONGEST = 3000


def distances(points: ArrayLike, others: ArrayLike | None = None) -> Floats:
    """Euclidean distances between rows, shape (n, m); exact differences, not the shorter formula that cancels digits."""
    one = np.asarray(points, dtype=np.float64)
    return np.asarray(cdist(one, one if others is None else np.asarray(others, dtype=np.float64)), dtype=np.float64)


def silhouette_widths(apart: ArrayLike, labels: ArrayLike) -> Floats:
    """Each row's silhouette (Rousseeuw 1987) from a matrix of distances (n, n); 0 for a row alone in its cluster.

    Raises
    ------
    ValueError
        When there is a single cluster.
    """
    matrix, groups = np.asarray(apart, dtype=np.float64), in_order(labels)
    k = int(groups.max()) + 1
    if k < 2:  # noqa: PLR2004 (a silhouette needs a neighbour).
        message = "A silhouette needs two clusters at least."
        raise ValueError(message)
    held = np.zeros((len(groups), k))
    rows = np.arange(len(groups))
    held[rows, groups] = 1.0
    sums, sizes = matrix @ held, held.sum(axis=0)
    own = sums[rows, groups] / np.maximum(sizes[groups] - 1, 1)
    means = sums / sizes
    means[rows, groups] = np.inf
    other = means.min(axis=1)
    longest = np.maximum(own, other)
    widths = np.where(longest > 0, (other - own) / np.where(longest > 0, longest, 1.0), 0.0)
    return np.asarray(np.where(sizes[groups] > 1, widths, 0.0), dtype=np.float64)


def sampled_rows(count: int, seed: int, most: int = LONGEST) -> Labels:
    """All rows, or `most` of them drawn by the seed: a matrix of distances between more would not fit."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def silhouette(points: ArrayLike, labels: ArrayLike, seed: int = 0) -> float:
    """The mean silhouette, on 3,000 rows at most; 0 for a single cluster or one row a cluster."""
    return silhouettes(points, [labels], seed)[0]


def silhouettes(points: ArrayLike, partitions: Sequence[ArrayLike], seed: int = 0, most: int = LONGEST) -> list[float]:
    """The mean silhouettes of several partitions of the same rows, or of `most` of them, from one matrix of distances."""
    cloud = np.asarray(points, dtype=np.float64)
    rows = sampled_rows(len(cloud), seed, most)
    apart = distances(cloud[rows])
    found = []
    for labels in partitions:
        groups = np.asarray(labels)[rows]
        usable = 1 < len(np.unique(groups)) < len(rows)
        found.append(float(silhouette_widths(apart, groups).mean()) if usable else 0.0)
    return found


def calinski_harabasz(points: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Between over within inertia, each over its degrees of freedom (Calinski & Harabasz 1974); weights are scaled to n.

    0 for a single cluster or one row a cluster; infinite for clusters without spread.
    """
    cloud, groups = np.asarray(points, dtype=np.float64), in_order(labels)
    mass = np.ones(len(cloud)) if weights is None else np.asarray(weights, dtype=np.float64)
    count, k = len(cloud), int(groups.max()) + 1
    if not 1 < k < count:
        return 0.0
    within = within_inertia(cloud, mass, groups)
    between = within_inertia(cloud, mass, np.zeros(count, dtype=np.int64)) - within
    return float(np.inf) if within <= 0 else float(between / (k - 1) / (within / (count - k)))


@dataclass(frozen=True, slots=True)
class DistanceIndices:
    """What a matrix of distances says of a partition (formulas of Hennig's fpc, 2007).

    `dunn` is the least distance between clusters over the greatest within one (Dunn 1974); `average_within` averages the mean
    distance within clusters over rows; `wb_ratio` divides it by the mean distance between clusters; `pearson_gamma` correlates
    distances with being apart; `entropy` is that of the sizes.
    """

    dunn: float
    average_within: float
    wb_ratio: float
    pearson_gamma: float
    entropy: float


def distance_indices(apart: ArrayLike, labels: ArrayLike) -> DistanceIndices:
    """The indices of a partition in two clusters or more from a matrix of distances, shape (n, n)."""
    matrix, groups = np.asarray(apart, dtype=np.float64), in_order(labels)
    upper = np.triu_indices(len(groups), 1)
    each, separate = matrix[upper], groups[upper[0]] != groups[upper[1]]
    if not separate.any():
        message = "These indices need two clusters at least."
        raise ValueError(message)
    sizes = np.bincount(groups)
    inside = [matrix[np.ix_(groups == k, groups == k)] for k in range(len(sizes))]
    means = np.array([block.sum() / max(len(block) * (len(block) - 1), 1) for block in inside])
    within = float(sizes @ means / len(groups))
    widest = max(float(block.max()) for block in inside)
    share = sizes / len(groups)
    return DistanceIndices(
        dunn=float(each[separate].min()) / widest if widest > 0 else float(np.inf),
        average_within=within,
        wb_ratio=within / float(each[separate].mean()),
        pearson_gamma=float(np.corrcoef(each, separate)[0, 1]) if each.std() > 0 and not separate.all() else 0.0,
        entropy=float(-(share * np.log(share)).sum()),
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap statistic for 1 to K clusters: log within dispersion, its mean over uniform references, their difference and error."""

    log_within: Floats
    expected: Floats
    gap: Floats
    error: Floats

    def number(self, rule: str = "first_se_max") -> int:
        """The number of clusters by a named rule.

        « global_max » is the greatest gap; « tibshirani » (2001) the least k whose gap reaches the next one's less one error;
        « first_se_max » the least k whose gap is within one error of the first local maximum.
        """
        if rule == "global_max":
            return int(np.argmax(self.gap)) + 1
        if rule == "tibshirani":
            reached = self.gap[:-1] >= self.gap[1:] - self.error[1:]
            return int(np.argmax(reached)) + 1 if reached.any() else len(self.gap)
        if rule == "first_se_max":
            falls = np.flatnonzero(self.gap[:-1] >= self.gap[1:])
            top = int(falls[0]) if len(falls) else len(self.gap) - 1
            return int(np.argmax(self.gap[: top + 1] >= self.gap[top] - self.error[top])) + 1
        message = f"No rule is called {rule!r}; known are global_max, tibshirani and first_se_max."
        raise ValueError(message)


def gap_statistic(points: ArrayLike, *, largest: int = 8, draws: int = 100, starts: int = 5, seed: int = 0) -> Gap:
    """The gap statistic (Tibshirani, Walther & Hastie 2001) of k-means, against uniform clouds in the box of the principal axes.

    It takes a uniform box for what has no structure, and so calls a stretched or skewed cloud structured: for profiles, see
    `analysis.profiles.null`.
    """
    cloud = np.asarray(points, dtype=np.float64)
    cloud = cloud - cloud.mean(axis=0)
    random = np.random.default_rng(seed)
    rotation = np.linalg.svd(cloud, full_matrices=False)[2].T
    turned = cloud @ rotation
    low, high = turned.min(axis=0), turned.max(axis=0)
    ours = log_dispersions(cloud, largest, starts, seed)
    boxes = [random.uniform(low, high, size=cloud.shape) for _ in range(draws)]
    null = np.stack([log_dispersions(box, largest, starts, seed) for box in boxes])
    expected = null.mean(axis=0)
    error = np.sqrt((1 + 1 / draws) * null.var(axis=0, ddof=1))
    return Gap(ours, expected, expected - ours, np.asarray(error, dtype=np.float64))


def log_dispersions(points: Floats, largest: int, starts: int, seed: int) -> Floats:
    """The logarithm of half the within-class sum of squares of the best k-means found, for k from 1."""
    even = np.ones(len(points))
    tree = ward(points, even)
    least = [consolidate(points, even, tree.cut(k), starts=starts, seed=seed)[1] for k in range(1, largest + 1)]
    return np.asarray(np.log(np.maximum(least, np.finfo(float).tiny) * len(points) / 2), dtype=np.float64)
