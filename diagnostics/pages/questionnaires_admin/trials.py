"""A draft tried on an invented firm: the real section pages, in a database of their own, so that nothing enters the programme."""

from dataclasses import dataclass, replace
from typing import cast

from flask import current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from diagnostics.access import Actor, allow, readable_sections, writable_sections
from diagnostics.actions import trials as verbs
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.catalogues import load
from diagnostics.collected import Collected, collect
from diagnostics.db import Database
from diagnostics.lifecycle import WRITABLE
from diagnostics.models import Diagnosis, Role
from diagnostics.pages import sections
from diagnostics.pages.questionnaires_admin.blueprint import bp, draft_row
from diagnostics.web import actor, close_reading, database, reading
from questionnaires.answers import Progress
from questionnaires.model import Section, Stage


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the trial: where it is, whether it can be filled now, and how far it is."""

    section: Section
    url: str
    writable: bool
    progress: Progress | None


def _trials() -> Database:
    return cast("Database", current_app.extensions["trials"].database())


def _enter(number: int, code: str | None = None) -> Diagnosis:
    """Goes over to the trials' database for the rest of this request, in the role that a section is written by."""
    draft_row(number)
    person = actor()
    verbs.open_trial(database(), _trials(), person, number)
    g.person = person
    g.database = _trials()
    g.pop("campaign", None)
    close_reading(None)
    diagnosis = verbs.trial_of(reading(), person, number)
    g.actor = _acting(person, diagnosis, code)
    return diagnosis


def _acting(person: Actor, diagnosis: Diagnosis, code: str | None) -> Actor:
    stages = load(diagnosis.questionnaire_version).stages()
    if code is not None and stages.get(code) == Stage.MARKS_FIRM:
        return Actor(Role.FIRM, person.name, diagnosis_id=diagnosis.id)
    return replace(person, role=Role.DIAGNOSTICIAN)


def _place(number: int) -> sections.Place:
    return sections.Place(
        section=lambda code: url_for("versions.trial_section", number=number, code=code),
        preview=lambda code: url_for("versions.trial_preview", number=number, code=code),
        seal=lambda code: url_for("versions.trial_seal", number=number, code=code),
        index=lambda: url_for("versions.trial", number=number),
        home_label=_l("Essai du brouillon n° %(number)s", number=number),
    )


@bp.get("/brouillons/<int:number>/essai")
@allow(Role.COORDINATOR)
def trial(number: int) -> ResponseReturnValue:
    """The parts of the draft, to be filled for a try."""
    try:
        diagnosis = _enter(number)
    except NotFoundError:
        raise
    except ActionError as error:
        flash(str(error.message), "error")
        return redirect(url_for("versions.draft", number=number), 303)
    found = collect(reading(), diagnosis)
    parts = [_part(found, section, number) for section in found.questionnaire.sections if section.stage is not Stage.VALIDATION]
    return render_template(
        "questionnaires_admin/trial.html",
        number=number,
        found=found,
        diagnosis=diagnosis,
        parts=parts,
        restitution=any(part.section.stage is Stage.RESTITUTION and not part.writable for part in parts),
    )


def _part(found: Collected, section: Section, number: int) -> Part:
    who = _acting(g.person, found.diagnosis, section.code)
    stages = found.questionnaire.stages()
    readable = section.code in readable_sections(who, found.diagnosis, stages)
    writable = section.code in writable_sections(who, found.diagnosis, stages, WRITABLE)
    url = url_for("versions.trial_section", number=number, code=section.code) if readable else ""
    return Part(section, url, writable, found.progress[section.code] if readable else None)


@bp.route("/brouillons/<int:number>/essai/<code>", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def trial_section(number: int, code: str) -> ResponseReturnValue:
    """One part of the draft, to be filled for a try."""
    diagnosis = _enter(number, code)
    return sections.answer(diagnosis, code, _place(number))


@bp.post("/brouillons/<int:number>/essai/<code>/apercu")
@allow(Role.COORDINATOR)
def trial_preview(number: int, code: str) -> ResponseReturnValue:
    """What the page being filled asks for without saving."""
    diagnosis = _enter(number, code)
    return sections.preview(diagnosis, code, _place(number))


@bp.route("/brouillons/<int:number>/essai/<code>/sceller", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def trial_seal(number: int, code: str) -> ResponseReturnValue:
    """Seals a voice's marks in the trial."""
    diagnosis = _enter(number, code)
    return sections.seal(diagnosis, code, _place(number))


@bp.post("/brouillons/<int:number>/essai-restitution")
@allow(Role.COORDINATOR)
def trial_restitution(number: int) -> ResponseReturnValue:
    """Opens the trial's last sections, whatever is filled."""
    draft_row(number)
    verbs.restitute_trial(_trials(), actor(), number)
    flash(_("Les notes de l’essai sont scellées et la restitution est ouverte."), "success")
    return redirect(url_for("versions.trial", number=number), 303)


@bp.post("/brouillons/<int:number>/essai-vide")
@allow(Role.COORDINATOR)
def trial_reset(number: int) -> ResponseReturnValue:
    """Empties the trial."""
    draft_row(number)
    try:
        verbs.reset_trial(database(), _trials(), actor(), number)
    except NotFoundError:
        raise
    except ActionError as error:
        flash(str(error.message), "error")
    else:
        flash(_("Essai vidé : vous repartez d’un dossier neuf."), "success")
    return redirect(url_for("versions.trial", number=number), 303)
