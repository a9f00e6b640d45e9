"""What an edition may publish: who must be hidden, what else must be hidden with them, and the audit of it all.

What comes in are the respondents and the frame with their domains; what goes out is a `Protection`: for each domain of the edition
(the region, its sectors, départements, size classes, their crossings two by two, and the zones) one status that holds for every
figure on it, in every synthesis. Figures that are published on a single partition (the sectors, or the départements, of the
region) get further hidden domains of their own where few firms answered or answered otherwise (`hide_in_partition`).

Additive quantities are what gives hidden figures away by subtraction: numbers of respondents, weighted numbers, and with them
every mean, since a mean and its number are a sum. They all obey the same sums of domains; so the statuses are decided on those.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import Booleans, Floats
from analysis.disclosure.rules import MAGNITUDE, dominance_margin, dominated, primary_by_count
from analysis.disclosure.successive import Succession
from analysis.disclosure.suppression import DisclosureError, Interval, Layer, Pattern, Relation, System, audit, protect

__all__ = [
    "DisclosureError",
    "Protection",
    "dominance_margin",
    "dominated",
    "edition_system",
    "hide_in_partition",
    "primary_by_count",
    "protect_edition",
]

Domain = tuple[str, ...]

REGION: Domain = ()
SCARCE = 0.5  # A set of domains (the sectors, or a crossing) is not published where more than this share of it must be hidden.
UNIQUE = 4  # A partition hides at most this many domains beyond what must be, before it hides them all.


@dataclass(frozen=True, slots=True)
class Protection:
    """The status of each domain of an edition.

    `hidden` holds primary and secondary domains; `counts` the respondents of every domain. `intervals` are the audit's: what an
    attacker who knows everything published can bound, for each hidden domain and layer.
    """

    domains: tuple[Domain, ...]
    counts: Mapping[Domain, int]
    primary: frozenset[Domain]
    hidden: frozenset[Domain]
    pattern: Pattern
    intervals: tuple[Interval, ...]
    threshold: int
    succession: Succession | None = None

    def shows(self, domain: Domain) -> bool:
        """Whether figures on a domain may be published; an unknown domain may not."""
        return domain in self.counts and domain not in self.hidden

    @property
    def narrowest(self) -> float | None:
        """The smallest width of an attacker's interval on the respondents of a hidden primary domain, in firms; None without any."""
        names = {self.domains.index(domain) for domain in self.primary}
        widths = [
            interval.high - interval.low
            for interval in self.intervals
            if interval.layer == "respondents" and interval.cell in names
        ]
        return min(widths, default=None)


@dataclass(frozen=True, slots=True)
class Cube:
    """The domains of an edition as a system of sums. `members` (cells, respondents) says who is in which cell; `frame` is the
    number of frame firms of each cell, what everybody knows a number of respondents cannot exceed."""

    system: System
    domains: tuple[Domain, ...]
    members: Booleans
    frame: Floats


def edition_system(
    respondents: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    by: Sequence[str] = ("sector", "departement", "size_class"),
    area: str | None = "zone_emploi",
) -> Cube:
    """All domains that an edition publishes, and how they add up.

    Region = sum of each variable of `by`; each value = sum of its crossings with each other variable; region and départements =
    sum of the zones and of their crossings with the départements. Below them, crossings of all three variables are never
    published, but tie the others: an attacker knows that they are not negative, and which the frame leaves empty.
    """
    levels = {name: sorted({*respondents[name].astype(str), *frame[name].astype(str)}) for name in by}
    columns = {name: respondents[name].astype(str).to_numpy() for name in by}
    framed = {name: frame[name].astype(str).to_numpy() for name in by}
    builder = _CubeBuilder(columns, framed)
    for name in by:
        builder.split(REGION, [(name, level) for level in levels[name]])
    for first, second in combinations(by, 2):
        for level in levels[first]:
            builder.split((first, level), [(first, level, second, other) for other in levels[second]])
        for other in levels[second]:
            builder.split((second, other), [(first, level, second, other) for level in levels[first]])
    if area is not None and area in respondents.columns and "departement" in by:
        columns[area] = respondents[area].astype(str).to_numpy()
        if area in frame.columns:
            framed[area] = frame[area].astype(str).to_numpy()
        pairs = sorted(set(zip(columns[area], columns["departement"], strict=True)))
        builder.split(REGION, [(area, code) for code in sorted({code for code, _ in pairs})])
        for code in sorted({code for code, _ in pairs}):
            builder.split((area, code), [(area, code, "departement", place) for one, place in pairs if one == code])
        for place in sorted({place for _, place in pairs}):
            builder.split(("departement", place), [(area, code, "departement", place) for code, one in pairs if one == place])
    if len(by) == 3:  # noqa: PLR2004 (three variables cross two by two and all together).
        builder.cross(tuple(by), levels)
    return builder.built(len(respondents))


