"""The method note of a synthesis, and the standing sentences of an edition, in both languages.

What comes in is the weighting and the disclosure's account; what goes out is a `Method`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analysis.survey.weighting import Weighting, effective_size, kish_design_effect
from analysis.synthesis.edition import Method
from analysis.words import Words

REGION_LABEL = Words("Région", "Region")
WITHHELD_REASON = Words(
    "Cette synthèse n’est pas publiée : trop peu d’entreprises ont répondu, ou sa publication permettrait d’en déduire une autre qui doit rester secrète.",
    "This synthesis is not published: too few firms answered, or publishing it would allow another, which must stay confidential, to be worked out.",
)
LOW_PRECISION = Words(
    "Intervalle à 80 %. Les zones où trop peu d’entreprises ont répondu, et celles qui permettraient de les déduire, ne sont pas publiées.",
    "80% interval. Zones where too few firms answered, and those that would allow them to be worked out, are not published.",
)
VARIABLES = {
    "sector": Words("secteur", "sector"),
    "departement": Words("département", "département"),
    "size_class": Words("taille", "size"),
    "headcount": Words("effectif salarié total", "total headcount"),
}


def method_of(
    weighting: Weighting,
    weights: NDArray[np.float64],
    *,
    frame_firms: int,
    threshold: int,
    cells: tuple[int, int],
    narrowest: float | None,
    label: Callable[[str, str], Words],
) -> Method:
    """The note of one synthesis, whose respondents have these `weights`; `cells` are its cells hidden and shown."""
    names = dict.fromkeys(name.partition("=")[0] for name in weighting.margins.names)
    margins = tuple(VARIABLES.get(name, Words(name, name)) for name in names)
    low, high = weighting.bounds or (0.0, float("inf"))
    worth, effect = effective_size(weights), kish_design_effect(weights)
    return Method(
        respondents=len(weights),
        frame_firms=frame_firms,
        effective_n=round(worth, 1),
        design_effect=round(effect, 3),
        weight_min=round(float(weights.min()), 2),
        weight_median=round(float(np.median(weights)), 2),
        weight_max=round(float(weights.max()), 2),
        calibration=f"{weighting.method.value} {low:g}–{high:g}",
        margins=margins,
        collapsed=tuple(_merged(variable, source, target, label) for variable, source, target in weighting.collapsed),
        threshold=threshold,
        hidden_cells=cells[0],
        published_cells=cells[1],
        narrowest_interval=narrowest,
        paragraphs=(
            Words(
                f"Chaque entreprise répondante compte pour plusieurs entreprises de la base de sondage : son poids corrige la non-réponse, puis est calé sur {_and([m.fr for m in margins], 'et')} "
                f"(méthode logit, rapports de {low:g} à {high:g}). L’effet de plan de Kish est de {_comma(effect)}, l’effectif efficace de {worth:.0f} entreprises.",
                f"Each respondent firm stands for several firms of the frame: its weight corrects for non-response, then is calibrated on {_and([m.en for m in margins], 'and')} "
                f"(logit method, ratios from {low:g} to {high:g}). Kish’s design effect is {effect:.2f}, the effective size {worth:.0f} firms.",
            ),
            Words(
                "Les intervalles des parts et des moyennes sont à 95 % : ils tiennent compte des strates, de la taille finie de la base et du calage. Ceux des départs sont à 80 % : ils réunissent "
                "l’incertitude du modèle (âges de départ, loi) et celle de l’échantillon. Une part dont l’intervalle atteint 30 points n’est pas montrée.",
                "Intervals of shares and means are at 95%: they take the strata, the finite frame and the calibration into account. Those of departures are at 80%: they bring together "
                "the uncertainty of the model (ages of departure, law) and that of the sample. A share whose interval reaches 30 points is not shown.",
            ),
            Words(
                f"Aucun chiffre ne repose sur moins de {threshold} entreprises, ni ne permet d’en déduire un qui reposerait sur moins, en rapprochant tous les tableaux de l’édition. Les cellules masquées "
                "le sont pour l’une ou l’autre raison, sans qu’on dise laquelle. Un audit calcule, pour chaque cellule masquée, ce qu’un lecteur de toutes les synthèses pourrait en borner.",
                f"No figure rests on fewer than {threshold} firms, nor allows one that would to be worked out by bringing together all tables of the edition. Hidden cells "
                "are hidden for either reason, without saying which. An audit computes, for each hidden cell, what a reader of all syntheses could bound.",
            ),
        ),
    )


def _merged(variable: str, source: str, target: str, label: Callable[[str, str], Words]) -> Words:
    parts = [[label(variable, code) for code in group.split("+")] for group in (source, target)]
    return Words(
        f"{' + '.join(words.fr for words in parts[0])} avec {' + '.join(words.fr for words in parts[1])}",
        f"{' + '.join(words.en for words in parts[0])} with {' + '.join(words.en for words in parts[1])}",
    )


def _and(names: list[str], last: str) -> str:
    return f" {last} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _comma(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")
