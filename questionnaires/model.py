"""A questionnaire as one frozen value: sections of questions, with their choices, their relevance and their checks.

Comes in from the catalogue's sheets (`questionnaires.catalogue`), goes out to forms, to the checks of answers and to the
comparison of versions. Nothing here knows the web, the database, or what the answers will mean.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_UNKNOWN = "%s is not a question of this questionnaire."

# An expression compiled to a small JSON tree; `questionnaires.expressions` makes it and gives it its value.
Tree = Any


class Kind(StrEnum):
    """What sort of answer a question takes."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENTAGE = "percentage"
    DATE = "date"
    TEXT = "text"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    ROSTER = "roster"
    MATRIX = "matrix"
    CALCULATE = "calculate"


class Party(StrEnum):
    """Who gives the answer: the firm declares, the diagnostician notes, both agree, or the platform computes."""

    FIRM = "F"
    DIAGNOSTICIAN = "D"
    BOTH = "B"
    COMPUTED = "C"


class Stage(StrEnum):
    """When a section is written, and so who may see it before the end; `diagnostics.access` holds to it."""

    VISIT = "visit"
    MARKS_FIRM = "marks_firm"
    MARKS_DIAGNOSTICIAN = "marks_diagnostician"
    RESTITUTION = "restitution"
    VALIDATION = "validation"


class Severity(StrEnum):
    """A hard check refuses the answer; a soft one asks for it to be confirmed with a reason."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in French and in English."""

    fr: str
    en: str

    def in_(self, locale: str) -> str:
        """The words in a language; French where the English is missing."""
        return (self.en or self.fr) if locale == "en" else self.fr

    def __bool__(self) -> bool:
        return bool(self.fr)


NO_TEXT = Text("", "")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer offered. An exclusive one (« Aucun ») cannot stand beside others; `was` are its codes in earlier versions."""

    code: str
    label: Text
    exclusive: bool = False
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that a good answer meets, and the message for the one that does not."""

    code: str
    source: str
    tree: Tree
    message: Text
    severity: Severity = Severity.HARD


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `columns` are a roster's own questions; `rows` and `across` name a matrix's lists of choices.

    `compact` texts are codes (SIRET, NAF): spaces are taken out of them and letters put in capitals. `was` are the names that
    the question had in earlier versions.
    """

    name: str
    kind: Kind
    label: Text
    help: Text = NO_TEXT
    unit: Text = NO_TEXT
    party: Party = Party.FIRM
    core: bool = True
    required: bool = False
    dimension: str = ""
    choices: str = ""
    rows: str = ""
    across: str = ""
    cell_kind: Kind = Kind.INTEGER
    relevant: Tree = None
    relevant_source: str = ""
    checks: tuple[Check, ...] = ()
    calculation: Tree = None
    calculation_source: str = ""
    columns: tuple["Question", ...] = ()
    min_rows: int = 0
    max_rows: int = 0
    multiline: bool = False
    max_length: int = 200
    prefill: str = ""
    may_be_missing: bool = True
    compact: bool = False
    was: tuple[str, ...] = ()

    def column(self, name: str) -> "Question":
        """A roster's column by its name; raises `KeyError` for an unknown one."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(_UNKNOWN % name)


@dataclass(frozen=True, slots=True)
class Section:
    """One page of questions. `chapter` is the part of the diagnosis it belongs to (S0 to S12)."""

    code: str
    chapter: str
    title: Text
    intro: Text
    stage: Stage
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A whole questionnaire in one version; frozen once a campaign uses it."""

    code: str
    version: str
    title: Text
    sections: tuple[Section, ...]
    lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    _stages: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stages", {section.code: section.stage.value for section in self.sections})

    def __hash__(self) -> int:
        """By code and version, so that what is made from a questionnaire can be kept; equality still looks at everything."""
        return hash((self.code, self.version))

    def section(self, code: str) -> Section:
        """A section by its code; raises `KeyError` for an unknown one."""
        for section in self.sections:
            if section.code == code:
                return section
        raise KeyError(code)

    def questions(self) -> Iterator[tuple[Section, Question]]:
        """Every top-level question with its section, in order."""
        for section in self.sections:
            for question in section.questions:
                yield section, question

    def question(self, name: str) -> Question:
        """A top-level question by its name; raises `KeyError` for an unknown one."""
        for _section, question in self.questions():
            if question.name == name:
                return question
        raise KeyError(_UNKNOWN % name)

    def section_of(self, name: str) -> Section:
        """The section that asks a top-level question; raises `KeyError` for an unknown one."""
        for section, question in self.questions():
            if question.name == name:
                return section
        raise KeyError(_UNKNOWN % name)

    def choices(self, name: str) -> tuple[Choice, ...]:
        """A list of choices by its name; raises `KeyError` for an unknown one."""
        return self.lists[name]

    def label(self, list_name: str, code: str, locale: str) -> str:
        """The words of a choice in a language; the code itself where the list does not know it."""
        for choice in self.lists.get(list_name, ()):
            if choice.code == code:
                return choice.label.in_(locale)
        return code

    def stages(self) -> Mapping[str, str]:
        """Each section's stage, by section code: what `diagnostics.access` asks for."""
        return self._stages
