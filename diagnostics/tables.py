"""The one bridge from the database to the analysis: stored answers in, plain values, tables, portraits and editions out.

Only here do questionnaires, models and `analysis/` meet. Everything reads; nothing is written.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from analysis import parameters as law
from analysis.actions.catalogue import Proposal, catalogue
from analysis.departures.people import persons_of
from analysis.disclosure.successive import EarlierEdition
from analysis.firm.reading import FirmFacts, PanelReference, firm_features, panel_reference, propose_actions, read_firm
from analysis.fragility.dimensions import agreement_by_rater
from analysis.frozen import restored
from analysis.parameters import Parameters
from analysis.portrait import Portrait
from analysis.synthesis.building import build_edition
from analysis.synthesis.edition import Edition
from analysis.synthesis.grouping import EarlierProfiles
from analysis.words import Words
from diagnostics.catalogues import load
from diagnostics.collected import Collected, collect, context_of, prefilled
from diagnostics.models import Campaign, Diagnosis, Firm, ReportKind, SectionAnswers, State, User, now
from diagnostics.models import Edition as StoredEdition
from questionnaires.answers import Answer, plain
from questionnaires.model import Choice, Questionnaire
from questionnaires.versions import with_former_names

CODE_VERSION = "0.1.0"
# The states in which a reviewer has accepted the dossier: what counts in reports and syntheses.
ACCEPTED = frozenset(
    {
        State.SENT, State.RESTITUTION, State.VALIDATED, State.VALIDATED_REMARKS, State.DISAGREEMENT, State.CLOSED, State.FOLLOWUP6, State.FOLLOWUP12,
    }
)  # fmt: skip
WHOLE_REGION = "region"
# What no pseudonymised table may hold: places finer than the département, and lists that would single a firm out.
LOCATING = ("reference", "zone_emploi", "zone_emploi_name", "epci", "epci_name", "siret", "idcc")
AT_ONCE = 200
# Which list of the questionnaire words each kind of code in the syntheses.
LABELLED = {
    "sector": "secteur",
    "departement": "departement",
    "needs": "besoin_appui",
    "transfer_modes": "trans_modalite",
    "recruit_causes": "cause_recrut",
    "strain": "usure",
    "economic_effects": "depart_eco",
}
# Fewest firms behind a comparison in a firm's report: fewer would describe neighbours rather than a sector.
FEWEST_COMPARED = 10

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Panel:
    """What a consolidation reads: one row a respondent (`features`), one a person (`persons`), one a frame firm (`frame`)."""

    features: pd.DataFrame
    persons: pd.DataFrame
    frame: pd.DataFrame
    parameters: Parameters
    reference_date: date
    versions: Mapping[str, str]
    questionnaire: Questionnaire


def plain_answers(found: Collected) -> dict[str, Any]:
    """A dossier's values as the analysis reads them, whatever its version calls them, with what the firm said in its validation."""
    return with_former_names(found.questionnaire, found.plain) | dict(found.diagnosis.validation or {})


def _law() -> Parameters:
    """The dated figures in force today: a report is read for what comes next, even when the visit came before a change of law."""
    return law.load(now().date())


def scores_of(session: Session, diagnosis: Diagnosis) -> dict[str, float | None]:
    """The computed score of each dimension (D1 to D10) from 0 to 100; never to be shown before both voices are sealed."""
    answers = plain_answers(collect(session, diagnosis))
    features = firm_features(answers, parameters=_law())
    return {f"D{number}": _known(features[f"score_D{number}"]) for number in range(1, 11)}


