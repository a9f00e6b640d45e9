"""What the scores become without one of their parts: one indicator, or one dimension, left out at a time.

Comes in: the values of the 41 indicators, one row a firm. Goes out: how far the scores and the classes move, by indicator, by
dimension and by firm (OECD & JRC 2008, section 7). A part whose absence changes nothing says nothing; one whose absence changes many
classes carries them alone, and its anchors deserve the most care.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.arrays import Floats
from analysis.fragility.dimensions import DIMENSIONS
from analysis.fragility.framework import NO_CLASS, Framework, classes_of, index_of, raised_dimensions, values_of
from analysis.parameters import Parameters
from analysis.reference import DIMENSION_CODES


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """What leaving parts out changes; nan where nothing can be said.

    `indicators`: indicator, dimension, n (firms that gave it and whose dimension has a score with and without it), change (mean
    change of the dimension's score, in points), moved (share of firms whose class changes), lost (firms whose dimension has no score
    any more). `dimensions`: dimension, family, n (firms with an index and this dimension), change (mean change of the index, in
    points), spearman (rank correlation of the index with and without it), lost (firms whose index is lost). `moved`: one row a firm,
    one column a dimension: 1 when leaving out some one indicator changes the class, 0 when none does, nan without a class or without
    an indicator that can be left out.
    """

    indicators: pd.DataFrame
    dimensions: pd.DataFrame
    moved: pd.DataFrame


def leave_one_out(features: pd.DataFrame, parameters: Parameters) -> LeaveOut:
    """Leaves out each indicator, then each dimension.

    Parameters
    ----------
    features
        One row a firm: the indicators' values (I01 … I41; one that is absent is unknown), and the red flags that raise a dimension
        to C (`flag_R1` … `flag_R8`, none where absent).
    parameters
        The anchors, weights and bounds of the framework.

    Notes
    -----
    The weight of the part left out leaves the whole as well, so that a dimension of two indicators has a score from the other alone.

    Raises
    ------
    ValueError
        Without any firm.
    """
    if len(features) == 0:
        message = "A leave-one-out needs one firm at least."
        raise ValueError(message)
    framework = Framework.of(parameters)
    values, raised = values_of(features, framework), raised_dimensions(features)
    scores = framework.scores(values)
    chosen = framework.dimensions(scores)
    base = classes_of(chosen, framework.bounds, raised)
    moved = np.full(chosen.shape, np.nan)
    lines = []
    for which, code in enumerate(framework.codes):
        place = int(framework.place[which])
        given = np.isfinite(scores[:, which]) & (framework.weights[which] > 0) & (base[:, place] != NO_CLASS)
        without = _without(framework, which).dimension(scores, place)
        both = given & np.isfinite(without)
        changed = classes_of(without, framework.bounds, raised[:, place]) != base[:, place]
        moved[both, place] = np.fmax(moved[both, place], changed[both].astype(float))
        lines.append(
            {
                "indicator": code,
                "dimension": DIMENSION_CODES[place],
                "n": int(both.sum()),
                "change": _mean(np.abs(without - chosen[:, place])[both]),
                "moved": _mean(changed[both].astype(float)),
                "lost": int((given & ~np.isfinite(without)).sum()),
            }
        )
    return LeaveOut(
        indicators=pd.DataFrame(lines),
        dimensions=_dimension_table(chosen),
        moved=pd.DataFrame(moved, columns=list(DIMENSION_CODES), index=features.index),
    )


def _without(framework: Framework, which: int) -> Framework:
    """The framework with one indicator that weighs nothing."""
    weights = framework.weights.copy()
    weights[which] = 0.0
    return replace(framework, weights=weights)


def _dimension_table(chosen: Floats) -> pd.DataFrame:
    lines = []
    for place, code in enumerate(DIMENSION_CODES):
        family = DIMENSIONS[code][1]
        without = chosen.copy()
        without[:, place] = np.nan
        index, bare = index_of(chosen, family), index_of(without, family)
        had = np.isfinite(index) & np.isfinite(chosen[:, place])
        both = had & np.isfinite(bare)
        lines.append(
            {
                "dimension": code,
                "family": family,
                "n": int(both.sum()),
                "change": _mean(np.abs(bare - index)[both]),
                "spearman": _rank_correlation(index[both], bare[both]),
                "lost": int((had & ~both).sum()),
            }
        )
    return pd.DataFrame(lines)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else np.nan


def _rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's correlation; nan for fewer than three firms or equal ones."""
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:  # noqa: PLR2004 (two points always lie on a line).
        return np.nan
    return float(stats.spearmanr(one, other).statistic)
