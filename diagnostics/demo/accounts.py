"""The invented accounts of a firm: payroll follows from the roster, income from the payroll, cash and equity from the costs."""

import random
from typing import Any

from diagnostics.demo.profiles import Situation, chance

CHARGES = 1.42
# Shares of income by source, by sector, before the firm's own spread: (activity, tariff, State, Region, département, communes, CAF, EU, job aid, gifts, dues, other).
SOURCES = (
    "activite",
    "tarif",
    "sub_etat",
    "sub_reg",
    "sub_dep",
    "sub_com",
    "caf",
    "ue",
    "aide_emploi",
    "mecenat",
    "cotis",
    "autre",
)
MIX: dict[str, tuple[float, ...]] = {
    "aide_dom": (35, 40, 0, 0, 18, 1, 4, 0, 1, 0, 1, 0),
    "action_soc": (6, 62, 12, 1, 10, 3, 2, 1, 2, 1, 0, 0),
    "petite_enf": (26, 0, 1, 0, 4, 26, 40, 0, 2, 0, 1, 0),
    "anim": (32, 0, 8, 5, 8, 28, 10, 1, 4, 1, 3, 0),
    "centre_soc": (14, 0, 6, 3, 9, 30, 32, 1, 4, 0, 1, 0),
    "sport": (40, 0, 4, 3, 5, 26, 1, 0, 4, 3, 14, 0),
    "culture": (40, 0, 18, 10, 8, 17, 0, 1, 3, 3, 0, 0),
    "tourisme": (86, 0, 1, 2, 1, 3, 2, 0, 2, 0, 2, 1),
    "iae": (34, 0, 2, 3, 9, 5, 0, 4, 42, 1, 0, 0),
    "env": (34, 0, 14, 14, 9, 14, 0, 6, 5, 3, 1, 0),
    "form": (56, 0, 14, 14, 5, 2, 0, 5, 3, 0, 1, 0),
    "sante": (58, 22, 5, 2, 3, 6, 2, 0, 2, 0, 0, 0),
    "finance": (18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 82, 0),
    "prod": (95, 0, 1, 1, 0, 1, 0, 0, 2, 0, 0, 0),
    "autre": (40, 3, 10, 7, 9, 15, 4, 2, 4, 3, 3, 0),
}


def invent_accounts(
    rng: random.Random, sector: str, staff: list[dict[str, Any]], situation: Situation, year: int
) -> dict[str, Any]:
    """Section S10."""
    pay = sum((person["reg_salaire"] or 1950.0 * person["reg_quotite"] / 100) for person in staff)
    payroll = float(round(pay * 12 * CHARGES, -2))
    finance, funding = situation["finance"], situation["funding"]
    income = float(round(payroll / min(0.93, max(0.35, rng.gauss(0.60 + 0.22 * finance, 0.06))), -2))
    result = round(income * rng.gauss(0.035 - 0.075 * finance, 0.012), -2)
    costs = float(round(income - result, -2))
    months = max(0.0, rng.gauss(7.5 - 7.6 * finance, 0.9))
    sources = _sources(rng, sector, income, funding)
    largest = max(sources.values()) / income * 100
    trend = max(-2, min(2, round(rng.gauss(0.8 - 2.2 * situation["project"], 0.7))))
    made: dict[str, Any] = {
        "exercice": year - 1,
        "produits": income,
        "ressources": sources,
        "fin_principal": float(
            min(round(largest), max(round(largest * rng.uniform(0.55, 0.75)), round(rng.gauss(26 + 50 * funding, 7))))
        ),
        "fin_pluriannuel": float(min(100, max(0, round(rng.gauss(58 - 56 * funding, 9))))),
        "aides_emploi_dep": min(len(staff), sum(person["reg_contrat"] == "aide" for person in staff)),
        "masse_salariale": payroll,
        "resultat_n": float(result),
        "resultat_n1": float(round(income * rng.gauss(0.03 - 0.065 * finance, 0.015), -2)),
        "resultat_n2": float(round(income * rng.gauss(0.028 - 0.06 * finance, 0.015), -2)),
        "fonds_propres": float(round(costs / 12 * rng.gauss(5.4 - 5.8 * finance, 1.0), -2)),
        "tresorerie": float(round(costs / 12 * months, -2)),
        "charges_annuelles": costs,
        "incident_paiement": "1" if chance(rng, max(0.0, finance - 0.55)) else "0",
        "prov_retraite": rng.choices(
            ("provision", "assurance", "annexe", "non", "nsp"), (1.2 - finance, 0.3, 0.5, 1.6 * finance, 0.2)
        )[0],
        "activite_tend": str(trend),
        "ressource_tend": str(max(-2, min(2, round(rng.gauss(0.4 - 2.0 * funding, 0.6))))),
        "projet_ecrit": "2"
        if situation["project"] + rng.gauss(0, 0.15) < 0.36
        else "1"
        if situation["project"] + rng.gauss(0, 0.15) < 0.62
        else "0",
        "depart_eco": [
            rng.choices(("economie", "surcout", "perte_fin", "reorg", "neutre"), (2, 3, 1 + situation["succession"], 2, 1))[0]
        ],
        "cooperations": [
            code for code in ("ge", "ptce", "mutualisation", "reseau") if chance(rng, 0.55 - 0.5 * situation["project"])
        ]
        or ["aucune"],
    }
    if made["prov_retraite"] in {"provision", "assurance"}:
        made["prov_montant"] = float(round(payroll * rng.uniform(0.01, 0.06), -2))
    return made


def _sources(rng: random.Random, sector: str, income: float, funding: float) -> dict[str, float]:
    """Splits the income to the euro: the more fragile the funding, the more it leans on the first source."""
    power = 0.6 + 1.6 * funding
    weights = [(share / 100) ** power * rng.lognormvariate(0, 0.35) for share in MIX[sector]]
    total = sum(weights)
    amounts = {
        source: float(round(income * weight / total, -2)) for source, weight in zip(SOURCES, weights, strict=True) if weight > 0
    }
    first = max(amounts, key=lambda source: amounts[source])
    amounts[first] = float(round(amounts[first] + income - sum(amounts.values()), 2))
    return {source: amount for source, amount in amounts.items() if amount > 0}
