"""Verbs on the firms of the frame: correct a card, leave a firm out of the draw, amend the tables of sectors and families."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnostics.access import Actor, visible
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.actions.panel import amended_tables, require_coordinator
from diagnostics.db import Database
from diagnostics.frame.known import CONTACT, STRATUM
from diagnostics.frame.tables import KINDS, LARGEST, OUT, SMALLEST, Commune, Tables, size_class
from diagnostics.models import Correspondence, Diagnosis, Firm, Selection, now

LONGEST_REASON = 500
GONE = _l("Cette entreprise n’est pas dans la base de sondage.")
# What a card lets a person correct; the rest follows from these.
EDITABLE = (
    "name",
    "legal_category",
    "family",
    "naf",
    "sector",
    "idcc",
    "address",
    "postcode",
    "commune_code",
    "headcount",
    *CONTACT,
)
_COLUMNS = {"naf": ("naf", "sector"), "legal_category": ("legal_category", "family")}


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a table to the frame did: firms changed, left out of the draw, and kept because drawn or corrected."""

    changed: int = 0
    excluded: int = 0
    kept: int = 0

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(self.changed + other.changed, self.excluded + other.excluded, self.kept + other.kept)


def seal(firm: Firm) -> str:
    """A short mark of a card's present values, to notice that somebody else changed them meanwhile."""
    values = {name: getattr(firm, name) for name in EDITABLE}
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _claimed(session: Session, actor: Actor, firm_id: int) -> Firm:
    found: Firm | None = session.scalar(visible(Firm, actor).where(Firm.id == firm_id).with_for_update(of=Firm))
    if found is None:
        raise NotFoundError(GONE)
    return found


def _is_drawn(session: Session, firm: Firm) -> bool:
    dossier = session.scalar(select(Diagnosis.id).where(Diagnosis.firm_id == firm.id))
    return dossier is not None or firm.selection is not Selection.FRAME


def correct_firm(database: Database, actor: Actor, firm_id: int, given: Mapping[str, Any], *, seen: str) -> list[str]:
    """Corrects a firm's card; gives the names of the columns that changed.

    `given` holds the values of `EDITABLE` that the form had; `seen` is the `seal` of what the person saw. A corrected column
    is remembered: a later import asks before it writes over it. Sector, département and size class of a firm that the draw
    has ranked do not change any more, since its weight depends on them.
    """
    require_coordinator(actor)
    with database.write() as session:
        firm = _claimed(session, actor, firm_id)
        if seal(firm) != seen:
            raise ConflictError(
                _l(
                    "Quelqu’un a modifié cette fiche entre-temps ; rien n’a été enregistré. Comparez avec la fiche, puis enregistrez à nouveau."
                )
            )
        wanted = _derived({name: given[name] for name in EDITABLE if name in given}, firm)
        changed = [name for name, value in wanted.items() if getattr(firm, name) != value]
        if set(changed) & set(STRATUM) and _is_drawn(session, firm):
            raise ActionError(
                _l(
                    "Le tirage s’appuie sur le secteur, le département et la taille de cette entreprise : ils ne changent plus. Si elle est hors champ, notez-le sur son dossier."
                )
            )
        for name in changed:
            setattr(firm, name, wanted[name])
        firm.corrected = sorted({*firm.corrected, *(name for name in changed if name in EDITABLE and name not in CONTACT)})
        if changed:
            log(session, actor, "firm_corrected", "firm", firm.id, columns=changed)
        return changed


def _derived(given: Mapping[str, Any], firm: Firm) -> dict[str, Any]:
    """The values to write, with what follows from the commune and from the headcount."""
    tables = Tables.load()
    wanted = dict(given)
    if wanted.get("commune_code", firm.commune_code) != firm.commune_code:
        wanted |= _place(commune_of(tables, str(wanted["commune_code"])))
    headcount = wanted.get("headcount")
    if headcount is not None and headcount != firm.headcount:
        if not SMALLEST <= headcount <= LARGEST:
            raise ActionError(
                _l("L’étude porte sur 3 à 50 salariés : si l’entreprise en a %(count)d, excluez-la du tirage.", count=headcount)
            )
        wanted["size_class"] = size_class(headcount)
        wanted["headcount_band"] = tables.band_of(headcount)
    return wanted


def commune_of(tables: Tables, code: str) -> Commune:
    """The present commune of a code, former codes included; raises `ActionError` for a code that the region does not have."""
    current = tables.former[code][2] if code in tables.former else code
    found = tables.communes.get(current)
    if found is None:
        raise ActionError(_l("Le code %(code)s n’est pas celui d’une commune de la région.", code=code))
    return found


def _place(commune: Commune) -> dict[str, str]:
    return {
        "commune_code": commune.code, "commune_name": commune.name, "departement": commune.departement, "arrondissement": commune.arrondissement,
        "epci": commune.epci, "epci_name": commune.epci_name, "zone_emploi": commune.zone_emploi, "zone_emploi_name": commune.zone_emploi_name,
    }  # fmt: skip


