"""Numbers of axes: 1. by parallel analysis; 2. by cross-validation of the imputation; 3. bad input."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from analysis.factors.analyses import FAMD, MCA, PCA
from analysis.factors.dimensions import imputation_axes, parallel_analysis
from analysis.factors.imputation import FactorImputer
from tests.analysis.references import ess690


def planted(rows: int, causes: int, seed: int = 0) -> pd.DataFrame:
    """Twelve columns of some causes, half of them categories."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(rows, max(causes, 1))) * (causes > 0)
    made: dict[str, Any] = {}
    for place in range(12):
        value = hidden[:, place % max(causes, 1)] * 1.5 + random.normal(size=rows)
        made[f"c{place}"] = value if place < 6 else np.where(value > 0, "high", "low")
    return pd.DataFrame(made)


@pytest.mark.parametrize("causes", [0, 1, 3])
def test_1_as_many_axes_as_causes(causes: int) -> None:
    table = planted(400, causes)
    assert parallel_analysis(FAMD(2), table, draws=19, seed=1).axes == causes


def test_1_nine_axes_in_the_survey_and_none_in_its_shuffled_columns() -> None:
    sample = ess690()
    active = sample[[name for name in map(str, sample.columns) if name[0] in "qx"]]
    found = parallel_analysis(FAMD(2), active)
    assert found.axes == 9
    assert (found.eigenvalues[:9] > found.thresholds[:9]).all()
    random = np.random.default_rng(0)
    noise = pd.DataFrame({str(name): random.permutation(active[name].to_numpy()) for name in active})
    assert parallel_analysis(FAMD(2), noise).axes <= 1


def test_1_weights_stay_with_the_rows_and_the_seed_says_all() -> None:
    table = planted(200, 1)
    weights = np.random.default_rng(2).uniform(0.2, 4, 200) * (np.arange(200) < 180)
    first, second = (parallel_analysis(FAMD(2), table, weights, seed=5) for _ in range(2))
    assert first.thresholds.tobytes() == second.thresholds.tobytes()
    heavy = parallel_analysis(FAMD(2), table, np.where(np.arange(200) < 20, 50.0, 0.5))
    assert heavy.thresholds[0] > first.thresholds[0]


def test_1_for_each_analysis_and_for_imputed_tables() -> None:
    table = planted(200, 2)
    numbers, categories = table.iloc[:, :6], table.iloc[:, 6:]
    assert parallel_analysis(PCA(2), numbers).axes == 2
    assert parallel_analysis(MCA(2), categories).axes == 2
    model = FAMD(2, imputer=FactorImputer(2))
    holed = table.mask(np.random.default_rng(3).random(table.shape) < 0.05)
    assert parallel_analysis(model, holed).axes == 2
    assert not hasattr(model, "coding_")


def test_2_the_axes_that_complete_best_are_those_planted() -> None:
    table = planted(300, 2)
    holed = table.mask(np.random.default_rng(3).random(table.shape) < 0.05)
    found = imputation_axes(FactorImputer(), holed, largest=4, draws=3)
    assert found.axes == 2
    assert found.errors.shape == (3, 5)
    assert found.mean_errors == pytest.approx(found.errors.mean(axis=0))
    again = imputation_axes(FactorImputer(), holed, np.full(300, 3.0), largest=4, draws=3)
    assert again.mean_errors == pytest.approx(found.mean_errors)
    assert imputation_axes(FactorImputer(), planted(300, 0), largest=3, draws=3).axes == 0


def test_2_each_kind_of_table_and_levels_that_one_row_has() -> None:
    table = planted(120, 1)
    assert imputation_axes(FactorImputer(), table.iloc[:, :6], largest=2).axes == 1
    assert imputation_axes(FactorImputer(), table.iloc[:, :6].to_numpy(), largest=2).axes == 1
    rare = table.iloc[:, 6:].assign(c6=["only", *table["c6"].tolist()[1:]])
    assert imputation_axes(FactorImputer(), rare, largest=2, hidden=0.6, draws=2).errors.shape == (2, 3)
    small = imputation_axes(FactorImputer(), table.iloc[:3, :2], largest=5, draws=1)
    assert small.errors.shape[1] <= 2


@pytest.mark.parametrize("options", [{"draws": 0}, {"quantile": 1.0}])
def test_3_parallel_analysis_refuses_what_it_cannot_do(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one draw at least"):
        parallel_analysis(FAMD(2), planted(30, 1), **options)


@pytest.mark.parametrize("options", [{"draws": 0}, {"hidden": 0.0}, {"largest": -1}])
def test_3_cross_validation_refuses_what_it_cannot_do(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one draw at least"):
        imputation_axes(FactorImputer(), planted(30, 1), **options)


def test_3_tables_where_nothing_varies_have_no_axis() -> None:
    table = pd.DataFrame({"one": ["a"] * 10, "two": ["b"] * 10})
    assert parallel_analysis(clone(MCA(2)), table).axes == 0
    assert parallel_analysis(FAMD(2), table.head(1)).axes == 0
