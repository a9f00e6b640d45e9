"""What two sections of the restitution show beside their questions: the marks to bring together, and the actions proposed.

Both open only once the two voices are sealed (`diagnostics.access`), so that the computed scores appear nowhere before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from analysis.actions.catalogue import Proposal
from diagnostics.actions.answers import DIMENSIONS
from diagnostics.collected import Collected
from diagnostics.guards import WIDE_GAP, gap
from diagnostics.i18n import chosen_locale
from diagnostics.pages.section_items import Item
from diagnostics.tables import proposals_of, scores_of
from questionnaires.answers import Answer
from questionnaires.model import Section

CONSENSUS = "S11C"
PLAN = "S12"


@dataclass(frozen=True, slots=True)
class Compared:
    """One dimension of the consensus: the two marks, the computed score, how far apart the marks are, and what to fill in."""

    code: str
    name: str
    firm: str
    diagnostician: str
    score: float | None
    gap: int | None
    mark: Item
    word: Item | None

    @property
    def wide(self) -> bool:
        """Whether the two marks are so far apart that a word is required."""
        return abs(self.gap or 0) >= WIDE_GAP


@dataclass(frozen=True, slots=True)
class Extras:
    """What a section shows beside its questions; nothing for most."""

    compared: Sequence[Compared] = ()
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    partials: Mapping[str, str] = field(default_factory=dict)


def proposals_for(session: Session, found: Collected, section: Section) -> dict[str, Proposal]:
    """The actions that the catalogue proposes for this dossier, by code and most urgent first; only the plan has any."""
    return {proposal.code: proposal for proposal in proposals_of(session, found.diagnosis)} if section.code == PLAN else {}


def shown_answers(found: Collected, proposals: Mapping[str, Proposal]) -> Mapping[str, Answer]:
    """The answers to show in a section: those stored, and in the plan the proposals that nobody has decided on yet."""
    if not proposals:
        return found.answers
    held = found.answers.get("actions", Answer())
    rows = [dict(row) for row in held.value or ()]
    known = {row.get("act_code") for row in rows}
    rows += [_row(proposal, number) for number, proposal in enumerate(proposals.values(), 1) if proposal.code not in known]
    return {**found.answers, "actions": replace(held, value=rows or None)}


def _row(proposal: Proposal, number: int) -> dict[str, Any]:
    locale = chosen_locale()
    return {
        "id": f"p{number}{proposal.code}",
        "act_code": proposal.code,
        "act_titre": proposal.title.in_(locale),
        "act_dimension": proposal.dimensions[0] if proposal.dimensions else None,
        "act_priorite": proposal.priority,
        "act_financement": proposal.schemes.in_(locale)[:200],
    }


def extras_of(
    session: Session, found: Collected, section: Section, items: Sequence[Item], proposals: Mapping[str, Proposal]
) -> Extras:
    """What a section shows beside its questions."""
    if section.code == CONSENSUS:
        return _consensus(session, found, items)
    return Extras(proposals=proposals, partials={"actions": "plan"}) if section.code == PLAN else Extras()


def _consensus(session: Session, found: Collected, items: Sequence[Item]) -> Extras:
    scores = scores_of(session, found.diagnosis)
    by_name = {item.question.name: item for item in items}
    locale = chosen_locale()

    def mark(voice: str, code: str) -> str:
        value = found.answers.get(f"{voice}_{code}", Answer()).value
        return str(value) if value is not None else ""

    return Extras(
        compared=[
            Compared(
                code=code,
                name=found.questionnaire.label("dimension", code, locale),
                firm=mark("ent", code),
                diagnostician=mark("diag", code),
                score=scores.get(code),
                gap=gap(found, code),
                mark=by_name[f"cons_{code}"],
                word=by_name.get(f"cons_{code}_mot"),
            )
            for code in DIMENSIONS
            if f"cons_{code}" in by_name
        ]
    )
