"""Age pyramids: one square a person for a firm, mirrored bars for a weighted population, and the cover's motif."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.portrait import Band, Pyramid
from analysis.words import Words
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.axis import LABEL, SMALL, Key, Scale, legend, ticks
from diagnostics.charts.scene import Group, Line, Rect, Scene, Shape, Text

SENIOR = 55
_UNIT_MAX = 18.5
_GAP = 2.0
# The width and height that the big figure and its two lines need.
_CORNER = (88.0, 44.0)

_WORDS = {
    "title": Words("Pyramide des âges", "Age pyramid"),
    "men": Words("Hommes", "Men"),
    "women": Words("Femmes", "Women"),
    "staff": Words("Salariés", "Staff"),
    "unit": Words("un carré = une personne", "one square = one person"),
    "senior": Words("{age} ans et plus : teinte foncée", "{age} and over: dark tone"),
    "share": Words("Part de l’effectif", "Share of staff"),
    "firm_share": Words("votre entreprise", "your firm"),
    "panel_share": Words("panel", "panel"),
    "seniors": Words("ont 55 ans et plus", "are 55 or over"),
    "of_staff": Words("de l’effectif", "of staff"),
    "none": Words("personne", "nobody"),
}


def _word(key: str, locale: str, **values: int) -> str:
    return formats.typographic(_WORDS[key].in_(locale).format(**values), locale)


def senior_age(bands: Sequence[Band]) -> int:
    """From which age squares are dark: 55, or the next band's beginning where 55 falls inside a band."""
    return min((band.youngest for band in bands if band.youngest >= SENIOR), default=SENIOR)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The places of a unit pyramid: rows from `top`, men to the left of `men`, women to the right of `women`."""

    top: float
    row: float
    unit: float
    men: float
    women: float
    label: float
    merged: bool


def oldest_first(pyramid: Pyramid) -> list[int]:
    """The places of the bands in the portrait, the oldest first."""
    return sorted(range(len(pyramid.bands)), key=lambda index: -pyramid.bands[index].youngest)


def unit_pyramid(pyramid: Pyramid, locale: str = "fr", width: float = 483.0) -> Scene:
    """One square a person; a merged pyramid shows the bands without the sexes. The panel's shares stand beside when known."""
    compared = len(pyramid.panel_shares) == len(pyramid.bands) and sum(band.total for band in pyramid.bands) > 0
    sheet = width - (150.0 if compared else 0.0)
    grid = _grid(pyramid, sheet)
    order = oldest_first(pyramid)
    bottom = grid.top + grid.row * len(order)
    shapes = _senior_panel(pyramid, grid, width, order, locale) + _heads(grid, locale)
    for place, index in enumerate(order):
        shapes += _band_row(pyramid.bands[index], grid, place, locale)
    if compared:
        shapes += _compared(pyramid, grid, order, left=sheet + 34, right=width, locale=locale)
    keys, end = legend(_keys(pyramid, locale, compared=compared), 0, bottom + 8, width)
    return Scene(width, end, tuple(shapes + keys), _word("title", locale), described(pyramid, locale))


def _grid(pyramid: Pyramid, sheet: float) -> _Grid:
    top, middle = 20.0, 74.0
    if pyramid.merged:
        most = max((band.total for band in pyramid.bands), default=1)
        left = 10.0
        unit = min(_UNIT_MAX + 4, (sheet - middle - left - 20) / max(most, 1))
        return _Grid(top, max(unit + 5, 18), unit, 0, left + middle, left + middle / 2, merged=True)
    most = max((max(band.women or 0, band.men or 0) for band in pyramid.bands), default=1)
    side = (sheet - middle) / 2 - 14
    unit = min(_UNIT_MAX, side / max(most, 1))
    return _Grid(top, max(unit + 4, 16), unit, sheet / 2 - middle / 2, sheet / 2 + middle / 2, sheet / 2, merged=False)


