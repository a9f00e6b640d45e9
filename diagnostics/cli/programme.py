"""`flask --app wsgi consolidate | reports | export | worker`: the programme's long works, without a browser."""

import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import click
from flask import current_app
from sqlalchemy import select

from diagnostics import documents, exports
from diagnostics.actions import publication
from diagnostics.actions.base import ActionError
from diagnostics.actions.publication import REPORTABLE
from diagnostics.models import Diagnosis, Edition, Report, StoredSynthesis
from diagnostics.web import database, settings


@click.command("consolidate")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=publication.DEFAULT_SEED,
    show_default=True,
    help="Graine des tirages (profils, incertitudes).",
)
def consolidate(seed: int) -> None:
    """Pondère le panel, projette les départs, dresse les profils et prépare une édition de toutes les synthèses."""
    with click.progressbar(length=1, label="Consolidation") as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        try:
            edition_id = publication.consolidate(database(), settings(), seed=seed, progress=progress)
        except ActionError as error:
            click.echo(f"\n{error.message}", err=True)
            sys.exit(1)
    with database().read() as session:
        edition = session.get_one(Edition, edition_id)
        count = len(edition.syntheses)
        click.echo(
            f"Édition {edition.number} : {count} synthèses sur {edition.summary['respondents']} dossiers. La coordination peut la relire et la publier."
        )


@click.command("reports")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Dossier où écrire les PDF.")
@click.option("--locale", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
def reports(out: Path, locale: str) -> None:
    """Prépare le rapport de chaque entreprise dont le dossier est accepté, et l’écrit en PDF."""
    with database().read() as session:
        wanted = session.execute(
            select(Diagnosis.id, Diagnosis.reference).where(Diagnosis.state.in_(REPORTABLE)).order_by(Diagnosis.reference)
        ).all()
    out.mkdir(parents=True, exist_ok=True)
    failures = []
    with click.progressbar(wanted, label="Rapports", item_show_func=lambda row: row[1] if row else "") as rows:
        for diagnosis_id, reference in rows:
            try:
                report_id = publication.make_report(database(), settings(), diagnosis_id)
            except ActionError as error:
                failures.append(f"{reference} : {error.message}")
                continue
            _write_report(out / f"{reference}-{locale}.pdf", report_id, locale)
    click.echo(f"{len(wanted) - len(failures)} rapports dans {out}")
    if failures:
        click.echo("\n".join(failures), err=True)
        sys.exit(1)


def _write_report(path: Path, report_id: int, locale: str) -> None:
    with database().read() as session:
        french = session.get_one(Report, report_id)
        report = session.scalars(
            select(Report).where(
                Report.diagnosis_id == french.diagnosis_id,
                Report.kind == french.kind,
                Report.locale == locale,
                Report.portrait_digest == french.portrait_digest,
            )
        ).one()
        data = documents.load(settings().documents_path, report.pdf_digest) or publication.redraw(report)
    path.write_bytes(data)


@click.command("export")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Dossier où écrire les tableaux.")
@click.option("--edition", type=click.IntRange(1), default=None, help="Numéro de l’édition ; par défaut la dernière publiée.")
def export(out: Path, edition: int | None) -> None:
    """Écrit les tableaux publiés d’une édition (CSV) et leur dictionnaire : rien qui ne soit déjà protégé."""
    with database().read() as session:
        query = select(Edition).order_by(Edition.number.desc()).limit(1)
        found = session.scalar(
            query.where(Edition.number == edition) if edition else query.where(Edition.published_at.is_not(None))
        )
        if found is None:
            click.echo("Aucune édition à exporter : lancez d’abord « consolidate », puis publiez l’édition.", err=True)
            sys.exit(1)
        syntheses = list(
            session.scalars(select(StoredSynthesis).where(StoredSynthesis.edition_id == found.id).order_by(StoredSynthesis.id))
        )
        out.mkdir(parents=True, exist_ok=True)
        for stored in syntheses:
            (out / f"{stored.scope}-{stored.code}.csv").write_bytes(exports.table_csv(stored.content))
        (out / "dictionnaire.csv").write_bytes(exports.codebook_csv())
    click.echo(f"{len(syntheses)} tableaux de l’édition {found.number} dans {out}")


@click.command("worker")
def worker() -> None:
    """Fait les travaux de fond : rapports, consolidations, messages. S’arrête proprement à Ctrl-C."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
    current_app.extensions["queue"]().work()
