"""When people retire: the probability of having left within some years, given that one is employed today.

Comes in: decimal years of birth, sexes, categories, and the law of `analysis.parameters`. Goes out: probabilities, as arrays.
Everything is a closed form; nobody is simulated.

The age at departure is a mixture around one's own opening age A and full-rate age F (DOMAIN §3, calibrated on the CNAV's
flow of 2023):

====================  ======  =====================================
component             weight  law
====================  ======  =====================================
early                 20 %    uniform on A − 2.25 … A − 0.05
at opening            37 %    uniform on A … A + 0.3
after                 20 %    uniform on A + 0.3 … A + 3
before the full rate  6 %     uniform on A + 3 … F
at the full rate      12 %    uniform on F … F + 0.25
late                  5 %     F + 0.25 + exponential (1.3), 71 at most
====================  ======  =====================================

Sex and category shift the whole law by some months; a date that the person announced replaces it. Someone still employed past
the mixture's last age leaves at the rate of the late component. `analysis.departures` is the front door of this module and
of those that build on it.

What cannot be known stays unknown: a birth that is missing, before the first cohort of the law or after the reference date gives
nan, never a probability of zero. A date that was announced and has passed by more than two spreads says nothing any more: the
person is still there, and the mixture holds again.
"""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr

from analysis.arrays import Floats
from analysis.parameters import Behaviour, Law, Mixture, usual_behaviour

EARLY_FROM, EARLY_TO = 2.25, 0.05
AT_OPENING, AFTER = 0.3, 3.0
AT_FULL, LATE_MEAN, LAST_AGE = 0.25, 1.3, 71.0
# Below this survival, the mixture says nothing of someone who is still at work.
NOBODY_LEFT = 1e-9
MONTHS = 12
SHORTEST = 1e-9
# An announced date is given up once it has passed by this many spreads.
LAPSED = 2.0

CELL = ["born_from", "born_to", "sex", "category", "declared"]


def decimal_year(day: date) -> float:
    """A day as a decimal year: 1 July 2026 is 2026.496 or so."""
    first = date(day.year, 1, 1)
    return day.year + (day - first).days / (date(day.year + 1, 1, 1) - first).days


def mixture_cdf(age: Floats, opening: Floats, full: Floats, mixture: Mixture) -> Floats:
    """The share of a cohort that has retired by each age.

    Parameters
    ----------
    age, opening, full
        Ages in years, of shapes that broadcast together.
    mixture
        The weights of the six components.

    Returns
    -------
    ndarray
        Of the broadcast shape, from 0 to 1, never falling with age, and 1 from 71 on.
    """
    weights = mixture.weights()
    share = weights[0] * _uniform(age, opening - EARLY_FROM, opening - EARLY_TO)
    share = share + weights[1] * _uniform(age, opening, opening + AT_OPENING)
    share += weights[2] * _uniform(age, opening + AT_OPENING, opening + AFTER)
    share += weights[3] * _uniform(age, opening + AFTER, full)
    share += weights[4] * _uniform(age, full, full + AT_FULL)
    waited = np.maximum(age - full - AT_FULL, 0.0)
    share += weights[5] * np.where(age >= LAST_AGE, 1.0, -np.expm1(-waited / LATE_MEAN))
    return np.asarray(np.minimum(share, 1.0), dtype=float)


def _uniform(age: Floats, low: Floats, high: Floats) -> Floats:
    """The distribution function of a uniform law; an interval without length is a step, reached at its own age."""
    width = high - low
    inside = np.clip((age - low) / np.where(width > SHORTEST, width, 1.0), 0.0, 1.0)
    return np.asarray(np.where(width > SHORTEST, inside, age >= low), dtype=float)


def shifts_of(sex: ArrayLike, category: ArrayLike, behaviour: Behaviour) -> Floats:
    """The shift of each person's law in years, shape (n,): later for women and managers, neutral for an unknown code."""
    sexes, categories = dict(behaviour.sexes), dict(behaviour.categories)
    pairs = zip(np.asarray(sex, dtype=object), np.asarray(category, dtype=object), strict=True)
    return np.array([sexes.get(one, 0.0) + categories.get(other, 0.0) for one, other in pairs], dtype=float)


