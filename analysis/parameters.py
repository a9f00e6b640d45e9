"""Dated, sourced figures: retirement law, indemnities by agreement, anchors, thresholds.

Comes in: a reference date, and overrides where a campaign decides otherwise. Goes out: one frozen `Parameters`, that every
other module of the analysis takes; nothing else holds a figure of the model. The files are under `analysis/data/`.

The retirement law is chosen by the reference date among four versions (2012, 2015, 2023, 2026), so that a past campaign is
replayed with the law of its time. Each version covers all cohorts. Before 1952 the opening age is 60 up to 30 June 1951 and
60 years 4 months after, and the insurance duration runs from 160 (up to 1948) to 163 quarters (1951).
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Floats
from analysis.words import Words

DATA = Path(__file__).parent / "data"
VERSION = "2026-11"
COMPUTABLE = frozenset({"high", "medium"})
TEN_YEARS = 10.0


class ParameterError(ValueError):
    """A reference date before the oldest law, an unknown code, or an override that makes no sense."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its source and how far it may be trusted (high, medium, low, or a professional choice)."""

    value: float
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """What the law says of those born from a day on. Ages are (years, months); `quarters` is the full-rate duration."""

    born_from: date
    opening: tuple[int, int]
    quarters: int
    full: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Law:
    """One version of the retirement law, all cohorts, oldest first."""

    version: str
    source: str
    confidence: str
    cohorts: tuple[Cohort, ...]

    def cohort(self, born: date) -> Cohort:
        """The cohort that a day of birth belongs to; raises `ParameterError` before 1900."""
        found = [row for row in self.cohorts if row.born_from <= born]
        if not found:
            message = f"No retirement law is known for people born on {born.isoformat()}."
            raise ParameterError(message)
        return found[-1]

    def ages(self, birth: Floats) -> tuple[Floats, Floats]:
        """The opening and full-rate ages, in years, of decimal years of birth; both have the shape of `birth`."""
        starts, opening, full = _columns(self)
        rank = np.clip(np.searchsorted(starts, birth, side="right") - 1, 0, len(starts) - 1)
        return opening[rank], full[rank]


@cache
def _columns(law: Law) -> tuple[Floats, Floats, Floats]:
    """The cohorts as arrays: first decimal year of birth, opening age and full-rate age."""
    starts = np.array([row.born_from.year + (row.born_from.month - 1) / 12 for row in law.cohorts])
    opening = np.array([row.opening[0] + row.opening[1] / 12 for row in law.cohorts])
    full = np.array([row.full[0] + row.full[1] / 12 for row in law.cohorts])
    # A tenth of a minute keeps the first instant of a cohort on its own side of a rounded decimal.
    return starts - 1e-9, opening, full


