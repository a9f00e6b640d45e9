"""How many firms each stratum gives: proportional, Neyman and power allocation, the exact integer optimum, minima, take-all strata.

What comes in are the strata's sizes and, for some rules, spreads and means; what goes out are whole numbers of firms that sum to
the panel. The rules are those of Cochran 1977 (chapter 5) and Bankier 1988; the integer optimum is that of Wright 2017.
"""

import heapq
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import Floats, Integers


class SamplingError(ValueError):
    """The panel asked for cannot be drawn from this frame; the message says why and what to change."""


class Rule(StrEnum):
    """How a sample is shared among strata: by size, by size and spread (Neyman), or by power (Bankier 1988)."""

    PROPORTIONAL = "proportional"
    NEYMAN = "neyman"
    POWER = "power"


def shares(
    sizes: ArrayLike,
    total: float,
    *,
    rule: Rule = Rule.PROPORTIONAL,
    spread: ArrayLike | None = None,
    means: ArrayLike | None = None,
    power: float = 0.5,
) -> Floats:
    """The fractional sample size of each stratum, without bounds, as the textbook formulas give it.

    Parameters
    ----------
    sizes
        The strata's numbers of firms N, shape (strata,).
    total
        The firms to draw in all.
    rule
        n ∝ N (proportional), N·S (Neyman; Cochran 1977, 5.9) or (N·mean)^power · S / mean (Bankier 1988).
    spread, means
        The strata's standard deviations S and means of the variable that matters, shape (strata,), where the rule reads them.
    power
        Bankier's exponent, from 0 (equal precision in each stratum) to 1 (Neyman).

    Raises
    ------
    SamplingError
        When sizes, spreads or means are no finite numbers of the same length, or nothing is above zero.
    """
    firms = _whole(sizes)
    measure = _measure(firms.astype(float), rule=rule, spread=spread, means=means, power=power)
    if measure.sum() <= 0:
        message = "No stratum has a size and a spread above zero: nothing can be shared out."
        raise SamplingError(message)
    return np.asarray(total * measure / measure.sum(), dtype=np.float64)


def allocate(
    sizes: ArrayLike,
    total: int,
    *,
    rule: Rule = Rule.PROPORTIONAL,
    spread: ArrayLike | None = None,
    means: ArrayLike | None = None,
    power: float = 0.5,
    minimum: ArrayLike = 1,
    take_all: ArrayLike | None = None,
) -> Integers:
    """The exact whole number of firms to draw in each stratum; they sum to `total`.

    Parameters
    ----------
    sizes, rule, spread, means, power
        As in `shares`.
    total
        The firms to draw in all.
    minimum
        The fewest firms of a stratum, one number or one for each stratum; a smaller stratum gives all it has.
    take_all
        Booleans, shape (strata,): strata that are drawn whole.

    Returns
    -------
    Integers, shape (strata,). The Neyman and power rules give the integer optimum, which minimises the sum of measure² / n among all
    whole allocations within the bounds (Wright 2017: units go one by one to the stratum with the greatest measure / √(n(n+1))). The
    proportional rule rounds by the largest remainders after the bounds are met. What is left once every stratum with a spread is
    full (all of it where no stratum has any) is shared by size: it changes no variance.

    Raises
    ------
    SamplingError
        When no such allocation exists, with the number of firms that it would take, or when an argument is no usable number.
    """
    firms = _whole(sizes)
    whole = np.zeros(len(firms), dtype=bool) if take_all is None else _of_length(take_all, firms, "take_all").astype(bool)
    wanted = np.broadcast_to(_whole(np.atleast_1d(np.asarray(minimum, dtype=float))), firms.shape)
    least = np.where(whole, firms, np.minimum(firms, wanted))
    _check_total(total, least, firms)
    measure = _measure(firms.astype(float), rule=rule, spread=spread, means=means, power=power)
    if rule is Rule.PROPORTIONAL:
        return _largest_remainders(measure, total, least, firms)
    number = _optimum(measure, total, least, firms)
    return number if number.sum() == total else _largest_remainders(firms.astype(float), total, number, firms)


def size_for_cv(sizes: ArrayLike, spread: ArrayLike, means: ArrayLike, cv: float) -> float:
    """The sample size that Neyman's allocation needs for a coefficient of variation of the total (a share, .02 for 2 %).

    Cochran 1977, 5.25: (Σ N S)² / ((cv · Σ N mean)² + Σ N S²).
    """
    firms, deviation, mean = (np.asarray(values, dtype=float) for values in (sizes, spread, means))
    allowed = (cv * float(firms @ mean)) ** 2
    return float(firms @ deviation) ** 2 / (allowed + float(firms @ deviation**2))


