"""The cover: the night ground, the title in large serifs, the firm's own squares, and what the document is at the foot."""

from dataclasses import dataclass

from diagnostics.charts import palette
from diagnostics.charts.faces import shortened
from diagnostics.charts.scene import Scene
from diagnostics.pdf.blocks import Block
from diagnostics.pdf.document import marks
from diagnostics.pdf.painter import PAGE_HEIGHT, PAGE_WIDTH, Painter
from diagnostics.pdf.text import Paragraph, Style

_LEFT = 56.0
_TITLE_ROOM = 350.0
_PALE = "#DCE6F0"
_DIM = "#B9C4D4"
_TITLE = Style("serif-semibold", 38, 43.5, palette.PAPER, tag="H1", after=0)
_SUBTITLE = Style("regular", 13.5, 19, _PALE, after=0)
_NAME = Style("serif-semibold", 20, 25, palette.PAPER, after=0)
_LINE = Style("regular", 10.2, 14, _PALE, after=0)
_FOOT = Style("regular", 8.4, 15, _DIM, after=0)


@dataclass(frozen=True, slots=True)
class CoverText:
    """The words of a cover."""

    owner: str
    title: str
    subtitle: str
    name: str
    line: str
    foot: tuple[str, ...]
    marks: tuple[str, ...]


class Cover(Block):
    """The cover page."""

    def __init__(self, words: CoverText, picture: Scene) -> None:
        self._words, self._picture = words, picture

    def height(self, across: float) -> float:  # noqa: ARG002 - A page.
        """A whole page."""
        return PAGE_HEIGHT

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:  # noqa: ARG002 - A page.
        """Draws the page."""
        words = self._words
        room = PAGE_WIDTH - 2 * _LEFT
        name = Paragraph(shortened_name(words.name), _NAME)
        foot = [Paragraph(line, _FOOT) for line in words.foot]
        band = max(196.0, 66 + name.height(room) + sum(line.height(room) for line in foot) + 40)
        painter.rect(0, 0, PAGE_WIDTH, PAGE_HEIGHT, palette.INK)
        painter.rect(0, PAGE_HEIGHT - band, PAGE_WIDTH, band, palette.NIGHT)
        with painter.words("P"):
            painter.fill(palette.PAPER)
            painter.text(_LEFT, 77, shortened(words.owner, "semibold", 9.6, 330), "semibold", 9.6)
        painter.rule(_LEFT, 90, 40, palette.AMBER, thickness=2)
        title = Paragraph(words.title, _TITLE)
        title.draw(painter, _LEFT, 107, _TITLE_ROOM)
        Paragraph(words.subtitle, _SUBTITLE).draw(painter, _LEFT, 107 + title.height(_TITLE_ROOM) + 24, 420)
        bottom = PAGE_HEIGHT - band - 44
        painter.scene(self._picture, PAGE_WIDTH - _LEFT - self._picture.width, bottom - self._picture.height)
        y = PAGE_HEIGHT - band + 28
        name.draw(painter, _LEFT, y, room)
        y += name.height(room) + 6
        line = Paragraph(words.line, _LINE)
        line.draw(painter, _LEFT, y, room)
        y += line.height(room) + 22
        for paragraph in foot:
            paragraph.draw(painter, _LEFT, y, room)
            y += paragraph.height(room)
        marks(painter, words.marks, PAGE_WIDTH - _LEFT, 66, ink="#F6C88B", ground=palette.INK)


def shortened_name(name: str) -> str:
    """A name as the cover can hold it: three lines at most."""
    limit = 130
    return name if len(name) <= limit else name[:limit].rstrip() + "…"
