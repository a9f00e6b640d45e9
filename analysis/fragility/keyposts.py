"""Key posts: how critical each is, and who would take over.

Comes in: the rows of `postes_cles`. Goes out: the `KeyPost` of a portrait, without any birth year.
"""

from collections.abc import Mapping
from typing import Any

from analysis.departures.people import manager_post, number, rows, text
from analysis.portrait import KeyPost

SOON = frozenset({"h1", "h3"})
READY = "pret"
HORIZON_FACTORS: Mapping[str, float] = {"hx": 1.0, "h10": 1.0, "h5": 1.3, "h3": 1.6, "h1": 2.0}
# Months to hire and make autonomous, up to which each factor holds; the last one holds beyond.
DELAY_FACTORS = ((3.0, 1.0), (6.0, 1.5), (12.0, 2.0))
LONGEST_DELAY_FACTOR = 2.5
SCALE = 64.0
LEVELS = ((0.75, "critical"), (0.40, "high"), (0.15, "medium"), (0.0, "low"))
# How exposed a seat is, by who would take over when its holder leaves within three years.
SUCCESSION: Mapping[str, float] = {"pret": 0.0, "identifie": 0.5, "externe": 0.5, "aucun": 1.0}


def criticality(impact: float | None, rarity: float | None, months: float | None, horizon: str) -> float | None:
    """Impact (1–4) × rarity (1–4) × delay factor × horizon factor, over 64 and at most 1 (DOMAIN §2); None if one is missing."""
    factor = HORIZON_FACTORS.get(horizon)
    if impact is None or rarity is None or months is None or factor is None:
        return None
    delay = next((value for limit, value in DELAY_FACTORS if months <= limit), LONGEST_DELAY_FACTOR)
    return min(impact * rarity * delay * factor / SCALE, 1.0)


def level_of(value: float | None) -> str:
    """low, medium, high or critical, by the anchors of indicator I07; "" when there is no criticality."""
    return "" if value is None else next(name for limit, name in LEVELS if value >= limit)


def key_posts(answers: Mapping[str, Any]) -> tuple[KeyPost, ...]:
    """The firm's key posts, the most critical first, those without a criticality last."""
    posts = [_post(row) for row in rows(answers.get("postes_cles"))]
    return tuple(sorted(posts, key=lambda post: -1.0 if post.criticality is None else post.criticality, reverse=True))


def key_post_count(answers: Mapping[str, Any]) -> int | None:
    """How many key posts the firm has: the rows given, else the number stated; None when nothing was said."""
    given = len(rows(answers.get("postes_cles")))
    stated = number(answers.get("nb_postes_cles"))
    if given:
        return given
    return None if stated is None or stated > 0 else 0


def seat_exposure(horizon: str, successor: str) -> float | None:
    """How exposed the manager's or the chair's seat is, from 0 to 1.

    Leaving within three years: 0 with a successor ready, 0.5 with one identified or an outside hire planned, 1 with none. In
    three to five years: half of that. Later, or at a horizon nobody
    can tell: 0. None when the question has no answer; nothing said of the successor counts as none.
    """
    if horizon not in HORIZON_FACTORS:
        return None
    exposed = SUCCESSION.get(successor, 1.0)
    return exposed if horizon in SOON else exposed / 2 if horizon == "h5" else 0.0


def manager_successor(answers: Mapping[str, Any]) -> str:
    """Who would take over from the manager, from the manager's key post; "" when no key post is the manager's."""
    post = manager_post(rows(answers.get("postes_cles")))
    return text(post.get("pc_successeur")) if post is not None else ""


def _post(row: Mapping[str, Any]) -> KeyPost:
    impact, rarity, months = (number(row.get(name)) for name in ("pc_impact", "pc_rarete", "pc_delai"))
    backups = number(row.get("pc_doublure"))
    horizon = text(row.get("pc_horizon"))
    value = criticality(impact, rarity, months, horizon)
    return KeyPost(
        title=text(row.get("pc_intitule")),
        category=text(row.get("pc_categorie")),
        horizon=horizon,
        impact=None if impact is None else int(impact),
        rarity=None if rarity is None else int(rarity),
        months_to_replace=None if months is None else int(months),
        backups=None if backups is None else int(backups),
        successor=text(row.get("pc_successeur")),
        criticality=None if value is None else round(value, 2),
        level=level_of(value),
    )
