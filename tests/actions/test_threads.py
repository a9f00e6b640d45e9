"""Threads on questions.

1. Whoever of the network may read a question may open a thread on it, answer, resolve, open again; nobody else may.
2. A firm reads and writes in shared threads only, on questions that it may read; what it opens is shared.
3. Blind voices: no thread on a mark before both voices are sealed, by anybody.
4. What is unread is each person's own; the other side is told by e-mail, once, with a link and without the text.
5. The journal names the question and never holds the text.
6. A thread is taken back only as long as nobody else has written in it; sharing has no way back.
"""

from typing import Any

import pytest
from sqlalchemy import select

from diagnostics.access import AccessError, Actor
from diagnostics.actions import room_links, threads
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.db import Database
from diagnostics.models import Diagnosis, JournalLine, Message, State, Thread, ThreadState
from diagnostics.threads import Talk, talks_of, unread_count
from questionnaires.catalogue import load
from tests.casework import actor_of, add_dossier, add_thread, firm_actor, messages, seal, update, verbs, write_section
from tests.conftest import World

LINK = threads.ThreadLink("https://exemple.fr/dossiers/{reference}/fils#fil-{thread}", "https://exemple.fr/espace/echanges")
ALIVE = sorted(set(State) - {State.DRAWN, State.REFUSAL, State.UNREACHABLE, State.OUT_OF_SCOPE, State.DUPLICATE, State.ABANDONED})
OVER = sorted(set(State) - set(ALIVE) - {State.DRAWN})


def thread_of(database: Database, number: int) -> Thread:
    with database.read() as session:
        return session.scalars(select(Thread).where(Thread.id == number)).one()


def said_in(database: Database, number: int) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Message.text).where(Message.thread_id == number).order_by(Message.id)))


def seen_by(database: Database, actor: Actor, diagnosis_id: int) -> list[Talk]:
    with database.read() as session:
        diagnosis = session.get_one(Diagnosis, diagnosis_id)
        return talks_of(session, actor, diagnosis, load(diagnosis.questionnaire_version))


def test_a_thread_goes_there_and_back(database: Database, world: World) -> None:
    """Requirements 1 and 5."""
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    coordinator, owner = actor_of(world.people["coordinator"]), actor_of(world.people["diagnostician"])
    number = threads.open_thread(database, coordinator, diagnosis_id, "eff_total", "  Avec ou sans les apprentis ?\r\n ")
    threads.answer(database, owner, number, "Sans : corrigé.", resolve=True)
    assert said_in(database, number) == ["Avec ou sans les apprentis ?", "Sans : corrigé."]
    assert thread_of(database, number).state is ThreadState.RESOLVED
    threads.set_resolved(database, owner, number, resolved=False)
    threads.set_resolved(database, owner, number, resolved=False)
    threads.set_resolved(database, actor_of(world.people["referent"]), number, resolved=True)
    assert thread_of(database, number).resolved_by_id == world.people["referent"].id
    assert verbs(database, diagnosis_id) == [
        "thread_opened",
        "thread_answered",
        "thread_resolved",
        "thread_reopened",
        "thread_resolved",
    ]
    with database.read() as session:
        details = session.scalars(select(JournalLine.detail).where(JournalLine.subject_id == diagnosis_id)).all()
    assert all(detail["question"] == "eff_total" for detail in details)
    assert "apprentis" not in str(details)
    assert "corrigé" not in str(details)


