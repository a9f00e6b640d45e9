"""The journal of a dossier in plain words: one line for each thing that happened, the latest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.lifecycle import LABELS, MOVES
from diagnostics.models import JournalLine, Role, State
from diagnostics.words import ROLES

VERBS: dict[str, LazyString] = {
    "assigned": _l("Dossier affecté"),
    "reassigned": _l("Dossier réaffecté"),
    "attempt_recorded": _l("Tentative de contact notée"),
    "appointment_changed": _l("Rendez-vous fixé ou déplacé"),
    "visit_date_changed": _l("Date de visite corrigée"),
    "notes_saved": _l("Notes de travail enregistrées"),
    "contact_edited": _l("Coordonnées du contact modifiées"),
    "room_link_sent": _l("Lien vers l’espace de l’entreprise envoyé"),
    "room_link_revoked": _l("Lien vers l’espace de l’entreprise retiré"),
    "room_opened": _l("Espace de l’entreprise ouvert"),
    "room_left": _l("Espace de l’entreprise quitté"),
    "handed_over": _l("Main passée à l’entreprise pour ses notes"),
    "section_saved": _l("Partie enregistrée"),
    "marks_sealed": _l("Notes scellées"),
    "remark_added": _l("Remarque ajoutée"),
    "remark_withdrawn": _l("Remarque retirée"),
    "remark_answered": _l("Réponse à une remarque"),
    "remark_closed": _l("Remarque close"),
    "remark_reopened": _l("Remarque rouverte"),
    "thread_opened": _l("Fil ouvert sur une réponse"),
    "thread_answered": _l("Message dans un fil"),
    "thread_resolved": _l("Fil clos"),
    "thread_reopened": _l("Fil rouvert"),
    "thread_shared": _l("Fil partagé avec l’entreprise"),
    "thread_withdrawn": _l("Fil retiré"),
    "answers_kept_aside": _l("Réponses mises de côté : la nouvelle version ne les demande plus"),
    "version_carried": _l("Passé à une nouvelle version du questionnaire"),
    "code_sent": _l("Code de validation envoyé"),
    "code_refused": _l("Code de validation refusé"),
    "draft_requested": _l("Nouveau projet de rapport demandé"),
    "replaced": _l("Remplacé par la réserve suivante de la strate"),
    "drawn_as_replacement": _l("Tiré de la réserve, en remplacement"),
    "drawn": _l("Tiré au sort"),
    "reserve_exhausted": _l("Aucune réserve ne reste dans la strate : dossier non remplacé"),
}
VOICES: dict[str, LazyString] = {"firm": _l("entreprise"), "diagnostician": _l("diagnostiqueur")}
# What happens many times on one day is told once, by the latest line.
FOLDED = frozenset({"section_saved", "notes_saved"})


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline; `is_move` marks a change of state, `state` the one after it."""

    at: datetime
    words: str
    who: str
    is_move: bool
    state: State | None
    times: int = 1


def told(lines: Sequence[tuple[JournalLine, str | None]]) -> list[Event]:
    """The journal's lines in words; a run of saves of the same section by the same person on the same day is one line."""
    events: list[Event] = []
    previous: tuple[object, ...] = ()
    for line, name in lines:
        key = (line.verb, line.detail.get("section"), line.actor_id, line.at.date())
        if line.verb in FOLDED and key == previous:
            last = events[-1]
            events[-1] = Event(last.at, last.words, last.who, is_move=False, state=None, times=last.times + 1)
            continue
        previous = key
        events.append(_event(line, name))
    return events


def _event(line: JournalLine, name: str | None) -> Event:
    role = Role(line.actor_role) if line.actor_role in set(Role) else None
    who = name or (str(ROLES[role]) if role is not None and line.actor_id is None else _("Le programme"))
    if line.verb == "moved":
        after = State(line.detail["after"])
        return Event(line.at, _moved(line.detail, after), who, is_move=True, state=after)
    return Event(line.at, _said(line), who, is_move=False, state=None)


def _moved(detail: Mapping[str, Any], after: State) -> str:
    move = MOVES.get(str(detail.get("move")))
    return str(move.done) if move is not None else str(LABELS[after])


def _said(line: JournalLine) -> str:
    words = str(VERBS.get(line.verb, _l("Dossier modifié")))
    if line.verb == "section_saved" and line.detail.get("section"):
        return f"{words} ({line.detail['section']})"
    if line.verb == "version_carried":
        return f"{words} ({line.detail.get('before')} → {line.detail.get('after')})"
    if line.verb == "marks_sealed" and line.detail.get("voice") in VOICES:
        return f"{words} ({VOICES[line.detail['voice']]})"
    return words
