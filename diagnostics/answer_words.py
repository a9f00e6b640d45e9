"""Values of answers as a person reads or types them: in a control, in a sentence, in a table.

In come a question and the stored value of its answer; out comes text in the language asked for. Nothing here knows the
request or the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel import dates, numbers

from questionnaires.model import Kind, Question, Questionnaire
from questionnaires.values import as_text

NARROW = "\u202f"
WIDE = "\u00a0"
YEARS = range(1850, 2200)


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a matrix: by row, by column and overall; a row or column without any figure has none."""

    rows: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, float] = field(default_factory=dict)
    grand: float | None = None

    def share(self, row: str) -> float | None:
        """A row's part of the whole (0 to 1); None where there is no whole to divide by."""
        if row not in self.rows or not self.grand:
            return None
        return self.rows[row] / self.grand


def totals(value: Any) -> Totals:
    """The sums of a matrix's value, `{row: {column: number}}` or `{row: number}`; blanks count for nothing."""
    rows: dict[str, float] = {}
    columns: dict[str, float] = {}
    for row, cells in (value or {}).items():
        for column, number in cells.items() if isinstance(cells, dict) else [("", cells)]:
            if isinstance(number, int | float):
                rows[row] = rows.get(row, 0) + number
                columns[column] = columns.get(column, 0) + number
    return Totals(rows, columns, sum(rows.values()) if rows else None)


def written(question: Question, value: Any) -> str:
    """A single value as it stands in its control: French decimals, no unit, thousands set apart for money only."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    text = repr(round(value, 6)) if isinstance(value, float) else str(value)
    whole, _dot, decimals = text.partition(".")
    if question.kind is Kind.MONEY:
        whole = f"{int(whole):,}".replace(",", NARROW) if whole.lstrip("-").isdigit() else whole
    return whole if decimals in {"", "0"} else f"{whole},{decimals}"


def figure(value: float | None, locale: str, decimals: int = 2) -> str:
    """A figure with its thousands set apart and at most so many decimals."""
    if value is None:
        return ""
    return str(numbers.format_decimal(round(value, decimals) + 0, locale=locale))


def _number(question: Question, value: Any, _questionnaire: Questionnaire, locale: str) -> str:
    unit = question.unit.in_(locale)
    # A year is a number that nobody writes with a thousands separator.
    text = str(int(value)) if not unit and value in YEARS else figure(value, locale)
    return f"{text}{WIDE}{unit}" if unit and text else text


def _money(_question: Question, value: Any, _questionnaire: Questionnaire, locale: str) -> str:
    text = figure(value, locale)
    return f"{text}{WIDE}€" if locale == "fr" else f"€{text}"


def _percentage(_question: Question, value: Any, _questionnaire: Questionnaire, locale: str) -> str:
    text = figure(value, locale)
    return f"{text}{NARROW}%" if locale == "fr" else f"{text}%"


def _date(_question: Question, value: Any, _questionnaire: Questionnaire, locale: str) -> str:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return str(dates.format_date(day, format="long", locale="en_GB" if locale == "en" else "fr"))


def _text(_question: Question, value: Any, _questionnaire: Questionnaire, _locale: str) -> str:
    return str(value)


def _choice(question: Question, value: Any, questionnaire: Questionnaire, locale: str) -> str:
    return questionnaire.label(question.choices, str(value), locale)


def _choices(question: Question, value: Any, questionnaire: Questionnaire, locale: str) -> str:
    return ", ".join(questionnaire.label(question.choices, str(code), locale) for code in value)


def _lines(_question: Question, value: Any, _questionnaire: Questionnaire, locale: str) -> str:
    count = len(value)
    word = {"fr": "ligne", "en": "line"}[locale]
    return f"{count}{WIDE}{word}{'s' if count > 1 else ''}"


def _sum(_question: Question, value: Any, _questionnaire: Questionnaire, locale: str) -> str:
    return f"{figure(totals(value).grand or 0, locale)}{WIDE}{ {'fr': 'au total', 'en': 'in all'}[locale] }"


def _calculated(question: Question, value: Any, questionnaire: Questionnaire, locale: str) -> str:
    if isinstance(value, date):
        return _date(question, value, questionnaire, locale)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(question, value, questionnaire, locale)
    return _choice(question, value, questionnaire, locale) if question.choices else as_text(value)


_WORDS: dict[Kind, Callable[[Question, Any, Questionnaire, str], str]] = {
    Kind.INTEGER: _number,
    Kind.DECIMAL: _number,
    Kind.MONEY: _money,
    Kind.PERCENTAGE: _percentage,
    Kind.DATE: _date,
    Kind.TEXT: _text,
    Kind.SELECT_ONE: _choice,
    Kind.SELECT_MULTIPLE: _choices,
    Kind.ROSTER: _lines,
    Kind.MATRIX: _sum,
    Kind.CALCULATE: _calculated,
}


def in_words(question: Question, value: Any, questionnaire: Questionnaire, locale: str) -> str:
    """A value as a person reads it, with its unit; nothing for no value."""
    if value is None or (isinstance(value, Sequence | Mapping) and not value):
        return ""
    return _WORDS[question.kind](question, value, questionnaire, locale)
