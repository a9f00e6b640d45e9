"""Word-by-word differences between two texts: what stayed, what was taken out, what was put in.

Words, spaces and signs are compared one by one; joining what stayed with what was taken out gives the old text back, and
joining what stayed with what was put in gives the new one.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
# Fewest letters kept between two changes: a lone space that stayed between replaced words only makes the eye stumble.
_ISLAND = 2


class Op(StrEnum):
    """What became of a piece of text."""

    EQUAL = "equal"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text, and what became of it."""

    op: Op
    text: str


def word_diff(old: str, new: str) -> tuple[Span, ...]:
    """The spans that lead from one text to another, in reading order; nothing for two empty texts."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    spans: list[Span] = []
    for op, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        kept = "".join(before[first:last])
        if op == "equal":
            spans.append(Span(Op.EQUAL, kept))
            continue
        if kept:
            spans.append(Span(Op.DELETED, kept))
        if start < end:
            spans.append(Span(Op.INSERTED, "".join(after[start:end])))
    return tuple(_smoothed(spans))


def _smoothed(spans: list[Span]) -> list[Span]:
    """The spans with what stands alone between two changes taken into them, each change as one deletion and one insertion."""
    found: list[Span] = []
    deleted = inserted = ""
    for number, span in enumerate(spans):
        changing = bool(deleted or inserted)
        island = span.op is Op.EQUAL and changing and number + 1 < len(spans) and len(span.text.strip()) < _ISLAND
        if span.op is Op.EQUAL and not island:
            found += _change(deleted, inserted)
            deleted = inserted = ""
            found.append(span)
            continue
        deleted += span.text if span.op is not Op.INSERTED else ""
        inserted += span.text if span.op is not Op.DELETED else ""
    return found + _change(deleted, inserted)


def _change(deleted: str, inserted: str) -> list[Span]:
    return [Span(op, text) for op, text in ((Op.DELETED, deleted), (Op.INSERTED, inserted)) if text]


def written(spans: tuple[Span, ...]) -> str:
    """The difference in plain text: `[-taken out-]` and `{+put in+}`."""
    marks = {Op.EQUAL: "{}", Op.DELETED: "[-{}-]", Op.INSERTED: "{{+{}+}}"}
    return "".join(marks[span.op].format(span.text) for span in spans)
