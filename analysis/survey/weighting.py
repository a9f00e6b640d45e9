"""What each respondent stands for: design weights, non-response, and calibration on the margins of the frame.

What comes in is one row a respondent and one row a frame firm; what goes out is a `Weighting`: a weight for each respondent, and what
`analysis.survey.design` needs for standard errors. The parts stand in modules of their own: `analysis.survey.margins` (totals, collapsing),
`analysis.survey.calibration` (the distances of Deville & Särndal 1992), `analysis.survey.feasibility` (linear programs), `analysis.survey.adjustments`
(non-response, trimming, Kish's design effect).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.survey.adjustments import adjust_nonresponse, design_weights, effective_size, kish_design_effect, trim
from analysis.survey.calibration import Method, calibrate
from analysis.survey.feasibility import check_feasible, tightest_bounds
from analysis.survey.margins import CalibrationError, Margins, by_number, collapse, frame_totals, margins_of

__all__ = [
    "CalibrationError",
    "Margins",
    "Method",
    "Weighting",
    "adjust_nonresponse",
    "by_number",
    "calibrate",
    "check_feasible",
    "collapse",
    "design_weights",
    "effective_size",
    "frame_totals",
    "kish_design_effect",
    "margins_of",
    "tightest_bounds",
    "trim",
    "weigh",
]


FEWEST = 2  # Respondents that a stratum needs for a variance.
BOUNDS_TRIED = ((0.4, 2.5), (0.25, 4.0), (0.1, 10.0))
PROBABILITY = "inclusion_probability"


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

    Parameters
    ----------
    respondents
        One row a respondent: the columns of `by`, and `inclusion_probability` where it is known. Where strata of different sampling
        fractions have to be merged, a respondent then counts by the inverse of its own probability.
    frame
        One row a frame firm: the columns of `by`.
    by
        The strata are the crossings of these columns; one with under two respondents joins another of the same first two, else of
        the first, else any (the one with fewest firms). They are the margins of the calibration too.
    ordered
        The columns whose categories join a neighbour (sizes); the others join the weakest.
    size_variable
        A numeric column whose frame total is met as well, where it is known for all.
    minimum
        The respondents under which a category is collapsed before calibrating.

    Returns
    -------
    The `Weighting`. The logit method is tried within the ratios 0.4 to 2.5, then 0.25 to 4, then 0.1 to 10, then without the size
    total.

    Raises
    ------
    CalibrationError
        When there is no respondent or no frame, or when the last of these fails.
    """
    if respondents.empty or frame.empty:
        message = "There must be one respondent and one frame firm at least."
        raise CalibrationError(message)
    codes, sizes = _strata(respondents, frame, by)
    base = _base(respondents, codes, sizes, len(frame))
    data, categories, collapsed = _collapsed(respondents, frame, by, ordered, minimum)
    numbers = _size_total(respondents, frame, size_variable)
    data = data.assign(**{name: respondents[name] for name in numbers})
    last: CalibrationError | None = None
    for wanted in (numbers, {}) if numbers else ({},):
        margins = margins_of(data, categories, wanted)
        for bounds in BOUNDS_TRIED:
            try:
                weights = calibrate(base, margins, method=Method.LOGIT, bounds=bounds)
            except CalibrationError as error:
                last = error
                continue
            return Weighting(weights, base, codes, sizes, margins, Method.LOGIT, bounds, collapsed)
    assert last is not None
    raise last


def _base(respondents: pd.DataFrame, codes: Integers, sizes: Floats, firms: int) -> Floats:
    """Design weights that sum to the frame firms of each stratum, then to the frame: non-response is corrected within strata."""
    known = PROBABILITY in respondents.columns
    design = design_weights(respondents[PROBABILITY].to_numpy(dtype=float)) if known else np.ones(len(codes))
    base = design * sizes / np.bincount(codes, design)[codes]
    return np.asarray(base * firms / base.sum(), dtype=np.float64)


def _collapsed(
    respondents: pd.DataFrame, frame: pd.DataFrame, by: Sequence[str], ordered: Sequence[str], minimum: int
) -> tuple[pd.DataFrame, dict[str, dict[str, float]], tuple[tuple[str, str, str], ...]]:
    """The respondents' categories and the frame's totals after weak categories have been merged, and what was merged."""
    data = respondents[list(by)].astype(str)
    categories: dict[str, dict[str, float]] = {}
    collapsed: list[tuple[str, str, str]] = []
    for variable, totals in frame_totals(frame, by).items():
        into, merged = collapse(respondents[variable], totals, minimum=minimum, ordered=variable in ordered)
        collapsed += [(variable, *pair) for pair in merged]
        known = {level: into.get(level, level) for level in data[variable].unique()}
        data = data.assign(**{variable: data[variable].map(known)})
        categories[variable] = {
            group: float(sum(totals[level] for level in into if into[level] == group)) for group in dict.fromkeys(into.values())
        }
    return data, categories, tuple(collapsed)


def _size_total(respondents: pd.DataFrame, frame: pd.DataFrame, variable: str | None) -> dict[str, float]:
    if variable is None or variable not in frame.columns or variable not in respondents.columns:
        return {}
    known, ours = (pd.to_numeric(table[variable], errors="coerce").to_numpy(dtype=float) for table in (frame, respondents))
    return {variable: float(known.sum())} if np.isfinite(known).all() and np.isfinite(ours).all() else {}


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
