"""The catalogue of faults: both languages, the same figures in both, French typography, nothing unused."""

import re
from pathlib import Path
from string import Formatter

from questionnaires.model import Text
from questionnaires.problems import MESSAGES, message


def _figures(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}


def test_both_languages_hold_the_same_figures() -> None:
    assert [code for code, text in MESSAGES.items() if not text.fr or not text.en or _figures(text.fr) != _figures(text.en)] == []


def test_french_typography() -> None:
    wrong = re.compile(r"'|\s{2,}|[^\u202f][;!?]|[^\u00a0\u202f]:|«[^\u00a0]|[^\u00a0]»")
    assert [(code, text.fr) for code, text in MESSAGES.items() if wrong.search(text.fr)] == []


def test_messages_put_figures_and_bilingual_words_in() -> None:
    found = message("required_cell", row=3, label=Text("Né en", "Born in"))
    assert (found.fr, found.en) == ("Ligne 3\u202f: «\u00a0Né en\u00a0» est à remplir.", "Line 3: “Born in” must be filled in.")


def test_every_message_is_used() -> None:
    package = Path(__file__).parents[2] / "questionnaires"
    source = "".join(path.read_text(encoding="utf-8") for path in package.glob("*.py") if path.name != "problems.py")
    assert [code for code in MESSAGES if f'"{code}"' not in source] == []
