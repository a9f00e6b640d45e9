"""How the filling went, apart from what was answered: events that are only ever added, until their retention ends."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from diagnostics.models.base import Base, choice, now


class ParadataKind(StrEnum):
    """What happened while a section was being filled."""

    OPENED = "opened"
    LEFT = "left"
    CHANGED = "changed"
    SHOWN = "shown"
    OVERRIDDEN = "overridden"


class ParadataEvent(Base):
    """One event in the filling of a section.

    `session` is a pseudonym of the signed-in session, made with the application's secret: it groups events and leads back to
    nobody. `detail` holds names of questions, codes of checks and seconds; never a value, a text or a name of a person.
    """

    __tablename__ = "paradata"
    __table_args__ = (Index("ix_paradata_diagnosis_id_at", "diagnosis_id", "at"), Index("ix_paradata_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    session: Mapped[str] = mapped_column(String(16))
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"))
    section: Mapped[str] = mapped_column(String(10))
    kind: Mapped[ParadataKind] = mapped_column(choice(ParadataKind, "paradata_kind"))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
