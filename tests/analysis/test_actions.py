"""The catalogue of actions, its triggers, and what is proposed of it."""

from datetime import date
from typing import Any

import pytest

from analysis.actions.catalogue import ANSWERS_TO, by_code, catalogue, propose
from analysis.actions.triggers import TRIGGERS, Situation
from analysis.firm.features import features_of
from analysis.firm.reading import consensus_of, propose_actions
from analysis.fragility.dimensions import DIMENSIONS
from analysis.fragility.facts import Facts
from analysis.fragility.flags import FLAG_TITLES, red_flags
from analysis.fragility.indicators import results
from analysis.parameters import load
from tests.analysis.samples import VISIT, full_answers, parameters


def reason(code: str, **changes: Any) -> str | None:
    facts = Facts.of(full_answers() | changes, parameters())
    found = TRIGGERS[code](Situation.of(facts, results(facts)))
    return None if found is None else found.fr


def test_the_catalogue_is_whole_and_bilingual() -> None:
    codes = [action.code for action in catalogue()]
    assert codes == [f"A{number:02}" for number in range(1, 45)]
    assert set(TRIGGERS) == set(codes)
    for action in catalogue():
        assert set(action.dimensions) <= set(DIMENSIONS)
        assert action.priority in {"p1", "p2", "p3"}
        assert action.confidence in {"S", "P"}
        for words in (action.title, action.schemes, action.schemes_2013):
            assert words.fr
            assert words.en
        assert action.title.fr != action.title.en
    covered = {code for action in catalogue() for code in action.dimensions}
    assert covered == set(DIMENSIONS)


def test_every_flag_has_a_priority_action() -> None:
    assert set(ANSWERS_TO) == set(FLAG_TITLES)
    assert {by_code(code).priority for code in ANSWERS_TO.values()} == {"p1"}  # type: ignore[union-attr]
    assert by_code("A99") is None


# Each trigger with what the sample says, and with a change that makes it fall.
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("A01", "des salariés ont 55 ans ou plus", {"registre": None}),
    ("A02", "Aucun échéancier", {"dep_inconnu": "1"}),
    ("A03", "salarié de moins de 30 ans", {"registre": None}),
    ("A05", "champignon", {"registre": None}),
    ("A06", "2 postes clés se libèrent", {"postes_cles": None}),
    ("A07", "d’ici trois ans", {"dir_depart": "h10"}),
    ("A08", "2 postes clés n’ont personne", {"postes_cles": None}),
    ("A09", "dépend d’une seule personne", {"agrement_depend": "0"}),
    ("A10", "ne sont pas recensés", {"savoirs_inventaire": "1"}),
    ("A13", "souhaitent transmettre", {"volontaires_50": "9"}),
    ("A14", "noté 3 sur 4", {"valeurs_projet": "2"}),
    ("A15", "2 échecs sur 8", {"recrut_diff": "1"}),
    ("A16", "temps partiel", {"recrut_causes": ["salaire"]}),
    ("A17", "notée 3 sur 4", {"fidel_diff": "1"}),
    ("A18", "transport", {"recrut_causes": None}),
    ("A19", "en dessous du marché", {"salaire_marche": "9"}),
    ("A20", "Aucune embauche", {"jeunes_12m": 1}),
    ("A21", "2 outils RH", {"outils_rh": ["a", "b", "c"]}),
    ("A22", "50\u202f% des entretiens", {"epp_a_jour": 90.0}),
    ("A23", "formés dans l’année", {"forma_nb": 12, "forma_nb50": 6}),
    ("A24", "fonction RH", {"fonction_rh": "direction"}),
    ("A25", "23 salariés", {"cse": "1"}),
    ("A26", "compétences nouvelles", {"besoin_competences": ""}),
    ("A27", "DUERP", {"duerp_date": VISIT}),
    ("A28", "2 facteurs d’usure", {"usure_facteurs": ["port"]}),
    ("A29", "1 inaptitude", {"inaptitudes_3a": 0, "absence_taux": 5.0}),
    ("A30", "sans aménagement", {"amen_fin": ["poste"]}),
    ("A31", "sans relève", {"pres_succession": "pret"}),
    ("A32", "56\u202f% des administrateurs", {"ca_65": 2}),
    ("A33", "Aucune délégation", {"delegations": "2"}),
    ("A34", "Présidence et direction", {"pres_depart": "h5"}),
    ("A35", "70\u202f% des ressources", {"fin_principal": 40.0}),
    ("A36", "20\u202f% des ressources", {"fin_pluriannuel": 60.0}),
    ("A37", "22\u202f% des postes", {"aides_emploi_dep": 1}),
    ("A38", "0,8 mois", {"tresorerie": 900000.0}),
    ("A39", "de la trésorerie", {"tresorerie": 900000.0, "prov_retraite": "provision"}),
    ("A40", "3\u202f000\u202f€", {"ecart_noria": -200.0}),
    ("A41", "−0,1\u202f%", {"resultat_n": 9000.0}),
    ("A42", "Aucun projet", {"projet_ecrit": "1"}),
    ("A43", "Aucune coopération", {"cooperations": ["ge"]}),
    ("A44", "départs d’ici cinq ans", {"activite_tend": "0"}),
]


