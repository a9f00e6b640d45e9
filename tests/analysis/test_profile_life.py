"""What becomes of profiles: 1. new dossiers; 2. a refit matched to the previous one; 3. names; 4. typical firms; 5. normal scores."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.profiles.assignment import UNCERTAIN, Place, assign
from analysis.profiles.matching import match_profiles
from analysis.profiles.model import FragilityProfiles
from analysis.profiles.name_book import NameBook, NamingError
from analysis.profiles.paragons import paragons, references, rounded, typical_firms
from analysis.profiles.ranks import NormalScores
from analysis.words import Words
from bench.survey import Made, make

ON = "2026-11-25"


@pytest.fixture(scope="module")
def made() -> Made:
    return make(420, seed=7)


@pytest.fixture(scope="module")
def model(made: Made) -> FragilityProfiles:
    return FragilityProfiles(replicates=8, smallest_firms=20).fit(made.answers, sample_weight=made.weights)


def test_1_new_dossiers_are_placed_without_refitting(made: Made, model: FragilityProfiles) -> None:
    assert model.k_ > 1
    found = model.assign(made.answers)
    assert (found.nearest == model.predict(made.answers)).all()
    assert (found.nearest == model.labels_).mean() > 0.95
    sure = found.profiles != UNCERTAIN
    assert 0.5 < sure.mean() < 1.0
    assert (found.profiles[sure] == found.nearest[sure]).all()
    # One dossier at a time gives what all together give: nothing depends on who else is placed.
    for place in range(5):
        alone = model.assign(made.answers.iloc[[place]])
        assert alone.nearest[0] == found.nearest[place]
        assert alone.margins[0] == pytest.approx(found.margins[place])


def test_1_a_guess_is_called_uncertain_with_its_reason(made: Made, model: FragilityProfiles) -> None:
    empty = made.answers.iloc[[0]].copy()
    empty.loc[:, empty.columns[:30]] = None
    assert "unanswered" in model.assign(empty).reasons[0]
    assert model.assign(empty).profiles[0] == UNCERTAIN
    middle = model.centroids_[:2].mean(axis=0, keepdims=True)
    assert assign(middle, Place(model.centroids_[:2], np.array([9.0, 9.0]))).reasons == (("between",),)
    far = model.centroids_[:1] * 40
    assert "unlike" in assign(far, model.place_).reasons[0]
    centre = assign(model.centroids_, model.place_)
    assert centre.profiles.tolist() == list(range(model.k_))
    assert centre.margins == pytest.approx(0.5)
    with pytest.raises(ValueError, match="axes"):
        assign(np.zeros((2, 1)), model.place_)
    alone = assign(np.zeros((1, 1)), Place(np.zeros((1, 1)), np.ones(1)))
    assert alone.profiles.tolist() == [0]


def test_2_a_refit_is_matched_and_says_what_changed(made: Made, model: FragilityProfiles) -> None:
    firms = [f"F{place}" for place in range(len(made.truth))]
    before = {firm: f"P{label + 1}" for firm, label in zip(firms, model.labels_, strict=True)}
    kept = np.arange(20, len(firms))
    again = FragilityProfiles(replicates=8, smallest_firms=20, number=model.k_, random_state=3).fit(
        made.answers.iloc[kept], sample_weight=made.weights[kept]
    )
    after = {firms[row]: f"Q{label + 1}" for row, label in zip(kept, again.labels_, strict=True)}
    found = match_profiles(before, after)
    assert found.shared == len(kept)
    assert len(found.pairs) == min(model.k_, again.k_)
    stayed = sum(pair.stayed for pair in found.pairs)
    assert stayed + sum(count for _, _, count in found.moves) == found.shared
    assert found.adjusted_rand > 0.5


def test_2_matching_is_the_best_of_all_and_names_what_came_and_went() -> None:
    before = dict(enumerate(["A"] * 6 + ["B"] * 4 + ["C"] * 2))
    after = dict(enumerate(["Y"] * 5 + ["X"] * 5 + ["X"] * 2)) | {99: "Z"}
    found = match_profiles(before, after)
    first = found.pairs[0]
    assert (first.before, first.after, first.stayed, first.left, first.joined, first.verdict) == ("A", "Y", 5, 1, 0, "same")
    assert first.jaccard == pytest.approx(5 / 6)
    assert found.pairs[1].after == "X"
    assert found.pairs[1].verdict == "changed"
    assert found.after("A") == "Y"
    # Z holds no firm of both editions: its pair with C is worth nothing, and no name may follow it.
    assert found.after("C") is None
    assert found.moves == (("A", "X", 1), ("C", "X", 2))
    with pytest.raises(ValueError, match="described anew"):
        match_profiles({1: "A"}, {2: "A"})


@given(st.lists(st.sampled_from("ABC"), min_size=6, max_size=30))
@settings(max_examples=30, deadline=None)
def test_2_renumbering_changes_nothing(labels: list[str]) -> None:
    before = dict(enumerate(labels))
    after = {firm: {"A": "3", "B": "1", "C": "2"}[label] for firm, label in before.items()}
    found = match_profiles(before, after)
    assert {pair.jaccard for pair in found.pairs} == {1.0}
    assert found.moves == () == found.appeared == found.vanished
    assert found.adjusted_rand == 1.0


def names() -> NameBook:
    return NameBook.proposed({"P1": Words("Pilier unique", "A single pillar"), "P2": Words("Sous tension", "Under strain")}, on=ON)


def test_3_names_are_versioned_in_both_languages() -> None:
    book = names().rename("P2", Words(" Équipes usées ", "Worn teams"), author="M. Roux", on=ON, reason="Atelier de novembre")
    assert book.current("P2") == Words("Équipes usées", "Worn teams")
    assert [(version.version, version.origin) for version in book.history("P2")] == [(1, "proposed"), (2, "edited")]
    assert book.current("P1").en == "A single pillar"
    assert NameBook.from_json(book.to_json()) == book
    assert book.to_json() == NameBook.from_json(book.to_json()).to_json()


def test_3_a_name_that_misleads_is_refused() -> None:
    refused = [
        ("P9", Words("a", "b"), "M. Roux", "No profile"),
        ("P1", Words("", "b"), "M. Roux", "French"),
        ("P1", Words("a", " "), "M. Roux", "English"),
        ("P1", Words("a" * 121, "b"), "M. Roux", "longer"),
        ("P1", Words("Sous tension", "b"), "M. Roux", "two names"),
        ("P1", Words("a", "b"), "  ", "signed"),
    ]
    for profile, words, author, said in refused:
        with pytest.raises(NamingError, match=said):
            names().rename(profile, words, author=author, on=ON)


def test_3_names_given_by_people_follow_profiles_that_stay_the_same() -> None:
    earlier = names().rename("P1", Words("Départs proches", "Departures at hand"), author="M. Roux", on=ON)
    before = dict(enumerate(["P1"] * 8 + ["P2"] * 8))
    after = dict(enumerate(["P2"] * 8 + ["P1"] * 8))
    later = NameBook.proposed({"P1": Words("Un", "One"), "P2": Words("Deux", "Two")}, on="2027-11-01")
    carried = later.carried(earlier, match_profiles(before, after), on="2027-11-01")
    assert carried.current("P2") == Words("Départs proches", "Departures at hand")
    assert carried.history("P2")[-1].origin == "carried"
    assert carried.history("P2")[-1].author == "M. Roux"
    # What the program proposed is proposed anew.
    assert carried.current("P1") == Words("Un", "One")
    scattered = dict(enumerate(["P1", "P2"] * 8))
    assert later.carried(earlier, match_profiles(before, scattered), on=ON) == later


def test_4_typical_firms_are_several_firms_and_nobody(made: Made, model: FragilityProfiles) -> None:
    told = made.answers[["q00", "q01", "x00", "x01"]]
    found = typical_firms(model.points_, model.labels_, model.centroids_, told)
    assert [each.profile for each in found] == list(range(model.k_))
    for each, near in zip(found, paragons(model.points_, model.labels_, model.centroids_, most=11), strict=True):
        assert each.firms == 11
        for name, value in each.numbers:
            assert value == rounded(float(told[name].iloc[near.rows].median()))
        for name, level in each.levels:
            assert (told[name].iloc[near.rows] == level).sum() >= 5
    first = paragons(model.points_, model.labels_, model.centroids_, most=2)[0]
    assert references(first, [f"F{row}" for row in range(len(told))]) == tuple(f"F{row}" for row in first.rows)


def test_4_what_names_a_firm_is_refused_and_small_profiles_are_silent(made: Made, model: FragilityProfiles) -> None:
    named = pd.DataFrame({"name": [f"Association {row}" for row in range(len(made.truth))]})
    with pytest.raises(ValueError, match="names them"):
        typical_firms(model.points_, model.labels_, model.centroids_, named)
    with pytest.raises(ValueError, match="3 firms at least"):
        typical_firms(model.points_, model.labels_, model.centroids_, made.answers, fewest=2)
    points = np.array([[0.0], [0.1], [9.0], [9.1], [9.2], [9.3], [9.4]])
    labels = np.array([0, 0, 1, 1, 1, 1, 1])
    table = pd.DataFrame({"x": range(7), "q": list("aabbbbb")})
    found = typical_firms(points, labels, np.array([[0.05], [9.2]]), table)
    assert [(each.profile, each.firms, each.levels) for each in found] == [(1, 5, (("q", "b"),))]


def test_5_normal_scores_are_read_off_for_one_dossier() -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame({"skewed": np.exp(random.normal(size=200)), "even": random.normal(size=200), "q": ["a", "b"] * 100})
    table.loc[3, "skewed"] = np.nan
    scores = NormalScores().fit(table)
    assert set(scores.scores_) == {"skewed"}
    together, alone = scores.transform(table), scores.transform(table.iloc[[7]])
    assert alone["skewed"].iloc[0] == together["skewed"].iloc[7]
    assert np.isnan(together["skewed"].iloc[3])
    assert together["even"].equals(table["even"])
    beyond = scores.transform(table.iloc[[7]].assign(skewed=1e9))["skewed"].iloc[0]
    assert beyond == together["skewed"].max()
    assert set(NormalScores("all").fit(table).scores_) == {"skewed", "even"}
    assert NormalScores("none").fit(table).transform(table).equals(table)
    with pytest.raises(ValueError, match="skewed"):
        NormalScores("some").fit(table)
