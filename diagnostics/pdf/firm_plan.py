"""The action plan over as many pages as it takes, the actions set aside with their reasons, and the calendar."""

from datetime import date

from analysis.portrait import ActionLine, Portrait
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.calendar import Task, calendar
from diagnostics.pdf.blocks import Block, Stack
from diagnostics.pdf.firm_opening import accepted, action_title
from diagnostics.pdf.report import Report
from diagnostics.pdf.tables import Cell, Column, Row, Table
from diagnostics.pdf.text import Paragraph, Run, Style
from diagnostics.pdf.theme import BODY, CELL, CELL_SMALL, CELL_STRONG, H2, LEAD, LED, panel
from diagnostics.pdf.voice import Voice

_NUMBER = Style("serif-semibold", 15, 16, palette.AMBER_TEXT, after=0)
_PRIORITY = {"p1": palette.RUST, "p2": palette.AMBER_TEXT, "p3": palette.MUTED}
_FIRST = date(2000, 1, 1)
_LIMIT = 400


def plan(report: Report[Portrait]) -> None:
    """The plan, its calendar, and what was set aside."""
    portrait, voice = report.subject, report.voice
    actions = accepted(portrait)
    refused = [action for action in portrait.actions if action.refused]
    blocks: list[Block] = [Paragraph(voice.say("plan.lead" if actions else "plan.none"), LEAD)]
    if actions:
        heads = (
            ("", 0.35),
            ("plan.action", 3.3),
            ("plan.pilot", 1.25),
            ("plan.deadline", 1.12),
            ("plan.funding", 1.25),
            ("plan.indicator", 1.3),
        )
        columns = [Column(voice.say(key) if key else "", share) for key, share in heads]
        blocks.append(Table(columns, [_action_row(index + 1, action, voice) for index, action in enumerate(actions)]))
        blocks += _calendar(report, actions)
    if refused:
        blocks += _refused(refused, voice)
    if actions:
        blocks.append(panel(voice.say("plan.next"), voice.say("plan.next.text"), style=BODY))
    report.section("plan", voice.say("s.plan"), _title(actions, voice), blocks, runs_on=True)


def _title(actions: list[ActionLine], voice: Voice) -> str:
    title = voice.count("plan.title", len(actions))
    first = sum(1 for action in actions if action.priority == "p1")
    return title + (voice.count("plan.first", first) if first and len(actions) > 1 else "")


def _action_row(number: int, action: ActionLine, voice: Voice) -> Row:
    told: list[Block] = [Paragraph(action_title(action, voice), CELL_STRONG)]
    reason = voice.words(action.reason)
    if reason:
        told.append(Paragraph(reason, CELL_SMALL))
    schemes = voice.words(action.schemes)
    if schemes:
        told.append(Paragraph([Run(voice.say("plan.schemes") + voice.colon, "semibold"), Run(schemes)], CELL_SMALL))
    told.append(
        Paragraph(
            _tags(action, voice), Style("semibold", 7.6, 11, _PRIORITY.get(action.priority, palette.MUTED), after=0, before=2)
        )
    )
    deadline = voice.day(action.deadline) if action.deadline else formats.DASH
    texts = (action.pilot, deadline, action.funding, action.indicator)
    cells = [Cell(Paragraph(text or formats.DASH, CELL)) for text in texts]
    return Row((Cell(Paragraph(str(number), _NUMBER)), Cell(Stack(told), heads=True), *cells))


def _tags(action: ActionLine, voice: Voice) -> list[Run]:
    when = f"priority_when.{action.priority}"
    runs = [Run(voice.code("priority", action.priority))]
    if voice.knows(when):
        runs.append(Run(f", {voice.say(when)}"))
    rest = [*action.dimensions] if action.code else [*action.dimensions, voice.say("plan.own")]
    if rest:
        runs.append(Run("\u2002·\u2002" + ", ".join(rest), "regular", palette.MUTED))
    return runs


def _calendar(report: Report[Portrait], actions: list[ActionLine]) -> list[Block]:
    portrait, voice = report.subject, report.voice
    start = formats.as_date(portrait.prepared_on) or formats.as_date(portrait.visited_on) or _FIRST
    tasks = [
        Task(index + 1, action_title(action, voice), action.priority, formats.as_date(action.deadline))
        for index, action in enumerate(actions)
    ]
    scene = calendar(tasks, start, voice.locale)
    return [report.figure(voice.say("plan.calendar"), voice.say("plan.calendar.subject"), scene, "")]


def _refused(refused: list[ActionLine], voice: Voice) -> list[Block]:
    columns = [Column(voice.say("plan.action"), 1), Column(voice.say("plan.refused.reason"), 1)]
    rows = []
    for action in refused:
        reason = action.refusal_reason.strip() or voice.say("plan.refused.none")
        rows.append(Row((Cell(Paragraph(action_title(action, voice), CELL_STRONG), heads=True), Cell(Paragraph(reason, CELL)))))
    return [Paragraph(voice.say("plan.refused"), H2), Paragraph(voice.say("plan.refused.lead"), LED), Table(columns, rows)]
