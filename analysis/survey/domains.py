"""Estimates on a domain of a survey, and on every domain of a partition at once.

What comes in is a survey's frame (weights, stages, regression) and the rows of a domain; what goes out are `Estimate`s, or data
frames with one row a domain. A domain keeps the whole design: rows outside it have no influence, but their strata and clusters count.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.arrays import Booleans, Floats, Integers
from analysis.survey import linearised
from analysis.survey.columns import Values, categories, numbers, read
from analysis.survey.estimate import NOBODY, Estimate
from analysis.survey.intervals import Interval, proportion, quantile, student
from analysis.survey.linearised import Linearised
from analysis.survey.variance import DesignError, Regression, Stage, Support, Variance

COLUMNS = ("value", "se", "low", "high", "n", "n_effective", "design_effect", "degrees", "reliability")
CHUNK = 500_000  # Numbers held at once by estimates of many variables.


class Freedom(StrEnum):
    """Whose first-stage units, less strata, are the degrees of freedom: those who answered, or all rows of the domain (as in R)."""

    ANSWERS = "answers"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a design and all its domains share."""

    table: pd.DataFrame | None
    weights: Floats
    stages: tuple[Stage, ...]
    regression: Regression | None
    variance: Variance
    level: float
    freedom: Freedom

    def numbers(self, *values: Values) -> Floats:
        """Columns or arrays side by side, (rows, columns)."""
        return numbers(self.table, values, len(self.weights))

    def categories(self, name: str) -> tuple[Integers, list[str]]:
        """The level of each row, -1 for no answer, and the levels."""
        return categories(read(self.table, name))


