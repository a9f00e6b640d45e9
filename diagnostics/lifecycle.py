"""The life of a dossier: its states, the moves between them, and who may make each. One table says it all.

`MOVES` is read by the pages (which buttons to show), by `diagnostics.actions.dossiers` (what to allow) and by the
documentation. Conditions that need the dossier's content (answers complete, marks sealed, attempts enough) are named in
`Move.guard` and checked where the content is known.
"""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.models import Role, State


class Guard(StrEnum):
    """A condition on the dossier's content, checked by the action that makes the move."""

    NONE = "none"
    COMPLETE = "complete"
    REMARKED = "remarked"
    MARKED = "marked"
    CONSENSUS = "consensus"
    ATTEMPTED = "attempted"


@dataclass(frozen=True, slots=True)
class Move:
    """One way from some states to another."""

    name: str
    sources: frozenset[State]
    target: State
    roles: frozenset[Role]
    label: LazyString
    done: LazyString
    needs_reason: bool = False
    guard: Guard = Guard.NONE


FIELD = frozenset({State.ASSIGNED, State.CONTACTED, State.APPOINTMENT, State.VISITED, State.ENTRY, State.RETURNED})
VALIDATED = frozenset({State.VALIDATED, State.VALIDATED_REMARKS, State.DISAGREEMENT})
EXITS = frozenset({State.REFUSAL, State.UNREACHABLE, State.OUT_OF_SCOPE, State.DUPLICATE, State.ABANDONED})
FINISHED = VALIDATED | {State.CLOSED, State.FOLLOWUP6, State.FOLLOWUP12}
BEFORE_REVIEW = FIELD | {State.DRAWN}
# When a firm reads, in its room, the answers of the visit (once the review accepted them) and those of the restitution.
FIRM_READS_RESTITUTION = FINISHED | {State.RESTITUTION}
FIRM_READS_VISIT = FIRM_READS_RESTITUTION | {State.SENT}
# When people may talk about a dossier's questions.
TALKING = frozenset(State) - EXITS - {State.DRAWN}

_COORDINATOR = frozenset({Role.COORDINATOR})
_OWNER = frozenset({Role.DIAGNOSTICIAN})
_OWNER_OR_COORDINATOR = _OWNER | _COORDINATOR
_FIRM = frozenset({Role.FIRM})


