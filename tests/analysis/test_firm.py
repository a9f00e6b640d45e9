"""One firm: the flat row, the panel's reference, the portrait, its words and its protection; any subset of answers is survived."""

import json
import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.firm.reading import FirmFacts, firm_features, panel_reference, propose_actions, read_firm
from analysis.parameters import load
from analysis.portrait import Portrait, PortraitError
from analysis.words import Words
from tests.analysis.samples import REFERENCE, banded_answers, full_answers, parameters, roster

FACTS = FirmFacts(
    reference="PACA-0042", name="Les Restanques", sector="aide_dom", sector_label=Words("Aide à domicile", "Home care"), idcc="2941"
)
FLAT = [
    "headcount",
    "fte",
    "women",
    "n_under35",
    "n50",
    "n55",
    "mean_age",
    "dep1",
    "dep3",
    "dep5",
    "dep10",
    "declared1",
    "declared3",
    "declared5",
    "declared10",
    "past3",
    "hr_index",
    "economic_index",
    "keyposts",
    "keyposts_unready",
    "cash_months",
    "equity_months",
    "funder_share",
    "secured_share",
    "hr_tools",
    "training_access",
    "training_access_50",
    "interviews_uptodate",
    "recruit_difficulty",
    "recruit_failed_share",
    "turnover",
    "part_time_share",
    "duerp_recent",
    "strain_factors",
    "board_size",
    "board_share65",
    "chair_age",
    "double_departure",
    "idr5",
    "noria",
    "pyramid_shape",
    "needs",
    "actions",
    "transfer_modes",
    "recruit_causes",
    "strain",
    "economic_effects",
    "idcc",
]


def portrait(answers: dict[str, Any], **more: Any) -> Portrait:
    return read_firm(answers, facts=FACTS, parameters=parameters(), prepared_on=date(2026, 11, 24), **more)


def test_the_row_has_exactly_its_columns() -> None:
    expected = {
        *FLAT,
        *(f"age_b{band}_{sex}" for band in range(1, 12) for sex in "FH"),
        *(f"{start}_D{number}" for start in ("score", "ent", "diag", "cons") for number in range(1, 11)),
        *(f"flag_R{number}" for number in range(1, 9)),
        *(f"I{number:02}" for number in range(1, 42)),
    }
    assert set(firm_features(full_answers(), parameters=parameters())) == expected
    assert set(firm_features({}, parameters=parameters())) == expected


def test_the_row_by_hand() -> None:
    row = firm_features(full_answers(), parameters=parameters())
    assert row["headcount"] == 23
    assert row["women"] + sum(row[f"age_b{band}_H"] for band in range(1, 12)) == 23
    assert row["n50"] == sum(row[f"age_b{band}_{sex}"] for band in range(7, 12) for sex in "FH")
    assert (row["cash_months"], row["funder_share"], row["secured_share"]) == (0.75, 0.7, 0.2)
    assert (row["interviews_uptodate"], row["hr_tools"], row["strain_factors"]) == (0.5, 2, 2)
    assert (row["keyposts"], row["keyposts_unready"], row["chair_age"]) == (2, 2, 76)
    assert row["double_departure"] is True
    assert (row["flag_R1"], row["flag_R7"]) == (True, False)
    assert row["actions"] == ["A07"]
    assert (row["needs"], row["transfer_modes"]) == (["recrutement", "transmission"], ["doc", "tuilage"])
    assert row["ent_D9"] == 4
    assert math.isnan(firm_features({"ent_D9": "9"}, parameters=parameters())["ent_D9"])
    assert row["dep1"] < row["dep3"] < row["dep5"] < row["dep10"]


def test_an_empty_dossier_is_a_row_of_unknowns() -> None:
    row = firm_features({}, parameters=parameters())
    for name, value in row.items():
        if name.startswith("flag_") or name == "double_departure":
            assert value is False, name
        elif isinstance(value, list):
            assert value == [], name
        else:
            assert value in {"", None} or math.isnan(value), name


def test_bands_and_roster_agree_on_heads() -> None:
    row = firm_features(banded_answers(), parameters=parameters())
    assert (row["headcount"], row["n55"], row["n50"], row["n_under35"]) == (23, 12, 12, 4)
    assert row["age_b8_F"] == 5
    assert row["pyramid_shape"] == "champignon"


