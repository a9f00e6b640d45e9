"""The rounds of iterative imputation: standardise, find the axes, shrink them, read the missing cells off them, and again.

What comes in are coded rows with gaps and their weights; what stays is the completed table with the axes that completed it.
`analysis.imputation` is how it is used, and says the sources.
"""

from itertools import pairwise

import numpy as np

from analysis.axes import RANK, eigen
from analysis.coding import Block, Coded, Coding, Floats, spread_of

# The published algorithm never stops before: the first rounds move little when few cells are missing.
FEWEST = 5


class Rounds:
    """One table under imputation.

    Parameters
    ----------
    coded : Coded
        Rows with gaps: NaN, and -1.
    levels : tuple of tuple of str
        The levels of each categorical variable.
    weights : ndarray (rows,)
        Above zero, summing to one.
    mca : bool
        The algorithm of categories alone, else that of mixed tables, which is also that of numbers alone.

    Attributes
    ----------
    vectors : ndarray (columns, axes)
        The axes of the last round; `shrinkage` (axes,) is what was kept of each, `noise` the variance taken off.
    made : int
        The rounds made.

    """

    def __init__(self, coded: Coded, levels: tuple[tuple[str, ...], ...], weights: Floats, *, mca: bool) -> None:
        self.rows, self.levels, self.weights, self.mca = len(coded), levels, weights, mca
        self.numeric: int = coded.numbers.shape[1]
        blocks = list(zip(coded.blocks, levels, strict=True))
        self.missing = np.hstack(
            [np.isnan(coded.numbers), *(np.repeat((block < 0)[:, None], len(known), axis=1) for block, known in blocks)]
        )
        self.table = np.hstack([coded.numbers, *(_indicators(block, len(known)) for block, known in blocks)])
        held = np.where(self.missing, 0.0, self.table)
        start = (weights @ held) / (weights @ ~self.missing)
        self.table = np.where(self.missing, start, self.table)
        self.free: int = self.table.shape[1] - len(levels)
        self.made, self.noise = 0, 0.0
        self.vectors, self.shrinkage = np.empty((self.table.shape[1], 0)), np.empty(0)
        self._standardise()

    @property
    def most(self) -> int:
        """The greatest number of axes that leaves noise to measure."""
        return max(min(self.rows - 1, self.free) - 1, 0)

    @property
    def slots(self) -> tuple[slice, ...]:
        """The columns of each categorical variable."""
        ends = np.cumsum([self.numeric, *map(len, self.levels)])
        return tuple(slice(int(a), int(b)) for a, b in pairwise(ends))

    def run(self, axes: int, *, regularised: bool, tol: float, longest: int) -> bool:
        """Rounds until they change nothing, `longest` at most; whether they came to that."""
        before, error = self.table, np.inf
        while self.made < longest:
            standard = self._fit(axes, regularised=regularised)
            fitted = standard * self.finite + self.means
            self.made += 1
            if self.mca:
                change = float(self.weights @ ((fitted - before) ** 2).sum(axis=1))
                before, done = fitted, change <= tol
            else:
                apart = np.where(self.missing, 0.0, self.standard - standard)
                last, error = error, float(self.weights @ (apart**2).sum(axis=1))
                done = self.made >= FEWEST and (error < tol or abs(1 - error / last) < tol)
            if not axes or not self.missing.any():
                return True
            self.table = np.where(self.missing, fitted, self.table)
            if done:
                return True
            self._standardise()
        return False

    def completed(self) -> Coded:
        """The table as completed by the last round."""
        return Coded(self.table[:, : self.numeric].copy(), tuple(self.table[:, slot].copy() for slot in self.slots))

    def coding(self, names: list[str], variables: list[str]) -> Coding:
        """What the last round's axes were found on."""
        return Coding(
            names=tuple(names),
            variables=tuple(variables),
            levels=self.levels,
            means=self.means[: self.numeric],
            spreads=self.spreads[: self.numeric],
            shares=tuple(self.means[slot] for slot in self.slots),
            divisors=self.divisors,
        )

    def _standardise(self) -> None:
        """Means, spreads and shares of the table as it stands, and its standardised columns."""
        self.means = self.weights @ self.table
        shares = self.means[self.numeric :]
        if (shares <= 0).any():
            message = "The share of a level fell below zero during imputation: the axes follow noise. Keep fewer axes, or merge rare levels."
            raise ValueError(message)
        self.spreads = np.concatenate([spread_of(self.table[:, : self.numeric], self.weights), np.sqrt(shares)])
        self.standard = (self.table - self.means) / self.spreads
        self.divisors = self._divisors()
        for slot, divisor in zip(self.slots, self.divisors, strict=True):
            self.standard[:, slot] /= divisor
            self.spreads[slot] *= divisor
        self.finite = np.where(np.isinf(self.spreads), 0.0, self.spreads)

    def _divisors(self) -> tuple[float, ...]:
        if self.mca:
            return (float(np.sqrt(len(self.levels))),) * len(self.levels)
        found = []
        for slot in self.slots:
            block = self.standard[:, slot] * np.sqrt(self.weights)[:, None]
            first = float(np.linalg.eigvalsh(block.T @ block)[-1])
            found.append(float(np.sqrt(first)) if first > RANK else 1.0)
        return tuple(found)

    def _fit(self, axes: int, *, regularised: bool) -> Floats:
        """The standardised table as its first axes, shrunk, say it."""
        values, vectors = eigen(self.standard * np.sqrt(self.weights)[:, None])
        kept, rest = values[:axes], max(float(values[axes:].sum()), 0.0)
        self.noise = 0.0
        if regularised and axes:
            following = float(values[axes]) if len(values) > axes else 0.0
            self.noise = min(self._noise(rest, axes), following)
        self.vectors = vectors[:, : len(kept)]
        self.shrinkage = np.where(kept > 0, 1 - self.noise / np.where(kept > 0, kept, 1.0), 0.0)
        return np.asarray((self.standard @ self.vectors) * self.shrinkage @ self.vectors.T, dtype=np.float64)

    def _noise(self, rest: float, axes: int) -> float:
        """The variance of the noise, from the inertia beyond the kept axes."""
        if self.mca:
            return rest / (min(self.free, self.rows - 1) - axes)
        scale = self.rows * self.free / min(self.free, self.rows - 1)
        return scale * rest / ((self.rows - 1 - axes) * (self.free - axes))


def _indicators(block: Block, levels: int) -> Floats:
    return np.vstack([np.eye(levels), np.zeros(levels)])[block]
