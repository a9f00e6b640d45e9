"""The real communes of the region, from the reference tables that ship with the platform."""

import csv
from functools import cache
from pathlib import Path

from diagnostics.demo.frame import Commune

_TABLE = Path(__file__).resolve().parent.parent / "refdata" / "communes.csv"


@cache
def communes() -> tuple[Commune, ...]:
    """Every commune of Provence-Alpes-Côte d'Azur with its zones and population."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Commune(
                code=row["code_commune"],
                name=row["nom_commune"],
                postcode=row["codes_postaux"].split("|")[0].split()[0],
                departement=row["code_departement"],
                arrondissement=row["code_arrondissement"],
                epci=row["siren_epci"],
                epci_name=row["nom_epci"],
                zone_emploi=row["code_ze2020"],
                zone_emploi_name=row["nom_ze2020"],
                population=int(float(row["population"] or 0)),
            )
            for row in csv.DictReader(file)
        )
