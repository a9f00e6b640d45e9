"""A firm's report: a frozen portrait in, a PDF out. The portrait decides every figure; nothing is computed here.

The same portrait in the same language gives the same bytes. `kind` « draft » marks every page as a draft, a demonstration marks
every page as one; nothing that a person wrote is ever read as markup.
"""

from analysis.portrait import Portrait
from diagnostics.pdf import firm_ages, firm_close, firm_money, firm_opening, firm_plan, firm_reading, firm_words, plan_words, words
from diagnostics.pdf.document import Contents, Furniture, compose
from diagnostics.pdf.painter import Painter, Rendered
from diagnostics.pdf.report import Report
from diagnostics.pdf.voice import Voice

_CHAPTERS = (
    firm_opening.essentials,
    firm_ages.pyramid,
    firm_ages.departures,
    firm_money.costs,
    firm_reading.key_posts,
    firm_reading.flags,
    firm_reading.dimensions,
    firm_plan.plan,
    firm_close.voices,
    firm_close.indicators,
    firm_close.method,
)


def render_firm(portrait: Portrait, locale: str = "fr") -> Rendered:
    """Draws a firm's report in French or English; raises `FaceError` when a font file is missing."""
    tables = (
        words.COMMON,
        words.CODES,
        firm_words.OPENING,
        firm_words.AGES,
        firm_words.READING,
        plan_words.MONEY,
        plan_words.PLAN,
        plan_words.CLOSE,
    )
    voice = Voice(locale, *tables)
    report = Report(portrait, voice)
    for chapter in _CHAPTERS:
        chapter(report)
    contents = Contents(report.sections)
    sections = [firm_opening.reading(portrait, voice, contents), *report.sections]
    marks = _marks(portrait, voice)
    furniture = Furniture(
        head=firm_opening.owner(portrait),
        foot=f"{voice.say('foot')}  ·  {portrait.firm.name}",
        confidential=voice.say("confidential"),
        marks=marks,
    )
    painter = Painter(
        title=f"{voice.say('title')} – {portrait.firm.name}",
        author=firm_opening.owner(portrait),
        subject=voice.say("subject"),
        locale=voice.locale,
    )
    compose(painter, firm_opening.cover(portrait, voice, marks), sections, contents, furniture)
    return painter.finish()


def _marks(portrait: Portrait, voice: Voice) -> tuple[str, ...]:
    found = []
    if portrait.is_demo:
        found.append(voice.say("demo"))
    if portrait.kind == "draft":
        found.append(voice.say("draft"))
    return tuple(found)
