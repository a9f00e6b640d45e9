"""Normal scores by rank for skewed numbers: a few very large firms must not make a profile of their own.

What comes in is a table; what goes out is the same table with some of its numbers replaced by the normal score of their rank. The
scores learnt from some firms are read off for others, so that a dossier that comes later is placed among those that were there.
"""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from analysis.arrays import Floats
from analysis.factors.scores import Scores, normal_scores, skewness
from analysis.profiles.coded import is_number

SKEWED = 1.0
WHICH = ("none", "skewed", "all")


class NormalScores(TransformerMixin, BaseEstimator):
    """Replaces numbers by normal scores: none, the skewed ones (|skewness| above 1) or all; categories pass through.

    Parameters
    ----------
    which : {"none", "skewed", "all"}
        The numbers that are replaced.

    Attributes
    ----------
    scores_ : dict
        Column -> the scores learnt of it.

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
        self.scores_: dict[str, Scores] = {}
        for place in range(X.shape[1]):
            column = X.iloc[:, place]
            if self.which == "none" or not is_number(column):
                continue
            values, even = column.to_numpy(dtype=np.float64), np.ones(len(column))
            held = values[~np.isnan(values)]
            if len(held) and np.ptp(held) > 0 and (self.which == "all" or abs(skewness(values, even)) > SKEWED):
                self.scores_[str(X.columns[place])] = normal_scores(values, even)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """The table with scores; a value between two known ones gets a score between theirs, one beyond them the last."""
        check_is_fitted(self)
        changed: dict[Any, Floats] = {}
        for name in X.columns:
            if str(name) in self.scores_:
                changed[name] = self.scores_[str(name)].give(X[name].to_numpy(dtype=np.float64))
        return X.assign(**{str(name): scores for name, scores in changed.items()}) if changed else X
