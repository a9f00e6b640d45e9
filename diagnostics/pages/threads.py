"""The threads: those open over all dossiers, a dossier's own, a new one on a question, and what is done in each."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from diagnostics import queries
from diagnostics.access import NETWORK, allow
from diagnostics.actions import threads as verbs
from diagnostics.actions.base import ActionError, ConflictError
from diagnostics.catalogues import load
from diagnostics.collected import collect
from diagnostics.i18n import chosen_locale
from diagnostics.models import Diagnosis, Role
from diagnostics.pages.dossiers import found
from diagnostics.threads import (
    Talk,
    ThreadFilter,
    is_mine,
    may_talk,
    names_in,
    open_threads,
    read_marks,
    readable_names,
    spoken_sections,
    talks_of,
)
from diagnostics.web import actor, database, fresh_reading, reading, settings
from questionnaires.model import Kind, Question, Questionnaire, Section

bp = Blueprint("threads", __name__)
Page = str | Response | tuple[str, int]

GESTURES = frozenset({"repondre", "clore", "rouvrir", "partager", "retirer", "lu"})
DONE: dict[str, LazyString] = {
    "repondre": _l("Message envoyé."),
    "clore": _l("Fil clos."),
    "rouvrir": _l("Fil rouvert."),
    "partager": _l("Le fil est ouvert à l’entreprise."),
    "retirer": _l("Fil retiré."),
}
PER_PAGE = 20
LONGEST_NUMBER = 9


def thread_link() -> verbs.ThreadLink:
    """The addresses that a message about a thread may carry."""
    root = settings().public_url.rstrip("/")
    network = url_for("threads.dossier", reference="REFERENCE", _anchor="fil-THREAD")
    return verbs.ThreadLink(
        root + network.replace("REFERENCE", "{reference}").replace("THREAD", "{thread}"), root + url_for("firm.threads")
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a thread hangs: its question's words, its part, the line if it is about one, and the address."""

    label: str
    section: str
    code: str
    line: str
    url: str


def spot_of(questionnaire: Questionnaire, diagnosis: Diagnosis, talk: Talk, rows: dict[str, list[str]]) -> Spot:
    """Where a thread hangs, in the page's language; `rows` holds the ids of each roster's lines as they stand."""
    locale, name = chosen_locale(), talk.thread.question
    if name not in {question.name for _section, question in questionnaire.questions()}:
        return Spot(str(_("Question retirée depuis (%(name)s)", name=name)), "", "", "", "")
    section = questionnaire.section_of(name)
    return Spot(
        questionnaire.question(name).label.in_(locale),
        section.title.in_(locale),
        section.code,
        line_words(rows.get(name, []), talk.thread.row),
        url_for("questionnaire.section", reference=diagnosis.reference, code=section.code, _anchor=f"q-{name}"),
    )


def line_words(ids: list[str], row: str) -> str:
    """« Ligne 3 » for the line of a roster that a thread is about; nothing for a thread on the whole question."""
    if not row:
        return ""
    return str(_("Ligne %(number)s", number=ids.index(row) + 1) if row in ids else _("Ligne retirée depuis"))


def rows_of(answers: Any) -> dict[str, list[str]]:
    """The ids of the lines of every roster among these answers, in order."""
    return {
        name: [str(row.get("id")) for row in answer.value]
        for name, answer in answers.items()
        if isinstance(answer.value, list) and answer.value and isinstance(answer.value[0], dict)
    }


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


@bp.get("/fils")
@allow(*NETWORK)
def index() -> str:
    """The open threads of every dossier that this person may reach, unread first."""
    session, who = reading(), actor()
    wanted = ThreadFilter(
        unread_only=request.args.get("filtre") == "nouveaux",
        shared_only=request.args.get("filtre") == "partages",
        diagnostician_id=_number("diagnostiqueur"),
    )
    page = queries.paginate(session, open_threads(who, wanted), _number("page") or 1, per_page=PER_PAGE)
    read = read_marks(session, who, page.items)
    lines = []
    for thread in page.items:
        questionnaire = load(thread.diagnosis.questionnaire_version)
        if thread.question not in readable_names(who, thread.diagnosis, questionnaire, [thread]):
            continue
        unread = sum(message.id > read.get(thread.id, 0) and not is_mine(who, message) for message in thread.messages)
        talk = Talk(thread, tuple(thread.messages), unread)
        lines.append((talk, spot_of(questionnaire, thread.diagnosis, talk, {})))
    return render_template(
        "threads/index.html",
        page=page,
        lines=lines,
        wanted=wanted,
        filtre=request.args.get("filtre", ""),
        counts={
            "": _count(ThreadFilter(diagnostician_id=wanted.diagnostician_id)),
            "nouveaux": _count(ThreadFilter(unread_only=True, diagnostician_id=wanted.diagnostician_id)),
            "partages": _count(ThreadFilter(shared_only=True, diagnostician_id=wanted.diagnostician_id)),
        },
        diagnosticians=queries.diagnosticians_of(session, who) if who.role is not Role.DIAGNOSTICIAN else [],
    )


def _count(wanted: ThreadFilter) -> int:
    return int(queries.paginate(reading(), open_threads(actor(), wanted), 1, per_page=1).total)


@bp.get("/dossiers/<reference>/fils")
@allow(*NETWORK)
def dossier(reference: str) -> str:
    """A dossier's threads, open ones first and in the questionnaire's order."""
    return _dossier_page(found(reference))


