"""A synthesis of a region, a sector or a département: a frozen, protected value in, a PDF out. Nothing is computed here.

A cell that is not published is marked in words, explained under its table, and stands where the analysis put it: by name, never by value.
"""

from analysis.synthesis.edition import WITHHELD, Chapter, Synthesis
from analysis.synthesis.edition import Table as Published
from analysis.synthesis.edition import Tile as KeyFigure
from diagnostics.charts import palette
from diagnostics.charts.figures import figure_of, map_of, status_word, written
from diagnostics.charts.pyramid import mirror_motif
from diagnostics.charts.scene import Scene
from diagnostics.pdf import synthesis_words, words
from diagnostics.pdf.blocks import Block, Columns, Drawing, Panel, Stack, Whole
from diagnostics.pdf.cover import Cover, CoverText
from diagnostics.pdf.document import Contents, Furniture, Section, compose
from diagnostics.pdf.painter import Painter, Rendered
from diagnostics.pdf.report import Report, lines
from diagnostics.pdf.synthesis_method import method
from diagnostics.pdf.synthesis_profiles import profiles
from diagnostics.pdf.synthesis_tables import published_rows, table_notes
from diagnostics.pdf.tables import Cell, Column, Layout, Row, Table
from diagnostics.pdf.text import Paragraph, Style
from diagnostics.pdf.theme import BODY, CAPTION, CELL, H3, LEAD, NOTE, heading, panel
from diagnostics.pdf.tiles import Tile, Tiles
from diagnostics.pdf.voice import Voice

_LONG = 118
_VALUE = Style("semibold", 8.4, 11.2, palette.INK, anchor="end", after=0)
_COUNT = Style("regular", 8.4, 11.2, anchor="end", after=0)
_UNITS = {
    "fr": {"months": "mois", "years": "ans", "score": "/ 100"},
    "en": {"months": "months", "years": "years", "score": "/ 100"},
}
_TONES = {"alert": palette.RUST, "watch": palette.AMBER, "support": palette.BLUE}


def render_synthesis(synthesis: Synthesis, locale: str = "fr") -> Rendered:
    """Draws a synthesis in French or English; raises `FaceError` when a font file is missing."""
    voice = Voice(locale, words.COMMON, words.CODES, synthesis_words.SYNTHESIS)
    report = Report(synthesis, voice)
    if synthesis.status == WITHHELD:
        _withheld(report)
    else:
        _essentials(report)
        for chapter in synthesis.chapters:
            _chapter(report, chapter)
        _area_map(report)
        profiles(report)
        method(report)
    contents = Contents(report.sections)
    marks = (voice.say("demo"),) if synthesis.is_demo else ()
    name = voice.words(synthesis.label)
    opening = [] if synthesis.status == WITHHELD else [_reading(synthesis, voice, contents)]
    furniture = Furniture(
        head=synthesis.campaign,
        foot=f"{voice.code('scope', synthesis.scope)}  ·  {name}",
        confidential=voice.say("public"),
        marks=marks,
    )
    painter = Painter(
        title=f"{voice.say('title')} – {name}", author=synthesis.campaign, subject=voice.say("subject"), locale=voice.locale
    )
    compose(painter, _cover(synthesis, voice, marks), [*opening, *report.sections], contents, furniture)
    return painter.finish()


def _cover(synthesis: Synthesis, voice: Voice, marks: tuple[str, ...]) -> Cover:
    line = voice.say("cover.withheld")
    if synthesis.method is not None:
        line = voice.count("cover.line", synthesis.method.respondents)
    if synthesis.scope != "region":
        line += f"  ·  {voice.words(synthesis.region)}"
    foot = [voice.say("cover.date", day=voice.day(synthesis.prepared_on)), voice.say("public")]
    if synthesis.is_demo:
        foot.append(voice.say("demo.line"))
    text = CoverText(
        synthesis.campaign,
        voice.say("title"),
        voice.code("scope", synthesis.scope),
        voice.words(synthesis.label),
        line,
        tuple(foot),
        marks,
    )
    return Cover(text, _picture(synthesis))


def _picture(synthesis: Synthesis) -> Scene:
    for chapter in synthesis.chapters:
        for table in chapter.tables:
            if table.chart == "pyramid":
                codes = [column.code for column in table.columns]
                women, men = codes.index("women"), codes.index("men")
                shares = [(row.cells[women].value or 0.0, row.cells[men].value or 0.0) for row in table.rows if not row.total]
                return mirror_motif(shares, 330, 290)
    return Scene(330, 1, (), "", "")


def _reading(synthesis: Synthesis, voice: Voice, contents: Contents) -> Section:
    found = synthesis.method
    rows = [(voice.say("id.scope"), voice.words(synthesis.label)), (voice.say("id.region"), voice.words(synthesis.region))]
    if found is not None:
        rows += [
            (voice.say("id.firms"), voice.number(found.respondents)),
            (voice.say("id.frame"), voice.number(found.frame_firms)),
            (voice.say("id.threshold"), voice.say("id.threshold.text", count=found.threshold)),
        ]
    rows += [(voice.say("id.campaign"), synthesis.campaign), (voice.say("id.prepared"), voice.day(synthesis.prepared_on))]
    head = Paragraph(voice.say("id"), Style("semibold", 9.4, 12, palette.BLUE, after=6, tag="H2", keep=True))
    left = Stack([Paragraph(voice.say("contents"), Style("serif-semibold", 20, 26, palette.INK, after=10, tag="H1")), contents])
    notes = [("how.interval", "how.interval.text"), ("how.hidden", "how.hidden.text")]
    blocks: list[Block] = [
        Columns([left, Panel(Stack([head, lines(rows, voice)]), before=0)], shares=(0.6, 0.4), between=24, after=14),
        heading(voice.say("how")),
        Paragraph(voice.say("how.text"), LEAD),
        Columns([Stack([Paragraph(voice.say(title), H3), Paragraph(voice.say(text), BODY)]) for title, text in notes]),
    ]
    return Section("reading", "", voice.say("s.reading"), "", tuple(blocks), listed=False)