def exclude_firm(database: Database, actor: Actor, firm_id: int, reason: str) -> None:
    """Leaves a firm out of the draw, with the reason. A reserve loses its rank; a firm with a dossier leaves by its dossier."""
    require_coordinator(actor)
    words = reason.strip()
    if not words:
        raise ActionError(_l("Indiquez pourquoi cette entreprise est exclue : le motif reste sur sa fiche."))
    if len(words) > LONGEST_REASON:
        raise ActionError(_l("Le motif tient en 500 caractères : raccourcissez-le."))
    with database.write() as session:
        firm = _claimed(session, actor, firm_id)
        if session.scalar(select(Diagnosis.id).where(Diagnosis.firm_id == firm.id)) is not None:
            raise ActionError(
                _l("Cette entreprise a un dossier : notez-la hors champ (ou doublon) sur son dossier, sa remplaçante suivra.")
            )
        _leave_out(firm, words)
        log(session, actor, "firm_excluded", "firm", firm.id)


def _leave_out(firm: Firm, reason: str) -> None:
    firm.exclusion = reason
    firm.selection = Selection.FRAME
    firm.draw_rank = None
    firm.inclusion_probability = None


def readmit_firm(database: Database, actor: Actor, firm_id: int) -> None:
    """Lets an excluded firm be drawn again, at the next draw."""
    require_coordinator(actor)
    with database.write() as session:
        firm = _claimed(session, actor, firm_id)
        if not firm.exclusion:
            raise ActionError(_l("Cette entreprise n’est pas exclue."))
        firm.exclusion = ""
        log(session, actor, "firm_readmitted", "firm", firm.id)


def amend(database: Database, actor: Actor, kind: str, code: str, value: str, *, apply_to: int | None = None) -> Applied:
    """Sets what a code means here (`kind`: naf or legal_category); the proposal's own value takes the amendment away.

    The firms of the campaign `apply_to` with this code follow at once; without one, none does.
    """
    require_coordinator(actor)
    tables = Tables.load()
    line = tables.lines(kind).get(code) if kind in KINDS else None
    if line is None:
        raise NotFoundError(_l("Ce code n’est pas dans la table."))
    if value not in tables.values(kind):
        raise ActionError(_l("Choisissez une valeur de la liste pour le code %(code)s.", code=code))
    with database.write() as session:
        found = session.get(Correspondence, (kind, code))
        before = found.value if found is not None else line.value
        if value == line.value:
            if found is not None:
                session.delete(found)
        elif found is None:
            session.add(Correspondence(kind=kind, code=code, value=value, amended_by_id=actor.user_id))
        else:
            found.value, found.amended_by_id, found.amended_at = value, actor.user_id, now()
        session.flush()
        if before != value:
            log(session, actor, "table_amended", "correspondence", None, kind=kind, code=code, before=before, after=value)
        return Applied() if apply_to is None else _apply(session, actor, apply_to, kind, [code])


def restore(database: Database, actor: Actor, kind: str, code: str, *, apply_to: int | None = None) -> Applied:
    """Gives a code its proposed value back."""
    line = Tables.load().lines(kind).get(code) if kind in KINDS else None
    if line is None:
        raise NotFoundError(_l("Ce code n’est pas dans la table."))
    return amend(database, actor, kind, code, line.value, apply_to=apply_to)


def apply_amendments(database: Database, actor: Actor, campaign_id: int) -> Applied:
    """Applies every amendment to the firms of the frame that the draw has not ranked and nobody corrected."""
    require_coordinator(actor)
    with database.write() as session:
        done = Applied()
        for kind in KINDS:
            codes = session.scalars(select(Correspondence.code).where(Correspondence.kind == kind)).all()
            done += _apply(session, actor, campaign_id, kind, codes)
        return done


def _apply(session: Session, actor: Actor, campaign_id: int, kind: str, codes: Iterable[str]) -> Applied:
    wanted = list(codes)
    if not wanted:
        return Applied()
    tables = amended_tables(session)
    source, target = _COLUMNS[kind]
    firms = session.scalars(
        select(Firm)
        .where(Firm.campaign_id == campaign_id, getattr(Firm, source).in_(wanted), Firm.exclusion == "")
        .order_by(Firm.id)
    ).all()
    changed = excluded = kept = 0
    for firm in firms:
        value = (
            tables.sector(firm.naf, legal_category=firm.legal_category, idcc=firm.idcc)
            if kind == "naf"
            else tables.family(firm.legal_category, name=firm.name)
        )
        if value is None or value == getattr(firm, target):
            continue
        if firm.selection is not Selection.FRAME or target in firm.corrected:
            kept += 1
        elif value == OUT:
            _leave_out(firm, f"Hors champ d’après la table des correspondances ({getattr(firm, source)}).")
            excluded += 1
        else:
            setattr(firm, target, value)
            changed += 1
    if changed or excluded:
        log(session, actor, "table_applied", "correspondence", None, kind=kind, changed=changed, excluded=excluded, kept=kept)
    return Applied(changed, excluded, kept)


def firms_by_code(session: Session, campaign_id: int, kind: str) -> dict[str, int]:
    """How many firms of the frame bear each code of a table."""
    column = getattr(Firm, _COLUMNS[kind][0])
    query = select(column, func.count()).where(Firm.campaign_id == campaign_id).group_by(column)
    return {str(row[0]): int(row[1]) for row in session.execute(query)}
