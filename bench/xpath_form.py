"""The campaign's form as an XML instance and XPath 2.0 expressions, the way that an XForms engine built on `elementpath` would hold it.

`instance(...)` writes answers as elements, `Translator` turns the questionnaire's trees into XPath with the same meaning. It covers
the functions that the catalogue uses and refuses the others, so that nothing is measured that was not compared.
"""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import elementpath

from questionnaires.functions import FUNCTIONS
from questionnaires.model import Kind, Question, Questionnaire, Tree
from questionnaires.records import Answers, Context
from questionnaires.values import as_text

_NUMBERS = {Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENTAGE}


def instance(questionnaire: Questionnaire, answers: Answers, context: Context) -> ET.Element:
    """The answers as one XML document: an element a question, repeated for a roster's rows, nested for a matrix's cells."""
    root = ET.Element("f")
    for _section, question in questionnaire.questions():
        value = answers[question.name].value if question.name in answers else None
        if question.kind is Kind.ROSTER:
            for row in value or ():
                line = ET.SubElement(root, question.name)
                for column in question.columns:
                    ET.SubElement(line, column.name).text = as_text(row.get(column.name))
        elif question.kind is Kind.MATRIX:
            _cells(ET.SubElement(root, question.name), value or {})
        else:
            ET.SubElement(root, question.name).text = as_text(value)
    facts = ET.SubElement(root, "facts")
    for name, fact in {**context.facts, "programme_start": context.programme_start}.items():
        element = ET.SubElement(facts, name)
        if isinstance(fact, dict):
            for key, inner in fact.items():
                ET.SubElement(element, "entry", key=key).text = as_text(inner)
        else:
            element.text = str(int(fact)) if isinstance(fact, bool) else as_text(fact)
    return root


def _cells(parent: ET.Element, value: dict[str, Any]) -> None:
    for code, cell in value.items():
        element = ET.SubElement(parent, code)
        if isinstance(cell, dict):
            _cells(element, cell)
        else:
            element.text = as_text(cell)


