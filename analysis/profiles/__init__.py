"""Groups of firms that resemble each other in what makes them fragile, and the proof that they exist.

`model` is what is fitted: `coded` tables through the `chain` of axes, tree (`clusters`) and `kmeans`, judged by `criteria` on their
`stability`, on clouds without structure (`null`) and on indices of `validity`; `description`, `naming`, `name_book` and `paragons`
tell them; `assignment` places later dossiers, `matching` compares editions, `variants` the ways of missing answers. See
`docs/methods/profiles.md`.
"""

from analysis.profiles.assignment import assign
from analysis.profiles.description import describe_categories, describe_numbers, link_variables
from analysis.profiles.matching import match_profiles
from analysis.profiles.model import FragilityProfiles, active_features
from analysis.profiles.name_book import NameBook
from analysis.profiles.paragons import typical_firms
from analysis.profiles.variants import compare_missing

__all__ = [
    "FragilityProfiles",
    "NameBook",
    "active_features",
    "assign",
    "compare_missing",
    "describe_categories",
    "describe_numbers",
    "link_variables",
    "match_profiles",
    "typical_firms",
]
