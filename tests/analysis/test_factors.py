"""Factor analyses: 1. what the axes are; 2. weights; 3. scikit-learn's contract; 4. odd tables; 5. the same bytes.

Agreement with reference software is in test_factors_reference.
"""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.factors.analyses import FAMD, MCA, PCA
from analysis.factors.coding import SLICE
from analysis.factors.imputation import FactorImputer
from tests.analysis.references import ess690

MODELS = (FAMD(3), MCA(3), PCA(3))


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return ess690()


def mixed(rows: int, seed: int = 0) -> pd.DataFrame:
    """Two numbers and two categories that go together."""
    random = np.random.default_rng(seed)
    cause = random.normal(size=rows)
    return pd.DataFrame(
        {
            "x": cause + random.normal(size=rows),
            "y": cause * 1000 + random.normal(size=rows) + 1e6,
            "z": np.where(cause + random.normal(size=rows) > 0, "high", "low"),
            "t": random.choice(list("abc"), rows),
        }
    )


def dense(table: pd.DataFrame, weights: Any) -> Any:
    """The standardised table, weighted, the plain way: what the definition says."""
    share = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    columns = []
    for name in map(str, table.columns):
        if pd.api.types.is_numeric_dtype(table[name]):
            apart = table[name].to_numpy() - share @ table[name].to_numpy()
            columns.append(apart / np.sqrt(share @ apart**2))
        else:
            for level in sorted(table[name].unique()):
                held = (table[name] == level).to_numpy(dtype=np.float64)
                columns.append((held - share @ held) / np.sqrt(share @ held))
    return np.column_stack(columns), share


@given(st.integers(0, 5000), st.sampled_from([4, 6, 12, 60]))
@settings(max_examples=25, deadline=None)
def test_1_long_and_wide_tables_have_the_axes_of_the_definition(seed: int, rows: int) -> None:
    table = mixed(rows, seed)
    weights = np.random.default_rng(seed).uniform(0.5, 3, rows)
    standard, share = dense(table, weights)
    values = np.linalg.svd(standard * np.sqrt(share)[:, None], compute_uv=False) ** 2
    model = FAMD(None).fit(table, sample_weight=weights)
    rank = len(model.eigenvalues_)
    assert model.eigenvalues_ == pytest.approx(values[:rank], abs=1e-10)
    assert values[rank:] == pytest.approx(np.zeros(len(values) - rank), abs=1e-9)
    assert model.transform(table) ** 2 @ np.ones(rank) == pytest.approx((standard**2).sum(axis=1), rel=1e-6)


def test_1_a_table_with_more_columns_than_rows(sample: pd.DataFrame) -> None:
    table = sample[[name for name in map(str, sample.columns) if name[0] in "qx"]].head(40)
    wide = FAMD(5).fit(table)
    twice = FAMD(5).fit(pd.concat([table] * 4))
    assert len(wide.columns_) > 40
    assert wide.eigenvalues_ == pytest.approx(twice.eigenvalues_, abs=1e-10)
    assert wide.transform(table) == pytest.approx(twice.transform(table), abs=1e-8)
    assert wide.category_cos2_.to_numpy() == pytest.approx(twice.category_cos2_.to_numpy(), abs=1e-10)
    assert wide.variable_cos2_.to_numpy() == pytest.approx(twice.variable_cos2_.to_numpy(), abs=1e-10)


def test_1_an_mca_is_the_famd_of_categories_on_its_scale(sample: pd.DataFrame) -> None:
    table = sample[["q01", "q04", "q07", "q12"]]
    ours, mixed_one = MCA(3).fit(table), FAMD(3).fit(table)
    assert ours.eigenvalues_ == pytest.approx(mixed_one.eigenvalues_ / 4)
    assert ours.transform(table) == pytest.approx(mixed_one.transform(table) / 2)
    assert ours.variables_.to_numpy() == pytest.approx(mixed_one.variables_.to_numpy())
    assert ours.category_tests_.to_numpy() == pytest.approx(mixed_one.category_tests_.to_numpy())


def test_1_a_pca_may_keep_the_units() -> None:
    table = mixed(50)[["x", "y"]]
    model = PCA(2, scaled=False).fit(table)
    assert model.eigenvalues_ == pytest.approx(np.linalg.eigvalsh(np.cov(table.T, bias=True))[::-1])
    assert model.number_cos2_.sum(axis=1).to_numpy() == pytest.approx(np.ones(2))