def _heads(grid: _Grid, locale: str) -> list[Shape]:
    if grid.merged:
        return [Text(grid.women, 12, _word("staff", locale), LABEL, "semibold", palette.PEOPLE_DARK)]
    return [
        Text(grid.men, 12, _word("men", locale), LABEL, "semibold", palette.MEN_DARK, "end"),
        Text(grid.women, 12, _word("women", locale), LABEL, "semibold", palette.AMBER_TEXT),
    ]


def _senior_panel(pyramid: Pyramid, grid: _Grid, width: float, order: Sequence[int], locale: str) -> list[Shape]:
    rows = sum(1 for index in order if pyramid.bands[index].youngest >= SENIOR)
    if not rows:
        return []
    shapes: list[Shape] = [Rect(0, grid.top, width, grid.row * rows, palette.PANEL, role="panel")]
    if _has_corner(pyramid, grid, rows):
        shapes.append(Text(10, grid.top + 24, str(pyramid.count_55), 19, "serif-semibold", palette.AMBER_TEXT))
        shapes.append(Text(10, grid.top + 35, _word("seniors", locale), SMALL, "semibold", palette.BODY))
        if pyramid.share_55 is not None:
            share = f"{formats.percent(pyramid.share_55, locale=locale)} {_word('of_staff', locale)}"
            shapes.append(Text(10, grid.top + 45, share, SMALL, fill=palette.MUTED))
    return shapes


def _has_corner(pyramid: Pyramid, grid: _Grid, rows: int) -> bool:
    """Whether the number of those aged 55 and over is known, meets the dark rows, and finds room beside the men's squares."""
    if pyramid.count_55 is None or senior_age(pyramid.bands) != SENIOR or pyramid.merged:
        return False
    most = max((band.men or 0 for band in pyramid.bands if band.youngest >= SENIOR), default=0)
    return grid.row * rows >= _CORNER[1] and grid.men - most * grid.unit >= _CORNER[0]


def _squares(count: int, x: float, y: float, grid: _Grid, *, way: int, fill: str) -> list[Shape]:
    size = grid.unit - _GAP if grid.unit > 8 else grid.unit * 0.8  # noqa: PLR2004 - Small squares keep a gap in proportion.
    start = x if way > 0 else x - size
    return [Rect(start + way * index * grid.unit, y, size, size, fill, radius=1.2) for index in range(count)]


def _band_row(band: Band, grid: _Grid, place: int, locale: str) -> list[Shape]:
    y = grid.top + place * grid.row
    senior = band.youngest >= SENIOR
    middle = y + grid.row / 2
    label = band.label.in_(locale)
    shapes: list[Shape] = [
        Text(
            grid.label,
            middle + 2.8,
            label,
            LABEL - 0.4,
            "semibold" if senior else "regular",
            palette.INK if senior else palette.MUTED,
            "middle",
        )
    ]
    top = middle - (grid.unit - _GAP) / 2
    if grid.merged:
        fill = palette.PEOPLE_DARK if senior else palette.PEOPLE
        shapes += _side(band.total, grid.women, top, grid, way=1, fill=fill)
    else:
        shapes += _side(band.men or 0, grid.men, top, grid, way=-1, fill=palette.MEN_DARK if senior else palette.MEN)
        shapes += _side(band.women or 0, grid.women, top, grid, way=1, fill=palette.WOMEN_DARK if senior else palette.WOMEN)
    return [Group(tuple(shapes), f"{label}{formats.NO_BREAK}: {_counted(band, locale)}", role="band")]


def _side(count: int, x: float, top: float, grid: _Grid, *, way: int, fill: str) -> list[Shape]:
    if not count:
        return []
    end = x + way * (count * grid.unit + 3)
    figure = Text(end, top + grid.unit / 2 + 1.8, str(count), SMALL, "semibold", palette.INK, "start" if way > 0 else "end")
    return [*_squares(count, x, top, grid, way=way, fill=fill), figure]


