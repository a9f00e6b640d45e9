"""The colours of the documents, checked for the three kinds of colour blindness: text 4.5:1 at least, graphics 3:1.

Colour never carries a message alone: a shape, a number or a word says the same.
"""

INK = "#14213D"
BODY = "#2B3648"
MUTED = "#5A6675"
PANEL = "#F4F2EC"
RULE = "#CBD1D8"
GRID = "#DDE2E7"
PAPER = "#FFFFFF"
NIGHT = "#0F1A31"

MEN = "#5E98B3"
MEN_DARK = "#0B4F6C"
WOMEN = "#EDB878"
WOMEN_DARK = "#CC7A1E"
PEOPLE = "#8DA0AE"
PEOPLE_DARK = "#42566A"

BLUE = "#0B4F6C"
BLUE_SOFT = "#5E98B3"
BLUE_BAND = "#B5D0DC"
BLUE_PALE = "#DFEBF1"
AMBER = "#CC7A1E"
AMBER_TEXT = "#9A5200"
RUST = "#A63D14"
QUARTILES = "#D6DEE6"

RISK = ("#DCE8EE", "#F3D08F", "#DE8F35", "#A63D14")
RISK_TEXT = (INK, INK, INK, PAPER)
PROFILES = ("#0B4F6C", "#CC7A1E", "#14213D", "#F2CF8D", "#5E98B3")
PROFILE_TEXT = (PAPER, INK, PAPER, INK, INK)
MAP = ("#EDF3F6", "#C5DAE4", "#8DB6C9", "#4C8AA6", "#0B4F6C")
MAP_TEXT = (INK, INK, INK, INK, PAPER)

GRADES = ("A", "B", "C", "D")


def risk(level: int) -> tuple[str, str]:
    """The fill and the text colour of a level of risk, 0 (low) to 3 (critical)."""
    bounded = min(max(level, 0), 3)
    return RISK[bounded], RISK_TEXT[bounded]
