"""Tables of a publication as cells tied by sums: several variables, hierarchies, several amounts, tables that share cells.

What comes in are respondents' rows, or cells already counted; what goes out are `Table`s whose cells are known by what they cover,
so that tables published together find their common cells by themselves (`link`). To protect them: `analysis.disclosure.protection`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Booleans, Floats
from analysis.disclosure.cells import DisclosureError, Relation, System
from analysis.disclosure.rules import merged_tops

Cells = NDArray[np.int64]
Key = tuple[tuple[str, str], ...]  # What a cell covers: (column, code) for each variable that is not summed over.
Node = tuple[str, str]
Axis = tuple[str, ...]  # A hierarchy: columns from the coarsest to the finest.
By = Sequence[str | Sequence[str]]

DEPTH = 5


@dataclass(frozen=True, slots=True)
class Family:
    """A total and its parts along one axis; a node is (column, code), or None for the whole."""

    total: tuple[str, str] | None
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table with all its margins.

    Attributes
    ----------
    axes
        The hierarchies that it crosses, each a tuple of columns from the coarsest to the finest.
    keys
        What each of its n cells covers.
    cubes
        Its sub-tables: arrays of cell numbers, one axis a hierarchy, the total at index 0.
    counts
        (n,) Respondents.
    sums, masses
        Response -> (n,) sum of the contributions, and of their absolute values.
    tops
        Response -> (n, depth) greatest contributions in absolute value, greatest first.
    parents
        The node above each node of a hierarchy, for those that have one.
    """

    axes: tuple[Axis, ...]
    keys: tuple[Key, ...]
    cubes: tuple[Cells, ...]
    counts: Floats
    sums: Mapping[str, Floats]
    masses: Mapping[str, Floats]
    tops: Mapping[str, Floats]
    parents: Mapping[tuple[str, str], tuple[str, str]]

    @classmethod
    def from_records(
        cls, rows: pd.DataFrame, by: By, responses: Sequence[str] = (), *, levels: pd.DataFrame | None = None, depth: int = DEPTH
    ) -> "Table":
        """A table of respondents, one a row.

        Parameters
        ----------
        rows
            A row a respondent: the columns of `by`, and the `responses`. An amount that is missing or infinite counts for nothing.
        by
            The variables crossed: a column, or a hierarchy as the sequence of its columns from the coarsest to the finest.
        responses
            Numeric columns whose sums are published; negative amounts are allowed.
        levels
            Rows whose columns of `by` hold all codes that the table shows (a frame, say); the respondents' own without it.
        depth
            How many of the greatest contributions to keep for the rules.

        Raises
        ------
        DisclosureError
            Without a row, without a column, without any known amount of a response, where a response holds text, or where a code lies
            under two of the level above.
        """
        axes = _axes(by)
        columns = [column for axis in axes for column in axis]
        _require(rows, [*columns, *responses])
        places = rows[columns].astype(str)
        shape = places if levels is None else pd.concat([places, _required(levels, columns)[columns].astype(str)])
        amounts = {name: _numbers(rows[name]) for name in responses}
        unknown = [name for name in responses if rows[name].isna().all()]
        if unknown:
            message = f"No amount is known of {', '.join(unknown)}: leave it out, there is nothing to publish of it."
            raise DisclosureError(message)
        codes = [tuple(row) for row in places[[axis[-1] for axis in axes]].to_numpy()]
        members: dict[tuple[str, ...], list[int]] = {}
        for place, code in enumerate(codes):
            members.setdefault(code, []).append(place)
        atoms = {
            code: Atom(
                float(len(inside)),
                {name: float(values[inside].sum()) for name, values in amounts.items()},
                {name: float(np.abs(values[inside]).sum()) for name, values in amounts.items()},
                {name: merged_tops([values[inside]], depth) for name, values in amounts.items()},
            )
            for code, inside in members.items()
        }
        return _built(cls, axes, shape, atoms, tuple(responses), depth)

    @classmethod
    def from_cells(
        cls,
        cells: pd.DataFrame,
        by: By,
        *,
        counts: str,
        responses: Sequence[str] = (),
        greatest: Mapping[str, Sequence[str]] | None = None,
    ) -> "Table":
        """A table of inner cells already counted, one a row; its margins are summed here.

        Parameters
        ----------
        cells, by
            The inner cells, and the variables crossed, as in `from_records`.
        counts
            The column of respondents.
        responses
            Columns of sums, of contributions of zero at least.
        greatest
            Response -> the columns of its greatest contributions, greatest first.
        """
        axes = _axes(by)
        columns = [column for axis in axes for column in axis]
        tops = {name: list((greatest or {}).get(name, ())) for name in responses}
        _require(cells, [*columns, counts, *responses, *(column for found in tops.values() for column in found)])
        places = cells[columns].astype(str)
        codes = [tuple(row) for row in places[[axis[-1] for axis in axes]].to_numpy()]
        if len(set(codes)) < len(codes):
            message = f"The cell {next(code for code in codes if codes.count(code) > 1)} is there twice."
            raise DisclosureError(message)
        depth = max((len(found) for found in tops.values()), default=0)
        numbers = {
            name: _numbers(cells[name]) for name in (counts, *responses, *(column for found in tops.values() for column in found))
        }
        if any((numbers[name] < 0).any() for name in (counts, *responses)):
            message = (
                "A cell already counted cannot be negative: give respondents' rows (`from_records`) for amounts of both signs."
            )
            raise DisclosureError(message)
        atoms = {
            code: Atom(
                float(numbers[counts][place]),
                {name: float(numbers[name][place]) for name in responses},
                {name: float(numbers[name][place]) for name in responses},
                {name: np.asarray([numbers[column][place] for column in tops[name]]) for name in responses},
            )
            for place, code in enumerate(codes)
        }
        return _built(cls, axes, places, atoms, tuple(responses), depth)

    @property
    def names(self) -> tuple[str, ...]:
        """What people call each cell."""
        return names_of(self.keys)

    def levels(self, key: Key) -> dict[str, str]:
        """The code of each column for a cell, those above included; columns that it sums over are absent."""
        found: dict[str, str] = {}
        for node in key:
            above: tuple[str, str] | None = node
            while above is not None:
                found[above[0]] = above[1]
                above = self.parents.get(above)
        return found

    @property
    def system(self) -> System:
        """Its cells and sums alone."""
        return system_of(self.keys, [self.cubes], np.arange(len(self.keys))[None])

    def cell(self, **levels: str) -> int:
        """The number of the cell that covers these levels (column=code), the rest summed over."""
        wanted = {(column, str(code)) for column, code in levels.items()}
        return next(place for place, key in enumerate(self.keys) if set(key) == wanted)


