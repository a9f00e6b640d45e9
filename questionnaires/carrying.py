"""An open draft goes to another version of its questionnaire, and nothing that was answered is lost on the way.

`carry` gives every answer one of three ends: it has its place in the new version (kept, renamed or converted exactly); it
has none and is kept aside, to come back when a version asks for it again; or something stands in its way, and an
`Obstacle` says what and what to do. `set_obstacles_aside` turns the obstacles into answers kept aside, for whoever decides so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from questionnaires.conversions import Refusal, Table, convert
from questionnaires.lineage import paired, question_names
from questionnaires.model import Kind, Question, Questionnaire, Section, Text
from questionnaires.records import Answer, Answers
from questionnaires.version_problems import discreet, obstacle_words


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer without a place, with the questionnaire that asked for it.

    `name` is the question's, or `roster/column` for the cells of a column; those are held as `{row id: cell}`.
    """

    name: str
    answer: Answer
    asked_by: Questionnaire

    @property
    def section(self) -> Section | None:
        """The section that asked for it, in the version that did; None for a name that this version does not know."""
        name = self.name.partition("/")[0]
        return next((section for section, question in self.asked_by.questions() if question.name == name), None)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An answer that the new version cannot hold as it stands, and what to do about it. Names are the old version's."""

    question: str
    label: Text
    row: str | None
    column: str | None
    code: str
    message: Text
    answer: Answer

    @property
    def name(self) -> str:
        """The name under which its answer would be kept aside."""
        return f"{self.question}/{self.column}" if self.column else self.question

    @property
    def discreet(self) -> Text:
        """What stands in the way, without a word of the answer."""
        return discreet(self.label, self.column, self.code)


@dataclass(frozen=True, slots=True)
class Carried:
    """A draft in its new version. `answers` go by new name, everything else by old ones."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    kept_aside: tuple[Kept, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    converted: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with the section that asks it."""

    section: Section
    question: Question


def _asked(questionnaire: Questionnaire) -> dict[str, _Asked]:
    return {question.name: _Asked(section, question) for section, question in questionnaire.questions()}


def says_something(answer: Answer) -> bool:
    """Whether there is anything to lose: a value, a reason for none, or a reason given for a doubtful one."""
    return answer.value is not None or answer.missing is not None or bool(answer.reasons)


def carry(answers: Answers, old: Questionnaire, new: Questionnaire, aside: Iterable[Kept] = ()) -> Carried:
    """The answers given in `old`, as `new` holds them; `aside` is what earlier carries kept, and comes back where it can."""
    way = _Way(old, new)
    for name, answer in answers.items():
        way.take(name, answer)
    for kept in aside:
        way.bring_back(kept)
    return way.result()


def set_obstacles_aside(carried: Carried, old: Questionnaire) -> Carried:
    """The same without obstacles: what could not be carried is kept aside with the rest."""
    refused = (Kept(obstacle.name, obstacle.answer, old) for obstacle in carried.obstacles)
    return replace(carried, obstacles=(), kept_aside=_gathered((*carried.kept_aside, *refused)))


def _gathered(every: Iterable[Kept]) -> tuple[Kept, ...]:
    """The same answers, the cells of one column together."""
    found: dict[tuple[str, str], Kept] = {}
    for kept in every:
        key = (kept.name, kept.asked_by.version)
        held = found.get(key)
        if held is not None and "/" in kept.name:
            found[key] = replace(held, answer=replace(held.answer, value={**held.answer.value, **kept.answer.value}))
        else:
            found[key] = kept
    return tuple(found.values())


class _Way:
    """One carry as it goes: what has found its place, what has not, and what stands in the way."""

    def __init__(self, old: Questionnaire, new: Questionnaire) -> None:
        self.old, self.new = old, new
        self.before, self.after = _asked(old), _asked(new)
        self.names = _names(self.before, self.after)
        self.answers: dict[str, Answer] = {}
        self.aside: list[Kept] = []
        self.obstacles: list[Obstacle] = []
        self.renamed: dict[str, str] = {}
        self.converted: list[str] = []
        self.restored: list[str] = []

    def take(self, name: str, answer: Answer) -> None:
        """Finds an answer's end."""
        target = self.names.get(name, name if name not in self.before and name in self.after else None)
        if target is None or self._is_worked_out(target):
            if says_something(answer):
                self.aside.append(Kept(name, answer, self.old))
            return
        if name not in self.before:
            # An answer that the old version never asked for, under a name that the new one knows: it is left as it was found.
            self.answers[target] = answer
            return
        moved, gone, obstacles = _moved(self.old, self.new, self.before[name], self.after[target], answer)
        self.obstacles += obstacles
        self.aside += gone
        if moved is None:
            return
        self.answers[target] = moved
        if target != name:
            self.renamed[name] = target
        if moved.value != answer.value or type(moved.value) is not type(answer.value):
            self.converted.append(name)

    def _is_worked_out(self, target: str) -> bool:
        return self.after[target].question.kind is Kind.CALCULATE

    def bring_back(self, kept: Kept) -> None:
        """Gives an answer that was kept aside its place back, if the new version has one that is free."""
        roster, _slash, column = kept.name.partition("/")
        before = _asked(kept.asked_by)
        target = _names(before, self.after).get(roster)
        if target is None or roster not in before or self._is_worked_out(target):
            self.aside.append(kept)
        elif column:
            self._bring_back_cells(kept, before[roster], self.after[target], column)
        else:
            self._bring_back_whole(kept, before[roster], self.after[target])

    def _bring_back_whole(self, kept: Kept, before: _Asked, after: _Asked) -> None:
        name = after.question.name
        taken = name in self.answers and says_something(self.answers[name])
        moved, gone, obstacles = _moved(kept.asked_by, self.new, before, after, kept.answer)
        if taken or moved is None or obstacles:
            self.aside.append(kept)
            return
        self.answers[name] = moved
        self.aside += gone
        self.restored.append(kept.name)

    def _bring_back_cells(self, kept: Kept, before: _Asked, after: _Asked, column: str) -> None:
        name = after.question.name
        cells: Mapping[str, Any] = kept.answer.value if isinstance(kept.answer.value, dict) else {}
        held = self.answers.get(name)
        rows = held.value if held is not None and isinstance(held.value, list) else []
        left = dict(cells)
        filled = []
        for row in rows:
            key = str(row.get("id"))
            found = self._cell(kept.asked_by, before.question, after.question, {column: cells[key]}) if key in cells else {}
            free = {each: value for each, value in found.items() if row.get(each) is None}
            if free:
                left.pop(key)
            filled.append({**row, **free})
        if held is not None and len(left) < len(cells):
            self.answers[name] = replace(held, value=filled)
            self.restored.append(kept.name)
        if left:
            self.aside.append(replace(kept, answer=replace(kept.answer, value=left)))

    def _cell(self, origin: Questionnaire, before: Question, after: Question, cell: Mapping[str, Any]) -> dict[str, Any]:
        """A kept cell as the new roster would hold it; nothing if it has no place or something stands in its way."""
        table = Table(origin, self.new, before, after)
        row, gone, refusals = table.row(dict(cell))
        return {} if gone or refusals else row

    def result(self) -> Carried:
        """All of it, frozen."""
        return Carried(
            self.answers,
            tuple(self.aside),
            tuple(self.obstacles),
            self.renamed,
            tuple(self.converted),
            tuple(self.restored),
        )


