"""The pages: one blueprint a subject. Views read, ask `diagnostics.actions` for changes, and draw templates."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from diagnostics.pages import (
    admin,
    analysis,
    definitions,
    devices,
    errors,
    fieldwork,
    firm_threads,
    history,
    home,
    jobs,
    network,
    offline,
    openrosa,
    operations,
    panel,
    paradata,
    programme,
    quality,
    quarantine,
    questionnaire,
    questionnaires_admin,
    reports,
    review,
    signin,
    submissions,
    syntheses,
    threads,
)

BLUEPRINTS = (
    home.bp,
    signin.bp,
    programme.bp,
    questionnaires_admin.bp,
    panel.bp,
    fieldwork.bp,
    questionnaire.bp,
    history.bp,
    threads.bp,
    operations.bp,
    offline.bp,
    quarantine.bp,
    definitions.bp,
    review.bp,
    firm_threads.bp,
    paradata.bp,
    quality.bp,
    network.bp,
    reports.bp,
    syntheses.bp,
    analysis.bp,
    jobs.bp,
    admin.bp,
    devices.bp,
    submissions.bp,
    openrosa.bp,
)


def init_app(app: Flask) -> None:
    """Registers every blueprint and the error pages."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.init_app(app)


def exempt_devices(csrf: CSRFProtect) -> None:
    """The OpenRosa interface needs no token against forged forms: it reads no cookie that a browser would send along."""
    csrf.exempt(openrosa.bp)
