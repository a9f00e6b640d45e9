"""A document from its sections: pages filled in order, contents with page numbers, running heads, marks on every page.

Everything is measured first and drawn after, so that « page 3 / 12 » and the contents are known before the first mark. A section
begins a page, unless the whole of it (or, where it may run on, a good part) fits under the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from diagnostics.charts import palette
from diagnostics.charts.faces import shortened, width
from diagnostics.pdf.blocks import Block, Space, gap
from diagnostics.pdf.painter import PAGE_HEIGHT, PAGE_WIDTH, Painter
from diagnostics.pdf.text import Paragraph
from diagnostics.pdf.theme import ACROSS, BOTTOM, KICKER, LEFT, TITLE, TOP

ROOM = PAGE_HEIGHT - TOP - BOTTOM
_BETWEEN, _TIGHT = 30.0, 14.0
_SPARSE = 0.3
_OPENING = 3


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands on every page: the running head, the foot's two texts, and marks such as « DÉMONSTRATION »."""

    head: str
    foot: str
    confidential: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter: its key and number, its short name for the contents, the finding in its title, and its blocks.

    `runs_on` lets it begin under the section before it when its first blocks (head, lead, first figure or table) fit there.
    """

    key: str
    number: str
    name: str
    title: str
    blocks: tuple[Block, ...]
    runs_on: bool = False
    listed: bool = True


class Head(Block):
    """The head of a section: number and name, the finding, a rule; it is the place that links and the outline lead to."""

    keep = True
    after = 12.0

    def __init__(self, section: Section) -> None:
        self.section = section
        label = f"{section.number}\u2002\u2002{section.name.upper()}" if section.number else section.name.upper()
        self._kicker = Paragraph(label, KICKER)
        self._title = Paragraph(section.title, TITLE)

    def height(self, across: float) -> float:
        """Kicker, title and rule."""
        return self._kicker.height(across) + 5 + self._title.height(across) + 8

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the head and sets the bookmark."""
        painter.bookmark(self.section.key, self.section.name)
        self._kicker.draw(painter, x, y, across)
        y += self._kicker.height(across) + 5
        self._title.draw(painter, x, y, across)
        painter.rule(x, y + self._title.height(across) + 6, 34, palette.AMBER, thickness=2.2)


class Contents(Block):
    """The list of sections with their pages, as links. `pages` is filled in once the pages are known."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = [section for section in sections if section.listed]
        self.pages: dict[str, int] = {}
        self._row = 24.0

    def height(self, across: float) -> float:  # noqa: ARG002 - One line a section at every width.
        """One line a section."""
        return self._row * len(self._sections)

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the lines."""
        with painter.element("TOC"):
            for section in self._sections:
                with painter.element("TOCI"), painter.element("Reference"):
                    self._line(painter, section, x, y, across)
                y += self._row
                painter.rule(x, y - 4, across, palette.RULE, thickness=0.5)

    def _line(self, painter: Painter, section: Section, x: float, y: float, across: float) -> None:
        page = str(self.pages.get(section.key, ""))
        name = shortened(section.name, "semibold", 9.4, across - 60)
        with painter.element("Link"):
            with painter.marked():
                painter.fill(palette.AMBER_TEXT)
                painter.text(x, y + 12.5, f"{section.number} ", "serif-semibold", 11.5)
                painter.fill(palette.INK)
                painter.text(x + 24, y + 12.5, f"{name} ", "semibold", 9.4)
                painter.text(x + across, y + 12.5, page, "semibold", 9.4, anchor="end")
            painter.link(f"{section.name}, {page}", section.key, (x, y, across, self._row - 4))


@dataclass(slots=True)
class _Page:
    placed: list[tuple[Block, float]] = field(default_factory=list)
    used: float = 0.0


