"""The network: partner structures, their people, the accreditation of diagnosticians and how far each has come."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from diagnostics import followup, queries, registers
from diagnostics.access import Actor, allow, visible
from diagnostics.actions import accounts, people
from diagnostics.actions.base import ActionError
from diagnostics.delays import days_late, due_on, paris_day
from diagnostics.followup import NONE, Tally
from diagnostics.forms import AccreditationForm, InvitationForm, StructureForm
from diagnostics.models import AccreditationState, Diagnosis, JournalLine, Role, Structure, User, now
from diagnostics.pages.invitations import delivery, fill_choices, send_invitation
from diagnostics.pages.signin import public_link
from diagnostics.web import actor, database, reading, settings
from diagnostics.words import accreditation_label

bp = Blueprint("network", __name__, url_prefix="/reseau")


@dataclass(frozen=True, slots=True)
class StructureLine:
    """A structure in the list: its people and its dossiers."""

    structure: Structure
    referents: list[str]
    diagnosticians: int
    accredited: int
    tally: Tally


@bp.context_processor
def _sections() -> dict[str, object]:
    """The pages of this subject, for the templates' local menu."""
    return {
        "sections": [
            (_("Structures"), url_for("network.index"), request.endpoint == "network.index"),
            (_("Diagnostiqueurs"), url_for("network.diagnosticians"), request.endpoint == "network.diagnosticians"),
        ]
    }


def _lines(who: Actor) -> list[StructureLine]:
    session = reading()
    found = session.scalars(visible(Structure, who).order_by(func.lower(Structure.name))).all()
    members = session.scalars(
        visible(User, who).where(User.active).options(joinedload(User.accreditation)).order_by(User.name)
    ).all()
    tallies = followup.tallies(session, who, Diagnosis.structure_id, paris_day(now()))
    lines = []
    for structure in found:
        own = [user for user in members if user.structure_id == structure.id]
        trained = [user for user in own if user.role is Role.DIAGNOSTICIAN]
        lines.append(
            StructureLine(
                structure,
                [user.name for user in own if user.role is Role.REFERENT],
                len(trained),
                sum(1 for user in trained if _is_accredited(user)),
                tallies.get(structure.id, NONE),
            )
        )
    return lines


def _is_accredited(user: User) -> bool:
    return user.accreditation is not None and user.accreditation.state is AccreditationState.ACCREDITED


@bp.get("")
@allow(Role.COORDINATOR, Role.REFERENT)
def index() -> str | Response:
    """The structures and how far their dossiers are; a referent goes straight to their own."""
    who = actor()
    if who.role is Role.REFERENT and who.structure_id is not None:
        return redirect(url_for("network.structure", number=who.structure_id))
    return render_template("network/index.html", lines=_lines(who))


