"""The chain that makes profiles, as it is run on the firms, on resampled firms and on clouds without structure: axes, tree, k-means.

What comes in is a coded table (`analysis.profiles.coded`), weights and the numbers of profiles tried; what goes out are coordinates and one
partition a number. Nothing here knows which firm is which.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Floats, Labels
from analysis.profiles.clusters import ward
from analysis.profiles.coded import CodedTable, analysed, variances
from analysis.profiles.kmeans import condense, consolidate

LARGE_PARALLEL = 5000
SHUFFLES = 20
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Steps:
    """What the chain needs to know: the number of axes, the numbers of profiles tried, the random starts of k-means."""

    axes: int
    tried: tuple[int, ...]
    starts: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows to run the chain on: their coded matrix, how many of its columns are numbers, weights, and how often each row stands."""

    matrix: Floats
    numbers: int
    weights: Floats
    counts: Floats | None = None


def coordinates(sample: Sample, axes: int) -> Floats:
    """The rows' coordinates on the first axes of their own factor analysis."""
    return analysed(sample.matrix, sample.weights, sample.numbers, axes, sample.counts)[1]


def partitions(points: Floats, weights: Floats, steps: Steps, *, seed: int, exchanges: bool = False) -> dict[int, Labels]:
    """The partition for each number tried that the points allow: Ward's tree, of micro-clusters where rows are many, then k-means."""
    share = weights / weights.sum()
    small = condense(points, share)
    tree = ward(small.centres, small.masses)
    most = len(np.unique(points, axis=0)) if len(points) <= LARGE_PARALLEL else tree.points
    return {
        k: consolidate(
            points, share, tree.cut(k)[small.owner], starts=steps.starts, seed=seed, condensed=small, exchanges=exchanges
        )[0]
        for k in steps.tried
        if k <= min(most, tree.points)
    }


def parallel_axes(design: CodedTable, weights: Floats, random: np.random.Generator, *, draws: int = SHUFFLES) -> int:
    """The number of axes whose variance exceeds the 95th percentile of that of shuffled answers (Horn 1965), two at least.

    Of more than 5,000 rows, 5,000 are drawn for it: the shuffled variances only come closer to one as rows are added.
    """
    if design.rows > LARGE_PARALLEL:
        rows = np.sort(random.choice(design.rows, LARGE_PARALLEL, replace=False))
        design, weights = design.take(rows), weights[rows]
    numbers = design.numbers.shape[1]
    ours = variances(design.matrix(), weights, numbers)
    null = np.stack([variances(design.shuffled(random).matrix(), weights, numbers) for _ in range(draws)])
    beyond = ours > np.quantile(null, LEVEL, axis=0)
    run = len(ours) if beyond.all() else int(np.argmin(beyond))
    return max(run, min(2, int((ours > 0).sum()), len(ours)), 1)


def tried_numbers(smallest: int, largest: int) -> Sequence[int]:
    """The numbers of profiles from `smallest` to `largest`.

    Raises
    ------
    ValueError
        When there is none, or one profile is asked for.
    """
    if not 2 <= smallest <= largest:  # noqa: PLR2004 (one profile is no profile).
        message = f"Numbers of profiles run from 2 at least to a greater or equal number, not from {smallest} to {largest}."
        raise ValueError(message)
    return tuple(range(smallest, largest + 1))
