"""Clusters: 1. Ward's tree, its rules and HCPC's figures; 2. consolidation; 3. micro-clusters; 4. typical firms; 5. bad input."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage

from analysis.arrays import Floats, Labels
from analysis.factors.analyses import FAMD
from analysis.profiles.clusters import automatic_number, centroids, quotients_2_7, quotients_2_14, ward, within_inertia
from analysis.profiles.kmeans import condense, consolidate, exchange, lloyd
from analysis.profiles.paragons import paragons, specific
from analysis.profiles.partitions import adjusted_rand
from tests.analysis.references import active, ess690, figures, folder

# Data set: the number of active columns, of axes, and what divides the coordinates (an MCA is scaled by its questions).
OTHERS = {"tea": (18, 20, 18.0), "decathlon": (10, 5, 1.0), "geomorphology": (None, 5, 1.0)}


def hcpc(name: str, file: str) -> tuple[Floats, Floats, list[str], dict[str, Any]]:
    """Coordinates, weights and names of the rows, and the reference's cases."""
    cases = figures(name, file)
    cases = {"k": cases} if "params" in cases else cases
    if name == "ess690":
        sample = ess690()
        weights = sample["weight"].to_numpy() if "weighted" in file else np.ones(len(sample))
        return FAMD(10).fit_transform(active(sample), sample_weight=weights), weights, list(sample["id"]), cases
    columns, axes, scale = OTHERS[name]
    table = pd.read_csv(folder(name) / "data.csv", index_col=0).iloc[:, :columns]
    points = FAMD(axes).fit_transform(table) / np.sqrt(scale)
    return points, np.ones(len(table)), [str(row) for row in table.index], cases


REFERENCES = [
    ("ess690", "hcpc_nr_mean"),
    ("ess690", "hcpc_nr_mean_auto_v27"),
    ("ess690", "hcpc_weighted_k5_tree"),
    *((name, file) for name in OTHERS for file in ("hcpc", "hcpc_v214")),
]


@pytest.mark.parametrize(("name", "file"), REFERENCES)
def test_1_the_tree_and_both_rules_are_the_references(name: str, file: str) -> None:
    points, weights, _, cases = hcpc(name, file)
    tree = ward(points, weights)
    whole = within_inertia(points, weights, np.zeros(len(points), dtype=np.int64))
    for case in cases.values():
        assert tree.gains[::-1][:20] == pytest.approx(case["inertia_gain_first20"], rel=1e-9)
        assert [tree.within(k) for k in range(1, 21)] == pytest.approx(case["within_first20"], rel=1e-9)
        span = {"smallest": case["params"]["min"], "largest": case["params"]["max"]}
        old = case["FactoMineR"] == "2.7"
        quotients = (quotients_2_7 if old else quotients_2_14)(tree, **span)
        assert list(quotients.values()) == pytest.approx(case["auto_quot"], rel=1e-9)
        assert automatic_number(tree, "hcpc_2_7" if old else "hcpc_2_14", **span) == case["auto_k"]
        labels = tree.cut(case["k"])
        if case["between_before_consol"]:
            assert whole - within_inertia(points, weights, labels) == pytest.approx(case["between_before_consol"], rel=1e-9)
        if not case["params"]["consol"]:
            assert adjusted_rand(labels, case["partition"]) == 1.0


@pytest.mark.parametrize(("name", "file"), REFERENCES)
def test_2_consolidation_is_at_least_as_good_as_the_references(name: str, file: str) -> None:
    points, weights, _, cases = hcpc(name, file)
    tree = ward(points, weights)
    whole = within_inertia(points, weights, np.zeros(len(points), dtype=np.int64))
    for case in cases.values():
        labels, within = consolidate(points, weights, tree.cut(case["k"]), starts=5, seed=0)
        assert within == pytest.approx(within_inertia(points, weights, labels))
        assert within <= within_inertia(points, weights, tree.cut(case["k"]))
        if case["between_after_consol"]:
            assert whole - within >= case["between_after_consol"] * (1 - 1e-9)


@pytest.mark.parametrize("name", OTHERS)
def test_4_typical_and_specific_rows_are_the_references(name: str) -> None:
    points, weights, names, cases = hcpc(name, "hcpc")
    checked = 0
    for case in cases.values():
        labels = np.asarray(case["partition"]) - 1
        centres = centroids(points, weights, labels)
        for found, kind in ((paragons(points, labels, centres), "paragons"), (specific(points, labels, centres), "specific")):
            for each, rows in enumerate(found):
                expected = case[kind][str(each + 1)]
                assert rows.distances == pytest.approx(expected["dist"], rel=1e-9)
                # Rows with the same answers stand at the same distance: their order says nothing.
                if len(set(np.round(expected["dist"], 9))) == len(expected["dist"]) and name != "tea":
                    assert [names[row] for row in rows.rows] == expected["ind"]
                checked += 1
    assert checked > 10


