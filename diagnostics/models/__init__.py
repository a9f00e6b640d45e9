"""The tables, by subject; everything that others import is named here."""

from diagnostics.models.base import Base, now
from diagnostics.models.diagnosis import ContactAttempt, ContactOutcome, Diagnosis, Remark, SectionAnswers, State
from diagnostics.models.journal import Job, JobItem, JobState, JournalLine, OutboxMessage
from diagnostics.models.panel import Campaign, Correspondence, Firm, FrameImport, ImportState, Selection
from diagnostics.models.people import Accreditation, AccreditationState, Role, SignInSession, Structure, Token, TokenKind, User
from diagnostics.models.publication import Edition, EditionState, Report, ReportKind, StoredSynthesis
from diagnostics.models.questionnaires import QuestionnaireVersion, SetAsideAnswer, VersionState

__all__ = [
    "Accreditation",
    "AccreditationState",
    "Base",
    "Campaign",
    "ContactAttempt",
    "ContactOutcome",
    "Correspondence",
    "Diagnosis",
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
    "QuestionnaireVersion",
    "Remark",
    "Report",
    "ReportKind",
    "Role",
    "SectionAnswers",
    "Selection",
    "SetAsideAnswer",
    "SignInSession",
    "State",
    "StoredSynthesis",
    "Structure",
    "Token",
    "TokenKind",
    "User",
    "VersionState",
    "now",
]
