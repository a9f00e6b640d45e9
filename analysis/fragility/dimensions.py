"""From indicators to dimensions, grades, red flags and the two voices.

Comes in: the `Facts` of a firm and its indicators. Goes out: ten `DimensionResult` and two indices. The computed score, the
firm's mark, the diagnostician's and the consensus stay four separate readings; `analysis.fragility.agreement`, whose front door this module
is, compares them over many dossiers. Framework: DOMAIN §2; dimensions and indices follow the usual steps of composite
indicators (OECD/JRC 2008): normalise, weight, aggregate, keep what must not be compensated apart (the flags).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.departures.people import number, text
from analysis.fragility.agreement import HIGHEST_MARK, agreement, agreement_by_rater, weighted_kappa
from analysis.fragility.facts import Facts
from analysis.parameters import Parameters
from analysis.portrait import DimensionResult, Flag, IndicatorResult
from analysis.reference import DIMENSION_CODES, PanelReference
from analysis.words import Words

__all__ = [
    "DIMENSIONS",
    "ECONOMIC",
    "GRADES",
    "HIGHEST_MARK",
    "HR",
    "agreement",
    "agreement_by_rater",
    "dimension_results",
    "dimension_scores",
    "grade",
    "index",
    "mark",
    "reading",
    "weighted_kappa",
]

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