def _compared(pyramid: Pyramid, grid: _Grid, order: Sequence[int], *, left: float, right: float, locale: str) -> list[Shape]:
    total = sum(band.total for band in pyramid.bands)
    shares = [band.total / total for band in pyramid.bands]
    scale = Scale(0, max(*shares, *pyramid.panel_shares, 0.01), left, right - 32)
    shapes: list[Shape] = [Text(left, 12, _word("share", locale), LABEL - 0.4, "semibold", palette.INK)]
    for place, index in enumerate(order):
        y = grid.top + (place + 0.5) * grid.row
        shapes.append(Rect(left, y - 3, scale(shares[index]) - left, 6, palette.PEOPLE, role="firm"))
        mark = scale(pyramid.panel_shares[index])
        shapes.append(Line(mark, y - 6.5, mark, y + 6.5, palette.INK, 1.5, role="panel-mark"))
        shapes.append(
            Text(right - 3, y + 2.6, formats.percent(shares[index], locale=locale), SMALL, fill=palette.BODY, anchor="end")
        )
    return shapes


def _keys(pyramid: Pyramid, locale: str, *, compared: bool) -> list[Key]:
    keys = [Key("square", _word("unit", locale), palette.PEOPLE if pyramid.merged else palette.MEN)]
    keys.append(
        Key(
            "square",
            _word("senior", locale, age=senior_age(pyramid.bands)),
            palette.PEOPLE_DARK if pyramid.merged else palette.MEN_DARK,
        )
    )
    if compared:
        keys.append(Key("band", _word("firm_share", locale), palette.PEOPLE))
        keys.append(Key("tick", _word("panel_share", locale), palette.INK))
    return keys


def _counted(band: Band, locale: str) -> str:
    if band.women is None or band.men is None:
        return str(band.total) if band.total else _word("none", locale)
    return f"{_word('men', locale)} {band.men}, {_word('women', locale).lower()} {band.women}"


def described(pyramid: Pyramid, locale: str) -> str:
    """The pyramid in a sentence, the oldest band first."""
    parts = [
        f"{pyramid.bands[index].label.in_(locale)}{formats.NO_BREAK}: {_counted(pyramid.bands[index], locale)}"
        for index in oldest_first(pyramid)
    ]
    return "; ".join(parts) + "."


