"""From the frame to figures about all firms: who is asked, what each respondent stands for, and estimates with their errors.

`sampling` and `allocation` draw the panel; `weighting` leads from design weights through `adjustments` (non-response, trimming) to
`calibration` on the `margins` of the frame, which `feasibility` judges first; `design` holds the sample with its design, and
`domains`, `linearised`, `variance`, `intervals`, `replicates`, `comparisons` what is estimated from it; `panel` is the door for
syntheses. See `docs/methods/sampling.md` and `docs/methods/weighting.md`.
"""

from analysis.survey.allocation import Rule, allocate
from analysis.survey.calibration import Method, calibrate
from analysis.survey.comparisons import difference, independence
from analysis.survey.design import Design
from analysis.survey.estimate import Estimate, Reliability
from analysis.survey.margins import Margins, frame_totals, margins_of
from analysis.survey.panel import Survey
from analysis.survey.replicates import jackknife
from analysis.survey.sampling import draw, next_reserve
from analysis.survey.weighting import Weighting, weigh

__all__ = [
    "Design",
    "Estimate",
    "Margins",
    "Method",
    "Reliability",
    "Rule",
    "Survey",
    "Weighting",
    "allocate",
    "calibrate",
    "difference",
    "draw",
    "frame_totals",
    "independence",
    "jackknife",
    "margins_of",
    "next_reserve",
    "weigh",
]
