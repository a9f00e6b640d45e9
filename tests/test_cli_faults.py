"""A command says in words what is wrong with the database, and what to do."""

from pathlib import Path

import pytest
from flask import Flask

from diagnostics import create_app


@pytest.mark.parametrize("command", [["db", "verify"], ["questionnaire", "list"], ["panel", "draw", "--size", "3", "--seed", "1"]])
def test_a_database_without_its_tables(bare_app: Flask, command: list[str]) -> None:
    result = bare_app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert "flask --app wsgi db upgrade" in result.output
    assert "Traceback" not in result.output


def test_a_database_out_of_reach(tmp_path: Path) -> None:
    """The address's secrets stay out of what is said."""
    url = "postgresql://person:a-secret@127.0.0.1:1/none"
    app = create_app({"instance_path": tmp_path, "database_url": url, "secret_key": "x" * 40, "log_level": "ERROR"})
    result = app.test_cli_runner().invoke(args=["questionnaire", "list"])
    assert result.exit_code == 1
    assert "DIAGNOSTICS_DATABASE_URL" in result.output
    assert "a-secret" not in result.output
