"""What changed from one version of a questionnaire to another: question by question, and word by word.

`compare` takes two questionnaires and gives a frozen `Difference`: one `Item` for each section, question or column that is
not as it was, with its `Change`s. Nothing but the two versions decides, so that the same two give the same difference.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from questionnaires.lineage import choice_names, paired, question_names
from questionnaires.model import Choice, Kind, Question, Questionnaire, Section, Text
from questionnaires.text_diff import Span, word_diff


class ChangeKind(StrEnum):
    """What sort of change it is; pages and the command line filter and word by it."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RENAMED = "renamed"
    LABEL = "label"
    HELP = "help"
    UNIT = "unit"
    KIND = "kind"
    CHOICES = "choices"
    CHOICE_ADDED = "choice_added"
    CHOICE_REMOVED = "choice_removed"
    CHOICE_RENAMED = "choice_renamed"
    CHOICE_LABEL = "choice_label"
    CHOICE_ORDER = "choice_order"
    RELEVANCE = "relevance"
    CALCULATION = "calculation"
    CHECK_ADDED = "check_added"
    CHECK_REMOVED = "check_removed"
    CHECK_CONDITION = "check_condition"
    CHECK_MESSAGE = "check_message"
    CHECK_SEVERITY = "check_severity"
    REQUIRED = "required"
    CORE = "core"
    PARTY = "party"
    DIMENSION = "dimension"
    MISSING = "missing"
    LIMITS = "limits"
    PREFILL = "prefill"
    STAGE = "stage"
    CHAPTER = "chapter"


