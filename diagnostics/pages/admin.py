"""The administrator's pages: accounts, journal, messages, background jobs, settings. No dossier is read here."""

import platform

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from pydantic import SecretStr
from sqlalchemy import make_url, select
from werkzeug.wrappers import Response

from diagnostics import glossary, migrations, registers
from diagnostics.access import allow
from diagnostics.actions import accounts, people, upkeep
from diagnostics.actions.base import ActionError
from diagnostics.forms import AccountFilter, AccountForm, InvitationForm, JournalFilter
from diagnostics.models import Role, SignInSession, Structure, User, now
from diagnostics.pages.invitations import delivery, fill_choices, send_invitation
from diagnostics.pages.signin import public_link
from diagnostics.queries import paginate, structures_of
from diagnostics.settings import Settings
from diagnostics.web import actor, database, reading, settings
from diagnostics.words import role_label

bp = Blueprint("admin", __name__, url_prefix="/administration")
JOURNAL_LINES = 50


def _page_number() -> int:
    text = request.args.get("page", "")
    return int(text) if text.isdecimal() and len(text) < 8 else 1  # noqa: PLR2004 - More digits are no page.


@bp.context_processor
def _sections() -> dict[str, object]:
    """The pages of this subject, for the templates' local menu."""
    entries = (
        (_("Comptes"), "admin.index", {"admin.index", "admin.account", "admin.invite"}),
        (_("Journal"), "admin.journal", {"admin.journal"}),
        (_("Messages"), "admin.messages", {"admin.messages"}),
        (_("Tâches de fond"), "admin.jobs", {"admin.jobs"}),
        (_("Réglages"), "admin.system", {"admin.system"}),
    )
    return {"sections": [(words, url_for(endpoint), request.endpoint in open_on) for words, endpoint, open_on in entries]}


@bp.get("")
@allow(Role.ADMIN)
def index() -> str:
    """The accounts, to search and to filter."""
    form = AccountFilter(request.args)
    form.role.choices = [("", _("Tous")), *((role.value, role_label(role)) for role in Role if role is not Role.FIRM)]
    form.etat.choices = [
        ("", _("Tous")),
        ("ouverts", _("Ouverts")),
        ("fermes", _("Fermés")),
        ("invites", _("Invités, sans mot de passe")),
        ("bloques", _("Bloqués après des essais")),
    ]
    query = registers.accounts(actor(), text=(form.texte.data or "")[:100], role=form.role.data or "", state=form.etat.data or "")
    return render_template("admin/index.html", form=form, page=paginate(reading(), query, _page_number()), moment_now=now())


@bp.route("/comptes/inviter", methods=["GET", "POST"])
@allow(Role.ADMIN)
def invite() -> str | Response | tuple[str, int]:
    """Invites anybody, an administrator included."""
    form = InvitationForm()
    fill_choices(form, accounts.INVITED_BY_ADMIN, structures_of(reading(), actor()))
    if form.validate_on_submit():
        number = send_invitation(form)
        if number is not None:
            return redirect(url_for("admin.account", number=number))
    return render_template("admin/invite.html", form=form), 422 if form.is_submitted() else 200


def _found(number: int) -> User:
    user: User | None = reading().get(User, number)
    if user is None:
        abort(404)
    return user


@bp.route("/comptes/<int:number>", methods=["GET", "POST"])
@allow(Role.ADMIN)
def account(number: int) -> str | Response | tuple[str, int]:
    """One account: what it is, to correct; its sessions and what may be done about it."""
    user = _found(number)
    form = AccountForm(
        data={"name": user.name, "email": user.email, "role": user.role.value, "structure_id": str(user.structure_id or "")}
    )
    fill_choices(form, accounts.INVITED_BY_ADMIN, structures_of(reading(), actor()))
    if form.validate_on_submit():
        chosen = form.structure_id.data
        change = accounts.AccountChange(
            form.name.data or "", form.email.data or "", Role(form.role.data), int(chosen) if chosen else None
        )
        try:
            changed = accounts.edit_account(database(), actor(), number, change)
        except ActionError as error:
            form.form_errors = [str(error.message)]
        else:
            flash(_("Compte corrigé.") if changed else _("Rien n’a changé."), "success")
            return redirect(url_for("admin.account", number=number))
    sessions = (
        reading()
        .scalars(
            select(SignInSession)
            .where(SignInSession.user_id == number, SignInSession.revoked_at.is_(None), SignInSession.expires_at > now())
            .order_by(SignInSession.last_seen_at.desc(), SignInSession.id)
        )
        .all()
    )
    own = number == actor().user_id
    page = render_template("admin/account.html", user=user, form=form, sessions=sessions, own=own, moment_now=now())
    return page, 422 if form.is_submitted() else 200


def _back(number: int) -> Response:
    return redirect(url_for("admin.account", number=number))


@bp.post("/comptes/<int:number>/fermer")
@allow(Role.ADMIN)
def close_account(number: int) -> Response:
    """Closes an account and ends its sessions."""
    people.set_active(database(), actor(), number, active=False)
    flash(_("Compte fermé ; ses sessions sont terminées."), "success")
    return _back(number)


@bp.post("/comptes/<int:number>/rouvrir")
@allow(Role.ADMIN)
def open_account(number: int) -> Response:
    """Opens a closed account again."""
    people.set_active(database(), actor(), number, active=True)
    flash(_("Compte rouvert."), "success")
    return _back(number)


