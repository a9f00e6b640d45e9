"""What remains to be seen in a dossier: every point that somebody should look at, by kind, in the questionnaire's order.

In come a `Collected` dossier that holds only what the person may read, the sections to look into, and the threads that they
may read; out come points, each with its question. The page gives them their addresses and narrows them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.collected import Collected
from diagnostics.models import Thread
from diagnostics.threads import Talk
from questionnaires.answers import Answer, AnswerState, Missing, Problem, is_asked_of_people
from questionnaires.model import Question, Section, Severity, Stage


class Kind(StrEnum):
    """Why something should be looked at; the value stands in addresses and anchors."""

    WRONG = "corriger"
    COMMENTED = "remarques"
    DOUBTFUL = "douteux"
    BLANK = "sans-reponse"
    DEEPER = "approfondies"
    UNCONFIRMED = "preremplies"
    MISSING = "motifs"
    FORCED = "confirmees"
    EDITED = "modifiees"


@dataclass(frozen=True, slots=True)
class Title:
    """What a kind is called, and what to do about it."""

    words: LazyString
    hint: LazyString


TITLES: dict[Kind, Title] = {
    Kind.WRONG: Title(_l("À corriger"), _l("Ces réponses bloquent l’envoi.")),
    Kind.COMMENTED: Title(
        _l("Fils ouverts"), _l("Corrigez ou répondez, à l’endroit de la question ; les messages nouveaux d’abord.")
    ),
    Kind.DOUBTFUL: Title(_l("À vérifier"), _l("Corrigez, ou confirmez d’un mot : la raison restera avec la réponse.")),
    Kind.BLANK: Title(_l("Questions essentielles sans réponse"), _l("Répondez, ou dites pourquoi il n’y a pas de réponse.")),
    Kind.DEEPER: Title(_l("Questions approfondies sans réponse"), _l("Elles ne bloquent pas l’envoi.")),
    Kind.UNCONFIRMED: Title(
        _l("Préremplies, jamais confirmées"), _l("Ouvrez la partie, vérifiez ces valeurs et enregistrez : cela les confirme.")
    ),
    Kind.MISSING: Title(
        _l("Sans réponse, avec un motif"), _l("Le motif vaut réponse ; une réponse reste meilleure si elle se trouve.")
    ),
    Kind.FORCED: Title(_l("Confirmées malgré une alerte"), _l("La raison donnée est à côté : est-elle convaincante ?")),
    Kind.EDITED: Title(_l("Modifiées après un renvoi"), _l("Ce qui a changé depuis la première relecture.")),
}
# What has to be done before a dossier is sent; the rest is there to be read over.
TO_DO = (Kind.WRONG, Kind.COMMENTED, Kind.DOUBTFUL, Kind.BLANK, Kind.DEEPER, Kind.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at: what it is about, and what is said of it."""

    kind: Kind
    section: Section
    question: Question
    text: str = ""
    problem: Problem | None = None
    thread: Thread | None = None
    unread: int = 0
    missing: Missing | None = None
    reasons: tuple[tuple[str, str], ...] = ()


def points_of(found: Collected, codes: frozenset[str], open_codes: frozenset[str], talks: Iterable[Talk]) -> list[Point]:
    """Every point of the sections in `codes`, by kind and in the questionnaire's order.

    Blank answers count in the visit's sections and in `open_codes` (those that the person may write now). Problems count
    once their section has been saved: a page that nobody has opened yet is not wrong.
    """
    sections = [section for section in found.questionnaire.sections if section.code in codes]
    points = [
        *_problems(found, codes, Severity.HARD),
        *_commented(found, sections, talks),
        *_problems(found, codes, Severity.SOFT),
        *_blank(found, sections, open_codes, core=True),
        *_blank(found, sections, open_codes, core=False),
        *_states(found, sections),
    ]
    order = {kind: place for place, kind in enumerate(Kind)}
    return sorted(points, key=lambda point: order[point.kind])


def _problems(found: Collected, codes: frozenset[str], severity: Severity) -> Iterator[Point]:
    kind = Kind.WRONG if severity is Severity.HARD else Kind.DOUBTFUL
    for problem in found.problems:
        if (
            problem.severity is severity
            and problem.section in codes
            and found.saved_of(problem.section).revision
            and problem.code != "required"
        ):
            section = found.questionnaire.section(problem.section)
            yield Point(kind, section, found.questionnaire.question(problem.question), problem=problem)


def _commented(found: Collected, sections: Iterable[Section], talks: Iterable[Talk]) -> list[Point]:
    places = {question.name: (section, question) for section in sections for question in section.questions}
    waiting = [talk for talk in talks if talk.is_open and talk.thread.question in places]
    order = {question.name: place for place, (_section, question) in enumerate(found.questionnaire.questions())}
    waiting.sort(key=lambda talk: (not talk.unread, order[talk.thread.question], talk.thread.id))
    return [
        Point(
            Kind.COMMENTED,
            *places[talk.thread.question],
            text=talk.messages[-1].text if talk.messages else "",
            thread=talk.thread,
            unread=talk.unread,
        )
        for talk in waiting
    ]


def _blank(found: Collected, sections: Iterable[Section], open_codes: frozenset[str], *, core: bool) -> Iterator[Point]:
    kind = Kind.BLANK if core else Kind.DEEPER
    for section in sections:
        if section.stage is Stage.VISIT or section.code in open_codes:
            for question in found.unanswered(section, core_only=False):
                if (question.core or question.required) is core:
                    yield Point(kind, section, question)


def _states(found: Collected, sections: Iterable[Section]) -> Iterator[Point]:
    """What the answers' own states say: prefilled and never saved, missing with a reason, kept against a check, edited."""
    for section in sections:
        stored = found.stored.get(section.code, {})
        for question in section.questions:
            answer = found.answers.get(question.name, Answer())
            if question.name not in found.relevant or not is_asked_of_people(question):
                continue
            if answer.missing is not None:
                yield Point(Kind.MISSING, section, question, missing=answer.missing)
            elif not answer.given:
                continue
            elif answer.reasons:
                yield Point(Kind.FORCED, section, question, reasons=tuple(answer.reasons.items()))
            elif answer.state is AnswerState.PREFILLED and question.name not in stored:
                yield Point(Kind.UNCONFIRMED, section, question)
            elif answer.state is AnswerState.EDITED:
                yield Point(Kind.EDITED, section, question)
