"""What a person does on a dossier's page: contacts, dates, notes, moves, the firm's link and the handing over of the marks."""

from typing import Any

import segno
from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response

from diagnostics import queries
from diagnostics.access import allow
from diagnostics.actions import dossiers, room
from diagnostics.actions.base import ActionError, ConflictError
from diagnostics.actions.room_links import RoomLink
from diagnostics.lifecycle import EXITS, MOVES, Move
from diagnostics.models import ContactOutcome, Diagnosis, Role, State
from diagnostics.pages.dossier_forms import AppointmentForm, AttemptForm, ContactForm, NotesForm, StepForm, VisitForm
from diagnostics.pages.dossiers import BY_FORM, IN_REVIEW, bp, dossier_page, found, may_hand_over
from diagnostics.pages.signin import public_link
from diagnostics.web import SESSION_KEY, actor, database, fresh_reading, reading, settings

# The pages of the dossiers' blueprint that change something; registering it through this module brings them in.
__all__ = ["bp", "moved_message", "room_link"]

WORKERS = (Role.COORDINATOR, Role.DIAGNOSTICIAN)
Page = str | Response | tuple[str, int]


def room_link() -> RoomLink:
    """The address of a firm's door, for the message that takes it there."""
    return RoomLink(public_link("firm.door"), settings().firm_link_days)


def _back(reference: str, anchor: str | None = None) -> Response:
    return redirect(url_for("dossiers.show", reference=reference, _anchor=anchor))


def _refused(reference: str, form: FlaskForm, error: ActionError | None = None) -> tuple[str, int]:
    """The dossier's page with the form as it was typed, and why it was refused."""
    fresh_reading()
    page = dossier_page(found(reference), failed=form, refusal=error.message if error is not None else None)
    return page, 409 if isinstance(error, ConflictError) else 422


def moved_message(made: dossiers.Moved) -> str:
    """What to tell after a move: what was done, and for an exit what took the place."""
    words = str(made.move.done)
    if made.move.target not in EXITS:
        return words
    if made.replacement is None:
        return f"{words} {_('Aucune réserve ne reste dans sa strate : le dossier n’est pas remplacé.')}"
    return f"{words} {_('La réserve suivante de sa strate le remplace : %(reference)s.', reference=made.replacement)}"


@bp.route("/dossiers/<reference>/etape/<name>", methods=["GET", "POST"])
@allow(*WORKERS)
def step(reference: str, name: str) -> Page:
    """One move: what it means, why it is made, and the button."""
    diagnosis = found(reference)
    move = MOVES.get(name)
    if move is None or actor().role not in move.roles or name in BY_FORM | IN_REVIEW:
        abort(404)
    form = StepForm()
    if not form.is_submitted():
        form.state.data = diagnosis.state.value
        return _step_page(diagnosis, move, form)
    if move.needs_reason and not (form.reason.data or "").strip():
        form.reason.errors = [_("Indiquez le motif : il reste au dossier.")]
        return _step_page(diagnosis, move, form), 422
    if not form.validate():
        return _step_page(diagnosis, move, form), 422
    seen = State(form.state.data) if form.state.data in set(State) else None
    try:
        made = dossiers.move(
            database(), actor(), diagnosis.id, name, reason=form.reason.data or "", expected=seen, room=room_link()
        )
    except ActionError as error:
        return _step_page(diagnosis, move, form, error.message), 409 if isinstance(error, ConflictError) else 422
    flash(moved_message(made), "success")
    return _back(reference)


def _step_page(diagnosis: Diagnosis, move: Move, form: StepForm, refusal: Any = None) -> str:
    is_exit = move.target in EXITS
    return render_template(
        "dossiers/step.html",
        diagnosis=diagnosis,
        move=move,
        form=form,
        refusal=refusal,
        is_exit=is_exit,
        open_here=diagnosis.state in move.sources,
        blocked=dossiers.obstacle(reading(), diagnosis, move),
        has_reserve=is_exit and dossiers.next_reserve(reading(), diagnosis.firm) is not None,
    )


@bp.post("/dossiers/<reference>/contacts")
@allow(*WORKERS)
def attempt(reference: str) -> Page:
    """Notes an attempt to reach the firm."""
    diagnosis, form = found(reference), AttemptForm()
    if not form.validate_on_submit():
        return _refused(reference, form)
    try:
        reached = dossiers.record_attempt(
            database(),
            actor(),
            diagnosis.id,
            at=form.moment(),
            medium=form.medium.data,
            outcome=ContactOutcome(form.outcome.data),
            note=form.note.data or "",
        )
    except ActionError as error:
        return _refused(reference, form, error)
    flash(
        _("Tentative notée : l’entreprise est jointe, le dossier avance.") if reached else _("Tentative de contact notée."),
        "success",
    )
    return _back(reference, "contacts")


@bp.post("/dossiers/<reference>/rendez-vous")
@allow(*WORKERS)
def appointment(reference: str) -> Page:
    """Fixes the appointment."""
    diagnosis, form = found(reference), AppointmentForm()
    if not form.validate_on_submit():
        return _refused(reference, form)
    try:
        dossiers.set_appointment(database(), actor(), diagnosis.id, form.moment())
    except ActionError as error:
        return _refused(reference, form, error)
    flash(_("Rendez-vous noté."), "success")
    return _back(reference)


