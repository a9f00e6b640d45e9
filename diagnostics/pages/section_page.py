"""How a section's page is put together, to be filled or to be read, for whoever may; `sections` answers the requests.

Only what a person may read enters a page: `readable_only` takes everything else away before anything is worked out.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from diagnostics.access import Actor, readable_sections, visible, writable_sections
from diagnostics.actions.answers import (
    NOT_COVERED,
    Seen,
    Voice,
    locked_message,
)
from diagnostics.actions.base import NotFoundError
from diagnostics.answer_words import figure, in_words
from diagnostics.catalogues import load
from diagnostics.collected import Collected, collect, prefill_places, prefilled
from diagnostics.fields import MARKS
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import WRITABLE
from diagnostics.models import Diagnosis
from diagnostics.pages.section_extras import extras_of, proposals_for, shown_answers
from diagnostics.pages.section_items import Item, error_list, items_of
from diagnostics.pages.section_live import live_data
from diagnostics.pages.section_talk import talk_context
from diagnostics.previous import is_lasting, previous_of
from diagnostics.readable import MISSING, ReadableSection, read_over
from diagnostics.recording import note_opened
from diagnostics.section_forms import base_of, bound
from diagnostics.web import actor, fresh_reading, reading
from questionnaires.answers import Answer
from questionnaires.model import Kind, Questionnaire, Section, Stage
from questionnaires.versions import carry

DEPTH = "depth"
FULL, CORE = "full", "core"
MOST_SPARE = 30
# What the page says after a save; the address carries it, since a message in the cookie would cost every save a signature.
SAVED, UNCHANGED = "1", "0"
DONE: dict[str, LazyString] = {
    SAVED: _l("Réponses enregistrées."),
    UNCHANGED: _l("Rien n’avait changé : tout était déjà enregistré."),
}
VOICES: dict[Stage, Voice] = {Stage.MARKS_FIRM: "firm", Stage.MARKS_DIAGNOSTICIAN: "diagnostician"}

Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a section's page stands: the addresses its buttons lead to, and the sections that can be reached from it.

    `codes` empty means every section that the person may read; `whole` shows in-depth questions whatever was chosen;
    `operations` is where a page sends its changes by itself, if it may (`diagnostics.pages.operations`).
    """

    section: Callable[[str], str]
    preview: Callable[[str], str]
    seal: Callable[[str], str]
    index: Callable[[], str]
    home_label: LazyString
    codes: frozenset[str] = frozenset()
    whole: bool = False
    operations: Callable[[str], str] | None = None

    @property
    def home(self) -> str:
        """The page from which the sections are opened."""
        return self.index()


def find(reference: str) -> Diagnosis:
    """The dossier of that reference, if this person may know of it; raises `NotFoundError` otherwise."""
    found: Diagnosis | None = reading().scalar(visible(Diagnosis, actor()).where(Diagnosis.reference == reference))
    if found is None:
        raise NotFoundError(_("Ce dossier n’existe pas, ou il ne vous est pas ouvert."))
    return found


def core_only() -> bool:
    """Whether this person works with the visit form only (core questions), and not in depth."""
    return bool(session.get(DEPTH, FULL) == CORE)


def readable_section(diagnosis: Diagnosis | Seen, code: str, place: Place) -> Section:
    """The section, if it exists, is shown in this place and may be read by this person now; raises `NotFoundError` otherwise."""
    questionnaire = load(diagnosis.questionnaire_version)
    readable = readable_sections(actor(), cast("Diagnosis", diagnosis), questionnaire.stages())
    if code not in readable or (place.codes and code not in place.codes):
        raise NotFoundError(_("Cette partie du questionnaire n’existe pas, ou elle ne vous est pas ouverte maintenant."))
    return questionnaire.section(code)


def readable_only(found: Collected, who: Actor) -> Collected:
    """The diagnosis with the answers that this person may read now and none of the others: the voices stay blind."""
    codes = readable_sections(who, found.diagnosis, found.questionnaire.stages())
    hidden = {question.name for section, question in found.questionnaire.questions() if section.code not in codes}
    return replace(
        found,
        answers={name: answer for name, answer in found.answers.items() if name not in hidden},
        saved={code: saved for code, saved in found.saved.items() if code in codes},
        stored={code: stored for code, stored in found.stored.items() if code in codes},
    )


