"""Single cells to values: yes and no, states, headcounts and bands, NAF codes, legal categories, contacts."""

import re

from diagnostics.frame.labels import FAMILIES, SECTORS
from diagnostics.frame.tables import OUT, WITHDRAWN, Tables
from diagnostics.frame.text import key

_YES = frozenset({"O", "OUI", "Y", "YES", "TRUE", "VRAI", "1", "X"})
_NO = frozenset({"N", "NON", "NO", "FALSE", "FAUX", "0"})
_OPEN = frozenset({"A", "O", "ACTIF", "ACTIVE", "ENACTIVITE", "OUVERT", "OUVERTE", "OPEN"})
_CLOSED = frozenset(
    {
        "F",
        "C",
        "FERME",
        "FERMEE",
        "CESSE",
        "CESSEE",
        "CESSATION",
        "CLOSED",
        "CEASED",
        "RADIE",
        "RADIEE",
        "INACTIF",
        "INACTIVE",
        "DISSOUTE",
    }
)
_DIFFUSIBLE = frozenset({"", "O", "DIFFUSIBLE", "OUI"})
_RANGE = re.compile(
    r"(\d{1,3}(?:[\s\u202f\u00a0]?\d{3})*)\s*(?:à|a|-|–|to|et|ou|or)\s*(\d{1,3}(?:[\s\u202f\u00a0]?\d{3})*)", re.IGNORECASE
)
_MARK = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
MOST_EMPLOYEES = 100_000
_LOCAL_PHONE = 10
_MARKED_NAF = re.compile(r"\((\d\d\.\d\d[A-Z])\)\s*$")


def yes(text: str) -> bool | None:
    """Yes, no, or nothing said."""
    folded = key(text)
    return True if folded in _YES else False if folded in _NO else None


def is_closed(text: str) -> bool | None:
    """Whether a state says closed; None when it says neither."""
    folded = key(text)
    return True if folded in _CLOSED else False if folded in _OPEN else None


def may_be_used(text: str) -> bool:
    """Whether Sirene publishes the row whole; P (partly) and N say that the firm objected."""
    folded = key(text)
    return folded in _DIFFUSIBLE or not (folded in {"P", "N", "NON"} or "NON" in folded or "PARTIEL" in folded)


def headcount(text: str) -> int | None:
    """A number of people; raises `ValueError` for anything else than a whole number from 0 to 100 000."""
    compact = re.sub(r"[\s\u202f\u00a0]", "", text).replace(",", ".")
    number = float(compact)
    if not number.is_integer() or not 0 <= number <= MOST_EMPLOYEES:
        raise ValueError(text)
    return int(number)


def band(tables: Tables, text: str) -> str | None:
    """The code of a headcount band, given as its code (zeros lost or not) or its words; None when it is neither."""
    compact = key(text)
    if compact in tables.bands:
        return compact
    if compact.isdigit() and compact.zfill(2) in tables.bands:
        return compact.zfill(2)
    found = _RANGE.search(text)
    if found is not None:
        least, most = (int(re.sub(r"\D", "", part)) for part in found.groups())
        return next(
            (
                line.code
                for line in tables.bands.values()
                if line.least == least and (line.most == most or (least, most) == (20, 50))
            ),
            None,
        )
    if compact in {"NONEMPLOYEUR", "NONEMPLOYEUSE", "UNITENONEMPLOYEUSE"}:
        return "NN"
    return next((line.code for line in tables.bands.values() if key(line.label) == compact), None)


def naf(text: str) -> str:
    """A NAF code with its point (88.10A), or the text in capitals if it has not the form of one."""
    marked = _MARKED_NAF.search(text)
    compact = re.sub(r"[^0-9A-Z]", "", (marked.group(1) if marked else text).upper())
    return f"{compact[:2]}.{compact[2:]}" if re.fullmatch(r"\d{4}[A-Z]", compact) else text.strip().upper()


def is_old_naf(text: str) -> bool:
    """Whether a text has the form of a NAF before 2008: three digits and a letter."""
    return re.fullmatch(r"\d{2}\.?\d[A-Z]", text.strip().upper()) is not None


def legal_category(tables: Tables, text: str) -> tuple[str, str]:
    """A legal category's code, and the withdrawn code that it replaces if it does; the code is empty when unknown."""
    compact = key(text)
    if compact in tables.legal:
        return compact, ""
    if compact in WITHDRAWN:
        return WITHDRAWN[compact], compact
    return next((line.code for line in tables.legal.values() if key(line.label) == compact), ""), ""


def sector(text: str) -> str:
    """A sector's code from its code or its name; empty when it is neither."""
    return _coded(text, SECTORS)


def family(text: str) -> str:
    """A family's code from its code or its name; empty when it is neither."""
    return _coded(text, FAMILIES)


def _coded(text: str, table: dict[str, tuple[str, str]]) -> str:
    compact = key(text)
    return next(
        (code for code, names in table.items() if code != OUT and compact in {key(code), *(key(name) for name in names)}), ""
    )


def agreement(text: str) -> str | None:
    """The first real agreement of a cell that may list several (« 5021|9999 »), without leading zeros.

    Empty when there is none (9999 means without agreement); None when the cell holds something else than numbers.
    """
    parts = [part for part in re.split(r"[|;,/\s]+", text.strip()) if part]
    if any(not re.fullmatch(r"\d{1,5}", part) for part in parts):
        return None
    return next((number for number in (part.lstrip("0") for part in parts) if number and number != "9999"), "")


def email(text: str) -> str | None:
    """An e-mail address in lower case; None when it is none."""
    found = text.strip().removeprefix("mailto:").lower()
    return found if _MARK.fullmatch(found) and len(found) <= 254 else None  # noqa: PLR2004 - The longest address (RFC 5321).


def phone(text: str) -> str | None:
    """A French number in pairs, an international one as it is; None when it is neither."""
    compact = re.sub(r"[\s\u202f\u00a0.\-/()]", "", text)
    local = re.sub(r"^(?:\+33|0033)0?", "0", compact)
    if re.fullmatch(r"[1-9]\d{8}", local):
        local = f"0{local}"
    if re.fullmatch(r"0[1-9]\d{8}", local) and len(local) == _LOCAL_PHONE:
        return " ".join(local[place : place + 2] for place in range(0, _LOCAL_PHONE, 2))
    return compact if re.fullmatch(r"\+\d{8,15}", compact) else None
