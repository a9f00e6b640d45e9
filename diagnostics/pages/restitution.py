"""The restitution in words: the ten dimensions with their four readings side by side, and the plan of action.

In come the collected answers and the computed side of the report's frozen portrait; out come rows that a template draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analysis.portrait import DimensionResult
from diagnostics.actions.answers import DIMENSIONS, NOT_COVERED
from diagnostics.collected import Collected
from diagnostics.guards import KEPT
from diagnostics.i18n import chosen_locale
from diagnostics.words import day
from questionnaires.answers import Answer


@dataclass(frozen=True, slots=True)
class DimensionRow:
    """One dimension as the restitution shows it: the two marks, the computed score, what was agreed, and the word on a gap."""

    code: str
    title: str
    firm: str
    diagnostician: str
    consensus: str
    word: str
    score: float | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action of the plan in words."""

    title: str
    priority: str
    pilot: str
    deadline: str
    funding: str
    indicator: str
    refused: bool
    motive: str


def dimension_rows(collected: Collected, computed: Mapping[str, DimensionResult]) -> list[DimensionRow]:
    """The ten dimensions; the computed score is None while no report was made."""
    locale, questionnaire = chosen_locale(), collected.questionnaire

    def mark(name: str) -> str:
        value = collected.answers.get(name, Answer()).value
        if value is None:
            return ""
        words = questionnaire.label("fragilite5", str(value), locale)
        return words if str(value) == NOT_COVERED else f"{value} – {words}"

    return [
        DimensionRow(
            code=code,
            title=questionnaire.label("dimension", code, locale),
            firm=mark(f"ent_{code}"),
            diagnostician=mark(f"diag_{code}"),
            consensus=mark(f"cons_{code}"),
            word=str(collected.answers.get(f"cons_{code}_mot", Answer()).value or ""),
            score=computed[code].score if code in computed else None,
            grade=computed[code].grade if code in computed else None,
        )
        for code in DIMENSIONS
    ]


def action_rows(collected: Collected) -> list[ActionRow]:
    """The plan's lines that have a title, the most urgent first; those not kept carry the motive of their refusal."""
    locale, questionnaire = chosen_locale(), collected.questionnaire
    rows: list[dict[str, Any]] = collected.answers.get("actions", Answer()).value or []
    found = [
        ActionRow(
            title=str(row.get("act_titre") or row.get("act_code") or ""),
            priority=questionnaire.label("priorite", str(row.get("act_priorite") or ""), locale),
            pilot=str(row.get("act_pilote") or ""),
            deadline=_day(row.get("act_echeance")),
            funding=str(row.get("act_financement") or ""),
            indicator=str(row.get("act_indicateur") or ""),
            refused=row.get("act_decision") not in KEPT,
            motive=str(row.get("act_motif") or ""),
        )
        for row in sorted(rows, key=lambda row: str(row.get("act_priorite") or "z"))
    ]
    return [action for action in found if action.title]


def _day(value: Any) -> str:
    """A stored date in words; as it was written where it is none."""
    try:
        return day(date.fromisoformat(str(value))) if value else ""
    except ValueError:
        return str(value)