def motif(pyramid: Pyramid, width: float, height: float) -> Scene:
    """The cover's picture: the firm's own pyramid in bright squares on the night ground, without a figure or a word."""
    order = oldest_first(pyramid)
    if not order:
        return Scene(width, height, (), "", "")
    most = max(max(band.women or 0, band.men or 0) if not pyramid.merged else band.total for band in pyramid.bands)
    unit = min(27.0, height / len(order), width / 2 / max(most, 1))
    axis = width / 2
    shapes: list[Shape] = [Line(axis, -8, axis, unit * len(order) + 8, "#5A6A86", 0.6)]
    for place, index in enumerate(order):
        band = pyramid.bands[index]
        senior = band.youngest >= SENIOR
        left, right = (band.men or 0, band.women or 0) if not pyramid.merged else (band.total // 2, band.total - band.total // 2)
        for way, count, fill in ((-1, left, "#8FC1D6" if senior else "#2B6F90"), (1, right, "#E9A654" if senior else "#7D5A32")):
            start = axis + 4 if way > 0 else axis - 4 - unit + 2
            shapes += [Rect(start + way * step * unit, place * unit, unit - 2, unit - 2, fill, radius=1.8) for step in range(count)]
    return Scene(width, unit * len(order), tuple(shapes), "", "")


@dataclass(frozen=True, slots=True)
class MirrorRow:
    """A band of a weighted pyramid: shares of all employees, or None where a side is not published."""

    label: str
    women: float | None
    men: float | None
    senior: bool


def mirrored(rows: Sequence[MirrorRow], hidden: str, locale: str = "fr", width: float = 483.0) -> Scene:
    """Mirrored bars, the rows from the youngest on given, the oldest drawn on top; `hidden` says that a side is not published."""
    top, row, middle = 20.0, 19.0, 84.0
    side = (width - middle) / 2 - 34
    most = max((value for line in rows for value in (line.women, line.men) if value is not None), default=0.1)
    end = ticks(most * 100, wanted=3)[-1] / 100
    left, right = width / 2 - middle / 2, width / 2 + middle / 2
    shapes: list[Shape] = [
        Text(left, 12, _word("men", locale), LABEL, "semibold", palette.MEN_DARK, "end"),
        Text(right, 12, _word("women", locale), LABEL, "semibold", palette.AMBER_TEXT),
    ]
    for place, line in enumerate(reversed(rows)):
        y = top + place * row
        face = "semibold" if line.senior else "regular"
        shapes.append(
            Text(width / 2, y + row / 2 + 2.8, line.label, LABEL, face, palette.INK if line.senior else palette.MUTED, "middle")
        )
        men, women = (palette.MEN_DARK, palette.WOMEN_DARK) if line.senior else (palette.MEN, palette.WOMEN)
        shapes += _mirror_bar(line.men, left, y, -side / end, fill=men, hidden=hidden, locale=locale)
        shapes += _mirror_bar(line.women, right, y, side / end, fill=women, hidden=hidden, locale=locale)
    sentence = "; ".join(_mirror_words(line, hidden, locale) for line in reversed(rows)) + "."
    return Scene(width, top + row * len(rows) + 4, tuple(shapes), _word("title", locale), sentence)


def _mirror_bar(value: float | None, x: float, y: float, unit: float, *, fill: str, hidden: str, locale: str) -> list[Shape]:
    anchor = "start" if unit > 0 else "end"
    shift = 4 if unit > 0 else -4
    if value is None:
        return [Text(x + shift, y + 12.2, hidden, SMALL, "italic", palette.MUTED, anchor)]
    length = value * unit
    written = formats.percent(value, 1, locale)
    bar = Rect(min(x, x + length), y + 2.5, abs(length), 14, fill)
    return [bar, Text(x + length + shift, y + 12.2, written, SMALL, "semibold", palette.INK, anchor)]


def _mirror_words(line: MirrorRow, hidden: str, locale: str) -> str:
    men = hidden if line.men is None else formats.percent(line.men, 1, locale)
    women = hidden if line.women is None else formats.percent(line.women, 1, locale)
    return f"{line.label}{formats.NO_BREAK}: {_word('men', locale).lower()} {men}, {_word('women', locale).lower()} {women}"


def mirror_motif(shares: Sequence[tuple[float, float]], width: float, height: float) -> Scene:
    """The cover's picture of a synthesis: (women, men) shares by band from the youngest, a square for each two in a hundred."""
    counts = [(round(men * 50), round(women * 50)) for women, men in reversed(shares)]
    if not any(left or right for left, right in counts):
        return Scene(width, 1, (), "", "")
    most = max(max(pair) for pair in counts)
    unit = min(27.0, height / len(counts), width / 2 / most)
    axis = width / 2
    shapes: list[Shape] = [Line(axis, -8, axis, unit * len(counts) + 8, "#5A6A86", 0.6)]
    senior_rows = max(round(len(counts) * 0.28), 1)
    for place, pair in enumerate(counts):
        fills = ("#8FC1D6", "#E9A654") if place < senior_rows else ("#2B6F90", "#7D5A32")
        for way, count, fill in zip((-1, 1), pair, fills, strict=True):
            start = axis + 4 if way > 0 else axis - 4 - unit + 2
            shapes += [Rect(start + way * step * unit, place * unit, unit - 2, unit - 2, fill, radius=1.8) for step in range(count)]
    return Scene(width, unit * len(counts), tuple(shapes), "", "")
