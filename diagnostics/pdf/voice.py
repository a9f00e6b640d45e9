"""The voice of a document: its words in one language, and figures written as that language writes them."""

from collections.abc import Mapping

from analysis.words import Words
from diagnostics import formats

Table = Mapping[str, tuple[str, str]]


class Voice:
    """Speaks one language. `say` fills a sentence's gaps and gives it its typography; codes that nobody knows are shown as they are."""

    def __init__(self, locale: str, *tables: Table) -> None:
        self.locale = "en" if locale == "en" else "fr"
        self._words: dict[str, tuple[str, str]] = {}
        for table in tables:
            self._words.update(table)

    def say(self, key: str, **values: object) -> str:
        """The words of a key, with its gaps filled."""
        french, english = self._words[key]
        sentence = (english if self.locale == "en" else french).format(**values)
        return formats.typographic(sentence, self.locale)

    def knows(self, key: str) -> bool:
        """Whether there are words for a key."""
        return key in self._words

    def code(self, kind: str, code: str) -> str:
        """The words of a code of some kind (`horizon.h3`); an unknown code is shown as it is, an empty one as a dash."""
        if not code:
            return formats.DASH
        key = f"{kind}.{code}"
        return self.say(key) if key in self._words else code

    def count(self, key: str, count: int, **values: object) -> str:
        """The sentence for a count: `key.none` (where there is one), `key.one` or `key.many`, with {count} filled."""
        if count == 0 and f"{key}.none" in self._words:
            return self.say(f"{key}.none", count=0, **values)
        form = formats.plural(count, "one", "many", self.locale)
        return self.say(f"{key}.{form}", count=self.number(count), **values)

    def words(self, words: Words) -> str:
        """A bilingual text of the analysis, with its typography."""
        return formats.typographic(words.in_(self.locale), self.locale)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number."""
        return formats.number(value, decimals, self.locale)

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """A share as a percentage."""
        return formats.percent(share, decimals, self.locale)

    def euros(self, value: float | None) -> str:
        """An amount in euros."""
        return formats.euros(value, 0, self.locale)

    def day(self, value: str | None) -> str:
        """A day in words."""
        return formats.day(value, self.locale)

    def month(self, value: str | None) -> str:
        """A month in words."""
        return formats.month(value, self.locale)

    def span(self, low: float, high: float) -> str:
        """A range of whole numbers, « 5 à 8 »."""
        return formats.span(self.number(low), self.number(high), self.locale)

    def between(self, low: float, high: float) -> str:
        """A range of whole numbers in a sentence, « entre 5 et 8 »."""
        return formats.between(self.number(low), self.number(high), self.locale)

    def listed(self, items: list[str]) -> str:
        """Items in a sentence."""
        return formats.listed(items, self.locale)

    @property
    def colon(self) -> str:
        """The colon after a label, with the spaces of the language."""
        return ": " if self.locale == "en" else f"{formats.NO_BREAK}: "