def departure_probabilities(
    birth: ArrayLike,
    sex: ArrayLike,
    category: ArrayLike,
    horizons: ArrayLike,
    *,
    reference_date: date,
    law: Law,
    mixture: Mixture | None = None,
    shift: float = 0.0,
    declared: ArrayLike | None = None,
    behaviour: Behaviour | None = None,
) -> Floats:
    """The probability of having retired within each horizon, given that one is employed on the reference date.

    Parameters
    ----------
    birth
        Decimal years of birth, shape (n,). Someone of unknown birth (nan) gets nan.
    sex, category
        Codes F or H; CAD, PI, EMP or OUV; anything else is neutral. Shape (n,).
    horizons
        Years from the reference date, shape (h,).
    reference_date
        The day on which everyone is known to be employed.
    law
        The version of the retirement law.
    mixture
        Weights of the components; those of `behaviour` by default.
    shift
        Years added to everyone's age at departure (0.5: half a year later).
    declared
        Years from the reference date to a departure that was announced, nan where none was, shape (n,). Negative for a date
        that has passed, which counts while it is not older than two spreads.
    behaviour
        Shifts by sex and category and the spread of announced dates; those of `figures.toml` by default.

    Returns
    -------
    ndarray
        Shape (n, h), never falling along a row; nan for a birth that is unknown or impossible, unless a date was announced.

    Raises
    ------
    ValueError
        For a horizon that is negative or not finite.
    """
    behaviour = behaviour or usual_behaviour()
    years = checked_horizons(horizons)
    today = decimal_year(reference_date)
    born = np.asarray(birth, dtype=float)
    born = np.where(possible_births(born, today, law), born, np.nan)
    moved = shifts_of(sex, category, behaviour) + shift
    opening, full = law.ages(np.nan_to_num(born, nan=0.0))
    result = conditional(today - born - moved, opening, full, years, mixture or behaviour.mixture)
    if declared is not None:
        waits = np.asarray(declared, dtype=float)
        announced = still_announced(waits, behaviour.declared_sd)
        result[announced] = announced_probabilities(waits[announced], years, behaviour.declared_sd)
    return result


def checked_horizons(horizons: ArrayLike) -> Floats:
    """Horizons as years, shape (h,); raises `ValueError` for one that is negative or not finite."""
    years = np.atleast_1d(np.asarray(horizons, dtype=float))
    if not (np.isfinite(years) & (years >= 0)).all():
        message = "A horizon is a finite number of years from the reference date, 0 or more."
        raise ValueError(message)
    return years


def possible_births(birth: Floats, today: float, law: Law) -> NDArray[np.bool_]:
    """Which decimal years of birth the law has a cohort for, and are not in the future; False for nan."""
    return np.asarray((birth >= law.cohorts[0].born_from.year) & (birth <= today), dtype=bool)


def projectable(persons: pd.DataFrame, *, reference_date: date, law: Law, spread: float) -> NDArray[np.bool_]:
    """Whose departure can be told: a possible birth is known, or a departure was announced and has not lapsed, shape (n,)."""
    table = persons.reindex(columns=["birth", "declared"]).astype(float)
    born = possible_births(table["birth"].to_numpy(), decimal_year(reference_date), law)
    return born | still_announced(table["declared"].to_numpy(), spread)


def still_announced(waits: Floats, spread: float) -> NDArray[np.bool_]:
    """Which announced departures still say something: those to come, and those that passed less than two spreads ago."""
    return np.asarray(np.isfinite(waits) & (waits >= -LAPSED * spread), dtype=bool)


def conditional(age: Floats, opening: Floats, full: Floats, horizons: Floats, mixture: Mixture) -> Floats:
    """P(gone within each horizon | employed at `age`), shape (n, h), from ages already shifted, shape (n,)."""
    times = age[:, None] + np.concatenate(([0.0], horizons))[None, :]
    gone = mixture_cdf(times, opening[:, None], full[:, None], mixture)
    staying = 1.0 - gone[:, :1]
    possible = staying > NOBODY_LEFT
    beyond = -np.expm1(-np.maximum(horizons, 0.0) / LATE_MEAN)[None, :]
    ratio = (gone[:, 1:] - gone[:, :1]) / np.where(possible, staying, 1.0)
    result = np.where(possible, np.clip(ratio, 0.0, 1.0), beyond)
    return np.asarray(np.where(np.isfinite(age)[:, None], result, np.nan), dtype=float)


def announced_probabilities(waits: Floats, horizons: Floats, spread: float) -> Floats:
    """P(gone within each horizon) for departures announced in `waits` years, give or take, shape (n, h).

    A normal law around the date, cut at today since the person is still there: 1 - S(horizon) / S(0), in logarithms so that it
    holds however far in the past the date is.
    """
    staying = log_ndtr((waits[:, None] - horizons[None, :]) / spread) - log_ndtr(waits / spread)[:, None]
    return np.asarray(np.clip(-np.expm1(staying), 0.0, 1.0), dtype=float)


