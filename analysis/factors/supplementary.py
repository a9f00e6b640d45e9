"""Supplementary variables: what the axes say of columns that did not make them (sector, territory, size…).

What comes in are the rows' coordinates, the extra columns and the weights; what goes out are correlations of numbers, coordinates,
qualities and test values of categories, and how tied each variable is to each axis (Lebart, Morineau & Piron, § 1.4).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.factors.coding import Coded, Codes, Coding, Kinds, check_names, codes_of, kinds_of, numbers_of
from analysis.factors.inertia import quotient, v_tests


@dataclass(frozen=True, slots=True)
class Supplementary:
    """Columns placed on axes that they did not make.

    `numbers` are weighted correlations with the axes and `number_cos2` their squares (numbers, axes). `categories` are coordinates,
    `category_cos2` qualities and `category_tests` test values (categories, axes); `distances` (categories,) are the distances of the
    categories to the centre. `variables` (variables, axes) are squared correlations and η², 0 to 1. A row without an answer is left
    out of the column's means, and is among the other rows in its test values.
    """

    numbers: pd.DataFrame
    number_cos2: pd.DataFrame
    categories: pd.DataFrame
    category_cos2: pd.DataFrame
    category_tests: pd.DataFrame
    distances: pd.Series
    variables: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows on their axes: coordinates `points` (rows, axes), their variances `values` (axes,), `weights` (rows,) summing to one, the
    number of rows behind tests, and the standardised table they come from. `profiles` shows categories as an MCA does."""

    points: Floats
    values: Floats
    weights: Floats
    tested_rows: float
    coded: Coded
    coding: Coding
    axes: tuple[str, ...]
    profiles: bool


def place(extra: pd.DataFrame, rows: Placed, kinds: Kinds | None = None) -> Supplementary:
    """Places the columns of `extra` (rows, columns) on the axes of `rows`.

    Raises
    ------
    ValueError
        When `extra` has not one row a row placed, or columns that cannot be read.

    """
    if len(extra) != len(rows.points):
        message = f"The supplementary table has {len(extra)} rows where the active one has {len(rows.points)}."
        raise ValueError(message)
    check_names(extra)
    found = kinds_of(extra, kinds)
    named = extra.rename(columns=str)
    names = [name for name, kind in found.items() if kind == "number"]
    correlations = _correlations(numbers_of(named, names), rows)
    tied = dict(zip(names, correlations**2, strict=True))
    labels: list[str] = []
    figures: list[tuple[Floats, Floats, Floats, Floats]] = []
    for name in (name for name, kind in found.items() if kind == "category"):
        codes, levels = codes_of(named[name], None)
        labels += [f"{name}={level}" for level in levels]
        figures.append(_levels(codes, len(levels), rows))
        tied[name] = _eta2(codes, len(levels), rows)
    stacked = [np.concatenate([np.zeros((0, len(rows.axes))), *(each[place] for each in figures)]) for place in range(3)]
    axes = list(rows.axes)
    return Supplementary(
        numbers=pd.DataFrame(correlations, index=names, columns=axes),
        number_cos2=pd.DataFrame(correlations**2, index=names, columns=axes),
        categories=pd.DataFrame(stacked[0], index=labels, columns=axes),
        category_cos2=pd.DataFrame(stacked[1], index=labels, columns=axes),
        category_tests=pd.DataFrame(stacked[2], index=labels, columns=axes),
        distances=pd.Series(np.concatenate([np.zeros(0), *(each[3] for each in figures)]), index=labels),
        variables=pd.DataFrame([tied[name] for name in found], index=list(found), columns=axes),
    )


def _correlations(numbers: Floats, rows: Placed) -> Floats:
    """Weighted correlations of numbers with the axes, over the rows where each is known (numbers, axes)."""
    found = np.zeros((numbers.shape[1], len(rows.axes)))
    for number, column in enumerate(numbers.T):
        known = ~np.isnan(column) & (rows.weights > 0)
        if not known.any():
            continue
        share = rows.weights[known] / rows.weights[known].sum()
        apart = column[known] - share @ column[known]
        if np.ptp(column[known]) == 0:
            continue
        points = rows.points[known] - share @ rows.points[known]
        apart = apart / np.abs(apart).max()
        found[number] = quotient(share @ (apart[:, None] * points), np.sqrt((share @ apart**2) * (share @ points**2)))
    return found


def _levels(codes: Codes, levels: int, rows: Placed) -> tuple[Floats, Floats, Floats, Floats]:
    """Coordinates, qualities and test values of the levels (levels, axes), and their distances to the centre (levels,)."""
    mass = _sums(rows.weights[:, None], codes, levels)
    means = quotient(_sums(rows.points * rows.weights[:, None], codes, levels), mass)
    tests = v_tests(means, rows.values, mass, rows.tested_rows)
    if rows.profiles:
        shown = quotient(means, np.sqrt(rows.values))
        squares = quotient(1 - mass, mass)
    else:
        shown = means
        squares = (quotient(_standard_sums(codes, levels, rows), mass) ** 2).sum(axis=1, keepdims=True)
    return shown, quotient(shown**2, squares), tests, np.sqrt(squares[:, 0])


def _standard_sums(codes: Codes, levels: int, rows: Placed) -> Floats:
    """Weighted sums of the standardised rows of each level (levels, columns)."""
    found = np.zeros((levels, len(rows.coding.columns)))
    for part, standard in rows.coding.slices(rows.coded):
        found += _sums(standard * rows.weights[part, None], codes[part], levels)
    return found


def _eta2(codes: Codes, levels: int, rows: Placed) -> Floats:
    """The share of each axis's variance that lies between the levels, among the rows that answered (axes,)."""
    said = codes >= 0
    weights, points, codes = rows.weights[said, None], rows.points[said], codes[said]
    total = weights.sum()
    if total <= 0:
        return np.zeros(len(rows.axes))
    apart = points - (weights * points).sum(axis=0) / total
    means = quotient(_sums(apart * weights, codes, levels), _sums(weights, codes, levels))
    between = (_sums(weights, codes, levels) * means**2).sum(axis=0)
    return quotient(between, (weights * apart**2).sum(axis=0))


def _sums(values: Floats, codes: Codes, levels: int) -> Floats:
    """The sums of `values` (rows, columns) by level (levels, columns), in the order of the rows."""
    said = codes >= 0
    return np.stack([np.bincount(codes[said], column[said], minlength=levels) for column in values.T], axis=1)
