"""Files as people send them: encodings, separators, workbooks, JSON, and what is no file of ours at all."""

import json
import time
import zipfile
from io import BytesIO

import pytest

from diagnostics.frame import excel, sheets
from diagnostics.frame.columns import Layout
from diagnostics.frame.fault_words import FAULT_WORDS
from diagnostics.frame.faults import Fault, Severity, fault
from diagnostics.frame.reading import read
from tests.frame.files import HEADER, REFDATA, codes, reading, row, siret, table, workbook

TEXT = table([row(1, nom="Crèche Éveil, l’été")])


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-8-sig"), "UTF-8 (BOM)"),
        (TEXT.encode("cp1252"), "Windows-1252"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.replace("’", "'").encode("latin-1"), "Windows-1252"),
        (TEXT.replace("’", "'").encode("latin-1") + b"x;\x81;;;;\n", "Latin-1"),
    ],
)
def test_encodings(content: bytes, encoding: str) -> None:
    found = read("base.csv", content)
    assert found.encoding == encoding
    assert found.entries[0].values["name"].replace("’", "'") == "Crèche Éveil, l'été"
    assert found.entries[0].outcome == "new"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, end: str) -> None:
    found = read("base.csv", table([row(1), row(2, nom='L’« Été », "sud"; nord | est')], separator=separator, end=end).encode())
    assert found.separator == separator
    assert [entry.values["name"] for entry in found.entries] == ["Association Les Oliviers", 'L’« Été », "sud"; nord | est']
    assert [entry.line for entry in found.entries] == [2, 3]
    assert codes(found) == []


def test_quoted_line_breaks_keep_the_line_numbers() -> None:
    found = reading([row(1, nom="Deux\nlignes"), row(2, siret="")])
    assert found.entries[0].values["name"] == "Deux lignes"
    assert [(one.line, one.code) for one in found.faults] == [(4, "siret_missing")]


def test_the_separator_line_of_excel_and_titles_above_are_skipped() -> None:
    found = read("base.csv", ("sep=;\nListe au 1er mars;;\n\n" + table([row(1)])).encode())
    assert [entry.line for entry in found.entries] == [5]
    assert found.counts["new"] == 1


@pytest.mark.parametrize(
    "header",
    [
        ("SIRET", "Dénomination", "Code commune", "Code NAF", "Catégorie juridique", "Nb salariés"),
        ("Siret number", "Company name", "Commune code", "NAF code", "Legal form", "Number of employees"),
        ("N° SIRET", "Raison sociale", "code_insee", "APE", "Forme juridique", "EFFECTIFS"),
    ],
)
def test_header_names_in_either_language(header: tuple[str, ...]) -> None:
    found = reading([row(1)], header=header)
    assert codes(found) == []
    assert found.entries[0].outcome == "new"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf\r\n \n", "file_empty"),
        (";".join(HEADER).encode(), "no_rows"),
        (b"bonjour\ntout le monde\n", "no_header"),
        (b"a;b;c\n1;2;3\n", "no_header"),
        (bytes(range(256)) * 20, "format_unknown"),
        (b"%PDF-1.7 ...", "format_unknown"),
        (b"\x1f\x8b\x08\x00abc", "format_compressed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old excel", "format_convertible"),
        (b"PAR1 parquet", "format_convertible"),
        (b"PK\x03\x04 broken", "workbook_unreadable"),
        (b"{ not json", "json_invalid"),
        (b'{"erreur": "quota"}', "json_no_results"),
        (b'{"results": []}', "no_rows"),
        (b"[" * 200_000, "json_invalid"),
        (b"nom;naf\nA;88.10A\n", "column_missing"),
    ],
)
def test_what_is_no_frame(content: bytes, code: str) -> None:
    found = read("fichier", content)
    assert code in codes(found)
    assert found.unreadable
    assert found.needs_decision


def test_the_size_of_a_file_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "LARGEST_FILE", 1000)
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    assert codes(read("gros.csv", b"x" * 1001)) == ["file_too_large"]
    assert "too_many_rows" in codes(reading([row(number) for number in range(4)]))


def test_ragged_rows() -> None:
    text = table([row(1), row(2), row(3)]).splitlines()
    text[1] += ";de trop"
    text[2] = ";".join(text[2].split(";")[:-1])
    text[3] += ";;"
    found = read("base.csv", "\n".join(text).encode())
    assert [(one.line, one.code) for one in found.faults] == [(2, "row_long"), (3, "size_missing"), (3, "row_short")]
    assert [entry.outcome for entry in found.entries] == ["faulty", "faulty", "new"]


