"""The two voices, their consensus, the agreed plan and the firm's validation, as they might have gone."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from diagnostics.demo.profiles import TRAITS, Situation, chance

# How much rosier the firm sees each dimension than it is, on the marks' scale of 0 to 4.
ROSINESS = (0.3, 0.7, 0.4, 0.1, 0.3, 0.4, 0.7, 0.2, 0.2, 0.5)
WORDS = (
    "Nous avons relu ensemble les faits de la visite ; l’écart tenait à des informations que l’autre n’avait pas.",
    "La direction juge la situation tenable à court terme ; le diagnostiqueur regarde un horizon de trois ans.",
    "Après échange, nous retenons la note du milieu et un point d’étape dans six mois.",
    "Le désaccord porte sur l’urgence, pas sur le constat.",
)
STRENGTHS = {
    "age": "Une équipe d’âges mêlés", "succession": "Des relais identifiés sur les postes clés", "transfer": "Des savoirs écrits et partagés",
    "attraction": "Des recrutements qui aboutissent", "hr": "Des outils de gestion du personnel tenus à jour", "strain": "Des conditions de travail suivies",
    "board": "Un conseil d’administration qui se renouvelle", "funding": "Des ressources variées et visibles", "finance": "Une trésorerie confortable",
    "project": "Un projet écrit et des coopérations",
}  # fmt: skip
WEAKNESSES = {
    "age": "Plusieurs départs à la retraite proches", "succession": "Des postes clés sans relève", "transfer": "Des savoirs qui tiennent à quelques personnes",
    "attraction": "Des recrutements difficiles et des départs de jeunes", "hr": "Une fonction d’employeur peu outillée", "strain": "De l’usure et des absences",
    "board": "Un conseil qui vieillit", "funding": "Une dépendance à un financeur", "finance": "Une trésorerie tendue", "project": "Un projet à remettre sur le métier",
}  # fmt: skip
PLAN = {
    "age": ("A01", "A05"), "succession": ("A06", "A07", "A08"), "transfer": ("A10", "A11", "A12"), "attraction": ("A15", "A17", "A19"), "hr": ("A21", "A22", "A23"),
    "strain": ("A27", "A28", "A30"), "board": ("A31", "A32", "A33"), "funding": ("A35", "A36"), "finance": ("A38", "A39"), "project": ("A42", "A43"),
}  # fmt: skip
PILOTS = (
    "Direction",
    "Présidence",
    "Direction et trésorerie",
    "Responsable administrative",
    "Direction et représentants du personnel",
)
FUNDING = ("OPCO", "DLA", "Fonds propres", "Fédération", "PCRH", "À chercher")
INDICATORS = (
    "Document écrit et daté",
    "Nombre de personnes formées",
    "Décision du conseil d’administration",
    "Convention signée",
    "Point fait en réunion d’équipe",
)
NEEDS = {
    "age": "gpec", "succession": "transmission", "transfer": "transmission", "attraction": "recrutement", "hr": "diag_rh", "strain": "conditions", "board": "gouvernance",
    "funding": "modele_eco", "finance": "financement", "project": "mutualisation",
}  # fmt: skip
REFERRALS = {
    "age": "pcrh",
    "succession": "dla",
    "transfer": "opco",
    "attraction": "ge",
    "hr": "opco",
    "strain": "carsat",
    "board": "cap_asso",
    "funding": "dla",
    "finance": "france_active",
    "project": "dla",
}
REMARKS = (
    "Le rapport reflète bien nos échanges. Nous précisons que le départ de la comptable est désormais daté.",
    "Nous aurions aimé que la part des bénévoles soit davantage prise en compte.",
    "La trésorerie s’est améliorée depuis la visite grâce au versement d’un solde de subvention.",
)
DISAGREEMENTS = (
    "Nous ne partageons pas la note donnée à la gouvernance : le conseil a changé pour moitié depuis la visite.",
    "Nous contestons l’ordre de grandeur des indemnités, calculé sans notre accord d’entreprise.",
)


def _by_fragility(situation: Situation) -> list[str]:
    return sorted(TRAITS, key=lambda trait: -situation[trait])


def invent_marks(rng: random.Random, situation: Situation) -> dict[str, dict[str, Any]]:
    """The sections S11F and S11D: ten marks each, and three strengths and weaknesses in each one's words."""
    order = _by_fragility(situation)
    firm: dict[str, Any] = {}
    diagnostician: dict[str, Any] = {}
    for index, (trait, rosy) in enumerate(zip(TRAITS, ROSINESS, strict=True), start=1):
        seen = situation[trait] * 4.2 - 0.2
        firm[f"ent_D{index}"] = _mark(rng, seen - rosy, spread=0.7)
        diagnostician[f"diag_D{index}"] = _mark(rng, seen, spread=0.45)
    firm |= {
        "forces_firm": " ; ".join(STRENGTHS[trait] for trait in reversed(order[-3:])),
        "fragil_firm": " ; ".join(WEAKNESSES[trait] for trait in order[:3]),
    }
    shuffled = rng.sample(order[-4:], 3), rng.sample(order[:4], 3)
    diagnostician |= {
        "forces_diag": " ; ".join(STRENGTHS[trait] for trait in shuffled[0]),
        "fragil_diag": " ; ".join(WEAKNESSES[trait] for trait in shuffled[1]),
        "conscience": str(rng.choice((2, 2, 3, 3, 4, 1))),
        "fiabilite": str(rng.choice((3, 3, 3, 4, 2))),
    }
    return {"S11F": firm, "S11D": diagnostician}


