"""How firm the classes are: what they become when the choices behind them move.

Comes in: the values of the 41 indicators, one row a firm (columns I01 … I41 of `firm_features`). Goes out: for each firm and
dimension the share of runs in which the class stays, the place of the firm among the others, and which choices matter most.

Three kinds of choices move, alone and together (OECD & JRC 2008, section 7: uncertainty and sensitivity analysis): the weights of
the indicators in their dimension (Dirichlet around the chosen ones), the anchors of each indicator and the bounds of the classes
(each by up to a fifth of the distance to its nearer neighbour, so that their order holds). A run moves them for all firms alike,
since they are the framework's choices. What could not be computed stays so in every run. No answer is simulated.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.arrays import Booleans, Floats
from analysis.fragility.framework import FAMILIES, NO_CLASS, Framework, classes_of, index_of, raised_dimensions, to_score, values_of
from analysis.parameters import Parameters
from analysis.reference import DIMENSION_CODES

# What moves: everything together, then each kind of choice by itself.
MOVES = ("all", "weights", "anchors", "bounds")
# A firm's class is called stable when it stays in four runs out of five.
STABLE = 0.8
TOP_SHARE = 0.1
LOW, HIGH = 0.1, 0.9
# Beyond half of the distance to their neighbour, anchors would cross.
FARTHEST = 0.5
# Firms whose runs are held at once: few enough for a processor's cache.
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the runs gave; nan where nothing can be said.

    `kept`: the share of the runs in which a firm keeps its class, one row a firm, one column a dimension. `dimensions`: dimension,
    n (firms with a class), kept (mean share of runs), stable (share of firms that keep their class in four runs of five), and
    kept_weights, kept_anchors, kept_bounds when only that choice moves. `places`: one row a firm, and for hr and economic its place
    among the firms (0 the most fragile, 1 the most solid) with the 80 % interval over the runs: for sorting inside a programme,
    never a league table. `indices`: family, n, spearman (mean rank correlation with the chosen framework), lowest (the least over
    the runs), shift (mean change of place) and top_kept (mean share of the most fragile tenth that stays in it). `influence`:
    indicator, dimension, n, and the share of the dimension score's variance over the runs that goes with its weight and with its
    three anchors (squared correlations, mean over firms), the most influential first.
    """

    draws: int
    seed: int
    concentration: float
    shift: float
    kept: pd.DataFrame
    dimensions: pd.DataFrame
    places: pd.DataFrame
    indices: pd.DataFrame
    influence: pd.DataFrame


def sensitivity(features: pd.DataFrame, parameters: Parameters, *, draws: int = 200, seed: int = 0) -> Sensitivity:
    """Moves weights, anchors and bounds, and says what stays.

    Parameters
    ----------
    features
        One row a firm: the indicators' values (I01 … I41; one that is absent is unknown), and the red flags that raise a dimension
        to C (`flag_R1` … `flag_R8`, none where absent).
    parameters
        The anchors, weights and bounds to move, and by how much: `sensitivity_concentration` (how close the weights stay; 1 is any
        weights at all) and `sensitivity_shift` (how far anchors and bounds go, as a share of the distance to their neighbour).
    draws
        Number of runs, 1 or more.
    seed
        Of the runs: the same seed gives the same figures for each firm, whatever the order of the firms.

    Raises
    ------
    ValueError
        For fewer than one run, no firm, or a concentration or a shift that makes no sense.
    """
    framework = Framework.of(parameters)
    concentration, shift = parameters.number("sensitivity_concentration"), parameters.number("sensitivity_shift")
    _check(features, draws, concentration, shift)
    values, raised = values_of(features, framework), raised_dimensions(features)
    runs = Runs.drawn(framework, draws=draws, seed=seed, concentration=concentration, shift=shift)
    parts = [
        _moved(framework, runs, values[start : start + AT_ONCE], raised[start : start + AT_ONCE])
        for start in range(0, len(values), AT_ONCE)
    ]
    kept = {move: np.concatenate([part.kept[move] for part in parts]) for move in MOVES}
    places, indices = _places(parts)
    return Sensitivity(
        draws=draws,
        seed=seed,
        concentration=concentration,
        shift=shift,
        kept=pd.DataFrame(kept["all"], columns=list(DIMENSION_CODES), index=features.index),
        dimensions=_dimension_table(kept),
        places=places.set_index(features.index),
        indices=indices,
        influence=_influence_table(framework, parts),
    )


