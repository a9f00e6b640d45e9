"""Tables for notebooks: 1. the reference's figures; 2. hierarchies and links; 3. rules; 4. what cannot be protected; 5. hypercubes; 6. rounding."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.disclosure.cells import DisclosureError, Layer, seen_by
from analysis.disclosure.protection import Protected, Rules, Table, audit, primary_cells, protect
from analysis.disclosure.rounding import exposed_by_rounding, round_at_random, round_controlled, rounded_intervals
from analysis.disclosure.rules import dominance_levels, dominance_margin, greatest
from analysis.disclosure.tabular import link
from bench.disclosure import firms

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "disclosure"
needs_reference = pytest.mark.skipif(
    not REFERENCE.exists(), reason="The reference figures of other packages stay outside the project."
)
PLAIN = Rules(threshold=3, count_margin=1.0, insiders=False)
ONLY_COUNTS = Rules(threshold=3, dominance=(), p_percent=None)


def loaded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / f"{name}.json").read_text())
    return found


def reference_table(name: str, by: tuple[str, ...]) -> tuple[Table, list[bool]]:
    """The table, and whether the reference calls each of its cells primary."""
    stored = loaded(name)
    cells = pd.DataFrame(stored["cells"])
    keys = [
        tuple((column, code) for column, code in zip(by, row, strict=True) if code != "Total") for row in cells[list(by)].to_numpy()
    ]
    inner = cells[(cells[list(by)] != "Total").all(axis=1)]
    table = Table.from_cells(inner, by, counts="freq")
    status = dict(zip(keys, stored["primary_status"], strict=True))
    return table, [status[key] == "u" for key in table.keys]


def attacked(table: Table, found: Protected, name: str) -> tuple[float, float]:
    """An attacker's interval on a number, written here alone: he sums inner cells, and knows the published figures only."""
    frame = found.frame(table)
    columns = [column for axis in table.axes for column in axis]
    inner = frame[(frame[[axis[-1] for axis in table.axes]] != "Total").all(axis=1)]
    rows, right = [], []
    target = np.zeros(len(inner))
    for row, cell in zip(frame.to_dict("records"), table.names, strict=True):
        covers = np.ones(len(inner), dtype=bool)
        for column in columns:
            covers &= (row[column] == "Total") | (inner[column] == row[column]).to_numpy()
        if cell == name:
            target = covers.astype(float)
        if np.isfinite(row["respondents"]):
            rows.append(covers.astype(float))
            right.append(row["respondents"])
    solve: Any = linprog  # Its stubs say that a solved program may have no value.
    ends = [
        solve(sign * target, A_eq=np.array(rows) if rows else None, b_eq=right or None, bounds=(0, 10 * table.counts.max()))
        for sign in (1, -1)
    ]
    low, high = (end.fun for end in ends)
    assert low is not None
    assert high is not None
    return float(low), -float(high)


@needs_reference
@pytest.mark.parametrize(
    ("name", "by", "method", "cost", "seconds"),
    [
        ("t1_sector_dept_freq", ("sector", "dept"), "HiGHS_count_cells", "cells", 5),
        ("t1_sector_dept_freq", ("sector", "dept"), "HiGHS_sum_counts", "respondents", 5),
        ("t2_sector_dept_legal_freq", ("sector", "dept", "legal"), "HiGHS_count_cells", "cells", 60),
        ("t2_sector_dept_legal_freq", ("sector", "dept", "legal"), "HiGHS_sum_counts", "respondents", 60),
    ],
)
def test_1_numbers_of_respondents_reach_the_proven_optimum(
    name: str, by: tuple[str, ...], method: str, cost: str, seconds: int
) -> None:
    table, status = reference_table(name, by)
    best = loaded("highs_audit_and_optimum")[name]
    figures = best["methods"][method]
    assert list(primary_cells(table, PLAIN).values()) == status
    found = protect(table, PLAIN, cost=cost, time_limit=60)
    assert len(found.primary) == best["primary"]
    assert found.pattern.optimal
    assert found.pattern.cost == (figures["secondary"] if cost == "cells" else figures["sum_value"])
    assert found.cost["secondary_respondents"] <= figures["sum_value"] * 1.01
    assert found.pattern.seconds < seconds
    for interval in found.intervals:
        assert interval.enough
        assert interval.high - interval.low > 0.5


