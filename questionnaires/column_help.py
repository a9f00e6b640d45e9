"""What each column of a workbook is for, and what may be written there: shown at the cell, on the help sheet and in the docs."""

from questionnaires.headers import DIAG, ENGLISH, FRENCH
from questionnaires.model import Kind, Party, Stage, Text

_LABEL = Text("Ce que la personne lit.", "What the person reads.")
_HINT = Text(
    "Une aide sous la question\u202f: ce qui compte, où le trouver.", "Help under the question: what counts, where to find it."
)
_MESSAGE = Text("Ce que lit la personne dont la réponse n’est pas admise\u202f: quoi corriger.", "What the person reads whose answer is not accepted: what to correct.")  # fmt: skip

# Sheet -> column -> its meaning.
HELP: dict[str, dict[str, Text]] = {
    "survey": {
        "type": Text("integer, decimal, date, text, calculate, select_one liste, select_multiple liste, note, begin group, end group, begin repeat, end repeat.", "integer, decimal, date, text, calculate, select_one list, select_multiple list, note, begin group, end group, begin repeat, end repeat."),
        "name": Text("Le nom de la question dans les expressions et les exports\u202f: une lettre, puis des lettres sans accent, des chiffres ou «\u00a0_\u00a0».", "The question’s name in expressions and exports: a letter, then plain letters, figures or “_”."),
        f"label::{FRENCH}": _LABEL,
        f"label::{ENGLISH}": Text("Le même texte en anglais.", "The same text in English."),
        f"hint::{FRENCH}": _HINT,
        f"hint::{ENGLISH}": Text("La même aide en anglais.", "The same help in English."),
        "required": Text("yes\u202f: le dossier n’a pas de sens sans cette réponse.", "yes: the dossier makes no sense without this answer."),
        "relevant": Text("La condition pour que la question soit posée. Vide\u202f: toujours.", "The condition for the question to be asked. Empty: always."),
        "constraint": Text("La condition que la bonne réponse remplit\u202f; le point désigne la réponse.", "The condition that a good answer meets; the dot is the answer."),
        f"constraint_message::{FRENCH}": _MESSAGE,
        f"constraint_message::{ENGLISH}": Text("Le même message en anglais.", "The same message in English."),
        "calculation": Text("Pour calculate\u202f: l’expression. Deux apostrophes sans rien entre elles\u202f: calculé au rapport.", "For calculate: the expression. Two straight quotes with nothing between: worked out at the report."),
        "appearance": Text("multiline\u202f: plusieurs lignes\u202f; code\u202f: sans espaces, en capitales.", "multiline: several lines; code: without spaces, in capitals."),
        f"{DIAG}kind": Text("Pour decimal\u202f: money (euros) ou percentage.", "For decimal: money (euros) or percentage."),
        f"{DIAG}unit_fr": Text("L’unité montrée après la case\u202f: €, %, semaines…", "The unit shown after the box, in French."),
        f"{DIAG}unit_en": Text("L’unité en anglais.", "The unit shown after the box: €, %, weeks…"),
        f"{DIAG}party": Text("Qui répond\u202f: F l’entreprise, D le diagnostiqueur, B les deux ensemble, C la plateforme.", "Who answers: F the firm, D the diagnostician, B both together, C the platform."),
        f"{DIAG}core": Text("yes\u202f: question du noyau\u202f; no\u202f: question approfondie.", "yes: core question; no: in-depth question."),
        f"{DIAG}dimension": Text("La dimension de l’analyse (D1 à D10).", "The dimension of the analysis (D1 to D10)."),
        f"{DIAG}indicator": Text("L’indicateur que la question alimente, pour mémoire.", "The indicator that the question feeds, for the record."),
        f"{DIAG}missing": Text("no\u202f: la question ne peut pas être laissée avec un motif (ne sait pas, refuse, sans objet).", "no: the question cannot be set aside with a reason (unknown, refused, not applicable)."),
        f"{DIAG}prefill": Text("La donnée de la base de sondage qui préremplit la réponse.", "The frame’s data that prefills the answer."),
        f"{DIAG}max_length": Text("Pour text\u202f: le nombre de caractères au plus.", "For text: how many characters at most."),
        f"{DIAG}min_rows": Text("Pour begin repeat\u202f: le nombre de lignes au moins.", "For begin repeat: how many lines at least."),
        f"{DIAG}max_rows": Text("Pour begin repeat\u202f: le nombre de lignes au plus.", "For begin repeat: how many lines at most."),
        f"{DIAG}rows": Text("Pour un tableau (begin group)\u202f: la liste de choix qui donne ses lignes.", "For a table (begin group): the list of choices that gives its rows."),
        f"{DIAG}across": Text("Pour un tableau\u202f: la liste de choix qui donne ses colonnes\u202f; vide pour une seule colonne.", "For a table: the list of choices that gives its columns; empty for a single one."),
        f"{DIAG}chapter": Text("Pour une section\u202f: le chapitre du diagnostic (S0 à S12).", "For a section: the chapter of the diagnosis (S0 to S12)."),
        f"{DIAG}stage": Text("Pour une section\u202f: quand elle se remplit. Les deux voix (marks_firm, marks_diagnostician) restent aveugles l’une à l’autre.", "For a section: when it is filled in. The two voices (marks_firm, marks_diagnostician) stay blind to each other."),
        f"{DIAG}soft": Text("Un contrôle à confirmer\u202f: la condition que la réponse attendue remplit.", "A check to confirm: the condition that an expected answer meets."),
        f"{DIAG}soft_message_fr": Text("Ce que lit la personne dont la réponse surprend\u202f: quoi vérifier.", "What the person reads whose answer is surprising, in French."),
        f"{DIAG}soft_message_en": Text("Le même message en anglais.", "What the person reads whose answer is surprising: what to verify."),
        f"{DIAG}relevant": Text("Comme relevant, quand l’expression emploie une fonction que les autres outils n’ont pas.", "Like relevant, when the expression uses a function that other tools lack."),
        f"{DIAG}constraint": Text("Comme constraint, quand l’expression emploie une fonction que les autres outils n’ont pas.", "Like constraint, when the expression uses a function that other tools lack."),
        f"{DIAG}calculation": Text("Comme calculation, quand l’expression emploie une fonction que les autres outils n’ont pas.", "Like calculation, when the expression uses a function that other tools lack."),
        f"{DIAG}was": Text("Le nom de la question dans une version d’avant, si elle en a changé.", "The question’s name in an earlier version, if it has changed."),
    },
    "choices": {
        "list_name": Text("Le nom de la liste.", "The name of the list."),
        "name": Text("Le code gardé quand ce choix est fait\u202f: court, sans espace.", "The code kept when this choice is made: short, without a space."),
        f"label::{FRENCH}": _LABEL,
        f"label::{ENGLISH}": Text("Le même texte en anglais.", "The same text in English."),
        "diag:exclusive": Text("yes\u202f: ce choix ne va avec aucun autre (Aucun).", "yes: this choice goes with no other (None)."),
        "diag:was": Text("Le code de ce choix dans une version d’avant\u202f; plusieurs se séparent par une espace.", "This choice’s code in an earlier version; several are separated by a space."),
    },
    "checks": {
        "question": Text("Le nom de la question contrôlée.", "The name of the question checked."),
        "code": Text("Le nom du contrôle, qui ne change plus.", "The check’s name, which no longer changes."),
        "severity": Text("hard\u202f: à corriger\u202f; soft\u202f: à confirmer avec une raison.", "hard: to be corrected; soft: to be confirmed with a reason."),
        "condition": Text("La condition que la bonne réponse remplit\u202f; le point désigne la réponse.", "The condition that a good answer meets; the dot is the answer."),
        f"message::{FRENCH}": _MESSAGE,
        f"message::{ENGLISH}": Text("Le même message en anglais.", "The same message in English."),
    },
    "settings": {
        "form_title": Text("Le titre.", "The title in French."),
        "diag:form_title_en": Text("Le titre en anglais.", "The title in English."),
        "form_id": Text("Le code du questionnaire, le même dans toutes ses versions.", "The questionnaire’s code, the same in all its versions."),
        "version": Text("La version, par exemple 2027-1. Une version publiée ne change plus.", "The version, such as 2027-1. A published version no longer changes."),
        "default_language": Text("La langue des colonnes qui n’en nomment pas.", "The language of the columns that name none."),
        "namespaces": Text("Ne pas changer\u202f: déclare nos colonnes aux autres outils.", "Do not change: it declares our columns to other tools."),
        "clean_text_values": Text("Ne pas changer\u202f: garde les espaces insécables.", "Do not change: it keeps no-break spaces."),
    },
}  # fmt: skip

