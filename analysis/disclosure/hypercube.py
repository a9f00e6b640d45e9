"""Secondary suppression by hypercubes: fast, for tables too large for a proof in the time given (Repsilber; Giessing 2004).

What comes in are the sub-tables of a publication (each an array of cell numbers, the total first along each axis); what goes out is
a set of cells to hide. Each hidden cell must be a corner of a hypercube of hidden cells in every sub-table that it is part of:
moving the corners up and down in turn leaves all sums as they are. The nearest corners bound how far it can move; the cheapest
cube that moves a primary cell far enough is taken. Sub-tables are gone through again until nothing changes, since a total hidden in
one is a part of another. What overlapping cubes leave within reach is mended by the caller's audit.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Booleans, Floats
from analysis.disclosure.cells import Layer, System

Cells = NDArray[np.int64]

PASSES = 50


def hypercube(
    system: System,
    cubes: Sequence[Cells],
    layers: Sequence[Layer],
    primary: Booleans,
    cost: Floats,
    *,
    counts: Floats | None = None,
) -> Booleans:
    """Cells to hide so that each primary one, and each cell hidden for it, is a corner of a hypercube in every sub-table.

    Parameters
    ----------
    cubes
        Sub-tables, arrays of cell numbers with the total at index 0 of each axis.
    system, layers, primary, cost
        As in `analysis.disclosure.suppression.protect`.
    counts
        (n,) The respondents behind each cell: a cube does not protect a respondent who is alone if it consists of such cells only.
    """
    hidden = (primary | system.never) & ~system.shown
    price = np.where(system.shown, np.inf, cost)
    for _ in range(PASSES):
        before = int(hidden.sum())
        for cube in cubes:
            for cell in np.argwhere(hidden[cube]):
                corners = _cheapest(cube, tuple(cell), hidden, price, layers, primary, counts)
                if corners is not None:
                    hidden[corners] = True
        if int(hidden.sum()) == before:
            break
    return np.asarray(hidden & ~system.never, dtype=bool)


def _cheapest(
    cube: Cells,
    cell: tuple[int, ...],
    hidden: Booleans,
    price: Floats,
    layers: Sequence[Layer],
    primary: Booleans,
    counts: Floats | None,
) -> Cells | None:
    """The corners of the cheapest cube around a cell that moves it far enough; of the cube that moves it furthest if none does."""
    axes = [axis for axis in range(cube.ndim) if cube.shape[axis] > 1]
    corners, parity = _corners(cube, cell, axes)
    if not corners.size:
        return None
    costs = np.where(hidden[corners], 0.0, price[corners]).sum(axis=1)
    short = _shortfall(corners, parity, layers, int(cube[cell]), wanted=bool(primary[cube[cell]]))
    if counts is not None and counts[cube[cell]] == 1:
        others = counts[corners[:, 1:]]
        short = np.where((others <= 1).all(axis=1), np.maximum(short, 1.0), short)
    able = np.isfinite(costs)
    if not able.any():
        return None
    reached = able & (short <= short[able].min() + 1e-9)
    return np.asarray(corners[np.flatnonzero(reached)[np.argmin(costs[reached])]])


def _corners(cube: Cells, cell: tuple[int, ...], axes: list[int]) -> tuple[Cells, NDArray[np.int64]]:
    """Every cube with a corner in `cell` (cubes, 2^axes), the cell first, and whether each corner moves with it (1) or against it (-1)."""
    others = [[place for place in range(cube.shape[axis]) if place != cell[axis]] for axis in axes]
    grids = np.meshgrid(*others, indexing="ij")
    far = np.stack([grid.ravel() for grid in grids], axis=1) if axes else np.zeros((0, 0), dtype=np.int64)
    corners, parity = [], []
    for number in range(2 ** len(axes)):
        index = [np.full(len(far), place) for place in cell]
        for bit, axis in enumerate(axes):
            if number >> bit & 1:
                index[axis] = far[:, bit]
        corners.append(cube[tuple(index)])
        # A total moves with its parts: a step along an axis that meets index 0 keeps the sign.
        parity.append(_sign(cell, far, axes, number))
    return np.stack(corners, axis=1), np.stack(parity, axis=1)


def _sign(cell: tuple[int, ...], far: Cells, axes: list[int], number: int) -> Cells:
    sign = np.ones(len(far), dtype=np.int64)
    for bit, axis in enumerate(axes):
        if number >> bit & 1:
            sign = np.where((far[:, bit] == 0) | (cell[axis] == 0), sign, -sign)
    return sign


def _shortfall(corners: Cells, parity: Cells, layers: Sequence[Layer], cell: int, *, wanted: bool) -> Floats:
    """By how much, of what is required, each cube fails to move the cell; 0 where it does not fail."""
    worst = np.zeros(len(corners))
    for layer in layers:
        up, down = layer.upper - layer.values, layer.values - layer.lower
        rise = np.where(parity > 0, up[corners], down[corners]).min(axis=1)
        fall = np.where(parity > 0, down[corners], up[corners]).min(axis=1)
        if not wanted:
            worst = np.maximum(worst, rise + fall <= 0)
            continue
        needs = [(rise, layer.above[cell]), (fall, layer.below[cell]), (rise + fall, layer.width[cell])]
        for reach, need in needs:
            if need > 0:
                worst = np.maximum(worst, np.maximum(need - reach, 0.0) / need)
    return worst
