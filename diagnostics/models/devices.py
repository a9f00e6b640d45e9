"""Phones and tablets that speak for a diagnostician, and what they sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from diagnostics.models.base import Base, choice, now
from diagnostics.models.diagnosis import Diagnosis
from diagnostics.models.people import User


class SubmissionState(StrEnum):
    """What became of a submission; its XML stays whatever the state."""

    RECEIVED = "received"
    TAKEN = "taken"
    WAITING = "waiting"
    KEPT = "kept"
    CLOSED = "closed"


class Device(Base):
    """A phone's own way in. Its password is worked out from `salt` and the application's secret; neither alone gives it."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    login: Mapped[str] = mapped_column(String(20), unique=True)
    salt: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class DigestUse(Base):
    """One use of a Digest nonce: the same nonce and count are accepted once, whichever process they reach."""

    __tablename__ = "digest_use"

    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[str] = mapped_column(String(8), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Submission(Base):
    """A form filled on a phone, as it was sent, with what was read of it and what became of it.

    `copy` is 0 for the first content sent under an instance's identity; other contents under the same one are kept beside it.
    `answers` is `{section: {question: answer}}`; `outcome` says what was saved and what was not.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("user_id", "instance_id", "copy"),
        CheckConstraint("copy >= 0", name="copy_not_negative"),
        Index("ix_submission_state", "state", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    diagnosis_id: Mapped[int | None] = mapped_column(ForeignKey("diagnosis.id", ondelete="SET NULL"), index=True)
    instance_id: Mapped[str] = mapped_column(String(250))
    copy: Mapped[int] = mapped_column(default=0)
    deprecated_id: Mapped[str] = mapped_column(String(250), default="")
    form_id: Mapped[str] = mapped_column(String(250), default="")
    version: Mapped[str] = mapped_column(String(250), default="")
    reference: Mapped[str] = mapped_column(String(250), default="")
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    state: Mapped[SubmissionState] = mapped_column(choice(SubmissionState, "submission_state"), default=SubmissionState.RECEIVED)
    reason: Mapped[str] = mapped_column(String(40), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    outcome: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_at: Mapped[datetime] = mapped_column(default=now)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    device: Mapped[Device | None] = relationship()
    diagnosis: Mapped[Diagnosis | None] = relationship()