def _dossier_page(diagnosis: Diagnosis, *, failed: tuple[int, str] | None = None, refusal: Any = None) -> str:
    session, who = reading(), actor()
    collected = collect(session, diagnosis)
    order = {question.name: place for place, (_section, question) in enumerate(collected.questionnaire.questions())}
    talks = talks_of(session, who, diagnosis, collected.questionnaire)
    talks.sort(key=lambda talk: (not talk.is_open, order.get(talk.thread.question, len(order)), talk.thread.id))
    rows = rows_of(collected.answers)
    return render_template(
        "threads/dossier.html",
        diagnosis=diagnosis,
        lines=[(talk, spot_of(collected.questionnaire, diagnosis, talk, rows)) for talk in talks],
        waiting=sum(talk.is_open for talk in talks),
        failed=failed,
        refusal=refusal,
        longest=verbs.LONGEST_MESSAGE,
    )


@bp.route("/dossiers/<reference>/fils/nouveau", methods=["GET", "POST"])
@allow(*NETWORK)
def new(reference: str) -> Page:
    """A new thread on a question: what it says, the line it is about, and whether the firm reads it too."""
    diagnosis = found(reference)
    name = request.values.get("question", "")[:80]
    collected = collect(reading(), diagnosis)
    questionnaire = collected.questionnaire
    if name not in names_in(questionnaire, spoken_sections(actor(), diagnosis, questionnaire.stages())):
        abort(404)
    section, question = questionnaire.section_of(name), questionnaire.question(name)
    lines = rows_of(collected.answers).get(name, []) if question.kind is Kind.ROSTER else []
    if request.method == "GET":
        return _new_page(diagnosis, section, question, lines)
    text, row = request.form.get("text", ""), request.form.get("ligne", "")
    try:
        number = verbs.open_thread(
            database(), actor(), diagnosis.id, name, text, row=row, shared="partage" in request.form, link=thread_link()
        )
    except ActionError as error:
        page = _new_page(diagnosis, section, question, lines, text=text, row=row, refusal=error.message)
        return page, 409 if isinstance(error, ConflictError) else 422
    flash(_("Fil ouvert."), "success")
    return _back(diagnosis, name, number)


def _new_page(
    diagnosis: Diagnosis,
    section: Section,
    question: Question,
    lines: list[str],
    *,
    text: str = "",
    row: str = "",
    refusal: Any = None,
) -> str:
    return render_template(
        "threads/new.html",
        diagnosis=diagnosis,
        section=section,
        question=question,
        lines=[(line, line_words(lines, line)) for line in lines],
        text=text,
        row=row or request.args.get("ligne", "")[:60],
        shared="partage" in request.form,
        refusal=refusal,
        retour=_wanted_return(),
        open_here=may_talk(actor(), diagnosis),
        longest=verbs.LONGEST_MESSAGE,
    )


def _wanted_return() -> str:
    wanted = request.values.get("retour", "")
    return wanted if wanted in {"partie", "relecture", "fils"} else "fils"


def _back(diagnosis: Diagnosis, question: str, number: int) -> Response:
    """Where the gesture came from: the part, the review or the list of threads."""
    wanted = _wanted_return()
    questionnaire = load(diagnosis.questionnaire_version)
    places = {asked.name: part.code for part, asked in questionnaire.questions()}
    if wanted == "relecture" and actor().role is Role.COORDINATOR:
        return redirect(url_for("review.show", reference=diagnosis.reference, _anchor=f"q-{question}"))
    if wanted == "partie" and question in places:
        address = url_for("questionnaire.section", reference=diagnosis.reference, code=places[question], _anchor=f"q-{question}")
        return redirect(address)
    return redirect(url_for("threads.dossier", reference=diagnosis.reference, _anchor=f"fil-{number}"))


@bp.post("/dossiers/<reference>/fils/<int:number>/<gesture>")
@allow(*NETWORK)
def act(reference: str, number: int, gesture: str) -> Page:
    """One gesture in a thread: answer, close, open again, share, take back, or note that it is read."""
    diagnosis = found(reference)
    talks = {talk.thread.id: talk for talk in talks_of(reading(), actor(), diagnosis, load(diagnosis.questionnaire_version))}
    if number not in talks or gesture not in GESTURES:
        abort(404)
    question = talks[number].thread.question
    text = request.form.get("text", "")
    if gesture == "lu":
        verbs.mark_read(database(), actor(), number)
        return Response(status=204) if "beacon" in request.form else _back(diagnosis, question, number)
    try:
        perform(number, gesture, text)
    except ActionError as error:
        fresh_reading()
        page = _dossier_page(found(reference), failed=(number, text), refusal=error.message)
        return page, 409 if isinstance(error, ConflictError) else 422
    flash(str(DONE[gesture]), "success")
    return _back(diagnosis, question, number)


def perform(number: int, gesture: str, text: str) -> None:
    """Does one gesture in a thread; raises `ActionError` when it cannot be done."""
    if gesture in {"repondre", "clore"}:
        verbs.answer(database(), actor(), number, text, resolve=gesture == "clore", link=thread_link())
    elif gesture == "rouvrir":
        verbs.set_resolved(database(), actor(), number, resolved=False)
    elif gesture == "partager":
        verbs.share(database(), actor(), number, link=thread_link())
    elif gesture == "retirer":
        verbs.withdraw(database(), actor(), number)
