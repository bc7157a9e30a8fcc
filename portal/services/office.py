"""Pages of listings, for officials: what is listed, what waits, what residents found wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from portal.kernel.errors import BadFilterError
from portal.publishing import rules as drafting
from portal.services import actions, queries, rules
from portal.services import forms as small_forms
from portal.services.drafts import actions as draft_actions
from portal.services.drafts import queries as draft_queries
from portal.services.drafts.facts_form import ListingForm
from portal.services.permissions import EDIT, PUBLISH
from portal.web import access, forms
from portal.web.filters import Filters, choose
from portal.web.paging import paginate

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("services_office", __name__)
PAGES = ("show", "change", "add_place", "check", "close", "reopen", "add_contract")


@bp.get("/office/services")
@access.requires(EDIT)
def index() -> ResponseReturnValue:
    """List what waits and what is listed, the oldest check first, and what residents found wrong."""
    governments = _governments()
    page = paginate(queries.services_in_office(governments), Filters.from_request().page)
    return render_template(
        "services/office.html", page=page, rules=rules, reports=queries.reports_in_office(governments),
        drafts=draft_queries.open_drafts(governments), drafting=drafting,
    )  # fmt: skip


@bp.route("/office/services/new", methods=["GET", "POST"])
@access.requires(EDIT)
def new() -> ResponseReturnValue:
    """Begin to list a service."""
    form = ListingForm()
    form.offer_buyers(queries.buyers_of_governments(_governments()))
    return forms.handle(
        form,
        act=lambda form: (
            draft_actions.begin_listing(form.listing(), by=access.actor().person_id, governments=_governments()).id
        ),
        then=lambda draft_id: url_for("listing_drafts.show", draft_id=draft_id),
        template="services/form.html",
        draft=None,
    )


@bp.get("/office/services/<int:service_id>")
@access.requires(EDIT)
def show(service_id: int) -> ResponseReturnValue:
    """Show what is published of a service, with everything that can be changed."""
    return render_template(
        "services/edit.html", service=queries.service_in_office(service_id, _governments()), rules=rules,
        contracts=queries.contracts_of(service_id), versions=queries.versions_of(service_id),
        draft=draft_queries.open_draft_of(service_id), form=small_forms.BeginForm(), drafting=drafting,
        may_publish=access.actor().can(PUBLISH),
    )  # fmt: skip


@bp.route("/office/services/<int:service_id>/change", methods=["GET", "POST"])
@access.requires(EDIT)
def change(service_id: int) -> ResponseReturnValue:
    """Begin to change a listing, or go on with the draft that is open, on the page that was chosen."""
    return forms.handle(
        small_forms.BeginForm(),
        act=lambda form: _begin(service_id, form),
        then=lambda url: url,
        template="services/begin.html",
        service=queries.service_in_office(service_id, _governments()),
    )


def _begin(service_id: int, form: small_forms.BeginForm) -> str:
    to = choose(form.to.data or "show", PAGES, name="to")
    if to is None:
        raise BadFilterError(name="to")
    draft = draft_actions.begin_change(service_id, by=access.actor().person_id, governments=_governments())
    is_open = draft.status is drafting.DraftStatus.DRAFTING
    return url_for(f"listing_drafts.{to}" if is_open else "listing_drafts.show", draft_id=draft.id)


@bp.route("/office/services/reports/<int:report_id>", methods=["GET", "POST"])
@access.requires(EDIT)
def answer(report_id: int) -> ResponseReturnValue:
    """Answer what a resident found wrong."""
    report = queries.report_in_office(report_id, _governments())
    return forms.handle(
        small_forms.AnswerForm(),
        act=lambda form: actions.answer_report(report_id, form.answer.data or "", governments=_governments()),
        then=lambda service_id: url_for("services_office.show", service_id=service_id),
        template="services/answer.html",
        report=report,
        service=report.service,
    )


def _governments() -> frozenset[int]:
    return access.actor().government_ids_for(EDIT)
