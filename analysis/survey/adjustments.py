"""What happens to weights besides calibration: non-response within cells, trimming, and what unequal weights cost.

What comes in are weights; what goes out are weights that keep their sum, or a measure of them.
"""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.arrays import Floats
from analysis.survey.margins import CalibrationError

ROUNDS = 1000


def kish_design_effect(weights: ArrayLike) -> float:
    """Gives n Σw² / (Σw)², 1 for equal weights (Kish 1965, 11.7); NaN without weights."""
    values = np.asarray(weights, dtype=float)
    return float(len(values) * np.sum(values**2) / np.sum(values) ** 2) if values.size and np.any(values) else float("nan")


def effective_size(weights: ArrayLike) -> float:
    """(Σw)² / Σw²: the number of equally weighted respondents that would be as precise; 0 for none."""
    values = np.asarray(weights, dtype=float)
    return float(np.sum(values) ** 2 / np.sum(values**2)) if values.size and np.any(values) else 0.0


def design_weights(inclusion_probability: ArrayLike) -> Floats:
    """The inverse of the probability with which each firm was drawn (Horvitz & Thompson 1952).

    Raises `CalibrationError` when a probability is not above 0 and at most 1.
    """
    probability = np.asarray(inclusion_probability, dtype=float)
    wrong = ~((probability > 0) & (probability <= 1))
    if wrong.any():
        place = int(np.flatnonzero(wrong)[0])
        message = f"The inclusion probability of row {place + 1} is {probability[place]:g}: it must be above 0 and at most 1."
        raise CalibrationError(message)
    return np.asarray(1 / probability)


@dataclass(frozen=True, slots=True)
class NonResponse:
    """Weights that make respondents stand for the firms of their cell that did not answer.

    `weights` is zero for non-respondents; `rates` gives each cell's weighted response rate.
    """

    weights: Floats
    rates: dict[Hashable, float]


def adjust_nonresponse(weights: ArrayLike, responded: ArrayLike, cells: pd.Series, *, lowest_rate: float = 0.0) -> NonResponse:
    """Spreads the weight of non-respondents over the respondents of their cell (weighting classes; Oh & Scheuren 1983).

    Parameters
    ----------
    weights
        Design weights of all drawn firms, shape (firms,), finite and above zero.
    responded
        Booleans, shape (firms,).
    cells
        Each firm's cell, in the same order, without gaps.
    lowest_rate
        The response rate under which a cell is refused.

    Raises
    ------
    CalibrationError
        When a cell has no respondent, or too few: the message says with which cell to collapse it.
    """
    design = np.asarray(weights, dtype=float)
    answered = np.asarray(responded, dtype=bool)
    if design.ndim != 1 or not len(design) == len(answered) == len(cells) or not np.isfinite(design).all() or (design <= 0).any():
        message = "There must be one finite weight above zero, one answer and one cell for each drawn firm."
        raise CalibrationError(message)
    if cells.isna().any():
        message = f"The cell of row {int(np.flatnonzero(cells.isna())[0]) + 1} is not known: fill it in."
        raise CalibrationError(message)
    codes, names = pd.factorize(cells, sort=True)
    drawn, kept = (np.bincount(codes, part, minlength=len(names)) for part in (design, design * answered))
    rates = kept / drawn
    if bool(((rates <= 0) | (rates < lowest_rate)).any()):
        worst = int(np.argmin(rates))
        others = np.delete(np.arange(len(names)), worst)
        advice = (
            f"collapse it with another cell, such as {names[others[np.argmax(rates[others])]]}"
            if others.size
            else "nobody answered"
        )
        message = f"The cell {names[worst]} has {int((codes == worst).sum())} drawn firms and a response rate of {100 * rates[worst]:.0f} %: {advice}."
        raise CalibrationError(message, (str(names[worst]),))
    adjusted = np.where(answered, design / rates[codes], 0.0)
    return NonResponse(adjusted, dict(zip(names.tolist(), rates.tolist(), strict=True)))


def trim(
    weights: ArrayLike, lower: float = 0.0, upper: float = float("inf"), *, strict: bool = True, share: str = "equal"
) -> Floats:
    """Holds weights between two limits; what is cut off is shared among the others, so that the sum stays the same.

    Parameters
    ----------
    weights
        Shape (respondents,), finite and above zero.
    lower, upper
        The limits, in firms.
    strict
        Whether the sharing is repeated until it pushes no weight beyond the limits; else it is done once.
    share
        « equal »: the same number of firms for each untrimmed respondent; « proportional »: in proportion to their weights.

    Raises
    ------
    CalibrationError
        When the limits cannot hold the sum (every weight at the upper limit is too little, or at the lower one too much).
    """
    start = np.asarray(weights, dtype=float)
    if start.ndim != 1 or not start.size or not np.isfinite(start).all() or (start <= 0).any():
        message = "Weights to be trimmed must be finite and above zero, one at least."
        raise CalibrationError(message)
    if share not in {"equal", "proportional"}:
        message = f"What is cut off is shared equal or proportional, not {share}."
        raise CalibrationError(message)
    count, total = len(start), float(start.sum())
    if not lower * count <= total * (1 + 1e-12) or not upper * count >= total * (1 - 1e-12):
        message = f"{count} weights between {lower:g} and {upper:g} cannot sum to {total:g}: their mean is {total / count:g}; move the limits apart."
        raise CalibrationError(message)
    held = np.zeros(count, dtype=bool)
    current = start.copy()
    for _ in range(ROUNDS):
        beyond = (current < lower) | (current > upper)
        if not beyond.any():
            break
        held |= beyond
        cut = np.clip(current, lower, upper)
        surplus, free = float(current.sum() - cut.sum()), ~held
        if not free.any():
            # Every weight has been at a limit: those that can still move that way take the rest.
            free = cut < upper if surplus > 0 else cut > lower
        part = np.where(free, 1.0 if share == "equal" else cut, 0.0)
        current = cut + surplus * part / part.sum()
        if not strict:
            break
    return np.asarray(np.clip(current, lower, upper) if strict else current)
