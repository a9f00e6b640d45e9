"""A phone's answers made ready: another version's places, lines under their numbers, what was not changed left as it is."""

from diagnostics.merging import fingerprint
from diagnostics.phone_answers import aligned, base_of, flat, placed, stored, with_ids_of
from questionnaires.answers import Answer, AnswerState
from questionnaires.sheets import read_sheets
from tests.questionnaires.tiny import sheets_of

BEFORE = read_sheets(
    sheets_of(
        [
            {"type": "integer", "name": "count"},
            {"type": "integer", "name": "gone"},
            {"type": "integer", "name": "changed"},
            {"type": "select_one tools", "name": "tool"},
            {"type": "begin repeat", "name": "people"},
            {"type": "text", "name": "code"},
            {"type": "text", "name": "old"},
            {"type": "end repeat"},
            {"type": "begin group", "name": "table", "bind::diag:rows": "bands"},
            {"type": "integer", "name": "cell"},
            {"type": "end group"},
        ]
    )
)
AFTER = read_sheets(
    sheets_of(
        [
            {"type": "begin group", "name": "A"},
            {"type": "text", "name": "changed"},
            {"type": "select_one yes_no", "name": "tool"},
            {"type": "end group"},
            {"type": "begin group", "name": "B"},
            {"type": "integer", "name": "count"},
            {"type": "begin repeat", "name": "people"},
            {"type": "text", "name": "code"},
            {"type": "end repeat"},
            {"type": "begin group", "name": "table", "bind::diag:rows": "bands", "bind::diag:across": "sex"},
            {"type": "integer", "name": "cell"},
            {"type": "end group"},
            {"type": "end group"},
        ],
        wrap=False,
    )
)


def test_another_version_takes_what_it_still_asks_and_names_the_rest() -> None:
    given = {
        "S0": {
            "count": Answer(3),
            "gone": Answer(1),
            "changed": Answer(2),
            "tool": Answer("a"),
            "people": Answer([{"id": "r1", "code": "P1", "old": None}]),
            "table": Answer({"young": 1, "old": None}),
        }
    }
    found = placed(given, BEFORE, AFTER)
    assert {code: sorted(answers) for code, answers in found.sections.items()} == {"A": [], "B": ["count", "people"]}
    assert sorted(found.displaced) == ["changed", "gone", "table", "tool"]
    lost = placed({"S0": {"people": Answer([{"id": "r1", "code": "P1", "old": "x"}])}}, BEFORE, AFTER)
    assert list(lost.displaced) == ["people"], "a line that holds more than is asked now is not cut"


def test_the_same_version_keeps_everything() -> None:
    given = {"S0": {"count": Answer(3), "tool": Answer("a")}}
    assert placed(given, BEFORE, BEFORE).sections == given


def test_lines_take_the_numbers_that_they_have_elsewhere() -> None:
    theirs = [{"id": "a", "code": "P1"}, {"id": "b", "code": "P2"}, {"id": "c", "code": "P3"}]
    mine = [{"id": "r1", "code": "P3"}, {"id": "r2", "code": "P1"}, {"id": "r3", "code": "P2 bis"}, {"id": "r4", "code": "P4"}]
    assert [row["id"] for row in with_ids_of(mine, theirs)] == ["c", "a", "b", "r1"]
    assert with_ids_of([{"id": "r1", "code": "P1"}] * 2, theirs)[1]["id"] == "b"


def test_what_is_not_changed_stays_as_it_is_held() -> None:
    held = {
        "count": Answer(60, reasons={"many": "vu"}).to_json(),
        "people": Answer([{"id": "x", "code": "P1"}]).to_json(),
    }
    known = {"tool": Answer("a", state=AnswerState.PREFILLED)}
    given = {"count": Answer(60), "people": Answer([{"id": "r1", "code": "P1"}]), "tool": Answer("a"), "gone": Answer(1)}
    found = aligned(given, held, known, frozenset({"people"}))
    assert found["count"].reasons == {"many": "vu"}
    assert found["people"].value == [{"id": "x", "code": "P1"}]
    assert found["tool"].state is AnswerState.PREFILLED
    assert found["gone"] == Answer(1)


def test_a_phone_began_from_the_frame_and_from_what_it_sent_last() -> None:
    first = flat(stored({"S0": {"count": Answer(1), "gone": Answer(1)}}))
    last = flat(stored({"S0": {"count": Answer(2)}}))
    base = base_of({"tool": Answer("a")}, [first, last])
    assert base == {"tool": fingerprint(Answer("a")), "count": fingerprint(Answer(2)), "gone": fingerprint(Answer(1))}
