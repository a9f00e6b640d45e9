"""One diagnosis as it stands: its questionnaire and every answer, read once and judged as a whole.

`collect` takes a read session and a diagnosis; out comes a frozen `Collected`. What the sampling frame already knows of the
firm, and what its last diagnosis said that hardly changes, fill the questions that nobody has opened yet, marked as prefilled,
so that no page and no check sees them blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.catalogues import load
from diagnostics.delays import PARIS
from diagnostics.models import Campaign, Diagnosis, Firm, SectionAnswers, User, now
from diagnostics.previous import NOTHING, Previous, previous_of
from questionnaires.answers import Answer, AnswerState, Context, Problem, Progress, check, is_asked_of_people, plain, progress
from questionnaires.model import Question, Questionnaire, Section
from questionnaires.path import relevant

# The question that each fact of the frame answers.
PREFILLED: dict[str, str] = {
    "siret": "siret",
    "raison_sociale": "name",
    "famille": "family",
    "secteur_ess": "sector",
    "naf": "naf",
    "idcc_code": "idcc",
    "dept": "departement",
    "commune_insee": "commune_code",
    "effectif_sirene": "headcount",
}


@dataclass(frozen=True, slots=True)
class Saved:
    """When a section was last saved, by whom, and how many times it was."""

    revision: int
    at: datetime
    by: str = ""


NEVER = Saved(0, datetime.min.replace(tzinfo=PARIS))


@dataclass(frozen=True)
class Collected:
    """A diagnosis, its questionnaire, the answers of all sections together, and what they are judged against."""

    diagnosis: Diagnosis
    questionnaire: Questionnaire
    answers: Mapping[str, Answer]
    saved: Mapping[str, Saved]
    context: Context
    stored: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    previous: Previous = NOTHING

    @cached_property
    def relevant(self) -> frozenset[str]:
        """The names of the questions asked, given the answers."""
        return relevant(self.questionnaire, self.answers, self.context)

    @cached_property
    def problems(self) -> list[Problem]:
        """What is wrong or doubtful, in the questionnaire's order."""
        return check(self.questionnaire, self.answers, self.context)

    @cached_property
    def progress(self) -> Mapping[str, Progress]:
        """How far each section is."""
        return progress(self.questionnaire, self.answers, self.context)

    @cached_property
    def plain(self) -> Mapping[str, Any]:
        """The values on the path, calculations included, as the analysis reads them."""
        return plain(self.questionnaire, self.answers, self.context)

    def saved_of(self, section: str) -> Saved:
        """When a section was last saved; `NEVER` before its first time."""
        return self.saved.get(section, NEVER)

    def comes_from_frame(self, name: str) -> bool:
        """Whether a prefilled answer was taken from the sampling frame, and not from the firm's last diagnosis."""
        return name in PREFILLED and name not in self.previous.answers

    @property
    def previous_on(self) -> date | None:
        """The day of the last diagnosis that answers came over from, or None."""
        return self.previous.on

    def unanswered(self, section: Section, *, core_only: bool) -> list[Question]:
        """The questions of a section that are asked and have neither an answer nor a reason for none."""
        return [
            question
            for question in section.questions
            if question.name in self.relevant
            and is_asked_of_people(question)
            and (question.core or question.required or not core_only)
            and not settled(self.answers.get(question.name))
        ]


def settled(answer: Answer | None) -> bool:
    """Whether a question needs nothing more: it has a value, or a reason for having none."""
    return answer is not None and (answer.given or answer.missing is not None)


def prefilled(questionnaire: Questionnaire, firm: Firm) -> dict[str, Answer]:
    """What the sampling frame answers already, by question; codes that the questionnaire does not offer are left out."""
    found: dict[str, Answer] = {}
    for question, attribute in prefill_places(questionnaire):
        value = getattr(firm, attribute)
        if question.choices:
            codes = {code: choice.code for choice in questionnaire.choices(question.choices) for code in (*choice.was, choice.code)}
            value = codes.get(value)
        if value in {None, ""}:
            continue
        found[question.name] = Answer(value, state=AnswerState.PREFILLED)
    return found


@lru_cache(maxsize=64)
def prefill_places(questionnaire: Questionnaire) -> tuple[tuple[Question, str], ...]:
    """The questions that the frame answers, under their present or a former name, with the attribute of the firm."""
    by_name = {name: question for _section, question in questionnaire.questions() for name in question.was}
    by_name |= {question.name: question for _section, question in questionnaire.questions()}
    return tuple((by_name[name], attribute) for name, attribute in PREFILLED.items() if name in by_name)


def context_of(diagnosis: Diagnosis, campaign: Campaign) -> Context:
    """What a diagnosis's answers are judged against: today in Paris, the campaign's start and the frame's facts."""
    firm = diagnosis.firm
    facts: dict[str, Any] = {"siret": firm.siret}
    if firm.headcount is not None:
        facts["headcount"] = firm.headcount
    if firm.commune_code and firm.departement:
        facts["communes"] = {firm.commune_code: firm.departement}
    return Context(now().astimezone(PARIS).date(), campaign.starts_on, facts)


def collect(session: Session, diagnosis: Diagnosis) -> Collected:
    """Reads a diagnosis's answers and puts them beside its questionnaire and its context."""
    questionnaire = load(diagnosis.questionnaire_version, session)
    rows = session.execute(
        select(SectionAnswers, User.name)
        .outerjoin(User, User.id == SectionAnswers.updated_by_id)
        .where(SectionAnswers.diagnosis_id == diagnosis.id)
        .order_by(SectionAnswers.section)
    ).all()
    previous = previous_of(session, diagnosis.id, questionnaire)
    answers = {**previous.answers, **prefilled(questionnaire, diagnosis.firm)}
    saved = {}
    stored = {}
    for row, name in rows:
        answers |= {question: Answer.from_json(given) for question, given in row.answers.items()}
        saved[row.section] = Saved(row.revision, row.updated_at, name or "")
        stored[row.section] = row.answers
    context = context_of(diagnosis, diagnosis.firm.campaign)
    return Collected(diagnosis, questionnaire, answers, saved, context, stored, previous)
