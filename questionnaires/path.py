"""Which questions are asked, given the answers, and what each of them is worth.

`Sheet` is one dossier read through its questionnaire: a question off the path has no value, its answer is kept and does not
count. Values are worked out when they are first asked for and kept, so that relevance and calculations may lean on each
other in any order; the catalogue refuses circles, and a circle met all the same gives blanks.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from questionnaires import values
from questionnaires.expressions import Scope, evaluate
from questionnaires.model import Kind, Question, Questionnaire, Tree
from questionnaires.records import Answers, Context


def typed(kind: Kind, value: Any) -> Any:
    """A stored value as expressions and the analysis want it: dates as `datetime.date`, everything else as it is."""
    return values.as_date(value) if kind is Kind.DATE else value


class Sheet(Mapping[str, Any]):
    """One dossier's values by question name (and by column name: the whole column), worked out on demand."""

    def __init__(self, questionnaire: Questionnaire, answers: Answers, context: Context) -> None:
        self.questions: dict[str, Question] = {question.name: question for _section, question in questionnaire.questions()}
        self._columns = {
            column.name: question.name
            for question in self.questions.values()
            if question.kind is Kind.ROSTER
            for column in question.columns
        }
        self._answers = answers
        self._known: dict[str, Any] = {}
        self._path: dict[str, bool] = {}
        self._open: set[str] = set()
        facts = dict(context.facts) | {"programme_start": context.programme_start}
        self.scope = Scope(self, context.today, facts=facts)

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            if name in self._open:
                return None
            self._open.add(name)
            try:
                self._known[name] = self._value(name)
            finally:
                self._open.discard(name)
        return self._known[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a question or of a column, the default for a name that the questionnaire does not know."""
        if name in self._known:
            return self._known[name]
        return self[name] if name in self.questions or name in self._columns else default

    def __iter__(self) -> Iterator[str]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    def asked(self, name: str) -> bool:
        """Whether a question is on the path."""
        if name not in self._path:
            tree = self.questions[name].relevant
            self._path[name] = tree is None or values.truth(evaluate(tree, self.scope))
        return self._path[name]

    def row_scope(self, row: Mapping[str, Any]) -> Scope:
        """The scope of one of a roster's rows, as `self[roster]` gives them."""
        return Scope(self, self.scope.today, facts=self.scope.facts, row=row)

    def _value(self, name: str) -> Any:
        question = self.questions.get(name)
        if question is None:
            return self._column(name)
        if not self.asked(name):
            return None
        if question.calculation is not None:
            value = evaluate(question.calculation, self.scope)
            return None if values.is_blank(value) else value
        answer = self._answers.get(name)
        if answer is None or not answer.given:
            return None
        return self._rows(question, answer.value) if question.kind is Kind.ROSTER else typed(question.kind, answer.value)

    def _column(self, name: str) -> Any:
        if name not in self._columns:
            raise KeyError(name)
        rows = self[self._columns[name]]
        return None if rows is None else [row[name] for row in rows]

    def _rows(self, question: Question, stored: Any) -> list[dict[str, Any]] | None:
        if not isinstance(stored, list):
            return None
        rows = []
        for given in stored:
            if isinstance(given, dict):
                row = {"id": given.get("id")} | {
                    column.name: typed(column.kind, given.get(column.name)) for column in question.columns
                }
                self._settle(question, row)
                rows.append(row)
        return rows

    def _settle(self, question: Question, row: dict[str, Any]) -> None:
        """Blanks a row's cells that are not asked and fills the calculated ones, from left to right."""
        for column in question.columns:
            if column.relevant is None and column.calculation is None:
                continue
            scope = self.row_scope(row)
            if not _holds(column.relevant, scope):
                row[column.name] = None
            elif column.calculation is not None:
                row[column.name] = evaluate(column.calculation, scope)


def _holds(tree: Tree, scope: Scope) -> bool:
    return tree is None or values.truth(evaluate(tree, scope))


def relevant(questionnaire: Questionnaire, answers: Answers, context: Context) -> frozenset[str]:
    """The names of the top-level questions that are asked (calculations on the path included)."""
    sheet = Sheet(questionnaire, answers, context)
    return frozenset(name for name in sheet.questions if sheet.asked(name))
