"""What became of the profiles when they were found again: each one paired with its likeness, and which firms moved.

What comes in are the profiles of two editions by firm reference; what goes out is the pairing that makes the Jaccard indices over
the firms of both editions greatest (Kuhn 1955), with what appeared, vanished and moved. Firms of one edition only say nothing.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from analysis.profiles.partitions import adjusted_rand, variation_of_information

SAME, CHANGED = 0.75, 0.50


@dataclass(frozen=True, slots=True)
class Pair:
    """A profile and what it became: firms that stayed, left it and joined it, and the Jaccard index. `verdict` is same (0.75 and
    more), changed (0.5 and more) or other: below, the name should not be carried over."""

    before: str
    after: str
    jaccard: float
    stayed: int
    left: int
    joined: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Two editions compared over their `shared` firms: pairs in the order of the earlier profiles, profiles without a pair, and
    `moves`, how many firms went from one profile to another, by pair of codes; agreement by two indices."""

    shared: int
    pairs: tuple[Pair, ...]
    appeared: tuple[str, ...]
    vanished: tuple[str, ...]
    moves: tuple[tuple[str, str, int], ...]
    adjusted_rand: float
    variation: float

    def after(self, before: str) -> str | None:
        """What an earlier profile is called now, if it is still the same or has only changed."""
        return next((pair.after for pair in self.pairs if pair.before == before and pair.verdict != "other"), None)


def match_profiles(before: Mapping[Any, str], after: Mapping[Any, str]) -> Matching:
    """Pairs the profiles of a refit with the previous ones.

    Parameters
    ----------
    before, after
        Firm reference -> profile code, of the earlier and the later edition.

    Raises
    ------
    ValueError
        When no firm is in both editions.
    """
    firms = sorted(set(before) & set(after), key=repr)
    if not firms:
        message = "No firm is in both editions: the profiles cannot be matched, only described anew."
        raise ValueError(message)
    old, new = [before[firm] for firm in firms], [after[firm] for firm in firms]
    rows, columns = sorted(set(before.values())), sorted(set(after.values()))
    crossed = Counter(zip(old, new, strict=True))
    together = np.array([[crossed[row, column] for column in columns] for row in rows], dtype=np.float64)
    either = together.sum(axis=1, keepdims=True) + together.sum(axis=0, keepdims=True) - together
    jaccard = together / np.maximum(either, 1.0)
    chosen = [(int(row), int(column)) for row, column in zip(*linear_sum_assignment(-jaccard), strict=True)]
    pairs = tuple(_pair(rows[row], columns[column], float(jaccard[row, column]), together, (row, column)) for row, column in chosen)
    paired = {(pair.before, pair.after) for pair in pairs}
    return Matching(
        shared=len(firms),
        pairs=pairs,
        appeared=tuple(code for code in columns if code not in {pair.after for pair in pairs}),
        vanished=tuple(code for code in rows if code not in {pair.before for pair in pairs}),
        moves=tuple((one, other, count) for (one, other), count in sorted(crossed.items()) if (one, other) not in paired),
        adjusted_rand=adjusted_rand(old, new),
        variation=variation_of_information(old, new),
    )


def _pair(before: str, after: str, jaccard: float, together: np.ndarray, at: tuple[int, int]) -> Pair:
    stayed = int(together[at])
    return Pair(
        before, after, jaccard, stayed,
        left=int(together[at[0]].sum()) - stayed,
        joined=int(together[:, at[1]].sum()) - stayed,
        verdict="same" if jaccard >= SAME else "changed" if jaccard >= CHANGED else "other",
    )  # fmt: skip
