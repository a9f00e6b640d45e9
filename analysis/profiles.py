"""Fragility profiles: groups of firms that resemble each other in what makes them fragile, and the proof that they exist.

What comes in is one row a firm: its ten dimension scores, the share of its staff expected to leave within five years and the
logarithm of its headcount; what goes out are the profiles, the evidence for their number, and how stable each is. The chain is the
one of `docs/methods/profiles.md`: weighted factor analysis, axes by parallel analysis, Ward's tree, weighted k-means from several
starts. Sector and territory describe the profiles and never make them.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.clusters import Labels, best_jaccard, consolidate, silhouette, ward, within_inertia
from analysis.factors import FAMD

Floats = NDArray[np.float64]

FIRM, INDICATIVE = 0.75, 0.60
SMALLEST_SHARE = 0.05
SCORES = tuple(f"score_D{place}" for place in range(1, 11))
RULE = "most_stable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against k profiles. `stability` is the mean Jaccard index of the least stable profile."""

    k: int
    inertia_gain: float
    silhouette: float
    stability: float
    stabilities: tuple[float, ...]
    smallest_share: float
    smallest_firms: int
    eligible: bool


def active_features(features: pd.DataFrame) -> pd.DataFrame:
    """The twelve features that make the profiles, from the firms' rows: D1 to D10, dep5 / headcount, log headcount."""
    headcount = features["headcount"].astype(float).where(features["headcount"].astype(float) > 0)
    table = features[list(SCORES)].astype(float)
    return table.assign(leaving5=features["dep5"].astype(float) / headcount, log_headcount=np.log(headcount))


def normal_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Each number's normal score by its rank (Blom), ties sharing their mean: it tames skewed columns. Missing stay missing."""
    ranked = table.rank(method="average")
    return pd.DataFrame(stats.norm.ppf((ranked - 0.375) / (table.notna().sum() + 0.25)), index=table.index, columns=table.columns)


