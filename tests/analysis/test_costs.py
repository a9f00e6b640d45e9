"""Costs by hand: one certain departure, the floor of an unverified scale, intervals by enumeration, nobody's salary."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.departures.costs import costs_of, hundred, interval, mean_full_time_pay
from analysis.departures.mixture import poisson_binomial
from analysis.departures.people import persons_of
from analysis.departures.projection import project_firm
from tests.analysis.samples import VISIT, banded_answers, full_answers, parameters

CHARGES = 1.43


def read(answers: dict[str, Any]) -> Any:
    found = parameters()
    persons = persons_of(answers, reference_date=VISIT)
    forecast = project_firm(persons, reference_date=VISIT, parameters=found) if len(persons) else None
    return costs_of(answers, persons, forecast, found)


def announced(count: int, idcc: str = "2941", seniority: int = 20, pay: float | None = 2000.0) -> dict[str, Any]:
    """A firm of twenty where `count` people have announced that they leave in two years, after the same career."""
    lines = [
        {
            "reg_code": f"P{place}",
            "reg_naissance": 1964,
            "reg_entree": VISIT.year - seniority,
            "reg_quotite": 100,
            "reg_salaire": pay,
        }
        for place in range(count)
    ]
    young = [
        {"reg_code": f"Y{place}", "reg_naissance": 1995, "reg_entree": 2020, "reg_quotite": 100, "reg_salaire": pay}
        for place in range(20 - count)
    ]
    return {
        "v_date": VISIT,
        "eff_total": 20,
        "etp_total": 20.0,
        "registre": lines + young,
        "dep_annonces": [{"da_code": f"P{place}", "da_horizon": "h3"} for place in range(count)],
        "idcc_code": idcc,
    }


def test_six_certain_departures_cost_six_times_the_scale() -> None:
    """BAD: 2 months from 20 to 25 years; all leave within five years: 6 × 2 × 2 000 € × 1.43 = 34 320 €."""
    found = read(announced(6)).costs
    assert found.agreement == "BAD (IDCC 2941)"
    assert found.agreement_status == "agreement"
    assert found.indemnity_5.expected == pytest.approx(6 * 2 * 2000 * CHARGES, abs=100)
    assert found.indemnity_5.low == pytest.approx(found.indemnity_5.expected, abs=200)
    assert found.withheld is None


@pytest.mark.parametrize(("idcc", "months"), [("1261", 3.0), ("1518", 6.33), ("aucune", 1.5), ("413", 1.5)])
def test_the_agreement_decides(idcc: str, months: float) -> None:
    """At 21.5 to 22.5 years of seniority: ALISFA 3 months, ÉCLAT about 6.3, the law 1.5, and CCN 66 unverified, so the law too."""
    found = read(announced(6, idcc)).costs
    assert found.indemnity_5.expected == pytest.approx(6 * months * 2000 * CHARGES, rel=0.03)


@pytest.mark.parametrize("idcc", ["413", "29", "2511", "autre", ""])
def test_an_unverified_scale_shows_a_floor_and_concludes_nothing(idcc: str) -> None:
    answers = announced(6, idcc) | {"ecart_noria": 2000.0, "tuilage_duree": 4.0, "tresorerie": 10000.0, "prov_retraite": "non"}
    found = read(answers)
    assert found.costs.agreement_status == "unverified"
    assert "D1237-1" in found.costs.reference
    assert found.costs.indemnity_5 is not None
    assert (found.costs.balance_5, found.costs.uncovered_share_of_cash, found.verified) == (None, None, False)


def test_a_floor_of_nothing_is_withheld() -> None:
    """Five years of seniority at most: the law gives nothing, an unverified agreement may give something."""
    found = read(announced(6, "413", seniority=3)).costs
    assert (found.withheld, found.indemnity_5, found.indemnity_10) == ("scale", None, None)
    known = read(announced(6, "aucune", seniority=3)).costs
    assert (known.withheld, known.indemnity_5.expected) == (None, 0.0)


def test_overlap_and_balance_by_hand() -> None:
    """Four weeks of a charged month: 2 000 × 1.43 × 4 × 12/52 = 2 640 €; a saving of 3 000 € a year over the years left."""
    found = read(announced(6) | {"tuilage_duree": 4.0, "ecart_noria": 3000.0}).costs
    assert found.overlap_5.expected == pytest.approx(6 * 2000 * CHARGES * 4 * 12 / 52, abs=150)
    # Announced in two years, give or take 0.4: half leave in the second year, half in the third, three years left on average.
    assert found.balance_5.expected == pytest.approx(6 * (2 * 2000 * CHARGES + 2640 - 3000 * 3.0), abs=700)
    assert found.balance_5.low <= found.balance_5.expected <= found.balance_5.high


def test_ways_without_overlap_cost_nothing_and_silence_says_nothing() -> None:
    assert read(announced(6) | {"trans_modalites": ["doc"]}).costs.overlap_5.expected == 0
    assert read(announced(6) | {"trans_modalites": ["tuilage"]}).costs.overlap_5 is None
    assert read(announced(6)).costs.overlap_5 is None


def test_the_payroll_stands_in_for_missing_salaries() -> None:
    answers = announced(6, pay=None) | {"masse_salariale": 20 * 12 * 2000 * CHARGES}
    assert mean_full_time_pay(answers, persons_of(answers), parameters()) == pytest.approx(2000)
    assert read(answers).costs.indemnity_5.expected == pytest.approx(6 * 2 * 2000 * CHARGES, abs=100)


def test_what_is_missing_is_said() -> None:
    assert read(announced(6, pay=None)).costs.withheld == "salary"
    assert read({}).costs.withheld == "ages"
    answers = announced(6)
    answers["registre"][0]["reg_entree"] = None
    found = read(answers).costs
    assert (found.withheld, found.indemnity_5, found.indemnity_10) == ("seniority", None, None)
    assert read(banded_answers()).costs.withheld == "seniority"


def test_the_salary_of_one_leaver_cannot_be_read() -> None:
    """The amount of one leaver is that of the mean pay: it does not move when that person's pay and another's are exchanged."""
    answers, exchanged = announced(1), announced(1)
    answers["registre"][0]["reg_salaire"] = 5000.0
    exchanged["registre"][10]["reg_salaire"] = 5000.0
    assert read(answers).costs == read(exchanged).costs
    one = read(answers).costs.indemnity_5
    assert one.low == 0.0
    assert one.high == pytest.approx(one.expected, abs=100)


def test_cover_is_weighed_against_cash() -> None:
    answers = announced(6) | {"tresorerie": 50000.0, "prov_retraite": "provision", "prov_montant": 10000.0}
    found = read(answers).costs
    assert found.uncovered_share_of_cash == pytest.approx((found.indemnity_5.expected - 10000) / 50000, abs=1e-3)
    assert read(answers | {"prov_retraite": "nsp"}).costs.uncovered_share_of_cash is None
    assert read(answers | {"tresorerie": 0.0}).costs.uncovered_share_of_cash is None
    assert read(answers | {"prov_montant": 1e6}).costs.uncovered_share_of_cash == 0


def test_nobody_near_retirement_costs_nothing() -> None:
    found = read(announced(0)).costs
    assert (found.indemnity_10.low, found.indemnity_10.expected, found.indemnity_10.high) == (0, 0, 0)


@given(st.lists(st.tuples(st.floats(-3000, 9000), st.floats(0, 1)), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_the_interval_is_that_of_enumeration(people: list[tuple[float, float]]) -> None:
    values, chances = np.array([[value] for value, _ in people]), np.array([[chance] for _, chance in people])
    low, high = interval(values, chances)
    outcomes = []
    for left in product((0, 1), repeat=len(people)):
        odds = np.prod([chance if one else 1 - chance for (_, chance), one in zip(people, left, strict=True)])
        outcomes.append((sum(value for (value, _), one in zip(people, left, strict=True) if one), odds))
    outcomes.sort()
    totals, cumulated = np.array([total for total, _ in outcomes]), np.cumsum([odd for _, odd in outcomes])
    slack = 10.0 * len(people)
    assert cumulated[totals <= low + slack].max(initial=0.0) >= 0.1 - 1e-9
    assert cumulated[totals < low - slack].max(initial=0.0) <= 0.1 + 1e-9
    assert cumulated[totals <= high + slack].max(initial=0.0) >= 0.9 - 1e-9
    assert cumulated[totals < high - slack].max(initial=0.0) <= 0.9 + 1e-9


def test_equal_amounts_follow_the_poisson_binomial() -> None:
    chances = np.array([[0.3], [0.5], [0.2], [0.9]])
    low, high = interval(np.full((4, 1), 1000.0), chances)
    law = np.cumsum(poisson_binomial(chances[:, 0]))
    assert [low, high] == [1000.0 * int(np.searchsorted(law, level)) for level in (0.1, 0.9)]


def test_amounts_are_rounded_to_the_hundred() -> None:
    assert [hundred(value) for value in (149.0, 151.0, -30.0, 12345.0)] == [100.0, 200.0, 0.0, 12300.0]
    found = read(full_answers()).costs
    for amount in (found.indemnity_5, found.indemnity_10, found.overlap_5, found.balance_5):
        assert [value % 100 for value in (amount.expected, amount.low, amount.high)] == [0, 0, 0]
        assert amount.low <= amount.expected <= amount.high
