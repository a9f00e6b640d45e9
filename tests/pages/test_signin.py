"""Coming in: what each page of the door promises, and what it never gives away."""

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
from sqlalchemy import select, update

from diagnostics.db import Database
from diagnostics.models import Campaign, OutboxMessage, SignInSession, Token, User, now
from diagnostics.security import hash_password
from tests.conftest import PASSWORD, Client, World
from tests.html import Page

SignedIn = Callable[[str], Client]


def _page(response: object) -> Page:
    return Page(response.get_data(as_text=True))  # type: ignore[attr-defined]


def test_a_wrong_password_keeps_the_address_and_not_the_password(client: Client, people: dict[str, User]) -> None:
    response = client.sign_in(people["coordinator"].email, "autre phrase sans rapport")
    page = _page(response)
    assert response.status_code == 403
    assert page.all("//input[@name='email']/@value") == ["coordinator@exemple.fr"]
    assert page.all("//input[@name='password']/@value") in ([], [""])
    assert "ne correspond pas" in page.words("//*[@role='alert']")


def test_an_unknown_address_reads_like_a_wrong_password(client: Client, people: dict[str, User]) -> None:
    known = _page(client.sign_in(people["coordinator"].email, "autre phrase sans rapport"))
    unknown = _page(client.sign_in("personne@exemple.fr", "autre phrase sans rapport"))
    assert known.words("//*[@role='alert']") == unknown.words("//*[@role='alert']")


def test_empty_fields_are_named_and_linked(client: Client, world: World) -> None:
    response = client.sign_in("", "")
    page = _page(response)
    assert response.status_code == 422
    assert page.all("//*[@class='error-summary']//a/@href") == ["#email", "#password"]
    assert page.all("//input[@id='email']/@aria-describedby") == ["email-error"]
    assert "Indiquez votre adresse électronique." in page.words("//*[@id='email-error']")


def test_five_wrong_passwords_lock_the_account_for_a_while(client: Client, people: dict[str, User], database: Database) -> None:
    for _attempt in range(5):
        client.sign_in(people["analyst"].email, "autre phrase sans rapport")
    locked = client.sign_in(people["analyst"].email)
    assert locked.status_code == 403
    assert "Trop d’essais" in _page(locked).words()
    with database.write() as session:
        session.execute(update(User).values(locked_until=now() - timedelta(minutes=1)))
    assert client.sign_in(people["analyst"].email).status_code == 302


def test_signing_in_leads_back_to_the_page_asked_for(client: Client, people: dict[str, User]) -> None:
    asked = client.get("/reseau/inviter")
    assert asked.status_code == 302
    form = client.page(asked.headers["Location"])
    suite = form.all("//input[@name='suite']/@value")[0]
    response = client.post_form("/connexion", {"email": people["coordinator"].email, "password": PASSWORD, "suite": suite})
    assert response.headers["Location"] == "/reseau/inviter"


def test_a_link_to_another_site_is_not_followed(client: Client, people: dict[str, User]) -> None:
    for target in ("https://ailleurs.example", "//ailleurs.example", "/\\ailleurs.example", "/\t/ailleurs.example"):
        response = client.post_form("/connexion", {"email": people["coordinator"].email, "password": PASSWORD, "suite": target})
        assert response.headers["Location"] == "/", target
        client.post_form("/deconnexion", page="/mon-compte")


def test_the_sign_in_page_lists_demonstration_people_of_a_demonstration_only(
    client: Client, world: World, database: Database
) -> None:
    with database.write() as session:
        session.execute(update(User).where(User.email == "referent@exemple.fr").values(is_demo=True))
    assert "referent@exemple.fr" not in client.page("/connexion").text
    with database.write() as session:
        session.execute(update(Campaign).values(is_demo=True))
    page = client.page("/connexion")
    assert "referent@exemple.fr" in page.words("//aside")
    assert "coordinator@exemple.fr" not in page.text
    assert client.page("/connexion?compte=referent@exemple.fr").all("//input[@id='email']/@value") == ["referent@exemple.fr"]
    assert client.page("/connexion?compte=coordinator@exemple.fr").all("//input[@id='email']/@value") in ([], [""])


def test_a_new_password_is_chosen_through_the_link_once(client: Client, people: dict[str, User], database: Database) -> None:
    client.post_form("/mot-de-passe-oublie", {"email": "PARTNER@exemple.fr"})
    with database.read() as session:
        body = session.scalars(select(OutboxMessage.body)).one()
    found = re.search(r"/mot-de-passe/\S+", body)
    assert found is not None
    page = client.page(found.group())
    assert "Partner" in page.words("//main")
    for weak in ("court", "azertyazertyazerty", "partner partner partner exemple"):
        response = client.post_form(found.group(), {"password": weak, "again": weak})
        assert response.status_code == 422, weak
    assert (
        client.post_form(found.group(), {"password": "les cigales se taisent", "again": "les cigales parlent"}).status_code == 422
    )
    assert (
        client.post_form(found.group(), {"password": "les cigales se taisent", "again": "les cigales se taisent"}).status_code
        == 302
    )
    assert client.sign_in("partner@exemple.fr", "les cigales se taisent").status_code == 302
    assert client.get(found.group()).status_code == 410


def test_a_forgotten_password_says_the_same_for_an_unknown_address(
    client: Client, people: dict[str, User], database: Database
) -> None:
    known = client.post_form("/mot-de-passe-oublie", {"email": "partner@exemple.fr"}, follow_redirects=True)
    unknown = client.post_form("/mot-de-passe-oublie", {"email": "personne@exemple.fr"}, follow_redirects=True)
    assert _page(known).words("//*[@role='status']") == _page(unknown).words("//*[@role='status']")
    with database.read() as session:
        assert session.scalars(select(Token.user_id)).all() == [people["partner"].id]


