"""What one firm's answers say of its fragility, and how firm that reading is.

`facts` reads the answers once, with `pyramid` and `keyposts`; `indicators` are the 41 figures and their scores, `dimensions` the ten
dimensions, the two indices and the two voices, `flags` what no average may hide; `framework` does it for many firms at once,
`sensitivity` and `leaveout` ask what other choices would have said, `agreement` how far the readings agree. See
`docs/methods/fragility.md`.
"""

from analysis.fragility.agreement import agreement_by_rater, weighted_kappa
from analysis.fragility.dimensions import dimension_results, dimension_scores, grade, index
from analysis.fragility.facts import Facts
from analysis.fragility.flags import red_flags
from analysis.fragility.framework import Framework
from analysis.fragility.indicators import INDICATORS, results
from analysis.fragility.leaveout import leave_one_out

__all__ = [
    "INDICATORS",
    "Facts",
    "Framework",
    "agreement_by_rater",
    "dimension_results",
    "dimension_scores",
    "grade",
    "index",
    "leave_one_out",
    "red_flags",
    "results",
    "weighted_kappa",
]
