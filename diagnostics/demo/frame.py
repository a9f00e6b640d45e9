"""The invented sampling frame: firms over the real communes, by département, sector, family and size after the published figures."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.demo.names import firm_name

# Employees of the ESS by département, Panorama 2016 of the CRESS PACA (Clap 2013).
EMPLOYEES = {"13": 72916, "84": 19082, "83": 28994, "06": 30347, "04": 5694, "05": 6125}
# Shares of small employers by sector of the study: an invention in the order of the region's panoramas.
SECTORS = {
    "aide_dom": 0.055, "action_soc": 0.110, "petite_enf": 0.060, "anim": 0.100, "centre_soc": 0.045, "sport": 0.125, "culture": 0.125, "tourisme": 0.035,
    "iae": 0.055, "env": 0.035, "form": 0.075, "sante": 0.030, "finance": 0.020, "prod": 0.060, "autre": 0.070,
}  # fmt: skip
NAF = {
    "aide_dom": "88.10A", "action_soc": "87.90B", "petite_enf": "88.91A", "anim": "93.29Z", "centre_soc": "88.99B", "sport": "93.12Z", "culture": "90.01Z", "tourisme": "55.20Z",
    "iae": "88.99B", "env": "94.99Z", "form": "85.59A", "sante": "86.21Z", "finance": "65.12Z", "prod": "43.32A", "autre": "94.99Z",
}  # fmt: skip
# By family: the legal category of the register.
LEGAL = {
    "asso": "9220",
    "scop": "5458",
    "scic": "5485",
    "cae": "5458",
    "coop": "5599",
    "mutuelle": "8210",
    "fondation": "9300",
    "soc_ess": "5499",
}
FAMILIES = {
    "prod": (("scop", 0.58), ("scic", 0.18), ("cae", 0.06), ("coop", 0.12), ("soc_ess", 0.06)),
    "finance": (("mutuelle", 0.85), ("coop", 0.15)),
    "culture": (("asso", 0.90), ("scic", 0.05), ("scop", 0.05)),
    "action_soc": (("asso", 0.90), ("fondation", 0.08), ("mutuelle", 0.02)),
    "sante": (("mutuelle", 0.45), ("asso", 0.45), ("fondation", 0.10)),
    "env": (("asso", 0.85), ("scic", 0.10), ("soc_ess", 0.05)),
}
SIZES = ((3, 5, 0.38), (6, 9, 0.26), (10, 19, 0.21), (20, 49, 0.15))


@dataclass(frozen=True, slots=True)
class Commune:
    """A real commune, with the zones it belongs to."""

    code: str
    name: str
    postcode: str
    departement: str
    arrondissement: str
    epci: str
    epci_name: str
    zone_emploi: str
    zone_emploi_name: str
    population: int


@dataclass(frozen=True, slots=True)
class FrameFirm:
    """An invented firm of the frame."""

    siret: str
    name: str
    legal_category: str
    family: str
    naf: str
    sector: str
    commune: Commune
    headcount: int
    headcount_band: str
    size_class: str
    founded: int
    contact_name: str
    contact_email: str
    contact_phone: str


def _luhn_digit(body: str) -> str:
    total = sum(int(sign) if index % 2 else sum(divmod(int(sign) * 2, 10)) for index, sign in enumerate(reversed(body)))
    return str(-total % 10)


def invented_siret(number: int) -> str:
    """A SIRET with right check digits that no firm can have: 19 99 would be a school of a département 99."""
    siren = f"1999{number:04d}"
    siren += _luhn_digit(siren)
    nic = "0001"
    return siren + nic + _luhn_digit(siren + nic)


def _size(rng: random.Random) -> tuple[int, str, str]:
    low, high, _share = rng.choices(SIZES, [share for _low, _high, share in SIZES])[0]
    headcount = rng.randint(low, high)
    band = {3: "02", 6: "03", 10: "11", 20: "12"}[low]
    return headcount, band, f"{low}-{50 if high == 49 else high}"


def invent_frame(rng: random.Random, communes: Sequence[Commune], count: int, year: int, names: Sequence[str]) -> list[FrameFirm]:
    """`count` firms of the frame. `names` are people to sign as contacts."""
    by_departement = {code: [commune for commune in communes if commune.departement == code] for code in EMPLOYEES}
    weights = {code: [commune.population**0.9 + 20 for commune in places] for code, places in by_departement.items()}
    taken: set[str] = set()
    firms = []
    for number in range(count):
        departement = rng.choices(list(EMPLOYEES), [value**0.92 for value in EMPLOYEES.values()])[0]
        commune = rng.choices(by_departement[departement], weights[departement])[0]
        sector = rng.choices(list(SECTORS), list(SECTORS.values()))[0]
        options = FAMILIES.get(sector, (("asso", 1.0),))
        family = rng.choices([code for code, _share in options], [share for _code, share in options])[0]
        headcount, band, size_class = _size(rng)
        firms.append(
            FrameFirm(
                siret=invented_siret(number),
                name=firm_name(rng, sector, commune.name, taken),
                legal_category=LEGAL[family],
                family=family,
                naf=NAF[sector],
                sector=sector,
                commune=commune,
                headcount=headcount,
                headcount_band=band,
                size_class=size_class,
                founded=rng.choice((1936, 1968, 1976, 1981, 1985, 1991, 1994, 1998, 2001, 2004, 2008, 2011, 2014))
                if family != "scop"
                else rng.randint(1981, 2018),
                contact_name=names[number % len(names)],
                contact_email=f"direction{number + 1}@demo.invalid",
                contact_phone=f"04 99 {number // 10000 % 100:02d} {number // 100 % 100:02d} {number % 100:02d}",
            )
        )
        if year < firms[-1].founded:
            message = "The campaign starts before the firm was founded."
            raise ValueError(message)
    return firms
