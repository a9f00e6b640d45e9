"""Secondary suppression by exact optimisation, and what an attacker can bound.

What comes in is a system of cells tied by sums (totals of one or several tables, hierarchical or linked), the values of each layer
of figures published on it, and the cells to protect; what goes out is the cheapest set of cells to hide so that nobody who knows
all published cells can bound a protected one too closely. The method is Fischetti & Salazar's (2000): a master problem chooses cells
(scipy's milp), the attacker's linear programs (scipy's linprog) answer with cuts, until no attack succeeds.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

LEEWAY = 1e-6
DIRECTIONS = 4


class DisclosureError(ValueError):
    """A figure cannot be protected, or a protected one would give itself away; the message names it."""


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


@dataclass(frozen=True, slots=True)
class System:
    """The cells of all tables published together, in the order of `names`; `never` marks those that are not published at all."""

    names: tuple[str, ...]
    relations: tuple[Relation, ...]
    never: Booleans

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


@dataclass(frozen=True, slots=True)
class Interval:
    """What an attacker knows of a hidden cell in a layer: between `low` and `high`; `enough` when that is as wide as required."""

    cell: int
    layer: str
    low: float
    high: float
    enough: bool


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
            needed = (self._layer.below + self._layer.above + self._layer.width)[members[inside]]
            for _ in range(min(DIRECTIONS, len(inside) // 2)):
                target = np.zeros(len(columns))
                target[inside] = random.choice((-1.0, 1.0), len(inside)) / np.maximum(needed, LEEWAY)
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
        return _enough(self._layer, cell, float(self.low[cell]), float(self.high[cell]))

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
            found.append(Interval(cell, layer.name, low, high, _enough(layer, cell, low, high)))
    return found


def protect(
    system: System,
    layers: Sequence[Layer],
    primary: Booleans,
    cost: Floats,
    *,
    counts: Floats | None = None,
    threshold: int = 0,
    time_limit: float = 20.0,
) -> Pattern:
    """The cheapest cells to hide besides `primary` so that each primary cell is protected in every layer.

    `counts` are the respondents behind each cell: the hidden cells of a line, whose sum anyone can work out, must together hold
    `threshold` respondents, and as many without a cell of a single respondent, who can take himself out. When `time_limit` (seconds)
    ends the search, the best pattern is completed until no attack succeeds, with the bound known by then. Raises `DisclosureError` if hiding all
    cells is not enough.
    """
    started = time.monotonic()
    targets = [int(cell) for cell in np.flatnonzero(primary)]
    if not targets:
        return Pattern(primary.copy(), primary.copy(), 0.0, 0.0, optimal=True, rounds=0, seconds=0.0)
    master = _Master(system, primary, cost, counts, threshold)
    rounds = 0
    while True:
        rounds += 1
        hidden, bound, optimal = master.solve(max(time_limit - (time.monotonic() - started), 1.0))
        cuts = _all_cuts(system, layers, hidden, targets)
        if not cuts:
            break
        if time.monotonic() - started > time_limit:
            hidden = _completed(system, layers, hidden, targets, cost)
            optimal = False
            break
        master.add(cuts)
    hidden = _without_derivable(system, layers, hidden, primary)
    spent = float(cost[hidden & ~primary & ~system.never].sum())
    return Pattern(
        hidden & ~system.never, primary.copy(), spent, bound, optimal=optimal, rounds=rounds, seconds=time.monotonic() - started
    )


class _Master:
    """Chooses the cells to hide under the cuts found so far."""

    def __init__(self, system: System, primary: Booleans, cost: Floats, counts: Floats | None, threshold: int) -> None:
        self._cost = np.where(primary | system.never, 0.0, cost)
        self._least = (primary | system.never).astype(float)
        self._rows: list[tuple[NDArray[np.int64], Floats, float]] = []
        for relation in system.relations:
            cells = np.asarray((relation.total, *relation.parts), dtype=np.int64)
            if system.never[cells].any():
                continue
            for place, cell in enumerate(cells):
                signs = np.ones(len(cells))
                signs[place] = -1.0
                self._rows.append((cells, signs, 0.0))
                if counts is not None and place > 0 and primary[cell] and counts[cell] > 0:
                    needed = float(threshold if counts[cell] == 1 else threshold - counts[cell])
                    weights = np.minimum(counts[cells], needed)
                    weights[0], weights[place] = needed, 0.0
                    self._rows.append((cells, weights, float(needed)))

    def add(self, cuts: list[tuple[Floats, float]]) -> None:
        for coefficients, needed in cuts:
            cells = np.flatnonzero(coefficients > 0)
            self._rows.append((cells.astype(np.int64), coefficients[cells], needed))

    def solve(self, limit: float) -> tuple[Booleans, float, bool]:
        rows = (
            np.concatenate([np.full(len(cells), place) for place, (cells, _, _) in enumerate(self._rows)])
            if self._rows
            else np.zeros(0)
        )
        columns = np.concatenate([cells for cells, _, _ in self._rows]) if self._rows else np.zeros(0)
        entries = np.concatenate([values for _, values, _ in self._rows]) if self._rows else np.zeros(0)
        table: Any = sparse.csr_array((entries, (rows, columns)), shape=(len(self._rows), len(self._cost)))
        constraints = [LinearConstraint(table, lb=np.asarray([needed for _, _, needed in self._rows]))] if self._rows else []
        solved = milp(
            self._cost,
            integrality=np.ones(len(self._cost), dtype=np.int64),
            bounds=Bounds(self._least, np.ones(len(self._cost))),
            constraints=constraints,
            options={"time_limit": limit},
        )
        if solved.x is None:
            return np.ones(len(self._cost), dtype=bool), 0.0, False
        bound = float(solved.mip_dual_bound) if solved.mip_dual_bound is not None else 0.0
        return np.asarray(solved.x > 0.5, dtype=bool), bound, solved.status == 0  # noqa: PLR2004 (halfway between the integers).


def _enough(layer: Layer, cell: int, low: float, high: float) -> bool:
    value, scale = layer.values[cell], LEEWAY * max(1.0, abs(float(layer.values[cell])))
    return bool(
        low <= value - layer.below[cell] + scale
        and high >= value + layer.above[cell] - scale
        and high - low >= layer.width[cell] - scale
    )


def _all_cuts(system: System, layers: Sequence[Layer], hidden: Booleans, targets: Sequence[int]) -> list[tuple[Floats, float]]:
    """The cuts of every cell that an attack reaches."""
    found = []
    for layer in layers:
        attacker = Attacker(system, layer, hidden)
        attacker.survey(targets)
        for cell in targets:
            if not attacker.fooled(cell):
                found += _cuts(system, layer, hidden, cell)
    return found


def _cuts(system: System, layer: Layer, hidden: Booleans, cell: int) -> list[tuple[Floats, float]]:
    """What the master must add so that a cell is protected: none if no attack succeeds.

    The attacker's greatest gain above (or below) the true value is, by duality, at most the sum over hidden cells of the reduced
    costs times how far they may move; that sum must reach the protection level.
    """
    free = hidden | system.never
    upper = np.minimum(layer.upper, max(float(np.abs(layer.values).max()) * 10, 1.0))
    room_up, room_down = np.maximum(upper - layer.values, 0.0), np.maximum(layer.values - layer.lower, 0.0)
    target = np.zeros(len(free))
    target[cell] = 1.0
    gains: list[tuple[float, Floats]] = []
    matrix: Any = system.matrix()
    solve: Any = linprog  # Its stubs know nothing of sparse matrices.
    for sign in (-1.0, 1.0):
        solved = solve(
            sign * target,
            A_eq=matrix,
            b_eq=np.zeros(len(system.relations)),
            bounds=np.column_stack([layer.values - room_down * free, layer.values + room_up * free]),
            method="highs",
        )
        if solved.x is None:
            message = f"The figures of {layer.name} do not add up around {system.names[cell]}."
            raise DisclosureError(message)
        reduced = solved.lower.marginals + solved.upper.marginals
        gains.append(
            (
                abs(float(solved.fun) - sign * float(layer.values[cell])),
                np.maximum(-reduced, 0.0) * room_up + np.maximum(reduced, 0.0) * room_down,
            )
        )
    scale = LEEWAY * max(1.0, abs(float(layer.values[cell])))
    wanted = [(0, float(layer.above[cell])), (1, float(layer.below[cell]))]
    cuts = [_capped(gains[place][1], level) for place, level in wanted if gains[place][0] < level - scale]
    if not cuts and gains[0][0] + gains[1][0] < layer.width[cell] - scale:
        cuts.append(_capped(gains[0][1] + gains[1][1], float(layer.width[cell])))
    for coefficients, _ in cuts:
        if not (coefficients[~free] > 0).any():
            message = f"Nothing can protect {system.names[cell]} in {layer.name}: hiding every cell leaves it within reach."
            raise DisclosureError(message)
    return cuts


def _capped(coefficients: Floats, level: float) -> tuple[Floats, float]:
    """A cut over binaries, no coefficient above the right side, scaled to 1 for the solver's tolerances."""
    return np.where(coefficients > LEEWAY * level, np.minimum(coefficients, level), 0.0) / level, 1.0


def _completed(system: System, layers: Sequence[Layer], hidden: Booleans, targets: list[int], cost: Floats) -> Booleans:
    """Adds cells one by one, the cheapest that helps an unprotected cell, until no attack succeeds."""
    hidden = hidden.copy()
    while True:
        cuts = _all_cuts(system, layers, hidden, targets)
        if not cuts:
            return hidden
        for coefficients, _ in cuts:
            helping = np.flatnonzero((coefficients > 0) & ~hidden & ~system.never)
            if helping.size:
                hidden[helping[np.argmin(cost[helping] / coefficients[helping])]] = True


def _without_derivable(system: System, layers: Sequence[Layer], hidden: Booleans, primary: Booleans) -> Booleans:
    """Shows again the secondary cells that anybody can work out in the first layer: hiding them hides nothing."""
    secondary = [int(cell) for cell in np.flatnonzero(hidden & ~primary & ~system.never)]
    shown = hidden.copy()
    for cell, (low, high) in zip(secondary, attack(system, layers[0], hidden, secondary), strict=True):
        if high - low <= LEEWAY:
            shown[cell] = False
    return shown
