"""Verbs on answers: save a section, seal one's marks.

What is slow happens before the transaction: the form is read, the section looked at and the answers merged while others may
write. Inside are three writes and nothing else: the dossier's revision, on the condition that the dossier is still as it was
seen; the section's answers as one JSON, on the condition that nobody saved it since; one journal line that names the changed
questions and holds none of their values. When a condition fails, everything is looked at again and tried anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, cast

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Connection, Select, Table, and_, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from diagnostics.access import Actor, visible, writable_sections
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.catalogues import load
from diagnostics.db import Database
from diagnostics.lifecycle import LABELS, WRITABLE
from diagnostics.merging import Conflict, Merged, fingerprint, merge
from diagnostics.models import Diagnosis, JournalLine, SectionAnswers, State, User, now
from questionnaires.answers import Answer
from questionnaires.model import Questionnaire

__all__ = [
    "DIMENSIONS",
    "NOT_COVERED",
    "AnswersConflictError",
    "Conflict",
    "LockedError",
    "SaveResult",
    "Seen",
    "VersionPassedError",
    "Voice",
    "fingerprint",
    "locked_message",
    "look",
    "save_section",
    "seal_marks",
]

Voice = Literal["firm", "diagnostician"]
DIMENSIONS = tuple(f"D{number}" for number in range(1, 11))
LARGEST_SECTION = 1_000_000
MOST_TRIES = 20
NOT_COVERED = "9"
_VOICES: dict[Voice, tuple[str, str, str]] = {
    "firm": ("marks_firm", "ent_", "marks_firm_at"),
    "diagnostician": ("marks_diagnostician", "diag_", "marks_diagnostician_at"),
}
_UNKNOWN = _l("Ce dossier n’existe pas, ou il ne vous est pas ouvert.")


class LockedError(ActionError):
    """The section cannot be written now, or not by this person; the page shows it to be read (409)."""


class AnswersConflictError(ConflictError):
    """The same answers were changed by somebody else since the page was opened; nothing was saved."""

    def __init__(self, conflicts: tuple[Conflict, ...], *, by: str, at: datetime) -> None:
        super().__init__(_l("Quelqu’un a modifié les mêmes réponses entre-temps : choisissez celles à garder."))
        self.conflicts = conflicts
        self.by = by
        self.at = at


class VersionPassedError(ConflictError):
    """The dossier passed to another version of the questionnaire between the look at it and the save; nothing was saved."""


class _StaleError(Exception):
    """The dossier or the section changed between the look at it and the write."""


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What a save did: the section's revision after it, the questions changed, and whether the entry began with it."""

    revision: int
    changed: tuple[str, ...] = ()
    entry_begun: bool = False
    stored: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A dossier and one of its sections as the database held them at one moment: all that a save needs to know.

    It has the attributes of a `Diagnosis` that the rules of access ask for.
    """

    id: int
    state: State
    diagnostician_id: int | None
    questionnaire_version: str
    marks_firm_at: datetime | None
    marks_diagnostician_at: datetime | None
    revision: int = 0
    answers: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    by_id: int | None = None

    @property
    def both_marked(self) -> bool:
        """Whether both voices have sealed their marks."""
        return self.marks_firm_at is not None and self.marks_diagnostician_at is not None


_KNOWN = (
    Diagnosis.id,
    Diagnosis.state,
    Diagnosis.diagnostician_id,
    Diagnosis.questionnaire_version,
    Diagnosis.marks_firm_at,
    Diagnosis.marks_diagnostician_at,
)
_SECTION = (SectionAnswers.revision, SectionAnswers.answers, SectionAnswers.updated_at, SectionAnswers.updated_by_id)
_diagnosis, _section_answers, _journal = (cast("Table", model.__table__) for model in (Diagnosis, SectionAnswers, JournalLine))
_ADD_SECTION = insert(_section_answers)
_CHANGE_SECTION = update(_section_answers).where(
    _section_answers.c.diagnosis_id == bindparam("of_diagnosis"),
    _section_answers.c.section == bindparam("of_section"),
    _section_answers.c.revision == bindparam("seen_revision"),
)
_COUNT_CHANGE = (
    update(_diagnosis)
    .where(
        _diagnosis.c.id == bindparam("of_diagnosis"),
        _diagnosis.c.state == bindparam("seen_state"),
        _diagnosis.c.questionnaire_version == bindparam("seen_version"),
        *(
            _diagnosis.c[name].is_not_distinct_from(bindparam(f"seen_{name}"))
            for name in ("diagnostician_id", "marks_firm_at", "marks_diagnostician_at")
        ),
    )
    .values(revision=_diagnosis.c.revision + 1)
)
_BEGIN_ENTRY = _COUNT_CHANGE.values(state=State.ENTRY, state_since=bindparam("since"))
_NOTE = insert(_journal)


@lru_cache(maxsize=2_000)
def _looking(actor: Actor, *, by_reference: bool) -> Select[Any]:
    """The select behind `look`, made once for each person: putting it together takes longer than running it."""
    key = Diagnosis.reference == bindparam("key") if by_reference else Diagnosis.id == bindparam("key")
    return (
        visible(Diagnosis, actor)
        .with_only_columns(*_KNOWN, *_SECTION)
        .outerjoin(
            SectionAnswers, and_(SectionAnswers.diagnosis_id == Diagnosis.id, SectionAnswers.section == bindparam("section"))
        )
        .where(key)
    )


def look(connection: Connection, actor: Actor, key: int | str, section_code: str) -> Seen:
    """A dossier, by its number or its reference, and one of its sections; raises `NotFoundError` if this person may not know of it."""
    statement = _looking(actor, by_reference=isinstance(key, str))
    row = connection.execute(statement, {"key": key, "section": section_code}).one_or_none()
    if row is None:
        raise NotFoundError(_UNKNOWN)
    return Seen(*row) if row[len(_KNOWN)] is not None else Seen(*row[: len(_KNOWN)])


def save_section(
    database: Database,
    actor: Actor,
    diagnosis_id: int,
    section_code: str,
    answers: Mapping[str, Answer],
    *,
    base_revision: int,
    base: Mapping[str, str] | None = None,
    seen: Seen | None = None,
    right: Actor | None = None,
    within: Callable[[Connection, int], None] | None = None,
) -> SaveResult:
    """Saves the answers given for a section; questions that are not among them stay as they are.

    `base_revision` is the section's revision when its page was shown, and `base` the `fingerprint` of each answer as it was
    shown. Without `base`, every answer given counts as changed. Sending the same answers twice changes nothing. `seen` is what
    `look` gave a moment ago, to be spared a second look. `right` is the person by whose right the section is written, if it is
    not the actor's own. `within` is called first inside the transaction, with the section's revision after the save: what it
    writes is saved with the answers or not at all.

    Raises `NotFoundError` (no such dossier or section, or none that this person may know of), `LockedError` (not writable
    now), `AnswersConflictError`, `VersionPassedError`, or `ActionError` when a question is not of this section or the answers are too long.
    """
    _check_size(answers)
    version = seen.questionnaire_version if seen else None
    for _attempt in range(MOST_TRIES):
        if seen is None:
            with database.reader.connect() as connection:
                seen = look(connection, right or actor, diagnosis_id, section_code)
        if version not in {None, seen.questionnaire_version}:
            raise VersionPassedError(_l("Ce dossier est passé à une autre version du questionnaire pendant la saisie."))
        version = seen.questionnaire_version
        merged = _merged(database, right or actor, seen, section_code, answers, base_revision=base_revision, base=base)
        if not merged.changed:
            return SaveResult(seen.revision, stored=seen.answers)
        try:
            begun = _write(database, actor, seen, section_code, merged, within)
        except _StaleError:
            seen = None
            continue
        return SaveResult(seen.revision + 1, merged.changed, begun, merged.answers)
    raise ConflictError(_l("Beaucoup de personnes enregistrent cette partie en même temps : renvoyez dans un instant."))


def _merged(
    database: Database,
    actor: Actor,
    seen: Seen,
    section_code: str,
    answers: Mapping[str, Answer],
    *,
    base_revision: int,
    base: Mapping[str, str] | None,
) -> Merged:
    """The section with these answers, if this person may write it now and nobody changed the same ones."""
    questionnaire = load(seen.questionnaire_version, database)
    _check_writable(actor, seen, questionnaire, section_code)
    _check_names(questionnaire, section_code, answers)
    merged = merge(seen.answers, answers, base=base, stale=seen.revision != base_revision, edited=seen.state is State.RETURNED)
    if merged.conflicts:
        with database.read() as session:
            name = session.scalar(select(User.name).where(User.id == seen.by_id)) if seen.by_id else None
        raise AnswersConflictError(merged.conflicts, by=name or "", at=seen.at or now())
    return merged


def _check_writable(actor: Actor, seen: Seen, questionnaire: Questionnaire, section_code: str) -> None:
    stages = questionnaire.stages()
    if section_code not in stages:
        raise NotFoundError(_l("Cette partie du questionnaire n’existe pas."))
    if section_code not in writable_sections(actor, cast("Diagnosis", seen), stages, WRITABLE):
        raise LockedError(locked_message(seen.state))


def locked_message(state: State) -> LazyString:
    """Why nothing can be written here now, and what to do."""
    return _l(
        "Cette partie ne peut pas être modifiée maintenant : le dossier est « %(state)s ». Pour corriger une réponse, "
        "demandez à la coordination de vous renvoyer le dossier.",
        state=LABELS[state],
    )


def _check_size(answers: Mapping[str, Answer]) -> None:
    """Refuses what would make the section's row too heavy; what is sent at once is all that can grow it."""
    if sum(len(repr(answer.value)) for answer in answers.values()) > LARGEST_SECTION:
        raise ActionError(
            _l("Cette partie contient trop de texte pour être enregistrée : raccourcissez les réponses les plus longues.")
        )


