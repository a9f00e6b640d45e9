"""The profile of a dossier that comes later: the nearest one, nothing being fitted again, or « uncertain » with the reason.

What comes in are the coordinates of new firms on the axes of a fitted model; what goes out is the nearest profile of each, how
clearly it is the nearest, and whether it is safe to say so. An uncertain firm is given no profile rather than a wrong one.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from analysis.arrays import Floats, Labels

UNCERTAIN = -1
LEAST_MARGIN = 0.10
LEAST_ANSWERED = 0.50
FARTHEST = 0.99
REASONS = ("between", "unlike", "unanswered")


@dataclass(frozen=True, slots=True)
class Place:
    """Where profiles stand: their `centres` (k, axes), and the distance that 99 % of each one's own firms keep to it, `reach`."""

    centres: Floats
    reach: Floats

    @classmethod
    def of(cls, points: Floats, labels: Labels, centres: Floats) -> Self:
        """Measures the firms that made the profiles."""
        away = np.sqrt(np.square(points - centres[labels]).sum(axis=1))
        return cls(centres, np.asarray([np.quantile(away[labels == each], FARTHEST) for each in range(len(centres))]))


@dataclass(frozen=True, slots=True)
class Assignments:
    """Of each new firm: the `nearest` profile; `profiles`, the same or -1 where uncertain; `margins`, where it stands on the way
    from the border with the second nearest (0) to its own centre (0.5); distances to all centres; and the reasons of doubt."""

    nearest: Labels
    profiles: Labels
    margins: Floats
    distances: Floats
    reasons: tuple[tuple[str, ...], ...]


def assign(points: Floats, place: Place, *, answered: Floats | None = None) -> Assignments:
    """Gives each row its nearest profile, or none where that would be a guess.

    Uncertain is a firm « between » two profiles (its margin is under 0.10: less than a fifth of the way from the border to the
    centre), « unlike » any (farther from the centre than 99 % of the profile's own firms, by half as much again) or « unanswered »
    (under half of the answers are known).

    Parameters
    ----------
    points
        Coordinates on the model's axes, shape (n, axes).
    place
        The model's profiles.
    answered
        The share of the active answers that each firm gave, shape (n,).

    Raises
    ------
    ValueError
        When the coordinates are not on as many axes as the centres.
    """
    if points.ndim != 2 or points.shape[1] != place.centres.shape[1]:  # noqa: PLR2004 (rows and axes).
        message = f"The profiles stand on {place.centres.shape[1]} axes: the firms' coordinates must too."
        raise ValueError(message)
    apart = np.stack([np.sqrt(np.square(points - centre).sum(axis=1)) for centre in place.centres], axis=1)
    nearest = apart.argmin(axis=1).astype(np.int64)
    margins = _margins(apart, nearest, place.centres)
    rows = np.arange(len(points))
    given = np.ones(len(points)) if answered is None else answered
    doubts = np.stack(
        [
            margins < LEAST_MARGIN,
            apart[rows, nearest] > 1.5 * place.reach[nearest],
            given < LEAST_ANSWERED,
        ],
        axis=1,
    )
    reasons = tuple(tuple(reason for reason, held in zip(REASONS, row, strict=True) if held) for row in doubts)
    return Assignments(nearest, np.where(doubts.any(axis=1), UNCERTAIN, nearest), margins, apart, reasons)


def _margins(apart: Floats, nearest: Labels, centres: Floats) -> Floats:
    """(d2² - d1²) / 2D², the place between the border of the two nearest profiles (0) and the centre (0.5); inf for one profile."""
    if len(centres) == 1:
        return np.full(len(apart), np.inf)
    rows = np.arange(len(apart))
    others = apart.copy()
    others[rows, nearest] = np.inf
    second = others.argmin(axis=1)
    between = np.square(centres[nearest] - centres[second]).sum(axis=1)
    gap = np.square(apart[rows, second]) - np.square(apart[rows, nearest])
    return np.asarray(np.where(between > 0, gap / (2 * np.where(between > 0, between, 1.0)), 0.0), dtype=np.float64)
