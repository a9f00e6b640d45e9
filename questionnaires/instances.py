"""What a phone sends back: the XML of a filled form -> who it is about, and answers as they are stored.

`open_instance` reads the envelope of any instance safely (no entities, no external files, bounded depth and size);
`read_instance` reads its answers through the questionnaire that made the form. An answer that cannot be taken is named in
`problems` with what was written, and holds up none of the others. A blank element says nothing; it does not say « no answer ».
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from questionnaires.model import Kind, Question, Questionnaire, Section, Text
from questionnaires.problems import message
from questionnaires.reading import MOST_ROWS, CellProblem, ValueProblem, read_matrix, read_roster, read_value
from questionnaires.records import Answer, Missing
from questionnaires.xform_layout import DOSSIER, MISSING_GROUP, MISSING_NAMES, grid, offered_sections

LARGEST = 5 * 2**20
DEEPEST = 12
MOST_ELEMENTS = 50_000
LONGEST_ID = 200
_LARGEST_EXPONENT = 20
_LONGEST_NUMBER = 60
_SHOWN = 200
_NUMERIC = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENTAGE})


class InstanceError(ValueError):
    """XML that is no instance of a form: a code, and what is wrong with it in both languages."""

    def __init__(self, code: str, words: Text) -> None:
        super().__init__(words.en)
        self.code = code
        self.message = words


_UNREADABLE = Text("Ce n’est pas un document XML lisible.", "This is not a readable XML document.")
_FORBIDDEN = Text(
    "Ce document XML déclare des entités ou un type de document : il n’est pas lu.",
    "This XML document declares entities or a document type: it is not read.",
)
_TOO_LARGE = Text("Ce document XML est trop grand ou trop imbriqué.", "This XML document is too large or nested too deeply.")


@dataclass(frozen=True, slots=True)
class Envelope:
    """An instance before its answers are read: which form it is of, which instance it is, and which one it replaces."""

    root: Element = field(repr=False)
    form_id: str
    version: str
    instance_id: str
    deprecated_id: str
    dossier: str


@dataclass(frozen=True, slots=True)
class InstanceProblem:
    """An answer that could not be taken: where it stood, what was written (cut short), and why."""

    section: str
    question: str
    row: str | None
    column: str | None
    raw: str
    message: Text


@dataclass(frozen=True, slots=True)
class Instance:
    """The answers of an instance, by section and question, and what of it could not be taken."""

    answers: Mapping[str, Mapping[str, Answer]]
    problems: tuple[InstanceProblem, ...] = ()
    strangers: tuple[str, ...] = ()


class _Bounded(TreeBuilder):
    """Builds a tree, and stops when it grows too deep or too large."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.count = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise InstanceError("too_large", _TOO_LARGE)
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


def open_instance(data: bytes) -> Envelope:
    """The envelope of an instance's XML; raises `InstanceError` for what is not XML, is not safe, or is too large."""
    if len(data) > LARGEST:
        raise InstanceError("too_large", _TOO_LARGE)
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException as error:
        raise InstanceError("forbidden_xml", _FORBIDDEN) from error
    except InstanceError:
        raise
    except (ParseError, ValueError, LookupError) as error:
        raise InstanceError("unreadable_xml", _UNREADABLE) from error
    meta = next(_children(root, "meta"), None)
    return Envelope(
        root,
        form_id=root.get("id", "").strip()[:LONGEST_ID],
        version=root.get("version", "").strip()[:LONGEST_ID],
        instance_id=(_text_of(meta, "instanceID") or root.get("instanceID", "").strip())[:LONGEST_ID],
        deprecated_id=_text_of(meta, "deprecatedID")[:LONGEST_ID],
        dossier=_text_of(root, DOSSIER)[:LONGEST_ID],
    )


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _children(parent: Element | None, name: str) -> Iterator[Element]:
    """The children of a name that are no template of a repeat."""
    for child in () if parent is None else parent:
        if local(child) == name and not any(key.rpartition("}")[2] == "template" for key in child.attrib):
            yield child


def _text_of(parent: Element | None, name: str) -> str:
    return next((text.strip() for text in _texts(parent, name) if text.strip()), "")


def _texts(parent: Element | None, name: str) -> list[str]:
    return [child.text or "" for child in _children(parent, name)]


