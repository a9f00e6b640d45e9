"""Whatever the bytes and the cells, reading ends with faults or a questionnaire, never with an exception, and in little time."""

import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.sheets import read_sheets
from questionnaires.workbook import Workbook, read_workbook, write_workbook
from tests.questionnaires.workbooks import SURVEY, with_parts, xlsx

FORMS = Path(__file__).parents[1] / "data" / "forms"
GOOD = xlsx()
OLD = (FORMS / "px_table_list.xls").read_bytes()
TYPES = ["integer", "text", "select_one yes_no", "select_multiple yes_no", "calculate", "begin group", "end group", "begin repeat", "end repeat", "note", "start", "date", "geopoint", ""]  # fmt: skip
PIECES = ["${a}", "${b}", "${c}", "'1'", "‘", "(", ")", "selected(", ",", "=", "!=", " and ", "or ", "1", ".", "+", "regex(", "not(", "coalesce(", "[", "/", "\u00a0", "count-where("]  # fmt: skip
EXPRESSIONS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)  # fmt: skip


def sound(found: Workbook) -> None:
    """Either a questionnaire without errors, which its sheets give again, or at least one error; every fault has its words."""
    assert (found.questionnaire is None) == bool(found.errors)
    for fault in found.faults:
        assert fault.to_json()["cause"]["fr"]
    if found.questionnaire is not None:
        again = read_workbook(write_workbook(found.sheets), "again.xlsx")
        assert again.questionnaire == found.questionnaire
        assert read_sheets(found.sheets) == found.questionnaire


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=600),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\x00"]),
    st.text(max_size=20),
)
def test_any_bytes(data: bytes, start: bytes, filename: str) -> None:
    sound(read_workbook(start + data, filename))


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from([GOOD, OLD]))
def test_a_workbook_with_bytes_changed(data: st.DataObject, content: bytes) -> None:
    changed = bytearray(content)
    for _step in range(data.draw(st.integers(1, 12))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    start = time.monotonic()
    sound(read_workbook(bytes(changed), "x.xlsx"))
    assert time.monotonic() - start < 10


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([GOOD, OLD]))
def test_a_workbook_cut_or_holed(data: st.DataObject, content: bytes) -> None:
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    sound(read_workbook(content[:start] + content[end:], "x.xls"))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_part_with_bytes_changed(data: st.DataObject) -> None:
    """The archive is sound and its XML is not: the checksums do not stop these."""

    def change(parts: dict[str, bytes]) -> None:
        name = data.draw(st.sampled_from(sorted(parts)))
        part = bytearray(parts[name])
        for _step in range(data.draw(st.integers(1, 4))):
            place = data.draw(st.integers(0, len(part) - 1))
            part[place : place + data.draw(st.integers(0, 3))] = data.draw(
                st.sampled_from([b"", b"9", b"<", b'"', b"&", b"s", b"-", b"A", b"\xff"])
            )
        parts[name] = bytes(part)

    sound(read_workbook(with_parts(GOOD, change), "x.xlsx"))


@st.composite
def surveys(draw: st.DrawFn) -> list[list[Any]]:
    columns = [*SURVEY[0], "bind::diag:rows", "bind::diag:party", "repeat_count", "choice_filter"]
    rows = []
    for _row in range(draw(st.integers(0, 9))):
        row = dict.fromkeys(columns)
        row |= {
            "type": draw(st.sampled_from(TYPES)),
            "name": draw(st.sampled_from(["a", "b", "c", "d", "e", "A", "é", ""])),
            SURVEY[0][2]: draw(VALUES),
        }
        row[draw(st.sampled_from(["relevant", "constraint", "calculation"]))] = draw(EXPRESSIONS)
        if draw(st.booleans()):
            row[draw(st.sampled_from(columns[3:]))] = draw(VALUES | st.sampled_from(["yes_no", "C", "yes"]))
        rows.append(list(row.values()))
    return [columns, *rows]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(surveys())
def test_any_rows_under_our_columns(survey: list[list[Any]]) -> None:
    sound(read_workbook(xlsx(survey=survey), "x.xlsx"))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(VALUES, max_size=6), max_size=5), st.sampled_from(["survey", "choices", "settings", "checks"]))
def test_any_cells_anywhere(cells: list[list[Any]], sheet: str) -> None:
    sound(read_workbook(xlsx(**{sheet: cells}), "x.xlsx"))