def _check_names(questionnaire: Questionnaire, section_code: str, answers: Mapping[str, Answer]) -> None:
    strangers = answers.keys() - {question.name for question in questionnaire.section(section_code).questions}
    if strangers:
        raise ActionError(_l("Ces questions ne sont pas de cette partie : %(names)s.", names=", ".join(sorted(strangers))[:200]))


def _write(
    database: Database,
    actor: Actor,
    seen: Seen,
    section_code: str,
    merged: Merged,
    within: Callable[[Connection, int], None] | None,
) -> bool:
    """The three writes; gives whether the entry begins with this save. Raises `_StaleError` when what was seen has changed."""
    moment = now()
    begun = seen.state is State.VISITED and not actor.is_firm
    saved: dict[str, Any] = {"section": section_code, "questions": list(merged.changed), "revision": seen.revision + 1}
    if merged.replaced:
        saved["prefilled"] = list(merged.replaced)
    notes: list[tuple[str, dict[str, Any]]] = [("section_saved", saved)]
    if begun:
        notes.insert(0, ("moved", {"move": "enter", "before": seen.state.value, "after": State.ENTRY.value}))
    about = {"at": moment, "actor_id": actor.user_id, "actor_role": actor.role.value, "subject": "diagnosis", "subject_id": seen.id}
    values = {"revision": seen.revision + 1, "answers": merged.answers, "updated_at": moment, "updated_by_id": actor.user_id}
    try:
        with database.write_rows() as connection:
            if within is not None:
                within(connection, seen.revision + 1)
            _count(connection, seen, _BEGIN_ENTRY if begun else _COUNT_CHANGE, **({"since": moment} if begun else {}))
            if seen.revision == 0:
                connection.execute(_ADD_SECTION, {"diagnosis_id": seen.id, "section": section_code, **values})
            else:
                keys = {"of_diagnosis": seen.id, "of_section": section_code, "seen_revision": seen.revision}
                _expect_one(connection.execute(_CHANGE_SECTION, {**keys, **values}))
            connection.execute(_NOTE, [{**about, "verb": verb, "detail": detail} for verb, detail in notes])
    except IntegrityError as error:
        # Somebody else has just saved this section for the first time.
        raise _StaleError from error
    return begun


