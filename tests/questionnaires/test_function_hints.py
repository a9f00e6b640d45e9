"""A function that is not offered is refused with its place and with what to write instead."""

import pytest

from questionnaires.expressions import ExpressionError, compile_expression
from questionnaires.function_hints import _INSTEAD
from questionnaires.functions import FUNCTIONS


@pytest.mark.parametrize(
    ("source", "position", "french"),
    [
        ("1 + rond(2)", 4, "Vouliez-vous écrire «\u00a0round()\u00a0»"),
        ("Count_Selected(.)", 0, "count-selected()"),
        ("IF(1, 2, 3)", 0, "if()"),
        ("once(today())", 0, "retirez-la"),
        ("jr:choice-name(${a}, 'a')", 0, "comparez les codes"),
        ("pulldata('a', 'b', 'c', 'd')", 0, "fact()"),
        ("sum(indexed-repeat(${a}, ${b}, 1))", 4, "count-where()"),
        ("position(..)", 0, "numérotées"),
        ("zzz(1)", 0, "Le tableau des fonctions"),
    ],
)
def test_an_unknown_function_is_refused_with_what_to_write(source: str, position: int, french: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert (caught.value.code, caught.value.position) == ("unknown_function", position)
    assert french in caught.value.message.fr
    assert caught.value.message.en


def test_what_is_offered_needs_no_hint() -> None:
    assert not _INSTEAD.keys() & FUNCTIONS.keys()
