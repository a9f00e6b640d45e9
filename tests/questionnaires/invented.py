"""Answers invented question by question: plausible, odd or wrong, so that every path and every check of a questionnaire is walked."""

from datetime import date, timedelta
from random import Random
from typing import Any

from questionnaires.answers import Answer, Missing
from questionnaires.model import Kind, Question, Questionnaire
from questionnaires.records import Context

ODD: tuple[Any, ...] = (0, -1, 3.5, "", " ", "x", "12", [], {}, ["zz"], "2026-02-30", True, 10**12, {"b1": 3}, [{"id": "r1"}], [1])


def chance(seed: int) -> Random:
    """The same chance for the same seed."""
    return Random(seed)  # noqa: S311 (invented answers need no cryptography)


def invented(random: Random, questionnaire: Questionnaire, *, share: float = 0.8) -> dict[str, Answer]:
    """Answers to that share of the questions; some are missing with a reason, some confirmed, a few make no sense."""
    found: dict[str, Answer] = {}
    for _section, question in questionnaire.questions():
        if random.random() > share:
            continue
        reasons = {check.code: random.choice(["", " ", "c’est exact"]) for check in question.checks if random.random() < 0.2}
        if random.random() < 0.1:
            found[question.name] = Answer(missing=random.choice(list(Missing)), reasons=reasons)
        else:
            value = random.choice(ODD) if random.random() < 0.05 else a_value(random, question, questionnaire)
            found[question.name] = Answer(value, reasons=reasons)
    return found


def a_value(random: Random, question: Question, questionnaire: Questionnaire) -> Any:
    """A value of the question's kind; now and then beyond what its checks accept."""
    if question.kind is Kind.ROSTER:
        return [_row(random, question, questionnaire, number) for number in range(random.choice([0, 1, 2, 5]))]
    if question.kind is Kind.MATRIX:
        return _cells(random, question, questionnaire)
    if question.choices:
        codes = [choice.code for choice in questionnaire.choices(question.choices)]
        several = random.sample(codes, random.randint(1, min(3, len(codes))))
        return several if question.kind is Kind.SELECT_MULTIPLE else several[0]
    if question.kind is Kind.DATE:
        return (date(2026, 11, 24) + timedelta(days=random.randint(-400, 400))).isoformat()
    if question.kind is Kind.TEXT:
        return random.choice(["88.10A", "13055", "73282932000074", "P01", "Une phrase, deux mots.", "é" * 30, "A12", "  "])
    number = random.choice([0, 1, 2, 3, 7, 12, 40, 100, 1964, 1985, 2019, 2026, 150_000])
    return number if question.kind is Kind.INTEGER else number + random.choice([0, 0.5, 0.25])


def _row(random: Random, question: Question, questionnaire: Questionnaire, number: int) -> dict[str, Any]:
    cells = {
        column.name: None if random.random() < 0.2 else a_value(random, column, questionnaire)
        for column in question.columns
        if random.random() < 0.95
    }
    return {"id": f"r{number}", **cells}


def _cells(random: Random, question: Question, questionnaire: Questionnaire) -> dict[str, Any]:
    def figure() -> Any:
        return random.choice([None, 0, 1, 2, 5, 12, 1000, *([-1, 2.5] if random.random() < 0.1 else [])])

    rows = [choice.code for choice in questionnaire.choices(question.rows) if random.random() < 0.8]
    if not question.across:
        return {row: figure() for row in rows}
    return {row: {choice.code: figure() for choice in questionnaire.choices(question.across)} for row in rows}


def context_of(random: Random) -> Context:
    """What invented answers are judged against: some of the frame's facts are unknown."""
    facts: dict[str, Any] = {
        "siret": "73282932000074",
        "siret_actif": random.random() < 0.5,
        "headcount": random.randint(3, 50),
        "communes": {"13055": "13"},
    }
    kept = {name: value for name, value in facts.items() if random.random() < 0.7}
    return Context(date(2026, 11, 24) + timedelta(days=random.randint(-300, 300)), date(2026, 9, 1), kept)