def cells_of(persons: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """The distinct situations of a table of persons, and the situation of each person.

    Parameters
    ----------
    persons
        With `born_from`, `born_to` (decimal years between which one was born), `sex`, `category` and, if known, `declared`.

    Returns
    -------
    tuple
            The distinct rows of these five columns, in an order that depends on their values alone, and the row number of each
        person, shape (n,).
    """
    columns = {name: _plain(persons, name) for name in CELL}
    key = np.zeros(len(persons), dtype=np.int64)
    for values in columns.values():
        codes, levels = pd.factorize(values, sort=True, use_na_sentinel=False)
        key = key * max(len(levels), 1) + codes
        # Codes of what is there so far: the key never grows beyond rows times levels.
        key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return pd.DataFrame({name: values[first] for name, values in columns.items()}), place.astype(np.intp)


def _plain(persons: pd.DataFrame, name: str) -> NDArray[np.generic]:
    """A column of a situation as numbers, or as text with "" for what is missing."""
    if name not in persons.columns:
        return np.full(len(persons), "", dtype=object) if name in {"sex", "category"} else np.full(len(persons), np.nan)
    if name in {"sex", "category"}:
        return persons[name].fillna("").astype(str).to_numpy(dtype=object)
    return persons[name].to_numpy(dtype=float)


def points_of(cells: pd.DataFrame) -> tuple[Floats, NDArray[np.intp]]:
    """Births at the middle of each month of each cell, and the cell of each: the year of birth alone is averaged over its months.

    A cell of unknown birth gives one point, nan.
    """
    low, high = cells["born_from"].to_numpy(float), cells["born_to"].to_numpy(float)
    known = np.isfinite(low) & np.isfinite(high)
    counts = np.where(known, np.maximum(np.rint(np.where(known, high - low, 0.0) * MONTHS), 1.0), 1.0).astype(np.intp)
    owners = np.repeat(np.arange(len(cells), dtype=np.intp), counts)
    ranks = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    births = low[owners] + (ranks + 0.5) / counts[owners] * (high - low)[owners]
    return np.asarray(births, dtype=float), owners


def person_probabilities(
    persons: pd.DataFrame,
    horizons: ArrayLike,
    *,
    reference_date: date,
    law: Law,
    behaviour: Behaviour | None = None,
    shift: float = 0.0,
) -> Floats:
    """The probabilities of a table of persons, averaged over the months of birth that are possible.

    Parameters
    ----------
    persons
        As `analysis.departures.people.persons_of` makes them.
    horizons, reference_date, law, behaviour, shift
        As for `departure_probabilities`.

    Returns
    -------
    ndarray
        Shape (n, h); nan for someone whose age is unknown or impossible.
    """
    years = checked_horizons(horizons)
    if persons.empty:
        return np.empty((0, len(years)))
    cells, place = cells_of(persons)
    births, owners = points_of(cells)
    sexes, categories = cells["sex"].to_numpy(object), cells["category"].to_numpy(object)
    declared = cells["declared"].to_numpy(float)
    each = departure_probabilities(
        births,
        sexes[owners],
        categories[owners],
        years,
        reference_date=reference_date,
        law=law,
        shift=shift,
        declared=declared[owners],
        behaviour=behaviour,
    )
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    means = np.add.reduceat(each, starts, axis=0) / np.bincount(owners)[:, None]
    return np.asarray(means[place], dtype=float)


def poisson_binomial(probabilities: ArrayLike) -> Floats:
    """The exact law of a number of departures, by recursion over the people.

    Parameters
    ----------
    probabilities
        Independent probabilities, shape (n,) or (n, h).

    Returns
    -------
    ndarray
        P(k people leave) for k = 0 … n, shape (n + 1,) or (h, n + 1); each row sums to 1.
    """
    chances = np.asarray(probabilities, dtype=float)
    columns = chances[:, None] if chances.ndim == 1 else chances
    law = np.zeros((columns.shape[1], len(columns) + 1))
    law[:, 0] = 1.0
    for number, chance in enumerate(columns, start=1):
        stay, leave = (1.0 - chance)[:, None], chance[:, None]
        law[:, 1 : number + 1] = law[:, 1 : number + 1] * stay + law[:, :number] * leave
        law[:, :1] *= stay
    return law[0] if chances.ndim == 1 else law


def quantile(distribution: Floats, level: float) -> int:
    """The smallest number of departures that is not exceeded with probability `level`, from P(k), shape (n + 1,)."""
    total = np.cumsum(distribution)
    # A rounding error below a level must not move the quantile by one person.
    return min(int(np.searchsorted(total, level - 1e-12)), len(distribution) - 1)