def _count(connection: Connection, seen: Seen, statement: Any, **more: Any) -> None:
    """Counts a change of the dossier, if it is still as it was seen."""
    conditions = {
        "of_diagnosis": seen.id,
        "seen_state": seen.state,
        "seen_version": seen.questionnaire_version,
        "seen_diagnostician_id": seen.diagnostician_id,
        "seen_marks_firm_at": seen.marks_firm_at,
        "seen_marks_diagnostician_at": seen.marks_diagnostician_at,
    }
    _expect_one(connection.execute(statement, {**conditions, **more}))


def _expect_one(result: Any) -> None:
    if result.rowcount != 1:
        raise _StaleError


def seal_marks(database: Database, actor: Actor, diagnosis_id: int, voice: Voice) -> None:
    """Seals a voice's ten marks: they can no longer change, and once both voices are sealed each may see the other's.

    Raises `NotFoundError`, `LockedError` (already sealed, or not this person's voice) or `ActionError` that names the
    dimensions without a mark; « non abordé » counts as a mark.
    """
    stage, prefix, attribute = _VOICES[voice]
    # PostgreSQL needs the row's lock, so that no mark changes between the look and the seal; SQLite has one writer at a time.
    with database.write() as session:
        session.execute(
            visible(Diagnosis, actor)
            .with_only_columns(Diagnosis.id)
            .where(Diagnosis.id == diagnosis_id)
            .with_for_update(of=Diagnosis)
        )
        connection = session.connection()
        version = look(connection, actor, diagnosis_id, "").questionnaire_version
        questionnaire = load(version, database)
        code = next(section.code for section in questionnaire.sections if section.stage.value == stage)
        seen = look(connection, actor, diagnosis_id, code)
        if code not in writable_sections(actor, cast("Diagnosis", seen), questionnaire.stages(), WRITABLE):
            raise LockedError(
                _l(
                    "Ces notes ne peuvent pas être scellées maintenant : elles le sont déjà, ou le dossier n’en est pas à cette étape."
                )
            )
        lacking = [questionnaire.question(f"{prefix}{each}") for each in DIMENSIONS if not _marked(seen, f"{prefix}{each}")]
        if lacking:
            names = ", ".join(question.label.fr for question in lacking)
            raise ActionError(_l("Donnez une note à chaque dimension avant de sceller. Il manque : %(names)s.", names=names))
        _count(connection, seen, _COUNT_CHANGE.values({attribute: bindparam("since")}), since=now())
        log(session, actor, "marks_sealed", "diagnosis", seen.id, voice=voice)


def _marked(seen: Seen, name: str) -> bool:
    return Answer.from_json(seen.answers[name]).given if name in seen.answers else False
