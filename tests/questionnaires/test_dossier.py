"""A dossier through the first catalogue version: a coherent one passes; each impossible or surprising thing is told where it is."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.answers import Answer, Context, Missing, check, plain, progress
from questionnaires.catalogue import load
from questionnaires.model import Questionnaire
from questionnaires.path import relevant
from tests.questionnaires.tiny import every

CONTEXT = Context(
    today=date(2026, 11, 24),
    programme_start=date(2026, 9, 1),
    facts={"siret": "73282932000074", "siret_actif": True, "headcount": 3, "communes": {"13055": "13"}},
)


@pytest.fixture
def catalogue() -> Questionnaire:
    return load("2026-1")


def staff() -> list[dict[str, Any]]:
    def person(number: int, born: int, work: tuple[str, str, int, float]) -> dict[str, Any]:
        sex, category, entry, quotity = work
        return {
            "id": f"r{number}", "reg_code": f"P0{number}", "reg_naissance": born, "reg_sexe": sex, "reg_categorie": category, "reg_metier": "Animatrice",
            "reg_contrat": "cdi", "reg_quotite": quotity, "reg_entree": entry, "reg_salaire": 2400.0 * quotity / 100,
        }  # fmt: skip

    return [
        person(1, 1963, ("F", "CAD", 1999, 100.0)),
        person(2, 1975, ("H", "PI", 2012, 100.0)),
        person(3, 1998, ("F", "EMP", 2022, 50.0)),
    ]


BASE: dict[str, Any] = {
    "v_date": "2026-11-20", "v_accord": "1", "siret": "73282932000074", "famille": "asso", "secteur_ess": "anim", "dept": "13", "commune_insee": "13055", "effectif_sirene": 3,
    "mode_saisie": "registre", "eff_total": 3, "etp_total": 2.5, "registre": staff(), "eff_temps_partiel": 1, "dep_attendus_1a": 0, "dep_attendus_3a": 1, "dep_attendus_5a": 1,
    "dep_attendus_10a": 1, "dir_depart": "h3", "dir_age_an": 1963, "nb_postes_cles": 1, "postes_cles": [{"id": "k1", "pc_intitule": "Direction", "pc_naissance": 1963, "pc_doublure": 1}],
    "ca_nb": 9, "ca_65": 4, "ca_35": 2, "pres_naissance": 1955, "pres_mandat": 6, "pres_depart": "h1", "produits": 150000.0, "ressources": {"caf": 100000.0, "activite": 49000.0},
    "masse_salariale": 95000.0, "charges_annuelles": 148000.0, "tresorerie": 30000.0, "valid_statut": "valide", "valid_date": "2026-11-23", "valid_signataire": "Présidente",
}  # fmt: skip


def problems(catalogue: Questionnaire, **changes: Any) -> set[str]:
    values = BASE | changes
    answers = {name: value if isinstance(value, Answer) else Answer(value) for name, value in values.items()}
    return {problem.code for problem in check(catalogue, answers, CONTEXT)}


def rows(**cell: Any) -> list[dict[str, Any]]:
    first, *others = staff()
    return [first | cell, *others]


def key_post(**cell: Any) -> list[dict[str, Any]]:
    return [BASE["postes_cles"][0] | cell]


def action(**cell: Any) -> list[dict[str, Any]]:
    kept = {
        "id": "a1",
        "act_code": "A01",
        "act_titre": "Tenir un échéancier",
        "act_decision": "retenue",
        "act_pilote": "Direction",
        "act_echeance": "2027-06-30",
    }
    return [kept | cell]


def test_a_coherent_dossier_has_no_problem(catalogue: Questionnaire) -> None:
    assert problems(catalogue) == set()
    assert problems(catalogue, actions=action()) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v_date": "2026-11-25"}, "v_date_limit"),
        ({"v_date": "2026-08-31"}, "v_date_programme"),
        ({"v_date": None}, "required"),
        ({"v_date": Answer(missing=Missing.UNKNOWN)}, "may_not_be_missing"),
        ({"v_rang": 4}, "v_rang_limit"),
        ({"v_accord": "0"}, "v_accord_limit"),
        ({"siret": "73282932000075"}, "siret_limit"),
        ({"naf": "8810"}, "naf_limit"),
        ({"commune_insee": "1305"}, "commune_insee_limit"),
        ({"commune_insee": "84007"}, "commune_dept"),
        ({"annee_creation": 2027}, "annee_creation_limit"),
        ({"eff_total": 0}, "eff_total_limit"),
        ({"eff_total": 4}, "registre_limit"),
        ({"etp_total": 0.0}, "etp_total_limit"),
        ({"etp_total": 3.5}, "etp_effectif"),
        ({"registre": rows(reg_naissance=2027)}, "reg_naissance_limit"),
        ({"registre": rows(reg_naissance=None)}, "required_cell"),
        ({"registre": rows(reg_entree=1970)}, "reg_entree_age"),
        ({"registre": rows(reg_entree=2027)}, "reg_entree_limit"),
        ({"registre": rows(reg_quotite=120.0)}, "reg_quotite_limit"),
        ({"registre": rows(reg_code="P02")}, "reg_code_limit"),
        ({"registre": rows(reg_salaire=-1.0)}, "reg_salaire_limit"),
        ({"eff_temps_partiel": 4}, "temps_partiel_effectif"),
        ({"eff_rqth": -1}, "eff_rqth_limit"),
        ({"dep_passes_3a": 7}, "dep_passes_effectif"),
        ({"dep_attendus_3a": 0, "dep_attendus_1a": 1}, "dep3_cumul"),
        ({"dep_attendus_10a": 4}, "dep10_effectif"),
        ({"dep_annonces": [{"id": "a1", "da_code": "P09", "da_horizon": "h1"}]}, "da_code_registre"),
        ({"dir_age_an": 2020}, "dir_age_an_limit"),
        ({"nb_postes_cles": 2}, "postes_cles_limit"),
        ({"postes_cles": key_post(pc_delai=60)}, "pc_delai_limit"),
        ({"postes_cles": key_post(pc_intitule=None)}, "required_cell"),
        ({"recrut_24m": 2, "recrut_echec": 3}, "recrut_echec_part"),
        ({"forma_nb": 1, "forma_nb50": 2}, "forma50_part"),
        ({"forma_nb": 3, "forma_nb50": 3}, "forma50_effectif"),
        ({"epp_a_jour": 101.0}, "epp_a_jour_limit"),
        ({"duerp_date": "2026-11-21"}, "duerp_date_limit"),
        ({"ecart_noria": 70000.0}, "ecart_noria_limit"),
        ({"ca_65": 10}, "ca_65_part"),
        ({"ca_35": 6}, "ca_35_65"),
        ({"pres_mandat": 60}, "pres_mandat_age"),
        ({"exercice": 2022}, "exercice_limit"),
        ({"produits": 0.0}, "produits_limit"),
        ({"ressources": {"caf": 100000.0, "activite": 40000.0}}, "ressources_limit"),
        ({"ressources": {"caf": -1.0}}, "negative_cell"),
        ({"masse_salariale": 230000.0}, "masse_produits"),
        ({"valid_date": "2026-11-19"}, "valid_date_visite"),
        ({"valid_statut": "desaccord"}, "required"),
        ({"actions": action(act_pilote=None)}, "required_cell"),
        ({"actions": action(act_decision="refusee")}, "required_cell"),
        ({"actions": action(act_code="B99")}, "act_code_limit"),
        ({"actions": action(act_echeance="2026-01-01")}, "act_echeance_limit"),
        ({"actions": [action(id=f"a{n}", act_code=None)[0] for n in range(13)]}, "actions_limit"),
        ({"ent_D1": "0", "diag_D1": "2"}, "required"),
    ],
)
def test_impossible_answers_are_refused(catalogue: Questionnaire, changes: dict[str, Any], code: str) -> None:
    assert code in problems(catalogue, **changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v_duree": 20}, "v_duree_longue"),
        ({"v_repondants": ["salarie"]}, "v_repondants_employeur"),
        ({"siret": "35600000049837"}, "siret_base"),
        ({"commune_insee": "13001"}, "commune_base"),
        ({"effectif_sirene": 80}, "frame_hors_champ"),
        ({"eff_total": 2}, "eff_hors_champ"),
        ({"effectif_sirene": 12}, "eff_base"),
        ({"etp_total": 1.0}, "etp_faible"),
        ({"etp_total": 1.4}, "etp_registre"),
        ({"registre": rows(reg_naissance=1945, reg_entree=1990)}, "reg_age"),
        ({"registre": rows(reg_code="Jeanne Martin")}, "reg_code_nom"),
        ({"registre": rows(reg_salaire=29000.0)}, "reg_salaire_plausible"),
        ({"eff_temps_partiel": 2}, "temps_partiel_registre"),
        ({"dep_passes_3a": 3}, "dep_passes_eleve"),
        ({"registre": [person | {"reg_naissance": 1963} for person in staff()], "dep_attendus_5a": 1}, "dep5_peu"),
        ({"dep_attendus_5a": 3, "dep_attendus_10a": 3}, "dep5_beaucoup"),
        ({"dep_annonces": [{"id": "a1", "da_code": "P01", "da_horizon": "h1"}]}, "dep1_annonces"),
        ({"dir_age_an": 1970}, "dir_age_registre"),
        ({"recrut_24m": 2, "recrut_diff": "9"}, "recrut_diff_coherent"),
        ({"absence_taux": 22.0}, "absence_elevee"),
        ({"pres_naissance": 1938}, "pres_age"),
        ({"masse_salariale": 151000.0}, "masse_elevee"),
        ({"tresorerie": 300000.0}, "tresorerie_elevee"),
        ({"tresorerie": -5.0}, "tresorerie_negative"),
        ({"produits": 150.0, "ressources": None}, "produits_plausible"),
        ({"resultat_n": -90000.0}, "resultat_n_eleve"),
        ({"fin_principal": 95.0}, "fin_principal_part"),
    ],
)
def test_surprising_answers_ask_for_a_reason(catalogue: Questionnaire, changes: dict[str, Any], code: str) -> None:
    assert code in problems(catalogue, **changes)
    question = next(question for question in every(catalogue) if any(rule.code == code for rule in question.checks))
    owner = next(q.name for _s, q in catalogue.questions() if question is q or question in q.columns)
    value = (BASE | changes)[owner]
    explained = changes | {owner: Answer(value, reasons={code: "Vérifié avec la direction."})}
    assert code not in problems(catalogue, **explained)


def test_matrices_stand_in_for_the_roster(catalogue: Questionnaire) -> None:
    by_sex = {"b2": {"F": 1}, "b7": {"H": 1}, "b10": {"F": 1}}
    tables = {
        "mode_saisie": "tableaux",
        "mat_age_sexe": by_sex,
        "mat_age_cat": {"b2": {"EMP": 1}, "b7": {"PI": 1}, "b10": {"CAD": 1}},
        "mat_cat_contrat": {"CAD": {"cdi": 1}, "PI": {"cdi": 1}, "EMP": {"cdd": 1}},
    }
    answers = {name: Answer(value) for name, value in (BASE | tables).items()}
    found = plain(catalogue, answers, CONTEXT)
    assert [found[name] for name in ("eff_cad", "eff50", "eff55", "eff60", "registre", "anc_moy")] == [1, 2, 1, 1, None, None]
    assert problems(catalogue, **tables) == set()
    assert problems(catalogue, **tables | {"mat_age_sexe": {"b2": {"F": 1}}}) >= {"mat_age_sexe_limit", "mat_age_cat_50"}
    assert problems(catalogue, **tables | {"mat_cat_contrat": {"PI": {"cdi": 2}, "EMP": {"cdi": 1}}}) == {"mat_cat_contrat_cadres"}


def test_helpers_and_calculations_from_the_roster(catalogue: Questionnaire) -> None:
    found = plain(catalogue, {name: Answer(value) for name, value in BASE.items()}, CONTEXT)
    assert [found[name] for name in ("eff_cad", "eff50", "eff55", "eff60")] == [1, 2, 1, 1]
    assert found["anc_moy"] == pytest.approx(15.0)
    assert found["cumul_double_depart"] == 1
    assert found["v_date"] == date(2026, 11, 20)
    assert found["mat_age_sexe"] is None
    assert found["type_pyramide"] is None


def test_the_path_opens_with_the_answers(catalogue: Questionnaire) -> None:
    empty = relevant(catalogue, {}, CONTEXT)
    assert not {"registre", "mat_age_sexe", "postes_cles", "dir_depart", "ca_nb", "cons_D1_mot", "valid_date"} & empty
    full = relevant(catalogue, {name: Answer(value) for name, value in BASE.items()}, CONTEXT)
    assert {
        "registre",
        "postes_cles",
        "dir_depart",
        "ca_nb",
        "ca_65",
        "forma_nb50",
        "entretien_fin",
        "ecart_noria",
        "valid_date",
    } <= full
    assert "ca_nb" not in relevant(catalogue, {"famille": Answer("soc_ess")}, CONTEXT)


@pytest.mark.parametrize(
    ("firm", "diagnostician", "asked"),
    [("0", "2", True), ("4", "1", True), ("1", "2", False), ("9", "2", False), (None, "2", False)],
)
def test_a_wide_gap_asks_for_a_word(catalogue: Questionnaire, firm: str | None, diagnostician: str, asked: bool) -> None:
    found = relevant(catalogue, {"ent_D4": Answer(firm), "diag_D4": Answer(diagnostician)}, CONTEXT)
    assert ("cons_D4_mot" in found) is asked


def test_an_empty_dossier_asks_only_for_the_indispensable(catalogue: Questionnaire) -> None:
    found = check(catalogue, {}, CONTEXT)
    assert {problem.code for problem in found} == {"required"}
    done = progress(catalogue, {}, CONTEXT)
    assert not done["S0"].done
    assert done["S0"].core_asked == 4


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 3000),
    st.floats(),
    st.sampled_from(["", "1", "registre", "CAD", "2026-11-20", "x", "P01"]),
)
VALUES = st.recursive(
    CELLS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "reg_naissance", "reg_code", "b7", "F", "caf"]), inner, max_size=3),
    ),
    max_leaves=6,
)
NAMES = st.sampled_from([question.name for _section, question in load("2026-1").questions()])


@given(st.dictionaries(NAMES, VALUES, max_size=25))
@settings(max_examples=80, deadline=None)
def test_whatever_is_stored_is_judged_and_never_raises(stored: dict[str, Any]) -> None:
    catalogue = load("2026-1")
    answers = {name: Answer(value) for name, value in (BASE | stored).items()}
    assert all(problem.message.fr for problem in check(catalogue, answers, CONTEXT))
    assert set(plain(catalogue, answers, CONTEXT)) == {question.name for _section, question in catalogue.questions()}
    assert set(progress(catalogue, answers, CONTEXT)) == {section.code for section in catalogue.sections}
