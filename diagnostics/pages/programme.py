"""The campaign's page: where it stands against its target, what is late, and what comes next."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from diagnostics import followup, queries
from diagnostics.access import allow
from diagnostics.actions import programme
from diagnostics.actions.base import ActionError
from diagnostics.catalogues import load
from diagnostics.delays import days_late, due_on, paris_day
from diagnostics.forms import CampaignForm
from diagnostics.i18n import chosen_locale
from diagnostics.models import Accreditation, AccreditationState, Role, Structure, now
from diagnostics.web import actor, current_campaign, database, reading, settings

bp = Blueprint("programme", __name__, url_prefix="/programme")


def _words_of(list_name: str) -> Callable[[str], str]:
    """What a code of the frame is called, in the page's language."""
    lists, locale = load(settings().questionnaire_version), chosen_locale()
    return lambda code: lists.label(list_name, code, locale) if code else _("Non renseigné")


def size_words(code: str) -> str:
    """A size class in words: « 3-5 » is « 3 à 5 personnes »."""
    low, _dash, high = code.partition("-")
    if low.isdecimal() and high.isdecimal():
        return str(_("%(low)s à %(high)s personnes", low=low, high=high))
    return code or str(_("Non renseigné"))


def alert_words(name: str) -> tuple[str, str]:
    """What is late, and the rule that says so."""
    return {
        "contact": (_("Premier contact à prendre"), _("10 jours ouvrés après l’affectation")),
        "appointment": (_("Rendez-vous passé sans visite notée"), _("2 jours après le rendez-vous")),
        "entry": (_("Saisie à terminer"), _("15 jours après la visite")),
        "review": (_("Relecture à faire"), _("15 jours après la visite")),
        "restitution": (_("Restitution à ouvrir"), _("21 jours après la transmission")),
    }[name]


@bp.get("")
@allow(Role.COORDINATOR)
def index() -> str:
    """The campaign's figures; before it has a panel, what to do to get one; before it exists, how to open it."""
    campaign, session = current_campaign(), reading()
    if campaign is None:
        return render_template("programme/start.html")
    today = paris_day(now())
    found = followup.overview(session, actor(), campaign, today)
    if not found.panel:
        return render_template(
            "programme/prepare.html",
            found=found,
            structures=session.scalar(select(func.count()).select_from(Structure)),
            accredited=session.scalar(
                select(func.count()).select_from(Accreditation).where(Accreditation.state == AccreditationState.ACCREDITED)
            ),
        )
    return render_template(
        "programme/index.html",
        found=found,
        today=today,
        groups=queries.GROUP_LABELS,
        breakdowns=(
            ("secteur", _("Secteur"), found.sectors, _words_of("secteur"), True),
            ("departement", _("Département"), found.departements, _words_of("departement"), True),
            ("taille", _("Taille"), found.sizes, size_words, False),
        ),
        alert_words=alert_words,
        due_on=due_on,
        days_late=days_late,
    )


@bp.route("/campagne", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def campaign() -> str | Response | tuple[str, int]:
    """Opens the first campaign, or corrects the present one."""
    present = current_campaign()
    form = (
        CampaignForm(obj=present)
        if present is not None
        else CampaignForm(data={"region": "Provence-Alpes-Côte d’Azur", "target_size": 690})
    )
    if form.validate_on_submit() and form.starts_on.data is not None:
        details = programme.CampaignDetails(
            (form.name.data or "").strip(),
            (form.region.data or "").strip(),
            form.starts_on.data,
            form.ends_on.data,
            int(form.target_size.data or 0),
        )
        try:
            if present is None:
                programme.create_campaign(database(), actor(), details, questionnaire_version=settings().questionnaire_version)
                flash(_("Campagne ouverte. Importez maintenant la base de sondage."), "success")
            else:
                changed = programme.edit_campaign(database(), actor(), present.id, details)
                flash(_("Campagne modifiée.") if changed else _("Rien n’a changé."), "success")
        except ActionError as error:
            form.form_errors = [str(error.message)]
        else:
            return redirect(url_for("programme.index"))
    return render_template("programme/campaign.html", form=form, present=present), 422 if request.method == "POST" else 200
