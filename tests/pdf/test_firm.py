"""The firm's report. What is promised: (1) it renders for every portrait, in both languages; (2) the same portrait gives the same bytes;
(3) it says what the portrait says; (4) what a person wrote is printed as written and never obeyed; (5) nothing is without its font, its tag
or its mark; (6) no page is left nearly empty.
"""

import re
from dataclasses import replace

import pytest

from analysis.portrait import Portrait
from diagnostics.pdf.firm import render_firm
from tests.pdf import portraits
from tests.pdf.reading import Read, elements, flat, fonts, read, untagged

LOCALES = ("fr", "en")


@pytest.fixture(scope="module")
def documents() -> dict[tuple[str, str], tuple[Portrait, Read]]:
    found = {}
    for name, make in portraits.ALL.items():
        portrait = make()
        for locale in LOCALES:
            rendered = render_firm(portrait, locale)
            assert rendered.data.startswith(b"%PDF-1.7")
            document = read(rendered.data)
            assert len(document.pages) == rendered.pages
            found[name, locale] = (portrait, document)
    return found


Documents = dict[tuple[str, str], tuple[Portrait, Read]]


def test_lengths_stay_those_of_a_report(documents: Documents) -> None:
    lengths = {name: len(document.pages) for (name, locale), (_, document) in documents.items() if locale == "fr"}
    assert 10 <= lengths["rich"] <= 15
    assert 10 <= lengths["small"] <= 14
    assert 5 <= lengths["bare"] <= 8
    assert lengths["large"] <= 20


def test_same_portrait_gives_the_same_bytes() -> None:
    for make in (portraits.rich, portraits.hostile):
        stored = Portrait.from_json(make().to_json())
        assert render_firm(make(), "fr").data == render_firm(stored, "fr").data
        assert render_firm(make(), "en").data != render_firm(make(), "fr").data


def test_titles_state_the_findings(documents: Documents) -> None:
    _, french = documents["rich", "fr"]
    for title in (
        "D’ici cinq ans, 5 à 6 départs attendus sur 23 salariés, et 2 postes clés sans aucune relève",
        "12 salariés sur 23 ont 55 ans et plus, une part plus forte que dans le panel",
        "Entre 8 et 13 départs en dix ans : en préparer 11 est l’hypothèse centrale",
        "Environ 18 300 € d’indemnités de départ à prévoir en cinq ans",
        "2 postes clés n’ont aucune relève",
        "2 signaux d’alerte appellent une décision",
        "6 dimensions sur dix sont fragiles ou critiques",
        "7 actions choisies ensemble, dont 3 à engager dans les six mois",
    ):
        assert title in french.text
    _, english = documents["rich", "en"]
    assert "Between 8 and 13 departures in ten years: preparing 11 is the central case" in english.text
    assert "2 key posts have no successor" in english.text


def test_everything_of_the_portrait_is_said(documents: Documents) -> None:
    portrait, document = documents["rich", "fr"]
    text = document.text
    for item in portrait.dimensions:
        assert flat(item.title.fr) in text
    for post in portrait.key_posts:
        assert post.title in text
    for action in portrait.actions:
        assert flat(action.title.fr) in text
    for finding in portrait.findings:
        assert flat(finding.title.fr) in text
    for said in (portrait.strengths_diagnostician, portrait.weaknesses_firm, portrait.validation.remarks, portrait.headline.fr):
        assert flat(said) in text
    assert "Déjà négocié cette année, nous attendons la réponse." in text
    assert "La directrice annonce son départ : la relève est à ouvrir." in text
    assert portrait.digest()[:16] in text


def test_remarks_of_a_disagreement_are_printed_in_full(documents: Documents) -> None:
    portrait, document = documents["large", "fr"]
    assert len(portrait.validation.remarks) > 3000
    running = re.sub(r"Diagnostic renouvellement générationnel.{0,120}?\d+ / \d+", "", document.text)
    for index in range(60):
        assert f"Phrase numéro {index} de notre désaccord" in running or f"numéro {index} de" in running
    assert "Désaccord de l’entreprise, consigné ci-dessous" in document.text


