"""The readings of a firm: ten dimensions, red flags, key posts."""

from analysis.portrait import DimensionResult, KeyPost, Portrait
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.dimensions import dot_plot
from diagnostics.pdf.blocks import Block, Columns, Stack
from diagnostics.pdf.report import Report
from diagnostics.pdf.tables import Cell, Column, Row
from diagnostics.pdf.text import Paragraph, Run, Style
from diagnostics.pdf.theme import BODY, CELL, CELL_SMALL, CELL_STRONG, H2, LEAD, SMALL, labelled, panel
from diagnostics.pdf.voice import Voice

FRAGILE = frozenset({"C", "D"})
GRADE_LEVEL = {"A": 0, "B": 1, "C": 2, "D": 3}
POST_LEVEL = {"low": 0, "medium": 1, "high": 2, "critical": 3}
_OFF = 9
_SHOWN = 3


def dimensions(report: Report[Portrait]) -> None:
    """The dot plot of the four readings, then the same in words."""
    portrait, voice = report.subject, report.voice
    note = voice.say("dim.source")
    if portrait.panel_size and any(item.panel_median is not None for item in portrait.dimensions):
        note += voice.say("dim.source.panel", count=portrait.panel_size)
    blocks: list[Block] = [Paragraph(voice.say("dim.lead"), BODY)]
    if any(_read(item) for item in portrait.dimensions):
        blocks.append(
            report.figure(voice.say("dim.figure"), voice.say("dim.subject"), dot_plot(portrait.dimensions, voice.locale), note)
        )
    if portrait.dimensions:
        blocks += _words_table(report)
    if any(item.grade for item in portrait.dimensions):
        blocks.append(_extremes(portrait, voice))
    report.section("dimensions", voice.say("s.dimensions"), _title(portrait, voice), blocks, runs_on=True)


def _read(item: DimensionResult) -> bool:
    """Whether any of the four readings is known."""
    return (item.score, item.firm_mark, item.diagnostician_mark, item.consensus) != (None, None, None, None)


def _title(portrait: Portrait, voice: Voice) -> str:
    graded = [item for item in portrait.dimensions if item.grade]
    if not graded:
        return voice.say("dim.title.unknown")
    return voice.count("dim.title", sum(1 for item in graded if item.grade in FRAGILE))


def _extremes(portrait: Portrait, voice: Voice) -> Block:
    """The three most fragile dimensions and the three most solid, each beside the panel's median."""
    graded = [item for item in portrait.dimensions if item.grade and item.score is not None]
    by_score = sorted(graded, key=lambda item: item.score or 0.0)
    weak = [item for item in reversed(by_score) if item.grade in FRAGILE][:_SHOWN]
    strong = [item for item in by_score if item.grade not in FRAGILE][:_SHOWN]
    columns = []
    for key, items in (("dim.weak", weak), ("dim.strong", strong)):
        told: list[Block] = [Paragraph(voice.say(key), H2)]
        told += [labelled(voice.words(item.title), _beside_panel(item, voice), voice.colon) for item in items]
        if not items:
            told.append(Paragraph(voice.say(f"{key}.none"), BODY))
        columns.append(Stack(told))
    return Columns(columns, between=26, before=12)


def _beside_panel(item: DimensionResult, voice: Voice) -> str:
    score = voice.number(item.score)
    if item.panel_median is None or item.score is None:
        return voice.say("dim.line", score=score)
    gap = round(item.score) - round(item.panel_median)
    if gap == 0:
        return voice.say("dim.line.equal", score=score)
    return voice.count("dim.line.above" if gap > 0 else "dim.line.below", abs(gap), score=score)


def _words_table(report: Report[Portrait]) -> list[Block]:
    voice = report.voice
    heads = (
        ("dim.dimension", 2.3),
        ("dim.computed", 1.25),
        ("dim.firm", 1.2),
        ("dim.diag", 1.25),
        ("dim.consensus", 1.2),
        ("dim.reading", 1.3),
    )
    columns = [Column(voice.say(key), share) for key, share in heads]
    rows = [_dimension_row(item, voice) for item in report.subject.dimensions]
    return report.table(voice.say("dim.table"), columns, rows)


def _dimension_row(item: DimensionResult, voice: Voice) -> Row:
    title = Paragraph([Run(f"{item.code}\u2002", fill=palette.AMBER_TEXT), Run(voice.words(item.title))], CELL_STRONG)
    cells = [Cell(title, heads=True), _graded(item, voice)]
    cells += [Cell(Paragraph(_mark(mark, voice), CELL)) for mark in (item.firm_mark, item.diagnostician_mark, item.consensus)]
    reading = voice.code("reading", item.reading) if item.reading else voice.say("reading.none")
    cells.append(Cell(Paragraph(reading, CELL)))
    wide = (
        Paragraph(f"«\u00a0{item.comment}\u00a0»" if voice.locale == "fr" else f"“{item.comment}”", CELL_SMALL)
        if item.comment.strip()
        else None
    )
    return Row(tuple(cells), wide=wide)


