"""From the panel to an edition: weighted, projected, profiled, protected, and laid out as one frozen synthesis a domain.

What comes in are the respondents' features and persons and the sampling frame; what goes out is an `Edition`. Nothing leaves
`build_edition` that `analysis.disclosure.editions` has not decided on: a domain that may not be published yields a withheld synthesis,
which holds no figure, and an edition that fails its audit is not made (`DisclosureError`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from analysis.actions.catalogue import catalogue
from analysis.disclosure.editions import DisclosureError, Domain, edition_system, protect_edition
from analysis.disclosure.successive import EarlierEdition, Succession, firms_of
from analysis.parameters import Parameters
from analysis.survey.panel import Survey
from analysis.survey.weighting import CalibrationError, Weighting, weigh
from analysis.synthesis.chapters_method import method_chapters
from analysis.synthesis.chapters_money import money_chapters
from analysis.synthesis.chapters_people import people_chapters
from analysis.synthesis.chapters_practices import practice_chapters
from analysis.synthesis.desk import Desk, frame_counts
from analysis.synthesis.edition import (
    PUBLISHED,
    SCHEMA,
    SUPPRESSED,
    WITHHELD,
    Area,
    AreaMap,
    Chapter,
    Edition,
    Method,
    ProfileSet,
    Synthesis,
    SynthesisError,
)
from analysis.synthesis.firmness import Firmness, firmness_of
from analysis.synthesis.forecast import Forecast, answered, weighted_departures
from analysis.synthesis.grouping import EarlierProfiles, Grouping, group
from analysis.synthesis.measures import Measure, categories_of, measures_of
from analysis.synthesis.messages import messages, tiles, title
from analysis.synthesis.notes import LOW_PRECISION, REGION_LABEL, WITHHELD_REASON, method_of
from analysis.synthesis.published import Published
from analysis.synthesis.summary import summary_of
from analysis.words import Words

__all__ = ["DisclosureError", "Edition", "Synthesis", "SynthesisError", "build_edition"]

PLACES = ("sector", "departement", "size_class")
AREA = "zone_emploi"
NEEDED = ("reference", *PLACES, "headcount")
Labels = Mapping[str, Mapping[str, Words]]


@dataclass(frozen=True, slots=True)
class _Issue:
    """What all syntheses of an edition share."""

    campaign: str
    region: Words
    is_demo: bool
    prepared_on: str
    versions: Mapping[str, str]
    seed: int


def build_edition(
    features: pd.DataFrame,
    persons: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    parameters: Parameters,
    threshold: int = 5,
    seed: int = 0,
    campaign: str,
    is_demo: bool,
    prepared_on: str | date,
    versions: Mapping[str, str],
    labels: Labels | None = None,
    earlier: Sequence[EarlierEdition] = (),
    named: EarlierProfiles | None = None,
    execution: str = "sequential",
) -> Edition:
    """All syntheses of an edition, protected together: the region's, one for each sector and one for each département of the frame.

    Parameters
    ----------
    features
        One row a respondent: reference, sector, departement, size_class, zone_emploi, zone_emploi_name, and the columns of
        `firm_features`. Columns that are absent yield no figure.
    persons
        The persons of all respondents, with their firm's `reference` (`persons_of`).
    frame
        One row a frame firm: sector, departement, size_class, headcount, and zone_emploi where it is known.
    parameters
        The dated figures of the projection (`analysis.parameters.load`).
    campaign, is_demo, prepared_on, versions
        What every synthesis says of itself.
    threshold
        The respondents that a published figure needs behind it.
    seed
        Of everything drawn: the same inputs and seed give the same syntheses, byte for byte, whatever the order of the rows.
    labels
        Kind -> code -> words, for the kinds region, sector, departement, size_class, zone_emploi, needs, actions,
        transfer_modes, recruit_causes, strain and economic_effects. A code without words stands for itself.
    earlier
        The editions that readers have seen (`EarlierEdition.from_summary`): together with this one they give nothing away.
    named
        The profiles whose names people gave, to be carried over (`EarlierProfiles.from_summary`).
    execution
        Where the heavy parts run: sequential, processes, processes:4 or dask:tcp://host:8786, to the same bytes.

    Raises
    ------
    SynthesisError
        When a table lacks rows or columns, names a firm twice, or cannot be weighted.
    DisclosureError
        When the audit finds that a hidden figure could be worked out, or so few firms changed since an earlier edition that
        comparing both would tell what they answered.
    ExecutionError
        When the heavy parts cannot run where they were asked to.
    """
    table, whole = _checked(features, frame)
    weighting = _weighted(table, whole)
    cube = edition_system(table, whole, by=PLACES, area=AREA if AREA in table.columns else None)
    succession = Succession(firms_of(table), earlier, threshold=threshold) if earlier else None
    protection = protect_edition(
        cube,
        {**weighted_departures(table, weighting.weights), "weights": weighting.weights, "squared weights": weighting.weights**2},
        threshold=threshold,
        answered=answered(table),
        succession=succession,
    )
    store = Published(Survey(weighting), cube, protection)
    grouping = group(table, weighting.weights, seed=seed, prepared_on=str(prepared_on), earlier=named, execution=execution)
    _measure(store, table, grouping)
    firmness = firmness_of(table, parameters, seed=seed)
    store.add(firmness.measures)
    forecast = Forecast(store, table, persons, parameters, seed=seed)
    known = _labels(labels or {}, table)
    issue = _Issue(
        campaign,
        known.get("region", {}).get("", REGION_LABEL),
        is_demo,
        str(prepared_on),
        _versions(versions, parameters, threshold=threshold, seed=seed),
        seed,
    )
    maker = _Maker(store, forecast, frame_counts(whole), known, issue, weighting, grouping.profiles, firmness, table)
    syntheses = [maker.make("region", "")]
    for scope in ("sector", "departement"):
        syntheses += [maker.make(scope, code) for code in maker.desk("region", "").levels(scope)]
    return Edition(tuple(syntheses), summary_of(table, store, weighting, grouping, syntheses, places=(*PLACES, AREA)))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Lays out one synthesis after the other."""

    store: Published
    forecast: Forecast
    frame: Mapping[Domain, int]
    labels: Labels
    issue: _Issue
    weighting: Weighting
    profiles: ProfileSet
    firmness: Firmness
    table: pd.DataFrame

    def desk(self, scope: str, code: str) -> Desk:
        return Desk(scope, code, self.store, self.forecast, self.frame, self.labels)

    def make(self, scope: str, code: str) -> Synthesis:
        """One synthesis, or a withheld one where its domain may not be published."""
        desk = self.desk(scope, code)
        label = self.issue.region if scope == "region" else desk.label(scope, code)
        issue = self.issue
        if not self.store.protection.shows(desk.domain) or self.store.protection.counts[desk.domain] == 0:
            return Synthesis(
                SCHEMA, scope, code, label, WITHHELD, WITHHELD_REASON, issue.campaign, issue.region, issue.is_demo, issue.prepared_on, label,
                (), (), (), None, None, None, dict(issue.versions),
            )  # fmt: skip
        profiles = self._profiles(desk)
        chapters = (
            *people_chapters(desk),
            *practice_chapters(desk),
            *money_chapters(desk, profiles),
            *method_chapters(desk, self.firmness),
        )
        return Synthesis(
            schema=SCHEMA,
            scope=scope,
            code=code,
            label=label,
            status=PUBLISHED,
            reason=None,
            campaign=issue.campaign,
            region=issue.region,
            is_demo=issue.is_demo,
            prepared_on=issue.prepared_on,
            title=title(desk, label),
            tiles=tiles(desk),
            messages=messages(desk),
            chapters=tuple(chapter for chapter in chapters if chapter.tables),
            profiles=profiles,
            area_map=self._map(desk),
            method=self._method(desk, chapters_cells(chapters)),
            versions=dict(issue.versions),
        )

    def _profiles(self, desk: Desk) -> ProfileSet:
        filled = tuple(
            replace(profile, share=desk.store.cell(f"profile:{profile.code}", desk.domain)) for profile in self.profiles.profiles
        )
        return replace(self.profiles, profiles=filled)

    def _map(self, desk: Desk) -> AreaMap | None:
        """Zones d'emploi for the region and the départements, départements for a sector."""
        level = "departement" if desk.scope == "sector" else AREA
        places = self._areas(desk, level)
        if not places:
            return None
        areas = tuple(
            Area(code, desk.label(level, code), self.forecast.rate(domain, 5), self.forecast.total(domain, 5))
            for code, domain in places
        )
        subject = Words(
            "Départs à la retraite attendus d’ici cinq ans pour 100 salariés",
            "Retirements expected within five years in 100 employees",
        )
        rated = [area for area in areas if area.cell.value is not None]
        heading = subject
        if rated:
            top = max(rated, key=lambda area: (area.cell.value or 0.0, area.code))
            heading = Words(
                f"{top.label.fr} : la part de départs la plus élevée", f"{top.label.en}: the greatest share of departures"
            )
        return AreaMap(level, heading, subject, "rate", areas, LOW_PRECISION)

    def _areas(self, desk: Desk, level: str) -> list[tuple[str, Domain]]:
        if level == "departement":
            return [(code, desk.cross("departement", code)) for code in desk.levels("departement")]
        if AREA not in self.table.columns:
            return []
        here = self.table if desk.scope == "region" else self.table[self.table["departement"] == desk.code]
        codes = sorted(set(here[AREA]))
        return [(code, (AREA, code) if desk.scope == "region" else (AREA, code, "departement", desk.code)) for code in codes]

    def _method(self, desk: Desk, cells: tuple[int, int]) -> Method:
        weights = self.weighting.weights[self.store.members(desk.domain)]
        return method_of(
            self.weighting,
            weights,
            frame_firms=desk.framed(desk.domain),
            threshold=self.store.protection.threshold,
            cells=cells,
            narrowest=self.store.protection.narrowest,
            label=desk.label,
        )


