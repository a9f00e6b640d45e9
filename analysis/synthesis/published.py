"""The figures of an edition, estimated, rounded and protected: the only door through which syntheses get a number.

What comes in are measures by respondent, the weighted survey and the protection of domains; what goes out are `Cell`s. A figure is
hidden where its domain is; where under `threshold` firms answered; where one or two firms alone stand on one side of a share (or
nobody does, among few); where a firm dominates an amount; and wherever else a hidden figure could be worked out from the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.arrays import Booleans, Floats
from analysis.disclosure.editions import REGION, Cube, Domain, Protection, dominance_margin, dominated, hide_in_partition
from analysis.disclosure.judgement import Crossed, crossing_system, moment_interval, quantile_stands
from analysis.disclosure.rules import P_PERCENT
from analysis.disclosure.suppression import DisclosureError, Layer, Relation, System, audit, protect
from analysis.survey.estimate import Estimate
from analysis.survey.panel import Survey
from analysis.synthesis.edition import HIDDEN, PUBLISHED, UNRELIABLE, VOID, Cell
from analysis.synthesis.figures import reliable, rounded, within
from analysis.synthesis.measures import Kind, Measure

QUARTILES = (0.25, 0.5, 0.75)
PARTITIONS = ("sector", "departement")
FEW = 2  # One or two firms on one side of a share are too few.
LEEWAY = 1e-9
MEAN_WIDTH = 0.30  # An attacker's interval on a hidden amount, as a share of it.


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
        self._bare: set[str] = set()  # Measures whose region shows no interval.
        self._followed: dict[tuple[object, ...], frozenset[Domain]] = {}
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
            hidden = self._hide(measure)
            self._hidden[measure.code] = self.over_time(measure.code, hidden)
            if self._moments_tell(measure):
                self._bare.add(measure.code)
                self.reasons["interval"] += 1

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
        if estimate.n == 0 or not np.isfinite(estimate.value):
            return VOID
        # Judged with its interval, even where this is not shown.
        found = reliable(estimate, measure.unit)
        return replace(found, low=None, high=None) if code in self._bare and domain == REGION else found

    def quartiles(self, code: str, domain: Domain) -> tuple[Cell, Cell, Cell]:
        """The three quartiles: shown where twice the threshold answered, and the threshold on either side of each, since each is close
        to some firm's own figure."""
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
        if not quantile_stands(measure.values[answered], found, self.protection.threshold):
            self.reasons["quantile"] += 1
            unshown = Cell(None, None, None, count, UNRELIABLE)
            return unshown, unshown, unshown
        first, middle, last = (Cell(rounded(value, measure.unit), None, None, count, PUBLISHED) for value in found)
        return first, middle, last

    def estimate(self, measure: Measure, domain: Domain) -> Estimate:
        """The unprotected estimate: for what decides, never for what is shown."""
        here = self.members(domain)
        if measure.kind is Kind.SHARE:
            return self.survey.proportion(measure.values, here)
        if measure.kind is Kind.RATIO:
            assert measure.base is not None
            return within(self.survey.ratio(measure.values, measure.base, here), measure)
        return within(self.survey.mean(measure.values, here), measure)

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
        elif hidden and measure.kind is not Kind.QUARTILES:
            hidden |= self._crossed(measure, hidden)
        return frozenset(hidden)

    def _crossed(self, measure: Measure, hidden: set[Domain]) -> set[Domain]:
        """What sectors and départements together would tell: each crossing is bounded by those who answered there."""
        domains = [REGION, *(part for name in PARTITIONS for part in self.domains[name])]
        known = np.isfinite(measure.values) & (
            np.ones(len(measure.values), dtype=bool) if measure.base is None else np.isfinite(measure.base)
        )
        parts = {name: [self.members(part) for part in self.domains[name]] for name in PARTITIONS}
        system, members = crossing_system(parts, known)
        rows = [self._sums(measure, inside) for inside in members]
        values, tops, firms, needed = (np.asarray(row) for row in zip(*rows, strict=True))
        flags = np.zeros(len(members), dtype=bool)
        flags[[place for place, domain in enumerate(domains) if domain in hidden]] = True
        must = np.asarray(
            [
                place < len(domains) and domains[place] in hidden and self._must_hide(measure, domains[place], count=False)
                for place in range(len(members))
            ]
        )
        found = Crossed(system, values, tops, np.where(must, needed, 0.0), firms).hidden_besides(flags, self.protection.threshold)
        more = {domain for domain, away in zip(domains, found, strict=False) if away} - hidden
        self.reasons["secondary"] += len(more)
        return more

    def over_time(self, code: str, hidden: frozenset[Domain]) -> frozenset[Domain]:
        """Where a measure is hidden besides, for what earlier editions showed and hid of it."""
        succession = self.protection.succession
        if succession is None:
            return hidden
        domains = [REGION, *(part for name in PARTITIONS for part in self.domains[name])]
        away = frozenset(domain for domain in domains if domain in hidden or not self.protection.shows(domain))
        key = (away, *(edition.hidden_measures.get(code, frozenset()) for edition in succession.earlier))
        if key not in self._followed:
            relations, first = [], 1
            for name in PARTITIONS:
                relations.append(Relation(0, tuple(range(first, first + len(self.domains[name])))))
                first += len(self.domains[name])
            members = np.stack([self.members(domain) for domain in domains])
            price = members.sum(axis=1).astype(np.float64)
            found = succession.hidden_besides(
                domains,
                relations,
                members,
                np.asarray([domain in away for domain in domains]),
                np.zeros(len(domains), dtype=bool),
                price,
                measure=code,
                time_limit=2.0,
            )
            self._followed[key] = frozenset(domain for domain, gone in zip(domains, found, strict=True) if gone) - away
            self.reasons["earlier"] += len(self._followed[key])
        return hidden | self._followed[key]

    def hidden_in(self) -> dict[str, list[Domain]]:
        """By measure, the shown domains in which it is hidden."""
        return {code: [domain for domain in where if self.protection.shows(domain)] for code, where in self._hidden.items()}

    def _moments_tell(self, measure: Measure) -> bool:
        """Whether the region's interval, with those of the parts shown, would bound a hidden part too closely."""
        if measure.kind not in {Kind.SHARE, Kind.MEAN, Kind.MONEY} or REGION in self._hidden[measure.code]:
            return False
        for name in PARTITIONS:
            gone = [part for part in self.domains[name] if part in self._hidden[measure.code] or not self.protection.shows(part)]
            sums = {part: self._moments(measure, part) for part in gone}
            total, squares, size = (sum(row[place] for row in sums.values()) for place in range(3))
            for part, (_, _, own) in sums.items():
                if own <= 0 or not self._must_hide(measure, part, count=False):
                    continue
                low, high = moment_interval(total, squares, own, size - own)
                if high - low < self._exposed(measure, part)[3] * (1 - LEEWAY):
                    return True
        return False

    def _moments(self, measure: Measure, domain: Domain) -> tuple[float, float, float]:
        known = self.members(domain) & np.isfinite(measure.values)
        values, weights = measure.values[known], self.survey.weights[known]
        return float(weights @ values), float(weights @ values**2), float(weights.sum())

    def _must_hide(self, measure: Measure, domain: Domain, *, count: bool = True) -> bool:
        """Whether a figure must be hidden for itself; `count` counts the reason."""
        if not self.protection.shows(domain):
            return True
        reason = self._reason(measure, domain)
        if reason is not None and count:
            self.reasons[reason] += 1
        return reason is not None

    def _reason(self, measure: Measure, domain: Domain) -> str | None:
        answers, _, _ = self.sides(measure, domain)
        if 0 < answers < self.protection.threshold:
            return "few_answers"
        if self.one_sided(measure, domain):
            return "one_sided"
        if measure.kind is Kind.MONEY and self._dominated(measure, domain):
            return "dominance"
        succession = self.protection.succession
        known = self.members(domain) & np.isfinite(measure.values)
        if succession is not None and succession.few_newcomers(domain, known, measure.code):
            return "newcomers"
        return None

    def _contributions(self, measure: Measure, domain: Domain) -> Floats:
        values = measure.values[self.members(domain)]
        return values[np.isfinite(values)]

    def _dominated(self, measure: Measure, domain: Domain) -> bool:
        known = self.members(domain) & np.isfinite(measure.values)
        return dominated(measure.values[known]) or dominated(measure.values[known] * self.survey.weights[known])

    def _exposed(self, measure: Measure, domain: Domain) -> tuple[float, float, float, float]:
        """The weighted sum of a domain, what it cannot exceed, the firms behind it, and how wide an attacker's interval must be."""
        return self._sums(measure, self.members(domain))

    def _sums(self, measure: Measure, here: Booleans) -> tuple[float, float, float, float]:
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
    system = System(tuple(f"{code} × {domain}" for code, domain in places), tuple(relations), np.zeros(len(places), dtype=bool))
    primary &= values > 0
    while True:
        hidden = _solved(store, system, places, values, tops, primary, cost, firms)
        besides = [places[pair] for pair in _with_earlier(store, hidden) if pair in places]
        if not besides or primary[besides].all():
            return hidden
        primary[besides] = True


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


def _with_earlier(store: Published, hidden: Mapping[str, frozenset[Domain]]) -> set[tuple[str, Domain]]:
    """The categories and domains to hide besides for what earlier editions showed and hid."""
    return {(code, domain) for code, where in hidden.items() for domain in store.over_time(code, where) - where}
