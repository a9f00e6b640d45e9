"""Verbs of assignment: give dossiers to diagnosticians, take them back, and propose an even sharing.

Only a diagnostician accredited at the moment of the assignment can be given a firm, whatever page or command asks.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from diagnostics.access import Actor, visible
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.actions.panel import require_coordinator
from diagnostics.db import Database
from diagnostics.lifecycle import FIELD, MOVES
from diagnostics.models import Accreditation, AccreditationState, Diagnosis, Firm, Role, State, User, now

# From the Alps to the sea and back: each département stands beside its neighbours, so that a share stays in one area.
ROUTE = ("05", "04", "84", "13", "83", "06")
NOT_ACCREDITED = _l(
    "Seule une personne habilitée peut recevoir une entreprise. Choisissez un diagnostiqueur habilité, ou décidez d’abord de son habilitation."
)
MOST_AT_ONCE = 2_000
WORTH_OF_A_NAME = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """An accredited diagnostician: name, structure, open dossiers, and how many in each département."""

    user_id: int
    name: str
    structure: str
    load: int
    departements: Mapping[str, int] = field(default_factory=dict)

    @property
    def home(self) -> str:
        """The département where this person already works most; one that the structure's name bears counts for three dossiers."""
        known = Counter(self.departements)
        known.update(dict.fromkeys(re.findall(r"\b(04|05|06|13|83|84)\b", self.structure), WORTH_OF_A_NAME))
        return max(sorted(known), key=lambda code: known[code]) if known else ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A drawn dossier that waits for a diagnostician."""

    diagnosis_id: int
    reference: str
    departement: str
    zone: str
    commune: str
    sector: str = ""
    name: str = ""
    size_class: str = ""


def accredited(session: Session) -> list[Candidate]:
    """The diagnosticians who can be given a firm today, the least loaded first."""
    people = session.scalars(
        select(User)
        .join(Accreditation, Accreditation.user_id == User.id)
        .where(User.role == Role.DIAGNOSTICIAN, User.active, Accreditation.state == AccreditationState.ACCREDITED)
        .options(joinedload(User.structure))
    ).all()
    open_states = {State.DRAWN, *FIELD, State.REVIEW, State.SENT, State.RESTITUTION}
    counted: dict[int, Counter[str]] = {}
    loads: Counter[int] = Counter()
    rows = session.execute(
        select(Diagnosis.diagnostician_id, Firm.departement, Diagnosis.state, func.count())
        .join(Firm, Firm.id == Diagnosis.firm_id)
        .where(Diagnosis.diagnostician_id.is_not(None))
        .group_by(Diagnosis.diagnostician_id, Firm.departement, Diagnosis.state)
    )
    for user_id, departement, state, count in rows:
        counted.setdefault(int(user_id or 0), Counter())[departement] += count
        loads[int(user_id or 0)] += count if state in open_states else 0
    found = [
        Candidate(
            person.id,
            person.name,
            person.structure.name if person.structure else "",
            loads[person.id],
            dict(counted.get(person.id, {})),
        )
        for person in people
    ]
    return sorted(found, key=lambda one: (one.load, one.name, one.user_id))


def waiting(session: Session, actor: Actor) -> list[Waiting]:
    """Every drawn dossier without a diagnostician, in the order of the route."""
    rows = session.scalars(visible(Diagnosis, actor).where(Diagnosis.state == State.DRAWN).options(joinedload(Diagnosis.firm)))
    found = [
        Waiting(
            row.id,
            row.reference,
            row.firm.departement,
            row.firm.zone_emploi,
            row.firm.commune_code,
            row.firm.sector,
            row.firm.name,
            row.firm.size_class,
        )
        for row in rows
    ]
    return sorted(found, key=along_route)


def along_route(dossier: Waiting) -> tuple[int, str, str, str]:
    """Where a dossier stands on the way through the region: neighbours stand beside each other."""
    place = ROUTE.index(dossier.departement) if dossier.departement in ROUTE else len(ROUTE)
    return place, dossier.zone, dossier.commune, dossier.reference


def even_shares(loads: Sequence[int], count: int) -> list[int]:
    """How many of `count` dossiers each person gets, so that loads end as level as they can; who has less gets more."""
    shares = [0] * len(loads)
    if not loads:
        return shares
    for _step in range(count):
        least = min(range(len(loads)), key=lambda place: (loads[place] + shares[place], place))
        shares[least] += 1
    return shares


def suggest(dossiers: Sequence[Waiting], candidates: Sequence[Candidate]) -> dict[int, int]:
    """An even sharing: dossier number to diagnostician number, by load first, then by proximity.

    Each person gets the number of dossiers that levels the loads. Those who already work in a département (or whose
    structure bears its number) are given its dossiers first, zone by zone; the rest goes along the route, in blocks, so that
    each share lies together.
    """
    left = dict(zip((one.user_id for one in candidates), even_shares([one.load for one in candidates], len(dossiers)), strict=True))
    ordered = sorted(dossiers, key=along_route)
    found: dict[int, int] = {}
    for departement in dict.fromkeys(dossier.departement for dossier in ordered):
        local = [one for one in candidates if one.home == departement]
        here = [dossier for dossier in ordered if dossier.departement == departement]
        _fill(here, local, left, found)
    rest = [dossier for dossier in ordered if dossier.diagnosis_id not in found]
    by_home = sorted(
        candidates, key=lambda one: (ROUTE.index(one.home) if one.home in ROUTE else len(ROUTE), one.name, one.user_id)
    )
    _fill(rest, by_home, left, found)
    return found


def _fill(dossiers: Sequence[Waiting], people: Sequence[Candidate], left: dict[int, int], found: dict[int, int]) -> None:
    """Gives the dossiers in order, in one block a person, within what is left of each person's share."""
    place = 0
    for one in people:
        block = min(left[one.user_id], len(dossiers) - place)
        for dossier in dossiers[place : place + block]:
            found[dossier.diagnosis_id] = one.user_id
        left[one.user_id] -= block
        place += block