class Level(StrEnum):
    """What an item is about."""

    QUESTIONNAIRE = "questionnaire"
    SECTION = "section"
    QUESTION = "question"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `subject` is the choice's or the check's code where it is about one.

    `fr` and `en` are the word-by-word differences of a text; `before` and `after` the two values of anything else.
    """

    kind: ChangeKind
    subject: str = ""
    before: str = ""
    after: str = ""
    fr: tuple[Span, ...] = ()
    en: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A section, a question or a roster's column that changed. `name` is `roster/column` for a column."""

    level: Level
    name: str
    section: str
    label: Text
    changes: tuple[Change, ...]

    def has(self, kinds: Iterable[ChangeKind]) -> bool:
        """Whether one of its changes is of these kinds."""
        wanted = frozenset(kinds)
        return any(change.kind in wanted for change in self.changes)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that changed between two versions, in the new version's order; what was removed stands where it was."""

    before: str
    after: str
    items: tuple[Item, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    def counts(self) -> dict[ChangeKind, int]:
        """How many changes there are of each kind, in the kinds' order."""
        found = [change.kind for item in self.items for change in item.changes]
        return {kind: found.count(kind) for kind in ChangeKind if kind in found}

    def only(self, kinds: Iterable[ChangeKind]) -> "Difference":
        """The items that hold a change of these kinds."""
        wanted = frozenset(kinds)
        return Difference(self.before, self.after, tuple(item for item in self.items if item.has(wanted)))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A question with its section and its place among all questions."""

    question: Question
    section: Section
    place: int


def _placed(questionnaire: Questionnaire) -> dict[str, _Placed]:
    return {question.name: _Placed(question, section, place) for place, (section, question) in enumerate(questionnaire.questions())}


def compare(old: Questionnaire, new: Questionnaire) -> Difference:
    """What changed from `old` to `new`."""
    items = (*_whole(old, new), *_sections(old, new), *_questions(old, new))
    return Difference(old.version, new.version, items)


def _questions(old: Questionnaire, new: Questionnaire) -> Iterator[Item]:
    """The questions and columns that changed, in the new order; what was removed stands after what it followed."""
    before, after = _placed(old), _placed(new)
    names = paired(
        question_names(each.question for each in before.values()), question_names(each.question for each in after.values())
    )
    came_from = {later: earlier for earlier, later in names.items()}
    shifted = iter(_moved([before[came_from[name]].place for name in after if name in came_from]))
    removed = _removed_by_place(before, after, names)
    yield from removed.get(-1, ())
    for name, placed in after.items():
        if name in came_from:
            held = before[came_from[name]]
            changes = _question_changes(old, new, held, placed, shifted=next(shifted))
        else:
            changes = [Change(ChangeKind.ADDED)]
        if changes:
            yield Item(Level.QUESTION, name, placed.section.code, _title(placed.question), tuple(changes))
        if name in came_from and placed.question.kind is Kind.ROSTER:
            yield from _columns(old, new, before[came_from[name]].question, placed)
        yield from removed.get(placed.place, ())


def _removed_by_place(
    before: Mapping[str, _Placed], after: Mapping[str, _Placed], names: Mapping[str, str]
) -> dict[int, list[Item]]:
    """The removed questions, by the place in the new order of the kept question that they followed (-1: none)."""
    places = sorted((before[earlier].place, after[later].place) for earlier, later in names.items())
    found: dict[int, list[Item]] = {}
    for name, placed in before.items():
        if name not in names:
            item = Item(Level.QUESTION, name, placed.section.code, _title(placed.question), (Change(ChangeKind.REMOVED),))
            found.setdefault(_after(places, placed.place), []).append(item)
    return found


def _title(question: Question) -> Text:
    return question.label or Text(question.name, question.name)


def _after(places: Sequence[tuple[int, int]], place: int) -> int:
    """Where a removed question stands in the new order: after the last kept question that was before it."""
    found = bisect_left(places, (place, -1))
    return places[found - 1][1] if found else -1


def _moved(places: Sequence[int]) -> list[bool]:
    """Which of the kept questions changed their order: all but a longest run that still stands in order."""
    ends: list[int] = []
    lengths: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
        lengths.append(at + 1)
    wanted = len(ends)
    moved = [True] * len(places)
    for number in range(len(places) - 1, -1, -1):
        if lengths[number] == wanted:
            moved[number] = False
            wanted -= 1
    return moved


# --- one question ----------------------------------------------------------------------------------------------------------


def _question_changes(old: Questionnaire, new: Questionnaire, before: _Placed, after: _Placed, *, shifted: bool) -> list[Change]:
    changes = []
    if before.section.code != after.section.code:
        changes.append(Change(ChangeKind.MOVED, before=before.section.code, after=after.section.code))
    elif shifted:
        changes.append(Change(ChangeKind.MOVED, before=before.section.code, after=before.section.code))
    return changes + _own_changes(old, new, before.question, after.question)


def _own_changes(old: Questionnaire, new: Questionnaire, before: Question, after: Question) -> list[Change]:
    """What changed in a question wherever it stands: its words, its kind, its choices, its rules."""
    changes = []
    if before.name != after.name:
        changes.append(Change(ChangeKind.RENAMED, before=before.name, after=after.name))
    changes += _texts(before, after)
    changes += [Change(kind, before=value(before), after=value(after)) for kind, value in _VALUES if value(before) != value(after)]
    for attribute in ("choices", "rows", "across"):
        changes += _list_changes(old, new, getattr(before, attribute), getattr(after, attribute))
    for kind, attribute in ((ChangeKind.RELEVANCE, "relevant_source"), (ChangeKind.CALCULATION, "calculation_source")):
        changes += _expression(kind, "", getattr(before, attribute), getattr(after, attribute))
    return [*changes, *_check_changes(before, after)]


def _kind(question: Question) -> str:
    return f"matrix/{question.cell_kind.value}" if question.kind is Kind.MATRIX else question.kind.value


def _limits(question: Question) -> str:
    if question.kind is Kind.ROSTER:
        return f"{question.min_rows}-{question.max_rows or '∞'}"
    if question.kind is Kind.TEXT:
        form = " multiline" if question.multiline else " code" if question.compact else ""
        return f"{question.max_length}{form}"
    return ""


def _yes(*, value: bool) -> str:
    return "yes" if value else "no"


_VALUES: tuple[tuple[ChangeKind, Callable[[Question], str]], ...] = (
    (ChangeKind.KIND, _kind),
    (ChangeKind.REQUIRED, lambda question: _yes(value=question.required)),
    (ChangeKind.CORE, lambda question: _yes(value=question.core)),
    (ChangeKind.PARTY, lambda question: question.party.value),
    (ChangeKind.DIMENSION, lambda question: question.dimension),
    (ChangeKind.MISSING, lambda question: _yes(value=question.may_be_missing)),
    (ChangeKind.LIMITS, _limits),
    (ChangeKind.PREFILL, lambda question: question.prefill),
)


def _texts(before: Any, after: Any) -> Iterator[Change]:
    for kind, attribute in ((ChangeKind.LABEL, "label"), (ChangeKind.HELP, "help"), (ChangeKind.UNIT, "unit")):
        yield from _text(kind, "", getattr(before, attribute), getattr(after, attribute))


def _text(kind: ChangeKind, subject: str, before: Text, after: Text) -> Iterator[Change]:
    """A change of words, in whichever of the two languages they changed."""
    if before != after:
        yield Change(
            kind,
            subject,
            fr=word_diff(before.fr, after.fr) if before.fr != after.fr else (),
            en=word_diff(before.en, after.en) if before.en != after.en else (),
        )


def _expression(kind: ChangeKind, subject: str, before: str, after: str) -> Iterator[Change]:
    """A change of an expression; it has no language, and so stands under both."""
    if before != after:
        spans = word_diff(before, after)
        yield Change(kind, subject, before, after, spans, spans)


def _list_changes(old: Questionnaire, new: Questionnaire, before: str, after: str) -> Iterator[Change]:
    if before != after:
        yield Change(ChangeKind.CHOICES, before=before, after=after)
    earlier, later = old.lists.get(before, ()), new.lists.get(after, ())
    if earlier == later:
        return
    names = paired(choice_names(earlier), choice_names(later))
    came_from = {code: was for was, code in names.items()}
    was: Mapping[str, Choice] = {choice.code: choice for choice in earlier}
    for choice in later:
        if choice.code not in came_from:
            yield Change(ChangeKind.CHOICE_ADDED, choice.code, after=choice.label.fr, en=word_diff("", choice.label.en))
            continue
        held = was[came_from[choice.code]]
        if held.code != choice.code:
            yield Change(ChangeKind.CHOICE_RENAMED, choice.code, held.code, choice.code)
        yield from _text(ChangeKind.CHOICE_LABEL, choice.code, held.label, choice.label)
        if held.exclusive != choice.exclusive:
            flags = (_yes(value=held.exclusive), _yes(value=choice.exclusive))
            yield Change(ChangeKind.CHOICES, choice.code, f"exclusive: {flags[0]}", f"exclusive: {flags[1]}")
    for choice in earlier:
        if choice.code not in names:
            yield Change(ChangeKind.CHOICE_REMOVED, choice.code, choice.label.fr, en=word_diff(choice.label.en, ""))
    kept = [choice.code for choice in later if choice.code in came_from]
    if kept != [names[choice.code] for choice in earlier if choice.code in names]:
        yield Change(ChangeKind.CHOICE_ORDER, after=", ".join(kept))


def _check_changes(before: Question, after: Question) -> Iterator[Change]:
    # A constraint's code is made of its question's name, so that a renamed question keeps its constraint.
    renamed = {f"{before.name}_limit": f"{after.name}_limit"}
    earlier = {renamed.get(check.code, check.code): check for check in before.checks}
    later = {check.code: check for check in after.checks}
    for code, check in later.items():
        if code not in earlier:
            yield Change(
                ChangeKind.CHECK_ADDED,
                code,
                after=check.source,
                fr=word_diff("", check.message.fr),
                en=word_diff("", check.message.en),
            )
            continue
        held = earlier[code]
        yield from _expression(ChangeKind.CHECK_CONDITION, code, held.source, check.source)
        yield from _text(ChangeKind.CHECK_MESSAGE, code, held.message, check.message)
        if held.severity is not check.severity:
            yield Change(ChangeKind.CHECK_SEVERITY, code, held.severity.value, check.severity.value)
    for code, check in earlier.items():
        if code not in later:
            yield Change(
                ChangeKind.CHECK_REMOVED,
                code,
                before=check.source,
                fr=word_diff(check.message.fr, ""),
                en=word_diff(check.message.en, ""),
            )


def _columns(old: Questionnaire, new: Questionnaire, before: Question, after: _Placed) -> Iterator[Item]:
    """The columns of a roster that changed."""
    roster = after.question
    earlier = {column.name: column for column in before.columns}
    names = paired(question_names(before.columns), question_names(roster.columns))
    came_from = {later: name for name, later in names.items()}
    order = {column.name: place for place, column in enumerate(before.columns)}
    shifted = iter(_moved([order[came_from[column.name]] for column in roster.columns if column.name in came_from]))
    for column in roster.columns:
        held = came_from.get(column.name)
        changes = [Change(ChangeKind.ADDED)]
        if held is not None:
            moved = [Change(ChangeKind.MOVED, before=after.section.code, after=after.section.code)] if next(shifted) else []
            changes = moved + _own_changes(old, new, earlier[held], column)
        if changes:
            yield Item(Level.COLUMN, f"{roster.name}/{column.name}", after.section.code, _title(column), tuple(changes))
    for column in before.columns:
        if column.name not in names:
            yield Item(
                Level.COLUMN, f"{roster.name}/{column.name}", after.section.code, _title(column), (Change(ChangeKind.REMOVED),)
            )


# --- around the questions ------------------------------------------------------------------------------------------------------


def _whole(old: Questionnaire, new: Questionnaire) -> Iterator[Item]:
    changes = list(_text(ChangeKind.LABEL, "", old.title, new.title))
    if changes:
        yield Item(Level.QUESTIONNAIRE, new.code, "", new.title, tuple(changes))


def _sections(old: Questionnaire, new: Questionnaire) -> Iterator[Item]:
    earlier = {section.code: section for section in old.sections}
    later = {section.code: section for section in new.sections}
    common = [code for code in later if code in earlier]
    order = {code: place for place, code in enumerate(earlier)}
    shifted = dict(zip(common, _moved([order[code] for code in common]), strict=True))
    for code, section in later.items():
        changes = _section_changes(earlier[code], section, moved=shifted[code]) if code in earlier else [Change(ChangeKind.ADDED)]
        if changes:
            yield Item(Level.SECTION, code, code, section.title, tuple(changes))
    for code, section in earlier.items():
        if code not in later:
            yield Item(Level.SECTION, code, code, section.title, (Change(ChangeKind.REMOVED),))


def _section_changes(before: Section, after: Section, *, moved: bool) -> list[Change]:
    changes = [Change(ChangeKind.MOVED)] if moved else []
    changes += _text(ChangeKind.LABEL, "", before.title, after.title)
    changes += _text(ChangeKind.HELP, "", before.intro, after.intro)
    if before.stage is not after.stage:
        changes.append(Change(ChangeKind.STAGE, before=before.stage.value, after=after.stage.value))
    if before.chapter != after.chapter:
        changes.append(Change(ChangeKind.CHAPTER, before=before.chapter, after=after.chapter))
    return changes
