"""The look: what every page carries, the macros, the filters, and that the style sheets need nothing foreign."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from wtforms import BooleanField, FieldList, Form, FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from diagnostics import words
from diagnostics.db import Database
from diagnostics.models import AccreditationState, Campaign, JobState, Role, State
from diagnostics.queries import Page as ListPage
from tests.conftest import Client, World
from tests.html import Page

SignedIn = Callable[[str], Client]
ROOT = Path(__file__).resolve().parents[2]


def _drawn(app: Flask, source: str, url: str = "/", **values: object) -> Page:
    with app.test_request_context(url):
        return Page(render_template_string('{% import "macros/ui.html" as ui %}<main>' + source + "</main>", **values))


def test_every_page_carries_the_frame(client: Client, world: World) -> None:
    page = client.page("/connexion")
    assert page.all("//a[@class='skip-link']/@href") == ["#contenu"]
    assert page.all("//main/@id") == ["contenu"]
    assert page.all("//button[@name='locale']/@value") == ["en"]
    assert page.all("//nav") == []
    assert page.all("//*[@class='demo-banner']") == []


def test_the_menu_is_there_for_wide_and_narrow_screens(signed_in: SignedIn) -> None:
    page = signed_in("coordinator").page("/programme")
    for kind in ("menu-wide", "menu-narrow"):
        assert page.words(f"//nav[contains(@class, '{kind}')]//a[@aria-current='page']") == "Programme"
    assert page.all("//nav[contains(@class, 'menu-narrow')]/details/summary")
    assert "Coordination" in page.words("//header")
    assert page.all("//form[@action='/deconnexion']")


def test_a_demonstration_says_so_on_every_page(client: Client, world: World, database: Database) -> None:
    with database.write() as session:
        session.get_one(Campaign, world.campaign_id).is_demo = True
    for url in ("/connexion", "/mot-de-passe-oublie", "/adresse-inconnue"):
        assert "Démonstration" in Page(client.get(url).get_data(as_text=True)).words("//*[@class='demo-banner']"), url


def test_the_language_changes_and_stays(client: Client, world: World) -> None:
    client.post_form("/langue", {"locale": "en"}, page="/connexion")
    assert client.page("/connexion").all("/html/@lang") == ["en"]
    client.post_form("/langue", {"locale": "xx"}, page="/connexion")
    assert client.page("/connexion").all("/html/@lang") == ["en"]


def test_an_unknown_address_is_answered_in_the_look(client: Client, world: World) -> None:
    page = client.page("/nulle-part", 404)
    assert page.words("//h1") == "Page introuvable"
    assert page.all("//link[contains(@href, 'css/app.css')]")


def test_a_form_without_its_token_says_that_the_entry_is_safe(client: Client, world: World) -> None:
    response = client.post("/connexion", data={"email": "a@b.fr", "password": "x"})
    assert response.status_code == 400
    assert "votre saisie y est encore" in Page(response.get_data(as_text=True)).words()


class _Line(Form):
    name = StringField("Nom", [InputRequired("Indiquez le nom.")])


class _Form(Form):
    name = StringField("Nom", [InputRequired("Indiquez le nom.")], description="Comme au registre")
    choice = RadioField("Choix", [InputRequired("Choisissez.")])
    listed = SelectField("Liste", default="x")
    agreed = BooleanField("D’accord", [InputRequired("Cochez.")])
    note = TextAreaField("Note")
    lines = FieldList(FormField(_Line), min_entries=1)


def test_fields_have_labels_hints_and_errors_tied_to_them(app: Flask) -> None:
    form = _Form()
    form.choice.choices = [("a", "Un"), ("b", "Deux")]
    form.listed.choices = [("x", "X")]
    form.validate()
    page = _drawn(
        app,
        "{{ ui.error_summary(form) }}{{ ui.field(form.name, width='m') }}{{ ui.field(form.choice) }}{{ ui.field(form.listed) }}"
        "{{ ui.field(form.agreed) }}{{ ui.field(form.note, optional=true) }}",
        form=form,
    )
    page.check()
    assert page.all("//input[@id='name']/@aria-describedby") == ["name-help name-error"]
    assert page.all("//input[@id='name']/@aria-invalid") == ["true"]
    assert page.all("//fieldset/@aria-describedby") == ["choice-error"]
    assert page.words("//fieldset/legend") == "Choix"
    assert "(facultatif)" in page.words("//label[@for='note']")
    # Each error leads to a control that is on the page; the first of a group stands for it.
    assert page.all("//*[@class='error-summary']//a/@href") == ["#name", "#choice-0", "#agreed", "#lines-0-name"]
    assert page.all("//*[@id='choice-0']")


def test_what_a_person_wrote_is_escaped_everywhere(app: Flask) -> None:
    evil = "<script>alert(1)</script>"
    page = _drawn(
        app,
        "{{ ui.header(t, t, t) }}{{ ui.tag(t) }}{{ ui.empty(t, t, '/x', t) }}{{ ui.stat(t, t, t) }}{{ ui.notice(t, 'info', t) }}{{ ui.facts([(t, t)]) }}"
        "{{ ui.error_list([('#x', t)]) }}{{ ui.crumbs([(t, '/')]) }}{{ ui.progress(1, 2, t) }}{{ ui.meter(1, 2, t) }}{{ ui.post('/x', t, fields={'a': t}) }}",
        t=evil,
    )
    assert page.all("//script") == []
    assert evil in page.words()


def test_pages_of_a_list_keep_the_other_arguments_and_nothing_of_the_router(app: Flask) -> None:
    page = _drawn(
        app, "{{ ui.pagination(p) }}", url="/?a=1&a=2&page=2&_external=1&_scheme=javascript", p=ListPage([], 2, 3, 60, 25)
    )
    assert page.all("//a/@href") == [
        "/?a=1&a=2&_external=1&_scheme=javascript&page=1",
        "/?a=1&a=2&_external=1&_scheme=javascript&page=3",
    ]
    assert _drawn(app, "{{ ui.pagination(p) }}", p=ListPage([], 1, 1, 3, 25)).all("//nav") == []


def test_every_state_has_words_and_a_tone(app: Flask) -> None:
    tones = {"neutral", "info", "good", "warn", "bad", "done"}
    with app.test_request_context():
        for state in State:
            assert words.state_label(state)
            assert words.state_tone(state.value) in tones
        assert all(words.role_label(role) for role in Role)
        assert words.role_label("programme") == "Programme"
        assert all(words.accreditation_label(state) and words.accreditation_tone(state) in tones for state in AccreditationState)
        assert all(words.job_label(state) and words.job_tone(state) in tones for state in JobState)


@pytest.mark.parametrize(
    ("filter_name", "value", "french", "english"),
    [
        ("number", 12345.6, "12\u202f346", "12,346"),
        ("number", None, "–", "–"),
        ("percent", 0.385, "38\u202f%", "38%"),
        ("euros", 1200, "1\u202f200\u00a0€", "€1,200"),
        ("day", date(2026, 10, 14), "14\u00a0oct.\u00a02026", "14\u00a0Oct\u00a02026"),
        ("moment", datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "2\u00a0juil.\u00a02026, 00:30", "2\u00a0Jul\u00a02026, 00:30"),
        ("month", date(2026, 8, 1), "août\u00a02026", "August\u00a02026"),
    ],
)
def test_figures_and_dates_follow_the_language(app: Flask, filter_name: str, value: object, french: str, english: str) -> None:
    for language, expected in (("fr", french), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert render_template_string("{{ v|" + filter_name + " }}", v=value) == expected


def test_browsers_are_named_plainly(app: Flask) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"
    with app.test_request_context():
        assert words.browser(agent) == "Edge, Windows"
        assert words.browser("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0") == "Firefox, Linux"
        assert words.browser("") == "Navigateur inconnu"


def test_style_sheets_load_nothing_foreign_and_only_files_that_exist() -> None:
    sheets = list((ROOT / "static/css").glob("*.css"))
    assert {"app.css", "components.css", "tables.css", "print.css"} <= {sheet.name for sheet in sheets}
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert "@import" not in text
        for target in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
            assert (sheet.parent / target).resolve().is_file(), f"{sheet.name}: {target}"


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_colours_hold_the_contrast_of_the_guidelines() -> None:
    sheet = (ROOT / "static/css/app.css").read_text(encoding="utf-8")
    colour = {
        name: value if len(value) == 7 else "#" + "".join(sign * 2 for sign in value[1:])
        for name, value in re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", sheet)
    }
    pairs = [
        ("ink", "paper"), ("body", "paper"), ("muted", "paper"), ("muted", "panel"), ("blue", "paper"), ("blue", "panel"), ("blue-deep", "blue-pale"),
        ("amber-text", "paper"), ("amber-text", "panel"), ("rust-deep", "rust-pale"), ("rust-deep", "paper"), ("paper", "blue"), ("paper", "rust"), ("paper", "ink"),
    ]  # fmt: skip
    for text, ground in pairs:
        assert _contrast(colour[text], colour[ground]) >= 4.5, f"{text} on {ground}"
    for line in ("amber", "line-strong", "rust", "blue"):
        assert _contrast(colour[line], colour["paper"]) >= 3, line
