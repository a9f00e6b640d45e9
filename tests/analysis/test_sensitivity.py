"""What the classes become when the choices behind them move: the framework at once, the runs, one part left out."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.firm.reading import firm_features
from analysis.fragility.dimensions import DIMENSIONS, dimension_results, dimension_scores, index
from analysis.fragility.facts import Facts
from analysis.fragility.flags import red_flags
from analysis.fragility.framework import NO_CLASS, Framework, classes_of, index_of, raised_dimensions, to_score, values_of
from analysis.fragility.indicators import INDICATORS, results, score
from analysis.fragility.leaveout import leave_one_out
from analysis.fragility.sensitivity import Runs, sensitivity
from analysis.parameters import Parameters, load
from tests.analysis.samples import REFERENCE, full_answers, parameters

FEW = 40


def table(rows: int, seed: int = 0, missing: float = 0.15) -> pd.DataFrame:
    """Firms whose indicators lie anywhere between their anchors and a little beyond."""
    random = np.random.default_rng(seed)
    found: dict[str, Any] = {}
    for code in parameters().indicators:
        low, high = min(anchors_of(code)), max(anchors_of(code))
        values = random.uniform(low - 0.2 * (high - low), high + 0.2 * (high - low), rows)
        values[random.random(rows) < missing] = np.nan
        found[code] = np.round(values, 4)
    for number in range(1, 9):
        found[f"flag_R{number}"] = random.random(rows) < 0.05
    return pd.DataFrame(found)


def anchors_of(code: str) -> tuple[float, float, float]:
    return parameters().indicators[code].values  # noqa: PD011 (a field, no table).


def moved(**figures: float) -> Parameters:
    return load(REFERENCE, overrides={"figures": figures})


def answers_of(place: int) -> dict[str, Any]:
    """Dossiers that differ, some of whose answers are missing."""
    random = np.random.default_rng(place)
    answers = full_answers() | {
        "fin_principal": float(random.integers(10, 95)),
        "tresorerie": float(random.integers(0, 400_000)),
        "epp_a_jour": float(random.integers(0, 100)),
        "ca_65": int(random.integers(0, 9)),
        "absence_taux": float(random.integers(0, 20)),
    }
    for name in random.choice(sorted(answers), 25, replace=False):
        answers.pop(str(name))
    return answers


@pytest.fixture(scope="module")
def dossiers() -> list[dict[str, Any]]:
    return [answers_of(place) for place in range(12)]


def test_many_firms_at_once_have_the_scores_of_each(dossiers: list[dict[str, Any]]) -> None:
    """Scores, indices and classes of the arrays are those of the portraits, to the decimal."""
    features = pd.DataFrame([firm_features(answers, parameters=parameters()) for answers in dossiers])
    framework = Framework.of(parameters())
    scores = framework.scores(values_of(features, framework))
    found = framework.dimensions(scores)
    classes = classes_of(found, framework.bounds, raised_dimensions(features))
    for place, answers in enumerate(dossiers):
        facts = Facts.of(answers, parameters())
        indicators = results(facts)
        alone = dimension_scores(indicators, parameters())
        for which, code in enumerate(framework.codes):
            one = indicators[code].score
            assert (np.isnan(scores[place, which]) and one is None) or scores[place, which] == one
        for which, dimension in enumerate(dimension_results(facts, indicators, red_flags(facts, indicators), None)):
            if dimension.score is None:
                assert classes[place, which] == NO_CLASS
            else:
                assert found[place, which] == dimension.score
                assert "ABCD"[classes[place, which]] == dimension.grade
        for family in ("hr", "economic"):
            whole = index(alone, family)
            assert (whole is None and np.isnan(index_of(found[place], family))) or round(
                float(index_of(found[place], family)), 1
            ) == whole


@given(code=st.sampled_from(sorted(INDICATORS)), value=st.floats(-1e4, 1e4))
@settings(max_examples=60, deadline=None)
def test_a_score_at_once_is_the_score(code: str, value: float) -> None:
    assert to_score(np.array([value]), *anchors_of(code))[0] == pytest.approx(score(value, anchors_of(code)), abs=1e-9)


def test_the_sensitivity_by_hand() -> None:
    """One firm, only the bounds of the classes move: the score 50 is C (45 to 65) unless a run puts the bound above 50.

    Bounds move by up to a fifth of 20 points: C stays from 41 … 49 on, always.
    """
    firm = pd.DataFrame({"I31": [50.0], "I32": [25.0], "I33": [0.35]})
    found = sensitivity(firm, parameters(), draws=50).dimensions.set_index("dimension").loc["D8"]
    assert (found["n"], found["kept_bounds"]) == (1, 1.0)
    # All three indicators stand at 50: whatever the weights, the mean is 50.
    assert found["kept_weights"] == 1.0
    # 45 stands on the bound itself: half of the runs move the bound above it.
    edge = pd.DataFrame({"I31": [48.0], "I32": [27.5], "I33": [0.335]})
    framework = Framework.of(parameters())
    assert framework.dimensions(framework.scores(values_of(edge, framework)))[0, 7] == 45.0
    halved = sensitivity(edge, parameters(), draws=1000).dimensions.set_index("dimension").loc["D8"]
    assert halved["kept_bounds"] == pytest.approx(0.5, abs=0.05)
    assert halved["kept_weights"] == 1.0


def test_nothing_moves_without_a_move() -> None:
    features = table(FEW)
    still = sensitivity(features, moved(sensitivity_shift=0.0, sensitivity_concentration=1e9), draws=5)
    assert still.dimensions["kept"].min() >= 0.97
    assert still.dimensions[["kept_anchors", "kept_bounds"]].to_numpy().min() >= 0.97
    assert still.indices["spearman"].min() > 0.999


def test_the_more_it_moves_the_less_is_kept() -> None:
    features = table(FEW)
    close = sensitivity(features, moved(sensitivity_shift=0.05, sensitivity_concentration=50), draws=40)
    usual = sensitivity(features, parameters(), draws=40)
    wide = sensitivity(features, moved(sensitivity_shift=0.4, sensitivity_concentration=1), draws=40)
    kept = [found.dimensions["kept"].mean() for found in (close, usual, wide)]
    assert kept[0] > kept[1] > kept[2]
    assert close.indices["spearman"].min() > wide.indices["spearman"].max()


def test_the_order_of_anchors_and_bounds_holds_in_every_run() -> None:
    framework = Framework.of(parameters())
    runs = Runs.drawn(framework, draws=300, seed=1, concentration=4.0, shift=0.49)
    steps = np.diff(runs.anchors, axis=2) * np.sign(framework.anchors[:, 2] - framework.anchors[:, 0])[None, :, None]
    assert (steps > 0).all()
    assert (np.diff(runs.bounds, axis=1) > 0).all()
    for place in range(10):
        assert runs.weights[:, framework.members(place)].sum(axis=1) == pytest.approx(1.0)
    # The Dirichlet is centred on the chosen weights, with the spread that figures.toml announces for a quarter.
    quarter = runs.weights[:, framework.members(1)]
    assert quarter.mean(axis=0) == pytest.approx([0.25] * 4, abs=0.03)
    assert quarter.std(axis=0) == pytest.approx([0.105] * 4, abs=0.015)


def test_the_same_seed_and_any_order_give_the_same_figures() -> None:
    features = table(FEW, seed=3)
    first, again, other = (sensitivity(features, parameters(), draws=20, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.kept, again.kept, check_exact=True)
    assert not first.kept.equals(other.kept)
    turned = sensitivity(features.iloc[::-1], parameters(), draws=20, seed=1)
    pd.testing.assert_frame_equal(turned.kept.loc[first.kept.index], first.kept, check_exact=True)
    pd.testing.assert_frame_equal(turned.places.loc[first.places.index], first.places, check_exact=True)


def test_one_pass_or_many_give_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    features = table(FEW, seed=4)
    whole = sensitivity(features, parameters(), draws=20)
    monkeypatch.setattr("analysis.fragility.sensitivity.AT_ONCE", 7)
    parts = sensitivity(features, parameters(), draws=20)
    pd.testing.assert_frame_equal(whole.kept, parts.kept, check_exact=True)
    pd.testing.assert_frame_equal(whole.influence, parts.influence, rtol=1e-9)


def test_the_indicator_that_spreads_most_matters_most() -> None:
    """In D8, two indicators at 50 and one far from it: its weight moves the score, theirs do not."""
    features = pd.DataFrame({"I31": [30.0] * 20, "I32": [25.0] * 20, "I33": [0.35] * 20})
    found: Any = sensitivity(features, parameters(), draws=300).influence.set_index("indicator")
    assert found.loc["I31", "weight"] > 0.8
    assert found.index[0] == "I31"
    assert found.loc["I01", "n"] == 0
    assert np.isnan(found.loc["I01", "weight"])


def test_a_red_flag_holds_the_class_at_c() -> None:
    """All solid: A in every run. With a flag on D9: C in every run, whatever moves."""
    solid = pd.DataFrame({code: [anchors_of(code)[0]] for code in INDICATORS})
    found = sensitivity(solid.assign(flag_R5=True), parameters(), draws=20)
    assert found.kept.to_numpy().tolist() == [[1.0] * 10]


def test_what_is_unknown_stays_unknown() -> None:
    features = table(6, missing=0.0)
    features.iloc[0, :41] = np.nan
    features[["I31", "I32"]] = np.nan
    features["I34"] = np.inf
    found: Any = sensitivity(features, parameters(), draws=5)
    assert found.kept.loc[0].isna().all()
    assert found.kept["D8"].isna().all()
    row = found.dimensions.set_index("dimension").loc["D8"]
    assert row["n"] == 0
    assert np.isnan(row[["kept", "stable"]].astype(float)).all()
    assert np.isnan(found.places.loc[0, "hr"])
    assert found.influence.set_index("indicator").loc["I34", "n"] == 0
    nothing = sensitivity(features[["flag_R1"]], parameters(), draws=2)
    assert nothing.kept.isna().all(axis=None)
    assert nothing.indices["n"].tolist() == [0, 0]


def test_places_run_from_the_most_fragile_to_the_most_solid() -> None:
    features = pd.DataFrame({code: anchors_of(code)[::-1] for code in INDICATORS})
    found = sensitivity(features, parameters(), draws=10)
    assert found.places["hr"].tolist() == [0.0, 0.5, 1.0]
    assert found.places["hr_low"].tolist() == found.places["hr_high"].tolist() == [0.0, 0.5, 1.0]
    assert found.indices["spearman"].tolist() == [1.0, 1.0]
    lone = sensitivity(features.head(1), parameters(), draws=3)
    assert lone.places["hr"].isna().all()


@pytest.mark.parametrize(
    ("figures", "draws", "message"),
    [
        ({"sensitivity_shift": 0.5}, 5, "less than half"),
        ({"sensitivity_shift": -0.1}, 5, "less than half"),
        ({"sensitivity_concentration": 0.0}, 5, "is positive"),
        ({}, 0, "one firm and one run"),
    ],
)
def test_moves_that_make_no_sense_are_refused(figures: dict[str, float], draws: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sensitivity(table(3), moved(**figures), draws=draws)
    with pytest.raises(ValueError, match="one firm"):
        leave_one_out(table(3).head(0), parameters())


def test_leaving_one_out_by_hand() -> None:
    """D8 at 0, 50 and 100: mean 50 (C). Without the first 75 (D), without the second 50 (C), without the third 25 (B)."""
    features = pd.DataFrame({"I31": [30.0], "I32": [25.0], "I33": [0.65]})
    found: Any = leave_one_out(features, parameters())
    rows = found.indicators.set_index("indicator")
    assert rows.loc[["I31", "I32", "I33"], "change"].tolist() == [25.0, 0.0, 25.0]
    assert rows.loc[["I31", "I32", "I33"], "moved"].tolist() == [1.0, 0.0, 1.0]
    assert rows.loc[["I31", "I32", "I33"], "n"].tolist() == [1, 1, 1]
    assert found.moved.loc[0, "D8"] == 1.0
    assert np.isnan(found.moved.loc[0, "D1"])
    assert (rows.loc["I01", "n"], rows.loc["I01", "lost"]) == (0, 0)


def test_a_score_that_hangs_on_one_indicator_is_said_to_be_lost() -> None:
    """Two of D8's three are known: without one, the other carries half of the weight left, which is enough; alone it is not."""
    features = pd.DataFrame({"I31": [30.0], "I32": [25.0]})
    rows = leave_one_out(features, parameters()).indicators.set_index("indicator")
    assert rows.loc[["I31", "I32"], "n"].tolist() == [1, 1]
    heavy = load(REFERENCE, overrides={"weights": {"I31": 5}})
    lone = leave_one_out(pd.DataFrame({"I31": [30.0]}), heavy).indicators.set_index("indicator")
    assert (lone.loc["I31", "n"], lone.loc["I31", "lost"]) == (0, 1)


def test_a_dimension_left_out_moves_its_index_alone() -> None:
    features = table(FEW, seed=8, missing=0.0)
    found = leave_one_out(features, parameters()).dimensions.set_index("dimension")
    framework = Framework.of(parameters())
    dimensions = framework.dimensions(framework.scores(values_of(features, framework)))
    bare = dimensions[:, 1:6].mean(axis=1)
    assert found.loc["D1", "change"] == pytest.approx(np.abs(bare - dimensions[:, :6].mean(axis=1)).mean())
    assert found["n"].tolist() == [FEW] * 10
    assert (found["spearman"] < 1).all()
    assert found["family"].tolist() == [DIMENSIONS[code][1] for code in found.index]
