"""`flask --app wsgi db …`: the schema's versions."""

import click
from flask.cli import AppGroup

from diagnostics import consistency, migrations
from diagnostics.web import database

group = AppGroup("db", help="La base de données : création et mises à jour du schéma.")


@group.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Met le schéma à jour (crée la base si elle n’existe pas)."""
    migrations.upgrade(database(), revision)
    click.echo(f"Schéma à jour : {migrations.current(database())}")


@group.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="Revenir en arrière peut perdre des données. Continuer ?")
def downgrade(revision: str) -> None:
    """Ramène le schéma à une version antérieure."""
    migrations.downgrade(database(), revision)
    click.echo(f"Schéma : {migrations.current(database())}")


@group.command("current")
def current() -> None:
    """Affiche la version du schéma et la dernière disponible."""
    click.echo(f"{migrations.current(database())} / {migrations.head()}")


@group.command("revision")
@click.argument("number")
@click.argument("message")
def revision(number: str, message: str) -> None:
    """Écrit la migration suivante d’après les modèles (pour les développeurs)."""
    migrations.write_revision(database(), message, number)


@group.command("verify")
def verify() -> None:
    """Vérifie que le journal mène à l’état des dossiers : aucune révision manquante, aucune réponse sans sa ligne."""
    with database().read() as session:
        found = list(consistency.faults(session))
    for fault in found:
        click.echo(f"{fault.reference} {fault.code} {fault.detail}")
    click.echo(f"Écarts : {len(found)}")
    if found:
        raise SystemExit(1)
