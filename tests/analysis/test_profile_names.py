"""Names of profiles in an edition: 1. another name is another word, never another figure; 2. people's names follow their profiles."""

from dataclasses import replace
from typing import Any

import pytest

from analysis.synthesis import build_edition
from analysis.synthesis.edition import Criterion, Edition, Synthesis
from analysis.synthesis.grouping import EarlierProfiles
from analysis.synthesis.renaming import renamed
from analysis.words import Words
from tests.analysis.panel import Panel, labels, make_panel

NEW = Words("Des équipes qui tiennent", "Teams that hold")


@pytest.fixture(scope="module")
def panel() -> Panel:
    return make_panel(360, 6000, seed=1)


def edition(panel: Panel, **changes: Any) -> Edition:
    options: dict[str, Any] = {
        "parameters": panel.parameters,
        "seed": 3,
        "campaign": "Campagne d’essai",
        "is_demo": True,
        "prepared_on": "2026-11-24",
        "versions": {"code": "1"},
        "labels": labels(),
    }
    return build_edition(panel.features, panel.persons, panel.frame, **(options | changes))


@pytest.fixture(scope="module")
def made(panel: Panel) -> Edition:
    return edition(panel)


def test_1_a_new_name_gives_the_edition_that_would_have_been_built_with_it(panel: Panel, made: Edition) -> None:
    summary = made.summary
    assert summary.names.profiles == tuple(sorted(set(summary.profile_of.values())))
    book = summary.names.rename("P2", NEW, author="Une analyste", on="2026-11-25")
    again = edition(panel, named=EarlierProfiles(summary.profile_of, book))
    for before, after in zip(made.syntheses, again.syntheses, strict=True):
        assert renamed(before, {"P2": NEW}).to_json() == after.to_json()
    assert made.syntheses[0].to_json() != again.syntheses[0].to_json()
    text = str(renamed(made.syntheses[0], {"P2": NEW}).to_json())
    assert summary.names.current("P2").fr not in text
    assert again.summary.names.history("P2")[-1].origin == "carried"
    assert again.summary.names.history("P1")[-1].origin == "proposed"


def test_1_without_profiles_or_with_unknown_ones_nothing_changes(made: Edition) -> None:
    region = made.syntheses[0]
    assert renamed(region, {"P9": NEW}).digest() == region.digest()
    bare = replace(region, profiles=None)
    assert renamed(bare, {"P1": NEW}) is bare


def test_2_the_next_edition_knows_what_became_of_the_profiles(panel: Panel, made: Edition) -> None:
    stored = {
        "profile_of": made.summary.profile_of,
        "names": {
            "versions": [
                {**{name: getattr(each, name) for name in each.__slots__}, "words": {"fr": each.words.fr, "en": each.words.en}}
                for each in made.summary.names.versions
            ]
        },
    }
    earlier = EarlierProfiles.from_summary(stored)
    assert earlier is not None
    assert earlier.names == made.summary.names
    fewer = replace(panel, features=panel.features.iloc[30:])
    persons = panel.persons[panel.persons["reference"].isin(fewer.features["reference"])]
    found = edition(replace(fewer, persons=persons), named=earlier, prepared_on="2027-03-01").summary
    assert found.matching is not None
    assert found.matching.shared == 330
    assert all(pair.verdict == "same" for pair in found.matching.pairs)
    assert EarlierProfiles.from_summary({"profile_of": {}, "names": {"versions": []}}) is None
    # An edition without a firm in common has nothing to carry over.
    alone = edition(panel, named=EarlierProfiles({"elsewhere": "P1"}, earlier.names)).summary
    assert alone.matching is None
    assert alone.names.current("P1") == made.summary.names.current("P1")


def test_2_where_the_heavy_parts_run_changes_no_byte(panel: Panel, made: Edition) -> None:
    again = edition(panel, execution="processes:2")
    assert [each.digest() for each in again.syntheses] == [each.digest() for each in made.syntheses]
    assert again.summary == made.summary


def test_3_the_team_sees_typical_firms_and_the_evidence(made: Edition) -> None:
    summary, profiles = made.summary, made.syntheses[0].profiles
    assert profiles is not None
    assert {f"P{each.profile + 1}" for each in summary.typical} == set(summary.names.profiles)
    assert all(each.firms >= 5 and dict(each.numbers)["headcount"] > 0 for each in summary.typical)
    for code, references in summary.paragons.items():
        assert 1 <= len(references) <= 5
        assert {summary.profile_of[reference] for reference in references} == {code}
    chosen = next(row for row in profiles.criteria if row.chosen)
    assert chosen.null_p is not None
    assert chosen.null_p < 0.05
    assert chosen.null_silhouette is not None
    assert chosen.null_silhouette < chosen.silhouette
    assert [row.verdict for row in profiles.criteria].count("chosen") == 1
    base = replace(chosen, chosen=False)
    assert base.verdict == "possible"
    assert replace(base, eligible=False).verdict == "small"
    assert replace(base, stability=0.59).verdict == "unstable"
    assert replace(base, null_p=0.05).verdict == "chance"
    # What names a firm stays with the campaign's people.
    text = str([synthesis.to_json() for synthesis in made.syntheses])
    assert not any(reference in text for reference in summary.weights)


def test_3_a_synthesis_stored_before_the_evidence_was_whole_is_read(made: Edition) -> None:
    stored = made.syntheses[0].to_json()
    stored["profiles"]["criteria"] = [
        {name: value for name, value in row.items() if not name.startswith("null_")} for row in stored["profiles"]["criteria"]
    ]
    found = Synthesis.from_json(stored).profiles
    assert found is not None
    assert all(isinstance(row, Criterion) and row.null_p is None for row in found.criteria)
