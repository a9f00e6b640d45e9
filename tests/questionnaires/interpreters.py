"""Sends trees, scopes and forms to the JavaScript interpreters and reads what they give, so that tests can compare with Python.

A value travels as JSON; a date as `{"$date": "2026-11-24"}`. `plain` makes two values comparable: numbers are numbers whatever
their Python type, truth values are not numbers.
"""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

from questionnaires.evaluation import Scope
from questionnaires.model import Tree

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
MODULES = ROOT / "static" / "js"
NODE = shutil.which("node")


def to_json(value: Any) -> Any:
    """A value as it travels."""
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, dict):
        return {name: to_json(inner) for name, inner in value.items()}
    return [to_json(inner) for inner in value] if isinstance(value, list | tuple) else value


def from_json(value: Any) -> Any:
    """A value out of the table of cases or back from an interpreter."""
    if isinstance(value, dict):
        return date.fromisoformat(value["$date"]) if set(value) == {"$date"} else {name: from_json(v) for name, v in value.items()}
    return [from_json(inner) for inner in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """A value to be compared: truth values apart from numbers, whole numbers alike whatever their type."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", float(value))
    return value


def scope_of(given: dict[str, Any]) -> Scope:
    """A scope of the table of cases."""
    found = from_json({"answers": {}, "facts": {}, "current": None, "row": None, **given})
    return Scope(found["answers"], date.fromisoformat(found["today"]), found["current"], found["facts"], found["row"])


def asked(tree: Tree, scope: Scope) -> dict[str, Any]:
    """What an interpreter is asked: a tree and its scope."""
    return {
        "tree": tree,
        "scope": {
            "answers": to_json(dict(scope.values)),
            "today": scope.today.isoformat(),
            "current": to_json(scope.current),
            "facts": to_json(dict(scope.facts)),
            "row": None if scope.row is None else to_json(dict(scope.row)),
        },
    }


def workshop(browser: Browser) -> Page:
    """A blank page of the browser that can import the project's modules, without any server."""

    def answer(route: Route) -> None:
        path = route.request.url.partition("//engine.invalid")[2]
        if path == "/":
            route.fulfill(content_type="text/html", body="<!doctype html><title>.</title>")
            return
        folder = MODULES if path.startswith("/js/") else HERE
        route.fulfill(content_type="text/javascript; charset=utf-8", body=(folder / Path(path).name).read_text(encoding="utf-8"))

    page = browser.new_context().new_page()
    page.route("**/*", answer)
    page.goto("http://engine.invalid/")
    return page


def in_browser(page: Page, function: str, given: Any) -> Any:
    """Calls one function of the harness in the page; everything goes there and back in one exchange."""
    script = "async ([name, given]) => JSON.stringify((await import('/harness.js'))[name](JSON.parse(given)))"
    return json.loads(page.evaluate(script, [function, json.dumps(given)]))


def in_node(function: str, given: Any, folder: Path) -> Any:
    """The same in node, on copies of the modules whose addresses a disk can serve."""
    assert NODE
    for path in [*MODULES.glob("*.js"), HERE / "harness.js"]:
        text = path.read_text(encoding="utf-8").replace('"/js/', '"./')
        (folder / path.with_suffix(".mjs").name).write_text(text.replace('.js"', '.mjs"'), encoding="utf-8")
    script = (
        "import { readFileSync } from 'node:fs'; import * as harness from './harness.mjs';"
        f"process.stdout.write(JSON.stringify(harness.{function}(JSON.parse(readFileSync(0, 'utf8')))));"
    )
    (folder / "run.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run([NODE, "run.mjs"], cwd=folder, input=json.dumps(given), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