_YES_NO = ("yes", "no")
# Sheet -> column -> the words that may be written there; a type may be followed by a list's name, so it is only proposed.
ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "survey": {
        "type": ("integer", "decimal", "date", "text", "calculate", "note", "select_one", "select_multiple", "begin group", "end group", "begin repeat", "end repeat"),
        "required": _YES_NO,
        "appearance": ("multiline", "code"),
        f"{DIAG}kind": (Kind.MONEY.value, Kind.PERCENTAGE.value),
        f"{DIAG}party": tuple(party.value for party in Party),
        f"{DIAG}core": _YES_NO,
        f"{DIAG}missing": _YES_NO,
        f"{DIAG}stage": tuple(stage.value for stage in Stage),
    },
    "choices": {"diag:exclusive": _YES_NO},
    "checks": {"severity": ("hard", "soft")},
    "settings": {},
}  # fmt: skip
PROPOSED = frozenset({"type", "appearance"})

STEPS: tuple[Text, ...] = (
    Text("Chaque ligne de la feuille survey est une question, ou ouvre et ferme une section, un registre ou un tableau.", "Each row of the sheet survey is a question, or opens and closes a section, a roster or a table."),
    Text("La feuille choices donne les réponses proposées, la feuille checks les contrôles, la feuille settings le titre et la version.", "The sheet choices gives the answers offered, the sheet checks the checks, the sheet settings the title and the version."),
    Text("Une question se nomme dans une expression par le signe $ et son nom entre accolades. Les textes y sont entre guillemets droits.", "In an expression a question is named by the sign $ and its name in braces. Texts stand between straight quotes."),
    Text("Ne renommez pas une question qui a déjà servi\u202f: donnez-lui un nouveau libellé, ou notez l’ancien nom dans la colonne was.", "Do not rename a question that has served: give it a new label, or note its old name in the column was."),
    Text("Changez la version avant d’envoyer le classeur. La plateforme montre toutes ses fautes, puis ce qui a changé, puis un essai.", "Change the version before you upload the workbook. The platform shows all its faults, then what has changed, then a trial."),
    Text("Cette feuille n’est lue par aucun outil.", "No tool reads this sheet."),
)  # fmt: skip
