"""What the pages note of the filling: a section opened, saved or left, alerts shown and kept against, time spent.

Only a diagnostician's own filling is noted, in names of questions and codes of checks: never a value, a text or a person.
Every way of saving a section (page, autosave, synchronisation, OpenRosa) may call `note_saved`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from flask import current_app, g

from diagnostics.access import Actor
from diagnostics.actions.answers import SaveResult, Seen
from diagnostics.actions.paradata import EXTENSION, Recorder
from diagnostics.models import ParadataKind, Role
from questionnaires.model import Section

# The controls that static/js/paradata.js fills in before a form is sent.
SECONDS, ALERTS = "presence", "alertes"
MOST_SECONDS = 4 * 3600
MOST_NAMES = 200
Event = tuple[ParadataKind, dict[str, Any]]


def recorder() -> Recorder:
    """The process's recorder."""
    return cast("Recorder", current_app.extensions[EXTENSION])


def _noted(who: Actor) -> bool:
    # A trial of a draft works on a database of its own and leaves no trace in the programme's.
    return who.role is Role.DIAGNOSTICIAN and g.get("database") is None and recorder().records


def seconds_of(text: str) -> int | None:
    """The active seconds that a page says; None for what is no such figure."""
    if not text.isdecimal() or len(text) > len(str(MOST_SECONDS)):
        return None
    return min(int(text), MOST_SECONDS)


def names_of(text: str, section: Section) -> list[str]:
    """The questions named in a text, without any that the section does not ask."""
    known = {question.name for question in section.questions}
    return sorted(known.intersection(text.split()[:MOST_NAMES]))


def note_opened(who: Actor, diagnosis_id: int, section: Section, shown: Iterable[tuple[str, str]]) -> None:
    """Notes that a section was opened to be filled, with the alerts that its page shows as `(question, check)`."""
    if not _noted(who):
        return
    events: list[Event] = [(ParadataKind.OPENED, {})]
    alerts = [list(pair) for pair in shown]
    if alerts:
        events.append((ParadataKind.SHOWN, {"checks": alerts}))
    recorder().add(who, diagnosis_id, section.code, events)


def note_saved(who: Actor, seen: Seen, section: Section, result: SaveResult, sent: Mapping[str, str]) -> None:
    """Notes what a save changed, the alerts that it keeps against with a reason, and the active time that the page counted."""
    if not _noted(who):
        return
    events: list[Event] = []
    seconds = seconds_of(sent.get(SECONDS, ""))
    if result.changed or seconds:
        events.append(
            (ParadataKind.CHANGED, {"questions": list(result.changed)} | ({} if seconds is None else {"seconds": seconds}))
        )
    alerts = names_of(sent.get(ALERTS, ""), section)
    if alerts:
        events.append((ParadataKind.SHOWN, {"questions": alerts}))
    events.extend(
        (ParadataKind.OVERRIDDEN, {"question": name, "check": code})
        for name in result.changed
        for code in sorted(_reasons(result.stored, name) - _reasons(seen.answers, name))
    )
    recorder().add(who, seen.id, section.code, events)


def _reasons(stored: Mapping[str, Any], name: str) -> set[str]:
    """The codes of the checks that an answer is kept against."""
    return set((stored.get(name) or {}).get("reasons") or ())


def note_left(who: Actor, diagnosis_id: int, section: Section, sent: Mapping[str, str]) -> None:
    """Notes that a section's page was left, or set aside, with the active time not yet sent."""
    if not _noted(who):
        return
    events: list[Event] = [(ParadataKind.LEFT, {"seconds": seconds_of(sent.get(SECONDS, "")) or 0})]
    alerts = names_of(sent.get(ALERTS, ""), section)
    if alerts:
        events.append((ParadataKind.SHOWN, {"questions": alerts}))
    recorder().add(who, diagnosis_id, section.code, events)
