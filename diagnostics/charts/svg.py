"""A scene as SVG for a page: safe under a strict content policy, and readable without seeing it.

Colours are presentation attributes, never styles; every text is escaped; `<title>` and `<desc>` name the figure. The caller gives
a name that is unique on its page; the ids come from it.
"""

import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from diagnostics.charts.scene import Circle, Group, Line, Path, Rect, Scene, Shape, Text

FAMILIES = {
    "regular": ("Source Sans 3", "400", "normal"),
    "italic": ("Source Sans 3", "400", "italic"),
    "semibold": ("Source Sans 3", "600", "normal"),
    "bold": ("Source Sans 3", "700", "normal"),
    "serif": ("Source Serif 4", "400", "normal"),
    "serif-semibold": ("Source Serif 4", "600", "normal"),
}
_BARE = re.compile(r"[^A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(scene: Scene, name: str) -> str:
    """The scene as an `<svg>` element; `name` makes its ids unique on the page."""
    key = "chart-" + (_BARE.sub("-", name).strip("-") or "figure")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {_n(scene.width)} {_n(scene.height)}"'
        f' aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{_text(scene.title)}</title><desc id="{key}-desc">{_text(scene.description)}</desc>'
    )
    return head + "".join(_shape(item) for item in scene.items) + "</svg>"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _text(text: str) -> str:
    return escape(_CONTROL.sub("", text))


def _attributes(**values: str | float | None) -> str:
    written = []
    for name, value in values.items():
        if value is None or value == "":
            continue
        text = value if isinstance(value, str) else _n(value)
        written.append(f" {name.rstrip('_').replace('_', '-')}={quoteattr(_CONTROL.sub('', text))}")
    return "".join(written)


def _painted(shape: Rect | Path | Circle) -> dict[str, str | float | None]:
    stroke = shape.stroke
    return {
        "fill": shape.fill or "none",
        "stroke": stroke,
        "stroke_width": shape.stroke_width if stroke else None,
        "class_": shape.role,
    }


def _rect(shape: Rect) -> str:
    radius = shape.radius or None
    size = _attributes(x=shape.x, y=shape.y, width=shape.width, height=shape.height, rx=radius)
    return f"<rect{size}{_attributes(**_painted(shape))}/>"


def _line(shape: Line) -> str:
    dash = " ".join(_n(part) for part in shape.dash)
    place = _attributes(x1=shape.x1, y1=shape.y1, x2=shape.x2, y2=shape.y2)
    cap = "round" if shape.rounded else None
    look = _attributes(
        stroke=shape.stroke, stroke_width=shape.stroke_width, stroke_dasharray=dash, stroke_linecap=cap, class_=shape.role
    )
    return f"<line{place}{look}/>"


def _words(shape: Text) -> str:
    family, weight, style = FAMILIES[shape.face]
    look = _attributes(
        x=shape.x,
        y=shape.y,
        font_family=f"'{family}', sans-serif" if "Sans" in family else f"'{family}', serif",
        font_size=shape.size,
        font_weight=weight if weight != "400" else None,
        font_style=style if style != "normal" else None,
        fill=shape.fill,
        text_anchor=shape.anchor if shape.anchor != "start" else None,
        class_=shape.role,
    )
    return f"<text{look}>{_text(shape.text)}</text>"


def _path(shape: Path) -> str:
    parts = []
    for ring in shape.rings:
        steps = " ".join(f"{'M' if index == 0 else 'L'}{_n(x)} {_n(y)}" for index, (x, y) in enumerate(ring))
        parts.append(steps + (" Z" if shape.closed else ""))
    look = _attributes(d=" ".join(parts), fill_rule="evenodd" if shape.closed else None, stroke_linejoin="round", **_painted(shape))
    return f"<path{look}/>"


def _circle(shape: Circle) -> str:
    return f"<circle{_attributes(cx=shape.cx, cy=shape.cy, r=shape.radius)}{_attributes(**_painted(shape))}/>"


def _group(shape: Group) -> str:
    title = f"<title>{_text(shape.title)}</title>" if shape.title else ""
    return f"<g{_attributes(class_=shape.role)}>{title}{''.join(_shape(item) for item in shape.items)}</g>"


_WRITERS: dict[type, Callable[[Any], str]] = {Rect: _rect, Line: _line, Text: _words, Path: _path, Circle: _circle, Group: _group}


def _shape(shape: Shape) -> str:
    return _WRITERS[type(shape)](shape)
