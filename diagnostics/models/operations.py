"""What devices send: the operations already taken, so that sending twice changes nothing, and the payloads that wait for a person."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnostics.models.base import Base, choice, now
from diagnostics.models.diagnosis import Diagnosis
from diagnostics.models.people import User


class Cause(StrEnum):
    """Why a payload could not be taken."""

    LOCKED = "locked"
    NOT_OPEN = "not_open"
    NO_SECTION = "no_section"
    UNKNOWN_QUESTION = "unknown_question"
    VERSION = "version"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    REUSED = "reused"
    REFUSED = "refused"


class Settlement(StrEnum):
    """What a coordinator did with a payload in quarantine."""

    REAPPLIED = "reapplied"
    SET_ASIDE = "set_aside"


class Operation(Base):
    """A save that a device named before sending it. `digest` marks what was sent, so that a name used twice is seen.

    It has no index but its key: one is written at each save, and they are looked for by name alone.
    """

    __tablename__ = "operation"
    __table_args__ = ({"sqlite_with_rowid": False},)

    uuid: Mapped[str] = mapped_column(String(36), primary_key=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"))
    section: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    base_revision: Mapped[int]
    revision: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(20), default="saved")
    digest: Mapped[str] = mapped_column(String(32))
    received_at: Mapped[datetime] = mapped_column(default=now)


class Quarantined(Base):
    """A payload that could not be taken, as it was sent. Rows are settled by a coordinator and never deleted.

    `payload` is JSON text in ASCII: both databases store it whatever the device sent, a NUL or half a character included.
    `reference` and `section` are those of the address; the dossier may be unknown.
    """

    __tablename__ = "quarantined"
    __table_args__ = (
        CheckConstraint("(resolved_at IS NULL) = (outcome IS NULL)", name="resolved_has_outcome"),
        Index("ix_quarantined_resolved_at", "resolved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    diagnosis_id: Mapped[int | None] = mapped_column(ForeignKey("diagnosis.id", ondelete="SET NULL"), index=True)
    reference: Mapped[str] = mapped_column(String(40))
    section: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    actor_role: Mapped[str] = mapped_column(String(20))
    cause: Mapped[Cause] = mapped_column(choice(Cause, "cause"))
    payload: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(default=now)
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[Settlement | None] = mapped_column(choice(Settlement, "settlement"))
    reason: Mapped[str] = mapped_column(String(1000), default="")

    diagnosis: Mapped[Diagnosis | None] = relationship()
    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id])
    resolved_by: Mapped[User | None] = relationship(foreign_keys=[resolved_by_id])
