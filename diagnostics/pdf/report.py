"""What the chapters of a report share while it is being written: the voice, and the numbers of chapters, figures and tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from diagnostics.charts import palette
from diagnostics.charts.scene import Scene
from diagnostics.pdf.blocks import Block, Stack, Whole
from diagnostics.pdf.document import Section
from diagnostics.pdf.tables import Column, Layout, Row, Table
from diagnostics.pdf.text import Paragraph, Style
from diagnostics.pdf.theme import CAPTION, NOTE, SUBJECT, figure
from diagnostics.pdf.voice import Voice

Subject = TypeVar("Subject")
_SHORT = 6
LABEL = Style("regular", 7.4, 9.6, palette.MUTED, after=0, keep=True)
VALUE = Style("regular", 9, 12, after=6)


@dataclass(slots=True)
class Report(Generic[Subject]):
    """A report in the making: what it is about, its voice, and its counters."""

    subject: Subject
    voice: Voice
    sections: list[Section] = field(default_factory=list)
    figures: int = 0
    tables: int = 0

    def section(self, key: str, name: str, title: str, blocks: Sequence[Block], *, runs_on: bool = False) -> None:
        """Adds a numbered chapter."""
        number = str(sum(1 for section in self.sections if section.listed) + 1)
        self.sections.append(Section(key, number, name, title, tuple(blocks), runs_on=runs_on))

    def figure(self, title: str, subject: str, scene: Scene, note: str) -> Block:
        """A numbered figure."""
        self.figures += 1
        return figure(self.voice.say("figure", number=self.figures, title=title), subject, scene, note)

    def table(
        self,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        subject: str = "",
        note: str = "",
        layout: Layout | None = None,
    ) -> list[Block]:
        """A numbered table with its title and note; the parts may be parted where a page ends."""
        self.tables += 1
        blocks: list[Block] = [Paragraph(self.voice.say("table", number=self.tables, title=title), CAPTION)]
        if subject:
            blocks.append(Paragraph(subject, SUBJECT))
        blocks.append(Table(columns, rows, layout))
        if note:
            blocks.append(Paragraph(note, NOTE))
        return [Whole(blocks, before=4, after=8)] if len(rows) <= _SHORT else blocks


def lines(texts: Sequence[tuple[str, str]], voice: Voice) -> Stack:
    """Short labelled lines: a muted label over its text."""
    blocks: list[Block] = []
    for label, text in texts:
        blocks.append(Paragraph(label, LABEL))
        blocks.append(Paragraph(text or voice.say("unknown"), VALUE))
    return Stack(blocks)
