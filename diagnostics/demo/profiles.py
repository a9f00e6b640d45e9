"""The profiles of fragility that the demonstration plants, as shifts of a firm's latent situation.

Every trait runs from 0 (solid) to 1 (fragile) and is drawn around the profile's mean; answers follow from the traits. The
families are the hypotheses of the programme's framework (departures without succession, a worn-out board, an employer under
tension, a suspended model, those who plan ahead), not results.
"""

import math
import random
from dataclasses import dataclass

TRAITS = ("age", "succession", "transfer", "attraction", "hr", "strain", "board", "funding", "finance", "project")


@dataclass(frozen=True, slots=True)
class Profile:
    """A planted profile: its share of the firms and the mean of each trait, in the order of `TRAITS`."""

    code: str
    label: str
    share: float
    means: tuple[float, ...]


PROFILES = (
    Profile("departs", "Départs proches, relève absente", 0.22, (0.80, 0.75, 0.65, 0.45, 0.50, 0.60, 0.50, 0.40, 0.40, 0.45)),
    Profile("gouvernance", "Conseil essoufflé, équipe jeune", 0.17, (0.22, 0.45, 0.50, 0.40, 0.45, 0.35, 0.85, 0.50, 0.45, 0.60)),
    Profile("tension", "Employeur sous tension", 0.23, (0.42, 0.45, 0.55, 0.85, 0.60, 0.75, 0.40, 0.45, 0.45, 0.40)),
    Profile("modele", "Modèle économique suspendu", 0.18, (0.40, 0.40, 0.45, 0.45, 0.55, 0.40, 0.50, 0.85, 0.85, 0.65)),
    Profile("anticipe", "Ceux qui anticipent", 0.20, (0.40, 0.18, 0.18, 0.25, 0.15, 0.30, 0.25, 0.30, 0.22, 0.20)),
)
SPREAD = 0.13


@dataclass(frozen=True, slots=True)
class Situation:
    """A firm's latent situation: its planted profile and its traits."""

    profile: str
    traits: dict[str, float]

    def __getitem__(self, trait: str) -> float:
        return self.traits[trait]


def draw_situation(rng: random.Random) -> Situation:
    """Draws a profile by its share and the traits around its means."""
    profile = rng.choices(PROFILES, [each.share for each in PROFILES])[0]
    traits = {trait: _between(rng.gauss(mean, SPREAD)) for trait, mean in zip(TRAITS, profile.means, strict=True)}
    return Situation(profile.code, traits)


def _between(value: float) -> float:
    return min(0.98, max(0.02, value))


def chance(rng: random.Random, probability: float) -> bool:
    """True with that probability."""
    return rng.random() < probability


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson count (Knuth's product of uniforms; the means are small here)."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def level(rng: random.Random, trait: float, top: int = 4) -> int:
    """A level from 1 to `top` that follows a trait, with some noise."""
    return min(top, max(1, round(1 + trait * (top - 1) + rng.gauss(0, 0.45))))
