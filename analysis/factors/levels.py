"""Rare levels merged by a fixed rule, where reference software reallocates their rows at random.

What comes in are the weights and rows of the levels of one variable; what goes out is, for each level, the level that it joins.
"""

from collections.abc import Sequence

import numpy as np

from analysis.arrays import Floats
from analysis.factors.coding import Codes


def merge_ordered(shares: Floats, rows: Floats, least_share: float, least_rows: int) -> list[int]:
    """For levels in an order (levels,): the group of each, numbered from 0.

    While a group is rare, the rarest (the first of equals) joins the smaller of its two neighbours (the lower of equals).
    """
    groups = [[place] for place in range(len(shares))]
    while len(groups) > 1:
        mass = [(float(shares[group].sum()), float(rows[group].sum())) for group in groups]
        rare = [place for place, (share, count) in enumerate(mass) if share < least_share or count < least_rows]
        if not rare:
            break
        place = min(rare, key=lambda each: (mass[each], each))
        beside = [near for near in (place - 1, place + 1) if 0 <= near < len(groups)]
        near = min(beside, key=lambda each: (mass[each], each))
        low, high = sorted((place, near))
        groups[low : high + 1] = [groups[low] + groups[high]]
    found = [0] * len(shares)
    for number, group in enumerate(groups):
        for place in group:
            found[place] = number
    return found


def merge_unordered(shares: Floats, rows: Floats, least_share: float, least_rows: int) -> list[int]:
    """For levels without an order (levels,): which stand alone (their own place), and which join the rest (-1).

    Rare levels make up the rest; while it is rare itself, the smallest level that stands alone (the first of equals) joins it. A
    rest of one level is that level.
    """
    rest = [place for place in range(len(shares)) if shares[place] < least_share or rows[place] < least_rows]
    alone = [place for place in range(len(shares)) if place not in rest]
    while rest and alone and (shares[rest].sum() < least_share or rows[rest].sum() < least_rows):
        smallest = min(alone, key=lambda each: (float(shares[each]), each))
        alone.remove(smallest)
        rest.append(smallest)
    if len(rest) == 1:
        return list(range(len(shares)))
    return [place if place in alone else -1 for place in range(len(shares))]


def joined(labels: Sequence[str], groups: Sequence[int], *, ordered: bool, rest: str) -> tuple[str, ...]:
    """The label that each level takes: « a + b » for neighbours, `rest` for those without an order."""
    if not ordered:
        return tuple(label if group >= 0 else rest for label, group in zip(labels, groups, strict=True))
    names = {
        group: " + ".join(label for label, other in zip(labels, groups, strict=True) if other == group)
        for group in dict.fromkeys(groups)
    }
    return tuple(names[group] for group in groups)


def masses(codes: Codes, weights: Floats, levels: int) -> tuple[Floats, Floats]:
    """The weighted shares, over all rows, and the rows of each level (levels,)."""
    said = (codes >= 0) & (weights > 0)
    total = float(weights.sum())
    shares = np.bincount(codes[said], weights[said], minlength=levels) / total
    return shares.astype(np.float64), np.bincount(codes[said], minlength=levels).astype(np.float64)
