"""The method note of a synthesis: the panel, its weights, what is not published, and the versions."""

from analysis.synthesis.edition import Method, Synthesis
from diagnostics import formats
from diagnostics.pdf.blocks import Block, Columns, Stack
from diagnostics.pdf.report import Report
from diagnostics.pdf.tables import Cell, Column, Layout, Row, Table
from diagnostics.pdf.text import Paragraph
from diagnostics.pdf.theme import BODY, CELL, H2
from diagnostics.pdf.voice import Voice


def method(report: Report[Synthesis]) -> None:
    """The last chapter."""
    synthesis, voice = report.subject, report.voice
    found = synthesis.method
    if found is None:
        return
    blocks: list[Block] = [Paragraph(voice.words(text), BODY) for text in found.paragraphs]
    panel = Stack([Paragraph(voice.say("method.panel"), H2), _table(_figures(found, voice), voice)])
    versions = Stack([Paragraph(voice.say("versions"), H2), _table(_versions(synthesis, voice), voice)])
    blocks.append(Columns([panel, versions], shares=(1.25, 1), between=24))
    report.section("method", voice.say("s.method"), voice.say("method.title"), blocks, runs_on=True)


def _figures(found: Method, voice: Voice) -> list[tuple[str, str]]:
    weights = " · ".join(voice.number(weight, 1) for weight in (found.weight_min, found.weight_median, found.weight_max))
    rows = [
        (voice.say("method.respondents"), voice.number(found.respondents)),
        (voice.say("method.frame"), voice.number(found.frame_firms)),
        (voice.say("method.effective"), voice.number(found.effective_n)),
        (voice.say("method.design"), f"× {voice.number(found.design_effect, 2)}"),
        (voice.say("method.weights"), weights),
        (voice.say("method.calibration"), found.calibration),
        (voice.say("method.margins"), voice.listed([voice.words(margin) for margin in found.margins])),
        (voice.say("method.collapsed"), voice.listed([voice.words(group) for group in found.collapsed])),
        (voice.say("method.threshold"), voice.say("id.threshold.text", count=found.threshold)),
        (voice.say("method.cells"), f"{voice.number(found.published_cells)} · {voice.number(found.hidden_cells)}"),
    ]
    return [row for row in rows if row[1]]


def _versions(synthesis: Synthesis, voice: Voice) -> list[tuple[str, str]]:
    rows = [(voice.code("version", name), str(value)) for name, value in sorted(synthesis.versions.items())]
    return [*rows, (voice.say("version.digest"), synthesis.digest()[:16])]


def _table(rows: list[tuple[str, str]], voice: Voice) -> Table:
    found = [Row((Cell(Paragraph(name, CELL), heads=True), Cell(Paragraph(value or formats.DASH, CELL)))) for name, value in rows]
    return Table([Column(voice.say("method.element"), 1), Column(voice.say("method.value"), 1)], found, Layout(pad=3.4))
