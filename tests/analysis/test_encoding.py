"""Answers to an active table: 1. not asked and not answered; 2. rare levels; 3. normal scores; 4. the contract; 5. odd tables."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from analysis.factors.analyses import FAMD
from analysis.factors.encoding import NOT_ASKED, AnswerEncoder
from analysis.factors.imputation import FactorImputer
from analysis.factors.levels import joined, merge_ordered, merge_unordered
from analysis.factors.scores import normal_scores, skewness

# 40 firms: 10 do not have the question, 6 leave it.
ANSWERS = [NOT_ASKED] * 10 + [None] * 6 + ["yes"] * 14 + ["no"] * 10


def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "q": pd.Series(ANSWERS, dtype=object),
            "n": pd.Series([NOT_ASKED] * 8 + [None] * 4 + [float(place) for place in range(28)], dtype=object),
            "x": np.linspace(0, 1, 40),
        }
    )


def test_1_not_asked_is_no_silence() -> None:
    encoder = AnswerEncoder(kinds={"n": "number"})
    found = encoder.fit_transform(table())
    assert found["q"].astype(str).tolist() == ["NC"] * 10 + ["NR"] * 6 + ["yes"] * 14 + ["no"] * 10
    assert encoder.levels_["q"] == ("no", "yes", "NR", "NC")
    assert FAMD(2).fit(found).columns_ == ("n", "x", "q=no", "q=yes", "q=NR", "q=NC")


def test_1_silence_may_be_left_for_imputation_and_the_unasked_is_never_guessed() -> None:
    encoder = AnswerEncoder(kinds={"n": "number"}, no_answer="missing")
    found = encoder.fit_transform(table())
    assert found["q"].isna().sum() == 6
    assert found["n"].isna().sum() == 4
    assert found["n"].to_numpy()[:8] == pytest.approx(np.full(8, np.arange(28).mean()))
    done = FactorImputer(1).fit_transform(found)
    assert done["n"].to_numpy()[:8] == pytest.approx(found["n"].to_numpy()[:8])
    assert (done["q"].astype(str) == "NC").sum() == 10


def test_1_an_unasked_number_says_nothing_on_the_axes() -> None:
    weights = np.random.default_rng(0).uniform(1, 3, 40)
    encoder = AnswerEncoder(kinds={"n": "number"}).fit(table(), sample_weight=weights)
    found = encoder.transform(table())
    known = [place for place in range(40) if place >= 12]
    assert found["n"].to_numpy()[0] == pytest.approx(np.average(np.arange(28), weights=weights[known]))


def test_1_the_special_levels_of_a_categorical() -> None:
    column = pd.Categorical(["low", NOT_ASKED, None, "high", "low", "high"], categories=["low", "high", NOT_ASKED], ordered=True)
    encoder = AnswerEncoder(least_rows=1, least_share=0.0).fit(pd.DataFrame({"q": column}))
    assert encoder.levels_["q"] == ("low", "high", "NR", "NC")
    assert encoder.transform(pd.DataFrame({"q": column}))["q"].astype(str).tolist() == ["low", "NC", "NR", "high", "low", "high"]


def test_2_neighbours_of_an_order_are_merged_rarest_first() -> None:
    shares = np.array([0.01, 0.4, 0.03, 0.5, 0.015, 0.045])
    assert merge_ordered(shares, shares * 1000, 0.02, 5) == [0, 0, 1, 2, 3, 3]
    assert joined(list("abcdef"), [0, 0, 1, 2, 3, 3], ordered=True, rest="") == ("a + b", "a + b", "c", "d", "e + f", "e + f")
    assert merge_ordered(np.array([0.5, 0.5]), np.array([2.0, 2.0]), 0.02, 5) == [0, 0]


def test_2_levels_without_an_order_make_up_a_rest_that_is_not_rare_itself() -> None:
    shares = np.array([0.01, 0.5, 0.005, 0.3, 0.1, 0.085])
    assert merge_unordered(shares, shares * 1000, 0.02, 5) == [-1, 1, -1, 3, 4, -1]
    one = np.array([0.01, 0.59, 0.4])
    assert merge_unordered(one, one * 1000, 0.02, 5) == [-1, 1, -1]
    assert merge_unordered(np.array([0.01]), np.array([1.0]), 0.02, 5) == [0]


@given(st.lists(st.integers(1, 200), min_size=1, max_size=8), st.sampled_from([0.0, 0.02, 0.2, 0.6]))
@settings(max_examples=60, deadline=None)
def test_2_no_group_is_rare_unless_it_is_alone(counts: list[int], least: float) -> None:
    rows = np.array(counts, dtype=np.float64)
    shares = rows / rows.sum()
    for merge in (merge_ordered, merge_unordered):
        groups = merge(shares, rows, least, 5)
        assert len(groups) == len(counts)
        masses = {group: (shares[np.equal(groups, group)].sum(), rows[np.equal(groups, group)].sum()) for group in groups}
        assert len(masses) == 1 or all(share >= least - 1e-12 and count >= 5 for share, count in masses.values())
    assert merge_ordered(shares, rows, least, 5) == sorted(merge_ordered(shares, rows, least, 5))


def test_2_what_was_merged_is_told_and_silence_is_never_made_an_answer() -> None:
    answers = ["a"] * 50 + ["b"] * 45 + ["c"] * 2 + ["d"] * 4 + [None] * 1 + [NOT_ASKED] * 1
    frame = pd.DataFrame({"q": pd.Series(answers, dtype=object)})
    encoder = AnswerEncoder().fit(frame)
    assert encoder.merged_ == (("q", "c", "Autre"), ("q", "d", "Autre"), ("q", "NR", ""), ("q", "NC", ""))
    assert encoder.levels_["q"] == ("a", "b", "Autre")
    found = encoder.transform(frame)
    assert found["q"].isna().tolist() == [False] * 101 + [True, True]
    assert FAMD(2, missing_level=None).fit(found).columns_ == ("q=a", "q=b", "q=Autre")
    sized = AnswerEncoder(order={"q": ["c", "a", "b", "d"]}).fit(frame)
    assert sized.levels_["q"] == ("c + a", "b + d")
    assert sized.merged_[:2] == (("q", "c", "c + a"), ("q", "a", "c + a"))


def test_2_rarity_is_of_weight_and_later_rows_follow_the_rule_learnt() -> None:
    frame = pd.DataFrame({"q": ["a"] * 50 + ["b"] * 40 + ["c"] * 10})
    weights = np.array([1.0] * 90 + [0.01] * 10)
    encoder = AnswerEncoder().fit(frame, sample_weight=weights)
    assert encoder.levels_["q"] == ("a", "Autre")
    later = encoder.transform(pd.DataFrame({"q": ["c", "a", "unheard of", None]}))
    assert later["q"].isna().tolist() == [False, False, True, True]
    assert later["q"].astype(object).tolist()[:2] == ["Autre", "a"]


def test_3_scores_are_bloms_and_ties_share_theirs() -> None:
    column = np.array([3.0, 1.0, 2.0, 2.0, np.nan, 100.0])
    scores = normal_scores(column, np.ones(6))
    ranks = np.array([4.0, 1.0, 2.5, 2.5, np.nan, 5.0])
    assert scores.give(column) == pytest.approx(stats.norm.ppf((ranks - 0.375) / 5.25), nan_ok=True)
    assert scores.give(np.array([-5.0, 1e9])).tolist() == scores.give(np.array([1.0, 100.0])).tolist()
    assert scores.give(np.array([1.5]))[0] == pytest.approx(scores.give(np.array([1.0, 2.0])).mean())
    assert np.isnan(normal_scores(np.full(3, np.nan), np.ones(3)).give(np.ones(2))).all()


@given(st.integers(0, 5000))
@settings(max_examples=20, deadline=None)
def test_3_scores_follow_the_order_and_equal_weights_are_no_weights(seed: int) -> None:
    random = np.random.default_rng(seed)
    column = np.exp(random.normal(size=40))
    found = normal_scores(column, random.uniform(0.1, 5, 40)).give(column)
    assert (np.diff(found[np.argsort(column)]) > 0).all()
    assert normal_scores(column, np.full(40, 7.5)).give(column) == pytest.approx(normal_scores(column, np.ones(40)).give(column))
    assert skewness(column, np.ones(40)) == pytest.approx(stats.skew(column))


def test_3_only_skewed_numbers_are_ranked_unless_told_otherwise() -> None:
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"even": random.uniform(size=300), "skewed": np.exp(2 * random.normal(size=300)), "flat": 1.0})
    assert AnswerEncoder().fit(frame).ranked_ == ("skewed",)
    assert AnswerEncoder(ranks="none").fit_transform(frame).equals(frame)
    assert AnswerEncoder(ranks="all").fit(frame).ranked_ == ("even", "skewed", "flat")
    found = AnswerEncoder().fit_transform(frame)
    assert abs(stats.skew(found["skewed"])) < 0.01
    assert found["even"].equals(frame["even"])


def test_4_follows_the_contract_of_scikit_learn() -> None:
    reason = {
        "check_sample_weight_equivalence_on_dense_data": "Weights are scaled to the number of rows: a weight is how many firms a row "
        "stands for, not how many rows it is, and ranks and rarity count rows."
    }
    results = check_estimator(AnswerEncoder(), on_skip=None, on_fail=None, expected_failed_checks=reason)
    assert [result["check_name"] for result in results if result["status"] == "failed"] == []


def test_4_clones_travels_and_leads_into_an_analysis() -> None:
    frame = table()
    encoder = AnswerEncoder(kinds={"n": "number"}).fit(frame)
    assert pickle.loads(pickle.dumps(encoder)).transform(frame).equals(encoder.transform(frame))  # noqa: S301
    assert clone(encoder).get_params() == encoder.get_params()
    assert list(encoder.get_feature_names_out()) == ["q", "n", "x"]
    assert np.isfinite(make_pipeline(clone(encoder), FAMD(2, missing_level=None)).fit_transform(frame)).all()


@pytest.mark.parametrize(
    ("options", "frame", "message"),
    [
        ({"no_answer": "drop"}, {"q": ["a"]}, "no_answer is"),
        ({"ranks": "some"}, {"q": ["a"]}, "ranks"),
        ({"least_share": 1.5}, {"q": ["a"]}, "least_share"),
        ({"order": {"q": ["a"]}}, {"q": ["a", "b"]}, "outside its declared order: b"),
        ({"kinds": {"q": "number"}}, {"q": ["a", "b"]}, "is a number but holds something else"),
        ({}, {"x": [1.0, np.inf]}, "infinite somewhere: x"),
    ],
)
def test_5_what_is_wrong_is_named(options: dict[str, Any], frame: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        AnswerEncoder(**options).fit(pd.DataFrame(frame))


def test_5_empty_constant_and_single_ones_stay_what_they_are() -> None:
    frame = pd.DataFrame({"none": [np.nan] * 8, "same": [2.0] * 8, "one": ["a"] * 8, "void": pd.Series([None] * 8, dtype=object)})
    found = AnswerEncoder().fit_transform(frame)
    assert found["none"].isna().all()
    assert found["same"].tolist() == [2.0] * 8
    assert found["one"].astype(str).tolist() == ["a"] * 8
    assert found["void"].astype(str).tolist() == ["NR"] * 8
    assert AnswerEncoder().fit_transform(frame.head(1)).shape == (1, 4)
    with pytest.raises(ValueError, match="zero or more"):
        AnswerEncoder().fit(frame, sample_weight=-np.ones(8))