@pytest.mark.parametrize(("code", "cited", "change"), CASES)
def test_a_trigger_cites_its_figure_and_falls_with_it(code: str, cited: str, change: dict[str, Any]) -> None:
    found = reason(code)
    assert found is not None
    assert cited in found
    assert reason(code, **change) is None


def test_the_triggers_that_the_sample_does_not_pull() -> None:
    assert reason("A04") is None
    assert reason("A11") is None
    assert reason("A12") is None
    nobody_young = [line | {"reg_naissance": min(line["reg_naissance"], 1990)} for line in full_answers()["registre"]]
    assert "moins de 26 ans" in (reason("A04", registre=nobody_young) or "")
    assert "pas écrites" in (reason("A11", savoirs_ecrits="0") or "")
    assert "tuilage" in (reason("A12", trans_modalites=["doc"]) or "")


def test_no_trigger_fails_without_answers() -> None:
    facts = Facts.of({}, parameters())
    situation = Situation.of(facts, results(facts))
    assert [code for code, trigger in TRIGGERS.items() if trigger(situation) is not None] == []
    assert propose_actions({}, parameters=parameters()) == []


def test_eight_at_most_and_one_priority_action_for_each_flag() -> None:
    answers = full_answers()
    facts = Facts.of(answers, parameters())
    flags = red_flags(facts, results(facts))
    found = propose_actions(answers, parameters=parameters())
    assert len(found) == 8
    for flag in flags:
        answering = [one for one in found if flag.code in one.flags]
        assert [one.priority for one in answering] == ["p1"]
    assert [one.rank for one in found] == sorted((one.rank for one in found), reverse=True)
    assert all(one.reason.fr and one.reason.en for one in found)


def test_a_flag_brings_its_action_even_without_its_trigger() -> None:
    """R1 is answered by A07; a flag given without the answers behind it still brings the action, with its explanation."""
    facts = Facts.of(full_answers(), parameters())
    flag = next(one for one in red_flags(facts, results(facts)) if one.code == "R1")
    bare = Facts.of({"v_date": VISIT}, parameters())
    found = propose({"v_date": VISIT}, features_of(bare, results(bare), ()), [flag], {})
    assert [(one.code, one.reason) for one in found] == [("A07", flag.explanation)]


def test_a_consensus_of_three_calls_for_actions_after_those_with_a_figure() -> None:
    answers = {"v_date": VISIT, "cons_D8": "4", "fin_principal": 70.0}
    found = propose_actions(answers, parameters=parameters())
    assert {one.code for one in found} == {"A35", "A36", "A37"}
    by = {one.code: one for one in found}
    assert by["A35"].reason.fr == "Le premier financeur apporte 70\u202f% des ressources."
    assert by["A36"].reason.fr == "Note commune de 4 sur 4 pour «\u00a0dépendance et visibilité des ressources\u00a0»."
    # Severity 4 × urgency 2 (p2) × feasibility 2 = 16; half of it without a figure.
    assert (by["A35"].rank, by["A36"].rank) == (16.0, 8.0)


def test_feasibility_moves_the_rank() -> None:
    answers = {"v_date": VISIT, "fin_principal": 70.0, "projet_ecrit": "0"}
    assert [one.code for one in propose_actions(answers, parameters=parameters(), feasibility={"A42": 3, "A35": 1})] == [
        "A42",
        "A35",
    ]
    assert [one.code for one in propose_actions(answers, parameters=parameters(), feasibility={"A42": 1, "A35": 3})] == [
        "A35",
        "A42",
    ]


def test_the_campaign_of_2013_is_offered_its_own_schemes() -> None:
    day = date(2013, 11, 7)
    answers = full_answers() | {
        "v_date": day,
        "registre": [
            line | {"reg_naissance": line["reg_naissance"] - 13, "reg_entree": 2000} for line in full_answers()["registre"]
        ],
    }
    found = propose_actions(answers, parameters=load(day))
    assert found
    action = next(one for one in found if one.code == "A07")
    assert action.schemes == action.action.schemes_2013
    assert action.schemes.fr == "DLA\u202f; convention APEC/CNCRES\u202f; fédération"
    assert action.action.schemes_on(VISIT) == action.action.schemes


def test_without_any_date_nothing_is_proposed() -> None:
    assert propose({}, {}, [], {}) == []
    assert consensus_of({"cons_D1": "9", "cons_D2": "3"}) | {} == {**dict.fromkeys(DIMENSIONS), "D2": 3}
