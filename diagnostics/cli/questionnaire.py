"""`flask --app wsgi questionnaire check | publish | export | diff | list`: the questionnaire's versions, without a browser."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select

from diagnostics.access import Actor
from diagnostics.actions import questionnaires as verbs
from diagnostics.actions.base import ActionError
from diagnostics.carriage import counts_by_version
from diagnostics.catalogues import CODE, UnknownVersionError, load, versions
from diagnostics.jobs import run_job
from diagnostics.models import Job, JobItem, JobState, QuestionnaireVersion, Role, VersionState
from diagnostics.web import database, settings
from questionnaires.catalogue import sheets_of
from questionnaires.model import Questionnaire
from questionnaires.versions import compare, rendered
from questionnaires.workbook import read_workbook, write_workbook

group = AppGroup("questionnaire", help="Le questionnaire : vérifier un classeur, publier, exporter, comparer.")
STATES = {
    VersionState.DRAFT: "brouillon",
    VersionState.PUBLISHED: "publiée",
    VersionState.WITHDRAWN: "retirée",
}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LOCALE = click.option("--locale", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Langue des messages.")


def _actor() -> Actor:
    return Actor(Role.COORDINATOR, "flask questionnaire")


def _stop(message: object) -> None:
    click.echo(str(message), err=True)
    sys.exit(1)


def _present() -> str:
    with database().read() as session:
        return verbs.present_version(session, settings().questionnaire_version)


def _told(fault: Mapping[str, Any], locale: str) -> str:
    """A fault on one line: its place, its code, its cause and its remedy."""
    words = {name: (fault.get(name) or {}) for name in ("cause", "remedy")}
    cause, remedy = (str(found.get(locale) or found.get("fr") or "") for found in words.values())
    row = f":{fault['row']}" if fault["row"] else ""
    column = f" {fault['column']}" if fault.get("column") else ""
    place = f"{fault['sheet'] or 'classeur'}{row}{column}"
    return f"{place} [{fault['severity']} {fault['code']}] {cause} {remedy}".strip()


@group.command("check")
@click.argument("file", type=_FILE)
@_LOCALE
def check(file: Path, locale: str) -> None:
    """Lit FILE et écrit toutes ses fautes, avec leur code, leur place et leur remède ; rend 1 s’il y a des erreurs."""
    book, faults = verbs.examined(database(), file.read_bytes(), file.name, _present())
    for fault in faults:
        click.echo(_told(fault, locale))
    errors = sum(fault["severity"] == verbs.ERROR for fault in faults)
    asked = sum(1 for _each in book.questionnaire.questions()) if book.questionnaire else 0
    click.echo(f"{file.name} : {asked} questions, {errors} erreur(s), {len(faults) - errors} point(s) à vérifier.", err=True)
    sys.exit(1 if errors else 0)


@group.command("publish")
@click.argument("file", type=_FILE)
@click.option("--version", "name", default="", help="Nom de la version ; par défaut celui que le classeur donne.")
@click.option("--note", default="", help="Ce qui change, en deux mots.")
@click.option("--carry/--no-carry", default=True, show_default=True, help="Passer les dossiers en cours de saisie à la version.")
@click.option("--set-aside", is_flag=True, help="Mettre de côté les réponses qui n’ont plus de place.")
@_LOCALE
def publish(file: Path, name: str, note: str, *, carry: bool, set_aside: bool, locale: str) -> None:
    """Publie FILE comme nouvelle version, et passe les dossiers en cours de saisie."""
    try:
        number = verbs.upload_draft(
            database(), _actor(), file.name, file.read_bytes(), note=note, default=settings().questionnaire_version
        )
        with database().read() as session:
            row = session.get_one(QuestionnaireVersion, number)
            version, errors, faults = name or row.version, row.errors, list(row.faults)
        if errors:
            for fault in faults:
                click.echo(_told(fault, locale), err=True)
            verbs.discard_draft(database(), _actor(), number)
            _stop("Rien n’a été publié : corrigez ces fautes.")
        done = _publish(number, version, note, carry=carry, set_aside=set_aside)
    except ActionError as error:
        _stop(error.message)
        return
    click.echo(f"Version {done.version} publiée : les nouveaux dossiers s’ouvrent avec elle.")
    if done.job_id is not None:
        run_job(database(), settings(), done.job_id)
        _print_passage(done.job_id)


def _publish(number: int, version: str, note: str, *, carry: bool, set_aside: bool) -> verbs.Published:
    """Publishes, and leaves no draft behind when it cannot."""
    try:
        return verbs.publish(database(), _actor(), number, version=version, note=note, carry=carry, set_aside=set_aside)
    except ActionError:
        verbs.discard_draft(database(), _actor(), number)
        raise


def _print_passage(job_id: int) -> None:
    with database().read() as session:
        job = session.get_one(Job, job_id)
        items = session.scalars(select(JobItem).where(JobItem.job_id == job_id).order_by(JobItem.id)).all()
    if job.state is not JobState.DONE:
        click.echo(f"Le passage des dossiers est confié au travailleur de fond (tâche {job_id}).")
        return
    stayed = [item for item in items if item.state is JobState.FAILED]
    click.echo(f"Dossiers passés : {len(items) - len(stayed)} sur {len(items)}.")
    for item in stayed:
        click.echo(f"{item.label} reste dans sa version. {item.error}", err=True)


@group.command("export")
@click.argument("version")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(version: str, file: Path) -> None:
    """Écrit le classeur d’une version dans FILE (.xlsx)."""
    with database().read() as session:
        sheets = session.scalar(
            select(QuestionnaireVersion.sheets).where(
                QuestionnaireVersion.version == version,
                QuestionnaireVersion.code == CODE,
                QuestionnaireVersion.state != VersionState.DRAFT,
            )
        )
    if sheets is None:
        try:
            sheets = sheets_of(version)
        except UnknownVersionError:
            _stop(_unknown(version))
            return
    file.write_bytes(write_workbook(sheets))
    click.echo(f"Version {version} écrite dans {file}")


def _unknown(version: str) -> str:
    return f"Il n’y a pas de version « {version} ». Versions connues : {', '.join(versions())}."


@group.command("diff")
@click.argument("before")
@click.argument("after")
@_LOCALE
def diff(before: str, after: str, locale: str) -> None:
    """Écrit ce qui change de BEFORE à AFTER, question par question et mot à mot ; ce sont des versions ou des fichiers."""
    click.echo(rendered(compare(_either(before), _either(after)), locale))


def _either(name: str) -> Questionnaire:
    """A version by its name, or the questionnaire of a file."""
    try:
        return load(name)
    except UnknownVersionError:
        path = Path(name)
    if not path.is_file():
        _stop(f"« {name} » n’est ni une version connue ({', '.join(versions())}) ni un fichier.")
    book = read_workbook(path.read_bytes(), path.name)
    if book.questionnaire is None:
        for fault in book.faults:
            click.echo(_told(fault.to_json(), "fr"), err=True)
        _stop(f"« {name} » ne se lit pas comme un questionnaire : corrigez ces fautes.")
    assert book.questionnaire is not None
    return book.questionnaire


@group.command("list")
def list_versions() -> None:
    """Écrit les versions connues, leur état et leurs dossiers."""
    present = _present()
    with database().read() as session:
        counts = counts_by_version(session)
        rows = session.scalars(select(QuestionnaireVersion).order_by(QuestionnaireVersion.id)).all()
    states = {row.version: STATES[row.state] for row in rows if row.state is not VersionState.DRAFT}
    for version in versions():
        total, open_ = counts.get(version, (0, 0))
        marked = " (nouveaux dossiers)" if version == present else ""
        click.echo(f"{version}\t{states.get(version, 'livrée')}\t{total} dossiers, {open_} en saisie{marked}")
    for row in rows:
        if row.state is VersionState.DRAFT:
            click.echo(f"brouillon-{row.id}\t{STATES[row.state]}\t{row.questions} questions, {row.errors} faute(s), {row.filename}")
