"""A phone's answers made ready to be merged into a dossier. Nothing here knows the web or the database.

A phone does not know what the platform holds: it began blank, or with what the frame knows of the firm, or from what it sent
before. `base_of` says what it began from, by which `diagnostics.merging` tells what it changed; `aligned` keeps what it did
not change as it is held, reasons and line numbers included.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from diagnostics.merging import fingerprint
from questionnaires.answers import Answer
from questionnaires.model import Kind, Question, Questionnaire
from questionnaires.xform_layout import offered_sections

Sections = Mapping[str, Mapping[str, Answer]]


@dataclass(frozen=True, slots=True)
class Placed:
    """Answers by section of a dossier's own version, and those for which it has no place."""

    sections: dict[str, dict[str, Answer]] = field(default_factory=dict)
    displaced: dict[str, Answer] = field(default_factory=dict)


def placed(answers: Sections, source: Questionnaire, target: Questionnaire) -> Placed:
    """Answers to one version's form where another version asks for them; the same where both are the same."""
    found = Placed({section.code: {} for section in offered_sections(target)}, {})
    places = {question.name: (section.code, question) for section in offered_sections(target) for question in section.questions}
    for given in answers.values():
        for name, answer in given.items():
            place = places.get(name)
            if place is not None and (source is target or _fits(source.question(name), place[1], answer, target)):
                found.sections[place[0]][name] = answer
            else:
                found.displaced[name] = answer
    return found


def _fits(before: Question, after: Question, answer: Answer, target: Questionnaire) -> bool:
    """Whether an answer to a question of one version is an answer to the question of the same name in another."""
    if before.kind is not after.kind or (answer.missing is not None and not after.may_be_missing):
        return False
    value = answer.value
    if value is None:
        return True
    if after.kind is Kind.ROSTER:
        return all(_row_fits(row, after, target) for row in value)
    if after.kind is Kind.MATRIX:
        rows = {choice.code for choice in target.choices(after.rows)}
        across = {choice.code for choice in target.choices(after.across)} if after.across else set()
        columns = {column for row in value.values() if isinstance(row, dict) for column in row}
        return bool(after.across) == bool(before.across) and set(value) <= rows and columns <= across
    return _codes_known(value, after, target)


def _row_fits(row: Mapping[str, Any], roster: Question, target: Questionnaire) -> bool:
    columns = {column.name: column for column in roster.columns}
    return all(
        name == "id" or cell is None or (name in columns and _codes_known(cell, columns[name], target))
        for name, cell in row.items()
    )


def _codes_known(value: Any, question: Question, target: Questionnaire) -> bool:
    if not question.choices:
        return True
    known = {choice.code for choice in target.choices(question.choices)}
    return all(code in known for code in (value if isinstance(value, list) else [value]))


def stored(sections: Sections) -> dict[str, dict[str, Any]]:
    """Answers as they are kept in a submission."""
    return {code: {name: answer.to_json() for name, answer in given.items()} for code, given in sections.items() if given}


def flat(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Answer]:
    """The answers that `stored` kept, by question."""
    return {name: Answer.from_json(given) for section in kept.values() for name, given in section.items()}


def base_of(known: Mapping[str, Answer], before: Iterable[Mapping[str, Answer]]) -> dict[str, str]:
    """What a phone began from: the frame's answers, and over them what it sent before, the latest last."""
    base = {name: fingerprint(answer) for name, answer in known.items()}
    for answers in before:
        base |= {name: fingerprint(answer) for name, answer in answers.items()}
    return base


def aligned(
    given: Mapping[str, Answer], held: Mapping[str, Any], known: Mapping[str, Answer], rosters: frozenset[str]
) -> dict[str, Answer]:
    """The answers with what they do not change taken as it is held: its reasons, its state, the numbers of its lines."""
    found = {}
    for name, mine in given.items():
        theirs = Answer.from_json(held[name]) if name in held else known.get(name)
        if theirs is not None and name in rosters and mine.given and isinstance(theirs.value, list):
            mine = replace(mine, value=with_ids_of(mine.value, theirs.value))  # noqa: PLW2901 (the same answer, its lines named)
        same = theirs is not None and (theirs.value, theirs.missing) == (mine.value, mine.missing)
        found[name] = theirs if same and theirs is not None else mine
    return found


def with_ids_of(mine: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A roster's lines under the numbers that the same lines have elsewhere; a changed line keeps its place's number."""
    free = [(str(row.get("id")), _content(row)) for row in theirs]
    chosen: list[str | None] = []
    for row in mine:
        match = next((each for each in free if each[1] == _content(row)), None)
        if match is not None:
            free.remove(match)
        chosen.append(match[0] if match else None)
    left = [number for number, _said in free]
    taken = {str(row.get("id")) for row in theirs}
    fresh = (f"r{number}" for number in range(1, len(mine) + len(theirs) + 2) if f"r{number}" not in taken)
    return [dict(row) | {"id": number or (left.pop(0) if left else next(fresh))} for row, number in zip(mine, chosen, strict=True)]


def _content(row: Mapping[str, Any]) -> str:
    return json.dumps({name: cell for name, cell in row.items() if name != "id" and cell is not None}, sort_keys=True)
