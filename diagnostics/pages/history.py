"""The history of one answer: who changed it and when, never what it was."""

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext as _

from diagnostics.access import NETWORK, allow, readable_sections
from diagnostics.collected import collect
from diagnostics.i18n import chosen_locale
from diagnostics.pages.dossiers import found
from diagnostics.pages.sections import readable_only
from diagnostics.readable import origin_of
from diagnostics.value_history import history
from diagnostics.web import actor, reading
from questionnaires.answers import Answer

bp = Blueprint("history", __name__)


@bp.get("/dossiers/<reference>/reponses/<name>")
@allow(*NETWORK)
def show(reference: str, name: str) -> str:
    """Every change of one answer, the latest first, for whoever may read the answer itself."""
    diagnosis = found(reference)
    collected = readable_only(collect(reading(), diagnosis), actor())
    questionnaire = collected.questionnaire
    places = {question.name: (section, question) for section, question in questionnaire.questions()}
    codes = readable_sections(actor(), diagnosis, questionnaire.stages())
    if name not in places or places[name][0].code not in codes:
        abort(404)
    section, question = places[name]
    answer = collected.answers.get(name, Answer())
    return render_template(
        "questionnaire/history.html",
        diagnosis=diagnosis,
        section=section,
        label=question.label.in_(chosen_locale()),
        changes=history(reading(), diagnosis.id, section.code, name),
        saved=collected.saved_of(section.code),
        origin=origin_of(collected, name, answer) if answer.given else None,
        crumbs=[
            (_("Dossier %(reference)s", reference=reference), url_for("dossiers.show", reference=reference)),
            (
                section.title.in_(chosen_locale()),
                url_for("questionnaire.section", reference=reference, code=section.code, _anchor=f"q-{name}"),
            ),
        ],
    )
