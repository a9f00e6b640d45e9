"""Figures of one line a thing: dots with intervals, bars with whiskers, stacked bars, quartiles by dimension.

A line that is not published keeps its name and says so in words; the caller puts such lines last, in the order of their names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.axis import LABEL, SMALL, Key, Scale, legend, row_label, ticks, vertical_grid
from diagnostics.charts.faces import width as text_width
from diagnostics.charts.scene import Circle, Group, Line, Rect, Scene, Shape, Text

Written = Callable[[float], str]
_ROW = 21.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A line: its name, its figure with an interval, what stands in the right column, and why there is no figure (or "")."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    beside: str
    missing: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are drawn: `mark` is dot or bar; `reference` a value to compare with and its words; `beside` heads the right column."""

    written: Written
    mark: str = "dot"
    reference: tuple[float, str] | None = None
    beside: str = ""
    fill: str = palette.BLUE
    top: float | None = None


def _label_room(labels: Sequence[str], width: float) -> float:
    longest = max((text_width(label, "semibold", LABEL) for label in labels), default=0)
    return min(max(longest + 6, 60), width * 0.36)


def estimates(lines: Sequence[Estimate], look: Look, title: str, width: float = 483.0) -> Scene:
    """Dots (or bars) with intervals, one line each, in the order given."""
    room = _label_room([line.label for line in lines], width)
    head = 20.0 if look.reference or look.beside else 6.0
    most = max((value for line in lines for value in (line.value, line.high) if value is not None), default=1.0)
    least = min((value for line in lines for value in (line.value, line.low) if value is not None), default=0.0)
    reference = [look.reference[0]] if look.reference else []
    marks = ticks(max(look.top or most, *reference, 1e-6), min(least, 0.0))
    across = Scale(marks[0], marks[-1], room + 12, width - 74)
    bottom = head + _ROW * len(lines)
    shapes = vertical_grid(across, marks, head, bottom, look.written)
    if look.beside:
        shapes.append(Text(width, head - 8, look.beside, SMALL, fill=palette.MUTED, anchor="end"))
    if look.reference:
        shapes += _reference(look.reference, across, head, bottom)
    for place, line in enumerate(lines):
        shapes.append(_estimate(line, look, across, head + (place + 0.5) * _ROW, room=room, width=width))
    sentence = "; ".join(_said(line, look.written) for line in lines) + "."
    return Scene(width, bottom + 16, tuple(shapes), title, sentence)


def _reference(reference: tuple[float, str], across: Scale, top: float, bottom: float) -> list[Shape]:
    x = across(reference[0])
    return [
        Line(x, top - 4, x, bottom, palette.AMBER_TEXT, 1, (3.0, 2.0), role="reference"),
        Text(x, top - 8, reference[1], SMALL, "semibold", palette.AMBER_TEXT, "middle"),
    ]


def _estimate(line: Estimate, look: Look, across: Scale, y: float, *, room: float, width: float) -> Group:
    shapes: list[Shape] = [*row_label(line.label, room, y, room, face="semibold" if line.strong else "regular")]
    zero = across(0)
    if line.value is None:
        shapes.append(Text(zero + 6, y + 2.8, line.missing, SMALL + 0.2, "italic", palette.MUTED))
    else:
        x = across(line.value)
        end = x
        if look.mark == "bar":
            shapes.append(
                Rect(min(zero, x), y - 5.5, abs(x - zero), 11, look.fill if line.strong else palette.BLUE_SOFT, role="bar")
            )
        if line.low is not None and line.high is not None:
            thin = look.mark == "bar"
            stroke = palette.INK if thin else palette.BLUE_SOFT
            shapes.append(
                Line(across(line.low), y, across(line.high), y, stroke, 1.1 if thin else 3.2, rounded=not thin, role="interval")
            )
            end = max(end, across(line.high))
        if look.mark == "dot":
            above = look.reference is not None and line.value > look.reference[0]
            shapes.append(Circle(x, y, 4.6, palette.AMBER if above else look.fill, palette.PAPER, 0.8, role="estimate"))
        shapes.append(Text(end + 7, y + 2.9, look.written(line.value), SMALL + 0.6, "semibold", palette.INK))
    shapes.append(Text(width, y + 2.8, line.beside, SMALL, fill=palette.BODY, anchor="end"))
    return Group(tuple(shapes), _said(line, look.written), role="line")


