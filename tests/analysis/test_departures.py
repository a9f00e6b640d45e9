"""The projection against the tables of DOMAIN §3, hand computations, and the properties that must always hold."""

from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.arrays import Floats
from analysis.departures import (
    SCENARIOS,
    decimal_year,
    departure_probabilities,
    mixture_cdf,
    person_probabilities,
    persons_of,
    poisson_binomial,
    project_firm,
    project_region,
    quantile,
    shown_departures,
)
from analysis.parameters import law_version, load, usual_behaviour
from tests.analysis.samples import REFERENCE, banded_answers, full_answers, parameters, roster

HORIZONS = (1, 3, 5, 10)
LAW = law_version("2026-09-01")
MIXTURE = usual_behaviour().mixture

# DOMAIN §3, « ready-to-use probabilities », neutral in sex and category, on 23 November 2026.
BY_YEAR = {
    1960: (0.63, 0.94, 0.99, 1),
    1961: (0.15, 0.91, 0.98, 1),
    1962: (0.23, 0.77, 0.97, 1),
    1963: (0.21, 0.53, 0.95, 1),
    1964: (0.49, 0.68, 0.91, 1),
    1965: (0.11, 0.64, 0.79, 1),
    1966: (0.04, 0.39, 0.71, 1),
    1967: (0.00, 0.10, 0.62, 0.99),
    1968: (0, 0.01, 0.18, 0.98),
    1969: (0, 0, 0.06, 0.92),
    1970: (0, 0, 0, 0.73),
    1971: (0, 0, 0, 0.65),
    1972: (0, 0, 0, 0.49),
    1973: (0, 0, 0, 0.15),
    1974: (0, 0, 0, 0.06),
}
BY_BAND = {
    "b7": (0, 0, 0, 0.14),
    "b8": (0, 0.02, 0.17, 0.85),
    "b9": (0.07, 0.51, 0.74, 1),
    "b10": (0.31, 0.66, 0.95, 1),
    "b11": (0.52, 0.94, 0.99, 1),
}


def neutral(births: Sequence[float], **more: Any) -> Floats:
    none = [""] * len(births)
    return departure_probabilities(births, none, none, HORIZONS, reference_date=REFERENCE, law=LAW, **more)


def people(births: Sequence[int], reference: str = "A") -> pd.DataFrame:
    table = persons_of({"registre": [{"reg_naissance": born} for born in births]}, reference_date=REFERENCE)
    return table.assign(reference=reference)


@pytest.mark.parametrize(("born", "expected"), BY_YEAR.items())
def test_the_table_by_year_of_birth_is_reproduced(born: int, expected: tuple[float, ...]) -> None:
    found = person_probabilities(people([born]), HORIZONS, reference_date=REFERENCE, law=LAW)[0]
    assert found == pytest.approx(expected, abs=0.012)


@pytest.mark.parametrize(("band", "expected"), BY_BAND.items())
def test_the_table_by_band_is_reproduced(band: str, expected: tuple[float, ...]) -> None:
    table = persons_of({"mat_age_sexe": {band: {"F": 1}}}, reference_date=REFERENCE).assign(sex="")
    found = person_probabilities(table, HORIZONS, reference_date=REFERENCE, law=LAW)[0]
    assert found == pytest.approx(expected, abs=0.03)


def test_the_mixture_meets_the_flow_of_the_cnav() -> None:
    """At an opening age of 62.1: mean 63.42, 19.6 % before 62, 23.8 % at 65 or more (CNAV 2023: 63.3, 20 %, 23 %)."""
    ages = np.linspace(55, 71, 160_001)
    gone = mixture_cdf(ages, np.array(62.1), np.array(67.0), MIXTURE)
    mean = 55 + float(np.trapezoid(1 - gone, ages))
    assert mean == pytest.approx(63.42, abs=0.03)
    assert float(np.interp(62, ages, gone)) == pytest.approx(0.196, abs=0.002)
    assert 1 - float(np.interp(65, ages, gone)) == pytest.approx(0.238, abs=0.002)


def test_survival_in_employment_follows_the_dares() -> None:
    """Over each year of age, at an opening age of 62.1: .94, .85, .52, .35, .27 at 60, 61, 62, 63 and 64 (DOMAIN §3)."""
    for age, expected in zip((60, 61, 62, 63, 64), (0.94, 0.85, 0.52, 0.35, 0.27), strict=True):
        ages = age + (np.arange(1000) + 0.5) / 1000
        staying = 1 - mixture_cdf(ages, np.array(62.1), np.array(67.0), MIXTURE)
        assert float(staying.mean()) == pytest.approx(expected, abs=0.015)


