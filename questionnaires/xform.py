"""A questionnaire as an XForm, for ODK Collect and whatever else speaks OpenRosa: `convert(questionnaire) -> XForm`.

The form begins with the choice of a dossier, from a list that the platform sends beside it; what the sampling frame knows of
the firm then fills its questions in. A matrix becomes a group of fields, a roster a repeat, a hard check a constraint. What a
phone cannot express is left out and named in `XForm.left_out`: the platform holds to it when the answers arrive.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert as convert_workbook

from questionnaires.model import Choice, Kind, Question, Questionnaire, Section, Severity, Stage, Text
from questionnaires.records import Missing
from questionnaires.sheets import ENGLISH, FRENCH
from questionnaires.xform_layout import (
    DOSSIER,
    DOSSIERS_FILE,
    DOSSIERS_LIST,
    MARKS_OPEN,
    MISSING_GROUP,
    MISSING_NAMES,
    ROOT,
    Paths,
    form_id,
    grid,
    offered_sections,
    paths_of,
    prefill_column,
)
from questionnaires.xpath import Place, UntranslatableError, condition, constraint, literal, total_of, value

LONG_LIST = 12  # Choices beyond which a list is searched in rather than read.
_TYPES = {
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
    Kind.MONEY: "decimal",
    Kind.PERCENTAGE: "decimal",
    Kind.DATE: "date",
    Kind.TEXT: "text",
}
_UNITS = {Kind.MONEY: Text("€", "€"), Kind.PERCENTAGE: Text("%", "%")}
_CHOOSE = Text("Quel dossier remplissez-vous ?", "Which dossier are you filling in?")
_CHOOSE_HELP = Text(
    "La liste est celle de vos dossiers en cours. Elle se met à jour avec le formulaire.",
    "The list holds your dossiers in progress. It is updated together with the form.",
)
_NO_ANSWER = Text("Pas de réponse, parce que…", "No answer, because…")
_NO_ANSWER_TO: dict[Missing, Text] = {
    Missing.UNKNOWN: Text(
        "À quelles questions l’entreprise ne sait-elle pas répondre ?", "Which questions can the firm not answer?"
    ),
    Missing.REFUSED: Text("Auxquelles ne souhaite-t-elle pas répondre ?", "Which does it not wish to answer?"),
    Missing.NOT_APPLICABLE: Text("Lesquelles sont sans objet ?", "Which do not apply?"),
}
_NO_ANSWER_HELP = Text("Facultatif : une réponse donnée l’emporte.", "Optional: an answer that was given prevails.")
_TOTAL = Text("Total", "Total")
_TOO_LONG = Text("Ce texte est trop long : {limit} caractères au plus.", "This text is too long: {limit} characters at most.")
_EXCLUSIVE = Text(
    "« {label} » ne peut pas être coché avec une autre réponse.", "“{label}” cannot be ticked together with another answer."
)
_REFUSED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"\$\{([^}]*)\}?")
_UPPER = ("abcdefghijklmnopqrstuvwxyz ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")

Row = dict[str, str]


class UnconvertibleError(ValueError):
    """A questionnaire that makes no form; the message is pyxform's own."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A rule that the form does not hold: of which question, what it is, its source, and the part that phones lack."""

    question: str
    rule: str
    source: str
    lacking: str


@dataclass(frozen=True, slots=True)
class XForm:
    """A form's XML, and what of the questionnaire it does not hold."""

    xml: str
    left_out: tuple[LeftOut, ...]


def to_xform(questionnaire: Questionnaire) -> str:
    """The XML of a questionnaire's form, the same text for the same questionnaire."""
    return convert(questionnaire).xml


def convert(questionnaire: Questionnaire) -> XForm:
    """A questionnaire's form, with what it leaves to the platform; raises `UnconvertibleError`."""
    writer = _Writer(questionnaire)
    survey = list(writer.rows())
    workbook: dict[str, list[dict[str, Any]]] = {
        "survey": survey,
        "choices": list(writer.choice_rows()),
        "settings": [
            {
                "form_id": form_id(questionnaire),
                "form_title": _printable(questionnaire.title.fr),
                "version": questionnaire.version,
                "default_language": FRENCH,
                "instance_name": f"concat(/{ROOT}/{DOSSIER}, ' ', format-date(today(), '%Y-%m-%d'))",
            }
        ],
    }
    for name in list(workbook):
        workbook[f"{name}_header"] = [dict.fromkeys(column for row in workbook[name] for column in row)]
    try:
        made = convert_workbook(workbook, warnings=[], form_name=ROOT)
    except PyXFormError as error:
        raise UnconvertibleError(str(error)) from error
    return XForm(made.xform, tuple(writer.left_out))


def _both(column: str, text: Text) -> Row:
    if not text.fr:
        return {}
    return {f"{column}::{FRENCH}": _printable(text.fr), f"{column}::{ENGLISH}": _printable(text.en or text.fr)}


