"""`flask --app wsgi demo`: the demonstration campaign, and one sign-in for each role."""

import sys
import time

import click
from sqlalchemy import func, select

from diagnostics.actions.base import ActionError
from diagnostics.actions.demo import PASSWORD, demo_accounts, load_demo, publish_demo
from diagnostics.actions.publication import consolidate, make_report
from diagnostics.models import Campaign, Diagnosis, Role, State, User
from diagnostics.web import database, settings

MOST_FIRMS = 20_000
ROLES = {
    "coordinator": "Coordination",
    "referent": "Référent réseau",
    "diagnostician": "Diagnostiqueur",
    "analyst": "Analyste",
    "committee": "Comité technique",
    "partner": "Partenaires sociaux",
    "admin": "Administration",
    "firm": "Entreprise (lien)",
}


@click.command("demo")
@click.option("--firms", type=click.IntRange(1, MOST_FIRMS), default=690, show_default=True, help="Taille du panel.")
@click.option("--seed", type=click.IntRange(0), default=2013, show_default=True, help="Graine : la même donne la même campagne.")
@click.option("--if-empty", is_flag=True, help="Ne fait rien si une campagne existe déjà.")
@click.option("--accounts", is_flag=True, help="Affiche seulement un accès par rôle.")
@click.option("--bare", is_flag=True, help="Sans consolidation ni rapports (plus rapide).")
def command(firms: int, seed: int, *, if_empty: bool, accounts: bool, bare: bool) -> None:
    """Charge une campagne de démonstration, inventée et marquée comme telle."""
    if accounts:
        _print_accounts()
        return
    with database().read() as session:
        present = bool(session.scalar(select(func.count()).select_from(Campaign)))
    if present and if_empty:
        return
    started = time.monotonic()
    try:
        loaded = load_demo(database(), firms=firms, seed=seed, truth=settings().instance_path / "demo-profiles.csv")
    except ActionError as error:
        click.echo(str(error.message), err=True)
        sys.exit(1)
    click.echo(
        f"Démonstration : {loaded.firms} entreprises dans la base de sondage, {loaded.panel} au panel, {loaded.dossiers} dossiers, {loaded.people} personnes."
    )
    if not bare:
        _publish()
    click.echo(f"Prêt en {time.monotonic() - started:.0f} s.")


def _publish() -> None:
    """Makes what readers come for: the first edition, and the reports of the demonstration's own dossiers."""
    try:
        edition_id = consolidate(database(), settings())
    except ActionError as error:
        click.echo(str(error.message), err=True)
    else:
        publish_demo(database(), edition_id)
    with database().read() as session:
        owner = session.scalar(select(User.id).where(User.is_demo, User.role == Role.DIAGNOSTICIAN).order_by(User.id).limit(1))
        first = session.scalar(select(Diagnosis.id).where(Diagnosis.state == State.RESTITUTION).order_by(Diagnosis.id).limit(1))
        own = session.execute(
            select(Diagnosis.id)
            .where(
                (Diagnosis.diagnostician_id == owner)
                & Diagnosis.state.in_(
                    [State.SENT, State.RESTITUTION, State.VALIDATED, State.VALIDATED_REMARKS, State.DISAGREEMENT, State.CLOSED]
                )
                | (Diagnosis.id == first)
            )
            .order_by(Diagnosis.id)
        ).all()
    with click.progressbar(own, label="Rapports") as dossiers:
        for (diagnosis_id,) in dossiers:
            make_report(database(), settings(), diagnosis_id)


def _print_accounts() -> None:
    link = settings().public_url.rstrip("/") + "/espace/{secret}"
    found = list(demo_accounts(database(), link=link, days=settings().firm_link_days))
    if not found:
        return
    width = max(len(label) for label in ROLES.values())
    click.echo(f"\nComptes de démonstration (mot de passe commun / shared password: {PASSWORD})")
    for role, address in found:
        click.echo(f"  {ROLES[role].ljust(width)}  {address}")
    click.echo("")
