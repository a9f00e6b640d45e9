"""Every operation that a person may want without a browser: `flask --app wsgi …`."""

from flask import Flask

from diagnostics.cli import database, demo, panel, people, programme, questionnaire
from diagnostics.cli.faults import told

COMMANDS = tuple(
    told(command)
    for command in (
        database.group,
        panel.group,
        questionnaire.group,
        people.group,
        demo.command,
        programme.consolidate,
        programme.reports,
        programme.export,
        programme.worker,
    )
)


def init_app(app: Flask) -> None:
    """Registers the commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
