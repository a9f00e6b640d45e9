"""The past that the model would have announced, beside the one that firms declared.

Comes in: the persons employed today, and the retirements of the last three years that each firm declared (`dep_passes_3a`). Goes out:
predicted and observed departures, by sector or any other group. Those who left are in no roster; the model finds them again from
those who stayed. Someone who had a probability s of staying over the three years stands for 1 / s people who were there, of whom
(1 - s) / s have left: the inverse-probability estimator (Horvitz & Thompson 1952), unbiased when the model holds. Given the survivors
of a cohort, those who left follow a negative binomial law, whose variance is (1 - s) / s² for each survivor.

People whose year of entry comes after the start were not there and are left out. People whose probability of staying was under one
in fifty stand for fifty, no more, and are counted in `beyond`: there the estimator gives up a little of what it is for, so that one
person of seventy does not decide for a sector. Firms that did not declare, or that know too few ages, are in neither column, and
counted apart. The table is an order of magnitude: its error, about a tenth for 690 firms and a quarter for a sector of 170, is in
`docs/methods/departures.md`.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Floats
from analysis.departures.mixture import decimal_year, person_probabilities, possible_births
from analysis.parameters import Parameters, law_at

PAST_YEARS = 3
LEAST_STAYING = 0.02
EIGHTY = 1.2815515655446004  # The 90th percentile of the normal law.
WHOLE = "all"


@dataclass(frozen=True, slots=True)
class BackTest:
    """Predicted and declared departures of the last years.

    `table`: one row a group, and a last row `all`: group, firms, people (employed today, of known age), observed, predicted, low80,
    high80 (of what should have been observed, by the chances of each person and by the common shift of the model), gap (predicted
    less observed, as a share of the observed; nan when none was), inside (whether the observed lies within the interval), beyond
    (people counted at the cap). `start` and `law_version` are the day and the law that the model starts from; `silent` counts the firms
    without a declared number, `unknown` those that know too few ages.
    """

    start: date
    law_version: str
    table: pd.DataFrame
    silent: int
    unknown: int


def back_test(
    persons: pd.DataFrame,
    past: pd.Series,
    *,
    reference_date: date,
    parameters: Parameters,
    groups: pd.Series | None = None,
    weights: pd.Series | None = None,
) -> BackTest:
    """Compares what firms declared with what the model would have announced three years ago.

    Parameters
    ----------
    persons
        The persons of all respondents (`persons_of`) with their `reference`: `entry` is read where it is known.
    past
        The retirements of the last three years, by reference (`past3` of `firm_features`); nan for no answer.
    reference_date
        The day to which both refer.
    parameters
        The behaviour, the spread of the common shift and the least share of known ages. The law is that in force three years before.
    groups
        The group of each firm, by reference (its sector); only the whole by default.
    weights
        The weight of each firm, by reference, 0 or more; each firm counts once by default.

    Raises
    ------
    ParameterError
        When no law is known three years before the reference date.
    ValueError
        For a table without `reference`, firms named twice, negative numbers, or no firm that can be compared.
    """
    start = _years_before(reference_date, PAST_YEARS)
    law = law_at(start)
    firms = _firms(persons, past, groups, weights)
    known = possible_births(persons["birth"].to_numpy(float), decimal_year(reference_date), law)
    counts = persons["reference"].groupby(persons["reference"]).size().reindex(firms.index).fillna(0).to_numpy(float)
    aged = persons.loc[known, "reference"].value_counts().reindex(firms.index).fillna(0).to_numpy(float)
    enough = (aged > 0) & (aged >= parameters.number("known_ages_share") * counts)
    declared = np.isfinite(firms["past"].to_numpy(float))
    compared = firms.loc[enough & declared]
    if compared.empty:
        message = "No firm both declared its retirements of the last three years and knows the ages of its staff."
        raise ValueError(message)
    mine = persons.loc[known & persons["reference"].isin(compared.index).to_numpy()]
    entry = mine["entry"].to_numpy(float) if "entry" in mine.columns else np.full(len(mine), np.nan)
    # An unknown entry is taken for an old one: most people who retire have been there for years.
    there = mine.loc[~(entry > start.year)].assign(declared=np.nan)
    spread = parameters.number("common_shift_sd")
    staying = {
        shift: 1.0
        - person_probabilities(there, [PAST_YEARS], reference_date=start, law=law, behaviour=parameters.behaviour, shift=shift)[
            :, 0
        ]
        for shift in (0.0, -EIGHTY * spread, EIGHTY * spread)
    }
    lines = _lines(compared, there["reference"].to_numpy(object), list(staying.values()), mine["reference"].value_counts())
    return BackTest(start, law.version, lines, int((enough & ~declared).sum()), int((~enough).sum()))


def _lines(firms: pd.DataFrame, owners: NDArray[np.object_], staying: list[Floats], people: pd.Series) -> pd.DataFrame:
    place = firms.index.get_indexer(pd.Index(owners))
    each = firms["weight"].to_numpy(float)
    observed = firms["past"].to_numpy(float) * each
    labels = firms["group"].to_numpy(object)
    predicted = [np.bincount(place, _left(one), minlength=len(firms)) * each for one in staying]
    safe = np.maximum(staying[0], LEAST_STAYING)
    variance = np.bincount(place, (1 - safe) / safe**2, minlength=len(firms)) * each**2
    beyond = np.bincount(place, staying[0] < LEAST_STAYING, minlength=len(firms))
    staff = people.reindex(firms.index).fillna(0).to_numpy(float)
    lines = []
    for name in [*sorted({label for label in labels if isinstance(label, str)}), WHOLE]:
        inside = np.ones(len(firms), dtype=bool) if name == WHOLE else np.asarray(labels == name, dtype=bool)
        centre, later, earlier = _ordered([float(one[inside].sum()) for one in predicted])
        chance = EIGHTY * float(np.sqrt(variance[inside].sum()))
        seen = float(observed[inside].sum())
        low = max(centre - float(np.hypot(chance, centre - later)), 0.0)
        high = centre + float(np.hypot(chance, earlier - centre))
        lines.append(
            {
                "group": name,
                "firms": int(inside.sum()),
                "people": int(staff[inside].sum()),
                "observed": seen,
                "predicted": centre,
                "low80": low,
                "high80": high,
                "gap": (centre - seen) / seen if seen > 0 else np.nan,
                "inside": low <= seen <= high,
                "beyond": int(beyond[inside].sum()),
            }
        )
    return pd.DataFrame(lines)


def _ordered(sums: list[float]) -> tuple[float, float, float]:
    """The central sum, then the smaller and the greater of the two moved ones, at least as far as the central."""
    centre, *moved = sums
    return centre, min(centre, *moved), max(centre, *moved)


def _left(staying: Floats) -> Floats:
    """How many people have left for each who stayed."""
    return np.asarray((1 - staying) / np.maximum(staying, LEAST_STAYING), dtype=float)


def _firms(persons: pd.DataFrame, past: pd.Series, groups: pd.Series | None, weights: pd.Series | None) -> pd.DataFrame:
    """One row a firm of the panel: its declared past, its group and its weight, in the order of the references."""
    if "reference" not in persons.columns:
        message = "The table of persons has no column `reference`: give each person the reference of the firm."
        raise ValueError(message)
    for series in (past, groups, weights):
        if series is not None and not series.index.is_unique:
            message = f"{series.index[series.index.duplicated()][0]} is named twice: give each firm one line."
            raise ValueError(message)
    index = past.index.sort_values()
    table = pd.DataFrame(
        {
            "past": past.reindex(index).astype(float),
            "group": "" if groups is None else groups.reindex(index),
            "weight": 1.0 if weights is None else weights.reindex(index).astype(float),
        },
        index=index,
    )
    wrong = (table["past"] < 0) | ~np.isfinite(table["weight"]) | (table["weight"] < 0) | np.isinf(table["past"])
    if wrong.any():
        message = f"The past departures or the weight of {index[wrong.to_numpy()][0]} are negative or not finite."
        raise ValueError(message)
    table["group"] = table["group"].where(table["group"] != "", None)
    return table


def _years_before(day: date, years: int) -> date:
    """The same day some years before; the 28th of February for a 29th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - years, day=last)
