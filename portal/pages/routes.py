"""Home and the pages that join several capabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, url_for

from portal.kernel import clock
from portal.pages import described, organizations, queries
from portal.pages import help as texts
from portal.pages.waiting import uploads_waiting, waiting_for
from portal.parties import rules as parties_rules
from portal.parties.queries import kept_id, organization
from portal.procurement import rules as procurement_rules
from portal.ring.queries import neighbours
from portal.ring.rules import Kind
from portal.services import rules as services_rules
from portal.services.listing import hours
from portal.services.queries import answers_of
from portal.services.queries import service as read_service
from portal.web import access

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("pages", __name__)


@bp.get("/")
@access.public
def home() -> ResponseReturnValue:
    """Show what is new and the three doors."""
    return render_template(
        "pages/home.html", news=queries.news(), names=procurement_rules, structured_data=described.home()
    )


@bp.get("/services/<int:service_id>")
@access.public
def service(service_id: int) -> ResponseReturnValue:
    """Show a service: who may use it and how, how it was rated, what it rests on."""
    found = read_service(service_id)
    behind = queries.behind_service(found)
    return render_template(
        "pages/service.html", service=found, answers=answers_of(service_id), rules=services_rules, times=hours,
        behind=behind, structured_data=described.service(found, behind),
        neighbours=neighbours(Kind.SERVICE, str(service_id)),
        weekday=clock.today().isoweekday(),
        freshness=services_rules.freshness(found.assured_on, clock.today()),
        knows_capacity=services_rules.is_capacity_known(found.available_at, clock.now()),
    )  # fmt: skip


@bp.get("/organizations/<int:organization_id>", endpoint="organization")
@access.public
def organization_page(organization_id: int) -> ResponseReturnValue:
    """Show the public record of a buyer or supplier; one that was merged leads to the one kept, for good."""
    kept = kept_id(organization_id)
    if kept != organization_id:
        organization(kept)
        answer = redirect(url_for("pages.organization", organization_id=kept), 301)
        answer.headers["Cache-Control"] = "no-cache"  # a merge can be undone
        return answer
    found = organization(organization_id)
    return render_template(
        "pages/organization.html", organization=found, record=organizations.record(found), names=procurement_rules,
        code_names=parties_rules.CODE_STATE_NAMES, structured_data=described.organization(found),
    )  # fmt: skip


@bp.get("/help")
@access.public
def help_index() -> ResponseReturnValue:
    """List the pages of help."""
    return render_template("pages/help_index.html", pages=texts.all_pages().values())


@bp.get("/help/<name>")
@access.public
def help_page(name: str) -> ResponseReturnValue:
    """Show one page of help."""
    return render_template("pages/help.html", page=texts.help_page(name))


@bp.get("/office")
@access.requires("office.enter")
def office() -> ResponseReturnValue:
    """Show an official what waits."""
    actor = access.actor()
    return render_template(
        "pages/office.html", actor=actor, waiting=waiting_for(actor),
        uploads=uploads_waiting(actor),
    )  # fmt: skip