class FragilityProfiles(ClusterMixin, BaseEstimator):
    """Profiles by factor analysis, Ward's tree and weighted k-means, with their number chosen by a named rule.

    The rule, « most_stable »: among the numbers of profiles from `smallest` to `largest` whose profiles all hold 5 % of the weight
    and `smallest_firms` firms, the greatest for which every profile's stability reaches 0.75, else the one whose least stable
    profile is the most stable. There is no structure, and no profile, when that stability is under 0.6, or when the silhouette
    does not exceed that of Gaussian clouds of the same shape (19 draws: a test at 5 %). Stability is the mean Jaccard index over
    bootstrap samples on which the whole chain is run again (Hennig 2007).

    Parameters
    ----------
    smallest, largest : int
        The numbers of profiles tried.
    ranks : bool
        Replace numbers by their normal scores first.
    starts : int
        Random beginnings of k-means besides the tree's partition.
    replicates : int
        Bootstrap samples.
    smallest_firms : int
        The firms that the smallest profile must hold.
    random_state : int
        Seed of everything random: the same seed gives the same profiles.

    Attributes
    ----------
    labels_ : ndarray (firms,)
        The profile of each firm from 0, the greatest first; all 0 without structure.
    k_ : int
        The number of profiles, 1 without structure.
    evidence_ : tuple of Evidence
        For each number tried.
    stability_ : ndarray (k_,)
        The stability of each profile.
    structure_ : str
        clear, indicative or none.
    centroids_ : ndarray (k_, axes)
        The profiles' centres on the axes of `factors_`.

    """

    def __init__(
        self,
        *,
        smallest: int = 3,
        largest: int = 7,
        ranks: bool = False,
        starts: int = 5,
        replicates: int = 20,
        smallest_firms: int = 30,
        random_state: int = 0,
    ) -> None:
        self.smallest = smallest
        self.largest = largest
        self.ranks = ranks
        self.starts = starts
        self.replicates = replicates
        self.smallest_firms = smallest_firms
        self.random_state = random_state

    def fit(self, X: Any, y: object = None, sample_weight: Any = None) -> Self:  # noqa: N803, ARG002
        """Finds the profiles of the firms in `X` (DataFrame or array of numbers, missing ones welcome)."""
        table = self._read(X, reset=True)
        weights = np.asarray(_check_sample_weight(sample_weight, table.to_numpy(), dtype=np.float64))
        if (weights <= 0).any():
            message = "Every firm needs a weight above zero."
            raise ValueError(message)
        with threadpool_limits(1):  # Hundreds of tiny fits: threads would only wait for each other.
            self._fit(table, weights)
        self.n_iter_ = 1
        return self

    def _fit(self, table: pd.DataFrame, weights: Floats) -> None:
        random = np.random.default_rng(self.random_state)
        coded = normal_scores(table) if self.ranks else table
        axes = parallel_axes(coded, weights, random)
        self.factors_ = FAMD(axes).fit(coded, sample_weight=weights)
        points = self.factors_.transform(coded)
        tried = [k for k in range(self.smallest, self.largest + 1) if k <= len(np.unique(points, axis=0))]
        partitions = self._partitions(points, weights, tried, self.random_state, starts=self.starts)
        stabilities = self._stabilities(coded, weights, partitions, axes, random)
        self.evidence_ = tuple(self._evidence(points, weights, k, partitions, stabilities) for k in tried)
        self._choose(points, weights, partitions, random)

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """The nearest profile of firms that did not make them."""
        check_is_fitted(self)
        table = self._read(X, reset=False)
        points = self.factors_.transform(normal_scores(table) if self.ranks else table)
        return np.asarray(np.argmin(((points[:, None, :] - self.centroids_[None]) ** 2).sum(axis=2), axis=1), dtype=np.int64)

    def __sklearn_tags__(self) -> Any:
        """Missing numbers are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _read(self, X: Any, *, reset: bool) -> pd.DataFrame:  # noqa: N803
        names = [str(name) for name in X.columns] if isinstance(X, pd.DataFrame) else None
        array = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        return pd.DataFrame(array, columns=names or [f"x{place}" for place in range(array.shape[1])])

    def _partitions(self, points: Floats, weights: Floats, tried: list[int], seed: int, *, starts: int) -> dict[int, Labels]:
        tree = ward(points, weights)
        return {k: consolidate(points, weights, tree.cut(k), starts=starts, seed=seed)[0] for k in tried}

    def _stabilities(
        self, coded: pd.DataFrame, weights: Floats, partitions: dict[int, Labels], axes: int, random: np.random.Generator
    ) -> dict[int, Floats]:
        """Mean Jaccard index of each profile over bootstrap samples; the whole chain is run again on each."""
        sums = {k: np.zeros(int(labels.max()) + 1) for k, labels in partitions.items()}
        seen = {k: np.zeros(int(labels.max()) + 1) for k, labels in partitions.items()}
        for replicate in range(self.replicates):
            drawn = np.unique(random.integers(0, len(coded), len(coded)), return_counts=True)
            rows, repeated = drawn[0], weights[drawn[0]] * drawn[1]
            points = FAMD(axes).fit_transform(coded.iloc[rows], sample_weight=repeated)
            possible = [k for k in partitions if k <= len(np.unique(points, axis=0))]
            again = self._partitions(points, repeated, possible, self.random_state + 1 + replicate, starts=min(self.starts, 1))
            for k, labels in again.items():
                present = np.unique(partitions[k][rows])
                sums[k][present] += best_jaccard(partitions[k][rows], labels)[present]
                seen[k][present] += 1
        return {k: sums[k] / np.maximum(seen[k], 1) for k in partitions}

    def _evidence(
        self, points: Floats, weights: Floats, k: int, partitions: dict[int, Labels], stabilities: dict[int, Floats]
    ) -> Evidence:
        labels = partitions[k]
        before = within_inertia(points, weights, partitions[k - 1]) if k - 1 in partitions else None
        now = within_inertia(points, weights, labels)
        if before is None:
            coarser = consolidate(
                points, weights, ward(points, weights).cut(max(k - 1, 1)), starts=self.starts, seed=self.random_state
            )[0]
            before = within_inertia(points, weights, coarser)
        whole = within_inertia(points, weights, np.zeros(len(points), dtype=np.int64))
        shares = np.bincount(labels, weights) / weights.sum()
        firms = np.bincount(labels)
        return Evidence(
            k=k,
            inertia_gain=(before - now) / whole if whole > 0 else 0.0,
            silhouette=silhouette(points, labels, self.random_state),
            stability=float(stabilities[k].min()),
            stabilities=tuple(float(value) for value in stabilities[k]),
            smallest_share=float(shares.min()),
            smallest_firms=int(firms.min()),
            eligible=bool(shares.min() >= SMALLEST_SHARE and firms.min() >= self.smallest_firms),
        )

    def _choose(self, points: Floats, weights: Floats, partitions: dict[int, Labels], random: np.random.Generator) -> None:
        eligible = [row for row in self.evidence_ if row.eligible]
        sure = [row for row in eligible if row.stability >= FIRM]
        best = max(sure, key=lambda row: row.k) if sure else max(eligible, key=lambda row: (row.stability, -row.k), default=None)
        if best is None or best.stability < INDICATIVE or not self._beats_null(points, best, random):
            self.structure_, self.k_ = "none", 1
            self.labels_ = np.zeros(len(points), dtype=np.int64)
            self.stability_ = np.zeros(1)
        else:
            self.structure_, self.k_ = ("clear" if best.stability >= FIRM else "indicative"), best.k
            labels = partitions[best.k]
            order = np.argsort(-np.bincount(labels, weights), kind="stable")
            self.labels_ = np.argsort(order)[labels].astype(np.int64)
            self.stability_ = np.asarray(best.stabilities)[order]
        share = weights / weights.sum()
        self.centroids_ = np.stack(
            [np.average(points[self.labels_ == each], axis=0, weights=share[self.labels_ == each]) for each in range(self.k_)]
        )

    def _beats_null(self, points: Floats, best: Evidence, random: np.random.Generator) -> bool:
        """Whether the silhouette exceeds that of 19 Gaussian clouds with the same variances on the axes."""
        spread = points.std(axis=0)
        for draw in range(19):
            cloud = random.normal(size=points.shape) * spread
            labels = KMeans(best.k, n_init=3, random_state=self.random_state + draw).fit_predict(cloud)
            if silhouette(cloud, labels, self.random_state) >= best.silhouette:
                return False
        return True


def parallel_axes(table: pd.DataFrame, weights: ArrayLike, random: np.random.Generator, *, draws: int = 20) -> int:
    """The number of axes whose variance exceeds the 95th percentile of that of shuffled columns (Horn 1965), two at least."""
    mass = np.asarray(weights, dtype=np.float64)
    ours = FAMD(1).fit(table, sample_weight=mass).eigenvalues_
    columns = [table[name].to_numpy() for name in table.columns]
    null = np.zeros((draws, len(ours)))
    for draw in range(draws):
        shuffled = pd.DataFrame({str(place): random.permutation(column) for place, column in enumerate(columns)})
        found = FAMD(1).fit(shuffled, sample_weight=mass).eigenvalues_[: len(ours)]
        null[draw, : len(found)] = found
    beyond = ours > np.quantile(null, 0.95, axis=0)
    run = len(ours) if beyond.all() else int(np.argmin(beyond))
    return max(run, min(2, len(ours)))
