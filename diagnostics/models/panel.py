"""The campaign, its sampling frame and the files that fed it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnostics.models.base import Base, choice, now


class Selection(StrEnum):
    """What the draw made of a firm of the frame."""

    FRAME = "frame"
    PANEL = "panel"
    RESERVE = "reserve"


class ImportState(StrEnum):
    """An import waits for a person's decision, then is taken or left."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"


class Campaign(Base):
    """One round of diagnoses over one region, with one law and one questionnaire at its start."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(100), default="Provence-Alpes-Côte d’Azur")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    target_size: Mapped[int] = mapped_column(default=690)
    questionnaire_version: Mapped[str] = mapped_column(String(20))
    draw_seed: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Firm(Base):
    """A firm of the sampling frame, with what the register says of it and what the draw decided."""

    __tablename__ = "firm"
    __table_args__ = (
        UniqueConstraint("campaign_id", "siret"),
        Index("ix_firm_stratum", "campaign_id", "sector", "departement", "size_class"),
        Index("ix_firm_selection", "campaign_id", "selection"),
        Index("ix_firm_siret", "siret"),
        CheckConstraint("headcount IS NULL OR headcount >= 0", name="headcount_not_negative"),
        CheckConstraint("inclusion_probability IS NULL OR inclusion_probability > 0", name="inclusion_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    siret: Mapped[str] = mapped_column(String(14))
    name: Mapped[str] = mapped_column(String(250))
    legal_category: Mapped[str] = mapped_column(String(4), default="")
    family: Mapped[str] = mapped_column(String(20), default="autre")
    naf: Mapped[str] = mapped_column(String(6), default="")
    sector: Mapped[str] = mapped_column(String(20), default="autre")
    idcc: Mapped[str] = mapped_column(String(10), default="")
    address: Mapped[str] = mapped_column(String(250), default="")
    postcode: Mapped[str] = mapped_column(String(5), default="")
    commune_code: Mapped[str] = mapped_column(String(5), default="")
    commune_name: Mapped[str] = mapped_column(String(100), default="")
    departement: Mapped[str] = mapped_column(String(3), default="")
    arrondissement: Mapped[str] = mapped_column(String(4), default="")
    epci: Mapped[str] = mapped_column(String(9), default="")
    epci_name: Mapped[str] = mapped_column(String(150), default="")
    zone_emploi: Mapped[str] = mapped_column(String(4), default="")
    zone_emploi_name: Mapped[str] = mapped_column(String(100), default="")
    headcount_band: Mapped[str] = mapped_column(String(2), default="")
    headcount: Mapped[int | None]
    size_class: Mapped[str] = mapped_column(String(5), default="")
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    selection: Mapped[Selection] = mapped_column(choice(Selection, "selection"), default=Selection.FRAME)
    draw_rank: Mapped[int | None]
    inclusion_probability: Mapped[float | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("frame_import.id", ondelete="SET NULL"), index=True)
    # Names of the columns that a person corrected: a later import asks before it writes over them.
    corrected: Mapped[list[Any]] = mapped_column(default=list)
    # Why a person left the firm out of the draw; empty for a firm that may be drawn.
    exclusion: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    campaign: Mapped[Campaign] = relationship()

    @property
    def stratum(self) -> tuple[str, str, str]:
        """Sector, département and size class: where a replacement is looked for."""
        return (self.sector, self.departement, self.size_class)


class FrameImport(Base):
    """An uploaded file of the sampling frame: nothing of it enters the panel before a person has decided."""

    __tablename__ = "frame_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state"), default=ImportState.PENDING)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    decided_at: Mapped[datetime | None]


class Correspondence(Base):
    """A coordinator's amendment to a reference table: this code belongs to that sector or family here."""

    __tablename__ = "correspondence"
    __table_args__ = (CheckConstraint("kind IN ('naf', 'legal_category')", name="kind_known"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(20))
    amended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    amended_at: Mapped[datetime] = mapped_column(default=now)