@needs_reference
def test_1_amounts_under_the_business_rule_reach_the_proven_optimum() -> None:
    best = loaded("highs_audit_and_optimum")["t4_budget_dom"]
    rows = [
        {"sector": sector, "dept": dept, "n": count, "budget": total, "top": top}
        for name, (count, total, top) in best["cells_value"].items()
        for sector, dept in [name.split("|")]
        if "Total" not in (sector, dept)
    ]
    table = Table.from_cells(pd.DataFrame(rows), ("sector", "dept"), counts="n", responses=["budget"], greatest={"budget": ["top"]})
    found = protect(table, Rules(threshold=3, p_percent=None), cost="budget")
    figures = best["methods"]["HiGHS_sum_counts"]
    assert found.primary == ("cooperative × 04", "culture × 04", "insertion × 04")
    assert found.pattern.optimal
    assert (len(found.secondary), found.cost["secondary_budget"]) == (figures["secondary"], figures["sum_value"])
    assert sorted(found.secondary) == [name.replace("|", " × ") for name in figures["suppressed"]]
    # The pattern that two methods of sdcTable give leaves a cell exactly disclosed; the audit says which.
    status = loaded("t4_budget_dom")["methods"]["OPT"]["status"]
    order = [" × ".join(part for part in name.split("|") if part != "Total") or "Total" for name in best["cells_value"]]
    hidden = [name for name, letter in zip(order, status, strict=True) if letter in "ux"]
    disclosed = {
        table.names[one.cell] for one in audit(table, hidden, Rules(threshold=3, p_percent=None)) if one.high - one.low < 1e-6
    }
    assert disclosed & set(found.primary) == {"insertion × 04"}


@needs_reference
def test_1_the_textbook_table_from_memory_is_bounded_as_published() -> None:
    best = loaded("highs_audit_and_optimum")["geurts_1992"]
    cells = pd.DataFrame({"row": ["1", "1", "2", "2"], "column": ["1", "2", "1", "2"], "n": [5, 2, 1, 2]})
    table = Table.from_cells(cells, ("row", "column"), counts="n")
    inner = [name for name, key in zip(table.names, table.keys, strict=True) if len(key) == 2]
    found = audit(table, inner, ONLY_COUNTS)
    assert {"|".join(code for _, code in table.keys[one.cell]): [one.low, one.high] for one in found} == best


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return firms(400, 8, 15)


def test_2_a_hierarchy_adds_up_and_holds_against_an_attacker(panel: pd.DataFrame) -> None:
    table = Table.from_records(panel, [("group", "sector"), ("departement", "zone")])
    rules = Rules(threshold=3, dominance=(), p_percent=None)
    found = protect(table, rules, time_limit=5)
    assert found.pattern.bound <= found.pattern.cost
    frame = found.frame(table)
    assert (frame["status"] == "primary").sum() == int(((table.counts > 0) & (table.counts < 3)).sum())
    assert frame.loc[frame["status"] != "published", "respondents"].isna().all()
    for name in found.primary[:8]:
        low, high = attacked(table, found, name)
        count = table.counts[table.names.index(name)]
        assert low <= count - 1 + 1e-6
        assert high >= 3 - 1e-6


def test_2_tables_that_share_cells_are_protected_together(panel: pd.DataFrame) -> None:
    places = panel.assign(epci=panel["departement"] + "-" + panel["legal"])
    by_zone = Table.from_records(places, [("departement", "zone"), "legal"])
    by_epci = Table.from_records(places, [("departement", "epci"), "group"])
    both = link([by_zone, by_epci])
    assert len(both.keys) < len(by_zone.keys) + len(by_epci.keys)
    found = protect([by_zone, by_epci], ONLY_COUNTS, time_limit=5)
    first, second = found.frame(by_zone), found.frame(by_epci)
    for code in sorted(set(places["departement"])):
        statuses = {
            frame.loc[(frame["departement"] == code) & (frame[[c for c in frame.columns[:3] if c != "departement"]] == "Total").all(axis=1), "status"].item()
            for frame in (first, second)
        }  # fmt: skip
        assert len(statuses) == 1


