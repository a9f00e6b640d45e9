"""Verbs on the questionnaire's versions: receive a workbook, leave a draft, publish, withdraw, choose the campaign's version.

A workbook is read before anything is written, and everything found in it is kept with it. A version is published once, under
a name of its own, and never changes afterwards.
"""

import re
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.actions.carrying import add_carry
from diagnostics.catalogues import CODE, digest_of, from_sheets, load, versions
from diagnostics.db import Database
from diagnostics.i18n import chosen_locale
from diagnostics.models import Campaign, QuestionnaireVersion, Role, VersionState, now
from diagnostics.needs import lacks
from questionnaires.catalogue import versions as shipped_versions
from questionnaires.model import Questionnaire
from questionnaires.sheets import read_sheets
from questionnaires.workbook import Workbook, read_workbook

ERROR = "error"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}\Z", re.ASCII)
LONGEST_NOTE = 2_000
_GONE = _l("Cette version du questionnaire n’existe pas.")
_BAD_NAME = _l("Le nom d’une version a vingt signes au plus : lettres sans accent, chiffres, point et tiret, par exemple 2026-2.")


@dataclass(frozen=True, slots=True)
class Published:
    """A version just published, and the job that carries the open dossiers, if there are any."""

    version: str
    job_id: int | None


def _coordinator(actor: Actor) -> None:
    if actor.role is not Role.COORDINATOR:
        raise AccessError


def present_version(session: Session, default: str) -> str:
    """The version that new dossiers of the campaign in progress are opened with."""
    return session.scalar(select(Campaign.questionnaire_version).order_by(Campaign.id.desc()).limit(1)) or default


def examined(database: Database, data: bytes, filename: str, present: str) -> tuple[Workbook, list[dict[str, Any]]]:
    """A workbook read, and everything that is wrong with it: as a workbook, and as a version that would follow `present`."""
    book = read_workbook(data, filename)
    faults = [fault.to_json() for fault in book.faults]
    if book.questionnaire is not None:
        faults += [lack.to_json() for lack in lacks(book.questionnaire, load(present, database))]
    return book, faults


def upload_draft(database: Database, actor: Actor, filename: str, data: bytes, *, note: str = "", default: str = "2026-1") -> int:
    """Reads a workbook and keeps it as a draft with all its faults, whatever they are; gives the draft's number."""
    _coordinator(actor)
    with database.read() as session:
        present = present_version(session, default)
    book, faults = examined(database, data, filename, present)
    questionnaire = book.questionnaire
    sheets = {name: [dict(row) for row in rows] for name, rows in book.sheets.items()}
    with database.write() as session:
        row = QuestionnaireVersion(
            code=(questionnaire.code if questionnaire else "")[:100],
            version=(questionnaire.version if questionnaire else "")[:100],
            filename=filename.replace("\0", "")[-200:],
            sheets=sheets,
            workbook=data,
            digest=digest_of(sheets),
            faults=faults,
            errors=sum(fault["severity"] == ERROR for fault in faults),
            warnings=sum(fault["severity"] != ERROR for fault in faults),
            questions=_count(questionnaire),
            note=note.replace("\0", "").strip()[:LONGEST_NOTE],
            created_by_id=actor.user_id,
        )
        session.add(row)
        session.flush()
        log(session, actor, "draft_uploaded", "questionnaire_version", row.id, errors=row.errors, questions=row.questions)
        return row.id


def _count(questionnaire: Questionnaire | None) -> int:
    return sum(1 for _each in questionnaire.questions()) if questionnaire else 0


def _claimed(session: Session, actor: Actor, number: int) -> QuestionnaireVersion:
    found: QuestionnaireVersion | None = session.scalar(
        visible(QuestionnaireVersion, actor)
        .where(QuestionnaireVersion.id == number)
        .options(undefer(QuestionnaireVersion.sheets))
        .with_for_update(of=QuestionnaireVersion)
    )
    if found is None:
        raise NotFoundError(_GONE)
    return found


def discard_draft(database: Database, actor: Actor, number: int) -> None:
    """Leaves a draft for good; a published version cannot be left."""
    _coordinator(actor)
    with database.write() as session:
        row = _claimed(session, actor, number)
        if row.state is not VersionState.DRAFT:
            raise ActionError(_l("Une version publiée ne se supprime pas : retirez-la plutôt."))
        session.delete(row)
        log(session, actor, "draft_discarded", "questionnaire_version", number, version=row.version)


