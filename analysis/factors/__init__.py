"""Factor analysis and imputation of mixed tables, with row weights.

`analyses` are the three fitted models (FAMD, MCA, PCA) on what `model` shares, from tables that `encoding`, `coding`, `levels` and
`scores` prepare; `supplementary` places what did not make the axes; `dimensions` says how many axes there are; `imputation`
completes missing answers in `rounds`. See `docs/methods/factors.md`.
"""

from analysis.factors.analyses import FAMD, MCA, PCA
from analysis.factors.dimensions import imputation_axes, parallel_analysis
from analysis.factors.encoding import AnswerEncoder
from analysis.factors.imputation import FactorImputer
from analysis.factors.supplementary import place

__all__ = ["FAMD", "MCA", "PCA", "AnswerEncoder", "FactorImputer", "imputation_axes", "parallel_analysis", "place"]
