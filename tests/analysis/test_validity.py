"""Indices of partitions: 1. R's cluster and fpc; 2. PAM and Gower; 3. agreement of partitions; 4. clusterboot; 5. the gap; 6. bad input."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.arrays import Floats
from analysis.profiles.clusters import ward
from analysis.profiles.dissimilarity import gower, partition_around_medoids
from analysis.profiles.kmeans import consolidate
from analysis.profiles.partitions import adjusted_rand, best_jaccard, jaccard_table, variation_of_information
from analysis.profiles.stability import Stability, fixed_points
from analysis.profiles.validity import calinski_harabasz, distance_indices, distances, gap_statistic, silhouette, silhouette_widths
from tests.analysis.references import figures, folder

NAMES = ("iris", "ruspini", "faithful")


def data(name: str) -> Floats:
    """Iris and faithful in standard scores, as the reference has them."""
    table = pd.read_csv(folder("cluster") / f"{name}.csv").select_dtypes("number").to_numpy(dtype=float)
    return (table - table.mean(axis=0)) / table.std(axis=0, ddof=1) if name in {"iris", "faithful"} else table


@pytest.mark.parametrize("name", [*NAMES, "xclara"])
def test_1_indices_of_wards_partition_are_the_references(name: str) -> None:
    expected: dict[str, Any] = figures("cluster", "cluster")[name]
    points = data(name)
    apart, tree = distances(points), ward(points, np.ones(len(points)))
    for row in expected["validity"]:
        labels = tree.cut(row["k"])
        if row["ward_partition"]:
            assert adjusted_rand(labels, row["ward_partition"]) == 1.0
        assert silhouette_widths(apart, labels).mean() == pytest.approx(row["ward_sil"], rel=1e-8)
        assert calinski_harabasz(points, labels) == pytest.approx(row["ward_ch"], rel=1e-8)
        found = distance_indices(apart, labels)
        assert found.dunn == pytest.approx(row["ward_dunn"], rel=1e-8)
        assert found.average_within == pytest.approx(row["ward_avg_within"], rel=1e-8)
        assert found.wb_ratio == pytest.approx(row["ward_wb_ratio"], rel=1e-8)
        assert found.pearson_gamma == pytest.approx(row["ward_pearsongamma"], rel=1e-8)
        assert found.entropy == pytest.approx(row["ward_entropy"], rel=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_2_medoids_and_k_means_are_as_good_as_the_references(name: str) -> None:
    points = data(name)
    apart, tree = distances(points), ward(points, np.ones(len(points)))
    for row in figures("cluster", "cluster")[name]["validity"]:
        found = partition_around_medoids(apart, row["k"])
        assert found.objective == pytest.approx(row["pam_objective"], rel=1e-8)
        assert silhouette_widths(apart, found.labels).mean() == pytest.approx(row["pam_sil"], rel=1e-8)
        within = consolidate(points, np.ones(len(points)), tree.cut(row["k"]), starts=200, seed=1)[1] * len(points)
        assert within <= row["kmeans_totwithin"] * (1 + 1e-8)


def test_2_gower_and_its_medoids_are_the_references() -> None:
    expected = figures("cluster", "gower_pam")
    flower = pd.read_csv(folder("cluster") / "flower.csv", index_col=0)
    kinds = {"V1": "asymmetric", "V2": "category", "V3": "asymmetric", "V4": "category", "V5": "ordered", "V6": "ordered"}
    apart = gower(flower, kinds)
    assert apart[np.triu_indices(18, 1)] == pytest.approx(expected["flower"]["lower_triangle_column_major"], abs=1e-8)
    found = partition_around_medoids(apart, 3)
    assert sorted(found.medoids + 1) == sorted(expected["flower"]["pam3"]["medoids"])
    assert adjusted_rand(found.labels, expected["flower"]["pam3"]["partition"]) == 1.0
    plants = pd.read_csv(folder("cluster") / "plantTraits.csv", index_col=0)
    words = {"numeric": "number", "integer": "number", "ordered": "ordered", "factor": "category"}
    apart = gower(plants, dict(zip(plants.columns, (words[kind] for kind in expected["plantTraits"]["types"]), strict=True)))
    triangle = apart[np.triu_indices(len(plants), 1)]
    assert plants.isna().to_numpy().any()
    assert triangle[:200] == pytest.approx(expected["plantTraits"]["first_200"], abs=1e-8)
    assert triangle.sum() == pytest.approx(expected["plantTraits"]["sum"], rel=1e-8)
    found = partition_around_medoids(apart, 3)
    assert sorted(found.medoids + 1) == sorted(expected["plantTraits"]["pam3"]["medoids"])
    assert silhouette_widths(apart, found.labels).mean() == pytest.approx(expected["plantTraits"]["pam3"]["sil"], rel=1e-8)


def test_3_agreement_is_the_references() -> None:
    expected = figures("cluster", "agreement")
    one, other = expected["a"], expected["b"]
    assert adjusted_rand(one, other) == pytest.approx(expected["adjusted_rand"], rel=1e-8)
    assert variation_of_information(one, other) == pytest.approx(expected["vi_fpc"], rel=1e-8)
    assert jaccard_table(one, other)[0, 0] == pytest.approx(expected["jaccard_class1"], rel=1e-8)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
@settings(max_examples=40, deadline=None)
def test_3_agreement_does_not_depend_on_the_numbering(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs).T
    renamed = np.array([7, 2, 9, 4])[other]
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand(one, renamed))
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand(other, one))
    assert variation_of_information(one, other) == pytest.approx(variation_of_information(one, renamed))
    assert variation_of_information(one, one) == pytest.approx(0.0, abs=1e-12)
    assert best_jaccard(one, other) == pytest.approx(best_jaccard(one, renamed))
    assert adjusted_rand(one, one) == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_4_clusterboot_agrees_within_its_own_spread(name: str) -> None:
    points = data(name)
    cases = [case for key, case in figures("cluster", "cluster")[name]["clusterboot"].items() if case and key]
    for case in cases:
        for kind in ("boot", "subset"):
            labels, found = fixed_points(points, case["k"], replicates=200, seed=3, subset=kind == "subset", standardise=True)
            assert adjusted_rand(labels, case["partition"]) == 1.0
            near = _error(found) * 5 + 1e-9
            assert (np.abs(found.jaccard - case[f"ward_{kind}_meanjaccard"]) <= near).all()


def _error(found: Stability) -> Floats:
    """The standard error of the difference of two means over 200 samples."""
    return np.asarray(found.spread * np.sqrt(2 / 200))


@pytest.mark.parametrize("name", NAMES)
def test_5_the_gap_names_the_references_numbers(name: str) -> None:
    expected = figures("cluster", "cluster")[name]["gap"]
    table = np.array(expected["Tab"]["values"])
    found = gap_statistic(data(name), draws=15, starts=3, seed=1)
    # Our k-means is at least as good as the reference's; its dispersion may only be lower.
    assert (found.log_within <= table[:, 0] + 1e-8).all() or np.abs(found.log_within - table[:, 0]).max() < 0.03
    assert (np.abs(found.expected - table[:, 1]) < 5 * table[:, 3] / np.sqrt(15) + 0.03).all()
    assert found.number("first_se_max") == expected["k_firstSEmax"]
    assert found.number("tibshirani") == expected["k_Tibs2001SEmax"]
    assert found.number("global_max") == expected["k_globalmax"]
    with pytest.raises(ValueError, match="known are"):
        found.number("mine")


def test_6_odd_partitions_are_answered_safely() -> None:
    points = np.arange(6.0)[:, None]
    alone, same = np.arange(6), np.zeros(6, dtype=np.int64)
    assert silhouette(points, same) == silhouette(points, alone) == 0.0
    assert calinski_harabasz(points, same) == calinski_harabasz(points, alone) == 0.0
    with pytest.raises(ValueError, match="two clusters"):
        silhouette_widths(distances(points), same)
    with pytest.raises(ValueError, match="two clusters"):
        distance_indices(distances(points), same)
    with pytest.raises(ValueError, match="same rows"):
        adjusted_rand([1, 2], [1])
    with pytest.raises(ValueError, match="cannot be parted"):
        partition_around_medoids(distances(points), 7)
    empty = gower(pd.DataFrame({"a": [1.0, np.nan], "b": ["", "y"]}).replace("", np.nan))
    assert np.isnan(empty[0, 1])
    with pytest.raises(ValueError, match="share no answer"):
        partition_around_medoids(empty, 1)
    with pytest.raises(ValueError, match="no kind"):
        gower(pd.DataFrame({"a": [1.0]}), {"a": "strange"})
    with pytest.raises(ValueError, match="among its levels"):
        gower(pd.DataFrame({"a": ["x", "z"]}), {"a": "ordered"}, orders={"a": ["x", "y"]})
    with pytest.raises(ValueError, match="infinite"):
        gower(pd.DataFrame({"a": [1.0, np.inf]}))