def read_instance(envelope: Envelope, questionnaire: Questionnaire) -> Instance:
    """The answers of an instance of this questionnaire's form."""
    reader = _Reader(questionnaire)
    answers = {}
    known = {DOSSIER, "meta"}
    for section in offered_sections(questionnaire):
        known.add(section.code)
        found: dict[str, Answer] = {}
        for part in _children(envelope.root, section.code):
            found |= reader.section(section, part)
        answers[section.code] = found
    strangers = sorted({local(child) for child in envelope.root if local(child) not in known} | reader.strangers)
    return Instance(answers, tuple(reader.problems), tuple(name[:80] for name in strangers[:50]))


class _Reader:
    """Reads the sections of an instance, noting what it cannot take."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.problems: list[InstanceProblem] = []
        self.strangers: set[str] = set()

    def section(self, section: Section, part: Element) -> dict[str, Answer]:
        known = {question.name for question in section.questions} | {MISSING_GROUP}
        self.strangers |= {f"{section.code}/{local(child)}" for child in part if local(child) not in known}
        found = self._missing(section, part)
        for question in section.questions:
            if question.kind is Kind.CALCULATE:
                continue
            answer = self._value(section, question, part)
            if answer is not None:
                found[question.name] = Answer(answer)
        return found

    def _missing(self, section: Section, part: Element) -> dict[str, Answer]:
        """The reasons for which questions have no answer; the first reason given for a question counts."""
        may = {question.name for question in section.questions if question.may_be_missing and not question.required}
        found: dict[str, Answer] = {}
        for group in _children(part, MISSING_GROUP):
            for reason, name in MISSING_NAMES.items():
                for question in (code for text in _texts(group, name) for code in text.split()):
                    if question in may:
                        found.setdefault(question, Answer(missing=Missing(reason)))
                    else:
                        words = message("unknown_choice", value=question[:_SHOWN])
                        self.problems.append(InstanceProblem(section.code, "", None, None, question[:_SHOWN], words))
        return found

    def _value(self, section: Section, question: Question, part: Element) -> Any:
        if question.kind is Kind.ROSTER:
            return self._roster(section, question, list(_children(part, question.name)))
        if question.kind is Kind.MATRIX:
            return self._matrix(section, question, next(_children(part, question.name), None))
        texts = _texts(part, question.name)
        try:
            return read_value(question, _raw(question, texts), self.questionnaire)
        except ValueProblem as problem:
            raw = " | ".join(texts).strip()[:_SHOWN]
            self.problems.append(InstanceProblem(section.code, question.name, None, None, raw, problem.message))
            return None

    def _roster(self, section: Section, question: Question, rows: list[Element]) -> Any:
        given: list[dict[str, Any]] = [
            {column.name: _raw(column, _texts(row, column.name)) for column in question.columns} for row in rows[: MOST_ROWS + 1]
        ]
        read = read_roster(question, given, self.questionnaire)
        self._note_cells(section, question, read.problems)
        return read.value

    def _matrix(self, section: Section, question: Question, part: Element | None) -> Any:
        names = grid(self.questionnaire, question)
        cell = Question(name=question.name, kind=question.cell_kind, label=question.label)
        cells: dict[str, Any] = {}
        for row, name in names.rows.items():
            if names.columns:
                line = next(_children(part, name), None)
                cells[row] = {column: _raw(cell, _texts(line, inner)) for column, inner in names.columns.items()}
            else:
                cells[row] = _raw(cell, _texts(part, name))
        read = read_matrix(question, cells, self.questionnaire)
        self._note_cells(section, question, read.problems)
        return read.value

    def _note_cells(self, section: Section, question: Question, problems: tuple[CellProblem, ...]) -> None:
        for problem in problems[:_SHOWN]:
            self.problems.append(
                InstanceProblem(section.code, question.name, problem.row, problem.column, problem.raw[:_SHOWN], problem.message)
            )


def _raw(question: Question, texts: list[str]) -> str | list[str]:
    """The texts of an answer as `read_value` takes them: several codes apart, a machine's numbers as people write them."""
    if question.kind is Kind.SELECT_MULTIPLE:
        return [code for text in texts for code in text.split()]
    found = [_plain_number(text) for text in texts] if question.kind in _NUMERIC else texts
    return found[0] if len(found) == 1 else found


def _plain_number(text: str) -> str:
    """A number as XML Schema writes it (12.500, 1.0E7), with a comma for its decimals: 12.500 must not read as thousands."""
    stripped = text.strip()
    try:
        number = Decimal(stripped) if len(stripped) <= _LONGEST_NUMBER and stripped.isascii() and "_" not in stripped else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        return text
    whole, _dot, decimals = f"{number:f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole},{decimals}" if decimals else whole
