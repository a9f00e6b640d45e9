"""A firm's room: its door, where the diagnosis stands, its marks, the restitution, and the validation with its code.

Nobody has an account here. A link (`Token`) is traded by a POST for a short session on one dossier; a session handed over
during the visit reaches the marks and nothing else. Every address is without secret once the door is passed.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response

from analysis.portrait import DimensionResult, Portrait
from diagnostics import queries
from diagnostics.access import allow, readable_sections, visible
from diagnostics.actions import dossiers, room
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.catalogues import load
from diagnostics.collected import collect
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import EXITS, FINISHED, FIRM_READS_RESTITUTION, FIRM_READS_VISIT, MOVES, WRITABLE
from diagnostics.limits import limiter
from diagnostics.models import Diagnosis, Report, ReportKind, Role, State, now
from diagnostics.pages import sections
from diagnostics.pages.dossier_forms import VERDICTS, VerdictForm
from diagnostics.pages.restitution import action_rows, dimension_rows
from diagnostics.readable import read_over
from diagnostics.threads import by_question, may_talk, names_in, spoken_sections, talks_of
from diagnostics.web import SESSION_KEY, actor, database, fresh_reading, reading
from questionnaires.model import Stage

bp = Blueprint("firm", __name__, url_prefix="/espace")
Page = str | Response | tuple[str, int]

GIVEN_BACK = FIRM_READS_RESTITUTION
READ = FIRM_READS_VISIT
# What a session handed over for the marks may open.
MARKS_ENDPOINTS = frozenset({"firm.marks", "firm.preview", "firm.seal", "firm.leave", "firm.done", "firm.door"})

# Where the diagnosis stands, in the firm's own terms: the title and what happens next.
STANDS: dict[State, tuple[LazyString, LazyString]] = {
    State.CONTACTED: (
        _l("Votre diagnostic commence"),
        _l(
            "Votre diagnostiqueur convient d’une visite avec vous. Vous pouvez déjà regarder les dix dimensions et donner vos notes."
        ),
    ),
    State.APPOINTMENT: (
        _l("La visite est prévue"),
        _l("Préparez-la en regardant les dix dimensions : vous pouvez donner vos notes dès maintenant, ou pendant la visite."),
    ),
    State.VISITED: (
        _l("La visite a eu lieu"),
        _l("Votre diagnostiqueur complète le dossier. Donnez vos notes si ce n’est pas encore fait."),
    ),
    State.ENTRY: (
        _l("Votre diagnostiqueur complète le dossier"),
        _l("Donnez vos notes si ce n’est pas encore fait : le dossier ne peut pas avancer sans votre regard."),
    ),
    State.RETURNED: (
        _l("Votre diagnostiqueur complète le dossier"),
        _l(
            "La relecture a demandé des précisions. Vous n’avez rien à faire pour l’instant, sauf donner vos notes si ce n’est pas encore fait."
        ),
    ),
    State.REVIEW: (
        _l("Votre dossier est relu"),
        _l("La coordination vérifie que tout est clair et complet. Vous n’avez rien à faire pour l’instant."),
    ),
    State.SENT: (
        _l("Votre projet de rapport est prêt"),
        _l("Lisez-le tranquillement. Votre diagnostiqueur vous le présentera, et vous en discuterez ensemble."),
    ),
    State.RESTITUTION: (
        _l("La restitution est ouverte"),
        _l("Relisez le consensus et le plan d’actions, puis dites si vous validez le diagnostic."),
    ),
    State.VALIDATED: (_l("Vous avez validé votre diagnostic"), _l("Le rapport définitif est à vous. Merci de votre confiance.")),
    State.VALIDATED_REMARKS: (
        _l("Vous avez validé, avec des observations"),
        _l("Vos observations sont reproduites dans le rapport définitif."),
    ),
    State.DISAGREEMENT: (_l("Votre désaccord est enregistré"), _l("Il est reproduit dans le rapport définitif, avec vos mots.")),
    State.CLOSED: (_l("Votre diagnostic est terminé"), _l("Le rapport définitif reste à votre disposition ici.")),
    State.FOLLOWUP6: (
        _l("Votre diagnostic est terminé"),
        _l("Le point à six mois est fait. Le rapport définitif reste à votre disposition ici."),
    ),
    State.FOLLOWUP12: (
        _l("Votre diagnostic est terminé"),
        _l("Le suivi est achevé. Le rapport définitif reste à votre disposition ici."),
    ),
}
STEPS: tuple[tuple[LazyString, frozenset[State]], ...] = (
    (_l("Contact et visite"), frozenset({State.CONTACTED, State.APPOINTMENT})),
    (_l("Saisie et notes"), frozenset({State.VISITED, State.ENTRY, State.RETURNED})),
    (_l("Relecture"), frozenset({State.REVIEW})),
    (_l("Restitution"), frozenset({State.SENT, State.RESTITUTION})),
    (_l("Validation"), FINISHED),
)


@bp.before_request
def keep_to_the_marks() -> Response | None:
    """A session handed over for the marks opens nothing else of the room."""
    if g.actor is not None and g.actor.is_firm and g.actor.marks_only and request.endpoint not in MARKS_ENDPOINTS:
        return redirect(url_for("firm.marks"))
    return None


@bp.errorhandler(401)
def session_over(_error: Exception) -> tuple[str, int]:
    """The short session has ended: the link that came by e-mail opens another."""
    return render_template("firm/over.html"), 401


@bp.route("/<secret>", methods=["GET", "POST"])
@allow(anonymous=True)
@limiter.limit("30 per minute")
def door(secret: str) -> Page:
    """Where a link leads. Opening the page changes nothing, since mail scanners open links too: the button does."""
    token = room.token_of(reading(), secret)
    if token is None:
        return render_template("firm/link_over.html"), 410
    if request.method == "POST":
        try:
            key = room.enter(database(), secret, browser=request.user_agent.string, ending=g.actor or g.pending)
        except NotFoundError:
            return render_template("firm/link_over.html"), 410
        _begin(key)
        return redirect(url_for("firm.index"))
    return render_template(
        "firm/door.html", token=token, hours=room.ROOM_HOURS, someone=g.actor if g.actor and g.actor.user_id else None
    )


def _begin(key: str) -> None:
    """Puts the room's key into the cookie, and keeps nothing else of what was there but the language."""
    locale = session.get("locale")
    session.clear()
    session[SESSION_KEY] = key
    if locale:
        session["locale"] = locale


