"""Tables made ready for factor analysis: numbers standardised, categories as codes, both learnt on weighted rows.

What comes in is a DataFrame (or what scikit-learn made of an array); what goes out is a `Coded` table and the `Coding` that was
learnt from it: means and spreads of the numbers, levels and shares of the categories. The long table of indicators is never built
whole: it is read in slices, which keeps 70,000 rows small in memory.

A code of -1, or a level that was not learnt, counts as each level in its share: centred, it is zero, and says nothing (the
« passive » coding of missing answers). A category may also come as memberships (rows, levels) that sum to one, as imputation gives.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Floats

Codes = NDArray[np.int64]
Block = Codes | Floats
Kind = Literal["number", "category"]
Kinds = Mapping[str, Kind]

# The level of a question that did not concern the firm: it describes, and no asked firm is ever given it.
NOT_ASKED_LEVEL = "NC"
SLICE = 2048
# Below this share of its greatest value, the spread of a number is rounding and not information.
FLAT = 1e-13


@dataclass(frozen=True, slots=True)
class Coded:
    """A table in codes: `numbers` (rows, numbers) with NaN where unknown, and for each categorical variable codes (rows,), -1 where
    nothing is said, or memberships (rows, levels)."""

    numbers: Floats
    blocks: tuple[Block, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def rows(self, kept: NDArray[np.bool_] | Codes) -> "Coded":
        """Some of the rows, by a mask or by places."""
        return Coded(self.numbers[kept], tuple(block[kept] for block in self.blocks))


@dataclass(frozen=True, slots=True)
class Coding:
    """What a table taught: how its columns become standardised ones.

    `means` and `spreads` (numbers,) are weighted, with the sum of the weights as denominator; an infinite spread marks a constant.
    `shares` holds each variable's weighted shares by level, which sum to one; `divisors` (variables,) divide its indicators (1, or
    √Q in an MCA of Q variables). A level of share zero keeps its column, which is zero.
    """

    names: tuple[str, ...]
    variables: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    means: Floats
    spreads: Floats
    shares: tuple[Floats, ...]
    divisors: tuple[float, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the standardised columns: the number's own, or « variable=level »."""
        return self.names + tuple(
            f"{name}={level}" for name, levels in zip(self.variables, self.levels, strict=True) for level in levels
        )

    @property
    def finite_spreads(self) -> Floats:
        """The spreads of the numbers, zero where they are constant."""
        return np.where(np.isinf(self.spreads), 0.0, self.spreads)

    @property
    def slots(self) -> tuple[slice, ...]:
        """The columns of each categorical variable."""
        ends = np.cumsum([len(self.names), *(len(levels) for levels in self.levels)])
        return tuple(slice(int(a), int(b)) for a, b in pairwise(ends))

    def standard(self, coded: Coded) -> Floats:
        """The standardised columns (rows, columns): z-scores of the numbers, (indicator - share) / (√share · divisor)."""
        made = np.empty((len(coded), len(self.names) + sum(map(len, self.levels))))
        made[:, : len(self.names)] = (coded.numbers - self.means) / self.spreads
        for block, share, slot, divisor in zip(coded.blocks, self.shares, self.slots, self.divisors, strict=True):
            root = np.sqrt(share) * divisor
            if block.ndim == 1:
                table = np.vstack([_over(np.eye(len(share)) - share, root), np.zeros(len(share))])
                made[:, slot] = table[block]
            else:
                made[:, slot] = _over(block - share, root)
        return made

    def slices(self, coded: Coded) -> Iterator[tuple[slice, Floats]]:
        """The standardised columns, some rows at a time."""
        for start in range(0, len(coded), SLICE):
            part = slice(start, min(start + SLICE, len(coded)))
            yield part, self.standard(Coded(coded.numbers[part], tuple(block[part] for block in coded.blocks)))

    def raw_slices(self, coded: Coded) -> Iterator[tuple[slice, Floats]]:
        """Standardised numbers and plain indicators, some rows at a time; an answer that says nothing has none."""
        first, total = len(self.names), len(self.columns)
        starts = [(block, slot.start) for block, slot in zip(coded.blocks, self.slots, strict=True) if block.ndim == 1]
        blocks = [(block, slot) for block, slot in zip(coded.blocks, self.slots, strict=True) if block.ndim > 1]
        for start in range(0, len(coded), SLICE):
            part = slice(start, min(start + SLICE, len(coded)))
            size = part.stop - part.start
            made = np.zeros((size, total + 1))  # The last column takes the answers that say nothing.
            made[:, :first] = (coded.numbers[part] - self.means) / self.spreads
            lines = np.arange(size) * (total + 1)
            for codes, begin in starts:
                code = codes[part]
                made.reshape(-1)[lines + np.where(code < 0, total, begin + code)] = 1.0
            for block, slot in blocks:
                made[:, slot] = block[part]
            yield part, np.ascontiguousarray(made[:, :total])

    def project(self, coded: Coded, vectors: Floats) -> Floats:
        """Standardised rows times `vectors` (columns, axes). Each row's result is the same whatever rows stand beside it."""
        found = np.zeros((len(coded), vectors.shape[1]))
        for place, number in enumerate(((coded.numbers - self.means) / self.spreads).T):
            found += number[:, None] * vectors[place]
        for block, share, slot, divisor in zip(coded.blocks, self.shares, self.slots, self.divisors, strict=True):
            scaled = _over(vectors[slot].T, np.sqrt(share) * divisor).T
            centre = share @ scaled
            if block.ndim == 1:
                found += np.vstack([scaled - centre, np.zeros(vectors.shape[1])])[block]
            else:
                found += np.einsum("ij,jk->ik", block - share, scaled)
        return found

    def squared_distances(self, coded: Coded) -> Floats:
        """Each row's squared distance to the average row (rows,)."""
        found = np.zeros(len(coded))
        for part, standard in self.slices(coded):
            found[part] = np.einsum("ij,ij->i", standard, standard)
        return found