def test_null_bytes_and_long_cells() -> None:
    text = table([row(1, nom="A\x00B"), row(2, nom="x" * 2_001), row(3, nom="y" * 251)])
    found = read("base.csv", text.encode())
    assert [(one.line, one.code) for one in found.faults] == [(2, "nul_byte"), (3, "cell_long"), (3, "name_long"), (4, "name_long")]
    assert found.counts["faulty"] == 3


def test_an_open_quotation_mark_costs_its_row_only() -> None:
    lines = table([row(number) for number in range(1, 21)]).splitlines()
    lines[3] = lines[3].replace("Association", '"Association')
    found = read("base.csv", "\n".join(lines).encode())
    assert [(one.line, one.code) for one in found.faults] == [(4, "quote_unclosed")]
    assert found.counts["new"] == 19


def test_two_encodings_in_one_file() -> None:
    lines = [
        line.encode() for line in table([row(number, nom="Crèche Éveil à Nîmes où ça été") for number in range(1, 9)]).splitlines()
    ]
    lines[5] = lines[5].decode().encode("cp1252")
    found = read("base.csv", b"\n".join(lines))
    assert found.encoding == "UTF-8"
    assert {one.line for one in found.faults if one.code == "encoding_mixed"} == {6}


def test_damaged_accents_are_told() -> None:
    assert codes(reading([row(1, nom="CrÃ¨che")])) == ["text_damaged"]


def test_two_columns_for_one_thing() -> None:
    found = reading([[*row(1), "Autre nom"]], header=(*HEADER, "raison_sociale"))
    assert codes(found) == ["column_twice"]
    assert found.entries[0].values["name"] == "Association Les Oliviers"


def test_a_workbook_keeps_numbers_whole() -> None:
    number = siret(1)
    content = workbook(
        {
            "Notice": [["Lisez-moi"]],
            "Base": [["Titre"], list(HEADER), [int(number), *row(1)[1:5], 12.0], [None] * 6, [float(siret(2)), *row(2)[1:]]],
        }
    )
    found = read("base.xlsx", content)
    assert (found.sheet, found.encoding) == ("Base", "XLSX")
    assert [(entry.siret, entry.line) for entry in found.entries] == [(number, 3), (siret(2), 5)]
    assert found.counts["new"] == 2


def test_a_stray_cell_at_the_bottom_does_not_make_a_million_rows() -> None:
    content = workbook({"Base": [list(HEADER), row(1), *([[]] * 1_500), row(2)]})
    assert [entry.siret for entry in read("base.xlsx", content).entries] == [siret(1)]


def test_a_workbook_that_unfolds_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "LARGEST_UNFOLDED", 2_000)
    assert codes(read("bombe.xlsx", workbook({"Base": [list(HEADER)] * 50}))) == ["workbook_too_large"]


@pytest.mark.parametrize(
    ("names", "code"), [(["mimetype", "content.xml"], "format_convertible"), (["StockEtablissement.csv"], "format_compressed")]
)
def test_other_archives_are_named(names: list[str], code: str) -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    assert codes(read("archive.zip", content.getvalue())) == [code]


def _answer() -> dict[str, object]:
    """An answer of the API in its own writing, about invented firms."""
    siege = {
        "siret": siret(1), "commune": "83137", "code_postal": "83000", "libelle_commune": "TOULON", "etat_administratif": "A", "activite_principale": "88.99B",
        "tranche_effectif_salarie": "03", "statut_diffusion_etablissement": "O", "liste_idcc": ["1261"], "adresse": "1 RUE DE LA MER 83000 TOULON",
    }  # fmt: skip
    firm = {
        "siren": siret(1)[:9], "nom_complet": "CENTRE SOCIAL DE LA MER (CSM)", "nom_raison_sociale": "CENTRE SOCIAL DE LA MER", "nature_juridique": "9220",
        "etat_administratif": "A", "statut_diffusion": "O", "tranche_effectif_salarie": "03", "activite_principale": "88.99B", "caractere_employeur": "O",
        "dirigeants": [{"nom": "DUPONT", "prenoms": "JEANNE"}], "complements": {"est_ess": True}, "siege": siege, "matching_etablissements": [siege],
    }  # fmt: skip
    away = siege | {"siret": siret(2), "commune": "75113", "code_postal": "75013", "libelle_commune": "PARIS"}
    here = siege | {"siret": siret(2, 2), "commune": "04070", "code_postal": "04000", "libelle_commune": "DIGNE-LES-BAINS"}
    other = firm | {"siren": siret(2)[:9], "siege": away, "matching_etablissements": [here]}
    return {"results": [firm, other], "total_results": 12, "page": 1, "per_page": 2, "total_pages": 6}


