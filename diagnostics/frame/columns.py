"""The names that columns bear in the files that people send, and the layout that they add up to.

A name is compared without case, accents or punctuation. Sirene's own names, those of the API, French and English plain
names all lead to the same `Field`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from diagnostics.frame.text import key


class Layout(StrEnum):
    """What a file is."""

    UNITS = "sirene_units"
    ESTABLISHMENTS = "sirene_establishments"
    SIRENE = "sirene_joined"
    API = "api"
    API_PAGE = "api_page"
    PLAIN = "plain"
    UNKNOWN = "unknown"


class Field(StrEnum):
    """What a column says."""

    SIRET = "siret"
    SIREN = "siren"
    NIC = "nic"
    NAME = "name"
    USUAL_NAME = "usual_name"
    SURNAME = "surname"
    LEGAL_CATEGORY = "legal_category"
    FAMILY = "family"
    NAF = "naf"
    NAF_UNIT = "naf_unit"
    NAF_2025 = "naf_2025"
    SECTOR = "sector"
    ESS = "ess"
    EMPLOYER = "employer"
    STATE_UNIT = "state_unit"
    STATE = "state"
    DIFFUSION_UNIT = "diffusion_unit"
    DIFFUSION = "diffusion"
    BAND = "band"
    BAND_UNIT = "band_unit"
    HEADCOUNT = "headcount"
    COMMUNE_CODE = "commune_code"
    COMMUNE = "commune"
    POSTCODE = "postcode"
    ADDRESS = "address"
    STREET_NUMBER = "street_number"
    STREET_REPEAT = "street_repeat"
    STREET_KIND = "street_kind"
    STREET = "street"
    STREET_MORE = "street_more"
    IDCC = "idcc"
    CONTACT_NAME = "contact_name"
    CONTACT_EMAIL = "contact_email"
    CONTACT_PHONE = "contact_phone"


_NAMES: dict[Field, str] = {
    Field.SIRET: "siret siret_siege siretSiege numero_siret n_siret no_siret siret_etablissement siretnumber siret_number",
    Field.SIREN: "siren numero_siren n_siren siren_number",
    Field.NIC: "nic nicSiegeUniteLegale nic_siege",
    Field.NAME: "denominationUniteLegale denomination nom raison_sociale nom_raison_sociale nom_complet nomComplet nom_entreprise nom_structure "
    "structure entreprise name company firm organisation organization company_name firm_name legal_name intitule",
    Field.USUAL_NAME: "denominationUsuelleEtablissement denominationUsuelle1UniteLegale enseigne1Etablissement enseigne sigleUniteLegale sigle "
    "denomination_usuelle nom_commercial usual_name trade_name",
    Field.SURNAME: "nomUniteLegale nomUsageUniteLegale",
    Field.LEGAL_CATEGORY: "categorieJuridiqueUniteLegale categorie_juridique nature_juridique natureJuridique forme_juridique code_cj cj legal_category "
    "legal_form legalcategory statut_juridique code_categorie_juridique",
    Field.FAMILY: "famille famille_ess family ess_family famille_juridique",
    Field.NAF: "activitePrincipaleEtablissement activite_principale activitePrincipale naf code_naf ape code_ape naf_ape nace activity activity_code "
    "naf_code ape_code code_naf_ape apet",
    Field.NAF_UNIT: "activitePrincipaleUniteLegale apen naf_unite_legale",
    Field.NAF_2025: "activitePrincipaleNAF25Etablissement activitePrincipaleNAF25UniteLegale naf25 naf_2025 activite_principale_naf25 code_naf_2025",
    Field.SECTOR: "secteur secteur_ess secteur_etude sector study_sector",
    Field.ESS: "economieSocialeSolidaireUniteLegale ess est_ess economie_sociale_solidaire appartenance_ess sse is_ess",
    Field.EMPLOYER: "caractereEmployeurEtablissement caractereEmployeurUniteLegale caractere_employeur employeur employer is_employer",
    Field.STATE_UNIT: "etatAdministratifUniteLegale etat_administratif_unite_legale",
    Field.STATE: "etatAdministratifEtablissement etat_administratif etat state etat_etablissement",
    Field.DIFFUSION_UNIT: "statutDiffusionUniteLegale",
    Field.DIFFUSION: "statutDiffusionEtablissement statut_diffusion statutDiffusion diffusion",
    Field.BAND: "trancheEffectifsEtablissement tranche_effectif tranche_effectifs tranche_effectif_salarie tranche size_band headcount_band "
    "tranche_d_effectif tranche_d_effectifs tefet tranche_effectifs_etablissement trancheEffectif",
    Field.BAND_UNIT: "trancheEffectifsUniteLegale tranche_effectifs_unite_legale tefen",
    Field.HEADCOUNT: "effectif effectifs nombre_salaries nb_salaries salaries effectif_salarie headcount employees staff number_of_employees "
    "nombre_de_salaries effectif_total nb_de_salaries",
    Field.COMMUNE_CODE: "codeCommuneEtablissement code_commune commune_code code_insee insee code_commune_insee depcom codgeo municipality_code city_code "
    "code_insee_commune code_postal_insee insee_code",
    Field.COMMUNE: "libelleCommuneEtablissement commune nom_commune libelle_commune ville city town municipality localite commune_nom commune_name",
    Field.POSTCODE: "codePostalEtablissement code_postal cp postcode zip zip_code postal_code codepostal",
    Field.ADDRESS: "adresse adresse_etablissement address adressePostale adresse_postale geo_adresse adresse_complete",
    Field.STREET_NUMBER: "numeroVoieEtablissement numero_voie",
    Field.STREET_REPEAT: "indiceRepetitionEtablissement indice_repetition",
    Field.STREET_KIND: "typeVoieEtablissement type_voie",
    Field.STREET: "libelleVoieEtablissement libelle_voie",
    Field.STREET_MORE: "complementAdresseEtablissement complement_adresse",
    Field.IDCC: "idcc convention_collective code_idcc collective_agreement ccn idcc_code liste_idcc",
    Field.CONTACT_NAME: "contact contact_nom nom_contact contact_name interlocuteur dirigeant directeur directrice personne_contact",
    Field.CONTACT_EMAIL: "email e_mail mail courriel adresse_mail adresse_email contact_email email_contact contact_mail adresse_electronique",
    Field.CONTACT_PHONE: "telephone tel phone contact_tel contact_telephone contact_phone numero_telephone tel_contact mobile portable",
}
KNOWN: dict[str, Field] = {key(meaning.value): meaning for meaning in Field} | {
    key(name): meaning for meaning, names in _NAMES.items() for name in names.split()
}
# A file may fill one of these from several of its own columns: a name and a usual name, three kinds of state.
_SEVERAL = frozenset({Field.USUAL_NAME, Field.SURNAME, Field.EMPLOYER, Field.NAF_2025, Field.NIC})


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: their names, and for each field the places where it may be read, in order."""

    names: tuple[str, ...]
    places: dict[Field, tuple[int, ...]]
    layout: Layout
    doubled: tuple[tuple[str, str], ...] = ()

    def has(self, *fields: Field) -> bool:
        """Whether one of these fields has a column."""
        return any(wanted in self.places for wanted in fields)

    def name_of(self, *fields: Field) -> str:
        """The file's own name of the first of these fields that it has, else the plain name of the first."""
        for wanted in fields:
            if wanted in self.places:
                return self.names[self.places[wanted][0]]
        return fields[0].value