def learn(coded: Coded, weights: Floats, names: Sequence[str], variables: Sequence[str], levels: Sequence[Sequence[str]]) -> Coding:
    """What complete `coded` rows teach; `weights` (rows,) sum to one and are above zero."""
    means = weights @ coded.numbers
    spreads = spread_of(coded.numbers, weights)
    return Coding(
        names=tuple(names),
        variables=tuple(variables),
        levels=tuple(tuple(each) for each in levels),
        means=means,
        spreads=spreads,
        shares=tuple(shares_of(block, weights, len(known)) for block, known in zip(coded.blocks, levels, strict=True)),
        divisors=(1.0,) * len(variables),
    )


def spread_of(numbers: Floats, weights: Floats) -> Floats:
    """Weighted standard deviations (denominator: the sum of the weights); infinite where a column is constant."""
    apart = numbers - weights @ numbers
    peak = np.abs(apart).max(axis=0, initial=0.0)
    flat = (numbers == numbers[:1]).all(axis=0) | (peak <= FLAT * np.abs(numbers).max(axis=0, initial=0.0))
    scaled = apart / np.where(peak > 0, peak, 1.0)  # Squares of great numbers would overflow, those of tiny ones vanish.
    return np.where(flat, np.inf, peak * np.sqrt(weights @ scaled**2))


def shares_of(block: Block, weights: Floats, levels: int) -> Floats:
    """Weighted shares of the levels among the rows that say something; they sum to one, unless no row does."""
    if block.ndim == 2:  # noqa: PLR2004 (memberships are a matrix.)
        return np.asarray(np.maximum(weights @ block, 0.0), dtype=np.float64)
    said = block >= 0
    mass = np.bincount(block[said], weights[said], minlength=levels).astype(np.float64)
    return mass / mass.sum() if mass.sum() > 0 else mass


