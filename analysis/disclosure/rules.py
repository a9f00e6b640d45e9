"""Which cells are sensitive by themselves, and how far an attacker must be kept from them.

What comes in are the respondents behind each cell and their greatest contributions; what goes out are the primary cells and the
protection level of each. Rules: minimum count; dominance (n, k); p % (Hundepool et al. 2012, sections 4.2.1 and 4.2.2; Insee's
manual on the protection of tables for the values in use in France: three firms at least, none above 85 %).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import Booleans, Floats
from analysis.disclosure.cells import DisclosureError

DOMINANT = 0.85  # No firm may make more than this share of a money total (Insee's rule).
P_PERCENT = 0.15  # Nobody may estimate the greatest contribution more closely than this (p % rule).
MAGNITUDE = 0.15  # An attacker's interval on a hidden amount must reach this share below and above it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one publication.

    Attributes
    ----------
    threshold
        Respondents under which a cell is primary (0 for no rule of numbers); one of nobody never is.
    dominance
        Pairs (n, k): a cell is primary whose n greatest contributions make more than the share k of the sum of all.
    p_percent
        A cell is primary if its second contributor can estimate the first closer than this share of it; None for no such rule.
    margin
        The share of an amount that an attacker's interval must reach on either side of a primary cell, whatever made it primary.
    insiders
        Whether a respondent who is alone in a cell attacks too, who can take himself out of every sum.
    count_margin
        Respondents by which the interval of a primary number must reach above it; None for as many as lack to the threshold,
        so that nobody can exclude that the cell is a safe one.
    """

    threshold: int = 5
    dominance: tuple[tuple[int, float], ...] = ((1, DOMINANT),)
    p_percent: float | None = P_PERCENT
    margin: float = MAGNITUDE
    insiders: bool = True
    count_margin: float | None = None

    def __post_init__(self) -> None:
        """Raises `DisclosureError` for rules that mean nothing."""
        wrong = [
            (self.threshold < 0, f"The threshold {self.threshold} is under 0."),
            (any(n < 1 or not 0 < k < 1 for n, k in self.dominance), f"Dominance {self.dominance}: n is 1 or more, k a share between 0 and 1."),
            (self.p_percent is not None and not self.p_percent > 0, f"p = {self.p_percent} is not above 0."),
            (not 0 < self.margin <= 1, f"The margin {self.margin} is not a share above 0."),
            (self.count_margin is not None and not self.count_margin > 0, f"The margin of counts {self.count_margin} is not above 0."),
        ]  # fmt: skip
        for failed, message in wrong:
            if failed:
                raise DisclosureError(message)

    @property
    def depth(self) -> int:
        """How many of the greatest contributions these rules need to know."""
        return max([2 if self.p_percent is not None else 1, *(n for n, _ in self.dominance)])


def primary_by_count(counts: ArrayLike, threshold: int) -> Booleans:
    """Cells with at least one respondent and fewer than `threshold`."""
    number = np.asarray(counts)
    return np.asarray((number > 0) & (number < threshold), dtype=bool)


def greatest(contributions: ArrayLike, depth: int) -> Floats:
    """The `depth` greatest contributions in absolute value, greatest first, zeros where there are fewer."""
    ranked = np.sort(np.abs(np.asarray(contributions, dtype=np.float64)))[::-1][:depth]
    return np.concatenate([ranked, np.zeros(depth - len(ranked))])


def dominance_levels(sums: ArrayLike, tops: ArrayLike, rules: Rules) -> Floats:
    """How far an attacker's bound must lie from each amount, by dominance and p %: above zero where the cell is primary.

    Parameters
    ----------
    sums
        (cells,) The sums of the contributions in absolute value.
    tops
        (cells, depth) The greatest of them, greatest first.
    rules
        What is sensitive.

    Notes
    -----
    (n, k): t / k - X with t the n greatest (Hundepool et al. 2012, table 4.3); p %: p x1 - (X - x1 - x2). A cell whose n greatest
    contributions make exactly the share k is not primary, nor one whose rest is exactly p x1.
    """
    total, ranked = np.asarray(sums, dtype=np.float64), np.asarray(tops, dtype=np.float64)
    if ranked.shape[1] < rules.depth:
        message = f"The rules need the {rules.depth} greatest contributions of each cell; {ranked.shape[1]} are known. Count more of them (`depth`)."
        raise DisclosureError(message)
    total = np.maximum(total, ranked.sum(axis=1))  # Never less than its parts, whatever rounding did.
    levels = [np.zeros(len(total))]
    levels += [ranked[:, :n].sum(axis=1) / k - total for n, k in rules.dominance]
    if rules.p_percent is not None:
        levels.append(rules.p_percent * ranked[:, 0] - (total - ranked[:, :2].sum(axis=1)))
    found = np.max(levels, axis=0)
    return np.asarray(np.where((total > 0) & (found > 1e-12 * total), found, 0.0))


def dominated(contributions: ArrayLike, *, share: float = DOMINANT, p: float = P_PERCENT) -> bool:
    """Whether a money total gives its greatest contributor away: by dominance (over `share` of the total) or by the p % rule (the
    rest, less the second greatest, is under p times the greatest). Contributions count in absolute value."""
    known = np.abs(np.asarray(contributions, dtype=np.float64))
    rules = Rules(dominance=((1, share),), p_percent=p)
    return bool(dominance_levels([known.sum()], [greatest(known, 2)], rules)[0] > 0)


def dominance_margin(contributions: ArrayLike, *, share: float = DOMINANT, p: float | None = None) -> float:
    """How far above a dominated total X an attacker's bound must lie: x1 / share - X, and p x1 - (X - x1 - x2) with the p % rule;
    zero at least."""
    known = np.abs(np.asarray(contributions, dtype=np.float64))
    return float(dominance_levels([known.sum()], [greatest(known, 2)], Rules(dominance=((1, share),), p_percent=p))[0])


def merged_tops(parts: Sequence[NDArray[np.float64]], depth: int) -> Floats:
    """The greatest contributions of a sum of cells, from those of its parts."""
    return greatest(np.concatenate(list(parts)) if parts else np.zeros(0), depth)
