"""Who is asked: a draw within strata that a seed reproduces, with ranked reserves and the probability of inclusion.

What comes in is a sampling frame, one row a firm; what goes out is the same frame with the firm's stratum, its place in the panel,
the reserve or the frame, its rank in the stratum and its probability of inclusion. The draw uses permanent random numbers: each
firm's number depends on the seed and its own reference alone, so that neither the order of the rows nor a firm that joins the
frame later changes who was drawn in the other strata (Ohlsson 1995, « Coordination of samples using permanent random numbers »).
"""

import hashlib
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.arrays import Integers
from analysis.survey.allocation import Rule, SamplingError, allocate, shares, size_for_cv, variance_of_total

__all__ = [
    "Rule",
    "SamplingError",
    "allocate",
    "draw",
    "next_reserve",
    "random_number",
    "shares",
    "size_for_cv",
    "variance_of_total",
]

STRATUM_COLUMNS = ("sector", "departement", "size_class")
STRATUM_COLUMNS_WITH_FAMILY = (*STRATUM_COLUMNS, "family")
REFERENCE_COLUMNS = ("reference", "siret")


def draw(
    frame: pd.DataFrame,
    size: int,
    seed: int,
    *,
    by: Sequence[str] = STRATUM_COLUMNS,
    rule: Rule = Rule.PROPORTIONAL,
    spread_column: str | None = None,
    power: float = 0.5,
    minimum: ArrayLike = 1,
    take_all_up_to: int = 0,
    take_all: Collection[str] = (),
    reserves_per_firm: float = 1.0,
) -> pd.DataFrame:
    """Draws the panel and its reserves within the strata.

    Parameters
    ----------
    frame
        One row a firm: `reference` (or `siret`), unique, and the columns of `by`, without gaps.
    size
        The firms of the panel, exactly.
    seed
        What decides the draw, with the references alone.
    by
        The columns whose crossing makes the strata; `STRATUM_COLUMNS_WITH_FAMILY` adds the legal family.
    rule, power
        How the panel is shared among strata (`analysis.survey.allocation.allocate`).
    spread_column
        The numeric column (headcount, say) of which the Neyman and power rules read each stratum's standard deviation and mean.
    minimum
        The fewest firms of a stratum, as far as it has them; one number, or one for each stratum in the order of their names.
    take_all_up_to, take_all
        Strata of at most so many firms, and strata of these names (« aide|13|20-50 »), are drawn whole.
    reserves_per_firm
        The reserves named for each panel firm of a stratum, as far as it has any.

    Returns
    -------
    The frame in its own row order with five columns more: `stratum` (the values of `by`, joined by « | »), `random_number` (from 0
    to 1), `rank` (from 1, within the stratum), `selection` (panel, reserve or frame) and `inclusion_probability` (n / N of the
    stratum). A replacement takes the reserve of the lowest rank in the same stratum, never a free choice (`next_reserve`).

    Raises
    ------
    SamplingError
        When the frame cannot serve, or no allocation meets the minima; the message names the firm, the column or the numbers.
    """
    reference = _checked_reference(frame, by)
    drawn = frame.copy()
    texts = frame[list(by)].astype(str)
    drawn["stratum"] = texts[by[0]] if len(by) == 1 else texts[by[0]].str.cat(texts[list(by[1:])], sep="|")
    drawn["random_number"] = [random_number(seed, firm) for firm in reference]
    firms = drawn.groupby("stratum", sort=True).size()
    unknown = sorted(set(take_all) - set(firms.index))
    if unknown:
        message = f"The frame has no stratum {unknown[0]}: strata are named {' | '.join(by)}, as in {firms.index[0]}."
        raise SamplingError(message)
    spread, means = _spread(drawn, reference, spread_column)
    whole = (firms.to_numpy() <= take_all_up_to) | np.isin(firms.index, list(take_all))
    number = allocate(firms.to_numpy(), size, rule=rule, spread=spread, means=means, power=power, minimum=minimum, take_all=whole)
    return _ranked(drawn, reference, firms, number, reserves_per_firm)


