"""Weighting and estimates: 1. reference weights; 2. reference errors; 3. margins are met; 4. contradictions are named; 5. weighing a panel;
6. non-response and trimming.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.survey.estimate import Estimate
from analysis.survey.panel import Survey
from analysis.survey.weighting import (
    CalibrationError,
    Margins,
    Method,
    Weighting,
    adjust_nonresponse,
    calibrate,
    collapse,
    design_weights,
    effective_size,
    frame_totals,
    kish_design_effect,
    margins_of,
    tightest_bounds,
    trim,
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
    # icarus stops its iterations earlier.
    assert weights == pytest.approx(run.get("icarus_weights", weights), rel=2e-6)
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


def test_1_the_tightest_bounds_are_no_wider_than_the_references(
    sample: pd.DataFrame, respondents: pd.DataFrame, known: dict[str, Any]
) -> None:
    margins = margins_for(respondents)
    low, high = tightest_bounds(base_of(respondents, sample), margins)
    reference_low, reference_high = known["min_bounds"]["g_range"]
    assert high - low <= reference_high - reference_low
    assert (low, high) == pytest.approx((reference_low, reference_high), abs=2e-4)
    within = calibrate(base_of(respondents, sample), margins, method=Method.TRUNCATED, bounds=(low - 1e-4, high + 1e-4))
    assert margins.matrix.T @ within == pytest.approx(margins.totals, rel=1e-9)
    with pytest.raises(CalibrationError):
        calibrate(base_of(respondents, sample), margins, method=Method.TRUNCATED, bounds=(low + 0.02, high - 0.02))


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


def test_4_an_empty_category_is_named_with_one_to_collapse_it_with() -> None:
    rows = pd.DataFrame({"a": list("xxyyyz"), "b": list("pqpqpq")})
    with pytest.raises(
        CalibrationError, match=r"a=w has 4 frame firms and no respondent: collapse it .* such as z \(1 respondents\)"
    ):
        margins_of(rows, {"a": {"w": 4.0, "x": 5.0, "y": 6.0, "z": 7.0}})
    with pytest.raises(CalibrationError, match=r"a×b=z×p has 3 frame firms and no respondent: collapse it .* such as z×q"):
        margins_of(rows, {"a×b": {"x×p": 1.0, "x×q": 1.0, "y×p": 1.0, "y×q": 1.0, "z×p": 3.0, "z×q": 1.0}})


def test_4_crossed_margins_are_met_cell_by_cell() -> None:
    random = np.random.default_rng(2)
    frame = pd.DataFrame({"a": random.choice(list("xyz"), 900), "b": random.choice(list("pq"), 900)})
    rows = frame.sample(90, random_state=1).reset_index(drop=True)
    weights = calibrate(np.full(90, 10.0), margins_of(rows, frame_totals(frame, ["a×b", "a"])))
    crossed = pd.Series(weights).groupby([rows["a"], rows["b"]]).sum()
    assert crossed.to_numpy() == pytest.approx(frame.groupby(["a", "b"]).size().to_numpy())


@pytest.mark.parametrize(
    ("margins", "numbers", "words"),
    [
        ({"a": {"x": float("nan"), "y": 2.0}}, None, r"total of a=x is nan"),
        ({"a": {"x": -4.0, "y": 2.0}}, None, r"total of a=x is -4"),
        ({"absent": {"x": 4.0}}, None, r"no column absent"),
        ({}, None, r"no margin to calibrate on"),
        ({}, {"size": float("inf")}, r"total of size is not a finite number"),
        ({}, {"size": 9.0}, r"size of row 2 is not a finite number"),
        ({}, {"absent": 9.0}, r"no column absent"),
        ({"gap": {"x": 4.0}}, None, r"gap of row 3 is not known"),
    ],
)
def test_4_margins_that_make_no_sense_are_refused(margins: dict[str, dict[str, float]], numbers: Any, words: str) -> None:
    rows = small().assign(size=[1.0, np.inf, *[2.0] * 6], gap=pd.Series(["x", "x", None, *["x"] * 5]))
    with pytest.raises(CalibrationError, match=words):
        margins_of(rows, margins, numbers)


def test_4_margins_that_contradict_each_other_on_these_respondents_are_named() -> None:
    rows = pd.DataFrame({"a": list("xxyy"), "b": list("ppqq")})
    margins = margins_of(rows, {"a": {"x": 10.0, "y": 30.0}, "b": {"p": 20.0, "q": 20.0}})
    for method, bounds in (
        (Method.LINEAR, None),
        (Method.RAKING, None),
        (Method.LOGIT, (0.1, 9.0)),
        (Method.TRUNCATED, (0.1, 9.0)),
    ):
        with pytest.raises(CalibrationError, match=r"No weights meet these margins.*can be reached"):
            calibrate(np.full(4, 10.0), margins, method=method, bounds=bounds)
    with pytest.raises(CalibrationError, match="No weights meet these margins"):
        tightest_bounds(np.full(4, 10.0), margins)


@pytest.mark.parametrize("method", [Method.LOGIT, Method.TRUNCATED])
def test_4_margins_at_the_very_edge_of_the_bounds_are_met(method: Method) -> None:
    margins = margins_of(small(), {"a": {"x": 90.0, "y": 10.0}})
    assert calibrate(np.full(8, 10.0), margins, method=method, bounds=(0.5, 1.5)) == pytest.approx([15.0] * 6 + [5.0] * 2)


def test_4_steps_that_do_not_arrive_say_which_bounds_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    margins = margins_of(small(), {"a": {"x": 85.0, "y": 15.0}})
    monkeypatch.setattr("analysis.survey.calibration.ITERATIONS", 1)
    with pytest.raises(
        CalibrationError, match=r"a=y.*narrowest bounds that allow them are 0\.750 to 1\.417: widen the bounds beyond"
    ):
        calibrate(np.full(8, 10.0), margins, method=Method.LOGIT, bounds=(0.5, 1.5))


@given(st.integers(6, 40), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_4_whatever_bounds_allow_the_truncated_method_finds(size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = np.column_stack([np.ones(size), random.integers(0, 2, size), random.uniform(0, 5, size)]).astype(float)
    base = random.uniform(1, 5, size)
    # Many ratios lie exactly at a bound, where the slope of the truncated method is zero.
    hidden = base * np.clip(random.normal(1, 1, size), 0.6, 1.5)
    margins = Margins(matrix, matrix.T @ hidden, ("all", "half", "size"))
    weights = calibrate(base, margins, method=Method.TRUNCATED, bounds=(0.6, 1.5))
    assert matrix.T @ weights == pytest.approx(margins.totals, rel=1e-7)
    assert ((weights / base > 0.6 - 1e-9) & (weights / base < 1.5 + 1e-9)).all()
    low, high = tightest_bounds(base, margins)
    assert high - low <= 0.9 + 1e-7


def test_4_a_scale_of_zero_or_values_that_are_not_finite_are_refused() -> None:
    margins = margins_of(small(), {"a": {"x": 60.0, "y": 20.0}})
    with pytest.raises(CalibrationError, match="scale must be finite and above zero"):
        calibrate(np.full(8, 10.0), margins, scale=np.zeros(8))
    with pytest.raises(CalibrationError, match="margins must be finite"):
        calibrate(np.full(8, 10.0), Margins(np.full((8, 1), np.inf), np.ones(1), ("x",)))
    for wrong in (np.full(8, -1.0), np.full(8, np.nan), np.full(7, 1.0)):
        with pytest.raises(CalibrationError, match="finite and above zero, one for each"):
            calibrate(wrong, margins)


def test_6_non_response_is_spread_within_cells() -> None:
    cells = pd.Series(list("aaaabbbb"))
    weights = np.asarray([1.0, 1, 2, 2, 5, 5, 5, 5])
    answered = np.asarray([True, False, True, False, True, True, True, True])
    found = adjust_nonresponse(weights, answered, cells)
    assert found.weights.tolist() == [2.0, 0, 4.0, 0, 5, 5, 5, 5]
    assert found.rates == {"a": 0.5, "b": 1.0}
    with pytest.raises(CalibrationError, match=r"cell a has 4 drawn firms and a response rate of 0 %: collapse it .* such as b"):
        adjust_nonresponse(weights, answered & (cells != "a").to_numpy(), cells)
    with pytest.raises(CalibrationError, match="response rate of 50 %"):
        adjust_nonresponse(weights, answered, cells, lowest_rate=0.6)
    with pytest.raises(CalibrationError, match="cell of row 2 is not known"):
        adjust_nonresponse(weights, answered, cells.where(cells.index != 1))
    with pytest.raises(CalibrationError, match="nobody answered"):
        adjust_nonresponse([1.0], [False], pd.Series(["a"]))
    with pytest.raises(CalibrationError, match="above zero"):
        adjust_nonresponse(-weights, answered, cells)


def test_6_design_weights_are_inverse_probabilities() -> None:
    assert design_weights([0.5, 0.25, 1.0]).tolist() == [2.0, 4.0, 1.0]
    for wrong in (0.0, 1.5, float("nan")):
        with pytest.raises(CalibrationError, match="row 2"):
            design_weights([0.5, wrong])


@given(
    st.lists(st.floats(0.1, 100), min_size=2, max_size=40),
    st.floats(0.05, 0.95),
    st.floats(1.05, 4.0),
    st.sampled_from(["equal", "proportional"]),
)
@settings(max_examples=80, deadline=None)
def test_6_trimmed_weights_keep_their_sum_and_their_limits(weights: list[float], low: float, high: float, share: str) -> None:
    mean = float(np.mean(weights))
    trimmed = trim(weights, low * mean, high * mean, share=share)
    assert trimmed.sum() == pytest.approx(np.sum(weights))
    assert (trimmed >= low * mean - 1e-9).all()
    assert (trimmed <= high * mean + 1e-9).all()


def test_6_limits_that_cannot_hold_the_sum_are_refused() -> None:
    with pytest.raises(CalibrationError, match=r"cannot sum to 30: their mean is 10"):
        trim([5.0, 5.0, 20.0], upper=8.0)
    with pytest.raises(CalibrationError, match="above zero"):
        trim([0.0, 5.0])
    with pytest.raises(CalibrationError, match="equal or proportional"):
        trim([1.0, 5.0], share="fair")
    assert trim([4.0, 4.0], upper=4.0).tolist() == [4.0, 4.0]


def test_5_probabilities_count_where_strata_of_unlike_fractions_merge() -> None:
    frame = pd.DataFrame({"sector": ["a"] * 40 + ["b"] * 12, "departement": "13", "size_class": "03-04"})
    answered = frame.iloc[[0, 1, 2, 3, 40]].reset_index(drop=True)
    plain = weigh(answered, frame, minimum=1, size_variable=None)
    known = weigh(answered.assign(inclusion_probability=[0.1] * 4 + [1 / 12]), frame, minimum=1, size_variable=None)
    assert plain.base == pytest.approx([10.4] * 5)
    assert known.base == pytest.approx([10.0] * 4 + [12.0])
    assert known.weights.sum() == plain.weights.sum() == pytest.approx(52)
    with pytest.raises(CalibrationError, match="inclusion probability of row 1 is 0"):
        weigh(answered.assign(inclusion_probability=0.0), frame)