def test_2_a_code_under_two_parents_is_no_hierarchy(panel: pd.DataFrame) -> None:
    with pytest.raises(DisclosureError, match=r"it is no hierarchy\. Give legal as a variable of its own"):
        Table.from_records(panel, [("departement", "legal")])


def test_2_tables_of_other_respondents_are_refused(panel: pd.DataFrame) -> None:
    with pytest.raises(DisclosureError, match="disagree on respondents of Total"):
        link([Table.from_records(panel, ["sector"]), Table.from_records(panel.head(300), ["legal"])])


def test_2_levels_without_respondents_are_shown_as_empty(panel: pd.DataFrame) -> None:
    frame = pd.concat([panel[["sector"]], pd.DataFrame({"sector": ["s99"]})])
    table = Table.from_records(panel, ["sector"], levels=frame)
    found = protect(table, ONLY_COUNTS)
    assert found.frame(table).set_index("sector").loc["s99", "respondents"] == 0


def test_3_dominance_of_any_n_and_k() -> None:
    rules = Rules(dominance=((1, 0.6), (2, 0.85), (3, 0.95)), p_percent=None)
    contributions = [[50, 36, 8, 6], [40, 30, 20, 10], [61, 20, 10, 9], [50, 25, 21, 4]]
    levels = dominance_levels([sum(row) for row in contributions], [greatest(row, 3) for row in contributions], rules)
    assert levels == pytest.approx([86 / 0.85 - 100, 0, 61 / 0.6 - 100, 96 / 0.95 - 100])
    assert dominance_levels([100.0], [[60.0, 30.0]], Rules(dominance=(), p_percent=0.2))[0] == pytest.approx(0.2 * 60 - 10)
    assert dominance_margin([90, 5, 3, 2], p=0.15) == pytest.approx(0.15 * 90 - 5)
    with pytest.raises(DisclosureError, match="need the 3 greatest"):
        dominance_levels([100.0], [[60.0, 30.0]], rules)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"threshold": -1}, "under 0"),
        ({"dominance": ((0, 0.8),)}, "n is 1 or more"),
        ({"dominance": ((1, 85),)}, "share between 0 and 1"),
        ({"p_percent": 0.0}, "not above 0"),
        ({"margin": 0.0}, "not a share"),
        ({"count_margin": -1.0}, "not above 0"),
    ],
)
def test_3_rules_that_mean_nothing_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(DisclosureError, match=message):
        Rules(**wrong)


def test_3_several_amounts_of_both_signs_are_protected_at_once(panel: pd.DataFrame) -> None:
    random = np.random.default_rng(4)
    rows = panel.assign(result=random.normal(0, 100, len(panel)))
    table = Table.from_records(rows, ["sector", "departement"], ["budget", "result"])
    found = protect(table, Rules(threshold=3), time_limit=10)
    layers = {interval.layer for interval in found.intervals}
    assert layers == {"respondents", "budget", "result"}
    primary = set(found.primary)
    for interval in found.intervals:
        name = table.names[interval.cell]
        if name in primary and interval.layer != "respondents":
            mass = float(table.masses[interval.layer][interval.cell])
            assert interval.high - interval.low >= 0.15 * mass - 1e-3


def test_3_a_respondent_who_takes_himself_out_learns_nothing(panel: pd.DataFrame) -> None:
    # Two firms alone in the cells of one line: each would know the other, were no third cell hidden.
    cells = [(row, column, count) for row, counts in zip("abc", ([1, 1, 20], [9, 8, 30], [12, 15, 9]), strict=True) for column, count in zip("xyz", counts, strict=True)]  # fmt: skip
    rows = pd.DataFrame([(row, column) for row, column, count in cells for _ in range(count)], columns=["row", "column"])
    rows["budget"] = np.random.default_rng(0).uniform(50, 150, len(rows))
    table = Table.from_records(rows, ["row", "column"], ["budget"])
    rules = Rules(threshold=2, dominance=(), p_percent=None)
    found = protect(table, rules)
    away = {name for name in (*found.primary, *found.secondary) if name.startswith("a ×")}
    assert away > {"a × x", "a × y"} or "a" in found.secondary
    lone = table.cell(row="a", column="x")
    linked = link([table])
    from_outside = next(one for one in found.intervals if one.layer == "budget" and one.cell == lone)
    assert from_outside.high - from_outside.low > 0.3 * linked.sums["budget"][lone] - 1e-6


