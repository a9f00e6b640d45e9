"""Factor analysis: 1. the reference's eigenvalues and signed coordinates; 2. weights; 3. scikit-learn's contract; 4. odd tables."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import check_estimator

from analysis.factors import FAMD

OURS = Path(__file__).resolve().parents[1] / "data" / "reference" / "ess690"
OTHERS = Path(__file__).resolve().parents[3] / "shared" / "reference"


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return pd.read_csv(OURS / "sample_690.csv", dtype={"dept": str})


def known(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OURS / f"{name}.json").read_text())
    return loaded


@pytest.mark.parametrize(("name", "weighted"), [("famd_nr_mean", False), ("famd_nr_mean_weighted", True)])
def test_1_agrees_with_the_reference(name: str, weighted: bool, sample: pd.DataFrame) -> None:
    expected = known(name)
    active = sample[[column for column in map(str, sample.columns) if column[0] in "qx"]]
    model = FAMD(10).fit(active, sample_weight=sample["weight"] if weighted else None)
    rows = model.transform(active)
    assert model.eigenvalues_[:10] == pytest.approx([row[0] for row in expected["eig"]["values"]], abs=1e-8)
    assert 100 * model.explained_[:10] == pytest.approx([row[1] for row in expected["eig"]["values"]], abs=1e-8)
    assert rows[:60] == pytest.approx(np.array(expected["ind"]["coord"]["values"]), abs=1e-8)
    numbers = expected["quanti.var"]["coord"]
    assert model.numbers_.loc[numbers["rows"]].to_numpy() == pytest.approx(np.array(numbers["values"]), abs=1e-8)
    levels = expected["quali.var"]["coord"]
    names = [f"{level[:3]}={'NR' if level.endswith('NR') else level}" for level in levels["rows"]]
    assert model.categories_.loc[names].to_numpy() == pytest.approx(np.array(levels["values"]), abs=1e-8)


def test_1_agrees_on_supplementary_rows_of_another_data_set() -> None:
    if not (OTHERS / "geomorphology").exists():
        pytest.skip("The data sets of other packages stay outside the project.")
    table = pd.read_csv(OTHERS / "geomorphology" / "data.csv", index_col=0)
    expected = json.loads((OTHERS / "geomorphology" / "famd_weighted_indsup.json").read_text())
    model = FAMD(5).fit(table.iloc[:65], sample_weight=expected["row_w"])
    size = len(expected["ind"]["coord"]["values"])
    axes = len(expected["ind"]["coord"]["cols"])
    assert model.transform(table.iloc[:size])[:, :axes] == pytest.approx(
        np.array(expected["ind"]["coord"]["values"])[:, :5], abs=1e-8
    )
    assert model.transform(table.iloc[65:])[:, :axes] == pytest.approx(
        np.array(expected["ind.sup"]["coord"]["values"])[:, :5], abs=1e-8
    )


@given(st.integers(0, 5000))
@settings(max_examples=20, deadline=None)
def test_2_a_weight_of_two_is_a_row_twice(seed: int) -> None:
    random = np.random.default_rng(seed)
    table = pd.DataFrame({"x": random.normal(size=30), "y": random.normal(size=30), "z": random.choice(list("abc"), 30)})
    weights = random.integers(1, 4, 30)
    weighted = FAMD(3).fit(table, sample_weight=weights)
    repeated = FAMD(3).fit(table.loc[np.repeat(table.index, weights)].reset_index(drop=True))
    assert weighted.eigenvalues_ == pytest.approx(repeated.eigenvalues_, abs=1e-10)
    assert np.abs(weighted.transform(table)) == pytest.approx(np.abs(repeated.transform(table)), abs=1e-6)


def test_2_the_rows_have_the_variances_of_the_axes(sample: pd.DataFrame) -> None:
    table = sample[["x01_share_55plus", "x03_mean_age", "q01", "q04"]]
    weights = sample["weight"].to_numpy()
    model = FAMD(3).fit(table, sample_weight=weights)
    rows = model.transform(table)
    assert np.average(rows, axis=0, weights=weights) == pytest.approx(np.zeros(3), abs=1e-10)
    assert np.average(rows**2, axis=0, weights=weights) == pytest.approx(model.eigenvalues_[:3])
    assert model.explained_.sum() == pytest.approx(1.0)
    assert (model.components_.sum(axis=1) > 0).all()


def test_3_follows_the_contract_of_scikit_learn() -> None:
    failed = [result for result in check_estimator(FAMD(2), on_skip=None, on_fail=None) if result["status"] == "failed"]
    assert failed == []


def test_4_constant_columns_missing_columns_and_single_rows_say_nothing() -> None:
    table = pd.DataFrame({"same": [1.0] * 6, "none": [np.nan] * 6, "one": ["a"] * 6, "x": [1.0, 2, 3, 4, 5, 7]})
    rows = FAMD(4).fit_transform(table)
    assert rows.shape == (6, 1)
    assert np.isfinite(rows).all()
    assert FAMD(2).fit_transform(table.head(1)).tolist() == [[0.0]]


def test_4_an_unseen_level_is_none_of_the_known_ones_and_infinity_is_refused() -> None:
    table = pd.DataFrame({"x": [1.0, 2, 3, 4], "z": ["a", "b", "a", "b"]})
    model = FAMD(2).fit(table)
    assert np.isfinite(model.transform(pd.DataFrame({"x": [2.5], "z": ["new"]}))).all()
    with pytest.raises(ValueError, match="infinite"):
        FAMD(2).fit(table.assign(x=[1.0, np.inf, 2, 3]))
    with pytest.raises(ValueError, match="zero or more"):
        FAMD(2).fit(table, sample_weight=[1, -1, 1, 1])
