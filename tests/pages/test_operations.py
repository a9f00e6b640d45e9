"""Operations and quarantine: sent once or twice, two at once, merged, in conflict, and whatever the server cannot take.

1. Sending twice changes nothing and answers the same, also when two workers get it at once.
2. Disjoint answers merge; the same answer gives both sides and saves nothing.
3. What cannot be taken is in quarantine, as it was sent, once; nothing is dropped and nothing is told of a dossier that is not open.
4. The coordination reads it beside what is stored, puts it back through the same merge, or sets it aside for a reason.
5. No voice is shown there before both are sealed.
"""

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from diagnostics import consistency
from diagnostics.actions import operations
from diagnostics.actions.answers import fingerprint
from diagnostics.db import Database
from diagnostics.models import JournalLine, Operation, Quarantined, State, now
from questionnaires.answers import Answer
from tests.conftest import Client, World
from tests.dossier import BASE, REFERENCE, form_of, held, marks, new_dossier, put, set_dossier, value_of

URL = f"{BASE}/S2/operations"
SignedIn = Callable[[str], Client]


def token(client: Client) -> str:
    return client.page("/mon-compte").csrf_token()


def payload(*fields: tuple[str, str], **given: Any) -> dict[str, Any]:
    """An operation: each question with one control."""
    pairs = [pair for name, value in fields for pair in (["q", name.partition("--")[0]], [name, value])]
    return {"operation": str(uuid.uuid4()), "version": "2026-1", "base": {"r": -1, "f": {}}, "fields": pairs} | given


def send(client: Client, body: Any, *, url: str = URL, **headers: str) -> TestResponse:
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(
        url,
        data=text,
        headers={"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": token(client), **headers},
    )


def rows(database: Database, model: type[Any]) -> list[Any]:
    with database.read() as session:
        return list(session.scalars(select(model).order_by(*model.__table__.primary_key)))


def lines(database: Database, verb: str) -> list[JournalLine]:
    with database.read() as session:
        return list(session.scalars(select(JournalLine).where(JournalLine.verb == verb).order_by(JournalLine.id)))


def test_an_operation_is_saved_and_says_what_the_page_needs(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"etp_total": 9.0})
    sent = payload(("eff_total", "12"), ("eff_rqth", "beaucoup"))
    response = send(signed_in("diagnostician"), sent)
    assert response.status_code == 200
    told = response.get_json()
    assert (told["outcome"], told["revision"], told["changed"], told["again"]) == ("saved", 2, ["eff_total"], False)
    assert told["base"] == {"eff_total": fingerprint(Answer(12))}
    assert told["others"] == ["etp_total"], "what somebody else answered meanwhile is named"
    assert list(told["unreadable"]) == ["eff_rqth"]
    [operation] = rows(database, Operation)
    assert (operation.uuid, operation.revision, operation.diagnosis_id) == (sent["operation"], 2, number)
    assert value_of(database, number, "S2", "eff_total") == 12
    assert lines(database, "section_saved")[0].detail == {"section": "S2", "questions": ["eff_total"], "revision": 2}


