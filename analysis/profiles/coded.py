"""A table of firms coded once, so that its factor analysis can be run hundreds of times on resampled firms.

What comes in is a mixed table (numbers and categories, missing answers welcome); what goes out is a matrix whose weighted principal
axes are those of `analysis.factors.analyses.FAMD` on the same table: numbers in standard scores, a level of weighted share p as
(indicator - p) / √p. A missing category is a level of its own and a missing number the mean of its column, unless the table was
completed before.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.linalg import eigh

from analysis.arrays import Floats, Labels

CONSTANT = 1e-12
MISSING = "NR"


@dataclass(frozen=True, slots=True)
class CodedTable:
    """The coded table: `numbers` (rows, a) with nan where missing, `codes` (rows, b) of the categories, and each one's levels."""

    numbers: Floats
    codes: Labels
    levels: tuple[int, ...]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Self:
        """Codes a table whose text, boolean and categorical columns are categories.

        Raises
        ------
        ValueError
            When a number is infinite.
        """
        kinds = [is_number(table.iloc[:, place]) for place in range(table.shape[1])]
        numbers = table.loc[:, kinds].to_numpy(dtype=np.float64)
        if np.isinf(numbers).any():
            message = "A number of the table is infinite: correct it, or leave the answer empty."
            raise ValueError(message)
        known = np.isfinite(numbers)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, numbers, 0.0).sum(axis=0) / count
        spread = np.sqrt(np.where(known, (numbers - centre) ** 2, 0.0).sum(axis=0) / count)
        apart = spread > CONSTANT * np.maximum(np.abs(centre), 1.0)
        scaled = np.where(known, (numbers - centre) / np.where(apart, spread, np.inf), np.nan)
        coded = [level_codes(table.iloc[:, place]) for place, kind in enumerate(kinds) if not kind]
        codes = np.stack([code for code, _ in coded], axis=1) if coded else np.zeros((len(table), 0), dtype=np.int64)
        return cls(scaled, codes, tuple(levels for _, levels in coded))

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.numbers)

    def matrix(self) -> Floats:
        """Numbers, still with their gaps, then one indicator a level, shape (rows, columns)."""
        first = self.numbers.shape[1]
        starts = first + np.concatenate([[0], np.cumsum(self.levels)]).astype(np.int64)
        coded = np.zeros((self.rows, int(starts[-1])))
        coded[:, :first] = self.numbers
        for place in range(len(self.levels)):
            coded[np.arange(self.rows), self.codes[:, place] + starts[place]] = 1.0
        return coded

    def take(self, rows: Labels) -> Self:
        """The same table of some rows only."""
        return type(self)(self.numbers[rows], self.codes[rows], self.levels)

    def shuffled(self, random: np.random.Generator) -> Self:
        """The same table with each variable's answers dealt out again: nothing holds together."""
        order = np.argsort(random.random((self.numbers.shape[1] + self.codes.shape[1], self.rows)), axis=1).T
        first = self.numbers.shape[1]
        return type(self)(
            np.take_along_axis(self.numbers, order[:, :first], axis=0),
            np.take_along_axis(self.codes, order[:, first:], axis=0),
            self.levels,
        )


def is_number(column: pd.Series) -> bool:
    """Whether a column is a number; true and false are categories."""
    return bool(pd.api.types.is_numeric_dtype(column) and column.dtype != bool)


def level_codes(column: pd.Series) -> tuple[Labels, int]:
    """A category's codes in the order of its levels as text, one for what is missing among them, and the number of levels."""
    found, levels = pd.factorize(column)
    # Code -1 is what is missing: it takes the last of these names.
    names = np.array([*map(str, levels), MISSING], dtype=object)
    held = np.bincount(found + 1, minlength=len(levels) + 1) > 0
    used = sorted({names[place - 1] for place in np.flatnonzero(held)})
    place = {name: rank for rank, name in enumerate(used)}
    return np.array([place.get(name, 0) for name in names], dtype=np.int64)[found], len(used)


