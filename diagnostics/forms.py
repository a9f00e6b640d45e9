"""Forms that are not made from the questionnaire: sign-in, people, filters. Messages name the thing asked for."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, EqualTo, InputRequired, Length, StopValidation, ValidationError

from diagnostics.models import Role
from diagnostics.passwords import weakness
from diagnostics.security import LONGEST_PASSWORD


def given(noun: Any) -> InputRequired:
    """Refuses an empty field with « Indiquez … », built from the noun asked for."""
    return InputRequired(message=_l("Indiquez %(noun)s.", noun=noun))


class StrongPassword:
    """Refuses a password that is short, common, or made of the person's own address or name."""

    def __call__(self, form: FlaskForm, field: PasswordField) -> None:
        """Raises `StopValidation` with what to change."""
        found = weakness(field.data or "")
        if found is not None:
            raise StopValidation(str(found))


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
    """A new password, twice."""

    password = PasswordField(_l("Nouveau mot de passe"), [given(_l("le nouveau mot de passe")), Length(max=LONGEST_PASSWORD), StrongPassword()])
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
            raise ValidationError(_("Choisissez la structure : un référent ou un diagnostiqueur en a toujours une."))


class StructureForm(FlaskForm):
    """A partner structure to add."""

    name = StringField(_l("Nom de la structure"), [given(_l("le nom de la structure")), Length(max=200)])


class ReasonForm(FlaskForm):
    """A move of a dossier that asks why."""

    reason = TextAreaField(_l("Motif"), [Length(max=1000, message=_l("Le motif tient en 1 000 caractères."))])
