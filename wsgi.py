"""The WSGI entry point: `gunicorn wsgi:app` and `flask --app wsgi …` both start here."""

from diagnostics import create_app

app = create_app()
