"""What stands in the way of an answer that goes to another version, and what to do, in French and English."""

from questionnaires.conversions import Refusal
from questionnaires.model import Question, Text

# fmt: off
OBSTACLES: dict[str, Text] = {
    "stage": Text(
        "la question passe à une autre étape ({before} → {after})\u202f: une réponse ne peut pas changer de voix. Gardez la question à son étape dans le classeur, ou mettez la réponse de côté.",
        "the question goes to another stage ({before} → {after}): an answer cannot change voices. Keep the question at its stage in the workbook, or set the answer aside."),
    "kind": Text(
        "la question était de type {before}, elle devient {after}\u202f: la réponse donnée n’y a pas de place. Donnez un autre nom à la nouvelle question dans le classeur, ou mettez la réponse de côté.",
        "the question was of type {before} and becomes {after}: the answer given has no place in it. Give the new question another name in the workbook, or set the answer aside."),
    "choice_gone": Text(
        "le choix «\u00a0{value}\u00a0», qui a été donné, n’est plus proposé. Remettez-le dans le classeur (ou écrivez son ancien code dans diag:was du choix qui le remplace), corrigez la réponse dans le dossier, ou mettez-la de côté.",
        "the choice “{english}”, which was given, is no longer offered. Put it back in the workbook (or write its former code in diag:was of the choice that replaces it), correct the answer in the dossier, or set it aside."),
    "several_choices": Text(
        "{count} choix ont été cochés et la question n’en prend plus qu’un. Laissez select_multiple dans le classeur, gardez un choix dans le dossier, ou mettez la réponse de côté.",
        "{count} choices were ticked and the question takes only one now. Leave select_multiple in the workbook, keep one choice in the dossier, or set the answer aside."),
    "exclusive_choice": Text(
        "l’un des choix cochés («\u00a0{value}\u00a0») ne va plus avec les autres. Corrigez la réponse dans le dossier, ou mettez-la de côté.",
        "one of the ticked choices (“{value}”) no longer goes with the others. Correct the answer in the dossier, or set it aside."),
    "not_a_number": Text(
        "«\u00a0{value}\u00a0» n’est pas un nombre, et la question en demande un. Corrigez la réponse dans le dossier, ou mettez-la de côté.",
        "“{value}” is not a number, and the question asks for one. Correct the answer in the dossier, or set it aside."),
    "decimals": Text(
        "{value} a plus de décimales que la question n’en prend ({limit}). Laissez son type dans le classeur, arrondissez la réponse dans le dossier, ou mettez-la de côté.",
        "{value} has more decimals than the question takes ({limit}). Leave its type in the workbook, round the answer in the dossier, or set it aside."),
    "not_a_date": Text(
        "«\u00a0{value}\u00a0» n’est pas une date, et la question en demande une. Corrigez la réponse dans le dossier, ou mettez-la de côté.",
        "“{value}” is not a date, and the question asks for one. Correct the answer in the dossier, or set it aside."),
    "too_long": Text(
        "la réponse compte {length} caractères et la question n’en prend plus que {limit}. Laissez max_length dans le classeur, raccourcissez la réponse dans le dossier, ou mettez-la de côté.",
        "the answer has {length} characters and the question takes only {limit} now. Leave max_length in the workbook, shorten the answer in the dossier, or set it aside."),
    "text_form": Text(
        "la question ne prend plus plusieurs lignes, ou devient un code sans espaces\u202f: «\u00a0{value}\u00a0» changerait. Laissez appearance dans le classeur, corrigez la réponse dans le dossier, ou mettez-la de côté.",
        "the question no longer takes several lines, or becomes a code without spaces: “{value}” would change. Leave appearance in the workbook, correct the answer in the dossier, or set it aside."),
    "too_many_rows": Text(
        "{count} lignes ont été saisies et le registre n’en prend plus que {limit}. Laissez max_rows dans le classeur, ou mettez la réponse de côté.",
        "{count} lines were entered and the roster takes only {limit} now. Leave max_rows in the workbook, or set the answer aside."),
    "matrix_shape": Text(
        "le tableau n’a plus la même forme. Donnez un autre nom au nouveau tableau dans le classeur, ou mettez la réponse de côté.",
        "the table no longer has the same shape. Give the new table another name in the workbook, or set the answer aside."),
    "cell_gone": Text(
        "le tableau n’a plus la ligne ou la colonne «\u00a0{value}\u00a0», qui est remplie. Remettez-la dans le classeur (ou son ancien code dans diag:was), videz-la dans le dossier, ou mettez le tableau de côté.",
        "the table no longer has the row or column “{value}”, which is filled in. Put it back in the workbook (or its former code in diag:was), empty it in the dossier, or set the table aside."),
}
_DISCREET = Text(
    "«\u00a0{label}\u00a0»{column}\u202f: la réponse donnée n’a plus de place dans la nouvelle version ({code}).",
    "“{label}”{column}: the answer given has no place in the new version ({code}).")
_QUESTION = Text("«\u00a0{label}\u00a0»\u202f: {words}", "“{label}”: {words}")
_CELL = Text("«\u00a0{label}\u00a0», ligne {line}, «\u00a0{column}\u00a0»\u202f: {words}", "“{label}”, line {line}, “{column}”: {words}")
# fmt: on


def obstacle_words(refusal: Refusal, before: Question, after: Question) -> Text:
    """What stands in the way of an answer to `before`, with the question's words, its line and its column."""
    words = OBSTACLES[refusal.code]
    labels = Text(before.label.fr or after.label.fr or before.name, before.label.en or after.label.en or before.name)
    shape, column = _QUESTION, ""
    if refusal.column:
        shape, column = _CELL, refusal.column
    columns = {each.name: each.label for each in before.columns}
    in_words = columns.get(column, Text(column, column))

    def told(locale: str) -> str:
        given = {"english": refusal.given.get("value"), **refusal.given}
        return shape.in_(locale).format(
            label=labels.in_(locale), line=refusal.line, column=in_words.in_(locale), words=words.in_(locale).format(**given)
        )

    return Text(told("fr"), told("en"))


def discreet(obstacle_label: Text, column: str | None, code: str) -> Text:
    """The same without a word of the answer: for what is kept in jobs, and for marks that are not sealed yet."""
    beside = f", {column}" if column else ""
    return Text(
        _DISCREET.fr.format(label=obstacle_label.fr, column=beside, code=code),
        _DISCREET.en.format(label=obstacle_label.en or obstacle_label.fr, column=beside, code=code),
    )
