"""From a table of a synthesis to its figure: one choice for pages and PDFs, by the table's `chart` (see `analysis.synthesis.edition`).

A cell that is not published has no mark: it says so in words, in the place where its line stands.
"""

from collections.abc import Callable

from analysis.synthesis.edition import EMPTY, PUBLISHED, SUPPRESSED, AreaMap, Cell, Row, Table
from diagnostics import formats
from diagnostics.charts.areas import AreaValue, choropleth
from diagnostics.charts.departures import YearRow, by_year
from diagnostics.charts.pyramid import MirrorRow, mirrored
from diagnostics.charts.rows import Estimate, Look, Quartiles, Shares, estimates, quartiles, stacked
from diagnostics.charts.scene import Scene

Written = Callable[[float], str]
FIRST_SENIOR_AGE = 55

WORDS = {
    "suppressed": ("secret", "hidden"),
    "suppressed_long": ("non publié : secret statistique", "not published: confidentiality"),
    "unreliable": ("trop imprécis", "too imprecise"),
    "empty": ("sans objet", "not applicable"),
    "solid": ("0 solide", "0 solid"),
    "fragile": ("fragile 100", "fragile 100"),
    "half": ("moitié centrale et médiane", "middle half and median"),
    "mean": ("moyenne et intervalle", "mean and interval"),
    "firms": ("entreprises", "firms"),
    "years": ("ans", "years"),
    "months": ("mois", "months"),
    "count": ("départs attendus d’ici cinq ans", "departures expected within five years"),
}


def word(key: str, locale: str) -> str:
    """A word of the figures in a language."""
    french, english = WORDS[key]
    return english if locale == "en" else french


def written(unit: str, locale: str) -> Written:
    """How a figure of a unit is written; units are those of `analysis.synthesis.edition.Column`."""
    writers: dict[str, Written] = {
        "share": lambda value: formats.percent(value, locale=locale),
        "rate": lambda value: formats.number(value, 1, locale),
        "score": lambda value: formats.number(value, locale=locale),
        "euros": lambda value: formats.euros(value, locale=locale),
        "months": lambda value: formats.number(value, 1, locale),
        "years": lambda value: formats.number(value, 1, locale),
        "number": lambda value: formats.number(value, 2, locale),
        "weight": lambda value: formats.number(value, 1, locale),
    }
    return writers.get(unit, lambda value: formats.number(value, locale=locale))


def status_word(cell: Cell, locale: str, *, long: bool = False) -> str:
    """Why a cell shows no figure; nothing for a published one."""
    if cell.status == PUBLISHED:
        return ""
    if cell.status == SUPPRESSED and long:
        return word("suppressed_long", locale)
    return word(cell.status if cell.status in {SUPPRESSED, EMPTY} else "unreliable", locale)


def figure_of(table: Table, locale: str, width: float = 483.0) -> Scene | None:
    """The figure of a table, or None for one that is best read as a table."""
    if not table.rows:
        return None
    drawers: dict[str, Callable[[Table, str, float], Scene | None]] = {
        "bars": _bars,
        "pyramid": _pyramid,
        "path": _path,
        "quartiles": _quartiles,
        "stack": _stack,
    }
    draw = drawers.get(table.chart)
    return draw(table, locale, width) if draw else None


def _cells(table: Table, row: Row) -> dict[str, Cell]:
    return {column.code: cell for column, cell in zip(table.columns, row.cells, strict=True)}


def _bars(table: Table, locale: str, width: float) -> Scene | None:
    column = table.columns[0]
    lines = [row for row in table.rows if not row.total]
    if not any(row.cells[0].value is not None for row in lines):
        return None
    total = next((row for row in table.rows if row.total and row.cells[0].value is not None), None)
    write = written(column.unit, locale)
    reference = None
    if total is not None and column.unit in {"share", "score", "rate", "months", "years"} and total.cells[0].value is not None:
        reference = (total.cells[0].value, f"{total.label.in_(locale)}{formats.NO_BREAK}: {write(total.cells[0].value)}")
    drawn = [_estimate(row, locale) for row in lines]
    look = Look(
        write,
        mark="bar" if column.unit in {"firms", "people", "euros"} else "dot",
        reference=reference,
        beside=word("firms", locale),
    )
    return estimates(drawn, look, table.subject.in_(locale), width)


def _estimate(row: Row, locale: str) -> Estimate:
    cell = row.cells[0]
    beside = "" if cell.n is None else formats.number(cell.n, locale=locale)
    return Estimate(row.label.in_(locale), cell.value, cell.low, cell.high, beside, status_word(cell, locale, long=True))


def _pyramid(table: Table, locale: str, width: float) -> Scene | None:
    rows = []
    for row in table.rows:
        if row.total:
            continue
        cells = _cells(table, row)
        rows.append(
            MirrorRow(row.label.in_(locale), cells["women"].value, cells["men"].value, senior=_starts_at(row) >= FIRST_SENIOR_AGE)
        )
    return mirrored(rows, word("suppressed", locale), locale, width)


def _starts_at(row: Row) -> int:
    """The youngest age of a band, read from its French label (« 55-59 ans », « moins de 26 ans »)."""
    digits = "".join(sign if sign.isdigit() else " " for sign in row.label.fr).split()
    return int(digits[0]) if digits else 0


def _path(table: Table, locale: str, width: float) -> Scene | None:
    scenarios = [column for column in table.columns if column.code != "central" and column.unit == "people"]
    central = next(column for column in table.columns if column.code == "central")
    rows = []
    for row in table.rows:
        if row.total:
            continue
        cells = _cells(table, row)
        main = cells["central"]
        rows.append(
            YearRow(row.label.in_(locale), main.value, main.low, main.high, tuple(cells[column.code].value for column in scenarios))
        )
    return by_year(
        rows,
        central.label.in_(locale),
        [column.label.in_(locale) for column in scenarios],
        word("suppressed_long", locale),
        locale,
        width=width,
    )


def _quartiles(table: Table, locale: str, width: float) -> Scene | None:
    lines = []
    for row in table.rows:
        cells = _cells(table, row)
        mean = cells["mean"]
        lines.append(
            Quartiles(
                row.label.in_(locale),
                cells["q1"].value,
                cells["median"].value,
                cells["q3"].value,
                mean.value,
                mean.low,
                mean.high,
                status_word(mean, locale, long=True),
            )
        )
    words = {key: word(key, locale) for key in ("solid", "fragile", "half", "mean")}
    return quartiles(lines, words, table.subject.in_(locale), locale, width)


def _stack(table: Table, locale: str, width: float) -> Scene | None:
    columns = [index for index, column in enumerate(table.columns) if column.unit == "share"]
    lines = []
    for row in table.rows:
        cells = [row.cells[index] for index in columns]
        missing = next((status_word(cell, locale, long=True) for cell in cells if cell.value is None), "")
        lines.append(Shares(row.label.in_(locale), tuple(cell.value for cell in cells), missing=missing))
    return stacked(lines, [table.columns[index].label.in_(locale) for index in columns], table.subject.in_(locale), locale, width)


def map_of(areas: AreaMap, locale: str, width: float = 300.0) -> Scene:
    """The map of a synthesis: colours for the value, circles for the departures, hatching for what is not published."""
    values = {area.code: AreaValue(area.label.in_(locale), area.cell.value, area.departures.value) for area in areas.areas}
    words = {
        "title": areas.title.in_(locale),
        "value": areas.subject.in_(locale),
        "count": word("count", locale),
        "hidden": word("suppressed_long", locale),
    }
    return choropleth(areas.level, values, written(areas.unit, locale), words, locale=locale, width=width)