def test_an_answer_of_the_api() -> None:
    found = read("reponse.json", json.dumps(_answer(), indent=1).encode())
    assert found.layout is Layout.API
    first, second = found.entries
    assert (first.siret, first.values["name"], first.values["sector"], first.values["family"]) == (
        siret(1),
        "CENTRE SOCIAL DE LA MER",
        "centre_soc",
        "asso",
    )
    assert (first.values["commune_name"], first.values["zone_emploi_name"], first.values["size_class"], first.values["idcc"]) == (
        "Toulon",
        "Toulon",
        "6-9",
        "1261",
    )
    assert (second.siret, second.values["departement"]) == (siret(2, 2), "04")
    assert codes(found) == ["file_partial"]
    assert "DUPONT" not in repr(found)


def test_several_answers_in_a_list_and_flat_objects() -> None:
    answer = _answer() | {"total_results": 2}
    assert read("pages.json", json.dumps([answer]).encode()).counts["new"] == 2
    flat = [dict(zip(HEADER, row(number), strict=True)) for number in (1, 2)]
    found = read("plat.json", json.dumps(flat).encode())
    assert found.layout is Layout.PLAIN
    assert found.counts["new"] == 2


@pytest.mark.skipif(not REFDATA.exists(), reason="the shared reference data are not on this machine")
@pytest.mark.parametrize(("siren", "place"), [("338365059", "Pyrénées-Atlantiques"), ("800329849", "Paris")])
def test_real_answers_of_the_web_site(siren: str, place: str) -> None:
    found = read("annuaire.json", (REFDATA / f"api_recherche_entreprises_exemple_{siren}.json").read_bytes())
    assert found.layout is Layout.API_PAGE
    assert found.counts["out_of_scope"] == 1
    assert codes(found) == ["out_of_region"]
    assert place in found.faults[0].cause()


@pytest.mark.skipif(not REFDATA.exists(), reason="the shared reference data are not on this machine")
def test_real_answer_moved_to_the_region_is_taken() -> None:
    text = (REFDATA / "api_recherche_entreprises_exemple_338365059.json").read_text(encoding="utf-8")
    found = read("annuaire.json", text.replace("64110", "13001").replace("MAZERES-LEZONS", "MARSEILLE 1ER ARRONDISSEMENT").encode())
    values = found.entries[0].values
    assert (values["name"], values["sector"], values["family"], values["size_class"]) == (
        "CENTRE SOCIAL 'CAP DE TOUT'",
        "centre_soc",
        "asso",
        "10-19",
    )
    assert (values["commune_code"], values["epci_name"]) == ("13055", "Métropole d'Aix-Marseille-Provence")


@pytest.mark.skipif(not REFDATA.exists(), reason="the shared reference data are not on this machine")
def test_real_rows_of_sirene() -> None:
    found = read("sirene.csv", (REFDATA / "sirene_exemples_personnes_morales.csv").read_bytes())
    assert len(found.entries) == 45
    assert found.importable == 0
    assert found.counts["closed"] == 3
    assert {"out_of_region", "not_ess", "not_employer", "closed", "too_small", "too_large"} <= set(codes(found))
    assert not {"siret_checksum", "siret_length", "naf_unknown", "legal_category_unknown"} & set(codes(found))


def test_twenty_thousand_rows_are_read_in_reasonable_time() -> None:
    content = table([row(number) for number in range(20_000)]).encode("cp1252")
    started = time.process_time()
    found = read("grand.csv", content)
    assert found.counts["new"] == 20_000
    assert time.process_time() - started < 20


def test_every_fault_has_both_languages_and_survives_storage() -> None:
    for code, (cause, remedy) in FAULT_WORDS.items():
        assert all(text.strip() and text.rstrip().endswith((".", ")", "]")) for text in (*cause, *remedy)), code
        made = fault(code, 3, "siret", value="x")
        again = Fault.from_json(json.loads(json.dumps(made.to_json())))
        assert again == made
        assert again.severity in Severity
        assert again.cause("fr") != again.cause("en")
        assert "{" not in again.cause("en") + again.remedy("fr")
