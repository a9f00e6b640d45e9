"""What a synthesis measures: from the firms' rows to named figures, each with what is needed to estimate and to protect it.

What comes in is the table of features (one row a respondent); what goes out are `Measure`s in the respondents' order. Nothing is
weighted or published here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.arrays import Floats

HORIZONS = (1, 3, 5, 10)
DIMENSIONS = tuple(f"D{place}" for place in range(1, 11))
FLAGS = tuple(f"R{place}" for place in range(1, 9))
BANDS = tuple(f"b{place}" for place in range(1, 12))
# Merged bands for sectors and départements: fewer people stand in each.
COARSE = (
    ("c1", ("b1", "b2")),
    ("c2", ("b3", "b4")),
    ("c3", ("b5", "b6")),
    ("c4", ("b7",)),
    ("c5", ("b8",)),
    ("c6", ("b9", "b10", "b11")),
)
LISTS = ("needs", "actions", "transfer_modes", "recruit_causes", "strain", "economic_effects")
SHORT_CASH, LITTLE_CASH = 3.0, 1.0
GAP = 2.0


class Kind(StrEnum):
    """How a measure is estimated."""

    SHARE = "share"
    MEAN = "mean"
    RATIO = "ratio"
    MONEY = "money"
    QUARTILES = "quartiles"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of every domain: `values` by respondent (nan for no answer); for a ratio, `base` is its denominator.

    `unit` is a column's unit (see `analysis.synthesis.edition.Column`); `ceiling` is what a single value cannot exceed (inf for nothing).
    """

    code: str
    kind: Kind
    unit: str
    values: Floats
    base: Floats | None = None
    ceiling: float = np.inf


