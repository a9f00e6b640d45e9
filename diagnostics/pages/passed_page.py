"""The answer to a form of an older version: the dossier has passed to another one while the page was open."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from diagnostics.access import readable_sections
from diagnostics.actions.answers import Seen
from diagnostics.actions.base import NotFoundError
from diagnostics.actions.shown_before import Landed, save_shown_before
from diagnostics.answer_words import in_words
from diagnostics.catalogues import UnknownVersionError, load
from diagnostics.i18n import chosen_locale
from diagnostics.models import Diagnosis
from diagnostics.pages.section_page import Place, stored_before
from diagnostics.readable import MISSING
from diagnostics.section_forms import Base, bound, read
from diagnostics.web import actor, database, fresh_reading, reading
from questionnaires.answers import Answer
from questionnaires.model import Questionnaire


def answer_shown_before(seen: Seen, code: str, place: Place, base: Base) -> ResponseReturnValue:
    """Saves what has its place in the present version, and shows the rest with the reason: nothing typed is lost."""
    try:
        old = load(base.version)
    except UnknownVersionError as error:
        raise NotFoundError(_("Cette version du questionnaire n’existe pas.")) from error
    if code not in readable_sections(actor(), seen_as(seen), old.stages()) or (place.codes and code not in place.codes):
        raise NotFoundError(_("Cette partie du questionnaire n’existe pas, ou elle ne vous est pas ouverte maintenant."))
    form = bound(base.version, code, stored_before(reading(), seen, old), request.form)
    found = read(form)
    typed = {name: given for name, given in found.answers.items() if name not in found.unreadable}
    landed = save_shown_before(database(), actor(), seen.id, base.version, typed, base.fingerprints)
    for name in found.unreadable:
        landed.refused[name] = " ".join(str(text) for text in form[name].errors)
    return _told(seen, old, code, place, landed, found.answers)


def seen_as(seen: Seen) -> Diagnosis:
    """What the rules of access ask of a dossier, which a `Seen` has."""
    return seen  # type: ignore[return-value]


def _told(
    seen: Seen, old: Questionnaire, code: str, place: Place, landed: Landed, answers: Mapping[str, Answer]
) -> ResponseReturnValue:
    present = fresh_reading().get_one(Diagnosis, seen.id)
    new = load(present.questionnaire_version)
    here = place.section(code) if code in new.stages() else place.home
    if not landed.aside and not landed.refused:
        flash(
            _(
                "Le questionnaire est passé à la version %(version)s pendant votre saisie : vos réponses sont enregistrées à leur nouvelle place.",
                version=new.version,
            ),
            "info",
        )
        return redirect(here, 303)
    page = render_template(
        "questionnaire/passed.html",
        dossier=present,
        place=place,
        here=here,
        old=old,
        new=new,
        saved=len(landed.saved),
        aside=[(_label(old, name), _typed(old, name, answers)) for name in landed.aside],
        refused=[(_label(old, name), _typed(old, name, answers), reason) for name, reason in landed.refused.items()],
    )
    return page, 409


def _label(old: Questionnaire, name: str) -> str:
    roster, _slash, column = name.partition("/")
    question = old.question(roster)
    words = question.label.in_(chosen_locale()) or roster
    return f"{words} – {question.column(column).label.in_(chosen_locale())}" if column else words


def _typed(old: Questionnaire, name: str, answers: Mapping[str, Answer]) -> str:
    """What was typed: the words as they were sent where there is one control, else the answer as it was read."""
    sent = [text for text in request.form.getlist(name) if text.strip()]
    question, answer = old.question(name.partition("/")[0]), answers.get(name.partition("/")[0], Answer())
    if answer.missing is not None:
        return str(MISSING[answer.missing])
    words = in_words(question, answer.value, old, chosen_locale())
    return words or ", ".join(sent)
