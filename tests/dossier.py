"""A dossier to fill in tests, the people around it, and a form read from its page as a browser would send it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from diagnostics.access import Actor
from diagnostics.db import Database
from diagnostics.models import Diagnosis, Firm, Role, SectionAnswers, Selection, State, User
from questionnaires.answers import Answer
from tests.conftest import World
from tests.html import Page

REFERENCE = "PACA-0001"
BASE = f"/dossiers/{REFERENCE}/questionnaire"
DIMENSIONS = [f"D{number}" for number in range(1, 11)]


def new_dossier(
    database: Database, world: World, *, state: State = State.ENTRY, reference: str = REFERENCE, siret: str = "73282932000074"
) -> int:
    """A firm of the panel with a dossier given to the first diagnostician; gives the dossier's number."""
    with database.write() as session:
        firm = Firm(
            campaign_id=world.campaign_id,
            siret=siret,
            name="Association Les Tilleuls",
            family="asso",
            naf="88.10A",
            sector="aide_dom",
            idcc="2941",
            departement="13",
            commune_code="13055",
            headcount=12,
            selection=Selection.PANEL,
        )
        session.add(firm)
        session.flush()
        diagnosis = Diagnosis(
            reference=reference,
            campaign_id=world.campaign_id,
            firm_id=firm.id,
            diagnostician_id=world.people["diagnostician"].id,
            structure_id=world.structures[0],
            questionnaire_version="2026-1",
            state=state,
            visited_on=date(2026, 11, 20),
        )
        session.add(diagnosis)
        session.flush()
        return diagnosis.id


def actor_of(user: User) -> Actor:
    return Actor(user.role, user.name, user_id=user.id, structure_id=user.structure_id)


def firm_actor(diagnosis_id: int, *, marks_only: bool = False) -> Actor:
    return Actor(Role.FIRM, "", diagnosis_id=diagnosis_id, marks_only=marks_only)


def put(database: Database, diagnosis_id: int, section: str, answers: Mapping[str, Any], *, revision: int = 1) -> None:
    """Stores answers as if they had been saved before."""
    stored = {name: (value if isinstance(value, Answer) else Answer(value)).to_json() for name, value in answers.items()}
    with database.write() as session:
        held = session.get(SectionAnswers, (diagnosis_id, section))
        if held is None:
            session.add(SectionAnswers(diagnosis_id=diagnosis_id, section=section, revision=revision, answers=stored))
        else:
            held.answers = {**held.answers, **stored}
            held.revision += 1


def held(database: Database, diagnosis_id: int, section: str) -> dict[str, Any]:
    """What is stored of a section."""
    with database.read() as session:
        found = session.get(SectionAnswers, (diagnosis_id, section))
        return dict(found.answers) if found else {}


def value_of(database: Database, diagnosis_id: int, section: str, name: str) -> Any:
    return held(database, diagnosis_id, section).get(name, {}).get("value")


def set_dossier(database: Database, diagnosis_id: int, **changes: Any) -> None:
    with database.write() as session:
        diagnosis = session.get_one(Diagnosis, diagnosis_id)
        for name, value in changes.items():
            setattr(diagnosis, name, value)


def marks(prefix: str, value: str = "2", **others: str) -> dict[str, str]:
    """Ten marks of one voice."""
    return {f"{prefix}_{code}": others.get(code, value) for code in DIMENSIONS}


def form_of(page: Page, **changes: Any) -> MultiDict[str, str]:
    """The section's form as a browser would send it, with changes: a text, a list of texts, or None to leave a control out."""
    form = page.all("//form[@id='section-form']")[0]
    sent: MultiDict[str, str] = MultiDict()
    for control in form.xpath(".//input | .//select | .//textarea"):
        if control.xpath("ancestor::template") or not control.get("name"):
            continue
        if control.tag == "select":
            chosen = control.xpath("./option[@selected]/@value") or control.xpath("./option[1]/@value")
            sent.add(control.get("name"), chosen[-1])
        elif control.tag == "textarea":
            sent.add(control.get("name"), (control.text or "").removeprefix("\n"))
        elif control.get("type") not in {"radio", "checkbox"} or control.get("checked") is not None:
            sent.add(control.get("name"), control.get("value", ""))
    for name, value in changes.items():
        if value is None:
            sent.poplist(name)
        else:
            sent.setlist(name, [value] if isinstance(value, str) else list(value))
    return sent
