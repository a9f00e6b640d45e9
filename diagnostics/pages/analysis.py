"""The analysis for those who run it: editions, their evidence, their publication, and pseudonymised data for the analyst."""

import io
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from analysis.synthesis.edition import Synthesis
from analysis.words import Words
from diagnostics import formats, tables, words
from diagnostics.access import allow, visible
from diagnostics.actions import publication
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.actions.profile_names import names_of
from diagnostics.actions.profile_names import rename_profile as rename_profile_of
from diagnostics.forms import ProfileNameForm
from diagnostics.i18n import chosen_locale
from diagnostics.models import Edition, Job, JobState, Role, StoredSynthesis
from diagnostics.web import actor, current_campaign, database, reading, settings

bp = Blueprint("analysis", __name__)
LARGEST_SEED = 2**31 - 1
# What is told of a typical firm, and with how many decimals.
TYPICAL = {
    "headcount": (_l("Salariés"), 0),
    "dep5": (_l("Départs à la retraite attendus d’ici cinq ans"), 1),
    "hr_index": (_l("Indice RH, de 0 (solide) à 100 (fragile)"), 0),
    "economic_index": (_l("Indice économique, de 0 (solide) à 100 (fragile)"), 0),
}
KINDS = {
    "sector": _l("secteur"),
    "departement": _l("département"),
    "size_class": _l("taille"),
    "zone_emploi": _l("zone d’emploi"),
    "region": _l("région"),
}


@bp.get("/analyse")
@allow(Role.COORDINATOR, Role.ANALYST)
def index() -> str:
    """The editions so far, and a new one."""
    editions = reading().scalars(visible(Edition, actor()).order_by(Edition.number.desc())).all()
    running = reading().scalar(
        select(Job)
        .where(Job.kind == "consolidate", Job.state.in_([JobState.QUEUED, JobState.RUNNING]))
        .order_by(Job.id.desc())
        .limit(1)
    )
    campaign = current_campaign()
    accepted = tables.count_accepted(reading(), campaign) if campaign else 0
    return render_template(
        "analysis/index.html",
        editions=editions,
        running=running,
        accepted=accepted,
        threshold=settings().publication_threshold,
        seed=publication.DEFAULT_SEED,
    )


@bp.post("/analyse/consolider")
@allow(Role.COORDINATOR)
def consolidate() -> BaseResponse:
    """Queues a new edition."""
    given = request.form.get("seed", "").strip() or str(publication.DEFAULT_SEED)
    if not given.isdecimal() or int(given[:12]) > LARGEST_SEED:
        raise ActionError(
            _(
                "La graine est un nombre entier entre 0 et %(most)d : elle permet de refaire exactement les mêmes tirages.",
                most=LARGEST_SEED,
            )
        )
    job_id = publication.request_consolidation(database(), actor(), int(given))
    return redirect(url_for("jobs.show", job_id=job_id), 303)


def _edition(number: int) -> Edition:
    found: Edition | None = reading().scalar(visible(Edition, actor()).where(Edition.number == number))
    if found is None:
        abort(404)
    return found


@bp.get("/analyse/editions/<int:number>")
@allow(Role.COORDINATOR, Role.ANALYST)
def edition(number: int) -> str:
    """What stands behind an edition: weights, profiles and the evidence for their number, what was hidden and why."""
    found = _edition(number)
    stored = (
        reading().scalars(select(StoredSynthesis).where(StoredSynthesis.edition_id == found.id).order_by(StoredSynthesis.id)).all()
    )
    return render_template(
        "analysis/edition.html",
        edition=found,
        region=_region(found),
        stored=stored,
        hidden={kind: _domains(found.summary[kind], found) for kind in ("primary", "secondary")},
        named=names_of(found.summary).profiles,
        vanished=(found.summary.get("matching") or {}).get("vanished", []),
    )


def _region(edition: Edition) -> Synthesis | None:
    content = reading().scalar(
        select(StoredSynthesis.content).where(StoredSynthesis.edition_id == edition.id, StoredSynthesis.scope == "region")
    )
    return Synthesis.from_json(content) if content else None


@bp.get("/analyse/editions/<int:number>/profils/<code>")
@allow(Role.COORDINATOR, Role.ANALYST)
def profile(number: int, code: str) -> str:
    """One profile: its name and its history, what it became of an earlier edition's, its typical firms."""
    form = ProfileNameForm(formdata=None)
    return _profile_page(_edition(number), code, form)


