"""The sampling frame: its list with filters, a firm's card, its correction and its exclusion."""

import csv
from io import StringIO

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from diagnostics import registers
from diagnostics.access import allow, visible
from diagnostics.actions import firms
from diagnostics.actions.base import ActionError, ConflictError
from diagnostics.frame import labels
from diagnostics.frame.tables import Tables
from diagnostics.glossary import verb_words
from diagnostics.models import Diagnosis, Firm, FrameImport, ImportState, JournalLine, Role, Selection, State
from diagnostics.pages.panel.blueprint import bp, campaign_here, options, page_argument
from diagnostics.pages.panel.forms import ExclusionForm, FirmForm
from diagnostics.queries import paginate
from diagnostics.web import actor, current_campaign, database, fresh_reading, reading

TEMPLATE_COLUMNS = (
    "siret", "nom", "code_commune", "naf", "categorie_juridique", "effectif", "tranche_effectif", "idcc", "contact", "email", "telephone", "adresse",
    "code_postal",
)  # fmt: skip
EXCLUDED = "exclue"
_STATES = {"base": Selection.FRAME, "panel": Selection.PANEL, "reserve": Selection.RESERVE}
_FEWEST_DIGITS = 5


def _forms_of(words: str) -> set[str]:
    """A search as registers may have written it: SQLite ignores the case of plain letters only."""
    return {words, words.upper(), words.lower(), words.title()}


def _frame(campaign_id: int) -> Select[tuple[Firm]]:
    """The firms that the address's filters ask for, by name."""
    query = visible(Firm, actor()).where(Firm.campaign_id == campaign_id)
    for argument, column in (("secteur", Firm.sector), ("departement", Firm.departement), ("taille", Firm.size_class)):
        if request.args.get(argument):
            query = query.where(column == request.args[argument])
    state = request.args.get("etat", "")
    if state == EXCLUDED:
        query = query.where(Firm.exclusion != "")
    elif state in _STATES:
        query = query.where(Firm.selection == _STATES[state], Firm.exclusion == "")
    words = request.args.get("recherche", "").strip()[:100]
    if words:
        digits = "".join(sign for sign in words if sign.isdigit())
        conditions = [
            column.icontains(form, autoescape=True) for column in (Firm.name, Firm.commune_name) for form in _forms_of(words)
        ]
        if len(digits) >= _FEWEST_DIGITS:
            conditions.append(Firm.siret.contains(digits))
        query = query.where(or_(*conditions))
    return query.order_by(func.lower(Firm.name), Firm.id)


def _counts(session: Session, campaign_id: int) -> dict[str, int]:
    kept = Firm.exclusion == ""
    row = session.execute(
        select(
            func.count(),
            func.count().filter(kept, Firm.selection == Selection.PANEL),
            func.count().filter(kept, Firm.selection == Selection.RESERVE),
            func.count().filter(Firm.exclusion != ""),
        ).where(Firm.campaign_id == campaign_id)
    ).one()
    found = dict(zip(("total", "panel", "reserve", "excluded"), row, strict=True))
    found["drawn"] = (
        session.scalar(
            select(func.count()).select_from(Diagnosis).where(Diagnosis.campaign_id == campaign_id, Diagnosis.state == State.DRAWN)
        )
        or 0
    )
    found["pending"] = (
        session.scalar(
            select(func.count())
            .select_from(FrameImport)
            .where(FrameImport.campaign_id == campaign_id, FrameImport.state == ImportState.PENDING)
        )
        or 0
    )
    return found


@bp.get("/")
@allow(Role.COORDINATOR)
def index() -> str:
    """The frame: how many firms, and the list of them."""
    campaign = current_campaign()
    if campaign is None:
        return render_template("panel/no_campaign.html")
    session = reading()
    page = paginate(session, _frame(campaign.id), page_argument())
    numbers = [firm.id for firm in page.items]
    dossiers = {row.firm_id: row for row in session.scalars(select(Diagnosis).where(Diagnosis.firm_id.in_(numbers)))}
    return render_template(
        "panel/index.html",
        page=page,
        dossiers=dossiers,
        counts=_counts(session, campaign.id),
        sectors=options(labels.SECTORS),
        sizes=options(labels.SIZES),
        narrowed=any(request.args.get(name) for name in ("recherche", "secteur", "departement", "taille", "etat")),
    )


