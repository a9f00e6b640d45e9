"""The questionnaire of a dossier: the list of its parts, each part's page, and what remains before it can be sent."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.access import NETWORK, allow, readable_sections, writable_sections
from diagnostics.actions.submissions import waiting_for
from diagnostics.collected import Collected, collect
from diagnostics.guards import GUARDS
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import WRITABLE, Guard, moves_from
from diagnostics.models import Diagnosis
from diagnostics.outstanding import TITLES, TO_DO, Kind, Point, points_of
from diagnostics.pages import sections
from diagnostics.pages.section_items import placed
from diagnostics.readable import MISSING, confirmed
from diagnostics.threads import Talk, talks_of
from diagnostics.web import actor, reading
from questionnaires.answers import Progress
from questionnaires.model import Kind as AnswerKind
from questionnaires.model import Section, Stage

bp = Blueprint("questionnaire", __name__, url_prefix="/dossiers/<reference>/questionnaire")

TODO: tuple[LazyString, str] = (_l("À faire"), "neutral")
BEGUN: tuple[LazyString, str] = (_l("En cours"), "info")
LOOK: tuple[LazyString, str] = (_l("À revoir"), "warn")
DONE: tuple[LazyString, str] = (_l("Fait"), "done")
SEALED: tuple[LazyString, str] = (_l("Notes scellées"), "done")
WAITING: tuple[LazyString, str] = (_l("Pas encore scellées"), "neutral")
LATER: tuple[LazyString, str] = (_l("À la restitution"), "neutral")


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the list: a section, where it stands, and its page if this person may open it."""

    section: Section
    title: str
    url: str
    status: LazyString
    tone: str
    progress: Progress | None = None
    threads: int = 0
    writable: bool = False


def place_of(reference: str) -> sections.Place:
    """Where the questionnaire's section pages lead."""
    return sections.Place(
        section=lambda code: url_for("questionnaire.section", reference=reference, code=code),
        preview=lambda code: url_for("questionnaire.preview", reference=reference, code=code),
        seal=lambda code: url_for("questionnaire.seal", reference=reference, code=code),
        index=lambda: url_for("questionnaire.tasks", reference=reference),
        home_label=_l("Questionnaire %(reference)s", reference=reference),
        operations=lambda code: url_for("operations.receive", reference=reference, code=code),
    )


@bp.get("")
@allow(*NETWORK)
def tasks(reference: str) -> ResponseReturnValue:
    """The list of parts: what is done, what remains, and where to take up the work."""
    diagnosis = sections.find(reference)
    whole = collect(reading(), diagnosis)
    found = sections.readable_only(whole, actor())
    talks = talks_of(reading(), actor(), diagnosis, found.questionnaire)
    listed = [_task(found, section, talks) for section in found.questionnaire.sections if section.stage is not Stage.VALIDATION]
    return render_template(
        "questionnaire/tasks.html",
        dossier=diagnosis,
        crumbs=_crumbs(diagnosis),
        found=found,
        tasks=listed,
        resume=_resume(found, listed),
        core_only=sections.core_only(),
        counts=_counts(listed),
        threads=sum(task.threads for task in listed),
        mobile_waiting=waiting_for(reading(), actor(), diagnosis.id),
        visit=[task for task in listed if task.section.stage is Stage.VISIT],
        marks=[task for task in listed if task.section.stage in {Stage.MARKS_FIRM, Stage.MARKS_DIAGNOSTICIAN}],
        restitution=[task for task in listed if task.section.stage is Stage.RESTITUTION],
    )


def _task(found: Collected, section: Section, talks: Iterable[Talk]) -> Task:
    diagnosis = found.diagnosis
    stages = found.questionnaire.stages()
    readable = section.code in readable_sections(actor(), diagnosis, stages)
    writable = section.code in writable_sections(actor(), diagnosis, stages, WRITABLE)
    names = {question.name for question in section.questions}
    waiting = sum(talk.is_open and talk.thread.question in names for talk in talks)
    progress = found.progress[section.code] if readable else None
    status, tone = _status(found, section, progress, waiting)
    url = url_for("questionnaire.section", reference=diagnosis.reference, code=section.code) if readable else ""
    return Task(section, section.title.in_(chosen_locale()), url, status, tone, progress, waiting, writable)


def _status(found: Collected, section: Section, progress: Progress | None, waiting: int) -> tuple[LazyString, str]:
    diagnosis = found.diagnosis
    sealed = {Stage.MARKS_FIRM: diagnosis.marks_firm_at, Stage.MARKS_DIAGNOSTICIAN: diagnosis.marks_diagnostician_at}
    if section.stage in sealed and (sealed[section.stage] is not None or progress is None):
        return SEALED if sealed[section.stage] is not None else WAITING
    if progress is None:
        return LATER
    begun = found.saved_of(section.code).revision > 0
    if waiting or (begun and (progress.hard or progress.soft)):
        return LOOK
    if not begun:
        return TODO
    if section.stage is Stage.MARKS_DIAGNOSTICIAN:
        return BEGUN
    return DONE if progress.done else BEGUN


def _counts(listed: Iterable[Task]) -> tuple[int, int]:
    """Answered and asked over the visit's sections: core questions, or all of them when working in depth."""
    visit = [task.progress for task in listed if task.progress and task.section.stage is Stage.VISIT]
    if sections.core_only():
        return sum(each.core_answered for each in visit), sum(each.core_asked for each in visit)
    return sum(each.answered for each in visit), sum(each.asked for each in visit)


