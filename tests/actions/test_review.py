"""Remarks of the review.

1. Only the coordinator asks, only while the dossier is in review, only about a question that may be read then.
2. The diagnostician of the dossier answers while correcting; either may close and open again in their turn.
3. Blind voices: nothing can be asked about marks that are still sealed.
"""

import pytest
from sqlalchemy import select

from diagnostics.access import AccessError
from diagnostics.actions import review
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.db import Database
from diagnostics.models import Remark, State
from tests.casework import actor_of, add_dossier, seal, update, verbs
from tests.conftest import World


def remark_of(database: Database, remark_id: int) -> Remark:
    with database.read() as session:
        return session.scalars(select(Remark).where(Remark.id == remark_id)).one()


def test_a_remark_goes_there_and_back(database: Database, world: World) -> None:
    """Requirements 1 and 2, from the question to its closing."""
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    coordinator, owner = actor_of(world.people["coordinator"]), actor_of(world.people["diagnostician"])
    remark_id = review.add_remark(database, coordinator, diagnosis_id, "eff_total", "  Avec ou sans les apprentis ?  ")
    assert remark_of(database, remark_id).text == "Avec ou sans les apprentis ?"
    update(database, diagnosis_id, state=State.RETURNED)
    review.reply(database, owner, remark_id, "Sans : corrigé.", resolve=True)
    kept = remark_of(database, remark_id)
    assert kept.reply == "Sans : corrigé."
    assert kept.resolved_at is not None
    review.set_resolved(database, owner, remark_id, resolved=False)
    update(database, diagnosis_id, state=State.REVIEW)
    review.set_resolved(database, coordinator, remark_id, resolved=True)
    assert remark_of(database, remark_id).resolved_at is not None
    assert verbs(database, diagnosis_id) == ["remark_added", "remark_answered", "remark_reopened", "remark_closed"]


@pytest.mark.parametrize("state", sorted(set(State) - {State.REVIEW, State.DRAWN}))
def test_nothing_is_asked_outside_of_the_review(database: Database, world: World, state: State) -> None:
    diagnosis_id = add_dossier(database, world, state)
    with pytest.raises(ConflictError, match="changé d’état"):
        review.add_remark(database, actor_of(world.people["coordinator"]), diagnosis_id, "eff_total", "Pourquoi ?")


@pytest.mark.parametrize("name", ["referent", "diagnostician", "other_diagnostician", "analyst", "committee", "partner", "admin"])
def test_only_the_coordinator_asks(database: Database, world: World, name: str) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    with pytest.raises(AccessError):
        review.add_remark(database, actor_of(world.people[name]), diagnosis_id, "eff_total", "Pourquoi ?")
    assert verbs(database, diagnosis_id) == []


@pytest.mark.parametrize("name", ["referent", "other_diagnostician", "analyst", "committee", "partner", "admin", "coordinator"])
def test_only_the_dossiers_diagnostician_answers(database: Database, world: World, name: str) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    remark_id = review.add_remark(database, actor_of(world.people["coordinator"]), diagnosis_id, "eff_total", "Pourquoi ?")
    update(database, diagnosis_id, state=State.RETURNED)
    with pytest.raises((AccessError, NotFoundError)):
        review.reply(database, actor_of(world.people[name]), remark_id, "Parce que.")
    assert remark_of(database, remark_id).reply == ""


def test_answers_wait_for_the_return(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    remark_id = review.add_remark(database, actor_of(world.people["coordinator"]), diagnosis_id, "eff_total", "Pourquoi ?")
    owner = actor_of(world.people["diagnostician"])
    with pytest.raises(ConflictError):
        review.reply(database, owner, remark_id, "Parce que.")
    with pytest.raises(ConflictError):
        review.set_resolved(database, owner, remark_id, resolved=True)


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_remark_says_something_short(database: Database, world: World, text: str) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    with pytest.raises(ActionError):
        review.add_remark(database, actor_of(world.people["coordinator"]), diagnosis_id, "eff_total", text)


def test_the_same_remark_is_noted_once(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    coordinator = actor_of(world.people["coordinator"])
    review.add_remark(database, coordinator, diagnosis_id, "eff_total", "Pourquoi ?")
    with pytest.raises(ConflictError, match="déjà"):
        review.add_remark(database, coordinator, diagnosis_id, "eff_total", "Pourquoi ?")


@pytest.mark.parametrize("question", ["inconnue", "", "ent_D1", "diag_D1", "fiabilite", "cons_D1", "actions"])
def test_nothing_is_asked_about_what_may_not_be_read(database: Database, world: World, question: str) -> None:
    """Requirement 3."""
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    with pytest.raises(NotFoundError):
        review.add_remark(database, actor_of(world.people["coordinator"]), diagnosis_id, question, "Pourquoi ?")


def test_marks_can_be_asked_about_once_both_are_sealed(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    seal(database, diagnosis_id)
    assert review.add_remark(database, actor_of(world.people["coordinator"]), diagnosis_id, "diag_D1", "D’où vient ce 3 ?") > 0


def test_a_remark_is_taken_back_before_it_is_answered(database: Database, world: World) -> None:
    diagnosis_id = add_dossier(database, world, State.REVIEW)
    coordinator = actor_of(world.people["coordinator"])
    first = review.add_remark(database, coordinator, diagnosis_id, "eff_total", "Erreur")
    review.withdraw_remark(database, coordinator, first)
    with pytest.raises(NotFoundError):
        review.withdraw_remark(database, coordinator, first)
    second = review.add_remark(database, coordinator, diagnosis_id, "eff_total", "Vraie question")
    update(database, diagnosis_id, state=State.RETURNED)
    review.reply(database, actor_of(world.people["diagnostician"]), second, "Réponse")
    update(database, diagnosis_id, state=State.REVIEW)
    with pytest.raises(ActionError, match="déjà répondu"):
        review.withdraw_remark(database, coordinator, second)