class Translator:
    """Turns the trees of one question (or column) into XPath, for a context item that is its element."""

    def __init__(self, questionnaire: Questionnaire, current: Question, roster: Question | None, today: str) -> None:
        self.current = current
        self.roster = roster
        self.today = today
        self.tops = {question.name: question for _section, question in questionnaire.questions()}
        self.columns = {column.name: (column, top) for top in self.tops.values() for column in top.columns}
        self.inside: str | None = None

    def parsed(self, tree: Tree) -> Any:
        """The expression, parsed once."""
        path = self.boolean(tree) if tree[0] == "op" and tree[1] not in {"+", "-", "*", "div", "mod", "neg"} else self.value(tree)
        return PARSER.parse(f"for $c in . return {path}" if "$c" in path else path)

    @property
    def here(self) -> str:
        """The current answer's element: the context item, unless a predicate has moved that."""
        return "." if self.inside is None else "$c"

    # --- paths ------------------------------------------------------------------------------------------------------------

    def path(self, tree: Tree) -> str:
        """The path of an answer: the current one, another question's, a column's in its line or in all lines."""
        if tree[0] == "self":
            return f"/f/{self.current.name}" if self.current.kind is Kind.ROSTER else self.here
        name: str = tree[1]
        if name in self.tops:
            return f"/f/{name}"
        top = self.columns[name][1].name
        if self.inside == top:
            return name
        return f"{self.here}/../{name}" if self.roster is not None and self.roster.name == top else f"/f/{top}/{name}"

    def question(self, tree: Tree) -> Question | None:
        """The question or column that a tree names, if it names one."""
        if tree[0] == "self":
            return self.current
        if tree[0] != "name":
            return None
        return self.tops[tree[1]] if tree[1] in self.tops else self.columns[tree[1]][0]

    # --- kinds of value ---------------------------------------------------------------------------------------------------

    def is_text(self, tree: Tree) -> bool:
        """Whether a tree gives a text (or a date, written as a text)."""
        question = self.question(tree)
        if question is not None:
            return question.kind not in _NUMBERS and question.kind is not Kind.CALCULATE
        if tree[0] == "value":
            return isinstance(tree[1], str)
        if tree[0] == "call":
            return tree[1] in {"today", "fact", "add-months"} or (tree[1] == "coalesce" and self.is_text(tree[2]))
        return False

    def value(self, tree: Tree) -> str:
        """The value of a tree, as a text or as a number."""
        return self.text(tree) if self.is_text(tree) else self.number(tree)

    def text(self, tree: Tree) -> str:
        """The text of a tree."""
        if tree[0] == "value":
            return "'" + str(tree[1]).replace("'", "''") + "'"
        if self.question(tree) is not None:
            return f"string({self.path(tree)})"
        return self.called(tree)

    def number(self, tree: Tree) -> str:
        """The number of a tree; not a number where there is none."""
        if tree[0] == "value":
            return f"{tree[1]}e0" if not isinstance(tree[1], str) else "number(())" if tree[1] == "" else f"number('{tree[1]}')"
        if self.question(tree) is not None:
            return f"number({self.path(tree)})"
        if tree[0] == "op":
            if tree[1] == "neg":
                return f"(- {self.number(tree[2])})"
            return f"({self.number(tree[2])} {tree[1]} {self.number(tree[3])})"
        return self.called(tree)

    def boolean(self, tree: Tree) -> str:
        """The truth of a tree."""
        if tree[0] == "op" and tree[1] in {"and", "or"}:
            return f"({self.boolean(tree[2])} {tree[1]} {self.boolean(tree[3])})"
        if tree[0] == "op":
            return self.compared(tree)
        if tree[0] == "call":
            return self.called(tree)
        return f"({self.number(tree)} != 0)"

    def compared(self, tree: Tree) -> str:
        """A comparison: with nothing, of two texts, or of two numbers."""
        _op, operator, left, right = tree
        if right == ["value", ""]:
            found = self.path(left) if self.question(left) is not None else self.text(left)
            question = self.question(left)
            if question is not None and question.kind is Kind.ROSTER:
                return f"not({found})" if operator == "=" else f"exists({found})"
            return f"(string({found}) {operator} '')"
        if self.is_text(left) and self.is_text(right):
            return f"({self.text(left)} {operator} {self.text(right)})"
        return f"({self.as_number(left)} {operator} {self.as_number(right)})"

    def as_number(self, tree: Tree) -> str:
        """A number, whatever the tree gives."""
        return f"number({self.text(tree)})" if self.is_text(tree) else self.number(tree)

    # --- functions ----------------------------------------------------------------------------------------------------------

    def called(self, tree: Tree) -> str:
        """A function's call."""
        return _CALLS[tree[1]](self, *tree[2:])

    def filled(self, tree: Tree) -> str:
        """The filled elements behind a name: a column, or all the cells of a matrix."""
        question = self.question(tree)
        below = "" if question is None or question.kind is not Kind.MATRIX else "//*[not(*)]"
        return f"{self.path(tree)}{below}[. != '']"

    def where(self, roster: Tree, condition: Tree) -> str:
        """The lines of a roster that meet a condition."""
        question = self.question(roster)
        assert question is not None
        before, self.inside = self.inside, question.name
        found = f"{self.path(roster)}[{self.boolean(condition)}]"
        self.inside = before
        return found

    def chosen(self, condition: Tree, then: Tree, otherwise: Tree) -> str:
        """One value or the other."""
        return f"(if ({self.boolean(condition)}) then {self.value(then)} else {self.value(otherwise)})"

    def coalesce(self, *given: Tree) -> str:
        """The first value that is not blank."""
        kinds: Callable[[Tree], str] = self.text if self.is_text(given[0]) else self.number
        return f"({', '.join(kinds(each) for each in given)})[string(.) != '' and string(.) != 'NaN'][1]"

    def fact(self, name: Tree, key: Tree | None = None) -> str:
        """What the frame knows of the firm."""
        if key is None:
            return f"string(/f/facts/{name[1]})"
        before, self.inside = self.inside, name[1]
        found = f"string(/f/facts/{name[1]}/entry[@key = {self.text(key)}])"
        self.inside = before
        return found

    def rows_of(self, matrix: Tree, *codes: Tree) -> str:
        """The sum of some rows of a matrix."""
        question = self.question(matrix)
        below = "" if question is None or not question.across else "/*"
        paths = ", ".join(f"{self.path(matrix)}/{code[1]}{below}" for code in codes)
        return f"sum(({paths})[. != '']/number(.))"