@bp.get("/modele.csv")
@allow(Role.COORDINATOR)
def template() -> Response:
    """An example of our own columns, with one invented line, in the form that French spreadsheets open."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(TEMPLATE_COLUMNS)
    writer.writerow(
        (
            "73282932000074",
            "Association Exemple",
            "13055",
            "88.10A",
            "9220",
            "12",
            "",
            "2941",
            "Prénom Nom",
            "contact@exemple.fr",
            "04 91 00 00 00",
            "1 rue de l’Exemple",
            "13001",
        )
    )
    headers = {"Content-Disposition": "attachment; filename=modele-base-de-sondage.csv"}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


def _found(number: int) -> Firm:
    firm: Firm | None = reading().scalar(visible(Firm, actor()).where(Firm.id == number))
    if firm is None:
        abort(404)
    return firm


def _card(firm: Firm, *, form: ExclusionForm | None = None, status: int = 200) -> tuple[str, int]:
    session = reading()
    dossier = session.scalar(select(Diagnosis).where(Diagnosis.firm_id == firm.id))
    lines = session.scalars(
        select(JournalLine)
        .where(JournalLine.subject == "firm", JournalLine.subject_id == firm.id)
        .order_by(JournalLine.id.desc())
        .limit(20)
    ).all()
    tables = Tables.load()
    commune = tables.communes.get(firm.commune_code)
    text = render_template(
        "panel/firm.html",
        firm=firm,
        dossier=dossier,
        form=form or ExclusionForm(),
        lines=[(line, verb_words(line.verb)) for line in lines],
        people=registers.names(session, [line.actor_id for line in lines]),
        naf=tables.naf.get(firm.naf),
        legal=tables.legal.get(firm.legal_category),
        band=tables.bands.get(firm.headcount_band),
        arrondissement=commune.arrondissement_name if commune else firm.arrondissement,
        agreement=tables.agreements.get(firm.idcc, ""),
        source=session.get(FrameImport, firm.import_id) if firm.import_id else None,
    )
    return text, status


@bp.get("/entreprises/<int:number>")
@allow(Role.COORDINATOR)
def firm(number: int) -> tuple[str, int]:
    """A firm's card."""
    return _card(_found(number))


def _firm_form(found: Firm) -> FirmForm:
    form = FirmForm(obj=found)
    form.sector.choices = [pair for pair in options(labels.SECTORS) if pair[0] != "hors_champ"]
    form.family.choices = [pair for pair in options(labels.FAMILIES) if pair[0] != "hors_champ"]
    if request.method == "GET":
        form.seen.data = firms.seal(found)
    return form


@bp.route("/entreprises/<int:number>/modifier", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def edit_firm(number: int) -> str | BaseResponse | tuple[str, int]:
    """Corrects a firm's card; what was typed stays when it cannot be saved."""
    found = _found(number)
    form = _firm_form(found)
    refusal: object = None
    if form.validate_on_submit():
        try:
            changed = firms.correct_firm(database(), actor(), number, form.typed(), seen=form.seen.data or "")
        except ConflictError as error:
            fresh_reading()
            found, refusal = _found(number), error.message
            form.seen.data = firms.seal(found)
        except ActionError as error:
            refusal = error.message
        else:
            flash(_("Fiche enregistrée.") if changed else _("Rien n’avait changé : la fiche reste comme elle était."), "success")
            return redirect(url_for("panel.firm", number=number))
    page = render_template("panel/firm_edit.html", form=form, firm=found, refusal=refusal)
    return (page, 422) if form.is_submitted() else page


@bp.post("/entreprises/<int:number>/exclure")
@allow(Role.COORDINATOR)
def exclude(number: int) -> BaseResponse | tuple[str, int]:
    """Leaves a firm out of the draw, with the reason."""
    found = _found(number)
    form = ExclusionForm()
    if not form.validate_on_submit():
        return _card(found, form=form, status=422)
    try:
        firms.exclude_firm(database(), actor(), number, form.reason.data or "")
    except ActionError as error:
        form.reason.errors = [str(error.message)]
        return _card(found, form=form, status=422)
    flash(_("Entreprise exclue du tirage."), "success")
    return redirect(url_for("panel.firm", number=number))


@bp.post("/entreprises/<int:number>/reintegrer")
@allow(Role.COORDINATOR)
def readmit(number: int) -> BaseResponse:
    """Lets an excluded firm be drawn again."""
    firms.readmit_firm(database(), actor(), number)
    flash(_("Entreprise réintégrée : elle compte au prochain tirage."), "success")
    return redirect(url_for("panel.firm", number=number))


def applied_message(done: firms.Applied) -> str:
    """What applying a table did, in words."""
    parts = [ngettext("%(num)s entreprise suit la table", "%(num)s entreprises suivent la table", done.changed)]
    if done.excluded:
        parts.append(ngettext("%(num)s sort du tirage", "%(num)s sortent du tirage", done.excluded))
    if done.kept:
        parts.append(
            ngettext(
                "%(num)s, déjà tirée ou corrigée à la main, reste comme elle est",
                "%(num)s, déjà tirées ou corrigées à la main, restent comme elles sont",
                done.kept,
            )
        )
    return " ; ".join(parts) + "."


def campaign_number() -> int:
    """The number of the campaign in progress, for actions on its frame."""
    return campaign_here().id
