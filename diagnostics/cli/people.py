"""`flask --app wsgi user …`: the first account of an installation, before anybody can sign in."""

import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select

from diagnostics.access import Actor
from diagnostics.actions import people
from diagnostics.actions.base import ActionError
from diagnostics.models import OutboxMessage, Role, Structure
from diagnostics.web import database, settings

group = AppGroup("user", help="Les comptes : invitations.")


@group.command("invite")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role if role is not Role.FIRM]), required=True)
@click.option("--name", default="", help="Prénom et nom ; à défaut, le début de l’adresse.")
@click.option("--structure", default="", help="Nom de la structure, pour un référent ou un diagnostiqueur.")
def invite(email: str, role: str, name: str, structure: str) -> None:
    """Crée un compte et donne le lien pour en choisir le mot de passe."""
    if "@" not in email:
        click.echo(f"« {email} » n’est pas une adresse électronique (nom@domaine).", err=True)
        sys.exit(1)
    with database().read() as session:
        structure_id = session.scalar(select(Structure.id).where(Structure.name == structure)) if structure else None
    if structure and structure_id is None:
        click.echo(f"Aucune structure ne s’appelle « {structure} ».", err=True)
        sys.exit(1)
    actor = Actor(Role.ADMIN, "flask user invite")
    link = settings().public_url.rstrip("/") + "/mot-de-passe/{secret}"
    try:
        people.invite(
            database(),
            actor,
            email=email,
            name=name or email.partition("@")[0],
            role=Role(role),
            structure_id=structure_id,
            hours=settings().invitation_hours,
            link=link,
        )
    except ActionError as error:
        click.echo(str(error.message), err=True)
        sys.exit(1)
    with database().read() as session:
        message = session.scalar(
            select(OutboxMessage).where(OutboxMessage.recipient == email.strip().lower()).order_by(OutboxMessage.id.desc()).limit(1)
        )
    if settings().mail_server or message is None:
        click.echo(f"Invitation envoyée à {email}.")
    else:
        click.echo(message.body)