def mark(plan: Mapping[int, int]) -> str:
    """A short mark of a proposed sharing: what is confirmed is what was shown."""
    return hashlib.sha256(repr(sorted(plan.items())).encode()).hexdigest()[:16]


def assign(database: Database, actor: Actor, plan: Mapping[int, int]) -> int:
    """Gives each dossier (number) to a diagnostician (number); all of them or, if one cannot be, none. Gives how many changed.

    A drawn dossier becomes assigned; one already in the field changes hands and keeps its state. Raises `NotFoundError` for
    an unknown dossier, `ActionError` for somebody who is not accredited or a dossier that is past the field.
    """
    require_coordinator(actor)
    if not plan:
        raise ActionError(_l("Cochez au moins un dossier à affecter."))
    if len(plan) > MOST_AT_ONCE:
        raise ActionError(_l("Affectez au plus %(count)d dossiers à la fois.", count=MOST_AT_ONCE))
    with database.write() as session:
        people = _accredited_people(session, set(plan.values()))
        rows = session.scalars(visible(Diagnosis, actor).where(Diagnosis.id.in_(plan)).with_for_update(of=Diagnosis)).all()
        if len(rows) != len(plan):
            raise NotFoundError(_l("Un des dossiers n’existe plus : rechargez la page."))
        return sum(_give(session, actor, row, people[plan[row.id]]) for row in sorted(rows, key=lambda row: row.id))


def _accredited_people(session: Session, wanted: set[int]) -> dict[int, User]:
    people = session.scalars(
        select(User)
        .join(Accreditation, Accreditation.user_id == User.id)
        .where(
            User.id.in_(wanted), User.role == Role.DIAGNOSTICIAN, User.active, Accreditation.state == AccreditationState.ACCREDITED
        )
    ).all()
    if len(people) != len(wanted):
        raise ActionError(NOT_ACCREDITED)
    return {person.id: person for person in people}


def _give(session: Session, actor: Actor, diagnosis: Diagnosis, person: User) -> bool:
    move = MOVES["assign"]
    before = diagnosis.diagnostician_id
    if before == person.id:
        return False
    if diagnosis.state not in move.sources | FIELD:
        raise ActionError(
            _l(
                "Le dossier %(reference)s n’est plus entre les mains d’un diagnostiqueur : il ne change pas de main.",
                reference=diagnosis.reference,
            )
        )
    diagnosis.diagnostician_id = person.id
    diagnosis.structure_id = person.structure_id
    if diagnosis.state in move.sources:
        diagnosis.state = move.target
        diagnosis.state_since = now()
        log(
            session,
            actor,
            "moved",
            "diagnosis",
            diagnosis.id,
            move="assign",
            before=State.DRAWN.value,
            after=move.target.value,
            to=person.id,
        )
    else:
        log(session, actor, "reassigned", "diagnosis", diagnosis.id, before=before, to=person.id)
    return True


def assign_as_suggested(database: Database, actor: Actor, shown: str) -> int:
    """Assigns every waiting dossier as `suggest` proposes now, if that is still what was shown (`mark`)."""
    require_coordinator(actor)
    with database.read() as session:
        plan = suggest(waiting(session, actor), accredited(session))
    if mark(plan) != shown:
        raise ConflictError(
            _l(
                "Les dossiers ou les charges ont changé depuis cette proposition ; rien n’a été affecté. Relisez-la, puis confirmez."
            )
        )
    return assign(database, actor, plan)