def test_3_what_a_respondent_knows_narrows_his_own_cell_only() -> None:
    table = Table.from_cells(pd.DataFrame({"x": ["a", "b"], "n": [1, 4]}), ["x"], counts="n")
    linked = link([table])
    size = len(linked.counts)
    layer = Layer("n", linked.counts, np.zeros(size), np.full(size, 9.0), np.ones(size), np.ones(size), np.ones(size))
    alone = seen_by(layer, table.cell(x="a"), "a")
    assert (alone.lower[table.cell(x="a")], alone.upper[table.cell(x="a")]) == (1, 1)
    among = seen_by(layer, table.cell(x="b"), "b", own=3.0)
    assert among.lower[table.cell(x="b")] == 3
    assert (alone.upper[table.cell(x="b")], among.below[table.cell(x="b")]) == (layer.upper[table.cell(x="b")], 0)


def test_4_a_sector_of_two_firms_hides_another() -> None:
    rows = pd.DataFrame({"sector": ["a"] * 2 + ["b"] * 7 + ["c"] * 30})
    table = Table.from_records(rows, ["sector"])
    found = protect(table, Rules(), cost="respondents")
    assert (found.primary, found.secondary) == (("a",), ("b",))
    assert found.pattern.optimal
    assert found.cost["secondary"] == 1
    assert found.cost["secondary_respondents"] == 7


def test_4_what_cannot_be_protected_says_which_cells_and_what_to_collapse() -> None:
    rows = pd.DataFrame({"sector": ["a"] * 2, "size": ["x"] * 2})
    everywhere = pd.DataFrame({"sector": ["a", "b"], "size": ["x", "x"]})
    cells = pd.DataFrame({"sector": ["a", "b", "c"], "n": [2, 9, 12]})
    with pytest.raises(DisclosureError, match=r"Nothing can protect a in .*Merge « a » of sector with another") as caught:
        protect(Table.from_cells(cells, ["sector"], counts="n"), Rules(), keep=["Total", "b", "c"])
    assert caught.value.cells == ("a",)
    with pytest.raises(DisclosureError, match="no cell z to keep"):
        protect(Table.from_cells(cells, ["sector"], counts="n"), Rules(), keep=["z"])
    # Where the total itself is too small, everything with anybody in it is hidden: nothing is left to publish.
    table = Table.from_records(rows, ["sector", "size"], levels=everywhere)
    found = protect(table, Rules())
    assert set(found.frame(table).loc[table.counts > 0, "status"]) == {"primary"}


def test_4_one_firm_no_firm_and_missing_columns() -> None:
    one = Table.from_records(pd.DataFrame({"sector": ["a"], "budget": [3.0]}), ["sector"], ["budget"])
    assert set(protect(one, Rules()).frame(one)["status"]) == {"primary"}
    four = pd.DataFrame({"d": ["1", "1", "2", "2"], "v": [1.0, 2.0, 3.0, 4.0]})
    with pytest.raises(DisclosureError, match="No amount is known of v"):
        Table.from_records(four.assign(v=np.nan), ["d"], ["v"])
    with pytest.raises(DisclosureError, match="v holds something else than amounts"):
        Table.from_records(four.assign(v=["1", "2", "12 k€", "4"]), ["d"], ["v"])
    with pytest.raises(DisclosureError, match="no row"):
        Table.from_records(pd.DataFrame({"sector": []}), ["sector"])
    with pytest.raises(DisclosureError, match="columns size are missing"):
        Table.from_records(pd.DataFrame({"sector": ["a"]}), ["sector", "size"])
    with pytest.raises(DisclosureError, match="no table"):
        protect([])
    with pytest.raises(DisclosureError, match="is there twice"):
        Table.from_cells(pd.DataFrame({"x": ["a", "a"], "n": [1, 2]}), ["x"], counts="n")
    with pytest.raises(DisclosureError, match="cannot be negative"):
        Table.from_cells(pd.DataFrame({"x": ["a"], "n": [-1]}), ["x"], counts="n")
    with pytest.raises(DisclosureError, match="cost 'beauty' is unknown"):
        protect(one, cost="beauty")
    with pytest.raises(DisclosureError, match="method 'luck' is unknown"):
        protect(one, method="luck")


