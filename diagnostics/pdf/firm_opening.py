"""The first pages of a firm's report: cover, how to read it, the essentials."""

from collections.abc import Sequence

from analysis.portrait import ActionLine, Horizon, Portrait
from diagnostics.charts import palette
from diagnostics.charts.dimensions import position
from diagnostics.charts.pyramid import motif
from diagnostics.charts.scene import Scene
from diagnostics.pdf.blocks import Block, Columns, Drawing, Panel, Stack
from diagnostics.pdf.cover import Cover, CoverText
from diagnostics.pdf.document import Contents, Section
from diagnostics.pdf.report import Report, lines
from diagnostics.pdf.text import Paragraph, Style
from diagnostics.pdf.theme import BODY, H2, H3, LEAD, SENTENCE, SUBJECT, heading, panel
from diagnostics.pdf.tiles import Tile, Tiles
from diagnostics.pdf.voice import Voice

FIVE = 5
_THREE = 3
_NUMBER = Style("serif-semibold", 17, 19, palette.AMBER_TEXT, after=0)


def cover(portrait: Portrait, voice: Voice, marks: Sequence[str]) -> Cover:
    """The cover, with the firm's own pyramid as its picture."""
    firm = portrait.firm
    where = f"{firm.commune} ({firm.departement})" if firm.departement else firm.commune
    line = "  ·  ".join(part for part in (voice.words(firm.sector_label), where, voice.count("staff", firm.headcount)) if part)
    foot = [
        _visit(portrait, voice),
        voice.say("cover.confidential"),
    ]
    if portrait.is_demo:
        foot.append(voice.say("demo.line"))
    known = any(band.total for band in portrait.pyramid.bands)
    picture = motif(portrait.pyramid, 330, 290) if known else Scene(330, 1, (), "", "")
    words = CoverText(owner(portrait), voice.say("title"), voice.say("subtitle"), firm.name, line, tuple(foot), tuple(marks))
    return Cover(words, picture)


def _visit(portrait: Portrait, voice: Voice) -> str:
    """When and by whom; names are put in after the sentence has its typography."""
    firm = portrait.firm
    key = "cover.visit.day" if not firm.diagnostician else "cover.visit" if firm.structure else "cover.visit.plain"
    sentence = voice.say(key, day=voice.day(portrait.visited_on), who="{who}", structure="{structure}")
    return sentence.replace("{structure}", firm.structure).replace("{who}", firm.diagnostician)


def owner(portrait: Portrait) -> str:
    """Who gives the document: the campaign, and the region where it does not name it already."""
    if not portrait.region or portrait.region in portrait.campaign:
        return portrait.campaign
    return f"{portrait.campaign} · {portrait.region}" if portrait.campaign else portrait.region


def reading(portrait: Portrait, voice: Voice, contents: Contents) -> Section:
    """Contents, identity, how to read the report, who was met."""
    left = Stack([Paragraph(voice.say("contents"), Style("serif-semibold", 20, 26, palette.INK, after=10, tag="H1")), contents])
    blocks: list[Block] = [
        Columns([left, Panel(identity(portrait, voice), bar=palette.BLUE, before=0)], shares=(0.56, 0.44), between=24, after=14),
        heading(voice.say("how")),
        Paragraph(voice.say("how.text"), LEAD),
        Columns(
            [
                Stack([Paragraph(voice.say("data"), H3), Paragraph(voice.say("data.text"), BODY)]),
                Stack([Paragraph(voice.say("limits"), H3), Paragraph(voice.say("limits.text"), BODY)]),
            ],
            after=10,
        ),
        Columns([Stack([Paragraph(title, H3), Paragraph(text, BODY)]) for title, text in _circumstances(portrait, voice)]),
    ]
    return Section("reading", "", voice.say("s.reading"), "", tuple(blocks), listed=False)


