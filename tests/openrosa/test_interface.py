"""From the list of forms to the dossier's page, by Basic and by Digest, over real sockets."""

import base64
import hashlib
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask_babel import lazy_gettext

from diagnostics.actions.devices import NewDevice
from diagnostics.db import Database
from diagnostics.submission_words import in_both
from tests.conftest import Client, World
from tests.dossier import REFERENCE, new_dossier, value_of
from tests.openrosa.phone import Answer, Phone, filled

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
ANSWERS = "<S2><mode_saisie>tableaux</mode_saisie><eff_total>12</eff_total><etp_total>10.50</etp_total></S2><S6><recrut_24m>3</recrut_24m></S6>"


def entry(answer: Answer) -> dict[str, str]:
    assert answer.status == 200, answer.body
    found = answer.xml.find(f"{LIST}xform")
    assert found is not None
    return {child.tag.removeprefix(LIST): child.text or "" for child in found}


def digest_of(answer: Answer) -> str:
    return hashlib.md5(answer.body, usedforsecurity=False).hexdigest()


def path_of(address: str) -> str:
    return urlsplit(address).path


@pytest.mark.parametrize(("scheme", "algorithm"), [("basic", "MD5"), ("digest", "MD5"), ("digest", "SHA-256")])
def test_from_the_list_to_the_dossiers_page(
    phone: Phone, signed_in: Callable[[str], Client], database: Database, dossier: int, scheme: str, algorithm: str
) -> None:
    phone.scheme, phone.algorithm = scheme, algorithm
    listed = phone.get("/openrosa/formList")
    form = entry(listed)
    assert listed.headers["X-OpenRosa-Version"] == "1.0"
    assert len(listed.headers.get_all("Date") or []) == 1
    assert listed.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert listed.headers["Set-Cookie"] is None
    assert set(form) == {"formID", "name", "version", "hash", "downloadUrl", "manifestUrl"}

    xml = phone.get(path_of(form["downloadUrl"]))
    assert form["hash"] == f"md5:{digest_of(xml)}"
    data = next(element for element in xml.xml.iter() if element.get("id") == form["formID"])
    assert data.get("version") == form["version"] == "2026-1"

    media = phone.get(path_of(form["manifestUrl"])).xml[0]
    parts = {child.tag.removeprefix(MANIFEST): child.text or "" for child in media}
    listing = phone.get(path_of(parts["downloadUrl"]))
    assert parts["filename"] == "dossiers.csv"
    assert parts["hash"] == f"md5:{digest_of(listing)}"
    assert listing.body.decode().splitlines()[1].startswith(f"{REFERENCE},{REFERENCE} – Association Les Tilleuls,1,73282932000074,")

    ready = phone.send("HEAD", "/openrosa/submission")
    assert ready.status == 204
    assert path_of(ready.headers["Location"]) == "/openrosa/submission"
    assert int(ready.headers["X-OpenRosa-Accept-Content-Length"]) >= 2**20

    done = phone.submit(filled(REFERENCE, ANSWERS))
    assert done.status == 201, done.body
    assert (done.nature, "réponses enregistrées : 4." in done.message) == ("submit_success", True)
    assert value_of(database, dossier, "S2", "etp_total") == 10.5
    page = signed_in("diagnostician").page(f"/dossiers/{REFERENCE}/questionnaire/S2")
    assert page.tree.xpath("string(//input[@name='eff_total']/@value)") == "12"
    assert page.tree.xpath("string(//input[@name='etp_total']/@value)") == "10,5"


def test_the_list_answers_its_parameters(phone: Phone) -> None:
    form = entry(phone.get("/openrosa/formList?verbose=true&deviceID=x"))
    assert form["descriptionText"]
    assert len(phone.get(f"/openrosa/formList?formID={form['formID']}").xml) == 1
    assert len(phone.get("/openrosa/formList?formID=autre").xml) == 0


def test_the_list_of_dossiers_changes_its_hash_and_not_the_forms(phone: Phone, database: Database, world: World) -> None:
    before = phone.get("/openrosa/formulaires/2026-1/manifeste").body
    form = entry(phone.get("/openrosa/formList"))["hash"]
    new_dossier(database, world, reference="PACA-0002", siret="73282932000082")
    assert phone.get("/openrosa/formulaires/2026-1/manifeste").body != before
    assert entry(phone.get("/openrosa/formList"))["hash"] == form
    assert phone.get("/openrosa/formulaires/2026-1/dossiers.csv").body.decode().count("PACA-") == 4


def test_somebody_without_an_open_dossier_has_no_form(port: int, new_device: Callable[..., NewDevice], dossier: int) -> None:
    device = new_device("other_diagnostician")
    other = Phone(port, device.login, device.password)
    assert len(other.get("/openrosa/formList").xml) == 0
    missing = other.get("/openrosa/formulaires/2026-1")
    assert (missing.status, missing.nature) == (404, "error")


def test_nobody_is_challenged_in_the_order_that_phones_read(phone: Phone) -> None:
    asked = phone.raw("GET", "/openrosa/formList")
    offered = asked.headers.get_all("WWW-Authenticate") or []
    assert asked.status == 401
    assert [header.split()[0] for header in offered] == ["Digest", "Digest", "Basic"]
    assert "algorithm=MD5" in offered[0]
    assert 'qop="auth"' in offered[0]
    assert asked.headers["X-OpenRosa-Version"] == "1.0"
    assert asked.nature == "error"


def test_messages_come_in_both_languages(app: Flask) -> None:
    with app.test_request_context():
        assert in_both(lazy_gettext("Compte")) == "Compte / Account"


def test_chunked_submissions_are_read(phone: Phone, database: Database, dossier: int) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\nContent-Type: text/xml\r\n\r\n'
        + filled(REFERENCE, "<S2><eff_total>7</eff_total></S2>")
        + b"\r\n--x--\r\n"
    )
    chunks = b"".join(f"{len(body[i : i + 50]):x}\r\n".encode() + body[i : i + 50] + b"\r\n" for i in range(0, len(body), 50))
    token = base64.b64encode(f"{phone.login}:{phone.password}".encode()).decode()
    headers = {
        "Authorization": f"Basic {token}",
        "Transfer-Encoding": "chunked",
        "Content-Type": "multipart/form-data; boundary=x",
    }
    answer = phone.raw("POST", "/openrosa/submission", headers, chunks + b"0\r\n\r\n")
    assert answer.status == 201, answer.body
    assert value_of(database, dossier, "S2", "eff_total") == 7


def test_attachments_are_read_over(phone: Phone) -> None:
    extra = b'--BOUNDARY\r\nContent-Disposition: form-data; name="photo.jpg"; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\r\n'
    assert phone.submit(filled(REFERENCE, ANSWERS), extra=extra).status == 201


def test_a_cookie_opens_nothing_here_and_a_device_nothing_elsewhere(phone: Phone, signed_in: Callable[[str], Client]) -> None:
    assert signed_in("diagnostician").get("/openrosa/formList").status_code == 401
    token = base64.b64encode(f"{phone.login}:{phone.password}".encode()).decode()
    assert phone.raw("GET", "/dossiers", {"Authorization": f"Basic {token}"}).status == 302