def test_1_equal_weights_give_scipys_tree() -> None:
    points = np.random.default_rng(2).normal(size=(60, 3))
    ours, theirs = ward(points, np.ones(60)), linkage(points, "ward")
    assert ours.gains == pytest.approx(theirs[:, 2] ** 2 / 2 / 60)
    assert ours.cut(1).tolist() == [0] * 60
    assert len(set(ours.cut(60))) == 60


@given(st.integers(0, 5000))
@settings(max_examples=25, deadline=None)
def test_1_a_weight_is_so_many_rows_and_gains_sum_to_the_inertia(seed: int) -> None:
    random = np.random.default_rng(seed)
    # Few distinct values: ties and duplicates are the rule here.
    points, weights = random.integers(0, 4, (25, 2)).astype(float), random.integers(1, 4, 25).astype(float)
    tree = ward(points, weights)
    assert tree.gains.sum() == pytest.approx(within_inertia(points, weights, np.zeros(25, dtype=np.int64)))
    assert (np.diff(tree.gains) >= 0).all()
    repeated = ward(np.repeat(points, weights.astype(int), axis=0), np.ones(int(weights.sum())))
    k = min(4, len(np.unique(points, axis=0)))
    labels = tree.cut(k)
    assert len(set(labels)) == k
    assert tree.within(k) == pytest.approx(within_inertia(points, weights, labels))
    assert repeated.gains[-1] == pytest.approx(tree.gains[-1], rel=0.5)


def test_1_the_two_automatic_rules_disagree_and_are_named() -> None:
    tree = ward(hcpc("ess690", "hcpc_nr_mean")[0], np.ones(690))
    assert automatic_number(tree, "hcpc_2_7", largest=10) == 3
    assert automatic_number(tree, "hcpc_2_14", largest=10) == 6
    with pytest.raises(ValueError, match="hcpc_2_14"):
        automatic_number(tree, "best")
    with pytest.raises(ValueError, match="too small"):
        automatic_number(ward(np.arange(3.0)[:, None], np.ones(3)), "hcpc_2_14")


@given(st.integers(0, 5000))
@settings(max_examples=20, deadline=None)
def test_2_exchanges_never_lose_and_empty_no_cluster(seed: int) -> None:
    random = np.random.default_rng(seed)
    points, weights = random.normal(size=(40, 2)), random.uniform(0.2, 5, 40)
    labels = lloyd(points, weights, points[:4])
    better = exchange(points, weights, labels)
    assert within_inertia(points, weights, better) <= within_inertia(points, weights, labels) + 1e-12
    assert len(set(better)) == len(set(labels)) == 4


def test_2_weights_move_the_partition() -> None:
    points = np.array([[0.0], [1.0], [5.0], [6.0], [9.0]])
    first, _ = consolidate(points, np.ones(5), np.array([0, 0, 1, 1, 1]), starts=3, seed=0)
    heavy, _ = consolidate(points, np.array([1, 1, 1, 1, 50.0]), np.array([0, 0, 1, 1, 1]), starts=3, seed=0)
    assert first.tolist() == [0, 0, 1, 1, 1]
    assert heavy.tolist() == [0, 0, 0, 1, 1]


def test_3_micro_clusters_keep_the_quality_of_the_whole_tree() -> None:
    random = np.random.default_rng(4)
    centres = random.normal(size=(5, 6)) * 1.2
    points = centres[random.integers(0, 5, 5600)] + random.normal(size=(5600, 6))
    weights = random.uniform(0.5, 3, 5600)
    small = condense(points, weights)
    assert len(small.centres) <= 512 < len(points)
    assert small.masses.sum() == pytest.approx(weights.sum())
    assert small.masses @ small.centres == pytest.approx(weights @ points)
    labels = ward(small.centres, small.masses).cut(5)[small.owner]
    ours = consolidate(points, weights, labels, starts=5, seed=0, condensed=small)[1]
    full: Labels = ward(points, weights).cut(5)
    assert ours <= consolidate(points, weights, full, starts=0, seed=0)[1] * (1 + 1e-4)
    assert condense(points[:100], weights[:100]).owner.tolist() == list(range(100))


def test_5_bad_input_is_named() -> None:
    points = np.zeros((4, 2))
    for weights in ([1, 1, 1, 0], [1, 1, 1, -2], [1, 1, 1, np.nan]):
        with pytest.raises(ValueError, match="above zero"):
            ward(points, weights)
    with pytest.raises(ValueError, match="missing or infinite"):
        ward([[np.inf, 1.0], [0.0, 0.0]], [1, 1])
    with pytest.raises(ValueError, match="one row"):
        ward(np.zeros((0, 2)), [])
    with pytest.raises(ValueError, match="cannot be cut"):
        ward(points, np.ones(4)).cut(5)
    # A single firm and duplicated firms are trees too.
    assert ward(points[:1], [1.0]).cut(1).tolist() == [0]
    assert ward(points, np.ones(4)).gains.tolist() == [0.0, 0.0, 0.0]