def chapters_cells(chapters: Sequence[Chapter]) -> tuple[int, int]:
    """How many cells of some chapters are hidden, and how many are shown."""
    statuses = [cell.status for chapter in chapters for table in chapter.tables for row in table.rows for cell in row.cells]
    return statuses.count(SUPPRESSED), statuses.count(PUBLISHED)


def _checked(features: pd.DataFrame, frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with their places as text, respondents in the order of their references."""
    absent = [name for name in NEEDED if name not in features.columns] + [name for name in PLACES if name not in frame.columns]
    if len(features) == 0 or len(frame) == 0:
        message = "An edition needs one respondent and one frame firm at least."
        raise SynthesisError(message)
    if absent:
        message = f"The columns {', '.join(absent)} are missing."
        raise SynthesisError(message)
    reference = features["reference"].astype(str)
    if not reference.is_unique:
        message = f"The firm {reference[reference.duplicated()].iloc[0]} answers twice."
        raise SynthesisError(message)
    texts = [name for name in (*PLACES, AREA) if name in features.columns]
    table = features.assign(reference=reference, **{name: features[name].fillna("").astype(str) for name in texts})
    kept = [name for name in (*PLACES, AREA) if name in frame.columns and name in features.columns]
    whole = frame.assign(**{name: frame[name].fillna("").astype(str) for name in kept})
    return table.sort_values("reference", ignore_index=True), whole.sort_values(list(PLACES), kind="stable", ignore_index=True)


def _weighted(table: pd.DataFrame, frame: pd.DataFrame) -> Weighting:
    try:
        return weigh(table, frame)
    except CalibrationError as error:
        message = f"The panel cannot be weighted to its frame: {error}"
        raise SynthesisError(message) from error


def _measure(store: Published, table: pd.DataFrame, grouping: Grouping) -> None:
    """Adds every measure; those whose figures sum to a whole are protected together."""
    measures = measures_of(table)
    fine = [measure for measure in measures if measure.code.startswith("age:b")]
    coarse = [measure for measure in measures if measure.code.startswith("age:c")]
    shapes = [measure for measure in measures if measure.code.startswith("shape:")]
    together = {measure.code for measure in (*fine, *coarse, *shapes)}
    store.add([measure for measure in measures if measure.code not in together])
    store.add_distribution([*coarse, *fine], _finer(fine))
    store.add_distribution(shapes)
    store.add_distribution(categories_of(grouping.labels, "profile"))


def _versions(versions: Mapping[str, str], parameters: Parameters, *, threshold: int, seed: int) -> dict[str, str]:
    """What it takes to make the edition again: the caller's versions, the law, the parameters, the seed and the threshold."""
    return {**versions, **parameters.versions(), "seed": str(seed), "threshold": str(threshold)}


def _finer(fine: Sequence[Measure]) -> dict[str, str]:
    """Which merged band each fine band belongs to."""
    merged = {
        "b1": "c1",
        "b2": "c1",
        "b3": "c2",
        "b4": "c2",
        "b5": "c3",
        "b6": "c3",
        "b7": "c4",
        "b8": "c5",
        "b9": "c6",
        "b10": "c6",
        "b11": "c6",
    }
    return {measure.code: f"age:{merged[measure.code.split(':')[1]]}:{measure.code.split(':')[2]}" for measure in fine}


def _labels(labels: Labels, table: pd.DataFrame) -> Labels:
    """The labels with those that the analysis knows: names of zones, titles of actions."""
    zones: dict[str, Words] = {}
    if AREA in table.columns and f"{AREA}_name" in table.columns:
        zones = {
            str(code): Words(str(name), str(name)) for code, name in zip(table[AREA], table[f"{AREA}_name"], strict=True) if name
        }
    actions = {action.code: action.title for action in catalogue()}
    return {**labels, AREA: {**zones, **labels.get(AREA, {})}, "actions": {**actions, **labels.get("actions", {})}}
