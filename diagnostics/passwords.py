"""What makes a password acceptable: long, and not one that everybody tries first. No rule of composition (CNIL 2022-100, NIST SP 800-63B)."""

from itertools import pairwise

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.security import SHORTEST_PASSWORD

# The stems that lists of breached passwords begin with, in French and in English, and what this programme would suggest.
_STEMS = (
    "password", "motdepasse", "azerty", "qwerty", "abcdef", "letmein", "bonjour", "soleil", "doudou", "loulou", "marseille",
    "welcome", "bienvenue", "iloveyou", "jetaime", "princesse", "football", "dragon", "monkey", "superman", "batman",
    "administrateur", "administrator", "diagnostic", "renouvellement", "cress", "secret", "changeme", "changezmoi",
)  # fmt: skip
FEWEST_CHARACTERS = 6


def weakness(password: str) -> LazyString | None:
    """What is wrong with a password, as a message, or None."""
    if len(password) < SHORTEST_PASSWORD:
        return _l(
            "Le mot de passe compte au moins %(count)d caractères : une phrase de quelques mots convient très bien.",
            count=SHORTEST_PASSWORD,
        )
    folded = "".join(sign for sign in password.lower() if sign.isalnum())
    if len(set(folded)) < FEWEST_CHARACTERS or _is_run(folded):
        return _l("Ce mot de passe se devine trop vite : il répète ou suit les mêmes signes. Choisissez une phrase.")
    rest = folded
    for stem in _STEMS:
        rest = rest.replace(stem, "")
    if len(rest.strip("0123456789")) < FEWEST_CHARACTERS and len(rest) < SHORTEST_PASSWORD:
        return _l("Ce mot de passe est fait de mots que tout le monde essaie d’abord. Choisissez une phrase à vous.")
    return None


def _is_run(folded: str) -> bool:
    """Whether every sign follows the one before by the same step (abcdef…, 123456…)."""
    steps = {ord(right) - ord(left) for left, right in pairwise(folded)}
    return len(steps) <= 1