class _CubeBuilder:
    """Collects domains and their sums."""

    def __init__(self, columns: dict[str, NDArray[np.object_]], framed: dict[str, NDArray[np.object_]]) -> None:
        self._columns, self._framed = columns, framed
        self._place: dict[Domain, int] = {REGION: 0}
        self._relations: list[Relation] = []
        self._never: set[int] = set()

    def split(self, total: Domain, parts: Iterable[Domain]) -> None:
        self._relations.append(Relation(self._at(total), tuple(self._at(part) for part in parts)))

    def cross(self, by: tuple[str, ...], levels: Mapping[str, list[str]]) -> None:
        """The crossings of all three variables, never published, under those of two."""
        one, two, three = by
        atoms = {
            (first, second, third): self._at((one, first, two, second, three, third))
            for first in levels[one]
            for second in levels[two]
            for third in levels[three]
        }
        self._never.update(atoms.values())
        for kept in combinations(range(3), 2):
            sums: dict[Domain, list[int]] = {}
            for key, place in atoms.items():
                pair = tuple(part for position in kept for part in (by[position], key[position]))
                sums.setdefault(pair, []).append(place)
            self._relations += [Relation(self._at(pair), tuple(parts)) for pair, parts in sums.items()]

    def built(self, respondents: int) -> Cube:
        domains = tuple(self._place)
        members = np.stack([self._within(domain, self._columns, respondents) for domain in domains])
        size = len(next(iter(self._framed.values())))
        frame = np.asarray([self._within(domain, self._framed, size).sum() for domain in domains], dtype=np.float64)
        frame = np.maximum(frame, members.sum(axis=1))
        never = np.zeros(len(domains), dtype=bool)
        never[sorted(self._never)] = True
        return Cube(
            System(tuple(" × ".join(domain) or "region" for domain in domains), tuple(self._relations), never),
            domains,
            members,
            frame,
        )

    def _at(self, domain: Domain) -> int:
        return self._place.setdefault(domain, len(self._place))

    def _within(self, domain: Domain, columns: Mapping[str, NDArray[np.object_]], rows: int) -> Booleans:
        inside = np.ones(rows, dtype=bool)
        for name, level in zip(domain[::2], domain[1::2], strict=True):
            if name in columns:  # A frame without zones bounds a zone by the rest of its domain.
                inside &= columns[name] == level
        return inside


