"""Verbs on the files of the sampling frame: upload (checked, nothing imported), take the good rows, or leave the file.

The reading itself is `diagnostics.frame`'s. It is done before the write transaction, since a large file takes seconds; the
transaction then makes sure that nobody changed the frame meanwhile.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, undefer

from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.db import Database
from diagnostics.delays import paris_day
from diagnostics.frame.faults import fault
from diagnostics.frame.known import WRITTEN, Entry, KnownFirm, Outcome
from diagnostics.frame.reading import Reading, read
from diagnostics.frame.tables import Tables
from diagnostics.models import (
    Campaign,
    Correspondence,
    Diagnosis,
    Firm,
    FrameImport,
    ImportState,
    JournalLine,
    Role,
    Selection,
    now,
)

LONGEST_FILENAME = 200
NO_CAMPAIGN = _l("Il n’y a pas encore de campagne : ouvrez-la d’abord depuis « Programme ».")
GONE = _l("Cet import n’existe pas.")
DECIDED = _l("Cet import est déjà décidé : rien n’a changé.")
MOVED = _l(
    "La base de sondage a changé pendant l’examen du fichier ; rien n’a été importé. Relisez le rapport, mis à jour, puis confirmez."
)
# What a journal line must be about for an import's report to be out of date.
_FRAME_SUBJECTS = ("firm", "frame_import", "correspondence", "campaign")


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import changed: firms that entered, firms updated, conflicts where the frame's value was kept."""

    new: int
    updated: int
    kept: int


@dataclass(frozen=True, slots=True)
class _Read:
    reading: Reading
    ids: Mapping[str, int]
    journal: int


def require_coordinator(actor: Actor) -> None:
    """Raises `AccessError` for anybody but the coordination (the command line acts for it)."""
    if actor.role is not Role.COORDINATOR:
        raise AccessError


def amended_tables(session: Session) -> Tables:
    """The reference tables with every amendment of the coordination."""
    overrides: dict[str, dict[str, str]] = {}
    for kind, code, value in session.execute(select(Correspondence.kind, Correspondence.code, Correspondence.value)):
        overrides.setdefault(kind, {})[code] = value
    return Tables.load().amended(overrides)


def known_firms(session: Session, campaign_id: int) -> tuple[dict[str, KnownFirm], dict[str, int]]:
    """What the frame holds, by SIRET: the firms as `diagnostics.frame` compares them, and their numbers."""
    columns = [getattr(Firm, name) for name in WRITTEN]
    query = (
        select(Firm.id, Firm.siret, Firm.corrected, Firm.selection, Firm.exclusion, Diagnosis.id, *columns)
        .outerjoin(Diagnosis, Diagnosis.firm_id == Firm.id)
        .where(Firm.campaign_id == campaign_id)
    )
    firms: dict[str, KnownFirm] = {}
    numbers: dict[str, int] = {}
    for number, siret, corrected, selection, exclusion, dossier, *values in session.execute(query):
        drawn = dossier is not None or selection is not Selection.FRAME
        firms[siret] = KnownFirm(siret, dict(zip(WRITTEN, values, strict=True)), frozenset(corrected), drawn, bool(exclusion))
        numbers[siret] = number
    return firms, numbers


def last_change(session: Session) -> int:
    """The number of the journal's latest line about the frame, to notice a change made meanwhile."""
    return session.scalar(select(func.max(JournalLine.id)).where(JournalLine.subject.in_(_FRAME_SUBJECTS))) or 0


def _examine(database: Database, campaign_id: int, filename: str, content: bytes) -> _Read:
    with database.read() as session:
        if session.get(Campaign, campaign_id) is None:
            raise NotFoundError(NO_CAMPAIGN)
        journal = last_change(session)
        known, ids = known_firms(session, campaign_id)
        tables = amended_tables(session)
    return _Read(read(filename, content, tables=tables, known=known), ids, journal)


def upload(database: Database, actor: Actor, campaign_id: int, filename: str, content: bytes) -> int:
    """Reads and checks a file and keeps it with its report, for a person to decide; imports nothing. Gives its number.

    A content that cannot be read at all is kept as a report only: there is nothing to take from it.
    """
    require_coordinator(actor)
    name = PurePath(filename.replace("\\", "/")).name.strip()[:LONGEST_FILENAME] or "fichier"
    examined = _examine(database, campaign_id, name, content)
    hashed = hashlib.sha256(content).hexdigest()
    with database.write() as session:
        before = session.scalar(
            select(FrameImport.decided_at)
            .where(FrameImport.campaign_id == campaign_id, FrameImport.sha256 == hashed, FrameImport.state == ImportState.ACCEPTED)
            .order_by(FrameImport.id.desc())
            .limit(1)
        )
        reading = examined.reading
        if before is not None:
            reading = replace(reading, faults=(fault("same_file", day=f"{paris_day(before):%d/%m/%Y}"), *reading.faults))
        made = FrameImport(
            campaign_id=campaign_id, filename=name, sha256=hashed, content=None if reading.unreadable else content, report=reading.to_json(),
            uploaded_by_id=actor.user_id,
        )  # fmt: skip
        session.add(made)
        session.flush()
        log(session, actor, "frame_uploaded", "frame_import", made.id, rows=len(reading.entries), faults=len(reading.faults))
        return made.id


