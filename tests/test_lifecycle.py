"""The table of moves holds together, and docs/lifecycle.md says what it says.

When a test of the document fails after a change of the table, `python -m tests.test_lifecycle` writes the three tables anew.
"""

import re
from pathlib import Path

import pytest

from diagnostics.lifecycle import EXITS, LABELS, MOVES, WRITABLE, Guard, moves_from
from diagnostics.models import Role, State
from diagnostics.pages.dossiers import NEXT
from diagnostics.pages.firm import STANDS
from diagnostics.pages.timeline import VERBS
from diagnostics.queries import GROUP_LABELS, GROUPS
from diagnostics.words import ROLES, TONES
from tests.house.imports import ROOT

DOCUMENT = ROOT / "docs" / "lifecycle.md"
CONDITIONS = {
    Guard.NONE: "–",
    Guard.COMPLETE: "questionnaire complet, deux jeux de notes scellés",
    Guard.REMARKED: "au moins une remarque ouverte",
    Guard.MARKED: "deux jeux de notes scellés",
    Guard.CONSENSUS: "consensus et plan d’actions complets",
    Guard.ATTEMPTED: "cinq tentatives sur trois semaines",
}


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join([_row(*head), _row(*("---" for _cell in head)), *(_row(*row) for row in rows)])


def states_table() -> str:
    return _table(("Code", "État", "Suites possibles"), [
        (f"`{state}`", str(LABELS[state]), ", ".join(f"`{move.name}`" for move in MOVES.values() if state in move.sources) or "aucune")
        for state in State
    ])  # fmt: skip


def moves_table() -> str:
    return _table(("Code", "Geste", "Depuis", "Vers", "Qui", "Motif", "Condition"), [
        (
            f"`{move.name}`",
            str(move.label),
            ", ".join(f"`{state}`" for state in State if state in move.sources),
            f"`{move.target}`",
            ", ".join(str(ROLES[role]).lower() for role in Role if role in move.roles),
            "oui" if move.needs_reason else "non",
            CONDITIONS[move.guard],
        )
        for move in MOVES.values()
    ])  # fmt: skip


def writable_table() -> str:
    return _table(("Parties", "États où elles s’écrivent"), [
        (f"`{stage}`", ", ".join(f"`{state}`" for state in State if state in states) or "jamais à la main") for stage, states in WRITABLE.items()
    ])  # fmt: skip


TABLES = {"states": states_table, "moves": moves_table, "writable": writable_table}


def _written(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_document_says_what_the_table_says(name: str) -> None:
    found = _written(name).search(DOCUMENT.read_text(encoding="utf-8"))
    assert found is not None, f"docs/lifecycle.md has no table « {name} »"
    assert found.group().strip() == TABLES[name]().strip()


def test_every_state_is_reached_and_only_exits_and_the_last_follow_up_end() -> None:
    targets = {move.target for move in MOVES.values()}
    assert targets | {State.DRAWN} == set(State)
    final = {state for state in State if not any(state in move.sources for move in MOVES.values())}
    assert final == EXITS | {State.FOLLOWUP12}


def test_no_move_stays_where_it_is_and_each_has_somebody() -> None:
    for move in MOVES.values():
        assert move.target not in move.sources, move.name
        assert move.roles, move.name
        assert move.roles <= {Role.COORDINATOR, Role.DIAGNOSTICIAN, Role.FIRM}, move.name


def test_every_state_has_its_words_everywhere() -> None:
    assert set(LABELS) == set(TONES) == set(NEXT) == set(State)
    assert set(STANDS) == set(State) - EXITS - {State.DRAWN, State.ASSIGNED}
    assert set(GROUPS) == set(GROUP_LABELS)
    grouped = [state for states in GROUPS.values() for state in states]
    assert sorted(grouped) == sorted(State)


def test_people_who_read_only_move_nothing() -> None:
    for role in (Role.REFERENT, Role.ANALYST, Role.COMMITTEE, Role.PARTNER, Role.ADMIN):
        assert not any(moves_from(state, role) for state in State), role


def test_every_verb_logged_on_a_dossier_has_its_words() -> None:
    logged: set[str] = set()
    for path in (ROOT / "diagnostics" / "actions").glob("*.py"):
        logged |= set(re.findall(r'log\(\s*session,\s*\w+,\s*"(\w+)",\s*"diagnosis"', path.read_text(encoding="utf-8")))
    assert len(logged) > 15
    assert logged - {"moved"} <= set(VERBS)


def write(path: Path = DOCUMENT) -> None:
    """Writes the three tables of the document anew."""
    text = path.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        before, after = _written(name).split(text, maxsplit=1)
        text = f"{before}{table()}\n{after}"
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
