"""What an attacker can bound of hidden cells who knows all that is published: linear programs, exact.

What comes in are a system of cells, a layer of figures and what is hidden; what goes out is an interval for each hidden cell.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.arrays import Booleans, Floats
from analysis.disclosure.cells import LEEWAY, Interval, Layer, System

DIRECTIONS = 12  # Random directions in which a survey pushes those not yet cleared.
FEW = 3  # Cells that are as well pushed one by one.


class Attacker:
    """Somebody who knows every published cell of a layer, and bounds the hidden ones by linear programs.

    Each program is solved on its own block of hidden cells, tied to no other by a sum. Its solution is a table that agrees with all
    that is published: its other cells are remembered too (`low`, `high`), so that one program often proves many cells safe.
    """

    def __init__(self, system: System, layer: Layer, hidden: Booleans) -> None:
        matrix = system.matrix()
        away = hidden | system.never
        known = np.flatnonzero(~away)
        self._layer = layer
        self._unknown = np.flatnonzero(away)
        self._right = -(matrix[:, known] @ layer.values[known])
        self._left: Any = matrix[:, self._unknown].tocsr()
        self._block = (
            sparse.csgraph.connected_components(self._left.T @ self._left, directed=False)[1] if away.any() else np.zeros(0)
        )
        self._parts: dict[int, tuple[Any, ...]] = {}
        self.low, self.high = layer.values.copy(), layer.values.copy()

    def interval(self, cell: int) -> tuple[float, float]:
        """What is left of a hidden cell: the exact ends."""
        return self._end(cell, 1.0), self._end(cell, -1.0)

    def survey(self, cells: Sequence[int]) -> None:
        """Pushes many cells at once to their ends, in a few directions drawn once and for all: cheap proofs for most of them."""
        random = np.random.default_rng(0)
        places = np.searchsorted(self._unknown, np.asarray(cells, dtype=np.int64))
        for own in np.unique(self._block[places]):
            columns, members, ties, sums = self._part(int(own))
            inside = np.searchsorted(columns, places[self._block[places] == own])
            needed = (self._layer.below + self._layer.above + self._layer.width)[members]
            for _ in range(min(DIRECTIONS, len(inside) // 2)):
                inside = np.asarray([place for place in inside if not self._wide(int(members[place]))], dtype=np.int64)
                if len(inside) <= FEW:
                    break
                target = np.zeros(len(columns))
                target[inside] = random.choice((-1.0, 1.0), len(inside)) / np.maximum(needed[inside], LEEWAY)
                self._solve(target, members, ties, sums)
                self._solve(-target, members, ties, sums)

    def fooled(self, cell: int) -> bool:
        """Whether the interval of a cell is as wide as the layer requires; solves no more programs than it needs."""
        if not self._wide(cell):
            self._end(cell, -1.0)
        if not self._wide(cell):
            self._end(cell, 1.0)
        return self._wide(cell)

    def _wide(self, cell: int) -> bool:
        return self._layer.enough(cell, float(self.low[cell]), float(self.high[cell]))

    def _end(self, cell: int, sign: float) -> float:
        place = int(np.searchsorted(self._unknown, cell))
        columns, members, ties, sums = self._part(int(self._block[place]))
        target = np.zeros(len(columns))
        target[np.searchsorted(columns, place)] = sign
        least = self._solve(target, members, ties, sums)
        # Rounding may make the published cells contradict each other: the attacker is then taken to know the value.
        return float(self._layer.values[cell]) if least is None else sign * least

    def _solve(self, target: Floats, members: NDArray[np.int64], ties: Any, sums: Floats) -> float | None:
        """The least value of a direction; its table is remembered."""
        bounds = Bounds(self._layer.lower[members], self._layer.upper[members])
        solved = milp(
            target, bounds=bounds, constraints=LinearConstraint(ties, sums, sums) if len(sums) else ()
        )  # No integers: the lighter door to HiGHS.
        if solved.x is None:
            return None
        self.low[members] = np.minimum(self.low[members], solved.x)
        self.high[members] = np.maximum(self.high[members], solved.x)
        return float(solved.fun)

    def _part(self, own: int) -> tuple[Any, ...]:
        """The columns of a block, their cells, and the sums that tie them."""
        if own not in self._parts:
            columns = np.flatnonzero(self._block == own)
            rows = np.flatnonzero(np.asarray(abs(self._left[:, columns]).sum(axis=1)).ravel() > 0)
            self._parts[own] = (columns, self._unknown[columns], self._left[rows][:, columns], self._right[rows])
        return self._parts[own]


def attack(system: System, layer: Layer, hidden: Booleans, cells: Sequence[int]) -> list[tuple[float, float]]:
    """The interval that the published cells leave to each of `cells`."""
    attacker = Attacker(system, layer, hidden)
    return [attacker.interval(cell) for cell in cells]


def audit(system: System, layers: Sequence[Layer], hidden: Booleans, cells: Sequence[int], *, exact: bool = True) -> list[Interval]:
    """Attacks each of `cells` in each layer, and says whether the interval is as wide as the layer requires there.

    Without `exact`, an interval that is proven wide enough may be wider than it is told.
    """
    found = []
    for layer in layers:
        attacker = Attacker(system, layer, hidden)
        if not exact and len(cells):
            attacker.survey(cells)
        for cell in cells:
            if exact or not attacker.fooled(cell):
                low, high = attacker.interval(cell)
            else:
                low, high = float(attacker.low[cell]), float(attacker.high[cell])
            found.append(Interval(cell, layer.name, low, high, layer.enough(cell, low, high)))
    return found
