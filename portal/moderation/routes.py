"""Pages of moderation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.moderation import actions, queries
from portal.moderation.forms import ReasonForm
from portal.web import access, forms

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("moderation", __name__)


@bp.get("/office/hidden")
@access.requires("moderation.hide")
def hidden() -> ResponseReturnValue:
    """List what is hidden."""
    return render_template("moderation/hidden.html", marks=queries.marks())


@bp.route("/office/hidden/<kind>/<path:object_id>/hide", methods=["GET", "POST"])
@access.requires("moderation.hide")
def hide(kind: str, object_id: str) -> ResponseReturnValue:
    """Hide one thing, with a reason."""
    return forms.handle(
        ReasonForm(),
        act=lambda form: actions.hide(kind, object_id, reason=form.reason.data, by=access.actor().person_id),
        then=url_for("moderation.hidden"),
        template="moderation/reason.html",
        kind=kind, object_id=object_id, act_name="hide",
    )  # fmt: skip


@bp.route("/office/hidden/<kind>/<path:object_id>/restore", methods=["GET", "POST"])
@access.requires("moderation.hide")
def restore(kind: str, object_id: str) -> ResponseReturnValue:
    """Bring one thing back, with a reason."""
    return forms.handle(
        ReasonForm(),
        act=lambda form: actions.restore(kind, object_id, reason=form.reason.data),
        then=url_for("moderation.hidden"),
        template="moderation/reason.html",
        kind=kind, object_id=object_id, act_name="restore",
    )  # fmt: skip
