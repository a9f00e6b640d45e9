"""A full pass over the campaign's form, with a roster of 15 lines: our engine beside the same form through `elementpath`.

Both evaluate the same expressions (every relevance and calculation, and every check whose answer and needs are known, line by line
in the rosters) and must give the same values. Ours is timed from the stored answers on, path and checks and messages included;
`elementpath` from a ready XML instance and parsed expressions on. The passes alternate, so that both meet the same machine.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import elementpath

from bench.scene import median
from bench.xpath_form import Translator, instance
from questionnaires import values
from questionnaires.answers import Answer, Context, check
from questionnaires.catalogue import load, versions
from questionnaires.expressions import Scope, evaluate, needed
from questionnaires.model import Kind, Question, Questionnaire, Tree
from questionnaires.path import Sheet
from questionnaires.records import Answers

LINES = 15
PASSES = 40
PROMISED = 15
_CONTEXT = Context(
    date(2026, 11, 24), date(2026, 9, 1), {"siret": "73282932000074", "siret_actif": True, "communes": {"13055": "13"}}
)
# What keeps every part of the form on its path; everything else is filled with a plain value of its kind.
_CHOSEN: dict[str, Any] = {
    "v_date": "2026-11-20", "siret": "73282932000074", "naf": "88.10A", "commune_insee": "13055", "dept": "13",
    "mode_saisie": "registre", "eff_total": 15, "effectif_sirene": 14, "etp_total": 13.5, "annee_creation": 1998, "famille": "asso",
    "recrut_diff": "1", "dir_age_an": 1964, "pres_naissance": 1958, "valid_statut": "reserves", "act_code": "A12",
}  # fmt: skip


def filled(questionnaire: Questionnaire) -> Answers:
    """An answer to every question, with a roster of `LINES` people and short rosters of three lines."""
    found = {}
    for _section, question in questionnaire.questions():
        if question.kind is Kind.ROSTER:
            count = LINES if question.name == "registre" else 3
            found[question.name] = Answer([_row(question, questionnaire, number) for number in range(count)])
        elif question.kind is not Kind.CALCULATE:
            found[question.name] = Answer(_CHOSEN.get(question.name, _plain(question, questionnaire, 1)))
    return found


def _row(question: Question, questionnaire: Questionnaire, number: int) -> dict[str, Any]:
    cells = {column.name: _CHOSEN.get(column.name, _plain(column, questionnaire, number)) for column in question.columns}
    return {"id": f"r{number}", **cells}


def _plain(question: Question, questionnaire: Questionnaire, number: int) -> Any:
    if question.kind is Kind.MATRIX:
        rows = [choice.code for choice in questionnaire.choices(question.rows)]
        across = [choice.code for choice in questionnaire.choices(question.across)] if question.across else []
        return {row: dict.fromkeys(across, 1) if across else 1_000 for row in rows}
    if question.choices:
        codes = [choice.code for choice in questionnaire.choices(question.choices)]
        return codes[number % len(codes)] if question.kind is Kind.SELECT_ONE else codes[:1]
    if question.kind is Kind.DATE:
        return "2026-10-01"
    if question.kind is Kind.TEXT:
        return f"P{number:02d}"
    return 1960 + 3 * number if question.name.endswith(("naissance", "entree")) else 4 + number


@dataclass(frozen=True, slots=True)
class Job:
    """One expression to evaluate: whose it is, in which scope, and the roster's line that it stands in."""

    question: Question
    roster: Question | None
    line: int | None
    tree: Tree
    scope: Scope
    calculates: bool = False


def jobs_of(questionnaire: Questionnaire, answers: Answers) -> list[Job]:
    """Every expression of a full pass: calculations first, since others read them."""
    sheet = Sheet(questionnaire, answers, _CONTEXT)
    found = []
    for name in sheet:
        question = sheet.questions[name]
        scope = replace(sheet.scope, current=sheet[name])
        if question.calculation is not None:
            found.append(Job(question, None, None, question.calculation, scope, calculates=True))
        if question.relevant is not None:
            found.append(Job(question, None, None, question.relevant, scope))
        if question.kind is not Kind.CALCULATE and sheet[name] is not None:
            found.extend(Job(question, None, None, rule.tree, scope) for rule in question.checks if _judged(rule.tree, scope))
        for line, row in enumerate(sheet[name] or () if question.kind is Kind.ROSTER else ()):
            found.extend(_of_line(question, line, row, sheet))
    return sorted(found, key=lambda job: not job.calculates)


