"""The figures of an edition, estimated, rounded and protected: the only door through which syntheses get a number.

What comes in are measures by respondent, the weighted survey and the protection of domains; what goes out are `Cell`s. A figure is
hidden where its domain is; where under `threshold` firms answered; where one or two firms alone stand on one side of a share (or
nobody does, among few); where a firm dominates an amount; and wherever else a hidden figure could be worked out from the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import REGION, Cube, Domain, Protection, dominance_margin, dominated, hide_in_partition
from analysis.edition import HIDDEN, PUBLISHED, UNRELIABLE, VOID, Cell
from analysis.estimates import Estimate, Reliability, Survey
from analysis.measures import Kind, Measure
from analysis.rules import P_PERCENT
from analysis.suppression import DisclosureError, Layer, Relation, System, audit, protect

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

QUARTILES = (0.25, 0.5, 0.75)
PARTITIONS = ("sector", "departement")
FEW = 2  # One or two firms on one side of a share are too few.
MEAN_WIDTH = 0.30  # An attacker's interval on a hidden amount, as a share of it.
DECIMALS: Mapping[str, int] = {
    "share": 3,
    "score": 1,
    "months": 1,
    "years": 1,
    "number": 2,
    "rate": 1,
    "people": 0,
    "euros": -2,
    "firms": 0,
    "weight": 1,
}


class Published:
    """Estimates on demand, protected as a whole when they are added."""

    def __init__(self, survey: Survey, cube: Cube, protection: Protection) -> None:
        self.survey = survey
        self.protection = protection
        self._members = {domain: cube.members[place] for place, domain in enumerate(cube.domains) if not cube.system.never[place]}
        self.domains: dict[str, list[Domain]] = {
            name: [domain for domain in self._members if domain[::2] == (name,)] for name in PARTITIONS
        }
        self._measures: dict[str, Measure] = {}
        self._hidden: dict[str, frozenset[Domain]] = {}
        self._cells: dict[tuple[str, Domain], Cell] = {}
        self.reasons: Counter[str] = Counter()

    def members(self, domain: Domain) -> Booleans:
        """Who is in a domain; nobody in an unknown one."""
        here: Booleans = self._members.get(domain, np.zeros(len(self.survey.weights), dtype=bool))
        return here

    def add(self, measures: Sequence[Measure]) -> None:
        """Adds measures of which each is protected by itself, across the sectors and the départements."""
        for measure in measures:
            self._measures[measure.code] = measure
            self._hidden[measure.code] = self._hide(measure)

    def add_distribution(self, measures: Sequence[Measure], finer: Mapping[str, str] | None = None) -> None:
        """Adds the categories of one whole, whose figures sum to it in every domain: they are protected together, exactly.

        `finer` are categories published for the region alone, each part of one of `measures` (code -> code).
        """
        for measure in measures:
            self._measures[measure.code] = measure
        whole = [measure for measure in measures if measure.code not in (finer or {})]
        if whole:
            self._hidden.update(_protect_distribution(self, whole, [m for m in measures if m.code in (finer or {})], finer or {}))

    def codes(self, prefix: str) -> list[str]:
        """The codes of the measures that start so, in the order in which they were added."""
        return [code for code in self._measures if code.startswith(prefix)]

    def values(self, code: str) -> Floats:
        """A measure by respondent: for what decides, never for what is shown."""
        return self._measures[code].values

    def cell(self, code: str, domain: Domain) -> Cell:
        """One published figure (not for quartiles); hidden, unreliable or empty as the case may be."""
        if (code, domain) not in self._cells:
            self._cells[code, domain] = self._cell(code, domain)
        return self._cells[code, domain]

    def _cell(self, code: str, domain: Domain) -> Cell:
        measure = self._measures.get(code)
        if measure is None or not self.members(domain).any():
            return VOID if self.protection.shows(domain) else HIDDEN
        if not self.protection.shows(domain) or domain in self._hidden[code]:
            return HIDDEN
        estimate = self.estimate(measure, domain)
        return VOID if estimate.n == 0 or not np.isfinite(estimate.value) else _reliable(estimate, measure.unit)

    def quartiles(self, code: str, domain: Domain) -> tuple[Cell, Cell, Cell]:
        """The three quartiles: shown where twice the threshold answered, since each is close to some firm's own figure."""
        measure = self._measures[code]
        answered = self.members(domain) & np.isfinite(measure.values)
        if not self.protection.shows(domain) or domain in self._hidden[code]:
            return HIDDEN, HIDDEN, HIDDEN
        count = int(answered.sum())
        if count == 0:
            return VOID, VOID, VOID
        if count < 2 * self.protection.threshold:
            unshown = Cell(None, None, None, count, UNRELIABLE)
            return unshown, unshown, unshown
        found = self.survey.quantiles(measure.values, QUARTILES, answered)
        first, middle, last = (Cell(rounded(value, measure.unit), None, None, count, PUBLISHED) for value in found)
        return first, middle, last

    def estimate(self, measure: Measure, domain: Domain) -> Estimate:
        """The unprotected estimate: for what decides, never for what is shown."""
        here = self.members(domain)
        if measure.kind is Kind.SHARE:
            return self.survey.proportion(measure.values, here)
        if measure.kind is Kind.RATIO:
            assert measure.base is not None
            return _within(self.survey.ratio(measure.values, measure.base, here), measure)
        return _within(self.survey.mean(measure.values, here), measure)

    def sides(self, measure: Measure, domain: Domain) -> tuple[int, int, int]:
        """Firms who answered, firms with something to count, and firms with all of it."""
        values = measure.values[self.members(domain)]
        base = np.ones(len(values)) if measure.base is None else measure.base[self.members(domain)]
        known = np.isfinite(values) & np.isfinite(base)
        return int(known.sum()), int((values[known] > 0).sum()), int((values[known] < base[known]).sum())

    def one_sided(self, measure: Measure, domain: Domain) -> bool:
        """Whether a share would tell what one or two firms, or all of a few, answered."""
        count, some, others = self.sides(measure, domain)
        if count == 0 or measure.kind not in {Kind.SHARE, Kind.RATIO} or measure.unit != "share":
            return False
        lone = 0 < some <= FEW or (measure.kind is Kind.SHARE and 0 < others <= FEW)
        unanimous = measure.kind is Kind.SHARE and min(some, others) == 0 and count < 2 * self.protection.threshold
        return lone or unanimous

    def tally(self) -> tuple[int, int]:
        """Figures hidden and figures shown, over all measures and the domains of the partitions and the region."""
        everywhere = [REGION, *self.domains["sector"], *self.domains["departement"]]
        hidden = sum(
            domain in self._hidden[code] or not self.protection.shows(domain) for code in self._measures for domain in everywhere
        )
        return hidden, len(self._measures) * len(everywhere) - hidden

    def _hide(self, measure: Measure) -> frozenset[Domain]:
        """Where a measure is hidden besides the hidden domains."""
        region = self._must_hide(measure, REGION)
        hidden: set[Domain] = set()
        for name in PARTITIONS:
            parts = self.domains[name]
            must = np.asarray([self._must_hide(measure, part) for part in parts], dtype=bool)
            if region:
                hidden.update(parts)
            elif must.any() and measure.kind is not Kind.QUARTILES:
                sums, tops, counts, needed = (
                    np.asarray(row) for row in zip(*(self._exposed(measure, part) for part in parts), strict=True)
                )
                found = hide_in_partition(sums, tops, counts, must, needed=needed, threshold=self.protection.threshold)
                self.reasons["secondary"] += int((found & ~must).sum())
                hidden.update(part for part, away in zip(parts, found, strict=True) if away)
            else:
                hidden.update(part for part, away in zip(parts, must, strict=True) if away)
        if region:
            hidden.add(REGION)
            self.reasons["region"] += 1
        return frozenset(hidden)

    def _must_hide(self, measure: Measure, domain: Domain) -> bool:
        if not self.protection.shows(domain):
            return True
        count, _, _ = self.sides(measure, domain)
        if 0 < count < self.protection.threshold:
            self.reasons["few_answers"] += 1
            return True
        if self.one_sided(measure, domain):
            self.reasons["one_sided"] += 1
            return True
        if measure.kind is Kind.MONEY and self._dominated(measure, domain):
            self.reasons["dominance"] += 1
            return True
        return False

    def _contributions(self, measure: Measure, domain: Domain) -> Floats:
        values = measure.values[self.members(domain)]
        return values[np.isfinite(values)]

    def _dominated(self, measure: Measure, domain: Domain) -> bool:
        known = self.members(domain) & np.isfinite(measure.values)
        return dominated(measure.values[known]) or dominated(measure.values[known] * self.survey.weights[known])

    def _exposed(self, measure: Measure, domain: Domain) -> tuple[float, float, float, float]:
        """The weighted sum of a domain, what it cannot exceed, the firms behind it, and how wide an attacker's interval must be."""
        here = self.members(domain)
        base = np.ones(len(here)) if measure.base is None else measure.base
        known = here & np.isfinite(measure.values) & np.isfinite(base)
        weights, count = self.survey.weights[known], float(known.sum())
        total = float(np.abs(measure.values[known]) @ weights)
        top = float(base[known] @ weights) * measure.ceiling if known.any() else 0.0
        firm = float(weights.mean()) if count else 0.0
        if measure.kind is Kind.SHARE:
            needed = 2 * firm
        elif measure.kind is Kind.MONEY:
            needed = max(MEAN_WIDTH * total, dominance_margin(measure.values[known] * weights, p=P_PERCENT))
        else:
            needed = max(MEAN_WIDTH * total, firm)
        return total, top, count, min(needed, top)


