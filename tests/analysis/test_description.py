"""What marks groups: 1. FactoMineR's catdes; 2. weights and chance; 3. bad input."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.profiles.coded import is_number
from analysis.profiles.description import Mark, describe_categories, describe_numbers, link_variables
from tests.analysis.references import ess690, figures, folder

ILLUSTRATIVE = ["id", "profile", "stratum", "N_h", "n_h", "weight"]


def described(
    table: pd.DataFrame, groups: Any, weights: Any = None, scale_to: float | None = None
) -> tuple[dict[tuple[int, str], Mark], dict[str, tuple[float, float, int]]]:
    numbers = [name for name in table.columns if is_number(table[name])]
    marks = [
        *describe_numbers(table[numbers], groups, weights, scale_to=scale_to, count_missing=True),
        *describe_categories(table.drop(columns=numbers), groups, weights, scale_to=scale_to),
    ]
    links = link_variables(table, groups, weights, scale_to=scale_to)
    return (
        {(mark.group, mark.variable): mark for mark in marks},
        {link.variable: (link.strength, link.probability, link.freedom) for link in links},
    )


def compare(expected: dict[str, Any], table: pd.DataFrame, groups: Any, codes: dict[str, int], **weighted: Any) -> int:
    """Compares every figure of a catdes; gives how many."""
    marks, links = described(table, groups, **weighted)
    checked = 0
    for kind, column in (("category", 4), ("quanti", 0)):
        for name, rows in (expected[kind] or {}).items() if isinstance(expected[kind], dict) else ():
            for variable, row in zip((rows or {}).get("rows", ()), (rows or {}).get("values", ()), strict=True):
                mark = marks[codes[name], variable]
                assert mark.v == pytest.approx(row[column], abs=1e-6)
                assert mark.mean == pytest.approx(row[1] / (100 if kind == "category" else 1), rel=1e-9, abs=1e-12)
                assert mark.overall == pytest.approx(row[2] / (100 if kind == "category" else 1), rel=1e-9, abs=1e-12)
                checked += 1
    for variable, row in zip(*_rows(expected["quanti_var"]), strict=True):
        assert links[variable][0] == pytest.approx(row[0], abs=1e-9)
        # The reference counts rows where the weights are scaled; without weights both count the same.
        assert weighted or np.log(links[variable][1]) == pytest.approx(np.log(row[1]), abs=1e-6)
    for variable, row in zip(*_rows(expected["test_chi2"]), strict=True):
        assert np.log(links[variable][1]) == pytest.approx(np.log(row[0]), abs=1e-6)
        assert links[variable][2] == row[1]
    return checked


def _rows(table: dict[str, Any] | None) -> tuple[list[str], list[list[float]]]:
    return (table["rows"], table["values"]) if table else ([], [])


def test_1_weighted_v_tests_of_our_survey_are_the_references() -> None:
    sample = ess690()
    table = sample.drop(columns=ILLUSTRATIVE)
    codes = {str(each): each for each in range(1, 6)}
    expected = figures("ess690", "catdes_true_profile_weighted")
    assert compare(expected, table, sample["profile"], codes, weights=sample["weight"], scale_to=690) > 300


def test_1_v_tests_of_clusters_of_our_survey_are_the_references() -> None:
    sample = ess690()
    table = sample.drop(columns=ILLUSTRATIVE)
    case = figures("ess690", "hcpc_impute4_k5")
    assert compare(case["catdes"], table, case["partition"], {str(each): each for each in range(1, 6)}) > 250


@pytest.mark.parametrize(("name", "file", "variable"), [
    (name, f"{file}{version}", variable)
    for name, file, variable in (("tea", "catdes_where", "where"), ("decathlon", "catdes_competition", "Competition"))
    for version in ("", "_v214")
])  # fmt: skip
def test_1_v_tests_of_a_variable_are_the_references(name: str, file: str, variable: str) -> None:
    table = pd.read_csv(folder(name) / "data.csv", index_col=0)
    codes = {level: place for place, level in enumerate(sorted(table[variable].unique()))}
    assert compare(figures(name, file), table.drop(columns=variable), table[variable].map(codes), codes) >= 4


@pytest.mark.parametrize("name", ["tea", "decathlon", "geomorphology"])
def test_1_v_tests_of_other_clusters_are_the_references(name: str) -> None:
    table = pd.read_csv(folder(name) / "data.csv", index_col=0)
    for file in ("hcpc", "hcpc_v214"):
        for case in figures(name, file).values():
            assert compare(case["catdes"], table, case["partition"], {str(each): each for each in range(1, 12)}) >= 18


def test_2_random_groups_are_not_marked_and_raw_weights_would_mark_them() -> None:
    random, sample = np.random.default_rng(5), ess690()
    table = sample[[name for name in map(str, sample.columns) if name.startswith("x")]]
    draws = [random.integers(0, 4, len(sample)) for _ in range(10)]
    marks = [mark for groups in draws for mark in describe_numbers(table, groups, sample["weight"])]
    assert np.mean([mark.significant for mark in marks]) < 0.02
    assert np.mean([mark.probability < 0.05 for mark in marks]) < 0.1
    raw = [
        mark.probability < 0.05
        for groups in draws
        for mark in describe_numbers(table, groups, sample["weight"], scale_to=float(sample["weight"].sum()))
    ]
    assert np.mean(raw) > 0.4


def test_2_effects_do_not_grow_with_the_number_of_firms() -> None:
    random = np.random.default_rng(1)
    groups = np.repeat([0, 1], 100)
    table = pd.DataFrame({"x": random.normal(size=200) + groups, "q": np.where(random.random(200) < 0.3 + 0.3 * groups, "a", "b")})
    once, many = ([*describe_numbers(one[["x"]], ours), *describe_categories(one[["q"]], ours)] for one, ours in (
        (table, groups), (pd.concat([table] * 4), np.tile(groups, 4))))  # fmt: skip
    for few, more in zip(once, many, strict=True):
        assert few.effect == pytest.approx(more.effect)
        assert abs(more.v) > 1.5 * abs(few.v)
    links = link_variables(table, groups)
    assert {link.kind for link in links} == {"number", "category"}
    assert all(link.significant for link in links)


def test_3_odd_tables_are_answered_safely_or_refused() -> None:
    table = pd.DataFrame({"same": [1.0] * 6, "none": [np.nan] * 6, "x": [1.0, 2, 3, 4, 5, np.nan], "one": ["a"] * 6})
    groups = [0, 0, 0, 1, 1, 1]
    assert {mark.variable for mark in describe_numbers(table[["same", "none", "x"]], groups)} == {"x"}
    assert [mark.v for mark in describe_categories(table[["one"]], groups)] == [0.0, 0.0]
    assert describe_categories(table[[]], groups) == []
    assert describe_numbers(table[[]], groups) == []
    assert link_variables(table[[]], groups) == []
    assert all(link.probability == 1.0 for link in link_variables(table[["same", "none", "one"]], groups))
    # A group of one firm, and a single group.
    assert len(describe_numbers(table[["x"]], [0, 1, 1, 1, 1, 1])) == 2
    assert describe_numbers(table[["x"]], [0] * 6)[0].v == 0.0
    for weights in ([1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, -1]):
        with pytest.raises(ValueError, match="above zero"):
            describe_numbers(table[["x"]], groups, weights)
    with pytest.raises(ValueError, match="infinite"):
        describe_numbers(pd.DataFrame({"x": [1.0, np.inf]}), [0, 1])
    with pytest.raises(ValueError, match="one group"):
        describe_numbers(table[["x"]], [0, 1])
