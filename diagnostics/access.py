"""Who may do what: roles, the permission that every view states, and the rows that each person may reach.

The default is to refuse. A view without `@allow(…)` stops the application from starting; a query for rows that belong to
somebody begins with `visible(Model, actor)`, which knows no row for a role that has none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, g, request
from sqlalchemy import Select, false, select

from diagnostics.models import (
    Device,
    Diagnosis,
    Edition,
    EditionState,
    Firm,
    Quarantined,
    QuestionnaireVersion,
    Report,
    ReportKind,
    Role,
    StoredSynthesis,
    Structure,
    Submission,
    Thread,
    User,
)

View = TypeVar("View", bound=Callable[..., Any])
EVERYBODY = frozenset(Role)
STAFF = frozenset(Role) - {Role.FIRM}
READERS = frozenset({Role.COORDINATOR, Role.ANALYST, Role.COMMITTEE, Role.PARTNER})
NETWORK = frozenset({Role.COORDINATOR, Role.REFERENT, Role.DIAGNOSTICIAN})


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request, or the programme itself (command line, background job)."""

    role: Role
    name: str
    user_id: int | None = None
    structure_id: int | None = None
    diagnosis_id: int | None = None
    session_id: int | None = None
    marks_only: bool = False

    @property
    def is_firm(self) -> bool:
        """Whether this is a firm in its own room."""
        return self.role is Role.FIRM


@dataclass(frozen=True, slots=True)
class Permission:
    """What a view states about itself."""

    roles: frozenset[Role]
    anonymous: bool = False


class AccessError(Exception):
    """An action was asked for by somebody who may not do it; the page answers 403."""


def allow(*roles: Role, anonymous: bool = False) -> Callable[[View], View]:
    """States who may enter a view: these roles, or with `anonymous=True` everybody, signed in or not."""

    def mark(view: View) -> View:
        view.permission = Permission(frozenset(roles) if not anonymous else EVERYBODY, anonymous)  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """The permission that an endpoint's view states, or None."""
    if endpoint == "static":
        return Permission(EVERYBODY, anonymous=True)
    return getattr(app.view_functions[endpoint], "permission", None)


def check_views(app: Flask) -> None:
    """Stops the application when a view states no permission."""
    silent = sorted({rule.endpoint for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) is None})
    if silent:
        message = f"Views without a stated permission (add @allow): {', '.join(silent)}"
        raise RuntimeError(message)


def guard_request(app: Flask) -> None:
    """Before each request: lets in whom the view names, sends others to sign in (401) or away (403)."""
    if request.endpoint is None:
        return
    permission = permission_of(app, request.endpoint)
    if permission is not None and permission.anonymous:
        return
    actor: Actor | None = g.actor
    if actor is None:
        abort(401)
    if permission is None or actor.role not in permission.roles:
        abort(403)


def visible(model: type[Any], actor: Actor) -> Select[Any]:
    """The rows of `model` that this person may reach, as a select to go on from."""
    rule = _RULES.get(model)
    if rule is None:
        message = f"No rule says who may reach rows of {model.__name__}."
        raise LookupError(message)
    return rule(actor)


def _diagnoses(actor: Actor) -> Select[Any]:
    query = select(Diagnosis)
    if actor.role is Role.COORDINATOR:
        return query
    if actor.role is Role.REFERENT:
        return query.where(Diagnosis.structure_id == actor.structure_id)
    if actor.role is Role.DIAGNOSTICIAN:
        return query.where(Diagnosis.diagnostician_id == actor.user_id)
    if actor.role is Role.FIRM:
        return query.where(Diagnosis.id == actor.diagnosis_id)
    return query.where(false())


def _firms(actor: Actor) -> Select[Any]:
    query = select(Firm)
    if actor.role is Role.COORDINATOR:
        return query
    if actor.role in {Role.REFERENT, Role.DIAGNOSTICIAN, Role.FIRM}:
        return query.where(Firm.id.in_(_diagnoses(actor).with_only_columns(Diagnosis.firm_id)))
    return query.where(false())


def _reports(actor: Actor) -> Select[Any]:
    query = select(Report).where(Report.diagnosis_id.in_(_diagnoses(actor).with_only_columns(Diagnosis.id)))
    return query.where(Report.kind == ReportKind.FINAL) if actor.role is Role.REFERENT else query