def test_a_message_in_a_closed_thread_opens_it_again(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    owner = actor_of(world.people["diagnostician"])
    number = threads.open_thread(database, owner, diagnosis_id, "eff_total", "Qui compter ?")
    threads.set_resolved(database, owner, number, resolved=True)
    threads.answer(database, actor_of(world.people["coordinator"]), number, "Tout le monde.")
    assert thread_of(database, number).state is ThreadState.OPEN


@pytest.mark.parametrize("name", ["coordinator", "referent", "diagnostician"])
@pytest.mark.parametrize("state", ALIVE)
def test_the_network_talks_as_long_as_the_dossier_lives(database: Database, world: World, state: State, name: str) -> None:
    diagnosis_id = add_dossier(database, world, state)
    assert threads.open_thread(database, actor_of(world.people[name]), diagnosis_id, "eff_total", "Pourquoi ?") > 0


@pytest.mark.parametrize("state", OVER)
def test_nobody_talks_about_a_dossier_that_is_over(database: Database, world: World, state: State) -> None:
    diagnosis_id = add_dossier(database, world, state)
    with pytest.raises(ConflictError):
        threads.open_thread(database, actor_of(world.people["coordinator"]), diagnosis_id, "eff_total", "Pourquoi ?")


@pytest.mark.parametrize("name", ["other_diagnostician", "analyst", "committee", "partner", "admin"])
def test_others_know_of_no_thread(database: Database, world: World, name: str) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    number = add_thread(database, diagnosis_id, "eff_total", "Entre nous", author=world.people["diagnostician"], shared=True)
    stranger = actor_of(world.people[name])
    attempts: list[Any] = [
        lambda: threads.open_thread(database, stranger, diagnosis_id, "eff_total", "Pourquoi ?"),
        lambda: threads.answer(database, stranger, number, "Parce que."),
        lambda: threads.set_resolved(database, stranger, number, resolved=True),
        lambda: threads.withdraw(database, stranger, number),
        lambda: threads.mark_read(database, stranger, number),
    ]
    for attempt in attempts:
        with pytest.raises((AccessError, NotFoundError)):
            attempt()
    assert seen_by(database, stranger, diagnosis_id) == []
    assert said_in(database, number) == ["Entre nous"]


@pytest.mark.parametrize("question", ["inconnue", "", "valid_statut"])
def test_a_thread_hangs_on_a_question_that_exists(database: Database, world: World, question: str) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    with pytest.raises(NotFoundError):
        threads.open_thread(database, actor_of(world.people["coordinator"]), diagnosis_id, question, "Pourquoi ?")


def test_a_thread_may_be_about_one_line_of_a_roster(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    write_section(database, diagnosis_id, "S2", {"registre": [{"id": "r1", "reg_code": "S1"}], "eff_total": 4})
    owner = actor_of(world.people["diagnostician"])
    number = threads.open_thread(database, owner, diagnosis_id, "registre", "Né en 1900 ?", row="r1")
    assert thread_of(database, number).row == "r1"
    for question, row in (("registre", "r9"), ("eff_total", "r1")):
        with pytest.raises(NotFoundError, match="ligne"):
            threads.open_thread(database, owner, diagnosis_id, question, "Et là ?", row=row)


@pytest.mark.parametrize("text", ["", "   ", "\0", "x" * 2001])
def test_a_message_says_something_short(database: Database, world: World, text: str) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    with pytest.raises(ActionError):
        threads.open_thread(database, actor_of(world.people["coordinator"]), diagnosis_id, "eff_total", text)


def test_the_same_thing_is_said_once(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    coordinator = actor_of(world.people["coordinator"])
    number = threads.open_thread(database, coordinator, diagnosis_id, "eff_total", "Pourquoi ?")
    with pytest.raises(ConflictError, match="déjà"):
        threads.open_thread(database, coordinator, diagnosis_id, "eff_total", "Pourquoi ?")
    with pytest.raises(ConflictError, match="déjà"):
        threads.answer(database, coordinator, number, "Pourquoi ?")


MARKS = ["ent_D1", "forces_firm", "diag_D1", "forces_diag", "fiabilite", "cons_D1", "actions"]


@pytest.mark.parametrize(
    "sealed", [{}, {"marks_firm_at": True}, {"marks_diagnostician_at": True}], ids=["none", "firm", "diagnostician"]
)
@pytest.mark.parametrize("question", MARKS)
def test_no_thread_on_a_mark_before_both_voices_are_sealed(
    database: Database, world: World, question: str, sealed: dict[str, bool]
) -> None:
    """Requirement 3: not even by the one whose mark it is, since the thread would tell the others of it."""
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    seal(database, diagnosis_id)
    update(database, diagnosis_id, **{name: None for name in ("marks_firm_at", "marks_diagnostician_at") if name not in sealed})
    actors = [
        *(actor_of(world.people[name]) for name in ("coordinator", "referent", "diagnostician")),
        firm_actor(database, diagnosis_id),
    ]
    for actor in actors:
        with pytest.raises(NotFoundError):
            threads.open_thread(database, actor, diagnosis_id, question, "Pourquoi ?")
    # A thread that would be there all the same, whatever wrote it, shows to nobody.
    number = add_thread(database, diagnosis_id, question, "J’ai mis 4", author=world.people["diagnostician"], shared=True)
    for actor in actors:
        assert seen_by(database, actor, diagnosis_id) == []
        with pytest.raises(NotFoundError):
            threads.answer(database, actor, number, "Ah ?")


def test_marks_are_talked_about_once_both_are_sealed(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    seal(database, diagnosis_id)
    assert threads.open_thread(database, actor_of(world.people["coordinator"]), diagnosis_id, "diag_D1", "D’où vient ce 3 ?") > 0


def test_the_firm_reads_shared_threads_on_what_it_may_read(database: Database, world: World) -> None:
    """Requirement 2."""
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    owner = actor_of(world.people["diagnostician"])
    kept = threads.open_thread(database, owner, diagnosis_id, "eff_total", "Entre nous")
    shared = threads.open_thread(database, owner, diagnosis_id, "tresorerie", "Pour vous", shared=True)
    firm = firm_actor(database, diagnosis_id)
    assert seen_by(database, firm, diagnosis_id) == [], "the visit is not read before the review accepted it"
    update(database, diagnosis_id, state=State.SENT)
    assert [talk.thread.id for talk in seen_by(database, firm, diagnosis_id)] == [shared]
    assert seen_by(database, firm_actor(database, diagnosis_id, marks_only=True), diagnosis_id) == []
    with pytest.raises(NotFoundError):
        threads.answer(database, firm, kept, "J’ai tout lu")
    threads.answer(database, firm, shared, "Au 31 décembre.")
    assert said_in(database, shared) == ["Pour vous", "Au 31 décembre."]
    with pytest.raises(AccessError):
        threads.share(database, firm, shared)
    with pytest.raises(AccessError):
        threads.answer(database, firm_actor(database, diagnosis_id, marks_only=True), shared, "Non")


def test_what_a_firm_opens_is_shared(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.SENT)
    firm = firm_actor(database, diagnosis_id)
    number = threads.open_thread(database, firm, diagnosis_id, "eff_total", "Nous sommes treize.")
    assert thread_of(database, number).shared
    assert [talk.unread for talk in seen_by(database, firm, diagnosis_id)] == [0]
    assert [talk.unread for talk in seen_by(database, actor_of(world.people["diagnostician"]), diagnosis_id)] == [1]
    other = add_dossier(database, world, State.SENT, number=2)
    with pytest.raises(NotFoundError):
        threads.open_thread(database, firm, other, "eff_total", "Et eux ?")


def test_sharing_shows_the_whole_thread_and_has_no_way_back(database: Database, world: World) -> None:
    """Requirement 6."""
    diagnosis_id = add_dossier(database, world, State.SENT)
    owner, firm = actor_of(world.people["diagnostician"]), firm_actor(database, diagnosis_id)
    number = threads.open_thread(database, owner, diagnosis_id, "eff_total", "Combien ?")
    assert seen_by(database, firm, diagnosis_id) == []
    threads.share(database, owner, number)
    threads.share(database, owner, number)
    assert [talk.unread for talk in seen_by(database, firm, diagnosis_id)] == [1]
    assert verbs(database, diagnosis_id) == ["thread_opened", "thread_shared"]


def test_a_thread_is_taken_back_before_anybody_else_writes(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    coordinator = actor_of(world.people["coordinator"])
    first = threads.open_thread(database, coordinator, diagnosis_id, "eff_total", "Erreur")
    with pytest.raises(ActionError):
        threads.withdraw(database, actor_of(world.people["diagnostician"]), first)
    threads.withdraw(database, coordinator, first)
    with pytest.raises(NotFoundError):
        threads.withdraw(database, coordinator, first)
    second = threads.open_thread(database, coordinator, diagnosis_id, "eff_total", "Vraie question")
    threads.answer(database, actor_of(world.people["diagnostician"]), second, "Réponse")
    with pytest.raises(ActionError, match="déjà répondu"):
        threads.withdraw(database, coordinator, second)


def test_unread_is_each_persons_own(database: Database, world: World) -> None:
    """Requirement 4."""
    diagnosis_id = add_dossier(database, world, State.SENT)
    people = {name: actor_of(world.people[name]) for name in ("coordinator", "referent", "diagnostician")}
    firm = firm_actor(database, diagnosis_id)
    number = threads.open_thread(database, people["coordinator"], diagnosis_id, "eff_total", "Un", shared=True)
    threads.answer(database, people["referent"], number, "Deux")

    def unread(actor: Actor) -> int:
        return seen_by(database, actor, diagnosis_id)[0].unread

    assert [unread(actor) for actor in (*people.values(), firm)] == [1, 0, 2, 2]
    threads.mark_read(database, people["diagnostician"], number)
    threads.mark_read(database, firm, number)
    assert [unread(actor) for actor in (*people.values(), firm)] == [1, 0, 0, 0]
    threads.answer(database, firm, number, "Trois")
    assert [unread(actor) for actor in (*people.values(), firm)] == [2, 1, 1, 0]
    with database.read() as session:
        assert unread_count(session, people["coordinator"]) == 1
    assert set(verbs(database, diagnosis_id)) == {"thread_opened", "thread_answered"}


def test_the_other_side_is_told_once_with_a_link_and_without_the_text(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.ENTRY)
    owner, coordinator = actor_of(world.people["diagnostician"]), actor_of(world.people["coordinator"])
    number = threads.open_thread(database, owner, diagnosis_id, "eff_total", "Compte-t-on l’apprentie ?", link=LINK)
    told = messages(database, "coordinator@exemple.fr")
    assert len(told) == 1
    assert f"https://exemple.fr/dossiers/PACA-0001/fils#fil-{number}" in told[0].body
    assert "apprentie" not in told[0].body + told[0].subject
    assert messages(database, "diagnostician@exemple.fr") == []
    threads.answer(database, owner, number, "Elle arrive en mars.", link=LINK)
    assert len(messages(database, "coordinator@exemple.fr")) == 1, "not again before it is read"
    threads.answer(database, coordinator, number, "Oui.", link=LINK)
    assert len(messages(database, "diagnostician@exemple.fr")) == 1
    threads.answer(database, owner, number, "Merci.", link=LINK)
    assert len(messages(database, "coordinator@exemple.fr")) == 2


def test_during_the_review_the_return_tells_of_it(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    threads.open_thread(database, actor_of(world.people["coordinator"]), diagnosis_id, "eff_total", "Pourquoi ?", link=LINK)
    assert messages(database, "diagnostician@exemple.fr") == []


def test_the_firm_is_told_if_its_room_is_open_to_it(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.SENT)
    owner = actor_of(world.people["diagnostician"])
    threads.open_thread(database, owner, diagnosis_id, "eff_total", "Sans lien", shared=True, link=LINK)
    assert messages(database, "direction1@exemple.fr") == []
    with database.write() as session:
        room_links.send_link(
            session, owner, session.get_one(Diagnosis, diagnosis_id), room_links.RoomLink("https://exemple.fr/espace/{secret}", 30)
        )
    number = threads.open_thread(database, owner, diagnosis_id, "tresorerie", "À quelle date ?", shared=True, link=LINK)
    told = messages(database, "direction1@exemple.fr")
    assert len(told) == 2, "the room’s link, then the message"
    assert "https://exemple.fr/espace/echanges" in told[1].body
    assert "À quelle date" not in told[1].body
    threads.answer(database, owner, number, "Et d’où ?", link=LINK)
    threads.open_thread(database, owner, diagnosis_id, "produits", "Entre nous", link=LINK)
    assert len(messages(database, "direction1@exemple.fr")) == 2


def test_a_thread_outlives_its_question(database: Database, world: World) -> None:
    """A newer version of the questionnaire may no longer ask it: the network still reads and closes what was said."""
    diagnosis_id = add_dossier(database, world, State.SENT)
    number = add_thread(database, diagnosis_id, "question_d_avant", "Combien ?", author=world.people["coordinator"], shared=True)
    owner = actor_of(world.people["diagnostician"])
    assert [talk.thread.id for talk in seen_by(database, owner, diagnosis_id)] == [number]
    threads.answer(database, owner, number, "Douze.", resolve=True)
    assert seen_by(database, firm_actor(database, diagnosis_id), diagnosis_id) == []
    assert seen_by(database, actor_of(world.people["analyst"]), diagnosis_id) == []
