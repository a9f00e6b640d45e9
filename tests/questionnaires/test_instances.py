"""What phones send, read: the envelope safely, each answer by itself, numbers as machines write them."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionnaires.instances import DEEPEST, MOST_ELEMENTS, Instance, InstanceError, open_instance, read_instance
from tests.questionnaires.tiny import Tiny

ROWS = [
    {"type": "integer", "name": "count"},
    {"type": "decimal", "name": "money", "bind::diag:kind": "money"},
    {"type": "select_multiple tools", "name": "used"},
    {"type": "text", "name": "word", "bind::diag:max_length": "10"},
    {"type": "integer", "name": "needed", "required": "yes"},
    {"type": "begin repeat", "name": "people"},
    {"type": "text", "name": "code"},
    {"type": "select_multiple tools", "name": "theirs"},
    {"type": "end repeat"},
    {"type": "begin group", "name": "table", "bind::diag:rows": "bands", "bind::diag:across": "sex"},
    {"type": "integer", "name": "cell"},
    {"type": "end group"},
]


def read(tiny: Tiny, inside: str) -> Instance:
    return read_instance(open_instance(f"<a><S0>{inside}</S0></a>".encode()), tiny(*ROWS))


def values(found: Instance) -> dict[str, object]:
    return {name: answer.value for name, answer in found.answers["S0"].items()}


def test_answers_of_each_kind(tiny: Tiny) -> None:
    found = read(
        tiny,
        "<count> 12 </count><money>1234.50</money><used>b a</used><word>été</word>"
        "<people><code>P1</code><theirs>a b</theirs></people><people><code/></people><people><code>P2</code></people>"
        "<table><young><F>2</F></young></table>",
    )
    assert values(found) == {
        "count": 12,
        "money": 1234.5,
        "used": ["a", "b"],
        "word": "été",
        "people": [{"id": "r1", "code": "P1", "theirs": ["a", "b"]}, {"id": "r3", "code": "P2", "theirs": None}],
        "table": {"young": {"F": 2, "H": None}, "old": {"F": None, "H": None}},
    }
    assert found.problems == ()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12.500", 12.5),
        ("1.0E7", 10_000_000.0),
        ("1e3", 1000.0),
        ("-0", 0.0),
        ("007", 7.0),
        (".5", 0.5),
        ("12.", 12.0),
        ("+3", 3.0),
    ],
)
def test_a_machines_numbers(tiny: Tiny, written: str, value: float) -> None:
    assert values(read(tiny, f"<money>{written}</money>")) == {"money": value}


@pytest.mark.parametrize("written", ["NaN", "INF", "1E400", "1E999999999", "1_000", "٣", "1" * 70, "0x10", "1.2.3", "12.345"])
def test_numbers_that_are_none_of_ours(tiny: Tiny, written: str) -> None:
    found = read(tiny, f"<money>{written}</money><count>3</count>")
    assert [problem.question for problem in found.problems] == ["money"]
    assert values(found) == {"count": 3}, "one fault holds up none of the others"


def test_faults_say_where_and_what(tiny: Tiny) -> None:
    found = read(tiny, "<used>a z</used><word>beaucoup trop long</word><count>1</count><count>2</count><people><code>"
                 + "x" * 900 + "</code></people><table><young><F>-1</F></young></table><else>1</else>")  # fmt: skip
    assert [(problem.question, problem.row, problem.column) for problem in found.problems] == [
        ("count", None, None),
        ("used", None, None),
        ("word", None, None),
        ("people", "r1", "code"),
        ("table", "young", "F"),
    ]
    assert max(len(problem.raw) for problem in found.problems) <= 200
    assert found.strangers == ("S0/else",)


def test_reasons_for_no_answer(tiny: Tiny) -> None:
    found = read(
        tiny,
        "<count>3</count><sans-reponse><ne-sait-pas>money count</ne-sait-pas><sans-objet>money word needed rien</sans-objet></sans-reponse>",
    )
    said = {name: (answer.value, answer.missing) for name, answer in found.answers["S0"].items()}
    assert said == {"count": (3, None), "money": (None, "unknown"), "word": (None, "not_applicable")}
    assert [problem.raw for problem in found.problems] == ["needed", "rien"]


def test_templates_of_repeats_are_no_lines(tiny: Tiny) -> None:
    found = read(
        tiny,
        '<people xmlns:jr="http://openrosa.org/javarosa" jr:template=""><code>X</code></people><people><code>P1</code></people>',
    )
    assert values(found) == {"people": [{"id": "r1", "code": "P1", "theirs": None}]}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "unreadable_xml"),
        (b"<a>", "unreadable_xml"),
        (b"<a></b>", "unreadable_xml"),
        (b"<a>\x00</a>", "unreadable_xml"),
        (b"<a/><b/>", "unreadable_xml"),
        (b"<!DOCTYPE a><a/>", "forbidden_xml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "forbidden_xml"),
        (b"<a>&x;</a>", "unreadable_xml"),
        (b"<a>" * (DEEPEST + 1), "too_large"),
        (b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>", "too_large"),
        (b"<a>" + b" " * 6_000_000 + b"</a>", "too_large"),
    ],
)
def test_documents_that_are_not_read(document: bytes, code: str) -> None:
    with pytest.raises(InstanceError) as caught:
        open_instance(document)
    assert caught.value.code == code


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    with suppress(InstanceError):
        assert open_instance(document).root is not None


def test_the_envelope() -> None:
    found = open_instance(
        b'<x:d xmlns:x="u" xmlns:orx="o" id=" f " version="1"><x:dossier-choisi> P1 </x:dossier-choisi>'
        b"<orx:meta><orx:instanceID>uuid:1</orx:instanceID><orx:deprecatedID>uuid:0</orx:deprecatedID></orx:meta></x:d>"
    )
    assert (found.form_id, found.version, found.instance_id, found.deprecated_id, found.dossier) == (
        "f",
        "1",
        "uuid:1",
        "uuid:0",
        "P1",
    )
