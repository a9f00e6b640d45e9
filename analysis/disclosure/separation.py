"""The attacker's answers as cuts: what a choice of hidden cells must satisfy so that no linear program bounds a protected one.

What comes in are a system, a layer and a choice of hidden cells, whole or fractional; what goes out are inequalities that the
choice breaks. Fischetti & Salazar (2000, section 3): moving hidden cells away from their values, within what everybody knows and as
far as they are hidden, must carry a protected cell to its protection level; the dual of a program that falls short is a cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from analysis.arrays import Booleans, Floats
from analysis.disclosure.attack import Attacker
from analysis.disclosure.cells import LEEWAY, DisclosureError, Layer, System

TOGETHER = 16  # Programs solved at once, as the blocks of one: their number matters more to the time than their size.
FAR = 10.0  # Times the greatest figure: how far from its value a cell may be thought to lie when nothing bounds it.


@dataclass(frozen=True, slots=True)
class Cut:
    """The weighted number of these cells that are hidden must reach 1."""

    cells: NDArray[np.int64]
    weights: Floats
    target: int


class Separator:
    """Answers for one layer."""

    def __init__(self, system: System, layer: Layer) -> None:
        self.layer = layer
        self._system, self._names = system, system.names
        self._matrix: Any = system.matrix()
        self._free = system.never
        figures = np.abs([layer.values, layer.below, layer.above, layer.width])
        reach = max(float(figures.max(initial=0.0)) * FAR, 1.0)
        self.up = np.where(np.isfinite(layer.upper), np.maximum(layer.upper - layer.values, 0.0), reach)
        self.down = np.where(np.isfinite(layer.lower), np.maximum(layer.values - layer.lower, 0.0), reach)
        self.targets = [cell for cell in range(len(layer.values)) if layer.needs(cell)]

    def cuts(self, chosen: Floats, targets: Sequence[int]) -> list[Cut]:
        """The cuts that a choice (from 0, shown, to 1, hidden) breaks, for these targets.

        Raises `DisclosureError` for targets that stay within reach even if all cells were hidden.
        """
        chosen = np.where(self._free, 1.0, chosen)
        wanted = self._reached(chosen, targets)
        live = np.flatnonzero(chosen > LEEWAY)
        ties = self._matrix[:, live].tocsr()
        rows = np.flatnonzero(np.diff(ties.indptr))
        found: list[Cut] = []
        for first in range(0, len(wanted), TOGETHER // 2):
            group = wanted[first : first + TOGETHER // 2]
            gains, reduced = self._moves(chosen, live, ties[rows], rows, group)
            for place, cell in enumerate(group):
                found += self._broken(cell, chosen, gains[place], reduced[place])
        return found

    def _reached(self, chosen: Floats, targets: Sequence[int]) -> list[int]:
        """The targets that an attacker bounds too closely when cells may move only as far as they are hidden."""
        values = self.layer.values
        within = replace(self.layer, lower=values - self.down * chosen, upper=values + self.up * chosen)
        return unfooled(self._system, within, chosen > LEEWAY, targets)

    def _moves(
        self, chosen: Floats, live: NDArray[np.int64], ties: Any, rows: NDArray[np.int64], group: Sequence[int]
    ) -> tuple[Floats, Floats]:
        """How far each target can be carried up and down (targets, 2), and the reduced costs of every cell (targets, 2, cells)."""
        jobs = [(cell, sign) for cell in group for sign in (1.0, -1.0)]
        aims = np.zeros((len(jobs), len(live)))
        for place, (cell, sign) in enumerate(jobs):
            aims[place, np.searchsorted(live, cell)] = -sign
        bounds = np.column_stack([-(self.down * chosen)[live], (self.up * chosen)[live]])
        ties = sparse.block_diag([ties] * len(jobs), format="csr")
        solve: Any = linprog  # Its stubs know nothing of sparse matrices.
        solved = solve(
            aims.ravel(), A_eq=ties, b_eq=np.zeros(ties.shape[0]), bounds=np.tile(bounds, (len(jobs), 1)), method="highs"
        )
        if solved.x is None:
            message = f"The figures of {self.layer.name} do not add up around {self._names[group[0]]}."
            raise DisclosureError(message, [self._names[cell] for cell in group])
        gains = -(aims * solved.x.reshape(len(jobs), -1)).sum(axis=1)
        duals = solved.eqlin.marginals.reshape(len(jobs), -1)
        reduced = -np.asarray((self._matrix[rows].T @ duals.T).T)
        for place, (cell, sign) in enumerate(jobs):
            reduced[place, cell] -= sign
        return gains.reshape(-1, 2), reduced.reshape(len(group), 2, -1)

    def _broken(self, cell: int, chosen: Floats, gains: Floats, reduced: Floats) -> list[Cut]:
        layer = self.layer
        slack = LEEWAY * max(1.0, abs(float(layer.values[cell])))
        reach = np.maximum(-reduced, 0.0) * self.up + np.maximum(reduced, 0.0) * self.down
        asked = [(reach[0], gains[0], float(layer.above[cell])), (reach[1], gains[1], float(layer.below[cell]))]
        short = [(weights, level) for weights, gain, level in asked if gain < level - slack]
        if not short and gains.sum() < layer.width[cell] - slack:
            short = [(reach.sum(axis=0), float(layer.width[cell]))]
        cuts = [self._cut(cell, weights, level) for weights, level in short]
        return [cut for cut in cuts if float(cut.weights @ chosen[cut.cells]) < 1 - LEEWAY]

    def _cut(self, cell: int, weights: Floats, level: float) -> Cut:
        """No weight above the right side, which is scaled to 1 for the solver's tolerances; cells that are never shown help for good."""
        scaled = np.minimum(weights, level) / level
        cells = np.flatnonzero(scaled > LEEWAY)
        return Cut(cells, scaled[cells], cell)


def unfooled(system: System, layer: Layer, hidden: Booleans, targets: Sequence[int]) -> list[int]:
    """The targets that an attacker of a whole choice bounds too closely; most are cleared by the tables found for others."""
    wanted = [cell for cell in targets if layer.needs(cell)]
    attacker = Attacker(system, layer, hidden)
    attacker.survey(wanted)
    return [cell for cell in wanted if not attacker.fooled(cell)]


def out_of_reach(system: System, layers: Sequence[Layer], targets: Sequence[int]) -> list[tuple[int, str]]:
    """The targets that no choice protects, with the layer: hiding everything that may be hidden leaves them within reach."""
    everything = ~system.shown
    stuck = [(cell, layer.name) for layer in layers for cell in targets if system.shown[cell] and layer.needs(cell)]
    able = [cell for cell in targets if everything[cell]]
    return stuck + [(cell, layer.name) for layer in layers for cell in unfooled(system, layer, everything, able)]
