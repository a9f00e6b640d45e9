"""What a phone sends goes into the same dossier, through the same checks, once; and nothing is dropped or written over unseen."""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from diagnostics.actions import submissions
from diagnostics.actions.answers import save_section, seal_marks
from diagnostics.db import Database
from diagnostics.models import Diagnosis, State, Submission, SubmissionState, now
from questionnaires.answers import Answer
from tests.conftest import Client, World, _made
from tests.dossier import DIMENSIONS, REFERENCE, actor_of, held, new_dossier, put, set_dossier, value_of
from tests.openrosa.phone import Phone, filled

TWELVE = "<S2><eff_total>12</eff_total></S2>"


def rows(database: Database) -> list[Submission]:
    with database.read() as session:
        return list(session.scalars(select(Submission).order_by(Submission.id)))


def revision(database: Database, number: int) -> int:
    with database.read() as session:
        return session.get_one(Diagnosis, number).revision


def test_the_same_submission_sent_again_gets_the_same_answer(phone: Phone, database: Database, dossier: int) -> None:
    sent = filled(REFERENCE, TWELVE)
    first, again = phone.submit(sent), phone.submit(sent)
    assert (first.status, again.status) == (201, 201)
    assert first.message == again.message
    assert len(rows(database)) == 1
    assert revision(database, dossier) == 1


def test_many_deliveries_at_once_through_two_servers_count_once(
    app: Flask, phone: Phone, database: Database, dossier: int, tmp_path: object
) -> None:
    url = app.extensions["settings"].database_url
    other = _made(app.extensions["settings"].instance_path, url)
    clients = [app.test_client(), other.test_client()]
    sent = [
        filled(REFERENCE, TWELVE + f"<S6><recrut_24m>{n}</recrut_24m></S6>" if n == 3 else TWELVE, instance=f"uuid:{n}")
        for n in range(4)
    ]

    def deliver(number: int) -> int:
        data = {"xml_submission_file": (io.BytesIO(sent[number % 4]), "a.xml", "text/xml")}
        auth = (phone.login, phone.password)
        return clients[number % 2].application.test_client().post("/openrosa/submission", data=data, auth=auth).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(deliver, range(32)))
    other.extensions["database"].dispose()
    assert set(statuses) == {201}
    assert [row.instance_id for row in sorted(rows(database), key=lambda row: row.instance_id)] == [f"uuid:{n}" for n in range(4)]
    assert {row.state for row in rows(database)} == {SubmissionState.TAKEN}
    assert revision(database, dossier) == 2, "one save of each section, however many deliveries"
    assert value_of(database, dossier, "S6", "recrut_24m") == 3


def test_another_content_under_the_same_identity_is_kept_apart(phone: Phone, database: Database, dossier: int) -> None:
    phone.submit(filled(REFERENCE, TWELVE, instance="uuid:a"))
    other = filled(REFERENCE, "<S2><eff_total>13</eff_total></S2>", instance="uuid:a")
    assert [phone.submit(other).status, phone.submit(other).status] == [202, 202]
    assert [(row.copy, row.state, row.reason) for row in rows(database)] == [
        (0, SubmissionState.TAKEN, ""),
        (1, SubmissionState.KEPT, "changed_instance"),
    ]
    assert value_of(database, dossier, "S2", "eff_total") == 12


def test_an_edited_form_changes_and_takes_back_its_own_answers(phone: Phone, database: Database, dossier: int) -> None:
    phone.submit(filled(REFERENCE, "<S2><eff_total>12</eff_total><eff_rqth>1</eff_rqth></S2>", instance="uuid:a"))
    done = phone.submit(filled(REFERENCE, "<S2><eff_total>14</eff_total><eff_rqth/></S2>", instance="uuid:b", deprecated="uuid:a"))
    assert done.status == 201
    assert value_of(database, dossier, "S2", "eff_total") == 14
    assert value_of(database, dossier, "S2", "eff_rqth") is None


def test_a_blank_of_a_new_form_erases_nothing(phone: Phone, database: Database, dossier: int) -> None:
    put(database, dossier, "S2", {"eff_rqth": 2})
    phone.submit(filled(REFERENCE, "<S2><eff_total>12</eff_total><eff_rqth></eff_rqth></S2>"))
    assert value_of(database, dossier, "S2", "eff_rqth") == 2


