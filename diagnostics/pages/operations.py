"""Where devices send: one section's changes under a name of their own, answered in JSON.

The changes are the controls of the section's form. They are read, merged and saved as a form is; what cannot be taken goes to
quarantine and is acknowledged as such, so that the device may let go of it. An answer other than `saved` and `quarantined`
acknowledges nothing: the device keeps what it sent.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, current_app, jsonify, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_limiter.util import get_remote_address
from werkzeug.datastructures import MultiDict

from diagnostics.access import NETWORK, allow
from diagnostics.actions import quarantine
from diagnostics.actions.answers import AnswersConflictError, LockedError, SaveResult, Seen, fingerprint, look
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.actions.operations import Named, named, recorded
from diagnostics.collected import collect
from diagnostics.devices import account_key
from diagnostics.limits import limiter
from diagnostics.merging import BLANK
from diagnostics.models import Cause, Diagnosis, Operation, now
from diagnostics.pages import sections
from diagnostics.pages.questionnaire import place_of
from diagnostics.pages.section_page import readable_section
from diagnostics.pages.section_taking import Read, fault_of, read_sent, save_sent, told_sides
from diagnostics.recording import note_saved
from diagnostics.section_forms import Base, base_from
from diagnostics.web import SESSION_KEY, actor, database, fresh_reading, reading, reading_rows, settings
from questionnaires.answers import Answer
from questionnaires.model import Section

bp = Blueprint("operations", __name__, url_prefix="/dossiers/<reference>/questionnaire/<code>/operations")

# A payload up to so many times the largest form is still kept in quarantine; beyond, it is refused and stays on the device.
HELD_FORMS = 4
MOST_FIELDS = 20_000
_REFERENCE = re.compile(r"[\w-]{1,20}\Z")

CAUSES: dict[Cause, LazyString] = {
    Cause.LOCKED: _l("Cette partie est fermée à la saisie : vos réponses sont en quarantaine, la coordination décidera."),
    Cause.NOT_OPEN: _l("Ce dossier ne vous est pas ouvert : vos réponses sont en quarantaine, la coordination décidera."),
    Cause.NO_SECTION: _l("Cette partie n’est plus ouverte : vos réponses sont en quarantaine, la coordination décidera."),
    Cause.UNKNOWN_QUESTION: _l("Une des questions n’existe pas dans cette partie : l’envoi est en quarantaine."),
    Cause.VERSION: _l(
        "Le questionnaire a changé depuis votre saisie : vos réponses sont en quarantaine, la coordination les reprendra."
    ),
    Cause.TOO_LARGE: _l("Cet envoi est trop volumineux pour être enregistré : il est en quarantaine."),
    Cause.MALFORMED: _l("Cet envoi n’a pas pu être lu : il est en quarantaine, tel qu’il est arrivé."),
    Cause.REUSED: _l("Un autre envoi porte déjà ce nom : celui-ci est en quarantaine."),
    Cause.REFUSED: _l("Cet envoi a été refusé : il est en quarantaine, la coordination décidera."),
}


@dataclass(frozen=True, slots=True)
class Payload:
    """What a device sent. `text` is what quarantine keeps; `cause` says what is wrong with the envelope itself."""

    text: str
    operation: str = ""
    account: str = ""
    version: str = ""
    base: str = ""
    fields: MultiDict[str, str] = field(default_factory=MultiDict)
    cause: Cause | None = None

    @property
    def named(self) -> Named | None:
        """The operation, if its name is fit."""
        return named(self.operation, self.fields.items(multi=True))


def opened() -> Payload:
    """The request's payload, as JSON or as a form. Nothing is refused here: what cannot be read says so by its cause."""
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        pairs = [[name, value] for name, value in request.form.items(multi=True) if name != "csrf_token"]
        return _payload({**request.form.to_dict(), "fields": pairs})
    raw = request.get_data()
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        return Payload(_kept(raw), cause=Cause.MALFORMED)
    if not isinstance(given, dict):
        return Payload(_kept(raw), cause=Cause.MALFORMED)
    return _payload(given)


def _kept(raw: bytes) -> str:
    return quarantine.written({"raw": raw.decode("utf-8", "replace")})


