"""The bare view that a section's save is compared with: Flask and SQLAlchemy, the same bytes, the same durability, nothing else."""

import json

from flask import Flask, Response, redirect, request
from sqlalchemy import text

from diagnostics.db import Database
from diagnostics.settings import load_settings

app = Flask(__name__)
database = Database(load_settings().url)


@app.get("/sante")
def health() -> str:
    """Says that the process answers."""
    return "ok"


@app.post("/<int:number>")
def save(number: int) -> Response:
    """Writes the posted form as JSON into one row."""
    content = json.dumps({name: {"value": value, "state": "collected"} for name, value in request.form.items()})
    with database.write() as session:
        session.execute(
            text("INSERT INTO bare (id, content) VALUES (:id, :content) ON CONFLICT (id) DO UPDATE SET content = :content"),
            {"id": number, "content": content},
        )
    answer = redirect("/sante", 303)
    assert isinstance(answer, Response)
    return answer
