"""Columns of a survey's table, read and checked: weights, strata, clusters, populations, numbers, categories.

What comes in are column names or arrays; what goes out are arrays in the rows' order, or a `DesignError` that names the row.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.arrays import Floats, Integers
from analysis.survey.margins import by_number, collapse
from analysis.survey.variance import DesignError

Values = str | ArrayLike


def read(table: pd.DataFrame | None, name: str) -> pd.Series:
    """A column by its name."""
    if table is None or name not in table.columns:
        message = (
            f"There is no column {name}."
            if table is not None
            else f"This design has no table: give the values of {name} as an array."
        )
        raise DesignError(message)
    return table[name]


def numbers(table: pd.DataFrame | None, values: Sequence[Values], rows: int) -> Floats:
    """Numeric columns side by side, (rows, columns); NaN is no answer, an infinite value is an error."""
    return np.column_stack([_number(table, one, rows) for one in values]) if len(values) else np.zeros((rows, 0))


def positive(table: pd.DataFrame | None, values: Values, rows: int, what: str) -> Floats:
    """Weights or populations: finite and above zero."""
    found = _array(table, values, rows, what)
    wrong = ~(np.isfinite(found) & (found > 0))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        message = f"The {what} of row {row + 1} is {found[row]:g}: it must be finite and above zero; leave out rows that stand for nobody."
        raise DesignError(message)
    return found


def codes(table: pd.DataFrame | None, values: Values, rows: int, what: str) -> Integers:
    """Codes from 0 of strata or clusters, in the order of their values; none may be missing."""
    column = read(table, values) if isinstance(values, str) else pd.Series(np.asarray(values))
    if len(column) != rows:
        message = f"There must be one {what} for each of the {rows} rows, not {len(column)}."
        raise DesignError(message)
    if column.isna().any():
        message = f"The {what} of row {int(np.flatnonzero(column.isna())[0]) + 1} is not known: fill it in."
        raise DesignError(message)
    found, _ = pd.factorize(column, sort=True)
    return np.asarray(found, dtype=np.int64)


def nested(units: Sequence[Integers]) -> list[Integers]:
    """The units of each stage, told apart from those of the same name in another unit of the stage above."""
    found: list[Integers] = []
    for unit in units:
        if found:
            _, joined = np.unique(found[-1] * (int(unit.max()) + 1) + unit, return_inverse=True)
            found.append(joined.ravel().astype(np.int64))
        else:
            found.append(unit)
    return found


def categories(column: pd.Series) -> tuple[Integers, list[str]]:
    """The code of each row (-1 for no answer) and the levels, in their declared order or sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), [str(level) for level in column.cat.categories]
    found, levels = pd.factorize(column, sort=True)
    return np.asarray(found, dtype=np.int64), [str(level) for level in levels]


def merged(found: Integers, levels: list[str], minimum: int, *, ordered: bool) -> tuple[Integers, list[str]]:
    """The codes with categories of fewer than `minimum` rows merged (`analysis.survey.margins.collapse`)."""
    counts = np.bincount(found[found >= 0], minlength=len(levels))
    present = [level for level, count in zip(levels, counts, strict=True) if count]
    kept = present if ordered else sorted(present, key=by_number)
    answers = pd.Series(np.asarray(levels, dtype=object)[found[found >= 0]])
    into, _ = collapse(answers, dict.fromkeys(kept, 1.0), minimum=minimum, ordered=ordered)
    names = list(dict.fromkeys(into[level] for level in kept))
    place = np.asarray([names.index(into[level]) if level in into else -1 for level in levels] + [-1], dtype=np.int64)
    return place[found], names


def _number(table: pd.DataFrame | None, values: Values, rows: int) -> Floats:
    found = _array(table, values, rows, "value")
    if np.isinf(found).any():
        row = int(np.flatnonzero(np.isinf(found))[0])
        name = values if isinstance(values, str) else "value"
        message = f"The {name} of row {row + 1} is infinite: correct it, or make it NaN (no answer)."
        raise DesignError(message)
    return found


def _array(table: pd.DataFrame | None, values: Values, rows: int, what: str) -> Floats:
    if isinstance(values, str):
        column = read(table, values)
        if not pd.api.types.is_numeric_dtype(column):
            message = f"{values} is not numeric: take its shares, or give numbers."
            raise DesignError(message)
        found = column.to_numpy(dtype=float, na_value=np.nan)
    else:
        found = np.asarray(values, dtype=float)
    if found.shape != (rows,):
        message = f"There must be one {what} for each of the {rows} rows, not {' x '.join(str(size) for size in found.shape)}."
        raise DesignError(message)
    return np.asarray(found, dtype=np.float64)
