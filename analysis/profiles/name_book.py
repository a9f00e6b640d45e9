"""The names of profiles as people keep them: proposed, changed and carried over, each version in both languages with who and when.

What comes in are names; what goes out is a frozen book that forgets nothing: a change adds a version. The book is plain data
(`to_json`, `from_json`), whoever stores it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self

from analysis.frozen import restored
from analysis.profiles.matching import Matching
from analysis.words import Words

LONGEST = 120


class NamingError(ValueError):
    """A name cannot be given; the message says what to change."""


@dataclass(frozen=True, slots=True)
class NameVersion:
    """One version of a profile's name: its rank from 1, the words in both languages, who wrote it, on which ISO date, and why.
    `origin` is proposed (by the program), edited (by a person) or carried (from an earlier edition)."""

    profile: str
    version: int
    words: Words
    origin: str
    author: str
    on: str
    reason: str


@dataclass(frozen=True, slots=True)
class NameBook:
    """All versions of the names of an edition's profiles, in the order in which they were given."""

    versions: tuple[NameVersion, ...] = ()

    @classmethod
    def proposed(cls, names: Mapping[str, Words], *, on: str) -> Self:
        """A book that opens with the names that the program proposes."""
        book = cls()
        for profile, words in names.items():
            book = book._with(NameVersion(profile, 1, words, "proposed", "", on, ""))
        return book

    def rename(self, profile: str, words: Words, *, author: str, on: str, reason: str = "") -> Self:
        """The book with one more version of a name.

        Raises
        ------
        NamingError
            When the profile is unknown, a language is missing, a name is too long or stands for two profiles, or nobody signs.
        """
        if profile not in self.profiles:
            message = f"No profile is called {profile}; known are {', '.join(self.profiles)}."
            raise NamingError(message)
        if not author.strip():
            message = "A name is signed: say who gives it."
            raise NamingError(message)
        clean = Words(words.fr.strip(), words.en.strip())
        last = self.history(profile)[-1]
        return self._with(NameVersion(profile, last.version + 1, clean, "edited", author.strip(), on, reason.strip()))

    def carried(self, earlier: "NameBook", matching: Matching, *, on: str) -> Self:
        """The book with the names that people gave to earlier profiles, for those that are still the same or have only changed.

        A name that the program proposed is not carried: the new proposal knows the new figures.
        """
        book = self
        for pair in matching.pairs:
            if matching.after(pair.before) is None or pair.before not in earlier.profiles or pair.after not in book.profiles:
                continue
            words = earlier.current(pair.before)
            if earlier.history(pair.before)[-1].origin == "proposed" or words == book.current(pair.after):
                continue
            last = book.history(pair.after)[-1]
            reason = f"{pair.before}, Jaccard {pair.jaccard:.2f}"
            version = NameVersion(
                pair.after, last.version + 1, words, "carried", earlier.history(pair.before)[-1].author, on, reason
            )
            book = book._with(version)
        return book

    @property
    def profiles(self) -> tuple[str, ...]:
        """The codes of the profiles that have a name."""
        return tuple(dict.fromkeys(version.profile for version in self.versions))

    def history(self, profile: str) -> tuple[NameVersion, ...]:
        """All versions of a profile's name, oldest first."""
        return tuple(version for version in self.versions if version.profile == profile)

    def current(self, profile: str) -> Words:
        """The name that a profile bears now."""
        return self.history(profile)[-1].words

    def to_json(self) -> str:
        """The book as text that is the same for the same book."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads back what `to_json` wrote."""
        book: Self = restored(cls, json.loads(text))
        return book

    def _with(self, version: NameVersion) -> Self:
        for language, name in (("French", version.words.fr), ("English", version.words.en)):
            if not name.strip():
                message = f"{version.profile}: the {language} name is missing; a name is given in both languages."
                raise NamingError(message)
            if len(name) > LONGEST:
                message = f"{version.profile}: the {language} name is longer than {LONGEST} characters."
                raise NamingError(message)
        for other in self.profiles:
            known = self.current(other)
            if other != version.profile and (known.fr == version.words.fr or known.en == version.words.en):
                message = f"{other} bears this name already: two profiles need two names."
                raise NamingError(message)
        return replace(self, versions=(*self.versions, version))
