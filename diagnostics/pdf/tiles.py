"""Tiles: a big figure, what it counts, a note, and a small gauge with the panel's place on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.charts import palette
from diagnostics.charts.faces import width
from diagnostics.pdf.blocks import Block
from diagnostics.pdf.painter import Painter
from diagnostics.pdf.text import Paragraph, Style

_LABEL = Style("semibold", 8.4, 10.8, palette.INK, after=0)
_NOTE = Style("regular", 7.6, 10, palette.MUTED, after=0)
_PAD = 12.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure: `figure` large, `unit` small after it; `share` and `mark` (0 to 1) draw the gauge."""

    figure: str
    unit: str
    label: str
    note: str = ""
    share: float | None = None
    mark: float | None = None
    warm: bool = False


class Tiles(Block):
    """Tiles side by side, all of one height, at most four a line."""

    before, after = 2.0, 16.0

    def __init__(self, tiles: Sequence[Tile], *, a_line: int = 4) -> None:
        self._tiles, self._a_line = tuple(tiles), min(a_line, max(len(tiles), 1))

    def _room(self, across: float) -> float:
        return (across - 9 * (self._a_line - 1)) / self._a_line

    def _parts(self, tile: Tile, across: float) -> tuple[Paragraph, Paragraph, float]:
        room = self._room(across) - 2 * _PAD
        return Paragraph(tile.label, _LABEL), Paragraph(tile.note, _NOTE), room

    def _line_height(self, across: float) -> float:
        most = 0.0
        for tile in self._tiles:
            label, note, room = self._parts(tile, across)
            gauge = 14.0 if tile.share is not None else 0.0
            most = max(most, 50 + label.height(room) + (note.height(room) + 4 if tile.note else 0) + gauge + 10)
        return most

    def height(self, across: float) -> float:
        """All lines of tiles."""
        count = -(-len(self._tiles) // self._a_line)
        return count * self._line_height(across) + (count - 1) * 9

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the tiles from left to right."""
        room, down = self._room(across), self._line_height(across)
        for index, tile in enumerate(self._tiles):
            row, place = divmod(index, self._a_line)
            self._tile(painter, tile, (x + place * (room + 9), y + row * (down + 9)), across)

    def _tile(self, painter: Painter, tile: Tile, corner: tuple[float, float], across: float) -> None:
        left, top = corner
        down = self._line_height(across)
        label, note, room = self._parts(tile, across)
        painter.rect(left, top, self._room(across), down, palette.PANEL)
        painter.rect(left, top, self._room(across), 3, palette.AMBER if tile.warm else palette.BLUE)
        x = left + _PAD
        with painter.element("Div"):
            with painter.words("P"):
                size = _fitting(tile, room)
                painter.fill(palette.INK)
                end = painter.text(x, top + 37, tile.figure, "serif-semibold", size)
                if tile.unit:
                    painter.text(end + 3, top + 37, tile.unit, "serif-semibold", min(13, size))
            label.draw(painter, x, top + 47, room)
            y = top + 47 + label.height(room) + 4
            if tile.note:
                note.draw(painter, x, y, room)
            if tile.share is not None:
                self._gauge(painter, tile, (x, top + down - 15), room)

    def _gauge(self, painter: Painter, tile: Tile, corner: tuple[float, float], room: float) -> None:
        x, y = corner
        share = min(max(tile.share or 0.0, 0.0), 1.0)
        painter.rect(x, y, room, 4, "#DAD6CB")
        painter.rect(x, y, room * share, 4, palette.AMBER if tile.warm else palette.BLUE)
        if tile.mark is not None:
            painter.rect(x + room * min(max(tile.mark, 0.0), 1.0) - 0.8, y - 4, 1.6, 12, palette.INK)


def _fitting(tile: Tile, room: float) -> float:
    """The largest size at which figure and unit fit."""
    for size in (27, 24, 21, 18, 15, 13):
        unit = width(tile.unit, "serif-semibold", min(13, size)) + 3 if tile.unit else 0.0
        if width(tile.figure, "serif-semibold", size) + unit <= room:
            return float(size)
    return 11.0
