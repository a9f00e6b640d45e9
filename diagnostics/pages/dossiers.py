"""The list of dossiers and a dossier's page: where each stands, what comes next, and who is to do it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm

from diagnostics import queries
from diagnostics.access import NETWORK, Actor, allow
from diagnostics.actions.dossiers import APPOINTMENT_STATES, MEDIA, OUTCOMES, notes_mark, obstacle
from diagnostics.actions.room_links import ROOM_STATES
from diagnostics.catalogues import load
from diagnostics.collected import collect
from diagnostics.delays import PARIS, days_late, due_on, paris_day
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import BEFORE_REVIEW, EXITS, FIELD, MOVES, WRITABLE, Move, moves_from
from diagnostics.models import Diagnosis, Role, State, now
from diagnostics.pages.aside import aside_items
from diagnostics.pages.dossier_forms import AppointmentForm, AttemptForm, NotesForm, VisitForm
from diagnostics.pages.timeline import told
from diagnostics.threads import talks_of
from diagnostics.web import actor, reading

bp = Blueprint("dossiers", __name__)
VERSION_OF_LISTS = "2026-1"
FORMS: dict[str, type[FlaskForm]] = {"attempt": AttemptForm, "appointment": AppointmentForm, "visit": VisitForm, "notes": NotesForm}
FILTERS = ("groupe", "etat", "secteur", "departement", "structure", "diagnostiqueur", "recherche", "retard", "ordre")

# What the list and the dossier's page say about the step that comes next, for whoever has to make it.
NEXT: dict[State, LazyString] = {
    State.DRAWN: _l("Ce dossier attend un diagnostiqueur : la coordination l’affecte depuis le panel."),
    State.ASSIGNED: _l("Prenez contact avec l’entreprise et notez chaque tentative, même sans réponse."),
    State.CONTACTED: _l("Convenez d’un rendez-vous et notez-le."),
    State.APPOINTMENT: _l("Après la visite, notez le jour où elle a eu lieu : la saisie s’ouvre."),
    State.VISITED: _l("Complétez le questionnaire, faites donner ses notes à l’entreprise, donnez les vôtres."),
    State.ENTRY: _l("Terminez le questionnaire et les deux jeux de notes, puis envoyez le dossier en relecture."),
    State.REVIEW: _l("La coordination relit le dossier ; elle l’accepte ou le renvoie avec ses remarques."),
    State.RETURNED: _l("Répondez aux remarques, corrigez les réponses, puis renvoyez le dossier en relecture."),
    State.SENT: _l("Le projet de rapport est prêt ou se prépare. Convenez de la restitution, puis ouvrez-la avec l’entreprise."),
    State.RESTITUTION: _l("Notez le consensus et le plan d’actions avec l’entreprise ; elle valide ensuite dans son espace."),
    State.VALIDATED: _l("L’entreprise a validé : la coordination clôt le dossier."),
    State.VALIDATED_REMARKS: _l("L’entreprise a validé avec des observations : la coordination clôt le dossier."),
    State.DISAGREEMENT: _l("L’entreprise a exprimé un désaccord, reproduit dans le rapport : la coordination clôt le dossier."),
    State.CLOSED: _l("Un point avec l’entreprise est prévu six mois après."),
    State.FOLLOWUP6: _l("Un point avec l’entreprise est prévu douze mois après."),
    State.FOLLOWUP12: _l("Le suivi est terminé : il n’y a plus rien à faire."),
    **dict.fromkeys(EXITS, _l("Ce dossier est sorti du panel ; la réserve suivante de sa strate le remplace s’il en reste.")),
}
# The moves that a form of the page makes, rather than a button.
BY_FORM = frozenset({"assign", "contact", "appoint", "visit"})
# The moves that the review page makes, where the answers can be read.
IN_REVIEW = frozenset({"accept", "return"})


@dataclass(frozen=True, slots=True)
class Step:
    """A move as the page offers it, with why it cannot be made yet if so."""

    move: Move
    blocked: LazyString | None

    @property
    def asks(self) -> bool:
        """Whether it has a page of its own: it needs a reason, or it is an exit."""
        return self.move.needs_reason or self.move.target in EXITS


def found(reference: str) -> Diagnosis:
    """The dossier with this reference, or 404 for one that this person may not know of."""
    diagnosis = queries.dossier(reading(), actor(), reference)
    if diagnosis is None:
        abort(404)
    return diagnosis


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 - More digits are no row's number.


def _one_of(
    kind: type[queries.Group] | type[queries.Order] | type[State], name: str
) -> queries.Group | queries.Order | State | None:
    text = request.args.get(name, "")
    return kind(text) if text in {member.value for member in kind} else None


def wanted_filter() -> queries.DossierFilter:
    """The filter that the address asks for; what it does not understand is left out."""
    group, state, order = _one_of(queries.Group, "groupe"), _one_of(State, "etat"), _one_of(queries.Order, "ordre")
    return queries.DossierFilter(
        group=group if isinstance(group, queries.Group) else None,
        state=state if isinstance(state, State) else None,
        sector=request.args.get("secteur", "")[:20],
        departement=request.args.get("departement", "")[:3],
        structure_id=_number("structure"),
        diagnostician_id=_number("diagnostiqueur"),
        text=request.args.get("recherche", "").strip()[:100],
        late_only=request.args.get("retard") == "1",
        order=order if isinstance(order, queries.Order) else queries.Order.NEXT,
        today=paris_day(now()),
    )


def kept_arguments(*without: str) -> dict[str, Any]:
    """The filters of the present address, but those named and the page number; nothing else of the address is repeated."""
    return {name: value for name in FILTERS if name not in without and (value := request.args.get(name))}


@bp.get("/dossiers")
@allow(*NETWORK)
def index() -> str:
    """The dossiers that this person may reach: what comes next first."""
    session, who, wanted = reading(), actor(), wanted_filter()
    page = queries.paginate(session, queries.dossiers(who, wanted), _number("page") or 1)
    counts = queries.counts_by_state(session, who, wanted)
    sectors, departements = queries.places_of(session, who)
    return render_template(
        "dossiers/index.html",
        page=page,
        wanted=wanted,
        total=sum(counts.values()),
        tabs=_tabs(wanted, counts, queries.count_late(session, who, wanted)),
        open_threads=queries.open_thread_counts(session, who, page.items),
        due={diagnosis.id: due_on(diagnosis) for diagnosis in page.items},
        late={diagnosis.id: days_late(diagnosis, wanted.today) for diagnosis in page.items},
        labels=Labels(),
        sectors=sectors,
        departements=departements,
        structures=queries.structures_of(session, who) if who.role is Role.COORDINATOR else [],
        diagnosticians=queries.diagnosticians_of(session, who) if who.role is not Role.DIAGNOSTICIAN else [],
        orders=queries.ORDER_LABELS,
        cleared=url_for("dossiers.index", **_group_arguments(wanted)),
        next_words=NEXT,
    )


def _group_arguments(wanted: queries.DossierFilter) -> dict[str, Any]:
    kept: dict[str, Any] = {"groupe": wanted.group.value} if wanted.group else {}
    return kept | ({"retard": "1"} if wanted.late_only else {})


def _tabs(wanted: queries.DossierFilter, counts: dict[State, int], late: int) -> list[tuple[str, str, int, bool]]:
    """The groups as `(label, address, count, open)`; an empty one is left out unless it is the one shown."""
    rest = kept_arguments("groupe", "etat", "retard")
    everything = wanted.group is None and not wanted.late_only and wanted.state is None
    tabs = [(_("Tous"), url_for("dossiers.index", **rest), sum(counts.values()), everything)]
    if late or wanted.late_only:
        tabs.append((_("En retard"), url_for("dossiers.index", **rest, retard="1"), late, wanted.late_only))
    for group, states in queries.GROUPS.items():
        count = sum(counts.get(state, 0) for state in states)
        shown = wanted.group is group and not wanted.late_only
        if count or shown:
            tabs.append((str(queries.GROUP_LABELS[group]), url_for("dossiers.index", **rest, groupe=group.value), count, shown))
    return tabs


class Labels:
    """The words of the frame's codes, from the questionnaire's lists, in the page's language."""

    def __init__(self) -> None:
        self.questionnaire = load(VERSION_OF_LISTS)
        self.locale = chosen_locale()

    def of(self, list_name: str, code: str) -> str:
        """The words of a code; the code itself where the list does not know it."""
        return self.questionnaire.label(list_name, code, self.locale)


