"""Known totals of the frame: the columns that calibration works on, checked for contradictions and empty cells before any solving.

What comes in are respondents and the frame's totals; what goes out is a `Margins`, or a `CalibrationError` that names the totals
at fault and says what to collapse.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Floats

CROSS = "×"  # Joins the names of crossed variables, and their levels: « sector×size_class », « aide×03-04 ».
DISAGREE = 1e-6  # A share of the sum by which two margins may differ through rounding.


class CalibrationError(ValueError):
    """The weights cannot meet the margins; `margins` names the totals at fault, the message says what to do."""

    def __init__(self, message: str, margins: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.margins = margins


@dataclass(frozen=True, slots=True)
class Margins:
    """Known totals as columns: `matrix` (respondents x totals), `totals`, and their names, « variable=level »."""

    matrix: Floats
    totals: Floats
    names: tuple[str, ...]


def by_number(level: str) -> tuple[float, str]:
    """The order of size classes: by the number that a level begins with (« 3-5 » before « 10-19 »), then by its text."""
    digits = re.match(r"\d+", level)
    return (float(digits[0]) if digits else float("inf")), level


def levels_of(table: pd.DataFrame, variable: str) -> NDArray[np.str_]:
    """The level of each row as text; of a crossing (« sector×size_class ») the levels joined in the same way."""
    parts = variable.split(CROSS)
    absent = [part for part in parts if part not in table.columns]
    if absent:
        message = f"There is no column {absent[0]} to calibrate on."
        raise CalibrationError(message, (variable,))
    if table[parts].isna().any(axis=None):
        row = int(np.flatnonzero(table[parts].isna().any(axis=1))[0])
        message = f"The {variable} of row {row + 1} is not known: fill it in, or leave {variable} out of the margins."
        raise CalibrationError(message, (variable,))
    texts = [table[part].astype(str) for part in parts]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + CROSS + text
    return joined.to_numpy(dtype=np.str_)


def frame_totals(frame: pd.DataFrame, variables: Sequence[str]) -> dict[str, dict[str, float]]:
    """The number of frame firms of each level of each variable or crossing, levels in the order of `by_number`."""
    counted = {variable: np.unique(levels_of(frame, variable), return_counts=True) for variable in variables}
    return {
        variable: {
            level: float(count) for level, count in sorted(zip(levels.tolist(), counts.tolist(), strict=True), key=_in_order)
        }
        for variable, (levels, counts) in counted.items()
    }


def margins_of(
    respondents: pd.DataFrame, categories: Mapping[str, Mapping[str, float]], numbers: Mapping[str, float] | None = None
) -> Margins:
    """The columns of calibration: an indicator for each level of each variable, and each numeric variable as it is.

    Parameters
    ----------
    respondents
        One row a respondent.
    categories
        Variable -> level -> frame total; a variable may be a crossing, « sector×size_class » with levels « aide×03-04 ».
    numbers
        Numeric variable -> frame total.

    Raises
    ------
    CalibrationError
        When the margins do not sum to the same number of firms, a total is no number or negative, a level has a total and no
        respondent (the message says with which to collapse it), respondents and no total, or a numeric value is missing.
    """
    _check_sums(categories)
    columns, totals, names = [], [], []
    for variable, levels in categories.items():
        values = levels_of(respondents, variable)
        strangers = sorted(set(values.tolist()) - {level for level, total in levels.items() if total > 0})
        if strangers:
            message = (
                f"Respondents have {variable}={strangers[0]}, of which the frame has no firm: correct the frame or the respondents."
            )
            raise CalibrationError(message, (f"{variable}={strangers[0]}",))
        for level, total in levels.items():
            chosen = values == level
            if total > 0 and not chosen.any():
                message = (
                    f"{variable}={level} has {total:g} frame firms and no respondent: {_advice(variable, level, levels, values)}."
                )
                raise CalibrationError(message, (f"{variable}={level}",))
            if total > 0:
                columns.append(chosen.astype(float))
                totals.append(float(total))
                names.append(f"{variable}={level}")
    for variable, total in (numbers or {}).items():
        columns.append(_number(respondents, variable, total))
        totals.append(float(total))
        names.append(variable)
    if not columns:
        message = "There is no margin to calibrate on: give one total at least."
        raise CalibrationError(message)
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


def _in_order(pair: tuple[str, int]) -> tuple[float, str]:
    return by_number(pair[0])


def _check_sums(categories: Mapping[str, Mapping[str, float]]) -> None:
    for variable, levels in categories.items():
        wrong = [level for level, total in levels.items() if not np.isfinite(total) or total < 0]
        if wrong:
            message = f"The total of {variable}={wrong[0]} is {levels[wrong[0]]:g}: totals are numbers of firms, zero or more."
            raise CalibrationError(message, (f"{variable}={wrong[0]}",))
    sums = {variable: float(sum(levels.values())) for variable, levels in categories.items()}
    if sums and max(sums.values()) - min(sums.values()) > DISAGREE * max(sums.values()):
        message = f"The margins contradict each other: {', '.join(f'{name} sums to {total:g}' for name, total in sums.items())}. Count all of them on one frame."
        raise CalibrationError(message, tuple(sums))


def _advice(variable: str, level: str, levels: Mapping[str, float], values: NDArray[np.str_]) -> str:
    """With which category an empty one is best collapsed: the one with the fewest respondents, of the same parent in a crossing."""
    parent = level.rpartition(CROSS)[0]
    counts = {
        other: int((values == other).sum())
        for other, total in levels.items()
        if other != level and total > 0 and other.rpartition(CROSS)[0] == parent
    }
    filled = {other: count for other, count in counts.items() if count}
    if not filled:
        return (
            "collapse it with another category" if CROSS not in variable else f"calibrate on {variable.rpartition(CROSS)[0]} alone"
        )
    best = min(filled, key=lambda other: (filled[other], other))
    return f"collapse it with another category, such as {best} ({filled[best]} respondents)"


def _number(respondents: pd.DataFrame, variable: str, total: float) -> Floats:
    if variable not in respondents.columns:
        message = f"There is no column {variable} to calibrate on."
        raise CalibrationError(message, (variable,))
    values = pd.to_numeric(respondents[variable], errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(total):
        message = f"The total of {variable} is not a finite number."
        raise CalibrationError(message, (variable,))
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        message = f"The {variable} of row {row + 1} is not a finite number: fill it in, or leave {variable} out of the margins."
        raise CalibrationError(message, (variable,))
    return values
