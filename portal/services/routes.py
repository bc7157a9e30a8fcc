"""The list of services; the page of one is in `portal/pages`, which shows what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.classification.queries import category_choices, region_choices
from portal.kernel import clock
from portal.parties.queries import organization_names
from portal.services import actions, queries, rules
from portal.services.forms import ReportForm
from portal.services.listing import hours
from portal.services.permissions import REPORT
from portal.web import access, forms
from portal.web.filters import Filters
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("services", __name__)
LEVELS = ("province", "prefecture", "district", "county", "county-level city")


@bp.get("/services")
@access.public
def index() -> ResponseReturnValue:
    """List the services that residents can use."""
    filters = Filters.from_request()
    page = paginate(queries.with_details(queries.services(filters)), filters.page)
    return render_template(
        "services/index.html", page=page, filters=filters, regions=region_choices(levels=LEVELS),
        categories=category_choices(), rules=rules, times=hours, weekday=clock.today().isoweekday(),
        providers=organization_names([item.provider_id for item in page.items]),
        freshness=lambda item: rules.freshness(item.assured_on, clock.today()),
    )  # fmt: skip


@bp.route("/services/<int:service_id>/report", methods=["GET", "POST"])
@access.requires(REPORT)
def report(service_id: int) -> ResponseReturnValue:
    """Let a resident tell the office what is wrong in a listing."""
    return forms.handle(
        ReportForm(),
        act=lambda form: actions.report_listing(service_id, form.text.data or "", by=access.actor().person_id),
        then=url_for("services.reported", service_id=service_id),
        template="services/report.html",
        service=queries.service(service_id),
    )


@bp.get("/services/<int:service_id>/report/done")
@access.requires(REPORT)
def reported(service_id: int) -> ResponseReturnValue:
    """Confirm a report, and say what becomes of it."""
    return render_template("services/reported.html", service=queries.service(service_id))
