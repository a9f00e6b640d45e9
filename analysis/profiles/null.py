"""What a cloud without structure looks like: one population with the same answers and the same correlations, and no group.

What comes in is a coded table; what goes out are tables drawn from a Gaussian copula fitted to it, and what the chain finds on them.
Each variable keeps its own answers (skewed, bounded or rounded as they are) and its missing ones; any two variables keep about their
correlation; but everything comes from a single Gaussian cloud (the unimodal reference of Helgeson, Vock & Bair 2021, and the test
of Liu et al. 2008, carried to mixed tables). A uniform box or independent answers would be beaten by any correlated cloud. Levels of
a category are put in the order of their coordinates on the first axis: what follows a gradient is no profile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import stats

from analysis.arrays import Floats, Labels
from analysis.execution import SEQUENTIAL, Execution, run
from analysis.profiles.chain import Sample, Steps, coordinates, partitions
from analysis.profiles.clusters import within_inertia
from analysis.profiles.coded import CodedTable, principal_axes
from analysis.profiles.validity import silhouettes

SILHOUETTE_ROWS = 1000
SMALLEST = 1e-6
BATCH = 3


@dataclass(frozen=True, slots=True)
class Copula:
    """One Gaussian population: `loads` turns independent normals into correlated ones; `orders` and `edges` cut them into levels."""

    design: CodedTable
    loads: Floats
    orders: tuple[Labels, ...]
    edges: tuple[Floats, ...]

    @classmethod
    def of(cls, design: CodedTable, weights: Floats) -> Self:
        """Fits the latent correlations: those of the normal scores, corrected for what levels and missing answers blur."""
        vectors = principal_axes(design.matrix(), weights, design.numbers.shape[1], 1)
        scores = [_scores(column) for column in design.numbers.T]
        orders, edges, start = [], [], design.numbers.shape[1]
        for place, count in enumerate(design.levels):
            codes = design.codes[:, place]
            share = np.bincount(codes, minlength=count) / design.rows
            first = vectors.vectors[start : start + count, 0] * vectors.scale[start : start + count]
            order = np.argsort(first, kind="stable").astype(np.int64)
            bounds = np.clip(np.concatenate([[0.0], np.cumsum(share[order])]), 0.0, 1.0)
            density = stats.norm.pdf(stats.norm.ppf(bounds))
            means = np.zeros(count)
            means[order] = -np.diff(density) / np.maximum(share[order], SMALLEST)
            scores.append(means[codes])
            orders.append(order)
            edges.append(np.asarray(stats.norm.ppf(bounds[1:-1]), dtype=np.float64))
            start += count
        return cls(design, _loads(np.stack(scores, axis=1)), tuple(orders), tuple(edges))

    def draw(self, random: np.random.Generator) -> CodedTable:
        """A table without structure, of as many rows."""
        latent = random.normal(size=(self.design.rows, len(self.loads))) @ self.loads.T
        first = self.design.numbers.shape[1]
        numbers = np.full_like(self.design.numbers, np.nan)
        for place in range(first):
            known = np.flatnonzero(np.isfinite(self.design.numbers[:, place]))
            order = known[np.argsort(latent[known, place], kind="stable")]
            numbers[order, place] = np.sort(self.design.numbers[known, place])
        codes = np.zeros_like(self.design.codes)
        for place, (order, edges) in enumerate(zip(self.orders, self.edges, strict=True)):
            codes[:, place] = order[np.searchsorted(edges, latent[:, first + place])]
        return CodedTable(numbers, codes, self.design.levels)


def _scores(column: Floats) -> Floats:
    """Normal scores of the known values of a number, 0 where missing."""
    known = np.isfinite(column)
    scores = np.zeros(len(column))
    if known.any():
        scores[known] = stats.norm.ppf((stats.rankdata(column[known]) - 0.5) / known.sum())
    return scores


def _loads(scores: Floats) -> Floats:
    """A square root of the latent correlations, the nearest that is one."""
    centred = scores - scores.mean(axis=0)
    variance = np.square(centred).mean(axis=0)
    held = np.where(variance > SMALLEST, variance, 1.0)
    latent = np.clip(centred.T @ centred / len(scores) / held[:, None] / held, -1.0, 1.0)
    np.fill_diagonal(latent, 1.0)
    values, vectors = np.linalg.eigh(latent)
    root = vectors * np.sqrt(np.maximum(values, SMALLEST))
    return np.asarray(root / np.sqrt(np.square(root).sum(axis=1, keepdims=True)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the chain finds: for each number tried, the mean silhouette and the within-class share of the inertia, nan where
    it was not sought."""

    silhouettes: Floats
    within: Floats


@dataclass(frozen=True, slots=True)
class _Task:
    copula: Copula
    weights: Floats
    steps: Steps
    seed: int
    draws: tuple[int, ...]


def figures(points: Floats, weights: Floats, found: dict[int, Labels], tried: Sequence[int]) -> Figures:
    """The silhouette (on 1,000 rows at most, the same ones each time) and the within-class share of each partition."""
    whole = within_inertia(points, weights, np.zeros(len(points), dtype=np.int64))
    widths, within = np.full(len(tried), np.nan), np.full(len(tried), np.nan)
    places = [place for place, k in enumerate(tried) if k in found]
    widths[places] = silhouettes(points, [found[tried[place]] for place in places], most=SILHOUETTE_ROWS)
    for place in places:
        within[place] = within_inertia(points, weights, found[tried[place]]) / whole if whole > 0 else 1.0
    return Figures(widths, within)


def without_structure(
    design: CodedTable, weights: Floats, steps: Steps, *, draws: int, seed: int, execution: Execution = SEQUENTIAL
) -> Figures:
    """What the whole chain finds on `draws` tables without structure: arrays (draws, numbers tried)."""
    copula = Copula.of(design, weights)
    batches = [tuple(range(start, min(start + BATCH, draws))) for start in range(0, draws, BATCH)]
    tasks = [_Task(copula, weights, steps, seed, batch) for batch in batches]
    found = [each for batch in run(_batch, tasks, execution) for each in batch]
    return Figures(np.stack([each.silhouettes for each in found]), np.stack([each.within for each in found]))


def _batch(task: _Task) -> list[Figures]:
    return [_draw(task, draw) for draw in task.draws]


def _draw(task: _Task, draw: int) -> Figures:
    design = task.copula.draw(np.random.default_rng([task.seed, 3, draw]))
    sample = Sample(design.matrix(), design.numbers.shape[1], task.weights)
    points = coordinates(sample, task.steps.axes)
    steps = Steps(task.steps.axes, task.steps.tried, min(task.steps.starts, 1))
    found = partitions(points, task.weights, steps, seed=task.seed + draw)
    return figures(points, task.weights, found, task.steps.tried)
