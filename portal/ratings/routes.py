"""Pages of ratings: rating a service, and the figures of one week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.kernel import clock
from portal.ratings import actions, queries, rules
from portal.ratings.forms import rating_form
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.services.queries import service as visible_service
from portal.web import access, forms

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("ratings", __name__)


@bp.route("/services/<int:service_id>/rate", methods=["GET", "POST"])
@access.requires("rating.give")
def rate(service_id: int) -> ResponseReturnValue:
    """Let a resident say how a service is; until the quarter ends it may be changed here."""
    service, person_id = visible_service(service_id), access.actor().person_id
    own = queries.own_rating(service_id, person_id)
    return forms.handle(
        rating_form(queries.dimensions(clock.today()), own),
        act=lambda form: actions.rate_service(service_id, form.opinion, by=person_id),
        then=url_for("ratings.rated", service_id=service_id),
        template="ratings/rate.html",
        service=service,
        own=own,
    )


@bp.get("/services/<int:service_id>/rate/done")
@access.requires("rating.give")
def rated(service_id: int) -> ResponseReturnValue:
    """Confirm a rating, and say when it counts."""
    next_monday = rules.week_start(clock.today()) + timedelta(days=7)
    return render_template("ratings/rated.html", service=visible_service(service_id), next_monday=next_monday)


@bp.get("/services/<int:service_id>/ratings/<int:summary_id>")
@access.public
def show(service_id: int, summary_id: int) -> ResponseReturnValue:
    """Show the published figures of a service, and what rests on them."""
    summary = queries.summary(summary_id, service_id=service_id)
    earlier = queries.summaries_of_service(service_id)
    return render_template(
        "ratings/show.html", summary=summary, service=visible_service(service_id), rules=rules,
        history=[item for item in earlier if item.channel is summary.channel],
        neighbours=neighbours(Kind.RATING, str(summary_id)),
    )  # fmt: skip