def variance_of_total(sizes: ArrayLike, spread: ArrayLike, drawn: ArrayLike) -> float:
    """The variance of a stratified total: Σ N² (1/n − 1/N) S² (Cochran 1977, 5.6); `drawn` may be fractional.

    Strata drawn whole add nothing; it is infinite where a stratum that varies is not drawn at all.
    """
    firms, deviation, number = (np.asarray(values, dtype=float) for values in (sizes, spread, drawn))
    matters = firms * deviation > 0
    if bool((number[matters] <= 0).any()):
        return float("inf")
    kept = firms[matters]
    return float(np.sum(kept**2 * (1 / number[matters] - 1 / kept) * deviation[matters] ** 2))


def _check_total(total: int, least: Integers, most: Integers) -> None:
    if total != int(total) or total < 0:
        message = f"The panel must be a whole number of firms, zero or more, not {total}."
        raise SamplingError(message)
    if total > most.sum():
        message = f"The panel asks for {total} firms, the frame has {int(most.sum())}: ask for fewer or widen the frame."
        raise SamplingError(message)
    if total < least.sum():
        message = f"The minima and the strata drawn whole need {int(least.sum())} firms, the panel has {total}: lower the minimum or enlarge the panel."
        raise SamplingError(message)


def _whole(sizes: ArrayLike) -> Integers:
    values = np.asarray(sizes, dtype=float)
    if values.size == 0 or not np.isfinite(values).all() or (values < 0).any() or (values != np.round(values)).any():
        message = "Strata sizes and minima must be whole numbers of firms, zero or more, and there must be one at least."
        raise SamplingError(message)
    return values.astype(np.int64)


def _of_length(values: ArrayLike, sizes: NDArray[np.generic], name: str) -> Floats:
    found = np.asarray(values, dtype=float)
    if found.shape != sizes.shape:
        message = f"There must be one {name} for each of the {len(sizes)} strata, not {found.size}."
        raise SamplingError(message)
    return found


def _measure(sizes: Floats, *, rule: Rule, spread: ArrayLike | None, means: ArrayLike | None, power: float) -> Floats:
    if rule is Rule.PROPORTIONAL:
        return sizes
    if spread is None:
        message = f"The {rule} rule needs the spread of each stratum."
        raise SamplingError(message)
    deviation = _of_length(spread, sizes, "spread")
    if not np.isfinite(deviation).all() or (deviation < 0).any():
        message = "The spread of each stratum must be a finite number, zero or more."
        raise SamplingError(message)
    if rule is Rule.NEYMAN:
        return np.asarray(sizes * deviation, dtype=np.float64)
    if means is None:
        message = "The power rule needs the mean of each stratum."
        raise SamplingError(message)
    mean = _of_length(means, sizes, "mean")
    if not np.isfinite(mean).all() or (mean[sizes > 0] <= 0).any():
        message = "The power rule needs means above zero: it weighs strata by their totals."
        raise SamplingError(message)
    held = np.where(mean > 0, mean, 1.0)
    return np.asarray((sizes * held) ** power * deviation / held, dtype=np.float64)


def _largest_remainders(measure: Floats, total: int, least: Integers, most: Integers) -> Integers:
    """Proportional shares held within their bounds (each bound that binds frees or takes from the others), then rounded."""
    low, high = least.astype(float), most.astype(float)
    open_ = measure > 0
    lower, upper = 0.0, float((high[open_] / measure[open_]).max(initial=0.0)) + 1.0
    for _ in range(200):
        rate = (lower + upper) / 2
        if np.clip(rate * measure, low, high).sum() < total:
            lower = rate
        else:
            upper = rate
    ideal = np.clip(upper * measure, low, high)
    number = np.maximum(np.floor(ideal + 1e-9).astype(np.int64), least)
    left = total - int(number.sum())
    remainder = np.where(number < most, ideal - number, -1.0)
    order = np.lexsort((np.arange(len(number)), -np.round(remainder, 9)))
    number[order[:left]] += 1
    return number


def _optimum(measure: Floats, total: int, least: Integers, most: Integers) -> Integers:
    """Wright's units one by one; a stratum without any comes first, by its measure; equal priorities go to the first stratum.

    Strata of no measure are never given more than their least, so that the sum may stay under `total`.
    """
    number = least.copy()

    def entry(place: int) -> tuple[bool, float, int]:
        held = int(number[place])
        return held > 0, -float(measure[place]) / np.sqrt(max(held * (held + 1.0), 1.0)), place

    waiting = [entry(place) for place in np.flatnonzero((number < most) & (measure > 0)).tolist()]
    heapq.heapify(waiting)
    for _ in range(total - int(number.sum())):
        if not waiting:
            break
        place = heapq.heappop(waiting)[2]
        number[place] += 1
        if number[place] < most[place]:
            heapq.heappush(waiting, entry(place))
    return number
