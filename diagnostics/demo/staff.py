"""The invented staff of a firm: one line a person, ages after the published figures, contracts and pay that hang together."""

import random
from dataclasses import dataclass
from typing import Any

from diagnostics.demo.profiles import Situation, chance


@dataclass(frozen=True, slots=True)
class Trade:
    """What a sector's staff look like: mean age, women, part-timers, job titles by category (CAD, PI, EMP, OUV), and the mix of categories."""

    mean_age: float
    women: float
    part_time: float
    jobs: dict[str, tuple[str, ...]]
    mix: tuple[float, float, float, float]
    agreements: tuple[str, ...]


def _jobs(lead: str, middle: str, staff: str, manual: str) -> dict[str, tuple[str, ...]]:
    return {
        "CAD": ("Directrice ou directeur", *lead.split("|")),
        "PI": tuple(middle.split("|")),
        "EMP": tuple(staff.split("|")),
        "OUV": tuple(manual.split("|")),
    }


TRADES: dict[str, Trade] = {
    "aide_dom": Trade(
        46.0,
        0.93,
        0.68,
        _jobs(
            "Responsable de secteur",
            "Infirmière coordinatrice|Assistante de secteur",
            "Aide à domicile|Auxiliaire de vie sociale",
            "Agent d’entretien",
        ),
        (0.06, 0.12, 0.78, 0.04),
        ("2941",),
    ),
    "action_soc": Trade(
        44.5,
        0.70,
        0.30,
        _jobs(
            "Chef de service",
            "Éducateur spécialisé|Assistante sociale",
            "Accompagnant éducatif et social|Secrétaire",
            "Agent technique|Cuisinier",
        ),
        (0.10, 0.44, 0.34, 0.12),
        ("413", "29"),
    ),
    "petite_enf": Trade(
        39.5,
        0.97,
        0.35,
        _jobs(
            "Responsable technique",
            "Éducatrice de jeunes enfants|Infirmière puéricultrice",
            "Auxiliaire de puériculture|Aide auprès d’enfants",
            "Cuisinière",
        ),
        (0.08, 0.30, 0.55, 0.07),
        ("1261",),
    ),
    "anim": Trade(
        37.0,
        0.58,
        0.48,
        _jobs("Coordinateur", "Animateur référent|Chargé de projet", "Animateur|Agent d’accueil", "Agent technique"),
        (0.11, 0.42, 0.43, 0.04),
        ("1518",),
    ),
    "centre_soc": Trade(
        41.0,
        0.74,
        0.36,
        _jobs(
            "Responsable de pôle",
            "Référent famille|Conseillère en économie sociale",
            "Agent d’accueil|Animateur",
            "Agent d’entretien",
        ),
        (0.12, 0.40, 0.42, 0.06),
        ("1261",),
    ),
    "sport": Trade(
        36.0,
        0.34,
        0.45,
        _jobs(
            "Responsable sportif", "Éducateur sportif|Entraîneur", "Agent d’accueil|Secrétaire", "Agent d’entretien des terrains"
        ),
        (0.09, 0.58, 0.25, 0.08),
        ("2511",),
    ),
    "culture": Trade(
        40.0,
        0.52,
        0.34,
        _jobs("Administratrice", "Régisseur|Chargée de production", "Chargé d’accueil et de billetterie", "Technicien de plateau"),
        (0.18, 0.46, 0.28, 0.08),
        ("1285",),
    ),
    "tourisme": Trade(
        42.5,
        0.60,
        0.30,
        _jobs(
            "Responsable d’hébergement",
            "Chef de cuisine|Responsable d’animation",
            "Employé polyvalent|Réceptionniste",
            "Agent de maintenance|Commis de cuisine",
        ),
        (0.10, 0.20, 0.48, 0.22),
        ("1316",),
    ),
    "iae": Trade(
        43.0,
        0.44,
        0.32,
        _jobs(
            "Responsable d’activité",
            "Encadrant technique|Accompagnatrice socioprofessionnelle",
            "Assistante administrative",
            "Ouvrier polyvalent en insertion|Valoriste",
        ),
        (0.08, 0.26, 0.12, 0.54),
        ("3016",),
    ),
    "env": Trade(
        37.5,
        0.50,
        0.26,
        _jobs(
            "Responsable de programme",
            "Chargé de mission|Animatrice nature",
            "Assistante de gestion",
            "Agent d’entretien des espaces naturels",
        ),
        (0.18, 0.54, 0.16, 0.12),
        ("1518",),
    ),
    "form": Trade(
        44.0,
        0.62,
        0.38,
        _jobs("Responsable pédagogique", "Formateur|Conseillère en insertion", "Assistante de formation", "Agent technique"),
        (0.20, 0.54, 0.22, 0.04),
        ("1518", "2190"),
    ),
    "sante": Trade(
        45.0,
        0.78,
        0.40,
        _jobs(
            "Médecin|Cadre de santé", "Infirmière|Kinésithérapeute", "Secrétaire médicale|Assistante dentaire", "Agent de service"
        ),
        (0.22, 0.42, 0.31, 0.05),
        ("29",),
    ),
    "finance": Trade(
        43.5,
        0.66,
        0.18,
        _jobs("Responsable d’agence", "Conseiller mutualiste|Gestionnaire de contrats", "Chargée d’accueil", "Agent logistique"),
        (0.24, 0.42, 0.32, 0.02),
        ("autre",),
    ),
    "prod": Trade(
        41.5,
        0.28,
        0.12,
        _jobs(
            "Gérante ou gérant|Responsable de production",
            "Chef d’atelier|Technicien",
            "Assistante de gestion|Vendeuse",
            "Menuisier|Maçon|Opérateur",
        ),
        (0.14, 0.22, 0.20, 0.44),
        ("autre",),
    ),
    "autre": Trade(
        42.0,
        0.58,
        0.34,
        _jobs("Coordinatrice", "Chargé de mission|Médiateur", "Assistante|Agent d’accueil", "Agent technique"),
        (0.14, 0.42, 0.36, 0.08),
        ("1518", "aucune"),
    ),
}
PAY = {"CAD": 3150, "PI": 2380, "EMP": 1960, "OUV": 1930}
LOWEST_PAY = 1830
CATEGORIES = ("CAD", "PI", "EMP", "OUV")


