"""What is said about a question: a thread, its messages, and how far each person has read them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnostics.models.base import Base, choice, now
from diagnostics.models.diagnosis import Diagnosis
from diagnostics.models.people import Role, User


class ThreadState(StrEnum):
    """A thread waits for something, or is settled; it can be opened again."""

    OPEN = "open"
    RESOLVED = "resolved"


class Thread(Base):
    """A conversation about one question of a dossier, or about one line of a roster.

    A thread that is not `shared` stays within the network; a shared one is read and answered by the firm too, in its room.
    `firm_read_id` is the last message that the firm has read: a firm has no account of its own for a `ThreadRead`.
    """

    __tablename__ = "thread"
    __table_args__ = (
        Index("ix_thread_diagnosis_id_state", "diagnosis_id", "state"),
        CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved_has_moment"),
        CheckConstraint("opened_role <> 'firm' OR shared", name="firm_sees_its_own"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(80))
    row: Mapped[str] = mapped_column(String(60), default="")
    shared: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ThreadState] = mapped_column(choice(ThreadState, "thread_state"), default=ThreadState.OPEN)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    opened_role: Mapped[Role] = mapped_column(choice(Role, "opened_role"), default=Role.COORDINATOR)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    firm_read_id: Mapped[int] = mapped_column(default=0)

    diagnosis: Mapped[Diagnosis] = relationship()
    messages: Mapped[list["Message"]] = relationship(
        back_populates="thread", order_by="Message.id", cascade="all, delete-orphan", passive_deletes=True
    )


class Message(Base):
    """One message of a thread, by somebody of the network or by the firm (which has no author's number)."""

    __tablename__ = "thread_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    author_role: Mapped[Role] = mapped_column(choice(Role, "author_role"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)

    thread: Mapped[Thread] = relationship(back_populates="messages")
    author: Mapped[User | None] = relationship()


class ThreadRead(Base):
    """The last message of a thread that a person has read."""

    __tablename__ = "thread_read"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[int]
