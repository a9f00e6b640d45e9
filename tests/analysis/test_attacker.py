"""An attacker who holds the published JSON of whole editions, and nothing of the solver: 1. one edition; 2. two editions; 3. refusals.

He writes his linear programs over the crossings of sector, département and size, from what the syntheses' tables say; he also knows the
frame, and in the second part who answered. The true figures serve to judge what he finds.
"""

import json
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from analysis.disclosure.cells import DisclosureError
from analysis.disclosure.successive import EarlierEdition, firms_of
from analysis.synthesis.edition import Edition
from analysis.synthesis.measures import Kind, Measure, measures_of
from tests.analysis.panel import Panel, make_panel
from tests.analysis.test_synthesis import built

FEW = 2
THREE = ("sector", "departement", "size_class")
Domain = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reader:
    """What an edition's JSON says: a figure for each domain and column, with how far it may have been rounded."""

    known: dict[str, dict[Domain, tuple[float, float]]]

    @classmethod
    def of(cls, edition: Edition) -> "Reader":
        known: dict[str, dict[Domain, tuple[float, float]]] = {}
        for text in [json.dumps(synthesis.to_json()) for synthesis in edition.syntheses]:
            synthesis = json.loads(text)
            own: Domain = () if synthesis["scope"] == "region" else ((synthesis["scope"], synthesis["code"]),)
            for chapter in synthesis["chapters"]:
                for table in chapter["tables"]:
                    cls._read(table, own, known)
        return cls(known)

    @staticmethod
    def _read(table: dict[str, Any], own: Domain, known: dict[str, dict[Domain, tuple[float, float]]]) -> None:
        name = table["code"].partition("_")[2]
        crossed = table["code"].startswith(("sample_", "departures_")) and name in THREE
        for row in table["rows"]:
            place = (
                tuple(sorted((*own, (name, row["code"])), key=lambda part: THREE.index(part[0])))
                if crossed and not row["total"]
                else own
            )
            for column, cell in zip(table["columns"], row["cells"], strict=True):
                if cell["value"] is None or (not crossed and column["code"] not in {"here", "mean", "optimistic"}):
                    continue
                what = column["code"] if crossed else row["code"]
                rounding = {"firms": 0.0, "people": 0.05 if abs(cell["value"]) < 100 else 0.5, "share": 5e-4, "weight": 0.05}
                known.setdefault(what, {})[place] = (cell["value"], rounding.get(column["unit"], 0.05))


def atoms_of(frame: pd.DataFrame) -> list[Domain]:
    levels = [sorted(set(frame[name])) for name in THREE]
    return [tuple(zip(THREE, combination, strict=True)) for combination in product(*levels)]


def covering(domain: Domain, atoms: list[Domain]) -> np.ndarray:
    return np.asarray([set(domain) <= set(atom) for atom in atoms], dtype=float)


def inside(domain: Domain, table: pd.DataFrame) -> np.ndarray:
    found = np.ones(len(table), dtype=bool)
    for name, level in domain:
        found &= (table[name] == level).to_numpy()
    return found


def bounds_of(
    target: np.ndarray, rows: list[np.ndarray], low: list[float], high: list[float], tops: np.ndarray
) -> tuple[float, float]:
    """The least and the greatest value of a sum of atoms that all rows allow."""
    above = np.concatenate([np.array(rows), -np.array(rows)])
    right = np.concatenate([high, -np.array(low)])
    ends = []
    solve: Any = linprog  # Its stubs refuse an array of bounds.
    for sign in (1.0, -1.0):
        solved = solve(sign * target, A_ub=above, b_ub=right + 1e-7, bounds=np.column_stack([np.zeros(len(tops)), tops]))
        assert solved.fun is not None
        ends.append(sign * float(solved.fun))
    return ends[0], ends[1]


@pytest.fixture(scope="module")
def panel() -> Panel:
    return make_panel(260, 4000, seed=8)


@pytest.fixture(scope="module")
def edition(panel: Panel) -> Edition:
    return built(panel)


