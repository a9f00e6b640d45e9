"""Invented answers for the tests of one firm's analysis."""

from datetime import date
from typing import Any

from analysis.parameters import Parameters, load

REFERENCE = date(2026, 11, 23)
VISIT = date(2026, 10, 14)
BIRTHS = (
    1961,
    1962,
    1963,
    1964,
    1964,
    1965,
    1966,
    1968,
    1969,
    1970,
    1972,
    1975,
    1978,
    1980,
    1985,
    1988,
    1990,
    1991,
    1995,
    1998,
    2000,
    2001,
    1967,
)


def parameters() -> Parameters:
    """The parameters of the campaign."""
    return load(REFERENCE)


def roster(births: tuple[int, ...] = BIRTHS) -> list[dict[str, Any]]:
    """One line a person: two thirds women, all categories, entered from 2000 on, paid."""
    return [
        {
            "id": f"r{place}",
            "reg_code": f"P{place:02}",
            "reg_naissance": born,
            "reg_sexe": "H" if place % 3 == 0 else "F",
            "reg_categorie": ("EMP", "OUV", "PI", "CAD")[place % 4],
            "reg_metier": "aide à domicile",
            "reg_contrat": ("cdi", "cdi", "cdd", "alt", "aide")[place % 5],
            "reg_quotite": 80.0 if place % 2 else 100.0,
            "reg_entree": max(2000 + place % 20, born + 16),
            "reg_salaire": 2000.0 + 10 * place,
        }
        for place, born in enumerate(births)
    ]


def full_answers() -> dict[str, Any]:
    """Every question that the analysis reads, answered."""
    marks = {
        f"{voice}_D{number}": str((number + shift) % 5)
        for voice, shift in (("ent", 0), ("diag", 2), ("cons", 1))
        for number in range(1, 11)
    }
    return {
        "v_date": VISIT,
        "v_repondants": ["direction", "president"],
        "v_docs": ["registre"],
        "raison_sociale": "Association Les Restanques",
        "siret": "80032984900011",
        "idcc_code": "2941",
        "annee_creation": 1987,
        "mode_saisie": "registre",
        "eff_total": 23,
        "etp_total": 20.0,
        "registre": roster(),
        "eff_temps_partiel": 11,
        "dep_passes_3a": 2,
        "sorties_12m": 3,
        "entrees_12m": 4,
        "dep_annonces": [{"id": "a", "da_code": "P00", "da_horizon": "h1", "da_fonction": "aide"}],
        "dep_attendus_1a": 1,
        "dep_attendus_3a": 2,
        "dep_attendus_5a": 3,
        "dep_attendus_10a": 6,
        "dep_inconnu": "0",
        "dir_depart": "h3",
        "nb_postes_cles": 2,
        "postes_cles": [
            {
                "id": "1",
                "pc_intitule": "Directrice",
                "pc_categorie": "CAD",
                "pc_horizon": "h3",
                "pc_impact": "4",
                "pc_rarete": "3",
                "pc_delai": 9,
                "pc_doublure": 0,
                "pc_successeur": "aucun",
            },
            {
                "id": "2",
                "pc_intitule": "Comptable",
                "pc_categorie": "PI",
                "pc_horizon": "h1",
                "pc_impact": "3",
                "pc_rarete": "2",
                "pc_delai": 4,
                "pc_doublure": 0,
                "pc_successeur": "identifie",
            },
        ],
        "agrement_depend": "1",
        "savoirs_inventaire": "0",
        "savoirs_ecrits": "1",
        "trans_modalites": ["tuilage", "doc"],
        "tuilage_duree": 4.0,
        "tuteurs_nb": 1,
        "volontaires_50": "1",
        "valeurs_projet": "3",
        "recrut_24m": 8,
        "recrut_echec": 2,
        "recrut_diff": "2",
        "recrut_causes": ["temps_partiel", "transport"],
        "jeunes_12m": 0,
        "fidel_diff": "3",
        "fonction_rh": "personne",
        "outils_rh": ["fiche_poste", "entretiens"],
        "epp_a_jour": 50.0,
        "forma_nb": 6,
        "forma_nb50": 1,
        "besoin_competences": "numérique",
        "cse": "0",
        "usure_facteurs": ["port", "depl"],
        "duerp_date": date(2024, 3, 1),
        "absence_taux": 9.0,
        "inaptitudes_3a": 1,
        "amen_fin": ["aucun"],
        "salaire_marche": "-1",
        "ecart_noria": 3000.0,
        "ca_nb": 9,
        "ca_65": 5,
        "ca_entrants_3a": 1,
        "pres_naissance": 1950,
        "pres_depart": "h1",
        "pres_succession": "aucun",
        "delegations": "0",
        "produits": 950000.0,
        "ressources": {"activite": 500000.0, "sub_dep": 450000.0},
        "fin_principal": 70.0,
        "fin_pluriannuel": 20.0,
        "aides_emploi_dep": 5,
        "masse_salariale": 800000.0,
        "resultat_n": -4000.0,
        "resultat_n1": 2000.0,
        "resultat_n2": -1000.0,
        "fonds_propres": 100000.0,
        "tresorerie": 60000.0,
        "charges_annuelles": 960000.0,
        "prov_retraite": "non",
        "activite_tend": "1",
        "projet_ecrit": "0",
        "depart_eco": ["surcout"],
        "cooperations": ["aucune"],
        "fiabilite": "3",
        "forces_firm": "Une équipe soudée",
        "besoins_appui": ["transmission", "recrutement"],
        "actions": [
            {
                "id": "x",
                "act_code": "A07",
                "act_titre": "",
                "act_dimension": "D2",
                "act_priorite": "p1",
                "act_decision": "retenue",
                "act_pilote": "Présidente",
                "act_echeance": date(2027, 6, 30),
                "act_financement": "DLA",
                "act_indicateur": "Profil écrit",
                "act_motif": "",
            },
            {
                "id": "y",
                "act_code": "A19",
                "act_titre": "",
                "act_dimension": "D4",
                "act_priorite": "p2",
                "act_decision": "refusee",
                "act_motif": "Pas de marge cette année",
            },
            {
                "id": "z",
                "act_code": "",
                "act_titre": "Fête des anciens",
                "act_dimension": "D3",
                "act_priorite": "p3",
                "act_decision": "retenue",
                "act_pilote": "Équipe",
            },
        ],
        **marks,
    }


def banded_answers() -> dict[str, Any]:
    """The same firm described by matrices."""
    answers = full_answers()
    del answers["registre"]
    answers["mode_saisie"] = "tableaux"
    answers["mat_age_sexe"] = {
        "b2": {"F": 3, "H": 1},
        "b5": {"F": 4, "H": 3},
        "b8": {"F": 5, "H": 2},
        "b9": {"F": 1},
        "b10": {"F": 2, "H": 1},
        "b11": {"H": 1},
    }
    answers["mat_cat_contrat"] = {"EMP": {"cdi": 15, "cdd": 5}, "CAD": {"cdi": 3}}
    return answers
