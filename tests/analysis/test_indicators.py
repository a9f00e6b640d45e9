"""The 41 indicators: known values by hand, scores between their anchors, None when an answer is missing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.fragility.facts import Facts
from analysis.fragility.indicators import INDICATORS, needs, results, score
from analysis.fragility.keyposts import criticality, key_posts, level_of, seat_exposure
from tests.analysis.samples import banded_answers, full_answers, parameters, roster


def value(code: str, **changes: Any) -> float | None:
    return results(Facts.of(full_answers() | changes, parameters()))[code].value


# By hand, from the sample's answers: 23 people on 14 October 2026, born 1961 … 2001.
BY_HAND = {
    "I06": 1.0,
    "I08": 1.0,
    "I09": 1.0,
    "I10": 0.75,
    "I11": 0.5,
    "I12": 10 / 23,
    "I13": 3.0,
    "I14": 0.25,
    "I15": 3.5 / 23,
    "I17": 11 / 23,
    "I18": -1.0,
    "I19": 7 / 9,
    "I20": 50.0,
    "I21": 6 / 23,
    "I23": 0.0,
    "I24": 2 / 6,
    "I25": 9.0,
    "I26": 0.0,
    "I27": 0.0,
    "I28": 5 / 9,
    "I29": 1.0,
    "I30": 1 / 9,
    "I31": 70.0,
    "I32": 20.0,
    "I33": (500**2 + 450**2) / 950**2,
    "I34": 0.75,
    "I35": 1.25,
    "I36": -1000 / 950000 * 100,
    "I38": 800 / 950 * 100,
    "I39": 1.0,
    "I40": 0.0,
    "I41": 0.0,
}


@pytest.mark.parametrize(("code", "expected"), BY_HAND.items())
def test_an_indicator_is_what_the_hand_finds(code: str, expected: float) -> None:
    assert value(code) == pytest.approx(expected, abs=1e-4)


def test_the_ages_are_those_of_the_year() -> None:
    ages = [2026 - line["reg_naissance"] for line in full_answers()["registre"]]
    older, oldest, young = sum(age >= 50 for age in ages), sum(age >= 55 for age in ages), sum(age < 30 for age in ages)
    assert value("I01") == pytest.approx(older / 23, abs=1e-4)
    assert value("I02") == pytest.approx(oldest / 23, abs=1e-4)
    assert value("I05") == pytest.approx(young / oldest, abs=1e-4)


def test_the_most_critical_post_by_hand() -> None:
    """4 × 3 × 2 (nine months) × 1.6 (one to three years) / 64 = 0.6, the other 3 × 2 × 1.5 × 2 / 64 = 0.28."""
    assert value("I07") == pytest.approx(0.6)
    posts = key_posts(full_answers())
    assert [post.criticality for post in posts] == [0.6, 0.28]
    assert [post.level for post in posts] == ["high", "medium"]
    assert criticality(4, 4, 24, "h1") == 1.0
    assert criticality(4, 4, None, "h1") is None
    assert [level_of(one) for one in (None, 0.0, 0.15, 0.40, 0.75)] == ["", "low", "medium", "high", "critical"]


@pytest.mark.parametrize(
    ("horizon", "successor", "expected"),
    [
        ("h1", "aucun", 1.0),
        ("h3", "", 1.0),
        ("h3", "identifie", 0.5),
        ("h1", "pret", 0.0),
        ("h5", "aucun", 0.5),
        ("h10", "aucun", 0.0),
        ("hx", "", 0.0),
        ("", "aucun", None),
    ],
)
def test_a_seat_is_exposed_by_its_horizon_and_its_successor(horizon: str, successor: str, expected: float | None) -> None:
    assert seat_exposure(horizon, successor) == expected


def test_the_risk_assessment_is_judged_by_size_and_date() -> None:
    assert value("I26", duerp_date=date(2026, 1, 10)) == 1
    assert value("I26", duerp_date=date(2020, 1, 10)) == 0
    assert value("I26", duerp_date=date(2020, 1, 10), eff_total=9) == 1
    assert value("I26", duerp_date=None, outils_rh=["duerp"]) == 1
    assert value("I26", duerp_date=None) == 0
    assert value("I26", duerp_date=None, outils_rh=None) is None


def test_the_training_gap_compares_both_ages() -> None:
    facts = Facts.of(full_answers(), parameters())
    older = facts.count(50)
    assert value("I22") == pytest.approx(5 / (23 - older) - 1 / older, abs=1e-4)


def test_nothing_asked_of_the_old_without_old() -> None:
    young = [line | {"reg_naissance": 1990} for line in full_answers()["registre"]]
    assert value("I22", registre=young) is None
    assert value("I27", registre=young) is None
    assert value("I04", registre=young, dep_annonces=None) is None


def test_a_firm_without_key_posts_has_none_exposed() -> None:
    assert [value(code, postes_cles=None, nb_postes_cles=0) for code in ("I06", "I07", "I08")] == [0, 0, 0]
    assert [value(code, postes_cles=None, nb_postes_cles=None) for code in ("I06", "I07", "I08")] == [None, None, None]
    assert [value(code, postes_cles=None, nb_postes_cles=2) for code in ("I06", "I07", "I08")] == [None, None, None]


def test_matrices_give_the_same_questions_an_answer() -> None:
    found = results(Facts.of(banded_answers(), parameters()))
    assert found["I01"].value == pytest.approx(12 / 23, abs=1e-4)
    assert found["I02"].value == pytest.approx(12 / 23, abs=1e-4)
    assert found["I16"].value == pytest.approx(5 / 23, abs=1e-4)
    assert found["I37"].value is None


def test_does_not_know_is_no_value() -> None:
    assert value("I18", salaire_marche="9") is None
    assert value("I23", dep_inconnu="9") == 0.5
    assert value("I11", trans_modalites=["aucune"]) == 1.0
    assert value("I11", trans_modalites=[]) is None


def test_every_indicator_is_none_without_answers() -> None:
    found = results(Facts.of({}, parameters()))
    assert len(found) == 41
    assert all(one.value is None and one.score is None for one in found.values())


def test_every_indicator_has_titles_anchors_and_needs() -> None:
    found = parameters()
    assert set(INDICATORS) == set(found.indicators)
    assert len(INDICATORS) == 41
    for code, anchors in found.indicators.items():
        assert anchors.title.fr != anchors.title.en, code
        assert needs(found)[code], code
        assert anchors.unit in {"share", "ratio", "index", "level", "points", "percent", "yes_no", "count", "months"}, code
        assert anchors.dimension in {f"D{number}" for number in range(1, 11)}


@pytest.mark.parametrize(
    ("given_value", "anchors", "expected"),
    [
        (0.20, (0.20, 0.30, 0.45), 0),
        (0.25, (0.20, 0.30, 0.45), 25),
        (0.30, (0.20, 0.30, 0.45), 50),
        (0.375, (0.20, 0.30, 0.45), 75),
        (0.9, (0.20, 0.30, 0.45), 100),
        (6, (6, 3, 0), 0),
        (4.5, (6, 3, 0), 25),
        (1.5, (6, 3, 0), 75),
        (-2, (6, 3, 0), 100),
    ],
)
def test_the_score_is_straight_between_its_anchors(
    given_value: float, anchors: tuple[float, float, float], expected: float
) -> None:
    assert score(given_value, anchors) == pytest.approx(expected)


@given(code=st.sampled_from(sorted(INDICATORS)), one=st.floats(-1e6, 1e6), other=st.floats(-1e6, 1e6))
@settings(max_examples=80, deadline=None)
def test_a_score_stays_in_its_range_and_follows_its_anchors(code: str, one: float, other: float) -> None:
    anchors = parameters().indicators[code].values
    first, second = score(one, anchors), score(other, anchors)
    assert 0 <= first <= 100
    worse_when_more = anchors[2] > anchors[0]
    if one <= other:
        assert first <= second if worse_when_more else first >= second


def test_the_departures_of_the_first_dimension_by_hand() -> None:
    """Six of twenty have announced that they leave in two years: 6/20 within five years, nearly all within one window of three."""
    births = (1964,) * 6 + (1995,) * 14
    lines = [line | {"reg_code": f"P{place}", "reg_sexe": "", "reg_categorie": ""} for place, line in enumerate(roster(births))]
    announced = [{"da_code": f"P{place}", "da_horizon": "h3"} for place in range(6)]
    changes: dict[str, Any] = {"registre": lines, "eff_total": 20, "dep_annonces": announced}
    assert value("I03", **changes) == pytest.approx(0.3, abs=1e-4)
    # The dates are known to within 0.4 year: 0.6 % of the law lies beyond any window of three years.
    assert value("I04", **changes) == pytest.approx(0.9938, abs=1e-3)
    four: dict[str, Any] = changes | {"registre": lines[2:], "eff_total": 18, "dep_annonces": announced[2:]}
    # Four people carry the figure: it is rounded to halves, and its concentration is not told.
    assert value("I03", **four) == pytest.approx(4 / 18, abs=1e-4)
    assert value("I04", **four) is None


def test_the_contracts_of_the_roster_by_hand() -> None:
    """Every third of five contracts is a fixed term, every fourth an apprenticeship; the fifth, a work-integration one, is not short."""
    kinds = [("cdi", "cdi", "cdd", "alt", "aide")[place % 5] for place in range(23)]
    assert value("I16") == pytest.approx((kinds.count("cdd") + kinds.count("alt")) / 23, abs=1e-4)


def test_the_shock_of_departures_by_hand() -> None:
    """Six certain departures at two months of 2,000 euros, charged: 34,320 euros; 10,000 booked; 50,000 in cash."""
    lines = [
        {
            "reg_code": f"P{place}",
            "reg_naissance": 1964 if place < 6 else 1995,
            "reg_entree": 2006,
            "reg_quotite": 100,
            "reg_salaire": 2000,
        }
        for place in range(20)
    ]
    changes: dict[str, Any] = {
        "registre": lines,
        "eff_total": 20,
        "etp_total": 20.0,
        "dep_annonces": [{"da_code": f"P{place}", "da_horizon": "h3"} for place in range(6)],
        "tresorerie": 50000.0,
        "prov_retraite": "provision",
        "prov_montant": 10000.0,
    }
    assert value("I37", **changes) == pytest.approx((34300 - 10000) / 50000, abs=0.003)
    assert value("I37", **changes, idcc_code="413") is None
    assert value("I37", **(changes | {"tresorerie": None})) is None


@pytest.mark.parametrize("code", sorted(INDICATORS))
def test_without_its_answers_an_indicator_is_none_and_never_zero(code: str) -> None:
    """Everything else is answered; only what the indicator declares that it needs is missing."""
    asked = {name: None for name in INDICATORS[code].needs if name != "v_date"}
    assert value(code, **asked) is None
    found = results(Facts.of(full_answers() | asked, parameters()))[code]
    assert found.score is None


SOURCE = Path(__file__).resolve().parents[3] / "shared" / "domain" / "indicators.psv"


@pytest.mark.skipif(not SOURCE.exists(), reason="The framework's source is not beside the project.")
def test_every_anchor_is_that_of_its_source() -> None:
    lines = [line.split("|") for line in SOURCE.read_text(encoding="utf-8").splitlines()[1:]]
    assert len(lines) == 41
    for code, dimension, _, _, low, middle, high, trust, _ in lines:
        found = parameters().indicators[code]
        assert found.dimension == dimension
        given = [float(number) if number != "-" else None for number in (low, middle, high)]
        assert [one for one, other in zip(found.values, given, strict=True) if other is not None] == [
            one for one in given if one is not None
        ]
        assert not found.sourced or trust.startswith("S"), code
