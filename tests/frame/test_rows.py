"""Rows: each check of the study, with the fault it gives and what becomes of the row."""

from typing import Any

import pytest

from diagnostics.frame.fault_words import CATALOGUE
from diagnostics.frame.known import REGISTER, KnownFirm, Outcome
from diagnostics.frame.reading import Reading
from diagnostics.frame.tables import FAMILIES, SECTORS, Tables, size_class
from tests.frame.files import HEADER, codes, one, reading, row, siret

SIRENE = (
    "siren", "nic", "siret", "statutDiffusionUniteLegale", "denominationUniteLegale", "nomUniteLegale", "categorieJuridiqueUniteLegale",
    "economieSocialeSolidaireUniteLegale", "etatAdministratifUniteLegale", "caractereEmployeurUniteLegale", "trancheEffectifsUniteLegale",
    "etatAdministratifEtablissement", "activitePrincipaleEtablissement", "codeCommuneEtablissement", "libelleCommuneEtablissement",
    "codePostalEtablissement", "numeroVoieEtablissement", "typeVoieEtablissement", "libelleVoieEtablissement",
)  # fmt: skip


def sirene(**changes: str) -> Reading:
    number = siret(1)
    cells = {
        "siren": number[:9], "nic": number[9:], "siret": number, "statutDiffusionUniteLegale": "O", "denominationUniteLegale": "REGIE DU PARC",
        "nomUniteLegale": "", "categorieJuridiqueUniteLegale": "9220", "economieSocialeSolidaireUniteLegale": "O", "etatAdministratifUniteLegale": "A",
        "caractereEmployeurUniteLegale": "O", "trancheEffectifsUniteLegale": "12", "etatAdministratifEtablissement": "A",
        "activitePrincipaleEtablissement": "81.30Z", "codeCommuneEtablissement": "84007", "libelleCommuneEtablissement": "AVIGNON",
        "codePostalEtablissement": "84000", "numeroVoieEtablissement": "12", "typeVoieEtablissement": "RUE", "libelleVoieEtablissement": "DU PARC",
    } | changes  # fmt: skip
    return reading([[cells[name] for name in SIRENE]], header=SIRENE)


def outcome(found: Reading) -> str:
    return found.entries[0].outcome.value


def values(found: Reading) -> Any:
    return found.entries[0].values


def test_a_joined_sirene_row() -> None:
    found = sirene()
    assert found.layout == "sirene_joined"
    assert codes(found) == []
    kept = values(found)
    assert (kept["name"], kept["address"], kept["postcode"]) == ("REGIE DU PARC", "12 RUE DU PARC", "84000")
    assert (kept["departement"], kept["arrondissement"], kept["epci_name"], kept["zone_emploi_name"]) == (
        "84",
        "842",
        "CA du Grand Avignon (COGA)",
        "Avignon",
    )
    assert (kept["sector"], kept["family"], kept["size_class"], kept["headcount_band"], kept["headcount"]) == (
        "env",
        "asso",
        "20-50",
        "12",
        None,
    )


