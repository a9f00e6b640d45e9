"""Weighting and estimates: 1. reference weights; 2. reference errors; 3. margins are met; 4. contradictions are named; 5. weighing a panel."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.estimates import Estimate, Survey
from analysis.weighting import (
    CalibrationError,
    Margins,
    Method,
    Weighting,
    calibrate,
    collapse,
    effective_size,
    kish_design_effect,
    margins_of,
    tightest_bounds,
    weigh,
)


def agrees(estimate: Estimate, value: float, se: float) -> None:
    assert [estimate.value, estimate.se] == pytest.approx([value, se], rel=1e-9)


OURS = Path(__file__).resolve().parents[1] / "data" / "reference" / "ess690"


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return pd.read_csv(OURS / "sample_690.csv", dtype={"dept": str})


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OURS / "calibration.json").read_text())
    return loaded


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OURS / "survey.json").read_text())
    return loaded


@pytest.fixture(scope="module")
def respondents(sample: pd.DataFrame, known: dict[str, Any]) -> pd.DataFrame:
    return sample.iloc[np.asarray(known["respondents_row_1based"]) - 1].reset_index(drop=True)


def base_of(respondents: pd.DataFrame, sample: pd.DataFrame) -> np.ndarray:
    weight = respondents["weight"].to_numpy()
    return np.asarray(weight * sample["weight"].sum() / weight.sum())


def margins_for(respondents: pd.DataFrame) -> Margins:
    table = pd.read_csv(OURS / "margins_690.csv", dtype={"level": str})
    categories = {
        str(variable): dict(zip(rows["level"], rows["total"].astype(float), strict=True))
        for variable, rows in table.groupby("variable", sort=False)
        if variable in {"sector", "size_class", "dept"}
    }
    return margins_of(respondents, categories, {"n_employees": 130153})


RUNS = [
    ("linear", Method.LINEAR, None),
    ("raking", Method.RAKING, None),
    ("logit_.5_2", Method.LOGIT, (0.5, 2.0)),
    ("linear_.7_1.6", Method.TRUNCATED, (0.7, 1.6)),
    ("logit_.7_1.6", Method.LOGIT, (0.7, 1.6)),
]


def design(respondents: pd.DataFrame, base: np.ndarray, weights: np.ndarray, margins: Margins) -> Weighting:
    strata = respondents["stratum"].astype("category").cat.codes.to_numpy().astype(np.int64)
    return Weighting(weights, base, strata, respondents["N_h"].to_numpy(dtype=float), margins, Method.RAKING, None, ())


@pytest.mark.parametrize("case", RUNS, ids=lambda case: case[0])
def test_1_and_2_agree_with_the_reference(
    case: tuple[str, Method, tuple[float, float] | None], sample: pd.DataFrame, respondents: pd.DataFrame, known: dict[str, Any]
) -> None:
    name, method, bounds = case
    base, margins, run = base_of(respondents, sample), margins_for(respondents), known["runs"][name]
    weights = calibrate(base, margins, method=method, bounds=bounds)
    assert weights == pytest.approx(run["weights"], rel=1e-9)
    survey = Survey(design(respondents, base, weights, margins))
    for expected in run["means"]:
        ours = survey.mean(respondents[expected["var"]])
        assert ours.value == pytest.approx(expected["est"], rel=1e-9)
        assert ours.se == pytest.approx(expected["se"], rel=1e-9, abs=1e-8)
    for table in run["domains"]:
        for place, level in enumerate(table["level"]):
            here = (respondents[table["by"]] == level).to_numpy()
            ours = survey.mean(respondents["x01_share_55plus"], here)
            agrees(ours, table["share55"][place], table["share55_se"][place])
            part = survey.proportion(respondents["profile"] == 1, here)
            agrees(part, table["p_profile1"][place], table["p_profile1_se"][place])


def test_1_the_tightest_bounds_are_the_linear_programs(sample: pd.DataFrame, respondents: pd.DataFrame) -> None:
    margins = margins_for(respondents)
    low, high = tightest_bounds(base_of(respondents, sample), margins)
    assert 0.68 < low < 1 < high < 1.3
    with pytest.raises(CalibrationError):
        calibrate(base_of(respondents, sample), margins, method=Method.TRUNCATED, bounds=(low + 0.02, high - 0.02))


@pytest.fixture(scope="module")
def plain(sample: pd.DataFrame) -> Survey:
    """The reference's uncalibrated stratified design: a lone calibration column of zeros leaves residuals as they are."""
    margins = Margins(np.zeros((len(sample), 1)), np.zeros(1), ("none",))
    weights = sample["weight"].to_numpy()
    return Survey(design(sample, weights, weights, margins))