@bp.post("/comptes/<int:number>/sessions")
@allow(Role.ADMIN)
def end_sessions(number: int) -> Response:
    """Ends somebody's sessions; one's own present session stays."""
    _found(number)
    ended = people.revoke_sessions(database(), actor(), number, but=actor().session_id)
    flash(_("Sessions fermées : %(count)d.", count=ended), "success")
    return _back(number)


@bp.post("/comptes/<int:number>/lien")
@allow(Role.ADMIN)
def send_link(number: int) -> Response:
    """Sends a new invitation, or a link to choose another password."""
    invitation = accounts.resend_link(
        database(), actor(), number, hours=settings().invitation_hours, link=public_link("signin.choose_password")
    )
    flash((_("Nouvelle invitation prête.") if invitation else _("Lien de mot de passe prêt.")) + " " + delivery(), "success")
    return _back(number)


@bp.post("/comptes/<int:number>/double-verification")
@allow(Role.ADMIN)
def lift_factor(number: int) -> Response:
    """Removes the second factor of somebody who lost it."""
    accounts.lift_second_factor(database(), actor(), number)
    flash(_("Double vérification levée ; cette personne se connecte avec son seul mot de passe et peut la réactiver."), "success")
    return _back(number)


@bp.get("/journal")
@allow(Role.ADMIN)
def journal() -> str | tuple[str, int]:
    """Every change, to search by action, subject, person and day."""
    session = reading()
    form = JournalFilter(request.args)
    verbs, subjects = registers.journal_words(session)
    form.verbe.choices = [
        ("", _("Toutes")),
        *sorted(((verb, glossary.verb_words(verb)) for verb in verbs), key=lambda pair: pair[1]),
    ]
    form.objet.choices = [("", _("Tous")), *((subject, glossary.subject_words(subject)) for subject in subjects)]
    valid = form.validate()
    wanted = (
        registers.JournalSearch(
            form.verbe.data or "",
            form.objet.data or "",
            form.numero.data,
            (form.personne.data or "")[:100],
            form.debut.data,
            form.fin.data,
        )
        if valid
        else registers.JournalSearch()
    )
    page = paginate(session, registers.journal(wanted), _page_number(), per_page=JOURNAL_LINES)
    names = registers.names(session, [line.actor_id for line in page.items])
    drawn = render_template(
        "admin/journal.html",
        form=form,
        page=page,
        names=names,
        verb_words=glossary.verb_words,
        subject_words=glossary.subject_words,
    )
    return drawn, 200 if valid else 422


@bp.get("/messages")
@allow(Role.ADMIN)
def messages() -> str:
    """The outbox: what waits to leave, and what has left. A body is shown only while no server sends it."""
    sent = request.args.get("etat") == "partis"
    page = paginate(reading(), registers.messages(waiting=not sent), _page_number())
    return render_template("admin/messages.html", page=page, sent=sent, server=settings().mail_server)


@bp.post("/messages/<int:number>/renvoyer")
@allow(Role.ADMIN)
def retry_message(number: int) -> Response:
    """Tries a message again."""
    upkeep.retry_message(database(), actor(), number)
    flash(_("Le message repartira au prochain passage de l’envoi."), "success")
    return redirect(url_for("admin.messages"))


@bp.get("/taches")
@allow(Role.ADMIN)
def jobs() -> str:
    """The background jobs; the list refreshes itself while one is under way."""
    session = reading()
    page = paginate(session, registers.jobs(), _page_number())
    return render_template(
        "admin/jobs.html",
        page=page,
        names=registers.names(session, [job.created_by_id for job in page.items]),
        underway=registers.jobs_underway(session),
        kind_words=glossary.kind_words,
    )


@bp.post("/taches/<int:number>/relancer")
@allow(Role.ADMIN)
def retry_job(number: int) -> Response:
    """Queues a failed job again."""
    upkeep.retry_job(database(), actor(), number)
    flash(_("Tâche remise en file."), "success")
    return redirect(url_for("admin.jobs"))


@bp.post("/taches/<int:number>/annuler")
@allow(Role.ADMIN)
def cancel_job(number: int) -> Response:
    """Takes a waiting job out of the queue."""
    upkeep.cancel_job(database(), actor(), number)
    flash(_("Tâche annulée."), "success")
    return redirect(url_for("admin.jobs"))


@bp.get("/reglages")
@allow(Role.ADMIN)
def system() -> str:
    """The settings in use, without their secrets, and the versions of what runs."""
    session = reading()
    return render_template(
        "admin/system.html",
        rows=[(name, _shown(name), glossary.SETTINGS[name], _is_default(name)) for name in Settings.model_fields],
        database_kind="SQLite" if database().is_sqlite else "PostgreSQL",
        current=migrations.current(database()),
        newest=migrations.head(),
        python=platform.python_version(),
        structures=len(session.scalars(select(Structure.id)).all()),
    )


def _shown(name: str) -> str:
    """A setting's value as it may be shown: no secret, no password within an address."""
    value = getattr(settings(), name)
    if isinstance(value, SecretStr):
        return str(_("défini (caché)") if value.get_secret_value() else _("vide"))
    if name == "database_url":
        return make_url(settings().url).render_as_string(hide_password=True)
    if isinstance(value, bool):
        return str(_("oui") if value else _("non"))
    return str(value or _("vide"))


def _is_default(name: str) -> bool:
    return bool(getattr(settings(), name) == Settings.model_fields[name].default)
