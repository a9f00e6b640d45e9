"""The WSGI entry point: `gunicorn wsgi:app` and `flask --app wsgi …` both start here."""

import gc

from diagnostics import create_app

app = create_app()

# What the application is made of lives as long as the process: the collector need not go through it again and again.
gc.collect()
gc.freeze()
