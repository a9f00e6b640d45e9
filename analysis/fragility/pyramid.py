"""The age pyramid of a firm, as fine as nobody can be recognised in, and the name of its shape.

Comes in: the persons of a firm. Goes out: the `Pyramid` of a portrait.

From ten people on, five-year bands by sex (60–61 and 62–64 become one). Under ten, ten-year bands without the sexes, no shape.
Under five, no mean age either, since it would nearly be somebody's. The shapes are those that human-resources texts name; their
bounds are DOMAIN §2's, and they describe without judging.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.fragility.facts import Facts
from analysis.portrait import Band, Pyramid
from analysis.reference import PanelReference
from analysis.words import Words

FINE: tuple[tuple[tuple[str, ...], int, int | None], ...] = (
    (("b1",), 16, 25),
    (("b2",), 26, 29),
    (("b3",), 30, 34),
    (("b4",), 35, 39),
    (("b5",), 40, 44),
    (("b6",), 45, 49),
    (("b7",), 50, 54),
    (("b8",), 55, 59),
    (("b9", "b10"), 60, 64),
    (("b11",), 65, None),
)
MERGED: tuple[tuple[tuple[str, ...], int, int | None], ...] = (
    (("b1", "b2"), 16, 29),
    (("b3", "b4"), 30, 39),
    (("b5", "b6"), 40, 49),
    (("b7", "b8"), 50, 59),
    (("b9", "b10", "b11"), 60, None),
)
# The shapes in the order in which they are tried: bounds of the shares under 35, from 35 to 49, and of 50 and over.
ANY = (0.0, 1.0)
SHAPES: Mapping[str, tuple[tuple[float, float], ...]] = {
    "champignon": ((0.0, 0.20), ANY, (0.45, 1.0)),
    "pelote": ((0.30, 1.0), (0.0, 0.35), (0.30, 1.0)),
    "toupie": (ANY, (0.50, 1.0), ANY),
    "poire": ((0.50, 1.0), ANY, (0.0, 0.20)),
}
ROUNDING = 1e-9


def shape(facts: Facts) -> str | None:
    """champignon, pelote, toupie, poire or cylindre (DOMAIN §2); None under ten people."""
    people = facts.aged
    if people < facts.parameters.number("pyramid_by_sex_from"):
        return None
    young, older = facts.count(0, 34) / people, facts.count(50) / people
    shares = (young, 1.0 - young - older, older)
    for name, bounds in SHAPES.items():
        if all(low - ROUNDING <= share <= high + ROUNDING for share, (low, high) in zip(shares, bounds, strict=True)):
            return name
    return "cylindre"


def pyramid(facts: Facts, panel: PanelReference | None) -> Pyramid:
    """The pyramid of a firm beside the panel's."""
    people = facts.aged
    merged = people < facts.parameters.number("pyramid_by_sex_from")
    table = facts.persons.loc[facts.persons["band"] != ""]
    bands = []
    for codes, youngest, oldest in MERGED if merged else FINE:
        inside = table.loc[table["band"].isin(codes)]
        women, men = int((inside["sex"] == "F").sum()), int((inside["sex"] == "H").sum())
        bands.append(
            Band(
                label=label(youngest, oldest),
                youngest=youngest,
                oldest=oldest,
                women=None if merged else women,
                men=None if merged else men,
                total=len(inside),
            )
        )
    enough = people >= facts.parameters.number("people_behind")
    return Pyramid(
        merged=merged,
        bands=tuple(bands) if people else (),
        mean_age=round(float(facts.ages.mean()), 1) if enough else None,
        share_50=round(facts.count(50) / people, 3) if people else None,
        share_55=round(facts.count(55) / people, 3) if people else None,
        count_50=facts.count(50) if people else None,
        count_55=facts.count(55) if people else None,
        count_under_35=facts.count(0, 34) if people else None,
        shape=shape(facts),
        source=facts.basis,
        panel_mean_age=panel.mean_age if panel is not None else None,
        panel_share_55=panel.share_55 if panel is not None else None,
        panel_shares=_panel_shares(panel, [codes for codes, _, _ in (MERGED if merged else FINE)]) if people else (),
    )


def label(youngest: int, oldest: int | None) -> Words:
    """The words of a band of ages."""
    if oldest is None:
        return Words(f"{youngest} ans et plus", f"{youngest} and over")
    if youngest <= FINE[0][1]:
        return Words(f"Moins de {oldest + 1} ans", f"Under {oldest + 1}")
    return Words(f"{youngest}–{oldest} ans", f"{youngest}–{oldest}")


def _panel_shares(panel: PanelReference | None, groups: Sequence[tuple[str, ...]]) -> tuple[float, ...]:
    if panel is None or not panel.band_shares:
        return ()
    known = dict(zip([f"b{place}" for place in range(1, 12)], panel.band_shares, strict=True))
    return tuple(round(float(np.sum([known[code] for code in codes])), 4) for codes in groups)
