"""The column titles of a workbook: what XLSForm authors write -> the titles that `questionnaires.sheets` reads.

`label`, `label::English`, `label:Français`, `Relevance`, `list name`, `bind::relevant`… all find their column. A title that is
nearly a known one is an error with the title meant; one that is nobody's is kept as it is.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from questionnaires.model import Text

FRENCH, ENGLISH = "Français (fr)", "English (en)"
DIAG = "bind::diag:"

_CLOSE = 0.8
_LANGUAGES = {
    "fr": "fr", "fra": "fr", "fre": "fr", "fr-fr": "fr", "francais": "fr", "français": "fr", "french": "fr",
    "en": "en", "eng": "en", "en-gb": "en", "en-us": "en", "english": "en", "anglais": "en",
}  # fmt: skip
_TRANSLATED = {
    "survey": frozenset({"label", "hint", "constraint_message"}),
    "choices": frozenset({"label"}),
    "checks": frozenset({"message"}),
    "settings": frozenset({"form_title"}),
}
_OURS = (
    "kind", "unit_fr", "unit_en", "party", "core", "dimension", "indicator", "missing", "prefill", "max_length", "min_rows", "max_rows",
    "rows", "across", "chapter", "stage", "soft", "soft_message_fr", "soft_message_en", "was", "relevant", "constraint", "calculation",
)  # fmt: skip
_PLAIN = {
    "survey": ("type", "name", "required", "relevant", "constraint", "calculation", "appearance", "repeat_count", *(DIAG + name for name in _OURS)),
    "choices": ("list_name", "name", "diag:exclusive", "diag:was"),
    "checks": ("question", "code", "severity", "condition"),
    "settings": ("form_id", "version", "default_language", "namespaces", "clean_text_values"),
}  # fmt: skip
# Other ways of writing a column that we read.
_ALIASES = {
    "survey": {
        "relevance": "relevant", "bind::relevant": "relevant", "bind::required": "required", "bind::constraint": "constraint",
        "bind::calculate": "calculation", "calculate": "calculation", "bind::jr:constraintmsg": "constraint_message", "jr:constraintmsg": "constraint_message",
        "constraining_message": "constraint_message", "caption": "label",
        "control::appearance": "appearance", "body::appearance": "appearance", "command": "type", "tag": "name", "value": "name",
        "jr:count": "repeat_count", "count": "repeat_count", "control::jr:count": "repeat_count",
    },
    "choices": {"list": "list_name", "value": "name", "caption": "label", "bind::diag:exclusive": "diag:exclusive", "exclusive": "diag:exclusive", "bind::diag:was": "diag:was"},
    "checks": {},
    "settings": {"diag:form_title_en": f"form_title::{ENGLISH}", "id_string": "form_id", "set_form_id": "form_id", "title": "form_title", "set_form_title": "form_title"},
}  # fmt: skip
# XLSForm's columns that change nothing of what may be answered: kept, without effect.
_UNUSED = frozenset({
    "guidance_hint", "required_message", "bind::jr:requiredmsg", "jr:requiredmsg", "default", "read_only", "readonly", "bind::readonly", "parameters", "image", "big-image",
    "audio", "video", "autoplay", "rows", "note", "notes", "comment", "comments", "disabled", "bind::type", "bind::jr:noapperrorstring", "noapperrorstring",
    "compact_tag", "sms_field", "sms_option", "sms_separator", "intent", "filter", "order", "media",
    "public_key", "submission_url", "auto_send", "auto_delete", "instance_name", "style", "namespaces", "clean_text_values", "allow_choice_duplicates", "name",
    "omit_instanceid", "add_none_option", "prefix", "delimiter", "sms_keyword", "client_editable", "attribute",
})  # fmt: skip
_UNUSED_PREFIXES = ("media::", "body::", "control::", "instance::", "bind::", "attribute::", "bind:")
# XLSForm's columns that do change it, and what to do instead.
UNSUPPORTED = {
    "choice_filter": Text(
        "Faites une liste par cas, et une question par liste avec sa condition dans relevant.",
        "Make one list for each case, and one question for each list with its condition in relevant.",
    ),
    "trigger": Text(
        "Écrivez le calcul dans calculation\u202f: il se refait de lui-même.",
        "Write the calculation in calculation: it is worked out again by itself.",
    ),
    "save_to": Text(
        "Retirez la colonne\u202f: les dossiers tiennent lieu d’entités.", "Take the column out: dossiers stand in for entities."
    ),
}


@dataclass(frozen=True, slots=True)
class Title:
    """What a column title means: the column read, or how it is set aside (`unused`, `unsupported`, `unknown`, `misspelt`, `language`).

    `base` and `language` are those of a translated column ("" for one that names no language); `meant` is the nearest known title.
    """

    column: str
    standing: str = "read"
    base: str = ""
    language: str = ""
    meant: str = ""


def understand(sheet: str, title: str, present: frozenset[str]) -> Title:
    """What a title of a sheet (survey, choices, checks or settings) means; `present` are the plain titles that the sheet has.

    A translated column without a language has the column `label::` and so on: the caller knows the default language.
    """
    plain = plain_title(title)
    head, separator, language = _split(plain)
    base = _ALIASES[sheet].get(head, head)
    column = _ALIASES[sheet].get(plain, plain)
    if base in _TRANSLATED[sheet] and (separator or plain == head):
        return _translated(title, base, language)
    if column.partition("::")[0] in _TRANSLATED[sheet]:
        return _translated(title, *column.partition("::")[::2])
    return Title(column) if column in _PLAIN[sheet] else _set_aside(sheet, title.strip(), plain, present)


def _set_aside(sheet: str, title: str, plain: str, present: frozenset[str]) -> Title:
    """What becomes of a title that is not read."""
    for column in (_ALIASES[sheet].get(plain, plain), _split(plain)[0]):
        if sheet == "survey" and column in UNSUPPORTED:
            return Title(title, "unsupported", meant=column)
        if column in _UNUSED:
            return Title(title, "unused")
    if plain.startswith(_UNUSED_PREFIXES) and not plain.startswith(DIAG):
        return Title(title, "unused")
    meant = _nearest(sheet, plain, present)
    return Title(title, "misspelt", meant=meant) if meant else Title(title, "unknown")


def default_language(name: str) -> str:
    """`fr`, `en`, or the language's own name for another one; French where nothing is said."""
    return _language(name) if name.strip() else "fr"


