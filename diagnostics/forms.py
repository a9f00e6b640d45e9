"""Forms that are not made from the questionnaire: sign-in, people, filters. Messages name the thing asked for."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, EqualTo, InputRequired, Length, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import TextInput

from diagnostics.models import Role
from diagnostics.passwords import FEWEST_CHARACTERS, weakness
from diagnostics.security import LONGEST_PASSWORD

SHORTEST_WORD = 4
LONGEST_NAME = 120
TOO_LONG = _l("Un nom de profil tient en 120 caractères : gardez ce qui le distingue.")


def given(noun: Any) -> InputRequired:
    """Refuses an empty field with « Indiquez … », built from the noun asked for."""
    return InputRequired(message=_l("Indiquez %(noun)s.", noun=noun))


class DayField(DateField):
    """A day, as browsers send it (2026-12-31) or as people write it (31/12/2026)."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads the day; raises `ValueError` with what is accepted."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Cette date n’existe pas ou n’est pas lisible : écrivez-la comme 31/12/2026.")) from error


class CountField(IntegerField):
    """A whole number; « 1 200 » is read as well as « 1200 », which a browser's own number box would refuse."""

    widget = TextInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, render_kw={"inputmode": "numeric", **kwargs.pop("render_kw", {})}, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """What could not be read is not checked further: one fault, one message."""
        if self.process_errors:
            raise StopValidation
        super().pre_validate(form)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads the number; raises `ValueError` with what is accepted."""
        try:
            super().process_formdata(["".join(value.split()) for value in valuelist])
        except ValueError as error:
            raise ValueError(_("Écrivez un nombre entier, par exemple 690.")) from error


class StrongPassword:
    """Refuses a password that is short, common, or made of the person's own address or name."""

    def __call__(self, form: FlaskForm, field: PasswordField) -> None:
        """Raises `StopValidation` with what to change."""
        found = weakness(field.data or "")
        if found is not None:
            raise StopValidation(str(found))
        rest = _folded(field.data or "")
        for word in {_folded(part) for text in getattr(form, "own_words", ()) for part in re.split(r"[@.\s-]+", text)}:
            if len(word) >= SHORTEST_WORD:
                rest = rest.replace(word, "")
        if len(rest) < FEWEST_CHARACTERS:
            raise StopValidation(_("Ce mot de passe est fait de votre nom ou de votre adresse. Choisissez une phrase à vous."))


def _folded(text: str) -> str:
    """Letters and digits only, in lower case."""
    return "".join(sign for sign in text.lower() if sign.isalnum())


class SignInForm(FlaskForm):
    """Address and password."""

    email = EmailField(_l("Adresse électronique"), [given(_l("votre adresse électronique")), Length(max=254)])
    password = PasswordField(_l("Mot de passe"), [given(_l("votre mot de passe")), Length(max=LONGEST_PASSWORD)])
    suite = HiddenField()


class CodeForm(FlaskForm):
    """A second factor's code, or a recovery code."""

    code = StringField(_l("Code"), [given(_l("le code")), Length(max=20)])


class ForgottenForm(FlaskForm):
    """The address to send a link to."""

    email = EmailField(
        _l("Adresse électronique"),
        [given(_l("votre adresse électronique")), Email(message=_l("Cette adresse n’a pas la forme nom@domaine."))],
    )


