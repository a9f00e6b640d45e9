"""What is written down about one dossier: answers with their state, the context they are judged in, and the problems found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from questionnaires.model import Severity, Text


class Missing(StrEnum):
    """Why there is no answer; a reason given counts as having answered."""

    UNKNOWN = "unknown"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"


class AnswerState(StrEnum):
    """Where an answer comes from: collected at the visit, edited later, kept against a soft check, or prefilled from the frame."""

    COLLECTED = "collected"
    EDITED = "edited"
    FORCED = "forced"
    PREFILLED = "prefilled"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, or the reason why there is none.

    `value` is JSON: int, float, str (text, choice code, ISO date), list of codes, a roster's list of rows
    (`{"id": …, column: value}`; an empty list says that there is explicitly nobody), a matrix's `{row: {column: number}}` or
    `{row: number}`. `reasons` says, by the code of a soft check, why the answer stands all the same.
    """

    value: Any = None
    missing: Missing | None = None
    state: AnswerState = AnswerState.COLLECTED
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> bool:
        """Whether there is an answer in the full sense: a value, and no reason for missing."""
        return self.missing is None and self.value is not None and self.value not in ("", {})

    def to_json(self) -> dict[str, Any]:
        """The answer as a JSON object, without what is empty."""
        stored: dict[str, Any] = {"state": self.state.value}
        if self.missing is not None:
            stored["missing"] = self.missing.value
        elif self.value is not None:
            stored["value"] = self.value
        if self.reasons:
            stored["reasons"] = dict(self.reasons)
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Answer":
        """The answer that `to_json` wrote; raises `ValueError` for an unknown state or reason."""
        missing, state = stored.get("missing"), stored.get("state")
        return cls(
            stored.get("value"),
            Missing(missing) if missing else None,
            _COLLECTED if state == _COLLECTED_WORD or state is None else AnswerState(state),
            dict(stored.get("reasons") or {}),
        )


# Most answers are in this state: it is compared with as a word, since a section's answers are read at each save.
_COLLECTED, _COLLECTED_WORD = AnswerState.COLLECTED, AnswerState.COLLECTED.value

# All the sections' answers together, by question name.
Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Context:
    """What answers are judged against: the day, the start of the programme, and what the sampling frame says of the firm.

    Facts that the catalogue asks for, each of them optional: `siret` (str), `siret_actif` (bool), `headcount` (int),
    `communes` (dict: commune code -> département). `programme_start` is offered to expressions as a fact as well.
    """

    today: date
    programme_start: date
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about an answer that must be corrected (hard) or confirmed with a reason (soft).

    `row` is a roster row's id or a matrix row's code, `column` a column's name; None where the whole question is meant.
    """

    section: str
    question: str
    row: str | None
    column: str | None
    severity: Severity
    code: str
    message: Text


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a section is: questions asked and answered (a reason for missing counts), and the problems that remain."""

    asked: int = 0
    answered: int = 0
    core_asked: int = 0
    core_answered: int = 0
    hard: int = 0
    soft: int = 0

    @property
    def done(self) -> bool:
        """Whether every core question asked is answered and nothing waits for correction or confirmation."""
        return self.core_answered == self.core_asked and self.hard == 0 and self.soft == 0