@pytest.mark.parametrize(
    ("changes", "code", "become"),
    [
        ({"statutDiffusionUniteLegale": "P"}, "not_diffusible", "out_of_scope"),
        ({"statutDiffusionUniteLegale": "N"}, "not_diffusible", "out_of_scope"),
        ({"categorieJuridiqueUniteLegale": "1000"}, "natural_person", "out_of_scope"),
        ({"denominationUniteLegale": "", "nomUniteLegale": "DUPONT"}, "natural_person", "out_of_scope"),
        ({"etatAdministratifUniteLegale": "C"}, "closed", "closed"),
        ({"etatAdministratifEtablissement": "F"}, "closed", "closed"),
        ({"etatAdministratifEtablissement": "peut-être"}, "state_unknown", "new"),
        ({"caractereEmployeurUniteLegale": "N"}, "not_employer", "out_of_scope"),
        ({"trancheEffectifsUniteLegale": "NN"}, "not_employer", "out_of_scope"),
        ({"trancheEffectifsUniteLegale": "00"}, "too_small", "out_of_scope"),
        ({"trancheEffectifsUniteLegale": "01"}, "too_small", "out_of_scope"),
        ({"trancheEffectifsUniteLegale": "21"}, "too_large", "out_of_scope"),
        ({"trancheEffectifsUniteLegale": "53"}, "too_large", "out_of_scope"),
        ({"trancheEffectifsUniteLegale": "77"}, "band_unknown", "faulty"),
        ({"trancheEffectifsUniteLegale": ""}, "size_missing", "faulty"),
        ({"codeCommuneEtablissement": "69123"}, "out_of_region", "out_of_scope"),
        ({"codeCommuneEtablissement": "2A004"}, "out_of_region", "out_of_scope"),
        ({"codeCommuneEtablissement": "97411"}, "out_of_region", "out_of_scope"),
        ({"codeCommuneEtablissement": "84999"}, "commune_unknown", "faulty"),
        (
            {"codeCommuneEtablissement": "", "libelleCommuneEtablissement": "", "codePostalEtablissement": ""},
            "commune_missing",
            "faulty",
        ),
        ({"codePostalEtablissement": "13001"}, "commune_postcode_mismatch", "faulty"),
        ({"categorieJuridiqueUniteLegale": "5710", "economieSocialeSolidaireUniteLegale": "N"}, "not_ess", "out_of_scope"),
        ({"categorieJuridiqueUniteLegale": "7210"}, "not_ess", "out_of_scope"),
        ({"categorieJuridiqueUniteLegale": "9224", "economieSocialeSolidaireUniteLegale": ""}, "not_ess", "out_of_scope"),
        ({"economieSocialeSolidaireUniteLegale": "N"}, "ess_doubtful", "new"),
        ({"categorieJuridiqueUniteLegale": "9900"}, "family_to_confirm", "new"),
        ({"categorieJuridiqueUniteLegale": "5498"}, "legal_category_changed", "new"),
        ({"categorieJuridiqueUniteLegale": "0042"}, "legal_category_unknown", "faulty"),
        ({"categorieJuridiqueUniteLegale": ""}, "family_missing", "faulty"),
        ({"activitePrincipaleEtablissement": "94.91Z"}, "activity_out_of_scope", "out_of_scope"),
        ({"activitePrincipaleEtablissement": "853K"}, "naf_old", "faulty"),
        ({"activitePrincipaleEtablissement": "88.10Z"}, "naf_unknown", "faulty"),
        ({"activitePrincipaleEtablissement": ""}, "naf_missing", "faulty"),
        ({"denominationUniteLegale": ""}, "name_missing", "faulty"),
        ({"siren": siret(9)[:9]}, "siret_siren_mismatch", "faulty"),
    ],
)
def test_what_sirene_says_decides(changes: dict[str, str], code: str, become: str) -> None:
    found = sirene(**changes)
    assert codes(found) == [code]
    assert outcome(found) == become
    assert found.faults[0].line == 2
    assert found.needs_decision is (CATALOGUE[code] != "warning")


def test_nothing_is_kept_of_a_natural_person() -> None:
    found = sirene(categorieJuridiqueUniteLegale="1000", denominationUniteLegale="", nomUniteLegale="DUPONT")
    assert "DUPONT" not in repr(found)
    assert found.entries[0].siret == ""
    assert values(found) == {}


def test_all_the_faults_of_a_row_at_once() -> None:
    found = reading([row(1, siret="1,2E+13", nom="", naf="99X", effectif="-3", code_commune="13999")])
    assert sorted(codes(found)) == ["commune_unknown", "headcount_invalid", "naf_unknown", "name_missing", "siret_scientific"]
    assert {fault.line for fault in found.faults} == {2}


@pytest.mark.parametrize(
    ("typed", "commune"),
    [
        ("13055", "Marseille"), ("13204", "Marseille"), ("4070", "Digne-les-Bains"), ("Digne les Bains", "Digne-les-Bains"), ("MARSEILLE 2EME", "Marseille"),
        ("MARSEILLE CEDEX 02", "Marseille"), ("ST RAPHAEL", "Saint-Raphaël"), ("STE TULLE", "Sainte-Tulle"), ("la ciotat", "La Ciotat"),
        ("AIX EN PROVENCE", "Aix-en-Provence"),
    ],
)  # fmt: skip
def test_communes_by_code_or_name(typed: str, commune: str) -> None:
    number = siret(1)
    found = reading(
        [[number, "A", typed, "88.10A", "9220", "12"]], header=("siret", "nom", "commune", "naf", "categorie_juridique", "effectif")
    )
    assert codes(found) == []
    assert values(found)["commune_name"] == commune