def test_a_newer_answer_of_the_site_is_not_written_over_and_the_person_chooses(
    phone: Phone, database: Database, dossier: int, world: World, signed_in: Callable[[str], Client]
) -> None:
    phone.submit(filled(REFERENCE, TWELVE))
    save_section(database, actor_of(world.people["diagnostician"]), dossier, "S2", {"eff_total": Answer(15)}, base_revision=1)
    done = phone.submit(filled(REFERENCE, "<S2><eff_total>13</eff_total><etp_total>9</etp_total></S2>"))
    assert done.status == 201
    assert "1" in done.message
    assert value_of(database, dossier, "S2", "eff_total") == 15
    assert value_of(database, dossier, "S2", "etp_total") == 9.0, "what nobody else touched is saved"
    row = rows(database)[-1]
    assert row.state is SubmissionState.WAITING
    browser = signed_in("diagnostician")
    assert "Envois mobiles à relire" in browser.page(f"/dossiers/{REFERENCE}/questionnaire").words()
    page = browser.page(f"/envois-mobiles/{row.id}")
    shown = {field.get("name"): field.get("value") for field in page.all("//input[@type='hidden'][contains(@name, '--montre')]")}
    chosen = browser.post_form(
        f"/envois-mobiles/{row.id}/choix", {**shown, "eff_total--garder": "envoi"}, page=f"/envois-mobiles/{row.id}"
    )
    assert chosen.status_code == 303
    assert value_of(database, dossier, "S2", "eff_total") == 13
    assert rows(database)[-1].state is SubmissionState.TAKEN


def test_a_choice_made_on_an_old_page_is_asked_again(
    phone: Phone, database: Database, dossier: int, world: World, signed_in: Callable[[str], Client]
) -> None:
    put(database, dossier, "S2", {"eff_total": 15})
    phone.submit(filled(REFERENCE, "<S2><eff_total>13</eff_total></S2>"))
    number = rows(database)[0].id
    browser = signed_in("diagnostician")
    page = browser.page(f"/envois-mobiles/{number}")
    shown = {field.get("name"): field.get("value") for field in page.all("//input[@type='hidden'][contains(@name, '--montre')]")}
    save_section(database, actor_of(world.people["diagnostician"]), dossier, "S2", {"eff_total": Answer(16)}, base_revision=1)
    again = browser.post_form(
        f"/envois-mobiles/{number}/choix", {**shown, "eff_total--garder": "envoi"}, page=f"/envois-mobiles/{number}"
    )
    assert again.status_code == 409
    assert value_of(database, dossier, "S2", "eff_total") == 16
    assert rows(database)[0].state is SubmissionState.WAITING


def test_sending_what_the_site_holds_already_changes_nothing(phone: Phone, database: Database, dossier: int) -> None:
    put(database, dossier, "S2", {"eff_total": Answer(60, reasons={"eff_hors_champ": "Relu au registre"})})
    put(
        database,
        dossier,
        "S3",
        {"dep_annonces": [{"id": "a7", "da_code": "P01", "da_horizon": "h1", "da_fonction": None}]},
    )
    sections = "<S2><eff_total>60</eff_total></S2><S3><dep_annonces><da_code>P01</da_code><da_horizon>h1</da_horizon><da_fonction/></dep_annonces></S3>"
    done = phone.submit(filled(REFERENCE, sections))
    assert done.status == 201
    assert rows(database)[0].state is SubmissionState.TAKEN
    assert held(database, dossier, "S2")["eff_total"]["reasons"] == {"eff_hors_champ": "Relu au registre"}
    assert revision(database, dossier) == 0


