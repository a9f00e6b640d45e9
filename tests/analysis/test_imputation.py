"""Imputation by the axes: 1. what is completed, and how well; 2. weights; 3. later rows; 4. the contract; 5. odd tables.

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
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import check_estimator

from analysis.factors.analyses import FAMD
from analysis.factors.imputation import FactorImputer
from analysis.factors.rounds import Rounds
from tests.analysis.references import ess690


def tied(rows: int, seed: int = 0) -> pd.DataFrame:
    """Three numbers and two categories of one cause."""
    random = np.random.default_rng(seed)
    cause = random.normal(size=rows)
    table = {f"x{place}": cause * (place + 1) + random.normal(size=rows) * 0.3 for place in range(3)}
    levels = {name: np.digitize(cause + random.normal(size=rows) * 0.3, [-0.5, 0.5]) for name in ("z", "t")}
    return pd.DataFrame({**table, **{name: np.array(["low", "mid", "top"])[found] for name, found in levels.items()}})


def gaps(table: pd.DataFrame, share: float = 0.1, seed: int = 1) -> pd.DataFrame:
    return table.mask(np.random.default_rng(seed).random(table.shape) < share)


def plain_pca_imputation(table: Any, axes: int, tol: float) -> Any:
    """Josse & Husson (2012), regularised, written as the paper says it, for a table of numbers (rows, columns)."""
    missing = np.isnan(table)
    filled = np.where(missing, np.nanmean(table, axis=0), table)
    rows, columns = table.shape
    last = np.inf
    for made in range(1, 1000):
        mean, spread = filled.mean(axis=0), filled.std(axis=0)
        standard = (filled - mean) / spread
        left, singular, right = np.linalg.svd(standard / np.sqrt(rows), full_matrices=False)
        values = singular**2
        noise = rows * columns / min(columns, rows - 1) * values[axes:].sum()
        noise /= (rows - 1) * columns - (rows - 1) * axes - columns * axes + axes**2
        fitted = (left[:, :axes] * ((values[:axes] - min(noise, values[axes])) / singular[:axes])) @ right[:axes] * np.sqrt(rows)
        error = (((standard - fitted) ** 2)[~missing]).sum() / rows
        filled = np.where(missing, fitted * spread + mean, filled)
        if made >= 5 and abs(1 - error / last) < tol:
            break
        last = error
    return filled


def plain_mca_imputation(memberships: Any, missing: Any, variables: int, axes: int, tol: float) -> Any:
    """Josse, Chavent, Liquet & Husson (2012), regularised, for the indicators of some variables (rows, levels)."""
    rows, levels = memberships.shape
    shares = np.where(missing, 0, memberships).sum(axis=0) / (~missing).sum(axis=0)
    filled = np.where(missing, shares, memberships)
    last = filled
    for _ in range(1000):
        share = filled.mean(axis=0)
        standard = (filled / share - 1) * np.sqrt(share / variables)
        left, singular, right = np.linalg.svd(standard / np.sqrt(rows), full_matrices=False)
        noise = (singular[axes : levels - variables] ** 2).mean()
        fitted = (left[:, :axes] * ((singular[:axes] ** 2 - noise) / singular[:axes])) @ right[:axes] * np.sqrt(rows)
        now = fitted * np.sqrt(share * variables) + share
        filled = np.where(missing, now, filled)
        if ((now - last) ** 2).sum() / rows <= tol:
            break
        last = now
    return filled


def test_1_numbers_are_completed_as_published() -> None:
    table = gaps(tied(80))[["x0", "x1", "x2"]].assign(other=np.random.default_rng(5).normal(size=80))
    completed = FactorImputer(2, tol=1e-7).fit_transform(table)
    assert completed.to_numpy() == pytest.approx(plain_pca_imputation(table.to_numpy(), 2, 1e-7), abs=1e-10)
    assert completed[table.notna()].equals(table)


def test_1_categories_are_completed_as_published() -> None:
    table = gaps(tied(120).assign(u=np.random.default_rng(2).choice(list("ab"), 120)))[["z", "t", "u"]]
    held = pd.get_dummies(table, prefix_sep="=").to_numpy(dtype=np.float64)
    missing = np.column_stack([table[name].isna() for name, levels in (("z", 3), ("t", 3), ("u", 2)) for _ in range(levels)])
    completed = FactorImputer(2, tol=1e-9).fit_complete(table)
    assert completed.disjunctive.to_numpy() == pytest.approx(plain_mca_imputation(held, missing, 3, 2, 1e-9), abs=1e-10)
    assert completed.disjunctive.columns[0] == "z=low"
    assert completed.table["z"].notna().all()


@given(st.integers(0, 5000))
@settings(max_examples=10, deadline=None)
def test_1_memberships_sum_to_one_and_what_is_known_stays(seed: int) -> None:
    table = gaps(tied(60, seed), seed=seed)
    completed = FactorImputer(1).fit_complete(table)
    for block in completed.coded.blocks:
        assert block.sum(axis=1) == pytest.approx(np.ones(60))
    assert completed.table.notna().to_numpy().all()
    for name in map(str, table.columns):
        known = table[name].notna()
        assert completed.table.loc[known, name].astype(object).tolist() == table.loc[known, name].tolist()


def test_1_the_axes_complete_better_than_the_means() -> None:
    truth = tied(2000)
    table = gaps(truth)
    hidden = table.isna()
    errors, right = [], []
    for axes in (0, 2):
        done = FactorImputer(axes).fit_transform(table)
        errors.append(float(((done["x2"] - truth["x2"])[hidden["x2"]] ** 2).mean()))
        right.append(float((done["z"].astype(str) == truth["z"])[hidden["z"]].mean()))
    assert errors[1] < errors[0] / 5
    assert right[1] > right[0] + 0.2


def test_1_regularisation_shrinks_and_can_be_left_out() -> None:
    table = gaps(tied(60))
    shrunk, plain = FactorImputer(2).fit(table), FactorImputer(2, regularised=False).fit(table)
    assert (shrunk.shrinkage_ < 1).all()
    assert (shrunk.shrinkage_ >= 0).all()
    assert shrunk.noise_ > 0
    assert plain.shrinkage_.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("numbers", [True, False])
def test_1_nobody_is_given_a_level_that_answers_nothing(*, numbers: bool) -> None:
    truth = tied(150).assign(z=lambda given: given["z"].mask(given["x0"] < -0.5, "NC"))
    truth = truth if numbers else truth[["z", "t"]].assign(u=truth["t"])
    table = truth.mask(np.random.default_rng(3).random(truth.shape) < 0.1)
    imputer = FactorImputer(2 if numbers else 1, tol=1e-14, max_iter=5000)
    together = imputer.fit_complete(table)
    empty = table["z"].isna()
    assert (together.table["z"].astype(str)[empty] != "NC").all()
    assert together.disjunctive.loc[empty, "z=NC"].tolist() == [0.0] * int(empty.sum())
    assert together.disjunctive.filter(like="z=").sum(axis=1).to_numpy() == pytest.approx(np.ones(150))
    alone = imputer.complete(table)
    for ours, theirs in zip(alone.coded.blocks, together.coded.blocks, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)
    assert (FactorImputer(1, barred=()).fit_transform(table)["z"].astype(str)[empty] == "NC").any()
    with pytest.raises(ValueError, match="Several levels of z"):
        FactorImputer(1, barred=("NC", "top")).fit(table)


def test_2_equal_weights_are_no_weights_and_zero_ones_teach_nothing() -> None:
    table = gaps(tied(70))
    plain, weighted = FactorImputer(2), FactorImputer(2)
    assert plain.fit_complete(table).table.equals(weighted.fit_complete(table, sample_weight=np.ones(70)).table)
    weights = np.where(np.arange(70) < 50, 1.5, 0.0)
    some = FactorImputer(2).fit_complete(table, sample_weight=weights)
    fewer = FactorImputer(2).fit_complete(table.head(50))
    assert some.coded.numbers[:50] == pytest.approx(fewer.coded.numbers, abs=1e-12)
    assert some.table.notna().to_numpy().all()


def test_2_weights_change_what_is_completed() -> None:
    table = gaps(tied(70))
    weights = np.random.default_rng(4).uniform(0.2, 5, 70)
    weighted = FactorImputer(0).fit_transform(table, sample_weight=weights)
    known = table["x0"].notna()
    expected = np.average(table.loc[known, "x0"], weights=weights[known])
    assert weighted.loc[~known, "x0"].to_numpy() == pytest.approx(np.full(int((~known).sum()), expected))


def test_3_rows_completed_alone_are_where_the_rounds_would_end() -> None:
    table = gaps(tied(80))
    imputer = FactorImputer(2, tol=1e-14, max_iter=5000)
    together = imputer.fit_complete(table)
    alone = imputer.complete(table)
    assert alone.coded.numbers == pytest.approx(together.coded.numbers, abs=1e-5)
    for ours, theirs in zip(alone.coded.blocks, together.coded.blocks, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_3_a_later_row_does_not_depend_on_its_neighbours() -> None:
    table = gaps(tied(80))
    imputer = FactorImputer(2).fit(table)
    later = gaps(tied(20, seed=9), 0.4)
    whole = imputer.transform(later)
    assert imputer.transform(later.iloc[[3]])["x0"].to_numpy() == pytest.approx(whole.iloc[[3]]["x0"].to_numpy(), abs=1e-12)
    nothing = imputer.transform(table.head(1).mask(np.ones((1, 5), dtype=bool)))
    assert nothing[["x0", "x1", "x2"]].to_numpy()[0] == pytest.approx(imputer.coding_.means)
    unseen = imputer.transform(later.assign(z="unheard of"))
    assert unseen["z"].isin(["low", "mid", "top"]).all()


def test_4_follows_the_contract_of_scikit_learn() -> None:
    failed = [
        result["check_name"]
        for result in check_estimator(FactorImputer(1), on_skip=None, on_fail=None)
        if result["status"] == "failed"
    ]
    assert failed == []


def test_4_clones_travels_and_names_its_columns() -> None:
    table = gaps(tied(60))
    imputer = FactorImputer(2).fit(table)
    again = pickle.loads(pickle.dumps(imputer))  # noqa: S301
    assert again.transform(table).equals(imputer.transform(table))
    assert clone(imputer).get_params() == imputer.get_params()
    assert list(imputer.get_feature_names_out()) == list(table.columns)


def test_4_the_same_seedless_bytes_each_time() -> None:
    table = gaps(ess690()[["q01", "q02", "q03", "x01_share_55plus", "x03_mean_age", "x04_seniority"]])
    first, second = (FactorImputer(2).fit_complete(table) for _ in range(2))
    assert first.coded.numbers.tobytes() == second.coded.numbers.tobytes()
    assert [block.tobytes() for block in first.coded.blocks] == [block.tobytes() for block in second.coded.blocks]


@pytest.mark.parametrize(
    ("table", "axes", "message"),
    [
        (pd.DataFrame({"x": [1.0, 2, 3], "void": [np.nan] * 3}), 0, "Nothing is known of void"),
        (pd.DataFrame({"x": [1.0, 2, 3], "void": [None] * 3}), 0, "Nothing is known of void"),
        (pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 5, np.nan]}), 2, "0 to 1 axes"),
        (pd.DataFrame({"x": [1.0], "y": [np.nan]}), 1, "Nothing is known of y"),
        (pd.DataFrame({"x": [1.0, np.inf, 3]}), 0, "infinite"),
        (tied(20), -1, "n_components is -1"),
    ],
)
def test_5_tables_that_cannot_be_completed_say_why(table: pd.DataFrame, axes: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FactorImputer(axes).fit(table)


def test_5_constant_columns_and_single_levels_are_completed_by_themselves() -> None:
    table = gaps(tied(50)).assign(same=[2.0] * 49 + [np.nan], one=pd.Series(["a"] * 49 + [None]))
    done = FactorImputer(1).fit_transform(table)
    assert done["same"].to_numpy() == pytest.approx(np.full(50, 2.0))
    assert done["one"].astype(str).tolist() == ["a"] * 50


def test_5_the_algorithm_must_fit_the_table_and_may_not_converge() -> None:
    table = gaps(tied(60))
    for method in ("pca", "mca", "other"):
        with pytest.raises(ValueError, match="calls for « famd »"):
            FactorImputer(1, method=method).fit(table)  # type: ignore[arg-type]
    with pytest.warns(ConvergenceWarning, match="did not converge in 2 rounds"):
        FactorImputer(1, max_iter=2).fit(table)
    with pytest.raises(ValueError, match="zero or more"):
        FactorImputer(1).fit(table, sample_weight=-np.ones(60))


def test_5_a_share_below_zero_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    table = gaps(tied(60))
    monkeypatch.setattr(Rounds, "_pass", lambda self, _fit, _before: (self._cross_product() + _spoil(self), 1.0, 1.0))
    with pytest.raises(ValueError, match="fell below zero"):
        FactorImputer(1).fit(table)


def _spoil(rounds: Rounds) -> float:
    rounds.table[:, -1] -= 2.0
    return 0.0


def test_5_an_analysis_completes_later_rows_too() -> None:
    table = gaps(tied(80))
    model = FAMD(2, imputer=FactorImputer(2)).fit(table)
    assert np.isfinite(model.transform(gaps(tied(10, seed=7), 0.5))).all()
    assert model.transform(table) == pytest.approx(model.fit_transform(table), abs=1e-2)
