"""Figures that are no sums, judged: what quartiles, intervals and crossings tell of the firms behind them.

What comes in are one figure's values and where it is hidden; what goes out is whether what is shown beside it says too much. Weights
and sums of squared weights are additive, and are attacked as amounts (`analysis.disclosure.editions`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Booleans, Floats
from analysis.disclosure.cells import Layer, Relation, System
from analysis.disclosure.suppression import audit, protect

REGION_COST = 1000.0


def quantile_stands(values: ArrayLike, quantiles: Sequence[float], threshold: int) -> bool:
    """Whether each quantile has `threshold` answers at or below it and as many at or above it, so that it is nobody's secret extreme."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    return all(min(int((known <= value).sum()), int((known >= value).sum())) >= threshold for value in quantiles)


def moment_interval(total: float, squares: float, own: float, others: float) -> tuple[float, float]:
    """What an attacker knows of one hidden sum among several who knows their sum and their sum of squares, from intervals.

    Parameters
    ----------
    total, squares
        The weighted sum of the hidden values, and of their squares: published half-widths give variances, and those the squares.
    own, others
        The weights behind the sum in question, and behind the other hidden ones.

    Notes
    -----
    By Cauchy and Schwarz x² / own + (total - x)² / others <= squares: x lies between the roots.
    """
    if own <= 0 or others <= 0:
        return total, total
    middle = total * own / (own + others)
    spread = np.sqrt(max(squares - total**2 / (own + others), 0.0) * own * others / (own + others))
    return float(middle - spread), float(middle + spread)


@dataclass(frozen=True, slots=True)
class Crossed:
    """One figure over two partitions of the same whole, whose crossings anybody can bound.

    `system` holds the whole, the parts and, never published, their crossings; `values` and `tops` are the figure's sums and what they
    cannot exceed; `needed` the width that an interval must have around each hidden part; `firms` who is behind each.
    """

    system: System
    values: Floats
    tops: Floats
    needed: Floats
    firms: Floats

    def hidden_besides(self, hidden: Booleans, threshold: int) -> Booleans:
        """Parts to hide besides `hidden`, so that the two partitions together bound none of them too closely.

        A part that must be hidden may be out of reach of any protection (a share of 0 that its crossings prove): hiding the whole is
        the last resort.
        """
        none = np.zeros(len(self.values))
        finite = np.where(np.isfinite(self.tops), self.tops, 4 * float(np.abs(self.values).max(initial=0.0)) + 1.0)
        width = np.where(hidden & ~self.system.never, np.minimum(self.needed, finite), 0.0)
        layer = Layer("crossings", self.values, none, np.maximum(finite, self.values), none, none, width)
        cells = [int(cell) for cell in np.flatnonzero(width > 0)]
        if all(interval.enough for interval in audit(self.system, [layer], hidden, cells, exact=False)):
            return hidden
        price = np.where(self.system.never, 0.0, self.firms)
        price[0] = REGION_COST * max(float(price.sum()), 1.0)
        open_ = [
            interval.cell for interval in audit(self.system, [layer], ~self.system.never, cells, exact=False) if not interval.enough
        ]
        layer.width[open_] = 0.0  # Hiding everything changes nothing there: what bounds them is no published figure.
        found = protect(self.system, [layer], hidden & ~self.system.never, price, counts=self.firms, threshold=threshold, time_limit=2.0)  # fmt: skip
        return np.asarray(found.hidden | hidden, dtype=bool)


def crossing_system(parts: Mapping[str, Sequence[Booleans]], peopled: Booleans) -> tuple[System, list[Booleans]]:
    """The whole, the parts of each partition in order, and the crossings of the first two with anybody in them; and who is in each."""
    members: list[Booleans] = [peopled]
    places: dict[str, list[int]] = {}
    for name, inside in parts.items():
        places[name] = [len(members) + number for number in range(len(inside))]
        members += [np.asarray(part & peopled, dtype=bool) for part in inside]
    relations = [Relation(0, tuple(cells)) for cells in places.values()]
    first, second = (places[name] for name in list(places)[:2])
    crossed: dict[tuple[int, int], int] = {}
    for one in first:
        for other in second:
            both = members[one] & members[other]
            if both.any():
                crossed[one, other] = len(members)
                members.append(both)
    for side, cells in enumerate((first, second)):
        for cell in cells:
            inner = tuple(place for pair, place in crossed.items() if pair[side] == cell)
            if inner:
                relations.append(Relation(cell, inner))
    never = np.zeros(len(members), dtype=bool)
    never[list(crossed.values())] = True
    return System(tuple(map(str, range(len(members)))), tuple(relations), never), members