@bp.route("/structures/ajouter", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def add_structure() -> str | Response | tuple[str, int]:
    """Adds a partner structure."""
    form = StructureForm()
    if form.validate_on_submit():
        try:
            number = people.add_structure(database(), actor(), form.name.data or "")
        except ActionError as error:
            form.name.errors = [str(error.message)]
        else:
            flash(_("Structure ajoutée. Invitez maintenant son référent et ses diagnostiqueurs."), "success")
            return redirect(url_for("network.structure", number=number))
    return render_template("network/add_structure.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/structures/<int:number>")
@allow(Role.COORDINATOR, Role.REFERENT)
def structure(number: int) -> str:
    """One structure: its people and its dossiers by stage."""
    session, who = reading(), actor()
    found = session.scalar(visible(Structure, who).where(Structure.id == number))
    if found is None:
        abort(404)
    today = paris_day(now())
    members = session.scalars(
        visible(User, who)
        .where(User.structure_id == number)
        .options(joinedload(User.accreditation))
        .order_by(User.active.desc(), User.name)
    ).all()
    return render_template(
        "network/structure.html",
        structure=found,
        members=members,
        tally=followup.tallies(session, who, Diagnosis.structure_id, today).get(number, NONE),
        by_person=followup.tallies(session, who, Diagnosis.diagnostician_id, today),
        no_dossier=NONE,
        groups=queries.GROUP_LABELS,
    )


@bp.get("/diagnostiqueurs")
@allow(Role.COORDINATOR, Role.REFERENT)
def diagnosticians() -> str:
    """The diagnosticians: accreditation and workload, by state if asked."""
    session, who = reading(), actor()
    members = session.scalars(
        visible(User, who)
        .where(User.role == Role.DIAGNOSTICIAN)
        .options(joinedload(User.accreditation), joinedload(User.structure))
        .order_by(func.lower(User.name), User.id)
    ).all()
    wanted = request.args.get("etat", "")
    shown = [
        user for user in members if not wanted or (user.accreditation is not None and user.accreditation.state.value == wanted)
    ]
    counts = {
        state: sum(1 for user in members if user.accreditation is not None and user.accreditation.state is state)
        for state in AccreditationState
    }
    tabs = [
        (_("Tous (%(count)d)", count=len(members)), url_for("network.diagnosticians"), not wanted),
        *(
            (
                f"{accreditation_label(state)} ({counts[state]})",
                url_for("network.diagnosticians", etat=state.value),
                wanted == state.value,
            )
            for state in AccreditationState
            if counts[state]
        ),
    ]
    tallies = followup.tallies(session, who, Diagnosis.diagnostician_id, paris_day(now()))
    return render_template("network/diagnosticians.html", members=shown, tabs=tabs, tallies=tallies, no_dossier=NONE)


def _member(number: int) -> User:
    """Somebody of the network whom this person may reach, or 404."""
    user: User | None = reading().scalar(
        visible(User, actor())
        .where(User.id == number, User.role.in_(accounts.INVITED_BY_COORDINATOR))
        .options(joinedload(User.accreditation), joinedload(User.structure))
    )
    if user is None:
        abort(404)
    return user


@bp.route("/personnes/<int:number>", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.REFERENT)
def person(number: int) -> str | Response | tuple[str, int]:
    """Somebody of the network: accreditation and its history, workload; the coordinator decides here."""
    user, who = _member(number), actor()
    form = _decision_form(user) if who.role is Role.COORDINATOR else None
    if request.method == "POST" and form is None:
        abort(403)
    if form is not None and form.validate_on_submit() and form.decided_on.data is not None:
        try:
            people.decide_accreditation(
                database(),
                who,
                number,
                AccreditationState(form.state.data),
                note=form.note.data or "",
                on=form.decided_on.data,
                test_diagnosis_on=form.test_diagnosis_on.data,
            )
        except ActionError as error:
            form.decided_on.errors = [str(error.message)]
        else:
            flash(_("Décision enregistrée."), "success")
            return redirect(url_for("network.person", number=number))
    submitted = form is not None and form.is_submitted()
    return _person_page(user, form), 422 if submitted else 200


def _decision_form(user: User) -> AccreditationForm | None:
    """The decision that may follow the present state; none for somebody who carries out no diagnosis."""
    if user.accreditation is None or user.role is not Role.DIAGNOSTICIAN:
        return None
    form = AccreditationForm(
        data={
            "decided_on": paris_day(now()),
            "test_diagnosis_on": user.accreditation.test_diagnosis_on,
            "note": user.accreditation.note,
        }
    )
    form.state.choices = [
        (state.value, accreditation_label(state)) for state in people.ACCREDITATION_MOVES[user.accreditation.state]
    ]
    return form


def _person_page(user: User, form: AccreditationForm | None) -> str:
    session, who, today = reading(), actor(), paris_day(now())
    history = session.scalars(
        select(JournalLine)
        .where(JournalLine.verb == "accreditation_decided", JournalLine.subject == "user", JournalLine.subject_id == user.id)
        .order_by(JournalLine.id.desc())
    ).all()
    waiting = session.scalars(
        queries.dossiers(who, queries.DossierFilter(diagnostician_id=user.id, late_only=True, today=today)).limit(
            followup.SHOWN_LATE
        )
    ).all()
    return render_template(
        "network/person.html",
        user=user,
        form=form,
        history=history,
        names=registers.names(session, [line.actor_id for line in history]),
        tally=followup.tallies(session, who, Diagnosis.diagnostician_id, today).get(user.id, NONE),
        groups=queries.GROUP_LABELS,
        waiting=waiting,
        due={diagnosis.id: due_on(diagnosis) for diagnosis in waiting},
        late={diagnosis.id: days_late(diagnosis, today) for diagnosis in waiting},
    )


@bp.post("/personnes/<int:number>/lien")
@allow(Role.COORDINATOR)
def send_link(number: int) -> Response:
    """Sends a new invitation, or a link to choose another password."""
    _member(number)
    invitation = accounts.resend_link(
        database(), actor(), number, hours=settings().invitation_hours, link=public_link("signin.choose_password")
    )
    flash((_("Nouvelle invitation prête.") if invitation else _("Lien de mot de passe prêt.")) + " " + delivery(), "success")
    return redirect(url_for("network.person", number=number))


@bp.route("/inviter", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def invite() -> str | Response | tuple[str, int]:
    """Invites somebody of the network, of the committee or of the social partners."""
    form = InvitationForm()
    fill_choices(form, accounts.INVITED_BY_COORDINATOR, queries.structures_of(reading(), actor()))
    if not form.is_submitted():
        form.structure_id.data = request.args.get("structure", "")
    if form.validate_on_submit():
        number = send_invitation(form)
        if number is not None:
            return redirect(url_for("network.person", number=number))
    return render_template("network/invite.html", form=form), 422 if form.is_submitted() else 200
