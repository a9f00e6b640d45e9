"""Words and figures for templates: the filters and globals that turn values into what a person reads.

In come numbers, dates, states, roles and forms; out comes text in the request's language. `init_app` registers them all
with Jinja; the figures themselves are written by `diagnostics.formats`, so that pages and PDFs agree to the last space.
"""

from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import urlencode

from babel import dates
from flask import Flask, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import Field, FieldList, Form, FormField

from diagnostics import formats
from diagnostics.delays import PARIS
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import EXITS, LABELS
from diagnostics.models import AccreditationState, JobState, Role, State

ROLES: dict[Role, LazyString] = {
    Role.COORDINATOR: _l("Coordination"),
    Role.REFERENT: _l("Référent réseau"),
    Role.DIAGNOSTICIAN: _l("Diagnostiqueur"),
    Role.ANALYST: _l("Analyste"),
    Role.COMMITTEE: _l("Comité technique"),
    Role.PARTNER: _l("Partenaire social"),
    Role.ADMIN: _l("Administration technique"),
    Role.FIRM: _l("Entreprise"),
}

ACCREDITATIONS: dict[AccreditationState, LazyString] = {
    AccreditationState.ENROLLED: _l("Inscrit"),
    AccreditationState.TRAINED: _l("Formé"),
    AccreditationState.ACCREDITED: _l("Habilité"),
    AccreditationState.SUSPENDED: _l("Suspendu"),
    AccreditationState.LEFT: _l("Sorti"),
}

ACCREDITATION_TONES: dict[AccreditationState, str] = {
    AccreditationState.ENROLLED: "neutral",
    AccreditationState.TRAINED: "info",
    AccreditationState.ACCREDITED: "good",
    AccreditationState.SUSPENDED: "warn",
    AccreditationState.LEFT: "neutral",
}

JOBS: dict[JobState, tuple[LazyString, str]] = {
    JobState.QUEUED: (_l("En attente"), "neutral"),
    JobState.RUNNING: (_l("En cours"), "info"),
    JobState.DONE: (_l("Terminé"), "done"),
    JobState.FAILED: (_l("Échoué"), "bad"),
    JobState.CANCELLED: (_l("Annulé"), "neutral"),
}

# The first mark that a browser's own description holds names it: each says that it is also those below.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)

TONES: dict[State, str] = {
    State.DRAWN: "neutral",
    State.ASSIGNED: "neutral",
    State.CONTACTED: "info",
    State.APPOINTMENT: "info",
    State.VISITED: "info",
    State.ENTRY: "info",
    State.REVIEW: "warn",
    State.RETURNED: "warn",
    State.SENT: "info",
    State.RESTITUTION: "info",
    State.VALIDATED: "good",
    State.VALIDATED_REMARKS: "good",
    State.DISAGREEMENT: "bad",
    State.CLOSED: "done",
    State.FOLLOWUP6: "done",
    State.FOLLOWUP12: "done",
    **dict.fromkeys(EXITS, "bad"),
}


def number(value: float | None, decimals: int = 0) -> str:
    """A number with its thousands set apart and a fixed number of decimals; a dash when there is none."""
    return formats.number(value, decimals, chosen_locale())


def percent(share: float | None, decimals: int = 0) -> str:
    """A share (0 to 1) as a percentage, with the space that the language puts before the sign."""
    return formats.percent(share, decimals, chosen_locale())


def euros(value: float | None, decimals: int = 0) -> str:
    """An amount in euros."""
    return formats.euros(value, decimals, chosen_locale())


def day(value: date | datetime | None) -> str:
    """A day in words, such as « 14 oct. 2026 »; a moment counts in Paris time."""
    if value is None:
        return formats.DASH
    plain = value.astimezone(PARIS).date() if isinstance(value, datetime) else value
    return str(dates.format_date(plain, format="medium", locale=_dated_locale())).replace(" ", formats.NO_BREAK)


def month(value: date | None) -> str:
    """A month in words: « octobre 2026 »."""
    return formats.month(value, chosen_locale())


def moment(value: datetime | None) -> str:
    """A day and its hour in Paris, such as « 14 oct. 2026, 09:30 »."""
    if value is None:
        return formats.DASH
    local = value.astimezone(PARIS)
    return f"{day(value)}, {dates.format_time(local, format='HH:mm', locale=_dated_locale())}"


def _dated_locale() -> str:
    """British dates for English pages: the day before the month, as everybody here writes it."""
    return "en_GB" if chosen_locale() == "en" else "fr"


def state_label(state: State | str) -> str:
    """The words for a dossier's state."""
    return str(LABELS[State(state)])


def state_tone(state: State | str) -> str:
    """The tone of a dossier's state, for `ui.tag`."""
    return TONES[State(state)]


def role_label(role: Role | str) -> str:
    """The words for a role; « programme » is the command line or a background job."""
    return str(ROLES[Role(role)]) if role in set(Role) else str(_l("Programme"))


def accreditation_label(state: AccreditationState | str) -> str:
    """The words for how far a diagnostician's training has come."""
    return str(ACCREDITATIONS[AccreditationState(state)])


def accreditation_tone(state: AccreditationState | str) -> str:
    """The tone of an accreditation, for `ui.tag`."""
    return ACCREDITATION_TONES[AccreditationState(state)]


def browser(agent: str) -> str:
    """A browser and its system from what it says of itself: « Firefox, Windows »."""
    program = next((name for mark, name in BROWSERS if mark in agent), str(_l("Navigateur inconnu")))
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{program}, {system}" if system else program


def job_label(state: JobState | str) -> str:
    """The words for a background job's state."""
    return str(JOBS[JobState(state)][0])


def job_tone(state: JobState | str) -> str:
    """The tone of a background job's state, for `ui.tag`."""
    return JOBS[JobState(state)][1]


def is_grouped(field: Field) -> bool:
    """Whether a field is drawn as a group of boxes or buttons under one legend."""
    return type(field.widget).__name__ in {"ListWidget", "TableWidget"} and not isinstance(field, FieldList | FormField)


def form_errors(form: Form) -> list[tuple[str, str]]:
    """Every error of a form as `(href, text)`, in the order of its fields, those of nested forms and lists included."""
    found: list[tuple[str, str]] = [("", str(text)) for text in getattr(form, "form_errors", [])]
    for field in form:
        found.extend(_errors_of(field))
    return found


def _errors_of(field: Field) -> Iterable[tuple[str, str]]:
    if isinstance(field, FormField):
        for inner in field:
            yield from _errors_of(inner)
        return
    if isinstance(field, FieldList):
        for inner in field:
            yield from _errors_of(inner)
    target = f"#{field.id}-0" if is_grouped(field) else f"#{field.id}"
    yield from ((target, str(text)) for text in field.errors or () if isinstance(text, str | LazyString))


def page_address(number: int) -> str:
    """The present address with another page number; every other argument is kept."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"{request.path}?{urlencode([*kept, ('page', str(number))])}"


def init_app(app: Flask) -> None:
    """Registers the filters and globals with Jinja."""
    app.jinja_env.filters.update(
        number=number,
        percent=percent,
        euros=euros,
        day=day,
        month=month,
        moment=moment,
        state_label=state_label,
        state_tone=state_tone,
        role_label=role_label,
        accreditation_label=accreditation_label,
        accreditation_tone=accreditation_tone,
        job_label=job_label,
        browser=browser,
        job_tone=job_tone,
        form_errors=form_errors,
    )
    app.jinja_env.globals.update(page_address=page_address)
    app.jinja_env.tests.update(grouped=is_grouped)
