"""The versions of the questionnaire that this application knows: those that ship with it, and those published in its database.

`load(version, source)` gives a version by its name; the source is the database or one of its sessions, and may be left out
inside a request or a command. A published version never changes, so that each application reads it once and keeps it: once it
is known, asking for it costs no query. Applications in one process keep their versions apart.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import current_app, g, has_app_context
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.db import OWNER, Database
from diagnostics.models import QuestionnaireVersion, VersionState
from questionnaires import catalogue as shipped
from questionnaires.catalogue import CODE, UnknownVersionError
from questionnaires.model import Questionnaire
from questionnaires.sheets import Sheets, read_sheets

__all__ = ["CODE", "Source", "UnknownVersionError", "catalogue_of", "digest_of", "from_sheets", "load", "versions"]

Source = Database | Session
DRAFTS_KEPT = 16


class Catalogue:
    """The versions of one database, each read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Questionnaire] = {}

    def load(self, version: str) -> Questionnaire:
        """A version by its name; raises `UnknownVersionError` for one that is neither shipped nor published here.

        A version published here goes before one that a later release might ship under the same name: its dossiers must keep
        what they were asked.
        """
        found = self._known.get(version)
        if found is None:
            found = self._known[version] = self._published(version) or shipped.load(version)
        return found

    def _published(self, version: str) -> Questionnaire | None:
        with self._database.read() as session:
            sheets = session.scalar(
                select(QuestionnaireVersion.sheets).where(
                    QuestionnaireVersion.code == CODE,
                    QuestionnaireVersion.version == version,
                    QuestionnaireVersion.state != VersionState.DRAFT,
                )
            )
        return None if sheets is None else read_sheets(sheets)

    def versions(self) -> list[str]:
        """The names of the versions that dossiers may have: shipped, published and withdrawn ones."""
        with self._database.read() as session:
            published = session.scalars(
                select(QuestionnaireVersion.version)
                .where(QuestionnaireVersion.code == CODE, QuestionnaireVersion.state != VersionState.DRAFT)
                .order_by(QuestionnaireVersion.published_at, QuestionnaireVersion.id)
            ).all()
        return [*shipped.versions(), *(version for version in published if version not in shipped.versions())]


class _Shipped(Catalogue):
    """What is known where there is no application: the shipped versions alone."""

    def __init__(self) -> None:
        self._known = {}

    def _published(self, version: str) -> Questionnaire | None:
        del version
        return None

    def versions(self) -> list[str]:
        return shipped.versions()


_KEPT = "catalogue"
_SHIPPED = _Shipped()


def catalogue_of(source: Source | None = None) -> Catalogue:
    """The catalogue of a database; without a source, that of the request's or the command's application."""
    if source is None:
        if not has_app_context():
            return _SHIPPED
        database: Database = g.get("database") or current_app.extensions["database"]
    elif isinstance(source, Database):
        database = source
    else:
        owner = source.info.get(OWNER)
        if owner is None:
            return _SHIPPED
        database = owner
    found: Catalogue | None = database.kept.get(_KEPT)
    if found is None:
        found = database.kept.setdefault(_KEPT, Catalogue(database))
    return found


def load(version: str, source: Source | None = None) -> Questionnaire:
    """A version of the questionnaire by its name; raises `UnknownVersionError` for an unknown one."""
    return catalogue_of(source).load(version)


def versions(source: Source | None = None) -> list[str]:
    """The names of the versions that dossiers may have, oldest first."""
    return catalogue_of(source).versions()


def written(sheets: Sheets) -> str:
    """Sheets as one text, the same for the same sheets."""
    rows = {name: [dict(row) for row in sheets[name]] for name in sheets}
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(sheets: Sheets) -> str:
    """The digest of sheets: two versions that ask the same in the same words share it."""
    return hashlib.sha256(written(sheets).encode()).hexdigest()


def from_sheets(sheets: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire of a draft's sheets, kept by what they say; raises `SheetError` for faulty ones."""
    return _from_text(written(sheets))


@lru_cache(maxsize=DRAFTS_KEPT)
def _from_text(text: str) -> Questionnaire:
    return read_sheets(json.loads(text))
