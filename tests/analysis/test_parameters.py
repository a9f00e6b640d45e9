"""The dated figures: every row of the law, the indemnity scales, overrides that make no sense."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis.parameters import ParameterError, Scale, law_at, law_version, load, versions

# DOMAIN §3, the law as of November 2026: first day of birth, opening age, quarters, full-rate age.
TABLE_2026 = [
    (date(1951, 6, 30), (60, 0), 163, (65, 0)),
    (date(1951, 7, 1), (60, 4), 163, (65, 4)),
    (date(1952, 5, 1), (60, 9), 164, (65, 9)),
    (date(1953, 5, 1), (61, 2), 165, (66, 2)),
    (date(1954, 5, 1), (61, 7), 165, (66, 7)),
    (date(1955, 1, 1), (62, 0), 166, (67, 0)),
    (date(1957, 12, 31), (62, 0), 166, (67, 0)),
    (date(1958, 1, 1), (62, 0), 167, (67, 0)),
    (date(1961, 8, 31), (62, 0), 168, (67, 0)),
    (date(1961, 9, 1), (62, 3), 169, (67, 0)),
    (date(1962, 6, 1), (62, 6), 169, (67, 0)),
    (date(1963, 6, 1), (62, 9), 170, (67, 0)),
    (date(1964, 6, 1), (62, 9), 170, (67, 0)),
    (date(1965, 3, 31), (62, 9), 170, (67, 0)),
    (date(1965, 4, 1), (63, 0), 171, (67, 0)),
    (date(1966, 6, 1), (63, 3), 172, (67, 0)),
    (date(1967, 6, 1), (63, 6), 172, (67, 0)),
    (date(1968, 6, 1), (63, 9), 172, (67, 0)),
    (date(1969, 1, 1), (64, 0), 172, (67, 0)),
    (date(1990, 1, 1), (64, 0), 172, (67, 0)),
]


@pytest.mark.parametrize(("born", "opening", "quarters", "full"), TABLE_2026)
def test_the_law_of_2026_holds_every_cohort(born: date, opening: tuple[int, int], quarters: int, full: tuple[int, int]) -> None:
    row = law_version("2026-09-01").cohort(born)
    assert (row.opening, row.quarters, row.full) == (opening, quarters, full)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2013, 6, 1), "2012-01-01"),
        (date(2020, 1, 1), "2015-01-01"),
        (date(2024, 1, 1), "2023-09-01"),
        (date(2026, 8, 31), "2023-09-01"),
        (date(2026, 9, 1), "2026-09-01"),
    ],
)
def test_the_reference_date_chooses_the_law(day: date, version: str) -> None:
    assert load(day).law.version == version


def test_the_suspension_of_2026_moves_the_cohorts_from_1964_on() -> None:
    before, after = law_version("2023-09-01"), law_version("2026-09-01")
    assert before.cohort(date(1964, 5, 1)).opening == (63, 0)
    assert after.cohort(date(1964, 5, 1)).opening == (62, 9)
    assert before.cohort(date(1968, 5, 1)).opening == (64, 0)
    assert after.cohort(date(1963, 5, 1)).opening == before.cohort(date(1963, 5, 1)).opening


def test_every_version_covers_all_cohorts_and_never_steps_back() -> None:
    assert versions() == ("2012-01-01", "2015-01-01", "2023-09-01", "2026-09-01")
    for version in versions():
        law = law_version(version)
        assert law.source
        assert law.confidence == "high"
        opening, full = law.ages(np.arange(1920.0, 2010.0, 0.25))
        assert (np.diff(opening) >= 0).all()
        assert (np.diff(full) >= 0).all()
        assert law.cohort(date(1948, 1, 1)).quarters == 160
        assert law.cohort(date(1949, 1, 1)).quarters == 161
        assert law.cohort(date(1950, 1, 1)).quarters == 162


def test_decimal_births_follow_the_months_of_the_law() -> None:
    opening, full = law_version("2026-09-01").ages(np.array([1961 + 8 / 12 - 0.001, 1961 + 8 / 12, 1965 + 3 / 12 - 0.001, 1965.25]))
    assert opening.tolist() == [62.0, 62.25, 62.75, 63.0]
    assert full.tolist() == [67.0] * 4


def test_a_day_before_the_oldest_law_is_refused() -> None:
    with pytest.raises(ParameterError, match="2011-01-01"):
        law_at(date(2011, 1, 1))
    with pytest.raises(ParameterError, match="1850"):
        law_version("2026-09-01").cohort(date(1850, 1, 1))
    with pytest.raises(ParameterError, match="2019-01-01"):
        law_version("2019-01-01")


# DOMAIN, « Cost of retirement »: months of salary at 5, 10, 15, 20, 25 and 30 years.
SCALES = {
    "legal": [0, 0.5, 1, 1.5, 1.5, 2],
    "2941": [0.5, 1, 1.5, 2, 2.5, 3],
    "1261": [1, 2, 3, 3, 3, 3],
    "1518": [1.25, 2.5, 4.2, 5.8, 7.5, 9.2],
}


@pytest.mark.parametrize(("code", "months"), SCALES.items())
def test_the_scales_give_the_published_months(code: str, months: list[float]) -> None:
    found = load(date(2026, 11, 23))
    scale = found.legal_scale if code == "legal" else found.scales[code]
    assert scale.months(np.array([5, 10, 15, 20, 25, 30])) == pytest.approx(months, abs=0.05)


def test_a_scale_starts_on_the_day_of_its_tier() -> None:
    legal = load(date(2026, 11, 23)).legal_scale
    assert legal.months(np.array([9.999, 10.0, 29.999, 30.0])).tolist() == [0.0, 0.5, 1.5, 2.0]


@pytest.mark.parametrize("code", ["413", "29", "2511", "3016", "autre", "", None])
def test_an_unverified_scale_is_never_computed(code: str | None) -> None:
    found = load(date(2026, 11, 23))
    scale, status = found.scale(code)
    assert status == "unverified"
    assert scale is found.legal_scale
    if code is not None and code in found.scales:
        with pytest.raises(ParameterError, match="not verified"):
            found.scales[code].months(np.array([20.0]))


def test_no_agreement_is_the_legal_scale() -> None:
    found = load(date(2026, 11, 23))
    assert found.scale("aucune") == (found.legal_scale, "legal")
    assert found.scale("1518")[1] == "agreement"


def test_every_figure_says_where_it_comes_from() -> None:
    found = load(date(2026, 11, 23))
    for name, figure in found.figures.items():
        assert figure.source, name
        assert figure.confidence in {"high", "medium", "low", "choice"}, name
    assert found.figures["charges_rate"].confidence == "low"
    assert all(isinstance(scale, Scale) and scale.reference for scale in found.scales.values())
    assert {code for code, anchors in found.indicators.items() if anchors.sourced} == {"I01", "I02", "I26", "I28", "I34"}


def test_a_campaign_may_choose_its_own_figures() -> None:
    found = load(
        date(2026, 11, 23),
        overrides={
            "anchors": {"I02": [0.1, 0.2, 0.4]},
            "figures": {"charges_rate": 0.45},
            "weights": {"I01": 2},
            "law": "2023-09-01",
        },
    )
    assert found.indicators["I02"].values == (0.1, 0.2, 0.4)
    assert not found.indicators["I02"].sourced
    assert found.number("charges_rate") == 0.45
    assert (found.weight("I01"), found.weight("I02")) == (2, 1.0)
    assert found.law.version == "2023-09-01"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"anchor": {}}, "Unknown overrides: anchor"),
        ({"anchors": {"I99": [0, 1, 2]}}, "I99"),
        ({"anchors": {"I01": [0, 2, 1]}}, "rise or all fall"),
        ({"figures": {"nothing": 1}}, "nothing"),
        ({"figures": {"mixture_early": 0.5}}, "sum to 1"),
        ({"weights": {"I01": -1}}, "I01"),
    ],
)
def test_an_override_that_makes_no_sense_is_refused(overrides: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        load(date(2026, 11, 23), overrides=overrides)


def test_an_unknown_figure_is_an_error() -> None:
    with pytest.raises(ParameterError, match="nothing"):
        load(date(2026, 11, 23)).number("nothing")


LAW_SOURCE = Path(__file__).resolve().parents[3] / "shared" / "domain" / "law_table.json"


@pytest.mark.skipif(not LAW_SOURCE.exists(), reason="The table of the law is not beside the project.")
def test_every_row_of_the_source_is_in_its_version() -> None:
    document = json.loads(LAW_SOURCE.read_text(encoding="utf-8"))
    assert tuple(document["versions"]) == versions()
    for version, cohorts in document["versions"].items():
        for born, opening, quarters, full in cohorts:
            day = date.fromisoformat(born)
            row = law_version(version).cohort(day)
            assert (row.opening, row.full) == (tuple(opening), tuple(full)), (version, born)
            # Before 1951 the source's first row stands for several durations, which its own caveats give.
            assert row.quarters == quarters or day.year < 1951


def test_no_scale_that_may_be_computed_is_under_the_law() -> None:
    """The agreements have the legal minimum as a floor: at no seniority does a usable scale give less."""
    found = load(date(2026, 11, 23))
    years = np.arange(0, 45, 0.25)
    usable = [scale for scale in found.scales.values() if scale.usable]
    assert {scale.code for scale in usable} == {"1261", "1518", "2941"}
    for scale in usable:
        assert (scale.months(years) >= found.legal_scale.months(years)).all(), scale.code
