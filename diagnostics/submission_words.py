"""What became of a phone's submission, in words: for the phone's own message, and for the pages that list submissions."""

from dataclasses import dataclass

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.actions import submissions as verbs
from diagnostics.i18n import LOCALES
from diagnostics.models import Submission, SubmissionState

STATES: dict[SubmissionState, tuple[LazyString, str]] = {
    SubmissionState.RECEIVED: (_l("Reçu"), "info"),
    SubmissionState.TAKEN: (_l("Enregistré"), "good"),
    SubmissionState.WAITING: (_l("À relire"), "warn"),
    SubmissionState.KEPT: (_l("Gardé à part"), "bad"),
    SubmissionState.CLOSED: (_l("Classé"), "done"),
}
REASONS: dict[str, LazyString] = {
    verbs.UNKNOWN_FORM: _l("Ce formulaire, ou cette version, n’est pas connu de la plateforme."),
    verbs.UNKNOWN_DOSSIER: _l("Aucun dossier confié à cette personne ne porte la référence choisie."),
    verbs.LOCKED: _l("Le dossier ne peut plus être modifié dans son état présent."),
    verbs.CHANGED_INSTANCE: _l("Un autre contenu était déjà arrivé sous le même identifiant."),
    verbs.REFUSED: _l("Une partie contient trop de texte pour être enregistrée."),
    "unreadable_xml": _l("Ce n’est pas un document XML lisible."),
    "forbidden_xml": _l("Ce document XML déclare des entités ou un type de document : il n’est pas lu."),
    "too_large": _l("Ce document XML est trop grand ou trop imbriqué."),
}
UNREADABLE = frozenset({"unreadable_xml", "forbidden_xml", "too_large"})
_KEPT = _l(
    "Envoi n° %(number)s reçu et gardé, mais pas enregistré dans un dossier. %(reason)s La coordination le voit parmi les envois mobiles."
)
_TAKEN = _l("Envoi n° %(number)s reçu. Dossier %(reference)s, réponses enregistrées : %(count)d.")
_CHOOSE = _l("À relire sur le site, dans « Mes envois » : %(count)d.")


@dataclass(frozen=True, slots=True)
class Count:
    """How many answers of a submission were saved, and how many wait to be looked at."""

    saved: int
    waiting: int

    @classmethod
    def of(cls, row: Submission) -> "Count":
        """The counts of a submission."""
        found = row.outcome
        waiting = sum(len(found.get(name, ())) for name in ("conflicts", "sealed", "unreadable", "displaced"))
        return cls(sum(len(names) for names in found.get("saved", {}).values()), waiting)


def reason_words(reason: str) -> LazyString | str:
    """Why a submission was kept apart."""
    return REASONS.get(reason, reason)


def in_both(words: LazyString) -> str:
    """Words in French and in English, one after the other: a phone shows what it is given."""
    found = []
    for locale in LOCALES:
        with force_locale(locale):
            found.append(str(words))
    return " / ".join(dict.fromkeys(found))


def receipt(row: Submission) -> str:
    """What the phone is told, in both languages."""
    found = []
    for locale in LOCALES:
        with force_locale(locale):
            found.append(_receipt(row))
    return " / ".join(dict.fromkeys(found))


def _receipt(row: Submission) -> str:
    if row.state is SubmissionState.KEPT:
        return str(_KEPT) % {"number": row.id, "reason": reason_words(row.reason)}
    count = Count.of(row)
    taken = str(_TAKEN) % {"number": row.id, "reference": row.reference, "count": count.saved}
    return f"{taken} {str(_CHOOSE) % {'count': count.waiting}}" if row.state is SubmissionState.WAITING and count.waiting else taken
