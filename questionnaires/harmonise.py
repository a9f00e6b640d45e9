"""One table across the versions of a questionnaire: answers given under each version, under one set of columns.

Columns bear the names of the newest version that asks them; a renamed question or choice is followed through its former names
(`was`). Where two versions ask the same name in ways that no one column can hold (a text, then a date), the older answers keep
a column of their own, `name@version`, and a `Refusal` says why: nothing is lost and nothing is mixed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from questionnaires.lineage import paired, question_names
from questionnaires.model import Choice, Kind, Question, Questionnaire, Text

_WHOLE_OR_NOT = frozenset({Kind.INTEGER, Kind.DECIMAL})
_NUMBERS = _WHOLE_OR_NOT | {Kind.MONEY, Kind.PERCENTAGE}
_SELECTS = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE})
_KIND_WORDS = {
    Kind.INTEGER: Text("un nombre entier", "a whole number"),
    Kind.DECIMAL: Text("un nombre", "a number"),
    Kind.MONEY: Text("un montant", "an amount"),
    Kind.PERCENTAGE: Text("un pourcentage", "a percentage"),
    Kind.DATE: Text("une date", "a date"),
    Kind.TEXT: Text("un texte", "a text"),
    Kind.SELECT_ONE: Text("un choix", "one choice"),
    Kind.SELECT_MULTIPLE: Text("plusieurs choix", "several choices"),
    Kind.ROSTER: Text("un registre", "a roster"),
    Kind.MATRIX: Text("un tableau", "a table"),
    Kind.CALCULATE: Text("un calcul", "a calculation"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a column comes from in one version: the question, and what its choices are called now (old code -> new code)."""

    version: str
    question: Question
    codes: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)
    across: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the harmonised table: its kind, its words, its source in each version, and a roster's inner columns.

    `choices` gives each code's versions, oldest first; it is empty for what is not chosen from a list.
    """

    name: str
    kind: Kind
    label: Text
    sources: tuple[Source, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: tuple["Column", ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that ask it, oldest first."""
        return tuple(source.version for source in self.sources)

    @property
    def note(self) -> Text:
        """In which versions it exists and what it was called there, for a codebook."""
        listed = ", ".join(self.versions)
        french, english = [f"Versions\u00a0: {listed}."], [f"Versions: {listed}."]
        for source in self.sources:
            if source.question.name != self.name.partition("@")[0]:
                french.append(f"«\u00a0{source.question.name}\u00a0» dans la version {source.version}.")
                english.append(f"“{source.question.name}” in version {source.version}.")
        partial = {code: found for code, found in self.choices.items() if found != self.versions}
        for code, found in partial.items():
            french.append(f"Choix «\u00a0{code}\u00a0»\u00a0: {', '.join(found)} seulement.")
            english.append(f"Choice “{code}”: {', '.join(found)} only.")
        return Text(" ".join(french), " ".join(english))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Two versions whose answers to a question cannot share a column, and why."""

    name: str
    older: str
    newer: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Harmonised:
    """The columns of one table across versions, and the questions that could not share one."""

    columns: tuple[Column, ...]
    refusals: tuple[Refusal, ...]
    versions: tuple[str, ...]

    def row(self, version: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """One dossier's plain values (`questionnaires.answers.plain`) under the columns; None where its version does not ask.

        Raises `KeyError` for a version that is not harmonised here.
        """
        if version not in self.versions:
            raise KeyError(version)
        return {column.name: _harmonised(column, version, values) for column in self.columns}

    def table(self, answers: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[dict[str, Any]]:
        """Every dossier of every version as a row, with its `version`; raises `KeyError` for an unknown version."""
        return [{"version": version} | self.row(version, values) for version, dossiers in answers.items() for values in dossiers]


def harmonise(questionnaires: Sequence[Questionnaire]) -> Harmonised:
    """The harmonised columns of a questionnaire's versions, given oldest first.

    Raises `ValueError` for versions of different questionnaires, or a version given twice.
    """
    versions = tuple(questionnaire.version for questionnaire in questionnaires)
    if len({questionnaire.code for questionnaire in questionnaires}) > 1:
        message = f"These are different questionnaires: {', '.join(sorted({each.code for each in questionnaires}))}."
        raise ValueError(message)
    if len(set(versions)) != len(versions):
        message = f"A version is given twice: {', '.join(versions)}."
        raise ValueError(message)
    asked = [([question for _section, question in each.questions()], each) for each in questionnaires]
    columns, refusals = _columns(asked)
    return Harmonised(tuple(columns), tuple(refusals), versions)


_Asked = Sequence[tuple[Sequence[Question], Questionnaire]]


def _columns(asked: _Asked) -> tuple[list[Column], list[Refusal]]:
    """The columns of questions asked together in each version (a questionnaire's, or a roster's), and the refusals."""
    refusals: list[Refusal] = []
    columns: dict[str, Column] = {}
    for name, sources in _lines(asked).items():
        runs = _runs(name, sources, refusals)
        for place, run in enumerate(runs):
            title = name if place == len(runs) - 1 else f"{name}@{run[-1][1].version}"
            column, inner = _column(title, run)
            columns[title] = column
            refusals += inner
    return list(columns.values()), refusals


def _lines(asked: _Asked) -> dict[str, list[tuple[Question, Questionnaire]]]:
    """Each question through the versions, by the name that it bears in the newest version that asks it."""
    lines: dict[str, list[tuple[Question, Questionnaire]]] = {}
    now: dict[str, str] = {}
    for place in range(len(asked) - 1, -1, -1):
        questions, questionnaire = asked[place]
        if place + 1 < len(asked):
            forward = paired(question_names(questions), question_names(asked[place + 1][0]))
            now = {old: now.get(new, new) for old, new in forward.items()}
        else:
            now = {question.name: question.name for question in questions}
        for question in questions:
            title = now.setdefault(question.name, _free(question.name, lines))
            lines.setdefault(title, []).insert(0, (question, questionnaire))
    order: dict[str, int] = {}
    for questions, _each in reversed(asked):
        for question in questions:
            order.setdefault(question.name, len(order))
    return dict(sorted(lines.items(), key=lambda line: order.get(line[0].rstrip("@"), len(order))))


def _free(name: str, lines: Mapping[str, Any]) -> str:
    """A name for a question that no newer version asks, even where one asks something else under that name."""
    return name if name not in lines else f"{name}@"


def _runs(
    name: str, sources: Sequence[tuple[Question, Questionnaire]], refusals: list[Refusal]
) -> list[list[tuple[Question, Questionnaire]]]:
    """The sources cut where two that follow each other cannot share a column."""
    runs = [[sources[0]]]
    for newer in sources[1:]:
        reason = _apart(runs[-1], newer[0])
        if reason is None:
            runs[-1].append(newer)
        else:
            refusals.append(Refusal(name, runs[-1][-1][1].version, newer[1].version, reason))
            runs.append([newer])
    return runs


def _apart(run: Sequence[tuple[Question, Questionnaire]], newer: Question) -> Text | None:
    """Why a question cannot share the column of those before it; None where it can."""
    for older, _questionnaire in run:
        if not _compatible(older.kind, newer.kind):
            before, after = _KIND_WORDS[older.kind], _KIND_WORDS[newer.kind]
            return Text(
                f"La réponse était {before.fr}, elle est devenue {after.fr}.", f"The answer was {before.en}, it became {after.en}."
            )
        if newer.kind is Kind.MATRIX and bool(older.across) != bool(newer.across):
            return Text(
                "Le tableau n’a plus le même nombre de dimensions.", "The table no longer has the same number of dimensions."
            )
        if newer.kind is Kind.MATRIX and not _compatible(older.cell_kind, newer.cell_kind):
            return Text(
                "Les cases du tableau ne contiennent plus la même chose.", "The table’s cells no longer hold the same thing."
            )
        if older.unit.fr and newer.unit.fr and older.unit != newer.unit:
            return Text(
                f"L’unité a changé\u00a0: {older.unit.fr}, puis {newer.unit.fr}.",
                f"The unit has changed: {older.unit.in_('en')}, then {newer.unit.in_('en')}.",
            )
    return None


def _compatible(one: Kind, other: Kind) -> bool:
    if one is other or {one, other} <= _WHOLE_OR_NOT or {one, other} <= _SELECTS:
        return True
    return (one is Kind.CALCULATE and other in _NUMBERS) or (other is Kind.CALCULATE and one in _NUMBERS)


def _column(name: str, run: Sequence[tuple[Question, Questionnaire]]) -> tuple[Column, list[Refusal]]:
    kinds = {question.kind for question, _each in run}
    kind = next((wide for wide in (Kind.SELECT_MULTIPLE, Kind.DECIMAL) if wide in kinds and len(kinds) > 1), run[-1][0].kind)
    newest = run[-1][0]
    column = Column(name, kind, newest.label, tuple(_sources(run)))
    refusals: list[Refusal] = []
    if kind in _SELECTS:
        column = replace(column, choices=_codes(run, column.sources))
    if kind is Kind.ROSTER:
        inner, found = _columns([(question.columns, each) for question, each in run])
        column = replace(column, columns=tuple(inner))
        refusals = [replace(refusal, name=f"{name}.{refusal.name}") for refusal in found]
    return column, refusals


def _sources(run: Sequence[tuple[Question, Questionnaire]]) -> Iterator[Source]:
    for place, (question, each) in enumerate(run):
        later = run[place:]
        yield Source(
            each.version,
            question,
            _now(later, "choices"),
            _now(later, "rows"),
            _now(later, "across"),
        )


def _now(later: Sequence[tuple[Question, Questionnaire]], part: str) -> dict[str, str]:
    """What each code of a list is called in the last version, followed from one to the next."""
    lists = [_list(question, each, part) for question, each in later]
    now = {choice.code: choice.code for choice in lists[0]}
    for older, newer in pairwise(lists):
        forward = _recodings(older, newer)
        now = {first: forward.get(code, code) for first, code in now.items()}
    return now


def _recodings(older: Sequence[Choice], newer: Sequence[Choice]) -> dict[str, str]:
    """The new code of every old one that has another: by the former codes of the new list, or by those of the old one."""
    had = {choice.code for choice in older}
    forward = {before: choice.code for choice in newer for before in choice.was if before in had}
    known = {choice.code for choice in newer}
    backward = {choice.code: after for choice in older if choice.code not in known for after in choice.was if after in known}
    return backward | forward


def _list(question: Question, each: Questionnaire, part: str) -> tuple[Choice, ...]:
    return each.lists.get(getattr(question, part), ())


def _codes(run: Sequence[tuple[Question, Questionnaire]], sources: Sequence[Source]) -> dict[str, tuple[str, ...]]:
    """The versions that offer each code, those of the newest version first."""
    found: dict[str, list[str]] = {choice.code: [] for choice in _list(*run[-1], "choices")}
    for source in sources:
        for code in dict.fromkeys(source.codes.values()):
            found.setdefault(code, []).append(source.version)
    return {code: tuple(versions) for code, versions in found.items()}


# --- values ---------------------------------------------------------------------------------------------------------------


def _harmonised(column: Column, version: str, values: Mapping[str, Any]) -> Any:
    source = next((source for source in column.sources if source.version == version), None)
    value = None if source is None else values.get(source.question.name)
    return None if source is None or value is None else _recoded(column, source, value)


def _recoded(column: Column, source: Source, value: Any) -> Any:
    """A value with the newest names of its choices and columns; a value that is not of its kind is handed on as it is."""
    if column.kind is Kind.SELECT_ONE:
        return source.codes.get(value, value) if isinstance(value, str) else value
    if column.kind is Kind.SELECT_MULTIPLE:
        given = value if isinstance(value, list) else [value]
        return list(dict.fromkeys(source.codes.get(code, code) for code in given))
    if column.kind is Kind.ROSTER and isinstance(value, list):
        return [_line(column, source.version, line) for line in value if isinstance(line, Mapping)]
    if column.kind is Kind.MATRIX and isinstance(value, Mapping):
        return {source.rows.get(row, row): _cells(source, cells) for row, cells in value.items()}
    return value


def _line(column: Column, version: str, line: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"id": line["id"]} if "id" in line else {}
    return kept | {inner.name: _harmonised(inner, version, line) for inner in column.columns}


def _cells(source: Source, cells: Any) -> Any:
    if not isinstance(cells, Mapping):
        return cells
    return {source.across.get(code, code): cell for code, cell in cells.items()}
