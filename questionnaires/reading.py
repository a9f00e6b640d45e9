"""One raw answer -> its stored value, or a problem that says what is wrong with it and what to do.

Raw answers are texts as people type and paste them: « 1 234,50 € », « 12,5 % », « 31/12/2025 », « 1er mars 2026 ».
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from questionnaires.model import Kind, Question, Questionnaire, Text
from questionnaires.problems import message
from questionnaires.values import SPACES, lower, upper

MOST_DIGITS = 10
MOST_ROWS = 1_000
FIRST_YEAR, LAST_YEAR = 1850, 2200
DECIMALS = {Kind.INTEGER: 0, Kind.DECIMAL: 4, Kind.MONEY: 2, Kind.PERCENTAGE: 2}
_SHOWN = 40  # A wrong answer is quoted back up to this length.

_SPACES = re.compile(f"[{SPACES}]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_PLAIN = re.compile(r"[+-]?(\d+)(?:([.,])(\d*))?\Z|[+-]?()([.,])(\d+)\Z", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*([.,]\d+)?\Z", re.ASCII)
MONEY_WORDS = ("€", "eur", "euros", "euro")
_NUMERIC_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{1,4})\Z", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII)
_WORDED_DATE = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]{3,9})\.? (\d{1,4})\Z", re.ASCII)
MONTHS = {
    name: month
    for month, written in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in written.split()
}
# Controls, halves of pairs, private characters and what is no character; then those that change the direction or the order of
# what follows, which would make a text read otherwise than it is stored.
_UNSTORABLE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ue000-\\uf8ff\\ufdd0-\\ufdef\\ufffe\\uffff\\U000f0000-\\U0010ffff"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(1, 15))
    + "\\u202a-\\u202e\\u2066-\\u2069]"
)

# What nobody sees in a text that is quoted back: spaces other than the plain one, and what takes no width.
_HIDDEN = re.compile(f"(?! )[{SPACES}\\xad\\u200b-\\u200f\\u2060-\\u2064\\ufeff]")


class ValueProblem(ValueError):  # noqa: N818 (the name is the package's word for a fault of an answer)
    """A raw answer that cannot be taken: a code, and what to do in both languages."""

    def __init__(self, code: str, **given: Any) -> None:
        self.code = code
        self.message: Text = message(code, **given)
        super().__init__(self.message.en)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell of a roster or of a matrix that cannot be taken; `column` is None where the whole table is meant."""

    row: str | None
    column: str | None
    code: str
    message: Text
    raw: str = ""


@dataclass(frozen=True, slots=True)
class TableRead:
    """What could be read of a roster or a matrix, and the cells that could not (those are left empty in `value`)."""

    value: Any
    problems: tuple[CellProblem, ...] = ()


def read_value(question: Question, raw: str | Sequence[str] | None, questionnaire: Questionnaire) -> Any:
    """One raw answer as its stored value; None for an empty one. Raises `ValueProblem` for what cannot be taken.

    Several choices take a sequence of codes; every other kind takes one text. Rosters and matrices have `read_roster` and
    `read_matrix`, and calculations are not read at all.
    """
    if question.kind is Kind.SELECT_MULTIPLE:
        return _read_several(question, _texts(raw), questionnaire)
    reader = _READERS.get(question.kind)
    if reader is None:
        raise ValueProblem("not_readable")
    texts = [text for text in _texts(raw) if text.strip()]
    if len(set(texts)) > 1:
        raise ValueProblem("several_values", count=len(texts))
    return reader(question, texts[0], questionnaire) if texts else None


def _texts(raw: Any) -> list[str]:
    if raw is None:
        return []
    found = [raw] if isinstance(raw, str) else raw
    if not isinstance(found, Sequence) or isinstance(found, bytes) or not all(isinstance(item, str) for item in found):
        raise ValueProblem("type")
    return list(found)


def _shown(text: str) -> str:
    clean = "".join(
        "·" if _HIDDEN.match(character) or not is_storable(character) else character for character in text[: _SHOWN + 1]
    )
    return clean if len(clean) <= _SHOWN else clean[:_SHOWN] + "…"


# --- numbers -----------------------------------------------------------------------------------------------------------


def _bare(question: Question, text: str) -> str:
    """A number's text without spaces, sign variants and the unit that people add."""
    bare = lower(_SPACES.sub("", text[:200]).replace("\u2212", "-").replace("\u2013", "-"))
    units = {lower(_SPACES.sub("", unit)) for unit in (question.unit.fr, question.unit.en)} - {""}
    if question.kind is Kind.MONEY:
        units.update(MONEY_WORDS)
    if question.kind is Kind.PERCENTAGE:
        units.add("%")
    for unit in sorted(units, key=len, reverse=True):
        if bare.endswith(unit) and bare != unit:
            return bare.removesuffix(unit)
    return bare