def invent_staff(rng: random.Random, sector: str, size: int, situation: Situation, year: int) -> list[dict[str, Any]]:
    """The roster of a firm of `size` people at the visit's year; the first line is the salaried director from four people on."""
    trade = TRADES[sector]
    mean = trade.mean_age - 7.0 + 16.0 * situation["age"]
    return [_person(rng, trade, mean, situation, year, index, size) for index in range(size)]


def _person(
    rng: random.Random, trade: Trade, mean: float, situation: Situation, year: int, index: int, size: int
) -> dict[str, Any]:
    leads = index == 0 and size > 3
    category = "CAD" if leads else rng.choices(CATEGORIES, trade.mix)[0]
    age = _age(rng, mean + (6.0 if category == "CAD" else 0.0))
    contract = _contract(rng, age, category, trade, situation)
    if contract == "alt":
        age = rng.randint(17, 26)
    stay = (
        0
        if contract in {"alt", "aide"}
        else rng.expovariate(1 / (2.0 + 0.28 * max(0, age - 22) * (1.25 - 0.6 * situation["attraction"])))
    )
    entry = min(year, max(year - int(stay), year - age + 18))
    part_time = contract != "alt" and category != "CAD" and chance(rng, trade.part_time)
    quotity = rng.choice((50, 60, 70, 80, 80, 90)) if part_time else 100
    job = trade.jobs["CAD"][0] if leads else rng.choice(trade.jobs[category][1 if category == "CAD" else 0 :])
    pay = PAY[category] * (1 + 0.011 * (year - entry)) * rng.gauss(1.0, 0.05) + (450 if leads else 0)
    return {
        "reg_code": f"P{index + 1:02d}",
        "reg_naissance": year - age,
        "reg_sexe": "F" if chance(rng, trade.women - (0.15 if category == "CAD" else 0.0)) else "H",
        "reg_categorie": category,
        "reg_metier": job,
        "reg_contrat": contract,
        "reg_quotite": float(quotity),
        "reg_entree": entry,
        "reg_salaire": float(round(max(LOWEST_PAY if contract != "alt" else 950, pay) * quotity / 100, -1))
        if chance(rng, 0.9)
        else None,
    }


def _age(rng: random.Random, mean: float) -> int:
    """An age at work: nearly flat around the mean, thin after 62, as in the published pyramids."""
    while True:
        age = round(rng.gauss(mean, 10.8))
        if 18 <= age <= 67 and (age < 62 or chance(rng, 0.75 ** (age - 61))):
            return age


def _contract(rng: random.Random, age: int, category: str, trade: Trade, situation: Situation) -> str:
    if category == "CAD":
        return "cdi"
    if trade.agreements == ("3016",) and category == "OUV":
        return "aide" if chance(rng, 0.9) else "cdi"
    short = 0.06 + 0.14 * situation["attraction"] + (0.12 if age < 28 else 0.0)
    if age < 24 and chance(rng, 0.25):
        return "alt"
    if chance(rng, 0.03):
        return "aide"
    return "cdd" if chance(rng, short) else "cdi"