def plain_title(title: str) -> str:
    """A title without capitals and without what stands for the same space: `List  Name` and `list_name` are one."""
    text = re.sub(r"\s*::?\s*", lambda found: found.group().strip(), " ".join(title.replace("\u00a0", " ").split()).casefold())
    text = re.sub(r"\A(bind|media|body|control|instance):(?!:)", r"\1::", text)
    head, separator, tail = text.partition(":")
    return head.replace(" ", "_") + separator + tail


def _split(plain: str) -> tuple[str, str, str]:
    head, separator, language = plain.rpartition("::") if "::" in plain else plain.rpartition(":")
    if not separator:
        return plain, "", ""
    if head in {"media", "bind", "body", "control", "instance"}:
        return plain, "", ""
    return head, separator, language


def _translated(title: str, base: str, language: str) -> Title:
    if not language:
        return Title(f"{base}::", base=base)
    known = _language(language)
    if known in {"fr", "en"}:
        return Title(f"{base}::{FRENCH if known == 'fr' else ENGLISH}", base=base, language=known)
    return Title(title.strip(), "language", base=base, language=known)


def _language(name: str) -> str:
    text = name.casefold().strip()
    code = re.search(r"\(([^()]*)\)\s*\Z", text)
    if code and code.group(1).strip() in _LANGUAGES:
        return _LANGUAGES[code.group(1).strip()]
    return _LANGUAGES.get(text.partition("(")[0].strip(), text)


def _nearest(sheet: str, plain: str, present: frozenset[str]) -> str:
    """The known column that a title nearly writes, unless the sheet has that one as well."""
    known = [*_PLAIN[sheet], *_TRANSLATED[sheet]]
    names = {name.removeprefix(DIAG): name for name in reversed(known) if name not in present}
    shorter = plain.removeprefix(DIAG).partition("::")[0]
    found = difflib.get_close_matches(shorter[:60], list(names), n=1, cutoff=_CLOSE)
    return names[found[0]] if found else ""


def template(sheet: str) -> tuple[str, ...]:
    """Every column that a sheet may have, in the order that a workbook shows them."""
    return _TEMPLATES[sheet]


def _both(base: str) -> tuple[str, str]:
    return f"{base}::{FRENCH}", f"{base}::{ENGLISH}"


_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "survey": (
        "type", "name", *_both("label"), *_both("hint"), "required", "relevant", "constraint", *_both("constraint_message"),
        "calculation", "appearance", *(DIAG + name for name in _OURS),
    ),
    "choices": ("list_name", "name", *_both("label"), "diag:exclusive", "diag:was"),
    "checks": ("question", "code", "severity", "condition", *_both("message")),
    "settings": ("form_title", "diag:form_title_en", "form_id", "version", "default_language", "namespaces", "clean_text_values"),
}  # fmt: skip
