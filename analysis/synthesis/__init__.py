"""From the panel to the syntheses of an edition, protected before anything is laid out.

`building` makes the edition: `measures` are estimated and protected in `published`, which is the only door to a number; `desk` lays
out tables for the `chapters_*`; `messages`, `notes`, `forecast`, `grouping` and `firmness` bring the rest; `edition` is what is stored, with its `summary`.
"""

from analysis.synthesis.building import build_edition
from analysis.synthesis.edition import Edition, Synthesis, SynthesisError

__all__ = ["Edition", "Synthesis", "SynthesisError", "build_edition"]