def protect_edition(
    cube: Cube,
    totals: Mapping[str, ArrayLike],
    *,
    threshold: int,
    answered: ArrayLike | None = None,
    time_limit: float = 20.0,
    succession: Succession | None = None,
) -> Protection:
    """Decides the status of every domain, and audits it; raises `DisclosureError` if a hidden domain could be bounded too closely.

    `totals` are weighted amounts of each respondent (departures, say), by name: their sums on hidden domains are attacked as the
    numbers of respondents are. `answered` marks who is behind those amounts; a domain is hidden when respondents or those
    who answered are fewer than `threshold`, and some. Hiding a sector or a département costs more than any crossing. A set of
    domains of which more than half must be hidden is not published at all: what would be left of it informs nobody, and protecting
    it by single cells would take the search longer than it is worth. `succession` are the earlier editions: domains are hidden besides
    until all editions together give nothing away.
    """
    if succession is not None:
        succession.refuse_few_changes()
    whole = cube
    behind = np.ones(cube.members.shape[1], dtype=bool) if answered is None else np.asarray(answered, dtype=bool)
    counts = cube.members.sum(axis=1).astype(np.float64)
    known = (cube.members & behind).sum(axis=1)
    few = primary_by_count(counts, threshold) | primary_by_count(known, threshold)
    cube = _without_scarce_sets(cube, counts, few)
    primary = few & ~cube.system.never
    counted = _count_layer(counts, cube.frame, primary, threshold)
    amounts = [
        _amount_layer(name, cube.members.astype(np.float64) @ np.nan_to_num(np.asarray(values, dtype=np.float64)), primary)
        for name, values in totals.items()
    ]
    besides = np.zeros(len(primary), dtype=bool)
    while True:
        pattern, intervals = _settled(
            cube, counted, amounts, primary | besides, counts=np.minimum(counts, known), threshold=threshold, time_limit=time_limit
        )
        if succession is None:
            break
        wanted = succession.hidden_besides(
            cube.domains, whole.system.relations, cube.members, pattern.hidden, cube.system.never, _costs(cube, counts),
            private=whole.system.never, time_limit=time_limit,
        )  # fmt: skip
        if not (wanted & ~pattern.hidden).any():
            break
        besides |= wanted & ~primary
    hidden = [int(cell) for cell in np.flatnonzero(pattern.hidden)]
    _refuse_failures(cube, primary, intervals)
    names = cube.domains
    return Protection(
        domains=names,
        counts={names[cell]: int(counts[cell]) for cell in range(len(names)) if not cube.system.never[cell]},
        primary=frozenset(names[cell] for cell in np.flatnonzero(primary)),
        hidden=frozenset(names[cell] for cell in hidden),
        pattern=pattern,
        intervals=tuple(intervals),
        threshold=threshold,
        succession=succession,
    )


def _settled(
    cube: Cube,
    counted: Layer,
    amounts: Sequence[Layer],
    primary: Booleans,
    *,
    counts: Floats,
    threshold: int,
    time_limit: float,
) -> tuple[Pattern, list[Interval]]:
    """The pattern that passes the audit, and the audit.

    The search runs on the published cells alone; the audit of respondents knows the crossings of all three variables too. What
    fails it joins the search: the amounts first, then the whole system.
    """
    system, chosen = _without_crossings(cube.system), [counted]
    cost = _costs(cube, counted.values)
    while True:
        pattern = protect(system, chosen, primary, cost, counts=counts, threshold=threshold, time_limit=time_limit)
        hidden = [int(cell) for cell in np.flatnonzero(pattern.hidden)]
        targets = [cell for cell in hidden if primary[cell]]
        others = [cell for cell in hidden if not primary[cell]]
        found = [
            *audit(cube.system, [counted], pattern.hidden, targets),
            *audit(cube.system, [counted], pattern.hidden, others, exact=False),
        ]
        money = audit(_without_crossings(cube.system), amounts, pattern.hidden, targets, exact=False)
        failed = {interval.layer for interval in (*found, *money) if not interval.enough and primary[interval.cell]}
        if failed - {counted.name} and len(chosen) == 1:
            chosen += amounts
        elif counted.name in failed and system is not cube.system:
            system = cube.system
        else:
            return pattern, [*found, *money]


def _without_scarce_sets(cube: Cube, counts: Floats, few: Booleans) -> Cube:
    """The cube with whole sets of domains left unpublished where most of their members would be hidden one by one.

    Their sums go with them: an unpublished set tells an attacker nothing but the frame's numbers, which bound its total already.
    """
    away = np.zeros(len(cube.domains), dtype=bool)
    kinds = np.asarray(["|".join(domain[::2]) for domain in cube.domains])
    for kind in set(kinds) - {""}:
        members = np.flatnonzero((kinds == kind) & ~cube.system.never)
        peopled = members[counts[members] > 0]
        if len(peopled) and few[peopled].mean() > SCARCE:
            away[members] = True
    kept = tuple(
        relation for relation in cube.system.relations if not away[relation.total] and not away[list(relation.parts)].any()
    )
    return Cube(System(cube.system.names, kept, cube.system.never | away), cube.domains, cube.members, cube.frame)


def _without_crossings(system: System) -> System:
    """The same cells without the sums of those that are never published (which then stand alone)."""
    kept = tuple(relation for relation in system.relations if not any(system.never[part] for part in relation.parts))
    return System(system.names, kept, system.never)