def _known(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def proposals_of(session: Session, diagnosis: Diagnosis) -> list[Proposal]:
    """The actions that the catalogue proposes for a dossier, most urgent first."""
    answers = plain_answers(collect(session, diagnosis))
    return propose_actions(answers, parameters=_law())


def portrait_of(session: Session, diagnosis: Diagnosis, kind: ReportKind) -> Portrait:
    """A dossier's frozen portrait, compared with the panel of the newest edition if there is one."""
    found = collect(session, diagnosis)
    answers = plain_answers(found)
    campaign = session.get_one(Campaign, diagnosis.campaign_id)
    parameters = _law()
    return read_firm(
        answers,
        facts=_facts(session, found, answers),
        parameters=parameters,
        panel=_panel_reference(session, campaign, diagnosis.firm.sector),
        kind=kind.value,
        campaign=campaign.name,
        region=campaign.region,
        is_demo=campaign.is_demo,
        prepared_on=now().date(),
        versions=_versions(diagnosis.questionnaire_version, parameters),
        # A draft never carries the validation, so that a draft's digest is what the firm validates.
        validation=diagnosis.validation if kind is ReportKind.FINAL else {},
    )


def _versions(questionnaire: str, parameters: Parameters) -> dict[str, str]:
    return {"questionnaire": questionnaire, "law": parameters.law.version, "code": CODE_VERSION}


def _facts(session: Session, found: Collected, answers: Mapping[str, Any]) -> FirmFacts:
    """What the frame and the network know of the firm, with the codes in words."""
    diagnosis, firm = found.diagnosis, found.diagnosis.firm
    owner = session.get(User, diagnosis.diagnostician_id) if diagnosis.diagnostician_id else None
    value = {name: answers.get(name) for name in ("famille", "secteur_ess", "idcc_code", "naf", "raison_sociale")}
    family, sector, idcc = (
        str(value["famille"] or firm.family),
        str(value["secteur_ess"] or firm.sector),
        str(value["idcc_code"] or firm.idcc),
    )
    return FirmFacts(
        reference=diagnosis.reference,
        name=str(value["raison_sociale"] or firm.name),
        siret=firm.siret,
        family=family,
        family_label=label(found.questionnaire, "famille_ess", family),
        sector=sector,
        sector_label=label(found.questionnaire, "secteur", sector),
        naf=str(value["naf"] or firm.naf),
        idcc=idcc,
        idcc_label=label(found.questionnaire, "idcc", idcc),
        commune=firm.commune_name,
        departement=firm.departement,
        epci=firm.epci_name,
        zone_emploi=firm.zone_emploi_name,
        structure=diagnosis.structure.name if diagnosis.structure else "",
        diagnostician=owner.name if owner else "",
    )


def label(questionnaire: Questionnaire, list_name: str, code: str) -> Words:
    """A choice's words in both languages."""
    return Words(questionnaire.label(list_name, code, "fr"), questionnaire.label(list_name, code, "en"))


def _panel_reference(session: Session, campaign: Campaign, sector: str) -> PanelReference | None:
    """The quartiles of the newest edition for a sector, or for the region where the sector is too small; None before the first."""
    newest = session.scalar(
        select(StoredEdition.summary).where(StoredEdition.campaign_id == campaign.id).order_by(StoredEdition.number.desc()).limit(1)
    )
    stored = (newest or {}).get("panel", {})
    chosen = stored.get(sector) or stored.get(WHOLE_REGION)
    return restored(PanelReference, chosen) if chosen else None


def panel_references(panel: Panel) -> dict[str, dict[str, Any]]:
    """What each sector's portraits compare with, kept with the edition; a sector under the threshold has none."""
    found = {}
    for sector in ("", *sorted(panel.features["sector"].unique())):
        made = panel_reference(panel.features, sector=sector, threshold=FEWEST_COMPARED)
        if made is not None:
            found[sector or WHOLE_REGION] = asdict(made)
    return found


def count_accepted(session: Session, campaign: Campaign) -> int:
    """How many dossiers of a campaign would enter an edition now."""
    return (
        session.scalar(
            select(func.count()).select_from(Diagnosis).where(Diagnosis.campaign_id == campaign.id, Diagnosis.state.in_(ACCEPTED))
        )
        or 0
    )


def _silent(_done: int, _total: int) -> None:
    """For callers who wait anyway."""


def panel_of(session: Session, campaign: Campaign, progress: Progress = _silent) -> Panel:
    """Reads every accepted dossier of a campaign and the frame it was drawn from."""
    total = count_accepted(session, campaign)
    today = now().date()
    parameters = _law()
    rows: list[dict[str, Any]] = []
    people: list[pd.DataFrame] = []
    used: set[str] = set()
    for number, (diagnosis, answers) in enumerate(_accepted(session, campaign), start=1):
        used.add(diagnosis.questionnaire_version)
        values = answers | dict(diagnosis.validation or {})
        rows.append(_place(diagnosis) | firm_features(values, parameters=parameters))
        people.append(persons_of(values).assign(reference=diagnosis.reference))
        if number % AT_ONCE == 0 or number == total:
            progress(number, total + total // 4)
    return Panel(
        features=pd.DataFrame(rows),
        persons=pd.concat([frame for frame in people if len(frame)], ignore_index=True) if people else pd.DataFrame(),
        frame=_frame(session, campaign),
        parameters=parameters,
        reference_date=today,
        versions=_versions(", ".join(sorted(used or {campaign.questionnaire_version})), parameters),
        questionnaire=load(campaign.questionnaire_version, session),
    )


def _accepted(session: Session, campaign: Campaign) -> Iterable[tuple[Diagnosis, dict[str, Any]]]:
    """Every accepted dossier with its plain answers, read in two selects; one table, whatever versions the dossiers have."""
    diagnoses = session.scalars(
        select(Diagnosis)
        .where(Diagnosis.campaign_id == campaign.id, Diagnosis.state.in_(ACCEPTED))
        .options(joinedload(Diagnosis.firm))
        .order_by(Diagnosis.reference)
    ).all()
    stored: dict[int, dict[str, Answer]] = {diagnosis.id: {} for diagnosis in diagnoses}
    query = (
        select(SectionAnswers.diagnosis_id, SectionAnswers.answers)
        .where(SectionAnswers.diagnosis_id.in_(stored))
        .order_by(SectionAnswers.diagnosis_id)
    )
    for diagnosis_id, answers in session.execute(query):
        stored[diagnosis_id] |= {name: Answer.from_json(given) for name, given in answers.items()}
    for diagnosis in diagnoses:
        questionnaire = load(diagnosis.questionnaire_version, session)
        answers = prefilled(questionnaire, diagnosis.firm) | stored[diagnosis.id]
        yield diagnosis, with_former_names(questionnaire, plain(questionnaire, answers, context_of(diagnosis, campaign)))


def _place(diagnosis: Diagnosis) -> dict[str, Any]:
    firm = diagnosis.firm
    return {
        "reference": diagnosis.reference,
        "sector": firm.sector,
        "departement": firm.departement,
        "size_class": firm.size_class,
        "family": firm.family,
        "zone_emploi": firm.zone_emploi,
        "zone_emploi_name": firm.zone_emploi_name,
        "epci": firm.epci,
        "epci_name": firm.epci_name,
        "diagnostician_id": diagnosis.diagnostician_id,
    }


def _frame(session: Session, campaign: Campaign) -> pd.DataFrame:
    columns = ("sector", "departement", "size_class", "family", "headcount", "zone_emploi")
    rows = session.execute(
        select(*(getattr(Firm, name) for name in columns)).where(Firm.campaign_id == campaign.id).order_by(Firm.siret)
    ).all()
    return pd.DataFrame(rows, columns=list(columns))


def earlier_editions(session: Session, campaign: Campaign) -> list[EarlierEdition]:
    """The editions of a campaign that readers have seen, withdrawn ones too: what was read is not forgotten."""
    seen = session.execute(
        select(StoredEdition.number, StoredEdition.summary)
        .where(StoredEdition.campaign_id == campaign.id, StoredEdition.published_at.is_not(None))
        .order_by(StoredEdition.number)
    )
    return [EarlierEdition.from_summary(str(number), summary) for number, summary in seen]


def named_profiles(session: Session, campaign: Campaign) -> EarlierProfiles | None:
    """The profiles of the last edition, whose names the next one carries over; None where there are none."""
    summary = session.scalar(
        select(StoredEdition.summary).where(StoredEdition.campaign_id == campaign.id).order_by(StoredEdition.number.desc()).limit(1)
    )
    return EarlierProfiles.from_summary(summary) if summary else None


def edition_of(
    panel: Panel,
    campaign: Campaign,
    *,
    threshold: int,
    seed: int,
    earlier: Sequence[EarlierEdition] = (),
    named: EarlierProfiles | None = None,
    execution: str = "sequential",
) -> Edition:
    """Every synthesis of an edition, protected together, and together with the earlier editions; `named` lends its names."""
    labels: dict[str, dict[str, Words]] = {
        kind: {
            code: Words(choice.label.fr, choice.label.en)
            for choice in panel.questionnaire.lists.get(name, ())
            for code in _codes(choice)
        }
        for kind, name in LABELLED.items()
    }
    labels["region"] = {"": Words(campaign.region, campaign.region)}
    labels["actions"] = {action.code: action.title for action in catalogue()}
    labels["size_class"] = {
        code: Words(f"{code.replace('-', ' à ')} salariés", f"{code.replace('-', ' to ')} employees")
        for code in panel.frame["size_class"].unique()
    }
    return build_edition(
        panel.features.drop(columns=["diagnostician_id"]),
        panel.persons,
        panel.frame,
        parameters=panel.parameters,
        threshold=threshold,
        seed=seed,
        campaign=campaign.name,
        is_demo=campaign.is_demo,
        prepared_on=now().date().isoformat(),
        versions=panel.versions,
        labels=labels,
        earlier=earlier,
        named=named,
        execution=execution,
    )


def _codes(choice: Choice) -> tuple[str, ...]:
    """Every code under which a choice may stand in the table: its own, and those it had before."""
    return (choice.code, *choice.was)


def pseudonymised(panel: Panel, key: bytes) -> pd.DataFrame:
    """The panel's table for analysts: a keyed pseudonym in place of the reference, no place finer than the département.

    The key is made for one download and kept nowhere, so that two downloads cannot be joined and nobody can go back.
    """
    frame = panel.features.copy()
    pseudonyms = [hmac.digest(key, reference.encode(), "sha256").hex()[:16] for reference in frame["reference"]]
    frame = frame.drop(columns=[name for name in (*LOCATING, "diagnostician_id") if name in frame])
    frame.insert(0, "pseudonym", pseudonyms)
    return frame.sort_values("pseudonym", ignore_index=True)


def rater_agreement(panel: Panel) -> dict[int, float | None]:
    """Weighted kappa between each diagnostician's marks and the firms', by the diagnostician's number: a sign of drift."""
    known = panel.features[panel.features["diagnostician_id"].notna()]
    owners = [str(int(owner)) for owner in known["diagnostician_id"]]
    return {int(owner): kappa for owner, kappa in agreement_by_rater(known, owners).items()}
