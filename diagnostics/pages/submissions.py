"""What phones sent: for whoever sent it, what waits for a choice; for a coordinator, what could not be taken.

The voices stay blind here as elsewhere: a coordinator sees of a submission what it says of the visit, and never the marks in
it before both voices are sealed; the document itself, which holds everything, goes to its sender.
"""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, undefer

from diagnostics import queries
from diagnostics.access import allow, readable_sections, visible
from diagnostics.actions import submissions
from diagnostics.actions.answers import AnswersConflictError
from diagnostics.actions.base import ActionError
from diagnostics.answer_words import in_words
from diagnostics.collected import Collected, collect
from diagnostics.i18n import chosen_locale
from diagnostics.merging import fingerprint
from diagnostics.mobile_forms import questionnaire_of_form
from diagnostics.models import Diagnosis, Role, Submission, SubmissionState
from diagnostics.pages.section_page import readable_only
from diagnostics.pages.section_taking import differing
from diagnostics.readable import MISSING, Item, read_over
from diagnostics.submission_words import STATES, UNREADABLE, Count, reason_words
from diagnostics.web import actor, database, fresh_reading, reading
from questionnaires.answers import Answer
from questionnaires.instances import InstanceError, open_instance, read_instance
from questionnaires.model import Questionnaire, Stage, Text

bp = Blueprint("submissions", __name__, url_prefix="/envois-mobiles")
KEEP = "garder"
MINE = "envoi"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two answers to a question: the answer, its words or its table, and the lines that the other does not have."""

    answer: Answer
    words: str
    item: Item | None
    differing: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with two answers: the phone's, and what the dossier holds now."""

    question: str
    label: str
    shown: str
    mine: Side
    theirs: Side


@dataclass(frozen=True, slots=True)
class Note:
    """An answer that was not taken: where, what was written, and why."""

    label: str
    raw: str
    why: str


@bp.get("")
@allow(Role.COORDINATOR, Role.DIAGNOSTICIAN)
def index() -> str:
    """What one's own phones sent; for a coordinator, what everybody's did, what waits first."""
    state = request.args.get("etat", "")
    query = visible(Submission, actor()).options(joinedload(Submission.user), joinedload(Submission.device))
    if state in {each.value for each in SubmissionState}:
        query = query.where(Submission.state == SubmissionState(state))
    first = SubmissionState.KEPT if actor().role is Role.COORDINATOR else SubmissionState.WAITING
    query = query.order_by(Submission.state != first, Submission.received_at.desc(), Submission.id.desc())
    number = request.args.get("page", "1")
    page = queries.paginate(reading(), query, int(number) if number.isdecimal() and len(number) < 6 else 1)  # noqa: PLR2004
    return render_template(
        "submissions/index.html",
        page=page,
        states=STATES,
        state=state,
        reason_words=reason_words,
        counts={row.id: Count.of(row) for row in page.items},
        everybody=actor().role is Role.COORDINATOR,
    )


def _found(number: int) -> Submission:
    row: Submission | None = reading().scalar(
        visible(Submission, actor())
        .where(Submission.id == number)
        .options(undefer(Submission.content), joinedload(Submission.user), joinedload(Submission.device))
    )
    if row is None:
        abort(404)
    return row


def _dossier(row: Submission) -> Diagnosis | None:
    found: Diagnosis | None = reading().scalar(visible(Diagnosis, actor()).where(Diagnosis.id == row.diagnosis_id))
    return found


@bp.get("/<int:number>")
@allow(Role.COORDINATOR, Role.DIAGNOSTICIAN)
def show(number: int) -> ResponseReturnValue:
    """One submission: what was saved, what was not and why, and what may be done."""
    return _page(_found(number))


