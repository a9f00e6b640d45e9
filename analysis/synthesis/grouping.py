"""The fragility profiles as an edition publishes them: found, described, named, and with the evidence for their number.

What comes in are the firms' features and weights, and the profiles of an earlier edition; what goes out are the profile of each
firm, a `ProfileSet` without shares, which the edition fills in from its protected figures, and what only the campaign's people see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pandas as pd

from analysis.arrays import Floats
from analysis.fragility.dimensions import DIMENSIONS as FRAMEWORK
from analysis.frozen import restored
from analysis.profiles.description import Mark, describe_numbers
from analysis.profiles.matching import Matching, match_profiles
from analysis.profiles.model import FragilityProfiles, active_features
from analysis.profiles.name_book import NameBook
from analysis.profiles.naming import propose_names, sentence
from analysis.profiles.paragons import Typical, paragons, typical_firms
from analysis.profiles.stability import FIRM
from analysis.synthesis.edition import HIDDEN, Criterion, Profile, ProfileSet, Trait
from analysis.synthesis.measures import DIMENSIONS, column
from analysis.words import Words

FEWEST = 30
TRAITS = 5
LEAST_FEATURES = 6  # Of the twelve that make the profiles.
RULE = Words(
    "Règle « au-delà du hasard » : de deux à sept, le nombre de profils dont la netteté dépasse le plus celle de nuages sans structure, parmi ceux dont chaque profil réunit "
    "au moins 5 % des entreprises et 30 répondantes, et garde un indice de Jaccard d’au moins 0,60 quand toute la chaîne est rejouée sur des entreprises rééchantillonnées.",
    "Rule “beyond chance”: from two to seven, the number of profiles whose sharpness most exceeds that of clouds without structure, among those whose profiles each hold "
    "at least 5% of firms and 30 respondents, and keep a Jaccard index of 0.60 or more when the whole chain is run again on resampled firms.",
)
NOTES = {
    "clear": Words(
        "Les profils sont stables : ils se retrouvent quand on rééchantillonne les entreprises.",
        "The profiles are stable: they are found again when firms are resampled.",
    ),
    "indicative": Words(
        "Les profils sont indicatifs : une partie d’entre eux change quand on rééchantillonne les entreprises. Ils aident à lire, ils ne classent pas.",
        "The profiles are indicative: some of them change when firms are resampled. They help to read; they do not rank.",
    ),
    "none": Words(
        "Aucune structure stable, au-delà de ce que donnerait un nuage sans groupes : aucun profil n’est publié.",
        "No stable structure beyond what a cloud without groups would give: no profile is published.",
    ),
    "unknown": Words(
        "Trop de dimensions sont inconnues pour chercher des profils.", "Too many dimensions are unknown to look for profiles."
    ),
    "few": Words(
        "Trop peu d’entreprises pour chercher des profils : il en faut au moins 90.",
        "Too few firms to look for profiles: at least 90 are needed.",
    ),
}
VARIABLES = {f"score_{code}": FRAMEWORK[code][0] for code in DIMENSIONS} | {
    "leaving5": Words(
        "Part de l’équipe attendue au départ d’ici cinq ans", "Share of the staff expected to leave within five years"
    ),
    "log_headcount": Words("Effectif (logarithme)", "Headcount (logarithm)"),
}


PORTRAYED = ("headcount", "dep5", "hr_index", "economic_index", "sector")


@dataclass(frozen=True, slots=True)
class EarlierProfiles:
    """The profiles of an earlier edition, for their names to be carried over: firm reference -> profile code, and the names."""

    profile_of: Mapping[str, str]
    names: NameBook

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> Self | None:
        """Reads them from an `EditionSummary` as it is stored; None where that edition had no profile."""
        if not summary.get("profile_of") or not summary.get("names", {}).get("versions"):
            return None
        return cls(summary["profile_of"], restored(NameBook, summary["names"]))


@dataclass(frozen=True, slots=True)
class Grouping:
    """`labels` are each respondent's profile code (P1…), or None without structure; the rest is as in `EditionSummary`."""

    labels: tuple[str | None, ...]
    profiles: ProfileSet
    names: NameBook = field(default_factory=NameBook)
    matching: Matching | None = None
    typical: tuple[Typical, ...] = ()
    paragons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def group(
    features: pd.DataFrame,
    weights: Floats,
    *,
    seed: int,
    prepared_on: str = "",
    earlier: EarlierProfiles | None = None,
    execution: str = "sequential",
) -> Grouping:
    """Looks for profiles; says that there are none rather than inventing some.

    Parameters
    ----------
    features
        One row a respondent, as `firm_features` gives them, with `reference` where names are to be carried over.
    weights
        Of the respondents.
    seed
        Of everything drawn.
    prepared_on
        The ISO date that the names bear.
    earlier
        The profiles whose names people gave: those that are still the same, or have only changed, keep them.
    execution
        Where samples and clouds are computed (`analysis.execution`), to the same result.
    """
    nobody: tuple[str | None, ...] = (None,) * len(features)
    active = active_features(
        features.assign(
            dep5=column(features, "dep5"),
            headcount=column(features, "headcount"),
            **{f"score_{code}": column(features, f"score_{code}") for code in DIMENSIONS},
        )
    )
    usable = active.notna().sum(axis=0) > 1
    if len(features) < 3 * FEWEST:
        return Grouping(nobody, ProfileSet("none", RULE, NOTES["few"], (), ()))
    if int(usable.sum()) < LEAST_FEATURES:
        return Grouping(nobody, ProfileSet("none", RULE, NOTES["unknown"], (), ()))
    active = active.loc[:, usable]
    fitted = FragilityProfiles(random_state=seed, smallest_firms=FEWEST, execution=execution).fit(active, sample_weight=weights)
    criteria = tuple(
        Criterion(
            row.k, round(row.inertia_gain, 4), round(row.silhouette, 4), round(row.stability, 3), round(row.smallest_share, 3), row.smallest_firms,
            row.eligible, fitted.structure_ != "none" and row.k == fitted.k_, round(row.null_silhouette, 4), round(row.null_p, 3),
        )
        for row in fitted.evidence_
    )  # fmt: skip
    if fitted.structure_ == "none":
        return Grouping(nobody, ProfileSet("none", RULE, NOTES["none"], criteria, ()))
    marks = describe_numbers(active, fitted.labels_, weights)
    effects = [{mark.variable: mark.effect for mark in marks if mark.group == each} for each in range(fitted.k_)]
    labels = tuple(f"P{int(label) + 1}" for label in fitted.labels_)
    names, matching = _named(features, labels, propose_names(effects), prepared_on, earlier)
    profiles = tuple(
        Profile(
            code=f"P{each + 1}",
            name=names.current(f"P{each + 1}"),
            share=HIDDEN,
            stability=round(float(fitted.stability_[each]), 2),
            standing="firm" if fitted.stability_[each] >= FIRM else "indicative",
            traits=_traits([mark for mark in marks if mark.group == each]),
            dimensions=tuple(_mean(marks, each, f"score_{code}") for code in DIMENSIONS),
            portrait=sentence(effects[each]),
        )
        for each in range(fitted.k_)
    )
    return Grouping(
        labels,
        ProfileSet(fitted.structure_, RULE, NOTES[fitted.structure_], criteria, profiles),
        names,
        matching,
        tuple(_typical(features, fitted)),
        _paragons(features, fitted),
    )