def test_1_a_passive_answer_weighs_on_no_axis() -> None:
    table = mixed(80).assign(t=lambda given: given["t"].mask(np.arange(80) % 7 == 0))
    model = FAMD(None, missing_level=None).fit(table)
    assert "t=NR" not in model.columns_
    assert "t=NR" in FAMD(None).fit(table).columns_
    assert model.transform(table.assign(t=None)) == pytest.approx(model.transform(table.assign(t="unheard of")))
    shares = table["t"].value_counts(normalize=True).sort_index()
    assert model.coding_.shares[1] == pytest.approx(shares.to_numpy())


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


@given(st.integers(0, 5000))
@settings(max_examples=15, deadline=None)
def test_2_a_row_of_weight_zero_teaches_nothing(seed: int) -> None:
    random = np.random.default_rng(seed)
    table = mixed(30, seed).mask(random.random((30, 4)) < 0.1)
    weights = random.choice([0.0, 1.0, 2.5], 30)
    weights[:8] = 1.0
    with_them = FAMD(3).fit(table.assign(t=table["t"].mask(weights == 0, "only they")), sample_weight=weights)
    without = FAMD(3).fit(table[weights > 0], sample_weight=weights[weights > 0])
    assert with_them.columns_ == without.columns_
    assert with_them.eigenvalues_.tobytes() == without.eigenvalues_.tobytes()
    assert with_them.components_.tobytes() == without.components_.tobytes()


def test_2_test_values_count_the_rows_that_weights_leave() -> None:
    table, weights = mixed(60), np.random.default_rng(1).uniform(0.2, 4, 60)
    kish, rows, total = (FAMD(2, test_size=size).fit(table, sample_weight=weights) for size in ("kish", "rows", "sum"))
    assert kish.tested_rows_ == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert rows.tested_rows_ == pytest.approx(60)
    assert total.tested_rows_ == pytest.approx(weights.sum())
    ratio = np.sqrt((kish.tested_rows_ - 1) / 59)
    assert kish.category_tests_.to_numpy() == pytest.approx(rows.category_tests_.to_numpy() * ratio)
    assert FAMD(2).fit(table).tested_rows_ == pytest.approx(60)
    with pytest.raises(ValueError, match="kish"):
        FAMD(2, test_size="n").fit(table)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", [FAMD(3), MCA(3)])
def test_2_rows_drawn_again_are_analysed_from_their_codes(model: Any) -> None:
    table = mixed(60) if isinstance(model, FAMD) else mixed(60)[["z", "t"]]
    random = np.random.default_rng(2)
    drawn, weights = random.integers(0, 60, 60), random.uniform(1, 2, 60)
    coded = model.fit(table).code(table)
    again, plain = model.refit(coded.rows(drawn), weights), clone(model).fit(table.iloc[drawn], sample_weight=weights)
    assert again.eigenvalues_ == pytest.approx(plain.eigenvalues_)
    assert again.coordinates(coded) == pytest.approx(plain.transform(table))
    assert again.transform(table) == pytest.approx(plain.transform(table))
    few = model.refit(coded.rows(np.flatnonzero(table["t"] == "a")))
    assert few.columns_ == model.columns_
    assert few.categories_.loc[["t=b"]].to_numpy().tolist() == [[0.0] * few.categories_.shape[1]]


@pytest.mark.parametrize("model", MODELS)
def test_3_follows_the_contract_of_scikit_learn(model: Any) -> None:
    reasons = {
        "check_sample_weight_equivalence_on_dense_data": "Each number is a level of its own here: all eigenvalues are equal, "
        "and the axes are any of their space."
    }
    allowed = reasons if isinstance(model, MCA) else {}
    results = check_estimator(model, on_skip=None, on_fail=None, expected_failed_checks=allowed)
    assert [result["check_name"] for result in results if result["status"] == "failed"] == []