def _of_line(roster: Question, line: int, row: dict[str, Any], sheet: Sheet) -> list[Job]:
    found = []
    for column in roster.columns:
        scope = replace(sheet.row_scope(row), current=row[column.name])
        if column.relevant is not None:
            found.append(Job(column, roster, line, column.relevant, scope))
        if row[column.name] is not None:
            found.extend(Job(column, roster, line, rule.tree, scope) for rule in column.checks if _judged(rule.tree, scope))
    return found


def _judged(tree: Tree, scope: Scope) -> bool:
    return not any(values.is_blank(evaluate(need, scope)) for need in needed(tree))


class XPathForm:
    """The same jobs through elementpath: expressions parsed once, elements found once, one tree of nodes for each half of a pass."""

    def __init__(self, questionnaire: Questionnaire, answers: Answers, jobs: list[Job]) -> None:
        self.root = instance(questionnaire, answers, _CONTEXT)
        today = _CONTEXT.today.isoformat()
        self.expressions = [Translator(questionnaire, job.question, job.roster, today).parsed(job.tree) for job in jobs]
        self.elements = [self._element(job) for job in jobs]
        self.calculated = sum(job.calculates for job in jobs)

    def run(self) -> list[Any]:
        """One pass; calculated values are written into the instance, where the other expressions read them."""
        found = self._evaluated(0, self.calculated)
        for element, value in zip(self.elements, found, strict=False):
            element.text = _written(value)
        return found + self._evaluated(self.calculated, len(self.elements))

    def _evaluated(self, first: int, last: int) -> list[Any]:
        context = elementpath.XPathContext(self.root)
        nodes = {node.elem: node for node in context.root.iter() if hasattr(node, "elem")}  # type: ignore[union-attr]
        found = []
        for element, expression in zip(self.elements[first:last], self.expressions[first:last], strict=True):
            context.item = nodes[element]
            value = expression.evaluate(context)
            found.append(value[0] if isinstance(value, list) and len(value) == 1 else value)
        return found

    def _element(self, job: Job) -> Any:
        if job.roster is None or job.line is None:
            return self.root.find(job.question.name)
        return self.root.findall(job.roster.name)[job.line].find(job.question.name)


def _written(value: Any) -> str:
    """A value as text, to compare and to store: whole numbers without decimals, what is not a number as nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return values.as_text(value if isinstance(value, str) or value is None else float(value))


def timed(run: Callable[[], Any]) -> float:
    """The seconds that one pass takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> bool:
    """Compares the values, measures both and prints; False where a value differs or the promise is missed."""
    questionnaire = load(versions()[-1])
    answers = filled(questionnaire)
    jobs = jobs_of(questionnaire, answers)
    xpath = XPathForm(questionnaire, answers, jobs)
    ours = [evaluate(job.tree, job.scope) for job in jobs]
    differing = [
        (job.question.name, job.line, mine, theirs)
        for job, mine, theirs in zip(jobs, ours, xpath.run(), strict=True)
        if _written(mine) != _written(theirs)
    ]
    for name, line, mine, theirs in differing[:20]:
        print(f"  differs: {name} line {line}: {mine!r} here, {theirs!r} by elementpath")

    def whole() -> None:
        check(questionnaire, answers, _CONTEXT)

    def only() -> None:
        for job in jobs:
            evaluate(job.tree, job.scope)

    times: dict[str, list[float]] = {"whole": [], "only": [], "xpath": []}
    for _pass in range(PASSES):
        for name, run in (("whole", whole), ("only", only), ("xpath", xpath.run)):
            times[name].append(timed(run))
    found = {name: median(taken) for name, taken in times.items()}
    count = sum(1 for _each in questionnaire.questions())
    print(f"expressions: {count} questions, {LINES} lines, {len(jobs)} expressions judged, {len(differing)} values differ")
    for name, words in (("whole", "our whole pass, path and messages included"), ("only", "our expressions alone"), ("xpath", "elementpath, expressions alone")):  # fmt: skip
        print(f"  {words}: {found[name] * 1_000:.2f} ms, {len(jobs) / found[name]:,.0f} expressions a second")
    ratio = found["xpath"] / found["whole"]
    print(
        f"  {ratio:.1f} times faster as a whole pass, {found['xpath'] / found['only']:.1f} times for the expressions alone (promised: {PROMISED})"
    )
    return not differing and ratio >= PROMISED
