"""People and the ways they come in: partner structures, users, sessions, one-time links, accreditation."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnostics.models.base import Base, choice, now


class Role(StrEnum):
    """Who somebody is here; what each role may do is in `diagnostics.access`."""

    COORDINATOR = "coordinator"
    REFERENT = "referent"
    DIAGNOSTICIAN = "diagnostician"
    ANALYST = "analyst"
    COMMITTEE = "committee"
    PARTNER = "partner"
    ADMIN = "admin"
    FIRM = "firm"


class AccreditationState(StrEnum):
    """How far a diagnostician's training has come; only an accredited one is given firms."""

    ENROLLED = "enrolled"
    TRAINED = "trained"
    ACCREDITED = "accredited"
    SUSPENDED = "suspended"
    LEFT = "left"


class TokenKind(StrEnum):
    """What a one-time link is for."""

    INVITATION = "invitation"
    RESET = "reset"
    ROOM = "room"
    HANDOVER = "handover"


class Structure(Base):
    """A federation or a local actor whose people carry out diagnoses."""

    __tablename__ = "structure"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    users: Mapped[list["User"]] = relationship(back_populates="structure", order_by="User.name")


class User(Base):
    """A person with an account. Firms have none: they come through a link (`Token`)."""

    __tablename__ = "user"
    __table_args__ = (
        CheckConstraint("role <> 'firm'", name="firm_has_no_account"),
        CheckConstraint("role NOT IN ('referent', 'diagnostician') OR structure_id IS NOT NULL", name="network_role_has_structure"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"), index=True)
    locale: Mapped[str] = mapped_column(String(2), default="fr")
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_last_step: Mapped[int] = mapped_column(default=0)
    recovery_hashes: Mapped[list[Any]] = mapped_column(default=list)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime | None]

    structure: Mapped[Structure | None] = relationship(back_populates="users")
    accreditation: Mapped["Accreditation | None"] = relationship(back_populates="user", foreign_keys="Accreditation.user_id")


class Accreditation(Base):
    """A diagnostician's training: sessions followed, test diagnosis, and the coordinator's decision."""

    __tablename__ = "accreditation"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[AccreditationState] = mapped_column(
        choice(AccreditationState, "accreditation_state"), default=AccreditationState.ENROLLED
    )
    trained_on: Mapped[date | None]
    test_diagnosis_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str] = mapped_column(String(1000), default="")

    user: Mapped[User] = relationship(back_populates="accreditation", foreign_keys=[user_id])


class SignInSession(Base):
    """A signed-in browser. The cookie holds a random key; only its hash is here, so that it can be revoked and never read back."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (diagnosis_id IS NULL)", name="person_or_firm"),
        Index("ix_sign_in_session_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    diagnosis_id: Mapped[int | None] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    token_id: Mapped[int | None] = mapped_column(ForeignKey("token.id", ondelete="CASCADE"))
    marks_only: Mapped[bool] = mapped_column(default=False)
    second_factor_done: Mapped[bool] = mapped_column(default=True)
    confirmation_hash: Mapped[str | None] = mapped_column(String(64))
    confirmation_expires_at: Mapped[datetime | None]
    confirmation_failures: Mapped[int] = mapped_column(default=0)
    browser: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class Token(Base):
    """A link sent to somebody: an invitation, a new password, or a firm's room. Only the hash of its secret is kept."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TokenKind] = mapped_column(choice(TokenKind, "kind"))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    diagnosis_id: Mapped[int | None] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
