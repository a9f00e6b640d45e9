"""The last pages of a firm's report: the two voices in their own words, validation, the indicators, method and words."""

from dataclasses import replace

from analysis.portrait import DimensionResult, IndicatorResult, Portrait
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.pdf.blocks import Block, Columns, Stack, Whole
from diagnostics.pdf.plan_words import GLOSSARY
from diagnostics.pdf.report import Report
from diagnostics.pdf.tables import Cell, Column, Layout, Row, Table
from diagnostics.pdf.text import Paragraph, Run, Style
from diagnostics.pdf.theme import BODY, CELL_SMALL, H2, H3, LED, NOTE, QUOTE, SMALL, heading, panel
from diagnostics.pdf.voice import Voice

_WIDE_GAP = 2
_TONES = {"validated": palette.BLUE, "validated_remarks": palette.BLUE, "disagreement": palette.RUST}
_SMALL_INK = replace(CELL_SMALL, fill=palette.BODY)
_SMALL_STRONG = replace(CELL_SMALL, face="semibold", fill=palette.INK)
_SMALL_END = replace(_SMALL_INK, anchor="end")


def voices(report: Report[Portrait]) -> None:
    """Strengths and weak points in each one's words, the gaps, and what the firm says of the diagnosis."""
    portrait, voice = report.subject, report.voice
    written = (
        ("voices.firm", portrait.strengths_firm, portrait.weaknesses_firm, palette.AMBER_TEXT),
        ("voices.diag", portrait.strengths_diagnostician, portrait.weaknesses_diagnostician, palette.BLUE),
    )
    columns = []
    for key, strengths, weaknesses, tone in written:
        head = Paragraph(voice.say(key), Style("semibold", 11, 14, tone, after=4, tag="H2", keep=True))
        columns.append(
            Stack([head, *_words("voices.strengths", strengths, voice), *_words("voices.weaknesses", weaknesses, voice)])
        )
    blocks: list[Block] = [
        Paragraph(voice.say("voices.lead"), BODY),
        Columns(columns, between=26, after=8),
        *_gaps(portrait, voice),
        *_validation(portrait, voice),
    ]
    report.section("voices", voice.say("s.voices"), voice.say("voices.title"), blocks, runs_on=True)


def _words(key: str, text: str, voice: Voice) -> list[Block]:
    head = Paragraph(voice.say(key), H3)
    if not text.strip():
        return [head, Paragraph(voice.say("voices.nothing"), NOTE)]
    return [head, Paragraph(text.strip(), QUOTE)]


def wide_gap(item: DimensionResult) -> bool:
    """Whether the two marks of a dimension differ by two points or more."""
    if item.firm_mark is None or item.diagnostician_mark is None:
        return False
    return abs(item.firm_mark - item.diagnostician_mark) >= _WIDE_GAP


def _gaps(portrait: Portrait, voice: Voice) -> list[Block]:
    found = [item for item in portrait.dimensions if wide_gap(item)]
    blocks: list[Block] = [heading(voice.say("gaps"))]
    if not found:
        return [*blocks, Paragraph(voice.say("gaps.none"), BODY)]
    for item in found:
        consensus = formats.DASH if item.consensus is None else item.consensus
        text = voice.say("gaps.line", firm=item.firm_mark, diag=item.diagnostician_mark, consensus=consensus)
        runs = [Run(f"{item.code}\u2002{voice.words(item.title)}{voice.colon}", "semibold", palette.INK), Run(text)]
        if item.comment.strip():
            runs.append(Run(f" {item.comment.strip()}", "italic"))
        blocks.append(Paragraph(runs, BODY))
    return blocks


def _validation(portrait: Portrait, voice: Voice) -> list[Block]:
    found = portrait.validation
    status = found.status if voice.knows(f"valid.{found.status}") else "pending"
    bar = _TONES.get(status, palette.MUTED)
    inner: list[Block] = [
        Paragraph(voice.say(f"valid.{status}"), Style("serif-semibold", 12.5, 16, palette.INK, after=4, keep=True))
    ]
    if status == "pending":
        inner.append(Paragraph(voice.say("valid.pending.text"), SMALL))
    elif found.date:
        day = (
            voice.say("valid.by", day=voice.day(found.date), who="{who}").replace("{who}", found.signatory)
            if found.signatory
            else voice.say("valid.on", day=voice.day(found.date))
        )
        inner.append(Paragraph(day, SMALL))
    if found.remarks.strip():
        inner += [Paragraph(voice.say("valid.remarks"), H3), Paragraph(found.remarks.strip(), QUOTE)]
    elif status in {"validated_remarks", "disagreement"}:
        inner.append(Paragraph(voice.say("valid.no_remarks"), SMALL))
    return [panel(voice.say("valid"), inner, bar=bar)]


