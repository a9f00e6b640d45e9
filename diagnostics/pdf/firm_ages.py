"""The ages of the team and the departures that follow from them: two chapters."""

from dataclasses import replace

from analysis.portrait import Horizon, Portrait, Pyramid
from diagnostics import formats
from diagnostics.charts import palette
from diagnostics.charts.departures import cumulative, sure_points
from diagnostics.charts.pyramid import oldest_first, unit_pyramid
from diagnostics.pdf.blocks import Block, Columns, level_panels
from diagnostics.pdf.report import Report
from diagnostics.pdf.tables import Cell, Column, Layout, Row
from diagnostics.pdf.text import Paragraph
from diagnostics.pdf.theme import ACROSS, BODY, CELL, CELL_STRONG, LEAD, NOTE, SMALL, panel
from diagnostics.pdf.voice import Voice

_NEAR = 0.05
END = replace(CELL, anchor="end")
END_STRONG = replace(CELL_STRONG, anchor="end")


def pyramid(report: Report[Portrait]) -> None:
    """The age pyramid, and three readings of it."""
    portrait, voice = report.subject, report.voice
    ages = portrait.pyramid
    known = any(band.total for band in ages.bands)
    blocks: list[Block] = []
    if known:
        lead = voice.say("pyr.lead.merged" if ages.merged else "pyr.lead")
        blocks.append(Paragraph(lead, BODY))
        blocks.append(
            report.figure(
                voice.say("pyr.figure"), _subject(portrait, voice), unit_pyramid(ages, voice.locale), _source(portrait, voice)
            )
        )
    blocks.append(_boxes(ages, voice))
    if ages.shape:
        blocks.append(Paragraph(voice.say("pyr.shape", shape=voice.code("shape", ages.shape)), NOTE))
    if known and not ages.merged:
        blocks += _band_table(report)
    report.section("pyramid", voice.say("s.pyramid"), _title(portrait, voice, known=known), blocks)


def _title(portrait: Portrait, voice: Voice, *, known: bool) -> str:
    ages = portrait.pyramid
    if not known:
        return voice.say("pyr.title.unknown")
    if ages.count_55 is None:
        return voice.say("pyr.title.hidden")
    title = voice.count("pyr.title", ages.count_55, staff=portrait.firm.headcount)
    if ages.share_55 is None or ages.panel_share_55 is None or ages.count_55 == 0:
        return title
    difference = ages.share_55 - ages.panel_share_55
    return title + voice.say("pyr.more" if difference > _NEAR else "pyr.less" if difference < -_NEAR else "pyr.same")


def _subject(portrait: Portrait, voice: Voice) -> str:
    key = "pyr.subject.merged" if portrait.pyramid.merged else "pyr.subject"
    return voice.say(key, day=voice.day(portrait.departures.reference_date or portrait.visited_on))


def _source(portrait: Portrait, voice: Voice) -> str:
    text = voice.say("pyr.source", source=voice.code("basis", portrait.pyramid.source))
    return text + (
        voice.say("pyr.source.panel", count=portrait.panel_size) if portrait.pyramid.panel_shares and portrait.panel_size else ""
    )


def _boxes(ages: Pyramid, voice: Voice) -> Block:
    if ages.mean_age is None:
        mean = voice.say("pyr.mean.none")
    elif ages.panel_mean_age is None:
        mean = voice.say("pyr.mean.text", age=voice.number(ages.mean_age, 1))
    else:
        mean = voice.say("pyr.mean.panel", age=voice.number(ages.mean_age, 1), panel=voice.number(ages.panel_mean_age, 1))
    hidden = voice.say("pyr.seniors.hidden")
    seniors = hidden if ages.count_50 is None else voice.count("pyr.seniors", ages.count_50, share=voice.percent(ages.share_50))
    young = hidden if ages.count_under_35 is None else voice.count("pyr.young", ages.count_under_35)
    boxes = [
        panel(voice.say("pyr.mean"), mean, style=SMALL),
        panel(voice.say("pyr.seniors"), seniors, bar=palette.AMBER, style=SMALL),
        panel(voice.say("pyr.young"), young, style=SMALL),
    ]
    return level_panels(boxes, ACROSS)


def _band_table(report: Report[Portrait]) -> list[Block]:
    ages, voice = report.subject.pyramid, report.voice
    order = oldest_first(ages)
    columns = [Column(voice.say("band"), 1.6), *(Column(ages.bands[index].label.in_(voice.locale), 1, "end") for index in order)]
    rows = []
    sides = [
        ("women", [ages.bands[index].women or 0 for index in order]),
        ("men", [ages.bands[index].men or 0 for index in order]),
        ("total", [ages.bands[index].total for index in order]),
    ]
    for key, values in sides:
        strong = key == "total"
        cells = [Cell(Paragraph(str(value), END_STRONG if strong else END)) for value in values]
        rows.append(Row((Cell(Paragraph(voice.say(key), CELL_STRONG if strong else CELL), heads=True), *cells)))
    return report.table(voice.say("pyr.table"), columns, rows, layout=Layout(pad=4, between=4))


