"""The record of an estimate: a figure, its error and interval, what stands behind it, and how far it can be relied on."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.survey.intervals import student

FEWEST = 30  # Respondents, or equally weighted ones, from which an estimate stands by itself.
WIDEST = 0.30  # A share whose interval is as wide says nothing (NCHS 2017 style).
ROUNDING = 1e-12


class Reliability(StrEnum):
    """What may be done with an estimate: shown, shown with a warning, or not shown."""

    SOUND = "sound"
    FRAGILE = "fragile"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, its standard error and interval, the respondents behind it and how many equally weighted ones they are worth.

    `design_effect` is its variance over that of a simple random sample without replacement of as many firms; `degrees` are the
    degrees of freedom of its variance; `population` is the number of firms that the respondents stand for.
    """

    value: float
    se: float
    low: float
    high: float
    n: int
    n_effective: float
    design_effect: float = float("nan")
    degrees: float = float("inf")
    population: float = float("nan")

    @property
    def cv(self) -> float:
        """The standard error as a share of the figure; NaN for a figure of zero."""
        return self.se / abs(self.value) if self.value else float("nan")

    @property
    def design_effect_with_replacement(self) -> float:
        """The design effect against a simple random sample with replacement."""
        return self.design_effect * (1 - self.n / self.population) if self.population else float("nan")

    def interval(self, level: float = 0.95, degrees: float | None = None) -> tuple[float, float]:
        """The symmetric interval at another level, or with other degrees of freedom (infinite ones make it normal)."""
        freedom = np.asarray([self.degrees if degrees is None else degrees])
        low, high = student(np.asarray([self.value]), np.asarray([self.se]), freedom, level)
        return float(low[0]), float(high[0])

    def reliability(self, *, share: bool) -> Reliability:
        """Whether the figure may be shown.

        Withheld: nobody answered; no interval can be given; a share (from 0 to 1) whose interval is 30 points wide or more; another
        figure whose interval is wider than twice its value, with under 30 respondents. Fragile: under 30 respondents or under 30
        equally weighted ones (after the rules of the NCHS; Parker et al. 2017).
        """
        width, few = self.high - self.low, min(self.n, self.n_effective) < FEWEST
        if self.n == 0 or not np.isfinite(width):
            return Reliability.WITHHELD
        if width >= WIDEST - ROUNDING if share else width > 2 * abs(self.value) and few:
            return Reliability.WITHHELD
        return Reliability.FRAGILE if few else Reliability.SOUND


NOBODY = Estimate(float("nan"), float("nan"), float("nan"), float("nan"), 0, 0.0)
