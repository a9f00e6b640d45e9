"""The look of the documents: styles, margins, and the small blocks that every document uses."""

from collections.abc import Sequence

from diagnostics.charts import palette
from diagnostics.charts.scene import Scene
from diagnostics.pdf.blocks import Block, Drawing, Panel, Stack, Whole
from diagnostics.pdf.text import Paragraph, Run, Style

LEFT, RIGHT, TOP, BOTTOM = 56.0, 56.0, 78.0, 66.0
ACROSS = 595.28 - LEFT - RIGHT

KICKER = Style("semibold", 7.6, 10, palette.AMBER_TEXT, after=4, keep=True)
TITLE = Style("serif-semibold", 20, 24.5, palette.INK, after=9, tag="H1", balanced=True, keep=True)
LEAD = Style("regular", 11, 16.2, palette.BODY, after=12)
BODY = Style()
SMALL = Style(size=8.2, leading=11.6, after=4)
LED = Style(size=8.2, leading=11.6, after=4, keep=True)
NOTE = Style(size=7.4, leading=10, fill=palette.MUTED, after=4)
H2 = Style("semibold", 11, 14.5, palette.INK, before=12, after=5, tag="H2", keep=True)
H3 = Style("semibold", 9.4, 12.5, palette.INK, before=6, after=2, tag="H3", keep=True)
CAPTION = Style("semibold", 9, 12, palette.INK, before=8, after=0, tag="Caption", keep=True)
SUBJECT = Style(size=8, leading=11, fill=palette.MUTED, after=4, keep=True)
SENTENCE = Style("serif-semibold", 11.4, 16, palette.INK, after=0)
CELL = Style(size=8.4, leading=11.2, after=0)
CELL_STRONG = Style("semibold", 8.4, 11.2, palette.INK, after=0)
CELL_SMALL = Style(size=7.6, leading=10.2, fill=palette.MUTED, after=0)
QUOTE = Style(size=9.2, leading=13.2, after=6)
_READABLE = frozenset({palette.BLUE, palette.RUST, palette.INK, palette.MUTED})


def heading(text: str) -> Paragraph:
    """A heading inside a section."""
    return Paragraph(text, H2)


def body(text: str, style: Style = BODY) -> Paragraph:
    """A paragraph."""
    return Paragraph(text, style)


def labelled(label: str, text: str, colon: str, style: Style = BODY) -> Paragraph:
    """A paragraph that begins with a bold label; `colon` is the colon with the spaces of the language."""
    return Paragraph([Run(label + colon, "semibold", palette.INK), Run(text)], style)


def panel(title: str, blocks: Sequence[Block] | str, *, bar: str = palette.BLUE, style: Style = BODY, top: bool = False) -> Panel:
    """A panel with a title in the bar's tone."""
    tone = palette.AMBER_TEXT if bar == palette.AMBER else bar if bar in _READABLE else palette.INK
    head = Paragraph(title, Style("semibold", 8.8, 11.5, tone, after=4, tag="H2", keep=True))
    inner: list[Block] = [Paragraph(blocks, style)] if isinstance(blocks, str) else list(blocks)
    return Panel(Stack([head, *inner], tag="Div"), bar=bar, top=top)


def figure(number: str, subject: str, scene: Scene, note: str) -> Block:
    """A figure: its number and title, what is counted, the drawing, and the source."""
    blocks: list[Block] = [Paragraph(number, CAPTION)]
    if subject:
        blocks.append(Paragraph(subject, SUBJECT))
    blocks.append(Drawing(scene))
    if note:
        blocks.append(Paragraph(note, NOTE))
    return Whole(blocks, before=4, after=10)
