"""How figures, dates and sentences are written, in French and in English: the one place for pages and PDFs.

In come numbers (shares from 0 to 1, amounts in euros), dates and plain sentences; out comes text ready to be read, with the
spaces that the language wants: narrow no-break spaces (U+202F) between thousands and before ; ! ? and %, no-break spaces (U+00A0) before
the colon, inside « » and before €. Nothing here knows of a request or a database.
"""

import re
import unicodedata
from datetime import date

NARROW = "\u202f"
NO_BREAK = "\u00a0"
MINUS = "\u2212"
DASH = "–"

_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip

_SPACED = re.compile(r"[ \u00a0\u202f]*([;!?])(?![\w/])|[ \u00a0\u202f]+([;!?%])")
_COLON = re.compile(r"[ \u00a0\u202f]+:")
_OPENING = re.compile(r"«[ \u00a0\u202f]*")
_CLOSING = re.compile(r"[ \u00a0\u202f]*»")
_PERCENT = re.compile(r"(?<=\d)[ \u00a0\u202f]*%")
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0](?=\d{3}(?!\d))")
_EURO = re.compile(r"(?<=\d)[ \u202f]+€")
_UNIT = re.compile(r"(?<=\d) (?=(?:ans?|mois|salariés?|personnes?|euros?|k€|M€|points?|pts?)\b)")


def number(value: float | None, decimals: int = 0, locale: str = "fr") -> str:
    """A number with its thousands set apart and a fixed number of decimals; an en dash when there is none."""
    if value is None or value != value:  # noqa: PLR0124 - Only not-a-number differs from itself.
        return DASH
    text = f"{abs(value):,.{decimals}f}"
    if locale != "en":
        text = text.replace(",", NARROW).replace(".", ",")
    below = value < 0 and any(digit in text for digit in "123456789")
    return f"{MINUS}{text}" if below else text


def signed(value: float | None, decimals: int = 0, locale: str = "fr") -> str:
    """A difference: the number with its sign always written, « ±0 » excepted, which is plainly 0."""
    text = number(value, decimals, locale)
    positive = value is not None and value > 0 and any(digit in text for digit in "123456789")
    return f"+{text}" if positive else text


def percent(share: float | None, decimals: int = 0, locale: str = "fr") -> str:
    """A share (0 to 1) as a percentage: « 38 % » in French, « 38% » in English."""
    if share is None or share != share:  # noqa: PLR0124 - Only not-a-number differs from itself.
        return DASH
    text = number(share * 100, decimals, locale)
    return f"{text}%" if locale == "en" else f"{text}{NARROW}%"


def euros(value: float | None, decimals: int = 0, locale: str = "fr") -> str:
    """An amount in euros: « 12 300 € » in French, « €12,300 » in English."""
    if value is None or value != value:  # noqa: PLR0124 - Only not-a-number differs from itself.
        return DASH
    text = number(value, decimals, locale)
    if locale != "en":
        return f"{text}{NO_BREAK}€"
    return f"{MINUS}€{text[1:]}" if text.startswith(MINUS) else f"€{text}"


def span(low: str, high: str, locale: str = "fr") -> str:
    """A range of two written figures: « 5 à 8 » or « 5 to 8 »; one figure when both are the same."""
    if low == high:
        return low
    return f"{low} to {high}" if locale == "en" else f"{low} à {high}"


def between(low: str, high: str, locale: str = "fr") -> str:
    """A range inside a sentence: « entre 5 et 8 » or « between 5 and 8 »; one figure when both are the same."""
    if low == high:
        return low
    return f"between {low} and {high}" if locale == "en" else f"entre {low} et {high}"


def plural(count: float, one: str, many: str, locale: str = "fr") -> str:
    """The word that goes with a count: in French the plural begins at 2, in English everything but 1 is plural."""
    single = count == 1 if locale == "en" else abs(count) < 2  # noqa: PLR2004 - The rule of French grammar.
    return one if single else many


def as_date(value: date | str | None) -> date | None:
    """The date behind an ISO string or a date; None when it is no date."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


def day(value: date | str | None, locale: str = "fr") -> str:
    """A day in words: « 1er octobre 2026 », « 14 October 2026 ». A text that is no date is given back as it is."""
    found = as_date(value)
    if found is None:
        return str(value) if value else DASH
    rank = "1er" if found.day == 1 and locale != "en" else str(found.day)
    return f"{rank}{NO_BREAK}{month_name(found.month, locale)} {found.year}"


def month(value: date | str | None, locale: str = "fr") -> str:
    """A month in words: « octobre 2026 ». A text that is no date is given back as it is."""
    found = as_date(value)
    if found is None:
        return str(value) if value else DASH
    return f"{month_name(found.month, locale)}{NO_BREAK}{found.year}"


def month_name(index: int, locale: str = "fr") -> str:
    """The name of a month, 1 to 12."""
    return _MONTHS["en" if locale == "en" else "fr"][index - 1]


def listed(items: list[str], locale: str = "fr") -> str:
    """Items in a sentence: « a, b et c »."""
    if len(items) < 2:  # noqa: PLR2004 - One item needs no joining word.
        return "".join(items)
    link = " and " if locale == "en" else " et "
    return ", ".join(items[:-1]) + link + items[-1]


def capital(text: str) -> str:
    """The text with its first letter as a capital; the rest is kept."""
    return text[:1].upper() + text[1:]


def typographic(text: str, locale: str = "fr") -> str:
    """A sentence of ours with the spaces, apostrophes and dots of its language. Never used on what a person wrote.

    Doing it twice changes nothing more.
    """
    text = text.replace("'", "’").replace("...", "…")
    if locale == "en":
        return text
    text = _PERCENT.sub(f"{NARROW}%", text)
    text = _SPACED.sub(_before_sign, text)
    text = _COLON.sub(f"{NO_BREAK}:", text)
    text = _OPENING.sub(f"«{NO_BREAK}", text)
    text = _CLOSING.sub(f"{NO_BREAK}»", text)
    text = _THOUSANDS.sub(NARROW, text)
    text = _EURO.sub(f"{NO_BREAK}€", text)
    return _UNIT.sub(NO_BREAK, text)


def _before_sign(found: re.Match[str]) -> str:
    sign = found.group(1) or found.group(2)
    start = found.start()
    before = found.string[start - 1] if start else " "
    return sign if before in " \u00a0\u202f;!?(" else f"{NARROW}{sign}"


def sortable(text: str) -> str:
    """A text as a dictionary orders it: without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