def test_a_name_that_two_communes_bear_needs_its_postcode() -> None:
    header = ("siret", "nom", "commune", "code_postal", "naf", "categorie_juridique", "effectif")

    def located(name: str, postcode: str) -> Reading:
        return reading([[siret(1), "A", name, postcode, "88.10A", "9220", "12"]], header=header)

    assert codes(located("Mirabeau", "")) == ["commune_ambiguous"]
    assert values(located("Mirabeau", "84120"))["commune_code"] == "84076"
    assert values(located("Mirabeau", "04510"))["commune_code"] == "04122"
    assert codes(located("Avignon", "06000")) == ["commune_postcode_mismatch"]
    assert codes(located("Lyon", "69001")) == ["out_of_region"]
    assert codes(located("Avinon", "84000")) == ["commune_unknown"]
    assert "Avignon, 84007" in located("Avinon", "84000").faults[0].remedy()
    assert codes(located("", "84400")) == ["commune_ambiguous"]
    guessed = located("", "06000")
    assert codes(guessed) == ["commune_guessed"]
    assert values(guessed)["commune_name"] == "Nice"
    assert codes(located("", "75001")) == ["out_of_region"]
    assert codes(located("", "13999")) == ["commune_unknown"]


def test_a_former_commune_is_the_present_one() -> None:
    found = one(code_commune="05034")
    assert codes(found) == ["commune_renamed"]
    assert values(found)["commune_code"] == "05118"
    assert "commune déléguée" in found.faults[0].cause()


@pytest.mark.parametrize(
    ("typed", "code", "size"),
    [
        ("3", None, "3-5"), ("5", None, "3-5"), ("6", None, "6-9"), ("19", None, "10-19"), ("20", None, "20-50"), ("50", None, "20-50"), ("12,0", None, "10-19"),
        ("2", "too_small", ""), ("0", "too_small", ""), ("51", "too_large", ""), ("-4", "headcount_invalid", ""), ("12,5", "headcount_invalid", ""),
        ("beaucoup", "headcount_invalid", ""), ("nan", "headcount_invalid", ""), ("1e99", "headcount_invalid", ""), ("03", None, "6-9"),
        ("6 à 9 salariés", None, "6-9"), ("20-49", None, "20-50"), ("20 to 50", None, "20-50"), ("", "size_missing", ""),
    ],
)  # fmt: skip
def test_headcounts(typed: str, code: str | None, size: str) -> None:
    found = one(effectif=typed)
    assert codes(found) == ([code] if code else [])
    assert values(found).get("size_class", "") == size or code is not None


def test_a_headcount_wins_over_its_band_and_says_so() -> None:
    found = one("tranche_effectif", "03", effectif="12")
    assert codes(found) == ["headcount_band_differ"]
    assert (values(found)["headcount"], values(found)["headcount_band"], values(found)["size_class"]) == (12, "11", "10-19")
    assert codes(one("tranche_effectif", "NN", effectif="12")) == ["headcount_band_differ"]
    assert codes(one("tranche_effectif", "21", effectif="50")) == []


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("88.10A", "aide_dom"), ("8810A", "aide_dom"), ("88.10a", "aide_dom"), ("8810 A", "aide_dom"), ("88.10G", "aide_dom"), ("88.91A", "petite_enf"),
        ("93.12Z", "sport"), ("90.01Z", "culture"), ("91.04Z", "env"), ("94.99Z", "autre"), ("88.99B", "action_soc"), ("55.20Z", "tourisme"), ("88.10C", "action_soc"),
        ("85.59A", "form"), ("86.10Z", "sante"), ("65.11Z", "finance"), ("43.32A", "prod"), ("93.29Z", "anim"), ("38.32Z", "env"),
        ("Action sociale sans hébergement n.c.a. (88.99H)", "action_soc"),
    ],
)  # fmt: skip
def test_the_naf_gives_the_sector(code: str, sector: str) -> None:
    found = one(naf=code)
    assert codes(found) == []
    assert values(found)["sector"] == sector
    assert len(values(found)["naf"]) == 6


@pytest.mark.parametrize(
    ("naf", "idcc", "legal", "sector"),
    [
        ("88.99B", "1261", "9220", "centre_soc"), ("94.99Z", "01518", "9220", "anim"), ("94.99Z", "2511", "9220", "sport"), ("88.99B", "2941", "9220", "aide_dom"),
        ("38.32Z", "3016", "9220", "iae"), ("81.30Z", "", "9221", "iae"), ("88.10A", "1518", "9220", "aide_dom"), ("94.99Z", "5021|9999", "9220", "autre"),
    ],
)  # fmt: skip
def test_the_agreement_or_the_legal_category_makes_the_sector_precise(naf: str, idcc: str, legal: str, sector: str) -> None:
    assert values(one("idcc", idcc, naf=naf, categorie_juridique=legal))["sector"] == sector


