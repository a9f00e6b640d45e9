"""Departures over time: a firm's cumulative departures with their bands, a region's departures year by year with scenarios."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis.portrait import Departures, YearPoint
from analysis.words import Words
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.axis import LABEL, SMALL, Key, Scale, apart, legend, ticks
from diagnostics.charts.scene import Circle, Line, Path, Point, Scene, Shape, Text

_WORDS = {
    "title": Words("Départs cumulés attendus", "Expected cumulative departures"),
    "half": Words("une chance sur deux", "one chance in two"),
    "nine": Words("neuf chances sur dix", "nine chances in ten"),
    "expected": Words("nombre attendu (moyenne)", "expected number (mean)"),
    "high": Words("hypothèse haute", "high case"),
    "low": Words("hypothèse basse", "low case"),
    "by": Words("attendus fin {year}", "expected, end of {year}"),
    "departures": Words("départs", "departures"),
    "range": Words("fourchette à 90 %", "90% range"),
    "year_title": Words("Départs à la retraite par an", "Retirements by year"),
    "band": Words("intervalle à 80 %", "80% interval"),
    "sentence": Words("Fin {year} : {low} à {high} départs", "End of {year}: {low} to {high} departures"),
    "sentence_expected": Words(", {expected} attendus", ", {expected} expected"),
}


def _word(key: str, locale: str, **values: str) -> str:
    return formats.typographic(_WORDS[key].in_(locale).format(**values), locale)


def cumulative(departures: Departures, locale: str = "fr", width: float = 483.0, height: float = 216.0) -> Scene:
    """Cumulative departures to the end of each year, with 50 % and 90 % bands; `departures.path` holds a year at least.

    The expected line and the 50 % band begin where enough people stand behind the figures: before, only the 90 % band is drawn.
    """
    points = departures.path
    origin = _decimal(departures.reference_date, points)
    known = sure_points(departures)
    precise = bool(known)
    across = Scale(origin, points[-1].year + 1.0, 26, width - 104)
    marks = ticks(max(1.0, *(point.high90 for point in points)), whole=True)
    down = Scale(0, marks[-1], height - 22, 14)
    shapes = _levels(marks, down, across, locale) + _years(points, across, height - 22)
    shapes.append(_band(points, across, down, origin, edges=("low90", "high90"), fill=palette.BLUE_PALE, role="band-90"))
    if precise:
        start = origin if len(known) == len(points) else None
        shapes.append(_band(known, across, down, start, edges=("low50", "high50"), fill=palette.BLUE_BAND, role="band-50"))
        shapes += _expected(known, across, down, start)
    shapes += _end_labels(points[-1], across, down, locale, precise=precise)
    keys = [Key("band", _word("nine", locale), palette.BLUE_PALE)]
    if precise:
        keys = [Key("line", _word("expected", locale), palette.BLUE), Key("band", _word("half", locale), palette.BLUE_BAND), *keys]
    drawn, end = legend(keys, 26, height, width - 26)
    sentence = "; ".join(_sentence(point, locale, precise=point in known) for point in points) + "."
    return Scene(width, end, tuple(shapes + drawn), _word("title", locale), sentence)


def sure_points(departures: Departures) -> tuple[YearPoint, ...]:
    """The years whose expectation may be shown: those at or beyond the first horizon that is precise."""
    precise = [horizon.years for horizon in departures.horizons if horizon.precise]
    if not precise or not departures.path:
        return ()
    origin = _decimal(departures.reference_date, departures.path)
    return tuple(point for point in departures.path if point.year + 1 - origin >= min(precise) - 0.01)


def _decimal(reference: str, points: Sequence[YearPoint]) -> float:
    found = formats.as_date(reference)
    year = points[0].year if found is None else found.year + (found.timetuple().tm_yday - 1) / 365.25
    return min(year, points[0].year + 0.98)


def _levels(marks: Sequence[float], down: Scale, across: Scale, locale: str) -> list[Shape]:
    shapes: list[Shape] = []
    for value in marks:
        y = down(value)
        shapes.append(Line(across.start, y, across.end, y, palette.GRID if value else palette.RULE, 0.6, role="grid"))
        shapes.append(
            Text(across.start - 6, y + 2.6, formats.number(value, locale=locale), SMALL, fill=palette.MUTED, anchor="end")
        )
    return shapes


def _years(points: Sequence[YearPoint], across: Scale, base: float) -> list[Shape]:
    shapes: list[Shape] = []
    for index, point in enumerate(points):
        strong = index == len(points) - 1
        x = across(point.year + 1)
        shapes.append(Line(x, base, x, base + 3, palette.RULE, 0.6))
        face = "semibold" if strong else "regular"
        shapes.append(Text(x, base + 13, str(point.year), SMALL, face, palette.INK if strong else palette.MUTED, "middle"))
    return shapes


def _band(
    points: Sequence[YearPoint], across: Scale, down: Scale, origin: float | None, *, edges: tuple[str, str], fill: str, role: str
) -> Path:
    low, high = edges
    upper: list[Point] = [(across(point.year + 1), down(getattr(point, high))) for point in points]
    lower: list[Point] = [(across(point.year + 1), down(getattr(point, low))) for point in reversed(points)]
    start: list[Point] = [] if origin is None else [(across(origin), down(0))]
    return Path(((*start, *upper, *lower),), fill, role=role)


def _expected(points: Sequence[YearPoint], across: Scale, down: Scale, origin: float | None) -> list[Shape]:
    start: list[Point] = [] if origin is None else [(across(origin), down(0))]
    line: tuple[Point, ...] = (*start, *((across(point.year + 1), down(point.expected)) for point in points))
    last = points[-1]
    ring = Circle(across(last.year + 1), down(last.expected), 3.8, palette.PAPER, palette.BLUE, 2)
    return [Path((line,), None, palette.BLUE, 2, closed=False, role="expected"), ring]


def _end_labels(last: YearPoint, across: Scale, down: Scale, locale: str, *, precise: bool) -> list[Shape]:
    labels = [(last.high90, formats.number(last.high90, locale=locale), _word("high", locale), palette.INK)]
    if precise:
        labels.append(
            (last.expected, formats.number(last.expected, 1, locale), _word("by", locale, year=str(last.year)), palette.BLUE)
        )
    labels.append((last.low90, formats.number(last.low90, locale=locale), _word("low", locale), palette.INK))
    places = apart([down(value) for value, *_ in labels], 23)
    lift = max(0.0, places[-1] - (down.start - 4))
    places = [place - lift for place in places]
    shapes: list[Shape] = []
    for place, (_, figure, words, fill) in zip(places, labels, strict=True):
        shapes.append(Text(across.end + 11, place + 1, f"{figure} {_word('departures', locale)}", LABEL, "semibold", fill))
        shapes.append(Text(across.end + 11, place + 10, words, SMALL, fill=palette.MUTED))
    return shapes


def _sentence(point: YearPoint, locale: str, *, precise: bool) -> str:
    low, high = formats.number(point.low90, locale=locale), formats.number(point.high90, locale=locale)
    text = _word("sentence", locale, year=str(point.year), low=low, high=high)
    return text + (_word("sentence_expected", locale, expected=formats.number(point.expected, 1, locale)) if precise else "")


@dataclass(frozen=True, slots=True)
class YearRow:
    """A calendar year: the central figure with its interval, and the same year in other scenarios (None: not published)."""

    label: str
    central: float | None
    low: float | None
    high: float | None
    scenarios: tuple[float | None, ...]


_SCENARIOS = ((palette.AMBER, (5.0, 2.5)), (palette.INK, (1.5, 2.0)), (palette.RUST, (7.0, 2.0)), (palette.MUTED, (3.0, 3.0)))


def by_year(
    rows: Sequence[YearRow],
    central: str,
    names: Sequence[str],
    hidden: str,
    locale: str = "fr",
    *,
    width: float = 483.0,
    height: float = 216.0,
) -> Scene:
    """Departures year by year: the central line with its band, each scenario as a line of its own dash. Unpublished years are left open."""
    shown = [row for row in rows if row.central is not None]
    most = max((value for row in rows for value in (row.central, row.high, *row.scenarios) if value is not None), default=1.0)
    marks = ticks(max(most, 1.0), whole=True)
    down = Scale(0, marks[-1], height - 22, 12)
    across = Scale(0, max(len(rows) - 1, 1), 36, width - 14)
    shapes = _levels(marks, down, across, locale)
    for index, row in enumerate(rows):
        shapes.append(Text(across(index), height - 9, row.label, SMALL, fill=palette.MUTED, anchor="middle"))
        if row.central is None:
            shapes.append(Text(across(index), height - 28, "s", SMALL, "italic", palette.MUTED, "middle"))
    for run in _runs([row.low if row.high is not None else None for row in rows]):
        upper: list[Point] = [(across(index), down(rows[index].high or 0)) for index in run]
        lower: list[Point] = [(across(index), down(rows[index].low or 0)) for index in reversed(run)]
        shapes.append(Path(((*upper, *lower),), palette.BLUE_PALE, role="band-80"))
    for place in range(len(names)):
        stroke, dash = _SCENARIOS[place % len(_SCENARIOS)]
        values = [row.scenarios[place] for row in rows]
        shapes += _line(values, across, down, stroke=stroke, thickness=1.3, dash=dash)
    shapes += _line([row.central for row in rows], across, down, stroke=palette.BLUE, thickness=2.2)
    keys = [Key("line", central, palette.BLUE), Key("band", _word("band", locale), palette.BLUE_PALE)]
    keys += [Key("dash", name, _SCENARIOS[place % len(_SCENARIOS)][0]) for place, name in enumerate(names)]
    drawn, end = legend(keys, 36, height, width - 36)
    sentence = "; ".join(
        f"{row.label}{formats.NO_BREAK}: {hidden if row.central is None else formats.number(row.central, locale=locale)}"
        for row in rows
    )
    title = _word("year_title", locale) if shown else hidden
    return Scene(width, end, tuple(shapes + drawn), title, sentence + ".")


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(index)
    return [run for run in runs if run]


def _line(
    values: Sequence[float | None], across: Scale, down: Scale, *, stroke: str, thickness: float, dash: tuple[float, ...] = ()
) -> list[Shape]:
    shapes: list[Shape] = []
    for run in _runs(values):
        if len(run) == 1:
            shapes.append(Circle(across(run[0]), down(values[run[0]] or 0), thickness + 0.6, stroke))
        for before, after in pairwise(run):
            shapes.append(
                Line(
                    across(before),
                    down(values[before] or 0),
                    across(after),
                    down(values[after] or 0),
                    stroke,
                    thickness,
                    dash,
                    role="path",
                )
            )
    return shapes
