"""The ten dimensions: four readings side by side on one axis from 0 (solid) to 100 (fragile), and the place of an index in the panel."""

from collections.abc import Sequence

from analysis.portrait import DimensionResult
from analysis.words import Words
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.axis import SMALL, Key, Scale, legend, row_label
from diagnostics.charts.faces import width as text_width
from diagnostics.charts.scene import Circle, Group, Line, Path, Rect, Scene, Shape, Text, diamond, triangle

MARK_STEP = 25
_ROW = 37.0
_LABEL = 148.0
LABEL_SCORE = 8.2
_GRADE_LEVEL = {"A": 0, "B": 1, "C": 2, "D": 3}

_WORDS = {
    "title": Words("Dix dimensions, quatre lectures", "Ten dimensions, four readings"),
    "solid": Words("0 solide", "0 solid"),
    "fragile": Words("fragile 100", "fragile 100"),
    "score": Words("score calculé", "computed score"),
    "firm": Words("note de l’entreprise", "the firm’s mark"),
    "diagnostician": Words("note du diagnostiqueur", "the diagnostician’s mark"),
    "consensus": Words("note de consensus", "consensus mark"),
    "panel": Words("panel : moitié centrale et médiane", "panel: middle half and median"),
    "none": Words("non calculable", "not computable"),
    "missing": Words("non renseignée", "not given"),
    "grade": Words("Classe", "Class"),
    "A": Words("solide", "solid"),
    "B": Words("vigilance", "watch"),
    "C": Words("fragile", "fragile"),
    "D": Words("critique", "critical"),
    "median": Words("médiane du panel", "panel median"),
    "you": Words("votre entreprise", "your firm"),
}


def word(key: str, locale: str) -> str:
    """A word of these figures."""
    return formats.typographic(_WORDS[key].in_(locale), locale)


def dot_plot(dimensions: Sequence[DimensionResult], locale: str = "fr", width: float = 483.0) -> Scene:
    """One line a dimension: above, the marks of the two voices and their consensus (mark x 25); below, the computed score on the panel's quartiles."""
    top = 20.0
    across = Scale(0, 100, _LABEL + 24, width - 88)
    bottom = top + _ROW * len(dimensions)
    shapes: list[Shape] = [
        Text(across.start - 8, 10, word("solid", locale), SMALL, fill=palette.MUTED),
        Text(across.end + 8, 10, word("fragile", locale), SMALL, fill=palette.MUTED, anchor="end"),
        Text(width - 66, 10, word("grade", locale), SMALL, fill=palette.MUTED),
    ]
    shapes += [Rect(0, top + place * _ROW, width, _ROW, "#F8F9FA", role="stripe") for place in range(0, len(dimensions), 2)]
    for value in (0, 25, 50, 75, 100):
        shapes.append(Line(across(value), top, across(value), bottom, palette.GRID, 0.6, role="grid"))
        shapes.append(Text(across(value), bottom + 10, str(value), SMALL, fill=palette.MUTED, anchor="middle"))
    for place, dimension in enumerate(dimensions):
        shapes.append(_line(dimension, across, top + place * _ROW, width, locale))
    keys, end = legend(_keys(dimensions, locale), 0, bottom + 17, width, gap=12)
    return Scene(width, end, tuple(shapes + keys), word("title", locale), " ".join(_sentence(item, locale) for item in dimensions))


def _keys(dimensions: Sequence[DimensionResult], locale: str) -> list[Key]:
    keys = [
        Key("dot", word("score", locale), palette.BLUE),
        Key("diamond", word("firm", locale), palette.AMBER),
        Key("box", word("diagnostician", locale), palette.BLUE_SOFT),
        Key("triangle", word("consensus", locale), palette.INK),
    ]
    if any(dimension.panel_median is not None for dimension in dimensions):
        keys.append(Key("quartiles", word("panel", locale), palette.QUARTILES))
    return keys


def _line(dimension: DimensionResult, across: Scale, y: float, width: float, locale: str) -> Group:
    upper, lower = y + 11.5, y + 26.5
    title = f"{dimension.code}{formats.NO_BREAK}{formats.NO_BREAK}{formats.typographic(dimension.title.in_(locale), locale)}"
    shapes: list[Shape] = [*row_label(title, _LABEL, y + _ROW / 2, _LABEL - 4, face="semibold")]
    shapes += _panel(dimension, across, lower) + _score(dimension, across, lower, locale) + _voices(dimension, across, upper)
    shapes += _grade(dimension, width, y, locale)
    return Group(tuple(shapes), _sentence(dimension, locale), role="dimension")


def _panel(dimension: DimensionResult, across: Scale, y: float) -> list[Shape]:
    shapes: list[Shape] = []
    if dimension.panel_q1 is not None and dimension.panel_q3 is not None:
        left, right = across(dimension.panel_q1), across(dimension.panel_q3)
        shapes.append(Rect(left, y - 3.5, max(right - left, 2), 7, palette.QUARTILES, radius=3.5, role="quartiles"))
    if dimension.panel_median is not None:
        x = across(dimension.panel_median)
        shapes.append(Line(x, y - 5.5, x, y + 5.5, palette.INK, 1.4, role="median"))
    return shapes


