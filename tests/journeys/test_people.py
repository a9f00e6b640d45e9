"""Journeys of people through the demonstration, in a real browser."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from diagnostics.actions.demo import demo_accounts
from diagnostics.db import Database
from diagnostics.jobs import run_waiting
from diagnostics.models import Diagnosis, OutboxMessage, Report, ReportKind, State, User
from tests.journeys.conftest import check_accessible, check_fits

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
PLACES = {
    "coordination": (
        "/programme",
        "/panel/",
        "/panel/affectation",
        "/panel/imports/nouveau",
        "/dossiers",
        "/relecture",
        "/reseau",
        "/rapports",
        "/analyse",
    ),
    "diagnostic": ("/dossiers", "/rapports", "/mon-compte"),
    "partenaires": ("/syntheses", "/syntheses/1/region/region"),
    "administration": ("/administration", "/administration/journal", "/administration/reglages"),
}


def _dossier(demo: Flask, state: State) -> Diagnosis:
    """The demonstration's own diagnostician's dossier in a state."""
    with demo.extensions["database"].read() as session:
        owner = session.scalar(select(User.id).where(User.email == "diagnostic@demo.invalid"))
        found: Diagnosis | None = session.scalars(
            select(Diagnosis).where(Diagnosis.state == state, Diagnosis.diagnostician_id == owner).order_by(Diagnosis.id)
        ).first()
    assert found is not None
    return found


@pytest.mark.parametrize("account", sorted(PLACES))
@pytest.mark.parametrize("width", [1280, 320])
def test_every_place_of_work_is_accessible_and_fits(visit: Visit, account: str, width: int) -> None:
    page = visit(account, width=width)
    for place in PLACES[account]:
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == 200, place
        check_fits(page)
        if width == 1280:
            check_accessible(page)


def test_a_diagnostician_fills_a_section_and_loses_nothing(visit: Visit, demo: Flask) -> None:
    reference = _dossier(demo, State.ENTRY).reference
    page = visit("diagnostic", width=320)
    page.goto(f"/dossiers/{reference}/questionnaire/S7")
    check_fits(page)
    trained = page.locator("#q-forma_nb input[inputmode]").first
    trained.fill("beaucoup")
    page.locator("#q-temps_rh input[inputmode]").first.fill("1,5")
    page.get_by_role("button", name="Enregistrer", exact=True).first.click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.locator("#q-forma_nb input[inputmode]").first).to_have_value("beaucoup")
    page.locator("#q-forma_nb input[inputmode]").first.fill("2")
    page.get_by_role("button", name="Enregistrer", exact=True).first.click()
    page.wait_for_url(re.compile("fait="))
    page.goto(f"/dossiers/{reference}/questionnaire/S7")
    expect(page.locator("#q-forma_nb input[inputmode]").first).to_have_value("2")
    expect(page.locator("#q-temps_rh input[inputmode]").first).to_have_value("1,5")


@pytest.mark.parametrize("section", ["S2", "S4", "S10", "S11D"])
def test_the_questionnaire_is_accessible_and_fits_a_phone(visit: Visit, demo: Flask, section: str) -> None:
    reference = _dossier(demo, State.ENTRY).reference
    page = visit("diagnostic", width=320)
    page.goto(f"/dossiers/{reference}/questionnaire/{section}")
    check_fits(page)
    check_accessible(page)


def test_neither_voice_is_seen_before_both_are_sealed(visit: Visit, demo: Flask) -> None:
    dossier = _dossier(demo, State.ENTRY)
    assert dossier.marks_firm_at is not None
    assert dossier.marks_diagnostician_at is None
    page = visit("diagnostic")
    answer = page.goto(f"/dossiers/{dossier.reference}/questionnaire/S11F")
    assert answer is not None
    assert answer.status in {403, 404, 409}
    page.goto(f"/dossiers/{dossier.reference}/questionnaire/S11D")
    assert page.locator("[name^='ent_']").count() == 0
    assert "score calculé" not in page.locator("main").inner_text().lower()


def test_a_firm_validates_in_its_room_and_gets_its_report(visit: Visit, demo: Flask, address: str) -> None:
    base: Database = demo.extensions["database"]
    room = dict(demo_accounts(base, link=f"{address}/espace/{{secret}}", days=3))["firm"]
    with base.read() as session:
        reference = session.scalars(
            select(Diagnosis.reference).where(Diagnosis.state == State.RESTITUTION).order_by(Diagnosis.id)
        ).first()
    page = visit(None, width=360)
    page.goto(room)
    page.locator("main").get_by_role("button").first.click()
    expect(page).to_have_url(re.compile(r"/espace$"))
    check_fits(page)
    check_accessible(page)
    page.goto("/espace/restitution")
    check_fits(page)
    page.goto("/espace/validation")
    page.get_by_label("Je valide, avec des observations").check()
    page.locator("[name=remarks]").fill("Le départ de la comptable est désormais daté.")
    page.locator("[name=signatory]").fill("Directrice")
    page.get_by_role("button", name="Recevoir le code").click()
    with base.read() as session:
        letter = session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id.desc())).first()
    code = re.search(r"\b(\d{6})\b", letter or "")
    assert code
    page.locator("[name=code]").fill(code[1])
    page.locator("main").get_by_role("button").first.click()
    page.wait_for_load_state()
    run_waiting(base, demo.extensions["settings"])
    with base.read() as session:
        diagnosis = session.scalars(select(Diagnosis).where(Diagnosis.reference == reference)).one()
        reports = session.scalars(select(Report).where(Report.diagnosis_id == diagnosis.id, Report.kind == ReportKind.FINAL)).all()
    assert diagnosis.state is State.VALIDATED_REMARKS
    assert diagnosis.validation["valid_observations"] == "Le départ de la comptable est désormais daté."
    assert {report.locale for report in reports} == {"fr", "en"}
