"""Small readings of text that every module of the frame needs: keys without case or accents, names of places."""

import re
import unicodedata

_CEDEX = re.compile(r"\bCEDEX\b.*$")
_DISTRICT = re.compile(r"\b\d{1,2}\s*(?:ER|E|EME|ND|ARRONDISSEMENT)?(?:\s+ARRONDISSEMENT)?$")
_SHORT = ((re.compile(r"\bST\b"), "SAINT"), (re.compile(r"\bSTE\b"), "SAINTE"), (re.compile(r"\bS/\b|\bSUR\b"), "SUR"))
_DAMAGED = re.compile("Ã[\x80-\xbf]|Ã©|Ã¨|Ã´|Ã§|Ãª|â€™|\ufffd")


def plain(text: str) -> str:
    """The text in capitals, without accents."""
    if text.isascii():
        return text.upper()
    split = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("’", "'"))
    return "".join(sign for sign in split if not unicodedata.combining(sign)).upper()


def key(text: str) -> str:
    """The letters and digits of a column's name or a label, without case or accents."""
    return "".join(sign for sign in plain(text) if sign.isalnum())


def place_key(name: str) -> str:
    """A commune's name as it is compared: no case, accents, hyphens, district or CEDEX; « St » is « Saint »."""
    found = re.sub(r"[^A-Z0-9/ ]+", " ", plain(name))
    found = _CEDEX.sub("", found)
    found = _DISTRICT.sub("", " ".join(found.split()))
    for pattern, full in _SHORT:
        found = pattern.sub(full, found)
    return " ".join(found.replace("/", " ").split())


def clean(text: str) -> str:
    """The text without control characters, its spaces folded."""
    printable = text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())


def damaged(text: str) -> bool:
    """Whether the text shows the marks of a wrong decoding (« Ã© » for « é »)."""
    return _DAMAGED.search(text) is not None
