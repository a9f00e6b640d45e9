"""One firm's diagnosis as a frozen value: every figure of its report, decided before anything is drawn.

`diagnostics.pdf.firm` and the firm's pages draw a `Portrait` and compute nothing. A portrait goes to JSON and comes back
without loss (`to_json`, `from_json`), so that what was validated can be kept, hashed and drawn again.

Codes (dimension, indicator, class, choice codes) are the framework's and the questionnaire's; words are chosen where the
portrait is drawn, except those that a person wrote and the bilingual titles that the analysis owns (`Words`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from analysis.frozen import Versions, restored
from analysis.words import Words

SCHEMA = 1


class PortraitError(ValueError):
    """A stored portrait cannot be read: another schema, or a damaged file."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who was diagnosed, and by whom. `sector`, `family`, `idcc` are codes, the `*_label` their words."""

    name: str
    siret: str
    family: str
    family_label: Words
    sector: str
    sector_label: Words
    naf: str
    idcc: str
    idcc_label: Words
    commune: str
    departement: str
    epci: str
    zone_emploi: str
    founded: int | None
    headcount: int
    fte: float | None
    structure: str
    diagnostician: str


@dataclass(frozen=True, slots=True)
class Band:
    """One line of the pyramid. In a merged pyramid `women` and `men` are None and only `total` is known."""

    label: Words
    youngest: int
    oldest: int | None
    women: int | None
    men: int | None
    total: int


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The ages of the staff, as fine as nobody can be recognised in.

    `merged` pyramids (under 10 people) show ten-year bands without the sexes. `shape` is None below 10 people.
    `panel_shares` are the panel's shares of each band (0 to 1), in the order of `bands`, or empty.
    """

    merged: bool
    bands: tuple[Band, ...]
    mean_age: float | None
    share_50: float | None
    share_55: float | None
    count_50: int | None
    count_55: int | None
    count_under_35: int | None
    shape: str | None
    source: str
    panel_mean_age: float | None
    panel_share_55: float | None
    panel_shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Horizon:
    """Expected departures within some years: expectation and intervals in people; `precise` False means that too few
    people stand behind the figure, and only the range `low90` to `high90` may be shown."""

    years: int
    expected: float
    low50: int
    high50: int
    low80: int
    high80: int
    low90: int
    high90: int
    at_least_one: float
    declared: int | None
    precise: bool


@dataclass(frozen=True, slots=True)
class YearPoint:
    """The cumulative departures by the end of a year: expectation, 50 % and 90 % intervals, in people."""

    year: int
    expected: float
    low50: float
    high50: float
    low90: float
    high90: float


@dataclass(frozen=True, slots=True)
class Departures:
    """The projection of retirements. `basis` is roster or bands; `withheld` says why there is none (or None)."""

    basis: str
    reference_date: str
    law_version: str
    horizons: tuple[Horizon, ...]
    path: tuple[YearPoint, ...]
    announced: int
    past_3_years: int | None
    gap_to_declared: float | None
    ask_about_gap: bool
    withheld: str | None


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """One indicator: its value in its unit, its score from 0 (solid) to 100 (fragile), or None if it cannot be computed."""

    code: str
    title: Words
    unit: str
    value: float | None
    score: float | None
    anchors: tuple[float, float, float]
    sourced: bool


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """One of the ten dimensions: the four separate readings (computed score, two marks, consensus) and the panel's position.

    `grade` is A solid, B watch, C fragile, D critical, or None when under half of the weight was answered; `raised` when a
    red flag forced it to C. `reading` is agreement, firm_optimistic, blind_spot, or None while a mark is missing.
    """

    code: str
    title: Words
    family: str
    score: float | None
    answered: float
    grade: str | None
    raised: bool
    firm_mark: int | None
    diagnostician_mark: int | None
    consensus: int | None
    comment: str
    reading: str | None
    panel_q1: float | None
    panel_median: float | None
    panel_q3: float | None
    indicators: tuple[IndicatorResult, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """A red flag, never averaged away."""

    code: str
    dimension: str
    title: Words
    explanation: Words


@dataclass(frozen=True, slots=True)
class KeyPost:
    """A post without which the activity stops. Criticality runs from 0 to 1; no birth year is kept here."""

    title: str
    category: str
    horizon: str
    impact: int | None
    rarity: int | None
    months_to_replace: int | None
    backups: int | None
    successor: str
    criticality: float | None
    level: str


@dataclass(frozen=True, slots=True)
class Amount:
    """An order of magnitude in euros: expectation and 80 % interval, rounded to the hundred."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What the expected departures may cost in five and ten years. Each part is None where its inputs are missing.

    `agreement_status` is agreement (its scale is known), legal (no agreement applies), or unverified (the scale is not
    known for sure: nothing is computed from it, only the legal minimum is shown as a floor).
    """

    agreement: str
    agreement_status: str
    reference: str
    indemnity_5: Amount | None
    indemnity_10: Amount | None
    charges_rate: float
    overlap_5: Amount | None
    noria_yearly: float | None
    balance_5: Amount | None
    provision: str
    provision_amount: float | None
    cash: float | None
    uncovered_share_of_cash: float | None
    withheld: str | None


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action of the plan: from the catalogue (`code`) or the firm's own, with who, when and how it is paid."""

    code: str
    title: Words
    dimensions: tuple[str, ...]
    priority: str
    pilot: str
    deadline: str
    funding: str
    indicator: str
    schemes: Words
    reason: Words
    refused: bool
    refusal_reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of the first page: what it is about, and the sentence."""

    tone: str
    title: Words
    text: Words


@dataclass(frozen=True, slots=True)
class Validation:
    """What the firm said of its diagnosis: pending, validated, validated_remarks or disagreement; remarks are printed."""

    status: str
    date: str
    signatory: str
    remarks: str


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything that a firm's report prints. Dates are ISO strings; shares run from 0 to 1; money is in euros."""

    schema: int
    reference: str
    kind: str
    campaign: str
    region: str
    is_demo: bool
    prepared_on: str
    visited_on: str
    met: tuple[str, ...]
    documents_seen: tuple[str, ...]
    data_reliability: int | None
    firm: Identity
    pyramid: Pyramid
    departures: Departures
    dimensions: tuple[DimensionResult, ...]
    hr_index: float | None
    economic_index: float | None
    panel_hr_median: float | None
    panel_economic_median: float | None
    panel_size: int
    flags: tuple[Flag, ...]
    key_posts: tuple[KeyPost, ...]
    costs: Costs
    actions: tuple[ActionLine, ...]
    findings: tuple[Finding, ...]
    headline: Words
    strengths_firm: str
    weaknesses_firm: str
    strengths_diagnostician: str
    weaknesses_diagnostician: str
    validation: Validation
    versions: Mapping[str, str]

    def __post_init__(self) -> None:
        """A frozen value holds nothing that can be changed."""
        object.__setattr__(self, "versions", Versions(self.versions))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for storage."""
        return asdict(self)

    def digest(self) -> str:
        """SHA-256 of the canonical JSON: what a validation is tied to."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Portrait":
        """The portrait that `to_json` stored; raises `PortraitError` for another schema or a damaged one."""
        if data.get("schema") != SCHEMA:
            message = f"Portrait schema {data.get('schema')!r} is not {SCHEMA}."
            raise PortraitError(message)
        try:
            built: Portrait = restored(cls, data)
        except (KeyError, TypeError) as error:
            message = f"Damaged portrait: {error}"
            raise PortraitError(message) from error
        return built
