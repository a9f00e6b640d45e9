"""What a section's page shows around its answers: the threads on its questions, and who changed each answer last."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from diagnostics.actions import threads as verbs
from diagnostics.actions.base import NotFoundError
from diagnostics.collected import Collected
from diagnostics.pages.threads import line_words, perform, rows_of
from diagnostics.threads import by_question, may_talk, names_in, spoken_sections, talks_of
from diagnostics.value_history import last_changes
from diagnostics.web import actor, database
from questionnaires.model import Section

GESTURES = {"reply": "repondre", "settle": "clore", "reopen": "rouvrir"}
READ = "talk-read"


def talk_context(session: Session, found: Collected, section: Section, typed: Mapping[str, str] | None) -> dict[str, Any]:
    """What the templates of a section's page know of its threads and of its answers' last changes; nothing for a firm.

    A firm's threads have pages of their own in its room: its marks' page holds none.
    """
    who, diagnosis = actor(), found.diagnosis
    context: dict[str, Any] = {
        "talks": {},
        "talkable": frozenset(),
        "rows": {},
        "changes": {},
        "line_words": line_words,
        "typed": typed,
        "talk_action": lambda number, gesture: url_for(
            "threads.act", reference=diagnosis.reference, number=number, gesture=gesture
        ),
    }
    if who.is_firm:
        return context
    spoken = spoken_sections(who, diagnosis, found.questionnaire.stages())
    return context | {
        "talks": by_question(talks_of(session, who, diagnosis, found.questionnaire)),
        "talkable": names_in(found.questionnaire, spoken & {section.code}) if may_talk(who, diagnosis) else frozenset(),
        "rows": rows_of(found.answers),
        "changes": last_changes(session, diagnosis.id, section.code),
    }


def act_on_thread(verb: str, argument: str, sent: Mapping[str, str]) -> tuple[int, str]:
    """Does what a button in a section's form asks of a thread; gives the thread's number and what to tell.

    Raises `ActionError` when it cannot be done: the answers are saved by then, and the page shows the message again.
    """
    if not argument.isdecimal():
        raise NotFoundError(_("Ce fil n’existe pas, ou il ne vous est pas ouvert."))
    number = int(argument)
    if verb == READ:
        verbs.mark_read(database(), actor(), number)
        return number, str(_("Fil marqué comme lu."))
    perform(number, GESTURES[verb], sent.get(f"fil--{number}", ""))
    done = {"reply": _("Message envoyé."), "settle": _("Fil clos."), "reopen": _("Fil rouvert.")}
    return number, str(done[verb])
