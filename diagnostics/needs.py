"""What a version of the questionnaire must hold to be published: what the analysis reads, and what the platform itself leans on.

Indicators find their questions by name, under a former name (`was`) as well. The marks, the consensus and the plan are part of
how a diagnosis goes, so that their questions keep their own names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.fragility.indicators import INDICATORS
from diagnostics.catalogues import CODE
from questionnaires.model import Kind, Question, Questionnaire, Stage, Text
from questionnaires.versions import known_names

DIMENSIONS = tuple(f"D{number}" for number in range(1, 11))
LONGEST_SECTION = 10
PLACES = {"S11C": Stage.RESTITUTION, "S12": Stage.RESTITUTION}
ACTION_COLUMNS = (
    "act_code", "act_titre", "act_dimension", "act_priorite", "act_decision", "act_pilote", "act_echeance", "act_financement",
)  # fmt: skip
# The columns that the analysis reads in the visit's rosters; `reg_code` only tells lines apart.
READ_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "registre": (
        "reg_naissance", "reg_sexe", "reg_categorie", "reg_metier", "reg_contrat", "reg_quotite", "reg_entree", "reg_salaire",
    ),
    "dep_annonces": ("da_horizon",),
    "postes_cles": (
        "pc_intitule", "pc_categorie", "pc_horizon", "pc_impact", "pc_rarete", "pc_delai", "pc_doublure", "pc_successeur",
    ),
}  # fmt: skip
NAMED = (
    "v_accord", "actions",
    *(f"{voice}_{code}" for voice in ("ent", "diag", "cons") for code in DIMENSIONS),
    *(f"cons_{code}_mot" for code in DIMENSIONS),
)  # fmt: skip
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENTAGE, Kind.CALCULATE})

# fmt: off
_WORDS: dict[str, tuple[Text, Text]] = {
    "other_questionnaire": (
        Text("Ce classeur est celui d’un autre questionnaire\u202f: «\u00a0{value}\u00a0» dans settings, colonne form_id.", "This workbook is another questionnaire’s: “{value}” in settings, column form_id."),
        Text("Écrivez «\u00a0{expected}\u00a0» si c’est bien une version du questionnaire de la campagne.", "Write “{expected}” if this is indeed a version of the campaign’s questionnaire.")),
    "needed_by_platform": (
        Text("La question «\u00a0{value}\u00a0» manque\u202f: le parcours du diagnostic (accord, notes, consensus, plan d’actions) s’appuie sur elle.", "The question “{value}” is missing: the course of a diagnosis (consent, marks, consensus, action plan) leans on it."),
        Text("Remettez-la sous ce nom\u202f; son libellé peut changer.", "Put it back under this name; its label may change.")),
    "needed_column": (
        Text("Le registre «\u00a0actions\u00a0» n’a plus la colonne «\u00a0{value}\u00a0».", "The roster “actions” no longer has the column “{value}”."),
        Text("Remettez-la sous ce nom.", "Put it back under this name.")),
    "read_column": (
        Text("Le registre «\u00a0{roster}\u00a0» n’a plus la colonne «\u00a0{value}\u00a0», que l’analyse lit.", "The roster “{roster}” no longer has the column “{value}”, which the analysis reads."),
        Text("Remettez-la, ou écrivez «\u00a0{value}\u00a0» dans bind::diag:was de la colonne qui la remplace.", "Put it back, or write “{value}” in bind::diag:was of the column that replaces it.")),
    "needed_by_indicator": (
        Text("La question «\u00a0{value}\u00a0» manque\u202f: elle nourrit {indicators}.", "The question “{value}” is missing: it feeds {indicators}."),
        Text("Remettez-la, ou écrivez «\u00a0{value}\u00a0» dans bind::diag:was de la question qui la remplace.", "Put it back, or write “{value}” in bind::diag:was of the question that replaces it.")),
    "needed_kind": (
        Text("La question «\u00a0{value}\u00a0» devient de type {after}, alors que {indicators} la lit comme {before}.", "The question “{value}” becomes of type {after}, while {indicators} reads it as {before}."),
        Text("Gardez son type, ou posez la nouvelle question sous un autre nom.", "Keep its type, or ask the new question under another name.")),
    "needed_stage": (
        Text("La question «\u00a0{value}\u00a0» n’est plus à son étape ({expected}).", "The question “{value}” is no longer at its stage ({expected})."),
        Text("Remettez-la dans une partie dont bind::diag:stage est «\u00a0{expected}\u00a0».", "Put it back in a section whose bind::diag:stage is “{expected}”.")),
    "needed_section": (
        Text("La partie «\u00a0{value}\u00a0» manque ou n’est plus à l’étape {expected}.", "The section “{value}” is missing or no longer at the stage {expected}."),
        Text("Remettez-la sous ce nom, avec bind::diag:stage = {expected}.", "Put it back under this name, with bind::diag:stage = {expected}.")),
    "section_too_long": (
        Text("Le nom de la partie «\u00a0{value}\u00a0» est trop long.", "The name of the section “{value}” is too long."),
        Text("Dix caractères au plus.", "Ten characters at most.")),
    "duplicate_section": (
        Text("Deux parties s’appellent «\u00a0{value}\u00a0».", "Two sections are called “{value}”."),
        Text("Donnez un nom à chacune.", "Give each a name of its own.")),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a version lacks to be published: a code, what, and what to do."""

    code: str
    name: str
    cause: Text
    remedy: Text

    def to_json(self) -> dict[str, Any]:
        """The same shape as a workbook's fault."""
        return {
            "sheet": "survey",
            "row": 0,
            "column": self.name,
            "code": self.code,
            "severity": "error",
            "cause": {"fr": self.cause.fr, "en": self.cause.en},
            "remedy": {"fr": self.remedy.fr, "en": self.remedy.en},
        }


