"""Forms of a dossier's pages: contacts, dates, notes, reasons, remarks, and the firm's verdict. Moments are typed in Paris time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # The stubs are older than wtforms 3.3.
from wtforms.validators import Email, Length, Optional, ValidationError
from wtforms.widgets import DateInput, TimeInput

from diagnostics.actions.dossiers import LONGEST_NOTES, LONGEST_REASON, MEDIA, OUTCOMES
from diagnostics.actions.room import LONGEST_REMARKS, LONGEST_SIGNATORY
from diagnostics.actions.threads import LONGEST_MESSAGE
from diagnostics.delays import PARIS
from diagnostics.forms import given
from diagnostics.lifecycle import MOVES

_DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y")
_HOUR_FORMATS = ("%H:%M", "%H:%M:%S", "%Hh%M", "%Hh")
VERDICTS: dict[str, LazyString] = {
    "validate": _l("Je valide le diagnostic"),
    "validate_remarks": _l("Je valide, avec des observations"),
    "disagree": _l("Je ne suis pas d’accord"),
}
_LONG = _l("Ce texte tient en %(max)d caractères.")


class DayField(Field):
    """A day from the browser's calendar, or typed the French way; what cannot be read stays as it was typed."""

    widget = DateInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Reads the day; raises `ValueError` with what is accepted."""
        self.data: date | None = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        for shape in _DAY_FORMATS:
            try:
                self.data = datetime.strptime(text, shape).date()  # noqa: DTZ007 - A day has no time zone.
            except ValueError:
                continue
            return
        raise ValueError(_("Cette date n’est pas lisible. Écrivez-la comme 14/10/2026."))


class HourField(Field):
    """An hour of the day, « 14:30 » or « 14h30 »."""

    widget = TimeInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Reads the hour; raises `ValueError` with what is accepted."""
        self.data: time | None = None
        text = valuelist[0].strip().lower() if valuelist else ""
        if not text:
            return
        for shape in _HOUR_FORMATS:
            try:
                self.data = datetime.strptime(text, shape).time()  # noqa: DTZ007 - An hour has no time zone by itself.
            except ValueError:
                continue
            return
        raise ValueError(_("Cette heure n’est pas lisible. Écrivez-la comme 14:30."))


class ListField(SelectField):
    """A list to choose from, with our own words for what is not in it."""

    def __init__(self, label: LazyString, offered: Mapping[str, LazyString], **kwargs: Any) -> None:
        super().__init__(label, choices=_offered(offered), **kwargs)
        self.offered = offered

    def pre_validate(self, form: Any) -> None:
        """Raises `ValidationError` for a value that the list does not hold."""
        del form
        if self.data not in self.offered:
            raise ValidationError(_("Choisissez une réponse de la liste."))


def _offered(words: Mapping[str, LazyString]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


def _together(day: DayField, hour: HourField) -> datetime:
    """The moment of a valid form's day and hour, in Paris."""
    assert day.data is not None
    assert hour.data is not None
    return datetime.combine(day.data, hour.data, PARIS)


class AttemptForm(FlaskForm):
    """One attempt to reach the firm."""

    attempt_day = DayField(_l("Jour"), [given(_l("le jour de la tentative"))])
    attempt_hour = HourField(_l("Heure"), [given(_l("l’heure de la tentative"))])
    medium = ListField(_l("Moyen"), MEDIA)
    outcome = ListField(_l("Résultat"), {outcome.value: label for outcome, label in OUTCOMES.items()})
    note = StringField(_l("Note"), [Length(max=500, message=_LONG)])

    def moment(self) -> datetime:
        """When the attempt was made; call it once the form is valid."""
        return _together(self.attempt_day, self.attempt_hour)


class AppointmentForm(FlaskForm):
    """The appointment with the firm."""

    appointment_day = DayField(_l("Jour du rendez-vous"), [given(_l("le jour du rendez-vous"))])
    appointment_hour = HourField(_l("Heure du rendez-vous"), [given(_l("l’heure du rendez-vous"))])

    def moment(self) -> datetime:
        """When the appointment is; call it once the form is valid."""
        return _together(self.appointment_day, self.appointment_hour)


class VisitForm(FlaskForm):
    """The day of the visit."""

    visited_on = DayField(_l("Jour de la visite"), [given(_l("le jour de la visite"))])


class NotesForm(FlaskForm):
    """Working notes; `seen` is the mark of those that were shown."""

    notes = TextAreaField(_l("Pour préparer et suivre le dossier"), [Length(max=LONGEST_NOTES, message=_LONG)])
    seen = HiddenField()


class ContactForm(FlaskForm):
    """Whom to reach in the firm."""

    contact_name = StringField(_l("Nom du contact"), [Length(max=120, message=_LONG)])
    contact_email = EmailField(
        _l("Adresse électronique"),
        [
            Optional(strip_whitespace=True),
            Length(max=254, message=_LONG),
            Email(message=_l("Cette adresse n’a pas la forme nom@domaine.")),
        ],
    )
    contact_phone = TelField(_l("Téléphone"), [Length(max=30, message=_LONG)])


class StepForm(FlaskForm):
    """A move that asks why; `state` is the one that the person saw."""

    reason = TextAreaField(_l("Motif"), [Length(max=LONGEST_REASON, message=_LONG)])
    state = HiddenField()


class RemarkForm(FlaskForm):
    """A reviewer's remark on one question."""

    question = HiddenField()
    text = TextAreaField(_l("Votre remarque"), [given(_l("votre remarque")), Length(max=LONGEST_MESSAGE, message=_LONG)])


class VerdictForm(FlaskForm):
    """What the firm says of its diagnosis."""

    verdict = RadioField(
        _l("Votre réponse"),
        choices=_offered(VERDICTS),
        validate_choice=False,
    )
    signatory = StringField(
        _l("Votre qualité dans l’entreprise"),
        [given(_l("votre qualité : directrice, président…")), Length(max=LONGEST_SIGNATORY, message=_LONG)],
    )
    remarks = TextAreaField(_l("Vos observations"), [Length(max=LONGEST_REMARKS, message=_LONG)])

    def validate_verdict(self, field: Any) -> None:
        """One of the three must be chosen."""
        if field.data not in VERDICTS:
            raise ValidationError(_("Choisissez l’une des trois réponses."))

    def validate_remarks(self, field: Any) -> None:
        """Two of the answers need words, which the report prints."""
        chosen = MOVES.get(self.verdict.data or "")
        if chosen is not None and chosen.needs_reason and not (field.data or "").strip():
            raise ValidationError(_("Écrivez vos observations : elles seront reproduites dans le rapport."))
