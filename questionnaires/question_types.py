"""The types of XLSForm's rows: what each one is here, and for those that have no place, what to use instead."""

import difflib
import re
from dataclasses import dataclass

from questionnaires.model import Kind, Text

KINDS = {
    "integer": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "text": Kind.TEXT,
    "calculate": Kind.CALCULATE,
    "select_one": Kind.SELECT_ONE,
    "select_multiple": Kind.SELECT_MULTIPLE,
}
SELECTS = frozenset({"select_one", "select_multiple"})
BLOCKS = frozenset({"begin group", "end group", "begin repeat", "end repeat"})
_KNOWN = (*KINDS, *sorted(BLOCKS), "note")

# Longest first: "select one from" before "select one".
_ALIASES = (
    (r"begin[_ -](?:lgroup|looped group|repeat)", "begin repeat"),
    (r"end[_ -](?:lgroup|looped group|repeat)", "end repeat"),
    (r"begin[_ -]group", "begin group"),
    (r"end[_ -]group", "end group"),
    (
        r"add select multiple prompt using|select all that apply from|select all that apply|select[_ ]multiple from(?! file)",
        "select_multiple",
    ),
    (r"select[_ ]multiple(?![_ ]from[_ ]file|_external)", "select_multiple"),
    (r"add select one prompt using|select[_ ]one from(?! file)|select1", "select_one"),
    (r"select[_ ]one(?![_ ]from[_ ]file|[_ ]external)", "select_one"),
    (r"int", "integer"),
    (r"string|q string", "text"),
    (r"calculation", "calculate"),
)
# What the platform records by itself; such a row asks nothing of anybody.
METADATA = frozenset({
    "start", "end", "today", "deviceid", "device id", "subscriberid", "simserial", "phonenumber", "phone number", "username", "email", "audit", "imei",
    "start-geopoint", "background-audio", "background-geopoint", "hidden", "start time", "end time", "get today", "get start time", "get end time", "get device id", "get phone number",
})  # fmt: skip
_FILE = Text(
    "La plateforme ne garde pas de fichiers. Posez une question text, ou joignez le document au dossier.",
    "The platform keeps no files. Ask a question text, or attach the document to the dossier.",
)
_PLACE = Text(
    "Demandez le code de la commune avec une question text et appearance code.",
    "Ask for the municipality’s code with a question text and the appearance code.",
)
_HOUR = Text(
    "Posez une question date pour le jour, et text avec une contrainte regex pour l’heure.",
    "Ask a question date for the day, and text with a regex constraint for the time.",
)
_LIST = Text(
    "Écrivez la liste dans la feuille choices et employez select_one ou select_multiple.",
    "Write the list in the sheet choices and use select_one or select_multiple.",
)
INSTEAD = {
    "geopoint": _PLACE, "geotrace": _PLACE, "geoshape": _PLACE, "location": _PLACE, "gps": _PLACE,
    "image": _FILE, "photo": _FILE, "audio": _FILE, "video": _FILE, "file": _FILE, "draw": _FILE, "annotate": _FILE, "signature": _FILE,
    "barcode": Text("Posez une question text avec appearance code.", "Ask a question text with the appearance code."),
    "range": Text("Employez integer ou decimal, avec une contrainte qui donne les bornes.", "Use integer or decimal, with a constraint that gives the bounds."),
    "acknowledge": Text("Employez select_one avec une liste d’un seul choix.", "Use select_one with a list of a single choice."),
    "trigger": Text("Employez select_one avec une liste d’un seul choix.", "Use select_one with a list of a single choice."),
    "rank": Text("Posez une question select_one pour chaque rang.", "Ask one question select_one for each rank."),
    "time": _HOUR, "datetime": _HOUR, "date time": _HOUR,
    "select_one_from_file": _LIST, "select_multiple_from_file": _LIST, "select one from file": _LIST, "select multiple from file": _LIST,
    "select_one_external": _LIST, "xml-external": _LIST, "csv-external": _LIST,
    "osm": _PLACE,
    "begin loop": Text("Employez begin repeat pour un registre, ou un groupe avec la colonne rows pour un tableau.", "Use begin repeat for a roster, or a group with the column rows for a table."),
    "end loop": Text("Employez end repeat ou end group.", "Use end repeat or end group."),
    "cascading_select": _LIST, "cascading select": _LIST,
    "property": Text("Retirez la ligne.", "Take the row out."),
}  # fmt: skip
OR_OTHER = Text(
    "Ajoutez à la liste un choix «\u00a0autre\u00a0», puis une question text avec relevant quand il est choisi.",
    "Add a choice “other” to the list, then a question text with relevant when it is chosen.",
)
_OR_OTHER = re.compile(r"(?:\s+or[_ ]other|\s+or specify other)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowType:
    """A row's type as written and as understood; `word` is one of ours, "note", "metadata", or "" where it has no place."""

    given: str
    word: str
    choices: str = ""
    code: str = ""
    instead: Text | None = None

    @property
    def kind(self) -> Kind:
        """The kind of answer; text for a row that has none, so that reading goes on."""
        return KINDS.get(self.word, Kind.TEXT)


def canonical(given: str) -> str:
    """A type in the one spelling that the sheets keep: `select one from X` -> `select_one X`, `begin_group` -> `begin group`."""
    text = " ".join(given.split())
    for pattern, word in _ALIASES:
        found = re.match(rf"(?:{pattern})(?=\s|\Z)", text, re.IGNORECASE)
        if found:
            return f"{word}{text[found.end() :]}"
    return text if text.lower() == text else _lowered(text)


def _lowered(text: str) -> str:
    """A type without capitals in its keyword; a list's name keeps its own."""
    word, space, rest = text.partition(" ")
    if text.lower() in {*BLOCKS, *METADATA, *INSTEAD}:
        return text.lower()
    return f"{word.lower()}{space}{rest}"


def understand(given: str) -> RowType:
    """What a canonical type is."""
    word, _space, rest = given.partition(" ")
    if given in METADATA or word in {"audit", "start-geopoint", "background-audio"}:
        return RowType(given, "metadata")
    if given in BLOCKS or given == "note":
        return RowType(given, given)
    if word in SELECTS and _OR_OTHER.search(given):
        return RowType(given, word, _OR_OTHER.sub("", rest), "unsupported_type", OR_OTHER)
    if word in KINDS and bool(rest) == (word in SELECTS) and " " not in rest:
        return RowType(given, word, rest)
    words = given.split()
    instead = next((INSTEAD[text] for size in (len(words), 4, 2, 1) if (text := " ".join(words[:size])) in INSTEAD), None)
    if instead is not None:
        return RowType(given, "", code="unsupported_type", instead=instead)
    return RowType(given, word if word in KINDS else "", rest if word in SELECTS else "", "unknown_type", _suggestion(given))


def _suggestion(given: str) -> Text:
    word = given.partition(" ")[0]
    if given in SELECTS:
        return Text(
            "Nommez la liste de choix après le type, par exemple select_one oui_non.",
            "Name the list of choices after the type, such as select_one yes_no.",
        )
    if word in SELECTS:
        return Text("Le nom d’une liste de choix ne contient pas d’espace.", "The name of a list of choices holds no space.")
    if word in KINDS:
        return Text(f"Écrivez {word} seul.", f"Write {word} alone.")
    close = difflib.get_close_matches(given[:40].lower(), _KNOWN, n=1) or difflib.get_close_matches(word[:40].lower(), _KNOWN, n=1)
    if close:
        return Text(f"Voulait-on écrire «\u00a0{close[0]}\u00a0»\u202f?", f"Was “{close[0]}” meant?")
    listed = ", ".join(KINDS)
    return Text(f"Les types des questions sont {listed}.", f"The types of questions are {listed}.")