def publish(
    database: Database, actor: Actor, number: int, *, version: str, note: str = "", carry: bool = True, set_aside: bool = False
) -> Published:
    """Publishes a draft under a name that no version has had: new dossiers open with it, and open ones follow if asked.

    Raises `ActionError` when the draft has faults, or its name cannot serve; `ConflictError` when it is published already.
    """
    _coordinator(actor)
    wanted = version.strip()
    if not NAME.match(wanted):
        raise ActionError(_BAD_NAME)
    if wanted in versions(database):
        raise ActionError(_l("Une version s’appelle déjà « %(version)s » : donnez un nom qui n’a jamais servi.", version=wanted))
    try:
        with database.write() as session:
            row = _claimed(session, actor, number)
            _publishable(database, session, row)
            row.sheets = _named(row.sheets, wanted)
            row.digest = digest_of(row.sheets)
            row.code, row.version = CODE, wanted
            row.note = note.replace("\0", "").strip()[:LONGEST_NOTE] or row.note
            row.state, row.published_at, row.published_by_id = VersionState.PUBLISHED, now(), actor.user_id
            session.flush()
            campaign = session.scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
            if campaign is not None:
                campaign.questionnaire_version = wanted
            log(session, actor, "version_published", "questionnaire_version", row.id, version=wanted, digest=row.digest)
            job_id = add_carry(session, actor, wanted, set_aside=set_aside) if carry else None
    except IntegrityError as error:
        raise ActionError(
            _l("Une version s’appelle déjà « %(version)s » : donnez un nom qui n’a jamais servi.", version=wanted)
        ) from error
    return Published(wanted, job_id)


def _publishable(database: Database, session: Session, row: QuestionnaireVersion) -> None:
    if row.state is not VersionState.DRAFT:
        raise ConflictError(_l("Cette version est déjà publiée."))
    if row.errors or not row.questions:
        raise ActionError(_l("Ce brouillon a des fautes : corrigez le classeur et envoyez-le à nouveau."))
    # The version that it follows may have changed since the upload.
    found = lacks(from_sheets(row.sheets), load(present_version(session, shipped_versions()[-1]), database))
    if found:
        raise ActionError(found[0].cause.in_(chosen_locale()))


def _named(sheets: dict[str, Any], version: str) -> dict[str, Any]:
    """The sheets under a version's name; they are read once more, so that nothing unreadable is ever frozen."""
    settings = [{**row, "version": version} if place == 0 else row for place, row in enumerate(sheets["settings"])]
    named = {**sheets, "settings": settings}
    read_sheets(named)
    return named


def withdraw(database: Database, actor: Actor, number: int) -> None:
    """Takes a version out of the choice for new dossiers; those that it has keep it. The campaign's own cannot be withdrawn."""
    _coordinator(actor)
    with database.write() as session:
        row = _claimed(session, actor, number)
        if row.state is not VersionState.PUBLISHED:
            raise ConflictError(_l("Seule une version publiée peut être retirée."))
        if session.scalar(select(Campaign.id).where(Campaign.questionnaire_version == row.version).limit(1)) is not None:
            raise ActionError(_l("Les nouveaux dossiers s’ouvrent avec cette version : choisissez-en d’abord une autre."))
        row.state, row.withdrawn_at = VersionState.WITHDRAWN, now()
        log(session, actor, "version_withdrawn", "questionnaire_version", number, version=row.version)


def restore(database: Database, actor: Actor, number: int) -> None:
    """Puts a withdrawn version back."""
    _coordinator(actor)
    with database.write() as session:
        row = _claimed(session, actor, number)
        if row.state is not VersionState.WITHDRAWN:
            raise ConflictError(_l("Cette version n’est pas retirée."))
        row.state, row.withdrawn_at = VersionState.PUBLISHED, None
        log(session, actor, "version_restored", "questionnaire_version", number, version=row.version)


def choose_version(database: Database, actor: Actor, version: str) -> bool:
    """Makes new dossiers of the campaign in progress open with a version; gives whether that is a change."""
    _coordinator(actor)
    with database.write() as session:
        known = session.scalar(
            select(QuestionnaireVersion.state).where(
                QuestionnaireVersion.version == version, QuestionnaireVersion.state != VersionState.DRAFT
            )
        )
        if known is VersionState.WITHDRAWN or (known is None and version not in shipped_versions()):
            raise NotFoundError(_GONE)
        campaign = session.scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
        if campaign is None:
            raise ActionError(_l("Ouvrez d’abord la campagne."))
        if campaign.questionnaire_version == version:
            return False
        before, campaign.questionnaire_version = campaign.questionnaire_version, version
        log(session, actor, "version_chosen", "campaign", campaign.id, before=before, after=version)
        return True