def _circumstances(portrait: Portrait, voice: Voice) -> list[tuple[str, str]]:
    met = ", ".join(voice.code("role", code) for code in portrait.met) or voice.say("unknown")
    seen = ", ".join(voice.code("docs", code) for code in portrait.documents_seen) or voice.say("unknown")
    level = voice.say("unknown")
    if portrait.data_reliability is not None:
        level = voice.say("reliability.text", level=voice.code("reliability", str(portrait.data_reliability)))
    return [(voice.say("met"), _upper(met)), (voice.say("seen"), _upper(seen)), (voice.say("reliability"), _upper(level))]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def identity(portrait: Portrait, voice: Voice) -> Stack:
    """The identity card."""
    firm = portrait.firm
    staff = voice.count("staff", firm.headcount)
    if firm.fte is not None:
        staff = voice.say("id.fte", staff=staff, fte=voice.number(firm.fte, 1))
    place = ", ".join(
        part for part in (f"{firm.commune} ({firm.departement})" if firm.departement else firm.commune, firm.zone_emploi) if part
    )
    rows = [
        (voice.say("id.firm"), firm.name),
        (voice.say("id.siret"), _spaced(firm.siret)),
        (voice.say("id.activity"), voice.words(firm.sector_label)),
        (voice.say("id.family"), voice.words(firm.family_label)),
        (voice.say("id.place"), place),
        (voice.say("id.agreement"), voice.words(firm.idcc_label)),
        (voice.say("id.founded"), str(firm.founded) if firm.founded else ""),
        (voice.say("id.staff"), staff),
        (voice.say("id.diagnosis"), ", ".join(part for part in (voice.day(portrait.visited_on), firm.diagnostician) if part)),
        (voice.say("id.reference"), portrait.reference),
    ]
    head = Paragraph(voice.say("id"), Style("semibold", 9.4, 12, palette.BLUE, after=6, tag="H2", keep=True))
    return Stack([head, lines([row for row in rows if row[1]], voice)])


def _spaced(siret: str) -> str:
    if len(siret) != 14 or not siret.isdigit():  # noqa: PLR2004 - A SIRET has fourteen digits.
        return siret
    return f"{siret[:3]}\u00a0{siret[3:6]}\u00a0{siret[6:9]}\u00a0{siret[9:]}"


def horizon_of(portrait: Portrait, years: int) -> Horizon | None:
    """The departures expected within so many years, where there is a projection."""
    if portrait.departures.withheld:
        return None
    return next((horizon for horizon in portrait.departures.horizons if horizon.years == years), None)


def unready(portrait: Portrait) -> int:
    """How many key posts have no successor at all."""
    return sum(1 for post in portrait.key_posts if post.successor == "aucun")


def essentials(report: Report[Portrait]) -> None:
    """Four figures, three findings, three priorities, where the firm stands, one sentence."""
    portrait, voice = report.subject, report.voice
    blocks: list[Block] = [
        Tiles(_tiles(portrait, voice)),
        Columns([_findings(portrait, voice), _priorities(portrait, voice)], between=26, after=10),
    ]
    if portrait.hr_index is not None or portrait.economic_index is not None:
        blocks += [heading(voice.say("where")), Paragraph(voice.say("where.subject"), SUBJECT)]
        hr = position(voice.say("index.hr"), portrait.hr_index, portrait.panel_hr_median, voice.locale)
        economic = position(voice.say("index.economic"), portrait.economic_index, portrait.panel_economic_median, voice.locale)
        blocks.append(Columns([Drawing(hr), Drawing(economic)], between=21, after=12))
    headline = voice.words(portrait.headline)
    if headline:
        blocks.append(panel(voice.say("sentence"), headline, bar=palette.AMBER, style=SENTENCE))
    report.section("essentials", voice.say("s.essentials"), _title(portrait, voice), blocks)


def _title(portrait: Portrait, voice: Voice) -> str:
    found = horizon_of(portrait, FIVE)
    if found is None:
        return voice.say("ess.title.withheld")
    staff = voice.count("staff", portrait.firm.headcount)
    low, high = (found.low50, found.high50) if found.precise else (found.low90, found.high90)
    if high == 0:
        title = voice.say("ess.title.none")
    elif low == 0:
        title = voice.say("ess.title.upto.one" if high == 1 else "ess.title.upto", count=high, staff=staff)
    elif (low, high) == (1, 1):
        title = voice.say("ess.title.one", staff=staff)
    else:
        title = voice.say("ess.title.expected", range=voice.span(low, high), staff=staff)
    count = unready(portrait)
    return title + (voice.count("ess.posts", count) if count else "")


