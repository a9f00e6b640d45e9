"""The questionnaire's versions that coordinators make, and the answers that lost their place in one.

A published version is frozen: the database itself refuses to change or to delete its content, whoever asks.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnostics.models.base import Base, choice, now
from diagnostics.models.people import User


class VersionState(StrEnum):
    """A draft is tried; a published version serves dossiers for good; a withdrawn one serves those that it has, and no new one."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class QuestionnaireVersion(Base):
    """One version of the questionnaire as a workbook brought it: its sheets, the file itself, and every fault found in it.

    Drafts may share a name; a published version's name is its own. `digest` is that of the sheets.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        Index(
            "uq_questionnaire_version_published",
            "code",
            "version",
            unique=True,
            sqlite_where=text("state <> 'draft'"),
            postgresql_where=text("state <> 'draft'"),
        ),
        Index("ix_questionnaire_version_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(100))
    state: Mapped[VersionState] = mapped_column(choice(VersionState, "version_state"), default=VersionState.DRAFT)
    filename: Mapped[str] = mapped_column(String(200), default="")
    # Plain JSON on both databases: JSONB would forget the order of the columns, which a workbook keeps.
    sheets: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, deferred=True)
    workbook: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    faults: Mapped[list[Any]] = mapped_column(default=list, deferred=True)
    errors: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)
    questions: Mapped[int] = mapped_column(default=0)
    # What the coordinator says of the change, for whoever fills the questionnaire.
    note: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])
    published_by: Mapped[User | None] = relationship(foreign_keys=[published_by_id])


class SetAsideAnswer(Base):
    """An answer without a place in its dossier's present version; it comes back when a version asks for it again.

    `name` is the question's, or `roster/column` for a column's cells; `section` and `stage` are those of the version that
    asked, and decide who may see it.
    """

    __tablename__ = "set_aside_answer"
    __table_args__ = (UniqueConstraint("diagnosis_id", "name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(140))
    version: Mapped[str] = mapped_column(String(20))
    section: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(32))
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


# The columns that may change once a version is published: its state between published and withdrawn, and when.
FROZEN = (
    "code", "version", "filename", "sheets", "workbook", "digest", "faults", "errors", "warnings", "questions", "note", "created_by_id",
    "created_at", "published_by_id", "published_at",
)  # fmt: skip
_MESSAGE = "A published version of the questionnaire is frozen."
_CHANGED_ON_SQLITE = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FROZEN)
_CHANGED_ON_POSTGRESQL = " OR ".join(f"NEW.{name}::text IS DISTINCT FROM OLD.{name}::text" for name in FROZEN)
_FREEZE = f"""CREATE TRIGGER questionnaire_version_frozen BEFORE UPDATE ON questionnaire_version
    WHEN OLD.state <> 'draft' AND (NEW.state = 'draft' OR {_CHANGED_ON_SQLITE}) BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"""
_KEEP = f"""CREATE TRIGGER questionnaire_version_kept BEFORE DELETE ON questionnaire_version
    WHEN OLD.state <> 'draft' BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"""
_FUNCTION = f"""CREATE OR REPLACE FUNCTION questionnaire_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.state <> 'draft' AND (TG_OP = 'DELETE' OR NEW.state = 'draft' OR {_CHANGED_ON_POSTGRESQL}) THEN
        RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW; END $$"""
_TRIGGER = """CREATE TRIGGER questionnaire_version_frozen BEFORE UPDATE OR DELETE ON questionnaire_version
    FOR EACH ROW EXECUTE FUNCTION questionnaire_version_frozen()"""
for _dialect, _statement in (
    ("sqlite", _FREEZE),
    ("sqlite", _KEEP),
    ("postgresql", _FUNCTION),
    ("postgresql", _TRIGGER),
):
    event.listen(QuestionnaireVersion.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
