"""Conditions on a dossier's content that a move waits for; each says exactly what is missing, or gives None.

`GUARDS` is read by `diagnostics.actions.dossiers` when a move is made, and by the pages that explain why it cannot be yet.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.actions.answers import DIMENSIONS, NOT_COVERED
from diagnostics.collected import Collected, collect
from diagnostics.i18n import chosen_locale
from diagnostics.lifecycle import Guard
from diagnostics.models import ContactAttempt, Diagnosis, Message, Role, Thread, ThreadState
from questionnaires.answers import Answer
from questionnaires.model import Section, Severity, Stage

FEWEST_ATTEMPTS = 5
SHORTEST_SPAN = timedelta(days=21)
WIDE_GAP = 2
KEPT = frozenset({"retenue", "modifiee"})
MOST_ACTIONS = 12
# Who may ask for a correction.
REVIEWERS = frozenset({Role.COORDINATOR, Role.REFERENT})
_NAMED = 3

Condition = Callable[[Session, Diagnosis], LazyString | None]


def _listed(names: Iterable[str]) -> str:
    """The first few of a list, and how many more there are."""
    every = list(names)
    text = " ; ".join(f"« {name} »" for name in every[:_NAMED])
    return f"{text} (+ {len(every) - _NAMED})" if len(every) > _NAMED else text


def complete(session: Session, diagnosis: Diagnosis) -> LazyString | None:
    """The visit is ready for review: consent given, every section opened, nothing wrong, every core question settled."""
    found = collect(session, diagnosis)
    visit = [section for section in found.questionnaire.sections if section.stage is Stage.VISIT]
    return (
        _consent(found)
        or _unopened(found, visit)
        or _wrong(found, visit)
        or _unanswered(found, visit)
        or marked(session, diagnosis)
    )


def _consent(found: Collected) -> LazyString | None:
    if found.answers.get("v_accord", Answer()).value == "1":
        return None
    return _l(
        "L’accord de l’entreprise pour l’utilisation de ses données n’est pas noté : répondez à cette question de la première partie."
    )


def _unopened(found: Collected, visit: list[Section]) -> LazyString | None:
    closed = [section.title.in_(chosen_locale()) for section in visit if not found.saved_of(section.code).revision]
    if not closed:
        return None
    return _l(
        "Parties jamais enregistrées : %(names)s. Ouvrez-les, vérifiez ce qui y est prérempli et enregistrez.",
        names=_listed(closed),
    )


def _wrong(found: Collected, visit: list[Section]) -> LazyString | None:
    codes = {section.code for section in visit}
    wrong = dict.fromkeys(
        problem.question for problem in found.problems if problem.severity is Severity.HARD and problem.section in codes
    )
    if not wrong:
        return None
    labels = (found.questionnaire.question(name).label.in_(chosen_locale()) for name in wrong)
    return _l("Réponses à corriger : %(names)s.", names=_listed(labels))


def _unanswered(found: Collected, visit: list[Section]) -> LazyString | None:
    blank = [question for section in visit for question in found.unanswered(section, core_only=True)]
    if not blank:
        return None
    return _l(
        "Questions sans réponse : %(names)s. Répondez, ou dites pourquoi il n’y a pas de réponse.",
        names=_listed(question.label.in_(chosen_locale()) for question in blank),
    )


def remarked(session: Session, diagnosis: Diagnosis) -> LazyString | None:
    """A reviewer has written in at least one thread that is still open."""
    written = select(Message.id).where(Message.thread_id == Thread.id, Message.author_role.in_(REVIEWERS)).exists()
    waiting = session.scalar(
        select(Thread.id).where(Thread.diagnosis_id == diagnosis.id, Thread.state == ThreadState.OPEN, written).limit(1)
    )
    if waiting is not None:
        return None
    return _l("Écrivez au moins une remarque sur une question : le diagnostiqueur saura quoi corriger.")


def marked(_session: Session, diagnosis: Diagnosis) -> LazyString | None:
    """Both voices have sealed their marks."""
    if diagnosis.both_marked:
        return None
    if diagnosis.marks_firm_at is None and diagnosis.marks_diagnostician_at is None:
        return _l("Ni l’entreprise ni le diagnostiqueur n’ont scellé leurs notes.")
    if diagnosis.marks_firm_at is None:
        return _l(
            "L’entreprise n’a pas encore scellé ses notes : envoyez-lui le lien vers son espace, ou faites-les saisir pendant la visite."
        )
    return _l("Le diagnostiqueur n’a pas encore scellé ses notes.")


def consensus(session: Session, diagnosis: Diagnosis) -> LazyString | None:
    """The restitution is complete: ten consensus marks, a word on each wide gap, a plan that somebody will carry."""
    found = collect(session, diagnosis)
    return marked(session, diagnosis) or _consensus_marks(found) or _words(found) or _plan(found) or _restitution_faults(found)


def _consensus_marks(found: Collected) -> LazyString | None:
    lacking = [code for code in DIMENSIONS if not found.answers.get(f"cons_{code}", Answer()).given]
    if not lacking:
        return None
    return _l("Notes de consensus manquantes : %(names)s.", names=_listed(_labels(found, (f"cons_{code}" for code in lacking))))


def _labels(found: Collected, names: Iterable[str]) -> list[str]:
    return [found.questionnaire.question(name).label.in_(chosen_locale()) for name in names]


def gap(found: Collected, dimension: str) -> int | None:
    """How far the firm's mark is from the diagnostician's on a dimension (positive: the firm marks it as more fragile)."""
    marks = [found.answers.get(f"{voice}_{dimension}", Answer()).value for voice in ("ent", "diag")]
    if any(mark in {None, "", NOT_COVERED} for mark in marks):
        return None
    return int(marks[0]) - int(marks[1])


def _words(found: Collected) -> LazyString | None:
    silent = [
        code
        for code in DIMENSIONS
        if abs(gap(found, code) or 0) >= WIDE_GAP and not found.answers.get(f"cons_{code}_mot", Answer()).given
    ]
    if not silent:
        return None
    names = _listed(_labels(found, (f"cons_{code}" for code in silent)))
    return _l("Un mot d’explication manque là où les deux notes s’écartent de 2 points ou plus : %(names)s.", names=names)


def _plan(found: Collected) -> LazyString | None:
    rows = found.answers.get("actions", Answer()).value or []
    kept = [row for row in rows if row.get("act_decision") in KEPT]
    if not kept:
        return _l("Le plan d’actions ne retient aucune action : retenez-en au moins une.")
    if len(kept) > MOST_ACTIONS:
        return _l("Le plan d’actions retient %(count)d actions : gardez-en douze au plus.", count=len(kept))
    loose = [
        row.get("act_titre") or row.get("act_code") or "?"
        for row in kept
        if not (row.get("act_pilote") and row.get("act_echeance"))
    ]
    if loose:
        return _l("Actions sans pilote ou sans échéance : %(names)s.", names=_listed(loose))
    return None


def _restitution_faults(found: Collected) -> LazyString | None:
    return _wrong(found, [section for section in found.questionnaire.sections if section.stage is Stage.RESTITUTION])


def attempted(session: Session, diagnosis: Diagnosis) -> LazyString | None:
    """Five attempts at contact over three weeks at least."""
    moments = session.scalars(
        select(ContactAttempt.at).where(ContactAttempt.diagnosis_id == diagnosis.id).order_by(ContactAttempt.at)
    ).all()
    if len(moments) < FEWEST_ATTEMPTS:
        return _l(
            "%(count)d tentative(s) de contact notée(s) : il en faut %(needed)d avant de déclarer l’entreprise injoignable.",
            count=len(moments),
            needed=FEWEST_ATTEMPTS,
        )
    span = moments[-1] - moments[0]
    if span < SHORTEST_SPAN:
        return _l(
            "Les tentatives de contact tiennent en %(days)d jours : elles doivent s’étaler sur %(needed)d jours au moins.",
            days=span.days,
            needed=SHORTEST_SPAN.days,
        )
    return None


GUARDS: dict[Guard, Condition] = {
    Guard.COMPLETE: complete,
    Guard.REMARKED: remarked,
    Guard.MARKED: marked,
    Guard.CONSENSUS: consensus,
    Guard.ATTEMPTED: attempted,
}
