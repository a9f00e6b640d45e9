"""Figures, dates and French typography, as pages and documents write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics import formats

NARROW, HARD = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (0, 0, "0", "0"),
        (1234567, 0, f"1{NARROW}234{NARROW}567", "1,234,567"),
        (12.345, 1, "12,3", "12.3"),
        (-1234.5, 1, f"−1{NARROW}234,5", "−1,234.5"),
        (-0.04, 1, "0,0", "0.0"),
        (None, 0, "–", "–"),
        (float("nan"), 2, "–", "–"),
    ],
)
def test_number(value: float | None, decimals: int, french: str, english: str) -> None:
    assert formats.number(value, decimals) == french
    assert formats.number(value, decimals, "en") == english


def test_percent_and_euros() -> None:
    assert formats.percent(0.384) == f"38{NARROW}%"
    assert formats.percent(0.384, 1, "en") == "38.4%"
    assert formats.percent(None) == "–"
    assert formats.euros(12300) == f"12{NARROW}300{HARD}€"
    assert formats.euros(12300, locale="en") == "€12,300"
    assert formats.euros(-500, locale="en") == "−€500"
    assert formats.euros(None) == "–"
    assert formats.signed(3) == "+3"
    assert formats.signed(-3) == "−3"
    assert formats.signed(0) == "0"


def test_spans() -> None:
    assert formats.span("5", "8") == "5 à 8"
    assert formats.span("5", "8", "en") == "5 to 8"
    assert formats.span("5", "5") == "5"
    assert formats.between("5", "8") == "entre 5 et 8"
    assert formats.between("5", "8", "en") == "between 5 and 8"


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [(0, "an", "years"), (1, "an", "year"), (1.5, "an", "years"), (2, "ans", "years"), (-1, "an", "years")],
)
def test_plural(count: float, french: str, english: str) -> None:
    assert formats.plural(count, "an", "ans") == french
    assert formats.plural(count, "year", "years", "en") == english


def test_dates() -> None:
    assert formats.day("2026-10-01") == f"1er{HARD}octobre 2026"
    assert formats.day(date(2026, 8, 14)) == f"14{HARD}août 2026"
    assert formats.day("2026-10-01", "en") == f"1{HARD}October 2026"
    assert formats.day("") == "–"
    assert formats.day("au printemps") == "au printemps"
    assert formats.month("2026-12-31") == f"décembre{HARD}2026"
    assert formats.as_date("2026-02-30") is None


def test_lists_and_capitals() -> None:
    assert formats.listed([]) == ""
    assert formats.listed(["a"]) == "a"
    assert formats.listed(["a", "b", "c"]) == "a, b et c"
    assert formats.listed(["a", "b", "c"], "en") == "a, b and c"
    assert formats.capital("élevée") == "Élevée"
    assert formats.sortable("Écart") == "ecart"


@pytest.mark.parametrize(
    ("plain", "set_"),
    [
        ("Est-ce prêt ?", f"Est-ce prêt{NARROW}?"),
        ("Prêt; oui!", f"Prêt{NARROW}; oui{NARROW}!"),
        ("Le titre : ceci", f"Le titre{HARD}: ceci"),
        ("« mot »", f"«{HARD}mot{HARD}»"),
        ("38 % et 12%", f"38{NARROW}% et 12{NARROW}%"),
        ("12 300 €", f"12{NARROW}300{HARD}€"),
        ("l'âge...", "l’âge…"),
        ("à 09:30", "à 09:30"),
        ("https://cress.fr/?a=1;b", "https://cress.fr/?a=1;b"),
        ("Vraiment ?!", f"Vraiment{NARROW}?!"),
        ("5 ans", f"5{HARD}ans"),
    ],
)
def test_typography(plain: str, set_: str) -> None:
    assert formats.typographic(plain) == set_


def test_english_keeps_its_spaces() -> None:
    assert formats.typographic("Ready? 38% : it's", "en") == "Ready? 38% : it’s"


@given(st.text(max_size=80))
def test_typography_twice_changes_nothing_more(text: str) -> None:
    once = formats.typographic(text)
    assert formats.typographic(once) == once
