"""How the filling went: time, missing shares, alerts kept against, identical answers, and what stands out of them.

In come plain tables (events, counts of answers, codes of answers), out come indicators by dossier and by person, each with a
robust distance from the middle of the others. Whatever is too few to compare is left without a distance: nobody is placed
against a handful of dossiers. A distance says « look here », never why. The method is in `docs/paradata.md`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Fewest dossiers to compare with, answers in a dossier, dossiers of a person, and people.
FEWEST_DOSSIERS = 8
FEWEST_ANSWERS = 20
FEWEST_OF_PERSON = 5
FEWEST_PEOPLE = 5
# Iglewicz and Hoaglin's limit for a modified z-score.
FAR = 3.5
# Two requests further apart than this were not one stretch of work: the rest of the gap does not count, in seconds.
LONGEST_GAP = 300
# Pairs of dossiers: fewest questions answered in both, and how far from other pairs a pair must stand.
FEWEST_COMMON = 30
FAR_PAIR = 6.0
ALIKE = 0.8
# Series of questions with the same choices: fewest answered, how improbable one same answer throughout must be by chance,
# and in how few of the dossiers it may happen: where many do so, the questions are to be looked at and not the dossiers.
FEWEST_IN_SERIES = 6
RARE = 0.001
SELDOM = 0.05

_MAD_TO_SD = 1.4826
_MEAN_AD_TO_SD = 1.2533
_MEDIAN_ERROR = 1.2533


def robust_scores(values: pd.Series, *, fewest: int = FEWEST_DOSSIERS) -> pd.Series:
    """Each value's distance from the median in robust standard deviations (1.4826 MAD); missing where there are too few values.

    Where more than half of the values are equal the MAD is zero, and 1.2533 times the mean absolute deviation stands in;
    where all are equal, nobody is far from anybody and every distance is missing.
    """
    known = values.dropna().astype(float)
    scores = pd.Series(np.nan, index=values.index, dtype=float)
    if len(known) < fewest:
        return scores
    spread = robust_spread(known)
    if spread > 0:
        scores.loc[known.index] = (known - known.median()) / spread
    return scores


def robust_spread(values: pd.Series) -> float:
    """A standard deviation that outliers do not move: 1.4826 MAD, or 1.2533 mean absolute deviations where the MAD is zero."""
    away = (values - values.median()).abs()
    middle = float(away.median())
    return _MAD_TO_SD * middle if middle > 0 else _MEAN_AD_TO_SD * float(away.mean())


def time_spent(events: pd.DataFrame) -> pd.DataFrame:
    """Seconds worked in each section of each dossier.

    `events` has one row an event: session, dossier, section, kind, at (datetime), seconds (what the page said, or missing).
    Where a session's page counted its active time in a section, that is taken; elsewhere the gaps between the session's
    requests stand in, each cut at `LONGEST_GAP`. Out come dossier, section, seconds, and `measured` (the page counted).
    """
    columns = ["dossier", "section", "seconds", "measured"]
    if events.empty:
        return pd.DataFrame(columns=columns)
    ordered = events.sort_values(["session", "dossier", "at"], kind="stable").copy()
    ordered["at"] = pd.to_datetime(ordered["at"], utc=True)
    gaps = ordered.groupby(["session", "dossier"], sort=False)["at"].diff().dt.total_seconds().clip(lower=0, upper=LONGEST_GAP)
    # What leads to a request was spent in the section where it was sent; opening a page begins a stretch of its own.
    ordered["gap"] = gaps.where(ordered["kind"] != "opened", 0).fillna(0)
    ordered["seconds"] = pd.to_numeric(ordered["seconds"], errors="coerce")
    by_visit = ordered.groupby(["session", "dossier", "section"], sort=False).agg(
        counted=("seconds", "sum"), said=("seconds", "count"), gap=("gap", "sum")
    )
    by_visit["measured"] = by_visit["said"] > 0
    by_visit["seconds"] = by_visit["counted"].where(by_visit["measured"], by_visit["gap"])
    found = by_visit.groupby(["dossier", "section"]).agg(seconds=("seconds", "sum"), measured=("measured", "all"))
    return found.reset_index()[columns]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing measured in each dossier: its column, the scale it is compared on, and the side that stands out.

    Where most dossiers have none of what is counted, one alone would be far from all of them: nothing stands out before
    `count` reaches `least`.
    """

    code: str
    column: str
    scale: Callable[[pd.Series], pd.Series]
    low: bool = False
    count: str = "dossiers"
    least: int = 1