def _names(before: Mapping[str, _Asked], after: Mapping[str, _Asked]) -> dict[str, str]:
    return paired(
        question_names(each.question for each in before.values()), question_names(each.question for each in after.values())
    )


def _moved(
    old: Questionnaire, new: Questionnaire, before: _Asked, after: _Asked, answer: Answer
) -> tuple[Answer | None, list[Kept], list[Obstacle]]:
    """One answer in its new place, the cells of it that have none, and what stands in its way."""

    def obstacle(refusal: Refusal, held: Answer) -> Obstacle:
        message = obstacle_words(refusal, before.question, after.question)
        name = before.question.name
        return Obstacle(name, before.question.label, refusal.row, refusal.column, refusal.code, message, held)

    if before.section.stage is not after.section.stage and says_something(answer):
        stages = {"before": before.section.stage.value, "after": after.section.stage.value}
        return None, [], [obstacle(Refusal("stage", given=stages), answer)]
    if answer.value is None or _same(old, new, before.question, after.question):
        return answer, [], []
    if before.question.kind is Kind.ROSTER and after.question.kind is Kind.ROSTER and isinstance(answer.value, list):
        return _roster(old, new, before, after, answer)
    try:
        value = convert(old, new, before.question, after.question, answer.value)
    except Refusal as refusal:
        return None, [], [obstacle(refusal, answer)]
    return replace(answer, value=value), [], []


def _same(old: Questionnaire, new: Questionnaire, before: Question, after: Question) -> bool:
    """Whether two questions hold their answers alike, so that any answer goes over as it is."""
    lists = [old.lists.get(getattr(before, each)) == new.lists.get(getattr(after, each)) for each in ("choices", "rows", "across")]
    forms = [
        (each.kind, each.cell_kind, each.max_length, each.multiline, each.compact, each.max_rows, bool(each.across))
        for each in (before, after)
    ]
    return (
        all(lists)
        and forms[0] == forms[1]
        and [column.name for column in before.columns] == [column.name for column in after.columns]
        and all(_same(old, new, *pair) for pair in zip(before.columns, after.columns, strict=True))
    )


def _roster(
    old: Questionnaire, new: Questionnaire, before: _Asked, after: _Asked, answer: Answer
) -> tuple[Answer | None, list[Kept], list[Obstacle]]:
    """A roster line by line: cells whose column is gone are kept aside by line, cells that do not fit are obstacles."""
    name = before.question.name
    limit = after.question.max_rows
    if limit and len(answer.value) > limit:
        refusal = Refusal("too_many_rows", given={"count": len(answer.value), "limit": limit})
        message = obstacle_words(refusal, before.question, after.question)
        return None, [], [Obstacle(name, before.question.label, None, None, refusal.code, message, answer)]
    table = Table(old, new, before.question, after.question)
    rows: list[dict[str, Any]] = []
    gone: dict[str, dict[str, Any]] = {}
    obstacles: list[Obstacle] = []
    for number, given in enumerate(answer.value, start=1):
        if not isinstance(given, Mapping):
            continue
        # A line needs its own name for its cells to find it again.
        key = str(given.get("id") or f"line{number}")
        row, left, refusals = table.row(given)
        rows.append({"id": given.get("id") or key, **row})
        for column, cell in left.items():
            gone.setdefault(column, {})[key] = cell
        for column, refusal in refusals.items():
            placed = Refusal(refusal.code, row=key, column=column, line=number, given=refusal.given)
            message = obstacle_words(placed, before.question, after.question)
            cell_answer = Answer({key: given[column]}, state=answer.state)
            obstacles.append(Obstacle(name, before.question.label, key, column, refusal.code, message, cell_answer))
    kept = [Kept(f"{name}/{column}", Answer(cells, state=answer.state), old) for column, cells in gone.items()]
    return replace(answer, value=rows), kept, obstacles


def names_of(obstacles: Sequence[Obstacle]) -> tuple[str, ...]:
    """The questions that obstacles are about, each once."""
    return tuple(dict.fromkeys(obstacle.question for obstacle in obstacles))