def _digits(question: Question, text: str) -> tuple[str, str]:
    """The digits before and after the decimal mark of a number as people write it, the sign with the first."""
    bare = _bare(question, text)
    grouped = _THOUSANDS.match(bare)
    if grouped and (grouped.group(2) or bare.count(grouped.group(1)) > 1) and grouped.group(1) != (grouped.group(2) or "")[:1]:
        bare = bare.replace(grouped.group(1), "")
    elif grouped and question.kind in {Kind.INTEGER, Kind.MONEY}:
        whole = bare.replace(grouped.group(1), "")
        decimal = bare.replace(".", ",") + "0"
        raise ValueProblem("ambiguous_number", value=_shown(text.strip()), whole=whole, decimal=decimal)
    found = _PLAIN.match(bare)
    if found is None:
        raise ValueProblem("not_a_number", value=_shown(text.strip()))
    sign = "-" if bare.startswith("-") else ""
    whole, decimals = (found.group(1), found.group(3)) if found.group(1) is not None else ("0", found.group(6))
    return sign + (whole.lstrip("0") or "0"), (decimals or "").rstrip("0")


def _read_number(question: Question, text: str, _questionnaire: Questionnaire) -> int | float:
    whole, decimals = _digits(question, text)
    if len(whole.lstrip("-")) > MOST_DIGITS:
        raise ValueProblem("too_many_digits", limit=MOST_DIGITS)
    limit = DECIMALS[question.kind]
    if limit == 0:
        if decimals:
            raise ValueProblem("not_whole", value=_shown(text.strip()))
        return int(whole)
    if len(decimals) > limit:
        raise ValueProblem("too_many_decimals", limit=limit)
    return float(f"{whole}.{decimals or '0'}") + 0.0


# --- dates ---------------------------------------------------------------------------------------------------------------


