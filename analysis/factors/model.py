"""What factor analyses share: reading and fitting a table, coordinates of rows, and the figures of numbers, categories and variables.

What comes in is a table and row weights; what goes out are the attributes of `analysis.factors.analyses`, whose three analyses differ by the
columns that they take and the scale that they show.
"""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from analysis.arrays import Floats
from analysis.factors.axes import find_axes, one_thread
from analysis.factors.coding import (
    Block,
    Coded,
    Coding,
    Kind,
    Kinds,
    codes_of,
    kinds_of,
    known_codes,
    learn,
    numbers_of,
    used_levels,
)
from analysis.factors.imputation import FactorImputer
from analysis.factors.inertia import TestSize, effective_size, quotient, row_weights, v_tests
from analysis.factors.supplementary import Placed, Supplementary, place
from analysis.factors.tables import Completed, plain_means, read_table


class FactorModel(TransformerMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """What the three analyses share: reading, fitting, transforming, and the figures of rows and columns."""

    n_components: int | None
    missing_level: str | None = None
    kinds: Kinds | None = None
    imputer: FactorImputer | None = None
    test_size: TestSize = "kish"
    _profiles = False
    coding_: Coding

    def fit(self, X: Any, y: object = None, sample_weight: Any = None) -> Self:  # noqa: N803, ARG002
        """Finds the axes.

        Parameters
        ----------
        X : DataFrame, array of numbers (rows, columns), or Completed
            The active table. A `Completed` table is taken with its memberships, as R's `tab.disj`.
        y : None
            Ignored.
        sample_weight : array (rows,), optional
            Row weights, zero or more, whatever their sum; None weighs all alike. A row of weight zero teaches nothing.

        Raises
        ------
        ValueError
            When weights are negative or all zero, numbers are infinite, two columns bear one name, or a column is not of its kind.

        """
        self.fit_coded(X, sample_weight)
        return self

    def transform(self, X: Any) -> Floats:  # noqa: N803
        """The rows' coordinates on the axes (rows, axes); rows that did not make the axes are supplementary."""
        check_is_fitted(self)
        return self.coordinates(self.code(X))

    def fit_transform(self, X: Any, y: object = None, sample_weight: Any = None) -> Floats:  # noqa: N803, ARG002
        """Finds the axes and gives the coordinates of the rows that made them.

        With an imputer, these rows keep the completion that made the axes; `transform` would complete them anew by the axes found,
        which agrees to the imputer's tolerance.
        """
        return self.coordinates(self.fit_coded(X, sample_weight))

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """The names of the axes: axis1, axis2…"""
        check_is_fitted(self)
        return np.asarray([f"axis{place + 1}" for place in range(len(self.components_))], dtype=object)

    def row_contributions(self, X: Any, sample_weight: Any = None) -> Floats:  # noqa: N803
        """What each row of the fitted table adds to each axis, in per cent (rows, axes); they sum to 100 by axis."""
        weights = row_weights(sample_weight, len(X))
        share: Floats = weights / weights.sum()
        return 100 * share[:, None] * quotient(self.transform(X) ** 2, self._values())

    def row_cos2(self, X: Any) -> Floats:  # noqa: N803
        """How well each axis shows each row: its squared cosine (rows, axes), zero for a row at the very centre."""
        check_is_fitted(self)
        coded = self.code(X)
        return quotient(self.coding_.project(coded, self.components_.T) ** 2, self.coding_.squared_distances(coded)[:, None])

    def supplementary(
        self,
        X: Any,  # noqa: N803
        extra: pd.DataFrame,
        sample_weight: Any = None,
        *,
        kinds: Kinds | None = None,
    ) -> Supplementary:
        """Places columns that did not make the axes.

        Parameters
        ----------
        X : as for `fit`
            The active table of these rows, commonly the one that was fitted.
        extra : DataFrame (rows, columns)
            The supplementary columns of the same rows.
        sample_weight : array (rows,), optional
            Row weights, as for `fit`.
        kinds : mapping of str to {"number", "category"}, optional
            What the columns of `extra` are, where their type does not say.

        """
        check_is_fitted(self)
        coded, weights = self.code(X), row_weights(sample_weight, len(X))
        rows = Placed(
            points=self.coding_.project(coded, self.components_.T),
            values=self._values(),
            weights=weights / weights.sum(),
            tested_rows=effective_size(weights, self.test_size),
            coded=coded,
            coding=self.coding_,
            axes=tuple(self.get_feature_names_out()),
            profiles=self._profiles,
        )
        return place(extra, rows, kinds)

    @property
    def columns_(self) -> tuple[str, ...]:
        """The names of the standardised columns: the number's own, or « variable=level »."""
        return self.coding_.columns

    @property
    def numbers_(self) -> pd.DataFrame:
        """Coordinates of the numbers (numbers, axes): their weighted correlations with the axes."""
        return self._frame(self._loadings()[: len(self.coding_.names)], self.coding_.names)

    @property
    def number_cos2_(self) -> pd.DataFrame:
        """Squared correlations of the numbers with the axes (numbers, axes)."""
        count = len(self.coding_.names)
        return self._frame(quotient(self._loadings()[:count] ** 2, self.inertias_[:count, None]), self.coding_.names)

    @property
    def number_contributions_(self) -> pd.DataFrame:
        """What each number adds to each axis, in per cent (numbers, axes)."""
        return self._frame(100 * self._unit()[: len(self.coding_.names)] ** 2, self.coding_.names)

    @property
    def categories_(self) -> pd.DataFrame:
        """Coordinates of the categories (categories, axes): the weighted means of the rows that have them."""
        return self._of_categories(self._means())

    @property
    def category_cos2_(self) -> pd.DataFrame:
        """How well each axis shows each category (categories, axes): its squared cosine in the space of the rows' means."""
        first = len(self.coding_.names)
        lengths = quotient(self.lengths_[first:, None], self._shares()) * self._divisor() ** 2
        return self._of_categories(quotient(self._means() ** 2, lengths))

    @property
    def category_contributions_(self) -> pd.DataFrame:
        """What each category adds to each axis, in per cent (categories, axes)."""
        return self._of_categories(100 * self._unit()[len(self.coding_.names) :] ** 2)

    @property
    def category_tests_(self) -> pd.DataFrame:
        """Test values of the categories on the axes (categories, axes); beyond ±1.96, the mean differs from zero at 5 %."""
        return self._of_categories(v_tests(self._means(), self._values(), self._shares(), self.tested_rows_))

    @property
    def variables_(self) -> pd.DataFrame:
        """How tied each variable is to each axis, 0 to 1 (variables, axes): a number's squared correlation, a category's η²."""
        return self._of_variables(self._values() * self._by_variable(self._unit() ** 2) * self._divisor() ** 2)

    @property
    def variable_contributions_(self) -> pd.DataFrame:
        """What each variable adds to each axis, in per cent (variables, axes)."""
        return self._of_variables(100 * self._by_variable(self._unit() ** 2))

    @property
    def variable_cos2_(self) -> pd.DataFrame:
        """How well each axis shows each variable (variables, axes): the share of its own inertia that lies on the axis.

        Over all the axes they sum to one. A number's is its squared correlation, a category's η² / (levels - 1). FactoMineR's FAMD
        gives the square of the coordinate `variables_`, which is itself a square already, over (levels - 1).
        """
        inertia = self._by_variable(self.inertias_[:, None])
        return self._of_variables(quotient(self._values() * self._by_variable(self._unit() ** 2), inertia))

    def __sklearn_tags__(self) -> Any:
        """Missing values and categories are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def _kinds(self, table: pd.DataFrame) -> dict[str, Kind]:
        return kinds_of(table, self.kinds)

    def rescaled(self, coding: Coding) -> Coding:
        """A coding on the scale of this analysis."""
        return coding

    def fit_coded(self, X: Any, sample_weight: Any = None) -> Coded:  # noqa: N803
        """Finds the axes, and gives the table in the codes that made them: gaps filled, made levels, or passive."""
        if self.n_components is not None and self.n_components < 1:
            message = f"n_components is {self.n_components}; ask for one axis at least, or None for all."
            raise ValueError(message)
        table = read_table(self, X, reset=True)
        weights = row_weights(sample_weight, len(table))
        coded, levels = self._learn(X, table, weights, weights > 0)
        self._find(coded, levels, weights)
        return coded

    def refit(self, coded: Coded, sample_weight: Any = None) -> Self:
        """The same analysis of other rows already in this one's codes, as a bootstrap draws them: a new, fitted model.

        Parameters
        ----------
        coded : Coded
            Rows of what `code` or `fit_coded` gave; gaps stay filled as they were there.
        sample_weight : array (rows,), optional
            Row weights, as for `fit`. A level that no row has keeps its column, which is zero.

        """
        check_is_fitted(self)
        again: Self = clone(self)
        for name in ("kinds_", "fill_", "imputer_", "n_features_in_", "feature_names_in_"):
            if hasattr(self, name):
                setattr(again, name, getattr(self, name))
        again._find(coded, self.coding_.levels, row_weights(sample_weight, len(coded)))
        return again

    def coordinates(self, coded: Coded) -> Floats:
        """The coordinates of rows in this analysis's codes (rows, axes)."""
        check_is_fitted(self)
        return self.coding_.project(coded, self.components_.T)

    def _find(self, coded: Coded, levels: tuple[tuple[str, ...], ...], weights: Floats) -> None:
        """The axes of coded rows, and what their figures need."""
        used = weights > 0
        inner = coded if used.all() else coded.rows(used)
        share = weights[used] / weights[used].sum()
        numeric = [name for name, kind in self.kinds_.items() if kind == "number"]
        nominal = [name for name, kind in self.kinds_.items() if kind == "category"]
        with one_thread():
            self.coding_ = self.rescaled(learn(inner, share, numeric, nominal, levels))
        axes = find_axes(inner, self.coding_, share)
        kept = len(axes.eigenvalues) if self.n_components is None else min(int(self.n_components), len(axes.eigenvalues))
        self.eigenvalues_ = axes.eigenvalues
        self.explained_ = axes.eigenvalues / axes.total if axes.total > 0 else np.zeros_like(axes.eigenvalues)
        self.components_ = np.ascontiguousarray(axes.vectors[:, :kept].T)
        self.inertias_, self.lengths_ = axes.inertias, axes.lengths
        self.tested_rows_ = effective_size(weights, self.test_size)

    def _learn(
        self,
        X: Any,  # noqa: N803
        table: pd.DataFrame,
        weights: Floats,
        used: NDArray[np.bool_],
    ) -> tuple[Coded, tuple[tuple[str, ...], ...]]:
        """The table in codes, and its levels; what is missing is completed, a level of its own, or passive."""
        self.imputer_ = None
        if isinstance(X, Completed):
            self.kinds_ = X.kinds
            self.fill_ = X.means
            return X.coded, X.levels
        self.kinds_ = self._kinds(table)
        if self.imputer is not None:
            self.imputer_ = clone(self.imputer).set_params(kinds=self.kinds_)
            completed = self.imputer_.fit_complete(table, sample_weight=weights)
            self.fill_ = completed.means
            return completed.coded, completed.levels
        numbers = numbers_of(table, [name for name, kind in self.kinds_.items() if kind == "number"])
        self.fill_ = plain_means(numbers[used])
        blocks: list[Block] = []
        levels: list[tuple[str, ...]] = []
        for name, kind in self.kinds_.items():
            if kind == "category":
                codes, labels = used_levels(*codes_of(table[name], self.missing_level), used)
                blocks.append(codes)
                levels.append(labels)
        return Coded(np.where(np.isnan(numbers), self.fill_, numbers), tuple(blocks)), tuple(levels)

    def code(self, X: Any) -> Coded:  # noqa: N803
        """A table in the codes that the fit learnt."""
        table = read_table(self, X, reset=False)
        if isinstance(X, Completed):
            return X.coded
        if self.imputer_ is not None:
            completed: Completed = self.imputer_.complete(table)
            return completed.coded
        coding = self.coding_
        numbers = numbers_of(table, coding.names)
        blocks = tuple(
            known_codes(table[name], known, self.missing_level) for name, known in zip(coding.variables, coding.levels, strict=True)
        )
        return Coded(np.where(np.isnan(numbers), self.fill_, numbers), blocks)

    def _divisor(self) -> float:
        return self.coding_.divisors[0] if self.coding_.divisors else 1.0

    def _values(self) -> Floats:
        return self.eigenvalues_[: len(self.components_)]

    def _unit(self) -> Floats:
        return self.components_.T

    def _loadings(self) -> Floats:
        return self._unit() * np.sqrt(self._values())

    def _shares(self) -> Floats:
        return np.concatenate([*self.coding_.shares, np.zeros(0)])[:, None]

    def _means(self) -> Floats:
        """The weighted means of the rows of each category, whatever the scale that the analysis shows them on."""
        unit = self._unit()[len(self.coding_.names) :]
        return quotient(unit * self._values() * self._divisor(), np.sqrt(self._shares()))

    def _by_variable(self, columns: Floats) -> Floats:
        """The sums of some columns' figures over each variable's columns."""
        first = len(self.coding_.names)
        return np.vstack([columns[:first], *(columns[slot].sum(axis=0) for slot in self.coding_.slots)])

    def _frame(self, values: Floats, index: Any) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(index), columns=list(self.get_feature_names_out()))

    def _of_categories(self, values: Floats) -> pd.DataFrame:
        return self._frame(values, self.columns_[len(self.coding_.names) :])

    def _of_variables(self, values: Floats) -> pd.DataFrame:
        return self._frame(values, [*self.coding_.names, *self.coding_.variables])