class Domain:
    """Estimates on some rows of a design; made by `Design.where` and `Design.by`.

    Values are column names, or arrays in the order of all rows of the design.
    """

    def __init__(self, frame: Frame, rows: Integers) -> None:
        self._frame = frame
        self._rows = rows
        self._weights = frame.weights[rows]

    def __len__(self) -> int:
        return len(self._rows)

    def mean(self, values: Values) -> Estimate:
        """The weighted mean, with Student's interval."""
        return self._means(self._frame.numbers(values))[0]

    def total(self, values: Values) -> Estimate:
        """The weighted sum, with Student's interval."""
        return self._totals(self._frame.numbers(values))[0]

    def ratio(self, numerator: Values, denominator: Values) -> Estimate:
        """The ratio of two weighted sums; `NOBODY` where the denominator is zero."""
        return self._ratio(self._frame.numbers(numerator, denominator))

    def proportion(self, flags: Values, *, interval: Interval | str = Interval.LOGIT) -> Estimate:
        """The weighted share (0 to 1) of rows whose flag, 0 or 1, is set."""
        return self._means(_flags(self._frame.numbers(flags)), Interval(interval))[0]

    def quantiles(self, values: Values, probabilities: Sequence[float]) -> tuple[Estimate, ...]:
        """Weighted quantiles with Woodruff's intervals (1952).

        The interval of the share of firms at or under the quantile is carried back to values; the standard error is its width over
        twice the Student quantile. A bound that would lie beyond all answers is not known (NaN), and neither is then the error.
        """
        return self._quantiles(self._frame.numbers(values)[:, 0], probabilities)

    def quantile(self, values: Values, probability: float) -> Estimate:
        """One weighted quantile with Woodruff's interval."""
        return self.quantiles(values, [probability])[0]

    def median(self, values: Values) -> Estimate:
        """The weighted median with Woodruff's interval."""
        return self.quantile(values, 0.5)

    def means(self, names: Sequence[str]) -> pd.DataFrame:
        """The weighted means of several columns, one row each."""
        return table_of(pd.Index(names, name="variable"), self._means(self._frame.numbers(*names)), share=False)

    def shares(self, *names: str, interval: Interval | str = Interval.LOGIT) -> pd.DataFrame:
        """The weighted share of each level of categorical columns, one row a column and level."""
        known = [self._frame.categories(name) for name in names]
        keys = [(name, level) for name, (_, levels) in zip(names, known, strict=True) for level in levels]
        return table_of(level_index(keys), self._shares(known, Interval(interval)), share=True)

    def answered(self, values: Values) -> Booleans:
        """Which rows of the design are in this domain and answered."""
        whole = np.zeros(len(self._frame.weights), dtype=bool)
        whole[self._rows] = np.isfinite(self._frame.numbers(values)[self._rows, 0])
        return whole

    def influence(self, values: Values) -> tuple[float, Floats]:
        """The weighted mean and its linearised variable on all rows of the design, for estimators made of several."""
        made = linearised.means(self._weights, self._frame.numbers(values)[self._rows])
        whole = np.zeros(len(self._frame.weights))
        whole[self._rows] = made.influence[:, 0]
        return float(made.value[0]), whole

    @cached_property
    def _support(self) -> Support:
        return Support(self._frame.variance, self._rows)

    def _means(self, whole: Floats, interval: Interval | None = None) -> list[Estimate]:
        step = max(1, CHUNK // max(len(self), 1))
        found: list[Estimate] = []
        for start in range(0, whole.shape[1], step):
            made = linearised.means(self._weights, whole[self._rows, start : start + step])
            found += self._made(made, interval)
        return found

    def _totals(self, whole: Floats) -> list[Estimate]:
        return self._made(linearised.totals(self._weights, whole[self._rows]))

    def _ratio(self, whole: Floats) -> Estimate:
        here = whole[self._rows]
        return self._made(linearised.ratios(self._weights, here[:, :1], here[:, 1:]))[0]

    def _shares(self, known: Sequence[tuple[Integers, list[str]]], interval: Interval) -> list[Estimate]:
        found: list[Estimate] = []
        waiting: list[Floats] = []
        room = CHUNK // max(len(self), 1)
        for place, (codes, levels) in enumerate(known):
            here = codes[self._rows, None]
            waiting.append(np.where(here < 0, np.nan, here == np.arange(len(levels))))
            if place == len(known) - 1 or sum(flags.shape[1] for flags in waiting) > room:
                found += self._made(linearised.means(self._weights, np.hstack(waiting)), interval)
                waiting = []
        return found

    def _quantiles(self, whole: Floats, probabilities: Sequence[float]) -> tuple[Estimate, ...]:
        points = np.asarray(probabilities, dtype=float)
        if not ((points >= 0) & (points <= 1)).all():
            message = "Probabilities of quantiles are between 0 and 1."
            raise DesignError(message)
        answered = Domain(self._frame, self._rows[np.isfinite(whole[self._rows])])
        return answered._woodruffs(whole[answered._rows], points)

    def _woodruffs(self, here: Floats, points: Floats) -> tuple[Estimate, ...]:
        found = linearised.quantiles(self._weights, here, points)
        reached = self._made(linearised.means(self._weights, (here[:, None] <= found).astype(np.float64)))
        return tuple(self._woodruff(here, float(value), share) for value, share in zip(found, reached, strict=True))

    def _woodruff(self, here: Floats, value: float, share: Estimate) -> Estimate:
        if share.n == 0:
            return NOBODY
        bounds = linearised.quantiles(self._weights, here, np.asarray([share.low, share.high]))
        low, high = np.where(np.isfinite([share.low, share.high]) & [share.low >= 0, share.high <= 1], bounds, np.nan).tolist()
        se = (high - low) / (2 * float(quantile(np.asarray([share.degrees]), self._frame.level)[0]))
        return Estimate(value, se, low, high, share.n, share.n_effective, degrees=share.degrees, population=share.population)

    def _made(self, made: Linearised, interval: Interval | None = None) -> list[Estimate]:
        se = np.sqrt(self._frame.variance.of(made.influence, self._support))
        degrees = self._degrees(made.known)
        level = self._frame.level
        if interval is None:
            # One answer has no spread of its own, so that no interval can be given around it.
            low, high = student(made.value, np.where(made.n > 1, se, np.nan), degrees, level)
        else:
            count = made.n if self._frame.freedom is Freedom.ANSWERS else np.full_like(made.n, len(self))
            low, high = proportion(made.value, se, count, made.n_effective, degrees, level=level, kind=interval)
        with np.errstate(invalid="ignore", divide="ignore"):
            effect = np.where(made.simple > 0, se**2 / made.simple, np.nan)
        columns = (made.value, se, low, high, made.n, made.n_effective, effect, degrees, made.population)
        return [
            Estimate(value, se, low, high, int(n), *rest) if n > 0 and np.isfinite(value) else NOBODY
            for value, se, low, high, n, *rest in np.column_stack(columns).tolist()
        ]

    def _degrees(self, known: Booleans) -> Floats:
        """First-stage units less strata, 1 at least."""
        first = self._frame.stages[0]
        if self._frame.freedom is Freedom.DOMAIN:
            known = np.ones_like(known)
        counted: dict[bytes, int] = {}
        found = []
        for column in known.T:
            key = np.packbits(column).tobytes()
            if key not in counted:
                rows = self._rows[column]
                units = rows if first.single else np.unique(first.units[rows])
                counted[key] = max(len(units) - len(np.unique(first.strata[units])), 1)
            found.append(counted[key])
        return np.asarray(found, dtype=float)


class By:
    """The domains of one column or of the crossing of several; made by `Design.by`.

    It iterates over (level or levels, `Domain`), domains without rows left out, levels in their declared order or sorted.
    """

    def __init__(self, frame: Frame, names: Sequence[str], keys: Sequence[tuple[Integers, list[str]]]) -> None:
        self._frame = frame
        self._names = tuple(names)
        code = np.zeros(len(frame.weights), dtype=np.int64)
        missing = np.zeros(len(code), dtype=bool)
        for codes, levels in keys:
            code = code * max(len(levels), 1) + np.maximum(codes, 0)
            missing |= codes < 0
        rows = np.flatnonzero(~missing)
        order = rows[np.argsort(code[rows], kind="stable")]
        found, starts = np.unique(code[order], return_index=True)
        sizes = [max(len(levels), 1) for _, levels in keys]
        places = np.column_stack(np.unravel_index(found, sizes)) if len(found) else np.zeros((0, len(sizes)), dtype=int)
        self._levels = [tuple(keys[depth][1][at] for depth, at in enumerate(place)) for place in places.tolist()]
        self._domains = [Domain(frame, part) for part in np.split(order, starts[1:])] if len(found) else []

    def __len__(self) -> int:
        return len(self._domains)

    def __iter__(self) -> Iterator[tuple[str | tuple[str, ...], Domain]]:
        for levels, domain in zip(self._levels, self._domains, strict=True):
            yield (levels[0] if len(levels) == 1 else levels), domain

    def mean(self, values: Values) -> pd.DataFrame:
        """The weighted mean of each domain."""
        whole = self._frame.numbers(values)
        return self._single(lambda domain: domain._means(whole)[0], share=False)  # noqa: SLF001 (the columns are read once for all domains).

    def total(self, values: Values) -> pd.DataFrame:
        """The weighted sum of each domain."""
        whole = self._frame.numbers(values)
        return self._single(lambda domain: domain._totals(whole)[0], share=False)  # noqa: SLF001 (the same).

    def ratio(self, numerator: Values, denominator: Values) -> pd.DataFrame:
        """The ratio of two weighted sums in each domain."""
        whole = self._frame.numbers(numerator, denominator)
        return self._single(lambda domain: domain._ratio(whole), share=False)  # noqa: SLF001 (the same).

    def proportion(self, flags: Values, *, interval: Interval | str = Interval.LOGIT) -> pd.DataFrame:
        """The weighted share of each domain's rows whose flag is set."""
        whole, kind = _flags(self._frame.numbers(flags)), Interval(interval)
        return self._single(lambda domain: domain._means(whole, kind)[0], share=True)  # noqa: SLF001 (the same).

    def quantile(self, values: Values, probability: float) -> pd.DataFrame:
        """A weighted quantile of each domain, with Woodruff's interval."""
        whole = self._frame.numbers(values)[:, 0]
        return self._single(lambda domain: domain._quantiles(whole, [probability])[0], share=False)  # noqa: SLF001 (the same).

    def means(self, names: Sequence[str]) -> pd.DataFrame:
        """The weighted means of several columns, one row a domain and column."""
        whole = self._frame.numbers(*names)
        found = [estimate for domain in self._domains for estimate in domain._means(whole)]  # noqa: SLF001 (the same).
        index = pd.MultiIndex.from_tuples(
            [(*levels, name) for levels in self._levels for name in names], names=[*self._names, "variable"]
        )
        return table_of(index, found, share=False)

    def shares(self, *names: str, interval: Interval | str = Interval.LOGIT) -> pd.DataFrame:
        """The weighted share of each level of categorical columns, one row a domain, column and level."""
        known, kind = [self._frame.categories(name) for name in names], Interval(interval)
        found = [estimate for domain in self._domains for estimate in domain._shares(known, kind)]  # noqa: SLF001 (the same).
        keys = [(name, level) for name, (_, levels) in zip(names, known, strict=True) for level in levels]
        index = pd.MultiIndex.from_tuples(
            [(*levels, *key) for levels in self._levels for key in keys], names=[*self._names, "variable", "level"]
        )
        return table_of(index, found, share=True)

    def _single(self, estimate: Callable[[Domain], Estimate], *, share: bool) -> pd.DataFrame:
        index: pd.Index = (
            pd.Index([levels[0] for levels in self._levels], name=self._names[0])
            if len(self._names) == 1
            else pd.MultiIndex.from_tuples(self._levels, names=self._names)
        )
        return table_of(index, [estimate(domain) for domain in self._domains], share=share)


def level_index(keys: Sequence[tuple[str, str]]) -> pd.MultiIndex:
    """The index of shares: variable and level."""
    return pd.MultiIndex.from_tuples(keys, names=["variable", "level"])


def table_of(index: pd.Index, estimates: Sequence[Estimate], *, share: bool) -> pd.DataFrame:
    """Estimates as a data frame, one row each, with their reliability."""
    rows = [
        (
            *(one.value, one.se, one.low, one.high, one.n, one.n_effective, one.design_effect, one.degrees),
            one.reliability(share=share).value,
        )
        for one in estimates
    ]
    return pd.DataFrame(rows, index=index, columns=list(COLUMNS))


def _flags(values: Floats) -> Floats:
    """Flags as they are, which must be 0, 1 or not known."""
    if not np.isin(values[np.isfinite(values)], (0.0, 1.0)).all():
        message = "A proportion is that of a flag, 0 or 1 (NaN for no answer); other numbers have a mean."
        raise DesignError(message)
    return values
