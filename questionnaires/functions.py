"""The table of functions that expressions may call: one place, one line of meaning each.

Values come in as `questionnaires.values` describes them and no function raises: what cannot be computed is blank. The
functions with `form=True` receive trees instead of values, since they choose what is computed (`if`, `coalesce`,
`count-where`…); `questionnaires.expressions` evaluates those.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from questionnaires import values
from questionnaires.model import Text

ANY = 64  # As many values as one may write in an expression.
MOST_DECIMALS = 9
LONGEST = 10_000  # A text made by an expression is cut here.


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how many values it takes, what it gives, and whether it copes with a missing answer by itself."""

    name: str
    least: int
    most: int
    meaning: Text
    apply: Callable[..., Any] | None = None
    tolerant: bool = False
    form: bool = False


def _selected(chosen: Any, code: Any) -> bool:
    offered = values.words(chosen) if isinstance(chosen, str) else [values.as_text(item) for item in values.items(chosen)]
    return not values.is_blank(code) and values.as_text(code) in offered


def _count_selected(chosen: Any) -> int:
    return len(values.words(chosen)) if isinstance(chosen, str) else len(values.items(chosen))


def _selected_at(chosen: Any, position: Any) -> Any:
    offered = values.words(chosen) if isinstance(chosen, str) else values.items(chosen)
    index = values.number(position)
    return offered[int(index)] if index is not None and 0 <= index < len(offered) else None


def _gather(given: tuple[Any, ...]) -> list[int | float] | None:
    """All the numbers given; None where every one of the values is unanswered."""
    if all(value is None or value == "" for value in given):
        return None
    return [found for value in given for found in values.numbers(value)]


def total(*given: Any) -> int | float | None:
    """The sum of all the numbers given, blanks left out; None where everything is unanswered."""
    found = _gather(given)
    return None if found is None else values.finite(math.fsum(found) if any(isinstance(n, float) for n in found) else sum(found))


def _mean(*given: Any) -> float | None:
    found = _gather(given)
    return math.fsum(found) / len(found) if found else None


def _least(*given: Any) -> int | float | None:
    return min(_gather(given) or [], default=None)


def _most(*given: Any) -> int | float | None:
    return max(_gather(given) or [], default=None)


def _count(value: Any) -> int | None:
    if value is None or value == "":
        return None
    return len(value) if isinstance(value, list | tuple | dict) else 1


def _count_non_empty(*given: Any) -> int:
    return sum(len(values.items(value)) for value in given)


def _round(value: Any, decimals: Any = 0) -> int | float | None:
    found, places = values.number(value), values.number(decimals)
    if found is None or places is None or not 0 <= places <= MOST_DECIMALS:
        return None
    if isinstance(found, int):
        return found
    # The number as it is written is rounded, as JavaRosa does: 1.005 is a little less inside the machine.
    towards = ROUND_HALF_UP if found > 0 else ROUND_HALF_DOWN
    rounded = Decimal(values.as_text(found)).quantize(Decimal(1).scaleb(-int(places)), rounding=towards)
    return float(rounded) if int(places) else int(rounded)


def _int(value: Any) -> int | None:
    found = values.number(value)
    return None if found is None else math.trunc(found)


def _abs(value: Any) -> int | float | None:
    found = values.number(value)
    return None if found is None else abs(found)


@lru_cache(maxsize=256)
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source)


def _regex(value: Any, pattern: Any) -> bool:
    text = values.as_text(value)
    return len(text) <= LONGEST and _pattern(values.as_text(pattern)).fullmatch(text) is not None


def _substr(value: Any, start: Any, end: Any = None) -> str:
    text, first = values.as_text(value), values.number(start)
    last = len(text) if values.is_blank(end) else values.number(end)
    if first is None or last is None or first < 0 or last < 0:
        return ""
    return text[int(first) : int(last)]


def _concat(*given: Any) -> str:
    return "".join(values.as_text(value) for value in given)[:LONGEST]


def _join(separator: Any, *given: Any) -> str:
    return values.as_text(separator).join(values.as_text(item) for value in given for item in values.items(value))[:LONGEST]


def _part(name: str) -> Callable[[Any], int | None]:
    def part(value: Any) -> int | None:
        day = values.as_date(value)
        return None if day is None else int(getattr(day, name))

    return part


