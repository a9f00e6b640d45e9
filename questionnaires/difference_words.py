"""The kinds of changes in words, and a difference written as plain text for the command line, in French and English."""

from collections.abc import Iterator

from questionnaires.differences import Change, ChangeKind, Difference, Item, Level
from questionnaires.model import Text
from questionnaires.text_diff import written

# fmt: off
KIND_WORDS: dict[ChangeKind, Text] = {
    ChangeKind.ADDED: Text("ajoutée", "added"),
    ChangeKind.REMOVED: Text("retirée", "removed"),
    ChangeKind.MOVED: Text("déplacée", "moved"),
    ChangeKind.RENAMED: Text("renommée", "renamed"),
    ChangeKind.LABEL: Text("libellé", "label"),
    ChangeKind.HELP: Text("aide", "help"),
    ChangeKind.UNIT: Text("unité", "unit"),
    ChangeKind.KIND: Text("type de réponse", "kind of answer"),
    ChangeKind.CHOICES: Text("liste de choix", "list of choices"),
    ChangeKind.CHOICE_ADDED: Text("choix ajouté", "choice added"),
    ChangeKind.CHOICE_REMOVED: Text("choix retiré", "choice removed"),
    ChangeKind.CHOICE_RENAMED: Text("code de choix renommé", "choice code renamed"),
    ChangeKind.CHOICE_LABEL: Text("libellé de choix", "choice label"),
    ChangeKind.CHOICE_ORDER: Text("ordre des choix", "order of choices"),
    ChangeKind.RELEVANCE: Text("condition d’affichage", "relevance"),
    ChangeKind.CALCULATION: Text("calcul", "calculation"),
    ChangeKind.CHECK_ADDED: Text("contrôle ajouté", "check added"),
    ChangeKind.CHECK_REMOVED: Text("contrôle retiré", "check removed"),
    ChangeKind.CHECK_CONDITION: Text("condition de contrôle", "condition of a check"),
    ChangeKind.CHECK_MESSAGE: Text("message de contrôle", "message of a check"),
    ChangeKind.CHECK_SEVERITY: Text("gravité de contrôle", "severity of a check"),
    ChangeKind.REQUIRED: Text("obligatoire", "required"),
    ChangeKind.CORE: Text("noyau ou approfondie", "core or in-depth"),
    ChangeKind.PARTY: Text("qui répond", "who answers"),
    ChangeKind.DIMENSION: Text("dimension", "dimension"),
    ChangeKind.MISSING: Text("peut rester sans réponse motivée", "may be missing with a reason"),
    ChangeKind.LIMITS: Text("longueur ou nombre de lignes", "length or number of lines"),
    ChangeKind.PREFILL: Text("préremplissage", "prefill"),
    ChangeKind.STAGE: Text("étape", "stage"),
    ChangeKind.CHAPTER: Text("chapitre", "chapter"),
}
LEVEL_WORDS: dict[Level, Text] = {
    Level.QUESTIONNAIRE: Text("questionnaire", "questionnaire"),
    Level.SECTION: Text("partie", "section"),
    Level.QUESTION: Text("question", "question"),
    Level.COLUMN: Text("colonne", "column"),
}
_SAME = Text("Rien ne change de {before} à {after}.", "Nothing changes from {before} to {after}.")
_HEAD = Text("De {before} à {after}\u202f: {count} élément(s) modifié(s).", "From {before} to {after}: {count} item(s) changed.")
_NONE = Text("aucun", "none")
# fmt: on


def rendered(difference: Difference, locale: str) -> str:
    """The difference as plain text: one line an item, one a change below it, words taken out and put in between signs."""
    given = {"before": difference.before, "after": difference.after, "count": len(difference.items)}
    if not difference:
        return _SAME.in_(locale).format(**given)
    return "\n".join([_HEAD.in_(locale).format(**given), *_lines(difference, locale)])


def _lines(difference: Difference, locale: str) -> Iterator[str]:
    for item in difference.items:
        where = f" ({item.section})" if item.section and item.level is not Level.SECTION else ""
        yield f"\n{LEVEL_WORDS[item.level].in_(locale)} {item.name}{where} : {item.label.in_(locale)}"
        for change in item.changes:
            yield from _change_lines(item, change, locale)


def _change_lines(_item: Item, change: Change, locale: str) -> Iterator[str]:
    subject = f" {change.subject}" if change.subject else ""
    head = f"  {KIND_WORDS[change.kind].in_(locale)}{subject}"
    if (change.before or change.after) and change.fr != change.en:
        yield head + _pair(change, locale)
    elif change.fr and change.fr == change.en:
        yield f"{head} : {written(change.fr)}"
        return
    else:
        yield head + (_pair(change, locale) if change.before or change.after else "")
    for language, spans in (("fr", change.fr), ("en", change.en)):
        if spans:
            yield f"    {language} : {written(spans)}"


def _pair(change: Change, locale: str) -> str:
    if change.before == change.after:
        return f" : {change.after}"
    none = _NONE.in_(locale)
    return f" : {change.before or none} → {change.after or none}"
