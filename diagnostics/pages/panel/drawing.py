"""The draw: an allocation to look at, a seed, then the confirmation that draws the panel and its reserves."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from diagnostics.access import allow
from diagnostics.actions import draw as verbs
from diagnostics.actions.base import ActionError
from diagnostics.models import Campaign, Diagnosis, Firm, Role, Selection
from diagnostics.pages.panel.blueprint import LARGEST_NUMBER, bp, campaign_here
from diagnostics.pages.panel.forms import DrawForm
from diagnostics.web import actor, database, fresh_reading, reading


def _page(campaign: Campaign, form: DrawForm, refusal: object = None) -> str:
    session = reading()
    blocked = verbs.why_not(session, campaign.id)
    found = None
    if blocked is None and form.is_asked() and form.validate():
        try:
            found = verbs.preview(session, campaign.id, int(form.taille.data or 0), int(form.graine.data or 0))
        except ActionError as error:
            refusal = error.message
    drawn = session.scalar(select(func.count()).select_from(Diagnosis).where(Diagnosis.campaign_id == campaign.id)) or 0
    reserves = (
        session.scalar(
            select(func.count()).select_from(Firm).where(Firm.campaign_id == campaign.id, Firm.selection == Selection.RESERVE)
        )
        or 0
    )
    return render_template(
        "panel/draw.html", form=form, found=found, blocked=blocked, refusal=refusal, drawn=drawn, reserves=reserves
    )


@bp.get("/tirage")
@allow(Role.COORDINATOR)
def draw() -> str | tuple[str, int]:
    """The draw's preview; nothing changes here."""
    campaign = campaign_here()
    form = (
        DrawForm(request.args)
        if request.args.get("taille") is not None
        else DrawForm(None, taille=campaign.target_size, graine=campaign.draw_seed)
    )
    page = _page(campaign, form)
    return (page, 422) if form.errors else page


@bp.post("/tirage")
@allow(Role.COORDINATOR)
def confirm_draw() -> Response | tuple[str, int]:
    """Draws what the preview showed, if the frame is still the same."""
    campaign = campaign_here()
    size, seed = (request.form.get(name, "") for name in ("taille", "graine"))
    if not all(text.isascii() and text.isdigit() and int(text) <= LARGEST_NUMBER for text in (size, seed)):
        return _page(
            campaign, DrawForm(None, taille=campaign.target_size), _("Regardez d’abord l’aperçu du tirage, puis confirmez-le.")
        ), 422
    try:
        count = verbs.draw_panel(database(), actor(), campaign.id, int(size), int(seed), mark=request.form.get("etat", ""))
    except ActionError as error:
        fresh_reading()
        return _page(campaign, DrawForm(MultiDict({"taille": size, "graine": seed})), error.message), 409
    flash(_("Panel tiré. Dossiers ouverts : %(count)d. Affectez-les maintenant aux diagnostiqueurs.", count=count), "success")
    return redirect(url_for("panel.assignment"))
