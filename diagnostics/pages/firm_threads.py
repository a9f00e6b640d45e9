"""The firm's threads in its room: those shared with it, beside the questions that it may read, and the ones that it opens."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from diagnostics.access import allow
from diagnostics.actions import threads as verbs
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.catalogues import load
from diagnostics.collected import collect
from diagnostics.i18n import chosen_locale
from diagnostics.models import Role
from diagnostics.pages import firm
from diagnostics.pages.sections import readable_only
from diagnostics.pages.threads import DONE, line_words, perform, rows_of, thread_link
from diagnostics.threads import may_talk, names_in, spoken_sections, talks_of
from diagnostics.web import actor, database, fresh_reading, reading

# The routes of the room that are about threads; registering the blueprint through this module brings them in.
__all__ = ["bp"]

bp = firm.bp
Page = str | Response | tuple[str, int]
GESTURES = frozenset({"repondre", "clore", "rouvrir", "lu", "retirer"})


@bp.get("/echanges")
@allow(Role.FIRM)
def threads() -> str:
    """What was said with the firm, open threads first."""
    return _page()


def _page(*, failed: tuple[int, str] | None = None, refusal: Any = None) -> str:
    diagnosis = firm.mine()
    collected = readable_only(collect(reading(), diagnosis), actor())
    locale, rows = chosen_locale(), rows_of(collected.answers)
    talks = sorted(
        talks_of(reading(), actor(), diagnosis, collected.questionnaire), key=lambda talk: (not talk.is_open, talk.thread.id)
    )
    return render_template(
        "firm/threads.html",
        diagnosis=diagnosis,
        lines=[
            (talk, collected.questionnaire.question(talk.thread.question).label.in_(locale), line_words(rows.get(talk.thread.question, []), talk.thread.row))
            for talk in talks
        ],
        may_open=may_talk(actor(), diagnosis) and bool(spoken_sections(actor(), diagnosis, collected.questionnaire.stages())),
        failed=failed,
        refusal=refusal,
        longest=verbs.LONGEST_MESSAGE,
    )  # fmt: skip


@bp.route("/echanges/nouveau", methods=["GET", "POST"])
@allow(Role.FIRM)
def open_thread() -> Page:
    """The firm writes about one of its answers."""
    diagnosis = firm.mine()
    name = request.values.get("question", "")[:80]
    questionnaire = load(diagnosis.questionnaire_version)
    if name not in names_in(questionnaire, spoken_sections(actor(), diagnosis, questionnaire.stages())):
        raise NotFoundError(_("Cette question n’existe pas, ou elle ne vous est pas encore ouverte."))
    question, text, refusal, status = questionnaire.question(name), request.form.get("text", ""), None, 200
    if request.method == "POST":
        try:
            number = verbs.open_thread(database(), actor(), diagnosis.id, name, text, link=thread_link())
        except ActionError as error:
            refusal, status = error.message, 409 if isinstance(error, ConflictError) else 422
        else:
            flash(_("Message envoyé à votre diagnostiqueur."), "success")
            return redirect(url_for("firm.threads", _anchor=f"fil-{number}"))
    page = render_template(
        "firm/thread_new.html", diagnosis=diagnosis, question=question, text=text, refusal=refusal, longest=verbs.LONGEST_MESSAGE
    )
    return page, status


@bp.post("/echanges/<int:number>/<gesture>")
@allow(Role.FIRM)
def thread_gesture(number: int, gesture: str) -> Page:
    """The firm answers, closes or opens again a thread shared with it, or notes that it has read it."""
    diagnosis = firm.mine()
    talks = {talk.thread.id for talk in talks_of(reading(), actor(), diagnosis, load(diagnosis.questionnaire_version))}
    if number not in talks or gesture not in GESTURES:
        abort(404)
    if gesture == "lu":
        verbs.mark_read(database(), actor(), number)
        return Response(status=204) if "beacon" in request.form else redirect(url_for("firm.threads", _anchor=f"fil-{number}"))
    text = request.form.get("text", "")
    try:
        perform(number, gesture, text)
    except ActionError as error:
        fresh_reading()
        return _page(failed=(number, text), refusal=error.message), 409 if isinstance(error, ConflictError) else 422
    flash(str(DONE[gesture]), "success")
    return redirect(url_for("firm.threads", _anchor=f"fil-{number}"))
