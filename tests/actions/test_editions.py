"""Editions that follow each other: 1. the same again; 2. one that would give a firm away is not stored; 3. none is published unaware of another."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from analysis.disclosure.cells import DisclosureError
from analysis.execution import ExecutionError
from analysis.synthesis.edition import Synthesis
from diagnostics import tables
from diagnostics.access import Actor
from diagnostics.actions import publication
from diagnostics.actions.base import ActionError
from diagnostics.actions.publication import consolidate, publish_edition
from diagnostics.db import Database
from diagnostics.models import Diagnosis, Edition, Role, State, User


def base_of(demo: Flask) -> Database:
    found: Database = demo.extensions["database"]
    return found


def coordinator(database: Database) -> Actor:
    with database.read() as session:
        user = session.scalars(select(User).where(User.role == Role.COORDINATOR).order_by(User.id)).first()
        assert user is not None
        return Actor(Role.COORDINATOR, user.name, user_id=user.id)


def editions(database: Database) -> list[Edition]:
    with database.read() as session:
        return list(session.scalars(select(Edition).order_by(Edition.number)))


def test_1_a_new_edition_knows_the_published_one_and_shows_no_more(demo: Flask) -> None:
    database = base_of(demo)
    with demo.app_context():
        consolidate(database, demo.extensions["settings"])
    first, second = editions(database)
    assert first.summary["memory"]["firms"].keys() == first.summary["weights"].keys()
    assert second.parameters["earlier"] == [str(first.number)]
    shown = [{tuple(domain) for domain in edition.summary["memory"]["shown"]} for edition in (first, second)]
    assert shown[1] <= shown[0]
    assert second.summary["protection_cost"]["domains_hidden"] >= first.summary["protection_cost"]["domains_hidden"]


def test_2_an_edition_that_differs_by_one_dossier_is_refused_and_not_stored(demo: Flask) -> None:
    database = base_of(demo)
    with database.write() as session:
        one = session.scalars(select(Diagnosis).where(Diagnosis.state.in_(tables.ACCEPTED)).order_by(Diagnosis.id)).first()
        assert one is not None
        one.state = State.ENTRY
    with demo.app_context(), pytest.raises(ActionError, match="seuls 1 dossiers"):
        consolidate(database, demo.extensions["settings"])
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Edition)) == 1


def test_2_an_edition_whose_cluster_is_not_there_is_not_stored(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_arguments: object, **_named: object) -> None:
        message = "No dask scheduler answers."
        raise ExecutionError(message)

    monkeypatch.setattr(tables, "edition_of", absent)
    with demo.app_context(), pytest.raises(ActionError, match="ANALYSIS_EXECUTION"):
        consolidate(base_of(demo), demo.extensions["settings"])
    assert len(editions(base_of(demo))) == 1


def test_2_an_edition_that_fails_its_audit_is_not_stored(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_arguments: object, **_named: object) -> None:
        message = "The audit failed: one figure is within reach."
        raise DisclosureError(message)

    monkeypatch.setattr(tables, "build_edition", failing)
    database = base_of(demo)
    with demo.app_context(), pytest.raises(ActionError, match="The audit failed"):
        consolidate(database, demo.extensions["settings"])
    assert len(editions(database)) == 1


def test_3_an_edition_prepared_unaware_of_a_published_one_is_not_published(demo: Flask) -> None:
    database = base_of(demo)
    with demo.app_context():
        number = consolidate(database, demo.extensions["settings"])
    with database.write() as session:
        unaware = session.get_one(Edition, number)
        unaware.parameters = {**unaware.parameters, "earlier": []}
    with demo.app_context(), pytest.raises(ActionError, match="sans tenir compte"):
        publish_edition(database, coordinator(database), number)
    with database.write() as session:
        aware = session.get_one(Edition, number)
        aware.parameters = {**aware.parameters, "earlier": ["1"]}
    with demo.app_context():
        publish_edition(database, coordinator(database), number)
    assert [edition.published_at is not None for edition in editions(database)] == [True, True]
    assert editions(database)[0].seed == publication.DEFAULT_SEED


def test_3_stored_syntheses_carry_no_figure_in_a_withheld_one(demo: Flask) -> None:
    database = base_of(demo)
    with database.read() as session:
        edition = session.scalars(select(Edition)).one()
        contents = [Synthesis.from_json(stored.content) for stored in edition.syntheses]
    withheld = [synthesis for synthesis in contents if synthesis.status == "withheld"]
    assert withheld
    assert not any(synthesis.tiles or synthesis.chapters or synthesis.method for synthesis in withheld)
