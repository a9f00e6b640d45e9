"""A diagnosis: its state, its answers, what people said about them, and its attempts at contact."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from diagnostics.models.base import Base, choice, now
from diagnostics.models.panel import Firm
from diagnostics.models.people import Structure, User


class State(StrEnum):
    """Where a dossier stands; the moves between states are in `diagnostics.lifecycle`."""

    DRAWN = "drawn"
    ASSIGNED = "assigned"
    CONTACTED = "contacted"
    APPOINTMENT = "appointment"
    VISITED = "visited"
    ENTRY = "entry"
    REVIEW = "review"
    RETURNED = "returned"
    SENT = "sent"
    RESTITUTION = "restitution"
    VALIDATED = "validated"
    VALIDATED_REMARKS = "validated_remarks"
    DISAGREEMENT = "disagreement"
    CLOSED = "closed"
    FOLLOWUP6 = "followup6"
    FOLLOWUP12 = "followup12"
    REFUSAL = "refusal"
    UNREACHABLE = "unreachable"
    OUT_OF_SCOPE = "out_of_scope"
    DUPLICATE = "duplicate"
    ABANDONED = "abandoned"


class ContactOutcome(StrEnum):
    """What came of one attempt to reach a firm."""

    NO_ANSWER = "no_answer"
    CALL_BACK = "call_back"
    APPOINTMENT = "appointment"
    REFUSAL = "refusal"
    WRONG_NUMBER = "wrong_number"


class Diagnosis(Base):
    """One firm's dossier, from the draw to the follow-up."""

    __tablename__ = "diagnosis"
    __table_args__ = (
        UniqueConstraint("firm_id"),
        Index("ix_diagnosis_campaign_state", "campaign_id", "state"),
        CheckConstraint(
            "state = 'drawn' OR diagnostician_id IS NOT NULL OR state IN ('refusal', 'unreachable', 'out_of_scope', 'duplicate', 'abandoned')",
            name="assigned_has_diagnostician",
        ),
        CheckConstraint("revision >= 0", name="revision_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id", ondelete="CASCADE"))
    diagnostician_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"), index=True)
    questionnaire_version: Mapped[str] = mapped_column(String(20))
    state: Mapped[State] = mapped_column(choice(State, "state"), default=State.DRAWN)
    state_since: Mapped[datetime] = mapped_column(default=now)
    state_reason: Mapped[str] = mapped_column(String(1000), default="")
    appointment_at: Mapped[datetime | None]
    visited_on: Mapped[date | None]
    marks_firm_at: Mapped[datetime | None]
    marks_diagnostician_at: Mapped[datetime | None]
    visit_notes: Mapped[str] = mapped_column(Text, default="")
    validation: Mapped[dict[str, Any]] = mapped_column(default=dict)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("diagnosis.id"), unique=True)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)

    firm: Mapped[Firm] = relationship()
    diagnostician: Mapped[User | None] = relationship()
    structure: Mapped[Structure | None] = relationship()
    replaces: Mapped["Diagnosis | None"] = relationship(remote_side="Diagnosis.id", back_populates="replaced_by")
    replaced_by: Mapped["Diagnosis | None"] = relationship(back_populates="replaces", uselist=False)
    sections: Mapped[list["SectionAnswers"]] = relationship(back_populates="diagnosis", order_by="SectionAnswers.section")

    @property
    def both_marked(self) -> bool:
        """Whether both voices have sealed their marks: before that, neither is shown to anybody else."""
        return self.marks_firm_at is not None and self.marks_diagnostician_at is not None


class SectionAnswers(Base):
    """The answers of one section as one JSON object `{question: answer}`; `revision` counts the saves."""

    __tablename__ = "section_answers"

    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), primary_key=True)
    section: Mapped[str] = mapped_column(String(10), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    diagnosis: Mapped[Diagnosis] = relationship(back_populates="sections")


class ContactAttempt(Base):
    """One attempt to reach the firm: five over three weeks before it may be called unreachable."""

    __tablename__ = "contact_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    diagnosis_id: Mapped[int] = mapped_column(ForeignKey("diagnosis.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    medium: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[ContactOutcome] = mapped_column(choice(ContactOutcome, "outcome"))
    note: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    by: Mapped[User | None] = relationship()
