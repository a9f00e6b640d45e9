"""Verbs on what leaves the house: firms' reports, editions of the syntheses, and their publication.

A report is a frozen Portrait with its PDF; an edition is a set of frozen Syntheses, protected together. Both are computed
while reading, drawn, and only then written in one short transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from analysis.disclosure.cells import DisclosureError
from analysis.execution import ExecutionError
from analysis.portrait import Portrait
from analysis.synthesis.edition import Edition as BuiltEdition
from diagnostics import documents, tables
from diagnostics.access import AccessError, Actor, visible
from diagnostics.actions.base import ActionError, NotFoundError, log
from diagnostics.db import Database
from diagnostics.i18n import LOCALES
from diagnostics.models import (
    Campaign,
    Diagnosis,
    Edition,
    EditionState,
    Job,
    JobItem,
    JobState,
    JournalLine,
    Report,
    ReportKind,
    Role,
    StoredSynthesis,
    now,
)
from diagnostics.pdf.firm import render_firm
from diagnostics.settings import Settings

PROGRAMME = "programme"
# The states in which a dossier has been accepted by a reviewer, so that its report and its place in the syntheses mean something.
REPORTABLE = tables.ACCEPTED
DEFAULT_SEED = 2013
WAITING = frozenset({JobState.QUEUED, JobState.RUNNING})
Progress = Callable[[int, int], None]


def _no_progress(_done: int, _total: int) -> None:
    """For callers who wait anyway."""


def make_report(
    database: Database, settings: Settings, diagnosis_id: int, *, kind: str | None = None, created_by_id: int | None = None
) -> int:
    """Draws a firm's report in both languages and stores it; gives the number of the French one.

    The same content is stored once: making it again gives the report that is there. Raises `NotFoundError` for an unknown
    dossier and `ActionError` where it holds too little to be read. Without a `kind`, the firm's word decides: final once it
    has spoken, draft before.
    """
    with database.read() as session:
        diagnosis = session.get(Diagnosis, diagnosis_id)
        if diagnosis is None:
            raise NotFoundError(_l("Ce dossier n’existe pas."))
        wanted = ReportKind(kind) if kind else ReportKind.FINAL if diagnosis.validation else ReportKind.DRAFT
        portrait = tables.portrait_of(session, diagnosis, wanted)
        digest = portrait.digest()
        stored = session.scalar(
            select(Report.id).where(
                Report.diagnosis_id == diagnosis_id, Report.kind == wanted, Report.locale == "fr", Report.portrait_digest == digest
            )
        )
    if stored is not None:
        return stored
    drawn = {locale: render_firm(portrait, locale) for locale in LOCALES}
    files = {locale: documents.store(settings.documents_path, rendered.data) for locale, rendered in drawn.items()}
    content = portrait.to_json()
    with database.write() as session:
        reports = [
            Report(
                diagnosis_id=diagnosis_id,
                kind=wanted,
                locale=locale,
                portrait=content,
                portrait_digest=digest,
                pdf_digest=files[locale],
                pages=rendered.pages,
                versions=dict(portrait.versions),
                created_by_id=created_by_id,
            )
            for locale, rendered in drawn.items()
        ]
        session.add_all(reports)
        session.flush()
        _log_programme(session, created_by_id, "report_made", "diagnosis", diagnosis_id, kind=wanted.value, portrait=digest)
        return reports[0].id


def redraw(report: Report) -> bytes:
    """A report's PDF drawn again from its frozen portrait, for a file that was lost; the same content gives the same bytes."""
    return render_firm(Portrait.from_json(report.portrait), report.locale).data


def _log_programme(session: Any, user_id: int | None, verb: str, subject: str, subject_id: int | None, **detail: object) -> None:
    """A line of what the programme itself did, on somebody's request or its own."""
    session.add(
        JournalLine(actor_id=user_id, actor_role=PROGRAMME, verb=verb, subject=subject, subject_id=subject_id, detail=detail)
    )


