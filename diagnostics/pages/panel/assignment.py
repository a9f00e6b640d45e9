"""Who is given which firm: the dossiers to assign or reassign, and an even sharing to look at, edit and confirm."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from diagnostics.access import allow, visible
from diagnostics.actions import assign as verbs
from diagnostics.actions.base import ActionError
from diagnostics.frame import labels
from diagnostics.lifecycle import FIELD
from diagnostics.models import Diagnosis, Firm, Role, State
from diagnostics.pages.panel.blueprint import LARGEST_NUMBER, bp, campaign_here, number_argument, options, page_argument
from diagnostics.queries import paginate
from diagnostics.web import actor, database, fresh_reading, reading

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Share:
    """What the proposal gives one person: how many dossiers, how many by département, and the load that results."""

    person: verbs.Candidate
    given: int
    departements: list[tuple[str, int]]

    @property
    def after(self) -> int:
        """The open dossiers that this person would have."""
        return self.person.load + self.given


def _wanted() -> Select[tuple[Diagnosis]]:
    """The dossiers that the address's filters ask for: those to assign, or those in somebody's hands."""
    reassigning = request.args.get("vue") == "en-cours"
    states = FIELD if reassigning else frozenset({State.DRAWN})
    query = (
        visible(Diagnosis, actor())
        .join(Firm, Firm.id == Diagnosis.firm_id)
        .where(Diagnosis.state.in_(states), Diagnosis.campaign_id == campaign_here().id)
    )
    for argument, column in (
        ("secteur", Firm.sector),
        ("departement", Firm.departement),
        ("zone", Firm.zone_emploi),
        ("taille", Firm.size_class),
    ):
        if request.args.get(argument):
            query = query.where(column == request.args[argument])
    person = number_argument("diagnostiqueur")
    if reassigning and person is not None:
        query = query.where(Diagnosis.diagnostician_id == person)
    return query.order_by(Firm.departement, Firm.zone_emploi_name, Firm.commune_name, Diagnosis.reference).options(
        joinedload(Diagnosis.firm), joinedload(Diagnosis.diagnostician)
    )


def _zones() -> list[tuple[str, str]]:
    rows = reading().execute(
        select(Firm.zone_emploi, Firm.zone_emploi_name)
        .join(Diagnosis, Diagnosis.firm_id == Firm.id)
        .distinct()
        .order_by(Firm.zone_emploi_name)
    )
    return [(code, name) for code, name in rows if code]


def _page(refusal: object = None, chosen: frozenset[int] = frozenset(), person: int | None = None) -> str:
    session = reading()
    candidates = verbs.accredited(session)
    page = paginate(session, _wanted(), page_argument(), per_page=PER_PAGE)
    return render_template(
        "panel/assignment.html",
        page=page,
        candidates=candidates,
        waiting=len(verbs.waiting(session, actor())),
        reassigning=request.args.get("vue") == "en-cours",
        sectors=options(labels.SECTORS),
        sizes=options(labels.SIZES),
        zones=_zones(),
        refusal=refusal,
        chosen=chosen,
        person=person,
        most=max((one.load for one in candidates), default=0),
        narrowed=any(request.args.get(name) for name in ("secteur", "departement", "zone", "taille", "diagnostiqueur")),
    )


@bp.get("/affectation")
@allow(Role.COORDINATOR)
def assignment() -> str:
    """The dossiers to assign, and the accredited diagnosticians with their load."""
    campaign_here()
    return _page()


def _numbers(texts: list[str]) -> frozenset[int]:
    return frozenset(int(text) for text in texts if text.isascii() and text.isdigit() and int(text) <= LARGEST_NUMBER)


@bp.post("/affectation")
@allow(Role.COORDINATOR)
def assign() -> Response | tuple[str, int]:
    """Gives the ticked dossiers to one person."""
    chosen = _numbers(request.form.getlist("dossier"))
    person = next(iter(_numbers([request.form.get("diagnostiqueur", "")])), None)
    refusal: object = None
    if person is None:
        refusal = _("Choisissez le diagnostiqueur qui reçoit les dossiers cochés.")
    else:
        try:
            count = verbs.assign(database(), actor(), dict.fromkeys(chosen, person))
        except ActionError as error:
            refusal = error.message
        else:
            flash(ngettext("%(num)s dossier affecté.", "%(num)s dossiers affectés.", count), "success")
            return redirect(f"{request.path}?{urlencode(request.args)}" if request.args else request.path)
    fresh_reading()
    return _page(refusal, chosen, person), 422


def _suggestion(refusal: object = None, edited: dict[int, int] | None = None) -> str:
    session = reading()
    candidates = verbs.accredited(session)
    dossiers = verbs.waiting(session, actor())
    plan = verbs.suggest(dossiers, candidates)
    given = Counter(plan.values())
    places: dict[int, Counter[str]] = {}
    for dossier in dossiers:
        if dossier.diagnosis_id in plan:
            places.setdefault(plan[dossier.diagnosis_id], Counter())[dossier.departement] += 1
    shares = [
        Share(one, given[one.user_id], sorted(places.get(one.user_id, Counter()).items()))
        for one in sorted(candidates, key=lambda one: one.name)
    ]
    departements = Counter(dossier.departement for dossier in dossiers)
    shown = request.args.get("departement", "")
    return render_template(
        "panel/suggestion.html",
        shares=shares,
        plan=plan | (edited or {}),
        mark=verbs.mark(plan),
        waiting=len(dossiers),
        departements=sorted(departements.items()),
        shown=shown if shown in departements else "",
        dossiers=[dossier for dossier in dossiers if dossier.departement == shown],
        candidates=sorted(candidates, key=lambda one: one.name),
        refusal=refusal,
    )


@bp.get("/affectation/proposition")
@allow(Role.COORDINATOR)
def suggestion() -> str:
    """An even sharing of every waiting dossier: the whole at a glance, and each département to edit."""
    campaign_here()
    return _suggestion()


@bp.post("/affectation/proposition")
@allow(Role.COORDINATOR)
def confirm_suggestion() -> Response | tuple[str, int]:
    """Confirms the whole proposal, or the choices of one département as they were edited."""
    edited: dict[int, int] = {}
    try:
        if request.form.get("tout"):
            count = verbs.assign_as_suggested(database(), actor(), request.form.get("etat", ""))
        else:
            chosen = {
                name.removeprefix("d"): value
                for name, value in request.form.items()
                if name.startswith("d") and name[1:].isdigit() and value.isdigit()
            }
            edited = {
                int(number): int(person) for number, person in chosen.items() if max(int(number), int(person)) <= LARGEST_NUMBER
            }
            count = verbs.assign(database(), actor(), edited)
    except ActionError as error:
        fresh_reading()
        return _suggestion(error.message, edited), 422
    flash(ngettext("%(num)s dossier affecté.", "%(num)s dossiers affectés.", count), "success")
    return redirect(url_for("panel.suggestion") if not request.form.get("tout") else url_for("panel.assignment"))
