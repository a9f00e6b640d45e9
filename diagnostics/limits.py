"""Limits against floods of requests; the throttling of one account is `actions.people`'s."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from diagnostics.settings import Settings

limiter = Limiter(get_remote_address, storage_uri="memory://")


def init_app(app: Flask, settings: Settings) -> None:
    """Connects the limits; a test may turn them off."""
    app.config["RATELIMIT_ENABLED"] = settings.rate_limits
    limiter.init_app(app)
