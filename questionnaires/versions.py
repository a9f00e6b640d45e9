"""Two versions of a questionnaire: what changed between them, and how an open draft goes from one to the other.

The door of the subject: the differences are in `differences` (word by word in `text_diff`), the carrying of answers in
`carrying` and `conversions`, and which question is which in `lineage`.
"""

from questionnaires.carrying import Carried, Kept, Obstacle, carry, says_something, set_obstacles_aside
from questionnaires.difference_words import KIND_WORDS, LEVEL_WORDS, rendered
from questionnaires.differences import Change, ChangeKind, Difference, Item, Level, compare
from questionnaires.lineage import known_names, renamings, with_former_names
from questionnaires.text_diff import Op, Span, word_diff

__all__ = [
    "KIND_WORDS",
    "LEVEL_WORDS",
    "Carried",
    "Change",
    "ChangeKind",
    "Difference",
    "Item",
    "Kept",
    "Level",
    "Obstacle",
    "Op",
    "Span",
    "carry",
    "compare",
    "known_names",
    "renamings",
    "rendered",
    "says_something",
    "set_obstacles_aside",
    "with_former_names",
    "word_diff",
]
