"""Coming in: sign-in, second factor, forgotten password, invitation, one's own account."""

from urllib.parse import urlsplit

import segno
from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy import Row, select
from werkzeug.wrappers import Response

from diagnostics.access import STAFF, allow
from diagnostics.actions import people
from diagnostics.actions.base import ActionError
from diagnostics.forms import ChangePasswordForm, CodeForm, ForgottenForm, NewPasswordForm, PasswordForm, SignInForm
from diagnostics.limits import limiter
from diagnostics.models import Role, SignInSession, User, now
from diagnostics.navigation import home_of
from diagnostics.security import totp_address
from diagnostics.web import SESSION_KEY, actor, current_campaign, database, reading, settings

bp = Blueprint("signin", __name__)
PENDING_SECRET = "totp"  # noqa: S105 - The name of a cookie entry, not a secret.
REMOVAL = "retrait"


def _local(target: str) -> str:
    """`target` if it is a path of this site, else nothing: a link must not send anybody elsewhere."""
    parts = urlsplit(target)
    safe = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if safe and not parts.scheme and not parts.netloc else ""


def public_link(endpoint: str) -> str:
    """The address of a page to send in a message, with `{secret}` where the secret goes."""
    path = url_for(endpoint, secret="SECRET")  # noqa: S106 - A placeholder.
    return settings().public_url.rstrip("/") + path.replace("SECRET", "{secret}")


@bp.route("/connexion", methods=["GET", "POST"])
@allow(anonymous=True)
@limiter.limit("30 per minute", methods=["POST"])
def sign_in() -> str | Response | tuple[str, int]:
    """Address and password; then the second factor if there is one."""
    if g.actor is not None and request.method == "GET":
        return redirect(home_of(g.actor))
    form = SignInForm()
    if not form.is_submitted():
        form.suite.data = _local(request.args.get("suite", ""))
        form.email.data = _offered(request.args.get("compte", ""))
    if form.validate_on_submit():
        try:
            opened = people.sign_in(
                database(),
                form.email.data or "",
                form.password.data or "",
                browser=request.user_agent.string,
                hours=settings().session_hours,
            )
        except ActionError as error:
            return _entrance(form, error.message), 403
        locale = session.get("locale")
        session.clear()
        session[SESSION_KEY] = opened.key
        if locale:
            session["locale"] = locale
        suite = _local(form.suite.data or "") or None
        return redirect(
            url_for("signin.second_factor", suite=suite) if opened.second_factor_asked else suite or url_for("home.index")
        )
    return _entrance(form), 422 if form.is_submitted() else 200


def _entrance(form: SignInForm, refusal: object = None) -> str:
    return render_template("signin/sign_in.html", form=form, refusal=refusal, demo_accounts=_demo_accounts())


def _demo_accounts() -> list[Row[Role, str]]:
    """The invented people of a demonstration campaign, the first of each role; none on a real one."""
    campaign = current_campaign()
    if campaign is None or not campaign.is_demo:
        return []
    found = reading().execute(select(User.role, User.email).where(User.is_demo, User.active).order_by(User.id)).all()
    return [next(row for row in found if row.role is role) for role in Role if any(row.role is role for row in found)]


def _offered(address: str) -> str:
    """`address` if it is one of the demonstration accounts shown on the page, to fill the form in."""
    return address if any(row.email == address for row in _demo_accounts()) else ""


