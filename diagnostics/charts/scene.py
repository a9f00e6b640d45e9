"""A chart as a value: a few shapes on a sheet, drawn once and shown on two surfaces.

Figures (`diagnostics.charts.pyramid` and its neighbours) build a `Scene`; `svg` writes it for a page and `surface` draws it on a
PDF's canvas. Lengths are points, x runs to the right and y down from the upper left corner. `role` says what a shape stands
for; it becomes a class in SVG, so that a style sheet (forced colours, print) may dress it otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle, its corners rounded by `radius`."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 0.0
    radius: float = 0.0
    role: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line; `dash` gives the lengths of strokes and gaps. `rounded` gives it round ends."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    stroke_width: float = 0.6
    dash: tuple[float, ...] = ()
    rounded: bool = False
    role: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text on its baseline. `face` is regular, semibold, bold, italic, serif or serif-semibold; `anchor` start, middle or end."""

    x: float
    y: float
    text: str
    size: float = 8.0
    face: str = "regular"
    fill: str = "#2B3648"
    anchor: str = "start"
    role: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """Rings of points: closed ones are filled (even-odd), open ones only stroked."""

    rings: tuple[tuple[Point, ...], ...]
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 0.0
    closed: bool = True
    role: str = ""


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc or a ring."""

    cx: float
    cy: float
    radius: float
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 0.0
    role: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that stand for one thing, with what it is in words: read as a tooltip in SVG, ignored on paper."""

    items: tuple["Shape", ...]
    title: str = ""
    role: str = ""


Shape = Rect | Line | Text | Path | Circle | Group


@dataclass(frozen=True, slots=True)
class Scene:
    """A finished figure: its size, its shapes, and what it shows in words for those who do not see it."""

    width: float
    height: float
    items: tuple[Shape, ...]
    title: str
    description: str

    def shapes(self) -> Iterator[Rect | Line | Text | Path | Circle]:
        """Every shape in drawing order, groups opened."""
        yield from _opened(self.items)

    def texts(self) -> list[str]:
        """Every text of the figure, in drawing order."""
        return [shape.text for shape in self.shapes() if isinstance(shape, Text)]


def _opened(items: tuple[Shape, ...]) -> Iterator[Rect | Line | Text | Path | Circle]:
    for item in items:
        if isinstance(item, Group):
            yield from _opened(item.items)
        else:
            yield item


def diamond(x: float, y: float, radius: float) -> tuple[tuple[Point, ...], ...]:
    """The ring of a diamond around a point."""
    return (((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)),)


def triangle(x: float, y: float, radius: float) -> tuple[tuple[Point, ...], ...]:
    """The ring of a triangle that points up, around a point."""
    return (((x, y - radius), (x + radius, y + 0.8 * radius), (x - radius, y + 0.8 * radius)),)
