"""Quarantine, for the coordination: what waits, each payload beside the dossier's present answers, and what to do with it.

Until both voices are sealed, nothing of either is shown here: a mark is named and not told, whichever section it was sent in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from diagnostics import queries
from diagnostics.access import allow, readable_sections, visible
from diagnostics.actions import quarantine
from diagnostics.actions.answers import AnswersConflictError, LockedError, look
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.answer_words import in_words
from diagnostics.catalogues import load
from diagnostics.collected import Collected, collect
from diagnostics.i18n import chosen_locale
from diagnostics.merging import fingerprint
from diagnostics.models import Cause, Diagnosis, Quarantined, Role
from diagnostics.pages.section_page import readable_only
from diagnostics.pages.section_taking import read_sent
from diagnostics.readable import MISSING, Table, table_of
from diagnostics.web import actor, database, fresh_reading, reading, reading_rows
from questionnaires.answers import Answer
from questionnaires.model import Kind, Section
from questionnaires.reading import is_storable

# Why a payload is here, in a few words for whoever settles it.
REASONS: dict[Cause, LazyString] = {
    Cause.LOCKED: _l("Partie fermée à la saisie"),
    Cause.NOT_OPEN: _l("Dossier inconnu, ou plus ouvert à cette personne"),
    Cause.NO_SECTION: _l("Partie inconnue, ou plus ouverte à cette personne"),
    Cause.UNKNOWN_QUESTION: _l("Question inconnue dans cette partie"),
    Cause.VERSION: _l("Saisi avec une autre version du questionnaire"),
    Cause.TOO_LARGE: _l("Envoi trop volumineux"),
    Cause.MALFORMED: _l("Envoi illisible"),
    Cause.REUSED: _l("Nom d’envoi déjà pris par un autre envoi"),
    Cause.REFUSED: _l("Refusé à l’enregistrement"),
}

bp = Blueprint("quarantine", __name__, url_prefix="/quarantaine")
PER_PAGE = 30
MOST_SHOWN = 400
MASKED_STAGES = frozenset({"marks_firm", "marks_diagnostician", "restitution"})


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a payload: what was sent, what is stored now, and whether it can be put back.

    `tables` are the lines of a roster or a matrix that the other side does not have, sent and present.
    """

    name: str
    label: str
    sent: str
    present: str
    same: bool = False
    possible: bool = True
    masked: bool = False
    fault: str = ""
    tables: tuple[Table | None, Table | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Looked:
    """A payload read over its dossier: its rows, the answers that it can give, and the marks of what is stored now."""

    rows: tuple[Row, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)
    section: Section | None = None


@bp.get("")
@allow(Role.COORDINATOR)
def index() -> str:
    """What waits, the oldest first; then what was settled, the latest first."""
    number = request.args.get("page", "1")
    query = (
        visible(Quarantined, actor())
        .options(joinedload(Quarantined.diagnosis).joinedload(Diagnosis.firm), joinedload(Quarantined.actor))
        .options(joinedload(Quarantined.resolved_by))
    )
    waiting = reading().scalars(query.where(Quarantined.resolved_at.is_(None)).order_by(Quarantined.id).limit(MOST_SHOWN)).all()
    settled = queries.paginate(
        reading(),
        query.where(Quarantined.resolved_at.is_not(None)).order_by(Quarantined.resolved_at.desc(), Quarantined.id.desc()),
        int(number) if number.isdecimal() and len(number) < 6 else 1,  # noqa: PLR2004
        per_page=PER_PAGE,
    )
    return render_template("quarantine/index.html", waiting=waiting, page=settled, causes=REASONS)


@bp.get("/<int:number>")
@allow(Role.COORDINATOR)
def show(number: int) -> str:
    """One payload beside what is stored now."""
    return _page(_found(number))


@bp.post("/<int:number>/reprendre")
@allow(Role.COORDINATOR)
def reapply(number: int) -> ResponseReturnValue:
    """Puts the chosen answers into the dossier, through the same merge as any save."""
    held = _found(number)
    if held.resolved_at is not None:
        flash(_("Cet envoi a déjà été traité."), "error")
        return redirect(url_for("quarantine.show", number=number), 303)
    looked = _look(held)
    chosen = {name: answer for name, answer in looked.answers.items() if request.form.get(f"choix--{name}") == "sent"}
    if looked.section is None or held.diagnosis is None or not chosen:
        flash(_("Choisissez au moins une réponse à reprendre, ou écartez l’envoi."), "error")
        return redirect(url_for("quarantine.show", number=number), 303)
    try:
        right = quarantine.right_of(reading(), held.diagnosis, looked.section.stage.value)
        quarantine.reapply(
            database(), actor(), number, looked.section.code, chosen, right=right, base=_shown_base(request.form.get("base", ""))
        )
    except AnswersConflictError:
        flash(_("Ces réponses viennent de changer : relisez les deux côtés et choisissez de nouveau."), "error")
        return redirect(url_for("quarantine.show", number=number), 303)
    except LockedError:
        flash(
            _("Cette partie est fermée à la saisie : renvoyez d’abord le dossier au diagnostiqueur, puis reprenez l’envoi."),
            "error",
        )
        return redirect(url_for("quarantine.show", number=number), 303)
    except NotFoundError:
        raise
    except ActionError as refusal:
        flash(str(refusal.message), "error")
        return redirect(url_for("quarantine.show", number=number), 303)
    flash(_("Réponses reprises dans le dossier : %(count)d.", count=len(chosen)), "success")
    return redirect(url_for("quarantine.index"), 303)


@bp.post("/<int:number>/ecarter")
@allow(Role.COORDINATOR)
def set_aside(number: int) -> ResponseReturnValue:
    """Settles a payload without its answers; it stays to be read."""
    held = _found(number)
    reason = request.form.get("motif", "")
    try:
        quarantine.set_aside(database(), actor(), held.id, reason)
    except (NotFoundError, ConflictError):
        raise
    except ActionError as refusal:
        fresh_reading()
        return _page(_found(number), refusal=str(refusal.message), reason=reason), 422
    flash(_("Envoi écarté ; il reste lisible ici."), "success")
    return redirect(url_for("quarantine.index"), 303)


def _found(number: int) -> Quarantined:
    held: Quarantined | None = reading().scalar(
        visible(Quarantined, actor())
        .where(Quarantined.id == number)
        .options(joinedload(Quarantined.diagnosis).joinedload(Diagnosis.firm), joinedload(Quarantined.actor))
        .options(joinedload(Quarantined.resolved_by))
    )
    if held is None:
        raise NotFoundError(_("Cet envoi n’existe pas."))
    return held


def _page(held: Quarantined, *, refusal: str = "", reason: str = "") -> str:
    looked = _look(held)
    return render_template(
        "quarantine/show.html",
        held=held,
        cause=REASONS[held.cause],
        looked=looked,
        base=json.dumps(looked.base),
        raw="" if looked.rows else _raw(held),
        refusal=refusal,
        reason=reason,
    )


def _fields(held: Quarantined) -> list[tuple[str, str]]:
    """The controls of a payload, as far as it has any."""
    fields = json.loads(held.payload).get("fields")
    if not isinstance(fields, list):
        return []
    return [
        (pair[0], pair[1])
        for pair in fields
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair)  # noqa: PLR2004
    ]