def _printable(words: str) -> str:
    """Words as a form can carry them: no character that XML refuses, and no `${…}`, which would call for an answer."""
    return _REFERENCE.sub(r"[\1]", _REFUSED.sub("", words))


def _of_dossier(column: str) -> str:
    """A value of the dossier chosen, from the list sent beside the form."""
    return f"instance('{DOSSIERS_LIST}')/root/item[name = /{ROOT}/{DOSSIER}]/{column}"


class _Writer:
    """Writes the rows of the workbook that makes the form."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.left_out: list[LeftOut] = []
        self.lists: dict[str, tuple[Choice, ...]] = {}
        self.paths = self._workable(paths_of(questionnaire))

    def _workable(self, paths: Paths) -> Paths:
        """The paths without the calculations that a phone cannot work out, nor those that lean on them."""
        calculated = {
            question.name: question
            for section in offered_sections(self.questionnaire)
            for question in section.questions
            if question.kind is Kind.CALCULATE and question.calculation is not None
        }
        while True:
            failing = [name for name, question in calculated.items() if name in paths.scalars and not self._works(question, paths)]
            if not failing:
                return paths
            paths = replace(paths, scalars={name: path for name, path in paths.scalars.items() if name not in failing})

    def _works(self, question: Question, paths: Paths) -> bool:
        try:
            value(question.calculation, Place(paths))
        except UntranslatableError as error:
            self.left_out.append(LeftOut(question.name, "calculation", question.calculation_source, str(error)))
            return False
        return True

    # --- choices --------------------------------------------------------------------------------------------------------

    def listed(self, name: str) -> str:
        self.lists[name] = self.questionnaire.choices(name)
        return name

    def choice_rows(self) -> Iterator[Row]:
        """The lists that the rows used; to be asked for after `rows`."""
        for name, choices in self.lists.items():
            for choice in choices:
                yield {"list_name": name, "name": choice.code} | _both("label", choice.label)

    # --- survey ---------------------------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Row]:
        yield (
            {
                "type": f"select_one_from_file {DOSSIERS_FILE}",
                "name": DOSSIER,
                "required": "yes",
                "appearance": "minimal autocomplete",
            }
            | _both("label", _CHOOSE)
            | _both("hint", _CHOOSE_HELP)
        )
        for section in offered_sections(self.questionnaire):
            marks = {} if section.stage is Stage.VISIT else {"relevant": f"{_of_dossier(MARKS_OPEN)} = '1'"}
            yield {"type": "begin group", "name": section.code} | _both("label", section.title) | marks
            for question in section.questions:
                yield from self.question(question)
            yield from self.no_answer(section)
            yield {"type": "end group", "name": section.code}

    def no_answer(self, section: Section) -> Iterator[Row]:
        """One screen at the end of a section: which of its questions have no answer, and why."""
        offered = tuple(
            Choice(question.name, question.label)
            for question in section.questions
            if question.may_be_missing and not question.required and question.kind is not Kind.CALCULATE
        )
        if not offered:
            return
        self.lists[f"{section.code}-questions"] = offered
        yield {"type": "begin group", "name": MISSING_GROUP, "appearance": "field-list"} | _both("label", _NO_ANSWER)
        for reason, name in MISSING_NAMES.items():
            yield (
                {
                    "type": f"select_multiple {section.code}-questions",
                    "name": name,
                    "appearance": "minimal",
                }
                | _both("label", _NO_ANSWER_TO[reason])
                | _both("hint", _NO_ANSWER_HELP)
            )
        yield {"type": "end group", "name": MISSING_GROUP}

    def question(self, question: Question) -> Iterator[Row]:
        """The rows of a question: one, or a whole group for a roster or a matrix."""
        place = Place(self.paths)
        basis = {"name": question.name} | self.relevant(question, place) | _both("label", self.label(question))
        if question.kind is Kind.CALCULATE:
            if question.name in self.paths.scalars:
                calculation = value(question.calculation, place)
                yield {"type": "calculate", "name": question.name, "calculation": calculation} | self.relevant(question, place)
        elif question.kind is Kind.ROSTER:
            self.table_checks(question)
            yield basis | {"type": "begin repeat"}
            inner = Place(self.paths, roster=question.name, row="../")
            for column in question.columns:
                yield from self.column(column, inner)
            yield {"type": "end repeat", "name": question.name}
        elif question.kind is Kind.MATRIX:
            self.table_checks(question)
            yield basis | {"type": "begin group", "appearance": "field-list"}
            yield from self.matrix(question)
            yield {"type": "end group", "name": question.name}
        else:
            yield basis | self.leaf(question, place) | self.prefilled(question)

    def column(self, column: Question, place: Place) -> Iterator[Row]:
        basis = {"name": column.name} | self.relevant(column, place)
        if column.kind is not Kind.CALCULATE:
            yield basis | _both("label", self.label(column)) | self.leaf(column, place)
            return
        try:
            yield basis | {"type": "calculate", "calculation": value(column.calculation, place)}
        except UntranslatableError as error:
            self.left_out.append(LeftOut(column.name, "calculation", column.calculation_source, str(error)))

    def leaf(self, question: Question, place: Place) -> Row:
        """What a question of one value has besides its name: its kind, its help, how it looks, its checks."""
        kind, appearance = _TYPES.get(question.kind, ""), ""
        if question.choices:
            kind = f"{question.kind.value} {self.listed(question.choices)}"
            appearance = "minimal autocomplete" if len(self.questionnaire.choices(question.choices)) > LONG_LIST else ""
        elif question.multiline:
            appearance = "multiline"
        shown = {"appearance": appearance} if appearance else {}
        return {"type": kind} | _both("hint", question.help) | shown | self.constraints(question, place)

    def prefilled(self, question: Question) -> Row:
        if not question.prefill:
            return {}
        return {"trigger": f"${{{DOSSIER}}}", "calculation": _of_dossier(prefill_column(question))}

    def matrix(self, question: Question) -> Iterator[Row]:
        names = grid(self.questionnaire, question)
        cell = {
            "type": _TYPES[question.cell_kind],
            "constraint": ". >= 0",
        } | _both("constraint_message", Text("Cette case ne peut pas être négative.", "This cell cannot be negative."))
        for row in self.questionnaire.choices(question.rows):
            if not names.columns:
                yield {"name": names.rows[row.code]} | cell | _both("label", self._with_unit(row.label, question))
                continue
            yield {"type": "begin group", "name": names.rows[row.code]} | _both("label", row.label)
            for column in self.questionnaire.choices(question.across):
                yield {"name": names.columns[column.code]} | cell | _both("label", self._with_unit(column.label, question))
            yield {"type": "end group", "name": names.rows[row.code]}
        total = f"{question.name}-total"
        yield {"type": "calculate", "name": total, "calculation": total_of(self.paths.matrices[question.name])}
        words = {FRENCH: f"{_TOTAL.fr} : ${{{total}}}", ENGLISH: f"{_TOTAL.en}: ${{{total}}}"}
        yield {"type": "note", "name": f"{total}-lu"} | {f"label::{language}": text for language, text in words.items()}

    # --- words and rules ------------------------------------------------------------------------------------------------

    def label(self, question: Question) -> Text:
        return question.label if question.kind in {Kind.ROSTER, Kind.MATRIX} else self._with_unit(question.label, question)

    @staticmethod
    def _with_unit(label: Text, question: Question) -> Text:
        unit = question.unit or _UNITS.get(question.cell_kind if question.kind is Kind.MATRIX else question.kind)
        if not unit:
            return label
        return Text(f"{label.fr} ({unit.fr})", f"{label.en or label.fr} ({unit.in_('en')})")

    def relevant(self, question: Question, place: Place) -> Row:
        if question.relevant is None:
            return {}
        try:
            return {"relevant": condition(question.relevant, place)}
        except UntranslatableError as error:
            self.left_out.append(LeftOut(question.name, "relevant", question.relevant_source, str(error)))
            return {}

    def constraints(self, question: Question, place: Place) -> Row:
        """The hard checks that a phone can judge, as one constraint with all their messages."""
        current = f"translate(., '{_UPPER[0]}', '{_UPPER[1]}')" if question.compact else "."
        own = replace(place, current=current)
        rules = [*self._limits(question)]
        for check in question.checks:
            if check.severity is Severity.SOFT:
                self.left_out.append(LeftOut(question.name, "soft", check.source, check.code))
                continue
            try:
                rules.append((constraint(check.tree, own), check.message))
            except UntranslatableError as error:
                self.left_out.append(LeftOut(question.name, "hard", check.source, str(error)))
        if not rules:
            return {}
        words = dict.fromkeys(message for _written, message in rules)
        message = Text(" / ".join(each.fr for each in words), " / ".join(each.in_("en") for each in words))
        return {"constraint": " and ".join(written for written, _message in rules)} | _both("constraint_message", message)

    def _limits(self, question: Question) -> Iterator[tuple[str, Text]]:
        """What the reading of answers holds to as well: the length of texts, answers that stand alone."""
        if question.kind is Kind.TEXT:
            given = {"limit": question.max_length}
            yield f"(string-length(.) <= {question.max_length})", _filled(_TOO_LONG, given, given)
        if question.kind is Kind.SELECT_MULTIPLE:
            for choice in self.questionnaire.choices(question.choices):
                if choice.exclusive:
                    words = _filled(_EXCLUSIVE, {"label": choice.label.fr}, {"label": choice.label.in_("en")})
                    yield f"(not(selected(., {literal(choice.code)})) or count-selected(.) = 1)", words

    def table_checks(self, question: Question) -> None:
        """A repeat and a group carry no constraint: their own checks wait for the platform."""
        for check in question.checks:
            self.left_out.append(LeftOut(question.name, check.severity.value, check.source, "a table"))


def _filled(text: Text, french: Mapping[str, Any], english: Mapping[str, Any]) -> Text:
    return Text(text.fr.format(**french), text.en.format(**english))
