"""Protects tables published together, and audits them: the door for notebooks.

    table = Table.from_records(firms, by=[("departement", "zone_emploi"), "sector"], responses=["budget"])
    protected = protect(table, Rules(threshold=3))
    protected.frame(table)      # what may be published, with the status of each cell

What comes in are `Table`s and `Rules`; what goes out is one status a cell, which holds for all figures on it (numbers and amounts)
in every table, and the interval that an attacker is left with for each hidden cell. One status for all figures hides more than a
status for each would, and never tells by one figure what another hides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Booleans, Floats
from analysis.disclosure.attack import audit as attacked
from analysis.disclosure.cells import DisclosureError, Interval, Layer, Pattern, System, seen_by
from analysis.disclosure.hypercube import hypercube
from analysis.disclosure.rules import Rules, dominance_levels, primary_by_count
from analysis.disclosure.suppression import protect as suppress
from analysis.disclosure.tabular import Key, Linked, Table, link

__all__ = ["DisclosureError", "Protected", "Rules", "Table", "audit", "primary_cells", "protect"]

COUNT = "respondents"
SPREAD = 2.0  # An attacker is taken to know that nothing exceeds this many times the greatest figure of the tables.
LARGE = 2000  # Cells from which the hypercube gives the first pattern.
PRIMARY, SECONDARY, SHOWN = "primary", "secondary", "published"


@dataclass(frozen=True, slots=True)
class Protected:
    """Tables with the status of each cell. `intervals` are an attacker's for each hidden cell and figure."""

    linked: Linked
    rules: Rules
    pattern: Pattern
    intervals: tuple[Interval, ...]

    @property
    def primary(self) -> tuple[str, ...]:
        """The names of the cells hidden for themselves."""
        return self._named(self.pattern.primary)

    @property
    def secondary(self) -> tuple[str, ...]:
        """The names of the cells hidden for others."""
        return self._named(self.pattern.hidden & ~self.pattern.primary)

    @property
    def cost(self) -> dict[str, float]:
        """What protection takes away: cells and mass (respondents and amounts) hidden, primary and secondary, as shares of inner and marginal cells alike."""
        return cost_of(self.linked, self.pattern)

    def frame(self, table: Table) -> pd.DataFrame:
        """A table as it may be published: the columns of its axes (« Total » where summed over), its figures, nan where hidden, and
        the status, which is for the house: « primary » must not be published apart from « secondary »."""
        place = self.linked.places[next(number for number, one in enumerate(self.linked.tables) if one is table)]
        columns = [column for axis in table.axes for column in axis]
        found = pd.DataFrame([table.levels(key) for key in table.keys], columns=columns).fillna("Total")
        hidden, primary = self.pattern.hidden[place], self.pattern.primary[place]
        figures = {COUNT: table.counts, **table.sums}
        for name, values in figures.items():
            found[name] = np.where(hidden, np.nan, values)
        return found.assign(status=np.where(primary, PRIMARY, np.where(hidden, SECONDARY, SHOWN)))

    def _named(self, cells: Booleans) -> tuple[str, ...]:
        return tuple(self.linked.system.names[cell] for cell in np.flatnonzero(cells))


def protect(
    tables: Table | Iterable[Table],
    rules: Rules | None = None,
    *,
    cost: str = "cells",
    method: str = "optimal",
    hide_empty: bool = False,
    keep: Iterable[str] = (),
    time_limit: float = 20.0,
) -> Protected:
    """The cheapest cells to hide, over all tables together, and the audit that nothing hidden is within reach.

    Parameters
    ----------
    tables
        One or several tables of the same respondents, published together.
    rules
        What is sensitive, and how far an attacker must be kept (`Rules`).
    cost
        What a hidden cell costs: "cells" (1 each), "respondents", or the name of a response.
    method
        "optimal" searches until the pattern is proven cheapest or `time_limit` is over, with a bound on the distance from the
        optimum; "hypercube" takes Repsilber's cubes, mended where they leave a cell within reach (no bound).
    hide_empty
        Whether cells of nobody may be hidden; where everybody knows from a frame that they are empty, hiding them protects nothing.
    keep
        Names of cells that are published already, and cannot be hidden.
    time_limit
        Seconds.

    Raises
    ------
    DisclosureError
        Where the tables cannot be protected: its message says which cells, and what to collapse.
    """
    rules = rules or Rules()
    linked = link([tables] if isinstance(tables, Table) else tables)
    layers, primary = _layers(linked, rules)
    system = replace(linked.system, always=_shown(linked, keep, hide_empty=hide_empty))
    price = _price(linked, cost)
    insiders = _insiders(linked, layers, primary) if rules.insiders else []
    start = None
    if method == "hypercube" or len(system.names) > LARGE:
        start = hypercube(system, linked.cubes, layers, primary, price, counts=linked.counts if rules.insiders else None)
    elif method != "optimal":
        message = f"The method {method!r} is unknown: optimal or hypercube."
        raise DisclosureError(message)
    limit = 0.0 if method == "hypercube" else time_limit
    threshold = 2 if rules.insiders else 0
    try:
        pattern = suppress(system, layers, primary, price, counts=linked.counts, threshold=threshold, time_limit=limit, insiders=insiders, start=start)  # fmt: skip
    except DisclosureError as error:
        raise _advised(linked, error) from error
    intervals = tuple(_audit(system, layers, pattern.hidden))
    failed = [interval for interval in intervals if pattern.primary[interval.cell] and not interval.enough]
    if failed:
        raise _failure(linked, failed)
    return Protected(linked, rules, pattern, intervals)


