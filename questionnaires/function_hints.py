"""What to write instead of a function that is not offered: the nearest name, or our way for a function of XLSForm."""

import difflib

from questionnaires.functions import FUNCTIONS
from questionnaires.model import Text
from questionnaires.problems import message

_LABELS = Text("Les libellés des réponses s’affichent d’eux-mêmes\u202f; comparez les codes.", "Labels of answers are shown by themselves; compare the codes.")  # fmt: skip
_LINES = Text("Pour un registre, employez count-where() ou sum-where().", "For a roster, use count-where() or sum-where().")
_FRAME = Text("Ce que la base de sondage sait de l’entreprise se lit avec fact().", "What the frame knows of the firm is read with fact().")  # fmt: skip
_PARTS = Text("Employez substr(), contains() ou regex().", "Use substr(), contains() or regex().")
_DATES = Text("Employez year(), month() et day().", "Use year(), month() and day().")
_WHOLE = Text("Employez int() ou round().", "Use int() or round().")
_UNSTABLE = Text(
    "Un calcul doit toujours donner le même résultat pour les mêmes réponses\u202f: retirez-la.",
    "A calculation must always give the same result for the same answers: take it out.",
)
# Functions of XLSForm, of XPath and of spreadsheets that people try, and what serves here.
_INSTEAD: dict[str, Text] = {
    "once": _UNSTABLE,
    "random": _UNSTABLE,
    "randomize": _UNSTABLE,
    "uuid": _UNSTABLE,
    "now": Text("Employez today().", "Use today()."),
    "jr:choice-name": _LABELS,
    "jr:itext": _LABELS,
    "indexed-repeat": _LINES,
    "position": Text("Les lignes d’un registre sont numérotées d’elles-mêmes.", "The lines of a roster are numbered by themselves."),
    "sumif": _LINES,
    "countif": _LINES,
    "pulldata": _FRAME,
    "instance": _FRAME,
    "current": Text("Écrivez ${nom} pour une question, et . pour la réponse en cours.", "Write ${name} for a question, and . for the current answer."),
    "substring": _PARTS,
    "substring-before": _PARTS,
    "substring-after": _PARTS,
    "translate": _PARTS,
    "format-date": _DATES,
    "format-date-time": _DATES,
    "decimal-date-time": _DATES,
    "decimal-time": _DATES,
    "date-time": Text("Employez date().", "Use date()."),
    "floor": _WHOLE,
    "ceiling": _WHOLE,
    "trunc": _WHOLE,
    "average": Text("Employez mean().", "Use mean()."),
    "len": Text("Employez string-length().", "Use string-length()."),
    "iif": Text("Employez if().", "Use if()."),
    "boolean-from-string": Text("Comparez le texte\u202f: ${x} = '1'.", "Compare the text: ${x} = '1'."),
}  # fmt: skip


def hint(name: str) -> Text | None:
    """What to write instead of an unknown function, or None when nothing comes near."""
    folded = name.casefold()
    if folded in FUNCTIONS:
        return message("near_function", near=f"{folded}()")
    if folded in _INSTEAD:
        return _INSTEAD[folded]
    near = difflib.get_close_matches(folded.replace("_", "-"), FUNCTIONS, n=1, cutoff=0.7)
    return message("near_function", near=f"{near[0]}()") if near else None