def _said(line: Estimate, written: Written) -> str:
    if line.value is None:
        return f"{line.label}{formats.NO_BREAK}: {line.missing}"
    interval = f" ({written(line.low)} – {written(line.high)})" if line.low is not None and line.high is not None else ""
    return f"{line.label}{formats.NO_BREAK}: {written(line.value)}{interval}"


@dataclass(frozen=True, slots=True)
class Shares:
    """A stacked line: its name, one share a part (None: not published), and the words when the whole line is missing."""

    label: str
    parts: tuple[float | None, ...]
    beside: str = ""
    missing: str = ""


def stacked(lines: Sequence[Shares], names: Sequence[str], title: str, locale: str = "fr", width: float = 483.0) -> Scene:
    """Stacked bars that sum to one; each part carries its figure where it fits, and its place in the legend tells its name."""
    room = _label_room([line.label for line in lines], width)
    keys, top = legend([Key("square", name, palette.PROFILES[index % 5]) for index, name in enumerate(names)], 0, 0, width, gap=10)
    across = Scale(0, 1, room + 12, width - (34 if any(line.beside for line in lines) else 0))
    top += 6
    shapes: list[Shape] = list(keys)
    for place, line in enumerate(lines):
        shapes.append(_stack(line, names, across, top + place * _ROW, room=room, width=width, locale=locale))
    sentence = "; ".join(_stack_said(line, names, locale) for line in lines) + "."
    return Scene(width, top + _ROW * len(lines), tuple(shapes), title, sentence)


def _stack(line: Shares, names: Sequence[str], across: Scale, y: float, *, room: float, width: float, locale: str) -> Group:
    shapes: list[Shape] = [*row_label(line.label, room, y + _ROW / 2, room)]
    known = [part for part in line.parts if part is not None]
    if not known:
        shapes.append(Text(across.start + 4, y + 13.5, line.missing, SMALL + 0.2, "italic", palette.MUTED))
    start = 0.0
    for index, part in enumerate(line.parts):
        if not part:
            continue
        x, length = across(start), across(start + part) - across(start)
        shapes.append(Rect(x, y + 2, max(length - 1, 0.4), _ROW - 4, palette.PROFILES[index % 5], role=f"part-{index + 1}"))
        figure = formats.percent(part, locale=locale)
        if length > text_width(figure, "semibold", SMALL) + 5:
            shapes.append(Text(x + length / 2, y + 13.2, figure, SMALL, "semibold", palette.PROFILE_TEXT[index % 5], "middle"))
        start += part
    if line.beside:
        shapes.append(Text(width, y + 13.2, line.beside, SMALL, fill=palette.BODY, anchor="end"))
    return Group(tuple(shapes), _stack_said(line, names, locale), role="line")


def _stack_said(line: Shares, names: Sequence[str], locale: str) -> str:
    if not any(part is not None for part in line.parts):
        return f"{line.label}{formats.NO_BREAK}: {line.missing}"
    parts = [
        f"{name} {formats.percent(part, locale=locale)}" for name, part in zip(names, line.parts, strict=False) if part is not None
    ]
    return f"{line.label}{formats.NO_BREAK}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Quartiles:
    """A dimension over many firms: quartiles, median and mean from 0 to 100 (None: not published)."""

    label: str
    q1: float | None
    median: float | None
    q3: float | None
    mean: float | None
    low: float | None
    high: float | None
    missing: str = ""


