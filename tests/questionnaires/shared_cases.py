"""The shared table of cases, `cases.json`: expressions, what they are judged in, and what every interpreter must give.

A case is `[scope, source, value]`. A scope may be « like » another, with a current answer or a row of its own. Dates are written
`{"$date": "2026-11-24"}`. Whoever changes a meaning changes a line here first.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from questionnaires.evaluation import Scope
from questionnaires.expressions import compile_expression
from tests.questionnaires.interpreters import HERE, asked, from_json, plain, scope_of


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table."""

    scope_name: str
    source: str
    expected: Any
    scope: Scope

    @property
    def question(self) -> dict[str, Any]:
        """The case as an interpreter is asked it."""
        return asked(compile_expression(self.source), self.scope)


@cache
def cases() -> tuple[Case, ...]:
    """Every case, in order."""
    table = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))
    scopes = table["scopes"]
    made = {name: scope_of({**scopes.get(given.get("like"), {}), **_own(given)}) for name, given in scopes.items()}
    return tuple(Case(name, source, from_json(expected), made[name]) for name, source, expected in table["cases"])


def _own(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "like"}


def differences(found: list[Any]) -> list[tuple[str, str, Any, Any]]:
    """The cases to which an interpreter gives another value: their scope, source, what was expected and what was found."""
    assert len(found) == len(cases())
    return [
        (case.scope_name, case.source, case.expected, value)
        for case, value in zip(cases(), map(from_json, found), strict=True)
        if plain(value) != plain(case.expected)
    ]
