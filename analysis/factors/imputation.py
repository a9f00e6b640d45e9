"""Missing answers completed by the axes of the table itself: regularised iterative FAMD, MCA and PCA, with row weights.

What comes in is a table with gaps; what goes out is a `Completed` table: numbers, memberships of categories (which sum to one, and
may leave 0..1 by a little), and the most likely level of each. Missing cells begin at the mean or at the shares; then, in turn, the
table is standardised, its first axes are found, shrunk by the noise that the other axes show, and what they say of the missing cells
takes their place (Josse & Husson 2012 for numbers; Josse, Chavent, Liquet & Husson 2012 for categories; Audigier, Husson & Josse
2016 for both). It completes what a factor analysis is to read; it is no multiple imputation, and understates variances.
"""

import warnings
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from analysis.arrays import Floats
from analysis.factors.axes import one_thread
from analysis.factors.coding import NOT_ASKED_LEVEL, Coded, Kind, Kinds, codes_of, kinds_of, known_codes, numbers_of, used_levels
from analysis.factors.inertia import row_weights
from analysis.factors.rounds import Rounds, redistributed
from analysis.factors.tables import Completed, plain_means, read_table

Method = Literal["auto", "famd", "mca", "pca"]


class FactorImputer(TransformerMixin, BaseEstimator):
    """Completes a table by its own axes, following scikit-learn's contract.

    Parameters
    ----------
    n_components : int, default=2
        The number of axes that complete; `analysis.factors.dimensions.imputation_axes` chooses it. Zero completes by means and shares.
    method : {"auto", "famd", "mca", "pca"}, default="auto"
        The published algorithm; « auto » takes the one of the table's columns.
    regularised : bool, default=True
        Shrink the axes by the noise of the others; else the plain iterative algorithm, which overfits.
    tol : float, default=1e-6
        When to stop: FAMD and PCA, the relative change of the squared error on known cells; MCA, the squared change of the fit.
    max_iter : int, default=1000
        Rounds at most; a `ConvergenceWarning` says when they did not do.
    kinds : mapping of str to {"number", "category"}, optional
        What columns are, where their type does not say.
    barred : tuple of str, default=("NC",)
        Levels that are answers to nothing, as « does not concern the firm »: an empty answer is never completed by one; what the axes
        say of it goes to the other levels, by their shares.

    Attributes
    ----------
    coding_ : Coding
        Means, spreads and shares of the completed table.
    components_ : ndarray (n_components, columns)
        The axes of the last round.
    shrinkage_ : ndarray (n_components,)
        What is kept of each axis, 0 to 1: (λ - σ²) / λ.
    noise_ : float
        The variance σ² that was taken off.
    n_iter_ : int
        The rounds made.
    most_ : int
        The greatest number of axes that the table allows.

    Notes
    -----
    The noise of FAMD and PCA is n p / min(p, n - 1) · Σ λ beyond the kept axes / ((n - 1 - k) (p - k)), with p the numbers and
    levels less the categorical variables; MCA's is the mean of these λ. FAMD divides each variable by the first singular value of
    its own completed block, so that a variable with many gaps weighs as the others. `fit_transform` gives the completion that the
    rounds reached; `transform` completes rows by the axes found, each alone, as the point that the rounds would converge to.

    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        method: Method = "auto",
        regularised: bool = True,
        tol: float = 1e-6,
        max_iter: int = 1000,
        kinds: Kinds | None = None,
        barred: tuple[str, ...] = (NOT_ASKED_LEVEL,),
    ) -> None:
        self.n_components = n_components
        self.method = method
        self.regularised = regularised
        self.tol = tol
        self.max_iter = max_iter
        self.kinds = kinds
        self.barred = barred

    def fit(self, X: Any, y: object = None, sample_weight: Any = None) -> Self:  # noqa: N803, ARG002
        """Finds the axes that complete. `sample_weight` (rows,) are row weights, zero or more; rows of weight zero teach nothing.

        Raises
        ------
        ValueError
            When a column has no known value, when n_components is not below min(rows - 1, columns), or for bad weights or numbers.

        """
        self.fit_complete(X, sample_weight=sample_weight)
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803
        """The table without gaps, a DataFrame or an array as it came; categories take their most likely level."""
        return self._shown(X, self.complete(X))

    def fit_transform(self, X: Any, y: object = None, sample_weight: Any = None) -> Any:  # noqa: N803, ARG002
        """Finds the axes and gives the table completed by the rounds that found them."""
        return self._shown(X, self.fit_complete(X, sample_weight=sample_weight))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """The names of the columns, which stay."""
        check_is_fitted(self)
        return np.asarray(list(self.kinds_), dtype=object)

    def fit_complete(self, X: Any, *, sample_weight: Any = None) -> Completed:  # noqa: N803
        """Finds the axes, and gives the completed table with its memberships."""
        table = read_table(self, X, reset=True)
        weights = row_weights(sample_weight, len(table))
        self.kinds_ = kinds_of(table, self.kinds)
        coded, used = self._learn(table, weights), weights > 0
        with one_thread():
            share = weights[used] / weights[used].sum()
            mca = self._method() == "mca"
            rounds = Rounds(coded.rows(used), self.levels_, share, mca=mca, barred=self._barred())
            self.most_ = rounds.most
            self._check_axes(rounds)
            converged = rounds.run(int(self.n_components), regularised=self.regularised, tol=self.tol, longest=self.max_iter)
        if not converged:
            message = f"The imputation did not converge in {self.max_iter} rounds: raise max_iter or tol, or keep fewer axes."
            warnings.warn(message, ConvergenceWarning, stacklevel=2)
        self.n_iter_, self.coding_ = rounds.made, rounds.coding(self._names("number"), self._names("category"))
        self.components_, self.shrinkage_, self.noise_ = rounds.vectors.T.copy(), rounds.shrinkage, rounds.noise
        done = rounds.completed()
        if not used.all():
            with one_thread():
                whole = self._points(coded)
            for part, exact in zip((whole.numbers, *whole.blocks), (done.numbers, *done.blocks), strict=True):
                part[used] = exact
            done = whole
        return self._completed(table, done)

    def complete(self, X: Any) -> Completed:  # noqa: N803
        """Rows completed by the axes found, each alone, with their memberships."""
        check_is_fitted(self)
        table = read_table(self, X, reset=False)
        names = self._names("category")
        blocks = tuple(known_codes(table[name], known, None) for name, known in zip(names, self.levels_, strict=True))
        with one_thread():
            points = self._points(Coded(numbers_of(table, self._names("number")), blocks))
        return self._completed(table, points)

    def __sklearn_tags__(self) -> Any:
        """Missing values and categories are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def _names(self, kind: Kind) -> list[str]:
        return [name for name, found in self.kinds_.items() if found == kind]

    def _method(self) -> Method:
        numbers, categories = self._names("number"), self._names("category")
        natural: Method = "pca" if not categories else "famd" if numbers else "mca"
        chosen = natural if self.method == "auto" else self.method
        if (chosen == "pca" and categories) or (chosen == "mca" and numbers) or chosen not in {"famd", "mca", "pca"}:
            message = f"method is « {self.method} », but the table calls for « {natural} » or « famd »."
            raise ValueError(message)
        return chosen

    def _check_axes(self, rounds: Rounds) -> None:
        if not 0 <= self.n_components <= rounds.most:
            message = (
                f"n_components is {self.n_components}, but this table (n_samples = {rounds.rows}, n_features = {len(self.kinds_)}) "
                f"can be completed by 0 to {rounds.most} axes: keep fewer, or give more rows and columns."
            )
            raise ValueError(message)

    def _learn(self, table: pd.DataFrame, weights: Floats) -> Coded:
        used = weights > 0
        numbers = numbers_of(table, self._names("number"))
        blocks, levels = [], []
        for name in self._names("category"):
            codes, labels = used_levels(*codes_of(table[name], None), used)
            blocks.append(codes)
            levels.append(labels)
        known = [
            *np.atleast_1d((~np.isnan(numbers[used])).any(axis=0)),
            *(len(set(labels) - set(self.barred)) > 0 for labels in levels),
        ]
        empty = [name for name, some in zip(self._names("number") + self._names("category"), known, strict=True) if not some]
        if empty:
            message = f"Nothing is known of {', '.join(empty)}, so that nothing can complete it. Leave it out."
            raise ValueError(message)
        self.levels_ = tuple(levels)
        self.means_ = plain_means(numbers[used])
        return Coded(numbers, tuple(blocks))

    def _barred(self) -> tuple[int | None, ...]:
        """For each categorical variable, the place of the level that nobody is given."""
        found = [[place for place, level in enumerate(levels) if level in self.barred] for levels in self.levels_]
        twice = [name for name, places in zip(self._names("category"), found, strict=True) if len(places) > 1]
        if twice:
            message = f"Several levels of {', '.join(twice)} are barred; merge them into one."
            raise ValueError(message)
        return tuple(places[0] if places else None for places in found)

    def _points(self, coded: Coded) -> Coded:
        """Where the rounds would take each row, the axes being what they are.

        A row's scores t solve t = S (b + B t): S shrinks, b comes from the known cells and from what barred levels leave to others,
        and B sums v' A v over the missing variables, with A the identity unless a level is barred.
        """
        coding, vectors = self.coding_, self.components_.T
        first, axes = coded.numbers.shape[1], vectors.shape[1]
        gaps = np.isnan(coded.numbers)
        numbers = np.where(gaps, coding.means, coded.numbers)
        missing = np.column_stack([gaps, *(block < 0 for block in coded.blocks)]).astype(np.float64)
        moves = [self._move(place, barred) for place, barred in enumerate(self._barred())]
        parts = [row.T @ row for row in vectors[:first, None, :]]
        parts += [vectors[slot].T @ move @ vectors[slot] for slot, (_, move) in zip(coding.slots, moves, strict=True)]
        within = (missing @ np.reshape(parts, (len(parts), axes * axes))).reshape(len(coded), axes, axes)
        start = coding.project(Coded(numbers, coded.blocks), vectors)
        for slot, (offset, _), empty in zip(coding.slots, moves, missing.T[first:], strict=True):
            start += empty[:, None] * (offset @ vectors[slot])
        system = np.eye(axes) - self.shrinkage_[:, None] * within
        scores = np.linalg.solve(system, (self.shrinkage_ * start)[:, :, None])[:, :, 0]
        numbers = np.where(gaps, coding.means + coding.finite_spreads * (scores @ vectors[:first].T), coded.numbers)
        blocks = []
        for block, slot, share, divisor, (offset, move) in zip(
            coded.blocks, coding.slots, coding.shares, coding.divisors, moves, strict=True
        ):
            fitted = share + np.sqrt(share) * divisor * (offset + scores @ vectors[slot].T @ move.T)
            known = np.vstack([np.eye(len(share)), share])[block]
            blocks.append(np.where((block < 0)[:, None], fitted, known))
        return Coded(numbers, tuple(blocks))

    def _move(self, variable: int, barred: int | None) -> tuple[Floats, Floats]:
        """What barring a level does to the standardised block of a variable: an offset (levels,) and a matrix (levels, levels)."""
        share = self.coding_.shares[variable]
        units = np.sqrt(share) * self.coding_.divisors[variable]
        if barred is None:
            return np.zeros(len(share)), np.eye(len(share))
        offset = (redistributed(share, barred, share) - share) / units
        return offset, redistributed(np.diag(units), barred, share).T / units[:, None]

    def _completed(self, table: pd.DataFrame, coded: Coded) -> Completed:
        shown: dict[str, Any] = dict(zip(self._names("number"), coded.numbers.T, strict=True))
        for name, block, levels in zip(self._names("category"), coded.blocks, self.levels_, strict=True):
            shown[name] = pd.Categorical.from_codes(block.argmax(axis=1).astype(np.int64), categories=pd.Index(levels))
        completed = pd.DataFrame({name: shown[name] for name in self.kinds_}, index=table.index)
        return Completed(completed, coded, self.kinds_, self.levels_, self.means_)

    def _shown(self, given: Any, completed: Completed) -> Any:
        return completed.table if isinstance(given, pd.DataFrame) else completed.table.to_numpy()
