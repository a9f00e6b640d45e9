"""Indicators of the filling.

1. Distances are robust: outliers do not hide themselves, and nothing is compared against too few.
2. Time: what the page counted wins; gaps between requests stand in, cut.
3. What stands out is what was planted, and nothing in ordinary data.
4. Pairs and series are judged against chance.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import paradata as module

# Cells of tables are of any type; what a test says of them is checked when it runs.
paradata: Any = module
START = datetime(2026, 10, 5, 8, tzinfo=UTC)
COLUMNS = ["session", "dossier", "section", "kind", "at", "seconds", "changed", "alerts"]


def events(*rows: tuple[str, int, str, str, float, float | None]) -> Any:
    """Events from `(session, dossier, section, kind, seconds after the start, seconds said)`."""
    return pd.DataFrame(
        [
            (session, dossier, section, kind, START + timedelta(seconds=at), said, 1, [])
            for session, dossier, section, kind, at, said in rows
        ],
        columns=COLUMNS,
    )


def seconds(table: Any) -> dict[tuple[int, str], float]:
    return {(row.dossier, row.section): row.seconds for row in paradata.time_spent(table).itertuples(index=False)}


def test_a_distance_is_in_robust_deviations() -> None:
    """Requirement 1, against the definition: median 10, MAD 2, so that 20 is 10 / (1.4826 x 2) away."""
    values = pd.Series([6.0, 8, 10, 10, 12, 14, 8, 12, 20])
    scores = paradata.robust_scores(values)
    assert scores.iloc[-1] == pytest.approx(10 / (1.4826 * 2))
    assert scores.iloc[2] == 0
    shifted = paradata.robust_scores(values.replace({20.0: 20_000.0}))
    assert shifted.iloc[:-1].equals(scores.iloc[:-1]), "an outlier moves nobody else"


def test_too_few_values_and_equal_values_have_no_distance() -> None:
    assert paradata.robust_scores(pd.Series([1.0, 2, 3, 4, 5, 6, 90])).isna().all()
    assert paradata.robust_scores(pd.Series([3.0] * 20)).isna().all()
    assert paradata.robust_scores(pd.Series(dtype=float)).empty


def test_where_most_are_equal_the_mean_deviation_stands_in() -> None:
    values = pd.Series([0.0] * 9 + [1.0])
    assert paradata.robust_spread(values) == pytest.approx(1.2533 * 0.1)
    assert paradata.robust_scores(values).iloc[-1] == pytest.approx(1 / (1.2533 * 0.1))


def test_the_time_that_the_page_counted_wins() -> None:
    """Requirement 2."""
    table = events(
        ("a", 1, "S1", "opened", 0, None), ("a", 1, "S1", "changed", 250, 60), ("a", 1, "S1", "changed", 280, 20), ("a", 1, "S1", "left", 290, 5),
    )  # fmt: skip
    assert seconds(table) == {(1, "S1"): 85}
    assert paradata.time_spent(table)["measured"].all()


def test_without_a_count_gaps_stand_in_and_are_cut() -> None:
    table = events(
        ("a", 1, "S1", "opened", 0, None), ("a", 1, "S1", "changed", 40, None), ("a", 1, "S2", "opened", 41, None),
        ("a", 1, "S2", "changed", 9_000, None), ("b", 1, "S2", "opened", 20_000, None), ("b", 1, "S2", "changed", 20_010, None),
    )  # fmt: skip
    assert seconds(table) == {(1, "S1"): 40, (1, "S2"): paradata.LONGEST_GAP + 10}
    assert not paradata.time_spent(table)["measured"].any()


def test_sessions_do_not_run_into_one_another() -> None:
    table = events(("a", 1, "S1", "opened", 0, None), ("b", 2, "S1", "changed", 30, None), ("a", 1, "S1", "changed", 60, None))
    assert seconds(table) == {(1, "S1"): 60, (2, "S1"): 0}
    assert paradata.time_spent(events()).empty


def panel(size: int, *, people: int = 6, seed: int = 7) -> tuple[Any, Any]:
    """Ordinary dossiers: log-normal times, a few missing answers, hardly an alert kept against."""
    rng = np.random.default_rng(seed)
    dossiers = pd.DataFrame(
        {
            "person": [number % people for number in range(size)],
            "answered": 100,
            "missing": rng.binomial(110, 0.05, size),
            "overridden": rng.binomial(100, 0.01, size),
            "prefilled": 9,
        },
        index=pd.RangeIndex(1, size + 1, name="dossier"),
    )
    times = 2_000 * np.exp(rng.normal(0, 0.3, size))
    rows = [("s", number, "S1", "changed", float(number), float(time)) for number, time in enumerate(times, 1)]
    return dossiers, events(*rows)


def test_ordinary_dossiers_do_not_stand_out() -> None:
    """Requirement 3: 3.5 robust deviations leave 60 ordinary dossiers, and six people, alone."""
    table = paradata.dossier_table(*panel(60))
    assert paradata.standing_out(table).empty
    assert paradata.standing_out(paradata.person_table(table)).empty


def test_what_was_planted_stands_out() -> None:
    dossiers, log = panel(60)
    log.loc[log["dossier"] == 5, "seconds"] = 100.0
    dossiers.loc[9, "missing"] = 70
    dossiers.loc[12, "overridden"] = 25
    found = paradata.standing_out(paradata.dossier_table(dossiers, log))
    assert set(zip(found["key"], found["indicator"], strict=True)) == {(5, "speed"), (9, "missing"), (12, "overridden")}
    assert found["score"].is_monotonic_decreasing


def test_one_event_alone_is_not_much() -> None:
    """Where nobody else has any, one alert kept against is far from all, and still nothing to look at."""
    dossiers, log = panel(60)
    dossiers["overridden"] = 0
    dossiers.loc[3, "overridden"] = 2
    assert paradata.standing_out(paradata.dossier_table(dossiers, log)).empty
    dossiers.loc[3, "overridden"] = 3
    assert list(paradata.standing_out(paradata.dossier_table(dossiers, log))["key"]) == [3]


def test_slow_is_not_fast() -> None:
    dossiers, log = panel(60)
    log.loc[log["dossier"] == 5, "seconds"] = 80_000.0
    assert paradata.standing_out(paradata.dossier_table(dossiers, log)).empty


def test_a_dossier_with_few_answers_is_not_compared() -> None:
    dossiers, log = panel(20)
    dossiers.loc[1, ["answered", "missing"]] = [10, 9]
    table = paradata.dossier_table(dossiers, log)
    assert np.isnan(table.loc[1, "speed_score"])
    assert np.isnan(table.loc[1, "missing_share"])


def test_a_person_stands_out_with_many_dossiers_only() -> None:
    dossiers, log = panel(90)
    hasty = set(dossiers.index[dossiers["person"] == 2])
    log.loc[log["dossier"].isin(hasty), "seconds"] *= 0.45
    people = paradata.person_table(paradata.dossier_table(dossiers, log))
    assert [(key, code) for key, code in paradata.standing_out(people)[["key", "indicator"]].itertuples(index=False)] == [
        (2, "speed")
    ]
    assert list(people["dossiers"]) == [15] * 6
    few = paradata.person_table(paradata.dossier_table(dossiers.head(20), log))
    assert few.empty, "three or four dossiers each: nobody is compared"


def test_few_people_are_not_compared_with_each_other() -> None:
    table = paradata.dossier_table(*panel(60, people=3))
    people = paradata.person_table(table)
    assert len(people) == 3
    assert people["speed_score"].isna().all()


def answers(size: int = 40, questions: int = 60, seed: int = 3) -> Any:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        rng.choice(list("abcd"), p=[0.4, 0.3, 0.2, 0.1], size=(size, questions)),
        index=range(1, size + 1),
        columns=[f"q{number}" for number in range(questions)],
    )


def test_chance_alone_makes_no_pair() -> None:
    """Requirement 4."""
    assert paradata.similar_pairs(answers()).empty
    assert paradata.similar_pairs(answers(size=5)).empty


def test_a_copied_dossier_is_found_with_what_chance_expects() -> None:
    table = answers()
    table.loc[30] = table.loc[4]
    table.loc[30, ["q0", "q1"]] = ["d", "d"]
    found = paradata.similar_pairs(table)
    assert [(row.first, row.second) for row in found.itertuples(index=False)] == [(4, 30)]
    assert found.loc[0, "common"] == 60
    assert found.loc[0, "same"] >= 58
    assert found.loc[0, "expected"] == pytest.approx(0.3, abs=0.03)


def test_a_copy_that_shares_few_questions_says_nothing() -> None:
    table = answers()
    table.loc[30] = table.loc[4]
    table.loc[30, table.columns[29:]] = None
    assert paradata.similar_pairs(table).empty


def test_a_series_answered_all_alike_is_found_where_few_do_so() -> None:
    table = answers()
    names = [f"q{number}" for number in range(10)]
    table.loc[7, names] = "c"
    found = paradata.flat_series(table, {"S1:scale": names, "S2:short": ["q11", "q12"]})
    assert found[["dossier", "series", "answer", "questions"]].to_numpy().tolist() == [[7, "S1:scale", "c", 10]]
    assert found.loc[0, "probability"] < 1e-5
    # Where many people answer alike, the questions are to be looked at and not the people.
    table.loc[range(1, 11), names] = "a"
    assert paradata.flat_series(table, {"S1:scale": names}).empty


def test_alerts_are_counted_by_dossier() -> None:
    rows = [
        (1, "shown", ["q1", "q2"]),
        (1, "shown", ["q1"]),
        (2, "shown", ["q1"]),
        (2, "overridden", ["q1"]),
        (3, "overridden", ["q2"]),
    ]
    found = paradata.question_table(pd.DataFrame(rows, columns=["dossier", "kind", "alerts"])).set_index("question")
    assert found.loc["q1", ["shown", "overridden"]].tolist() == [2, 1]
    assert found.loc["q2", ["shown", "overridden"]].tolist() == [1, 1]
    assert paradata.question_table(pd.DataFrame([], columns=["dossier", "kind", "alerts"])).empty
