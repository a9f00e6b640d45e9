"""What each respondent stands for: design weights, non-response, and calibration on the margins of the frame.

What comes in is one row a respondent and one row a frame firm; what goes out is a `Weighting`: a weight for each respondent, and what
`analysis.estimates` needs for standard errors. Calibration follows Deville & Särndal (1992): the weights closest to the design
weights, in a distance that names the method, that give the known totals; solved by Newton steps on the dual.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ITERATIONS, HALVINGS = 200, 40
MISSED = 1e-7  # A share of a total that counts as missed.
FEWEST = 2  # Respondents that a stratum needs for a variance.
BOUNDS_TRIED = ((0.4, 2.5), (0.25, 4.0), (0.1, 10.0))


class CalibrationError(ValueError):
    """The weights cannot meet the margins; `margins` names the totals at fault, the message says what to do."""

    def __init__(self, message: str, margins: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.margins = margins


class Method(StrEnum):
    """The distance between calibrated and design weights."""

    LINEAR = "linear"
    RAKING = "raking"
    LOGIT = "logit"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Margins:
    """Known totals as columns: `matrix` (respondents x totals), `totals`, and their names, « variable=level »."""

    matrix: Floats
    totals: Floats
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighting:
    """Calibrated weights of the respondents, in their order, with the design behind them.

    `base` are the design weights corrected for non-response within strata; `strata` (codes) and `stratum_sizes` (frame firms of
    the respondent's stratum) serve the variance; `collapsed` lists what was merged, as (variable, from, into).
    """

    weights: Floats
    base: Floats
    strata: Integers
    stratum_sizes: Floats
    margins: Margins
    method: Method
    bounds: tuple[float, float] | None
    collapsed: tuple[tuple[str, str, str], ...]

    @property
    def design_effect(self) -> float:
        """Kish's design effect of the weights."""
        return kish_design_effect(self.weights)


def by_number(level: str) -> tuple[float, str]:
    """The order of size classes: by the number that a level begins with (« 3-5 » before « 10-19 »), then by its text."""
    digits = re.match(r"\d+", level)
    return (float(digits[0]) if digits else float("inf")), level


def kish_design_effect(weights: ArrayLike) -> float:
    """Gives n Σw² / (Σw)², 1 for equal weights (Kish 1965)."""
    values = np.asarray(weights, dtype=float)
    return float(len(values) * np.sum(values**2) / np.sum(values) ** 2)


def effective_size(weights: ArrayLike) -> float:
    """(Σw)² / Σw²: the number of equally weighted respondents that would be as precise; 0 for none."""
    values = np.asarray(weights, dtype=float)
    return float(np.sum(values) ** 2 / np.sum(values**2)) if values.size and np.any(values) else 0.0


def calibrate(
    base: ArrayLike,
    margins: Margins,
    *,
    method: Method = Method.RAKING,
    bounds: tuple[float, float] | None = None,
    tolerance: float = 1e-12,
) -> Floats:
    """The calibrated weights.

    `bounds` (L, U), with L < 1 < U, hold the ratio of calibrated to design weight; the logit and truncated linear methods need
    them. Margins may be redundant (every level of several variables). Raises `CalibrationError`, with the totals at fault, when no
    weights meet the margins: a linear program says so before any iteration.
    """
    design = np.asarray(base, dtype=float)
    if design.ndim != 1 or design.shape[0] != margins.matrix.shape[0] or not np.isfinite(design).all() or (design <= 0).any():
        message = "Design weights must be finite and above zero, one for each respondent."
        raise CalibrationError(message)
    if method in {Method.LOGIT, Method.TRUNCATED}:
        if bounds is None or not bounds[0] < 1 < bounds[1]:
            message = f"The {method} method needs bounds (L, U) with L < 1 < U."
            raise CalibrationError(message)
        check_feasible(design, margins, bounds)
    elif method is Method.RAKING:
        check_feasible(design, margins, (0.0, np.inf))
    else:
        check_feasible(design, margins, (-np.inf, np.inf))
    return _newton(design, margins, method, bounds, tolerance)


def check_feasible(base: Floats, margins: Margins, bounds: tuple[float, float]) -> None:
    """Raises `CalibrationError` naming the totals that no weights within the bounds can meet (elastic linear program)."""
    matrix, totals = _scaled(margins)
    count = matrix.shape[1]
    gaps = np.hstack([np.eye(count), -np.eye(count)])
    limits = [(low, high) for low, high in zip(bounds[0] * base, bounds[1] * base, strict=True)] + [(0.0, None)] * (2 * count)
    solved = linprog(
        np.concatenate([np.zeros(len(base)), np.ones(2 * count)]),
        A_eq=np.hstack([matrix.T, gaps]),
        b_eq=totals,
        bounds=limits,
        method="highs",
    )
    if solved.x is None:
        message = f"The margins could not be checked: {solved.message}"
        raise CalibrationError(message)
    missed = solved.x[len(base) : len(base) + count] - solved.x[len(base) + count :]
    at_fault = np.flatnonzero(np.abs(missed) > MISSED)
    if at_fault.size:
        named = tuple(margins.names[place] for place in at_fault)
        detail = "; ".join(_shortfall(margins, int(place), float(missed[place])) for place in at_fault)
        limit = "" if np.isinf(bounds[1]) else f" with weights between {bounds[0]:g} and {bounds[1]:g} times the design weight"
        message = f"No weights meet these margins{limit}: {detail}. Collapse these categories with others, widen the bounds, or correct the totals."
        raise CalibrationError(message, named)


def tightest_bounds(base: ArrayLike, margins: Margins) -> tuple[float, float]:
    """The narrowest interval [L, U] of ratios to the design weights within which the margins can be met (linear program)."""
    design = np.asarray(base, dtype=float)
    matrix, totals = _scaled(margins)
    respondents = len(design)
    ratio = np.eye(respondents)
    below = np.hstack([-ratio, np.ones((respondents, 1)), np.zeros((respondents, 1))])
    above = np.hstack([ratio, np.zeros((respondents, 1)), -np.ones((respondents, 1))])
    solved = linprog(
        np.concatenate([np.zeros(respondents), [-1.0, 1.0]]),
        A_ub=np.vstack([below, above]),
        b_ub=np.zeros(2 * respondents),
        A_eq=np.hstack([(matrix * design[:, None]).T, np.zeros((matrix.shape[1], 2))]),
        b_eq=totals,
        bounds=[(None, None)] * (respondents + 2),
        method="highs",
    )
    if solved.x is None:
        message = "No weights of any size meet these margins: they contradict each other."
        raise CalibrationError(message, margins.names)
    return float(solved.x[-2]), float(solved.x[-1])


def margins_of(
    respondents: pd.DataFrame, categories: Mapping[str, Mapping[str, float]], numbers: Mapping[str, float] | None = None
) -> Margins:
    """The columns of calibration: an indicator for each level of each variable, and each numeric variable as it is.

    `categories` gives variable -> level -> frame total, `numbers` numeric variable -> frame total. Raises `CalibrationError` when
    the margins do not sum to the same number of firms, when a level has a total and no respondent, or respondents and no total.
    """
    sums = {variable: float(sum(levels.values())) for variable, levels in categories.items()}
    if sums and max(sums.values()) - min(sums.values()) > 1e-6 * max(sums.values()):
        message = f"The margins contradict each other: {', '.join(f'{name} sums to {total:g}' for name, total in sums.items())}."
        raise CalibrationError(message, tuple(sums))
    columns, totals, names = [], [], []
    for variable, levels in categories.items():
        values = respondents[variable].astype(str).to_numpy()
        strangers = sorted(set(values) - {level for level, total in levels.items() if total > 0})
        if strangers:
            message = (
                f"Respondents have {variable}={strangers[0]}, of which the frame has no firm: correct the frame or the respondents."
            )
            raise CalibrationError(message, (f"{variable}={strangers[0]}",))
        for level, total in levels.items():
            chosen = values == level
            if total > 0 and not chosen.any():
                message = f"{variable}={level} has {total:g} frame firms and no respondent: collapse it with another category."
                raise CalibrationError(message, (f"{variable}={level}",))
            if total > 0:
                columns.append(chosen.astype(float))
                totals.append(float(total))
                names.append(f"{variable}={level}")
    for variable, total in (numbers or {}).items():
        columns.append(respondents[variable].to_numpy(dtype=float))
        totals.append(float(total))
        names.append(variable)
    return Margins(np.column_stack(columns), np.asarray(totals), tuple(names))


def collapse(
    respondents: pd.Series, totals: Mapping[str, float], *, minimum: int, ordered: bool
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Merges weak categories before calibrating; gives level -> merged level, and what was merged into what.

    The rule: while a category has fewer than `minimum` respondents, the weakest one (first by name among equals) is merged with its
    neighbour of fewer respondents if the categories are ordered (in the order of `totals`), else with the weakest other one.
    """
    counts = respondents.astype(str).value_counts()
    groups: list[list[str]] = [[level] for level, total in totals.items() if total > 0]
    merged: list[tuple[str, str]] = []

    def size(group: list[str]) -> int:
        return int(sum(counts.get(level, 0) for level in group))

    while len(groups) > 1:
        weakest = min(range(len(groups)), key=lambda place: (size(groups[place]), groups[place]))
        if size(groups[weakest]) >= minimum:
            break
        around = (weakest - 1, weakest + 1) if ordered else range(len(groups))
        candidates = [place for place in around if 0 <= place < len(groups) and place != weakest]
        partner = min(candidates, key=lambda place: (size(groups[place]), groups[place]))
        merged.append(("+".join(groups[weakest]), "+".join(groups[partner])))
        first, second = sorted((weakest, partner))
        groups[first] += groups.pop(second)
    return {level: "+".join(group) for group in groups for level in group}, tuple(merged)


def weigh(
    respondents: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    by: Sequence[str] = ("sector", "departement", "size_class"),
    ordered: Sequence[str] = ("size_class",),
    size_variable: str | None = "headcount",
    minimum: int = 8,
) -> Weighting:
    """Weights respondents to the frame: firms over respondents within strata, then calibration on the margins of `by`.

    Strata are the crossings of `by`; one with under two respondents joins another of the same first two variables, else of the
    first, else any (the one with fewest firms). Margins with categories under `minimum` respondents are collapsed first.
    `size_variable` adds its frame total where it is known for all. The logit method is tried within the ratios 0.4 to 2.5, then
    0.25 to 4, then 0.1 to 10, then without the size total; the last failure is raised.
    """
    if respondents.empty or frame.empty:
        message = "There must be one respondent and one frame firm at least."
        raise CalibrationError(message)
    codes, sizes = _strata(respondents, frame, by)
    base = sizes / np.bincount(codes)[codes]
    base = base * len(frame) / base.sum()
    merged_respondents = respondents[list(by)].astype(str)
    categories: dict[str, dict[str, float]] = {}
    collapsed: list[tuple[str, str, str]] = []
    for variable in by:
        counted = frame[variable].astype(str).value_counts()
        totals = {level: float(counted[level]) for level in sorted(counted.index, key=by_number)}
        into, merged = collapse(respondents[variable], totals, minimum=minimum, ordered=variable in ordered)
        collapsed += [(variable, *pair) for pair in merged]
        known = {level: into.get(level, level) for level in merged_respondents[variable].unique()}
        merged_respondents = merged_respondents.assign(**{variable: merged_respondents[variable].map(known)})
        categories[variable] = {
            group: float(sum(totals[level] for level in into if into[level] == group)) for group in dict.fromkeys(into.values())
        }
    numbers = _size_total(respondents, frame, size_variable)
    data = merged_respondents.assign(**{name: respondents[name] for name in numbers})
    last: CalibrationError | None = None
    for wanted in (numbers, {}) if numbers else ({},):
        margins = margins_of(data, categories, wanted)
        for bounds in BOUNDS_TRIED:
            try:
                weights = calibrate(base, margins, method=Method.LOGIT, bounds=bounds)
            except CalibrationError as error:
                last = error
                continue
            return Weighting(weights, base, codes, sizes, margins, Method.LOGIT, bounds, tuple(collapsed))
    assert last is not None
    raise last


def _size_total(respondents: pd.DataFrame, frame: pd.DataFrame, variable: str | None) -> dict[str, float]:
    if variable is None or variable not in frame.columns or variable not in respondents.columns:
        return {}
    known = pd.to_numeric(frame[variable], errors="coerce")
    ours = pd.to_numeric(respondents[variable], errors="coerce")
    return {} if known.isna().any() or ours.isna().any() else {variable: float(known.sum())}


def _strata(respondents: pd.DataFrame, frame: pd.DataFrame, by: Sequence[str]) -> tuple[Integers, Floats]:
    """The respondents' stratum codes and the frame firms of their stratum, after weak strata have joined others."""
    firms = frame[list(by)].astype(str).value_counts()
    answered = respondents[list(by)].astype(str).value_counts()
    keys = sorted(set(firms.index) | set(answered.index))
    group = {key: place for place, key in enumerate(keys)}
    members: dict[int, list[tuple[str, ...]]] = {place: [key] for place, key in enumerate(keys)}
    replies = {place: int(answered.get(key, 0)) for place, key in enumerate(keys)}
    count = {place: int(firms.get(key, 0)) for place, key in enumerate(keys)}

    def distance(one: int, other: int) -> int:
        first, second = members[one][0], members[other][0]
        return next((len(by) - depth for depth in range(len(by) - 1, 0, -1) if first[:depth] == second[:depth]), len(by))

    while len(members) > 1:
        weak = [place for place in members if replies[place] < FEWEST]
        if not weak:
            break
        one = min(weak, key=lambda place: (count[place], members[place][0]))
        partner = min(
            (place for place in members if place != one), key=lambda place: (distance(one, place), count[place], members[place][0])
        )
        members[partner] += members.pop(one)
        replies[partner] += replies.pop(one)
        count[partner] += count.pop(one)
        group.update(dict.fromkeys(members[partner], partner))
    places = np.asarray([group[tuple(row)] for row in respondents[list(by)].astype(str).itertuples(index=False)])
    _, codes = np.unique(places, return_inverse=True)
    sizes = np.asarray([float(max(count[place], replies[place])) for place in places])
    return codes.astype(np.int64), sizes


def _shortfall(margins: Margins, place: int, missed: float) -> str:
    reachable = margins.totals[place] * (1 - missed) if margins.totals[place] else -missed
    return f"{margins.names[place]} must be {margins.totals[place]:g}, {reachable:g} can be reached"


def _scaled(margins: Margins) -> tuple[Floats, Floats]:
    """Columns divided by their total, so that every total is 1 (or 0) and gaps compare."""
    scale = np.where(margins.totals == 0, 1.0, np.abs(margins.totals))
    return margins.matrix / scale, margins.totals / scale


def _ratio(u: Floats, method: Method, bounds: tuple[float, float] | None) -> tuple[Floats, Floats]:
    """F(u), the ratio of calibrated to design weight, and its derivative."""
    if method is Method.LINEAR:
        return 1 + u, np.ones_like(u)
    if method is Method.RAKING:
        grown = np.exp(np.clip(u, -500, 500))
        return grown, grown
    assert bounds is not None
    low, high = bounds
    if method is Method.TRUNCATED:
        inside = (1 + u > low) & (1 + u < high)
        return np.clip(1 + u, low, high), inside.astype(float)
    steepness = (high - low) / ((1 - low) * (high - 1))
    grown = np.exp(np.clip(steepness * u, -500, 500))
    ratio = (low * (high - 1) + high * (1 - low) * grown) / ((high - 1) + (1 - low) * grown)
    return ratio, (ratio - low) * (high - ratio) * steepness / (high - low)


def _newton(base: Floats, margins: Margins, method: Method, bounds: tuple[float, float] | None, tolerance: float) -> Floats:
    matrix, totals = _scaled(margins)
    multiplier = np.zeros(matrix.shape[1])
    ratio, slope = _ratio(np.zeros(len(base)), method, bounds)
    gap = totals - matrix.T @ (base * ratio)
    for _ in range(ITERATIONS):
        worst = float(np.abs(gap).max())
        if worst < tolerance:
            break
        step = np.linalg.lstsq(matrix.T @ ((base * slope)[:, None] * matrix), gap, rcond=1e-12)[0]
        length = 1.0
        for _halving in range(HALVINGS):
            ratio_try, slope_try = _ratio(matrix @ (multiplier + length * step), method, bounds)
            gap_try = totals - matrix.T @ (base * ratio_try)
            if float(np.abs(gap_try).max()) < worst:
                break
            length /= 2
        else:
            break
        multiplier = multiplier + length * step
        ratio, slope, gap = ratio_try, slope_try, gap_try
    if float(np.abs(gap).max()) > MISSED / 10:
        at_fault = tuple(margins.names[place] for place in np.argsort(-np.abs(gap))[:3])
        message = f"Calibration did not converge; the totals furthest from their target are {', '.join(at_fault)}. Widen the bounds or collapse categories."
        raise CalibrationError(message, at_fault)
    return np.asarray(base * ratio, dtype=np.float64)
