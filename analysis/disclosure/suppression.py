"""Secondary suppression by exact optimisation: the cheapest set of cells to hide so that no attack reaches a protected one.

What comes in is a system of cells tied by sums (totals of one or several tables, hierarchical or linked), the values of each layer
of figures published on it, and the cells to protect; what goes out is a `Pattern`. The method is Fischetti & Salazar's (2000): a
master problem chooses cells (scipy's milp), the attacker's linear programs answer with cuts (`analysis.disclosure.separation`), until no attack
succeeds. The cuts are drawn from the master's relaxation first: most of the proof is made there, where a round costs little.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from analysis.arrays import Booleans, Floats
from analysis.disclosure.attack import Attacker, attack, audit
from analysis.disclosure.cells import LEEWAY, DisclosureError, Interval, Layer, Pattern, Relation, System
from analysis.disclosure.separation import Cut, Separator, out_of_reach

__all__ = ["DisclosureError", "Interval", "Layer", "Pattern", "Relation", "System", "attack", "audit", "protect"]

RELAXED = 40  # Rounds on the relaxation at most.
TIE = 0.1  # What all ties together may weigh, of one unit of a whole cost.
UNIT = 0.5  # A whole cost proven closer than this is proven.
INFEASIBLE = 2  # milp's status.
PATIENCE = 1  # Whole rounds between two attempts to complete a pattern by hand.


def protect(
    system: System,
    layers: Sequence[Layer],
    primary: Booleans,
    cost: Floats,
    *,
    counts: Floats | None = None,
    threshold: int = 0,
    time_limit: float = 20.0,
    insiders: Sequence[Layer] = (),
    start: Booleans | None = None,
) -> Pattern:
    """The cheapest cells to hide besides `primary` so that each primary cell is protected in every layer.

    Parameters
    ----------
    system, layers
        n cells, how they add up, and the figures on them with what an attacker's interval must reach.
    primary, cost
        (n,) The cells to protect, and what hiding each of the others costs (zero at least).
    counts, threshold
        (n,) The respondents behind each cell: the hidden cells of a line, whose sum anyone can work out, must together hold
        `threshold` respondents, and as many without a cell of a single respondent, who can take himself out.
    time_limit
        Seconds after which the best pattern is completed until no attack succeeds, with the bound known by then.
    insiders
        Layers as some respondents see them (`seen_by`), attacked once nobody else succeeds.
    start
        (n,) A pattern to begin with (the hypercube's, say): it is mended where an attack succeeds.

    Raises
    ------
    DisclosureError
        If hiding all cells is not enough; its `cells` are those concerned.
    """
    started = time.monotonic()
    targets = [int(cell) for cell in np.flatnonzero(primary)]
    if not targets:
        return Pattern(primary.copy(), primary.copy(), 0.0, 0.0, optimal=True, rounds=0, seconds=0.0)
    if system.shown[targets].any():
        raise _hopeless(system, [*layers, *insiders], targets, [])
    master = _Master(system, primary, cost, counts, threshold)
    judges = _Judges([Separator(system, layer) for layer in layers], [Separator(system, layer) for layer in insiders], targets)
    search = _Search(system, master, judges, primary, cost, started + time_limit)
    try:
        if start is not None:
            search.offer(master.repaired(start))
        search.relax()
        search.settle()
    except _InfeasibleError as error:
        raise _hopeless(system, [*layers, *insiders], targets, master.unmet()) from error
    if search.best is None:
        raise _hopeless(system, [*layers, *insiders], targets, master.unmet())
    hidden = _without_derivable(system, layers, search.best, primary)
    spent = float(cost[hidden & ~primary & ~system.never].sum())
    bound = min(search.bound, spent)
    return Pattern(
        hidden & ~system.never,
        primary.copy(),
        spent,
        bound,
        optimal=search.optimal or spent <= bound + LEEWAY * max(spent, 1.0),
        rounds=search.rounds,
        seconds=time.monotonic() - started,
    )


class _InfeasibleError(Exception):
    """No choice of cells keeps the rows found so far."""


@dataclass(slots=True)
class _Judges:
    """Everybody who attacks: those who know what is published alone first, respondents once those fail."""

    outsiders: list[Separator]
    insiders: list[Separator]
    targets: list[int]

    def relaxed(self, chosen: Floats) -> list[Cut]:
        """What a fractional choice breaks."""
        return [cut for judge in self.outsiders for cut in judge.cuts(chosen, self.targets)]

    def cuts(self, hidden: Booleans) -> list[Cut]:
        """What a whole choice breaks."""
        chosen = hidden.astype(np.float64)
        return self.relaxed(chosen) or [cut for judge in self.insiders for cut in judge.cuts(chosen, self.targets)]


class _Search:
    """Looks for the cheapest pattern until it is proven, or until the clock says so."""

    def __init__(
        self, system: System, master: "_Master", judges: _Judges, primary: Booleans, cost: Floats, deadline: float
    ) -> None:
        self._system, self._master, self._judges = system, master, judges
        self._primary, self._cost, self._deadline = primary, np.where(primary | system.never, 0.0, cost), deadline
        self._begun = time.monotonic()
        self.best: Booleans | None = None
        self.bound = 0.0
        self.optimal = False
        self.rounds = 0

    def relax(self) -> None:
        """Draws cuts from fractional choices, until none is broken or half the time is gone."""
        half = self._begun + (self._deadline - self._begun) / 2
        for _ in range(RELAXED):
            chosen, value = self._master.relaxed()
            self.bound = max(self.bound, value)
            cuts = self._judges.relaxed(chosen)
            self.rounds += 1
            if not cuts or time.monotonic() > half:
                return
            self._master.add(cuts)

    def settle(self) -> None:
        """Draws cuts from whole choices; keeps the best pattern that no attack reaches."""
        tried = 0
        while not self.optimal:
            left = self._deadline - time.monotonic()
            if left <= 0 and self.best is not None:
                break
            hidden, bound = self._master.solve(max(left, 1.0))
            self.bound = max(self.bound, bound)
            cuts = self._judges.cuts(hidden)
            self.rounds += 1
            if not cuts:
                self._keep(hidden)
            elif tried % PATIENCE == 0 or time.monotonic() > self._deadline:
                self.offer(hidden)
            tried += 1
            self.optimal = self.best is not None and self._worth(self.best) <= self.bound + LEEWAY * max(1.0, self.bound)
            if not cuts and not self.optimal and time.monotonic() > self._deadline:
                break
            self._master.add(cuts)
        if not self.optimal and self.best is not None:
            self.best = self._pruned(self.best)
            self.optimal = self._worth(self.best) <= self.bound + LEEWAY * max(1.0, self.bound)

    def offer(self, hidden: Booleans) -> None:
        """Completes a pattern, the cheapest helpful cell first, until no attack succeeds; keeps it if it is the best."""
        hidden = hidden.copy()
        while True:
            cuts = self._judges.cuts(hidden)
            if not cuts:
                break
            self._master.add(cuts)
            added = False
            for cut in cuts:
                if hidden[cut.cells] @ cut.weights >= 1 - LEEWAY:
                    continue
                open_ = ~hidden[cut.cells] & ~self._system.never[cut.cells] & ~self._system.shown[cut.cells]
                cells, weights = cut.cells[open_], cut.weights[open_]
                if cells.size:
                    hidden[cells[np.argmin((self._cost[cells] + LEEWAY) / weights)]] = True
                    added = True
            if not added:  # Rounding alone keeps these cuts broken: all that could help is hidden.
                return
            hidden = self._master.repaired(hidden)
        self._keep(hidden)

    def _keep(self, hidden: Booleans) -> None:
        if self.best is None or self._worth(hidden) < self._worth(self.best):
            self.best = hidden

    def _worth(self, hidden: Booleans) -> float:
        return float(self._cost[hidden].sum())

    def _pruned(self, hidden: Booleans) -> Booleans:
        """Shows again, the dearest first, cells that are not needed; for as long as half of what the search was given."""
        hidden = hidden.copy()
        until = time.monotonic() + max((self._deadline - self._begun) / 2, 1.0)
        able = np.flatnonzero(hidden & ~self._primary & ~self._system.never & (self._cost > 0))
        for cell in able[np.argsort(-self._cost[able], kind="stable")]:
            if time.monotonic() > until:
                break
            hidden[cell] = False
            if not self._master.holds(hidden) or self._judges.cuts(hidden):
                hidden[cell] = True
        return hidden


class _Master:
    """Chooses the cells to hide under the cuts found so far."""

    def __init__(self, system: System, primary: Booleans, cost: Floats, counts: Floats | None, threshold: int) -> None:
        self._cost = np.where(primary | system.never, 0.0, cost)
        self._least = (primary | system.never).astype(float)
        self._most = np.where(system.shown & ~(primary | system.never), 0.0, 1.0)
        self._rows: list[tuple[NDArray[np.int64], Floats, float]] = []
        self._targets: list[int] = []  # The cell that each row protects.
        for relation in system.relations:
            cells = np.asarray((relation.total, *relation.parts), dtype=np.int64)
            if system.never[cells].any():
                continue
            self._lines(cells, primary, counts, threshold)
        self._whole = bool((self._cost == np.round(self._cost)).all())
        self._tied = self._with_ties(counts)
        self._gap = LEEWAY / 10

    def _lines(self, cells: NDArray[np.int64], primary: Booleans, counts: Floats | None, threshold: int) -> None:
        """What a line tells by itself: nobody is hidden alone in it, and the hidden hold enough respondents."""
        for place, cell in enumerate(cells):
            if self._most[cell] == 0:
                continue
            signs = np.ones(len(cells))
            signs[place] = -1.0
            self._row(cells, signs, 0.0, int(cell))
            if counts is not None and place > 0 and primary[cell] and counts[cell] > 0:
                needed = float(threshold if counts[cell] == 1 else threshold - counts[cell])
                if needed > 0:
                    weights = np.minimum(counts[cells], needed)
                    weights[0], weights[place] = needed, 0.0
                    self._row(cells, weights, needed, int(cell))

    def _with_ties(self, counts: Floats | None) -> Floats:
        """Whole costs with ties broken: among patterns of one cost, that of the fewest respondents, which leads the search to one."""
        if counts is None or not self._whole:
            return self._cost
        share = np.where(self._cost > 0, counts, 0.0)
        return np.asarray(self._cost + TIE * share / max(float(share.sum()), 1.0))

    def add(self, cuts: Sequence[Cut]) -> None:
        for cut in cuts:
            self._row(cut.cells, cut.weights, 1.0, cut.target)

    def _row(self, cells: NDArray[np.int64], weights: Floats, needed: float, target: int) -> None:
        self._rows.append((cells, weights, needed))
        self._targets.append(target)

    def holds(self, hidden: Booleans) -> bool:
        """Whether a pattern keeps every row."""
        return all(float(values @ hidden[cells]) >= needed - LEEWAY for cells, values, needed in self._rows)

    def repaired(self, hidden: Booleans) -> Booleans:
        """The pattern with what the rows require besides, one cheap cell at a time."""
        hidden = (hidden | (self._least > 0)) & (self._most > 0)
        changed = True
        while changed:
            changed = False
            for cells, values, needed in self._rows:
                if float(values @ hidden[cells]) >= needed - LEEWAY:
                    continue
                helping = cells[(values > 0) & ~hidden[cells] & (self._most[cells] > 0)]
                if helping.size:
                    gain = np.asarray([values[np.flatnonzero(cells == cell)[0]] for cell in helping])
                    hidden[helping[np.argmin((self._cost[helping] + LEEWAY) / gain)]] = True
                    changed = True
        return hidden

    def unmet(self) -> list[int]:
        """The protected cells of rows that hiding everything does not keep."""
        everything = self._most > 0
        return [
            int(target)
            for (cells, values, needed), target in zip(self._rows, self._targets, strict=True)
            if float(values @ everything[cells]) < needed - LEEWAY
        ]

    def relaxed(self) -> tuple[Floats, float]:
        """The cheapest fractional choice, and its cost; raises where there is none."""
        table, right = self._table()
        solve: Any = linprog
        solved = solve(
            self._cost, A_ub=None if table is None else -table, b_ub=None if table is None else -right,
            bounds=np.column_stack([self._least, self._most]), method="highs",
        )  # fmt: skip
        if solved.x is None:
            raise _InfeasibleError
        if self._whole:  # Closer than one unit, a whole cost is proven.
            self._gap = UNIT / max(float(solved.fun) + 1.0, 1.0)
        return np.clip(solved.x, 0.0, 1.0), float(solved.fun)

    def solve(self, limit: float) -> tuple[Booleans, float]:
        """The cheapest whole choice found within the limit, and what no choice can do better than."""
        table, right = self._table()
        solved = milp(
            self._tied,
            integrality=np.ones(len(self._cost), dtype=np.int64),
            bounds=Bounds(self._least, self._most),
            constraints=[] if table is None else [LinearConstraint(table, lb=right)],
            options={"time_limit": limit, "mip_rel_gap": self._gap},
        )
        if solved.status == INFEASIBLE:
            raise _InfeasibleError
        if solved.x is None:
            return self._most > 0, 0.0
        bound = float(solved.mip_dual_bound) if solved.mip_dual_bound is not None else 0.0
        return np.asarray(solved.x > 0.5, dtype=bool), self._untied(bound)  # noqa: PLR2004 (halfway between the integers).

    def _untied(self, bound: float) -> float:
        """A bound on the true cost: whole costs have whole bounds, and their ties weigh `TIE` at most."""
        return float(np.ceil(bound - float((self._tied - self._cost).sum()) - LEEWAY)) if self._whole else bound

    def _table(self) -> tuple[Any, Floats]:
        if not self._rows:
            return None, np.zeros(0)
        rows = np.repeat(np.arange(len(self._rows)), [len(cells) for cells, _, _ in self._rows])
        columns = np.concatenate([cells for cells, _, _ in self._rows])
        entries = np.concatenate([values for _, values, _ in self._rows])
        table = sparse.csr_array((entries, (rows, columns)), shape=(len(self._rows), len(self._cost)))
        return table, np.asarray([needed for _, _, needed in self._rows])


def _hopeless(system: System, layers: Sequence[Layer], targets: Sequence[int], unmet: Sequence[int]) -> DisclosureError:
    """The error of a table that nothing protects: which cells, and in which figures."""
    stuck = out_of_reach(system, layers, targets)
    cells = list(dict.fromkeys(system.names[cell] for cell in (*(cell for cell, _ in stuck), *unmet)))
    where = ", ".join(dict.fromkeys(layer for _, layer in stuck)) or "their lines"
    message = f"Nothing can protect {', '.join(cells)} in {where}: hiding every cell leaves them within reach."
    return DisclosureError(message, cells)


def _without_derivable(system: System, layers: Sequence[Layer], hidden: Booleans, primary: Booleans) -> Booleans:
    """Shows again the secondary cells that anybody can work out in every layer: hiding them hides nothing."""
    secondary = [int(cell) for cell in np.flatnonzero(hidden & ~primary & ~system.never)]
    derivable = set(secondary)
    for layer in layers:
        attacker = Attacker(system, layer, hidden)
        attacker.survey(sorted(derivable))
        for cell in sorted(derivable):
            if attacker.high[cell] - attacker.low[cell] > LEEWAY or np.ptp(attacker.interval(cell)) > LEEWAY:
                derivable.discard(cell)
    shown = hidden.copy()
    shown[sorted(derivable)] = False
    return shown
