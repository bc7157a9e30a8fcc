"""Pages of signing in and of one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from portal.accounts import actions, queries
from portal.accounts.forms import CodeForm, EmailForm, SignOutForm, StaffForm
from portal.accounts.queries import SESSION_KEY
from portal.accounts.rules import ROLE_NAMES
from portal.web import access, forms
from portal.web.links import is_local

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("accounts", __name__)
CODE_KEY, NEXT_KEY = "code", "next"


@bp.get("/account")
@access.requires(access.SIGNED_IN)
def home() -> ResponseReturnValue:
    """Show who is signed in, their roles, and where to go."""
    actor = access.actor()
    names = [gettext(ROLE_NAMES[role]) for role in queries.roles_of(actor)]
    return render_template("accounts/home.html", person=queries.person(actor.person_id), actor=actor, role_names=names)


@bp.route("/account/sign-in", methods=["GET", "POST"])
@access.open_act
def sign_in() -> ResponseReturnValue:
    """Ask a resident for a mail address and send the code."""
    _remember_next()
    return forms.handle(
        EmailForm(),
        act=lambda form: session.__setitem__(CODE_KEY, actions.send_code(form.email.data)),
        then=url_for("accounts.confirm"),
        template="accounts/sign_in.html",
    )


@bp.route("/account/code", methods=["GET", "POST"])
@access.open_act
def confirm() -> ResponseReturnValue:
    """Take the mailed code."""
    if CODE_KEY not in session:
        return redirect(url_for("accounts.sign_in"), 303)
    return forms.handle(
        CodeForm(),
        act=lambda form: _enter(actions.confirm_code(session[CODE_KEY], form.code.data)),
        then=_go_on,
        template="accounts/code.html",
    )


@bp.route("/account/staff", methods=["GET", "POST"])
@access.open_act
def staff_sign_in() -> ResponseReturnValue:
    """Take a member of staff's password and second factor."""
    _remember_next()
    return forms.handle(
        StaffForm(),
        act=lambda form: _enter(actions.sign_in_staff(form.email.data, form.password.data, form.totp.data)),
        then=_go_on,
        template="accounts/staff.html",
    )


@bp.route("/account/sign-out", methods=["GET", "POST"])
@access.open_act
def sign_out() -> ResponseReturnValue:
    """End the sign-in."""
    return forms.handle(
        SignOutForm(), act=lambda _: _leave(), then=url_for("pages.home"), template="accounts/sign_out.html"
    )


def _remember_next() -> None:
    target = request.args.get("next", "")
    if is_local(target):
        session[NEXT_KEY] = target


def _enter(token: str) -> str:
    """Begin a session of its own, so that none made before can be reused; return where to go on."""
    target = str(session.get(NEXT_KEY, ""))
    session.clear()
    session.permanent = True
    session[SESSION_KEY] = token
    # The token of forms comes with the sign-in, so that a page still on its way cannot put a cookie without it back.
    g.pop("csrf_token", None)
    generate_csrf()
    return target


def _go_on(target: str) -> str:
    return target or url_for("accounts.home")


def _leave() -> None:
    token = session.get(SESSION_KEY)
    if isinstance(token, str):
        actions.sign_out(token)
    session.clear()