def check_names(table: pd.DataFrame) -> None:
    """Refuses two columns of one name, which no result could tell apart."""
    names = [str(name) for name in table.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"Two columns bear the same name: {', '.join(twice)}. Rename or remove one of them."
        raise ValueError(message)


def kinds_of(table: pd.DataFrame, declared: Kinds | None) -> dict[str, Kind]:
    """What each column is: as declared, else a number where its type is numeric (booleans are categories)."""
    declared = declared or {}
    unknown = sorted(set(declared) - {str(name) for name in table.columns})
    if unknown:
        message = f"The declared kinds name columns that the table does not have: {', '.join(unknown)}."
        raise ValueError(message)
    found: dict[str, Kind] = {}
    for name, column in table.items():
        kind = declared.get(str(name)) or _kind(column)
        if kind not in {"number", "category"}:
            message = f"Column {name} is declared « {kind} »; say « number » or « category »."
            raise ValueError(message)
        found[str(name)] = kind
    return found


def _kind(column: pd.Series) -> Kind:
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
            message = f"Column {column.name} holds dates: turn them into a number or a category, or declare which in « kinds »."
            raise ValueError(message)
        return "category"
    return "number"


def numbers_of(table: pd.DataFrame, names: Sequence[str]) -> Floats:
    """The numbers of some columns (rows, numbers), NaN where unknown."""
    found = np.empty((len(table), len(names)))
    for place, name in enumerate(names):
        try:
            found[:, place] = pd.to_numeric(table[name]).to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            message = f"Column {name} is a number but holds something else: {error}"
            raise ValueError(message) from error
    infinite = [name for name, bad in zip(names, np.atleast_1d(np.isinf(found).any(axis=0)), strict=True) if bad]
    if infinite:
        message = f"These numbers are infinite somewhere: {', '.join(infinite)}. Correct them or leave them empty."
        raise ValueError(message)
    return found


def codes_of(column: pd.Series, missing: str | None) -> tuple[Codes, tuple[str, ...]]:
    """A categorical column as codes (-1 where empty) and its levels as text.

    The order of the levels is that of a pandas categorical, else alphabetical. Empty answers become the level `missing`, last,
    unless it is None.
    """
    if pd.api.types.is_float_dtype(column) and np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan)).any():
        message = f"These numbers are infinite somewhere: {column.name}. Correct them or leave them empty."
        raise ValueError(message)
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(dtype=np.int64), list(column.cat.categories)
        order = list(dict.fromkeys(label_of(value) for value in values))
    else:
        codes, found = pd.factorize(column)
        values = list(found)
        order = sorted({label_of(value) for value in values})
    codes = codes.astype(np.int64)
    if missing is not None and (codes < 0).any() and missing not in order:
        order.append(missing)
    place = {label: number for number, label in enumerate(order)}
    empty = -1 if missing is None else place.get(missing, -1)
    return np.asarray([*(place[label_of(value)] for value in values), empty], dtype=np.int64)[codes], tuple(order)


def label_of(value: object) -> str:
    """A level as text; a whole number is written alike whether or not gaps made its column one of decimals."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def known_codes(column: pd.Series, levels: Sequence[str], missing: str | None) -> Codes:
    """A column in the codes of the `levels` already learnt; a level that was not is -1."""
    codes, labels = codes_of(column, missing)
    place = {label: number for number, label in enumerate(levels)}
    return np.asarray([*(place.get(label, -1) for label in labels), -1], dtype=np.int64)[codes]


def used_levels(codes: Codes, labels: Sequence[str], used: NDArray[np.bool_]) -> tuple[Codes, tuple[str, ...]]:
    """Only the levels that the `used` rows have, with the codes renumbered; other rows' own levels become -1."""
    seen = np.bincount(codes[used & (codes >= 0)], minlength=len(labels)) > 0
    renumbered = np.append(np.where(seen, np.cumsum(seen) - 1, -1), -1)
    return renumbered[codes].astype(np.int64), tuple(label for label, kept in zip(labels, seen, strict=True) if kept)


def _over(values: Floats, divisors: Floats) -> Floats:
    """Columns over their divisors, zero where the divisor is."""
    return np.asarray(np.where(divisors > 0, values / np.where(divisors > 0, divisors, 1.0), 0.0), dtype=np.float64)