def _look(held: Quarantined) -> Looked:
    """Reads the payload over the dossier as it is now, by the questionnaire that the dossier has now."""
    fields = _fields(held)
    if held.diagnosis is None or not fields:
        return Looked()
    seen = look(reading_rows(), actor(), held.diagnosis.id, held.section)
    questionnaire = load(seen.questionnaire_version)
    section = next((each for each in questionnaire.sections if each.code == held.section), None)
    found = readable_only(collect(reading(), held.diagnosis), actor())
    shown = list(dict.fromkeys(value for name, value in fields if name == "q"))
    if section is None:
        return Looked(rows=tuple(_stranger(found, name, fields) for name in shown))
    masked = section.code not in readable_sections(actor(), held.diagnosis, questionnaire.stages())
    known = {question.name for question in section.questions}
    read = read_sent(seen, section, MultiDict(fields))
    stored = {name: Answer.from_json(answer) for name, answer in seen.answers.items()}
    rows, answers, base = [], {}, {}
    for name in shown:
        if name not in known or name not in read.reading.answers:
            rows.append(_stranger(found, name, fields))
            continue
        why = " ".join(read.messages.get(name, ()))
        fault = (_typed(name, fields) if why else "", why)
        rows.append(_row(found, name, read.reading.answers[name], read.stored.get(name), fault, masked=masked))
        base[name] = fingerprint(stored.get(name))
        if rows[-1].possible and not rows[-1].same:
            answers[name] = read.reading.answers[name]
    return Looked(tuple(rows), answers, base, section)


