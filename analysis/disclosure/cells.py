"""Cells tied by sums, and the figures published on them: the language that protection and attack share.

What comes in are the tables of one publication, whatever their shape: every cell is a number, every total a `Relation`. Nothing is
decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from analysis.arrays import Booleans, Floats
from analysis.words import Words

LEEWAY = 1e-6


class DisclosureError(ValueError):
    """A figure cannot be protected, or a protected one would give itself away. `cells` are the names of those concerned, `words` the
    message in both languages where people other than analysts read it."""

    def __init__(self, message: str, cells: Sequence[str] = (), *, words: Words | None = None) -> None:
        super().__init__(message)
        self.cells = tuple(cells)
        self.words = words


@dataclass(frozen=True, slots=True)
class Relation:
    """A sum: the value of cell `total` is the sum of the values of `parts`, in every layer."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """Figures on all cells: their `values`, what everybody knows of them (`lower`, `upper`), and how wide an attacker's interval
    must be around the cells to protect: down to value - `below`, up to value + `above`, and `width` in all."""

    name: str
    values: Floats
    lower: Floats
    upper: Floats
    below: Floats
    above: Floats
    width: Floats

    def enough(self, cell: int, low: float, high: float) -> bool:
        """Whether an interval is as wide as required, up to rounding."""
        value = float(self.values[cell])
        slack = LEEWAY * max(1.0, abs(value))
        return bool(
            low <= value - self.below[cell] + slack
            and high >= value + self.above[cell] - slack
            and high - low >= self.width[cell] - slack
        )

    def needs(self, cell: int) -> bool:
        """Whether anything is required around a cell."""
        return bool(self.below[cell] > 0 or self.above[cell] > 0 or self.width[cell] > 0)


@dataclass(frozen=True, slots=True)
class System:
    """The cells of all tables published together, in the order of `names`.

    `never` marks those that are not published at all, whatever is decided; `always` those that are published already, or that
    anybody knows, and cannot be hidden (an earlier edition's figures, empty cells).
    """

    names: tuple[str, ...]
    relations: tuple[Relation, ...]
    never: Booleans
    always: Booleans | None = None

    @property
    def shown(self) -> Booleans:
        """Cells that cannot be hidden."""
        return np.zeros(len(self.names), dtype=bool) if self.always is None else self.always

    def matrix(self) -> sparse.csr_array:
        """One row a relation: total - parts = 0."""
        rows, columns, signs = [], [], []
        for row, relation in enumerate(self.relations):
            for column, sign in [(relation.total, 1.0), *((part, -1.0) for part in relation.parts)]:
                rows.append(row)
                columns.append(column)
                signs.append(sign)
        return sparse.csr_array((signs, (rows, columns)), shape=(len(self.relations), len(self.names)))


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which cells are hidden (the primary ones and the others), at what cost, and how far from the optimum that may be.

    `optimal` is True when the cost is proven least; else `bound` is what no pattern can do better than.
    """

    hidden: Booleans
    primary: Booleans
    cost: float
    bound: float
    optimal: bool
    rounds: int
    seconds: float

    @property
    def gap(self) -> float:
        """How much dearer than the optimum the pattern may be, as a share of its cost (0 where it is proven least)."""
        return 0.0 if self.optimal or self.cost <= 0 else max(self.cost - self.bound, 0.0) / self.cost


@dataclass(frozen=True, slots=True)
class Interval:
    """What an attacker knows of a hidden cell in a layer: between `low` and `high`; `enough` when that is as wide as required."""

    cell: int
    layer: str
    low: float
    high: float
    enough: bool


def seen_by(layer: Layer, cell: int, name: str, *, own: float | None = None, also: Sequence[int] = ()) -> Layer:
    """A layer as a respondent of `cell` sees it: the value is known to whoever is alone there, and cannot be less than one's `own`.

    `also` are the other cells where he is alone, totals of his cell: they are no secret to him either.
    """
    lower, upper = layer.lower.copy(), layer.upper.copy()
    if own is None:
        lower[cell] = upper[cell] = layer.values[cell]
    else:
        lower[cell] = max(float(lower[cell]), min(own, float(layer.values[cell])))
    demanded = [array.copy() for array in (layer.below, layer.above, layer.width)]
    for array in demanded:  # What one knows of oneself is no disclosure.
        array[[cell, *also]] = 0.0
    below, above, width = demanded
    return replace(layer, name=f"{layer.name}, seen by {name}", lower=lower, upper=upper, below=below, above=above, width=width)
