"""The people of a firm, one row each, from the roster or from the matrices of a visit.

Comes in: plain answers. Goes out: a table that the projection, the pyramid and the costs share. Nobody's code is kept.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis.departures.mixture import decimal_year

# The youngest and the oldest age of each band, in completed years; the last band is read as 65 to 69.
BAND_AGES: Mapping[str, tuple[int, int]] = {
    "b1": (16, 25),
    "b2": (26, 29),
    "b3": (30, 34),
    "b4": (35, 39),
    "b5": (40, 44),
    "b6": (45, 49),
    "b7": (50, 54),
    "b8": (55, 59),
    "b9": (60, 61),
    "b10": (62, 64),
    "b11": (65, 69),
}
SEXES = ("F", "H")
CATEGORIES = ("CAD", "PI", "EMP", "OUV")
CONTRACTS = ("cdi", "cdd", "alt", "aide")
# Where in its window an announced departure is put, in years; a later or unknown one is not dated.
ANNOUNCED: Mapping[str, float] = {"h1": 0.5, "h3": 2.0, "h5": 4.0, "h10": 7.5}
OLDEST_BIRTH = 1900
MOST_IN_A_CELL = 5000
MANAGER = re.compile(r"\b(direct|dirig|g[ée]ran|manager|d[ée]l[ée]gu[ée]e? g)", re.IGNORECASE)

COLUMNS = (
    "birth",
    "born_from",
    "born_to",
    "age",
    "band",
    "weight_in_band",
    "sex",
    "category",
    "contract",
    "quotity",
    "entry",
    "salary",
    "job",
    "declared",
)
TEXTS = ("band", "sex", "category", "contract", "job")


def number(value: Any) -> float | None:
    """A finite number, from a number or its text (a choice code such as "2"); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def text(value: Any) -> str:
    """A text without surrounding blanks, empty for anything that is none."""
    return value.strip() if isinstance(value, str) else ""


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The rows of a roster, whatever was stored."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, Sequence) and not isinstance(value, str) else []


def matrix(value: Any) -> dict[str, dict[str, float]]:
    """A matrix of two entries as numbers, without its empty cells; empty for anything else."""
    if not isinstance(value, Mapping):
        return {}
    cells: dict[str, dict[str, float]] = {}
    for line, columns in value.items():
        if isinstance(columns, Mapping):
            filled = {str(column): number(cell) for column, cell in columns.items()}
            cells[str(line)] = {column: cell for column, cell in filled.items() if cell is not None and cell >= 0}
    return cells


def chosen(value: Any) -> frozenset[str] | None:
    """The codes of a multiple choice without the codes that mean none; None when it was not answered."""
    if not isinstance(value, Iterable) or isinstance(value, (str, Mapping)):
        return None
    codes = frozenset(str(code) for code in value)
    return codes - {"aucune", "aucun"} if codes else None


def visit_date(answers: Mapping[str, Any]) -> date | None:
    """The day of the visit, or None."""
    value = answers.get("v_date")
    return value if isinstance(value, date) else None


def band_of(age: float) -> str:
    """The band of an age in completed years."""
    return next((code for code, (_, oldest) in BAND_AGES.items() if age <= oldest), "b11")


def persons_of(answers: Mapping[str, Any], *, reference_date: date | None = None) -> pd.DataFrame:
    """The employees of a firm, one row each.

    Parameters
    ----------
    answers
        Plain answers, by question name.
    reference_date
        The day to which ages and bands refer; the day of the visit by default.

    Returns
    -------
    DataFrame
        `birth` (decimal year, the middle of what is possible, spread evenly over a band), `born_from` and `born_to` (decimal
        years between which the person was born), `age` (years reached in the year), `band` (b1 … b11), `weight_in_band`
        (1 from the roster; from matrices, 1 / people of the cell, since its people share its ages), `sex`, `category`,
        `contract` (codes, "" when unknown), `quotity` (share of full time, 0 to 1), `entry` (year), `salary` (gross euros a
        month, as paid), `job`, `declared` (years to an announced departure). nan where unknown. Without any date the table
        is empty, since nobody has an age.
    """
    day = reference_date or visit_date(answers)
    if day is None:
        return _frame([])
    roster = rows(answers.get("registre"))
    found = _from_roster(roster, day, _announcements(answers)) if roster else _from_bands(answers, day)
    return _frame(found)


