"""The application: who does what, and when. `create_app` assembles it."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from diagnostics import access, cli, i18n, jobs, limits, logs, pages, trials, web, words
from diagnostics.actions import paradata
from diagnostics.db import Database
from diagnostics.settings import ROOT, load_settings

__version__ = "0.1.0"

csrf = CSRFProtect()


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The Flask application, ready to serve.

    `overrides` are settings (see `diagnostics.settings.Settings`) that win over the instance file and the environment;
    tests pass theirs here.
    """
    settings = load_settings(overrides)
    logs.configure(settings)
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance_path),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SESSION_COOKIE_NAME="diagnostics",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=settings.upload_megabytes * 2**20,
        MAX_FORM_MEMORY_SIZE=settings.form_megabytes * 2**20,
        MAX_FORM_PARTS=20_000,
    )
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.url)
    # A template that names something unknown fails loudly instead of printing nothing.
    app.jinja_env.undefined = StrictUndefined
    csrf.init_app(app)
    limits.init_app(app, settings)
    i18n.init_app(app)
    web.init_app(app)
    words.init_app(app)
    jobs.init_app(app)
    paradata.init_app(app)
    trials.init_app(app)
    pages.init_app(app)
    pages.exempt_devices(csrf)
    cli.init_app(app)
    access.check_views(app)
    return app
