"""What changes from one version to another: question by question, word by word, narrowed by kind of change."""

from flask import render_template, request
from flask_babel import gettext as _

from diagnostics.access import allow
from diagnostics.catalogues import versions
from diagnostics.i18n import chosen_locale
from diagnostics.models import Role
from diagnostics.pages.questionnaires_admin.blueprint import DRAFT, bp, drafts, named, present_version
from questionnaires.model import Kind, Stage
from questionnaires.versions import KIND_WORDS, LEVEL_WORDS, Change, ChangeKind, compare

# Families of changes, as a coordinator looks for them.
FAMILIES: dict[str, frozenset[ChangeKind]] = {
    "questions": frozenset({ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.RENAMED, ChangeKind.MOVED}),
    "mots": frozenset({ChangeKind.LABEL, ChangeKind.HELP, ChangeKind.UNIT, ChangeKind.CHOICE_LABEL, ChangeKind.CHECK_MESSAGE}),
    "choix": frozenset(
        {
            ChangeKind.CHOICES, ChangeKind.CHOICE_ADDED, ChangeKind.CHOICE_REMOVED, ChangeKind.CHOICE_RENAMED, ChangeKind.CHOICE_LABEL,
            ChangeKind.CHOICE_ORDER,
        }
    ),
    "regles": frozenset(
        {
            ChangeKind.RELEVANCE, ChangeKind.CALCULATION, ChangeKind.CHECK_ADDED, ChangeKind.CHECK_REMOVED, ChangeKind.CHECK_CONDITION,
            ChangeKind.CHECK_MESSAGE, ChangeKind.CHECK_SEVERITY, ChangeKind.REQUIRED, ChangeKind.MISSING,
        }
    ),
    "forme": frozenset(
        {
            ChangeKind.KIND, ChangeKind.CORE, ChangeKind.PARTY, ChangeKind.DIMENSION, ChangeKind.LIMITS, ChangeKind.PREFILL, ChangeKind.STAGE,
            ChangeKind.CHAPTER,
        }
    ),
}  # fmt: skip


def family_words() -> dict[str, str]:
    """The families in words."""
    return {
        "questions": _("Questions ajoutées, retirées, renommées, déplacées"),
        "mots": _("Mots : libellés, aides, messages"),
        "choix": _("Choix proposés"),
        "regles": _("Conditions, calculs et contrôles"),
        "forme": _("Type, étape et autres réglages"),
    }


def value_words(change: Change, value: str) -> str:
    """A setting's value in the page's language; codes stay as the workbook writes them."""
    if value in {"yes", "no"}:
        words = {
            ChangeKind.CORE: (_("question du noyau"), _("question approfondie")),
            ChangeKind.REQUIRED: (_("obligatoire"), _("facultative")),
        }.get(change.kind, (_("oui"), _("non")))
        return str(words[0] if value == "yes" else words[1])
    kinds = {
        Kind.INTEGER: _("nombre entier"),
        Kind.DECIMAL: _("nombre à virgule"),
        Kind.MONEY: _("montant"),
        Kind.PERCENTAGE: _("pourcentage"),
        Kind.DATE: _("date"),
        Kind.TEXT: _("texte"),
        Kind.SELECT_ONE: _("un choix"),
        Kind.SELECT_MULTIPLE: _("plusieurs choix"),
        Kind.ROSTER: _("registre"),
        Kind.CALCULATE: _("calcul"),
    }
    stages = {
        Stage.VISIT: _("visite"),
        Stage.MARKS_FIRM: _("notes de l’entreprise"),
        Stage.MARKS_DIAGNOSTICIAN: _("notes du diagnostiqueur"),
        Stage.RESTITUTION: _("restitution"),
        Stage.VALIDATION: _("validation"),
    }
    severities = {"hard": _("bloquant"), "soft": _("à confirmer")}
    tables = {
        ChangeKind.KIND: {kind.value: words for kind, words in kinds.items()},
        ChangeKind.STAGE: {stage.value: words for stage, words in stages.items()},
        ChangeKind.CHECK_SEVERITY: severities,
        ChangeKind.PARTY: {"F": _("l’entreprise"), "D": _("le diagnostiqueur"), "B": _("les deux"), "C": _("la plateforme")},
    }
    return str(tables.get(change.kind, {}).get(value, value)) or _("rien")


@bp.get("/changements")
@allow(Role.COORDINATOR)
def changes() -> str:
    """The difference between two versions; by default from the campaign's to the latest draft."""
    waiting = [draft for draft in drafts() if draft.questions]
    present = present_version()
    latest = f"{DRAFT}{waiting[0].id}" if waiting else versions()[-1]
    before, after = named(request.args.get("de") or present), named(request.args.get("vers") or latest)
    difference = compare(before.questionnaire, after.questionnaire)
    family = request.args.get("nature", "")
    narrowed = difference.only(FAMILIES[family]) if family in FAMILIES else difference
    counts = difference.counts()
    return render_template(
        "questionnaires_admin/changes.html",
        before=before,
        after=after,
        offered=[
            *((name, name) for name in versions()),
            *((f"{DRAFT}{draft.id}", _("brouillon n° %(number)s", number=draft.id)) for draft in waiting),
        ],
        difference=difference,
        items=narrowed.items,
        family=family,
        families=[
            (name, words, sum(counts.get(kind, 0) for kind in FAMILIES[name]))
            for name, words in family_words().items()
            if any(kind in counts for kind in FAMILIES[name])
        ],
        titles={
            section.code: section.title.in_(chosen_locale())
            for questionnaire in (before.questionnaire, after.questionnaire)
            for section in questionnaire.sections
        },
        kind_words=KIND_WORDS,
        level_words=LEVEL_WORDS,
        value_words=value_words,
        wanted=FAMILIES.get(family),
    )
