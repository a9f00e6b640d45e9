"""The names that people give to the profiles of a prepared edition, in both languages, each version signed and kept."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from analysis.frozen import restored
from analysis.profiles.name_book import LONGEST, NameBook
from analysis.synthesis.edition import Synthesis
from analysis.synthesis.renaming import renamed
from analysis.words import Words
from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.db import Database
from diagnostics.models import Edition, Role, StoredSynthesis, now

NAMING = frozenset({Role.COORDINATOR, Role.ANALYST})


def names_of(summary: Mapping[str, Any]) -> NameBook:
    """The names of an edition's profiles with their history; empty for an edition made before they were kept."""
    found: NameBook = restored(NameBook, summary.get("names") or {"versions": []})
    return found


def rename_profile(
    database: Database, actor: Actor, edition_id: int, code: str, words: Words, *, reason: str = "", seen: int | None = None
) -> None:
    """Gives a profile of a prepared edition another name, in every synthesis of the edition.

    `seen` is the version that the person had before their eyes. Raises `AccessError`, `NotFoundError` for an unknown edition or
    profile, and `ActionError` where readers know the edition already, where somebody else has renamed the profile meanwhile, or
    where a name is missing, too long or another profile's.
    """
    if actor.role not in NAMING:
        raise AccessError
    with database.write() as session:
        edition = session.scalar(visible(Edition, actor).where(Edition.id == edition_id))
        if edition is None:
            raise NotFoundError(_l("Cette édition n’existe pas."))
        book, clean = names_of(edition.summary), Words(" ".join(words.fr.split()), " ".join(words.en.split()))
        if code not in book.profiles:
            raise NotFoundError(_l("Ce profil n’existe pas dans cette édition."))
        if edition.published_at is not None:
            raise ActionError(
                _l(
                    "Des lecteurs connaissent déjà cette édition : ses noms ne changent plus. Préparez une nouvelle édition ; les noms des profils y seront repris."
                )
            )
        _check(book, code, clean, seen)
        if clean == book.current(code):
            return
        changed = book.rename(code, clean, author=actor.name, on=now().date().isoformat(), reason=reason)
        edition.summary = {**edition.summary, "names": asdict(changed)}
        _rewrite(session, edition, {code: clean})
        log(session, actor, "profile_renamed", "edition", edition.id, number=edition.number, profile=code, fr=clean.fr, en=clean.en)


def _check(book: NameBook, code: str, words: Words, seen: int | None) -> None:
    last = book.history(code)[-1]
    if seen is not None and seen != last.version:
        raise ActionError(
            _l(
                "Ce profil a été renommé entre-temps par %(author)s : « %(fr)s » / “%(en)s”. Relisez, puis enregistrez si votre nom convient mieux.",
                author=last.author or _l("le programme"),
                fr=last.words.fr,
                en=last.words.en,
            )
        )
    if not (words.fr and words.en):
        raise ActionError(_l("Donnez le nom dans les deux langues : les synthèses paraissent en français et en anglais."))
    if max(len(words.fr), len(words.en)) > LONGEST:
        raise ActionError(_l("Un nom de profil tient en %(most)d caractères.", most=LONGEST))
    taken = [other for other in book.profiles if other != code and {*_folded(book.current(other))} & {*_folded(words)}]
    if taken:
        raise ActionError(_l("Le profil %(code)s porte déjà ce nom : deux profils ont deux noms.", code=taken[0]))


def _folded(words: Words) -> tuple[str, str]:
    """Names are told apart whatever their capitals, and within each language."""
    return f"fr {words.fr.casefold()}", f"en {words.en.casefold()}"


def _rewrite(session: Session, edition: Edition, names: Mapping[str, Words]) -> None:
    """Stores each synthesis of the edition with the new names; a withheld one has none."""
    stored = session.scalars(
        select(StoredSynthesis).where(StoredSynthesis.edition_id == edition.id).options(undefer(StoredSynthesis.content))
    )
    for row in stored:
        synthesis = renamed(Synthesis.from_json(row.content), names)
        row.content, row.digest = synthesis.to_json(), synthesis.digest()
