"""Whether the journal folds to the state: every save has its line, no revision is missing, and each state is where its moves led.

`fold` turns the journal's lines into what the dossiers must be; `faults` holds that against what they are. A demonstration is
loaded without a line for each of its saves: the first revision of its sections may be older than the journal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.models import Campaign, Diagnosis, JournalLine, SectionAnswers, State

SAVED, MOVED, SEALED, CARRIED = "section_saved", "moved", "marks_sealed", "version_carried"


@dataclass(slots=True)
class Folded:
    """What the journal says of one dossier: each section's revisions in order, the questions named, the last state, the seals.

    `carried` are the sections that a new version of the questionnaire wrote; `changes` counts what changed the dossier.
    """

    revisions: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    questions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    state: str | None = None
    broken: list[str] = field(default_factory=list)
    seals: list[str] = field(default_factory=list)
    carried: set[str] = field(default_factory=set)
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """One dossier that is not what its journal says; `code` names the fault, `detail` says what was found."""

    diagnosis_id: int
    reference: str
    code: str
    detail: str


Line = tuple[int, str, Mapping[str, Any]]


def fold(lines: Iterable[Line]) -> dict[int, Folded]:
    """The dossiers that the journal's lines make, by number; a line is `(dossier, verb, detail)`, oldest first."""
    found: dict[int, Folded] = defaultdict(Folded)
    for diagnosis_id, verb, detail in lines:
        one = found[diagnosis_id]
        one.changes += verb != MOVED
        if verb == SAVED:
            one.revisions[detail["section"]].append(int(detail["revision"]))
            one.questions[detail["section"]].update(detail["questions"])
        elif verb == MOVED:
            if one.state is not None and one.state != detail["before"]:
                one.broken.append(f"{one.state} → {detail['before']}")
            one.state = str(detail["after"])
        elif verb == CARRIED:
            for section, revision in detail["sections"].items():
                one.revisions[section].append(int(revision))
                one.carried.add(section)
        elif verb == SEALED:
            one.seals.append(str(detail["voice"]))
    return dict(found)


def faults(session: Session) -> Iterator[Fault]:
    """Every dossier that differs from its journal, in order."""
    folded = fold(_lines(session))
    sections: dict[int, list[SectionAnswers]] = defaultdict(list)
    for row in session.scalars(select(SectionAnswers).order_by(SectionAnswers.diagnosis_id, SectionAnswers.section)):
        sections[row.diagnosis_id].append(row)
    demonstrations = set(session.scalars(select(Campaign.id).where(Campaign.is_demo)))
    for diagnosis in session.scalars(select(Diagnosis).order_by(Diagnosis.id)):
        told = folded.get(diagnosis.id, Folded())
        for code, detail in _compared(diagnosis, told, sections[diagnosis.id], loaded=diagnosis.campaign_id in demonstrations):
            yield Fault(diagnosis.id, diagnosis.reference, code, detail)


def _lines(session: Session) -> Iterator[Line]:
    query = (
        select(JournalLine.subject_id, JournalLine.verb, JournalLine.detail)
        .where(JournalLine.subject == "diagnosis", JournalLine.verb.in_((SAVED, MOVED, SEALED, CARRIED)))
        .order_by(JournalLine.id)
        .execution_options(yield_per=1_000)
    )
    for subject_id, verb, detail in session.execute(query):
        if subject_id is not None:
            yield subject_id, verb, detail


def _compared(diagnosis: Diagnosis, told: Folded, sections: list[SectionAnswers], *, loaded: bool) -> Iterator[tuple[str, str]]:
    """What differs, as `(code, detail)`."""
    first = 0
    for row in sections:
        revisions = told.revisions.get(row.section, [])
        start = row.revision - len(revisions)
        first += start
        if revisions != list(range(start + 1, row.revision + 1)) or start not in ({0, 1} if loaded else {0}):
            yield "revisions", f"{row.section} : {row.revision}, journal {revisions[-5:]} ({len(revisions)})"
        unnamed = row.answers.keys() - told.questions.get(row.section, set())
        if unnamed and not start and row.section not in told.carried:
            yield "unnamed", f"{row.section} : {', '.join(sorted(unnamed)[:5])}"
    missing = told.revisions.keys() - {row.section for row in sections}
    if missing:
        yield "lost_section", ", ".join(sorted(missing))
    if diagnosis.revision != told.changes + first:
        yield "count", f"{diagnosis.revision}, journal {told.changes + first}"
    yield from _course(diagnosis, told, loaded=loaded)


def _course(diagnosis: Diagnosis, told: Folded, *, loaded: bool) -> Iterator[tuple[str, str]]:
    if told.broken:
        yield "moves", " ; ".join(told.broken[:5])
    expected = told.state or State.DRAWN.value
    if diagnosis.state.value != expected:
        yield "state", f"{diagnosis.state.value}, journal {expected}"
    sealed = {
        voice
        for voice, moment in (("firm", diagnosis.marks_firm_at), ("diagnostician", diagnosis.marks_diagnostician_at))
        if moment is not None
    }
    if set(told.seals) - sealed or (sealed - set(told.seals) and not loaded) or len(told.seals) != len(set(told.seals)):
        yield "seals", f"{sorted(sealed)}, journal {told.seals}"
