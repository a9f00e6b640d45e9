"""Editions: 1. their content; 2. frozen, without loss, byte for byte; 3. nothing under the threshold; 4. nothing by subtraction; 5. bad input."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.synthesis.building import build_edition
from analysis.synthesis.edition import EMPTY, PUBLISHED, SUPPRESSED, UNRELIABLE, Cell, Edition, Synthesis, SynthesisError, Table
from analysis.words import Words
from tests.analysis.panel import DIMENSIONS, Panel, labels, make_panel

CHAPTERS = [
    "sample",
    "teams",
    "departures",
    "hr",
    "training",
    "recruitment",
    "conditions",
    "governance",
    "economy",
    "profiles",
    "voices",
    "needs",
]


def built(panel: Panel, **changes: Any) -> Edition:
    options: dict[str, Any] = {
        "parameters": panel.parameters,
        "threshold": 5,
        "seed": 3,
        "campaign": "Campagne d’essai",
        "is_demo": True,
        "prepared_on": "2026-11-24",
        "versions": {"law": "2026-09-01"},
        "labels": labels(),
    }
    return build_edition(panel.features, panel.persons, panel.frame, **(options | changes))


@pytest.fixture(scope="module")
def panel() -> Panel:
    return make_panel(420, 6000)


@pytest.fixture(scope="module")
def edition(panel: Panel) -> Edition:
    return built(panel)


@pytest.fixture(scope="module")
def small() -> tuple[Panel, Edition]:
    panel = make_panel(70, 2500, seed=5)
    return panel, built(panel)


def cells(synthesis: Synthesis) -> Iterator[Cell]:
    yield from (tile.cell for tile in synthesis.tiles)
    yield from (cell for chapter in synthesis.chapters for table in chapter.tables for row in table.rows for cell in row.cells)
    yield from (cell for area in (synthesis.area_map.areas if synthesis.area_map else ()) for cell in (area.cell, area.departures))
    yield from (profile.share for profile in (synthesis.profiles.profiles if synthesis.profiles else ()))


def tables(synthesis: Synthesis) -> dict[str, Table]:
    return {table.code: table for chapter in synthesis.chapters for table in chapter.tables}


def words(value: object) -> Iterator[Words]:
    if isinstance(value, Words):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from words(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from words(getattr(value, name))


def test_1_there_is_one_synthesis_for_the_region_each_sector_and_each_departement(edition: Edition, panel: Panel) -> None:
    scopes = [(synthesis.scope, synthesis.code) for synthesis in edition.syntheses]
    assert scopes[0] == ("region", "")
    assert {code for scope, code in scopes if scope == "sector"} == set(panel.frame["sector"])
    assert {code for scope, code in scopes if scope == "departement"} == set(panel.frame["departement"])
    assert len(set(scopes)) == len(scopes)


def test_1_every_chapter_is_there_in_order(edition: Edition) -> None:
    region = edition.syntheses[0]
    assert [chapter.code for chapter in region.chapters] == CHAPTERS
    assert [chapter.number for chapter in region.chapters] == list(range(2, 14))
    assert {
        "pyramid",
        "path",
        "departures_sector",
        "departures_departement",
        "departures_size_class",
        "dimensions",
        "voices",
        "needs",
    } <= set(tables(region))
    assert [row.code for row in tables(region)["dimensions"].rows] == list(DIMENSIONS)
    for synthesis in edition.syntheses:
        for chapter in synthesis.chapters:
            for table in chapter.tables:
                assert table.chart in {"bars", "pyramid", "path", "quartiles", "stack", "grid"}
                assert all(len(row.cells) == len(table.columns) for row in table.rows)


def test_1_everything_is_said_in_both_languages(edition: Edition) -> None:
    for synthesis in edition.syntheses:
        for found in words(synthesis):
            assert bool(found.fr) == bool(found.en)
    assert edition.syntheses[0].title.fr != edition.syntheses[0].title.en


def test_1_messages_bear_a_number_and_an_interval(edition: Edition) -> None:
    region = edition.syntheses[0]
    assert 3 <= len(region.messages) <= 5
    for message in region.messages:
        assert re.search(r"\d", message.text.fr)
        assert re.search(r"\(de [\d\u202f]+ à [\d\u202f]+", message.text.fr)
        assert re.search(r"\([\d,]+ to [\d,]+", message.text.en)


def test_1_estimates_are_near_what_the_frame_would_give(edition: Edition, panel: Panel) -> None:
    region = edition.syntheses[0]
    sample = tables(region)["sample_sector"]
    assert sum(row.cells[0].value or 0 for row in sample.rows if not row.total) == len(panel.frame)
    assert sum(row.cells[2].value or 0 for row in sample.rows if not row.total) == len(panel.features)
    departures = next(tile.cell for tile in region.tiles if tile.code == "departures_5")
    assert departures.value is not None
    assert departures.low is not None
    assert departures.high is not None
    assert departures.low < departures.value < departures.high
    plain = panel.features["dep5"].sum() / panel.features["headcount"].sum() * panel.frame["headcount"].sum()
    assert departures.value == pytest.approx(plain, rel=0.15)
    by_year = [row.cells[0].value or 0.0 for row in tables(region)["path"].rows]
    ten = next(row for row in tables(region)["departures_sector"].rows if row.total).cells[3].value
    assert ten is not None
    assert sum(by_year) == pytest.approx(ten, rel=0.15)
    assert sum(edition.summary.weights.values()) == pytest.approx(len(panel.frame))


def test_1_the_pyramid_sums_to_everybody(edition: Edition) -> None:
    for synthesis in edition.syntheses[:1]:
        shares = [cell.value for row in tables(synthesis)["pyramid"].rows for cell in row.cells]
        assert None not in shares
        assert sum(share for share in shares if share is not None) == pytest.approx(1.0, abs=0.02)


def test_1_planted_profiles_are_published_with_their_evidence(edition: Edition) -> None:
    found = edition.syntheses[0].profiles
    assert found is not None
    assert (found.structure, len(found.profiles)) == ("clear", 4)
    assert [row.k for row in found.criteria] == [2, 3, 4, 5, 6, 7]
    assert sum(profile.share.value or 0 for profile in found.profiles) == pytest.approx(1.0, abs=0.01)
    assert {row.k for row in found.criteria if row.chosen} == {4}
    assert set(edition.summary.profile_of.values()) == {"P1", "P2", "P3", "P4"}


def test_1_the_map_shows_zones_or_departements(edition: Edition, panel: Panel) -> None:
    levels = {synthesis.scope: synthesis.area_map.level for synthesis in edition.syntheses if synthesis.area_map}
    assert levels == {"region": "zone_emploi", "sector": "departement", "departement": "zone_emploi"}
    region = edition.syntheses[0].area_map
    assert region is not None
    assert {area.code for area in region.areas} == set(panel.features["zone_emploi"])
    assert region.areas[0].label.fr.startswith("Zone ")


def test_2_goes_to_json_and_back_without_loss(edition: Edition) -> None:
    for synthesis in edition.syntheses:
        text = json.dumps(synthesis.to_json(), ensure_ascii=False, allow_nan=False)
        again = Synthesis.from_json(json.loads(text))
        assert again.digest() == synthesis.digest()
        assert again == replace(synthesis, versions=again.versions)
    with pytest.raises(SynthesisError, match="schema"):
        Synthesis.from_json({"schema": 0})
    with pytest.raises(SynthesisError, match="Damaged"):
        Synthesis.from_json({"schema": 1, "scope": "region"})


def test_2_the_order_of_rows_changes_no_byte(small: tuple[Panel, Edition]) -> None:
    panel, edition = small
    turned = Panel(
        panel.features.iloc[::-1].reset_index(drop=True),
        panel.persons.sample(frac=1, random_state=1).reset_index(drop=True),
        panel.frame.sample(frac=1, random_state=2).reset_index(drop=True),
        panel.truth,
        panel.parameters,
    )
    assert [synthesis.digest() for synthesis in built(turned).syntheses] == [synthesis.digest() for synthesis in edition.syntheses]


def test_2_a_cell_that_is_not_published_can_hold_no_figure() -> None:
    with pytest.raises(SynthesisError, match="carries a figure"):
        Cell(0.3, None, None, 4, SUPPRESSED)
    with pytest.raises(SynthesisError, match="number of respondents"):
        Cell(None, None, None, 4, SUPPRESSED)


def test_3_no_published_figure_rests_on_too_few_firms(edition: Edition, small: tuple[Panel, Edition]) -> None:
    for synthesis in (*edition.syntheses, *small[1].syntheses):
        for cell in cells(synthesis):
            assert cell.status in {PUBLISHED, SUPPRESSED, UNRELIABLE, EMPTY}
            assert (cell.value is None) == (cell.status != PUBLISHED)
            assert cell.n is None or cell.n == 0 or cell.n >= 5
            assert cell.status != SUPPRESSED or cell.n is None


def test_3_a_withheld_synthesis_says_so_and_holds_nothing(small: tuple[Panel, Edition]) -> None:
    panel, edition = small
    withheld = [synthesis for synthesis in edition.syntheses if synthesis.status == "withheld"]
    assert withheld
    assert len(withheld) == len(edition.summary.withheld)
    for synthesis in withheld:
        assert synthesis.reason is not None
        assert (synthesis.tiles, synthesis.messages, synthesis.chapters) == ((), (), ())
        assert (synthesis.profiles, synthesis.area_map, synthesis.method) == (None, None, None)
    for scope in ("sector", "departement"):
        counts = panel.features[scope].value_counts()
        few = {code for code in panel.frame[scope].unique() if counts.get(code, 0) < 5}
        gone = {synthesis.code for synthesis in withheld if synthesis.scope == scope}
        assert few <= gone
        respondents = sum(int(counts.get(code, 0)) for code in gone)
        assert respondents == 0 or respondents >= 5


def test_3_no_reference_nor_firm_row_is_in_a_synthesis(small: tuple[Panel, Edition]) -> None:
    panel, edition = small
    text = "".join(json.dumps(synthesis.to_json()) for synthesis in edition.syntheses)
    assert not any(reference in text for reference in panel.features["reference"])


def collected(edition: Edition) -> dict[tuple[str, str], dict[tuple[str, ...], Cell]]:
    """What a reader of all syntheses can gather: (table, row) -> domain -> its cell, for tables that every synthesis has."""
    found: dict[tuple[str, str], dict[tuple[str, ...], Cell]] = {}
    for synthesis in edition.syntheses:
        domain = () if synthesis.scope == "region" else (synthesis.scope, synthesis.code)
        for code, table in tables(synthesis).items():
            if table.columns[0].code in {"here", "mean", "optimistic"}:
                for row in table.rows:
                    found.setdefault((code, row.code), {})[domain] = row.cells[0]
    return found


def test_4_a_hidden_domain_is_not_alone_among_the_parts_of_a_published_whole(small: tuple[Panel, Edition]) -> None:
    panel, edition = small
    checked = 0
    for by_domain in collected(edition).values():
        if by_domain.get((), Cell(None, None, None, None, SUPPRESSED)).status != PUBLISHED:
            continue
        for scope in ("sector", "departement"):
            counts = panel.features[scope].value_counts()
            hidden = [code for code in counts.index if (cell := by_domain.get((scope, code))) is None or cell.status == SUPPRESSED]
            if hidden:
                assert len(hidden) > 1
                assert sum(counts[code] for code in hidden) >= 5
                checked += 1
    assert checked > 20


def test_4_respondents_cannot_be_found_by_subtraction(small: tuple[Panel, Edition]) -> None:
    panel, edition = small
    region = edition.syntheses[0]
    for name in ("sector", "departement", "size_class"):
        rows = tables(region)[f"sample_{name}"].rows
        hidden = [row.code for row in rows if row.cells[2].status == SUPPRESSED]
        total = next(row for row in rows if row.total).cells[2].value or 0
        rest = total - sum(row.cells[2].value or 0 for row in rows if not row.total)
        assert len(hidden) != 1
        assert rest == panel.features[name].isin(hidden).sum()
        assert rest == 0 or rest >= 5


def test_4_a_dominated_amount_is_hidden(panel: Panel) -> None:
    features = panel.features.copy()
    inside = features.index[features["departement"] == "04"]
    features.loc[inside, "idr5"] = 1.0
    features.loc[inside[0], "idr5"] = 900_000.0
    edition = built(replace(panel, features=features))
    found = {
        synthesis.code: tables(synthesis)["costs"].rows[0].cells[0]
        for synthesis in edition.syntheses
        if synthesis.scope == "departement"
    }
    assert found["04"].status == SUPPRESSED
    assert sum(cell.status == SUPPRESSED for cell in found.values()) >= 2
    assert edition.summary.measures_hidden["dominance"] >= 1


def test_4_what_one_or_two_firms_answered_is_hidden(panel: Panel) -> None:
    features = panel.features.copy()
    features["flag_R8"] = False
    features.loc[features.index[features["departement"] == "04"][:1], "flag_R8"] = True
    features.loc[features.index[features["departement"] == "13"][:40], "flag_R8"] = True
    edition = built(replace(panel, features=features))
    found = {
        synthesis.code: next(row for row in tables(synthesis)["flags"].rows if row.code == "flag_R8").cells[0]
        for synthesis in edition.syntheses
        if synthesis.scope == "departement"
    }
    assert found["04"].status == SUPPRESSED
    assert sum(cell.status == SUPPRESSED for cell in found.values()) >= 2


def test_5_missing_columns_and_persons_yield_no_figure_but_an_edition(panel: Panel) -> None:
    bare = panel.features[["reference", "sector", "departement", "size_class", "headcount"]]
    edition = built(Panel(bare, pd.DataFrame(), panel.frame, panel.truth, panel.parameters))
    region = edition.syntheses[0]
    assert region.status == PUBLISHED
    assert region.profiles is not None
    assert region.profiles.structure == "none"
    assert "path" not in tables(region)
    assert region.area_map is None


def test_5_infinite_and_unknown_values_are_no_answers(panel: Panel) -> None:
    features = panel.features.copy()
    features["cash_months"] = np.inf
    features.loc[features.index[:200], "score_D1"] = np.nan
    region = built(replace(panel, features=features)).syntheses[0]
    assert "cash" not in tables(region)
    assert tables(region)["dimensions"].rows[0].cells[0].n is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda features: features.head(0), "one respondent"),
        (lambda features: features.drop(columns=["sector", "headcount"]), "sector, headcount are missing"),
        (lambda features: pd.concat([features, features.head(1)], ignore_index=True), "PACA-0001 answers twice"),
        (lambda features: features.assign(sector="nowhere"), "nowhere"),
    ],
)
def test_5_a_panel_that_cannot_serve_is_refused(panel: Panel, change: Any, message: str) -> None:
    with pytest.raises(SynthesisError, match=message):
        built(replace(panel, features=change(panel.features)))


def test_5_one_firm_yields_only_withheld_syntheses() -> None:
    panel = make_panel(1, 300)
    edition = built(panel)
    assert {synthesis.status for synthesis in edition.syntheses} == {"withheld"}
    assert edition.summary.warnings
