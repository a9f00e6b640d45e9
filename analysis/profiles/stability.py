"""How stable profiles are: the whole chain is run again on resampled firms, and each profile is looked for in what it finds.

What comes in are a table and the partitions found on it; what goes out is, for each profile, the mean Jaccard index with its closest
likeness (Hennig 2007), and how often it was recovered (0.75 and more) or dissolved (0.5 and less). Keeping the axes fixed, as R's
clusterboot does, flatters: here axes, tree and k-means are all found again. Firms drawn more than once count as often.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone

from analysis.arrays import Floats, Labels
from analysis.execution import SEQUENTIAL, Execution, run
from analysis.profiles.chain import Sample, Steps, coordinates, partitions
from analysis.profiles.clusters import ward
from analysis.profiles.coded import CodedTable
from analysis.profiles.partitions import best_jaccard

FIRM, INDICATIVE = 0.75, 0.60
RECOVERED, DISSOLVED = 0.75, 0.50
BATCH = 5
MOST_STARTS = 2


@dataclass(frozen=True, slots=True)
class Source:
    """The table that samples are drawn from, coded; or, with an imputer, as it was answered, to be completed anew in each sample."""

    weights: Floats
    matrix: Floats
    numbers: int
    table: pd.DataFrame | None = None
    imputer: object = None

    @classmethod
    def of(cls, table: pd.DataFrame, weights: Floats, imputer: object = None) -> "Source":
        """Codes the table once where no imputer has to see each sample."""
        if imputer is not None:
            return cls(weights, np.empty((0, 0)), 0, table, imputer)
        design = CodedTable.of(table)
        return cls(weights, design.matrix(), design.numbers.shape[1])

    def sample(self, rows: Labels, counts: Labels) -> Sample:
        """Distinct rows, each weighing as often as it was drawn."""
        weights, times = self.weights[rows] * counts, counts.astype(np.float64)
        if self.table is None:
            return Sample(self.matrix[rows], self.numbers, weights, times)
        design = CodedTable.of(clone(self.imputer).fit_transform(self.table.iloc[rows].reset_index(drop=True)))
        return Sample(design.matrix(), design.numbers.shape[1], weights, times)


@dataclass(frozen=True, slots=True)
class Stability:
    """Of each profile of one partition: mean Jaccard index, shares of the samples that recover and that dissolve it, spread."""

    jaccard: Floats
    recovered: Floats
    dissolved: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class _Task:
    source: Source
    partitions: Mapping[int, Labels]
    steps: Steps
    seed: int
    replicates: tuple[int, ...]


def whole_chain(
    source: Source,
    found: Mapping[int, Labels],
    steps: Steps,
    *,
    replicates: int,
    seed: int,
    execution: Execution = SEQUENTIAL,
) -> dict[int, Stability]:
    """The stability of each profile of each partition over `replicates` samples of firms, drawn with replacement.

    A profile without a firm in a sample is not looked for there. The result depends on the seed, never on where it was computed.
    """
    batches = [tuple(range(start, min(start + BATCH, replicates))) for start in range(0, replicates, BATCH)]
    tasks = [_Task(source, found, steps, seed, batch) for batch in batches]
    drawn = [each for batch in run(_batch, tasks, execution) for each in batch]
    return {k: summary([each[k] for each in drawn], int(labels.max()) + 1) for k, labels in found.items()}


def summary(drawn: list[Floats], profiles: int) -> Stability:
    """Summarises Jaccard indices, one array (profiles,) a sample, nan where a profile had no firm in the sample."""
    table = np.stack(drawn) if drawn else np.full((1, profiles), np.nan)
    known = np.isfinite(table)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, table, 0.0)
    mean = filled.sum(axis=0) / count
    spread = np.sqrt((np.where(known, table - mean, 0.0) ** 2).sum(axis=0) / count)
    return Stability(
        mean,
        np.asarray((known & (filled >= RECOVERED)).sum(axis=0) / count),
        np.asarray((known & (filled <= DISSOLVED)).sum(axis=0) / count),
        np.asarray(spread),
    )


def _batch(task: _Task) -> list[dict[int, Floats]]:
    return [_replicate(task, replicate) for replicate in task.replicates]


def _replicate(task: _Task, replicate: int) -> dict[int, Floats]:
    """One sample: the Jaccard index of each profile of each partition, nan for those without a firm or that cannot be sought."""
    random = np.random.default_rng([task.seed, 1, replicate])
    size = len(task.source.weights)
    rows, counts = np.unique(random.integers(0, size, size), return_counts=True)
    sample = task.source.sample(rows, counts)
    points = coordinates(sample, task.steps.axes)
    steps = Steps(task.steps.axes, task.steps.tried, min(task.steps.starts, MOST_STARTS))
    again = partitions(points, sample.weights, steps, seed=task.seed + replicate)
    found = {}
    for k, labels in task.partitions.items():
        indices = np.full(int(labels.max()) + 1, np.nan)
        if k in again:
            indices[np.unique(labels[rows])] = best_jaccard(labels[rows], again[k])
        found[k] = indices
    return found


def fixed_points(
    points: Floats, k: int, *, replicates: int, seed: int, subset: bool = False, standardise: bool = False
) -> tuple[Labels, Stability]:
    """Hennig's clusterboot of Ward's tree on given coordinates: the partition in k clusters and its stability, axes kept.

    Each sample holds the distinct rows of a draw with replacement, or half of the rows with `subset`; `standardise` gives the
    columns of each sample the standard deviation 1, as fpc does unasked. It serves to compare with R's fpc; the profiles use
    `whole_chain`, which is stricter.
    """
    labels = _tree_cut(points, k, standardise=standardise)
    drawn, count = [], len(points)
    for replicate in range(replicates):
        random = np.random.default_rng([seed, 2, replicate])
        draw = random.choice(count, count // 2, replace=False) if subset else random.integers(0, count, count)
        rows = np.unique(draw)
        again = _tree_cut(points[rows], k, standardise=standardise)
        indices = np.full(k, np.nan)
        indices[np.unique(labels[rows])] = best_jaccard(labels[rows], again)
        drawn.append(indices)
    return labels, summary(drawn, k)


def _tree_cut(points: Floats, k: int, *, standardise: bool) -> Labels:
    spread = points.std(axis=0, ddof=1) if standardise else np.ones(points.shape[1])
    return ward(points / np.where(spread > 0, spread, 1.0), np.ones(len(points))).cut(k)
