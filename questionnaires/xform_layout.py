"""Where each question stands in the XForm that phones fill: one place for the form's writer and for the reader of what comes back.

A form holds what a visit asks and the diagnostician's own marks, never the firm's. Names of ours that are no question's hold
a hyphen, which a question's name never does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from questionnaires.model import Choice, Kind, Question, Questionnaire, Section, Stage
from questionnaires.records import Missing

ROOT = "diagnostic-partage"
DOSSIER = "dossier-choisi"
DOSSIERS_LIST = "dossiers"
DOSSIERS_FILE = f"{DOSSIERS_LIST}.csv"
MARKS_OPEN = "marks_open"
MISSING_GROUP = "sans-reponse"
MISSING_NAMES: dict[Missing, str] = {
    Missing.UNKNOWN: "ne-sait-pas",
    Missing.REFUSED: "refuse-de-repondre",
    Missing.NOT_APPLICABLE: "sans-objet",
}
OFFERED = frozenset({Stage.VISIT, Stage.MARKS_DIAGNOSTICIAN})

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)


def form_id(questionnaire: Questionnaire) -> str:
    """The form's identity: one a version, since a phone keeps one form for an identity."""
    return f"{questionnaire.code}-{questionnaire.version}"


def offered_sections(questionnaire: Questionnaire) -> Iterator[Section]:
    """The sections that a phone may fill, in order."""
    return (section for section in questionnaire.sections if section.stage in OFFERED and section.questions)


def prefill_column(question: Question) -> str:
    """The column of the list of dossiers that fills a question in beforehand."""
    return f"p_{question.name}"


def cell_names(choices: tuple[Choice, ...], word: str) -> dict[str, str]:
    """The element's name for each code of a matrix's rows or columns: the code itself where all of the list's codes can be names."""
    if all(_PLAIN.match(choice.code) and choice.code != "meta" for choice in choices):
        return {choice.code: choice.code for choice in choices}
    return {choice.code: f"{word}-{number}" for number, choice in enumerate(choices, start=1)}


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix's element names, by code; `columns` is empty where it has one column only."""

    rows: dict[str, str]
    columns: dict[str, str]


def grid(questionnaire: Questionnaire, question: Question) -> Grid:
    """The element names of a matrix."""
    columns = questionnaire.choices(question.across) if question.across else ()
    return Grid(cell_names(questionnaire.choices(question.rows), "ligne"), cell_names(columns, "colonne"))


@dataclass(frozen=True, slots=True)
class Paths:
    """The absolute path of everything that an expression may name: answers, rosters, their columns, and each matrix's cells."""

    scalars: dict[str, str]
    rosters: dict[str, str]
    columns: dict[str, str]
    matrices: dict[str, dict[str, dict[str, str]]]


def paths_of(questionnaire: Questionnaire) -> Paths:
    """The paths of the questions that the form holds; those of calculations are there whether or not a phone can work them out."""
    found = Paths({}, {}, {}, {})
    for section in offered_sections(questionnaire):
        for question in section.questions:
            path = f"/{ROOT}/{section.code}/{question.name}"
            if question.kind is Kind.ROSTER:
                found.rosters[question.name] = path
                found.columns.update({column.name: question.name for column in question.columns})
            elif question.kind is Kind.MATRIX:
                found.matrices[question.name] = _cells(questionnaire, question, path)
            elif question.kind is not Kind.CALCULATE or question.calculation is not None:
                found.scalars[question.name] = path
    return found


def _cells(questionnaire: Questionnaire, question: Question, path: str) -> dict[str, dict[str, str]]:
    names = grid(questionnaire, question)
    if not names.columns:
        return {row: {"": f"{path}/{name}"} for row, name in names.rows.items()}
    return {row: {column: f"{path}/{name}/{inner}" for column, inner in names.columns.items()} for row, name in names.rows.items()}
