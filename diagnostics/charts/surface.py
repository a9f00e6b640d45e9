"""A scene on a PDF's canvas: the second surface. Same shapes, same places; y is turned over, since PDF counts upwards."""

from collections.abc import Callable
from functools import cache
from typing import Any

from reportlab.lib.colors import HexColor

from diagnostics.charts.faces import cast, face, width
from diagnostics.charts.scene import Circle, Group, Line, Path, Rect, Scene, Shape, Text


@cache
def colour(code: str) -> Any:
    """The canvas's colour for a hexadecimal code."""
    return HexColor(code)


def draw(scene: Scene, canvas: Any, left: float, top: float) -> None:
    """Draws a scene with its upper left corner at `left`, `top` (PDF coordinates, from the lower left of the page)."""
    canvas.saveState()
    canvas.translate(left, top)
    for item in scene.items:
        _shape(item, canvas)
    canvas.restoreState()


def say(canvas: Any, x: float, y: float, text: str, *, name: str, size: float) -> float:
    """Writes one line of text from x on, in the present fill colour, with fallback faces where needed; gives the x where it ends."""
    for chosen, part in cast(text, name):
        canvas.setFont(face(chosen).fontName, size)
        canvas.drawString(x, y, part)
        x += width(part, chosen, size)
    return x


def _paint(canvas: Any, shape: Rect | Path | Circle) -> dict[str, int]:
    if shape.fill:
        canvas.setFillColor(colour(shape.fill))
    if shape.stroke:
        canvas.setStrokeColor(colour(shape.stroke))
        canvas.setLineWidth(shape.stroke_width)
    return {"stroke": int(shape.stroke is not None), "fill": int(shape.fill is not None)}


def _rect(shape: Rect, canvas: Any) -> None:
    paint = _paint(canvas, shape)
    y = -shape.y - shape.height
    if shape.radius:
        radius = min(shape.radius, shape.width / 2, shape.height / 2)
        canvas.roundRect(shape.x, y, shape.width, shape.height, radius, **paint)
    else:
        canvas.rect(shape.x, y, shape.width, shape.height, **paint)


def _line(shape: Line, canvas: Any) -> None:
    canvas.setStrokeColor(colour(shape.stroke))
    canvas.setLineWidth(shape.stroke_width)
    canvas.setLineCap(1 if shape.rounded else 0)
    canvas.setDash(*((list(shape.dash), 0) if shape.dash else ()))
    canvas.line(shape.x1, -shape.y1, shape.x2, -shape.y2)
    if shape.dash:
        canvas.setDash()


def _text(shape: Text, canvas: Any) -> None:
    canvas.setFillColor(colour(shape.fill))
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor]
    x = shape.x - (shift * width(shape.text, shape.face, shape.size) if shift else 0.0)
    say(canvas, x, -shape.y, shape.text, name=shape.face, size=shape.size)


def _path(shape: Path, canvas: Any) -> None:
    paint = _paint(canvas, shape)
    canvas.setLineJoin(1)
    drawn = canvas.beginPath()
    for ring in shape.rings:
        for index, (x, y) in enumerate(ring):
            (drawn.lineTo if index else drawn.moveTo)(x, -y)
        if shape.closed:
            drawn.close()
    canvas.drawPath(drawn, fillMode=0, **paint)


def _circle(shape: Circle, canvas: Any) -> None:
    canvas.circle(shape.cx, -shape.cy, shape.radius, **_paint(canvas, shape))


def _group(shape: Group, canvas: Any) -> None:
    for item in shape.items:
        _shape(item, canvas)


_DRAWERS: dict[type, Callable[[Any, Any], None]] = {
    Rect: _rect,
    Line: _line,
    Text: _text,
    Path: _path,
    Circle: _circle,
    Group: _group,
}


def _shape(shape: Shape, canvas: Any) -> None:
    _DRAWERS[type(shape)](shape, canvas)
