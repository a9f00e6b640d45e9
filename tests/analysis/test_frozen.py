"""Portraits and syntheses are frozen, typed, carry what made them, and the same inputs give the same bytes."""

import json
import pickle
from copy import deepcopy
from dataclasses import FrozenInstanceError, fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.firm.reading import FirmFacts, read_firm
from analysis.frozen import Versions
from analysis.parameters import VERSION, load
from analysis.portrait import Portrait, PortraitError
from analysis.synthesis.building import build_edition
from analysis.synthesis.edition import Synthesis, SynthesisError
from analysis.words import Words
from tests.analysis.panel import Panel, labels, make_panel
from tests.analysis.samples import REFERENCE, banded_answers, full_answers, parameters

FACTS = FirmFacts(reference="PACA-0042", name="Les Restanques", sector="aide_dom", idcc="2941")


def portrait(answers: dict[str, Any], **more: Any) -> Portrait:
    options: dict[str, Any] = {"facts": FACTS, "parameters": parameters(), "prepared_on": date(2026, 11, 24)}
    return read_firm(answers, **(options | more))


def held(value: Any) -> list[Any]:
    """Everything that a frozen value holds, at any depth."""
    if is_dataclass(value):
        return [value, *(one for part in fields(value) for one in held(getattr(value, part.name)))]
    if isinstance(value, (tuple, list)):
        return [value, *(one for part in value for one in held(part))]
    return [value]


def shuffled(answers: dict[str, Any], seed: int) -> dict[str, Any]:
    """The same answers: people of the roster, key posts, announcements, sources and questions in another order."""
    random = np.random.default_rng(seed)

    def turned(values: list[Any]) -> list[Any]:
        return [values[place] for place in random.permutation(len(values))]

    changed = answers | {name: turned(answers[name]) for name in ("registre", "dep_annonces") if name in answers}
    changed["ressources"] = dict(turned(list(answers["ressources"].items())))
    if "mat_age_sexe" in answers:
        changed["mat_age_sexe"] = dict(turned(list(answers["mat_age_sexe"].items())))
    return dict(turned(list(changed.items())))


@given(seed=st.integers(0, 10_000), banded=st.booleans())
@settings(max_examples=12, deadline=None)
def test_the_order_of_the_people_changes_no_byte_of_a_portrait(seed: int, banded: bool) -> None:
    answers = banded_answers() if banded else full_answers()
    assert portrait(shuffled(answers, seed)).digest() == portrait(answers).digest()


def test_a_portrait_holds_nothing_that_can_change() -> None:
    made = portrait(full_answers(), versions={"code": "1"})
    assert not any(isinstance(value, (list, set)) or type(value) is dict for value in held(made))
    with pytest.raises(FrozenInstanceError):
        made.reference = "other"  # type: ignore[misc]
    with pytest.raises(TypeError, match="cannot be changed"):
        made.versions["law"] = "other"  # type: ignore[index]
    assert made == portrait(full_answers(), versions={"code": "1"})
    assert hash(made) == hash(portrait(full_answers(), versions={"code": "1"}))


@pytest.mark.parametrize("change", [lambda found: found.update(a="b"), lambda found: found.pop("a"), lambda found: found.clear()])
def test_versions_cannot_be_changed_and_travel(change: Any) -> None:
    found = Versions({"a": "1"})
    with pytest.raises(TypeError, match="cannot be changed"):
        change(found)
    assert deepcopy(found) == pickle.loads(pickle.dumps(found)) == {"a": "1"}  # noqa: S301 (what this test has just written).
    assert json.dumps(found) == '{"a": "1"}'


def test_a_portrait_carries_what_made_it() -> None:
    made = portrait(full_answers(), versions={"questionnaire": "2026-1"})
    usual = parameters()
    assert dict(made.versions) == {
        "questionnaire": "2026-1",
        "law": "2026-09-01",
        "parameters": VERSION,
        "parameters_digest": usual.digest(),
    }
    assert made.departures.law_version == made.versions["law"]


@pytest.mark.parametrize(
    "overrides",
    [
        {"figures": {"charges_rate": 0.45}},
        {"anchors": {"I31": [20, 40, 60]}},
        {"weights": {"I31": 2}},
        {"law": "2023-09-01"},
    ],
)
def test_every_choice_of_a_campaign_shows_in_the_digest(overrides: dict[str, Any]) -> None:
    usual, chosen = load(REFERENCE), load(REFERENCE, overrides=overrides)
    assert usual.digest() == load(REFERENCE).digest() == load(date(2026, 12, 1)).digest()
    assert chosen.digest() != usual.digest()
    assert portrait(full_answers(), parameters=chosen).digest() != portrait(full_answers()).digest()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reference", 3),
        ("is_demo", "yes"),
        ("hr_index", "high"),
        ("panel_size", 1.5),
        ("panel_size", True),
        ("headline", {"fr": 1, "en": ""}),
    ],
)
def test_a_portrait_of_other_types_is_damaged(name: str, value: Any) -> None:
    stored = json.loads(json.dumps(portrait(full_answers()).to_json()))
    assert Portrait.from_json(stored).digest() == portrait(full_answers()).digest()
    with pytest.raises(PortraitError, match="Damaged"):
        Portrait.from_json(stored | {name: value})


