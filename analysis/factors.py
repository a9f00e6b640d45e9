"""Factor analysis of mixed data: the axes on which firms differ most, from numbers and categories together, with row weights.

What comes in is a table (a DataFrame whose text and categorical columns are categories, or an array of numbers); what goes out are
coordinates of rows, numbers and categories on the axes. With numbers only it is a weighted, standardised principal component
analysis; with categories only, a multiple correspondence analysis up to the scale of its axes (Pagès 2004, Escofier 1979).
"""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import _check_sample_weight, check_array, check_is_fitted, validate_data

Floats = NDArray[np.float64]

CONSTANT = 1e-12


class FAMD(TransformerMixin, BaseEstimator):
    """Factor analysis of mixed data with row weights, following scikit-learn's contract.

    Numbers are standardised with the weighted mean and standard deviation (denominator: the sum of weights); the indicator of a
    category of weighted share p becomes (indicator - p) / √p. The axes are the exact eigenvectors of the weighted cross-product,
    so that a table of any length costs one pass. Each axis points so that the entries of its vector sum to a positive number.

    Parameters
    ----------
    n_components : int, default=5
        The number of axes kept, at most the rank of the table.
    missing_level : str, default="NR"
        A missing category becomes this level of its own. A missing number becomes the unweighted mean of its column.

    Attributes
    ----------
    eigenvalues_ : ndarray (axes,)
        The variance of the rows' coordinates on each axis, all axes, greatest first.
    explained_ : ndarray (axes,)
        Each axis's share of the total inertia (0 to 1).
    components_ : ndarray (n_components, columns)
        The axes in the space of standardised columns.
    columns_ : tuple of str
        The names of these columns: the number's own, or « variable=level ».
    numbers_ : DataFrame (numbers, n_components)
        Coordinates of the numeric variables: their weighted correlations with the axes.
    categories_ : DataFrame (categories, n_components)
        Coordinates of the categories: the weighted means of the rows that have them.

    """

    def __init__(self, n_components: int = 5, *, missing_level: str = "NR") -> None:
        self.n_components = n_components
        self.missing_level = missing_level

    def fit(self, X: Any, y: object = None, sample_weight: Any = None) -> Self:  # noqa: N803, ARG002
        """Finds the axes. `sample_weight` (rows,) are the rows' weights, whatever their sum; None weighs all alike."""
        table = self._read(X, reset=True)
        weights = np.asarray(_check_sample_weight(sample_weight, table.to_numpy(dtype=object), dtype=np.float64))
        if (weights < 0).any() or weights.sum() <= 0:
            message = "Row weights must be zero or more, and not all zero."
            raise ValueError(message)
        weights = weights / weights.sum()
        self._learn_columns(table, weights)
        standard = self._standardised(table)
        values, vectors = np.linalg.eigh((standard * weights[:, None]).T @ standard)
        values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
        rank = max(int((values > max(values[0], CONSTANT) * CONSTANT).sum()), 1)
        sums = vectors.sum(axis=0)
        strongest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
        vectors = vectors * np.where(np.where(np.abs(sums) > CONSTANT, sums, strongest) < 0, -1.0, 1.0)
        kept = min(int(self.n_components), rank)
        self.eigenvalues_ = values[:rank]
        self.explained_ = self.eigenvalues_ / max(float(values.sum()), CONSTANT)
        self.components_ = vectors[:, :kept].T.copy()
        axes = [f"axis{place + 1}" for place in range(kept)]
        self.numbers_ = pd.DataFrame(
            (self.components_ * np.sqrt(self.eigenvalues_[:kept])[:, None]).T[: len(self._numeric)],
            index=list(self._numeric),
            columns=axes,
        )
        self.categories_ = self._barycentres(standard, weights, axes)
        return self

    def transform(self, X: Any) -> Floats:  # noqa: N803
        """The rows' coordinates on the axes (rows, n_components); rows that did not make the axes are supplementary."""
        check_is_fitted(self)
        return np.asarray(self._standardised(self._read(X, reset=False)) @ self.components_.T, dtype=np.float64)

    def fit_transform(self, X: Any, y: object = None, sample_weight: Any = None) -> Floats:  # noqa: N803
        """Finds the axes and gives the coordinates of the rows that made them."""
        return self.fit(X, y, sample_weight=sample_weight).transform(X)

    def __sklearn_tags__(self) -> Any:
        """Missing values and categories are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def _read(self, X: Any, *, reset: bool) -> pd.DataFrame:  # noqa: N803
        if isinstance(X, pd.DataFrame) and X.shape[0] and X.shape[1]:
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        array = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        return pd.DataFrame(
            check_array(array, ensure_all_finite="allow-nan"), columns=[f"x{place}" for place in range(array.shape[1])]
        )

    def _learn_columns(self, table: pd.DataFrame, weights: Floats) -> None:
        self._numeric = tuple(
            str(name) for name in table.columns if pd.api.types.is_numeric_dtype(table[name]) and table[name].dtype != bool
        )
        self._nominal = tuple(str(name) for name in table.columns if str(name) not in self._numeric)
        named = table.rename(columns=str)
        numbers = named[list(self._numeric)].to_numpy(dtype=np.float64)
        if np.isinf(numbers).any():
            message = "A number of the table is infinite."
            raise ValueError(message)
        known = np.isfinite(numbers)
        self._fill = np.where(known.any(axis=0), np.where(known, numbers, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), 0.0)
        filled = np.where(known, numbers, self._fill)
        self._mean = weights @ filled
        spread = np.sqrt(np.maximum(weights @ (filled - self._mean) ** 2, 0.0))
        self._scale = np.where(spread > CONSTANT * np.maximum(np.abs(self._mean), 1.0), spread, np.inf)
        self._levels: dict[str, tuple[str, ...]] = {}
        shares: list[float] = []
        for name in self._nominal:
            labels = self._labels(named[name])
            self._levels[name] = tuple(sorted(set(labels)))
            shares += [float(weights[labels == level].sum()) for level in self._levels[name]]
        self._shares = np.asarray(shares, dtype=np.float64)
        self.columns_ = self._numeric + tuple(f"{name}={level}" for name in self._nominal for level in self._levels[name])

    def _labels(self, column: pd.Series) -> NDArray[np.object_]:
        return np.asarray(column.astype(object).where(column.notna(), self.missing_level).astype(str), dtype=object)

    def _standardised(self, table: pd.DataFrame) -> Floats:
        named = table.rename(columns=str)
        numbers = named[list(self._numeric)].to_numpy(dtype=np.float64)
        blocks = [(np.where(np.isfinite(numbers), numbers, self._fill) - self._mean) / self._scale]
        start = 0
        for name in self._nominal:
            levels = self._levels[name]
            share = self._shares[start : start + len(levels)]
            start += len(levels)
            labels = self._labels(named[name])
            indicator = np.stack([labels == level for level in levels], axis=1).astype(np.float64)
            blocks.append(np.where(share > 0, (indicator - share) / np.sqrt(np.where(share > 0, share, 1.0)), 0.0))
        return np.hstack(blocks)

    def _barycentres(self, standard: Floats, weights: Floats, axes: list[str]) -> pd.DataFrame:
        rows = standard @ self.components_.T
        first = len(self._numeric)
        held = standard[:, first:] > 0
        mass = np.maximum(weights @ held, CONSTANT)
        return pd.DataFrame((held * weights[:, None]).T @ rows / mass[:, None], index=list(self.columns_[first:]), columns=axes)
