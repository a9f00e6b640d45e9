"""The pages: one blueprint a subject. Views read, ask `diagnostics.actions` for changes, and draw templates."""

from flask import Flask

from diagnostics.pages import (
    admin,
    analysis,
    definitions,
    errors,
    fieldwork,
    firm,
    home,
    jobs,
    network,
    panel,
    programme,
    questionnaire,
    reports,
    review,
    signin,
    syntheses,
)

BLUEPRINTS = (
    home.bp,
    signin.bp,
    programme.bp,
    panel.bp,
    fieldwork.bp,
    questionnaire.bp,
    definitions.bp,
    review.bp,
    firm.bp,
    network.bp,
    reports.bp,
    syntheses.bp,
    analysis.bp,
    jobs.bp,
    admin.bp,
)


def init_app(app: Flask) -> None:
    """Registers every blueprint and the error pages."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.init_app(app)
