"""Working without a network: the page that says what is on this device, what the device asks of the house, and the service worker.

A page taken along is an ordinary page that the browser keeps. `state` says who is signed in, with a token to send with;
`dossier` lists the pages of a dossier; `worker` serves the script that answers when the network does not.
"""

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from diagnostics.access import NETWORK, Actor, allow, readable_sections, visible
from diagnostics.actions.quarantine import waiting_count
from diagnostics.catalogues import load
from diagnostics.devices import account_key, static_files, static_version
from diagnostics.i18n import chosen_locale
from diagnostics.models import Quarantined, Role
from diagnostics.pages.offline_words import offline_words
from diagnostics.pages.operations import CAUSES
from diagnostics.pages.sections import find
from diagnostics.web import actor, reading, settings
from questionnaires.model import Stage

bp = Blueprint("offline", __name__)


def _person() -> Actor | None:
    found: Actor | None = getattr(g, "actor", None)
    return found


def account() -> str:
    """The mark of whoever is signed in, as their devices know it; empty for nobody and for a firm."""
    return account_key(str(current_app.secret_key), _person())


@bp.app_context_processor
def context() -> dict[str, Any]:
    """What every page carries for the device, and the number that waits in quarantine for the coordination's menu."""
    who = _person()
    counted = who is not None and who.role is Role.COORDINATOR and getattr(g, "database_usable", True)
    return {
        "device_account": account,
        "device_days": settings().offline_days,
        "device_version": static_version,
        "offline_words": offline_words,
        "quarantine_waiting": waiting_count(reading(), actor()) if counted else 0,
    }


@bp.get("/hors-ligne")
@allow(anonymous=True)
def index() -> str:
    """What is on this device and what is not sent yet. Without a person it is the page shown when nothing else can be."""
    who = _person()
    held: Sequence[Quarantined] = ()
    if who is not None and who.role in NETWORK and who.role is not Role.COORDINATOR:
        held = reading().scalars(visible(Quarantined, who).order_by(Quarantined.id.desc()).limit(50)).all()
    return render_template("offline/index.html", held=held, causes=CAUSES)


@bp.get("/hors-ligne/etat")
@allow(anonymous=True)
def state() -> ResponseReturnValue:
    """Who is signed in, as their device knows them, and a token for what is sent."""
    return jsonify(account=account(), token=generate_csrf(), version=static_version())


@bp.get("/hors-ligne/dossiers/<reference>")
@allow(*NETWORK)
def dossier(reference: str) -> ResponseReturnValue:
    """The pages that a device keeps of a dossier: its own page, the list of its parts, and each part that this person may read."""
    diagnosis = find(reference)
    questionnaire = load(diagnosis.questionnaire_version)
    codes = readable_sections(actor(), diagnosis, questionnaire.stages())
    locale = chosen_locale()
    pages = [
        {"url": url_for("dossiers.show", reference=reference), "title": _("Le dossier"), "code": ""},
        {"url": url_for("questionnaire.tasks", reference=reference), "title": _("Les parties du questionnaire"), "code": ""},
        *(
            {
                "url": url_for("questionnaire.section", reference=reference, code=section.code),
                "title": section.title.in_(locale),
                "code": section.code,
            }
            for section in questionnaire.sections
            if section.code in codes and section.stage is not Stage.VALIDATION
        ),
    ]
    return jsonify(
        account=account(),
        reference=reference,
        name=diagnosis.firm.name,
        questionnaire=diagnosis.questionnaire_version,
        version=static_version(),
        pages=pages,
    )


@bp.get("/agent.js")
@allow(anonymous=True)
def worker() -> Response:
    """The service worker: two lines that change when a static file does, so that browsers take the new ones together."""
    files = [url_for("static", filename=name) for name in static_files()]
    shell = url_for("offline.index")
    script = (
        f'import {{ serve }} from "{url_for("static", filename="js/agent.js")}";\n'
        f"serve({json.dumps({'version': static_version(), 'files': files, 'shell': shell, 'days': settings().offline_days})});\n"
    )
    return Response(script, mimetype="text/javascript", headers={"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"})
