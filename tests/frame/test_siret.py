"""SIRETs: check digits, La Poste, and what spreadsheets do to them."""

import csv

import pytest

from diagnostics.frame.identity import identify, is_siret
from tests.frame.files import REFDATA, codes, one, reading, siret

LIST = REFDATA / "siae_sirets_test.csv"


@pytest.mark.parametrize(
    ("number", "right"),
    [
        # 732 829 320 00074, the example of Insee: Luhn 60 over the SIRET, 40 over the SIREN.
        ("73282932000074", True),
        ("73282932000079", False),
        ("73282932000047", False),
        ("33836505900017", True),
        ("80032984900023", True),
        ("80032984900032", False),
        # A SIREN whose own digits are wrong, in a SIRET whose Luhn sum is right: 13 is added, 13 taken.
        ("73282932100073", False),
        # La Poste's head office follows Luhn.
        ("35600000000048", True),
        # Its other establishments: the sum of the digits is a multiple of 5. 14 + 1 = 15.
        ("35600000000001", True),
        ("35600000000010", True),
        # 14 + (4+9+8+3+7) = 45.
        ("35600000049837", True),
        # 14 + (4+9+8+3+8) = 46.
        ("35600000049838", False),
        ("35600000000000", False),
        ("00000000000000", True),
        ("7328293200007", False),
        ("", False),
    ],
)
def test_check_digits(number: str, right: bool) -> None:
    assert is_siret(number) is right


@pytest.mark.skipif(not LIST.exists(), reason="the public list of SIRETs stays outside the project (AGPL repository)")
def test_the_real_list_gets_its_verdicts() -> None:
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = [line["siret"] for line in rows if is_siret(line["siret"]) != (line["siret_valide"] == "True")]
    assert len(rows) == 3676
    assert wrong == []


@pytest.mark.parametrize(
    "typed", ["732 829 320 00074", "732.829.320.00074", "732\u00a0829\u202f320 00074", " 73282932000074 ", "73282932000074,0"]
)
def test_separators_are_forgiven(typed: str) -> None:
    found = one(siret=typed)
    assert [entry.siret for entry in found.entries] == ["73282932000074"]
    assert codes(found) == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "siret_missing"),
        ("1,23457E+13", "siret_scientific"),
        ("7.32829E+13", "siret_scientific"),
        ("732829320", "siret_is_siren"),
        ("7328293200007", "siret_length"),
        ("732829320000741", "siret_length"),
        ("7328293200007A", "siret_characters"),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "siret_characters"),
        ("73282932000079", "siret_checksum"),
    ],
)
def test_faults_of_a_siret(typed: str, code: str) -> None:
    found = one(siret=typed)
    assert codes(found) == [code]
    assert found.faults[0].line == 2
    assert found.faults[0].column == "siret"
    assert found.counts["faulty"] == 1


def test_a_lost_leading_zero_is_restored_and_told() -> None:
    # 005 580 113 00011: Luhn over 005580113 is 30; the check digit of the SIRET is 1.
    whole = next(number for number in (f"00558011300{nic:03d}" for nic in range(1000)) if is_siret(number))
    found = one(siret=whole.lstrip("0"))
    assert [entry.siret for entry in found.entries] == [whole]
    assert codes(found) == ["siret_zero_restored"]
    assert whole in found.faults[0].cause("en")
    assert found.counts["new"] == 1


def test_a_siren_and_a_nic_make_a_siret() -> None:
    number = siret(7, 23)
    header = ("siren", "nic", "nom", "code_commune", "naf", "categorie_juridique", "effectif")
    found = reading(
        [[number[:9], "239" if number[9:] == "00239" else number[9:].lstrip("0"), "Les Oliviers", "13055", "88.10A", "9220", "12"]],
        header=header,
    )
    assert [entry.siret for entry in found.entries] == [number]


def test_a_siret_of_another_siren_is_refused() -> None:
    found = identify(siret(1), siret(2)[:9], "", line=4, column="siret")
    assert [fault.code for fault in found.faults] == ["siret_siren_mismatch"]
    assert found.siret == ""
