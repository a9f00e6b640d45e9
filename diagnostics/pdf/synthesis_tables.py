"""A published table on paper: figures with their intervals, the number of firms, and words where there is no figure.

A table that is drawn as bars carries its plot inside: a small strip a row, on one scale, beside the figures that it shows.
"""

from collections.abc import Sequence
from dataclasses import replace

from analysis.synthesis.edition import PUBLISHED, SUPPRESSED, UNRELIABLE
from analysis.synthesis.edition import Cell as Figure
from analysis.synthesis.edition import Row as Line
from analysis.synthesis.edition import Table as Published
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.figures import status_word, written
from diagnostics.charts.rows import Strip, strip, strip_scale
from diagnostics.pdf.blocks import Block, Stack
from diagnostics.pdf.painter import Painter
from diagnostics.pdf.tables import Cell, Column, Row
from diagnostics.pdf.text import Paragraph, Style
from diagnostics.pdf.theme import CELL, CELL_STRONG
from diagnostics.pdf.voice import Voice

_FIGURE = replace(CELL, anchor="end", fill=palette.INK)
_TOTAL = replace(CELL_STRONG, anchor="end")
_INTERVAL = Style("regular", 6.9, 8.8, palette.MUTED, anchor="end", after=0)
_ABSENT = Style("italic", 7.8, 11.2, palette.MUTED, anchor="end", after=0)
_COUNT = replace(CELL, anchor="end", fill=palette.MUTED)
_COMPARED = frozenset({"share", "score", "rate", "months", "years"})
_PLOTTED = 2


class Plot(Block):
    """A row's small plot; its figures are in the cells beside, so it is drawn as decoration."""

    def __init__(self, cell: Figure, shared: Strip) -> None:
        self._cell, self._shared = cell, shared

    def height(self, across: float) -> float:  # noqa: ARG002 - The same at every width.
        """The strip's height."""
        return 11.0

    def draw(self, painter: Painter, x: float, y: float, across: float) -> None:
        """Draws the strip over the cell's width."""
        painter.scene(strip(self._cell.value, (self._cell.low, self._cell.high), self._shared, across), x, y)


def published_rows(table: Published, voice: Voice) -> tuple[list[Column], list[Row]]:
    """The columns and rows to print; the last column is the number of firms behind the first figure."""
    counted = any(row.cells[0].n for row in table.rows if row.cells)
    shared = _shared(table)
    share = max(1.7, (2.6 if shared else 3.4) - 0.22 * len(table.columns))
    columns = [Column(voice.words(table.row_header), share)]
    for index, column in enumerate(table.columns):
        columns.append(Column(voice.words(column.label), 1, "end"))
        if shared is not None and index == 0:
            write = written(column.unit, voice.locale)
            columns.append(Column(f"{write(shared.low)} – {write(shared.high)}", 1.5 if len(table.columns) > 2 else 2.4, "middle"))  # noqa: PLR2004 - A wide table leaves less room.
    if counted:
        columns.append(Column(voice.say("n"), 0.5, "end"))
    return columns, [_row(row, table, voice, shared, counted=counted) for row in table.rows]


def _shared(table: Published) -> Strip | None:
    """The scale of the strips; None for a table that is not drawn as bars, or that has too few figures to compare."""
    if table.chart != "bars":
        return None
    cells = [
        row.cells[0]
        for row in table.rows
        if row.cells[0].value is not None and not (row.total and table.columns[0].unit not in _COMPARED)
    ]
    if len(cells) < _PLOTTED:
        return None
    total = next((row.cells[0].value for row in table.rows if row.total), None)
    values = [value for cell in cells for value in (cell.value, cell.low, cell.high) if value is not None]
    return strip_scale(values, total if table.columns[0].unit in _COMPARED else None)


def _row(row: Line, table: Published, voice: Voice, shared: Strip | None, *, counted: bool) -> Row:
    cells = [Cell(Paragraph(voice.words(row.label), CELL_STRONG if row.total else CELL), heads=True)]
    units = ["fine share" if column.unit == "share" and table.chart == "pyramid" else column.unit for column in table.columns]
    for index, (cell, unit) in enumerate(zip(row.cells, units, strict=True)):
        cells.append(Cell(_figure(cell, unit, voice, total=row.total)))
        if shared is not None and index == 0:
            hidden = row.total and table.columns[0].unit not in _COMPARED
            cells.append(Cell(Paragraph("", CELL) if hidden else Plot(cell, shared)))
    if counted:
        found = row.cells[0].n if row.cells else None
        cells.append(Cell(Paragraph(formats.DASH if found is None else voice.number(found), _COUNT)))
    return Row(tuple(cells), strong=row.total)


def _figure(cell: Figure, unit: str, voice: Voice, *, total: bool) -> Block:
    if cell.status != PUBLISHED or cell.value is None:
        return Paragraph(status_word(cell, voice.locale) or formats.DASH, _ABSENT)
    write = (lambda value: voice.percent(value, 1)) if unit == "fine share" else written(unit, voice.locale)
    value = Paragraph(write(cell.value), _TOTAL if total else _FIGURE)
    if cell.low is None or cell.high is None:
        return value
    return Stack([value, Paragraph(f"{write(cell.low)} – {write(cell.high)}", _INTERVAL)])


def table_notes(table: Published, voice: Voice, said: set[str]) -> list[str]:
    """What stands under a table: how to read it, its own note, its source. Texts that were said already in `said` are left out, and added to it."""
    cells: Sequence[Figure] = [cell for row in table.rows for cell in row.cells]
    notes = []
    if any(cell.low is not None for cell in cells):
        notes.append(voice.say("interval.note"))
    if any(cell.status == SUPPRESSED for cell in cells):
        notes.append(voice.say("hidden.note"))
    if any(cell.status == UNRELIABLE for cell in cells):
        notes.append(voice.say("unreliable.note"))
    notes += [text for text in (voice.words(table.note), voice.words(table.source)) if text]
    fresh = [note for note in notes if note not in said]
    said.update(fresh)
    return fresh
