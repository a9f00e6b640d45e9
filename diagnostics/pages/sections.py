"""A section's page, built once for whoever fills it: the diagnostician in the questionnaire, the firm in its own room.

A blueprint gives a `Place` (where the page's buttons lead) and calls `answer` for GET and POST, `preview` for what the page
asks while it is being typed in, `seal` for the voices' marks. Everything works without JavaScript: each button saves first.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from diagnostics import roster_edits
from diagnostics.access import writable_sections
from diagnostics.actions import quarantine
from diagnostics.actions.answers import (
    AnswersConflictError,
    LockedError,
    SaveResult,
    Seen,
    VersionPassedError,
    look,
    seal_marks,
)
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.actions.operations import named
from diagnostics.answer_words import in_words
from diagnostics.catalogues import load
from diagnostics.collected import Collected, collect
from diagnostics.fields import MARKS
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import WRITABLE
from diagnostics.models import Cause, Diagnosis
from diagnostics.pages.passed_page import answer_shown_before
from diagnostics.pages.section_items import is_told_already, told
from diagnostics.pages.section_page import (
    CORE,
    DEPTH,
    FULL,
    SAVED,
    UNCHANGED,
    VOICES,
    Place,
    around,
    calculated,
    core_only,
    find,
    neighbours_of,
    readable_only,
    readable_section,
    render,
)
from diagnostics.pages.section_taking import both_sides, differing, fault_of, read_sent, save_sent
from diagnostics.pages.section_talk import GESTURES, READ, act_on_thread
from diagnostics.readable import MISSING
from diagnostics.recording import note_saved
from diagnostics.section_forms import Base, Reading, base_from, base_of, bound, read
from diagnostics.web import actor, database, fresh_reading, reading, reading_rows
from questionnaires.answers import Answer, check
from questionnaires.model import Kind, Section
from questionnaires.path import relevant

__all__ = ["CORE", "DEPTH", "FULL", "Place", "answer", "core_only", "find", "preview", "readable_only", "seal"]

Form = MultiDict[str, str]


def answer(dossier: Diagnosis | str, code: str, place: Place) -> ResponseReturnValue:
    """Shows a section (GET) or does what one of its buttons asks (POST); a dossier may be given by its reference."""
    if request.method == "POST":
        seen = look(reading_rows(), actor(), dossier if isinstance(dossier, str) else dossier.id, code)
        base = base_from(request.form.get("base", ""))
        if base.version and base.version != seen.questionnaire_version:
            return answer_shown_before(seen, code, place, base)
        return _Sending(seen, readable_section(seen, code, place), place).respond()
    diagnosis = find(dossier) if isinstance(dossier, str) else dossier
    return render(diagnosis, readable_section(diagnosis, code, place), place)


class _Sending:
    """One sent form: what it says, and what its button asks for once it is saved."""

    def __init__(self, seen: Seen, section: Section, place: Place) -> None:
        self.seen = seen
        self.section = section
        self.place = place
        self.questionnaire = load(seen.questionnaire_version)
        self.verb, self.argument = _verb(request.form.get("action", "save"))
        self.sent: Form = request.form
        self.removed: dict[str, str] = {}

    def respond(self) -> ResponseReturnValue:
        """Edits the lines if asked, saves what can be read, then answers the button."""
        note = self._edit_lines()
        taken = read_sent(self.seen, self.section, self.sent)
        found, stored = taken.reading, taken.stored
        version = self.sent.get("version", "")
        if version not in {"", self.seen.questionnaire_version} and (
            found.unreadable or fault_of(self.seen, self.section, self.sent, version)
        ):
            return self._kept_aside(version, found, stored)
        base = base_from(self.sent.get("base", ""))
        operation = named(self.sent.get("operation", ""), self.sent.items(multi=True))
        try:
            result = save_sent(self.seen, self.section, self.sent, taken, base, operation)
        except NotFoundError:
            raise
        except ActionError as refusal:
            return self._refused(refusal, found, stored, base)
        note_saved(actor(), self.seen, self.section, result, self.sent)
        if found.unreadable and self._asked().intersection(found.unreadable):
            return self._again(422)
        return self._next(result, note)

    def _refused(self, refusal: ActionError, found: Reading, stored: Mapping[str, Answer], base: Base) -> ResponseReturnValue:
        """What the person sees when the section could not be saved: each cause has its page, and none loses what was typed."""
        if isinstance(refusal, VersionPassedError):
            fresh_reading()
            again = look(reading_rows(), actor(), self.seen.id, self.section.code)
            shown = replace(base, version=base.version or self.seen.questionnaire_version)
            return answer_shown_before(again, self.section.code, self.place, shown)
        if isinstance(refusal, AnswersConflictError):
            return self._conflict(refusal)
        if isinstance(refusal, LockedError):
            return self._locked(str(refusal.message), found, stored)
        flash(str(refusal.message), "error")
        return self._again(422)

    def _current(self) -> Diagnosis:
        """The dossier as it is now."""
        return fresh_reading().get_one(Diagnosis, self.seen.id)

    def _collected(self) -> Collected:
        """The dossier and what this person may read of it, as it is now."""
        current = self._current()
        return readable_only(collect(reading(), current), actor())

    def _again(self, status: int) -> ResponseReturnValue:
        """The page once more, with what was typed."""
        return render(self._current(), self.section, self.place, sent=self.sent, status=status, removed=self.removed)

    def _asked(self) -> frozenset[str]:
        """The questions asked now that the answers are saved: what cannot be read off the path holds nobody up."""
        return self._collected().relevant

    def _edit_lines(self) -> str:
        """Takes a line out, puts it back or adds a pasted block, as if it had been typed; gives what to tell the person."""
        name, _colon, number = self.argument.partition(":")
        question = next((each for each in self.section.questions if each.name == name and each.kind is Kind.ROSTER), None)
        if question is None:
            return ""
        if self.verb == "remove":
            self.sent, kept = roster_edits.without(self.sent, question, number)
            self.removed = {name: kept} if kept else {}
        elif self.verb == "undo":
            self.sent = roster_edits.restored(self.sent, question, self.sent.get(f"{name}--retiree", ""))
            return str(_("La ligne est remise."))
        elif self.verb == "paste":
            self.sent, count = roster_edits.pasted(self.sent, question, self.questionnaire, self.sent.get(f"{name}--coller", ""))
            return str(
                _("Lignes ajoutées : %(count)d.", count=count) if count else _("Rien à ajouter : collez d’abord un tableau.")
            )
        return ""

    def _next(self, result: SaveResult, note: str) -> ResponseReturnValue:
        """What the button asks for, once everything is saved."""
        if self.verb == "remove" and self.removed:
            return self._again(200)
        followed: dict[str, Callable[[], ResponseReturnValue]] = {
            "continue": lambda: self._go_on(result),
            **dict.fromkeys((*GESTURES, READ), self._talk),
            "ask": self._ask,
            "seal": lambda: redirect(self.place.seal(self.section.code), 303),
            "depth": self._depth,
            "add": self._add,
            "paste": lambda: self._noted(note),
            "undo": lambda: self._noted(note),
        }
        if self.verb in followed:
            return followed[self.verb]()
        # A save answers at the address of its section.
        return redirect(f"{request.path}?fait={SAVED if result.changed else UNCHANGED}", 303)

    def _depth(self) -> ResponseReturnValue:
        session[DEPTH] = CORE if self.argument == CORE else FULL
        return redirect(self.place.section(self.section.code), 303)

    def _add(self) -> ResponseReturnValue:
        name = self.argument.partition(":")[0]
        count = self.sent.get(f"{name}--combien", "1")
        return redirect(
            f"{self.place.section(self.section.code)}?plus={name}:{count if count.isdecimal() else 1}#q-{name}-suite", 303
        )

    def _noted(self, note: str) -> ResponseReturnValue:
        flash(note, "success")
        return redirect(f"{self.place.section(self.section.code)}#q-{self.argument.partition(':')[0]}", 303)

    def _go_on(self, result: SaveResult) -> ResponseReturnValue:
        """To the next section; back to this one, once, when what was just changed asks for a second look."""
        found = self._collected()
        looked = {problem.question for problem in check(found.questionnaire, found.answers, found.context, self.section.code)}
        if looked.intersection(result.changed):
            flash(_("Enregistré. Relisez les points signalés ci-dessous, puis continuez."), "info")
            return redirect(self.place.section(self.section.code), 303)
        following = neighbours_of(found, self.section, self.place)[1]
        return redirect(self.place.section(following.code) if following else self.place.home, 303)

    def _talk(self) -> ResponseReturnValue:
        """A gesture in a thread; a message that is refused comes back with the page, whose answers are saved."""
        try:
            number, words = act_on_thread(self.verb, self.argument, self.sent)
        except NotFoundError:
            raise
        except ActionError as refusal:
            flash(str(refusal.message), "error")
            return self._again(422)
        flash(words, "success")
        return redirect(f"{self.place.section(self.section.code)}#fil-{number}", 303)

    def _ask(self) -> ResponseReturnValue:
        """To the page of a new thread on one of the section's questions."""
        reference = self._current().reference
        return redirect(url_for("threads.new", reference=reference, question=self.argument, retour="partie"), 303)

    def _conflict(self, conflict: AnswersConflictError) -> ResponseReturnValue:
        """Both answers side by side; everything that was typed travels on in the page."""
        found = self._collected()
        kept = [(name, value) for name, value in self.sent.items(multi=True) if name not in {"csrf_token", "base"}]
        sides = both_sides(found, self.section, conflict.conflicts)
        page = render_template(
            "questionnaire/conflict.html",
            **around(found, self.section, self.place),
            conflict=conflict,
            kept=kept,
            abandoned=self.sent.get("operation", ""),
            sides=sides,
            differing={
                side: {name: differing(item, sides[other].get(name)) for name, item in sides[side].items()}
                for side, other in (("mine", "theirs"), ("theirs", "mine"))
            },
            base=base_of(
                self.section, found.answers, found.saved_of(self.section.code).revision, found.diagnosis.questionnaire_version
            ).written(),
            missing_words=MISSING,
        )
        return page, 409

    def _kept_aside(self, version: str, found: Reading, stored: Mapping[str, Answer]) -> ResponseReturnValue:
        """Another version of the questionnaire asks otherwise: the whole sending is kept for the coordination."""
        fields = [[name, value] for name, value in self.sent.items(multi=True) if name != "csrf_token"]
        payload = quarantine.written({"version": version, "base": self.sent.get("base", ""), "fields": fields})
        quarantine.hold(
            database(), actor(), payload, Cause.VERSION, reference=self.seen_reference, section=self.section.code, version=version
        )
        message = _(
            "Le questionnaire a changé depuis que cette page a été ouverte : vos réponses sont gardées en quarantaine, "
            "la coordination les reprendra. Rouvrez la partie pour continuer."
        )
        return self._locked(message, found, stored)

    @property
    def seen_reference(self) -> str:
        """The dossier's reference."""
        return self._current().reference

    def _locked(self, message: str, found: Reading, stored: Mapping[str, Answer]) -> ResponseReturnValue:
        """Why nothing was saved, with what was typed, to be copied."""
        locale = chosen_locale()
        typed = []
        for name, given in found.answers.items():
            question = self.questionnaire.question(name)
            if given.value != stored.get(name, Answer()).value:
                typed.append((question.label.in_(locale), in_words(question, given.value, self.questionnaire, locale)))
        return render_template(
            "questionnaire/locked.html",
            dossier=self._current(),
            section=self.section,
            place=self.place,
            message=message,
            typed=typed,
        ), 409


