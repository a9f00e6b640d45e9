"""The reference tables: communes, NAF, legal categories, headcount bands, and what they mean for the study.

`Tables.load()` reads the files of `diagnostics/refdata` once; `amended` gives the tables as a coordinator amended them.
Sectors and families are proposals (see PROVENANCE.md there); `OUT` marks what lies outside the study's field.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from diagnostics.frame.text import place_key, plain

FOLDER = Path(__file__).resolve().parent.parent / "refdata"
OUT = "hors_champ"
SECTORS = (
    "aide_dom",
    "action_soc",
    "petite_enf",
    "anim",
    "centre_soc",
    "sport",
    "culture",
    "tourisme",
    "iae",
    "env",
    "form",
    "sante",
    "finance",
    "prod",
    "autre",
)
FAMILIES = ("asso", "scop", "scic", "cae", "coop", "mutuelle", "fondation", "soc_ess", "autre")
DEPARTEMENTS = ("04", "05", "06", "13", "83", "84")
SIZE_CLASSES = (("3-5", 3, 5), ("6-9", 6, 9), ("10-19", 10, 19), ("20-50", 20, 50))
SMALLEST, LARGEST = 3, 50
KINDS = ("naf", "legal_category")
# Categories that Insee has withdrawn, and the one that took their place.
WITHDRAWN = {"5498": "5499", "5720": "5710"}
_SCIC = re.compile(r"\bSCIC\b|\bSOCIETE COOPERATIVE D.?INTERET COLLECTIF\b")
_CAE = re.compile(r"\bCOOPERATIVE D.?ACTIVITES? ET D.?EMPLOIS?\b|\bCAE\b")
_SCOP = re.compile(r"\bSCOP\b|\bSOCIETE COOPERATIVE (?:OUVRIERE )?DE PRODUCTION\b|\bSOCIETE COOPERATIVE ET PARTICIPATIVE\b")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of the region and the areas that it belongs to."""

    code: str
    name: str
    departement: str
    departement_name: str
    arrondissement: str
    arrondissement_name: str
    epci: str
    epci_name: str
    zone_emploi: str
    zone_emploi_name: str
    postcodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table of correspondence: a value for a code, how sure it is, and why."""

    code: str
    label: str
    value: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Band:
    """A headcount band of Sirene."""

    code: str
    label: str
    least: int | None
    most: int | None

    def holds(self, number: int) -> bool:
        """Whether a headcount lies in the band; the widest band has no upper end."""
        return self.least is not None and self.least <= number and (self.most is None or number <= self.most)


@dataclass(frozen=True)
class Tables:
    """All the tables; frozen, shared between requests."""

    communes: Mapping[str, Commune]
    former: Mapping[str, tuple[str, str, str]]
    by_name: Mapping[str, tuple[str, ...]]
    by_postcode: Mapping[str, tuple[str, ...]]
    departements: Mapping[str, str]
    naf: Mapping[str, Line]
    naf_2025: frozenset[str]
    legal: Mapping[str, Line]
    bands: Mapping[str, Band]
    agreements: Mapping[str, str]
    refinements: Mapping[tuple[str, str, str], str]
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @staticmethod
    def load() -> "Tables":
        """The tables as they ship; read once."""
        return _load()

    def amended(self, overrides: Mapping[str, Mapping[str, str]]) -> "Tables":
        """The tables with a coordinator's values: kind (`naf`, `legal_category`) to code to value."""
        return replace(self, overrides=overrides)

    def lines(self, kind: str) -> Mapping[str, Line]:
        """The proposals of one table, by code."""
        return self.naf if kind == "naf" else self.legal

    def values(self, kind: str) -> tuple[str, ...]:
        """The values that a code of this table may take."""
        return (*(SECTORS if kind == "naf" else FAMILIES), OUT)

    def sector(self, naf: str, *, legal_category: str = "", idcc: str = "") -> str | None:
        """The study's sector, or `OUT`, or None for a code that the table does not know.

        A coordinator's amendment wins; else, where the NAF is too wide, the agreement or the legal category decides.
        """
        amended = self.overrides.get("naf", {}).get(naf)
        if amended is not None:
            return amended
        for code in (naf, "*"):
            for criterion, value in (("legal_category", legal_category), ("idcc", idcc)):
                found = self.refinements.get((code, criterion, value))
                if found is not None:
                    return found
        line = self.naf.get(naf)
        return line.value if line else None

    def codes_of_class(self, naf: str) -> list[str]:
        """The codes of the same four-digit class, to suggest one for a code that does not exist."""
        return [code for code in self.naf if code.startswith(naf[:5])]

    def band_of(self, headcount: int | None) -> str:
        """The code of the band that a headcount lies in; empty without one."""
        return next((band.code for band in self.bands.values() if headcount is not None and band.holds(headcount)), "")

    def family(self, legal_category: str, *, name: str = "", ess: bool | None = None) -> str:
        """The study's family, or `OUT` for a category outside the ESS.

        A Scic, a CAE or a Scop under a wider category is known by its name; a commercial company is of the ESS when Sirene
        says so (`ess`).
        """
        amended = self.overrides.get("legal_category", {}).get(legal_category)
        if amended is not None:
            return amended
        line = self.legal.get(legal_category)
        value = line.value if line else OUT
        if legal_category.startswith("5") and (value != OUT or ess):
            words = plain(name)
            for pattern, family in ((_SCIC, "scic"), (_CAE, "cae"), (_SCOP, "scop")):
                if pattern.search(words):
                    return family
        if value == OUT and ess and not legal_category.startswith(("1", "7")):
            return "soc_ess" if legal_category.startswith(("5", "6")) else "autre"
        return value