@dataclass(frozen=True, slots=True)
class Axes:
    """Weighted principal axes: `variances` of all axes kept, `vectors` (columns, axes), and how a column is centred and scaled."""

    variances: Floats
    vectors: Floats
    centre: Floats
    scale: Floats
    fill: Floats

    def coordinates(self, matrix: Floats) -> Floats:
        """The rows' coordinates on the axes."""
        loads = self.vectors * self.scale[:, None]
        return np.asarray(filled(matrix, self.fill) @ loads - self.centre @ loads, dtype=np.float64)


def filled(matrix: Floats, fill: Floats) -> Floats:
    """The matrix with the mean of its column in place of a missing number."""
    first = len(fill)
    head = matrix[:, :first]
    gaps = np.isnan(head)
    if not gaps.any():
        return matrix
    whole = matrix.copy()
    whole[:, :first] = np.where(gaps, fill, head)
    return whole


def fillings(matrix: Floats, numbers: int, counts: Floats | None = None) -> Floats:
    """What a missing number is filled with: the mean of the rows that answered, whatever their weights, as `FAMD` does; `counts`
    says how often each row stands in the sample (once by default)."""
    head = matrix[:, :numbers]
    known = np.isfinite(head)
    standing = np.ones(len(matrix)) if counts is None else counts
    return np.asarray(np.where(known, head, 0.0).T @ standing / np.maximum(standing @ known, CONSTANT), dtype=np.float64)


def covariance(whole: Floats, weights: Floats, numbers: int) -> tuple[Floats, Floats, Floats]:
    """The weighted cross-product of the standardised columns of a matrix without gaps, with the columns' means and scales."""
    share = weights / weights.sum()
    centre = share @ whole
    rooted = whole * np.sqrt(share)[:, None]
    crossed = rooted.T @ rooted - np.outer(centre, centre)
    spread = np.maximum(np.diag(crossed)[:numbers], 0.0)
    held = np.concatenate([spread, centre[numbers:]])
    scale = np.where(held > CONSTANT, 1.0 / np.sqrt(np.where(held > CONSTANT, held, 1.0)), 0.0)
    return crossed * scale[:, None] * scale, centre, scale


def principal_axes(matrix: Floats, weights: Floats, numbers: int, axes: int, counts: Floats | None = None) -> Axes:
    """The first axes of the weighted factor analysis of a coded matrix, each pointing so that its entries sum above zero."""
    fill = fillings(matrix, numbers, counts)
    return _axes_of(filled(matrix, fill), weights, numbers, axes, fill)


def analysed(matrix: Floats, weights: Floats, numbers: int, axes: int, counts: Floats | None = None) -> tuple[Axes, Floats]:
    """The first axes and the coordinates of the rows that made them, with one filling for both."""
    fill = fillings(matrix, numbers, counts)
    whole = filled(matrix, fill)
    found = _axes_of(whole, weights, numbers, axes, fill)
    return found, found.coordinates(whole)


def _axes_of(whole: Floats, weights: Floats, numbers: int, axes: int, fill: Floats) -> Axes:
    crossed, centre, scale = covariance(whole, weights, numbers)
    size = len(crossed)
    values, vectors = eigh(crossed, subset_by_index=(max(size - axes, 0), size - 1), driver="evr")
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    kept = max(int((values > max(values[0], CONSTANT) * CONSTANT).sum()), 1)
    return Axes(values[:kept], vectors[:, :kept] * np.where(vectors[:, :kept].sum(axis=0) < 0, -1.0, 1.0), centre, scale, fill)


def variances(matrix: Floats, weights: Floats, numbers: int) -> Floats:
    """The variances of all axes, greatest first."""
    whole = filled(matrix, fillings(matrix, numbers))
    values = eigh(covariance(whole, weights, numbers)[0], eigvals_only=True)[::-1]
    return np.asarray(np.maximum(values, 0.0), dtype=np.float64)
