"""Verbs on the campaign: open the first one, correct it."""

from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from diagnostics.access import AccessError, Actor
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.db import Database
from diagnostics.models import Campaign, Diagnosis, Role, State


@dataclass(frozen=True, slots=True)
class CampaignDetails:
    """What a coordinator decides of a campaign."""

    name: str
    region: str
    starts_on: date
    ends_on: date | None
    target_size: int


def _check(actor: Actor, details: CampaignDetails) -> None:
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    if details.ends_on is not None and details.ends_on <= details.starts_on:
        raise ActionError(_l("La fin de la campagne doit venir après son début."))
    if details.target_size < 1:
        raise ActionError(_l("L’objectif est d’une entreprise au moins."))


def create_campaign(database: Database, actor: Actor, details: CampaignDetails, *, questionnaire_version: str) -> int:
    """Opens the first campaign; gives its number. While one exists there is no second."""
    _check(actor, details)
    with database.write() as session:
        if session.scalar(select(Campaign.id).limit(1)) is not None:
            raise ActionError(_l("Une campagne existe déjà : modifiez-la plutôt."))
        campaign = Campaign(**asdict(details), questionnaire_version=questionnaire_version)
        session.add(campaign)
        session.flush()
        log(session, actor, "campaign_created", "campaign", campaign.id, target_size=details.target_size)
        return campaign.id


def edit_campaign(database: Database, actor: Actor, campaign_id: int, details: CampaignDetails) -> list[str]:
    """Corrects a campaign; gives the names of what changed.

    The start is the day that ages, contracts and delays are counted from: it stands once a dossier has been assigned.
    """
    _check(actor, details)
    with database.write() as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise NotFoundError(_l("Cette campagne n’existe pas."))
        begun = select(Diagnosis.id).where(Diagnosis.campaign_id == campaign_id, Diagnosis.state != State.DRAWN).limit(1)
        if details.starts_on != campaign.starts_on and session.scalar(begun) is not None:
            raise ActionError(_l("Des dossiers sont déjà affectés : la date de début ne peut plus changer."))
        wanted = asdict(details)
        changed = [name for name, value in wanted.items() if getattr(campaign, name) != value]
        for name in changed:
            setattr(campaign, name, wanted[name])
        if changed:
            log(session, actor, "campaign_edited", "campaign", campaign_id, changed=changed)
    return changed
