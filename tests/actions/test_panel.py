"""Imports, cards, tables and the draw: what each verb changes, what it refuses, and the journal it leaves."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from diagnostics.access import AccessError, Actor
from diagnostics.actions import draw, firms, panel
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError
from diagnostics.db import Database
from diagnostics.models import (
    Campaign,
    Correspondence,
    Diagnosis,
    Firm,
    FrameImport,
    ImportState,
    JournalLine,
    Role,
    Selection,
    State,
)
from tests.actions.frame import coordinator, frame_file, load_frame
from tests.conftest import World
from tests.frame.files import HEADER, row, siret, table


def firm(database: Database, number: int = 1) -> Firm:
    with database.read() as session:
        return session.scalars(select(Firm).where(Firm.siret == siret(number))).one()


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Firm)) or 0


def verbs(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(JournalLine.verb).order_by(JournalLine.id)))


def test_an_upload_imports_nothing_until_it_is_accepted(database: Database, world: World) -> None:
    number = panel.upload(database, coordinator(world), world.campaign_id, "C:\\dossier\\base.csv", frame_file(10))
    assert count(database) == 0
    with database.read() as session:
        found = session.get_one(FrameImport, number)
        assert (found.filename, found.state, found.report["importable"]) == ("base.csv", ImportState.PENDING, 10)
    taken = panel.accept(database, coordinator(world), number)
    assert (taken.new, taken.updated, taken.kept) == (10, 0, 0)
    kept = firm(database)
    assert (kept.name, kept.departement, kept.sector, kept.family, kept.size_class, kept.headcount, kept.import_id) == (
        "Association 001", "84", "aide_dom", "asso", "10-19", 12, number,
    )  # fmt: skip
    with database.read() as session:
        found = session.get_one(FrameImport, number)
        assert (found.state, found.content, found.report["taken"]["new"]) == (ImportState.ACCEPTED, None, 10)
    assert verbs(database) == ["frame_uploaded", "frame_imported"]


def test_an_import_is_decided_once(database: Database, world: World) -> None:
    number = load_frame(database, world, 4)
    with pytest.raises(ActionError, match="déjà décidé"):
        panel.accept(database, coordinator(world), number)
    with pytest.raises(ActionError, match="déjà décidé"):
        panel.discard(database, coordinator(world), number)
    with pytest.raises(NotFoundError):
        panel.accept(database, coordinator(world), 999)


def test_a_discarded_file_leaves_its_report_only(database: Database, world: World) -> None:
    number = panel.upload(database, coordinator(world), world.campaign_id, "base.csv", frame_file(3))
    panel.discard(database, coordinator(world), number)
    with database.read() as session:
        found = session.get_one(FrameImport, number)
        assert (found.state, found.content, found.report["rows"]) == (ImportState.DISCARDED, None, 3)
    assert count(database) == 0


def test_only_good_rows_enter(database: Database, world: World) -> None:
    rows = [row(1), row(2, siret="123"), row(3, code_commune="75056"), row(1), row(4, naf="")]
    number = panel.upload(database, coordinator(world), world.campaign_id, "base.csv", table(rows).encode())
    assert panel.accept(database, coordinator(world), number).new == 1


def test_a_file_without_good_rows_cannot_be_accepted(database: Database, world: World) -> None:
    unreadable = panel.upload(database, coordinator(world), world.campaign_id, "x.pdf", b"%PDF-1.4")
    with pytest.raises(ActionError, match="aucune ligne"):
        panel.accept(database, coordinator(world), unreadable)
    bad = panel.upload(database, coordinator(world), world.campaign_id, "x.csv", table([row(1, siret="1")]).encode())
    with pytest.raises(ActionError, match="Aucune ligne"):
        panel.accept(database, coordinator(world), bad)


def test_the_same_file_again_changes_nothing_and_says_so(database: Database, world: World) -> None:
    load_frame(database, world, 4)
    again = panel.upload(database, coordinator(world), world.campaign_id, "base.csv", frame_file(4))
    with database.read() as session:
        report = session.get_one(FrameImport, again).report
    assert report["faults"][0]["code"] == "same_file"
    assert report["counts"]["identical"] == 4
    assert report["importable"] == 0


def test_updates_and_conflicts(database: Database, world: World) -> None:
    load_frame(database, world, 4)
    actor = coordinator(world)
    held = firm(database)
    firms.correct_firm(database, actor, held.id, {"name": "Nom corrigé"}, seen=firms.seal(held))
    content = table(
        [
            row(1, nom="Nom du fichier", code_commune="84007", effectif="14"),
            row(2, nom="Autre", code_commune="83137", effectif="12"),
        ]
    ).encode()
    taken = panel.accept(database, actor, panel.upload(database, actor, world.campaign_id, "suite.csv", content))
    assert (taken.new, taken.updated, taken.kept) == (0, 2, 1)
    assert (firm(database).name, firm(database).headcount, firm(database, 2).name) == ("Nom corrigé", 14, "Autre")
    again = panel.upload(database, actor, world.campaign_id, "suite.csv", content)
    assert panel.accept(database, actor, again, take_conflicts=True).kept == 0
    assert firm(database).name == "Nom du fichier"


def test_an_import_notices_that_the_frame_changed_meanwhile(database: Database, world: World) -> None:
    actor = coordinator(world)
    first = panel.upload(database, actor, world.campaign_id, "a.csv", frame_file(3))
    second = panel.upload(database, actor, world.campaign_id, "b.csv", frame_file(4))
    panel.accept(database, actor, first)
    with pytest.raises(ConflictError, match="Relisez"):
        panel.accept(database, actor, second)
    with database.read() as session:
        assert session.get_one(FrameImport, second).report["counts"]["new"] == 1
    assert panel.accept(database, actor, second).new == 1


def test_only_the_coordination_touches_the_frame(database: Database, world: World) -> None:
    number = load_frame(database, world, 3)
    held = firm(database)
    for role in set(Role) - {Role.COORDINATOR}:
        who = Actor(role, "x", user_id=world.people["diagnostician"].id, structure_id=world.structures[0])
        with pytest.raises(AccessError):
            panel.upload(database, who, world.campaign_id, "x.csv", b"")
        with pytest.raises(AccessError):
            panel.accept(database, who, number)
        with pytest.raises(AccessError):
            panel.discard(database, who, number)
        with pytest.raises(AccessError):
            firms.correct_firm(database, who, held.id, {}, seen="")
        with pytest.raises(AccessError):
            firms.exclude_firm(database, who, held.id, "x")
        with pytest.raises(AccessError):
            firms.amend(database, who, "naf", "88.10A", "sport")
        with pytest.raises(AccessError):
            draw.draw_panel(database, who, world.campaign_id, 2, 1)


def test_a_card_is_corrected_with_what_follows(database: Database, world: World) -> None:
    load_frame(database, world, 3)
    held, actor = firm(database), coordinator(world)
    changed = firms.correct_firm(
        database, actor, held.id, {"commune_code": "13204", "headcount": 7, "contact_email": "a@b.fr"}, seen=firms.seal(held)
    )
    assert {"commune_code", "commune_name", "departement", "headcount", "headcount_band", "size_class", "contact_email"} <= set(
        changed
    )
    kept = firm(database)
    assert (kept.commune_code, kept.departement, kept.headcount_band, kept.size_class) == ("13055", "13", "03", "6-9")
    assert kept.corrected == ["commune_code", "headcount"]
    with pytest.raises(ConflictError):
        firms.correct_firm(database, actor, held.id, {"name": "X"}, seen=firms.seal(held))
    with pytest.raises(ActionError, match="3 à 50"):
        firms.correct_firm(database, actor, held.id, {"headcount": 51}, seen=firms.seal(kept))
    with pytest.raises(ActionError, match="commune"):
        firms.correct_firm(database, actor, held.id, {"commune_code": "75056"}, seen=firms.seal(kept))
    with pytest.raises(NotFoundError):
        firms.correct_firm(database, actor, 999, {}, seen="")


def test_a_firm_is_excluded_with_a_reason_and_readmitted(database: Database, world: World) -> None:
    load_frame(database, world, 3)
    held, actor = firm(database), coordinator(world)
    for reason in (" ", "x" * 501):
        with pytest.raises(ActionError):
            firms.exclude_firm(database, actor, held.id, reason)
    firms.exclude_firm(database, actor, held.id, "Fermée en mars")
    assert firm(database).exclusion == "Fermée en mars"
    with database.read() as session:
        assert draw.preview(session, world.campaign_id, 2, 1).frame == 2
    firms.readmit_firm(database, actor, held.id)
    assert firm(database).exclusion == ""
    with pytest.raises(ActionError):
        firms.readmit_firm(database, actor, held.id)


def test_a_table_is_amended_applied_and_restored(database: Database, world: World) -> None:
    load_frame(database, world, 12)
    actor = coordinator(world)
    held = firm(database)
    firms.correct_firm(database, actor, held.id, {"sector": "sante"}, seen=firms.seal(held))
    done = firms.amend(database, actor, "naf", "88.10A", "action_soc", apply_to=world.campaign_id)
    assert (done.changed, done.excluded, done.kept) == (5, 0, 1)
    with database.read() as session:
        assert session.get_one(Correspondence, ("naf", "88.10A")).value == "action_soc"
        assert Counter(session.scalars(select(Firm.sector))) == {"action_soc": 5, "culture": 6, "sante": 1}
    assert firms.apply_amendments(database, actor, world.campaign_id).changed == 0
    back = firms.restore(database, actor, "naf", "88.10A", apply_to=world.campaign_id)
    assert back.changed == 5
    with database.read() as session:
        assert session.get(Correspondence, ("naf", "88.10A")) is None
    out = firms.amend(database, actor, "legal_category", "9220", "hors_champ", apply_to=world.campaign_id)
    assert out.excluded == 12
    assert "9220" in firm(database).exclusion
    with pytest.raises(ActionError, match="Choisissez"):
        firms.amend(database, actor, "naf", "88.10A", "asso")
    with pytest.raises(NotFoundError):
        firms.amend(database, actor, "naf", "00.00Z", "sport")
    with pytest.raises(NotFoundError):
        firms.restore(database, actor, "idcc", "1518")
    assert verbs(database).count("table_amended") == 3


def test_an_amended_table_serves_the_next_import(database: Database, world: World) -> None:
    firms.amend(database, coordinator(world), "naf", "88.10A", "sante")
    load_frame(database, world, 3)
    assert firm(database).sector == "sante"


def test_the_draw_opens_dossiers_and_ranks_reserves(database: Database, world: World) -> None:
    load_frame(database, world)
    actor = coordinator(world)
    with database.read() as session:
        found = draw.preview(session, world.campaign_id, 12, 42)
    assert (found.frame, sum(stratum.panel for stratum in found.strata), found.reserve, len(found.strata)) == (48, 12, 12, 12)
    assert sum(row.panel for row in found.margin("departement")) == 12
    assert count(database) == 48
    assert draw.draw_panel(database, actor, world.campaign_id, 12, 42, mark=found.mark) == 12
    with database.read() as session:
        dossiers = session.scalars(select(Diagnosis).order_by(Diagnosis.reference)).all()
        assert [row.reference for row in dossiers] == [f"PACA-{number:04d}" for number in range(1, 13)]
        assert {(row.state, row.questionnaire_version, row.diagnostician_id) for row in dossiers} == {(State.DRAWN, "2026-1", None)}
        panel_firms = session.scalars(select(Firm).where(Firm.selection == Selection.PANEL)).all()
        assert {row.id for row in panel_firms} == {row.firm_id for row in dossiers}
        assert {row.inclusion_probability for row in panel_firms} == {0.25}
        assert session.get_one(Campaign, world.campaign_id).draw_seed == 42
        first = {row.siret for row in panel_firms}
    draw.draw_panel(database, actor, world.campaign_id, 12, 43)
    draw.draw_panel(database, actor, world.campaign_id, 12, 42)
    with database.read() as session:
        assert set(session.scalars(select(Firm.siret).where(Firm.selection == Selection.PANEL))) == first
        assert session.scalar(select(func.count()).select_from(Diagnosis)) == 12


def test_the_draw_is_refused_when_it_would_destroy_or_cannot_be(database: Database, world: World) -> None:
    actor = coordinator(world)
    with pytest.raises(ActionError, match="vide"):
        draw.draw_panel(database, actor, world.campaign_id, 5, 1)
    load_frame(database, world, 12)
    for size in (0, 13):
        with pytest.raises(ActionError, match="entre 1 et 12"):
            draw.draw_panel(database, actor, world.campaign_id, size, 1)
    with pytest.raises(ActionError, match="graine"):
        draw.draw_panel(database, actor, world.campaign_id, 5, -1)
    with pytest.raises(ConflictError):
        draw.draw_panel(database, actor, world.campaign_id, 5, 1, mark="0")
    with pytest.raises(NotFoundError):
        draw.draw_panel(database, actor, 999, 5, 1)
    draw.draw_panel(database, actor, world.campaign_id, 5, 1)
    with database.write() as session:
        session.scalars(select(Diagnosis).limit(1)).one().state = State.REFUSAL
    with pytest.raises(ActionError, match="déjà affectés"):
        draw.draw_panel(database, actor, world.campaign_id, 5, 2)


def test_what_the_draw_relied_on_stays(database: Database, world: World) -> None:
    load_frame(database, world, 12)
    actor = coordinator(world)
    draw.draw_panel(database, actor, world.campaign_id, 12, 1)
    held = firm(database)
    with pytest.raises(ActionError, match="ne changent plus"):
        firms.correct_firm(database, actor, held.id, {"sector": "sport"}, seen=firms.seal(held))
    assert firms.correct_firm(database, actor, held.id, {"contact_name": "Une Personne"}, seen=firms.seal(held)) == ["contact_name"]
    with pytest.raises(ActionError, match="dossier"):
        firms.exclude_firm(database, actor, held.id, "Fermée")
    assert firms.amend(database, actor, "naf", "88.10A", "sport", apply_to=world.campaign_id).kept == 6
    content = table([row(1, nom="Association 001", code_commune="13055")], header=HEADER).encode()
    taken = panel.accept(database, actor, panel.upload(database, actor, world.campaign_id, "x.csv", content))
    assert taken.kept == 1
    assert firm(database).departement == "84"


def test_an_excluded_reserve_loses_its_rank(database: Database, world: World) -> None:
    load_frame(database, world)
    actor = coordinator(world)
    draw.draw_panel(database, actor, world.campaign_id, 12, 1)
    with database.read() as session:
        reserve = session.scalars(select(Firm).where(Firm.selection == Selection.RESERVE).order_by(Firm.id).limit(1)).one()
    firms.exclude_firm(database, actor, reserve.id, "Fermée")
    with database.read() as session:
        kept = session.get_one(Firm, reserve.id)
        assert (kept.selection, kept.draw_rank, kept.inclusion_probability) == (Selection.FRAME, None, None)


def test_references_go_on_after_another_campaign(database: Database, world: World) -> None:
    load_frame(database, world, 12)
    with database.write() as session:
        earlier = Campaign(
            name="2013", starts_on=session.get_one(Campaign, world.campaign_id).starts_on, questionnaire_version="2026-1"
        )
        session.add(earlier)
        session.flush()
        old = Firm(campaign_id=earlier.id, siret=siret(500), name="Ancienne")
        session.add(old)
        session.flush()
        session.add(Diagnosis(reference="PACA-0690", campaign_id=earlier.id, firm_id=old.id, questionnaire_version="2026-1"))
    draw.draw_panel(database, coordinator(world), world.campaign_id, 3, 1)
    with database.read() as session:
        assert sorted(session.scalars(select(Diagnosis.reference).where(Diagnosis.campaign_id == world.campaign_id))) == [
            "PACA-0691",
            "PACA-0692",
            "PACA-0693",
        ]
