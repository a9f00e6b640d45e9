"""What a command says when the database is not there, not reachable or not of this release: what to do, and no traceback."""

import functools
import re
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

_MISSING = re.compile(r"no such (table|column)|(relation|column) .* does not exist", re.IGNORECASE)
OLD_SCHEMA = (
    "La base n’a pas encore les tables de cette version de l’outil. Lancez d’abord : flask --app wsgi db upgrade\n"
    "The database does not have this release's tables yet. First run: flask --app wsgi db upgrade"
)
OUT_OF_REACH = (
    "La base ne répond pas ({cause}). Vérifiez DIAGNOSTICS_DATABASE_URL et DIAGNOSTICS_INSTANCE_PATH, l’espace du disque et les droits.\n"
    "The database does not answer. Check DIAGNOSTICS_DATABASE_URL and DIAGNOSTICS_INSTANCE_PATH, the disk's space and the rights."
)


def told(command: click.Command) -> click.Command:
    """The same command, or group of commands, with the database's faults said in words."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            told(each)
    if command.callback is not None:
        command.callback = _in_words(command.callback)
    return command


def _in_words(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return callback(*arguments, **options)
        except (OperationalError, ProgrammingError) as error:
            cause = str(error.orig).strip().partition("\n")[0]
            if _MISSING.search(cause):
                raise click.ClickException(OLD_SCHEMA) from error
            if isinstance(error, ProgrammingError):
                # Not the database's state but a statement of ours: the developer needs all of it.
                raise
            raise click.ClickException(OUT_OF_REACH.format(cause=cause)) from error

    return run
