"""Answers of the recherche-entreprises API to rows: the API's own JSON (version 1) and the camelCase of its web site.

Each firm gives a row for its head office; when the head office is not in the region, one for each establishment found in it
(`matching_etablissements`). Leaders' names, that the answer also holds, are never read. A list of flat objects is a table.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from diagnostics.frame.columns import Field, Layout
from diagnostics.frame.faults import Fault, fault
from diagnostics.frame.sheets import Row, Sheet, from_rows
from diagnostics.frame.tables import DEPARTEMENTS

# Field: the names it has in a firm's object, in an establishment's object.
_UNIT: dict[Field, tuple[str, ...]] = {
    Field.SIREN: ("siren",),
    Field.NAME: ("nom_raison_sociale", "nom_complet", "nomComplet", "denomination"),
    Field.LEGAL_CATEGORY: ("nature_juridique", "natureJuridique"),
    Field.STATE_UNIT: ("etat_administratif", "etatAdministratif"),
    Field.DIFFUSION_UNIT: ("statut_diffusion", "statutDiffusion"),
    Field.BAND_UNIT: ("tranche_effectif_salarie", "trancheEffectif"),
    Field.EMPLOYER: ("caractere_employeur", "caractereEmployeur"),
    Field.NAF_UNIT: ("activite_principale", "activitePrincipale"),
}
_PLACE: dict[Field, tuple[str, ...]] = {
    Field.SIRET: ("siret",),
    Field.STATE: ("etat_administratif", "etatAdministratif"),
    Field.DIFFUSION: ("statut_diffusion_etablissement", "statut_diffusion", "statutDiffusion"),
    Field.NAF: ("activite_principale", "activitePrincipale"),
    Field.BAND: ("tranche_effectif_salarie", "trancheEffectif"),
    Field.POSTCODE: ("code_postal", "codePostal"),
    Field.ADDRESS: ("adresse", "geo_adresse", "adressePostale"),
}
FIELDS = (*_UNIT, *_PLACE, Field.COMMUNE_CODE, Field.COMMUNE, Field.ESS, Field.IDCC)


def read_json(text: str, encoding: str) -> Sheet:
    """The rows of a JSON text; lines are where each firm's object begins."""
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        return Sheet(encoding=encoding, faults=(fault("json_invalid", error.lineno, at=error.lineno),))
    except (RecursionError, ValueError):
        return Sheet(encoding=encoding, faults=(fault("json_invalid", 1, at=1),))
    firms, total = _firms(tree)
    if firms is None:
        return Sheet(encoding=encoding, faults=(fault("json_no_results"),))
    faults: list[Fault] = []
    if total > len(firms):
        faults.append(fault("file_partial", found=len(firms), total=total))
    if firms and not any(isinstance(firm.get("siege"), Mapping) for firm in firms):
        return _flat(text, firms, encoding, faults)
    rows: list[Row] = []
    for firm, line in zip(firms, _lines(text, firms), strict=True):
        rows.extend(Row(line, tuple(cells[name] for name in FIELDS)) for cells in _rows_of(firm))
    if not rows:
        faults.append(fault("no_rows"))
    return Sheet(tuple(name.value for name in FIELDS), tuple(rows), encoding, faults=tuple(faults))


def layout_of(text: str) -> Layout:
    """Which of the two writings an answer has."""
    return Layout.API_PAGE if '"natureJuridique"' in text else Layout.API


def _firms(tree: Any) -> tuple[list[Mapping[str, Any]] | None, int]:
    """The firms' objects of an answer, of several answers in a list, or of a plain list; and how many there are in all."""
    if isinstance(tree, Mapping):
        inner = tree.get("result", tree)
        if isinstance(inner, Mapping) and isinstance(inner.get("results"), list):
            found = [firm for firm in inner["results"] if isinstance(firm, Mapping)]
            total = inner.get("total_results", inner.get("resultCount", len(found)))
            return found, total if isinstance(total, int) else len(found)
        return ([tree], 1) if "siege" in tree else (None, 0)
    if isinstance(tree, list):
        pages = [item for item in tree if isinstance(item, Mapping)]
        if pages and all("results" in page or "result" in page for page in pages):
            read = [_firms(page) for page in pages]
            firms = [firm for found, _ in read for firm in found or []]
            return firms, max(total for _, total in read)
        return (pages, len(pages)) if pages or not tree else (None, 0)
    return None, 0


def _lines(text: str, firms: Sequence[Mapping[str, Any]]) -> list[int]:
    """The line where each firm is first named, found by its SIREN; one after the other in a text on one line."""
    if text.count("\n") < len(firms):
        return list(range(1, len(firms) + 1))
    found: list[int] = []
    at = line = 0
    for firm in firms:
        place = text.find(f'"{firm.get("siren", firm.get("siret", ""))}"', at)
        if place >= 0:
            line += text.count("\n", at, place)
            at = place
        found.append(line + 1)
    return found


def _flat(text: str, firms: Sequence[Mapping[str, Any]], encoding: str, faults: Sequence[Fault]) -> Sheet:
    names = list(dict.fromkeys(name for firm in firms for name in firm))
    rows = [
        Row(line, tuple(_text(firm.get(name)) for name in names)) for firm, line in zip(firms, _lines(text, firms), strict=True)
    ]
    return from_rows([Row(1, tuple(names)), *rows], encoding=encoding, faults=faults)


def _rows_of(firm: Mapping[str, Any]) -> Iterator[dict[Field, str]]:
    siege = firm["siege"] if isinstance(firm.get("siege"), Mapping) else {}
    found = [
        place
        for place in _list(firm.get("matching_etablissements", firm.get("matchingEtablissements")))
        if isinstance(place, Mapping)
    ]
    here = [place for place in found if _in_region(place) and place.get("siret") != siege.get("siret")]
    for place in here if here and not _in_region(siege) else [siege]:
        yield _row(firm, place)


def _list(value: Any) -> list[Any]:
    """A JSON list, or an empty one where something else stands."""
    return value if isinstance(value, list) else []


def _in_region(place: Mapping[str, Any]) -> bool:
    return any(
        _text(place.get(name)).startswith(DEPARTEMENTS)
        for name in ("commune", "code_postal", "codePostal")
        if _text(place.get(name))[:1].isdigit()
    )


def _row(firm: Mapping[str, Any], place: Mapping[str, Any]) -> dict[Field, str]:
    extra = firm["complements"] if isinstance(firm.get("complements"), Mapping) else {}
    cells = {name: _first(firm, keys) for name, keys in _UNIT.items()} | {
        name: _first(place, keys) for name, keys in _PLACE.items()
    }
    commune = _text(place.get("commune"))
    cells[Field.COMMUNE_CODE] = commune if len(commune) == 5 and commune[:1].isdigit() else ""  # noqa: PLR2004 - A commune's code has five signs.
    cells[Field.COMMUNE] = _text(place.get("libelle_commune")) or ("" if cells[Field.COMMUNE_CODE] else commune)
    cells[Field.ESS] = _text(extra.get("est_ess", extra.get("estEss")))
    cells[Field.IDCC] = "|".join(_agreements(place) or _agreements(extra) or _agreements(firm))
    return cells


def _agreements(source: Mapping[str, Any]) -> list[str]:
    listed = source.get("liste_idcc", source.get("listeIdcc")) or []
    return [_text(item.get("idcc") if isinstance(item, Mapping) else item) for item in listed] if isinstance(listed, list) else []


def _first(source: Mapping[str, Any], names: Sequence[str]) -> str:
    return next((text for text in (_text(source.get(name)) for name in names) if text), "")


def _text(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "O" if value else "N"
    return str(value)
