"""Whether margins can be met at all: linear programs that say so at once, name the totals at fault, and find the tightest bounds.

What comes in are design weights and margins; what goes out is nothing, an error that says what to do, or an interval of ratios.
Respondents with the same values on all margins are interchangeable and share one ratio, which keeps the programs small. Iterative
methods run to their limit on infeasible bounds; HiGHS (through scipy) proves infeasibility.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linprog

from analysis.arrays import Floats
from analysis.survey.margins import CalibrationError, Margins

MISSED = 1e-7  # A share of a total that counts as missed.
EXACT = 1e-10  # A share of a total within which the tightest bounds meet it.
CUTS = 200
FAR = 1e4


def scaled(margins: Margins) -> tuple[Floats, Floats]:
    """Columns divided by their total, so that every total is 1 (or 0) and gaps compare."""
    scale = np.where(margins.totals == 0, 1.0, np.abs(margins.totals))
    return margins.matrix / scale, margins.totals / scale


def check_feasible(base: Floats, margins: Margins, bounds: tuple[float, float]) -> None:
    """Raises `CalibrationError` naming the totals that no weights within the bounds can meet (elastic linear program).

    `bounds` hold the ratio of calibrated to design weight; they may be infinite.
    """
    matrix, totals = scaled(margins)
    missed, _ = _elastic(_distinct(matrix, base), totals, bounds)
    at_fault = np.flatnonzero(np.abs(missed) > MISSED)
    if at_fault.size:
        raise _contradiction(base, margins, bounds, missed, at_fault)


def tightest_bounds(base: ArrayLike, margins: Margins) -> tuple[float, float]:
    """The narrowest interval [L, U] of ratios to the design weights within which the margins can be met (minimal U − L).

    Solved by cutting planes: a linear program in L and U alone proposes bounds, the elastic program of `check_feasible` accepts them
    or gives, by its dual, the inequality in L and U that they break (Benders 1962). Raises `CalibrationError` when no weights of
    any size meet the margins.
    """
    design = np.asarray(base, dtype=float)
    matrix, totals = scaled(margins)
    columns = _distinct(matrix, design)
    check_feasible(design, margins, (-np.inf, np.inf))
    directions = [sign * one for one in np.eye(len(totals)) for sign in (1.0, -1.0)]
    cuts, sides = [np.asarray([1.0, -1.0])], [0.0]
    low = high = 1.0
    for _ in range(CUTS):
        for direction in directions:
            along = columns @ direction
            cuts.append(np.asarray([-along[along < 0].sum(), -along[along > 0].sum()]))
            sides.append(-float(totals @ direction))
        # Far limits keep the first programs from running away; bounds that reach them are no use to anybody.
        solved = linprog([-1.0, 1.0], A_ub=np.asarray(cuts), b_ub=np.asarray(sides), bounds=[(-FAR, FAR)] * 2, method="highs")
        if solved.x is None:
            break
        low, high = float(solved.x[0]), float(solved.x[1])
        missed, dual = _elastic(columns, totals, (low, high))
        if float(np.abs(missed).max()) < EXACT:
            return low, high
        directions = [dual]
    message = f"No weights between {-FAR:g} and {FAR:g} times the design weights meet these margins."
    raise CalibrationError(message, margins.names)


def _elastic(columns: Floats, totals: Floats, bounds: tuple[float, float]) -> tuple[Floats, Floats]:
    """By how much ratios within the bounds must miss each total, as little as possible in all, and the dual multipliers."""
    count = len(totals)
    gap = sparse.identity(count, format="csr")
    solved = linprog(
        np.concatenate([np.zeros(len(columns)), np.ones(2 * count)]),
        A_eq=sparse.hstack([sparse.csr_matrix(columns.T), gap, -gap], format="csr"),
        b_eq=totals,
        bounds=[(bounds[0], bounds[1])] * len(columns) + [(0.0, np.inf)] * (2 * count),
        method="highs",
    )
    if solved.x is None:
        message = f"The margins could not be checked: {solved.message}"
        raise CalibrationError(message)
    missed = solved.x[len(columns) : len(columns) + count] - solved.x[len(columns) + count :]
    return np.asarray(missed, dtype=np.float64), np.asarray(solved.eqlin.marginals, dtype=np.float64)


def _distinct(matrix: Floats, base: Floats) -> Floats:
    """The distinct rows of the calibration columns, each times the design weight that it stands for."""
    codes = np.zeros(len(matrix), dtype=np.int64)
    for column in matrix.T:
        found, levels = pd.factorize(column)
        codes, _ = pd.factorize(codes * len(levels) + found)
    weight = np.bincount(codes, base)
    first = np.zeros(len(weight), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return np.asarray(matrix[first] * weight[:, None], dtype=np.float64)


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
