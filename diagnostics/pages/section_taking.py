"""One sent section taken in: read, merged and saved, the same way for a form's button, for a device's operation and for quarantine.

`fault_of` says what a section cannot take of a sending before anything is read; `read_sent` reads it over what is stored;
`save_sent` saves what could be read, once whatever the number of times it is sent. `both_sides` puts a conflict in words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from diagnostics.actions.answers import AnswersConflictError, Conflict, LockedError, SaveResult, Seen, save_section
from diagnostics.actions.operations import KnownOperationError, Named, noting, recorded
from diagnostics.answer_words import in_words
from diagnostics.catalogues import UnknownVersionError, load
from diagnostics.collected import Collected
from diagnostics.i18n import chosen_locale
from diagnostics.models import Cause
from diagnostics.pages.section_page import stored_answers
from diagnostics.readable import Item as ReadItem
from diagnostics.readable import read_over
from diagnostics.section_forms import Base, Reading, read, reader
from diagnostics.web import actor, database, fresh_reading, reading
from questionnaires.answers import Answer
from questionnaires.model import Question, Section

Form = MultiDict[str, str]
SHOWN = "q"
# What a section's form carries besides its questions: it is typed there and belongs to another verb.
BESIDE = frozenset({"csrf_token", "operation", "base", "action", "account", "version", "presence", "alertes", SHOWN, "remarque"})


@dataclass(frozen=True, slots=True)
class Read:
    """What a sending says: its answers, the questions that could not be read with their messages, and what was stored before."""

    reading: Reading
    stored: Mapping[str, Answer]
    messages: Mapping[str, tuple[str, ...]]


def fault_of(seen: Seen, section: Section, sent: Form, version: str) -> Cause | None:
    """What makes a sending impossible to take whole: a question that this section does not have, or no longer has as it was shown."""
    known = {question.name: question for question in section.questions}
    shown = set(sent.getlist(SHOWN))
    if version and version != seen.questionnaire_version:
        return None if _carried(shown, known, version) else Cause.VERSION
    if shown - known.keys():
        return Cause.UNKNOWN_QUESTION
    silent = {name.partition("--")[0] for name in sent} - BESIDE - shown
    return Cause.MALFORMED if silent else None


def _carried(shown: Iterable[str], known: Mapping[str, Question], version: str) -> bool:
    """Whether every question shown by another version stands in this section as the same kind of question."""
    try:
        before = {question.name: question for _section, question in load(version).questions()}
    except UnknownVersionError:
        before = {}
    return all(name in known and (name not in before or before[name].kind is known[name].kind) for name in shown)


def read_sent(seen: Seen, section: Section, sent: Form) -> Read:
    """Reads a sending over what is stored of the section."""
    stored = stored_answers(reading(), seen, section)
    form = reader(seen.questionnaire_version, section.code, stored, sent)
    found = read(form)
    return Read(found, stored, {name: tuple(str(text) for text in form[name].errors) for name in found.unreadable})


def save_sent(seen: Seen, section: Section, sent: Form, found: Read, base: Base, operation: Named | None) -> SaveResult:
    """Saves what could be read; a sending that was taken before changes nothing and gives what it gave.

    Another sending under the same name is saved as if it had none: a page shown again by the back button keeps its name. Raises
    what `save_section` raises.
    """
    chosen = {name: given for name, given in found.reading.answers.items() if sent.get(f"{name}--garder") != "theirs"}
    again = operation is not None
    try:
        return _saved(seen, section, chosen, base, operation)
    except KnownOperationError:
        known = _known(seen, section, operation)
        if known is not None:
            return known
        again = False
    except (AnswersConflictError, LockedError):
        known = _known(seen, section, operation) if again else None
        if known is None:
            raise
        return known
    return _saved(seen, section, chosen, base, None)


def _saved(seen: Seen, section: Section, chosen: Mapping[str, Answer], base: Base, operation: Named | None) -> SaveResult:
    return save_section(
        database(),
        actor(),
        seen.id,
        section.code,
        chosen,
        base_revision=base.revision,
        base=base.fingerprints,
        seen=seen,
        within=noting(operation, actor(), seen.id, section.code, base.revision) if operation else None,
    )


def _known(seen: Seen, section: Section, operation: Named | None) -> SaveResult | None:
    """What the same sending gave when it was taken, if it was."""
    if operation is None:
        return None
    known = recorded(fresh_reading(), operation.uuid)
    if known is None or not operation.is_again(known, actor(), seen.id, section.code):
        return None
    return SaveResult(known.revision)


Side = Mapping[str, ReadItem]


def both_sides(found: Collected, section: Section, conflicts: Iterable[Conflict]) -> dict[str, Side]:
    """What was sent (`mine`) and what is stored (`theirs`) of the questions in conflict, each as it is read over."""
    listed = list(conflicts)
    sides: dict[str, Side] = {}
    for side in ("mine", "theirs"):
        given = {each.question: getattr(each, side) for each in listed}
        sections = read_over(replace(found, answers={**found.answers, **given}), frozenset({section.code}), chosen_locale())
        sides[side] = {item.name: item for each in sections for item in each.items if item.name in given}
    return sides


def differing(one: ReadItem, other: ReadItem | None) -> list[tuple[str, ...]]:
    """The lines of a table that the other side does not have; their numbers do not count, since one line more moves them all."""
    if one.table is None:
        return []
    same = {row[1:] for row in other.table.rows} if other is not None and other.table is not None else set()
    return [row for row in one.table.rows if row[1:] not in same]


def told_sides(found: Collected, section: Section, conflict: AnswersConflictError) -> list[dict[str, Any]]:
    """A conflict for a page to show: each question with both answers in words or as the lines that differ."""
    sides = both_sides(found, section, conflict.conflicts)
    told = []
    for each in conflict.conflicts:
        question = found.questionnaire.question(each.question)
        one: dict[str, Any] = {"question": each.question, "label": question.label.in_(chosen_locale())}
        for side, other, answer in (("mine", "theirs", each.mine), ("theirs", "mine", each.theirs)):
            item = sides[side].get(each.question)
            one[side] = _told(found, question, answer, item, sides[other].get(each.question))
        told.append(one)
    return told


def _told(found: Collected, question: Question, answer: Answer, item: ReadItem | None, other: ReadItem | None) -> dict[str, Any]:
    told: dict[str, Any] = {"reasons": list(answer.reasons.values())}
    if item is not None and item.missing is not None:
        return told | {"words": str(item.missing)}
    if item is not None and item.table is not None:
        rows = differing(item, other)
        return told | {"head": item.table.head, "rows": rows, "alike": len(item.table.rows) - len(rows)}
    return told | {"words": in_words(question, answer.value, found.questionnaire, chosen_locale())}