def _enrol(client: Client) -> tuple[str, list[str]]:
    """Turns the second factor on; gives its secret and the recovery codes."""
    page = client.page("/mon-compte/double-verification")
    secret = page.words("//code[@class='key']")
    # The page asks for a new secret when it is opened again: the form is posted with this one's token.
    response = client.post(
        "/mon-compte/double-verification", data={"csrf_token": page.csrf_token(), "code": pyotp.TOTP(secret).now()}
    )
    assert response.status_code == 200, response.get_data(as_text=True)
    return secret, [element.text_content() for element in _page(response).all("//ul[@class='codes']//code")]


def test_the_second_factor_is_asked_and_a_recovery_code_serves_once(
    signed_in: SignedIn, app: object, people: dict[str, User]
) -> None:
    _secret, codes = _enrol(signed_in("analyst"))
    assert len(codes) == 10
    for code, expected in ((codes[0], 302), (codes[0], 403), (codes[1].upper(), 302)):
        fresh = app.test_client()  # type: ignore[attr-defined]
        assert fresh.sign_in(people["analyst"].email).headers["Location"] == "/connexion/code"
        assert fresh.get("/mon-compte").status_code == 302
        answer = fresh.post_form("/connexion/code", {"code": code})
        assert answer.status_code == expected
    assert fresh.get("/mon-compte").status_code == 200


def test_a_wrong_first_code_stays_on_the_page_with_the_same_key(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    page = client.page("/mon-compte/double-verification")
    response = client.post("/mon-compte/double-verification", data={"csrf_token": page.csrf_token(), "code": "abc"})
    again = _page(response)
    assert response.status_code == 422
    assert again.words("//code[@class='key']") == page.words("//code[@class='key']")
    assert "#code" in again.all("//*[@class='error-summary']//a/@href")


def test_enrolling_twice_goes_back_to_the_account(signed_in: SignedIn) -> None:
    client = signed_in("analyst")
    _enrol(client)
    response = client.get("/mon-compte/double-verification")
    assert response.headers["Location"] == "/mon-compte"


def test_the_second_factor_goes_with_the_right_password_only(
    signed_in: SignedIn, database: Database, people: dict[str, User]
) -> None:
    client = signed_in("analyst")
    _enrol(client)
    refused = client.post_form(
        "/mon-compte/double-verification/retirer", {"retrait-password": "pas la bonne phrase"}, page="/mon-compte"
    )
    assert refused.status_code == 422
    assert "#retrait-password" in _page(refused).all("//*[@class='error-summary']//a/@href")
    assert (
        client.post_form("/mon-compte/double-verification/retirer", {"retrait-password": PASSWORD}, page="/mon-compte").status_code
        == 302
    )
    with database.read() as session:
        assert session.get_one(User, people["analyst"].id).totp_secret is None


def test_changing_the_password_ends_the_other_sessions(signed_in: SignedIn) -> None:
    here, elsewhere = signed_in("analyst"), signed_in("analyst")
    new = "les cigales se taisent"
    wrong = here.post_form(
        "/mon-compte/mot-de-passe", {"current": "pas celle-là du tout", "password": new, "again": new}, page="/mon-compte"
    )
    assert wrong.status_code == 422
    assert "Le mot de passe actuel ne correspond pas." in _page(wrong).words("//*[@id='current-error']")
    assert (
        here.post_form(
            "/mon-compte/mot-de-passe", {"current": PASSWORD, "password": new, "again": new}, page="/mon-compte"
        ).status_code
        == 302
    )
    assert here.get("/mon-compte").status_code == 200
    assert elsewhere.get("/mon-compte").status_code == 302


def test_other_sessions_can_be_ended(signed_in: SignedIn) -> None:
    here, elsewhere = signed_in("analyst"), signed_in("analyst")
    page = _page(here.post_form("/mon-compte/sessions", page="/mon-compte", follow_redirects=True))
    assert "Sessions fermées\u00a0: 1." in page.text
    assert elsewhere.get("/mon-compte").status_code == 302


def test_signing_out_ends_the_session_at_the_back_end(signed_in: SignedIn, database: Database) -> None:
    client = signed_in("analyst")
    cookie = client.get_cookie("diagnostics")
    assert cookie is not None
    client.post_form("/deconnexion", page="/mon-compte")
    client.set_cookie("diagnostics", cookie.value)
    assert client.get("/mon-compte").status_code == 302
    with database.read() as session:
        assert session.scalars(select(SignInSession.revoked_at)).one() is not None


def test_an_idle_administrator_has_to_sign_in_again(signed_in: SignedIn, database: Database) -> None:
    client = signed_in("admin")
    with database.write() as session:
        session.execute(update(SignInSession).values(last_seen_at=now() - timedelta(minutes=31)))
    assert client.get("/administration").status_code == 302


def test_an_invited_person_has_no_way_in_without_the_link(client: Client, world: World, database: Database) -> None:
    with database.write() as session:
        session.execute(update(User).where(User.email == "partner@exemple.fr").values(password_hash=None))
    assert client.sign_in("partner@exemple.fr", "").status_code == 422
    assert client.sign_in("partner@exemple.fr").status_code == 403


def test_hashes_are_not_the_password() -> None:
    assert hash_password(PASSWORD) != hash_password(PASSWORD)
