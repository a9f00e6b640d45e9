"""The quality of the filling: paradata and the states of answers out of the database, indicators out of `analysis.paradata`.

Reads only. What stands in a voice's marks is read once both voices are sealed and never before. People and dossiers are
numbers here; the page puts names beside them for the coordinator, the export does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis import paradata
from diagnostics.access import Actor, visible
from diagnostics.catalogues import load
from diagnostics.models import Diagnosis, Firm, ParadataEvent, SectionAnswers, User
from questionnaires.answers import AnswerState
from questionnaires.model import Kind, Questionnaire, Stage

VOICES = frozenset({Stage.MARKS_FIRM.value, Stage.MARKS_DIAGNOSTICIAN.value})
COMPARED = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.INTEGER, Kind.PERCENTAGE})
EVENTS = ("session", "dossier", "section", "kind", "at", "seconds", "changed", "alerts", "names")
STATES = ("dossier", "section", "question", "state", "missing", "checks", "reasons")


@dataclass(frozen=True, slots=True)
class Named:
    """A dossier as the coordinator knows it."""

    reference: str
    firm: str
    person_id: int | None
    person: str


@dataclass(frozen=True, slots=True)
class Quality:
    """All that the page and the export show, by dossier number and person number."""

    named: Mapping[int, Named]
    events: pd.DataFrame
    states: pd.DataFrame
    dossiers: pd.DataFrame
    people: pd.DataFrame
    standing_out: pd.DataFrame
    people_out: pd.DataFrame
    pairs: pd.DataFrame
    series: pd.DataFrame
    questions: pd.DataFrame


def quality_of(session: Session, actor: Actor) -> Quality:
    """The quality of the filling over the dossiers that this person may reach and that were begun."""
    reached = visible(Diagnosis, actor).with_only_columns(Diagnosis.id)
    named = _named(session, reached)
    events = _events(session, reached)
    states, answers = _answers(session, reached)
    dossiers = paradata.dossier_table(_counts(states, named), events)
    people = paradata.person_table(dossiers)
    return Quality(
        named=named,
        events=events,
        states=states,
        dossiers=dossiers,
        people=people,
        standing_out=paradata.standing_out(dossiers),
        people_out=paradata.standing_out(people),
        pairs=paradata.similar_pairs(answers),
        series=paradata.flat_series(answers, _series(session, reached)),
        questions=paradata.question_table(events),
    )


def _named(session: Session, reached: Any) -> dict[int, Named]:
    rows = session.execute(
        select(Diagnosis.id, Diagnosis.reference, Firm.name, User.id, User.name)
        .join(Firm, Firm.id == Diagnosis.firm_id)
        .outerjoin(User, User.id == Diagnosis.diagnostician_id)
        .where(Diagnosis.id.in_(reached))
        .order_by(Diagnosis.id)
    )
    return {number: Named(reference, firm, person_id, person or "") for number, reference, firm, person_id, person in rows}


def _events(session: Session, reached: Any) -> pd.DataFrame:
    """One row an event, with what its detail says in plain columns."""
    event = ParadataEvent
    rows = session.execute(
        select(event.session, event.diagnosis_id, event.section, event.kind, event.at, event.detail)
        .where(event.diagnosis_id.in_(reached))
        .order_by(event.id)
    )
    return pd.DataFrame((_event(*row) for row in rows), columns=list(EVENTS))


def _event(session: str, dossier: int, section: str, kind: Any, at: Any, detail: Mapping[str, Any]) -> tuple[Any, ...]:
    alerts = _alerts(detail)
    changed = detail.get("questions", []) if kind == "changed" else []
    return (session, dossier, section, str(kind.value), at, detail.get("seconds"), len(changed), alerts, changed or alerts)


def _alerts(detail: Mapping[str, Any]) -> list[str]:
    """The questions whose alert an event tells of, in whichever way it names them."""
    if "checks" in detail:
        return sorted({str(pair[0]) for pair in detail["checks"]})
    if "check" in detail:
        return [str(detail["question"])]
    return [str(name) for name in detail.get("questions", ())]


def _answers(session: Session, reached: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The state of every stored answer, and the codes of the answers that can be compared between dossiers."""
    sealed = Diagnosis.marks_firm_at.is_not(None) & Diagnosis.marks_diagnostician_at.is_not(None)
    rows = session.execute(
        select(SectionAnswers.diagnosis_id, Diagnosis.questionnaire_version, sealed, SectionAnswers.section, SectionAnswers.answers)
        .join(Diagnosis, Diagnosis.id == SectionAnswers.diagnosis_id)
        .where(SectionAnswers.diagnosis_id.in_(reached))
        .order_by(SectionAnswers.diagnosis_id, SectionAnswers.section)
    )
    states: list[tuple[Any, ...]] = []
    codes: dict[int, dict[str, str]] = {}
    compared: dict[str, frozenset[str]] = {}
    for dossier, version, both, section, stored in rows:
        questionnaire = load(version, session)
        if questionnaire.stages().get(section) in VOICES and not both:
            continue
        if version not in compared:
            compared[version] = _compared(questionnaire)
        states.extend(_state(dossier, section, name, answer) for name, answer in stored.items())
        codes.setdefault(dossier, {}).update(_codes(stored, compared[version]))
    return pd.DataFrame(states, columns=list(STATES)), pd.DataFrame.from_dict(codes, orient="index")


