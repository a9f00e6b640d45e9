"""Maps of the region: areas coloured in five classes, circles whose surface counts people, and a mark where nothing is published.

The contours come from `diagnostics/charts/data` (provenance and licence beside the files).
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath

from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.axis import SMALL
from diagnostics.charts.faces import width as text_width
from diagnostics.charts.scene import Circle, Group, Line, Path, Point, Rect, Scene, Shape, Text

DATA = FilePath(__file__).resolve().parent / "data"
LEVELS = {
    "departement": ("departements.geojson", "code_departement"),
    "zone_emploi": ("zones_emploi.geojson", "code_ze2020"),
    "epci": ("epci.geojson", "siren_epci"),
}
Rings = tuple[tuple[Point, ...], ...]


class MapError(ValueError):
    """A map was asked for at a level that has no contours."""


@dataclass(frozen=True, slots=True)
class AreaValue:
    """What an area shows: a value for its colour, a count for its circle (None: not published), and its name."""

    label: str
    value: float | None
    count: float | None


@cache
def contours(level: str) -> Mapping[str, Rings]:
    """The rings of each area by its code, in degrees; raises `MapError` for an unknown level."""
    if level not in LEVELS:
        message = f"There are no contours for the level {level!r}; known: {', '.join(LEVELS)}."
        raise MapError(message)
    name, key = LEVELS[level]
    found: dict[str, Rings] = {}
    for feature in json.loads((DATA / name).read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings = tuple(tuple((float(x), float(y)) for x, y in ring) for polygon in polygons for ring in polygon)
        found[str(feature["properties"][key])] = rings
    return found


def classes(values: Sequence[float], wanted: int = 5) -> list[float]:
    """Round limits between at most five classes that cut the values into parts of like size."""
    ordered = sorted(set(values))
    if len(ordered) < 2:  # noqa: PLR2004 - One value needs no limit.
        return []
    spread = ordered[-1] - ordered[0]
    step = 10.0 ** math.floor(math.log10(spread / wanted))
    limits = []
    for index in range(1, wanted):
        raw = ordered[0] + spread * index / wanted
        limits.append(round(round(raw / step) * step, 6))
    return sorted({limit for limit in limits if ordered[0] < limit <= ordered[-1]})


def choropleth(
    level: str,
    areas: Mapping[str, AreaValue],
    written: Callable[[float], str],
    words: Mapping[str, str],
    *,
    locale: str = "fr",
    width: float = 300.0,
) -> Scene:
    """A map of the region. `words` names title, value, count and hidden; codes without contours are left out of the picture."""
    shapes_of = contours(level)
    place = _projection(shapes_of, width)
    limits = classes([area.value for area in areas.values() if area.value is not None])
    drawn: list[Shape] = []
    for code, rings in shapes_of.items():
        area = areas.get(code)
        said = words["hidden"] if area is None or area.value is None else written(area.value)
        drawn.append(_area(code, rings, area, limits=limits, place=place, said=said))
    height = max(place(point)[1] for rings in shapes_of.values() for ring in rings for point in ring)
    known = {code: area for code, area in areas.items() if code in shapes_of}
    drawn += _circles(known, shapes_of, place, written=written, locale=locale, few=len(known) <= 10)  # noqa: PLR2004 - Labels fit on few areas.
    keys, end = _legend(limits, words, written, height + 14, width=width, circles=any(area.count for area in known.values()))
    sentence = "; ".join(_said(area, written, words, locale) for area in areas.values()) + "."
    return Scene(width, end, tuple(drawn + keys), words["title"], sentence)


def _projection(shapes_of: Mapping[str, Rings], width: float) -> Callable[[Point], Point]:
    points = [point for rings in shapes_of.values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    north, south = max(y for _, y in points), min(y for _, y in points)
    flat = math.cos(math.radians((north + south) / 2))
    unit = (width - 4) / ((east - west) * flat)
    return lambda point: (2 + (point[0] - west) * flat * unit, 2 + (north - point[1]) * unit)


def _rank(value: float, limits: Sequence[float]) -> int:
    rank = sum(1 for limit in limits if value >= limit)
    return rank + (4 - len(limits)) if len(limits) < 4 else rank  # noqa: PLR2004 - Five tones hold four limits.


def _area(
    code: str,
    rings: Rings,
    area: AreaValue | None,
    *,
    limits: Sequence[float],
    place: Callable[[Point], Point],
    said: str,
) -> Group:
    shown = area is not None and area.value is not None
    fill = palette.MAP[_rank(area.value, limits)] if shown and area is not None and area.value is not None else "#F1EFE9"
    drawn = tuple(tuple(place(point) for point in ring) for ring in rings)
    label = area.label if area is not None else code
    return Group(
        (Path(drawn, fill, palette.PAPER, 1.1, role="area" if shown else "area-hidden"),),
        f"{label}{formats.NO_BREAK}: {said}",
        role="place",
    )


def _middle(rings: Rings) -> Point:
    """The centre of the largest ring's surface."""

    def surface(ring: Sequence[Point]) -> float:
        return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2

    ring = max(rings, key=lambda candidate: abs(surface(candidate)))
    total = surface(ring) or 1e-9
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    x = sum((x1 + x2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairs) / (6 * total)
    y = sum((y1 + y2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairs) / (6 * total)
    return x, y


def _circles(
    areas: Mapping[str, AreaValue],
    shapes_of: Mapping[str, Rings],
    place: Callable[[Point], Point],
    *,
    written: Callable[[float], str],
    locale: str,
    few: bool,
) -> list[Shape]:
    most = max((area.count for area in areas.values() if area.count), default=0.0)
    largest = 18.0 if few else 11.0
    shapes: list[Shape] = []
    for code, area in sorted(areas.items(), key=lambda item: -(item[1].count or 0)):
        x, y = place(_middle(shapes_of[code]))
        if area.count and most:
            radius = max(largest * math.sqrt(area.count / most), 2.2)
            centre = y + 6 if few else y
            shapes.append(Circle(x, centre, radius, palette.AMBER, palette.INK, 0.7, role="count"))
            figure = formats.number(area.count, locale=locale)
            if radius * 1.8 > text_width(figure, "semibold", SMALL):
                shapes.append(Text(x, centre + 2.6, figure, SMALL, "semibold", palette.INK, "middle"))
            y = centre - radius
        if few:
            shapes += _area_label(
                f"{code}{formats.NO_BREAK}{formats.NO_BREAK}{'s' if area.value is None else written(area.value)}", x, y - 5
            )
        elif area.value is None:
            shapes.append(Text(x, y + 2, "s", SMALL, "italic", palette.MUTED, "middle"))
    return shapes


def _area_label(text: str, x: float, y: float) -> list[Shape]:
    """A label on a pale ground, readable over every tone and every border."""
    room = text_width(text, "semibold", SMALL + 0.6) + 7
    ground = Rect(x - room / 2, y - 8.2, room, 11, palette.PAPER, radius=2.5, role="label-ground")
    return [ground, Text(x, y, text, SMALL + 0.6, "semibold", palette.INK, "middle", role="area-label")]


def _legend(
    limits: Sequence[float], words: Mapping[str, str], written: Callable[[float], str], y: float, *, width: float, circles: bool
) -> tuple[list[Shape], float]:
    shapes: list[Shape] = [Text(0, y, words["value"], SMALL, fill=palette.MUTED)]
    tones = palette.MAP[4 - len(limits) :] if limits else palette.MAP[4:]
    step = min(46.0, (width - 30) / 6)
    for index, tone in enumerate(tones):
        shapes.append(Rect(index * step, y + 5, step - 1, 8, tone))
    for index, limit in enumerate(limits):
        shapes.append(Line((index + 1) * step - 0.5, y + 5, (index + 1) * step - 0.5, y + 15, palette.MUTED, 0.5))
        shapes.append(Text((index + 1) * step - 0.5, y + 22, written(limit), SMALL - 0.4, fill=palette.MUTED, anchor="middle"))
    y += 30
    shapes.append(Rect(0, y, 12, 8, "#F1EFE9", palette.RULE, 0.5))
    shapes.append(Text(17, y + 6.8, words["hidden"], SMALL, fill=palette.MUTED))
    if not circles:
        return shapes, y + 13
    shapes.append(Circle(6, y + 20, 5, palette.AMBER, palette.INK, 0.7))
    shapes.append(Text(17, y + 22.6, words["count"], SMALL, fill=palette.MUTED))
    return shapes, y + 30


def _said(area: AreaValue, written: Callable[[float], str], words: Mapping[str, str], locale: str) -> str:
    value = words["hidden"] if area.value is None else written(area.value)
    count = "" if area.count is None else f", {words['count']} {formats.number(area.count, locale=locale)}"
    return f"{area.label}{formats.NO_BREAK}: {value}{count}"
