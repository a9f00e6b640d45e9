"""Who a row is about: its SIRET, checked with python-stdnum (La Poste's own rule included), and what spreadsheets do to it."""

import re
from dataclasses import dataclass

from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from diagnostics.frame.faults import Fault, fault

SIRET_LENGTH, SIREN_LENGTH, NIC_LENGTH = 14, 9, 5
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_SEPARATORS = re.compile(r"[\s.\u00a0\u202f\u2009'’-]")


@dataclass(frozen=True, slots=True)
class Identity:
    """A SIRET as it was understood, or the faults that say why there is none."""

    siret: str
    faults: tuple[Fault, ...] = ()


def is_siret(number: str) -> bool:
    """Whether a number of 14 digits has right check digits, by the rule of La Poste for its establishments."""
    return bool(siret_number.is_valid(number))


def identify(siret: str, siren: str, nic: str, *, line: int, column: str) -> Identity:
    """The SIRET of a row, from a SIRET or from a SIREN and a NIC."""
    number = _compact(siret)
    if not number and _compact(siren) and _compact(nic):
        number = _compact(siren).zfill(SIREN_LENGTH) + _compact(nic).zfill(NIC_LENGTH)
    found = _read(number, siret, line, column)
    known = _compact(siren)
    if found.siret and known.isdigit() and known.zfill(SIREN_LENGTH) != found.siret[:SIREN_LENGTH]:
        return Identity("", (*found.faults, fault("siret_siren_mismatch", line, column, siret=found.siret, siren=known)))
    return found


def _read(number: str, typed: str, line: int, column: str) -> Identity:
    padded = number.zfill(SIRET_LENGTH)
    if SIREN_LENGTH < len(number) < SIRET_LENGTH and number.isdigit() and is_siret(padded):
        return Identity(padded, (fault("siret_zero_restored", line, column, siret=padded),))
    if is_siret(number):
        return Identity(number)
    code = _why_not(number, typed)
    return Identity("", (fault(code, line, column, value=typed.strip() or number, count=len(number)),))


def _why_not(number: str, typed: str) -> str:
    """The fault of a text that is no SIRET."""
    digits = number.isascii() and number.isdigit()
    reasons = (
        (not number, "siret_missing"),
        (_SCIENTIFIC.fullmatch(typed.strip()) is not None, "siret_scientific"),
        (not digits, "siret_characters"),
        (len(number) == SIREN_LENGTH and bool(siren_number.is_valid(number)), "siret_is_siren"),
        (len(number) != SIRET_LENGTH, "siret_length"),
    )
    return next((code for holds, code in reasons if holds), "siret_checksum")


def _compact(text: str) -> str:
    number = _SEPARATORS.sub("", text.strip())
    # A spreadsheet may have written a whole number with its decimals: 41273578900023,0.
    return re.sub(r"^(\d{14}),0+$", r"\1", number)
