"""Whole dossiers judged in Chromium as Python judges them: paths, values, checks, progress, and the reading of what people type."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from diagnostics.answer_words import figure, in_words
from diagnostics.collected import collect
from diagnostics.models import Diagnosis
from questionnaires.answers import Answer, Answers, check, plain, progress
from questionnaires.catalogue import load
from questionnaires.export_json import definition
from questionnaires.model import Kind, Question, Questionnaire
from questionnaires.path import Sheet, relevant
from questionnaires.reading import ValueProblem, read_matrix, read_roster, read_value
from questionnaires.records import Context, Problem
from questionnaires.sheets import read_sheets
from tests.questionnaires import interpreters
from tests.questionnaires.interpreters import from_json, in_browser, to_json, workshop
from tests.questionnaires.invented import chance, context_of, invented
from tests.questionnaires.tiny import sheets_of

pytestmark = pytest.mark.browser
VERSION = "2026-1"
MODEST = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
Dossier = tuple[Answers, Context]

TINY = read_sheets(
    sheets_of(
        [
            {"type": "integer", "name": "total", "constraint": ". > 0", "required": "yes"},
            {"type": "begin repeat", "name": "people", "relevant": "${total} > 1", "bind::diag:max_rows": "3"},
            {"type": "select_one sex", "name": "sex", "required": "yes"},
            {"type": "integer", "name": "born", "relevant": "${sex} = 'F'", "constraint": ". > 1900"},
            {"type": "calculate", "name": "age", "calculation": "2026 - ${born}"},
            {"type": "date", "name": "came", "constraint": "year(.) >= ${born} + 14"},
            {"type": "select_multiple tools", "name": "uses", "relevant": "${age} > 18"},
            {"type": "end repeat"},
            {"type": "calculate", "name": "women", "calculation": "count-where(${people}, ${sex} = 'F')"},
            {"type": "calculate", "name": "ages", "calculation": "join('/', ${age})"},
            {"type": "calculate", "name": "latest", "calculation": "coalesce(add-days('2026-01-01', ${women}), today())"},
            {"type": "calculate", "name": "some", "calculation": "${women} > 0"},
            {"type": "begin group", "name": "grid", "bind::diag:rows": "bands", "bind::diag:across": "sex"},
            {"type": "integer", "name": "cell", "constraint": ". >= 0"},
            {"type": "end group"},
            {"type": "text", "name": "why", "relevant": "matrix-sum(${grid}) != ${total}", "constraint": "regex(., '[a-z ]+')"},
        ],
        [{"question": "people", "code": "many", "condition": "count(.) <= ${total}"}],
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    opened = workshop(chromium)
    yield opened
    opened.context.close()


def sent(answers: Answers, context: Context) -> dict[str, Any]:
    told = {"today": context.today.isoformat(), "programme_start": context.programme_start.isoformat()}
    return {"answers": {name: a.to_json() for name, a in answers.items()}, "context": told | {"facts": dict(context.facts)}}


def told(problem: Problem) -> dict[str, Any]:
    return {name: value for name, value in asdict(problem).items() if name != "severity"} | {"severity": problem.severity.value}


def by_python(questionnaire: Questionnaire, answers: Answers, context: Context) -> dict[str, Any]:
    """What the browser is to give for one dossier."""
    values = plain(questionnaire, answers, context)
    asked = relevant(questionnaire, answers, context)
    counts = {code: asdict(found) for code, found in progress(questionnaire, answers, context).items()}
    calculations = [question for _section, question in questionnaire.questions() if question.calculation is not None]
    return {
        "path": [name for name in values if name in asked],
        "plain": interpreters.plain(values),
        "problems": [told(problem) | {"confirmed": False} for problem in check(questionnaire, answers, context)],
        "progress": {
            code: {"coreAsked": c.pop("core_asked"), "coreAnswered": c.pop("core_answered"), **c} for code, c in counts.items()
        },
        "words": {
            each.name: [in_words(each, values[each.name], questionnaire, locale) for locale in ("fr", "en")]
            for each in calculations
        },
    }


def assert_judged_alike(page: Page, questionnaire: Questionnaire, dossiers: Sequence[Dossier]) -> None:
    asked = {"definition": definition(questionnaire), "dossiers": [sent(*dossier) for dossier in dossiers]}
    for dossier, found in zip(dossiers, in_browser(page, "judged", asked), strict=True):
        expected = by_python(questionnaire, *dossier)
        found["plain"] = interpreters.plain(from_json(found["plain"]))
        for part, value in expected.items():
            assert found[part] == value, part


def test_the_dossiers_of_the_demonstration_are_judged_alike(page: Page, demo: Flask) -> None:
    with demo.extensions["database"].read() as session:
        found = [collect(session, diagnosis) for diagnosis in session.scalars(select(Diagnosis).order_by(Diagnosis.id))]
        dossiers = [(each.answers, each.context) for each in found if each.saved]
    assert len(dossiers) > 20
    assert_judged_alike(page, load(VERSION), dossiers)


@pytest.mark.parametrize("make", [lambda: load(VERSION), lambda: TINY], ids=["campaign", "tiny"])
@given(seed=st.integers(0, 10**6))
@MODEST
def test_whatever_is_answered_is_judged_alike(page: Page, make: Callable[[], Questionnaire], seed: int) -> None:
    questionnaire, random = make(), chance(seed)
    count = 8 if questionnaire is not TINY else 40
    dossiers: list[Dossier] = [
        (invented(random, questionnaire, share=random.choice([0.3, 0.8, 1])), context_of(random)) for _each in range(count)
    ]
    assert_judged_alike(page, questionnaire, dossiers)


def test_the_tiny_form_walks_every_part_of_the_path() -> None:
    rows = [{"id": "r1", "sex": "F", "born": 2000, "uses": ["a"]}, {"id": "r2", "sex": "H", "born": 1990, "uses": ["a"]}]
    sheet = Sheet(TINY, {"total": Answer(2), "people": Answer(rows)}, context_of(chance(1)))
    assert sheet["age"] == [26, None]
    assert sheet["born"] == [2000, None]
    assert sheet["uses"] == [["a"], None]


# --- reading ------------------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from([
    "1", "12", "234", "000", "1234567890", ",", ".", " ", "\u202f", "\u00a0", "-", "−", "+", "€", "%", "eur", "Euros", "jours",
    "/", "24", "11", "2026", "31", "1er", "mars", "Févr.", "août", "é", "\u0301", "x", "ß", "İ", "\n", "\t", "\u200b", "\u202e",
    "\ue000", "\ufffe", "👍", "\u0378", "\x1f", "a", "A12", "F", "oui",
])  # fmt: skip
RAWS = st.one_of(
    st.lists(PIECES, max_size=7).map("".join),
    st.dates().map(lambda day: day.strftime("%d/%m/%Y")),
    st.decimals(-(10**6), 10**6, places=2).map(lambda n: f"{n:,}".replace(",", " ").replace(".", ",")),
    st.integers(-(10**11), 10**11).map(str),
    st.text(max_size=30),
    st.none(),
    st.lists(st.sampled_from(["a", "b", "none", "F", ""]), max_size=3),
)


def parts(questionnaire: Questionnaire) -> list[Question]:
    found = [part for _section, question in questionnaire.questions() for part in (question, *question.columns)]
    return [part for part in found if part.kind not in {Kind.ROSTER, Kind.MATRIX}]


def read_by_python(question: Question, raw: Any, questionnaire: Questionnaire) -> Any:
    if question.kind in {Kind.ROSTER, Kind.MATRIX}:
        found = (read_roster if question.kind is Kind.ROSTER else read_matrix)(question, raw, questionnaire)
        problems = [{"row": p.row, "column": p.column, "code": p.code, "message": asdict(p.message)} for p in found.problems]
        return {"value": found.value, "problems": problems}
    try:
        return {"value": read_value(question, raw, questionnaire)}
    except ValueProblem as problem:
        return {"code": problem.code, "message": asdict(problem.message)}


def assert_read_alike(page: Page, questionnaire: Questionnaire, raws: Sequence[tuple[Question, Any]]) -> None:
    asked = {"definition": definition(questionnaire), "raws": [[question.name, raw] for question, raw in raws]}
    for (question, raw), found in zip(raws, in_browser(page, "readings", asked), strict=True):
        expected = read_by_python(question, raw, questionnaire)
        assert interpreters.plain(found) == interpreters.plain(to_json(expected)), (question.name, raw)


@given(st.lists(RAWS, min_size=10, max_size=30))
@MODEST
def test_what_is_typed_is_read_alike(page: Page, raws: list[Any]) -> None:
    for questionnaire in (load(VERSION), TINY):
        asked = parts(questionnaire)
        assert_read_alike(page, questionnaire, [(question, raw) for raw in raws for question in asked[:: max(1, len(asked) // 40)]])


SHARED = {
    "integer": ["12", " 1 234 ", "1\u202f234", "-3", "−3", "+4", "007", "12,0", "1.234.567", "9999999999", "12.500", "1,5", "douze", "99999999999", "", "1 2"],
    "money": ["1 234,50 €", "1.234,50", "1,234.50", "12 345 euros", "-60000", "12.500", "1,001", "1,2,3", "€"],
    "percentage": ["12,5 %", "100%", "12.500", "%", "-,5"],
    "date": ["31/12/2025", "1er mars 2026", "2026-11-24", "24 novembre 2026", "24 nov. 2026", "31/02/2026", "1/1/26", "24.11.2026", "24-11-2026", "24 foo 2026", "1/1/1700", "24/11", "août 2026", "2 AOÛT 2026"],
    "text": ["  deux   mots ", "e\u0301", "a\r\nb", "\u202etxet", "x" * 2500, "x" * 99_000, "a\x00b"],
    "select_one": ["F", " F ", "f", "", "zz"],
}  # fmt: skip


def test_the_ways_people_write_are_read_alike(page: Page) -> None:
    questionnaire = load(VERSION)
    raws = [(part, raw) for part in parts(questionnaire) for raw in SHARED.get(part.kind.value, ["a", ["a"], ["aucun", "a"]])]
    assert len(raws) > 1_000
    assert_read_alike(page, questionnaire, raws)


def test_tables_are_read_alike(page: Page) -> None:
    people, grid = TINY.question("people"), TINY.question("grid")
    rows = [
        {"id": "r2", "sex": "F", "born": "1 964", "came": "1er mars 2020", "uses": ["a", "none"]},
        {"id": "r2", "sex": "H", "born": "x"},
        {"id": "<b>", "born": "-3"},
        {"sex": ""},
        {"born": ["1", "2"], "uses": "a"},
    ]
    cells = {"young": {"F": "1", "H": "-2"}, "old": "3", "stranger": {"F": "1"}, "constructor": None}
    raws: list[tuple[Question, Any]] = [(people, rows), (people, []), (people, [{}]), (people, rows[:1] * 1_005), (grid, cells), (grid, {}), (grid, {"young": {"F": ""}})]  # fmt: skip
    assert_read_alike(page, TINY, raws)


def test_figures_are_written_alike(page: Page) -> None:
    random = chance(7)
    numbers = [0.125, 0.375, 1.005, 2.675, -0.001, -2.5, 1234567.891, 1e15, 0.5, -0.125, 2026.0, *(random.uniform(-1e6, 1e6) for _each in range(300))]  # fmt: skip
    assert in_browser(page, "figures", numbers) == [[figure(number, locale) for locale in ("fr", "en")] for number in numbers]
