"""Figures in words, in both languages: French agreement and typography, English beside.

Comes in: numbers that may be shown. Goes out: pieces of sentences. Nothing is decided here but the grammar.
"""

from collections.abc import Iterable

from analysis.portrait import Horizon
from analysis.words import Words

NARROW, HARD = "\u202f", "\u00a0"
# French takes the plural from two on (« 1,5 départ »), English from anything but one.
FRENCH_PLURAL_FROM = 2
SMALL_FR = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
SMALL_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number_fr(value: float, decimals: int = 0) -> str:
    """A number with a decimal comma and narrow spaces, without needless zeros: « 12 500 », « 3,4 », « 3 »."""
    text = _trimmed(f"{value:,.{decimals}f}")
    return text.replace(",", NARROW).replace(".", ",").replace("-", "−")


def number_en(value: float, decimals: int = 0) -> str:
    """A number in English: “12,500”, “3.4”, “3”."""
    return _trimmed(f"{value:,.{decimals}f}").replace("-", "−")


def _trimmed(text: str) -> str:
    """Without the zeros after the point that say nothing, and never minus zero."""
    shorter = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if shorter == "-0" else shorter


def number(value: float, decimals: int = 0) -> Words:
    """A number in both languages."""
    return Words(number_fr(value, decimals), number_en(value, decimals))


def percent(share: float) -> Words:
    """A share from 0 to 1 as a whole percentage."""
    return Words(f"{number_fr(share * 100)}{NARROW}%", f"{number_en(share * 100)}%")


def points(value: float) -> Words:
    """A percentage that is already in per cent."""
    return percent(value / 100)


def euros(amount: float) -> Words:
    """An amount in whole euros."""
    return Words(f"{number_fr(amount)}{NARROW}€", f"€{number_en(amount)}" if amount >= 0 else f"−€{number_en(-amount)}")


def counted(count: float, fr: tuple[str, str], en: tuple[str, str], decimals: int = 0) -> Words:
    """A number and its noun in agreement; `fr` and `en` are (singular, plural)."""
    rounded = round(count, decimals)
    return Words(
        f"{number_fr(count, decimals)} {fr[abs(rounded) >= FRENCH_PLURAL_FROM]}",
        f"{number_en(count, decimals)} {en[rounded != 1]}",
    )


def spelled(count: int, fr: tuple[str, str], en: tuple[str, str], *, feminine: bool = False) -> Words:
    """A small whole number in letters with its noun: « un poste clé », « deux actions »."""
    if not 0 < count < len(SMALL_FR):
        return counted(count, fr, en)
    word = "une" if feminine and count == 1 else SMALL_FR[count]
    return Words(f"{word} {fr[count >= FRENCH_PLURAL_FROM]}", f"{SMALL_EN[count]} {en[count != 1]}")


def departures(horizon: Horizon) -> Words:
    """The departures of a horizon, as precisely as they may be told: « 3,4 départs », « de 0 à 1 départ », « aucun départ »."""
    if horizon.precise:
        return counted(horizon.expected, ("départ", "départs"), ("departure", "departures"), 1)
    low, high = horizon.low90, horizon.high90
    if high == 0:
        return Words("aucun départ", "no departure")
    if low == high:
        return counted(high, ("départ", "départs"), ("departure", "departures"))
    noun = "départs" if high >= FRENCH_PLURAL_FROM else "départ"
    return Words(f"de {low} à {high} {noun}", f"{low} to {high} departure{'s' if high > 1 else ''}")


def listed(names: Iterable[Words]) -> Words:
    """Names in a row with their last conjunction: « a, b et c »."""
    found = list(names)
    return Words(_joined([name.fr for name in found], " et "), _joined([name.en for name in found], " and "))


def _joined(parts: list[str], last: str) -> str:
    return last.join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def upper_first(words: Words) -> Words:
    """With a capital first letter."""
    return Words(words.fr[:1].upper() + words.fr[1:], words.en[:1].upper() + words.en[1:])


def lower_first(words: Words) -> Words:
    """With a small first letter, to stand inside a sentence; acronyms keep theirs."""

    def lowered(text: str) -> str:
        return text if text[1:2].isupper() else text[:1].lower() + text[1:]

    return Words(lowered(words.fr), lowered(words.en))