@pytest.mark.parametrize(
    ("young", "middle", "older", "shape"),
    [
        (2, 8, 10, "champignon"),
        (7, 6, 7, "pelote"),
        (4, 11, 5, "toupie"),
        (11, 6, 3, "poire"),
        (6, 8, 6, "cylindre"),
        (1, 2, 6, None),
    ],
)
def test_the_shape_of_a_pyramid(young: int, middle: int, older: int, shape: str | None) -> None:
    births = [1996] * young + [1984] * middle + [1970] * older
    row = firm_features({"registre": roster(tuple(births))}, parameters=parameters())
    assert row["pyramid_shape"] == shape


def panel_table(firms: int = 12, sector: str = "aide_dom") -> pd.DataFrame:
    rows = []
    for place in range(firms):
        answers = full_answers() | {"fin_principal": 30.0 + 4 * place}
        rows.append(
            firm_features(answers, parameters=parameters())
            | {"reference": f"R{place}", "sector": sector if place < firms - 2 else "sport"}
        )
    return pd.DataFrame(rows)


def test_the_panel_stands_on_enough_firms() -> None:
    table = panel_table()
    near = panel_reference(table, sector="aide_dom", threshold=10)
    wide = panel_reference(table, sector="sport", threshold=10)
    assert near is not None
    assert wide is not None
    assert (near.scope, near.size, wide.scope, wide.size) == ("sector", 10, "panel", 12)
    assert panel_reference(table, sector="aide_dom", threshold=13) is None
    left = panel_reference(table, sector="aide_dom", threshold=10, exclude="R0")
    assert left is not None
    assert (left.scope, left.size) == ("panel", 11)
    q1, median, q3 = near.quartiles["D8"]
    scores = table.loc[table["sector"] == "aide_dom", "score_D8"]
    assert [q1, median, q3] == pytest.approx(np.quantile(scores, [0.25, 0.5, 0.75]).tolist(), abs=0.05)
    assert sum(near.band_shares) == pytest.approx(1, abs=0.001)
    assert near.share_55 == pytest.approx(11 / 23, abs=0.001)


def test_a_dimension_that_few_could_score_has_no_quartile() -> None:
    table = panel_table()
    table.loc[:4, "score_D8"] = np.nan
    found = panel_reference(table, sector="aide_dom", threshold=10)
    assert found is not None
    assert "D8" not in found.quartiles
    assert "D7" in found.quartiles


def test_a_portrait_comes_back_from_json_without_loss() -> None:
    made = portrait(
        full_answers(), panel=panel_reference(panel_table(), sector="aide_dom", threshold=5), versions={"questionnaire": "2026-1"}
    )
    stored = json.loads(json.dumps(made.to_json(), allow_nan=False))
    back = Portrait.from_json(stored)
    assert back.digest() == made.digest()
    assert back.departures == made.departures
    assert back.dimensions == made.dimensions
    assert (
        made.digest()
        == portrait(
            full_answers(),
            panel=panel_reference(panel_table(), sector="aide_dom", threshold=5),
            versions={"questionnaire": "2026-1"},
        ).digest()
    )
    assert made.digest() != portrait(full_answers() | {"tresorerie": 61000.0}).digest()
    assert made.versions["law"] == "2026-09-01"
    with pytest.raises(PortraitError):
        Portrait.from_json(stored | {"schema": 99})


def test_the_portrait_says_who_and_where() -> None:
    made = portrait(full_answers(), kind="draft", campaign="2026", region="PACA", is_demo=True)
    assert (made.firm.name, made.firm.headcount, made.firm.founded, made.firm.idcc) == (
        "Association Les Restanques",
        23,
        1987,
        "2941",
    )
    assert (made.kind, made.is_demo, made.visited_on, made.data_reliability) == ("draft", True, "2026-10-14", 3)
    assert made.met == ("direction", "president")
    assert portrait({}).firm.name == "Les Restanques"


