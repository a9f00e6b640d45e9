"""The administrator's pages: accounts, journal, messages, jobs, settings."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from diagnostics import glossary
from diagnostics.access import AccessError, Actor
from diagnostics.actions import accounts, upkeep
from diagnostics.actions import people as verbs
from diagnostics.actions.base import ActionError
from diagnostics.db import Database
from diagnostics.models import (
    Accreditation,
    AccreditationState,
    Job,
    JobItem,
    JobState,
    JournalLine,
    OutboxMessage,
    Role,
    State,
    Token,
    User,
    now,
)
from diagnostics.settings import Settings
from tests.conftest import Client, World
from tests.html import Page
from tests.pages.dossiers import Made, write

SignedIn = Callable[[str], Client]
ROOT = Path(__file__).resolve().parents[2]


def _page(response: object) -> Page:
    return Page(response.get_data(as_text=True))  # type: ignore[attr-defined]


@pytest.fixture
def admin(signed_in: SignedIn) -> Client:
    return signed_in("admin")


def _actor(user: User) -> Actor:
    return Actor(user.role, user.name, user_id=user.id)


def test_accounts_are_found_by_name_role_and_state(admin: Client, database: Database) -> None:
    everybody = admin.page("/administration").words("//tbody")
    assert "Coordinator" in everybody
    assert "Other Diagnostician" in everybody
    assert "Coordinator" not in admin.page("/administration?texte=diagnostician").words("//tbody")
    assert admin.page("/administration?role=partner").words("//tbody/tr/th") == "Partner partner@exemple.fr"
    with database.write() as session:
        session.execute(update(User).where(User.email == "partner@exemple.fr").values(active=False))
    assert admin.page("/administration?etat=fermes").words("//tbody/tr/th") == "Partner partner@exemple.fr"
    assert "Aucun compte" in admin.page("/administration?texte=%25_%25").words()
    assert admin.get("/administration?page=99999999999&role=xyz&etat=xyz").status_code == 200


def test_an_invitation_makes_an_account_and_a_message_to_read(admin: Client, world: World, database: Database) -> None:
    data = {"name": "Nora Diaz", "email": "Nora@Exemple.fr", "role": "coordinator", "structure_id": ""}
    response = admin.post_form("/administration/comptes/inviter", data, follow_redirects=True)
    assert "Nora Diaz" in _page(response).words("//h1")
    page = admin.page("/administration/messages")
    assert "nora@exemple.fr" in page.words("//tbody")
    assert re.search(r"http://\S+/mot-de-passe/\S{40,}", page.words("//pre"))
    with database.read() as session:
        assert session.scalars(select(User.password_hash).where(User.email == "nora@exemple.fr")).one() is None


def test_a_refused_invitation_keeps_what_was_typed(admin: Client, world: World) -> None:
    data = {"name": "Nora Diaz", "email": "partner@exemple.fr", "role": "diagnostician", "structure_id": str(world.structures[1])}
    response = admin.post_form("/administration/comptes/inviter", data)
    page = _page(response)
    assert response.status_code == 422
    assert page.all("//input[@id='name']/@value") == ["Nora Diaz"]
    assert page.all("//select[@id='structure_id']/option[@selected]/@value") == [str(world.structures[1])]
    assert "a déjà un compte" in page.words("//*[@id='email-error']")
    without = admin.post_form("/administration/comptes/inviter", data | {"email": "n@exemple.fr", "structure_id": ""})
    assert "Choisissez la structure" in _page(without).words("//*[@id='structure_id-error']")
    assert admin.post_form("/administration/comptes/inviter", data | {"email": "n@exemple.fr", "role": "firm"}).status_code == 422
    assert (
        admin.post_form("/administration/comptes/inviter", data | {"email": "n@exemple.fr", "structure_id": "9999"}).status_code
        == 422
    )


def test_an_account_is_corrected_with_a_journal_line(admin: Client, world: World, database: Database) -> None:
    number = world.people["partner"].id
    url = f"/administration/comptes/{number}"
    data = {"name": "Pia Long", "email": "pia@exemple.fr", "role": "diagnostician", "structure_id": str(world.structures[0])}
    assert admin.post_form(url, data).status_code == 302
    with database.read() as session:
        user = session.get_one(User, number)
        assert (user.name, user.email, user.role, user.structure_id) == (
            "Pia Long",
            "pia@exemple.fr",
            Role.DIAGNOSTICIAN,
            world.structures[0],
        )
        assert session.get_one(Accreditation, number).state is AccreditationState.ENROLLED
        line = session.scalars(select(JournalLine).where(JournalLine.verb == "account_edited")).one()
        assert line.detail == {"changed": ["name", "email", "role", "structure_id"], "role": "diagnostician"}
        assert line.subject_id == number


def test_an_address_in_use_or_a_needed_role_is_not_changed(admin: Client, world: World, database: Database) -> None:
    owner = world.people["diagnostician"]
    write(database, world.campaign_id, {"PACA-0001": Made(State.VISITED, diagnostician=owner.id, structure=owner.structure_id)})
    url = f"/administration/comptes/{owner.id}"
    data = {"name": owner.name, "email": owner.email, "role": "analyst", "structure_id": ""}
    busy = admin.post_form(url, data)
    assert busy.status_code == 422
    assert "dossiers en cours" in _page(busy).words("//*[@class='error-summary']")
    taken = admin.post_form(
        url, data | {"role": "diagnostician", "structure_id": str(owner.structure_id), "email": "partner@exemple.fr"}
    )
    assert taken.status_code == 422
    own = world.people["admin"]
    me = admin.post_form(
        f"/administration/comptes/{own.id}", {"name": own.name, "email": own.email, "role": "coordinator", "structure_id": ""}
    )
    assert "votre propre rôle" in _page(me).words("//*[@class='error-summary']")


def test_a_new_address_voids_the_links_already_sent(people: dict[str, User], database: Database) -> None:
    admin, partner = _actor(people["admin"]), people["partner"]
    accounts.resend_link(database, admin, partner.id, hours=48, link="http://x/{secret}")
    accounts.edit_account(database, admin, partner.id, accounts.AccountChange(partner.name, "autre@exemple.fr", partner.role, None))
    with database.read() as session:
        assert session.scalars(select(Token.revoked_at)).one() is not None


def test_closing_an_account_ends_its_sessions_and_reopening_brings_it_back(
    admin: Client, signed_in: SignedIn, people: dict[str, User]
) -> None:
    other = signed_in("analyst")
    url = f"/administration/comptes/{people['analyst'].id}"
    admin.post_form(f"{url}/fermer", page=url)
    assert other.get("/mon-compte").status_code == 302
    assert "Fermé" in admin.page(url).words("//aside")
    admin.post_form(f"{url}/rouvrir", page=url)
    assert signed_in("analyst").get("/mon-compte").status_code == 200
    own = f"/administration/comptes/{people['admin'].id}"
    assert admin.post_form(f"{own}/fermer", page=own).status_code == 403


def test_a_lost_second_factor_is_lifted_by_an_administrator_only(people: dict[str, User], database: Database) -> None:
    with database.write() as session:
        session.execute(update(User).where(User.id == people["analyst"].id).values(totp_secret="ABCDEFGH", recovery_hashes=["x"]))
    with pytest.raises(AccessError):
        accounts.lift_second_factor(database, _actor(people["coordinator"]), people["analyst"].id)
    accounts.lift_second_factor(database, _actor(people["admin"]), people["analyst"].id)
    with pytest.raises(ActionError, match="n’a pas de double vérification"):
        accounts.lift_second_factor(database, _actor(people["admin"]), people["analyst"].id)
    with database.read() as session:
        assert session.get_one(User, people["analyst"].id).recovery_hashes == []


def test_a_coordinator_sends_no_link_to_an_administrator(people: dict[str, User], database: Database) -> None:
    with pytest.raises(AccessError):
        accounts.resend_link(database, _actor(people["coordinator"]), people["admin"].id, hours=1, link="http://x/{secret}")
    with pytest.raises(AccessError):
        verbs.invite(
            database,
            _actor(people["referent"]),
            email="a@exemple.fr",
            name="A",
            role=Role.ANALYST,
            structure_id=None,
            hours=1,
            link="{secret}",
        )


def test_the_journal_is_searched_by_action_person_object_and_day(
    admin: Client, people: dict[str, User], database: Database
) -> None:
    with database.write() as session:
        session.add(
            JournalLine(
                actor_id=people["coordinator"].id,
                actor_role="coordinator",
                verb="moved",
                subject="diagnosis",
                subject_id=42,
                detail={"after": "visited"},
            )
        )
        session.add(JournalLine(actor_role="programme", verb="demonstration_loaded", subject="campaign", subject_id=1))
    assert "after: visited" in admin.page("/administration/journal").words("//tbody")
    assert len(admin.page("/administration/journal?objet=diagnosis&numero=42").all("//tbody/tr")) == 1
    assert len(admin.page("/administration/journal?personne=coordinator").all("//tbody/tr")) == 1
    assert len(admin.page("/administration/journal?verbe=signed_in").all("//tbody/tr")) == 1
    assert "Aucune ligne" in admin.page("/administration/journal?fin=01/01/2020").words()
    wrong = admin.get("/administration/journal?debut=hier&numero=beaucoup")
    assert wrong.status_code == 422
    assert _page(wrong).all("//*[@class='error-summary']//a/@href") == ["#numero", "#debut"]
    assert _page(wrong).all("//input[@id='numero']/@value") == ["beaucoup"]


def test_the_journal_has_pages(admin: Client, database: Database) -> None:
    with database.write() as session:
        session.add_all(
            JournalLine(actor_role="programme", verb="moved", subject="diagnosis", subject_id=number) for number in range(60)
        )
    page = admin.page("/administration/journal?verbe=moved")
    assert len(page.all("//tbody/tr")) == 50
    following = page.all("//a[@rel='next']/@href")[0]
    assert following == "/administration/journal?verbe=moved&page=2"
    assert len(admin.page(following).all("//tbody/tr")) == 10


def test_a_message_is_read_here_only_while_no_server_sends_it(admin: Client, app: object, database: Database) -> None:
    with database.write() as session:
        session.add(
            OutboxMessage(recipient="a@exemple.fr", subject="Accès", body="un lien secret", attempts=8, error="TimeoutError")
        )
    assert "un lien secret" in admin.page("/administration/messages").words("//pre")
    extensions = app.extensions  # type: ignore[attr-defined]
    extensions["settings"] = extensions["settings"].model_copy(update={"mail_server": "smtp.exemple.fr"})
    page = admin.page("/administration/messages")
    assert "un lien secret" not in page.text
    assert "TimeoutError" in page.words("//tbody")
    admin.post_form("/administration/messages/1/renvoyer", page="/administration/messages")
    with database.read() as session:
        assert session.get_one(OutboxMessage, 1).attempts == 0
    assert "Aucun message n’est parti" in admin.page("/administration/messages?etat=partis").words()


def test_jobs_are_shown_retried_and_cancelled(admin: Client, database: Database) -> None:
    with database.write() as session:
        failed = Job(kind="reports", state=JobState.FAILED, total=4, done=2, error="Disque plein", attempts=3, ended_at=now())
        session.add_all([failed, Job(kind="consolidate")])
        session.flush()
        session.add_all(
            [
                JobItem(job_id=failed.id, subject_id=1, state=JobState.DONE),
                JobItem(job_id=failed.id, subject_id=2, state=JobState.FAILED, error="x"),
            ]
        )
    page = admin.page("/administration/taches")
    assert "Disque plein" in page.words("//tbody")
    assert page.all("//progress/@value") == ["2"]
    assert page.all("//*[@id='taches']/@hx-trigger") == ["every 4s"]
    admin.post_form("/administration/taches/1/relancer", page="/administration/taches")
    admin.post_form("/administration/taches/2/annuler", page="/administration/taches")
    with database.read() as session:
        assert session.scalars(select(Job.state).order_by(Job.id)).all() == [JobState.QUEUED, JobState.CANCELLED]
        assert session.scalars(select(JobItem.state).order_by(JobItem.id)).all() == [JobState.DONE, JobState.QUEUED]
    with pytest.raises(ActionError, match="n’attend plus"):
        upkeep.cancel_job(database, Actor(Role.ADMIN, "x"), 2)
    with pytest.raises(ActionError, match="rien à relancer"):
        upkeep.retry_job(database, Actor(Role.ADMIN, "x"), 1)
    assert admin.post_form("/administration/taches/99/relancer", page="/administration/taches").status_code == 404


def test_settings_are_shown_without_their_secrets(admin: Client) -> None:
    page = admin.page("/administration/reglages")
    assert len(page.all("//tbody/tr")) == len(Settings.model_fields)
    assert "x" * 40 not in page.text
    assert "défini (caché)" in page.words("//tbody")


def test_every_setting_and_every_verb_has_words() -> None:
    assert set(glossary.SETTINGS) == set(Settings.model_fields)
    written = set()
    for path in (ROOT / "diagnostics").rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
            named = isinstance(call.func, ast.Name) and call.func.id in {"log", "_log_programme"} and len(call.args) >= 4
            if named:
                written |= {
                    node.value for node in ast.walk(call.args[2]) if isinstance(node, ast.Constant) and isinstance(node.value, str)
                }
    assert "signed_in" in written
    assert sorted(written - set(glossary.VERBS)) == []


@pytest.mark.parametrize("name", ["coordinator", "referent", "diagnostician", "analyst", "committee", "partner"])
def test_nobody_else_enters(signed_in: SignedIn, name: str) -> None:
    client = signed_in(name)
    for url in (
        "/administration",
        "/administration/journal",
        "/administration/messages",
        "/administration/taches",
        "/administration/reglages",
    ):
        assert client.get(url).status_code == 403