def basis_of(answers: Mapping[str, Any]) -> str:
    """Where the ages come from: roster, bands, or nothing ("")."""
    if rows(answers.get("registre")):
        return "roster"
    return "bands" if matrix(answers.get("mat_age_sexe")) else ""


def manager_post(posts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The key post that is the manager's, by its title, or the only one of a manager's category."""
    named = [post for post in posts if MANAGER.search(text(post.get("pc_intitule")))]
    if named:
        return named[0]
    managers = [post for post in posts if post.get("pc_categorie") == "CAD"]
    return managers[0] if len(managers) == 1 else None


def _frame(found: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        {column: np.array([person[column] for person in found], dtype=object if column in TEXTS else float) for column in COLUMNS}
    )


def _announcements(answers: Mapping[str, Any]) -> dict[str, float]:
    """The dates announced, by the roster's code; the earliest when a code comes twice."""
    waits: dict[str, float] = {}
    for row in rows(answers.get("dep_annonces")):
        code, wait = text(row.get("da_code")), ANNOUNCED.get(text(row.get("da_horizon")))
        if code and wait is not None:
            waits[code] = min(wait, waits.get(code, wait))
    return waits


def _code(value: Any, known: tuple[str, ...]) -> str:
    return value if value in known else ""


def _from_roster(roster: list[Mapping[str, Any]], day: date, announced: Mapping[str, float]) -> list[dict[str, Any]]:
    people = []
    for row in roster:
        year = number(row.get("reg_naissance"))
        known = year is not None and OLDEST_BIRTH < year < day.year
        born = float(int(year)) if known and year is not None else math.nan
        age = day.year - born
        share = number(row.get("reg_quotite"))
        pay = number(row.get("reg_salaire"))
        entry = number(row.get("reg_entree"))
        people.append(
            {
                "birth": born + 0.5,
                "born_from": born,
                "born_to": born + 1.0,
                "age": age,
                "band": band_of(age) if known else "",
                "weight_in_band": 1.0,
                "sex": _code(row.get("reg_sexe"), SEXES),
                "category": _code(row.get("reg_categorie"), CATEGORIES),
                "contract": _code(row.get("reg_contrat"), CONTRACTS),
                "quotity": share / 100 if share is not None and 0 < share <= 100 else math.nan,  # noqa: PLR2004 (a percentage)
                "entry": entry if entry is not None and OLDEST_BIRTH < entry <= day.year else math.nan,
                "salary": pay if pay is not None and pay > 0 else math.nan,
                "job": text(row.get("reg_metier")),
                "declared": announced.get(text(row.get("reg_code")), math.nan),
            }
        )
    return people


def _from_bands(answers: Mapping[str, Any], day: date) -> list[dict[str, Any]]:
    today = decimal_year(day)
    people = []
    for band, cells in matrix(answers.get("mat_age_sexe")).items():
        if band not in BAND_AGES:
            continue
        youngest, oldest = BAND_AGES[band]
        low, high = today - oldest - 1, today - youngest
        for sex in SEXES:
            count = int(min(cells.get(sex, 0), MOST_IN_A_CELL))
            births = low + (np.arange(count) + 0.5) / max(count, 1) * (high - low)
            people += [_banded(float(birth), (low, high), band, count, sex, age=today - float(birth)) for birth in births]
    _announce_to_oldest(people, answers)
    return people


def _banded(birth: float, limits: tuple[float, float], band: str, count: int, sex: str, *, age: float) -> dict[str, Any]:
    return {
        "birth": birth,
        "born_from": limits[0],
        "born_to": limits[1],
        "age": math.floor(age),
        "band": band,
        "weight_in_band": 1.0 / count,
        "sex": sex,
        "category": "",
        "contract": "",
        "quotity": math.nan,
        "entry": math.nan,
        "salary": math.nan,
        "job": "",
        "declared": math.nan,
    }


def _announce_to_oldest(people: list[dict[str, Any]], answers: Mapping[str, Any]) -> None:
    """Gives the announced dates to the oldest people, the soonest first: without a roster, nothing says who announced."""
    waits = sorted(
        wait for row in rows(answers.get("dep_annonces")) if (wait := ANNOUNCED.get(text(row.get("da_horizon")))) is not None
    )
    oldest = sorted(people, key=lambda person: float(person["birth"]))
    for person, wait in zip(oldest, waits, strict=False):
        person["declared"] = wait
