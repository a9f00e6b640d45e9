"""The calendar of a plan: one bar an action from the day of the report to its deadline, by priority, over quarters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.words import Words
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.axis import LABEL, SMALL, Key, Scale, legend
from diagnostics.charts.faces import shortened
from diagnostics.charts.scene import Circle, Group, Line, Path, Rect, Scene, Shape, Text, triangle

_ROW = 18.5
_QUARTERS_MAX = 12
_WORDS = {
    "title": Words("Calendrier du plan d’action", "Calendar of the action plan"),
    "p1": Words("priorité 1", "priority 1"),
    "p2": Words("priorité 2", "priority 2"),
    "p3": Words("priorité 3", "priority 3"),
    "check": Words("point d’étape à six mois", "review after six months"),
    "undated": Words("sans échéance", "no deadline"),
    "quarter": Words("T", "Q"),
    "until": Words("échéance {day}", "due {day}"),
}
_FILLS = {"p1": palette.RUST, "p2": palette.AMBER, "p3": palette.BLUE_SOFT}


def _word(key: str, locale: str, **values: str) -> str:
    return formats.typographic(_WORDS[key].in_(locale).format(**values), locale)


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the calendar; `deadline` is None when none was set."""

    number: int
    title: str
    priority: str
    deadline: date | None


def calendar(tasks: Sequence[Task], start: date, locale: str = "fr", width: float = 483.0) -> Scene:
    """Quarters from the report's on, at least six and at most twelve; a later deadline ends in an arrow at the edge."""
    latest = max((task.deadline for task in tasks if task.deadline), default=start)
    first = start.year * 4 + (start.month - 1) // 3
    wanted = latest.year * 4 + (latest.month - 1) // 3 - first + 1
    count = min(max(wanted, 6), _QUARTERS_MAX)
    across = Scale(first, first + count, 196, width)
    top = 30.0
    bottom = top + _ROW * len(tasks)
    shapes: list[Shape] = [Rect(0, top + place * _ROW, width, _ROW, "#F8F7F3", role="stripe") for place in range(0, len(tasks), 2)]
    shapes += _quarters(first, count, across, bottom, locale)
    for place, task in enumerate(tasks):
        shapes.append(_bar(task, start, across, top + (place + 0.5) * _ROW, locale))
    shapes += _check(start, across, bottom)
    present = [priority for priority in _FILLS if any(task.priority == priority for task in tasks)]
    keys = [Key("band", _word(priority, locale), _FILLS[priority]) for priority in present]
    drawn, end = legend([*keys, Key("triangle", _word("check", locale), palette.INK)], 0, bottom + 12, width)
    sentence = "; ".join(f"{task.number}. {task.title}, {_until(task, locale)}" for task in tasks) + "."
    return Scene(width, end, tuple(shapes + drawn), _word("title", locale), sentence)


def _place(day: date) -> float:
    return day.year * 4 + (day.month - 1 + (day.day - 1) / 31) / 3


def _quarters(first: int, count: int, across: Scale, bottom: float, locale: str) -> list[Shape]:
    shapes: list[Shape] = []
    for index in range(count):
        year, quarter = divmod(first + index, 4)
        if quarter == 0 or index == 0:
            shapes.append(Line(across(first + index), 4, across(first + index), bottom, palette.RULE, 0.6, role="grid"))
            shapes.append(Text(across(first + index) + 4, 12, str(year), LABEL, "semibold", palette.INK))
        middle = (across(first + index) + across(first + index + 1)) / 2
        shapes.append(Text(middle, 24, f"{_word('quarter', locale)}{quarter + 1}", SMALL, fill=palette.MUTED, anchor="middle"))
    return shapes


def _bar(task: Task, start: date, across: Scale, y: float, locale: str) -> Group:
    fill = _FILLS.get(task.priority, palette.BLUE_SOFT)
    left = across(_place(start))
    shapes: list[Shape] = [
        Text(15, y + 2.8, str(task.number), LABEL, "serif-semibold", palette.AMBER_TEXT, "end"),
        Text(22, y + 2.8, shortened(task.title, "regular", LABEL - 0.2, 168), LABEL - 0.2, fill=palette.INK),
    ]
    if task.deadline is None:
        shapes.append(Circle(left + 5, y, 3, palette.PAPER, fill, 1.4))
        shapes.append(Text(left + 13, y + 2.7, _word("undated", locale), SMALL, "italic", palette.MUTED))
    else:
        place = _place(task.deadline)
        right = max(across(place), left + 7)
        shapes.append(Rect(left, y - 3.6, right - left, 7.2, fill, radius=3.6, role=task.priority))
        if place > across.high:
            tip = (((right, y - 6), (right + 7, y), (right, y + 6)),)
            shapes.append(Path(tip, fill))
    return Group(tuple(shapes), f"{task.title}, {_until(task, locale)}", role="task")


def _check(start: date, across: Scale, bottom: float) -> list[Shape]:
    months = start.month - 1 + 6
    six = date(start.year + months // 12, months % 12 + 1, min(start.day, 28))
    return [Path(triangle(across(_place(six)), bottom + 6, 5), palette.INK, role="check")]


def _until(task: Task, locale: str) -> str:
    return _word("undated", locale) if task.deadline is None else _word("until", locale, day=formats.day(task.deadline, locale))
