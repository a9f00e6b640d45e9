"""Disclosure: 1. primary rules; 2. the reference's optimum; 3. no attack succeeds on random tables; 4. one edition, one status."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.disclosure.editions import (
    REGION,
    DisclosureError,
    dominance_margin,
    dominated,
    edition_system,
    hide_in_partition,
    partition_interval,
    primary_by_count,
    protect_edition,
)
from analysis.disclosure.suppression import Layer, Relation, System, attack, audit, protect

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "disclosure"


def table_of(cells: list[dict[str, Any]], dimensions: tuple[str, ...], key: str) -> tuple[System, np.ndarray]:
    values = {tuple(str(cell[name]) for name in dimensions): float(cell[key]) for cell in cells}
    places = {name: place for place, name in enumerate(values)}
    relations = []
    for position in range(len(dimensions)):
        levels = sorted({name[position] for name in values} - {"Total"})
        relations += [
            Relation(places[name], tuple(places[*name[:position], level, *name[position + 1 :]] for level in levels))
            for name in values
            if name[position] == "Total"
        ]
    return System(tuple("|".join(name) for name in values), tuple(relations), np.zeros(len(values), dtype=bool)), np.array(
        list(values.values())
    )


def count_layer(values: np.ndarray, *, level: float = 1.0) -> Layer:
    size = len(values)
    return Layer(
        "n",
        values,
        np.zeros(size),
        np.full(size, values.max() * 2 + 10),
        np.minimum(values, level),
        np.full(size, level),
        np.zeros(size),
    )


def test_1_primary_cells_have_some_respondents_but_too_few() -> None:
    assert primary_by_count([0, 1, 4, 5, 60], 5).tolist() == [False, True, True, False, False]


def test_1_dominance_and_the_p_percent_rule() -> None:
    assert dominated([90, 5, 3, 2])
    assert not dominated([40, 30, 20, 10])
    assert dominated([50, 48, 1, 1])  # The second greatest knows the first to 2 in 50.
    assert not dominated([])
    assert dominance_margin([90, 5, 3, 2]) == pytest.approx(90 / 0.85 - 100)
    assert dominance_margin([40, 30, 30]) == 0.0


def test_2_a_textbook_table_is_bounded_as_published() -> None:
    # Geurts (1992): two by two hidden cells of a table with margins; the intervals are those of the reference file.
    rows, names = [["1|1", "1|2"], ["2|1", "2|2"]], ["1|1", "1|2", "2|1", "2|2", "1|T", "2|T", "T|1", "T|2"]
    place = {name: number for number, name in enumerate(names)}
    values = np.array([5.0, 2.0, 1.0, 2.0, 7.0, 3.0, 6.0, 4.0])
    relations = [Relation(place[f"{row + 1}|T"], tuple(place[cell] for cell in rows[row])) for row in range(2)]
    relations += [Relation(place[f"T|{column + 1}"], tuple(place[rows[row][column]] for row in range(2))) for column in range(2)]
    system = System(tuple(names), tuple(relations), np.zeros(8, dtype=bool))
    hidden = np.array([True] * 4 + [False] * 4)
    found = dict(zip(names, attack(system, count_layer(values), hidden, [0, 1, 2, 3]), strict=False))
    assert found == {"1|1": (3.0, 6.0), "1|2": (1.0, 4.0), "2|1": (0.0, 3.0), "2|2": (0.0, 3.0)}


def test_2_the_number_of_cells_hidden_is_the_proven_optimum() -> None:
    if not REFERENCE.exists():
        pytest.skip("The reference figures of other packages stay outside the project.")
    loaded = json.loads((REFERENCE / "t1_sector_dept_freq.json").read_text())
    best = json.loads((REFERENCE / "highs_audit_and_optimum.json").read_text())["t1_sector_dept_freq"]["methods"][
        "HiGHS_count_cells"
    ]
    system, values = table_of(loaded["cells"], ("sector", "dept"), "freq")
    primary = primary_by_count(values, 3)
    assert primary.tolist() == [status == "u" for status in loaded["primary_status"]]
    pattern = protect(system, [count_layer(values)], primary, np.where(values == 0, 1e4, 1.0))
    assert pattern.optimal
    assert int((pattern.hidden & ~primary).sum()) == best["secondary"]
    assert all(
        interval.enough
        for interval in audit(system, [count_layer(values)], pattern.hidden, [int(cell) for cell in np.flatnonzero(primary)])
    )
    weighed = protect(system, [count_layer(values)], primary, np.where(values == 0, 1e4, values))
    assert weighed.cost <= best["sum_value"]


def two_way(body: np.ndarray) -> tuple[System, np.ndarray]:
    """A table with its margins, cells row by row, then the row totals, the column totals and the total."""
    rows, columns = body.shape
    full = np.zeros((rows + 1, columns + 1))
    full[:rows, :columns] = body
    full[rows], full[:, columns] = full.sum(axis=0), full.sum(axis=1)
    full[rows, columns] = body.sum()
    number = np.arange(full.size).reshape(full.shape)
    relations = [Relation(int(number[row, columns]), tuple(int(cell) for cell in number[row, :columns])) for row in range(rows + 1)]
    relations += [
        Relation(int(number[rows, column]), tuple(int(cell) for cell in number[:rows, column])) for column in range(columns + 1)
    ]
    return System(tuple(map(str, range(full.size))), tuple(relations), np.zeros(full.size, dtype=bool)), full.ravel()


def independent_bounds(system: System, values: np.ndarray, hidden: np.ndarray, cell: int, top: float) -> tuple[float, float]:
    """The attacker's interval, by a program written here alone."""
    matrix = np.zeros((len(system.relations), len(values)))
    for row, relation in enumerate(system.relations):
        matrix[row, relation.total] = 1
        matrix[row, list(relation.parts)] -= 1
    bounds = [(0.0, top) if away else (value, value) for value, away in zip(values, hidden, strict=True)]
    ends = []
    for sign in (1.0, -1.0):
        target = np.zeros(len(values))
        target[cell] = sign
        solved = linprog(target, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=bounds)
        assert solved.fun is not None
        ends.append(sign * float(solved.fun))
    return ends[0], ends[1]