def _row(found: Collected, name: str, sent: Answer, present: Answer | None, fault: tuple[str, str], *, masked: bool) -> Row:
    """A question of the section; `fault` is what was typed and could not be read, and why."""
    label = found.questionnaire.question(name).label.in_(chosen_locale()) or name
    typed, why = fault
    if masked:
        return Row(name, label, "", "", possible=not why, masked=True)
    same = fingerprint(sent) == fingerprint(present) and not why
    words = typed if why else _words(found, name, sent)
    tables = (None, None) if same else (_lines(found, name, sent, present), _lines(found, name, present, sent))
    return Row(name, label, words, _words(found, name, present), same, not why, fault=why, tables=tables)


def _lines(found: Collected, name: str, one: Answer | None, other: Answer | None) -> Table | None:
    """The lines of a table that the other side does not have; their numbers do not count."""
    question = found.questionnaire.question(name)
    if question.kind not in {Kind.ROSTER, Kind.MATRIX} or one is None or not one.value:
        return None
    table = table_of(question, one.value, found.questionnaire, chosen_locale())
    beside = table_of(question, other.value, found.questionnaire, chosen_locale()).rows if other and other.value else ()
    known = {row[1:] for row in beside} if question.kind is Kind.ROSTER else set(beside)
    kept = tuple(row for row in table.rows if (row[1:] if question.kind is Kind.ROSTER else row) not in known)
    return Table(table.head, kept) if kept else None


def _words(found: Collected, name: str, answer: Answer | None) -> str:
    if answer is None:
        return ""
    if answer.missing is not None:
        return str(MISSING[answer.missing])
    question = found.questionnaire.question(name)
    words = in_words(question, answer.value, found.questionnaire, chosen_locale())
    reasons = "".join(f" « {reason} »" for reason in answer.reasons.values())
    return words + reasons


def _stranger(found: Collected, name: str, fields: list[tuple[str, str]]) -> Row:
    """A question that the section does not have (any more): the texts as they were typed."""
    masked = _is_mark(found, name)
    return Row(_legible(name), _legible(name), "" if masked else _typed(name, fields), "", possible=False, masked=masked)


def _typed(name: str, fields: list[tuple[str, str]]) -> str:
    """The texts of a question's controls, as they were sent."""
    return _legible(" ; ".join(value for control, value in fields if control.partition("--")[0] == name and value))


def _legible(text: str) -> str:
    """A text that a page can hold: what no page can show, or what would turn the rest around, is a dot."""
    return "".join(character if is_storable(character) else "·" for character in text)


def _is_mark(found: Collected, name: str) -> bool:
    """Whether a name is a voice's mark that may not be shown yet; a name is judged by its look where no version knows it."""
    if found.diagnosis.both_marked:
        return False
    marks = {question.name for section, question in found.questionnaire.questions() if section.stage.value in MASKED_STAGES}
    return name in marks or name.startswith(("ent_", "diag_", "cons_"))


def _raw(held: Quarantined) -> str:
    """What arrived, when it is no form: shown only where no voice could be read in it before its time."""
    blind = held.diagnosis is not None and not held.diagnosis.both_marked
    if blind and any(mark in held.payload for mark in ("ent_", "diag_", "cons_")):
        return ""
    found = json.loads(held.payload)
    text = found.get("raw")
    return _legible((text if isinstance(text, str) else json.dumps(found, ensure_ascii=False, indent=1))[:20_000])


def _shown_base(text: str) -> dict[str, str]:
    """What the coordinator was shown as stored; a page that is not ours shows nothing."""
    try:
        given: Any = json.loads(text[:100_000])
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(mark) for name, mark in given.items()} if isinstance(given, dict) else {}