def _page(row: Submission, *, status: int = 200, refusal: str = "", reference: str | None = None) -> ResponseReturnValue:
    dossier = _dossier(row)
    found = readable_only(collect(reading(), dossier), actor()) if dossier is not None else None
    source = questionnaire_of_form(row.form_id, row.version)
    allowed = _allowed(dossier, found.questionnaire if found else source)
    own = row.user_id == actor().user_id
    page = render_template(
        "submissions/show.html",
        row=row,
        dossier=dossier,
        own=own,
        state=STATES[row.state],
        reason=reason_words(row.reason) if row.reason else "",
        count=Count.of(row),
        choices=_choices(row, found) if found is not None and own and row.state is SubmissionState.WAITING else [],
        notes=_notes(row, found.questionnaire if found else source, allowed),
        sections=_read(row, source, allowed),
        readable=row.reason not in UNREADABLE,
        waiting=row.state is SubmissionState.WAITING and own,
        again=submissions.may_be_reapplied(row) and actor().role is Role.COORDINATOR,
        kept=row.state is SubmissionState.KEPT and actor().role is Role.COORDINATOR,
        missing_words=MISSING,
        mine_value=MINE,
        refusal=refusal,
        reference=row.reference if reference is None else reference,
    )
    return page, status


def _allowed(dossier: Diagnosis | None, questionnaire: Questionnaire | None) -> frozenset[str]:
    """The sections of which this person may see what the submission says; without a dossier, those of the visit."""
    if questionnaire is None:
        return frozenset()
    if dossier is not None:
        return readable_sections(actor(), dossier, questionnaire.stages())
    return frozenset(section.code for section in questionnaire.sections if section.stage is Stage.VISIT)


def _choices(row: Submission, found: Collected) -> list[Choice]:
    locale = chosen_locale()
    conflicts = row.outcome.get("conflicts", [])
    mine = {each["question"]: Answer.from_json(each["mine"]) for each in conflicts}
    theirs = {name: found.answers.get(name, Answer()) for name in mine}
    codes = frozenset(each["section"] for each in conflicts)
    items: list[dict[str, Item]] = []
    for answers in (mine, theirs):
        read = read_over(replace(found, answers={**found.answers, **answers}), codes, locale)
        items.append({item.name: item for section in read for item in section.items})

    def side(name: str, answer: Answer, one: dict[str, Item], other: dict[str, Item]) -> Side:
        question, item = found.questionnaire.question(name), one.get(name)
        words = in_words(question, answer.value, found.questionnaire, locale)
        return Side(answer, words, item, differing(item, other.get(name)) if item else [])

    return [
        Choice(
            name,
            found.questionnaire.question(name).label.in_(locale),
            fingerprint(theirs[name]),
            side(name, mine[name], *items),
            side(name, theirs[name], *reversed(items)),
        )
        for name in mine
    ]


def _notes(row: Submission, questionnaire: Questionnaire | None, allowed: frozenset[str]) -> list[Note]:
    """The answers that were not taken, of the sections that may be seen."""
    if questionnaire is None:
        return []
    locale = chosen_locale()
    places = {question.name: (section.code, question) for section, question in questionnaire.questions()}
    notes = [
        Note(_label(places, each["question"]), each["raw"], Text(each["fr"], each["en"]).in_(locale))
        for each in row.outcome.get("unreadable", [])
        if each["section"] in allowed
    ]
    for each in row.outcome.get("sealed", []):
        if each["section"] in allowed:
            why = _("Ces notes étaient déjà scellées, ou ne peuvent pas s’écrire en ce moment : elles n’ont pas changé.")
            notes.append(Note(_label(places, each["question"]), _words(questionnaire, each["question"], each["mine"]), why))
    for name, answer in row.outcome.get("displaced", {}).items():
        if name in places and places[name][0] in allowed:
            why = _("La version du questionnaire de ce dossier ne demande plus cela ainsi : reportez la réponse si elle compte.")
            notes.append(Note(_label(places, name), _words(questionnaire, name, answer), why))
        elif name not in places and row.user_id == actor().user_id:
            why = _("La version du questionnaire de ce dossier ne pose plus cette question.")
            notes.append(Note(name, str(answer.get("value", ""))[:200], why))
    return notes


