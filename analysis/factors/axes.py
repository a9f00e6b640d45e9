"""The axes of a standardised, weighted table: exact eigenvectors, on the smaller side of it.

What comes in are coded rows, what they taught and their weights; what goes out are eigenvalues, unit vectors in a fixed orientation
and the squared lengths that the figures of the columns need. Everything runs on one thread, so that the same table gives the same
bytes on every machine of one kind.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from analysis.arrays import Floats
from analysis.factors.coding import Coded, Coding

# An eigenvalue below this share of the first is rounding: its axis has no direction.
RANK = 1e-12


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """Holds the linear algebra to one thread, whose sums are always in one order; the libraries are looked up once."""
    found: AbstractContextManager[Any] = _libraries().limit(limits=1)
    return found


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
    with one_thread():
        return _from_rows(coded, coding, weights) if wide else _from_columns(coded, coding, weights)


def cross_product(coded: Coded, coding: Coding, weights: Floats) -> Floats:
    """The weighted cross-product of the standardised columns (columns, columns).

    Indicators are summed as they are, slice by slice, and centred in the product: an answer's indicators sum to one where it is
    given and to zero where it is passive, so that to centre is to take from each level its share of its variable's sum.
    """
    columns = len(coding.columns)
    found = np.zeros((columns, columns))
    roots = np.sqrt(weights)
    for part, raw in coding.raw_slices(coded):
        scaled = np.multiply(raw, roots[part, None], out=raw)
        found += scaled.T @ scaled
    for share, slot, divisor in zip(coding.shares, coding.slots, coding.divisors, strict=True):
        # A level that every row has says nothing: exactly zero, where rounding would leave a trace.
        units = np.where((share > 0) & (share < 1), np.sqrt(share) * divisor, np.inf)
        found[slot] = (found[slot] - share[:, None] * found[slot].sum(axis=0)) / units[:, None]
        found[:, slot] = (found[:, slot] - found[:, slot].sum(axis=1)[:, None] * share) / units
    return (found + found.T) / 2


def _from_columns(coded: Coded, coding: Coding, weights: Floats) -> Axes:
    product = cross_product(coded, coding, weights)
    values, vectors = np.linalg.eigh(product)
    return _ordered(values, vectors, np.diag(product).copy(), np.einsum("ij,ij->i", product, product))


def _from_rows(coded: Coded, coding: Coding, weights: Floats) -> Axes:
    scaled = coding.standard(coded) * np.sqrt(weights)[:, None]
    product = scaled @ scaled.T
    values, rows = np.linalg.eigh(product)
    kept = values > max(float(values[-1]), 0.0) * RANK
    values, vectors = values[kept], scaled.T @ rows[:, kept] / np.sqrt(values[kept])
    if not values.size:  # Nothing varies: one axis without inertia, as from the columns.
        values, vectors = np.zeros(1), np.eye(scaled.shape[1], 1)
    inertias = np.einsum("ij,ij->j", scaled, scaled)
    lengths = np.einsum("ij,ij->j", product @ scaled, scaled)
    return _ordered(values, vectors, inertias, lengths)


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
