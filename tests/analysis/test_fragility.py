"""Dimensions, grades, flags and the two voices."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from analysis.fragility.dimensions import (
    DIMENSIONS,
    agreement,
    agreement_by_rater,
    dimension_results,
    dimension_scores,
    grade,
    index,
    mark,
    reading,
    weighted_kappa,
)
from analysis.fragility.facts import Facts
from analysis.fragility.flags import red_flags
from analysis.fragility.indicators import results
from analysis.parameters import load
from tests.analysis.samples import REFERENCE, VISIT, full_answers, parameters


def facts(**changes: Any) -> Facts:
    return Facts.of(full_answers() | changes, parameters())


def flags(**changes: Any) -> dict[str, str]:
    found = facts(**changes)
    return {flag.code: flag.explanation.fr for flag in red_flags(found, results(found))}


def test_a_dimension_is_the_mean_of_its_indicators() -> None:
    found = results(facts())
    scores = [found[code].score for code in ("I31", "I32", "I33")]
    assert None not in scores
    assert dimension_scores(found, parameters())["D8"] == (round(sum(score or 0 for score in scores) / 3, 1), 1.0)


def test_under_half_of_the_weight_there_is_no_score() -> None:
    """D8 has three indicators: two answered are enough, one is not."""
    assert dimension_scores(results(facts(ressources=None)), parameters())["D8"][0] is not None
    assert dimension_scores(results(facts(ressources=None, fin_pluriannuel=None)), parameters())["D8"] == (None, 0.333)
    heavy = load(REFERENCE, overrides={"weights": {"I31": 5}})
    lone = Facts.of(full_answers() | {"ressources": None, "fin_pluriannuel": None}, heavy)
    assert dimension_scores(results(lone), heavy)["D8"] == (results(lone)["I31"].score, 0.714)


def test_the_indices_need_half_of_their_dimensions() -> None:
    scores: dict[str, tuple[float | None, float]] = dict.fromkeys(DIMENSIONS, (None, 0.0))
    scores |= {"D1": (20.0, 1.0), "D2": (40.0, 1.0), "D7": (50.0, 1.0), "D8": (70.0, 1.0)}
    assert index(scores, "hr") is None
    assert index(scores, "economic") == 60.0
    assert index(scores | {"D3": (60.0, 1.0)}, "hr") == 40.0


@pytest.mark.parametrize(
    ("score", "letter"),
    [(0, "A"), (24.9, "A"), (25, "B"), (44.9, "B"), (45, "C"), (64.9, "C"), (65, "D"), (100, "D"), (None, None)],
)
def test_grades_have_their_bounds(score: float | None, letter: str | None) -> None:
    assert grade(score, parameters()) == (letter, False)


def test_a_flag_forces_at_least_c() -> None:
    found = parameters()
    assert grade(10, found, flagged=True) == ("C", True)
    assert grade(50, found, flagged=True) == ("C", False)
    assert grade(80, found, flagged=True) == ("D", False)
    assert grade(None, found, flagged=True) == ("C", True)


@pytest.mark.parametrize(
    ("firm", "other", "expected"),
    [
        (1, 3, "firm_optimistic"),
        (0, 4, "firm_optimistic"),
        (3, 1, "blind_spot"),
        (2, 3, "agreement"),
        (2, 2, "agreement"),
        (None, 3, None),
        (1, None, None),
    ],
)
def test_the_two_voices_are_read_by_their_gap(firm: int | None, other: int | None, expected: str | None) -> None:
    assert reading(firm, other, parameters()) == expected


def test_a_mark_not_covered_is_no_mark() -> None:
    assert [mark({"ent_D1": given_value}, "ent_D1") for given_value in ("0", "4", "9", None, "x", 3)] == [0, 4, None, None, None, 3]


def test_the_four_readings_stay_apart() -> None:
    found = facts(cons_D2_mot="Chacun voit un autre départ.")
    indicators = results(found)
    two = dimension_results(found, indicators, red_flags(found, indicators), None)[1]
    assert (two.firm_mark, two.diagnostician_mark, two.consensus) == (2, 4, 3)
    assert (two.reading, two.comment) == ("firm_optimistic", "Chacun voit un autre départ.")
    assert two.score == dimension_scores(indicators, found.parameters)["D2"][0]
    assert [one.code for one in two.indicators] == ["I06", "I07", "I08", "I09"]


def test_every_flag_of_the_sample() -> None:
    found = flags(duerp_date=None)
    assert set(found) == {"R1", "R2", "R3", "R4", "R5", "R8"}
    assert found["R5"] == "La trésorerie couvre 0,8 mois de charges."
    assert "Comptable" in found["R4"]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("R1", {"dir_depart": "h5"}),
        ("R1", {"dir_depart": None}),
        ("R2", {"pres_depart": "h5"}),
        ("R3", {"agrement_depend": "9"}),
        ("R5", {"tresorerie": 200000.0}),
        ("R8", {"duerp_date": VISIT}),
        ("R8", {"duerp_date": None, "outils_rh": ["duerp"]}),
        ("R8", {"duerp_date": None, "outils_rh": None}),
    ],
)
def test_a_flag_falls_with_its_cause(code: str, changes: dict[str, Any]) -> None:
    assert code not in flags(**changes)


def test_a_successor_lowers_the_first_flag() -> None:
    posts = full_answers()["postes_cles"]
    assert "R1" in flags()
    assert "R1" not in flags(postes_cles=[posts[0] | {"pc_successeur": "identifie"}, posts[1]])
    assert "R4" not in flags(postes_cles=[posts[0], posts[1] | {"pc_doublure": 1}])


def test_negative_equity_is_a_flag() -> None:
    assert flags(tresorerie=500000.0, fonds_propres=-12500.0)["R5"] == "Les fonds propres sont négatifs\u00a0: −12\u202f500\u202f€."


def test_indemnities_beyond_the_cash_are_a_flag() -> None:
    assert "R6" in flags(tresorerie=1000.0)
    assert "R6" not in flags(tresorerie=1000000.0)
    assert "au moins" in flags(tresorerie=1000.0, idcc_code="413")["R6"]


def test_a_third_of_the_staff_leaving_is_a_flag() -> None:
    old = [line | {"reg_naissance": 1963} if place < 10 else line for place, line in enumerate(full_answers()["registre"])]
    assert "environ 4" in flags(registre=old)["R7"]
    assert "R7" not in flags(registre=[line | {"reg_naissance": 1980} for line in old], dep_annonces=None)


# Kappa by hand: two raters, marks 0 to 2; scikit-learn is the reference for the rest.
def test_a_kappa_by_hand() -> None:
    """Marks (0,0) (1,1) (2,2) (2,0): observed linear cost 2/4; expected (by the margins) 13/16."""
    first, second = [0, 1, 2, 2], [0, 1, 2, 0]
    costs = [abs(one - other) for one in first for other in second]
    assert weighted_kappa(first, second, weights="linear", categories=3) == pytest.approx(1 - (2 / 4) / (sum(costs) / 16))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=40), st.sampled_from(["linear", "quadratic"]))
@settings(max_examples=50, deadline=None)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[int, int]], weights: Any) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found = weighted_kappa(first, second, weights=weights)
    if len({*first, *second}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(first, second, labels=list(range(5)), weights=weights))


def test_kappa_leaves_missing_marks_out() -> None:
    assert weighted_kappa([np.nan, 1, 2], [1, 1, 2]) == pytest.approx(1.0)
    assert weighted_kappa([np.nan], [1]) is None


def test_agreement_by_dimension_and_by_rater() -> None:
    marks = {
        f"{voice}_D{number}": [0, 4, 2] if voice == "ent" else [0, 4, 0] for voice in ("ent", "diag") for number in range(1, 11)
    }
    assert agreement(marks)["D1"] == pytest.approx(weighted_kappa([0, 4, 2], [0, 4, 0]))
    by_rater = agreement_by_rater(marks, ["a", "a", "b"])
    assert by_rater["a"] == pytest.approx(1.0)
    assert by_rater["b"] == pytest.approx(0.0)