def next_reserve(drawn: pd.DataFrame, replaced: str, used: Collection[str] = ()) -> str:
    """The reference of the firm that takes the place of one that cannot take part: the next reserve of its stratum, never a choice.

    Parameters
    ----------
    drawn
        What `draw` gave.
    replaced
        The reference of a firm of the panel, or of a reserve that had been called.
    used
        The references of the reserves already called, whatever became of them.

    Raises
    ------
    SamplingError
        When the firm is no part of the draw, or the reserves of its stratum are used up.
    """
    reference = drawn[_reference_column(drawn)].astype(str)
    called = {str(firm) for firm in used}
    place = np.flatnonzero((reference == str(replaced)).to_numpy())
    if place.size == 0 or (drawn["selection"].iloc[place[0]] != "panel" and str(replaced) not in called):
        message = f"{replaced} is neither in the panel nor a reserve that was called: there is nothing to replace."
        raise SamplingError(message)
    stratum = drawn["stratum"].iloc[place[0]]
    free = drawn[(drawn["stratum"] == stratum) & (drawn["selection"] == "reserve") & ~reference.isin(called)]
    if free.empty:
        message = f"The reserves of the stratum {stratum} are used up: its weights will make up for the missing firm; do not choose another."
        raise SamplingError(message)
    return str(reference.loc[free["rank"].idxmin()])


def random_number(seed: int, reference: str) -> float:
    """A firm's permanent random number in [0, 1): the first 53 bits of a hash of the seed and its reference."""
    hashed = hashlib.blake2b(f"{seed}|{reference}".encode(), digest_size=8).digest()
    return (int.from_bytes(hashed, "big") >> 11) / 2**53


def _ranked(
    drawn: pd.DataFrame, reference: pd.Series, firms: pd.Series, number: Integers, reserves_per_firm: float
) -> pd.DataFrame:
    """The draw with ranks, selections and probabilities."""
    if not np.isfinite(reserves_per_firm) or reserves_per_firm < 0:
        message = f"The reserves for each firm must be zero or more, not {reserves_per_firm}."
        raise SamplingError(message)
    order = pd.DataFrame({"stratum": drawn["stratum"], "number": drawn["random_number"], "reference": reference})
    ranked = order.sort_values(["stratum", "number", "reference"]).groupby("stratum", sort=False).cumcount() + 1
    drawn["rank"] = ranked.reindex(drawn.index).astype(int)
    in_panel = drawn["stratum"].map(pd.Series(number, index=firms.index)).to_numpy()
    last_reserve = in_panel + np.ceil(in_panel * reserves_per_firm)
    rank = drawn["rank"].to_numpy()
    drawn["selection"] = np.select([rank <= in_panel, rank <= last_reserve], ["panel", "reserve"], default="frame")
    drawn["inclusion_probability"] = in_panel / drawn["stratum"].map(firms).to_numpy()
    return drawn


def _spread(drawn: pd.DataFrame, reference: pd.Series, column: str | None) -> tuple[ArrayLike | None, ArrayLike | None]:
    """Each stratum's standard deviation (zero for a lone firm) and mean of a column."""
    if column is None:
        return None, None
    if column not in drawn.columns:
        message = f"The frame lacks the column {column}."
        raise SamplingError(message)
    values = pd.to_numeric(drawn[column], errors="coerce").astype(float)
    if not np.isfinite(values).all():
        message = f"The {column} of {reference[~np.isfinite(values)].iloc[0]} is not a finite number: the spread of its stratum cannot be known."
        raise SamplingError(message)
    grouped = values.groupby(drawn["stratum"], sort=True)
    return grouped.std(ddof=1).fillna(0.0).to_numpy(), grouped.mean().to_numpy()


def _reference_column(frame: pd.DataFrame) -> str:
    named = [name for name in REFERENCE_COLUMNS if name in frame.columns]
    if not named:
        message = f"The frame lacks the column {' or '.join(REFERENCE_COLUMNS)}."
        raise SamplingError(message)
    return named[0]


def _checked_reference(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    absent = [name for name in by if name not in frame.columns]
    if absent:
        message = f"The frame lacks the column {', '.join(absent)}."
        raise SamplingError(message)
    named = _reference_column(frame)
    if frame.empty:
        message = "The frame has no firm."
        raise SamplingError(message)
    reference = frame[named].astype(str)
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
