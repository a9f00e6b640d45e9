"""`flask --app wsgi panel import | draw`: the sampling frame and the draw, without a browser."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from diagnostics.access import Actor
from diagnostics.actions import draw, panel
from diagnostics.actions.base import ActionError
from diagnostics.frame import labels
from diagnostics.frame.columns import Layout
from diagnostics.frame.faults import Fault
from diagnostics.frame.known import Outcome
from diagnostics.models import Campaign, FrameImport, Role
from diagnostics.web import database

group = AppGroup("panel", help="Le panel : base de sondage et tirage au sort.")
FAULTS_PRINTED = 200


def _actor() -> Actor:
    return Actor(Role.COORDINATOR, "flask panel")


def _stop(message: object) -> None:
    click.echo(str(message), err=True)
    sys.exit(1)


def _campaign() -> Campaign:
    with database().read() as session:
        found = session.scalar(select(Campaign).order_by(Campaign.id.desc()).limit(1))
    if found is None:
        _stop("Il n’y a pas encore de campagne : ouvrez-la dans l’application (page Programme), ou chargez la démonstration.")
        raise AssertionError
    return found


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--accept", is_flag=True, help="Importe les bonnes lignes même si le fichier a des anomalies.")
@click.option("--take-conflicts", is_flag=True, help="Avec --accept : prend aussi les valeurs du fichier en conflit avec la base.")
@click.option("--locale", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Langue des anomalies.")
def import_file(file: Path, *, accept: bool, take_conflicts: bool, locale: str) -> None:
    """Examine FILE (Sirene, recherche-entreprises, colonnes simples) ; l’importe s’il est sans anomalie, ou avec --accept."""
    campaign = _campaign()
    try:
        number = panel.upload(database(), _actor(), campaign.id, file.name, file.read_bytes())
    except ActionError as error:
        _stop(error.message)
    with database().read() as session:
        report = session.get_one(FrameImport, number).report
    _print_report(file.name, report, locale)
    if not report["importable"]:
        panel.discard(database(), _actor(), number)
        clean = not report["needs_decision"] and report["rows"]
        click.echo("Rien à importer : la base est déjà à jour." if clean else "Rien n’a été importé.", err=not clean)
        sys.exit(0 if clean else 1)
    if report["needs_decision"] and not accept:
        panel.discard(database(), _actor(), number)
        _stop("Rien n’a été importé. Corrigez le fichier, ou ajoutez --accept pour importer les bonnes lignes.")
    try:
        taken = panel.accept(database(), _actor(), number, take_conflicts=take_conflicts)
    except ActionError as error:
        _stop(error.message)
    click.echo(
        f"Import fait : {taken.new} ajoutées, {taken.updated} mises à jour, {taken.kept} conflits laissés comme dans la base."
    )


def _print_report(name: str, report: dict[str, object], locale: str) -> None:
    """The file's counts on the output, its faults on the error output, one a line."""
    layout = labels.words(labels.LAYOUTS[Layout(str(report["layout"]))], locale)
    click.echo(f"{name} : {layout}, {report['rows']} lignes")
    counts = report["counts"]
    assert isinstance(counts, dict)
    for outcome in Outcome:
        if counts.get(outcome.value):
            click.echo(f"  {labels.words(labels.OUTCOMES[outcome], locale)} : {counts[outcome.value]}")
    faults = report["faults"]
    assert isinstance(faults, list)
    for stored in faults[:FAULTS_PRINTED]:
        found = Fault.from_json(stored)
        place = f"ligne {found.line}" if found.line else "fichier"
        column = f", {found.column}" if found.column else ""
        click.echo(f"{place}{column} [{found.code}] {found.cause(locale)} {found.remedy(locale)}", err=True)
    if len(faults) > FAULTS_PRINTED:
        click.echo(f"… et {len(faults) - FAULTS_PRINTED} autres : voir le rapport dans l’application.", err=True)


@group.command("draw")
@click.option(
    "--size", type=click.IntRange(1, 60_000), default=None, help="Entreprises à tirer ; par défaut, l’objectif de la campagne."
)
@click.option(
    "--seed",
    type=click.IntRange(0, draw.LARGEST_SEED),
    required=True,
    help="Graine : la même, sur la même base, redonne le même panel.",
)
def draw_panel(size: int | None, seed: int) -> None:
    """Tire le panel et ses réserves classées, par secteur, département et taille."""
    campaign = _campaign()
    wanted = size or campaign.target_size
    try:
        count = draw.draw_panel(database(), _actor(), campaign.id, wanted, seed)
    except ActionError as error:
        _stop(error.message)
    click.echo(f"Panel tiré : {count} dossiers ouverts (graine {seed}). Affectez-les dans l’application.")
