"""What a section's page is given so that it can answer by itself: the definition's address, the day, the facts and the answers that
its expressions read. Everything comes from a `Collected` that holds only what this person may read (`readable_only`).
"""

from typing import Any

from flask_babel import gettext as _

from diagnostics.collected import Collected
from diagnostics.i18n import chosen_locale
from diagnostics.pages.definitions import address_of
from questionnaires.export_json import Reach, reach_of
from questionnaires.model import Section

EVERY_FACT = "*"


def live_data(found: Collected, section: Section, *, resent: bool, proposed: frozenset[str]) -> dict[str, Any]:
    """The JSON of a section's page.

    `resent` says that the controls show what was typed and not what is stored; `proposed` names the questions whose controls
    show more than is stored (the action plan's proposals).
    """
    reach = reach_of(found.questionnaire, section.code)
    return {
        "definition": address_of(found.diagnosis.questionnaire_version),
        "section": section.code,
        "locale": chosen_locale(),
        "context": _context(found, reach),
        "answers": _answers(found, section, reach),
        "resent": resent,
        "proposed": sorted(proposed),
        "words": {
            "line": _("Ligne %(number)s", number="{number}"),
            "placed": _("%(where)s : %(message)s", where="{where}", message="{message}"),
            "count": _("Réponses : %(answered)s sur %(asked)s", answered="{answered}", asked="{asked}"),
            "error": _("Erreur :"),
            "doubtful": _("À vérifier"),
            "confirmed": _("Confirmé"),
        },
    }


def _context(found: Collected, reach: Reach) -> dict[str, Any]:
    facts = {name: fact for name, fact in found.context.facts.items() if name in reach.facts or EVERY_FACT in reach.facts}
    return {
        "today": found.context.today.isoformat(),
        "programme_start": found.context.programme_start.isoformat(),
        "facts": facts,
    }


def _answers(found: Collected, section: Section, reach: Reach) -> dict[str, Any]:
    """The answers that the section's expressions read: its own whole, the others' values alone."""
    own = {question.name for question in section.questions}
    stored = {name: found.answers[name].to_json() for name in sorted(reach.questions & found.answers.keys())}
    return {
        name: told if name in own else {part: value for part, value in told.items() if part in {"value", "missing"}}
        for name, told in stored.items()
    }