@dataclass(frozen=True, slots=True)
class Runs:
    """The choices of each run: `weights` (draws, m), `anchors` (draws, m, 3), `bounds` (draws, 3)."""

    weights: Floats
    anchors: Floats
    bounds: Floats

    @classmethod
    def drawn(cls, framework: Framework, *, draws: int, seed: int, concentration: float, shift: float) -> "Runs":
        """Draws each dimension's weights, each indicator's anchors and the bounds from streams of their own."""
        weights = np.zeros((draws, len(framework.codes)))
        for place in range(len(DIMENSION_CODES)):
            members = framework.members(place)
            if len(members):
                around = framework.weights[members] / framework.weights[members].mean()
                weights[:, members] = np.random.default_rng([seed, 0, place]).dirichlet(concentration * around, size=draws)
        anchors = np.stack(
            [
                _shaken(values, np.random.default_rng([seed, 1, place]), draws=draws, shift=shift)
                for place, values in enumerate(framework.anchors)
            ],
            axis=1,
        )
        return cls(weights, anchors, _shaken(framework.bounds, np.random.default_rng([seed, 2]), draws=draws, shift=shift))

    @property
    def draws(self) -> int:
        """How many runs there are."""
        return len(self.weights)


@dataclass(frozen=True, slots=True)
class _Part:
    """What the runs gave for some firms: `kept` by move, (n, 10); the indices as chosen, (n, 2), and by run, (draws, n, 2);
    squared correlations of a score with its indicators' weights and anchors, (n, m) each, nan where a score does not move.
    """

    kept: dict[str, Floats]
    index: Floats
    moved_index: Floats
    by_weight: Floats
    by_anchor: Floats


def _moved(framework: Framework, runs: Runs, values: Floats, raised: Booleans) -> _Part:
    scores = framework.scores(values)
    chosen = framework.dimensions(scores)
    base = classes_of(chosen, framework.bounds, raised)
    kept = {move: np.full(chosen.shape, np.nan) for move in MOVES}
    by_weight, by_anchor = (np.full(values.shape, np.nan) for _ in range(2))
    moved = np.full((runs.draws, *chosen.shape), np.nan)
    for place in range(len(DIMENSION_CODES)):
        members, has = framework.members(place), base[:, place] != NO_CLASS
        if not has.any():
            continue
        inside = np.ix_(has, members)
        each = _by_move(framework, runs, members, values[inside], scores[inside], chosen[has, place])
        for move, found in each.items():
            bounds = runs.bounds.T[:, :, None] if move in {"all", "bounds"} else framework.bounds[:, None, None]
            classes = classes_of(found, bounds, raised[has, place][None, :])
            kept[move][has, place] = (classes == base[has, place][None, :]).mean(axis=0)
        moved[:, has, place] = each["all"]
        inputs = np.concatenate((runs.weights[:, members, None], runs.anchors[:, members]), axis=2)
        squared = _squared(each["all"], inputs.reshape(runs.draws, -1)).reshape(-1, *inputs.shape[1:])
        by_weight[inside], by_anchor[inside] = squared[:, :, 0], squared[:, :, 1:].sum(axis=2)
    by_weight[~np.isfinite(values)] = by_anchor[~np.isfinite(values)] = np.nan
    index = np.stack([index_of(chosen, family) for family in FAMILIES], axis=1)
    moved_index = np.stack([index_of(moved, family) for family in FAMILIES], axis=2)
    return _Part(kept, index, moved_index, by_weight, by_anchor)


def _by_move(
    framework: Framework, runs: Runs, members: NDArray[np.intp], values: Floats, scores: Floats, chosen: Floats
) -> dict[str, Floats]:
    """The scores of one dimension over the runs, (draws, n), by what moves: `values` and `scores` of its indicators, (n, k)."""
    known = np.isfinite(scores)
    weights, even = runs.weights[:, members], framework.weights[members]
    shaken, both = np.zeros((runs.draws, len(values))), np.zeros((runs.draws, len(values)))
    for rank, one in enumerate(members):
        low, middle, high = (runs.anchors[:, one, which, None] for which in range(3))
        each = to_score(np.where(known[:, rank], values[:, rank], 0.0), low, middle, high)
        each *= known[:, rank]
        shaken += even[rank] * each
        each *= weights[:, rank, None]
        both += each
    filled = np.where(known, scores, 0.0).T
    weight = weights @ known.T
    return {
        "all": _published(both / weight),
        "weights": _published((weights @ filled) / weight),
        "anchors": _published(shaken / (known @ even)),
        "bounds": np.broadcast_to(chosen, shaken.shape),
    }


def _published(scores: Floats) -> Floats:
    """To one decimal, as a score is published; first to nine, so that the last bits of a sum never decide."""
    return np.asarray(np.round(np.round(scores, 9), 1), dtype=float)


def _squared(scores: Floats, inputs: Floats) -> Floats:
    """The squared correlation over the runs of each firm's score, (draws, n), with each input, (draws, k) -> (n, k)."""
    one, other = scores - scores.mean(axis=0), inputs - inputs.mean(axis=0)
    spread = np.outer((one**2).sum(axis=0), (other**2).sum(axis=0))
    return np.where(spread > 0, (one.T @ other) ** 2 / np.where(spread > 0, spread, 1.0), np.nan)