def mine() -> Diagnosis:
    """The firm's own dossier, with all that its pages show."""
    session_ = reading()
    found: Diagnosis | None = session_.scalar(visible(Diagnosis, actor()))
    diagnosis = queries.dossier(session_, actor(), found.reference) if found is not None else None
    if diagnosis is None or diagnosis.state in EXITS:
        raise NotFoundError(_("Ce dossier n’est plus ouvert."))
    return diagnosis


def _place() -> sections.Place:
    """Where the buttons of the marks' page lead."""
    return sections.Place(
        section=lambda _code: url_for("firm.marks"),
        preview=lambda _code: url_for("firm.preview"),
        seal=lambda _code: url_for("firm.seal"),
        index=lambda: url_for("firm.done" if actor().marks_only else "firm.index"),
        home_label=_l("Votre espace"),
        codes=frozenset({"S11F"}),
        whole=True,
    )


@bp.get("")
@allow(Role.FIRM)
def index() -> str:
    """Where the diagnosis stands, and what the firm can do now."""
    diagnosis = mine()
    title, words = STANDS[diagnosis.state]
    current = next((place for place, (_name, states) in enumerate(STEPS) if diagnosis.state in states), 0)
    return render_template(
        "firm/index.html",
        diagnosis=diagnosis,
        title=title,
        words=words,
        steps=[
            (str(name), place < current or diagnosis.state in FINISHED, place == current)
            for place, (name, _states) in enumerate(STEPS)
        ],
        marks_open=diagnosis.marks_firm_at is None and diagnosis.state in WRITABLE["marks_firm"],
        reports=_reports(diagnosis),
        given_back=diagnosis.state in GIVEN_BACK and diagnosis.both_marked,
        answers_open=diagnosis.state in READ,
        may_validate=diagnosis.state is State.RESTITUTION,
        talks=talks_of(reading(), actor(), diagnosis, load(diagnosis.questionnaire_version)),
        appointment=diagnosis.appointment_at if diagnosis.appointment_at is not None and diagnosis.appointment_at > now() else None,
    )


def _reports(diagnosis: Diagnosis) -> list[Report]:
    """The latest report in each language: the final one once there is one, else the draft; none before the review accepted it."""
    if diagnosis.state not in READ:
        return []
    found = queries.reports(reading(), actor(), diagnosis)
    kind = ReportKind.FINAL if any(report.kind is ReportKind.FINAL for report in found) else ReportKind.DRAFT
    latest: dict[str, Report] = {}
    for report in found:
        if report.kind is kind:
            latest.setdefault(report.locale, report)
    return sorted(latest.values(), key=lambda report: report.locale != chosen_locale())


@bp.route("/notes", methods=["GET", "POST"])
@allow(Role.FIRM)
def marks() -> ResponseReturnValue:
    """The firm's ten marks, before it has seen anybody else's."""
    diagnosis = mine()
    if actor().marks_only and diagnosis.marks_firm_at is not None:
        return _hand_back()
    return sections.answer(diagnosis, "S11F", _place())


@bp.post("/notes/apercu")
@allow(Role.FIRM)
def preview() -> ResponseReturnValue:
    """What the marks' page asks while it is filled in."""
    return sections.preview(mine(), "S11F", _place())


@bp.route("/notes/sceller", methods=["GET", "POST"])
@allow(Role.FIRM)
def seal() -> ResponseReturnValue:
    """Seals the firm's marks; a session handed over for them ends with it, before the device changes hands again."""
    answered = sections.seal(mine(), "S11F", _place())
    if request.method == "POST" and actor().marks_only:
        fresh_reading()
        if mine().marks_firm_at is not None:
            return _hand_back()
    return answered


