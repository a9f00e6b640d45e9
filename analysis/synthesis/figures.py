"""How an estimate becomes a published cell: rounded as its unit is read, within its range, and shown only where it says something.

What comes in are estimates; what goes out are `Cell`s. Nothing is protected here (`analysis.synthesis.published` is).
"""

from collections.abc import Mapping

import numpy as np

from analysis.survey.estimate import Estimate, Reliability
from analysis.synthesis.edition import PUBLISHED, UNRELIABLE, Cell
from analysis.synthesis.measures import Measure

DECIMALS: Mapping[str, int] = {
    "share": 3,
    "score": 1,
    "months": 1,
    "years": 1,
    "number": 2,
    "rate": 1,
    "people": 0,
    "euros": -2,
    "firms": 0,
    "weight": 1,
}


def rounded(value: float, unit: str) -> float:
    """A figure as it is published: no finer than its unit is read, and small numbers of people to a tenth."""
    if unit == "people" and abs(value) < 100:  # noqa: PLR2004 (tenths below a hundred people).
        return round(value, 1)
    digits = DECIMALS.get(unit, 2)
    return round(value, digits) + 0.0


def shown(estimate: Estimate, unit: str) -> Cell:
    """A published cell from an estimate."""
    low, high = (rounded(bound, unit) if np.isfinite(bound) else None for bound in (estimate.low, estimate.high))
    return Cell(rounded(estimate.value, unit), low, high, estimate.n, PUBLISHED)


def within(estimate: Estimate, measure: Measure) -> Estimate:
    """An interval does not leave the range of what it measures; amounts may be negative."""
    low = estimate.low if measure.unit in {"euros", "months"} else max(estimate.low, 0.0)
    return Estimate(estimate.value, estimate.se, low, min(estimate.high, measure.ceiling), estimate.n, estimate.n_effective)


def reliable(estimate: Estimate, unit: str) -> Cell:
    """The cell of an estimate, without its figure where it is too vague to say anything."""
    vague = estimate.reliability(share=unit == "share") is Reliability.WITHHELD
    return Cell(None, None, None, estimate.n, UNRELIABLE) if vague else shown(estimate, unit)