class Flow:
    """Fills pages with blocks."""

    def __init__(self, between: float = _BETWEEN) -> None:
        self._between = between
        self.pages: list[_Page] = []
        self.starts: dict[str, int] = {}

    def section(self, section: Section) -> None:
        """Adds a section: on the present page where it fits, else on a new one."""
        head = Head(section)
        blocks: list[Block] = [head, *section.blocks] if section.title else list(section.blocks)
        if not self._fits_under(blocks, runs_on=section.runs_on):
            self.pages.append(_Page())
        elif self.pages[-1].placed:
            self._place(Space(self._between))
        self.starts[section.key] = len(self.pages)
        self._fill(blocks)

    def _fits_under(self, blocks: Sequence[Block], *, runs_on: bool) -> bool:
        if not self.pages:
            return False
        left = ROOM - self.pages[-1].used - self._between
        needed = sum(block.height(ACROSS) for block in blocks) + sum(gap(a, b) for a, b in pairwise(blocks))
        return (_opening(blocks) if runs_on else needed) <= left

    def _place(self, block: Block) -> None:
        page = self.pages[-1]
        page.placed.append((block, page.used))
        page.used += block.height(ACROSS)

    def _space(self, block: Block) -> float:
        page = self.pages[-1]
        return gap(page.placed[-1][0], block) if page.placed else 0.0

    def _fill(self, blocks: Sequence[Block]) -> None:
        waiting = list(blocks)
        while waiting:
            block = waiting.pop(0)
            space = self._space(block)
            left = ROOM - self.pages[-1].used - space
            wanted = self._wanted(block, waiting)
            whole = block.height(ACROSS)
            fresh = not self.pages[-1].placed
            if whole <= left + 0.01 and (wanted <= left + 0.01 or fresh):
                self.pages[-1].used += space
                self._place(block)
                continue
            parts = block.split(ACROSS, left) if whole > left else None
            if parts is not None and (fresh or block.least(ACROSS) <= left):
                self.pages[-1].used += space
                self._place(parts[0])
                waiting.insert(0, parts[1])
            elif fresh:
                self._place(block)
                continue
            else:
                waiting.insert(0, block)
                waiting = self._taken_back() + waiting
            self.pages.append(_Page())

    def _wanted(self, block: Block, waiting: Sequence[Block]) -> float:
        """What a block needs with those that it holds on to."""
        total = block.height(ACROSS)
        for before, after in zip([block, *waiting], waiting, strict=False):
            if not before.keep:
                return total
            total += gap(before, after) + (after.height(ACROSS) if after.keep else after.least(ACROSS))
        return total

    def _taken_back(self) -> list[Block]:
        """The blocks at the end of the page that hold on to what comes next."""
        page = self.pages[-1]
        taken: list[Block] = []
        while len(page.placed) > 1 and page.placed[-1][0].keep:
            block, y = page.placed.pop()
            page.used = y
            taken.insert(0, block)
            if isinstance(block, Head):
                self.starts[block.section.key] = len(self.pages) + 1
        return taken


def _opening(blocks: Sequence[Block]) -> float:
    """The room that a section needs to begin: its first blocks, up to the first that can be cut."""
    needed = 0.0
    for index, block in enumerate(blocks[:_OPENING]):
        needed += gap(blocks[index - 1], block) if index else 0.0
        whole, least = block.height(ACROSS), block.least(ACROSS)
        needed += min(whole, least)
        if least < whole:
            break
    return needed


def _filled(sections: Sequence[Section], between: float = _BETWEEN) -> Flow:
    """The pages of a document; set closer together when that saves a last page that would be nearly empty."""
    flow = Flow(between)
    for section in sections:
        flow.section(section)
    if between > _TIGHT and len(sections) > 1 and flow.pages[-1].used < _SPARSE * ROOM:
        closer = _filled(sections, _TIGHT)
        return closer if len(closer.pages) < len(flow.pages) else flow
    return flow


def compose(painter: Painter, cover: Block, sections: Sequence[Section], contents: Contents, furniture: Furniture) -> None:
    """Draws the whole document: the cover over its page, then the sections."""
    flow = _filled(sections)
    contents.pages.update({key: number + 1 for key, number in flow.starts.items()})
    total = len(flow.pages) + 1
    cover.draw(painter, 0, 0, PAGE_WIDTH)
    painter.page_done()
    for index, page in enumerate(flow.pages):
        _furnish(painter, furniture, index + 2, total)
        for block, y in page.placed:
            block.draw(painter, LEFT, TOP + y, ACROSS)
        painter.page_done()


def _furnish(painter: Painter, furniture: Furniture, page: int, total: int) -> None:
    painter.rule(LEFT, 38, 34, palette.BLUE, thickness=2.2)
    foot = PAGE_HEIGHT - 44
    painter.rule(LEFT, foot, ACROSS, palette.RULE)
    number = f"{page} / {total}"
    with painter.artifact():
        painter.fill(palette.MUTED)
        painter.text(LEFT, 52, shortened(furniture.head, "semibold", 7.6, 260), "semibold", 7.6)
        right = LEFT + ACROSS
        middle = right - 62
        room = ACROSS - 62 - width(furniture.confidential, "regular", 7.6) - 24
        painter.text(LEFT, foot + 13, shortened(furniture.foot, "regular", 7.6, room), "regular", 7.6)
        painter.text(middle, foot + 13, furniture.confidential, "regular", 7.6, anchor="end")
        painter.fill(palette.INK)
        painter.text(right, foot + 13, number, "semibold", 7.8, anchor="end")
    marks(painter, furniture.marks, LEFT + ACROSS, 36)


def marks(
    painter: Painter, words: Sequence[str], right: float, y: float, *, ink: str = palette.RUST, ground: str = palette.PAPER
) -> None:
    """The marks of a page, from the right: a demonstration, a draft."""
    for text in words:
        room = width(text, "bold", 7.4) + 14
        painter.rect(right - room, y, room, 17, ground)
        painter.frame(right - room, y, room, 17, ink)
        with painter.words("P"):
            painter.fill(ink)
            painter.text(right - room / 2, y + 11.3, text, "bold", 7.4, anchor="middle")
        right -= room + 6
