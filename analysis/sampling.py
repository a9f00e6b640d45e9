"""Who is asked: strata, exact allocation, and a draw that a seed reproduces, with ranked reserves.

What comes in is a sampling frame, one row a firm; what goes out is the same frame with the firm's stratum, its place in the panel,
the reserve or the frame, its rank in the stratum and its probability of inclusion. The draw uses permanent random numbers: each
firm's number depends on the seed and its own reference alone, so that neither the order of the rows nor a firm that joins the
frame later changes who was drawn in the other strata (Ohlsson 1995, « Coordination of samples using permanent random numbers »).
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STRATUM_COLUMNS = ("sector", "departement", "size_class")
REFERENCE_COLUMNS = ("reference", "siret")


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

    `sizes` are the strata's numbers of firms N; `spread` their standard deviations S; `means` their means, for the power rule:
    n ∝ N, N·S, or (N·mean)^power · S / mean.
    """
    measure = _measure(np.asarray(sizes, dtype=float), rule=rule, spread=spread, means=means, power=power)
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
    minimum: int = 1,
    take_all: ArrayLike | None = None,
) -> Integers:
    """The exact whole number of firms to draw in each stratum; they sum to `total`.

    Each stratum gets at least `minimum` firms (all of them if it has fewer) and never more than it has; strata marked in
    `take_all` (booleans) are drawn whole. The Neyman and power rules give the integer optimum, which minimises the sum of
    measure² / n (Wright 2017: units go one by one to the stratum with the greatest measure / √(n(n+1))); the proportional rule
    rounds by the largest remainders after the bounds are met. Raises `SamplingError` when no such allocation exists.
    """
    firms = _whole(sizes)
    whole = np.zeros(len(firms), dtype=bool) if take_all is None else np.asarray(take_all, dtype=bool)
    least = np.where(whole, firms, np.minimum(firms, minimum))
    if total > firms.sum():
        message = f"The panel asks for {total} firms, the frame has {int(firms.sum())}: ask for fewer or widen the frame."
        raise SamplingError(message)
    if total < least.sum():
        message = f"The minima and the strata drawn whole need {int(least.sum())} firms, the panel has {total}: lower the minimum or enlarge the panel."
        raise SamplingError(message)
    measure = _measure(firms.astype(float), rule=rule, spread=spread, means=means, power=power)
    if rule is Rule.PROPORTIONAL:
        return _largest_remainders(measure, total, least, firms)
    return _greedy(measure, total, least, firms)


def size_for_cv(sizes: ArrayLike, spread: ArrayLike, means: ArrayLike, cv: float) -> float:
    """The sample size that Neyman's allocation needs for a coefficient of variation of the total (a share, .02 for 2 %)."""
    firms, deviation, mean = (np.asarray(values, dtype=float) for values in (sizes, spread, means))
    allowed = (cv * float(firms @ mean)) ** 2
    return float(firms @ deviation) ** 2 / (allowed + float(firms @ deviation**2))


def variance_of_total(sizes: ArrayLike, spread: ArrayLike, drawn: ArrayLike) -> float:
    """The variance of a stratified total: Σ N² (1/n − 1/N) S². Strata drawn whole add nothing."""
    firms, deviation, number = (np.asarray(values, dtype=float) for values in (sizes, spread, drawn))
    if bool(((number <= 0) & (firms * deviation > 0)).any()):
        return float("inf")
    return float(np.sum(firms**2 * (1 / np.maximum(number, 1) - 1 / np.maximum(firms, 1)) * deviation**2))


