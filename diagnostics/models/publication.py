"""What leaves the house: firms' reports and editions of syntheses, each frozen and named by its hash."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from diagnostics.models.base import Base, Json, choice, now
from diagnostics.models.diagnosis import Diagnosis


class ReportKind(StrEnum):
    """A draft is for the restitution; the final one carries the firm's validation."""

    DRAFT = "draft"
    FINAL = "final"


class EditionState(StrEnum):
    """An edition is read by social partners once the coordinator has published it."""

    PREPARED = "prepared"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Report(Base):
    """A firm's PDF: the frozen Portrait that made it, the hash of the file, and every version behind it."""

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_diagnosis_kind", "diagnosis_id", "kind", "locale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"))
    kind: Mapped[ReportKind] = mapped_column(choice(ReportKind, "kind"))
    locale: Mapped[str] = mapped_column(String(2))
    portrait: Mapped[dict[str, Any]] = deferred(mapped_column(Json))
    portrait_digest: Mapped[str] = mapped_column(String(64))
    pdf_digest: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    diagnosis: Mapped[Diagnosis] = relationship()


class Edition(Base):
    """All the syntheses of one consolidation, protected together."""

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[EditionState] = mapped_column(choice(EditionState, "state"), default=EditionState.PREPARED)
    seed: Mapped[int]
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    syntheses: Mapped[list["StoredSynthesis"]] = relationship(back_populates="edition", order_by="StoredSynthesis.id")


class StoredSynthesis(Base):
    """One frozen Synthesis, already protected: pages, PDFs and tables read this and nothing else."""

    __tablename__ = "synthesis"
    __table_args__ = (UniqueConstraint("edition_id", "scope", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(20))
    label_fr: Mapped[str] = mapped_column(String(200))
    label_en: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = deferred(mapped_column(Json))
    digest: Mapped[str] = mapped_column(String(64))

    edition: Mapped[Edition] = relationship(back_populates="syntheses")
