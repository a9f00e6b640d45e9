"""Typical firms: those nearest to the centre of their profile, and what may be told of them without anyone being recognised.

What comes in are coordinates, labels and centres; what goes out are the nearest rows, for those who may see firms, and `Typical`
portraits, which sum up several firms at a time, for everyone else. The network knows who answered: a portrait of one firm, even
without its name, would be a disclosure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Labels
from analysis.profiles.coded import is_number

FEWEST = 5
SUMMED_UP = 11
DIGITS = 2
MOSTLY_DISTINCT = 0.5
FEW_ROWS = 20


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a profile and their distances."""

    rows: Labels
    distances: Floats


def paragons(points: Floats, labels: Labels, centres: Floats, *, most: int = 5) -> list[Rows]:
    """The rows nearest to the centre of each profile, nearest first (Husson, Josse & Pagès 2010)."""
    return [_first(np.sqrt(np.square(points - centre).sum(axis=1)), labels == each, most) for each, centre in enumerate(centres)]


def specific(points: Floats, labels: Labels, centres: Floats, *, most: int = 5) -> list[Rows]:
    """The rows of each profile that are farthest from the nearest centre of another profile, farthest first."""
    apart = np.stack([np.sqrt(np.square(points - centre).sum(axis=1)) for centre in centres], axis=1)
    apart[np.arange(len(points)), labels] = np.inf
    away = apart.min(axis=1)
    found = [_first(-away, labels == each, most) for each in range(len(centres))]
    return [Rows(each.rows, -each.distances) for each in found]


def _first(score: Floats, held: np.ndarray, most: int) -> Rows:
    rows = np.flatnonzero(held)
    order = rows[np.argsort(score[rows], kind="stable")][:most].astype(np.int64)
    return Rows(order, score[order])


@dataclass(frozen=True, slots=True)
class Typical:
    """The typical firm of a profile, summed up from the `firms` nearest to its centre: the median of each number, rounded to two
    digits, and the level that most of them share, where at least five do."""

    profile: int
    firms: int
    numbers: tuple[tuple[str, float], ...]
    levels: tuple[tuple[str, str], ...]


def typical_firms(
    points: Floats,
    labels: Labels,
    centres: Floats,
    table: pd.DataFrame,
    *,
    fewest: int = FEWEST,
    most: int = SUMMED_UP,
) -> list[Typical]:
    """An anonymous portrait for each profile that has `fewest` firms at least.

    Parameters
    ----------
    points, labels, centres
        Of the fitted profiles.
    table
        What may be told, one row a firm, in the order of `points`: no name, no number that identifies.
    fewest
        The firms that must stand behind each figure, 3 at least.
    most
        The firms that are summed up; the nearest ones.

    Raises
    ------
    ValueError
        When `fewest` is under 3, or a column is as good as a name (most of its texts differ).
    """
    if fewest < 3:  # noqa: PLR2004 (two firms know each other's answer).
        message = "A typical firm sums up 3 firms at least: of two, each would read the other's answers."
        raise ValueError(message)
    _refuse_names(table)
    found = []
    for near in paragons(points, labels, centres, most=max(most, fewest)):
        if len(near.rows) < fewest:
            continue
        here = table.iloc[near.rows]
        found.append(Typical(int(labels[near.rows[0]]), len(near.rows), _medians(here, fewest), _shared(here, fewest)))
    return found


def _refuse_names(table: pd.DataFrame) -> None:
    for place, name in enumerate(table.columns):
        column = table.iloc[:, place]
        told = column.dropna().astype(str)
        if not is_number(column) and len(told) >= FEW_ROWS and told.nunique() > MOSTLY_DISTINCT * len(told):
            message = f"{name}: most firms have a text of their own there, so that it names them; leave it out."
            raise ValueError(message)


def _medians(here: pd.DataFrame, fewest: int) -> tuple[tuple[str, float], ...]:
    told: list[tuple[str, float]] = []
    for place, name in enumerate(here.columns):
        column = here.iloc[:, place]
        if is_number(column) and int(column.notna().sum()) >= fewest:
            told.append((str(name), rounded(float(column.median()))))
    return tuple(told)


def _shared(here: pd.DataFrame, fewest: int) -> tuple[tuple[str, str], ...]:
    told: list[tuple[str, str]] = []
    for place, name in enumerate(here.columns):
        column = here.iloc[:, place]
        if is_number(column):
            continue
        counts = column.dropna().astype(str).value_counts()
        if len(counts) and int(counts.max()) >= fewest:
            told.append((str(name), min(counts.index[counts == counts.max()])))
    return tuple(told)


def rounded(value: float, digits: int = DIGITS) -> float:
    """A number with so many significant digits."""
    return float(f"{value:.{digits}g}")


def references(rows: Rows, known: Sequence[str]) -> tuple[str, ...]:
    """The references of some rows, for those who may see the firms themselves."""
    return tuple(known[row] for row in rows.rows)