def test_the_headline_agrees_in_number() -> None:
    assert (
        portrait(full_answers()).headline.fr
        == "D’ici 2031, 6,8 départs à la retraite sont attendus sur 23 salariés, et deux postes clés n’ont pas de relève prête."
    )
    assert (
        portrait(full_answers()).headline.en
        == "By 2031, 6.8 retirements are expected out of 23 employees, and two key posts have no successor ready."
    )
    young = {"v_date": date(2026, 10, 14), "eff_total": 12, "registre": roster((1990,) * 12)}
    assert portrait(young).headline.fr == "D’ici 2031, aucun départ à la retraite n’est attendu sur 12 salariés."
    one = young | {"registre": roster((1962, *(1990,) * 11))}
    assert portrait(one).headline.fr == "D’ici 2031, un départ à la retraite est possible sur 12 salariés."
    three = young | {"registre": roster((1962, 1963, 1964, *(1990,) * 9))}
    assert portrait(three).headline.fr == "D’ici 2031, entre 2 et 3 départs à la retraite sont attendus sur 12 salariés."


def test_what_is_missing_is_said_and_not_guessed() -> None:
    made = portrait({})
    assert made.headline.fr == "Les effectifs manquent\u00a0: le diagnostic ne peut pas encore conclure."
    assert [finding.tone for finding in made.findings] == ["info", "info"]
    assert made.departures.withheld == "ages"
    assert (made.hr_index, made.economic_index, made.pyramid.bands, made.flags, made.actions) == (None, None, (), (), ())
    ageless = portrait({"eff_total": 14})
    assert ageless.headline.fr == "Trop d’âges manquent pour projeter les départs."
    assert ageless.firm.headcount == 14


def test_three_findings_with_their_figures() -> None:
    made = portrait(full_answers(), panel=panel_reference(panel_table(), sector="aide_dom", threshold=5))
    assert [finding.tone for finding in made.findings][:2] == ["warn", "bad"]
    first, second = made.findings[0].text.fr, made.findings[1]
    assert "11 salariés ont 55 ans ou plus, soit 48\u202f% de l’équipe." in first
    assert made.findings[0].title.fr == "Une équipe où les départs approchent"
    assert "cette part est de 48\u202f%" in first
    assert "D’ici 2036, 10,9 départs à la retraite sont attendus sur 23 salariés." in first
    assert second.title.fr == "Cinq signaux d’alerte\u00a0: la direction part sans succession"
    assert all(finding.text.en for finding in made.findings)


def test_a_sound_firm_is_told_its_strength() -> None:
    sound = full_answers() | {
        "dir_depart": "h10", "pres_depart": "h10", "agrement_depend": "0", "tresorerie": 600000.0, "fonds_propres": 500000.0, "duerp_date": date(2026, 9, 1),
        "postes_cles": None, "nb_postes_cles": 0, "trans_modalites": ["tuilage", "doc", "tutorat", "afest"], "savoirs_inventaire": "2", "savoirs_ecrits": "2", "valeurs_projet": "1", "tuteurs_nb": 3,
    }  # fmt: skip
    made = portrait(sound)
    assert made.flags == ()
    assert len(made.findings) == 3
    assert made.findings[2].title.fr.startswith("Un appui solide\u00a0: ")
    assert "sur 100" in made.findings[2].text.fr


def test_the_plan_keeps_the_firms_words_and_refusals() -> None:
    made = portrait(full_answers())
    first, own, refused = made.actions
    assert (first.code, first.deadline, first.pilot, first.refused) == ("A07", "2027-06-30", "Présidente", False)
    assert first.title.fr.startswith("Préparer le remplacement de la direction")
    assert first.reason.fr == "Le départ de la direction est attendu d’ici trois ans."
    assert "DLA" in first.schemes.fr
    assert (own.code, own.title.fr, own.dimensions) == ("", "Fête des anciens", ("D3",))
    assert (refused.code, refused.refused, refused.refusal_reason) == ("A19", True, "Pas de marge cette année")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("valide", "validated"),
        ("reserves", "validated_remarks"),
        ("desaccord", "disagreement"),
        ("refus", "disagreement"),
        (None, "pending"),
    ],
)
def test_the_firms_word_is_carried(code: str | None, status: str) -> None:
    made = portrait(
        full_answers(),
        validation={"valid_statut": code, "valid_date": "2026-12-01", "valid_observations": " Le chiffre est juste. "},
    )
    assert (made.validation.status, made.validation.date, made.validation.remarks) == (
        status,
        "2026-12-01",
        "Le chiffre est juste.",
    )


