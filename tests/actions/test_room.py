"""A firm's room.

1. A link opens one dossier, for as long as it is neither expired, revoked nor (for a hand-over) used.
2. Only its hash is kept; a new link ends the one before, with the sessions that it opened.
3. Handing over ends the diagnostician's session in that browser and opens the marks only.
4. A verdict needs the code sent for these very words on this very diagnosis, in this session; five wrong ones spend it.
5. What was validated is kept with the hash of what it was given on.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from diagnostics.access import AccessError, Actor
from diagnostics.actions import dossiers, room
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.actions.room_links import RoomLink
from diagnostics.db import Database
from diagnostics.models import JournalLine, Report, ReportKind, Role, SignInSession, State, Token, TokenKind, now
from diagnostics.security import digest, new_secret
from tests.casework import actor_of, add_dossier, conclude, firm_actor, messages, read, seal, update, verbs, write_section
from tests.conftest import World

ROOM = RoomLink("https://exemple.fr/espace/{secret}", 30)
YES = room.Verdict("validate", "Directrice")


def sent_secret(database: Database, recipient: str = "direction1@exemple.fr") -> str:
    found = re.search(r"espace/(\S+)", messages(database, recipient)[-1].body)
    assert found is not None
    return found.group(1)


def sent_code(database: Database, recipient: str = "direction1@exemple.fr") -> str:
    return messages(database, recipient)[-1].subject[:6]


def open_session(database: Database, key: str) -> SignInSession:
    with database.read() as session:
        return session.scalars(select(SignInSession).where(SignInSession.key_hash == digest(key))).one()


def change_token(database: Database, **values: object) -> None:
    with database.write() as session:
        for token in session.scalars(select(Token)):
            for name, value in values.items():
                setattr(token, name, value)


# ------------------------------------------------------------------------- links


def test_a_link_is_long_random_and_kept_as_a_hash(database: Database, world: World) -> None:
    """Requirements 1 and 2."""
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    dossiers.send_room_link(database, actor_of(world.people["diagnostician"]), diagnosis_id, ROOM)
    secret = sent_secret(database)
    assert len(secret) >= 43
    with database.read() as session:
        token = session.scalars(select(Token)).one()
        assert (token.kind, token.secret_hash) == (TokenKind.ROOM, digest(secret))
        assert token.expires_at > now() + timedelta(days=29)
        written = [line.detail for line in session.scalars(select(JournalLine))]
    assert secret not in str(written)


def test_a_link_opens_a_short_session_on_its_dossier_again_and_again(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    dossiers.send_room_link(database, actor_of(world.people["coordinator"]), diagnosis_id, ROOM)
    secret = sent_secret(database)
    for _time in range(2):
        opened = open_session(database, room.enter(database, secret, browser="Firefox"))
        assert (opened.diagnosis_id, opened.user_id, opened.marks_only) == (diagnosis_id, None, False)
        assert opened.expires_at <= now() + timedelta(hours=room.ROOM_HOURS)


@pytest.mark.parametrize("over", [{"expires_at": now() - timedelta(seconds=1)}, {"revoked_at": now()}, {"kind": TokenKind.RESET}])
def test_a_link_that_is_over_opens_nothing(database: Database, world: World, over: dict[str, object]) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    dossiers.send_room_link(database, actor_of(world.people["diagnostician"]), diagnosis_id, ROOM)
    secret = sent_secret(database)
    change_token(database, **over)
    with pytest.raises(NotFoundError):
        room.enter(database, secret, browser="")


@pytest.mark.parametrize("secret", ["", "x", "a" * 43, "../../etc/passwd", "é" * 500])
def test_a_guess_opens_nothing(database: Database, world: World, secret: str) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    dossiers.send_room_link(database, actor_of(world.people["diagnostician"]), diagnosis_id, ROOM)
    with pytest.raises(NotFoundError):
        room.enter(database, secret, browser="")


def test_another_link_ends_the_first_and_its_sessions(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    owner = actor_of(world.people["diagnostician"])
    dossiers.send_room_link(database, owner, diagnosis_id, ROOM)
    first = sent_secret(database)
    key = room.enter(database, first, browser="")
    dossiers.send_room_link(database, owner, diagnosis_id, ROOM)
    with pytest.raises(NotFoundError):
        room.enter(database, first, browser="")
    assert open_session(database, key).revoked_at is not None
    room.enter(database, sent_secret(database), browser="")


def test_revoking_ends_the_link_and_its_sessions(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    owner = actor_of(world.people["diagnostician"])
    dossiers.send_room_link(database, owner, diagnosis_id, ROOM)
    secret = sent_secret(database)
    key = room.enter(database, secret, browser="")
    dossiers.revoke_room_link(database, owner, diagnosis_id)
    assert open_session(database, key).revoked_at is not None
    with pytest.raises(NotFoundError):
        room.enter(database, secret, browser="")


@pytest.mark.parametrize("name", ["referent", "other_diagnostician", "analyst", "partner", "admin"])
def test_nobody_else_sends_or_revokes_a_link(database: Database, world: World, name: str) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    who = actor_of(world.people[name])
    with pytest.raises((AccessError, NotFoundError)):
        dossiers.send_room_link(database, who, diagnosis_id, ROOM)
    with pytest.raises((AccessError, NotFoundError)):
        dossiers.revoke_room_link(database, who, diagnosis_id)


@pytest.mark.parametrize("state", [State.ASSIGNED, State.REFUSAL, State.ABANDONED])
def test_a_firm_outside_of_the_work_has_no_room(database: Database, world: World, state: State) -> None:
    diagnosis_id = add_dossier(database, world, state)
    with pytest.raises(ConflictError):
        dossiers.send_room_link(database, actor_of(world.people["diagnostician"]), diagnosis_id, ROOM)


def test_without_an_address_there_is_no_link(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED, firm={"contact_email": " "})
    with pytest.raises(ActionError, match="adresse électronique"):
        dossiers.send_room_link(database, actor_of(world.people["diagnostician"]), diagnosis_id, ROOM)


# --------------------------------------------------------------------- handing over


def signed_in(database: Database, world: World, name: str) -> Actor:
    user = world.people[name]
    with database.write() as session:
        opened = SignInSession(key_hash=digest(new_secret()), user_id=user.id, expires_at=now() + timedelta(hours=2))
        session.add(opened)
        session.flush()
        return Actor(user.role, user.name, user_id=user.id, structure_id=user.structure_id, session_id=opened.id)


def test_handing_over_the_device_ends_the_diagnosticians_session(database: Database, world: World) -> None:
    """Requirement 3."""
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    owner = signed_in(database, world, "diagnostician")
    opened = open_session(database, room.hand_over(database, owner, diagnosis_id, browser="Firefox"))
    assert (opened.diagnosis_id, opened.marks_only) == (diagnosis_id, True)
    with database.read() as session:
        assert session.get_one(SignInSession, owner.session_id).revoked_at is not None
    assert verbs(database, diagnosis_id) == ["handed_over"]


def test_a_handed_over_link_works_once_and_shortly(database: Database, world: World) -> None:
    """Requirements 1 and 3."""
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    owner = signed_in(database, world, "diagnostician")
    first = room.hand_over_link(database, owner, diagnosis_id)
    second = room.hand_over_link(database, owner, diagnosis_id)
    with pytest.raises(NotFoundError):
        room.enter(database, first, browser="")
    assert open_session(database, room.enter(database, second, browser="")).marks_only
    with pytest.raises(NotFoundError):
        room.enter(database, second, browser="")
    with database.read() as session:
        assert max(session.scalars(select(Token.expires_at))) <= now() + timedelta(minutes=room.HANDOVER_MINUTES)
        assert session.get_one(SignInSession, owner.session_id).revoked_at is None


@pytest.mark.parametrize("name", ["coordinator", "referent", "other_diagnostician"])
def test_only_the_dossiers_diagnostician_hands_over(database: Database, world: World, name: str) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    with pytest.raises((AccessError, NotFoundError)):
        room.hand_over(database, signed_in(database, world, name), diagnosis_id, browser="")
    with pytest.raises((AccessError, NotFoundError)):
        room.hand_over_link(database, signed_in(database, world, name), diagnosis_id)


def test_sealed_marks_are_not_handed_over_again(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    seal(database, diagnosis_id)
    with pytest.raises(ActionError, match="déjà remises"):
        room.hand_over(database, signed_in(database, world, "diagnostician"), diagnosis_id, browser="")
    update(database, diagnosis_id, state=State.REVIEW)
    with pytest.raises(ConflictError):
        room.hand_over(database, signed_in(database, world, "diagnostician"), diagnosis_id, browser="")


def test_coming_in_ends_the_session_that_the_browser_held(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    owner = signed_in(database, world, "diagnostician")
    dossiers.send_room_link(database, owner, diagnosis_id, ROOM)
    room.enter(database, sent_secret(database), browser="", ending=owner)
    with database.read() as session:
        assert session.get_one(SignInSession, owner.session_id).revoked_at is not None


# ------------------------------------------------------------------------ validation


@pytest.fixture
def concluded(database: Database, world: World) -> int:
    """A dossier whose restitution is complete."""
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    conclude(database, diagnosis_id)
    return diagnosis_id


def test_the_right_code_validates_and_keeps_on_what(database: Database, concluded: int) -> None:
    """Requirements 4 and 5."""
    with database.write() as session:
        for digest_ in ("a" * 64, "b" * 64):
            session.add(
                Report(
                    diagnosis_id=concluded,
                    kind=ReportKind.DRAFT,
                    locale="fr",
                    portrait={},
                    portrait_digest=digest_,
                    pdf_digest="c" * 64,
                    pages=8,
                )
            )
    firm = firm_actor(database, concluded)
    room.send_code(database, firm, room.Verdict("validate_remarks", " Présidente ", " Le plan est ambitieux. "))
    room.validate(
        database, firm, room.Verdict("validate_remarks", "Présidente", "Le plan est ambitieux."), f" {sent_code(database)} "
    )
    kept = read(database, concluded)
    assert kept.state is State.VALIDATED_REMARKS
    assert kept.validation["valid_statut"] == "reserves"
    assert kept.validation["valid_signataire"] == "Présidente"
    assert kept.validation["valid_observations"] == "Le plan est ambitieux."
    assert kept.validation["portrait_digest"] == "b" * 64
    with database.read() as session:
        assert kept.validation["answers_digest"] == room.basis_of(session, concluded).answers_digest
    assert verbs(database, concluded) == ["code_sent", "moved"]


@pytest.mark.parametrize(
    ("name", "status", "state"), [("validate", "valide", State.VALIDATED), ("disagree", "desaccord", State.DISAGREEMENT)]
)
def test_each_verdict_has_its_state(database: Database, concluded: int, name: str, status: str, state: State) -> None:
    firm = firm_actor(database, concluded)
    verdict = room.Verdict(name, "Directeur", "" if name == "validate" else "Les chiffres sont anciens.")
    room.send_code(database, firm, verdict)
    room.validate(database, firm, verdict, sent_code(database))
    assert read(database, concluded).state is state
    assert read(database, concluded).validation["valid_statut"] == status
    with pytest.raises(ConflictError, match="changé d’état"):
        room.validate(database, firm, verdict, sent_code(database))


def test_five_wrong_codes_spend_the_right_one(database: Database, concluded: int) -> None:
    """Requirement 4: a brute force has five tries in a million, then must ask for another code."""
    firm = firm_actor(database, concluded)
    room.send_code(database, firm, YES)
    code = sent_code(database)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _time in range(room.CODE_TRIES):
        with pytest.raises(ActionError, match="ne correspond pas"):
            room.validate(database, firm, YES, wrong)
    with pytest.raises(ActionError, match="cinq fois"):
        room.validate(database, firm, YES, code)
    assert read(database, concluded).state is State.RESTITUTION
    room.send_code(database, firm, YES)
    room.validate(database, firm, YES, sent_code(database))
    assert read(database, concluded).state is State.VALIDATED


def test_codes_are_not_sent_without_end(database: Database, concluded: int) -> None:
    firm = firm_actor(database, concluded)
    for _time in range(room.CODES_AN_HOUR):
        room.send_code(database, firm, YES)
    with pytest.raises(ActionError, match="Cinq codes"):
        room.send_code(database, firm_actor(database, concluded), YES)


def test_a_code_dies_with_its_quarter_of_an_hour(database: Database, concluded: int) -> None:
    firm = firm_actor(database, concluded)
    with pytest.raises(ActionError, match="Aucun code"):
        room.validate(database, firm, YES, "123456")
    room.send_code(database, firm, YES)
    with database.write() as session:
        session.get_one(SignInSession, firm.session_id).confirmation_expires_at = now() - timedelta(seconds=1)
    with pytest.raises(ActionError, match="expiré"):
        room.validate(database, firm, YES, sent_code(database))


def test_a_code_is_worth_nothing_in_another_session(database: Database, concluded: int) -> None:
    first, second = firm_actor(database, concluded), firm_actor(database, concluded)
    room.send_code(database, first, YES)
    code = sent_code(database)
    with pytest.raises(ActionError, match="Aucun code"):
        room.validate(database, second, YES, code)
    room.send_code(database, second, YES)
    with pytest.raises(ActionError, match="ne correspond pas"):
        room.validate(database, second, YES, code if code != sent_code(database) else "abcdef")


@pytest.mark.parametrize(
    "verdict",
    [
        room.Verdict("disagree", "Directrice", "Non"),
        room.Verdict("validate", "Trésorier"),
        room.Verdict("validate", "Directrice", "Oui"),
    ],
)
def test_a_code_confirms_the_words_it_was_asked_for(database: Database, concluded: int, verdict: room.Verdict) -> None:
    firm = firm_actor(database, concluded)
    room.send_code(database, firm, YES)
    with pytest.raises(ActionError, match="ne correspond pas"):
        room.validate(database, firm, verdict, sent_code(database))


def test_a_code_is_void_once_the_diagnosis_has_changed(database: Database, concluded: int) -> None:
    firm = firm_actor(database, concluded)
    room.send_code(database, firm, YES)
    write_section(database, concluded, "S11C", {"cons_D2": "3"})
    with pytest.raises(ActionError, match="ont changé"):
        room.validate(database, firm, YES, sent_code(database))


def test_an_unfinished_restitution_is_not_validated(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.RESTITUTION)
    seal(database, diagnosis_id)
    with pytest.raises(ActionError, match="consensus"):
        room.send_code(database, firm_actor(database, diagnosis_id), YES)
    assert messages(database, "direction1@exemple.fr") == []


@pytest.mark.parametrize("state", sorted(set(State) - {State.RESTITUTION, State.DRAWN}))
def test_a_verdict_belongs_to_the_restitution(database: Database, world: World, state: State) -> None:
    diagnosis_id = add_dossier(database, world, state)
    with pytest.raises(ConflictError):
        room.send_code(database, firm_actor(database, diagnosis_id), YES)


def test_only_the_firm_itself_gives_its_verdict(database: Database, world: World, concluded: int) -> None:
    for who in (
        actor_of(world.people["diagnostician"]),
        actor_of(world.people["coordinator"]),
        firm_actor(database, concluded, marks_only=True),
    ):
        with pytest.raises(AccessError):
            room.send_code(database, who, YES)
        with pytest.raises(AccessError):
            room.validate(database, who, YES, "123456")
    elsewhere = add_dossier(database, world, State.RESTITUTION, number=2)
    stranger = firm_actor(database, elsewhere)
    conclude(database, elsewhere)
    room.send_code(database, stranger, YES)
    room.validate(database, stranger, YES, sent_code(database, "direction2@exemple.fr"))
    assert read(database, concluded).state is State.RESTITUTION


@pytest.mark.parametrize(
    "verdict",
    [room.Verdict("validate", ""), room.Verdict("validate", "x" * 121), room.Verdict("disagree", "Directrice", " "),
     room.Verdict("validate_remarks", "Directrice", ""), room.Verdict("validate", "Directrice", "x" * 1001), room.Verdict("close", "Directrice")],
)  # fmt: skip
def test_an_incomplete_verdict_is_refused(database: Database, concluded: int, verdict: room.Verdict) -> None:
    with pytest.raises(ActionError):
        room.send_code(database, firm_actor(database, concluded), verdict)


def test_leaving_ends_the_session_and_keeps_the_link(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.CONTACTED)
    dossiers.send_room_link(database, actor_of(world.people["diagnostician"]), diagnosis_id, ROOM)
    secret = sent_secret(database)
    opened = open_session(database, room.enter(database, secret, browser=""))
    room.leave(database, Actor(Role.FIRM, "", diagnosis_id=diagnosis_id, session_id=opened.id))
    with database.read() as session:
        assert session.get_one(SignInSession, opened.id).revoked_at is not None
    room.enter(database, secret, browser="")
