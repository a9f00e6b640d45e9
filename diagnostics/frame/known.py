"""What a row becomes: a firm of the frame as the file gives it, and how it compares with what the frame already holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from diagnostics.frame.faults import Fault

# What an import may write of a firm; the names are the columns of the `firm` table.
REGISTER = (
    "name", "legal_category", "family", "naf", "sector", "idcc", "address", "postcode", "commune_code", "commune_name", "departement",
    "arrondissement", "epci", "epci_name", "zone_emploi", "zone_emploi_name", "headcount_band", "headcount", "size_class",
)  # fmt: skip
CONTACT = ("contact_name", "contact_email", "contact_phone")
WRITTEN = (*REGISTER, *CONTACT)
STRATUM = ("sector", "departement", "size_class")
# Fields that follow from another one: a person corrects the first, the others move with it.
PLACE = ("commune_code", "commune_name", "departement", "arrondissement", "epci", "epci_name", "zone_emploi", "zone_emploi_name")
SIZE = ("headcount_band", "headcount", "size_class")


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    UPDATED = "updated"
    IDENTICAL = "identical"
    CONFLICTING = "conflicting"
    DUPLICATE = "duplicate"
    CLOSED = "closed"
    OUT_OF_SCOPE = "out_of_scope"
    FAULTY = "faulty"


TAKEN = frozenset({Outcome.NEW, Outcome.UPDATED, Outcome.CONFLICTING})


@dataclass(frozen=True, slots=True)
class KnownFirm:
    """A firm that the frame already holds: its values by column, those corrected by hand, whether the draw relies on it."""

    siret: str
    values: Mapping[str, Any]
    corrected: frozenset[str] = frozenset()
    drawn: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it was understood: the firm's values (empty for a row that stays out) and what they would change."""

    line: int
    outcome: Outcome
    siret: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    contested: frozenset[str] = frozenset()


def changes(values: Mapping[str, Any], known: KnownFirm) -> dict[str, tuple[Any, Any]]:
    """Column to (value of the frame, value of the file), where the file gives one and it differs.

    A headcount that the file does not give is not a change; nor is a size that follows from it.
    """
    found = {}
    for name in WRITTEN:
        given = values.get(name)
        if given in (None, "") or given == known.values.get(name):
            continue
        found[name] = (known.values.get(name), given)
    if values.get("headcount") is None and known.values.get("headcount") is not None:
        # The frame's exact number stands against a band, unless it no longer fits it.
        for name in ("headcount_band", "size_class"):
            found.pop(name, None)
    return found


def contested(found: Mapping[str, Any], known: KnownFirm) -> frozenset[str]:
    """The changed columns that need a person: corrected by hand, or on which the draw relied."""
    names = set(found) & set(known.corrected)
    for group in (PLACE, SIZE, ("naf", "sector"), ("legal_category", "family")):
        if names & set(group):
            names |= set(found) & set(group)
    if known.drawn and set(found) & set(STRATUM):
        for group in (PLACE, SIZE, ("naf", "sector")):
            if set(found) & set(group) & set(STRATUM):
                names |= set(found) & set(group)
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row's entry and its faults."""

    entry: Entry
    faults: tuple[Fault, ...] = ()
