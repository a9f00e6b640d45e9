"""Normal scores by rank for skewed numbers: a few very large firms must not make a profile of their own.

What comes in is a table; what goes out is the same table with some of its numbers replaced by the normal score of their rank. The
scores learnt from some firms are read off for others, so that a dossier that comes later is placed among those that were there.
"""

from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from analysis.clusters import Floats
from analysis.design import is_number

SKEWED = 1.0
WHICH = ("none", "skewed", "all")


def normal_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Each number's normal score by its rank (Blom 1958), ties sharing their mean rank. Missing stay missing."""
    ranked = table.rank(method="average")
    return pd.DataFrame(stats.norm.ppf((ranked - 0.375) / (table.notna().sum() + 0.25)), index=table.index, columns=table.columns)


def skewness(values: Floats) -> float:
    """The third moment over the standard deviation cubed, of values that are not all the same."""
    centred = values - values.mean()
    return float((centred**3).mean() / np.square(centred).mean() ** 1.5)


class NormalScores(TransformerMixin, BaseEstimator):
    """Replaces numbers by normal scores: none, the skewed ones (|skewness| above 1) or all; categories pass through.

    Parameters
    ----------
    which : {"none", "skewed", "all"}
        The numbers that are replaced.

    Attributes
    ----------
    scores_ : dict
        Column -> its known values, sorted, and the score of each.

    """

    def __init__(self, which: str = "skewed") -> None:
        self.which = which

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:  # noqa: N803, ARG002
        """Learns the scores of the known values of each column.

        Raises
        ------
        ValueError
            When `which` is none of the three.
        """
        if self.which not in WHICH:
            message = f"Normal scores are for {', '.join(WHICH)} numbers, not {self.which!r}."
            raise ValueError(message)
        self.scores_: dict[str, tuple[Floats, Floats]] = {}
        for place in range(X.shape[1]):
            column = X.iloc[:, place]
            if self.which == "none" or not is_number(column):
                continue
            known = column.to_numpy(dtype=np.float64)
            known = known[~np.isnan(known)]
            if len(known) and np.ptp(known) > 0 and (self.which == "all" or abs(skewness(known)) > SKEWED):
                scores = normal_scores(pd.DataFrame({"x": known}))["x"].to_numpy()
                values, first = np.unique(known, return_index=True)
                self.scores_[str(X.columns[place])] = (np.asarray(values, dtype=np.float64), scores[first])
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """The table with scores; a value between two known ones gets a score between theirs, one beyond them the last."""
        check_is_fitted(self)
        changed: dict[Any, Floats] = {}
        for name in X.columns:
            if str(name) in self.scores_:
                column = X[name].to_numpy(dtype=np.float64)
                changed[name] = np.where(np.isfinite(column), np.interp(column, *self.scores_[str(name)]), np.nan)
        return X.assign(**{str(name): scores for name, scores in changed.items()}) if changed else X