def _state(dossier: int, section: str, name: str, answer: Mapping[str, Any]) -> tuple[Any, ...]:
    reasons = answer.get("reasons") or {}
    value = answer.get("value")
    blank = answer.get("missing") is None and (value is None or value in ("", {}))
    state = "blank" if blank else answer.get("state", AnswerState.COLLECTED.value)
    return (dossier, section, name, state, answer.get("missing") or "", len(reasons), dict(reasons))


def _compared(questionnaire: Questionnaire) -> frozenset[str]:
    """The questions whose answers can be held side by side: choices and small figures of the visit and of the two voices."""
    return frozenset(
        question.name
        for section, question in questionnaire.questions()
        if question.kind in COMPARED and section.stage in {Stage.VISIT, Stage.MARKS_FIRM, Stage.MARKS_DIAGNOSTICIAN}
    )


def _codes(stored: Mapping[str, Any], compared: Iterable[str]) -> dict[str, str]:
    """The comparable answers as text; what was prefilled is the register's, and no sign of anything."""
    found = {}
    for name in compared:
        answer = stored.get(name)
        if answer and answer.get("value") is not None and answer.get("state") != AnswerState.PREFILLED.value:
            value = answer["value"]
            found[name] = " ".join(sorted(map(str, value))) if isinstance(value, list) else str(value)
    return found


def _counts(states: pd.DataFrame, named: Mapping[int, Named]) -> pd.DataFrame:
    """Counts of answers by dossier, for those that hold any."""
    given = states["state"].ne("blank") & states["missing"].eq("")
    counts = pd.DataFrame(
        {
            "dossier": states["dossier"],
            "answered": given,
            "missing": states["missing"].ne(""),
            "overridden": given & states["checks"].gt(0),
            "prefilled": given & states["state"].eq(AnswerState.PREFILLED.value),
        }
    )
    found = counts.groupby("dossier").sum().astype(int)
    found.insert(0, "person", [named[number].person_id if number in named else None for number in found.index])
    return found


def _series(session: Session, reached: Any) -> dict[str, list[str]]:
    """The questions that offer the same choices side by side, by section and list."""
    found: dict[str, list[str]] = {}
    for version in session.scalars(select(Diagnosis.questionnaire_version).where(Diagnosis.id.in_(reached)).distinct()):
        for section, question in load(version, session).questions():
            names = found.setdefault(f"{section.code}:{question.choices}", [])
            if question.kind is Kind.SELECT_ONE and question.name not in names:
                names.append(question.name)
    return {code: names for code, names in found.items() if len(names) >= paradata.FEWEST_IN_SERIES}