def request_reports(database: Database, actor: Actor, diagnosis_ids: list[int]) -> int:
    """Queues the reports of these dossiers, as far as the person may see them; gives the job's number.

    A dossier that the firm has spoken on gets its final report, another one a draft.
    """
    if actor.role not in {Role.COORDINATOR, Role.DIAGNOSTICIAN}:
        raise AccessError
    with database.write() as session:
        found = session.execute(
            visible(Diagnosis, actor)
            .with_only_columns(Diagnosis.id, Diagnosis.reference)
            .where(Diagnosis.id.in_(diagnosis_ids))
            .order_by(Diagnosis.id)
        ).all()
        if not found:
            raise NotFoundError(_l("Aucun de ces dossiers ne vous est ouvert."))
        job = Job(kind="reports", parameters={"user_id": actor.user_id}, total=len(found), created_by_id=actor.user_id)
        job.items = [JobItem(subject_id=diagnosis_id, label=reference) for diagnosis_id, reference in found]
        session.add(job)
        session.flush()
        log(session, actor, "reports_requested", "job", job.id, count=len(found))
        return job.id


def request_consolidation(database: Database, actor: Actor, seed: int) -> int:
    """Queues a new edition of the syntheses; one at a time. Gives the job's number."""
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    with database.write() as session:
        running = session.scalar(select(Job.id).where(Job.kind == "consolidate", Job.state.in_(WAITING)))
        if running is not None:
            raise ActionError(
                _l("Une consolidation est déjà en cours. Attendez qu’elle se termine : la page montre où elle en est.")
            )
        job = Job(kind="consolidate", parameters={"seed": seed, "user_id": actor.user_id}, created_by_id=actor.user_id)
        session.add(job)
        session.flush()
        log(session, actor, "consolidation_requested", "job", job.id, seed=seed)
        return job.id


def consolidate(
    database: Database,
    settings: Settings,
    *,
    seed: int | None = None,
    created_by_id: int | None = None,
    progress: Progress = _no_progress,
) -> int:
    """Computes a new edition of all the syntheses and stores it, prepared but not published; gives its number in the database.

    Raises `ActionError` where there is no campaign, too few accepted dossiers to publish anything, or an edition that would give
    a firm away: it is not stored.
    """
    chosen = DEFAULT_SEED if seed is None else seed
    with database.read() as session:
        campaign = session.scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
        if campaign is None:
            raise ActionError(_l("Il n’y a pas encore de campagne. Créez-la, puis importez le panel."))
        panel = tables.panel_of(session, campaign, progress)
        with _refusals():
            earlier = tables.earlier_editions(session, campaign)
        named = tables.named_profiles(session, campaign)
    if len(panel.features) < settings.publication_threshold:
        raise ActionError(
            _l(
                "Trop peu de dossiers acceptés pour une synthèse : il en faut au moins %(count)d.",
                count=settings.publication_threshold,
            )
        )
    with _refusals():
        built = tables.edition_of(
            panel,
            campaign,
            threshold=settings.publication_threshold,
            seed=chosen,
            earlier=earlier,
            named=named,
            execution=settings.analysis_execution,
        )
    seen = [edition.name for edition in earlier]
    return _store_edition(database, campaign, built, panel, seed=chosen, created_by_id=created_by_id, earlier=seen)


@contextmanager
def _refusals() -> Iterator[None]:
    """The refusals of disclosure, and of a cluster that is not there, as errors that the coordinator can act on."""
    try:
        yield
    except DisclosureError as error:
        reason = error.words.in_(str(get_locale() or "fr")) if error.words else str(error)
        raise ActionError(_l("L’édition n’est pas enregistrée : %(reason)s", reason=reason)) from error
    except ExecutionError as error:
        raise ActionError(
            _l(
                "L’édition n’est pas enregistrée : les calculs n’ont pas pu tourner là où le réglage DIAGNOSTICS_ANALYSIS_EXECUTION les envoie. Remettez-le à « sequential », ou voyez ceci : %(reason)s",
                reason=str(error),
            )
        ) from error


