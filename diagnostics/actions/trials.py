"""Verbs on trials of a draft: open one, set it back, take it to its restitution.

A trial has its own database (`diagnostics.trials`): a copy of the campaign, of the coordinator's name and of the draft, an
invented firm and its dossier.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session, undefer

from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.catalogues import CODE
from diagnostics.db import Database
from diagnostics.models import (
    Campaign,
    Diagnosis,
    Firm,
    QuestionnaireVersion,
    Role,
    SectionAnswers,
    Selection,
    State,
    User,
    VersionState,
    now,
)

# What the name of a draft begins with in the trials' database.
TRIAL = "essai-"
_INVENTED: dict[str, Any] = {
    "name": "Association d’essai",
    "family": "asso",
    "naf": "88.10A",
    "sector": "aide_dom",
    "idcc": "2941",
    "departement": "13",
    "commune_code": "13055",
    "commune_name": "Marseille",
    "headcount": 12,
    "size_class": "10-19",
}
SIRET = "732829320{:05d}"


def reference_of(number: int, actor: Actor) -> str:
    """The reference of a person's trial of a draft: each has their own."""
    return f"ESSAI-{number}-{actor.user_id}"


def open_trial(database: Database, trials: Database, actor: Actor, number: int) -> int:
    """Makes a draft's trial if it is not there yet; gives its dossier's number in the trials' database."""
    draft, campaign = _draft(database, actor, number)
    mine = select(Diagnosis.id).where(Diagnosis.reference == reference_of(number, actor))
    with trials.read() as session:
        found = session.scalar(mine)
    if found is not None:
        return found
    with trials.write() as session:
        _person(session, actor)
        found = session.scalar(mine)
        return found if found is not None else _new_dossier(session, actor, draft, campaign)


def reset_trial(database: Database, trials: Database, actor: Actor, number: int) -> None:
    """Empties a draft's trial: its dossier is as new."""
    draft, campaign = _draft(database, actor, number)
    with trials.write() as session:
        _remove(session, Diagnosis.reference == reference_of(number, actor))
        _person(session, actor)
        _new_dossier(session, actor, draft, campaign)
    with database.write() as session:
        log(session, actor, "trial_reset", "questionnaire_version", number)


def drop_trial(trials: Database, number: int) -> None:
    """Takes a draft's trials away for good, when the draft is published or left."""
    with trials.write() as session:
        _remove(session, Diagnosis.reference.startswith(f"ESSAI-{number}-", autoescape=True))


def restitute_trial(trials: Database, actor: Actor, number: int) -> None:
    """Seals the trial's two voices and opens its restitution, whatever is filled: the last sections can be tried then."""
    with trials.write() as session:
        diagnosis = trial_of(session, actor, number)
        diagnosis.marks_firm_at = diagnosis.marks_firm_at or now()
        diagnosis.marks_diagnostician_at = diagnosis.marks_diagnostician_at or now()
        diagnosis.state, diagnosis.state_since = State.RESTITUTION, now()
        diagnosis.revision += 1


def _draft(database: Database, actor: Actor, number: int) -> tuple[QuestionnaireVersion, Campaign]:
    if actor.role is not Role.COORDINATOR or actor.user_id is None:
        raise AccessError
    with database.read() as session:
        draft = session.scalar(
            visible(QuestionnaireVersion, actor)
            .where(QuestionnaireVersion.id == number)
            .options(undefer(QuestionnaireVersion.sheets))
        )
        campaign = session.scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
    if draft is None or draft.state is not VersionState.DRAFT:
        raise NotFoundError(_l("Ce brouillon n’existe pas, ou il est déjà publié."))
    if not draft.questions:
        raise ActionError(_l("Ce classeur n’a pas pu être lu comme un questionnaire : corrigez ses fautes d’abord."))
    if campaign is None:
        raise ActionError(_l("Ouvrez d’abord la campagne : un essai se juge à sa date de début."))
    return draft, campaign


def _person(session: Session, actor: Actor) -> None:
    """The coordinator's name, so that the pages can say who saved; nothing else of the account is copied."""
    if session.get(User, actor.user_id) is None:
        session.add(User(id=actor.user_id, email=f"essai-{actor.user_id}@exemple.invalid", name=actor.name, role=Role.COORDINATOR))
        session.flush()


def _version_key(number: int) -> str:
    return f"{TRIAL}{number}"


def _new_dossier(session: Session, actor: Actor, draft: QuestionnaireVersion, campaign: Campaign) -> int:
    copy = session.get(Campaign, campaign.id)
    if copy is None:
        copy = Campaign(id=campaign.id, name=campaign.name, starts_on=campaign.starts_on, questionnaire_version="")
        session.add(copy)
    copy.name, copy.region, copy.starts_on, copy.is_demo = campaign.name, campaign.region, campaign.starts_on, campaign.is_demo
    key = _version_key(draft.id)
    if session.scalar(select(QuestionnaireVersion.id).where(QuestionnaireVersion.version == key)) is None:
        # In this database the draft is as good as published: its sheets never change, a new upload is a new draft.
        version = QuestionnaireVersion(
            code=CODE, version=key, state=VersionState.PUBLISHED, sheets=draft.sheets, digest=draft.digest, published_at=now()
        )
        session.add(version)
    number = (session.scalar(select(func.max(Firm.id))) or 0) + 1
    firm = Firm(campaign_id=campaign.id, siret=_siret(number), selection=Selection.PANEL, **_INVENTED)
    session.add(firm)
    session.flush()
    diagnosis = Diagnosis(
        reference=reference_of(draft.id, actor),
        campaign_id=campaign.id,
        firm_id=firm.id,
        diagnostician_id=actor.user_id,
        questionnaire_version=key,
        state=State.ENTRY,
        visited_on=now().date(),
    )
    session.add(diagnosis)
    session.flush()
    return diagnosis.id


def _siret(number: int) -> str:
    """A SIRET with the right check digits, another one for each trial."""
    for place in range(number * 10 % 100_000, number * 10 % 100_000 + 10):
        candidate = SIRET.format(place)
        if _luhn(candidate) == 0:
            return candidate
    raise AssertionError(number)


def _luhn(digits: str) -> int:
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - The digits of a number above nine are added up.
    return total % 10


def _remove(session: Session, wanted: ColumnElement[bool]) -> None:
    for diagnosis in session.scalars(select(Diagnosis).where(wanted)).all():
        session.execute(delete(SectionAnswers).where(SectionAnswers.diagnosis_id == diagnosis.id))
        session.execute(delete(Diagnosis).where(Diagnosis.id == diagnosis.id))
        session.execute(delete(Firm).where(Firm.id == diagnosis.firm_id))


def trial_of(session: Session, actor: Actor, number: int) -> Diagnosis:
    """A person's trial dossier of a draft, in a session of the trials' database."""
    found = session.scalar(select(Diagnosis).where(Diagnosis.reference == reference_of(number, actor)))
    if found is None:
        raise NotFoundError(_l("Cet essai n’existe pas."))
    return found
