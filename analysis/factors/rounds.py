"""The rounds of iterative imputation: standardise, find the axes, shrink them, read the missing cells off them, and again.

What comes in are coded rows with gaps and their weights; what stays is the completed table with the axes that completed it. A round
is one pass over slices of the table: it completes them by the last axes, and sums the cross-product that the next axes need.
`analysis.factors.imputation` is how it is used, and says the sources.
"""

from itertools import pairwise

import numpy as np

from analysis.arrays import Floats
from analysis.factors.axes import RANK
from analysis.factors.coding import SLICE, Block, Coded, Coding, spread_of

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
    barred : tuple of (int or None)
        For each categorical variable, the place of a level that nobody is given.

    Attributes
    ----------
    vectors : ndarray (columns, axes)
        The axes of the last round; `shrinkage` (axes,) is what was kept of each, `noise` the variance taken off.
    made : int
        The rounds made.

    """

    def __init__(
        self, coded: Coded, levels: tuple[tuple[str, ...], ...], weights: Floats, *, mca: bool, barred: tuple[int | None, ...]
    ) -> None:
        self.rows, self.levels, self.weights, self.mca = len(coded), levels, weights, mca
        self.numeric: int = coded.numbers.shape[1]
        self.made, self.noise, self.scores = 0, 0.0, np.empty((0, 0))
        blocks = list(zip(coded.blocks, levels, strict=True))
        self.known, gaps = coded.numbers, np.isnan(coded.numbers)
        self.missing = np.hstack([gaps, *(np.repeat((block < 0)[:, None], len(known), axis=1) for block, known in blocks)])
        self.columns: int = self.missing.shape[1]
        self.free: int = self.columns - len(levels)
        numbers = np.where(gaps, (weights @ np.where(gaps, 0.0, coded.numbers)) / (weights @ ~gaps), coded.numbers)
        # Numbers are kept from their first mean in units of their first spread, so that no digit is lost in the cross-product.
        self.start, units = weights @ numbers, spread_of(numbers, weights)
        self.units, self.flat = np.where(np.isinf(units), 0.0, units), np.isinf(units)
        self.table = np.hstack([(numbers - self.start) / units, *(_indicators(block, len(known)) for block, known in blocks)])
        shares = (weights @ self.table) / (weights @ ~self.missing)
        shares[: self.numeric] = 0.0
        self.barred = [(slot, place) for slot, place in zip(self.slots, barred, strict=True) if place is not None]
        for slot, place in self.barred:
            shares[slot] = redistributed(shares[slot], place, shares[slot])
        np.copyto(self.table, shares, where=self.missing)
        self.vectors, self.shrinkage = np.empty((self.columns, 0)), np.empty(0)
        self._standardise(self._cross_product())

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
        before, error = None, np.inf
        while self.made < longest:
            self._find(axes, regularised=regularised)
            self.made += 1
            if not axes or not self.missing.any():
                return True
            fit = self._fit_of()
            product, apart, change = self._pass(fit, before)
            last, error, before = error, apart, fit
            if self._settled(error, last, change, tol):
                return True
            self._standardise(product)
        return False

    def _settled(self, error: float, last: float, change: float, tol: float) -> bool:
        """Whether a round changed nothing that counts, by the published rule of each algorithm."""
        if self.mca:
            return change <= tol
        return self.made >= FEWEST and (error < tol or abs(1 - error / last) < tol)

    def completed(self) -> Coded:
        """The table as completed by the last round."""
        completed = self.start + self.units * self.table[:, : self.numeric]
        numbers = np.where(self.missing[:, : self.numeric], completed, self.known)
        return Coded(numbers, tuple(self.table[:, slot].copy() for slot in self.slots))

    def coding(self, names: list[str], variables: list[str]) -> Coding:
        """What the last round's axes were found on."""
        first = self.numeric
        return Coding(
            names=tuple(names),
            variables=tuple(variables),
            levels=self.levels,
            means=self.start + self.units * self.means[:first],
            spreads=np.where(self.flat, np.inf, self.units * self.spreads[:first]),
            shares=tuple(self.means[slot] for slot in self.slots),
            divisors=self.divisors,
        )

    def _standardise(self, product: Floats) -> None:
        """Means, spreads, shares and divisors of the table as it stands, and the cross-product of its standardised columns."""
        self.means = self.weights @ self.table
        shares = self.means[self.numeric :]
        if (shares <= 0).any():
            message = (
                "A level's share fell below zero during imputation: the axes follow noise. Keep fewer axes, or merge rare levels."
            )
            raise ValueError(message)
        centred = product - np.outer(self.means, self.means)
        variances = np.where(self.flat, 1.0, np.diag(centred)[: self.numeric])
        self.spreads = np.sqrt(np.concatenate([variances, shares]))
        self.product = centred / np.outer(self.spreads, self.spreads)
        self.divisors = self._divisors()
        for slot, divisor in zip(self.slots, self.divisors, strict=True):
            self.product[slot] /= divisor
            self.product[:, slot] /= divisor
            self.spreads[slot] *= divisor

    def _divisors(self) -> tuple[float, ...]:
        """What each variable's indicators are divided by: √Q in an MCA, else the first singular value of the completed block."""
        if self.mca:
            return (float(np.sqrt(len(self.levels))),) * len(self.levels)
        firsts = [float(np.linalg.eigvalsh(self.product[slot, slot])[-1]) for slot in self.slots]
        return tuple(float(np.sqrt(first)) if first > RANK else 1.0 for first in firsts)

    def _find(self, axes: int, *, regularised: bool) -> None:
        """The first axes, and what is kept of each."""
        values, vectors = np.linalg.eigh(self.product)
        values, self.vectors = np.maximum(values[::-1], 0.0), np.ascontiguousarray(vectors[:, ::-1][:, :axes])
        kept, rest = values[:axes], float(values[axes:].sum())
        self.noise = 0.0
        if regularised and axes:  # Noise can be no greater than the first axis that is left out.
            self.noise = min(self._noise(rest, axes), float(values[axes]))
        self.shrinkage = np.where(kept > 0, 1 - self.noise / np.where(kept > 0, kept, 1.0), 0.0)

    def _noise(self, rest: float, axes: int) -> float:
        """The variance of the noise, from the inertia beyond the kept axes."""
        if self.mca:
            return rest / (min(self.free, self.rows - 1) - axes)
        scale = self.rows * self.free / min(self.free, self.rows - 1)
        return scale * rest / ((self.rows - 1 - axes) * (self.free - axes))

    def _fit_of(self) -> tuple[Floats, Floats, Floats]:
        """What turns rows into what the axes say of them: means (columns,), into (columns, axes), and back (axes, columns)."""
        into = self.vectors / self.spreads[:, None]
        return self.means, into * self.shrinkage, self.vectors.T * self.spreads

    def _pass(
        self, fit: tuple[Floats, Floats, Floats], before: tuple[Floats, Floats, Floats] | None
    ) -> tuple[Floats, float, float]:
        """Completes the table; the next cross-product, the squared error on known cells, and how much the fit changed."""
        product, error, change = np.zeros((self.columns, self.columns)), 0.0, 0.0
        means, into, back = fit
        latest = np.empty((self.rows, into.shape[1]))
        for part in self._parts():
            rows, missing, weights = self.table[part], self.missing[part], self.weights[part]
            latest[part] = (rows - means) @ into
            fitted = means + latest[part] @ back
            if self.mca:
                old = rows if before is None else before[0] + self.scores[part] @ before[2]
                change += float(weights @ ((fitted - old) ** 2).sum(axis=1))
            else:
                apart = np.where(missing, 0.0, (rows - fitted) / self.spreads)
                error += float(weights @ (apart**2).sum(axis=1))
            for slot, place in self.barred:
                fitted[:, slot] = redistributed(fitted[:, slot], place, means[slot])
            np.copyto(rows, fitted, where=missing)
            scaled = rows * np.sqrt(weights)[:, None]
            product += scaled.T @ scaled
        self.scores = latest
        return product, error, change

    def _cross_product(self) -> Floats:
        found = np.zeros((self.columns, self.columns))
        for part in self._parts():
            scaled = self.table[part] * np.sqrt(self.weights[part])[:, None]
            found += scaled.T @ scaled
        return found

    def _parts(self) -> list[slice]:
        return [slice(start, min(start + SLICE, self.rows)) for start in range(0, self.rows, SLICE)]


def redistributed(memberships: Floats, place: int, shares: Floats) -> Floats:
    """Memberships (…, levels) of which one level, at `place`, goes to the others in proportion to their shares (levels,)."""
    moved: Floats = memberships + memberships[..., place, None] * shares / (1 - shares[place])
    moved[..., place] = 0.0
    return moved


def _indicators(block: Block, levels: int) -> Floats:
    return np.asarray(np.vstack([np.eye(levels), np.zeros(levels)])[block], dtype=np.float64)