def _mark(rng: random.Random, value: float, *, spread: float) -> str:
    return str(min(4, max(0, round(value + rng.gauss(0, spread)))))


def invent_restitution(
    rng: random.Random, situation: Situation, marks: dict[str, dict[str, Any]], titles: Mapping[str, str], on: date
) -> dict[str, dict[str, Any]]:
    """The sections S11C and S12: the consensus with a word on each wide gap, and the agreed plan."""
    consensus: dict[str, Any] = {}
    for index in range(1, 11):
        ours, theirs = int(marks["S11D"][f"diag_D{index}"]), int(marks["S11F"][f"ent_D{index}"])
        consensus[f"cons_D{index}"] = str(round((ours * 1.1 + theirs * 0.9) / 2))
        if abs(ours - theirs) >= 2:
            consensus[f"cons_D{index}_mot"] = rng.choice(WORDS)
    order = _by_fragility(situation)
    worst = order[: rng.choice((3, 4, 5))]
    plan = [_line(rng, trait, number, titles, on) for number, trait in enumerate(worst, start=1)]
    if chance(rng, 0.3):
        plan.append(
            _line(rng, order[len(worst)], len(worst) + 1, titles, on)
            | {
                "act_decision": "refusee",
                "act_motif": "Pas de moyens cette année ; à revoir après le renouvellement de la convention.",
            }
        )
    needs = sorted({NEEDS[trait] for trait in worst[:3]})
    return {
        "S11C": consensus,
        "S12": {
            "actions": plan,
            "besoins_appui": needs,
            "appui_collectif": rng.choices(("1", "0", "9"), (0.55, 0.25, 0.2))[0],
            "orientation": sorted({REFERRALS[trait] for trait in worst[:3]}),
            "suivi_6m": "1" if chance(rng, 0.85) else "0",
        },
    }


def _line(rng: random.Random, trait: str, number: int, titles: Mapping[str, str], on: date) -> dict[str, Any]:
    code = rng.choice(PLAN[trait])
    return {
        "id": f"p{number}",
        "act_code": code,
        "act_titre": titles[code],
        "act_dimension": f"D{TRAITS.index(trait) + 1}",
        "act_priorite": ("p1", "p1", "p2", "p2", "p3", "p3")[number - 1],
        "act_decision": "modifiee" if chance(rng, 0.2) else "retenue",
        "act_pilote": rng.choice(PILOTS),
        "act_echeance": (on + timedelta(days=rng.choice((90, 150, 240, 330, 480, 700)))).isoformat(),
        "act_financement": rng.choice(FUNDING),
        "act_indicateur": rng.choice(INDICATORS),
        "act_motif": None,
    }


def invent_validation(rng: random.Random, state: str, on: date) -> dict[str, Any]:
    """What the firm said: its status, date, signatory and remarks."""
    status = {"validated_remarks": "reserves", "disagreement": "desaccord"}.get(state, "valide")
    said = {"reserves": REMARKS, "desaccord": DISAGREEMENTS}.get(status)
    return {
        "valid_statut": status,
        "valid_date": on.isoformat(),
        "valid_signataire": rng.choice(("Directrice", "Directeur", "Présidente", "Président")),
        "valid_observations": rng.choice(said) if said else "",
    }
