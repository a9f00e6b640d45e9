"""The quality of the filling, for the coordinator: what stands out by dossier and by diagnostician, and the export."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _

from analysis import paradata as method
from diagnostics.access import allow
from diagnostics.actions.paradata import note_export
from diagnostics.catalogues import load
from diagnostics.formats import percent
from diagnostics.i18n import chosen_locale
from diagnostics.models import Role, now
from diagnostics.quality import Quality, quality_of
from diagnostics.quality_export import archive
from diagnostics.recording import recorder
from diagnostics.web import actor, database, fresh_reading, reading, settings
from questionnaires.model import Questionnaire

bp = Blueprint("quality", __name__, url_prefix="/qualite")
MOST_SHOWN = 40
MOST_QUESTIONS = 15
NARROW = "\u202f"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that stands out, in words: where it leads, what is seen, and what is usual."""

    title: str
    sub: str
    url: str
    what: str
    value: str
    usual: str
    score: float


def indicator_words(code: str) -> str:
    """What an indicator looks at, in neutral words."""
    words: dict[str, str] = {
        "speed": _("Saisie plus rapide que d’habitude"),
        "missing": _("Plus de questions laissées avec un motif"),
        "overridden": _("Plus d’alertes confirmées"),
    }
    return words[code]


def _seconds(value: Any) -> str:
    """A number of seconds with its unit."""
    return "–" if pd.isna(value) else f"{round(float(value))}{NARROW}s"


def value_words(code: str, value: Any) -> str:
    """A value of an indicator with its unit."""
    if pd.isna(value):
        return "–"
    if code == "speed":
        return str(_("%(seconds)s par question", seconds=_seconds(value)))
    return percent(float(value), 0, chosen_locale())


@bp.get("")
@allow(Role.COORDINATOR)
def index() -> str:
    """What stands out, the furthest first; nothing is placed against too few dossiers."""
    # What this process still holds is written first, so that the page shows the last minutes too.
    recorder().flush()
    fresh_reading()
    found = quality_of(reading(), actor())
    questionnaire = load(settings().questionnaire_version)
    return render_template(
        "quality/index.html",
        found=found,
        compared=int(found.dossiers["seconds_per_answer"].notna().sum()),
        filled=len(found.dossiers),
        dossiers=[_dossier_line(found, row) for row in found.standing_out.head(MOST_SHOWN).itertuples(index=False)],
        hidden=max(len(found.standing_out) - MOST_SHOWN, 0),
        people=_people(found),
        pairs=[_pair(found, row) for row in found.pairs.head(MOST_SHOWN).itertuples(index=False)],
        series=[_series(found, questionnaire, row) for row in found.series.head(MOST_SHOWN).itertuples(index=False)],
        questions=[_question(questionnaire, row) for row in found.questions.head(MOST_QUESTIONS).itertuples(index=False)],
        usual=_usual(found),
        median_seconds=_seconds(found.dossiers["seconds_per_answer"].median()),
        method=method,
        indicator_words=indicator_words,
        value_words=value_words,
        records=recorder().records,
        days=settings().paradata_days,
    )


def _usual(found: Quality) -> dict[str, str]:
    """The median of each indicator over all dossiers, in words."""
    return {each.code: value_words(each.code, float(found.dossiers[each.column].median())) for each in method.INDICATORS}


def _dossier_line(found: Quality, row: Any) -> Line:
    named = found.named[row.key]
    return Line(
        named.firm,
        f"{named.reference} · {named.person}" if named.person else named.reference,
        url_for("questionnaire.check", reference=named.reference),
        indicator_words(row.indicator),
        value_words(row.indicator, row.value),
        _usual(found)[row.indicator],
        row.score,
    )


def _people(found: Quality) -> list[dict[str, Any]]:
    """The diagnosticians who have enough dossiers, by name, with what stands out marked."""
    names = {named.person_id: named.person for named in found.named.values() if named.person_id is not None}
    far = {(row.key, row.indicator) for row in found.people_out.itertuples(index=False)}
    rows = [
        {
            "name": names.get(int(str(person)), "–"),
            "url": url_for("dossiers.index", diagnostiqueur=person),
            "dossiers": int(row["dossiers"]),
            "cells": [
                (indicator_words(each.code), value_words(each.code, row[each.column]), (person, each.code) in far)
                for each in method.INDICATORS
            ],
        }
        for person, row in found.people.iterrows()
    ]
    return sorted(rows, key=lambda row: (not any(far for _words, _value, far in row["cells"]), str(row["name"])))


def _pair(found: Quality, row: Any) -> dict[str, Any]:
    return {
        "sides": [(found.named[number], url_for("review.show", reference=found.named[number].reference)) for number in (row.first, row.second)],
        "same": row.same,
        "common": row.common,
        "expected": percent(row.expected, 0, chosen_locale()),
    }  # fmt: skip


def _series(found: Quality, questionnaire: Questionnaire, row: Any) -> dict[str, Any]:
    section, _colon, choices = row.series.partition(":")
    named, locale = found.named[row.dossier], chosen_locale()
    titles = {each.code: each.title.in_(locale) for each in questionnaire.sections}
    return {
        "named": named,
        "url": url_for("questionnaire.section", reference=named.reference, code=section),
        "section": titles.get(section, section),
        "questions": row.questions,
        "answer": questionnaire.label(choices, row.answer, locale),
    }


def _question(questionnaire: Questionnaire, row: Any) -> dict[str, Any]:
    labels = {question.name: question.label.in_(chosen_locale()) for _section, question in questionnaire.questions()}
    return {
        "label": labels.get(row.question, row.question),
        "shown": row.shown,
        "overridden": row.overridden,
        "share": percent(row.share, 0, chosen_locale()),
    }


@bp.post("/export")
@allow(Role.COORDINATOR)
def export() -> Response:
    """The events, the indicators, the states of answers and their codebook, in one ZIP; the journal says who took it."""
    recorder().flush()
    fresh_reading()
    found = quality_of(reading(), actor())
    packed = archive(found)
    note_export(database(), actor(), events=len(found.events), dossiers=len(found.dossiers))
    name = f"paradonnees-{now():%Y-%m-%d}.zip"
    return Response(
        packed, mimetype="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    )  # fmt: skip
