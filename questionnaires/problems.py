"""The catalogue of faults: what is wrong with an answer, an expression or a sheet, and what to do about it, in French and English.

`message(code, …)` gives the words; the code is what tests and other programs hold on to.
"""

from typing import Any

from questionnaires.model import Text

# fmt: off
MESSAGES: dict[str, Text] = {
    # --- one raw answer -------------------------------------------------------------------------------------------
    "type": Text("Cette réponse n’est pas du type attendu. Saisissez-la de nouveau.", "This answer is not of the expected kind. Please enter it again."),
    "several_values": Text("Une seule réponse est attendue ici\u202f; il en est arrivé {count}.", "One answer is expected here; {count} were received."),
    "not_a_number": Text("«\u00a0{value}\u00a0» n’est pas un nombre. Écrivez-le en chiffres, par exemple 1\u202f250 ou 12,5.", "“{value}” is not a number. Write it in figures, such as 1250 or 12.5."),
    "not_whole": Text("Un nombre entier est attendu, sans virgule\u202f: «\u00a0{value}\u00a0» n’en est pas un.", "A whole number is expected: “{value}” has decimals."),
    "ambiguous_number": Text("«\u00a0{value}\u00a0» peut se lire de deux façons. Écrivez {whole} ou {decimal}, sans point ni virgule pour les milliers.", "“{value}” can be read in two ways. Write {whole} or {decimal}, without a separator for thousands."),
    "too_many_digits": Text("Ce nombre est trop grand\u202f: {limit} chiffres au plus. Vérifiez l’unité.", "This number is too large: {limit} digits at most. Check the unit."),
    "too_many_decimals": Text("{limit} chiffres au plus après la virgule.", "{limit} decimals at most."),
    "not_a_date": Text("«\u00a0{value}\u00a0» n’est pas une date. Écrivez le jour, le mois et l’année, par exemple 24/11/2026.", "“{value}” is not a date. Write day, month and year, such as 24/11/2026."),
    "short_year": Text("Écrivez l’année avec quatre chiffres, par exemple 24/11/2026.", "Write the year with four figures, such as 24/11/2026."),
    "impossible_date": Text("Cette date n’existe pas dans le calendrier\u202f: «\u00a0{value}\u00a0». L’ordre est jour, mois, année.", "This date is not in the calendar: “{value}”. The order is day, month, year."),
    "date_out_of_range": Text("Cette date est hors de portée\u202f: l’année doit être comprise entre {first} et {last}.", "This date is out of range: the year must be between {first} and {last}."),
    "too_long": Text("Ce texte compte {length} caractères\u202f; {limit} au plus. Raccourcissez-le.", "This text has {length} characters; {limit} at most. Shorten it."),
    "control_characters": Text("Ce texte contient des caractères invisibles qui ne peuvent pas être enregistrés. Retapez-le, ou collez-le sans mise en forme.", "This text holds invisible characters that cannot be stored. Type it again, or paste it without formatting."),
    "unknown_choice": Text("«\u00a0{value}\u00a0» ne fait pas partie des réponses proposées. Choisissez dans la liste.", "“{value}” is not one of the answers offered. Choose from the list."),
    "exclusive_choice": Text("«\u00a0{label}\u00a0» ne peut pas être coché avec une autre réponse. Gardez l’un ou les autres.", "“{label}” cannot be ticked together with another answer. Keep one or the others."),
    "too_many_rows": Text("{count} lignes ont été saisies\u202f; {limit} au plus.", "{count} lines were entered; {limit} at most."),
    "too_few_rows": Text("Il faut au moins {limit} ligne(s).", "At least {limit} line(s) are needed."),
    "unknown_cell": Text("Le tableau ne connaît pas la case «\u00a0{value}\u00a0».", "The table has no cell “{value}”."),
    "negative_cell": Text("Une case de ce tableau ne peut pas être négative. Corrigez la valeur ou laissez la case vide.", "A cell of this table cannot be negative. Correct the value or leave the cell empty."),
    "not_readable": Text("Cette question ne se lit pas en une seule valeur.", "This question cannot be read as one value."),
    # --- checks ----------------------------------------------------------------------------------------------------
    "required": Text("Une réponse est nécessaire ici pour que le dossier ait un sens.", "An answer is needed here for the dossier to make sense."),
    "required_cell": Text("Ligne {row}\u202f: «\u00a0{label}\u00a0» est à remplir.", "Line {row}: “{label}” must be filled in."),
    "may_not_be_missing": Text("Cette question demande une réponse\u202f: elle ne peut pas être laissée sans réponse avec un motif.", "This question needs an answer: it cannot be set aside with a reason."),
    # --- expressions -------------------------------------------------------------------------------------------------
    "expression_empty": Text("L’expression est vide.", "The expression is empty."),
    "expression_too_long": Text("L’expression est trop longue\u202f: {limit} caractères au plus.", "The expression is too long: {limit} characters at most."),
    "expression_too_deep": Text("L’expression est trop imbriquée. Coupez-la en deux calculs.", "The expression is nested too deeply. Split it into two calculations."),
    "unexpected_character": Text("Caractère inattendu\u202f: «\u00a0{value}\u00a0».", "Unexpected character: “{value}”."),
    "unterminated_text": Text("Un texte entre guillemets n’est pas refermé.", "A quoted text is not closed."),
    "unterminated_name": Text("Un nom de question s’écrit ${{nom}}\u202f; l’accolade n’est pas refermée ou le nom n’est pas valable.", "A question’s name is written ${{name}}; the brace is not closed or the name is not valid."),
    "unexpected_end": Text("L’expression s’arrête trop tôt\u202f: il manque une valeur ou une parenthèse.", "The expression ends too early: a value or a parenthesis is missing."),
    "unexpected_token": Text("«\u00a0{value}\u00a0» n’est pas à sa place ici.", "“{value}” is out of place here."),
    "unknown_function": Text("La fonction «\u00a0{value}\u00a0» n’existe pas. Le tableau des fonctions donne celles que l’on peut employer.", "There is no function “{value}”. The table of functions says which can be used."),
    "wrong_arity": Text("«\u00a0{value}\u00a0» reçoit {count} valeur(s)\u202f; elle en attend {expected}.", "“{value}” is given {count} value(s); it expects {expected}."),
    "chained_comparison": Text("Deux comparaisons ne s’enchaînent pas\u202f: écrivez «\u00a0a <= b and b <= c\u00a0».", "Two comparisons cannot be chained: write “a <= b and b <= c”."),
    "number_too_large": Text("Ce nombre est trop grand.", "This number is too large."),
    "bad_pattern": Text("Le motif de regex() n’est pas valable\u202f: {value}.", "The pattern of regex() is not valid: {value}."),
    "pattern_not_literal": Text("Le motif de regex() doit être un texte entre guillemets.", "The pattern of regex() must be a quoted text."),
    "unknown_function_hint": Text("La fonction «\u00a0{value}\u00a0» n’existe pas ici. {hint}", "There is no function “{value}” here. {hint}"),
    "near_function": Text("Vouliez-vous écrire «\u00a0{near}\u00a0»\u202f?", "Did you mean “{near}”?"),
    # --- patterns of regex(): what Python and a browser would not read alike -----------------------------------------
    "pattern_too_long": Text("il est trop long (300 caractères au plus)", "it is too long (300 characters at most)"),
    "pattern_too_deep": Text("ses groupes sont trop imbriqués", "its groups are nested too deeply"),
    "pattern_unbalanced": Text("«\u00a0{part}\u00a0» n’est pas ouvert ou pas refermé", "“{part}” is not opened or not closed"),
    "pattern_nothing_repeated": Text("«\u00a0{part}\u00a0» ne répète rien", "“{part}” repeats nothing"),
    "pattern_possessive": Text("deux répétitions se suivent («\u00a0{part}\u00a0»)", "two repetitions follow each other (“{part}”)"),
    "pattern_bracket": Text("«\u00a0{part}\u00a0» a un sens particulier\u202f: faites-le précéder de \\", "“{part}” has a special meaning: put \\ before it"),
    "pattern_repeats": Text("«\u00a0{part}\u00a0» n’est pas un nombre de répétitions (1\u202f000 au plus, le plus petit d’abord)", "“{part}” is no number of repetitions (1000 at most, the smaller first)"),
    "pattern_range": Text("«\u00a0{part}\u00a0» n’est pas un intervalle", "“{part}” is not a range"),
    "pattern_escape": Text("«\u00a0{part}\u00a0» n’est pas admis\u202f; sont admis \\d \\w \\s \\t \\n et \\ devant un signe", "“{part}” is not allowed; \\d \\w \\s \\t \\n are, and \\ before a sign"),
    "pattern_boundary": Text("«\u00a0{part}\u00a0» n’a pas le même sens partout\u202f; écrivez les caractères qui entourent le mot", "“{part}” does not mean the same everywhere; write the characters around the word"),
    "pattern_group": Text("le groupe «\u00a0{part}\u00a0» n’est pas admis\u202f; employez un groupe simple, entre parenthèses", "the group “{part}” is not allowed; use a plain group in parentheses"),
    "pattern_explosive": Text("une répétition en contient une autre qui peut lire le même texte de trop de façons\u202f; séparez-les par un signe, comme dans ([a-z]+-)*", "a repetition holds another that can read the same text in too many ways; put a sign between them, as in ([a-z]+-)*"),
    # --- sheets --------------------------------------------------------------------------------------------------------
    "sheet_missing": Text("La feuille «\u00a0{value}\u00a0» manque.", "The sheet “{value}” is missing."),
    "column_missing": Text("La colonne «\u00a0{value}\u00a0» manque.", "The column “{value}” is missing."),
    "unknown_type": Text("Le type «\u00a0{value}\u00a0» n’existe pas.", "There is no type “{value}”."),
    "bad_name": Text("Le nom «\u00a0{value}\u00a0» n’est pas valable\u202f: une lettre, puis des lettres, des chiffres ou «\u00a0_\u00a0».", "The name “{value}” is not valid: a letter, then letters, figures or “_”."),
    "duplicate_name": Text("Le nom «\u00a0{value}\u00a0» est employé deux fois.", "The name “{value}” is used twice."),
    "unknown_list": Text("La liste de choix «\u00a0{value}\u00a0» n’existe pas.", "There is no list of choices “{value}”."),
    "orphan_list": Text("La liste de choix «\u00a0{value}\u00a0» ne sert à aucune question.", "No question uses the list of choices “{value}”."),
    "unknown_reference": Text("L’expression nomme «\u00a0{value}\u00a0», qui n’est pas une question.", "The expression names “{value}”, which is not a question."),
    "circular_reference": Text("«\u00a0{value}\u00a0» dépend d’elle-même par sa condition ou son calcul.", "“{value}” depends on itself through its relevance or calculation."),
    "unbalanced_group": Text("Un groupe ou une répétition n’est pas ouvert ou refermé ici.", "A group or a repeat is not opened or closed here."),
    "outside_group": Text("Une question doit être dans une section (begin group … end group).", "A question must be in a section (begin group … end group)."),
    "bad_value": Text("«\u00a0{value}\u00a0» n’est pas admis dans la colonne {column}.", "“{value}” is not allowed in the column {column}."),
    "missing_text": Text("Le libellé manque.", "The label is missing."),
    "missing_message": Text("Un contrôle a besoin d’un message qui dit quoi faire.", "A check needs a message that says what to do."),
    "bad_expression": Text("{message} (position {position})", "{message} (position {position})"),
}
# fmt: on


def message(code: str, **given: Any) -> Text:
    """The words of a fault in both languages, with its figures put in (a `Text` in its own language).

    Raises `KeyError` for an unknown code.
    """
    text = MESSAGES[code]
    french = {name: value.fr if isinstance(value, Text) else value for name, value in given.items()}
    english = {name: value.en if isinstance(value, Text) else value for name, value in given.items()}
    return Text(text.fr.format(**french), text.en.format(**english))