def _shaken(values: Floats, random: np.random.Generator, *, draws: int, shift: float) -> Floats:
    """Ordered values, each moved by up to `shift` of the distance to its nearer neighbour, shape (draws, k)."""
    gaps = np.abs(np.diff(values))
    room = np.minimum(np.concatenate(([gaps[0]], gaps)), np.concatenate((gaps, [gaps[-1]])))
    return np.asarray(values + random.uniform(-shift, shift, size=(draws, len(values))) * room, dtype=float)


def _places(parts: list[_Part]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The place of each firm in each index, and how well the order holds over the runs."""
    index = np.concatenate([part.index for part in parts])
    columns: dict[str, Floats] = {}
    lines = []
    for which, family in enumerate(FAMILIES):
        known = np.isfinite(index[:, which])
        runs = np.concatenate([part.moved_index[:, :, which] for part in parts], axis=1)[:, known]
        place, low, high = (np.full(len(index), np.nan) for _ in range(3))
        line: dict[str, object] = {"family": family, "n": int(known.sum())}
        if known.sum() > 1:
            base = _standing(index[known, which][None, :])[0]
            moved = _standing(runs)
            place[known] = base
            low[known], high[known] = np.quantile(moved, (LOW, HIGH), axis=0)
            line |= _order(base, moved)
        columns |= {family: place, f"{family}_low": low, f"{family}_high": high}
        lines.append(line)
    table = pd.DataFrame(lines).reindex(columns=["family", "n", "spearman", "lowest", "shift", "top_kept"])
    return pd.DataFrame(columns), table


def _standing(scores: Floats) -> Floats:
    """The place of each firm in each run, 0 for the most fragile and 1 for the most solid; equals share theirs."""
    ranks = stats.rankdata(-scores, axis=1)
    return np.asarray((ranks - 1) / (scores.shape[1] - 1), dtype=np.float64)


def _order(base: Floats, moved: Floats) -> dict[str, object]:
    """How well the order of some firms holds: places of shape (n,) as chosen and (draws, n) over the runs."""
    one, other = base - base.mean(), moved - moved.mean(axis=1, keepdims=True)
    spread = np.sqrt((one**2).sum() * (other**2).sum(axis=1))
    rho = np.where(spread > 0, other @ one / np.where(spread > 0, spread, 1.0), np.nan)
    top = max(int(np.ceil(TOP_SHARE * len(base))), 1)
    first = np.argsort(base, kind="stable")[:top]
    limits = np.sort(moved, axis=1)[:, top - 1]
    held = (moved[:, first] <= limits[:, None]).mean()
    return {
        "spearman": float(rho.mean()),
        "lowest": float(rho.min()),
        "shift": float(np.abs(moved - base).mean()),
        "top_kept": float(held),
    }


def _dimension_table(kept: dict[str, Floats]) -> pd.DataFrame:
    lines = []
    for place, code in enumerate(DIMENSION_CODES):
        mine = {move: values[np.isfinite(values[:, place]), place] for move, values in kept.items()}
        n = len(mine["all"])
        means = {move: float(values.mean()) if n else np.nan for move, values in mine.items()}
        stable = float((mine["all"] >= STABLE).mean()) if n else np.nan
        alone = {f"kept_{move}": means[move] for move in MOVES[1:]}
        lines.append({"dimension": code, "n": n, "kept": means["all"], "stable": stable, **alone})
    return pd.DataFrame(lines)


def _influence_table(framework: Framework, parts: list[_Part]) -> pd.DataFrame:
    by_weight, by_anchor = (np.concatenate([getattr(part, name) for part in parts]) for name in ("by_weight", "by_anchor"))
    lines = []
    for place, code in enumerate(framework.codes):
        told = np.isfinite(by_weight[:, place]) & np.isfinite(by_anchor[:, place])
        weight, anchors = (float(each[told, place].mean()) if told.any() else np.nan for each in (by_weight, by_anchor))
        dimension = DIMENSION_CODES[int(framework.place[place])]
        lines.append({"indicator": code, "dimension": dimension, "n": int(told.sum()), "weight": weight, "anchors": anchors})
    table = pd.DataFrame(lines)
    strength = -(table["weight"].fillna(-1.0) + table["anchors"].fillna(-1.0))
    return table.iloc[np.argsort(strength.to_numpy(), kind="stable")].reset_index(drop=True)


def _check(features: pd.DataFrame, draws: int, concentration: float, shift: float) -> None:
    if len(features) == 0 or draws < 1:
        message = "A sensitivity analysis needs one firm and one run at least."
        raise ValueError(message)
    if concentration <= 0 or not 0 <= shift < FARTHEST:
        message = "The concentration of the weights is positive, and anchors move by less than half of their distance."
        raise ValueError(message)
