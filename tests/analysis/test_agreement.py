"""Weighted kappas with their intervals, by dimension and by diagnostician, and the gaps of the four readings."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from analysis.fragility.agreement import (
    bootstrap_interval,
    computed_marks,
    costs,
    kappa,
    kappas_by_dimension,
    kappas_by_rater,
    readings_table,
    weighted_kappa,
)

# Agresti (2013), table 11.9: how often husbands and wives find sex fun, 91 couples, 1 (never) to 4 (almost always).
COUPLES = np.array([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]])


def marks_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.indices(table.shape)
    return np.repeat(first.ravel(), table.ravel()), np.repeat(second.ravel(), table.ravel())


def fleiss_cohen_everitt(table: np.ndarray, cost: np.ndarray) -> float:
    """The standard error as the paper writes it, with weights of agreement (1969, formula 13)."""
    share = table / table.sum()
    agree = 1 - cost / cost.max()
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, expected = (share * agree).sum(), (np.outer(rows, columns) * agree).sum()
    mean_row, mean_column = agree @ columns, rows @ agree
    inner = agree * (1 - expected) - (mean_row[:, None] + mean_column[None, :]) * (1 - observed)
    middle = (share * inner**2).sum() - (observed * expected - 2 * expected + observed) ** 2
    return float(np.sqrt(middle / (table.sum() * (1 - expected) ** 4)))


def test_a_published_table_is_found_again() -> None:
    """Linear weights: kappa 0.2374, standard error 0.0783 (Agresti 2013; R's vcd)."""
    found = kappa(*marks_of(COUPLES), weights="linear", categories=4)
    assert found.value == pytest.approx(0.2374, abs=5e-5)
    assert found.se == pytest.approx(0.0783, abs=5e-5)
    assert found.low == pytest.approx(0.2374 - 1.96 * 0.0783, abs=2e-4)
    assert found.high == pytest.approx(0.3909, abs=2e-4)
    assert (found.n, found.firms, found.reason) == (91, 91, None)
    assert found.exact == pytest.approx(33 / 91)


@given(
    st.lists(st.integers(0, 9), min_size=25, max_size=25).filter(lambda cells: sum(cells) > 12),
    st.sampled_from(["linear", "quadratic"]),
)
@settings(max_examples=60, deadline=None)
def test_value_and_error_are_those_of_the_papers_and_of_scikit_learn(cells: list[int], weights: Any) -> None:
    table = np.array(cells).reshape(5, 5)
    first, second = marks_of(table)
    found = kappa(first, second, weights=weights)
    if min((table.sum(axis=1) > 0).sum(), (table.sum(axis=0) > 0).sum()) == 1:
        assert found.se is None
        return
    assert found.value == pytest.approx(cohen_kappa_score(first, second, labels=list(range(5)), weights=weights), abs=1e-12)
    assert found.se == pytest.approx(fleiss_cohen_everitt(table, costs(5, weights)), abs=1e-12)
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert -1 <= found.low <= found.value <= found.high <= 1


def test_survey_weights_count_as_repeated_pairs() -> None:
    random = np.random.default_rng(1)
    first, second, times = random.integers(0, 5, 40), random.integers(0, 5, 40), random.integers(1, 4, 40)
    weighed = kappa(first, second, sample_weight=times)
    assert weighed.value == pytest.approx(
        cohen_kappa_score(first, second, labels=list(range(5)), weights="quadratic", sample_weight=times)
    )
    assert weighed.value == pytest.approx(weighted_kappa(np.repeat(first, times), np.repeat(second, times)))
    # Repeating pairs is not knowing more: the error stays that of forty firms.
    repeated = kappa(np.repeat(first, times), np.repeat(second, times), clusters=np.repeat(np.arange(40), times))
    assert weighed.se is not None
    assert repeated.se == pytest.approx(weighed.se * np.sqrt(40 / 39))


def test_the_interval_covers_as_it_promises() -> None:
    """600 samples of 60 firms from the couples' table: the 95 % interval holds the true kappa in 92 to 98 % of them."""
    random = np.random.default_rng(5)
    share = COUPLES.ravel() / COUPLES.sum()
    truth = weighted_kappa(*marks_of(COUPLES), categories=4)
    assert truth is not None
    held = 0
    for _ in range(600):
        found = kappa(*marks_of(random.multinomial(60, share).reshape(4, 4)), categories=4)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 600 <= 0.98


def test_the_bootstrap_is_near_the_formula_and_repeats_itself() -> None:
    first, second = marks_of(COUPLES)
    found = kappa(first, second, categories=4)
    low, high = bootstrap_interval(first, second, categories=4, draws=2000, seed=3) or (np.nan, np.nan)
    assert low == pytest.approx(found.low, abs=0.04)
    assert high == pytest.approx(found.high, abs=0.04)
    assert bootstrap_interval(first, second, categories=4, draws=2000, seed=3) == (low, high)
    assert bootstrap_interval([1], [1]) is None
    assert bootstrap_interval([1, 1, 1], [1, 1, 1]) is None


def test_constant_marks_have_no_interval() -> None:
    same = kappa([2] * 30, [2] * 30)
    assert (same.value, same.low, same.reason, same.exact) == (None, None, "constant", 1.0)
    lone = kappa([2] * 30, [1, 2, 3] * 10)
    assert (lone.value, lone.low, lone.reason) == (0.0, None, "constant")


def test_few_firms_have_a_value_and_no_interval() -> None:
    found = kappa([0, 1, 2], [0, 1, 3])
    assert found.value is not None
    assert (found.se, found.low, found.reason, found.n) == (None, None, "few", 3)
    none = kappa([np.nan], [2])
    assert (none.value, none.n, none.reason) == (None, 0, "pairs")
    assert kappa([], []).n == 0


def test_full_agreement_is_not_certainty() -> None:
    """Ten firms, all agreed: up to 31 % of disagreement is still possible; with 1,000, next to none."""
    marks = [0, 1, 2, 3, 4] * 2
    ten = kappa(marks, marks)
    assert (ten.value, ten.high) == (1.0, 1.0)
    assert ten.low == pytest.approx(1 - (1 - 0.025 ** (1 / 10)) / 0.8)
    many = kappa(marks * 100, marks * 100)
    assert many.low is not None
    assert many.low > 0.99


@pytest.mark.parametrize(
    ("first", "second", "more", "message"),
    [
        ([1.5], [1], {}, "whole number from 0 to 4"),
        ([5], [1], {}, "whole number from 0 to 4"),
        ([-1], [1], {}, "whole number from 0 to 4"),
        ([1, 2], [1], {}, "one shape"),
        ([1], [1], {"sample_weight": [-1]}, "0 or more"),
    ],
)
def test_marks_that_are_none_are_refused(first: Any, second: Any, more: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kappa(first, second, **more)


def panel(rows: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    found: dict[str, Any] = {"rater": [f"d{place % 3}" for place in range(rows)]}
    for number in range(1, 11):
        firm = random.integers(0, 5, rows).astype(float)
        found[f"ent_D{number}"] = np.where(random.random(rows) < 0.1, np.nan, firm)
        found[f"diag_D{number}"] = np.clip(firm + random.choice([-1, 0, 0, 1], rows), 0, 4)
        found[f"cons_D{number}"] = firm
        found[f"score_D{number}"] = np.clip(25 * firm + random.normal(0, 10, rows), 0, 100)
    return pd.DataFrame(found)


def test_by_dimension_each_is_the_kappa_of_its_columns() -> None:
    table = panel(80)
    found = kappas_by_dimension(table)
    assert list(found) == [f"D{number}" for number in range(1, 11)]
    assert found["D4"] == kappa(table["ent_D4"], table["diag_D4"])
    assert kappas_by_dimension(table.drop(columns="ent_D4"))["D4"].reason == "pairs"


def test_by_diagnostician_a_firm_is_one_unit() -> None:
    """Ten equal marks of each firm are worth one firm: the interval is not narrower for them."""
    table = panel(60)
    for number in range(2, 11):
        table[f"ent_D{number}"], table[f"diag_D{number}"] = table["ent_D1"], table["diag_D1"]
    found = kappas_by_rater(table, table["rater"].tolist())
    assert sorted(found) == ["d0", "d1", "d2"]
    rows = table[table["rater"] == "d1"]
    alone = kappa(rows["ent_D1"], rows["diag_D1"])
    assert found["d1"].value == pytest.approx(alone.value)
    assert found["d1"].firms == alone.firms
    assert found["d1"].n == 10 * alone.n
    assert alone.se is not None
    assert found["d1"].se == pytest.approx(alone.se * np.sqrt(alone.firms / (alone.firms - 1)))


def test_a_drift_shows() -> None:
    table = panel(90)
    strict = table["rater"] == "d2"
    for number in range(1, 11):
        table.loc[strict, f"diag_D{number}"] = np.clip(table.loc[strict, f"diag_D{number}"] + 2, 0, 4)
    found = kappas_by_rater(table, table["rater"].tolist())
    assert found["d0"].low is not None
    assert found["d2"].high is not None
    assert found["d2"].high < found["d0"].low


def test_the_four_readings_two_by_two() -> None:
    table = panel(50)
    found: Any = readings_table(table).set_index(["dimension", "first", "second"])
    assert len(found) == 60
    row = found.loc[("D3", "firm", "diagnostician")]
    both = table[["ent_D3", "diag_D3"]].dropna()
    gaps = both["diag_D3"] - both["ent_D3"]
    assert (row["n"], row["mean_gap"], row["first_lower"]) == (len(both), pytest.approx(gaps.mean()), (gaps >= 2).mean())
    assert row["kappa"] == pytest.approx(weighted_kappa(both["ent_D3"], both["diag_D3"]))
    assert row["low"] < row["kappa"] < row["high"]
    near = found.loc[("D3", "computed", "consensus")]
    assert near["spearman"] == pytest.approx(table["score_D3"].corr(table["cons_D3"], method="spearman"))
    without: Any = readings_table(table.drop(columns="cons_D3")).set_index(["dimension", "first", "second"])
    lost = without.loc[("D3", "firm", "consensus")]
    assert lost["n"] == 0
    assert np.isnan(lost[["mean_gap", "first_lower", "kappa", "spearman"]].astype(float)).all()


def test_a_score_is_read_as_the_nearest_mark() -> None:
    assert computed_marks([0, 12.4, 12.5, 37.5, 99, 100]).tolist() == [0, 0, 1, 2, 4, 4]
    assert np.isnan(computed_marks([np.nan])).all()
