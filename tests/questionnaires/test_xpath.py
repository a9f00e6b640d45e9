"""Our expressions in XPath: what is written, and what is refused because a phone cannot work it out."""

import pytest

from questionnaires.expressions import compile_expression
from questionnaires.xform_layout import Paths
from questionnaires.xpath import Place, UntranslatableError, condition, constraint, literal, value

PATHS = Paths(
    scalars={"x": "/d/x", "y": "/d/y"},
    rosters={"r": "/d/r"},
    columns={"c": "r", "k": "r"},
    matrices={"m": {"a": {"F": "/d/m/a/F", "H": "/d/m/a/H"}, "b": {"F": "/d/m/b/F", "H": "/d/m/b/H"}}},
)
PLACE = Place(PATHS, current=".")
ROW = Place(PATHS, current=".", roster="r", row="../")


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("${x} > 1.50", "(/d/x > 1.5)"),
        ("not(${x} = 'a')", "not((/d/x = 'a'))"),
        ("${x} = 1 and (${y} = 2 or . < -3)", "((/d/x = 1) and ((/d/y = 2) or (. < (- 3))))"),
        ("${x}", "(/d/x != '' and /d/x != 0)"),
        ("${r} = ''", "(count(/d/r) = 0)"),
        ("count-where(${r}, ${c} = 'a' and ${x} > ${k}) > 0", "(count(/d/r[((./c = 'a') and (/d/x > ./k))]) > 0)"),
        ("sum(${c}) = 2", "(sum(/d/r/c) = 2)"),
        ("year(${x}) = 2026", "(number(format-date(/d/x, '%Y')) = 2026)"),
        ("coalesce(${x}, ${y}, 1) = 1", "(coalesce(/d/x, coalesce(/d/y, 1)) = 1)"),
        ("matrix-row(${m}, 'a') = 1", "((coalesce(/d/m/a/F, 0) + coalesce(/d/m/a/H, 0)) = 1)"),
        ("matrix-column(${m}, 'F') = 1", "((coalesce(/d/m/a/F, 0) + coalesce(/d/m/b/F, 0)) = 1)"),
    ],
)
def test_conditions(source: str, written: str) -> None:
    assert condition(compile_expression(source), PLACE) == written


def test_a_row_sees_its_own_cells() -> None:
    assert condition(compile_expression(". > ${k} and ${x} > 1"), ROW) == "((. > ../k) and (/d/x > 1))"


@pytest.mark.parametrize(
    ("source", "lacking"),
    [
        ("fact('siret') = 'a'", "fact"),
        ("${absent} > 1", "absent"),
        ("${c} > 1", "c"),
        ("count-where(${r}, ${c} = .) > 1", "."),
        ("siret(.)", "siret"),
        ("lower-case(${x}) = 'a'", "lower-case"),
        ("${m} = ''", "m"),
        ("matrix-row(${m}, ${x}) = 1", "line"),
        ("${x} + 1", "+"),
    ],
)
def test_what_a_phone_cannot_work_out(source: str, lacking: str) -> None:
    with pytest.raises(UntranslatableError, match=lacking.replace("+", r"\+").replace(".", r"\.")):
        condition(compile_expression(source), PLACE)


def test_a_check_waits_for_what_it_compares() -> None:
    assert constraint(compile_expression(". <= ${x}"), PLACE) == "(/d/x = '' or (. <= /d/x))"
    assert constraint(compile_expression(". <= count(${r})"), PLACE) == "(count(/d/r) = 0 or (. <= count(/d/r)))"
    assert constraint(compile_expression(". <= coalesce(${x}, 3)"), PLACE) == "((. <= coalesce(/d/x, 3)))"


@pytest.mark.parametrize(
    ("given", "written"),
    [("a", "'a'"), ("it's", '"it\'s"'), ("a'b\"c", "concat('a', \"'\", 'b\"c')"), (0.00001, "0.00001"), (3, "3")],
)
def test_literals(given: str | float, written: str) -> None:
    assert literal(given) == written


def test_a_calculation_is_a_value() -> None:
    assert value(compile_expression("if(${x} = 'a', sum-where(${r}, ${c} > 1, ${k}), mean(${c}))"), PLACE) == (
        "if((/d/x = 'a'), sum(/d/r[(./c > 1)]/k), (sum(/d/r/c) div count-non-empty(/d/r/c)))"
    )