def test_under_ten_the_pyramid_is_merged_and_under_five_nearly_silent() -> None:
    births = (1962, 1970, 1975, 1980, 1985, 1990, 1995, 1999, 2001)
    nine = portrait({"eff_total": 9, "registre": roster(births)})
    assert nine.pyramid.merged
    assert len(nine.pyramid.bands) == 5
    assert all(band.women is None and band.men is None for band in nine.pyramid.bands)
    assert sum(band.total for band in nine.pyramid.bands) == 9
    assert nine.pyramid.shape is None
    ten = portrait({"eff_total": 10, "registre": roster((*births, 1998))})
    assert [len(ten.pyramid.bands), ten.pyramid.merged, ten.pyramid.bands[8].youngest, ten.pyramid.bands[8].oldest] == [
        10,
        False,
        60,
        64,
    ]
    four = portrait({"eff_total": 4, "registre": roster(births[:4])})
    assert four.pyramid.mean_age is None
    assert [horizon.years for horizon in four.departures.horizons] == [5, 10]
    assert four.departures.path == ()


def test_nobodys_birth_nor_probability_is_in_a_portrait() -> None:
    """Two firms that differ only by the age of the one person near retirement, within what the same rounding tells, are alike."""
    base = [1990] * 11
    one, other = (portrait({"eff_total": 12, "registre": roster((born, *base))}) for born in (1970, 1971))
    assert one.departures.horizons == other.departures.horizons
    stored = json.dumps(one.to_json())
    assert "1970" not in stored
    assert "P00" not in stored
    third = {indicator.code: indicator.value for dimension in one.dimensions for indicator in dimension.indicators}["I03"]
    assert third == 0


def test_a_campaign_of_2013_reads_with_its_own_law() -> None:
    day = date(2013, 11, 7)
    answers = full_answers() | {
        "v_date": day,
        "registre": [line | {"reg_naissance": line["reg_naissance"] - 13, "reg_entree": 2000} for line in roster()],
    }
    made = read_firm(answers, facts=FACTS, parameters=load(day), prepared_on=day)
    assert made.departures.law_version == "2012-01-01"
    assert made.departures.path[0].year == 2013
    assert made.headline.fr.startswith("D’ici 2018, ")


ANSWERS = full_answers() | {
    "mat_age_sexe": banded_answers()["mat_age_sexe"],
    "mat_cat_contrat": banded_answers()["mat_cat_contrat"],
}
ODD: list[Any] = [None, "", 0, -1, 10.5, "x", [], {}, ["a", None], {"b1": None}, True, date(2026, 1, 1)]


@given(
    kept=st.sets(st.sampled_from(sorted(ANSWERS))),
    odd=st.dictionaries(st.sampled_from(sorted(ANSWERS)), st.sampled_from(ODD), max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_any_subset_of_answers_is_survived(kept: set[str], odd: dict[str, Any]) -> None:
    answers = {name: ANSWERS[name] for name in kept} | odd
    made = portrait(answers)
    assert Portrait.from_json(json.loads(json.dumps(made.to_json(), allow_nan=False))).digest() == made.digest()
    assert len(propose_actions(answers, parameters=parameters())) <= 8
    for dimension in made.dimensions:
        assert dimension.score is None or 0 <= dimension.score <= 100
        assert all(one.score is None or 0 <= one.score <= 100 for one in dimension.indicators)
    for horizon in made.departures.horizons:
        assert 0 <= horizon.low90 <= horizon.high90
    assert made.headline.fr
    assert made.headline.en


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_missing_cells_of_the_rosters_are_survived(data: st.DataObject) -> None:
    answers = full_answers()
    for name in ("registre", "postes_cles", "dep_annonces", "actions"):
        for row in answers[name]:
            for column in data.draw(st.sets(st.sampled_from(sorted(row)), max_size=3)):
                row[column] = data.draw(st.sampled_from([None, "", 0, "9"]))
    made = portrait(answers)
    assert made.firm.headcount == 23
    assert isinstance(firm_features(answers, parameters=load(REFERENCE)), dict)