def audit(tables: Table | Iterable[Table], hidden: Iterable[str] | Booleans, rules: Rules | None = None) -> tuple[Interval, ...]:
    """What an attacker is left with for each hidden cell of a pattern, whoever made it.

    `hidden` are cell names (« 04 × culture ») or a boolean for each cell of `link(tables)`. An interval is `enough` when it is as
    wide as the rules require around a primary cell; around another, when it is not a point.
    """
    rules = rules or Rules()
    linked = link([tables] if isinstance(tables, Table) else tables)
    if isinstance(hidden, np.ndarray):
        chosen = np.asarray(hidden, dtype=bool)
    else:
        number = {name: place for place, name in enumerate(linked.system.names)}
        chosen = np.zeros(len(number), dtype=bool)
        chosen[[number[name] for name in hidden]] = True
    layers, primary = _layers(linked, rules)
    missed = primary & ~chosen
    shown = [
        Interval(cell, layer.name, value, value, enough=False)
        for layer in layers
        for cell, value in enumerate(map(float, layer.values))
        if missed[cell] and layer.needs(cell)
    ]
    return (*_audit(linked.system, layers, chosen), *shown)


def primary_cells(tables: Table | Iterable[Table], rules: Rules | None = None) -> dict[str, bool]:
    """Which cells the rules call sensitive, by name."""
    linked = link([tables] if isinstance(tables, Table) else tables)
    return dict(zip(linked.system.names, map(bool, _layers(linked, rules or Rules())[1]), strict=True))


def cost_of(linked: Linked, pattern: Pattern) -> dict[str, float]:
    """What a pattern takes away, in cells and in mass."""
    secondary = pattern.hidden & ~pattern.primary
    peopled = linked.counts > 0
    found = {
        "cells": float(peopled.sum()),
        "primary": float(pattern.primary.sum()),
        "secondary": float(secondary.sum()),
        "share_of_cells": float(pattern.hidden.sum()) / max(float(peopled.sum()), 1.0),
    }
    for name, masses in {COUNT: linked.counts, **linked.masses}.items():
        whole = float(np.nansum(masses))
        found[f"secondary_{name}"] = float(np.nansum(masses[secondary]))
        found[f"share_of_{name}"] = float(np.nansum(masses[pattern.hidden])) / whole if whole > 0 else 0.0
    return found


def _layers(linked: Linked, rules: Rules) -> tuple[list[Layer], Booleans]:
    """The figures on the cells with what the rules require of them, and the primary cells of any."""
    few = primary_by_count(linked.counts, rules.threshold)
    levels = {name: _levels(linked, name, rules) for name in linked.sums}
    primary = few.copy()
    for _, level in sorted(levels.items()):
        primary |= level > 0
    return [
        _count_layer(linked.counts, primary, rules),
        *(_amount_layer(linked, name, levels[name], primary, rules) for name in levels),
    ], primary


def _levels(linked: Linked, name: str, rules: Rules) -> Floats:
    known = linked.known[name]
    return np.where(known, dominance_levels(np.where(known, linked.masses[name], 0.0), linked.tops[name], rules), 0.0)


def _count_layer(counts: Floats, primary: Booleans, rules: Rules) -> Layer:
    few = primary & (counts < rules.threshold)
    lacking = np.maximum(rules.threshold - counts, 1.0) if rules.count_margin is None else np.full(len(counts), rules.count_margin)
    none = np.zeros(len(counts))
    top = np.full(len(counts), SPREAD * float(counts.max(initial=0.0)) + 10.0)
    return Layer(COUNT, counts, none, top, np.where(few, np.minimum(counts, 1.0), 0.0), np.where(few, lacking, 0.0), none)


