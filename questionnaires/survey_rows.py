"""Goes through the rows of the sheet `survey`: groups become sections and matrices, repeats become rosters, the others questions.

A form that knows nothing of sections is read as well: questions outside any group get a section of their own, groups inside
groups give their condition to their questions, notes join the help of the question beside them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from questionnaires import question_types
from questionnaires.headers import DIAG, FRENCH
from questionnaires.model import NO_TEXT, Check, Choice, Kind, Party, Question, Section, Severity, Stage, Text, Tree
from questionnaires.question_types import RowType
from questionnaires.rows import NAME, Cells, Row, Sheets, cell, did_you_mean, listed, one_of

_FINER = {"": None, "money": Kind.MONEY, "percentage": Kind.PERCENTAGE}
_CELLS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENTAGE})
_LENGTH, _LONG_LENGTH = 200, 2_000
_DEEPEST = 12  # Groups inside groups.
_COUNT_INSTEAD = Text(
    "Retirez-la\u202f: la personne ajoute les lignes elle-même. Un contrôle comme count(.) = … vérifie leur nombre.",
    "Take it out: the person adds the lines. A check such as count(.) = … verifies how many there are.",
)
_BY_DEFAULT = Text("Cette réponse n’est pas admise ici. Corrigez-la.", "This answer is not accepted here. Correct it.")
_LOOSE = Text("Questions", "Questions")


@dataclass(slots=True)
class _Block:
    """A group or repeat that is being filled; `shape` is section, group, roster or matrix."""

    row: Row
    number: int
    name: str
    shape: str
    relevant: str = ""
    intro: Text = NO_TEXT
    questions: list[Question] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    @property
    def word(self) -> str:
        """What closes it: group or repeat."""
        return "repeat" if cell(self.row, "type").endswith("repeat") else "group"


class SurveyRows(Cells):
    """Reads the survey once, keeping what it understands and noting what it does not.

    `places` are the rows of the questions by name; `dropped` are the names of rows that no question stands for;
    `conditions` are the conditions as they are written, by row: name, source, tree.
    """

    def __init__(self, sheets: Sheets, lists: Mapping[str, Sequence[Choice]], checks: Mapping[str, Sequence[Check]]) -> None:
        super().__init__(sheets)
        self.lists = lists
        self.checks = checks
        self.places: dict[str, int] = {}
        self.dropped: set[str] = set()
        self.sections: list[Section] = []
        self.conditions: dict[int, tuple[str, str, Tree]] = {}
        self._folded: dict[str, str] = {}
        self._open: list[_Block] = []
        self._loose: _Block | None = None

    def read_survey(self) -> None:
        """Reads every row."""
        for number, given in enumerate(self.sheets["survey"], start=2):
            row = {**given, "type": question_types.canonical(cell(given, "type"))}
            if row["type"] or cell(row, "name") or cell(row, f"label::{FRENCH}"):
                self._row(row, number, question_types.understand(row["type"]))
        for left in self._open:
            self.fault("unclosed_group", "survey", left.number, "type", value=left.name)
        self._end_loose()

    def _row(self, row: Row, number: int, kind: RowType) -> None:
        if kind.word in {"begin group", "begin repeat"}:
            self._begin(row, number)
        elif kind.word in {"end group", "end repeat"}:
            self._end(kind.word.removeprefix("end "), number)
        elif kind.word == "note":
            self._note(row, number)
        elif kind.word == "metadata":
            self.fault("type_unused", "survey", number, "type", value=kind.given)
            self.dropped.add(cell(row, "name"))
        else:
            target = self._target(number)
            question = self._question(row, number, kind)
            target.questions.append(self._with_notes(question, target))

    # --- groups and repeats ---------------------------------------------------------------------------------------------

    def _begin(self, row: Row, number: int) -> None:
        inside = {block.shape for block in self._open}
        is_roster, is_matrix = row["type"].endswith("repeat"), bool(cell(row, f"{DIAG}rows"))
        name = self._name(number, cell(row, "name"))
        shape = "roster" if is_roster else "matrix" if is_matrix else "group" if self._open else "section"
        if "matrix" in inside or (is_matrix and "roster" in inside):
            self.fault("nested_matrix", "survey", number, "type", value=name)
            shape = "group"
        elif is_roster and "roster" in inside:
            self.fault("nested_repeat", "survey", number, "type", value=name)
            shape = "group"
        elif shape == "group":
            self.dropped.add(name)
            if cell(row, f"label::{FRENCH}"):
                self.fault("group_flattened", "survey", number, "type", value=name)
        elif shape == "section":
            self._end_loose()
            self.dropped.add(name)
        relevant = cell(row, "relevant") if len(self._open) < _DEEPEST else ""
        if len(self._open) == _DEEPEST:
            self.fault("too_nested", "survey", number, "type", limit=_DEEPEST)
        if shape in {"section", "group"}:
            tree = self.tree("survey", number, "relevant", relevant)
            relevant = relevant if tree is not None else ""
            self.conditions[number] = (name, relevant, tree)
        intro = self.text("survey", number, row, "hint") if shape == "section" else NO_TEXT
        self._open.append(_Block(row, number, name, shape, relevant, intro))

    def _end(self, word: str, number: int) -> None:
        place = next((place for place in range(len(self._open) - 1, -1, -1) if self._open[place].word == word), None)
        if place is None:
            self.fault("unbalanced_group", "survey", number, "type")
            return
        for left in self._open[place + 1 :]:
            self.fault("unclosed_group", "survey", left.number, "type", value=left.name)
        while len(self._open) > place:
            self._close(self._open.pop())

    def _close(self, block: _Block) -> None:
        self._flush_notes(block)
        if block.shape == "section":
            self._add_section(block, self._label(block.row, block.number))
        elif block.shape in {"roster", "matrix"}:
            target = self._target(block.number, table=True)
            question = self._roster(block) if block.shape == "roster" else self._matrix(block)
            target.questions.append(self._with_notes(question, target))

    def _target(self, number: int, *, table: bool = False) -> _Block:
        """The block that takes the next question: the nearest section, roster or matrix, or the section of what stands outside."""
        for block in reversed(self._open):
            if block.shape != "group":
                return block
        if self._loose is None:
            self._loose = _Block({"type": "begin group"}, number, self._fresh("section"), "section")
            if not table:
                self.fault("outside_group", "survey", number, "type")
        return self._loose

    def _fresh(self, stem: str) -> str:
        taken = {cell(row, "name") for row in self.sheets["survey"]} | {section.code for section in self.sections}
        return next(name for number in range(1, len(taken) + 2) if (name := f"{stem}_{number}") not in taken)

    def _end_loose(self) -> None:
        block, self._loose = self._loose, None
        if block is not None:
            self._flush_notes(block)
            alone = block.questions[0] if len(block.questions) == 1 else None
            self._add_section(block, alone.label if alone is not None and alone.kind is Kind.ROSTER else _LOOSE)

    def _add_section(self, block: _Block, title: Text) -> None:
        if not block.questions:
            self.fault("empty_section", "survey", block.number, "type", value=block.name)
            return
        stage = self.member(block.row, block.number, f"{DIAG}stage", Stage, Stage.VISIT)
        chapter = cell(block.row, f"{DIAG}chapter") or block.name
        self.sections.append(Section(block.name, chapter, title, block.intro, stage, tuple(block.questions)))

    def _roster(self, block: _Block) -> Question:
        if not block.questions:
            self.fault("empty_repeat", "survey", block.number, "type", value=block.name)
        times = cell(block.row, "repeat_count")
        fixed = int(times) if re.fullmatch(r"[0-9]{1,4}", times, re.ASCII) else 0
        if times and not fixed:
            self.fault("column_unsupported", "survey", block.number, "repeat_count", value="repeat_count", instead=_COUNT_INSTEAD)
        return replace(
            self._common(block.row, block.number, block.name, Kind.ROSTER),
            columns=tuple(block.questions),
            min_rows=self.count(block.row, block.number, f"{DIAG}min_rows", fixed),
            max_rows=self.count(block.row, block.number, f"{DIAG}max_rows", fixed),
        )

    def _matrix(self, block: _Block) -> Question:
        rows, across = cell(block.row, f"{DIAG}rows"), cell(block.row, f"{DIAG}across")
        for column, name in ((f"{DIAG}rows", rows), (f"{DIAG}across", across)):
            if name and name not in self.lists:
                self._unknown_list(block.number, column, name)
        if len(block.questions) != 1 or block.questions[0].kind not in _CELLS:
            self.fault("matrix_shape", "survey", block.number, "type", value=block.name)
        inner = block.questions[0] if block.questions else None
        basis = self._common(block.row, block.number, block.name, Kind.MATRIX)
        if inner is None:
            return replace(basis, rows=rows, across=across)
        return replace(basis, rows=rows, across=across, cell_kind=inner.kind, unit=inner.unit)

    # --- questions ------------------------------------------------------------------------------------------------------

    def _question(self, row: Row, number: int, kind: RowType) -> Question:
        if kind.code:
            self.fault(kind.code, "survey", number, "type", value=kind.given, instead=kind.instead or NO_TEXT)
        elif kind.choices and kind.choices not in self.lists:
            self._unknown_list(number, "type", kind.choices)
        finer = cell(row, f"{DIAG}kind")
        if finer not in _FINER or (finer and kind.kind is not Kind.DECIMAL):
            self.fault("bad_value", "survey", number, f"{DIAG}kind", value=finer, instead=one_of(word for word in _FINER if word))
        looks = cell(row, "appearance").split()
        multiline = "multiline" in looks
        basis = self._common(row, number, self._name(number, cell(row, "name")), _FINER.get(finer) or kind.kind)
        tree, source = self._calculation(row, number, basis)
        if tree is not None and basis.kind is not Kind.CALCULATE:
            self.fault("calculation_given", "survey", number, "calculation")
        return replace(
            basis,
            party=Party.COMPUTED
            if tree is not None or (basis.kind is Kind.CALCULATE and not cell(row, f"{DIAG}party"))
            else basis.party,
            choices=kind.choices,
            calculation=tree,
            calculation_source=source,
            multiline=multiline,
            compact="code" in looks,
            max_length=self.count(row, number, f"{DIAG}max_length", _LONG_LENGTH if multiline else _LENGTH),
        )

    def _calculation(self, row: Row, number: int, question: Question) -> tuple[Tree, str]:
        """A calculation; an empty text stands for one that the platform does at the report."""
        source = cell(row, "calculation")
        if question.kind is Kind.CALCULATE and question.party is Party.COMPUTED and source in {"''", '""'}:
            return None, ""
        if question.kind is Kind.CALCULATE and not source and cell(row, f"{DIAG}party") != Party.COMPUTED:
            self.fault("missing_calculation", "survey", number, "calculation")
        return self.tree("survey", number, "calculation", source), source

    def _common(self, row: Row, number: int, name: str, kind: Kind) -> Question:
        """What every question has, whatever its kind."""
        relevant, source = self._relevance(row, number)
        label, hint = self._words(row, number, kind)
        return Question(
            name=name,
            kind=kind,
            label=label,
            help=hint,
            unit=Text(cell(row, f"{DIAG}unit_fr"), cell(row, f"{DIAG}unit_en")),
            party=self.member(row, number, f"{DIAG}party", Party, Party.FIRM),
            core=self.flag(row, number, f"{DIAG}core", default=True),
            required=self.flag(row, number, "required", default=False),
            dimension=cell(row, f"{DIAG}dimension"),
            relevant=relevant,
            relevant_source=source,
            checks=self._own_checks(row, number, name) + tuple(self.checks.get(name, ())),
            prefill=cell(row, f"{DIAG}prefill"),
            may_be_missing=self.flag(row, number, f"{DIAG}missing", default=True),
            was=listed(row, f"{DIAG}was"),
        )

    def _relevance(self, row: Row, number: int) -> tuple[Tree, str]:
        """A question's own condition and those of the groups around it, up to its roster."""
        around: list[str] = []
        for block in reversed(self._open):
            if block.shape in {"roster", "matrix"}:
                break
            if block.relevant:
                around.insert(0, block.relevant)
        own = cell(row, "relevant")
        tree = self.tree("survey", number, "relevant", own)
        self.conditions[number] = (cell(row, "name"), own, tree)
        if not around or (own and tree is None):
            return tree, own
        source = " and ".join(f"({part})" for part in [*around, own] if part) if len(around) + bool(own) > 1 else around[0]
        return self.tree("survey", number, "relevant", source), source

    def _words(self, row: Row, number: int, kind: Kind) -> tuple[Text, Text]:
        """Label and help. A calculation without a label is a helper that no page shows; a matrix's cell has the matrix's label."""
        label, hint = self.text("survey", number, row, "label"), self.text("survey", number, row, "hint")
        silent = kind is Kind.CALCULATE or (bool(self._open) and self._open[-1].shape == "matrix")
        if label or silent:
            return label, hint
        if hint:
            self.fault("label_replaced", "survey", number, f"label::{FRENCH}", value=hint.fr)
            return hint, NO_TEXT
        return self._label(row, number), hint

    def _label(self, row: Row, number: int) -> Text:
        label, name = self.text("survey", number, row, "label"), cell(row, "name")
        if label:
            return label
        if row["type"].startswith("begin") and name:
            self.fault("label_replaced", "survey", number, f"label::{FRENCH}", value=name)
            return Text(name, name)
        self.fault("missing_text", "survey", number, f"label::{FRENCH}")
        return NO_TEXT

    def _own_checks(self, row: Row, number: int, name: str) -> tuple[Check, ...]:
        """The checks on the question's own row: its constraint, and the soft one of our columns."""
        found: list[Check] = []
        source = cell(row, "constraint")
        tree = self.tree("survey", number, "constraint", source)
        if tree is not None:
            words = self.text("survey", number, row, "constraint_message")
            if not words:
                self.fault("message_by_default", "survey", number, f"constraint_message::{FRENCH}")
            found.append(Check(f"{name}_limit", source, tree, words or _BY_DEFAULT))
        source = cell(row, f"{DIAG}soft")
        tree = self.tree("survey", number, f"{DIAG}soft", source)
        if tree is not None:
            words = Text(cell(row, f"{DIAG}soft_message_fr"), cell(row, f"{DIAG}soft_message_en"))
            if not words:
                self.fault("missing_message", "survey", number, f"{DIAG}soft_message_fr")
            found.append(Check(f"{name}_soft", source, tree, words, Severity.SOFT))
        return tuple(found)

    def _name(self, number: int, name: str) -> str:
        inside_matrix = bool(self._open) and self._open[-1].shape == "matrix"
        if not NAME.match(name):
            self.fault("bad_name", "survey", number, "name", value=name)
            self.dropped.add(name)
        elif not inside_matrix:
            folded = name.casefold()
            if name in self.places:
                self.fault("duplicate_name", "survey", number, "name", value=name)
            elif folded in self._folded:
                self.fault("name_case", "survey", number, "name", value=name, meant=self._folded[folded])
            self._folded.setdefault(folded, name)
            self.places[name] = number
        return name

    def _unknown_list(self, number: int, column: str, name: str) -> None:
        otherwise = Text("Ajoutez ses choix dans la feuille choices.", "Add its choices in the sheet choices.")
        self.fault("unknown_list", "survey", number, column, value=name, instead=did_you_mean(name, self.lists, otherwise))

    # --- notes ----------------------------------------------------------------------------------------------------------

    def _note(self, row: Row, number: int) -> None:
        """A note opens its section, or goes with the question that follows."""
        self.dropped.add(cell(row, "name"))
        words = self.text("survey", number, row, "label") or self.text("survey", number, row, "hint")
        target = self._target(number)
        if target.shape == "section" and not target.questions and not cell(row, "relevant"):
            target.intro = _joined([target.intro, words])
            return
        self.fault("note_moved", "survey", number, "type")
        target.notes.append(words)

    def _with_notes(self, question: Question, target: _Block) -> Question:
        notes, target.notes = target.notes, []
        return replace(question, help=_joined([*notes, question.help])) if notes else question

    def _flush_notes(self, block: _Block) -> None:
        """Notes after the last question join its help."""
        if block.notes and block.questions:
            last = block.questions[-1]
            block.questions[-1] = replace(last, help=_joined([last.help, *block.notes]))
        elif block.notes:
            block.intro = _joined([block.intro, *block.notes])
        block.notes = []


def _joined(words: Sequence[Text]) -> Text:
    """Texts one after the other; where one lacks English, its French stands in."""
    said = [text for text in words if text]
    if not any(text.en for text in said):
        return Text("\n".join(text.fr for text in said), "")
    return Text("\n".join(text.fr for text in said), "\n".join(text.en or text.fr for text in said))
