"""Inviting somebody: the same form for the coordinator (the network) and the administrator (everybody)."""

from collections.abc import Sequence

from flask import flash
from flask_babel import gettext as _

from diagnostics.actions import people
from diagnostics.actions.base import ActionError
from diagnostics.forms import InvitationForm
from diagnostics.models import Role, Structure
from diagnostics.pages.signin import public_link
from diagnostics.web import actor, database, settings
from diagnostics.words import role_label


def fill_choices(form: InvitationForm, roles: Sequence[Role], structures: Sequence[Structure]) -> None:
    """Offers these roles and structures."""
    form.role.choices = [(role.value, role_label(role)) for role in roles]
    form.structure_id.choices = [("", _("Aucune")), *((str(structure.id), structure.name) for structure in structures)]


def send_invitation(form: InvitationForm) -> int | None:
    """Invites the person of a valid form; gives their number, or None with the reason written beside the field."""
    chosen = form.structure_id.data
    try:
        number = people.invite(
            database(),
            actor(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
            structure_id=int(chosen) if chosen else None,
            hours=settings().invitation_hours,
            link=public_link("signin.choose_password"),
        )
    except ActionError as error:
        form.email.errors = [str(error.message)]
        return None
    flash(_("Invitation prête pour %(name)s.", name=form.name.data) + " " + delivery(), "success")
    return number


def delivery() -> str:
    """How a message just written reaches its reader."""
    if settings().mail_server:
        return str(_("Elle part par courriel ; le lien vaut %(hours)d heures.", hours=settings().invitation_hours))
    return str(
        _(
            "Aucun serveur d’envoi n’est réglé : l’administration technique la trouve dans « Messages » et la transmet ; le lien vaut %(hours)d heures.",
            hours=settings().invitation_hours,
        )
    )
