"""Tables that run over pages: header repeated, rows kept whole where they can be, header cells told to those who listen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from diagnostics.charts import palette
from diagnostics.pdf.blocks import Block
from diagnostics.pdf.painter import PAGE_HEIGHT, Painter
from diagnostics.pdf.tags import Box, scope
from diagnostics.pdf.text import Paragraph, Style

HEAD = Style("semibold", 7.6, 9.6, palette.MUTED, after=0)
_TALL = PAGE_HEIGHT * 0.4
_TOGETHER = 3
_LOW = 48.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its share of the width, and whether its cells are set to the right, the middle or the left."""

    head: str
    share: float
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what it holds, its ground, and whether it heads its row."""

    block: Block
    ground: str | None = None
    heads: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `strong` draws a heavier rule above it; `wide` gives one block the whole width under the cells."""

    cells: tuple[Cell, ...]
    strong: bool = False
    wide: Block | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The measures of a table: the spaces above and under a cell's text, between columns, and around the table."""

    pad: float = 6.0
    between: float = 8.0
    before: float = 4.0
    after: float = 8.0
    rule: str = palette.RULE


class Table(Block):
    """A table with a header line and rules between its rows."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Row], layout: Layout | None = None) -> None:
        self._columns, self._rows = tuple(columns), tuple(rows)
        self._layout = layout or Layout()
        self.before, self.after = self._layout.before, self._layout.after
        self._heads = [Paragraph(column.head, replace(HEAD, anchor=column.anchor)) for column in columns]
        self._heights: dict[float, list[float]] = {}

    def _places(self, across: float) -> list[tuple[float, float]]:
        room = across - self._layout.between * (len(self._columns) - 1)
        total = sum(column.share for column in self._columns)
        places, x = [], 0.0
        for column in self._columns:
            span = room * column.share / total
            places.append((x, span))
            x += span + self._layout.between
        return places

    def _head_height(self, across: float) -> float:
        if not any(column.head for column in self._columns):
            return 0.0
        return max(head.height(room) for head, (_, room) in zip(self._heads, self._places(across), strict=True)) + 8

    def _row_heights(self, across: float) -> list[float]:
        if across not in self._heights:
            places = self._places(across)
            self._heights[across] = [self._row_height(row, places, across) for row in self._rows]
        return self._heights[across]

    def _row_height(self, row: Row, places: Sequence[tuple[float, float]], across: float) -> float:
        most = max(cell.block.height(room) for cell, (_, room) in zip(row.cells, places, strict=True)) + 2 * self._layout.pad
        if row.wide is not None:
            most += row.wide.height(across - places[1][0]) + self._layout.pad + 1
        return most

    def height(self, across: float) -> float:
        """Header and rows."""
        return self._head_height(across) + sum(self._row_heights(across))

    def least(self, across: float) -> float:
        """The header and the first three rows, or the beginning of rows that are very high."""
        heights = self._row_heights(across)
        together = _TOGETHER if heights and heights[0] <= _LOW else _TOGETHER - 1
        return self._head_height(across) + min(sum(heights[:together]), _TALL)

    def split(self, across: float, room: float) -> tuple[Block, Block] | None:
        """Whole rows where they fit; a row higher than the rest of a page can hold is cut inside."""
        used = self._head_height(across)
        heights = self._row_heights(across)
        for index, needed in enumerate(heights):
            if used + needed <= room + 0.01:
                used += needed
                continue
            head, rest = list(self._rows[:index]), list(self._rows[index:])
            if needed <= _LOW and index > 2 * _TOGETHER and len(rest) < _TOGETHER:
                kept = len(self._rows) - _TOGETHER
                head, rest = list(self._rows[:kept]), list(self._rows[kept:])
            if needed > _TALL:
                parts = self._cut(rest[0], across, room - used)
                if parts is not None:
                    head.append(parts[0])
                    rest[0] = parts[1]
            if not head:
                return None
            return Table(self._columns, head, replace(self._layout, after=0)), Table(
                self._columns, rest, replace(self._layout, before=0)
            )
        return None

    def _cut(self, row: Row, across: float, room: float) -> tuple[Row, Row] | None:
        heads: list[Cell] = []
        rests: list[Cell] = []
        inner = room - 2 * self._layout.pad
        for cell, (_, span) in zip(row.cells, self._places(across), strict=True):
            if cell.block.height(span) <= inner:
                heads.append(cell)
                rests.append(Cell(Paragraph("", HEAD), cell.ground))
                continue
            parts = cell.block.split(span, inner)
            if parts is None:
                return None
            heads.append(replace(cell, block=parts[0]))
            rests.append(replace(cell, block=parts[1]))
        return replace(row, cells=tuple(heads), wide=None), replace(row, cells=tuple(rests), strong=False)

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the table as one element with its header cells."""
        places = self._places(across)
        with painter.element("Table"):
            head = self._head_height(across)
            if head:
                with painter.element("TR"):
                    for paragraph, (left, room) in zip(self._heads, places, strict=True):
                        with painter.element("TH", attributes=scope("Column")):
                            paragraph.draw(painter, x + left, y + head - 6 - paragraph.height(room), room)
            painter.rule(x, y + head, across, palette.INK, thickness=0.9)
            y += head
            for row, needed in zip(self._rows, self._row_heights(across), strict=True):
                if row.strong:
                    painter.rule(x, y, across, palette.MUTED, thickness=0.8)
                self._draw_row(painter, row, (x, y, across, needed))
                y += needed
                painter.rule(x, y, across, self._layout.rule)

    def _draw_row(self, painter: Painter, row: Row, box: Box) -> None:
        x, y, across, needed = box
        places = self._places(across)
        plain = needed
        if row.wide is not None:
            plain -= row.wide.height(across - places[1][0]) + self._layout.pad + 1
        for cell, (left, room) in zip(row.cells, places, strict=True):
            if cell.ground is not None:
                edge = min(left + room + 4, across)
                painter.rect(x + left - 4, y + 1.2, edge - left + 4, plain - 2.4, cell.ground)
        with painter.element("TR"):
            for cell, (left, room) in zip(row.cells, places, strict=True):
                shift = (plain - 2 * self._layout.pad - cell.block.height(room)) / 2 if cell.ground is not None else 0.0
                with painter.element("TH" if cell.heads else "TD", attributes=scope("Row") if cell.heads else None):
                    cell.block.draw(painter, x + left, y + self._layout.pad + shift, room)
                    if row.wide is not None and cell is row.cells[1]:
                        row.wide.draw(painter, x + left, y + plain + 1, across - left)