def test_2_means_totals_and_intervals_agree_with_the_reference(
    plain: Survey, sample: pd.DataFrame, figures: dict[str, Any]
) -> None:
    for expected in figures["means"][:15]:
        ours = plain.mean(sample[expected["var"]])
        agrees(ours, expected["est"], expected["se"])
        if sample[expected["var"]].notna().all():
            assert (ours.low, ours.high) == pytest.approx(expected["ci95_t"][0], rel=1e-8)
    for expected in figures["totals"]:
        ours = plain.total(sample[expected["var"]])
        agrees(ours, expected["est"], expected["se"])
    assert kish_design_effect(sample["weight"]) == pytest.approx(figures["kish_deff_weights"], rel=1e-9)


def test_2_ratios_and_domains_agree_with_the_reference(plain: Survey, sample: pd.DataFrame, figures: dict[str, Any]) -> None:
    overall = plain.ratio(sample["x02_retire_5y"], sample["n_employees"])
    expected = figures["ratio_retire_over_employees"]
    agrees(overall, expected["est"], expected["se"])
    by = figures["ratio_by_sector"]
    for row, value, se in zip(by["rows"], by["est"], by["se"], strict=True):
        ours = plain.ratio(sample["x02_retire_5y"], sample["n_employees"], (sample["sector"] == row["sector"]).to_numpy())
        agrees(ours, value, se)
    checked = 0
    for table in figures["by"]:
        if table["var"] in sample and table["by"] in {"sector", "dept"}:
            for row in table["rows"]:
                ours = plain.mean(sample[table["var"]], (sample[table["by"]] == row[table["by"]]).to_numpy())
                agrees(ours, row[table["var"]], row["se"])
                checked += 1
    assert checked > 50


@pytest.mark.parametrize("interval", ["logit", "beta"])
def test_2_intervals_of_a_proportion_agree_with_the_reference(
    plain: Survey, sample: pd.DataFrame, figures: dict[str, Any], interval: str
) -> None:
    flags = sample["q01"].map({"q01_a": 1.0, "q01_b": 0.0}).fillna(np.nan)
    expected = figures["ciprop_q01_a"][interval]
    if sample["q01"].isna().any():
        flags = flags.where(sample["q01"].notna())
    ours = plain.proportion(flags, interval=interval)
    assert ours.value == pytest.approx(expected["p"], rel=1e-9)
    assert (ours.low, ours.high) == pytest.approx(expected["ci"], rel=2e-3)


def test_2_quantiles_agree_with_the_reference(plain: Survey, sample: pd.DataFrame, figures: dict[str, Any]) -> None:
    for table in figures["quantiles"]:
        probabilities = tuple(float(name) for name in table["rows"])
        assert plain.quantiles(sample[table["var"]], probabilities) == pytest.approx([row[0] for row in table["values"]])


def test_2_a_proportion_of_none_or_all_has_an_interval(plain: Survey, sample: pd.DataFrame) -> None:
    here = (sample["dept"] == "04").to_numpy()
    none, every = plain.proportion(np.zeros(len(sample)), here), plain.proportion(np.ones(len(sample)), here)
    assert none.value == none.low == 0
    assert 0.05 < none.high < 0.2
    assert every.low == pytest.approx(1 - none.high)
    assert plain.mean(np.full(len(sample), np.nan)).n == 0


@given(st.integers(20, 80), st.integers(0, 10_000), st.sampled_from([Method.LINEAR, Method.RAKING, Method.LOGIT, Method.TRUNCATED]))
@settings(max_examples=40, deadline=None)
def test_3_weights_meet_the_margins_within_their_bounds(size: int, seed: int, method: Method) -> None:
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {"a": random.choice(list("xyz"), size), "b": random.choice(list("pq"), size), "x": random.uniform(1, 9, size)}
    )
    base = random.uniform(1, 4, size)
    hidden = base * random.uniform(0.7, 1.5, size)
    categories = {
        name: {level: float(hidden[(rows[name] == level).to_numpy()].sum()) for level in rows[name].unique()} for name in ("a", "b")
    }
    margins = margins_of(rows, categories, {"x": float(hidden @ rows["x"])})
    weights = calibrate(base, margins, method=method, bounds=(0.6, 1.7))
    assert margins.matrix.T @ weights == pytest.approx(margins.totals, rel=1e-9)
    if method in {Method.LOGIT, Method.TRUNCATED}:
        assert ((weights / base > 0.6 - 1e-9) & (weights / base < 1.7 + 1e-9)).all()
    assert effective_size(weights) == pytest.approx(size / kish_design_effect(weights))


def small() -> pd.DataFrame:
    return pd.DataFrame({"a": ["x"] * 6 + ["y"] * 2, "b": ["p", "q"] * 4})


def test_4_an_unreachable_margin_is_named() -> None:
    margins = margins_of(small(), {"a": {"x": 10.0, "y": 70.0}})
    with pytest.raises(CalibrationError, match=r"a=y must be 70, 30 can be reached") as caught:
        calibrate(np.full(8, 10.0), margins, method=Method.LOGIT, bounds=(0.5, 1.5))
    assert "a=y" in caught.value.margins