def _hand_back() -> Response:
    room.leave(database(), actor())
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    return redirect(url_for("firm.done"), 303)


@bp.get("/merci")
@allow(anonymous=True)
def done() -> str:
    """After the marks or a visit to the room: the device can be handed back, the window closed."""
    return render_template("firm/done.html", still_open=g.actor if g.actor and g.actor.is_firm else None)


@bp.post("/quitter")
@allow(Role.FIRM)
def leave() -> Response:
    """Ends this visit to the room."""
    return _hand_back()


@bp.get("/restitution")
@allow(Role.FIRM)
def restitution() -> str:
    """The ten dimensions with both voices, the computed score and the consensus; then the plan of action."""
    diagnosis = mine()
    if diagnosis.state not in GIVEN_BACK or not diagnosis.both_marked:
        raise NotFoundError(_("La restitution n’est pas encore ouverte."))
    collected = collect(reading(), diagnosis)
    reports = _reports(diagnosis)
    actions = action_rows(collected)
    return render_template(
        "firm/restitution.html",
        diagnosis=diagnosis,
        rows=dimension_rows(collected, _computed(reports)),
        actions=[action for action in actions if not action.refused],
        refused=[action for action in actions if action.refused],
        reports=reports,
        may_validate=diagnosis.state is State.RESTITUTION,
    )


def _computed(reports: list[Report]) -> Mapping[str, DimensionResult]:
    """The computed side of each dimension, from the report's frozen portrait; empty while none is ready."""
    if not reports:
        return {}
    stored = reading().get_one(Report, reports[0].id, options=[undefer(Report.portrait)], populate_existing=True)
    return {result.code: result for result in Portrait.from_json(stored.portrait).dimensions}


@bp.get("/reponses")
@allow(Role.FIRM)
def answers() -> str:
    """A readable copy of what the firm answered."""
    diagnosis = mine()
    collected = sections.readable_only(collect(reading(), diagnosis), actor())
    stages = collected.questionnaire.stages()
    own = {Stage.MARKS_FIRM.value} | ({Stage.VISIT.value} if diagnosis.state in READ else set())
    allowed = frozenset(code for code in readable_sections(actor(), diagnosis, stages) if stages[code] in own)
    return render_template(
        "firm/answers.html",
        diagnosis=diagnosis,
        sections=read_over(collected, allowed, chosen_locale()),
        talks=by_question(talks_of(reading(), actor(), diagnosis, collected.questionnaire)),
        talkable=names_in(collected.questionnaire, spoken_sections(actor(), diagnosis, stages))
        if may_talk(actor(), diagnosis)
        else frozenset(),
        whole=diagnosis.state in READ,
    )


@bp.route("/validation", methods=["GET", "POST"])
@allow(Role.FIRM)
@limiter.limit("30 per minute", methods=["POST"])
def validation() -> Page:
    """The firm's answer: what it says, then the code that confirms it."""
    diagnosis = mine()
    form = VerdictForm()
    if diagnosis.state is not State.RESTITUTION:
        if form.is_submitted():
            flash(str(dossiers.stale(diagnosis)), "error")
        return redirect(url_for("firm.index"))
    gesture = request.form.get("geste", "code")
    if not form.is_submitted() or gesture == "modifier":
        return _verdict_page(diagnosis, form)
    if not form.validate():
        return _verdict_page(diagnosis, form), 422
    verdict = room.Verdict(form.verdict.data or "", form.signatory.data or "", form.remarks.data or "")
    if gesture == "confirmer":
        return _confirm(diagnosis, form, verdict)
    try:
        room.send_code(database(), actor(), verdict)
    except ActionError as error:
        return _verdict_page(diagnosis, form, error.message), 422
    return _code_page(diagnosis, form)


def _confirm(diagnosis: Diagnosis, form: VerdictForm, verdict: room.Verdict) -> Page:
    try:
        made = room.validate(database(), actor(), verdict, request.form.get("code", "")[:20])
    except ActionError as error:
        return _code_page(diagnosis, form, error.message), 422
    flash(str(made.move.done), "success")
    return redirect(url_for("firm.index"))


def _verdict_page(diagnosis: Diagnosis, form: VerdictForm, refusal: Any = None) -> str:
    return render_template(
        "firm/validation.html",
        diagnosis=diagnosis,
        form=form,
        refusal=refusal,
        address=masked(diagnosis.firm.contact_email),
        blocked=dossiers.obstacle(reading(), diagnosis, MOVES["validate"]),
        reports=_reports(diagnosis),
    )


def _code_page(diagnosis: Diagnosis, form: VerdictForm, refusal: Any = None) -> str:
    return render_template(
        "firm/code.html",
        diagnosis=diagnosis,
        form=form,
        refusal=refusal,
        address=masked(diagnosis.firm.contact_email),
        said=VERDICTS[form.verdict.data or ""],
        minutes=room.CODE_MINUTES,
    )


def masked(address: str) -> str:
    """An e-mail address that its owner recognises and nobody else can use: « d…@exemple.fr »."""
    name, sign, host = address.strip().partition("@")
    return f"{name[:1]}…{sign}{host}" if sign else ""
