"""The axes of a standardised, weighted table: exact eigenvectors, on the smaller side of it.

What comes in are coded rows, what they taught and their weights; what goes out are eigenvalues, unit vectors in a fixed orientation
and the squared lengths that the figures of the columns need. Everything runs on one thread, so that the same table gives the same
bytes on every machine of one kind.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from analysis.coding import Coded, Coding, Floats

# An eigenvalue below this share of the first is rounding: its axis has no direction.
RANK = 1e-12


@cache
def threads() -> ThreadpoolController:
    """The libraries whose threads are limited; they are looked up once."""
    return ThreadpoolController()


@dataclass(frozen=True, slots=True)
class Axes:
    """Axes of a table: `eigenvalues` (rank,) and `vectors` (columns, rank), greatest first; `total` is the whole inertia.

    For each column of the table, `inertias` (columns,) is its own inertia, and `lengths` (columns,) the squared length of its row in
    the cross-product of the columns.
    """

    eigenvalues: Floats
    vectors: Floats
    total: float
    inertias: Floats
    lengths: Floats


def find_axes(coded: Coded, coding: Coding, weights: Floats) -> Axes:
    """All the axes. `weights` (rows,) sum to one.

    With fewer columns than rows, the cross-product of the columns is decomposed; else that of the rows.
    """
    wide = len(coded) < len(coding.columns)
    with threads().limit(limits=1):
        return _from_rows(coded, coding, weights) if wide else _from_columns(coded, coding, weights)


def cross_product(coded: Coded, coding: Coding, weights: Floats) -> Floats:
    """The weighted cross-product of the standardised columns (columns, columns), slice by slice."""
    columns = len(coding.columns)
    found = np.zeros((columns, columns))
    roots = np.sqrt(weights)[:, None]
    for part, standard in coding.slices(coded):
        scaled = np.multiply(standard, roots[part], out=standard)
        found += scaled.T @ scaled
    return found


def _from_columns(coded: Coded, coding: Coding, weights: Floats) -> Axes:
    product = cross_product(coded, coding, weights)
    values, vectors = np.linalg.eigh(product)
    return _ordered(values, vectors, np.diag(product).copy(), np.einsum("ij,ij->i", product, product))


def _from_rows(coded: Coded, coding: Coding, weights: Floats) -> Axes:
    scaled = coding.standard(coded) * np.sqrt(weights)[:, None]
    values, vectors = eigen(scaled)
    inertias = np.einsum("ij,ij->j", scaled, scaled)
    lengths = np.einsum("ij,ij->j", (scaled @ scaled.T) @ scaled, scaled)
    return _ordered(values[::-1], vectors[:, ::-1], inertias, lengths)


def eigen(scaled: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues (greatest first) and unit vectors (columns, axes) of a table's own cross-product, by its smaller side.

    From the rows' side, axes without inertia are left out, but for one.
    """
    if len(scaled) >= scaled.shape[1]:
        values, vectors = np.linalg.eigh(scaled.T @ scaled)
        return np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    values, rows = np.linalg.eigh(scaled @ scaled.T)
    kept = values > max(values[-1], 0.0) * RANK
    if not kept.any():
        return np.zeros(1), np.eye(scaled.shape[1], 1)
    values, rows = values[kept][::-1], rows[:, kept][:, ::-1]
    return values, scaled.T @ rows / np.sqrt(values)


def _ordered(values: Floats, vectors: Floats, inertias: Floats, lengths: Floats) -> Axes:
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    rank = max(int((values > values[0] * RANK).sum()), 1)
    return Axes(values[:rank], oriented(vectors[:, :rank]), float(inertias.sum()), inertias, lengths)


def oriented(vectors: Floats) -> Floats:
    """Unit vectors (columns, axes), each turned so that its entries sum to a positive number; where they sum to nothing, so that the
    entry farthest from zero (the first of several) is positive."""
    sums = vectors.sum(axis=0)
    size = np.abs(vectors)
    strongest = (size > size.max(axis=0) * (1 - 1e-9)).argmax(axis=0)
    signs = np.where(np.abs(sums) > RANK, sums, vectors[strongest, np.arange(vectors.shape[1])])
    return np.ascontiguousarray(vectors * np.where(signs < 0, -1.0, 1.0))