@pytest.mark.parametrize(
    ("legal", "name", "family"),
    [
        ("9220", "Les Oliviers", "asso"), ("9300", "Fondation X", "fondation"), ("8210", "Mutuelle X", "mutuelle"), ("5458", "Menuiserie du Port", "scop"),
        ("5458", "SCIC Énergie du Pays", "scic"), ("5560", "SOCIETE COOPERATIVE D'INTERET COLLECTIF DU VAL", "scic"), ("5560", "Coop du Val", "coop"),
        ("5458", "Coopérative d’activité et d’emploi du Sud", "cae"), ("6317", "Cave des Vignerons", "coop"), ("9240", "Congrégation", "autre"),
        ("association declaree", "Les Oliviers", "asso"),
    ],
)  # fmt: skip
def test_the_legal_category_and_the_name_give_the_family(legal: str, name: str, family: str) -> None:
    assert values(one(categorie_juridique=legal, nom=name))["family"] == family


def test_a_company_that_sirene_counts_in_the_ess() -> None:
    found = one("ess", "O", categorie_juridique="5710")
    assert codes(found) == []
    assert values(found)["family"] == "soc_ess"
    assert codes(one("ess", "non", categorie_juridique="5710")) == ["not_ess"]


def test_a_sector_and_a_family_stated_in_the_file_win() -> None:
    header = ("siret", "nom", "code_commune", "secteur", "famille", "effectif")
    found = reading(
        [[siret(1), "A", "13055", "Petite enfance", "SCOP", "8"], [siret(2), "B", "13055", "pêche", "club", "8"]], header=header
    )
    assert (values(found)["sector"], values(found)["family"], values(found)["naf"]) == ("petite_enf", "scop", "")
    assert sorted(codes(found)) == ["family_unknown", "sector_unknown"]
    assert "petite_enf" in found.faults[0].remedy() + found.faults[1].remedy()


@pytest.mark.parametrize(
    ("header", "typed", "code", "kept"),
    [
        ("email", "Contact@Exemple.FR", None, "contact@exemple.fr"), ("email", "pas une adresse", "email_invalid", ""),
        ("telephone", "+33 4 91 00 00 00", None, "04 91 00 00 00"), ("telephone", "491000000", None, "04 91 00 00 00"),
        ("telephone", "poste 12", "phone_invalid", ""), ("idcc", "CCN51", "idcc_invalid", ""), ("idcc", "0413", None, "413"),
    ],
)  # fmt: skip
def test_contacts_and_agreements(header: str, typed: str, code: str | None, kept: str) -> None:
    found = one(header, typed)
    assert codes(found) == ([code] if code else [])
    name = {"email": "contact_email", "telephone": "contact_phone", "idcc": "idcc"}[header]
    assert values(found)[name] == kept
    assert outcome(found) == "new"


def test_duplicates_inside_the_file_are_told_apart() -> None:
    found = reading([row(1), row(1), row(1, nom="Autre nom"), row(2)])
    assert [(fault.line, fault.code) for fault in found.faults] == [(3, "duplicate_same"), (4, "duplicate_differs")]
    assert found.counts["new"] == 2
    assert found.counts["duplicate"] == 2
    assert "nom" in found.faults[1].cause("fr")
    assert "name" in found.faults[1].cause("en")


def test_another_establishment_of_the_same_firm_is_told() -> None:
    found = reading([row(1), row(1, siret=siret(1, 2))])
    assert [(fault.line, fault.code) for fault in found.faults] == [(3, "same_siren")]
    assert found.counts["new"] == 2


def known(**changes: Any) -> KnownFirm:
    first = reading([row(1)]).entries[0]
    options = {name: changes.pop(name) for name in ("corrected", "drawn", "excluded") if name in changes}
    return KnownFirm(first.siret, {**dict.fromkeys(REGISTER, ""), **first.values, **changes}, **options)


def compared(held: KnownFirm, **changes: str) -> Reading:
    return reading([row(1, **changes)], known={held.siret: held})


