"""The table of cases beside JavaRosa, the engine of ODK Collect: the same values, but for the choices that are ours and said to be.

JavaRosa is in ODK Validate, which pyxform ships. It takes part where Java is; docs/methods/expressions.md gives the reasons.
"""

import importlib.util
import math
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from questionnaires.evaluation import Scope, evaluate
from questionnaires.expressions import compile_expression
from questionnaires.values import as_text
from tests.questionnaires.interpreters import HERE
from tests.questionnaires.shared_cases import cases

# What JavaRosa gives otherwise, by the choice that explains it (the headings of docs/methods/expressions.md).
OURS = {
    "Division par zéro": ["1 div 0"],
    "Égalité exacte": ["3 * 1.1 = 3.3", "0.1 + 0.2 = 0.3"],
    "Nombres": ["number('12345678901234567890')", "number('123456789012345678901')", "round(1, 10)", "round(1, -1)"],
    "Nombre en texte": ["string(123456789012345)", "string(9007199254740991)", "string(5 div 1000000000)"],
    "Places dans un texte": ["substr('abc', -1)", "substr('abc', 1, '')"],
    "Dates": [
        "date('2026-2-3')", "date('0000-01-01')", "date(20261124)", "'2000-03-01' - '2000-02-28'", "'1900-03-01' - '1900-02-28'",
        "'2026-11-24' > '2026-11-23'", "date('2026-11-24') + 1", "date('2026-11-24') - 1", "number(date('2026-11-24'))",
    ],
    "Choix": ["selected('', '')"],
    "Vide et faux": ["false() = ''"],
    "Textes mis bout à bout": ["join(' ', 'a', '')"],
}  # fmt: skip
MORE = [
    "coalesce('' * 2, 0)", "max('', 5)", "min('', 5)", "min('a', 1)", "date('2026-11-24') > 'abc'", "selected('', '')",
    "0.1 + 0.2 = 0.3", "'' > 0", "'' = 0", "0 = ''", "'abc' > 1", "if('', 1, 2)", "int('')", "boolean('0')", "boolean(0)",
    "'2026-11-24' > '2026-11-23'", "date('2026-11-24') + 1", "date('2026-11-24') - 1", "date('2026-11-24') - date('2026-11-20')",
    "number(date('2026-11-24'))", "'1' = '1.0'", "'01' = 1", "true() = 'true'", "false() = ''", "join(' ', 'a', '')", "-'3'",
    "round(-12.5, 0)", "round(2.675, 2)", "regex('xaby', 'ab')", "regex('é', '\\w')", "normalize-space('  a   b ')",
]  # fmt: skip


def archive() -> Path | None:
    """ODK Validate, where pyxform is installed."""
    found = importlib.util.find_spec("pyxform")
    folder = Path(found.origin).parent if found and found.origin else None
    jar = folder / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar" if folder else None
    return jar if jar and jar.is_file() else None


JAR = archive()
pytestmark = pytest.mark.skipif(
    not (JAR and shutil.which("java") and shutil.which("javac")), reason="Java and pyxform’s ODK Validate are not both here"
)
# An answer, a fact, the day or a character that travels badly: these need the table's scopes.
BOUND = re.compile(r"\$\{|today\(|fact\(|[\r\n\u2028\t\u00a0]|(?<![\w'.])\.(?![\w'.])")


def by_javarosa(sources: list[str], folder: Path) -> list[tuple[str, str]]:
    """What JavaRosa gives: the kind of value and its text."""
    subprocess.run(["javac", "-cp", str(JAR), "-d", str(folder), str(HERE / "JavaRosaOracle.java")], check=True)
    command = ["java", "-Dfile.encoding=UTF-8", "-cp", f"{JAR}:{folder}", "JavaRosaOracle"]
    done = subprocess.run(command, input="\n".join(sources) + "\n", capture_output=True, text=True, check=True, encoding="utf-8")
    found = [tuple(line.partition("\t")[::2]) for line in done.stdout.splitlines()]
    assert len(found) == len(sources)
    return [(kind, text) for kind, text in found]


def told(value: Any) -> tuple[str, str]:
    """Our value in JavaRosa's terms: what has no value is no number, or a text without anything."""
    if value is None or value == "":
        return "nothing", ""
    if isinstance(value, bool):
        return "Boolean", as_text(value)
    return ("Double", as_text(value)) if isinstance(value, int | float) else ("String", as_text(value))


def theirs(kind: str, text: str) -> tuple[str, str]:
    """JavaRosa's value in the same terms; its numbers without their exponent."""
    if kind == "Double" and not math.isnan(float(text.replace("Infinity", "inf"))):
        return kind, as_text(float(text)) if math.isfinite(float(text.replace("Infinity", "inf"))) else text
    return ("nothing", "") if kind == "Double" or text == "" else ("String" if kind == "Date" else kind, text)


def test_javarosa_gives_the_same_values_but_for_our_choices(tmp_path: Path) -> None:
    sources = list(dict.fromkeys([*(case.source for case in cases() if not BOUND.search(case.source)), *MORE]))
    scope = Scope({}, date(2026, 11, 24))
    compared, differing = 0, set()
    for source, (kind, text) in zip(sources, by_javarosa(sources, tmp_path), strict=True):
        # What JavaRosa refuses (unknown functions, dates that do not exist, texts that are numbers) it does not value.
        if kind != "Error":
            compared += 1
            if told(evaluate(compile_expression(source), scope)) != theirs(kind, text):
                differing.add(source)
    assert differing == {source for sources_ in OURS.values() for source in sources_}
    assert compared > 150


def test_each_choice_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "methods" / "expressions.md").read_text(encoding="utf-8")
    assert [choice for choice in OURS if f"| {choice} |" not in page] == []