def indicators(report: Report[Portrait]) -> None:
    """Every indicator with its value, its anchors and its score."""
    portrait, voice = report.subject, report.voice
    rows = []
    for item in portrait.dimensions:
        for index, indicator in enumerate(item.indicators):
            rows.append(_indicator_row(item, indicator, voice, first=index == 0))
    if not rows:
        return
    heads = (
        ("dim.dimension", 0.5, "start"),
        ("ind.indicator", 4.4, "start"),
        ("ind.value", 1.3, "end"),
        ("ind.anchors", 2, "end"),
        ("ind.score", 0.7, "end"),
    )
    columns = [Column(voice.say(key) if key != "dim.dimension" else "", share, anchor) for key, share, anchor in heads]
    table = Table(columns, rows, Layout(pad=1.6, rule="#E6E9ED"))
    report.section(
        "indicators",
        voice.say("s.indicators"),
        voice.say("ind.title"),
        [Paragraph(voice.say("ind.lead"), LED), table],
        runs_on=True,
    )


def _indicator_row(item: DimensionResult, indicator: IndicatorResult, voice: Voice, *, first: bool) -> Row:
    value = voice.say("ind.missing") if indicator.value is None else measured(indicator.value, indicator.unit, voice)
    anchors = "\u2002·\u2002".join(measured(anchor, indicator.unit, voice, bare=True) for anchor in indicator.anchors)
    title = voice.words(indicator.title) + ("\u00a0*" if indicator.sourced else "")
    score = formats.DASH if indicator.score is None else voice.number(indicator.score)
    return Row(
        (
            Cell(Paragraph(item.code if first else "", _SMALL_STRONG)),
            Cell(Paragraph(title, _SMALL_INK), heads=True),
            Cell(Paragraph(value, _SMALL_END)),
            Cell(Paragraph(anchors, replace(_SMALL_END, fill=palette.MUTED))),
            Cell(Paragraph(score, replace(_SMALL_STRONG, anchor="end"))),
        ),
        strong=first,
    )


def measured(value: float, unit: str, voice: Voice, *, bare: bool = False) -> str:
    """A value in its indicator's unit; `bare` leaves the unit's word out."""
    if unit == "share":
        return voice.percent(value)
    if unit == "percent":
        return voice.percent(value / 100)
    if unit == "yes_no":
        return voice.say("yes" if value else "no")
    if unit in {"euros", "money"}:
        return voice.euros(value)
    decimals = 0 if float(value).is_integer() or abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004 - Three figures that count.
    text = voice.number(value, decimals)
    key = f"unit.{unit}"
    return voice.say(key, value=text) if voice.knows(key) and not bare else text


def method(report: Report[Portrait]) -> None:
    """How the report was made, from what, and the words it uses."""
    portrait, voice = report.subject, report.voice
    words = [
        Paragraph([Run(f"{term[_side(voice)]}. ", "semibold", palette.INK), Run(_set(text, voice))], SMALL)
        for term, text in GLOSSARY
    ]
    ordered = sorted(words, key=lambda paragraph: formats.sortable(paragraph.runs[0].text))
    half = (len(ordered) + 1) // 2
    compared = "panel.note.text" if portrait.panel_size else "panel.none.text"
    sources = Stack(
        [
            Paragraph(voice.say("sources"), H2),
            Paragraph(voice.say("sources.text"), SMALL),
            Paragraph(voice.say("panel.note"), H3),
            Paragraph(voice.say(compared, count=portrait.panel_size), SMALL),
        ]
    )
    blocks: list[Block] = [
        Paragraph(voice.say("method.lead"), BODY),
        heading(voice.say("glossary")),
        Columns([Stack(ordered[:half]), Stack(ordered[half:])], between=26, after=8),
        Whole([Columns([sources, _versions(portrait, voice)], shares=(1, 1.1), between=26)], before=8),
    ]
    report.section("method", voice.say("s.method"), voice.say("method.title"), blocks, runs_on=True)


def _side(voice: Voice) -> int:
    return 1 if voice.locale == "en" else 0


def _set(text: tuple[str, str], voice: Voice) -> str:
    return formats.typographic(text[_side(voice)], voice.locale)


def _versions(portrait: Portrait, voice: Voice) -> Table:
    found = [
        (voice.say("version.prepared"), voice.day(portrait.prepared_on)),
        (voice.say("version.campaign"), portrait.campaign),
        (voice.say("version.law"), portrait.departures.law_version),
        (voice.say("version.digest"), portrait.digest()[:16]),
    ]
    found += [(voice.code("version", name), str(value)) for name, value in sorted(portrait.versions.items()) if name != "law"]
    rows = [
        Row((Cell(Paragraph(name, _SMALL_INK), heads=True), Cell(Paragraph(value or formats.DASH, _SMALL_INK))))
        for name, value in found
    ]
    return Table([Column(voice.say("sources.element"), 1), Column(voice.say("sources.version"), 2)], rows, Layout(pad=3))