@given(st.integers(2, 4), st.integers(2, 4), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_3_no_protected_cell_of_a_random_table_can_be_bounded_too_closely(rows: int, columns: int, seed: int) -> None:
    body = np.random.default_rng(seed).poisson(6, (rows, columns)).astype(float)
    system, values = two_way(body)
    primary = primary_by_count(values, 5)
    layer = count_layer(values)
    pattern = protect(system, [layer], primary, values + 1, counts=values, threshold=5)
    for cell in np.flatnonzero(primary):
        low, high = independent_bounds(system, values, pattern.hidden, int(cell), float(layer.upper[0]))
        assert low <= values[cell] - 1 + 1e-6
        assert high >= values[cell] + 1 - 1e-6


@given(st.integers(2, 3), st.integers(2, 4), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_3_no_sum_of_published_cells_gives_a_protected_one_away(rows: int, columns: int, seed: int) -> None:
    body = np.random.default_rng(seed).poisson(6, (rows, columns)).astype(float)
    system, values = two_way(body)
    primary = primary_by_count(values, 5)
    hidden = protect(system, [count_layer(values)], primary, values + 1, counts=values, threshold=5).hidden
    # Every cell as the sum of the crossings it covers; then every signed sum of up to three published cells.
    atoms = np.eye(rows * columns).reshape(rows, columns, -1)
    full = np.zeros((rows + 1, columns + 1, rows * columns))
    full[:rows, :columns] = atoms
    full[rows, :columns], full[:, columns] = atoms.sum(axis=0), np.concatenate([atoms.sum(axis=1), [atoms.sum(axis=(0, 1))]])
    covers = full.reshape(len(values), -1)
    shown = np.flatnonzero(~hidden)
    secret = {tuple(covers[cell]) for cell in np.flatnonzero(primary)}
    for size in (1, 2, 3):
        for chosen in itertools.combinations(shown, size):
            for signs in itertools.product((1, -1), repeat=size):
                assert tuple(sum(sign * covers[cell] for sign, cell in zip(signs, chosen, strict=True))) not in secret


@given(st.integers(3, 8), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_3_parts_of_a_published_total_hide_each_other(parts: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(1, 30, parts).astype(float)
    tops = counts * random.uniform(5, 20, parts)
    values = tops * random.uniform(0, 1, parts)
    must = counts < 5
    needed = np.minimum(2 * tops / counts, tops)
    hidden = hide_in_partition(values, tops, counts, must, needed=needed, threshold=5)
    assert (hidden >= must).all()
    if must.any() and not hidden.all():
        assert counts[hidden].sum() >= 5
        for place, part in enumerate(np.flatnonzero(hidden)):
            low, high = partition_interval(values[hidden], tops[hidden], place)
            assert low - 1e-9 <= values[part] <= high + 1e-9
            if must[part]:
                assert high - low >= needed[part] * (1 - 1e-6)
    if not must.any():
        assert not hidden.any()


def test_3_two_hidden_singletons_do_not_protect_each_other() -> None:
    hidden = hide_in_partition(
        [3.0, 4.0, 50.0, 60.0],
        [10.0, 10.0, 99.0, 99.0],
        [1.0, 1.0, 9.0, 12.0],
        np.array([True, True, False, False]),
        needed=np.zeros(4),
        threshold=5,
    )
    assert hidden.tolist() == [True, True, True, False]


def test_3_a_table_that_cannot_be_protected_is_refused() -> None:
    system, values = two_way(np.array([[2.0, 0.0], [0.0, 30.0]]))
    sure = Layer("n", values, values.copy(), values.copy(), np.ones(9), np.ones(9), np.zeros(9))
    with pytest.raises(DisclosureError, match="Nothing can protect"):
        protect(system, [sure], primary_by_count(values, 5), np.ones(9))


def places(rows: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sector": random.choice(["a", "b", "c", "d"], rows * 8, p=[0.4, 0.3, 0.2, 0.1]),
            "departement": random.choice(["04", "06", "13"], rows * 8, p=[0.1, 0.3, 0.6]),
            "size_class": random.choice(["3-5", "6-9"], rows * 8),
        }
    )
    frame["zone_emploi"] = frame["departement"] + random.choice(["x", "y"], len(frame))
    return frame.sample(rows, random_state=seed).reset_index(drop=True), frame


@given(st.integers(12, 120), st.integers(0, 500))
@settings(max_examples=12, deadline=None)
def test_4_every_domain_of_an_edition_has_one_status_that_holds_against_an_attacker(rows: int, seed: int) -> None:
    respondents, frame = places(rows, seed)
    cube = edition_system(respondents, frame)
    weights = np.random.default_rng(seed).uniform(4, 12, rows)
    protection = protect_edition(cube, {"departures": weights}, threshold=5)
    counts = protection.counts
    assert counts[REGION] == rows
    for domain, count in counts.items():
        assert protection.shows(domain) <= (count == 0 or count >= 5)
    published = np.array([protection.shows(domain) for domain in cube.domains])
    member = cube.members.astype(float)
    for values in (np.ones(rows), weights):
        sums = member @ values
        for domain in protection.primary:
            cell = cube.domains.index(domain)
            low, high = independent_bounds(cube.system, sums, ~published, cell, float(sums.max()) * 2)
            assert high - low > 0.2 * sums[cell]


def test_4_a_hidden_sector_hides_another_and_the_region_stays() -> None:
    respondents, frame = places(90, 3)
    respondents.loc[:, "sector"] = ["e"] * 3 + ["a"] * 40 + ["b"] * 30 + ["c"] * 17
    frame = pd.concat([frame, frame.head(20).assign(sector="e")], ignore_index=True)
    protection = protect_edition(edition_system(respondents, frame), {}, threshold=5)
    assert protection.shows(REGION)
    assert not protection.shows(("sector", "e"))
    assert not protection.shows(("sector", "c"))  # The least of the others: it costs the fewest respondents.
    assert protection.shows(("sector", "a"))
    assert not protection.shows(("sector", "unknown"))
    assert protection.narrowest is not None
    assert protection.narrowest >= 5


def test_4_a_domain_where_few_gave_their_ages_is_hidden_too() -> None:
    respondents, frame = places(90, 4)
    known = np.ones(90, dtype=bool)
    inside = np.flatnonzero(respondents["departement"] == "04")
    known[inside[2:]] = False
    assert len(inside) >= 5
    protection = protect_edition(edition_system(respondents, frame), {}, threshold=5, answered=known)
    assert ("departement", "04") in protection.primary


def test_4_a_large_enough_panel_hides_nothing() -> None:
    respondents = pd.DataFrame(
        {"sector": list("ab") * 40, "departement": ["04", "04", "13", "13"] * 20, "size_class": ["3-5"] * 40 + ["6-9"] * 40}
    )
    protection = protect_edition(edition_system(respondents, pd.concat([respondents] * 4)), {"x": np.ones(80)}, threshold=5)
    assert not protection.hidden
    assert protection.narrowest is None