def _tiles(portrait: Portrait, voice: Voice) -> list[Tile]:
    pyramid = portrait.pyramid
    panel_note = "" if pyramid.panel_share_55 is None else voice.say("tile.panel", figure=voice.percent(pyramid.panel_share_55))
    if pyramid.share_55 is None:
        seniors = Tile("–", "", voice.say("tile.seniors.hidden"))
    else:
        figure = voice.number(pyramid.share_55 * 100)
        seniors = Tile(figure, "%", voice.say("tile.seniors"), panel_note, pyramid.share_55, pyramid.panel_share_55, warm=True)
    posts = len(portrait.key_posts)
    if posts:
        key = Tile(
            voice.number(unready(portrait)),
            f"/ {posts}",
            voice.say("tile.posts"),
            voice.say("tile.posts.note"),
            unready(portrait) / posts,
        )
    else:
        key = Tile("–", "", voice.say("tile.posts.none"))
    flags = Tile(
        voice.number(len(portrait.flags)),
        "",
        voice.count("tile.flags", len(portrait.flags)),
        voice.say("tile.flags.note"),
        warm=bool(portrait.flags),
    )
    return [seniors, _departure_tile(portrait, voice), key, flags]


def _departure_tile(portrait: Portrait, voice: Voice) -> Tile:
    found = horizon_of(portrait, FIVE)
    if found is None:
        return Tile("–", "", voice.say("tile.departures.hidden"))
    if not found.precise:
        return Tile(voice.span(found.low90, found.high90), "", voice.say("tile.departures"), voice.say("tile.range_only"))
    note = voice.say("tile.range", range=voice.span(found.low90, found.high90))
    single = found.expected < 2 and voice.locale != "en"  # noqa: PLR2004 - French plurals begin at two.
    label = voice.say("tile.departures.one") if single else voice.say("tile.departures")
    return Tile(voice.number(found.expected, 1), "", label, note)


def _numbered(number: int, title: str, text: str) -> Block:
    inner: list[Block] = [Paragraph(title, H3)]
    if text:
        inner.append(Paragraph(text, BODY))
    return Columns([Paragraph(str(number), _NUMBER), Stack(inner)], shares=(0.1, 0.9), between=4, before=4, after=7)


def _findings(portrait: Portrait, voice: Voice) -> Stack:
    blocks: list[Block] = [Paragraph(voice.say("findings"), H2)]
    for index, finding in enumerate(portrait.findings[:_THREE]):
        blocks.append(_numbered(index + 1, voice.words(finding.title), voice.words(finding.text)))
    if len(blocks) == 1:
        blocks.append(Paragraph(voice.say("findings.none"), BODY))
    return Stack(blocks)


def accepted(portrait: Portrait) -> list[ActionLine]:
    """The actions of the plan, the most urgent first, in the order in which they were agreed."""
    kept = [action for action in portrait.actions if not action.refused]
    return sorted(kept, key=lambda action: action.priority or "p9")


def _priorities(portrait: Portrait, voice: Voice) -> Stack:
    blocks: list[Block] = [Paragraph(voice.say("priorities"), H2)]
    for index, action in enumerate(accepted(portrait)[:_THREE]):
        when = voice.day(action.deadline) if action.deadline else ""
        text = ", ".join(part for part in (_brief(action.pilot), when) if part)
        blocks.append(_numbered(index + 1, _brief(action_title(action, voice), 120), _upper(text)))
    if len(blocks) == 1:
        blocks.append(Paragraph(voice.say("priorities.none"), BODY))
    return Stack(blocks)


def action_title(action: ActionLine, voice: Voice) -> str:
    """The title of an action: the catalogue's with its typography, the firm's own as it was written."""
    catalogued = bool(action.code) and action.title.fr != action.title.en
    return voice.words(action.title) if catalogued else action.title.in_(voice.locale)


def _brief(text: str, limit: int = 90) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit].rstrip() + "…"
