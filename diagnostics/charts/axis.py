"""What most figures share: scales with round ticks, grids, keys, and labels that keep out of each other's way."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from diagnostics.charts import palette
from diagnostics.charts.faces import folded, width
from diagnostics.charts.scene import Circle, Line, Path, Rect, Shape, Text, diamond, triangle

SMALL = 7.4
LABEL = 8.4


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from values to points."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value; values outside are drawn at the edge."""
        spread = self.high - self.low or 1.0
        share = min(max((value - self.low) / spread, 0.0), 1.0)
        return self.start + share * (self.end - self.start)


def ticks(high: float, low: float = 0.0, wanted: int = 4, *, whole: bool = False) -> list[float]:
    """Round ticks that cover `low` to `high`; whole numbers only when people are counted."""
    spread = max(high - low, 1e-9)
    raw = spread / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw), 10 * power)
    if whole:
        step = max(1.0, float(round(step)))
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, max(last, first + 1) + 1)]


def vertical_grid(scale: Scale, values: Sequence[float], top: float, bottom: float, written: Callable[[float], str]) -> list[Shape]:
    """Vertical lines with their values under them."""
    shapes: list[Shape] = []
    for value in values:
        x = scale(value)
        shapes.append(Line(x, top, x, bottom, palette.GRID, 0.6, role="grid"))
        shapes.append(Text(x, bottom + 11, written(value), SMALL, fill=palette.MUTED, anchor="middle", role="tick"))
    return shapes


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: a mark and its words. `mark` is square, band, line, dash, dot, ring, diamond, box, triangle or tick."""

    mark: str
    text: str
    fill: str
    stroke: str = palette.INK


def legend(keys: Sequence[Key], x: float, y: float, room: float, *, gap: float = 16.0) -> tuple[list[Shape], float]:
    """A legend from x on, folded onto further lines when the room is used up; gives the shapes and the y under it."""
    shapes: list[Shape] = []
    left, baseline = x, y + 8
    for key in keys:
        needed = 19 + width(key.text, "regular", SMALL)
        if left > x and left + needed > x + room:
            left, baseline = x, baseline + 12
        shapes.extend(_mark(key, left + 7, baseline - 2.7))
        shapes.append(Text(left + 17, baseline, key.text, SMALL, fill=palette.MUTED, role="key"))
        left += needed + gap
    return shapes, baseline + 5


def _mark(key: Key, x: float, y: float) -> list[Shape]:
    drawn: dict[str, list[Shape]] = {
        "square": [Rect(x - 4, y - 4, 8, 8, key.fill, radius=1)],
        "band": [Rect(x - 7, y - 4, 14, 8, key.fill)],
        "line": [Line(x - 7, y, x + 7, y, key.fill, 2)],
        "dash": [Line(x - 7, y, x + 7, y, key.fill, 1.4, (3.0, 2.0))],
        "dot": [Circle(x, y, 4, key.fill)],
        "ring": [Circle(x, y, 4, palette.PAPER, key.fill, 1.6)],
        "tick": [Line(x, y - 5, x, y + 5, key.fill, 1.6)],
        "diamond": [Path(diamond(x, y, 4.6), palette.PAPER, key.fill, 1.5)],
        "box": [Rect(x - 3.6, y - 3.6, 7.2, 7.2, palette.PAPER, key.fill, 1.5)],
        "triangle": [Path(triangle(x, y, 4.8), key.fill)],
        "quartiles": [Rect(x - 8, y - 3.5, 16, 7, key.fill, radius=3.5), Line(x, y - 4.5, x, y + 4.5, key.stroke, 1.4)],
        "whisker": [Line(x - 7, y, x + 7, y, key.stroke, 2.4, rounded=True), Circle(x, y, 3.6, key.fill)],
    }
    return drawn[key.mark]


def apart(places: Sequence[float], distance: float) -> list[float]:
    """Places along a line pushed apart until neighbours stand `distance` away from each other, the order kept."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for _ in range(40):
        settled = True
        for before, after in pairwise(order):
            lack = distance - (moved[after] - moved[before])
            if lack > 0.01:  # noqa: PLR2004 - A hundredth of a point is not seen.
                moved[before] -= lack / 2
                moved[after] += lack / 2
                settled = False
        if settled:
            break
    return moved


def row_label(label: str, right: float, y: float, room: float, *, face: str = "regular", size: float = LABEL) -> list[Shape]:
    """A line's name, right-aligned and centred on y, over two lines at most."""
    lines = folded_label(label, face, size, room)
    first = y + size * 0.34 - (len(lines) - 1) * size * 0.55
    return [
        Text(
            right,
            first + index * size * 1.1,
            line,
            size,
            face,
            palette.INK if face != "regular" else palette.BODY,
            "end",
            role="label",
        )
        for index, line in enumerate(lines)
    ]


def folded_label(label: str, face: str, size: float, room: float) -> list[str]:
    """A label over two balanced lines at most."""
    if width(label, face, size) <= room:
        return [label]
    return _balanced(label, face, size, room)


def _balanced(label: str, face: str, size: float, room: float) -> list[str]:
    words = label.split(" ")
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    fitting = [pair for pair in cuts if max(width(part, face, size) for part in pair) <= room]
    if fitting:
        first, second = min(fitting, key=lambda pair: max(width(part, face, size) for part in pair))
        return [first, second]
    return list(folded(label, face, size, room))