def quartiles(lines: Sequence[Quartiles], words: dict[str, str], title: str, locale: str = "fr", width: float = 483.0) -> Scene:
    """The middle half as a bar, the median as a tick, the mean as a dot with its interval. `words` names solid, fragile, half, mean."""
    room = _label_room([line.label for line in lines], width)
    across = Scale(0, 100, room + 14, width - 34)
    top = 18.0
    bottom = top + _ROW * len(lines)
    shapes: list[Shape] = [
        Text(across.start, 9, words["solid"], SMALL, fill=palette.MUTED),
        Text(across.end, 9, words["fragile"], SMALL, fill=palette.MUTED, anchor="end"),
    ]
    shapes += vertical_grid(across, (0, 25, 50, 75, 100), top, bottom, lambda value: formats.number(value, locale=locale))
    for place, line in enumerate(lines):
        shapes.append(_quartile(line, across, top + (place + 0.5) * _ROW, room=room, width=width, locale=locale))
    keys = [Key("quartiles", words["half"], palette.QUARTILES), Key("whisker", words["mean"], palette.BLUE, palette.BLUE_SOFT)]
    drawn, end = legend(keys, room + 14, bottom + 15, width - room)
    sentence = "; ".join(_quartile_said(line, words, locale) for line in lines) + "."
    return Scene(width, end, tuple(shapes + drawn), title, sentence)


def _quartile(line: Quartiles, across: Scale, y: float, *, room: float, width: float, locale: str) -> Group:
    shapes: list[Shape] = [*row_label(line.label, room, y, room)]
    if line.q1 is not None and line.q3 is not None:
        shapes.append(
            Rect(across(line.q1), y - 4, max(across(line.q3) - across(line.q1), 1), 8, palette.QUARTILES, radius=4, role="half")
        )
    if line.median is not None:
        shapes.append(Line(across(line.median), y - 6, across(line.median), y + 6, palette.INK, 1.5, role="median"))
    if line.low is not None and line.high is not None:
        shapes.append(Line(across(line.low), y, across(line.high), y, palette.BLUE_SOFT, 2.6, rounded=True, role="interval"))
    if line.mean is None:
        shapes.append(Text(across.start + 4, y + 2.8, line.missing, SMALL + 0.2, "italic", palette.MUTED))
    else:
        shapes.append(Circle(across(line.mean), y, 4.2, palette.BLUE, palette.PAPER, 0.8, role="mean"))
        shapes.append(Text(width, y + 2.8, formats.number(line.mean, locale=locale), LABEL, "semibold", palette.BLUE, "end"))
    return Group(tuple(shapes), line.label, role="line")


def _quartile_said(line: Quartiles, words: dict[str, str], locale: str) -> str:
    if line.mean is None:
        return f"{line.label}{formats.NO_BREAK}: {line.missing}"
    return f"{line.label}{formats.NO_BREAK}: {words['mean']} {formats.number(line.mean, locale=locale)}"


@dataclass(frozen=True, slots=True)
class Strip:
    """What the small plots of a table's rows share: the ends of their scale, its round ticks and a value to compare with."""

    low: float
    high: float
    marks: tuple[float, ...]
    reference: float | None = None


def strip_scale(values: Sequence[float], reference: float | None = None) -> Strip:
    """One scale for all rows, from zero (or below) to a round end."""
    known = [*values, *([] if reference is None else [reference])]
    marks = ticks(max([*known, 1e-6]), min([*known, 0.0]), wanted=3)
    return Strip(marks[0], marks[-1], tuple(marks), reference)


def strip(value: float | None, interval: tuple[float | None, float | None], shared: Strip, width: float) -> Scene:
    """One row's small plot, without words: the figures stand beside it in the table."""
    height = 11.0
    low, high = interval
    across = Scale(shared.low, shared.high, 3, width - 3)
    shapes: list[Shape] = [
        Line(across(mark), -4, across(mark), height + 4, palette.GRID, 0.5, role="grid") for mark in shared.marks
    ]
    if shared.reference is not None:
        x = across(shared.reference)
        shapes.append(Line(x, -4, x, height + 4, palette.AMBER_TEXT, 0.9, (2.5, 2.0), role="reference"))
    if value is not None:
        if low is not None and high is not None:
            shapes.append(
                Line(across(low), height / 2, across(high), height / 2, palette.BLUE_SOFT, 3, rounded=True, role="interval")
            )
        above = shared.reference is not None and value > shared.reference
        shapes.append(
            Circle(across(value), height / 2, 3.8, palette.AMBER if above else palette.BLUE, palette.PAPER, 0.7, role="estimate")
        )
    return Scene(width, height, tuple(shapes), "", "")
