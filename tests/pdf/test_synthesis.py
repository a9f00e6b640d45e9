"""The syntheses. What is promised: every published figure is printed with its interval and n, hidden cells are marked and explained and
carry no figure, a withheld synthesis says why, in both languages, with the same bytes for the same value.
"""

import pytest

from analysis.synthesis.edition import Synthesis
from diagnostics.pdf.synthesis import render_synthesis
from tests.pdf import syntheses
from tests.pdf.reading import fonts, read, untagged


@pytest.mark.parametrize("name", syntheses.ALL)
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_renders_tagged_with_its_fonts(name: str, locale: str) -> None:
    rendered = render_synthesis(syntheses.ALL[name](), locale)
    assert rendered.data.startswith(b"%PDF-1.7")
    document = read(rendered.data)
    assert len(document.pages) == rendered.pages
    assert all(embedded for _, embedded in fonts(document.pdf))
    assert untagged(document.pdf) == []


def test_same_value_gives_the_same_bytes() -> None:
    stored = Synthesis.from_json(syntheses.region().to_json())
    assert render_synthesis(stored, "fr").data == render_synthesis(syntheses.region(), "fr").data


def test_region_prints_its_figures_and_findings() -> None:
    text = read(render_synthesis(syntheses.region(), "fr").data).text
    assert "Près de 15 000 départs en cinq ans, et trois postes clés sur dix sans relève" in text
    assert "Aide à domicile" in text
    assert "31 %" in text
    assert "28 % – 34 %" in text or "27 % – 35 %" in text
    assert "690" in text
    assert "3 profils se dégagent du panel" in text
    assert "Fond de carte : IGN Admin Express, Licence Ouverte." in text
    assert "13 290" in text
    for message in syntheses.region().messages:
        assert message.text.fr.replace(" %", " %") in text


def test_hidden_cells_are_marked_explained_and_last() -> None:
    document = read(render_synthesis(syntheses.region(), "fr").data)
    page = next(text for text in document.pages if "Part des salariés par âge" in text and "secret" in text)
    assert "Secret" in page
    assert "jamais par valeur" in page.replace("\r\n", " ").replace("\n", " ")
    assert page.index("Sport") < page.index("Environnement")
    assert "trop imprécis" in page


def test_withheld_says_why_and_shows_no_figure() -> None:
    text = read(render_synthesis(syntheses.withheld(), "fr").data).text
    assert "Cette synthèse n’est pas publiée" in text
    assert "Moins de cinq entreprises ont répondu." in text
    assert "24 %" not in text


def test_demonstration_is_marked_on_every_page() -> None:
    for page in read(render_synthesis(syntheses.sector(), "en").data).pages:
        assert "DEMONSTRATION" in page
    assert not any("DEMONSTRATION" in page for page in read(render_synthesis(syntheses.region(), "en").data).pages)


def test_english_is_complete() -> None:
    text = read(render_synthesis(syntheses.region(), "en").data).text.lower()
    for word in ("départs", "entreprises", "fourchette", "intervalle", "secret", "méthode"):
        assert word not in text