def _read_date(_question: Question, text: str, _questionnaire: Questionnaire) -> str:
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", lower(_SPACES.sub(" ", text.strip()[:200]))))
    iso, numeric, worded = _ISO_DATE.match(plain), _NUMERIC_DATE.match(plain), _WORDED_DATE.match(plain)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif numeric:
        day, month, year = (int(part) for part in numeric.groups())
    elif worded and worded.group(2) in MONTHS:
        day, month, year = int(worded.group(1)), MONTHS[worded.group(2)], int(worded.group(3))
    else:
        raise ValueProblem("not_a_date", value=_shown(text.strip()))
    short = numeric or worded
    if not iso and short is not None and len(short.group(3)) < len("2026"):
        raise ValueProblem("short_year")
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise ValueProblem("impossible_date", value=_shown(text.strip())) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueProblem("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return found.isoformat()


# --- texts and choices -----------------------------------------------------------------------------------------------------


def _read_text(question: Question, text: str, _questionnaire: Questionnaire) -> str | None:
    if len(text) > 4 * question.max_length + 1_000:
        raise ValueProblem("too_long", length=len(text), limit=question.max_length)
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not question.multiline:
        clean = upper(_SPACES.sub("", clean)) if question.compact else _SPACES.sub(" ", clean)
    for character in clean:
        if not is_storable(character):
            raise ValueProblem("control_characters")
    if len(clean) > question.max_length:
        raise ValueProblem("too_long", length=len(clean), limit=question.max_length)
    return clean or None


def is_storable(character: str) -> bool:
    """Whether a character may stand in a text: no control, no lone surrogate, no private one, no change of direction.

    What this machine's tables do not know yet is let in: a telephone may be younger than they are.
    """
    return character in "\n\t" or _UNSTORABLE.match(character) is None


def _read_one(question: Question, text: str, questionnaire: Questionnaire) -> str:
    code = text.strip()
    if all(choice.code != code for choice in questionnaire.choices(question.choices)):
        raise ValueProblem("unknown_choice", value=_shown(code))
    return code


def _read_several(question: Question, texts: Sequence[str], questionnaire: Questionnaire) -> list[str] | None:
    offered = questionnaire.choices(question.choices)
    wanted = {text.strip() for text in texts if text.strip()}
    unknown = wanted - {choice.code for choice in offered}
    if unknown:
        raise ValueProblem("unknown_choice", value=_shown(min(unknown)))
    ticked = [choice for choice in offered if choice.code in wanted]
    for choice in ticked:
        if choice.exclusive and len(ticked) > 1:
            raise ValueProblem("exclusive_choice", label=choice.label)
    return [choice.code for choice in ticked] or None


_READERS: dict[Kind, Callable[[Question, str, Questionnaire], Any]] = {
    Kind.INTEGER: _read_number,
    Kind.DECIMAL: _read_number,
    Kind.MONEY: _read_number,
    Kind.PERCENTAGE: _read_number,
    Kind.DATE: _read_date,
    Kind.TEXT: _read_text,
    Kind.SELECT_ONE: _read_one,
}


# --- rosters and matrices -----------------------------------------------------------------------------------------------------

_ROW_ID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z", re.ASCII)


def read_roster(question: Question, rows: Sequence[Mapping[str, Any]], questionnaire: Questionnaire) -> TableRead:
    """A roster's raw rows as stored rows. A row without any value is dropped; a row without a fit `id` is given a new one.

    `value` is None where no row remains. A cell that cannot be taken is None in `value` and stands in `problems`.
    """
    ids = _fresh_ids(rows[:MOST_ROWS])
    kept: list[dict[str, Any]] = []
    problems: list[CellProblem] = []
    for row_id, row in zip(ids, rows[:MOST_ROWS], strict=True):
        read, faults = _read_row(question, row_id, row, questionnaire)
        problems.extend(faults)
        if faults or any(read[column.name] is not None for column in question.columns):
            kept.append(read)
    count = max(len(kept), len(rows) if len(rows) > MOST_ROWS else 0)
    if question.max_rows and count > question.max_rows:
        text = message("too_many_rows", count=count, limit=question.max_rows)
        problems.append(CellProblem(None, None, "too_many_rows", text))
    return TableRead(kept or None, tuple(problems))


def _read_row(
    question: Question, row_id: str, row: Mapping[str, Any], questionnaire: Questionnaire
) -> tuple[dict[str, Any], list[CellProblem]]:
    read: dict[str, Any] = {"id": row_id}
    faults: list[CellProblem] = []
    for column in question.columns:
        raw = row.get(column.name)
        try:
            read[column.name] = None if column.kind is Kind.CALCULATE else read_value(column, raw, questionnaire)
        except ValueProblem as problem:
            read[column.name] = None
            faults.append(CellProblem(row_id, column.name, problem.code, problem.message, str(raw)[:200]))
    return read, faults


def _fresh_ids(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each row's own id where it is fit and new, otherwise the next free « r1 », « r2 »…"""
    given = [row.get("id") for row in rows]
    taken = {row_id for row_id in given if isinstance(row_id, str)}
    seen: set[str] = set()
    ids = []
    counter = 0
    for row_id in given:
        if not isinstance(row_id, str) or not _ROW_ID.match(row_id) or row_id in seen:
            counter += 1
            while f"r{counter}" in taken:
                counter += 1
            row_id = f"r{counter}"  # noqa: PLW2901 (the row's id is settled here)
        seen.add(row_id)
        ids.append(row_id)
    return ids


def read_matrix(question: Question, cells: Mapping[str, Any], questionnaire: Questionnaire) -> TableRead:
    """A matrix's raw cells (`{row: {column: text}}`, or `{row: text}` with one column) as its stored value; None if all are empty.

    Cells are never negative: a matrix holds counts or amounts. Rows and columns that the lists do not know are reported.
    """
    cell = Question(name=question.name, kind=question.cell_kind, label=question.label, unit=question.unit)
    rows = [choice.code for choice in questionnaire.choices(question.rows)]
    across = [choice.code for choice in questionnaire.choices(question.across)] if question.across else []
    problems = [
        CellProblem(str(row), None, "unknown_cell", message("unknown_cell", value=_shown(str(row))))
        for row in cells
        if row not in rows
    ]
    value: dict[str, Any] = {}
    for row in rows:
        given = cells.get(row)
        found: dict[str, Any] = {}
        for column in across or [""]:
            raw = given.get(column) if isinstance(given, Mapping) else given if not across else None
            try:
                found[column] = _read_cell(cell, raw, questionnaire)
            except ValueProblem as problem:
                found[column] = None
                problems.append(CellProblem(row, column or None, problem.code, problem.message, str(raw)[:200]))
        value[row] = found if across else found[""]
    filled = any(v is not None for row in value.values() for v in (row.values() if isinstance(row, dict) else [row]))
    return TableRead(value if filled else None, tuple(problems))


def _read_cell(cell: Question, raw: Any, questionnaire: Questionnaire) -> Any:
    number = read_value(cell, raw, questionnaire)
    if number is not None and number < 0:
        raise ValueProblem("negative_cell")
    return number