def hidden_domains(panel: Panel, reader: Reader) -> list[Domain]:
    """Every domain with some respondents, and fewer than five, of one or two variables."""
    table = panel.features
    levels = {name: sorted(set(table[name])) for name in THREE}
    single: list[Domain] = [((name, level),) for name in THREE for level in levels[name]]
    double: list[Domain] = [
        ((one, first), (two, second))
        for one, two in (THREE[:2], THREE[1:], (THREE[0], THREE[2]))
        for first in levels[one]
        for second in levels[two]
    ]
    return [domain for domain in (*single, *double) if 0 < inside(domain, table).sum() < 5]


def test_1_no_number_of_respondents_under_five_can_be_told(panel: Panel, edition: Edition) -> None:
    reader = Reader.of(edition)
    atoms = atoms_of(panel.frame)
    counts = reader.known["respondents"]
    assert len(counts) > 40
    rows = [covering(domain, atoms) for domain in counts]
    values = [value for value, _ in counts.values()]
    tops = np.asarray([inside(atom, panel.frame).sum() for atom in atoms], dtype=float)
    few = hidden_domains(panel, reader)
    assert len(few) > 10
    for domain in few:
        assert domain not in counts
        true = inside(domain, panel.features).sum()
        low, high = bounds_of(covering(domain, atoms), rows, values, values, tops)
        assert low <= true - 1 + 1e-4
        assert high >= min(5, inside(domain, panel.frame).sum()) - 1e-4


def test_1_no_hidden_number_of_departures_can_be_told_closely(panel: Panel, edition: Edition) -> None:
    reader = Reader.of(edition)
    atoms = atoms_of(panel.frame)
    weights = np.asarray([edition.summary.weights[reference] for reference in panel.features["reference"]])
    amounts = panel.features["dep5"].to_numpy() * weights
    known = reader.known["within5"]
    rows = [covering(domain, atoms) for domain in known]
    low = [value - slack for value, slack in known.values()]
    high = [value + slack for value, slack in known.values()]
    tops = np.full(len(atoms), 10 * amounts.sum())
    for domain in hidden_domains(panel, reader):
        true = float(amounts[inside(domain, panel.features)].sum())
        one, other = bounds_of(covering(domain, atoms), rows, low, high, tops)
        assert other - one >= 0.25 * true


def answers(panel: Panel) -> list[Measure]:
    table = panel.features.sort_values("reference", ignore_index=True)
    return [measure for measure in measures_of(table) if measure.kind is Kind.SHARE]


def test_1_no_answer_of_few_firms_can_be_told_even_by_whoever_knows_weights_and_respondents(panel: Panel, edition: Edition) -> None:
    reader = Reader.of(edition)
    table = panel.features.sort_values("reference", ignore_index=True)
    weights = np.asarray([edition.summary.weights[reference] for reference in table["reference"]])
    places: list[Domain] = [(), *(((name, level),) for name in THREE[:2] for level in sorted(set(table[name])))]
    atoms: list[Domain] = [
        tuple(zip(THREE[:2], levels, strict=True)) for levels in product(*(sorted(set(table[name])) for name in THREE[:2]))
    ]
    attacked = 0
    for measure in answers(panel):
        known = np.isfinite(measure.values)
        size = {domain: float(weights[known & inside(domain, table)].sum()) for domain in (*places, *atoms)}
        shown = reader.known.get(measure.code, {})
        rows = [covering(domain, atoms) for domain in places if domain in shown]
        if not rows:
            continue
        low = [(shown[domain][0] - shown[domain][1]) * size[domain] for domain in places if domain in shown]
        high = [(shown[domain][0] + shown[domain][1]) * size[domain] for domain in places if domain in shown]
        tops = np.asarray([size[atom] for atom in atoms])
        for domain in places:
            here = known & inside(domain, table)
            positive = np.count_nonzero(np.nan_to_num(measure.values) * here)
            if not (0 < here.sum() < 5 or 0 < positive <= FEW):
                continue
            assert domain not in shown
            one, other = bounds_of(covering(domain, atoms), rows, low, high, tops)
            assert other - one >= min(1.5 * weights[here].mean(), 0.49 * size[domain])
            attacked += 1
    assert attacked > 20