@bp.post("/analyse/editions/<int:number>/profils/<code>")
@allow(Role.COORDINATOR, Role.ANALYST)
def rename_profile(number: int, code: str) -> BaseResponse | tuple[str, int]:
    """Gives the profile another name."""
    found, form = _edition(number), ProfileNameForm()
    if not form.validate_on_submit():
        return _profile_page(found, code, form), 422
    name = Words(form.fr.data or "", form.en.data or "")
    given = form.seen.data or ""
    seen = int(given) if given.isdecimal() else None
    try:
        rename_profile_of(database(), actor(), found.id, code, name, reason=form.reason.data or "", seen=seen)
    except NotFoundError:
        raise
    except ActionError as error:
        return _profile_page(found, code, form, refusal=str(error.message)), 409
    flash(_("Le nom est enregistré. Toutes les synthèses de l’édition le portent."), "success")
    return redirect(url_for("analysis.edition", number=number, _anchor="profils"), 303)


def _profile_page(edition: Edition, code: str, form: ProfileNameForm, *, refusal: str = "") -> str:
    book, region = names_of(edition.summary), _region(edition)
    profiles = region.profiles.profiles if region and region.profiles else ()
    shown = next((each for each in profiles if each.code == code), None)
    if shown is None or code not in book.profiles:
        abort(404)
    history = book.history(code)
    if not form.is_submitted():
        form.fr.data, form.en.data = history[-1].words.fr, history[-1].words.en
    form.seen.data = str(history[-1].version)
    matching = edition.summary.get("matching") or {}
    typical = next((each for each in edition.summary.get("typical", []) if f"P{each['profile'] + 1}" == code), None)
    return render_template(
        "analysis/profile.html",
        edition=edition,
        profile=shown,
        history=history,
        form=form,
        refusal=refusal,
        pair=next((pair for pair in matching.get("pairs", []) if pair["after"] == code), None),
        shared=matching.get("shared", 0),
        typical=typical,
        typical_lines=_typical_lines(edition, typical) if typical else [],
        # Analysts know firms by pseudonyms only.
        paragons=edition.summary.get("paragons", {}).get(code, []) if actor().role is Role.COORDINATOR else [],
    )


def _typical_lines(edition: Edition, typical: Mapping[str, Any]) -> list[tuple[LazyString, str]]:
    """What the typical firm is like, in words."""
    lines = [
        (TYPICAL[name][0], formats.number(value, TYPICAL[name][1], chosen_locale()))
        for name, value in typical["numbers"]
        if name in TYPICAL
    ]
    labels = _labels(edition)
    most = [labels.get(("sector", level), level) for name, level in typical["levels"] if name == "sector"]
    return [*lines, *((_l("Secteur de la plupart"), sector) for sector in most)]


def _labels(edition: Edition) -> dict[tuple[str, str], str]:
    """The words of sectors and départements, by kind and code."""
    english = chosen_locale() == "en"
    return {(row.scope, row.code): row.label_en if english else row.label_fr for row in edition.syntheses}


def _domains(names: Sequence[str], edition: Edition) -> list[str]:
    """Domains as the summary names them (« sector × env × size_class × 20-50 »), in words."""
    labels, found = _labels(edition), []
    for name in names:
        parts = name.split(" × ")
        told = [
            f"{KINDS.get(kind, kind)} {labels.get((kind, code), code)}" for kind, code in zip(parts[::2], parts[1::2], strict=False)
        ]
        found.append(" × ".join(told) or str(KINDS.get(name, name)))
    return found


@bp.app_template_filter("isoday")
def isoday(day: str) -> str:
    """A day that is kept as ISO text."""
    return words.day(date.fromisoformat(day)) if day else ""


@bp.post("/analyse/editions/<int:number>/publier")
@allow(Role.COORDINATOR)
def publish(number: int) -> BaseResponse:
    """Opens an edition to its readers."""
    publication.publish_edition(database(), actor(), _edition(number).id)
    return redirect(url_for("analysis.edition", number=number), 303)


@bp.post("/analyse/editions/<int:number>/retirer")
@allow(Role.COORDINATOR)
def withdraw(number: int) -> BaseResponse:
    """Takes an edition back."""
    publication.withdraw_edition(database(), actor(), _edition(number).id)
    return redirect(url_for("analysis.edition", number=number), 303)


@bp.get("/analyse/donnees.csv")
@allow(Role.COORDINATOR, Role.ANALYST)
def data() -> Response:
    """One line a firm under a pseudonym of this download: scores, rates and counts, no name, no address, no free text."""
    campaign = current_campaign()
    if campaign is None:
        abort(404)
    frame = tables.pseudonymised(tables.panel_of(reading(), campaign), secrets.token_bytes(32))
    text = io.StringIO()
    frame.to_csv(text, index=False)
    response = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="panel-pseudonymise.csv"'
    return response
