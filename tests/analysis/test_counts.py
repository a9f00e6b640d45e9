"""The number of departures of a firm and of many at once: exact, alike, and safe on the odd firm."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.departures import persons_of, project_firm, project_region
from analysis.departures.counts import departure_count, project_firms
from analysis.parameters import load
from tests.analysis.samples import REFERENCE, banded_answers, full_answers, parameters

HORIZONS = (1, 3, 5, 10)


def crowd(firms: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    owners = np.repeat(np.arange(firms), random.integers(1, 25, firms))
    born = random.integers(1955, 2006, len(owners)).astype(float)
    announced = random.random(len(owners)) < 0.05
    table = pd.DataFrame(
        {
            "reference": [f"R{owner:04}" for owner in owners],
            "birth": born + 0.5,
            "born_from": born,
            "born_to": born + 1.0,
            "sex": random.choice(["F", "H", ""], len(owners)),
            "category": random.choice(["CAD", "PI", "EMP", "OUV", ""], len(owners)),
            "declared": np.where(announced, random.choice([-0.3, 0.5, 2.0, 7.5], len(owners)), np.nan),
        }
    )
    unknown = random.random(len(owners)) < 0.1
    table.loc[unknown, ["birth", "born_from", "born_to"]] = np.nan
    return table


def firm(births: list[Any], **more: Any) -> pd.DataFrame:
    table = persons_of({"registre": [{"reg_naissance": born} for born in births]}, reference_date=REFERENCE)
    return table.assign(reference="A", **more)


def one(table: pd.DataFrame, **more: Any) -> Any:
    return project_firms(table, reference_date=REFERENCE, parameters=parameters(), **more).loc["A"]


@given(st.lists(st.floats(0, 1), max_size=30), st.sampled_from([0.5, 0.8, 0.9]))
@settings(max_examples=60, deadline=None)
def test_the_count_is_that_of_scipy(chances: list[float], level: float) -> None:
    found = departure_count(chances, level=level)
    assert found.expected == pytest.approx(sum(chances))
    if chances:
        law = stats.poisson_binom(chances)
        assert found.at_least_one == pytest.approx(1 - law.pmf(0), abs=1e-12)
        assert law.cdf(found.high) - (law.cdf(found.low - 1) if found.low else 0.0) >= level - 1e-9
        # Bounds are quantiles: one person fewer on either side would leave more than the tail out.
        assert law.cdf(found.low) >= (1 - level) / 2 - 1e-9
        assert found.high == 0 or law.cdf(found.high - 1) <= (1 + level) / 2 + 1e-9


@pytest.mark.parametrize("chances", [[0.2, np.nan], [1.2], [-0.1], [np.inf]])
def test_a_probability_that_is_none_is_refused(chances: list[float]) -> None:
    with pytest.raises(ValueError, match="leave people of unknown age out"):
        departure_count(chances)
    with pytest.raises(ValueError, match="strictly between"):
        departure_count([0.5], level=1.0)


def test_many_firms_at_once_are_as_each_by_itself() -> None:
    """To 1e-12: expectations, bounds and probabilities of 300 firms, in one call and one by one."""
    table = crowd(300)
    found = project_firms(table, reference_date=REFERENCE, parameters=parameters(), horizons=HORIZONS)
    assert len(found) == table["reference"].nunique()
    for reference, rows in table.groupby("reference"):
        alone = project_firm(rows, reference_date=REFERENCE, parameters=parameters())
        row = found.loc[str(reference)]
        assert (row["people"], row["known"]) == (alone.headcount, alone.known)
        if alone.known == 0:
            assert np.isnan(row["expected_5"])
            continue
        for years in HORIZONS:
            count = departure_count(alone.chances(years))
            assert row[f"expected_{years}"] == pytest.approx(alone.expected(years), abs=1e-12)
            assert (row[f"low_{years}"], row[f"high_{years}"]) == (count.low, count.high)
            assert row[f"at_least_one_{years}"] == pytest.approx(count.at_least_one, abs=1e-12)


def test_the_order_of_the_rows_only_moves_the_last_digits() -> None:
    table = crowd(80, seed=4)
    turned = table.sample(frac=1, random_state=1)
    first, second = (project_firms(rows, reference_date=REFERENCE, parameters=parameters()) for rows in (table, turned))
    pd.testing.assert_frame_equal(first, second, rtol=0, atol=1e-12)


def test_the_order_of_the_rows_changes_no_byte_of_the_region() -> None:
    table = crowd(60, seed=5)
    weights = pd.Series(np.random.default_rng(2).uniform(1, 20, 60), index=[f"R{place:04}" for place in range(60)])
    groups = pd.DataFrame({"sector": ["a", "b", "c"] * 20}, index=weights.index)
    first, second = (
        project_region(rows, weights, groups=groups, reference_date=REFERENCE, draws=20, seed=1)
        for rows in (table, table.sample(frac=1, random_state=3))
    )
    for name in ("by_horizon", "by_year", "by_domain"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name), check_exact=True)
    assert (first.people, first.unknown_ages) == (second.people, second.unknown_ages)


def test_a_firm_without_employees_has_no_departure_and_a_silent_one_has_no_figure() -> None:
    none = persons_of({}, reference_date=REFERENCE).assign(reference="")
    found: Any = project_firms(none, reference_date=REFERENCE, parameters=parameters(), headcounts=pd.Series({"A": 0, "B": 7}))
    assert found.loc["A", ["people", "expected_10", "low_10", "high_10", "at_least_one_10"]].tolist() == [0, 0, 0, 0, 0]
    assert np.isnan(found.loc["B", ["expected_10", "low_10", "high_10", "at_least_one_10"]].astype(float)).all()
    assert found["usable"].tolist() == [False, False]
    assert project_firm(none, reference_date=REFERENCE, parameters=parameters()).expected(5) == 0
    assert len(project_firms(none, reference_date=REFERENCE, parameters=parameters())) == 0


def test_three_people_by_hand() -> None:
    """Two have announced within two years, the third is young: 2 at three years, for sure but for the spread of the dates."""
    row = one(firm([1964, 1964, 1999], declared=[0.5, 0.5, np.nan]))
    assert (row["people"], row["usable"], row["low_3"], row["high_3"]) == (3, True, 2, 2)
    assert row["expected_3"] == pytest.approx(2.0, abs=1e-6)
    assert row["at_least_one_3"] == pytest.approx(1.0, abs=1e-6)
    assert row["expected_1"] == pytest.approx(2 * 0.882, abs=0.01)


def test_everyone_past_67_leaves_at_the_rate_of_the_late() -> None:
    """At 74 or more, past the mixture: 1 - exp(-h/1.3) each; at 68, the conditional law is that of the late component."""
    row = one(firm([1950, 1951, 1952]))
    for years in HORIZONS:
        assert row[f"expected_{years}"] == pytest.approx(3 * (1 - np.exp(-years / 1.3)))
    late = one(firm([1958]))
    assert 0 < late["expected_1"] < late["expected_3"] <= late["expected_10"] == 1


def test_a_date_that_has_just_passed_holds_and_one_long_passed_does_not() -> None:
    recent, lapsed, never = (one(firm([1985], declared=[wait])) for wait in (-0.2, -3.0, np.nan))
    assert recent["expected_1"] > 0.99
    assert lapsed["expected_5"] == never["expected_5"] == 0


@pytest.mark.parametrize("born", [2027, 2026, 1899, None, "", "abc"])
def test_a_birth_that_cannot_be_is_unknown_and_never_zero(born: Any) -> None:
    row = one(firm([born]))
    assert (row["people"], row["known"], row["usable"]) == (1, 0, False)
    assert np.isnan(row["expected_5"])


@pytest.mark.parametrize("born", [2030.0, 1850.0, np.nan])
def test_a_library_table_with_impossible_births_is_unknown_too(born: float) -> None:
    table = firm([1964, 1990]).assign(birth=[1964.5, born + 0.5], born_from=[1964.0, born], born_to=[1965.0, born + 1])
    row = one(table)
    assert (row["people"], row["known"]) == (2, 1)
    alone = one(firm([1964]))
    assert row["expected_5"] == pytest.approx(alone["expected_5"], abs=1e-12)
    region = project_region(table, pd.Series({"A": 3.0}), reference_date=REFERENCE, draws=0)
    assert (region.people, region.unknown_ages) == (3.0, 3.0)


def test_someone_of_unknown_age_who_announced_counts() -> None:
    table = firm([None, 1990], declared=[2.0, np.nan])
    row = one(table)
    assert row["known"] == 2
    assert row["expected_5"] == pytest.approx(1.0, abs=1e-6)
    region = project_region(table, pd.Series({"A": 3.0}), reference_date=REFERENCE, draws=0)
    assert region.by_horizon["expected"].tolist()[2] == pytest.approx(3.0, abs=1e-6)


def test_bands_alone_are_enough() -> None:
    table = persons_of(banded_answers(), reference_date=REFERENCE).assign(reference="A")
    row = one(table)
    assert (row["people"], row["known"]) == (23, 23)
    assert row["low_10"] <= row["expected_10"] <= row["high_10"]


def test_the_headcount_decides_whether_enough_is_known() -> None:
    table = firm([1962, 1964, 1990])
    assert one(table)["usable"]
    wide = one(table, headcounts=pd.Series({"A": 10}))
    assert (wide["people"], wide["usable"]) == (10, False)


def test_what_makes_no_sense_is_refused() -> None:
    table = firm([1964])
    with pytest.raises(ValueError, match="column `reference`"):
        project_firms(table.drop(columns="reference"), reference_date=REFERENCE, parameters=parameters())
    with pytest.raises(ValueError, match="name A twice"):
        one(table, headcounts=pd.Series([1, 2], index=["A", "A"]))
    for horizons in ((-1,), (np.nan,), (np.inf,)):
        with pytest.raises(ValueError, match="finite number of years"):
            one(table, horizons=horizons)
    with pytest.raises(ValueError, match="column `reference`"):
        project_region(table.drop(columns="reference"), pd.Series({"A": 1.0}), reference_date=REFERENCE)
    with pytest.raises(ValueError, match="name A twice"):
        project_region(table, pd.Series([1.0, 2.0], index=["A", "A"]), reference_date=REFERENCE)
    for weight in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="The weight of A is negative or not finite"):
            project_region(table, pd.Series({"A": weight}), reference_date=REFERENCE)
    with pytest.raises(ValueError, match="number of draws"):
        project_region(table, pd.Series({"A": 1.0}), reference_date=REFERENCE, draws=-1)


def test_a_weight_of_zero_counts_for_nothing() -> None:
    found = project_region(firm([1964]), pd.Series({"A": 0.0}), reference_date=REFERENCE, draws=3)
    assert found.by_horizon["expected"].tolist() == [0, 0, 0, 0]


def test_a_large_panel_takes_one_call() -> None:
    """2,000 firms: the figures add up to those of the region without weights, in the law of 2013 too."""
    table = crowd(2000, seed=9)
    past = load(date(2013, 7, 1))
    older = table.assign(**{name: table[name] - 13 for name in ("birth", "born_from", "born_to")})
    found = project_firms(older, reference_date=past.reference_date, parameters=past)
    weights = pd.Series(1.0, index=found.index)
    region = project_region(older, weights, reference_date=past.reference_date, draws=0)
    assert region.law_version == "2012-01-01"
    sums = [found[f"expected_{years}"].sum() for years in HORIZONS]
    assert region.by_horizon["expected"].tolist() == pytest.approx(sums, rel=1e-12)


def test_the_portrait_of_the_sample_is_the_row_of_the_panel() -> None:
    table = persons_of(full_answers()).assign(reference="A")
    found = load(REFERENCE)
    row = project_firms(table, reference_date=date(2026, 10, 14), parameters=found).loc["A"]
    alone = project_firm(table, reference_date=date(2026, 10, 14), parameters=found)
    assert row["expected_5"] == pytest.approx(alone.expected(5), abs=1e-12)
