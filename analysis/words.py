"""Words that the analysis owns, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages."""

    fr: str
    en: str

    def in_(self, locale: str) -> str:
        """The words in a language."""
        return self.en if locale == "en" else self.fr