@dataclass(frozen=True, slots=True)
class Atom:
    """An inner cell: its respondents, and by response its sum, its sum of absolute values and its greatest contributions."""

    count: float
    sums: Mapping[str, float]
    masses: Mapping[str, float]
    tops: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Linked:
    """Tables published together: one cell for each thing covered, whatever tables it stands in.

    `places` are, table by table, the numbers of its cells here.
    """

    tables: tuple[Table, ...]
    keys: tuple[Key, ...]
    system: System
    cubes: tuple[Cells, ...]
    places: tuple[Cells, ...]
    counts: Floats
    sums: Mapping[str, Floats]
    masses: Mapping[str, Floats]
    tops: Mapping[str, Floats]
    known: Mapping[str, Booleans]


def link(tables: Iterable[Table]) -> Linked:
    """Brings tables together by what their cells cover.

    `known` says by response which cells have it: a response may be published in some of the tables only. Raises `DisclosureError`
    where two tables disagree on a cell, or without a table.
    """
    given = tuple(tables)
    if not given:
        message = "There is no table to protect."
        raise DisclosureError(message)
    numbers: dict[Key, int] = {}
    places = tuple(np.asarray([numbers.setdefault(key, len(numbers)) for key in table.keys], dtype=np.int64) for table in given)
    size, keys = len(numbers), tuple(numbers)
    responses = list(dict.fromkeys(name for table in given for name in table.sums))
    depth = max((tops.shape[1] for table in given for tops in table.tops.values()), default=0)
    counts = np.full(size, np.nan)
    sums, masses = ({name: np.full(size, np.nan) for name in responses} for _ in range(2))
    tops = {name: np.zeros((size, depth)) for name in responses}
    for table, place in zip(given, places, strict=True):
        _fill(counts, place, table.counts, keys, "respondents")
        for name in table.sums:
            _fill(sums[name], place, table.sums[name], keys, name)
            masses[name][place] = table.masses[name]
            tops[name][place, : table.tops[name].shape[1]] = table.tops[name]
    cubes = tuple(place[cube] for table, place in zip(given, places, strict=True) for cube in table.cubes)
    system = system_of(keys, [table.cubes for table in given], places)
    known = {name: np.isfinite(sums[name]) for name in responses}
    return Linked(given, keys, system, cubes, places, counts, sums, masses, tops, known)


def named(key: Key) -> str:
    """A cell's name: its codes, or « Total »."""
    return " × ".join(code for _, code in key) or "Total"


def names_of(keys: Sequence[Key]) -> tuple[str, ...]:
    """The cells' names, with their columns where a code stands for several things."""
    short = tuple(named(key) for key in keys)
    if len(set(short)) == len(short):
        return short
    return tuple(" × ".join(f"{column} {code}" for column, code in key) or "Total" for key in keys)


def system_of(keys: Sequence[Key], cubes: Sequence[Sequence[Cells]], places: Iterable[Cells]) -> System:
    """The sums of all sub-tables, each once."""
    sums: dict[tuple[int, tuple[int, ...]], None] = {}
    for table, place in zip(cubes, places, strict=True):
        for cube in table:
            for axis in range(cube.ndim):
                lines = np.moveaxis(place[cube], axis, -1).reshape(-1, cube.shape[axis])
                sums.update(dict.fromkeys((int(line[0]), tuple(sorted(map(int, line[1:])))) for line in lines))
    # Two tables of different detail may show one cell as a total and its only part.
    relations = tuple(Relation(total, parts) for total, parts in sums if parts != (total,))
    return System(names_of(keys), relations, np.zeros(len(keys), dtype=bool))