def _named(
    features: pd.DataFrame,
    labels: Sequence[str],
    proposed: Sequence[Words],
    prepared_on: str,
    earlier: EarlierProfiles | None,
) -> tuple[NameBook, Matching | None]:
    """The names, proposed or carried over, and the matching with the earlier profiles where firms of both editions tell."""
    book = NameBook.proposed({f"P{place}": words for place, words in enumerate(proposed, start=1)}, on=prepared_on)
    if earlier is None or "reference" not in features.columns:
        return book, None
    now = dict(zip(features["reference"].astype(str), labels, strict=True))
    if not set(now) & set(earlier.profile_of):
        return book, None
    matching = match_profiles(earlier.profile_of, now)
    return book.carried(earlier.names, matching, on=prepared_on), matching


def _typical(features: pd.DataFrame, fitted: FragilityProfiles) -> list[Typical]:
    told = features[[name for name in PORTRAYED if name in features.columns]].reset_index(drop=True)
    return typical_firms(fitted.points_, fitted.labels_, fitted.centroids_, told)


def _paragons(features: pd.DataFrame, fitted: FragilityProfiles) -> dict[str, tuple[str, ...]]:
    if "reference" not in features.columns:
        return {}
    names = features["reference"].astype(str).to_numpy()
    near = paragons(fitted.points_, fitted.labels_, fitted.centroids_)
    return {f"P{place}": tuple(names[rows.rows].tolist()) for place, rows in enumerate(near, start=1)}


def _traits(marks: list[Mark]) -> tuple[Trait, ...]:
    strongest = sorted(marks, key=lambda mark: (-abs(mark.effect), mark.variable))[:TRAITS]
    return tuple(
        Trait(
            mark.variable, VARIABLES[mark.variable], _unit(mark.variable), round(mark.mean, 3), round(mark.overall, 3), round(mark.effect, 2), round(mark.v, 1), mark.significant
        )
        for mark in strongest
    )  # fmt: skip


def _unit(variable: str) -> str:
    return "score" if variable.startswith("score_") else "share" if variable == "leaving5" else "number"


def _mean(marks: list[Mark], each: int, variable: str) -> float | None:
    return next((round(mark.mean, 1) for mark in marks if mark.group == each and mark.variable == variable), None)