@dataclass(frozen=True, slots=True)
class Mixture:
    """Weights of the six ways to leave, around one's own opening and full-rate ages; they sum to 1.

    early: well before the opening age; opening: at it; after: within the three years that follow; before_full: later, before
    the full-rate age; full: at that age; late: after it.
    """

    early: float
    opening: float
    after: float
    before_full: float
    full: float
    late: float

    def weights(self) -> Floats:
        """The six weights, shape (6,), in the order of the fields."""
        return np.array([self.early, self.opening, self.after, self.before_full, self.full, self.late])

    def without_early(self) -> "Mixture":
        """The same people, those who would have left early leaving at their opening age instead."""
        return replace(self, early=0.0, opening=self.opening + self.early)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """When people leave, beside the law: the mixture and what moves it, in years.

    `sexes` and `categories` give the shift of each code; a code that is absent, or empty, is neutral. `declared_sd` is the
    spread of a departure whose date was announced.
    """

    mixture: Mixture
    sexes: tuple[tuple[str, float], ...]
    categories: tuple[tuple[str, float], ...]
    declared_sd: float


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of retirement indemnities: months of gross salary by years of seniority, by tiers or by year.

    `usable` says whether it may be computed: a scale of low confidence, or without figures, may not.
    """

    code: str
    name: str
    reference: str
    confidence: str
    tiers: tuple[tuple[float, float], ...] = ()
    per_year: float | None = None
    per_year_after_10: float | None = None
    cap_years: float | None = None
    min_years: float = 0.0

    @property
    def usable(self) -> bool:
        """Whether the scale may be computed."""
        return self.confidence in COMPUTABLE and bool(self.tiers or self.per_year)

    def months(self, seniority: Floats) -> Floats:
        """Months of gross salary at each seniority in years; raises `ParameterError` when the scale is not usable."""
        if not self.usable:
            message = f"The indemnity scale of agreement {self.code} is not verified and is not computed."
            raise ParameterError(message)
        years = np.asarray(seniority, dtype=float)
        if self.per_year is None:
            steps = np.array([step for step, _ in self.tiers])
            amounts = np.array([0.0, *(months for _, months in self.tiers)])
            return np.asarray(amounts[np.searchsorted(steps, years, side="right")], dtype=float)
        counted = np.minimum(years, self.cap_years) if self.cap_years is not None else years
        beyond = self.per_year if self.per_year_after_10 is None else self.per_year_after_10
        total = self.per_year * np.minimum(counted, TEN_YEARS) + beyond * np.maximum(counted - TEN_YEARS, 0.0)
        return np.where(years >= self.min_years, total, 0.0)


@dataclass(frozen=True, slots=True)
class Anchors:
    """Where an indicator scores 0, 50 and 100, in its own unit, with its titles and what the anchors rest on."""

    code: str
    dimension: str
    title: Words
    unit: str
    values: tuple[float, float, float]
    sourced: bool
    source: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything dated or chosen that the analysis computes with, at one reference date."""

    reference_date: date
    law: Law
    behaviour: Behaviour
    legal_scale: Scale
    scales: Mapping[str, Scale]
    figures: Mapping[str, Figure]
    indicators: Mapping[str, Anchors]
    weights: Mapping[str, float]

    def number(self, name: str) -> float:
        """The value of a figure of `figures.toml`; raises `ParameterError` when there is none of that name."""
        try:
            return self.figures[name].value
        except KeyError:
            message = f"No figure is called {name}."
            raise ParameterError(message) from None

    def digest(self) -> str:
        """Names these parameters: sixteen signs of the SHA-256 of every figure, anchor, weight, scale and cohort that they hold.

        The reference date is not in it: what a report reads at its own day, it says by itself.
        """
        held = {
            "law": asdict(self.law),
            "behaviour": asdict(self.behaviour),
            "legal_scale": asdict(self.legal_scale),
            "scales": {code: asdict(scale) for code, scale in self.scales.items()},
            "figures": {name: figure.value for name, figure in self.figures.items()},
            "anchors": {code: anchors.values for code, anchors in self.indicators.items()},
            "weights": {code: self.weight(code) for code in self.indicators},
        }
        text = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def versions(self) -> dict[str, str]:
        """What a report says of them: the law's version, the files' version, and the digest, which tells a campaign's choices."""
        return {"law": self.law.version, "parameters": VERSION, "parameters_digest": self.digest()}

    def weight(self, indicator: str) -> float:
        """The weight of an indicator in its dimension: 1 unless a campaign chose otherwise."""
        return self.weights.get(indicator, 1.0)

    def scale(self, idcc: str | None) -> tuple[Scale, str]:
        """The indemnity scale to compute with, and its status.

        The status is agreement when the agreement's own scale is known, legal when no agreement applies, unverified when the
        scale is unknown or of low confidence: the legal minimum then stands as a floor, and nothing more is said.
        """
        if idcc == "aucune":
            return self.legal_scale, "legal"
        known = self.scales.get(idcc or "")
        if known is not None and known.usable:
            return known, "agreement"
        return self.legal_scale, "unverified"


def versions() -> tuple[str, ...]:
    """The dates from which each version of the law applies, oldest first."""
    return tuple(law.version for law in _laws())


def law_at(reference_date: date) -> Law:
    """The version of the law in force on a day; raises `ParameterError` before the oldest."""
    found = [law for law in _laws() if date.fromisoformat(law.version) <= reference_date]
    if not found:
        message = f"No version of the retirement law applies on {reference_date.isoformat()}: the oldest is {versions()[0]}."
        raise ParameterError(message)
    return found[-1]


def law_version(version: str) -> Law:
    """One version of the law by its date; raises `ParameterError` when there is none."""
    for law in _laws():
        if law.version == version:
            return law
    message = f"No version of the retirement law is dated {version}: there are {', '.join(versions())}."
    raise ParameterError(message)


def load(reference_date: date, *, overrides: Mapping[str, Any] | None = None) -> Parameters:
    """The parameters of a day.

    Parameters
    ----------
    reference_date
        Chooses the version of the law.
    overrides
        What a campaign decides otherwise: `figures` (name to number), `anchors` (indicator to three numbers),
        `weights` (indicator to a number, 0 or more), `law` (a version's date).

    Raises
    ------
    ParameterError
        For a date before the oldest law, or an override that names nothing or makes no sense.
    """
    chosen = dict(overrides or {})
    unknown = set(chosen) - {"figures", "anchors", "weights", "law"}
    if unknown:
        message = f"Unknown overrides: {', '.join(sorted(unknown))}."
        raise ParameterError(message)
    figures = _overridden_figures(chosen.get("figures", {}))
    scales = dict(_scales())
    legal = scales.pop("legal")
    return Parameters(
        reference_date=reference_date,
        law=law_version(chosen["law"]) if "law" in chosen else law_at(reference_date),
        behaviour=_behaviour(figures),
        legal_scale=legal,
        scales=scales,
        figures=figures,
        indicators=_overridden_anchors(chosen.get("anchors", {})),
        weights=_checked_weights(chosen.get("weights", {})),
    )


