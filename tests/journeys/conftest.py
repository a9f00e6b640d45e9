"""A real Chromium on the demonstration, served on a free port. A missing browser is a failure, never a skip."""

import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from diagnostics.actions.demo import PASSWORD
from tests.conftest import PASSWORD as OWN_PASSWORD
from tests.conftest import World

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SERIOUS = {"serious", "critical", "moderate"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(demo: Flask) -> Iterator[str]:
    """The demonstration, served; gives its address."""
    demo.config["TESTING"] = True
    server = make_server("127.0.0.1", 0, demo, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a browser of its own as somebody (or nobody), at a width; every console error fails the test at its end."""
    errors: list[str] = []
    contexts = []

    def open_as(account: str | None, *, width: int = 1280) -> Page:
        context = chromium.new_context(base_url=address, viewport={"width": width, "height": 900}, locale="fr-FR")
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" and "status of 4" not in message.text else None,
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        if account:
            page.goto("/connexion")
            page.get_by_label("Adresse électronique").fill(f"{account}@demo.invalid")
            page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "connexion" not in url)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not errors, errors[:5]


def check_accessible(page: Page) -> None:
    """Fails with what axe finds on the page."""
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
    ]
    assert not found, f"{page.url}: {found}"


def check_fits(page: Page) -> None:
    """Fails if the page scrolls sideways."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


@pytest.fixture
def bare_address(app: Flask) -> Iterator[str]:
    """The empty application, served; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def filler(chromium: Browser, bare_address: str, world: World) -> Iterator[Page]:
    """A signed-in diagnostician's page on the empty application; anything that the console complains about fails the test."""
    context = chromium.new_context(base_url=bare_address, locale="fr-FR", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    opened.goto("/connexion")
    opened.fill("[name=email]", world.people["diagnostician"].email)
    opened.fill("[name=password]", OWN_PASSWORD)
    opened.click("main button[type=submit]")
    opened.wait_for_url(lambda url: "connexion" not in url)
    yield opened
    context.close()
    assert complaints == []


def paste(page: Page, block: str) -> None:
    """Pastes a block into the control that has the focus."""
    page.evaluate(
        """(block) => {
            const data = new DataTransfer();
            data.setData('text/plain', block);
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        block,
    )
