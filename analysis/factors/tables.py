"""How estimators take a table: a DataFrame as it is, an array of numbers as named columns, a completed table with its memberships."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from analysis.arrays import Floats
from analysis.factors.coding import Coded, Kind, check_names


@dataclass(frozen=True, slots=True)
class Completed:
    """A table without gaps: `table` (most likely levels), its codes with memberships, and what its columns are.

    `means` (numbers,) are the plain means of what was known of each number.
    """

    table: pd.DataFrame
    coded: Coded
    kinds: dict[str, Kind]
    levels: tuple[tuple[str, ...], ...]
    means: Floats

    def __len__(self) -> int:
        return len(self.table)

    @property
    def disjunctive(self) -> pd.DataFrame:
        """The memberships of the categories (rows, levels), columns named « variable=level »."""
        names = [name for name, kind in self.kinds.items() if kind == "category"]
        columns = [f"{name}={level}" for name, levels in zip(names, self.levels, strict=True) for level in levels]
        return pd.DataFrame(np.hstack([np.empty((len(self), 0)), *self.coded.blocks]), index=self.table.index, columns=columns)


def read_table(estimator: BaseEstimator, X: Any, *, reset: bool) -> pd.DataFrame:  # noqa: N803
    """What an estimator was given, as a DataFrame whose column names are text.

    Raises
    ------
    ValueError
        When there are no rows or columns, when two columns bear one name, or when an array holds infinite values.

    """
    given = X.table if isinstance(X, Completed) else X
    if isinstance(given, pd.DataFrame) and given.shape[0] and given.shape[1]:
        check_names(given)
        validate_data(estimator, given, reset=reset, skip_check_array=True)
        return given if all(isinstance(name, str) for name in given.columns) else given.rename(columns=str)
    array = validate_data(estimator, given, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
    return pd.DataFrame(array, columns=[f"x{place}" for place in range(array.shape[1])])


def plain_means(numbers: Floats) -> Floats:
    """The unweighted means of what is known in each column (columns,), zero where nothing is."""
    known = ~np.isnan(numbers)
    return np.asarray(np.where(known, numbers, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), dtype=np.float64)
