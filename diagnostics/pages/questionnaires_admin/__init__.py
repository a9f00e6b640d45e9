"""The questionnaire's versions, for the coordinator: workbooks out and in, faults, changes, trials, publication, carrying."""

from diagnostics.pages.questionnaires_admin import changes, drafts, listing, publishing, trials
from diagnostics.pages.questionnaires_admin.blueprint import bp

__all__ = ["bp", "changes", "drafts", "listing", "publishing", "trials"]