def lacks(new: Questionnaire, present: Questionnaire) -> list[Lack]:
    """Everything that keeps a version from being published; `present` is the version that it follows."""
    return [*_whole(new), *_sections(new), *_platform(new), *_indicators(new, present)]


def _lack(code: str, value: str, **given: str) -> Lack:
    cause, remedy = (Text(words.fr.format(value=value, **given), words.en.format(value=value, **given)) for words in _WORDS[code])
    return Lack(code, value, cause, remedy)


def _whole(new: Questionnaire) -> Iterator[Lack]:
    if new.code != CODE:
        yield _lack("other_questionnaire", new.code, expected=CODE)


def _sections(new: Questionnaire) -> Iterator[Lack]:
    stages: dict[str, Stage] = {}
    for section in new.sections:
        if len(section.code) > LONGEST_SECTION:
            yield _lack("section_too_long", section.code)
        if section.code in stages:
            yield _lack("duplicate_section", section.code)
        stages[section.code] = section.stage
    for code, stage in PLACES.items():
        if stages.get(code) is not stage:
            yield _lack("needed_section", code, expected=stage.value)


def _stage_of(name: str) -> Stage:
    voices = {"ent": Stage.MARKS_FIRM, "diag": Stage.MARKS_DIAGNOSTICIAN, "v": Stage.VISIT}
    return voices.get(name.partition("_")[0], Stage.RESTITUTION)


def _platform(new: Questionnaire) -> Iterator[Lack]:
    asked = {question.name: (section, question) for section, question in new.questions()}
    for name in NAMED:
        if name not in asked:
            yield _lack("needed_by_platform", name)
        elif asked[name][0].stage is not _stage_of(name):
            yield _lack("needed_stage", name, expected=_stage_of(name).value)
    if "actions" in asked:
        columns = {column.name for column in asked["actions"][1].columns}
        for name in ACTION_COLUMNS:
            if name not in columns:
                yield _lack("needed_column", name)


def _indicators(new: Questionnaire, present: Questionnaire) -> Iterator[Lack]:
    readers: dict[str, list[str]] = {}
    for code, indicator in sorted(INDICATORS.items()):
        for name in indicator.needs:
            readers.setdefault(name, []).append(code)
    known = known_names(new)
    now, before = _by_any_name(new), _by_any_name(present)
    yield from _columns(now)
    for name, codes in readers.items():
        if name not in known:
            yield _lack("needed_by_indicator", name, indicators=", ".join(codes))
        elif name in before and not _reads_alike(before[name], now[name]):
            given = {"before": before[name].kind.value, "after": now[name].kind.value}
            yield _lack("needed_kind", name, indicators=", ".join(codes), **given)


def _columns(now: Mapping[str, Question]) -> Iterator[Lack]:
    for roster, columns in READ_COLUMNS.items():
        if roster in now and now[roster].kind is Kind.ROSTER:
            known = {name for column in now[roster].columns for name in (column.name, *column.was)}
            yield from (_lack("read_column", name, roster=roster) for name in columns if name not in known)


def _by_any_name(questionnaire: Questionnaire) -> Mapping[str, Question]:
    former = {name: question for _section, question in questionnaire.questions() for name in question.was}
    return former | {question.name: question for _section, question in questionnaire.questions()}


def _reads_alike(before: Question, after: Question) -> bool:
    return before.kind is after.kind or (before.kind in NUMBERS and after.kind in NUMBERS)