def _payload(given: Mapping[str, Any]) -> Payload:
    texts = {name: given.get(name, "") for name in ("operation", "account", "version", "base")}
    fields = given.get("fields")
    text = quarantine.written({name: value for name, value in {**texts, "fields": fields}.items() if name != "csrf_token"})
    if not isinstance(texts["base"], str):
        texts["base"] = json.dumps(texts["base"])
    if not all(isinstance(each, str) for each in texts.values()) or not _are_pairs(fields):
        return Payload(text, cause=Cause.MALFORMED)
    found = Payload(text, **texts, fields=MultiDict([(name, value) for name, value in fields or ()]))
    if found.named is None:
        return Payload(text, cause=Cause.MALFORMED)
    return found


def _are_pairs(fields: Any) -> bool:
    return (
        isinstance(fields, list)
        and len(fields) <= MOST_FIELDS
        and all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair) for pair in fields)  # noqa: PLR2004
    )


def mine() -> str:
    """The mark of the person signed in, as their devices know it."""
    return account_key(str(current_app.secret_key), actor())


def _sender() -> str:
    """Whose sendings are counted together: a signed-in browser's, since a whole team may share one address."""
    return str(session.get(SESSION_KEY) or get_remote_address())


@bp.post("")
@allow(*NETWORK)
@limiter.limit("120 per minute", key_func=_sender)
def receive(reference: str, code: str) -> ResponseReturnValue:
    """Takes one operation."""
    most = settings().form_megabytes * 2**20
    if (request.content_length or 0) > HELD_FORMS * most:
        return jsonify(outcome="too_large", message=_("Cet envoi est trop volumineux : gardez-le dans un fichier.")), 413
    payload = opened()
    if payload.account and payload.account != mine():
        return jsonify(outcome="signed_out"), 401
    if payload.cause is None and len(payload.text) > most:
        return _Taking(reference, code, payload).held(Cause.TOO_LARGE)
    return _Taking(reference, code, payload).respond()


@bp.get("/<uuid>")
@allow(*NETWORK)
def known(reference: str, code: str, uuid: str) -> ResponseReturnValue:
    """Whether an operation of this person was taken."""
    found = recorded(reading(), uuid)
    if found is None or found.actor_id != actor().user_id or found.section != code:
        return jsonify(outcome="unknown"), 404
    seen = reading().get(Diagnosis, found.diagnosis_id)
    if seen is None or seen.reference != reference:
        return jsonify(outcome="unknown"), 404
    return jsonify(outcome=found.outcome, operation=uuid, revision=found.revision)