@bp.get("/dossiers/<reference>")
@allow(*NETWORK)
def show(reference: str) -> str:
    """A dossier: its firm, where it stands, what comes next."""
    return dossier_page(found(reference))


def dossier_page(diagnosis: Diagnosis, *, failed: FlaskForm | None = None, refusal: object = None) -> str:
    """The page, with the form that was just refused if there is one: it keeps what was typed."""
    session, who = reading(), actor()
    collected = collect(session, diagnosis)
    works = is_worker(who, diagnosis)
    today = paris_day(now())
    return render_template(
        "dossiers/show.html",
        diagnosis=diagnosis,
        works=works,
        today=today,
        due=due_on(diagnosis),
        late=days_late(diagnosis, today),
        next_words=NEXT[diagnosis.state],
        steps=steps_of(who, diagnosis),
        forms=dict.fromkeys(FORMS) | (_forms(diagnosis, failed, today) if works else {}),
        failed=failed,
        refusal=refusal,
        labels=Labels(),
        attempts=queries.attempts(session, diagnosis),
        media=MEDIA,
        outcomes=OUTCOMES,
        exits_of_table=EXITS,
        validated_on=_validated_on(diagnosis),
        early=diagnosis.state in queries.GROUPS[queries.Group.MEETING],
        attempts_blocked=obstacle(session, diagnosis, MOVES["unreachable"]) if diagnosis.state in BEFORE_REVIEW else None,
        sections=collected.questionnaire.sections,
        progress=collected.progress,
        saved=collected.saved,
        talks=talks_of(session, who, diagnosis, collected.questionnaire),
        aside=aside_items(session, who, diagnosis),
        reports=queries.reports(session, who, diagnosis),
        link=queries.room_link(session, diagnosis) if works else None,
        room_open=diagnosis.state in ROOM_STATES,
        may_hand_over=may_hand_over(who, diagnosis),
        replaced_visible=who.role is Role.COORDINATOR,
        events=told(queries.journal(session, diagnosis)),
    )