def _crumbs(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [
        (_("Dossiers"), url_for("dossiers.index")),
        (_("Dossier %(reference)s", reference=diagnosis.reference), url_for("dossiers.show", reference=diagnosis.reference)),
    ]


@dataclass(frozen=True, slots=True)
class Resume:
    """Where the work goes on; `resumed` when that section was begun before."""

    task: Task
    resumed: bool

    @property
    def url(self) -> str:
        """Its page."""
        return self.task.url


def _resume(found: Collected, listed: list[Task]) -> Resume | None:
    """Where to take up: the section saved last if it is not finished, else the first one that is not."""
    open_ = [task for task in listed if task.writable and task.status not in {DONE[0], SEALED[0]}]
    if not open_:
        return None
    latest = max(open_, key=lambda task: found.saved_of(task.section.code).at)
    begun = found.saved_of(latest.section.code).revision > 0
    return Resume(latest, begun) if begun else Resume(open_[0], False)


@bp.route("/<code>", methods=["GET", "POST"])
@allow(*NETWORK)
def section(reference: str, code: str) -> ResponseReturnValue:
    """One part of the questionnaire, to be filled or to be read."""
    return sections.answer(reference, code, place_of(reference))


@bp.post("/<code>/apercu")
@allow(*NETWORK)
def preview(reference: str, code: str) -> ResponseReturnValue:
    """What the page being filled asks for without saving: the questions asked, the figures worked out, what is wrong."""
    return sections.preview(sections.find(reference), code, place_of(reference))


@bp.route("/<code>/sceller", methods=["GET", "POST"])
@allow(*NETWORK)
def seal(reference: str, code: str) -> ResponseReturnValue:
    """Seals the diagnostician's marks, after asking once more."""
    return sections.seal(sections.find(reference), code, place_of(reference))


@bp.post("/etendue")
@allow(*NETWORK)
def depth(reference: str) -> ResponseReturnValue:
    """Chooses between the visit form (core questions) and the whole questionnaire."""
    session[sections.DEPTH] = sections.CORE if request.form.get("etendue") == sections.CORE else sections.FULL
    return redirect(url_for("questionnaire.tasks", reference=reference), 303)


@bp.get("/verifier")
@allow(*NETWORK)
def check(reference: str) -> ResponseReturnValue:
    """What remains to be seen: unanswered, wrong, doubtful, commented, prefilled or kept against an alert, each a link to its place."""
    diagnosis = sections.find(reference)
    found = sections.readable_only(collect(reading(), diagnosis), actor())
    stages = found.questionnaire.stages()
    codes = readable_sections(actor(), diagnosis, stages)
    writable = writable_sections(actor(), diagnosis, stages, WRITABLE)
    points = points_of(found, codes, writable, talks_of(reading(), actor(), diagnosis, found.questionnaire))
    kind, part = request.args.get("genre", ""), request.args.get("partie", "")
    kept = [point for point in points if point.section.code == part] if part in codes else points
    submit = next((move for move in moves_from(diagnosis.state, actor().role) if move.guard is Guard.COMPLETE), None)
    return render_template(
        "questionnaire/check.html",
        dossier=diagnosis,
        found=found,
        dossier_url=url_for("dossiers.show", reference=reference),
        crumbs=[*_crumbs(diagnosis), (_("Questionnaire"), url_for("questionnaire.tasks", reference=reference))],
        groups=[
            (each, TITLES[each], [point for point in kept if point.kind is each])
            for each in Kind
            if not kind or kind == each or kind not in set(Kind)
        ],
        kinds=[(each, TITLES[each].words, sum(point.kind is each for point in kept)) for each in Kind],
        kind=kind if kind in set(Kind) else "",
        part=part if part in codes else "",
        parts=[(each, sum(point.section.code == each.code for point in points)) for each in found.questionnaire.sections if each.code in codes],
        total=len(kept),
        to_do=sum(point.kind in TO_DO for point in points),
        told=lambda point: told(found, point),
        address=lambda point: _address(diagnosis, point),
        unopened=[
            each for each in found.questionnaire.sections if each.stage is Stage.VISIT and not found.saved_of(each.code).revision
        ],
        submit=submit,
        obstacle=GUARDS[Guard.COMPLETE](reading(), diagnosis) if submit else None,
    )  # fmt: skip


def _address(diagnosis: Diagnosis, point: Point) -> str:
    return url_for(
        "questionnaire.section", reference=diagnosis.reference, code=point.section.code, _anchor=f"q-{point.question.name}"
    )


def told(found: Collected, point: Point) -> list[str]:
    """What is said of a point: the check's message with its line, the last message of a thread, the reason given."""
    if point.problem is not None:
        value = found.answers[point.question.name].value if point.question.name in found.answers else None
        ids = [str(row.get("id")) for row in value] if isinstance(value, list) and point.question.kind is AnswerKind.ROSTER else []
        return [placed(point.question, found.questionnaire, ids, point.problem)]
    if point.missing is not None:
        return [str(MISSING[point.missing])]
    if point.reasons:
        return [
            f"{message} « {reason} »".strip() for message, reason in confirmed(point.question, dict(point.reasons), chosen_locale())
        ]
    return [point.text] if point.text else []
