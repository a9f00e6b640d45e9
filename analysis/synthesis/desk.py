"""Where tables are laid out: one domain of an edition, its lines, its labels, and nothing but protected cells.

What comes in are the store of published figures and the forecast; what goes out are tables, rows and columns in both languages.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from analysis.disclosure.editions import REGION, Domain
from analysis.survey.weighting import by_number
from analysis.synthesis.edition import HIDDEN, PUBLISHED, VOID, Cell, Column, Row, Table
from analysis.synthesis.forecast import Forecast
from analysis.synthesis.published import Published
from analysis.words import Words

NOTHING = Words("", "")
SOURCE = Words(
    "Source : diagnostics partagés du programme, résultats pondérés sur la base de sondage.",
    "Source: the programme’s shared diagnoses, weighted to the sampling frame.",
)
ESTIMATE = Words(
    "Intervalle de confiance à 95 %. Lecture : part des entreprises ayant répondu.",
    "95% confidence interval. Reads as: share of the firms that answered.",
)
HEADERS: Mapping[str, Words] = {
    "sector": Words("Secteur", "Sector"),
    "departement": Words("Département", "Département"),
    "size_class": Words("Taille", "Size"),
}
SCOPE_COLUMN: Mapping[str, Words] = {
    "region": Words("Région", "Region"),
    "sector": Words("Ce secteur", "This sector"),
    "departement": Words("Ce département", "This département"),
}
SIZE = re.compile(r"^0*(\d+)-0*(\d+)$")


@dataclass(frozen=True, slots=True)
class Desk:
    """One synthesis being laid out. `scope` is region, sector or departement, `code` its code ("" for the region).

    `frame` gives the number of frame firms of each domain that has any (`frame_counts`).
    """

    scope: str
    code: str
    store: Published
    forecast: Forecast
    frame: Mapping[Domain, int]
    labels: Mapping[str, Mapping[str, Words]]

    @property
    def domain(self) -> Domain:
        """The domain of this synthesis."""
        return REGION if self.scope == "region" else (self.scope, self.code)

    def label(self, kind: str, code: str) -> Words:
        """The words of a code; sizes « 05-09 » read as numbers of employees; a code without words stands for itself."""
        known = self.labels.get(kind, {}).get(code)
        size = SIZE.match(code) if kind == "size_class" else None
        if known is not None or size is None:
            return known or Words(code, code)
        return Words(f"{size[1]} à {size[2]} salariés", f"{size[1]} to {size[2]} employees")

    def breakdowns(self) -> tuple[str, ...]:
        """The variables that split this synthesis."""
        return tuple(name for name in ("sector", "departement", "size_class") if name != self.scope)

    def levels(self, name: str) -> list[str]:
        """The values of a variable in the frame: sectors in the order of their labels' list, the others by the number they begin with."""
        present = {
            domain[domain.index(name) + 1]
            for domain in self.frame
            if name in domain[::2] and domain == self.cross(name, domain[domain.index(name) + 1])
        }
        listed = [code for code in self.labels.get(name, {}) if code in present] if name == "sector" else []
        return listed + sorted(present - set(listed), key=by_number)

    def cross(self, name: str, level: str) -> Domain:
        """The domain of one line of a breakdown."""
        parts = sorted(
            [*([(self.scope, self.code)] if self.scope != "region" else []), (name, level)],
            key=lambda part: tuple(HEADERS).index(part[0]),
        )
        return tuple(text for part in parts for text in part)

    def framed(self, domain: Domain) -> int:
        """How many frame firms a domain has: public knowledge."""
        return self.frame.get(domain, 0)

    def respondents(self, domain: Domain) -> Cell:
        """How many firms of a domain answered, if it may be said."""
        if not self.store.protection.shows(domain):
            return HIDDEN
        count = self.store.protection.counts.get(domain, 0)
        return Cell(float(count), None, None, count, PUBLISHED)

    def rows_by(self, name: str, cells: Callable[[Domain], tuple[Cell, ...]]) -> tuple[Row, ...]:
        """One line for each value of a variable."""
        return tuple(
            Row(level, self.label(name, level), cells(self.cross(name, level)), total=False) for level in self.levels(name)
        )

    def total_row(self, cells: Callable[[Domain], tuple[Cell, ...]]) -> Row:
        """The line of the whole synthesis."""
        return Row("total", Words("Ensemble", "All"), cells(self.domain), total=True)

    def columns(self, unit: str) -> tuple[Column, ...]:
        """The columns of `compared`: this domain and, unless it is the region, the region."""
        here = Column("here", SCOPE_COLUMN[self.scope], unit)
        return (here,) if self.scope == "region" else (here, Column("region", SCOPE_COLUMN["region"], unit))

    def compared(self, measure: str) -> tuple[Cell, ...]:
        """A measure here and in the region."""
        here = self.store.cell(measure, self.domain)
        return (here,) if self.scope == "region" else (here, self.store.cell(measure, REGION))

    def list_table(
        self,
        code: str,
        subject: Words,
        items: Sequence[tuple[str, Words]],
        *,
        unit: str = "share",
        ranked: bool = True,
        limit: int = 15,
    ) -> Table:
        """A bar for each measure, with the region's figure beside; the title tells the first of a ranked list."""
        rows = [Row(measure, label, self.compared(measure), total=False) for measure, label in items]
        rows = (by_value(rows) if ranked else rows)[:limit]
        return Table(
            code,
            _first(rows, subject) if ranked else subject,
            subject,
            Words("Réponse", "Answer"),
            "bars",
            self.columns(unit),
            tuple(rows),
            ESTIMATE,
            SOURCE,
        )

    def by_table(self, code: str, title: Words, subject: Words, *, name: str, measure: str, unit: str = "share") -> Table:
        """A measure for each sector or département of the region."""
        rows = (
            *self.rows_by(name, lambda domain: (self.store.cell(measure, domain),)),
            self.total_row(lambda domain: (self.store.cell(measure, domain),)),
        )
        return Table(code, title, subject, HEADERS[name], "bars", (Column("value", subject, unit),), rows, ESTIMATE, SOURCE)