def _verb(action: str) -> tuple[str, str]:
    verb, _colon, argument = action.partition(":")
    return verb, argument


def preview(diagnosis: Diagnosis, code: str, place: Place) -> ResponseReturnValue:
    """What the page asks while it is typed in: which questions are asked, what is worked out, what is wrong. Saves nothing."""
    section = readable_section(diagnosis, code, place)
    found = readable_only(collect(reading(), diagnosis), actor())
    form = bound(diagnosis.questionnaire_version, code, found.answers, MultiDict(request.form))
    answers = {**found.answers, **read(form).answers}
    asked = relevant(found.questionnaire, answers, found.context)
    typed = replace(found, answers=answers)
    locale = chosen_locale()
    problems: dict[str, list[dict[str, str | None]]] = {}
    for problem in check(found.questionnaire, answers, found.context, code):
        if is_told_already(form[problem.question], problem):
            continue
        text = told(form[problem.question], problem)
        note = {
            "severity": problem.severity.value,
            "text": text,
            "code": problem.code,
            "row": problem.row,
            "column": problem.column,
        }
        problems.setdefault(problem.question, []).append(note)
    for each in form.questions:
        unread: dict[str, str | None] = {"severity": "hard", "code": "unread", "row": None, "column": None}
        problems.setdefault(each.name, [])[:0] = [unread | {"text": str(text)} for text in each.errors]
    progress = typed.progress[code]
    return jsonify(
        asked=[question.name for question in section.questions if question.name in asked],
        calculated={
            name: in_words(found.questionnaire.question(name), answer_.value, found.questionnaire, locale)
            for name, answer_ in calculated(typed, section).items()
        },
        problems={name: notes for name, notes in problems.items() if notes},
        count={"asked": progress.asked, "answered": progress.answered},
    )


def seal(diagnosis: Diagnosis, code: str, place: Place) -> ResponseReturnValue:
    """Asks once more before a voice's marks are sealed for good (GET), then seals them (POST)."""
    section = readable_section(diagnosis, code, place)
    voice = VOICES.get(section.stage)
    if voice is None:
        raise NotFoundError(_("Il n’y a pas de notes à sceller dans cette partie."))
    if request.method == "POST":
        try:
            seal_marks(database(), actor(), diagnosis.id, voice)
        except LockedError:
            raise
        except ActionError as refusal:
            flash(str(refusal.message), "error")
            return redirect(place.section(code), 303)
        flash(_("Notes scellées : elles ne peuvent plus changer."), "success")
        return redirect(place.home, 303)
    found = readable_only(collect(reading(), diagnosis), actor())
    if code not in writable_sections(actor(), diagnosis, found.questionnaire.stages(), WRITABLE):
        return redirect(place.section(code), 303)
    marks = [
        (question, found.answers.get(question.name, Answer()).value or "")
        for question in section.questions
        if question.choices == MARKS
    ]
    return render_template(
        "questionnaire/seal.html",
        **around(found, section, place),
        marks=marks,
        lacking=sum(not value for _question, value in marks),
    )
