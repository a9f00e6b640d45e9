"""Rounding of counts in place of hiding: to multiples of a base, adding up where wanted, with its audit.

What comes in are cells tied by sums; what goes out are rounded values, and what an attacker who knows the base can bound. Rounding
hides small numbers in all cells alike; the sums then tell no more than their own rounding.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.arrays import Floats
from analysis.disclosure.attack import attack
from analysis.disclosure.cells import DisclosureError, Layer
from analysis.disclosure.tabular import Table


@dataclass(frozen=True, slots=True)
class Rounded:
    """Rounded values; `additive` says whether totals are the sums of their rounded parts, `reach` how far a value may have moved
    (strictly less than it)."""

    counts: Floats
    base: int
    reach: int
    additive: bool


def round_at_random(table: Table, base: int, *, seed: int) -> Rounded:
    """Each count to the multiple of `base` below or above it, at random, without bias (Hundepool et al. 2012, section 5.4.1).

    Multiples of the base stay; another count goes up with the probability of its rest over the base. Totals are rounded by themselves:
    the table does not add up.
    """
    counts = _whole(table.counts, base)
    rest = counts % base
    up = np.random.default_rng(seed).random(len(counts)) < rest / base
    return Rounded(np.asarray(counts - rest + base * (up & (rest > 0)), dtype=np.float64), base, base, additive=False)


def round_controlled(table: Table, base: int, *, time_limit: float = 20.0) -> Rounded:
    """Every count to a multiple of `base` so that the table adds up, the sum of the moves being least.

    Zero-restricted (Cox 1987): each count goes to one of its two neighbours, and multiples of the base stay. Where no such table
    exists (it may happen from three variables on), counts may go one multiple further, and so on.

    Raises
    ------
    DisclosureError
        Where no table is found within the time.
    """
    counts = _whole(table.counts, base)
    ties: Any = table.system.matrix()
    for steps in (0, 1, 2):
        below = counts // base - steps * (counts % base > 0)
        above = -(-counts // base) + steps * (counts % base > 0)
        found = _nearest(counts / base, np.maximum(below, 0), above, ties, time_limit)
        if found is not None:
            return Rounded(found * base, base, base * (steps + 1), additive=True)
    message = (
        f"No table of multiples of {base} that adds up was found within {time_limit:g} s: take another base, or round at random."
    )
    raise DisclosureError(message)


def rounded_intervals(table: Table, rounded: Rounded) -> list[tuple[float, float]]:
    """What an attacker bounds of each true count: who knows the base, the rounded table, that counts are whole, and that they add up."""
    system = table.system
    low = np.maximum(rounded.counts - rounded.reach + 1, 0.0)
    high = rounded.counts + rounded.reach - 1
    everything = np.ones(len(low), dtype=bool)
    none = np.zeros(len(low))
    found = attack(system, Layer("rounded", table.counts, low, high, none, none, none), everything, range(len(low)))
    return [(float(np.ceil(one - 1e-6)), float(np.floor(other + 1e-6))) for one, other in found]


def exposed_by_rounding(table: Table, rounded: Rounded, threshold: int) -> list[str]:
    """The audit: cells of one respondent or more of which an attacker knows for sure that they have some, and fewer than the threshold."""
    found = rounded_intervals(table, rounded)
    return [
        name
        for name, count, (low, high) in zip(table.names, table.counts, found, strict=True)
        if 0 < count < threshold and low >= 1 and high < threshold
    ]


def _whole(counts: Floats, base: int) -> NDArray[np.int64]:
    if base < 2 or bool((counts != np.round(counts)).any()):  # noqa: PLR2004 (a base of one changes nothing).
        message = f"Rounding to base {base} needs whole counts and a base of two or more."
        raise DisclosureError(message)
    return counts.astype(np.int64)


def _nearest(targets: Floats, below: NDArray[np.int64], above: NDArray[np.int64], ties: Any, limit: float) -> Floats | None:
    """The whole values between the bounds that add up, and move least from `targets`: the moves are two slacks, up and down."""
    size = len(targets)
    cost = np.concatenate([np.zeros(size), np.ones(2 * size)])
    one = sparse.eye_array(size)
    from_target = sparse.hstack([one, -one, one], format="csr")
    sums = sparse.hstack([ties, sparse.csr_array((ties.shape[0], 2 * size))], format="csr")
    solved = milp(
        cost,
        integrality=np.concatenate([np.ones(size), np.zeros(2 * size)]),
        bounds=Bounds(
            np.concatenate([below.astype(float), np.zeros(2 * size)]),
            np.concatenate([above.astype(float), np.full(2 * size, np.inf)]),
        ),
        constraints=[LinearConstraint(from_target, targets, targets), LinearConstraint(sums, 0.0, 0.0)],
        options={"time_limit": limit},
    )
    return None if solved.x is None else np.round(solved.x[:size])
