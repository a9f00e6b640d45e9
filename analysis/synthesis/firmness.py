"""How firm an edition's classes are, as figures that may be published.

Comes in: the respondents' features and the parameters. Goes out: one measure a firm for each dimension and index, which the edition
weighs and protects as any other, and the influence of each indicator, for the region alone.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.fragility.framework import FAMILIES
from analysis.fragility.leaveout import leave_one_out
from analysis.fragility.sensitivity import STABLE, sensitivity
from analysis.parameters import Parameters
from analysis.reference import DIMENSION_CODES
from analysis.synthesis.measures import Kind, Measure, share
from analysis.words import Words

DRAWS = 100


@dataclass(frozen=True, slots=True)
class Influence:
    """How much one indicator matters: shares of the score's variance over the runs, and points when it is left out; n firms."""

    code: str
    label: Words
    weight: float
    anchors: float
    change: float
    n: int


@dataclass(frozen=True, slots=True)
class Firmness:
    """`measures` by respondent; `influences` over all respondents, each worth one, the strongest first; both empty without values."""

    draws: int
    measures: tuple[Measure, ...]
    influences: tuple[Influence, ...]


def firmness_of(features: pd.DataFrame, parameters: Parameters, *, seed: int) -> Firmness:
    """Runs both analyses on the respondents.

    Parameters
    ----------
    features
        The table of `firm_features`, one row a respondent. Without any indicator's value, nothing is measured.
    parameters
        The framework.
    seed
        Of the runs.
    """
    if not any(code in features.columns for code in parameters.indicators):
        return Firmness(DRAWS, (), ())
    runs, parts = sensitivity(features, parameters, draws=DRAWS, seed=seed), leave_one_out(features, parameters)
    measures = []
    for code in DIMENSION_CODES:
        kept, moved = runs.kept[code].to_numpy(np.float64), parts.moved[code].to_numpy(np.float64)
        measures += [
            Measure(f"kept_{code}", Kind.MEAN, "share", kept, ceiling=1.0),
            share(f"stable_{code}", np.where(np.isfinite(kept), kept >= STABLE, np.nan)),
            share(f"leaveout_{code}", moved),
        ]
    for family in FAMILIES:
        width = (runs.places[f"{family}_high"] - runs.places[f"{family}_low"]).to_numpy(np.float64)
        measures.append(Measure(f"place_{family}", Kind.MEAN, "share", width, ceiling=1.0))
    return Firmness(DRAWS, tuple(measures), _influences(runs.influence, parts.indicators, parameters))


def _influences(influence: pd.DataFrame, parts: pd.DataFrame, parameters: Parameters) -> tuple[Influence, ...]:
    table = influence.merge(parts[["indicator", "change"]], on="indicator", how="left", sort=False)
    numbers = table[["weight", "anchors", "change"]].to_numpy(np.float64)
    return tuple(
        Influence(code, parameters.indicators[code].title, float(weight), float(anchors), float(change), count)
        for code, count, (weight, anchors, change) in zip(table["indicator"].tolist(), table["n"].tolist(), numbers, strict=True)
        if np.isfinite([weight, anchors, change]).all()
    )
