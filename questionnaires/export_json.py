"""The questionnaire as JSON for a browser: everything that reading, paths, calculations and checks need, and nothing of any answer.

`definition(questionnaire)` is the whole of it; `static/js/definition.js` opens it. What is empty or usual is left out, so that
the 148 items of the campaign's form stay light. `digest_of` names one content: a browser may keep it for ever under that name.
`Reach` says what one section's expressions read, so that a page carries these answers and no others.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from questionnaires.checks import is_asked_of_people
from questionnaires.expressions import names, needed
from questionnaires.model import Check, Choice, Kind, Question, Questionnaire, Section, Text, Tree
from questionnaires.problems import MESSAGES
from questionnaires.reading import DECIMALS, FIRST_YEAR, LAST_YEAR, MONEY_WORDS, MONTHS, MOST_DIGITS, MOST_ROWS

FORMAT = 1
# The faults that reading and checking may find in a browser.
_TOLD = (
    "type", "several_values", "not_a_number", "not_whole", "ambiguous_number", "too_many_digits", "too_many_decimals", "not_a_date",
    "short_year", "impossible_date", "date_out_of_range", "too_long", "control_characters", "unknown_choice", "exclusive_choice",
    "too_many_rows", "too_few_rows", "unknown_cell", "negative_cell", "not_readable", "required", "required_cell",
    "may_not_be_missing",
)  # fmt: skip


def definition(questionnaire: Questionnaire) -> dict[str, Any]:
    """The whole questionnaire as one JSON object."""
    return {
        "format": FORMAT,
        "code": questionnaire.code,
        "version": questionnaire.version,
        "sections": [_section(section) for section in questionnaire.sections],
        "lists": {name: [_choice(choice) for choice in choices] for name, choices in questionnaire.lists.items()},
        "messages": {code: _text(MESSAGES[code]) for code in _TOLD},
        "reading": {
            "mostDigits": MOST_DIGITS,
            "mostRows": MOST_ROWS,
            "firstYear": FIRST_YEAR,
            "lastYear": LAST_YEAR,
            "decimals": {kind.value: count for kind, count in DECIMALS.items()},
            "months": MONTHS,
            "moneyWords": list(MONEY_WORDS),
        },
    }


def written(questionnaire: Questionnaire) -> str:
    """The definition as text, always the same for the same questionnaire."""
    return json.dumps(definition(questionnaire), ensure_ascii=False, separators=(",", ":"))


def digest_of(text: str) -> str:
    """The name of one content: 32 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _section(section: Section) -> dict[str, Any]:
    return {
        "code": section.code,
        "title": _text(section.title),
        "stage": section.stage.value,
        "questions": [_question(question) for question in section.questions],
    }


def _question(question: Question) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": question.name,
        "kind": question.kind.value,
        "label": _text(question.label),
        "unit": _text(question.unit),
        "asked": is_asked_of_people(question),
        "core": question.core,
        "required": question.required,
        "mayBeMissing": question.may_be_missing,
        "choices": question.choices,
        "rows": question.rows,
        "across": question.across,
        "cellKind": question.cell_kind.value if question.kind is Kind.MATRIX else "",
        "relevant": question.relevant,
        "calculation": question.calculation,
        "checks": [_check(check) for check in question.checks],
        "columns": [_question(column) for column in question.columns],
        "minRows": question.min_rows,
        "maxRows": question.max_rows,
        "multiline": question.multiline,
        "maxLength": question.max_length if question.kind is Kind.TEXT else 0,
        "compact": question.compact,
    }
    return {name: value for name, value in told.items() if value}


def _check(check: Check) -> dict[str, Any]:
    """A check, with the questions and facts that must be known before it is judged."""
    return {
        "code": check.code,
        "severity": check.severity.value,
        "tree": check.tree,
        "needs": needed(check.tree),
        "message": _text(check.message),
    }


def _choice(choice: Choice) -> dict[str, Any]:
    told = {"code": choice.code, "label": _text(choice.label)}
    return told | {"exclusive": True} if choice.exclusive else told


def _text(text: Text) -> dict[str, str]:
    return {"fr": text.fr, "en": text.in_("en")} if text else {}


# --- what one section reads ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reach:
    """The questions (of any section) and the facts that a section's expressions read, directly or through other questions."""

    questions: frozenset[str]
    facts: frozenset[str]


def reach_of(questionnaire: Questionnaire, code: str) -> Reach:
    """What the expressions of a section read; raises `KeyError` for an unknown section."""
    section = questionnaire.section(code)
    places = {part.name: question for _section, question in questionnaire.questions() for part in (question, *question.columns)}
    trees = [tree for question in section.questions for tree in (*_path_trees(question), *_check_trees(question))]
    found = {question.name for question in section.questions}
    facts: set[str] = set()
    while trees:
        tree = trees.pop()
        facts.update(_facts(tree))
        for name in names(tree):
            question = places[name]
            if question.name not in found:
                found.add(question.name)
                trees.extend(_path_trees(question))
    return Reach(frozenset(found), frozenset(facts))


def _path_trees(question: Question) -> list[Tree]:
    """The expressions by which a question has a value: its relevance, its calculation, those of its columns."""
    parts: Iterable[Question] = (question, *question.columns)
    return [tree for part in parts for tree in (part.relevant, part.calculation) if tree is not None]


def _check_trees(question: Question) -> list[Tree]:
    return [check.tree for part in (question, *question.columns) for check in part.checks]


def _facts(tree: Tree) -> Iterator[str]:
    """The facts that an expression names; "*" where the name is itself worked out."""
    if tree[0] not in {"op", "call"}:
        return
    if tree[:2] == ["call", "fact"]:
        yield tree[2][1] if tree[2][0] == "value" and isinstance(tree[2][1], str) else "*"
    for child in tree[2:]:
        yield from _facts(child)
