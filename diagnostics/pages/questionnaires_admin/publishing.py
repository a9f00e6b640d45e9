"""Publication of a draft, and the passage of open dossiers to a version: what is foreseen, what was done, what stood in the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from diagnostics.access import allow, visible
from diagnostics.actions import carrying, trials
from diagnostics.actions import questionnaires as verbs
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.carriage import Foreseen, foresee, obstacle_texts, stored_answers
from diagnostics.catalogues import load, versions
from diagnostics.forms import given
from diagnostics.models import Diagnosis, Job, JobItem, JobState, JournalLine, Role
from diagnostics.pages.questionnaires_admin.blueprint import bp, draft_row, named, present_version
from diagnostics.web import actor, database, reading
from questionnaires.model import Questionnaire, Text
from questionnaires.versions import KIND_WORDS, carry, compare
from questionnaires.xform import LeftOut, UnconvertibleError, convert

ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class CarryForm(FlaskForm):
    """What to do with answers that something stands in the way of."""

    set_aside = BooleanField(
        _l("Mettre de côté les réponses qui n’ont plus de place, et passer ces dossiers quand même"),
        description=_l("Elles restent dans le dossier, visibles, et reviennent si une version les demande à nouveau."),
    )


class PublishForm(CarryForm):
    """The name of the version, what to say of it, and whether open dossiers follow."""

    version = StringField(
        _l("Nom de la version"),
        [given(_l("le nom de la version")), Length(max=20, message=_l("Vingt signes au plus."))],
        description=_l("Un nom qui n’a jamais servi : lettres, chiffres, point et tiret."),
    )
    note = TextAreaField(_l("Ce qui change, en deux mots"), [Length(max=verbs.LONGEST_NOTE)])
    carry = BooleanField(_l("Passer les dossiers en cours de saisie à cette version"), default=True)
    agreed = BooleanField(
        _l("J’ai lu ce qui change : une version publiée ne change plus"),
        [InputRequired(_l("Cochez cette case pour publier."))],
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of the open dossiers."""

    dossiers: Sequence[Foreseen]

    @property
    def blocked(self) -> list[Foreseen]:
        """Those that something stands in the way of."""
        return [each for each in self.dossiers if each.obstacles]

    @property
    def aside(self) -> int:
        """How many answers would be kept aside."""
        return sum(len(each.carried.kept_aside) for each in self.dossiers)

    @property
    def touched(self) -> int:
        """How many dossiers hold answers at all."""
        return sum(bool(each.carried.answers or each.carried.kept_aside or each.carried.obstacles) for each in self.dossiers)


def free_name(wanted: str, taken: Sequence[str]) -> str:
    """A name that no version has had: the one wanted, or the next number after it."""
    if wanted and wanted not in taken and verbs.NAME.match(wanted):
        return wanted
    stem, dash, number = wanted.rpartition("-")
    start = int(number) if number.isascii() and number.isdigit() and len(number) < len("10000") else 1
    base = stem + dash if dash and number.isdigit() else f"{wanted[:14]}-" if verbs.NAME.match(wanted[:14] or " ") else "version-"
    return next(name for name in (f"{base}{place}" for place in range(start + 1, start + 10_000)) if name not in taken)


