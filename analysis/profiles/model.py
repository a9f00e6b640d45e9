"""Fragility profiles: groups of firms that resemble each other in what makes them fragile, and the proof that they exist.

What comes in is one row a firm: numbers and categories, missing answers welcome (for an edition, the ten dimension scores, the share
of the staff expected to leave within five years and the logarithm of the headcount); what goes out are the profiles, the evidence
for their number, and how stable each is. The chain is the one of `docs/methods/profiles.md`: weighted factor analysis, axes by
parallel analysis, Ward's tree, weighted k-means from several starts. Sector and territory describe the profiles and never make them.
"""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClusterMixin, clone
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.arrays import Floats, Labels
from analysis.execution import Execution
from analysis.factors.analyses import FAMD
from analysis.factors.coding import check_names, kinds_of, numbers_of
from analysis.profiles import chain
from analysis.profiles.assignment import Assignments, Place, assign
from analysis.profiles.chain import Steps, tried_numbers
from analysis.profiles.clusters import centroids
from analysis.profiles.coded import CodedTable
from analysis.profiles.criteria import choose, evidence
from analysis.profiles.null import without_structure
from analysis.profiles.ranks import NormalScores
from analysis.profiles.stability import Source, whole_chain

SCORES = tuple(f"score_D{place}" for place in range(1, 11))


def active_features(features: pd.DataFrame) -> pd.DataFrame:
    """The twelve features that make the profiles, from the firms' rows: D1 to D10, dep5 / headcount, log headcount."""
    headcount = features["headcount"].astype(float).where(features["headcount"].astype(float) > 0)
    table = features[list(SCORES)].astype(float)
    return table.assign(leaving5=features["dep5"].astype(float) / headcount, log_headcount=np.log(headcount))


