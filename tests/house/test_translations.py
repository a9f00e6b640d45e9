"""English is complete beside French: every message of pages and code has its translation, with the same placeholders."""

import re
from io import BytesIO
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from flask import Flask

from tests.house.imports import ROOT

FOLDER = ROOT / "translations" / "en" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2), "_n": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def _asked() -> set[str]:
    found = set()
    for folder in ("diagnostics", "templates"):
        for _name, _line, message, _comments, _context in extract_from_dir(ROOT / folder, METHODS, keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else message[0])
    return {message for message in found if message}


def test_every_message_is_translated() -> None:
    catalog = read_po(BytesIO((FOLDER / "messages.po").read_bytes()), locale="en")
    translated = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalog
        if message.id and message.string and not message.fuzzy
    }
    missing = sorted(_asked() - translated)
    assert not missing, f"{len(missing)} without English (make translations, then translate them): {missing[:5]}"


def test_translations_keep_the_placeholders() -> None:
    for message in read_po(BytesIO((FOLDER / "messages.po").read_bytes()), locale="en"):
        if message.id:
            asked, given = (set(PLACEHOLDER.findall(_joined(words))) for words in (message.id, message.string))
            assert given <= asked, message.id


def _joined(words: Any) -> str:
    return words if isinstance(words, str) else " ".join(words)


def test_what_is_compiled_is_what_is_written() -> None:
    fresh = BytesIO()
    write_mo(fresh, read_po(BytesIO((FOLDER / "messages.po").read_bytes()), locale="en"))
    fresh.seek(0)
    compiled = read_mo(BytesIO((FOLDER / "messages.mo").read_bytes()))
    assert {str(message.id): message.string for message in read_mo(fresh)} == {
        str(message.id): message.string for message in compiled
    }


def test_pages_speak_the_language_asked_for(app: Flask) -> None:
    client = app.test_client()
    assert "Se connecter" in client.get("/connexion", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    english = client.get("/connexion", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert "Sign in" in english
    assert "Se connecter" not in english