def render(
    diagnosis: Diagnosis,
    section: Section,
    place: Place,
    *,
    sent: Form | None = None,
    status: int = 200,
    removed: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """A section's page: to be filled where this person may write, to be read elsewhere.

    `sent` is what was typed and must be shown again; `removed` the lines just taken out, by question, to be put back.
    """
    opened = fresh_reading() if sent is not None else reading()
    current = opened.get_one(Diagnosis, diagnosis.id)
    found = readable_only(collect(opened, current), actor())
    context = around(found, section, place) | talk_context(opened, found, section, sent)
    if section.code not in writable_sections(actor(), current, found.questionnaire.stages(), WRITABLE):
        return _reading_page(found, section, context), status
    proposals = proposals_for(opened, found, section)
    form = bound(current.questionnaire_version, section.code, shown_answers(found, proposals), sent)
    for name, worked_out in calculated(found, section).items():
        form[name].answer = worked_out
    visit_only = core_only() and not place.whole and section.stage is Stage.VISIT
    items = items_of(found, section, form, talks=context["talks"], core_only=visit_only)
    if sent is None:
        note_opened(actor(), current.id, section, alerts_of(found, items))
    page = render_template(
        "questionnaire/section.html",
        **context,
        form=form,
        items=items,
        unread=error_list(items, unread=True),
        errors=error_list(items, unread=False),
        doubts=[item for item in items if item.asked and item.doubts and not item.confirmed],
        base=base_of(section, found.answers, found.saved_of(section.code).revision, current.questionnaire_version).written(),
        operation=str(uuid.uuid4()),
        removed=removed or {},
        done=DONE.get(request.args.get("fait", "")),
        spare=_spare(section),
        core_only=visit_only,
        voice=VOICES.get(section.stage),
        filling=True,
        missing_words=MISSING,
        extras=extras_of(opened, found, section, items, proposals),
        live=live_data(found, section, resent=sent is not None, proposed=frozenset({"actions"} if proposals else ())),
    )
    return page, status


def alerts_of(found: Collected, items: Sequence[Item]) -> list[tuple[str, str]]:
    """The checks that a section's page shows as not met and not confirmed, as `(question, check)`."""
    shown = {item.question.name for item in items if item.asked and (item.wrong or not item.confirmed)}
    return [(problem.question, problem.code) for problem in found.problems if problem.question in shown]


def around(found: Collected, section: Section, place: Place) -> dict[str, Any]:
    """What every page about a section knows."""
    locale = chosen_locale()
    return {
        "found": found,
        "dossier": found.diagnosis,
        "section": section,
        "place": place,
        "saved": found.saved_of(section.code),
        "progress": found.progress[section.code],
        "neighbours": neighbours_of(found, section, place),
        "words": in_words,
        "figure": figure,
        "others": [(each, found.progress[each.code]) for each in reached_from(found, place)],
        "mark_word": lambda code: mark_word(found.questionnaire, code, locale),
    }


def mark_word(questionnaire: Questionnaire, code: str, locale: str) -> str:
    """A mark as a number and its word, « 2 · Vigilance »."""
    if not code:
        return "–"
    word = questionnaire.label(MARKS, code, locale)
    return word if code == NOT_COVERED else f"{code} · {word}"


def _reading_page(found: Collected, section: Section, context: Mapping[str, Any]) -> str:
    """The section in words, for whoever may not write it, or not now."""
    who = actor()
    read_sections = read_over(found, frozenset({section.code}), chosen_locale())
    owner = who.user_id == found.diagnosis.diagnostician_id or who.is_firm
    return render_template(
        "questionnaire/section_read.html",
        **context,
        readable=read_sections[0] if read_sections else ReadableSection(section.code, "", ()),
        filling=False,
        owner=owner,
        locked=locked_message(found.diagnosis.state),
    )


def calculated(found: Collected, section: Section) -> dict[str, Answer]:
    """What the platform works out in this section, as answers to be shown."""
    return {
        question.name: Answer(found.plain.get(question.name))
        for question in section.questions
        if question.kind is Kind.CALCULATE and question.calculation is not None
    }


def _spare(section: Section) -> dict[str, int]:
    """How many empty lines each roster was asked for (`?plus=registre:5`)."""
    name, _colon, count = request.args.get("plus", "").partition(":")
    rosters = {question.name for question in section.questions if question.kind is Kind.ROSTER}
    return (
        {name: min(int(count), MOST_SPARE)} if name in rosters and count.isdecimal() and len(count) <= len(str(MOST_SPARE)) else {}
    )


def reached_from(found: Collected, place: Place) -> list[Section]:
    """The sections that can be reached from here, in order."""
    codes = readable_sections(actor(), found.diagnosis, found.questionnaire.stages())
    return [
        each
        for each in found.questionnaire.sections
        if each.code in codes and each.stage is not Stage.VALIDATION and (not place.codes or each.code in place.codes)
    ]


def neighbours_of(found: Collected, section: Section, place: Place) -> tuple[Section | None, Section | None]:
    """The sections before and after this one."""
    reached = reached_from(found, place)
    at = next((index for index, each in enumerate(reached) if each.code == section.code), 0)
    return (reached[at - 1] if at else None), (reached[at + 1] if at + 1 < len(reached) else None)


def stored_answers(opened: Session, seen: Seen, section: Section) -> dict[str, Answer]:
    """One section's answers as they are stored, over what the frame and the last diagnosis prefill: all that reading a form needs."""
    found: dict[str, Answer] = {}
    questionnaire = load(seen.questionnaire_version)
    names = {question.name for question, _attribute in prefill_places(questionnaire)}
    if any(is_lasting(question) and question.name not in seen.answers for question in section.questions):
        found |= previous_of(opened, seen.id, questionnaire, section=section.code).answers
    if any(question.name in names for question in section.questions):
        found |= prefilled(questionnaire, opened.get_one(Diagnosis, seen.id).firm)
    return found | {name: Answer.from_json(given) for name, given in seen.answers.items()}


def stored_before(opened: Session, seen: Seen, old: Questionnaire) -> dict[str, Answer]:
    """A dossier's present answers as an older version would hold them, for a form of that version to be read against.

    Only what this person may read is given, so that nothing of it can be told by a page.
    """
    diagnosis = opened.get_one(Diagnosis, seen.id)
    found = readable_only(collect(opened, diagnosis), actor())
    return dict(carry(found.answers, found.questionnaire, old).answers)
