"""What the expected departures may cost: orders of magnitude, never a bill."""

from dataclasses import replace

from analysis.portrait import Amount, Costs, Portrait
from diagnostics.charts import palette
from diagnostics.charts.rows import Estimate, Look, estimates
from diagnostics.pdf.blocks import Block, level_panels
from diagnostics.pdf.report import Report
from diagnostics.pdf.tables import Cell, Column, Row
from diagnostics.pdf.text import Paragraph
from diagnostics.pdf.theme import ACROSS, BODY, CELL, CELL_STRONG, LEAD, NOTE, SMALL, panel
from diagnostics.pdf.voice import Voice

_END = replace(CELL, anchor="end")
_END_STRONG = replace(CELL_STRONG, anchor="end")


def costs(report: Report[Portrait]) -> None:
    """The amounts with their intervals, the scale behind them, what is set aside and the cash they meet."""
    portrait, voice = report.subject, report.voice
    found = portrait.costs
    amounts = _amounts(found, voice)
    known = [(label, amount) for label, amount in amounts if amount is not None]
    blocks: list[Block] = []
    if found.withheld:
        key = f"cost.withheld.{found.withheld}"
        blocks.append(Paragraph(voice.say(key if voice.knows(key) else "cost.withheld.other"), LEAD))
    if known:
        blocks.append(Paragraph(voice.say("cost.lead"), BODY if found.withheld else LEAD))
    blocks += _scale(found, voice)
    if any(amount.high for _, amount in known):
        lines = [Estimate(label, amount.expected, amount.low, amount.high, "") for label, amount in known]
        scene = estimates(lines, Look(voice.euros), voice.say("cost.figure"))
        blocks.append(report.figure(voice.say("cost.figure"), voice.say("cost.subject"), scene, ""))
    if known:
        blocks += _table(report, amounts)
    blocks.append(_boxes(found, voice))
    if found.noria_yearly is not None:
        blocks.append(Paragraph(voice.say("cost.noria", amount=voice.euros(found.noria_yearly)), BODY))
    report.section("costs", voice.say("s.costs"), _title(found, voice), blocks, runs_on=True)


def _amounts(found: Costs, voice: Voice) -> list[tuple[str, Amount | None]]:
    return [
        (voice.say("cost.idr5"), found.indemnity_5),
        (voice.say("cost.idr10"), found.indemnity_10),
        (voice.say("cost.overlap"), found.overlap_5),
        (voice.say("cost.balance"), found.balance_5),
    ]


def _title(found: Costs, voice: Voice) -> str:
    if found.indemnity_5 is None:
        return voice.say("cost.title.withheld")
    if found.indemnity_5.expected <= 0:
        if found.indemnity_10 is not None and found.indemnity_10.expected > 0 and found.agreement_status != "unverified":
            return voice.say("cost.title.ten", amount=voice.euros(found.indemnity_10.expected))
        return voice.say("cost.title.zero")
    key = "cost.title.floor" if found.agreement_status == "unverified" else "cost.title"
    return voice.say(key, amount=voice.euros(found.indemnity_5.expected))


def _scale(found: Costs, voice: Voice) -> list[Block]:
    if found.agreement_status == "unverified":
        text = voice.say("cost.agreement.unverified", agreement=found.agreement)
        return [panel(voice.say("remember"), text, bar=palette.AMBER)]
    key = "cost.agreement.legal" if found.agreement_status == "legal" else "cost.agreement"
    return [Paragraph(voice.say(key, agreement=found.agreement), NOTE)] if found.agreement_status else []


def _table(report: Report[Portrait], amounts: list[tuple[str, Amount | None]]) -> list[Block]:
    voice, found = report.voice, report.subject.costs
    columns = [
        Column(voice.say("cost.item"), 2.4),
        Column(voice.say("cost.expected"), 1, "end"),
        Column(voice.say("cost.range"), 1.7, "end"),
    ]
    rows = []
    for label, amount in amounts:
        expected = voice.say("cost.missing") if amount is None else voice.euros(amount.expected)
        between = "" if amount is None else f"{voice.euros(amount.low)} – {voice.euros(amount.high)}"
        rows.append(
            Row(
                (
                    Cell(Paragraph(label, CELL_STRONG), heads=True),
                    Cell(Paragraph(expected, _END_STRONG)),
                    Cell(Paragraph(between, _END)),
                )
            )
        )
    source = voice.say("cost.source", reference=found.reference) if found.reference else voice.say("cost.source.plain")
    note = f"{source} {voice.say('cost.charges', rate=voice.percent(found.charges_rate))}"
    return report.table(voice.say("cost.table"), columns, rows, note=note)


def _boxes(found: Costs, voice: Voice) -> Block:
    provision = voice.code("provision", found.provision) if found.provision else voice.say("unknown")
    provision = provision[:1].upper() + provision[1:]
    if found.provision_amount is not None and found.provision_amount > 0:
        cover = voice.say("cost.cover.amount", provision=provision, amount=voice.euros(found.provision_amount))
    else:
        cover = voice.say("cost.cover.text", provision=provision)
    cash = voice.say("cost.cash.none") if found.cash is None else voice.say("cost.cash.text", amount=voice.euros(found.cash))
    if found.cash is not None and found.uncovered_share_of_cash is not None:
        cash += " " + voice.say("cost.cash.share", share=voice.percent(found.uncovered_share_of_cash))
    boxes = [
        panel(voice.say("cost.cover"), cover, style=SMALL),
        panel(voice.say("cost.cash"), cash, bar=palette.AMBER, style=SMALL),
    ]
    return level_panels(boxes, ACROSS)
