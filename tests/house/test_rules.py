"""The rules of the house, as docs/architecture.md states them.

1. questionnaires/ and analysis/ are pure, and know neither each other nor the application.
2. Charts and PDFs draw; they know no web and no database. Templates query nothing.
3. Every view states its permission (see test_permissions.py for the walk of every route).
4. Only diagnostics.actions and diagnostics.jobs commit.
5. Published figures come only from a stored Synthesis.
6. No import inside a function, no circle between modules, and none between the packages of analysis/.
"""

import ast
import re
from graphlib import TopologicalSorter

import pytest

from tests.house.imports import ROOT, graph, imported, sources

FOREIGN = ("flask", "flask_wtf", "flask_babel", "wtforms", "sqlalchemy", "werkzeug", "alembic", "reportlab")


def _names(package: str) -> list[str]:
    return [name for name in sources() if name == package or name.startswith(f"{package}.")]


@pytest.mark.parametrize(
    ("package", "others"), [("questionnaires", ("analysis", "diagnostics")), ("analysis", ("questionnaires", "diagnostics"))]
)
def test_pure_packages_import_nothing_of_the_application(package: str, others: tuple[str, ...]) -> None:
    names = _names(package)
    assert len(names) > 5
    for name in names:
        roots = {target.partition(".")[0] for target in imported(sources()[name])}
        assert not roots & {*FOREIGN, *others}, f"{name} imports {roots & {*FOREIGN, *others}}"


@pytest.mark.parametrize("package", ["diagnostics.pdf", "diagnostics.charts", "diagnostics.formats", "diagnostics.frame"])
def test_drawing_and_reading_know_no_web_and_no_database(package: str) -> None:
    names = _names(package)
    assert names
    for name in names:
        roots = {target.partition(".")[0] for target in imported(sources()[name])}
        assert not roots & (set(FOREIGN) - {"reportlab"}), f"{name} imports {roots & set(FOREIGN)}"
        assert not any(
            target.startswith("diagnostics.models") or target == "diagnostics.db" for target in imported(sources()[name])
        ), name


def test_only_actions_and_jobs_commit() -> None:
    for name, tree in sources().items():
        if name.startswith(
            ("diagnostics.actions", "diagnostics.jobs", "diagnostics.db", "diagnostics.turns", "diagnostics.migrations")
        ):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                opened = node.func.attr in {"write", "write_rows"} and not node.args and not node.keywords
                assert not opened, f"{name}:{node.lineno} writes"
                assert node.func.attr != "commit", f"{name}:{node.lineno} commits"


def test_what_social_partners_read_knows_no_firm() -> None:
    """The pages of the syntheses, their PDF and their tables import no model that holds a firm's row."""
    forbidden = {f"diagnostics.models.{model}" for model in ("Firm", "Diagnosis", "SectionAnswers", "Report")} | {
        "diagnostics.tables"
    }
    for name in ("diagnostics.pages.syntheses", *_names("diagnostics.pdf")):
        assert not set(imported(sources()[name])) & forbidden, name


def test_no_import_inside_a_function() -> None:
    for name, tree in sources().items():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [node.lineno for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
                assert not inner, f"{name}:{inner}"


def test_no_circle_between_modules() -> None:
    order = list(TopologicalSorter(graph()).static_order())
    assert len(order) == len(sources())


def test_every_module_says_what_it_is() -> None:
    for name, tree in sources().items():
        assert ast.get_docstring(tree), name


def test_templates_query_nothing_and_stay_under_the_policy() -> None:
    templates = sorted((ROOT / "templates").rglob("*.html"))
    assert len(templates) > 20
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\.(query|execute|scalars?)\(", text), path
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|\|\s*safe\b", text), path


def test_nothing_is_fetched_from_elsewhere_at_run_time() -> None:
    pattern = re.compile(r"""(?:src|href|action)=["']https?://|@import\s+url\(["']?https?:|url\(["']?https?:""")
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "css").rglob("*.css")]:
        assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_the_packages_of_the_analysis_build_on_each_other_one_way() -> None:
    packages = {
        name.split(".")[1] for name in sources() if name.startswith("analysis.") and (ROOT / name.replace(".", "/")).is_dir()
    }
    assert len(packages) == 9
    builds_on: dict[str, set[str]] = {package: set() for package in packages}
    for name, targets in graph().items():
        package = name.split(".")[1] if name.startswith("analysis.") else ""
        if package in packages:
            builds_on[package] |= {each for target in targets if (each := (*target.split("."), "")[1]) in packages - {package}}
        elif package:
            # What stands beside the packages is shared by them, and knows none.
            assert not {target for target in targets if (*target.split("."), "")[1] in packages}, name
    assert set(TopologicalSorter(builds_on).static_order()) == packages
    assert not any(uses & {"firm", "synthesis"} for uses in builds_on.values())