def rounded(value: float, unit: str) -> float:
    """A figure as it is published: no finer than its unit is read, and small numbers of people to a tenth."""
    if unit == "people" and abs(value) < 100:  # noqa: PLR2004 (tenths below a hundred people).
        return round(value, 1)
    digits = DECIMALS.get(unit, 2)
    return round(value, digits) + 0.0


def shown(estimate: Estimate, unit: str) -> Cell:
    """A published cell from an estimate."""
    low, high = (rounded(bound, unit) if np.isfinite(bound) else None for bound in (estimate.low, estimate.high))
    return Cell(rounded(estimate.value, unit), low, high, estimate.n, PUBLISHED)


def _within(estimate: Estimate, measure: Measure) -> Estimate:
    """An interval does not leave the range of what it measures; amounts may be negative."""
    low = estimate.low if measure.unit in {"euros", "months"} else max(estimate.low, 0.0)
    return Estimate(estimate.value, estimate.se, low, min(estimate.high, measure.ceiling), estimate.n, estimate.n_effective)


def _reliable(estimate: Estimate, unit: str) -> Cell:
    vague = estimate.reliability(share=unit == "share") is Reliability.WITHHELD
    return Cell(None, None, None, estimate.n, UNRELIABLE) if vague else shown(estimate, unit)


