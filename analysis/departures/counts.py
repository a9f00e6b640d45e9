"""How many people leave a firm: the exact law of the count, for one firm or for a whole panel in one call.

Comes in: the persons of many firms, with their `reference`. Goes out: one row a firm, with the expectation, the 80 % interval and
the probability of at least one departure at each horizon. The count is a sum of independent trials, one a person, whose
probabilities differ: a Poisson-binomial (Hodges & Le Cam 1960; computed by the recursion of Barlow & Heidtmann 1984, exact but
for rounding). Firms of the same number of people are computed side by side; the figures are those of `analysis.departures.projection`, firm
by firm. They are exact: `analysis.departures.projection.shown_departures` decides what of them may be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import Floats
from analysis.departures.mixture import checked_horizons, person_probabilities, poisson_binomial, projectable, quantile
from analysis.parameters import Parameters

LEVEL = 0.8
# A rounding error below a level must not move a quantile by one person.
SLACK = 1e-12
# Numbers held at once while the laws of many firms are computed.
AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class DepartureCount:
    """A number of departures: its expectation, the bounds of its central interval, and the probability of at least one."""

    expected: float
    low: int
    high: int
    at_least_one: float


def departure_count(chances: ArrayLike, *, level: float = LEVEL) -> DepartureCount:
    """The count of one firm at one horizon.

    Parameters
    ----------
    chances
        Independent probabilities of leaving, shape (n,), each from 0 to 1.
    level
        The probability of the central interval: at least `level` lies within its bounds, both included.

    Raises
    ------
    ValueError
        For a probability that is unknown or outside 0 … 1, or a level that is not strictly between 0 and 1.
    """
    each = np.asarray(chances, dtype=float).ravel()
    _check_level(level)
    if not ((each >= 0) & (each <= 1)).all():
        message = "Every probability must be known and lie between 0 and 1: leave people of unknown age out and say so."
        raise ValueError(message)
    law = poisson_binomial(each)
    tail = (1 - level) / 2
    return DepartureCount(float(each.sum()), quantile(law, tail), quantile(law, 1 - tail), float(1 - law[0]))


def project_firms(
    persons: pd.DataFrame,
    *,
    reference_date: date,
    parameters: Parameters,
    horizons: Sequence[float] = (1, 3, 5, 10),
    headcounts: pd.Series | None = None,
    level: float = LEVEL,
) -> pd.DataFrame:
    """The departures of every firm of a panel.

    Parameters
    ----------
    persons
        As `analysis.departures.people.persons_of` makes them, with a column `reference`; in any order.
    reference_date
        The day on which everyone is known to be employed.
    parameters
        The law and the behaviour.
    horizons
        Years from the reference date, each 0 or more.
    headcounts
        The number of employees of each firm, indexed by reference, where the table does not hold them all, and for firms that
        it does not hold at all. The number of its rows stands for a firm that is not in it.
    level
        The probability of the central intervals.

    Returns
    -------
    DataFrame
        Indexed by `reference`, in its order: `people` (employees), `known` (those whose departure can be told), `usable` (whether
        they are enough to say something of the firm, by the figure `known_ages_share`), and for each horizon h `expected_h`,
        `low_h`, `high_h` and `at_least_one_h`, over the people who are known. A firm that has people, and knows the age of
        none, has nan; a firm without people has 0.

    Raises
    ------
    ValueError
        Without a column `reference`, for a firm named twice in `headcounts`, or for a horizon or a level that makes no sense.
    """
    years = checked_horizons(list(horizons))
    _check_level(level)
    if "reference" not in persons.columns:
        message = "The table of persons has no column `reference`: give each person the reference of the firm."
        raise ValueError(message)
    firms, people = _firms(persons, headcounts)
    spread = parameters.behaviour.declared_sd
    told = persons.loc[projectable(persons, reference_date=reference_date, law=parameters.law, spread=spread)]
    owners = firms.get_indexer(pd.Index(told["reference"]))
    order = np.argsort(owners, kind="stable")
    chances = person_probabilities(told, years, reference_date=reference_date, law=parameters.law, behaviour=parameters.behaviour)
    expected, low, high, some = counts_of(chances[order], owners[order], len(firms), level=level)
    known = np.bincount(owners, minlength=len(firms))
    silent = ((people > 0) & (known == 0))[:, None]
    figures = {"expected": expected, "low": low, "high": high, "at_least_one": some}
    columns = {
        f"{name}_{year:g}": np.where(silent, np.nan, values)[:, place]
        for place, year in enumerate(years)
        for name, values in figures.items()
    }
    usable = (known > 0) & (known >= parameters.number("known_ages_share") * people)
    return pd.DataFrame({"people": people, "known": known, "usable": usable, **columns}, index=firms)


def counts_of(
    chances: Floats, owners: NDArray[np.intp], firms: int, *, level: float = LEVEL
) -> tuple[Floats, Floats, Floats, Floats]:
    """Expectation, bounds and probability of at least one departure of many firms at once.

    Parameters
    ----------
    chances
        The probabilities of all the people, shape (n, h), without nan.
    owners
        The firm of each, from 0 to `firms` - 1, never falling, shape (n,).
    firms
        How many firms there are; those without people get zeros.
    level
        The probability of the central intervals.

    Returns
    -------
    tuple
        Four arrays of shape (firms, h).
    """
    horizons = chances.shape[1]
    expected, low, high, some = (np.zeros((firms, horizons)) for _ in range(4))
    for place in range(horizons):
        expected[:, place] = np.bincount(owners, chances[:, place], minlength=firms)
    # Someone who cannot leave at any horizon multiplies the law by one: the law is the same without.
    active = (chances > 0).any(axis=1)
    each, whose = chances[active], owners[active]
    sizes = np.bincount(whose, minlength=firms)
    starts = np.cumsum(sizes) - sizes
    tail = (1 - level) / 2
    for size in np.unique(sizes[sizes > 0]).tolist():
        members = np.flatnonzero(sizes == size)
        for batch in np.array_split(members, -(-len(members) * horizons * (size + 1) // AT_ONCE)):
            law = _laws(each[starts[batch][:, None] + np.arange(size)[None, :]])
            reached = np.cumsum(law, axis=2)
            for bounds, point in ((low, tail), (high, 1 - tail)):
                bounds[batch] = np.minimum((reached < point - SLACK).sum(axis=2), size)
            some[batch] = 1 - law[:, :, 0]
    return expected, low, high, some


def _laws(chances: Floats) -> Floats:
    """The laws of firms of one size: probabilities of shape (firms, people, h) give shape (firms, h, people + 1)."""
    firms, people, horizons = chances.shape
    law = np.zeros((firms, horizons, people + 1))
    law[:, :, 0] = 1.0
    for place in range(people):
        leave = chances[:, place, :, None]
        law[:, :, 1 : place + 2] = law[:, :, 1 : place + 2] * (1.0 - leave) + law[:, :, : place + 1] * leave
        law[:, :, :1] *= 1.0 - leave
    return law


def _firms(persons: pd.DataFrame, headcounts: pd.Series | None) -> tuple[pd.Index, NDArray[np.intp]]:
    """The references of all firms, in their order, and how many people each has."""
    rows = persons["reference"].value_counts()
    if headcounts is None:
        firms = rows.index.sort_values()
        return firms.rename("reference"), np.asarray(rows.reindex(firms), dtype=np.intp)
    if not headcounts.index.is_unique:
        message = f"The headcounts name {headcounts.index[headcounts.index.duplicated()][0]} twice: give each firm one."
        raise ValueError(message)
    firms = rows.index.union(headcounts.index).sort_values()
    stated = np.asarray(headcounts.reindex(firms).fillna(0), dtype=np.intp)
    held = np.asarray(rows.reindex(firms).fillna(0), dtype=np.intp)
    return firms.rename("reference"), np.maximum(stated, held, dtype=np.intp)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        message = "The level of an interval lies strictly between 0 and 1."
        raise ValueError(message)
