"""The bare view that a section's save is compared with: Flask and SQLAlchemy, the same bytes, the same durability, nothing else."""

import json
from typing import Any

import pysqlite3.dbapi2
from flask import Flask, Response, redirect, request
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.orm import Session

from diagnostics.settings import load_settings

app = Flask(__name__)
engine = create_engine(load_settings().url, module=pysqlite3.dbapi2)


@event.listens_for(engine, "connect")
def configure(connection: Any, _record: object) -> None:
    """The durability and the patience of the platform's own connections."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 10000", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(engine, "begin")
def begin(connection: Connection) -> None:
    """Takes the lock at once, as SQLite advises to whoever writes."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@app.get("/sante")
def health() -> str:
    """Says that the process answers."""
    return "ok"


@app.post("/<int:number>")
def save(number: int) -> Response:
    """Writes the posted form as JSON into one row."""
    content = json.dumps({name: {"value": value, "state": "collected"} for name, value in request.form.items()})
    with Session(engine) as session, session.begin():
        session.execute(
            text("INSERT INTO bare (id, content) VALUES (:id, :content) ON CONFLICT (id) DO UPDATE SET content = :content"),
            {"id": number, "content": content},
        )
    answer = redirect("/sante", 303)
    assert isinstance(answer, Response)
    return answer
