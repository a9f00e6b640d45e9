"""Languages of the pages: French first, English complete beside it."""

from flask import Flask, g, request, session
from flask_babel import Babel

from diagnostics.settings import ROOT

LOCALES = ("fr", "en")


def chosen_locale() -> str:
    """The language of this request: the person's choice, else the browser's, else French."""
    if not request:
        return "fr"
    choice = session.get("locale") or getattr(g, "user_locale", None)
    if choice in LOCALES:
        return str(choice)
    return request.accept_languages.best_match(LOCALES, default="fr") or "fr"


def init_app(app: Flask) -> None:
    """Connects Flask-Babel; the messages' French is their key, so that only English has a catalogue."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "fr")
    Babel(app, locale_selector=chosen_locale, default_domain="messages", default_translation_directories=str(ROOT / "translations"))
