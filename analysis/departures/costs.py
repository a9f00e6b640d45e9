"""What the expected departures may cost: indemnities, overlap, and what a replacement saves. An order of magnitude, never a bill.

Comes in: the persons of a firm, their projection, and the answers on accounts. Goes out: the `Costs` of a portrait, and the few
exact figures that the red flags need.

One departure in year t costs months(agreement, seniority at t) × monthly gross pay × (1 + charges) × (1 + wage growth)^t
(DOMAIN §2: a voluntary departure pays ordinary charges); it happens with the probability that the projection gives to that
year. The amounts of all the people add up to an exact distribution, made by convolution on a grid of euros, from which the 80 %
intervals are read. Where fewer than five people stand behind a figure, the firm's mean pay stands in for each one's own, so that
nobody's salary can be read from the total.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.departures.people import number, text
from analysis.departures.projection import FirmProjection, projected, shown, usable
from analysis.parameters import Parameters, Scale
from analysis.portrait import Amount, Costs

GRID_POINTS = 3000
LEAST_STEP = 10.0
LOW, HIGH = 0.1, 0.9
WEEKS_IN_YEAR = 52
MONTHS = 12
BALANCE_YEARS = 5
COVERED = frozenset({"provision", "assurance"})
UNCOVERED = frozenset({"non", "annexe"})


@dataclass(frozen=True, slots=True)
class CostReading:
    """The costs to show, and the expected indemnities in euros (charges included): within three years as they may be shown, for the
    red flag; within five years exact, for the panel's table.

    `verified` is False when the legal minimum only stands as a floor: the two figures are then floors too.
    """

    costs: Costs
    indemnity_3: float | None
    indemnity_5: float | None
    verified: bool


def costs_of(
    answers: Mapping[str, Any], persons: pd.DataFrame, projection: FirmProjection | None, parameters: Parameters
) -> CostReading:
    """The costs of a firm's departures; each part is None where its inputs are missing, and `withheld` says which.

    `withheld` is ages (no projection), seniority (someone may leave whose entry is unknown), salary (neither salaries nor
    payroll), scale (the agreement's scale is not verified and the
    law's own floor of five years is nothing), or None.
    """
    idcc = text(answers.get("idcc_code"))
    scale, status = parameters.scale(idcc or None)
    model, withheld = _model(answers, persons, projection, parameters)
    five = ten = overlap = balance = None
    exact: tuple[float | None, float | None] = (None, None)
    noria = number(answers.get("ecart_noria"))
    if model is not None:
        overlap_each = _overlap(answers, model)
        if withheld is None:
            due = model.indemnities(scale)
            five, ten = model.amount(due, 5), model.amount(due, 10)
            exact = (model.shown(due, 3), model.expected(due, 5))
            if status == "unverified" and model.carriers(5) and five.high == 0:
                # A floor of nothing would read as « nothing is due », which nobody knows.
                five, ten, exact, withheld = None, None, (None, None), "scale"
        if overlap_each is not None:
            overlap = model.amount(overlap_each, 5)
        if withheld is None and overlap_each is not None and noria is not None and status != "unverified":
            left = np.maximum(BALANCE_YEARS - model.middles, 0.0)
            net = model.indemnities(scale) + overlap_each - noria * left[None, :]
            balance = model.amount(net, BALANCE_YEARS)
    cash = number(answers.get("tresorerie"))
    known = parameters.scales.get(idcc)
    return CostReading(
        costs=Costs(
            agreement=f"{known.name} (IDCC {idcc})" if known else scale.name if status == "legal" else idcc,
            agreement_status=status,
            reference=scale.reference,
            indemnity_5=five,
            indemnity_10=ten,
            charges_rate=parameters.number("charges_rate"),
            overlap_5=overlap,
            noria_yearly=noria,
            balance_5=balance,
            provision=text(answers.get("prov_retraite")),
            provision_amount=number(answers.get("prov_montant")),
            cash=cash,
            uncovered_share_of_cash=_uncovered(answers, five, cash) if status != "unverified" else None,
            withheld=withheld,
        ),
        indemnity_3=exact[0],
        indemnity_5=exact[1],
        verified=status != "unverified",
    )


def mean_full_time_pay(answers: Mapping[str, Any], persons: pd.DataFrame, parameters: Parameters) -> float | None:
    """The mean gross monthly pay of a full-time post: from the roster's salaries when everyone's is known, else from the payroll."""
    salaries, quotities = persons["salary"].to_numpy(float), persons["quotity"].to_numpy(float)
    if len(salaries) and np.isfinite(salaries).all():
        return float(salaries.sum() / np.nan_to_num(quotities, nan=1.0).sum())
    payroll, posts = number(answers.get("masse_salariale")), number(answers.get("etp_total"))
    if payroll is None or payroll <= 0:
        return None
    posts = posts if posts is not None and posts > 0 else number(answers.get("eff_total"))
    if posts is None or posts <= 0:
        return None
    return payroll / (1 + parameters.number("charges_rate")) / MONTHS / posts


@dataclass(frozen=True, slots=True)
class _Model:
    """The people who may leave: P(leave in year t), shape (n, 10); monthly pay, shape (n, 1); seniority today, shape (n, 1)."""

    masses: Floats
    pay: Floats
    seniority: Floats
    parameters: Parameters

    @property
    def charges(self) -> float:
        """Employer's charges, as a share of gross pay."""
        return self.parameters.number("charges_rate")

    @property
    def middles(self) -> Floats:
        """The middle of each year, from now."""
        return np.asarray(np.arange(self.masses.shape[1]) + 0.5, dtype=float)

    def indemnities(self, scale: Scale) -> Floats:
        """What each person's departure costs in each year, charges and wage growth included, in euros, shape (n, 10)."""
        months = scale.months(self.seniority + self.middles[None, :])
        return months * self.pay * (1 + self.charges) * (1 + self.parameters.number("wage_growth")) ** self.middles[None, :]

    def expected(self, each: Floats, years: int) -> float:
        """The expected total within some years of what each departure costs, in euros."""
        return float((self.masses[:, :years] * each[:, :years]).sum())

    def amount(self, each: Floats, years: int) -> Amount:
        """Expectation and 80 % interval of the total within some years, rounded to the hundred.

        When fewer than five people stand behind it, the expectation is that of the departures as they may be shown, and an
        interval that would announce one certain amount opens down to nothing: their ratio would tell someone's probability.
        """
        values = np.broadcast_to(each, self.masses.shape)[:, :years]
        low, high = interval(values, self.masses[:, :years])
        expected = self.shown(each, years)
        if not self.enough(years):
            low, high = (min(low, 0.0), max(high, 0.0)) if low == high else (low, high)
            low, high = min(low, expected), max(high, expected)
        return Amount(hundred(expected), hundred(low), hundred(high))

    def enough(self, years: int) -> bool:
        """Whether enough people stand behind a figure."""
        return self.carriers(years) >= self.parameters.number("people_behind")

    def carriers(self, years: int) -> int:
        """How many people stand behind a figure."""
        return int((self.masses[:, :years].sum(axis=1) > self.parameters.number("counts_from")).sum())

    def shown(self, each: Floats, years: int) -> float:
        """The expected total as it may be shown: in proportion to the departures as they may be shown."""
        total = self.expected(np.broadcast_to(each, self.masses.shape), years)
        leaving = float(self.masses[:, :years].sum())
        if self.enough(years) or leaving <= 0:
            return total
        return total / leaving * shown(leaving, self.carriers(years), self.parameters)


def hundred(value: float) -> float:
    """An amount rounded to the hundred; never minus zero."""
    return float(round(value / 100) * 100) + 0.0


def interval(values: Floats, chances: Floats) -> tuple[float, float]:
    """The 80 % interval of a sum of independent amounts.

    Parameters
    ----------
    values
        What each person costs if leaving in each year, shape (n, t).
    chances
        The probability of each, shape (n, t); what is missing to 1 is nobody leaving, at no cost.
    """
    if not values.size:
        return 0.0, 0.0
    lowest, highest = np.minimum(values.min(axis=1), 0.0).sum(), np.maximum(values.max(axis=1), 0.0).sum()
    step = max((highest - lowest) / GRID_POINTS, LEAST_STEP)
    places = np.round(values / step).astype(int)
    below = int(-np.minimum(places.min(axis=1), 0).sum())
    law = np.zeros(below + int(np.maximum(places.max(axis=1), 0).sum()) + 1)
    law[below] = 1.0
    for person, odds in zip(places, chances, strict=True):
        law = _added(law, person, odds)
    total = np.cumsum(law)
    low, high = (int(np.searchsorted(total, level - 1e-12)) for level in (LOW, HIGH))
    return (low - below) * step, (min(high, len(law) - 1) - below) * step


def _added(law: Floats, places: np.ndarray, odds: Floats) -> Floats:
    """The law of a sum once one more person's amount is added."""
    result = law * max(1.0 - float(odds.sum()), 0.0)
    for place, chance in zip(places.tolist(), odds.tolist(), strict=True):
        if chance <= 0:
            continue
        if place >= 0:
            result[place:] += law[: len(law) - place] * chance
        else:
            result[:place] += law[-place:] * chance
    return result


def _model(
    answers: Mapping[str, Any], persons: pd.DataFrame, projection: FirmProjection | None, parameters: Parameters
) -> tuple[_Model | None, str | None]:
    """The people who may leave within ten years, and why nothing may be computed of their indemnities (or None)."""
    if projection is None or not usable(projection, parameters):
        return None, "ages"
    aged = projected(persons, reference_date=projection.reference_date, parameters=parameters)
    leaving = projection.chances(10) > parameters.number("counts_from")
    chosen = aged.loc[leaving]
    mean = mean_full_time_pay(answers, persons, parameters)
    if mean is None:
        return None, "salary"
    posts, staff = number(answers.get("etp_total")), number(answers.get("eff_total"))
    usual = min(posts / staff, 1.0) if posts and staff and posts > 0 and staff > 0 else 1.0
    stand_in = mean * np.nan_to_num(chosen["quotity"].to_numpy(float), nan=usual)
    own = chosen["salary"].to_numpy(float)
    enough = len(chosen) >= parameters.number("people_behind")
    seniority = projection.reference_date.year - chosen["entry"].to_numpy(float)
    model = _Model(
        masses=np.diff(projection.yearly[leaving], axis=1, prepend=0.0),
        pay=(np.where(np.isfinite(own), own, stand_in) if enough else stand_in)[:, None],
        seniority=seniority[:, None],
        parameters=parameters,
    )
    return model, None if np.isfinite(seniority).all() else "seniority"


def _overlap(answers: Mapping[str, Any], model: _Model) -> Floats | None:
    """What an overlap costs for each departure, charges included, shape (n, 10); None when nothing says how long it lasts.

    A firm that names its ways of passing on know-how, and not this one, has no overlap to pay.
    """
    weeks = number(answers.get("tuilage_duree"))
    if weeks is None:
        ways = answers.get("trans_modalites")
        if not isinstance(ways, list) or not ways or "tuilage" in ways:
            return None
        weeks = 0.0
    each = model.pay * (1 + model.charges) * weeks * MONTHS / WEEKS_IN_YEAR
    return np.asarray(np.broadcast_to(each, model.masses.shape), dtype=float)


def _uncovered(answers: Mapping[str, Any], five: Amount | None, cash: float | None) -> float | None:
    """The part of five years' indemnities that nothing covers, as a share of cash; None when either is unknown."""
    way, booked = text(answers.get("prov_retraite")), number(answers.get("prov_montant"))
    if way in UNCOVERED:
        booked = 0.0
    elif way not in COVERED:
        booked = None
    if five is None or booked is None or cash is None or cash <= 0:
        return None
    return round(max(five.expected - booked, 0.0) / cash, 3)