_CALLS: dict[str, Callable[..., str]] = {
    "if": Translator.chosen,
    "coalesce": Translator.coalesce,
    "count-where": lambda t, roster, condition: f"count({t.where(roster, condition)})",
    "fact": Translator.fact,
    "today": lambda t: f"'{t.today}'",
    "not": lambda t, inner: f"not({t.boolean(inner)})",
    "selected": lambda t, given, code: f"contains(concat(' ', {t.text(given)}, ' '), concat(' ', {t.text(code)}, ' '))",
    "count-selected": lambda t, given: f"count(tokenize({t.text(given)}, ' '))",
    "sum": lambda t, given: f"sum({t.filled(given)}/number(.))",
    "mean": lambda t, given: f"avg({t.filled(given)}/number(.))",
    "max": lambda t, *given: f"max(({', '.join(t.number(each) for each in given)}))",
    "count": lambda t, given: f"count({t.path(given)})",
    "count-non-empty": lambda t, given: f"count({t.filled(given)})",
    "round": lambda t, given, decimals: f"(round({t.number(given)} * 1e{decimals[1]}) div 1e{decimals[1]})",
    "abs": lambda t, given: f"abs({t.number(given)})",
    "string-length": lambda t, given: f"string-length({t.text(given)})",
    "regex": lambda t, given, pattern: f"matches({t.text(given)}, '^({_xml_pattern(pattern[1])})$')",
    "contains": lambda t, given, part: f"contains({t.text(given)}, {t.text(part)})",
    "starts-with": lambda t, given, part: f"starts-with({t.text(given)}, {t.text(part)})",
    "siret": lambda t, given: f"form:siret({t.text(given)})",
    "year": lambda t, given: f"number(substring({t.text(given)}, 1, 4))",
    "add-months": lambda t, given, months: f"string(xs:date({t.text(given)}) + xs:yearMonthDuration('{_months(months)}'))",
    "matrix-sum": lambda t, given: f"sum({t.filled(given)}/number(.))",
    "matrix-max": lambda t, given: f"max({t.filled(given)}/number(.))",
    "matrix-row": Translator.rows_of,
    "matrix-column": lambda t, given, *codes: f"sum({t.path(given)}/*/*[name() = ({', '.join(t.text(c) for c in codes)})][. != '']/number(.))",
}  # fmt: skip


def _months(tree: Tree) -> str:
    return f"-P{tree[2][1]}M" if tree[0] == "op" else f"P{tree[1]}M"


def _xml_pattern(pattern: str) -> str:
    """XML Schema's patterns know no control characters, no `(?:…)` and no look ahead, by which ours say « here it ends »."""
    return pattern.replace("(?![\\s\\S])", "$").replace("[\\x00-\\x09\\x0b-\U0010ffff]", ".").replace("(?:", "(")


def _siret(text: str) -> bool:
    apply = FUNCTIONS["siret"].apply
    assert apply is not None
    return bool(apply(text))


PARSER = elementpath.XPath2Parser(namespaces={"form": "urn:form"})
PARSER.external_function(_siret, name="siret", prefix="form")