def with_values(panel: Panel) -> Panel:
    """The panel with the values of the indicators, some unknown."""
    random = np.random.default_rng(11)
    features = panel.features.copy()
    for code, anchors in panel.parameters.indicators.items():
        low, _, high = anchors.values
        features[code] = np.where(
            random.random(len(features)) < 0.1, np.nan, np.round(random.uniform(min(low, high), max(low, high), len(features)), 4)
        )
    return Panel(features, panel.persons, panel.frame, panel.truth, panel.parameters)


def built(panel: Panel, **changes: Any) -> tuple[Synthesis, ...]:
    options: dict[str, Any] = {
        "parameters": panel.parameters,
        "threshold": 5,
        "seed": 3,
        "campaign": "Campagne d’essai",
        "is_demo": True,
        "prepared_on": "2026-11-24",
        "versions": {"code": "1"},
        "labels": labels(),
    }
    return build_edition(panel.features, panel.persons, panel.frame, **(options | changes)).syntheses


@pytest.fixture(scope="module")
def panel() -> Panel:
    return with_values(make_panel(160, 2500, seed=7))


@pytest.fixture(scope="module")
def syntheses(panel: Panel) -> tuple[Synthesis, ...]:
    return built(panel)


def test_the_edition_says_how_firm_its_classes_are(syntheses: tuple[Synthesis, ...]) -> None:
    region = syntheses[0]
    chapter = next(one for one in region.chapters if one.code == "firmness")
    assert (chapter.number, region.chapters[-1].code) == (14, "firmness")
    assert [table.code for table in chapter.tables] == ["firmness", "places", "influence"]
    assert "gardée en moyenne dans" in chapter.finding.fr
    assert "of the variants" in chapter.finding.en
    for row in chapter.tables[0].rows:
        kept, stable, leaveout = row.cells
        assert kept.n is not None
        assert kept.n >= 100
        assert all(cell.value is None or 0 <= cell.value <= 1 for cell in (kept, stable, leaveout))
        assert kept.value is not None
        # An interval that would bound a hidden part is not shown.
        assert (kept.low is None) == (kept.high is None)
        assert kept.low is None or kept.low < kept.value
    assert any(row.cells[0].low is not None for row in chapter.tables[0].rows)
    influence = chapter.tables[2]
    assert len(influence.rows) == 10
    assert all((row.cells[0].n or 0) >= 10 for row in influence.rows)
    for synthesis in syntheses[1:]:
        for other in synthesis.chapters:
            assert other.code != "firmness" or [table.code for table in other.tables][-1] != "influence"


def test_a_synthesis_carries_what_made_it_and_cannot_change(syntheses: tuple[Synthesis, ...], panel: Panel) -> None:
    for made in syntheses:
        assert dict(made.versions) == {
            "code": "1",
            "law": "2026-09-01",
            "parameters": VERSION,
            "parameters_digest": panel.parameters.digest(),
            "seed": "3",
            "threshold": "5",
        }
        assert not any(isinstance(value, (list, set)) or type(value) is dict for value in held(made))
        with pytest.raises(TypeError, match="cannot be changed"):
            made.versions["seed"] = "4"  # type: ignore[index]
        stored = json.loads(json.dumps(made.to_json(), allow_nan=False))
        assert Synthesis.from_json(stored).digest() == made.digest()
        with pytest.raises(SynthesisError, match="Damaged"):
            Synthesis.from_json(stored | {"is_demo": 3})


def test_any_order_of_respondents_persons_and_firms_gives_the_same_bytes(panel: Panel, syntheses: tuple[Synthesis, ...]) -> None:
    for seed in (1, 2):
        turned = Panel(
            panel.features.sample(frac=1, random_state=seed).reset_index(drop=True),
            panel.persons.sample(frac=1, random_state=seed).reset_index(drop=True),
            panel.frame.sample(frac=1, random_state=seed),
            panel.truth,
            panel.parameters,
        )
        assert [one.digest() for one in built(turned)] == [one.digest() for one in syntheses]


def test_the_seed_is_all_that_chance_has(panel: Panel, syntheses: tuple[Synthesis, ...]) -> None:
    other = built(panel, seed=4)
    assert other[0].digest() != syntheses[0].digest()
    assert other[0].title == syntheses[0].title
    assert isinstance(other[0].title, Words)