def _protect_distribution(
    store: Published, whole: Sequence[Measure], fine: Sequence[Measure], finer: Mapping[str, str]
) -> dict[str, frozenset[Domain]]:
    """Protects the crossing of categories and domains, with its margins, and audits it."""
    domains = [REGION, *store.domains["sector"], *store.domains["departement"]]
    places: dict[tuple[str, Domain], int] = {}
    for domain in domains:
        for code in ("", *(measure.code for measure in whole)):
            places[code, domain] = len(places)
    for measure in fine:
        places[measure.code, REGION] = len(places)
    relations = [Relation(places["", domain], tuple(places[measure.code, domain] for measure in whole)) for domain in domains]
    for name in PARTITIONS:
        relations += [
            Relation(places[code, REGION], tuple(places[code, part] for part in store.domains[name]))
            for code in ("", *(m.code for m in whole))
        ]
    for code in dict.fromkeys(finer.values()):
        relations.append(Relation(places[code, REGION], tuple(places[m.code, REGION] for m in fine if finer[m.code] == code)))
    values, tops, firms = (np.zeros(len(places)) for _ in range(3))
    primary = np.zeros(len(places), dtype=bool)
    cost = np.ones(len(places))
    by_code = {measure.code: measure for measure in (*whole, *fine)}
    for (code, domain), place in places.items():
        if code:
            values[place], tops[place], _, _ = store._exposed(by_code[code], domain)  # noqa: SLF001 (this function is the class's own).
            count, some, _ = store.sides(by_code[code], domain)
            here = store.members(domain)
            firms[place] = float(store.survey.weights[here].mean()) if here.any() else 0.0
            primary[place] = (
                not store.protection.shows(domain)
                or 0 < count < store.protection.threshold
                or store.one_sided(by_code[code], domain)
            )
            cost[place] = 1.0 + some / max(count, 1) + 10.0 * (domain == REGION)
        else:
            primary[place] = not store.protection.shows(domain)
            cost[place] = 1000.0
    for domain in domains:
        members = [places[measure.code, domain] for measure in whole]
        values[places["", domain]] = values[members].sum()
        tops[places["", domain]] = values[members].sum() * 2 + 1.0
    return _solved(
        store,
        System(tuple(f"{code} × {domain}" for code, domain in places), tuple(relations), np.zeros(len(places), dtype=bool)),
        places,
        values,
        tops,
        primary & (values > 0),
        cost,
        firms,
    )


def _solved(
    store: Published,
    system: System,
    places: Mapping[tuple[str, Domain], int],
    values: Floats,
    tops: Floats,
    primary: Booleans,
    cost: Floats,
    firms: Floats,
) -> dict[str, frozenset[Domain]]:
    width = np.where(primary, np.minimum(np.maximum(MEAN_WIDTH * values, firms), tops * 0.5), 0.0)
    none = np.zeros(len(values))
    layer = Layer("distribution", values, none, np.maximum(tops, values), none, none, width)
    pattern = protect(system, [layer], primary, cost, time_limit=10.0)
    cells = [int(cell) for cell in np.flatnonzero(primary)]
    failed = [interval for interval in audit(system, [layer], pattern.hidden, cells) if not interval.enough]
    if failed:
        message = (
            f"The audit failed: {system.names[failed[0].cell]} could be worked out from its neighbours. Nothing was published."
        )
        raise DisclosureError(message)
    store.reasons["secondary"] += int((pattern.hidden & ~primary).sum())
    hidden: dict[str, set[Domain]] = {code: set() for code, _ in places if code}
    for (code, domain), place in places.items():
        if code and pattern.hidden[place]:
            hidden[code].add(domain)
    return {code: frozenset(where) for code, where in hidden.items()}