@cache
def usual_behaviour() -> Behaviour:
    """The behaviour of `figures.toml`, without any campaign's choice."""
    return _behaviour(_figures())


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


@cache
def _laws() -> tuple[Law, ...]:
    document = json.loads((DATA / "law.json").read_text(encoding="utf-8"))
    return tuple(
        Law(
            version=entry["version"],
            source=entry["source"],
            confidence=entry["confidence"],
            cohorts=tuple(
                Cohort(
                    date.fromisoformat(row["born_from"]),
                    (row["opening"][0], row["opening"][1]),
                    row["quarters"],
                    (row["full"][0], row["full"][1]),
                )
                for row in entry["cohorts"]
            ),
        )
        for entry in document["versions"]
    )


@cache
def _figures() -> Mapping[str, Figure]:
    return {name: Figure(float(row["value"]), row["source"], row["confidence"]) for name, row in _toml("figures.toml").items()}


@cache
def _scales() -> Mapping[str, Scale]:
    return {
        code: Scale(
            code=code,
            name=row["name"],
            reference=row["reference"],
            confidence=row["confidence"],
            tiers=tuple((float(step), float(months)) for step, months in row.get("tiers", ())),
            per_year=row.get("per_year"),
            per_year_after_10=row.get("per_year_after_10"),
            cap_years=row.get("cap_years"),
            min_years=float(row.get("min_years", 0)),
        )
        for code, row in _toml("indemnities.toml").items()
    }


@cache
def _anchors() -> Mapping[str, Anchors]:
    return {
        code: Anchors(
            code=code,
            dimension=row["dimension"],
            title=Words(row["fr"], row["en"]),
            unit=row["unit"],
            values=(row["anchors"][0], row["anchors"][1], row["anchors"][2]),
            sourced=row["sourced"],
            source=row["source"],
        )
        for code, row in _toml("indicators.toml").items()
    }


def _overridden_figures(changes: Mapping[str, float]) -> Mapping[str, Figure]:
    figures = dict(_figures())
    for name, value in changes.items():
        if name not in figures:
            message = f"No figure is called {name}."
            raise ParameterError(message)
        figures[name] = Figure(float(value), "Choix de la campagne", "choice")
    return figures


def _mixture(figures: Mapping[str, Figure]) -> Mixture:
    names = ("early", "opening", "after", "before_full", "full", "late")
    weights = [figures[f"mixture_{name}"].value for name in names]
    if min(weights) < 0 or abs(sum(weights) - 1) > 1e-9:  # noqa: PLR2004 (a rounding error, no figure of the model)
        message = "The weights of the mixture must be 0 or more and sum to 1."
        raise ParameterError(message)
    return Mixture(**dict(zip(names, weights, strict=True)))


def _behaviour(figures: Mapping[str, Figure]) -> Behaviour:
    half = figures["women_minus_men"].value / 2
    return Behaviour(
        mixture=_mixture(figures),
        sexes=(("F", half), ("H", -half)),
        categories=tuple((code, figures[f"shift_{code}"].value) for code in ("CAD", "PI", "EMP", "OUV")),
        declared_sd=figures["declared_sd"].value,
    )


def _overridden_anchors(changes: Mapping[str, Any]) -> Mapping[str, Anchors]:
    anchors = dict(_anchors())
    for code, values in changes.items():
        if code not in anchors:
            message = f"No indicator is called {code}."
            raise ParameterError(message)
        low, middle, high = (float(value) for value in values)
        steps = [after - before for before, after in pairwise((low, middle, high))]
        if not (min(steps) > 0 or max(steps) < 0):
            message = f"The three anchors of {code} must all rise or all fall."
            raise ParameterError(message)
        anchors[code] = replace(anchors[code], values=(low, middle, high), sourced=False, source="Choix de la campagne")
    return anchors


def _checked_weights(changes: Mapping[str, float]) -> Mapping[str, float]:
    for code, weight in changes.items():
        if code not in _anchors() or weight < 0:
            message = f"The weight of {code} must be 0 or more, for a known indicator."
            raise ParameterError(message)
    return dict(changes)