def test_a_probability_by_hand() -> None:
    """Born 1 January 1970, opening at 64, full rate at 67; on 1 January 2034, aged 64, employed: 20 % had left early.

    Within 0.3 year, 37 of the 80 that remain; within 3 years, 63 (opening plus 3 years is the full rate here); with it, 12 more.
    """
    found = departure_probabilities([1970.0], [""], [""], [0.3, 3.0, 3.25], reference_date=date(2034, 1, 1), law=LAW)[0]
    assert found == pytest.approx([37 / 80, 63 / 80, 75 / 80], abs=1e-6)


def test_women_and_managers_leave_later() -> None:
    births = [1966.5] * 4
    found = departure_probabilities(
        births, ["F", "H", "", ""], ["", "", "CAD", "OUV"], HORIZONS, reference_date=REFERENCE, law=LAW
    )[:, 1]
    assert found[0] < found[1]
    assert found[2] < found[3]
    shifted = neutral([1966.5], shift=0.4)[0]
    woman = departure_probabilities([1966.5], ["F"], ["PI"], HORIZONS, reference_date=REFERENCE, law=LAW)[0]
    assert woman == pytest.approx(shifted)


def test_an_announced_date_replaces_the_model() -> None:
    found = neutral([1985.5, 1985.5], declared=[2.0, np.nan])
    assert found[0] == pytest.approx([0.0062, 0.9938, 1, 1], abs=1e-3)
    assert found[1].tolist() == [0, 0, 0, 0]


def test_past_the_last_age_one_leaves_at_the_rate_of_the_late() -> None:
    found = neutral([1950.0])[0]
    assert found == pytest.approx(1 - np.exp(-np.array(HORIZONS) / 1.3))


def test_an_unknown_birth_is_not_guessed() -> None:
    assert np.isnan(neutral([np.nan])).all()


def test_2013_is_replayed_with_its_own_law() -> None:
    """On 1 July 2013, the cohort 1953 opens at 61 y 2 m: nobody of it has reached it, and most leave within three years."""
    law = load(date(2013, 7, 1)).law
    found = departure_probabilities([1953.5, 1958.5], ["", ""], ["", ""], HORIZONS, reference_date=date(2013, 7, 1), law=law)
    later = departure_probabilities(
        [1953.5, 1958.5], ["", ""], ["", ""], HORIZONS, reference_date=date(2013, 7, 1), law=law_version("2026-09-01")
    )
    assert law.version == "2012-01-01"
    # Aged 60.0, opening at 61.17: 20 %·(60 − 58.92)/2.2 have left; within 3 years, 57 % and 20 %·(63 − 61.47)/2.7 are gone.
    age = decimal_year(date(2013, 7, 1)) - 1953.5
    early = 0.2 * (age - (61 + 2 / 12 - 2.25)) / 2.2
    gone = 0.57 + 0.2 * (age + 3 - (61 + 2 / 12 + 0.3)) / 2.7
    assert found[0, 1] == pytest.approx((gone - early) / (1 - early), abs=1e-6)
    assert found == pytest.approx(later)


@given(
    birth=st.floats(1940, 2005),
    sex=st.sampled_from(["F", "H", ""]),
    category=st.sampled_from(["CAD", "PI", "EMP", "OUV", ""]),
    shift=st.floats(-1.5, 1.5),
)
@settings(max_examples=60, deadline=None)
def test_a_probability_never_falls_with_the_horizon(birth: float, sex: str, category: str, shift: float) -> None:
    horizons = np.linspace(0, 15, 31)
    found = departure_probabilities([birth], [sex], [category], horizons, reference_date=REFERENCE, law=LAW, shift=shift)[0]
    assert found[0] == 0
    assert (np.diff(found) >= -1e-12).all()
    assert ((found >= 0) & (found <= 1)).all()


@given(opening=st.floats(60, 64), shift=st.floats(-1, 1))
@settings(max_examples=40, deadline=None)
def test_the_share_gone_never_falls_with_age(opening: float, shift: float) -> None:
    ages = np.linspace(50, 80, 601) - shift
    gone = mixture_cdf(ages, np.array(opening), np.array(67.0), MIXTURE)
    assert (np.diff(gone) >= -1e-12).all()
    assert gone[0] == 0
    assert gone[-1] == 1


def test_the_older_leave_more_within_ten_years() -> None:
    found = person_probabilities(people(range(1958, 1985)), [10], reference_date=REFERENCE, law=LAW)[:, 0]
    assert (np.diff(found) <= 0.002).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
