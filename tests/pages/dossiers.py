"""Dossiers for the tests of the coordinator's and the network's pages, written straight into the tables."""

from dataclasses import dataclass
from datetime import date, datetime

from diagnostics.db import Database
from diagnostics.models import Diagnosis, Firm, Selection, State, now


@dataclass(frozen=True, slots=True)
class Made:
    """A dossier to write: its state, and what the delays are counted from."""

    state: State
    since: datetime | None = None
    visited_on: date | None = None
    sector: str = "iae"
    replaces: str | None = None
    diagnostician: int | None = None
    structure: int | None = None


def write(database: Database, campaign_id: int, wanted: dict[str, Made]) -> dict[str, int]:
    """Writes a firm and a dossier for each reference; gives the dossiers' numbers."""
    numbers: dict[str, int] = {}
    with database.write() as session:
        for place, (reference, made) in enumerate(wanted.items()):
            firm = Firm(
                campaign_id=campaign_id,
                siret=f"{30000000000000 + place}",
                name=f"Entreprise {reference}",
                sector=made.sector,
                departement="84",
                size_class="6-9",
                selection=Selection.RESERVE if made.replaces else Selection.PANEL,
            )
            session.add(firm)
            session.flush()
            diagnosis = Diagnosis(
                reference=reference,
                campaign_id=campaign_id,
                firm_id=firm.id,
                questionnaire_version="2026-1",
                state=made.state,
                state_since=made.since or now(),
                visited_on=made.visited_on,
                diagnostician_id=made.diagnostician,
                structure_id=made.structure,
                replaces_id=numbers.get(made.replaces) if made.replaces else None,
            )
            session.add(diagnosis)
            session.flush()
            numbers[reference] = diagnosis.id
    return numbers