def remembered(edition: Edition, name: str) -> EarlierEdition:
    """The edition as it comes back from storage."""
    return EarlierEdition.from_summary(name, json.loads(json.dumps({"memory": edition.summary.memory})))


def first(panel: Panel, rows: int) -> Panel:
    kept = panel.features.head(rows)
    return replace(panel, features=kept, persons=panel.persons[panel.persons["reference"].isin(kept["reference"])])


def test_2_two_editions_together_give_no_newcomer_and_no_hidden_domain_away(panel: Panel, edition: Edition) -> None:
    before = built(first(panel, 200))
    after = built(panel, earlier=[remembered(before, "1")])
    assert len(Reader.of(after).known["respondents"]) < len(Reader.of(edition).known["respondents"])  # It has its price…
    assert after.summary.protection_cost["domains_hidden"] > edition.summary.protection_cost["domains_hidden"]  # …which is told.
    old, new = Reader.of(before).known["respondents"], Reader.of(after).known["respondents"]
    atoms, size = atoms_of(panel.frame), len(atoms_of(panel.frame))
    came = np.arange(len(panel.features)) >= 200
    none = np.zeros(size)
    rows = [np.concatenate([covering(domain, atoms), none]) for domain in old] + [
        np.tile(covering(domain, atoms), 2) for domain in new
    ]
    values = [value for value, _ in (*old.values(), *new.values())]
    stayed, joined = (np.asarray([(inside(atom, panel.features) & who).any() for atom in atoms]) for who in (~came, came))
    tops = np.where(np.concatenate([stayed, joined]), 2.0 * len(panel.features), 0.0)
    levels = [((name, level),) for name in THREE for level in sorted(set(panel.features[name]))]
    attacked = 0
    for domain in [*levels, *old, *new]:
        here = inside(domain, panel.features)
        for who, target in (
            (came, np.concatenate([none, covering(domain, atoms)])),
            (~came, np.concatenate([covering(domain, atoms), none])),
        ):
            true = int((here & who).sum())
            if not 0 < true < 5:
                continue
            low, high = bounds_of(target, rows, values, values, tops)
            assert high - low >= 0.25 * true
            attacked += 1
    assert attacked > 20


def test_2_the_same_firms_again_show_and_hide_the_same(panel: Panel, edition: Edition) -> None:
    again = built(panel, earlier=[remembered(edition, "1")])
    assert set(Reader.of(again).known["respondents"]) <= set(Reader.of(edition).known["respondents"])
    one, other = edition.summary.memory["measures"], again.summary.memory["measures"]
    assert all({tuple(domain) for domain in one[code]} <= {tuple(domain) for domain in other[code]} for code in one)


def test_2_what_drifts_with_the_date_is_no_change_of_a_firm(panel: Panel) -> None:
    later = panel.features.assign(dep5=panel.features["dep5"] * 1.1, score_D1=0.0)
    assert firms_of(later) == firms_of(panel.features)
    changed = panel.features.copy()
    changed["cash_months"] = changed["cash_months"].where(changed.index > 0, 99.0)
    assert sum(one != other for one, other in zip(firms_of(changed), firms_of(panel.features), strict=True)) == 1


def test_3_an_edition_with_too_few_changes_is_refused_in_both_languages(panel: Panel) -> None:
    before = built(first(panel, 257))
    with pytest.raises(DisclosureError, match="Only 3 firms joined, left or changed since edition 7") as caught:
        built(panel, earlier=[remembered(before, "7")])
    assert caught.value.words is not None
    assert "seuls 3 dossiers" in caught.value.words.fr
    assert "only 3 files" in caught.value.words.en


def test_3_an_edition_that_remembers_nothing_cannot_be_protected_against() -> None:
    with pytest.raises(DisclosureError, match="does not say who was in it"):
        EarlierEdition.from_summary("1", {"respondents": 40})
