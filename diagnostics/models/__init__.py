"""The tables, by subject; everything that others import is named here."""

from diagnostics.models.base import Base, now
from diagnostics.models.devices import Device, DigestUse, Submission, SubmissionState
from diagnostics.models.diagnosis import ContactAttempt, ContactOutcome, Diagnosis, SectionAnswers, State
from diagnostics.models.journal import Job, JobItem, JobState, JournalLine, OutboxMessage
from diagnostics.models.operations import Cause, Operation, Quarantined, Settlement
from diagnostics.models.panel import Campaign, Correspondence, Firm, FrameImport, ImportState, Selection
from diagnostics.models.paradata import ParadataEvent, ParadataKind
from diagnostics.models.people import Accreditation, AccreditationState, Role, SignInSession, Structure, Token, TokenKind, User
from diagnostics.models.publication import Edition, EditionState, Report, ReportKind, StoredSynthesis
from diagnostics.models.questionnaires import QuestionnaireVersion, SetAsideAnswer, VersionState
from diagnostics.models.threads import Message, Thread, ThreadRead, ThreadState

__all__ = [
    "Accreditation",
    "AccreditationState",
    "Base",
    "Campaign",
    "Cause",
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
    "Message",
    "Operation",
    "OutboxMessage",
    "ParadataEvent",
    "ParadataKind",
    "Quarantined",
    "QuestionnaireVersion",
    "Report",
    "ReportKind",
    "Role",
    "SectionAnswers",
    "Selection",
    "SetAsideAnswer",
    "Settlement",
    "SignInSession",
    "State",
    "StoredSynthesis",
    "Structure",
    "Submission",
    "SubmissionState",
    "Thread",
    "ThreadRead",
    "ThreadState",
    "Token",
    "TokenKind",
    "User",
    "VersionState",
    "now",
]
