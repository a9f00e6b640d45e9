"""A section of the questionnaire as a form: which field each kind of answer gets, and what a sent form says.

`section_form(version, code)` makes the form's class once; `bound` fills one for a request. `read` gives the answers that a
sent form holds. The hidden field `base` carries the section's revision and a fingerprint of each answer as it was shown, by
which `diagnostics.actions.answers` tells what this person changed from what somebody else did.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import MultiDict

from diagnostics.catalogues import load
from diagnostics.fields import (
    AnswerField,
    CalculatedField,
    ChoiceField,
    ChoicesField,
    DateField,
    NumberField,
    SectionFormBase,
    SentForm,
    TextField,
    WholeNumberField,
    soft_checks,
)
from diagnostics.merging import fingerprint
from diagnostics.table_fields import MatrixField, RosterField
from questionnaires.answers import Answer
from questionnaires.model import Kind, Questionnaire, Section

FIELDS: dict[Kind, type[AnswerField]] = {
    Kind.INTEGER: WholeNumberField,
    Kind.DECIMAL: NumberField,
    Kind.MONEY: NumberField,
    Kind.PERCENTAGE: NumberField,
    Kind.DATE: DateField,
    Kind.TEXT: TextField,
    Kind.SELECT_ONE: ChoiceField,
    Kind.SELECT_MULTIPLE: ChoicesField,
    Kind.ROSTER: RosterField,
    Kind.MATRIX: MatrixField,
    Kind.CALCULATE: CalculatedField,
}
LONGEST_BASE = 100_000


@dataclass(frozen=True, slots=True)
class Base:
    """What a page showed when it was opened: the section's revision, a fingerprint of each answer, the questionnaire's version."""

    revision: int = 0
    fingerprints: Mapping[str, str] | None = None
    version: str = ""

    def written(self) -> str:
        """The text of the hidden field."""
        said: dict[str, Any] = {"r": self.revision, "f": dict(self.fingerprints or {})}
        return json.dumps(said | ({"v": self.version} if self.version else {}), separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sent form says: the answers of the questions it showed, and which of them could not be read."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()


def section_form(version: str, code: str) -> type[SectionFormBase]:
    """The form's class of one section of one version; raises `KeyError` for an unknown section."""
    return _section_form(load(version), code)


@lru_cache(maxsize=256)
def _section_form(questionnaire: Questionnaire, code: str) -> type[SectionFormBase]:
    """Made once for each questionnaire; two that are equal share it, two applications' versions of one name do not."""
    return form_of(questionnaire, questionnaire.section(code))


def form_of(questionnaire: Questionnaire, section: Section) -> type[SectionFormBase]:
    """The form's class of a section: one field a question, in order."""
    fields = {
        question.name: FIELDS[question.kind](question, questionnaire, doubtful=soft_checks(question))
        for question in section.questions
    }
    return type(f"Section{section.code}Form", (SectionFormBase,), fields)


def bound(version: str, code: str, answers: Mapping[str, Answer], sent: MultiDict[str, str] | None = None) -> SectionFormBase:
    """A section's form showing these answers, and over them what was sent, if anything was."""
    return section_form(version, code)(formdata=SentForm(sent) if sent is not None else None, data=dict(answers))


class _Readers(threading.local):
    """Each thread's own forms, by their class."""

    def __init__(self) -> None:
        self.forms: dict[type[SectionFormBase], SectionFormBase] = {}


_READERS = _Readers()


def reader(version: str, code: str, answers: Mapping[str, Answer], sent: MultiDict[str, str]) -> SectionFormBase:
    """A form bound as by `bound`, to be read and not shown: each thread keeps one a section and fills it anew.

    Making the fields of a section takes longer than reading what a browser sent; a form that is filled anew keeps nothing of
    what it held before.
    """
    made = section_form(version, code)
    form = _READERS.forms.get(made)
    if form is None:
        form = _READERS.forms[made] = made(formdata=None)
    form.process(SentForm(sent), data=answers)
    return form


def read(form: SectionFormBase) -> Reading:
    """The answers of the questions that the sent form showed; a fault elsewhere loses none of the others."""
    sent = [each for each in form.questions if each.submitted and not isinstance(each, CalculatedField)]
    return Reading({each.name: each.answer for each in sent}, tuple(each.name for each in sent if each.unreadable))


def base_of(section: Section, answers: Mapping[str, Answer], revision: int, version: str = "") -> Base:
    """The base of a page that shows these answers now."""
    names = (question.name for question in section.questions if question.kind is not Kind.CALCULATE)
    return Base(revision, {name: fingerprint(answers[name]) for name in names if name in answers}, version)


def base_from(text: str) -> Base:
    """The base that a form sent back; one that is missing or not ours counts as never shown, so that nothing is overwritten unseen."""
    try:
        given: Any = json.loads(text[:LONGEST_BASE])
        revision, fingerprints = given["r"], given["f"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Base()
    if not isinstance(revision, int) or not isinstance(fingerprints, dict):
        return Base()
    return Base(revision, {str(name): str(mark) for name, mark in fingerprints.items()}, str(given.get("v") or ""))