def test_sending_twice_changes_nothing_and_answers_the_same(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    sent = payload(("eff_total", "12"))
    first = send(client, sent).get_json()
    # Somebody else changes the same answer, then the first sending comes again: its answer was lost on the way.
    send(client, payload(("eff_total", "15"), base={"r": -1, "f": first["base"]}))
    again = send(client, sent)
    assert again.status_code == 200
    told = again.get_json()
    assert (told["outcome"], told["revision"], told["base"], told["again"]) == ("saved", 1, first["base"], True)
    assert value_of(database, number, "S2", "eff_total") == 15
    set_dossier(database, number, state=State.REVIEW)
    assert send(client, sent).get_json()["outcome"] == "saved", "taken before the dossier was locked: still taken"
    set_dossier(database, number, diagnostician_id=world.people["other_diagnostician"].id)
    assert send(client, sent).get_json()["outcome"] == "saved"
    assert rows(database, Quarantined) == []
    assert len(rows(database, Operation)) == 2
    known = client.get(f"{URL}/{sent['operation']}", headers={"Accept": "application/json"})
    assert known.get_json() == {"outcome": "saved", "operation": sent["operation"], "revision": 1}
    assert client.get(f"{URL}/{uuid.uuid4()}", headers={"Accept": "application/json"}).status_code == 404


def test_two_workers_get_one_operation_at_once(app: Flask, database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": token(client)}
    cookie = client.get_cookie("diagnostics")
    assert cookie is not None
    for value in range(6):
        body = json.dumps(payload(("eff_total", str(20 + value)), base={"r": -1, "f": {"eff_total": _mark(database, number)}}))

        def post(_worker: int, body: str = body) -> dict[str, Any]:
            each = app.test_client()
            each.set_cookie("diagnostics", cookie.value)
            return dict(each.post(URL, data=body, headers=headers).get_json())

        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(post, range(4)))
        assert {one["outcome"] for one in told} == {"saved"}
        assert {one["revision"] for one in told} == {value + 1}
    assert len(rows(database, Operation)) == len(lines(database, "section_saved")) == 6
    with database.read() as session:
        assert [fault.code for fault in consistency.faults(session)] == ["state"], "the test made the dossier in this state"


def _mark(database: Database, number: int) -> str:
    stored = held(database, number, "S2").get("eff_total")
    return fingerprint(Answer.from_json(stored) if stored else None)


def test_the_same_answer_gives_both_sides_and_saves_nothing(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    put(database, number, "S2", {"eff_total": 12, "etp_total": 9.0})
    client = signed_in("diagnostician")
    response = send(client, payload(("eff_total", "14"), ("eff_rqth", "2")))
    assert response.status_code == 409
    told = response.get_json()
    assert told["outcome"] == "conflict"
    [one] = told["conflicts"]
    assert (one["question"], one["mine"]["words"], one["theirs"]["words"]) == ("eff_total", "14\xa0salariés", "12\xa0salariés")
    assert told["clear"] == ["eff_rqth"]
    assert value_of(database, number, "S2", "eff_rqth") is None
    again = send(client, payload(("eff_total", "14"), base={"r": -1, "f": {"eff_total": one["fingerprint"]}}))
    assert again.get_json()["outcome"] == "saved", "the person chose their own, knowing the other"
    assert value_of(database, number, "S2", "eff_total") == 14


def test_a_form_names_its_save_too_and_another_one_under_its_name_is_not_lost(
    database: Database, world: World, signed_in: SignedIn
) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    page = client.page(f"{BASE}/S2")
    form = form_of(page, eff_total="12")
    assert client.post(f"{BASE}/S2", data=form).status_code == 303
    assert client.post(f"{BASE}/S2", data=form).status_code == 303
    assert [row.uuid for row in rows(database, Operation)] == [form["operation"]]
    assert len(lines(database, "section_saved")) == 1
    # The back button shows the page again, under the same name, and the person types on.
    assert client.post(f"{BASE}/S2", data=form_of(page, eff_total="12", etp_total="10")).status_code == 303
    assert value_of(database, number, "S2", "etp_total") == 10


@pytest.mark.parametrize(
    ("fields", "changes", "url", "cause"),
    [
        ((("eff_total", "12"),), {"state": State.REVIEW}, URL, "locked"),
        ((("eff_total", "12"),), {"diagnostician_id": "other_diagnostician"}, URL, "not_open"),
        ((("eff_total", "12"),), {}, "/dossiers/PACA-9999/questionnaire/S2/operations", "not_open"),
        ((("eff_total", "12"),), {}, "/dossiers/%09é/questionnaire/S2/operations", "not_open"),
        ((("eff_total", "12"),), {}, f"{BASE}/S99/operations", "no_section"),
        ((("ent_D1", "3"),), {}, f"{BASE}/S11F/operations", "no_section"),
        ((("eff_total", "12"), ("inconnue", "x")), {}, URL, "unknown_question"),
    ],
)
def test_what_cannot_be_taken_is_kept_as_it_was_sent(
    database: Database,
    world: World,
    signed_in: SignedIn,
    fields: tuple[tuple[str, str], ...],
    changes: dict[str, Any],
    url: str,
    cause: str,
) -> None:
    number = new_dossier(database, world)
    given = {name: world.people[value].id if isinstance(value, str) and "_id" in name else value for name, value in changes.items()}
    if given:
        set_dossier(database, number, **given)
    client = signed_in("diagnostician")
    sent = payload(*fields)
    first, again = send(client, sent, url=url), send(client, sent, url=url)
    assert first.status_code == again.status_code == 202
    assert first.get_json() == again.get_json()
    assert (first.get_json()["outcome"], first.get_json()["cause"]) == ("quarantined", cause)
    [kept] = rows(database, Quarantined)
    assert (kept.cause, kept.actor_id) == (cause, world.people["diagnostician"].id)
    assert json.loads(kept.payload)["fields"] == sent["fields"]
    assert held(database, number, "S2") == {}
    [line] = lines(database, "quarantined")
    assert line.detail.keys() == {"cause", "diagnosis"}, "the journal holds none of the answers"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\x00\xfe",
        b"[1, 2]",
        b"[" * 50_000,
        json.dumps({"operation": "no-uuid", "fields": []}),
        json.dumps(payload(("eff_total", "1")) | {"fields": "eff_total=1"}),
        json.dumps(payload(("eff_total", "1")) | {"fields": [["q", 3]]}),
        json.dumps(payload(("eff_total", "1")) | {"fields": [["eff_total", "1"]]}),
        json.dumps(payload(("eff_total", "1")) | {"version": {"a": 1}}),
    ],
    ids=["cut", "bytes", "list", "deep", "name", "text", "number", "unshown", "version"],
)
def test_what_cannot_be_understood_is_kept_too(database: Database, world: World, signed_in: SignedIn, body: bytes | str) -> None:
    new_dossier(database, world)
    response = send(signed_in("diagnostician"), body)
    assert response.status_code == 202
    assert response.get_json()["cause"] == "malformed"
    [kept] = rows(database, Quarantined)
    client = signed_in("coordinator")
    client.page(f"/quarantaine/{kept.id}")
    assert client.page("/dossiers").words("//nav[contains(@class,'menu-wide')]").count("1 en attente") == 1