def _years_between(start: Any, end: Any) -> int | None:
    first, last = values.as_date(start), values.as_date(end)
    if first is None or last is None:
        return None
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def add_days(value: Any, days: Any) -> date | None:
    """A date some whole days later (or earlier), or None where one is missing or the calendar ends."""
    day, count = values.as_date(value), values.number(days)
    if day is None or count is None:
        return None
    try:
        return day + timedelta(days=int(count))
    except OverflowError:
        return None


def _add_months(value: Any, months: Any) -> date | None:
    day, count = values.as_date(value), values.number(months)
    if day is None or count is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + int(count), 12)
    if not 1 <= year < date.max.year:
        return None
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _matrix_sum(matrix: Any) -> int | float | None:
    return total(list(values.cells(matrix))) if isinstance(matrix, dict) and matrix else None


def _matrix_max(matrix: Any) -> int | float | None:
    return _most(list(values.cells(matrix))) if isinstance(matrix, dict) and matrix else None


def _matrix_rows(matrix: Any, *rows: Any) -> int | float | None:
    if not isinstance(matrix, dict) or not matrix:
        return None
    wanted = {values.as_text(row) for row in rows}
    return _matrix_sum({"": 0} | {code: row for code, row in matrix.items() if code in wanted})


def _matrix_column(matrix: Any, *columns: Any) -> int | float | None:
    if not isinstance(matrix, dict) or not matrix:
        return None
    wanted = {values.as_text(column) for column in columns}
    kept = [cell for row in matrix.values() if isinstance(row, dict) for code, cell in row.items() if code in wanted]
    return total(kept)


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 (the digits' sum of 10 to 18)


def _siret(value: Any) -> bool:
    """Form and key of a SIRET. La Poste's establishments sum to a multiple of 5 instead, its head office apart (Insee)."""
    text = values.as_text(value)
    if not re.fullmatch(r"[0-9]{14}", text) or text == "0" * 14:
        return False
    if text.startswith("356000000") and text != "35600000000048":
        return sum(map(int, text)) % 5 == 0
    return _luhn(text) and _luhn(text[:9])


# fmt: off
_TABLE = (
    # Choosing what to compute: given trees, not values.
    Function("if", 3, 3, Text("la 2e valeur si la 1re est vraie, sinon la 3e", "the 2nd value if the 1st is true, else the 3rd"), tolerant=True, form=True),
    Function("coalesce", 1, ANY, Text("la première valeur qui n’est pas vide", "the first value that is not blank"), tolerant=True, form=True),
    Function("count-where", 2, 2, Text("le nombre de lignes d’un registre qui remplissent la condition", "how many lines of a roster meet the condition"), tolerant=True, form=True),
    Function("sum-where", 3, 3, Text("la somme, sur les lignes qui remplissent la condition, de la 3e valeur", "the sum of the 3rd value over the lines that meet the condition"), tolerant=True, form=True),
    Function("fact", 1, 2, Text("ce que la base de sondage sait de l’entreprise (et, dans une table, sous la clé donnée)", "what the frame knows of the firm (in a table, under the key given)"), form=True),
    Function("today", 0, 0, Text("la date du jour", "today’s date"), form=True),
    # Logic.
    Function("not", 1, 1, Text("le contraire", "the opposite"), lambda value: not values.truth(value)),
    Function("true", 0, 0, Text("vrai", "true"), lambda: True),
    Function("false", 0, 0, Text("faux", "false"), lambda: False),
    Function("boolean", 1, 1, Text("vrai si la valeur n’est ni vide ni zéro", "true if the value is neither blank nor zero"), values.truth, tolerant=True),
    # Choices.
    Function("selected", 2, 2, Text("le code fait partie des réponses cochées (ou d’une liste écrite entre guillemets)", "the code is among the answers ticked (or in a quoted list)"), _selected, tolerant=True),
    Function("count-selected", 1, 1, Text("le nombre de réponses cochées", "how many answers are ticked"), _count_selected, tolerant=True),
    Function("selected-at", 2, 2, Text("la réponse cochée à cette place, à partir de 0", "the answer ticked at this place, from 0"), _selected_at, tolerant=True),
    # Numbers.
    Function("sum", 1, ANY, Text("la somme, sans les vides", "the sum, blanks left out"), total),
    Function("mean", 1, ANY, Text("la moyenne, sans les vides", "the mean, blanks left out"), _mean),
    Function("min", 1, ANY, Text("la plus petite valeur", "the smallest value"), _least),
    Function("max", 1, ANY, Text("la plus grande valeur", "the largest value"), _most),
    Function("count", 1, 1, Text("le nombre de lignes ou de valeurs", "how many lines or values"), _count),
    Function("count-non-empty", 1, ANY, Text("le nombre de valeurs qui ne sont pas vides", "how many values are not blank"), _count_non_empty, tolerant=True),
    Function("round", 1, 2, Text("l’arrondi, à tant de décimales (demi vers le haut)", "rounded to so many decimals (half upwards)"), _round),
    Function("int", 1, 1, Text("la partie entière", "the whole part"), _int),
    Function("abs", 1, 1, Text("la valeur sans son signe", "the value without its sign"), _abs),
    Function("number", 1, 1, Text("la valeur en nombre", "the value as a number"), values.number),
    # Texts.
    Function("string", 1, 1, Text("la valeur en texte", "the value as text"), values.as_text, tolerant=True),
    Function("string-length", 1, 1, Text("le nombre de caractères", "how many characters"), lambda value: len(values.as_text(value)), tolerant=True),
    Function("regex", 2, 2, Text("le texte entier suit le motif", "the whole text follows the pattern"), _regex, tolerant=True),
    Function("contains", 2, 2, Text("le 1er texte contient le 2e", "the 1st text contains the 2nd"), lambda text, part: values.as_text(part) in values.as_text(text)),
    Function("starts-with", 2, 2, Text("le 1er texte commence par le 2e", "the 1st text starts with the 2nd"), lambda text, part: values.as_text(text).startswith(values.as_text(part))),
    Function("ends-with", 2, 2, Text("le 1er texte finit par le 2e", "the 1st text ends with the 2nd"), lambda text, part: values.as_text(text).endswith(values.as_text(part))),
    Function("substr", 2, 3, Text("un morceau du texte, entre deux places comptées à partir de 0", "a part of the text between two places counted from 0"), _substr, tolerant=True),
    Function("concat", 1, ANY, Text("les textes mis bout à bout", "the texts put end to end"), _concat, tolerant=True),
    Function("join", 2, ANY, Text("les valeurs séparées par le 1er texte", "the values separated by the 1st text"), _join, tolerant=True),
    Function("normalize-space", 1, 1, Text("le texte sans espaces en trop", "the text without surplus spaces"), lambda value: " ".join(values.words(values.as_text(value))), tolerant=True),
    Function("lower-case", 1, 1, Text("le texte en minuscules", "the text in lower case"), lambda value: values.lower(values.as_text(value)), tolerant=True),
    Function("upper-case", 1, 1, Text("le texte en majuscules", "the text in upper case"), lambda value: values.upper(values.as_text(value)), tolerant=True),
    Function("siret", 1, 1, Text("le texte a la forme et la clé d’un SIRET", "the text has the form and the key of a SIRET"), _siret, tolerant=True),
    # Dates.
    Function("date", 1, 1, Text("le texte 2026-11-24 en date", "the text 2026-11-24 as a date"), values.as_date),
    Function("year", 1, 1, Text("l’année d’une date", "the year of a date"), _part("year")),
    Function("month", 1, 1, Text("le mois d’une date", "the month of a date"), _part("month")),
    Function("day", 1, 1, Text("le jour d’une date", "the day of a date"), _part("day")),
    Function("years-between", 2, 2, Text("les années révolues entre deux dates", "the full years between two dates"), _years_between),
    Function("add-days", 2, 2, Text("une date décalée de tant de jours", "a date moved by so many days"), add_days),
    Function("add-months", 2, 2, Text("une date décalée de tant de mois", "a date moved by so many months"), _add_months),
    # Matrices.
    Function("matrix-sum", 1, 1, Text("la somme de toutes les cases", "the sum of all cells"), _matrix_sum),
    Function("matrix-max", 1, 1, Text("la plus grande case", "the largest cell"), _matrix_max),
    Function("matrix-row", 2, ANY, Text("la somme des lignes nommées", "the sum of the rows named"), _matrix_rows),
    Function("matrix-column", 2, ANY, Text("la somme des colonnes nommées", "the sum of the columns named"), _matrix_column),
)
# fmt: on

FUNCTIONS: dict[str, Function] = {function.name: function for function in _TABLE}
