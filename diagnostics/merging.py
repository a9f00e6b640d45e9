"""Two people in one section: which answers each changed, what can be merged, and what a person must choose between.

A page carries a `fingerprint` of every answer as it was shown. What differs from its fingerprint was changed by whoever sends
the form; what differs from it in the database was changed by somebody else meanwhile. Only the answers that both changed are
in conflict. Nothing here knows the web or the database.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from questionnaires.answers import Answer, AnswerState

_NOTHING: tuple[Any, ...] = (None, None, {})


@dataclass(frozen=True, slots=True)
class Conflict:
    """One answer changed by two people: what was sent, and what somebody else saved meanwhile."""

    question: str
    mine: Answer
    theirs: Answer


@dataclass(frozen=True, slots=True)
class Merged:
    """A section after a merge: its answers as they are stored, the questions changed, and the answers in conflict.

    `replaced` names, among the changed, those whose answer was prefilled until then.
    """

    answers: Mapping[str, Any]
    changed: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    replaced: tuple[str, ...] = ()


def content(answer: Answer | None) -> tuple[Any, ...]:
    """What an answer says, its state left out; every blank answer says the same."""
    if answer is None or (not answer.given and answer.missing is None):
        return _NOTHING
    return (None if answer.missing else answer.value, answer.missing, dict(answer.reasons))


def fingerprint(answer: Answer | None) -> str:
    """A short mark of an answer's content, the same for the same content."""
    said = content(answer)
    return BLANK if said is _NOTHING else _digest(said)


def _digest(said: tuple[Any, ...]) -> str:
    written = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.blake2s(written.encode(), digest_size=6).hexdigest()


BLANK = _digest(_NOTHING)


def merge(
    held: Mapping[str, Any], given: Mapping[str, Answer], *, base: Mapping[str, str] | None, stale: bool, edited: bool
) -> Merged:
    """The section with the answers given over those held.

    `base` holds the fingerprints of what was shown (None: everything given counts as changed); `stale` says that the section
    was saved since; `edited` marks what changes as corrected after a first submission.
    """
    merged = dict(held)
    changed: list[str] = []
    conflicts: list[Conflict] = []
    replaced: list[str] = []
    for name, mine in given.items():
        theirs = Answer.from_json(held[name]) if name in held else None
        said = content(mine)
        # A prefilled answer that nobody has saved yet is stored the first time, though it reads the same.
        if said == content(theirs) and (theirs is not None or said is _NOTHING):
            continue
        if base is not None and theirs is not None and base.get(name, BLANK) == fingerprint(mine):
            continue
        if stale and theirs is not None and (base is None or base.get(name, BLANK) != fingerprint(theirs)):
            conflicts.append(Conflict(name, mine, theirs))
            continue
        merged[name] = _stated(mine, edited=edited).to_json()
        changed.append(name)
        if mine.state is not AnswerState.PREFILLED and _was_prefilled(theirs, (base or {}).get(name, BLANK), mine):
            replaced.append(name)
    return Merged(merged, tuple(changed), tuple(conflicts), tuple(replaced))


def _was_prefilled(held: Answer | None, shown: str, given: Answer) -> bool:
    """Whether another answer was prefilled before: stored as such, or shown by the page without having ever been stored."""
    if held is not None:
        return held.state is AnswerState.PREFILLED
    return shown not in {BLANK, fingerprint(given)}


def _stated(answer: Answer, *, edited: bool) -> Answer:
    """The answer with its state: kept against a soft check as long as a reason says why; prefilled until it is changed; else
    collected, or edited once the dossier was sent back."""
    if answer.reasons:
        wanted = AnswerState.FORCED
    elif answer.state is AnswerState.PREFILLED:
        return answer
    else:
        wanted = AnswerState.EDITED if edited else AnswerState.COLLECTED
    return answer if answer.state is wanted else replace(answer, state=wanted)