def frame_counts(frame: pd.DataFrame) -> dict[Domain, int]:
    """The frame firms of the region, of each value of the three variables, and of their crossings two by two."""
    counts: dict[Domain, int] = {REGION: len(frame)}
    for names in [(name,) for name in HEADERS] + list(combinations(HEADERS, 2)):
        for levels, rows in frame.groupby(list(names), sort=True):
            counts[tuple(str(text) for pair in zip(names, levels, strict=True) for text in pair)] = len(rows)
    return counts


def count_cell(value: float) -> Cell:
    """A public count of the frame: no respondents stand behind it."""
    return Cell(float(value), None, None, None, PUBLISHED)


def first_published(rows: Iterable[Row]) -> Row | None:
    """The line of the greatest published value, totals left out."""
    known = [row for row in rows if row.cells and row.cells[0].value is not None and not row.total]
    return max(known, key=lambda row: row.cells[0].value or 0.0, default=None)


def by_value(rows: Iterable[Row]) -> list[Row]:
    """From the greatest value down; lines without a figure last, in the order of their labels: their place says nothing."""
    return sorted(rows, key=lambda row: (row.cells[0].value is None, -(row.cells[0].value or 0.0), row.label.fr))


def any_figure(table: Table) -> bool:
    """Whether a table has anything to show."""
    return any(cell.status != VOID.status for row in table.rows for cell in row.cells)


def percent(cell: Cell) -> Words:
    """A share in words: « 34 % », “34%”."""
    value = round(100 * (cell.value or 0.0))
    return Words(f"{value}\u202f%", f"{value}%")


def between(cell: Cell) -> Words:
    """The interval of a share in words, in brackets; nothing without one."""
    if cell.low is None or cell.high is None:
        return NOTHING
    low, high = round(100 * cell.low), round(100 * cell.high)
    return Words(f" (de {low} à {high}\u202f%)", f" ({low} to {high}%)")


def options(desk: Desk, name: str) -> list[tuple[str, Words]]:
    """The measures of a list's codes, with their words."""
    return [(code, desk.label(name, code.partition(":")[2])) for code in desk.store.codes(f"{name}:")]


def kept(tables: list[Table]) -> tuple[Table, ...]:
    """The tables that have anything to show."""
    return tuple(table for table in tables if table.rows and any_figure(table))


def told(desk: Desk, measure: str, fr: str, en: str) -> Words:
    """A sentence that begins with a share and ends with its interval; nothing where it is not published."""
    cell = desk.store.cell(measure, desk.domain)
    if cell.value is None:
        return NOTHING
    return Words(f"{percent(cell).fr} {fr}{between(cell).fr}.", f"{percent(cell).en} {en}{between(cell).en}.")


def top_title(desk: Desk, name: str, measure: str) -> Words:
    """A title: where a share is greatest."""
    top = first_published(desk.rows_by(name, lambda domain: (desk.store.cell(measure, domain),)))
    if top is None:
        return Words("Comparaison des secteurs", "Sectors compared")
    share = percent(top.cells[0])
    return Words(f"{top.label.fr} : la part la plus élevée, {share.fr}", f"{top.label.en}: the greatest share, {share.en}")


def _first(rows: Sequence[Row], subject: Words) -> Words:
    top = first_published(rows)
    if top is None or not top.cells[0].value:
        return subject
    share = percent(top.cells[0])
    return Words(f"{top.label.fr} : {share.fr} des entreprises", f"{top.label.en}: {share.en} of firms")
