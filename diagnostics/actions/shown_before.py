"""The verb for answers typed on a page of an older version, after the dossier has passed to another one.

The page knows the version that it was made from. What was changed on it goes the way that the dossier's own answers went: to
its place in the present version, aside, or, where something stands in the way, back to the person with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from diagnostics.access import Actor, visible, writable_sections
from diagnostics.actions.answers import AnswersConflictError, LockedError, look, save_section
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.actions.carrying import write_aside
from diagnostics.carriage import aside_rows, kept_of
from diagnostics.catalogues import UnknownVersionError, load
from diagnostics.db import Database
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import WRITABLE
from diagnostics.merging import BLANK, fingerprint
from diagnostics.models import Diagnosis
from questionnaires.answers import Answer
from questionnaires.model import Questionnaire
from questionnaires.versions import Carried, Kept, carry

ALWAYS_STALE = -1


@dataclass(slots=True)
class Landed:
    """Where typed answers went: the questions saved (by their present name), those kept aside, and what was refused and why."""

    saved: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def save_shown_before(
    database: Database,
    actor: Actor,
    diagnosis_id: int,
    version: str,
    answers: Mapping[str, Answer],
    fingerprints: Mapping[str, str] | None,
) -> Landed:
    """Saves answers read from a page of an older version; only what was changed on it counts.

    Nothing is dropped: each changed answer is in exactly one part of the result. Raises `NotFoundError` for an unknown dossier
    or version.
    """
    with database.reader.connect() as connection:
        seen = look(connection, actor, diagnosis_id, "")
    try:
        old, new = load(version, database), load(seen.questionnaire_version, database)
    except UnknownVersionError as error:
        raise NotFoundError(_l("Cette version du questionnaire n’existe pas.")) from error
    shown = fingerprints or {}
    changed = {name: answer for name, answer in answers.items() if shown.get(name, BLANK) != fingerprint(answer)}
    carried = carry(changed, old, new)
    landed = Landed()
    for obstacle in carried.obstacles:
        landed.refused[obstacle.question] = obstacle.message.in_(chosen_locale())
    origin = {carried.renamed.get(name, name): name for name in changed}
    for section, chosen in _by_section(new, carried, set(landed.refused), origin).items():
        _save(database, actor, diagnosis_id, section, chosen, _Way(old, new, shown, origin), landed)
    _keep(database, actor, diagnosis_id, carried.kept_aside, landed)
    return landed


@dataclass(frozen=True, slots=True)
class _Way:
    """Between the version of the page and the dossier's: what was shown, and the old name of each present one."""

    old: Questionnaire
    new: Questionnaire
    shown: Mapping[str, str]
    origin: Mapping[str, str]

    def base(self, held: Mapping[str, object]) -> dict[str, str]:
        """The marks of the held answers that are still what the page showed, read back into its version."""
        found = {}
        for name, before in self.origin.items():
            stored = held.get(name)
            if not isinstance(stored, Mapping):
                continue
            theirs = Answer.from_json(stored)
            back = carry({name: theirs}, self.new, self.old).answers.get(before)
            if back is not None and fingerprint(back) == self.shown.get(before, BLANK):
                found[name] = fingerprint(theirs)
        return found


def _by_section(new: Questionnaire, carried: Carried, refused: set[str], origin: Mapping[str, str]) -> dict[str, dict[str, Answer]]:
    """The carried answers by the section that asks them now; one with an obstacle in it is not saved in part."""
    found: dict[str, dict[str, Answer]] = {}
    for name, answer in carried.answers.items():
        if origin.get(name) not in refused:
            found.setdefault(new.section_of(name).code, {})[name] = answer
    return found


def _save(
    database: Database,
    actor: Actor,
    diagnosis_id: int,
    section: str,
    chosen: dict[str, Answer],
    way: _Way,
    landed: Landed,
) -> None:
    """Saves a section's answers; those that somebody else changed meanwhile are refused, the others are saved all the same."""
    with database.reader.connect() as connection:
        held = look(connection, actor, diagnosis_id, section).answers
    try:
        save_section(database, actor, diagnosis_id, section, chosen, base_revision=ALWAYS_STALE, base=way.base(held))
    except AnswersConflictError as conflict:
        for each in conflict.conflicts:
            landed.refused[way.origin.get(each.question, each.question)] = str(conflict.message)
            chosen.pop(each.question)
        if chosen:
            _save(database, actor, diagnosis_id, section, chosen, way, landed)
    except (LockedError, ActionError) as refusal:
        landed.refused |= {way.origin.get(name, name): str(refusal.message) for name in chosen}
    else:
        landed.saved += list(chosen)


def _keep(database: Database, actor: Actor, diagnosis_id: int, kept: tuple[Kept, ...], landed: Landed) -> None:
    """Keeps aside what the present version no longer asks, if this person could have written it."""
    if not kept:
        return
    with database.write() as session:
        diagnosis: Diagnosis | None = session.scalar(
            visible(Diagnosis, actor).where(Diagnosis.id == diagnosis_id).with_for_update(of=Diagnosis)
        )
        if diagnosis is None:
            raise NotFoundError(_l("Ce dossier n’existe pas, ou il ne vous est pas ouvert."))
        stages = {each.section.code: each.section.stage.value for each in kept if each.section}
        writable = writable_sections(actor, diagnosis, stages, WRITABLE)
        mine = [each for each in kept if each.section and each.section.code in writable]
        rows = aside_rows(session, diagnosis_id)
        written = {(each.name, each.asked_by.version) for each in mine}
        others = [each for each in kept_of(session, rows) if (each.name, each.asked_by.version) not in written]
        write_aside(session, diagnosis_id, (*others, *mine), rows)
        landed.aside += [each.name for each in mine]
        for each in kept:
            if each not in mine:
                landed.refused[each.name] = str(_l("Cette partie ne peut pas être modifiée maintenant."))
        if mine:
            log(session, actor, "answers_kept_aside", "diagnosis", diagnosis_id, questions=[each.name for each in mine])
