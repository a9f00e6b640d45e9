"""Which actions of the catalogue a dossier calls for.

`catalogue` holds the 44 actions and ranks them for a dossier; `triggers` says when each is called for, in two parts, from the
`situation` that they read.
"""

from analysis.actions.catalogue import CatalogueAction, Proposal, by_code, propose

__all__ = ["CatalogueAction", "Proposal", "by_code", "propose"]
