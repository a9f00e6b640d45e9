"""The fragility framework as arrays: the scores, classes and indices of many firms at once.

Comes in: the indicators' values, one row a firm, and the parameters. Goes out: what `analysis.fragility.dimensions` gives firm by firm, to the
same decimals, so that what is said of a choice behind the scores (`analysis.fragility.sensitivity`, `analysis.fragility.leaveout`) is said of the scores
that are published.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Booleans, Floats
from analysis.fragility.dimensions import DIMENSIONS, ECONOMIC, GRADES, HR, LEAST_DIMENSIONS
from analysis.fragility.flags import FLAG_TITLES
from analysis.parameters import Parameters
from analysis.reference import DIMENSION_CODES

FAMILIES = (HR, ECONOMIC)
RAISED_TO = GRADES.index("C")
# The class of a firm whose dimension could not be computed.
NO_CLASS = -1
Integers = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Framework:
    """The choices of the framework, m indicators in the order of their codes.

    `anchors` (m, 3); `weights` (m,); `place` the dimension of each, 0 … 9; `bounds` of the classes B, C and D, (3,); `answered` the
    least share of a dimension's weight that must be known.
    """

    codes: tuple[str, ...]
    anchors: Floats
    weights: Floats
    place: NDArray[np.intp]
    bounds: Floats
    answered: float

    @classmethod
    def of(cls, parameters: Parameters) -> "Framework":
        """The framework that some parameters choose."""
        codes = tuple(sorted(parameters.indicators))
        indicators = [parameters.indicators[code] for code in codes]
        return cls(
            codes=codes,
            anchors=np.array([anchors.values for anchors in indicators], dtype=float),  # noqa: PD011 (a field, no table).
            weights=np.array([parameters.weight(code) for code in codes], dtype=float),
            place=np.array([DIMENSION_CODES.index(one.dimension) for one in indicators], dtype=np.intp),
            bounds=np.array([parameters.number(f"grade_{letter}") for letter in GRADES[1:]]),
            answered=parameters.number("answered_share"),
        )

    def members(self, dimension: int) -> NDArray[np.intp]:
        """The indicators of a dimension that weigh something."""
        return np.flatnonzero((self.place == dimension) & (self.weights > 0))

    def scores(self, values: Floats) -> Floats:
        """The scores of the indicators as they are published, shape (n, m); nan where there is no value."""
        # The same interpolation as `indicators.score`, so that a figure halfway between two decimals falls on the same side.
        signs = np.sign(self.anchors[:, 2] - self.anchors[:, 0])
        found = [
            np.interp(sign * values[:, place], sign * anchors, [0.0, 50.0, 100.0])
            for place, (sign, anchors) in enumerate(zip(signs, self.anchors, strict=True))
        ]
        return one_decimal(np.stack(found, axis=1))

    def dimension(self, scores: Floats, dimension: int) -> Floats:
        """The score of one dimension as it is published, shape (n,), from those of all indicators, shape (n, m).

        nan where the indicators that are known carry too little of the weight.
        """
        members = self.members(dimension)
        # Terms are added in the order in which `fragility.dimension_scores` adds them, so that the last bits agree.
        total, weight = np.zeros(len(scores)), np.zeros(len(scores))
        for place in members:
            known = np.isfinite(scores[:, place])
            total += np.where(known, scores[:, place], 0.0) * self.weights[place]
            weight += np.where(known, self.weights[place], 0.0)
        whole = float(self.weights[members].sum())
        enough = (weight > 0) & (weight >= self.answered * whole)
        return one_decimal(np.where(enough, total / np.where(weight > 0, weight, 1.0), np.nan))

    def dimensions(self, scores: Floats) -> Floats:
        """The scores of the ten dimensions, shape (n, 10)."""
        return np.stack([self.dimension(scores, place) for place in range(len(DIMENSION_CODES))], axis=1)


def to_score(values: Floats, low: Floats | float, middle: Floats | float, high: Floats | float) -> Floats:
    """The score of values between anchors that broadcast with them, as `indicators.score` but for many at once; nan stays nan."""
    first = np.asarray((values - low) / (middle - low), dtype=float)
    second = np.asarray((values - middle) / (high - middle), dtype=float)
    np.clip(first, 0.0, 1.0, out=first)
    first += np.clip(second, 0.0, 1.0, out=second)
    first *= 50.0
    return first


def classes_of(scores: Floats, bounds: Floats, raised: Booleans | None = None) -> Integers:
    """0 (A) to 3 (D) for each score, `NO_CLASS` for nan; a red flag raises to C at least whoever has a class."""
    found = np.zeros(scores.shape, dtype=np.int8)
    for bound in bounds:
        found += scores >= bound
    if raised is not None:
        found = np.where(raised, np.maximum(found, np.int8(RAISED_TO)), found)
    return np.where(np.isfinite(scores), found, np.int8(NO_CLASS))


def index_of(dimensions: Floats, family: str) -> Floats:
    """The index of a family from the ten dimensions' scores, shape (…, 10): their mean, nan when over half are missing."""
    members = [place for place, code in enumerate(DIMENSION_CODES) if DIMENSIONS[code][1] == family]
    mine = dimensions[..., members]
    known = np.isfinite(mine)
    count = known.sum(axis=-1)
    mean = np.where(known, mine, 0.0).sum(axis=-1) / np.maximum(count, 1)
    return np.asarray(np.where(count >= max(LEAST_DIMENSIONS * len(members), 1), mean, np.nan), dtype=float)


def values_of(features: pd.DataFrame, framework: Framework) -> Floats:
    """The indicators' values, shape (n, m), in the order of their codes; nan where unknown, absent or infinite."""
    table = features.reindex(columns=list(framework.codes)).apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(table), table, np.nan)


def raised_dimensions(features: pd.DataFrame) -> Booleans:
    """Which dimensions a red flag raises, shape (n, 10), from the columns flag_R1 … flag_R8; none where they are absent."""
    raised = np.zeros((len(features), len(DIMENSION_CODES)), dtype=bool)
    for code, (dimension, _) in FLAG_TITLES.items():
        if f"flag_{code}" in features.columns:
            up = np.array([bool(flag) and flag == flag for flag in features[f"flag_{code}"].tolist()], dtype=bool)  # noqa: PLR0124 (nan is no flag)
            raised[:, DIMENSION_CODES.index(dimension)] |= up
    return raised


def one_decimal(values: Floats) -> Floats:
    """Rounded as a published score is: to the nearest decimal of the number itself, where numpy would round its tenfold."""
    flat = [round(value, 1) for value in values.ravel().tolist()]
    return np.array(flat, dtype=float).reshape(values.shape)
