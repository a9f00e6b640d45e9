"""What surrounds one firm in its report: the facts that the frame holds of it, and where the panel stands.

Comes in: plain facts from the database, and the panel's feature table (one row a firm, `analysis.firm.reading.firm_features`).
Goes out: two frozen values that `analysis.firm.reading.read_firm` takes. `analysis.firm.reading` gives both names again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.words import Words

DIMENSION_CODES = tuple(f"D{number}" for number in range(1, 11))
BANDS = tuple(f"b{number}" for number in range(1, 12))
NO_WORDS = Words("", "")


@dataclass(frozen=True, slots=True)
class FirmFacts:
    """What is known of a firm before any answer. Codes are the frame's; the `*_label` are their words.

    `headcount` is the frame's and serves only when the visit did not give one. `idcc` too yields to the visit's answer.
    `feasibility` holds the diagnostician's view of an action, by its catalogue code: 1 hard, 2 possible, 3 easy.
    """

    reference: str
    name: str
    siret: str = ""
    family: str = ""
    family_label: Words = NO_WORDS
    sector: str = ""
    sector_label: Words = NO_WORDS
    naf: str = ""
    idcc: str = ""
    idcc_label: Words = NO_WORDS
    commune: str = ""
    departement: str = ""
    epci: str = ""
    zone_emploi: str = ""
    founded: int | None = None
    headcount: int | None = None
    structure: str = ""
    diagnostician: str = ""
    feasibility: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PanelReference:
    """Where the other firms stand: medians, quartiles and ages, each resting on `threshold` firms at least.

    `scope` is sector, or panel when too few firms of the sector answered. `quartiles` gives, by dimension, the three
    quartiles of the computed score; a dimension with too few scored firms is absent. `band_shares` are the shares of all
    employees in the eleven age bands of the questionnaire (b1 to b11), summing to 1, or empty.
    """

    scope: str
    size: int
    hr_median: float | None
    economic_median: float | None
    quartiles: Mapping[str, tuple[float, float, float]]
    mean_age: float | None
    share_55: float | None
    band_shares: tuple[float, ...]


def panel_reference(features: pd.DataFrame, *, sector: str, threshold: int, exclude: str | None = None) -> PanelReference | None:
    """The position of the other firms of the sector, or of the whole panel when the sector has too few.

    Parameters
    ----------
    features
        One row a respondent: the columns of `firm_features`, with `reference` and `sector`.
    sector
        The firm's sector code.
    threshold
        The fewest firms that may stand behind any published figure.
    exclude
        The firm's own reference, left out of its comparison.

    Returns
    -------
    PanelReference or None
        None when even the panel has fewer than `threshold` other firms.
    """
    others = features.loc[features["reference"] != exclude] if exclude is not None else features
    near = others.loc[others["sector"] == sector]
    scope, chosen = ("sector", near) if len(near) >= threshold else ("panel", others)
    if len(chosen) < max(threshold, 1):
        return None
    quartiles = {}
    for code in DIMENSION_CODES:
        found = _quartiles(chosen, f"score_{code}", threshold)
        if found is not None:
            quartiles[code] = found
    mean_age, share_55, band_shares = _ages(chosen, threshold)
    return PanelReference(
        scope=scope,
        size=len(chosen),
        hr_median=_median(chosen, "hr_index", threshold),
        economic_median=_median(chosen, "economic_index", threshold),
        quartiles=quartiles,
        mean_age=mean_age,
        share_55=share_55,
        band_shares=band_shares,
    )


def _numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    values = np.asarray(pd.to_numeric(table[column], errors="coerce"), dtype=float)
    return np.asarray(values[np.isfinite(values)], dtype=float)


def _median(table: pd.DataFrame, column: str, threshold: int) -> float | None:
    values = _numbers(table, column)
    return round(float(np.median(values)), 1) if len(values) >= max(threshold, 1) else None


def _quartiles(table: pd.DataFrame, column: str, threshold: int) -> tuple[float, float, float] | None:
    values = _numbers(table, column)
    if len(values) < max(threshold, 1):
        return None
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    return round(float(low), 1), round(float(middle), 1), round(float(high), 1)


def _ages(table: pd.DataFrame, threshold: int) -> tuple[float | None, float | None, tuple[float, ...]]:
    """The mean age, the share of 55 and over, and the shares of the bands, each employee counting once."""
    counts = np.array([[table[f"age_{band}_{sex}"].astype(float) for sex in "FH"] for band in BANDS])
    known = np.isfinite(counts).all(axis=(0, 1)) & (np.nansum(counts, axis=(0, 1)) > 0)
    if known.sum() < max(threshold, 1):
        return None, None, ()
    bands = counts[:, :, known].sum(axis=(1, 2))
    people = bands.sum()
    shares = tuple(round(float(value), 4) for value in bands / people)
    headcounts = counts[:, :, known].sum(axis=(0, 1))
    means = table["mean_age"].to_numpy(dtype=float)[known]
    usable = np.isfinite(means)
    mean_age = round(float(np.average(means[usable], weights=headcounts[usable])), 1) if usable.any() else None
    return mean_age, round(float(bands[7:].sum() / people), 4), shares
