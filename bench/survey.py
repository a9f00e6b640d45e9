"""A made-up survey with five planted profiles, at any size: 30 categorical and 15 numeric answers, some missing, and its frame."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

PROFILES, CATEGORIES, NUMBERS = 5, 30, 15
SHARES = (0.28, 0.24, 0.2, 0.17, 0.11)
SECTORS, PLACES, SIZES = 8, 6, 4
MISSING = 0.06


@dataclass(frozen=True)
class Made:
    """The answers, the planted profile of each firm, its strata and design weight, and the frame's totals by variable and level."""

    answers: pd.DataFrame
    truth: np.ndarray
    strata: pd.DataFrame
    weights: np.ndarray
    totals: dict[str, dict[str, float]]


def make(rows: int, seed: int = 2013) -> Made:
    """The survey: profiles tilt the answers of most questions, a third of the numbers are skewed, strata say little of profiles."""
    # What the profiles are does not depend on how many firms are drawn.
    plan = np.random.default_rng(seed)
    random = np.random.default_rng([seed, rows])
    truth = random.choice(PROFILES, rows, p=SHARES)
    columns: dict[str, np.ndarray] = {}
    for place in range(CATEGORIES):
        levels = int(plan.integers(2, 6))
        base, tilt = (
            plan.dirichlet(np.full(levels, 4.0)),
            plan.normal(size=(PROFILES, levels)) * (0.9 if plan.random() < 0.6 else 0.0),
        )
        chances = base * np.exp(tilt)
        chances /= chances.sum(axis=1, keepdims=True)
        drawn = (random.random(rows)[:, None] > chances[truth].cumsum(axis=1)).sum(axis=1).clip(0, levels - 1)
        columns[f"q{place:02d}"] = np.array([f"q{place:02d}_{letter}" for letter in "abcdef"], dtype=object)[drawn]
    for place in range(NUMBERS):
        means = plan.normal(size=PROFILES) * (0.7 if plan.random() < 0.6 else 0.0)
        values = means[truth] + random.normal(size=rows)
        columns[f"x{place:02d}"] = np.exp(values) if place % 3 == 0 else values
    answers = pd.DataFrame(columns)
    for name in answers.columns:
        answers.loc[random.random(rows) < MISSING, name] = np.nan
    strata = pd.DataFrame(
        {
            "sector": [f"s{each}" for each in random.integers(0, SECTORS, rows)],
            "dept": [f"d{each}" for each in random.integers(0, PLACES, rows)],
            "size": [f"t{each}" for each in random.integers(0, SIZES, rows)],
        }
    )
    weights = random.uniform(8, 30, rows)
    totals = {
        name: {
            level: float(weights[(strata[name] == level).to_numpy()].sum() * (1.1 if place % 2 else 0.9))
            for place, level in enumerate(sorted(strata[name].unique()))
        }
        for name in strata.columns
    }
    whole = float(weights.sum())
    for counted in totals.values():
        scale = whole / sum(counted.values())
        for level in counted:
            counted[level] *= scale
    return Made(answers, truth, strata, weights, totals)
