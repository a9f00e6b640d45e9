"""What may be published without giving anyone away, and the proof that it does not.

`protection` is the door for notebooks, `editions` the one for syntheses. `tabular` writes tables as `cells` tied by sums; `rules`
say which are sensitive; `suppression` hides the cheapest others by integer programming on the cuts of `separation`, `hypercube` in a
hurry, `rounding` rounds instead; `attack` is the audit; `judgement` covers what is no sum, `successive` editions over time. See
`docs/methods/disclosure.md`.
"""

from analysis.disclosure.cells import DisclosureError
from analysis.disclosure.protection import Protected, audit, primary_cells, protect
from analysis.disclosure.rounding import round_at_random, round_controlled
from analysis.disclosure.rules import Rules
from analysis.disclosure.tabular import Table

__all__ = [
    "DisclosureError",
    "Protected",
    "Rules",
    "Table",
    "audit",
    "primary_cells",
    "protect",
    "round_at_random",
    "round_controlled",
]
