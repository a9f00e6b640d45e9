"""The profiles of fragility: what each one is, how many firms it holds, what sets it apart, and why there are so many."""

from dataclasses import replace

from analysis.synthesis.edition import Profile, ProfileSet, Synthesis
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.figures import status_word, written
from diagnostics.pdf.blocks import Block, Stack, Whole
from diagnostics.pdf.report import Report
from diagnostics.pdf.tables import Cell, Column, Layout, Row, Table
from diagnostics.pdf.text import Paragraph, Style
from diagnostics.pdf.theme import BODY, CELL, CELL_SMALL, CELL_STRONG, H2, LEAD, NOTE, panel
from diagnostics.pdf.voice import Voice

_TRAITS = 5
_LIMITS = (25, 45, 65)
_END = replace(CELL, anchor="end")
_NAME = Style("serif-semibold", 12.5, 16, palette.INK, after=2, tag="H3", keep=True)


def profiles(report: Report[Synthesis]) -> None:
    """The chapter of profiles, where there is one."""
    found, voice = report.subject.profiles, report.voice
    if found is None:
        return
    blocks: list[Block] = [Paragraph(voice.words(found.note), LEAD)] if voice.words(found.note) else []
    for index, profile in enumerate(found.profiles):
        blocks.append(_card(profile, palette.PROFILES[index % len(palette.PROFILES)], voice))
    if any(any(score is not None for score in profile.dimensions) for profile in found.profiles):
        blocks += _dimension_table(report, found)
    if found.criteria:
        blocks += _criteria(found, voice)
    report.section("profiles", voice.say("s.profiles"), _title(found, voice), blocks, runs_on=True)


def _title(found: ProfileSet, voice: Voice) -> str:
    if found.structure == "none" or not found.profiles:
        return voice.say("profiles.title.none")
    key = "profiles.title.clear" if found.structure == "clear" else "profiles.title.indicative"
    return voice.count(key, len(found.profiles))


def _card(profile: Profile, tone: str, voice: Voice) -> Block:
    cell = profile.share
    if cell.value is None:
        share = status_word(cell, voice.locale, long=True)
    elif cell.low is None or cell.high is None:
        share = voice.say("profiles.share", share=voice.percent(cell.value))
    else:
        share = voice.say(
            "profiles.share.interval", share=voice.percent(cell.value), low=voice.percent(cell.low), high=voice.percent(cell.high)
        )
    stability = voice.say(
        "profiles.stability", value=voice.number(profile.stability, 2), standing=voice.code("standing", profile.standing)
    )
    inner: list[Block] = [Paragraph(voice.words(profile.name), _NAME), Paragraph(f"{share}  ·  {stability}", CELL_SMALL)]
    if voice.words(profile.portrait):
        inner.append(Paragraph(voice.words(profile.portrait), BODY))
    if profile.traits:
        inner.append(_traits(profile, voice))
    return Whole([panel(profile.code, [Stack(inner)], bar=tone)], after=4)


def _traits(profile: Profile, voice: Voice) -> Table:
    columns = [
        Column(voice.say("profiles.traits"), 2.6),
        Column(voice.say("profiles.mean"), 1, "end"),
        Column(voice.say("profiles.overall"), 1, "end"),
    ]
    rows = []
    for trait in profile.traits[:_TRAITS]:
        write = written(trait.unit, voice.locale)
        rows.append(
            Row(
                (
                    Cell(Paragraph(voice.words(trait.label), CELL), heads=True),
                    Cell(Paragraph(write(trait.mean), replace(CELL_STRONG, anchor="end"))),
                    Cell(Paragraph(write(trait.overall), _END)),
                )
            )
        )
    return Table(columns, rows, Layout(pad=2.6, after=2))


def _dimension_table(report: Report[Synthesis], found: ProfileSet) -> list[Block]:
    voice = report.voice
    columns = [Column(voice.say("profiles.profile"), 3), *(Column(f"D{index + 1}", 1, "middle") for index in range(10))]
    rows = []
    for profile in found.profiles:
        cells = [Cell(Paragraph(voice.words(profile.name), CELL_STRONG), heads=True)]
        cells += [_heat(score, voice) for score in profile.dimensions]
        rows.append(Row(tuple(cells)))
    return report.table(
        voice.say("profiles.table"),
        columns,
        rows,
        subject=voice.say("profiles.table.subject"),
        note=voice.say("profiles.levels"),
        layout=Layout(pad=5, between=8),
    )


def _heat(score: float | None, voice: Voice) -> Cell:
    if score is None:
        return Cell(Paragraph(formats.DASH, Style("regular", 8.4, 11.2, palette.MUTED, anchor="middle", after=0)))
    fill, ink = palette.risk(sum(1 for limit in _LIMITS if score >= limit))
    return Cell(Paragraph(voice.number(score), Style("semibold", 8.4, 11.2, ink, anchor="middle", after=0)), ground=fill)


def _criteria(found: ProfileSet, voice: Voice) -> list[Block]:
    keys = ("criteria.k", "criteria.silhouette", "criteria.stability", "criteria.smallest", "criteria.verdict")
    columns = [Column(voice.say(key), 1, "start" if index in {0, 4} else "end") for index, key in enumerate(keys)]
    rows = []
    for item in found.criteria:
        texts = (voice.number(item.silhouette, 2), voice.number(item.stability, 2), voice.percent(item.smallest_share))
        cells = [Cell(Paragraph(str(item.k), CELL_STRONG if item.chosen else CELL), heads=True)]
        cells += [Cell(Paragraph(text, _END)) for text in texts]
        cells.append(Cell(Paragraph(voice.say(f"criteria.{item.verdict}"), CELL_STRONG if item.chosen else CELL)))
        rows.append(Row(tuple(cells)))
    return [
        Whole([Paragraph(voice.say("criteria"), H2), Table(columns, rows, Layout(pad=3)), Paragraph(voice.words(found.rule), NOTE)])
    ]
