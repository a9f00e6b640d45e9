"""Whether margins can be met at all: linear programs that say so at once, name the totals at fault, and find the tightest bounds.

What comes in are design weights and margins; what goes out is nothing, an error that says what to do, or an interval of ratios.
Respondents with the same values on all margins are interchangeable and share one ratio, which keeps the programs small. Iterative
methods run to their limit on infeasible bounds; HiGHS (through scipy) proves infeasibility.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linprog

from analysis.margins import CalibrationError, Margins

Floats = NDArray[np.float64]

MISSED = 1e-7  # A share of a total that counts as missed.


def scaled(margins: Margins) -> tuple[Floats, Floats]:
    """Columns divided by their total, so that every total is 1 (or 0) and gaps compare."""
    scale = np.where(margins.totals == 0, 1.0, np.abs(margins.totals))
    return margins.matrix / scale, margins.totals / scale


def check_feasible(base: Floats, margins: Margins, bounds: tuple[float, float]) -> None:
    """Raises `CalibrationError` naming the totals that no weights within the bounds can meet (elastic linear program).

    `bounds` hold the ratio of calibrated to design weight; they may be infinite.
    """
    matrix, totals = scaled(margins)
    rows, weight = _distinct(matrix, base)
    count = matrix.shape[1]
    gap = sparse.identity(count, format="csr")
    limits = [(bounds[0], bounds[1])] * len(weight) + [(0.0, np.inf)] * (2 * count)
    solved = linprog(
        np.concatenate([np.zeros(len(weight)), np.ones(2 * count)]),
        A_eq=sparse.hstack([sparse.csr_matrix((rows * weight[:, None]).T), gap, -gap], format="csr"),
        b_eq=totals,
        bounds=limits,
        method="highs",
    )
    if solved.x is None:
        message = f"The margins could not be checked: {solved.message}"
        raise CalibrationError(message)
    missed = solved.x[len(weight) : len(weight) + count] - solved.x[len(weight) + count :]
    at_fault = np.flatnonzero(np.abs(missed) > MISSED)
    if at_fault.size:
        raise _contradiction(base, margins, bounds, missed, at_fault)


def tightest_bounds(base: ArrayLike, margins: Margins) -> tuple[float, float]:
    """The narrowest interval [L, U] of ratios to the design weights within which the margins can be met (linear program).

    It minimises U − L. Raises `CalibrationError` when no weights of any size meet the margins.
    """
    design = np.asarray(base, dtype=float)
    matrix, totals = scaled(margins)
    rows, weight = _distinct(matrix, design)
    count = len(weight)
    ratio = sparse.identity(count, format="csr")
    one = sparse.csr_matrix(np.ones((count, 1)))
    zero = sparse.csr_matrix((count, 1))
    solved = linprog(
        np.concatenate([np.zeros(count), [-1.0, 1.0]]),
        A_ub=sparse.vstack([sparse.hstack([-ratio, one, zero]), sparse.hstack([ratio, zero, -one])], format="csr"),
        b_ub=np.zeros(2 * count),
        A_eq=sparse.hstack([sparse.csr_matrix((rows * weight[:, None]).T), sparse.csr_matrix((matrix.shape[1], 2))], format="csr"),
        b_eq=totals,
        bounds=[(None, None)] * (count + 2),
        method="highs",
    )
    if solved.x is None:
        message = "No weights of any size meet these margins: they contradict each other."
        raise CalibrationError(message, margins.names)
    return float(solved.x[-2]), float(solved.x[-1])


def _distinct(matrix: Floats, base: Floats) -> tuple[Floats, Floats]:
    """The distinct rows of the calibration columns, and the design weight that each stands for."""
    rows, where = np.unique(matrix, axis=0, return_inverse=True)
    return rows, np.bincount(where.ravel(), base, minlength=len(rows)).astype(np.float64)


def _contradiction(
    base: Floats, margins: Margins, bounds: tuple[float, float], missed: Floats, at_fault: NDArray[np.intp]
) -> CalibrationError:
    named = tuple(margins.names[place] for place in at_fault)
    detail = "; ".join(_shortfall(margins, int(place), float(missed[place])) for place in at_fault)
    limited = bool(np.isfinite(bounds).all())
    limit = f" with weights between {bounds[0]:g} and {bounds[1]:g} times the design weight" if limited else ""
    widen = ", or correct the totals"
    if limited:
        try:
            low, high = tightest_bounds(base, margins)
        except CalibrationError:
            widen = ", or correct the totals: no bounds allow them"
        else:
            widen = (
                f", widen the bounds (the narrowest that allow these margins are {low:.3f} to {high:.3f}), or correct the totals"
            )
    message = f"No weights meet these margins{limit}: {detail}. Collapse these categories with others{widen}."
    return CalibrationError(message, named)


def _shortfall(margins: Margins, place: int, missed: float) -> str:
    reachable = margins.totals[place] - missed * abs(margins.totals[place]) if margins.totals[place] else -missed
    return f"{margins.names[place]} must be {margins.totals[place]:g}, {reachable:g} can be reached"