def hide_in_partition(
    values: ArrayLike, ceilings: ArrayLike, counts: ArrayLike, hidden: Booleans, *, needed: ArrayLike, threshold: int
) -> Booleans:
    """Which parts of a published total to hide, for one figure, besides those that must be (`hidden`).

    `values` are the parts' weighted sums (not negative), `ceilings` what everybody knows they cannot exceed (inf for nothing),
    `counts` the respondents behind them, `needed` the width that an attacker's interval must have around each part that must be
    hidden. Parts without respondents are never used. Hides the fewest respondents, exactly, up to four parts more; then all.
    """
    sums, tops, number, width = (np.asarray(array, dtype=np.float64) for array in (values, ceilings, counts, needed))
    must = np.flatnonzero(hidden & (number > 0))
    if not must.size:
        return hidden.copy()
    free = [int(part) for part in np.flatnonzero(~hidden & (number > 0))]
    for more in range(min(len(free), UNIQUE) + 1):
        options = sorted(combinations(free, more), key=lambda option: (float(number[list(option)].sum()), option))
        for option in options:
            tried = np.concatenate([must, np.asarray(option, dtype=np.int64)])
            if _partition_holds(sums[tried], tops[tried], number[tried], width[must], threshold):
                result = hidden.copy()
                result[list(option)] = True
                return result
    return np.asarray(hidden | (number > 0), dtype=bool)


def partition_interval(values: Floats, ceilings: Floats, part: int) -> tuple[float, float]:
    """What an attacker knows of one hidden part when the sum of all hidden parts is known."""
    rest = float(values.sum())
    others = float(np.delete(ceilings, part).sum())
    return max(0.0, rest - others), min(float(ceilings[part]), rest)


def _partition_holds(values: Floats, ceilings: Floats, counts: Floats, needed: Floats, threshold: int) -> bool:
    if len(values) == 1 or float(counts.sum()) < threshold:
        return False
    if bool((counts == 1).any()) and float(counts.sum()) - 1 < threshold:
        return False
    for part in range(len(needed)):  # Those that must be hidden come first.
        low, high = partition_interval(values, ceilings, part)
        if high - low < needed[part] * (1 - 1e-9):
            return False
    return True


def _count_layer(counts: Floats, frame: Floats, primary: Booleans, threshold: int) -> Layer:
    """Nobody may exclude that a hidden domain holds `threshold` respondents (or as many as the frame has), nor that it holds fewer than it does."""
    above = np.where(primary, np.maximum(np.minimum(threshold, frame) - counts, 0.0), 0.0)
    below = np.where(primary, np.minimum(counts, 1.0), 0.0)
    return Layer("respondents", counts, np.zeros(len(counts)), frame, below, above, np.zeros(len(counts)))


def _amount_layer(name: str, sums: Floats, primary: Booleans) -> Layer:
    margin = np.where(primary, MAGNITUDE * np.abs(sums), 0.0)
    ceiling = np.full(len(sums), 2 * float(np.abs(sums).max(initial=0.0)) + 1.0)
    return Layer(name, sums, np.zeros(len(sums)), ceiling, margin, margin, np.zeros(len(sums)))


def _costs(cube: Cube, counts: Floats) -> Floats:
    """A crossing costs its respondents; a domain with a synthesis or a line of its own costs more than all crossings together; an
    empty domain costs much, since readers can see in the frame that it is empty; the region costs most."""
    everything = float(counts[0]) + 1
    cost = counts.copy()
    for place, domain in enumerate(cube.domains):
        if domain == REGION:
            cost[place] = everything * 1000
        elif domain[0] in {"sector", "departement"} and len(domain) == 2:  # noqa: PLR2004 (a variable and its level).
            cost[place] = everything * 10 + counts[place]
        elif counts[place] == 0:
            cost[place] = everything
    return cost / everything


def _refuse_failures(cube: Cube, primary: Booleans, intervals: Sequence[Interval]) -> None:
    failures = [interval for interval in intervals if primary[interval.cell] and not interval.enough]
    if failures:
        worst = failures[0]
        message = (
            f"The audit failed: {worst.layer} of {cube.system.names[worst.cell]} can be bounded to {worst.low:g}–{worst.high:g} "
            f"from what would be published ({len(failures)} figures in all). Nothing was published."
        )
        raise DisclosureError(message)