@bp.route("/brouillons/<int:number>/publier", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def publish(number: int) -> str | BaseResponse | tuple[str, int]:
    """Says what publishing would change and what stands in the way, then publishes."""
    row = draft_row(number, "sheets")
    if row.errors or not row.questions:
        flash(_("Ce brouillon a des fautes : corrigez le classeur et envoyez-le à nouveau."), "error")
        return redirect(url_for("versions.draft", number=number), 303)
    form = PublishForm(data={"version": free_name(row.version, versions()), "note": row.note, "carry": True})
    if form.validate_on_submit():
        try:
            done = verbs.publish(
                database(),
                actor(),
                number,
                version=form.version.data or "",
                note=form.note.data or "",
                carry=bool(form.carry.data),
                set_aside=bool(form.set_aside.data),
            )
        except NotFoundError:
            raise
        except ActionError as error:
            form.version.errors = [str(error.message)]
        else:
            trials.drop_trial(current_app.extensions["trials"].database(), number)
            flash(_("Version %(version)s publiée : les nouveaux dossiers s’ouvrent avec elle.", version=done.version), "success")
            if done.job_id is not None:
                return redirect(url_for("versions.passage", job_id=done.job_id), 303)
            return redirect(url_for("versions.index"), 303)
    questionnaire = named(f"brouillon-{number}").questionnaire
    present = present_version()
    page = render_template(
        "questionnaires_admin/publish.html",
        row=row,
        form=form,
        present=present,
        difference=compare(load(present), questionnaire),
        forecast=Forecast(list(foresee(reading(), questionnaire, f"brouillon-{number}"))),
        kind_words=KIND_WORDS,
        phone=_phone(questionnaire),
    )
    return (page, 422) if form.is_submitted() else page


@dataclass(frozen=True, slots=True)
class Phone:
    """What phones would make of a version: the rules left to the platform, or why there is no form at all."""

    left_out: Sequence[LeftOut] = ()
    refusal: str = ""


def _phone(questionnaire: Questionnaire) -> Phone:
    try:
        return Phone(convert(questionnaire).left_out)
    except UnconvertibleError as error:
        return Phone(refusal=str(error))


@bp.route("/versions/<version>/passage", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def carry_over(version: str) -> str | BaseResponse | tuple[str, int]:
    """Asks for the dossiers still open in other versions to pass to this one, after showing what that would do."""
    questionnaire = named(version).questionnaire
    if version not in versions():
        raise NotFoundError(_("Cette version du questionnaire n’existe pas."))
    form = CarryForm()
    if form.validate_on_submit():
        try:
            job_id = carrying.request_carry(database(), actor(), version, set_aside=bool(form.set_aside.data))
        except NotFoundError:
            raise
        except ActionError as error:
            flash(str(error.message), "error")
            return redirect(url_for("versions.carry_over", version=version), 303)
        if job_id is None:
            flash(_("Aucun dossier en cours de saisie n’est dans une autre version."), "info")
            return redirect(url_for("versions.index"), 303)
        return redirect(url_for("versions.passage", job_id=job_id), 303)
    forecast = Forecast(list(foresee(reading(), questionnaire, version)))
    return render_template("questionnaires_admin/carry.html", version=version, form=form, forecast=forecast)


@dataclass(frozen=True, slots=True)
class Passed:
    """One dossier of a passage: what became of it, and what stands in its way now."""

    item: JobItem
    diagnosis: Diagnosis | None
    line: JournalLine | None
    obstacles: tuple[Text, ...] = ()


@bp.get("/passages/<int:job_id>")
@allow(Role.COORDINATOR)
def passage(job_id: int) -> str:
    """How far a passage is, and what became of each dossier; asked for by htmx, only the part that changes."""
    job = reading().scalar(select(Job).where(Job.id == job_id, Job.kind == carrying.CARRY).options(selectinload(Job.items)))
    if job is None:
        raise NotFoundError(_("Ce passage n’existe pas."))
    passed = _passed(job)
    template = "questionnaires_admin/_passage.html" if request.headers.get("HX-Request") else "questionnaires_admin/passage.html"
    return render_template(
        template,
        job=job,
        ended=job.state in ENDED,
        version=job.parameters["version"],
        blocked=[each for each in passed if each.item.state is JobState.FAILED],
        done=[each for each in passed if each.item.state is JobState.DONE],
    )


def _passed(job: Job) -> list[Passed]:
    numbers = [item.subject_id for item in job.items]
    dossiers = {
        diagnosis.id: diagnosis for diagnosis in reading().scalars(visible(Diagnosis, actor()).where(Diagnosis.id.in_(numbers)))
    }
    lines = {
        line.subject_id: line
        for line in reading().scalars(
            select(JournalLine)
            .where(JournalLine.verb == "version_carried", JournalLine.subject == "diagnosis", JournalLine.subject_id.in_(numbers))
            .order_by(JournalLine.id)
        )
        if line.detail.get("after") == job.parameters["version"]
    }
    return [
        Passed(
            item, dossiers.get(item.subject_id), lines.get(item.subject_id), _obstacles(job, item, dossiers.get(item.subject_id))
        )
        for item in job.items
    ]


def _obstacles(job: Job, item: JobItem, diagnosis: Diagnosis | None) -> tuple[Text, ...]:
    """What stands in a dossier's way as it is now: nothing once somebody has corrected it."""
    version = str(job.parameters["version"])
    if item.state is not JobState.FAILED or diagnosis is None or diagnosis.questionnaire_version == version:
        return ()
    old = load(diagnosis.questionnaire_version)
    answers, _rows = stored_answers(reading(), diagnosis.id)
    return obstacle_texts(diagnosis, old, carry(answers, old, load(version)).obstacles)
