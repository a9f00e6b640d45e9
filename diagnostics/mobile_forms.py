"""The forms that a diagnostician's phone may fill: one a version in use by their open dossiers, and the list of those dossiers.

`forms_of` gives them for one person; a form's XML is made once and kept. The list of dossiers goes beside the form as a CSV
file, whose hash changes when the list does: that is what makes a phone fetch it again.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

import structlog
from sqlalchemy.orm import Session, joinedload

from diagnostics.access import Actor, visible, writable_sections
from diagnostics.catalogues import CODE, UnknownVersionError, load
from diagnostics.collected import prefilled
from diagnostics.lifecycle import WRITABLE
from diagnostics.models import Diagnosis
from questionnaires.answers import Answer
from questionnaires.model import Questionnaire, Stage, Text
from questionnaires.xform import UnconvertibleError, to_xform
from questionnaires.xform_layout import MARKS_OPEN, form_id, offered_sections, prefill_column

MOST_KEPT = 32

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent, with its hash as OpenRosa writes it."""

    content: bytes
    hash: str

    @classmethod
    def of(cls, text: str) -> "File":
        """A text as a file."""
        content = text.encode()
        return cls(content, f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}")


@dataclass(frozen=True, slots=True)
class MobileForm:
    """One form of one person: its identity, its XML and the list of dossiers beside it."""

    id: str
    version: str
    title: Text
    xml: File
    dossiers: File = field(repr=False)


def questionnaire_of(version: str) -> Questionnaire:
    """A version of the questionnaire; raises `UnknownVersionError`. The one place where the OpenRosa interface asks for it."""
    return load(version)


def questionnaire_of_form(form: str, version: str) -> Questionnaire | None:
    """The questionnaire whose form a phone says it filled; None for one that nobody here published."""
    named = version or form.removeprefix(f"{CODE}-")
    try:
        found = questionnaire_of(named)
    except UnknownVersionError:
        return None
    return found if form == form_id(found) else None


_made: dict[int, tuple[Questionnaire, File]] = {}


def xml_of(questionnaire: Questionnaire) -> File:
    """The form of a questionnaire, made once: a version never changes, and whoever loads it keeps it."""
    found = _made.get(id(questionnaire))
    if found is None:
        if len(_made) >= MOST_KEPT:
            _made.clear()
        # The questionnaire is kept beside its form, so that no other can come to stand at the same place in memory.
        found = _made[id(questionnaire)] = (questionnaire, File.of(to_xform(questionnaire)))
    return found[1]


def open_dossiers(session: Session, actor: Actor) -> Sequence[Diagnosis]:
    """The dossiers whose visit this person may fill now, by reference."""
    query = visible(Diagnosis, actor).where(Diagnosis.state.in_(sorted(WRITABLE[Stage.VISIT.value])))
    return cast(
        "Sequence[Diagnosis]",
        session.scalars(query.options(joinedload(Diagnosis.firm)).order_by(Diagnosis.reference)).all(),
    )


def forms_of(session: Session, actor: Actor) -> list[MobileForm]:
    """The forms that this person's open dossiers use, by version; one that cannot be made hides none of the others."""
    by_version: dict[str, list[Diagnosis]] = {}
    for diagnosis in open_dossiers(session, actor):
        by_version.setdefault(diagnosis.questionnaire_version, []).append(diagnosis)
    found = []
    for version in sorted(by_version):
        questionnaire = questionnaire_of(version)
        try:
            xml = xml_of(questionnaire)
        except UnconvertibleError:
            log.exception("form_not_made", version=version)
            continue
        dossiers = File.of(list_of_dossiers(questionnaire, actor, by_version[version]))
        found.append(MobileForm(form_id(questionnaire), version, questionnaire.title, xml, dossiers))
    return found


def list_of_dossiers(questionnaire: Questionnaire, actor: Actor, diagnoses: Iterable[Diagnosis]) -> str:
    """The CSV file that a form chooses its dossier from: reference, words, whether one's marks are open, what is known of the firm."""
    asked = [question for section in offered_sections(questionnaire) for question in section.questions if question.prefill]
    marks = {section.code for section in questionnaire.sections if section.stage is Stage.MARKS_DIAGNOSTICIAN}
    written = io.StringIO()
    sheet = csv.writer(written, lineterminator="\n")
    sheet.writerow(["name", "label", MARKS_OPEN, *(prefill_column(question) for question in asked)])
    for diagnosis in diagnoses:
        known = prefilled(questionnaire, diagnosis.firm)
        open_now = marks & writable_sections(actor, diagnosis, questionnaire.stages(), WRITABLE)
        sheet.writerow(
            [
                diagnosis.reference,
                f"{diagnosis.reference} – {' '.join(diagnosis.firm.name.split())}",
                "1" if open_now else "0",
                *(str(known.get(question.name, Answer("")).value) for question in asked),
            ]
        )
    return written.getvalue()