def _label(places: dict[str, Any], name: str) -> str:
    return places[name][1].label.in_(chosen_locale()) if name in places else name


def _words(questionnaire: Questionnaire, name: str, stored: dict[str, Any]) -> str:
    answer = Answer.from_json(stored)
    if answer.missing is not None:
        return str(MISSING[answer.missing])
    try:
        return in_words(questionnaire.question(name), answer.value, questionnaire, chosen_locale())
    except (KeyError, TypeError, ValueError):
        return str(answer.value)[:200]


def _read(row: Submission, source: Questionnaire | None, allowed: frozenset[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the submission says, section by section, in words."""
    if source is None:
        return []
    try:
        instance = read_instance(open_instance(row.content), source)
    except InstanceError:
        return []
    locale = chosen_locale()
    read = []
    for section in source.sections:
        given = instance.answers.get(section.code, {})
        if section.code in allowed and given:
            lines = [
                (_label({name: (section.code, source.question(name))}, name), _words(source, name, answer.to_json()))
                for name, answer in given.items()
            ]
            read.append((section.title.in_(locale), lines))
    return read


@bp.get("/<int:number>/document")
@allow(Role.DIAGNOSTICIAN)
def document(number: int) -> Response:
    """The document as it was sent, for its sender."""
    row = _found(number)
    return Response(
        row.content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="envoi-{row.id}.xml"'},
    )


@bp.post("/<int:number>/choix")
@allow(Role.DIAGNOSTICIAN)
def settle(number: int) -> ResponseReturnValue:
    """Keeps the phone's answers that were chosen and closes the submission."""
    row = _found(number)
    names = [each["question"] for each in row.outcome.get("conflicts", [])]
    mine = frozenset(name for name in names if request.form.get(f"{name}--{KEEP}") == MINE)
    shown = {name: request.form.get(f"{name}--montre", "")[:40] for name in names}
    try:
        submissions.settle(database(), actor(), number, mine, shown)
    except AnswersConflictError:
        fresh_reading()
        words = _("Une de ces réponses vient de changer sur le site : relisez, puis choisissez de nouveau.")
        return _page(_found(number), status=409, refusal=words)
    except ActionError as error:
        fresh_reading()
        return _page(_found(number), status=409, refusal=str(error.message))
    flash(_("C’est noté : cet envoi n’attend plus rien."), "success")
    return redirect(url_for("submissions.index"), 303)


@bp.post("/<int:number>/reprendre")
@allow(Role.COORDINATOR)
def reapply(number: int) -> ResponseReturnValue:
    """Tries to put a kept submission into its dossier, or into the one named."""
    reference = request.form.get("reference", "").replace("\0", "").strip()[:40]
    try:
        row = submissions.reapply(database(), actor(), number, reference=reference)
    except ActionError as error:
        fresh_reading()
        return _page(_found(number), status=422, refusal=str(error.message), reference=reference)
    if row.state is SubmissionState.KEPT:
        flash(_("Toujours pas enregistré : %(reason)s", reason=reason_words(row.reason)), "error")
    else:
        flash(_("Envoi repris. Réponses enregistrées : %(count)d.", count=Count.of(row).saved), "success")
    return redirect(url_for("submissions.show", number=number), 303)


@bp.post("/<int:number>/classer")
@allow(Role.COORDINATOR)
def close(number: int) -> ResponseReturnValue:
    """Puts a kept submission away; it stays stored."""
    try:
        submissions.close(database(), actor(), number)
    except ActionError as error:
        fresh_reading()
        return _page(_found(number), status=409, refusal=str(error.message))
    flash(_("Envoi classé. Il reste gardé tel quel."), "success")
    return redirect(url_for("submissions.index"), 303)
