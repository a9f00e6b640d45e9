"""How many profiles, and whether there are any: the evidence for each number, side by side, and the rule that reads it.

What comes in are the partitions, their stability and what clouds without structure give; what goes out is a row a number and the
number that the rule « beyond_null » proposes. The evidence is published with the choice: people decide, and may choose another
number among those that are large and stable enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Labels
from analysis.profiles.clusters import within_inertia
from analysis.profiles.null import Figures, figures
from analysis.profiles.stability import FIRM, INDICATIVE, Stability
from analysis.profiles.validity import calinski_harabasz, silhouettes

RULE = "beyond_null"
SMALLEST_SHARE = 0.05
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against k profiles.

    `inertia_gain` is the share of the inertia that the k-th profile explains more than k - 1 did; `excess` by how many of its
    standard deviations the silhouette exceeds `null_silhouette`, the mean of clouds without structure, and `null_p` the share of
    these clouds that exceed as much for any number; `gap` is the mean logarithm of their within-class share of the inertia less ours, with its
    error; `stability` is the mean Jaccard index of the least stable profile, `stabilities` those of all. `eligible` says that each
    profile holds 5 % of the weight and the fewest firms.
    """

    k: int
    inertia_gain: float
    silhouette: float
    null_silhouette: float
    excess: float
    null_p: float
    calinski_harabasz: float
    gap: float
    gap_error: float
    stability: float
    stabilities: tuple[float, ...]
    smallest_share: float
    smallest_firms: int
    eligible: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The number proposed (1: none) and what the structure is: clear, indicative or none."""

    k: int
    structure: str


NOTHING = Choice(1, "none")


def evidence(
    points: Floats,
    weights: Floats,
    found: Mapping[int, Labels],
    stabilities: Mapping[int, Stability],
    null: Figures,
    tried: Sequence[int],
    *,
    smallest_firms: int,
    seed: int,
) -> tuple[Evidence, ...]:
    """A row for each number tried that the firms allow; `null` holds a column for each of `tried`, `found` may hold k - 1 too."""
    ours = figures(points, weights, dict(found), tried)
    whole = within_inertia(points, weights, np.zeros(len(points), dtype=np.int64))
    excess, p = _beyond(ours.silhouettes, null.silhouettes)
    within_p = _beyond(-np.log(np.maximum(ours.within, 1e-300)), -np.log(np.maximum(null.within, 1e-300)))[1]
    sharp = dict(zip(found, silhouettes(points, list(found.values()), seed), strict=True))
    rows = []
    for place, k in enumerate(tried):
        if k not in found:
            continue
        labels = found[k]
        coarser = found[k - 1] if k - 1 in found else np.zeros(len(points), dtype=np.int64)
        before, now = within_inertia(points, weights, coarser) / whole if whole > 0 else 1.0, float(ours.within[place])
        logs = np.log(np.maximum(null.within[:, place][np.isfinite(null.within[:, place])], 1e-300))
        shares, firms = np.bincount(labels, weights) / weights.sum(), np.bincount(labels)
        jaccard = stabilities[k].jaccard
        rows.append(
            Evidence(
                k=k,
                inertia_gain=before - now,
                silhouette=sharp[k],
                null_silhouette=_mean(null.silhouettes[:, place]),
                excess=float(excess[place]),
                null_p=float(max(p[place], within_p[place])),
                calinski_harabasz=calinski_harabasz(points, labels, weights),
                gap=float(logs.mean() - np.log(max(now, 1e-300))) if len(logs) else 0.0,
                gap_error=float(logs.std() * np.sqrt(1 + 1 / len(logs))) if len(logs) else 0.0,
                stability=float(jaccard.min()),
                stabilities=tuple(float(value) for value in jaccard),
                smallest_share=float(shares.min()),
                smallest_firms=int(firms.min()),
                eligible=bool(shares.min() >= SMALLEST_SHARE and firms.min() >= smallest_firms),
            )
        )
    return tuple(rows)


def choose(rows: Sequence[Evidence], wanted: int | None = None) -> Choice:
    """The number whose silhouette exceeds most that of clouds without structure, among those that may be kept.

    A number may be kept when its profiles are large enough and all stable at 0.60 at least, and its silhouette and inertia exceed,
    by more than 95 % of the clouds do for whichever number suits them best, what a cloud without structure gives. The structure
    is clear when all profiles are stable at 0.75, indicative below; none where no number may be kept.

    Parameters
    ----------
    rows
        The evidence.
    wanted
        A number that people chose: it is kept if it may be.
    """
    kept = [
        row
        for row in rows
        if row.eligible and row.stability >= INDICATIVE and row.null_p < LEVEL and (wanted is None or row.k == wanted)
    ]
    if not kept:
        return NOTHING
    best = max(kept, key=lambda row: (row.excess, -row.k))
    return Choice(best.k, "clear" if best.stability >= FIRM else "indicative")


def _beyond(ours: Floats, null: Floats) -> tuple[Floats, Floats]:
    """By how many standard deviations we exceed the null at each number, and the share of the draws that exceed as much anywhere.

    The greatest over all numbers is compared (Westfall & Young 1993), since the number is chosen by looking.
    """
    known = np.isfinite(null)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, null, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (null - mean) ** 2, 0.0).sum(axis=0) / count)
    usable = (spread > 0) & np.isfinite(ours)
    scale = np.where(spread > 0, spread, 1.0)
    excess = np.where(usable, (ours - mean) / scale, 0.0)
    greatest = np.where(known & usable, (null - mean) / scale, -np.inf).max(axis=1, initial=-np.inf)
    reached = (greatest[:, None] >= excess[None, :]).sum(axis=0)
    return np.asarray(excess, dtype=np.float64), np.where(usable, (1 + reached) / (1 + len(null)), 1.0)


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0
