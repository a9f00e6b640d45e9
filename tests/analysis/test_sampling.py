"""Sampling: 1. exact sizes within bounds; 2. the integer optimum of the reference; 3. a draw that only the seed decides; 4. clear refusals."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.survey.sampling import (
    STRATUM_COLUMNS_WITH_FAMILY,
    Rule,
    SamplingError,
    allocate,
    draw,
    next_reserve,
    shares,
    size_for_cv,
    variance_of_total,
)
from tests.analysis.survey_figures import figures, schools


def reference() -> dict[str, Any]:
    return figures("allocation", "allocation.json")


@pytest.mark.parametrize("population", ["apipop_api00", "apipop_enroll"])
@pytest.mark.parametrize("total", [24, 200])
def test_2_agrees_with_the_reference(population: str, total: int) -> None:
    known = reference()[population]
    sizes, spread, means = known["N"], known["S"], known["mean"]
    expected = known[f"n{total}"]
    proportional, neyman = shares(sizes, total), shares(sizes, total, rule=Rule.NEYMAN, spread=spread)
    assert proportional == pytest.approx(expected["proportional"], rel=1e-12)
    assert neyman == pytest.approx(expected["neyman"], rel=1e-12)
    assert shares(sizes, total, rule=Rule.POWER, spread=spread, means=means) == pytest.approx(expected["power_half"], rel=1e-12)
    assert variance_of_total(sizes, spread, proportional) == pytest.approx(expected["var_prop_fractional"], rel=1e-12)
    assert variance_of_total(sizes, spread, neyman) == pytest.approx(expected["var_neyman_fractional"], rel=1e-12)
    exact = allocate(sizes, total, rule=Rule.NEYMAN, spread=spread)
    assert exact.tolist() == expected["exact_integer"] == expected.get("exhaustive", {"nh": exact.tolist()})["nh"]
    assert variance_of_total(sizes, spread, exact) == pytest.approx(expected["var_exact"], rel=1e-12)
    for cv, size in known["n_for_cv"].items():
        assert size_for_cv(sizes, spread, means, float(cv)) == pytest.approx(size, rel=1e-12)


@pytest.mark.parametrize("variable", ["api00", "enroll"])
def test_2_the_strata_of_the_reference_come_from_its_population(variable: str) -> None:
    known = reference()[f"apipop_{variable}"]
    population = schools("apipop_min").dropna(subset=[variable])
    grouped = population.groupby("stype")[variable]
    assert grouped.size().tolist() == known["N"]
    assert grouped.std(ddof=1).tolist() == pytest.approx(known["S"], rel=1e-12)
    frame = population.assign(reference=np.arange(len(population)).astype(str))
    drawn = draw(frame, 200, 5, by=("stype",), rule=Rule.NEYMAN, spread_column=variable)
    panel = drawn[drawn["selection"] == "panel"]
    assert panel.groupby("stype").size().tolist() == known["n200"]["exact_integer"]
    assert (1 / panel["inclusion_probability"]).sum() == pytest.approx(len(population))
    power = draw(frame, 200, 5, by=("stype",), rule=Rule.POWER, spread_column=variable)
    counts = power[power["selection"] == "panel"].groupby("stype").size()
    assert np.abs(counts - np.asarray(known["n200"]["power_half"])).max() < 1


def test_2_strata_that_the_optimum_would_overdraw_are_drawn_whole() -> None:
    known = reference()["take_all"]
    assert shares(known["N"], known["n"], rule=Rule.NEYMAN, spread=known["S"]) == pytest.approx(known["neyman"], rel=1e-12)
    optimum = allocate(known["N"], known["n"], rule=Rule.NEYMAN, spread=known["S"]).tolist()
    assert optimum == known["exact_integer"] == known["exhaustive"]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.floats(0.1, 50)), min_size=2, max_size=4),
    st.integers(0, 2),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_2_no_other_allocation_has_a_smaller_variance(strata: list[tuple[int, float]], minimum: int, data: st.DataObject) -> None:
    sizes = [size for size, _ in strata]
    spread = [deviation for _, deviation in strata]
    least = [max(1, min(size, minimum)) for size in sizes]
    total = data.draw(st.integers(sum(least), sum(sizes)))
    ours = allocate(sizes, total, rule=Rule.NEYMAN, spread=spread, minimum=max(1, minimum))
    every = itertools.product(*[range(low, size + 1) for low, size in zip(least, sizes, strict=True)])
    best = min(variance_of_total(sizes, spread, other) for other in every if sum(other) == total)
    assert ours.sum() == total
    assert variance_of_total(sizes, spread, ours) <= best * (1 + 1e-9) + 1e-9


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30).filter(any), st.integers(0, 3), st.data())
@settings(max_examples=80, deadline=None)
def test_1_proportional_sizes_are_exact_and_within_one_of_their_share(sizes: list[int], minimum: int, data: st.DataObject) -> None:
    least = sum(min(size, minimum) for size in sizes)
    total = data.draw(st.integers(least, sum(sizes)))
    number = allocate(sizes, total, minimum=minimum)
    assert number.sum() == total
    assert (number <= sizes).all()
    assert (number >= np.minimum(sizes, minimum)).all()
    if minimum == 0:
        assert np.abs(number - shares(sizes, total)).max() < 1 + 1e-6


def frame(rows: int = 400) -> pd.DataFrame:
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "siret": [f"{number:014d}" for number in range(rows)],
            "sector": random.choice(["aide", "sport", "culture"], rows),
            "departement": random.choice(["04", "13"], rows),
            "size_class": random.choice(["03-04", "05-09"], rows),
            "headcount": random.integers(3, 50, rows),
        }
    )


def test_3_the_same_seed_draws_the_same_firms_whatever_the_order_of_the_rows() -> None:
    first = draw(frame(), 60, 11)
    second = draw(frame().sample(frac=1, random_state=5), 60, 11)
    columns = ["stratum", "rank", "selection", "inclusion_probability"]
    pd.testing.assert_frame_equal(first.set_index("siret")[columns].sort_index(), second.set_index("siret")[columns].sort_index())
    assert (first["selection"] == "panel").sum() == 60
    other = draw(frame(), 60, 12)
    assert set(other.loc[other["selection"] == "panel", "siret"]) != set(first.loc[first["selection"] == "panel", "siret"])


def test_3_a_firm_that_joins_one_stratum_leaves_the_order_of_the_others() -> None:
    before = draw(frame(), 60, 11)
    joined = pd.concat(
        [frame(), pd.DataFrame([{"siret": "x", "sector": "aide", "departement": "04", "size_class": "03-04", "headcount": 4}])],
        ignore_index=True,
    )
    after = draw(joined, 60, 11)
    untouched = before["stratum"] != "aide|04|03-04"
    assert (before.loc[untouched, "rank"] == after.loc[before.index[untouched], "rank"]).all()


def test_3_reserves_are_ranked_after_the_panel_of_their_stratum_and_probabilities_sum_to_the_panel() -> None:
    drawn = draw(frame(), 60, 11, reserves_per_firm=0.5)
    assert drawn["inclusion_probability"].sum() == pytest.approx(60)
    for _, stratum in drawn.groupby("stratum"):
        panel, reserve = (stratum.loc[stratum["selection"] == kind, "rank"] for kind in ("panel", "reserve"))
        assert sorted(panel) == list(range(1, len(panel) + 1))
        assert len(reserve) == min(len(stratum) - len(panel), -(-len(panel) // 2))
        assert reserve.min() == len(panel) + 1


def test_3_every_firm_of_a_stratum_is_as_likely_to_be_drawn() -> None:
    counts = np.zeros(40)
    for seed in range(400):
        counts += (draw(frame(40), 12, seed, by=("departement",))["selection"] == "panel").to_numpy()
    expected = draw(frame(40), 12, 0, by=("departement",))["inclusion_probability"].to_numpy() * 400
    assert np.sum((counts - expected) ** 2 / (expected * (1 - expected / 400))) < 75


def test_1_small_strata_are_drawn_whole_and_neyman_reads_the_spread() -> None:
    whole = draw(frame(60), 40, 1, take_all_up_to=4, rule=Rule.NEYMAN, spread_column="headcount")
    small = whole.groupby("stratum")["siret"].transform("size") <= 4
    assert (whole.loc[small, "selection"] == "panel").all()
    assert (whole["selection"] == "panel").sum() == 40


@pytest.mark.parametrize(
    ("change", "size", "words"),
    [
        (lambda rows: rows, 900, "the frame has 400"),
        (lambda rows: rows, 3, "minima"),
        (lambda rows: rows.drop(columns="sector"), 60, "lacks the column sector"),
        (lambda rows: pd.concat([rows, rows.head(1)], ignore_index=True), 60, "00000000000000 twice"),
        (lambda rows: rows.assign(sector=rows["sector"].where(rows.index != 7)), 60, "00000000000007 is incomplete"),
        (lambda rows: rows.head(0), 60, "no firm"),
    ],
)
def test_4_a_frame_that_cannot_serve_is_refused_with_its_cause(change: Any, size: int, words: str) -> None:
    with pytest.raises(SamplingError, match=words):
        draw(change(frame()), size, 1)


def test_4_strata_sizes_must_be_whole_numbers() -> None:
    with pytest.raises(SamplingError, match="whole numbers"):
        allocate([3, -1], 2)
    with pytest.raises(SamplingError, match="needs the spread"):
        allocate([3, 4], 2, rule=Rule.NEYMAN)


def test_1_minima_and_whole_strata_may_differ_by_stratum() -> None:
    assert allocate([50, 50, 3], 30, minimum=[10, 2, 5]).tolist()[2] == 3
    assert allocate([50, 50, 3], 30, minimum=[20, 2, 0]).tolist()[0] >= 20
    assert allocate([50, 50, 30], 60, take_all=[False, False, True]).tolist()[2] == 30
    assert allocate([0, 4], 2, minimum=0).tolist() == [0, 2]


def test_1_a_variable_that_does_not_vary_is_shared_by_size() -> None:
    assert allocate([100, 300], 40, rule=Rule.NEYMAN, spread=[0.0, 0.0], minimum=0).tolist() == [10, 30]
    assert allocate([10, 90, 300], 50, rule=Rule.NEYMAN, spread=[5.0, 0.0, 0.0]).tolist() == [10, 9, 31]


def test_3_the_family_is_one_column_of_the_strata_more() -> None:
    random = np.random.default_rng(1)
    with_family = frame().assign(family=random.choice(["association", "cooperative"], 400))
    drawn = draw(with_family, 80, 4, by=STRATUM_COLUMNS_WITH_FAMILY)
    assert drawn["stratum"].str.count(r"\|").eq(3).all()
    assert (drawn["selection"] == "panel").sum() == 80
    whole = drawn["stratum"].iloc[0]
    again = draw(with_family, 80, 4, by=STRATUM_COLUMNS_WITH_FAMILY, take_all=[whole])
    assert (again.loc[again["stratum"] == whole, "inclusion_probability"] == 1).all()


def test_3_replacements_take_the_reserves_of_the_stratum_one_after_the_other() -> None:
    drawn = draw(frame(), 60, 11, reserves_per_firm=0.5)
    ranks = drawn.set_index("siret")["rank"]
    out = str(drawn.loc[drawn["selection"] == "panel", "siret"].iloc[0])
    stratum = drawn.loc[drawn["siret"] == out, "stratum"].iloc[0]
    reserves = drawn[(drawn["stratum"] == stratum) & (drawn["selection"] == "reserve")].sort_values("rank")["siret"].tolist()
    used: list[str] = []
    for expected in reserves:
        found = next_reserve(drawn, used[-1] if used else out, used)
        assert found == expected
        used.append(found)
    assert ranks[used].is_monotonic_increasing
    with pytest.raises(SamplingError, match="used up"):
        next_reserve(drawn, out, used)
    never = str(drawn.loc[drawn["selection"] == "frame", "siret"].iloc[0])
    with pytest.raises(SamplingError, match="nothing to replace"):
        next_reserve(drawn, never)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rule": Rule.NEYMAN, "spread_column": "absent"}, "lacks the column absent"),
        ({"take_all": ["mars|99|03-04"]}, "no stratum mars"),
        ({"reserves_per_firm": -1.0}, "zero or more, not -1"),
        ({"minimum": 0.5}, "whole numbers"),
        ({"rule": Rule.NEYMAN}, "needs the spread"),
    ],
)
def test_4_a_draw_that_makes_no_sense_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(SamplingError, match=words):
        draw(frame(), 60, 1, **arguments)


def test_4_a_spread_that_is_not_known_is_refused_with_the_firm() -> None:
    for gap in (np.nan, np.inf):
        holed = frame().assign(headcount=np.where(np.arange(400) == 9, gap, 5.0))
        with pytest.raises(SamplingError, match="headcount of 00000000000009 is not a finite number"):
            draw(holed, 60, 1, rule=Rule.NEYMAN, spread_column="headcount")
    with pytest.raises(SamplingError, match="means above zero"):
        allocate([3, 4], 2, rule=Rule.POWER, spread=[1.0, 1.0], means=[0.0, 1.0])
    with pytest.raises(SamplingError, match="one spread for each of the 2 strata"):
        allocate([3, 4], 2, rule=Rule.NEYMAN, spread=[1.0])
    with pytest.raises(SamplingError, match="nothing can be shared"):
        shares([3, 4], 2, rule=Rule.NEYMAN, spread=[0.0, 0.0])


def test_3_one_firm_is_a_frame() -> None:
    drawn = draw(frame().head(1), 1, 1)
    assert drawn[["rank", "selection", "inclusion_probability"]].iloc[0].tolist() == [1, "panel", 1.0]