def test_3_clones_travels_and_names_its_axes() -> None:
    table = mixed(40)
    model = FAMD(2, imputer=FactorImputer(1)).fit(table)
    assert pickle.loads(pickle.dumps(model)).transform(table).tobytes() == model.transform(table).tobytes()  # noqa: S301
    again = clone(model)
    assert again.get_params() == {**model.get_params(), "imputer": again.imputer}
    assert not hasattr(again, "coding_")
    assert list(model.get_feature_names_out()) == ["axis1", "axis2"]
    shown = clone(model).set_output(transform="pandas").fit_transform(table)
    assert list(shown.columns) == ["axis1", "axis2"]
    assert make_pipeline(FAMD(2), StandardScaler()).fit_transform(table).std(axis=0) == pytest.approx(np.ones(2))


def test_4_constant_columns_missing_columns_and_single_rows_say_nothing() -> None:
    table = pd.DataFrame({"same": [1.0] * 6, "none": [np.nan] * 6, "one": ["a"] * 6, "void": [None] * 6, "x": [1.0, 2, 3, 4, 5, 7]})
    model = FAMD(4)
    rows = model.fit_transform(table)
    assert rows.shape == (6, 1)
    assert np.isfinite(rows).all()
    assert model.numbers_.loc[["same", "none"]].to_numpy().tolist() == [[0.0], [0.0]]
    assert model.categories_.to_numpy().tolist() == model.category_tests_.to_numpy().tolist() == [[0.0], [0.0]]
    assert model.category_cos2_.to_numpy().tolist() == [[0.0], [0.0]]
    assert FAMD(2).fit_transform(table.head(1)).tolist() == [[0.0]]


@pytest.mark.parametrize("model", [FAMD(3), MCA(3)])
def test_4_a_table_where_nothing_varies_has_one_axis_without_inertia(model: Any) -> None:
    for table in (pd.DataFrame({"one": ["a"] * 5}), pd.DataFrame({"void": [None] * 5, "one": ["a"] * 5})):
        rows = clone(model).fit_transform(table)
        assert rows.tolist() == [[0.0]] * 5
        fitted = clone(model).fit(table)
        assert fitted.eigenvalues_.tolist() == fitted.explained_.tolist() == [0.0]
        assert fitted.row_cos2(table).tolist() == fitted.row_contributions(table).tolist() == [[0.0]] * 5
    with pytest.raises(ValueError, match="0 sample"):
        clone(model).fit(pd.DataFrame({"one": []}))


def test_4_a_constant_far_from_zero_is_constant_and_a_tiny_number_is_not() -> None:
    random = np.random.default_rng(3)
    table = pd.DataFrame(
        {"far": [0.1 + 1e12] * 50, "tiny": random.normal(size=50) * 1e-200, "huge": random.normal(size=50) * 1e200}
    )
    model = PCA(3).fit(table, sample_weight=random.uniform(1, 2, 50))
    assert len(model.eigenvalues_) == 2
    assert model.eigenvalues_.sum() == pytest.approx(2.0)


def test_4_duplicated_rows_change_no_axis(sample: pd.DataFrame) -> None:
    table = sample[["x01_share_55plus", "x03_mean_age", "q01", "q04"]]
    once, twice = FAMD(3).fit(table), FAMD(3).fit(pd.concat([table, table], ignore_index=True))
    assert once.eigenvalues_ == pytest.approx(twice.eigenvalues_, abs=1e-10)
    assert once.transform(table) == pytest.approx(twice.transform(table), abs=1e-8)


def test_4_an_unseen_level_says_nothing() -> None:
    table = pd.DataFrame({"x": [1.0, 2, 3, 4], "z": ["a", "b", "a", "b"]})
    model = FAMD(2).fit(table)
    rows = model.transform(pd.DataFrame({"x": [2.5, 2.5], "z": ["new", None]}))
    assert rows == pytest.approx(np.zeros((2, 2)), abs=1e-12)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"x": [1.0, np.inf, 2, 3], "z": list("abab")}, "infinite somewhere: x"),
        ({"x": pd.date_range("2026-01-01", periods=4), "z": list("abab")}, "holds dates"),
    ],
)
def test_4_numbers_that_are_none_are_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FAMD(2).fit(pd.DataFrame(table))