def test_what_a_person_wrote_is_printed_and_never_obeyed(documents: Documents) -> None:
    for locale in LOCALES:
        _, document = documents["hostile", locale]
        text = document.text
        for written in (
            '<script>alert("x")</script>',
            '<img src="file:///etc/passwd"/>',
            "&amp;",
            "<b>gras</b>",
            "${7*7}",
            "{{ 7*7 }}",
            "%s",
            "{name}",
        ):
            assert written in text
        assert "root:" not in text
        assert "49" not in re.findall(r"\{\{?\s*(\d+)", text)
        for page in document.pdf.pages:
            assert "/XObject" not in page.Resources


def test_other_scripts_are_drawn(documents: Documents) -> None:
    _, document = documents["hostile", "fr"]
    spoken = [str(element.ActualText) for element in elements(document.pdf) if "/ActualText" in element]
    assert any("مرحبا" in words for words in spoken)
    assert any("שלום" in words for words in spoken)
    assert any("DejaVu" in name for name, _ in fonts(document.pdf))


def test_small_firm_shows_ranges_and_no_expectation(documents: Documents) -> None:
    _, document = documents["small", "fr"]
    assert "Entre 1 et 2 départs à la retraite en dix ans" in document.text
    assert "non montré" in document.text
    assert "fourchette seule" in document.text
    assert "Hommes" not in document.text
    assert "seul le minimum légal est montré" in document.text
    assert "Au moins 18 300 €" in document.text


def test_bare_portrait_says_what_is_missing(documents: Documents) -> None:
    _, document = documents["bare", "fr"]
    for sentence in (
        "Trop peu d’âges sont connus pour une projection honnête",
        "Trop peu de réponses pour calculer les scores",
        "Aucun poste clé n’a été décrit",
        "Le plan d’action reste à construire",
        "Le coût des départs n’a pas pu être estimé",
        "La validation est attendue",
    ):
        assert sentence in document.text
    assert "None" not in document.text
    assert "nan" not in document.text.split()


def test_demonstration_and_draft_are_marked_on_every_page(documents: Documents) -> None:
    for locale, words in (("fr", ("DÉMONSTRATION", "PROJET")), ("en", ("DEMONSTRATION", "DRAFT"))):
        _, marked = documents["bare", locale]
        _, plain = documents["rich", locale]
        for word in words:
            assert all(word in page for page in marked.pages)
            assert not any(word in page for page in plain.pages)


def test_pages_are_numbered_and_confidential(documents: Documents) -> None:
    for (_, locale), (_, document) in documents.items():
        total = len(document.pages)
        words = "Confidential — for the employer" if locale == "en" else "Confidentiel — remis à l’employeur"
        for number, page in enumerate(document.pages[1:], 2):
            assert f"{number} / {total}" in flat(page)
            assert words in flat(page)


def test_no_page_is_nearly_empty(documents: Documents) -> None:
    for (name, locale), (_, document) in documents.items():
        for number, page in enumerate(document.pages[1:], 2):
            assert len(flat(page)) > 330, (name, locale, number)


def test_every_font_is_inside(documents: Documents) -> None:
    for _, document in documents.values():
        found = list(fonts(document.pdf))
        assert found
        assert all(embedded for _, embedded in found), found


def test_nothing_about_a_single_employee(documents: Documents) -> None:
    births = re.compile(r"\b(né|née|born)\b", re.IGNORECASE)
    for _, document in documents.values():
        assert not births.search(document.text)


def test_english_is_complete() -> None:
    portrait = portraits.rich(
        strengths_firm="x", weaknesses_firm="x", strengths_diagnostician="x", weaknesses_diagnostician="x", actions=()
    )
    text = read(render_firm(replace(portrait, dimensions=()), "en").data).text.lower()
    for word in (" départs ", " salariés", "échéance", "relève", "signaux", "fourchette", "médiane", "source :"):
        assert word not in text


def test_french_typography(documents: Documents) -> None:
    _, document = documents["rich", "fr"]
    whole = "\n".join(document.pages)
    assert "52\u202f%" in whole or "52\u00a0%" in whole
    parted = re.findall(r"(\d+) %", whole.replace("\u00a0", "_").replace("\u202f", "_"))
    assert parted == ["52"], "only the big figure of the first tile stands apart from its sign"
    assert "'" not in document.text


def test_thirty_posts_all_printed(documents: Documents) -> None:
    _, document = documents["large", "fr"]
    for index in range(1, 31):
        assert f"Poste clé n° {index}," in document.text


def test_nothing_is_drawn_outside_the_tags(documents: Documents) -> None:
    for key, (_, document) in documents.items():
        assert untagged(document.pdf) == [], key