@settings(max_examples=50, deadline=None)
def test_the_poisson_binomial_is_that_of_enumeration(chances: list[float]) -> None:
    law = poisson_binomial(chances)
    counted = np.zeros(len(chances) + 1)
    for outcome in product((0, 1), repeat=len(chances)):
        counted[sum(outcome)] += np.prod([chance if left else 1 - chance for chance, left in zip(chances, outcome, strict=True)])
    assert law == pytest.approx(counted, abs=1e-12)
    assert law.sum() == pytest.approx(1)
    assert law @ np.arange(len(law)) == pytest.approx(sum(chances))


def test_the_poisson_binomial_of_nobody_is_zero_for_sure() -> None:
    assert poisson_binomial([]).tolist() == [1.0]
    assert quantile(poisson_binomial([]), 0.95) == 0
    assert quantile(poisson_binomial([0.5, 0.5]), 0.25) == 0
    assert quantile(poisson_binomial([0.5, 0.5]), 0.26) == 1


def test_the_roster_gives_one_row_a_person_without_codes() -> None:
    table = persons_of(full_answers())
    assert len(table) == 23
    assert "code" not in table
    first = table.iloc[0]
    assert (first["birth"], first["age"], first["band"], first["declared"]) == (1961.5, 65, "b11", 0.5)
    assert (first["quotity"], first["salary"], first["entry"]) == (1.0, 2000.0, 2000)


def test_bands_spread_people_evenly_and_stay_in_their_band() -> None:
    table = persons_of(banded_answers())
    eight = table.loc[table["band"] == "b8"]
    assert len(eight) == 7
    assert ((table["age"] >= 16) & (table["age"] <= 69)).all()
    assert eight["age"].between(55, 59).all()
    assert sorted(set(eight["weight_in_band"])) == [1 / 5, 1 / 2]
    today = decimal_year(date(2026, 10, 14))
    assert eight.loc[eight["sex"] == "H", "birth"].tolist() == pytest.approx([today - 60 + 1.25, today - 60 + 3.75])
    # The one announced departure goes to the oldest, since no roster says whose it is.
    assert table.sort_values("birth")["declared"].tolist()[0] == 0.5
    assert table["declared"].notna().sum() == 1


def test_a_firm_forecast_by_hand() -> None:
    table = people([1964, 1971, 1990])
    forecast = project_firm(table, reference_date=REFERENCE, parameters=parameters())
    each = person_probabilities(table, [10], reference_date=REFERENCE, law=LAW)[:, 0]
    assert forecast.expected(10) == pytest.approx(each.sum())
    assert forecast.carriers(10, 0.01) == 2
    assert forecast.path_years == tuple(range(2026, 2037))


def test_a_horizon_says_the_poisson_binomial() -> None:
    answers = {
        "registre": [{"reg_naissance": born} for born in (1960, 1961, 1962, 1963, 1964, 1964, 1980, 1981, 1985, 1990, 1995, 1999)],
        "dep_attendus_5a": 4,
    }
    table = persons_of(answers, reference_date=REFERENCE)
    forecast = project_firm(table, reference_date=REFERENCE, parameters=parameters())
    shown = shown_departures(forecast, answers, basis="roster", parameters=parameters())
    five = next(one for one in shown.horizons if one.years == 5)
    law = poisson_binomial(forecast.chances(5))
    assert five.precise
    assert five.expected == round(forecast.expected(5), 1)
    assert (five.low80, five.high80) == (quantile(law, 0.1), quantile(law, 0.9))
    assert (five.low50, five.high50) == (quantile(law, 0.25), quantile(law, 0.75))
    assert five.low90 <= five.low80 <= five.low50 <= five.high50 <= five.high80 <= five.high90
    assert five.at_least_one == round(1 - law[0], 2)
    assert five.declared == 4
    assert shown.gap_to_declared == pytest.approx(five.expected - 4)
    assert shown.ask_about_gap is (shown.gap_to_declared is not None and abs(shown.gap_to_declared) > 1)
    assert [point.year for point in shown.path] == list(range(2026, 2037))
    assert all(one.expected <= other.expected for one, other in zip(shown.path, shown.path[1:], strict=False))


