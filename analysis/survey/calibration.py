"""Calibration: the weights closest to the design weights that give the known totals (Deville & Särndal 1992).

What comes in are design weights and `Margins`; what goes out are calibrated weights, w = d · F(q · x'λ). The multiplier λ minimises
the convex dual Σ d/q · G(q · x'λ) − t'λ, where G' = F, by Newton steps with a line search, so that it converges whenever a solution
exists; when none is found, a linear program says which totals cannot be met.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from analysis.arrays import Floats
from analysis.survey.feasibility import MISSED, check_feasible, scaled, tightest_bounds
from analysis.survey.margins import CalibrationError, Margins

ITERATIONS, HALVINGS = 100, 40
TINY = 1e-12
ROUNDING = 1e-10  # A share of a total near which sums of many weights stop getting more exact.
STEEPEST = 500.0  # The argument beyond which an exponential is held, short of overflow.
SUFFICIENT = 1e-4  # The share of the expected descent that a step must achieve (Armijo).
DAMPING = 0.1  # The share of the full Hessian added when the bounds leave a direction without slope.


class Method(StrEnum):
    """The distance between calibrated and design weights."""

    LINEAR = "linear"
    RAKING = "raking"
    LOGIT = "logit"
    TRUNCATED = "truncated"


BOUNDED = frozenset({Method.LOGIT, Method.TRUNCATED})


def calibrate(
    base: ArrayLike,
    margins: Margins,
    *,
    method: Method = Method.RAKING,
    bounds: tuple[float, float] | None = None,
    scale: ArrayLike | None = None,
    tolerance: float = 1e-12,
) -> Floats:
    """The calibrated weights.

    Parameters
    ----------
    base
        Design weights, shape (respondents,), finite and above zero.
    margins
        The totals to meet; they may be redundant (every level of several variables).
    method
        The distance (Deville & Särndal 1992, section 2 and table 1): linear (case 1; weights may come out negative), raking
        (case 2), logit (case 6) and truncated linear (case 7). The last two hold each ratio w / d within `bounds`.
    bounds
        (L, U) with L < 1 < U.
    scale
        The q of each respondent, shape (respondents,), above zero (1 for all): a respondent with a greater q moves more. The ratio
        estimator is the linear method on one numeric total with q = 1 / x.
    tolerance
        The greatest share of a total by which it may be missed.

    Raises
    ------
    CalibrationError
        When no weights meet the margins: the message names the totals at fault, what can be reached, and the narrowest bounds.
    """
    design = np.asarray(base, dtype=float)
    if design.ndim != 1 or design.shape[0] != margins.matrix.shape[0] or not np.isfinite(design).all() or (design <= 0).any():
        message = "Design weights must be finite and above zero, one for each respondent."
        raise CalibrationError(message)
    if not np.isfinite(margins.matrix).all() or not np.isfinite(margins.totals).all():
        message = "The margins must be finite numbers."
        raise CalibrationError(message, margins.names)
    if method in BOUNDED and (bounds is None or not bounds[0] < 1 < bounds[1]):
        message = f"The {method} method needs bounds (L, U) with L < 1 < U."
        raise CalibrationError(message)
    q = np.ones(len(design)) if scale is None else np.asarray(scale, dtype=float)
    if q.shape != design.shape or not np.isfinite(q).all() or (q <= 0).any():
        message = "The scale must be finite and above zero, one for each respondent."
        raise CalibrationError(message)
    distance = _Distance(method, *(bounds if method in BOUNDED and bounds is not None else (0.0, np.inf)))
    ratio, gap = _newton(design, q, margins, distance, tolerance)
    if float(np.abs(gap).max()) > MISSED / 10:
        raise _explained(design, margins, distance, gap)
    return np.asarray(design * ratio, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Distance:
    """The functions that a method stands for: F, its derivative, and its integral G from 0."""

    method: Method
    low: float
    high: float

    @property
    def ratios(self) -> tuple[float, float]:
        """The ratios that the method can give."""
        return (-np.inf, np.inf) if self.method is Method.LINEAR else (self.low, self.high)

    def ratio(self, u: Floats) -> tuple[Floats, Floats]:
        """F(u), the ratio of calibrated to design weight, and its derivative."""
        if self.method is Method.LINEAR:
            return 1 + u, np.ones_like(u)
        if self.method is Method.RAKING:
            grown = np.exp(np.clip(u, -STEEPEST, STEEPEST))
            return grown, grown
        low, high = self.low, self.high
        if self.method is Method.TRUNCATED:
            inside = (1 + u > low) & (1 + u < high)
            return np.clip(1 + u, low, high), inside.astype(float)
        steepness = (high - low) / ((1 - low) * (high - 1))
        grown = np.exp(np.clip(steepness * u, -STEEPEST, STEEPEST))
        ratio = (low * (high - 1) + high * (1 - low) * grown) / ((high - 1) + (1 - low) * grown)
        return ratio, (ratio - low) * (high - ratio) * steepness / (high - low)

    def integral(self, u: Floats) -> Floats:
        """G(u), the convex function whose slope is F(u)."""
        if self.method is Method.LINEAR:
            return np.asarray(u + u**2 / 2)
        if self.method is Method.RAKING:
            return np.asarray(np.exp(np.clip(u, -STEEPEST, STEEPEST)) + np.maximum(u - STEEPEST, 0) * np.exp(STEEPEST))
        low, high = self.low, self.high
        if self.method is Method.TRUNCATED:
            held = np.clip(u, low - 1, high - 1)
            return np.asarray(held + held**2 / 2 + np.where(u > held, high, low) * (u - held))
        steepness = (high - low) / ((1 - low) * (high - 1))
        grown = np.logaddexp(np.log(high - 1), np.log(1 - low) + steepness * u)
        return np.asarray(low * u + (high - low) / steepness * grown)


def _newton(design: Floats, q: Floats, margins: Margins, distance: _Distance, tolerance: float) -> tuple[Floats, Floats]:
    """The ratios after the last step, and by how much of each total they miss it."""
    matrix, totals = scaled(margins)
    whole = matrix.T @ ((design * q)[:, None] * matrix)
    multiplier = np.zeros(matrix.shape[1])

    def tried(there: Floats) -> tuple[Floats, Floats, Floats, float]:
        u = q * (matrix @ there)
        ratio, slope = distance.ratio(u)
        value = float((design / q) @ distance.integral(u) - totals @ there)
        return ratio, slope, totals - matrix.T @ (design * ratio), value

    ratio, slope, gap, value = tried(multiplier)
    before = np.inf
    for _ in range(ITERATIONS):
        worst = float(np.abs(gap).max())
        # Below rounding, no further step is to be expected to help.
        if worst < tolerance or (worst < ROUNDING and worst > before / 2):
            break
        before = worst
        step = _step(matrix.T @ ((design * q * slope)[:, None] * matrix), whole, gap)
        length, descent = 1.0, float(gap @ step)
        for _halving in range(HALVINGS):
            after = tried(multiplier + length * step)
            if float(np.abs(after[2]).max()) < worst or after[3] < value - SUFFICIENT * length * descent:
                break
            length /= 2
        else:
            break
        multiplier = multiplier + length * step
        ratio, slope, gap, value = after
    return ratio, gap


def _step(hessian: Floats, whole: Floats, gap: Floats) -> Floats:
    """Newton's step; damped where respondents held at their bounds leave a part of the gap without any slope."""
    step = np.linalg.lstsq(hessian, gap, rcond=TINY)[0]
    if float(np.abs(hessian @ step - gap).max()) > SUFFICIENT * float(np.abs(gap).max()):
        step = np.linalg.lstsq(hessian + DAMPING * whole, gap, rcond=TINY)[0]
    return np.asarray(step, dtype=np.float64)


def _explained(design: Floats, margins: Margins, distance: _Distance, gap: Floats) -> CalibrationError:
    """Why the weights miss their totals: none can meet them, or only weights at the very edge of what the method can give."""
    try:
        check_feasible(design, margins, distance.ratios)
    except CalibrationError as error:
        return error
    at_fault = tuple(margins.names[place] for place in np.argsort(-np.abs(gap))[:3])
    low, high = tightest_bounds(design, margins)
    message = (
        f"The {distance.method} method only meets these margins at the edge of its bounds; the totals furthest from their target are {', '.join(at_fault)}. "
        f"The narrowest bounds that allow them are {low:.3f} to {high:.3f}: widen the bounds beyond these, or collapse categories."
    )
    return CalibrationError(message, at_fault)