def test_rosters_matrices_choices_and_reasons_are_read(phone: Phone, database: Database, dossier: int) -> None:
    sections = (
        "<S0><v_date>2026-11-20</v_date><v_repondants>direction president</v_repondants></S0>"
        "<S2><mode_saisie>registre</mode_saisie>"
        "<registre><reg_code>P01</reg_code><reg_naissance>1968</reg_naissance><reg_salaire>2100.50</reg_salaire></registre>"
        "<registre><reg_code>P02</reg_code><reg_naissance>1975</reg_naissance></registre><registre/>"
        "<mat_age_sexe><b1><F>2</F><H>1</H></b1></mat_age_sexe>"
        "<sans-reponse><ne-sait-pas>eff_rqth</ne-sait-pas><sans-objet>eff_temps_partiel</sans-objet></sans-reponse></S2>"
        "<S10><produits>1.25E7</produits><ressources><activite>12.500</activite></ressources></S10>"
    )
    done = phone.submit(filled(REFERENCE, sections))
    assert done.status == 201, done.body
    stored = held(database, dossier, "S2")
    assert [row["reg_code"] for row in stored["registre"]["value"]] == ["P01", "P02"]
    assert stored["registre"]["value"][0]["reg_salaire"] == 2100.5
    assert stored["mat_age_sexe"]["value"]["b1"] == {"F": 2, "H": 1}
    assert stored["eff_rqth"]["missing"] == "unknown"
    assert stored["eff_temps_partiel"]["missing"] == "not_applicable"
    assert value_of(database, dossier, "S0", "v_repondants") == ["direction", "president"]
    assert value_of(database, dossier, "S10", "produits") == 12_500_000.0
    assert value_of(database, dossier, "S10", "ressources")["activite"] == 12.5, "a machine’s point is no mark of thousands"


def test_what_cannot_be_read_is_named_and_holds_up_nothing(
    phone: Phone, database: Database, dossier: int, signed_in: Callable[[str], Client]
) -> None:
    done = phone.submit(
        filled(REFERENCE, "<S2><eff_total>douze</eff_total><etp_total>9</etp_total></S2><S1><dept>99</dept></S1><S99/>")
    )
    assert done.status == 201
    row = rows(database)[0]
    assert row.state is SubmissionState.WAITING
    assert {each["question"] for each in row.outcome["unreadable"]} == {"eff_total", "dept"}
    page = signed_in("diagnostician").page(f"/envois-mobiles/{row.id}")
    assert "« douze » n’est pas un nombre" in page.words().replace("\u00a0", " ")


def test_a_hard_check_that_fails_is_kept_to_be_looked_at(
    phone: Phone, database: Database, dossier: int, signed_in: Callable[[str], Client]
) -> None:
    phone.submit(filled(REFERENCE, "<S2><eff_total>900</eff_total></S2>"))
    assert value_of(database, dossier, "S2", "eff_total") == 900
    page = signed_in("diagnostician").page(f"/dossiers/{REFERENCE}/questionnaire")
    assert "À revoir" in page.words()


def test_the_frames_answers_stay_the_frames(phone: Phone, database: Database, dossier: int) -> None:
    phone.submit(
        filled(REFERENCE, "<S1><naf>88.10A</naf><idcc_code>2941</idcc_code><raison_sociale>Les Tilleuls</raison_sociale></S1>")
    )
    stored = held(database, dossier, "S1")
    assert stored["naf"] == {"state": "prefilled", "value": "88.10A"}
    assert stored["raison_sociale"] == {"state": "collected", "value": "Les Tilleuls"}


def test_a_locked_dossier_keeps_the_submission_until_a_coordinator_takes_it_up(
    phone: Phone, database: Database, dossier: int, signed_in: Callable[[str], Client]
) -> None:
    set_dossier(database, dossier, state=State.REVIEW)
    kept = phone.submit(filled(REFERENCE, TWELVE))
    assert (kept.status, kept.nature) == (202, "error")
    assert held(database, dossier, "S2") == {}
    row = rows(database)[0]
    assert (row.state, row.reason) == (SubmissionState.KEPT, "locked")
    browser = signed_in("coordinator")
    assert "Envoi n° 1" in browser.page("/envois-mobiles").words().replace("\u00a0", " ")
    page = f"/envois-mobiles/{row.id}"
    assert browser.post_form(f"{page}/reprendre", {"reference": ""}, page=page).status_code == 303
    assert rows(database)[0].state is SubmissionState.KEPT
    set_dossier(database, dossier, state=State.RETURNED)
    assert browser.post_form(f"{page}/reprendre", {"reference": REFERENCE}, page=page).status_code == 303
    assert value_of(database, dossier, "S2", "eff_total") == 12
    assert rows(database)[0].state is SubmissionState.TAKEN
    assert phone.submit(filled(REFERENCE, TWELVE, instance=row.instance_id)).status == 201, "the phone learns that it was taken"