def test_4_contradictory_or_empty_margins_are_named() -> None:
    with pytest.raises(CalibrationError, match=r"contradict each other: a sums to 80, b sums to 90"):
        margins_of(small(), {"a": {"x": 60.0, "y": 20.0}, "b": {"p": 45.0, "q": 45.0}})
    with pytest.raises(CalibrationError, match=r"a=z has 5 frame firms and no respondent"):
        margins_of(small(), {"a": {"x": 60.0, "y": 20.0, "z": 5.0}})
    with pytest.raises(CalibrationError, match=r"Respondents have a=y"):
        margins_of(small(), {"a": {"x": 60.0}})
    with pytest.raises(CalibrationError, match=r"negative|No weights"):
        calibrate(np.full(8, 10.0), Margins(-np.ones((8, 1)), np.ones(1), ("negative",)))
    with pytest.raises(CalibrationError, match="above zero"):
        calibrate(np.zeros(8), margins_of(small(), {"a": {"x": 60.0, "y": 20.0}}))
    with pytest.raises(CalibrationError, match="needs bounds"):
        calibrate(np.ones(8), margins_of(small(), {"a": {"x": 60.0, "y": 20.0}}), method=Method.LOGIT)


def test_4_weak_categories_join_their_neighbour_or_the_weakest() -> None:
    answers = pd.Series(["a"] * 9 + ["b"] * 2 + ["c"] * 20 + ["d"] * 3)
    totals = {"a": 90.0, "b": 20.0, "c": 200.0, "d": 30.0}
    near, merged = collapse(answers, totals, minimum=5, ordered=True)
    assert near == {"a": "a+b", "b": "a+b", "c": "c+d", "d": "c+d"}
    assert merged == (("b", "a"), ("d", "c"))
    assert collapse(answers, totals, minimum=5, ordered=False)[0] == {"a": "a", "b": "b+d", "c": "c", "d": "b+d"}


def panel(rows: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sector": random.choice(["aide", "sport", "culture"], rows, p=[0.5, 0.3, 0.2]),
            "departement": random.choice(["04", "06", "13"], rows, p=[0.1, 0.4, 0.5]),
            "size_class": random.choice(["03-04", "05-09", "10-19"], rows),
            "headcount": random.integers(3, 20, rows),
        }
    )
    answered = frame.sample(rows // 12, random_state=seed, weights=np.where(frame["sector"] == "aide", 2.0, 1.0))
    return answered.reset_index(drop=True), frame


def test_5_weights_restore_the_frame() -> None:
    answered, frame = panel(1500, 4)
    weighting = weigh(answered, frame)
    assert weighting.weights.sum() == pytest.approx(1500)
    for variable in ("sector", "departement", "size_class"):
        estimated = pd.Series(weighting.weights).groupby(answered[variable]).sum()
        assert estimated.to_dict() == pytest.approx(frame[variable].value_counts().to_dict())
    assert float(weighting.weights @ answered["headcount"]) == pytest.approx(frame["headcount"].sum())
    assert 1 <= weighting.design_effect < 1.6
    assert np.bincount(weighting.strata).min() >= 2


def test_5_the_order_of_respondents_changes_no_weight() -> None:
    answered, frame = panel(900, 5)
    turned = answered.iloc[::-1].reset_index(drop=True)
    assert weigh(turned, frame.sample(frac=1, random_state=1)).weights[::-1] == pytest.approx(
        weigh(answered, frame).weights, rel=1e-9
    )


def test_5_a_sector_of_two_and_one_without_respondents_are_collapsed() -> None:
    answered, frame = panel(900, 6)
    answered.loc[:1, "sector"] = "rare"
    frame = pd.concat([frame, frame.head(12).assign(sector="rare"), frame.head(9).assign(sector="absent")], ignore_index=True)
    weighting = weigh(answered, frame)
    assert weighting.weights.sum() == pytest.approx(len(frame))
    assert {source for variable, source, _ in weighting.collapsed if variable == "sector"} >= {"absent"}


def test_5_one_respondent_stands_for_all() -> None:
    answered, frame = panel(60, 7)
    assert weigh(answered.head(1), frame).weights == pytest.approx([60.0])
    with pytest.raises(CalibrationError, match="one respondent"):
        weigh(answered.head(0), frame)


def test_5_intervals_of_a_simulated_panel_cover_the_truth() -> None:
    random = np.random.default_rng(8)
    _, frame = panel(1500, 8)
    truth = frame["headcount"] * 0.1 + (frame["sector"] == "aide") * 2 + random.normal(0, 1.5, len(frame))
    covered = 0
    for seed in range(60):
        answered = frame.assign(y=truth).sample(150, random_state=seed).reset_index(drop=True)
        estimate = Survey(weigh(answered, frame)).mean(answered["y"])
        covered += estimate.low <= truth.mean() <= estimate.high
    assert covered >= 52