def test_hostile_texts_are_stored_read_and_shown(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world, state=State.REVIEW)
    text = '"}]\u0000\ud800<script>alert(1)</script>\u202e'
    body = json.dumps(payload(("opco", text), ("\ud800\u0000", text)))
    assert send(signed_in("diagnostician"), body, url=f"{BASE}/S1/operations").status_code == 202
    [kept] = rows(database, Quarantined)
    assert json.loads(kept.payload)["fields"][1] == ["opco", text]
    page = signed_in("coordinator").page(f"/quarantaine/{kept.id}")
    assert "<script>alert" not in page.text


def test_too_much_is_kept_up_to_a_limit_and_refused_beyond(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    client = signed_in("diagnostician")
    large = send(client, payload(("opco", "x" * (3 * 2**20))), url=f"{BASE}/S1/operations")
    assert (large.status_code, large.get_json()["cause"]) == (202, "too_large")
    huge = send(client, payload(("opco", "x" * (9 * 2**20))), url=f"{BASE}/S1/operations")
    assert (huge.status_code, huge.get_json()["outcome"]) == (413, "too_large"), "not acknowledged: the device keeps it"
    assert len(rows(database, Quarantined)) == 1


def test_a_name_used_for_something_else_goes_to_quarantine(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    first = payload(("eff_total", "12"))
    send(client, first)
    other = send(client, payload(("eff_total", "13"), operation=first["operation"]))
    assert (other.status_code, other.get_json()["cause"]) == (202, "reused")
    assert value_of(database, number, "S2", "eff_total") == 12


def test_another_version_is_carried_when_it_can_be(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    client = signed_in("diagnostician")
    assert send(client, payload(("eff_total", "12"), version="2025-9")).get_json()["outcome"] == "saved"
    for fields in ((("disparue", "1"),), (("mode_saisie", "choix-disparu"),)):
        response = send(client, payload(*fields, ("etp_total", "3"), version="2025-9"))
        assert response.get_json()["cause"] == "version"
    assert value_of(database, number, "S2", "etp_total") is None, "a payload is carried whole or kept whole"
    # A form of that version, sent by its button, loses nothing either.
    form = form_of(client.page(f"{BASE}/S2"), version="2025-9", eff_total="77")
    form.add("q", "disparue")
    form.add("disparue", "gardée")
    answer = client.post(f"{BASE}/S2", data=form)
    assert answer.status_code == 409
    assert "quarantaine" in answer.get_data(as_text=True)
    assert ["disparue", "gardée"] in json.loads(rows(database, Quarantined)[-1].payload)["fields"]


def test_nobody_and_another_account_acknowledge_nothing(
    client: Client, database: Database, world: World, signed_in: SignedIn
) -> None:
    new_dossier(database, world)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    stranger = client.get("/hors-ligne/etat").get_json()
    assert stranger["account"] == ""
    body = json.dumps(payload(("eff_total", "1")))
    assert client.post(URL, data=body, headers=headers).get_json() == {"outcome": "stale_token"}
    refused = client.post(URL, data=body, headers={**headers, "X-CSRFToken": stranger["token"]})
    assert (refused.status_code, refused.get_json()) == (401, {"outcome": "signed_out"})
    mine = signed_in("diagnostician").get("/hors-ligne/etat").get_json()["account"]
    other = send(signed_in("other_diagnostician"), payload(("eff_total", "1"), account=mine))
    assert (other.status_code, other.get_json()) == (401, {"outcome": "signed_out"})
    assert send(signed_in("analyst"), payload(("eff_total", "1"))).status_code == 403
    assert rows(database, Quarantined) == rows(database, Operation) == []


def test_a_full_quarantine_acknowledges_nothing(
    database: Database, world: World, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_dossier(database, world, state=State.REVIEW)
    monkeypatch.setattr("diagnostics.actions.quarantine.MOST_WAITING", 1)
    client = signed_in("diagnostician")
    assert send(client, payload(("eff_total", "1"))).status_code == 202
    full = send(client, payload(("eff_total", "2")))
    assert (full.status_code, full.get_json()["outcome"]) == (429, "full")


def test_the_coordination_puts_answers_back_through_the_same_merge(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world, state=State.REVIEW)
    put(database, number, "S2", {"etp_total": 9.0})
    send(signed_in("diagnostician"), payload(("eff_total", "33"), ("etp_total", "8"), ("eff_rqth", "beaucoup")))
    desk = signed_in("coordinator")
    page = desk.page("/quarantaine/1")
    assert "33" in page.words()
    base = page.all("//input[@name='base']/@value")[0]
    chosen = {"base": base, "choix--eff_total": "sent", "choix--etp_total": "present", "choix--eff_rqth": "sent"}
    locked = desk.post_form("/quarantaine/1/reprendre", chosen, follow_redirects=True)
    assert "renvoyez d’abord le dossier" in locked.get_data(as_text=True)
    set_dossier(database, number, state=State.RETURNED)
    put(database, number, "S2", {"eff_total": 50})
    stale = desk.post_form("/quarantaine/1/reprendre", chosen, follow_redirects=True)
    assert "viennent de changer" in stale.get_data(as_text=True)
    assert rows(database, Quarantined)[0].resolved_at is None
    chosen["base"] = desk.page("/quarantaine/1").all("//input[@name='base']/@value")[0]
    done = desk.post_form("/quarantaine/1/reprendre", chosen)
    assert done.status_code == 303
    assert value_of(database, number, "S2", "eff_total") == 33
    assert value_of(database, number, "S2", "etp_total") == 9.0
    assert value_of(database, number, "S2", "eff_rqth") is None
    [kept] = rows(database, Quarantined)
    assert (kept.outcome, kept.resolved_by_id) == ("reapplied", world.people["coordinator"].id)
    [line] = lines(database, "quarantine_reapplied")
    assert line.detail == {"cause": "locked", "diagnosis": number, "questions": ["eff_total"]}
    assert lines(database, "section_saved")[-1].actor_id == world.people["coordinator"].id
    again = desk.post_form("/quarantaine/1/reprendre", chosen, follow_redirects=True)
    assert "déjà été traité" in again.get_data(as_text=True)
    assert "Repris" in desk.page("/quarantaine").words()


def test_a_roster_in_quarantine_shows_the_lines_that_differ(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world, state=State.REVIEW)
    kept, changed = ({"id": f"r{line}", "reg_code": f"P0{line}", "reg_naissance": 1961, "reg_sexe": "F"} for line in range(2))
    put(database, number, "S2", {"mode_saisie": "registre", "registre": [kept, changed]})
    fields = [["q", "registre"]]
    for line, code, year in ((0, "P00", "1961"), (1, "P01", "1972")):
        prefix = f"registre--{line}--"
        fields += [["registre--lignes", str(line)], [f"{prefix}id", f"r{line}"], [f"{prefix}reg_code", code]]
        fields += [[f"{prefix}reg_naissance", year], [f"{prefix}reg_sexe", "F"]]
    assert send(signed_in("diagnostician"), payload() | {"fields": fields}).get_json()["cause"] == "locked"
    page = signed_in("coordinator").page("/quarantaine/1")
    shown = [row.text_content() for row in page.all("//table//table//tbody/tr")]
    assert len(shown) == 2
    assert "1972" in shown[0]
    assert "1961" in shown[1]


def test_setting_aside_asks_why_and_keeps_everything(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world, state=State.REVIEW)
    send(signed_in("diagnostician"), payload(("eff_total", "33")))
    desk = signed_in("coordinator")
    assert desk.post_form("/quarantaine/1/ecarter", {"motif": "  "}).status_code == 422
    assert desk.post_form("/quarantaine/1/ecarter", {"motif": "Doublon de la visite"}).status_code == 303
    [kept] = rows(database, Quarantined)
    assert (kept.outcome, kept.reason) == ("set_aside", "Doublon de la visite")
    assert "33" in desk.page("/quarantaine/1").words()
    assert "Doublon de la visite" not in json.dumps([line.detail for line in lines(database, "quarantine_set_aside")])
    mine = signed_in("diagnostician").page("/hors-ligne").words()
    assert "Doublon de la visite" in mine
    assert "Mes envois en quarantaine" not in signed_in("other_diagnostician").page("/hors-ligne").words()
    assert signed_in("other_diagnostician").get("/quarantaine/1").status_code == 403


def test_no_voice_is_shown_before_both_are_sealed(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world, state=State.REVIEW)
    put(database, number, "S11D", marks("diag", "1"))
    diagnostician = signed_in("diagnostician")
    sent = payload(("diag_D1", "4"))
    assert send(diagnostician, sent, url=f"{BASE}/S11D/operations").get_json()["cause"] == "locked"
    stray = payload(("eff_total", "1"), ("diag_D2", "3"))
    assert send(diagnostician, stray).get_json()["cause"] == "unknown_question"
    assert send(diagnostician, b'{"diag_D1": "4"').get_json()["cause"] == "malformed"
    desk = signed_in("coordinator")
    label = desk.page("/quarantaine/1")
    assert "masqué" in label.words()
    for page in (label, desk.page("/quarantaine/2"), desk.page("/quarantaine/3")):
        assert not page.all("//td[contains(., '4 ·') or contains(., '3 ·') or normalize-space()='3']")
        assert "Crise" not in page.words()
        assert '"4"' not in page.text
    put(database, number, "S11F", marks("ent", "2"))
    set_dossier(database, number, marks_firm_at=now(), marks_diagnostician_at=now())
    assert "masqué" not in desk.page("/quarantaine/1").words()


def test_marks_are_put_back_without_being_seen(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world, state=State.REVIEW)
    put(database, number, "S11D", marks("diag", "1"))
    send(signed_in("diagnostician"), payload(("diag_D1", "4")), url=f"{BASE}/S11D/operations")
    set_dossier(database, number, state=State.RETURNED)
    desk = signed_in("coordinator")
    base = desk.page("/quarantaine/1").all("//input[@name='base']/@value")[0]
    desk.post_form("/quarantaine/1/reprendre", {"base": base, "choix--diag_D1": "sent"})
    assert value_of(database, number, "S11D", "diag_D1") == "4"


def test_old_names_are_forgotten_and_their_answers_stay(database: Database, world: World, signed_in: SignedIn) -> None:
    number = new_dossier(database, world)
    sent = payload(("eff_total", "12"))
    send(signed_in("diagnostician"), sent)
    assert operations.prune(database, 1) == 0
    assert operations.prune(database, -1) == 1
    assert rows(database, Operation) == []
    assert value_of(database, number, "S2", "eff_total") == 12


def test_what_a_device_may_take_along(database: Database, world: World, signed_in: SignedIn) -> None:
    new_dossier(database, world)
    client = signed_in("diagnostician")
    listed = client.get(f"/hors-ligne/dossiers/{REFERENCE}").get_json()
    codes = [page["code"] for page in listed["pages"]]
    assert {"S0", "S2", "S11D"} <= set(codes)
    assert not {"S11F", "S11C", "S12"} & set(codes), "no voice and no restitution before its time"
    for page in listed["pages"]:
        assert client.get(page["url"]).status_code == 200
    assert signed_in("other_diagnostician").get(f"/hors-ligne/dossiers/{REFERENCE}").status_code == 404


def test_the_page_without_a_network_holds_nobody(client: Client, database: Database, world: World, signed_in: SignedIn) -> None:
    page = client.page("/hors-ligne")
    assert page.all("//meta[@name='device']/@content") == [""]
    mine = signed_in("diagnostician").page("/hors-ligne").all("//meta[@name='device']/@content")
    other = signed_in("other_diagnostician").page("/hors-ligne").all("//meta[@name='device']/@content")
    assert mine != other
    script = client.get("/agent.js")
    assert (script.mimetype, script.headers["Service-Worker-Allowed"]) == ("text/javascript", "/")
    for path in json.loads(script.get_data(as_text=True).partition("serve(")[2].rpartition(")")[0])["files"]:
        with client.get(path) as response:
            assert response.status_code == 200
