"""The invented answers of one shared diagnosis: everything follows from the roster, the accounts and the firm's situation.

Values are as the database stores them (ISO dates, codes, plain numbers); a `Missing` marker stands for « ne sait pas » and the like.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from diagnostics.demo.accounts import invent_accounts
from diagnostics.demo.profiles import Situation, chance, level, poisson
from diagnostics.demo.staff import TRADES, invent_staff

BOARD_FAMILIES = frozenset({"asso", "fondation", "mutuelle", "scic", "scop", "coop", "cae"})
OPCO = {
    "aide_dom": "Uniformation",
    "action_soc": "OPCO Santé",
    "sante": "OPCO Santé",
    "culture": "Afdas",
    "sport": "Afdas",
    "finance": "Uniformation",
    "prod": "Constructys ou OPCO EP",
}
DOUBT = 0.035


@dataclass(frozen=True, slots=True)
class Missing:
    """An answer that was not given, and why: unknown, refused or not_applicable."""

    why: str


@dataclass(frozen=True, slots=True)
class FirmSketch:
    """What the frame knows of a firm, as far as its answers need it."""

    siret: str
    name: str
    family: str
    sector: str
    naf: str
    departement: str
    commune_code: str
    headcount: int
    founded: int


def invent_answers(rng: random.Random, firm: FirmSketch, situation: Situation, visited: date) -> dict[str, Any]:
    """The answers of the visit: sections S0 to S10."""
    year = visited.year
    size = max(3, min(50, firm.headcount + rng.choice((-1, 0, 0, 0, 0, 1, 1))))
    staff = invent_staff(rng, firm.sector, size, situation, year)
    answers = _frame(rng, firm, visited) | _team(rng, staff, visited)
    answers |= _departures(rng, staff, situation, year)
    answers |= _key_posts(rng, staff, situation, year)
    answers |= _transmission(rng, staff, situation, year, answers)
    answers |= _recruitment(rng, size, situation)
    answers |= _skills(rng, staff, size, situation, year)
    answers |= _conditions(rng, size, situation, visited, answers, staff)
    answers |= _board(rng, firm, situation, year)
    answers |= invent_accounts(rng, firm.sector, staff, situation, year)
    return _with_doubts(rng, answers)


def _frame(rng: random.Random, firm: FirmSketch, visited: date) -> dict[str, Any]:
    met = ["direction"] if chance(rng, 0.96) else ["president"]
    met += [
        role
        for role, share in (("president", 0.45), ("autre_elu", 0.15), ("rh_admin", 0.2), ("rp", 0.15), ("salarie", 0.2))
        if role not in met and chance(rng, share)
    ]
    seen = [
        paper
        for paper, share in (("registre", 0.8), ("bilan", 0.75), ("statuts", 0.3), ("duerp", 0.45), ("budget", 0.4))
        if chance(rng, share)
    ]
    agreement = rng.choice(TRADES[firm.sector].agreements)
    return {
        "v_date": visited.isoformat(),
        "v_rang": 1,
        "v_duree": rng.randrange(110, 215, 5),
        "v_repondants": met,
        "v_accord": "1",
        "v_docs": seen or ["aucun"],
        "siret": firm.siret,
        "raison_sociale": firm.name,
        "famille": firm.family,
        "secteur_ess": firm.sector,
        "naf": firm.naf,
        "idcc_code": agreement,
        "opco": OPCO.get(firm.sector, "Uniformation"),
        "dept": firm.departement,
        "commune_insee": firm.commune_code,
        "annee_creation": firm.founded,
        "multi_etab": "1" if chance(rng, 0.18) else "0",
        "federation": "",
        "effectif_sirene": firm.headcount,
    }


def _age_of(person: dict[str, Any], year: int) -> int:
    return year - int(person["reg_naissance"])


def _band(age: int) -> str:
    edges = (
        (26, "b1"),
        (30, "b2"),
        (35, "b3"),
        (40, "b4"),
        (45, "b5"),
        (50, "b6"),
        (55, "b7"),
        (60, "b8"),
        (62, "b9"),
        (65, "b10"),
    )
    return next((band for edge, band in edges if age < edge), "b11")


def _team(rng: random.Random, staff: list[dict[str, Any]], visited: date) -> dict[str, Any]:
    size = len(staff)
    by_roster = chance(rng, 0.88)
    answers: dict[str, Any] = {
        "mode_saisie": "registre" if by_roster else "tableaux",
        "eff_total": size,
        "etp_total": round(sum(person["reg_quotite"] for person in staff) / 100, 1),
        "eff_temps_partiel": sum(person["reg_quotite"] < 100 for person in staff),
        "eff_rqth": min(size, poisson(rng, 0.03 * size)),
    }
    if by_roster:
        answers["registre"] = [{"id": f"r{index}", **person} for index, person in enumerate(staff, start=1)]
        return answers
    year = visited.year
    answers["mat_age_sexe"] = _cross(staff, lambda person: _band(_age_of(person, year)), "reg_sexe")
    answers["mat_age_cat"] = _cross(staff, lambda person: _band(_age_of(person, year)), "reg_categorie")
    answers["mat_cat_contrat"] = _cross(staff, lambda person: str(person["reg_categorie"]), "reg_contrat")
    return answers


def _cross(staff: list[dict[str, Any]], row: Any, column: str) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for person in staff:
        line = table.setdefault(row(person), {})
        line[person[column]] = line.get(person[column], 0) + 1
    return table


def _leaving(staff: list[dict[str, Any]], year: int, horizon: int, rng: random.Random) -> int:
    """How many the director expects to retire within a horizon: those who will be past 63 or so by then, give or take."""
    return sum(_age_of(person, year) + horizon >= 63.4 + rng.gauss(0, 0.8) for person in staff)


def _horizon(age: int) -> str:
    left = 63.5 - age
    return next((code for edge, code in ((1, "h1"), (3, "h3"), (5, "h5"), (10, "h10")) if left <= edge), "hx")


def _departures(rng: random.Random, staff: list[dict[str, Any]], situation: Situation, year: int) -> dict[str, Any]:
    size = len(staff)
    counts: list[int] = []
    for horizon in (1, 3, 5, 10):
        counts.append(max(counts[-1] if counts else 0, _leaving(staff, year, horizon, rng)))
    announced = [person for person in staff if _age_of(person, year) >= 61 and chance(rng, 0.45)][: max(1, counts[1])]
    soon = sum(_horizon(_age_of(person, year)) in {"h1", "h3"} for person in announced)
    counts = [counts[0], *(max(count, soon) for count in counts[1:])]
    turnover = 0.05 + 0.30 * situation["attraction"]
    answers: dict[str, Any] = {
        "dep_passes_3a": poisson(rng, size * (0.01 + 0.07 * situation["age"])),
        "sorties_12m": min(size, poisson(rng, size * turnover)),
        "entrees_12m": min(size, poisson(rng, size * turnover * 0.95)),
        "dep_attendus_1a": counts[0],
        "dep_attendus_3a": counts[1],
        "dep_attendus_5a": counts[2],
        "dep_attendus_10a": counts[3],
        "dep_annonces": [
            {
                "id": f"a{index}",
                "da_code": person["reg_code"],
                "da_horizon": _horizon(_age_of(person, year)),
                "da_fonction": person["reg_metier"],
            }
            for index, person in enumerate(announced, start=1)
        ],
        "dep_inconnu": rng.choices(("1", "0", "9"), (1.1 - situation["hr"], situation["hr"], 0.08))[0],
    }
    if answers["sorties_12m"] > 0:
        reasons = ["demission" if situation["attraction"] > 0.5 else "fin_cdd", *(["retraite"] if answers["dep_passes_3a"] else [])]
        answers["motifs_sortie"] = reasons + (["rupture"] if chance(rng, 0.3) else [])
    if counts[2] > 0:
        answers["remplacement_prevu"] = [
            rng.choices(
                ("identique", "evolue", "interne", "mutualise", "non", "indecis"), (3, 2, 1, 1, 1, 3 * situation["succession"])
            )[0]
        ]
    leader = next((person for person in staff if person["reg_categorie"] == "CAD"), None)
    if leader is not None:
        answers["dir_depart"] = _horizon(_age_of(leader, year))
        answers["dir_age_an"] = leader["reg_naissance"]
    return answers


def _key_posts(rng: random.Random, staff: list[dict[str, Any]], situation: Situation, year: int) -> dict[str, Any]:
    count = min(len(staff), 8, max(1, round(rng.gauss(1.6 + len(staff) / 14, 0.8))))
    holders = sorted(staff, key=lambda person: (person["reg_categorie"] != "CAD", -_age_of(person, year) * rng.uniform(0.6, 1.4)))[
        :count
    ]
    posts = []
    for index, person in enumerate(holders, start=1):
        ready = rng.random() > situation["succession"]
        posts.append(
            {
                "id": f"k{index}",
                "pc_intitule": person["reg_metier"],
                "pc_categorie": person["reg_categorie"],
                "pc_naissance": person["reg_naissance"],
                "pc_horizon": _horizon(_age_of(person, year)),
                "pc_impact": str(level(rng, 0.35 + 0.5 * situation["succession"])),
                "pc_rarete": str(level(rng, 0.2 + 0.6 * situation["attraction"])),
                "pc_delai": rng.choice((2, 3, 4, 6, 6, 9, 12, 14)),
                "pc_doublure": rng.choice((1, 2, 2)) if ready else rng.choice((0, 0, 1)),
                "pc_successeur": rng.choice(("pret", "identifie"))
                if ready
                else rng.choice(("aucun", "aucun", "externe", "identifie")),
            }
        )
    licence = rng.choices(("1", "0", "9"), (0.15 + 0.4 * situation["succession"], 0.7, 0.06))[0]
    return {"nb_postes_cles": count, "postes_cles": posts, "agrement_depend": licence}


def _three(rng: random.Random, trait: float) -> str:
    """Formalised, partly, no: follows a trait."""
    value = trait + rng.gauss(0, 0.16)
    return "2" if value < 0.33 else "1" if value < 0.62 else "0"


def _some(rng: random.Random, codes: tuple[str, ...], each: float, none: str) -> list[str]:
    found = [code for code in codes if chance(rng, each)]
    return found or [none]


def _transmission(
    rng: random.Random, staff: list[dict[str, Any]], situation: Situation, year: int, answers: dict[str, Any]
) -> dict[str, Any]:
    trait = situation["transfer"]
    made: dict[str, Any] = {
        "savoirs_inventaire": _three(rng, trait + 0.1),
        "savoirs_ecrits": _three(rng, trait),
        "trans_modalites": _some(rng, ("tuilage", "tutorat", "afest", "doc", "reunion"), 0.75 - 0.6 * trait, "aucune"),
        "tuteurs_nb": min(len(staff), poisson(rng, len(staff) * 0.10 * (1.2 - trait))),
        "valeurs_projet": str(level(rng, trait)),
    }
    if answers["dep_passes_3a"] > 0:
        made["tuilage_duree"] = float(max(0, round(rng.gauss(6 - 6 * trait, 2))))
    if any(_age_of(person, year) >= 50 for person in staff):
        made["volontaires_50"] = rng.choices(("1", "0", "9"), (0.5, 0.25, 0.25))[0]
    return made


def _recruitment(rng: random.Random, size: int, situation: Situation) -> dict[str, Any]:
    trait = situation["attraction"]
    tried = poisson(rng, size * (0.12 + 0.30 * trait))
    difficulty = str(min(3, max(0, round(trait * 3.4 + rng.gauss(-0.2, 0.5))))) if tried else "9"
    made: dict[str, Any] = {
        "recrut_24m": tried,
        "recrut_diff": difficulty,
        "jeunes_12m": min(tried, poisson(rng, tried * 0.4)),
        "stages_alt": poisson(rng, 0.6 + size * 0.06),
        "accueil_integration": _three(rng, situation["hr"]),
        "fidel_diff": str(level(rng, trait)),
    }
    if tried:
        made["recrut_echec"] = min(tried, poisson(rng, tried * 0.55 * trait))
    if difficulty in {"1", "2", "3"}:
        made["recrut_causes"] = _some(
            rng,
            ("candidats", "qualif", "salaire", "temps_partiel", "transport", "penib", "moyens"),
            0.15 + 0.3 * trait,
            "candidats",
        )
    return made


def _skills(rng: random.Random, staff: list[dict[str, Any]], size: int, situation: Situation, year: int) -> dict[str, Any]:
    trait = situation["hr"]
    older = sum(_age_of(person, year) >= 50 for person in staff)
    trained = min(size, poisson(rng, size * (0.62 - 0.5 * trait)))
    made: dict[str, Any] = {
        "fonction_rh": rng.choices(
            ("direction", "elu", "dedie", "externe", "mutualise", "personne"),
            (5, 1.5, 0.6 if size > 20 else 0.1, 1, 0.5, 2.5 * trait),
        )[0],
        "temps_rh": float(round(max(0.5, rng.gauss(1.0 + size / 12, 0.8)), 1)),
        "outils_rh": _some(
            rng,
            ("fiche_poste", "organigramme", "entretiens", "epp", "plan_dev", "livret", "tableau", "duerp", "gpec"),
            0.92 - 0.85 * trait,
            "aucun",
        ),
        "epp_a_jour": float(min(100, max(0, round(rng.gauss(100 - 95 * trait, 14), -1)))),
        "forma_nb": trained,
        "forma_budget": float(round(trained * rng.uniform(120, 620), -2)),
        "forma_freins": _some(rng, ("cout", "remplacement", "temps", "offre", "info"), 0.2 + 0.3 * trait, "aucun"),
        "polyvalence": str(5 - level(rng, (trait + situation["succession"]) / 2)),
        "cse": "1" if size >= 11 and chance(rng, 1.0 - 0.5 * trait) else "0",
        "dialogue_qualite": str(5 - level(rng, 0.25 + 0.5 * trait)),
    }
    if older:
        made["forma_nb50"] = min(older, trained, poisson(rng, trained * older / size * (1.05 - 0.5 * trait)))
    return made


def _conditions(
    rng: random.Random, size: int, situation: Situation, visited: date, answers: dict[str, Any], staff: list[dict[str, Any]]
) -> dict[str, Any]:
    trait = situation["strain"]
    made: dict[str, Any] = {
        "usure_facteurs": _some(rng, ("port", "horaires", "depl", "rps", "agress", "isolement"), 0.1 + 0.7 * trait, "aucune"),
        "duerp_date": (visited - timedelta(days=rng.randrange(20, 330 + int(1300 * trait)))).isoformat()
        if chance(rng, 1.1 - 0.45 * trait)
        else Missing("not_applicable"),
        "absence_taux": round(max(0.5, rng.gauss(3.5 + 8 * trait, 1.6)), 1),
        "at_mp_nb": poisson(rng, size * 0.06 * (0.4 + trait)),
        "inaptitudes_3a": min(size, poisson(rng, size * 0.02 * (0.3 + trait))),
        "amen_fin": _some(
            rng, ("retraite_prog", "temps_partiel", "poste", "horaires", "mission", "cumul"), 0.32 - 0.22 * trait, "aucun"
        ),
        "retr_prog_demandes": poisson(rng, size * 0.012),
        "salaire_marche": rng.choices(
            ("-1", "0", "1", "9"), (0.2 + situation["attraction"], 0.8, 0.25 * (1.1 - situation["attraction"]), 0.08)
        )[0],
        "prime_anciennete": rng.choices(("1", "0", "9"), (0.45, 0.45, 0.1))[0],
    }
    if any(visited.year - int(person["reg_naissance"]) >= 55 for person in staff):
        made["entretien_fin"] = _three(rng, (trait + situation["hr"]) / 2 + 0.1)
    if answers["dep_passes_3a"] > 0 or answers["dep_attendus_5a"] > 0:
        made["ecart_noria"] = float(round(rng.gauss(4200, 2600), -2))
    return made


def _board(rng: random.Random, firm: FirmSketch, situation: Situation, year: int) -> dict[str, Any]:
    trait = situation["board"]
    volunteers = poisson(rng, 14) if firm.family == "asso" else 0
    made: dict[str, Any] = {"benevoles_nb": volunteers, "delegations": _three(rng, trait)}
    if volunteers:
        made["benevoles_retraites"] = float(min(100, max(0, round(rng.gauss(30 + 55 * trait, 12), -1))))
    if firm.family not in BOARD_FAMILIES:
        return made
    size = max(3, round(rng.gauss(9, 3)))
    old = min(size, round(size * min(1.0, max(0.0, rng.gauss(0.12 + 0.72 * trait, 0.1)))))
    chair_age = max(30, min(84, round(rng.gauss(54 + 20 * trait, 6))))
    horizon = rng.choices(("h1", "h3", "h5", "h10", "hx"), (1.6 * trait, 1.8 * trait + 0.3, 1, 0.6, 1.2 - trait))[0]
    made |= {
        "ca_nb": size,
        "ca_65": old,
        "ca_35": min(size - old, poisson(rng, size * 0.14 * (1.1 - trait))),
        "ca_femmes": min(size, max(0, round(rng.gauss(0.46 * size, 1.4)))),
        "pres_naissance": year - chair_age,
        "pres_mandat": min(chair_age - 20, poisson(rng, 2 + 9 * trait)),
        "pres_depart": horizon,
        "pres_succession": rng.choices(("pret", "identifie", "externe", "aucun"), (1.2 - trait, 1.0, 0.1, 2.2 * trait))[0],
        "ca_entrants_3a": min(size * 3, poisson(rng, size * 0.32 * (1.1 - trait))),
        "ca_difficultes": _some(
            rng, ("recruter", "president", "tresorier", "jeunes", "competences", "disponibilite"), 0.08 + 0.6 * trait, "aucune"
        ),
    }
    return made


UNSURE = (
    "v_duree",
    "temps_rh",
    "forma_budget",
    "benevoles_retraites",
    "fin_pluriannuel",
    "absence_taux",
    "ecart_noria",
    "recrut_echec",
    "at_mp_nb",
    "pres_mandat",
    "resultat_n2",
    "epp_a_jour",
)


def _with_doubts(rng: random.Random, answers: dict[str, Any]) -> dict[str, Any]:
    """A few figures are not known, as in life."""
    return {
        name: Missing("unknown" if chance(rng, 0.85) else "refused") if name in UNSURE and chance(rng, DOUBT) else value
        for name, value in answers.items()
        if value != ""
    }