def _essentials(report: Report[Synthesis]) -> None:
    synthesis, voice = report.subject, report.voice
    blocks: list[Block] = []
    if synthesis.tiles:
        a_line = 4 if len(synthesis.tiles) in {4, 7, 8} else 3
        blocks.append(Tiles([_tile(tile, voice) for tile in synthesis.tiles], a_line=min(a_line, len(synthesis.tiles))))
    if synthesis.messages:
        blocks.append(heading(voice.say("messages")))
    for message in synthesis.messages:
        tone = _TONES.get(message.tone, palette.BLUE)
        blocks.append(panel(voice.code("tone", message.tone), voice.words(message.text), bar=tone, style=BODY))
    report.section("essentials", voice.say("s.essentials"), voice.words(synthesis.title), blocks)


def _tile(tile: KeyFigure, voice: Voice) -> Tile:
    cell, unit = tile.cell, tile.unit
    if cell.value is None:
        return Tile("–", "", voice.words(tile.label), status_word(cell, voice.locale, long=True))
    write = written(unit, voice.locale)
    note = voice.words(tile.note)
    if cell.low is not None and cell.high is not None:
        interval = f"{write(cell.low)} – {write(cell.high)}"
        note = f"{interval}, {note}" if note else interval
    if unit == "share":
        return Tile(voice.number(cell.value * 100), "%", voice.words(tile.label), note, cell.value)
    return Tile(write(cell.value), _UNITS[voice.locale].get(unit, ""), voice.words(tile.label), note)


def _chapter(report: Report[Synthesis], chapter: Chapter) -> None:
    voice = report.voice
    finding, name = voice.words(chapter.finding), voice.words(chapter.title)
    short = finding if finding and len(finding) <= _LONG else name
    blocks: list[Block] = [] if not finding or short == finding else [Paragraph(finding, LEAD)]
    said: set[str] = set()
    for table in chapter.tables:
        blocks += _published(report, table, said)
    report.section(f"chapter-{chapter.code}", name, short.rstrip("."), blocks, runs_on=True)


def _published(report: Report[Synthesis], table: Published, said: set[str]) -> list[Block]:
    """The figure of a table, where it stands apart, and the table itself, whose strips are drawn inside."""
    voice = report.voice
    title, subject = voice.words(table.title), voice.words(table.subject)
    scene = None if table.chart == "bars" else figure_of(table, voice.locale)
    notes = table_notes(table, voice, said)
    blocks: list[Block] = []
    if scene is not None:
        blocks.append(report.figure(title or subject, subject if title else "", scene, ""))
    if not table.rows:
        return blocks
    columns, rows = published_rows(table, voice)
    heads = subject if scene is not None else title or subject
    under = "" if scene is not None or not title else subject
    blocks += report.table(heads, columns, rows, subject=under, note=" ".join(notes), layout=Layout(pad=3.6, between=6))
    return blocks


def _area_map(report: Report[Synthesis]) -> None:
    found, voice = report.subject.area_map, report.voice
    if found is None or not found.areas:
        return
    write = written(found.unit, voice.locale)
    columns = [
        Column(voice.say("map.area"), 2.2),
        Column(_unit_head(found.unit, voice), 1, "end"),
        Column(voice.say("map.departures"), 1.1, "end"),
    ]
    rows = []
    for area in found.areas:
        value = write(area.cell.value) if area.cell.value is not None else status_word(area.cell, voice.locale)
        count = (
            voice.number(area.departures.value) if area.departures.value is not None else status_word(area.departures, voice.locale)
        )
        name = Cell(Paragraph(voice.words(area.label), CELL), heads=True)
        rows.append(Row((name, Cell(Paragraph(value, _VALUE)), Cell(Paragraph(count, _COUNT)))))
    report.figures += 1
    caption = voice.say("figure", number=report.figures, title=voice.words(found.subject))
    scene = map_of(found, voice.locale, 270)
    pair = Columns([Drawing(scene), Table(columns, rows, Layout(pad=3))], shares=(270, 195), between=18)
    note = " ".join(part for part in (voice.words(found.note), voice.say("map.source")) if part)
    title = voice.words(found.title) or voice.say("map.title")
    fitting: Block = Whole([pair]) if len(rows) <= 30 else pair  # noqa: PLR2004 - More areas than a page holds run on.
    report.section(
        "map", voice.say("s.map"), title.rstrip("."), [Paragraph(caption, CAPTION), fitting, Paragraph(note, NOTE)], runs_on=True
    )


def _unit_head(unit: str, voice: Voice) -> str:
    """A short head for the coloured figure."""
    key = f"map.{unit}"
    return voice.say(key) if voice.knows(key) else ""


def _withheld(report: Report[Synthesis]) -> None:
    synthesis, voice = report.subject, report.voice
    blocks: list[Block] = [Paragraph(voice.say("withheld.text"), LEAD)]
    if synthesis.reason is not None:
        blocks.append(panel(voice.say("withheld.why"), voice.words(synthesis.reason), bar=palette.AMBER))
    report.section("withheld", voice.words(synthesis.label), voice.say("withheld.title"), blocks)