def _fill(stored: Floats, place: Cells, values: Floats, keys: Sequence[Key], name: str) -> None:
    clash = np.flatnonzero(np.isfinite(stored[place]) & ~np.isclose(stored[place], values, rtol=1e-9, atol=1e-9))
    if clash.size:
        cell = int(place[clash[0]])
        message = (
            f"Two tables disagree on {name} of {named(keys[cell])}: {stored[cell]:g} and {values[clash[0]]:g}. "
            "Tables published together rest on the same respondents."
        )
        raise DisclosureError(message, [named(keys[cell])])
    stored[place] = values


def _axes(by: By) -> tuple[Axis, ...]:
    axes = tuple((axis,) if isinstance(axis, str) else tuple(axis) for axis in by)
    columns = [column for axis in axes for column in axis]
    if not axes or not all(axes) or len(set(columns)) < len(columns):
        message = f"A table crosses one variable at least, each once: {columns}."
        raise DisclosureError(message)
    return axes


def _required(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    absent = [column for column in columns if column not in rows.columns]
    if absent:
        message = f"The columns {', '.join(absent)} are missing."
        raise DisclosureError(message)
    return rows


def _require(rows: pd.DataFrame, columns: Sequence[str]) -> None:
    _required(rows, columns)
    if rows.empty:
        message = "The table has no row: there is nothing to publish."
        raise DisclosureError(message)


def _numbers(values: pd.Series) -> Floats:
    """The amounts of a column, zero where missing or infinite."""
    try:
        numbers = pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        message = f"{values.name} holds something else than amounts ({error}): correct it, or leave the cell empty."
        raise DisclosureError(message) from error
    return np.where(np.isfinite(numbers), numbers, 0.0)


def _families(axis: Axis, shape: pd.DataFrame) -> tuple[list[Family], dict[str, tuple[Node | None, ...]], dict[Node, Node]]:
    """The totals of an axis with their parts, the whole first; by finest code, all nodes that contain it; and the node above each."""
    rows = shape[list(axis)].drop_duplicates().sort_values(list(axis), kind="stable")
    children: dict[tuple[str, str] | None, dict[tuple[str, str], None]] = {}
    above: dict[tuple[str, str], tuple[str, str] | None] = {}
    chains: dict[str, tuple[tuple[str, str] | None, ...]] = {}
    for row in rows.to_numpy():
        parent: tuple[str, str] | None = None
        for column, code in zip(axis, row, strict=True):
            node = (column, code)
            if above.setdefault(node, parent) != parent:
                first, second = cast("tuple[str, str]", above[node]), cast("tuple[str, str]", parent)
                message = (
                    f"{column} « {code} » lies under {first[0]} « {first[1]} » and « {second[1]} »: it is no hierarchy. "
                    f"Give {column} as a variable of its own, or make its codes distinct."
                )
                raise DisclosureError(message, [code])
            children.setdefault(parent, {})[node] = None
            parent = node
        chains[row[-1]] = (None, *zip(axis, row, strict=True))
    parents = {node: parent for node, parent in above.items() if parent is not None}
    return [Family(total, tuple(parts)) for total, parts in children.items()], chains, parents


def _built(
    cls: type[Table], axes: tuple[Axis, ...], shape: pd.DataFrame, atoms: Mapping[tuple[str, ...], Atom], responses: tuple[str, ...], depth: int
) -> Table:  # fmt: skip
    grown = [_families(axis, shape) for axis in axes]
    numbers: dict[Key, int] = {}

    def number(nodes: tuple[tuple[str, str] | None, ...]) -> int:
        return numbers.setdefault(tuple(node for node in nodes if node is not None), len(numbers))

    cubes = []
    for families in product(*(found for found, _, _ in grown)):
        sides = [(family.total, *family.parts) for family in families]
        cells = [number(nodes) for nodes in product(*sides)]
        cubes.append(np.asarray(cells, dtype=np.int64).reshape([len(side) for side in sides]))
    size = len(numbers)
    counts = np.zeros(size)
    sums, masses = ({name: np.zeros(size) for name in responses} for _ in range(2))
    parts: dict[str, list[list[Floats]]] = {name: [[] for _ in range(size)] for name in responses}
    for code, atom in atoms.items():
        for nodes in product(*(chains[level] for (_, chains, _), level in zip(grown, code, strict=True))):
            cell = numbers[tuple(node for node in nodes if node is not None)]
            counts[cell] += atom.count
            for name in responses:
                sums[name][cell] += atom.sums[name]
                masses[name][cell] += atom.masses[name]
                parts[name][cell].append(atom.tops[name])
    tops = {name: np.stack([merged_tops(found, depth) for found in parts[name]]) for name in responses}
    return cls(
        axes,
        tuple(numbers),
        tuple(cubes),
        counts,
        sums,
        masses,
        tops,
        {node: above for _, _, found in grown for node, above in found.items()},
    )
