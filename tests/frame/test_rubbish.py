"""Whatever bytes are sent, reading ends with faults and never with an exception."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.frame.reading import read
from tests.frame.files import HEADER, row, table, workbook

CELLS = st.text(max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        "siren",
        "siege",
        "siret",
        "commune",
        "complements",
        "liste_idcc",
        "nature_juridique",
        "matching_etablissements",
        "etat_administratif",
        "est_ess",
    ]
)
OBJECTS = st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=4), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    assert read("x", content).faults


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=8), min_size=1, max_size=4),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_any_cells_under_our_columns(cells: list[list[str]], separator: str, encoding: str) -> None:
    content = table(cells, separator=separator).encode(encoding, errors="ignore")
    found = read("x.csv", content)
    assert found.faults
    json.dumps(found.to_json())


@settings(max_examples=60, deadline=None)
@given(st.lists(OBJECTS, max_size=3), st.booleans())
def test_any_answer(firms: list[object], wrapped: bool) -> None:
    content = json.dumps({"results": firms, "total_results": None} if wrapped else firms).encode()
    found = read("x.json", content)
    assert found.faults
    json.dumps(found.to_json())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_good_file_with_bytes_changed(data: st.DataObject) -> None:
    content = bytearray(table([row(number) for number in range(1, 4)]).encode())
    for _step in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = read("x.csv", bytes(content))
    json.dumps(found.to_json())
    assert found.entries or found.faults


@pytest.mark.parametrize("cut", [30, 200, 1000, 3000])
def test_a_workbook_cut_short(cut: int) -> None:
    content = workbook({"Base": [list(HEADER), row(1)]})
    assert read("x.xlsx", content[:cut]).faults
    holed = read("x.xlsx", content[: cut // 2] + content[cut:])
    assert holed.faults or holed.entries