class NewPasswordForm(FlaskForm):
    """A new password, twice. `own_words` (name, address) must not be all that it is made of."""

    own_words: tuple[str, ...] = ()

    password = PasswordField(
        _l("Nouveau mot de passe"), [given(_l("le nouveau mot de passe")), Length(max=LONGEST_PASSWORD), StrongPassword()]
    )
    again = PasswordField(
        _l("Le même, une seconde fois"),
        [given(_l("le mot de passe une seconde fois")), EqualTo("password", message=_l("Les deux mots de passe diffèrent."))],
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password, then the new one twice."""

    current = PasswordField(_l("Mot de passe actuel"), [given(_l("le mot de passe actuel")), Length(max=LONGEST_PASSWORD)])


class PasswordForm(FlaskForm):
    """One's password, to confirm something grave."""

    password = PasswordField(_l("Mot de passe"), [given(_l("votre mot de passe")), Length(max=LONGEST_PASSWORD)])


class InvitationForm(FlaskForm):
    """Somebody to invite."""

    name = StringField(_l("Prénom et nom"), [given(_l("le prénom et le nom")), Length(max=120)])
    email = EmailField(
        _l("Adresse électronique"),
        [given(_l("l’adresse électronique")), Length(max=254), Email(message=_l("Cette adresse n’a pas la forme nom@domaine."))],
    )
    role = SelectField(_l("Rôle"), coerce=str)
    structure_id = SelectField(_l("Structure"), coerce=str, default="")

    def validate_structure_id(self, field: SelectField) -> None:
        """A referent or a diagnostician belongs to a structure."""
        if self.role.data in {Role.REFERENT.value, Role.DIAGNOSTICIAN.value} and not field.data:
            raise ValidationError(_("Choisissez la structure : un référent ou un diagnostiqueur en a toujours une."))


class AccountForm(InvitationForm):
    """An account to correct."""


class FilterForm(FlaskForm):
    """A form that only narrows a list: it travels in the address and changes nothing, so that it needs no token."""

    class Meta(FlaskForm.Meta):
        """Without a token."""

        csrf = False


class AccountFilter(FilterForm):
    """Accounts to look for."""

    texte = StringField(_l("Nom ou adresse"))
    role = SelectField(_l("Rôle"), default="", validate_choice=False)
    etat = SelectField(_l("État"), default="", validate_choice=False)


class JournalFilter(FilterForm):
    """Lines of the journal to look for."""

    verbe = SelectField(_l("Action"), default="", validate_choice=False)
    objet = SelectField(_l("Objet"), default="", validate_choice=False)
    numero = CountField(
        _l("Numéro de l’objet"), [Optional(), NumberRange(min=0, max=2**31 - 1, message=_l("Ce numéro n’est pas possible."))]
    )
    personne = StringField(_l("Personne"))
    debut = DayField(_l("Du"), [Optional()])
    fin = DayField(_l("Au"), [Optional()])


class AccreditationForm(FlaskForm):
    """The coordinator's decision on a diagnostician."""

    state = RadioField(_l("Décision"), [given(_l("la décision"))])
    decided_on = DayField(_l("Date de la décision"), [given(_l("la date de la décision"))])
    test_diagnosis_on = DayField(_l("Date du diagnostic d’essai"), [Optional()])
    note = TextAreaField(_l("Note"), [Length(max=1000, message=_l("La note tient en 1 000 caractères."))])


class CampaignForm(FlaskForm):
    """A campaign to open or to correct."""

    name = StringField(_l("Nom de la campagne"), [given(_l("le nom de la campagne")), Length(max=200)])
    region = StringField(_l("Région"), [given(_l("la région")), Length(max=100)])
    starts_on = DayField(_l("Début"), [given(_l("la date de début"))])
    ends_on = DayField(_l("Fin prévue"), [Optional()])
    target_size = CountField(
        _l("Entreprises à diagnostiquer"),
        [
            given(_l("le nombre d’entreprises à diagnostiquer")),
            NumberRange(min=1, max=200_000, message=_l("Indiquez un nombre entre 1 et 200 000.")),
        ],
    )

    def validate_ends_on(self, field: DayField) -> None:
        """The end comes after the start."""
        if field.data and self.starts_on.data and field.data <= self.starts_on.data:
            raise ValidationError(_("La fin de la campagne doit venir après son début."))


class StructureForm(FlaskForm):
    """A partner structure to add."""

    name = StringField(_l("Nom de la structure"), [given(_l("le nom de la structure")), Length(max=200)])


class ProfileNameForm(FlaskForm):
    """A profile's name in both languages."""

    fr = StringField(_l("Nom en français"), [given(_l("le nom en français")), Length(max=LONGEST_NAME, message=TOO_LONG)])
    en = StringField(
        _l("Nom en anglais"),
        [given(_l("le nom en anglais")), Length(max=LONGEST_NAME, message=TOO_LONG)],
        render_kw={"lang": "en"},
    )
    reason = StringField(_l("Pourquoi"), [Length(max=300, message=_l("La raison tient en 300 caractères."))])
    seen = HiddenField()


class ReasonForm(FlaskForm):
    """A move of a dossier that asks why."""

    reason = TextAreaField(_l("Motif"), [Length(max=1000, message=_l("Le motif tient en 1 000 caractères."))])
