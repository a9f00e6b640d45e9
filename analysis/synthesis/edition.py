"""The syntheses of one edition as frozen values: every published figure, already protected, decided before anything is drawn.

Pages and PDFs draw a `Synthesis` and compute nothing. What comes in is JSON or the values that `analysis.synthesis.building.build_edition`
decides; what goes out is the same, without loss (`to_json`, `from_json`), and a digest that names it.

A `Cell` that is not published carries no figure at all, not even its number of respondents. Both reasons for hiding a cell (too
few firms behind it, or because it would give another away) bear the one status `suppressed`: saying which it was would tell a
reader how many firms stand behind it. `EditionSummary` counts them apart, for the people who run the campaign.

How to draw a `Table`, by its `chart`:

- `bars`: one bar a row; the first column is the bar, its `low` and `high` the whisker, the other columns are figures beside.
- `pyramid`: rows from the youngest band; the columns `women` and `men` are shares of all employees.
- `path`: one row a calendar year; the column `central` is a line with its 80 % band (`low`, `high`), the others are scenarios.
- `quartiles`: one row a dimension; the columns `q1`, `median`, `q3` from 0 (solid) to 100 (fragile), `mean` with its interval.
- `stack`: one stacked bar a row; the columns are shares that sum to 1.
- `grid`: a plain table.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from analysis.frozen import Versions, restored
from analysis.profiles.criteria import LEVEL
from analysis.profiles.matching import Matching
from analysis.profiles.name_book import NameBook
from analysis.profiles.paragons import Typical
from analysis.profiles.stability import INDICATIVE
from analysis.words import Words

SCHEMA = 1

PUBLISHED, SUPPRESSED, UNRELIABLE, EMPTY = "published", "suppressed", "unreliable", "empty"
WITHHELD = "withheld"


class SynthesisError(ValueError):
    """A stored synthesis cannot be read (another schema, or a damaged one), or an edition cannot be built from its input."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure with its interval (80 % for projections, 95 % for estimates) and the number of firms behind it.

    `status` is published; suppressed (hidden by the rules of disclosure: no figure, no n); unreliable (too few firms or too
    wide an interval to be shown: n only); or empty (nobody to describe). Shares run from 0 to 1, scores from 0 to 100.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    status: str

    def __post_init__(self) -> None:
        """No figure may hide in a cell that is not published."""
        if self.status != PUBLISHED and (self.value, self.low, self.high) != (None, None, None):
            message = f"A {self.status} cell carries a figure."
            raise SynthesisError(message)
        if self.status == SUPPRESSED and self.n is not None:
            message = "A suppressed cell carries its number of respondents."
            raise SynthesisError(message)