def test_4_what_is_wrong_is_named() -> None:
    table = pd.DataFrame({"x": [1.0, 2, 3, 4], "z": ["a", "b", "a", "b"]})
    model = FAMD(2).fit(table)
    with pytest.raises(ValueError, match="infinite somewhere: x"):
        model.transform(table.assign(x=[1.0, -np.inf, 2, 3]))
    with pytest.raises(ValueError, match="infinite somewhere: x"):
        MCA(2).fit(table.assign(x=[1.0, -np.inf, 2, 3]))
    for weights in ([1, -1, 1, 1], [0, 0, 0, 0]):
        with pytest.raises(ValueError, match=r"zero or more|non-zero"):
            FAMD(2).fit(table, sample_weight=weights)
    with pytest.raises(ValueError, match="NaN"):
        FAMD(2).fit(table, sample_weight=[1, np.nan, 1, 1])
    with pytest.raises(ValueError, match="same name: x"):
        FAMD(2).fit(pd.concat([table, table[["x"]]], axis=1))
    with pytest.raises(ValueError, match="numbers only, not z"):
        PCA(2).fit(table)
    with pytest.raises(ValueError, match="one axis at least"):
        FAMD(0).fit(table)
    with pytest.raises(ValueError, match="does not have: w"):
        FAMD(2, kinds={"w": "number"}).fit(table)
    with pytest.raises(ValueError, match="is a number but holds something else"):
        FAMD(2, kinds={"z": "number"}).fit(table)
    with pytest.raises(ValueError, match="has 3 rows where the active one has 4"):
        model.supplementary(table, table.head(3))
    with pytest.raises(ValueError, match="two at least"):
        _ = MCA(2).fit(table[["z"]]).adjusted_


def test_4_kinds_may_be_declared() -> None:
    table = pd.DataFrame({"code": [11, 22, 11, 33], "told": ["1", "2.5", None, "3"]})
    model = FAMD(None, kinds={"code": "category", "told": "number"}).fit(table)
    assert model.columns_ == ("told", "code=11", "code=22", "code=33")
    assert model.kinds_ == {"code": "category", "told": "number"}
    later = model.transform(pd.DataFrame({"code": [11.0, np.nan], "told": ["1", "2.5"]}))
    assert later[0] == pytest.approx(model.transform(table)[0])
    flags = pd.DataFrame(
        {"flag": pd.array([True, None, False, True], dtype="boolean"), "n": pd.array([1, None, 3, 4], dtype="Int64")}
    )
    assert FAMD(None).fit(flags).columns_ == ("n", "flag=False", "flag=True", "flag=NR")
    ordered = pd.DataFrame({"size": pd.Categorical(["10-19", "3-9", "3-9"], categories=["3-9", "10-19", "20"], ordered=True)})
    assert MCA(1).fit(ordered).columns_ == ("size=3-9", "size=10-19")


def test_4_supplementary_columns_with_gaps_and_constants() -> None:
    table = mixed(60)
    model = FAMD(2).fit(table)
    extra = pd.DataFrame({"same": [3.0] * 60, "void": [np.nan] * 60, "axis": model.transform(table)[:, 0], "none": [None] * 60})
    extra["some"] = pd.Series(["a"] * 30 + [None] * 30)
    found = model.supplementary(table, extra)
    assert found.numbers.loc[["same", "void"]].to_numpy().tolist() == [[0.0, 0.0]] * 2
    assert found.numbers.loc["axis", "axis1"] == pytest.approx(1.0)
    assert list(found.categories.index) == ["some=a"]
    assert found.categories.loc["some=a"].to_numpy() == pytest.approx(model.transform(table)[:30].mean(axis=0))
    assert found.variables.loc[["none"]].to_numpy().tolist() == [[0.0, 0.0]]
    assert found.variables.loc["some"].to_numpy() == pytest.approx(np.zeros(2), abs=1e-12)


def test_5_the_same_bytes_on_one_thread_or_two_and_alone_or_among_others() -> None:
    table = mixed(SLICE + 300)
    weights = np.random.default_rng(0).uniform(1, 2, len(table))
    bytes_of = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            model = FAMD(3).fit(table, sample_weight=weights)
            rows = model.transform(table)
        bytes_of.append(model.eigenvalues_.tobytes() + model.components_.tobytes() + rows.tobytes())
    assert bytes_of[0] == bytes_of[1]
    assert model.transform(table.iloc[[7]]).tobytes() == rows[7:8].tobytes()
    assert rows == pytest.approx(dense_rows(table, weights, model), abs=1e-9)


def dense_rows(table: pd.DataFrame, weights: Any, model: FAMD) -> Any:
    return dense(table[["x", "y", "z", "t"]], weights)[0] @ model.components_.T
