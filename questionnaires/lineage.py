"""Which question of one version is which of another: by its name, or by the names that it had before (`was`).

A name claimed by `was` goes before the same name: when a version renames `a` to `b` and asks something new under `a`, the
answers to the old `a` belong to `b`. The rule reads the same in both directions, so that a draft carried to a version and
back finds its place again.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from questionnaires.model import Choice, Kind, Question, Questionnaire

# A name with the names that the same thing had before.
Names = Mapping[str, tuple[str, ...]]


def question_names(questions: Iterable[Question]) -> dict[str, tuple[str, ...]]:
    """Questions' names, each with its former ones."""
    return {question.name: question.was for question in questions}


def choice_names(choices: Iterable[Choice]) -> dict[str, tuple[str, ...]]:
    """Choices' codes, each with its former ones."""
    return {choice.code: choice.was for choice in choices}


def paired(old: Names, new: Names) -> dict[str, str]:
    """The new name of every old one that still has a place; each name serves once."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for before, after in _candidates(old, new):
        if before not in found and after not in taken:
            found[before] = after
            taken.add(after)
    return found


def _candidates(old: Names, new: Names) -> Iterator[tuple[str, str]]:
    """Pairs of names that may be the same thing, the surest first."""
    for after, was in new.items():
        if after not in old:
            yield from ((before, after) for before in was if before in old)
    for before, was in old.items():
        if before not in new:
            yield from ((before, after) for after in was if after in new)
    yield from ((name, name) for name in old if name in new)
    # Two versions may each have renamed the same question in their own way: they share a former name.
    for before, was in old.items():
        if before not in new:
            yield from ((before, after) for after, others in new.items() if after not in old and set(was) & set(others))


def renamings(old: Questionnaire, new: Questionnaire) -> dict[str, str]:
    """The questions that have another name in the new version, answered or not: old name to new one."""
    before, after = (question_names(question for _section, question in each.questions()) for each in (old, new))
    return {name: later for name, later in paired(before, after).items() if name != later}


def with_former_names(questionnaire: Questionnaire, values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values by question name, under the former names as well: one table can be read from dossiers of every version.

    A renamed question's value also stands under each of its former names, a renamed column and a renamed choice are read as
    they were first called. A former name that this version asks about again keeps what it is asked now.
    """
    found = dict(values)
    asked = {question.name for _section, question in questionnaire.questions()}
    for _section, question in questionnaire.questions():
        if question.name not in values:
            continue
        value = _formerly(questionnaire, question, values[question.name])
        found[question.name] = value
        for name in question.was:
            if name not in asked:
                found[name] = value
    return found


def _formerly(questionnaire: Questionnaire, question: Question, value: Any) -> Any:
    """A value with the choices and the columns that were renamed, as the first version called them."""
    if value is None:
        return None
    if question.kind is Kind.SELECT_ONE:
        return _first_codes(questionnaire, question.choices).get(value, value)
    if question.kind is Kind.SELECT_MULTIPLE and isinstance(value, list):
        codes = _first_codes(questionnaire, question.choices)
        return [codes.get(code, code) for code in value]
    if question.kind is Kind.ROSTER and isinstance(value, list):
        return [_former_row(questionnaire, question, row) for row in value]
    if question.kind is Kind.MATRIX and isinstance(value, dict):
        rows, across = _first_codes(questionnaire, question.rows), _first_codes(questionnaire, question.across)
        return {
            rows.get(row, row): {across.get(column, column): cell for column, cell in cells.items()}
            if isinstance(cells, dict)
            else cells
            for row, cells in value.items()
        }
    return value


def _former_row(questionnaire: Questionnaire, roster: Question, row: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(row)
    for column in roster.columns:
        if column.name in row:
            value = _formerly(questionnaire, column, row[column.name])
            found |= dict.fromkeys((column.name, *(name for name in column.was if name not in row)), value)
    return found


def _first_codes(questionnaire: Questionnaire, list_name: str) -> dict[str, str]:
    """The first code of each choice that was renamed; the earliest stands last in `was`."""
    return {choice.code: choice.was[-1] for choice in questionnaire.lists.get(list_name, ()) if choice.was}


def known_names(questionnaire: Questionnaire) -> frozenset[str]:
    """Every name under which a top-level question's value can be read, former names included."""
    names = {name for _section, question in questionnaire.questions() for name in (question.name, *question.was)}
    return frozenset(names)