def _validated_on(diagnosis: Diagnosis) -> date | None:
    """The day the firm gave its answer, or None."""
    try:
        return date.fromisoformat(str(diagnosis.validation.get("valid_date", "")))
    except ValueError:
        return None


def is_worker(who: Actor, diagnosis: Diagnosis) -> bool:
    """Whether this person works on the dossier; the network's referents read it only."""
    return who.role is Role.COORDINATOR or (who.role is Role.DIAGNOSTICIAN and who.user_id == diagnosis.diagnostician_id)


def may_hand_over(who: Actor, diagnosis: Diagnosis) -> bool:
    """Whether this person may hand the marks over to the firm now."""
    own = who.role is Role.DIAGNOSTICIAN and who.user_id == diagnosis.diagnostician_id
    return own and diagnosis.marks_firm_at is None and diagnosis.state in WRITABLE["marks_firm"]


def steps_of(who: Actor, diagnosis: Diagnosis) -> list[Step]:
    """The moves to show as buttons to this person, each with what still stands in its way."""
    shown = [move for move in moves_from(diagnosis.state, who.role) if move.name not in BY_FORM]
    return [Step(move, None if move.name in IN_REVIEW else obstacle(reading(), diagnosis, move)) for move in shown]


def _forms(diagnosis: Diagnosis, failed: FlaskForm | None, today: date) -> dict[str, FlaskForm]:
    """The forms that the state allows; the refused one instead of a fresh one."""
    moment = now().astimezone(PARIS)
    fixed = diagnosis.appointment_at.astimezone(PARIS) if diagnosis.appointment_at else None
    forms: dict[str, FlaskForm] = {"notes": NotesForm(formdata=None, notes=diagnosis.visit_notes, seen=notes_mark(diagnosis))}
    if diagnosis.state in BEFORE_REVIEW:
        forms["attempt"] = AttemptForm(
            formdata=None, attempt_day=today, attempt_hour=moment.time().replace(second=0, microsecond=0)
        )
    if diagnosis.state in APPOINTMENT_STATES:
        forms["appointment"] = AppointmentForm(
            formdata=None, appointment_day=fixed.date() if fixed else None, appointment_hour=fixed.time() if fixed else None
        )
    if diagnosis.state in FIELD:
        forms["visit"] = VisitForm(formdata=None, visited_on=diagnosis.visited_on or (min(fixed.date(), today) if fixed else None))
    if failed is not None:
        forms[next(name for name, kind in FORMS.items() if isinstance(failed, kind))] = failed
    return forms
