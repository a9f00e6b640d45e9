"""The pages: one blueprint a subject. Views read, ask `diagnostics.actions` for changes, and draw templates."""

from flask import Flask

from diagnostics.pages import errors, home, signin

BLUEPRINTS = (home.bp, signin.bp)


def init_app(app: Flask) -> None:
    """Registers every blueprint and the error pages."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.init_app(app)
