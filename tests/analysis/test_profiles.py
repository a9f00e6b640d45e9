"""Profiles: 1. the tree and its consolidation; 2. v-tests; 3. planted profiles found, noise refused; 4. names; 5. the same seed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import check_estimator

from analysis.factors.analyses import FAMD
from analysis.profiles.model import FragilityProfiles, active_features, parallel_axes
from analysis.profiles.naming import FAMILIES, propose_names, sentence
from analysis.profiles.ranks import NormalScores
from analysis.synthesis.grouping import group
from tests.analysis.panel import make_panel

OURS = Path(__file__).resolve().parents[1] / "data" / "reference" / "ess690"


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return pd.read_csv(OURS / "sample_690.csv", dtype={"dept": str})


def known(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OURS / f"{name}.json").read_text())
    return loaded


def coordinates(sample: pd.DataFrame, weights: np.ndarray | None) -> np.ndarray:
    return np.asarray(
        FAMD(10).fit_transform(sample[[column for column in map(str, sample.columns) if column[0] in "qx"]], sample_weight=weights)
    )


def test_3_planted_profiles_are_found_with_missing_answers() -> None:
    panel = make_panel(400, 3000, seed=2)
    model = FragilityProfiles(replicates=8).fit(active_features(panel.features))
    assert (model.k_, model.structure_) == (4, "clear")
    assert adjusted_rand_score(panel.truth, model.labels_) > 0.9
    assert (model.stability_ > 0.75).all()
    assert np.bincount(model.labels_).tolist() == sorted(np.bincount(model.labels_), reverse=True)
    assert (model.predict(active_features(panel.features)) == model.labels_).mean() > 0.97


@pytest.mark.parametrize("seed", [1, 2])
def test_3_noise_has_no_profile(seed: int) -> None:
    noise = pd.DataFrame(np.random.default_rng(seed).normal(size=(300, 12)))
    model = FragilityProfiles(replicates=6).fit(noise)
    assert (model.structure_, model.k_) == ("none", 1)
    assert not model.labels_.any()
    # One common factor stretches the cloud without splitting it.
    stretched = noise + 1.5 * np.random.default_rng(seed + 10).normal(size=(300, 1))
    assert FragilityProfiles(replicates=6).fit(stretched).structure_ == "none"


def test_3_few_firms_and_odd_tables_are_answered_safely() -> None:
    panel = make_panel(40, 1000)
    found = group(panel.features, np.ones(40), seed=0)
    assert found.profiles.structure == "none"
    assert set(found.labels) == {None}
    same = FragilityProfiles(replicates=2).fit(pd.DataFrame(np.ones((50, 3))))
    assert same.k_ == 1
    with pytest.raises(ValueError, match="above zero"):
        FragilityProfiles().fit(np.ones((9, 2)), sample_weight=np.arange(9.0))
    with pytest.raises(ValueError, match="infinite somewhere: a"):
        FragilityProfiles().fit(pd.DataFrame({"a": [1.0, np.inf] * 20, "b": np.arange(40.0)}))
    with pytest.raises(ValueError, match="bear the same name"):
        FragilityProfiles().fit(pd.DataFrame(np.ones((40, 2)), columns=["a", "a"]))
    with pytest.raises(ValueError, match="holds dates"):
        FragilityProfiles().fit(pd.DataFrame({"a": pd.Timestamp("2026-01-01"), "b": np.arange(40.0)}))


def test_3_ranks_tame_skewed_numbers() -> None:
    skewed = pd.DataFrame({"x": [1.0, 2.0, 4.0, 1000.0, np.nan]})
    scores = NormalScores("all").fit_transform(skewed)["x"].to_numpy()
    assert scores[:4] == pytest.approx(-scores[:4][::-1])
    assert np.isnan(scores[4])
    assert (
        2 <= parallel_axes(pd.DataFrame(np.random.default_rng(0).normal(size=(80, 5))), np.ones(80), np.random.default_rng(0)) <= 3
    )


def test_3_follows_the_contract_of_scikit_learn() -> None:
    # Bootstrap samples draw rows, not weights: a row of weight two is not a row twice.
    expected = {"check_sample_weight_equivalence_on_dense_data": "bootstrap samples draw rows, not weights"}
    results = check_estimator(
        FragilityProfiles(replicates=2, smallest_firms=2, largest=4, null_draws=20),
        expected_failed_checks=expected,
        on_skip=None,
        on_fail=None,
    )
    assert [result["check_name"] for result in results if result["status"] == "failed"] == []


def test_4_names_follow_the_families_and_never_repeat() -> None:
    leaving = {"leaving5": 1.2, "score_D1": 1.0, "score_D2": 0.8, "score_D3": 0.7}
    also = {"leaving5": 0.9, "score_D1": 0.8, "score_D2": 0.6, "score_D3": 0.5}
    ahead = {"score_D2": -0.9, "score_D3": -0.8, "score_D5": -0.7, "score_D9": -0.5}
    names = propose_names([also, leaving, ahead, {}])
    assert names[1] == FAMILIES[0].name
    assert names[2] == FAMILIES[5].name
    assert names[0].fr == "Nombreux départs à cinq ans, équipe vieillissante"
    assert len({name.fr for name in names}) == len({name.en for name in names}) == 4
    assert sentence(ahead).en == "Succession prepared, knowledge passed on, sound HR function and sound finances."
    assert sentence({}).fr.startswith("Proche de la moyenne")


def test_5_the_same_seed_gives_the_same_profiles() -> None:
    panel = make_panel(220, 2000, seed=3)
    first, second = (group(panel.features, np.ones(220), seed=9) for _ in range(2))
    assert first == second
    assert first.profiles.structure in {"clear", "indicative"}
    for profile in first.profiles.profiles:
        assert profile.name.fr
        assert profile.name.en
        assert profile.standing == ("firm" if profile.stability >= 0.75 else "indicative")
        assert len(profile.traits) == 5