@bp.route("/connexion/code", methods=["GET", "POST"])
@allow(anonymous=True)
@limiter.limit("20 per minute", methods=["POST"])
def second_factor() -> str | Response | tuple[str, int]:
    """The code of the authenticator, or a recovery code."""
    if g.pending is None:
        return redirect(url_for("signin.sign_in"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            people.confirm_second_factor(database(), g.pending, form.code.data or "")
        except ActionError as error:
            return render_template("signin/second_factor.html", form=form, refusal=error.message), 403
        return redirect(_local(request.args.get("suite", "")) or url_for("home.index"))
    return render_template("signin/second_factor.html", form=form, refusal=None), 422 if form.is_submitted() else 200


@bp.post("/deconnexion")
@allow(anonymous=True)
def sign_out() -> Response:
    """Ends the session, at the back end as well."""
    who = g.actor or g.pending
    if who is not None:
        people.sign_out(database(), who)
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    if who is not None and who.is_firm:
        return redirect(url_for("firm.done"))
    flash(_("Vous êtes déconnecté."), "success")
    return redirect(url_for("signin.sign_in"))


@bp.route("/mot-de-passe-oublie", methods=["GET", "POST"])
@allow(anonymous=True)
@limiter.limit("10 per minute", methods=["POST"])
def forgotten() -> str | Response | tuple[str, int]:
    """Sends a link to choose a new password; the page says the same whether or not the address is known."""
    form = ForgottenForm()
    if form.validate_on_submit():
        people.send_reset(
            database(), form.email.data or "", hours=settings().invitation_hours, link=public_link("signin.choose_password")
        )
        flash(
            _(
                "Si cette adresse a un compte, un lien vient d’y être envoyé. Il est valable %(hours)d heures.",
                hours=settings().invitation_hours,
            ),
            "success",
        )
        return redirect(url_for("signin.sign_in"))
    return render_template("signin/forgotten.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/mot-de-passe/<secret>", methods=["GET", "POST"])
@allow(anonymous=True)
@limiter.limit("20 per minute", methods=["POST"])
def choose_password(secret: str) -> str | Response | tuple[str, int]:
    """Where an invitation or a reset link leads."""
    user = people.user_of_link(reading(), secret)
    if user is None:
        return render_template("signin/link_over.html"), 410
    form = NewPasswordForm()
    form.own_words = (user.name, user.email)
    if form.validate_on_submit():
        people.choose_password(database(), secret, form.password.data or "")
        flash(_("Votre mot de passe est enregistré : connectez-vous."), "success")
        return redirect(url_for("signin.sign_in"))
    return render_template("signin/choose_password.html", form=form, user=user), 422 if form.is_submitted() else 200


def _account(form: ChangePasswordForm | None = None, removal: PasswordForm | None = None) -> str:
    """The account page, with the form that was refused if there is one."""
    user = reading().get_one(User, actor().user_id)
    sessions = (
        reading()
        .scalars(
            select(SignInSession)
            .where(SignInSession.user_id == user.id, SignInSession.revoked_at.is_(None), SignInSession.expires_at > now())
            .order_by(SignInSession.last_seen_at.desc(), SignInSession.id)
        )
        .all()
    )
    return render_template(
        "signin/account.html",
        user=user,
        sessions=sessions,
        form=form or ChangePasswordForm(formdata=None),
        removal=removal or PasswordForm(formdata=None, prefix=REMOVAL),
    )


@bp.get("/mon-compte")
@allow(*STAFF)
def account() -> str:
    """One's own account: sessions, password, second factor."""
    return _account()


@bp.post("/mon-compte/mot-de-passe")
@allow(*STAFF)
@limiter.limit("20 per minute")
def change_password() -> str | Response | tuple[str, int]:
    """Replaces one's own password."""
    user = reading().get_one(User, actor().user_id)
    form = ChangePasswordForm()
    form.own_words = (user.name, user.email)
    if form.validate_on_submit():
        try:
            people.change_password(database(), actor(), form.current.data or "", form.password.data or "")
        except ActionError as error:
            form.current.errors = [str(error.message)]
        else:
            flash(_("Mot de passe remplacé ; vos autres sessions sont fermées."), "success")
            return redirect(url_for("signin.account"))
    return _account(form=form), 422


@bp.post("/mon-compte/sessions")
@allow(*STAFF)
def end_sessions() -> Response:
    """Ends one's other sessions."""
    ended = people.revoke_sessions(database(), actor(), int(actor().user_id or 0), but=actor().session_id)
    flash(_("Sessions fermées : %(count)d.", count=ended), "success")
    return redirect(url_for("signin.account"))


@bp.route("/mon-compte/double-verification", methods=["GET", "POST"])
@allow(*STAFF)
@limiter.limit("20 per minute", methods=["POST"])
def enrol() -> str | Response | tuple[str, int]:
    """Turns the second factor on: shows the QR code, asks for a code that proves it was read."""
    form = CodeForm()
    secret = session.get(PENDING_SECRET)
    if request.method == "GET" or not secret:
        try:
            secret = session[PENDING_SECRET] = people.start_second_factor(database(), actor())
        except ActionError as error:
            flash(str(error.message), "error")
            return redirect(url_for("signin.account"))
    user = reading().get_one(User, actor().user_id)
    if form.validate_on_submit():
        try:
            codes = people.finish_second_factor(database(), actor(), secret, form.code.data or "")
        except ActionError as error:
            form.code.errors = [str(error.message)]
        else:
            session.pop(PENDING_SECRET)
            return render_template("signin/recovery_codes.html", codes=codes)
    picture = segno.make(totp_address(secret, user.email)).svg_data_uri(scale=5, dark="#14213D", light="#FFFFFF")
    return render_template("signin/enrol.html", form=form, key=secret, picture=picture), 422 if form.is_submitted() else 200


@bp.post("/mon-compte/double-verification/retirer")
@allow(*STAFF)
@limiter.limit("20 per minute")
def remove_factor() -> str | Response | tuple[str, int]:
    """Turns the second factor off."""
    form = PasswordForm(prefix=REMOVAL)
    if form.validate_on_submit():
        try:
            people.remove_second_factor(database(), actor(), form.password.data or "")
        except ActionError as error:
            form.password.errors = [str(error.message)]
        else:
            flash(_("Double vérification retirée."), "success")
            return redirect(url_for("signin.account"))
    return _account(removal=form), 422
