"""The coordinator's review: the queue, a dossier's answers read over with a remark beside each, and the decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from diagnostics import queries
from diagnostics.access import allow, readable_sections
from diagnostics.actions import dossiers, threads
from diagnostics.actions.base import ActionError, ConflictError
from diagnostics.collected import Collected, collect
from diagnostics.delays import due_on, paris_day
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import FINISHED, LABELS, MOVES
from diagnostics.models import Diagnosis, Role, State, now
from diagnostics.pages.dossier_forms import RemarkForm
from diagnostics.pages.dossiers import Labels, found
from diagnostics.pages.fieldwork import moved_message, room_link
from diagnostics.pages.sections import readable_only
from diagnostics.pages.threads import line_words, rows_of, thread_link
from diagnostics.readable import ReadableSection, read_over
from diagnostics.threads import by_question, may_talk, names_in, spoken_sections, talks_of
from diagnostics.value_history import last_changes
from diagnostics.web import actor, database, fresh_reading, reading
from questionnaires.model import Stage

bp = Blueprint("review", __name__)
Page = str | Response | tuple[str, int]

BEFORE_RESTITUTION = frozenset({Stage.VISIT.value, Stage.MARKS_FIRM.value, Stage.MARKS_DIAGNOSTICIAN.value})
GIVEN_BACK = FINISHED | {State.RESTITUTION}


@bp.get("/relecture")
@allow(Role.COORDINATOR)
def index() -> str:
    """The dossiers that wait for a reading, the oldest first."""
    number = request.args.get("page", "1")
    page = queries.paginate(reading(), queries.review_queue(actor()), int(number) if number.isdecimal() and len(number) < 6 else 1)  # noqa: PLR2004
    today = paris_day(now())
    return render_template(
        "review/index.html",
        page=page,
        labels=Labels(),
        ages={diagnosis.id: (today - paris_day(diagnosis.state_since)).days for diagnosis in page.items},
        due={diagnosis.id: due_on(diagnosis) for diagnosis in page.items},
        today=today,
        open_threads=queries.open_thread_counts(reading(), actor(), page.items),
        returned=queries.returned_before(reading(), page.items),
    )


@bp.get("/relecture/<reference>")
@allow(Role.COORDINATOR)
def show(reference: str) -> str:
    """A dossier to be read over; outside of the review it can be read, not judged."""
    return _page(found(reference))


def _page(diagnosis: Diagnosis, *, failed: tuple[str, str] | None = None, refusal: Any = None) -> str:
    """The page; `failed` is the question and the text of a remark that was just refused, which keeps what was typed."""
    collected = readable_only(collect(reading(), diagnosis), actor())
    allowed = _read_now(diagnosis, collected.questionnaire.stages())
    sections = read_over(collected, allowed, chosen_locale())
    talks = talks_of(reading(), actor(), diagnosis, collected.questionnaire)
    return render_template(
        "review/show.html",
        diagnosis=diagnosis,
        labels=Labels(),
        sections=sections,
        talks=by_question(talks),
        still_open=sum(talk.is_open for talk in talks),
        talkable=spoken_names(collected, diagnosis),
        rows=rows_of(collected.answers),
        line_words=line_words,
        changes=last_changes(reading(), diagnosis.id),
        talk_action=lambda number, gesture: url_for("threads.act", reference=diagnosis.reference, number=number, gesture=gesture),
        problems=_problems(sections),
        unanswered=sum(item.core and item.blank and not item.computed for section in sections for item in section.items),
        judging=diagnosis.state is State.REVIEW,
        accept=MOVES["accept"],
        send_back=MOVES["return"],
        accept_blocked=dossiers.obstacle(reading(), diagnosis, MOVES["accept"]),
        return_blocked=dossiers.obstacle(reading(), diagnosis, MOVES["return"]),
        age=(paris_day(now()) - paris_day(diagnosis.state_since)).days,
        failed=failed,
        refusal=refusal,
        shared="partage" in request.form,
        longest=threads.LONGEST_MESSAGE,
    )


def spoken_names(collected: Collected, diagnosis: Diagnosis) -> frozenset[str]:
    """The questions on which this person may open a thread now."""
    questionnaire = collected.questionnaire
    spoken = spoken_sections(actor(), diagnosis, questionnaire.stages()) if may_talk(actor(), diagnosis) else ()
    return names_in(questionnaire, spoken)


def _read_now(diagnosis: Diagnosis, stages: Mapping[str, str]) -> frozenset[str]:
    """The sections to read over: those that may be read, without what the restitution has still to fill in."""
    allowed = readable_sections(actor(), diagnosis, stages)
    given_back = diagnosis.state in GIVEN_BACK
    return frozenset(
        code for code in allowed if stages[code] in BEFORE_RESTITUTION or (given_back and stages[code] == Stage.RESTITUTION.value)
    )


def _problems(sections: Sequence[ReadableSection]) -> list[tuple[str, str, str, bool]]:
    """What the checks say, as `(question, its label, message, hard)`, in the questionnaire's order."""
    return [
        (item.name, item.label, fault.message, fault.hard)
        for section in sections
        for item in section.items
        for fault in item.faults
    ]


@bp.post("/relecture/<reference>/remarques")
@allow(Role.COORDINATOR)
def remark(reference: str) -> Page:
    """Opens a thread on one question."""
    diagnosis, form = found(reference), RemarkForm()
    question, text = form.question.data or "", form.text.data or ""
    if not form.validate_on_submit():
        return _page(diagnosis, failed=(question, text), refusal=" ".join(str(error) for error in form.text.errors)), 422
    try:
        threads.open_thread(database(), actor(), diagnosis.id, question, text, shared="partage" in request.form, link=thread_link())
    except ActionError as error:
        fresh_reading()
        return _page(found(reference), failed=(question, text), refusal=error.message), 409 if isinstance(
            error, ConflictError
        ) else 422
    flash(
        _("Remarque notée. Le diagnostiqueur sera prévenu quand vous renverrez le dossier.")
        if diagnosis.state is State.REVIEW
        else _("Remarque notée : le diagnostiqueur est prévenu."),
        "success",
    )
    return redirect(url_for("review.show", reference=reference, _anchor=f"q-{question}"))


@bp.post("/relecture/<reference>/decision")
@allow(Role.COORDINATOR)
def decide(reference: str) -> Response:
    """Accepts the dossier, which sends it to the firm, or sends it back with the remarks."""
    diagnosis = found(reference)
    name = request.form.get("decision", "")
    if name not in {"accept", "return"}:
        abort(404)
    try:
        made = dossiers.move(database(), actor(), diagnosis.id, name, expected=State.REVIEW, room=room_link())
    except ActionError as error:
        flash(str(error.message), "error")
        return redirect(url_for("review.show", reference=reference))
    flash(f"{reference} – {LABELS[made.move.target]}. {moved_message(made)}", "success")
    if name == "accept" and not made.link_sent:
        flash(
            _("L’entreprise n’a pas d’adresse électronique : ajoutez-la au dossier pour lui envoyer le lien vers son espace."),
            "info",
        )
    return redirect(url_for("review.index"))