def _score(dimension: DimensionResult, across: Scale, y: float, locale: str) -> list[Shape]:
    if dimension.score is None:
        return [Text(across.start + 4, y + 2.6, word("none", locale), SMALL, "italic", palette.MUTED)]
    x = across(dimension.score)
    figure = formats.number(dimension.score, locale=locale)
    before = x > across.end - 24
    place = x - 8 if before else x + 8
    room = text_width(figure, "bold", LABEL_SCORE)
    ground = Rect(place - (room + 1.5 if before else 1.5), y - 4.5, room + 3, 9, palette.PAPER, radius=2)
    label = Text(place, y + 3, figure, LABEL_SCORE, "bold", palette.BLUE, "end" if before else "start")
    return [Circle(x, y, 5, palette.BLUE, palette.PAPER, 0.8, role="score"), ground, label]


def _voices(dimension: DimensionResult, across: Scale, y: float) -> list[Shape]:
    marks = {"firm": dimension.firm_mark, "consensus": dimension.consensus, "diagnostician": dimension.diagnostician_mark}
    given = {name: mark for name, mark in marks.items() if mark is not None}
    places = {name: across(mark * MARK_STEP) for name, mark in given.items()}
    for mark in set(given.values()):
        same = [name for name in marks if given.get(name) == mark]
        for index, name in enumerate(same):
            places[name] += (index - (len(same) - 1) / 2) * 9.5
    shapes: list[Shape] = []
    if "firm" in places and "diagnostician" in places:
        shapes.append(Line(places["firm"], y, places["diagnostician"], y, palette.RULE, 1.2, role="gap"))
    if "firm" in places:
        shapes.append(Path(diamond(places["firm"], y, 5), palette.PAPER, palette.AMBER, 1.6, role="firm"))
    if "diagnostician" in places:
        shapes.append(
            Rect(places["diagnostician"] - 3.9, y - 3.9, 7.8, 7.8, palette.PAPER, palette.BLUE_SOFT, 1.6, role="diagnostician")
        )
    if "consensus" in places:
        shapes.append(Path(triangle(places["consensus"], y, 5.2), palette.INK, role="consensus"))
    return shapes


def _grade(dimension: DimensionResult, width: float, y: float, locale: str) -> list[Shape]:
    if dimension.grade is None:
        return [Text(width - 66, y + _ROW / 2 + 2.6, formats.DASH, SMALL, fill=palette.MUTED)]
    fill, ink = palette.risk(_GRADE_LEVEL[dimension.grade])
    words = f"{dimension.grade} {word(dimension.grade, locale)}"
    middle = y + _ROW / 2
    return [
        Rect(width - 66, middle - 8, 62, 16, fill, radius=2, role=f"grade-{dimension.grade.lower()}"),
        Text(width - 35, middle + 2.8, words, SMALL + 0.4, "semibold", ink, "middle"),
    ]


def _sentence(dimension: DimensionResult, locale: str) -> str:
    def mark(value: int | None) -> str:
        return word("missing", locale) if value is None else f"{value}/4"

    score = word("none", locale) if dimension.score is None else f"{formats.number(dimension.score, locale=locale)}/100"
    parts = [
        f"{word('score', locale)} {score}",
        f"{word('firm', locale)} {mark(dimension.firm_mark)}",
        f"{word('diagnostician', locale)} {mark(dimension.diagnostician_mark)}",
        f"{word('consensus', locale)} {mark(dimension.consensus)}",
    ]
    return f"{dimension.title.in_(locale)}{formats.NO_BREAK}: {', '.join(parts)}."


def position(label: str, value: float | None, median: float | None, locale: str = "fr", width: float = 231.0) -> Scene:
    """Where an index stands: the four classes as a ground from 0 to 100, the firm's value and the panel's median."""
    across = Scale(0, 100, 0, width)
    y = 30.0
    shapes: list[Shape] = [Text(0, 9, label, 8.6, "semibold", palette.INK)]
    for index, (start, end) in enumerate(((0, 25), (25, 45), (45, 65), (65, 100))):
        grade = palette.GRADES[index]
        shapes.append(
            Rect(across(start), y, across(end) - across(start) - 1, 9, palette.RISK[index], role=f"grade-{grade.lower()}")
        )
        shapes.append(
            Text(
                (across(start) + across(end)) / 2,
                y + 19,
                f"{grade} {word(grade, locale)}",
                SMALL - 0.4,
                fill=palette.MUTED,
                anchor="middle",
            )
        )
    if median is not None:
        x = across(median)
        shapes.append(Line(x, y - 3, x, y + 12, palette.INK, 1.6, role="median"))
    figure = word("none", locale)
    if value is not None:
        x = across(value)
        shapes.append(Circle(x, y + 4.5, 5.6, palette.BLUE, palette.PAPER, 1.4, role="firm"))
        figure = f"{formats.number(value, locale=locale)} / 100"
    shapes.append(Text(0, 21, figure, 9.4, "semibold", palette.BLUE))
    if median is not None:
        note = f"{word('median', locale)}{formats.NO_BREAK}: {formats.number(median, locale=locale)}"
        shapes.append(Text(width, 21, note, SMALL, fill=palette.MUTED, anchor="end"))
    return Scene(width, y + 23, tuple(shapes), label, f"{label}{formats.NO_BREAK}: {figure}.")
