"""Answers: from raw text to stored value, from stored value to what the analysis reads, and what is wrong in between.

This is the door of the package for whoever fills, stores or reads answers: the records are in `records`, the reading of raw
answers in `reading`, the checks in `checks`, the path in `path`.
"""

from typing import Any

from questionnaires.checks import check, is_asked_of_people, progress
from questionnaires.model import Questionnaire
from questionnaires.path import Sheet
from questionnaires.reading import CellProblem, TableRead, ValueProblem, read_matrix, read_roster, read_value
from questionnaires.records import Answer, Answers, AnswerState, Context, Missing, Problem, Progress

__all__ = [
    "Answer",
    "AnswerState",
    "Answers",
    "CellProblem",
    "Context",
    "Missing",
    "Problem",
    "Progress",
    "TableRead",
    "ValueProblem",
    "check",
    "is_asked_of_people",
    "plain",
    "progress",
    "read_matrix",
    "read_roster",
    "read_value",
]


def plain(questionnaire: Questionnaire, answers: Answers, context: Context) -> dict[str, Any]:
    """Every top-level question's value by name, as the analysis reads it: dates as `datetime.date`, calculations included.

    None stands for unanswered, missing with a reason, off the path, and for what is only computed at the report.
    """
    sheet = Sheet(questionnaire, answers, context)
    return {name: sheet[name] for name in sheet}
