"""What the people who run the campaign may know of an edition, and readers may not.

What comes in are the panel's table, what was published, the weights and the profiles; what goes out is an `EditionSummary`.
"""

from collections.abc import Sequence

import pandas as pd

from analysis.disclosure.editions import Domain, Protection
from analysis.disclosure.successive import memory_of
from analysis.survey.adjustments import effective_size
from analysis.survey.weighting import Weighting
from analysis.synthesis.edition import WITHHELD, EditionSummary, Synthesis
from analysis.synthesis.grouping import Grouping
from analysis.synthesis.published import Published
from analysis.words import Words

FEWEST = 30


def summary_of(
    table: pd.DataFrame,
    store: Published,
    weighting: Weighting,
    grouping: Grouping,
    syntheses: Sequence[Synthesis],
    *,
    places: Sequence[str],
) -> EditionSummary:
    """The summary of an edition; `places` are the columns of the table that its domains are made of."""
    protection = store.protection
    hidden, shown = store.tally()
    return EditionSummary(
        respondents=len(table),
        weights={
            reference: round(float(weight), 6) for reference, weight in zip(table["reference"], weighting.weights, strict=True)
        },
        profile_of={
            reference: label for reference, label in zip(table["reference"], grouping.labels, strict=True) if label is not None
        },
        primary=_names(protection, protection.primary),
        secondary=_names(protection, protection.hidden - protection.primary),
        withheld=tuple(f"{synthesis.scope} {synthesis.code}".strip() for synthesis in syntheses if synthesis.status == WITHHELD),
        measures_hidden={**dict(sorted(store.reasons.items())), "hidden": hidden, "shown": shown},
        audited_cells=len(protection.intervals),
        narrowest=protection.narrowest,
        protection_optimal=protection.pattern.optimal,
        warnings=(*_warnings(weighting, syntheses), *_given_away(protection)),
        protection_cost=_cost(protection, hidden, shown),
        memory=memory_of(table, places, [domain for domain in protection.counts if protection.shows(domain)], store.hidden_in()),
        names=grouping.names,
        matching=grouping.matching,
        typical=grouping.typical,
        paragons=grouping.paragons,
    )


def _cost(protection: Protection, hidden: int, shown: int) -> dict[str, float]:
    """What protection takes away: domains and the respondents of each, figures, and the distance from the cheapest pattern."""
    peopled = {domain: count for domain, count in protection.counts.items() if count > 0}
    gone = [domain for domain in peopled if not protection.shows(domain)]
    besides = [domain for domain in gone if domain not in protection.primary]
    return {
        "domains": len(peopled),
        "domains_hidden": len(gone),
        "domains_hidden_for_others": len(besides),
        "respondents_hidden": sum(peopled[domain] for domain in gone),
        "respondents_hidden_for_others": sum(peopled[domain] for domain in besides),
        "share_of_respondents_hidden": round(sum(peopled[domain] for domain in gone) / max(sum(peopled.values()), 1), 6),
        "figures": hidden + shown,
        "figures_hidden": hidden,
        "greatest_distance_from_optimum": round(protection.pattern.gap, 6),
    }


def _given_away(protection: Protection) -> tuple[Words, ...]:
    found = protection.succession.given_away if protection.succession else ()
    return tuple(
        Words(
            f"Une édition antérieure laisse déjà déduire, quoi qu’on masque aujourd’hui : {name}.",
            f"An earlier edition already gives away, whatever is hidden today: {name}.",
        )
        for name in found
    )


def _names(protection: Protection, domains: frozenset[Domain]) -> tuple[str, ...]:
    return tuple(" × ".join(domain) or "region" for domain in protection.domains if domain in domains)


def _warnings(weighting: Weighting, syntheses: Sequence[Synthesis]) -> tuple[Words, ...]:
    found = [
        Words(
            f"Calage : « {source} » a été regroupé avec « {target} » ({variable}), faute de répondantes.",
            f"Calibration: “{source}” was merged with “{target}” ({variable}), for want of respondents.",
        )
        for variable, source, target in weighting.collapsed
    ]
    size = effective_size(weighting.weights)
    if size < FEWEST:
        found.append(
            Words(
                f"L’effectif efficace du panel n’est que de {size:.0f} entreprises : les intervalles sont larges.",
                f"The panel’s effective size is only {size:.0f} firms: intervals are wide.",
            )
        )
    if syntheses[0].status == WITHHELD:
        found.append(
            Words("La synthèse régionale elle-même n’est pas publiable.", "The regional synthesis itself may not be published.")
        )
    return tuple(found)