@pytest.mark.parametrize(
    ("form", "version", "reference", "reason"),
    [
        ("autre", "1", REFERENCE, "unknown_form"),
        ("renouvellement_generationnel-1999-1", "1999-1", REFERENCE, "unknown_form"),
        ("renouvellement_generationnel-2026-1", "2026-1", "PACA-9999", "unknown_dossier"),
        ("renouvellement_generationnel-2026-1", "2026-1", "PACA-0002", "unknown_dossier"),
        ("renouvellement_generationnel-2026-1", "2026-1", "", "unknown_dossier"),
    ],
)
def test_what_is_not_this_persons_is_kept_and_says_no_more(
    phone: Phone,
    database: Database,
    world: World,
    signed_in: Callable[[str], Client],
    form: str,
    version: str,
    reference: str,
    reason: str,
) -> None:
    other = new_dossier(database, world, reference="PACA-0002", siret="73282932000082")
    set_dossier(database, other, diagnostician_id=world.people["other_diagnostician"].id)
    kept = phone.submit(filled(reference, TWELVE, form=form, version=version))
    assert kept.status == 202
    assert rows(database)[0].reason == reason
    assert held(database, other, "S2") == {}
    assert signed_in("other_diagnostician").get("/envois-mobiles/1").status_code == 404
    assert signed_in("coordinator").get("/envois-mobiles/1").status_code == 200


def test_a_coordinator_may_name_another_dossier_whose_own_marks_stay_alone(
    phone: Phone, database: Database, world: World, signed_in: Callable[[str], Client]
) -> None:
    other = new_dossier(database, world, reference="PACA-0002", siret="73282932000082")
    set_dossier(database, other, diagnostician_id=world.people["other_diagnostician"].id)
    phone.submit(filled("PACA-0002", TWELVE + "<S11D><diag_D1>4</diag_D1></S11D>"))
    browser = signed_in("coordinator")
    missing = browser.post_form("/envois-mobiles/1/reprendre", {"reference": "rien"}, page="/envois-mobiles/1")
    assert missing.status_code == 422
    assert browser.post_form("/envois-mobiles/1/reprendre", {"reference": "PACA-0002"}, page="/envois-mobiles/1").status_code == 303
    assert value_of(database, other, "S2", "eff_total") == 12
    assert held(database, other, "S11D") == {}


def test_marks_come_in_while_open_and_stay_blind(
    phone: Phone, database: Database, dossier: int, world: World, signed_in: Callable[[str], Client]
) -> None:
    given = "".join(f"<diag_{code}>3</diag_{code}>" for code in DIMENSIONS)
    secret = "Un mot que personne ne doit lire"
    assert phone.submit(filled(REFERENCE, f"<S11D>{given}<forces_diag>{secret}</forces_diag></S11D>")).status == 201
    assert value_of(database, dossier, "S11D", "diag_D1") == "3"
    seal_marks(database, actor_of(world.people["diagnostician"]), dossier, "diagnostician")
    assert f"{REFERENCE} – Association Les Tilleuls,0," in phone.get("/openrosa/formulaires/2026-1/dossiers.csv").body.decode()
    late = phone.submit(filled(REFERENCE, "<S11D><diag_D1>1</diag_D1></S11D>" + TWELVE))
    assert late.status == 201
    assert value_of(database, dossier, "S11D", "diag_D1") == "3", "sealed marks do not change"
    assert value_of(database, dossier, "S2", "eff_total") == 12
    coordinator = signed_in("coordinator")
    for number in (1, 2):
        text = coordinator.page(f"/envois-mobiles/{number}").text
        assert secret not in text
        assert "Regard du diagnostiqueur" not in text
        assert coordinator.get(f"/envois-mobiles/{number}/document").status_code == 403
    own = signed_in("diagnostician")
    assert secret in own.page("/envois-mobiles/1").text
    assert secret.encode() in own.get("/envois-mobiles/1/document").data
    assert signed_in("other_diagnostician").get("/envois-mobiles/1/document").status_code == 404


def test_the_firms_marks_cannot_come_from_a_phone(phone: Phone, database: Database, dossier: int) -> None:
    form = phone.get("/openrosa/formulaires/2026-1").body.decode()
    assert "ent_D1" not in form
    assert "cons_D1" not in form
    phone.submit(filled(REFERENCE, "<S11F><ent_D1>4</ent_D1></S11F>" + TWELVE))
    assert held(database, dossier, "S11F") == {}


