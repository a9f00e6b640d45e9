"""Changes of a roster's lines that need no JavaScript: a line taken out, put back, or a block pasted from a spreadsheet.

Each takes a sent form and gives it back as if the person had typed the change, so that reading and saving know one way only.
The form is a `MultiDict`; lines are numbered by the values of `<question>--lignes`, in the order of the page.
"""

import csv
import json
import unicodedata
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from werkzeug.datastructures import MultiDict

from diagnostics.table_fields import MOST_DIGITS, MOST_LINES
from questionnaires.model import Kind, Question, Questionnaire

Form = MultiDict[str, str]
LONGEST_BLOCK = 100_000
_SEPARATORS = ("\t", ";", ",")
_FEWEST_TITLES = 2


def numbers(form: Form, question: Question) -> list[str]:
    """The numbers of the lines sent, in order."""
    return form.getlist(f"{question.name}--lignes")


def without(form: Form, question: Question, number: str) -> tuple[Form, str]:
    """The form without one line, and that line as text to be kept in the page until it is put back or forgotten."""
    kept = numbers(form, question)
    if number not in kept:
        return form, ""
    prefix = f"{question.name}--{number}--"
    cells = {name.removeprefix(prefix): form.getlist(name) for name in form if name.startswith(prefix)}
    left = MultiDict(form)
    left.setlist(f"{question.name}--lignes", [each for each in kept if each != number])
    return left, json.dumps({"at": kept.index(number), "cells": cells}, ensure_ascii=False)


def restored(form: Form, question: Question, removed: str) -> Form:
    """The form with the line that `without` took out, at its place; the form as it was when that text is not ours."""
    try:
        found = json.loads(removed)
        at, cells = int(found["at"]), dict(found["cells"])
    except (ValueError, TypeError, KeyError):
        return form
    number = _free(numbers(form, question))
    again = MultiDict(form)
    known = {"id", *(column.name for column in question.columns)}
    for name, values in cells.items():
        if name in known and isinstance(values, list):
            again.setlist(f"{question.name}--{number}--{name}", [str(value) for value in values])
    lines = numbers(form, question)
    lines.insert(max(0, at), number)
    again.setlist(f"{question.name}--lignes", lines)
    return again


def pasted(form: Form, question: Question, questionnaire: Questionnaire, block: str) -> tuple[Form, int]:
    """The form with a spreadsheet's block added as lines, and how many there were."""
    rows = lines_of(block, question, questionnaire)
    longer = MultiDict(form)
    listed = numbers(form, question)
    for row in rows:
        number = _free(listed)
        listed.append(number)
        for name, value in row.items():
            longer.setlist(f"{question.name}--{number}--{name}", [value])
    longer.setlist(f"{question.name}--lignes", listed)
    return longer, len(rows)


def _free(taken: Sequence[str]) -> str:
    return str(max((int(number) for number in taken if number.isdecimal() and len(number) <= MOST_DIGITS), default=-1) + 1)


def lines_of(block: str, question: Question, questionnaire: Questionnaire) -> list[dict[str, str]]:
    """A pasted block as lines of `{column: text}`: tabs, semicolons or commas between cells, a line of titles or none.

    Without titles the cells follow the order of the page. Choices may be written as their code or in words; what is neither
    stays as it is, and is pointed out when the line is read.
    """
    columns = [column for column in question.columns if column.kind is not Kind.CALCULATE]
    text = block[:LONGEST_BLOCK].strip("\r\n")
    separator = next((each for each in _SEPARATORS if each in text), "\t")
    rows = [row for row in csv.reader(StringIO(text), delimiter=separator) if any(cell.strip() for cell in row)]
    if not rows:
        return []
    titles = _titles(rows[0], columns)
    if titles:
        rows = rows[1:]
    order = titles or dict(enumerate(columns))
    return [
        {order[place].name: coded(order[place], cell.strip(), questionnaire) for place, cell in enumerate(row) if place in order}
        for row in rows[: 2 * MOST_LINES]
    ]


def _titles(first: Sequence[str], columns: Sequence[Question]) -> dict[int, Question]:
    """The columns that a first line names, by place; nothing when it looks like data."""
    names: dict[str, Question] = {}
    for column in columns:
        for word in (column.name, column.label.fr, column.label.en):
            names.setdefault(folded(word), column)
    found = {place: names[folded(cell)] for place, cell in enumerate(first) if folded(cell) in names}
    return found if len(found) >= min(_FEWEST_TITLES, len(columns)) else {}


def coded(column: Question, text: str, questionnaire: Questionnaire) -> str:
    """A cell's text, with a choice written in words turned into its code: plurals and beginnings of words are understood."""
    if not column.choices or not text:
        return text
    choices = questionnaire.choices(column.choices)
    words: Mapping[str, str] = {
        stem(word): choice.code for choice in reversed(choices) for word in (choice.label.en, choice.label.fr, choice.code) if word
    }
    wanted = stem(text)
    if wanted in words:
        return words[wanted]
    begun = {code for word, code in words.items() if wanted and word.startswith(wanted)}
    return begun.pop() if len(begun) == 1 else text


def stem(text: Any) -> str:
    """A text folded, each word without the mark of its plural."""
    return " ".join(word.removesuffix("s") for word in folded(text).split())


def folded(text: Any) -> str:
    """A text without accents, capitals and needless spaces, to compare words as people type them."""
    plain = unicodedata.normalize("NFD", str(text).casefold())
    return " ".join("".join(character for character in plain if not unicodedata.combining(character)).split())
