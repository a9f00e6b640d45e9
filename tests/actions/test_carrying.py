"""Open dossiers that pass to another version.

1. Answers find their new sections; what lost its place is kept aside, shown to whoever may read it, and comes back.
2. A dossier that something stands in the way of is left as it was; the obstacle names the question and never a blind mark.
3. Doing it again changes nothing; a dossier past its entry keeps its version; remarks follow their question.
4. A save prepared under the old version is not lost among the new one's answers.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from diagnostics.actions import carrying, questionnaires
from diagnostics.actions.answers import VersionPassedError, look, save_section
from diagnostics.actions.base import ActionError, NotFoundError
from diagnostics.actions.carrying import ObstaclesError, carry_dossier
from diagnostics.carriage import aside_rows, foresee, readable_aside
from diagnostics.catalogues import load
from diagnostics.collected import collect
from diagnostics.db import Database
from diagnostics.jobs import run_job
from diagnostics.models import Campaign, Diagnosis, Job, JobItem, JobState, JournalLine, SetAsideAnswer, State, Thread, VersionState
from questionnaires.answers import Answer, AnswerState
from tests.casework import add_thread
from tests.conftest import World
from tests.dossier import actor_of, firm_actor, held, marks, new_dossier, put, set_dossier
from tests.versions import Sheets, add_version, added, changed, renamed, without


def second(sheets: Sheets) -> None:
    """The turnover renamed, a question out, another one in, a choice's code renamed."""
    renamed(sheets, "etp_total", "etp")
    without(sheets, "federation")
    added(
        sheets,
        "raison_sociale",
        {"type": "text", "name": "sigle", "label::Français (fr)": "Quel est son sigle ?", "label::English (en)": "Its acronym?"},
    )


def test_answers_find_their_place_and_what_has_none_is_kept_and_comes_back(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S1", {"raison_sociale": "Les Tilleuls", "federation": "Tilleuls"})
    put(database, number, "S2", {"etp_total": Answer(11.5, state=AnswerState.FORCED, reasons={"odd": "oui"})})
    add_version(database, "2026-2", changed("2026-2", second))
    outcome = carry_dossier(database, number, "2026-2", job_id=7)
    assert outcome.carried is not None
    assert held(database, number, "S1") == {"raison_sociale": {"state": "collected", "value": "Les Tilleuls"}}
    assert held(database, number, "S2") == {"etp": {"state": "forced", "value": 11.5, "reasons": {"odd": "oui"}}}
    with database.read() as session:
        diagnosis = session.get_one(Diagnosis, number)
        [aside] = aside_rows(session, number)
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "version_carried")).one()
        assert (diagnosis.questionnaire_version, diagnosis.revision) == ("2026-2", 1)
        assert (aside.name, aside.version, aside.section, aside.answer["value"]) == ("federation", "2026-1", "S1", "Tilleuls")
        assert line.detail["renamed"] == {"etp_total": "etp"}
        assert line.detail["aside"] == ["federation"]
        assert line.detail["sections"] == {"S1": 2, "S2": 2}
        assert "Tilleuls" not in str(line.detail)
    add_version(database, "2026-3", changed("2026-3", lambda sheets: renamed(sheets, "etp_total", "etp")))
    carry_dossier(database, number, "2026-3")
    assert held(database, number, "S1")["federation"]["value"] == "Tilleuls"
    with database.read() as session:
        assert aside_rows(session, number) == []