def test_4_unknown_and_infinite_amounts_count_for_nothing() -> None:
    rows = pd.DataFrame({"sector": ["a"] * 6, "budget": [1.0, 2.0, np.nan, np.inf, 3.0, 4.0]})
    table = Table.from_records(rows, ["sector"], ["budget"])
    assert table.sums["budget"].tolist() == [10.0, 10.0]


@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_5_hypercubes_leave_nothing_within_reach_and_cost_no_less_than_the_optimum(rows: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    cells = pd.DataFrame(
        [(f"r{row}", f"c{column}", int(random.poisson(5))) for row in range(rows) for column in range(columns)],
        columns=["row", "column", "n"],
    )
    table = Table.from_cells(cells, ["row", "column"], counts="n")
    try:
        best = protect(table, ONLY_COUNTS)
    except DisclosureError:
        with pytest.raises(DisclosureError):
            protect(table, ONLY_COUNTS, method="hypercube")
        return
    fast = protect(table, ONLY_COUNTS, method="hypercube")
    assert fast.primary == best.primary
    assert fast.pattern.cost >= best.pattern.cost - 1e-6
    assert fast.pattern.bound <= best.pattern.cost + 1e-6
    for name in fast.primary:
        low, high = attacked(table, fast, name)
        assert low < table.counts[table.names.index(name)] < high


def test_5_a_hierarchical_table_of_20_by_30_is_protected_with_a_bound() -> None:
    table = Table.from_records(firms(6000, 20, 30), [("group", "sector"), ("departement", "zone")])
    found = protect(table, PLAIN, time_limit=10)
    assert len(table.keys) == 962
    assert 0 < found.pattern.bound <= found.pattern.cost
    assert found.pattern.gap < 0.5
    assert found.pattern.seconds < 90
    assert all(interval.enough for interval in found.intervals)


@given(st.integers(2, 5), st.integers(2, 5), st.integers(2, 7), st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_6_controlled_rounding_adds_up_and_moves_less_than_the_base(rows: int, columns: int, base: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    cells = pd.DataFrame(
        [(f"r{row}", f"c{column}", int(random.poisson(6))) for row in range(rows) for column in range(columns)],
        columns=["row", "column", "n"],
    )
    table = Table.from_cells(cells, ["row", "column"], counts="n")
    found = round_controlled(table, base)
    assert (found.counts % base == 0).all()
    assert (np.abs(found.counts - table.counts) < base).all()
    assert np.allclose(table.system.matrix() @ found.counts, 0)
    assert (found.counts[table.counts % base == 0] == table.counts[table.counts % base == 0]).all()
    for (low, high), count in zip(rounded_intervals(table, found), table.counts, strict=True):
        assert low <= count <= high


def test_6_rounding_at_random_is_unbiased_reproducible_and_audited() -> None:
    cells = pd.DataFrame({"x": list("abcd"), "n": [1, 7, 12, 3]})
    table = Table.from_cells(cells, ["x"], counts="n")
    drawn = [round_at_random(table, 5, seed=seed).counts for seed in range(2000)]
    assert np.mean(drawn, axis=0) == pytest.approx(table.counts, abs=0.3)
    assert (drawn[3] == round_at_random(table, 5, seed=3).counts).all()
    found = round_controlled(table, 5)
    assert not exposed_by_rounding(table, found, 3)
    # Rounding to base 2 tells that a rounded 2 is 1, 2 or 3: under 5 for sure.
    assert (
        "a" in exposed_by_rounding(table, round_at_random(table, 2, seed=1), 5) or round_at_random(table, 2, seed=1).counts[1] == 0
    )
    with pytest.raises(DisclosureError, match="base of two or more"):
        round_controlled(table, 1)
