"""From indicators to dimensions, grades, red flags and the two voices.

Comes in: the `Facts` of a firm and its indicators. Goes out: ten `DimensionResult`, two indices, the red flags, and, for many
dossiers, the agreement between those who gave marks (weighted kappa). The computed score, the firm's mark, the diagnostician's
and the consensus stay four separate readings. Framework: DOMAIN §2; dimensions and indices follow the usual steps of composite
indicators (OECD/JRC 2008): normalise, weight, aggregate, keep what must not be compensated apart (the flags).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.facts import Facts
from analysis.parameters import Parameters
from analysis.people import number, text
from analysis.portrait import DimensionResult, Flag, IndicatorResult, Words
from analysis.reference import DIMENSION_CODES, PanelReference

HR, ECONOMIC = "hr", "economic"
DIMENSIONS: Mapping[str, tuple[Words, str]] = {
    "D1": (Words("Exposition démographique", "Demographic exposure"), HR),
    "D2": (Words("Postes clés, direction et relève", "Key posts, manager and succession"), HR),
    "D3": (Words("Transmission des savoirs et mémoire du projet", "Knowledge transfer and project memory"), HR),
    "D4": (Words("Attractivité, recrutement et fidélisation", "Attraction, recruitment and retention"), HR),
    "D5": (Words("Compétences, formation, fonction RH et dialogue", "Skills, training, HR function and dialogue"), HR),
    "D6": (Words("Conditions de travail et fins de carrière", "Working conditions and late careers"), HR),
    "D7": (Words("Gouvernance et bénévolat", "Governance and volunteers"), ECONOMIC),
    "D8": (Words("Dépendance et visibilité des ressources", "Funding dependency and visibility"), ECONOMIC),
    "D9": (Words("Solidité financière et coût des départs", "Financial soundness and cost of departures"), ECONOMIC),
    "D10": (Words("Projet, activité et coopérations", "Strategy, activity and partnerships"), ECONOMIC),
}
GRADES = ("A", "B", "C", "D")
HIGHEST_MARK = 4
# An index is the mean of its dimensions; it says nothing when more than half of them are missing.
LEAST_DIMENSIONS = 0.5


def dimension_scores(indicators: Mapping[str, IndicatorResult], parameters: Parameters) -> dict[str, tuple[float | None, float]]:
    """The score of each dimension, and the share of its weight that was answered.

    The score is the weighted mean of the indicators that could be computed, None when they carry under half of the weight.
    """
    scores: dict[str, tuple[float | None, float]] = {}
    for code in DIMENSION_CODES:
        parts = [indicator for key, indicator in indicators.items() if parameters.indicators[key].dimension == code]
        whole = sum(parameters.weight(part.code) for part in parts)
        known = [(part.score, parameters.weight(part.code)) for part in parts if part.score is not None]
        weight = sum(share for _, share in known)
        answered = weight / whole if whole > 0 else 0.0
        enough = weight > 0 and answered >= parameters.number("answered_share")
        value = sum(score * share for score, share in known) / weight if enough else None
        scores[code] = (None if value is None else round(value, 1), round(answered, 3))
    return scores


def index(scores: Mapping[str, tuple[float | None, float]], family: str) -> float | None:
    """The mean of the dimensions of a family (hr: D1–D6, economic: D7–D10); None when over half of them are missing."""
    members = [code for code, (_, own) in DIMENSIONS.items() if own == family]
    known = [value for code in members if (value := scores[code][0]) is not None]
    return round(sum(known) / len(known), 1) if known and len(known) >= LEAST_DIMENSIONS * len(members) else None


def grade(score: float | None, parameters: Parameters, *, flagged: bool = False) -> tuple[str | None, bool]:
    """The grade of a score (A solid, B watch, C fragile, D critical), and whether a red flag raised it to C."""
    if score is None:
        return ("C", True) if flagged else (None, False)
    found = GRADES[sum(score >= parameters.number(f"grade_{letter}") for letter in GRADES[1:])]
    return ("C", True) if flagged and found in {"A", "B"} else (found, False)


def mark(answers: Mapping[str, Any], name: str) -> int | None:
    """A mark from 0 to 4; None when it is missing or was not covered (9)."""
    value = number(answers.get(name))
    return int(value) if value is not None and 0 <= value <= HIGHEST_MARK else None


def reading(firm: int | None, diagnostician: int | None, parameters: Parameters) -> str | None:
    """How the two voices stand: firm_optimistic when the firm sees two points less fragility or better than the diagnostician,
    blind_spot when it is the outside eye that misses two points of what the firm sees, agreement otherwise.
    """
    if firm is None or diagnostician is None:
        return None
    gap = diagnostician - firm
    if abs(gap) < parameters.number("mark_gap"):
        return "agreement"
    return "firm_optimistic" if gap > 0 else "blind_spot"


def dimension_results(
    facts: Facts, indicators: Mapping[str, IndicatorResult], flags: Sequence[Flag], panel: PanelReference | None
) -> tuple[DimensionResult, ...]:
    """The ten dimensions of a report, with the four readings and the panel's quartiles."""
    scores = dimension_scores(indicators, facts.parameters)
    flagged = {flag.dimension for flag in flags}
    found = []
    for code, (title, family) in DIMENSIONS.items():
        score, answered = scores[code]
        letter, raised = grade(score, facts.parameters, flagged=code in flagged)
        firm, other = mark(facts.answers, f"ent_{code}"), mark(facts.answers, f"diag_{code}")
        quartiles = panel.quartiles.get(code, (None, None, None)) if panel is not None else (None, None, None)
        found.append(
            DimensionResult(
                code=code,
                title=title,
                family=family,
                score=score,
                answered=answered,
                grade=letter,
                raised=raised,
                firm_mark=firm,
                diagnostician_mark=other,
                consensus=mark(facts.answers, f"cons_{code}"),
                comment=text(facts.answers.get(f"cons_{code}_mot")),
                reading=reading(firm, other, facts.parameters),
                panel_q1=quartiles[0],
                panel_median=quartiles[1],
                panel_q3=quartiles[2],
                indicators=tuple(
                    indicator for key, indicator in indicators.items() if facts.parameters.indicators[key].dimension == code
                ),
            )
        )
    return tuple(found)


