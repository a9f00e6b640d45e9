"""Answers made into an active table, by their declared type: what was not asked apart from what was not answered.

What comes in is a table of answers where the marker `NOT_ASKED` stands for a question that did not concern the firm, and an empty
cell for one that it left; what goes out is a table for `analysis.factors.analyses`: numbers (skewed ones as normal scores) and categories
whose rare levels are merged by a fixed rule. Both variants that a study of profiles compares are made here: « no answer » as a
level, or left empty for `analysis.factors.imputation` to complete.
"""

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from analysis.arrays import Floats
from analysis.factors.coding import NOT_ASKED_LEVEL, Kinds, codes_of, kinds_of, known_codes, label_of, numbers_of
from analysis.factors.inertia import row_weights
from analysis.factors.levels import joined, masses, merge_ordered, merge_unordered
from analysis.factors.scores import Scores, normal_scores, skewness
from analysis.factors.tables import read_table

NOT_ASKED = "__not_asked__"
Ranks = Literal["skewed", "all", "none"]


class AnswerEncoder(TransformerMixin, BaseEstimator):
    """Answers to an active table, following scikit-learn's contract.

    Parameters
    ----------
    kinds : mapping of str to {"number", "category"}, optional
        What columns are, where their type does not say. A number with `NOT_ASKED` in it must be declared.
    order : mapping of str to sequence of str, optional
        The levels of ordered categories, lowest first; a pandas categorical that is ordered needs none.
    no_answer : {"level", "missing"}, default="level"
        An empty answer becomes the level `no_answer_level`, or stays empty for imputation.
    no_answer_level, not_asked_level, rest_level : str
        The names of the levels « no answer », « does not concern the firm » and « other, rare ».
    least_share : float, default=0.02
        The weighted share, over all rows, under which a level is rare.
    least_rows : int, default=5
        The rows under which a level is rare.
    ranks : {"skewed", "all", "none"}, default="skewed"
        Which numbers become normal scores: those whose weighted skewness exceeds `skew` in size, all, or none.
    skew : float, default=1.0
        The skewness beyond which a number is skewed.

    Attributes
    ----------
    kinds_ : dict of str to str
        What each column was taken for.
    levels_ : dict of str to tuple of str
        The levels of each category as they come out.
    merged_ : tuple of (variable, level, level)
        Every level that joined another, for the note of method; an empty text for one that was made passive.
    ranked_ : tuple of str
        The numbers that became normal scores.

    Notes
    -----
    Ordered levels: while one is rare, the rarest joins its smaller neighbour. Others: the rare ones make up `rest_level`; while it is
    rare itself, the smallest level joins it. A rare « no answer » or « not asked » is never merged with an answer: it comes out empty,
    so that `FAMD(missing_level=None)` lets it say nothing, and an imputation completes it. A number that was not asked takes the
    weighted mean of the asked ones: it says nothing, and is never guessed.

    """

    def __init__(
        self,
        *,
        kinds: Kinds | None = None,
        order: Mapping[str, Any] | None = None,
        no_answer: Literal["level", "missing"] = "level",
        no_answer_level: str = "NR",
        not_asked_level: str = NOT_ASKED_LEVEL,
        rest_level: str = "Autre",
        least_share: float = 0.02,
        least_rows: int = 5,
        ranks: Ranks = "skewed",
        skew: float = 1.0,
    ) -> None:
        self.kinds = kinds
        self.order = order
        self.no_answer = no_answer
        self.no_answer_level = no_answer_level
        self.not_asked_level = not_asked_level
        self.rest_level = rest_level
        self.least_share = least_share
        self.least_rows = least_rows
        self.ranks = ranks
        self.skew = skew

    def fit(self, X: Any, y: object = None, sample_weight: Any = None) -> Self:  # noqa: N803, ARG002
        """Learns levels, merges, scores and means. `sample_weight` (rows,) are row weights, zero or more.

        Raises
        ------
        ValueError
            When a number holds text, a level is outside its declared order, or names, weights or options are wrong.

        """
        self._check_options()
        table = read_table(self, X, reset=True)
        weights = row_weights(sample_weight, len(table))
        self.kinds_ = kinds_of(table, self.kinds)
        self.levels_: dict[str, tuple[str, ...]] = {}
        self._targets: dict[str, dict[str, str]] = {}
        self._scores: dict[str, Scores] = {}
        self._neutral: dict[str, float] = {}
        merged: list[tuple[str, str, str]] = []
        for name, kind in self.kinds_.items():
            if kind == "number":
                self._learn_number(name, table[name], weights)
            else:
                merged += self._learn_category(name, table[name], weights)
        self.merged_ = tuple(merged)
        self.ranked_ = tuple(self._scores)
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803
        """The active table, a DataFrame or an array as it came: numbers, and categories with the levels learnt; an unseen level
        comes out empty."""
        check_is_fitted(self)
        table = read_table(self, X, reset=False)
        made: dict[str, Any] = {}
        for name, kind in self.kinds_.items():
            if kind == "number":
                asked, numbers = _asked(table[name], name)
                if name in self._scores:
                    numbers = self._scores[name].give(numbers)
                made[name] = np.where(asked, numbers, self._neutral[name])
            else:
                made[name] = self._category(name, table[name])
        active = pd.DataFrame(made, index=table.index)
        return active if isinstance(X, pd.DataFrame) else active.to_numpy()

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """The names of the columns, which stay."""
        check_is_fitted(self)
        return np.asarray(list(self.kinds_), dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Missing values and categories are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def _check_options(self) -> None:
        if self.no_answer not in {"level", "missing"} or self.ranks not in {"skewed", "all", "none"}:
            message = "no_answer is « level » or « missing », and ranks « skewed », « all » or « none »."
            raise ValueError(message)
        if not 0 <= self.least_share < 1 or self.least_rows < 0:
            message = "least_share is a share from 0 to 1, and least_rows a number of rows."
            raise ValueError(message)

    def _learn_number(self, name: str, column: pd.Series, weights: Floats) -> None:
        asked, numbers = _asked(column, name)
        if self.ranks == "all" or (self.ranks == "skewed" and abs(skewness(numbers, weights)) > self.skew):
            self._scores[name] = normal_scores(numbers, weights)
            numbers = self._scores[name].give(numbers)
        known = asked & ~np.isnan(numbers) & (weights > 0)
        self._neutral[name] = float(np.average(numbers[known], weights=weights[known])) if known.any() else 0.0

    def _learn_category(self, name: str, column: pd.Series, weights: Floats) -> list[tuple[str, str, str]]:
        codes, labels = codes_of(self._worded(column), None)
        shares, rows = masses(codes, weights, len(labels))
        special = {self.no_answer_level, self.not_asked_level}
        held = {label: place for place, label in enumerate(labels) if rows[place] > 0}
        places = [held[label] for label in self._order(name, [label for label in held if label not in special])]
        ordered = self._is_ordered(name, column)
        merge = merge_ordered if ordered else merge_unordered
        groups = merge(shares[places], rows[places], self.least_share, self.least_rows)
        answers = [labels[place] for place in places]
        becomes = dict(zip(answers, joined(answers, groups, ordered=ordered, rest=self.rest_level), strict=True))
        for label in (self.no_answer_level, self.not_asked_level):
            if label in held:
                place = held[label]
                rare = shares[place] < self.least_share or rows[place] < self.least_rows
                becomes[label] = "" if rare else label
        self._targets[name] = becomes
        last = [label for label in (self.rest_level,) if not ordered]
        found = list(dict.fromkeys(label for label in becomes.values() if label))
        self.levels_[name] = tuple(sorted(found, key=lambda label: (label in special, label in last, found.index(label))))
        return [(name, label, target) for label, target in becomes.items() if label != target]

    def _is_ordered(self, name: str, column: pd.Series) -> bool:
        return name in (self.order or {}) or (isinstance(column.dtype, pd.CategoricalDtype) and bool(column.cat.ordered))

    def _order(self, name: str, labels: list[str]) -> list[str]:
        """The levels that somebody gave, in their declared order if there is one."""
        declared = (self.order or {}).get(name)
        if declared is None:
            return labels
        outside = sorted(set(labels) - {str(level) for level in declared})
        if outside:
            message = f"Column {name} holds levels outside its declared order: {', '.join(outside)}."
            raise ValueError(message)
        return [str(level) for level in declared if str(level) in labels]

    def _worded(self, column: pd.Series) -> pd.Series:
        """The column with the special levels in words."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            renamed = column.cat.rename_categories([label_of(level) for level in column.cat.categories])
            known = set(renamed.cat.categories)
            wanted = [level for level in (self.no_answer_level, self.not_asked_level) if level not in known]
            worded: pd.Series[Any] = renamed.cat.add_categories(wanted)
        else:
            worded = column.astype(object)
        worded = worded.mask((worded == NOT_ASKED).fillna(value=False).astype(bool), self.not_asked_level)
        return worded if self.no_answer == "missing" else worded.mask(worded.isna(), self.no_answer_level)

    def _category(self, name: str, column: pd.Series) -> pd.Categorical:
        before = tuple(self._targets[name])
        after = self.levels_[name]
        place = {label: number for number, label in enumerate(after)}
        codes = known_codes(self._worded(column), before, None)
        moved = np.asarray([*(place.get(self._targets[name][label], -1) for label in before), -1], dtype=np.int64)[codes]
        return pd.Categorical.from_codes(moved, categories=pd.Index(after, dtype=object))


def _asked(column: pd.Series, name: str) -> tuple[NDArray[np.bool_], Floats]:
    """Which rows were asked a number, and the numbers (rows,), NaN where there is none."""
    if pd.api.types.is_numeric_dtype(column):
        asked = np.ones(len(column), dtype=bool)
    else:
        asked = ~(column.astype(object) == NOT_ASKED).to_numpy(dtype=bool)
        column = column.astype(object).where(asked, None)
    return asked, numbers_of(pd.DataFrame({name: column}), [name])[:, 0]
