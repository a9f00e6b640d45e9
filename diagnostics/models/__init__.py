"""The tables, by subject; everything that others import is named here."""

from diagnostics.models.base import Base, now
from diagnostics.models.devices import Device, DigestUse, Submission, SubmissionState
from diagnostics.models.diagnosis import ContactAttempt, ContactOutcome, Diagnosis, Remark, SectionAnswers, State
from diagnostics.models.journal import Job, JobItem, JobState, JournalLine, OutboxMessage
from diagnostics.models.panel import Campaign, Correspondence, Firm, FrameImport, ImportState, Selection
from diagnostics.models.people import Accreditation, AccreditationState, Role, SignInSession, Structure, Token, TokenKind, User
from diagnostics.models.publication import Edition, EditionState, Report, ReportKind, StoredSynthesis

__all__ = [
    "Accreditation",
    "AccreditationState",
    "Base",
    "Campaign",
    "ContactAttempt",
    "ContactOutcome",
    "Correspondence",
    "Device",
    "Diagnosis",
    "DigestUse",
    "Edition",
    "EditionState",
    "Firm",
    "FrameImport",
    "ImportState",
    "Job",
    "JobItem",
    "JobState",
    "JournalLine",
    "OutboxMessage",
    "Remark",
    "Report",
    "ReportKind",
    "Role",
    "SectionAnswers",
    "Selection",
    "SignInSession",
    "State",
    "StoredSynthesis",
    "Structure",
    "Submission",
    "SubmissionState",
    "Token",
    "TokenKind",
    "User",
    "now",
]