def draw(
    frame: pd.DataFrame,
    size: int,
    seed: int,
    *,
    by: Sequence[str] = STRATUM_COLUMNS,
    rule: Rule = Rule.PROPORTIONAL,
    spread_column: str | None = None,
    minimum: int = 1,
    take_all_up_to: int = 0,
    reserves_per_firm: float = 1.0,
) -> pd.DataFrame:
    """Draws the panel and its reserves; gives the frame back, in its own row order, with five columns more.

    `stratum` (the values of `by`, joined by « | »), `random_number` (from 0 to 1), `rank` (from 1, within the stratum),
    `selection` (panel, reserve or frame) and `inclusion_probability` (n / N of the stratum). A replacement takes the reserve of
    the lowest rank in the same stratum, never a free choice. Strata of at most `take_all_up_to` firms are drawn whole.
    `reserves_per_firm` reserves are named for each panel firm of a stratum, as far as it has any. The Neyman rule reads the
    standard deviation of `spread_column` (headcount, say) in each stratum. Raises `SamplingError` for a frame that cannot serve.
    """
    reference = _checked_reference(frame, by)
    drawn = frame.copy()
    drawn["stratum"] = frame[list(by)].astype(str).agg("|".join, axis=1)
    drawn["random_number"] = [random_number(seed, firm) for firm in reference]
    grouped = drawn.groupby("stratum", sort=True)
    firms = grouped.size()
    spread = None if spread_column is None else grouped[spread_column].std(ddof=1).fillna(0.0).to_numpy()
    number = allocate(
        firms.to_numpy(), size, rule=rule, spread=spread, minimum=minimum, take_all=firms.to_numpy() <= take_all_up_to
    )
    panel = pd.Series(number, index=firms.index)
    order = pd.DataFrame({"stratum": drawn["stratum"], "number": drawn["random_number"], "reference": reference})
    ranked = order.sort_values(["stratum", "number", "reference"]).groupby("stratum", sort=False).cumcount() + 1
    drawn["rank"] = ranked.reindex(drawn.index).astype(int)
    in_panel = drawn["stratum"].map(panel).to_numpy()
    last_reserve = in_panel + np.ceil(in_panel * reserves_per_firm)
    rank = drawn["rank"].to_numpy()
    drawn["selection"] = np.select([rank <= in_panel, rank <= last_reserve], ["panel", "reserve"], default="frame")
    drawn["inclusion_probability"] = in_panel / drawn["stratum"].map(firms).to_numpy()
    return drawn


def random_number(seed: int, reference: str) -> float:
    """A firm's permanent random number in [0, 1): the first 53 bits of a hash of the seed and its reference."""
    hashed = hashlib.blake2b(f"{seed}|{reference}".encode(), digest_size=8).digest()
    return (int.from_bytes(hashed, "big") >> 11) / 2**53


def _whole(sizes: ArrayLike) -> Integers:
    values = np.asarray(sizes, dtype=float)
    if values.size == 0 or not np.isfinite(values).all() or (values < 0).any() or (values != np.round(values)).any():
        message = "Strata sizes must be whole numbers of firms, zero or more, and there must be one at least."
        raise SamplingError(message)
    return values.astype(np.int64)


def _measure(sizes: Floats, *, rule: Rule, spread: ArrayLike | None, means: ArrayLike | None, power: float) -> Floats:
    if rule is Rule.PROPORTIONAL:
        return sizes
    if spread is None:
        message = f"The {rule} rule needs the spread of each stratum."
        raise SamplingError(message)
    deviation = np.asarray(spread, dtype=float)
    if rule is Rule.NEYMAN:
        return np.asarray(sizes * deviation, dtype=np.float64)
    if means is None:
        message = "The power rule needs the mean of each stratum."
        raise SamplingError(message)
    mean = np.asarray(means, dtype=float)
    return np.asarray((sizes * mean) ** power * deviation / mean, dtype=np.float64)


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


def _greedy(measure: Floats, total: int, least: Integers, most: Integers) -> Integers:
    number = least.copy()
    for _ in range(total - int(number.sum())):
        priority = np.where(number < most, measure / np.sqrt(np.maximum(number * (number + 1.0), 1e-300)), -1.0)
        number[int(np.argmax(priority))] += 1
    return number


def _checked_reference(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    named = [name for name in REFERENCE_COLUMNS if name in frame.columns]
    absent = [name for name in by if name not in frame.columns]
    if not named or absent:
        message = f"The frame lacks the column {', '.join(absent) or ' or '.join(REFERENCE_COLUMNS)}."
        raise SamplingError(message)
    if frame.empty:
        message = "The frame has no firm."
        raise SamplingError(message)
    reference = frame[named[0]].astype(str)
    if not reference.is_unique:
        message = f"The frame names {reference[reference.duplicated()].iloc[0]} twice: keep one row a firm."
        raise SamplingError(message)
    if frame[list(by)].isna().any(axis=None):
        unknown = reference[frame[list(by)].isna().any(axis=1)].iloc[0]
        message = f"The stratum of {unknown} is incomplete: fill in {', '.join(by)}."
        raise SamplingError(message)
    if not frame.index.is_unique:
        message = "The rows of the frame bear the same label twice: reset its index."
        raise SamplingError(message)
    return reference