def _editions(actor: Actor) -> Select[Any]:
    query = select(Edition)
    if actor.role in {Role.COORDINATOR, Role.ANALYST}:
        return query
    if actor.role in {Role.COMMITTEE, Role.PARTNER}:
        return query.where(Edition.state == EditionState.PUBLISHED)
    return query.where(false())


def _syntheses(actor: Actor) -> Select[Any]:
    return select(StoredSynthesis).where(StoredSynthesis.edition_id.in_(_editions(actor).with_only_columns(Edition.id)))


def _users(actor: Actor) -> Select[Any]:
    query = select(User)
    if actor.role in {Role.COORDINATOR, Role.ADMIN}:
        return query
    if actor.role is Role.REFERENT:
        return query.where(User.structure_id == actor.structure_id)
    return query.where(User.id == actor.user_id)


def _structures(actor: Actor) -> Select[Any]:
    query = select(Structure)
    if actor.role in {Role.COORDINATOR, Role.ADMIN}:
        return query
    return query.where(Structure.id == actor.structure_id)


def _threads(actor: Actor) -> Select[Any]:
    """Threads of the dossiers that a person may reach; a firm reaches those shared with it, and none from a handed-over session."""
    query = select(Thread).where(Thread.diagnosis_id.in_(_diagnoses(actor).with_only_columns(Diagnosis.id)))
    if actor.is_firm:
        return query.where(Thread.shared if not actor.marks_only else false())
    return query


def _quarantined(actor: Actor) -> Select[Any]:
    """All of them for the coordination; to a person of the network those that they sent."""
    query = select(Quarantined)
    if actor.role is Role.COORDINATOR:
        return query
    if actor.user_id is None or actor.role not in NETWORK:
        return query.where(false())
    return query.where(Quarantined.actor_id == actor.user_id)


def _versions(actor: Actor) -> Select[Any]:
    query = select(QuestionnaireVersion)
    return query if actor.role is Role.COORDINATOR else query.where(false())


def _devices(actor: Actor) -> Select[Any]:
    query = select(Device)
    return query.where(Device.user_id == actor.user_id) if actor.role is Role.DIAGNOSTICIAN else query.where(false())


def _submissions(actor: Actor) -> Select[Any]:
    query = select(Submission)
    if actor.role is Role.COORDINATOR:
        return query
    return query.where(Submission.user_id == actor.user_id) if actor.role is Role.DIAGNOSTICIAN else query.where(false())


_RULES: dict[type[Any], Callable[[Actor], Select[Any]]] = {
    Diagnosis: _diagnoses,
    Firm: _firms,
    Report: _reports,
    Edition: _editions,
    StoredSynthesis: _syntheses,
    User: _users,
    QuestionnaireVersion: _versions,
    Structure: _structures,
    Thread: _threads,
    Quarantined: _quarantined,
    Device: _devices,
    Submission: _submissions,
}


def readable_sections(actor: Actor, diagnosis: Diagnosis, stages: Mapping[str, str]) -> frozenset[str]:
    """The sections whose answers this person may see now; `stages` gives each section's stage.

    The two voices are blind: until both have sealed their marks, each sees its own only, and nobody else sees either.
    The firm sees what it said and what was agreed, from its own marks on; it never sees the visit's working notes before
    the restitution.
    """
    marked = diagnosis.both_marked
    allowed = {
        "visit": not actor.is_firm or not actor.marks_only,
        "marks_firm": marked or actor.is_firm,
        "marks_diagnostician": marked or (actor.role is Role.DIAGNOSTICIAN and actor.user_id == diagnosis.diagnostician_id),
        "restitution": marked and not actor.marks_only,
        "validation": marked and not actor.marks_only,
    }
    return frozenset(code for code, stage in stages.items() if allowed.get(stage, False))


def writable_sections(
    actor: Actor, diagnosis: Diagnosis, stages: Mapping[str, str], writable: Mapping[str, frozenset[Any]]
) -> frozenset[str]:
    """The sections that this person may write now; `writable` is `lifecycle.WRITABLE`."""
    owner = actor.role is Role.DIAGNOSTICIAN and actor.user_id == diagnosis.diagnostician_id
    firm = actor.is_firm and actor.diagnosis_id == diagnosis.id
    voices = {
        "visit": owner,
        "marks_firm": firm and diagnosis.marks_firm_at is None,
        "marks_diagnostician": owner and diagnosis.marks_diagnostician_at is None,
        "restitution": owner,
    }
    return frozenset(
        code for code, stage in stages.items() if voices.get(stage, False) and diagnosis.state in writable.get(stage, frozenset())
    )
