"""Missing answers handled two ways, and whether that matters: as a level of their own, or completed by an imputer.

What comes in is the table with its gaps; what goes out are both models and how alike their partitions are. Where they differ, the
profiles hang on who left a question open rather than on what firms answered, and people should know.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from analysis.arrays import Floats
from analysis.profiles.model import FragilityProfiles
from analysis.profiles.partitions import adjusted_rand, best_jaccard

ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Variants:
    """Both models; the adjusted Rand index of their partitions for each number tried; for the number that the first one proposes,
    the Jaccard index of each of its profiles with its closest likeness in the other's partition. `robust` says that all reach
    0.75 and that both propose as many profiles."""

    as_level: FragilityProfiles
    imputed: FragilityProfiles
    agreement: tuple[tuple[int, float], ...]
    jaccard: Floats
    robust: bool


def compare_missing(model: FragilityProfiles, table: Any, imputer: Any, *, sample_weight: Any = None) -> Variants:
    """Fits the model with missing answers as a level, then completed by `imputer`, on the same firms and seed.

    Parameters
    ----------
    model
        The settings; it is not fitted itself.
    table
        Firms, one a row.
    imputer
        A transformer that completes such a table.
    sample_weight
        The firms' weights.
    """
    as_level = clone(model).set_params(imputer=None).fit(table, sample_weight=sample_weight)
    imputed = clone(model).set_params(imputer=imputer).fit(table, sample_weight=sample_weight)
    agreement = tuple(
        (k, adjusted_rand(labels, imputed.partitions_[k])) for k, labels in as_level.partitions_.items() if k in imputed.partitions_
    )
    if as_level.k_ > 1 and as_level.k_ in imputed.partitions_:
        jaccard = best_jaccard(as_level.labels_, imputed.partitions_[as_level.k_])
    else:
        jaccard = np.zeros(0)
    robust = bool(as_level.k_ == imputed.k_ and (jaccard >= ALIKE).all())
    return Variants(as_level, imputed, agreement, jaccard, robust)
