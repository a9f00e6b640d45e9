"""Sampling: 1. exact sizes within bounds; 2. the integer optimum of the reference; 3. a draw that only the seed decides; 4. clear refusals."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.sampling import Rule, SamplingError, allocate, draw, shares, size_for_cv, variance_of_total

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "allocation" / "allocation.json"


def reference() -> dict[str, Any]:
    if not REFERENCE.exists():
        pytest.skip("The reference figures of other packages stay outside the project.")
    loaded: dict[str, Any] = json.loads(REFERENCE.read_text())
    return loaded


@pytest.mark.parametrize("population", ["apipop_api00", "apipop_enroll"])
@pytest.mark.parametrize("total", [24, 200])
def test_2_agrees_with_the_reference(population: str, total: int) -> None:
    known = reference()[population]
    sizes, spread, means = known["N"], known["S"], known["mean"]
    expected = known[f"n{total}"]
    assert shares(sizes, total) == pytest.approx(expected["proportional"], rel=1e-10)
    assert shares(sizes, total, rule=Rule.NEYMAN, spread=spread) == pytest.approx(expected["neyman"], rel=1e-10)
    assert shares(sizes, total, rule=Rule.POWER, spread=spread, means=means) == pytest.approx(expected["power_half"], rel=1e-10)
    exact = allocate(sizes, total, rule=Rule.NEYMAN, spread=spread)
    assert exact.tolist() == expected["exact_integer"]
    assert variance_of_total(sizes, spread, exact) == pytest.approx(expected["var_exact"], rel=1e-10)
    for cv, size in known["n_for_cv"].items():
        assert size_for_cv(sizes, spread, means, float(cv)) == pytest.approx(size, rel=1e-10)


def test_2_strata_that_the_optimum_would_overdraw_are_drawn_whole() -> None:
    known = reference()["take_all"]
    assert allocate(known["N"], known["n"], rule=Rule.NEYMAN, spread=known["S"]).tolist() == known["exact_integer"]


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