def accept(database: Database, actor: Actor, import_id: int, *, take_conflicts: bool = False) -> Taken:
    """Takes the good rows of a waiting file into the frame: new firms enter, known ones are updated.

    Where the file contradicts a correction made by hand, or what the draw relied on, the frame's value is kept unless
    `take_conflicts`. The file itself is then forgotten; its report stays. Raises `ConflictError` when the frame changed
    meanwhile (the report is then brought up to date), `ActionError` when there is nothing to take.
    """
    require_coordinator(actor)
    with database.read() as session:
        found = session.get(FrameImport, import_id, options=[undefer(FrameImport.content)])
        if found is None:
            raise NotFoundError(GONE)
        if found.state is not ImportState.PENDING:
            raise ActionError(DECIDED)
        if not found.content:
            raise ActionError(_l("Ce fichier ne contient aucune ligne à importer : corrigez-le et envoyez-le à nouveau."))
        campaign_id, filename, content = found.campaign_id, found.filename, found.content
        shown = found.report.get("counts")
    examined = _examine(database, campaign_id, filename, content)
    if examined.reading.counts != shown:
        _refresh(database, import_id, examined.reading)
        raise ConflictError(MOVED)
    if not examined.reading.importable:
        raise ActionError(_l("Aucune ligne de ce fichier ne changerait la base : il n’y a rien à importer."))
    with database.write() as session:
        kept = session.scalars(select(FrameImport).where(FrameImport.id == import_id).with_for_update()).one()
        if kept.state is not ImportState.PENDING:
            raise ActionError(DECIDED)
        if last_change(session) != examined.journal:
            raise ConflictError(MOVED)
        taken = _take(session, campaign_id, import_id, examined, take_conflicts=take_conflicts)
        kept.state = ImportState.ACCEPTED
        kept.decided_at = now()
        kept.content = None
        kept.report = {**kept.report, "taken": {"new": taken.new, "updated": taken.updated, "kept": taken.kept}}
        log(session, actor, "frame_imported", "frame_import", import_id, new=taken.new, updated=taken.updated, kept=taken.kept)
        return taken


def _refresh(database: Database, import_id: int, reading: Reading) -> None:
    """Brings a waiting import's report up to date; no journal line, since nothing of the programme changed."""
    with database.write() as session:
        session.get_one(FrameImport, import_id).report = reading.to_json()


def _take(session: Session, campaign_id: int, import_id: int, examined: _Read, *, take_conflicts: bool) -> Taken:
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    kept = 0
    for entry in examined.reading.entries:
        if entry.outcome is Outcome.NEW:
            new.append({"campaign_id": campaign_id, "siret": entry.siret, "import_id": import_id, **_values(entry)})
        elif entry.outcome in {Outcome.UPDATED, Outcome.CONFLICTING}:
            held = frozenset() if take_conflicts else entry.contested
            kept += bool(held)
            values = {name: pair[1] for name, pair in entry.changes.items() if name not in held}
            if values:
                changed.append({"id": examined.ids[entry.siret], **values})
    if new:
        session.execute(insert(Firm), new)
    if changed:
        session.execute(update(Firm), changed)
    return Taken(len(new), len(changed), kept)


def _values(entry: Entry) -> dict[str, Any]:
    """Every column of a new firm, so that all rows of one insert have the same."""
    return {name: entry.values.get(name, None if name == "headcount" else "") for name in WRITTEN}


def discard(database: Database, actor: Actor, import_id: int) -> None:
    """Leaves a waiting file: nothing of it enters, its content is forgotten, its report stays."""
    require_coordinator(actor)
    with database.write() as session:
        found = session.scalars(select(FrameImport).where(FrameImport.id == import_id).with_for_update()).one_or_none()
        if found is None:
            raise NotFoundError(GONE)
        if found.state is not ImportState.PENDING:
            raise ActionError(DECIDED)
        found.state = ImportState.DISCARDED
        found.decided_at = now()
        found.content = None
        log(session, actor, "frame_discarded", "frame_import", import_id)