def _graded(item: DimensionResult, voice: Voice) -> Cell:
    if item.grade is None:
        return Cell(Paragraph(voice.say("dim.none") if item.score is None else voice.number(item.score), CELL))
    fill, ink = palette.risk(GRADE_LEVEL[item.grade])
    runs = [
        Run(f"{formats.DASH if item.score is None else voice.number(item.score)}\u2002", "bold"),
        Run(voice.code("grade", item.grade)),
    ]
    blocks: list[Block] = [Paragraph(runs, Style("semibold", 8.2, 10.6, ink, after=0))]
    if item.raised:
        blocks.append(Paragraph(voice.say("dim.raised"), Style("regular", 7.2, 9, ink, after=0)))
    return Cell(Stack(blocks), ground=fill)


def _mark(mark: int | None, voice: Voice) -> str:
    if mark is None or mark == _OFF:
        return voice.say("dim.missing")
    return f"{mark}\u2002{voice.code('mark', str(mark))}"


def flags(report: Report[Portrait]) -> None:
    """The red flags, never averaged away."""
    portrait, voice = report.subject, report.voice
    if not portrait.flags:
        report.section(
            "flags", voice.say("s.flags"), voice.say("flag.title.none"), [Paragraph(voice.say("flag.none"), BODY)], runs_on=True
        )
        return
    blocks: list[Block] = [Paragraph(voice.say("flag.lead"), BODY)]
    for flag in portrait.flags:
        title = f"{flag.code}\u2002{voice.words(flag.title)}"
        if flag.dimension:
            title += f"\u2002·\u2002{flag.dimension}"
        blocks.append(panel(title, voice.words(flag.explanation), bar=palette.RUST, style=SMALL))
    report.section("flags", voice.say("s.flags"), voice.count("flag.title", len(portrait.flags)), blocks, runs_on=True)


def key_posts(report: Report[Portrait]) -> None:
    """The key posts, from the most critical to the least, and who would take over."""
    portrait, voice = report.subject, report.voice
    if not portrait.key_posts:
        report.section(
            "keyposts", voice.say("s.keyposts"), voice.say("kp.title.all"), [Paragraph(voice.say("kp.none"), BODY)], runs_on=True
        )
        return
    heads = (
        ("kp.post", 2.5, "start"),
        ("kp.horizon", 1.25, "start"),
        ("kp.impact", 0.72, "middle"),
        ("kp.rarity", 0.76, "middle"),
        ("kp.delay", 1.25, "start"),
        ("kp.backups", 0.98, "middle"),
        ("kp.successor", 1.4, "start"),
        ("kp.criticality", 1.05, "middle"),
    )
    columns = [Column(voice.say(key), share, anchor) for key, share, anchor in heads]
    rows = [_post_row(post, voice) for post in portrait.key_posts]
    blocks: list[Block] = [Paragraph(voice.say("kp.lead"), LEAD if len(rows) < 12 else BODY)]  # noqa: PLR2004 - A long table needs the room.
    blocks += report.table(voice.say("kp.table"), columns, rows, note=voice.say("kp.note"))
    unready = sum(1 for post in portrait.key_posts if post.successor == "aucun")
    report.section("keyposts", voice.say("s.keyposts"), voice.count("kp.title", unready), blocks, runs_on=True)


def _post_row(post: KeyPost, voice: Voice) -> Row:
    middle = Style("regular", 8.4, 11.2, palette.BODY, anchor="middle", after=0)
    months = formats.DASH if post.months_to_replace is None else voice.count("kp.months", post.months_to_replace)
    title: list[Block] = [Paragraph(post.title or voice.say("unknown"), CELL_STRONG)]
    if post.category:
        title.append(Paragraph(voice.code("category", post.category), CELL_SMALL))
    return Row(
        (
            Cell(Stack(title), heads=True),
            Cell(Paragraph(voice.code("horizon", post.horizon), CELL)),
            Cell(Paragraph(_figure(post.impact), middle)),
            Cell(Paragraph(_figure(post.rarity), middle)),
            Cell(Paragraph(months, CELL)),
            Cell(Paragraph(_figure(post.backups), middle)),
            Cell(Paragraph(voice.code("successor", post.successor), CELL_STRONG if post.successor == "aucun" else CELL)),
            _criticality(post, voice),
        )
    )


def _figure(value: int | None) -> str:
    return formats.DASH if value is None else str(value)


def _criticality(post: KeyPost, voice: Voice) -> Cell:
    if post.criticality is None:
        return Cell(Paragraph(formats.DASH, Style("regular", 8.4, 11.2, palette.MUTED, anchor="middle", after=0)))
    fill, ink = palette.risk(POST_LEVEL.get(post.level, 0))
    figure = Paragraph(voice.number(post.criticality * 100), Style("bold", 9.4, 11.5, ink, anchor="middle", after=0))
    word = Paragraph(voice.code("level", post.level), Style("regular", 7.4, 9.2, ink, anchor="middle", after=0))
    return Cell(Stack([figure, word]), ground=fill)