def score(cells: Sequence[str]) -> int:
    """How many known column names stand in a row."""
    return len({KNOWN[key(cell)] for cell in cells if key(cell) in KNOWN})


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns: two known names, or an identifier alone on its row."""
    found = {KNOWN[key(cell)] for cell in cells if key(cell) in KNOWN}
    return len(found) > 1 or (bool(found & {Field.SIRET, Field.SIREN}) and len([cell for cell in cells if cell.strip()]) <= 2)  # noqa: PLR2004 - The identifier and one unknown name.


def recognise(header: Sequence[str]) -> Columns:
    """The columns of a header row."""
    places: dict[Field, list[int]] = {}
    doubled: list[tuple[str, str]] = []
    for place, name in enumerate(header):
        meaning = KNOWN.get(key(name))
        if meaning is None:
            continue
        if meaning in places and meaning not in _SEVERAL:
            doubled.append((name, header[places[meaning][0]]))
        places.setdefault(meaning, []).append(place)
    return Columns(tuple(header), {meaning: tuple(found) for meaning, found in places.items()}, _layout(header), tuple(doubled))


def _layout(header: Sequence[str]) -> Layout:
    keys = {key(name) for name in header}
    units = any(name.endswith("UNITELEGALE") for name in keys)
    establishments = any(
        name.endswith("ETABLISSEMENT") and name not in {"SIRETETABLISSEMENT", "ADRESSEETABLISSEMENT"} for name in keys
    )
    if units and establishments:
        return Layout.SIRENE
    if units:
        return Layout.UNITS
    if establishments:
        return Layout.ESTABLISHMENTS
    return Layout.PLAIN if any(name in KNOWN for name in keys) else Layout.UNKNOWN