def _move(
    name: str,
    sources: frozenset[State] | State,
    target: State,
    roles: frozenset[Role],
    label: LazyString,
    done: LazyString,
    *,
    needs_reason: bool = False,
    guard: Guard = Guard.NONE,
) -> Move:
    found = sources if isinstance(sources, frozenset) else frozenset({sources})
    return Move(name, found, target, roles, label, done, needs_reason, guard)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        _move("assign", State.DRAWN, State.ASSIGNED, _COORDINATOR, _l("Affecter"), _l("Dossier affecté.")),
        _move("contact", State.ASSIGNED, State.CONTACTED, _OWNER, _l("Noter le premier contact"), _l("Premier contact noté.")),
        _move(
            "appoint",
            frozenset({State.ASSIGNED, State.CONTACTED}),
            State.APPOINTMENT,
            _OWNER,
            _l("Noter le rendez-vous"),
            _l("Rendez-vous noté."),
        ),
        _move(
            "visit",
            frozenset({State.ASSIGNED, State.CONTACTED, State.APPOINTMENT}),
            State.VISITED,
            _OWNER,
            _l("Noter la visite faite"),
            _l("Visite notée : vous pouvez compléter la saisie."),
        ),
        _move("enter", State.VISITED, State.ENTRY, _OWNER, _l("Commencer la saisie"), _l("Saisie commencée.")),
        _move(
            "submit",
            frozenset({State.VISITED, State.ENTRY, State.RETURNED}),
            State.REVIEW,
            _OWNER,
            _l("Envoyer en relecture"),
            _l("Dossier envoyé en relecture."),
            guard=Guard.COMPLETE,
        ),
        _move(
            "return",
            State.REVIEW,
            State.RETURNED,
            _COORDINATOR,
            _l("Renvoyer avec mes remarques"),
            _l("Dossier renvoyé au diagnostiqueur."),
            guard=Guard.REMARKED,
        ),
        _move(
            "accept",
            State.REVIEW,
            State.SENT,
            _COORDINATOR,
            _l("Accepter et transmettre à l’entreprise"),
            _l("Dossier accepté ; le projet de rapport se prépare."),
        ),
        _move("restitute", State.SENT, State.RESTITUTION, _OWNER, _l("Ouvrir la restitution"), _l("Restitution ouverte.")),
        _move(
            "validate",
            State.RESTITUTION,
            State.VALIDATED,
            _FIRM,
            _l("Valider le diagnostic"),
            _l("Diagnostic validé."),
            guard=Guard.CONSENSUS,
        ),
        _move(
            "validate_remarks",
            State.RESTITUTION,
            State.VALIDATED_REMARKS,
            _FIRM,
            _l("Valider avec des observations"),
            _l("Diagnostic validé avec vos observations."),
            needs_reason=True,
            guard=Guard.CONSENSUS,
        ),
        _move(
            "disagree",
            State.RESTITUTION,
            State.DISAGREEMENT,
            _FIRM,
            _l("Exprimer un désaccord"),
            _l("Désaccord enregistré."),
            needs_reason=True,
            guard=Guard.CONSENSUS,
        ),
        _move("close", VALIDATED, State.CLOSED, _COORDINATOR, _l("Clore le dossier"), _l("Dossier clos.")),
        _move(
            "followup6",
            State.CLOSED,
            State.FOLLOWUP6,
            _OWNER_OR_COORDINATOR,
            _l("Noter le suivi à 6 mois"),
            _l("Suivi à 6 mois noté."),
            needs_reason=True,
        ),
        _move(
            "followup12",
            State.FOLLOWUP6,
            State.FOLLOWUP12,
            _OWNER_OR_COORDINATOR,
            _l("Noter le suivi à 12 mois"),
            _l("Suivi à 12 mois noté."),
            needs_reason=True,
        ),
        _move(
            "refuse",
            BEFORE_REVIEW,
            State.REFUSAL,
            _OWNER_OR_COORDINATOR,
            _l("L’entreprise refuse"),
            _l("Refus enregistré."),
            needs_reason=True,
        ),
        _move(
            "unreachable",
            BEFORE_REVIEW,
            State.UNREACHABLE,
            _OWNER_OR_COORDINATOR,
            _l("L’entreprise est injoignable"),
            _l("Entreprise notée injoignable."),
            needs_reason=True,
            guard=Guard.ATTEMPTED,
        ),
        _move(
            "out_of_scope",
            BEFORE_REVIEW,
            State.OUT_OF_SCOPE,
            _OWNER_OR_COORDINATOR,
            _l("L’entreprise est hors champ"),
            _l("Entreprise notée hors champ."),
            needs_reason=True,
        ),
        _move(
            "duplicate",
            BEFORE_REVIEW,
            State.DUPLICATE,
            _COORDINATOR,
            _l("C’est un doublon"),
            _l("Doublon enregistré."),
            needs_reason=True,
        ),
        _move(
            "abandon",
            BEFORE_REVIEW | {State.REVIEW, State.SENT, State.RESTITUTION},
            State.ABANDONED,
            _COORDINATOR,
            _l("Abandonner le dossier"),
            _l("Abandon enregistré."),
            needs_reason=True,
        ),
    )
}

LABELS: dict[State, LazyString] = {
    State.DRAWN: _l("Tiré au sort"),
    State.ASSIGNED: _l("Affecté"),
    State.CONTACTED: _l("Contacté"),
    State.APPOINTMENT: _l("Rendez-vous pris"),
    State.VISITED: _l("Visite faite"),
    State.ENTRY: _l("Saisie en cours"),
    State.REVIEW: _l("En relecture"),
    State.RETURNED: _l("À corriger"),
    State.SENT: _l("Transmis à l’entreprise"),
    State.RESTITUTION: _l("En restitution"),
    State.VALIDATED: _l("Validé"),
    State.VALIDATED_REMARKS: _l("Validé avec observations"),
    State.DISAGREEMENT: _l("Désaccord"),
    State.CLOSED: _l("Clos"),
    State.FOLLOWUP6: _l("Suivi à 6 mois fait"),
    State.FOLLOWUP12: _l("Suivi à 12 mois fait"),
    State.REFUSAL: _l("Refus"),
    State.UNREACHABLE: _l("Injoignable"),
    State.OUT_OF_SCOPE: _l("Hors champ"),
    State.DUPLICATE: _l("Doublon"),
    State.ABANDONED: _l("Abandonné"),
}

# In which states each kind of section may be written; the key is the section's stage in the questionnaire.
WRITABLE: dict[str, frozenset[State]] = {
    "visit": FIELD,
    "marks_firm": FIELD - {State.ASSIGNED},
    "marks_diagnostician": FIELD - {State.ASSIGNED},
    "restitution": frozenset({State.RESTITUTION}),
    "validation": frozenset(),
}


def moves_from(state: State, role: Role) -> list[Move]:
    """The moves that a person of this role may make from this state, in the table's order."""
    return [move for move in MOVES.values() if state in move.sources and role in move.roles]