HIDDEN = Cell(None, None, None, None, SUPPRESSED)
VOID = Cell(None, None, None, 0, EMPTY)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its unit is firms, people, share, rate (per 100), score, months, years, euros, number or weight."""

    code: str
    label: Words
    unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table, one cell a column. A `total` line stands apart."""

    code: str
    label: Words
    cells: tuple[Cell, ...]
    total: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and the figure that is drawn from it (see the module's text for `chart`).

    `title` states the finding where there is one, `subject` says soberly what is counted. Lines that are ordered by value put
    hidden lines last, in the order of their labels: their place says nothing.
    """

    code: str
    title: Words
    subject: Words
    row_header: Words
    chart: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: Words
    source: Words


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its number in the report (1 to 14), its title, what it found in a sentence or two, and its tables."""

    code: str
    number: int
    title: Words
    finding: Words
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the key figures of the first page."""

    code: str
    label: Words
    unit: str
    cell: Cell
    note: Words


@dataclass(frozen=True, slots=True)
class Message:
    """A key message: a sentence with a number and its interval. `tone` is alert, watch or support."""

    code: str
    tone: str
    text: Words


@dataclass(frozen=True, slots=True)
class Trait:
    """What marks a profile: a variable, its mean in the profile and among all (both in `unit`), the v-test and the effect.

    `effect` is the difference of means in standard deviations of all firms; `v` is scaled to the effective sample size.
    """

    code: str
    label: Words
    unit: str
    mean: float
    overall: float
    effect: float
    v: float
    significant: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One fragility profile of the region. `name` is a proposal that people may edit. `standing` is firm or indicative.

    `stability` is the mean Jaccard index of the profile when the whole chain is run again on resampled firms (0 to 1).
    `dimensions` are the mean scores of D1 to D10 in the profile, `portrait` describes it in a sentence or two.
    """

    code: str
    name: Words
    share: Cell
    stability: float
    standing: str
    traits: tuple[Trait, ...]
    dimensions: tuple[float | None, ...]
    portrait: Words


@dataclass(frozen=True, slots=True)
class Criterion:
    """The evidence for one number of profiles. Sizes are those of the smallest profile; `null_silhouette` is the mean silhouette of
    clouds without structure and `null_p` the share of them that do as well (None where they were not drawn)."""

    k: int
    inertia_gain: float
    silhouette: float
    stability: float
    smallest_share: float
    smallest_firms: int
    eligible: bool
    chosen: bool
    null_silhouette: float | None = None
    null_p: float | None = None

    @property
    def verdict(self) -> str:
        """Why the number is or is not kept: chosen, small, unstable, chance, or possible (it could have been)."""
        if self.chosen:
            return "chosen"
        if not self.eligible:
            return "small"
        if self.stability < INDICATIVE:
            return "unstable"
        return "chance" if self.null_p is not None and self.null_p >= LEVEL else "possible"


@dataclass(frozen=True, slots=True)
class ProfileSet:
    """The profiles with the evidence for their number. `structure` is clear, indicative or none; with none, `profiles` is empty."""

    structure: str
    rule: Words
    note: Words
    criteria: tuple[Criterion, ...]
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the map: `code` is the zone d'emploi's, the EPCI's or the département's."""

    code: str
    label: Words
    cell: Cell
    departures: Cell


@dataclass(frozen=True, slots=True)
class AreaMap:
    """A map: `level` is zone_emploi, epci or departement; `Area.cell` is coloured in `unit`, `Area.departures` are people."""

    level: str
    title: Words
    subject: Words
    unit: str
    areas: tuple[Area, ...]
    note: Words


@dataclass(frozen=True, slots=True)
class Method:
    """How the figures were made, for the method note. Weights are frame firms for one respondent firm."""

    respondents: int
    frame_firms: int
    effective_n: float
    design_effect: float
    weight_min: float
    weight_median: float
    weight_max: float
    calibration: str
    margins: tuple[Words, ...]
    collapsed: tuple[Words, ...]
    threshold: int
    hidden_cells: int
    published_cells: int
    narrowest_interval: float | None
    paragraphs: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Synthesis:
    """The synthesis of a region, a sector or a département. Dates are ISO strings.

    `status` is published or withheld. A withheld one says why in `reason` and holds no figure: no tile, no chapter, no method.
    """

    schema: int
    scope: str
    code: str
    label: Words
    status: str
    reason: Words | None
    campaign: str
    region: Words
    is_demo: bool
    prepared_on: str
    title: Words
    tiles: tuple[Tile, ...]
    messages: tuple[Message, ...]
    chapters: tuple[Chapter, ...]
    profiles: ProfileSet | None
    area_map: AreaMap | None
    method: Method | None
    versions: Mapping[str, str]

    def __post_init__(self) -> None:
        """A frozen value holds nothing that can be changed."""
        object.__setattr__(self, "versions", Versions(self.versions))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for storage."""
        return asdict(self)

    def digest(self) -> str:
        """SHA-256 of the canonical JSON: the same inputs give the same digest."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Synthesis":
        """The synthesis that `to_json` stored; raises `SynthesisError` for another schema or a damaged one."""
        if data.get("schema") != SCHEMA:
            message = f"Synthesis schema {data.get('schema')!r} is not {SCHEMA}."
            raise SynthesisError(message)
        try:
            built: Synthesis = restored(cls, data)
        except (KeyError, TypeError) as error:
            message = f"Damaged synthesis: {error}"
            raise SynthesisError(message) from error
        return built


@dataclass(frozen=True, slots=True)
class EditionSummary:
    """What the people who run the campaign may know of an edition, and readers may not. Never published.

    `weights` and `profile_of` are by firm reference; `primary` and `secondary` name the hidden domains; `measures_hidden` counts
    the hidden figures by reason; `narrowest` is the smallest width of an attacker's interval on a hidden primary domain, in firms.
    `protection_cost` is what protection takes away, in domains, in figures and in respondents, and how far from the cheapest it may
    be; `memory` is what later editions need to be protected against this one (`analysis.disclosure.successive`). `names` are the
    profiles' names with their history, `matching` what became of an earlier edition's profiles, `typical` portraits of several
    firms each, and `paragons` the references of the firms nearest to each profile's centre.
    """

    respondents: int
    weights: Mapping[str, float]
    profile_of: Mapping[str, str]
    primary: tuple[str, ...]
    secondary: tuple[str, ...]
    withheld: tuple[str, ...]
    measures_hidden: Mapping[str, int]
    audited_cells: int
    narrowest: float | None
    protection_optimal: bool
    warnings: tuple[Words, ...]
    protection_cost: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, Any] = field(default_factory=dict)
    names: NameBook = field(default_factory=NameBook)
    matching: Matching | None = None
    typical: tuple[Typical, ...] = ()
    paragons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edition:
    """All the syntheses of one edition, the region's first, protected together; and the summary for the campaign's people."""

    syntheses: tuple[Synthesis, ...]
    summary: EditionSummary
