"""Invented paradata: how a diagnostician filled a dossier, section by section, some faster than others.

Its own random source: inventing them changes nothing of the rest of the demonstration.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from diagnostics.models.paradata import ParadataKind

SECONDS_PER_QUESTION = 22
OPENED_AGAIN = 0.25
# One dossier in so many was prepared on paper and typed in a rush.
RUSHED = 16


def invent_paradata(
    seed: int, diagnosis_id: int, questions: Mapping[str, Sequence[str]], confirmed: Sequence[tuple[str, str, str]], last: datetime
) -> list[dict[str, Any]]:
    """The events of one dossier, the oldest first, ending at `last`.

    `questions` names what was answered in each section; `confirmed` the `(section, question, check)` kept with a reason.
    """
    rng = random.Random(f"{seed}:{diagnosis_id}")
    pace = rng.lognormvariate(0, 0.35) * (0.12 if diagnosis_id % RUSHED == RUSHED // 2 else 1)
    session, rows = f"{rng.getrandbits(48):012x}", []
    moment = last - timedelta(seconds=sum(len(names) for names in questions.values()) * SECONDS_PER_QUESTION * 2 + 600)

    def add(section: str, kind: ParadataKind, **detail: Any) -> None:
        rows.append(
            {"at": moment, "session": session, "diagnosis_id": diagnosis_id, "section": section, "kind": kind, "detail": detail}
        )

    for section, names in questions.items():
        add(section, ParadataKind.OPENED)
        seconds = round(sum(rng.gammavariate(2, SECONDS_PER_QUESTION / 2) for _name in names) * pace)
        moment += timedelta(seconds=seconds + rng.randrange(5, 60))
        add(section, ParadataKind.CHANGED, questions=list(names), seconds=seconds)
        for where, question, check in confirmed:
            if where == section:
                add(section, ParadataKind.SHOWN, checks=[[question, check]])
                add(section, ParadataKind.OVERRIDDEN, question=question, check=check)
        if rng.random() < OPENED_AGAIN:
            add(section, ParadataKind.OPENED)
            moment += timedelta(seconds=rng.randrange(10, 90))
            add(section, ParadataKind.LEFT, seconds=rng.randrange(5, 40))
    return rows