def _log(values: pd.Series) -> pd.Series:
    """Times are compared on the logarithm: twice as fast is as far as twice as slow."""
    return pd.Series(np.log(values.where(values > 0)), index=values.index)


def _angle(values: pd.Series) -> pd.Series:
    """Shares are compared on the arcsine of their root, where a share near 0 spreads like one in the middle."""
    return pd.Series(np.arcsin(np.sqrt(values.clip(lower=0, upper=1))), index=values.index)


INDICATORS: tuple[Indicator, ...] = (
    Indicator("speed", "seconds_per_answer", _log, low=True),
    Indicator("missing", "missing_share", _angle, count="missing", least=5),
    Indicator("overridden", "overridden_share", _angle, count="overridden", least=3),
)


_COUNTS = ("dossiers", *(each.count for each in INDICATORS if each.count != "dossiers"))


def dossier_table(dossiers: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """One row a dossier with its indicators and their distances.

    `dossiers` is indexed by dossier: person, answered (given answers), missing (answers left with a reason), overridden
    (answers kept against a soft check), prefilled. Columns added: sessions, seconds, measured, changes,
    seconds_per_answer, missing_share, overridden_share, and `<indicator>_score`, whose positive side is the one to look at.
    """
    found = dossiers.copy()
    times = time_spent(events).groupby("dossier").agg(seconds=("seconds", "sum"), measured=("measured", "all"))
    counted = events.groupby("dossier").agg(sessions=("session", "nunique"), changes=("changed", "sum"))
    found["dossiers"] = 1
    found["seconds"] = pd.to_numeric(times["seconds"].reindex(found.index))
    found["measured"] = times["measured"].reindex(found.index).eq(other=True)
    found["sessions"] = counted["sessions"].reindex(found.index).fillna(0).astype(int)
    found["changes"] = counted["changes"].reindex(found.index).fillna(0).astype(int)
    settled = found["answered"] + found["missing"]
    enough = settled >= FEWEST_ANSWERS
    found["seconds_per_answer"] = (found["seconds"] / (settled - found["prefilled"]).clip(lower=1)).where(
        enough & (found["seconds"] > 0)
    )
    found["missing_share"] = (found["missing"] / settled.clip(lower=1)).where(enough)
    found["overridden_share"] = (found["overridden"] / found["answered"].clip(lower=1)).where(enough)
    for indicator in INDICATORS:
        score = robust_scores(indicator.scale(found[indicator.column].astype(float)))
        found[f"{indicator.code}_score"] = -score if indicator.low else score
    return found


def person_table(dossiers: pd.DataFrame) -> pd.DataFrame:
    """One row a person who has enough dossiers: the median of each indicator and how far it is from everybody's.

    The distance is counted in standard errors of a median of so many dossiers, 1.2533 s / sqrt(n) with s the robust spread
    of all dossiers: one person's few dossiers must be much further off than another's many. It is missing where fewer than
    `FEWEST_PEOPLE` people have `FEWEST_OF_PERSON` dossiers.
    """
    sizes = dossiers.groupby("person")["dossiers"].sum()
    kept = sizes.index[sizes >= FEWEST_OF_PERSON]
    own = dossiers[dossiers["person"].isin(kept)].groupby("person")
    people = own[list(_COUNTS)].sum()
    for indicator in INDICATORS:
        people[indicator.column] = own[indicator.column].median()
        scaled = indicator.scale(dossiers[indicator.column].astype(float))
        score = _person_scores(scaled, dossiers["person"]).reindex(people.index)
        people[f"{indicator.code}_score"] = (-score if indicator.low else score) if len(kept) >= FEWEST_PEOPLE else np.nan
    return people


def _person_scores(scaled: pd.Series, person: pd.Series) -> pd.Series:
    """How far each person's median stands from everybody's, in standard errors of a median."""
    known = scaled.dropna()
    own = known.groupby(person[known.index]).agg(["median", "count"])
    spread = robust_spread(known) if len(known) >= FEWEST_DOSSIERS else 0.0
    if spread <= 0:
        return pd.Series(np.nan, index=own.index)
    scores = (own["median"] - known.median()) / (_MEDIAN_ERROR * spread / np.sqrt(own["count"]))
    return pd.Series(scores.where(own["count"] >= FEWEST_OF_PERSON))


def standing_out(table: pd.DataFrame) -> pd.DataFrame:
    """What is further than `FAR` on the side to look at: one row an indicator and a row of `table`, the furthest first.

    A person's dossiers must hold `least` of what is counted on average, as one dossier must by itself.
    """
    rows = [
        {"key": key, "indicator": indicator.code, "value": value, "score": score}
        for indicator in INDICATORS
        for key, value, score, count, dossiers in zip(
            table.index,
            table[indicator.column],
            table[f"{indicator.code}_score"],
            table[indicator.count],
            table["dossiers"],
            strict=True,
        )
        if pd.notna(score) and score >= FAR and count >= indicator.least * dossiers
    ]
    found = pd.DataFrame(rows, columns=["key", "indicator", "value", "score"])
    return found.sort_values("score", ascending=False, kind="stable").reset_index(drop=True)


def similar_pairs(answers: pd.DataFrame, *, most: int = 50) -> pd.DataFrame:
    """Pairs of dossiers that agree much more than chance would have it.

    `answers` has one row a dossier and one column a question; cells are codes, missing where there is no answer. Two
    answers agree by chance with probability sum p² over the question's answers; a pair's distance is how far its count of
    agreements stands from what its common questions lead to expect, then how far that is from all other pairs, robustly.
    Out come first, second (dossiers), common, same, share, expected, score for the pairs beyond `FAR_PAIR` that agree on
    `ALIKE` of at least `FEWEST_COMMON` questions, the furthest first.
    """
    columns = ["first", "second", "common", "same", "share", "expected", "score"]
    if len(answers) < FEWEST_DOSSIERS:
        return pd.DataFrame(columns=columns)
    common, same, expected, variance = _agreements(answers)
    one, other = np.triu_indices(len(answers), k=1)
    kept = common[one, other] >= FEWEST_COMMON
    one, other = one[kept], other[kept]
    if len(one) < FEWEST_DOSSIERS:
        return pd.DataFrame(columns=columns)
    counts, agreed = common[one, other], same[one, other]
    raw = (agreed - expected[one, other]) / np.sqrt(np.maximum(variance[one, other], 1e-9))
    table = pd.DataFrame(
        {
            "first": answers.index[one],
            "second": answers.index[other],
            "common": counts.astype(int),
            "same": agreed.astype(int),
            "share": agreed / counts,
            "expected": expected[one, other] / counts,
            "score": robust_scores(pd.Series(raw)).to_numpy(),
        }
    )
    far = table[(table["score"] >= FAR_PAIR) & (table["share"] >= ALIKE)]
    return far.sort_values("score", ascending=False, kind="stable").head(most).reset_index(drop=True)


def _agreements(answers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For every pair of rows: questions answered in both, answers in common, and what chance leads to expect of them."""
    size = len(answers)
    common, same, expected, variance = (np.zeros((size, size), dtype=np.float32) for _each in range(4))
    for name in answers.columns:
        codes, _values = pd.factorize(answers[name])
        given = codes >= 0
        if not given.any():
            continue
        shares = np.bincount(codes[given]) / given.sum()
        chance = float((shares**2).sum())
        both = np.outer(given, given)
        common += both
        same += both & (codes[:, None] == codes[None, :])
        expected += both * np.float32(chance)
        variance += both * np.float32(chance * (1 - chance))
    return common, same, expected, variance


def flat_series(answers: pd.DataFrame, series: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Series of questions with the same choices that a dossier answers all alike, where the others rarely do.

    `series` names the questions of each series. The probability of the same answer throughout, were the questions answered
    apart as all dossiers answer them, is the product of the answer's shares; what is likelier than `RARE` is left out, and
    so is a series that more than `SELDOM` of the dossiers answer all alike: opinions on neighbouring questions do go together.
    Out come dossier, series, answer, questions, probability, the least probable first.
    """
    columns = ["dossier", "series", "answer", "questions", "probability"]
    rows: list[dict[str, object]] = []
    for code, names in series.items():
        asked = [name for name in names if name in answers.columns]
        if len(asked) >= FEWEST_IN_SERIES and len(answers) >= FEWEST_DOSSIERS:
            rows += _flat(answers[asked], code)
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("probability", kind="stable").reset_index(drop=True)


def _flat(answers: pd.DataFrame, code: str) -> list[dict[str, object]]:
    codes = np.column_stack([pd.Categorical(answers[name], categories=_values(answers)).codes for name in answers.columns])
    given = codes >= 0
    complete = given.sum(axis=1) >= FEWEST_IN_SERIES
    lowest = np.where(given, codes, np.iinfo(np.int16).max).min(axis=1)
    alike = complete & (lowest == codes.max(axis=1))
    if complete.sum() < FEWEST_DOSSIERS or alike.sum() > SELDOM * complete.sum():
        return []
    shares = {name: answers[name].value_counts(normalize=True) for name in answers.columns}
    rows: list[dict[str, object]] = []
    for dossier, row in answers[alike].iterrows():
        kept = row.dropna()
        answer = kept.iloc[0]
        probability = float(np.prod([shares[name].get(answer, 0.0) for name in kept.index]))
        if probability <= RARE:
            rows.append({"dossier": dossier, "series": code, "answer": answer, "questions": len(kept), "probability": probability})
    return rows


def _values(answers: pd.DataFrame) -> list[object]:
    """Every answer that occurs in a table, in order."""
    return sorted({value for name in answers.columns for value in answers[name].dropna().unique()})


def question_table(events: pd.DataFrame) -> pd.DataFrame:
    """How often each question's alert was shown and kept against, by the number of dossiers: which checks are badly set.

    `events` has dossier, kind, and `alerts` (a list of names of questions). Out come question, shown, overridden, share.
    """
    alerts = events[events["kind"].isin(["shown", "overridden"])][["dossier", "kind", "alerts"]].explode("alerts").dropna()
    if alerts.empty:
        return pd.DataFrame(columns=["question", "shown", "overridden", "share"])
    counts = alerts.pivot_table(index="alerts", columns="kind", values="dossier", aggfunc="nunique", fill_value=0)
    # An alert kept against was shown, whether or not its page said so.
    overridden = counts.get("overridden", pd.Series(0, index=counts.index))
    shown = pd.concat([counts.get("shown", pd.Series(0, index=counts.index)), overridden], axis=1).max(axis=1)
    found = pd.DataFrame({"question": counts.index, "shown": shown.to_numpy(), "overridden": overridden.to_numpy()})
    found["share"] = found["overridden"] / found["shown"].clip(lower=1)
    return found.sort_values(["overridden", "shown"], ascending=False, kind="stable").reset_index(drop=True)
