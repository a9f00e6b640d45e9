"""Where a firm is: its commune, by code, by name and postcode, or by a former commune's code; and what lies outside the region."""

import difflib
import re
from dataclasses import dataclass

from diagnostics.frame.columns import Columns, Field
from diagnostics.frame.faults import Fault, fault
from diagnostics.frame.tables import DEPARTEMENTS, Commune, Tables
from diagnostics.frame.text import place_key

_CODE = re.compile(r"\d{4,5}|2[AB]\d{3}")
_DISTRICT = "arrondissement-municipal"
_KINDS = {"commune-associee": "commune associée", "commune-deleguee": "commune déléguée"}


@dataclass(frozen=True, slots=True)
class Place:
    """A commune as it was understood, or the faults that say why there is none."""

    commune: Commune | None
    postcode: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    code: str
    name: str
    postcode: str
    line: int
    columns: Columns

    def column(self, *fields: Field) -> str:
        return self.columns.name_of(*fields)


def locate(tables: Tables, code: str, name: str, postcode: str, *, line: int, columns: Columns) -> Place:
    """The commune of a row. A column « commune » may hold a code as well as a name."""
    compact = code.replace(" ", "").upper()
    if not compact and _CODE.fullmatch(name.strip().upper()):
        compact, name = name.strip().upper(), ""
    if compact and compact.isdigit():
        compact = compact.zfill(5)
    digits = re.sub(r"\D", "", postcode)
    asked = _Asked(compact, name.strip(), digits.zfill(5)[:5] if digits else "", line, columns)
    if asked.code:
        return _by_code(tables, asked)
    if asked.name:
        return _by_name(tables, asked)
    if asked.postcode:
        return _by_postcode(tables, asked)
    return Place(None, "")


def _by_code(tables: Tables, asked: _Asked) -> Place:
    column = asked.column(Field.COMMUNE_CODE, Field.COMMUNE)
    former = tables.former.get(asked.code)
    if former is not None and former[2] != asked.code:
        name, kind, current = former
        commune = tables.communes[current]
        told = (
            ()
            if kind == _DISTRICT
            else (fault("commune_renamed", asked.line, column, value=name, kind=_KINDS.get(kind, kind), current=commune.name),)
        )
        return Place(commune, asked.postcode or (asked.code if kind == _DISTRICT else ""), _with_mismatch(commune, asked, told))
    found = tables.communes.get(asked.code)
    if found is not None:
        return Place(found, asked.postcode, _with_mismatch(found, asked, ()))
    outside = _outside(tables, asked.code, asked.line, column)
    if outside is not None:
        return Place(None, asked.postcode, (outside,))
    by_name = tables.by_name.get(place_key(asked.name), ()) if asked.name else ()
    hint = tables.communes[by_name[0]] if by_name else None
    return Place(
        None,
        asked.postcode,
        (
            _unknown(
                asked.code,
                asked.line,
                column,
                f"{hint.name} est {hint.code}" if hint else "",
                f"{hint.name} is {hint.code}" if hint else "",
            ),
        ),
    )


def _with_mismatch(commune: Commune, asked: _Asked, told: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """A postcode of another département of the region than the commune's says that one of the two is wrong.

    A few communes are served by the post office of the next département: a postcode that the commune has is never wrong.
    """
    postcode = asked.postcode
    if postcode and postcode not in commune.postcodes and postcode[:2] != commune.departement and "CEDEX" not in asked.name.upper():
        return (
            *told,
            fault(
                "commune_postcode_mismatch",
                asked.line,
                asked.column(Field.COMMUNE_CODE, Field.COMMUNE),
                value=commune.name,
                postcode=postcode,
            ),
        )
    return told


def _by_name(tables: Tables, asked: _Asked) -> Place:
    column = asked.column(Field.COMMUNE)
    candidates = tables.by_name.get(place_key(asked.name), ())
    if asked.postcode and not asked.postcode.startswith(DEPARTEMENTS) and asked.postcode not in tables.by_postcode:
        outside = _outside(tables, asked.postcode, asked.line, column)
        if outside is not None:
            return Place(None, asked.postcode, (outside,))
    if asked.postcode:
        served = [code for code in candidates if asked.postcode in tables.communes[code].postcodes]
        near = served or [code for code in candidates if tables.communes[code].departement == asked.postcode[:2]]
        if candidates and not near:
            value = tables.communes[candidates[0]].name
            return Place(
                None,
                asked.postcode,
                (fault("commune_postcode_mismatch", asked.line, column, value=value, postcode=asked.postcode),),
            )
        candidates = tuple(near)
    if len(candidates) == 1:
        return Place(tables.communes[candidates[0]], asked.postcode)
    if len(candidates) > 1:
        return Place(None, asked.postcode, (_ambiguous(tables, asked.name, candidates, asked.line, column),))
    return Place(None, asked.postcode, (_unknown(asked.name, asked.line, column, *_nearest(tables, asked)),))


def _by_postcode(tables: Tables, asked: _Asked) -> Place:
    column = asked.column(Field.POSTCODE)
    served = tables.by_postcode.get(asked.postcode, ())
    if len(served) == 1:
        commune = tables.communes[served[0]]
        return Place(
            commune, asked.postcode, (fault("commune_guessed", asked.line, column, value=asked.postcode, current=commune.name),)
        )
    if served:
        return Place(None, asked.postcode, (_ambiguous(tables, asked.postcode, served, asked.line, column),))
    outside = _outside(tables, asked.postcode, asked.line, column)
    return Place(None, asked.postcode, (outside or _unknown(asked.postcode, asked.line, column, "", ""),))


def _outside(tables: Tables, code: str, line: int, column: str) -> Fault | None:
    """The fault of a code of another région, or None: a code of the region, or no code of a département at all."""
    departement = code[:3] if code[:2] in {"97", "98"} else code[:2]
    if departement == "20":
        departement = "2A"
    if departement in DEPARTEMENTS or departement not in tables.departements:
        return None
    return fault("out_of_region", line, column, place=f"{code} ({tables.departements[departement]})")


def _ambiguous(tables: Tables, value: str, codes: tuple[str, ...], line: int, column: str) -> Fault:
    listed = ", ".join(f"{tables.communes[code].name} ({code})" for code in codes[:6])
    return Fault(line, column, "commune_ambiguous", {"value": value, "candidates": listed + ("…" if len(codes) > 6 else "")})  # noqa: PLR2004 - What one line holds.


def _unknown(value: str, line: int, column: str, hint: str, hint_en: str) -> Fault:
    return fault(
        "commune_unknown", line, column, value=value, hint=f" ({hint})" if hint else "", hint_en=f" ({hint_en})" if hint_en else ""
    )


def _nearest(tables: Tables, asked: _Asked) -> tuple[str, str]:
    """The commune whose name is nearest, among those that the postcode serves or all of the region."""
    served = [place_key(tables.communes[code].name) for code in tables.by_postcode.get(asked.postcode, ())]
    close = difflib.get_close_matches(place_key(asked.name), served or list(tables.by_name), n=1, cutoff=0.6 if served else 0.8)
    if not close:
        return "", ""
    commune = tables.communes[tables.by_name[close[0]][0]]
    return f"peut-être {commune.name}, {commune.code}", f"perhaps {commune.name}, {commune.code}"