def departures(report: Report[Portrait]) -> None:
    """The expected departures with their uncertainty, or why there are none."""
    portrait, voice = report.subject, report.voice
    found = portrait.departures
    blocks: list[Block] = []
    if found.withheld:
        key = f"dep.withheld.{found.withheld}"
        blocks.append(Paragraph(voice.say(key if voice.knows(key) else "dep.withheld.other"), LEAD))
    else:
        blocks.append(Paragraph(voice.say("dep.lead"), LEAD))
        if not all(horizon.precise for horizon in found.horizons):
            blocks.append(Paragraph(voice.say("dep.lead.range"), BODY))
        if any(point.high90 for point in found.path):
            subject = voice.say("dep.subject", day=voice.day(found.reference_date))
            height = 216.0 if sure_points(found) else 170.0
            blocks.append(
                report.figure(
                    voice.say("dep.figure"),
                    subject,
                    cumulative(found, voice.locale, height=height),
                    _departure_source(portrait, voice),
                )
            )
        if found.horizons:
            blocks += _horizon_table(report)
    blocks += _remarks(portrait, voice)
    report.section("departures", voice.say("s.departures"), _departure_title(portrait, voice), blocks, runs_on=True)


def _departure_source(portrait: Portrait, voice: Voice) -> str:
    found = portrait.departures
    return voice.say("dep.source", law=found.law_version, basis=voice.code("basis", found.basis))


def _departure_title(portrait: Portrait, voice: Voice) -> str:
    found = portrait.departures
    if found.withheld or not found.horizons:
        return voice.say("dep.title.withheld")
    last = max(found.horizons, key=lambda horizon: horizon.years)
    low, high = last.low90, last.high90
    years = voice.say(f"dep.in.{last.years}") if voice.knows(f"dep.in.{last.years}") else voice.count("dep.years", last.years)
    if high == 0:
        return voice.say("dep.title.none", years=years)
    if low == high:
        return voice.count("dep.title.sure", low, years=years)
    if low == 0:
        return voice.count("dep.title.upto", high, years=years)
    if not last.precise:
        return voice.say("dep.title.range", low=low, high=high, years=years)
    return voice.say("dep.title.central", low=low, high=high, expected=voice.number(last.expected), years=years)


def _horizon_table(report: Report[Portrait]) -> list[Block]:
    portrait, voice = report.subject, report.voice
    keys = ("dep.horizon", "dep.expected", "dep.range", "dep.half", "dep.share", "dep.declared")
    columns = [Column(voice.say(key), 1.1 if index == 0 else 1.0) for index, key in enumerate(keys)]
    rows = [_horizon_row(horizon, portrait, voice) for horizon in portrait.departures.horizons]
    note = "" if any(point.high90 for point in portrait.departures.path) else _departure_source(portrait, voice)
    return report.table(voice.say("dep.table"), columns, rows, note=note)


def _horizon_row(horizon: Horizon, portrait: Portrait, voice: Voice) -> Row:
    hidden = voice.say("dep.hidden")
    staff = max(portrait.firm.headcount, 1)
    texts = [
        voice.number(horizon.expected, 1) if horizon.precise else hidden,
        voice.span(horizon.low90, horizon.high90),
        voice.span(horizon.low50, horizon.high50) if horizon.precise else hidden,
        voice.percent(horizon.expected / staff) if horizon.precise else hidden,
        formats.DASH if horizon.declared is None else voice.number(horizon.declared),
    ]
    first = Cell(Paragraph(voice.count("dep.years", horizon.years), CELL_STRONG), heads=True)
    return Row((first, *(Cell(Paragraph(text, CELL)) for text in texts)))


def _remarks(portrait: Portrait, voice: Voice) -> list[Block]:
    found = portrait.departures
    texts = []
    if found.announced:
        texts.append(voice.count("dep.announced", found.announced))
    if found.past_3_years is not None:
        texts.append(voice.count("dep.past", found.past_3_years))
    if found.ask_about_gap:
        texts.append(voice.say("dep.gap"))
    quiet = bool(found.horizons) and max(horizon.high90 for horizon in found.horizons) == 0
    blocks: list[Block] = []
    if found.horizons and not found.withheld:
        blocks.append(panel(voice.say("remember"), voice.say("dep.remember.none" if quiet else "dep.remember"), bar=palette.AMBER))
    if texts:
        blocks.append(Columns([Paragraph(" ".join(texts), BODY)], before=4))
    return blocks