@bp.post("/dossiers/<reference>/visite")
@allow(*WORKERS)
def visit(reference: str) -> Page:
    """Notes the day of the visit."""
    diagnosis, form = found(reference), VisitForm()
    if not form.validate_on_submit() or form.visited_on.data is None:
        return _refused(reference, form)
    try:
        dossiers.record_visit(database(), actor(), diagnosis.id, form.visited_on.data)
    except ActionError as error:
        return _refused(reference, form, error)
    flash(_("Visite notée."), "success")
    return _back(reference)


@bp.post("/dossiers/<reference>/notes")
@allow(*WORKERS)
def notes(reference: str) -> Page:
    """Keeps the working notes."""
    diagnosis, form = found(reference), NotesForm()
    if not form.validate_on_submit():
        return _refused(reference, form)
    try:
        dossiers.save_notes(database(), actor(), diagnosis.id, form.notes.data or "", seen=form.seen.data or "")
    except ActionError as error:
        # The next sending is meant: the person has seen the other text, shown beside the form.
        form.seen.data = dossiers.notes_mark(diagnosis)
        return _refused(reference, form, error)
    flash(_("Notes enregistrées."), "success")
    return _back(reference, "notes")


@bp.route("/dossiers/<reference>/contact", methods=["GET", "POST"])
@allow(*WORKERS)
def contact(reference: str) -> Page:
    """Whom to reach in the firm."""
    diagnosis = found(reference)
    form = ContactForm(
        contact_name=diagnosis.firm.contact_name,
        contact_email=diagnosis.firm.contact_email,
        contact_phone=diagnosis.firm.contact_phone,
    )
    link = queries.room_link(reading(), diagnosis)
    if form.validate_on_submit():
        ended = dossiers.edit_contact(
            database(),
            actor(),
            diagnosis.id,
            name=form.contact_name.data or "",
            email=form.contact_email.data or "",
            phone=form.contact_phone.data or "",
        )
        flash(_("Coordonnées enregistrées."), "success")
        if ended:
            flash(_("L’adresse a changé : le lien envoyé à l’ancienne est éteint. Envoyez-en un autre."), "info")
        return _back(reference, "espace")
    return render_template("dossiers/contact.html", diagnosis=diagnosis, form=form, link=link), 422 if form.is_submitted() else 200


@bp.post("/dossiers/<reference>/espace")
@allow(*WORKERS)
def send_link(reference: str) -> Response:
    """Sends the firm the link to its room."""
    diagnosis = found(reference)
    try:
        dossiers.send_room_link(database(), actor(), diagnosis.id, room_link())
    except ActionError as error:
        flash(str(error.message), "error")
    else:
        flash(
            _(
                "Un nouveau lien part par courriel ; il est valable %(days)d jours et remplace le précédent.",
                days=settings().firm_link_days,
            ),
            "success",
        )
    return _back(reference, "espace")


@bp.post("/dossiers/<reference>/espace/retirer")
@allow(*WORKERS)
def revoke_link(reference: str) -> Response:
    """Ends the firm's link."""
    dossiers.revoke_room_link(database(), actor(), found(reference).id)
    flash(_("Le lien est éteint ; les sessions qu’il avait ouvertes aussi."), "success")
    return _back(reference, "espace")


@bp.post("/dossiers/<reference>/projet-de-rapport")
@allow(*WORKERS)
def draft(reference: str) -> Response:
    """Asks for a new draft report."""
    try:
        dossiers.request_draft(database(), actor(), found(reference).id)
    except ActionError as error:
        flash(str(error.message), "error")
    else:
        flash(_("Le projet de rapport se prépare : il apparaîtra ici dans quelques minutes."), "success")
    return _back(reference, "rapports")


@bp.route("/dossiers/<reference>/passer-la-main", methods=["GET", "POST"])
@allow(Role.DIAGNOSTICIAN)
def hand_over(reference: str) -> Page:
    """Hands the marks over to the firm: explains, then gives this very browser to it."""
    diagnosis = found(reference)
    if request.method == "POST":
        try:
            key = room.hand_over(database(), actor(), diagnosis.id, browser=request.user_agent.string)
        except ActionError as error:
            flash(str(error.message), "error")
            return _back(reference)
        locale = session.get("locale")
        session.clear()
        session[SESSION_KEY] = key
        if locale:
            session["locale"] = locale
        return redirect(url_for("firm.marks"))
    if not may_hand_over(actor(), diagnosis):
        flash(
            _(
                "Les notes de l’entreprise ne peuvent pas être saisies maintenant : elles sont déjà remises, ou le dossier n’en est pas là."
            ),
            "error",
        )
        return _back(reference)
    return render_template(
        "dossiers/hand_over.html", diagnosis=diagnosis, address=None, picture=None, minutes=room.HANDOVER_MINUTES
    )


@bp.post("/dossiers/<reference>/passer-la-main/lien")
@allow(Role.DIAGNOSTICIAN)
def hand_over_link(reference: str) -> Page:
    """Shows, once, a link that opens the marks on the firm's own device."""
    diagnosis = found(reference)
    try:
        secret = room.hand_over_link(database(), actor(), diagnosis.id)
    except ActionError as error:
        flash(str(error.message), "error")
        return _back(reference)
    address = public_link("firm.door").format(secret=secret)
    # The drawing comes from the library and holds an address of ours; it has neither script nor style.
    picture = Markup(segno.make(address, error="m").svg_inline(scale=6, light="white", svgclass="qr", lineclass=None))  # noqa: S704
    return render_template(
        "dossiers/hand_over.html", diagnosis=diagnosis, address=address, picture=picture, minutes=room.HANDOVER_MINUTES
    )
