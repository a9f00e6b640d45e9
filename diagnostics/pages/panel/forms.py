"""The panel's forms: a file to import, a firm's card, an exclusion, a draw."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from diagnostics.actions.draw import LARGEST_SEED
from diagnostics.forms import CountField, given
from diagnostics.frame import values
from diagnostics.frame.tables import LARGEST, SMALLEST, Tables


class UploadForm(FlaskForm):
    """A file of the sampling frame."""

    file = FileField(_l("Fichier"), description=_l("CSV, XLSX ou JSON, 50 Mo au plus."))

    def validate_file(self, field: FileField) -> None:
        """A file must have been chosen."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choisissez le fichier à examiner."))


class AcceptForm(FlaskForm):
    """The decision to take the good rows of a file."""

    take_conflicts = BooleanField(_l("Remplacer aussi les valeurs en conflit par celles du fichier"))


class FirmForm(FlaskForm):
    """A firm's card."""

    seen = HiddenField()
    name = StringField(
        _l("Nom"), [given(_l("le nom de l’entreprise")), Length(max=250, message=_l("Le nom tient en 250 caractères."))]
    )
    contact_name = StringField(
        _l("Personne à contacter"), [Length(max=120, message=_l("Le nom du contact tient en 120 caractères."))]
    )
    contact_email = EmailField(_l("Adresse électronique"), [Length(max=254)])
    contact_phone = StringField(_l("Téléphone"), [Length(max=30)])
    address = StringField(_l("Adresse"), [Length(max=250, message=_l("L’adresse tient en 250 caractères."))])
    postcode = StringField(_l("Code postal"), [Length(max=5, message=_l("Un code postal compte cinq chiffres."))])
    commune_code = StringField(
        _l("Code Insee de la commune"),
        [given(_l("le code de la commune"))],
        description=_l("Cinq chiffres ; ce n’est pas le code postal."),
    )
    naf = StringField(_l("Code NAF"), description=_l("Par exemple 88.10A."))
    sector = SelectField(_l("Secteur de l’étude"))
    legal_category = StringField(_l("Catégorie juridique"), description=_l("Quatre chiffres, par exemple 9220."))
    family = SelectField(_l("Famille de l’ESS"))
    idcc = StringField(_l("Convention collective (IDCC)"))
    headcount = CountField(
        _l("Effectif"),
        [
            Optional(),
            NumberRange(
                SMALLEST, LARGEST, message=_l("L’étude porte sur 3 à 50 salariés ; au-delà, excluez l’entreprise du tirage.")
            ),
        ],
    )

    def validate_postcode(self, field: StringField) -> None:
        """Five digits, or nothing."""
        if field.data and not re.fullmatch(r"\d{5}", field.data.strip()):
            raise ValidationError(_("Un code postal compte cinq chiffres."))

    def validate_commune_code(self, field: StringField) -> None:
        """A commune of the region, or a former one."""
        tables = Tables.load()
        code = (field.data or "").strip()
        if code not in tables.communes and code not in tables.former:
            raise ValidationError(_("Le code %(code)s n’est pas celui d’une commune de la région.", code=code[:10]))

    def validate_naf(self, field: StringField) -> None:
        """A code of one of the two classifications, or nothing."""
        if field.data and values.naf(field.data) not in Tables.load().naf:
            raise ValidationError(_("Ce code n’est ni dans la NAF rév. 2 ni dans la NAF 2025."))

    def validate_legal_category(self, field: StringField) -> None:
        """A category of Insee, or nothing."""
        if field.data and field.data.strip() not in Tables.load().legal:
            raise ValidationError(_("Ce code n’est pas une catégorie juridique de l’Insee."))

    def validate_idcc(self, field: StringField) -> None:
        """The number of an agreement, or nothing."""
        if field.data and values.agreement(field.data) is None:
            raise ValidationError(_("Un numéro de convention collective compte un à quatre chiffres."))

    def validate_contact_email(self, field: EmailField) -> None:
        """An address, or nothing."""
        if field.data and values.email(field.data) is None:
            raise ValidationError(_("Cette adresse n’a pas la forme nom@domaine."))

    def validate_contact_phone(self, field: StringField) -> None:
        """A number, or nothing."""
        if field.data and values.phone(field.data) is None:
            raise ValidationError(_("Indiquez un numéro à dix chiffres, ou international avec « + »."))

    def typed(self) -> dict[str, Any]:
        """The values as they are to be kept."""
        found = {
            name: (getattr(self, name).data or "").strip()
            for name in ("name", "contact_name", "address", "postcode", "commune_code", "sector", "legal_category", "family")
        }
        found |= {
            "naf": values.naf(self.naf.data) if self.naf.data else "",
            "idcc": values.agreement(self.idcc.data or "") or "",
            "contact_email": values.email(self.contact_email.data) or "" if self.contact_email.data else "",
            "contact_phone": values.phone(self.contact_phone.data) or "" if self.contact_phone.data else "",
        }
        return found | ({"headcount": self.headcount.data} if self.headcount.data is not None else {})


class ExclusionForm(FlaskForm):
    """Why a firm is left out of the draw."""

    reason = TextAreaField(
        _l("Motif"), [given(_l("le motif de l’exclusion")), Length(max=500, message=_l("Le motif tient en 500 caractères."))]
    )


class DrawForm(FlaskForm):
    """A draw to preview: the panel's size and the seed that makes it reproducible."""

    class Meta(FlaskForm.Meta):
        """The preview only reads; it travels in the address without a token."""

        csrf = False

    taille = CountField(
        _l("Entreprises à tirer"),
        [given(_l("le nombre d’entreprises à tirer")), NumberRange(1, 60_000, message=_l("Indiquez un nombre entre 1 et 60 000."))],
    )
    graine = CountField(
        _l("Graine du tirage"),
        [
            given(_l("la graine du tirage")),
            NumberRange(0, LARGEST_SEED, message=_l("La graine est un nombre entre 0 et 2 147 483 647.")),
        ],
        description=_l("Un nombre quelconque : le même nombre, sur la même base, redonne le même panel."),
    )

    def is_asked(self) -> bool:
        """Whether a preview was asked for: a size stands in the address."""
        return bool(self.taille.raw_data)