def column(features: pd.DataFrame, name: str) -> Floats:
    """A numeric column, nan where it is absent or unknown, infinite values taken as unknown."""
    if name not in features.columns:
        return np.full(len(features), np.nan)
    values = pd.to_numeric(features[name], errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def measures_of(features: pd.DataFrame) -> list[Measure]:
    """Every measure that is published for the region, the sectors and the départements."""
    staff = column(features, "headcount")
    return [
        *_teams(features, staff),
        *_pyramid(features, BANDS, tuple((band, (band,)) for band in BANDS)),
        *_pyramid(features, tuple(code for code, _ in COARSE), COARSE),
        *_practices(features),
        *_money(features),
        *_scores(features),
        *_voices(features),
        *_lists(features),
    ]


def categories_of(values: Sequence[object], prefix: str) -> list[Measure]:
    """A share for each category of a single choice; None and missing are no answer."""
    labels = pd.Series(list(values), dtype=object)
    known = labels.notna().to_numpy()
    found = sorted({str(label) for label in labels[known]})
    return [
        share(f"{prefix}:{level}", np.where(known, (labels.astype(str) == level).to_numpy(dtype=np.float64), np.nan))
        for level in found
    ]


def share(code: str, flags: Floats) -> Measure:
    """A share of firms, from 0, 1 or nan a firm."""
    return Measure(code, Kind.SHARE, "share", np.asarray(flags, dtype=np.float64), ceiling=1.0)


def ratio(code: str, part: Floats, whole: Floats) -> Measure:
    """A share of people (or posts): the weighted sum of parts over that of wholes; wholes of zero count for nothing."""
    known = np.isfinite(part) & np.isfinite(whole)
    return Measure(
        code, Kind.RATIO, "share", np.where(known, np.minimum(part, whole), np.nan), np.where(known, whole, np.nan), ceiling=1.0
    )


def _teams(features: pd.DataFrame, staff: Floats) -> list[Measure]:
    found = [
        ratio(f"staff_{code}", column(features, name), staff)
        for code, name in (("women", "women"), ("under35", "n_under35"), ("50", "n50"), ("55", "n55"))
    ]
    mean_age, part_time = column(features, "mean_age"), column(features, "part_time_share")
    shapes = features["pyramid_shape"].tolist() if "pyramid_shape" in features.columns else [None] * len(features)
    return [
        *found,
        Measure("mean_age", Kind.RATIO, "years", mean_age * staff, np.where(np.isfinite(mean_age), staff, np.nan), ceiling=100.0),
        Measure("part_time", Kind.RATIO, "share", part_time * staff, np.where(np.isfinite(part_time), staff, np.nan), ceiling=1.0),
        *categories_of([shape if isinstance(shape, str) and shape else None for shape in shapes], "shape"),
        ratio("keyposts_unready", column(features, "keyposts_unready"), column(features, "keyposts")),
        share("manager_leaving", _flag(features, "flag_R1")),
    ]


def _pyramid(features: pd.DataFrame, codes: Sequence[str], groups: Sequence[tuple[str, tuple[str, ...]]]) -> list[Measure]:
    cells = {
        (code, sex): np.sum([column(features, f"age_{band}_{sex}") for band in bands], axis=0)
        for code, bands in groups
        for sex in ("F", "H")
    }
    whole = np.sum(list(cells.values()), axis=0)
    return [ratio(f"age:{code}:{sex}", cells[code, sex], whole) for code in codes for sex in ("F", "H")]


def _practices(features: pd.DataFrame) -> list[Measure]:
    shares = ("interviews_uptodate", "training_access", "training_access_50", "recruit_failed_share", "turnover", "board_share65")
    difficulty = column(features, "recruit_difficulty")
    chair, double = column(features, "chair_age"), _flag(features, "double_departure")
    return [
        *(Measure(name, Kind.MEAN, "share", column(features, name), ceiling=1.0) for name in shares),
        Measure("hr_tools", Kind.MEAN, "number", column(features, "hr_tools"), ceiling=9.0),
        Measure("strain_factors", Kind.MEAN, "number", column(features, "strain_factors"), ceiling=6.0),
        share("recruit_hard", np.where(np.isfinite(difficulty), difficulty >= 2, np.nan)),  # noqa: PLR2004 (« assez » or « très » difficile).
        share("duerp_recent", column(features, "duerp_recent")),
        Measure("chair_age", Kind.MEAN, "years", chair, ceiling=100.0),
        share("chair_65", np.where(np.isfinite(chair), chair >= 65, np.nan)),  # noqa: PLR2004 (the age that the national study uses).
        share("double_departure", double),
        Measure("board_size", Kind.MEAN, "number", column(features, "board_size")),
    ]


def _money(features: pd.DataFrame) -> list[Measure]:
    cash = column(features, "cash_months")
    return [
        Measure("cash_months", Kind.QUARTILES, "months", cash),
        share("cash_under_3", np.where(np.isfinite(cash), cash < SHORT_CASH, np.nan)),
        share("cash_under_1", np.where(np.isfinite(cash), cash < LITTLE_CASH, np.nan)),
        Measure("funder_share", Kind.MEAN, "share", column(features, "funder_share"), ceiling=1.0),
        Measure("funder_quartiles", Kind.QUARTILES, "share", column(features, "funder_share")),
        Measure("secured_share", Kind.MEAN, "share", column(features, "secured_share"), ceiling=1.0),
        Measure("idr5", Kind.MONEY, "euros", column(features, "idr5")),
        Measure("noria", Kind.MEAN, "euros", column(features, "noria")),
    ]


def _scores(features: pd.DataFrame) -> list[Measure]:
    found = []
    for code in ("hr_index", "economic_index", *(f"score_{dimension}" for dimension in DIMENSIONS)):
        values = column(features, code)
        found += [
            Measure(code, Kind.MEAN, "score", values, ceiling=100.0),
            Measure(f"{code}:quartiles", Kind.QUARTILES, "score", values),
        ]
    return found + [share(f"flag_{code}", _flag(features, f"flag_{code}")) for code in FLAGS]


def _voices(features: pd.DataFrame) -> list[Measure]:
    found = []
    for code in DIMENSIONS:
        firm, other = column(features, f"ent_{code}"), column(features, f"diag_{code}")
        both = np.isfinite(firm) & np.isfinite(other)
        found += [
            Measure(f"ent_{code}", Kind.MEAN, "number", np.where(both, firm, np.nan), ceiling=4.0),
            Measure(f"diag_{code}", Kind.MEAN, "number", np.where(both, other, np.nan), ceiling=4.0),
            Measure(f"cons_{code}", Kind.MEAN, "number", column(features, f"cons_{code}"), ceiling=4.0),
            share(f"optimistic_{code}", np.where(both, other - firm >= GAP, np.nan)),
            share(f"blind_{code}", np.where(both, firm - other >= GAP, np.nan)),
        ]
    return found


def _lists(features: pd.DataFrame) -> list[Measure]:
    """A share for each code of each list; an empty list is no answer, except for actions, where it is a plan without any."""
    found = []
    for name in LISTS:
        if name not in features.columns:
            continue
        chosen = [
            frozenset(map(str, codes)) if isinstance(codes, list | tuple | set | frozenset) else frozenset()
            for codes in features[name]
        ]
        answered = np.asarray([bool(codes) for codes in chosen])
        for code in sorted(set().union(*chosen)):
            flags = np.asarray([code in codes for codes in chosen], dtype=np.float64)
            found.append(share(f"{name}:{code}", np.where(answered, flags, np.nan)))
    return found


def _flag(features: pd.DataFrame, name: str) -> Floats:
    """A boolean column as 0 and 1, nan where unknown."""
    if name not in features.columns:
        return np.full(len(features), np.nan)
    return np.asarray(
        [np.nan if value is None or pd.isna(value) else float(bool(value)) for value in features[name]], dtype=np.float64
    )
