"""What a move sets going: reports in the background, messages to whom it concerns, all in the move's own transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from diagnostics.lifecycle import Move
from diagnostics.models import Diagnosis, Job, JobState, OutboxMessage, ReportKind

REPORT = "report"
REPORTS_AFTER: dict[str, ReportKind] = {
    "accept": ReportKind.DRAFT,
    "validate": ReportKind.FINAL,
    "validate_remarks": ReportKind.FINAL,
    "disagree": ReportKind.FINAL,
}
# What the diagnostician is told, in French and in English; the message names the dossier by its reference only.
_NOTICES: dict[str, tuple[str, str]] = {
    "assign": ("vous est confié", "is yours now"),
    "return": ("vous revient avec des remarques", "comes back to you with remarks"),
    "accept": ("est accepté : vous pouvez préparer la restitution", "is accepted: you can prepare the restitution"),
    "validate": ("est validé par l’entreprise", "was validated by the firm"),
    "validate_remarks": ("est validé par l’entreprise, avec des observations", "was validated by the firm, with remarks"),
    "disagree": ("porte le désaccord de l’entreprise", "carries the firm’s disagreement"),
    "abandon": ("est abandonné par la coordination", "was given up by the coordination"),
}


def after_move(session: Session, diagnosis: Diagnosis, move: Move) -> None:
    """Queues what follows from a move: the draft report once the review accepts, the final one once the firm has spoken.

    The diagnostician is told by e-mail of what somebody else did with the dossier.
    """
    kind = REPORTS_AFTER.get(move.name)
    if kind is not None:
        queue_report(session, diagnosis, kind)
    notice = _NOTICES.get(move.name)
    if notice is not None and diagnosis.diagnostician is not None and diagnosis.diagnostician.active:
        session.add(_message(diagnosis, diagnosis.diagnostician.email, diagnosis.diagnostician.locale, notice))


def _message(diagnosis: Diagnosis, recipient: str, locale: str, notice: tuple[str, str]) -> OutboxMessage:
    french, english = notice
    if locale == "en":
        return OutboxMessage(
            recipient=recipient,
            subject=f"Dossier {diagnosis.reference}: news",
            body=f"Hello,\n\nDossier {diagnosis.reference} {english}. Open it from your list of dossiers.\n",
        )
    return OutboxMessage(
        recipient=recipient,
        subject=f"Dossier {diagnosis.reference} : du nouveau",
        body=f"Bonjour,\n\nLe dossier {diagnosis.reference} {french}. Ouvrez-le depuis la liste de vos dossiers.\n",
    )


def queue_report(session: Session, diagnosis: Diagnosis, kind: ReportKind, *, by_id: int | None = None) -> bool:
    """Queues a report of a dossier; gives False when the same one already waits its turn."""
    parameters = {"diagnosis_id": diagnosis.id, "kind": kind.value}
    waiting = session.scalars(select(Job).where(Job.kind == REPORT, Job.state == JobState.QUEUED))
    if any(job.parameters == parameters for job in waiting):
        return False
    session.add(Job(kind=REPORT, parameters=parameters, state=JobState.QUEUED, total=1, created_by_id=by_id))
    return True