def _store_edition(
    database: Database,
    campaign: Campaign,
    built: BuiltEdition,
    panel: tables.Panel,
    *,
    seed: int,
    created_by_id: int | None,
    earlier: Sequence[str],
) -> int:
    with database.write() as session:
        number = (session.scalar(select(func.max(Edition.number)).where(Edition.campaign_id == campaign.id)) or 0) + 1
        edition = Edition(
            campaign_id=campaign.id,
            number=number,
            seed=seed,
            parameters={
                "law": panel.parameters.law.version,
                "reference_date": panel.reference_date.isoformat(),
                "versions": dict(panel.versions),
                "earlier": list(earlier),
            },
            summary=asdict(built.summary) | {"panel": tables.panel_references(panel)},
            created_by_id=created_by_id,
        )
        edition.syntheses = [
            StoredSynthesis(
                scope=synthesis.scope,
                code=synthesis.code or synthesis.scope,
                label_fr=synthesis.label.fr,
                label_en=synthesis.label.en,
                content=synthesis.to_json(),
                digest=synthesis.digest(),
            )
            for synthesis in built.syntheses
        ]
        session.add(edition)
        session.flush()
        _log_programme(
            session,
            created_by_id,
            "edition_prepared",
            "edition",
            edition.id,
            number=number,
            seed=seed,
            respondents=built.summary.respondents,
        )
        return edition.id


def _edition_of(session: Any, actor: Actor, edition_id: int) -> Edition:
    if actor.role is not Role.COORDINATOR:
        raise AccessError
    edition = session.scalar(visible(Edition, actor).where(Edition.id == edition_id))
    if edition is None:
        raise NotFoundError(_l("Cette édition n’existe pas."))
    found: Edition = edition
    return found


def publish_edition(database: Database, actor: Actor, edition_id: int) -> None:
    """Opens an edition to social partners and the technical committee."""
    with database.write() as session:
        edition = _edition_of(session, actor, edition_id)
        if edition.state is EditionState.PUBLISHED:
            raise ActionError(_l("Cette édition est déjà publiée."))
        unknown = _not_protected_against(session, edition)
        if unknown:
            raise ActionError(
                _l(
                    "Cette édition a été préparée sans tenir compte de l’édition %(number)s, que des lecteurs ont vue : les rapprocher pourrait dire ce qu’une entreprise a répondu. Préparez une nouvelle édition.",
                    number=unknown[0],
                )
            )
        edition.state = EditionState.PUBLISHED
        edition.published_at = now()
        edition.published_by_id = actor.user_id
        log(session, actor, "edition_published", "edition", edition_id, number=edition.number)


def _not_protected_against(session: Any, edition: Edition) -> list[int]:
    """The editions that readers have seen, and that were not protected together with this one."""
    others = session.execute(
        select(Edition.number, Edition.parameters)
        .where(Edition.campaign_id == edition.campaign_id, Edition.id != edition.id, Edition.published_at.is_not(None))
        .order_by(Edition.number)
    )
    own = edition.parameters.get("earlier", [])
    return [
        number
        for number, parameters in others
        if str(number) not in own and str(edition.number) not in parameters.get("earlier", [])
    ]


def withdraw_edition(database: Database, actor: Actor, edition_id: int) -> None:
    """Takes a published edition back from its readers."""
    with database.write() as session:
        edition = _edition_of(session, actor, edition_id)
        if edition.state is not EditionState.PUBLISHED:
            raise ActionError(_l("Seule une édition publiée peut être retirée."))
        edition.state = EditionState.WITHDRAWN
        log(session, actor, "edition_withdrawn", "edition", edition_id, number=edition.number)