class _Taking:
    """One payload on its way into a section."""

    def __init__(self, reference: str, code: str, payload: Payload) -> None:
        self.reference = reference
        self.code = code
        self.payload = payload
        self.base = _base(payload.base)

    def respond(self) -> ResponseReturnValue:
        """Takes it if it was not taken before; answers the same both times."""
        if self.payload.cause is not None:
            return self.held(self.payload.cause)
        taken = recorded(reading(), self.payload.operation)
        if taken is not None:
            return self._again(taken)
        try:
            seen = self._look()
        except NotFoundError:
            return self.held(Cause.NOT_OPEN)
        try:
            section = readable_section(seen, self.code, place_of(self.reference))
        except NotFoundError:
            return self.held(Cause.NO_SECTION)
        return self._take(seen, section)

    def _look(self) -> Seen:
        if not _REFERENCE.match(self.reference) or not _REFERENCE.match(self.code):
            raise NotFoundError(_("Ce dossier n’existe pas, ou il ne vous est pas ouvert."))
        return look(reading_rows(), actor(), self.reference, self.code)

    def _take(self, seen: Seen, section: Section) -> ResponseReturnValue:
        cause = fault_of(seen, section, self.payload.fields, self.payload.version)
        if cause is not None:
            return self.held(cause)
        found = read_sent(seen, section, self.payload.fields)
        if found.reading.unreadable and self.payload.version not in {"", seen.questionnaire_version}:
            return self.held(Cause.VERSION)
        try:
            result = save_sent(seen, section, self.payload.fields, found, self.base, self.payload.named)
        except AnswersConflictError as conflict:
            return self._conflict(seen, section, found, conflict)
        except ConflictError as busy:
            return jsonify(outcome="busy", message=str(busy.message)), 503
        except ActionError as refusal:
            return self.held(_cause_of(refusal))
        note_saved(actor(), seen, section, result, self.payload.fields)
        return self._saved(found, result)

    def _saved(self, found: Read, result: SaveResult, *, again: bool = False) -> ResponseReturnValue:
        given = found.reading.answers
        return jsonify(
            outcome="saved",
            operation=self.payload.operation,
            revision=result.revision,
            changed=list(result.changed),
            again=again,
            base={name: fingerprint(answer) for name, answer in given.items() if name not in found.messages},
            others=self._others(given, result.stored),
            unreadable={name: list(texts) for name, texts in found.messages.items()},
            at=now().isoformat(),
        )

    def _others(self, given: Mapping[str, Answer], stored: Mapping[str, Any]) -> list[str]:
        """The questions not sent whose answers are no longer those that the device showed."""
        shown = self.base.fingerprints
        if shown is None:
            return []
        return sorted(
            name
            for name, answer in stored.items()
            if name not in given and name in shown and shown[name] != fingerprint(Answer.from_json(answer))
        ) + sorted(name for name in stored if name not in given and name not in shown and _says(stored[name]))

    def _again(self, taken: Operation) -> ResponseReturnValue:
        """The answer of the first time; another payload under the same name is kept aside."""
        operation = self.payload.named
        diagnosis = reading().get(Diagnosis, taken.diagnosis_id)
        same = operation is not None and operation.is_again(taken, actor(), taken.diagnosis_id, self.code)
        if diagnosis is None or diagnosis.reference != self.reference or not same:
            return self.held(Cause.REUSED)
        try:
            seen = self._look()
            found = read_sent(seen, readable_section(seen, self.code, place_of(self.reference)), self.payload.fields)
        except NotFoundError:
            return jsonify(outcome="saved", operation=taken.uuid, revision=taken.revision, changed=[], again=True, base={})
        return self._saved(found, SaveResult(taken.revision), again=True)

    def _conflict(self, seen: Seen, section: Section, found: Read, conflict: AnswersConflictError) -> ResponseReturnValue:
        opened_ = fresh_reading()
        current = opened_.get_one(Diagnosis, seen.id)
        collected = sections.readable_only(collect(opened_, current), actor())
        told = told_sides(collected, section, conflict)
        marks = {each.question: fingerprint(each.theirs) for each in conflict.conflicts}
        return jsonify(
            outcome="conflict",
            operation=self.payload.operation,
            by=conflict.by,
            at=conflict.at.isoformat(),
            conflicts=[one | {"fingerprint": marks[one["question"]]} for one in told],
            clear=sorted(found.reading.answers.keys() - marks.keys()),
        ), 409

    def held(self, cause: Cause) -> ResponseReturnValue:
        """Keeps the payload in quarantine and says so; a full quarantine acknowledges nothing."""
        try:
            number = quarantine.hold(
                database(),
                actor(),
                self.payload.text,
                cause,
                reference=_plain(self.reference),
                section=_plain(self.code),
                version=_plain(self.payload.version),
            )
        except quarantine.FullError as full:
            return jsonify(outcome="full", message=str(full.message)), 429
        return jsonify(
            outcome="quarantined",
            operation=self.payload.operation,
            cause=cause.value,
            number=number,
            message=str(CAUSES[cause]),
        ), 202


def _cause_of(refusal: ActionError) -> Cause:
    if isinstance(refusal, LockedError):
        return Cause.LOCKED
    return Cause.NOT_OPEN if isinstance(refusal, NotFoundError) else Cause.REFUSED


def _base(text: str) -> Base:
    """What the device showed. Its answers are judged one by one, by their marks: a revision would hide what is older than it."""
    return Base(-1, base_from(text).fingerprints)


def _says(stored: Mapping[str, Any]) -> bool:
    return fingerprint(Answer.from_json(stored)) != BLANK


def _plain(text: str) -> str:
    """A part of the address without what a database cannot store."""
    return "".join(character if character.isprintable() else "·" for character in text)