def test_firms_already_in_the_frame_are_told_apart() -> None:
    assert outcome(compared(known())) == "identical"
    updated = compared(known(), nom="Nouveau nom")
    assert outcome(updated) == "updated"
    assert updated.entries[0].changes == {"name": ("Association Les Oliviers", "Nouveau nom")}
    corrected = compared(known(corrected=frozenset({"name"})), nom="Nouveau nom", effectif="8")
    assert outcome(corrected) == "conflicting"
    assert corrected.entries[0].contested == {"name"}
    assert set(corrected.entries[0].changes) == {"name", "headcount", "headcount_band", "size_class"}
    assert codes(corrected) == ["conflict"]
    drawn = compared(known(drawn=True), effectif="8")
    assert outcome(drawn) == "conflicting"
    assert drawn.entries[0].contested == {"headcount", "headcount_band", "size_class"}
    assert outcome(compared(known(drawn=True), effectif="13")) == "updated"
    assert codes(compared(known(excluded=True))) == ["excluded_by_hand"]


def test_a_band_does_not_erase_an_exact_headcount() -> None:
    held = known()
    header = (*HEADER[:-1], "tranche")
    found = reading([[*row(1)[:-1], "03"]], header=header, known={held.siret: held})
    assert outcome(found) == "identical"


def test_what_the_file_lacks_the_frame_completes() -> None:
    held = known()
    found = reading([[held.siret, "Nouveau nom"], [siret(2), "Inconnue"]], header=("siret", "nom"), known={held.siret: held})
    assert [entry.outcome for entry in found.entries] == [Outcome.UPDATED, Outcome.FAULTY]
    assert codes(found) == ["column_missing"] * 4


def test_a_closed_firm_already_in_the_frame_is_told_apart() -> None:
    held = known()
    found = reading([[*row(1), "F"]], header=(*HEADER, "etat"), known={held.siret: held})
    assert codes(found) == ["closed_in_panel"]
    assert outcome(found) == "closed"


def test_another_establishment_of_a_known_firm() -> None:
    held = known()
    found = reading([row(1, siret=siret(1, 5))], known={held.siret: held})
    assert codes(found) == ["same_siren_in_panel"]
    assert held.siret in found.faults[0].cause()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (
            (
                "siren",
                "nicSiegeUniteLegale",
                "denominationUniteLegale",
                "categorieJuridiqueUniteLegale",
                "activitePrincipaleUniteLegale",
                "trancheEffectifsUniteLegale",
            ),
            "units_only",
        ),
        (
            (
                "siret",
                "enseigne1Etablissement",
                "activitePrincipaleEtablissement",
                "codeCommuneEtablissement",
                "trancheEffectifsEtablissement",
            ),
            "establishments_only",
        ),
    ],
)
def test_half_of_sirene_says_what_to_join(header: tuple[str, ...], code: str) -> None:
    number = siret(1)
    cells = {
        "siren": number[:9],
        "nicSiegeUniteLegale": number[9:],
        "siret": number,
        "categorieJuridiqueUniteLegale": "9220",
        "codeCommuneEtablissement": "13055",
    }
    filled = [cells.get(name, "12" if "tranche" in name else "88.10A" if "activite" in name else "NOM") for name in header]
    found = reading([filled], header=header)
    assert codes(found) == [code]
    assert outcome(found) == "faulty"


def test_amendments_change_what_codes_mean() -> None:
    amended = Tables.load().amended(
        {"naf": {"88.10A": "sante", "94.91Z": "autre"}, "legal_category": {"5710": "coop", "9220": "hors_champ"}}
    )
    found = reading([row(1, categorie_juridique="5710"), row(2, naf="94.91Z", categorie_juridique="5710"), row(3)], tables=amended)
    assert [entry.values.get("sector") for entry in found.entries[:2]] == ["sante", "autre"]
    assert found.entries[0].values["family"] == "coop"
    assert codes(found) == ["not_ess"]


def test_the_tables_use_the_studys_codes_only() -> None:
    tables = Tables.load()
    assert {line.value for line in tables.naf.values()} == {*SECTORS, "hors_champ"} - {"centre_soc"}
    assert {line.value for line in tables.legal.values()} <= {*FAMILIES, "hors_champ"}
    assert set(tables.refinements.values()) <= set(SECTORS)
    assert len(tables.naf) == 732 + 747
    assert len(tables.communes) == 946
    assert all(
        commune.epci_name and commune.zone_emploi_name and commune.arrondissement_name for commune in tables.communes.values()
    )
    assert {current for _, _, current in tables.former.values()} <= set(tables.communes)
    assert [size_class(count) for count in (None, 2, 3, 9, 10, 50, 51)] == ["", "", "3-5", "6-9", "10-19", "20-50", ""]