def weighted_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    weights: Literal["linear", "quadratic"] = "quadratic",
    categories: int = HIGHEST_MARK + 1,
) -> float | None:
    """Cohen's weighted kappa between two series of marks (Cohen 1968).

    Parameters
    ----------
    first, second
        Marks from 0 to `categories` - 1, nan where there is none, of one shape (n,).
    weights
        How a disagreement of d points counts: d (linear) or d² (quadratic).
    categories
        How many marks there are.

    Returns
    -------
    float or None
        1 for full agreement, 0 for that of chance, negative below. None without a pair, or when both always gave one and the
        same mark (chance then explains everything).
    """
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    both = np.isfinite(one) & np.isfinite(other)
    if not both.any():
        return None
    table = np.zeros((categories, categories))
    np.add.at(table, (one[both].astype(int), other[both].astype(int)), 1.0)
    table /= table.sum()
    steps = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories))).astype(float)
    cost = steps if weights == "linear" else steps**2
    chance = float((np.outer(table.sum(axis=1), table.sum(axis=0)) * cost).sum())
    return None if chance == 0 else 1.0 - float((table * cost).sum()) / chance


def agreement(
    marks: Mapping[str, ArrayLike] | pd.DataFrame, *, weights: Literal["linear", "quadratic"] = "quadratic"
) -> dict[str, float | None]:
    """The weighted kappa between firms and diagnosticians, dimension by dimension.

    Parameters
    ----------
    marks
        Columns ent_D1 … ent_D10 and diag_D1 … diag_D10 of one shape (n,), as in the table of `firm_features`. Given the rows of
        one diagnostician only, it is that rater's agreement, where a drift shows.
    weights
        linear or quadratic.
    """
    pairs = {code: (marks.get(f"ent_{code}"), marks.get(f"diag_{code}")) for code in DIMENSION_CODES}
    return {
        code: None if firm is None or other is None else weighted_kappa(firm, other, weights=weights)
        for code, (firm, other) in pairs.items()
    }


def agreement_by_rater(
    marks: Mapping[str, ArrayLike] | pd.DataFrame, raters: Sequence[str], *, weights: Literal["linear", "quadratic"] = "quadratic"
) -> dict[str, float | None]:
    """The weighted kappa of each diagnostician over all dimensions together; `raters` names the one of each row."""
    who = np.asarray(raters, dtype=object)
    found: dict[str, float | None] = {}
    for rater in sorted(set(raters)):
        rows = who == rater
        columns = [
            [np.asarray(marks[f"{voice}_{code}"], dtype=float)[rows] for code in DIMENSION_CODES] for voice in ("ent", "diag")
        ]
        found[rater] = weighted_kappa(np.concatenate(columns[0]), np.concatenate(columns[1]), weights=weights)
    return found