class FragilityProfiles(ClusterMixin, BaseEstimator):
    """Profiles by factor analysis, Ward's tree and weighted k-means, with their number chosen by a named rule.

    The rule, « beyond_null » (`analysis.profiles.criteria.choose`): among the numbers of profiles from `smallest` to `largest` whose
    profiles all hold 5 % of the weight and `smallest_firms` firms, are all found again on resampled firms (mean Jaccard index of
    0.6 and more, the whole chain run again; Hennig 2007), and are further apart than those of a cloud without structure, the one
    whose silhouette exceeds that cloud's most. Where no number passes, there is no structure, and no profile.

    Parameters
    ----------
    smallest, largest : int
        The numbers of profiles tried.
    number : int, optional
        The number that people chose on the evidence; it is kept if it passes, and there is no profile otherwise.
    ranks : {"skewed", "all", "none"}
        The numbers that are replaced by their normal scores first.
    imputer : transformer, optional
        Completes the table (`fit_transform`, `transform`), anew in each resampled table. Without one, a missing category is a
        level of its own and a missing number the mean of its column.
    axes : int, optional
        The number of axes; by parallel analysis if None.
    starts : int
        Random beginnings of k-means besides the tree's partition.
    replicates : int
        Bootstrap samples.
    null_draws : int
        Clouds without structure; at least 20 for one to be told from them at 5 %.
    smallest_firms : int
        The firms that the smallest profile must hold.
    execution : str
        Where samples and clouds are computed: sequential, processes, processes:4 or dask:tcp://host:8786, to the same result.
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
    partitions_ : dict
        Number tried -> the labels of its partition, for people who look further.
    stability_ : ndarray (k_,)
        The stability of each profile.
    structure_ : str
        clear, indicative or none.
    centroids_ : ndarray (k_, axes)
        The profiles' centres on the axes of `factors_`.
    points_ : ndarray (firms, axes)
        The firms' coordinates on these axes.
    factors_, ranks_, imputer_
        The fitted factor analysis, normal scores and imputer.

    """

    def __init__(
        self,
        *,
        smallest: int = 2,
        largest: int = 7,
        number: int | None = None,
        ranks: str = "skewed",
        imputer: Any = None,
        axes: int | None = None,
        starts: int = 5,
        replicates: int = 50,
        null_draws: int = 39,
        smallest_firms: int = 30,
        execution: str = "sequential",
        random_state: int = 0,
    ) -> None:
        self.smallest = smallest
        self.largest = largest
        self.number = number
        self.ranks = ranks
        self.imputer = imputer
        self.axes = axes
        self.starts = starts
        self.replicates = replicates
        self.null_draws = null_draws
        self.smallest_firms = smallest_firms
        self.execution = execution
        self.random_state = random_state

    def fit(self, X: Any, y: object = None, sample_weight: Any = None) -> Self:  # noqa: N803, ARG002
        """Finds the profiles of the firms in `X` (DataFrame of numbers and categories, or array of numbers; gaps welcome).

        Raises
        ------
        ValueError
            When a weight is not above zero, a number is infinite, a column holds dates, two columns bear one name, or a parameter
            makes no sense.
        ExecutionError
            When the work cannot run where it was asked to.
        """
        table = self._read(X, reset=True)
        weights = np.asarray(_check_sample_weight(sample_weight, table.to_numpy(dtype=object), dtype=np.float64))
        if not (np.isfinite(weights).all() and (weights > 0).all()):
            message = "Every firm needs a weight above zero: leave out the firms that should not count."
            raise ValueError(message)
        if self.null_draws < 20:  # noqa: PLR2004 (1 in 20 is the level of the test).
            message = "Clouds without structure: 20 at least, or no structure could ever be told from them at 5 %."
            raise ValueError(message)
        with threadpool_limits(1):  # Hundreds of small fits: threads would only wait for each other.
            self._fit(table, weights)
        self.n_iter_ = 1
        return self

    def _fit(self, table: pd.DataFrame, weights: Floats) -> None:
        tried, execution = tried_numbers(self.smallest, self.largest), Execution.parse(self.execution)
        self.ranks_ = NormalScores(self.ranks).fit(table)
        ranked = self.ranks_.transform(table)
        self.imputer_ = None if self.imputer is None else clone(self.imputer)
        coded = ranked if self.imputer_ is None else self.imputer_.fit_transform(ranked)
        design = CodedTable.of(coded)
        axes = self.axes or chain.parallel_axes(design, weights, np.random.default_rng([self.random_state, 0]))
        self.factors_ = FAMD(axes).fit(coded, sample_weight=weights)
        self.points_ = np.asarray(self.factors_.transform(coded), dtype=np.float64)
        steps = Steps(axes, tuple(tried), self.starts)
        wider = Steps(axes, tuple(k for k in (self.smallest - 1, *tried) if k > 1), self.starts)
        found = chain.partitions(self.points_, weights, wider, seed=self.random_state, exchanges=True)
        self.partitions_ = {k: labels for k, labels in found.items() if k in tried}
        source = Source.of(ranked if self.imputer_ is not None else coded, weights, self.imputer)
        stabilities = whole_chain(
            source, self.partitions_, steps, replicates=self.replicates, seed=self.random_state, execution=execution
        )
        null = without_structure(design, weights, steps, draws=self.null_draws, seed=self.random_state, execution=execution)
        self.evidence_ = evidence(
            self.points_, weights, found, stabilities, null, tried, smallest_firms=self.smallest_firms, seed=self.random_state
        )
        self._choose(weights)

    def _choose(self, weights: Floats) -> None:
        choice = choose(self.evidence_, self.number)
        self.k_, self.structure_ = choice.k, choice.structure
        if choice.k == 1:
            self.labels_, self.stability_ = np.zeros(len(self.points_), dtype=np.int64), np.zeros(1)
        else:
            labels = self.partitions_[choice.k]
            order = np.argsort(-np.bincount(labels, weights), kind="stable")
            self.labels_ = np.argsort(order)[labels].astype(np.int64)
            row = next(row for row in self.evidence_ if row.k == choice.k)
            self.stability_ = np.asarray(row.stabilities, dtype=np.float64)[order]
        self.centroids_ = centroids(self.points_, weights, self.labels_)
        self.place_ = Place.of(self.points_, self.labels_, self.centroids_)

    def coordinates(self, X: Any) -> Floats:  # noqa: N803
        """The coordinates of firms on the axes (rows, axes), whether or not they made them."""
        check_is_fitted(self)
        table = self.ranks_.transform(self._read(X, reset=False))
        completed = table if self.imputer_ is None else self.imputer_.transform(table)
        return np.asarray(self.factors_.transform(completed), dtype=np.float64)

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """The nearest profile of firms that did not make them; `assign` says as well which are uncertain."""
        return self.assign(X).nearest

    def assign(self, X: Any) -> Assignments:  # noqa: N803
        """The profile of new dossiers, without refitting anything, and which of them are uncertain and why."""
        points = self.coordinates(X)
        table = self._read(X, reset=False)
        return assign(points, self.place_, answered=table.notna().mean(axis=1).to_numpy(dtype=np.float64))

    def __sklearn_tags__(self) -> Any:
        """Missing numbers and categories are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def _read(self, X: Any, *, reset: bool) -> pd.DataFrame:  # noqa: N803
        if isinstance(X, pd.DataFrame) and X.shape[0] and X.shape[1]:
            check_names(X)
            validate_data(self, X, reset=reset, skip_check_array=True)
            table = X.rename(columns=str).reset_index(drop=True)
            # Said before anything is computed on them: dates, and numbers that are infinite.
            numbers_of(table, [name for name, kind in kinds_of(table, None).items() if kind == "number"])
            return table
        array = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        return pd.DataFrame(array, columns=[f"x{place}" for place in range(array.shape[1])])


def parallel_axes(table: pd.DataFrame, weights: ArrayLike, random: np.random.Generator, *, draws: int = chain.SHUFFLES) -> int:
    """The number of axes whose variance exceeds the 95th percentile of that of shuffled columns (Horn 1965), two at least."""
    return chain.parallel_axes(CodedTable.of(table), np.asarray(weights, dtype=np.float64), random, draws=draws)
