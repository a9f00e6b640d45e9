"""The shared table of cases, by Python and, where it is present, by node; `tests/journeys/test_interpreters.py` asks Chromium."""

from pathlib import Path

import pytest

from questionnaires.evaluation import evaluate
from questionnaires.expressions import compile_expression
from questionnaires.functions import FUNCTIONS
from tests.questionnaires.interpreters import NODE, in_node, to_json
from tests.questionnaires.shared_cases import cases, differences


def test_python_gives_what_the_table_says() -> None:
    found = [to_json(evaluate(compile_expression(case.source), case.scope)) for case in cases()]
    assert differences(found) == []


@pytest.mark.skipif(NODE is None, reason="node is not on this machine; Chromium runs the same table")
def test_node_gives_what_the_table_says(tmp_path: Path) -> None:
    assert differences(in_node("evaluated", [case.question for case in cases()], tmp_path)) == []


def test_the_table_tries_every_function_several_times_and_every_operator() -> None:
    sources = [case.source for case in cases()]
    assert len(sources) == len({(case.scope_name, case.source) for case in cases()})
    rare = {name for name in FUNCTIONS if sum(f"{name}(" in source for source in sources) < 3}
    assert rare <= {"true", "false", "today"}
    assert not [operator for operator in ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or") if sum(f" {operator} " in source for source in sources) < 5]  # fmt: skip
