"""A name for each profile, proposed in both languages from its strongest effects; a person may always change it.

What comes in are the effects of the active features in each profile (differences of means, in standard deviations); what goes
out is a name and a sentence. The families are hypotheses of the programme's experts (see `docs/methods/profiles.md`): a profile
takes a family's name only if the features that define it point the same way, each family serves once, and others are named after
their two strongest effects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.words import Words

CLOSE = 0.35  # The least mean effect, in the direction that a family expects, for its name to be proposed.
STRONG = 0.25  # The least effect that is named.


@dataclass(frozen=True, slots=True)
class Family:
    """A family of profiles: the sign expected of each feature that defines it."""

    code: str
    name: Words
    expects: Mapping[str, int]


FAMILIES = (
    Family(
        "a",
        Words("Départs imminents, relève absente", "Departures at hand, no succession"),
        {"leaving5": 1, "score_D1": 1, "score_D2": 1, "score_D3": 1},
    ),
    Family("b", Words("Pilier unique", "A single pillar"), {"score_D2": 1, "score_D3": 1, "log_headcount": -1, "leaving5": -1}),
    Family(
        "c",
        Words("Gouvernance essoufflée, équipe jeune", "Tired governance, young team"),
        {"score_D7": 1, "score_D1": -1, "leaving5": -1},
    ),
    Family("d", Words("Employeur sous tension", "Employer under strain"), {"score_D4": 1, "score_D6": 1, "score_D5": 1}),
    Family(
        "e",
        Words("Modèle économique suspendu", "Economic model in suspense"),
        {"score_D8": 1, "score_D9": 1, "score_D10": 1, "leaving5": -1},
    ),
    Family("f", Words("Anticipateurs", "Ahead of the change"), {"score_D2": -1, "score_D3": -1, "score_D5": -1, "score_D9": -1}),
)

TOPICS: Mapping[str, tuple[Words, Words]] = {
    "score_D1": (Words("équipe vieillissante", "ageing staff"), Words("équipe jeune", "young staff")),
    "score_D2": (Words("postes clés sans relève", "key posts without succession"), Words("relève préparée", "succession prepared")),
    "score_D3": (Words("savoirs peu transmis", "knowledge not passed on"), Words("savoirs transmis", "knowledge passed on")),
    "score_D4": (Words("recrutement difficile", "hard recruitment"), Words("recrutement aisé", "easy recruitment")),
    "score_D5": (Words("fonction RH fragile", "weak HR function"), Words("fonction RH solide", "sound HR function")),
    "score_D6": (
        Words("usure au travail", "strain at work"),
        Words("conditions de travail préservées", "sound working conditions"),
    ),
    "score_D7": (Words("gouvernance à renouveler", "governance to renew"), Words("gouvernance solide", "sound governance")),
    "score_D8": (Words("ressources dépendantes", "dependent funding"), Words("ressources diversifiées", "diverse funding")),
    "score_D9": (Words("finances fragiles", "weak finances"), Words("finances solides", "sound finances")),
    "score_D10": (Words("projet incertain", "uncertain project"), Words("projet partagé", "shared project")),
    "leaving5": (
        Words("nombreux départs à cinq ans", "many departures within five years"),
        Words("peu de départs à cinq ans", "few departures within five years"),
    ),
    "log_headcount": (Words("structures plus grandes", "larger firms"), Words("très petites structures", "very small firms")),
}


def propose_names(effects: Sequence[Mapping[str, float]]) -> list[Words]:
    """A different name for each profile, best matches of families first, then the strongest effects."""
    matches = sorted(
        ((_closeness(family, profile), place, family) for place, profile in enumerate(effects) for family in FAMILIES),
        key=lambda match: (-match[0], match[1], match[2].code),
    )
    names: dict[int, Words] = {}
    used: set[str] = set()
    for closeness, place, family in matches:
        if closeness >= CLOSE and place not in names and family.code not in used:
            names[place] = family.name
            used.add(family.code)
    for place, profile in enumerate(effects):
        if place not in names:
            names[place] = _distinct(_by_effects(profile), list(names.values()), place)
    return [names[place] for place in range(len(effects))]


def sentence(effects: Mapping[str, float]) -> Words:
    """What marks the profile, in a sentence: its strongest effects, at most four."""
    strongest = _strongest(effects, 4)
    if not strongest:
        return Words("Proche de la moyenne sur toutes les dimensions.", "Close to the mean in every dimension.")
    topics = [_topic(name, effects[name]) for name in strongest]
    return Words(
        _capital(_listed([topic.fr for topic in topics], "et")) + ".",
        _capital(_listed([topic.en for topic in topics], "and")) + ".",
    )


def _closeness(family: Family, effects: Mapping[str, float]) -> float:
    """The mean effect in the expected directions; one feature that clearly points the other way (over 0.2) excludes the family."""
    pulls = [sign * effects.get(name, 0.0) for name, sign in family.expects.items()]
    return -1.0 if min(pulls) < -0.2 else sum(pulls) / len(pulls)  # noqa: PLR2004 (the figure stands in the docstring).


def _strongest(effects: Mapping[str, float], most: int) -> list[str]:
    ranked = sorted((name for name in effects if name in TOPICS), key=lambda name: (-abs(effects[name]), name))
    return [name for name in ranked if abs(effects[name]) >= STRONG][:most]


def _topic(name: str, effect: float) -> Words:
    return TOPICS[name][0 if effect > 0 else 1]


def _by_effects(effects: Mapping[str, float]) -> Words:
    topics = [_topic(name, effects[name]) for name in _strongest(effects, 2)]
    if not topics:
        return Words("Profil médian", "Middle profile")
    return Words(_capital(", ".join(topic.fr for topic in topics)), _capital(", ".join(topic.en for topic in topics)))


def _distinct(name: Words, taken: list[Words], place: int) -> Words:
    return Words(f"{name.fr} ({place + 1})", f"{name.en} ({place + 1})") if name in taken else name


def _listed(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