def _amount_layer(linked: Linked, name: str, level: Floats, primary: Booleans, rules: Rules) -> Layer:
    """An amount: the interval reaches the dominance's level, and a share of the amount, on either side."""
    known = linked.known[name]
    values, mass = (np.where(known, array, 0.0) for array in (linked.sums[name], linked.masses[name]))
    reach = SPREAD * float(mass.max(initial=0.0)) + 1.0
    lower = np.zeros(len(values)) if bool((mass - values <= 1e-9 * reach).all()) else np.full(len(values), -reach)
    lower, upper = np.where(known, lower, -reach), np.full(len(values), reach)
    margin = np.where(primary & known, np.maximum(level, rules.margin * mass), 0.0)
    return Layer(name, values, lower, upper, np.minimum(margin, values - lower), margin, np.zeros(len(values)))


def _insiders(linked: Linked, layers: Sequence[Layer], primary: Booleans) -> list[Layer]:
    """Each layer as seen by each respondent who is alone in an inner cell: he knows his own figures, in all cells that hold him only."""
    alone = np.flatnonzero(primary & (linked.counts == 1))
    inner = {cell for cube in linked.cubes for cell in map(int, cube[tuple(slice(1, None) for _ in cube.shape)].ravel())}
    finest = [int(cell) for cell in alone if int(cell) in inner and not _covers_another(linked, int(cell), alone)]
    found = []
    for cell in finest:
        own = set(linked.keys[cell])
        also = [int(other) for other in alone if set(linked.keys[int(other)]) < own]
        name = f"the one of {linked.system.names[cell]}"
        found += [seen_by(layer, cell, name, also=also) for layer in layers if layer.name != COUNT]
    return found


def _covers_another(linked: Linked, cell: int, alone: NDArray[np.int64]) -> bool:
    """Whether a cell of one respondent only sums over a finer one of the same respondent."""
    own = set(linked.keys[cell])
    return any(own < set(linked.keys[int(other)]) for other in alone if int(other) != cell)


def _shown(linked: Linked, keep: Iterable[str], *, hide_empty: bool) -> Booleans:
    """The cells that cannot be hidden: those published already, and the empty ones unless they may be."""
    kept = set(keep)
    unknown = sorted(kept - set(linked.system.names))
    if unknown:
        message = f"There is no cell {', '.join(unknown)} to keep."
        raise DisclosureError(message)
    shown = np.asarray([name in kept for name in linked.system.names], dtype=bool)
    return shown if hide_empty else np.asarray(shown | (linked.counts == 0), dtype=bool)


def _price(linked: Linked, cost: str) -> Floats:
    known: dict[str, Floats] = {"cells": np.ones(len(linked.counts)), COUNT: linked.counts, **linked.masses}
    if cost not in known:
        message = f"The cost {cost!r} is unknown: {', '.join(known)}."
        raise DisclosureError(message)
    return np.nan_to_num(known[cost])


def _audit(system: System, layers: Sequence[Layer], hidden: Booleans) -> list[Interval]:
    cells = [int(cell) for cell in np.flatnonzero(hidden)]
    found = attacked(system, layers, hidden, cells)
    required = {layer.name: layer for layer in layers}
    return [
        interval if required[interval.layer].needs(interval.cell) else replace(interval, enough=interval.high - interval.low > 0)
        for interval in found
    ]


def _advised(linked: Linked, error: DisclosureError) -> DisclosureError:
    """The error with what to collapse: the variables of the cells concerned, the least cells first."""
    if not error.cells:
        return error
    number = {name: place for place, name in enumerate(linked.system.names)}
    advice = dict.fromkeys(text for name in error.cells for text in _collapses(linked, linked.keys[number[name]]))
    return DisclosureError(f"{error} {' '.join(advice)}", error.cells)


def _failure(linked: Linked, failed: Sequence[Interval]) -> DisclosureError:
    names = list(dict.fromkeys(linked.system.names[interval.cell] for interval in failed))
    worst = failed[0]
    message = (
        f"The audit failed: {worst.layer} of {names[0]} can be bounded to {worst.low:g}–{worst.high:g} ({len(names)} cells in all: "
        f"{', '.join(names)})."
    )
    return _advised(linked, DisclosureError(message, names))


def _collapses(linked: Linked, key: Key) -> list[str]:
    if not key:
        return ["The whole table rests on too few respondents: do not publish it, or wait for more."]
    column, code = min(key, key=lambda node: float(linked.counts[linked.keys.index((node,))]) if (node,) in linked.keys else np.inf)
    return [f"Merge « {code} » of {column} with another code of {column}, or publish the table without {column}."]