def size_class(headcount: int | None) -> str:
    """The study's size class of a headcount, or nothing outside 3 to 50."""
    return next((code for code, least, most in SIZE_CLASSES if headcount is not None and least <= headcount <= most), "")


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _load() -> Tables:
    communes = {row["code_commune"]: _commune(row) for row in _rows("communes.csv")}
    former = {row["code"]: (row["nom"], row["type"], row["code_commune_actuelle"]) for row in _rows("communes_anciennes.csv")}
    by_name: dict[str, list[str]] = {}
    by_postcode: dict[str, list[str]] = {}
    for commune in communes.values():
        by_name.setdefault(place_key(commune.name), []).append(commune.code)
        for postcode in commune.postcodes:
            by_postcode.setdefault(postcode, []).append(commune.code)
    for name, kind, current in former.values():
        if kind != "arrondissement-municipal":
            by_name.setdefault(place_key(name), [current])
    labels = {row["code"]: row["libelle"] for name in ("naf_rev2.csv", "naf_2025.csv") for row in _rows(name)}
    return Tables(
        communes=communes,
        former=former,
        by_name={name: tuple(codes) for name, codes in by_name.items()},
        by_postcode={postcode: tuple(codes) for postcode, codes in by_postcode.items()},
        departements={row["code_departement"]: row["nom"] for row in _rows("departements.csv")},
        naf={
            row["code"]: Line(row["code"], labels[row["code"]], row["secteur"], row["confiance"], row["remarque"])
            for row in _rows("secteurs_naf.csv")
        },
        naf_2025=frozenset(row["code"] for row in _rows("naf_2025.csv")),
        legal=_legal(),
        bands={
            row["code"]: Band(row["code"], row["libelle"], _whole(row["effectif_min"]), _whole(row["effectif_max"]))
            for row in _rows("tranches_effectifs.csv")
        },
        agreements={row["idcc"]: row["nom"] for row in _rows("conventions.csv")},
        refinements={(row["code_naf"], row["critere"], row["valeur"]): row["secteur"] for row in _rows("secteurs_precisions.csv")},
    )


def _legal() -> dict[str, Line]:
    proposals = {row["code"]: row for row in _rows("familles_categories.csv")}
    found = {}
    for row in _rows("categories_juridiques.csv"):
        proposal = proposals.get(row["code"], {"famille": OUT, "confiance": "", "remarque": ""})
        found[row["code"]] = Line(row["code"], row["libelle"], proposal["famille"], proposal["confiance"], proposal["remarque"])
    return found


def _commune(row: Mapping[str, str]) -> Commune:
    return Commune(
        row["code_commune"], row["nom_commune"], row["code_departement"], row["nom_departement"], row["code_arrondissement"],
        row["nom_arrondissement"], row["siren_epci"], row["nom_epci"], row["code_ze2020"], row["nom_ze2020"],
        tuple(row["codes_postaux"].split("|")),
    )  # fmt: skip


def _whole(text: str) -> int | None:
    return int(text) if text else None
