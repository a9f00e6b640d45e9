"""One firm: its flat row in the panel's table (`features`), what its first page says (`findings`), and its `Portrait` (`reading`)."""

from analysis.firm.features import firm_features
from analysis.firm.reading import consensus_of, propose_actions, read_firm

__all__ = ["consensus_of", "firm_features", "propose_actions", "read_firm"]
