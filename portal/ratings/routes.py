"""Pages of ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from portal.kernel.errors import NotFoundError
from portal.ratings import actions, queries, rules
from portal.ratings.forms import InformForm, RatingForm
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.services.queries import service
from portal.web import access, charts, forms

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("ratings", __name__)


@bp.route("/services/<int:service_id>/rate", methods=["GET", "POST"])
@access.requires("service.rate")
def rate(service_id: int) -> ResponseReturnValue:
    """Let a resident rate a service."""
    return forms.handle(
        RatingForm(),
        act=lambda form: actions.rate_service(service_id, _text(form), by=access.actor().person_id),
        then=url_for("ratings.rate", service_id=service_id, done="1"),
        template="ratings/rate.html",
        service=service(service_id),
        dimensions=rules.DIMENSIONS,
        is_done=request.args.get("done") == "1",
        least=rules.LEAST_NEW,
    )


@bp.get("/services/<int:service_id>/ratings/<int:summary_id>")
@access.public
def show(service_id: int, summary_id: int) -> ResponseReturnValue:
    """Show the published counts of a service, and what they inform."""
    summary = queries.summary(service_id, summary_id)
    return render_template(
        "ratings/show.html", summary=summary, service=service(service_id), shown=rules.shown(summary.n),
        stack=charts.stack(summary.counts), level_names=rules.LEVEL_NAMES,
        neighbours=neighbours(Kind.RATING, str(summary_id)), least=rules.LEAST_NEW,
    )  # fmt: skip


@bp.route("/office/services/<int:service_id>/ratings/<int:summary_id>/inform", methods=["GET", "POST"])
@access.requires("rating.inform")
def inform(service_id: int, summary_id: int) -> ResponseReturnValue:
    """Say which need of the next plan the ratings are a reason for."""
    return forms.handle(
        InformForm(),
        act=lambda form: actions.inform_need(summary_id, _number(form.need.data), note=form.note.data or ""),
        then=url_for("ratings.show", service_id=service_id, summary_id=summary_id),
        template="ratings/inform.html",
        summary=queries.summary(service_id, summary_id),
        service=service(service_id),
    )


def _text(form: RatingForm) -> actions.RatingText:
    dimensions = {one.key: int(form[one.key].data) for one in rules.DIMENSIONS if form[one.key].data}
    promise = rules.Promise(form.promise.data) if form.promise.data else None
    return actions.RatingText(
        int(form.level.data), promise, form.comment.data or "", by_family=bool(form.by_family.data), dimensions=dimensions
    )


def _number(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit()):
        raise NotFoundError
    return int(raw)