def test_carrying_twice_changes_nothing(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S1", {"federation": "Tilleuls"})
    add_version(database, "2026-2", changed("2026-2", second))
    carry_dossier(database, number, "2026-2")
    assert carry_dossier(database, number, "2026-2").carried is None
    with database.read() as session:
        assert session.get_one(Diagnosis, number).revision == 1
        assert len(session.scalars(select(JournalLine).where(JournalLine.verb == "version_carried")).all()) == 1


def _without_choice(list_name: str, code: str) -> Callable[[Sheets], None]:
    def change(sheets: Sheets) -> None:
        sheets["choices"][:] = [row for row in sheets["choices"] if (row["list_name"], row["name"]) != (list_name, code)]

    return change


def test_an_obstacle_leaves_the_dossier_as_it_was_unless_answers_may_be_set_aside(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    with database.read() as session:
        question = load("2026-1", session).question("famille")
    put(database, number, "S1", {"famille": "soc_ess", "raison_sociale": "Un"})
    add_version(database, "2026-2", changed("2026-2", _without_choice(question.choices, "soc_ess")))
    with pytest.raises(ObstaclesError) as refused:
        carry_dossier(database, number, "2026-2")
    assert question.label.fr in str(refused.value.message)
    assert held(database, number, "S1")["famille"]["value"] == "soc_ess"
    with database.read() as session:
        assert session.get_one(Diagnosis, number).questionnaire_version == "2026-1"
        [foreseen] = foresee(session, load("2026-2", session), "2026-2")
        assert "plus proposé" in foreseen.obstacles[0].fr
    carry_dossier(database, number, "2026-2", set_aside=True)
    assert "famille" not in held(database, number, "S1")
    with database.read() as session:
        assert [(row.name, row.answer["value"]) for row in aside_rows(session, number)] == [("famille", "soc_ess")]


def test_a_blind_mark_is_never_told_by_an_obstacle_nor_shown_aside(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    put(database, number, "S11F", marks("ent", "3"))
    add_version(database, "2026-2", changed("2026-2", _without_choice("fragilite5", "3")))
    with database.read() as session:
        [foreseen] = foresee(session, load("2026-2", session), "2026-2")
    label = load("2026-1").label("fragilite5", "3", "fr")
    assert len(foreseen.obstacles) == 10
    assert not [text for text in foreseen.obstacles if label in text.fr]
    carry_dossier(database, number, "2026-2", set_aside=True)
    with database.read() as session:
        diagnosis = session.get_one(Diagnosis, number)
        coordinator, owner = (actor_of(world.people[name]) for name in ("coordinator", "diagnostician"))
        assert readable_aside(session, coordinator, diagnosis) == []
        assert readable_aside(session, owner, diagnosis) == []
        assert len(readable_aside(session, firm_actor(number), diagnosis)) == 10


@pytest.mark.parametrize("state", [State.REVIEW, State.SENT, State.RESTITUTION, State.VALIDATED, State.CLOSED, State.REFUSAL])
def test_a_dossier_past_its_entry_keeps_its_version(database: Database, world: World, state: State) -> None:
    number = new_dossier(database, world, state=state)
    add_version(database, "2026-2", changed("2026-2", second))
    with pytest.raises(ActionError, match="garde sa version"):
        carry_dossier(database, number, "2026-2")
    with database.read() as session:
        assert list(foresee(session, load("2026-2", session), "2026-2")) == []


def test_remarks_follow_a_renamed_question(database: Database, world: World) -> None:
    number = new_dossier(database, world, state=State.RETURNED)
    add_thread(database, number, "etp_total", "À vérifier", author=world.people["coordinator"])
    add_version(database, "2026-2", changed("2026-2", second))
    put(database, number, "S2", {"etp_total": 11.5})
    carry_dossier(database, number, "2026-2")
    with database.read() as session:
        assert session.scalars(select(Thread.question)).all() == ["etp"]


def test_a_thread_follows_though_its_question_was_never_answered(database: Database, world: World) -> None:
    number = new_dossier(database, world, state=State.RETURNED)
    add_thread(database, number, "etp_total", "À vérifier", author=world.people["coordinator"])
    add_version(database, "2026-2", changed("2026-2", second))
    carry_dossier(database, number, "2026-2")
    with database.read() as session:
        assert session.scalars(select(Thread.question)).all() == ["etp"]


def test_a_save_seen_under_the_old_version_does_not_slip_into_the_new_one(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    owner = actor_of(world.people["diagnostician"])
    with database.reader.connect() as connection:
        seen = look(connection, owner, number, "S2")
    add_version(database, "2026-2", changed("2026-2", second))
    carry_dossier(database, number, "2026-2")
    with pytest.raises(VersionPassedError):
        save_section(database, owner, number, "S2", {"etp_total": Answer(3.0)}, base_revision=0, seen=seen)
    assert held(database, number, "S2") == {}


def test_the_job_carries_what_it_can_names_what_it_cannot_and_goes_on_where_it_stopped(
    app: Flask, database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sirets = ("73282932000074", "73282932000082", "73282932000090")
    numbers = [new_dossier(database, world, reference=f"PACA-000{place}", siret=siret) for place, siret in enumerate(sirets, 1)]
    with database.read() as session:
        list_name = load("2026-1", session).question("famille").choices
    put(database, numbers[1], "S1", {"famille": "soc_ess"})
    add_version(database, "2026-2", changed("2026-2", _without_choice(list_name, "soc_ess")))
    job_id = carrying.request_carry(database, actor_of(world.people["coordinator"]), "2026-2", set_aside=False)
    assert job_id is not None
    with pytest.raises(ActionError, match="déjà en cours"):
        carrying.request_carry(database, actor_of(world.people["coordinator"]), "2026-2", set_aside=False)
    real, calls = carrying.carry_dossier, []

    def dying(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments[1])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(carrying, "carry_dossier", dying)
    with pytest.raises(KeyboardInterrupt):
        run_job(database, app.extensions["settings"], job_id)
    with database.write() as session:
        session.get_one(Job, job_id).state = JobState.QUEUED
    assert run_job(database, app.extensions["settings"], job_id)
    assert calls == [*numbers, numbers[2]]
    with database.read() as session:
        job = session.get_one(Job, job_id)
        items = session.scalars(select(JobItem).order_by(JobItem.id)).all()
        assert (job.state, job.done, job.result) == (JobState.DONE, 3, {"made": 2, "failed": ["PACA-0002"]})
        assert [item.state for item in items] == [JobState.DONE, JobState.FAILED, JobState.DONE]
        versions = session.scalars(select(Diagnosis.questionnaire_version).order_by(Diagnosis.id)).all()
        assert versions == ["2026-2", "2026-1", "2026-2"]


def test_only_what_is_published_can_be_carried_to(database: Database, world: World) -> None:
    with pytest.raises(NotFoundError):
        carrying.request_carry(database, actor_of(world.people["coordinator"]), "2030-1", set_aside=False)


def test_a_dossier_in_a_published_version_is_read_and_filled_like_any_other(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    add_version(database, "2026-2", changed("2026-2", second))
    set_dossier(database, number, questionnaire_version="2026-2")
    owner = actor_of(world.people["diagnostician"])
    save_section(database, owner, number, "S2", {"etp": Answer(4.0)}, base_revision=0)
    with database.read() as session:
        found = collect(session, session.get_one(Diagnosis, number))
        assert found.plain["etp"] == 4.0
        assert found.answers["raison_sociale"].state is AnswerState.PREFILLED


def test_a_question_prefilled_by_the_frame_stays_so_under_its_new_name(database: Database, world: World) -> None:
    number = new_dossier(database, world)
    add_version(database, "2026-2", changed("2026-2", lambda sheets: renamed(sheets, "raison_sociale", "nom")))
    carry_dossier(database, number, "2026-2")
    with database.read() as session:
        found = collect(session, session.get_one(Diagnosis, number))
        assert found.answers["nom"] == Answer("Association Les Tilleuls", state=AnswerState.PREFILLED)


def test_publishing_makes_new_dossiers_open_with_the_version(database: Database, world: World) -> None:
    sheets = changed("2026-2", second)
    draft = add_version(database, "2026-2", sheets, state=VersionState.DRAFT, questions=150)
    coordinator = actor_of(world.people["coordinator"])
    done = questionnaires.publish(database, coordinator, draft, version="2026-2", carry=False)
    assert (done.version, done.job_id) == ("2026-2", None)
    with database.read() as session:
        assert session.get_one(Campaign, world.campaign_id).questionnaire_version == "2026-2"
        assert session.scalars(select(SetAsideAnswer)).all() == []
    with pytest.raises(ActionError, match="s’appelle déjà"):
        questionnaires.publish(database, coordinator, draft, version="2026-2")
    with pytest.raises(ActionError, match="choisissez-en"):
        questionnaires.withdraw(database, coordinator, draft)
    questionnaires.choose_version(database, coordinator, "2026-1")
    questionnaires.withdraw(database, coordinator, draft)
    with pytest.raises(NotFoundError):
        questionnaires.choose_version(database, coordinator, "2026-2")
    questionnaires.restore(database, coordinator, draft)
    assert questionnaires.choose_version(database, coordinator, "2026-2")


def test_what_the_platform_and_its_indicators_need_keeps_a_version_from_being_published(database: Database, world: World) -> None:
    def poorer(sheets: Sheets) -> None:
        renamed(sheets, "ent_D1", "ent_un")

    draft = add_version(database, "2026-2", changed("2026-2", poorer), state=VersionState.DRAFT, questions=150)
    with pytest.raises(ActionError, match="ent_D1"):
        questionnaires.publish(database, actor_of(world.people["coordinator"]), draft, version="2026-2")