def test_under_five_carriers_only_a_range_is_told() -> None:
    """One person of 64 among twelve: no figure gives that person's probability away, nor says for sure that he or she leaves."""
    table = people([1962, *range(1985, 1996)])
    forecast = project_firm(table, reference_date=REFERENCE, parameters=parameters())
    shown = shown_departures(forecast, {}, basis="roster", parameters=parameters())
    for one in shown.horizons:
        assert not one.precise
        assert one.expected in {0.0, 1.0}
        assert one.at_least_one in {0.0, 0.5, 1.0}
        assert (one.low90, one.high90) == (one.low80, one.high80) == (one.low50, one.high50) == (0, 1)
    assert {point.expected for point in shown.path} <= {0.0, 1.0}


def test_a_firm_under_five_gets_two_horizons_and_no_path() -> None:
    forecast = project_firm(people([1962, 1970, 1990, 1991]), reference_date=REFERENCE, parameters=parameters())
    shown = shown_departures(forecast, {}, basis="roster", parameters=parameters())
    assert [one.years for one in shown.horizons] == [5, 10]
    assert shown.path == ()


def test_too_few_known_ages_withhold_the_projection() -> None:
    table = persons_of(
        {"registre": [{"reg_naissance": born} for born in (1962, 1964, 1970, None, None, 1990)]}, reference_date=REFERENCE
    )
    forecast = project_firm(table, reference_date=REFERENCE, parameters=parameters())
    shown = shown_departures(forecast, {}, basis="roster", parameters=parameters())
    assert (shown.withheld, shown.horizons, shown.path) == ("ages", (), ())


def region(scenario: str = "central", draws: int = 60, seed: int = 7) -> Any:
    random = np.random.default_rng(3)
    births = random.integers(1960, 2004, 900)
    table = people([int(born) for born in births]).assign(
        sex=random.choice(["F", "H"], 900), category=random.choice(["CAD", "OUV", ""], 900)
    )
    table["reference"] = [f"R{place % 60}" for place in range(900)]
    weights = pd.Series(random.uniform(5, 30, 60), index=[f"R{place}" for place in range(60)])
    groups = pd.DataFrame({"sector": ["sport" if place < 20 else "culture" for place in range(60)]}, index=weights.index)
    found = project_region(table, weights, groups=groups, reference_date=REFERENCE, draws=draws, seed=seed, scenario=scenario)
    return table, weights, found


def test_the_region_is_the_weighted_sum_of_its_persons() -> None:
    table, weights, found = region()
    each = person_probabilities(table, HORIZONS, reference_date=REFERENCE, law=LAW)
    expected = weights.reindex(table["reference"]).to_numpy() @ each
    assert found.by_horizon["expected"].tolist() == pytest.approx(expected.tolist())
    assert (found.by_horizon["low80"] < found.by_horizon["expected"]).all()
    assert (found.by_horizon["expected"] < found.by_horizon["high80"]).all()
    split = found.by_domain.groupby("horizon")["expected"].sum()
    assert split.tolist() == pytest.approx(expected.tolist())
    assert found.by_year["cumulative"].iloc[-1] == pytest.approx(found.by_year["expected"].sum())
    assert found.by_domain.loc[found.by_domain["value"] == "sport", "firms"].unique().tolist() == [20]


def test_the_same_seed_gives_the_same_region() -> None:
    one, same, other = region()[2], region()[2], region(seed=8)[2]
    pd.testing.assert_frame_equal(one.by_year, same.by_year)
    assert not one.by_year.equals(other.by_year)


def test_scenarios_move_departures_the_way_they_say() -> None:
    totals = {scenario.value: region(scenario, draws=2)[2].by_horizon["expected"].to_numpy() for scenario in SCENARIOS}
    assert (totals["later"] < totals["central"]).all()
    assert (totals["central"] < totals["earlier"]).all()
    assert totals["no_early"][2] < totals["central"][2]
    assert totals["freeze"][3] > totals["central"][3]
    with pytest.raises(ValueError, match="nothing"):
        region("nothing")


def test_people_of_unknown_age_are_counted_apart() -> None:
    table = pd.concat([people([1962, 1990]), persons_of({"registre": [{}]}, reference_date=REFERENCE).assign(reference="A")])
    found = project_region(table, pd.Series({"A": 10.0}), reference_date=REFERENCE, draws=2)
    assert (found.people, found.unknown_ages) == (20.0, 10.0)


def test_the_roster_may_hold_nonsense() -> None:
    lines: list[Any] = [{"reg_naissance": value} for value in (None, "", "abc", 2090, -5, True, "1970", 1970.0)]
    table = persons_of({"registre": [*lines, "not a row", None]}, reference_date=REFERENCE)
    assert table["birth"].dropna().tolist() == [1970.5, 1970.5]
    assert len(table) == len(lines)
    assert persons_of({"registre": roster()}).empty