HOSTILE = {
    "bomb": b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><data>&b;</data>',
    "external": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data>&x;</data>',
    "deep": b"<a>" * 3000 + b"</a>" * 3000,
    "wide": b"<data>" + b"<a/>" * 60_000 + b"</data>",
    "truncated": b"<data><S2><eff_total>12",
    "empty": b"",
    "binary": bytes(range(256)),
    "encoding": "<?xml version='1.0' encoding='utf-8'?><data>é</data>".encode("latin-1"),
    "unknown encoding": b"<?xml version='1.0' encoding='martian'?><data/>",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_xml_is_refused_and_kept(
    phone: Phone, database: Database, dossier: int, signed_in: Callable[[str], Client], name: str
) -> None:
    answers = [phone.submit(HOSTILE[name]) for _twice in range(2)]
    assert [answer.status for answer in answers] == [400, 400]
    assert answers[0].nature == "error"
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
        assert session.scalar(select(Submission.content)) == HOSTILE[name]
    assert signed_in("coordinator").get("/envois-mobiles/1").status_code == 200
    assert signed_in("coordinator").post_form("/envois-mobiles/1/classer", page="/envois-mobiles/1").status_code == 303
    assert rows(database)[0].state is SubmissionState.CLOSED


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mark_of_byte_order_is_understood(phone: Phone, database: Database, dossier: int, encoding: str) -> None:
    text = filled(REFERENCE, "<S1><opco>Santé</opco></S1>").decode().replace("<?xml version='1.0' ?>", "")
    assert phone.submit(text.encode(encoding)).status == 201
    assert value_of(database, dossier, "S1", "opco") == "Santé"


def test_nothing_sent_is_nothing_kept(phone: Phone, database: Database) -> None:
    assert phone.submit(b"<a/>", name="autre").status == 400
    assert phone.send("POST", "/openrosa/submission", {"Content-Type": "text/xml"}, b"<a/>").status == 400
    assert rows(database) == []


def test_too_large_is_said_so(phone: Phone, database: Database) -> None:
    assert phone.submit(b"<data>" + b" " * (6 * 2**20) + b"</data>").status == 413
    assert rows(database) == []


def test_a_submission_left_half_way_goes_on_when_it_is_sent_again(
    phone: Phone, database: Database, dossier: int, signed_in: Callable[[str], Client]
) -> None:
    for name in ("uuid:a", "uuid:b"):
        phone.submit(filled(REFERENCE, "", instance=name))
    sent = filled(REFERENCE, TWELVE, instance="uuid:a")
    with database.write() as session:
        for row in session.scalars(select(Submission)):
            row.state, row.content, row.digest = SubmissionState.RECEIVED, sent, hashlib.sha256(sent).hexdigest()
            row.received_at = now() - timedelta(minutes=3)
    assert phone.submit(sent).status == 201
    assert [row.state for row in rows(database)] == [SubmissionState.TAKEN, SubmissionState.RECEIVED]
    assert value_of(database, dossier, "S2", "eff_total") == 12
    browser = signed_in("coordinator")
    assert browser.post_form("/envois-mobiles/2/reprendre", {"reference": REFERENCE}, page="/envois-mobiles/2").status_code == 303
    assert {row.state for row in rows(database)} == {SubmissionState.TAKEN}


def test_a_dossier_that_moves_on_meanwhile_keeps_the_rest(
    phone: Phone, database: Database, dossier: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[str] = []

    def one_then_locked(*given: Any, **named: Any) -> Any:
        if saved:
            set_dossier(database, dossier, state=State.REVIEW)
        saved.append(given[3])
        return save_section(*given, **named)

    monkeypatch.setattr(submissions, "save_section", one_then_locked)
    assert phone.submit(filled(REFERENCE, "<S1><opco>Afdas</opco></S1>" + TWELVE)).status == 202
    row = rows(database)[0]
    assert (row.state, row.reason) == (SubmissionState.KEPT, "locked")
    assert row.outcome["saved"] == {"S1": ["opco"]}
    assert row.outcome["locked"] == {"S2": ["eff_total"]}
